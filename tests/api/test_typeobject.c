/* SPDX-License-Identifier: MIT */
/* <gilrt/typeobject.h> as a port uses it: the order of the fields, and types read through them. */
#include "support/support.h"

#include <gilrt.h>
#include <gilrt/typeobject.h>
#include <string.h>

#define BEFORE(first, second) ck_assert_uint_lt(offsetof(GilTypeObject, first), offsetof(GilTypeObject, second))

/* The order of CPython's documented slot table, as far as static initialisers without field names rely on it. */
START_TEST(test_api_typeobject__fields_stand_in_the_documented_order)
{
    ck_assert_uint_eq(offsetof(GilTypeObject, tp_name), sizeof(GilVarObject));
    BEFORE(tp_name, tp_basicsize);
    BEFORE(tp_basicsize, tp_itemsize);
    BEFORE(tp_itemsize, tp_dealloc);
    BEFORE(tp_dealloc, tp_vectorcall_offset);
    BEFORE(tp_vectorcall_offset, tp_getattr);
    BEFORE(tp_setattr, tp_as_async);
    BEFORE(tp_as_async, tp_repr);
    BEFORE(tp_repr, tp_as_number);
    BEFORE(tp_as_mapping, tp_hash);
    BEFORE(tp_hash, tp_call);
    BEFORE(tp_call, tp_str);
    BEFORE(tp_str, tp_getattro);
    BEFORE(tp_setattro, tp_as_buffer);
    BEFORE(tp_as_buffer, tp_flags);
    BEFORE(tp_flags, tp_doc);
    BEFORE(tp_doc, tp_traverse);
    BEFORE(tp_clear, tp_richcompare);
    BEFORE(tp_richcompare, tp_weaklistoffset);
    BEFORE(tp_weaklistoffset, tp_iter);
    BEFORE(tp_iternext, tp_methods);
    BEFORE(tp_methods, tp_members);
    BEFORE(tp_members, tp_getset);
    BEFORE(tp_getset, tp_base);
    BEFORE(tp_base, tp_dict);
    BEFORE(tp_dictoffset, tp_init);
    BEFORE(tp_init, tp_alloc);
    BEFORE(tp_alloc, tp_new);
    BEFORE(tp_new, tp_free);
    BEFORE(tp_free, tp_is_gc);
    BEFORE(tp_finalize, tp_vectorcall);
    BEFORE(tp_vectorcall, tp_names);
}
END_TEST

START_TEST(test_api_typeobject__built_in_types_can_be_read)
{
    ck_assert_str_eq(GilFloat_Type.tp_name, "float");
    ck_assert_ptr_nonnull(GilFloat_Type.tp_as_number->nb_add);
    ck_assert_ptr_eq(GilBool_Type.tp_base, &GilLong_Type);
    ck_assert(GilFloat_Type.tp_flags & Gil_TPFLAGS_STATIC_BUILTIN);
    ck_assert_ptr_eq((void *)GilFloat_Type.tp_dealloc, GilType_GetSlot(&GilFloat_Type, Gil_tp_dealloc));
    ck_assert(GilUnstable_IsImmortal(&GilFloat_Type));
}
END_TEST

/* What follows is written as it would be for CPython, but for the names: static structs, one filled by names, one by order. */

typedef struct {
    GilObject_HEAD
    GilObject *items;
    GilObject *dict;
    GilObject *weakrefs;
    int count;
} BagObject;

static int bags_gone, shelves_gone;

static int
Bag_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    BagObject *self = (BagObject *)(void *)op;
    static char *kwlist[] = {"items", "count", NULL};
    GilObject *items = NULL;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, "O|i:Bag", kwlist, &items, &self->count))
        return -1;
    Gil_XSETREF(self->items, GilSequence_List(items));
    return self->items != NULL ? 0 : -1;
}

static int
Bag_traverse(GilObject *op, visitproc visit, void *arg)
{
    BagObject *self = (BagObject *)(void *)op;

    Gil_VISIT(self->items);
    Gil_VISIT(self->dict);
    return 0;
}

static int
Bag_clear(GilObject *op)
{
    BagObject *self = (BagObject *)(void *)op;

    Gil_CLEAR(self->items);
    Gil_CLEAR(self->dict);
    return 0;
}

static void
Bag_dealloc(GilObject *op)
{
    bags_gone++;
    GilObject_GC_UnTrack(op);
    if (((BagObject *)(void *)op)->weakrefs != NULL)
        GilObject_ClearWeakRefs(op);
    Bag_clear(op);
    Gil_TYPE(op)->tp_free(op);
}

