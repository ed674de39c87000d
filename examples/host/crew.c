/* SPDX-License-Identifier: MIT */
/*
 * The threads of gilhost: the part of a host that libgilrt is about.
 *
 * A pass has its own threads. They wait at a gate until all of them exist, then take turns: a turn is the next
 * number of a shared counter, and stands for a call, so that whoever is free takes the next one. A thread enters
 * the interpreter through the guard, calls, and leaves when no turn is left; it never touches the lock itself, for
 * the calls drop it.
 *
 * Who writes what: inside the interpreter a call's fields and the shared dict are written with the interpreter's
 * lock held, which is all the locking they need, also where loops bring two threads to the same call. On the raw
 * side there is no such lock, and the crew's mutex stands for it. The main thread waits detached: if it kept the
 * lock, nobody else could enter.
 */
#include "crew.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How often a terminal hears of the progress, and how long a pass may last before it does. */
#define PROGRESS_SECONDS 0.25

struct crew {
    const struct pass *pass;
    size_t turns;               /* how many there are */
    atomic_size_t next;         /* the next one to take */
    pthread_mutex_t mutex;      /* guards what follows */
    pthread_cond_t changed;
    int open;                   /* the gate */
    int finished;               /* threads that are done */
    int refused;                /* threads that could not enter the interpreter */
    double end;                 /* when the last one was done */
};

static double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* The call whose turn it is, or NULL when there is none left. */
static struct call *
take_turn(struct crew *crew)
{
    size_t turn = atomic_fetch_add_explicit(&crew->next, 1, memory_order_relaxed);

    return turn < crew->turns ? crew->pass->calls[turn / crew->pass->loops] : NULL;
}

/* Is it what the dict has? The result of a first call must be that of every later one. */
static void
compare(struct call *call, GilObject *results, GilObject *result)
{
    GilObject *known;
    int same = -1;

    if (GilDict_GetItemRef(results, call->key, &known) > 0) {
        same = GilObject_RichCompareBool(known, result, Gil_EQ);
        Gil_DECREF(known);
    }
    if (same < 0)
        work_note_exception(call);
    else if (!same)
        call->differs = 1;
}

/* One call inside the interpreter. */
static void
call_attached(const struct pass *pass, struct call *call)
{
    GilObject *hold = pass->side == SIDE_HOLD ? Gil_True : Gil_False;
    double start = now();
    GilObject *result = GilObject_CallFunctionObjArgs(call->function->callable, call->argument, hold, NULL);

    if (result == NULL) {
        work_note_exception(call);
        return;
    }
    if (pass->purpose == PURPOSE_COLLECT) {
        call->seconds = now() - start;
        if (GilDict_SetItem(pass->work->results, call->key, result) < 0)
            work_note_exception(call);
    }
    else if (pass->purpose == PURPOSE_COMPARE)
        compare(call, pass->work->results, result);
    Gil_DECREF(result);
}

static int
work_attached(struct crew *crew)
{
    GilThreadStateToken *token = GilThreadState_Ensure(crew->pass->guard);
    struct call *call;

    if (token == NULL)
        return -1;
    while ((call = take_turn(crew)) != NULL)
        call_attached(crew->pass, call);
    GilThreadState_Release(token);
    return 0;
}

static void
work_raw(struct crew *crew)
{
    char text[RAW_TEXT];
    struct call *call;

    while ((call = take_turn(crew)) != NULL) {
        int failed = call->function->raw->run(call->text, text) < 0;
        int comparable = !failed && crew->pass->purpose == PURPOSE_COMPARE && text[0] != '\0';
        int differs = comparable && strcmp(text, call->shown) != 0;
        if (!failed && !differs)
            continue;
        pthread_mutex_lock(&crew->mutex);
        if (failed)
            work_note(call, text);
        call->differs |= differs;
        pthread_mutex_unlock(&crew->mutex);
    }
}

static void *
member(void *arg)
{
    struct crew *crew = arg;
    int refused = 0;

    pthread_mutex_lock(&crew->mutex);
    while (!crew->open)
        pthread_cond_wait(&crew->changed, &crew->mutex);
    pthread_mutex_unlock(&crew->mutex);

    if (crew->pass->side == SIDE_RAW)
        work_raw(crew);
    else
        refused = work_attached(crew) < 0;

    pthread_mutex_lock(&crew->mutex);
    crew->end = now();
    crew->refused += refused;
    crew->finished++;
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->mutex);
    return NULL;
}

static void
show_progress(struct crew *crew)
{
    size_t taken = atomic_load_explicit(&crew->next, memory_order_relaxed);

    taken = taken < crew->turns ? taken : crew->turns;
    fprintf(stderr, "\r%s: %zu of %zu calls begun\033[K", crew->pass->title, taken, crew->turns);
    fflush(stderr);
}

/* Open the gate, and wait until `threads` are done; returns when it was opened. The caller is detached. */
static double
await(struct crew *crew, int threads)
{
    int terminal = isatty(STDERR_FILENO), shown = 0;
    double start;

    pthread_mutex_lock(&crew->mutex);
    start = now();
    crew->open = 1;
    pthread_cond_broadcast(&crew->changed);
    while (crew->finished < threads) {
        double wake = now() + PROGRESS_SECONDS;
        struct timespec until = {.tv_sec = (time_t)wake, .tv_nsec = (long)((wake - (double)(time_t)wake) * 1e9)};
        if (!terminal)
            pthread_cond_wait(&crew->changed, &crew->mutex);
        else if (pthread_cond_timedwait(&crew->changed, &crew->mutex, &until) == ETIMEDOUT) {
            show_progress(crew);
            shown = 1;
        }
    }
    pthread_mutex_unlock(&crew->mutex);
    if (shown)
        fputs("\r\033[K", stderr);
    return start;
}

/* Start threads into `threads`; returns how many, fewer than wanted with *error set. */
static int
start_threads(struct crew *crew, pthread_t *threads, int wanted, int *error)
{
    for (int i = 0; i < wanted; i++) {
        *error = pthread_create(&threads[i], NULL, member, crew);
        if (*error != 0)
            return i;
    }
    return wanted;
}

int
crew_run(const struct pass *pass, double *seconds)
{
    struct crew crew = {.pass = pass, .turns = pass->call_count * pass->loops, .mutex = PTHREAD_MUTEX_INITIALIZER};
    pthread_t *threads = malloc((size_t)pass->threads * sizeof *threads);
    pthread_condattr_t monotonic;
    int started, error = 0;

    if (threads == NULL) {
        fputs("gilhost: out of memory\n", stderr);
        return -1;
    }
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&crew.changed, &monotonic);
    pthread_condattr_destroy(&monotonic);

    Gil_BEGIN_ALLOW_THREADS
    double start;
    started = start_threads(&crew, threads, pass->threads, &error);
    /* A crew that is not complete finds nothing to do. */
    if (started < pass->threads)
        crew.turns = 0;
    start = await(&crew, started);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    *seconds = crew.end - start;
    Gil_END_ALLOW_THREADS

    pthread_cond_destroy(&crew.changed);
    pthread_mutex_destroy(&crew.mutex);
    free(threads);
    if (error != 0) {
        fprintf(stderr, "gilhost: cannot start %d threads: %s\n", pass->threads, strerror(error));
        return -1;
    }
    if (crew.refused > 0) {
        fprintf(stderr, "gilhost: %d threads could not enter the interpreter\n", crew.refused);
        return -1;
    }
    return 0;
}
