/* SPDX-License-Identifier: MIT */
/* What types can be asked, and how built-in ones are readied. */
#include "node.h"

#include "object/type.h"

static int module_state = 42;
static int a_token, another_token;

static void *
state_of(GilObject *module)
{
    (void)module;
    return &module_state;
}

static const void *
token_of(GilObject *module)
{
    (void)module;
    return &a_token;
}

START_TEST(test_object_type__names)
{
    GilTypeObject *type = node_type(NULL, 0);

    expect_text(GilType_GetName(type), "Node");
    expect_text(GilType_GetQualName(type), "Node");
    expect_text(GilType_GetFullyQualifiedName(type), "test.Node");
    expect_text(GilType_GetModuleName(type), "test");
    expect_text(GilType_GetName(&GilLong_Type), "int");
    expect_text(GilType_GetFullyQualifiedName(&GilLong_Type), "int");
    expect_text(GilType_GetModuleName(&GilLong_Type), "builtins");
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_type__kinship)
{
    ck_assert_int_eq(GilType_IsSubtype(&GilBool_Type, &GilLong_Type), 1);
    ck_assert_int_eq(GilType_IsSubtype(&GilBool_Type, &GilBaseObject_Type), 1);
    ck_assert_int_eq(GilType_IsSubtype(&GilLong_Type, &GilBool_Type), 0);
    ck_assert_int_eq(GilType_IsSubtype(NULL, NULL), 0);
    ck_assert_int_eq(GilType_IsSubtype(NULL, &GilLong_Type), 0);
    ck_assert_int_eq(GilType_IsSubtype(&GilLong_Type, NULL), 0);
    ck_assert_uint_eq(GilType_GetFlags(NULL), 0);
    ck_assert_int_eq(GilType_HasFeature(&GilLong_Type, Gil_TPFLAGS_LONG_SUBCLASS), 1);
    ck_assert_int_eq(GilType_Check((GilObject *)&GilLong_Type), 1);
    ck_assert_int_eq(GilType_Check(Gil_None), 0);
}
END_TEST

START_TEST(test_object_type__modules_by_type_and_token)
{
    struct gil_type_hooks hooks = gil_type_hooks;
    GilObject *module = GilList_New(0); /* any object will do for the hooks below */
    GilType_Slot none[] = {{0, NULL}}, with_token[] = {{Gil_tp_token, &another_token}, {0, NULL}};
    GilType_Spec base_spec = {.name = "test.Base", .flags = Gil_TPFLAGS_BASETYPE, .slots = with_token};
    GilType_Spec sub_spec = {.name = "test.Sub", .slots = none};
    GilTypeObject *base = (GilTypeObject *)GilType_FromModuleAndSpec(module, &base_spec, NULL);
    GilTypeObject *sub = (GilTypeObject *)GilType_FromSpecWithBases(&sub_spec, (GilObject *)base), *found;

    gil_type_hooks.module_state = state_of;
    gil_type_hooks.module_token = token_of;
    ck_assert_ptr_eq(GilType_GetModule(base), module);
    ck_assert_ptr_eq(GilType_GetModuleState(base), &module_state);
    ck_assert_ptr_null(GilType_GetModule(sub));
    expect_error(GilExc_TypeError, "GilType_GetModule: type 'test.Sub' has no associated module");
    ck_assert_ptr_null(GilType_GetModuleState(sub));
    expect_error(GilExc_TypeError, "GilType_GetModule: type 'test.Sub' has no associated module");
    GilObject *by_token = GilType_GetModuleByToken(sub, &a_token);
    ck_assert_ptr_eq(by_token, module);
    Gil_DECREF(by_token);
    ck_assert_ptr_null(GilType_GetModuleByToken(sub, &another_token));
    expect_error(GilExc_TypeError, "GilType_GetModuleByToken: no superclass of 'test.Sub' has the given module");
    ck_assert_int_eq(GilType_GetBaseByToken(sub, &another_token, &found), 1);
    ck_assert_ptr_eq(found, base);
    Gil_DECREF(found);
    ck_assert_int_eq(GilType_GetBaseByToken(sub, &another_token, NULL), 1);
    ck_assert_int_eq(GilType_GetBaseByToken(sub, &a_token, &found), 0);
    ck_assert_ptr_null(found);
    ck_assert_int_eq(GilType_GetBaseByToken(sub, NULL, &found), -1);
    expect_error(GilExc_SystemError, "GilType_GetBaseByToken: NULL argument");
    Gil_DECREF(sub);
    Gil_DECREF(base);
    ck_assert_int_eq(Gil_REFCNT(module), 1);
    Gil_DECREF(module);
    gil_type_hooks = hooks;
}
END_TEST

