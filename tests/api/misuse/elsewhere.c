/* SPDX-License-Identifier: MIT */
/*
 * The exported functions that no single line of the manifest can call: what they need goes before, what they leave is put
 * right after. The tests that the manifest names judge what they do; with these they are also met by a lack of memory and by
 * objects that call back. A scene that cannot get what it needs gives up, in the same order as it was left.
 */
#include "api/misuse/misuse.h"

#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

static void
nothing_at_exit(void)
{
}

static void
nothing_with_data(void *Gil_UNUSED(data))
{
}

static GilTypeObject *
as_type(GilObject *type)
{
    return (GilTypeObject *)(void *)type;
}

/* --- leaving the lock --- */

static void
save_and_restore(struct fixture *Gil_UNUSED(f))
{
    GilThreadState *ts = GilEval_SaveThread();
    GilEval_RestoreThread(ts);
    GilEval_ReleaseThread(ts);
    GilEval_AcquireThread(ts);
    GilEval_SaveThread();
    if (GilEval_TryRestoreThread(ts) != 1 && GilEval_TimedRestoreThread(ts, 1000000) != 1)
        GilEval_RestoreThread(ts);
    GilEval_SaveThread();
    if (GilEval_TimedRestoreThread(ts, 1000000) != 1)
        GilEval_RestoreThread(ts);
}

/* With something asked for, BEGIN, END and poll go into the library. */
static void
leave_when_asked(struct fixture *f)
{
    GilPendingNode node = GIL_PENDING_NODE_INIT(misuse_meet, NULL);
    static int fd = -1;
    if (fd < 0)
        fd = eventfd(0, EFD_NONBLOCK);
    GilPending_PostToThread(GilThreadState_GetID(f->state), &node);
    Gil_BEGIN_ALLOW_THREADS
    Gil_END_ALLOW_THREADS
    f->failed = Gil_Poll() < 0;
    if (f->failed)
        return;
    GilPending_PostToThread(GilThreadState_GetID(f->state), &node);
    Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Eventfd, &fd)
    f->failed = GilErr_CheckSignalsDetached(f->state) < 0;
    Gil_END_BLOCKING_CALL_UBF
    f->failed |= Gil_Poll() < 0;
}

static void
unblock(struct fixture *f)
{
    GilUnblockSelf self;
    int fd = eventfd(0, EFD_NONBLOCK);

    GilUnblock_Eventfd(&fd);
    close(fd);
    if (GilUnblock_UseSignal(SIGUSR1) == 0 && GilUnblockSelf_Init(&self) == 0)
        GilUnblock_Signal(&self);
    GilThreadState_Interrupt(f->state, 0);
    Gil_Poll();
    GilErr_Clear(); /* KeyboardInterrupt, or that there is no memory for it */
}

/* --- thread states, guards, views --- */

static void
thread_states(struct fixture *f)
{
    GilThreadState *own = f->state, *other = GilThreadState_New(f->interp);

    if (other == NULL)
        return;
    GilThreadState_Swap(other);
    GilThreadState_Swap(own);
    GilThreadState_Clear(other);
    GilThreadState_Delete(other);
    if ((other = GilThreadState_New(f->interp)) == NULL)
        return;
    GilThreadState_Swap(other);
    GilThreadState_Clear(other);
    GilThreadState_DeleteCurrent();
    GilThreadState_Swap(own);
}

static void
guards(struct fixture *Gil_UNUSED(f))
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilInterpreterGuard *plain = (GilInterpreterGuard_FromView)(view), *named = GilInterpreterGuard_FromView(view),
                        *current = GilInterpreterGuard_FromCurrent();
    GilHolder holder;
    GilThreadInfo info = {0};

    if (plain != NULL)
        GilInterpreterView_Close(GilInterpreterView_FromGuard(plain));
    GilInterpreterView_GetID(view);
    GilInterpreterView_GetHolders(view, &holder, 1);
    GilInterpreterView_ListThreads(view, &info, 1);
    if (plain != NULL) {
        GilThreadState *ts = GilEval_SaveThread();
        GilThreadStateToken *token = GilThreadState_Ensure(plain);
        GilThreadStateToken *inner = token != NULL ? GilThreadState_EnsureFromView(view) : NULL;
        if (inner != NULL)
            GilThreadState_Release(inner);
        if (token != NULL)
            GilThreadState_Release(token);
        GilEval_RestoreThread(ts);
    }
    GilInterpreterGuard_Close(plain);
    GilInterpreterGuard_Close(named);
    GilInterpreterGuard_Close(current);
    GilInterpreterView_Close(view);
}

