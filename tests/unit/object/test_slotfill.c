/* SPDX-License-Identifier: MIT */
/* What stands in slots as attributes come to a type, to its bases, and go. */
#include "node.h"

#include "object/alloc.h"
#include "object/slotfill.h"
#include "object/slots.h"

static Gil_ssize_t
length_by_spec(GilObject *Gil_UNUSED(self))
{
    return 3;
}

static GilObject *
say_seven(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    return GilLong_FromLong(7);
}

static GilMethodDef def_seven = {"seven", say_seven, GIL_METH_NOARGS, NULL};

/* Give type the attribute, a method that says 7. */
static void
give(GilTypeObject *type, const char *name)
{
    GilObject *seven = GilDescr_NewMethod(&GilBaseObject_Type, &def_seven);

    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)type, name, seven), 0);
    Gil_DECREF(seven);
}

static void
take(GilTypeObject *type, const char *name)
{
    ck_assert_int_eq(GilObject_DelAttrString((GilObject *)type, name), 0);
}

/* A type that gives sq_length itself, and instances to ask. */
static GilTypeObject *
with_length(GilTypeObject *base)
{
    GilType_Slot slots[] = {{Gil_sq_length, (void *)length_by_spec}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Long", .flags = Gil_TPFLAGS_BASETYPE, .slots = slots};
    GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)base);

    ck_assert_ptr_nonnull(type);
    return (GilTypeObject *)type;
}

