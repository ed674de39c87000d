/* SPDX-License-Identifier: MIT */
/*
 * Calling: every way of handing over arguments ends in vectorcall or in tp_call.
 *
 * A callable whose type has the vectorcall flag takes an array; for it a tuple and a dict are unpacked. One that has
 * only tp_call takes a tuple and a dict; for it an array is packed. The functions with arguments in the call put them
 * into an array on the stack, with one free place in front, which they offer to the callee: bound methods put their
 * self there instead of copying the array.
 *
 * Every outcome passes gil_call_result(). Functions that were called through a GilMethodDef have passed it once already
 * (method_call.c), where the message can name them better.
 */
#include "protocol/call.h"

#include "base/mem.h"
#include "object/attr.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/recursion.h"
#include "object/type.h"
#include "protocol/method_call.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <string.h>

/* What <gilrt/call.h> knows for its inline path. */
_Static_assert(offsetof(struct _GilThreadLook, stack_limit) == offsetof(struct _gilts, stack_limit) &&
                   offsetof(struct _GilThreadLook, depth) == offsetof(struct _gilts, recursion) &&
                   offsetof(struct _GilThreadLook, error) == offsetof(struct _gilts, err.type) && _Gil_DEPTH <= GIL_RECURSION_LIMIT,
               "the looked-at part of a thread is ABI");
_Static_assert(offsetof(struct _GilFunctionLook, def) == offsetof(struct gil_function, def) &&
                   offsetof(struct _GilFunctionLook, self) == offsetof(struct gil_function, self),
               "and that of a function");

/* Arguments that stand on the stack; more come from the heap. */
#define ON_STACK 8

/* --- outcome --- */

/* Native code came back without the lock, or in another thread state. code: an address within it. */
static __attribute__((noreturn, cold)) void
panic_unbalanced(const char *name, const void *code)
{
    Dl_info info;
    const char *file =
        code != NULL && dladdr(code, &info) != 0 && info.dli_fname != NULL ? info.dli_fname : "a native module";

    const struct _GilCallSite *site = gil_tstate_open_region();

    if (site != NULL)
        gil_panic(name != NULL ? name : "call", "%s returned without the lock: the Gil_BEGIN_ALLOW_THREADS at %s:%u has had no "
                                                "Gil_END_ALLOW_THREADS",
                  file, site->file, site->line);
    gil_panic(name != NULL ? name : "call", "%s returned without the lock, or in another thread state", file);
}

/* SystemError that names the callable, or name where that is NULL. Always NULL. */
static GilObject *
bad_result(GilThreadState *ts, GilObject *callable, const char *name, GilObject *result)
{
    const char *what = "returned NULL without setting an exception";
    GilObject *cause = NULL;

    if (result != NULL) {
        struct gil_indicator pending = gil_err_save(ts);
        Gil_DECREF(result); /* may run anything */
        gil_err_restore(ts, pending);
        cause = GilErr_GetRaisedException();
        what = "returned a result with an exception set";
    }
    return callable != NULL ? gil_err_system_from(ts, cause, "%R %s", callable, what)
                            : gil_err_system_from(ts, cause, "%s() %s", name, what);
}

GilObject *
gil_call_judge(GilThreadState *ts, GilObject *callable, const char *name, const void *code, GilObject *result)
{
    if (gil_tstate_attached() != ts)
        panic_unbalanced(name, code);
    if ((result != NULL) == gil_err_pending(ts))
        return bad_result(ts, callable, name, result);
    if (gil_load_relaxed(&ts->block.brk) & _Gil_BRK_COLLECT)
        gil_gc_serve(ts); /* may run anything */
    return result;
}

static GilObject *
refuse_call(GilObject *callable)
{
    return GilErr_Format(GilExc_TypeError, "'%.200s' object is not callable", Gil_TYPE(callable)->tp_name);
}

/* --- tp_call --- */

static GilObject *
call_slot(GilThreadState *ts, GilObject *callable, GilObject *args, GilObject *kwargs)
{
    ternaryfunc call = Gil_TYPE(callable)->tp_call;

    if (call == NULL)
        return refuse_call(callable);
    if (gil_recursion_enter(ts, " while calling an object") < 0)
        return NULL;
    GilObject *result = call(callable, args, kwargs);
    gil_recursion_leave(ts);
    return gil_call_result(ts, callable, Gil_TYPE(callable)->tp_name, (const void *)(uintptr_t)call, result);
}

