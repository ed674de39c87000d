/* SPDX-License-Identifier: MIT */
/* Recursion ends with an error, by depth or by stack, on any thread; printing knows what is being printed. */
#include "node.h"

#include "object/recursion.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

START_TEST(test_object_recursion__levels_are_counted)
{
    for (int i = 0; i < GIL_RECURSION_LIMIT; i++)
        ck_assert_int_eq(Gil_EnterRecursiveCall(" while counting"), 0);
    ck_assert_int_eq(Gil_EnterRecursiveCall(" while counting"), -1);
    Gil_LeaveRecursiveCall(); /* room to look at the error */
    expect_error(GilExc_RecursionError, "maximum recursion depth exceeded while counting");
    ck_assert_int_eq(Gil_EnterRecursiveCall(""), 0);
    ck_assert_int_eq(Gil_EnterRecursiveCall(NULL), -1);
    for (int i = 0; i < GIL_RECURSION_LIMIT; i++)
        Gil_LeaveRecursiveCall();
    expect_error(GilExc_RecursionError, "maximum recursion depth exceeded");
    ck_assert_int_eq(Gil_EnterRecursiveCall(""), 0);
    Gil_LeaveRecursiveCall();
}
END_TEST

static void
leave_too_often(void *arg)
{
    (void)arg;
    Gil_LeaveRecursiveCall();
}

START_TEST(test_object_recursion__leaving_what_was_not_entered_stops_the_process)
{
    gil_test_expect_abort(leave_too_often, NULL, "Gil_LeaveRecursiveCall: called without Gil_EnterRecursiveCall()");
}
END_TEST

/* Levels of 1 KiB each until the guard says no. */
static int
dig(int depth)
{
    char room[1024];

    /* Somebody may read or write all of it, for all the compiler knows: the level needs its KiB. */
    __asm__ volatile("" : : "r"(room) : "memory");
    if (Gil_EnterRecursiveCall("") < 0) {
        GilErr_Clear();
        return depth;
    }
    int reached = dig(depth + 1);
    Gil_LeaveRecursiveCall();
    __asm__ volatile("" : : "r"(room) : "memory");
    return reached;
}

struct digger {
    GilInterpreterGuard *guard;
    int reached;
};

static void *
dig_here(void *arg)
{
    struct digger *digger = arg;
    GilThreadStateToken *token = GilThreadState_Ensure(digger->guard);

    digger->reached = dig(0);
    GilThreadState_Release(token);
    return NULL;
}

static int
reached_on(size_t stack)
{
    struct digger digger = {GilInterpreterGuard_FromCurrent(), -1};
    pthread_attr_t attr;
    pthread_t thread;

    pthread_attr_init(&attr);
    ck_assert_int_eq(pthread_attr_setstacksize(&attr, stack), 0);
    ck_assert_int_eq(pthread_create(&thread, &attr, dig_here, &digger), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    pthread_attr_destroy(&attr);
    GilInterpreterGuard_Close(digger.guard);
    return digger.reached;
}

START_TEST(test_R6_a_small_stack_ends_recursion_sooner)
{
    size_t stack = gil_test_small_stack(96 << 10);
    int small = reached_on(stack), large = reached_on(8 << 20);

    ck_assert_int_gt(small, 8);
    ck_assert_int_lt(small, (int)(stack >> 10));
    ck_assert_int_eq(large, GIL_RECURSION_LIMIT);
}
END_TEST

/* In a child, with an address space that is limited: how far the calling thread gets down its stack, measured anew. */
static int
reached_in_child(void)
{
    int status;
    pid_t child = GilOS_Fork();

    if (child == 0) {
        struct rlimit finite = {RLIM_INFINITY - 1, RLIM_INFINITY};
        if (setrlimit(RLIMIT_AS, &finite) != 0)
            _exit(255);
        gil_stack_measure(gil_tstate_need(__func__));
        int reached = dig(0);
        _exit(reached < 200 ? reached : 200);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void *
fork_and_dig(void *arg)
{
    struct digger *digger = arg;
    GilThreadStateToken *token = GilThreadState_Ensure(digger->guard);

    digger->reached = reached_in_child();
    GilThreadState_Release(token);
    return NULL;
}

/* The thread that forked is the main one of the child, but its stack is not the one that came with the process. */
START_TEST(test_G5_a_stack_that_may_not_grow_is_told_from_a_threads)
{
    struct digger digger = {GilInterpreterGuard_FromCurrent(), -1};
    pthread_t thread;

    ck_assert_int_lt(reached_in_child(), 120);
    ck_assert_int_eq(pthread_create(&thread, NULL, fork_and_dig, &digger), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(digger.guard);
    ck_assert_int_eq(digger.reached, 200);
}
END_TEST

START_TEST(test_object_recursion__a_stack_of_the_hosts_own_is_not_taken_for_low)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    char *measured = gil_stack_measure(ts);

    ck_assert(!gil_stack_is_low(ts));
    /* As if this frame stood a megabyte below the limit: no margin is that large. */
    ts->stack_limit = (char *)__builtin_frame_address(0) + (1 << 20);
    ck_assert(!gil_stack_is_low(ts));
    ts->stack_limit = (char *)__builtin_frame_address(0) + 4096;
    ck_assert(gil_stack_is_low(ts));
    ts->stack_limit = measured;
}
END_TEST

START_TEST(test_object_recursion__printing_is_remembered)
{
    GilObject *a = GilList_New(0), *b = GilList_New(0);

    ck_assert_int_eq(Gil_ReprEnter(a), 0);
    ck_assert_int_eq(Gil_ReprEnter(b), 0);
    ck_assert_int_eq(Gil_ReprEnter(a), 1);
    Gil_ReprLeave(a); /* not the newest */
    ck_assert_int_eq(Gil_ReprEnter(b), 1);
    ck_assert_int_eq(Gil_ReprEnter(a), 0);
    Gil_ReprLeave(a);
    Gil_ReprLeave(b);
    Gil_ReprLeave(b); /* not being printed: nothing happens */
    ck_assert_ptr_null(gil_tstate_need(__func__)->repr_list);
    gil_test_fail_alloc(1, 0);
    ck_assert_int_eq(Gil_ReprEnter(a), -1);
    gil_test_fail_alloc_off();
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_MemoryError), 1);
    GilErr_Clear();
    ck_assert_int_eq(Gil_ReprEnter(a), 0);
    gil_repr_clear(gil_tstate_need(__func__));
    ck_assert_int_eq(Gil_ReprEnter(a), 0);
    Gil_ReprLeave(a);
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_object_recursion__levels_are_counted;
    tests[n++] = test_object_recursion__leaving_what_was_not_entered_stops_the_process;
    tests[n++] = test_R6_a_small_stack_ends_recursion_sooner;
    if (!gil_test_left_out_under_emulation("test_G5_a_stack_that_may_not_grow_is_told_from_a_threads", "it has no limit of memory"))
        tests[n++] = test_G5_a_stack_that_may_not_grow_is_told_from_a_threads;
    tests[n++] = test_object_recursion__a_stack_of_the_hosts_own_is_not_taken_for_low;
    tests[n++] = test_object_recursion__printing_is_remembered;
    return suite_of_one("object/recursion", tests);
}
