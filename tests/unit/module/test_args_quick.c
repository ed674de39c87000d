/* SPDX-License-Identifier: MIT */
/* The quick way through a format: what it does, and that it leaves all else to the general way. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/bool.h"
#include "gilrt/buffer.h"
#include "gilrt/bytearray.h"
#include "gilrt/float.h"
#include "gilrt/long.h"
#include "gilrt/tuple.h"
#include "module/args_quick.h"

#include <limits.h>

/* The tuple parsed last: results are borrowed from it. */
static GilObject *parsed;

static void
stop(void)
{
    Gil_CLEAR(parsed);
    gil_test_stop();
}

/* The quick way alone; takes the tuple, which lives until the next call. */
static int
quick(GilObject *args, const char *format, ...)
{
    struct gil_args_vars vars;

    ck_assert_ptr_nonnull(args);
    va_start(vars.list, format);
    int ok = gil_args_quick(((GilTupleObject *)(void *)args)->ob_item, GilTuple_GET_SIZE(args), format, &vars);
    va_end(vars.list);
    Gil_XSETREF(parsed, args);
    ck_assert_ptr_null(GilErr_Occurred());
    return ok;
}

static int
quick_named(GilObject *args, const char *format, GIL_CXX_CONST char *const *names, ...)
{
    struct gil_args_vars vars;

    ck_assert_ptr_nonnull(args);
    va_start(vars.list, names);
    int ok = gil_args_quick_named(((GilTupleObject *)(void *)args)->ob_item, GilTuple_GET_SIZE(args), format, names,
                                  &vars);
    va_end(vars.list);
    Gil_DECREF(args);
    return ok;
}

START_TEST(test_module_args_quick__ints_of_each_size)
{
    unsigned char b = 0, B = 0;
    short h = 0;
    unsigned short H = 0;
    int i = 0;
    unsigned I = 0;
    long l = 0;
    unsigned long k = 0;
    long long L = 0;
    unsigned long long K = 0;
    Gil_ssize_t n = 0;

    ck_assert(quick(Gil_BuildValue("iii", 255, -32768, INT_MAX), "bhi", &b, &h, &i));
    ck_assert_int_eq(b, 255);
    ck_assert_int_eq(h, -32768);
    ck_assert_int_eq(i, INT_MAX);
    ck_assert(quick(Gil_BuildValue("iii", -1, -2, -3), "BHI", &B, &H, &I));
    ck_assert_uint_eq(B, 255);
    ck_assert_uint_eq(H, 65534);
    ck_assert_uint_eq(I, UINT_MAX - 2);
    ck_assert(quick(Gil_BuildValue("lll", LONG_MAX, -LONG_MAX, 0L), "lLn", &l, &L, &n));
    ck_assert_int_eq(l, LONG_MAX);
    ck_assert_int_eq(L, -LONG_MAX);
    ck_assert_int_eq(n, 0);
    ck_assert(quick(Gil_BuildValue("ki", ULONG_MAX, -1), "kK", &k, &K));
    ck_assert_uint_eq(k, ULONG_MAX);
    ck_assert_uint_eq(K, ULLONG_MAX);
    ck_assert(quick(Gil_BuildValue("(O)", Gil_True), "i", &i));
    ck_assert_int_eq(i, 1);
}
END_TEST

START_TEST(test_module_args_quick__ints_out_of_range_are_for_the_general_way)
{
    unsigned char b;
    short h;
    int i;
    long l;
    unsigned long k;
    GilObject *wide = GilLong_FromString("36893488147419103232", NULL, 10);

    ck_assert(!quick(Gil_BuildValue("(i)", 256), "b", &b));
    ck_assert(!quick(Gil_BuildValue("(i)", -1), "b", &b));
    ck_assert(!quick(Gil_BuildValue("(i)", 32768), "h", &h));
    ck_assert(!quick(Gil_BuildValue("(l)", (long)INT_MAX + 1), "i", &i));
    ck_assert(!quick(Gil_BuildValue("(l)", (long)INT_MIN - 1), "i", &i));
    ck_assert(!quick(Gil_BuildValue("(k)", ULONG_MAX), "l", &l));
    ck_assert(!quick(Gil_BuildValue("(O)", wide), "l", &l));
    ck_assert(!quick(Gil_BuildValue("(O)", wide), "k", &k));
    ck_assert(!quick(Gil_BuildValue("(s)", "1"), "i", &i));
    ck_assert(!quick(Gil_BuildValue("(s)", "1"), "k", &k));
    ck_assert(!quick(Gil_BuildValue("(d)", 1.0), "n", &l));
    Gil_DECREF(wide);
}
END_TEST

