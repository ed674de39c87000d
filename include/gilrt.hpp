// SPDX-License-Identifier: MIT
/** @file
 *  libgilrt for C++17: what must be given back, as objects whose destructors do it. Header only; includes <gilrt.h>.
 *
 *      gil::ref list = gil::ref::steal(GilList_New(0));      // one reference
 *      {
 *          GIL_ALLOW_THREADS(outside);                       // the lock is left here ...
 *          compute();                                        // ... may throw ...
 *      }                                                     // ... and is taken again here, also by an exception
 *
 *  An exception may fly through all of these and through nothing else: not through Gil_BEGIN_ALLOW_THREADS, whose END it would skip,
 *  and not through a function that C calls (gil::no_throw()). Objects are to be destroyed in the thread that made them,
 *  the latest first, as scopes do; the order that matters is that a ref goes while its thread is attached.
 *
 *  Nothing here throws by itself but gil::check(), and nothing needs exceptions or RTTI to be on but that and gil::no_throw().
 */
#ifndef GILRT_HPP
#define GILRT_HPP

#include <gilrt.h>

#include <cstddef>
#include <type_traits>
#include <utility>

#if defined(__cpp_exceptions)
#include <exception>
#include <new>
#endif

namespace gil {

/** One reference to an object, or none. Copying takes another one; all but get() and operator bool want the thread to be attached. */
class ref {
public:
    ref() noexcept = default;
    ref(const ref &other) noexcept : object_(_Gil_XNewRef(other.object_)) {}
    ref(ref &&other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    ~ref()
    {
        _Gil_XDECREF(object_);
    }
    ref &
    operator=(ref other) noexcept
    {
        swap(other);
        return *this;
    }

    /** Take over a reference that a function has returned (newref); NULL makes an empty one. */
    [[nodiscard]] static ref
    steal(GilObject *object) noexcept
    {
        return ref(object);
    }
    /** Take a reference of its own to an object that somebody else holds. */
    [[nodiscard]] static ref
    borrow(GilObject *object) noexcept
    {
        return ref(_Gil_XNewRef(object));
    }

    /** The object, for the time that this holds it; NULL: none. */
    GilObject *
    get() const noexcept
    {
        return object_;
    }
    explicit
    operator bool() const noexcept
    {
        return object_ != nullptr;
    }
    /** The reference, which is the caller's from now on: for results, and for functions that steal. */
    [[nodiscard]] GilObject *
    release() noexcept
    {
        return std::exchange(object_, nullptr);
    }
    void
    reset() noexcept
    {
        _Gil_XDECREF(std::exchange(object_, nullptr));
    }
    void
    swap(ref &other) noexcept
    {
        std::swap(object_, other.object_);
    }
    /** Empty it and say where: for functions that return a new reference through a pointer. */
    [[nodiscard]] GilObject **
    out() noexcept
    {
        reset();
        return &object_;
    }

private:
    explicit ref(GilObject *object) noexcept : object_(object) {}
    GilObject *object_ = nullptr;
};

/** Outside from here to the end of the scope: what Gil_BEGIN_ALLOW_THREADS does, but exception-safe. Made by GIL_ALLOW_THREADS and
 *  GIL_BLOCKING_CALL, which give it a record of its place; without one the lock learns nothing of the place, and a dump does not name it. */
class allow_threads {
public:
    allow_threads() noexcept : allow_threads(nullptr) {}
    explicit allow_threads(_GilCallSite *site) noexcept : site_(site), state_(_GilEval_Leave(site)) {}
    ~allow_threads()
    {
        if (state_ != nullptr)
            _GilEval_Return(state_);
    }
    allow_threads(const allow_threads &) = delete;
    allow_threads &operator=(const allow_threads &) = delete;

    /** Attach before the scope ends. */
    void
    end() noexcept
    {
        if (state_ != nullptr)
            _GilEval_Return(std::exchange(state_, nullptr));
    }
    /** Leave again, after end(). */
    void
    again() noexcept
    {
        if (state_ == nullptr)
            state_ = _GilEval_Leave(site_);
    }

private:
    _GilCallSite *site_;
    GilThreadState *state_;
};

/** The same with an unblock function, which gets the thread out of what it waits for there (gilrt/unblock.h): what
 *  Gil_BEGIN_BLOCKING_CALL_UBF does. Made by GIL_BLOCKING_CALL_UBF. The end of the scope waits until a call of the function that is
 *  under way is over, so what the function uses is declared before this. */
class interruptible_call {
public:
    interruptible_call(_GilCallSite *site, GilUnblock_Func func, void *arg, unsigned flags = 0) noexcept
        : site_(site), func_(func), arg_(arg), flags_(flags)
    {
        again();
    }
    ~interruptible_call()
    {
        end();
    }
    interruptible_call(const interruptible_call &) = delete;
    interruptible_call &operator=(const interruptible_call &) = delete;

