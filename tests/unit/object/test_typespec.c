/* SPDX-License-Identifier: MIT */
/* What is wrong with a spec is refused with a text that names type and slot, before anything is made. */
#include "node.h"

static GilObject *
noargs(GilObject *self, GilObject *args)
{
    (void)args;
    return Gil_NewRef(self);
}

static GilObject *
call(GilObject *self, GilObject *args, GilObject *kwargs)
{
    (void)args;
    (void)kwargs;
    return Gil_NewRef(self);
}

static GilType_Slot no_slots[] = {{0, NULL}};

static GilObject *
from(GilType_Slot *slots, int basicsize, unsigned flags)
{
    GilType_Spec spec = {.name = "test.T", .basicsize = basicsize, .flags = flags, .slots = slots};
    return GilType_FromSpec(&spec);
}

static void
refused(GilType_Slot *slots, int basicsize, unsigned flags, GilObject *exception, const char *text)
{
    ck_assert_ptr_null(from(slots, basicsize, flags));
    expect_error(exception, text);
}

static void
member_refused(GilMemberDef member, int basicsize, const char *text)
{
    GilMemberDef members[] = {member, {0}};
    GilType_Slot slots[] = {{Gil_tp_members, members}, {0, NULL}};

    refused(slots, basicsize, 0, GilExc_SystemError, text);
}

START_TEST(test_object_typespec__name_and_slots_must_be_there)
{
    GilType_Spec spec = {.basicsize = sizeof(struct node), .slots = no_slots};

    ck_assert_ptr_null(GilType_FromSpec(&spec));
    expect_error(GilExc_SystemError, "GilType_FromSpec: Type spec does not define the name field.");
    spec.name = "";
    ck_assert_ptr_null(GilType_FromSpecWithBases(&spec, NULL));
    expect_error(GilExc_SystemError, "GilType_FromSpecWithBases: Type spec does not define the name field.");
    spec.name = "test.T";
    spec.slots = NULL;
    ck_assert_ptr_null(GilType_FromSpec(&spec));
    expect_error(GilExc_SystemError, "GilType_FromSpec: type 'test.T' has no slots, not even the end");
    ck_assert_ptr_null(GilType_FromSpec(NULL));
    expect_error(GilExc_SystemError, "GilType_FromSpec: NULL argument");
    spec.slots = no_slots;
    spec.itemsize = -1;
    ck_assert_ptr_null(GilType_FromSpec(&spec));
    expect_error(GilExc_SystemError, "type 'test.T' has a negative itemsize");
}
END_TEST

START_TEST(test_object_typespec__slots_must_exist_once_and_not_be_null)
{
    GilType_Slot unknown[] = {{Gil_tp_repr, (void *)noargs}, {4711, (void *)noargs}, {0, NULL}};
    GilType_Slot gap[] = {{77, (void *)noargs}, {0, NULL}};
    GilType_Slot negative[] = {{-1, (void *)noargs}, {0, NULL}};
    GilType_Slot twice[] = {{Gil_tp_repr, (void *)noargs}, {Gil_tp_repr, (void *)noargs}, {0, NULL}};
    GilType_Slot null[] = {{Gil_nb_add, NULL}, {0, NULL}};
    GilType_Slot of_module[] = {{Gil_mod_exec, (void *)noargs}, {0, NULL}};

    refused(unknown, 0, 0, GilExc_SystemError, "type 'test.T': there is no slot of id 4711");
    refused(gap, 0, 0, GilExc_SystemError, "type 'test.T': there is no slot of id 77");
    refused(negative, 0, 0, GilExc_SystemError, "type 'test.T': there is no slot of id -1");
    refused(twice, 0, 0, GilExc_SystemError, "type 'test.T' has more than one slot Gil_tp_repr");
    refused(null, 0, 0, GilExc_SystemError, "type 'test.T': slot Gil_nb_add is NULL");
    refused(of_module, 0, 0, GilExc_SystemError, "type 'test.T': there is no slot of id 102");
}
END_TEST

