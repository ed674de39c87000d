/* SPDX-License-Identifier: MIT */
/* <gilrt/descr.h> as a stranger uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct point {
    GilObject_HEAD
    int x;
};

static GilObject *
point_twice(GilObject *self, GilObject *Gil_UNUSED(unused))
{
    return GilLong_FromLong(2 * ((struct point *)self)->x);
}

static GilObject *
name_of(GilObject *type, GilObject *Gil_UNUSED(unused))
{
    return GilType_GetName((GilTypeObject *)type);
}

static GilObject *
get_x(GilObject *self, void *Gil_UNUSED(closure))
{
    return GilLong_FromLong(((struct point *)self)->x);
}

static GilMethodDef twice = {"twice", point_twice, GIL_METH_NOARGS, "Twice x."};
static GilMethodDef name = {"name", name_of, GIL_METH_NOARGS | GIL_METH_CLASS, NULL};
static GilMethodDef bad_flags = {"bad", point_twice, 0x4000, NULL};
static GilMethodDef no_function = {"none", NULL, GIL_METH_NOARGS, NULL};
static GilMemberDef x = {"x", Gil_T_INT, offsetof(struct point, x), 0, NULL};
static GilMemberDef outside = {"y", Gil_T_INT, sizeof(struct point), 0, NULL};
static GilGetSetDef computed = {"also_x", get_x, NULL, NULL, NULL};

static GilTypeObject *
point_type(void)
{
    GilType_Slot slots[] = {{0, NULL}};
    GilType_Spec spec = {"test.Point", sizeof(struct point), 0, Gil_TPFLAGS_BASETYPE, slots};
    return (GilTypeObject *)GilType_FromSpec(&spec);
}

START_TEST(test_api_descr__attributes_of_ones_own)
{
    GilTypeObject *type = point_type();
    GilObject *descr[] = {GilDescr_NewMethod(type, &twice), GilDescr_NewClassMethod(type, &name), GilDescr_NewMember(type, &x),
                          GilDescr_NewGetSet(type, &computed)};
    const char *const names[] = {"twice", "name", "x", "also_x"};
    GilObject *op = GilObject_CallNoArgs((GilObject *)type), *five = GilLong_FromLong(5);

    for (int i = 0; i < 4; i++) {
        ck_assert_ptr_nonnull(descr[i]);
        ck_assert_int_eq(GilDescr_IsData(descr[i]), i >= 2);
        ck_assert_int_eq(GilObject_SetAttrString((GilObject *)type, names[i], descr[i]), 0);
    }
    ck_assert_int_eq(GilObject_SetAttrString(op, "x", five), 0);
    gil_expect_repr(GilObject_GetAttrString(op, "also_x"), "5");
    gil_expect_repr(GilObject_CallMethod(op, "twice", NULL), "10");
    gil_expect_repr(GilObject_CallMethod(op, "name", NULL), "'Point'");
    gil_expect_repr(GilObject_CallMethod((GilObject *)type, "name", NULL), "'Point'");
    gil_expect_repr(GilObject_CallOneArg(descr[0], op), "10");
    gil_expect_repr(GilObject_CallOneArg(descr[1], (GilObject *)type), "'Point'");
    gil_expect_repr(Gil_NewRef(descr[1]), "<method 'name' of 'test.Point' objects>");
    ck_assert_ptr_null(GilObject_CallOneArg(descr[0], five));
    gil_expect_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilObject_CallOneArg(descr[1], (GilObject *)&GilLong_Type));
    gil_expect_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilObject_CallNoArgs(descr[1]));
    gil_expect_raised(GilExc_TypeError);
    ck_assert_int_eq(GilObject_SetAttrString(op, "also_x", five), -1);
    gil_expect_raised(GilExc_AttributeError);
    for (int i = 0; i < 4; i++)
        Gil_DECREF(descr[i]);
    Gil_DECREF(five);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_api_descr__bad_definitions)
{
    GilTypeObject *type = point_type();
    GilMethodDef nameless = {NULL, point_twice, GIL_METH_NOARGS, NULL};

    ck_assert_ptr_null(GilDescr_NewMethod(type, &bad_flags));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilDescr_NewMethod(type, &no_function));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilDescr_NewMethod(type, &nameless));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilDescr_NewMethod(type, &name));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilDescr_NewClassMethod(type, &twice));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilDescr_NewMember(type, &outside));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilDescr_NewMember((GilTypeObject *)Gil_None, &x));
    gil_expect_raised(GilExc_TypeError);
    ck_assert_int_eq(GilDescr_IsData(NULL), 0);
    gil_expect_raised(GilExc_SystemError);
    Gil_DECREF(type);
}
END_TEST

/* --- what the documentation of the built-in types says of arguments --- */

