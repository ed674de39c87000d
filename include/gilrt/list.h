/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Lists: rows of objects that grow, shrink and change.
 *
 * Anybody who holds the lock may change a list, and the smallest call may let another thread do so. Getters therefore
 * give references of the caller's own; CPython's borrowing GetItem has no counterpart here.
 */
#ifndef GILRT_LIST_H
#define GILRT_LIST_H

#include <gilrt/lock.h>
#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** The layout, for the inline functions below. */
typedef struct {
    GilObject_VAR_HEAD
    GilObject **ob_item;   /**< NULL while allocated is 0 */
    Gil_ssize_t allocated; /**< room at ob_item, in items; never below ob_size */
} GilListObject;

GIL_API extern GilTypeObject GilList_Type;
GIL_API extern GilTypeObject GilListIter_Type;
GIL_API extern GilTypeObject GilListRevIter_Type;

#define GilList_Check(op) GilType_FastSubclass(Gil_TYPE(op), Gil_TPFLAGS_LIST_SUBCLASS)
#define GilList_CheckExact(op) Gil_IS_TYPE((op), &GilList_Type)

/** A list of @p size items, all NULL: the caller fills them, with GilList_SetItem() or GilList_SET_ITEM(), before
 *  anybody else sees the list.
 *  @newref
 *  @lock_held
 *  @return NULL with SystemError for a negative size, MemoryError */
GIL_API GIL_NOPLT GilObject *GilList_New(Gil_ssize_t size);
/** Number of items; -1 with SystemError when @p list is no list.
 *  @lock_held */
GIL_API Gil_ssize_t GilList_Size(GilObject *list);
/** Item @p index, counted from 0 (CPython 3.13).
 *  @newref
 *  @lock_held
 *  @return NULL with IndexError outside, TypeError when @p list is no list */
GIL_API GilObject *GilList_GetItemRef(GilObject *list, Gil_ssize_t index);
/** Put @p item at @p index in place of what is there.
 *  @steals{item}  also on failure
 *  @lock_held
 *  @reenters the old item's finalizer
 *  @return 0, or -1: IndexError outside, SystemError when @p list is no list */
GIL_API int GilList_SetItem(GilObject *list, Gil_ssize_t index, GilObject *item);
/** Insert before @p index; negative counts from the end, and both ends are cut to the list's bounds.
 *  @lock_held */
GIL_API int GilList_Insert(GilObject *list, Gil_ssize_t index, GilObject *item);
/** @lock_held
 *  @return 0, or -1 with the error set and the list as before */
GIL_API GIL_NOPLT int GilList_Append(GilObject *list, GilObject *item);
/** Append everything that @p iterable yields (CPython 3.13).
 *  @lock_held
 *  @reenters the iterable
 *  @return 0, or -1 with the error set; what was yielded before the error stays appended */
GIL_API int GilList_Extend(GilObject *list, GilObject *iterable);
/** Remove all items (CPython 3.13).
 *  @lock_held
 *  @reenters finalizers of the items; they see an empty list */
GIL_API int GilList_Clear(GilObject *list);
/** Items from @p low up to, not including, @p high as a new list; both are cut to the list's bounds.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilList_GetSlice(GilObject *list, Gil_ssize_t low, Gil_ssize_t high);
/** Put the items of @p itemlist (any iterable; NULL: none) in place of those from @p low up to @p high.
 *  @lock_held
 *  @reenters the iterable, finalizers of what was replaced
 *  @return 0, or -1 with the error set and the list as before */
GIL_API int GilList_SetSlice(GilObject *list, Gil_ssize_t low, Gil_ssize_t high, GilObject *itemlist);
/** Sort in place by `<`, keeping the order of equal items. Who looks meanwhile sees an empty list.
 *  @lock_held
 *  @reenters comparisons
 *  @return 0, or -1: a comparison's error, ValueError when a comparison changed the list, MemoryError. All items are
 *          there afterwards in any case, in an unspecified order after an error */
GIL_API int GilList_Sort(GilObject *list);
/** Reverse in place.
 *  @lock_held */
GIL_API int GilList_Reverse(GilObject *list);
/** The items as a tuple.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilList_AsTuple(GilObject *list);

/* GilList_Append() where the thread is attached, the list is one and has room; whatever else is the case, the function says
 * so. */
static inline int
_GilList_APPEND(GilObject *list, GilObject *item)
{
    struct _GilThreadBlock *block = _Gil_thread;

    if (GIL_LIKELY(block != NULL && block->st == _Gil_ATTACHED && list != NULL && Gil_IS_TYPE(list, &GilList_Type) &&
                   item != NULL)) {
        GilListObject *op = (GilListObject *)(void *)list;
        Gil_ssize_t size = Gil_SIZE(op);
        if (GIL_LIKELY(size < op->allocated)) {
            op->ob_item[size] = Gil_NewRef(item);
            Gil_SET_SIZE(op, size + 1);
            return 0;
        }
    }
    return GilList_Append(list, item);
}
#define GilList_Append(list, item) _GilList_APPEND(_GilObject_CAST(list), _GilObject_CAST(item))

/** As GilList_Size() without looking whether @p op is a list. */
#define GilList_GET_SIZE(op) Gil_SIZE(op)

static inline void
_GilList_SET_ITEM(GilObject *op, Gil_ssize_t i, GilObject *value)
{
    ((GilListObject *)(void *)op)->ob_item[i] = value;
}
/** Put @p v (a reference that is given away) into an item of a new list that is still NULL; checks nothing. */
#define GilList_SET_ITEM(op, i, v) _GilList_SET_ITEM(_GilObject_CAST(op), (i), _GilObject_CAST(v))

GIL_END_DECLS

#endif
