/* SPDX-License-Identifier: MIT */
/* What is not the same on every machine: what an emulator of user programs has (qemu-user), and how small a stack may be. */
#include "support/support.h"

#include <errno.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* No kernel lacks ptrace(2), and one that forbids it says EPERM. In a child: it changes who is asked about signals. */
static int
is_emulated(void)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        _exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 && errno == ENOSYS);
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

size_t
gil_test_small_stack(size_t wanted)
{
    long least = sysconf(_SC_THREAD_STACK_MIN);

    return least > 0 && (size_t)least > wanted ? (size_t)least : wanted;
}

int
gil_test_left_out_under_emulation(const char *test, const char *why)
{
    static int emulated = -1;

    if (emulated < 0)
        emulated = is_emulated();
    if (emulated)
        printf("# %s is left out under an emulator: %s\n", test, why);
    return emulated;
}
