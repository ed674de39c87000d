/* SPDX-License-Identifier: MIT */
/* <gilrt/type.h> as a stranger uses it: a type with a bit of everything. */
#include "unit/object/node.h"

/* A counter that can be called, indexed, iterated and added to. */
typedef struct {
    GilObject_HEAD
    long value;
    GilObject *label;
} Counter;

static int
Counter_init(GilObject *self, GilObject *args, GilObject *kwargs)
{
    static char *keywords[] = {"start", "label", NULL};
    GilObject *label = NULL;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, "l|O:Counter", keywords, &((Counter *)self)->value, &label))
        return -1;
    Gil_XSETREF(((Counter *)self)->label, Gil_XNewRef(label));
    return 0;
}

static GilObject *
Counter_call(GilObject *self, GilObject *args, GilObject *kwargs)
{
    (void)args;
    (void)kwargs;
    return GilLong_FromLong(((Counter *)self)->value++);
}

static GilObject *
Counter_add(GilObject *v, GilObject *w)
{
    if (!GilLong_Check(w))
        Gil_RETURN_NOTIMPLEMENTED;
    return GilLong_FromLong(((Counter *)v)->value + GilLong_AsLong(w));
}

static Gil_ssize_t
Counter_length(GilObject *self)
{
    return ((Counter *)self)->value;
}

static GilObject *
Counter_next(GilObject *self)
{
    Counter *counter = (Counter *)self;

    return counter->value > 0 ? GilLong_FromLong(counter->value--) : NULL;
}

static GilObject *
Counter_repr(GilObject *self)
{
    return GilUnicode_FromFormat("Counter(%ld)", ((Counter *)self)->value);
}

static GilObject *
Counter_reset(GilObject *self, GilTypeObject *defining_class, GilObject *const *args, size_t nargs, GilObject *kwnames)
{
    (void)args;
    (void)kwnames;
    ((Counter *)self)->value = (long)nargs;
    return Gil_NewRef((GilObject *)defining_class);
}

static GilMethodDef Counter_methods[] = {
    {"reset", (GilCFunction)(void (*)(void))Counter_reset, GIL_METH_METHOD | GIL_METH_FASTCALL | GIL_METH_KEYWORDS, "reset()"},
    {NULL, NULL, 0, NULL}
};

static GilMemberDef Counter_members[] = {
    {"value", Gil_T_LONG, offsetof(Counter, value), 0, NULL},
    {"label", Gil_T_OBJECT_EX, offsetof(Counter, label), 0, NULL},
    {NULL, 0, 0, 0, NULL}
};

static GilType_Slot Counter_slots[] = {
    {Gil_tp_doc, (void *)"counts"},
    {Gil_tp_init, (void *)Counter_init},
    {Gil_tp_call, (void *)Counter_call},
    {Gil_tp_repr, (void *)Counter_repr},
    {Gil_tp_iter, (void *)GilObject_SelfIter},
    {Gil_tp_iternext, (void *)Counter_next},
    {Gil_tp_methods, Counter_methods},
    {Gil_tp_members, Counter_members},
    {Gil_nb_add, (void *)Counter_add},
    {Gil_sq_length, (void *)Counter_length},
    {0, NULL}
};

static GilType_Spec Counter_spec = {
    .name = "counting.Counter",
    .basicsize = sizeof(Counter),
    .flags = Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_BASETYPE,
    .slots = Counter_slots,
};

START_TEST(test_api_type__a_type_with_a_bit_of_everything)
{
    GilObject *type = GilType_FromSpec(&Counter_spec);
    ck_assert_ptr_nonnull(type);
    GilObject *counter = GilObject_CallFunction(type, "ls", 3L, "stairs");
    ck_assert_ptr_nonnull(counter);

    expect_text(GilObject_Repr(counter), "Counter(3)");
    expect_text(GilObject_GetAttrString(counter, "label"), "stairs");
    expect_text(GilObject_GetAttrString(counter, "__doc__"), "counts");
    expect_text(GilObject_Repr(GilObject_CallNoArgs(counter)), "3");
    GilObject *one = GilLong_FromLong(1);
    expect_text(GilObject_Repr(GilNumber_Add(counter, one)), "5");
    ck_assert_int_eq(GilObject_Size(counter), 4);
    GilObject *list = GilSequence_List(counter);
    expect_text(GilObject_Repr(list), "[4, 3, 2, 1]");
    ck_assert_int_eq(GilObject_IsTrue(counter), 0);
    GilObject *class = GilObject_CallMethod(counter, "reset", "ii", 1, 2);
    ck_assert_ptr_eq(class, type);
    Gil_DECREF(class);
    ck_assert_int_eq(GilObject_Size(counter), 2);
    ck_assert_ptr_null(GilObject_CallNoArgs(type));
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_TypeError), 1);
    GilErr_Clear();
    Gil_DECREF(list);
    Gil_DECREF(one);
    Gil_DECREF(counter);
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_api_type__a_derived_type_inherits_it_all)
{
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "counting.Sub", .slots = none};
    GilObject *base = GilType_FromSpec(&Counter_spec), *type = GilType_FromSpecWithBases(&spec, base);
    GilObject *counter = GilObject_CallFunction(type, "l", 7L);

    ck_assert_ptr_nonnull(counter);
    ck_assert_int_eq(GilObject_IsInstance(counter, base), 1);
    expect_text(GilObject_Repr(counter), "Counter(7)");
    GilObject *class = GilObject_CallMethod(counter, "reset", NULL);
    ck_assert_ptr_eq(class, base); /* where the method was defined */
    Gil_DECREF(class);
    ck_assert_int_eq(GilObject_SetAttrString(counter, "label", base), 0);
    Gil_DECREF(counter);
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(type);
    ck_assert_int_eq(Gil_REFCNT(base), 1);
    Gil_DECREF(base);
}
END_TEST

