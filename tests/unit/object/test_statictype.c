/* SPDX-License-Identifier: MIT */
/* Static types of ports: what is wrong with one is refused before it is written to; lack of memory leaves it as it was. */
#include "base/mem.h"
#include "node.h"
#include "object/type.h"

#include <stdio.h>

static GilObject *
self_of(GilObject *self, GilObject *unused)
{
    (void)unused;
    return Gil_NewRef(self);
}

static GilObject *
call(GilObject *self, GilObject *args, GilObject *kwargs)
{
    (void)args;
    (void)kwargs;
    return Gil_NewRef(self);
}

static void
refused(GilTypeObject *type, GilObject *exception, const char *text)
{
    ck_assert_int_eq(GilType_Ready(type), -1);
    expect_error(exception, text);
    ck_assert_uint_eq(type->tp_flags & (Gil_TPFLAGS_READY | Gil_TPFLAGS_READYING), 0);
    ck_assert_ptr_null(type->tp_names);
}

#define TYPE(...) ((GilTypeObject){GilVarObject_HEAD_INIT(NULL, 0) .tp_name = "test.S", __VA_ARGS__})

START_TEST(test_object_statictype__the_malformed_are_refused)
{
    static GilMethodDef nothing[] = {{"f", NULL, GIL_METH_NOARGS, NULL}, {0}};
    static GilMethodDef flags[] = {{"f", self_of, GIL_METH_KEYWORDS, NULL}, {0}};
    GilTypeObject type = TYPE(.tp_flags = Gil_TPFLAGS_DEFAULT);

    type.tp_name = NULL;
    refused(&type, GilExc_SystemError, "GilType_Ready: the type has no tp_name");
    type = TYPE(.tp_flags = Gil_TPFLAGS_LIST_SUBCLASS);
    refused(&type, GilExc_SystemError, "static type 'test.S' has flags that cannot be asked for");
    type = TYPE(.tp_flags = Gil_TPFLAGS_HEAPTYPE);
    refused(&type, GilExc_SystemError, "static type 'test.S' has flags that cannot be asked for");
    type = TYPE(.tp_flags = Gil_TPFLAGS_STATIC_BUILTIN);
    refused(&type, GilExc_SystemError, "static type 'test.S' has flags that cannot be asked for");
    type = TYPE(.tp_bases = Gil_None);
    refused(&type, GilExc_SystemError,
            "static type 'test.S' has tp_bases, tp_dict or tp_mro; those need GilType_FromSpecWithBases()");
    type = TYPE(.tp_basicsize = -1);
    refused(&type, GilExc_SystemError, "static type 'test.S' has a negative size");
    type = TYPE(.tp_flags = Gil_TPFLAGS_HAVE_GC);
    refused(&type, GilExc_SystemError, "static type 'test.S' has the Gil_TPFLAGS_HAVE_GC flag but has no traverse function");
    type = TYPE(.tp_basicsize = GIL_SSIZE_T_MAX, .tp_flags = Gil_TPFLAGS_MANAGED_WEAKREF);
    refused(&type, GilExc_SystemError, "static type 'test.S' has a tp_basicsize of more bytes than there are");
    type = TYPE(.tp_methods = nothing);
    refused(&type, GilExc_SystemError, "slot Gil_tp_methods of type 'test.S': method 'f' has no function");
    type = TYPE(.tp_methods = flags);
    refused(&type, GilExc_SystemError, "slot Gil_tp_methods of type 'test.S': method 'f' has bad call flags");
    type = TYPE(.tp_flags = Gil_TPFLAGS_HAVE_VECTORCALL, .tp_call = call);
    refused(&type, GilExc_SystemError,
            "static type 'test.S' has the Gil_TPFLAGS_HAVE_VECTORCALL flag but no tp_vectorcall_offset");
    type = TYPE(.tp_flags = Gil_TPFLAGS_HAVE_VECTORCALL, .tp_vectorcall_offset = 16, .tp_basicsize = 24);
    refused(&type, GilExc_SystemError, "static type 'test.S' has the Gil_TPFLAGS_HAVE_VECTORCALL flag but no tp_call");
    type = TYPE(.tp_flags = Gil_TPFLAGS_MANAGED_DICT);
    refused(&type, GilExc_SystemError,
            "static type 'test.S' has the Gil_TPFLAGS_MANAGED_DICT flag but not Gil_TPFLAGS_HAVE_GC");
    ck_assert_int_eq(GilType_Ready(NULL), -1);
    expect_error(GilExc_SystemError, "GilType_Ready: NULL argument");
    ck_assert_int_eq(GilType_Ready((GilTypeObject *)(void *)Gil_None), -1);
    expect_error(GilExc_SystemError, "GilType_Ready: bad argument (expected type, got NoneType)");
}
END_TEST

static int
clear_nothing(GilObject *op)
{
    (void)op;
    return 0;
}

