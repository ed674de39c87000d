/* SPDX-License-Identifier: MIT */
/* Foreign locks: beside code that takes them in either order, and what goes wrong with them. */
#include "unit/state/world.h"

#include "gilrt/mutex.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long counter; /* [mutex] */
static int phase;    /* [atomic] */

/* Holds it and comes back with it: the order that the next one reverses. */
static void *
hold_and_attach(void *unused)
{
    (void)unused;
    for (int i = 0; i < 2000; i++) {
        pthread_mutex_lock(&mutex);
        GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
        ck_assert_ptr_nonnull(token);
        counter++;
        GilThreadState_Release(token);
        pthread_mutex_unlock(&mutex);
    }
    gil_fetch_add_seq_cst(&phase, 1);
    return NULL;
}

START_TEST(test_L9_a_foreign_mutex_beside_code_that_holds_it_and_attaches)
{
    pthread_t threads[2];
    long mine = 0;

    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, hold_and_attach, NULL), 0);
    while (gil_load_acquire(&phase) < 2) {
        ck_assert_int_eq(GilForeignLock_LockPthread(&mutex), 0);
        ck_assert_ptr_eq(gil_tstate_attached(), world_ts);
        counter++;
        mine++;
        pthread_mutex_unlock(&mutex);
        (void)GilEval_Yield();
    }
    Gil_BEGIN_BLOCKING_CALL
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    Gil_END_BLOCKING_CALL
    ck_assert_int_eq(counter, 4000 + mine);
}
END_TEST

START_TEST(test_state_foreign__what_the_lock_says_is_passed_on)
{
    pthread_mutexattr_t attributes;
    pthread_mutex_t checked;

    ck_assert_int_eq(pthread_mutexattr_init(&attributes), 0);
    ck_assert_int_eq(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK), 0);
    ck_assert_int_eq(pthread_mutex_init(&checked, &attributes), 0);
    ck_assert_int_eq(GilForeignLock_LockPthread(&checked), 0);
    ck_assert_int_eq(GilForeignLock_LockPthread(&checked), EDEADLK);
    ck_assert_ptr_eq(gil_tstate_attached(), world_ts);
    ck_assert_int_eq(pthread_mutex_unlock(&checked), 0);

    GilThreadState *ts = GilEval_SaveThread();
    ck_assert_int_eq(GilForeignLock_LockPthread(&checked), 0);
    ck_assert_int_eq(GilForeignLock_LockPthread(&checked), EDEADLK);
    ck_assert_int_eq(pthread_mutex_unlock(&checked), 0);
    GilEval_RestoreThread(ts);
}
END_TEST

static void *
die_with_it(void *robust)
{
    ck_assert_int_eq(pthread_mutex_lock(robust), 0);
    return NULL;
}

START_TEST(test_state_foreign__a_robust_mutex_of_a_dead_owner_is_kept)
{
    pthread_mutexattr_t attributes;
    pthread_mutex_t robust;
    pthread_t thread;

    ck_assert_int_eq(pthread_mutexattr_init(&attributes), 0);
    ck_assert_int_eq(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST), 0);
    ck_assert_int_eq(pthread_mutex_init(&robust, &attributes), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, die_with_it, &robust), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(GilForeignLock_LockPthread(&robust), EOWNERDEAD);
    ck_assert_ptr_eq(gil_tstate_attached(), world_ts);
    ck_assert_int_eq(pthread_mutex_consistent(&robust), 0);
    ck_assert_int_eq(pthread_mutex_unlock(&robust), 0);
    ck_assert_int_eq(GilForeignLock_LockPthread(&robust), 0);
    ck_assert_int_eq(pthread_mutex_unlock(&robust), 0);
}
END_TEST

/* Nobody gets it again, and nobody waits for it for ever: not by its own functions either. */
START_TEST(test_state_foreign__a_robust_mutex_that_is_lost_is_refused)
{
    static const struct timespec past;
    pthread_mutexattr_t attributes;
    pthread_mutex_t robust;
    pthread_t thread;

    ck_assert_int_eq(pthread_mutexattr_init(&attributes), 0);
    ck_assert_int_eq(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST), 0);
    ck_assert_int_eq(pthread_mutex_init(&robust, &attributes), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, die_with_it, &robust), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(GilForeignLock_LockPthread(&robust), EOWNERDEAD);
    ck_assert_int_eq(pthread_mutex_unlock(&robust), 0);
    ck_assert_int_eq(GilForeignLock_LockPthread(&robust), ENOTRECOVERABLE);
    ck_assert_ptr_eq(gil_tstate_attached(), world_ts);
    ck_assert_int_eq(GilForeignLock_LockPthread(&robust), ENOTRECOVERABLE);
    ck_assert_int_eq(pthread_mutex_timedlock(&robust, &past), ENOTRECOVERABLE);
}
END_TEST