/* An array for what has only tp_call. */
static GilObject *
call_slot_packed(GilThreadState *ts, GilObject *callable, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    GilObject *kwargs = NULL, *result, **names;

    if (Gil_TYPE(callable)->tp_call == NULL)
        return refuse_call(callable);
    GilObject *tuple = gil_ops.tuple_from_array(args, nargs);
    if (tuple == NULL)
        return NULL;
    if (kwnames != NULL && gil_ops.tuple_items(kwnames, &names) > 0) {
        kwargs = gil_ops.dict_from_kwnames(args + nargs, kwnames);
        if (kwargs == NULL) {
            Gil_DECREF(tuple);
            return NULL;
        }
    }
    result = call_slot(ts, callable, tuple, kwargs);
    Gil_DECREF(tuple);
    Gil_XDECREF(kwargs);
    return result;
}

/*
 * The function of a callable that is the library's own: what that gives back has been looked at where it called foreign
 * code. NULL: the callable is none such, or a type, whose function may be foreign.
 */
static inline vectorcallfunc
trusted_vectorcall_of(GilObject *callable)
{
    const GilTypeObject *type = Gil_TYPE(callable);
    const unsigned long wanted = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_VECTORCALL;

    if ((type->tp_flags & (wanted | Gil_TPFLAGS_TYPE_SUBCLASS)) != wanted)
        return NULL;
    return *(vectorcallfunc *)(void *)((char *)callable + type->tp_vectorcall_offset);
}

GilObject *
gil_vectorcall(GilThreadState *ts, GilObject *callable, GilObject *const *args, size_t nargsf, GilObject *kwnames)
{
    vectorcallfunc call = trusted_vectorcall_of(callable);

    GIL_ASSERT(!gil_err_pending(ts));
    if (GIL_LIKELY(call != NULL))
        return call(callable, args, nargsf, kwnames);
    call = gil_vectorcall_of(callable);
    if (call == NULL)
        return call_slot_packed(ts, callable, args, GilVectorcall_NARGS(nargsf), kwnames);
    GilObject *result = call(callable, args, nargsf, kwnames);
    return gil_call_result(ts, callable, Gil_TYPE(callable)->tp_name, (const void *)(uintptr_t)call, result);
}

/* --- keywords from a dict --- */

/*
 * Positional arguments and a dict: one array, one tuple of names, for call, or where that is NULL for tp_call. The array
 * holds the keywords' values strongly, for the dict may change while the callee runs; positional ones are the caller's.
 * tp_call gets a dict of its own for the same reason: constructors borrow what they take by name from theirs, and tp_init
 * reads it after tp_new, which may run anything.
 */
static GilObject *
call_unpacked(GilThreadState *ts, GilObject *callable, vectorcallfunc call, GilObject *const *args,
                    Gil_ssize_t nargs, GilObject *kwargs)
{
    Gil_ssize_t nkw = gil_ops.dict_size(kwargs), count = 0, pos = 0;
    GilObject **array = gil_heap_malloc(ts->heap, (size_t)(1 + nargs + 2 * nkw) * sizeof *array);
    GilObject *key, *value, *kwnames, *result = NULL;

    if (array == NULL)
        return gil_err_no_memory(ts);
    GilObject **positional = array + 1, **values = positional + nargs, **names = values + nkw;
    memcpy(positional, args, (size_t)nargs * sizeof *args);
    for (; count < nkw && gil_ops.dict_next(kwargs, &pos, &key, &value); count++) {
        if (!gil_is_str(key)) {
            GilErr_SetString(GilExc_TypeError, "keywords must be strings");
            goto done;
        }
        names[count] = key;
        values[count] = Gil_NewRef(value);
    }
    kwnames = gil_ops.tuple_from_array(names, count);
    if (kwnames != NULL) {
        if (call == NULL)
            result = call_slot_packed(ts, callable, positional, nargs, kwnames);
        else {
            result = call(callable, positional, (size_t)nargs | GIL_VECTORCALL_ARGUMENTS_OFFSET, kwnames);
            result = gil_call_result(ts, callable, Gil_TYPE(callable)->tp_name, (const void *)(uintptr_t)call, result);
        }
        Gil_DECREF(kwnames);
    }
done:
    for (Gil_ssize_t i = 0; i < count; i++)
        Gil_DECREF(values[i]);
    gil_heap_free(array);
    return result;
}

