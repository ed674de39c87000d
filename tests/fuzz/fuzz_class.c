/* SPDX-License-Identifier: MIT */
/*
 * Classes that come and go over lists, tuples and types from specs, and attributes of slot names that come and go in
 * them. What an instance then does by its slots is told by a model that walks the class's order and knows nothing of
 * slots that were written before.
 */
#include "fuzz/fuzz.h"

#include <stddef.h>

const char fuzz_name[] = "class";

#define CLASSES 8
#define NATIVES 5

enum attribute { ADD, MUL, RMUL, IADD, IMUL, HASH, LEN, ATTRIBUTES };

static const char *const names[] = {"__add__", "__mul__", "__rmul__", "__iadd__", "__imul__", "__hash__", "__len__"};

/* What attributes give when they are called; the model of each class has its index + 1, or 0: there is none. */
static const char *const numbers[] = {"0", "-1", "5", "1152921504606846979", "2305843009213693951",
                                      "9223372036854775807", "-9223372036854775808", "1267650600228229401496703205376",
                                      "-1267650600228229401496703205376"};
#define NUMBERS (sizeof numbers / sizeof *numbers)

static GilObject *number[NUMBERS], *native[NATIVES], *empty_list, *empty_tuple;

struct class {
    GilObject *type, *order; /* NULL: there is none */
    GilObject *base[2];
    int gives[ATTRIBUTES];
};

static struct class classes[CLASSES];

/* A built-in function is not bound: it is called with the arguments alone. */
static GilObject *
give(GilObject *self, GilObject *args)
{
    (void)args;
    return Gil_NewRef(self);
}

static GilMethodDef give_def = {"give", give, GIL_METH_VARARGS, NULL};

struct holder {
    GilObject_HEAD
    GilObject *held;
};

static int
holder_traverse(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(Gil_TYPE(self));
    Gil_VISIT(((struct holder *)(void *)self)->held);
    return 0;
}

static int
holder_clear(GilObject *self)
{
    Gil_CLEAR(((struct holder *)(void *)self)->held);
    return 0;
}

void
fuzz_setup(void)
{
    static GilMemberDef members[] = {{"held", Gil_T_OBJECT_EX, offsetof(struct holder, held), 0, NULL}, {0}};
    GilType_Slot none[] = {{0, NULL}};
    GilType_Slot slots[] = {{Gil_tp_traverse, (void *)holder_traverse},
                            {Gil_tp_clear, (void *)holder_clear},
                            {Gil_tp_members, members},
                            {0, NULL}};
    GilType_Spec plain = {.name = "fuzz.Plain", .flags = Gil_TPFLAGS_BASETYPE, .slots = none};
    GilType_Spec holder = {.name = "fuzz.Holder", .basicsize = sizeof(struct holder), .slots = slots,
                           .flags = Gil_TPFLAGS_BASETYPE | Gil_TPFLAGS_HAVE_GC};

    native[0] = (GilObject *)&GilList_Type;
    native[1] = (GilObject *)&GilTuple_Type;
    native[2] = (GilObject *)&GilBaseObject_Type;
    native[3] = GilType_FromSpec(&plain);
    native[4] = GilType_FromSpec(&holder);
    FUZZ_CHECK(native[3] != NULL && native[4] != NULL);
    for (size_t i = 0; i < NUMBERS; i++)
        number[i] = GilLong_FromString(numbers[i], NULL, 10);
    empty_list = GilList_New(0);
    empty_tuple = GilTuple_New(0);
}

static struct class *
class_of(GilObject *type)
{
    for (int i = 0; i < CLASSES; i++)
        if (classes[i].type == type)
            return &classes[i];
    return NULL;
}

/* For the story that is told. */
static const char *
name_of(GilObject *type)
{
    static const char *const known[] = {"list", "tuple", "object", "a type without GC", "a type with GC"};
    static const char letters[] = "A\0B\0C\0D\0E\0F\0G\0H";
    const struct class *c = type != NULL ? class_of(type) : NULL;

    if (c != NULL)
        return letters + 2 * (c - classes);
    for (int i = 0; i < NATIVES; i++)
        if (type == native[i])
            return known[i];
    return "nothing";
}

static int
is_base(GilObject *type)
{
    for (int i = 0; i < CLASSES; i++)
        if (classes[i].type != NULL && (classes[i].base[0] == type || classes[i].base[1] == type))
            return 1;
    return 0;
}

static GilObject *
any_base(struct fuzz_input *in)
{
    GilObject *type = classes[fuzz_range(in, 0, CLASSES - 1)].type;
    unsigned choice = fuzz_byte(in);

    return type == NULL || choice % 3 == 0 ? native[choice % NATIVES] : type;
}

