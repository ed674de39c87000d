/* SPDX-License-Identifier: MIT */
/* Types made from specs: they own what they need, extend their bases, live as long as an instance, and leave nothing. */
#include "node.h"

#include "object/alloc.h"
#include "object/type.h"

static size_t
types_alive(void)
{
    size_t n = 0;

    for (GilTypeObject *t = gil_object_pocket(gil_tstate_need(__func__))->types; t != NULL; t = gil_heap_type(t)->older)
        n++;
    return n;
}

START_TEST(test_object_newtype__what_the_spec_pointed_to_may_go)
{
    char name[] = "test.T", doc[] = "T(x)\n--\n\nA type.";
    GilMemberDef members[] = {{"number", Gil_T_INT, offsetof(struct node, number), 0, NULL}, {0}};
    GilType_Slot slots[] = {{Gil_tp_doc, doc}, {Gil_tp_members, members}, {0, NULL}};
    GilType_Spec spec = {.name = name, .basicsize = sizeof(struct node), .slots = slots};
    GilObject *type = GilType_FromSpec(&spec);

    ck_assert_ptr_nonnull(type);
    memset(name, 'x', sizeof name - 1);
    memset(doc, 'x', sizeof doc - 1);
    members[0].offset = 0;
    expect_text(GilObject_Repr(type), "<class 'test.T'>");
    expect_text(GilObject_GetAttrString(type, "__doc__"), "A type.");
    GilObject *op = GilObject_CallNoArgs(type);
    GilObject *number = GilObject_GetAttrString(op, "number");
    ck_assert_int_eq(GilLong_AsLong(number), 0);
    Gil_DECREF(number);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_G10_an_instance_keeps_its_type)
{
    size_t before = types_alive();
    GilTypeObject *type = node_type(NULL, Gil_TPFLAGS_BASETYPE);
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.Sub", .slots = none};
    GilTypeObject *sub = (GilTypeObject *)GilType_FromSpecWithBases(&spec, (GilObject *)type);
    GilObject *op = GilObject_CallNoArgs((GilObject *)sub);

    ck_assert_uint_eq(types_alive(), before + 2);
    Gil_DECREF(type);
    Gil_DECREF(sub);
    ck_assert_uint_eq(types_alive(), before + 2);
    expect_text(GilType_GetFullyQualifiedName(Gil_TYPE(op)), "test.Sub");
    Gil_DECREF(op);
    ck_assert_int_eq(nodes_gone, 1);
    ck_assert_uint_eq(types_alive(), before);
}
END_TEST

START_TEST(test_object_newtype__size_zero_inherits_and_negative_extends)
{
    GilTypeObject *base = node_type(NULL, Gil_TPFLAGS_BASETYPE);
    GilMemberDef members[] = {{"extra", Gil_T_LONG, 8, Gil_RELATIVE_OFFSET, NULL}, {0}};
    GilType_Slot none[] = {{0, NULL}}, with_members[] = {{Gil_tp_members, members}, {0, NULL}};
    GilType_Spec same = {.name = "test.Same", .slots = none};
    GilType_Spec more = {.name = "test.More", .basicsize = -16, .slots = with_members};
    GilTypeObject *a = (GilTypeObject *)GilType_FromSpecWithBases(&same, (GilObject *)base);
    GilTypeObject *b = (GilTypeObject *)GilType_FromSpecWithBases(&more, (GilObject *)base);

    ck_assert_int_eq(a->tp_basicsize, sizeof(struct node));
    ck_assert_int_eq(GilType_GetTypeDataSize(b), 16);
    GilObject *op = GilObject_CallNoArgs((GilObject *)b);
    long *data = GilObject_GetTypeData(op, b);
    ck_assert_int_ge((char *)data - (char *)op, (long)sizeof(struct node));
    ck_assert_uint_eq((uintptr_t)data % 16, 0);
    data[1] = 42;
    GilObject *extra = GilObject_GetAttrString(op, "extra");
    ck_assert_int_eq(GilLong_AsLong(extra), 42);
    Gil_DECREF(extra);
    Gil_DECREF(op);
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(base);
}
END_TEST

static GilObject *
forty_two(GilObject *callable, GilObject *const *args, size_t nargsf, GilObject *kwnames)
{
    (void)callable;
    (void)args;
    (void)kwnames;
    return GilLong_FromSsize_t(40 + GilVectorcall_NARGS(nargsf));
}

struct with_vectorcall {
    GilObject_HEAD
    vectorcallfunc vectorcall;
};

