/* SPDX-License-Identifier: MIT */
/* Encodings and error handlers against CPython's results, encodings in parts, and byte orders. */
#include "method_table.h"

#include "gilrt/exception.h"
#include "gilrt/unicodecodec.h"
#include "value/unicode_encoding.h"

struct row {
    const char *from, *encoding, *errors, *result; /* octets as hexadecimal digits */
};

/* Octets; what ascii() shows of the text. */
static const struct row decoded[] = {
    {"", "utf-8", "replace", "''"},
    {"", "utf-8", "ignore", "''"},
    {"", "utf-8", "surrogateescape", "''"},
    {"6162ff", "utf-8", "replace", "'ab\\ufffd'"},
    {"6162ff", "utf-8", "ignore", "'ab'"},
    {"6162ff", "utf-8", "surrogateescape", "'ab\\udcff'"},
    {"fffe00dc", "utf-16", "strict",
     "UnicodeDecodeError: 'utf-16-le' codec can't decode bytes in position 2-3: illegal encoding"},
    {"feff00", "utf-16", "strict",
     "UnicodeDecodeError: 'utf-16-be' codec can't decode byte 0x00 in position 2: truncated data"},
    {"ff", "utf-16", "strict",
     "UnicodeDecodeError: 'utf-16-le' codec can't decode byte 0xff in position 0: truncated data"},
    {"ffffffff", "utf-32", "strict",
     "UnicodeDecodeError: 'utf-32-le' codec can't decode bytes in position 0-3: code point not in range(0x110000)"},
    {"80d8", "utf-16-le", "surrogateescape", "'\\udc80\\udcd8'"},
    {"80dc6100", "utf-16-le", "surrogateescape", "'\\udc80\\udcdca'"},
    {"61e9", "ANSI_X3.4-1968", "replace", "'a\\ufffd'"},
    {"61e9", "latin", "strict", "'a\\xe9'"},
    {"61e9", "iso8859", "strict", "'a\\xe9'"},
    {"61c3a9", "utf", "strict", "'a\\xe9'"},
    {"61e9", "us", "ignore", "'a'"},
    {"61e9", "iso-8859-15", "strict", "LookupError: unknown encoding: iso-8859-15"},
    {"e282", "utf-8", "replace", "'\\ufffd'"},
    {"e282", "utf-8", "ignore", "''"},
    {"e282", "utf-8", "surrogateescape", "'\\udce2\\udc82'"},
    {"e28278", "utf-8", "replace", "'\\ufffdx'"},
    {"e28278", "utf-8", "ignore", "'x'"},
    {"e28278", "utf-8", "surrogateescape", "'\\udce2\\udc82x'"},
    {"f09f98", "utf-8", "replace", "'\\ufffd'"},
    {"f09f98", "utf-8", "ignore", "''"},
    {"f09f98", "utf-8", "surrogateescape", "'\\udcf0\\udc9f\\udc98'"},
    {"eda080", "utf-8", "replace", "'\\ufffd\\ufffd\\ufffd'"},
    {"eda080", "utf-8", "ignore", "''"},
    {"eda080", "utf-8", "surrogateescape", "'\\udced\\udca0\\udc80'"},
    {"61c3a98062", "utf-8", "replace", "'a\\xe9\\ufffdb'"},
    {"61c3a98062", "utf-8", "ignore", "'a\\xe9b'"},
    {"61c3a98062", "utf-8", "surrogateescape", "'a\\xe9\\udc80b'"},
    {"61e980", "ascii", "strict", 
     "UnicodeDecodeError: 'ascii' codec can't decode byte 0xe9 in position 1: ordinal not in range(128)"},
    {"61e980", "ascii", "replace", "'a\\ufffd\\ufffd'"},
    {"61e980", "ascii", "ignore", "'a'"},
    {"61e980", "ascii", "surrogateescape", "'a\\udce9\\udc80'"},
    {"61e9", "latin-1", "strict", "'a\\xe9'"},
    {"fffe6100ac203dd800de", "utf-16", "strict", "'a\\u20ac\\U0001f600'"},
    {"6100ac203dd800de", "utf-16-le", "strict", "'a\\u20ac\\U0001f600'"},
    {"006120acd83dde00", "utf-16-be", "strict", "'a\\u20ac\\U0001f600'"},
    {"fffe000061000000ac20000000f60100", "utf-32", "strict", "'a\\u20ac\\U0001f600'"},
    {"61000000ac20000000f60100", "utf-32-le", "strict", "'a\\u20ac\\U0001f600'"},
    {"00000061000020ac0001f600", "utf-32-be", "strict", "'a\\u20ac\\U0001f600'"},
    {"feff0078", "utf-16", "strict", "'x'"},
    {"0000feff00000078", "utf-32", "strict", "'x'"},
    {"fffe7800", "utf-16-le", "strict", "'\\ufeffx'"},
    {"7800", "utf-16", "strict", "'x'"},
    {"fffe", "utf-16", "strict", "''"},
    {"", "utf-16", "strict", "''"},
    {"", "utf-32-be", "strict", "''"},
    {"610062", "utf-16-le", "strict", 
     "UnicodeDecodeError: 'utf-16-le' codec can't decode byte 0x62 in position 2: truncated data"},
    {"3dd8", "utf-16-le", "strict", 
     "UnicodeDecodeError: 'utf-16-le' codec can't decode bytes in position 0-1: unexpected end of data"},
    {"3dd86100", "utf-16-le", "strict", 
     "UnicodeDecodeError: 'utf-16-le' codec can't decode bytes in position 0-1: illegal UTF-16 surrogate"},
    {"00de6100", "utf-16-le", "strict", 
     "UnicodeDecodeError: 'utf-16-le' codec can't decode bytes in position 0-1: illegal encoding"},
    {"3dd800", "utf-16-le", "strict", 
     "UnicodeDecodeError: 'utf-16-le' codec can't decode bytes in position 0-2: unexpected end of data"},
    {"d83d00", "utf-16-be", "strict", 
     "UnicodeDecodeError: 'utf-16-be' codec can't decode bytes in position 0-2: unexpected end of data"},
    {"610000006200", "utf-32-le", "strict", 
     "UnicodeDecodeError: 'utf-32-le' codec can't decode bytes in position 4-5: truncated data"},
    {"0000110061000000", "utf-32-le", "strict", 
     "UnicodeDecodeError: 'utf-32-le' codec can't decode bytes in position 0-3: code point not in range(0x110000)"},
    {"00d80000", "utf-32-le", "strict", 
     "UnicodeDecodeError: 'utf-32-le' codec can't decode bytes in position 0-3: code point in surrogate "
     "code point range(0xd800, 0xe000)"},
    {"00110000", "utf-32-be", "strict", 
     "UnicodeDecodeError: 'utf-32-be' codec can't decode bytes in position 0-3: code point not in range(0x110000)"},
    {"610062", "utf-16-le", "replace", "'a\\ufffd'"},
    {"3dd8", "utf-16-le", "replace", "'\\ufffd'"},
    {"3dd86100", "utf-16-le", "replace", "'\\ufffda'"},
    {"00de6100", "utf-16-le", "replace", "'\\ufffda'"},
    {"3dd800", "utf-16-le", "replace", "'\\ufffd'"},
    {"d83d00", "utf-16-be", "replace", "'\\ufffd'"},
    {"610000006200", "utf-32-le", "replace", "'a\\ufffd'"},
    {"0000110061000000", "utf-32-le", "replace", "'\\ufffda'"},
    {"00d80000", "utf-32-le", "replace", "'\\ufffd'"},
    {"00110000", "utf-32-be", "replace", "'\\ufffd'"},
    {"610062", "utf-16-le", "ignore", "'a'"},
    {"3dd8", "utf-16-le", "ignore", "''"},
    {"3dd86100", "utf-16-le", "ignore", "'a'"},
    {"00de6100", "utf-16-le", "ignore", "'a'"},
    {"3dd800", "utf-16-le", "ignore", "''"},
    {"d83d00", "utf-16-be", "ignore", "''"},
    {"610000006200", "utf-32-le", "ignore", "'a'"},
    {"0000110061000000", "utf-32-le", "ignore", "'a'"},
    {"00d80000", "utf-32-le", "ignore", "''"},
    {"00110000", "utf-32-be", "ignore", "''"},
    {"61620000ffffffff", "utf-32", "replace", "'\\u6261\\ufffd'"},
};

