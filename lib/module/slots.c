/* SPDX-License-Identifier: MIT */
/*
 * Reading the slots of a module, before any of its functions runs.
 *
 * The array is the extension's word on what it is. It is read twice: first for Gil_mod_abi alone, because what an
 * array of another version means by the other slots is not known; then for the rest. Reading calls nothing and
 * changes nothing, so a module that is refused leaves no trace.
 */
#include "module/importerror.h"
#include "module/module.h"

#include "gilrt/error.h"
#include "object/error.h"
#include "state/interp.h"

#include <inttypes.h>

/* Slots of modules, as bits of a set of those seen. */
#define FIRST_SLOT Gil_mod_create
#define LAST_SLOT Gil_mod_abi

static const char *const slot_names[] = {
    "Gil_mod_create",     "Gil_mod_exec",           "Gil_mod_multiple_interpreters", "Gil_mod_gil",
    "Gil_mod_name",       "Gil_mod_doc",            "Gil_mod_state_size",            "Gil_mod_methods",
    "Gil_mod_state_traverse", "Gil_mod_state_clear", "Gil_mod_state_free",           "Gil_mod_token",
    "Gil_mod_abi",
};
_Static_assert(sizeof(slot_names) / sizeof(slot_names[0]) == LAST_SLOT - FIRST_SLOT + 1, "one name a slot");

/* A version of the interface: major and minor. */
static uint32_t
series(uint32_t version)
{
    return version >> 16;
}

