/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What all threads are doing, for who looks at a host that hangs or crashes. doc/guide/diagnosis.md shows it at work.
 */
#ifndef GILRT_DUMP_H
#define GILRT_DUMP_H

#include <gilrt/base.h>

GIL_BEGIN_DECLS

/**
 * Write to the file descriptor @p fd, for each interpreter, who has its lock and since when, how many wait, and for each of its thread
 * states the thread, what it does, and where it last left the lock. Lines of at most 500 bytes, each in one write(2):
 *
 *     gilrt: threads of process 4711, told by thread 4711
 *     gilrt: interpreter 0: state 1 has the lock, for 12.345 s; 2 wait
 *     gilrt:   state 1: thread 4711 "host" has the lock, for 12.345 s; last outside at host.c:31; is asked for the lock
 *     gilrt:   state 2: thread 4713 "worker-1" waits for the lock, for 0.120 s; last outside at work.c:99
 *     gilrt:   state 3: thread 4714 "io" is outside, for 7.001 s; at work.c:12
 *     gilrt: end of threads
 *
 * Numbers are those of GilInterpreterState_GetID(), GilThreadState_GetID() and GilThread_get_thread_native_id(); a time is left
 * out where nobody took it, which is the rule while a thread uses the lock alone. States of an interpreter that has ended come last.
 *
 * Takes no lock, allocates nothing, waits for nobody but who reads @p fd (a second, or what gilrt/print.h says of terminals), and follows no list: so it may be called from a handler of SIGSEGV, by a debugger
 * (`call (void)GilThreadState_DumpAll(2)`), and while threads come and go. What changes meanwhile may be missing, be there
 * twice, or be told as it was a moment ago. errno is kept, and nothing is said where @p fd cannot be written to: there is no SIGPIPE
 * of a pipe that nobody reads. Needs some 2 KiB of stack, and a descriptor for the names, which are left out
 * where there is none, or no /proc.
 * @lock_any @before_init @after_finalize @tls_destructor @signal_safe
 */
GIL_API void GilThreadState_DumpAll(int fd);

GIL_END_DECLS

#endif
