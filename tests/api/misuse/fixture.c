/* SPDX-License-Identifier: MIT */
/* What the manifest names: objects of every kind, functions that take a va_list, and a module to import. */
#include "api/misuse/misuse.h"

#include <errno.h>
#include <string.h>

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

int (*misuse_asks)(void);

int
misuse_meet(void *Gil_UNUSED(arg))
{
    return misuse_asks != NULL ? misuse_asks() : 0;
}

static GilObject *
make_list(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    return misuse_meet(NULL) < 0 ? NULL : GilList_New(0);
}

GilObject *
misuse_convert(void *op)
{
    return misuse_meet(NULL) < 0 ? NULL : Gil_NewRef(op);
}

GilObject *
misuse_give(GilObject **field)
{
    GilObject *op = *field;
    *field = NULL;
    return op;
}

void
misuse_raise(struct fixture *f)
{
    GilErr_SetRaisedException(misuse_give(&f->exc));
}

void
misuse_handle(struct fixture *f)
{
    GilErr_SetHandledException(f->exc);
    Gil_CLEAR(f->exc);
}

/* Without memory there is no garbage. */
void
misuse_litter(struct fixture *f)
{
    GilObject *list = GilList_New(0);
    if (list == NULL || GilList_Append(list, list) < 0 || GilList_Append(list, f->any) < 0)
        GilErr_Clear();
    else
        Gil_CLEAR(f->any);
    Gil_XDECREF(list);
}

void
misuse_pend(struct fixture *f)
{
    if (GilPending_AddToThread(GilThreadState_GetID(f->state), misuse_meet, NULL) < 0)
        GilErr_Clear();
}

GilMethodDef misuse_methods[] = {
    {"f", give_none, GIL_METH_NOARGS, "nothing"},
    {"f_o", give_none, GIL_METH_O, "nothing"},
    {NULL, NULL, 0, NULL},
};
static GilMethodDef maker_method = {"maker", make_list, GIL_METH_NOARGS, NULL};
GilMethodDef misuse_class_method = {"f_class", _GilCFunction_CAST(give_none_of_class),
                                    GIL_METH_METHOD | GIL_METH_FASTCALL | GIL_METH_KEYWORDS, "nothing"};

GilMethodDef misuse_method_of_types = {"f_type", give_none, GIL_METH_NOARGS | GIL_METH_CLASS, NULL};
GilMemberDef misuse_member_of_any = {"count", Gil_T_PYSSIZET, sizeof(GilObject), 0, NULL};
GilGetSetDef misuse_getset = {"computed", NULL, NULL, NULL, NULL};
GilSlot misuse_type_slots[] = {GilSlot_DATA(Gil_tp_name, "misuse.Slotted"), GilSlot_END};

int misuse_module_token;

/* What GilCapsule_Import() finds. */
static int
exec_offer(GilObject *module)
{
    return misuse_meet(NULL) < 0 ? -1 : GilModule_Add(module, "api", GilCapsule_New(&misuse_module_token, "slotted.api", NULL));
}

GilABIInfo_VAR(abi_of_slots);
GilSlot misuse_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &abi_of_slots),
    GilSlot_DATA(Gil_mod_name, "slotted"),
    GilSlot_SIZE(Gil_mod_state_size, 8),
    GilSlot_DATA(Gil_mod_token, &misuse_module_token),
    GilSlot_FUNC(Gil_mod_exec, exec_offer),
    GilSlot_END,
};

GilSlot *
misuse_export(void)
{
    return misuse_slots;
}

void
misuse_start(void)
{
    ck_assert_int_eq(GilImport_AppendInittab("slotted", misuse_export), 0);
    gil_test_start();
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

static int
traverse_bag(GilObject *self, visitproc visit, void *arg)
{
    GilObject_VisitManagedDict(self, visit, arg);
    return traverse_type(self, visit, arg);
}

static void
dealloc_gc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);
    GilObject_GC_Del(self);
    Gil_DECREF(type);
}

