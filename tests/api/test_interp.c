/* SPDX-License-Identifier: MIT */
/* <gilrt/interp.h> as a host uses it: an interpreter for a tenant, with its limit and its end. */
#include "support/child.h"
#include "support/support.h"

#include <gilrt.h>

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

static GilThreadState *before;

static void
start(void)
{
    gil_test_start();
    before = GilThreadState_Get();
}

static void
stop(void)
{
    GilThreadState_Swap(before);
    gil_test_stop();
}

START_TEST(test_api_interp__a_tenant_has_its_own)
{
    GilInterpreterConfig config;
    GilMemoryStats stats;
    GilThreadState *ts;

    GilInterpreterConfig_Init(&config);
    config.memory_limit = 8 << 20;
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, &config)));
    ck_assert_int_gt(GilInterpreterState_GetID(GilInterpreterState_Get()), 0);
    ck_assert_ptr_null(GilBytes_FromStringAndSize(NULL, 9 << 20));
    ck_assert(GilErr_ExceptionMatches(GilExc_MemoryError));
    GilErr_Clear();
    GilMemoryStats_Init(&stats);
    ck_assert_int_eq(GilInterpreterState_GetMemoryStats(GilInterpreterState_Get(), &stats), 0);
    ck_assert_uint_eq(stats.limit, 8 << 20);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
}
END_TEST

START_TEST(test_api_interp__is_ended_from_elsewhere)
{
    GilInterpreterView *views[2];

    ck_assert_ptr_nonnull(Gil_NewInterpreter());
    GilThreadState_Swap(before);
    ck_assert_uint_eq(GilInterpreterView_List(views, 2), 2);
    ck_assert_int_eq(GilInterpreterView_End(views[0], 1000000000), 0);
    ck_assert_uint_eq(GilInterpreterView_List(NULL, 0), 1);
    ck_assert_ptr_null(GilThreadState_EnsureFromView(views[0]));
    GilInterpreterView_Close(views[0]);
    GilInterpreterView_Close(views[1]);
}
END_TEST

START_TEST(test_api_interp__the_end_is_asked_for_and_waited_for)
{
    GilThreadInfo threads[2];
    GilHolder holder;

    ck_assert_ptr_nonnull(Gil_NewInterpreter());
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_uint_eq(GilInterpreterView_ListThreads(view, threads, 2), 1);
    ck_assert_int_ne(threads[0].attached, 0);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    ck_assert_ptr_null(GilInterpreterGuard_FromCurrent());
    ck_assert(GilErr_ExceptionMatches(GilExc_RuntimeError));
    GilErr_Clear();
    ck_assert_int_eq(GilInterpreterView_CancelEnd(view), 0);
    GilInterpreterGuard_Close(GilInterpreterGuard_FromCurrent());
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    GilThreadState_Swap(before);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, 1000), GIL_FINALIZE_BUSY);
    ck_assert_uint_eq(GilInterpreterView_GetHolders(view, &holder, 1), 1);
    ck_assert_int_eq(holder.kind, GIL_HOLDER_GUARD);
    GilInterpreterGuard_Close(guard);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, GIL_WAIT_FOREVER), 0);
    GilInterpreterView_Close(view);
}
END_TEST

START_TEST(test_api_interp__may_not_do_what_is_forbidden)
{
    GilInterpreterConfig config;
    GilThreadState *ts;

    GilInterpreterConfig_Init(&config);
    config.forbid_exec = 1;
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, &config)));
    ck_assert_int_eq(GilInterpreterState_May(GilInterpreterState_Get(), GIL_MAY_FORK | GIL_MAY_THREADS), 1);
    ck_assert_int_eq(GilInterpreterState_May(GilInterpreterState_Get(), GIL_MAY_FORK | GIL_MAY_EXEC), 0);
    ck_assert_int_eq(GilInterpreterState_CheckMay(GIL_MAY_EXEC), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_RuntimeError));
    GilErr_Clear();
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
}
END_TEST

/* What an interpreter answers to one question after another, a line each. */
struct answers {
    char text[4096];
    size_t length;
};
static int calls_made, exits_made, signals_met;

static void
tell(struct answers *answers, const char *format, ...)
{
    char *to = answers->text + answers->length;
    size_t room = sizeof answers->text - answers->length;
    va_list args;

    va_start(args, format);
    int length = vsnprintf(to, room, format, args);
    va_end(args);
    ck_assert_int_ge(length, 0);
    ck_assert_uint_lt((size_t)length + 1, room);
    memcpy(to + length, "\n", 2);
    answers->length += (size_t)length + 1;
}