static int
is_dict(GilObject *op)
{
    return (Gil_TYPE(op)->tp_flags & Gil_TPFLAGS_DICT_SUBCLASS) != 0;
}

/* Whether a tuple of arguments has all its items, for callees rely on them; else SystemError. */
static inline int
are_set(const char *func, GilObject *tuple)
{
    const struct gil_gc_tuple *args = (const void *)tuple;

    for (Gil_ssize_t i = 0; i < args->head.ob_size; i++) {
        if (GIL_UNLIKELY(args->items[i] == NULL)) {
            GilErr_Format(GilExc_SystemError, "%s: argument %zd was never set", func, i + 1);
            return 0;
        }
    }
    return 1;
}

/* callable(*tuple, **kwargs) by vectorcall, or where call is NULL by tp_call. */
static GilObject *
call_tuple(GilThreadState *ts, GilObject *callable, vectorcallfunc call, GilObject *tuple, GilObject *kwargs)
{
    GilObject *const *items = ((const struct gil_gc_tuple *)(const void *)tuple)->items;
    Gil_ssize_t nargs = Gil_SIZE(tuple);

    if (kwargs != NULL && gil_ops.dict_size(kwargs) > 0)
        return call_unpacked(ts, callable, call, items, nargs, kwargs);
    if (call == NULL)
        return call_slot(ts, callable, tuple, NULL);
    GilObject *result = call(callable, items, (size_t)nargs, NULL);
    return gil_call_result(ts, callable, Gil_TYPE(callable)->tp_name, (const void *)(uintptr_t)call, result);
}

/* --- public: tuple and dict --- */

GilObject *
GilObject_Call(GilObject *callable, GilObject *args, GilObject *kwargs)
{
    GilThreadState *ts = gil_err_begin(__func__, callable != NULL && args != NULL);

    if (callable == NULL || args == NULL)
        return gil_err_null(__func__);
    if (!gil_is_tuple(args))
        return gil_err_type(__func__, "a tuple", args);
    if (kwargs != NULL && !is_dict(kwargs))
        return gil_err_type(__func__, "a dict", kwargs);
    if (!are_set(__func__, args))
        return NULL;
    return call_tuple(ts, callable, gil_vectorcall_of(callable), args, kwargs);
}

GilObject *
GilObject_CallObject(GilObject *callable, GilObject *args)
{
    GilThreadState *ts = gil_err_begin(__func__, callable != NULL);

    if (callable == NULL)
        return gil_err_null(__func__);
    if (args == NULL)
        return gil_vectorcall(ts, callable, NULL, 0, NULL);
    if (!gil_is_tuple(args))
        return GilErr_Format(GilExc_TypeError, "argument list must be a tuple");
    return GilObject_Call(callable, args, NULL);
}

/* --- public: arguments in the call --- */

GilObject *
GilObject_CallNoArgs(GilObject *callable)
{
    GilThreadState *ts = gil_err_begin(__func__, callable != NULL);
    GilObject *room[1] = {NULL};

    if (callable == NULL)
        return gil_err_null(__func__);
    return gil_vectorcall(ts, callable, room + 1, GIL_VECTORCALL_ARGUMENTS_OFFSET, NULL);
}

GilObject *
GilObject_CallOneArg(GilObject *callable, GilObject *arg)
{
    GilThreadState *ts = gil_err_begin(__func__, callable != NULL && arg != NULL);
    GilObject *room[2] = {NULL, arg};

    if (callable == NULL || arg == NULL)
        return gil_err_null(__func__);
    return gil_vectorcall(ts, callable, room + 1, 1 | GIL_VECTORCALL_ARGUMENTS_OFFSET, NULL);
}

/* The arguments up to NULL behind first (which may be NULL) in an array: small, or a heap block for the caller to free.
 * One place in front is free. NULL with MemoryError. */
