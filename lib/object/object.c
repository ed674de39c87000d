/* SPDX-License-Identifier: MIT */
/*
 * What any object can be asked: repr, str, hash, comparison, truth.
 *
 * Each asks the slot of the object's type and checks the answer: a repr that is no str, or NULL without an error,
 * becomes an error that names the type. Slots of nested containers call back in here, so repr and comparison count as
 * levels of recursion.
 */
#include "object/object.h"

#include "base/hash.h"
#include "object/attr.h"
#include "object/error.h"
#include "object/format.h"
#include "object/ops.h"
#include "object/recursion.h"
#include "object/type.h"

GilObject *
gil_object_default_repr(GilObject *self)
{
    struct gil_text text;
    GilObject *name = gil_type_full_name(Gil_TYPE(self), NULL), *repr = NULL;

    gil_text_init(&text, gil_tstate_attached()->heap);
    if (name != NULL && gil_text_append_format(&text, "<%U object at %p>", name, (void *)self) == 0)
        repr = gil_ops.str_from_utf8(text.data, text.len);
    gil_text_free(&text);
    Gil_XDECREF(name);
    return repr;
}

Gil_hash_t
Gil_HashPointer(const void *ptr)
{
    Gil_uhash_t x = (Gil_uhash_t)(uintptr_t)ptr;
    Gil_hash_t hash = (Gil_hash_t)(x >> 4 | x << (8 * sizeof x - 4));

    return hash != -1 ? hash : -2;
}

GIL_COLD Gil_hash_t
Gil_HashBuffer(const void *ptr, Gil_ssize_t len)
{
    Gil_hash_t hash = (Gil_hash_t)gil_hash_bytes(ptr, (size_t)Gil_MAX(len, 0));

    return hash != -1 ? hash : -2;
}

Gil_hash_t
gil_object_hash_identity(GilObject *self)
{
    return Gil_HashPointer(self);
}

GIL_COLD Gil_hash_t
GilObject_GenericHash(GilObject *o)
{
    gil_tstate_need(__func__);
    if (o != NULL)
        return Gil_HashPointer(o);
    gil_err_null(__func__);
    return -1;
}

/* Ask repr or str of o's type, one level deeper; the answer must be a str. */
static GilObject *
ask_text(GilThreadState *ts, GilObject *o, reprfunc ask, const char *name, const char *where)
{
    if (gil_recursion_enter(ts, where) < 0)
        return NULL;
    GilObject *result = ask(o); /* may run anything */
    gil_recursion_leave(ts);
    if (result == NULL) {
        if (!gil_err_pending(ts))
            GilErr_Format(GilExc_SystemError, "%s of '%s' returned NULL without setting an exception", name,
                          Gil_TYPE(o)->tp_name);
        return NULL;
    }
    if (!gil_is_str(result)) {
        GilErr_Format(GilExc_TypeError, "%s returned non-string (type %s)", name, Gil_TYPE(result)->tp_name);
        Gil_DECREF(result);
        return NULL;
    }
    return result;
}

static GilObject *
text_of_null(void)
{
    return gil_ops.str_from_utf8("<NULL>", 6);
}

GilObject *
GilObject_Repr(GilObject *o)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL);

    if (o == NULL)
        return text_of_null();
    reprfunc ask = Gil_TYPE(o)->tp_repr;
    return ask_text(ts, o, ask != NULL ? ask : gil_object_default_repr, "__repr__",
                    " while getting the repr of an object");
}

GilObject *
GilObject_Str(GilObject *o)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL);

    if (o == NULL)
        return text_of_null();
    if (gil_is_str(o) && Gil_TYPE(o)->tp_base == &GilBaseObject_Type)
        return Gil_NewRef(o); /* str itself; a subclass may have its own idea */
    reprfunc ask = Gil_TYPE(o)->tp_str;
    if (ask == NULL)
        return GilObject_Repr(o);
    return ask_text(ts, o, ask, "__str__", " while getting the str of an object");
}

GIL_COLD GilObject *
GilObject_ASCII(GilObject *o)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL);
    GilObject *repr = GilObject_Repr(o), *result = NULL;
    struct gil_text text;
    size_t len, plain = 0;

    if (repr == NULL)
        return NULL;
    const char *s = gil_text_of_str(repr, &len);
    while (s != NULL && plain < len && (unsigned char)s[plain] < 0x80)
        plain++;
    if (s != NULL && plain == len)
        return repr;
    gil_text_init(&text, ts->heap);
    if (s != NULL && gil_text_append_escaped(&text, s, len, 0) == 0)
        result = gil_ops.str_from_utf8(text.data, text.len);
    gil_text_free(&text);
    Gil_DECREF(repr);
    return result;
}

/* The answer is the library's own, whatever is pending: so dicts may be used on the way out of a failure, whatever their keys. What it
 * holds is asked for itself. */
static inline int
is_built_in(GilObject *o)
{
    return (Gil_TYPE(o)->tp_flags & Gil_TPFLAGS_STATIC_BUILTIN) != 0;
}

