/* SPDX-License-Identifier: MIT */
/* A sandbox that refuses membarrier(2), for the rest of the process. */
#include "support/support.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
refuse(int error)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof program[0], program};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        return -1;
    return syscall(SYS_membarrier, 0, 0, 0) == -1 && errno == error ? 0 : -1;
}

void
gil_test_refuse_membarrier(int error)
{
    int saved = errno;

    ck_assert_int_eq(refuse(error), 0);
    errno = saved;
}

int
gil_test_refuses_membarrier(void)
{
    return getenv("GIL_TEST_REFUSE_MEMBARRIER") != NULL;
}

int
gil_test_refuse_as_asked(void)
{
    static const struct {
        const char *name;
        int error;
    } refusals[] = {{"ENOSYS", ENOSYS}, {"EPERM", EPERM}, {"EINVAL", EINVAL}};
    const char *wanted = getenv("GIL_TEST_REFUSE_MEMBARRIER");

    for (size_t i = 0; wanted != NULL && i < sizeof refusals / sizeof refusals[0]; i++)
        if (strcmp(wanted, refusals[i].name) == 0)
            return refuse(refusals[i].error);
    return wanted == NULL ? 0 : -1;
}
