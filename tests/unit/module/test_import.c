/* SPDX-License-Identifier: MIT */
/* Importing when memory lacks, and at the end of the interpreter. The rest: tests/api/test_import.c. */
#include "support/support.h"

#include "base/mem.h"
#include "gilrt/config.h"
#include "gilrt/dict.h"
#include "gilrt/error.h"
#include "gilrt/long.h"
#include "gilrt/state.h"
#include "gilrt/type.h"
#include "gilrt/unicode.h"
#include "module/import.h"
#include "module/module.h"

#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

GilABIInfo_VAR(abi);

static GilType_Slot thing_slots[] = {{0, NULL}};
static GilType_Spec thing_spec = {"fresh.Thing", 0, 0, Gil_TPFLAGS_DEFAULT, thing_slots};

static GilObject *
nothing(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(unused))
{
    Gil_RETURN_NONE;
}

static GilMethodDef methods[] = {
    {"nothing", nothing, GIL_METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL}
};

/* A cycle: the module holds the type, the type the module. */
static int
fresh_exec(GilObject *module)
{
    GilObject *type = GilType_FromModuleAndSpec(module, &thing_spec, NULL);
    return GilModule_Add(module, "Thing", type);
}

static GilSlot fresh_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &abi),
    GilSlot_DATA(Gil_mod_methods, methods),
    GilSlot_SIZE(Gil_mod_state_size, 64),
    GilSlot_FUNC(Gil_mod_exec, fresh_exec),
    GilSlot_END
};

static GilSlot *
fresh_hook(void)
{
    return fresh_slots;
}

static void
start(void)
{
    ck_assert_int_eq(GilImport_AppendInittab("fresh", fresh_hook), 0);
    gil_test_start();
}

/* Imports a module that must not be there before, and takes it out of the registry again. */
static int
import_afresh(void *Gil_UNUSED(arg))
{
    struct gil_module_pocket *pocket = gil_module_pocket(gil_tstate_attached());
    ck_assert_ptr_null(pocket->newest);
    ck_assert_int_eq(GilDict_Size(pocket->modules), 0);

    GilObject *module = GilImport_ImportModule("fresh");
    ck_assert_ptr_null(pocket->importing);
    if (module == NULL)
        return -1;
    ck_assert_ptr_eq(pocket->newest, module);
    Gil_CLEAR(pocket->newest);
    GilDict_Clear(pocket->modules);
    gil_module_clear(module);
    Gil_DECREF(module);
    return 0;
}

START_TEST(test_K4_init_without_memory_leaves_nothing)
{
    gil_test_oom_loop(import_afresh, NULL);
}
END_TEST

static int
import_missing(void *Gil_UNUSED(arg))
{
    ck_assert_ptr_null(GilImport_ImportModule("not_there"));
    if (GilErr_ExceptionMatches(GilExc_MemoryError))
        return -1;
    ck_assert(GilErr_ExceptionMatches(GilExc_ModuleNotFoundError));
    GilErr_Clear();
    return 0;
}

START_TEST(test_K1_missing_file_without_memory)
{
    gil_test_oom_loop(import_missing, NULL);
}
END_TEST

static int
add_module(void *Gil_UNUSED(arg))
{
    struct gil_module_pocket *pocket = gil_module_pocket(gil_tstate_attached());

    GilObject *module = GilImport_AddModuleRef("made");
    if (module == NULL)
        return -1;
    Gil_CLEAR(pocket->newest);
    GilDict_Clear(pocket->modules);
    Gil_DECREF(module);
    return 0;
}

START_TEST(test_module_import__add_module_without_memory)
{
    gil_test_oom_loop(add_module, NULL);
}
END_TEST

START_TEST(test_module_import__builtin_table_without_memory)
{
    gil_test_stop();
    gil_mem_fail_nth(1, 0);
    ck_assert_int_eq(GilImport_AppendInittab("other", fresh_hook), -1);
    gil_mem_fail_nth(0, 0);
    ck_assert_int_eq(GilImport_AppendInittab("other", fresh_hook), 0);
    gil_test_start();
}
END_TEST

/* Objects that import with their last breath, once while modules are cleared and once when there are none any more. */
static int last_words;

