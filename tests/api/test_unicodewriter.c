/* SPDX-License-Identifier: MIT */
/* <gilrt/unicodewriter.h> as an extension uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

/* The example of the header. */
static GilObject *
describe(GilObject *size)
{
    GilUnicodeWriter *writer = GilUnicodeWriter_Create(0);

    if (writer == NULL)
        return NULL;
    if (GilUnicodeWriter_WriteASCII(writer, "size=", 5) < 0 || GilUnicodeWriter_WriteRepr(writer, size) < 0) {
        GilUnicodeWriter_Discard(writer);
        return NULL;
    }
    return GilUnicodeWriter_Finish(writer);
}

START_TEST(test_api_unicodewriter__text_from_pieces)
{
    gil_expect_text(describe(Gil_None), "size=None");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/unicodewriter");
    TCase *tc = tcase_create("unicodewriter");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_unicodewriter__text_from_pieces);
    suite_add_tcase(s, tc);
    return s;
}