/* Units of UTF-16, lowest octet first; the octets, or the error. */
static const struct row encoded[] = {
    {"", "utf-8", "strict", ""},
    {"61006200", "utf-8", "strict", "6162"},
    {"6100ac20e900", "utf-8", "strict", "61e282acc3a9"},
    {"780000d87900", "utf-8", "strict", 
     "UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position 1: surrogates not allowed"},
    {"6100ac20e900", "utf-8", "replace", "61e282acc3a9"},
    {"780000d87900", "utf-8", "replace", "783f79"},
    {"6100ac20e900", "utf-8", "ignore", "61e282acc3a9"},
    {"780000d87900", "utf-8", "ignore", "7879"},
    {"", "utf-16", "strict", "fffe"},
    {"61006200", "utf-16", "strict", "fffe61006200"},
    {"6100ac20e900", "utf-16", "strict", "fffe6100ac20e900"},
    {"780000d87900", "utf-16", "strict", 
     "UnicodeEncodeError: 'utf-16' codec can't encode character '\\ud800' in position 1: surrogates not allowed"},
    {"780000d801d87900", "utf-16", "strict",
     "UnicodeEncodeError: 'utf-16' codec can't encode character '\\ud800' in position 1: surrogates not allowed"},
    {"780000d801d87900", "utf-32-be", "strict",
     "UnicodeEncodeError: 'utf-32-be' codec can't encode character '\\ud800' in position 1: surrogates not allowed"},
    {"780000d801d87900", "utf-8", "strict",
     "UnicodeEncodeError: 'utf-8' codec can't encode characters in position 1-2: surrogates not allowed"},
    {"80dc", "utf-16-le", "surrogateescape",
     "UnicodeEncodeError: 'utf-16-le' codec can't encode character '\\udc80' in position 0: surrogates not allowed"},
    {"6100ac20e900", "utf-16", "replace", "fffe6100ac20e900"},
    {"780000d87900", "utf-16", "replace", "fffe78003f007900"},
    {"6100ac20e900", "utf-16", "ignore", "fffe6100ac20e900"},
    {"780000d87900", "utf-16", "ignore", "fffe78007900"},
    {"", "utf-16-le", "strict", ""},
    {"61006200", "utf-16-le", "strict", "61006200"},
    {"6100ac20e900", "utf-16-le", "strict", "6100ac20e900"},
    {"780000d87900", "utf-16-le", "strict", 
     "UnicodeEncodeError: 'utf-16-le' codec can't encode character '\\ud800' in position 1: surrogates not allowed"},
    {"6100ac20e900", "utf-16-le", "replace", "6100ac20e900"},
    {"780000d87900", "utf-16-le", "replace", "78003f007900"},
    {"6100ac20e900", "utf-16-le", "ignore", "6100ac20e900"},
    {"780000d87900", "utf-16-le", "ignore", "78007900"},
    {"", "utf-16-be", "strict", ""},
    {"61006200", "utf-16-be", "strict", "00610062"},
    {"6100ac20e900", "utf-16-be", "strict", "006120ac00e9"},
    {"780000d87900", "utf-16-be", "strict", 
     "UnicodeEncodeError: 'utf-16-be' codec can't encode character '\\ud800' in position 1: surrogates not allowed"},
    {"6100ac20e900", "utf-16-be", "replace", "006120ac00e9"},
    {"780000d87900", "utf-16-be", "replace", "0078003f0079"},
    {"6100ac20e900", "utf-16-be", "ignore", "006120ac00e9"},
    {"780000d87900", "utf-16-be", "ignore", "00780079"},
    {"", "utf-32", "strict", "fffe0000"},
    {"61006200", "utf-32", "strict", "fffe00006100000062000000"},
    {"6100ac20e900", "utf-32", "strict", "fffe000061000000ac200000e9000000"},
    {"780000d87900", "utf-32", "strict", 
     "UnicodeEncodeError: 'utf-32' codec can't encode character '\\ud800' in position 1: surrogates not allowed"},
    {"6100ac20e900", "utf-32", "replace", "fffe000061000000ac200000e9000000"},
    {"780000d87900", "utf-32", "replace", "fffe0000780000003f00000079000000"},
    {"6100ac20e900", "utf-32", "ignore", "fffe000061000000ac200000e9000000"},
    {"780000d87900", "utf-32", "ignore", "fffe00007800000079000000"},
    {"", "utf-32-le", "strict", ""},
    {"61006200", "utf-32-le", "strict", "6100000062000000"},
    {"6100ac20e900", "utf-32-le", "strict", "61000000ac200000e9000000"},
    {"780000d87900", "utf-32-le", "strict", 
     "UnicodeEncodeError: 'utf-32-le' codec can't encode character '\\ud800' in position 1: surrogates not allowed"},
    {"6100ac20e900", "utf-32-le", "replace", "61000000ac200000e9000000"},
    {"780000d87900", "utf-32-le", "replace", "780000003f00000079000000"},
    {"6100ac20e900", "utf-32-le", "ignore", "61000000ac200000e9000000"},
    {"780000d87900", "utf-32-le", "ignore", "7800000079000000"},
    {"", "utf-32-be", "strict", ""},
    {"61006200", "utf-32-be", "strict", "0000006100000062"},
    {"6100ac20e900", "utf-32-be", "strict", "00000061000020ac000000e9"},
    {"780000d87900", "utf-32-be", "strict", 
     "UnicodeEncodeError: 'utf-32-be' codec can't encode character '\\ud800' in position 1: surrogates not allowed"},
    {"6100ac20e900", "utf-32-be", "replace", "00000061000020ac000000e9"},
    {"780000d87900", "utf-32-be", "replace", "000000780000003f00000079"},
    {"6100ac20e900", "utf-32-be", "ignore", "00000061000020ac000000e9"},
    {"780000d87900", "utf-32-be", "ignore", "0000007800000079"},
    {"", "ascii", "strict", ""},
    {"61006200", "ascii", "strict", "6162"},
    {"6100ac20e900", "ascii", "strict", 
     "UnicodeEncodeError: 'ascii' codec can't encode characters in position 1-2: ordinal not in range(128)"},
    {"780000d87900", "ascii", "strict", 
     "UnicodeEncodeError: 'ascii' codec can't encode character '\\ud800' in position 1: ordinal not in range(128)"},
    {"6100ac20e900", "ascii", "replace", "613f3f"},
    {"780000d87900", "ascii", "replace", "783f79"},
    {"6100ac20e900", "ascii", "ignore", "61"},
    {"780000d87900", "ascii", "ignore", "7879"},
    {"", "latin-1", "strict", ""},
    {"61006200", "latin-1", "strict", "6162"},
    {"6100ac20e900", "latin-1", "strict", 
     "UnicodeEncodeError: 'latin-1' codec can't encode character '\\u20ac' in position 1: ordinal not in range(256)"},
    {"780000d87900", "latin-1", "strict", 
     "UnicodeEncodeError: 'latin-1' codec can't encode character '\\ud800' in position 1: ordinal not in range(256)"},
    {"6100ac20e900", "latin-1", "replace", "613fe9"},
    {"780000d87900", "latin-1", "replace", "783f79"},
    {"6100ac20e900", "latin-1", "ignore", "61e9"},
    {"780000d87900", "latin-1", "ignore", "7879"},
    {"6100ffdc80dc6200", "utf-8", "surrogateescape", "61ff8062"},
    {"61007fdc6200", "utf-8", "surrogateescape", 
     "UnicodeEncodeError: 'utf-8' codec can't encode character '\\udc7f' in position 1: surrogates not allowed"},
    {"00d8", "utf-8", "surrogateescape", 
     "UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed"},
    {"ac20e9dc", "utf-8", "surrogateescape", "e282ace9"},
    {"6100ffdc80dc6200", "ascii", "surrogateescape", "61ff8062"},
    {"61007fdc6200", "ascii", "surrogateescape", 
     "UnicodeEncodeError: 'ascii' codec can't encode character '\\udc7f' in position 1: ordinal not in range(128)"},
    {"00d8", "ascii", "surrogateescape", 
     "UnicodeEncodeError: 'ascii' codec can't encode character '\\ud800' in position 0: ordinal not in range(128)"},
    {"ac20e9dc", "ascii", "surrogateescape", 
     "UnicodeEncodeError: 'ascii' codec can't encode characters in position 0-1: ordinal not in range(128)"},
    {"6100ffdc80dc6200", "latin-1", "surrogateescape", "61ff8062"},
    {"61007fdc6200", "latin-1", "surrogateescape", 
     "UnicodeEncodeError: 'latin-1' codec can't encode character '\\udc7f' in position 1: ordinal not in range(256)"},
    {"00d8", "latin-1", "surrogateescape", 
     "UnicodeEncodeError: 'latin-1' codec can't encode character '\\ud800' in position 0: ordinal not in range(256)"},
    {"ac20e9dc", "latin-1", "surrogateescape", 
     "UnicodeEncodeError: 'latin-1' codec can't encode characters in position 0-1: ordinal not in range(256)"},
};

