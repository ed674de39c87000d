// SPDX-License-Identifier: MIT
/*
 * What <gilrt.hpp> promises, and what becomes of C++ exceptions that do without it: `raii NAME` makes the test of that name and
 * prints what it objects to; `raii` lists the names.
 */
#include <gilrt.hpp>
#include <gilrt.hpp>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

int failures;

#define WANT(condition)                                                        \
    do {                                                                       \
        if (!(condition)) {                                                    \
            std::printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            failures++;                                                        \
        }                                                                      \
    } while (0)

/* The sentence with which func() stops a child of this process; "" when it does not. */
template <typename Func>
std::string
last_words(Func func)
{
    char text[1000] = "";
    int ends[2], status;

    if (pipe(ends) != 0)
        return "no pipe";
    pid_t child = GilOS_Fork();
    if (child == 0) {
        struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        dup2(ends[1], STDERR_FILENO);
        func();
        _exit(0);
    }
    close(ends[1]);
    std::size_t used = 0;
    for (ssize_t got; used < sizeof text - 1 && (got = read(ends[0], text + used, sizeof text - 1 - used)) > 0;)
        used += static_cast<std::size_t>(got);
    close(ends[0]);
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? text : "";
}

bool
contains(const std::string &text, const char *what)
{
    bool there = text.find(what) != std::string::npos;
    if (!there)
        std::printf("no \"%s\" in \"%s\"\n", what, text.c_str());
    return there;
}

/* --- references --- */

void
refs()
{
    GilObject *object = GilList_New(0);
    {
        gil::ref first = gil::ref::steal(object);
        WANT(first && first.get() == object && Gil_REFCNT(object) == 1);
        gil::ref second = first;
        WANT(Gil_REFCNT(object) == 2);
        gil::ref third = std::move(second);
        WANT(!second && second.get() == nullptr && Gil_REFCNT(object) == 2);
        third = first;
        WANT(Gil_REFCNT(object) == 2);
        gil::ref &alias = third;
        third = alias;
        third = std::move(alias);
        WANT(third.get() == object && Gil_REFCNT(object) == 2);
        third.reset();
        WANT(!third && Gil_REFCNT(object) == 1);
        gil::ref fourth = gil::ref::borrow(object);
        WANT(Gil_REFCNT(object) == 2);
        fourth.swap(third);
        WANT(!fourth && third);
        GilObject *mine = third.release();
        WANT(mine == object && !third && Gil_REFCNT(object) == 2);
        Gil_DECREF(mine);
        gil::ref empty, copied = empty, moved = std::move(empty);
        WANT(!copied && !moved && !gil::ref::steal(nullptr) && !gil::ref::borrow(nullptr));
        Gil_INCREF(object);
    }
    WANT(Gil_REFCNT(object) == 1);
    Gil_DECREF(object);

    gil::ref dict = gil::ref::steal(GilDict_New()), found = gil::ref::borrow(Gil_None);
    WANT(GilDict_SetItemString(dict.get(), "key", dict.get()) == 0);
    WANT(GilDict_GetItemStringRef(dict.get(), "key", found.out()) == 1 && found.get() == dict.get());
    GilDict_Clear(dict.get());

    std::vector<gil::ref> many;
    gil::ref item = gil::ref::steal(GilList_New(0));
    for (int i = 0; i < 100; i++)
        many.push_back(item);
    WANT(Gil_REFCNT(item.get()) == 101);
    many.clear();
    WANT(Gil_REFCNT(item.get()) == 1);
}

/* --- leaving the lock --- */

void
exception_passes_through_allow_threads()
{
    bool caught = false;

    try {
        GIL_ALLOW_THREADS(outside);
        WANT(!GilThreadState_IsAttached());
        throw std::runtime_error("away");
    }
    catch (const std::runtime_error &) {
        caught = GilThreadState_IsAttached();
    }
    WANT(caught);
}

