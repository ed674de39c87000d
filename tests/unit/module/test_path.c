/* SPDX-License-Identifier: MIT */
/* The search path: its order, what is absolute, what is left out. */
#include "support/support.h"

#include "base/mem.h"
#include "module/path.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
check_path(const char *configured, int ignore_environment, const char *dirs, const char *ignored)
{
    struct gil_search_path path;
    char joined[PATH_MAX * 2] = "";

    ck_assert_int_eq(gil_search_path_make(&path, configured, ignore_environment), GIL_PATH_OK);
    for (const char *dir = path.dirs; *dir != '\0'; dir = gil_search_path_next(dir)) {
        if (strcmp(dir, GILRT_MODULEDIR) == 0 && *gil_search_path_next(dir) == '\0')
            break;
        strcat(joined, dir);
        strcat(joined, "|");
    }
    ck_assert_str_eq(joined, dirs);
    ck_assert_str_eq(path.ignored, ignored);
    gil_search_path_free(&path);
    ck_assert_ptr_null(path.dirs);
}

START_TEST(test_module_path__configuration_then_environment_then_built_in)
{
    unsetenv("GILRT_PATH");
    check_path(NULL, 0, "", "");
    check_path("", 0, "", "");
    check_path("/a:/b", 0, "/a|/b|", "");
    check_path("::/a:", 0, "/a|", "");
    setenv("GILRT_PATH", "/c:/d", 1);
    check_path("/a", 0, "/a|/c|/d|", "");
    check_path("/a", 1, "/a|", "");
    check_path(NULL, 0, "/c|/d|", "");
}
END_TEST

START_TEST(test_module_path__relative_entries)
{
    setenv("GILRT_PATH", "e:/c:./f", 1);
    ck_assert_int_eq(chdir("/"), 0);
    check_path("a:b/c", 0, "//a|//b/c|/c|", "e:./f");
    ck_assert_int_eq(chdir("/usr"), 0);
    check_path("a", 1, "/usr/a|", "");
}
END_TEST

START_TEST(test_module_path__no_current_directory_is_an_error)
{
    char dir[] = "/tmp/gilrt-path-XXXXXX";
    struct gil_search_path path;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(chdir(dir), 0);
    ck_assert_int_eq(rmdir(dir), 0);
    ck_assert_int_eq(gil_search_path_make(&path, "a", 1), GIL_PATH_NO_DIRECTORY);
    ck_assert_int_eq(gil_search_path_make(&path, "/a", 1), GIL_PATH_OK);
    gil_search_path_free(&path);
}
END_TEST

START_TEST(test_module_path__without_memory)
{
    struct gil_mem_stats before, after;
    struct gil_search_path path;

    setenv("GILRT_PATH", "e:/c", 1);
    gil_raw_stats(&before);
    for (long nth = 1;; nth++) {
        gil_mem_fail_nth(nth, 0);
        enum gil_path_result result = gil_search_path_make(&path, "/a:b", 0);
        long delivered = gil_mem_fail_count();
        gil_mem_fail_nth(0, 0);
        if (delivered == 0) {
            ck_assert_int_eq(result, GIL_PATH_OK);
            gil_search_path_free(&path);
            break;
        }
        ck_assert_int_eq(result, GIL_PATH_NO_MEMORY);
        gil_raw_stats(&after);
        ck_assert_uint_eq(after.blocks, before.blocks);
    }
}
END_TEST

/* A copy of this program with the set-user-id bit, run by an ordinary user, must not read the variable. The copy is
 * told so by its argument, which a constructor looks at before Check begins. */
#define SECURE_ARGUMENT "show-path"

__attribute__((constructor)) static void
show_path_if_asked(int argc, char **argv, char **environment)
{
    struct gil_search_path path;

    (void)environment;
    if (argc != 2 || strcmp(argv[1], SECURE_ARGUMENT) != 0)
        return;
    if (gil_search_path_make(&path, NULL, 0) != GIL_PATH_OK)
        _exit(2);
    _exit(strcmp(path.dirs, "/from/environment") == 0);
}

/* 1: the copy read the variable, 0: it did not. */
static int
copy_reads_environment(const char *program, uid_t user)
{
    int status;

    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        if (setresgid(user, user, user) != 0 || setresuid(user, user, user) != 0)
            _exit(3);
        execl(program, program, SECURE_ARGUMENT, (char *)NULL);
        _exit(4);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_le(WEXITSTATUS(status), 1);
    return WEXITSTATUS(status);
}

START_TEST(test_Q1_environment_is_ignored_in_set_user_id_programs)
{
    char command[PATH_MAX + 64], copy[] = "/tmp/gilrt-Q1-XXXXXX", self[PATH_MAX];

    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    ck_assert_int_gt(len, 0);
    self[len] = '\0';
    int file = mkstemp(copy);
    ck_assert_int_ge(file, 0);
    close(file);
    snprintf(command, sizeof(command), "cp '%s' '%s'", self, copy);
    ck_assert_int_eq(system(command), 0);
    setenv("GILRT_PATH", "/from/environment", 1);
    ck_assert_int_eq(chmod(copy, 0755), 0);
    ck_assert_int_eq(copy_reads_environment(copy, 65534), 1);
    ck_assert_int_eq(chmod(copy, 04755), 0);
    ck_assert_int_eq(copy_reads_environment(copy, 65534), 0);
    unlink(copy);
}
END_TEST

START_TEST(test_module_path__a_copy_stands_alone)
{
    struct gil_search_path path, copy;

    ck_assert_int_eq(gil_search_path_make(&path, "/a:/b/c", 1), GIL_PATH_OK);
    gil_test_fail_alloc(1, 0);
    ck_assert_int_eq(gil_search_path_copy(&copy, &path), -1);
    gil_test_fail_alloc_off();
    ck_assert_int_eq(gil_search_path_copy(&copy, &path), 0);
    gil_search_path_free(&path);
    ck_assert_str_eq(copy.dirs, "/a");
    ck_assert_str_eq(gil_search_path_next(copy.dirs), "/b/c");
    const char *last = gil_search_path_next(gil_search_path_next(copy.dirs));
    ck_assert_str_eq(last, GILRT_MODULEDIR);
    ck_assert_str_eq(gil_search_path_next(last), "");
    gil_search_path_free(&copy);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("module/path");
    TCase *tc = tcase_create("path");

    tcase_add_test(tc, test_module_path__configuration_then_environment_then_built_in);
    tcase_add_test(tc, test_module_path__relative_entries);
    tcase_add_test(tc, test_module_path__no_current_directory_is_an_error);
    tcase_add_test(tc, test_module_path__without_memory);
    tcase_add_test(tc, test_module_path__a_copy_stands_alone);
    if (geteuid() != 0)
        puts("# test_Q1_environment_is_ignored_in_set_user_id_programs is left out: only root makes a program of another user");
    else
        GIL_TEST_ADD_UNLESS_EMULATED(tc, test_Q1_environment_is_ignored_in_set_user_id_programs, 0, 1,
                                     "the system does not start its programs");
    suite_add_tcase(s, tc);
    return s;
}
