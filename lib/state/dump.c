/* SPDX-License-Identifier: MIT */
/* What all threads are doing, told in a process that may be stuck or about to die. */
#include "gilrt/dump.h"

#include "base/atomic.h"
#include "base/print.h"
#include "gilrt/lock.h"
#include "state/gate.h"
#include "state/lock.h"
#include "state/stable.h"
#include "state/tstate.h"
#include "sync/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The caller may be the handler of a signal that came while this very thread held any mutex of the library, or was half way through
 * a list. So no mutex is taken and no list followed: thread states, locks and gates are type-stable, and the slabs of the
 * pool of thread states lead to each that ever was. What is read may be changing: numbers may be a moment old, and a
 * pointer is either one of a type-stable thing, or only compared, or looked at by way of the kernel first (is_readable()).
 *
 * A state belongs to an interpreter by the address of its gate, which is not given to another one while a state names it. The states of
 * one are gathered by going through all again for each: thousands of interpreters with thousands of threads take some
 * milliseconds, and no memory.
 *
 * ThreadSanitizer would see races, and be right: they are what this is about.
 */
#define LOOKS_AT_OTHERS __attribute__((no_sanitize("thread"), noinline))
#define LINE 500
/* Of a file's name the end is shown, so much at most; one that is longer than this in all is not looked at to its end. */
#define FILE_SHOWN 60
#define FILE_MAX 1024
#define SECOND UINT64_C(1000000000)

struct out {
    int fd;
    size_t used;
    char line[LINE];
};

static void
put_char(struct out *out, char c)
{
    /* Room for the newline stays. */
    if (out->used < LINE - 1)
        out->line[out->used++] = c;
}

static void
put(struct out *out, const char *text)
{
    while (*text != '\0')
        put_char(out, *text++);
}

static void
put_number(struct out *out, uint64_t number, int digits)
{
    char text[20];
    int used = 0;

    do
        text[used++] = (char)('0' + number % 10);
    while ((number /= 10) != 0 || used < digits);
    while (used > 0)
        put_char(out, text[--used]);
}

/* ", for 1.234 s", unless nobody knows since when. */
static void
put_since(struct out *out, uint64_t since)
{
    uint64_t now = gil_machine_now();

    if (since == 0)
        return;
    uint64_t ns = since < now ? now - since : 0;
    put(out, ", for ");
    put_number(out, ns / SECOND, 1);
    put_char(out, '.');
    put_number(out, ns % SECOND / 1000000, 3);
    put(out, " s");
}

static void
begin_line(struct out *out, const char *text)
{
    out->used = 0;
    put(out, "gilrt: ");
    put(out, text);
}

static void
end_line(struct out *out)
{
    out->line[out->used++] = '\n';
    gil_print_to(out->fd, out->line, out->used);
}

/*
 * Whether the word at p, aligned, can be read: asked of a system call that copies it before it finds fault with its first argument. A
 * call site is in the data of a module, which the host may have unloaded.
 */
static int
is_readable(const void *p)
{
    return syscall(SYS_rt_sigprocmask, ~0, (uintptr_t)p & ~(uintptr_t)7, NULL, 8) != 0 && errno != EFAULT;
}

static LOOKS_AT_OTHERS void
put_site(struct out *out, const struct _GilCallSite *site)
{
    size_t length = 0;

    if (!is_readable(site) || !is_readable(&site->line)) {
        put(out, "a place that was unloaded");
        return;
    }
    const char *file = site->file;
    while (length < FILE_MAX && ((length > 0 && (uintptr_t)(file + length) % 8 != 0) || is_readable(file + length)) &&
           file[length] != '\0')
        length++;
    for (size_t i = length > FILE_SHOWN ? length - FILE_SHOWN : 0; i < length; i++)
        put_char(out, file[i]);
    put_char(out, ':');
    put_number(out, site->line, 1);
}

