/* SPDX-License-Identifier: MIT */
/* The dump of all threads, as a host sees it: before, while and after the runtime lives. */
#include "support/support.h"

#include <gilrt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char text[1 << 14];

static void
dump(void)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    GilThreadState_DumpAll(ends[1]);
    close(ends[1]);
    ssize_t length = read(ends[0], text, sizeof text - 1);
    ck_assert_int_gt(length, 0);
    text[length] = '\0';
    close(ends[0]);
}

static void
ck_assert_says(const char *what)
{
    ck_assert_msg(strstr(text, what) != NULL, "\"%s\" is not in\n%s", what, text);
}

START_TEST(test_api_dump__works_without_a_runtime)
{
    for (int after = 0; after < 2; after++) {
        dump();
        ck_assert_ptr_null(strstr(text, "interpreter"));
        ck_assert_says("gilrt: end of threads\n");
        gil_test_start();
        dump();
        ck_assert_says("gilrt: interpreter 0: state ");
        gil_test_stop();
    }
}
END_TEST

/* The holder of a lock that two interpreters share is told at both; one with a lock of its own stands beside. */
START_TEST(test_api_dump__interpreters_and_their_locks)
{
    GilInterpreterConfig config;
    GilThreadState *sharing, *own, *first;
    char expected[100];

    gil_test_start();
    first = GilThreadState_Get();
    GilInterpreterConfig_Init(&config);
    config.gil = GilInterpreterConfig_SHARED_GIL;
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&sharing, &config)));
    config.gil = GilInterpreterConfig_OWN_GIL;
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&own, &config)));
    GilThreadState_Swap(first);
    dump();
    unsigned long long id = (unsigned long long)GilThreadState_GetID(first);
    snprintf(expected, sizeof expected, "interpreter 0: state %llu has the lock", id);
    ck_assert_says(expected);
    snprintf(expected, sizeof expected, "interpreter %lld: state %llu has the lock",
             (long long)GilInterpreterState_GetID(GilThreadState_GetInterpreter(sharing)), id);
    ck_assert_says(expected);
    snprintf(expected, sizeof expected, "interpreter %lld: nobody has the lock; 0 wait\n",
             (long long)GilInterpreterState_GetID(GilThreadState_GetInterpreter(own)));
    ck_assert_says(expected);
    ck_assert_ptr_null(strstr(text, "no thread yet")); /* nor has any of the reserves for their ends */
    gil_test_stop();
}
END_TEST

START_TEST(test_api_dump__place_and_function_that_left)
{
    char expected[100];

    gil_test_start();
    Gil_BEGIN_ALLOW_THREADS
    dump();
    Gil_END_ALLOW_THREADS
    snprintf(expected, sizeof expected, "test_dump.c:%d\n", __LINE__ - 3);
    ck_assert_says(expected);
    GilThreadState *ts = GilEval_SaveThread();
    dump();
    GilEval_RestoreThread(ts);
    ck_assert_says("is outside; in GilEval_SaveThread\n");
    gil_test_stop();
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/dump");
    TCase *tc = tcase_create("dump");

    tcase_add_test(tc, test_api_dump__works_without_a_runtime);
    tcase_add_test(tc, test_api_dump__interpreters_and_their_locks);
    tcase_add_test(tc, test_api_dump__place_and_function_that_left);
    suite_add_tcase(s, tc);
    return s;
}