static GilObject **
gather(GilThreadState *ts, GilObject **small, GilObject *first, va_list list, size_t *n)
{
    va_list again;
    size_t count = 0;
    GilObject **array = small;

    va_copy(again, list);
    while (va_arg(again, GilObject *) != NULL)
        count++;
    va_end(again);
    *n = count + (first != NULL);
    if (*n > ON_STACK) {
        array = gil_heap_malloc(ts->heap, (*n + 1) * sizeof *array);
        if (array == NULL)
            return gil_err_no_memory(ts);
    }
    GilObject **to = array + 1;
    if (first != NULL)
        *to++ = first;
    for (size_t i = 0; i < count; i++)
        *to++ = va_arg(list, GilObject *);
    return array;
}

GilObject *
GilObject_CallFunctionObjArgs(GilObject *callable, ...)
{
    GilThreadState *ts = gil_err_begin(__func__, callable != NULL);
    GilObject *small[ON_STACK + 1] = {NULL}, **array, *result;
    va_list list;
    size_t n;

    if (callable == NULL)
        return gil_err_null(__func__);
    va_start(list, callable);
    array = gather(ts, small, NULL, list, &n);
    va_end(list);
    if (array == NULL)
        return NULL;
    result = gil_vectorcall(ts, callable, array + 1, n | GIL_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    if (array != small)
        gil_heap_free(array);
    return result;
}

/* --- methods --- */

/*
 * args[0].name(args[1]...). An ordinary method is called as it stands in the type's table; for everything else the
 * attribute is fetched, and called with the arguments behind args[0].
 */
static GilObject *
call_method(GilThreadState *ts, GilObject *name, GilObject *const *args, size_t nargsf, GilObject *kwnames)
{
    GilObject *self = args[0];
    struct gil_found found;
    size_t rest = (size_t)GilVectorcall_NARGS(nargsf) - 1;

    if (!gil_is_str(name))
        return gil_err_type("GilObject_VectorcallMethod", "a str", name);
    int ordinary = gil_attr_find_method(ts, self, name, &found); /* may run anything */
    if (ordinary < 0)
        return NULL;
    if (ordinary) {
        GilTypeObject *owner = found.owner;
        Gil_INCREF(&owner->ob_base.ob_base); /* the method may take itself out of its type */
        GilObject *result = gil_call_cfunction(found.entry.u.method, self, owner, args + 1, rest, kwnames);
        Gil_DECREF(&owner->ob_base.ob_base);
        return result;
    }
    GilObject *attribute = GilObject_GetAttr(self, name);
    if (attribute == NULL)
        return NULL;
    /* args[0] is no argument of the attribute any more: it is the free place in front of the others, if there is leave.
     */
    size_t offset = nargsf & GIL_VECTORCALL_ARGUMENTS_OFFSET;
    GilObject *result = gil_vectorcall(ts, attribute, args + 1, rest | offset, kwnames);
    Gil_DECREF(attribute);
    return result;
}

GilObject *
GilObject_CallMethodObjArgs(GilObject *obj, GilObject *name, ...)
{
    GilThreadState *ts = gil_err_begin(__func__, obj != NULL && name != NULL);
    GilObject *small[ON_STACK + 1] = {NULL}, **array, *result;
    va_list list;
    size_t n;

    if (obj == NULL || name == NULL)
        return gil_err_null(__func__);
    va_start(list, name);
    array = gather(ts, small, obj, list, &n);
    va_end(list);
    if (array == NULL)
        return NULL;
    result = call_method(ts, name, array + 1, n | GIL_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    if (array != small)
        gil_heap_free(array);
    return result;
}

GilObject *
GilObject_CallMethodNoArgs(GilObject *obj, GilObject *name)
{
    GilThreadState *ts = gil_err_begin(__func__, obj != NULL && name != NULL);
    GilObject *room[2] = {NULL, obj};

    if (obj == NULL || name == NULL)
        return gil_err_null(__func__);
    return call_method(ts, name, room + 1, 1 | GIL_VECTORCALL_ARGUMENTS_OFFSET, NULL);
}

GilObject *
GilObject_CallMethodOneArg(GilObject *obj, GilObject *name, GilObject *arg)
{
    GilThreadState *ts = gil_err_begin(__func__, obj != NULL && name != NULL && arg != NULL);
    GilObject *room[3] = {NULL, obj, arg};

    if (obj == NULL || name == NULL || arg == NULL)
        return gil_err_null(__func__);
    return call_method(ts, name, room + 1, 2 | GIL_VECTORCALL_ARGUMENTS_OFFSET, NULL);
}

/* --- public: arrays --- */

/* 0, or -1 with the error set: what every function with an array asks of its arguments. */
static int
check_array(const char *func, GilObject *callable, GilObject *const *args, size_t nargsf, GilObject *kwnames)
{
    if (callable == NULL || (args == NULL && GilVectorcall_NARGS(nargsf) > 0)) {
        gil_err_null(func);
        return -1;
    }
    if (kwnames != NULL && !gil_is_tuple(kwnames)) {
        gil_err_type(func, "a tuple of names", kwnames);
        return -1;
    }
    return 0;
}

GilObject *
(GilObject_Vectorcall)(GilObject *callable, GilObject *const *args, size_t nargsf, GilObject *kwnames)
{
    GilThreadState *ts = gil_err_begin(__func__, callable != NULL);
    if (check_array(__func__, callable, args, nargsf, kwnames) < 0)
        return NULL;
    return gil_vectorcall(ts, callable, args, nargsf, kwnames);
}

GilObject *
_GilObject_CallReturned(GilThreadState *ts, GilMethodDef *def, GilObject *result)
{
    return gil_call_method_judge(ts, def, result);
}

GilObject *
GilObject_VectorcallDict(GilObject *callable, GilObject *const *args, size_t nargsf, GilObject *kwargs)
{
    GilThreadState *ts = gil_err_begin(__func__, callable != NULL);
    Gil_ssize_t nargs = GilVectorcall_NARGS(nargsf);

    if (check_array(__func__, callable, args, nargsf, NULL) < 0)
        return NULL;
    if (kwargs != NULL && !is_dict(kwargs))
        return gil_err_type(__func__, "a dict", kwargs);
    if (kwargs == NULL || gil_ops.dict_size(kwargs) == 0)
        return gil_vectorcall(ts, callable, args, nargsf, NULL);
    return call_unpacked(ts, callable, gil_vectorcall_of(callable), args, nargs, kwargs);
}

GilObject *
GilObject_VectorcallMethod(GilObject *name, GilObject *const *args, size_t nargsf, GilObject *kwnames)
{
    GilThreadState *ts = gil_err_begin(__func__, name != NULL && args != NULL && GilVectorcall_NARGS(nargsf) > 0 && args[0] != NULL);
    if (check_array(__func__, name, args, nargsf, kwnames) < 0)
        return NULL;
    if (GilVectorcall_NARGS(nargsf) < 1 || args[0] == NULL)
        return gil_err_null(__func__);
    return call_method(ts, name, args, nargsf, kwnames);
}

vectorcallfunc
GilVectorcall_Function(GilObject *callable)
{
    gil_tstate_need(__func__);
    return callable == NULL ? gil_err_null(__func__), (vectorcallfunc)NULL : gil_vectorcall_of(callable);
}

GilObject *
GilVectorcall_Call(GilObject *callable, GilObject *tuple, GilObject *dict)
{
    GilThreadState *ts = gil_err_begin(__func__, callable != NULL && tuple != NULL);

    if (callable == NULL || tuple == NULL)
        return gil_err_null(__func__);
    if (!gil_is_tuple(tuple))
        return gil_err_type(__func__, "a tuple", tuple);
    if (dict != NULL && !is_dict(dict))
        return gil_err_type(__func__, "a dict", dict);
    /* Without a look at the flag: it goes when an attribute `__call__` covers the slot in which this function stands. */
    Gil_ssize_t offset = Gil_TYPE(callable)->tp_vectorcall_offset;
    vectorcallfunc call = offset > 0 ? *(vectorcallfunc *)(void *)((char *)callable + offset) : NULL;
    if (call == NULL)
        return GilErr_Format(GilExc_TypeError, "'%.200s' object does not support vectorcall",
                             Gil_TYPE(callable)->tp_name);
    return are_set(__func__, tuple) ? call_tuple(ts, callable, call, tuple, dict) : NULL;
}
