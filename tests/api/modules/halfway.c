/* SPDX-License-Identifier: MIT */
/* halfway: fails the first time, after it has made a type that holds the module; works the second time. */
#include <gilrt.h>

static GilType_Slot thing_slots[] = {{0, NULL}};
static GilType_Spec thing_spec = {"halfway.Thing", 0, 0, Gil_TPFLAGS_DEFAULT, thing_slots};

static int
halfway_exec(GilObject *module)
{
    static int tries;

    GilObject *type = GilType_FromModuleAndSpec(module, &thing_spec, NULL);
    if (GilModule_Add(module, "Thing", type) < 0)
        return -1;
    if (tries++ == 0) {
        GilErr_SetString(GilExc_ValueError, "the first time always fails");
        return -1;
    }
    return 0;
}

GilABIInfo_VAR(halfway_abi);

static GilSlot halfway_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &halfway_abi),
    GilSlot_FUNC(Gil_mod_exec, halfway_exec),
    GilSlot_END
};

GilMODEXPORT_FUNC
GilModExport_halfway(void)
{
    return halfway_slots;
}
