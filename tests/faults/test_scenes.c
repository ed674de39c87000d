/* SPDX-License-Identifier: MIT */
/* Longer stretches of work in which memory runs out at each allocation: classes, errors, containers, imports. */
#include "support/support.h"

#include "base/mem.h"

#include <gilrt.h>
#include <pthread.h>
#include <string.h>

/* What a step leaves to be given back, in whatever state it fails. */
struct scrap {
    GilObject *op[8];
};

static int
done(struct scrap *s, int rc)
{
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(s->op); i++)
        Gil_XDECREF(s->op[i]);
    return rc;
}

struct point {
    GilObject_HEAD
    double x, y;
};

static GilObject *
point_scale(GilObject *self, GilObject *args, GilObject *kwargs)
{
    static char *keywords[] = {(char *)"by", (char *)"name", NULL};
    struct point *p = (struct point *)(void *)self;
    const char *name = "nobody";
    double by;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, "d|s:scale", keywords, &by, &name))
        return NULL;
    return Gil_BuildValue("(dd){s[si]}", p->x * by, p->y * by, "called", name, 1);
}

static GilMethodDef point_methods[] = {
    {"scale", _GilCFunction_CAST(point_scale), GIL_METH_VARARGS | GIL_METH_KEYWORDS, "both coordinates times a number"},
    {NULL, NULL, 0, NULL},
};
static GilMemberDef point_members[] = {
    {"x", Gil_T_DOUBLE, offsetof(struct point, x), 0, NULL},
    {"y", Gil_T_DOUBLE, offsetof(struct point, y), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};
static GilType_Slot point_slots[] = {
    {Gil_tp_methods, point_methods}, {Gil_tp_members, point_members}, {Gil_tp_doc, (void *)"a point"}, {0, NULL}};
static GilType_Spec point_spec = {"scenes.Point", sizeof(struct point), 0, Gil_TPFLAGS_BASETYPE, point_slots};

static int
use_a_class(void *Gil_UNUSED(arg))
{
    struct scrap s = {{NULL}};
    if ((s.op[0] = GilType_FromSpec(&point_spec)) == NULL || (s.op[1] = GilObject_CallNoArgs(s.op[0])) == NULL ||
        (s.op[2] = GilFloat_FromDouble(1.5)) == NULL || GilObject_SetAttrString(s.op[1], "x", s.op[2]) < 0 ||
        (s.op[3] = GilObject_GetAttrString(s.op[1], "x")) == NULL ||
        (s.op[4] = GilObject_GetAttrString(s.op[1], "scale")) == NULL ||
        (s.op[5] = Gil_BuildValue("{s:s}", "name", "somebody")) == NULL ||
        (s.op[6] = GilTuple_Pack(1, s.op[2])) == NULL ||
        (s.op[7] = GilObject_Call(s.op[4], s.op[6], s.op[5])) == NULL)
        return done(&s, -1);
    GilObject *text = GilObject_Repr(s.op[7]);
    Gil_XDECREF(text);
    return done(&s, text == NULL ? -1 : 0);
}

START_TEST(test_faults_scenes__a_class)
{
    gil_test_oom_loop(use_a_class, NULL);
}
END_TEST

/* An error of a new class, raised while another is handled, taken, and told about. */
static int
use_errors(void *Gil_UNUSED(arg))
{
    struct scrap s = {{NULL}};
    if ((s.op[0] = GilErr_NewException("scenes.Error", GilExc_ValueError, NULL)) == NULL ||
        (s.op[1] = GilObject_CallFunction(GilExc_OSError, "is", 2, "a reason")) == NULL)
        return done(&s, -1);
    GilErr_SetHandledException(s.op[1]);
    GilErr_Format(s.op[0], "%R and %.3s, %d times", s.op[1], "things", 3);
    s.op[2] = GilErr_GetRaisedException();
    GilErr_SetHandledException(NULL);
    int memory_lacked = GilErr_GivenExceptionMatches(s.op[2], GilExc_MemoryError);
    if (memory_lacked) {
        GilErr_SetRaisedException(s.op[2]);
        s.op[2] = NULL;
        return done(&s, -1);
    }
    if ((s.op[3] = GilException_GetContext(s.op[2])) == NULL && GilErr_Occurred() == NULL)
        GilErr_NoMemory(); /* an error that could not be linked to the one before is raised without */
    else
        s.op[4] = GilObject_Str(s.op[2]);
    return done(&s, s.op[4] == NULL ? -1 : 0);
}

START_TEST(test_faults_scenes__errors)
{
    gil_test_oom_loop(use_errors, NULL);
}
END_TEST

static int
use_containers(void *Gil_UNUSED(arg))
{
    enum { ITEMS = 100 };
    struct scrap s = {{NULL}};
    if ((s.op[0] = GilDict_New()) == NULL || (s.op[1] = GilList_New(0)) == NULL)
        return done(&s, -1);
    for (long i = 0; i < ITEMS; i++) {
        GilObject *key = GilUnicode_FromFormat("key %ld", i), *value = GilLong_FromLong(100000 - i);
        int rc = key == NULL || value == NULL || GilDict_SetItem(s.op[0], key, value) < 0 ||
                 GilList_Append(s.op[1], value) < 0;
        Gil_XDECREF(key);
        Gil_XDECREF(value);
        if (rc)
            return done(&s, -1);
    }
    if (GilList_Sort(s.op[1]) < 0 || (s.op[2] = GilList_AsTuple(s.op[1])) == NULL ||
        (s.op[3] = GilDict_Copy(s.op[0])) == NULL || GilDict_Update(s.op[3], s.op[0]) < 0 ||
        (s.op[4] = GilMapping_Items(s.op[3])) == NULL || (s.op[5] = GilObject_Repr(s.op[4])) == NULL ||
        GilList_SetSlice(s.op[1], 10, 20, s.op[2]) < 0 || (s.op[6] = GilSequence_Repeat(s.op[1], 3)) == NULL)
        return done(&s, -1);
    return done(&s, 0);
}

START_TEST(test_faults_scenes__containers)
{
    gil_test_oom_loop(use_containers, NULL);
}
END_TEST

static int
use_texts_and_numbers(void *Gil_UNUSED(arg))
{
    static const char digits[] = "123456789012345678901234567890123456789012345678901234567890";
    struct scrap s = {{NULL}};
    if ((s.op[0] = GilLong_FromString(digits, NULL, 10)) == NULL ||
        (s.op[1] = GilNumber_Power(s.op[0], s.op[0], s.op[0])) == NULL ||
        (s.op[2] = GilNumber_Multiply(s.op[0], s.op[0])) == NULL || (s.op[3] = GilObject_Str(s.op[2])) == NULL ||
        (s.op[4] = GilUnicode_Split(s.op[3], NULL, -1)) == NULL ||
        (s.op[5] = GilUnicode_Join(s.op[3], s.op[4])) == NULL ||
        (s.op[6] = GilUnicode_AsEncodedString(s.op[5], "latin-1", NULL)) == NULL ||
        (s.op[7] = GilByteArray_FromObject(s.op[6])) == NULL)
        return done(&s, -1);
    return done(&s, GilByteArray_Resize(s.op[7], 1000));
}

START_TEST(test_faults_scenes__texts_and_numbers)
{
    gil_test_oom_loop(use_texts_and_numbers, NULL);
}
END_TEST

/* Classes over built-in types, what they tell of themselves, and what is made of them. */
static int
use_subtypes(void *Gil_UNUSED(arg))
{
    static GilTypeObject *const bases[] = {&GilUnicode_Type, &GilBytes_Type, &GilByteArray_Type};
    GilObject *type = (GilObject *)(void *)&GilType_Type;

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(bases); i++) {
        struct scrap s = {{NULL}};
        if ((s.op[0] = GilObject_CallNoArgs((GilObject *)(void *)&GilProperty_Type)) == NULL ||
            (s.op[1] = GilObject_CallFunction(type, "s(O){sO,ss,ss}", "Sub", bases[i], "p", s.op[0], "__module__", "scenes",
                                              "__qualname__", "Outer.Sub")) == NULL ||
            (s.op[2] = GilObject_CallFunction(s.op[1], i == 0 ? "s" : "y", "some text")) == NULL ||
            (s.op[3] = GilObject_CallMethod(s.op[2], "upper", NULL)) == NULL || (s.op[4] = GilObject_Repr(s.op[1])) == NULL ||
            (s.op[5] = GilObject_GetAttrString(s.op[1], "__dict__")) == NULL || (s.op[6] = GilObject_Repr(s.op[5])) == NULL)
            return done(&s, -1);
        s.op[7] = GilObject_GetAttrString(s.op[2], "p");
        if (!GilErr_ExceptionMatches(GilExc_AttributeError))
            return done(&s, -1);
        GilErr_Clear();
        done(&s, 0);
    }
    return 0;
}