static GilTypeObject *
heir_of(GilObject *bases)
{
    GilType_Slot slots[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.Heir", .flags = Gil_TPFLAGS_BASETYPE, .slots = slots};
    GilObject *type = GilType_FromSpecWithBases(&spec, bases);

    ck_assert_ptr_nonnull(type);
    return (GilTypeObject *)type;
}

/* len() of an instance; -1 where it has none. */
static Gil_ssize_t
length_of(GilTypeObject *type)
{
    GilObject *op = GilObject_CallNoArgs((GilObject *)type);
    Gil_ssize_t n;

    ck_assert_ptr_nonnull(op);
    n = GilObject_Size(op);
    GilErr_Clear();
    Gil_DECREF(op);
    return n;
}

START_TEST(test_object_slotfill__what_the_spec_gave_comes_back)
{
    GilTypeObject *type = with_length(NULL);
    void *given = GilType_GetSlot(type, Gil_sq_length);

    ck_assert_int_eq(length_of(type), 3);
    give(type, "__len__");
    ck_assert_int_eq(length_of(type), 7);
    ck_assert_ptr_ne(GilType_GetSlot(type, Gil_sq_length), given);
    ck_assert_ptr_eq(gil_slotfill_native(type, Gil_sq_length), given);
    give(type, "__len__"); /* once more, and another of the same slot */
    ck_assert_int_eq(length_of(type), 7);
    take(type, "__len__");
    ck_assert_int_eq(length_of(type), 3);
    ck_assert_ptr_eq(GilType_GetSlot(type, Gil_sq_length), given);
    ck_assert_ptr_null(GilType_GetSlot(type, Gil_mp_length));
    ck_assert_int_eq(GilObject_DelAttrString((GilObject *)type, "__len__"), -1); /* that of the slot cannot go */
    expect_error(GilExc_AttributeError, "type object 'Long' has no attribute '__len__'");
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_slotfill__heirs_follow)
{
    GilTypeObject *base = heir_of(NULL), *middle = heir_of((GilObject *)base), *last = heir_of((GilObject *)middle);
    GilTypeObject *own = with_length(base), *below = heir_of((GilObject *)own);

    give(base, "__len__");
    ck_assert_int_eq(length_of(last), 7);
    ck_assert_int_eq(length_of(own), 3); /* gives it itself */
    ck_assert_int_eq(length_of(below), 3);
    GilTypeObject *later = heir_of((GilObject *)last); /* made after */
    ck_assert_int_eq(length_of(later), 7);
    give(own, "__len__");
    ck_assert_int_eq(length_of(below), 7);
    take(base, "__len__");
    ck_assert_int_eq(length_of(base), -1);
    ck_assert_int_eq(length_of(middle), -1);
    ck_assert_int_eq(length_of(later), -1);
    ck_assert_int_eq(length_of(below), 7);
    take(own, "__len__");
    ck_assert_int_eq(length_of(below), 3);
    give(middle, "__len__");
    ck_assert_int_eq(length_of(base), -1);
    ck_assert_int_eq(length_of(last), 7);
    Gil_DECREF(later);
    Gil_DECREF(below);
    Gil_DECREF(own);
    Gil_DECREF(last);
    Gil_DECREF(middle);
    Gil_DECREF(base);
}
END_TEST

/* The first class in the order decides, be it by an attribute or by its spec. */
START_TEST(test_object_slotfill__order_of_several_bases)
{
    GilTypeObject *by_attribute = heir_of(NULL), *by_spec = with_length(NULL);
    GilObject *one = Gil_BuildValue("(OO)", by_attribute, by_spec), *other = Gil_BuildValue("(OO)", by_spec, by_attribute);
    GilTypeObject *first = heir_of(one), *second = heir_of(other);

    ck_assert_int_eq(length_of(first), 3);
    give(by_attribute, "__len__");
    ck_assert_int_eq(length_of(first), 7);
    ck_assert_int_eq(length_of(second), 3);
    GilTypeObject *made_later = heir_of(one);
    ck_assert_int_eq(length_of(made_later), 7);
    take(by_attribute, "__len__");
    ck_assert_int_eq(length_of(first), 3);
    ck_assert_int_eq(length_of(made_later), 3);
    Gil_DECREF(made_later);
    Gil_DECREF(first);
    Gil_DECREF(second);
    Gil_DECREF(one);
    Gil_DECREF(other);
    Gil_DECREF(by_attribute);
    Gil_DECREF(by_spec);
}
END_TEST

/* Fetching `__len__` finds what stands first, never the function that asks attributes. */
/* A class that gives anew by an attribute what its base has by one is not passed over for a native slot behind it. */
START_TEST(test_object_slotfill__an_attribute_given_anew)
{
    GilTypeObject *top = heir_of((GilObject *)&GilBaseObject_Type);
    give(top, "__len__");
    GilTypeObject *left = heir_of((GilObject *)top), *right = with_length(top);
    give(left, "__len__");
    GilObject *bases = GilTuple_Pack(2, left, right);
    GilTypeObject *bottom = heir_of(bases);
    GilObject *op = GilObject_CallNoArgs((GilObject *)bottom);

    ck_assert_int_eq(GilObject_Size(op), 7);
    take(left, "__len__");
    ck_assert_int_eq(GilObject_Size(op), 3);
    Gil_DECREF(op);
    Gil_DECREF(bottom);
    Gil_DECREF(bases);
    Gil_DECREF(left);
    Gil_DECREF(right);
    Gil_DECREF(top);
}
END_TEST

START_TEST(test_object_slotfill__covered_slots_are_still_to_be_had)
{
    GilTypeObject *base = with_length(NULL), *heir = heir_of((GilObject *)base);
    GilObject *op = GilObject_CallNoArgs((GilObject *)heir), *wrapper, *n;

    give(heir, "__len__");
    give(base, "__bool__");
    give(base, "__radd__"); /* fills the slot of __add__, which base has not */
    ck_assert_int_eq(GilObject_HasAttrStringWithError(op, "__add__"), 0);
    ck_assert_int_eq(GilObject_Size(op), 7);
    wrapper = GilObject_GetAttrString((GilObject *)base, "__len__");
    n = GilObject_CallOneArg(wrapper, op);
    ck_assert_int_eq(GilLong_AsLong(n), 3);
    Gil_DECREF(n);
    give(base, "__len__");
    n = GilObject_CallOneArg(wrapper, op); /* it was taken before: the spec's */
    ck_assert_int_eq(GilLong_AsLong(n), 3);
    Gil_DECREF(n);
    Gil_DECREF(wrapper);
    Gil_DECREF(op);
    Gil_DECREF(heir);
    Gil_DECREF(base);
}
END_TEST

START_TEST(test_object_slotfill__hash_goes_with_equality)
{
    GilTypeObject *type = heir_of(NULL), *heir = heir_of((GilObject *)type);
    GilObject *op = GilObject_CallNoArgs((GilObject *)heir);

    ck_assert_int_ne(GilObject_Hash(op), -1);
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)type, "__hash__", Gil_None), 0);
    ck_assert_int_eq(GilObject_Hash(op), -1);
    expect_error(GilExc_TypeError, "unhashable type: 'test.Heir'");
    give(heir, "__hash__");
    ck_assert_int_eq(GilObject_Hash(op), 7);
    take(heir, "__hash__");
    ck_assert_int_eq(GilObject_Hash(op), -1);
    GilErr_Clear();
    take(type, "__hash__");
    ck_assert_int_ne(GilObject_Hash(op), -1);
    Gil_DECREF(op);
    Gil_DECREF(heir);
    Gil_DECREF(type);
}
END_TEST