START_TEST(test_object_newtype__items_stand_behind_what_heirs_add)
{
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec row = {.name = "test.Row", .basicsize = sizeof(GilVarObject), .itemsize = 8,
                        .flags = Gil_TPFLAGS_BASETYPE | Gil_TPFLAGS_ITEMS_AT_END, .slots = none};
    GilType_Spec heir = {.name = "test.Heir", .basicsize = -24, .slots = none};
    GilTypeObject *base = (GilTypeObject *)GilType_FromSpec(&row);
    GilTypeObject *derived = (GilTypeObject *)GilType_FromSpecWithBases(&heir, (GilObject *)base);
    GilObject *a = GilType_GenericAlloc(base, 3), *b = GilType_GenericAlloc(derived, 3);

    ck_assert_ptr_eq(GilObject_GetItemData(a), (char *)a + sizeof(GilVarObject));
    ck_assert_ptr_eq(GilObject_GetItemData(b), (char *)b + derived->tp_basicsize);
    ck_assert_int_ge((char *)GilObject_GetItemData(b) - (char *)GilObject_GetTypeData(b, derived), 24);
    memset(GilObject_GetTypeData(b, derived), 1, 24);
    memset(GilObject_GetItemData(b), 2, 24); /* all of it is the object's: a debug build would tell */
    ck_assert_ptr_null(GilObject_GetItemData(Gil_None));
    expect_error(GilExc_TypeError, "type 'NoneType' does not have Gil_TPFLAGS_ITEMS_AT_END");
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(derived);
    Gil_DECREF(base);
}
END_TEST

/* Sizes that the code of a base would not know of, and such that no memory has. */
START_TEST(test_object_newtype__sizes_that_cannot_be)
{
    static const struct {
        GilTypeObject *base;
        int64_t basic, extra, item;
        GilObject **error;
        const char *text;
    } wrong[] = {
        {&GilLong_Type, 0, 0, 1, &GilExc_TypeError, "tp_itemsize for type 'test.T' (1) differs from that of base 'int' (8)"},
        {&GilTuple_Type, 0, 0, 16, &GilExc_TypeError, "tp_itemsize for type 'test.T' (16) differs from that of base 'tuple' (8)"},
        {&GilBaseObject_Type, INT64_MAX, 0, 0, &GilExc_SystemError, "type 'test.T' has instances of more bytes than there are"},
        {&GilList_Type, 0, INT64_MAX, 0, &GilExc_SystemError, "type 'test.T' has instances of more bytes than there are"},
    };

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(wrong); i++) {
        GilSlot slots[] = {GilSlot_DATA(Gil_tp_name, "test.T"),
                           GilSlot_DATA(Gil_tp_base, wrong[i].base),
                           GilSlot_SIZE(Gil_tp_itemsize, wrong[i].item),
                           GilSlot_SIZE(wrong[i].extra != 0 ? Gil_tp_extra_basicsize : Gil_tp_basicsize,
                                        wrong[i].basic + wrong[i].extra),
                           GilSlot_END};
        ck_assert_ptr_null(GilType_FromSlots(slots));
        expect_error(*wrong[i].error, wrong[i].text);
    }
    GilSlot same[] = {GilSlot_DATA(Gil_tp_name, "test.T"), GilSlot_DATA(Gil_tp_base, &GilLong_Type),
                      GilSlot_SIZE(Gil_tp_itemsize, 8), GilSlot_END};
    GilObject *type = GilType_FromSlots(same);
    ck_assert_ptr_nonnull(type);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_newtype__vectorcall_by_member)
{
    GilMemberDef members[] = {
        {"__vectorcalloffset__", Gil_T_PYSSIZET, offsetof(struct with_vectorcall, vectorcall), Gil_READONLY, NULL}, {0}};
    GilType_Slot slots[] = {{Gil_tp_members, members}, {Gil_tp_call, (void *)GilVectorcall_Call}, {0, NULL}};
    GilType_Spec spec = {.name = "test.V", .basicsize = sizeof(struct with_vectorcall), .flags = Gil_TPFLAGS_HAVE_VECTORCALL, .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);
    ck_assert_ptr_nonnull(type);
    struct with_vectorcall *op = GilObject_New(struct with_vectorcall, type);
    op->vectorcall = forty_two;

    GilObject *result = GilObject_CallFunctionObjArgs((GilObject *)op, Gil_None, Gil_None, NULL);
    ck_assert_int_eq(GilLong_AsLong(result), 42);
    Gil_DECREF(result);
    ck_assert_int_eq(GilObject_HasAttrStringWithError((GilObject *)op, "__vectorcalloffset__"), 0);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_newtype__layouts_that_cannot_be_joined)
{
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec a = {.name = "test.A", .basicsize = 32, .flags = Gil_TPFLAGS_BASETYPE, .slots = none};
    GilType_Spec b = {.name = "test.B", .basicsize = 48, .flags = Gil_TPFLAGS_BASETYPE, .slots = none};
    GilType_Spec plain = {.name = "test.P", .flags = Gil_TPFLAGS_BASETYPE, .slots = none};
    GilObject *ta = GilType_FromSpec(&a), *tb = GilType_FromSpec(&b), *tp = GilType_FromSpec(&plain);
    GilObject *bad = GilTuple_Pack(2, ta, tb), *good = GilTuple_Pack(2, tp, ta);
    GilType_Spec joined = {.name = "test.J", .slots = none};

    ck_assert_ptr_null(GilType_FromSpecWithBases(&joined, bad));
    expect_error(GilExc_TypeError, "type 'test.J': multiple bases have instance lay-out conflict");
    GilObject *tj = GilType_FromSpecWithBases(&joined, good);
    ck_assert_ptr_eq(((GilTypeObject *)tj)->tp_base, (GilTypeObject *)ta);
    ck_assert_int_eq(((GilTypeObject *)tj)->tp_basicsize, 32);
    Gil_DECREF(tj);
    Gil_DECREF(good);
    Gil_DECREF(bad);
    Gil_DECREF(ta);
    Gil_DECREF(tb);
    Gil_DECREF(tp);
}
END_TEST