START_TEST(test_faults_scenes__subtypes)
{
    gil_test_oom_loop(use_subtypes, NULL);
}
END_TEST

/* What takes arguments by name, called with a dict of them. */
static const struct keyword_call {
    GilTypeObject *type;
    const char *method; /* NULL: the type is called; else this of a str of text is */
    const char *text;   /* or the first argument, or NULL */
    const char *name, *value; /* a text by name, or where that is NULL by position */
    const char *other_name;   /* a number by name, or NULL */
    int number;
} keyword_calls[] = {
    {&GilUnicode_Type, NULL, NULL, "object", "text", NULL, 0},
    {&GilBytes_Type, NULL, "some text", "encoding", "latin-1", NULL, 0},
    {&GilByteArray_Type, NULL, "some text", "encoding", "latin-1", NULL, 0},
    {&GilLong_Type, NULL, NULL, NULL, "zzzzzzzzzzzzzzzzzzzz", "base", 36},
    {&GilEnum_Type, NULL, NULL, "iterable", "text", "start", 1 << 30},
    {&GilProperty_Type, NULL, NULL, "doc", "text", "fget", 1},
    {&GilUnicode_Type, "split", "a,b,c", "sep", ",", "maxsplit", 1},
    {&GilUnicode_Type, "encode", "text", "encoding", "latin-1", NULL, 0},
    {&GilUnicode_Type, "format", "{name} and {}", NULL, "text", "name", 7},
};

