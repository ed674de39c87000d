/* SPDX-License-Identifier: MIT */
/* Interpreters beside the main one: made and ended from anywhere, within limits, and nothing left. */
#include "support/support.h"

#include "base/atomic.h"
#include "base/mem.h"
#include "gilrt/bytes.h"
#include "gilrt/error.h"
#include "gilrt/float.h"
#include "gilrt/gc.h"
#include "gilrt/import.h"
#include "gilrt/interp.h"
#include "gilrt/life.h"
#include "gilrt/list.h"
#include "gilrt/lock.h"
#include "gilrt/long.h"
#include "gilrt/mem.h"
#include "gilrt/module.h"
#include "gilrt/state.h"
#include "gilrt/unicode.h"
#include "state/gate.h"
#include "state/interp.h"
#include "state/tstate.h"

#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static GilThreadState *main_ts;

static void
start(void)
{
    gil_test_start();
    main_ts = GilThreadState_Get();
}

static void
stop(void)
{
    if (GilThreadState_GetUnchecked() != main_ts)
        GilThreadState_Swap(main_ts);
    gil_test_stop();
}

static GilThreadState *
new_interp(const GilInterpreterConfig *config)
{
    GilThreadState *ts = NULL;
    GilStatus status = Gil_NewInterpreterFromConfig(&ts, config);

    ck_assert_msg(!GilStatus_Exception(status), "%s", status.err_msg);
    ck_assert_ptr_eq(GilThreadState_Get(), ts);
    return ts;
}

static GilInterpreterConfig
default_config(void)
{
    GilInterpreterConfig config;

    GilInterpreterConfig_Init(&config);
    return config;
}

static size_t
raw_blocks(void)
{
    struct gil_mem_stats stats;

    gil_raw_stats(&stats);
    return stats.blocks;
}

static void
use(void)
{
    GilObject *list = GilList_New(0), *text = GilUnicode_FromFormat("in %lld", (long long)GilInterpreterState_Get()->id);

    ck_assert(list != NULL && text != NULL);
    ck_assert_int_eq(GilList_Append(list, text), 0);
    ck_assert_int_eq(GilList_Append(list, list), 0);
    Gil_DECREF(text);
    Gil_DECREF(list);
}

START_TEST(test_runtime_interp__has_a_lock_of_its_own)
{
    GilInterpreterConfig config = default_config();
    GilThreadState *ts = new_interp(&config);

    ck_assert_ptr_ne(ts->lock, main_ts->lock);
    ck_assert_ptr_ne(ts->interp, main_ts->interp);
    use();
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    ck_assert_ptr_null(GilThreadState_GetUnchecked());
}
END_TEST

START_TEST(test_runtime_interp__may_share_the_main_lock)
{
    GilInterpreterConfig config = default_config();

    config.gil = GilInterpreterConfig_SHARED_GIL;
    GilThreadState *ts = new_interp(&config);
    ck_assert_ptr_eq(ts->lock, main_ts->lock);
    use();
    GilThreadState_Swap(main_ts);
    use();
    GilThreadState_Swap(ts);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
}
END_TEST

START_TEST(test_F4_ids_are_never_reused)
{
    GilInterpreterConfig config = default_config();
    int64_t last = 0;

    for (long i = gil_test_plenty(2000); i > 0; i--) {
        GilThreadState *ts = new_interp(&config);
        ck_assert_int_gt(GilInterpreterState_GetID(ts->interp), last);
        last = GilInterpreterState_GetID(ts->interp);
        ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    }
}
END_TEST

START_TEST(test_runtime_interp__each_wrong_configuration_is_refused)
{
    GilInterpreterConfig good = default_config(), bad[11];
    GilThreadState *ts = main_ts;
    size_t wrong = sizeof bad / sizeof *bad;

    for (size_t i = 0; i < wrong; i++)
        bad[i] = good;
    bad[0].size = 0;
    bad[1].gil = 3;
    bad[2].lock_mode = 7;
    bad[3].late_policy = -1;
    bad[4].switch_interval_ns = 1;
    bad[5].size = 100000;
    bad[6].unchecked_modules = 1;
    bad[8].exit_policy = 2;
    bad[9].int_max_str_digits = 639;
    bad[10].int_max_str_digits = -2;
    bad[7].size = offsetof(GilInterpreterConfig, forbid_fork) - 1;
    for (size_t i = 0; i < wrong; i++) {
        ck_assert(GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, &bad[i])));
        ck_assert_ptr_null(ts);
        ck_assert_ptr_eq(GilThreadState_Get(), main_ts);
    }
    ck_assert(GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, NULL)));
    ck_assert(GilStatus_Exception(Gil_NewInterpreterFromConfig(NULL, &good)));
    /* Of a later version: what it sets must be known here. */
    struct {
        GilInterpreterConfig config;
        uint64_t later;
    } larger = {good, 1};
    larger.config.size = sizeof larger;
    ck_assert(GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, &larger.config)));
    larger.later = 0;
    ck_assert_int_eq(Gil_EndInterpreter(new_interp(&larger.config)), 0);
    /* Of an earlier one: what it does not have is not read. */
    bad[0] = good;
    bad[0].size = offsetof(GilInterpreterConfig, forbid_fork);
    bad[0].forbid_fork = bad[0].unchecked_modules = 1;
    GilThreadState *older = new_interp(&bad[0]);
    ck_assert_int_eq(GilInterpreterState_CheckMay(GIL_MAY_FORK), 0);
    ck_assert_int_eq(Gil_EndInterpreter(older), 0);
}
END_TEST

