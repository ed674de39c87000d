/* SPDX-License-Identifier: MIT */
/* Importing: from the built-in table and from shared objects, and all the ways in which it fails. */
#include "support/support.h"

#include <gilrt.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the shared objects of modules/ are. */
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

static void
start_with(const char *search_path, int strict)
{
    GilConfig config;

    GilConfig_Init(&config);
    config.module_search_path = search_path;
    config.strict_paths = strict;
    GilStatus status = Gil_InitializeFromConfig(&config);
    ck_assert_msg(!GilStatus_Exception(status), "%s", status.err_msg);
}

static void
start(void)
{
    start_with(modules(), 0);
}

static void
stop(void)
{
    GilFinalizeReport report;

    ck_assert(!GilErr_Occurred());
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_uint_eq(report.objects, 0);
    ck_assert_uint_eq(report.blocks, 0);
}

/* The import fails with an instance of type whose text contains needle, and leaves no module. */
START_TEST(test_api_import__capsule_by_its_name)
{
    static int table;
    GilObject *module = GilImport_AddModuleRef("offers"), *deeper = GilImport_AddModuleRef("deeper");

    ck_assert_int_eq(GilModule_Add(module, "api", GilCapsule_New(&table, "offers.api", NULL)), 0);
    ck_assert_int_eq(GilModule_Add(deeper, "api", GilCapsule_New(&table, "offers.deeper.api", NULL)), 0);
    ck_assert_int_eq(GilModule_AddObjectRef(module, "deeper", deeper), 0);
    ck_assert_int_eq(GilModule_AddIntConstant(module, "number", 1), 0);
    ck_assert_ptr_eq(GilCapsule_Import("offers.api", 0), &table);
    ck_assert_ptr_eq(GilCapsule_Import("offers.deeper.api", 1), &table);
    ck_assert_ptr_null(GilErr_Occurred());

    static const char *const wrong[] = {"offers", "offers.number", "offers.missing", "deeper.api"};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(wrong); i++) {
        ck_assert_ptr_null(GilCapsule_Import(wrong[i], 0));
        ck_assert(GilErr_ExceptionMatches(GilExc_AttributeError));
        GilErr_Clear();
    }
    ck_assert_ptr_null(GilCapsule_Import("no_such_module.api", 0));
    ck_assert(GilErr_ExceptionMatches(GilExc_ImportError));
    GilErr_Clear();
    Gil_DECREF(deeper);
    Gil_DECREF(module);
}
END_TEST

static void
check_refused(const char *name, GilObject *type, const char *needle)
{
    ck_assert_ptr_null(GilImport_ImportModule(name));
    ck_assert(GilErr_ExceptionMatches(type));
    GilObject *error = GilErr_GetRaisedException(), *text = GilObject_Str(error), *str = GilUnicode_FromString(name);
    ck_assert_msg(strstr(GilUnicode_AsUTF8(text), needle) != NULL, "\"%s\" has no \"%s\"", GilUnicode_AsUTF8(text),
                  needle);
    ck_assert_ptr_null(GilImport_GetModule(str));
    ck_assert(!GilErr_Occurred());
    Gil_DECREF(str);
    Gil_DECREF(text);
    Gil_DECREF(error);
}

static long
int_attribute(GilObject *o, const char *name)
{
    GilObject *value = GilObject_GetAttrString(o, name);
    ck_assert_ptr_nonnull(value);
    long result = GilLong_AsLong(value);
    Gil_DECREF(value);
    return result;
}

static long
call(GilObject *o, const char *name)
{
    GilObject *value = GilObject_CallMethod(o, name, NULL);
    ck_assert_ptr_nonnull(value);
    long result = GilLong_AsLong(value);
    Gil_DECREF(value);
    return result;
}

START_TEST(test_api_import__shared_object)
{
    GilObject *module = GilImport_ImportModule("good"), *again = GilImport_ImportModule("good");
    ck_assert_ptr_nonnull(module);
    ck_assert_ptr_eq(module, again);
    ck_assert_str_eq(GilModule_GetName(module), "good");
    ck_assert_int_eq(int_attribute(module, "answer"), 42);
    ck_assert_int_eq(call(module, "count"), 1);
    ck_assert_int_eq(call(again, "count"), 2);

    GilObject *file = GilModule_GetFilenameObject(module);
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(strstr(GilUnicode_AsUTF8(file), "/good.so"));
    ck_assert_int_eq(GilUnicode_AsUTF8(file)[0], '/');
    Gil_DECREF(file);
    Gil_DECREF(again);
    Gil_DECREF(module);
}
END_TEST