START_TEST(test_module_args_quick__text_and_octets)
{
    GilObject *args; /* who holds the texts while they are looked at */
    const char *s = NULL, *z = "", *y = NULL;
    Gil_ssize_t s_size = 0, z_size = 1, y_size = 0;
    static const char long_text[] = "a text of more than sixty-four bytes, which memchr() looks through in one go, as it can";

    args = Gil_BuildValue("sOy", "hello, world", Gil_None, "octets");
    ck_assert(quick(Gil_NewRef(args), "szy", &s, &z, &y));
    ck_assert_str_eq(s, "hello, world");
    ck_assert_ptr_null(z);
    ck_assert_str_eq(y, "octets");
    Gil_DECREF(args);
    args = Gil_BuildValue("sOy#", "hey", Gil_None, "a\0b", (Gil_ssize_t)3);
    ck_assert(quick(Gil_NewRef(args), "s#z#y#", &s, &s_size, &z, &z_size, &y, &y_size));
    ck_assert_int_eq(s_size, 3);
    ck_assert_int_eq(z_size, 0);
    ck_assert_int_eq(y_size, 3);
    Gil_DECREF(args);
    args = Gil_BuildValue("ys", "octets", "z");
    ck_assert(quick(Gil_NewRef(args), "s#z", &s, &s_size, &z));
    ck_assert_int_eq(s_size, 6);
    ck_assert_str_eq(z, "z");
    Gil_DECREF(args);
    args = Gil_BuildValue("(s)", long_text);
    ck_assert(quick(Gil_NewRef(args), "s", &s));
    ck_assert_str_eq(s, long_text);
    Gil_DECREF(args);
    args = Gil_BuildValue("(s)", "");
    ck_assert(quick(Gil_NewRef(args), "s", &s));
    ck_assert_str_eq(s, "");
    Gil_DECREF(args);
}
END_TEST

START_TEST(test_module_args_quick__text_with_more_to_it_is_for_the_general_way)
{
    const char *s;
    Gil_buffer view;
    Gil_ssize_t size;
    char nul[100];

    memset(nul, 'x', sizeof nul);
    for (Gil_ssize_t n = 1; n < 100; n += 7) {
        nul[n - 1] = '\0';
        ck_assert(!quick(Gil_BuildValue("(s#)", nul, n), "s", &s));
        ck_assert(!quick(Gil_BuildValue("(y#)", nul, n), "y", &s));
        ck_assert(quick(Gil_BuildValue("(s#)", nul, n), "s#", &s, &size));
        nul[n - 1] = 'x';
    }
    ck_assert(!quick(Gil_BuildValue("(s)", "x"), "s*", &view));
    ck_assert(!quick(Gil_BuildValue("(y)", "x"), "y*", &view));
    ck_assert(!quick(Gil_BuildValue("(y)", "x"), "s", &s));
    ck_assert(!quick(Gil_BuildValue("(s)", "x"), "y", &s));
    ck_assert(!quick(Gil_BuildValue("(O)", Gil_None), "s", &s));
    ck_assert(!quick(Gil_BuildValue("(i)", 1), "z#", &s, &size));

    /* UTF-8 that is not there is not made; when it is there it is used. */
    GilObject *wide = GilUnicode_FromString("\xc3\xa4\xe2\x82\xac");
    ck_assert(!quick(Gil_BuildValue("(O)", wide), "s", &s));
    ck_assert_str_eq(GilUnicode_AsUTF8(wide), "\xc3\xa4\xe2\x82\xac");
    ck_assert(quick(Gil_BuildValue("(O)", wide), "s#", &s, &size));
    ck_assert_int_eq(size, 5);
    Gil_DECREF(wide);
}
END_TEST

START_TEST(test_module_args_quick__floats_truth_and_objects)
{
    GilObject *o = NULL, *list = NULL, *bytes = GilBytes_FromString("b"), *array = GilByteArray_FromStringAndSize("a", 1);
    double d = 0;
    float f = 0;
    int yes = 0, no = 1;

    ck_assert(quick(Gil_BuildValue("ddOO", 2.5, -0.5, Gil_True, Gil_False), "dfpp", &d, &f, &yes, &no));
    ck_assert(d == 2.5 && f == -0.5f && yes == 1 && no == 0);
    ck_assert(quick(Gil_BuildValue("Os", Gil_None, "x"), "OU", &o, &list));
    ck_assert_ptr_eq(o, Gil_None);
    ck_assert(quick(Gil_BuildValue("OOi", bytes, array, 1), "SYO!", &o, &list, &GilLong_Type, &o));
    ck_assert_ptr_eq(list, array);
    ck_assert(!quick(Gil_BuildValue("(i)", 1), "d", &d));
    ck_assert(!quick(Gil_BuildValue("(i)", 1), "p", &yes));
    ck_assert(!quick(Gil_BuildValue("(i)", 1), "U", &o));
    ck_assert(!quick(Gil_BuildValue("(i)", 1), "S", &o));
    ck_assert(!quick(Gil_BuildValue("(i)", 1), "Y", &o));
    ck_assert(!quick(Gil_BuildValue("(i)", 1), "O!", &GilUnicode_Type, &o));
    ck_assert(!quick(Gil_BuildValue("(i)", 1), "O&", NULL, &o));
    ck_assert(!quick(Gil_BuildValue("(i)", 1), "(i)", &no));
    Gil_DECREF(bytes);
    Gil_DECREF(array);
}
END_TEST