/* The regions of both kinds, left early, entered for a moment, and without a record of the place. */
void
regions()
{
    {
        GIL_ALLOW_THREADS(one);
        WANT(!GilThreadState_IsAttached());
        {
            gil::block_threads inside(one);
            WANT(GilThreadState_IsAttached());
            gil::ref object = gil::ref::steal(GilLong_FromLong(100000));
        }
        WANT(!GilThreadState_IsAttached());
        try {
            gil::block_threads inside(one);
            throw 7;
        }
        catch (int) {
            WANT(!GilThreadState_IsAttached());
        }
        one.end();
        WANT(GilThreadState_IsAttached());
        one.end();
        one.again();
        WANT(!GilThreadState_IsAttached());
        one.again();
    }
    WANT(GilThreadState_IsAttached());
    {
        GIL_BLOCKING_CALL(two);
        WANT(!GilThreadState_IsAttached());
    }
    {
        gil::allow_threads nameless;
        WANT(!GilThreadState_IsAttached());
    }
    WANT(GilThreadState_IsAttached());
}

void
take_from(void *pipe_end)
{
    if (write(*static_cast<int *>(pipe_end), "", 1) != 1)
        std::abort();
}

/* Waits in a system call until somebody asks; what is asked is met after the scope. */
bool
waits_until_asked(int (&ends)[2])
{
    char byte;
    bool inside = false;

    try {
        GIL_BLOCKING_CALL_UBF(waiting, take_from, &ends[1]);
        WANT(!GilThreadState_IsAttached());
        {
            gil::block_threads for_a_moment(waiting);
            inside = GilThreadState_IsAttached();
        }
        if (read(ends[0], &byte, 1) == 1)
            throw 7;
    }
    catch (int) {
        return inside && GilThreadState_IsAttached() && GilErr_AreSignalsPending(nullptr);
    }
    return false;
}

void
region_with_an_unblock_function()
{
    int ends[2];
    gil::guard open = gil::guard::from_current();
    std::atomic<GilThreadState *> asked{nullptr};
    bool met = false;

    WANT(pipe(ends) == 0);
    std::thread thread([&] {
        gil::ensure in(open);
        asked = GilThreadState_Get();
        met = waits_until_asked(ends) && GilErr_CheckSignals() < 0 && GilErr_ExceptionMatches(GilExc_KeyboardInterrupt);
        GilErr_Clear();
    });
    {
        GIL_BLOCKING_CALL(waiting);
        while (asked == nullptr)
            std::this_thread::yield();
        while (GilThreadState_Interrupt(asked, 1000000) == 0)
            continue;
        thread.join();
    }
    WANT(met);
    {
        GIL_BLOCKING_CALL_UBF(safe, GilUnblock_Eventfd, &ends[1], GIL_UNBLOCK_SIGNAL_SAFE);
        safe.end();
        WANT(GilThreadState_IsAttached());
        safe.again();
        WANT(!GilThreadState_IsAttached());
        safe.again();
    }
    WANT(GilThreadState_IsAttached());
    close(ends[0]);
    close(ends[1]);
}

/* --- entering --- */

void
guards_and_views()
{
    gil::guard open = gil::guard::from_current(), none;
    WANT(open && !none);
    GilHolder holder;
    WANT(GilInterpreterState_GetHolders(GilInterpreterState_Get(), &holder, 1) == 1 && holder.line == __LINE__ - 3);
    WANT(contains(holder.file, "raii.cpp"));
    gil::guard moved = std::move(open);
    WANT(moved && !open);
    open = std::move(moved);
    WANT(open && !moved);
    gil::guard &alias = open;
    open = std::move(alias);
    WANT(open);
    gil::view view = gil::view::from_current(), main = gil::view::from_main();
    WANT(view && main && GilInterpreterView_GetID(view.get()) == GilInterpreterView_GetID(main.get()));
    gil::view other = std::move(view);
    WANT(!view && other && other.open_guard());
    view = std::move(other);

    bool there = false, refused = true, nested = false;
    std::thread thread([&] {
        try {
            gil::ensure in(open);
            gil::ensure again(view);
            nested = in && again && GilThreadState_IsAttached();
            gil::ref object = gil::ref::steal(GilList_New(0));
            throw 7;
        }
        catch (int) {
            there = nested && !GilThreadState_IsAttached();
        }
        gil::guard closed;
        gil::ensure nowhere{closed}, nobody{gil::view()};
        refused = !nowhere && !nobody;
    });
    {
        GIL_BLOCKING_CALL(waiting);
        thread.join();
    }
    WANT(there && refused);
    main = gil::view::from_guard(open);
    WANT(GilInterpreterView_GetID(main.get()) == 0);
    GilInterpreterView *bare = main.release();
    WANT(!main && gil::guard::from_view(bare) && gil::ensure(bare) && gil::ensure(open.get()));
    main = gil::view(bare);
    main.reset();
    WANT(!main && !gil::view::from_guard(gil::guard()) && !gil::guard::from_view(nullptr));
    GilInterpreterGuard_Close(open.release());
    WANT(!open && GilInterpreterState_GetHolders(GilInterpreterState_Get(), nullptr, 0) == 0);
    open = gil::guard::from_current();
    open.reset();
    WANT(!open && GilInterpreterState_GetHolders(GilInterpreterState_Get(), nullptr, 0) == 0);
}

