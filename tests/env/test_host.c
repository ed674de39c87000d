/* SPDX-License-Identifier: MIT */
/* What a host may have done to its process: no descriptors left, an empty root, another rounding, another umask. */
#include "support/support.h"

#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <gilrt.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static GilInterpreterGuard *guard;

static void *
enter_once(void *Gil_UNUSED(arg))
{
    GilThreadStateToken *token = GilThreadState_Ensure(guard);

    if (token == NULL)
        ck_abort_msg("a thread gets no state");
    GilThreadState_Release(token);
    return NULL;
}

/* A life of the runtime: a thread of the host enters, a module is looked for, an interpreter comes and goes. */
static void
live(void)
{
    pthread_t thread;

    gil_test_start();
    guard = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(pthread_create(&thread, NULL, enter_once, NULL), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_ptr_null(GilImport_ImportModule("there_is_none"));
    ck_assert(GilErr_ExceptionMatches(GilExc_ImportError));
    GilErr_Clear();
    GilThreadState *here = GilThreadState_Get(), *there = Gil_NewInterpreter();
    ck_assert_ptr_nonnull(there);
    Gil_EndInterpreter(there);
    GilThreadState_Swap(here);
    GilInterpreterGuard_Close(guard);
    gil_test_stop();
}

/* The descriptors that are open, as bits; FD_CLOEXEC does not count. */
static uint64_t
descriptors(void)
{
    uint64_t open = 0;

    for (int fd = 0; fd < 64; fd++)
        if (fcntl(fd, F_GETFD) != -1)
            open |= UINT64_C(1) << fd;
    return open;
}

/* The runtime opens none that stays, and needs none to live. */
START_TEST(test_R9_no_descriptor_is_left)
{
    struct rlimit usual, none;
    uint64_t before = descriptors();

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none = (struct rlimit){0, usual.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    ck_assert_int_eq(open("/", O_RDONLY), -1);
    ck_assert_int_eq(errno, EMFILE);
    live();
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &usual), 0);
    ck_assert_uint_eq(descriptors(), before);
    live();
    ck_assert_uint_eq(descriptors(), before);
}
END_TEST

/* A sanitizer reads /proc. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define EMPTY_ROOT 1

/* Neither /proc nor anything else, and nothing can be written: the directory is removed before it becomes the root. Passes unseen
 * only where the system allows that to nobody but root, and says so. */
START_TEST(test_R12_an_empty_root)
{
    char root[] = "/tmp/gilrt-root-XXXXXX";

    ck_assert_ptr_nonnull(mkdtemp(root));
    ck_assert_int_eq(chdir(root), 0);
    ck_assert_int_eq(rmdir(root), 0);
    if (geteuid() != 0 && unshare(CLONE_NEWUSER) != 0) {
        printf("# no other root: unshare(CLONE_NEWUSER) is refused: %d\n", errno);
        fflush(stdout);
        return;
    }
    ck_assert_int_eq(chroot("."), 0);
    ck_assert_int_eq(access("/proc", F_OK), -1);
    ck_assert_int_eq(open("/file", O_CREAT | O_WRONLY, 0600), -1);
    live();
}
END_TEST

#endif

static const int roundings[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

/* Text stands for the same double, and a double for the same text; and the host finds its setting as it was. */
START_TEST(test_R13_text_is_rounded_to_the_nearest)
{
    static const struct {
        const char *text;
        double value;
        const char *repr;
    } cases[] = {
        {"0.1", 0x1.999999999999ap-4, "0.1"},
        {"-0.3", -0x1.3333333333333p-2, "-0.3"},
        {"1e23", 0x1.52d02c7e14af6p+76, "1e+23"},
        {"5e-324", 0x1p-1074, "5e-324"},
        {"9007199254740993", 0x1p53, "9007199254740992.0"},
        {"123456.789e-7", 0x1.948b0f8fab5e6p-7, "0.0123456789"},
    };

    fesetround(roundings[_i]);
    gil_test_start();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        GilObject *text = GilUnicode_FromString(cases[i].text);
        GilObject *number = GilFloat_FromString(text);
        ck_assert_ptr_nonnull(number);
        ck_assert(GilFloat_AsDouble(number) == cases[i].value);
        GilObject *repr = GilObject_Repr(number);
        ck_assert_str_eq(GilUnicode_AsUTF8(repr), cases[i].repr);
        Gil_DECREF(repr);
        Gil_DECREF(number);
        Gil_DECREF(text);
    }
    GilObject *number = GilFloat_FromDouble(0.15), *format = GilUnicode_FromString(".20f");
    GilObject *short_format = GilUnicode_FromString(".1f");
    GilObject *exact = GilObject_Format(number, format), *cut = GilObject_Format(number, short_format);
    ck_assert_str_eq(GilUnicode_AsUTF8(exact), "0.14999999999999999445");
    ck_assert_str_eq(GilUnicode_AsUTF8(cut), "0.1");
    Gil_DECREF(cut);
    Gil_DECREF(exact);
    Gil_DECREF(short_format);
    Gil_DECREF(format);
    Gil_DECREF(number);
    ck_assert_int_eq(fegetround(), roundings[_i]);
    gil_test_stop();
    ck_assert_int_eq(fegetround(), roundings[_i]);
    fesetround(FE_TONEAREST);
}
END_TEST

/* Nothing is created, so nothing fails for it; and it stays as it is. */
START_TEST(test_R13_the_umask_is_the_hosts)
{
    mode_t usual = umask(0777);

    live();
    ck_assert_uint_eq(umask(usual), 0777);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("host");
    TCase *tc = tcase_create("host");

    tcase_add_test(tc, test_R9_no_descriptor_is_left);
#ifdef EMPTY_ROOT
    tcase_add_test(tc, test_R12_an_empty_root);
#endif
    tcase_add_loop_test(tc, test_R13_text_is_rounded_to_the_nearest, 0, (int)(sizeof roundings / sizeof roundings[0]));
    tcase_add_test(tc, test_R13_the_umask_is_the_hosts);
    suite_add_tcase(s, tc);
    return s;
}
