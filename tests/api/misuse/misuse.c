/* SPDX-License-Identifier: MIT */
/* Judges calls of exported functions that are right, that lack an argument, and that are made without the lock. */
#include "api/misuse/misuse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* --- what the manifest names ------------------------------------------------------------------------------------- */

static GilObject *
give_none(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    Gil_RETURN_NONE;
}

static GilObject *
give_none_of_class(GilObject *Gil_UNUSED(self), GilTypeObject *Gil_UNUSED(cls), GilObject *const *Gil_UNUSED(args),
                   size_t Gil_UNUSED(nargs), GilObject *Gil_UNUSED(kwnames))
{
    Gil_RETURN_NONE;
}

GilMethodDef misuse_methods[] = {
    {"f", give_none, GIL_METH_NOARGS, "nothing"},
    {"f_o", give_none, GIL_METH_O, "nothing"},
    {NULL, NULL, 0, NULL},
};
GilMethodDef misuse_class_method = {"f_class", _GilCFunction_CAST(give_none_of_class),
                                    GIL_METH_METHOD | GIL_METH_FASTCALL | GIL_METH_KEYWORDS, "nothing"};

static int
exec_nothing(GilObject *Gil_UNUSED(module))
{
    return 0;
}

int misuse_module_token;
GilABIInfo_VAR(abi_of_slots);
GilSlot misuse_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &abi_of_slots), GilSlot_DATA(Gil_mod_name, "slotted"), GilSlot_SIZE(Gil_mod_state_size, 8),
    GilSlot_DATA(Gil_mod_token, &misuse_module_token), GilSlot_FUNC(Gil_mod_exec, exec_nothing), GilSlot_END,
};

GilSlot *
misuse_export(void)
{
    return misuse_slots;
}

struct instance {
    GilObject_HEAD
    int member;
};

struct var_instance {
    GilObject_VAR_HEAD
    long items[1];
};

static int
traverse_type(GilObject *self, visitproc visit, void *arg)
{
    return visit((GilObject *)Gil_TYPE(self), arg);
}

static void
dealloc_gc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);
    GilObject_GC_Del(self);
    Gil_DECREF(type);
}

static GilObject *
multiply_nothing(GilObject *Gil_UNUSED(a), GilObject *Gil_UNUSED(b))
{
    Gil_RETURN_NONE;
}

static GilMemberDef thing_members[] = {{"attr", Gil_T_INT, offsetof(struct instance, member), 0, NULL},
                                       {NULL, 0, 0, 0, NULL}};
static GilType_Slot thing_slots[] = {{Gil_nb_matrix_multiply, (void *)multiply_nothing},
                                     {Gil_tp_token, GIL_TP_USE_SPEC},
                                     {Gil_tp_members, thing_members},
                                     {0, NULL}};
static GilType_Slot gc_slots[] = {
    {Gil_tp_traverse, (void *)traverse_type}, {Gil_tp_dealloc, (void *)dealloc_gc}, {0, NULL}};
GilType_Spec misuse_spec = {"misuse.Thing", sizeof(struct instance), 0, Gil_TPFLAGS_BASETYPE, thing_slots};
static GilType_Spec gc_spec = {"misuse.Collected", sizeof(struct instance), 0, Gil_TPFLAGS_HAVE_GC, gc_slots};
static GilType_Spec var_spec = {"misuse.Row", sizeof(struct var_instance), sizeof(long), Gil_TPFLAGS_HAVE_GC, gc_slots};

char *misuse_keywords[] = {(char *)"key", NULL};
char *misuse_two_keywords[] = {(char *)"first", (char *)"key", NULL};
va_list misuse_no_arguments;

int
via_GilArg_VaParse(GilObject *args, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    int result = GilArg_VaParse(args, format, values);
    va_end(values);
    return result;
}

int
via_GilArg_VaParseTupleAndKeywords(GilObject *args, GilObject *kwargs, const char *format, char *const *keywords, ...)
{
    va_list values;
    va_start(values, keywords);
    int result = GilArg_VaParseTupleAndKeywords(args, kwargs, format, keywords, values);
    va_end(values);
    return result;
}

GilObject *
via_Gil_VaBuildValue(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    GilObject *result = Gil_VaBuildValue(format, values);
    va_end(values);
    return result;
}

GilObject *
via_GilErr_FormatV(GilObject *exception, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    GilObject *result = GilErr_FormatV(exception, format, values);
    va_end(values);
    return result;
}

GilObject *
via_GilBytes_FromFormatV(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    GilObject *result = GilBytes_FromFormatV(format, values);
    va_end(values);
    return result;
}