START_TEST(test_runtime_interp__the_limit_on_digits_is_its_own)
{
    static const struct {
        int configured, limit;
    } cases[] = {{0, 4300}, {-1, 0}, {640, 640}, {100000, 100000}};
    GilInterpreterConfig config = default_config();

    ck_assert_int_eq(GilLong_SetMaxStrDigits(5000), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        config.int_max_str_digits = cases[i].configured;
        GilThreadState *ts = new_interp(&config);
        ck_assert_int_eq(GilLong_GetMaxStrDigits(), cases[i].limit);
        ck_assert_int_eq(GilLong_SetMaxStrDigits(700), 0);
        ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
        GilThreadState_Swap(main_ts);
        ck_assert_int_eq(GilLong_GetMaxStrDigits(), 5000);
    }
}
END_TEST

START_TEST(test_runtime_interp__the_interval_is_its_own_or_inherited)
{
    GilInterpreterConfig config = default_config();

    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(main_ts->interp, 7000000), 0);
    GilThreadState *ts = new_interp(&config);
    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(ts->interp), 7000000);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(main_ts);
    config.switch_interval_ns = 123456;
    ts = new_interp(&config);
    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(ts->interp), 123456);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(main_ts);
    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(main_ts->interp), 7000000);
}
END_TEST

static void
come_late(void *unused)
{
    GilInterpreterConfig config = default_config();

    (void)unused;
    config.late_policy = Gil_LATE_ABORT;
    GilThreadState *first = new_interp(&config), *ts = GilThreadState_New(first->interp);
    ck_assert_ptr_nonnull(ts);
    GilThreadState_Swap(ts);
    GilThreadState *late = GilEval_SaveThread();
    GilThreadState_Swap(first);
    ck_assert_int_eq(Gil_EndInterpreter(first), 0);
    GilEval_RestoreThread(late);
}

START_TEST(test_runtime_interp__who_is_late_stops_the_process_by_choice)
{
    gil_test_expect_abort(come_late, NULL, "comes back after its interpreter has ended");
}
END_TEST

START_TEST(test_runtime_interp__what_it_may_not_do_is_refused_with_a_sentence)
{
    GilInterpreterConfig config = default_config();

    config.forbid_fork = config.forbid_exec = config.forbid_threads = 1;
    GilThreadState *ts = new_interp(&config);
    ck_assert_int_eq(GilInterpreterState_CheckMay(GIL_MAY_EXEC), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_RuntimeError));
    GilErr_Clear();
    ck_assert_ptr_null(GilThreadState_New(ts->interp));
    use();
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(GilInterpreterState_CheckMay(GIL_MAY_FORK | GIL_MAY_EXEC | GIL_MAY_THREADS), 0);
}
END_TEST

START_TEST(test_runtime_interp__only_while_the_runtime_runs)
{
    ck_assert_ptr_null(Gil_NewInterpreter());
    ck_assert_uint_eq(GilInterpreterView_List(NULL, 0), 0);
    start();
    GilThreadState *ts = Gil_NewInterpreter();
    ck_assert_ptr_nonnull(ts);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    stop();
    ck_assert_ptr_null(Gil_NewInterpreter());
}
END_TEST

/* --- memory --- */

START_TEST(test_runtime_interp__a_limit_becomes_a_memory_error)
{
    GilInterpreterConfig config = default_config();
    GilMemoryStats stats;

    config.memory_limit = 4 << 20;
    GilThreadState *ts = new_interp(&config);
    /* In one piece, ... */
    ck_assert_ptr_null(GilBytes_FromStringAndSize(NULL, 5 << 20));
    ck_assert(GilErr_ExceptionMatches(GilExc_MemoryError));
    GilErr_Clear();
    /* ... and in many. */
    GilObject *list = GilList_New(0);
    int full = 0;
    while (!full) {
        GilObject *bytes = GilBytes_FromStringAndSize(NULL, 1000);
        full = bytes == NULL || GilList_Append(list, bytes) < 0;
        Gil_XDECREF(bytes);
    }
    ck_assert(GilErr_ExceptionMatches(GilExc_MemoryError));
    GilErr_Clear();
    ck_assert_int_gt(GilList_Size(list), 1000);
    GilMemoryStats_Init(&stats);
    ck_assert_int_eq(GilInterpreterState_GetMemoryStats(ts->interp, &stats), 0);
    ck_assert_uint_eq(stats.limit, 4 << 20);
    ck_assert_uint_le(stats.mapped, stats.limit);
    ck_assert_uint_le(stats.bytes, stats.mapped);
    ck_assert_uint_gt(stats.blocks, 1000);
    /* Room again; and others are not concerned. */
    Gil_DECREF(list);
    list = GilList_New(100000);
    ck_assert_ptr_nonnull(list);
    Gil_DECREF(list);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(main_ts);
    GilObject *large = GilBytes_FromStringAndSize(NULL, 5 << 20);
    ck_assert_ptr_nonnull(large);
    Gil_DECREF(large);
}
END_TEST

