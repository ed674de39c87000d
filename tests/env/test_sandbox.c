/* SPDX-License-Identifier: MIT */
/* The runtime where the system gives less: calls refused, one processor, no descriptor, no privilege. */
#include "support/support.h"

#include "env/work.h"
#include "sync/machine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What any host does; the lock goes by the fence where there is one, and says so. */
static void
host(void)
{
    gil_machine_start();
    work_as_a_host(Gil_LOCK_MODE_DEFAULT, !gil_machine_can_fence_all());
}

/* The same where there is none, whatever the library finds. */
static void
host_without_fence(void)
{
    work_as_a_host(Gil_LOCK_MODE_DEFAULT, 1);
    ck_assert_int_eq(gil_machine_can_fence_all(), 0);
}

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* From here on the kernel answers that call with that errno. */
static void
refuse(unsigned call, int error)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)error & SECCOMP_RET_DATA)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof rules / sizeof rules[0], rules};

    ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
    ck_assert_int_eq(syscall((long)call, 0, 0, 0), -1);
    ck_assert_int_eq(errno, error);
}

static const int refusals[] = {ENOSYS, EPERM, EINVAL};

START_TEST(test_R1_membarrier_is_refused_from_the_start)
{
    refuse(SYS_membarrier, refusals[_i]);
    host_without_fence();
}
END_TEST

/* Where it is allowed, a host that will forbid it later says so; then the refusal meets nobody. */
START_TEST(test_R1_a_host_that_forbids_it_later_may_say_so)
{
    work_as_a_host(Gil_LOCK_MODE_FENCED, 1);
    refuse(SYS_membarrier, refusals[_i]);
    work_as_a_host(Gil_LOCK_MODE_FENCED, 1);
}
END_TEST

/* One thread needs no fence, and the next start finds out that there is none. */
START_TEST(test_env_sandbox__membarrier_is_refused_later)
{
    host();
    ck_assert_int_eq(Gil_Initialize(), 0);
    refuse(SYS_membarrier, refusals[_i]);
    Gil_BEGIN_ALLOW_THREADS
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    host_without_fence();
}
END_TEST

/* Refused while the lock leans to this thread, which has done its work: the next that wants the lock cannot know where it is. */
static void
host_that_is_surprised(void *error)
{
    pthread_t thread;
    int number = 0;

    gil_test_start();
    work_in_this_interpreter(0);
    for (int i = 0; i < 10000; i++) {
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
    }
    refuse(SYS_membarrier, *(const int *)error);
    work.guard = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(pthread_create(&thread, NULL, work_all_day, &number), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
}

START_TEST(test_R2_membarrier_is_refused_too_late)
{
    int error = refusals[_i];

    gil_machine_start();
    if (gil_machine_can_fence_all())
        gil_test_expect_abort(host_that_is_surprised, &error, "enter a seccomp sandbox before the runtime starts");
}
END_TEST

/* Hashes are keyed all the same. */
START_TEST(test_env_sandbox__getrandom_is_refused)
{
    refuse(SYS_getrandom, refusals[_i]);
    host();
}
END_TEST

/* Whoever waits there sleeps: the one that it waits for has no other processor to run on. What the lock makes
 * of spin_ns is shown in unit/state/test_lock_clock.c. */
START_TEST(test_R3_one_processor)
{
    cpu_set_t allowed, one;

    ck_assert_int_eq(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    gil_machine_start();
    ck_assert_int_eq(gil_machine_spin_ns() > 0, CPU_COUNT(&allowed) > 1);
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
        if (CPU_ISSET(i, &allowed))
            CPU_SET(i, &one);
    ck_assert_int_eq(sched_setaffinity(0, sizeof one, &one), 0);
    host();
    ck_assert_uint_eq(gil_machine_spin_ns(), 0);
}
END_TEST

/* The runtime opens no file that it keeps, and does not need one to start. */
START_TEST(test_env_sandbox__no_descriptor_is_free)
{
    struct rlimit usual, none;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none = (struct rlimit){3, usual.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    host();
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &usual), 0); /* for a sanitizer that looks at the end */
}
END_TEST

/* An ordinary user, in the child that each test is; root would pass where a user does not. */
START_TEST(test_env_sandbox__an_ordinary_user)
{
    enum { NOBODY = 65534 };

    if (geteuid() == 0) {
        ck_assert_int_eq(setresgid(NOBODY, NOBODY, NOBODY), 0);
        ck_assert_int_eq(setresuid(NOBODY, NOBODY, NOBODY), 0);
    }
    host();
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("sandbox");
    TCase *tc = tcase_create("less");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, test_R1_membarrier_is_refused_from_the_start, 0, 3);
    tcase_add_loop_test(tc, test_R1_a_host_that_forbids_it_later_may_say_so, 0, 3);
    tcase_add_loop_test(tc, test_env_sandbox__membarrier_is_refused_later, 0, 3);
    tcase_add_loop_test(tc, test_env_sandbox__getrandom_is_refused, 0, 3);
    tcase_add_loop_test(tc, test_R2_membarrier_is_refused_too_late, 0, 3);
    tcase_add_test(tc, test_R3_one_processor);
    tcase_add_test(tc, test_env_sandbox__no_descriptor_is_free);
    tcase_add_test(tc, test_env_sandbox__an_ordinary_user);
    suite_add_tcase(s, tc);
    return s;
}
