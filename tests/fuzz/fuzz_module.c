/* SPDX-License-Identifier: MIT */
/*
 * Descriptors of modules and types: arrays of slots in any order and number, right and wrong.
 *
 * For modules the outcome is known beforehand, slot by slot. Types have more rules than a model should repeat: there an
 * array either makes a type whose instances can be made, asked and destroyed, or it raises one of the errors that are
 * for descriptors.
 */
#include "fuzz/fuzz.h"

#include <stddef.h>
#include <string.h>

const char fuzz_name[] = "module";

#define SLOTS 10

static GilObject *module_spec;
static int executed;

static int
exec(GilObject *module)
{
    executed++;
    return GilModule_AddIntConstant(module, "executed", 1);
}

static int
exec_fails(GilObject *module)
{
    executed++;
    (void)module;
    GilErr_SetString(GilExc_ValueError, "not today");
    return -1;
}

static GilObject *
give_none(GilObject *self, GilObject *args)
{
    (void)self;
    (void)args;
    Gil_RETURN_NONE;
}

static int
state_traverse(GilObject *module, visitproc visit, void *arg)
{
    (void)module;
    (void)visit;
    (void)arg;
    return 0;
}

static int
state_clear(GilObject *module)
{
    (void)module;
    return 0;
}

static void
state_free(void *module)
{
    (void)module;
}

static GilMethodDef methods[] = {{"none", give_none, GIL_METH_NOARGS, "none()"}, {NULL, NULL, 0, NULL}};
static GilMethodDef bad_methods[] = {{"none", give_none, 0x7000, NULL}, {NULL, NULL, 0, NULL}};
GilABIInfo_VAR(abi);
static GilABIInfo other_abi = {1, 0, GilABIInfo_DEFAULT_FLAGS, 0x7f000000, 0x7f000000};
static GilABIInfo free_threaded = {1, 0, GilABIInfo_FREETHREADED, GILRT_VERSION_HEX, GILRT_VERSION_HEX};
static int token;

void
fuzz_setup(void)
{
    module_spec = GilModule_New("spec");
    FUZZ_CHECK(module_spec != NULL && GilModule_AddStringConstant(module_spec, "name", "fuzzed") == 0);
}

/* How reading a descriptor ends. */
enum end { GOOD, SYSTEM, IMPORT };

struct described {
    GilSlot slot[SLOTS + 1];
    Gil_ssize_t state_size;
    int has_exec, fails, has_methods;
};

static enum end
abi_end(const struct described *d)
{
    for (const GilSlot *s = d->slot; s->sl_id != Gil_slot_end; s++)
        if (s->sl_id == Gil_mod_abi && s->sl_ptr != NULL)
            return s->sl_ptr == &abi ? GOOD : IMPORT;
    return SYSTEM;
}

static enum end
slot_end(const GilSlot *s)
{
    int small = s->sl_id == Gil_mod_multiple_interpreters || s->sl_id == Gil_mod_gil || s->sl_id == Gil_mod_state_size;

    if (s->sl_ptr == NULL && !small)
        return SYSTEM;
    switch (s->sl_id) {
    case Gil_mod_multiple_interpreters: return (uintptr_t)s->sl_ptr > 2 ? SYSTEM : GOOD;
    case Gil_mod_gil: return (uintptr_t)s->sl_ptr > 1 ? SYSTEM : GOOD;
    case Gil_mod_state_size: return s->sl_size < 0 ? SYSTEM : GOOD;
    case Gil_mod_create: return SYSTEM;
    default: return GOOD;
    }
}

static enum end
expected(struct described *d)
{
    unsigned seen = 0;
    enum end end = abi_end(d);

    for (const GilSlot *s = d->slot; s->sl_id != Gil_slot_end && end == GOOD; s++) {
        if (s->sl_id < Gil_mod_create || s->sl_id > Gil_mod_abi) {
            end = s->sl_flags & GilSlot_OPTIONAL ? GOOD : SYSTEM;
            continue;
        }
        end = seen & 1u << (s->sl_id - Gil_mod_create) ? SYSTEM : slot_end(s);
        seen |= 1u << (s->sl_id - Gil_mod_create);
    }
    return end;
}

