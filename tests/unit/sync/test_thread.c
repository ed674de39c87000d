/* SPDX-License-Identifier: MIT */
/* What the library keeps for a thread: rounds of destructors, keys that come back, memory that lacks. */
#include "support/child.h"
#include "support/support.h"

#include "base/atomic.h"
#include "base/mem.h"
#include "gilrt/thread.h"
#include "sync/thread.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#define KEYS_MAX 1024
#define ROUNDS 4

static char story[64]; /* what was called, a letter each */

static void
tell(const char *what)
{
    strcat(story, what);
}

static void
run(void *(*body)(void *), void *arg)
{
    pthread_t thread;

    story[0] = '\0';
    ck_assert_int_eq(pthread_create(&thread, NULL, body, arg), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}

static void
tell_it(void *what)
{
    tell(what);
}

static Gil_tss_t key = Gil_tss_NEEDS_INIT;

static void *
ask_for_calls(void *unused)
{
    (void)unused;
    ck_assert_int_eq(GilThread_tss_set(&key, "v"), 0);
    ck_assert_int_eq(GilThread_AtExit(tell_it, "a"), 0);
    ck_assert_int_eq(GilThread_AtExit(tell_it, "b"), 0);
    ck_assert_int_eq(GilThread_AtExit(tell_it, "c"), 0);
    ck_assert_int_eq(GilThread_AtExit(NULL, "c"), -1);
    ck_assert_int_eq(GilThread_CancelAtExit(tell_it, "b"), 1);
    ck_assert_int_eq(GilThread_CancelAtExit(tell_it, "b"), 0);
    return NULL;
}

START_TEST(test_sync_thread__calls_come_newest_first_and_then_destructors)
{
    ck_assert_int_eq(GilThread_tss_create_with_destructor(&key, tell_it), 0);
    run(ask_for_calls, NULL);
    ck_assert_str_eq(story, "cav");
    ck_assert_int_eq(GilThread_CancelAtExit(tell_it, "a"), 0);
    GilThread_tss_delete(&key);
}
END_TEST

static void
set_again(void *value)
{
    tell("d");
    ck_assert_ptr_null(GilThread_tss_get(&key));
    (void)GilThread_tss_set(&key, value);
}

static void *
set_value(void *value)
{
    ck_assert_int_eq(GilThread_tss_set(&key, value), 0);
    return NULL;
}

START_TEST(test_sync_thread__destructors_that_set_again_are_called_four_times)
{
    struct gil_mem_stats before, after;

    ck_assert_int_eq(GilThread_tss_create_with_destructor(&key, set_again), 0);
    gil_raw_stats(&before);
    run(set_value, "x");
    gil_raw_stats(&after);
    ck_assert_str_eq(story, "dddd");
    ck_assert_uint_eq(after.blocks, before.blocks);
}
END_TEST

static void
ask_for_more(void *unused)
{
    (void)unused;
    tell("m");
    ck_assert_int_eq(GilThread_AtExit(tell_it, "n"), 0);
    ck_assert_int_eq(GilThread_tss_set(&key, "v"), 0);
}

static void *
ask_for_a_call_that_asks(void *unused)
{
    (void)unused;
    ck_assert_int_eq(GilThread_AtExit(ask_for_more, NULL), 0);
    return NULL;
}

START_TEST(test_sync_thread__a_call_may_ask_for_more)
{
    ck_assert_int_eq(GilThread_tss_create_with_destructor(&key, tell_it), 0);
    run(ask_for_a_call_that_asks, NULL);
    ck_assert_str_eq(story, "mnv");
}
END_TEST

/* Asks for itself, each time. */
static int asked_again;

static void
ask_again(void *unused)
{
    ck_assert_int_lt(++asked_again, 1000000);
    ck_assert_int_eq(GilThread_AtExit(ask_again, unused), 0);
}

static void *
ask_for_a_call_without_end(void *unused)
{
    ask_again(unused);
    return NULL;
}

START_TEST(test_sync_thread__calls_without_end_are_cut)
{
    struct gil_mem_stats before, after;

    gil_raw_stats(&before);
    run(ask_for_a_call_without_end, NULL);
    ck_assert_int_gt(asked_again, 4);
    ck_assert_int_lt(asked_again, 100);
    gil_raw_stats(&after);
    ck_assert_uint_eq(after.blocks, before.blocks);
}
END_TEST

static void
take_back(void *unused)
{
    (void)unused;
    ck_assert_int_eq(GilThread_AtExit(tell_it, "n"), 0);
    ck_assert_int_eq(GilThread_CancelAtExit(tell_it, "n"), 1);
    ck_assert_int_eq(GilThread_CancelAtExit(tell_it, "o"), 1);
    ck_assert_int_eq(GilThread_CancelAtExit(tell_it, "o"), 0);
    tell("t");
}

static void *
ask_for_a_call_that_takes_back(void *unused)
{
    (void)unused;
    ck_assert_int_eq(GilThread_AtExit(tell_it, "p"), 0);
    ck_assert_int_eq(GilThread_AtExit(tell_it, "o"), 0);
    ck_assert_int_eq(GilThread_AtExit(take_back, NULL), 0);
    return NULL;
}

START_TEST(test_sync_thread__a_call_may_take_back_what_comes_after_it)
{
    run(ask_for_a_call_that_takes_back, NULL);
    ck_assert_str_eq(story, "tp");
}
END_TEST

static void *
exit_early(void *unused)
{
    ask_for_calls(unused);
    gil_thread_exit();
    ck_assert_str_eq(story, "cav");
    gil_thread_exit();
    return NULL;
}

START_TEST(test_sync_thread__all_of_it_happens_once)
{
    ck_assert_int_eq(GilThread_tss_create_with_destructor(&key, tell_it), 0);
    run(exit_early, NULL);
    ck_assert_str_eq(story, "cav");
}
END_TEST

/* ThreadSanitizer has its own destructor before all others, and in the last round is done with the thread. */
#ifdef __SANITIZE_THREAD__
#define ROUNDS_OF_STRANGERS (ROUNDS - 1)
#else
#define ROUNDS_OF_STRANGERS ROUNDS
#endif

static pthread_key_t strangers;

/* A destructor of somebody else: in the second round the record is gone. */
static void
come_late(void *rounds)
{
    if (--*(int *)rounds > 0) {
        (void)pthread_setspecific(strangers, rounds);
        return;
    }
    ck_assert_int_eq(GilThread_AtExit(tell_it, "z"), -1);
    ck_assert_int_eq(GilThread_tss_set(&key, "z"), -1);
    ck_assert_ptr_null(GilThread_tss_get(&key));
    ck_assert_int_eq(GilThread_CancelAtExit(tell_it, "z"), 0);
    tell("l");
}

static void *
leave_a_late_comer(void *rounds)
{
    ck_assert_int_eq(pthread_setspecific(strangers, rounds), 0);
    ck_assert_int_eq(GilThread_AtExit(tell_it, "a"), 0);
    return NULL;
}

START_TEST(test_B14_a_later_destructor_is_refused_when_the_storage_is_gone)
{
    struct gil_mem_stats before, after;
    int rounds = _i;

    ck_assert_int_eq(pthread_key_create(&strangers, come_late), 0);
    ck_assert_int_eq(GilThread_tss_create(&key), 0);
    gil_raw_stats(&before);
    run(leave_a_late_comer, &rounds);
    gil_raw_stats(&after);
    ck_assert_str_eq(story, "al");
    ck_assert_uint_eq(after.blocks, before.blocks);
}
END_TEST

START_TEST(test_sync_thread__a_key_that_comes_back_finds_nothing)
{
    Gil_tss_t old;

    ck_assert_int_eq(GilThread_tss_create(&key), 0);
    ck_assert_int_eq(GilThread_tss_set(&key, story), 0);
    ck_assert_int_eq(GilThread_tss_create(&key), 0); /* stays as it is */
    ck_assert_ptr_eq(GilThread_tss_get(&key), story);
    old = key;
    GilThread_tss_delete(&key);
    GilThread_tss_delete(&key);
    ck_assert_int_eq(GilThread_tss_is_created(&key), 0);
    ck_assert_ptr_null(GilThread_tss_get(&key));
    ck_assert_int_eq(GilThread_tss_set(&key, story), -1);
    ck_assert_int_eq(GilThread_tss_create(&key), 0);
    ck_assert_uint_eq(key._key, old._key);
    ck_assert_ptr_null(GilThread_tss_get(&key));
}
END_TEST

static void *
use_every_key(void *keys)
{
    Gil_tss_t *each = keys;

    for (int i = 0; i < KEYS_MAX; i++)
        ck_assert_int_eq(GilThread_tss_set(&each[i], &each[i]), 0);
    for (int i = 0; i < KEYS_MAX; i++)
        ck_assert_ptr_eq(GilThread_tss_get(&each[i]), &each[i]);
    return NULL;
}

START_TEST(test_sync_thread__there_are_1024_keys)
{
    static Gil_tss_t keys[KEYS_MAX];

    for (int i = 0; i < KEYS_MAX; i++)
        ck_assert_int_eq(GilThread_tss_create(&keys[i]), 0);
    ck_assert_int_eq(GilThread_tss_create(&key), -1);
    run(use_every_key, keys);
    GilThread_tss_delete(&keys[500]);
    ck_assert_int_eq(GilThread_tss_create(&key), 0);
}
END_TEST

static void
forget(void *unused)
{
    (void)unused;
}

/* Each thread is new to the library. */
static void *
lack_memory(void *nth)
{
    gil_test_fail_alloc(*(long *)nth, 1);
    int set = GilThread_tss_set(&key, story);
    int asked = GilThread_AtExit(forget, NULL);
    Gil_tss_t *made = GilThread_tss_alloc();
    gil_test_fail_alloc_off();
    ck_assert_int_eq(set, *(long *)nth > 2 ? 0 : -1);
    ck_assert_ptr_eq(GilThread_tss_get(&key), set == 0 ? story : NULL);
    ck_assert_int_eq(asked, *(long *)nth > 3 ? 0 : -1);
    ck_assert(*(long *)nth > 4 ? made != NULL : made == NULL);
    GilThread_tss_free(made);
    return NULL;
}

START_TEST(test_B12_memory_that_lacks_leaves_nothing_of_a_thread)
{
    struct gil_mem_stats before, after;

    ck_assert_int_eq(GilThread_tss_create(&key), 0);
    gil_raw_stats(&before);
    for (long nth = 1; nth <= 5; nth++)
        run(lack_memory, &nth);
    gil_raw_stats(&after);
    ck_assert_uint_eq(after.blocks, before.blocks);
}
END_TEST

static void *
name_itself(void *unused)
{
    char name[GIL_THREAD_NAME_MAX], small[4];

    (void)unused;
    ck_assert_int_eq(GilThread_SetName("worker"), 0);
    ck_assert_int_eq(GilThread_GetName(name, sizeof name), 0);
    ck_assert_str_eq(name, "worker");
    ck_assert_int_eq(GilThread_GetName(small, sizeof small), 0);
    ck_assert_str_eq(small, "wor");
    ck_assert_int_eq(GilThread_SetName("0123456789abcdefgh"), 0);
    ck_assert_int_eq(GilThread_GetName(name, sizeof name), 0);
    ck_assert_str_eq(name, "0123456789abcde");
    /* The fifteenth byte would be the first half of a letter. */
    ck_assert_int_eq(GilThread_SetName("0123456789abcd\xc3\xa9"), 0);
    ck_assert_int_eq(GilThread_GetName(name, sizeof name), 0);
    ck_assert_str_eq(name, "0123456789abcd");
    ck_assert_int_eq(GilThread_SetName(NULL), -1);
    ck_assert_int_eq(GilThread_GetName(NULL, 4), -1);
    ck_assert_int_eq(GilThread_GetName(name, 0), -1);
    return NULL;
}

START_TEST(test_sync_thread__a_name_is_cut_between_letters)
{
    run(name_itself, NULL);
}
END_TEST

/* --- the child of a fork --- */

/* ThreadSanitizer starts no thread in a child of several. */
#ifndef __SANITIZE_THREAD__
static pthread_key_t early_key; /* its destructor runs before that of the library's, the next key */
static int in_round, may_end;

static void
stay_in_the_round(void *unused)
{
    (void)unused;
    gil_store_release(&in_round, 1);
    while (!gil_load_acquire(&may_end))
        sched_yield();
}

/* As if it had asked for something, but without a step of the allocator (nor of Check, which takes memory): that has a value of the system, too,
 * and renews it in each round; then the system would clear all of them in the child. */
static void *
end_with_a_record(void *record)
{
    return pthread_setspecific(early_key, record) == 0 && pthread_setspecific(early_key + 1, record) == 0 ? record : NULL;
}

/* What it finds is of nobody. */
static void *
look_for_a_record(void *record)
{
    CHILD_CHECK(GilThread_AtExit(tell_it, "x") == 0);
    CHILD_CHECK(*(void **)record == NULL);
    return NULL;
}

/* Before any start of the runtime, and while a thread ends whose stack the child gives to a new one. */
START_TEST(test_sync_thread__a_child_finds_nothing_of_the_dead_before_the_first_start)
{
    pthread_t thread;
    void *record = gil_raw_calloc(1, 64), *found; /* the thread's end frees it */

    ck_assert_ptr_nonnull(record);
    ck_assert_int_eq(pthread_key_create(&early_key, stay_in_the_round), 0);
    ck_assert_int_eq(GilThread_AtExit(tell_it, "m"), 0);
    ck_assert_ptr_nonnull(pthread_getspecific(early_key + 1));
    ck_assert_int_eq(GilThread_CancelAtExit(tell_it, "m"), 1);
    story[0] = '\0';
    ck_assert_int_eq(pthread_create(&thread, NULL, end_with_a_record, record), 0);
    while (!gil_load_acquire(&in_round))
        sched_yield();
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        CHILD_CHECK(pthread_create(&thread, NULL, look_for_a_record, record) == 0);
        CHILD_CHECK(pthread_join(thread, NULL) == 0);
        CHILD_CHECK(strcmp(story, "x") == 0);
        CHILD_LEAVES(0);
        _exit(0);
    }
    gil_store_release(&may_end, 1);
    ck_assert_int_eq(pthread_join(thread, &found), 0);
    ck_assert_ptr_eq(found, record);
    ck_assert_int_eq(child_status(child), 0);
    ck_assert_str_eq(story, "");
    pthread_key_delete(early_key);
}
END_TEST
#endif

