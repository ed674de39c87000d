/* SPDX-License-Identifier: MIT */
/* Any object as int, float or text in a base. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

/* A type whose __int__, __index__ and __float__ give what `given` holds. */
static GilObject *given;

static GilObject *
give(GilObject *self)
{
    (void)self;
    return Gil_XNewRef(given);
}

static GilObject *
make(int slot)
{
    GilType_Slot slots[] = {{slot, (void *)(uintptr_t)give}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Giver", .basicsize = sizeof(GilObject), .slots = slots};
    GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type);
    Gil_DECREF(type);
    ck_assert_ptr_nonnull(op);
    return op;
}

START_TEST(test_value_number_convert__slots_are_asked)
{
    GilObject *by_int = make(Gil_nb_int), *by_index = make(Gil_nb_index), *by_float = make(Gil_nb_float);
    given = GilLong_FromLong(7);
    gil_expect_repr(GilNumber_Long(by_int), "7");
    gil_expect_repr(GilNumber_Long(by_index), "7");
    gil_expect_repr(GilNumber_Index(by_index), "7");
    gil_expect_repr(GilNumber_Float(by_index), "7.0");
    gil_expect_text(GilNumber_ToBase(by_index, 2), "0b111");
    given = Gil_True; /* an int of a subclass: made exact */
    GilObject *one = GilNumber_Index(by_index);
    ck_assert(GilLong_CheckExact(one));
    given = GilFloat_FromDouble(1.5);
    gil_expect_repr(GilNumber_Float(by_float), "1.5");
    Gil_DECREF(given);
    given = Gil_None;
    gil_expect_failure(GilNumber_Long(by_int), GilExc_TypeError,
                       "test.Giver.__int__() must return an int, not NoneType");
    gil_expect_failure(GilNumber_Index(by_index), GilExc_TypeError,
                       "test.Giver.__index__() must return an int, not NoneType");
    gil_expect_failure(GilNumber_Float(by_float), GilExc_TypeError,
                       "test.Giver.__float__() must return a float, not NoneType");
    gil_expect_failure(GilNumber_Index(by_int), GilExc_TypeError,
                       "'test.Giver' object cannot be interpreted as an integer");
    Gil_DECREF(by_int);
    Gil_DECREF(by_index);
    Gil_DECREF(by_float);
}
END_TEST

/* A class derived from float says itself what float() makes of it. */
START_TEST(test_value_number_convert__slots_of_subclasses_are_asked)
{
    GilType_Slot slots[] = {{Gil_nb_float, (void *)(uintptr_t)give}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Float", .slots = slots, .flags = Gil_TPFLAGS_BASETYPE};
    GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)&GilFloat_Type);
    GilObject *op = GilObject_CallFunction(type, "d", 1.5);
    GilObject *plain_type = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){}", "Plain", &GilFloat_Type);
    given = GilFloat_FromDouble(42.0);
    gil_expect_repr(GilNumber_Float(op), "42.0");
    gil_expect_repr(GilObject_CallOneArg((GilObject *)&GilFloat_Type, op), "42.0");
    ck_assert(GilFloat_AsDouble(op) == 1.5); /* what is a float has its value */
    Gil_SETREF(given, GilObject_CallFunction(plain_type, "d", 2.5));
    GilObject *number = GilNumber_Float(op);
    ck_assert(GilFloat_CheckExact(number) && GilFloat_AsDouble(number) == 2.5);
    Gil_SETREF(number, GilNumber_Float(given));
    ck_assert(GilFloat_CheckExact(number) && GilFloat_AsDouble(number) == 2.5);
    Gil_SETREF(given, Gil_None);
    gil_expect_failure(GilNumber_Float(op), GilExc_TypeError, "test.Float.__float__() must return a float, not NoneType");
    Gil_DECREF(number);
    Gil_DECREF(plain_type);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_value_number_convert__text)
{
    GilObject *text = GilUnicode_FromString(" 12 "), *bytes = GilByteArray_FromStringAndSize("34", 2);
    gil_expect_repr(GilNumber_Long(text), "12");
    gil_expect_repr(GilNumber_Long(bytes), "34");
    gil_expect_repr(GilNumber_Float(text), "12.0");
    gil_expect_repr(GilNumber_Float(bytes), "34.0");
    gil_expect_failure(GilNumber_Index(text), GilExc_TypeError, "'str' object cannot be interpreted as an integer");
    Gil_DECREF(text);
    Gil_DECREF(bytes);
    gil_expect_failure(GilNumber_ToBase(Gil_True, 7), GilExc_SystemError,
                       "GilNumber_ToBase: base must be 2, 8, 10 or 16");
}
END_TEST

/* What fileno() of an object of the type below gives. */
static GilObject *
answer_fileno(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    if (given == NULL)
        GilErr_SetString(GilExc_OSError, "closed");
    return Gil_XNewRef(given);
}

static GilMethodDef file_methods[] = {{"fileno", answer_fileno, GIL_METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static GilType_Slot file_slots[] = {{Gil_tp_methods, file_methods}, {0, NULL}};
static GilType_Spec file_spec = {"test.File", sizeof(GilObject), 0, Gil_TPFLAGS_DEFAULT, file_slots};

START_TEST(test_value_number_convert__file_descriptors)
{
    GilObject *type = GilType_FromSpec(&file_spec), *file = GilObject_CallNoArgs(type), *three = GilLong_FromLong(3);

    ck_assert_int_eq(GilObject_AsFileDescriptor(three), 3);
    given = three;
    ck_assert_int_eq(GilObject_AsFileDescriptor(file), 3);
    given = Gil_None;
    ck_assert_int_eq(GilObject_AsFileDescriptor(file), -1);
    gil_expect_error(GilExc_TypeError, "fileno() returned a non-integer");
    given = NULL;
    ck_assert_int_eq(GilObject_AsFileDescriptor(file), -1);
    gil_expect_error(GilExc_OSError, "closed");
    given = GilLong_FromLong(-7);
    ck_assert_int_eq(GilObject_AsFileDescriptor(file), -1);
    gil_expect_error(GilExc_ValueError, "file descriptor cannot be a negative integer (-7)");
    Gil_SETREF(given, GilLong_FromLongLong(1LL << 40));
    ck_assert_int_eq(GilObject_AsFileDescriptor(given), -1);
    gil_expect_raised(GilExc_OverflowError);
    ck_assert_int_eq(GilObject_AsFileDescriptor(Gil_None), -1);
    gil_expect_error(GilExc_TypeError, "argument must be an int, or have a fileno() method.");
    ck_assert_int_eq(GilObject_AsFileDescriptor(NULL), -1);
    gil_expect_raised(GilExc_SystemError);
    Gil_CLEAR(given);
    Gil_DECREF(three);
    Gil_DECREF(file);
    Gil_DECREF(type);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/number_convert");
    TCase *tc = tcase_create("number_convert");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_number_convert__slots_are_asked);
    tcase_add_test(tc, test_value_number_convert__slots_of_subclasses_are_asked);
    tcase_add_test(tc, test_value_number_convert__text);
    tcase_add_test(tc, test_value_number_convert__file_descriptors);
    suite_add_tcase(s, tc);
    return s;
}