int
GilABIInfo_Check(GilABIInfo *info, const char *module_name)
{
    gil_tstate_need(__func__);
    if (info == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    const char *name = module_name != NULL ? module_name : "module";
    if (info->abiinfo_major_version == 0)
        return 0;
    if (info->abiinfo_major_version > 1) {
        gil_import_error(module_name, NULL, "%s: describes its ABI in a form of a newer libgilrt than %s", name,
                         GILRT_VERSION);
        return -1;
    }
    if ((info->flags & GilABIInfo_FREETHREADED) != 0 && (info->flags & GilABIInfo_GIL) == 0) {
        gil_import_error(module_name, NULL, "%s: was compiled for a runtime without an interpreter lock", name);
        return -1;
    }
    uint32_t wanted = info->abi_version != 0 ? info->abi_version : info->build_version;
    int internal = (info->flags & GilABIInfo_INTERNAL) != 0;
    if (series(wanted) != series(GILRT_VERSION_HEX) || (internal && info->build_version != GILRT_VERSION_HEX)) {
        gil_import_error(module_name, NULL, "%s: was compiled for libgilrt %d.%d, this is %s; compile it again", name,
                         (int)(wanted >> 24), (int)(wanted >> 16 & 0xff), GILRT_VERSION);
        return -1;
    }
    return 0;
}

static int
check_abi(const GilSlot *slots, const char *name)
{
    for (const GilSlot *slot = slots; slot->sl_id != Gil_slot_end; slot++)
        if (slot->sl_id == Gil_mod_abi && slot->sl_ptr != NULL)
            return GilABIInfo_Check(slot->sl_ptr, name);
    GilErr_Format(GilExc_SystemError, "module %s: slot Gil_mod_abi is missing", name);
    return -1;
}

/* Whether a module that says so may be loaded into this interpreter. One that says nothing was written for one lock. */
static int
check_interpreter(GilThreadState *ts, uintptr_t support, const char *name)
{
    if (support > (uintptr_t)Gil_MOD_PER_INTERPRETER_GIL_SUPPORTED) {
        GilErr_Format(GilExc_SystemError, "module %s: bad value of slot Gil_mod_multiple_interpreters", name);
        return -1;
    }
    if (ts->interp->id == 0 || ts->interp->unchecked_modules || support == (uintptr_t)Gil_MOD_PER_INTERPRETER_GIL_SUPPORTED)
        return 0;
    if (ts->interp->shares_lock && support == (uintptr_t)Gil_MOD_MULTIPLE_INTERPRETERS_SUPPORTED)
        return 0;
    gil_import_error(name, NULL, "%s: does not support %s", name,
                     ts->interp->shares_lock ? "several interpreters" : "an interpreter with a lock of its own");
    return -1;
}

static int
read_slot(GilThreadState *ts, const GilSlot *slot, const char *name, struct gil_module_slots *read)
{
    switch (slot->sl_id) {
    case Gil_mod_exec:
        read->exec = (int (*)(GilObject *))slot->sl_func;
        return 0;
    case Gil_mod_multiple_interpreters:
        return check_interpreter(ts, (uintptr_t)slot->sl_ptr, name);
    case Gil_mod_gil:
        if ((uintptr_t)slot->sl_ptr <= (uintptr_t)Gil_MOD_GIL_NOT_USED)
            return 0;
        GilErr_Format(GilExc_SystemError, "module %s: bad value of slot Gil_mod_gil", name);
        return -1;
    case Gil_mod_name:
        read->name = slot->sl_ptr;
        return 0;
    case Gil_mod_doc:
        read->doc = slot->sl_ptr;
        return 0;
    case Gil_mod_state_size:
        read->state_size = slot->sl_size;
        if (slot->sl_size >= 0)
            return 0;
        GilErr_Format(GilExc_SystemError, "module %s: slot Gil_mod_state_size is negative", name);
        return -1;
    case Gil_mod_methods:
        read->methods = slot->sl_ptr;
        return 0;
    case Gil_mod_state_traverse:
        read->traverse = (traverseproc)slot->sl_func;
        return 0;
    case Gil_mod_state_clear:
        read->clear = (inquiry)slot->sl_func;
        return 0;
    case Gil_mod_state_free:
        read->free = (freefunc)slot->sl_func;
        return 0;
    case Gil_mod_token:
        read->token = slot->sl_ptr;
        return 0;
    case Gil_mod_create:
        GilErr_Format(GilExc_SystemError, "module %s: slot Gil_mod_create is not supported", name);
        return -1;
    default: /* Gil_mod_abi: was checked before all others */
        return 0;
    }
}

/* Slots whose value may be 0: small integers. */
static int
may_be_zero(unsigned id)
{
    return id == Gil_mod_multiple_interpreters || id == Gil_mod_gil || id == Gil_mod_state_size;
}

int
gil_module_slots_read(GilThreadState *ts, const GilSlot *slots, const char *name, struct gil_module_slots *read)
{
    uint32_t seen = 0;

    *read = (struct gil_module_slots){0};
    if (check_abi(slots, name) < 0)
        return -1;
    for (const GilSlot *slot = slots; slot->sl_id != Gil_slot_end; slot++) {
        unsigned id = slot->sl_id;
        if (id < FIRST_SLOT || id > LAST_SLOT) {
            if ((slot->sl_flags & GilSlot_OPTIONAL) != 0)
                continue;
            GilErr_Format(GilExc_SystemError, "module %s: %u is no slot of a module", name, id);
            return -1;
        }
        const char *slot_name = slot_names[id - FIRST_SLOT];
        if ((seen & 1u << (id - FIRST_SLOT)) != 0) {
            GilErr_Format(GilExc_SystemError, "module %s: slot %s stands twice", name, slot_name);
            return -1;
        }
        seen |= 1u << (id - FIRST_SLOT);
        if (slot->sl_ptr == NULL && !may_be_zero(id)) {
            GilErr_Format(GilExc_SystemError, "module %s: slot %s is NULL", name, slot_name);
            return -1;
        }
        if (read_slot(ts, slot, name, read) < 0)
            return -1;
    }
    if ((seen & 1u << (Gil_mod_multiple_interpreters - FIRST_SLOT)) != 0)
        return 0;
    return check_interpreter(ts, (uintptr_t)Gil_MOD_MULTIPLE_INTERPRETERS_SUPPORTED, name);
}
