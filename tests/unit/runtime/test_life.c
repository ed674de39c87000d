/* SPDX-License-Identifier: MIT */
/* Starting and stopping: ten thousand times, from the wrong place, without memory, with things left over. */
#include "support/support.h"

#include "base/mem.h"
#include "gilrt/buffer.h"
#include "gilrt/bytearray.h"
#include "gilrt/call.h"
#include "gilrt/config.h"
#include "gilrt/dict.h"
#include "gilrt/error.h"
#include "gilrt/guard.h"
#include "gilrt/import.h"
#include "gilrt/interp.h"
#include "gilrt/life.h"
#include "gilrt/list.h"
#include "gilrt/memoryview.h"
#include "gilrt/lock.h"
#include "gilrt/long.h"
#include "gilrt/module.h"
#include "gilrt/state.h"
#include "gilrt/tuple.h"
#include "gilrt/type.h"
#include "gilrt/unicode.h"
#include "state/tstate.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t
raw_blocks(void)
{
    struct gil_mem_stats stats;
    gil_raw_stats(&stats);
    return stats.blocks;
}

static long
resident_kib(void)
{
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fscanf(f, "%ld %ld", &pages, &resident), 2);
    fclose(f);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static GilFinalizeReport
last_report(void)
{
    GilFinalizeReport report;
    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    return report;
}

/* A little of everything. */
static void
use_runtime(void)
{
    GilObject *module = GilImport_AddModuleRef("some_module");
    GilObject *list = GilList_New(0), *text = GilUnicode_FromString("text");
    ck_assert(module != NULL && list != NULL && text != NULL);
    ck_assert_int_eq(GilList_Append(list, text), 0);
    ck_assert_int_eq(GilModule_AddObjectRef(module, "list", list), 0);
    ck_assert_int_eq(GilModule_AddObjectRef(module, "itself", module), 0);
    Gil_DECREF(text);
    Gil_DECREF(list);
    Gil_DECREF(module);
}

START_TEST(test_C7_ten_thousand_cycles_leave_nothing)
{
    enum { CYCLES = 10000 };
    size_t blocks = 0;
    long resident = 0;

    for (int i = 0; i < CYCLES; i++) {
        if (i == CYCLES / 10) {
            blocks = raw_blocks();
            resident = resident_kib();
        }
        ck_assert_int_eq(Gil_Initialize(), 0);
        if (i % 16 == 0)
            use_runtime();
        ck_assert_int_eq(Gil_FinalizeEx(), 0);
        if (i > CYCLES / 10)
            ck_assert_uint_eq(raw_blocks(), blocks);
    }
    GilFinalizeReport report = last_report();
    ck_assert_uint_eq(report.stops, CYCLES);
    ck_assert_uint_eq(report.objects, 0);
    ck_assert_uint_eq(report.blocks, 0);
    ck_assert_uint_eq(report.bytes, 0);
#ifndef GIL_HEAP_CHECKED
    if (!gil_test_left_out_under_emulation("what test_C7_ten_thousand_cycles_leave_nothing says of pages", "its own are among them"))
        ck_assert_int_le(resident_kib() - resident, 256);
#else
    (void)resident;
#endif
}
END_TEST

START_TEST(test_runtime_life__says_where_it_is)
{
    ck_assert(!Gil_IsInitialized() && !Gil_IsFinalizing());
    ck_assert_ptr_null(GilInterpreterState_Main());
    ck_assert_int_eq(Gil_Initialize(), 0);
    ck_assert(Gil_IsInitialized() && !Gil_IsFinalizing());
    ck_assert_ptr_eq(GilInterpreterState_Main(), GilInterpreterState_Get());
    ck_assert_int_eq(GilInterpreterState_GetID(GilInterpreterState_Main()), 0);
    GilThreadState *ts = GilThreadState_Get();
    ck_assert_int_eq(Gil_Initialize(), 0);
    ck_assert_ptr_eq(GilThreadState_Get(), ts);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert(!Gil_IsInitialized());
    ck_assert(!GilThreadState_IsAttached());
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
}
END_TEST

