/* SPDX-License-Identifier: MIT */
/* Raising ImportError with its attributes. */
#include "module/importerror.h"

#include "gilrt/error.h"
#include "gilrt/object.h"
#include "gilrt/unicode.h"

#include <string.h>

/* Paths are bytes to the system: what is no UTF-8 is shown by replacement characters. */
static GilObject *
text_or_null(const char *text, int *failed)
{
    if (text == NULL)
        return NULL;
    GilObject *str = GilUnicode_DecodeUTF8(text, (Gil_ssize_t)strlen(text), "replace");
    *failed |= str == NULL;
    return str;
}

void
gil_import_error(const char *name, const char *path, const char *format, ...)
{
    va_list args;
    int failed = 0;

    va_start(args, format);
    GilObject *message = GilUnicode_FromFormatV(format, args);
    va_end(args);
    GilObject *name_str = text_or_null(name, &failed), *path_str = text_or_null(path, &failed);
    if (message != NULL && !failed)
        GilErr_SetImportError(message, name_str, path_str);
    Gil_XDECREF(path_str);
    Gil_XDECREF(name_str);
    Gil_XDECREF(message);
}

void
gil_module_not_found(GilObject *name, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    GilErr_FormatV(GilExc_ModuleNotFoundError, format, args);
    va_end(args);
    GilObject *error = GilErr_GetRaisedException();
    /* Where memory lacks it is a MemoryError. */
    int known = GilErr_GivenExceptionMatches(error, GilExc_ModuleNotFoundError);
    if (!known || GilObject_SetAttrString(error, "name", name) == 0)
        GilErr_SetRaisedException(error);
    else
        Gil_DECREF(error);
}
