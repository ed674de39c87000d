/* SPDX-License-Identifier: MIT */
/* A host that a debugger stops at two bad moments; see debugger.sh. */
#include <gilrt.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

/* Where it is stopped. Not static and not inline: the debugger looks for it by its name. */
void debugger_stops_here(void);

void __attribute__((noinline))
debugger_stops_here(void)
{
    __asm__ volatile("" ::: "memory");
}

static void *
enter(void *view)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);

    if (token != NULL)
        GilThreadState_Release(token);
    return token;
}

int
main(void)
{
    GilLockInfo info;
    pthread_t thread;
    void *came_in = NULL;

    if (Gil_Initialize() < 0)
        return 1;
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    if (pthread_create(&thread, NULL, enter, view) != 0)
        return 1;
    GilLockInfo_Init(&info);
    do
        sched_yield();
    while (GilLock_GetInfo(GilInterpreterState_Get(), &info) == 0 && info.waiters == 0);
    /* This thread has the interpreter's lock, and the other one waits for it. */
    debugger_stops_here();
    /* This thread has every mutex of the library, too. */
    if (GilOS_BeforeFork() < 0)
        return 1;
    debugger_stops_here();
    GilOS_AfterFork_Parent();
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, &came_in);
    Gil_END_ALLOW_THREADS
    GilInterpreterView_Close(view);
    puts(came_in != NULL && Gil_FinalizeEx() == 0 ? "went on" : "did not go on");
    return 0;
}
