/* SPDX-License-Identifier: MIT */
/* Each format unit, with arguments that fit and arguments that do not. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/args.h"
#include "gilrt/buffer.h"
#include "gilrt/bytearray.h"
#include "gilrt/call.h"
#include "gilrt/long.h"
#include "gilrt/mem.h"
#include "gilrt/tuple.h"

#include <limits.h>

/* Parses the one argument arg, and gives its reference back; the variables follow. */
#define PARSE(arg, ...)                                   \
    ({                                                    \
        GilObject *arg_ = (arg);                          \
        ck_assert_ptr_nonnull(arg_);                      \
        GilObject *tuple_ = GilTuple_Pack(1, arg_);       \
        int ok_ = GilArg_ParseTuple(tuple_, __VA_ARGS__); \
        Gil_DECREF(tuple_);                               \
        Gil_DECREF(arg_);                                 \
        ok_;                                              \
    })

static GilObject *
num(long long value)
{
    return GilLong_FromLongLong(value);
}

static GilObject *
str(const char *text)
{
    return GilUnicode_FromString(text);
}

static GilObject *
octets(const char *text)
{
    return GilBytes_FromString(text);
}

START_TEST(test_module_args_unit__integers_are_checked)
{
    unsigned char b;
    short h;
    int i;
    long l;
    long long L;
    Gil_ssize_t n;

    ck_assert(PARSE(num(255), "b", &b) && b == 255);
    ck_assert(!PARSE(num(256), "b", &b));
    gil_expect_error(GilExc_OverflowError, "unsigned byte integer is greater than maximum");
    ck_assert(!PARSE(num(-1), "b", &b));
    gil_expect_error(GilExc_OverflowError, "unsigned byte integer is less than minimum");
    ck_assert(PARSE(num(SHRT_MIN), "h", &h) && h == SHRT_MIN);
    ck_assert(!PARSE(num(SHRT_MAX + 1), "h", &h));
    gil_expect_error(GilExc_OverflowError, "signed short integer is greater than maximum");
    ck_assert(!PARSE(num(SHRT_MIN - 1), "h", &h));
    gil_expect_error(GilExc_OverflowError, "signed short integer is less than minimum");
    ck_assert(PARSE(num(INT_MIN), "i", &i) && i == INT_MIN);
    ck_assert(!PARSE(num(INT_MAX + 1LL), "i", &i));
    gil_expect_error(GilExc_OverflowError, "signed integer is greater than maximum");
    ck_assert(PARSE(num(-1), "i", &i) && i == -1);
    ck_assert(PARSE(num(LONG_MIN), "l", &l) && l == LONG_MIN);
    ck_assert(PARSE(num(-1), "l", &l) && l == -1);
    ck_assert(PARSE(num(LLONG_MAX), "L", &L) && L == LLONG_MAX);
    ck_assert(PARSE(num(-1), "n", &n) && n == -1);
    ck_assert(!PARSE(GilLong_FromString("99999999999999999999", NULL, 10), "l", &l));
    gil_expect_raised(GilExc_OverflowError);
    ck_assert(!PARSE(GilLong_FromString("99999999999999999999", NULL, 10), "L", &L));
    gil_expect_raised(GilExc_OverflowError);
    ck_assert(!PARSE(GilLong_FromString("99999999999999999999", NULL, 10), "n", &n));
    gil_expect_raised(GilExc_OverflowError);
    static const char *const units[] = {"b", "h", "i", "l", "L", "n"};
    for (size_t k = 0; k < Gil_ARRAY_LENGTH(units); k++) {
        ck_assert(!PARSE(str("12"), units[k], &L));
        gil_expect_error(GilExc_TypeError, "'str' object cannot be interpreted as an integer");
        ck_assert(!PARSE(Gil_BuildValue("d", 1.5), units[k], &L));
        gil_expect_error(GilExc_TypeError, "'float' object cannot be interpreted as an integer");
    }
}
END_TEST