START_TEST(test_module_args_quick__number_of_arguments)
{
    int a, b = 7;

    ck_assert(quick(GilTuple_New(0), ""));
    ck_assert(quick(GilTuple_New(0), ":f"));
    ck_assert(quick(GilTuple_New(0), "|ii;message", &a, &b));
    ck_assert(quick(Gil_BuildValue("(i)", 1), "i|i:f", &a, &b));
    ck_assert_int_eq(b, 7);
    ck_assert(quick(Gil_BuildValue("ii", 1, 2), "ii|", &a, &b));
    ck_assert(!quick(Gil_BuildValue("ii", 1, 2), "i", &a));
    ck_assert(!quick(Gil_BuildValue("(i)", 1), "ii", &a, &b));
    ck_assert(!quick(Gil_BuildValue("(i)", 1), "i|(i)", &a, &b));
    ck_assert(!quick(Gil_BuildValue("(i)", 1), "i|$i", &a, &b));
    ck_assert(!quick(Gil_BuildValue("(i)", 1), "||i", &a));
}
END_TEST

START_TEST(test_module_args_quick__names_fit_the_units)
{
    static char *names[] = {"a", "b", NULL};
    int a, b;

    ck_assert(quick_named(Gil_BuildValue("ii", 1, 2), "ii:f", names, &a, &b));
    ck_assert(quick_named(Gil_BuildValue("ii", 1, 2), "i|i", names, &a, &b));
    ck_assert(quick_named(Gil_BuildValue("(i)", 1), "i|i", names, &a, &b));
    ck_assert(quick_named(Gil_BuildValue("(i)", 1), "i|$i", names, &a, &b));
    ck_assert(quick_named(GilTuple_New(0), "|ii", names, &a, &b));
    ck_assert(!quick_named(Gil_BuildValue("(i)", 1), "ii", names, &a, &b));
    ck_assert(!quick_named(Gil_BuildValue("(i)", 1), "i$i", names, &a, &b));
    ck_assert(!quick_named(Gil_BuildValue("ii", 1, 2), "i|$i", names, &a, &b));
    ck_assert(!quick_named(Gil_BuildValue("iii", 1, 2, 3), "ii|i", names, &a, &b, &a));
    ck_assert(!quick_named(Gil_BuildValue("ii", 1, 2), "iii", names, &a, &b, &a));
}
END_TEST

#ifdef GIL_DEBUG
START_TEST(test_module_args_quick__lists_that_cannot_fit_are_for_the_general_way)
{
    static char *three[] = {"a", "b", "c", NULL}, *late[] = {"a", "", NULL}, *none[] = {"", "", NULL}, *first[] = {"", "b", NULL};
    int a, b;

    ck_assert(!quick_named(Gil_BuildValue("ii", 1, 2), "i|i", three, &a, &b));
    ck_assert(!quick_named(Gil_BuildValue("ii", 1, 2), "i|i:f", three, &a, &b));
    ck_assert(!quick_named(Gil_BuildValue("ii", 1, 2), "ii", late, &a, &b));
    ck_assert(!quick_named(Gil_BuildValue("(i)", 1), "i|$i", none, &a, &b));
    ck_assert(quick_named(Gil_BuildValue("ii", 1, 2), "i|i", none, &a, &b));
    ck_assert(quick_named(Gil_BuildValue("(i)", 1), "i|$i", first, &a, &b));
    ck_assert(quick_named(Gil_BuildValue("ii", 1, 2), "ii|i", three, &a, &b));
}
END_TEST
#endif

Suite *
suite(void)
{
    Suite *s = suite_create("args_quick");
    TCase *tc = tcase_create("args_quick");

    tcase_add_checked_fixture(tc, gil_test_start, stop);
    tcase_add_test(tc, test_module_args_quick__ints_of_each_size);
    tcase_add_test(tc, test_module_args_quick__ints_out_of_range_are_for_the_general_way);
    tcase_add_test(tc, test_module_args_quick__text_and_octets);
    tcase_add_test(tc, test_module_args_quick__text_with_more_to_it_is_for_the_general_way);
    tcase_add_test(tc, test_module_args_quick__floats_truth_and_objects);
    tcase_add_test(tc, test_module_args_quick__number_of_arguments);
    tcase_add_test(tc, test_module_args_quick__names_fit_the_units);
#ifdef GIL_DEBUG
    tcase_add_test(tc, test_module_args_quick__lists_that_cannot_fit_are_for_the_general_way);
#endif
    suite_add_tcase(s, tc);
    return s;
}