GilObject *
via_GilUnicode_FromFormatV(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    GilObject *result = GilUnicode_FromFormatV(format, values);
    va_end(values);
    return result;
}

/* --- the fixture ------------------------------------------------------------------------------------------------- */

static void
make_texts(struct fixture *f)
{
    f->text = GilUnicode_FromString("text");
    f->digits = GilUnicode_FromString("42");
    f->key = GilUnicode_FromString("key");
    f->new_key = GilUnicode_FromString("new key");
    f->attr = GilUnicode_FromString("attr");
    f->reverse = GilUnicode_FromString("reverse");
    f->module_name = GilUnicode_FromString("slotted");
    f->append = GilUnicode_FromString("append");
    f->bytes = GilBytes_FromStringAndSize("bytes", 5);
    f->bytearray = GilByteArray_FromStringAndSize("bytearray", 9);
    f->fresh_bytes = GilBytes_FromStringAndSize("fresh", 5);
    f->fresh_bytearray = GilByteArray_FromStringAndSize("fresh", 5);
    f->fresh_text = GilUnicode_FromString("fresh");
}

static void
make_containers(struct fixture *f)
{
    f->tuple = GilTuple_Pack(1, f->number);
    f->fresh_tuple = GilTuple_Pack(2, f->number, f->number);
    f->empty = GilTuple_New(0);
    f->list = Gil_BuildValue("[OO]", f->number, f->number);
    f->pairs = Gil_BuildValue("[(OO)]", f->number, f->number);
    f->texts = Gil_BuildValue("[ss]", "a", "b");
    f->chunks = Gil_BuildValue("[yy]", "a", "b");
    f->iter = GilObject_GetIter(f->list);
    f->dict = Gil_BuildValue("{sO}", "key", f->number);
    f->dict_empty = GilDict_New();
    f->names = GilTuple_Pack(1, f->key);
    f->slice = GilSlice_New(NULL, NULL, NULL);
    f->none = Gil_None;
}

static void
make_callables(struct fixture *f)
{
    f->func = GilCFunction_New(&misuse_methods[0], f->number);
    f->func_o = GilCFunction_New(&misuse_methods[1], f->number);
    f->method = GilMethod_New(f->func_o, f->number);
    f->capsule = GilCapsule_New(f->room, "capsule", NULL);
}

static void
make_classes(struct fixture *f)
{
    f->base = (GilObject *)(void *)&GilBaseObject_Type;
    f->type = GilType_FromSpec(&misuse_spec);
    f->gc_type = GilType_FromSpec(&gc_spec);
    f->var_type = GilType_FromSpec(&var_spec);
    f->exc_class = GilExc_ValueError;
    f->exc = GilObject_CallOneArg(GilExc_ValueError, f->text);
    f->decode_error = GilUnicodeDecodeError_Create("utf-8", "\xff", 1, 0, 1, "it cannot be");
    f->encode_error = GilObject_CallFunction(GilExc_UnicodeEncodeError, "ssnns", "ascii", "\xc3\xa9", (Gil_ssize_t)0,
                                             (Gil_ssize_t)1, "it cannot be");
    f->module_spec = GilModule_New("spec");
    ck_assert_int_eq(GilModule_AddStringConstant(f->module_spec, "name", "slotted"), 0);
    ck_assert_int_eq(GilModule_AddStringConstant(f->module_spec, "origin", "/nowhere/slotted.so"), 0);
    f->module = GilModule_FromSlotsAndSpec(misuse_slots, f->module_spec);
    ck_assert_int_eq(GilModule_AddStringConstant(f->module, "attr", "value"), 0);
    f->module_type = GilType_FromModuleAndSpec(f->module, &misuse_spec, NULL);
    f->plain = GilObject_CallNoArgs(f->base);
    f->any = GilObject_CallNoArgs(f->type);
}

/* Every field from first to last must have been made. */
static void
fill(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    f->number = GilLong_FromLong(7);
    f->float_number = GilFloat_FromDouble(2.5);
    make_texts(f);
    make_containers(f);
    make_callables(f);
    make_classes(f);
    f->array[0] = f->array[1] = f->number;
    f->member = (GilMemberDef){"member", Gil_T_LONG, 0, 0, NULL};
    f->abi = (GilABIInfo){1, 0, GilABIInfo_DEFAULT_FLAGS, GILRT_VERSION_HEX, GILRT_VERSION_HEX};
    f->interp = GilInterpreterState_Get();
    f->state = GilThreadState_Get();
    GilConfig_Init(&f->config);
    GilFinalizeReport_Init(&f->report);
    GilLockInfo_Init(&f->lock_info);
    ck_assert_int_eq(GilObject_GetBuffer(f->bytearray, &f->view, GilBUF_RECORDS), 0);
    ck_assert_msg(GilErr_Occurred() == NULL, "the fixture cannot be made");
    /* A call that fails with no errno raises an error about nothing. */
    errno = ENOENT;
}