static void
make(struct fuzz_input *in)
{
    struct class *c = &classes[fuzz_range(in, 0, CLASSES - 1)];
    GilObject *first = any_base(in), *second = fuzz_byte(in) % 3 == 0 ? any_base(in) : NULL;

    if (c->type != NULL)
        return;
    fuzz_tell("make %c over %s and %s", 'A' + (char)(c - classes), name_of(first), name_of(second));
    GilObject *bases = second != NULL ? GilTuple_Pack(2, first, second) : GilTuple_Pack(1, first);
    GilObject *type = GilObject_CallFunction((GilObject *)&GilType_Type, "sO{}", "C", bases);
    Gil_DECREF(bases);
    if (type == NULL) {
        FUZZ_ERROR(GilExc_TypeError); /* a base twice or before what derives from it, or layouts that do not agree */
        FUZZ_CHECK(second != NULL);
        return;
    }
    *c = (struct class){.type = type, .order = GilObject_GetAttrString(type, "__mro__"), .base = {first, second}};
}

/* All that derive from it, and none twice; object has more than those here. */
static void
check_subclasses(GilObject *type)
{
    GilObject *list = GilObject_CallMethod(type, "__subclasses__", NULL);
    Gil_ssize_t n = 0;

    FUZZ_CHECK(list != NULL);
    for (int i = 0; i < CLASSES; i++)
        if (classes[i].type != NULL && (classes[i].base[0] == type || classes[i].base[1] == type)) {
            FUZZ_CHECK(GilSequence_Count(list, classes[i].type) == 1);
            n++;
        }
    FUZZ_CHECK(GilList_GET_SIZE(list) == n);
    Gil_DECREF(list);
}

/* What dies by its last reference is among nobody's subclasses. arg is its place, the type being forgotten already. */
static void
dies(GilObject *Gil_UNUSED(ref), void *arg)
{
    const struct class *c = arg;

    for (int i = 0; i < 2; i++)
        if (c->base[i] != NULL && c->base[i] != native[2])
            check_subclasses(c->base[i]);
}

static void
collected(GilObject *Gil_UNUSED(ref), void *Gil_UNUSED(arg))
{
}

/* held: it holds an instance of its own, by which it lives until a collection. */
static void
drop(struct class *c, int held)
{
    if (c->type == NULL || is_base(c->type))
        return;
    fuzz_tell("drop %s%s", name_of(c->type), held ? " in a circle" : "");
    GilObject *type = c->type, *ref = GilWeakref_NewRefWithCallback(type, held ? collected : dies, c);
    FUZZ_CHECK(ref != NULL);
    if (held) {
        GilObject *op = GilObject_CallNoArgs(type);
        FUZZ_CHECK(op != NULL && GilObject_SetAttrString(type, "one", op) == 0);
        Gil_DECREF(op);
    }
    c->type = NULL;
    Gil_CLEAR(c->order); /* which holds the class */
    Gil_DECREF(type);
    if (held)
        GilGC_CollectGeneration(2);
    FUZZ_CHECK(GilWeakref_IsDead(ref) == 1);
    Gil_DECREF(ref);
}

static void
set(struct fuzz_input *in)
{
    struct class *c = &classes[fuzz_range(in, 0, CLASSES - 1)];
    enum attribute a = (enum attribute)fuzz_range(in, 0, ATTRIBUTES - 1);
    int n = (int)fuzz_range(in, 0, NUMBERS);

    if (c->type == NULL)
        return;
    fuzz_tell("%s.%s gives %s", name_of(c->type), names[a], n > 0 ? numbers[n - 1] : "what it did");
    if (n > 0) {
        GilObject *function = GilCFunction_New(&give_def, number[n - 1]);
        FUZZ_CHECK(GilObject_SetAttrString(c->type, names[a], function) == 0);
        Gil_DECREF(function);
    }
    else if (c->gives[a] != 0)
        FUZZ_CHECK(GilObject_DelAttrString(c->type, names[a]) == 0);
    else {
        FUZZ_CHECK(GilObject_DelAttrString(c->type, names[a]) == -1);
        FUZZ_ERROR(GilExc_AttributeError);
    }
    c->gives[a] = n;
}

/* --- the model --- */

/* What comes first in the class's order: NULL, a built-in type among those that know the name, or the number. */
static GilObject *
first(const struct class *c, enum attribute a, enum attribute other, int lists, int tuples)
{
    for (Gil_ssize_t i = 0; i < GilTuple_GET_SIZE(c->order); i++) {
        GilObject *type = GilTuple_GET_ITEM(c->order, i);
        const struct class *here = class_of(type);
        if (here != NULL && (here->gives[a] != 0 || here->gives[other] != 0))
            return here->gives[a] != 0 ? number[here->gives[a] - 1] : number[here->gives[other] - 1];
        if ((lists && type == native[0]) || (tuples && type == native[1]))
            return type;
    }
    return NULL;
}

