/* SPDX-License-Identifier: MIT */
/*
 * Slots that attributes fill: for each slot a function that looks its attribute up in the type and calls it.
 *
 * object/slotfill.c puts them into the slots of types whose attributes, or whose bases' attributes, have a slot's name.
 * An attribute is looked up in the type, never in the object, and bound to the object. What is found may also be the slot
 * of a base: it is called by its function there, so a class that sets `__radd__` alone keeps the sums of its base.
 *
 * The function is a type's, not an attribute's: the attribute may have gone, or stand in another class of the order,
 * when it runs. Each call counts as a level of recursion, because an attribute that is found through itself would
 * never end.
 *
 * A result is checked where the slot's C type says more than "an object"; what callers of the slot check anyway is left
 * to them (that a repr is a str, an index an int).
 */
#include "protocol/slotattr.h"

#include "gilrt/number.h"
#include "object/attr.h"
#include "object/lookup.h"
#include "object/ops.h"
#include "object/slotfill.h"
#include "object/slots.h"
#include "protocol/method_call.h"

/* --- asking an attribute --- */

/* args[0].name(args[1]...) by what was found in the type. */
static GilObject *
call_found(GilThreadState *ts, const struct gil_found *found, GilObject *const *args, size_t nargs)
{
    GilObject *method, *result = NULL;

    if (found->entry.kind == GIL_NAME_VALUE && Gil_TYPE(found->entry.u.value)->tp_flags & Gil_TPFLAGS_METHOD_DESCRIPTOR)
        method = Gil_NewRef(found->entry.u.value); /* takes the object as first argument */
    else {
        method = gil_attr_bind(ts, found, args[0]); /* may run anything */
        args++;
        nargs--;
    }
    if (method != NULL)
        result = gil_vectorcall(ts, method, args, nargs, NULL);
    Gil_XDECREF(method);
    return result;
}

/* Of args[0]'s type: 1, or 0 when it has no such attribute. */
static int
find(GilObject *self, const char *name, struct gil_found *found)
{
    return gil_type_find(Gil_TYPE(self), name, strlen(name), found);
}

/* A call of the attribute; NotImplemented (no count) where there is none. */
static GilObject *
ask_if_any(const char *name, GilObject *const *args, size_t nargs)
{
    GilThreadState *ts = gil_tstate_need(name);
    struct gil_found found;

    if (!find(args[0], name, &found))
        return Gil_NotImplemented;
    if (gil_recursion_enter(ts, " while calling an attribute of a type") < 0)
        return NULL;
    GilObject *result = call_found(ts, &found, args, nargs);
    gil_recursion_leave(ts);
    return result;
}

/* The same; AttributeError where there is none. */
static GilObject *
ask(const char *name, GilObject *const *args, size_t nargs)
{
    struct gil_found found;

    if (find(args[0], name, &found))
        return ask_if_any(name, args, nargs);
    gil_attr_missing(args[0], name, strlen(name));
    return NULL;
}

static GilObject *
ask_0(const char *name, GilObject *self)
{
    return ask(name, &self, 1);
}

static GilObject *
ask_1(const char *name, GilObject *self, GilObject *arg)
{
    GilObject *args[] = {self, arg};
    return ask(name, args, 2);
}

/* For slots that only succeed or fail: with value NULL the attribute that deletes is asked. */
static int
ask_set(const char *set, const char *delete, GilObject *self, GilObject *key, GilObject *value)
{
    GilObject *args[] = {self, key, value};
    GilObject *result = value != NULL ? ask(set, args, 3) : ask(delete, args, 2);

    Gil_XDECREF(result);
    return result != NULL ? 0 : -1;
}

static GilObject *
refuse(const char *format, GilObject *self)
{
    return GilErr_Format(GilExc_TypeError, format, Gil_TYPE(self)->tp_name);
}

