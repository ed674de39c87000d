/* SPDX-License-Identifier: MIT */
/* Modules as objects: made by hand and from slots, filled, asked. */
#include "support/support.h"

#include <gilrt.h>

#include <string.h>

static GilObject *module;

static void
open_module(void)
{
    gil_test_start();
    module = GilModule_New("m");
    ck_assert_ptr_nonnull(module);
}

static void
close_module(void)
{
    Gil_CLEAR(module);
    gil_test_stop();
}

/* The pending error is of that class and has needle in its text; it is cleared. */
static void
check_error(GilObject *type, const char *needle)
{
    ck_assert(GilErr_ExceptionMatches(type));
    GilObject *error = GilErr_GetRaisedException(), *text = GilObject_Str(error);
    ck_assert_ptr_nonnull(text);
    ck_assert_msg(strstr(GilUnicode_AsUTF8(text), needle) != NULL, "\"%s\" has no \"%s\"", GilUnicode_AsUTF8(text),
                  needle);
    Gil_DECREF(text);
    Gil_DECREF(error);
}

static void
check_str(GilObject *str, const char *expected)
{
    ck_assert_ptr_nonnull(str);
    ck_assert_str_eq(GilUnicode_AsUTF8(str), expected);
    Gil_DECREF(str);
}

START_TEST(test_api_module__new_has_name_and_doc)
{
    ck_assert(GilModule_Check(module) && GilModule_CheckExact(module));
    ck_assert(!GilModule_Check(Gil_None));
    ck_assert_str_eq(GilModule_GetName(module), "m");
    check_str(GilModule_GetNameObject(module), "m");
    GilObject *doc = GilObject_GetAttrString(module, "__doc__");
    ck_assert_ptr_eq(doc, Gil_None);
    check_str(GilObject_Repr(module), "<module 'm'>");
    ck_assert_ptr_null(GilModule_GetFilenameObject(module));
    check_error(GilExc_SystemError, "__file__");
    ck_assert_ptr_null(GilModule_GetState(module));
    ck_assert(!GilErr_Occurred());
}
END_TEST

START_TEST(test_api_module__attributes_are_those_of_its_dict)
{
    GilObject *dict = GilModule_GetDict(module), *value;
    ck_assert_ptr_nonnull(dict);
    ck_assert_int_eq(GilObject_SetAttrString(module, "x", Gil_None), 0);
    ck_assert_int_eq(GilDict_ContainsString(dict, "x"), 1);
    ck_assert_int_eq(GilObject_DelAttrString(module, "x"), 0);
    ck_assert_int_eq(GilDict_ContainsString(dict, "x"), 0);
    ck_assert_int_eq(GilObject_DelAttrString(module, "x"), -1);
    check_error(GilExc_AttributeError, "module 'm' has no attribute 'x'");
    ck_assert_ptr_null(GilObject_GetAttrString(module, "x"));
    check_error(GilExc_AttributeError, "module 'm' has no attribute 'x'");
    ck_assert_int_eq(GilObject_GetOptionalAttrString(module, "x", &value), 0);
    ck_assert_ptr_null(value);

    value = GilObject_GetAttrString(module, "__dict__");
    ck_assert_ptr_eq(value, dict);
    Gil_DECREF(value);
    ck_assert_int_eq(GilObject_SetAttrString(module, "__dict__", dict), -1);
    check_error(GilExc_AttributeError, "readonly");
    ck_assert_ptr_null(GilObject_CallNoArgs((GilObject *)(void *)&GilModule_Type));
    check_error(GilExc_TypeError, "module");
}
END_TEST

START_TEST(test_api_module__adders)
{
    GilObject *list = GilList_New(0);
    Gil_ssize_t count = Gil_REFCNT(list);
    GilObject *value;

    ck_assert_int_eq(GilModule_AddObjectRef(module, "list", list), 0);
    ck_assert_int_eq(Gil_REFCNT(list), count + 1);
    ck_assert_int_eq(GilModule_Add(module, "list2", Gil_NewRef(list)), 0);
    ck_assert_int_eq(Gil_REFCNT(list), count + 2);
    ck_assert_int_eq(GilModule_Add(module, NULL, Gil_NewRef(list)), -1);
    ck_assert_int_eq(Gil_REFCNT(list), count + 2);
    check_error(GilExc_SystemError, "GilModule_Add: NULL argument");
    Gil_DECREF(list);

    ck_assert_int_eq(GilModule_AddIntMacro(module, GIL_METH_O), 0);
    value = GilObject_GetAttrString(module, "GIL_METH_O");
    ck_assert_int_eq(GilLong_AsLong(value), GIL_METH_O);
    Gil_DECREF(value);
    ck_assert_int_eq(GilModule_AddStringConstant(module, "text", "gr\xc3\xbc\xc3\x9f"), 0);
    check_str(GilObject_GetAttrString(module, "text"), "gr\xc3\xbc\xc3\x9f");
    ck_assert_int_eq(GilModule_AddType(module, &GilList_Type), 0);
    value = GilObject_GetAttrString(module, "list");
    ck_assert_ptr_eq(value, &GilList_Type);
    Gil_DECREF(value);
    ck_assert_int_eq(GilModule_SetDocString(module, "what it is for"), 0);
    check_str(GilObject_GetAttrString(module, "__doc__"), "what it is for");
}
END_TEST