void
mutexes()
{
    gil::mutex mutex;
    GilMutex plain = {0};
    long sum = 0;

    {
        std::lock_guard<gil::mutex> held(mutex);
        WANT(!mutex.try_lock() && GilMutex_IsLocked(mutex.native_handle()));
    }
    try {
        gil::mutex_guard held(plain);
        WANT(GilMutex_IsLocked(&plain));
        throw 7;
    }
    catch (int) {
        WANT(!GilMutex_IsLocked(&plain));
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++)
        threads.emplace_back([&] {
            for (int round = 0; round < 1000; round++) {
                std::scoped_lock held(mutex);
                sum++;
            }
        });
    {
        GIL_BLOCKING_CALL(waiting);
        for (std::thread &thread : threads)
            thread.join();
    }
    WANT(sum == 4000 && mutex.try_lock());
    mutex.unlock();
}

/* --- the border to C --- */

bool
raised(GilObject *type, const char *text)
{
    gil::ref error = gil::ref::steal(GilErr_GetRaisedException());
    gil::ref message = error ? gil::ref::steal(GilObject_Str(error.get())) : gil::ref();

    return message && GilErr_GivenExceptionMatches(error.get(), type) &&
           std::strcmp(GilUnicode_AsUTF8(message.get()), text) == 0;
}

GilObject *
method(GilObject *, GilObject *argument)
{
    return gil::no_throw([&]() -> gil::ref {
        gil::ref list = gil::check(GilSequence_List(argument));
        {
            GIL_ALLOW_THREADS(outside);
            throw std::bad_alloc();
        }
        return list;
    });
}

