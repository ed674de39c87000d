/* SPDX-License-Identifier: MIT */
/* For tests of forks: what a child finds is checked by its exit status. */
#ifndef TESTS_SUPPORT_CHILD_H
#define TESTS_SUPPORT_CHILD_H

#include <check.h>
#include <errno.h>
#include <gilrt.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* In a child, of which Check knows nothing: the process ends when that is not so. */
#define CHILD_CHECK(condition)                                                     \
    do {                                                                           \
        if (!(condition)) {                                                        \
            fprintf(stderr, "child: %s:%d: %s\n", __FILE__, __LINE__, #condition); \
            _exit(1);                                                              \
        }                                                                          \
    } while (0)

/* Where coverage is counted, the first children of a test write down what they reached. */
#ifdef GIL_TEST_COVERAGE
extern void __gcov_dump(void);
#define CHILD_LEAVES(number) ((number) < 20 ? __gcov_dump() : (void)0)
#else
#define CHILD_LEAVES(number) ((void)(number))
#endif

/* The wait status of a child, which must end by itself. Attached or not. */
static inline int
child_status(pid_t child)
{
    GilThreadState *ts = GilThreadState_IsAttached() ? GilEval_SaveThread() : NULL;
    int status = 0;

    while (waitpid(child, &status, 0) < 0)
        ck_assert_int_eq(errno, EINTR);
    if (ts != NULL)
        GilEval_RestoreThread(ts);
    return status;
}

/* A child of GilOS_Fork() in which fn(data) finds everything as it should be, within seconds. */
static inline void
child_does(void (*fn)(void *data), void *data)
{
    static int children;
    pid_t child = GilOS_Fork();

    if (child == 0) {
        alarm(20);
        fn(data);
        CHILD_LEAVES(children);
        _exit(0);
    }
    children++;
    ck_assert_msg(child > 0, "no child: errno %d", errno);
    ck_assert_int_eq(child_status(child), 0);
}

#endif
