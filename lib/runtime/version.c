/* SPDX-License-Identifier: MIT */
/* Tells which libgilrt this is and how it was built. */
#include "gilrt/version.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdio.h>

#define TWO_NUMBERS(major, minor) Gil_STRINGIFY(major) "." Gil_STRINGIFY(minor)

#if defined(__clang__)
#define COMPILER "clang " TWO_NUMBERS(__clang_major__, __clang_minor__)
#else
#define COMPILER "gcc " TWO_NUMBERS(__GNUC__, __GNUC_MINOR__)
#endif

#ifdef GIL_DEBUG
#define CHECKS "debug checks"
#else
#define CHECKS "release"
#endif

/* Written once, by whoever asks first; only the memory front knows its name. */
static char build_info[128];
static pthread_once_t build_info_once = PTHREAD_ONCE_INIT;

/* No date and no path: the same sources and compiler give the same library, byte by byte. */
static void
write_build_info(void)
{
    snprintf(build_info, sizeof build_info, "libgilrt " GILRT_VERSION " (" COMPILER "; %s; " CHECKS ")",
             gil_mem_backend());
}

const char *
Gil_GetVersion(void)
{
    return GILRT_VERSION;
}

const char *
Gil_GetBuildInfo(void)
{
    pthread_once(&build_info_once, write_build_info);
    return build_info;
}