static GilObject *
from_hex(const char *digits)
{
    GilObject *op = GilObject_CallMethod((GilObject *)&GilBytes_Type, "fromhex", "s", digits);
    ck_assert_ptr_nonnull(op);
    return op;
}

/* result, or else the error, as text. */
static void
expect_row(const struct row *row, GilObject *result, const char *method)
{
    GilObject *shown = result == NULL || method == NULL ? NULL : GilObject_CallMethod(result, method, NULL);

    if (result != NULL && shown == NULL)
        shown = GilObject_ASCII(result);
    char *said = result == NULL ? said_of(NULL) : strdup(GilUnicode_AsUTF8(shown));
    ck_assert_msg(strcmp(said, row->result) == 0, "%s %s %s: %s instead of %s", row->from, row->encoding, row->errors,
                  said, row->result);
    free(said);
    Gil_XDECREF(shown);
    Gil_XDECREF(result);
}

START_TEST(test_value_unicode_encoding__decoded_as_in_cpython)
{
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(decoded); i++) {
        GilObject *from = from_hex(decoded[i].from);
        expect_row(&decoded[i],
                   GilUnicode_Decode(GilBytes_AS_STRING(from), GilBytes_GET_SIZE(from), decoded[i].encoding,
                                     decoded[i].errors),
                   NULL);
        Gil_DECREF(from);
    }
}
END_TEST