/* --- interpreters --- */

static void
interpreter_ended_by_view(struct fixture *f)
{
    GilMemoryStats stats = {.size = sizeof stats};
    GilThreadState *ts = Gil_NewInterpreter();

    if (ts == NULL)
        return;
    GilInterpreterState_GetMemoryStats(GilInterpreterState_Get(), &stats);
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilThreadState_Swap(f->state);
    GilInterpreterView_RequestEnd(view);
    GilInterpreterView_WaitEnd(view, 0);
    GilInterpreterView_CancelEnd(view);
    ck_assert_int_eq(GilInterpreterView_End(view, UINT64_MAX), 0);
    GilThreadState_Delete(ts);
    GilInterpreterView_Close(view);
}

static void
interpreter_ended_by_state(struct fixture *f)
{
    GilThreadState *ts;
    GilInterpreterConfig config;

    GilInterpreterConfig_Init(&config);
    if (GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, &config)))
        return;
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(f->state);
}

static void
at_exit(struct fixture *f)
{
    f->failed = GilUnstable_AtExit(f->interp, nothing_with_data, NULL) < 0;
    if (!f->failed)
        Gil_AtExit(nothing_at_exit); /* says no more than that it failed */
}

/* --- forks --- */

static int
nothing_before(void *Gil_UNUSED(data))
{
    return 0;
}

static void
wait_for(pid_t child)
{
    int status = 0;
    if (child <= 0)
        return;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

static void
forks(struct fixture *f)
{
    static const GilForkCalls calls = {nothing_before, nothing_with_data, nothing_with_data};
    int called = GilOS_AtFork(&calls, NULL), locked = GilOS_RegisterForkLock(&f->foreign_lock, NULL, f->room, 7);
    pid_t child = GilOS_Fork();

    if (child == 0)
        _exit(0);
    wait_for(child);
    if (GilOS_BeforeFork() == 0) {
        child = fork();
        if (child == 0) {
            GilOS_AfterFork_Child();
            _exit(0);
        }
        GilOS_AfterFork_Parent();
        wait_for(child);
    }
    if (locked == 0)
        GilOS_UnregisterForkLock(f->room);
    if (called == 0)
        GilOS_CancelAtFork(&calls, NULL);
    GilErr_Clear();
}

/* --- calls for others --- */

/* Posted by post and called; a call that fails has been made all the same. */
static int
posted(int post, GilInterpreterView *view, uint64_t id, GilPendingNode *node)
{
    if (post == 0)
        GilPending_Post(view, node);
    else if (post == 1)
        GilPending_PostToMain(node);
    else
        GilPending_PostToThread(id, node);
    return Gil_MakePendingCalls();
}

static void
pending(struct fixture *f)
{
    GilPendingNode node = GIL_PENDING_NODE_INIT(misuse_meet, NULL);
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    uint64_t id = GilThreadState_GetID(f->state);

    f->failed = 0;
    for (int post = 0; post < 3 && !f->failed; post++)
        f->failed = posted(post, view, id, &node) < 0;
    if (!f->failed) {
        GilPending_Add(view, misuse_meet, NULL);
        GilPending_AddToThread(id, misuse_meet, NULL);
        Gil_AddPendingCall(misuse_meet, NULL);
        f->failed = Gil_MakePendingCalls() < 0 || Gil_Poll() < 0;
    }
    GilInterpreterView_Close(view);
}

static void
decref_later(struct fixture *f)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilObject *op = f->any;

    f->any = NULL;
    if (GilObject_DecrefLater(view, op) < 0)
        Gil_DECREF(op);
    f->failed = Gil_MakePendingCalls() < 0;
    GilInterpreterView_Close(view);
}

