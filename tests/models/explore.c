/* SPDX-License-Identifier: MIT */
/* The explorer: contexts, the tree of choices, and the machine that the explored sources see. */
#undef _FORTIFY_SOURCE /* its longjmp() refuses to change stacks, which is what a context switch here is */
#include "models/explore.h"

#include "models/machine_model.h"
#include "sync/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define THREADS_MAX 4
#define STACK_SIZE 65536
#define DEPTH_MAX 4096  /* choices in a run; a run with more does not end */
#define STEPS_MAX 20000 /* the same for steps without a choice */
#define POISONED_MAX 8
#define BUFFER_MAX 64   /* stores on their way to memory, a thread */
#define PSO_PREFIX "pso:"

enum { READY, PARKED, WAITING, ENDED };
/* Kinds of options. */
enum { GO, TIMEOUT, SPURIOUS };

struct option {
    unsigned char kind, thread;
};

static struct thread {
    jmp_buf at;
    ucontext_t start;
    char *stack;
    int started, state;
    uint32_t *word;    /* while PARKED */
    uint64_t deadline; /* while PARKED */
    int (*ready)(void); /* while WAITING */
    struct entry {
        void *p;
        unsigned size;
        enum { WAITS, LEAVES, GONE } state;
        int releases;
        uint64_t value;
        const char *name;
    } buffer[BUFFER_MAX]; /* stores that memory has not seen, oldest first, and some that it has seen */
    int buffered;
} threads[THREADS_MAX];

static void drain(int thread);

static const struct scenario *scenario;
static const struct explore_bounds *bounds;
static enum explore_memory order_of_memory;
static jmp_buf out;        /* back to run() */
static int cur;            /* the running thread, -1 before the first */
static int telling;        /* replay: every step goes to stderr */
static uint64_t now;       /* the clock */
static int preemptions, timeouts, spurious, contended, steps, fences; /* of this run */
static const char *failure;

/* The choices of this run: what is to be repeated, then what is new. */
static unsigned char path[DEPTH_MAX], width[DEPTH_MAX];
static int depth, prefix;

static struct {
    char *from, *to;
} poisoned[POISONED_MAX];
static int poisoned_count;

int
explore_self(void)
{
    return cur;
}

static void __attribute__((format(printf, 1, 2)))
tell(const char *format, ...)
{
    va_list args;

    if (!telling)
        return;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
}

void
explore_fail(const char *why)
{
    failure = why;
    tell("  thread %d: FAILURE %s\n", cur, why);
    _longjmp(out, 1);
}

/* --- choosing --- */

static int
pick(int count)
{
    if (count == 1)
        return 0;
    if (depth >= DEPTH_MAX)
        explore_fail("too many choices: a loop that does not end");
    if (depth >= prefix) {
        path[depth] = 0;
        prefix = depth + 1;
    }
    width[depth] = (unsigned char)count;
    int at = path[depth++];
    if (at >= count)
        explore_fail("the replay string does not fit this source");
    return at;
}

static int
choose(const struct option *options, int count)
{
    int at = pick(count);
    if (options[at].kind != GO || options[at].thread != cur)
        tell("  ---- thread %d %s\n", options[at].thread,
             options[at].kind == GO ? "goes on" : options[at].kind == TIMEOUT ? "times out" : "wakes for no reason");
    return at;
}

static int
list_options(struct option *options)
{
    for (int t = 0; t < scenario->threads; t++)
        if (threads[t].state == WAITING && threads[t].ready())
            threads[t].state = READY;
    int count = 0, can_go = cur >= 0 && threads[cur].state == READY;
    int others = !can_go || preemptions < bounds->preemptions;

    if (can_go)
        options[count++] = (struct option){GO, (unsigned char)cur};
    if (!others)
        return count;
    for (int t = 0; t < scenario->threads; t++)
        if (t != cur && threads[t].state == READY)
            options[count++] = (struct option){GO, (unsigned char)t};
    /* Nobody ready: that is a failure, and no sleep's end hides it. */
    int idle = count == 0;
    if (idle && !scenario->time_passes)
        return 0;
    for (int t = 0; t < scenario->threads; t++) {
        if (threads[t].state != PARKED)
            continue;
        if (threads[t].deadline != GIL_MACHINE_NEVER && (idle || timeouts < bounds->timeouts))
            options[count++] = (struct option){TIMEOUT, (unsigned char)t};
        if (!idle && spurious < bounds->spurious)
            options[count++] = (struct option){SPURIOUS, (unsigned char)t};
    }
    return count;
}

static void
trampoline(void)
{
    scenario->body(cur);
    drain(cur);
    threads[cur].state = ENDED;
    tell("  thread %d: ends\n", cur);
    explore_point("end");
}

