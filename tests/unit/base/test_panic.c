/* SPDX-License-Identifier: MIT */
/* One sentence, then SIGABRT. */
#include "support/support.h"

#include "base/panic.h"

#include <string.h>

static void
say_something(void *arg)
{
    gil_panic("Gil_Example", "%s is %d", (const char *)arg, 7);
}

START_TEST(test_base_panic__names_function_and_message)
{
    gil_test_expect_abort(say_something, "seven", "gilrt: fatal: Gil_Example: seven is 7\n");
}
END_TEST

START_TEST(test_base_panic__long_message_is_cut_and_ends_its_line)
{
    char text[2000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    gil_test_expect_abort(say_something, text, "xxxx\n");
}
END_TEST

static void
break_a_rule(void *arg)
{
    (void)arg;
    GIL_REQUIRE(1 + 1 == 3, "%s", "two and one");
}

START_TEST(test_base_panic__require_names_its_function)
{
    gil_test_expect_abort(break_a_rule, NULL, "gilrt: fatal: break_a_rule: two and one\n");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("base/panic");
    TCase *tc = tcase_create("panic");
    tcase_add_test(tc, test_base_panic__names_function_and_message);
    tcase_add_test(tc, test_base_panic__long_message_is_cut_and_ends_its_line);
    tcase_add_test(tc, test_base_panic__require_names_its_function);
    suite_add_tcase(s, tc);
    return s;
}
