/* SPDX-License-Identifier: MIT */
/* Sleeping and waking under Linux. */
#include "support/support.h"

#include "sync/machine.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

START_TEST(test_sync_machine_linux__park_returns_when_the_word_differs)
{
    uint32_t word = 1;

    gil_machine_park(&word, 0, GIL_MACHINE_NEVER);
    ck_assert_uint_eq(word, 1);
}
END_TEST

START_TEST(test_sync_machine_linux__park_returns_at_the_deadline)
{
    uint32_t word = 0;
    uint64_t deadline = gil_machine_now() + 200000;

    while (gil_machine_now() < deadline)
        gil_machine_park(&word, 0, deadline);
    gil_machine_park(&word, 0, 1); /* long past */
    ck_assert_uint_ge(gil_machine_now(), deadline);
}
END_TEST

static uint32_t ball;

/* Sends the ball back, each time it comes. */
static void *
play(void *rounds)
{
    for (int i = 0; i < *(int *)rounds; i++) {
        while (gil_load_acquire(&ball) != 1)
            gil_machine_park(&ball, 0, GIL_MACHINE_NEVER);
        gil_store_release(&ball, 0);
        gil_machine_unpark(&ball);
    }
    return NULL;
}

START_TEST(test_sync_machine_linux__unpark_wakes)
{
    pthread_t thread;
    int rounds = 2000;

    ck_assert_int_eq(pthread_create(&thread, NULL, play, &rounds), 0);
    for (int i = 0; i < rounds; i++) {
        gil_store_release(&ball, 1);
        gil_machine_unpark(&ball);
        while (gil_load_acquire(&ball) != 0)
            gil_machine_park(&ball, 1, GIL_MACHINE_NEVER);
    }
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

START_TEST(test_B9_park_and_unpark_keep_errno)
{
    uint32_t word = 1;

    errno = ERANGE;
    gil_machine_park(&word, 0, GIL_MACHINE_NEVER); /* EAGAIN inside */
    ck_assert_int_eq(errno, ERANGE);
    gil_machine_park(&word, 1, 1); /* ETIMEDOUT inside */
    ck_assert_int_eq(errno, ERANGE);
    gil_machine_unpark((uint32_t *)((uintptr_t)&word + 1)); /* EINVAL inside */
    ck_assert_int_eq(errno, ERANGE);
}
END_TEST

/* Never mapped; and mapped while somebody slept there. */
START_TEST(test_A6_unpark_of_an_address_without_memory_is_harmless)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    uint32_t *word = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    ck_assert(word != MAP_FAILED);
    gil_machine_park(word, 0, gil_machine_now() + 1000);
    ck_assert_int_eq(munmap(word, size), 0);
    errno = ERANGE;
    gil_machine_unpark(word);
    gil_machine_unpark((uint32_t *)(uintptr_t)64);
    ck_assert_int_eq(errno, ERANGE);
}
END_TEST

static const int refusals[] = {ENOSYS, EPERM, EINVAL};

START_TEST(test_R1_a_refused_membarrier_is_known_at_the_start)
{
    gil_test_refuse_membarrier(refusals[_i]);
    errno = ERANGE;
    gil_machine_start();
    ck_assert_int_eq(errno, ERANGE);
    ck_assert_int_eq(gil_machine_can_fence_all(), 0);
}
END_TEST

static void
refuse_late(void *error)
{
    gil_test_refuse_membarrier(*(const int *)error);
    gil_machine_fence_all();
}

START_TEST(test_R2_a_membarrier_refused_later_stops_the_process)
{
    gil_machine_start();
    if (!gil_machine_can_fence_all())
        return;
    errno = ERANGE;
    gil_machine_fence_all();
    ck_assert_int_eq(errno, ERANGE);
    gil_test_expect_abort(refuse_late, (void *)(uintptr_t)&refusals[_i], "the system refuses membarrier(2), which it allowed");
}
END_TEST

static void *
is_not_alone(void *unused)
{
    ck_assert_int_eq(gil_machine_is_alone(), 0);
    return unused;
}

/* Whether it is alone only the C library knows, if it does; that it is not, never goes unnoticed. */
START_TEST(test_sync_machine_linux__beside_another_thread_nobody_is_alone)
{
    pthread_t thread;

#if !__has_include(<sys/single_threaded.h>)
    /* Nobody is ever known to be alone. */
#elif defined(__SANITIZE_THREAD__)
    ck_assert_int_eq(gil_machine_is_alone(), 0); /* it has a thread of its own */
#else
    ck_assert_int_eq(gil_machine_is_alone(), 1);
#endif
    ck_assert_int_eq(pthread_create(&thread, NULL, is_not_alone, NULL), 0);
    ck_assert_int_eq(gil_machine_is_alone(), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sync/machine_linux");
    TCase *tcase = tcase_create("machine_linux");

    tcase_add_test(tcase, test_sync_machine_linux__park_returns_when_the_word_differs);
    tcase_add_test(tcase, test_sync_machine_linux__park_returns_at_the_deadline);
    tcase_add_test(tcase, test_sync_machine_linux__unpark_wakes);
    tcase_add_test(tcase, test_B9_park_and_unpark_keep_errno);
    if (!gil_test_left_out_under_valgrind("test_A6_unpark_of_an_address_without_memory_is_harmless",
                                          "memcheck calls it a fault, which is what the test shows it not to be"))
        tcase_add_test(tcase, test_A6_unpark_of_an_address_without_memory_is_harmless);
    tcase_add_test(tcase, test_sync_machine_linux__beside_another_thread_nobody_is_alone);
    GIL_TEST_ADD_UNLESS_EMULATED(tcase, test_R1_a_refused_membarrier_is_known_at_the_start, 0, 3, "it has no seccomp");
    GIL_TEST_ADD_UNLESS_EMULATED(tcase, test_R2_a_membarrier_refused_later_stops_the_process, 0, 3, "it has no seccomp");
    suite_add_tcase(suite, tcase);
    return suite;
}
