/* SPDX-License-Identifier: MIT */
/*
 * counter: an extension with a type whose instances threads share.
 *
 * A Counter counts; its methods need no lock of their own, for they run with the interpreter's lock held from their
 * first line to their last. counter.collatz() is the other kind: it works on numbers alone, drops the lock, and so
 * runs on all cores.
 */
#include <gilrt.h>
#include <limits.h>
#include <stddef.h>

typedef struct {
    GilObject_HEAD
    long long value;
} Counter;

static int
Counter_init(GilObject *self, GilObject *args, GilObject *kwargs)
{
    static char *keywords[] = {"start", NULL};

    return GilArg_ParseTupleAndKeywords(args, kwargs, "|L:Counter", keywords, &((Counter *)self)->value) ? 0 : -1;
}

static void
Counter_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);

    GilObject_Free(self);
    Gil_DECREF(type);
}

/* counter.add(n): one argument, so the method gets it as it is. Read, add and write back: nobody comes between. */
static GilObject *
Counter_add(GilObject *self, GilObject *arg)
{
    Counter *counter = (Counter *)self;
    long long n = GilLong_AsLongLong(arg);
    long long sum;

    if (n == -1 && GilErr_Occurred())
        return NULL;
    if (__builtin_add_overflow(counter->value, n, &sum)) {
        GilErr_SetString(GilExc_OverflowError, "the counter is full");
        return NULL;
    }
    counter->value = sum;
    return GilLong_FromLongLong(sum);
}

/* counter.reset(): no argument at all. */
static GilObject *
Counter_reset(GilObject *self, GilObject *Gil_UNUSED(none))
{
    ((Counter *)self)->value = 0;
    Gil_RETURN_NONE;
}

static GilObject *
Counter_get_even(GilObject *self, void *Gil_UNUSED(closure))
{
    return GilBool_FromLong(((Counter *)self)->value % 2 == 0);
}

static GilMethodDef Counter_methods[] = {
    {"add", Counter_add, GIL_METH_O, "add(n) -> int\n\nCount n more; returns the count."},
    {"reset", Counter_reset, GIL_METH_NOARGS, "reset()\n\nStart again at 0."},
    {NULL, NULL, 0, NULL}
};

static GilMemberDef Counter_members[] = {
    {"value", Gil_T_LONGLONG, offsetof(Counter, value), Gil_READONLY, "the count"},
    {NULL, 0, 0, 0, NULL}
};

static GilGetSetDef Counter_getset[] = {
    {"even", Counter_get_even, NULL, "whether the count is even", NULL},
    {NULL, NULL, NULL, NULL, NULL}
};

static GilType_Slot Counter_slots[] = {
    {Gil_tp_doc, "Counter(start=0)\n\nCounts."},
    {Gil_tp_init, Counter_init},
    {Gil_tp_dealloc, Counter_dealloc},
    {Gil_tp_methods, Counter_methods},
    {Gil_tp_members, Counter_members},
    {Gil_tp_getset, Counter_getset},
    {0, NULL}
};

static GilType_Spec Counter_spec = {
    .name = "counter.Counter",
    .basicsize = sizeof(Counter),
    .flags = Gil_TPFLAGS_DEFAULT,
    .slots = Counter_slots,
};

/* How many steps of "halve it, or triple it and add one" lead from n to 1; -1 where a step leaves 64 bits. */
static long
steps_to_one(unsigned long long n)
{
    long steps = 0;

    for (; n != 1; steps++) {
        if (n % 2 == 0)
            n /= 2;
        else if (n > (ULLONG_MAX - 1) / 3)
            return -1;
        else
            n = 3 * n + 1;
    }
    return steps;
}

/* counter.collatz(below): the number below which takes the most steps, and how many, as a tuple. */
static GilObject *
counter_collatz(GilObject *Gil_UNUSED(module), GilObject *const *args, Gil_ssize_t nargs)
{
    unsigned long long below, best = 1;
    long most = 0;

    if (nargs != 1) {
        GilErr_Format(GilExc_TypeError, "collatz() takes 1 argument, got %zd", nargs);
        return NULL;
    }
    below = GilLong_AsUnsignedLongLong(args[0]);
    if (below == (unsigned long long)-1 && GilErr_Occurred())
        return NULL;

    Gil_BEGIN_ALLOW_THREADS
    for (unsigned long long n = 1; n < below && most >= 0; n++) {
        long steps = steps_to_one(n);
        if (steps < 0 || steps > most) {
            best = n;
            most = steps;
        }
    }
    Gil_END_ALLOW_THREADS

    if (most < 0)
        return GilErr_Format(GilExc_OverflowError, "the way from %llu to 1 leaves 64 bits", best);
    return Gil_BuildValue("(Kl)", best, most);
}

static GilMethodDef counter_methods[] = {
    {"collatz", (GilCFunction)(void (*)(void))counter_collatz, GIL_METH_FASTCALL,
     "collatz(below) -> (number, steps)\n\nThe longest way to 1 of the numbers below it. Drops the lock."},
    {NULL, NULL, 0, NULL}
};

static int
counter_exec(GilObject *module)
{
    GilObject *type = GilType_FromModuleAndSpec(module, &Counter_spec, NULL);
    int rc;

    if (type == NULL)
        return -1;
    rc = GilModule_AddObjectRef(module, "Counter", type);
    Gil_DECREF(type);
    return rc;
}

GilABIInfo_VAR(counter_abi);

static GilSlot counter_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &counter_abi),
    GilSlot_DATA(Gil_mod_name, "counter"),
    GilSlot_DATA(Gil_mod_doc, "a type that threads share, and a function that uses all cores"),
    GilSlot_DATA(Gil_mod_methods, counter_methods),
    GilSlot_FUNC(Gil_mod_exec, counter_exec),
    GilSlot_DATA(Gil_mod_multiple_interpreters, Gil_MOD_PER_INTERPRETER_GIL_SUPPORTED),
    GilSlot_END
};

GilMODEXPORT_FUNC
GilModExport_counter(void)
{
    return counter_slots;
}