#define TYPES(X) \
    X(GilBaseObject_Type) X(GilBool_Type) X(GilByteArray_Type) X(GilBytes_Type)                      \
    X(GilCFunction_Type) X(GilCMethod_Type) X(GilCallIter_Type) X(GilCapsule_Type) X(GilCell_Type)   \
    X(GilClassMethod_Type) X(GilDictItems_Type) X(GilDictIterItem_Type) X(GilDictIterKey_Type)       \
    X(GilDictIterValue_Type) X(GilDictKeys_Type) X(GilDictProxy_Type) X(GilDictRevIterItem_Type)     \
    X(GilDictRevIterKey_Type) X(GilDictRevIterValue_Type) X(GilDictValues_Type) X(GilDict_Type)      \
    X(GilEllipsis_Type) X(GilEnum_Type) X(GilFloat_Type) X(GilFrozenSet_Type) X(GilListIter_Type)    \
    X(GilListRevIter_Type) X(GilList_Type) X(GilLongRangeIter_Type) X(GilLong_Type)                  \
    X(GilMemoryView_Type) X(GilMethod_Type) X(GilModule_Type) X(GilProperty_Type)  \
    X(GilRangeIter_Type) X(GilRange_Type) X(GilReversed_Type) X(GilSeqIter_Type) X(GilSetIter_Type)  \
    X(GilSet_Type) X(GilSlice_Type) X(GilStaticMethod_Type) X(GilTraceBack_Type)                     \
    X(GilTupleIter_Type) X(GilTuple_Type) X(GilType_Type) X(GilUnicode_Type)

#define NAME_AND_TYPE(type) {#type, &type},
static const struct {
    const char *name;
    GilTypeObject *type;
} built_in[] = {TYPES(NAME_AND_TYPE)};

/* Where a default value ends: at the next comma or the end, but not within quotes or brackets. NULL: they are not closed. */
static const char *
after_default(const char *s)
{
    int depth = 0;

    for (; *s != '\0' && (depth > 0 || (*s != ',' && *s != ')')); s++)
        if (*s == '\'' || *s == '"') {
            s = strchr(s + 1, *s);
            if (s == NULL)
                return NULL;
        }
        else
            depth += (strchr("([{", *s) != NULL) - (strchr(")]}", *s) != NULL);
    return depth == 0 ? s : NULL;
}

/* Whether s is like "(a, /, b=1, *args, c, **kwargs)": the arguments of a def in Python. "$" marks the first as self. */
static int
is_signature(const char *s)
{
    int slash = 0, star = 0, optional = 0;

    if (*s++ != '(')
        return 0;
    for (int first = 1; *s != ')'; first = 0) {
        if (!first && (*s++ != ',' || *s++ != ' '))
            return 0;
        size_t stars = strspn(s, "*"), self = first && *s == '$', length;
        s += stars + self;
        length = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
        if (stars == 0 && length == 0) { /* those before are positional only */
            if (*s++ != '/' || first || slash++ || star)
                return 0;
            continue;
        }
        s += length;
        if (stars > 2 || (stars == 2 && (length == 0 || *s != ')')) || (stars == 1 && (star++ || *s == '=')))
            return 0;
        if (*s == '=') {
            const char *end = after_default(s + 1);
            if (end == NULL || end == s + 1)
                return 0;
            s = end;
            optional = 1;
        }
        else if (optional && stars == 0 && !star)
            return 0;
    }
    return s[1] == '\0';
}

