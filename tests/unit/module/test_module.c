/* SPDX-License-Identifier: MIT */
/* Module objects when memory lacks, and what clearing leaves. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/call.h"
#include "gilrt/dict.h"
#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "gilrt/list.h"
#include "gilrt/long.h"
#include "gilrt/unicode.h"
#include "gilrt/unicodecodec.h"
#include "module/module.h"

#include <stddef.h>

GilABIInfo_VAR(abi);

static GilObject *
nothing(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(unused))
{
    Gil_RETURN_NONE;
}

static GilMethodDef methods[] = {
    {"nothing", nothing, GIL_METH_NOARGS, NULL},
    {"nothing_too", nothing, GIL_METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL}
};

static int cleared, freed;

static int
clear_state(GilObject *module)
{
    ck_assert_ptr_nonnull(GilModule_GetState(module));
    cleared++;
    return 0;
}

static void
free_state(void *module)
{
    ck_assert_ptr_nonnull(((GilModuleObject *)module)->state);
    freed++;
}

static GilSlot slots[] = {
    GilSlot_DATA(Gil_mod_abi, &abi),
    GilSlot_DATA(Gil_mod_doc, "documentation"),
    GilSlot_DATA(Gil_mod_methods, methods),
    GilSlot_SIZE(Gil_mod_state_size, 10000),
    GilSlot_FUNC(Gil_mod_state_clear, clear_state),
    GilSlot_FUNC(Gil_mod_state_free, free_state),
    GilSlot_END
};

static int
make_and_drop(void *arg)
{
    GilObject *module = GilModule_FromSlotsAndSpec(slots, arg);
    if (module == NULL)
        return -1;
    /* Its functions hold it. */
    gil_module_clear(module);
    Gil_DECREF(module);
    return 0;
}

/* A module that fails half-way holds itself through the functions that were added. */
START_TEST(test_module_module__from_slots_without_memory)
{
    GilObject *spec = GilModule_New("spec");
    ck_assert_int_eq(GilModule_AddStringConstant(spec, "name", "m"), 0);
    ck_assert_int_eq(GilModule_AddStringConstant(spec, "origin", "/m.so"), 0);
    gil_test_oom_loop(make_and_drop, spec);
    ck_assert_int_gt(freed, 0);
    Gil_DECREF(spec);
}
END_TEST

static int
fill_and_drop(void *Gil_UNUSED(arg))
{
    GilObject *module = GilModule_New("some_name_or_other");
    if (module == NULL)
        return -1;
    int rc = 0;
    if (GilModule_AddIntConstant(module, "a_large_number", 1000000000) < 0 ||
        GilModule_AddStringConstant(module, "a_text", "text of some length") < 0 ||
        GilModule_Add(module, "a_list", GilList_New(10)) < 0 || GilModule_AddType(module, &GilList_Type) < 0 ||
        GilModule_SetDocString(module, "documentation") < 0)
        rc = -1;
    Gil_DECREF(module);
    return rc;
}

START_TEST(test_module_module__adders_without_memory)
{
    gil_test_oom_loop(fill_and_drop, NULL);
}
END_TEST

START_TEST(test_module_module__clear_empties_and_keeps_the_state)
{
    GilObject *spec = GilModule_New("spec");
    GilModule_AddStringConstant(spec, "name", "m");
    GilObject *module = GilModule_FromSlotsAndSpec(slots, spec);
    Gil_DECREF(spec);
    cleared = freed = 0;
    gil_module_clear(module);
    ck_assert_int_eq(cleared, 1);
    ck_assert_int_eq(freed, 0);
    ck_assert_int_eq(GilDict_Size(GilModule_GetDict(module)), 0);
    ck_assert_ptr_nonnull(GilModule_GetState(module));
    GilObject *repr = GilObject_Repr(module);
    ck_assert_str_eq(GilUnicode_AsUTF8(repr), "<module '?'>");
    Gil_DECREF(repr);
    ck_assert_int_eq(Gil_REFCNT(module), 1);
    Gil_DECREF(module);
    ck_assert_int_eq(freed, 1);
}
END_TEST

