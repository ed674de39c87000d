/* SPDX-License-Identifier: MIT */
/* guest: an extension module for the hosts of this folder; guest.answer() is 42. */
#include <gilrt.h>

static GilObject *
guest_answer(GilObject *module, GilObject *unused)
{
    (void)module;
    (void)unused;
    return GilLong_FromLong(42);
}

static GilMethodDef guest_methods[] = {
    {"answer", guest_answer, GIL_METH_NOARGS, "answer() -> int"},
    {NULL, NULL, 0, NULL}
};

GilABIInfo_VAR(guest_abi);

static GilSlot guest_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &guest_abi),
    GilSlot_DATA(Gil_mod_name, "guest"),
    GilSlot_DATA(Gil_mod_methods, guest_methods),
    GilSlot_END
};

GilMODEXPORT_FUNC
GilModExport_guest(void)
{
    return guest_slots;
}
