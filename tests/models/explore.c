/* SPDX-License-Identifier: MIT */
/* The explorer: contexts, the tree of choices, and the machine that the explored sources see. */
#undef _FORTIFY_SOURCE /* its longjmp() refuses to change stacks, which is what a context switch here is */
#include "models/explore.h"

#include "models/machine_model.h"
#include "models/seen.h"
#include "models/snapshot.h"
#include "sync/machine.h"

#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define THREADS_MAX 5
#define STACK_SIZE 65536
#define DEPTH_MAX EXPLORE_DEPTH_MAX
#define STEPS_MAX 20000 /* the same for steps without a choice */
#define POISONED_MAX 32
#define POISON 0xDB
#define BUFFER_MAX 64   /* stores on their way to memory, a thread */
#define LOCALS_MAX 64   /* bytes of thread-local variables */
#define SCRUB_SIZE 256  /* more than a call made between two choices uses of the stack, mostly */
#define PSO_PREFIX "pso:"

enum { READY, PARKED, WAITING, ENDED };
/* Kinds of options. */
enum { GO, TIMEOUT, SPURIOUS };

struct option {
    unsigned char kind, thread;
};

static EXPLORER_OWN struct thread {
    jmp_buf at;
    char *low; /* where its stack ends, while another thread runs or a choice is made */
    int started, state;
    char own[LOCALS_MAX]; /* its thread-local variables, when it ran last */
    uint32_t *word;    /* while PARKED */
    uint64_t deadline; /* while PARKED */
    int (*ready)(void); /* while WAITING */
    int buffered;
    struct entry {
        void *p;
        unsigned size;
        enum { WAITS, LEAVES, GONE } state;
        int releases;
        uint64_t value;
        const char *name;
    } buffer[BUFFER_MAX]; /* stores that memory has not seen, oldest first, and some that it has seen */
    char *stack;
    ucontext_t start;
} threads[THREADS_MAX];

static void drain(int thread);

int explore_locals;

static EXPLORER_OWN const struct scenario *scenario;
static EXPLORER_OWN const struct explore_bounds *bounds;
static EXPLORER_OWN enum explore_memory order_of_memory;
static EXPLORER_OWN jmp_buf out;        /* back to run() */
static EXPLORER_OWN char *locals;       /* the thread-local variables of the program, as cur has them */
static EXPLORER_OWN size_t locals_size;
static EXPLORER_OWN int cur;            /* the running thread, -1 before the first */
static EXPLORER_OWN int outside;        /* setup() or finish() runs: nobody else is there, and no store is on its way */
static EXPLORER_OWN int telling;        /* replay: every step goes to stderr */
static EXPLORER_OWN int repeating;      /* one schedule is run, and nothing is searched */
static EXPLORER_OWN int lenient;        /* a choice that is not offered is none, nor is any that comes after it */
static EXPLORER_OWN int strayed;        /* there was one */
static EXPLORER_OWN uint64_t now;       /* the clock */
static EXPLORER_OWN int preemptions, timeouts, spurious, contended, steps, fences; /* of this run */
static EXPLORER_OWN const char *failure;

/* The choices of this run: what is to be repeated, then what is new. */
static EXPLORER_OWN unsigned char path[DEPTH_MAX], width[DEPTH_MAX];
static EXPLORER_OWN int depth, prefix;

/* What is known of the schedules below each choice of this run, and whether threads met since the choice before. */
static EXPLORER_OWN struct level {
    long state; /* its number, -1: none */
    double schedules, contended;
    int met;
} levels[DEPTH_MAX + 1];
static EXPLORER_OWN long reached; /* the known state in which this run ended, -1: it went to its end */
static EXPLORER_OWN int every; /* no state is looked up */
static EXPLORER_OWN struct seen_digest after_setup; /* in the run before */
static EXPLORER_OWN int unlike;        /* whether that was another one */

static EXPLORER_OWN struct {
    char *from, *to;
} poisoned[POISONED_MAX];
static EXPLORER_OWN int poisoned_count;
static EXPLORER_OWN int refuses; /* heavy fences */

int
explore_self(void)
{
    return cur;
}

static void __attribute__((format(printf, 1, 2)))
tell(const char *format, ...)
{
    va_list args;

    if (!telling || outside)
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
    if (telling && outside)
        fprintf(stderr, "  when all had ended: FAILURE %s\n", why);
    _longjmp(out, 1);
}

/* A bad address, most likely out of memory that was given back. */
static void
fault(int number)
{
    (void)number;
    explore_fail("a pointer leads nowhere");
}

