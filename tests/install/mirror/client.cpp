// SPDX-License-Identifier: MIT
/* client: an extension in C++17 that uses ledger's table: templates, lambdas, exceptions beside the lock's macros. */
#include "ledger.h"

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

struct State {
    const ledger_api *ledger;
    GilObject *error;
};

State *
state_of(GilObject *module)
{
    return static_cast<State *>(GilModule_GetState(module));
}

template <typename Number>
GilObject *
total(GilObject *, GilObject *op)
{
    Gil_buffer view;
    Number sum{};

    if (GilObject_GetBuffer(op, &view, GilBUF_SIMPLE) < 0)
        return nullptr;
    auto add = [&] {
        Gil_BEGIN_ALLOW_THREADS
        const Number *items = static_cast<const Number *>(view.buf);
        for (Gil_ssize_t i = 0; i < view.len / static_cast<Gil_ssize_t>(sizeof(Number)); i++)
            sum += items[i];
        Gil_END_ALLOW_THREADS
    };
    add();
    GilBuffer_Release(&view);
    return GilFloat_FromDouble(static_cast<double>(sum));
}

/* squares(n, *, threads=2): the sum of the squares below n; threads of its own, and an exception across nothing. */
GilObject *
squares(GilObject *module, GilObject *args, GilObject *kwargs)
{
    static const char *keywords[] = {"n", "threads", nullptr};
    long n;
    int threads = 2;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, "l|$i:squares", keywords, &n, &threads))
        return nullptr;
    std::vector<long long> sums;
    bool failed = false;
    Gil_BEGIN_ALLOW_THREADS
    try {
        if (threads < 1)
            throw std::invalid_argument("no threads");
        sums.resize(static_cast<std::size_t>(threads));
        std::vector<std::thread> pool;
        for (int t = 0; t < threads; t++)
            pool.emplace_back([&sums, t, n, threads] {
                for (long i = t; i < n; i += threads)
                    sums[static_cast<std::size_t>(t)] += static_cast<long long>(i) * i;
            });
        for (auto &thread : pool)
            thread.join();
    }
    catch (const std::exception &e) {
        failed = true;
        Gil_BLOCK_THREADS
        GilErr_Format(state_of(module)->error, "squares(): %s", e.what());
        Gil_UNBLOCK_THREADS
    }
    Gil_END_ALLOW_THREADS
    long long sum = 0;
    for (long long part : sums)
        sum += part;
    return failed ? nullptr : GilLong_FromLongLong(sum);
}

GilMethodDef client_methods[] = {
    {"doubles", total<double>, GIL_METH_O, nullptr},
    {"floats", total<float>, GIL_METH_O, nullptr},
    {"squares", reinterpret_cast<GilCFunction>(reinterpret_cast<void (*)()>(squares)),
     GIL_METH_VARARGS | GIL_METH_KEYWORDS, GilDoc_STR("squares(n, *, threads=2)")},
    {"open", [](GilObject *module, GilObject *Gil_UNUSED(none)) { return state_of(module)->ledger->open("me", 7); },
     GIL_METH_NOARGS, nullptr},
    {"balance",
     [](GilObject *module, GilObject *account) -> GilObject * {
         long balance = state_of(module)->ledger->balance(account);
         return balance == -1 && GilErr_Occurred() ? nullptr : GilLong_FromLong(balance);
     },
     GIL_METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr}
};

int
client_exec(GilObject *module)
{
    State *state = state_of(module);

    state->ledger = static_cast<const ledger_api *>(GilCapsule_Import(LEDGER_API, 0));
    if (state->ledger == nullptr)
        return -1;
    state->error = GilErr_NewExceptionWithDoc("client.Error", "what C++ threw", GilExc_RuntimeError, nullptr);
    return state->error == nullptr ? -1 : GilModule_AddObjectRef(module, "Error", state->error);
}

int
client_clear(GilObject *module)
{
    Gil_CLEAR(state_of(module)->error);
    return 0;
}

void
client_free(void *module)
{
    client_clear(static_cast<GilObject *>(module));
}

GilABIInfo_VAR(client_abi);

GilSlot client_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &client_abi),
    GilSlot_PTR(Gil_mod_name, "client"),
    GilSlot_SIZE(Gil_mod_state_size, sizeof(State)),
    GilSlot_DATA(Gil_mod_methods, client_methods),
    GilSlot_PTR(Gil_mod_exec, client_exec),
    GilSlot_FUNC(Gil_mod_state_clear, client_clear),
    GilSlot_FUNC(Gil_mod_state_free, client_free),
    GilSlot_DATA(Gil_mod_gil, Gil_MOD_GIL_USED),
    GilSlot_END
};

}

GilMODEXPORT_FUNC
GilModExport_client()
{
    return client_slots;
}
