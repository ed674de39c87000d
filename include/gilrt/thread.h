/* SPDX-License-Identifier: MIT */
/**
 * @file
 * About the calling thread, whoever started it: numbers, a name, values of its own, and what is to be called when it
 * ends.
 *
 * All of it may be used by any thread, attached or not, before the runtime starts and after it has ended.
 *
 * CANCELLATION. No function of the library is a cancellation point, those that wait included: a thread that was cancelled
 * (pthread_cancel()) goes on until it comes to one in the host's code. What gets a thread out of a wait is a time, or an interrupt
 * (gilrt/unblock.h). Functions of the host's that the library calls in the middle of something are called with cancellation disabled,
 * and leave it so: unblock functions, all hooks, what a fork calls and locks, the function of GilOnce_Call(), everything that making or
 * ending an interpreter runs, and what a thread has called at its end. Elsewhere the host's code is cancelled where it stands. Within
 * Gil_BEGIN_ALLOW_THREADS … Gil_END_ALLOW_THREADS the thread ends outside, and the library keeps nothing of it but what it has open. A
 * thread that is attached ends attached, which stops the process, or is dealt with as GilConfig.exit_policy says; so code
 * that may be cancelled disables that while it is attached. Asynchronous cancellation (PTHREAD_CANCEL_ASYNCHRONOUS) must not be
 * enabled in any call of the library.
 */
#ifndef GILRT_THREAD_H
#define GILRT_THREAD_H

#include <gilrt/base.h>

GIL_BEGIN_DECLS

/** The thread as a number: that of pthread_self(). May serve another thread when this one has ended.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API unsigned long GilThread_get_thread_ident(void);
/** The thread as the kernel numbers it, which is what ps and gdb show.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API unsigned long GilThread_get_thread_native_id(void);

/** Bytes that a thread's name may have, the NUL at its end included. */
#define GIL_THREAD_NAME_MAX 16
/**
 * Name the calling thread, for debuggers, ps and top. What is longer than 15 bytes is cut, not within a character of
 * UTF-8.
 * @return 0; -1 when name is NULL or the system refuses. No exception is set.
 * @lock_any @before_init @after_finalize @tls_destructor @signal_safe
 */
GIL_API int GilThread_SetName(const char *name);
/**
 * The name of the calling thread, with a NUL, into @p name of @p size bytes; cut if that is too small.
 * @return 0; -1 when name is NULL, size is 0, or the system refuses. No exception is set.
 * @lock_any @before_init @after_finalize @tls_destructor @signal_safe
 */
GIL_API int GilThread_GetName(char *name, size_t size);

/**
 * Have @p func called with @p data when the calling thread ends: by returning from its first function, by
 * pthread_exit(), or by being cancelled; not by the end of the process. What was asked for last is called first. The
 * thread is not attached then, and may enter by GilThreadState_Ensure(), as long as it leaves again; its values of
 * thread-specific storage are there still. It may ask for more calls, which come before those values go; after four rounds
 * of that the values go, and both comes four times: what is asked for even then is forgotten.
 * @return 0; -1 when func is NULL, memory lacks, or the thread's storage is gone already. No exception is set.
 * @lock_any @before_init @after_finalize @tls_destructor
 */
GIL_API int GilThread_AtExit(void (*func)(void *data), void *data);
/** Take back the latest GilThread_AtExit() with this function and data by the calling thread: 1, or 0 when there is
 *  none.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API int GilThread_CancelAtExit(void (*func)(void *data), void *data);

/**
 * A key of thread-specific storage (PEP 539): each thread has a value of its own under it, NULL at first.
 *
 *     static Gil_tss_t key = Gil_tss_NEEDS_INIT;
 */
typedef struct {
    int _is_initialized;
    uint32_t _key, _generation; /* lib/sync/thread.c */
} Gil_tss_t;
/** What a key is before GilThread_tss_create(). */
#define Gil_tss_NEEDS_INIT {0, 0, 0}

/** A key in memory of the library, not yet created; NULL, without an exception, when memory lacks.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API Gil_tss_t *GilThread_tss_alloc(void);
/** Delete a key and free what GilThread_tss_alloc() returned. NULL is let through.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void GilThread_tss_free(Gil_tss_t *key);
/** Nonzero when the key is created. Stops the process on NULL, as do all that follow.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int GilThread_tss_is_created(Gil_tss_t *key);
/**
 * Create the key; a key that is created already stays as it is, whichever thread did it. There may be 1024.
 * @return 0; -1 when there are too many, or the system has no more for us. No exception is set.
 * @lock_any @before_init @after_finalize @tls_destructor
 */
GIL_API int GilThread_tss_create(Gil_tss_t *key);
/**
 * The same with a destructor: called with each thread's value, if that is not NULL, when the thread ends, after what
 * GilThread_AtExit() asked for. The value is NULL again by then. The thread is not attached and may enter, as there.
 * If destructors set values anew, they are called again, up to four times.
 * @lock_any @before_init @after_finalize @tls_destructor
 */
GIL_API int GilThread_tss_create_with_destructor(Gil_tss_t *key, void (*destructor)(void *value));
/** Delete the key, and forget the values of all threads: no destructor is called. Until it is created again it must
 *  not be used. No other thread may be using it.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void GilThread_tss_delete(Gil_tss_t *key);
/** Set the calling thread's value: 0; -1 when memory lacks, the key is not created, or the thread's storage is gone
 *  already. No exception is set.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API int GilThread_tss_set(Gil_tss_t *key, void *value);
/** The calling thread's value; NULL when it has set none, or the key is not created.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void *GilThread_tss_get(Gil_tss_t *key);

GIL_END_DECLS

#endif