static void
switch_to(int next)
{
    int before = cur;

    cur = next;
    if (before >= 0 && _setjmp(threads[before].at) != 0)
        return;
    if (threads[next].started)
        _longjmp(threads[next].at, 1);
    threads[next].started = 1;
    setcontext(&threads[next].start);
}

/* The heart: who goes on? */
static void
schedule(void)
{
    struct option options[3 * THREADS_MAX];
    int count = list_options(options);

    if (++steps > STEPS_MAX)
        explore_fail("too many steps: a loop that does not end");
    if (count == 0) {
        for (int t = 0; t < scenario->threads; t++)
            if (threads[t].state != ENDED)
                explore_fail("nobody can go on: a wake-up was lost");
        _longjmp(out, 1);
    }
    struct option chosen = options[choose(options, count)];
    if (cur >= 0 && threads[cur].state == READY && chosen.thread != cur)
        preemptions++;
    struct thread *next = &threads[chosen.thread];
    if (chosen.kind == TIMEOUT) {
        timeouts++;
        if (now < next->deadline)
            now = next->deadline;
    }
    if (chosen.kind == SPURIOUS)
        spurious++;
    next->state = READY;
    if (chosen.thread != cur)
        switch_to(chosen.thread);
}

void
explore_point(const char *what)
{
    (void)what;
    schedule();
}

void
explore_until(int (*ready)(void))
{
    drain(cur);
    threads[cur].ready = ready;
    threads[cur].state = WAITING;
    schedule();
}

/* --- memory --- */

void
explore_poison(void *memory, size_t size)
{
    drain(cur);
    memset(memory, 0xDB, size);
    if (poisoned_count == POISONED_MAX)
        explore_fail("too much poisoned memory");
    poisoned[poisoned_count].from = memory;
    poisoned[poisoned_count++].to = (char *)memory + size;
}

static void
check_poison(const void *p, const char *name)
{
    for (int i = 0; i < poisoned_count; i++)
        if ((const char *)p >= poisoned[i].from && (const char *)p < poisoned[i].to) {
            tell("  thread %d: touches %s\n", cur, name);
            explore_fail("memory that was given back is touched");
        }
}

static void
before_access(const void *p, const char *name)
{
    if (scenario->of_interest(p))
        schedule();
    check_poison(p, name);
}

static uint64_t
get(const void *p, unsigned size)
{
    uint64_t value = 0;
    memcpy(&value, p, size);
    return value;
}

static void
put(void *p, unsigned size, uint64_t value, const char *name)
{
    uint64_t was = get(p, size);

    memcpy(p, &value, size);
    tell("  thread %d: %s %#llx -> %#llx\n", cur, name, (unsigned long long)was, (unsigned long long)get(p, size));
    if (scenario->wrote != NULL)
        scenario->wrote(p, was, get(p, size));
}

/* --- store buffers --- */

/* Whether memory sees a store only after an earlier one of the same thread. */
static int
follows(const struct entry *later, const struct entry *earlier)
{
    return order_of_memory == EXPLORE_TSO || later->releases || later->p == earlier->p;
}

/* Whether a store can reach memory now, and what it follows before it: not if one of these is about to. */
static int
can_leave(const struct thread *thread, const struct entry *store)
{
    if (store->state == LEAVES)
        return 0;
    for (const struct entry *earlier = thread->buffer; earlier < store; earlier++)
        if (earlier->state != GONE && follows(store, earlier) && !can_leave(thread, earlier))
            return 0;
    return 1;
}

/* The oldest store of a thread to p that memory has not seen. */
static struct entry *
oldest(struct thread *thread, const void *p)
{
    for (int i = 0; i < thread->buffered; i++)
        if (thread->buffer[i].p == p && thread->buffer[i].state != GONE)
            return &thread->buffer[i];
    return NULL;
}

static void settle(const void *p);

/* A store of thread t reaches memory, after those that it follows. settled: who else comes before it is decided. */
static void
leave(int t, struct entry *store, int settled)
{
    store->state = LEAVES;
    for (struct entry *earlier = threads[t].buffer; earlier < store; earlier++)
        if (earlier->state == WAITS && follows(store, earlier))
            leave(t, earlier, 0);
    if (!settled)
        settle(store->p);
    int running = cur;
    cur = t;
    check_poison(store->p, store->name);
    put(store->p, store->size, store->value, store->name);
    cur = running;
    store->state = GONE;
}

/* All stores of a thread reach memory. */
static void
drain(int t)
{
    struct thread *thread = &threads[t];

    for (int i = 0; i < thread->buffered; i++)
        if (thread->buffer[i].state == WAITS)
            leave(t, &thread->buffer[i], 0);
    thread->buffered = 0;
}