static GilObject *
multiply_matrices(GilObject *Gil_UNUSED(a), GilObject *Gil_UNUSED(b))
{
    return GilFloat_FromDouble(1.0);
}

static GilMemberDef thing_members[] = {{"attr", Gil_T_INT, offsetof(struct instance, member), 0, NULL},
                                       {NULL, 0, 0, 0, NULL}};
static GilType_Slot thing_slots[] = {{Gil_nb_matrix_multiply, (void *)multiply_matrices},
                                     {Gil_tp_token, GIL_TP_USE_SPEC},
                                     {Gil_tp_members, thing_members},
                                     {0, NULL}};
static GilType_Slot gc_slots[] = {
    {Gil_tp_traverse, (void *)traverse_type}, {Gil_tp_dealloc, (void *)dealloc_gc}, {0, NULL}};
static GilType_Slot bag_slots[] = {{Gil_tp_traverse, (void *)traverse_bag}, {0, NULL}};
static GilType_Spec bag_spec = {"misuse.Bag", 0, 0, Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_MANAGED_DICT, bag_slots};
GilType_Spec misuse_spec = {"misuse.Thing", sizeof(struct instance), 0, Gil_TPFLAGS_BASETYPE, thing_slots};
static GilType_Spec gc_spec = {"misuse.Collected", sizeof(struct instance), 0, Gil_TPFLAGS_HAVE_GC, gc_slots};
static GilType_Spec var_spec = {"misuse.Row", sizeof(struct var_instance), sizeof(long), Gil_TPFLAGS_HAVE_GC, gc_slots};

char *misuse_keywords[] = {(char *)"key", NULL};
char *misuse_two_keywords[] = {(char *)"first", (char *)"key", NULL};
static const char *const parser_names[] = {"key", "other", NULL};
const GilArg_Parser misuse_parser = {parser_names, "f"};
va_list misuse_no_arguments;

#define TEN "1234567890"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
const char misuse_many_digits[] = HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED "." HUNDRED "e-850";

void
misuse_weakref_callback(GilObject *Gil_UNUSED(ref), void *Gil_UNUSED(arg))
{
}

void
misuse_gc_callback(const GilGCInfo *Gil_UNUSED(info), void *Gil_UNUSED(arg))
{
}

int
misuse_gc_visit(GilObject *Gil_UNUSED(op), void *Gil_UNUSED(arg))
{
    return 1;
}

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
    f->long_digits = GilUnicode_FromString("123456789012345678901234567890");
    f->wide = GilUnicode_FromString("\xe2\x82\xac\xe2\x82\xac");
    f->wide_iter = GilObject_GetIter(f->wide);
    f->copy = GilUnicode_FromString("copy");
    f->template = GilUnicode_FromString("%s");
}

static void
make_numbers(struct fixture *f)
{
    GilObject *three = GilLong_FromLong(-3), *many = GilLong_FromLong(101);
    f->number = GilLong_FromLong(7);
    f->float_number = GilFloat_FromDouble(2.5);
    f->huge = GilLong_FromString("2722258935367507707706996859454145691648", NULL, 10);
    f->odd = GilNumber_Power(three, many, Gil_None);
    Gil_DECREF(many);
    Gil_DECREF(three);
    f->large = 1L << 40;
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
    f->set = GilSet_New(f->names);
    f->slice = GilSlice_New(NULL, NULL, NULL);
    f->none = Gil_None;
    f->more = Gil_BuildValue("{sOsO}", "key", f->number, "more", f->number);
    f->items = Gil_BuildValue("[O]", f->number);
}

