/* SPDX-License-Identifier: MIT */
/* A stop that is expected. */
#include "support/support.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where coverage is counted, a process that is stopped writes down what it reached, as one that ends does. */
#ifdef GIL_TEST_COVERAGE
extern void __gcov_dump(void);

static void
write_coverage(int signo)
{
    (void)signo;
    __gcov_dump();
}
#define ON_ABORT write_coverage
#else
#define ON_ABORT SIG_DFL
#endif

/* The child's part: stderr goes to the pipe, no core file is written, and coming back is a failure of its own kind. */
static void
run_and_exit(void (*fn)(void *), void *arg, int stderr_pipe)
{
    struct rlimit no_core = {0, 0};

    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGABRT, ON_ABORT);
    dup2(stderr_pipe, STDERR_FILENO);
    fn(arg);
    _exit(0);
}

/* Reads until the writers are gone; what does not fit is read and dropped, lest the writer block. */
static void
read_all(int fd, char *text, size_t size)
{
    size_t used = 0;
    char rest[256];

    for (;;) {
        int full = used + 1 >= size;
        ssize_t got = read(fd, full ? rest : text + used, full ? sizeof rest : size - 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        if (!full)
            used += (size_t)got;
    }
    text[used] = '\0';
}

/* What the kernel is asked to wipe in a child ("wf" among the flags of a mapping): whether it is, from now on. */
static void
wipe_in_child(int on)
{
    static char *start, *end; /* what was found when it was taken back */
    FILE *maps = on || start != NULL ? NULL : fopen("/proc/self/smaps", "re");
    char line[256];
    void *first, *last;

    while (maps != NULL && fgets(line, sizeof line, maps) != NULL && end == NULL)
        if (sscanf(line, "%p-%p ", &first, &last) == 2)
            start = first;
        else if (strncmp(line, "VmFlags:", 8) == 0 && strstr(line, " wf") != NULL)
            end = last;
    if (maps != NULL)
        fclose(maps);
    if (end != NULL)
        ck_assert_int_eq(madvise(start, (size_t)(end - start), on ? MADV_WIPEONFORK : MADV_KEEPONFORK), 0);
    if (on || end == NULL)
        start = end = NULL;
}

/* A child that the library takes for its parent: what is stopped there is what fn does, and not that a plain fork() came before. So none
 * of the functions that run in the child of a fork() run, and nothing is wiped; the C library makes sure of its own. */
static pid_t
fork_in_silence(void)
{
#ifdef __GLIBC__
    wipe_in_child(0);
    pid_t child = _Fork();
    /* On both sides: a child may have one of its own. */
    wipe_in_child(1);
    return child;
#else
    return fork();
#endif
}

/* What fn, called in a child, ends with, and what it wrote to stderr. */
static int
status_of(void (*fn)(void *), void *arg, char *message, size_t size)
{
    int ends[2], status = 0;

    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork_in_silence();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        close(ends[0]);
        run_and_exit(fn, arg, ends[1]);
    }
    close(ends[1]);
    read_all(ends[0], message, size);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0)
        ck_assert_int_eq(errno, EINTR);
    return status;
}

static void
judge_abort(int status, const char *message, const char *needle)
{
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
        ck_abort_msg("expected SIGABRT with \"%s\", got wait status %#x and \"%s\"", needle, (unsigned)status, message);
    if (strstr(message, needle) == NULL)
        ck_abort_msg("expected a message with \"%s\", got \"%s\"", needle, message);
}

void
gil_test_expect_abort(void (*fn)(void *), void *arg, const char *needle)
{
    char message[4096];
    int status = status_of(fn, arg, message, sizeof message);
    judge_abort(status, message, needle);
}

int
gil_test_may_abort(void (*fn)(void *), void *arg, const char *needle)
{
    char message[4096];
    int status = status_of(fn, arg, message, sizeof message);
    if (status != 0)
        judge_abort(status, message, needle);
    return status != 0;
}
