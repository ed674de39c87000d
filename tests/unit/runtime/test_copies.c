/* SPDX-License-Identifier: MIT */
/* Two copies of the library in one process: the one that is linked into this program, and the shared one. */
#include "support/support.h"

#include "gilrt/config.h"
#include "runtime/copies.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the build is: GIL_TEST_LIBRARY and GIL_TEST_MODULES override, for builds of another shape. */
static const char *
built_file(const char *variable, const char *name)
{
    static char path[4200];
    const char *given = getenv(variable), *build = getenv("top_builddir");

    snprintf(path, sizeof(path), "%s/%s", build != NULL ? build : ".", name);
    return given != NULL ? given : path;
}

/* One of this folder's shared objects. */
static const char *
built_module(const char *name)
{
    static char path[4300];

    snprintf(path, sizeof(path), "%s/%s", built_file("GIL_TEST_MODULES", "tests/unit/runtime/.libs"), name);
    return path;
}

/* The second copy. */
static struct {
    void *handle;
    GilStatus (*initialize)(const GilConfig *config);
    int (*finalize)(void);
    int (*is_initialized)(void);
} other;

static void
load_other(void)
{
    other.handle = dlopen(built_file("GIL_TEST_LIBRARY", ".libs/libgilrt.so"), RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(other.handle != NULL, "%s", dlerror());
    other.initialize = (GilStatus(*)(const GilConfig *))(uintptr_t)dlsym(other.handle, "Gil_InitializeFromConfig");
    other.finalize = (int (*)(void))(uintptr_t)dlsym(other.handle, "Gil_FinalizeEx");
    other.is_initialized = (int (*)(void))(uintptr_t)dlsym(other.handle, "Gil_IsInitialized");
    ck_assert(other.initialize != NULL && other.finalize != NULL && other.is_initialized != NULL);
    ck_assert(other.finalize != Gil_FinalizeEx);
}

START_TEST(test_K8_second_copy_is_refused_while_the_first_runs)
{
    GilConfig config;

    load_other();
    GilConfig_Init(&config);
    ck_assert(!GilStatus_Exception(Gil_InitializeFromConfig(&config)));
    GilStatus status = other.initialize(&config);
    ck_assert(GilStatus_IsError(status));
    ck_assert_str_eq(status.err_msg, "another copy of libgilrt is running in this process");
    ck_assert(!other.is_initialized());
    ck_assert_int_eq(Gil_FinalizeEx(), 0);

    /* One after the other is allowed, and then this one is the second. */
    ck_assert(!GilStatus_Exception(other.initialize(&config)));
    status = Gil_InitializeFromConfig(&config);
    ck_assert(GilStatus_IsError(status));
    ck_assert_int_eq(other.finalize(), 0);
    ck_assert(!GilStatus_Exception(Gil_InitializeFromConfig(&config)));
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
}
END_TEST

/* The copy came with RTLD_LOCAL, and this program exports nothing: the module finds what it needs only in the copy. */
START_TEST(test_runtime_copies__modules_find_a_copy_that_was_loaded_locally)
{
    GilConfig config;

    load_other();
    GilObject *(*import)(const char *) =
        (GilObject * (*)(const char *))(uintptr_t)dlsym(other.handle, "GilImport_ImportModule");
    void (*decref)(GilObject *) = (void (*)(GilObject *))(uintptr_t)dlsym(other.handle, "Gil_DecRef");
    ck_assert(import != NULL && decref != NULL);
    GilConfig_Init(&config);
    config.module_search_path = built_file("GIL_TEST_MODULES", "tests/api/modules/.libs");
    ck_assert(!GilStatus_Exception(other.initialize(&config)));
    GilObject *module = import("good");
    ck_assert_ptr_nonnull(module);
    decref(module);
    ck_assert_int_eq(other.finalize(), 0);
}
END_TEST

/* A copy of another version, in the same namespace or one of its own, where nothing of this one can be found by name; and that
 * one looks for this, too. Under a sanitizer, which wants to be there first, there is no other namespace. */
START_TEST(test_K8_copy_in_another_namespace_is_refused)
{
    GilConfig config;
    int (*claim)(void);
    void (*unclaim)(void);

    GilConfig_Init(&config);
    void *handle = _i == 0 ? dlmopen(LM_ID_BASE, built_module("copy.so"), RTLD_NOW | RTLD_LOCAL)
                           : dlmopen(LM_ID_NEWLM, built_module("copy.so"), RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(handle != NULL, "%s", dlerror());
    claim = (int (*)(void))(uintptr_t)dlsym(handle, "copy_claim");
    unclaim = (void (*)(void))(uintptr_t)dlsym(handle, "copy_unclaim");
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(claim(), 0);
        GilStatus status = Gil_InitializeFromConfig(&config);
        ck_assert(GilStatus_IsError(status));
        ck_assert_str_eq(status.err_msg, "another copy of libgilrt is running in this process");
        unclaim();
        ck_assert(!GilStatus_Exception(Gil_InitializeFromConfig(&config)));
        ck_assert_int_eq(claim(), -1);
        ck_assert_int_eq(Gil_FinalizeEx(), 0);
    }
}
END_TEST

START_TEST(test_runtime_copies__claim_and_unclaim)
{
    ck_assert_int_eq(gil_copies_claim(), 0);
    ck_assert_int_eq(gil_copies_claim(), 0);
    gil_copies_unclaim();
    ck_assert_int_eq(gil_copies_claim(), 0);
    gil_copies_unclaim();
}
END_TEST

/* The allocator below is in the process from its start here; what is tested is what the library itself takes. */
START_TEST(test_K7_library_loads_when_static_tls_is_nearly_used_up)
{
    GilConfig config;

    void *hog = dlopen(built_module("hog.so"), RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(hog != NULL, "%s", dlerror());
    void (*touch)(void) = (void (*)(void))(uintptr_t)dlsym(hog, "hog_touch");
    touch();
    load_other();
    GilConfig_Init(&config);
    ck_assert(!GilStatus_Exception(other.initialize(&config)));
    ck_assert_int_eq(other.finalize(), 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("runtime/copies");
    TCase *tc = tcase_create("copies");

    tcase_add_test(tc, test_runtime_copies__claim_and_unclaim);
    tcase_add_test(tc, test_runtime_copies__modules_find_a_copy_that_was_loaded_locally);
    tcase_add_test(tc, test_K8_second_copy_is_refused_while_the_first_runs);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    tcase_add_loop_test(tc, test_K8_copy_in_another_namespace_is_refused, 0, 1);
#else
    tcase_add_loop_test(tc, test_K8_copy_in_another_namespace_is_refused, 0, 2);
#endif
    tcase_add_test(tc, test_K7_library_loads_when_static_tls_is_nearly_used_up);
    suite_add_tcase(s, tc);
    return s;
}
