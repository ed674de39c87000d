/* SPDX-License-Identifier: MIT */
/* The loader by itself: names, what is found where, and memory that lacks. Loading modules: tests/api/test_import.c. */
#include "support/support.h"

#include "base/mem.h"
#include "module/loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/gilrt-loader-XXXXXX";
static struct gil_search_path path;

static void
make_folder(void)
{
    char file[64];

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(file, sizeof(file), "%s/empty.so", folder);
    FILE *f = fopen(file, "w");
    ck_assert_ptr_nonnull(f);
    fclose(f);
    snprintf(file, sizeof(file), "%s/loop.so", folder);
    ck_assert_int_eq(symlink("loop.so", file), 0);
    ck_assert_int_eq(gil_search_path_make(&path, folder, 1), GIL_PATH_OK);
}

static void
remove_folder(void)
{
    char file[64];

    snprintf(file, sizeof(file), "%s/empty.so", folder);
    unlink(file);
    snprintf(file, sizeof(file), "%s/loop.so", folder);
    unlink(file);
    rmdir(folder);
    gil_search_path_free(&path);
}

START_TEST(test_module_loader__names)
{
    char name[GIL_MODULE_NAME_MAX + 2];

    ck_assert(gil_module_name_valid("a") && gil_module_name_valid("_") && gil_module_name_valid("Az_09"));
    ck_assert(!gil_module_name_valid("") && !gil_module_name_valid("0a") && !gil_module_name_valid("a.b"));
    ck_assert(!gil_module_name_valid("a/b") && !gil_module_name_valid("a-b") && !gil_module_name_valid("\xc3\xa4"));
    memset(name, 'x', sizeof(name));
    name[GIL_MODULE_NAME_MAX + 1] = '\0';
    ck_assert(!gil_module_name_valid(name));
    name[GIL_MODULE_NAME_MAX] = '\0';
    ck_assert(gil_module_name_valid(name));
}
END_TEST

static void
check_load(const char *name, int strict, enum gil_load_result expected, const char *needle)
{
    struct gil_load load;

    ck_assert_int_eq(gil_load_begin(&load, &path, strict, name), expected);
    ck_assert(load.hook == NULL);
    if (needle != NULL) {
        ck_assert_ptr_nonnull(load.reason);
        ck_assert_msg(strstr(load.reason, needle) != NULL, "%s", load.reason);
    }
    gil_load_end(&load);
}

START_TEST(test_module_loader__finds_and_fails)
{
    check_load("nowhere", 0, GIL_LOAD_NOT_FOUND, NULL);
    check_load("empty", 0, GIL_LOAD_FAILED, "too short");
    check_load("empty", 1, GIL_LOAD_FAILED, "too short");
    /* A link that leads nowhere is found and cannot be loaded: the search does not go on. */
    check_load("loop", 0, GIL_LOAD_FAILED, "loop.so");
    check_load("loop", 1, GIL_LOAD_FAILED, "cannot be resolved");
}
END_TEST

START_TEST(test_module_loader__strict_mode_looks_at_what_links_lead_to)
{
    char open_folder[80], link[80], target[100];

    snprintf(open_folder, sizeof(open_folder), "%s/open", folder);
    snprintf(target, sizeof(target), "%s/real.so", open_folder);
    snprintf(link, sizeof(link), "%s/linked.so", folder);
    ck_assert_int_eq(mkdir(open_folder, 0777), 0);
    ck_assert_int_eq(chmod(open_folder, 0777), 0);
    fclose(fopen(target, "w"));
    ck_assert_int_eq(symlink(target, link), 0);
    check_load("linked", 0, GIL_LOAD_FAILED, "too short");
    check_load("linked", 1, GIL_LOAD_FAILED, "/open can be changed by others");
    ck_assert_int_eq(chmod(open_folder, 01777), 0);
    check_load("linked", 1, GIL_LOAD_FAILED, "too short");
    unlink(link);
    unlink(target);
    rmdir(open_folder);
}
END_TEST

START_TEST(test_module_loader__without_memory)
{
    struct gil_mem_stats before, after;

    gil_raw_stats(&before);
    for (int strict = 0; strict < 2; strict++) {
        for (long nth = 1;; nth++) {
            struct gil_load load;
            gil_mem_fail_nth(nth, 0);
            enum gil_load_result result = gil_load_begin(&load, &path, strict, "empty");
            long delivered = gil_mem_fail_count();
            gil_mem_fail_nth(0, 0);
            gil_load_end(&load);
            gil_raw_stats(&after);
            ck_assert_uint_eq(after.blocks, before.blocks);
            ck_assert_int_eq(result, delivered > 0 ? GIL_LOAD_NO_MEMORY : GIL_LOAD_FAILED);
            if (delivered == 0)
                break;
        }
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("module/loader");
    TCase *tc = tcase_create("loader");

    tcase_add_checked_fixture(tc, make_folder, remove_folder);
    tcase_add_test(tc, test_module_loader__names);
    tcase_add_test(tc, test_module_loader__finds_and_fails);
    tcase_add_test(tc, test_module_loader__strict_mode_looks_at_what_links_lead_to);
    tcase_add_test(tc, test_module_loader__without_memory);
    suite_add_tcase(s, tc);
    return s;
}
