/* SPDX-License-Identifier: MIT */
/* Imps: a heap type with nearly every slot there is. */
#include "reentry/imp.h"

#include <check.h>
#include <string.h>

/* What an iteration over an imp yields, and its length: two, so that an imp serves as a pair too. */
#define ITEMS 2
#define MARK 0x1337u

struct imp {
    GilObject_HEAD
    unsigned mark; /* MARK while the imp lives */
    int left;      /* of an iteration */
    long value;
    char memory[8];
};

struct imp_plan imp_plan;
static long alive;
static GilTypeObject *type_now; /* of the imps there are, which hold it */
/* All imps have the hash of "key", so that they are asked whether they are equal, to each other and to that. */
static Gil_hash_t hash_of_all;

static struct imp *
imp(GilObject *op)
{
    return (struct imp *)(void *)op;
}

static int
is_imp(GilObject *op)
{
    return Gil_IS_TYPE(op, type_now);
}

int
imp_asks(void)
{
    int rc = 0;
    imp_plan.callbacks++;
    if (imp_plan.at != 0 && imp_plan.callbacks == imp_plan.at) {
        imp_plan.made++;
        rc = imp_plan.trouble(imp_plan.arg);
        imp_plan.raised = rc < 0;
    }
    return rc;
}

/* A callback of op: 0 go on, or -1 with an error set. Whoever asks an imp holds it until it has answered. */
static int
met(GilObject *op)
{
    must(imp(op)->mark == MARK);
    int rc = imp_asks();
    must(imp(op)->mark == MARK && "an imp died while it was asked");
    return rc;
}

/* A callback where no error can be passed on. */
static void
met_quietly(GilObject *op)
{
    GilObject *pending = GilErr_GetRaisedException();
    if (met(op) < 0) {
        imp_plan.raised = 0;
        GilErr_Clear();
    }
    GilErr_SetRaisedException(pending);
}

GilObject *
imp_new(GilObject *type, long value)
{
    struct imp *self = GilObject_New(struct imp, (GilTypeObject *)(void *)type);
    if (self == NULL)
        return NULL;
    alive++;
    self->mark = MARK;
    self->value = value;
    self->left = ITEMS;
    memset(self->memory, 'i', sizeof self->memory);
    return (GilObject *)(void *)self;
}

long
imps_alive(void)
{
    return alive;
}

static GilObject *
another(GilObject *op)
{
    return imp_new((GilObject *)(void *)Gil_TYPE(op), imp(op)->value + 1);
}

static void
imp_dealloc(GilObject *op)
{
    GilTypeObject *type = Gil_TYPE(op);
    met_quietly(op);
    alive--;
    imp(op)->mark = 0;
    GilObject_Free(op);
    Gil_DECREF(type);
}

static GilObject *
imp_repr(GilObject *op)
{
    return met(op) < 0 ? NULL : GilUnicode_FromString("imp");
}

static Gil_hash_t
imp_hash(GilObject *op)
{
    return met(op) < 0 ? -1 : hash_of_all;
}

static GilObject *
imp_richcompare(GilObject *v, GilObject *w, int op)
{
    long a = imp(v)->value, b;
    if (!Gil_IS_TYPE(w, Gil_TYPE(v)))
        return met(v) < 0 ? NULL : Gil_NewRef(Gil_NotImplemented);
    b = imp(w)->value;
    if (met(v) < 0)
        return NULL;
    must(imp(w)->mark == MARK && "an imp died while another was compared with it");
    Gil_RETURN_RICHCOMPARE(a, b, op);
}

static GilObject *
imp_getattro(GilObject *op, GilObject *name)
{
    return met(op) < 0 ? NULL : GilObject_GenericGetAttr(op, name);
}

static GilObject *
imp_iter(GilObject *op)
{
    imp(op)->left = ITEMS;
    return met(op) < 0 ? NULL : Gil_NewRef(op);
}

static GilObject *
imp_iternext(GilObject *op)
{
    if (met(op) < 0 || imp(op)->left-- <= 0)
        return NULL;
    return another(op);
}

static Gil_ssize_t
imp_length(GilObject *op)
{
    return met(op) < 0 ? -1 : ITEMS;
}

static GilObject *
imp_item(GilObject *op, Gil_ssize_t i)
{
    if (met(op) < 0)
        return NULL;
    if (i >= 0 && i < ITEMS)
        return another(op);
    GilErr_SetString(GilExc_IndexError, "an imp has two items");
    return NULL;
}

static int
imp_ass_item(GilObject *op, Gil_ssize_t Gil_UNUSED(i), GilObject *Gil_UNUSED(value))
{
    return met(op);
}

static int
imp_contains(GilObject *op, GilObject *Gil_UNUSED(value))
{
    return met(op) < 0 ? -1 : 1;
}

static GilObject *
imp_subscript(GilObject *op, GilObject *Gil_UNUSED(key))
{
    return met(op) < 0 ? NULL : another(op);
}

static int
imp_ass_subscript(GilObject *op, GilObject *Gil_UNUSED(key), GilObject *Gil_UNUSED(value))
{
    return met(op);
}

static GilObject *
imp_repeat(GilObject *op, Gil_ssize_t Gil_UNUSED(n))
{
    return met(op) < 0 ? NULL : Gil_None;
}

static GilObject *
imp_unary(GilObject *op)
{
    return met(op) < 0 ? NULL : Gil_None;
}

static GilObject *
imp_binary(GilObject *v, GilObject *w)
{
    return met(is_imp(v) ? v : w) < 0 ? NULL : Gil_None;
}

static GilObject *
imp_ternary(GilObject *v, GilObject *w, GilObject *x)
{
    GilObject *op = is_imp(v) ? v : is_imp(w) ? w : x;
    return met(op) < 0 ? NULL : Gil_None;
}

