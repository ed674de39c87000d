/* SPDX-License-Identifier: MIT */
/*
 * A host, in the common part of C11 and C++17: consumer MODULE-FOLDER.
 * Prints the file that malloc comes from, the version it runs with, and "ok" when guest.answer() is 42
 * and the lock is left and retaken as it should be.
 */
#include <gilrt.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
answer_is_42(void)
{
    int good = 0;
    GilObject *module = GilImport_ImportModule("guest");
    GilObject *answer = module ? GilObject_GetAttrString(module, "answer") : NULL;
    GilObject *value = answer ? GilObject_CallNoArgs(answer) : NULL;

    if (value == NULL)
        GilErr_Print();
    else
        good = GilLong_AsLong(value) == 42;
    Gil_XDECREF(value);
    Gil_XDECREF(answer);
    Gil_XDECREF(module);
    return good;
}

/* Each macro that leaves the lock, and what else of it expands in the host. */
static int
leaves_and_returns(void)
{
    GilTicker ticker = GIL_TICKER_INIT(2);
    GilLockStats stats;
    int outside = 0;

    Gil_BEGIN_ALLOW_THREADS
    outside += !GilThreadState_IsAttached();
    Gil_BLOCK_THREADS
    outside += !GilThreadState_IsAttached();
    Gil_UNBLOCK_THREADS
    Gil_END_ALLOW_THREADS
    Gil_BEGIN_BLOCKING_CALL
    outside += !GilThreadState_IsAttached();
    Gil_END_BLOCKING_CALL
    for (int on = 0; on <= 1; on++) {
        Gil_BEGIN_ALLOW_THREADS_COND(on)
        outside += !GilThreadState_IsAttached();
        Gil_END_ALLOW_THREADS_COND
    }
    GilLockStats_Init(&stats);
    return outside == 3 && GilThreadState_IsAttached() && Gil_PollTick(GilThreadState_Get(), &ticker) == 0 &&
           GilThreadState_GetLockStats(GilThreadState_Get(), &stats) == 0 && stats.waits == 0 && GilEval_Yield() == 0 &&
           GilEval_TryRestoreThread(GilEval_SaveThread()) == 1 &&
           GilEval_TimedRestoreThread(GilEval_SaveThread(), UINT64_MAX) == 1;
}

int
main(int argc, char **argv)
{
    Dl_info found;
    GilConfig config;

    if (argc != 2 || dladdr(dlsym(RTLD_DEFAULT, "malloc"), &found) == 0)
        return 2;
    printf("malloc %s\n", found.dli_fname);
    printf("version %s\n", Gil_GetVersion());

    GilConfig_Init(&config);
    config.module_search_path = argv[1];
    GilStatus status = Gil_InitializeFromConfig(&config);
    if (GilStatus_Exception(status)) {
        fprintf(stderr, "%s: %s\n", status.func, status.err_msg);
        return 1;
    }
    int good = answer_is_42() && leaves_and_returns();
    if (Gil_FinalizeEx() < 0)
        good = 0;
    puts(good ? "ok" : "wrong");
    return !good;
}
