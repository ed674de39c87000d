/* SPDX-License-Identifier: MIT */
/* Stopping the process with one sentence. */
#include "base/panic.h"

#include "base/print.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer sentences are cut: a pipe takes this much in one piece, so lines of several processes do not mix. */
#define PANIC_LINE 512

void
gil_panic(const char *func, const char *format, ...)
{
    char line[PANIC_LINE];
    va_list args;

    /* vsnprintf with the units that messages use (%s, %d, %zd, %p, %lu) neither allocates nor looks at the locale. */
    int head = snprintf(line, sizeof(line), "gilrt: fatal: %s: ", func);
    size_t used = head < 0 ? 0 : (size_t)head;
    if (used < sizeof(line)) {
        va_start(args, format);
        vsnprintf(line + used, sizeof(line) - used, format, args);
        va_end(args);
    }
    gil_print_fatal(line, strnlen(line, sizeof(line) - 1));
    abort();
}
