/* SPDX-License-Identifier: MIT */
/* good: a module with everything: functions, a type, state that counts, a token. */
#include <gilrt.h>

struct state {
    long calls;
    GilObject *thing; /* the type */
};

static int token;

static GilObject *
good_count(GilObject *module, GilObject *unused)
{
    struct state *state = GilModule_GetState(module);

    (void)unused;
    return GilLong_FromLong(++state->calls);
}

static GilMethodDef good_methods[] = {
    {"count", good_count, GIL_METH_NOARGS, "count() -> how often it was called in this interpreter"},
    {NULL, NULL, 0, NULL}
};

static GilType_Slot thing_slots[] = {{0, NULL}};
static GilType_Spec thing_spec = {"good.Thing", 0, 0, Gil_TPFLAGS_DEFAULT, thing_slots};

static int
good_exec(GilObject *module)
{
    struct state *state = GilModule_GetState(module);

    state->thing = GilType_FromModuleAndSpec(module, &thing_spec, NULL);
    if (state->thing == NULL || GilModule_AddType(module, (GilTypeObject *)(void *)state->thing) < 0)
        return -1;
    return GilModule_AddIntConstant(module, "answer", 42);
}

static int
good_traverse(GilObject *module, visitproc visit, void *arg)
{
    struct state *state = GilModule_GetState(module);
    Gil_VISIT(state->thing);
    return 0;
}

static int
good_clear(GilObject *module)
{
    struct state *state = GilModule_GetState(module);
    Gil_CLEAR(state->thing);
    return 0;
}

static void
good_free(void *module)
{
    good_clear(module);
}

GilABIInfo_VAR(good_abi);

static GilSlot good_slots[] = {
    GilSlot_STATIC_DATA(Gil_mod_abi, &good_abi),
    GilSlot_STATIC_DATA(Gil_mod_name, "good"),
    GilSlot_STATIC_DATA(Gil_mod_doc, "a module with everything"),
    GilSlot_STATIC_DATA(Gil_mod_methods, good_methods),
    GilSlot_FUNC(Gil_mod_exec, good_exec),
    GilSlot_SIZE(Gil_mod_state_size, sizeof(struct state)),
    GilSlot_FUNC(Gil_mod_state_traverse, good_traverse),
    GilSlot_FUNC(Gil_mod_state_clear, good_clear),
    GilSlot_FUNC(Gil_mod_state_free, good_free),
    GilSlot_DATA(Gil_mod_token, &token),
    GilSlot_DATA(Gil_mod_gil, Gil_MOD_GIL_USED),
    GilSlot_DATA(Gil_mod_multiple_interpreters, Gil_MOD_PER_INTERPRETER_GIL_SUPPORTED),
    {.sl_id = 9999, .sl_flags = GilSlot_OPTIONAL},
    GilSlot_END
};

GilMODEXPORT_FUNC
GilModExport_good(void)
{
    return good_slots;
}