START_TEST(test_api_module__a_pending_error_is_left)
{
    GilErr_SetString(GilExc_ValueError, "earlier");
    ck_assert_int_eq(GilModule_AddObjectRef(module, "x", NULL), -1);
    check_error(GilExc_ValueError, "earlier");
    GilErr_SetString(GilExc_ValueError, "earlier");
    ck_assert_int_eq(GilModule_Add(module, "x", NULL), -1);
    check_error(GilExc_ValueError, "earlier");
    ck_assert_int_eq(GilModule_Add(module, "x", NULL), -1);
    check_error(GilExc_SystemError, "NULL");
}
END_TEST

START_TEST(test_api_module__wrong_arguments_raise)
{
    Gil_ssize_t size;
    void *token;

    for (int i = 0; i < 2; i++) {
        GilObject *bad = i == 0 ? NULL : Gil_None, *error = i == 0 ? GilExc_SystemError : GilExc_TypeError;
        ck_assert_ptr_null(GilModule_GetDict(bad));
        check_error(GilExc_SystemError, "GilModule_GetDict");
        ck_assert_ptr_null(GilModule_GetNameObject(bad));
        check_error(error, "GilModule_GetNameObject");
        ck_assert_ptr_null(GilModule_GetState(bad));
        check_error(error, "GilModule_GetState");
        ck_assert_int_eq(GilModule_GetStateSize(bad, &size), -1);
        check_error(error, "GilModule_GetStateSize");
        ck_assert_int_eq(GilModule_GetToken(bad, &token), -1);
        check_error(error, "GilModule_GetToken");
        ck_assert_int_eq(GilModule_Exec(bad), -1);
        check_error(error, "GilModule_Exec");
        ck_assert_int_eq(GilModule_AddIntConstant(bad, "x", 1), -1);
        check_error(error, "GilModule_AddIntConstant");
    }
    ck_assert_ptr_null(GilModule_New(NULL));
    check_error(GilExc_SystemError, "GilModule_New");
    ck_assert_int_eq(GilModule_AddType(module, NULL), -1);
    check_error(GilExc_SystemError, "GilModule_AddType");
    ck_assert_int_eq(GilModule_AddFunctions(module, NULL), -1);
    check_error(GilExc_SystemError, "GilModule_AddFunctions");
    ck_assert_int_eq(GilModule_SetDocString(module, NULL), -1);
    check_error(GilExc_SystemError, "GilModule_SetDocString");
    ck_assert_int_eq(GilModule_AddStringConstant(module, "x", NULL), -1);
    check_error(GilExc_SystemError, "GilModule_AddStringConstant");
}
END_TEST

/* Slots. */

struct counter {
    long value;
};

static int token_of_counter, frees;

static GilObject *
counter_next(GilObject *self, GilObject *Gil_UNUSED(unused))
{
    return GilLong_FromLong(++((struct counter *)GilModule_GetState(self))->value);
}

static GilMethodDef counter_methods[] = {
    {"next", counter_next, GIL_METH_NOARGS, "next number"},
    {NULL, NULL, 0, NULL}
};

static int
counter_exec(GilObject *self)
{
    ((struct counter *)GilModule_GetState(self))->value = 10;
    return 0;
}

static void
counter_free(void *Gil_UNUSED(self))
{
    frees++;
}

GilABIInfo_VAR(abi);

static GilSlot counter_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &abi),
    GilSlot_DATA(Gil_mod_doc, "counts"),
    GilSlot_DATA(Gil_mod_methods, counter_methods),
    GilSlot_SIZE(Gil_mod_state_size, sizeof(struct counter)),
    GilSlot_FUNC(Gil_mod_exec, counter_exec),
    GilSlot_FUNC(Gil_mod_state_free, counter_free),
    GilSlot_DATA(Gil_mod_token, &token_of_counter),
    GilSlot_END
};

