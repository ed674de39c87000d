/* SPDX-License-Identifier: MIT */
/* Tells which libgilrt this is and how it was built. */
#include "gilrt/version.h"

#define TWO_NUMBERS(major, minor) Gil_STRINGIFY(major) "." Gil_STRINGIFY(minor)

#if defined(__clang__)
#define COMPILER "clang " TWO_NUMBERS(__clang_major__, __clang_minor__)
#else
#define COMPILER "gcc " TWO_NUMBERS(__GNUC__, __GNUC_MINOR__)
#endif

#if GIL_WITH_JEMALLOC
#define ALLOCATOR "jemalloc"
#else
#define ALLOCATOR "system allocator"
#endif

#ifdef GIL_DEBUG
#define CHECKS "debug checks"
#else
#define CHECKS "release"
#endif

const char *
Gil_GetVersion(void)
{
    return GILRT_VERSION;
}

/* No date and no path: the same sources and compiler give the same library, byte by byte. */
const char *
Gil_GetBuildInfo(void)
{
    return "libgilrt " GILRT_VERSION " (" COMPILER "; " ALLOCATOR "; " CHECKS ")";
}