static int
hold_and_fail(GilObject *module)
{
    GilObject **state = GilModule_GetState(module);

    *state = GilObject_GetAttrString(module, "held");
    GilErr_SetString(GilExc_RuntimeError, "not today");
    return -1;
}

static int
let_go(GilObject *module)
{
    Gil_CLEAR(*(GilObject **)GilModule_GetState(module));
    cleared++;
    return 0;
}

/* What a module holds is let go of by its Gil_mod_state_clear also where no collection comes by. */
START_TEST(test_module_module__without_a_free_the_state_is_cleared)
{
    static GilSlot failing[] = {
        GilSlot_DATA(Gil_mod_abi, &abi),
        GilSlot_FUNC(Gil_mod_exec, hold_and_fail),
        GilSlot_SIZE(Gil_mod_state_size, sizeof(GilObject *)),
        GilSlot_FUNC(Gil_mod_state_clear, let_go),
        GilSlot_END
    };
    GilObject *spec = GilModule_New("spec"), *held = GilList_New(0);

    GilModule_AddStringConstant(spec, "name", "m");
    cleared = 0;
    GilObject *module = GilModule_FromSlotsAndSpec(failing, spec);
    ck_assert_int_eq(GilModule_AddObjectRef(module, "held", held), 0);
    ck_assert_int_eq(GilModule_Exec(module), -1);
    GilErr_Clear();
    Gil_DECREF(module);
    ck_assert_int_eq(cleared, 1);
    ck_assert_int_eq(Gil_REFCNT(held), 1);
    Gil_DECREF(held);
    Gil_DECREF(spec);
}
END_TEST

static GilObject *saved;
static int keeps, leaves_error; /* so many calls do */

/* What an extension may do with its module in the end. */
static void
use_in_the_end(GilObject *module)
{
    GilObject *list = GilList_New(0);

    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_ptr_nonnull(GilModule_GetState(module));
    ck_assert_int_eq(GilList_Append(list, module), 0);
    Gil_DECREF(list);
    if (keeps > 0) {
        keeps--;
        saved = Gil_NewRef(module);
    }
    if (leaves_error > 0) {
        leaves_error--;
        GilErr_SetString(GilExc_ValueError, "of the state");
    }
}

static int
let_go_of_nothing(GilObject *module)
{
    if (keeps > 0) {
        keeps--;
        saved = Gil_NewRef(module);
    }
    return 0;
}

static int
use_in_clear(GilObject *module)
{
    cleared++;
    use_in_the_end(module);
    return 0;
}

static void
use_in_free(void *module)
{
    freed++;
    use_in_the_end(module);
}

static GilSlot using_clear[] = {
    GilSlot_DATA(Gil_mod_abi, &abi),
    GilSlot_SIZE(Gil_mod_state_size, sizeof(GilObject *)),
    GilSlot_FUNC(Gil_mod_state_clear, use_in_clear),
    GilSlot_END
};

static GilSlot using_free[] = {
    GilSlot_DATA(Gil_mod_abi, &abi),
    GilSlot_SIZE(Gil_mod_state_size, sizeof(GilObject *)),
    GilSlot_FUNC(Gil_mod_state_free, use_in_free),
    GilSlot_END
};

static GilObject *
from_slots(const GilSlot *from)
{
    GilObject *spec = GilModule_New("spec");

    GilModule_AddStringConstant(spec, "name", "m");
    GilObject *module = GilModule_FromSlotsAndSpec(from, spec);
    ck_assert_ptr_nonnull(module);
    Gil_DECREF(spec);
    cleared = freed = 0;
    return module;
}

/* The module is held while its state is given back, and lives on if it is kept: its clear runs again then, its free never. */
START_TEST(test_module_module__the_end_of_the_state_may_use_the_module)
{
    for (int frees = 0; frees < 2; frees++) {
        GilObject *op = from_slots(frees ? using_free : using_clear);
        keeps = 1;
        Gil_DECREF(op);
        ck_assert_int_eq(cleared + freed, 1);
        ck_assert_ptr_eq(saved, op);
        ck_assert_int_eq(Gil_REFCNT(op), 1);
        ck_assert_int_eq(GilObject_GC_IsTracked(op), 1);
        ck_assert_str_eq(GilModule_GetName(op), "m");
        GilGC_Collect();
        Gil_DECREF(op);
        ck_assert_int_eq(cleared + freed, frees ? 1 : 2);
    }
}
END_TEST

