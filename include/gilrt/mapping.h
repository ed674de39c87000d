/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Subscripts: o[key] for mappings and sequences alike, and what mappings offer besides.
 *
 * Every function raises TypeError where the object does not support the operation, SystemError where an argument is
 * NULL.
 */
#ifndef GILRT_MAPPING_H
#define GILRT_MAPPING_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** @name Any object
 *  @{ */
/** o[key].
 *  @newref
 *  @lock_held
 *  @reenters the type's subscript */
GIL_API GIL_NOPLT GilObject *GilObject_GetItem(GilObject *o, GilObject *key);
/** o[key] = value.
 *  @lock_held
 *  @reenters the type's subscript
 *  @return 0, or -1 with the error set */
GIL_API GIL_NOPLT int GilObject_SetItem(GilObject *o, GilObject *key, GilObject *value);
/** del o[key].
 *  @lock_held
 *  @reenters the type's subscript
 *  @return 0, or -1 with the error set */
GIL_API int GilObject_DelItem(GilObject *o, GilObject *key);
/** del o[key] with a UTF-8 key.
 *  @lock_held
 *  @reenters the type's subscript
 *  @return 0, or -1 with the error set */
GIL_API int GilObject_DelItemString(GilObject *o, const char *key);
/** len(o), or -1 with the error set.
 *  @lock_held
 *  @reenters the type's length */
GIL_API Gil_ssize_t GilObject_Size(GilObject *o);
/** The same as GilObject_Size().
 *  @lock_held
 *  @reenters the type's length */
GIL_API Gil_ssize_t GilObject_Length(GilObject *o);
/** len(o), or what its __length_hint__ says, or @p defaultvalue; -1 with the error set.
 *  @lock_held
 *  @reenters the type's length */
GIL_API Gil_ssize_t GilObject_LengthHint(GilObject *o, Gil_ssize_t defaultvalue);
/** @} */

/** @name Mappings
 *  @{ */
/** 1 when @p o can be subscripted through the mapping protocol, else 0; cannot fail.
 *  @lock_held */
GIL_API int GilMapping_Check(GilObject *o);
/** Number of keys, or -1 with the error set.
 *  @lock_held
 *  @reenters the type's length */
GIL_API Gil_ssize_t GilMapping_Size(GilObject *o);
/** The same as GilMapping_Size().
 *  @lock_held
 *  @reenters the type's length */
GIL_API Gil_ssize_t GilMapping_Length(GilObject *o);
/** o[key] with a UTF-8 key.
 *  @newref
 *  @lock_held
 *  @reenters the type's subscript */
GIL_API GilObject *GilMapping_GetItemString(GilObject *o, const char *key);
/** o[key] without raising KeyError: *@p result gets a new reference or NULL (CPython 3.13).
 *  @lock_held
 *  @reenters the type's subscript
 *  @return 1 found, 0 not found (no error set), -1 another error */
GIL_API int GilMapping_GetOptionalItem(GilObject *o, GilObject *key, GilObject **result);
/** As GilMapping_GetOptionalItem() with a UTF-8 key.
 *  @lock_held
 *  @reenters the type's subscript
 *  @return 1, 0 or -1 */
GIL_API int GilMapping_GetOptionalItemString(GilObject *o, const char *key, GilObject **result);
/** o[key] = value with a UTF-8 key.
 *  @lock_held
 *  @reenters the type's subscript
 *  @return 0, or -1 with the error set */
GIL_API int GilMapping_SetItemString(GilObject *o, const char *key, GilObject *value);
/** del o[key].
 *  @lock_held
 *  @reenters the type's subscript
 *  @return 0, or -1 with the error set */
GIL_API int GilMapping_DelItem(GilObject *o, GilObject *key);
/** del o[key] with a UTF-8 key.
 *  @lock_held
 *  @reenters the type's subscript
 *  @return 0, or -1 with the error set */
GIL_API int GilMapping_DelItemString(GilObject *o, const char *key);
/** 1 when o[key] exists, 0 when it raises KeyError, -1 with another error (CPython 3.13).
 *  @lock_held
 *  @reenters the type's subscript */
GIL_API int GilMapping_HasKeyWithError(GilObject *o, GilObject *key);
/** As GilMapping_HasKeyWithError() with a UTF-8 key.
 *  @lock_held
 *  @reenters the type's subscript */
GIL_API int GilMapping_HasKeyStringWithError(GilObject *o, const char *key);
/** Keys as a list: what the method keys() gives, item by item.
 *  @newref
 *  @lock_held
 *  @reenters the type's method and its iterator */
GIL_API GilObject *GilMapping_Keys(GilObject *o);
/** Values as a list.
 *  @newref
 *  @lock_held
 *  @reenters the type's method and its iterator */
GIL_API GilObject *GilMapping_Values(GilObject *o);
/** Pairs (key, value) as a list.
 *  @newref
 *  @lock_held
 *  @reenters the type's method and its iterator */
GIL_API GilObject *GilMapping_Items(GilObject *o);
/** @} */

GIL_END_DECLS

#endif
