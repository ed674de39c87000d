/* SPDX-License-Identifier: MIT */
/* Text for the host: names of files, which are octets, and wchar_t. */
#include "gilrt/unicodecodec.h"
#include "value/bytes.h"
#include "value/unicode_codec.h"
#include "value/unicode_encoding.h"

#include <string.h>

/* Gil_CLEANUP_SUPPORTED of <gilrt/args.h>, which is a layer above. */
#define CLEANUP_SUPPORTED 0x20000

_Static_assert(sizeof(wchar_t) == sizeof(Gil_UCS4), "wchar_t holds a code point");

/* --- names of files --- */

GilObject *
GilUnicode_DecodeFSDefaultAndSize(const char *s, Gil_ssize_t size)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (gil_need_octets(__func__, s, size) < 0)
        return NULL;
    return gil_unicode_decode_utf8(ts, s, (size_t)size, "surrogateescape");
}

GilObject *
GilUnicode_DecodeFSDefault(const char *s)
{
    gil_tstate_need(__func__);
    return s == NULL ? gil_err_null(__func__) : GilUnicode_DecodeFSDefaultAndSize(s, (Gil_ssize_t)strlen(s));
}

GilObject *
GilUnicode_EncodeFSDefault(GilObject *unicode)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    return gil_unicode_need(__func__, unicode) < 0 ? NULL : gil_unicode_encode_utf8(ts, unicode, "surrogateescape");
}

/* Both converters; bytes: to which type. */
static int
convert(const char *func, GilObject *arg, GilObject **result, int bytes)
{
    gil_tstate_need(func);
    if (result == NULL) {
        gil_err_null(func);
        return 0;
    }
    if (arg == NULL) { /* what was converted is not wanted any more */
        Gil_CLEAR(*result);
        return 1;
    }
    GilObject *name = NULL;
    if (bytes ? gil_bytes_check(arg) : gil_unicode_check(arg))
        name = Gil_NewRef(arg);
    else if (gil_unicode_check(arg))
        name = GilUnicode_EncodeFSDefault(arg);
    else if (gil_bytes_check(arg))
        name = GilUnicode_DecodeFSDefaultAndSize(GilBytes_AS_STRING(arg), GilBytes_GET_SIZE(arg));
    else
        GilErr_Format(GilExc_TypeError, "expected str or bytes, not %.200s", Gil_TYPE(arg)->tp_name);
    if (name == NULL)
        return 0;
    int nul = bytes ? memchr(GilBytes_AS_STRING(name), '\0', (size_t)GilBytes_GET_SIZE(name)) != NULL
                    : GilUnicode_FindChar(name, 0, 0, GIL_SSIZE_T_MAX, 1) >= 0;
    if (nul) {
        Gil_DECREF(name);
        GilErr_SetString(GilExc_ValueError, bytes ? "embedded null byte" : "embedded null character");
        return 0;
    }
    *result = name;
    return CLEANUP_SUPPORTED;
}

int
GilUnicode_FSConverter(GilObject *arg, void *result)
{
    return convert(__func__, arg, result, 1);
}

int
GilUnicode_FSDecoder(GilObject *arg, void *result)
{
    return convert(__func__, arg, result, 0);
}

/* --- wchar_t --- */

GilObject *
GilUnicode_FromWideChar(const wchar_t *wstr, Gil_ssize_t size)
{
    gil_tstate_need(__func__);
    if (wstr == NULL && size != 0)
        return gil_err_null(__func__);
    return GilUnicode_FromKindAndData(GilUnicode_4BYTE_KIND, wstr, size == -1 ? (Gil_ssize_t)wcslen(wstr) : size);
}

Gil_ssize_t
GilUnicode_AsWideChar(GilObject *unicode, wchar_t *wstr, Gil_ssize_t size)
{
    gil_tstate_need(__func__);
    if (gil_unicode_need(__func__, unicode) < 0)
        return -1;
    Gil_ssize_t length = GilUnicode_GET_LENGTH(unicode);
    if (wstr == NULL)
        return length + 1;
    Gil_ssize_t count = Gil_MIN(length, Gil_MAX(size, 0));
    for (Gil_ssize_t i = 0; i < count; i++)
        wstr[i] = (wchar_t)GilUnicode_READ_CHAR(unicode, i);
    if (count < size)
        wstr[count] = L'\0';
    return count;
}

wchar_t *
GilUnicode_AsWideCharString(GilObject *unicode, Gil_ssize_t *size)
{
    gil_tstate_need(__func__);
    if (gil_unicode_need(__func__, unicode) < 0)
        return NULL;
    Gil_ssize_t length = GilUnicode_GET_LENGTH(unicode);
    if (size == NULL && GilUnicode_FindChar(unicode, 0, 0, length, 1) >= 0) {
        GilErr_SetString(GilExc_ValueError, "embedded null character");
        return NULL;
    }
    if (size != NULL)
        *size = length;
    return (wchar_t *)GilUnicode_AsUCS4Copy(unicode);
}