START_TEST(test_api_import__state_is_the_interpreters_own)
{
    GilObject *module = GilImport_ImportModule("good");
    ck_assert_int_eq(call(module, "count"), 1);
    Gil_DECREF(module);
    stop();
    start();
    module = GilImport_ImportModule("good");
    ck_assert_int_eq(call(module, "count"), 1);
    Gil_DECREF(module);
}
END_TEST

START_TEST(test_api_import__by_object_and_by_registry)
{
    GilObject *name = GilUnicode_FromString("good");
    ck_assert_ptr_null(GilImport_GetModule(name));
    ck_assert(!GilErr_Occurred());
    GilObject *module = GilImport_Import(name), *found = GilImport_GetModule(name);
    ck_assert_ptr_nonnull(module);
    ck_assert_ptr_eq(module, found);
    Gil_DECREF(found);
    Gil_DECREF(module);
    Gil_DECREF(name);

    GilObject *made = GilImport_AddModuleRef("made"), *same = GilImport_ImportModule("made");
    ck_assert_ptr_nonnull(made);
    ck_assert_ptr_eq(made, same);
    Gil_DECREF(same);
    same = GilImport_AddModuleRef("made");
    ck_assert_ptr_eq(made, same);
    Gil_DECREF(same);
    Gil_DECREF(made);
}
END_TEST

START_TEST(test_api_import__wrong_arguments_raise)
{
    GilObject *number = GilLong_FromLong(5000000);

    ck_assert_ptr_null(GilImport_ImportModule(NULL));
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    ck_assert_ptr_null(GilImport_Import(NULL));
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    ck_assert_ptr_null(GilImport_Import(number));
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    ck_assert_ptr_null(GilImport_GetModule(number));
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    ck_assert_ptr_null(GilImport_AddModuleRef(NULL));
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    Gil_DECREF(number);
}
END_TEST

static void
check_attributes(const char *name, const char *file)
{
    ck_assert_ptr_null(GilImport_ImportModule(name));
    ck_assert(GilErr_ExceptionMatches(GilExc_ImportError));
    GilObject *error = GilErr_GetRaisedException();
    GilObject *got = GilObject_GetAttrString(error, "name"), *path = GilObject_GetAttrString(error, "path");
    ck_assert_ptr_nonnull(got);
    ck_assert_str_eq(GilUnicode_AsUTF8(got), name);
    ck_assert_ptr_nonnull(path);
    if (file == NULL)
        ck_assert_ptr_eq(path, Gil_None);
    else
        ck_assert_ptr_nonnull(strstr(GilUnicode_AsUTF8(path), file));
    Gil_DECREF(path);
    Gil_DECREF(got);
    Gil_DECREF(error);
}

START_TEST(test_K1_missing_file_is_an_error)
{
    check_refused("no_such_module", GilExc_ModuleNotFoundError, "No module named 'no_such_module'");
    check_attributes("no_such_module", NULL);
    check_attributes("no such module", NULL);
}
END_TEST

START_TEST(test_K1_missing_symbol_is_an_error)
{
    /* Twice: the second attempt is as the first. */
    for (int i = 0; i < 2; i++) {
        check_refused("nohook", GilExc_ImportError, "GilModExport_nohook is not defined by ");
        check_refused("undefined", GilExc_ImportError, "gil_test_symbol_that_nobody_has");
    }
    check_attributes("nohook", "/nohook.so");
    check_attributes("undefined", "/undefined.so");
}
END_TEST

START_TEST(test_K6_refused_shared_objects_stay_loaded)
{
    char file[4200];

    check_refused("nohook", GilExc_ImportError, "GilModExport_nohook");
    snprintf(file, sizeof(file), "%s/nohook.so", modules());
    ck_assert_ptr_nonnull(dlopen(file, RTLD_NOW | RTLD_NOLOAD));
}
END_TEST

START_TEST(test_K1_no_shared_object_is_an_error)
{
    char dir[] = "/tmp/gilrt-K1-XXXXXX", file[64];

    stop();
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(file, sizeof(file), "%s/text.so", dir);
    FILE *f = fopen(file, "w");
    fputs("not an ELF file, and long enough to be looked at closely by whoever reads it as one", f);
    fclose(f);
    snprintf(file, sizeof(file), "%s/folder.so", dir);
    mkdir(file, 0755);

    start_with(dir, 0);
    check_refused("text", GilExc_ImportError, "text.so");
    check_refused("folder", GilExc_ImportError, "is not a file");
    rmdir(file);
    snprintf(file, sizeof(file), "%s/text.so", dir);
    unlink(file);
    rmdir(dir);
}
END_TEST

