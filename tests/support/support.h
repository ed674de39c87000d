/* SPDX-License-Identifier: MIT */
/*
 * What test programs share: a runtime around a test, a stop that is expected, and memory that runs out on command.
 *
 * A test program defines suite(); main() is in main.c and prints TAP. Each test runs in a process of its own, so a test
 * may leave the runtime running, and a crash costs that test alone.
 */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <check.h>
#include <stddef.h>

/* Check writes to a file which assertion held last, to tell it of a test that crashes. In a loop of millions that is most of what a
 * test does; so from the thousandth on an assertion that has left a mark leaves no other. */
void gil_test_mark(const char *file, int line);
#define _mark_point gil_test_mark

/* The tests of one program; defined by it. */
Suite *suite(void);

/* Starts the runtime with default settings and leaves the calling thread attached to the main interpreter; stops it.
 * As a fixture: tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop). */
void gil_test_start(void);
void gil_test_stop(void);

/* Passes when fn(arg), run in a child process, stops it by SIGABRT with a message on stderr that contains needle. */
void gil_test_expect_abort(void (*fn)(void *), void *arg, const char *needle);
/* The same, or fn(arg) returns: whether it stopped the process. */
int gil_test_may_abort(void (*fn)(void *), void *arg, const char *needle);

/* Whether the program runs under valgrind and the test of that name is left out for it; if so, says so and why. */
int gil_test_left_out_under_valgrind(const char *test, const char *why);

/* The same under an emulator of user programs (qemu-user), which has no seccomp, no robust mutexes, no limits of
 * memory and no threads in a child of several. */
int gil_test_left_out_under_emulation(const char *test, const char *why);
#define GIL_TEST_ADD_UNLESS_EMULATED(tcase, test, from, to, why)  \
    do                                                            \
        if (!gil_test_left_out_under_emulation(#test, why))       \
            tcase_add_loop_test(tcase, test, from, to);           \
    while (0)

/* The size of a small stack: that which is wanted, or the least that a thread may have on this machine. */
size_t gil_test_small_stack(size_t wanted);

/* How many of something make a test of great numbers: most, or a hundredth under GIL_TEST_BRIEF, which the gate sets wherever
 * the tests run for the second time, or a thousandth where each allocation is a collection (GIL_GC_STRESS). */
long gil_test_plenty(long most);

/* From now on the system refuses membarrier(2) to this process with that errno. There is no way back: each test runs in a
 * process of its own. */
void gil_test_refuse_membarrier(int error);

/* Whether all tests of the program run so, because GIL_TEST_REFUSE_MEMBARRIER names an errno: ENOSYS, EPERM or EINVAL; main() sees
 * to it by the other, which returns 0, or -1 where that cannot be had. */
int gil_test_refuses_membarrier(void);
int gil_test_refuse_as_asked(void);

/* --- for unit tests only: the functions below use hidden symbols of the library --- */

/* Lets the nth allocation from now fail (1 is the next); with again 1 all that follow too, with again 2 every second. */
void gil_test_fail_alloc(long nth, int again);
/* Memory is plentiful again. */
void gil_test_fail_alloc_off(void);

/* A step returns 0 when it worked, and then has released again what it made; -1 when it failed with MemoryError. */
typedef int (*gil_test_step)(void *arg);

/*
 * Runs step(arg) with its first allocation failing, then its second, and so on until it works; once with only that one
 * failing and once with all from there on. After each failure the error set must be MemoryError, and as many blocks must
 * be alive as before. Needs an attached thread. The step is first run once undisturbed, so that caches fill.
 */
void gil_test_oom_loop(gil_test_step step, void *arg);

/* The same with a second failure, and a third and so on, some allocations after the first: what is asked for on the way out of
 * an error fails too. The distances are 2 to 6; gil_test_oom_loop() tries 1. */
void gil_test_oom_pairs(gil_test_step step, void *arg);

#endif
