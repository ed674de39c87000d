/* SPDX-License-Identifier: MIT */
/* After the layer's start its type is ready. */
#include "support/support.h"

#include "gilrt/typeobject.h"
#include "protocol/start.h"

#include <gilrt.h>

START_TEST(test_protocol_start__iterator_type_is_ready)
{
    ck_assert(GilType_HasFeature(&GilSeqIter_Type, Gil_TPFLAGS_READY));
    ck_assert_ptr_eq(GilSeqIter_Type.tp_base, &GilBaseObject_Type);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("protocol/start");
    TCase *tc = tcase_create("start");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_protocol_start__iterator_type_is_ready);
    suite_add_tcase(s, tc);
    return s;
}