/* Mostly a right value for the slot. */
static void
fill(struct fuzz_input *in, struct described *d, GilSlot *s)
{
    static const Gil_ssize_t sizes[] = {0, 8, 200, 16, -1};
    unsigned choice = fuzz_byte(in);

    memset(s, 0, sizeof *s);
    s->sl_id = (uint16_t)fuzz_range(in, Gil_mod_create, Gil_mod_abi + 1);
    if (s->sl_id == Gil_mod_create && choice < 230)
        s->sl_id = Gil_mod_abi;
    if (choice >= 250)
        s->sl_id = (uint16_t)fuzz_word(in, 2);
    s->sl_id = s->sl_id == Gil_slot_end ? Gil_slot_invalid : s->sl_id;
    s->sl_flags = choice % 2 ? GilSlot_OPTIONAL : 0;
    switch (s->sl_id) {
    case Gil_mod_abi:
        s->sl_ptr = choice == 7 ? (void *)&other_abi : choice == 9 ? (void *)&free_threaded : (void *)&abi;
        break;
    case Gil_mod_exec:
        d->fails = choice % 4 == 1;
        s->sl_func = (_Gil_funcptr_t)(d->fails ? exec_fails : exec);
        d->has_exec = 1;
        break;
    case Gil_mod_multiple_interpreters: s->sl_ptr = (void *)(uintptr_t)(choice % 4); break;
    case Gil_mod_gil: s->sl_ptr = (void *)(uintptr_t)(choice % 3); break;
    case Gil_mod_name:
    case Gil_mod_doc: s->sl_ptr = (void *)"fuzzed"; break;
    case Gil_mod_state_size: s->sl_size = sizes[choice % Gil_ARRAY_LENGTH(sizes)]; break;
    case Gil_mod_methods:
        s->sl_ptr = methods;
        d->has_methods = 1;
        break;
    case Gil_mod_state_traverse: s->sl_func = (_Gil_funcptr_t)state_traverse; break;
    case Gil_mod_state_clear: s->sl_func = (_Gil_funcptr_t)state_clear; break;
    case Gil_mod_state_free: s->sl_func = (_Gil_funcptr_t)state_free; break;
    default: s->sl_ptr = &token;
    }
    if (choice == 33)
        s->sl_ptr = NULL;
    if (s->sl_id == Gil_mod_state_size)
        d->state_size = s->sl_size;
}

static void
use_module(GilObject *module, const struct described *d)
{
    Gil_ssize_t size;

    FUZZ_CHECK(GilModule_Check(module) && GilModule_GetStateSize(module, &size) == 0 && size == d->state_size);
    const char *state = GilModule_GetState(module);
    FUZZ_CHECK((state != NULL) == (size > 0));
    for (Gil_ssize_t i = 0; i < size; i++)
        FUZZ_CHECK(state[i] == 0);
    FUZZ_CHECK(GilObject_HasAttrStringWithError(module, "none") == d->has_methods);
    executed = 0;
    int status = GilModule_Exec(module);
    FUZZ_CHECK(executed == d->has_exec && status == (d->has_exec && d->fails ? -1 : 0));
    if (status < 0)
        FUZZ_ERROR(GilExc_ValueError);
    else
        FUZZ_CHECK(GilModule_Exec(module) == 0 && executed == d->has_exec);
}

static void
make_module(struct fuzz_input *in)
{
    static struct described d;
    int n = (int)fuzz_range(in, 0, SLOTS);

    memset(&d, 0, sizeof d);
    for (int i = 0; i < n; i++)
        fill(in, &d, &d.slot[i]);
    enum end end = expected(&d);
    for (int i = 0; i < n; i++)
        fuzz_tell("slot %d, flags %d, value %p", d.slot[i].sl_id, d.slot[i].sl_flags, d.slot[i].sl_ptr);
    fuzz_tell("a module of %d slots ends %d", n, (int)end);
    GilObject *module = GilModule_FromSlotsAndSpec(d.slot, module_spec);
    FUZZ_CHECK((module != NULL) == (end == GOOD));
    if (module != NULL) {
        use_module(module, &d);
        Gil_DECREF(module);
    }
    else
        FUZZ_ERROR(end == SYSTEM ? GilExc_SystemError : GilExc_ImportError);
}

/* --- types --- */

#define ROOM 64 /* bytes behind the head of an instance */

static GilObject *
give_text(GilObject *self)
{
    (void)self;
    return GilUnicode_FromString("fuzzed");
}

static Gil_hash_t
give_hash(GilObject *self)
{
    (void)self;
    return 3;
}

static int
init(GilObject *self, GilObject *args, GilObject *kwargs)
{
    (void)self;
    (void)args;
    (void)kwargs;
    return 0;
}

static GilObject *
compare(GilObject *a, GilObject *b, int op)
{
    (void)a;
    (void)b;
    (void)op;
    Gil_RETURN_NOTIMPLEMENTED;
}

static Gil_ssize_t
length(GilObject *self)
{
    (void)self;
    return 2;
}

static GilObject *
add(GilObject *a, GilObject *b)
{
    (void)b;
    return Gil_NewRef(a);
}

static int
traverse(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(Gil_TYPE(self));
    return 0;
}

static GilObject *
get_none(GilObject *self, void *closure)
{
    (void)self;
    (void)closure;
    Gil_RETURN_NONE;
}

