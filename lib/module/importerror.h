/* SPDX-License-Identifier: MIT */
/* Raising ImportError with its attributes. */
#ifndef GIL_MODULE_IMPORTERROR_H
#define GIL_MODULE_IMPORTERROR_H

#include "state/tstate.h"

/* Raise ImportError for module name (UTF-8 or NULL) in file path (any bytes, or NULL); the units are those of
 * GilErr_Format(). Where even that fails for lack of memory, MemoryError is raised. */
void gil_import_error(const char *name, const char *path, const char *format, ...);
/* Raise ModuleNotFoundError for the module of that name, a str, in the same manner. */
void gil_module_not_found(GilObject *name, const char *format, ...);

#endif
