/* SPDX-License-Identifier: MIT */
/* The loader by itself: names, what is found where, and memory that lacks. Loading modules: tests/api/test_import.c. */
#include "support/support.h"

#include "base/mem.h"
#include "module/loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The system, which here can be told to say what no test could bring it to: a file that goes between two looks or is somebody
 * else's, a library that is known by no name, a failure without a reason. */
static int lstat_fails, dlerror_fails, files_are_a_strangers;
static enum { KNOWN, UNKNOWN, NAMELESS } library_is;

int
lstat(const char *file, struct stat *info)
{
    if (lstat_fails) {
        errno = ENOENT;
        return -1;
    }
    int result = fstatat(AT_FDCWD, file, info, AT_SYMLINK_NOFOLLOW);
    if (files_are_a_strangers && S_ISREG(info->st_mode))
        info->st_uid = geteuid() + 1;
    return result;
}

char *
dlerror(void)
{
    static char *(*real)(void);

    /* The first call is make_folder()'s: to look it up forgets what it would tell. */
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "dlerror");
    return dlerror_fails ? NULL : real();
}

int
dladdr(const void *address, Dl_info *info)
{
    int (*real)(const void *, Dl_info *);

    *(void **)&real = dlsym(RTLD_NEXT, "dladdr");
    int result = real(address, info);
    if (library_is == NAMELESS)
        info->dli_fname = NULL;
    return library_is == UNKNOWN ? 0 : result;
}

static char folder[] = "/tmp/gilrt-loader-XXXXXX";
static struct gil_search_path path;

static void
make_folder(void)
{
    char file[64];

    dlerror();
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
    ck_assert(!gil_module_name_valid("a^") && !gil_module_name_valid("a{"));
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

START_TEST(test_module_loader__a_folder_that_is_a_file_has_no_modules)
{
    struct gil_search_path files;
    struct gil_load load;
    char file[64];

    snprintf(file, sizeof(file), "%s/empty.so:%s", folder, folder);
    ck_assert_int_eq(gil_search_path_make(&files, file, 1), GIL_PATH_OK);
    ck_assert_int_eq(gil_load_begin(&load, &files, 0, "empty"), GIL_LOAD_FAILED);
    ck_assert_ptr_nonnull(strstr(load.reason, "too short"));
    gil_load_end(&load);
    gil_search_path_free(&files);
}
END_TEST

/* It is taken for a part of the program, and the module is loaded all the same. */
START_TEST(test_module_loader__the_library_is_not_known_by_a_name)
{
    library_is = _i == 0 ? UNKNOWN : NAMELESS;
    check_load("empty", 0, GIL_LOAD_FAILED, "too short");
}
END_TEST

START_TEST(test_module_loader__a_failure_without_a_reason)
{
    dlerror_fails = 1;
    check_load("empty", 0, GIL_LOAD_FAILED, "the system's loader gives no reason");
}
END_TEST

START_TEST(test_module_loader__strict_mode_refuses_what_cannot_be_looked_at)
{
    lstat_fails = 1;
    check_load("empty", 1, GIL_LOAD_FAILED, "/ can be changed by others");
    lstat_fails = 0;
    check_load("empty", 1, GIL_LOAD_FAILED, "too short");
}
END_TEST

START_TEST(test_module_loader__strict_mode_trusts_root_and_the_user)
{
    enum { NOBODY = 65534 };
    char file[64];
    struct stat top, last;
    uid_t user = geteuid();

    files_are_a_strangers = 1;
    check_load("empty", 1, GIL_LOAD_FAILED, "/empty.so can be changed by others");
    files_are_a_strangers = 0;
    check_load("empty", 1, GIL_LOAD_FAILED, "too short");
    /* By a user, whose file lies below what is root's: as which the folder is left, too, where this is root. */
    snprintf(file, sizeof(file), "%s/empty.so", folder);
    if (user == 0) {
        ck_assert_int_eq(chmod(folder, 0755), 0);
        ck_assert_int_eq(chown(file, NOBODY, NOBODY), 0);
        ck_assert_int_eq(seteuid(NOBODY), 0);
    }
    ck_assert(stat("/", &top) == 0 && stat(file, &last) == 0);
    ck_assert(top.st_uid == 0 && last.st_uid == geteuid() && last.st_uid != 0);
    check_load("empty", 1, GIL_LOAD_FAILED, "too short");
    files_are_a_strangers = 1;
    check_load("empty", 1, GIL_LOAD_FAILED, "/empty.so can be changed by others");
    ck_assert_int_eq(seteuid(user), 0);
}
END_TEST

/* As CPython's finder, which goes on, too. */
START_TEST(test_module_loader__a_directory_that_cannot_be_searched_hides_none)
{
    char loop[64], dirs[600] = "/";

    snprintf(loop, sizeof(loop), "%s/circle", folder);
    ck_assert_int_eq(symlink("circle", loop), 0);
    memset(dirs + 1, 'x', 300);
    snprintf(dirs + 301, sizeof(dirs) - 301, ":%s:%s", loop, folder);
    gil_search_path_free(&path);
    ck_assert_int_eq(gil_search_path_make(&path, dirs, 1), GIL_PATH_OK);
    check_load("empty", 0, GIL_LOAD_FAILED, "too short");
    check_load("loop", 0, GIL_LOAD_FAILED, "loop.so");
    check_load("nowhere", 0, GIL_LOAD_NOT_FOUND, "xxx was not searched: File name too long");
    check_load("nowhere", 1, GIL_LOAD_FAILED, "cannot be resolved");
    gil_search_path_free(&path);
    ck_assert_int_eq(gil_search_path_make(&path, loop, 1), GIL_PATH_OK);
    check_load("nowhere", 0, GIL_LOAD_NOT_FOUND, "circle was not searched: Too many levels of symbolic links");
    for (long nth = 1; nth < 3; nth++) {
        gil_mem_fail_nth(nth, 0);
        check_load("nowhere", 0, GIL_LOAD_NO_MEMORY, NULL);
        gil_mem_fail_nth(0, 0);
    }
    unlink(loop);
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
    tcase_add_test(tc, test_module_loader__a_folder_that_is_a_file_has_no_modules);
    tcase_add_loop_test(tc, test_module_loader__the_library_is_not_known_by_a_name, 0, 2);
    tcase_add_test(tc, test_module_loader__a_failure_without_a_reason);
    tcase_add_test(tc, test_module_loader__strict_mode_refuses_what_cannot_be_looked_at);
    tcase_add_test(tc, test_module_loader__strict_mode_trusts_root_and_the_user);
    tcase_add_test(tc, test_module_loader__a_directory_that_cannot_be_searched_hides_none);
    tcase_add_test(tc, test_module_loader__strict_mode_looks_at_what_links_lead_to);
    tcase_add_test(tc, test_module_loader__without_memory);
    suite_add_tcase(s, tc);
    return s;
}