static void *
finalize_elsewhere(void *arg)
{
    GilThreadStateToken *token = NULL;

    if (arg != NULL)
        token = GilThreadState_Ensure(arg);
    int result = Gil_FinalizeEx();
    if (token != NULL)
        GilThreadState_Release(token);
    return result == -1 ? NULL : &raw_blocks;
}

static void
check_refused_in_thread(GilInterpreterGuard *guard)
{
    pthread_t thread;
    void *failure;

    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(pthread_create(&thread, NULL, finalize_elsewhere, guard), 0);
    pthread_join(thread, &failure);
    Gil_END_ALLOW_THREADS
    ck_assert_ptr_null(failure);
}

START_TEST(test_C3_finalize_is_refused_in_other_threads_and_detached)
{
    ck_assert_int_eq(Gil_Initialize(), 0);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    check_refused_in_thread(NULL);
    check_refused_in_thread(guard);
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(Gil_FinalizeEx(), -1);
    Gil_END_ALLOW_THREADS
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    ck_assert_int_eq(Gil_FinalizeEx(), -1);
    GilThreadState_Release(token);
    GilInterpreterGuard_Close(guard);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
}
END_TEST

static int inside_finalizer, result_in_finalizer, result_in_exec;

static void
nosy_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);
    result_in_finalizer = Gil_FinalizeEx();
    inside_finalizer++;
    freefunc tp_free = (freefunc)GilType_GetSlot(type, Gil_tp_free);
    tp_free(self);
    Gil_DECREF(type);
}

static GilType_Slot nosy_slots[] = {{Gil_tp_dealloc, (void *)nosy_dealloc}, {0, NULL}};
static GilType_Spec nosy_spec = {"test.Nosy", 0, 0, Gil_TPFLAGS_DEFAULT, nosy_slots};

static int
nosy_exec(GilObject *Gil_UNUSED(module))
{
    result_in_exec = Gil_FinalizeEx();
    return 0;
}

GilABIInfo_VAR(abi);
static GilSlot nosy_module[] = {
    GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_FUNC(Gil_mod_exec, nosy_exec), GilSlot_END
};

static GilSlot *
nosy_hook(void)
{
    return nosy_module;
}

START_TEST(test_C4_finalize_is_refused_in_callbacks)
{
    ck_assert_int_eq(GilImport_AppendInittab("nosy", nosy_hook), 0);
    ck_assert_int_eq(Gil_Initialize(), 0);
    GilObject *module = GilImport_ImportModule("nosy");
    ck_assert_ptr_nonnull(module);
    ck_assert_int_eq(result_in_exec, -1);
    GilObject *type = GilType_FromSpec(&nosy_spec), *instance = GilType_GenericAlloc((GilTypeObject *)(void *)type, 0);
    ck_assert(type != NULL && instance != NULL);
    /* Within the stop the finalizer runs too, and is refused again. */
    ck_assert_int_eq(GilModule_AddObjectRef(module, "kept", instance), 0);
    Gil_DECREF(instance);
    instance = GilType_GenericAlloc((GilTypeObject *)(void *)type, 0);
    Gil_DECREF(instance);
    ck_assert_int_eq(inside_finalizer, 1);
    ck_assert_int_eq(result_in_finalizer, -1);
    Gil_DECREF(type);
    Gil_DECREF(module);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert_int_eq(inside_finalizer, 2);
    ck_assert_int_eq(result_in_finalizer, -1);
}
END_TEST

static int guard_closed;

static void *
close_later(void *arg)
{
    GilInterpreterGuard *guard = arg;

    /* The stop has refused new guards and waits, detached, or will: in either case this thread can attach. */
    while (!Gil_IsFinalizing())
        sched_yield();
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    ck_assert_ptr_nonnull(token);
    GilObject *number = GilLong_FromLong(123456);
    Gil_DECREF(number);
    guard_closed = 1;
    GilThreadState_Release(token);
    GilInterpreterGuard_Close(guard);
    return NULL;
}

START_TEST(test_runtime_life__finalize_waits_for_guards)
{
    pthread_t thread;

    ck_assert_int_eq(Gil_Initialize(), 0);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(pthread_create(&thread, NULL, close_later, guard), 0);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert_int_eq(guard_closed, 1);
    pthread_join(thread, NULL);
}
END_TEST