/* A vectorcall function, and what else promises to do the work of a slot, is passed by no longer. */
struct fast {
    GilObject_HEAD
    vectorcallfunc call;
};

static GilObject *
call_fast(GilObject *Gil_UNUSED(self), GilObject *const *Gil_UNUSED(args), size_t Gil_UNUSED(n), GilObject *Gil_UNUSED(kw))
{
    return GilLong_FromLong(1);
}

static GilObject *
new_fast(GilTypeObject *type, GilObject *Gil_UNUSED(args), GilObject *Gil_UNUSED(kwargs))
{
    struct fast *self = GilObject_New(struct fast, type);
    self->call = call_fast;
    return (GilObject *)self;
}

static GilObject *
make_none(GilObject *Gil_UNUSED(type), GilObject *const *Gil_UNUSED(args), size_t Gil_UNUSED(n), GilObject *Gil_UNUSED(kw))
{
    return Gil_NewRef(Gil_None);
}

START_TEST(test_object_slotfill__short_ways_are_closed)
{
    GilMemberDef members[] = {{"__vectorcalloffset__", Gil_T_PYSSIZET, offsetof(struct fast, call), Gil_READONLY, NULL},
                              {NULL, 0, 0, 0, NULL}};
    GilType_Slot slots[] = {{Gil_tp_call, (void *)GilVectorcall_Call}, {Gil_tp_new, (void *)new_fast},
                            {Gil_tp_members, members}, {Gil_tp_vectorcall, (void *)make_none}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Fast", .basicsize = sizeof(struct fast),
                         .flags = Gil_TPFLAGS_BASETYPE | Gil_TPFLAGS_HAVE_VECTORCALL, .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec), *heir = heir_of((GilObject *)type);
    GilObject *op = GilObject_CallNoArgs((GilObject *)heir), *n, *none;

    ck_assert(GilType_HasFeature(heir, Gil_TPFLAGS_HAVE_VECTORCALL));
    give(type, "__call__");
    ck_assert(!GilType_HasFeature(type, Gil_TPFLAGS_HAVE_VECTORCALL) && !GilType_HasFeature(heir, Gil_TPFLAGS_HAVE_VECTORCALL));
    n = GilObject_CallNoArgs(op);
    ck_assert_int_eq(GilLong_AsLong(n), 7);
    Gil_DECREF(n);
    take(type, "__call__");
    n = GilObject_CallNoArgs(op); /* by tp_call, which is the spec's again */
    ck_assert_int_eq(GilLong_AsLong(n), 1);
    Gil_DECREF(n);
    none = GilObject_CallNoArgs((GilObject *)type);
    ck_assert_ptr_eq(none, Gil_None);
    give(type, "__init__");
    ck_assert_ptr_null(GilObject_CallNoArgs((GilObject *)type));
    expect_error(GilExc_TypeError, "__init__() should return None, not 'int'");
    Gil_DECREF(op);
    Gil_DECREF(heir);
    Gil_DECREF(type);
}
END_TEST