static int
call_by_name(void *Gil_UNUSED(arg))
{
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(keyword_calls); i++) {
        const struct keyword_call *c = &keyword_calls[i];
        struct scrap s = {{NULL}};
        const char *positional = c->method == NULL && c->text != NULL ? c->text : c->name == NULL ? c->value : NULL;
        if ((s.op[0] = c->method == NULL ? Gil_NewRef((GilObject *)(void *)c->type) : GilUnicode_FromString(c->text)) == NULL)
            return done(&s, -1);
        if (c->method != NULL && (s.op[1] = GilObject_GetAttrString(s.op[0], c->method)) == NULL)
            return done(&s, -1);
        if ((s.op[2] = Gil_BuildValue(positional != NULL ? "(s)" : "()", positional)) == NULL ||
            (s.op[3] = GilDict_New()) == NULL)
            return done(&s, -1);
        if (c->name != NULL && ((s.op[4] = GilUnicode_FromString(c->value)) == NULL ||
                                GilDict_SetItemString(s.op[3], c->name, s.op[4]) < 0))
            return done(&s, -1);
        if (c->other_name != NULL && ((s.op[5] = GilLong_FromLong(c->number)) == NULL ||
                                      GilDict_SetItemString(s.op[3], c->other_name, s.op[5]) < 0))
            return done(&s, -1);
        if ((s.op[6] = GilObject_Call(c->method == NULL ? s.op[0] : s.op[1], s.op[2], s.op[3])) == NULL)
            return done(&s, -1);
        done(&s, 0);
    }
    return 0;
}

START_TEST(test_faults_scenes__keywords)
{
    gil_test_oom_loop(call_by_name, NULL);
}
END_TEST

/* What is done on the way out of a failure finds no memory either. */
START_TEST(test_J8_a_failure_after_a_failure_in_longer_work)
{
    static const gil_test_step steps[] = {use_a_class, use_errors, use_containers, use_texts_and_numbers, use_subtypes,
                                           call_by_name};

    gil_test_oom_pairs(steps[_i], NULL);
}
END_TEST

/* --- a module, imported into a fresh runtime each time --- */

static int
exec_module(GilObject *module)
{
    GilObject *type = GilType_FromModuleAndSpec(module, &point_spec, NULL);
    int rc = type == NULL ? -1 : GilModule_AddType(module, (GilTypeObject *)(void *)type);
    Gil_XDECREF(type);
    return rc < 0 ? -1 : GilModule_AddIntConstant(module, "answer", 4242);
}

GilABIInfo_VAR(abi);
static GilMethodDef module_methods[] = {
    {"scale", _GilCFunction_CAST(point_scale), GIL_METH_VARARGS | GIL_METH_KEYWORDS, NULL}, {NULL, NULL, 0, NULL}};
static GilSlot module_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &abi),
    GilSlot_DATA(Gil_mod_name, "scenes"),
    GilSlot_DATA(Gil_mod_doc, "a module"),
    GilSlot_DATA(Gil_mod_methods, module_methods),
    GilSlot_SIZE(Gil_mod_state_size, 64),
    GilSlot_FUNC(Gil_mod_exec, exec_module),
    GilSlot_END,
};