START_TEST(test_object_typespec__methods_need_a_function_and_flags_that_can_be_called)
{
    GilMethodDef bad_flags[] = {{"m", noargs, GIL_METH_NOARGS | GIL_METH_O, NULL}, {0}};
    GilMethodDef both[] = {{"m", noargs, GIL_METH_NOARGS | GIL_METH_CLASS | GIL_METH_STATIC, NULL}, {0}};
    GilMethodDef missing[] = {{"m", NULL, GIL_METH_NOARGS, NULL}, {0}};
    GilType_Slot slots[] = {{Gil_tp_methods, bad_flags}, {0, NULL}};

    refused(slots, 0, 0, GilExc_SystemError, "slot Gil_tp_methods of type 'test.T': method 'm' has bad call flags");
    slots[0].pfunc = both;
    refused(slots, 0, 0, GilExc_SystemError, "slot Gil_tp_methods of type 'test.T': method 'm' has bad call flags");
    slots[0].pfunc = missing;
    refused(slots, 0, 0, GilExc_SystemError, "slot Gil_tp_methods of type 'test.T': method 'm' has no function");
}
END_TEST

START_TEST(test_object_typespec__members_must_lie_inside)
{
    const int size = sizeof(struct node);

    member_refused((GilMemberDef){"m", Gil_T_LONG, size - 4, 0, NULL}, size, "type 'test.T': member 'm' reaches outside of the instance");
    member_refused((GilMemberDef){"m", Gil_T_LONG, -8, 0, NULL}, size, "type 'test.T': member 'm' reaches outside of the instance");
    member_refused((GilMemberDef){"m", Gil_T_INT, 0, 0, NULL}, size, "type 'test.T': member 'm' reaches outside of the instance");
    member_refused((GilMemberDef){"m", Gil_T_INT, GIL_SSIZE_T_MAX, 0, NULL}, size, "type 'test.T': member 'm' reaches outside of the instance");
    member_refused((GilMemberDef){"m", 99, 16, 0, NULL}, size, "type 'test.T': member 'm' is of unknown type");
    member_refused((GilMemberDef){"m", Gil_T_INT, 16, Gil_RELATIVE_OFFSET, NULL}, size,
                   "type 'test.T': member 'm' has a relative offset, but basicsize is not negative");
    member_refused((GilMemberDef){"m", Gil_T_INT, 16, 0, NULL}, -size,
                   "type 'test.T': member 'm' must have Gil_RELATIVE_OFFSET, because basicsize is negative");
    member_refused((GilMemberDef){"m", Gil_T_INT, GIL_SSIZE_T_MAX, Gil_RELATIVE_OFFSET, NULL}, -size,
                   "type 'test.T': member 'm' reaches outside of the instance");
    member_refused((GilMemberDef){"__dictoffset__", Gil_T_PYSSIZET, 16, 0, NULL}, size,
                   "type 'test.T': member '__dictoffset__' must be a read-only Gil_T_PYSSIZET");
    member_refused((GilMemberDef){"__dictoffset__", Gil_T_PYSSIZET, 20, Gil_READONLY, NULL}, size + 8,
                   "type 'test.T': member '__dictoffset__' is not aligned");
    member_refused((GilMemberDef){"__weaklistoffset__", Gil_T_PYSSIZET, 16, 0, NULL}, size,
                   "type 'test.T': member '__weaklistoffset__' must be a read-only Gil_T_PYSSIZET");
    member_refused((GilMemberDef){"__weaklistoffset__", Gil_T_PYSSIZET, 20, Gil_READONLY, NULL}, size + 8,
                   "type 'test.T': member '__weaklistoffset__' is not aligned");
    member_refused((GilMemberDef){"__vectorcalloffset__", Gil_T_INT, 16, Gil_READONLY, NULL}, size,
                   "type 'test.T': member '__vectorcalloffset__' must be a read-only Gil_T_PYSSIZET");
}
END_TEST