START_TEST(test_module_args_unit__masks_are_not)
{
    unsigned char B;
    unsigned short H;
    unsigned int I;
    unsigned long k;
    unsigned long long K;

    ck_assert(PARSE(num(0x1ff), "B", &B) && B == 0xff);
    ck_assert(PARSE(num(-2), "H", &H) && H == 0xfffe);
    ck_assert(PARSE(num(-1), "I", &I) && I == UINT_MAX);
    ck_assert(PARSE(num(-1), "k", &k) && k == ULONG_MAX);
    ck_assert(PARSE(GilLong_FromString("18446744073709551621", NULL, 10), "K", &K) && K == 5);
    static const char *const units[] = {"B:f", "H:f", "I:f", "k:f", "K:f"}; /* the wide ones alone name the argument */
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(units); i++) {
        ck_assert(!PARSE(str("1"), units[i], &K));
        gil_expect_error(GilExc_TypeError, i < 3 ? "'str' object cannot be interpreted as an integer"
                                                 : "f() argument 1 must be int, not str");
    }
}
END_TEST

START_TEST(test_module_args_unit__reals_truth_characters)
{
    float f;
    double d;
    int truth, C;
    char c;

    ck_assert(PARSE(Gil_BuildValue("d", 0.5), "f", &f) && f == 0.5f);
    ck_assert(PARSE(num(-1), "d", &d) && d == -1.0);
    ck_assert(!PARSE(str("x"), "d", &d));
    gil_expect_raised(GilExc_TypeError);
    ck_assert(PARSE(str(""), "p", &truth) && truth == 0);
    ck_assert(PARSE(num(7), "p", &truth) && truth == 1);
    ck_assert(PARSE(octets("\xff"), "c", &c) && c == '\xff');
    ck_assert(PARSE(GilByteArray_FromStringAndSize("z", 1), "c", &c) && c == 'z');
    ck_assert(!PARSE(octets("ab"), "c", &c));
    gil_expect_error(GilExc_TypeError, "argument 1 must be a byte string of length 1, not a bytes object of length 2");
    ck_assert(!PARSE(str("a"), "c", &c));
    gil_expect_error(GilExc_TypeError, "argument 1 must be a byte string of length 1, not str");
    ck_assert(PARSE(str("\xe2\x82\xac"), "C", &C) && C == 0x20ac);
    ck_assert(!PARSE(str("ab"), "C", &C));
    gil_expect_error(GilExc_TypeError, "argument 1 must be a unicode character, not a string of length 2");
    ck_assert(!PARSE(num(5), "C", &C));
    gil_expect_error(GilExc_TypeError, "argument 1 must be a unicode character, not int");
}
END_TEST

START_TEST(test_module_args_unit__text)
{
    GilObject *op = str("na\xc3\xafve"), *nul = GilUnicode_FromStringAndSize("a\0b", 3), *bytes = octets("ab");
    const char *text;
    Gil_ssize_t size;

    ck_assert(PARSE(Gil_NewRef(op), "s", &text));
    ck_assert_str_eq(text, "na\xc3\xafve");
    ck_assert(PARSE(Gil_NewRef(op), "s#", &text, &size));
    ck_assert_int_eq(size, 6);
    ck_assert(PARSE(Gil_NewRef(bytes), "s#", &text, &size));
    ck_assert_ptr_eq(text, GilBytes_AS_STRING(bytes));
    ck_assert(PARSE(Gil_NewRef(Gil_None), "z", &text) && text == NULL);
    ck_assert(PARSE(Gil_NewRef(Gil_None), "z#", &text, &size) && text == NULL && size == 0);
    ck_assert(PARSE(Gil_NewRef(op), "z", &text) && text != NULL);
    ck_assert(PARSE(Gil_NewRef(bytes), "y", &text) && text == GilBytes_AS_STRING(bytes));
    ck_assert(PARSE(GilBytes_FromStringAndSize("", 0), "y#", &text, &size) && size == 0);
    ck_assert(!PARSE(Gil_NewRef(nul), "s", &text));
    gil_expect_error(GilExc_ValueError, "embedded null character");
    ck_assert(!PARSE(Gil_NewRef(nul), "z", &text));
    gil_expect_error(GilExc_ValueError, "embedded null character");
    ck_assert(PARSE(Gil_NewRef(nul), "s#", &text, &size) && size == 3);
    ck_assert(!PARSE(GilBytes_FromStringAndSize("a\0b", 3), "y", &text));
    gil_expect_error(GilExc_ValueError, "embedded null byte");
    ck_assert(!PARSE(Gil_NewRef(bytes), "s", &text));
    gil_expect_error(GilExc_TypeError, "argument 1 must be str, not bytes");
    ck_assert(!PARSE(num(1), "z", &text));
    gil_expect_error(GilExc_TypeError, "argument 1 must be str or None, not int");
    ck_assert(!PARSE(Gil_NewRef(Gil_None), "s", &text));
    gil_expect_error(GilExc_TypeError, "argument 1 must be str, not None");
    ck_assert(!PARSE(GilByteArray_FromStringAndSize("a", 1), "y", &text));
    gil_expect_error(GilExc_TypeError, "argument 1 must be read-only bytes-like object, not bytearray");
    ck_assert(!PARSE(GilByteArray_FromStringAndSize("a", 1), "s#", &text, &size));
    gil_expect_error(GilExc_TypeError, "argument 1 must be read-only bytes-like object, not bytearray");
    ck_assert(!PARSE(Gil_NewRef(op), "y", &text));
    gil_expect_error(GilExc_TypeError, "a bytes-like object is required, not 'str'");
    Gil_UCS2 lone = 0xd800;
    ck_assert(!PARSE(GilUnicode_FromKindAndData(2, &lone, 1), "s", &text));
    gil_expect_raised(GilExc_UnicodeEncodeError);
    Gil_DECREF(op);
    Gil_DECREF(nul);
    Gil_DECREF(bytes);
}
END_TEST