Gil_hash_t
GilObject_HashNotImplemented(GilObject *o)
{
    gil_tstate_need(__func__);
    if (o == NULL)
        gil_err_null(__func__);
    else
        GilErr_Format(GilExc_TypeError, "unhashable type: '%s'", Gil_TYPE(o)->tp_name);
    return -1;
}

Gil_hash_t
GilObject_Hash(GilObject *o)
{
    gil_err_begin(__func__, o != NULL && !is_built_in(o));
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    hashfunc ask = Gil_TYPE(o)->tp_hash;
    return ask != NULL ? ask(o) : GilObject_HashNotImplemented(o);
}

/* The operator with its operands changed over. */
static const int swapped[] = {Gil_GT, Gil_GE, Gil_EQ, Gil_NE, Gil_LT, Gil_LE};
static const char *const operators[] = {"<", "<=", "==", "!=", ">", ">="};

/* One side's answer; 1 when it is one, 0 when the side does not know the other. */
static int
ask_compare(GilObject *v, GilObject *w, int op, GilObject **result)
{
    richcmpfunc ask = Gil_TYPE(v)->tp_richcompare;

    if (ask == NULL)
        return 0;
    *result = ask(v, w, op); /* may run anything */
    return *result != Gil_NotImplemented; /* which is immortal */
}

static GilObject *
compare(GilObject *v, GilObject *w, int op)
{
    GilObject *result;
    int asked_w = 0;

    /* A subclass may know better than the class it comes from. */
    if (!Gil_IS_TYPE(v, Gil_TYPE(w)) && GilType_IsSubtype(Gil_TYPE(w), Gil_TYPE(v))) {
        asked_w = 1;
        if (ask_compare(w, v, swapped[op], &result))
            return result;
    }
    if (ask_compare(v, w, op, &result))
        return result;
    if (!asked_w && ask_compare(w, v, swapped[op], &result))
        return result;
    if (op == Gil_EQ || op == Gil_NE)
        return _Gil_RichResult((v == w) == (op == Gil_EQ));
    GilErr_Format(GilExc_TypeError, "'%s' not supported between instances of '%s' and '%s'", operators[op],
                  Gil_TYPE(v)->tp_name, Gil_TYPE(w)->tp_name);
    return NULL;
}

GilObject *
GilObject_RichCompare(GilObject *v, GilObject *w, int op)
{
    GilThreadState *ts = gil_err_begin(__func__, v != NULL && w != NULL && !(is_built_in(v) && is_built_in(w)));

    if (v == NULL || w == NULL)
        return gil_err_null(__func__);
    if (op < Gil_LT || op > Gil_GE) {
        GilErr_Format(GilExc_SystemError, "%s: there is no operator %d", __func__, op);
        return NULL;
    }
    if (gil_recursion_enter(ts, " in comparison") < 0)
        return NULL;
    GilObject *result = compare(v, w, op);
    gil_recursion_leave(ts);
    if (result == NULL && !gil_err_pending(ts))
        GilErr_Format(GilExc_SystemError, "comparison of '%s' returned NULL without setting an exception",
                      Gil_TYPE(v)->tp_name);
    return result;
}

int
GilObject_RichCompareBool(GilObject *v, GilObject *w, int op)
{
    gil_err_begin(__func__, v != NULL && w != NULL && !(is_built_in(v) && is_built_in(w)));
    if (v == NULL || w == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (v == w && (op == Gil_EQ || op == Gil_NE))
        return op == Gil_EQ;
    GilObject *result = GilObject_RichCompare(v, w, op);
    if (result == NULL)
        return -1;
    int truth = GilObject_IsTrue(result);
    Gil_DECREF(result);
    return truth;
}

int
GilObject_IsTrue(GilObject *o)
{
    gil_err_begin(__func__, o != NULL && !is_built_in(o));
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    const GilTypeObject *type = Gil_TYPE(o);
    Gil_ssize_t answer = 1;
    if (o == Gil_None)
        answer = 0;
    else if (type->tp_as_number != NULL && type->tp_as_number->nb_bool != NULL)
        answer = type->tp_as_number->nb_bool(o);
    else if (type->tp_as_mapping != NULL && type->tp_as_mapping->mp_length != NULL)
        answer = type->tp_as_mapping->mp_length(o);
    else if (type->tp_as_sequence != NULL && type->tp_as_sequence->sq_length != NULL)
        answer = type->tp_as_sequence->sq_length(o);
    return answer < 0 ? -1 : answer > 0;
}

int
GilObject_Not(GilObject *o)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    int truth = GilObject_IsTrue(o);
    return truth < 0 ? -1 : !truth;
}

GilObject *
GilObject_Type(GilObject *o)
{
    gil_tstate_need(__func__);
    return o != NULL ? Gil_NewRef(Gil_TYPE(o)) : gil_err_null(__func__);
}

int
GilCallable_Check(GilObject *o)
{
    return o != NULL && Gil_TYPE(o)->tp_call != NULL;
}