/* On a stack of its own, since that of the thread may be what is broken. */
static void
catch_faults(void)
{
    static EXPLORER_OWN char stack[STACK_SIZE] __attribute__((aligned(64)));
    stack_t apart = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = fault, .sa_flags = SA_ONSTACK | SA_NODEFER};

    sigaltstack(&apart, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

static void
met(void)
{
    if (outside)
        return;
    contended = 1;
    levels[depth].met = 1;
}

/* --- states --- */

static void __attribute__((noinline))
set_low(void)
{
    threads[cur].low = __builtin_frame_address(0);
}

/* Wipes out what functions that have returned left below the stack of cur, so that it does not tell states apart. */
static void __attribute__((noinline))
scrub(void)
{
    volatile char rubbish[SCRUB_SIZE];

    memset((void *)rubbish, 0, sizeof rubbish);
}

static void
mix_thread(struct seen_digest *digest, const struct thread *thread)
{
    uint64_t about[] = {(uint64_t)thread->state, (uint64_t)thread->started, 0, 0, 0};

    if (thread->state == PARKED) {
        about[2] = (uintptr_t)thread->word;
        about[3] = thread->deadline;
    }
    if (thread->state == WAITING)
        about[4] = (uintptr_t)thread->ready;
    seen_mix(digest, about, sizeof about);
    if (thread->started && explore_locals && thread != &threads[cur])
        seen_mix(digest, thread->own, locals_size); /* those of cur are the program's just now */
    for (int i = 0; i < thread->buffered; i++) {
        const struct entry *store = &thread->buffer[i];
        uint64_t content[] = {(uintptr_t)store->p, store->value, store->size, store->state, (uint64_t)store->releases};
        if (store->state != GONE)
            seen_mix(digest, content, sizeof content);
    }
    if (!thread->started || (thread->state == ENDED && thread != &threads[cur]))
        return;
    seen_mix(digest, thread->at, sizeof thread->at);
    seen_mix(digest, thread->low, (size_t)(thread->stack + STACK_SIZE - thread->low));
}

/* All that decides how this run can go on. Called while the registers hold nothing of the search itself. */
static struct seen_digest __attribute__((noinline))
digest_of_all(void)
{
    struct seen_digest digest = {1, 2};
    int64_t about[] = {cur, (int64_t)now, preemptions, timeouts, spurious, poisoned_count, refuses};

    set_low();
    if (_setjmp(threads[cur].at) != 0)
        abort();
    seen_mix(&digest, about, sizeof about);
    seen_mix(&digest, poisoned, (size_t)poisoned_count * sizeof poisoned[0]);
    for (int t = 0; t < scenario->threads; t++)
        mix_thread(&digest, &threads[t]);
    seen_mix_program(&digest);
    return digest;
}

/* A choice that this search has not made before: unless its state is known, it is the one of this depth. */
static void __attribute__((noinline))
look_up(void)
{
    int is_new;

    if (repeating || every || cur < 0) {
        levels[depth] = (struct level){-1, 0, 0, levels[depth].met};
        return;
    }
    struct seen_digest digest = digest_of_all();
    long state = seen_find(&digest, &is_new);
    if (!is_new && seen_state(state)->schedules == 0)
        explore_fail("the same again: a loop that does not end");
    if (!is_new) {
        reached = state;
        _longjmp(out, 1);
    }
    levels[depth] = (struct level){state, 0, 0, levels[depth].met};
}

/* --- snapshots --- */

/*
 * The second option of a choice is taken from where the first one was: everything is put back as it was there, and the run goes
 * on, which spares the way there. That is the same run as one from the start only if the snapshot is whole: all memory that
 * tells states apart, and what the explorer itself keeps of a run. A search that looks up no states makes no snapshots either,
 * so explore_test compares the two; and what a replay string leads to is always run from the start.
 */

/* What a run consists of besides the memory of the program, the threads and their stacks. */
#define PIECE(variable) {&(variable), sizeof(variable)}
static const struct {
    void *at;
    size_t size;
} of_run[] = {PIECE(cur),       PIECE(now),    PIECE(depth),  PIECE(preemptions), PIECE(timeouts),       PIECE(spurious),
              PIECE(contended), PIECE(steps),  PIECE(fences), PIECE(poisoned),    PIECE(poisoned_count), PIECE(refuses)};

static EXPLORER_OWN struct snapshot *snapshots; /* DEPTH_MAX; of choices of this path, or empty. Not for one that is repeated */

static void
snap_thread(struct snapshot *snapshot, struct thread *thread)
{
    snapshot_add(snapshot, thread, offsetof(struct thread, buffer) + (size_t)thread->buffered * sizeof thread->buffer[0]);
    if (thread->started && (thread->state != ENDED || thread == &threads[cur]))
        snapshot_add(snapshot, thread->low, (size_t)(thread->stack + STACK_SIZE - thread->low));
}

/* Returns once in this choice, and again whenever it is taken up. Before the first thread runs there is none. */
static void __attribute__((noinline))
snap(void)
{
    struct snapshot *snapshot;
    void *part;
    size_t size;

    if (repeating)
        return;
    snapshot = &snapshots[depth];
    snapshot_empty(snapshot);
    if (every || cur < 0)
        return;
    set_low();
    if (_setjmp(threads[cur].at) != 0)
        return;
    for (size_t i = 0; i < sizeof of_run / sizeof of_run[0]; i++)
        snapshot_add(snapshot, of_run[i].at, of_run[i].size);
    for (int t = 0; t < scenario->threads; t++)
        snap_thread(snapshot, &threads[t]);
    for (int i = 0; (part = seen_program_part(i, &size)) != NULL; i++)
        snapshot_add(snapshot, part, size);
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
        look_up();
        path[depth] = 0;
        prefix = depth + 1;
        snap();
    }
    width[depth] = (unsigned char)count;
    int at = path[depth++];
    levels[depth].met = 0;
    if (at < count)
        return at;
    if (!lenient)
        explore_fail("the replay string does not fit this source");
    strayed = 1;
    path[depth - 1] = 0;
    prefix = depth;
    return 0;
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
    unsigned numb = scenario->time_passes != 0 ? ~scenario->time_passes : 0;
    if (idle && !scenario->time_passes)
        return 0;
    for (int t = 0; t < scenario->threads; t++) {
        if (threads[t].state != PARKED)
            continue;
        if (threads[t].deadline != GIL_MACHINE_NEVER && !(numb >> t & 1) && (idle || timeouts < bounds->timeouts))
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
    threads[cur].state = ENDED;
    tell("  thread %d: ends\n", cur);
    explore_point("end");
}

/* The thread-local variables of a thread that has not run yet. */
static void
fresh_locals(void)
{
    if (explore_locals)
        memset(locals, 0, locals_size);
}

static void
switch_to(int next)
{
    int before = cur;

    if (before >= 0) {
        set_low();
        if (explore_locals)
            memcpy(threads[before].own, locals, locals_size);
    }
    cur = next;
    if (before >= 0 && _setjmp(threads[before].at) != 0) {
        if (explore_locals)
            memcpy(locals, threads[before].own, locals_size);
        return;
    }
    if (threads[next].started)
        _longjmp(threads[next].at, 1);
    threads[next].started = 1;
    fresh_locals();
    setcontext(&threads[next].start);
}

/* The heart: who goes on? */
static void
schedule(void)
{
    struct option options[3 * THREADS_MAX];
    if (outside)
        return;
    scrub();
    int count = list_options(options);

    if (++steps > STEPS_MAX)
        explore_fail("too many steps: a loop that does not end");
    if (count == 0) {
        for (int t = 0; t < scenario->threads; t++)
            drain(t);
        count = list_options(options);
    }
    if (count == 0) {
        for (int t = 0; t < scenario->threads; t++)
            if (threads[t].state != ENDED)
                explore_fail("nobody can go on: a wake-up was lost");
        _longjmp(out, 1);
    }
    struct option chosen = options[choose(options, count)];
    if (cur >= 0 && threads[cur].state == READY && chosen.thread != cur && bounds->preemptions != EXPLORE_ANY)
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

/* What only others could end has no end in setup() and finish(). */
static void
need_others(void)
{
    if (outside)
        explore_fail("setup() or finish() waits for others, and there are none");
}

void
explore_until(int (*ready)(void))
{
    need_others();
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
    memset(memory, POISON, size);
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

/* What is written otherwise than by an atomic access has no name, and is found when the run is over. */
static void
check_that_poison_stands(void)
{
    for (int i = 0; i < poisoned_count; i++)
        for (const unsigned char *p = (const unsigned char *)poisoned[i].from; p < (const unsigned char *)poisoned[i].to; p++)
            if (*p != POISON) {
                tell("  byte %td of %td\n", (const char *)p - poisoned[i].from, poisoned[i].to - poisoned[i].from);
                explore_fail("memory that was given back was written to");
            }
}

static void
before_access(const void *p, const char *name)
{
    if (scenario->of_interest(p))
        schedule();
    check_poison(p, name);
}

/* memcpy(), and no call for the sizes that words have. */
static inline void
move(void *to, const void *from, unsigned size)
{
    if (size == 8)
        memcpy(to, from, 8);
    else if (size == 4)
        memcpy(to, from, 4);
    else if (size == 1)
        memcpy(to, from, 1);
    else
        memcpy(to, from, size);
}

static uint64_t
get(const void *p, unsigned size)
{
    uint64_t value = 0;
    move(&value, p, size);
    return value;
}

static void
put(void *p, unsigned size, uint64_t value, const char *name)
{
    uint64_t was = get(p, size);

    move(p, &value, size);
    if (outside)
        return;
    if (telling)
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
    if (outside)
        return;
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

void
explore_fork(void)
{
    need_others();
    schedule();
    drain(cur);
    for (int t = 0; t < scenario->threads; t++) {
        struct thread *thread = &threads[t];
        if (t == cur)
            continue;
        for (int i = 0; i < thread->buffered; i++)
            if (thread->buffer[i].state == WAITS) {
                if (pick(2) != 0)
                    leave(t, &thread->buffer[i], 0);
                else if (order_of_memory == EXPLORE_TSO)
                    break;
            }
        thread->buffered = 0;
        thread->state = ENDED;
    }
    tell("  thread %d: forks, and is alone\n", cur);
}

/* The latest value that cur itself has stored and nobody else sees. */
static const struct entry *
own_store(const void *p)
{
    if (outside)
        return NULL;
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
    if (outside)
        return;
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
    if (telling && scenario->of_interest(p))
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
    if (outside || !scenario->of_interest(p)) {
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
        met();
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
gil_machine_is_alone(void)
{
    return 0;
}

int
gil_machine_can_fence_all(void)
{
    return !refuses;
}

void
explore_refuse_fences(void)
{
    refuses = 1;
    tell("  thread %d: no heavy fence from here on\n", cur);
}

void
gil_machine_fence_all(void)
{
    schedule();
    if (outside)
        return;
    tell("  thread %d: heavy fence\n", cur);
    if (refuses)
        explore_fail("a heavy fence, and the system refuses it");
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
    need_others();
    tell("  thread %d: sleeps\n", cur);
    met();
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
    return (unsigned long)(cur + 2); /* never 0, which means nobody */
}

uint64_t
gil_machine_spin_ns(void)
{
    return 0;
}

/* Nobody spins by time here, so it does not matter where. */
uint32_t
gil_machine_processor(void)
{
    return 0;
}

int
gil_machine_enter_host(void)
{
    return 0;
}

void
gil_machine_leave_host(int before)
{
    (void)before;
}

/* --- runs --- */

/* Whether this run begins as the one before did. */
static void
look_at_setup(void)
{
    struct seen_digest digest = {1, 2};

    seen_mix_program(&digest);
    unlike = memcmp(&after_setup, &digest, sizeof digest) != 0;
    after_setup = digest;
}

static void
begin(void)
{
    if (scenario->threads > THREADS_MAX)
        abort();
    locals = seen_thread_part(&locals_size);
    if (locals_size > LOCALS_MAX)
        abort();
    levels[0].met = 0;
    depth = preemptions = timeouts = spurious = contended = steps = fences = poisoned_count = refuses = 0;
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
    look_at_setup();
    outside = 0;
    schedule();
}

/* On from the last choice of what is to be repeated. */
static void
go_on(const struct snapshot *snapshot)
{
    snapshot_restore(snapshot);
    outside = 0;
    _longjmp(threads[cur].at, 1);
}

/* The first choices are those of path, up to prefix. */
static void
run(void)
{
    reached = -1;
    failure = NULL;
    outside = 1;
    if (_setjmp(out) == 0) {
        if (!repeating && prefix > 0 && snapshots[prefix - 1].count > 0)
            go_on(&snapshots[prefix - 1]);
        begin();
    }
    cur = -1;
    outside = 1;
    if (failure == NULL && _setjmp(out) == 0)
        check_that_poison_stands();
    if (failure == NULL && reached < 0 && scenario->finish != NULL && _setjmp(out) == 0) {
        fresh_locals();
        scenario->finish();
    }
    outside = 0;
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
        if (used >= size)
            abort();
        i += same;
    }
}

/* -1: that is none. */
static int
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
        if (end != text && *end == '*') {
            count = choice;
            text = end + 1;
            choice = strtol(text, &end, 10);
        }
        if (end == text || count < 1 || count > DEPTH_MAX - prefix || choice < 0 || choice > UCHAR_MAX)
            return -1;
        memset(&path[prefix], (int)choice, (size_t)count);
        prefix += (int)count;
        if (*end != '\0' && (*end != '.' || end[1] == '\0'))
            return -1;
        text = *end == '.' ? end + 1 : end;
    }
    return 0;
}

/* What was found below a depth is added to the choice above it, or to the result. */
static void
add(struct explore_result *result, int below, double schedules, double met_below)
{
    if (levels[below].met)
        met_below = schedules;
    if (below == 0) {
        result->schedules += schedules;
        result->contended += met_below;
    }
    else {
        levels[below - 1].schedules += schedules;
        levels[below - 1].contended += met_below;
    }
}

static void
account(struct explore_result *result)
{
    result->runs++;
    result->fences += fences;
    result->points += depth;
    if (reached >= 0) {
        add(result, depth, seen_state(reached)->schedules, seen_state(reached)->contended);
        return;
    }
    add(result, depth, 1, 0);
    if (depth > result->deepest)
        result->deepest = depth;
    if (failure != NULL) {
        result->failure = failure;
        write_replay(result->replay, sizeof result->replay);
    }
}

/* The choice above a depth will not be made again in this place: all of it is known. */
static void
close_level(struct explore_result *result, int at)
{
    struct level *level = &levels[at];

    if (level->state >= 0) {
        seen_state(level->state)->schedules = level->schedules;
        seen_state(level->state)->contended = level->contended;
    }
    add(result, at, level->schedules, level->contended);
}

/* The next leaf of the tree: the last choice that has another option takes it. 0: there is none. */
static int
next_path(struct explore_result *result)
{
    for (prefix = depth; prefix > 0 && path[prefix - 1] + 1 >= width[prefix - 1]; prefix--)
        close_level(result, prefix - 1);
    if (prefix == 0)
        return 0;
    path[prefix - 1]++;
    return 1;
}

void
explore_every(int on)
{
    every = on;
}

void
explore_memory(enum explore_memory which)
{
    order_of_memory = which;
}

/* What a run leaves behind and the next one begins with: a replay would not show what the search has found. All that the
 * dynamic linker looks up when it is called first has been called by now. */
static void
check_setup(struct explore_result *result)
{
    repeating = 1;
    for (int i = 0; i < 2; i++) {
        prefix = 0;
        run();
    }
    repeating = 0;
    result->failure = unlike ? "setup() leaves something as the run before left it" : failure;
}

void
explore(const struct scenario *which, const struct explore_bounds *within, long limit, struct explore_result *result)
{
    *result = (struct explore_result){0};
    scenario = which;
    bounds = within;
    catch_faults();
    prefix = 0;
    seen_forget_all();
    if (snapshots == NULL && (snapshots = calloc(DEPTH_MAX, sizeof *snapshots)) == NULL)
        abort();
    int more;
    do {
        run();
        account(result);
        more = failure == NULL && (limit == 0 || result->runs < limit) && next_path(result);
    } while (more);
    result->states = seen_count();
    /* A search that was ended early: what it did find. */
    if (failure != NULL || prefix > 0)
        for (int at = depth; at > 0; at--)
            add(result, at - 1, levels[at - 1].schedules, levels[at - 1].contended);
    if (failure == NULL)
        check_setup(result);
}

/* The one schedule of a replay string. */
static void
repeat(const struct scenario *which, const struct explore_bounds *within, const char *replay,
       struct explore_result *result)
{
    *result = (struct explore_result){0};
    scenario = which;
    bounds = within;
    catch_faults();
    strayed = 0;
    if (read_replay(replay) < 0) {
        result->failure = "the replay string cannot be read";
        return;
    }
    int given = prefix;
    repeating = 1;
    run();
    repeating = 0;
    account(result);
    result->schedules = 1;
    result->contended = contended;
    /* A failure may come sooner than it once did. */
    result->fits = !strayed && (depth >= given || failure != NULL);
}

void
explore_replay(const struct scenario *which, const struct explore_bounds *within, const char *replay,
               struct explore_result *result)
{
    telling = 1;
    repeat(which, within, replay, result);
    telling = 0;
}

void
explore_rerun(const struct scenario *which, const struct explore_bounds *within, const char *replay,
              struct explore_result *result)
{
    lenient = 1;
    repeat(which, within, replay, result);
    lenient = 0;
}