/* An instance without a GC head would come to a destructor that frees one. */
START_TEST(test_object_statictype__what_a_base_with_gc_gives_is_not_half_refused)
{
    const char *text = "static type 'test.S' has a traverse or clear function but not the Gil_TPFLAGS_HAVE_GC flag, which its base has";
    GilTypeObject type = TYPE(.tp_base = &GilList_Type, .tp_traverse = GilList_Type.tp_traverse);

    refused(&type, GilExc_SystemError, text);
    type = TYPE(.tp_base = &GilList_Type, .tp_clear = clear_nothing);
    refused(&type, GilExc_SystemError, text);
    static GilTypeObject plain = {GilVarObject_HEAD_INIT(NULL, 0) .tp_name = "test.Plain", .tp_clear = clear_nothing};
    ck_assert_int_eq(GilType_Ready(&plain), 0); /* never called */
}
END_TEST

START_TEST(test_object_statictype__members_and_offsets_lie_inside)
{
    const Gil_ssize_t size = sizeof(struct node), list_size = GilList_Type.tp_basicsize;
    struct {
        GilMemberDef member;
        const char *why;
    } wrong[] = {
        {{"m", Gil_T_LONG, size - 4, 0, NULL}, "reaches outside of the instance"},
        {{"m", Gil_T_LONG, -8, 0, NULL}, "reaches outside of the instance"},
        {{"m", Gil_T_INT, 0, 0, NULL}, "reaches outside of the instance"},
        {{"m", 99, 16, 0, NULL}, "is of unknown type"},
        {{"m", Gil_T_INT, 16, Gil_RELATIVE_OFFSET, NULL}, "has a relative offset, but basicsize is not negative"},
    };
    static const struct {
        size_t field;
        unsigned long managed;
        const char *name, *too_many;
    } fields[] = {
        {offsetof(GilTypeObject, tp_vectorcall_offset), 0, "tp_vectorcall_offset", NULL},
        {offsetof(GilTypeObject, tp_dictoffset), Gil_TPFLAGS_MANAGED_DICT, "tp_dictoffset", "Gil_TPFLAGS_MANAGED_DICT ask for two dicts"},
        {offsetof(GilTypeObject, tp_weaklistoffset), Gil_TPFLAGS_MANAGED_WEAKREF, "tp_weaklistoffset",
         "Gil_TPFLAGS_MANAGED_WEAKREF ask for two lists"},
    };
    char text[160];
    GilTypeObject type;

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(wrong); i++) {
        GilMemberDef members[] = {{"number", Gil_T_INT, offsetof(struct node, number), 0, NULL}, wrong[i].member, {0}};
        type = TYPE(.tp_basicsize = size, .tp_members = members);
        snprintf(text, sizeof text, "type 'test.S': member 'm' %s", wrong[i].why);
        refused(&type, GilExc_SystemError, text);
    }
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(fields); i++) {
        const Gil_ssize_t offsets[] = {-8, 8, 20, list_size - 4, list_size, GIL_SSIZE_T_MAX};
        for (size_t k = 0; k < Gil_ARRAY_LENGTH(offsets); k++) {
            type = TYPE(.tp_base = &GilList_Type); /* its size is the base's */
            memcpy((char *)&type + fields[i].field, &offsets[k], sizeof offsets[k]);
            snprintf(text, sizeof text, "type 'test.S': member '%s' %s", fields[i].name,
                     offsets[k] == 20 ? "is not aligned" : "reaches outside of the instance");
            refused(&type, GilExc_SystemError, text);
        }
        if (fields[i].managed == 0)
            continue;
        type = TYPE(.tp_basicsize = size, .tp_flags = fields[i].managed);
        memcpy((char *)&type + fields[i].field, &(Gil_ssize_t){16}, sizeof(Gil_ssize_t));
        snprintf(text, sizeof text, "type 'test.S': member '%s' and %s", fields[i].name, fields[i].too_many);
        refused(&type, GilExc_SystemError, text);
    }
}
END_TEST

/* What a struct says of itself is not believed. */
START_TEST(test_object_statictype__ready_is_what_was_made_ready)
{
    GilTypeObject type = TYPE(.tp_flags = Gil_TPFLAGS_READY), heir = TYPE(.tp_base = &type);

    heir.tp_name = "test.Heir";
    ck_assert_int_eq(GilType_Ready(&type), -1);
    expect_error(GilExc_SystemError, "static type 'test.S' has flags that cannot be asked for");
    ck_assert_ptr_null(type.tp_names);
    refused(&heir, GilExc_SystemError, "static type 'test.S' has flags that cannot be asked for");
}
END_TEST