Suite *
suite(void)
{
    Suite *suite = suite_create("sync/thread");
    TCase *tcase = tcase_create("thread");

    tcase_add_test(tcase, test_sync_thread__calls_come_newest_first_and_then_destructors);
    tcase_add_test(tcase, test_sync_thread__destructors_that_set_again_are_called_four_times);
    tcase_add_test(tcase, test_sync_thread__a_call_may_ask_for_more);
    tcase_add_test(tcase, test_sync_thread__calls_without_end_are_cut);
    tcase_add_test(tcase, test_sync_thread__a_call_may_take_back_what_comes_after_it);
    tcase_add_test(tcase, test_sync_thread__all_of_it_happens_once);
    tcase_add_loop_test(tcase, test_B14_a_later_destructor_is_refused_when_the_storage_is_gone, 2, ROUNDS_OF_STRANGERS + 1);
    tcase_add_test(tcase, test_sync_thread__a_key_that_comes_back_finds_nothing);
    tcase_add_test(tcase, test_sync_thread__there_are_1024_keys);
    tcase_add_test(tcase, test_B12_memory_that_lacks_leaves_nothing_of_a_thread);
    tcase_add_test(tcase, test_sync_thread__a_name_is_cut_between_letters);
#ifndef __SANITIZE_THREAD__
    GIL_TEST_ADD_UNLESS_EMULATED(tcase, test_sync_thread__a_child_finds_nothing_of_the_dead_before_the_first_start, 0, 1,
                                 "it starts no thread in a child of several");
#endif
    suite_add_tcase(suite, tcase);
    return suite;
}
