/* SPDX-License-Identifier: MIT */
/* ledger: an extension as who knows CPython's tutorial writes it: state, an exception, a type with everything. */
#include "ledger.h"

#include <stddef.h>

struct state {
    GilObject *error;
    GilTypeObject *account;
};

typedef struct {
    GilObject_HEAD
    GilObject *owner;
    long balance;
} Account;

/* The table's functions have no module to ask; the module supports one interpreter only. */
static GilTypeObject *account_type;

static int
Account_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    static char *keywords[] = {"owner", "balance", NULL};
    Account *self = (Account *)op;
    GilObject *owner;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, "U|$l:Account", keywords, &owner, &self->balance))
        return -1;
    Gil_XSETREF(self->owner, Gil_NewRef(owner));
    return 0;
}

static int
Account_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(Gil_TYPE(op));
    Gil_VISIT(((Account *)op)->owner);
    return 0;
}

static int
Account_clear(GilObject *op)
{
    Gil_CLEAR(((Account *)op)->owner);
    return 0;
}

static void
Account_dealloc(GilObject *op)
{
    GilTypeObject *type = Gil_TYPE(op);
    freefunc release = (freefunc)GilType_GetSlot(type, Gil_tp_free);

    GilObject_GC_UnTrack(op);
    (void)Account_clear(op);
    release(op);
    Gil_DECREF(type);
}

static GilObject *
Account_repr(GilObject *op)
{
    return GilUnicode_FromFormat("<%N of %R: %ld>", Gil_TYPE(op), ((Account *)op)->owner, ((Account *)op)->balance);
}

static GilObject *
Account_compare(GilObject *a, GilObject *b, int op)
{
    if (!GilObject_TypeCheck(a, account_type) || !GilObject_TypeCheck(b, account_type))
        Gil_RETURN_NOTIMPLEMENTED;
    Gil_RETURN_RICHCOMPARE(((Account *)a)->balance, ((Account *)b)->balance, op);
}

static GilObject *
Account_add(GilObject *a, GilObject *b)
{
    if (!GilObject_TypeCheck(a, account_type) || !GilLong_Check(b))
        Gil_RETURN_NOTIMPLEMENTED;
    long amount = GilLong_AsLong(b);
    if (amount == -1 && GilErr_Occurred())
        return NULL;
    ((Account *)a)->balance += amount;
    return Gil_NewRef(a);
}

/* pay(amount): wants its defining class, for the exception in the module's state. */
static GilObject *
Account_pay(GilObject *op, GilTypeObject *cls, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    struct state *state = (struct state *)GilType_GetModuleState(cls);
    Account *self = (Account *)op;

    if (state == NULL)
        return NULL;
    if (nargs != 1 || (kwnames != NULL && GilTuple_GET_SIZE(kwnames) != 0)) {
        GilErr_Format(GilExc_TypeError, "pay() takes 1 argument, got %zd", nargs);
        return NULL;
    }
    long amount = GilLong_AsLong(args[0]);
    if (amount == -1 && GilErr_Occurred())
        return NULL;
    if (amount > self->balance)
        return GilErr_Format(state->error, "%U has %ld, not %ld", self->owner, self->balance, amount);
    self->balance -= amount;
    return Gil_BuildValue("{s:O,s:l}", "owner", self->owner, "balance", self->balance);
}

static GilObject *
Account_open(GilObject *cls, GilObject *args)
{
    const char *owner;
    Gil_ssize_t size;

    if (!GilArg_ParseTuple(args, "s#:open", &owner, &size))
        return NULL;
    return GilObject_CallFunction(cls, "s#", owner, size);
}

static GilObject *
Account_get_owner(GilObject *op, void *Gil_UNUSED(closure))
{
    return Gil_NewRef(((Account *)op)->owner);
}

static int
Account_set_owner(GilObject *op, GilObject *value, void *Gil_UNUSED(closure))
{
    if (value == NULL || !GilUnicode_Check(value)) {
        GilErr_SetString(GilExc_TypeError, "the owner must be a str");
        return -1;
    }
    Gil_SETREF(((Account *)op)->owner, Gil_NewRef(value));
    return 0;
}