/* Whether a class says by None that it does not take part. */
static int
is_refused(GilObject *self, const char *name)
{
    struct gil_found found;
    return find(self, name, &found) && found.entry.kind == GIL_NAME_VALUE && found.entry.u.value == Gil_None;
}

/* --- numbers --- */

static binaryfunc
number_slot(GilObject *o, size_t offset)
{
    const GilNumberMethods *nb = Gil_TYPE(o)->tp_as_number;
    binaryfunc slot = NULL;

    if (nb != NULL)
        memcpy(&slot, (const char *)nb + offset, sizeof slot);
    return slot;
}

/* Whether w's class has an attribute of that name other than v's class. */
static int
overrides(GilObject *v, GilObject *w, const char *name)
{
    struct gil_found of_v, of_w;

    return find(w, name, &of_w) && !(find(v, name, &of_v) && of_v.owner == of_w.owner);
}

struct operation {
    const char *name, *reflected;
    size_t offset; /* of the slot in GilNumberMethods */
};

/*
 * v op w where mine is in the slot of v's type, of w's, or of both. Callers take two types with the same function for
 * one that knows both, so the rule of asking is applied here once more: v's attribute, then w's reflected one; that
 * first where w's class derives from v's and overrides it.
 */
static GilObject *
binary(GilObject *v, GilObject *w, const struct operation *op, binaryfunc mine)
{
    GilObject *forth[] = {v, w}, *back[] = {w, v}, *result;
    int other = Gil_TYPE(v) != Gil_TYPE(w) && number_slot(w, op->offset) == mine;

    if (number_slot(v, op->offset) == mine) {
        if (other && GilType_IsSubtype(Gil_TYPE(w), Gil_TYPE(v)) && overrides(v, w, op->reflected)) {
            result = ask_if_any(op->reflected, back, 2);
            if (result != Gil_NotImplemented)
                return result;
            other = 0;
        }
        result = ask_if_any(op->name, forth, 2);
        if (result != Gil_NotImplemented)
            return result;
    }
    return other ? ask_if_any(op->reflected, back, 2) : Gil_NotImplemented;
}

#define OPERATION(slot, word) {"__" word "__", "__r" word "__", offsetof(GilNumberMethods, slot)}