static void
exceptions_for_others(struct fixture *f)
{
    uint64_t id = GilThreadState_GetID(f->state);

    GilThreadState_MaskAsyncExc();
    GilThreadState_SetAsyncExc(id, f->exc_class);
    GilThreadState_UnmaskAsyncExc();
    Gil_Poll();
    GilErr_Clear();
    GilThreadState_SetAsyncExc(id, f->exc);
    Gil_CLEAR(f->exc);
    GilThreadState_SetAsyncExc(id, NULL);
    GilErr_Clear();
}

/* --- locks --- */

struct meeting {
    GilMutex mutex;
    GilCondition condition;
    int come;
};

static void *
come(void *arg)
{
    struct meeting *m = arg;
    GilMutex_Lock(&m->mutex);
    m->come = 1;
    GilCondition_Notify(&m->condition);
    GilMutex_Unlock(&m->mutex);
    return NULL;
}

static void
meet(struct fixture *Gil_UNUSED(f))
{
    struct meeting m;
    pthread_t other;

    memset(&m, 0, sizeof m);
    GilMutex_Lock(&m.mutex);
    ck_assert_int_eq(pthread_create(&other, NULL, come, &m), 0);
    while (!m.come)
        GilCondition_Wait(&m.condition, &m.mutex);
    GilMutex_Unlock(&m.mutex);
    pthread_join(other, NULL);
}

static void
other_locks(struct fixture *f)
{
    GilOnce once = {0};

    GilRecursiveMutex_Lock(&f->recursive_mutex);
    GilRecursiveMutex_Unlock(&f->recursive_mutex);
    GilOnce_Call(&once, misuse_meet, NULL);
    GilThread_tss_free(GilThread_tss_alloc());
}

/* --- errors --- */

static void
unraisable(struct fixture *f)
{
    GilErr_SetNone(f->exc_class);
    GilErr_FormatUnraisable("with %R", f->any);
}

static int
be_quiet(const GilWarning *Gil_UNUSED(warning), void *Gil_UNUSED(arg))
{
    return 0;
}

static void
warnings(struct fixture *f)
{
    GilErr_SetWarningHook(be_quiet, NULL);
    f->failed = GilErr_WarnEx(GilExc_UserWarning, "text", 1) < 0 || GilErr_WarnFormat(NULL, 1, "with %R", f->any) < 0 ||
                GilErr_ResourceWarning(f->any, 1, "with %S", f->any) < 0 ||
                GilErr_WarnExplicit(NULL, "text", "file", 1, "module", NULL) < 0 ||
                GilErr_WarnExplicitObject(NULL, f->text, f->text, 1, f->text, NULL) < 0;
    GilErr_SetWarningHook(NULL, NULL);
}

/* The traceback of an error that was there. */
static void
traceback(struct fixture *f)
{
    GilErr_SetString(f->exc_class, "text");
    GilTraceBack_Add("function", "file", 1);
    GilObject *error = GilErr_GetRaisedException();
    ck_assert_ptr_nonnull(error);
    Gil_DECREF(error);
}

/* --- objects --- */

/* What a destructor of the type would do. */
static void
finalize(struct fixture *f)
{
    if (Gil_REFCNT(f->any) != 1)
        return;
    f->any->ob_refcnt = 0;
    if (GilObject_CallFinalizerFromDealloc(f->any) == 0)
        f->any->ob_refcnt = 1;
}

static void
clear_weakrefs(struct fixture *f)
{
    for (int quiet = 0; quiet < 2; quiet++) {
        GilObject *referent = GilSet_New(NULL);
        GilObject *ref = referent != NULL ? GilWeakref_NewRef(referent, f->any) : NULL;
        f->failed = ref == NULL;
        if (ref != NULL) {
            GilObject_GC_UnTrack(referent); /* as a destructor does first */
            referent->ob_refcnt = 0;
            (quiet ? GilUnstable_Object_ClearWeakRefsNoCallbacks : GilObject_ClearWeakRefs)(referent);
            referent->ob_refcnt = 1;
            GilObject_GC_Track(referent);
        }
        Gil_XDECREF(ref);
        Gil_XDECREF(referent);
        if (f->failed)
            return;
    }
}