/* ' "NAME"' of a thread, as the system knows it, if it tells. */
static void
put_name(struct out *out, uint32_t native)
{
    struct out path = {.used = 0};
    char name[16];

    put(&path, "/proc/self/task/");
    put_number(&path, native, 1);
    put(&path, "/comm");
    path.line[path.used] = '\0';
    int fd = open(path.line, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t length = read(fd, name, sizeof name);
    close(fd);
    put(out, " \"");
    for (ssize_t i = 0; i < length && name[i] != '\n'; i++)
        put_char(out, (unsigned char)name[i] < ' ' || name[i] == '"' ? '?' : name[i]);
    put_char(out, '"');
}

/* --- one state --- */

static LOOKS_AT_OTHERS uint64_t
held_since(const struct gil_lock *lock, const GilThreadState *ts)
{
    uint64_t exact = gil_load_relaxed(&lock->timing) ? gil_load_relaxed(&lock->held_since) : 0;
    uint64_t stamp = gil_load_relaxed(&ts->waiter.stamp);

    return exact != 0 ? exact : stamp & 1 ? 0 : stamp;
}

/* gil_lock_is_owner(), without ThreadSanitizer. */
static LOOKS_AT_OTHERS int
is_owner(const struct gil_lock *lock, const GilThreadState *ts)
{
    uintptr_t word = gil_load_relaxed(&lock->owner);

    return (word & ~GIL_LOCK_FLAGS) == (uintptr_t)ts &&
           !((word & GIL_LOCK_LEANS) && gil_load_relaxed(&ts->block.st) == _Gil_LAZY);
}

/* In the child of a fork a thread has another number; of the one that calls, it is known. */
static LOOKS_AT_OTHERS void
put_thread(struct out *out, const GilThreadState *ts)
{
    uint32_t native = gil_load_relaxed(&ts->native);

    if (native == 0) {
        put(out, "no thread yet");
        return;
    }
    if (gil_load_relaxed(&ts->os_thread) == gil_machine_thread())
        native = (uint32_t)syscall(SYS_gettid);
    put(out, "thread ");
    put_number(out, native, 1);
    put_name(out, native);
}

static LOOKS_AT_OTHERS void
put_doing(struct out *out, const GilThreadState *ts, struct gil_lock *lock)
{
    const struct _GilCallSite *site = gil_load_relaxed(&ts->block.site);
    const char *left_in = gil_load_relaxed(&ts->left_in);
    uint64_t stamp = gil_load_relaxed(&ts->waiter.stamp);
    const char *before_place = "; last outside ";

    if (is_owner(lock, ts)) {
        put(out, " has the lock");
        put_since(out, held_since(lock, ts));
    }
    else if (ts->waiter.queued) {
        put(out, " waits for the lock");
        put_since(out, ts->waiter.since);
    }
    else if (gil_load_relaxed(&ts->block.st) == _Gil_ATTACHED)
        put(out, " is on its way to the lock");
    else if (left_in == NULL && site == NULL)
        return;
    else {
        put(out, " is outside");
        put_since(out, stamp & 1 ? stamp : 0);
        before_place = "; ";
    }
    if (site == NULL && left_in == NULL)
        return;
    put(out, before_place);
    put(out, site != NULL ? "at " : "in ");
    if (site != NULL)
        put_site(out, site);
    else
        put(out, left_in);
}

static LOOKS_AT_OTHERS void
put_requests(struct out *out, const GilThreadState *ts)
{
    static const struct {
        uint32_t bit;
        const char *text;
    } requests[] = {
        {_Gil_BRK_PREEMPT, "is asked for the lock"},
        {_Gil_BRK_CALLS | _Gil_BRK_SHARED, "has calls to make"},
        {_Gil_BRK_ASYNC, "has an exception to raise"},
        {_Gil_BRK_SIGNAL, "has a signal to handle"},
        {_Gil_BRK_INTERRUPT, "is interrupted"},
        {_Gil_BRK_COLLECT, "has to collect"},
        {_Gil_BRK_ENDING, "is asked to end"},
    };
    uint32_t brk = gil_load_relaxed(&ts->block.brk);

    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++)
        if (brk & requests[i].bit) {
            put(out, "; ");
            put(out, requests[i].text);
        }
}

static LOOKS_AT_OTHERS void
tell_state(struct out *out, const GilThreadState *ts, struct gil_lock *lock)
{
    begin_line(out, "  state ");
    put_number(out, gil_load_relaxed(&ts->id), 1);
    put(out, ": ");
    put_thread(out, ts);
    put_doing(out, ts, lock);
    put_requests(out, ts);
    if (gil_load_relaxed(&ts->orphan))
        put(out, "; its thread has ended");
    end_line(out);
}