/* What is pending, by name; it is no more then. */
static const char *
raised(void)
{
    GilObject *const kinds[] = {GilExc_ValueError, GilExc_TypeError, GilExc_KeyError, GilExc_RuntimeError, GilExc_KeyboardInterrupt,
                                GilExc_SystemError, GilExc_ModuleNotFoundError};
    const char *const names[] = {"ValueError", "TypeError", "KeyError", "RuntimeError", "KeyboardInterrupt", "SystemError",
                                 "ModuleNotFoundError"};
    const char *name = GilErr_Occurred() == NULL ? "nothing" : "something else";

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (GilErr_Occurred() != NULL && GilErr_ExceptionMatches(kinds[i])) {
            name = names[i];
            break;
        }
    GilErr_Clear();
    return name;
}

/* And what it raised. */
static void
tell_result(struct answers *answers, const char *what, int result)
{
    tell(answers, "%s %d, %s", what, result, raised());
}

static void
tell_object(struct answers *answers, const char *what, GilObject *object)
{
    GilObject *text = object != NULL ? GilObject_Repr(object) : NULL;

    tell(answers, "%s: %s, %s", what, text != NULL ? GilUnicode_AsUTF8(text) : "none", raised());
    Gil_XDECREF(text);
    Gil_XDECREF(object);
}

static void
ask_for_objects(struct answers *answers)
{
    GilObject *list = GilList_New(0), *dict = GilDict_New(), *module = GilImport_AddModuleRef("equal"), *number;

    ck_assert(list != NULL && dict != NULL && module != NULL);
    tell_object(answers, "a number", GilLong_FromString("123456789012345678901234567890", NULL, 10));
    tell_object(answers, "no number", GilLong_FromString("12x", NULL, 10));
    tell_object(answers, "text", GilUnicode_FromFormat("%s %d", "\xc3\xa9", 7));
    tell(answers, "append %d", GilList_Append(list, Gil_None));
    tell(answers, "append itself %d", GilList_Append(list, list));
    tell_object(answers, "a list", Gil_NewRef(list));
    number = GilLong_FromLong(7);
    tell_result(answers, "a key", GilDict_SetItemString(dict, "key", number));
    tell_result(answers, "an unhashable", GilDict_SetItem(dict, list, number));
    tell_object(answers, "a dict", Gil_NewRef(dict));
    tell_result(answers, "an attribute", GilObject_SetAttrString(module, "seven", number));
    tell_object(answers, "and back", GilObject_GetAttrString(module, "seven"));
    tell_object(answers, "no module", GilImport_ImportModule("there_is_none_of_this_name"));
    Gil_DECREF(number);
    Gil_DECREF(module);
    Gil_DECREF(dict);
    (void)GilGC_Collect();
    Gil_DECREF(list);
    tell(answers, "a cycle %d", (int)GilGC_Collect());
}

static int
count_call(void *unused)
{
    (void)unused;
    calls_made++;
    return 0;
}

static void
count_exit(void *unused)
{
    (void)unused;
    exits_made++;
}

static void *
visit(void *view)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    GilObject *list = token != NULL ? GilList_New(3) : NULL;

    Gil_XDECREF(list);
    if (token != NULL)
        GilThreadState_Release(token);
    return list;
}

static void
ask_for_threads(struct answers *answers, GilInterpreterView *view)
{
    GilThreadState *ts = GilThreadState_Get(), *second = GilThreadState_New(GilInterpreterState_Get());
    uint64_t id = GilThreadState_GetID(ts);
    GilEvent never = {0};
    pthread_t thread;
    void *result;

    calls_made = 0;
    tell(answers, "a call %d", GilPending_Add(view, count_call, NULL));
    tell(answers, "a call to the thread %d", GilPending_AddToThread(id, count_call, NULL));
    tell(answers, "a wait %d", GilEvent_WaitTimed(&never, 1000, GIL_WAIT_INTERRUPTIBLE));
    tell(answers, "calls made %d", calls_made);
    tell(answers, "an exception %d", GilThreadState_SetAsyncExc(id, GilExc_KeyError));
    tell_result(answers, "a poll", Gil_Poll());
    tell(answers, "an interrupt %d", GilThreadState_Interrupt(ts, 0));
    tell_result(answers, "a poll", Gil_Poll());
    ck_assert_int_eq(pthread_create(&thread, NULL, visit, view), 0);
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(pthread_join(thread, &result), 0);
    Gil_END_ALLOW_THREADS
    tell(answers, "a visitor makes a list: %d", result != NULL);
    ck_assert_ptr_nonnull(second);
    GilThreadState_Swap(second);
    tell(answers, "a second state is attached: %d", GilThreadState_IsAttached());
    GilThreadState_DeleteCurrent();
    GilThreadState_Swap(ts);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    tell_result(answers, "a guard", guard != NULL);
    GilInterpreterGuard_Close(guard);
}