START_TEST(test_object_statictype__the_base_must_suit)
{
    GilType_Slot no_slots[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.Heap", .basicsize = sizeof(GilObject), .flags = Gil_TPFLAGS_BASETYPE, .slots = no_slots};
    GilTypeObject *heap = (GilTypeObject *)(void *)GilType_FromSpec(&spec);
    GilTypeObject type = TYPE(.tp_base = heap);

    ck_assert_ptr_nonnull(heap);
    refused(&type, GilExc_TypeError, "static type 'test.S' is not dynamically allocated but its base is");
    type = TYPE(.tp_base = &GilBool_Type);
    refused(&type, GilExc_TypeError, "static type 'test.S' has a base that is not an acceptable base type");
    type = TYPE(.tp_base = &GilList_Type, .tp_basicsize = sizeof(GilObject));
    refused(&type, GilExc_TypeError, "static type 'test.S' has a tp_basicsize too small for its base");
    type = TYPE(.tp_itemsize = 8);
    refused(&type, GilExc_SystemError, "static type 'test.S' has items, but a tp_basicsize below that of GilVarObject");
    type = TYPE(.tp_base = &GilTuple_Type, .tp_itemsize = 4);
    refused(&type, GilExc_TypeError, "static type 'test.S' has another tp_itemsize than its base");
    type = TYPE(.tp_base = &GilTuple_Type, .tp_basicsize = 256);
    refused(&type, GilExc_SystemError, "static type 'test.S' extends a variable-size type without Gil_TPFLAGS_ITEMS_AT_END");
    type = TYPE(.tp_base = &GilTuple_Type, .tp_flags = Gil_TPFLAGS_MANAGED_WEAKREF);
    refused(&type, GilExc_SystemError, "static type 'test.S' has a Gil_TPFLAGS_MANAGED flag, but its instances differ in size");
    type = TYPE(.tp_itemsize = 8, .tp_basicsize = sizeof(GilVarObject), .tp_flags = Gil_TPFLAGS_MANAGED_WEAKREF);
    refused(&type, GilExc_SystemError, "static type 'test.S' has a Gil_TPFLAGS_MANAGED flag, but its instances differ in size");
    type = TYPE(.tp_base = &type);
    refused(&type, GilExc_SystemError, "static type 'test.S' derives from itself");
    /* Those that are complete as they are. */
    ck_assert_int_eq(GilType_Ready(heap), 0);
    ck_assert_int_eq(GilType_Ready(&GilBool_Type), 0);
    Gil_DECREF(heap);
}
END_TEST

START_TEST(test_object_statictype__bases_come_first)
{
    static GilMethodDef methods[] = {{"me", self_of, GIL_METH_NOARGS, NULL}, {0}};
    static GilTypeObject parent = {GilVarObject_HEAD_INIT(NULL, 0) .tp_name = "test.Parent",
                                   .tp_basicsize = sizeof(struct node), .tp_methods = methods,
                                   .tp_flags = Gil_TPFLAGS_BASETYPE, .tp_new = GilType_GenericNew};
    static GilTypeObject child = {GilVarObject_HEAD_INIT(NULL, 0) .tp_name = "test.Child", .tp_base = &parent};

    ck_assert_int_eq(GilType_Ready(&child), 0);
    ck_assert(parent.tp_flags & Gil_TPFLAGS_READY);
    ck_assert_int_eq(child.tp_basicsize, sizeof(struct node));
    ck_assert_int_lt(Gil_REFCNT(&child), 0);
    GilObject *op = GilObject_CallNoArgs((GilObject *)&child), *me = GilObject_CallMethod(op, "me", NULL);
    ck_assert_ptr_eq(op, me);
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)&child, "x", Gil_None), -1);
    expect_error(GilExc_TypeError, "cannot set 'x' attribute of immutable type 'test.Child'");
    Gil_DECREF(me);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_object_statictype__for_the_main_interpreter_alone)
{
    static GilTypeObject type = {GilVarObject_HEAD_INIT(NULL, 0) .tp_name = "test.Main", .tp_basicsize = sizeof(GilObject)};
    GilInterpreterConfig config;
    GilThreadState *main = GilThreadState_Get(), *ts;

    GilInterpreterConfig_Init(&config);
    for (int ready = 0; ready < 2; ready++) {
        ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, &config)));
        ck_assert_int_eq(GilType_Ready(&type), -1);
        expect_error(GilExc_SystemError,
                     "static type 'test.Main' is for the main interpreter alone; GilType_FromSpec() makes one for each");
        ck_assert_int_eq(GilType_Ready(&GilList_Type), 0);
        ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
        GilThreadState_Swap(main);
        ck_assert_int_eq(GilType_Ready(&type), 0);
    }
}
END_TEST

static int
step(void *arg)
{
    GilTypeObject *type = arg;

    *type = TYPE(.tp_basicsize = sizeof(struct node));
    if (GilType_Ready(type) < 0) {
        ck_assert_ptr_null(type->tp_names);
        return -1;
    }
    gil_names_delete(type->tp_names);
    gil_raw_free(type->tp_mro_items);
    return 0;
}

START_TEST(test_J1_static_types_under_lack_of_memory)
{
    GilTypeObject type;

    gil_test_oom_loop(step, &type);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[9];
    int n = 0;

    tests[n++] = test_object_statictype__the_malformed_are_refused;
    tests[n++] = test_object_statictype__what_a_base_with_gc_gives_is_not_half_refused;
    tests[n++] = test_object_statictype__members_and_offsets_lie_inside;
    tests[n++] = test_object_statictype__ready_is_what_was_made_ready;
    tests[n++] = test_object_statictype__the_base_must_suit;
    tests[n++] = test_object_statictype__bases_come_first;
    tests[n++] = test_object_statictype__for_the_main_interpreter_alone;
    tests[n++] = test_J1_static_types_under_lack_of_memory;
    return suite_of_one("object/statictype", tests);
}