/* Before p is touched in memory: which stores to it came there first, and in what order? */
static void
settle(const void *p)
{
    for (;;) {
        int owners[THREADS_MAX], count = 0;
        for (int t = 0; t < scenario->threads; t++) {
            const struct entry *store = oldest(&threads[t], p);
            if (store != NULL && can_leave(&threads[t], store))
                owners[count++] = t;
        }
        int at = pick(count + 1);
        if (at == count)
            return;
        leave(owners[at], oldest(&threads[owners[at]], p), 1);
    }
}

/* The latest value that cur itself has stored and nobody else sees. */
static const struct entry *
own_store(const void *p)
{
    const struct thread *thread = &threads[cur];

    for (int i = thread->buffered; i > 0; i--)
        if (thread->buffer[i - 1].p == p && thread->buffer[i - 1].state != GONE)
            return &thread->buffer[i - 1];
    return NULL;
}

static int
is_release(int order)
{
    return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

/* Own stores that come before a read-modify-write of p with this order. */
static void
make_way(const void *p, int order)
{
    if (order_of_memory == EXPLORE_TSO || is_release(order)) {
        drain(cur);
        return;
    }
    for (struct entry *store; (store = oldest(&threads[cur], p)) != NULL;)
        leave(cur, store, 0);
}

uint64_t
model_load(const void *p, unsigned size, const char *name)
{
    before_access(p, name);
    const struct entry *own = own_store(p);
    if (own == NULL)
        settle(p);
    uint64_t value = own != NULL ? own->value : get(p, size);
    if (scenario->of_interest(p))
        tell("  thread %d: %s is %#llx\n", cur, name, (unsigned long long)value);
    return value;
}

/* The place for one more store in the buffer of cur, from which those that have left are dropped. */
static struct entry *
slot(void)
{
    struct thread *thread = &threads[cur];
    int kept = 0;

    for (int i = 0; i < thread->buffered; i++)
        if (thread->buffer[i].state != GONE)
            thread->buffer[kept++] = thread->buffer[i];
    thread->buffered = kept;
    if (thread->buffered == BUFFER_MAX)
        explore_fail("too many stores on their way");
    return &thread->buffer[thread->buffered++];
}

void
model_store(void *p, unsigned size, uint64_t value, int order, const char *name)
{
    before_access(p, name);
    if (!scenario->of_interest(p)) {
        put(p, size, value, name);
        return;
    }
    if (order == __ATOMIC_SEQ_CST) {
        drain(cur);
        settle(p);
        put(p, size, value, name);
        return;
    }
    tell("  thread %d: %s := %#llx, to the buffer\n", cur, name, (unsigned long long)value);
    *slot() = (struct entry){p, size, WAITS, is_release(order), value, name};
}

uint64_t
model_rmw(void *p, unsigned size, enum model_rmw op, uint64_t value, int order, const char *name)
{
    before_access(p, name);
    make_way(p, order);
    settle(p);
    uint64_t was = get(p, size);
    uint64_t is = op == MODEL_ADD   ? was + value
                  : op == MODEL_SUB ? was - value
                  : op == MODEL_OR  ? was | value
                  : op == MODEL_AND ? was & value
                                    : value;
    put(p, size, is, name);
    return was;
}

int
model_cas(void *p, unsigned size, void *expected, uint64_t value, int order, const char *name)
{
    before_access(p, name);
    /* One that fails is a load, whatever it would have been: only of x86 is it known that it drains the buffer. */
    make_way(p, order_of_memory == EXPLORE_TSO ? order : __ATOMIC_RELAXED);
    settle(p);
    if (get(p, size) == get(expected, size))
        make_way(p, order);
    uint64_t was = get(p, size);
    if (was != get(expected, size)) {
        tell("  thread %d: %s is %#llx, not %#llx\n", cur, name, (unsigned long long)was,
             (unsigned long long)get(expected, size));
        memcpy(expected, &was, size);
        contended = 1;
        return 0;
    }
    put(p, size, value, name);
    return 1;
}

void
model_fence(int order)
{
    schedule();
    if (order != __ATOMIC_SEQ_CST)
        explore_fail("the explorer knows no fence but the full one");
    drain(cur);
}

/* --- the rest of the machine --- */

int
gil_machine_can_fence_all(void)
{
    return 1;
}

void
gil_machine_fence_all(void)
{
    schedule();
    tell("  thread %d: heavy fence\n", cur);
    fences++;
    for (int t = 0; t < scenario->threads; t++)
        drain(t);
}

void
gil_machine_start(void)
{
}

void
gil_machine_park(uint32_t *word, uint32_t expected, uint64_t deadline)
{
    before_access(word, "park");
    drain(cur);
    settle(word);
    if (*word != expected || now >= deadline)
        return;
    tell("  thread %d: sleeps\n", cur);
    contended = 1;
    threads[cur].word = word;
    threads[cur].deadline = deadline;
    threads[cur].state = PARKED;
    schedule();
}

/* No touch of the word: a stray wake on memory that is gone is legal. */
void
gil_machine_unpark(uint32_t *word)
{
    schedule();
    drain(cur);
    for (int t = 0; t < scenario->threads; t++)
        if (threads[t].state == PARKED && threads[t].word == word) {
            tell("  thread %d: wakes thread %d\n", cur, t);
            threads[t].state = READY;
            return;
        }
}

uint64_t
gil_machine_now(void)
{
    return now;
}

unsigned long
gil_machine_thread(void)
{
    return (unsigned long)cur;
}

uint64_t
gil_machine_spin_ns(void)
{
    return 0;
}

/* --- runs --- */

static void
run(void)
{
    depth = preemptions = timeouts = spurious = contended = steps = fences = poisoned_count = 0;
    failure = NULL;
    now = 1;
    cur = -1;
    for (int t = 0; t < scenario->threads; t++) {
        struct thread *thread = &threads[t];
        if (thread->stack == NULL && (thread->stack = malloc(STACK_SIZE)) == NULL)
            abort();
        thread->started = 0;
        thread->buffered = 0;
        thread->state = READY;
        getcontext(&thread->start);
        thread->start.uc_stack.ss_sp = thread->stack;
        thread->start.uc_stack.ss_size = STACK_SIZE;
        makecontext(&thread->start, trampoline, 0);
    }
    scenario->setup();
    if (_setjmp(out) == 0)
        schedule();
    cur = -1;
    if (failure == NULL && scenario->finish != NULL && _setjmp(out) == 0)
        scenario->finish();
}

/* The choices as COUNT*CHOICE or CHOICE, joined by dots; before them the memory if it is not that of x86. */
static void
write_replay(char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "%s", order_of_memory == EXPLORE_PSO ? PSO_PREFIX : "");
    int end = depth;

    while (end > 0 && path[end - 1] == 0)
        end--;
    for (int i = 0; i < end;) {
        int same = 1;
        while (i + same < end && path[i + same] == path[i])
            same++;
        const char *dot = i == 0 ? "" : ".";
        int length = same == 1 ? snprintf(text + used, size - used, "%s%d", dot, path[i])
                               : snprintf(text + used, size - used, "%s%d*%d", dot, same, path[i]);
        used += (size_t)length;
        if (used >= size - 16)
            return;
        i += same;
    }
}