/* A list in all but name: built-in layout, own member behind nothing. */
START_TEST(test_object_newtype__built_in_types_can_be_extended)
{
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.L", .slots = none};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpecWithBases(&spec, (GilObject *)&GilList_Type);
    ck_assert_ptr_nonnull(type);
    ck_assert(GilType_HasFeature(type, Gil_TPFLAGS_LIST_SUBCLASS));
    GilObject *list = GilObject_CallNoArgs((GilObject *)type);

    ck_assert_ptr_nonnull(list);
    ck_assert_int_eq(GilList_Append(list, Gil_None), 0);
    ck_assert_int_eq(GilList_Size(list), 1);
    Gil_DECREF(type);
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(list);
}
END_TEST

static GilObject *
nothing(GilObject *self, GilObject *args)
{
    (void)self;
    (void)args;
    Gil_RETURN_NONE;
}

static int
make_type(void *arg)
{
    static GilMethodDef methods[] = {{"m", nothing, GIL_METH_NOARGS, NULL}, {0}};
    static GilMemberDef members[] = {{"number", Gil_T_INT, offsetof(struct node, number), 0, NULL}, {0}};
    GilType_Slot slots[] = {
        {Gil_tp_methods, methods}, {Gil_tp_members, members}, {Gil_tp_doc, (void *)"doc"}, {0, NULL}};
    GilType_Spec spec = {.name = "test.T", .basicsize = sizeof(struct node), .slots = slots};
    GilObject *type = GilType_FromSpecWithBases(&spec, arg), *op;

    if (type == NULL)
        return -1;
    op = GilObject_CallNoArgs(type);
    Gil_XDECREF(op);
    Gil_DECREF(type);
    return op != NULL ? 0 : -1;
}

START_TEST(test_J1_making_types_under_lack_of_memory)
{
    GilTypeObject *a = node_type(NULL, Gil_TPFLAGS_BASETYPE);
    GilObject *bases = GilTuple_Pack(1, a);

    gil_test_oom_loop(make_type, bases);
    ck_assert_int_eq(Gil_REFCNT(a), 2);
    Gil_DECREF(bases);
    Gil_DECREF(a);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[20];
    int n = 0;

    tests[n++] = test_object_newtype__what_the_spec_pointed_to_may_go;
    tests[n++] = test_G10_an_instance_keeps_its_type;
    tests[n++] = test_object_newtype__size_zero_inherits_and_negative_extends;
    tests[n++] = test_object_newtype__items_stand_behind_what_heirs_add;
    tests[n++] = test_object_newtype__sizes_that_cannot_be;
    tests[n++] = test_object_newtype__vectorcall_by_member;
    tests[n++] = test_object_newtype__layouts_that_cannot_be_joined;
    tests[n++] = test_object_newtype__built_in_types_can_be_extended;
    tests[n++] = test_J1_making_types_under_lack_of_memory;
    return suite_of_one("object/newtype", tests);
}