/* So many lists of that size, each in a circle with itself, with a safe point after each; how many there came to be. */
static int
make_garbage(int lists, Gil_ssize_t size)
{
    for (int i = 0; i < lists; i++) {
        GilObject *list = GilList_New(size);
        if (list == NULL)
            return i;
        ck_assert_int_eq(GilList_SetItem(list, 0, Gil_NewRef(list)), 0);
        Gil_DECREF(list);
        ck_assert_int_eq(Gil_Poll(), 0);
    }
    return lists;
}

static int
full_collections(void)
{
    GilGCStats stats;

    GilGCStats_Init(&stats);
    ck_assert_int_eq(GilGC_GetStats(&stats), 0);
    return (int)stats.generation[2].collections;
}

static uint64_t
bytes_mapped(void)
{
    GilMemoryStats stats;

    GilMemoryStats_Init(&stats);
    ck_assert_int_eq(GilInterpreterState_GetMemoryStats(GilInterpreterState_Get(), &stats), 0);
    return stats.mapped;
}

/* Bytes objects of that size until so much is in use, with a safe point after each, all in one list. */
static GilObject *
fill_up_to(uint64_t mapped, Gil_ssize_t size)
{
    GilObject *list = GilList_New(0);

    while (bytes_mapped() < mapped) {
        GilObject *bytes = GilBytes_FromStringAndSize(NULL, size);
        ck_assert_ptr_nonnull(bytes);
        ck_assert_int_eq(GilList_Append(list, bytes), 0);
        Gil_DECREF(bytes);
        ck_assert_int_eq(Gil_Poll(), 0);
    }
    return list;
}

START_TEST(test_runtime_interp__garbage_is_collected_before_the_limit)
{
    static const struct {
        size_t limit;
        Gil_ssize_t size;
    } cases[] = {{4 << 20, 2000}, {2 << 20, 200}, {2 << 20, 40}, {4 << 20, 150000}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        GilInterpreterConfig config = default_config();
        config.memory_limit = cases[i].limit;
        GilThreadState *ts = new_interp(&config);
        ck_assert_int_eq(make_garbage(4000, cases[i].size), 4000);
        /* Also when three quarters of it live. */
        GilObject *live = fill_up_to(cases[i].limit / 4 * 3, 20000);
        ck_assert_int_eq(make_garbage(4000, cases[i].size / 10), 4000);
        Gil_DECREF(live);
        ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
        GilThreadState_Swap(main_ts);
    }
}
END_TEST

START_TEST(test_runtime_interp__who_disables_collections_has_none_at_the_limit)
{
    GilInterpreterConfig config = default_config();

    config.memory_limit = 4 << 20;
    GilThreadState *ts = new_interp(&config);
    ck_assert_int_eq(GilGC_Disable(), 1);
    int before = full_collections();
    ck_assert_int_lt(make_garbage(4000, 2000), 4000);
    ck_assert(GilErr_ExceptionMatches(GilExc_MemoryError));
    GilErr_Clear();
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(full_collections(), before);
    ck_assert_int_eq(GilGC_Enable(), 0);
    /* What was refused asked, and nobody was there to hear it. */
    ck_assert_ptr_null(GilList_New(400000));
    GilErr_Clear();
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(full_collections(), before + 1);
    ck_assert_int_eq(make_garbage(4000, 2000), 4000);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
}
END_TEST

/* Where what lives fills the room, looking for garbage again and again would find nothing. */
START_TEST(test_runtime_interp__a_full_heap_is_not_collected_all_the_time)
{
    GilInterpreterConfig config = default_config();

    unsetenv("GIL_GC_STRESS"); /* it asks when there is a collection */
    config.memory_limit = 8 << 20;
    GilThreadState *ts = new_interp(&config);
    ck_assert_int_eq(GilGC_SetThreshold(2, 0), 0); /* what the heap asks for is left */
    int before = full_collections();
    GilObject *live = fill_up_to((8 << 20) / 100 * 97, 1000);
    int filled = full_collections();
    ck_assert_int_ge(filled - before, 1);
    ck_assert_int_le(filled - before, 6);
    /* What comes and goes above it, ... */
    for (int i = 0; i < 1000; i++) {
        GilObject *bytes = GilBytes_FromStringAndSize(NULL, 100000);
        ck_assert_ptr_nonnull(bytes);
        ck_assert_int_eq(Gil_Poll(), 0);
        Gil_DECREF(bytes);
        ck_assert_int_eq(Gil_Poll(), 0);
    }
    ck_assert_int_le(full_collections() - filled, 1);
    /* ... and what cannot come, in vain, again and again, are no reason to look again. */
    for (int i = 0; i < 1000; i++) {
        ck_assert_ptr_null(GilBytes_FromStringAndSize(NULL, 1 << 20));
        GilErr_Clear();
        ck_assert_int_eq(Gil_Poll(), 0);
    }
    ck_assert_int_le(full_collections() - filled, 2);
    /* With room again it is as it was. */
    Gil_DECREF(live);
    ck_assert_int_eq(make_garbage(4000, 2000), 4000);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
}
END_TEST

