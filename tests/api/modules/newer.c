/* SPDX-License-Identifier: MIT */
/* newer: was compiled for another minor version; none of its code but the hook may run. */
#include <gilrt.h>

#include <stdlib.h>

static int
newer_exec(GilObject *module)
{
    (void)module;
    abort();
}

static GilABIInfo newer_abi = {1, 0, GilABIInfo_GIL, GILRT_VERSION_HEX + 0x10000, GILRT_VERSION_HEX + 0x10000};

static GilSlot newer_slots[] = {
    /* What a later version means by this, nobody can know: the version is looked at first. */
    {.sl_id = 4711, .sl_uint64 = 1},
    GilSlot_FUNC(Gil_mod_exec, newer_exec),
    GilSlot_DATA(Gil_mod_abi, &newer_abi),
    GilSlot_END
};

GilMODEXPORT_FUNC
GilModExport_newer(void)
{
    return newer_slots;
}
