/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Signals of the operating system, for hosts that want the library to bring them to where objects can be used. None is taken unless
 * asked.
 *
 *     static int
 *     on_hangup(int signum, void *arg)
 *     {
 *         return reload(arg);
 *     }
 *     ...
 *     GilSignal_Watch(SIGINT, NULL, NULL, 0);
 *     GilSignal_Watch(SIGHUP, on_hangup, &server, GIL_SIGNAL_RESTART);
 *
 * The handler that is installed then does nothing but note the signal and see to it that the main thread looks: the thread state that
 * started the runtime, in the main interpreter. There the callback is run, attached: at the next Gil_Poll() or
 * GilErr_CheckSignals(), in an interruptible wait of the library, which goes on unless the callback raises, while Gil_FinalizeEx() or
 * Gil_EndInterpreter() waits for those inside, with the same exception, or when a blocking
 * call has been left that the signal has interrupted (gilrt/unblock.h). If that thread runs in another interpreter just then, it
 * looks at the next poll or interruptible wait there, and steps over to the main one for the callback; KeyboardInterrupt comes out of
 * that poll, any other exception is reported as GilErr_WriteUnraisable() does. While an exception is pending nobody is called.
 * Nor is anybody called while that thread waits in GilInterpreterView_End() or GilInterpreterView_WaitEnd().
 * After the host has ended that thread state there is no main thread: what comes is noted and met by nobody. In the child of a fork
 * it is the thread that forked; callbacks of a main interpreter that is not there any more are not called (gilrt/fork.h). What comes to the
 * child itself before GilOS_AfterFork_Child() is kept for it, and handled afterwards. In the child of a plain fork() or of vfork()
 * nothing comes of a signal but a call of the handler that was there before, and the parent notices nothing.
 *
 * A signal may come to any thread that does not block it. One that comes to another is sent on to the main thread, so that a system
 * call there ends with EINTR; if the main thread blocks the signal, it still is noted, and met at a poll or in a wait, but
 * ends no system call. Each watched signal is handled at least once after it came last; that it came several times before is not
 * counted. One exception is the system's, which keeps one of a number: what somebody sends to the main thread itself (pthread_kill())
 * while one that was sent on is pending there, because the thread blocks it, is not met again.
 */
#ifndef GILRT_SIGNAL_H
#define GILRT_SIGNAL_H

#include <gilrt/base.h>

GIL_BEGIN_DECLS

/** What is called when a signal has come: attached, in the main thread. Other signals and requests may be met within it where it
 *  polls, the same signal when it has returned; pending calls, which are made at the first poll after it, also those to other
 *  interpreters that it enters, and the end of the runtime wait until it returns. It cannot end the interpreter that its thread has been in (GilInterpreterView_End(): -1).
 *  @return 0, or -1 with an exception, which comes out where the signal was looked for, as said above. */
typedef int (*GilSignal_Func)(int signum, void *arg);

/** System calls that the signal interrupts are begun again where they can be (SA_RESTART). Otherwise they end with EINTR, so that
 *  the code around them can look (GilErr_AreSignalsPending()). */
#define GIL_SIGNAL_RESTART 1u
/** A handler that the signal has already is not called any more. Otherwise it is, after the signal was noted, with what it would
 *  have got; its mask is in force, too. SIG_DFL and SIG_IGN are replaced in either case. */
#define GIL_SIGNAL_REPLACE 2u
/** No handler is installed: the host has one, or a signalfd, and posts by GilErr_SetInterruptEx(). */
#define GIL_SIGNAL_POSTED 4u

/**
 * Have a signal watched: from now on func(signum, arg) is called when it has come. NULL: KeyboardInterrupt is raised. Takes the
 * place of what was watched for that signal before. A handler that somebody has set over the library's since then is replaced and not
 * called, since it may be calling the library's; it is back when the watch ends. The same holds for what is found when the signal is
 * watched again, also in a later life of the runtime, until a watch begins, or one ends, that finds SIG_DFL or SIG_IGN there: then nobody
 * can be calling the library's. The handler runs on the alternate stack if the thread has one, does nothing that is not async-signal-safe,
 * and keeps errno; masks are left as they are.
 * @param flags  GIL_SIGNAL_…, joined by |, or 0
 * @return 0; -1 with ValueError for no such signal, one that cannot be caught, one that a fault raises (SIGSEGV and its like, unless
 *         GIL_SIGNAL_POSTED), or unknown flags; with RuntimeError in an interpreter that is not the main one; with OSError.
 * @lock_held
 */
GIL_API int GilSignal_Watch(int signum, GilSignal_Func func, void *arg, unsigned flags);
/**
 * Undo GilSignal_Watch(): the action that the signal had before is back, unless somebody has set another one since, who then
 * may go on calling the library's handler. What came and was not handled is forgotten. The end of the runtime does so for all,
 * after the calls at exit; and a fork in whose child the main interpreter is lost, there, before the functions for the child: the one
 * that has its place then watches anew what it wants (gilrt/fork.h).
 * What the library itself has sent on to the main thread, and has not come yet, is discarded: it would come to the action that is back.
 * Called in the main thread, that alone; of others of its number that are pending there at that moment one, the last, is kept. Another
 * thread can do no more than ignore the signal for a moment, and does so where the action that comes back is SIG_DFL and something was
 * sent on: one of somebody else's that comes just then, or is pending in another thread, is lost.
 * @return 1; 0 when the signal was not watched; -1 with RuntimeError in an interpreter that is not the main one.
 * @lock_held
 */
GIL_API int GilSignal_Unwatch(int signum);

/**
 * Note a signal as if it had come: what a host's own handler calls. For one that is not watched nothing is done. Async-signal-safe, and
 * callable before the runtime starts and after its end, when it does nothing.
 * @return 0; -1 when signum is no signal's number. No exception is set.
 * @lock_any @before_init @after_finalize @tls_destructor @signal_safe
 */
GIL_API int GilErr_SetInterruptEx(int signum);
/** GilErr_SetInterruptEx() of SIGINT.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API void GilErr_SetInterrupt(void);

GIL_END_DECLS

#endif