/* Memory that is given back on the way out of a refusal does not take back what that asked for. */
START_TEST(test_runtime_interp__what_is_refused_asks_though_something_is_given_back)
{
    GilInterpreterConfig config = default_config();

    unsetenv("GIL_GC_STRESS"); /* it asks when there is a collection */
    config.memory_limit = 4 << 20;
    GilThreadState *ts = new_interp(&config);
    for (int round = 0; round < 3; round++) {
        int before = full_collections();
        for (int i = 0; i < 25; i++) { /* without a safe point; as large where jemalloc's pages are of 64 KiB (arm64) */
            GilObject *list = GilList_New(16000);
            ck_assert_ptr_nonnull(list);
            ck_assert_int_eq(GilList_SetItem(list, 0, Gil_NewRef(list)), 0);
            Gil_DECREF(list);
        }
        GilObject *temporary = GilBytes_FromStringAndSize(NULL, 200000);
        ck_assert_ptr_nonnull(temporary);
        ck_assert_ptr_null(GilBytes_FromStringAndSize(NULL, 2 << 20));
        GilErr_Clear();
        Gil_DECREF(temporary);
        ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert_int_eq(full_collections(), before + 1);
        ck_assert_uint_lt(bytes_mapped(), 1 << 20);
    }
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
}
END_TEST

/* Circles of one into a list, from its place n on, until there are so many, or no room; with a safe point after each. */
static Gil_ssize_t
circles(GilObject *places, Gil_ssize_t n, Gil_ssize_t most)
{
    GilObject *list;

    for (; n < most && (list = GilList_New(1)) != NULL; n++) {
        ck_assert_int_eq(GilList_SetItem(list, 0, Gil_NewRef(list)), 0);
        ck_assert_int_eq(GilList_SetItem(places, n, list), 0);
        ck_assert_int_eq(Gil_Poll(), 0);
    }
    GilErr_Clear();
    ck_assert_int_eq(Gil_Poll(), 0);
    return n;
}

/* Garbage that came to lie in the gaps of what lives takes nothing from the system, and is found all the same. */
START_TEST(test_runtime_interp__garbage_in_gaps_is_found_when_something_is_refused)
{
    enum { PLACES = 60000 };
    GilInterpreterConfig config = default_config();

    config.memory_limit = 4 << 20;
    GilThreadState *ts = new_interp(&config);
    ck_assert_int_eq(GilGC_SetThreshold(2, 0), 0); /* what the heap asks for is left */
    GilObject *all = GilList_New(PLACES), *gaps = GilList_New(PLACES);
    Gil_ssize_t n = circles(all, 0, PLACES), more = n / 8 * 6;
    ck_assert(n > 10000 && n < PLACES);
    for (Gil_ssize_t i = 0; i < n; i++) { /* one of eight stays, and its slab with it */
        if (i % 8 != 0)
            ck_assert_int_eq(GilList_SetItem(all, i, NULL), 0);
    }
    GilGC_Collect();
    ck_assert_int_eq(circles(gaps, 0, more), more);
    for (Gil_ssize_t i = 0; i < more; i++) /* old by now, and garbage */
        ck_assert_int_eq(GilList_SetItem(gaps, i, NULL), 0);
    Gil_ssize_t made = 0;
    for (int refused = 0; made < more; refused++) {
        ck_assert_int_le(refused, 3);
        made = circles(gaps, made, more);
    }
    Gil_DECREF(gaps);
    Gil_DECREF(all);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
}
END_TEST

/* A refusal is told, and who lets go of the rest and asks again after a safe point has room. */
START_TEST(test_runtime_interp__what_is_refused_asks_for_a_collection)
{
    GilInterpreterConfig config = default_config();

    unsetenv("GIL_GC_STRESS"); /* it asks when there is a collection */
    config.memory_limit = 4 << 20;
    GilThreadState *ts = new_interp(&config);
    ck_assert_int_eq(make_garbage(1, 100000), 1);
    ck_assert_ptr_null(GilBytes_FromStringAndSize(NULL, 3 << 20));
    ck_assert(GilErr_ExceptionMatches(GilExc_MemoryError));
    GilErr_Clear();
    ck_assert_int_eq(Gil_Poll(), 0);
    GilObject *bytes = GilBytes_FromStringAndSize(NULL, 3 << 20);
    ck_assert_ptr_nonnull(bytes);
    Gil_DECREF(bytes);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
}
END_TEST

START_TEST(test_runtime_interp__a_limit_too_small_to_start_is_an_error)
{
    GilInterpreterConfig config = default_config();
    GilThreadState *ts;
    size_t before;

    ck_assert_int_eq(Gil_EndInterpreter(new_interp(&config)), 0);
    GilThreadState_Swap(main_ts);
    before = raw_blocks();
    config.memory_limit = 1;
    ck_assert(GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, &config)));
    ck_assert_ptr_eq(GilThreadState_Get(), main_ts);
    ck_assert_uint_eq(raw_blocks(), before);
}
END_TEST