static GilSlot *
export_module(void)
{
    return module_slots;
}

static size_t
raw_blocks(void)
{
    struct gil_mem_stats stats;
    gil_raw_stats(&stats);
    return stats.blocks;
}

/* Whether a failure was met. A second import follows, and works. */
static int
import_failing(long nth, int distance)
{
    GilFinalizeReport report;

    gil_test_start();
    gil_test_fail_alloc(nth, distance);
    GilObject *module = GilImport_ImportModule("scenes");
    int delivered = gil_mem_fail_count() > 0;
    gil_test_fail_alloc_off();
    if (module == NULL) {
        ck_assert_msg(GilErr_ExceptionMatches(GilExc_MemoryError), "allocation %ld: the error is not MemoryError", nth);
        GilErr_Clear();
        module = GilImport_ImportModule("scenes");
    }
    ck_assert_ptr_nonnull(module);
    ck_assert_int_eq(GilObject_HasAttrStringWithError(module, "Point"), 1);
    Gil_DECREF(module);
    gil_test_stop();
    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_msg(report.blocks == 0, "allocation %ld: %llu blocks are left", nth, (unsigned long long)report.blocks);
    return delivered;
}

/* With failures that are so far apart, at least and at most. */
static void
import_without_memory(int nearest, int farthest)
{
    ck_assert_int_eq(GilImport_AppendInittab("scenes", export_module), 0);
    import_failing(0, 0);
    size_t before = raw_blocks();
    int delivered = 1;
    for (long nth = 1; delivered; nth++) {
        delivered = 0;
        for (int distance = nearest; distance <= farthest; distance++)
            delivered |= import_failing(nth, distance);
    }
    ck_assert_uint_eq(raw_blocks(), before);
}

START_TEST(test_K4_an_import_without_memory_leaves_nothing)
{
    import_without_memory(0, 1);
}
END_TEST

START_TEST(test_J8_an_import_that_fails_again_on_its_way_out)
{
    import_without_memory(2, 6);
}
END_TEST

/* --- entering --- */

struct entry {
    GilInterpreterGuard *guard;
    long nth;
    int distance, delivered;
};

static void *
enter_failing(void *arg)
{
    struct entry *e = (struct entry *)arg;
    gil_test_fail_alloc(e->nth, e->distance);
    GilThreadStateToken *token = GilThreadState_Ensure(e->guard);
    e->delivered = gil_mem_fail_count() > 0;
    gil_test_fail_alloc_off();
    if (token == NULL) {
        ck_assert(e->delivered && !GilThreadState_IsAttached());
        token = GilThreadState_Ensure(e->guard);
        ck_assert_ptr_nonnull(token);
    }
    ck_assert(GilErr_Occurred() == NULL);
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_B12_a_thread_that_enters_without_memory_is_told)
{
    struct entry e = {.guard = GilInterpreterGuard_FromCurrent(), .delivered = 1};

    ck_assert_ptr_nonnull(e.guard);
    for (e.nth = 1; e.delivered; e.nth++)
        for (e.distance = 0; e.distance < 2; e.distance++) {
            pthread_t thread;
            ck_assert_int_eq(pthread_create(&thread, NULL, enter_failing, &e), 0);
            Gil_BEGIN_ALLOW_THREADS
            pthread_join(thread, NULL);
            Gil_END_ALLOW_THREADS
        }
    GilInterpreterGuard_Close(e.guard);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("scenes");
    TCase *inside = tcase_create("in a runtime"), *around = tcase_create("around a runtime");

    tcase_add_checked_fixture(inside, gil_test_start, gil_test_stop);
    tcase_set_timeout(inside, 60);
    tcase_add_test(inside, test_faults_scenes__a_class);
    tcase_add_test(inside, test_faults_scenes__errors);
    tcase_add_test(inside, test_faults_scenes__containers);
    tcase_add_test(inside, test_faults_scenes__texts_and_numbers);
    tcase_add_test(inside, test_faults_scenes__subtypes);
    tcase_add_test(inside, test_faults_scenes__keywords);
    tcase_add_loop_test(inside, test_J8_a_failure_after_a_failure_in_longer_work, 0, 6);
    tcase_add_test(inside, test_B12_a_thread_that_enters_without_memory_is_told);
    suite_add_tcase(s, inside);
    tcase_set_timeout(around, 60);
    tcase_add_test(around, test_K4_an_import_without_memory_leaves_nothing);
    tcase_add_test(around, test_J8_an_import_that_fails_again_on_its_way_out);
    suite_add_tcase(s, around);
    return s;
}
