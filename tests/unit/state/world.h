/* SPDX-License-Identifier: MIT */
/* What the tests of the state layer share: an interpreter without the layers above, and threads in it. */
#ifndef TESTS_UNIT_STATE_WORLD_H
#define TESTS_UNIT_STATE_WORLD_H

#include "base/atomic.h"
#include "gilrt/guard.h"
#include "gilrt/lock.h"
#include "gilrt/state.h"
#include "state/gate.h"
#include "state/interp.h"
#include "state/lock.h"
#include "state/tstate.h"
#include "support/support.h"

#include <pthread.h>
#include <sched.h>

static GilThreadState *world_ts;          /* the main interpreter's first state, attached to the test's thread */
static GilInterpreterGuard *world_guard;  /* of the main interpreter */

static inline GilThreadState *
world_interp_new(void)
{
    struct gil_interp_config config = {0};
    GilThreadState *ts = NULL;

    ck_assert_int_eq(gil_interp_new(&config, &ts), 0);
    return ts;
}

/* Waits until nobody is inside that of ts, which is attached, and shuts it. */
static inline void
world_shut(GilThreadState *ts)
{
    if (gil_gate_shut(ts->interp->gate, 0) == 0)
        return;
    gil_tstate_detach(ts, "test");
    ck_assert_int_eq(gil_interp_shut(ts->interp, NULL, GIL_MACHINE_NEVER), 0);
    gil_tstate_attach(ts, "test");
}

/* Ends the interpreter of ts, which is attached. Returns heap blocks left. */
static inline size_t
world_interp_end(GilThreadState *ts)
{
    ck_assert_int_eq(gil_gate_close(ts->interp->gate), 0);
    world_shut(ts);
    gil_interp_close(ts);
    gil_interp_clear_threads(ts);
    return gil_interp_delete(ts);
}

static inline void
world_start(void)
{
    ck_assert_int_eq(gil_state_start(), 0);
    world_ts = world_interp_new();
    gil_tstate_attach(world_ts, "test");
    world_guard = GilInterpreterGuard_FromCurrent();
    ck_assert_ptr_nonnull(world_guard);
}

static inline void
world_stop(void)
{
    ck_assert_ptr_eq(gil_tstate_attached(), world_ts);
    GilInterpreterGuard_Close(world_guard);
    ck_assert_uint_eq(world_interp_end(world_ts), 0);
    ck_assert_uint_eq(gil_tstate_blocks(), 0);
}

static inline pthread_t
world_thread(void *(*body)(void *), void *arg)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, body, arg), 0);
    return thread;
}

/* Join without holding the lock. */
static inline void
world_join(pthread_t thread)
{
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    Gil_END_ALLOW_THREADS
}

/* Look at the lock until so many threads sleep in its queue. */
static inline void
world_until_waiting(GilInterpreterState *interp, uint64_t waiters)
{
    GilLockInfo info;

    GilLockInfo_Init(&info);
    do {
        sched_yield();
        ck_assert_int_eq(GilLock_GetInfo(interp, &info), 0);
    } while (info.waiters != waiters);
}

static inline void
world_until(const int *flag, int value)
{
    while (gil_load_acquire(flag) != value)
        sched_yield();
}

#endif
