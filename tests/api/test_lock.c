/* SPDX-License-Identifier: MIT */
/* <gilrt/lock.h> as a host uses it. */
#include "support/support.h"

#include <gilrt.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

START_TEST(test_api_lock__allow_threads_leaves_and_returns)
{
    ck_assert_int_eq(GilThreadState_IsAttached(), 1);
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    Gil_BLOCK_THREADS
    ck_assert_int_eq(GilThreadState_IsAttached(), 1);
    Gil_UNBLOCK_THREADS
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(GilThreadState_IsAttached(), 1);
}
END_TEST

START_TEST(test_api_lock__save_and_restore)
{
    GilThreadState *ts = GilThreadState_Get();

    ck_assert_ptr_eq(GilEval_SaveThread(), ts);
    ck_assert_ptr_null(GilThreadState_GetUnchecked());
    GilEval_RestoreThread(ts);
    GilEval_ReleaseThread(ts);
    GilEval_AcquireThread(ts);
    ck_assert_ptr_eq(GilThreadState_Get(), ts);
}
END_TEST

START_TEST(test_B9_errno_is_kept)
{
    errno = ENOTTY;
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(errno, ENOTTY);
    Gil_END_ALLOW_THREADS
    GilEval_RestoreThread(GilEval_SaveThread());
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(errno, ENOTTY);
}
END_TEST

/* --- two threads --- */

static GilInterpreterGuard *guard;
static int inside, stop; /* accessed by __atomic_* */
static GilObject *list;

static void *
append_until_stopped(void *unused)
{
    (void)unused;
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    ck_assert_ptr_nonnull(token);
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        ck_assert_int_eq(__atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST), 1);
        ck_assert_int_eq(GilList_Append(list, Gil_None), 0);
        ck_assert_int_eq(__atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST), 0);
        ck_assert_int_eq(Gil_Poll(), 0);
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
    }
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_api_lock__threads_share_a_list)
{
    enum { THREADS = 3 };
    pthread_t threads[THREADS];
    GilInterpreterState *interp = GilInterpreterState_Get();

    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(interp, GIL_SWITCH_INTERVAL_MIN), 0);
    guard = GilInterpreterGuard_FromCurrent();
    list = GilList_New(0);
    ck_assert(guard != NULL && list != NULL);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, append_until_stopped, NULL), 0);
    /* A hog that polls is no obstacle. */
    while (GilList_Size(list) < 1000)
        ck_assert_int_eq(Gil_PollThread(GilThreadState_Get()), 0);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    Gil_END_ALLOW_THREADS
    Gil_DECREF(list);
    GilInterpreterGuard_Close(guard);
}
END_TEST

START_TEST(test_api_lock__info)
{
    GilInterpreterState *interp = GilInterpreterState_Get();
    GilLockInfo info;

    GilLockInfo_Init(&info);
    ck_assert_uint_eq(info.size, sizeof info);
    ck_assert_int_eq(GilLock_GetInfo(interp, &info), 0);
    ck_assert(info.mode == GIL_LOCK_FENCED || info.mode == GIL_LOCK_ASYMMETRIC);
    ck_assert_uint_eq(info.membarriers, 0);
    ck_assert_uint_eq(info.holder, GilThreadState_GetID(GilThreadState_Get()));
    ck_assert_uint_eq(info.waiters, 0);
    ck_assert_uint_eq(info.timing, 0);
    ck_assert_uint_eq(info.held_ns, 0);
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(GilLock_GetInfo(interp, &info), 0);
    ck_assert_uint_eq(info.holder, 0);
    Gil_END_ALLOW_THREADS
}
END_TEST

START_TEST(test_api_lock__timing)
{
    GilInterpreterState *interp = GilInterpreterState_Get();
    GilLockInfo info;

    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_SetTiming(interp, 1), 0);
    do
        ck_assert_int_eq(GilLock_GetInfo(interp, &info), 0);
    while (info.held_ns == 0);
    ck_assert_uint_eq(info.timing, 1);
    ck_assert_uint_gt(info.since_ns, 0);
    ck_assert_int_eq(GilLock_SetTiming(interp, 0), 0);
    ck_assert_int_eq(GilLock_SetTiming(NULL, 1), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_SystemError), 1);
    GilErr_Clear();
}
END_TEST

START_TEST(test_A12_the_interval_has_bounds)
{
    GilInterpreterState *interp = GilInterpreterState_Get();

    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(interp), GIL_SWITCH_INTERVAL_DEFAULT);
    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(interp, 1), 0);
    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(interp), GIL_SWITCH_INTERVAL_MIN);
    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(interp, UINT64_MAX), 0);
    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(interp), GIL_SWITCH_INTERVAL_MAX);
    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(NULL, 1), -1);
}
END_TEST

/* A program of a later version brings a larger structure; one that never called GilLockInfo_Init() brings nonsense. */
START_TEST(test_api_lock__info_of_another_version)
{
    struct {
        GilLockInfo known;
        uint64_t later[2];
    } info;

    memset(&info, 0xff, sizeof info);
    info.known.size = sizeof info;
    ck_assert_int_eq(GilLock_GetInfo(GilInterpreterState_Get(), &info.known), 0);
    ck_assert_uint_eq(info.known.size, sizeof info);
    ck_assert_uint_ne(info.known.holder, 0);
    ck_assert_uint_eq(info.known.waiters, 0);
    ck_assert(info.later[0] == 0 && info.later[1] == 0);
    info.known.size = sizeof info.known - 1;
    ck_assert_int_eq(GilLock_GetInfo(GilInterpreterState_Get(), &info.known), -1);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("api/lock");
    TCase *tcase = tcase_create("lock");

    tcase_add_checked_fixture(tcase, gil_test_start, gil_test_stop);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_api_lock__allow_threads_leaves_and_returns);
    tcase_add_test(tcase, test_api_lock__save_and_restore);
    tcase_add_test(tcase, test_B9_errno_is_kept);
    tcase_add_test(tcase, test_api_lock__threads_share_a_list);
    tcase_add_test(tcase, test_api_lock__info);
    tcase_add_test(tcase, test_api_lock__info_of_another_version);
    tcase_add_test(tcase, test_api_lock__timing);
    tcase_add_test(tcase, test_A12_the_interval_has_bounds);
    suite_add_tcase(suite, tcase);
    return suite;
}