START_TEST(test_module_module__a_subtype_kept_by_its_state_keeps_its_type)
{
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.Kind", .slots = none};
    GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)(void *)&GilModule_Type);
    GilObject *op = GilObject_CallFunction(type, "s", "m");

    ((GilModuleObject *)op)->slots.clear = let_go_of_nothing;
    keeps = 1;
    Gil_DECREF(op);
    ck_assert_ptr_eq(saved, op);
    ck_assert_int_eq(Gil_REFCNT(type), 2);
    Gil_DECREF(op);
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(type);
}
END_TEST

/* Errors of the state's end are reported, and the one that was pending stays. */
START_TEST(test_module_module__errors_of_the_end_of_the_state)
{
    for (int frees = 0; frees < 2; frees++) {
        GilObject *op = from_slots(frees ? using_free : using_clear);
        leaves_error = 1;
        GilErr_SetString(GilExc_KeyError, "mine");
        Gil_DECREF(op);
        ck_assert_int_eq(cleared + freed, 1);
        gil_expect_error(GilExc_KeyError, "'mine'");
    }
    GilObject *op = from_slots(using_clear);
    leaves_error = 1;
    gil_module_clear(op);
    ck_assert_ptr_null(GilErr_Occurred());
    Gil_DECREF(op);
    ck_assert_int_eq(cleared, 2);
}
END_TEST

static GilObject *
get_seven(GilObject *Gil_UNUSED(self), void *Gil_UNUSED(closure))
{
    return GilLong_FromLong(7);
}

static GilGetSetDef seven[] = {{"seven", get_seven, NULL, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};

START_TEST(test_module_module__made_by_a_call)
{
    GilObject *type = (GilObject *)(void *)&GilModule_Type, *op = GilObject_CallFunction(type, "ss", "m", "text"), *doc;

    ck_assert_str_eq(GilModule_GetName(op), "m");
    doc = GilObject_GetAttrString(op, "__doc__");
    ck_assert_str_eq(GilUnicode_AsUTF8(doc), "text");
    Gil_DECREF(doc);
    Gil_DECREF(op);
    ck_assert_ptr_null(GilObject_CallNoArgs(type));
    gil_expect_error(GilExc_TypeError, "module() missing required argument 'name' (pos 1)");
    ck_assert_ptr_null(GilObject_CallFunction(type, "i", 1));
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
}
END_TEST

/* What the type computes comes before what the module has, and the module's dict stays its own. */
START_TEST(test_module_module__a_subtype)
{
    GilType_Slot type_slots[] = {{Gil_tp_getset, seven}, {0, NULL}};
    GilType_Spec spec = {"test.Kind", -(int)sizeof(long), 0, 0, type_slots};
    GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)(void *)&GilModule_Type);
    GilObject *op = GilObject_CallFunction(type, "s", "m"), *eight = GilLong_FromLong(8), *value;

    ck_assert(GilModule_Check(op) && !GilModule_CheckExact(op));
    *(long *)GilObject_GetTypeData(op, (GilTypeObject *)(void *)type) = 5;
    ck_assert_int_eq(GilModule_AddObjectRef(op, "seven", eight), 0);
    value = GilObject_GetAttrString(op, "seven");
    ck_assert_int_eq(GilLong_AsLong(value), 7);
    Gil_DECREF(value);
    ck_assert_int_eq(GilObject_SetAttrString(op, "seven", eight), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_AttributeError));
    GilErr_Clear();
    ck_assert_int_eq(GilObject_SetAttrString(op, "eight", eight), 0);
    ck_assert_int_eq(GilDict_ContainsString(GilModule_GetDict(op), "eight"), 1);
    ck_assert_int_eq(GilObject_DelAttrString(op, "eight"), 0);
    ck_assert_ptr_null(GilObject_GetAttrString(op, "nine"));
    gil_expect_error(GilExc_AttributeError, "module 'm' has no attribute 'nine'");
    value = GilObject_GetAttrString(op, "__dict__");
    ck_assert_ptr_eq(value, GilModule_GetDict(op));
    ck_assert_int_eq(GilObject_GenericSetDict(op, value, NULL), -1);
    gil_expect_error(GilExc_TypeError, "cannot set the __dict__ of a module");
    Gil_DECREF(value);
    Gil_DECREF(eight);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