/* --- the states of one interpreter --- */

/* Which one ts, if it is a state, belongs to; NULL: none that is alive. */
static LOOKS_AT_OTHERS const struct gil_gate *
gate_of(const GilThreadState *ts)
{
    return gil_load_relaxed(&ts->dead) ? NULL : gil_load_relaxed(&ts->gate);
}

/* The lock of ts, if it is a state; else NULL. Read once: the block may be put back, and be another one's, at any time. */
static LOOKS_AT_OTHERS struct gil_lock *
lock_of(const GilThreadState *ts)
{
    return gil_load_relaxed(&ts->id) != 0 ? gil_load_relaxed(&ts->lock) : NULL;
}

/* A state that was made for the end of its interpreter, and that no thread has had yet. */
static LOOKS_AT_OTHERS int
is_reserve(const GilThreadState *ts)
{
    return gil_load_relaxed(&ts->orphan) && gil_load_relaxed(&ts->os_thread) == 0;
}

static int
is_first_of(const struct gil_gate *gate, const GilThreadState *ts)
{
    struct gil_stable_look look = {NULL, 0};
    const GilThreadState *each;

    while ((each = gil_tstate_look(&look)) != NULL && each != ts)
        if (lock_of(each) != NULL && gate_of(each) == gate)
            return 0;
    return 1;
}

/* The lock may serve several interpreters, so the holder need not be one of this. */
static LOOKS_AT_OTHERS void
tell_lock(struct out *out, const struct gil_gate *gate, struct gil_lock *lock)
{
    struct gil_stable_look look = {NULL, 0};
    struct gil_gate seen = {.word = gil_load_relaxed(&gate->word)};
    const GilThreadState *each;

    begin_line(out, "interpreter ");
    put_number(out, (uint64_t)gate->id, 1);
    put(out, ": ");
    while ((each = gil_tstate_look(&look)) != NULL)
        if (lock_of(each) == lock && is_owner(lock, each))
            break;
    if (each != NULL) {
        put(out, "state ");
        put_number(out, gil_load_relaxed(&each->id), 1);
        put(out, " has the lock");
        put_since(out, held_since(lock, each));
    }
    else
        put(out, "nobody has the lock");
    put(out, "; ");
    put_number(out, lock->turns.waiters, 1);
    put(out, gil_gate_is_closing(&seen) ? " wait; it is ending" : " wait");
    end_line(out);
}

static void
tell_states_of(struct out *out, const struct gil_gate *gate)
{
    struct gil_stable_look look = {NULL, 0};
    const GilThreadState *each;

    while ((each = gil_tstate_look(&look)) != NULL) {
        struct gil_lock *lock = lock_of(each);
        if (lock != NULL && gate_of(each) == gate && !is_reserve(each))
            tell_state(out, each, lock);
    }
}

void
GilThreadState_DumpAll(int fd)
{
    struct out out = {.fd = fd};
    struct gil_stable_look look = {NULL, 0};
    const GilThreadState *each;
    int before = gil_machine_enter_host(), left_over = 0, saved = errno;

    begin_line(&out, "threads of process ");
    put_number(&out, (uint64_t)getpid(), 1);
    put(&out, ", told by thread ");
    put_number(&out, (uint64_t)syscall(SYS_gettid), 1);
    end_line(&out);
    while ((each = gil_tstate_look(&look)) != NULL) {
        struct gil_lock *lock = lock_of(each);
        const struct gil_gate *gate = lock != NULL ? gate_of(each) : NULL;
        left_over |= lock != NULL && gate == NULL;
        if (gate != NULL && is_first_of(gate, each)) {
            tell_lock(&out, gate, lock);
            tell_states_of(&out, gate);
        }
    }
    if (left_over) {
        begin_line(&out, "interpreters that have ended:");
        end_line(&out);
        tell_states_of(&out, NULL);
    }
    begin_line(&out, "end of threads");
    end_line(&out);
    gil_machine_leave_host(before);
    errno = saved;
}