START_TEST(test_object_typespec__flags_must_agree_with_slots)
{
    GilType_Slot with_call[] = {{Gil_tp_call, (void *)call}, {0, NULL}};

    refused(no_slots, 0, Gil_TPFLAGS_HAVE_GC, GilExc_SystemError,
            "type 'test.T' has the Gil_TPFLAGS_HAVE_GC flag but has no traverse function");
    refused(no_slots, 0, Gil_TPFLAGS_MANAGED_DICT, GilExc_SystemError,
            "type 'test.T' has the Gil_TPFLAGS_MANAGED_DICT flag but not Gil_TPFLAGS_HAVE_GC");
    refused(with_call, 0, Gil_TPFLAGS_HAVE_VECTORCALL, GilExc_SystemError,
            "type 'test.T' has the Gil_TPFLAGS_HAVE_VECTORCALL flag but no member __vectorcalloffset__");
    refused(no_slots, 0, Gil_TPFLAGS_STATIC_BUILTIN, GilExc_SystemError,
            "type 'test.T' has flags that cannot be asked for: 2");
}
END_TEST

static int
clear_nothing(GilObject *op)
{
    (void)op;
    return 0;
}

/* An instance without a GC head would come to a destructor that frees one. */
START_TEST(test_object_typespec__what_a_base_with_gc_gives_is_not_half_refused)
{
    GilType_Slot clears[] = {{Gil_tp_base, &GilList_Type}, {Gil_tp_clear, (void *)clear_nothing}, {0, NULL}};
    GilType_Slot visits[] = {{Gil_tp_base, &GilList_Type}, {Gil_tp_traverse, GilType_GetSlot(&GilList_Type, Gil_tp_traverse)}, {0, NULL}};
    const char *text = "type 'test.T' has a traverse or clear function but not the Gil_TPFLAGS_HAVE_GC flag, which its base has";

    refused(clears, 0, 0, GilExc_SystemError, text);
    refused(visits, 0, 0, GilExc_SystemError, text);
    visits[0].pfunc = &GilBaseObject_Type; /* never called */
    GilObject *plain = from(visits, 0, 0);
    ck_assert_ptr_nonnull(plain);
    Gil_DECREF(plain);
}
END_TEST

START_TEST(test_object_typespec__sizes_must_suit_the_base)
{
    refused(no_slots, 8, 0, GilExc_TypeError, "tp_basicsize for type 'test.T' (8) is too small for base 'object' (16)");
    GilType_Slot of_tuple[] = {{Gil_tp_base, &GilTuple_Type}, {0, NULL}};
    refused(of_tuple, -16, 0, GilExc_SystemError,
            "type 'test.T': Cannot extend variable-size class without Gil_TPFLAGS_ITEMS_AT_END.");
    GilType_Spec items = {"test.T", 0, 4, 0, no_slots};
    ck_assert_ptr_null(GilType_FromSpec(&items));
    expect_error(GilExc_SystemError, "type 'test.T' has items, but a basicsize (16) below that of GilVarObject (24)");
}
END_TEST

