/* SPDX-License-Identifier: MIT */
/*
 * Recursion guard: levels counted, and the native stack measured.
 *
 * Depth alone is not enough, because a level may cost any amount of stack and threads may have 64 KiB; the stack
 * alone is not enough, because its bounds may be a fiction: the main thread's stack grows on demand, and where the
 * address space is limited (RLIMIT_AS) it stops growing long before its own limit and the process dies of SIGSEGV.
 * What the kernel maps for it at exec, 128 KiB, is there in any case. So:
 *
 *   - The bounds come from pthread_getattr_np(), asked once a thread and kept in its state.
 *   - With a finite RLIMIT_AS the stack that came with the process is taken to have what is mapped from the start and no
 *     more.
 *   - Where the bounds cannot be had (the main thread's are read from /proc) a modest size below the first caller is
 *     assumed.
 *   - A margin above the lowest address stays unused, for what runs on the way out: handlers, finalizers, printing.
 *
 * The bounds belong to the OS thread, the cache to the thread state: a state that moves to another OS thread (an
 * interpreter's state that is attached elsewhere) must be measured again, which the state layer brings about by setting
 * stack_limit to NULL at attach when os_thread changes.
 */
#include "object/recursion.h"

#include "object/alloc.h"
#include "object/error.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/resource.h>

#define MAPPED_AT_EXEC ((size_t)128 << 10) /* setup_arg_pages() of Linux: stack_expand */
#define ASSUMED ((size_t)96 << 10)         /* when nothing can be learnt */
#define ABOVE_STACK ((size_t)8 << 20)      /* arguments and environment, by the kernel's own limit, and a rest */

/* What stays unused of a stack of that size: a quarter, so that a stack of 64 KiB has 48 to work with. */
static size_t
margin_of(size_t size)
{
    size_t margin = size / 4;
    return margin < GIL_STACK_MARGIN ? margin : GIL_STACK_MARGIN;
}

/*
 * Whether the stack that begins at low is the one that the kernel made at exec. Not: whether this is the main thread. In the child
 * of a fork the thread that forked is that, on the stack that it had before. The kernel leaves 16 random bytes at the top of its
 * stack, above the arguments, which take 6 MiB at most; and no other mapping comes as near.
 */
static int
is_from_exec(const char *low, size_t size)
{
    return getauxval(AT_RANDOM) - (uintptr_t)low < size + ABOVE_STACK;
}

static int
address_space_is_limited(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

char *
gil_stack_measure(GilThreadState *ts)
{
    char *here = __builtin_frame_address(0);
    char *low = here - ASSUMED;
    size_t size = ASSUMED;
    pthread_attr_t attr;

    if (pthread_getattr_np(pthread_self(), &attr) == 0) {
        void *start;
        size_t length;
        if (pthread_attr_getstack(&attr, &start, &length) == 0) {
            low = start;
            size = length;
        }
        pthread_attr_destroy(&attr);
        if (size > MAPPED_AT_EXEC && is_from_exec(low, size) && address_space_is_limited()) {
            low += size - MAPPED_AT_EXEC;
            size = MAPPED_AT_EXEC;
        }
    }
    ts->stack_limit = low + margin_of(size);
    return ts->stack_limit;
}

int
gil_recursion_refuse(const char *where)
{
    GilErr_Format(GilExc_RecursionError, "maximum recursion depth exceeded%s", where != NULL ? where : "");
    return -1;
}

int
Gil_EnterRecursiveCall(const char *where)
{
    return gil_recursion_enter(gil_tstate_need(__func__), where);
}

void
Gil_LeaveRecursiveCall(void)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    GIL_REQUIRE(ts->recursion > 0, "called without Gil_EnterRecursiveCall()");
    gil_recursion_leave(ts);
}

/* An object being printed by this thread; ts->repr_list points to the newest. */
struct printing {
    struct printing *outer;
    GilObject *op; /* not counted: whoever prints it holds it */
};

int
Gil_ReprEnter(GilObject *o)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct printing *newest = (struct printing *)(void *)ts->repr_list;

    for (struct printing *p = newest; p != NULL; p = p->outer)
        if (p->op == o)
            return 1;
    struct printing *entry = gil_heap_malloc(ts->heap, sizeof *entry);
    if (entry == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }
    *entry = (struct printing){.outer = newest, .op = o};
    ts->repr_list = (GilObject *)(void *)entry;
    return 0;
}

void
Gil_ReprLeave(GilObject *o)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct printing *p = (struct printing *)(void *)ts->repr_list, *inner = NULL;

    /* The newest as a rule; printing that was left by other ways than it was entered still finds its own. */
    while (p != NULL && p->op != o) {
        inner = p;
        p = p->outer;
    }
    if (p == NULL)
        return;
    if (inner == NULL)
        ts->repr_list = (GilObject *)(void *)p->outer;
    else
        inner->outer = p->outer;
    gil_heap_free(p);
}

void
gil_repr_clear(GilThreadState *ts)
{
    struct printing *p = (struct printing *)(void *)ts->repr_list;

    ts->repr_list = NULL;
    while (p != NULL) {
        struct printing *outer = p->outer;
        gil_heap_free(p);
        p = outer;
    }
}
