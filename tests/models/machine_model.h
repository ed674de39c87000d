/* SPDX-License-Identifier: MIT */
/* The machine as the schedule explorer plays it: put in place of Linux by GIL_MACHINE_BACKEND. */
#ifndef TESTS_MODELS_MACHINE_MODEL_H
#define TESTS_MODELS_MACHINE_MODEL_H

#include <pthread.h>
#include <stdint.h>

/*
 * The compiler's atomic builtins become calls of the explorer, each a point where another thread may run. As the
 * library's atomics (base/atomic.h) and the inline transitions (<gilrt/lock.h>) are macros and functions over these
 * names, whatever is compiled after this header is explored as it stands. Loads are told no order: the explorer
 * reorders none.
 */
enum model_rmw { MODEL_ADD, MODEL_SUB, MODEL_OR, MODEL_AND, MODEL_EXCHANGE };

uint64_t model_load(const void *p, unsigned size, const char *name);
void model_store(void *p, unsigned size, uint64_t value, int order, const char *name);
uint64_t model_rmw(void *p, unsigned size, enum model_rmw op, uint64_t value, int order, const char *name);
int model_cas(void *p, unsigned size, void *expected, uint64_t value, int order, const char *name);
void model_fence(int order);

#define model_type(p) __typeof__((void)0, *(p))
#define __atomic_load_n(p, order) ((model_type(p))model_load((p), sizeof *(p), #p))
#define __atomic_store_n(p, v, order) model_store((p), sizeof *(p), (uint64_t)(v), (order), #p)
/* Uncast, because a result that nobody wants may be dropped only so. */
#define __atomic_exchange_n(p, v, order) model_rmw((p), sizeof *(p), MODEL_EXCHANGE, (uint64_t)(v), (order), #p)
#define __atomic_fetch_add(p, v, order) model_rmw((p), sizeof *(p), MODEL_ADD, (uint64_t)(v), (order), #p)
#define __atomic_fetch_sub(p, v, order) model_rmw((p), sizeof *(p), MODEL_SUB, (uint64_t)(v), (order), #p)
#define __atomic_fetch_or(p, v, order) model_rmw((p), sizeof *(p), MODEL_OR, (uint64_t)(v), (order), #p)
#define __atomic_fetch_and(p, v, order) model_rmw((p), sizeof *(p), MODEL_AND, (uint64_t)(v), (order), #p)
#define __atomic_compare_exchange_n(p, expected, v, weak, success, failure) \
    model_cas((p), sizeof *(p), (expected), (uint64_t)(v), (success), #p)
#define __atomic_thread_fence(order) model_fence(order)

/* The system's threads: who asks is one of the explorer's. Keys of thread-specific data are the model's to provide that compiles what
 * uses them. */
unsigned long gil_machine_thread(void);
#define pthread_self() ((pthread_t)gil_machine_thread())
#define GIL_MACHINE_MARK(variable) ((uintptr_t)&(variable) + gil_machine_thread())
int model_key_create(pthread_key_t *key, void (*destructor)(void *value));
void *model_getspecific(pthread_key_t key);
int model_setspecific(pthread_key_t key, const void *value);
#define pthread_key_create(key, destructor) model_key_create((key), (destructor))
#define pthread_getspecific(key) model_getspecific(key)
#define pthread_setspecific(key, value) model_setspecific((key), (value))

/* A spin loop is one look here: more would only repeat states. */
#define GIL_MACHINE_SPIN_ROUNDS 1
/* The lock leans again soon, so that the whole circle fits into a run. */
#define GIL_MACHINE_FENCE_WORTH 2u
/* All who sleep in the parking lot share a queue. */
#define GIL_PARKING_BUCKETS 1
/* A ring of pending calls is soon full. */
#define GIL_CALL_RING 2

static inline void
gil_machine_relax(void)
{
}

#endif