START_TEST(test_api_type__slots_can_be_read)
{
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&Counter_spec);

    ck_assert_ptr_eq(GilType_GetSlot(type, Gil_tp_repr), (void *)Counter_repr);
    ck_assert_ptr_eq(GilType_GetSlot(type, Gil_nb_add), (void *)Counter_add);
    ck_assert_ptr_null(GilType_GetSlot(type, Gil_nb_subtract));
    ck_assert_ptr_eq(GilType_GetSlot(type, Gil_tp_base), &GilBaseObject_Type);
    ck_assert_ptr_nonnull(GilType_GetSlot(type, Gil_tp_alloc));
    ck_assert_ptr_nonnull(GilType_GetSlot(type, Gil_tp_free));
    ck_assert_int_eq(GilType_HasFeature(type, Gil_TPFLAGS_HEAPTYPE), 1);
    Gil_DECREF(type);
}
END_TEST

/* Made by a spec, with room of its own behind the base's, or without where items stand there; and by a call. */
START_TEST(test_api_type__built_in_types_as_bases)
{
    GilObject *text = GilUnicode_FromString("text"), *octets = GilBytes_FromString("text");
    const struct {
        GilTypeObject *base;
        GilObject *arg;
        int grows;
    } table[] = {{&GilUnicode_Type, text, 1},      {&GilBytes_Type, octets, 0},       {&GilByteArray_Type, octets, 1},
                 {&GilProperty_Type, text, 1},     {&GilClassMethod_Type, text, 1},   {&GilStaticMethod_Type, text, 1},
                 {&GilModule_Type, text, 1}};
    GilType_Slot none[] = {{0, NULL}};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(table); i++) {
        GilType_Spec spec = {"test.Sub", table[i].grows ? -(int)sizeof(long) : 0, 0, Gil_TPFLAGS_BASETYPE, none};
        GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)table[i].base);
        GilObject *op = GilObject_CallOneArg(type, table[i].arg);
        ck_assert_ptr_nonnull(op);
        ck_assert_int_eq(GilObject_IsInstance(op, (GilObject *)table[i].base), 1);
        if (table[i].grows) {
            *(long *)GilObject_GetTypeData(op, (GilTypeObject *)type) = -1;
            ck_assert_int_ge(GilType_GetTypeDataSize((GilTypeObject *)type), (Gil_ssize_t)sizeof(long));
        }
        else {
            spec.basicsize = -8;
            ck_assert_ptr_null(GilType_FromSpecWithBases(&spec, (GilObject *)table[i].base));
            expect_error(GilExc_SystemError, "type 'test.Sub': Cannot extend variable-size class without Gil_TPFLAGS_ITEMS_AT_END.");
        }
        GilObject *class = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){}", "Class", type);
        GilObject *of_class = GilObject_CallOneArg(class, table[i].arg);
        ck_assert_ptr_nonnull(of_class);
        ck_assert_int_eq(GilObject_SetAttrString(of_class, "own", text), table[i].grows ? 0 : -1); /* a dict */
        GilErr_Clear();
        GilObject *repr = GilObject_Repr(of_class);
        ck_assert_ptr_nonnull(repr);
        GilObject *all[] = {repr, of_class, class, op, type};
        for (size_t k = 0; k < Gil_ARRAY_LENGTH(all); k++)
            Gil_DECREF(all[k]);
    }
    Gil_DECREF(octets);
    Gil_DECREF(text);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_api_type__a_type_with_a_bit_of_everything;
    tests[n++] = test_api_type__a_derived_type_inherits_it_all;
    tests[n++] = test_api_type__slots_can_be_read;
    tests[n++] = test_api_type__built_in_types_as_bases;
    return suite_of_one("api/type", tests);
}