START_TEST(test_module_args_unit__views)
{
    GilObject *op = str("\xc3\xa9."), *array = GilByteArray_FromStringAndSize("abc", 3);
    Gil_buffer view;

    ck_assert(PARSE(Gil_NewRef(op), "s*", &view));
    ck_assert_int_eq(view.len, 3);
    ck_assert_int_eq(view.readonly, 1);
    ck_assert_int_eq(Gil_REFCNT(op), 2);
    GilBuffer_Release(&view);
    ck_assert_int_eq(Gil_REFCNT(op), 1);
    ck_assert(PARSE(Gil_NewRef(Gil_None), "z*", &view));
    ck_assert_ptr_null(view.buf);
    GilBuffer_Release(&view);
    ck_assert(PARSE(Gil_NewRef(array), "w*", &view));
    ck_assert_ptr_eq(view.buf, GilByteArray_AS_STRING(array));
    ck_assert_int_eq(GilByteArray_Resize(array, 9), -1);
    GilErr_Clear();
    GilBuffer_Release(&view);
    ck_assert_int_eq(GilByteArray_Resize(array, 9), 0);
    ck_assert(PARSE(octets("ab"), "y*", &view));
    GilBuffer_Release(&view);
    ck_assert(!PARSE(octets("ab"), "w*", &view));
    gil_expect_error(GilExc_TypeError, "argument 1 must be read-write bytes-like object, not bytes");
    ck_assert(!PARSE(num(1), "w*", &view));
    gil_expect_error(GilExc_TypeError, "argument 1 must be read-write bytes-like object, not int");
    ck_assert(!PARSE(Gil_NewRef(op), "y*", &view));
    gil_expect_error(GilExc_TypeError, "a bytes-like object is required, not 'str'");
    ck_assert(!PARSE(num(1), "s*", &view));
    gil_expect_error(GilExc_TypeError, "a bytes-like object is required, not 'int'");
    Gil_DECREF(op);
    Gil_DECREF(array);
}
END_TEST

static struct {
    Gil_ssize_t stride, suboffset;
    int nested, releases;
} lie;

/* Six octets, whatever is asked for, as lie says. */
static int
lying_getbuffer(GilObject *self, Gil_buffer *view, int Gil_UNUSED(flags))
{
    static char octets[12];
    static Gil_ssize_t shape = 6;

    *view = (Gil_buffer){.buf = octets + 6, .obj = Gil_NewRef(self), .len = 6, .itemsize = 1, .ndim = 1, .format = "B"};
    view->shape = &shape;
    view->strides = &lie.stride;
    view->suboffsets = lie.nested ? &lie.suboffset : NULL;
    return 0;
}

static void
lying_releasebuffer(GilObject *Gil_UNUSED(self), Gil_buffer *Gil_UNUSED(view))
{
    lie.releases++;
}

static GilType_Slot lying_slots[] = {{Gil_bf_getbuffer, lying_getbuffer}, {Gil_bf_releasebuffer, lying_releasebuffer}, {0, NULL}};
static GilType_Spec lying_spec = {"test.Lying", sizeof(GilObject), 0, Gil_TPFLAGS_DEFAULT, lying_slots};
static GilType_Slot constant_slots[] = {{Gil_bf_getbuffer, lying_getbuffer}, {0, NULL}};
static GilType_Spec constant_spec = {"test.Constant", sizeof(GilObject), 0, Gil_TPFLAGS_DEFAULT, constant_slots};

