/* SPDX-License-Identifier: MIT */
/* Events in the life of interpreters: one hook of the host. */
#include "runtime/event.h"

#include "base/panic.h"
#include "gilrt/error.h"
#include "state/tstate.h"
#include "sync/machine.h"
#include "sync/mutex.h"

/*
 * Two words that belong together, under a mutex that is held to copy them and never while the hook runs. A thread that comes
 * late tells so after the runtime's end, so they are no part of what starts and stops.
 */
static struct {
    struct gil_mutex mu;
    GilLife_HookFunc func; /* [mu] */
    void *data;            /* [mu] */
} hook = {GIL_MUTEX_INIT(GIL_RANK_HOOK, "the hook for events in the life of interpreters"), NULL, NULL};

void
gil_event_mutexes(void (*each)(struct gil_mutex *mutex))
{
    each(&hook.mu);
}

void
Gil_SetLifeHook(GilLife_HookFunc func, void *data)
{
    gil_mutex_lock(&hook.mu);
    hook.func = func;
    hook.data = data;
    gil_mutex_unlock(&hook.mu);
}

int
gil_event_tell(const GilLifeEvent *event)
{
    GilThreadState *ts = gil_tstate_attached();

    gil_mutex_lock(&hook.mu);
    GilLife_HookFunc func = hook.func;
    void *data = hook.data;
    gil_mutex_unlock(&hook.mu);
    if (func == NULL)
        return 0;
    int before = gil_machine_enter_host();
    GilObject *pending = NULL;
    /* It will be come back to: the hook must not end its interpreter. Nor is an exception of the caller's the hook's affair. */
    if (ts != NULL) {
        ts->within++;
        pending = GilErr_GetRaisedException();
    }
    func(event, data);
    gil_machine_leave_host(before);
    if (gil_tstate_attached() != ts)
        gil_panic("Gil_SetLifeHook", "the hook was called %s and returned %s", ts != NULL ? "attached" : "detached",
                  ts != NULL ? "detached or elsewhere" : "attached");
    if (pending != NULL)
        GilErr_SetRaisedException(pending);
    if (ts != NULL)
        ts->within--;
    return 1;
}

void
gil_event_step(int kind, int64_t interp)
{
    gil_event_tell(&(GilLifeEvent){.size = sizeof(GilLifeEvent), .kind = kind, .interp = interp});
}

int
gil_event_late(GilThreadState *ts, const char *func)
{
    return gil_event_tell(&(GilLifeEvent){
        .size = sizeof(GilLifeEvent), .kind = GIL_LIFE_LATE, .interp = -1, .state = ts->id, .func = func});
}