static void
track(struct fixture *f)
{
    GilObject *op = _GilObject_GC_New(as_type(f->gc_type));

    f->failed = op == NULL;
    if (op == NULL)
        return;
    GilObject_GC_Track(op);
    GilObject_GC_UnTrack(op);
    GilObject_GC_Del(op);
    Gil_DECREF(f->gc_type);
}

static void
resize(struct fixture *f)
{
    GilVarObject *op = _GilObject_GC_NewVar(as_type(f->var_type), 2);
    GilVarObject *larger = op != NULL ? _GilObject_GC_Resize(op, 300) : NULL;

    f->failed = larger == NULL;
    Gil_XDECREF((GilObject *)(void *)(larger != NULL ? larger : op));
}

static void
initialize(struct fixture *f)
{
    GilObject *op = GilObject_Malloc(64);
    GilVarObject *row = GilObject_Malloc(64);
    GilVarObject *made = _GilObject_NewVar(&GilBytes_Type, 3);

    f->failed = made == NULL;
    Gil_XDECREF((GilObject *)(void *)made);
    if (op != NULL)
        Gil_DECREF(GilObject_Init(op, as_type(f->type)));
    if (row != NULL)
        Gil_DECREF((GilObject *)(void *)GilObject_InitVar(row, &GilBytes_Type, 3));
}

static GilObject *
give_nothing(GilObject *Gil_UNUSED(self), GilObject *const *Gil_UNUSED(args), Gil_ssize_t Gil_UNUSED(n))
{
    return NULL;
}

/* What an inline call ends with where something is to be done; there is nothing. */
static void
call_inline(struct fixture *f)
{
    static GilMethodDef def = {"give_nothing", _GilCFunction_CAST(give_nothing), GIL_METH_FASTCALL, NULL};
    GilObject *result = _GilObject_CallReturned(GilThreadState_Get(), &def, Gil_NewRef(f->any));

    ck_assert_ptr_eq(result, f->any);
    Gil_DECREF(result);
}

static void
count(struct fixture *f)
{
    GilObject *op = f->any;

    Gil_IncRef(op);
    Gil_DecRef(op);
    if (Gil_REFCNT(op) != 1)
        return;
    f->any = NULL;
    op->ob_refcnt = 0;
    _Gil_Dealloc(op);
}

static void
recurse(struct fixture *f)
{
    f->failed = Gil_EnterRecursiveCall(" here") < 0;
    if (!f->failed)
        Gil_LeaveRecursiveCall();
    int rc = Gil_ReprEnter(f->list);
    f->failed |= rc < 0;
    if (rc == 0)
        Gil_ReprLeave(f->list);
}

static void
import_attr(struct fixture *f)
{
    GilObject *name = GilUnicode_FromString("__name__");

    f->result = name != NULL ? GilImport_ImportModuleAttr(f->module_name, name) : NULL;
    f->failed = f->result == NULL;
    Gil_XDECREF(name);
}

/* --- writers --- */

static void
write_text(struct fixture *f)
{
    const Gil_UCS4 wide[] = {0x1f600, 'x'};
    GilUnicodeWriter *w = GilUnicodeWriter_Create(0);

    if (w == NULL)
        return;
    f->failed = GilUnicodeWriter_WriteASCII(w, "ascii", 5) < 0 || GilUnicodeWriter_WriteChar(w, 0xe4) < 0 ||
                GilUnicodeWriter_WriteUTF8(w, "\xe2\x82\xac", 3) < 0 || GilUnicodeWriter_WriteSubstring(w, f->text, 1, 3) < 0 ||
                GilUnicodeWriter_WriteStr(w, f->any) < 0 || GilUnicodeWriter_WriteRepr(w, f->any) < 0 ||
                GilUnicodeWriter_Format(w, "%d %S", 7, f->any) < 0 || GilUnicodeWriter_WriteUCS4(w, wide, 2) < 0 ||
                GilUnicodeWriter_WriteWideChar(w, L"wide", -1) < 0 || GilUnicodeWriter_DecodeUTF8Stateful(w, "u", 1, NULL, NULL) < 0;
    if (f->failed)
        GilUnicodeWriter_Discard(w);
    else
        f->failed = (f->result = GilUnicodeWriter_Finish(w)) == NULL;
}

