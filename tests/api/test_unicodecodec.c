/* SPDX-License-Identifier: MIT */
/* <gilrt/unicodecodec.h> as an extension uses it: a function that opens a file, and one that reads text in blocks. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>
#include <stdio.h>

/* size_of(path) -> int */
static GilObject *
size_of(GilObject *args)
{
    GilObject *path;

    if (!GilArg_ParseTuple(args, "O&:size_of", GilUnicode_FSConverter, &path))
        return NULL;
    FILE *file = fopen(GilBytes_AS_STRING(path), "rb");
    Gil_DECREF(path);
    if (file == NULL)
        return GilErr_SetFromErrno(GilExc_OSError);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    fclose(file);
    return GilLong_FromLong(size);
}

START_TEST(test_api_unicodecodec__a_name_becomes_a_path)
{
    GilObject *args = Gil_BuildValue("(s)", "/dev/null"), *size = size_of(args);

    ck_assert_int_eq(GilLong_AsLong(size), 0);
    Gil_DECREF(size);
    Gil_DECREF(args);
    args = Gil_BuildValue("(y)", "/nowhere/\xff");
    ck_assert_ptr_null(size_of(args));
    gil_expect_raised(GilExc_OSError);
    Gil_DECREF(args);
}
END_TEST

START_TEST(test_api_unicodecodec__text_in_blocks)
{
    static const char octets[] = "\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd";
    GilUnicodeWriter *writer = GilUnicodeWriter_Create(0);
    Gil_ssize_t at = 0, used;

    for (Gil_ssize_t end = 3; at < 8; end = end + 3 > 8 ? 8 : end + 3) {
        GilObject *part = GilUnicode_DecodeUTF8Stateful(octets + at, end - at, NULL, &used);
        ck_assert_int_eq(GilUnicodeWriter_WriteStr(writer, part), 0);
        Gil_DECREF(part);
        at += used;
    }
    gil_expect_text(GilUnicodeWriter_Finish(writer), octets);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/unicodecodec");
    TCase *tc = tcase_create("unicodecodec");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_unicodecodec__a_name_becomes_a_path);
    tcase_add_test(tc, test_api_unicodecodec__text_in_blocks);
    suite_add_tcase(s, tc);
    return s;
}