static void
empty_out(struct fixture *f)
{
    GilObject *owned[] = {
        f->any, f->number, f->float_number, f->dict_empty, f->module_name, f->fresh_bytearray, f->plain,       f->text,   f->digits,
        f->key,      f->new_key, f->attr,         f->bytes,        f->bytearray,    f->tuple,       f->empty,  f->list,
        f->pairs,    f->texts,   f->chunks,       f->iter,         f->dict,         f->slice,       f->capsule, f->func,
        f->func_o,   f->method,  f->reverse,      f->append,       f->type,         f->gc_type,     f->var_type, f->exc,
        f->module,   f->names,   f->decode_error, f->encode_error, f->module_spec,  f->module_type, f->object,
        f->fresh_tuple, f->fresh_bytes, f->fresh_text, f->result,
    };

    GilBuffer_Release(&f->view);
    GilBuffer_Release(&f->other_view);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(owned); i++)
        Gil_XDECREF(owned[i]);
    Gil_XDECREF((GilObject *)(void *)f->type_pointer);
}

/* --- one call ---------------------------------------------------------------------------------------------------- */

struct trial {
    const char *name;
    misuse_call call;
    struct fixture f;
};

static const char *
described(const struct trial *t)
{
    static char text[160];
    if (t->f.null != 0)
        snprintf(text, sizeof text, "%s with NULL as argument %d", t->name, t->f.null);
    else if (t->f.wrong != 0)
        snprintf(text, sizeof text, "%s with a wrong type as argument %d", t->name, t->f.wrong);
    else
        snprintf(text, sizeof text, "%s", t->name);
    return text;
}

static int
names_function(const char *message, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = message; (at = strstr(at, name)) != NULL; at += length) {
        char after = at[length];
        if (!(after == '_' || (after >= '0' && after <= '9') || (after >= 'A' && after <= 'Z') || (after >= 'a' && after <= 'z')))
            return 1;
    }
    return 0;
}

/* Takes the error, which must be of that class (NULL: SystemError or TypeError), and judges it. */
static void
judge_error(const struct trial *t, GilObject **exc_class)
{
    ck_assert_msg(GilErr_Occurred() != NULL, "%s: no error", described(t));
    GilObject *error = GilErr_GetRaisedException();
    GilObject *message = GilObject_Str(error);
    ck_assert_ptr_nonnull(message);
    const char *text = GilUnicode_AsUTF8(message);
    const char *name = GilExceptionClass_Name((GilObject *)(void *)Gil_TYPE(error));
    int right = exc_class != NULL ? GilErr_GivenExceptionMatches(error, *exc_class)
                                  : GilErr_GivenExceptionMatches(error, GilExc_SystemError) ||
                                        GilErr_GivenExceptionMatches(error, GilExc_TypeError);
    ck_assert_msg(right, "%s: %s: %s", described(t), name, text);
    ck_assert_msg(t->f.failed, "%s: %s is set, but the result does not say so", described(t), name);
    if (exc_class == NULL)
        ck_assert_msg(text[0] != '\0', "%s: %s without a message", described(t), name);
    if (t->f.null != 0 && exc_class == NULL)
        ck_assert_msg(names_function(text, t->name), "%s: the message names no function: %s", described(t), text);
    Gil_DECREF(message);
    Gil_DECREF(error);
}

static void
judge_success(const struct trial *t)
{
    if (GilErr_Occurred() == NULL)
        return;
    GilObject *error = GilErr_GetRaisedException();
    GilObject *message = GilObject_Repr(error);
    ck_abort_msg("%s: %s", described(t), message != NULL ? GilUnicode_AsUTF8(message) : "an error");
}

/* Makes the call and judges it. Each trial has objects of its own. */
static void
try_call(struct trial *t, enum outcome outcome, GilObject **exc_class)
{
    t->f.failed = 1; /* a function without a result cannot say so itself */
    t->call(&t->f);
    ck_assert_msg(GilThreadState_IsAttached(), "%s: not attached any more", described(t));
    if (outcome == RAISES)
        judge_error(t, exc_class);
    else {
        judge_success(t);
        ck_assert_msg(outcome != FAILS_QUIETLY || t->f.failed, "%s: claims to have worked", described(t));
    }
    empty_out(&t->f);
}

static void
start_trial(struct trial *t, int null, int wrong)
{
    fill(&t->f);
    t->f.null = null;
    t->f.wrong = wrong;
}