#define BINARY(slot, word)                                                \
    static GilObject *ask_##slot(GilObject *v, GilObject *w)              \
    {                                                                     \
        static const struct operation operation = OPERATION(slot, word);  \
        return binary(v, w, &operation, ask_##slot);                      \
    }

#define ONE(slot, word)                                         \
    static GilObject *ask_##slot(GilObject *self, GilObject *o) \
    {                                                           \
        return ask_1("__" word "__", self, o);                  \
    }

#define NONE(slot, word)                          \
    static GilObject *ask_##slot(GilObject *self) \
    {                                             \
        return ask_0("__" word "__", self);       \
    }

BINARY(nb_add, "add")
BINARY(nb_subtract, "sub")
BINARY(nb_multiply, "mul")
BINARY(nb_matrix_multiply, "matmul")
BINARY(nb_true_divide, "truediv")
BINARY(nb_floor_divide, "floordiv")
BINARY(nb_remainder, "mod")
BINARY(nb_divmod, "divmod")
BINARY(nb_lshift, "lshift")
BINARY(nb_rshift, "rshift")
BINARY(nb_and, "and")
BINARY(nb_xor, "xor")
BINARY(nb_or, "or")

ONE(nb_inplace_add, "iadd")
ONE(nb_inplace_subtract, "isub")
ONE(nb_inplace_multiply, "imul")
ONE(nb_inplace_matrix_multiply, "imatmul")
ONE(nb_inplace_true_divide, "itruediv")
ONE(nb_inplace_floor_divide, "ifloordiv")
ONE(nb_inplace_remainder, "imod")
ONE(nb_inplace_lshift, "ilshift")
ONE(nb_inplace_rshift, "irshift")
ONE(nb_inplace_and, "iand")
ONE(nb_inplace_xor, "ixor")
ONE(nb_inplace_or, "ior")

NONE(nb_negative, "neg")
NONE(nb_positive, "pos")
NONE(nb_absolute, "abs")
NONE(nb_invert, "invert")
NONE(nb_int, "int")
NONE(nb_float, "float")
NONE(nb_index, "index")

static GilObject *ask_nb_power(GilObject *v, GilObject *w, GilObject *z);

/* With a modulus only the left operand is asked, and its attribute gets all. */
static GilObject *
ask_nb_power(GilObject *v, GilObject *w, GilObject *z)
{
    static const struct operation operation = OPERATION(nb_power, "pow");
    binaryfunc mine = (binaryfunc)(void (*)(void))ask_nb_power;
    GilObject *args[] = {v, w, z};

    if (z == Gil_None)
        return binary(v, w, &operation, mine);
    return number_slot(v, operation.offset) == mine ? ask("__pow__", args, 3) : Gil_NotImplemented;
}

static GilObject *
ask_nb_inplace_power(GilObject *self, GilObject *o, GilObject *Gil_UNUSED(z))
{
    return ask_1("__ipow__", self, o);
}

static int
ask_nb_bool(GilObject *self)
{
    GilObject *answer = ask_0("__bool__", self);
    int truth = answer == _Gil_RichResult(1);

    if (answer != NULL && !truth && answer != _Gil_RichResult(0)) {
        GilErr_Format(GilExc_TypeError, "__bool__ should return bool, returned %s", Gil_TYPE(answer)->tp_name);
        Gil_CLEAR(answer);
    }
    if (answer == NULL)
        return -1;
    Gil_DECREF(answer);
    return truth;
}

/* --- containers --- */

static Gil_ssize_t
ask_length(GilObject *self)
{
    GilObject *answer = ask_0("__len__", self);
    if (answer == NULL)
        return -1;
    GilObject *number = GilNumber_Index(answer); /* may run anything */
    Gil_DECREF(answer);
    if (number == NULL)
        return -1;
    Gil_ssize_t length = GilNumber_AsSsize_t(number, NULL);
    if (length == GIL_SSIZE_T_MAX) /* or more */
        length = GilNumber_AsSsize_t(number, GilExc_OverflowError);
    else if (length < 0) {
        GilErr_SetString(GilExc_ValueError, "__len__() should return >= 0");
        length = -1;
    }
    Gil_DECREF(number);
    return length;
}

ONE(mp_subscript, "getitem")

static GilObject *
ask_sq_item(GilObject *self, Gil_ssize_t i)
{
    GilObject *index = gil_ops.int_from_int64(i), *result = NULL;

    if (index != NULL)
        result = ask_1("__getitem__", self, index);
    Gil_XDECREF(index);
    return result;
}

static int
ask_mp_ass_subscript(GilObject *self, GilObject *key, GilObject *value)
{
    return ask_set("__setitem__", "__delitem__", self, key, value);
}

static int
ask_sq_ass_item(GilObject *self, Gil_ssize_t i, GilObject *value)
{
    GilObject *index = gil_ops.int_from_int64(i);
    int rc = index != NULL ? ask_mp_ass_subscript(self, index, value) : -1;

    Gil_XDECREF(index);
    return rc;
}

static int
ask_sq_contains(GilObject *self, GilObject *item)
{
    GilObject *answer = is_refused(self, "__contains__") ? refuse("'%.200s' object is not a container", self)
                                                         : ask_1("__contains__", self, item);
    if (answer == NULL)
        return -1;
    int truth = GilObject_IsTrue(answer); /* may run anything */
    Gil_DECREF(answer);
    return truth;
}

static GilObject *
ask_tp_iter(GilObject *self)
{
    return is_refused(self, "__iter__") ? refuse("'%.200s' object is not iterable", self) : ask_0("__iter__", self);
}

NONE(tp_iternext, "next")

/* --- all objects --- */

NONE(tp_repr, "repr")
NONE(tp_str, "str")

/* The attribute, bound; NULL with the error set. */
static GilObject *
bound(GilThreadState *ts, GilObject *self, const char *name)
{
    struct gil_found found;

    if (find(self, name, &found))
        return gil_attr_bind(ts, &found, self); /* may run anything */
    gil_attr_missing(self, name, strlen(name));
    return NULL;
}

/* self.name(*args, **kwargs) */
static GilObject *
ask_all(const char *name, GilObject *self, GilObject *args, GilObject *kwargs)
{
    GilThreadState *ts = gil_tstate_need(name);
    GilObject *method = NULL, *result = NULL;

    if (gil_recursion_enter(ts, " while calling an attribute of a type") < 0)
        return NULL;
    method = bound(ts, self, name);
    if (method != NULL)
        result = GilObject_Call(method, args, kwargs);
    gil_recursion_leave(ts);
    Gil_XDECREF(method);
    return result;
}

static GilObject *
ask_tp_call(GilObject *self, GilObject *args, GilObject *kwargs)
{
    return ask_all("__call__", self, args, kwargs);
}

static int
ask_tp_init(GilObject *self, GilObject *args, GilObject *kwargs)
{
    GilObject *answer = ask_all("__init__", self, args, kwargs);

    if (answer != NULL && answer != Gil_None) {
        GilErr_Format(GilExc_TypeError, "__init__() should return None, not '%.200s'", Gil_TYPE(answer)->tp_name);
        Gil_CLEAR(answer);
    }
    return answer != NULL ? 0 : -1;
}

/* cls.__new__(cls, *args, **kwargs): what the class gives is called as it is, so it is no method. */
static GilObject *
ask_tp_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    GilThreadState *ts = gil_tstate_need("__new__");
    GilObject **items, *result = NULL, *with_type = NULL, *make = GilObject_GetAttrString((GilObject *)type, "__new__");
    Gil_ssize_t n = gil_ops.tuple_items(args, &items);
    GilObject **array = make != NULL ? gil_heap_malloc(ts->heap, (size_t)(n + 1) * sizeof *array) : NULL;

    if (array != NULL) {
        array[0] = (GilObject *)type;
        memcpy(array + 1, items, (size_t)n * sizeof *array);
        with_type = gil_ops.tuple_from_array(array, n + 1);
        gil_heap_free(array);
    }
    else if (make != NULL)
        gil_err_no_memory(ts);
    if (with_type != NULL && gil_recursion_enter(ts, " while calling an attribute of a type") == 0) {
        result = GilObject_Call(make, with_type, kwargs);
        gil_recursion_leave(ts);
    }
    Gil_XDECREF(with_type);
    Gil_XDECREF(make);
    return result;
}

