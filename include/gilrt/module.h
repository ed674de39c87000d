/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Modules: what an extension gives to the host, described by slots (PEP 793, PEP 820).
 *
 * An extension is a shared object NAME.so with one function that the loader looks for:
 *
 *     GilABIInfo_VAR(abi);
 *     static GilSlot slots[] = {
 *         GilSlot_DATA(Gil_mod_abi, &abi),
 *         GilSlot_DATA(Gil_mod_name, "vector"),
 *         GilSlot_DATA(Gil_mod_methods, methods),
 *         GilSlot_FUNC(Gil_mod_exec, exec),
 *         GilSlot_END
 *     };
 *     GilMODEXPORT_FUNC GilModExport_vector(void) { return slots; }
 *
 * The array and what it points to must stay as they are while the process lives. All slots are looked at, and
 * refused if they must be, before any function in them is called. Each interpreter gets a module object with a state
 * of its own.
 *
 * Slots: Gil_mod_abi (required), Gil_mod_name, Gil_mod_doc, Gil_mod_methods, Gil_mod_exec
 * (`int exec(GilObject *module)`), Gil_mod_state_size, Gil_mod_state_traverse, Gil_mod_state_clear, Gil_mod_state_free, Gil_mod_token,
 * Gil_mod_gil, Gil_mod_multiple_interpreters. None may stand twice. Gil_mod_create is not supported: a module is
 * always a module object. Gil_slot_subslots stands in arrays of types only.
 *
 * A module without Gil_mod_multiple_interpreters is Gil_MOD_MULTIPLE_INTERPRETERS_SUPPORTED: its static data are under
 * the lock that interpreters share, and one with a lock of its own refuses it with ImportError.
 *
 * When a module ends, Gil_mod_state_free (`void free(void *module)`) gives back what its state holds; without one
 * Gil_mod_state_clear is called for that, be it for the second time. The module is held meanwhile: a reference that either keeps
 * makes it live on.
 *
 * Left out on purpose: GilModule_AddObject(), which steals its argument only when it works: GilModule_AddObjectRef()
 * never does, GilModule_Add() always. PyModuleDef and PyModule_Create() have slots as their successor.
 */
#ifndef GILRT_MODULE_H
#define GILRT_MODULE_H

#include <gilrt/type.h>
#include <gilrt/version.h>

GIL_BEGIN_DECLS

GIL_API extern GilTypeObject GilModule_Type;

#define GilModule_Check(op) GilObject_TypeCheck((op), &GilModule_Type)
#define GilModule_CheckExact(op) Gil_IS_TYPE((op), &GilModule_Type)

/** @name What an extension exports
 *  @{ */
/** In front of the export hook `GilModExport_NAME(void)`, which returns the module's slots, or NULL with an error
 *  set. */
#ifdef __cplusplus
#define GilMODEXPORT_FUNC extern "C" __attribute__((visibility("default"))) GilSlot *
#else
#define GilMODEXPORT_FUNC __attribute__((visibility("default"))) GilSlot *
#endif

/** What an extension was compiled for. */
typedef struct GilABIInfo {
    uint8_t abiinfo_major_version; /**< 1; 0: nothing is known, and nothing is checked */
    uint8_t abiinfo_minor_version;
    uint16_t flags;                /**< GilABIInfo_… */
    uint32_t build_version;        /**< GILRT_VERSION_HEX of the headers */
    uint32_t abi_version;          /**< GILRT_VERSION_HEX of the interface asked for; 0: as build_version */
} GilABIInfo;

#define GilABIInfo_STABLE 0x0001
#define GilABIInfo_GIL 0x0002          /**< relies on the interpreter's lock */
#define GilABIInfo_FREETHREADED 0x0004 /**< compiled for a runtime without one: refused, unless with GilABIInfo_GIL */
#define GilABIInfo_INTERNAL 0x0008     /**< uses internals: refused by any other version */
#define GilABIInfo_FREETHREADING_AGNOSTIC (GilABIInfo_GIL | GilABIInfo_FREETHREADED)
#define GilABIInfo_DEFAULT_FLAGS GilABIInfo_GIL

/** Define a static GilABIInfo of that name, for the slot Gil_mod_abi. */
#define GilABIInfo_VAR(NAME) \
    static GilABIInfo NAME = {1, 0, GilABIInfo_DEFAULT_FLAGS, GILRT_VERSION_HEX, GILRT_VERSION_HEX}

/**
 * Compare @p info with the library. Until version 1.0 an extension fits the minor version that it was compiled with.
 * @param module_name  for the message; may be NULL
 * @return 0; -1 with ImportError when it does not fit, SystemError when @p info is NULL
 * @lock_held
 */
