// SPDX-License-Identifier: MIT
// A static variable of C++ that is made by code which leaves the interpreter's lock, and wanted by two attached threads at once.
#include <gilrt.h>

#include <atomic>
#include <cstdio>
#include <sched.h>
#include <thread>

namespace {

std::atomic<bool> begun, arrived;
int made;

// Its constructor leaves the lock until another attached thread wants the same; the compiler guards it by a lock of its own.
struct parser {
    parser()
    {
        begun = true;
        Gil_BEGIN_ALLOW_THREADS
        while (!arrived)
            sched_yield();
        Gil_END_ALLOW_THREADS
        made++;
    }
};

int make(void *)
{
    static parser one;
    return 0;
}

GilOnce once;

int second(GilInterpreterGuard *guard)
{
    while (!begun)
        sched_yield();
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    if (token == nullptr)
        return -1;
    arrived = true;
    // The first is on its way back to the lock that this thread has. make(nullptr) in its place would never return.
    int rc = GilOnce_Call(&once, make, nullptr);
    GilThreadState_Release(token);
    return rc;
}

}

int main()
{
    if (Gil_Initialize() < 0)
        return 1;
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    int of_second = -1;
    std::thread thread([&] { of_second = second(guard); });
    int rc = GilOnce_Call(&once, make, nullptr);
    Gil_BEGIN_ALLOW_THREADS
    thread.join();
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(guard);
    if (rc == 0 && of_second == 0 && made == 1)
        std::puts("ok");
    return Gil_FinalizeEx() < 0;
}