static void
ask_for_itself(struct answers *answers)
{
    GilInterpreterState *interp = GilInterpreterState_Get();
    GilThreadState *ts = GilThreadState_Get(), *another;
    GilMemoryStats stats;

    GilMemoryStats_Init(&stats);
    tell(answers, "statistics %d", GilInterpreterState_GetMemoryStats(interp, &stats));
    tell(answers, "blocks %d, limit %d", stats.blocks > 0, (int)stats.limit);
    tell(answers, "interval %d", (int)GilInterpreterState_GetSwitchInterval(interp));
    tell(answers, "may %d", GilInterpreterState_May(interp, GIL_MAY_FORK | GIL_MAY_EXEC | GIL_MAY_THREADS));
    tell_result(answers, "at exit", GilUnstable_AtExit(interp, count_exit, NULL));
    another = Gil_NewInterpreter();
    tell(answers, "makes another %d", another != NULL);
    tell(answers, "and ends it %d", another != NULL ? Gil_EndInterpreter(another) : -1);
    GilThreadState_Swap(ts);
    pid_t child = GilOS_Fork();
    if (child == 0) {
        GilObject *list = GilList_New(1);
        CHILD_CHECK(list != NULL && Gil_Poll() == 0);
        _exit(0);
    }
    tell(answers, "a child %d, %d", child > 0, child > 0 ? child_status(child) : -1);
}

static int
meet(int signum, void *unused)
{
    (void)signum;
    (void)unused;
    signals_met++;
    return 0;
}

static void
ask_for_signals(struct answers *answers)
{
    tell_result(answers, "signal: watched", GilSignal_Watch(SIGUSR1, meet, NULL, GIL_SIGNAL_POSTED));
    signals_met = 0;
    ck_assert_int_eq(GilErr_SetInterruptEx(SIGUSR1), 0);
    int rc = Gil_Poll();
    tell(answers, "signal: a poll %d, met %d", rc, signals_met);
    tell_result(answers, "signal: no more", GilSignal_Unwatch(SIGUSR1));
}

static void
ask(struct answers *answers)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();

    ask_for_objects(answers);
    ask_for_threads(answers, view);
    ask_for_itself(answers);
    ask_for_signals(answers);
    GilInterpreterView_Close(view);
}

/* The same questions to the main interpreter and to another one, first and last: only those about signals have other answers. */
START_TEST(test_api_interp__all_are_equal_except_for_signals)
{
    static struct answers of_main, of_other, again;
    char *line_of_main = of_main.text, *line_of_other = of_other.text;
    int differ = 0, lines = 0;

    ask(&of_main);
    GilThreadState *other = Gil_NewInterpreter();
    ck_assert_ptr_nonnull(other);
    ask(&of_other);
    ck_assert_int_eq(Gil_EndInterpreter(other), 0);
    ck_assert_int_eq(exits_made, 1);
    GilThreadState_Swap(before);
    ask(&again);
    ck_assert_str_eq(again.text, of_main.text);
    for (; *line_of_main != '\0' && *line_of_other != '\0'; lines++) {
        size_t length = strcspn(line_of_main, "\n") + 1, other_length = strcspn(line_of_other, "\n") + 1;
        if (length != other_length || memcmp(line_of_main, line_of_other, length) != 0) {
            ck_assert_msg(strncmp(line_of_main, "signal:", 7) == 0, "%.*s is not %.*s", (int)length - 1, line_of_main,
                          (int)other_length - 1, line_of_other);
            differ++;
        }
        line_of_main += length;
        line_of_other += other_length;
    }
    ck_assert(*line_of_main == '\0' && *line_of_other == '\0');
    ck_assert_int_ge(lines, 25);
    ck_assert_int_eq(differ, 3);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/interp");
    TCase *tc = tcase_create("interp");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_test(tc, test_api_interp__a_tenant_has_its_own);
    tcase_add_test(tc, test_api_interp__is_ended_from_elsewhere);
    tcase_add_test(tc, test_api_interp__the_end_is_asked_for_and_waited_for);
    tcase_add_test(tc, test_api_interp__may_not_do_what_is_forbidden);
    tcase_add_test(tc, test_api_interp__all_are_equal_except_for_signals);
    suite_add_tcase(s, tc);
    return s;
}
