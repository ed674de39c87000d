/* SPDX-License-Identifier: MIT */
/* The table of calls upwards: at most 20, all filled once the runtime runs. */
#include "node.h"

#include "object/ops.h"

START_TEST(test_object_ops__every_call_is_there)
{
    void (*calls[sizeof gil_ops / sizeof(void (*)(void))])(void);

    memcpy(calls, &gil_ops, sizeof gil_ops);
    ck_assert_uint_le(Gil_ARRAY_LENGTH(calls), 20);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(calls); i++)
        ck_assert_msg(calls[i] != NULL, "entry %zu", i);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[2];

    tests[0] = test_object_ops__every_call_is_there;
    return suite_of_one("object/ops", tests);
}
