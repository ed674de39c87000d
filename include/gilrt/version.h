/* SPDX-License-Identifier: MIT */
/** @file
 *  The version of the library: as macros for the compiler, as functions for the running program. */
#ifndef GILRT_VERSION_H
#define GILRT_VERSION_H

#include "gilrt/base.h"

/* These three lines are the only place where the version is written: configure, the soname and the functions below
 * follow them. */
#define GILRT_VERSION_MAJOR 0
#define GILRT_VERSION_MINOR 1
#define GILRT_VERSION_MICRO 0

/** The version as one number that grows with each release: 0x000100F0 is the final release 0.1.0.
 *  The bytes are major, minor, micro and 0xF0, as in CPython's PY_VERSION_HEX. */
#define GILRT_VERSION_HEX \
    ((GILRT_VERSION_MAJOR << 24) | (GILRT_VERSION_MINOR << 16) | (GILRT_VERSION_MICRO << 8) | 0xF0)

/** The version as text, "MAJOR.MINOR.MICRO". */
#define GILRT_VERSION \
    Gil_STRINGIFY(GILRT_VERSION_MAJOR) "." Gil_STRINGIFY(GILRT_VERSION_MINOR) "." Gil_STRINGIFY(GILRT_VERSION_MICRO)

GIL_BEGIN_DECLS

/**
 * The version of the library that is loaded, which may be newer than the header that the program was compiled with.
 *
 * @lock_any @before_init @after_finalize @tls_destructor @signal_safe
 * @return text of the form of GILRT_VERSION; static, never NULL. May be called before the runtime is started.
 */
GIL_API const char *Gil_GetVersion(void);

/**
 * How the loaded library was built, in one line for people and bug reports: version, compiler, allocator, checks.
 *
 * @lock_any @before_init @after_finalize @tls_destructor
 * @return text such as "libgilrt 0.1.0 (gcc 12.2; system malloc; release)"; static, never NULL. Its form may change:
 *         show it, do not parse it. May be called before the runtime is started.
 */
GIL_API const char *Gil_GetBuildInfo(void);

GIL_END_DECLS

#endif
