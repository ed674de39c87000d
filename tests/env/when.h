/* SPDX-License-Identifier: MIT */
/* The words of when.tsv: what the functions are called with, when they may be called and others may not. */
#ifndef TESTS_ENV_WHEN_H
#define TESTS_ENV_WHEN_H

#include "support/support.h"

#include <gilrt.h>
#include <pthread.h>
#include <signal.h>

/* A view of the main interpreter, and of one that has ended; the main one, which is not to be followed after its end. */
extern GilInterpreterView *view, *other_view;
extern GilInterpreterGuard *guard; /* of the main one */
extern GilInterpreterState *interp;
extern GilThreadState *state; /* gone, or NULL */
extern GilConfig config;
extern GilInterpreterConfig interp_config;
extern GilPendingNode node;
extern GilUnblockSelf unblock_self; /* of no thread */
extern GilMutex mutex;
extern GilRecursiveMutex recursive;
extern GilRWMutex rw;
extern GilCondition condition;
extern GilEvent event;
extern GilSemaphore semaphore; /* one permit */
extern GilBarrier barrier;     /* of one party */
extern GilOnce once, other_once;
extern Gil_tss_t key, no_key;
extern pthread_mutex_t pthread_mutex;
extern GilForkCalls fork_calls;
extern Gil_ssize_t first, last;
extern char name[40];
extern int nowhere; /* a descriptor */
extern const GilForeignLock when_foreign;

/* Each takes what it is given, gives it back, and answers whether it was there. */
int when_guard(GilInterpreterGuard *open);
int when_view(GilInterpreterView *open);
int when_memory(void *block);
int when_key(Gil_tss_t *made);
/* The same, but there need not be one. */
int when_token(GilThreadStateToken *token);

int when_starts(void);                /* and stops */
int when_report(uint64_t least);      /* the report tells of so many stops at least */
int when_waits(void);                 /* for a condition that another thread notifies */
int when_forks(void);                 /* by GilOS_Fork() */
int when_forks_itself(void);
int when_once(void *unused);          /* 0 */
void when_nothing(void);
void when_nothing_with(void *unused);
GilSlot *when_no_module(void);        /* NULL */

/* Its size and zeros, of a struct that grows. */
#define when_init(type)          \
    ({                           \
        type it_;                \
        type##_Init(&it_);       \
        it_.size == sizeof(it_); \
    })

/* What is to be true when; NULL: it is not promised. */
struct when {
    int (*before)(void), (*after)(void), (*exit)(void), (*handler)(void);
};
void when_run(const struct when *test);

#endif
