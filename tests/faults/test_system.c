/* SPDX-License-Identifier: MIT */
/* What the system runs out of: address space, descriptors, keys for thread data. Public interface only. */
#include "support/support.h"

#include <errno.h>
#include <gilrt.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 /* a sanitizer lives in more address space than can be limited */
#else
#define SANITIZED 0
#endif

static size_t
pages_mapped(void)
{
    size_t pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fscanf(f, "%zu", &pages), 1);
    fclose(f);
    return pages;
}

/* From here on so many bytes more can be mapped. */
static void
limit_address_space(size_t more)
{
    struct rlimit limit;

    ck_assert_int_eq(getrlimit(RLIMIT_AS, &limit), 0);
    limit.rlim_cur = pages_mapped() * (size_t)sysconf(_SC_PAGESIZE) + more;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
}

/* Appends things of a size until that fails, and lets go of them; how many there were. */
static long
fill_memory(Gil_ssize_t size)
{
    GilObject *all = GilList_New(0);
    long n = 0;

    ck_assert_ptr_nonnull(all);
    for (;;) {
        GilObject *item = size > 0 ? GilBytes_FromStringAndSize(NULL, size) : GilList_New(3);
        int rc = item == NULL ? -1 : GilList_Append(all, item);
        Gil_XDECREF(item);
        if (rc < 0)
            break;
        n++;
    }
    if (!GilErr_ExceptionMatches(GilExc_MemoryError))
        ck_abort_msg("not MemoryError after %ld things", n);
    GilErr_Clear();
    Gil_DECREF(all);
    return n;
}

static const Gil_ssize_t sizes[] = {0, 100, 5000, 100000};

START_TEST(test_faults_system__address_space_ends)
{
    GilFinalizeReport report;
    if (SANITIZED)
        return;
    gil_test_start();
    /* What is tracked is gone through a thousand times where each allocation is a collection. */
    limit_address_space((size_t)(getenv("GIL_GC_STRESS") != NULL ? 16 : 64) << 20);
    long first = fill_memory(sizes[_i]);
    ck_assert_int_gt(first, 0);
    /* What was let go of is there again, though the kernel gives no more. */
    ck_assert_int_ge(fill_memory(sizes[_i]), first - first / 4);
    gil_test_stop();
    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_uint_eq(report.blocks, 0);
}
END_TEST

START_TEST(test_faults_system__a_start_without_address_space_is_an_error)
{
    GilConfig config;
    if (SANITIZED)
        return;
    GilConfig_Init(&config);
    limit_address_space(0);
    for (int i = 0; i < 100; i++) {
        GilStatus status = Gil_InitializeFromConfig(&config);
        if (GilStatus_Exception(status)) {
            ck_assert_str_eq(status.err_msg, GilStatus_NoMemory().err_msg);
            ck_assert(!GilThreadState_IsAttached());
        }
        else /* the allocator below had enough in store */
            ck_assert_int_eq(Gil_FinalizeEx(), 0);
    }
    limit_address_space((size_t)64 << 20);
    gil_test_start();
    gil_test_stop();
}
END_TEST

/* Where the shared objects of tests/api/modules/ are. */
static const char *
modules(void)
{
    static char path[4096];
    const char *given = getenv("GIL_TEST_MODULES"), *build = getenv("top_builddir");

    if (given != NULL)
        return given;
    snprintf(path, sizeof(path), "%s/tests/api/modules/.libs", build != NULL ? build : ".");
    return path;
}