START_TEST(test_value_unicode_encoding__encoded_as_in_cpython)
{
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(encoded); i++) {
        GilObject *units = from_hex(encoded[i].from);
        GilObject *from = GilUnicode_FromKindAndData(2, GilBytes_AS_STRING(units), GilBytes_GET_SIZE(units) / 2);
        expect_row(&encoded[i], GilUnicode_AsEncodedString(from, encoded[i].encoding, encoded[i].errors), "hex");
        Gil_DECREF(from);
        Gil_DECREF(units);
    }
}
END_TEST

START_TEST(test_value_unicode_encoding__byte_orders)
{
    static const struct {
        int before, after;
        const char *octets;
    } cases[] = {{0, 0, "a\0"}, {0, -1, "\xff\xfe" "a\0"}, {0, 1, "\xfe\xff\0a"}, {-1, -1, "a\0"}, {1, 1, "\0a"}};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        int order = cases[i].before;
        Gil_ssize_t size = cases[i].before == 0 && cases[i].after != 0 ? 4 : 2;
        gil_expect_text(GilUnicode_DecodeUTF16(cases[i].octets, size, NULL, &order), "a");
        ck_assert_int_eq(order, cases[i].after);
    }
    int order = 0;
    gil_expect_text(GilUnicode_DecodeUTF32("\0\0\xfe\xff\0\0\0a", 8, NULL, &order), "a");
    ck_assert_int_eq(order, 1);
    GilObject *mark = GilUnicode_DecodeUTF16("\xff\xfe", 2, NULL, &(int){-1}); /* where the order is known it is text */
    ck_assert_uint_eq(GilUnicode_ReadChar(mark, 0), 0xfeff);
    Gil_DECREF(mark);
    GilObject *text = GilUnicode_FromString("a");
    gil_expect_octets(GilUnicode_AsUTF16String(text), "\xff\xfe" "a\0", 4);
    gil_expect_octets(GilUnicode_AsUTF32String(text), "\xff\xfe\0\0a\0\0\0", 8);
    Gil_DECREF(text);
}
END_TEST

