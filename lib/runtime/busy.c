/* SPDX-License-Identifier: MIT */
/* Telling the host who keeps an interpreter from ending: an event, or lines on standard error when nobody hears that. */
#include "runtime/busy.h"

#include "base/print.h"
#include "gilrt/life.h"
#include "runtime/event.h"
#include "state/guard.h"
#include "state/interp.h"
#include "state/tstate.h"

#include <stdio.h>

/* What keeps it from ending, into text. */
static void
describe(const GilHolder *holder, char *text, size_t room)
{
    unsigned long long thread = holder->thread, state = holder->state, age = holder->age_ns / 1000000;

    switch (holder->kind) {
    case GIL_HOLDER_GUARD:
        (void)snprintf(text, room, "a guard is open for %llu.%03llu s, opened by thread %#llx at %s:%d",
                       age / 1000, age % 1000, thread, holder->line > 0 ? holder->file : "an unknown place",
                       holder->line);
        break;
    case GIL_HOLDER_VISIT:
        (void)snprintf(text, room, "thread %#llx is inside by a view (state %llu)", thread, state);
        break;
    case GIL_HOLDER_CALL:
        (void)snprintf(text, room, "thread %#llx is in %s() for %llu.%03llu s", thread, holder->file, age / 1000,
                       age % 1000);
        break;
    case GIL_HOLDER_ENDER:
        (void)snprintf(text, room, "thread %#llx is ending it", thread);
        break;
    case GIL_HOLDER_EXIT:
        (void)snprintf(text, room, "thread %#llx exits, and lets go of what it held, for %llu.%03llu s", thread,
                       age / 1000, age % 1000);
        break;
    default:
        (void)snprintf(text, room, "thread %#llx does not leave its lock (state %llu)", thread, state);
    }
}

void
gil_busy_find(struct gil_busy *busy, GilInterpreterState *interp)
{
    busy->interp = interp->id;
    busy->inside = gil_guard_oldest(interp, busy->holders, GIL_BUSY_TOLD);
}

long
gil_busy_tell(const struct gil_busy *busy, const char *func)
{
    static const char line[] = "gilrt: %s: interpreter %lld does not end: %s";
    size_t count = busy->inside > 0 ? busy->inside : 1;
    GilLifeEvent event = {.size = sizeof event, .kind = GIL_LIFE_BUSY, .interp = busy->interp, .count = count};

    if (gil_event_tell(&event))
        return (long)count;
    char text[160] = "whoever was inside has left just now";
    for (size_t left = count < GIL_BUSY_TOLD ? count : GIL_BUSY_TOLD; left-- > 0;) {
        if (busy->inside > 0)
            describe(&busy->holders[left], text, sizeof text);
        gil_print_line(line, func, (long long)busy->interp, text);
    }
    if (count > GIL_BUSY_TOLD) {
        (void)snprintf(text, sizeof text, "%zu more are inside", count - GIL_BUSY_TOLD);
        gil_print_line(line, func, (long long)busy->interp, text);
    }
    return (long)count;
}

void
gil_busy_tell_waiting(const GilThreadState *ts, uint64_t holder, const char *func)
{
    GilLifeEvent event = {
        .size = sizeof event, .kind = GIL_LIFE_WAITING, .interp = ts->interp_id, .state = holder, .func = func};

    if (!gil_event_tell(&event))
        gil_print_line("gilrt: %s: waits for the lock of interpreter %lld; thread state %llu has it", func,
                       (long long)ts->interp_id, (unsigned long long)holder);
}