/* The number itself. One too great for the type is hashed as an int is, whatever its own class says. */
static Gil_hash_t
ask_tp_hash(GilObject *self)
{
    GilObject *answer = ask_0("__hash__", self);
    int64_t hash = -1;

    if (answer == NULL)
        return -1;
    if (!GilType_HasFeature(Gil_TYPE(answer), Gil_TPFLAGS_LONG_SUBCLASS))
        GilErr_SetString(GilExc_TypeError, "__hash__ method should return an integer");
    else if (gil_ops.int_as_int64(answer, &hash) < 0) {
        GilErr_Clear();
        hash = Gil_TYPE(gil_ops.int_from_int64(0))->tp_hash(answer);
    }
    else if (hash == -1)
        hash = -2;
    Gil_DECREF(answer);
    return hash;
}

static GilObject *
ask_tp_richcompare(GilObject *v, GilObject *w, int op)
{
    static const char *const names[] = {"__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__"};
    GilObject *args[] = {v, w};

    return ask_if_any(names[op], args, 2);
}

static GilObject *
ask_tp_descr_get(GilObject *self, GilObject *obj, GilObject *type)
{
    GilObject *args[] = {self, obj != NULL ? obj : Gil_None, type != NULL ? type : Gil_None};
    struct gil_found found;

    return find(self, "__get__", &found) ? ask_if_any("__get__", args, 3) : Gil_NewRef(self);
}