/* Every text cut at every octet: the parts give the text, and no octet is lost. */
START_TEST(test_value_unicode_encoding__in_parts)
{
    GilObject *text = GilUnicode_FromString("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
    GilObject *forms[] = {GilUnicode_AsUTF8String(text), GilUnicode_AsEncodedString(text, "utf-16-le", NULL),
                          GilUnicode_AsEncodedString(text, "utf-32-be", NULL)};

    for (int k = 0; k < 3; k++) {
        const char *octets = GilBytes_AS_STRING(forms[k]);
        Gil_ssize_t size = GilBytes_GET_SIZE(forms[k]);
        for (Gil_ssize_t cut = 0; cut <= size; cut++) {
            GilObject *parts[2];
            Gil_ssize_t at = 0, used;
            for (int i = 0; i < 2; i++) {
                Gil_ssize_t end = i == 0 ? cut : size;
                parts[i] = k == 0   ? GilUnicode_DecodeUTF8Stateful(octets + at, end - at, NULL, &used)
                           : k == 1 ? GilUnicode_DecodeUTF16Stateful(octets + at, end - at, NULL, &(int){-1}, &used)
                                    : GilUnicode_DecodeUTF32Stateful(octets + at, end - at, NULL, &(int){1}, &used);
                ck_assert_ptr_nonnull(parts[i]);
                at += used;
            }
            ck_assert_int_eq(at, size);
            GilUnicode_AppendAndDel(&parts[0], parts[1]);
            ck_assert_int_eq(GilUnicode_Equal(parts[0], text), 1);
            Gil_DECREF(parts[0]);
        }
        Gil_DECREF(forms[k]);
    }
    Gil_DECREF(text);
    Gil_ssize_t used = 7;
    ck_assert_ptr_null(GilUnicode_DecodeUTF8Stateful("a\xff\xe2\x82", 4, NULL, &used));
    gil_expect_raised(GilExc_UnicodeDecodeError);
    ck_assert_int_eq(used, 7);
    /* What is wrong is told of all the octets, those too that only begin a character. */
    ck_assert_ptr_null(GilUnicode_DecodeUTF8Stateful("\xe2\xe2", 2, NULL, &used));
    GilObject *exc = GilErr_GetRaisedException();
    gil_expect_repr(GilUnicodeDecodeError_GetObject(exc), "b'\\xe2\\xe2'");
    gil_expect_repr(GilUnicodeDecodeError_GetReason(exc), "'invalid continuation byte'");
    Gil_DECREF(exc);
    ck_assert_int_eq(used, 7);
    ck_assert_ptr_null(GilUnicode_DecodeUTF8Stateful("\xe2\x82", 2, NULL, NULL)); /* nothing follows */
    gil_expect_raised(GilExc_UnicodeDecodeError);
    gil_expect_text(GilUnicode_DecodeUTF8Stateful("\xff\xe2\x82", 3, "replace", &used), "\xef\xbf\xbd");
    ck_assert_int_eq(used, 1);
}
END_TEST

static int
step(void *Gil_UNUSED(arg))
{
    static const char octets[] = "a\xff\xe2\x82\xac many more octets follow";
    GilObject *text = GilUnicode_Decode(octets, sizeof octets - 1, NULL, "surrogateescape");
    GilObject *back = text == NULL ? NULL : GilUnicode_AsEncodedString(text, "utf-8", "surrogateescape");
    GilObject *wide = back == NULL ? NULL : GilUnicode_AsEncodedString(text, "utf-32", "replace");
    GilObject *again = wide == NULL ? NULL : GilUnicode_FromEncodedObject(wide, "utf-32", NULL);
    int rc = back == NULL || again == NULL ? -1 : 0;

    Gil_XDECREF(text);
    Gil_XDECREF(back);
    Gil_XDECREF(wide);
    Gil_XDECREF(again);
    return rc;
}

START_TEST(test_value_unicode_encoding__every_allocation_may_fail)
{
    gil_test_oom_loop(step, NULL);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_encoding");
    TCase *tc = tcase_create("unicode_encoding");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_unicode_encoding__decoded_as_in_cpython);
    tcase_add_test(tc, test_value_unicode_encoding__encoded_as_in_cpython);
    tcase_add_test(tc, test_value_unicode_encoding__byte_orders);
    tcase_add_test(tc, test_value_unicode_encoding__in_parts);
    tcase_add_test(tc, test_value_unicode_encoding__every_allocation_may_fail);
    suite_add_tcase(s, tc);
    return s;
}