    /** Attach before the scope ends. The function is not called any more. */
    void
    end() noexcept
    {
        if (state_ != nullptr)
            _GilEval_ReturnRegion(std::exchange(state_, nullptr), &region_);
    }
    /** Leave again, after end(). */
    void
    again() noexcept
    {
        if (state_ == nullptr)
            state_ = _GilEval_LeaveRegion(site_, &region_, func_, arg_, flags_);
    }

private:
    _GilCallSite *site_;
    GilUnblock_Func func_;
    void *arg_;
    unsigned flags_;
    _GilRegion region_;
    GilThreadState *state_ = nullptr;
};

/** Attached from here to the end of the scope, within an allow_threads or interruptible_call: for one callback in the middle of a
 *  computation. */
template <typename Outside>
class block_threads {
public:
    explicit block_threads(Outside &outside) noexcept : outside_(outside)
    {
        outside_.end();
    }
    ~block_threads()
    {
        outside_.again();
    }
    block_threads(const block_threads &) = delete;
    block_threads &operator=(const block_threads &) = delete;

private:
    Outside &outside_;
};

/** What the macros are made of: the record of this place, and the object. */
#define _GIL_SITE(name, kind) static struct _GilCallSite name##_site = {__FILE__, __LINE__, kind, {0, 0, 0, 0}}
#define _GIL_OUTSIDE(name, kind) \
    _GIL_SITE(name, kind);       \
    ::gil::allow_threads name(&name##_site)
/** Leave the lock until the scope ends: Gil_BEGIN_ALLOW_THREADS as an object of that name. */
#define GIL_ALLOW_THREADS(name) _GIL_OUTSIDE(name, _Gil_SITE_ALLOW)
/** The same around a call that will sleep: Gil_BEGIN_BLOCKING_CALL. */
#define GIL_BLOCKING_CALL(name) _GIL_OUTSIDE(name, _Gil_SITE_BLOCKING)
/** The same with an unblock function, its argument, and GIL_UNBLOCK_SIGNAL_SAFE or nothing: Gil_BEGIN_BLOCKING_CALL_UBF(_EX). */
#define GIL_BLOCKING_CALL_UBF(name, ...) \
    _GIL_SITE(name, _Gil_SITE_BLOCKING); \
    ::gil::interruptible_call name(&name##_site, __VA_ARGS__)

/** Keeps an interpreter from ending; false where there was no way. May be given to other threads. */
class guard {
public:
    guard() noexcept = default;
    explicit guard(GilInterpreterGuard *open) noexcept : guard_(open) {}
    guard(guard &&other) noexcept : guard_(std::exchange(other.guard_, nullptr)) {}
    guard &
    operator=(guard &&other) noexcept
    {
        guard moved(std::move(other));
        std::swap(guard_, moved.guard_);
        return *this;
    }
    ~guard()
    {
        GilInterpreterGuard_Close(guard_);
    }

    /** Of the interpreter that the thread is attached to; where it fails, an exception is set. */
    [[nodiscard]] static guard
    from_current(const char *file = __builtin_FILE(), int line = __builtin_LINE()) noexcept
    {
        return guard(_GilInterpreterGuard_FromCurrentAt(file, line));
    }

    /** Of the interpreter that a view names; false when it is ending or gone, or memory lacks. */
    [[nodiscard]] static guard
    from_view(GilInterpreterView *of, const char *file = __builtin_FILE(), int line = __builtin_LINE()) noexcept
    {
        return guard(_GilInterpreterGuard_FromViewAt(of, file, line));
    }

    GilInterpreterGuard *
    get() const noexcept
    {
        return guard_;
    }
    /** The guard, which is the caller's to close from now on. */
    [[nodiscard]] GilInterpreterGuard *
    release() noexcept
    {
        return std::exchange(guard_, nullptr);
    }
    /** Close it before the scope ends. */
    void
    reset() noexcept
    {
        GilInterpreterGuard_Close(std::exchange(guard_, nullptr));
    }
    explicit
    operator bool() const noexcept
    {
        return guard_ != nullptr;
    }

private:
    GilInterpreterGuard *guard_ = nullptr;
};

/** A name of an interpreter, which may end while this is there. */
class view {
public:
    view() noexcept = default;
    explicit view(GilInterpreterView *open) noexcept : view_(open) {}
    view(view &&other) noexcept : view_(std::exchange(other.view_, nullptr)) {}
    view &
    operator=(view &&other) noexcept
    {
        view moved(std::move(other));
        std::swap(view_, moved.view_);
        return *this;
    }
    ~view()
    {
        GilInterpreterView_Close(view_);
    }

    /** Of the interpreter that the thread is attached to. */
    [[nodiscard]] static view
    from_current() noexcept
    {
        return view(GilInterpreterView_FromCurrent());
    }
    /** Of the main interpreter; false before the start and after the end of the runtime. */
    [[nodiscard]] static view
    from_main() noexcept
    {
        return view(GilInterpreterView_FromMain());
    }
    /** Of the interpreter that an open guard keeps. */
    [[nodiscard]] static view
    from_guard(const guard &open) noexcept
    {
        return view(GilInterpreterView_FromGuard(open.get()));
    }
    /** A guard of it; false when it is ending or gone, or memory lacks. */
    [[nodiscard]] guard
    open_guard(const char *file = __builtin_FILE(), int line = __builtin_LINE()) const noexcept
    {
        return guard::from_view(view_, file, line);
    }

    GilInterpreterView *
    get() const noexcept
    {
        return view_;
    }
    /** The view, which is the caller's to close from now on. */
    [[nodiscard]] GilInterpreterView *
    release() noexcept
    {
        return std::exchange(view_, nullptr);
    }
    /** Close it before the scope ends. */
    void
    reset() noexcept
    {
        GilInterpreterView_Close(std::exchange(view_, nullptr));
    }
    explicit
    operator bool() const noexcept
    {
        return view_ != nullptr;
    }

private:
    GilInterpreterView *view_ = nullptr;
};

/** Attached from here to the end of the scope, in any thread; false, and then nothing is attached, where there is no way in. */
class ensure {
public:
    explicit ensure(const guard &open) noexcept : ensure(open.get()) {}
    /** Not by a guard that is closed at the end of the line: the interpreter could end around the thread. A view may be a temporary,
     *  as by it the thread holds the interpreter itself. */
    explicit ensure(const guard &&) = delete;
    explicit ensure(const view &of) noexcept : ensure(of.get()) {}
    /** By a handle that somebody else owns. */
    explicit ensure(GilInterpreterGuard *open) noexcept : token_(open != nullptr ? GilThreadState_Ensure(open) : nullptr) {}
    explicit ensure(GilInterpreterView *of) noexcept : token_(of != nullptr ? GilThreadState_EnsureFromView(of) : nullptr) {}
    ~ensure()
    {
        if (token_ != nullptr)
            GilThreadState_Release(token_);
    }
    ensure(const ensure &) = delete;
    ensure &operator=(const ensure &) = delete;

    explicit
    operator bool() const noexcept
    {
        return token_ != nullptr;
    }

private:
    GilThreadStateToken *token_;
};

/** A GilMutex for std::lock_guard, std::unique_lock and std::scoped_lock: who waits for it does so outside. */
class mutex {
public:
    constexpr mutex() noexcept = default;
    mutex(const mutex &) = delete;
    mutex &operator=(const mutex &) = delete;

    void
    lock() noexcept
    {
        GilMutex_Lock(&mutex_);
    }
    bool
    try_lock() noexcept
    {
        return GilMutex_TryLock(&mutex_) != 0;
    }
    void
    unlock() noexcept
    {
        GilMutex_Unlock(&mutex_);
    }
    /** For GilCondition_Wait(). */
    GilMutex *
    native_handle() noexcept
    {
        return &mutex_;
    }

private:
    GilMutex mutex_ = {0};
};

/** Holds a GilMutex of somebody's until the scope ends. */
class mutex_guard {
public:
    explicit mutex_guard(GilMutex &held) noexcept : mutex_(held)
    {
        GilMutex_Lock(&mutex_);
    }
    ~mutex_guard()
    {
        GilMutex_Unlock(&mutex_);
    }
    mutex_guard(const mutex_guard &) = delete;
    mutex_guard &operator=(const mutex_guard &) = delete;

private:
    GilMutex &mutex_;
};

/** The memory of an object, for the time that this lives: GilObject_GetBuffer() and GilBuffer_Release(), both attached; in between the
 *  bytes may be used outside. False, with the error set, where the object gives none. It stays where it is, for views point into
 *  themselves. */
class buffer {
public:
    explicit buffer(GilObject *exporter, int flags = GilBUF_SIMPLE) noexcept : there_(GilObject_GetBuffer(exporter, &view_, flags) == 0) {}
    ~buffer()
    {
        if (there_)
            GilBuffer_Release(&view_);
    }
    buffer(const buffer &) = delete;
    buffer &operator=(const buffer &) = delete;

    explicit
    operator bool() const noexcept
    {
        return there_;
    }
    /** The first byte; to be written only where GilBUF_WRITABLE was asked for. */
    void *
    data() const noexcept
    {
        return there_ ? view_.buf : nullptr;
    }
    /** Bytes. */
    std::size_t
    size() const noexcept
    {
        return there_ ? static_cast<std::size_t>(view_.len) : 0;
    }
    /** The view, with what else was asked for: shape, strides, format. */
    const Gil_buffer *
    get() const noexcept
    {
        return &view_;
    }

private:
    Gil_buffer view_ = {};
    bool there_;
};

#if defined(__cpp_exceptions)
/** Thrown by check(): the error is pending in the thread, and this carries nothing. */
class error_is_set : public std::exception {
public:
    const char *
    what() const noexcept override
    {
        return "an error is pending in the calling thread";
    }
};

/** Take over what a function has returned (newref); throw error_is_set when it is NULL. */
[[nodiscard]] inline ref
check(GilObject *object)
{
    if (object == nullptr)
        throw error_is_set();
    return ref::steal(object);
}

/** The same for functions that return an int or a size, where below zero is failure and nothing else. */
template <typename Number, typename = std::enable_if_t<std::is_integral_v<Number> && std::is_signed_v<Number>>>
Number
check(Number result)
{
    if (result < 0)
        throw error_is_set();
    return result;
}

/** The same for a buffer, which is false where there is none. It must have a name: the result is the buffer itself. */
inline const buffer &
check(const buffer &made)
{
    if (!made)
        throw error_is_set();
    return made;
}
const buffer &check(const buffer &&) = delete;

/* Within a handler: the exception as the pending error. But the end of a thread that unwinds its stack, by pthread_cancel() or
 * pthread_exit(), is caught as something that is no exception of C++, and is to go on: the C library stops the process else. */
inline void
_set_error()
{
    if (std::current_exception() == nullptr)
        throw;
    try {
        throw;
    }
    catch (const error_is_set &) {
        if (GilErr_Occurred() == nullptr)
            GilErr_SetString(GilExc_SystemError, "gil::error_is_set was thrown without an error");
    }
    catch (const std::bad_alloc &) {
        GilErr_NoMemory();
    }
    catch (const std::exception &error) {
        GilErr_SetString(GilExc_RuntimeError, error.what());
    }
    catch (...) {
        GilErr_SetString(GilExc_RuntimeError, "a C++ exception of unknown type");
    }
}

/**
 * The border to C: what func() returns, a ref or a GilObject * that is the caller's; where it throws, NULL with an error set, as a
 * function of an extension has to. std::bad_alloc becomes MemoryError, other exceptions RuntimeError with their what(). The
 * thread must be attached, before and after. What comes by, and makes it not noexcept, is the end of the thread by pthread_cancel() or
 * pthread_exit().
 */
template <typename Func>
GilObject *
no_throw(Func &&func)
{
    try {
        if constexpr (std::is_same_v<decltype(func()), ref>)
            return func().release();
        else
            return func();
    }
    catch (...) {
        _set_error();
    }
    return nullptr;
}

/** The same for slots and hooks that return a number: `return gil::no_throw(-1, [&] { ...; return 0; });` What func() returns, or
 *  @p failed with an error set when it throws. The result is an int where func() returns a bool or something smaller than an int. */
template <typename Func>
auto
no_throw(int failed, Func &&func)
{
    using result = decltype(func());
    static_assert(std::is_integral_v<result>, "functions that return objects fail with NULL: no_throw(func)");
    static_assert(!std::is_unsigned_v<result> || std::is_same_v<result, bool>, "no_throw(-1, f): -1 must be a value of the result");
    using number = std::common_type_t<int, result>;
    try {
        return static_cast<number>(func());
    }
    catch (...) {
        _set_error();
    }
    return static_cast<number>(failed);
}
#endif

}

#endif
