/* SPDX-License-Identifier: MIT */
/* format(): which way an object is formatted. */
#include "format.h"

#include "gilrt/list.h"
#include "value/format_object.h"

static GilObject *
own_format(GilObject *Gil_UNUSED(self), GilObject *spec)
{
    return GilUnicode_FromFormat("<%U>", spec);
}

static GilObject *
number_format(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(spec))
{
    return GilLong_FromLong(5);
}

static GilObject *
failing_format(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(spec))
{
    return GilErr_Format(GilExc_KeyError, "own");
}

#define METHODS(function)                                                 \
    {                                                                     \
        {"__format__", (function), GIL_METH_O, NULL}, {NULL, NULL, 0, NULL} \
    }
static GilMethodDef own_methods[] = METHODS(own_format);
static GilMethodDef number_methods[] = METHODS(number_format);
static GilMethodDef failing_methods[] = METHODS(failing_format);

/* An instance of a type with these methods. */
static GilObject *
make(GilMethodDef *methods)
{
    GilType_Slot slots[] = {{Gil_tp_methods, methods}, {0, NULL}};
    GilType_Spec spec = {"test.Formatted", sizeof(GilObject), 0, Gil_TPFLAGS_DEFAULT, slots};
    GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type);

    ck_assert_ptr_nonnull(op);
    Gil_DECREF(type);
    return op;
}

START_TEST(test_value_format_object__a_type_may_have_a_way_of_its_own)
{
    static const struct format_case own[] = {{"", "<>", NULL}, {"x:y", "<x:y>", NULL}};
    static const struct format_case number[] = {{"x", "__format__ must return a str, not int", &GilExc_TypeError}};
    static const struct format_case failing[] = {{"x", "'own'", &GilExc_KeyError}};
    GilObject *a = make(own_methods), *b = make(number_methods), *c = make(failing_methods);

    EXPECT_FORMATS(a, own);
    EXPECT_FORMATS(b, number);
    EXPECT_FORMATS(c, failing);
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(c);
}
END_TEST

START_TEST(test_value_format_object__others_are_their_text)
{
    static const struct format_case cases[] = {
        {"", "[]", NULL},
        {"5", "unsupported format string passed to list.__format__", &GilExc_TypeError},
    };
    GilObject *list = GilList_New(0);

    EXPECT_FORMATS(list, cases);
    gil_expect_text(GilObject_Format(list, NULL), "[]");
    Gil_DECREF(list);
}
END_TEST

/* The way is the type's: a class that has one for its instances is itself a type among others. */
START_TEST(test_value_format_object__the_type_is_asked)
{
    static const struct format_case own[] = {{"x", "<x>", NULL}};
    GilObject *op = make(own_methods), *type = (GilObject *)(void *)Gil_TYPE(op);
    GilObject *format = GilUnicode_FromString("{}"), *class, *instance;

    gil_expect_text(GilObject_Format((GilObject *)(void *)&GilLong_Type, NULL), "<class 'int'>");
    gil_expect_text(GilObject_Format(type, NULL), "<class 'test.Formatted'>");
    gil_expect_text(GilObject_CallMethod(format, "format", "O", &GilUnicode_Type), "<class 'str'>");
    class = GilObject_CallFunction((GilObject *)(void *)&GilType_Type, "s(){}", "Plain");
    instance = GilObject_CallNoArgs(class);
    ck_assert_int_eq(GilObject_SetAttrString(instance, "__format__", Gil_None), 0);
    ck_assert_int_eq(GilObject_SetAttrString(instance, "__repr__", Gil_None), 0);
    GilObject *repr = GilObject_Repr(instance);
    gil_expect_text(GilObject_Format(instance, NULL), GilUnicode_AsUTF8(repr));
    Gil_DECREF(repr);
    EXPECT_FORMATS(op, own);
    Gil_DECREF(instance);
    Gil_DECREF(class);
    Gil_DECREF(format);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_format_object__nothing_asked_nothing_done)
{
    GilObject *text = GilUnicode_FromString("text"), *number = GilLong_FromLong(7);
    GilObject *same = GilObject_Format(text, NULL);

    ck_assert_ptr_eq(same, text);
    Gil_DECREF(same);
    gil_expect_text(GilObject_Format(number, NULL), "7");
    ck_assert_ptr_null(GilObject_Format(NULL, text));
    gil_expect_error(GilExc_SystemError, "GilObject_Format: NULL argument");
    ck_assert_ptr_null(GilObject_Format(text, number));
    gil_expect_error(GilExc_SystemError, "GilObject_Format: Format specifier must be a string, not int");
    Gil_DECREF(text);
    Gil_DECREF(number);
}
END_TEST

START_TEST(test_value_format_object__the_method)
{
    GilObject *number = GilLong_FromLong(7), *real = GilFloat_FromDouble(0.5), *text = GilUnicode_FromString("ab");

    gil_expect_text(GilObject_CallMethod(number, "__format__", "s", "03"), "007");
    gil_expect_text(GilObject_CallMethod(real, "__format__", "s", ".2f"), "0.50");
    gil_expect_text(GilObject_CallMethod(text, "__format__", "s", ">3"), " ab");
    gil_expect_text(GilObject_CallMethod(text, "__format__", "s", ""), "ab");
    ck_assert_ptr_null(GilObject_CallMethod(number, "__format__", "s", "q"));
    gil_expect_raised(GilExc_ValueError);
    ck_assert_ptr_null(GilObject_CallMethod(number, "__format__", "i", 5));
    gil_expect_error(GilExc_TypeError, "__format__() argument must be str, not int");
    Gil_DECREF(number);
    Gil_DECREF(real);
    Gil_DECREF(text);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/format_object");
    TCase *tc = tcase_create("format_object");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_format_object__a_type_may_have_a_way_of_its_own);
    tcase_add_test(tc, test_value_format_object__others_are_their_text);
    tcase_add_test(tc, test_value_format_object__the_type_is_asked);
    tcase_add_test(tc, test_value_format_object__nothing_asked_nothing_done);
    tcase_add_test(tc, test_value_format_object__the_method);
    suite_add_tcase(s, tc);
    return s;
}