static int
imp_bool(GilObject *op)
{
    return met(op) < 0 ? -1 : 1;
}

static GilObject *
imp_int(GilObject *op)
{
    return met(op) < 0 ? NULL : GilLong_FromLong(1);
}

static GilObject *
imp_float(GilObject *op)
{
    return met(op) < 0 ? NULL : GilFloat_FromDouble(1.0);
}

static GilObject *
imp_call(GilObject *op, GilObject *Gil_UNUSED(args), GilObject *Gil_UNUSED(kwargs))
{
    return met(op) < 0 ? NULL : another(op);
}

static int
imp_getbuffer(GilObject *op, Gil_buffer *view, int flags)
{
    if (met(op) < 0) {
        view->obj = NULL;
        return -1;
    }
    return GilBuffer_FillInfo(view, op, imp(op)->memory, sizeof imp(op)->memory, 0, flags);
}

static void
imp_releasebuffer(GilObject *op, Gil_buffer *Gil_UNUSED(view))
{
    met_quietly(op);
}

static GilObject *
give_another(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return met(op) < 0 ? NULL : another(op);
}

static GilObject *
give_true(GilObject *op, GilObject *Gil_UNUSED(arg))
{
    return met(op) < 0 ? NULL : Gil_True;
}

static GilObject *
give_hint(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return met(op) < 0 ? NULL : GilLong_FromLong(ITEMS);
}

static GilMethodDef imp_methods[] = {
    {"keys", give_another, GIL_METH_NOARGS, NULL},
    {"values", give_another, GIL_METH_NOARGS, NULL},
    {"items", give_another, GIL_METH_NOARGS, NULL},
    {"__reversed__", give_another, GIL_METH_NOARGS, NULL},
    {"__length_hint__", give_hint, GIL_METH_NOARGS, NULL},
    {"__instancecheck__", give_true, GIL_METH_O, NULL},
    {"__subclasscheck__", give_true, GIL_METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static GilObject *
get_attr(GilObject *op, void *Gil_UNUSED(closure))
{
    return met(op) < 0 ? NULL : another(op);
}

static int
set_attr(GilObject *op, GilObject *Gil_UNUSED(value), void *Gil_UNUSED(closure))
{
    return met(op);
}

/* As a module's spec has it. */
static GilObject *
get_name(GilObject *op, void *Gil_UNUSED(closure))
{
    return met(op) < 0 ? NULL : GilUnicode_FromString("imp");
}

static GilGetSetDef imp_getsets[] = {
    {"attr", get_attr, set_attr, NULL, NULL},
    {"name", get_name, NULL, NULL, NULL},
    {"origin", get_name, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define UNARY(name) {Gil_nb_##name, (void *)imp_unary}
#define BINARY(name) {Gil_nb_##name, (void *)imp_binary}, {Gil_nb_inplace_##name, (void *)imp_binary}

static GilType_Slot imp_slots[] = {
    {Gil_tp_dealloc, (void *)imp_dealloc},
    {Gil_tp_repr, (void *)imp_repr},
    {Gil_tp_str, (void *)imp_repr},
    {Gil_tp_hash, (void *)imp_hash},
    {Gil_tp_richcompare, (void *)imp_richcompare},
    {Gil_tp_getattro, (void *)imp_getattro},
    {Gil_tp_iter, (void *)imp_iter},
    {Gil_tp_iternext, (void *)imp_iternext},
    {Gil_tp_call, (void *)imp_call},
    {Gil_tp_methods, imp_methods},
    {Gil_tp_getset, imp_getsets},
    {Gil_tp_finalize, (void *)met_quietly},
    {Gil_sq_length, (void *)imp_length},
    {Gil_sq_item, (void *)imp_item},
    {Gil_sq_ass_item, (void *)imp_ass_item},
    {Gil_sq_contains, (void *)imp_contains},
    {Gil_sq_concat, (void *)imp_binary},
    {Gil_sq_repeat, (void *)imp_repeat},
    {Gil_sq_inplace_concat, (void *)imp_binary},
    {Gil_sq_inplace_repeat, (void *)imp_repeat},
    {Gil_mp_length, (void *)imp_length},
    {Gil_mp_subscript, (void *)imp_subscript},
    {Gil_mp_ass_subscript, (void *)imp_ass_subscript},
    {Gil_bf_getbuffer, (void *)imp_getbuffer},
    {Gil_bf_releasebuffer, (void *)imp_releasebuffer},
    UNARY(negative),
    UNARY(positive),
    UNARY(absolute),
    UNARY(invert),
    BINARY(add),
    BINARY(subtract),
    BINARY(multiply),
    BINARY(matrix_multiply),
    BINARY(remainder),
    BINARY(floor_divide),
    BINARY(true_divide),
    BINARY(lshift),
    BINARY(rshift),
    BINARY(and),
    BINARY(or),
    BINARY(xor),
    {Gil_nb_divmod, (void *)imp_binary},
    {Gil_nb_power, (void *)imp_ternary},
    {Gil_nb_inplace_power, (void *)imp_ternary},
    {Gil_nb_bool, (void *)imp_bool},
    {Gil_nb_int, (void *)imp_int},
    {Gil_nb_index, (void *)imp_int},
    {Gil_nb_float, (void *)imp_float},
    {0, NULL},
};

GilObject *
imp_type_new(void)
{
    static GilType_Spec spec = {"reentry.Imp", sizeof(struct imp), 0, Gil_TPFLAGS_DEFAULT, imp_slots};
    GilObject *type = GilType_FromSpec(&spec);
    type_now = (GilTypeObject *)(void *)type;
    GilObject *key = GilUnicode_FromString("key");
    hash_of_all = GilObject_Hash(key);
    Gil_DECREF(key);
    return type;
}