START_TEST(test_runtime_life__what_is_left_is_counted)
{
    ck_assert_int_eq(Gil_Initialize(), 0);
    /* A circle is collected at the end; one that is held by a lost reference is not. */
    for (int lost = 0; lost < 2; lost++) {
        GilObject *a = GilList_New(0), *b = GilList_New(0);
        GilList_Append(a, b);
        GilList_Append(b, a);
        Gil_DECREF(a);
        if (!lost)
            Gil_DECREF(b);
    }
    ck_assert_ptr_nonnull(GilDict_New());             /* lost */
    ck_assert_ptr_nonnull(GilLong_FromLong(1000000)); /* lost, and not among those that can be in cycles */
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    GilFinalizeReport report = last_report();
    ck_assert_uint_eq(report.objects, 3);
    ck_assert_uint_ge(report.blocks, 4);
    ck_assert_uint_ge(report.bytes, 4 * 16);
    ck_assert_int_eq(Gil_Initialize(), 0);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    report = last_report();
    ck_assert_uint_eq(report.objects, 0);
    ck_assert_uint_eq(report.blocks, 0);
}
END_TEST

/* A view that nobody releases keeps its exporter, and both are told. */
START_TEST(test_M7_views_that_are_left_are_counted)
{
    ck_assert_int_eq(Gil_Initialize(), 0);
    GilObject *array = GilByteArray_FromStringAndSize("abc", 3), *view = GilMemoryView_FromObject(array);
    static char memory[8];
    ck_assert_ptr_nonnull(view);
    ck_assert_ptr_nonnull(GilMemoryView_FromMemory(memory, sizeof memory, GilBUF_WRITE)); /* the memory is not the library's */
    Gil_DECREF(array); /* the view is lost */
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert_uint_ge(last_report().objects, 2);
    ck_assert_uint_ge(last_report().blocks, 3);
    memset(memory, 1, sizeof memory);
}
END_TEST

/* Start with report_leaks as asked; what is written to standard error goes into the pipe that is returned, from ends[0]. */
static int
start_and_watch(int asked, int ends[2])
{
    GilConfig config;

    ck_assert_int_eq(pipe(ends), 0);
    int saved = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    GilConfig_Init(&config);
    config.report_leaks = asked;
    ck_assert(!GilStatus_Exception(Gil_InitializeFromConfig(&config)));
    return saved;
}

static void
read_what_was_written(int saved, int end, char *text, size_t room)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
    ssize_t got = read(end, text, room - 1);
    close(end);
    ck_assert_int_ge(got, 0);
    text[got] = 0;
}

START_TEST(test_runtime_life__leaks_are_printed_only_when_asked)
{
    for (int asked = 0; asked < 2; asked++) {
        int ends[2];
        char text[300];

        int saved = start_and_watch(asked, ends);
        ck_assert_ptr_nonnull(GilList_New(0));
        ck_assert_ptr_nonnull(GilLong_FromLong(100000));
        ck_assert_ptr_nonnull(GilLong_FromLong(100001));
        Gil_FinalizeEx();
        read_what_was_written(saved, ends[0], text, sizeof text);
        if (asked)
            ck_assert_msg(strstr(text, "left at the end: 1 of type list") != NULL, "%s", text);
#ifdef GIL_DEBUG
        /* A debug build knows those that the collector does not, too. */
        if (asked)
            ck_assert_msg(strstr(text, "left at the end: 2 of type int, ") != NULL, "%s", text);
#endif
        if (asked)
            ck_assert_ptr_null(strstr(text, "of type str"));
        else
            ck_assert_str_eq(text, "");
    }
}
END_TEST

static void
once_more(void *left)
{
    if (--*(int *)left > 0)
        ck_assert_int_eq(GilUnstable_AtExit(GilInterpreterState_Get(), once_more, left), 0);
}

/* An interpreter that loses so many lists, and has a call at exit that registers itself so often; it ends by its own thread, by a
 * view, or with the runtime. */
enum way { BY_ITSELF, BY_VIEW, WITH_THE_RUNTIME };