START_TEST(test_object_typespec__bases_must_be_acceptable)
{
    GilType_Slot of_none[] = {{Gil_tp_base, Gil_None}, {0, NULL}};
    GilObject *final = from(no_slots, 0, 0), *open = from(no_slots, 0, Gil_TPFLAGS_BASETYPE);
    GilType_Slot of_final[] = {{Gil_tp_base, final}, {0, NULL}};
    GilObject *twice = GilTuple_Pack(2, open, open);
    GilType_Slot of_twice[] = {{Gil_tp_bases, twice}, {0, NULL}};
    GilType_Slot of_open[] = {{Gil_tp_base, open}, {0, NULL}};

    refused(of_none, 0, 0, GilExc_TypeError, "type 'test.T': bases must be types, not 'NoneType'");
    refused(of_final, 0, 0, GilExc_TypeError, "type 'test.T' is not an acceptable base type");
    refused(of_twice, 0, 0, GilExc_TypeError, "duplicate base class test.T");
    refused(of_open, 0, Gil_TPFLAGS_IMMUTABLETYPE, GilExc_TypeError, "Creating immutable type test.T from mutable base test.T");
    GilType_Spec spec = {.name = "test.T", .slots = no_slots};
    ck_assert_ptr_null(GilType_FromMetaclass(&GilBaseObject_Type, NULL, &spec, NULL));
    expect_error(GilExc_TypeError, "Metaclass '<class 'object'>' is not a subclass of 'type'.");
    GilObject *type = GilType_FromMetaclass(&GilType_Type, NULL, &spec, open);
    ck_assert_int_eq(GilType_IsSubtype((GilTypeObject *)type, (GilTypeObject *)open), 1);
    Gil_DECREF(type);
    Gil_DECREF(twice);
    Gil_DECREF(open);
    Gil_DECREF(final);
}
END_TEST

START_TEST(test_object_typespec__documentation_and_token_may_be_null)
{
    GilType_Slot slots[] = {{Gil_tp_doc, NULL}, {Gil_tp_token, GIL_TP_USE_SPEC}, {0, NULL}};
    GilType_Spec spec = {.name = "test.T", .slots = slots};
    GilObject *type = GilType_FromSpec(&spec);

    ck_assert_ptr_eq(GilType_GetSlot((GilTypeObject *)type, Gil_tp_token), &spec);
    ck_assert_ptr_null(GilType_GetSlot((GilTypeObject *)type, Gil_tp_doc));
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_typespec__exceptions_by_name)
{
    GilObject *dict = GilDict_New(), *seven = GilLong_FromLong(7);
    GilDict_SetItemString(dict, "level", seven);
    GilObject *exc = GilErr_NewExceptionWithDoc("test.Error", "went wrong", NULL, dict);

    ck_assert_ptr_nonnull(exc);
    ck_assert_int_eq(GilObject_IsSubclass(exc, GilExc_Exception), 1);
    expect_text(GilObject_GetAttrString(exc, "__doc__"), "went wrong");
    expect_text(GilObject_GetAttrString(exc, "__module__"), "test");
    GilObject *level = GilObject_GetAttrString(exc, "level");
    ck_assert_ptr_eq(level, seven);
    Gil_DECREF(level);
    GilErr_Format(exc, "no %d", 1);
    expect_error(exc, "no 1");

    GilObject *bases = GilTuple_Pack(2, exc, GilExc_KeyError);
    GilObject *both = GilErr_NewException("test.Both", bases, NULL);
    ck_assert_ptr_nonnull(both);
    GilErr_SetNone(both);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_LookupError), 1);
    ck_assert_int_eq(GilErr_ExceptionMatches(exc), 1);
    GilErr_Clear();

    ck_assert_ptr_null(GilErr_NewException("nodot", NULL, NULL));
    expect_error(GilExc_SystemError, "GilErr_NewException: name must be module.class");
    ck_assert_ptr_null(GilErr_NewException("a.b", NULL, seven));
    expect_error(GilExc_SystemError, "GilErr_NewException: bad argument (expected dict, got int)");
    Gil_DECREF(both);
    Gil_DECREF(bases);
    Gil_DECREF(exc);
    Gil_DECREF(seven);
    Gil_DECREF(dict);
}
END_TEST

static int
make_exception(void *arg)
{
    GilObject *type = GilErr_NewExceptionWithDoc("test.Error", "doc", NULL, arg);
    Gil_XDECREF(type);
    return type != NULL ? 0 : -1;
}

