/* SPDX-License-Identifier: MIT */
/* Atomic access to plain integers and pointers: the only spelling of atomics in the library. */
#ifndef GIL_BASE_ATOMIC_H
#define GIL_BASE_ATOMIC_H

#include <stdint.h>

/*
 * The compiler's builtins, and not <stdatomic.h>: public headers must be clean in C++, and the same words are worked on
 * there. Each access names its order; every order weaker than seq_cst names its partner in a comment where it is used.
 * The pointer may be to any integer of 1 to 8 bytes or to a pointer; arguments are evaluated once.
 */
#define gil_load_relaxed(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define gil_load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define gil_load_seq_cst(p) __atomic_load_n((p), __ATOMIC_SEQ_CST)

#define gil_store_relaxed(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define gil_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define gil_store_seq_cst(p, v) __atomic_store_n((p), (v), __ATOMIC_SEQ_CST)

/* These return the old value. */
#define gil_exchange_acq_rel(p, v) __atomic_exchange_n((p), (v), __ATOMIC_ACQ_REL)
#define gil_exchange_seq_cst(p, v) __atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST)
#define gil_fetch_add_relaxed(p, v) __atomic_fetch_add((p), (v), __ATOMIC_RELAXED)
#define gil_fetch_add_acq_rel(p, v) __atomic_fetch_add((p), (v), __ATOMIC_ACQ_REL)
#define gil_fetch_add_seq_cst(p, v) __atomic_fetch_add((p), (v), __ATOMIC_SEQ_CST)
#define gil_fetch_sub_relaxed(p, v) __atomic_fetch_sub((p), (v), __ATOMIC_RELAXED)
#define gil_fetch_sub_acq_rel(p, v) __atomic_fetch_sub((p), (v), __ATOMIC_ACQ_REL)
#define gil_fetch_sub_seq_cst(p, v) __atomic_fetch_sub((p), (v), __ATOMIC_SEQ_CST)
#define gil_fetch_or_seq_cst(p, v) __atomic_fetch_or((p), (v), __ATOMIC_SEQ_CST)
#define gil_fetch_and_seq_cst(p, v) __atomic_fetch_and((p), (v), __ATOMIC_SEQ_CST)

/* Compare and exchange: true when *p was *expected and now is v; otherwise *expected is what was there. Never fails
 * without a reason. */
#define gil_cas_acquire(p, expected, v) \
    __atomic_compare_exchange_n((p), (expected), (v), 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)
#define gil_cas_acq_rel(p, expected, v) \
    __atomic_compare_exchange_n((p), (expected), (v), 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)
#define gil_cas_seq_cst(p, expected, v) \
    __atomic_compare_exchange_n((p), (expected), (v), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

/* A full fence between this thread's accesses. */
static inline void
gil_fence_seq_cst(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Keeps the compiler, not the processor, from moving accesses across: for protocols whose other side fences for
 * both. */
static inline void
gil_compiler_barrier(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* Told to the processor inside a spin loop. */
static inline void
gil_cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield" ::: "memory");
#else
    gil_compiler_barrier();
#endif
}

#endif