static void
leave_things_behind(enum way way, int lists, int *rounds)
{
    GilThreadState *before = GilThreadState_Get(), *ts = Gil_NewInterpreter();

    ck_assert_ptr_nonnull(ts);
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    for (int i = 0; i < lists; i++)
        ck_assert_ptr_nonnull(GilList_New(3));
    ck_assert_int_eq(GilUnstable_AtExit(GilInterpreterState_Get(), once_more, rounds), 0);
    if (way == BY_ITSELF)
        ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(before);
    if (way == BY_VIEW)
        ck_assert_int_eq(GilInterpreterView_End(view, 0), 0);
    if (way != BY_ITSELF)
        GilThreadState_Delete(ts);
    GilInterpreterView_Close(view);
}

/* Of interpreters that end before the runtime does as much is told as of those that end with it; sums, and the most rounds. */
START_TEST(test_runtime_life__what_single_interpreters_leave_is_counted)
{
    for (enum way way = BY_ITSELF; way <= WITH_THE_RUNTIME; way++) {
        int rounds = 1000, two = 2;

        ck_assert_int_eq(Gil_Initialize(), 0);
        leave_things_behind(way, 10, &rounds);
        GilFinalizeReport report = last_report();
        ck_assert_uint_eq(report.objects, way == WITH_THE_RUNTIME ? 0 : 10);
        ck_assert_uint_eq(report.exit_dropped, way == WITH_THE_RUNTIME ? 0 : 1);
        leave_things_behind(way, 5, &two);
        ck_assert_ptr_nonnull(GilList_New(0));
        ck_assert_int_eq(Gil_FinalizeEx(), 0);
        report = last_report();
        ck_assert_uint_eq(report.objects, 16);
        ck_assert_uint_ge(report.blocks, 16);
        ck_assert_uint_ge(report.bytes, 16 * sizeof(GilObject));
        ck_assert_uint_eq(report.exit_rounds, 16);
        ck_assert_uint_eq(report.exit_dropped, 1);
    }
    /* The next start counts anew. */
    ck_assert_int_eq(Gil_Initialize(), 0);
    ck_assert_uint_eq(last_report().objects, 0);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    GilFinalizeReport report = last_report();
    ck_assert_uint_eq(report.objects + report.blocks + report.bytes + report.exit_rounds + report.exit_dropped, 0);
}
END_TEST

static uint64_t left_behind[3]; /* blocks, as the last step of each interpreter tells */

static void
note_what_is_left(const GilLifeEvent *event, void *first)
{
    if (event->kind != GIL_LIFE_ENDED)
        return;
    /* It is in the report by then. */
    ck_assert_uint_ge(last_report().blocks, event->count);
    left_behind[event->interp > 0 ? event->interp - *(int64_t *)first : 2] = event->count;
}

START_TEST(test_runtime_life__the_last_step_tells_what_its_interpreter_left)
{
    int once = 1;

    ck_assert_int_eq(Gil_Initialize(), 0);
    GilThreadState *before = GilThreadState_Get();
    GilThreadState *ts = Gil_NewInterpreter();
    int64_t first = GilInterpreterState_GetID(GilInterpreterState_Get()) + 1;
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(before);
    Gil_SetLifeHook(note_what_is_left, &first);
    leave_things_behind(BY_VIEW, 3, &once);
    ck_assert_uint_ge(left_behind[0], 3);
    ck_assert_uint_eq(last_report().blocks, left_behind[0]);
    leave_things_behind(WITH_THE_RUNTIME, 4, &once);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert_uint_ge(left_behind[1], 4);
    ck_assert_uint_eq(left_behind[2], 0);
    ck_assert_uint_eq(last_report().blocks, left_behind[0] + left_behind[1]);
}
END_TEST

START_TEST(test_runtime_life__leaks_of_single_interpreters_are_printed_when_asked)
{
    for (int asked = 0; asked < 2; asked++)
        for (enum way way = BY_ITSELF; way <= WITH_THE_RUNTIME; way++) {
            int ends[2], once = 1;
            char text[500], needle[100];

            int saved = start_and_watch(asked, ends);
            GilThreadState *before = GilThreadState_Get(), *ts = Gil_NewInterpreter();
            int64_t id = GilInterpreterState_GetID(GilInterpreterState_Get()) + 1;
            ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
            GilThreadState_Swap(before);
            leave_things_behind(way, 10, &once);
            Gil_FinalizeEx();
            read_what_was_written(saved, ends[0], text, sizeof text);
            (void)snprintf(needle, sizeof needle, "gilrt: left at the end of interpreter %lld: 10 of type list, ", (long long)id);
            if (asked)
                ck_assert_msg(strstr(text, needle) != NULL, "%s", text);
            else
                ck_assert_str_eq(text, "");
        }
}
END_TEST

