/* SPDX-License-Identifier: MIT */
/**
 * @file
 * What the library has to say to people, and to whom it says so: for hosts whose standard error is not theirs, or leads
 * nowhere. Without a hook it is written to file descriptor 2, a line or more in one piece, where they are no longer than PIPE_BUF
 * bytes. A descriptor that is closed, broken or of a full disk loses the text and does no harm (no SIGPIPE). So does one that takes
 * nothing for a second, a pipe whose reader has stopped; from then on nothing waits for it until it takes something again. A terminal that
 * is stopped is waited for, and so is a pipe that another writer fills at the same moment.
 *
 * Hooks belong to the process. They may be set at any time, also before the runtime starts, and outlive its end. One that has
 * been replaced may be running still in another thread.
 */
#ifndef GILRT_PRINT_H
#define GILRT_PRINT_H

#include <gilrt/base.h>

GIL_BEGIN_DECLS

/** Given what would have been printed: @p size bytes of UTF-8, whole lines, each with its newline; no NUL follows. Valid during the
 *  call only. Runs in the thread that prints, attached or not, so it must not use the runtime, and returns soon. */
typedef void (*Gil_ErrorPrintFunc)(const char *text, size_t size, void *data);

/**
 * Have func(text, size, data) called in place of every write to standard error: errors (GilErr_Print()), errors that cannot be
 * returned, warnings, what was left at the end (report_leaks), who keeps the runtime busy and who comes too late. The hooks of
 * an interpreter (GilErr_SetUnraisableHook(), GilErr_SetWarningHook()) and Gil_SetLifeHook() come before it. NULL: standard
 * error again.
 * @lock_any @before_init @after_finalize @tls_destructor
 */
GIL_API void Gil_SetErrorPrintHook(Gil_ErrorPrintFunc func, void *data);

/** Given the sentence with which the process is stopped, "gilrt: fatal: FUNCTION: WHAT IS WRONG", without a newline; valid during the
 *  call only. */
typedef void (*Gil_FatalFunc)(const char *sentence, void *data);

/**
 * Have func(sentence, data) called when the library stops the process, because it was used against its rules or has found
 * itself broken: in the thread that did it, just before abort(), in place of any print. NULL: the sentence is printed again,
 * by Gil_SetErrorPrintHook() if that is set.
 *
 * The thread may be attached, hold locks of the library, or be in a signal handler: func does what a signal handler may do, and
 * of the library calls nothing but what is marked async-signal-safe, as GilThreadState_DumpAll(). When it returns, the
 * process is aborted. It must not leave by longjmp() or a C++ exception: the next thing that would be told then stops the process
 * without a word, as does a second error within func. Another thread that is to stop the process meanwhile waits for func, for ten
 * seconds at most.
 * @lock_any @before_init @after_finalize @tls_destructor
 */
GIL_API void Gil_SetFatalHook(Gil_FatalFunc func, void *data);

GIL_END_DECLS

#endif