static GilGetSetDef getset[] = {{"got", get_none, NULL, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};
static GilMemberDef members[4];

static void
choose_members(struct fuzz_input *in)
{
    static const char *const names[] = {"one", "two", "__dictoffset__", "__weaklistoffset__", "__vectorcalloffset__"};
    int n = (int)fuzz_range(in, 0, 3);

    memset(members, 0, sizeof members);
    for (int i = 0; i < n; i++) {
        members[i].name = names[fuzz_range(in, 0, 5) % (long)Gil_ARRAY_LENGTH(names)];
        members[i].type = (int)fuzz_range(in, 0, 24);
        members[i].offset = (Gil_ssize_t)sizeof(GilObject) + 8 * fuzz_range(in, -2, 9);
        members[i].flags = (int)fuzz_range(in, 0, 3);
        fuzz_tell("member %s, type %d at %td", members[i].name, members[i].type, members[i].offset);
    }
}

static void
use_type(GilObject *type)
{
    static const char *const asked[] = {"one", "two", "got", "none", "missing"};
    GilObject *op = GilObject_CallNoArgs(type), *other;

    if (op == NULL) {
        GilErr_Clear();
        return;
    }
    GilObject *text = GilObject_Repr(op);
    FUZZ_CHECK(text != NULL);
    Gil_DECREF(text);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(asked); i++) {
        FUZZ_CHECK(GilObject_GetOptionalAttrString(op, asked[i], &other) >= 0 || GilErr_Occurred() != NULL);
        GilErr_Clear();
        /* Nothing stays: a bound method in a dict that the collector does not see would keep its object for ever. */
        if (other != NULL &&
            (GilObject_SetAttrString(op, asked[i], other) < 0 || GilObject_DelAttrString(op, asked[i]) < 0))
            GilErr_Clear();
        Gil_XDECREF(other);
    }
    GilObject_Hash(op);
    GilErr_Clear();
    GilObject_Size(op);
    GilErr_Clear();
    other = GilNumber_Add(op, op);
    GilErr_Clear();
    Gil_XDECREF(other);
    other = GilWeakref_NewRef(op, NULL);
    GilErr_Clear();
    Gil_DECREF(op);
    Gil_XDECREF(other);
}

static void
make_type(struct fuzz_input *in)
{
    static const struct {
        int id;
        void *value;
    } known[] = {
        {Gil_tp_repr, (void *)give_text}, {Gil_tp_str, (void *)give_text},   {Gil_tp_hash, (void *)give_hash},
        {Gil_tp_init, (void *)init},      {Gil_tp_doc, (void *)"fuzzed"},    {Gil_tp_richcompare, (void *)compare},
        {Gil_sq_length, (void *)length},  {Gil_mp_length, (void *)length},   {Gil_nb_add, (void *)add},
        {Gil_tp_methods, methods},        {Gil_tp_getset, getset},           {Gil_tp_traverse, (void *)traverse},
        {Gil_tp_members, members},        {Gil_tp_members, members},         {Gil_tp_token, &token},
        {Gil_tp_methods, bad_methods},    {Gil_tp_repr, NULL},
    };
    static const unsigned flags[] = {0, Gil_TPFLAGS_DEFAULT, Gil_TPFLAGS_BASETYPE, Gil_TPFLAGS_HAVE_GC,
                                     Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE, Gil_TPFLAGS_IMMUTABLETYPE, 1u << 30};
    GilType_Slot slot[SLOTS + 1];
    int n = (int)fuzz_range(in, 0, SLOTS);
    GilType_Spec spec = {"fuzz.Made", 0, 0, 0, slot};

    spec.basicsize = fuzz_byte(in) < 200 ? (int)sizeof(GilObject) + ROOM : (int)fuzz_range(in, -1, 20) * 8;
    spec.itemsize = fuzz_byte(in) < 230 ? 0 : (int)fuzz_range(in, -1, 8);
    spec.flags = flags[fuzz_byte(in) % Gil_ARRAY_LENGTH(flags)];
    choose_members(in);
    for (int i = 0; i < n; i++) {
        size_t which = fuzz_byte(in) % Gil_ARRAY_LENGTH(known);
        slot[i] = (GilType_Slot){known[which].id, known[which].value};
        if (fuzz_byte(in) >= 252)
            slot[i].slot = (int)fuzz_word(in, 2) | 0x80;
        fuzz_tell("slot %d = %p", slot[i].slot, slot[i].pfunc);
    }
    slot[n] = (GilType_Slot){0, NULL};
    fuzz_tell("a type of %d bytes, flags %#x", spec.basicsize, spec.flags);
    GilObject *type = GilType_FromSpec(&spec);
    if (type == NULL) {
        FUZZ_CHECK(fuzz_error(GilExc_SystemError) || fuzz_error(GilExc_TypeError) || fuzz_error(GilExc_ValueError));
        return;
    }
    use_type(type);
    Gil_DECREF(type);
}

void
fuzz_target(struct fuzz_input *in)
{
    static void (*const steps[])(struct fuzz_input *) = {make_module, make_type};

    for (int step = 0; step < 20 && fuzz_more(in); step++)
        steps[fuzz_byte(in) % Gil_ARRAY_LENGTH(steps)](in);
    /* A module and its functions hold each other, and so do a type and its list of bases. */
    GilGC_Collect();
}