static void
talkative_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);
    GilObject *name = GilUnicode_FromString("fresh");

    GilObject *module = GilImport_GetModule(name);
    Gil_XDECREF(module);
    Gil_DECREF(name);
    ck_assert_ptr_null(GilImport_ImportModule("another"));
    ck_assert(GilErr_ExceptionMatches(GilExc_ImportError));
    GilErr_Clear();
    ck_assert_ptr_null(GilImport_AddModuleRef("another"));
    ck_assert(GilErr_ExceptionMatches(GilExc_ImportError));
    GilErr_Clear();
    last_words++;
    freefunc tp_free = (freefunc)GilType_GetSlot(type, Gil_tp_free);
    tp_free(self);
    Gil_DECREF(type);
}

static GilType_Slot talkative_slots[] = {{Gil_tp_dealloc, (void *)talkative_dealloc}, {0, NULL}};
static GilType_Spec talkative_spec = {"test.Talkative", 0, 0, Gil_TPFLAGS_DEFAULT, talkative_slots};

START_TEST(test_module_import__last_words_find_no_new_modules)
{
    GilObject *module = GilImport_ImportModule("fresh"), *type = GilType_FromSpec(&talkative_spec);
    ck_assert(module != NULL && type != NULL);
    ck_assert_int_eq(GilModule_Add(module, "object", GilType_GenericAlloc((GilTypeObject *)(void *)type, 0)), 0);
    Gil_DECREF(module);
    /* An attribute of the type: goes when types are cleared, after the modules. */
    GilObject *object = GilType_GenericAlloc((GilTypeObject *)(void *)type, 0);
    ck_assert_int_eq(GilObject_SetAttrString(type, "object", object), 0);
    Gil_DECREF(object);
    Gil_DECREF(type);
    gil_test_stop();
    ck_assert_int_eq(last_words, 2);
    gil_test_start();
}
END_TEST

static int slow_began;

/* Leaves the lock and does not come back. */
static int
slow_exec(GilObject *Gil_UNUSED(module))
{
    Gil_BEGIN_ALLOW_THREADS
    __atomic_store_n(&slow_began, 1, __ATOMIC_RELEASE);
    pause();
    Gil_END_ALLOW_THREADS
    return 0;
}

static GilSlot slow_slots[] = {GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_FUNC(Gil_mod_exec, slow_exec), GilSlot_END};

static GilSlot *
slow_hook(void)
{
    return slow_slots;
}

static void *
import_slow(void *ts)
{
    GilEval_RestoreThread(ts);
    GilImport_ImportModule("slow");
    return NULL;
}

static void
begin_slow_import(void)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, import_slow, GilThreadState_New(GilInterpreterState_Get())), 0);
    pthread_detach(thread);
}

START_TEST(test_K5_waiters_are_told_of_the_end)
{
    char line[200] = "";
    int ends[2];

    gil_test_stop();
    ck_assert_int_eq(GilImport_AppendInittab("slow", slow_hook), 0);
    gil_test_start();
    const struct gil_module_pocket *pocket = gil_module_pocket(gil_tstate_attached());
    begin_slow_import();
    while (!__atomic_load_n(&slow_began, __ATOMIC_ACQUIRE)) {
        Gil_BEGIN_ALLOW_THREADS
        sched_yield();
        Gil_END_ALLOW_THREADS
    }
    begin_slow_import();
    while (pocket->waits == NULL) {
        Gil_BEGIN_ALLOW_THREADS
        sched_yield();
        Gil_END_ALLOW_THREADS
    }
    ck_assert_int_eq(pipe(ends), 0);
    int saved = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    gil_test_stop();
    ck_assert_int_gt(read(ends[0], line, sizeof(line) - 1), 0);
    dup2(saved, STDERR_FILENO);
    ck_assert_msg(strstr(line, "comes back after its interpreter has ended") != NULL, "%s", line);
    gil_test_start();
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("module/import");
    TCase *tc = tcase_create("import");

    tcase_add_checked_fixture(tc, start, gil_test_stop);
    tcase_add_test(tc, test_K4_init_without_memory_leaves_nothing);
    tcase_add_test(tc, test_K1_missing_file_without_memory);
    tcase_add_test(tc, test_module_import__add_module_without_memory);
    tcase_add_test(tc, test_module_import__builtin_table_without_memory);
    tcase_add_test(tc, test_module_import__last_words_find_no_new_modules);
    tcase_add_test(tc, test_K5_waiters_are_told_of_the_end);
    suite_add_tcase(s, tc);
    return s;
}
