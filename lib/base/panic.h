/* SPDX-License-Identifier: MIT */
/* Stopping the process with one sentence, and the assertions that do so. */
#ifndef GIL_BASE_PANIC_H
#define GIL_BASE_PANIC_H

/*
 * Tell the host's hook "gilrt: fatal: FUNC: MESSAGE", or write it to standard error in one write, and abort. For misuse of the
 * interface and for broken invariants, in every build; never for bad input, never for lack of memory. Allocates nothing.
 */
void gil_panic(const char *func, const char *format, ...) __attribute__((noreturn, cold, format(printf, 2, 3)));

/* Misuse by the caller: checked in every build. */
#define GIL_REQUIRE(condition, ...)                   \
    do {                                              \
        if (__builtin_expect(!(condition), 0))        \
            gil_panic(__func__, __VA_ARGS__);         \
    } while (0)

/* An invariant of our own: checked in a debug build (--enable-debug), gone otherwise. */
#ifdef GIL_DEBUG
#define GIL_ASSERT(condition)                                                          \
    do {                                                                               \
        if (__builtin_expect(!(condition), 0))                                         \
            gil_panic(__func__, "%s:%d: assertion failed: %s", __FILE__, __LINE__, #condition); \
    } while (0)
#else
#define GIL_ASSERT(condition) ((void)(0 && (condition)))
#endif

#endif
