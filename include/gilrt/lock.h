/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The interpreter's lock as users meet it: leaving it around long work, polling, and looking at it.
 */
#ifndef GILRT_LOCK_H
#define GILRT_LOCK_H

#include <gilrt/base.h>

GIL_BEGIN_DECLS

/** The static record of one place that leaves the lock; its address travels with every transition (ABI). The runtime
 *  writes only @p learned, and only on slow paths. */
struct _GilCallSite {
    const char *file;
    uint32_t line;
    uint32_t kind;       /**< _Gil_SITE_… */
    uint64_t learned[4]; /**< the runtime's; zero at start */
};
#define _Gil_SITE_ALLOW 0u
#define _Gil_SITE_BLOCKING 1u

/** The frozen head of a thread state: what the inline paths work on. */
struct _GilThreadBlock {
    uint32_t st;  /**< _Gil_LAZY or _Gil_ATTACHED; stored by its own thread only */
    uint32_t brk; /**< requests; any bit set sends both transitions to their slow path */
    struct _GilCallSite *site; /**< last place that left the lock, NULL unknown */
};
#define _Gil_LAZY 0u
#define _Gil_ATTACHED 1u

/* Bits of brk, see doc/internals/locking.md. The low four are the lock's own; the rest ask for a poll. */
#define _Gil_BRK_REQUEST 0x01u
#define _Gil_BRK_PREEMPT 0x02u
#define _Gil_BRK_REVOKED 0x04u
#define _Gil_BRK_FENCED 0x08u
#define _Gil_BRK_TIMED 0x10u
#define _Gil_BRK_CALLS 0x100u
#define _Gil_BRK_ASYNC 0x200u
#define _Gil_BRK_COLLECT 0x400u
#define _Gil_BRK_STOP 0x800u
#define _Gil_BRK_POLL_MASK (_Gil_BRK_PREEMPT | 0xffffff00u)

/** The calling thread's current block: attached, or left by a BEGIN whose END is to come; NULL: none. */
GIL_API extern __thread struct _GilThreadBlock *_Gil_thread __attribute__((tls_model("initial-exec")));

GIL_END_DECLS

#endif