static Gil_ssize_t
Bag_length(GilObject *op)
{
    return GilList_Size(((BagObject *)(void *)op)->items);
}

static GilObject *
Bag_name(GilObject *op, void *closure)
{
    (void)closure;
    return GilUnicode_FromString(Gil_TYPE(op)->tp_name);
}

static GilObject *
Bag_whole(GilObject *op, GilObject *unused)
{
    (void)unused;
    return Gil_NewRef(((BagObject *)(void *)op)->items);
}

static GilMethodDef Bag_methods[] = {{"whole", Bag_whole, GIL_METH_NOARGS, "The items."}, {NULL, NULL, 0, NULL}};
static GilGetSetDef Bag_getset[] = {{"name", Bag_name, NULL, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};
static GilMemberDef Bag_members[] = {{"count", Gil_T_INT, offsetof(BagObject, count), 0, NULL}, {NULL, 0, 0, 0, NULL}};
static GilSequenceMethods Bag_as_sequence = {.sq_length = Bag_length};

static GilTypeObject Bag_Type = {
    GilVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "test.Bag",
    .tp_basicsize = sizeof(BagObject),
    .tp_dealloc = Bag_dealloc,
    .tp_as_sequence = &Bag_as_sequence,
    .tp_flags = Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_BASETYPE | Gil_TPFLAGS_HAVE_GC,
    .tp_doc = "A bag.",
    .tp_traverse = Bag_traverse,
    .tp_clear = Bag_clear,
    .tp_weaklistoffset = offsetof(BagObject, weakrefs),
    .tp_methods = Bag_methods,
    .tp_members = Bag_members,
    .tp_getset = Bag_getset,
    .tp_dictoffset = offsetof(BagObject, dict),
    .tp_init = Bag_init,
    .tp_new = GilType_GenericNew,
};

static void
Shelf_finalize(GilObject *op)
{
    (void)op;
    shelves_gone++;
}

static GilTypeObject Shelf_Type = {
    GilVarObject_HEAD_INIT(NULL, 0)
    "test.Shelf",                           /* tp_name */
    sizeof(GilListObject),                  /* tp_basicsize */
    0,                                      /* tp_itemsize */
    0,                                      /* tp_dealloc */
    0,                                      /* tp_vectorcall_offset */
    0,                                      /* tp_getattr */
    0,                                      /* tp_setattr */
    0,                                      /* tp_as_async */
    0,                                      /* tp_repr */
    0,                                      /* tp_as_number */
    0,                                      /* tp_as_sequence */
    0,                                      /* tp_as_mapping */
    0,                                      /* tp_hash */
    0,                                      /* tp_call */
    0,                                      /* tp_str */
    0,                                      /* tp_getattro */
    0,                                      /* tp_setattro */
    0,                                      /* tp_as_buffer */
    Gil_TPFLAGS_DEFAULT,                    /* tp_flags */
    "A shelf.",                             /* tp_doc */
    .tp_finalize = Shelf_finalize,
};

START_TEST(test_api_typeobject__a_static_type_of_a_port_works)
{
    for (int again = 0; again < 2; again++)
        ck_assert_int_eq(GilType_Ready(&Bag_Type), 0);
    GilObject *bag = GilObject_CallFunction((GilObject *)&Bag_Type, "si", "abc", 7);
    ck_assert_ptr_nonnull(bag);
    ck_assert_int_eq(GilObject_Size(bag), 3);
    GilObject *name = GilObject_GetAttrString(bag, "name"), *whole = GilObject_CallMethod(bag, "whole", NULL);
    ck_assert_str_eq(GilUnicode_AsUTF8(name), "test.Bag");
    ck_assert_int_eq(GilList_Size(whole), 3);
    ck_assert_int_eq(GilObject_SetAttrString(bag, "other", bag), 0); /* in its dict, and a cycle */
    GilObject *ref = GilWeakref_NewRef(bag, NULL), *referent;
    ck_assert_ptr_nonnull(ref);
    ck_assert_ptr_null(GilObject_CallNoArgs((GilObject *)&Bag_Type));
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    ck_assert_int_eq(bags_gone, 1); /* the one that could not be initialised */
    Gil_DECREF(name);
    Gil_DECREF(whole);
    Gil_DECREF(bag);
    ck_assert_int_gt(GilGC_Collect(), 0);
    ck_assert_int_eq(bags_gone, 2);
    ck_assert_int_eq(GilWeakref_GetRef(ref, &referent), 0);
    Gil_DECREF(ref);
}
END_TEST

START_TEST(test_api_typeobject__a_static_type_takes_and_gives_inheritance)
{
    GilType_Slot slots[] = {{Gil_tp_doc, (void *)"Derived."}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Sack", .flags = Gil_TPFLAGS_BASETYPE, .slots = slots};

    Shelf_Type.tp_base = &GilList_Type; /* as CPython's extensions do it: the address is not constant everywhere */
    ck_assert_int_eq(GilType_Ready(&Shelf_Type), 0);
    GilObject *shelf = GilObject_CallFunction((GilObject *)&Shelf_Type, "s", "xy");
    ck_assert(GilList_Check(shelf) && !GilList_CheckExact(shelf));
    ck_assert_int_eq(GilList_Append(shelf, shelf), 0);
    ck_assert_int_eq(GilObject_Size(shelf), 3);
    Gil_DECREF(shelf);
    GilGC_Collect();
    ck_assert_int_eq(shelves_gone, 1); /* without a tp_dealloc the runtime calls the finalizer, and list's own */

    ck_assert_int_eq(GilType_Ready(&Bag_Type), 0);
    GilObject *sack = GilType_FromSpecWithBases(&spec, (GilObject *)&Bag_Type);
    ck_assert_ptr_nonnull(sack);
    Gil_ssize_t references = Gil_REFCNT(sack);
    GilObject *one = GilObject_CallFunction(sack, "s", "abc");
    ck_assert_int_eq(GilObject_Size(one), 3);
    ck_assert_int_eq(Gil_REFCNT(sack), references + 1);
    Gil_DECREF(one);
    ck_assert_int_eq(bags_gone, 1);
    ck_assert_int_eq(Gil_REFCNT(sack), references); /* Bag's tp_dealloc knows nothing of it */
    Gil_DECREF(sack);
}
END_TEST

typedef struct {
    GilCompactUnicodeObject text;
    long number;
} LabelObject;

static GilTypeObject Label_Type = {
    GilVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "test.Label",
    .tp_basicsize = sizeof(LabelObject),
    .tp_base = &GilUnicode_Type,
};

/* A str with a field behind it: the text stands behind that. */
START_TEST(test_api_typeobject__a_static_type_over_str)
{
    ck_assert_int_eq(GilType_Ready(&Label_Type), 0);
    GilObject *label = GilObject_CallFunction((GilObject *)&Label_Type, "s", "caf\xc3\xa9");
    ck_assert_ptr_nonnull(label);
    ((LabelObject *)(void *)label)->number = -1;
    ck_assert_str_eq(GilUnicode_AsUTF8(label), "caf\xc3\xa9");
    ck_assert_uint_eq(GilUnicode_READ_CHAR(label, 3), 0xe9);
    ck_assert_ptr_eq(GilUnicode_1BYTE_DATA(label), (char *)label + sizeof(LabelObject));
    Gil_DECREF(label);
}
END_TEST

START_TEST(test_api_typeobject__a_static_type_outlives_the_runtime)
{
    ck_assert_int_eq(GilType_Ready(&Bag_Type), 0);
    for (int i = 0; i < 3; i++) {
        GilObject *bag = GilObject_CallFunction((GilObject *)&Bag_Type, "s", "abc");
        ck_assert_int_eq(GilObject_Size(bag), 3);
        Gil_DECREF(bag);
        ck_assert_int_eq(Gil_FinalizeEx(), 0);
        ck_assert_int_eq(Gil_Initialize(), 0);
        ck_assert_int_eq(GilType_Ready(&Bag_Type), 0);
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/typeobject");
    TCase *tc = tcase_create("typeobject");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_typeobject__fields_stand_in_the_documented_order);
    tcase_add_test(tc, test_api_typeobject__built_in_types_can_be_read);
    tcase_add_test(tc, test_api_typeobject__a_static_type_of_a_port_works);
    tcase_add_test(tc, test_api_typeobject__a_static_type_takes_and_gives_inheritance);
    tcase_add_test(tc, test_api_typeobject__a_static_type_over_str);
    tcase_add_test(tc, test_api_typeobject__a_static_type_outlives_the_runtime);
    suite_add_tcase(s, tc);
    return s;
}
