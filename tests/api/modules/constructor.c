/* SPDX-License-Identifier: MIT */
/* constructor: its constructor calls the library while the system's loader holds its lock. */
#include <gilrt.h>

extern void gil_test_in_constructor(void) __attribute__((weak));

/* The test exports the function: what it does is told there. */
__attribute__((constructor)) static void
constructor_runs(void)
{
    if (gil_test_in_constructor != NULL)
        gil_test_in_constructor();
}

GilABIInfo_VAR(constructor_abi);

static GilSlot constructor_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &constructor_abi),
    GilSlot_END
};

GilMODEXPORT_FUNC
GilModExport_constructor(void)
{
    return constructor_slots;
}