/* A spec: any object with a name. */
static GilObject *
make_spec(const char *name, const char *origin)
{
    GilObject *spec = GilModule_New("spec");
    ck_assert_int_eq(GilModule_AddStringConstant(spec, "name", name), 0);
    if (origin != NULL)
        ck_assert_int_eq(GilModule_AddStringConstant(spec, "origin", origin), 0);
    return spec;
}

static GilObject *
from_slots(const GilSlot *slots)
{
    GilObject *spec = make_spec("counter", "/somewhere/counter.so");
    GilObject *result = GilModule_FromSlotsAndSpec(slots, spec);
    Gil_DECREF(spec);
    return result;
}

START_TEST(test_api_module__from_slots)
{
    GilObject *counter = from_slots(counter_slots), *value;
    Gil_ssize_t size;
    void *token;

    ck_assert_ptr_nonnull(counter);
    ck_assert_int_eq(GilModule_GetStateSize(counter, &size), 0);
    ck_assert_int_eq(size, (Gil_ssize_t)sizeof(struct counter));
    ck_assert_int_eq(GilModule_GetToken(counter, &token), 0);
    ck_assert_ptr_eq(token, &token_of_counter);
    ck_assert_int_eq(((struct counter *)GilModule_GetState(counter))->value, 0);
    check_str(GilModule_GetFilenameObject(counter), "/somewhere/counter.so");
    check_str(GilObject_Repr(counter), "<module 'counter' from '/somewhere/counter.so'>");
    check_str(GilObject_GetAttrString(counter, "__doc__"), "counts");

    ck_assert_int_eq(GilModule_Exec(counter), 0);
    value = GilObject_CallMethod(counter, "next", NULL);
    ck_assert_int_eq(GilLong_AsLong(value), 11);
    Gil_DECREF(value);
    ck_assert_int_eq(GilModule_Exec(counter), 0);
    value = GilObject_CallMethod(counter, "next", NULL);
    ck_assert_int_eq(GilLong_AsLong(value), 12);
    Gil_DECREF(value);
    Gil_DECREF(counter);
}
END_TEST

static int tries;

static int
exec_later(GilObject *Gil_UNUSED(module))
{
    if (tries++ > 0)
        return 0;
    GilErr_SetString(GilExc_ValueError, "not yet");
    return -1;
}

START_TEST(test_api_module__exec_that_failed_runs_again)
{
    GilSlot slots[] = {GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_FUNC(Gil_mod_exec, exec_later), GilSlot_END};
    GilObject *later = from_slots(slots);

    ck_assert_int_eq(GilModule_Exec(later), -1);
    check_error(GilExc_ValueError, "not yet");
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(GilModule_Exec(later), 0);
    ck_assert_int_eq(tries, 2);
    Gil_DECREF(later);
}
END_TEST

START_TEST(test_api_module__state_is_freed_once)
{
    GilObject *counter = from_slots(counter_slots);
    /* The module and its functions hold each other. */
    GilDict_Clear(GilModule_GetDict(counter));
    ck_assert_int_eq(frees, 0);
    Gil_DECREF(counter);
    ck_assert_int_eq(frees, 1);
}
END_TEST

static void
check_slots(GilSlot *slots, GilObject *error, const char *needle)
{
    ck_assert_ptr_null(from_slots(slots));
    check_error(error, needle);
}

START_TEST(test_api_module__malformed_slots_are_refused)
{
    GilSlot none[] = {GilSlot_END};
    GilSlot unknown[] = {GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_DATA(77, &abi), GilSlot_END};
    GilSlot twice[] = {GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_DATA(Gil_mod_doc, "a"), GilSlot_DATA(Gil_mod_doc, "b"),
                       GilSlot_END};
    GilSlot null[] = {GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_DATA(Gil_mod_methods, NULL), GilSlot_END};
    GilSlot negative[] = {GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_SIZE(Gil_mod_state_size, -1), GilSlot_END};
    GilSlot create[] = {GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_FUNC(Gil_mod_create, counter_exec), GilSlot_END};
    GilSlot gil[] = {GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_DATA(Gil_mod_gil, 5), GilSlot_END};
    GilSlot interps[] = {GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_DATA(Gil_mod_multiple_interpreters, 5), GilSlot_END};

    check_slots(none, GilExc_SystemError, "slot Gil_mod_abi is missing");
    check_slots(unknown, GilExc_SystemError, "77 is no slot of a module");
    check_slots(twice, GilExc_SystemError, "slot Gil_mod_doc stands twice");
    check_slots(null, GilExc_SystemError, "slot Gil_mod_methods is NULL");
    check_slots(negative, GilExc_SystemError, "Gil_mod_state_size is negative");
    check_slots(create, GilExc_SystemError, "Gil_mod_create is not supported");
    check_slots(gil, GilExc_SystemError, "bad value of slot Gil_mod_gil");
    check_slots(interps, GilExc_SystemError, "bad value of slot Gil_mod_multiple_interpreters");
}
END_TEST