void
border()
{
    gil::ref result = gil::ref::steal(gil::no_throw([] { return gil::check(GilLong_FromLong(7)); }));
    WANT(GilLong_AsLong(result.get()) == 7);
    result = gil::ref::steal(gil::no_throw([] { return GilLong_FromLong(8); }));
    WANT(GilLong_AsLong(result.get()) == 8);
    WANT(gil::check(3) == 3);
    WANT(gil::no_throw([]() -> gil::ref { throw std::runtime_error("no luck"); }) == nullptr);
    WANT(raised(GilExc_RuntimeError, "no luck"));
    WANT(gil::no_throw([]() -> GilObject * { throw 7; }) == nullptr);
    WANT(raised(GilExc_RuntimeError, "a C++ exception of unknown type"));
    WANT(gil::no_throw([]() -> gil::ref { throw gil::error_is_set(); }) == nullptr);
    WANT(raised(GilExc_SystemError, "gil::error_is_set was thrown without an error"));
    WANT(gil::no_throw([] {
             gil::check(GilDict_SetItem(Gil_None, Gil_None, Gil_None));
             return gil::ref();
         }) == nullptr);
    WANT(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();

    static GilMethodDef def = {"method", method, GIL_METH_O, nullptr};
    gil::ref function = gil::ref::steal(GilCFunction_New(&def, nullptr)), list = gil::ref::steal(GilList_New(0));
    WANT(!gil::ref::steal(GilObject_CallOneArg(function.get(), list.get())));
    WANT(GilErr_ExceptionMatches(GilExc_MemoryError) && GilThreadState_IsAttached());
    GilErr_Clear();
    WANT(!gil::ref::steal(GilObject_CallOneArg(function.get(), Gil_None)) && GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
}

/* --- exceptions that do without all this --- */

int line;

[[gnu::noinline]] void
throw_through_the_macros()
{
    line = __LINE__ + 1;
    Gil_BEGIN_ALLOW_THREADS
    if (line != 0)
        throw std::runtime_error("away");
    Gil_END_ALLOW_THREADS
}

void
catch_it()
{
    try {
        throw_through_the_macros();
    }
    catch (const std::runtime_error &) {
    }
}

void
exception_through_the_macros_is_told()
{
    std::string told = last_words([] {
        catch_it();
        Gil_DECREF(GilLong_FromLong(100000));
    });
    catch_it();
    WANT(!GilThreadState_IsAttached());
    GilEval_RestoreThread(reinterpret_cast<GilThreadState *>(_Gil_thread));
    std::string place = std::string("it left the lock at ") + __FILE__ + ":" + std::to_string(line) + " and has not come back";
    WANT(contains(told, "gilrt: fatal: GilLong_FromLong: the calling thread is not attached to an interpreter: "));
    WANT(contains(told, place.c_str()));
}

/* Temporaries, of which nothing would be left behind the semicolon, are refused where that must not be. */
template <typename T, typename = void>
struct is_checkable : std::false_type {};
template <typename T>
struct is_checkable<T, std::void_t<decltype(gil::check(std::declval<T>()))>> : std::true_type {};
static_assert(std::is_constructible_v<gil::ensure, gil::guard &> && std::is_constructible_v<gil::ensure, const gil::guard &>);
static_assert(!std::is_constructible_v<gil::ensure, gil::guard> && !std::is_constructible_v<gil::ensure, const gil::guard>);
static_assert(std::is_constructible_v<gil::ensure, gil::view>); /* holds by itself */
static_assert(is_checkable<gil::buffer &>::value && !is_checkable<gil::buffer>::value);

/* What slots return that return no object. */
void
border_of_numbers()
{
    auto truth = gil::no_throw(-1, [] { return gil::check(GilObject_Size(Gil_None)) > 0; });
    static_assert(std::is_same_v<decltype(truth), int>);
    WANT(truth == -1 && GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    WANT(gil::no_throw(-1, [] { return true; }) == 1);
    gil::ref list = gil::check(GilList_New(3));
    auto size = gil::no_throw(-1, [&] { return gil::check(GilObject_Size(list.get())); });
    static_assert(std::is_same_v<decltype(size), Gil_ssize_t>);
    WANT(size == 3);
    WANT(gil::no_throw(-1, [&] { return gil::check(GilObject_Size(Gil_None)) > 0 ? 1 : 0; }) == -1);
    WANT(GilErr_ExceptionMatches(GilExc_TypeError));
    WANT(gil::no_throw(-1, []() -> int { throw std::bad_alloc(); }) == -1 && GilErr_ExceptionMatches(GilExc_MemoryError));
    GilErr_Clear();
    WANT(gil::check(Gil_ssize_t{1} << 40) == Gil_ssize_t{1} << 40);
}

/* What a thread that is cancelled, or ends by pthread_exit(), comes by on its way out. */
gil::guard *ending_guard;
std::atomic<int> is_outside, came_by;

struct passer_by {
    ~passer_by()
    {
        came_by++;
    }
};

GilObject *
end_outside(bool by_itself)
{
    GIL_BLOCKING_CALL(outside);
    passer_by passer;
    is_outside = 1;
    if (by_itself)
        pthread_exit(&is_outside);
    for (;;)
        sleep(10);
}

void *
end_behind_a_border(void *which)
{
    gil::ensure in(*ending_guard);
    gil::ref held = gil::ref::steal(GilList_New(0));
    if (which == nullptr)
        (void)gil::no_throw([] { return end_outside(false); });
    else
        (void)gil::no_throw(-1, [] { return end_outside(true) != nullptr; });
    return nullptr;
}

void
cancellation()
{
    gil::guard guard = gil::guard::from_current();
    gil::view view = gil::view::from_current();
    ending_guard = &guard;
    for (int i = 0; i < 2; i++) {
        pthread_t thread;
        void *result = nullptr;
        is_outside = came_by = 0;
        GIL_BLOCKING_CALL(outside);
        WANT(pthread_create(&thread, nullptr, end_behind_a_border, i == 0 ? nullptr : &is_outside) == 0);
        while (!is_outside)
            sched_yield();
        if (i == 0)
            pthread_cancel(thread);
        pthread_join(thread, &result);
        WANT(result == (i == 0 ? PTHREAD_CANCELED : static_cast<void *>(&is_outside)) && came_by == 1);
    }
    WANT(GilInterpreterView_ListThreads(view.get(), nullptr, 0) == 1);
}

void
buffers()
{
    gil::ref array = gil::check(GilByteArray_FromStringAndSize("abc", 3));
    {
        gil::buffer view(array.get(), GilBUF_WRITABLE);
        WANT(view && view.size() == 3 && std::memcmp(view.data(), "abc", 3) == 0 && view.get()->obj == array.get());
        WANT(GilByteArray_Resize(array.get(), 1) < 0 && GilErr_ExceptionMatches(GilExc_BufferError));
        GilErr_Clear();
    }
    WANT(GilByteArray_Resize(array.get(), 1) == 0);
    WANT(gil::no_throw(-1, [&] {
             gil::buffer view(array.get());
             return gil::check(view).size() == 1 ? 0 : 1;
         }) == 0);
    gil::buffer none(Gil_None);
    WANT(!none && none.data() == nullptr && none.size() == 0 && GilErr_ExceptionMatches(GilExc_TypeError));
    WANT(gil::no_throw(-1, [&] {
             gil::check(none);
             return 0;
         }) == -1);
    WANT(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
}

/* It flies through the frames of the library and past an Ensure: the next Release says so. */
GilObject *
thrower(GilObject *, GilObject *)
{
    throw std::runtime_error("across the border");
}

void
exception_through_c_is_told()
{
    static GilMethodDef def = {"thrower", thrower, GIL_METH_NOARGS, nullptr};
    std::string told = last_words([] {
        gil::guard open = gil::guard::from_current();
        gil::ensure outer(open);
        try {
            GilThreadStateToken *token = GilThreadState_Ensure(open.get());
            GilObject_CallNoArgs(gil::ref::steal(GilCFunction_New(&def, nullptr)).get());
            GilThreadState_Release(token);
        }
        catch (const std::runtime_error &) {
        }
    });
    WANT(contains(told, "gilrt: fatal: GilThreadState_Release: the token is not that of the last GilThreadState_Ensure()") ||
         contains(told, "terminate called"));
}

struct {
    const char *name;
    void (*func)();
} const tests[] = {
    {"refs", refs},
    {"exception_passes_through_allow_threads", exception_passes_through_allow_threads},
    {"regions", regions},
    {"region_with_an_unblock_function", region_with_an_unblock_function},
    {"guards_and_views", guards_and_views},
    {"mutexes", mutexes},
    {"border", border},
    {"border_of_numbers", border_of_numbers},
    {"cancellation", cancellation},
    {"buffers", buffers},
    {"exception_through_the_macros_is_told", exception_through_the_macros_is_told},
    {"exception_through_c_is_told", exception_through_c_is_told},
};

}

int
main(int argc, char **argv)
{
    for (const auto &test : tests)
        if (argc < 2)
            std::puts(test.name);
        else if (std::strcmp(argv[1], test.name) == 0) {
            if (Gil_Initialize() < 0)
                return 2;
            test.func();
            WANT(Gil_FinalizeEx() == 0);
            return failures != 0;
        }
    return argc >= 2 ? 2 : 0;
}
