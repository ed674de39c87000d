/* SPDX-License-Identifier: MIT */
/*
 * A host that was not linked to the library: local LIBRARY [OTHER], with GILRT_PATH naming the folder of the module guest. OTHER is
 * brought in before.
 * Brings LIBRARY in with RTLD_LOCAL, imports and calls a module, which has to find the library's functions all the same;
 * closes the library while a thread that used it still lives, and lets that thread exit. Prints the file that malloc comes
 * from by then, and "ok".
 */
#include <gilrt.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* What the host calls, by address: taking one from the library is all it may do. */
static __typeof__(Gil_Initialize) *initialize;
static __typeof__(Gil_FinalizeEx) *finalize;
static __typeof__(GilImport_ImportModule) *import_module;
static __typeof__(GilObject_GetAttrString) *get_attr;
static __typeof__(GilObject_CallNoArgs) *call;
static __typeof__(GilLong_AsLong) *as_long;
static __typeof__(Gil_DecRef) *decref;
static __typeof__(GilErr_Print) *print_error;
static __typeof__(GilInterpreterGuard_FromCurrent) *open_guard;
static __typeof__(GilInterpreterGuard_Close) *close_guard;
static __typeof__(GilThreadState_Ensure) *ensure;
static __typeof__(GilThreadState_Release) *release;
static __typeof__(GilEval_SaveThread) *save_thread;
static __typeof__(GilEval_RestoreThread) *restore_thread;

static void
find(void *library, const char *name, void *where)
{
    void *address = dlsym(library, name);

    if (address == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    *(void **)where = address;
}

static void *
open_library(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    find(library, "Gil_Initialize", &initialize);
    find(library, "Gil_FinalizeEx", &finalize);
    find(library, "GilImport_ImportModule", &import_module);
    find(library, "GilObject_GetAttrString", &get_attr);
    find(library, "GilObject_CallNoArgs", &call);
    find(library, "GilLong_AsLong", &as_long);
    find(library, "Gil_DecRef", &decref);
    find(library, "GilErr_Print", &print_error);
    find(library, "GilInterpreterGuard_FromCurrent", &open_guard);
    find(library, "GilInterpreterGuard_Close", &close_guard);
    find(library, "GilThreadState_Ensure", &ensure);
    find(library, "GilThreadState_Release", &release);
    find(library, "GilEval_SaveThread", &save_thread);
    find(library, "GilEval_RestoreThread", &restore_thread);
    return library;
}

static int
answer_is_42(void)
{
    GilObject *module = import_module("guest");
    GilObject *answer = module ? get_attr(module, "answer") : NULL;
    GilObject *value = answer ? call(answer) : NULL;

    if (value == NULL) {
        print_error();
        return 0;
    }
    int good = as_long(value) == 42;
    decref(value);
    decref(answer);
    decref(module);
    return good;
}

static GilInterpreterGuard *guard;
static pthread_barrier_t used, closed;
static int thread_good;

/* Uses the library, and exits when it is closed. */
static void *
thread_main(void *unused)
{
    (void)unused;
    GilThreadStateToken *token = ensure(guard);
    if (token != NULL) {
        thread_good = answer_is_42();
        release(token);
    }
    pthread_barrier_wait(&used);
    pthread_barrier_wait(&closed);
    return NULL;
}

int
main(int argc, char **argv)
{
    pthread_t thread;

    if (argc < 2 || (argc > 2 && dlopen(argv[2], RTLD_NOW) == NULL))
        return 2;
    void *library = open_library(argv[1]);
    if (initialize() < 0)
        return 1;
    int good = answer_is_42();

    Dl_info found;
    if (dladdr(dlsym(RTLD_DEFAULT, "malloc"), &found) != 0)
        printf("malloc %s\n", found.dli_fname);

    guard = open_guard();
    pthread_barrier_init(&used, NULL, 2);
    pthread_barrier_init(&closed, NULL, 2);
    if (guard == NULL || pthread_create(&thread, NULL, thread_main, NULL) != 0)
        return 1;
    GilThreadState *saved = save_thread();
    pthread_barrier_wait(&used);
    restore_thread(saved);
    close_guard(guard);

    good = good && thread_good && finalize() == 0;
    dlclose(library);
    pthread_barrier_wait(&closed);
    pthread_join(thread, NULL);
    good = good && dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) != NULL;
    puts(good ? "ok" : "wrong");
    return !good;
}
