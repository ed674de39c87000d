/* SPDX-License-Identifier: MIT */
/*
 * hello: the smallest host with threads of its own.
 *
 *     hello DIR        imports "counter" from DIR, and prints ok
 *
 * Some threads share one Counter and one dict; each computes outside the lock, then counts under it. Nothing here
 * takes a mutex. Every thread enters the interpreter by a guard, which keeps it alive until the guard is closed.
 */
#include <gilrt.h>
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 4, ROUNDS = 1000 };

/* What the threads share. */
struct shared {
    GilInterpreterGuard *guard;
    GilObject *collatz;         /* counter.collatz */
    GilObject *counter;         /* a Counter */
    GilObject *results;         /* a dict: thread number -> what its collatz returned */
};

struct job {
    const struct shared *shared;
    int number;
    int failed;
};

/* results[number] = collatz(30000 + number). 0, or -1 with an exception set. */
static int
compute(const struct shared *shared, int number)
{
    GilObject *key = GilLong_FromLong(number);
    GilObject *below = GilLong_FromLong(30000 + number);
    GilObject *result = NULL;
    int rc = -1;

    if (key != NULL && below != NULL)
        result = GilObject_CallFunctionObjArgs(shared->collatz, below, NULL);
    if (result != NULL)
        rc = GilDict_SetItem(shared->results, key, result);
    Gil_XDECREF(result);
    Gil_XDECREF(below);
    Gil_XDECREF(key);
    return rc;
}

/* counter.add(1), ROUNDS times. 0, or -1 with an exception set. */
static int
count(const struct shared *shared)
{
    for (int i = 0; i < ROUNDS; i++) {
        GilObject *value = GilObject_CallMethod(shared->counter, "add", "i", 1);
        if (value == NULL)
            return -1;
        Gil_DECREF(value);
    }
    return 0;
}

static void *
work(void *arg)
{
    struct job *job = arg;
    GilThreadStateToken *token = GilThreadState_Ensure(job->shared->guard);

    if (token == NULL) {
        job->failed = 1;
        return NULL;
    }
    if (compute(job->shared, job->number) < 0 || count(job->shared) < 0) {
        GilErr_Print();
        job->failed = 1;
    }
    GilThreadState_Release(token);
    return NULL;
}

/* Start the threads, and wait for them without the lock: they need it. Returns how many failed. */
static int
run_threads(const struct shared *shared)
{
    struct job jobs[THREADS];
    pthread_t threads[THREADS];
    int started = 0, failed = 0;

    for (; started < THREADS; started++) {
        jobs[started] = (struct job){.shared = shared, .number = started};
        if (pthread_create(&threads[started], NULL, work, &jobs[started]) != 0)
            break;
    }
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    Gil_END_ALLOW_THREADS
    for (int i = 0; i < started; i++)
        failed += jobs[i].failed;
    return failed + (THREADS - started);
}

/* Is the count what all threads together added, and does every thread have its result? -1 with an exception set. */
static int
check(const struct shared *shared)
{
    GilObject *value = GilObject_GetAttrString(shared->counter, "value");
    long long total = value != NULL ? GilLong_AsLongLong(value) : -1;

    Gil_XDECREF(value);
    if (total < 0)
        return -1;
    return total == THREADS * ROUNDS && GilDict_Size(shared->results) == THREADS;
}

/* Everything between start and end of the runtime. 1 right, 0 wrong, -1 with an exception set. */
static int
run(void)
{
    struct shared shared = {0};
    GilObject *module = GilImport_ImportModule("counter");
    int right = -1;

    if (module == NULL)
        return -1;
    shared.collatz = GilObject_GetAttrString(module, "collatz");
    shared.counter = GilObject_CallMethod(module, "Counter", NULL);
    shared.results = GilDict_New();
    if (shared.collatz != NULL && shared.counter != NULL && shared.results != NULL)
        shared.guard = GilInterpreterGuard_FromCurrent();
    if (shared.guard != NULL) {
        right = run_threads(&shared) == 0 ? check(&shared) : 0;
        GilInterpreterGuard_Close(shared.guard);
    }
    Gil_XDECREF(shared.results);
    Gil_XDECREF(shared.counter);
    Gil_XDECREF(shared.collatz);
    Gil_DECREF(module);
    return right;
}

int
main(int argc, char **argv)
{
    GilConfig config;
    GilStatus status;
    int right;

    GilConfig_Init(&config);
    config.module_search_path = argc > 1 ? argv[1] : ".";
    status = Gil_InitializeFromConfig(&config);
    if (GilStatus_Exception(status)) {
        fprintf(stderr, "%s: %s\n", status.func, status.err_msg);
        return 1;
    }
    right = run();
    if (right < 0)
        GilErr_Print();
    if (Gil_FinalizeEx() < 0)
        right = 0;
    puts(right > 0 ? "ok" : "wrong");
    return right > 0 ? 0 : 1;
}