START_TEST(test_runtime_interp__statistics_keep_to_their_size)
{
    struct {
        GilMemoryStats known;
        uint64_t later;
    } stats;

    memset(&stats, 0x55, sizeof stats);
    stats.known.size = sizeof stats;
    ck_assert_int_eq(GilInterpreterState_GetMemoryStats(main_ts->interp, &stats.known), 0);
    ck_assert_uint_eq(stats.known.size, sizeof stats);
    ck_assert_uint_eq(stats.later, 0);
    ck_assert_uint_gt(stats.known.blocks, 0);
    ck_assert_uint_eq(stats.known.limit, 0);
    stats.known.size = 8;
    ck_assert_int_eq(GilInterpreterState_GetMemoryStats(main_ts->interp, &stats.known), -1);
    GilErr_Clear();
    ck_assert_int_eq(GilInterpreterState_GetMemoryStats(NULL, &stats.known), -1);
    GilErr_Clear();
    ck_assert_int_eq(GilInterpreterState_GetMemoryStats(main_ts->interp, NULL), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
}
END_TEST

/* Also when memory ends at any moment, what was attached is attached, and nothing is left. */
START_TEST(test_F6_each_lack_of_memory_leaves_all_as_it_was)
{
    GilInterpreterConfig config = default_config();
    GilThreadState *ts = NULL;

    ck_assert_int_eq(Gil_EndInterpreter(new_interp(&config)), 0);
    GilThreadState_Swap(main_ts);
    size_t before = raw_blocks(), states = gil_tstate_blocks();
    for (long nth = 1; ts == NULL; nth++) {
        gil_mem_fail_nth(nth, nth % 2);
        GilStatus status = Gil_NewInterpreterFromConfig(&ts, &config);
        gil_mem_fail_nth(0, 0);
        if (!GilStatus_Exception(status))
            break;
        ck_assert_ptr_eq(GilThreadState_GetUnchecked(), main_ts);
        ck_assert_uint_eq(raw_blocks(), before);
        ck_assert_uint_eq(gil_tstate_blocks(), states);
        ck_assert_uint_eq(GilInterpreterView_List(NULL, 0), 1);
        ck_assert_int_lt(nth, 10000);
    }
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    ck_assert_uint_eq(raw_blocks(), before);
}
END_TEST

/* --- the end --- */

START_TEST(test_runtime_interp__the_end_is_refused_where_it_must_be)
{
    ck_assert_int_eq(Gil_EndInterpreter(main_ts), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    GilInterpreterView *view = GilInterpreterView_FromMain();
    ck_assert_int_eq(GilInterpreterView_End(view, 0), -1);
    ck_assert_int_eq(GilInterpreterView_End(NULL, 0), -1);
    GilInterpreterView_Close(view);

    GilThreadState *ts = Gil_NewInterpreter();
    view = GilInterpreterView_FromCurrent();
    ck_assert_int_eq(GilInterpreterView_End(view, 0), -1);
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    ck_assert_int_eq(Gil_EndInterpreter(ts), -1);
    GilErr_Clear();
    GilThreadState_Release(token);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilInterpreterView_Close(view);
}
END_TEST

static void
ignore(const GilLifeEvent *event, void *unused)
{
    (void)event;
    (void)unused;
}

START_TEST(test_runtime_interp__a_guard_makes_it_busy)
{
    GilInterpreterConfig config = default_config();

    Gil_SetLifeHook(ignore, NULL);
    config.finalize_timeout_ns = 1000000;
    GilThreadState *ts = new_interp(&config);
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(Gil_EndInterpreter(ts), GIL_FINALIZE_BUSY);
    ck_assert_ptr_eq(GilThreadState_Get(), ts);
    use();
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(GilInterpreterView_End(view, 0), GIL_FINALIZE_BUSY);
    /* What it used for that is not taken for a state of this thread. */
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    ck_assert_ptr_ne(GilThreadState_Get(), ts->interp->ender);
    use();
    GilThreadState_Release(token);
    /* The runtime does not end either, and nothing of it has. */
    ck_assert_int_eq(Gil_FinalizeTimed(0), GIL_FINALIZE_BUSY);
    use();
    ck_assert_uint_eq(GilInterpreterView_List(NULL, 0), 2);
    GilInterpreterGuard_Close(guard);
    ck_assert_int_eq(GilInterpreterView_End(view, 0), 0);
    ck_assert_ptr_eq(GilThreadState_Get(), main_ts);
    ck_assert_int_eq(GilInterpreterView_End(view, 0), 0);
    ck_assert_ptr_null(GilThreadState_EnsureFromView(view));
    GilInterpreterView_Close(view);
}
END_TEST

static void *
end_from_outside(void *view)
{
    ck_assert_int_eq(GilInterpreterView_End(view, UINT64_MAX), 0);
    ck_assert_ptr_null(GilThreadState_GetUnchecked());
    return NULL;
}

START_TEST(test_runtime_interp__any_thread_may_end_it)
{
    pthread_t thread;
    GilThreadState *ts = Gil_NewInterpreter();
    GilInterpreterView *view = GilInterpreterView_FromCurrent();

    ck_assert_ptr_nonnull(ts);
    use();
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(pthread_create(&thread, NULL, end_from_outside, view), 0);
    pthread_join(thread, NULL);
    ck_assert_uint_eq(GilInterpreterView_List(NULL, 0), 1);
    GilInterpreterView_Close(view);
}
END_TEST

static uint32_t late; /* [atomic] */

static void
count_late(const GilLifeEvent *event, void *unused)
{
    (void)unused;
    if (event->kind == GIL_LIFE_LATE)
        gil_fetch_add_seq_cst(&late, 1);
}

/* Fails, once it has the main interpreter's lock; then its own interpreter is gone. */
static void *
make_in_vain(void *ts)
{
    GilInterpreterConfig config = default_config();
    GilThreadState *made;

    config.gil = GilInterpreterConfig_SHARED_GIL;
    config.memory_limit = 1;
    GilEval_RestoreThread(ts);
    (void)Gil_NewInterpreterFromConfig(&made, &config);
    return NULL;
}

static void
until_waited_for(void)
{
    GilLockInfo info;

    GilLockInfo_Init(&info);
    do {
        sched_yield();
        ck_assert_int_eq(GilLock_GetInfo(GilInterpreterState_Main(), &info), 0);
    } while (info.waiters == 0);
}

START_TEST(test_runtime_interp__who_makes_one_in_vain_and_comes_too_late_keeps_nothing)
{
    GilThreadState *ts = Gil_NewInterpreter();
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    pthread_t maker, ender;

    GilThreadState_Swap(main_ts);
    Gil_SetLifeHook(count_late, NULL);
    ck_assert_int_eq(pthread_create(&maker, NULL, make_in_vain, ts), 0);
    until_waited_for();
    ck_assert_int_eq(pthread_create(&ender, NULL, end_from_outside, view), 0);
    pthread_join(ender, NULL);
    Gil_BEGIN_ALLOW_THREADS
    while (gil_load_seq_cst(&late) == 0)
        sched_yield();
    Gil_END_ALLOW_THREADS
    ck_assert_uint_eq(GilInterpreterState_GetHolders(main_ts->interp, NULL, 0), 0);
    GilInterpreterView_Close(view);
    Gil_SetLifeHook(NULL, NULL);
}
END_TEST

static void
attach_second(void *ts)
{
    GilEval_RestoreThread(ts);
}

START_TEST(test_F5_a_thread_holds_one_lock)
{
    GilThreadState *ts = Gil_NewInterpreter();

    gil_test_expect_abort(attach_second, main_ts, "is attached to the calling thread already");
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
}
END_TEST

static char order[16];

static void
note_end(const GilLifeEvent *event, void *unused)
{
    (void)unused;
    if (event->kind == GIL_LIFE_ENDED)
        order[strlen(order)] = (char)('0' + event->interp);
}

static void
note_call(void *name)
{
    order[strlen(order)] = *(char *)name;
    use();
}

#ifdef GIL_DEBUG
/* Takes a reference that another interpreter has. */
static void
end_elsewhere(void *op)
{
    ck_assert_ptr_nonnull(Gil_NewInterpreter());
    Gil_DECREF((GilObject *)op);
}

START_TEST(test_F1_an_object_that_ends_elsewhere_stops_a_debug_build)
{
    GilObject *objects[] = {GilList_New(3), GilFloat_FromDouble(0.5), GilUnicode_FromString("elsewhere"),
                            GilBytes_FromStringAndSize(NULL, 100000)};
    static const char *const names[] = {"list", "float", "str", "bytes"};
    char needle[100];

    for (size_t i = 0; i < 4; i++) {
        ck_assert_ptr_nonnull(objects[i]);
        (void)snprintf(needle, sizeof needle, "of type '%s' belongs to interpreter 0 and ends in interpreter 1", names[i]);
        gil_test_expect_abort(end_elsewhere, objects[i], needle);
        Gil_DECREF(objects[i]);
    }
}
END_TEST
#endif

START_TEST(test_C10_living_interpreters_end_first_the_newest_before)
{
    static char name[] = "x";
    GilFinalizeReport report;

    GilThreadState *states[3];

    start();
    for (int i = 0; i < 3; i++) {
        states[i] = Gil_NewInterpreter();
        ck_assert_ptr_nonnull(states[i]);
        ck_assert_int_eq(GilUnstable_AtExit(GilInterpreterState_Get(), note_call, name), 0);
        use();
    }
    GilThreadState_Swap(main_ts);
    Gil_SetLifeHook(note_end, NULL);
    gil_test_stop();
    ck_assert_str_eq(order, "x3x2x10");
    GilFinalizeReport_Init(&report);
    Gil_GetFinalizeReport(&report);
    ck_assert_uint_eq(report.blocks, 0);
    /* The states are whose they were. */
    for (int i = 0; i < 3; i++)
        GilThreadState_Delete(states[i]);
    ck_assert_uint_eq(gil_tstate_blocks(), 0);
}
END_TEST

START_TEST(test_runtime_interp__the_list_is_a_snapshot)
{
    GilInterpreterView *views[4];
    int64_t ids[2];

    for (int i = 0; i < 2; i++)
        ids[i] = GilInterpreterState_GetID(Gil_NewInterpreter()->interp);
    ck_assert_uint_eq(GilInterpreterView_List(NULL, 0), 3);
    ck_assert_uint_eq(GilInterpreterView_List(views, 1), 3);
    GilInterpreterView_Close(views[0]);
    ck_assert_uint_eq(GilInterpreterView_List(views, 4), 3);
    ck_assert_int_eq(GilInterpreterView_GetID(views[0]), ids[1]);
    ck_assert_int_eq(GilInterpreterView_GetID(views[1]), ids[0]);
    ck_assert_int_eq(GilInterpreterView_GetID(views[2]), 0);
    /* They stay what they are, whatever ends meanwhile. */
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(GilInterpreterView_End(views[0], 0), 0);
    ck_assert_ptr_null(GilInterpreterGuard_FromView(views[0]));
    ck_assert_int_eq(GilInterpreterView_End(views[1], 0), 0);
    for (int i = 0; i < 3; i++)
        GilInterpreterView_Close(views[i]);
}
END_TEST

/* --- modules --- */

static int executed;

static int
count_exec(GilObject *Gil_UNUSED(module))
{
    executed++;
    return 0;
}

GilABIInfo_VAR(abi);
#define MODULE_THAT_SUPPORTS(name, support)                                                                       \
    static GilSlot name##_slots[] = {GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_FUNC(Gil_mod_exec, count_exec),     \
                                     GilSlot_DATA(Gil_mod_multiple_interpreters, support), GilSlot_END};          \
    static GilSlot *name##_hook(void)                                                                             \
    {                                                                                                             \
        return name##_slots;                                                                                      \
    }
MODULE_THAT_SUPPORTS(one, Gil_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED)
MODULE_THAT_SUPPORTS(several, Gil_MOD_MULTIPLE_INTERPRETERS_SUPPORTED)
MODULE_THAT_SUPPORTS(parallel, Gil_MOD_PER_INTERPRETER_GIL_SUPPORTED)

/* Imports the module: 1, or 0 when it is refused before any of its code ran. */
static int
can_import(const char *name)
{
    int before = executed;
    GilObject *module = GilImport_ImportModule(name);

    ck_assert_int_eq(executed, before + (module != NULL));
    if (module == NULL) {
        ck_assert(GilErr_ExceptionMatches(GilExc_ImportError));
        GilErr_Clear();
        return 0;
    }
    Gil_DECREF(module);
    return 1;
}

START_TEST(test_F7_modules_are_refused_where_they_do_not_fit)
{
    GilInterpreterConfig config = default_config();

    ck_assert_int_eq(GilImport_AppendInittab("one", one_hook), 0);
    ck_assert_int_eq(GilImport_AppendInittab("several", several_hook), 0);
    ck_assert_int_eq(GilImport_AppendInittab("parallel", parallel_hook), 0);
    start();
    ck_assert(can_import("one") && can_import("several") && can_import("parallel"));
    GilThreadState *ts = new_interp(&config);
    ck_assert(!can_import("one") && !can_import("several") && can_import("parallel"));
    /* Refused again the second time. */
    ck_assert(!can_import("one"));
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    config.gil = GilInterpreterConfig_SHARED_GIL;
    GilThreadState_Swap(main_ts);
    ts = new_interp(&config);
    ck_assert(!can_import("one") && can_import("several") && can_import("parallel"));
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    config.unchecked_modules = 1;
    GilThreadState_Swap(main_ts);
    ts = new_interp(&config);
    ck_assert(can_import("one") && can_import("several") && can_import("parallel"));
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    stop();
}
END_TEST

/* --- at once --- */

enum { MAKERS = 8, CYCLES = 1000 };

static void *
make_and_end(void *unused)
{
    for (int i = 0; i < CYCLES; i++) {
        GilThreadState *ts = Gil_NewInterpreter();
        ck_assert_ptr_nonnull(ts);
        if (i % 16 == 0)
            use();
        ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    }
    return unused;
}

static void
make_and_end_in_threads(void)
{
    pthread_t threads[MAKERS];

    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < MAKERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, make_and_end, NULL), 0);
    for (int i = 0; i < MAKERS; i++)
        pthread_join(threads[i], NULL);
    Gil_END_ALLOW_THREADS
}