static void
write_octets(struct fixture *f)
{
    GilBytesWriter *w = GilBytesWriter_Create(0);
    char *data;

    if (w == NULL)
        return;
    f->failed = GilBytesWriter_WriteBytes(w, "octets", 6) < 0 || GilBytesWriter_Format(w, "%d %S", 7, f->any) < 0 ||
                GilBytesWriter_Grow(w, 4000) < 0 || GilBytesWriter_Resize(w, 9000) < 0 ||
                GilBytesWriter_GetSize(w) != 9000 || (data = GilBytesWriter_GetData(w)) == NULL ||
                (data = GilBytesWriter_GrowAndUpdatePointer(w, 9000, data)) == NULL;
    if (f->failed)
        GilBytesWriter_Discard(w);
    else
        f->failed = (f->result = GilBytesWriter_FinishWithPointer(w, data + 1)) == NULL;
}

static void
write_octets_known(struct fixture *f)
{
    GilBytesWriter *w = GilBytesWriter_Create(1000), *other = w != NULL ? GilBytesWriter_Create(7) : NULL;

    f->failed = w == NULL || other == NULL;
    if (f->failed) {
        GilBytesWriter_Discard(w);
        return;
    }
    f->result = GilBytesWriter_Finish(other);
    GilObject *part = GilBytesWriter_FinishWithSize(w, 10);
    f->failed = f->result == NULL || part == NULL;
    Gil_XDECREF(part);
    if (f->failed)
        Gil_CLEAR(f->result);
}

/* The number is exported; an int of two digits is made. */
static void
digits(struct fixture *f)
{
    GilLongExport export;
    void *to;

    f->failed = GilLong_Export(f->number, &export) < 0;
    if (f->failed)
        return;
    GilLong_FreeExport(&export);
    GilLongWriter *w = GilLongWriter_Create(1, 2, &to);
    if (w != NULL)
        ((uint64_t *)to)[1] = 1;
    f->failed = w == NULL || (f->result = GilLongWriter_Finish(w)) == NULL;
}

/* --- the end --- */

static void
end(struct fixture *Gil_UNUSED(f))
{
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
}

static void
end_in_time(struct fixture *Gil_UNUSED(f))
{
    ck_assert_int_eq(Gil_FinalizeTimed(0), 0);
}

