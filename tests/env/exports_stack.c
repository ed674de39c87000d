/* SPDX-License-Identifier: MIT */
/*
 * Makes each call of the table of exports on a thread whose stack is 64 KiB, and measures how much of it is used.
 *
 * The stack below the caller is painted first; the deepest byte that lost its colour afterwards tells. Calls that print or
 * convert text use the C library's own formatting, which is part of the price.
 */
#include "api/misuse/misuse.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define STACK_SIZE ((size_t)64 << 10)
#define COLOUR 0xa5
/* What the functions that paint and look have for themselves, in bytes. */
#define OWN_FRAME 512

/* A call may use this much. */
#define CALL_STACK_MAX ((size_t)8 << 10)

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 /* frames are larger, and a memory that is painted is not its own any more */
#else
#define SANITIZED 0
#endif

/* All of it where a thread cannot have less. */
static char stack[4 * STACK_SIZE] __attribute__((aligned(4096)));

struct measure {
    const char *name;
    misuse_call call;
    GilInterpreterGuard *guard;
    size_t used;
};

static void __attribute__((noinline))
call_on_painted_stack(struct measure *m, struct fixture *f)
{
    char *here = (char *)__builtin_frame_address(0) - OWN_FRAME;

    if (!SANITIZED)
        for (volatile char *p = stack; p < here; p++)
            *p = (char)COLOUR;
    m->call(f);
    if (!SANITIZED) {
        volatile char *p = stack;
        while (p < here && *p == (char)COLOUR)
            p++;
        m->used = (size_t)(here - p);
    }
}

static void *
measure(void *arg)
{
    static struct fixture f;
    struct measure *m = (struct measure *)arg;
    GilThreadStateToken *token = GilThreadState_Ensure(m->guard);

    ck_assert_ptr_nonnull(token);
    misuse_fill(&f);
    call_on_painted_stack(m, &f);
    GilErr_Clear();
    misuse_empty(&f);
    GilThreadState_Release(token);
    return NULL;
}

static void
measure_call(const char *name, misuse_call call)
{
    struct measure m = {name, call, NULL, 0};
    pthread_attr_t attr;
    pthread_t thread;

    misuse_start();
    m.guard = GilInterpreterGuard_FromCurrent();
    ck_assert_ptr_nonnull(m.guard);
    pthread_attr_init(&attr);
    ck_assert_int_eq(SANITIZED ? pthread_attr_setstacksize(&attr, 16 * STACK_SIZE)
                               : pthread_attr_setstack(&attr, stack, gil_test_small_stack(STACK_SIZE)), 0);
    ck_assert_int_eq(pthread_create(&thread, &attr, measure, &m), 0);
    pthread_attr_destroy(&attr);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(m.guard);
    gil_test_stop();
    ck_assert_msg(m.used <= CALL_STACK_MAX, "%s uses %zu bytes of stack", name, m.used);
    fprintf(stderr, "%s: %zu bytes of stack\n", name, m.used);
}

void
misuse_test(const struct misuse_entry *e)
{
    if (e->kind == CALL_ELSEWHERE) {
        const struct misuse_scene *scene = misuse_scene_of(e->name);
        if (scene->kind == SCENE_WORKS || scene->kind == SCENE_LEAVES)
            measure_call(e->name, scene->call);
    }
    else
        for (int i = 0; e->calls[i] != NULL; i++)
            measure_call(e->name, e->calls[i]);
}