START_TEST(test_object_type__null_arguments)
{
    ck_assert_ptr_null(GilType_GetName(NULL));
    expect_error(GilExc_SystemError, "GilType_GetName: NULL argument");
    ck_assert_ptr_null(GilType_GetQualName(NULL));
    expect_error(GilExc_SystemError, "GilType_GetQualName: NULL argument");
    ck_assert_ptr_null(GilType_GetFullyQualifiedName(NULL));
    expect_error(GilExc_SystemError, "GilType_GetFullyQualifiedName: NULL argument");
    ck_assert_ptr_null(GilType_GetModuleName(NULL));
    expect_error(GilExc_SystemError, "GilType_GetModuleName: NULL argument");
    ck_assert_ptr_null(GilType_GetModule(NULL));
    expect_error(GilExc_SystemError, "GilType_GetModule: NULL argument");
    ck_assert_ptr_null(GilType_GetModuleState(NULL));
    expect_error(GilExc_SystemError, "GilType_GetModuleState: NULL argument");
    ck_assert_ptr_null(GilType_GetModuleByToken(NULL, &a_token));
    expect_error(GilExc_SystemError, "GilType_GetModuleByToken: NULL argument");
    GilType_Modified(NULL);
    expect_error(GilExc_SystemError, "GilType_Modified: NULL argument");
    ck_assert_ptr_null(GilObject_GetTypeData(NULL, NULL));
    ck_assert_int_eq(GilType_GetTypeDataSize(NULL), 0);
}
END_TEST

START_TEST(test_object_type__documentation_without_signature)
{
    ck_assert_str_eq(gil_doc_text("f", "f(x)\n--\n\nDoes it."), "Does it.");
    ck_assert_str_eq(gil_doc_text("f", "f(x) -> int"), "f(x) -> int");
    ck_assert_str_eq(gil_doc_text("f", "g(x)\n--\n\nDoes it."), "g(x)\n--\n\nDoes it.");
    ck_assert_str_eq(gil_doc_text("f", "f(x)\n\nAs in (y)\n--\n\nDoes it."), "f(x)\n\nAs in (y)\n--\n\nDoes it.");
    ck_assert_ptr_null(gil_doc_text("f", NULL));
}
END_TEST

START_TEST(test_object_type__flags_of_methods)
{
    static const int good[] = {GIL_METH_VARARGS, GIL_METH_VARARGS | GIL_METH_KEYWORDS, GIL_METH_NOARGS, GIL_METH_O,
                               GIL_METH_FASTCALL | GIL_METH_KEYWORDS, GIL_METH_O | GIL_METH_STATIC,
                               GIL_METH_METHOD | GIL_METH_FASTCALL | GIL_METH_KEYWORDS | GIL_METH_CLASS};
    static const int bad[] = {0, GIL_METH_KEYWORDS, GIL_METH_NOARGS | GIL_METH_O, GIL_METH_METHOD | GIL_METH_FASTCALL,
                              GIL_METH_O | GIL_METH_CLASS | GIL_METH_STATIC, 0x10000 | GIL_METH_O,
                              GIL_METH_METHOD | GIL_METH_FASTCALL | GIL_METH_KEYWORDS | GIL_METH_STATIC};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(good); i++)
        ck_assert_int_eq(gil_method_flags_valid(good[i]), 1);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(bad); i++)
        ck_assert_int_eq(gil_method_flags_valid(bad[i]), 0);
}
END_TEST

START_TEST(test_object_type__readying_fails_whole_and_can_be_repeated)
{
    static GilMemberDef members[] = {{"a", Gil_T_INT, 16, 0, NULL}, {0}};
    static GilTypeObject type = {
        .ob_base = GilVarObject_HEAD_INIT(NULL, 0)
        .tp_name = "late",
        .tp_basicsize = sizeof(struct node),
        .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN,
        .tp_members = members,
    };
    long nth = 0;

    do {
        gil_test_fail_alloc(++nth, 0);
    } while (gil_type_ready(&type) < 0);
    gil_test_fail_alloc_off();
    ck_assert_int_gt(nth, 3);
    ck_assert_int_eq(gil_type_ready(&type), 0);
    ck_assert(Gil_IS_TYPE(&type, &GilType_Type));
    ck_assert_ptr_eq(type.tp_base, &GilBaseObject_Type);
    struct gil_found found;
    ck_assert_int_eq(gil_type_find(&type, "a", 1, &found), 1);
    ck_assert_int_eq(gil_type_find(&type, "__class__", 9, &found), 1);
    ck_assert_ptr_eq(found.owner, &GilBaseObject_Type);
    ck_assert_int_eq(gil_type_find(&type, "b", 1, &found), 0);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_object_type__names;
    tests[n++] = test_object_type__kinship;
    tests[n++] = test_object_type__modules_by_type_and_token;
    tests[n++] = test_object_type__null_arguments;
    tests[n++] = test_object_type__documentation_without_signature;
    tests[n++] = test_object_type__flags_of_methods;
    tests[n++] = test_object_type__readying_fails_whole_and_can_be_repeated;
    return suite_of_one("object/type", tests);
}