START_TEST(test_api_module__bad_specs_are_refused)
{
    GilObject *spec = GilModule_New("spec");

    ck_assert_ptr_null(GilModule_FromSlotsAndSpec(counter_slots, spec));
    check_error(GilExc_AttributeError, "name");
    GilModule_AddIntConstant(spec, "name", 3);
    ck_assert_ptr_null(GilModule_FromSlotsAndSpec(counter_slots, spec));
    check_error(GilExc_TypeError, "");
    ck_assert_ptr_null(GilModule_FromSlotsAndSpec(NULL, spec));
    check_error(GilExc_SystemError, "GilModule_FromSlotsAndSpec");
    ck_assert_ptr_null(GilModule_FromSlotsAndSpec(counter_slots, NULL));
    check_error(GilExc_SystemError, "GilModule_FromSlotsAndSpec");
    Gil_DECREF(spec);
}
END_TEST

START_TEST(test_K9_abi_check)
{
    GilABIInfo info = abi;

    ck_assert_int_eq(GilABIInfo_Check(&info, "m"), 0);
    ck_assert_int_eq(GilABIInfo_Check(&info, NULL), 0);
    info.abi_version += 0x10000;
    ck_assert_int_eq(GilABIInfo_Check(&info, "m"), -1);
    check_error(GilExc_ImportError, "m: was compiled for libgilrt");
    info = abi;
    info.abi_version = 0;
    info.build_version = 0x02000000;
    ck_assert_int_eq(GilABIInfo_Check(&info, NULL), -1);
    check_error(GilExc_ImportError, "was compiled for libgilrt 2.0");
    info = abi;
    info.abiinfo_major_version = 2;
    ck_assert_int_eq(GilABIInfo_Check(&info, "m"), -1);
    check_error(GilExc_ImportError, "newer libgilrt");
    info.abiinfo_major_version = 0;
    info.abi_version = 1;
    ck_assert_int_eq(GilABIInfo_Check(&info, "m"), 0);
    info = abi;
    info.flags = GilABIInfo_FREETHREADED;
    ck_assert_int_eq(GilABIInfo_Check(&info, "m"), -1);
    check_error(GilExc_ImportError, "without an interpreter lock");
    info.flags = GilABIInfo_FREETHREADING_AGNOSTIC;
    ck_assert_int_eq(GilABIInfo_Check(&info, "m"), 0);
    info.flags = GilABIInfo_INTERNAL | GilABIInfo_GIL;
    info.build_version += 0x100;
    ck_assert_int_eq(GilABIInfo_Check(&info, "m"), -1);
    GilErr_Clear();
    ck_assert_int_eq(GilABIInfo_Check(NULL, "m"), -1);
    check_error(GilExc_SystemError, "GilABIInfo_Check");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/module");
    TCase *tc = tcase_create("module");

    tcase_add_checked_fixture(tc, open_module, close_module);
    tcase_add_test(tc, test_api_module__new_has_name_and_doc);
    tcase_add_test(tc, test_api_module__attributes_are_those_of_its_dict);
    tcase_add_test(tc, test_api_module__adders);
    tcase_add_test(tc, test_api_module__a_pending_error_is_left);
    tcase_add_test(tc, test_api_module__wrong_arguments_raise);
    tcase_add_test(tc, test_api_module__from_slots);
    tcase_add_test(tc, test_api_module__exec_that_failed_runs_again);
    tcase_add_test(tc, test_api_module__state_is_freed_once);
    tcase_add_test(tc, test_api_module__malformed_slots_are_refused);
    tcase_add_test(tc, test_api_module__bad_specs_are_refused);
    tcase_add_test(tc, test_K9_abi_check);
    suite_add_tcase(s, tc);
    return s;
}
