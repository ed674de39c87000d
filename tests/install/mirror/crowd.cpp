// SPDX-License-Identifier: MIT
/* crowd: a host in C++17: a module of its own, threads that enter through a guard, extensions in both languages. */
#include <gilrt.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

namespace {

struct Decref {
    void
    operator()(GilObject *object) const
    {
        Gil_DECREF(object);
    }
};
using Ref = std::unique_ptr<GilObject, Decref>;

class Attached {
public:
    explicit Attached(GilInterpreterGuard *guard) : token(GilThreadState_Ensure(guard))
    {
    }
    ~Attached()
    {
        if (token != nullptr)
            GilThreadState_Release(token);
    }
    Attached(const Attached &) = delete;
    Attached &operator=(const Attached &) = delete;
    explicit operator bool() const
    {
        return token != nullptr;
    }

private:
    GilThreadStateToken *token;
};

int
own_exec(GilObject *module)
{
    return GilModule_AddStringConstant(module, "kind", "built in");
}

GilABIInfo_VAR(own_abi);
GilSlot own_slots[] = {GilSlot_DATA(Gil_mod_abi, &own_abi), GilSlot_FUNC(Gil_mod_exec, own_exec), GilSlot_END};

std::atomic<int> failures{0};

void
check(bool good, const char *what)
{
    if (good)
        return;
    std::fprintf(stderr, "%s\n", what);
    failures++;
    if (GilThreadState_IsAttached() && GilErr_Occurred())
        GilErr_Print();
}

bool
is_text(const Ref &op, const char *text)
{
    return op && GilUnicode_Check(op.get()) && GilUnicode_EqualToUTF8(op.get(), text) == 1;
}

/* Each thread enters again and again, nested too, and calls what takes the lock itself. */
void
visit(GilInterpreterGuard *guard, GilObject *client, GilObject *list, int number)
{
    for (int i = 0; i < 50; i++) {
        Attached outer(guard), inner(guard);
        check(outer && inner, "a thread could not enter");
        Ref sum(GilObject_CallMethod(client, "squares", "(l)", 100L)), item(Gil_BuildValue("(ii)", number, i));
        check(sum && GilLong_AsLong(sum.get()) == 328350, "squares() in a thread");
        check(item && GilList_Append(list, item.get()) == 0, "append in a thread");
        Gil_Poll();
    }
}

void
run()
{
    Ref own(GilImport_ImportModule("own")), client(GilImport_ImportModule("client"));
    check(own && client, "import");
    if (!own || !client)
        return;
    check(is_text(Ref(GilObject_GetAttrString(own.get(), "kind")), "built in"), "the host's own module");

    double numbers[] = {0.5, 1.5, 2.0};
    Ref bytes(GilBytes_FromStringAndSize(reinterpret_cast<const char *>(numbers), sizeof numbers));
    Ref total(GilObject_CallMethod(client.get(), "doubles", "O", bytes.get()));
    check(total && GilFloat_AsDouble(total.get()) == 4.0, "doubles()");
    Ref account(GilObject_CallMethod(client.get(), "open", nullptr));
    Ref balance(account ? GilObject_CallMethod(client.get(), "balance", "O", account.get()) : nullptr);
    check(balance && GilLong_AsLong(balance.get()) == 7, "another extension's table");
    check(GilObject_CallMethod(client.get(), "balance", "i", 1) == nullptr && GilErr_ExceptionMatches(GilExc_TypeError),
          "what is no account");
    GilErr_Clear();

    Ref squares(GilObject_GetAttrString(client.get(), "squares"));
    Ref error(GilObject_GetAttrString(client.get(), "Error"));
    Ref args(Gil_BuildValue("(i)", 3)), kwargs(Gil_BuildValue("{s:i}", "threads", 0));
    check(GilObject_Call(squares.get(), args.get(), kwargs.get()) == nullptr && GilErr_ExceptionMatches(error.get()),
          "an exception of C++");
    GilErr_Clear();

    Ref list(GilList_New(0));
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    std::vector<std::thread> crowd;
    for (int i = 0; i < 4; i++)
        crowd.emplace_back(visit, guard, client.get(), list.get(), i);
    Gil_BEGIN_ALLOW_THREADS
    for (auto &thread : crowd)
        thread.join();
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(guard);
    check(GilList_GET_SIZE(list.get()) == 200, "what the threads left");
}

}

int
main(int argc, char **argv)
{
    GilConfig config;
    GilConfig_Init(&config);
    config.module_search_path = argc > 1 ? argv[1] : ".";
    config.report_leaks = 1;
    check(GilImport_AppendInittab("own", [] { return own_slots; }) == 0, "the table of built-in modules");
    GilStatus status = Gil_InitializeFromConfig(&config);
    if (GilStatus_Exception(status)) {
        std::fprintf(stderr, "%s: %s\n", status.func, status.err_msg);
        return 1;
    }
    run();
    GilFinalizeReport report;
    GilFinalizeReport_Init(&report);
    check(Gil_FinalizeEx() == 0 && Gil_GetFinalizeReport(&report) == 0 && report.blocks == 0, "the end");
    std::puts(failures == 0 ? "ok" : "wrong");
    return failures != 0;
}