static GilMethodDef account_methods[] = {
    {"pay", (GilCFunction)(void (*)(void))Account_pay, GIL_METH_METHOD | GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     GilDoc_STR("pay(amount) -> what is left")},
    {"open", Account_open, GIL_METH_VARARGS | GIL_METH_CLASS, "open(owner) -> an empty account"},
    {NULL}
};

static GilMemberDef account_members[] = {
    {"balance", Gil_T_LONG, offsetof(Account, balance), Gil_READONLY, NULL},
    {NULL}
};

static GilGetSetDef account_getset[] = {
    {"owner", Account_get_owner, Account_set_owner, "who owns it", NULL},
    {NULL}
};

static GilType_Slot account_slots[] = {
    {Gil_tp_doc, "Account(owner, *, balance=0)\n--\n\nMoney of somebody."},
    {Gil_tp_init, Account_init},
    {Gil_tp_traverse, Account_traverse},
    {Gil_tp_clear, Account_clear},
    {Gil_tp_dealloc, Account_dealloc},
    {Gil_tp_repr, Account_repr},
    {Gil_tp_richcompare, Account_compare},
    {Gil_tp_hash, GilObject_HashNotImplemented},
    {Gil_nb_add, Account_add},
    {Gil_tp_methods, account_methods},
    {Gil_tp_members, account_members},
    {Gil_tp_getset, account_getset},
    {0, NULL}
};

static GilType_Spec account_spec = {
    .name = "ledger.Account",
    .basicsize = sizeof(Account),
    .flags = Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_BASETYPE | Gil_TPFLAGS_HAVE_GC,
    .slots = account_slots,
};

static GilObject *
api_open(const char *owner, long balance)
{
    GilObject *account = GilObject_CallFunction((GilObject *)account_type, "s", owner);

    if (account != NULL)
        ((Account *)account)->balance = balance;
    return account;
}

static long
api_balance(GilObject *account)
{
    if (!GilObject_TypeCheck(account, account_type)) {
        GilErr_Format(GilExc_TypeError, "expected an account, got %T", account);
        return -1;
    }
    return ((Account *)account)->balance;
}

static struct ledger_api api = {api_open, api_balance};

static int
ledger_exec(GilObject *module)
{
    struct state *state = (struct state *)GilModule_GetState(module);

    state->error = GilErr_NewException("ledger.Error", GilExc_ValueError, NULL);
    if (state->error == NULL || GilModule_AddObjectRef(module, "Error", state->error) < 0)
        return -1;
    state->account = account_type = (GilTypeObject *)GilType_FromModuleAndSpec(module, &account_spec, NULL);
    if (state->account == NULL || GilModule_AddType(module, state->account) < 0)
        return -1;
    if (GilModule_Add(module, "api", GilCapsule_New(&api, LEDGER_API, NULL)) < 0)
        return -1;
    return GilModule_AddIntMacro(module, GIL_METH_O);
}

static int
ledger_traverse(GilObject *module, visitproc visit, void *arg)
{
    struct state *state = (struct state *)GilModule_GetState(module);

    Gil_VISIT(state->error);
    Gil_VISIT(state->account);
    return 0;
}

static int
ledger_clear(GilObject *module)
{
    struct state *state = (struct state *)GilModule_GetState(module);

    Gil_CLEAR(state->error);
    Gil_CLEAR(state->account);
    return 0;
}

static void
ledger_free(void *module)
{
    (void)ledger_clear((GilObject *)module);
}

GilABIInfo_VAR(ledger_abi);

static GilSlot ledger_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &ledger_abi),
    GilSlot_DATA(Gil_mod_name, "ledger"),
    GilSlot_PTR_STATIC(Gil_mod_doc, "accounts"),
    GilSlot_SIZE(Gil_mod_state_size, sizeof(struct state)),
    GilSlot_FUNC(Gil_mod_exec, ledger_exec),
    GilSlot_FUNC(Gil_mod_state_traverse, ledger_traverse),
    GilSlot_FUNC(Gil_mod_state_clear, ledger_clear),
    GilSlot_FUNC(Gil_mod_state_free, ledger_free),
    GilSlot_DATA(Gil_mod_multiple_interpreters, Gil_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED),
    {0}
};

GilMODEXPORT_FUNC
GilModExport_ledger(void)
{
    return ledger_slots;
}