START_TEST(test_F9_eight_threads_make_and_end_and_nothing_is_left)
{
    make_and_end(NULL);
    GilThreadState_Swap(main_ts);
    size_t before = raw_blocks(), states = gil_tstate_blocks();
    make_and_end_in_threads();
    ck_assert_uint_eq(gil_tstate_blocks(), states);
    /* Pools of what is type-stable may have grown, once for all. */
    ck_assert_uint_le(raw_blocks(), before + 64);
    ck_assert_uint_eq(GilInterpreterView_List(NULL, 0), 1);
}
END_TEST

/* Of the process, in KiB; 0: the system does not tell. */
static long
resident(void)
{
    char line[128];
    long kib = 0;
    FILE *file = fopen("/proc/self/smaps_rollup", "r");

    while (file != NULL && kib == 0 && fgets(line, sizeof line, file) != NULL)
        (void)sscanf(line, "Rss: %ld", &kib);
    if (file != NULL)
        fclose(file);
    return kib;
}

/* What the allocator keeps is as much as was in use at once: the first rounds find that out, and it grows no more. Thirty bytes for
 * each interpreter that came and went would be found. */
START_TEST(test_F9_nothing_of_them_stays_in_memory)
{
    make_and_end_in_threads();
    make_and_end_in_threads();
    GilMem_Trim();
    long before = resident();
    for (int round = 0; round < 4; round++)
        make_and_end_in_threads();
    GilMem_Trim();
#if defined(__SANITIZE_THREAD__) || defined(GIL_HEAP_ASAN)
    before = 0;
#endif
    if (before != 0)
        ck_assert_int_lt(resident() - before, 1024);
}
END_TEST