/* The result is that of the empty native sequence, or the number. */
static void
check_result(GilObject *got, GilObject *expected)
{
    FUZZ_CHECK(got != NULL);
    if (GilType_Check(expected))
        FUZZ_CHECK(GilObject_RichCompareBool(got, expected == native[0] ? empty_list : empty_tuple, Gil_EQ) == 1);
    else
        FUZZ_CHECK(got == expected);
    Gil_DECREF(got);
}

static int
is_native(GilObject *found)
{
    return found != NULL && GilType_Check(found);
}

static void
ask_sequence(const struct class *c, GilObject *op, GilObject *with)
{
    GilObject *add = first(c, ADD, ADD, 1, 1), *mul = first(c, MUL, MUL, 1, 1), *repeat = first(c, MUL, RMUL, 1, 1);
    GilObject *iadd = first(c, IADD, IADD, 1, 0), *imul = first(c, IMUL, IMUL, 1, 0);

    check_result(GilSequence_Concat(op, with), add);
    check_result(GilSequence_Repeat(op, 2), mul);
    /* For a slot in place that is empty the one that is not in place is called, before numbers are asked. */
    GilObject *in_place = is_native(iadd) || (iadd != NULL && !is_native(add)) ? iadd : add;
    check_result(GilSequence_InPlaceConcat(op, with), in_place);
    in_place = is_native(imul) || (imul != NULL && !is_native(repeat)) ? imul : mul;
    check_result(GilSequence_InPlaceRepeat(op, 2), in_place);
}

static void
ask_length_and_hash(const struct class *c, GilObject *op, GilObject *with)
{
    GilObject *len = first(c, LEN, LEN, 1, 1), *hash = first(c, HASH, HASH, 1, 1);
    int negative = len != NULL && !is_native(len) && GilObject_RichCompareBool(len, number[0], Gil_LT);
    Gil_ssize_t length = GilObject_Size(op); /* what it raises is pending from here on */

    if (len == NULL)
        FUZZ_ERROR(GilExc_TypeError);
    else if (is_native(len))
        FUZZ_CHECK(length == 0);
    else if (negative)
        FUZZ_ERROR(GilExc_ValueError);
    else if (len == number[7])
        FUZZ_ERROR(GilExc_OverflowError);
    else
        FUZZ_CHECK(length == GilLong_AsSsize_t(len));
    Gil_hash_t h = GilObject_Hash(op);
    if (hash == native[0])
        FUZZ_ERROR(GilExc_TypeError);
    else if (hash == native[1])
        FUZZ_CHECK(h == GilObject_Hash(with));
    else if (hash == number[7] || hash == number[8])
        FUZZ_CHECK(h == GilObject_Hash(hash));
    else if (hash != NULL)
        FUZZ_CHECK(h == (hash == number[1] ? -2 : GilLong_AsSsize_t(hash)));
}

static void
ask(const struct class *c)
{
    if (c->type == NULL)
        return;
    GilObject *op = GilObject_CallNoArgs(c->type), *with = NULL;
    fuzz_tell("ask %s", name_of(c->type));
    FUZZ_CHECK(op != NULL);
    if (GilList_Check(op))
        with = empty_list;
    else if (GilTuple_Check(op))
        with = empty_tuple;
    ask_length_and_hash(c, op, with);
    if (with != NULL)
        ask_sequence(c, op, with);
    Gil_DECREF(op);
}

/* --- visits of all objects, whose callback gives back what holds the next ones --- */

static GilObject *nest;

static int
meets(GilObject *op, void *Gil_UNUSED(arg))
{
    if (op == nest) {
        nest = NULL;
        Gil_DECREF(op);
    }
    return 1;
}

static void
visit(struct fuzz_input *in)
{
    int depth = (int)fuzz_range(in, 1, 6);
    GilObject *inner = nest = GilList_New(0);

    fuzz_tell("visit %d", depth);
    while (--depth > 0) {
        GilObject *next = GilList_New(0);
        FUZZ_CHECK(GilList_Append(inner, next) == 0);
        Gil_DECREF(next);
        inner = next;
    }
    GilUnstable_GC_VisitObjects(meets, NULL);
    FUZZ_CHECK(nest == NULL);
}

void
fuzz_target(struct fuzz_input *in)
{
    int left = 1;

    while (fuzz_more(in)) {
        struct class *c = &classes[fuzz_range(in, 0, CLASSES - 1)];
        switch (fuzz_byte(in) % 9) {
        case 0:
        case 1:
            make(in);
            break;
        case 2:
            drop(c, fuzz_byte(in) % 2);
            break;
        case 3:
            GilGC_CollectGeneration((int)fuzz_range(in, 0, 2));
            break;
        case 4:
            if (c->type != NULL)
                check_subclasses(c->type);
            break;
        case 5:
            visit(in);
            break;
        default:
            set(in);
        }
        for (int i = 0; i < CLASSES; i++)
            ask(&classes[i]);
    }
    while (left) {
        left = 0;
        for (int i = 0; i < CLASSES; i++) {
            drop(&classes[i], 0);
            left |= classes[i].type != NULL;
        }
    }
}