START_TEST(test_J1_exceptions_by_name_under_lack_of_memory)
{
    GilObject *dict = GilDict_New();
    GilDict_SetItemString(dict, "none", Gil_None);
    gil_test_oom_loop(make_exception, dict);
    Gil_DECREF(dict);
}
END_TEST

/* --- from slots --- */

static GilObject *
repr_of_slots(GilObject *Gil_UNUSED(self))
{
    return GilUnicode_FromString("made from slots");
}

START_TEST(test_object_typespec__one_array_says_all)
{
    static int token;
    GilObject *module = GilModule_New("m"), *meta;
    GilType_Slot old[] = {{Gil_tp_doc, (void *)"About it."}, {0, NULL}};
    GilSlot inner[] = {GilSlot_FUNC(Gil_tp_repr, repr_of_slots), GilSlot_DATA(Gil_tp_slots, old), GilSlot_END};
    GilSlot meta_slots[] = {GilSlot_DATA(Gil_tp_name, "m.Meta"), GilSlot_DATA(Gil_tp_base, &GilType_Type), GilSlot_END};
    meta = GilType_FromSlots(meta_slots);
    ck_assert_ptr_nonnull(meta);
    GilSlot slots[] = {GilSlot_DATA(Gil_tp_name, "m.T"),
                       GilSlot_SIZE(Gil_tp_extra_basicsize, 24),
                       GilSlot_UINT64(Gil_tp_flags, Gil_TPFLAGS_BASETYPE),
                       GilSlot_DATA(Gil_tp_metaclass, meta),
                       GilSlot_DATA(Gil_tp_module, module),
                       GilSlot_DATA(Gil_tp_token, &token),
                       GilSlot_DATA(Gil_slot_subslots, inner),
                       {.sl_id = 3000, .sl_flags = GilSlot_OPTIONAL},
                       GilSlot_END};
    GilObject *type = GilType_FromSlots(slots), *op, *doc;

    if (type == NULL)
        GilErr_Print();
    ck_assert_ptr_nonnull(type);
    op = GilObject_CallNoArgs(type);
    expect_text(GilObject_Repr(op), "made from slots");
    doc = GilObject_GetAttrString(type, "__doc__");
    expect_text(doc, "About it.");
    ck_assert_ptr_eq(Gil_TYPE(type), (GilTypeObject *)meta);
    ck_assert_ptr_eq(GilType_GetModule((GilTypeObject *)type), module);
    ck_assert_int_ge(GilType_GetTypeDataSize((GilTypeObject *)type), 24);
    ck_assert_int_eq(GilType_GetBaseByToken((GilTypeObject *)type, &token, NULL), 1);
    Gil_DECREF(op);
    Gil_DECREF(type);
    Gil_DECREF(meta);
    Gil_DECREF(module);
}
END_TEST

