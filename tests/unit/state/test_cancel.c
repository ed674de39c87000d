/* SPDX-License-Identifier: MIT */
/* The cancel descriptor as the system has it. */
#include "support/support.h"

#include "state/unblock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int
is_readable(int fd)
{
    struct pollfd look = {.fd = fd, .events = POLLIN};

    return poll(&look, 1, 0) == 1 && (look.revents & POLLIN) != 0;
}

START_TEST(test_state_cancel__is_readable_from_a_write_to_the_next_read)
{
    int fd = gil_cancel_open();

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    ck_assert_int_eq(is_readable(fd), 0);
    errno = ERANGE;
    gil_cancel_write(fd);
    gil_cancel_write(fd);
    ck_assert_int_eq(is_readable(fd), 1);
    gil_cancel_read(fd);
    ck_assert_int_eq(is_readable(fd), 0);
    /* There is nothing to read, and that is no wait. */
    gil_cancel_read(fd);
    gil_cancel_close(fd);
    ck_assert_int_eq(errno, ERANGE);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
}
END_TEST

/* In a child of fork(), of which the parent sees the exit status. */
static int
in_a_child(int (*func)(int fd), int fd)
{
    int status;
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        _exit(func(fd));
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
renew_and_write(int fd)
{
    if (gil_cancel_renew(fd) != 0 || is_readable(fd) || !(fcntl(fd, F_GETFD) & FD_CLOEXEC))
        return 1;
    gil_cancel_write(fd);
    return is_readable(fd) ? 0 : 2;
}

START_TEST(test_state_cancel__a_child_has_one_of_its_own_under_the_same_number)
{
    int fd = gil_cancel_open();

    gil_cancel_write(fd);
    ck_assert_int_eq(in_a_child(renew_and_write, fd), 0);
    gil_cancel_read(fd);
    ck_assert_int_eq(in_a_child(renew_and_write, fd), 0);
    ck_assert_int_eq(is_readable(fd), 0);
}
END_TEST

/* So many may be open, and are. */
static void
have_all(rlim_t limit)
{
    struct rlimit all = {.rlim_cur = limit, .rlim_max = limit};

    if (setrlimit(RLIMIT_NOFILE, &all) != 0)
        _exit(1);
    while (open("/dev/null", O_RDONLY) >= 0)
        continue;
}

static int
renew_the_last_one(int fd)
{
    have_all((rlim_t)fd + 1);
    return renew_and_write(fd);
}

/* The parent's is the one that is given up for it. */
START_TEST(test_R9_a_child_has_its_own_where_no_other_descriptor_is_left)
{
    int fd = gil_cancel_open();

    gil_cancel_write(fd);
    ck_assert_int_eq(in_a_child(renew_the_last_one, fd), 0);
    gil_cancel_read(fd);
    ck_assert_int_eq(in_a_child(renew_the_last_one, fd), 0);
    ck_assert_int_eq(is_readable(fd), 0);
}
END_TEST

static int
renew_without_descriptors(int fd)
{
    have_all((rlim_t)fd);
    return gil_cancel_renew(fd) == -1 && fcntl(fd, F_GETFD) == -1 ? 0 : 2;
}

static int
renew_under_another_number(int fd)
{
    have_all((rlim_t)fd);
    gil_cancel_close(0);
    return gil_cancel_renew(fd) == -1 && fcntl(fd, F_GETFD) == -1 && fcntl(0, F_GETFD) == -1 ? 0 : 2;
}

START_TEST(test_R9_a_child_without_descriptors_has_no_stranger_s)
{
    ck_assert_int_eq(in_a_child(renew_without_descriptors, gil_cancel_open()), 0);
    ck_assert_int_eq(in_a_child(renew_under_another_number, gil_cancel_open()), 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("cancel");
    TCase *tcase = tcase_create("cancel");

    tcase_add_test(tcase, test_state_cancel__is_readable_from_a_write_to_the_next_read);
    tcase_add_test(tcase, test_state_cancel__a_child_has_one_of_its_own_under_the_same_number);
    tcase_add_test(tcase, test_R9_a_child_has_its_own_where_no_other_descriptor_is_left);
    tcase_add_test(tcase, test_R9_a_child_without_descriptors_has_no_stranger_s);
    suite_add_tcase(s, tcase);
    return s;
}