static void
make_callables(struct fixture *f)
{
    f->func = GilCFunction_New(&misuse_methods[0], f->number);
    f->func_o = GilCFunction_New(&misuse_methods[1], f->number);
    f->method = GilMethod_New(f->func_o, f->number);
    f->maker = GilCFunction_New(&maker_method, NULL);
    f->weakref = GilWeakref_NewRef(f->method, NULL);
    f->capsule = GilCapsule_New(f->room, "capsule", NULL);
    f->cell = GilCell_New(f->number);
    f->memoryview = GilMemoryView_FromObject(f->bytes);
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
    GilObject *bag_type = GilType_FromSpec(&bag_spec);
    f->bag = GilObject_CallNoArgs(bag_type);
    f->fresh_bag = GilObject_CallNoArgs(bag_type);
    Gil_DECREF(bag_type);
    ck_assert_int_eq(GilObject_SetAttr(f->bag, f->attr, f->number), 0);
    f->class_info = Gil_NewRef(f->type);
}

static int
leave_be(void *Gil_UNUSED(lock))
{
    return 0;
}

/* Nothing in them makes a thread wait that is alone. */
static void
make_locks(struct fixture *f)
{
    GilMutex_Lock(&f->locked_mutex);
    GilRWMutex_RLock(&f->read_mutex);
    GilRWMutex_Lock(&f->written_mutex);
    f->foreign_lock = (GilForeignLock){leave_be, leave_be, leave_be};
    pthread_mutex_init(&f->pthread_mutex, NULL);
    GilEvent_Set(&f->event);
    f->semaphore = (GilSemaphore)GilSemaphore_INIT(1);
    f->barrier = (GilBarrier)GilBarrier_INIT(1);
}

void
misuse_fill(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    make_numbers(f);
    make_texts(f);
    make_containers(f);
    make_callables(f);
    make_classes(f);
    make_locks(f);
    f->array[0] = f->array[1] = f->number;
    f->member = (GilMemberDef){"member", Gil_T_LONG, 0, 0, NULL};
    f->abi = (GilABIInfo){1, 0, GilABIInfo_DEFAULT_FLAGS, GILRT_VERSION_HEX, GILRT_VERSION_HEX};
    f->interp = GilInterpreterState_Get();
    f->state = GilThreadState_Get();
    GilConfig_Init(&f->config);
    GilFinalizeReport_Init(&f->report);
    GilLockInfo_Init(&f->lock_info);
    GilLockStats_Init(&f->lock_stats);
    GilGCStats_Init(&f->gc_stats);
    ck_assert_int_eq(GilObject_GetBuffer(f->bytearray, &f->view, GilBUF_RECORDS), 0);
    ck_assert_int_eq(GilObject_GetBuffer(f->bytes, &f->lent_view, GilBUF_SIMPLE), 0);
    ck_assert_msg(GilErr_Occurred() == NULL, "the fixture cannot be made");
    /* A call that fails with no errno raises an error about nothing. */
    errno = ENOENT;
}

void
misuse_empty(struct fixture *f)
{
    GilObject *owned[] = {
        f->any, f->bag, f->fresh_bag, f->number, f->float_number, f->plain, f->text, f->digits, f->key, f->new_key, f->attr, f->module_name,
        f->bytes, f->bytearray, f->tuple, f->empty, f->list, f->pairs, f->texts, f->chunks, f->iter, f->dict,
        f->dict_empty, f->slice, f->capsule, f->cell, f->func, f->func_o, f->method, f->weakref, f->set, f->memoryview, f->reverse, f->append, f->type, f->gc_type,
        f->var_type, f->exc, f->decode_error, f->encode_error, f->module, f->module_spec, f->module_type, f->names,
        f->huge, f->odd, f->long_digits, f->wide, f->wide_iter, f->copy, f->template, f->more, f->maker, f->class_info, f->items,
        f->object, f->fresh_tuple, f->fresh_bytes, f->fresh_bytearray, f->fresh_text, f->result,
    };

    GilBuffer_Release(&f->view);
    GilErr_SetHandledException(NULL);
    if (Gil_MakePendingCalls() < 0)
        GilErr_Clear();
    GilBuffer_Release(&f->other_view);
    GilBuffer_Release(&f->lent_view);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(owned); i++)
        Gil_XDECREF(owned[i]);
    Gil_XDECREF((GilObject *)(void *)f->type_pointer);
}