const struct misuse_scene misuse_scenes[] = {
    {"GilBytesWriter_Finish", write_octets_known, SCENE_WORKS},
    {"GilBytesWriter_FinishWithPointer", write_octets, SCENE_WORKS},
    {"GilBytesWriter_FinishWithSize", write_octets_known, SCENE_WORKS},
    {"GilBytesWriter_Format", write_octets, SCENE_WORKS},
    {"GilBytesWriter_GetData", write_octets, SCENE_WORKS},
    {"GilBytesWriter_GetSize", write_octets, SCENE_WORKS},
    {"GilBytesWriter_Grow", write_octets, SCENE_WORKS},
    {"GilBytesWriter_GrowAndUpdatePointer", write_octets, SCENE_WORKS},
    {"GilBytesWriter_Resize", write_octets, SCENE_WORKS},
    {"GilBytesWriter_WriteBytes", write_octets, SCENE_WORKS},
    {"GilCondition_Wait", meet, SCENE_WORKS},
    {"GilErr_CheckSignalsDetached", leave_when_asked, SCENE_WORKS},
    {"GilErr_FormatUnraisable", unraisable, SCENE_WORKS},
    {"GilErr_ResourceWarning", warnings, SCENE_WORKS},
    {"GilErr_WarnEx", warnings, SCENE_WORKS},
    {"GilErr_WarnExplicit", warnings, SCENE_WORKS},
    {"GilErr_WarnExplicitObject", warnings, SCENE_WORKS},
    {"GilErr_WarnFormat", warnings, SCENE_WORKS},
    {"GilEval_AcquireThread", save_and_restore, SCENE_WORKS},
    {"GilEval_ReleaseThread", save_and_restore, SCENE_WORKS},
    {"GilEval_RestoreThread", save_and_restore, SCENE_WORKS},
    {"GilEval_SaveThread", save_and_restore, SCENE_WORKS},
    {"GilEval_TimedRestoreThread", save_and_restore, SCENE_WORKS},
    {"GilEval_TryRestoreThread", save_and_restore, SCENE_WORKS},
    {"GilImport_ImportModuleAttr", import_attr, SCENE_WORKS},
    {"GilInterpreterGuard_Close", guards, SCENE_WORKS},
    {"GilInterpreterGuard_FromView", guards, SCENE_WORKS},
    {"GilInterpreterState_GetMemoryStats", interpreter_ended_by_view, SCENE_WORKS},
    {"GilInterpreterView_CancelEnd", interpreter_ended_by_view, SCENE_WORKS},
    {"GilInterpreterView_Close", guards, SCENE_WORKS},
    {"GilInterpreterView_End", interpreter_ended_by_view, SCENE_WORKS},
    {"GilInterpreterView_FromGuard", guards, SCENE_WORKS},
    {"GilInterpreterView_GetID", guards, SCENE_WORKS},
    {"GilInterpreterView_RequestEnd", interpreter_ended_by_view, SCENE_WORKS},
    {"GilInterpreterView_WaitEnd", interpreter_ended_by_view, SCENE_WORKS},
    {"GilLongWriter_Create", digits, SCENE_WORKS},
    {"GilLongWriter_Finish", digits, SCENE_WORKS},
    {"GilLong_Export", digits, SCENE_WORKS},
    {"GilLong_FreeExport", digits, SCENE_WORKS},
    {"GilOS_AfterFork_Child", forks, SCENE_WORKS},
    {"GilOS_AfterFork_Parent", forks, SCENE_WORKS},
    {"GilOS_AtFork", forks, SCENE_WORKS},
    {"GilOS_BeforeFork", forks, SCENE_WORKS},
    {"GilOS_CancelAtFork", forks, SCENE_WORKS},
    {"GilOS_Fork", forks, SCENE_WORKS},
    {"GilOS_RegisterForkLock", forks, SCENE_WORKS},
    {"GilOS_UnregisterForkLock", forks, SCENE_WORKS},
    {"GilObject_CallFinalizerFromDealloc", finalize, SCENE_WORKS},
    {"GilObject_ClearWeakRefs", clear_weakrefs, SCENE_WORKS},
    {"GilObject_DecrefLater", decref_later, SCENE_WORKS},
    {"GilObject_GC_Del", track, SCENE_WORKS},
    {"GilObject_GC_Track", track, SCENE_WORKS},
    {"GilObject_GC_UnTrack", track, SCENE_WORKS},
    {"GilObject_Init", initialize, SCENE_WORKS},
    {"GilObject_InitVar", initialize, SCENE_WORKS},
    {"GilPending_Add", pending, SCENE_MAIN},
    {"GilPending_AddToThread", pending, SCENE_MAIN},
    {"GilPending_Post", pending, SCENE_MAIN},
    {"GilPending_PostToMain", pending, SCENE_MAIN},
    {"GilPending_PostToThread", pending, SCENE_MAIN},
    {"GilRecursiveMutex_Unlock", other_locks, SCENE_WORKS},
    {"GilThreadState_Clear", thread_states, SCENE_WORKS},
    {"GilThreadState_Delete", thread_states, SCENE_WORKS},
    {"GilThreadState_DeleteCurrent", thread_states, SCENE_WORKS},
    {"GilThreadState_Ensure", guards, SCENE_WORKS},
    {"GilThreadState_EnsureFromView", guards, SCENE_WORKS},
    {"GilThreadState_Interrupt", unblock, SCENE_WORKS},
    {"GilThreadState_New", thread_states, SCENE_WORKS},
    {"GilThreadState_Release", guards, SCENE_WORKS},
    {"GilThreadState_SetAsyncExc", exceptions_for_others, SCENE_WORKS},
    {"GilThreadState_Swap", thread_states, SCENE_WORKS},
    {"GilThreadState_UnmaskAsyncExc", exceptions_for_others, SCENE_WORKS},
    {"GilThread_tss_free", other_locks, SCENE_WORKS},
    {"GilTraceBack_Add", traceback, SCENE_WORKS},
    {"GilUnblockSelf_Init", unblock, SCENE_WORKS},
    {"GilUnblock_Eventfd", unblock, SCENE_WORKS},
    {"GilUnblock_Signal", unblock, SCENE_WORKS},
    {"GilUnicodeWriter_DecodeUTF8Stateful", write_text, SCENE_WORKS},
    {"GilUnicodeWriter_Finish", write_text, SCENE_WORKS},
    {"GilUnicodeWriter_Format", write_text, SCENE_WORKS},
    {"GilUnicodeWriter_WriteASCII", write_text, SCENE_WORKS},
    {"GilUnicodeWriter_WriteChar", write_text, SCENE_WORKS},
    {"GilUnicodeWriter_WriteRepr", write_text, SCENE_WORKS},
    {"GilUnicodeWriter_WriteStr", write_text, SCENE_WORKS},
    {"GilUnicodeWriter_WriteSubstring", write_text, SCENE_WORKS},
    {"GilUnicodeWriter_WriteUCS4", write_text, SCENE_WORKS},
    {"GilUnicodeWriter_WriteUTF8", write_text, SCENE_WORKS},
    {"GilUnicodeWriter_WriteWideChar", write_text, SCENE_WORKS},
    {"GilUnstable_AtExit", at_exit, SCENE_LEAVES},
    {"GilUnstable_Object_ClearWeakRefsNoCallbacks", clear_weakrefs, SCENE_WORKS},
    {"Gil_AddPendingCall", pending, SCENE_MAIN},
    {"Gil_AtExit", at_exit, SCENE_LEAVES},
    {"Gil_EndInterpreter", interpreter_ended_by_state, SCENE_WORKS},
    {"Gil_EnterRecursiveCall", recurse, SCENE_WORKS},
    {"Gil_FinalizeEx", end, SCENE_ENDS},
    {"Gil_FinalizeTimed", end_in_time, SCENE_ENDS},
    {"Gil_IncRef", count, SCENE_WORKS},
    {"Gil_LeaveRecursiveCall", recurse, SCENE_WORKS},
    {"Gil_NewInterpreter", interpreter_ended_by_view, SCENE_WORKS},
    {"Gil_NewInterpreterFromConfig", interpreter_ended_by_state, SCENE_WORKS},
    {"Gil_ReprEnter", recurse, SCENE_WORKS},
    {"Gil_ReprLeave", recurse, SCENE_WORKS},
    {"_GilEval_LeaveMisuse", NULL, SCENE_STOPS},
    {"_GilEval_LeaveRegion", leave_when_asked, SCENE_WORKS},
    {"_GilEval_LeaveSlow", leave_when_asked, SCENE_WORKS},
    {"_GilEval_PollSlow", leave_when_asked, SCENE_WORKS},
    {"_GilEval_ReturnMisuse", NULL, SCENE_STOPS},
    {"_GilEval_ReturnRegion", leave_when_asked, SCENE_WORKS},
    {"_GilEval_ReturnSlow", leave_when_asked, SCENE_WORKS},
    {"_GilInterpreterGuard_FromCurrentAt", guards, SCENE_WORKS},
    {"_GilInterpreterGuard_FromViewAt", guards, SCENE_WORKS},
    {"_GilInterpreterView_GetHoldersSized", guards, SCENE_WORKS},
    {"_GilInterpreterView_ListThreadsSized", guards, SCENE_WORKS},
    {"_GilObject_CallReturned", call_inline, SCENE_WORKS},
    {"_GilObject_GC_Resize", resize, SCENE_WORKS},
    {"_GilObject_NewVar", initialize, SCENE_WORKS},
    {"_GilOnce_CallSlow", other_locks, SCENE_WORKS},
    {"_Gil_Dealloc", count, SCENE_WORKS},
    {NULL, NULL, SCENE_WORKS},
};

const struct misuse_scene *
misuse_scene_of(const char *name)
{
    for (const struct misuse_scene *s = misuse_scenes; s->name != NULL; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    ck_abort_msg("%s: neither the manifest nor tests/api/misuse/elsewhere.c says how to call it", name);
    return NULL;
}