static int
ask_tp_descr_set(GilObject *self, GilObject *obj, GilObject *value)
{
    return ask_set("__set__", "__delete__", self, obj, value);
}

/* What __getattribute__ says, or the slot that it stands for without a call. */
static GilObject *
get_attribute(GilObject *self, GilObject *name)
{
    struct gil_found found;

    if (!find(self, "__getattribute__", &found) || found.entry.kind != GIL_NAME_SLOT)
        return ask_1("__getattribute__", self, name);
    return ((getattrofunc)gil_slotfill_native(found.owner, Gil_tp_getattro))(self, name);
}

/* __getattr__ is asked for what __getattribute__ does not find. */
static GilObject *
ask_tp_getattro(GilObject *self, GilObject *name)
{
    struct gil_found found;
    GilObject *result = get_attribute(self, name); /* may run anything */

    if (result != NULL || !find(self, "__getattr__", &found) || !GilErr_ExceptionMatches(GilExc_AttributeError))
        return result;
    GilErr_Clear();
    return ask_1("__getattr__", self, name);
}

static int
ask_tp_setattro(GilObject *self, GilObject *name, GilObject *value)
{
    return ask_set("__setattr__", "__delattr__", self, name, value);
}

/* An error is reported with the attribute, as in CPython, and not with the object. */
static void
ask_tp_finalize(GilObject *self)
{
    struct gil_found found;

    if (!find(self, "__del__", &found))
        return;
    GilObject *attribute = found.entry.kind == GIL_NAME_VALUE ? Gil_NewRef(found.entry.u.value) : NULL;
    GilObject *result = ask_if_any("__del__", &self, 1); /* may run anything */
    if (result == NULL)
        GilErr_WriteUnraisable(attribute);
    Gil_XDECREF(result);
    Gil_XDECREF(attribute);
}

#define AT(slot) [Gil_##slot] = (void *)ask_##slot

void *const gil_attribute_slots[GIL_TYPE_SLOT_MAX + 1] = {
    AT(nb_add),
    AT(nb_subtract),
    AT(nb_multiply),
    AT(nb_matrix_multiply),
    AT(nb_true_divide),
    AT(nb_floor_divide),
    AT(nb_remainder),
    AT(nb_divmod),
    AT(nb_lshift),
    AT(nb_rshift),
    AT(nb_and),
    AT(nb_xor),
    AT(nb_or),
    AT(nb_inplace_add),
    AT(nb_inplace_subtract),
    AT(nb_inplace_multiply),
    AT(nb_inplace_matrix_multiply),
    AT(nb_inplace_true_divide),
    AT(nb_inplace_floor_divide),
    AT(nb_inplace_remainder),
    AT(nb_inplace_lshift),
    AT(nb_inplace_rshift),
    AT(nb_inplace_and),
    AT(nb_inplace_xor),
    AT(nb_inplace_or),
    AT(nb_inplace_power),
    AT(nb_power),
    AT(nb_negative),
    AT(nb_positive),
    AT(nb_absolute),
    AT(nb_invert),
    AT(nb_int),
    AT(nb_float),
    AT(nb_index),
    AT(nb_bool),
    [Gil_mp_length] = (void *)ask_length,
    [Gil_sq_length] = (void *)ask_length,
    AT(mp_subscript),
    AT(mp_ass_subscript),
    AT(sq_item),
    AT(sq_ass_item),
    AT(sq_contains),
    AT(tp_iter),
    AT(tp_iternext),
    AT(tp_repr),
    AT(tp_str),
    AT(tp_hash),
    AT(tp_richcompare),
    AT(tp_call),
    AT(tp_init),
    AT(tp_new),
    AT(tp_descr_get),
    AT(tp_descr_set),
    AT(tp_getattro),
    AT(tp_setattro),
    AT(tp_finalize),
};