START_TEST(test_object_typespec__slots_are_read_with_care)
{
    struct {
        GilSlot slots[4];
        const char *text;
    } wrong[] = {
        {{GilSlot_END}, "GilType_FromSlots: there is no slot Gil_tp_name"},
        {{GilSlot_DATA(Gil_tp_name, ""), GilSlot_END}, "GilType_FromSlots: there is no slot Gil_tp_name"},
        {{GilSlot_SIZE(Gil_tp_basicsize, -1), GilSlot_DATA(Gil_tp_name, "T"), GilSlot_END},
         "type 'T': slot Gil_tp_basicsize is negative"},
        {{GilSlot_DATA(Gil_tp_name, "T"), GilSlot_DATA(Gil_tp_name, "T"), GilSlot_END}, "type 'T' has more than one slot Gil_tp_name"},
        {{GilSlot_DATA(Gil_tp_name, "T"), GilSlot_SIZE(Gil_tp_basicsize, 32), GilSlot_SIZE(Gil_tp_extra_basicsize, 8), GilSlot_END},
         "type 'T': slot Gil_tp_extra_basicsize says the size a second time"},
        {{GilSlot_DATA(Gil_tp_name, "T"), GilSlot_SIZE(Gil_tp_itemsize, -8), GilSlot_END}, "type 'T' has a negative itemsize"},
        {{GilSlot_DATA(Gil_tp_name, "T"), GilSlot_UINT64(Gil_tp_flags, (uint64_t)1 << 40), GilSlot_END},
         "type 'T' has flags that cannot be asked for: 10000000000"},
        {{GilSlot_DATA(Gil_tp_name, "T"), {.sl_id = 3000, .sl_ptr = &wrong}, GilSlot_END}, "type 'T': there is no slot of id 3000"},
        {{GilSlot_DATA(Gil_tp_name, "T"), GilSlot_DATA(Gil_tp_repr, NULL), GilSlot_END}, "type 'T': slot Gil_tp_repr is NULL"},
        {{GilSlot_DATA(Gil_tp_name, "T"), GilSlot_DATA(Gil_tp_slots, NULL), GilSlot_END}, "type 'T': slot Gil_tp_slots is NULL"},
    };
    GilSlot endless[] = {GilSlot_DATA(Gil_tp_name, "T"), GilSlot_DATA(Gil_slot_subslots, NULL), GilSlot_END};
    GilSlot circle[] = {GilSlot_DATA(Gil_slot_subslots, NULL), GilSlot_END};
    GilSlot meta[] = {GilSlot_DATA(Gil_tp_name, "T"), GilSlot_DATA(Gil_tp_metaclass, &GilList_Type), GilSlot_END};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(wrong); i++) {
        ck_assert_ptr_null(GilType_FromSlots(wrong[i].slots));
        expect_error(GilExc_SystemError, wrong[i].text);
    }
    circle[0].sl_ptr = circle;
    endless[1].sl_ptr = circle;
    ck_assert_ptr_null(GilType_FromSlots(endless));
    expect_error(GilExc_SystemError, "type 'T': slot Gil_slot_subslots is nested too deep");
    ck_assert_ptr_null(GilType_FromSlots(meta));
    expect_error(GilExc_TypeError, "Metaclass '<class 'list'>' is not a subclass of 'type'.");
}
END_TEST

static int
make_from_slots(void *arg)
{
    GilObject *type = GilType_FromSlots(arg);
    Gil_XDECREF(type);
    return type != NULL ? 0 : -1;
}

START_TEST(test_J1_types_from_slots_under_lack_of_memory)
{
    GilSlot slots[] = {GilSlot_DATA(Gil_tp_name, "m.T"), GilSlot_FUNC(Gil_tp_repr, repr_of_slots), GilSlot_END};
    gil_test_oom_loop(make_from_slots, slots);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[20];
    int n = 0;

    tests[n++] = test_object_typespec__name_and_slots_must_be_there;
    tests[n++] = test_object_typespec__slots_must_exist_once_and_not_be_null;
    tests[n++] = test_object_typespec__methods_need_a_function_and_flags_that_can_be_called;
    tests[n++] = test_object_typespec__members_must_lie_inside;
    tests[n++] = test_object_typespec__flags_must_agree_with_slots;
    tests[n++] = test_object_typespec__what_a_base_with_gc_gives_is_not_half_refused;
    tests[n++] = test_object_typespec__sizes_must_suit_the_base;
    tests[n++] = test_object_typespec__bases_must_be_acceptable;
    tests[n++] = test_object_typespec__documentation_and_token_may_be_null;
    tests[n++] = test_object_typespec__exceptions_by_name;
    tests[n++] = test_J1_exceptions_by_name_under_lack_of_memory;
    tests[n++] = test_object_typespec__one_array_says_all;
    tests[n++] = test_object_typespec__slots_are_read_with_care;
    tests[n++] = test_J1_types_from_slots_under_lack_of_memory;
    return suite_of_one("object/typespec", tests);
}