START_TEST(test_K1_a_module_that_cannot_be_opened_is_an_error)
{
    struct rlimit usual, none;
    GilConfig config;

    GilConfig_Init(&config);
    config.module_search_path = modules();
    GilStatus status = Gil_InitializeFromConfig(&config);
    ck_assert_msg(!GilStatus_Exception(status), "%s", status.err_msg);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none = (struct rlimit){3, usual.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    GilObject *module = GilImport_ImportModule("good");
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &usual), 0);
    ck_assert_ptr_null(module);
    ck_assert(GilErr_ExceptionMatches(GilExc_ImportError));
    GilObject *error = GilErr_GetRaisedException(), *text = GilObject_Str(error);
    ck_assert_ptr_nonnull(text);
    ck_assert_msg(strstr(GilUnicode_AsUTF8(text), "Too many open files") != NULL, "%s", GilUnicode_AsUTF8(text));
    Gil_DECREF(text);
    Gil_DECREF(error);

    module = GilImport_ImportModule("good");
    ck_assert_ptr_nonnull(module);
    Gil_DECREF(module);
    gil_test_stop();
}
END_TEST

START_TEST(test_B12_no_key_for_thread_data_is_an_error)
{
    pthread_key_t keys[PTHREAD_KEYS_MAX];
    GilConfig config;
    int n = 0;

    while (n < PTHREAD_KEYS_MAX && pthread_key_create(&keys[n], NULL) == 0)
        n++;
    GilConfig_Init(&config);
    GilStatus status = Gil_InitializeFromConfig(&config);
    ck_assert(GilStatus_IsError(status));
    ck_assert(!Gil_IsInitialized());
    while (n > 0)
        ck_assert_int_eq(pthread_key_delete(keys[--n]), 0);
    gil_test_start();
    gil_test_stop();
}
END_TEST

/* What an interpreter takes from the system is not to be had: nothing has changed, and it can be had again. */
START_TEST(test_J4_an_interpreter_without_address_space_is_an_error)
{
    enum { MOST = 4000 };
    static GilThreadState *made[MOST];
    GilFinalizeReport report;
    GilInterpreterConfig config;
    int n = 0;
    if (SANITIZED)
        return;
    gil_test_start();
    GilThreadState *own = GilThreadState_Get(), *ts;
    GilInterpreterConfig_Init(&config);
    limit_address_space((size_t)4 << 20);
    for (; n < MOST && (ts = Gil_NewInterpreter()) != NULL; n++)
        made[n] = ts;
    ck_assert_int_lt(n, MOST);
    GilThreadState *attached = GilThreadState_Get();
    ck_assert_ptr_eq(attached, n > 0 ? made[n - 1] : own);
    ck_assert_ptr_null(GilErr_Occurred());
    GilStatus status = Gil_NewInterpreterFromConfig(&ts, &config);
    ck_assert(GilStatus_Exception(status));
    ck_assert_str_eq(status.err_msg, GilStatus_NoMemory().err_msg);
    ck_assert_ptr_null(ts);
    ck_assert_ptr_eq(GilThreadState_Get(), attached);
    while (n > 0) {
        GilThreadState_Swap(made[--n]);
        ck_assert_int_eq(Gil_EndInterpreter(made[n]), 0);
    }
    GilThreadState_Swap(own);
    limit_address_space((size_t)64 << 20);
    ck_assert_ptr_nonnull(ts = Gil_NewInterpreter());
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(own);
    gil_test_stop();
    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_uint_eq(report.blocks, 0);
}
END_TEST

/* Threads that were there before memory ended ask for some and come in while none is left: they get what they ask for or are told. They
 * check nothing there, for that takes memory. */
struct late {
    sem_t go;
    GilInterpreterView *view;
    int entered, told, came;
    void *blocks[65]; /* of which each thread frees one */
};

static void
make_large(void)
{
    GilObject *large = GilBytes_FromStringAndSize(NULL, 3000000);
    if (large == NULL)
        GilErr_Clear();
    Gil_XDECREF(large);
}