/* One ends it, others run in it: each comes in before, or finds it gone. */
static GilInterpreterView *contested;
static int over;
static long ran;

static void *
run_in_it(void *unused)
{
    while (!gil_load_acquire(&over)) {
        GilThreadStateToken *token = GilThreadState_EnsureFromView(contested);
        if (token == NULL) {
            sched_yield();
            continue;
        }
        use();
        gil_fetch_add_relaxed(&ran, 1);
        GilThreadState_Release(token);
    }
    return unused;
}

START_TEST(test_F2_end_and_run_exclude_each_other)
{
    enum { RUNNERS = 2 };
    pthread_t threads[RUNNERS];

    for (int round = 0; round < 50; round++) {
        ck_assert_ptr_nonnull(Gil_NewInterpreter());
        contested = GilInterpreterView_FromCurrent();
        GilThreadState_Swap(main_ts);
        gil_store_release(&over, 0);
        gil_store_relaxed(&ran, 0);
        for (int i = 0; i < RUNNERS; i++)
            ck_assert_int_eq(pthread_create(&threads[i], NULL, run_in_it, NULL), 0);
        while (gil_load_relaxed(&ran) < 5)
            sched_yield();
        ck_assert_int_eq(GilInterpreterView_End(contested, UINT64_MAX), 0);
        gil_store_release(&over, 1);
        Gil_BEGIN_ALLOW_THREADS
        for (int i = 0; i < RUNNERS; i++)
            pthread_join(threads[i], NULL);
        Gil_END_ALLOW_THREADS
        GilInterpreterView_Close(contested);
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("runtime/interp");
    TCase *tc = tcase_create("interp"), *alone = tcase_create("alone");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_runtime_interp__has_a_lock_of_its_own);
    tcase_add_test(tc, test_runtime_interp__may_share_the_main_lock);
    tcase_add_test(tc, test_F4_ids_are_never_reused);
    tcase_add_test(tc, test_runtime_interp__each_wrong_configuration_is_refused);
    tcase_add_test(tc, test_runtime_interp__the_limit_on_digits_is_its_own);
    tcase_add_test(tc, test_runtime_interp__the_interval_is_its_own_or_inherited);
    tcase_add_test(tc, test_runtime_interp__who_is_late_stops_the_process_by_choice);
    tcase_add_test(tc, test_runtime_interp__what_it_may_not_do_is_refused_with_a_sentence);
    tcase_add_test(tc, test_runtime_interp__a_limit_becomes_a_memory_error);
    tcase_add_test(tc, test_runtime_interp__garbage_is_collected_before_the_limit);
    tcase_add_test(tc, test_runtime_interp__who_disables_collections_has_none_at_the_limit);
    tcase_add_test(tc, test_runtime_interp__a_full_heap_is_not_collected_all_the_time);
    tcase_add_test(tc, test_runtime_interp__what_is_refused_asks_for_a_collection);
    tcase_add_test(tc, test_runtime_interp__what_is_refused_asks_though_something_is_given_back);
    tcase_add_test(tc, test_runtime_interp__garbage_in_gaps_is_found_when_something_is_refused);
    tcase_add_test(tc, test_runtime_interp__a_limit_too_small_to_start_is_an_error);
    tcase_add_test(tc, test_runtime_interp__statistics_keep_to_their_size);
    tcase_add_test(tc, test_F6_each_lack_of_memory_leaves_all_as_it_was);
    tcase_add_test(tc, test_runtime_interp__the_end_is_refused_where_it_must_be);
    tcase_add_test(tc, test_runtime_interp__a_guard_makes_it_busy);
    tcase_add_test(tc, test_runtime_interp__any_thread_may_end_it);
    tcase_add_test(tc, test_runtime_interp__who_makes_one_in_vain_and_comes_too_late_keeps_nothing);
    tcase_add_test(tc, test_F5_a_thread_holds_one_lock);
#ifdef GIL_DEBUG
    tcase_add_test(tc, test_F1_an_object_that_ends_elsewhere_stops_a_debug_build);
#endif
    tcase_add_test(tc, test_runtime_interp__the_list_is_a_snapshot);
    tcase_add_test(tc, test_F9_eight_threads_make_and_end_and_nothing_is_left);
    GIL_TEST_ADD_UNLESS_EMULATED(tc, test_F9_nothing_of_them_stays_in_memory, 0, 1, "the memory of the process is its own, too");
    tcase_add_test(tc, test_F2_end_and_run_exclude_each_other);
    tcase_add_test(alone, test_runtime_interp__only_while_the_runtime_runs);
    tcase_add_test(alone, test_F7_modules_are_refused_where_they_do_not_fit);
    tcase_add_test(alone, test_C10_living_interpreters_end_first_the_newest_before);
    suite_add_tcase(s, tc);
    suite_add_tcase(s, alone);
    return s;
}