GIL_API int GilABIInfo_Check(GilABIInfo *info, const char *module_name);
/** @} */

/** @name Making modules
 *  The loader does this for extensions; the functions are for modules that a host makes itself.
 *  @{ */
/** An empty module of that name, with `__name__` set and `__doc__` None.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilModule_NewObject(GilObject *name);
/** As GilModule_NewObject() with a name in UTF-8.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilModule_New(const char *name);
/**
 * A module as @p slots describe it, with its state zeroed, its functions and its documentation; Gil_mod_exec is not
 * run yet.
 * @param spec  any object with an attribute `name` (str) and perhaps `origin` (str), which becomes `__file__`
 * @return the module, or NULL: SystemError for slots that are malformed (the message names the slot), ImportError for
 *         those that this runtime cannot serve, MemoryError, or what reading the attributes raised
 * @newref
 * @lock_held
 * @reenters  getters of @p spec
 */
GIL_API GilObject *GilModule_FromSlotsAndSpec(const GilSlot *slots, GilObject *spec);
/** Run the Gil_mod_exec of a module from GilModule_FromSlotsAndSpec(), unless it has run before and has not failed; other
 *  modules have none, and nothing is done.
 *  @return 0, or -1 with the error set
 *  @lock_held
 *  @reenters  the module's own code */
GIL_API int GilModule_Exec(GilObject *module);
/** @} */

/** @name Filling modules
 *  Each raises SystemError when @p module is NULL, TypeError when it is no module; returns 0, or -1 with the error set.
 *  @{ */
/** Set an attribute. @p value NULL is SystemError, unless an error is set, which is then left.
 *  @lock_held
 *  @reenters  the finalizer of what was there */
GIL_API int GilModule_AddObjectRef(GilObject *module, const char *name, GilObject *value);
/** As GilModule_AddObjectRef(), taking the reference in each case (CPython 3.13).
 *  @steals{value}
 *  @lock_held
 *  @reenters  the finalizer of what was there */
GIL_API int GilModule_Add(GilObject *module, const char *name, GilObject *value);
/** @lock_held
 *  @reenters  the finalizer of what was there */
GIL_API int GilModule_AddIntConstant(GilObject *module, const char *name, long value);
/** @p value is UTF-8.
 *  @lock_held
 *  @reenters  the finalizer of what was there */
GIL_API int GilModule_AddStringConstant(GilObject *module, const char *name, const char *value);
#define GilModule_AddIntMacro(module, macro) GilModule_AddIntConstant((module), #macro, (macro))
#define GilModule_AddStringMacro(module, macro) GilModule_AddStringConstant((module), #macro, (macro))
/** Set an attribute named as the last part of the type's name.
 *  @lock_held
 *  @reenters  the finalizer of what was there */
GIL_API int GilModule_AddType(GilObject *module, GilTypeObject *type);
/** Add a function for each entry of a table, which ends with {NULL} and must stay in place; their self is the module.
 *  @lock_held
 *  @reenters  finalizers of what was there */
GIL_API int GilModule_AddFunctions(GilObject *module, GilMethodDef *functions);
/** Set `__doc__`.
 *  @lock_held
 *  @reenters  the finalizer of what was there */
GIL_API int GilModule_SetDocString(GilObject *module, const char *docstring);
/** @} */

/** @name Asking modules
 *  Each raises SystemError when @p module is NULL, TypeError when it is no module.
 *  @{ */
/** The dict of the module's attributes: one and the same as long as the module lives. SystemError also when
 *  @p module is no module.
 *  @borrowed  lives as long as the module
 *  @lock_held */
GIL_API GilObject *GilModule_GetDict(GilObject *module);
/** `__name__`, which must be a str: SystemError otherwise.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilModule_GetNameObject(GilObject *module);
/** As GilModule_GetNameObject() in UTF-8; the text lives until the module is renamed or goes.
 *  @lock_held */
GIL_API const char *GilModule_GetName(GilObject *module);
/** `__file__`, which must be a str: SystemError otherwise, as for modules that came from no file.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilModule_GetFilenameObject(GilObject *module);
/** The state of Gil_mod_state_size bytes, zeroed at first; NULL without an error when there is none.
 *  @lock_held */
GIL_API void *GilModule_GetState(GilObject *module);
/** Size of the state, into *@p result; 0 when there is none.
 *  @lock_held */
GIL_API int GilModule_GetStateSize(GilObject *module, Gil_ssize_t *result);
/** The token from slot Gil_mod_token, into *@p result; of an imported module without one, its slot array;
 *  NULL when there is neither (see GilType_GetModuleByToken()).
 *  @lock_held */
GIL_API int GilModule_GetToken(GilObject *module, void **result);
/** @} */

GIL_END_DECLS

#endif