START_TEST(test_module_args_unit__octets_not_in_a_row)
{
    static const struct {
        Gil_ssize_t stride;
        int nested;
    } cases[] = {{-1, 0}, {2, 0}, {1, 1}};
    static const char *const units[] = {"y*", "s*", "z*", "w*"};
    GilObject *lying = GilType_FromSpec(&lying_spec), *constant = GilType_FromSpec(&constant_spec);
    Gil_buffer view;
    const char *text;
    Gil_ssize_t size;

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        lie = (typeof(lie)){.stride = cases[i].stride, .nested = cases[i].nested};
        for (size_t k = 0; k < Gil_ARRAY_LENGTH(units); k++) {
            ck_assert(!PARSE(GilObject_CallNoArgs(lying), units[k], &view));
            gil_expect_error(GilExc_TypeError, "argument 1 must be contiguous buffer, not test.Lying");
            ck_assert_int_eq(lie.releases, (int)k + 1);
        }
        ck_assert(!PARSE(GilObject_CallNoArgs(constant), "y#", &text, &size));
        gil_expect_error(GilExc_TypeError, "argument 1 must be contiguous buffer, not test.Constant");
        ck_assert(!PARSE(GilObject_CallNoArgs(constant), "y", &text));
        gil_expect_error(GilExc_TypeError, "argument 1 must be contiguous buffer, not test.Constant");
    }
    lie = (typeof(lie)){.stride = 1};
    ck_assert(PARSE(GilObject_CallNoArgs(lying), "y*", &view));
    ck_assert_int_eq(view.len, 6);
    GilBuffer_Release(&view);
    Gil_DECREF(lying);
    Gil_DECREF(constant);
}
END_TEST

START_TEST(test_module_args_unit__encoded)
{
    char *copy = NULL, small[3] = "", *room = small;
    Gil_ssize_t size;

    ck_assert(PARSE(str("\xc3\xa9"), "es", "latin-1", &copy));
    ck_assert_str_eq(copy, "\xe9");
    GilMem_Free(copy);
    copy = NULL;
    ck_assert(PARSE(str("\xc3\xa9"), "es#", NULL, &copy, &size));
    ck_assert_str_eq(copy, "\xc3\xa9");
    ck_assert_int_eq(size, 2);
    GilMem_Free(copy);
    size = 3;
    ck_assert(PARSE(str("ab"), "es#", "ascii", &room, &size));
    ck_assert_str_eq(small, "ab");
    size = 3;
    ck_assert(!PARSE(str("abc"), "es#", "ascii", &room, &size));
    gil_expect_error(GilExc_ValueError, "encoded string too long (3, maximum length 2)");
    ck_assert(PARSE(octets("\xff"), "et", "ascii", &copy));
    ck_assert_str_eq(copy, "\xff");
    GilMem_Free(copy);
    ck_assert(!PARSE(octets("a"), "es", NULL, &copy));
    gil_expect_error(GilExc_TypeError, "argument 1 must be str, not bytes");
    ck_assert(!PARSE(num(1), "et", NULL, &copy));
    gil_expect_error(GilExc_TypeError, "argument 1 must be str, bytes or bytearray, not int");
    ck_assert(!PARSE(GilUnicode_FromStringAndSize("a\0b", 3), "es", NULL, &copy));
    gil_expect_error(GilExc_TypeError, "argument 1 must be encoded string without null bytes, not str");
    ck_assert(!PARSE(str("a\xc3\xa9"), "es", "nope", &copy));
    gil_expect_error(GilExc_LookupError, "unknown encoding: nope");
}
END_TEST

static int
to_twice(GilObject *arg, void *target)
{
    long value = GilLong_AsLong(arg);

    if (value == -1)
        return 0;
    *(long *)target = value * 2;
    return 1;
}