static int
take_nothing(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args), GilObject *Gil_UNUSED(kwargs))
{
    return 0;
}

/* Whatever constructor a subtype has; and its own doc comes before the type's. */
START_TEST(test_module_module__a_subtype_that_takes_nothing)
{
    GilType_Slot type_slots[] = {{Gil_tp_new, GilType_GenericNew}, {Gil_tp_init, take_nothing}, {0, NULL}};
    GilType_Spec spec = {"test.Bare", 0, 0, 0, type_slots};
    GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)(void *)&GilModule_Type);
    GilObject *op = GilObject_CallNoArgs(type), *text = GilUnicode_FromString("what it is"), *value;

    ck_assert_ptr_nonnull(op);
    ck_assert_int_eq(GilDict_Size(GilModule_GetDict(op)), 0);
    value = GilObject_Repr(op);
    ck_assert_str_eq(GilUnicode_AsUTF8(value), "<module '?'>");
    Gil_DECREF(value);
    ck_assert_ptr_null(GilObject_GetAttrString(op, "nine"));
    gil_expect_error(GilExc_AttributeError, "module has no attribute 'nine'");
    ck_assert_int_eq(GilObject_SetAttrString(op, "__doc__", text), 0);
    value = GilObject_GetAttrString(op, "__doc__");
    ck_assert_ptr_eq(value, text);
    ck_assert_int_eq(GilDict_ContainsString(GilModule_GetDict(op), "__doc__"), 1);
    Gil_DECREF(value);
    ck_assert_int_eq(GilObject_DelAttrString(op, "__doc__"), 0);
    Gil_DECREF(text);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

static GilObject *
allocated(GilTypeObject *type, GilObject *Gil_UNUSED(args), GilObject *Gil_UNUSED(kwargs))
{
    return GilType_GenericAlloc(type, 0);
}

/* Whoever allocates a module, and whatever is asked first, it has a dict. */
START_TEST(test_module_module__a_subtype_with_an_allocator)
{
    GilType_Slot kinds[][4] = {
        {{Gil_tp_new, GilType_GenericNew}, {Gil_tp_alloc, GilType_GenericAlloc}, {Gil_tp_init, take_nothing}, {0, NULL}},
        {{Gil_tp_new, allocated}, {Gil_tp_init, take_nothing}, {0, NULL}},
        {{Gil_tp_new, allocated}, {0, NULL}},
    };

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(kinds); i++) {
        GilType_Spec spec = {"test.Bare", 0, 0, 0, kinds[i]};
        GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)(void *)&GilModule_Type), *ops[6], *value;

        for (size_t k = 0; k < Gil_ARRAY_LENGTH(ops); k++) {
            ops[k] = i == 2 ? allocated((GilTypeObject *)(void *)type, NULL, NULL) : GilObject_CallNoArgs(type);
            ck_assert_ptr_nonnull(ops[k]);
        }
        ck_assert_ptr_null(GilObject_GetAttrString(ops[0], "nine"));
        gil_expect_error(GilExc_AttributeError, "module has no attribute 'nine'");
        value = GilObject_GetAttrString(ops[0], "__dict__");
        ck_assert(value != NULL && value == GilModule_GetDict(ops[0]));
        Gil_DECREF(value);
        ck_assert_int_eq(GilObject_SetAttrString(ops[0], "__dict__", Gil_None), -1);
        gil_expect_error(GilExc_AttributeError, "readonly attribute");
        value = GilObject_Repr(ops[1]);
        ck_assert_str_eq(GilUnicode_AsUTF8(value), "<module '?'>");
        Gil_DECREF(value);
        value = GilObject_Dir(ops[2]);
        ck_assert_int_eq(GilList_Size(value), 0);
        Gil_DECREF(value);
        ck_assert_ptr_null(GilModule_GetNameObject(ops[3]));
        gil_expect_raised(GilExc_SystemError);
        ck_assert_int_eq(GilModule_AddIntConstant(ops[3], "k", 1), 0);
        ck_assert_int_eq(GilObject_SetAttrString(ops[4], "k", Gil_None), 0);
        ck_assert_ptr_nonnull(GilModule_GetDict(ops[5]));
        value = GilObject_CallMethod(ops[2], "__init__", "s", "named");
        ck_assert_ptr_nonnull(value);
        Gil_DECREF(value);
        for (size_t k = 0; k < Gil_ARRAY_LENGTH(ops); k++)
            Gil_DECREF(ops[k]);
        Gil_DECREF(type);
    }
}
END_TEST