static void *
come_late(void *arg)
{
    struct late *late = arg;
    while (sem_wait(&late->go) != 0)
        ;
    GilMem_RawFree(GilMem_RawMalloc(48));
    GilMem_RawFree(late->blocks[__atomic_add_fetch(&late->came, 1, __ATOMIC_SEQ_CST)]);
    GilThreadStateToken *token = GilThreadState_EnsureFromView(late->view);
    if (token != NULL) {
        make_large();
        __atomic_add_fetch(&late->entered, GilThreadState_IsAttached(), __ATOMIC_SEQ_CST);
        GilThreadState_Release(token);
    }
    else
        __atomic_add_fetch(&late->told, !GilThreadState_IsAttached(), __ATOMIC_SEQ_CST);
    return NULL;
}

/* Once the interpreter's objects have taken all, which leaves room in the arena that serves raw blocks, and once raw blocks. */
START_TEST(test_J4_threads_that_come_when_no_memory_is_left)
{
    enum { THREADS = 64 };
    static pthread_t threads[THREADS];
    static char *taken[100000];
    size_t first = _i ? 100000 : 0;
    struct late late = {.entered = 0};
    int n = 0;
    if (SANITIZED)
        return;
    gil_test_start();
    late.view = GilInterpreterView_FromCurrent();
    sem_init(&late.go, 0, 0);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_ptr_nonnull(late.blocks[i + 1] = GilMem_RawMalloc(3));
        ck_assert_int_eq(pthread_create(&threads[i], NULL, come_late, &late), 0);
    }
    limit_address_space((size_t)8 << 20);
    if (!first)
        fill_memory(100000);
    for (size_t size = first; size >= 64; size /= 4)
        while (n < 100000 && (taken[n] = GilMem_RawMalloc(size)) != NULL)
            n++;
    ck_assert_int_lt(n, 100000);
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < THREADS; i++)
        sem_post(&late.go);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(late.entered + late.told, THREADS);
    while (n > 0)
        GilMem_RawFree(taken[--n]);
    GilInterpreterView_Close(late.view);
    gil_test_stop();
    gil_test_start();
    gil_test_stop();
}
END_TEST

static void *
fork_late(void *arg)
{
    struct late *late = arg;

    while (sem_wait(&late->go) != 0)
        ;
    pid_t child = GilOS_Fork();
    if (child == 0)
        _exit(0);
    late->told = child < 0 ? errno : 0;
    if (child > 0)
        late->entered = waitpid(child, NULL, 0) == child;
    return NULL;
}

/* Its first call of the allocator would be the allocator's own part of the fork. */
START_TEST(test_J4_a_fork_by_a_thread_that_comes_when_no_memory_is_left)
{
    struct late late = {.entered = 0};
    struct rlimit none = {1, RLIM_INFINITY}, all = {RLIM_INFINITY, RLIM_INFINITY};
    pthread_t thread;

    if (SANITIZED)
        return;
    if (_i)
        gil_test_start();
    sem_init(&late.go, 0, 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, fork_late, &late), 0);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &none), 0);
    sem_post(&late.go);
    GilThreadState *ts = _i ? GilEval_SaveThread() : NULL;
    pthread_join(thread, NULL);
    if (_i)
        GilEval_RestoreThread(ts);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &all), 0);
    ck_assert(late.told == ENOMEM || late.entered);
    if (_i)
        gil_test_stop();
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("system");
    TCase *tc = tcase_create("limits");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, test_faults_system__address_space_ends, 0, (int)Gil_ARRAY_LENGTH(sizes));
    tcase_add_test(tc, test_faults_system__a_start_without_address_space_is_an_error);
    tcase_add_test(tc, test_K1_a_module_that_cannot_be_opened_is_an_error);
    tcase_add_test(tc, test_B12_no_key_for_thread_data_is_an_error);
    tcase_add_test(tc, test_J4_an_interpreter_without_address_space_is_an_error);
    tcase_add_loop_test(tc, test_J4_threads_that_come_when_no_memory_is_left, 0, 2);
    tcase_add_loop_test(tc, test_J4_a_fork_by_a_thread_that_comes_when_no_memory_is_left, 0, 2);
    suite_add_tcase(s, tc);
    return s;
}
