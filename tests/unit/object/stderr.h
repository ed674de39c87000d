/* SPDX-License-Identifier: MIT */
/* What the library prints to descriptor 2, caught and compared. */
#ifndef TESTS_STDERR_H
#define TESTS_STDERR_H

#include <check.h>
#include <fcntl.h>
#include <unistd.h>

#include <gilrt/error.h>

static int kept_stderr, pipe_end;

static inline void
catch_stderr(void)
{
    int ends[2];

    ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
    kept_stderr = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    pipe_end = ends[0];
}

/* Gives descriptor 2 back and compares what came. */
static inline void
expect_printed(const char *wanted)
{
    char text[4096];

    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    ssize_t n = read(pipe_end, text, sizeof text - 1);
    close(pipe_end);
    text[n > 0 ? n : 0] = '\0';
    ck_assert_str_eq(text, wanted);
    ck_assert_ptr_null(GilErr_Occurred());
}

#endif