/* A lock that notes what is done with it. */
static struct {
    char story[32];
    int busy; /* times that a try fails */
    int says; /* what it returns else, if not 0 */
} noted;

static int
note_try(void *lock)
{
    (void)lock;
    strcat(noted.story, gil_tstate_attached() != NULL ? "T" : "t");
    return noted.busy-- > 0 ? 1 : noted.says;
}

static int
note_lock(void *lock)
{
    (void)lock;
    strcat(noted.story, gil_tstate_attached() != NULL ? "L" : "l");
    return noted.says;
}

static int
note_unlock(void *lock)
{
    (void)lock;
    strcat(noted.story, gil_tstate_attached() != NULL ? "U" : "u");
    return 0;
}

static int
refuse(void *lock)
{
    (void)lock;
    return 7;
}

START_TEST(test_state_foreign__it_is_waited_for_without_the_interpreters_lock)
{
    static const GilForeignLock how = {note_try, note_lock, note_unlock};
    static const GilForeignLock refusing = {refuse, refuse, note_unlock};

    ck_assert_int_eq(GilForeignLock_Lock(&how, NULL), 0);
    ck_assert_str_eq(noted.story, "T");
    noted.story[0] = '\0';
    noted.busy = 1;
    ck_assert_int_eq(GilForeignLock_Lock(&how, NULL), 0);
    ck_assert_str_eq(noted.story, "Tl");
    ck_assert_int_eq(GilForeignLock_Lock(&refusing, NULL), 7);
    ck_assert_ptr_eq(gil_tstate_attached(), world_ts);
}
END_TEST

/* What is the caller's with a warning, and what is lost, is neither waited for nor given back. */
START_TEST(test_state_foreign__any_robust_lock_is_kept_or_refused)
{
    static const GilForeignLock how = {note_try, note_lock, note_unlock};

    noted.says = EOWNERDEAD;
    ck_assert_int_eq(GilForeignLock_Lock(&how, NULL), EOWNERDEAD);
    ck_assert_str_eq(noted.story, "T");
    noted.busy = 1;
    ck_assert_int_eq(GilForeignLock_Lock(&how, NULL), EOWNERDEAD);
    ck_assert_str_eq(noted.story, "TTl");
    noted.says = ENOTRECOVERABLE;
    ck_assert_int_eq(GilForeignLock_Lock(&how, NULL), ENOTRECOVERABLE);
    ck_assert_str_eq(noted.story, "TTlT");
    ck_assert_ptr_eq(gil_tstate_attached(), world_ts);
}
END_TEST

static void *
hold_the_interpreter(void *unused)
{
    (void)unused;
    while (gil_load_acquire(&phase) < 1)
        sched_yield();
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    ck_assert_ptr_nonnull(token);
    gil_store_release(&phase, 2);
    while (gil_load_acquire(&phase) < 3)
        sched_yield();
    GilThreadState_Release(token);
    return NULL;
}

static int
unlock_and_tell(void *lock)
{
    int rc = note_unlock(lock);

    gil_store_release(&phase, 3);
    return rc;
}

/* Waits until the other thread has the interpreter's lock. */
static int
lock_late(void *lock)
{
    gil_store_release(&phase, 1);
    while (gil_load_acquire(&phase) < 2)
        sched_yield();
    return note_lock(lock);
}

START_TEST(test_state_foreign__it_is_given_back_before_the_interpreters_lock_is_waited_for)
{
    static const GilForeignLock how = {note_try, lock_late, unlock_and_tell};
    pthread_t thread;

    noted.busy = 1;
    ck_assert_int_eq(pthread_create(&thread, NULL, hold_the_interpreter, NULL), 0);
    ck_assert_int_eq(GilForeignLock_Lock(&how, NULL), 0);
    ck_assert_str_eq(noted.story, "TluT");
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/foreign");
    TCase *tcase = tcase_create("foreign");

    tcase_add_checked_fixture(tcase, world_start, world_stop);
    tcase_add_test(tcase, test_L9_a_foreign_mutex_beside_code_that_holds_it_and_attaches);
    tcase_add_test(tcase, test_state_foreign__what_the_lock_says_is_passed_on);
    GIL_TEST_ADD_UNLESS_EMULATED(tcase, test_state_foreign__a_robust_mutex_of_a_dead_owner_is_kept, 0, 1, "it has no robust mutexes");
    GIL_TEST_ADD_UNLESS_EMULATED(tcase, test_state_foreign__a_robust_mutex_that_is_lost_is_refused, 0, 1, "it has no robust mutexes");
    tcase_add_test(tcase, test_state_foreign__any_robust_lock_is_kept_or_refused);
    tcase_add_test(tcase, test_state_foreign__it_is_waited_for_without_the_interpreters_lock);
    tcase_add_test(tcase, test_state_foreign__it_is_given_back_before_the_interpreters_lock_is_waited_for);
    suite_add_tcase(suite, tcase);
    return suite;
}