static void
read_replay(const char *text)
{
    memset(path, 0, sizeof path);
    prefix = 0;
    order_of_memory = strncmp(text, PSO_PREFIX, strlen(PSO_PREFIX)) == 0 ? EXPLORE_PSO : EXPLORE_TSO;
    if (order_of_memory == EXPLORE_PSO)
        text += strlen(PSO_PREFIX);
    while (*text != '\0') {
        char *end;
        long count = 1, choice = strtol(text, &end, 10);
        if (*end == '*') {
            count = choice;
            choice = strtol(end + 1, &end, 10);
        }
        while (count-- > 0 && prefix < DEPTH_MAX)
            path[prefix++] = (unsigned char)choice;
        text = *end == '.' ? end + 1 : end;
        if (*end != '.' && *end != '\0')
            break;
    }
}

static void
account(struct explore_result *result)
{
    result->schedules++;
    result->contended += contended;
    result->fences += fences;
    result->points += depth;
    if (depth > result->deepest)
        result->deepest = depth;
    if (failure != NULL) {
        result->failure = failure;
        write_replay(result->replay, sizeof result->replay);
    }
}

/* The next leaf of the tree: the last choice that has another option takes it. 0: there is none. */
static int
next_path(void)
{
    prefix = depth;
    while (prefix > 0 && path[prefix - 1] + 1 >= width[prefix - 1])
        prefix--;
    if (prefix == 0)
        return 0;
    path[prefix - 1]++;
    return 1;
}

void
explore_memory(enum explore_memory which)
{
    order_of_memory = which;
}

void
explore(const struct scenario *which, const struct explore_bounds *within, long limit, struct explore_result *result)
{
    *result = (struct explore_result){0};
    scenario = which;
    bounds = within;
    prefix = 0;
    do {
        run();
        account(result);
    } while (failure == NULL && next_path() && (limit == 0 || result->schedules < limit));
}

void
explore_replay(const struct scenario *which, const struct explore_bounds *within, const char *replay,
               struct explore_result *result)
{
    *result = (struct explore_result){0};
    scenario = which;
    bounds = within;
    read_replay(replay);
    telling = 1;
    run();
    telling = 0;
    account(result);
}