/* Start with the nth request failing, then the next, until one works; stop again. */
static void
start_failing(int forever, int nothing_may_stay)
{
    for (long nth = 1;; nth++) {
        size_t blocks = raw_blocks();
        gil_mem_fail_nth(nth, forever);
        int result = Gil_Initialize();
        long delivered = gil_mem_fail_count();
        gil_mem_fail_nth(0, 0);
        if (result < 0) {
            ck_assert_int_gt(delivered, 0);
            ck_assert(!Gil_IsInitialized());
            ck_assert(!GilThreadState_IsAttached());
        }
        else
            ck_assert_int_eq(Gil_FinalizeEx(), 0);
        if (nothing_may_stay)
            ck_assert_uint_eq(raw_blocks(), blocks);
        if (delivered == 0)
            return;
    }
}

START_TEST(test_runtime_life__start_without_memory_fails_and_leaves_nothing)
{
    /* The first attempts leave what the process keeps, as far as they came. */
    start_failing(0, 0);
    start_failing(1, 1);
    start_failing(0, 1);
}
END_TEST

/* The blocks that the process keeps after its first start and stop, tried out in a process of its own. */
static size_t
blocks_kept(void)
{
    int ends[2];
    size_t kept = 0;

    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        int failed = Gil_Initialize() != 0 || Gil_FinalizeEx() != 0;
        kept = raw_blocks();
        _exit(failed || write(ends[1], &kept, sizeof(kept)) != sizeof(kept));
    }
    close(ends[1]);
    ck_assert_int_eq(read(ends[0], &kept, sizeof(kept)), sizeof(kept));
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    return kept;
}

START_TEST(test_runtime_life__first_start_without_memory_goes_on_where_it_failed)
{
    size_t kept = blocks_kept();

    start_failing(1, 0);
    ck_assert_uint_eq(raw_blocks(), kept); /* as if it had worked at once */
    ck_assert_int_eq(Gil_Initialize(), 0);
    use_runtime();
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
}
END_TEST

START_TEST(test_runtime_life__stop_without_memory_works)
{
    for (long nth = 1; nth < 50; nth++) {
        ck_assert_int_eq(Gil_Initialize(), 0);
        use_runtime();
        gil_mem_fail_nth(nth, 1);
        ck_assert_int_eq(Gil_FinalizeEx(), 0);
        gil_mem_fail_nth(0, 0);
        ck_assert_uint_eq(last_report().blocks, 0);
    }
}
END_TEST

START_TEST(test_runtime_life__report_keeps_to_its_size)
{
    struct {
        GilFinalizeReport report;
        uint64_t later[2];
    } larger;

    memset(&larger, 0xff, sizeof(larger));
    larger.report.size = sizeof(larger);
    ck_assert_int_eq(Gil_GetFinalizeReport(&larger.report), 0);
    ck_assert_uint_eq(larger.report.size, sizeof(larger));
    ck_assert_uint_eq(larger.later[1], 0);
    larger.report.size = 8;
    ck_assert_int_eq(Gil_GetFinalizeReport(&larger.report), -1);
    ck_assert_int_eq(Gil_GetFinalizeReport(NULL), -1);
}
END_TEST

static int in_finalizer, finalized, exits;

/* The first one that finds others waiting leaves the lock, and does not come back while there is an interpreter. */
static void
finalize_for_ever(GilObject *Gil_UNUSED(self))
{
    finalized++;
    if (in_finalizer || gil_tstate_need(__func__)->dealloc_later == NULL)
        return;
    Gil_BEGIN_ALLOW_THREADS
    __atomic_store_n(&in_finalizer, finalized, __ATOMIC_RELEASE);
    if (exits)
        pthread_exit(NULL);
    pause();
    Gil_END_ALLOW_THREADS
}