static void
call_it(void *arg)
{
    struct trial *t = (struct trial *)arg;
    t->call(&t->f);
}

static void
call_it_detached(void *arg)
{
    struct trial *t = (struct trial *)arg;
    Gil_BEGIN_ALLOW_THREADS
    t->call(&t->f);
    Gil_END_ALLOW_THREADS
}

static void
try_stop(struct trial *t, void (*how)(void *))
{
    char function[100];
    snprintf(function, sizeof function, "%s:", t->name);
    gil_test_expect_abort(how, t, function);
    empty_out(&t->f);
}

static void
try_lock(struct trial *t, enum lock_class lock, enum call_kind kind)
{
    start_trial(t, 0, 0);
    if (lock == LOCK_HELD)
        try_stop(t, call_it_detached);
    else if (lock == LOCK_FREE)
        try_stop(t, call_it);
    else {
        if (kind != CALL_ELSEWHERE)
            call_it_detached(t);
        empty_out(&t->f);
    }
}

static void
try_argument(struct trial *t, int number, const struct expectation *expected)
{
    if (expected->on_null != NOT_TRIED) {
        start_trial(t, number, 0);
        if (expected->on_null == STOPS)
            try_stop(t, call_it);
        else
            try_call(t, expected->on_null, expected->null_class);
    }
    if (expected->on_wrong != NOT_TRIED) {
        start_trial(t, 0, number);
        try_call(t, expected->on_wrong, expected->wrong_class);
    }
}

/* Nothing may be left of all these calls. */
static void
stop_and_count(const char *name)
{
    GilFinalizeReport report;

    gil_test_stop();
    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_msg(report.objects == 0 && report.blocks == 0, "%s: %llu objects and %llu blocks are left", name,
                  (unsigned long long)report.objects, (unsigned long long)report.blocks);
}

void
misuse_test(const char *name, misuse_call call, enum lock_class lock, int n_arguments, const struct expectation *expected,
            enum call_kind kind)
{
    struct trial t = {name, call, {0}};

    ck_assert_int_eq(GilImport_AppendInittab("slotted", misuse_export), 0);
    gil_test_start();
    try_lock(&t, lock, kind);
    if (kind != CALL_ELSEWHERE) {
        start_trial(&t, 0, 0);
        try_call(&t, kind == CALL_RAISES ? RAISES : ACCEPTED, kind == CALL_RAISES ? &GilExc_BaseException : NULL);
        for (int i = 0; i < n_arguments; i++)
            try_argument(&t, i + 1, &expected[i]);
    }
    if (kind == CALL_LEAVES)
        gil_test_stop();
    else
        stop_and_count(name);
}

/* --- data -------------------------------------------------------------------------------------------------------- */

static void
judge_immortal(GilObject *op)
{
    Gil_ssize_t count = Gil_REFCNT(op);

    ck_assert(GilUnstable_IsImmortal(op));
    Gil_INCREF(op);
    ck_assert_int_eq(Gil_REFCNT(op), count);
    Gil_DECREF(op);
    ck_assert_int_eq(Gil_REFCNT(op), count);
}

void
misuse_data_type(GilTypeObject *type)
{
    gil_test_start();
    GilObject *op = (GilObject *)(void *)type;
    judge_immortal(op);
    ck_assert(GilType_Check(op));
    ck_assert(GilType_IsSubtype(type, &GilBaseObject_Type));
    GilObject *name = GilType_GetName(type);
    ck_assert_ptr_nonnull(name);
    ck_assert_int_gt(GilUnicode_GetLength(name), 0);
    Gil_DECREF(name);
    stop_and_count("a type");
}

void
misuse_data_class(GilObject **exc_class)
{
    gil_test_start();
    judge_immortal(*exc_class);
    ck_assert(GilExceptionClass_Check(*exc_class));
    ck_assert(GilObject_IsSubclass(*exc_class, GilExc_BaseException));
    stop_and_count("a class");
}

void
misuse_data_singleton(GilObject *singleton)
{
    gil_test_start();
    judge_immortal(singleton);
    GilObject *text = GilObject_Repr(singleton);
    ck_assert_ptr_nonnull(text);
    Gil_DECREF(text);
    stop_and_count("a singleton");
}

void
misuse_data_block(struct _GilThreadBlock **block)
{
    ck_assert_ptr_null(*block);
    gil_test_start();
    ck_assert_ptr_eq(*block, (void *)GilThreadState_Get());
    ck_assert_uint_eq((*block)->st, _Gil_ATTACHED);
    gil_test_stop();
    ck_assert_ptr_null(*block);
}
