/* SPDX-License-Identifier: MIT */
/* What the library has to say to people: to a hook of the host, or to standard error. */
#include "base/print.h"

#include "base/atomic.h"
#include "base/clock.h"
#include "gilrt/print.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * THE HOOKS are read in a process that is about to stop, perhaps in a signal handler, perhaps while the same thread is setting one: so
 * by readers that take no lock and wait for nobody. A hook is two words that belong together. Each that was set stands in a
 * place of its own in a ring, and `set` counts them; a reader copies the latest and looks at the count again: its copy is
 * whole unless so many were set meanwhile that the place came round, and then it reads anew. Writers exclude each other by `busy`.
 *
 * STANDARD ERROR may be anything: closed, a pipe whose reader is gone, a file of the host that got number 2. Nothing can be done about
 * the last, except that the host sets a hook. A broken pipe would send SIGPIPE, which ends the process: it is blocked
 * in this thread meanwhile, and taken away if the write caused it, so that one that was pending before is delivered still.
 *
 * A PIPE THAT IS FULL has a slow reader, or one that has stopped, or that waits for this very thread, which may hold the
 * interpreter's lock or be in a handler of SIGSEGV. So a descriptor is waited for, and the text is lost when it takes nothing for a second;
 * what follows is lost at once until it does (`stuck`; of two descriptors each may spoil the other that second). Why wait at all: a log
 * that is read in bursts is the rule, and a line is worth more than a second. Pieces are of PIPE_BUF bytes: a pipe that is ready takes
 * so much, if nobody else fills it in between. A terminal says that it is ready when it takes a byte: one that is stopped is waited for, as
 * by every program. To write without waiting would take another description of the file, which /proc gives, or does not.
 *
 * CANCELLATION. Whoever prints is in the middle of something, or is about to stop the process; a hook may call write(2) as well as this
 * file does, and that would end a thread that was cancelled. So it is off meanwhile.
 */
#define PLACES 8
#define LINE 512
/* How long another thread's last sentence waits for the fatal hook. */
#define PATIENCE_MS 10000
/* How long who prints waits for a reader. */
#define SLOW_READER_NS UINT64_C(1000000000)

struct hook {
    void (*func)(void); /* [atomic] of the type that its reader knows; NULL: none */
    void *data;         /* [atomic] */
};

struct hooks {
    struct hook ring[PLACES];
    uint32_t set;  /* [atomic] how many were: the latest is the one before; release and acquire */
    uint32_t busy; /* [atomic] somebody sets one */
};

static struct hooks printers, fatals;
static uintptr_t dying; /* [atomic] mark of the thread whose last sentence is being told */
static uint32_t stuck;  /* [atomic] a descriptor took nothing for so long, and nobody has written since; relaxed: a hint */

static void
set_hook(struct hooks *hooks, void (*func)(void), void *data)
{
    while (gil_exchange_acq_rel(&hooks->busy, 1u) != 0)
        sched_yield();
    uint32_t number = gil_load_relaxed(&hooks->set);
    struct hook *place = &hooks->ring[number % PLACES];
    /* Release, each: pairs with the acquire of whoever reads the place: who finds this also finds that the count came as far. */
    gil_store_release(&place->func, func);
    gil_store_release(&place->data, data);
    gil_store_release(&hooks->set, number + 1);
    gil_store_release(&hooks->busy, 0u);
}

static struct hook
get_hook(struct hooks *hooks)
{
    for (;;) {
        uint32_t number = gil_load_acquire(&hooks->set);
        struct hook *place = &hooks->ring[(number - 1) % PLACES];
        if (number == 0)
            return (struct hook){NULL, NULL};
        /* Acquire: keeps the two before the look that says whether they belong together. */
        struct hook hook = {gil_load_acquire(&place->func), gil_load_acquire(&place->data)};
        /* The writer of the last but one before the place comes round may be at work already. */
        if (gil_load_relaxed(&hooks->set) - number < PLACES - 1)
            return hook;
    }
}

void
Gil_SetErrorPrintHook(Gil_ErrorPrintFunc func, void *data)
{
    set_hook(&printers, (void (*)(void))func, data);
}

void
Gil_SetFatalHook(Gil_FatalFunc func, void *data)
{
    set_hook(&fatals, (void (*)(void))func, data);
}

void
gil_print_fork_child(void)
{
    gil_store_relaxed(&printers.busy, 0u);
    gil_store_relaxed(&fatals.busy, 0u);
}

/* Whether fd takes something, or says why not. EINTR starts the look again, not the time. */
static int
takes_something(int fd)
{
    if (fd < 0) /* which poll() leaves out */
        return 0;
    struct pollfd out = {.fd = fd, .events = POLLOUT};
    uint64_t end = gil_clock_deadline(gil_load_relaxed(&stuck) ? 0 : SLOW_READER_NS);
    int ready;

    do {
        uint64_t now = gil_clock_ns();
        ready = poll(&out, 1, now < end ? (int)((end - now + 999999) / 1000000) : 0);
        if (ready == 0 || (ready < 0 && errno == EINTR && now >= end)) {
            gil_store_relaxed(&stuck, 1u);
            return 0;
        }
    } while (ready < 0 && errno == EINTR);
    gil_store_relaxed(&stuck, 0u);
    return 1;
}

/* Nothing can be done about a failure to write. */
static void
write_all(int fd, const char *text, size_t size)
{
    while (size > 0 && takes_something(fd)) {
        ssize_t written = write(fd, text, size < PIPE_BUF ? size : PIPE_BUF);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        text += written;
        size -= (size_t)written;
    }
}

void
gil_print_to(int fd, const char *text, size_t size)
{
    static const struct timespec at_once = {0, 0};
    sigset_t pipe_only, before, pending;

    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigemptyset(&pending);
    sigpending(&pending);
    int had_one = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    errno = 0;
    write_all(fd, text, size);
    if (errno == EPIPE && !had_one)
        while (sigtimedwait(&pipe_only, NULL, &at_once) < 0 && errno == EINTR)
            continue;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void
gil_print(const char *text, size_t size)
{
    int saved = errno, state = 0;
    struct hook hook = get_hook(&printers);

    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    if (hook.func != NULL)
        ((Gil_ErrorPrintFunc)hook.func)(text, size, hook.data);
    else
        gil_print_to(STDERR_FILENO, text, size);
    (void)pthread_setcancelstate(state, &state);
    errno = saved;
}

void
gil_print_line(const char *format, ...)
{
    char line[LINE];
    va_list args;

    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (length < 0)
        return;
    size_t size = (size_t)length < sizeof line ? (size_t)length : sizeof line - 1;
    line[size] = '\n';
    gil_print(line, size + 1);
}

/* An address of its own that every living thread has, without thread-local storage of our own. */
static uintptr_t
this_thread(void)
{
    return (uintptr_t)&errno;
}

void
gil_print_fatal(char *line, size_t size)
{
    uintptr_t nobody = 0;
    int state;

    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state); /* for good */
    if (!gil_cas_seq_cst(&dying, &nobody, this_thread())) {
        /* Within the hook, or after it was left in a way that is forbidden; or another thread's hook runs: it will abort. */
        if (nobody != this_thread())
            poll(NULL, 0, PATIENCE_MS);
        return;
    }
    struct hook hook = get_hook(&fatals);
    if (hook.func != NULL) {
        line[size] = '\0';
        ((Gil_FatalFunc)hook.func)(line, hook.data);
        return;
    }
    line[size++] = '\n';
    gil_print(line, size);
}