/* A subtype of module with nothing of its own. */
static GilObject *
plain_kind(void)
{
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {"test.Kind", 0, 0, 0, none};

    return GilType_FromSpecWithBases(&spec, (GilObject *)(void *)&GilModule_Type);
}

/* Looking an attribute up by a name that is a str takes no memory, whether it is there or not. */
START_TEST(test_module_module__attributes_are_found_without_memory)
{
    GilObject *kind = plain_kind();
    GilObject *names[] = {GilUnicode_FromString("nine"), GilUnicode_FromString("eight"), GilUnicode_FromString("__class__")};
    GilObject *modules[] = {GilModule_New("m"), GilObject_CallFunction(kind, "s", "m")}, *value;

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(modules); i++) {
        ck_assert_int_eq(GilObject_SetAttr(modules[i], names[1], names[0]), 0);
        for (size_t j = 0; j < Gil_ARRAY_LENGTH(names); j++) {
            gil_test_fail_alloc(1, 1);
            int rc = GilObject_GetOptionalAttr(modules[i], names[j], &value);
            gil_test_fail_alloc_off();
            ck_assert_int_eq(rc, j > 0);
            if (j == 1)
                ck_assert_ptr_eq(value, names[0]);
            Gil_XDECREF(value);
        }
        Gil_DECREF(modules[i]);
    }
    for (size_t j = 0; j < Gil_ARRAY_LENGTH(names); j++)
        Gil_DECREF(names[j]);
    Gil_DECREF(kind);
}
END_TEST

/* The rules are those of all objects: what the type computes comes first, then the module's dict, then the rest of the type. */
START_TEST(test_module_module__whose_attribute_comes_first)
{
    GilObject *kind = plain_kind(), *five = GilLong_FromLong(5), *value;
    GilObject *modules[] = {GilModule_New("m"), GilObject_CallFunction(kind, "s", "m")};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(modules); i++) {
        GilObject *op = modules[i], *dict = GilModule_GetDict(op);
        ck_assert_int_eq(GilDict_SetItemString(dict, "__class__", five), 0);
        ck_assert_int_eq(GilDict_SetItemString(dict, "__dict__", five), 0);
        ck_assert_int_eq(GilDict_SetItemString(dict, "__repr__", five), 0);
        value = GilObject_GetAttrString(op, "__class__");
        ck_assert_ptr_eq(value, Gil_TYPE(op));
        Gil_DECREF(value);
        value = GilObject_GetAttrString(op, "__dict__");
        ck_assert_ptr_eq(value, dict);
        Gil_DECREF(value);
        value = GilObject_GetAttrString(op, "__repr__");
        ck_assert_ptr_eq(value, five);
        Gil_DECREF(value);
        ck_assert_int_eq(GilObject_SetAttrString(op, "__dict__", dict), -1);
        gil_expect_error(GilExc_AttributeError, "readonly attribute");
        ck_assert_int_eq(GilObject_DelAttrString(op, "__dict__"), -1);
        gil_expect_error(GilExc_AttributeError, "readonly attribute");
        ck_assert_int_eq(GilObject_DelAttrString(op, "nine"), -1);
        gil_expect_error(GilExc_AttributeError, "module 'm' has no attribute 'nine'");
        /* Its own text, then that of its type. */
        ck_assert_int_eq(GilObject_DelAttrString(op, "__doc__"), 0);
        value = GilObject_GetAttrString(op, "__doc__");
        if (i == 0)
            ck_assert_str_eq(GilUnicode_AsUTF8(value), "What an extension gives: named objects.");
        else
            ck_assert_ptr_eq(value, Gil_None);
        Gil_DECREF(value);
        Gil_DECREF(op);
    }
    Gil_DECREF(five);
    Gil_DECREF(kind);
}
END_TEST