/* Names that are no slot's, methods of a table, and what a type without instances cannot have. */
START_TEST(test_object_slotfill__what_fills_nothing)
{
    static GilMethodDef methods[] = {{"__len__", say_seven, GIL_METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
    GilType_Slot slots[] = {{Gil_tp_methods, methods}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Table", .flags = Gil_TPFLAGS_BASETYPE, .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec abstract_spec = {.name = "test.Abstract", .flags = Gil_TPFLAGS_DISALLOW_INSTANTIATION, .slots = none};
    GilTypeObject *abstract = (GilTypeObject *)GilType_FromSpec(&abstract_spec);

    give(type, "__x__");
    give(type, "_");
    ck_assert_int_eq(length_of(type), -1);
    give(type, "__len__"); /* takes the place of the method */
    ck_assert_int_eq(length_of(type), 7);
    give(abstract, "__new__");
    ck_assert_ptr_null(GilObject_CallNoArgs((GilObject *)abstract));
    expect_error(GilExc_TypeError, "cannot create 'test.Abstract' instances");
    ck_assert_ptr_null(GilType_GetSlot(type, Gil_sq_concat));
    give(type, "__add__"); /* of a number alone */
    ck_assert_ptr_null(GilType_GetSlot(type, Gil_sq_concat));
    ck_assert_ptr_nonnull(GilType_GetSlot(type, Gil_nb_add));
    Gil_DECREF(type);
    Gil_DECREF(abstract);
}
END_TEST

/* Every slot of the table can be covered, and comes back. */
START_TEST(test_object_slotfill__all_slots_come_back)
{
    static const char *const names[] = {
        "__abs__", "__add__", "__and__", "__bool__", "__call__", "__contains__", "__delattr__", "__delete__", "__delitem__",
        "__divmod__", "__eq__", "__float__", "__floordiv__", "__get__", "__getattr__", "__getattribute__", "__getitem__",
        "__hash__", "__iadd__", "__iand__", "__ifloordiv__", "__ilshift__", "__imatmul__", "__imod__", "__imul__",
        "__index__", "__int__", "__invert__", "__ior__", "__ipow__", "__irshift__", "__isub__", "__iter__",
        "__itruediv__", "__ixor__", "__len__", "__lshift__", "__lt__", "__matmul__", "__mod__", "__mul__", "__neg__",
        "__new__", "__next__", "__or__", "__pos__", "__pow__", "__repr__", "__rshift__", "__set__", "__setattr__", "__str__",
        "__sub__", "__truediv__", "__xor__",
    };
    GilTypeObject *type = heir_of(NULL);
    void *before[GIL_TYPE_SLOT_MAX + 1] = {NULL};
    int covered = 0;

    for (int id = 1; id <= GIL_TYPE_SLOT_MAX; id++)
        before[id] = gil_slot_place(id) != NULL ? gil_slot_read(type, gil_slot_place(id)) : NULL;
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(names); i++)
        give(type, names[i]);
    for (int id = 1; id <= GIL_TYPE_SLOT_MAX; id++)
        covered += gil_slot_place(id) != NULL && gil_slot_read(type, gil_slot_place(id)) != before[id];
    ck_assert_int_eq(covered, 56 - 2); /* two names have two slots; tp_init and tp_finalize are not among them */
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(names); i++)
        take(type, names[i]);
    for (int id = 1; id <= GIL_TYPE_SLOT_MAX; id++)
        if (gil_slot_place(id) != NULL)
            ck_assert_msg(gil_slot_read(type, gil_slot_place(id)) == before[id], "slot %s", gil_slot_place(id)->name);
    Gil_DECREF(type);
}
END_TEST

static GilTypeObject *kept;

static int
cover_kept(void *arg)
{
    (void)arg;
    if (GilObject_SetAttrString((GilObject *)kept, "__len__", Gil_None) < 0) {
        ck_assert_ptr_eq(GilType_GetSlot(kept, Gil_sq_length), (void *)length_by_spec);
        return -1;
    }
    return GilObject_DelAttrString((GilObject *)kept, "__len__");
}

START_TEST(test_J1_object_slotfill)
{
    for (int i = 0; i < 3; i++) { /* a fresh type each time: its first cover copies the slots */
        kept = with_length(NULL);
        gil_test_fail_alloc(1, 0);
        int rc = cover_kept(NULL);
        gil_test_fail_alloc_off();
        ck_assert_int_eq(rc, -1);
        ck_assert(GilErr_ExceptionMatches(GilExc_MemoryError));
        GilErr_Clear();
        gil_test_oom_loop(cover_kept, NULL);
        Gil_DECREF(kept);
    }
}
END_TEST

Suite *
suite(void)
{
    const TTest *tests[] = {test_object_slotfill__what_the_spec_gave_comes_back,
                            test_object_slotfill__an_attribute_given_anew,
                            test_object_slotfill__heirs_follow,
                            test_object_slotfill__order_of_several_bases,
                            test_object_slotfill__covered_slots_are_still_to_be_had,
                            test_object_slotfill__hash_goes_with_equality,
                            test_object_slotfill__short_ways_are_closed,
                            test_object_slotfill__what_fills_nothing,
                            test_object_slotfill__all_slots_come_back,
                            test_J1_object_slotfill,
                            NULL};
    return suite_of_one("object/slotfill", tests);
}
