/* SPDX-License-Identifier: MIT */
/* The clock goes forward, in nanoseconds, and deadlines do not wrap. */
#include "support/support.h"

#include "base/clock.h"

#include <time.h>

START_TEST(test_base_clock__never_goes_back)
{
    uint64_t last = gil_clock_ns();
    for (int i = 0; i < 10000; i++) {
        uint64_t now = gil_clock_ns();
        ck_assert_uint_ge(now, last);
        last = now;
    }
}
END_TEST

START_TEST(test_base_clock__is_the_monotonic_clock_in_nanoseconds)
{
    struct timespec t;
    uint64_t before = gil_clock_ns();
    clock_gettime(CLOCK_MONOTONIC, &t);
    uint64_t between = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
    ck_assert_uint_le(before, between);
    ck_assert_uint_le(between, gil_clock_ns());
}
END_TEST

START_TEST(test_base_clock__deadline_saturates)
{
    uint64_t now = gil_clock_ns();
    ck_assert_uint_ge(gil_clock_deadline(1000), now + 1000);
    ck_assert_uint_eq(gil_clock_deadline(UINT64_MAX), UINT64_MAX);
    ck_assert_uint_eq(gil_clock_deadline(UINT64_MAX - 1), UINT64_MAX);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("base/clock");
    TCase *tc = tcase_create("clock");
    tcase_add_test(tc, test_base_clock__never_goes_back);
    tcase_add_test(tc, test_base_clock__is_the_monotonic_clock_in_nanoseconds);
    tcase_add_test(tc, test_base_clock__deadline_saturates);
    suite_add_tcase(s, tc);
    return s;
}