/* dir() gives what an extension put there. */
START_TEST(test_module_module__dir_is_what_it_has)
{
    GilObject *op = GilModule_New("m"), *dir;

    ck_assert_int_eq(GilModule_AddIntConstant(op, "nine", 9), 0);
    dir = GilObject_Dir(op);
    GilObject *text = GilObject_Repr(dir);
    ck_assert_str_eq(GilUnicode_AsUTF8(text), "['__doc__', '__name__', 'nine']");
    Gil_DECREF(text);
    Gil_DECREF(dir);
    Gil_DECREF(op);
}
END_TEST

/* What stands in the message of an attribute that is missing. */
START_TEST(test_module_module__its_name_in_messages)
{
    GilObject *odd = GilUnicode_DecodeFSDefault("x\xff"), *op = GilModule_New("builtins"), *exc, *text;

    ck_assert_ptr_nonnull(odd);
    ck_assert_ptr_null(GilObject_GetAttrString(op, "nine"));
    gil_expect_error(GilExc_AttributeError, "module 'builtins' has no attribute 'nine'");
    ck_assert_int_eq(GilObject_SetAttrString(op, "__name__", Gil_None), 0);
    ck_assert_ptr_null(GilObject_GetAttrString(op, "nine"));
    gil_expect_error(GilExc_AttributeError, "module has no attribute 'nine'");
    ck_assert_int_eq(GilObject_SetAttrString(op, "__name__", odd), 0);
    ck_assert_ptr_null(GilObject_GetAttr(op, odd));
    exc = GilErr_GetRaisedException();
    text = GilObject_ASCII(exc);
    ck_assert_str_eq(GilUnicode_AsUTF8(text), "AttributeError(\"module 'x\\udcff' has no attribute 'x\\udcff'\")");
    Gil_DECREF(text);
    Gil_DECREF(exc);
    Gil_DECREF(odd);
    Gil_DECREF(op);
}
END_TEST

static int
make_of_kind(void *arg)
{
    GilObject *op = GilObject_CallFunction(arg, "s", "m");

    Gil_XDECREF(op);
    return op != NULL ? 0 : -1;
}

START_TEST(test_J1_modules_made_by_a_call)
{
    gil_test_oom_loop(make_of_kind, &GilModule_Type);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("module/module");
    TCase *tc = tcase_create("module");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_module_module__from_slots_without_memory);
    tcase_add_test(tc, test_module_module__adders_without_memory);
    tcase_add_test(tc, test_module_module__clear_empties_and_keeps_the_state);
    tcase_add_test(tc, test_module_module__without_a_free_the_state_is_cleared);
    tcase_add_test(tc, test_module_module__the_end_of_the_state_may_use_the_module);
    tcase_add_test(tc, test_module_module__a_subtype_kept_by_its_state_keeps_its_type);
    tcase_add_test(tc, test_module_module__errors_of_the_end_of_the_state);
    tcase_add_test(tc, test_module_module__made_by_a_call);
    tcase_add_test(tc, test_module_module__a_subtype);
    tcase_add_test(tc, test_module_module__a_subtype_that_takes_nothing);
    tcase_add_test(tc, test_module_module__a_subtype_with_an_allocator);
    tcase_add_test(tc, test_module_module__attributes_are_found_without_memory);
    tcase_add_test(tc, test_module_module__whose_attribute_comes_first);
    tcase_add_test(tc, test_module_module__dir_is_what_it_has);
    tcase_add_test(tc, test_module_module__its_name_in_messages);
    tcase_add_test(tc, test_J1_modules_made_by_a_call);
    suite_add_tcase(s, tc);
    return s;
}