START_TEST(test_K2_only_names_are_names)
{
    char path[4200];
    static const char *const bad[] = {"../good", "./good", "good/",  "a.b",   ".",
                                      "..",      "1good",  "good-1", "go od", "g\xc3\xb6od"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        check_refused(bad[i], GilExc_ModuleNotFoundError, "No module named");
    check_refused("", GilExc_ValueError, "empty module name");
    snprintf(path, sizeof(path), "%s/good", modules());
    check_refused(path, GilExc_ModuleNotFoundError, "No module named");
    memset(path, 'a', 201);
    path[201] = '\0';
    check_refused(path, GilExc_ModuleNotFoundError, "at most 200");

    GilObject *nul = GilUnicode_FromStringAndSize("good\0evil", 9);
    ck_assert_ptr_null(GilImport_Import(nul));
    ck_assert(GilErr_ExceptionMatches(GilExc_ModuleNotFoundError));
    GilErr_Clear();
    Gil_DECREF(nul);
}
END_TEST

START_TEST(test_K2_current_directory_and_library_path_are_not_searched)
{
    stop();
    ck_assert_int_eq(chdir(modules()), 0);
    setenv("LD_LIBRARY_PATH", modules(), 1);
    start_with(NULL, 0);
    check_refused("good", GilExc_ModuleNotFoundError, "No module named 'good'");
}
END_TEST

START_TEST(test_K2_relative_entry_of_the_environment_is_ignored)
{
    stop();
    ck_assert_int_eq(chdir(modules()), 0);
    setenv("GILRT_PATH", ".:relative/dir", 1);
    start_with(NULL, 0);
    check_refused("good", GilExc_ModuleNotFoundError, "relative entries of GILRT_PATH are ignored: .:relative/dir");
}
END_TEST

START_TEST(test_api_import__environment_comes_after_the_configuration)
{
    stop();
    setenv("GILRT_PATH", modules(), 1);
    start_with("/nonexistent", 0);
    GilObject *module = GilImport_ImportModule("good");
    ck_assert_ptr_nonnull(module);
    Gil_DECREF(module);
    stop();

    GilConfig config;
    GilConfig_Init(&config);
    config.ignore_environment = 1;
    ck_assert(!GilStatus_Exception(Gil_InitializeFromConfig(&config)));
    check_refused("good", GilExc_ModuleNotFoundError, "No module named");
}
END_TEST

START_TEST(test_K2_relative_entry_of_the_configuration_is_fixed_at_the_start)
{
    stop();
    ck_assert_int_eq(chdir(modules()), 0);
    start_with("::.", 0);
    ck_assert_int_eq(chdir("/"), 0);
    GilObject *module = GilImport_ImportModule("good");
    ck_assert_ptr_nonnull(module);
    Gil_DECREF(module);
}
END_TEST

/* A directory with a copy of good.so; mode 0 leaves what mkdir makes. */
static void
make_copy(char *dir)
{
    char command[9000];

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(command, sizeof(command), "cp '%s/good.so' '%s/good.so' && chmod 755 '%s' '%s/good.so'", modules(), dir,
             dir, dir);
    ck_assert_int_eq(system(command), 0);
}

static void
remove_copy(const char *dir)
{
    char command[200];
    snprintf(command, sizeof(command), "rm -r '%s'", dir);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(test_K3_world_writable_file_is_refused_in_strict_mode)
{
    char dir[] = "/tmp/gilrt-K3-XXXXXX", file[64];

    stop();
    make_copy(dir);
    snprintf(file, sizeof(file), "%s/good.so", dir);
    chmod(file, 0757);
    start_with(dir, 1);
    check_refused("good", GilExc_ImportError, "refused in strict mode");
    chmod(file, 0755);
    GilObject *module = GilImport_ImportModule("good");
    ck_assert_ptr_nonnull(module);
    Gil_DECREF(module);
    remove_copy(dir);
}
END_TEST

START_TEST(test_K3_world_writable_directory_is_refused_in_strict_mode)
{
    char dir[] = "/tmp/gilrt-K3-XXXXXX";

    stop();
    make_copy(dir);
    chmod(dir, 0757);
    start_with(dir, 1);
    check_refused("good", GilExc_ImportError, "refused in strict mode");
    stop();
    start_with(dir, 0);
    GilObject *module = GilImport_ImportModule("good");
    ck_assert_ptr_nonnull(module);
    Gil_DECREF(module);
    remove_copy(dir);
}
END_TEST

/* Somebody who can rename a directory on the way can swap the file after any check: so every component counts. */
START_TEST(test_Q5_swappable_parent_is_refused_in_strict_mode)
{
    char dir[] = "/tmp/gilrt-Q5-XXXXXX", inner[64], command[9000];

    stop();
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(inner, sizeof(inner), "%s/modules", dir);
    snprintf(command, sizeof(command),
             "mkdir -m 755 '%s' && cp '%s/good.so' '%s' && chmod 755 '%s/good.so' && chmod 777 '%s'", inner, modules(),
             inner, inner, dir);
    ck_assert_int_eq(system(command), 0);
    start_with(inner, 1);
    check_refused("good", GilExc_ImportError, "refused in strict mode");
    chmod(dir, 0755);
    GilObject *module = GilImport_ImportModule("good");
    ck_assert_ptr_nonnull(module);
    Gil_DECREF(module);
    remove_copy(dir);
}
END_TEST

START_TEST(test_K4_failed_init_leaves_nothing_and_retry_works)
{
    check_refused("halfway", GilExc_ValueError, "the first time always fails");
    GilObject *module = GilImport_ImportModule("halfway");
    ck_assert_ptr_nonnull(module);
    Gil_DECREF(module);
}
END_TEST

/* Built-in modules of this program, for what needs no shared object. */

GilABIInfo_VAR(abi);

static int
import_and_drop(const char *name)
{
    GilObject *module = GilImport_ImportModule(name);
    Gil_XDECREF(module);
    return module != NULL ? 0 : -1;
}

#define BUILTIN(NAME, ...)                                                                     \
    static int NAME##_exec(GilObject *module) { (void)module; __VA_ARGS__; }                   \
    static GilSlot NAME##_slots[] = {                                                          \
        GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_FUNC(Gil_mod_exec, NAME##_exec), GilSlot_END  \
    };                                                                                         \
    static GilSlot *NAME##_hook(void) { return NAME##_slots; }

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int slow_began, slow_may_end, slow_runs, slow_fails, cross_began;

/* Called without the lock. */
static void
await(const int *flag, int value)
{
    pthread_mutex_lock(&mutex);
    while (*flag < value)
        pthread_cond_wait(&changed, &mutex);
    pthread_mutex_unlock(&mutex);
}

static void
raise_flag(int *flag)
{
    pthread_mutex_lock(&mutex);
    ++*flag;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}

/* slow: tells that it has begun and goes on when it is told to. */
static int
run_slow(void)
{
    slow_runs++;
    raise_flag(&slow_began);
    Gil_BEGIN_ALLOW_THREADS
    await(&slow_may_end, 1);
    Gil_END_ALLOW_THREADS
    if (slow_fails-- > 0) {
        GilErr_SetString(GilExc_ValueError, "slow has failed");
        return -1;
    }
    return 0;
}

/* What old code does at its start, to have its own module. */
static int
add_itself(const char *name)
{
    GilObject *module = GilImport_AddModuleRef(name);
    int rc = module != NULL ? GilModule_AddIntConstant(module, "added", 7) : -1;
    Gil_XDECREF(module);
    return rc;
}

/* Both have begun before either wants the other. */
static int
run_cross(const char *other)
{
    raise_flag(&cross_began);
    Gil_BEGIN_ALLOW_THREADS
    await(&cross_began, 2);
    Gil_END_ALLOW_THREADS
    return import_and_drop(other);
}

BUILTIN(plain, return 0)
BUILTIN(nested, return import_and_drop("plain"))
BUILTIN(ring_a, return import_and_drop("ring_b"))
BUILTIN(ring_b, return import_and_drop("ring_c"))
BUILTIN(ring_c, return import_and_drop("ring_a"))
BUILTIN(self, return import_and_drop("self"))
BUILTIN(slow, return run_slow())
BUILTIN(cross_a, return run_cross("cross_b"))
BUILTIN(cross_b, return run_cross("cross_a"))
BUILTIN(silent, return -1)
BUILTIN(adds, return add_itself("adds"))
BUILTIN(asks, return import_and_drop("adds_other"))
BUILTIN(adds_other, return add_itself("asks"))
BUILTIN(noisy, GilErr_SetString(GilExc_ValueError, "not cleared"); return 0)
BUILTIN(nameless, GilDict_Clear(GilModule_GetDict(module)); GilErr_SetString(GilExc_ValueError, "not cleared"); return 0)
BUILTIN(nameless_silent, GilDict_Clear(GilModule_GetDict(module)); return -1)

/* early: what old code did in its function of that kind, where there is no argument to know its module by. */
static GilObject *early_module;
static int early_fails;

static int
run_early(GilObject *module)
{
    GilObject *same = GilImport_AddModuleRef("early");
    int rc = same == module && same == early_module ? GilModule_AddIntConstant(module, "by_exec", 6) : -1;
    Gil_XDECREF(same);
    return rc;
}

static GilSlot *
early_hook(void)
{
    static GilSlot slots[] = {GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_DATA(Gil_mod_doc, "early's text"),
                              GilSlot_SIZE(Gil_mod_state_size, 8), GilSlot_FUNC(Gil_mod_exec, run_early), GilSlot_END};

    Gil_XSETREF(early_module, GilImport_AddModuleRef("early"));
    if (early_module == NULL || GilModule_AddIntConstant(early_module, "by_hook", 5) < 0)
        return NULL;
    if (early_fails)
        GilErr_SetString(GilExc_ValueError, "early has failed");
    return early_fails ? NULL : slots;
}

static GilSlot *
hookless_hook(void)
{
    return NULL;
}

static GilSlot *
raising_hook(void)
{
    GilErr_SetString(GilExc_KeyError, "from the hook");
    return NULL;
}

static void
add_builtins(void)
{
    static const struct {
        const char *name;
        GilSlot *(*hook)(void);
    } table[] = {
        {"plain", plain_hook},     {"nested", nested_hook},     {"ring_a", ring_a_hook},     {"ring_b", ring_b_hook},
        {"ring_c", ring_c_hook},   {"self", self_hook},         {"slow", slow_hook},         {"cross_a", cross_a_hook},
        {"cross_b", cross_b_hook}, {"hookless", hookless_hook}, {"raising", raising_hook},   {"silent", silent_hook},
        {"noisy", noisy_hook},     {"adds", adds_hook},         {"asks", asks_hook},         {"adds_other", adds_other_hook},
        {"early", early_hook},     {"nameless", nameless_hook}, {"nameless_silent", nameless_silent_hook},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        ck_assert_int_eq(GilImport_AppendInittab(table[i].name, table[i].hook), 0);
}

static void
start_builtins(void)
{
    add_builtins();
    start();
}

START_TEST(test_api_import__attributes_of_modules)
{
    GilObject *name = GilImport_ImportModuleAttrString("plain", "__name__"), *attr = GilUnicode_FromString("__name__");

    ck_assert_str_eq(GilUnicode_AsUTF8(name), "plain");
    GilObject *same = GilImport_ImportModuleAttr(name, attr);
    ck_assert_ptr_eq(same, name);
    ck_assert_ptr_null(GilImport_ImportModuleAttrString("plain", "nothing"));
    ck_assert(GilErr_ExceptionMatches(GilExc_AttributeError));
    GilErr_Clear();
    ck_assert_ptr_null(GilImport_ImportModuleAttrString("nothing", "__name__"));
    ck_assert(GilErr_ExceptionMatches(GilExc_ModuleNotFoundError));
    GilErr_Clear();
    ck_assert_ptr_null(GilImport_ImportModuleAttr(Gil_None, attr));
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    ck_assert_ptr_null(GilImport_ImportModuleAttr(name, NULL));
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    Gil_DECREF(same);
    Gil_DECREF(name);
    Gil_DECREF(attr);
}
END_TEST

START_TEST(test_api_import__builtin_table)
{
    GilObject *module = GilImport_ImportModule("nested"), *plain = GilImport_ImportModule("plain");
    ck_assert_ptr_nonnull(module);
    ck_assert_ptr_nonnull(plain);
    ck_assert_ptr_null(GilModule_GetFilenameObject(plain));
    GilErr_Clear();
    Gil_DECREF(plain);
    Gil_DECREF(module);

    ck_assert_int_eq(GilImport_AppendInittab("late", plain_hook), -1);
    stop();
    ck_assert_int_eq(GilImport_AppendInittab(NULL, plain_hook), -1);
    ck_assert_int_eq(GilImport_AppendInittab("late", NULL), -1);
    ck_assert_int_eq(GilImport_AppendInittab("a.b", plain_hook), -1);
    start();
    check_refused("late", GilExc_ModuleNotFoundError, "late");
}
END_TEST

START_TEST(test_K4_failed_hook_and_bad_results_are_errors)
{
    check_refused("hookless", GilExc_SystemError, "the export hook of module hookless failed without an error");
    check_refused("raising", GilExc_KeyError, "from the hook");
    check_refused("silent", GilExc_SystemError, "execution of module silent failed without an error");
    check_refused("noisy", GilExc_SystemError, "execution of module noisy left an error set");
    check_refused("nameless", GilExc_SystemError, "execution of module ? left an error set");
    check_refused("nameless_silent", GilExc_SystemError, "execution of module ? failed without an error");
}
END_TEST

START_TEST(test_api_import__token_is_the_slots_where_none_is_given)
{
    GilObject *module = GilImport_ImportModule("plain");
    void *token = NULL;

    ck_assert_int_eq(GilModule_GetToken(module, &token), 0);
    ck_assert_ptr_eq(token, plain_slots);
    Gil_DECREF(module);
}
END_TEST

/* What was left behind tells more than that it was. */
START_TEST(test_K4_error_that_exec_left_is_the_cause)
{
    static const char *const names[] = {"noisy", "nameless"};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(names); i++) {
        ck_assert_ptr_null(GilImport_ImportModule(names[i]));
        GilObject *error = GilErr_GetRaisedException(), *cause = GilException_GetCause(error);
        GilObject *context = GilException_GetContext(error);
        ck_assert_ptr_nonnull(cause);
        ck_assert_ptr_eq(cause, context);
        GilObject *text = GilObject_Repr(cause);
        ck_assert_str_eq(GilUnicode_AsUTF8(text), "ValueError('not cleared')");
        Gil_DECREF(text);
        Gil_DECREF(context);
        Gil_DECREF(cause);
        Gil_DECREF(error);
    }
}
END_TEST

START_TEST(test_K5_circular_import_names_the_circle)
{
    check_refused("self", GilExc_ImportError, "circular import: self -> self");
    check_refused("ring_a", GilExc_ImportError, "circular import: ring_a -> ring_b -> ring_c -> ring_a");
    check_refused("ring_b", GilExc_ImportError, "circular import: ring_b -> ring_c -> ring_a -> ring_b");
}
END_TEST

struct importer {
    GilInterpreterGuard *guard;
    const char *name;
    pthread_t thread;
    GilObject *module; /* only compared */
    int is_value_error, is_import_error;
    char text[200];
};

static void *
import_in_thread(void *arg)
{
    struct importer *job = arg;
    GilThreadStateToken *token = GilThreadState_Ensure(job->guard);

    ck_assert_ptr_nonnull(token);
    job->module = GilImport_ImportModule(job->name);
    if (job->module == NULL) {
        job->is_value_error = GilErr_ExceptionMatches(GilExc_ValueError);
        job->is_import_error = GilErr_ExceptionMatches(GilExc_ImportError);
        GilObject *error = GilErr_GetRaisedException(), *text = GilObject_Str(error);
        snprintf(job->text, sizeof(job->text), "%s", GilUnicode_AsUTF8(text));
        Gil_DECREF(text);
        Gil_DECREF(error);
    }
    Gil_XDECREF(job->module);
    GilThreadState_Release(token);
    return NULL;
}

static void
begin_import(struct importer *job, const char *name)
{
    *job = (struct importer){.guard = GilInterpreterGuard_FromCurrent(), .name = name};
    ck_assert_ptr_nonnull(job->guard);
    ck_assert_int_eq(pthread_create(&job->thread, NULL, import_in_thread, job), 0);
}

static void
end_import(struct importer *job)
{
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(job->thread, NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(job->guard);
}

START_TEST(test_api_import__adding_a_module_under_way_gives_it_to_its_own_code)
{
    struct importer other;
    GilObject *module = GilImport_ImportModule("adds");

    ck_assert_ptr_nonnull(module);
    ck_assert_int_eq(int_attribute(module, "added"), 7);
    Gil_DECREF(module);
    /* Not to that of a module that it imports, which would keep half a module if this one failed. */
    check_refused("asks", GilExc_ImportError, "circular import: asks -> adds_other -> asks");

    /* Another thread waits for it, as one that imports it does. */
    begin_import(&other, "slow");
    Gil_BEGIN_ALLOW_THREADS
    await(&slow_began, 1);
    Gil_END_ALLOW_THREADS
    raise_flag(&slow_may_end);
    module = GilImport_AddModuleRef("slow");
    end_import(&other);
    ck_assert_ptr_nonnull(module);
    ck_assert_ptr_eq(module, other.module);
    ck_assert_int_eq(slow_runs, 1);
    Gil_DECREF(module);
}
END_TEST

/* There it is what the import gives, if it comes to that, and nothing is lost that was put in. */
START_TEST(test_api_import__a_hook_is_given_the_module_that_it_describes)
{
    early_fails = 1;
    check_refused("early", GilExc_ValueError, "early has failed");
    /* It was emptied, and is no module of that name any more. */
    ck_assert_int_eq(GilObject_HasAttrStringWithError(early_module, "by_hook"), 0);
    early_fails = 0;
    GilObject *failed = Gil_NewRef(early_module), *module = GilImport_ImportModule("early");
    ck_assert_ptr_nonnull(module);
    ck_assert_ptr_ne(module, failed);
    ck_assert_ptr_eq(module, early_module);
    ck_assert_int_eq(int_attribute(module, "by_hook"), 5);
    ck_assert_int_eq(int_attribute(module, "by_exec"), 6);
    ck_assert_ptr_nonnull(GilModule_GetState(module));
    ck_assert_str_eq(GilModule_GetName(module), "early");
    GilObject *doc = GilObject_GetAttrString(module, "__doc__");
    ck_assert_int_eq(GilUnicode_CompareWithASCIIString(doc, "early's text"), 0);
    Gil_DECREF(doc);
    Gil_DECREF(module);
    Gil_DECREF(failed);
    Gil_CLEAR(early_module);
}
END_TEST

START_TEST(test_K5_one_thread_runs_init_and_others_wait)
{
    enum { N = 4 };
    struct importer jobs[N];

    begin_import(&jobs[0], "slow");
    Gil_BEGIN_ALLOW_THREADS
    await(&slow_began, 1);
    Gil_END_ALLOW_THREADS
    /* One has begun and cannot end; while the others want it too, this thread has the lock as it likes. */
    for (int i = 1; i < N; i++)
        begin_import(&jobs[i], "slow");
    for (int i = 0; i < 100; i++) {
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
    }
    ck_assert_int_eq(import_and_drop("plain"), 0);
    raise_flag(&slow_may_end);
    for (int i = 0; i < N; i++)
        end_import(&jobs[i]);
    for (int i = 0; i < N; i++) {
        ck_assert_ptr_nonnull(jobs[i].module);
        ck_assert_ptr_eq(jobs[i].module, jobs[0].module);
    }
    ck_assert_int_eq(slow_runs, 1);
}
END_TEST

START_TEST(test_K5_waiters_try_again_after_a_failure)
{
    struct importer first, second;

    slow_fails = 1;
    begin_import(&first, "slow");
    Gil_BEGIN_ALLOW_THREADS
    await(&slow_began, 1);
    Gil_END_ALLOW_THREADS
    begin_import(&second, "slow");
    raise_flag(&slow_may_end);
    end_import(&first);
    end_import(&second);
    ck_assert(first.is_value_error);
    ck_assert_ptr_nonnull(second.module);
    ck_assert_int_eq(slow_runs, 2);
}
END_TEST

START_TEST(test_K5_circle_across_threads_is_an_error_and_no_deadlock)
{
    struct importer a, b;

    begin_import(&a, "cross_a");
    begin_import(&b, "cross_b");
    end_import(&a);
    end_import(&b);
    /* One of them saw the circle and failed; the other had waited for it, tried itself, and met no circle but a wait
     * that ended: its own import of the other works or fails, depending on who came first. */
    ck_assert(a.is_import_error || b.is_import_error);
    const char *text = a.is_import_error ? a.text : b.text;
    ck_assert_msg(strstr(text, "circular import: cross_") != NULL, "%s", text);
}
END_TEST

START_TEST(test_K6_code_stays_while_the_process_lives)
{
    GilObject *module = GilImport_ImportModule("good");
    GilObject *count = GilObject_GetAttrString(module, "count"), *thing = GilObject_GetAttrString(module, "Thing");
    GilCFunction function = GilCFunction_GetFunction(count);
    GilObject *instance = GilObject_CallNoArgs(thing);
    char file[4200];

    Gil_DECREF(count);
    Gil_DECREF(thing);
    Gil_DECREF(module);
    ck_assert_ptr_nonnull(instance);
    Gil_DECREF(instance);
    stop();
    Dl_info info;
    ck_assert_int_ne(dladdr((void *)(uintptr_t)function, &info), 0);
    snprintf(file, sizeof(file), "%s/good.so", modules());
    ck_assert_ptr_nonnull(dlopen(file, RTLD_NOW | RTLD_NOLOAD));
    start();
}
END_TEST

START_TEST(test_K9_newer_extension_is_refused_before_its_code_runs)
{
    check_refused("newer", GilExc_ImportError, "was compiled for libgilrt");
    check_refused("newer", GilExc_ImportError, "was compiled for libgilrt");
}
END_TEST

/* Called by the constructor of the shared object, under the lock of the system's loader. */
GIL_API void gil_test_in_constructor(void);
static GilInterpreterGuard *constructor_guard;
static int constructor_attached = -1, constructor_sum;

static void *
attach_elsewhere(void *arg)
{
    struct importer *job = arg;
    GilThreadStateToken *token = GilThreadState_Ensure(job->guard);
    GilObject *number = GilLong_FromLong(40);
    constructor_sum += (int)GilLong_AsLong(number);
    Gil_DECREF(number);
    GilThreadState_Release(token);
    return NULL;
}

void
gil_test_in_constructor(void)
{
    struct importer job = {.guard = constructor_guard};

    constructor_attached = GilThreadState_IsAttached();
    if (constructor_guard == NULL)
        return;
    /* No lock of the library is held: this thread can attach, and so can another. */
    GilThreadStateToken *token = GilThreadState_Ensure(constructor_guard);
    constructor_sum += import_and_drop("plain") == 0;
    constructor_sum += import_and_drop("constructor") < 0;
    GilErr_Clear();
    GilThreadState_Release(token);
    pthread_create(&job.thread, NULL, attach_elsewhere, &job);
    pthread_join(job.thread, NULL);
}

START_TEST(test_K10_constructors_run_detached_with_no_lock_held)
{
    constructor_guard = GilInterpreterGuard_FromCurrent();
    GilObject *module = GilImport_ImportModule("constructor");
    ck_assert_ptr_nonnull(module);
    ck_assert_int_eq(constructor_attached, 0);
    ck_assert_int_eq(constructor_sum, 42);
    GilInterpreterGuard_Close(constructor_guard);
    Gil_DECREF(module);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/import");
    TCase *tc = tcase_create("import");

    tcase_add_checked_fixture(tc, start_builtins, stop);
    tcase_add_test(tc, test_api_import__shared_object);
    tcase_add_test(tc, test_api_import__state_is_the_interpreters_own);
    tcase_add_test(tc, test_api_import__by_object_and_by_registry);
    tcase_add_test(tc, test_api_import__wrong_arguments_raise);
    tcase_add_test(tc, test_api_import__environment_comes_after_the_configuration);
    tcase_add_test(tc, test_api_import__attributes_of_modules);
    tcase_add_test(tc, test_api_import__builtin_table);
    tcase_add_test(tc, test_api_import__capsule_by_its_name);
    tcase_add_test(tc, test_K1_missing_file_is_an_error);
    tcase_add_test(tc, test_K1_missing_symbol_is_an_error);
    tcase_add_test(tc, test_K6_refused_shared_objects_stay_loaded);
    tcase_add_test(tc, test_K1_no_shared_object_is_an_error);
    tcase_add_test(tc, test_K2_only_names_are_names);
    tcase_add_test(tc, test_K2_current_directory_and_library_path_are_not_searched);
    tcase_add_test(tc, test_K2_relative_entry_of_the_environment_is_ignored);
    tcase_add_test(tc, test_K2_relative_entry_of_the_configuration_is_fixed_at_the_start);
    tcase_add_test(tc, test_K3_world_writable_file_is_refused_in_strict_mode);
    tcase_add_test(tc, test_K3_world_writable_directory_is_refused_in_strict_mode);
    tcase_add_test(tc, test_Q5_swappable_parent_is_refused_in_strict_mode);
    tcase_add_test(tc, test_K4_failed_init_leaves_nothing_and_retry_works);
    tcase_add_test(tc, test_K4_failed_hook_and_bad_results_are_errors);
    tcase_add_test(tc, test_K4_error_that_exec_left_is_the_cause);
    tcase_add_test(tc, test_api_import__token_is_the_slots_where_none_is_given);
    tcase_add_test(tc, test_K5_circular_import_names_the_circle);
    tcase_add_test(tc, test_api_import__adding_a_module_under_way_gives_it_to_its_own_code);
    tcase_add_test(tc, test_api_import__a_hook_is_given_the_module_that_it_describes);
    tcase_add_test(tc, test_K5_one_thread_runs_init_and_others_wait);
    tcase_add_test(tc, test_K5_waiters_try_again_after_a_failure);
    tcase_add_test(tc, test_K5_circle_across_threads_is_an_error_and_no_deadlock);
    tcase_add_test(tc, test_K6_code_stays_while_the_process_lives);
    tcase_add_test(tc, test_K9_newer_extension_is_refused_before_its_code_runs);
    tcase_add_test(tc, test_K10_constructors_run_detached_with_no_lock_held);
    suite_add_tcase(s, tc);
    return s;
}
