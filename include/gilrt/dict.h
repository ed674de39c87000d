/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Dicts: mappings from hashable keys to objects, in order of insertion.
 *
 * Looking a key up may run its hash and comparisons, and those may do anything, change this dict included. A call
 * survives that: it gives the right answer for the dict as it then is, or raises RuntimeError when the dict keeps
 * changing under it. Getters give references of the caller's own.
 *
 * Each call raises SystemError when its first argument is NULL or no dict, TypeError when a key cannot be hashed, and
 * passes on what a hash or a comparison raises; the dict is then as before.
 */
#ifndef GILRT_DICT_H
#define GILRT_DICT_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

GIL_API extern GilTypeObject GilDict_Type;
GIL_API extern GilTypeObject GilDictKeys_Type;
GIL_API extern GilTypeObject GilDictValues_Type;
GIL_API extern GilTypeObject GilDictItems_Type;
GIL_API extern GilTypeObject GilDictIterKey_Type;
GIL_API extern GilTypeObject GilDictIterValue_Type;
GIL_API extern GilTypeObject GilDictIterItem_Type;
GIL_API extern GilTypeObject GilDictRevIterKey_Type;
GIL_API extern GilTypeObject GilDictRevIterValue_Type;
GIL_API extern GilTypeObject GilDictRevIterItem_Type;

#define GilDict_Check(op) GilType_FastSubclass(Gil_TYPE(op), Gil_TPFLAGS_DICT_SUBCLASS)
#define GilDict_CheckExact(op) Gil_IS_TYPE((op), &GilDict_Type)
#define GilDictKeys_Check(op) Gil_IS_TYPE((op), &GilDictKeys_Type)
#define GilDictValues_Check(op) Gil_IS_TYPE((op), &GilDictValues_Type)
#define GilDictItems_Check(op) Gil_IS_TYPE((op), &GilDictItems_Type)
/** Whether @p op is a view that is a set: of keys or items. */
#define GilDictViewSet_Check(op) (GilDictKeys_Check(op) || GilDictItems_Check(op))

/** An empty dict.
 *  @newref
 *  @lock_held */
GIL_API GIL_NOPLT GilObject *GilDict_New(void);
/** Number of items; -1 with SystemError when @p mp is no dict.
 *  @lock_held */
GIL_API Gil_ssize_t GilDict_Size(GilObject *mp);
/** Number of items of what is known to be a dict. */
#define GilDict_GET_SIZE(op) GilDict_Size(_GilObject_CAST(op))
/** Look @p key up; *@p result gets a new reference or NULL (CPython 3.13).
 *  @lock_held
 *  @reenters hash and comparisons of keys
 *  @return 1 found, 0 not found (no error set), -1 with the error set */
GIL_API GIL_NOPLT int GilDict_GetItemRef(GilObject *mp, GilObject *key, GilObject **result);
/** As GilDict_GetItemRef() for a key in UTF-8.
 *  @lock_held
 *  @reenters comparisons of keys */
GIL_API int GilDict_GetItemStringRef(GilObject *mp, const char *key, GilObject **result);
/** 1, 0, or -1 with the error set.
 *  @lock_held
 *  @reenters hash and comparisons of keys */
GIL_API int GilDict_Contains(GilObject *mp, GilObject *key);
/** @lock_held
 *  @reenters comparisons of keys */
GIL_API int GilDict_ContainsString(GilObject *mp, const char *key);
/** Put @p item under @p key, in place of what is there. An equal key that is there already stays.
 *  @lock_held
 *  @reenters hash and comparisons of keys, the old item's finalizer
 *  @return 0, or -1 with the error set */
GIL_API GIL_NOPLT int GilDict_SetItem(GilObject *mp, GilObject *key, GilObject *item);
/** @lock_held
 *  @reenters comparisons of keys, the old item's finalizer */
GIL_API int GilDict_SetItemString(GilObject *mp, const char *key, GilObject *item);
/** Remove @p key; KeyError when it is not there.
 *  @lock_held
 *  @reenters hash and comparisons of keys, finalizers of key and item */
GIL_API int GilDict_DelItem(GilObject *mp, GilObject *key);
/** @lock_held
 *  @reenters comparisons of keys, finalizers of key and item */
GIL_API int GilDict_DelItemString(GilObject *mp, const char *key);
/** Remove @p key and hand its item over; *@p result may be NULL when nobody wants it (CPython 3.13). From an empty dict
 *  nothing is removed, whatever the key.
 *  @lock_held
 *  @reenters hash and comparisons of keys, the key's finalizer
 *  @return 1 removed, 0 not found (no error set; *@p result is NULL), -1 with the error set */
GIL_API int GilDict_Pop(GilObject *dict, GilObject *key, GilObject **result);
/** @lock_held
 *  @reenters comparisons of keys, the key's finalizer */
GIL_API int GilDict_PopString(GilObject *dict, const char *key, GilObject **result);
/** Give what is under @p key; where nothing is, put @p default_value there first. *@p result may be NULL
 *  (CPython 3.13).
 *  @lock_held
 *  @reenters hash and comparisons of keys
 *  @return 1 the key was there, 0 it was not, -1 with the error set */
GIL_API int GilDict_SetDefaultRef(GilObject *mp, GilObject *key, GilObject *default_value, GilObject **result);
/**
 * Walk through the items, in order of insertion: *@p pos begins at 0 and is the function's own.
 *
 * The references put into *@p key and *@p value (either may be NULL) are borrowed. They are dead after anything that
 * may change the dict, so take references before calling further. Items may be replaced meanwhile; when keys come or
 * go, the walk stays safe, but may skip or repeat.
 * @lock_held
 * @return 1, or 0 at the end; 0 without an error when @p mp is no dict
 */
GIL_API int GilDict_Next(GilObject *mp, Gil_ssize_t *pos, GilObject **key, GilObject **value);
/** A list of the keys.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilDict_Keys(GilObject *mp);
/** A list of the values.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilDict_Values(GilObject *mp);
/** A list of tuples (key, value).
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilDict_Items(GilObject *mp);
/** A new dict with the same items: those that GilDict_Update() would put into it.
 *  @newref
 *  @lock_held
 *  @reenters a subclass that is iterated over in a way of its own */
GIL_API GilObject *GilDict_Copy(GilObject *mp);
/** Put the items of @p other (a dict, or a mapping with keys()) into @p mp, in place of what is there. A dict of a
 *  subclass with an iterator of its own is asked as a mapping.
 *  @lock_held
 *  @reenters hash and comparisons of keys, finalizers, the mapping */
GIL_API int GilDict_Update(GilObject *mp, GilObject *other);
/** As GilDict_Update(); with @p override 0 items that are there stay.
 *  @lock_held
 *  @reenters hash and comparisons of keys, finalizers, the mapping */
GIL_API int GilDict_Merge(GilObject *mp, GilObject *other, int override);
/** As GilDict_Merge() from an iterable of pairs.
 *  @lock_held
 *  @reenters hash and comparisons of keys, finalizers, the iterable */
GIL_API int GilDict_MergeFromSeq2(GilObject *d, GilObject *seq2, int override);
/** Remove everything; does nothing when @p mp is no dict.
 *  @lock_held
 *  @reenters finalizers of keys and items; they see an empty dict */
GIL_API void GilDict_Clear(GilObject *mp);

GIL_END_DECLS

#endif