START_TEST(test_module_args_unit__objects)
{
    GilObject *n = num(300), *op = NULL;
    long twice;

    ck_assert(PARSE(Gil_NewRef(n), "O", &op) && op == n);
    op = NULL;
    ck_assert(PARSE(Gil_NewRef(n), "O!", &GilLong_Type, &op) && op == n);
    ck_assert(!PARSE(str("x"), "O!:f", &GilLong_Type, &op));
    gil_expect_error(GilExc_TypeError, "f() argument 1 must be int, not str");
    ck_assert(PARSE(Gil_NewRef(n), "O&", to_twice, &twice) && twice == 600);
    ck_assert(!PARSE(str("x"), "O&", to_twice, &twice));
    gil_expect_raised(GilExc_TypeError);
    ck_assert(!PARSE(num(-1), "O&", to_twice, &twice));
    gil_expect_error(GilExc_SystemError, "argument 1 (unspecified)");
    ck_assert(PARSE(octets("ab"), "S", &op));
    ck_assert(!PARSE(str("ab"), "S", &op));
    gil_expect_error(GilExc_TypeError, "argument 1 must be bytes, not str");
    ck_assert(PARSE(str("ab"), "U", &op));
    ck_assert(!PARSE(octets("ab"), "U", &op));
    gil_expect_error(GilExc_TypeError, "argument 1 must be str, not bytes");
    ck_assert(PARSE(GilByteArray_FromStringAndSize("a", 1), "Y", &op));
    ck_assert(!PARSE(octets("ab"), "Y", &op));
    gil_expect_error(GilExc_TypeError, "argument 1 must be bytearray, not bytes");
    Gil_DECREF(n);
}
END_TEST

START_TEST(test_module_args_unit__items)
{
    const char *text = NULL;
    int a = 0, b = 0;

    ck_assert(PARSE(Gil_BuildValue("(i(is))", 1, 2, "x"), "(i(is))", &a, &b, &text));
    ck_assert_int_eq(a + b, 3);
    ck_assert(PARSE(Gil_BuildValue("[ii]", 4, 5), "(ii)", &a, &b) && a == 4 && b == 5);
    ck_assert(PARSE(Gil_BuildValue("()"), "()"));
    ck_assert(!PARSE(num(1), "(ii)", &a, &b));
    gil_expect_error(GilExc_TypeError, "argument 1 must be 2-item tuple or list, not int");
    ck_assert(!PARSE(Gil_BuildValue("(i)", 1), "(ii)", &a, &b));
    gil_expect_error(GilExc_TypeError, "argument 1 must be sequence of length 2, not 1");
    ck_assert(!PARSE(str("ab"), "(ii)", &a, &b));
    gil_expect_error(GilExc_TypeError, "argument 1 must be 2-item tuple or list, not str");
}
END_TEST

/* An index that empties the list it stands in. */
static GilObject *victim;

static GilObject *
emptying_index(GilObject *Gil_UNUSED(self))
{
    return GilObject_CallMethod(victim, "clear", NULL) == NULL ? NULL : num(3);
}

static GilType_Slot emptying_slots[] = {{Gil_nb_index, emptying_index}, {0, NULL}};
static GilType_Spec emptying_spec = {"test.Emptying", sizeof(GilObject), 0, Gil_TPFLAGS_DEFAULT, emptying_slots};

START_TEST(test_M2_list_emptied_by_an_item)
{
    GilObject *type = GilType_FromSpec(&emptying_spec);
    int a = 0, b = 0;

    victim = Gil_BuildValue("[NN]", GilObject_CallNoArgs(type), num(700));
    ck_assert(!PARSE(Gil_NewRef(victim), "(ii)", &a, &b));
    gil_expect_raised(GilExc_IndexError);
    ck_assert_int_eq(a, 3);
    Gil_DECREF(victim);
    Gil_DECREF(type);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("module/args_unit");
    TCase *tc = tcase_create("args_unit");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_module_args_unit__integers_are_checked);
    tcase_add_test(tc, test_module_args_unit__masks_are_not);
    tcase_add_test(tc, test_module_args_unit__reals_truth_characters);
    tcase_add_test(tc, test_module_args_unit__text);
    tcase_add_test(tc, test_module_args_unit__views);
    tcase_add_test(tc, test_module_args_unit__octets_not_in_a_row);
    tcase_add_test(tc, test_module_args_unit__encoded);
    tcase_add_test(tc, test_module_args_unit__objects);
    tcase_add_test(tc, test_module_args_unit__items);
    tcase_add_test(tc, test_M2_list_emptied_by_an_item);
    suite_add_tcase(s, tc);
    return s;
}