/* Instances so deep in tuples that the destruction of some is put off while finalizers of others run. */
static void *
destroy_deeply(void *ts)
{
    enum { DEPTH = 1000 };
    static GilType_Slot slots[] = {{Gil_tp_finalize, finalize_for_ever}, {0, NULL}};
    static GilType_Spec spec = {"test.Slow", sizeof(GilObject), 0, Gil_TPFLAGS_DEFAULT, slots};

    GilEval_RestoreThread(ts);
    GilObject *type = GilType_FromSpec(&spec), *chain = Gil_NewRef(Gil_None);
    for (int i = 0; i < DEPTH; i++) {
        GilObject *one = GilObject_CallNoArgs(type), *two = GilObject_CallNoArgs(type);
        GilObject *link = GilTuple_Pack(3, one, chain, two);
        Gil_DECREF(one);
        Gil_DECREF(two);
        Gil_DECREF(chain);
        chain = link;
    }
    Gil_DECREF(type);
    Gil_DECREF(chain);
    return NULL;
}

START_TEST(test_C11_a_thread_that_sleeps_in_a_finalizer_is_no_hindrance)
{
    pthread_t thread;

    ck_assert_int_eq(Gil_Initialize(), 0);
    GilThreadState *ts = GilThreadState_New(GilInterpreterState_Main());
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(pthread_create(&thread, NULL, destroy_deeply, ts), 0);
    while (!__atomic_load_n(&in_finalizer, __ATOMIC_ACQUIRE))
        sched_yield();
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert_int_gt(finalized, in_finalizer);
}
END_TEST

START_TEST(test_runtime_life__a_thread_that_exits_in_a_finalizer_destroys_the_rest)
{
    pthread_t thread;

    exits = 1;
    ck_assert_int_eq(Gil_Initialize(), 0);
    GilThreadState *ts = GilThreadState_New(GilInterpreterState_Main());
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(pthread_create(&thread, NULL, destroy_deeply, ts), 0);
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_gt(finalized, in_finalizer);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
}
END_TEST

static void
call_detached(void *Gil_UNUSED(arg))
{
    GilLong_FromLong(1);
}

START_TEST(test_C8_calls_before_and_after_stop_the_process)
{
    gil_test_expect_abort(call_detached, NULL, "GilLong_FromLong: the calling thread is not attached");
    ck_assert_int_eq(Gil_Initialize(), 0);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    gil_test_expect_abort(call_detached, NULL, "GilLong_FromLong: the calling thread is not attached");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("runtime/life");
    TCase *tc = tcase_create("life"), *slow = tcase_create("cycles");

    tcase_add_test(tc, test_runtime_life__says_where_it_is);
    tcase_add_test(tc, test_C3_finalize_is_refused_in_other_threads_and_detached);
    tcase_add_test(tc, test_C4_finalize_is_refused_in_callbacks);
    tcase_add_test(tc, test_runtime_life__finalize_waits_for_guards);
    tcase_add_test(tc, test_runtime_life__what_is_left_is_counted);
    tcase_add_test(tc, test_M7_views_that_are_left_are_counted);
    tcase_add_test(tc, test_runtime_life__leaks_are_printed_only_when_asked);
    tcase_add_test(tc, test_runtime_life__what_single_interpreters_leave_is_counted);
    tcase_add_test(tc, test_runtime_life__the_last_step_tells_what_its_interpreter_left);
    tcase_add_test(tc, test_runtime_life__leaks_of_single_interpreters_are_printed_when_asked);
    tcase_add_test(tc, test_runtime_life__start_without_memory_fails_and_leaves_nothing);
    tcase_add_test(tc, test_runtime_life__first_start_without_memory_goes_on_where_it_failed);
    tcase_add_test(tc, test_runtime_life__stop_without_memory_works);
    tcase_add_test(tc, test_runtime_life__report_keeps_to_its_size);
    tcase_add_test(tc, test_C11_a_thread_that_sleeps_in_a_finalizer_is_no_hindrance);
    tcase_add_test(tc, test_runtime_life__a_thread_that_exits_in_a_finalizer_destroys_the_rest);
    tcase_add_test(tc, test_C8_calls_before_and_after_stop_the_process);
    tcase_set_timeout(slow, 60);
    tcase_add_test(slow, test_C7_ten_thousand_cycles_leave_nothing);
    suite_add_tcase(s, tc);
    suite_add_tcase(s, slow);
    return s;
}