/* o is a type, or what one has under a name: a doc with a signature that is none keeps the mark. */
static void
check_doc(const char *type, const char *attribute, GilObject *o, int *signatures)
{
    GilObject *doc, *signature;

    if (GilObject_GetOptionalAttrString(o, "__doc__", &doc) > 0 && GilUnicode_Check(doc))
        ck_assert_msg(strstr(GilUnicode_AsUTF8(doc), "--\n") == NULL, "%s.%s: %s", type, attribute, GilUnicode_AsUTF8(doc));
    if (GilObject_GetOptionalAttrString(o, "__text_signature__", &signature) > 0 && GilUnicode_Check(signature)) {
        ck_assert_msg(is_signature(GilUnicode_AsUTF8(signature)), "%s.%s%s", type, attribute, GilUnicode_AsUTF8(signature));
        ++*signatures;
    }
    ck_assert(!GilErr_Occurred());
    Gil_XDECREF(doc);
    Gil_XDECREF(signature);
}

static void
check_type(const char *named, GilObject *type, int *signatures)
{
    GilObject *dict = GilObject_GetAttrString(type, "__dict__"), *items = GilMapping_Items(dict);

    check_doc(named, "", type, signatures);
    for (Gil_ssize_t i = 0; i < GilList_Size(items); i++) {
        GilObject *pair = GilList_GetItemRef(items, i), *value = GilTuple_GetItem(pair, 1);
        check_doc(named, GilUnicode_AsUTF8(GilTuple_GetItem(pair, 0)), value, signatures);
        Gil_DECREF(pair);
    }
    Gil_DECREF(items);
    Gil_DECREF(dict);
}

START_TEST(test_api_descr__signatures_of_built_in_types)
{
    static const char *const good[] = {"()", "($self)", "(a)", "($self, a, /)", "(*args)",
                                       "(a, b=1, /, c='(,', *, d, e=(1, 2), **f)"};
    static const char *const bad[] = {"(", "a", "(a,b)", "(a, )", "(/)", "(a, /, /)", "(a=)", "(a=1, b)", "(a, $b)", "(**a, b)",
                                      "(a=')", "(a='()", "(a b)", "(a))", "(*a, *b)", "(*, /)", "(-> int)", "(***a)", "(*a=1)"};
    int signatures = 0;

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(good); i++)
        ck_assert_msg(is_signature(good[i]), "%s", good[i]);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(bad); i++)
        ck_assert_msg(!is_signature(bad[i]), "%s", bad[i]);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(built_in); i++)
        check_type(built_in[i].name, (GilObject *)built_in[i].type, &signatures);
    check_type("BaseException", GilExc_BaseException, &signatures);
    check_type("ImportError", GilExc_ImportError, &signatures);
    check_type("OSError", GilExc_OSError, &signatures);
    ck_assert_int_gt(signatures, 100);
}
END_TEST

/* The table above has all the types that the library exports. */
START_TEST(test_api_descr__all_built_in_types_are_looked_at)
{
    const char *top = getenv("top_srcdir");
    char line[200];
    size_t n = 0;

    snprintf(line, sizeof line, "%s/lib/libgilrt.map", top != NULL ? top : ".");
    FILE *map = fopen(line, "r");
    ck_assert_msg(map != NULL, "%s", line);
    while (fgets(line, sizeof line, map) != NULL) {
        char *end = strstr(line, "_Type;"), *exported = line + strspn(line, " ");
        if (end == NULL || *exported == '_' || strncmp(exported, "GilObject_Type", 14) == 0) /* that is a function */
            continue;
        end[5] = '\0';
        size_t i = 0;
        while (i < Gil_ARRAY_LENGTH(built_in) && strcmp(built_in[i].name, exported) != 0)
            i++;
        ck_assert_msg(i < Gil_ARRAY_LENGTH(built_in), "%s is not in the table", exported);
        n++;
    }
    fclose(map);
    ck_assert_int_eq(n, Gil_ARRAY_LENGTH(built_in));
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/descr");
    TCase *tc = tcase_create("descr");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_descr__attributes_of_ones_own);
    tcase_add_test(tc, test_api_descr__bad_definitions);
    tcase_add_test(tc, test_api_descr__signatures_of_built_in_types);
    tcase_add_test(tc, test_api_descr__all_built_in_types_are_looked_at);
    suite_add_tcase(s, tc);
    return s;
}
