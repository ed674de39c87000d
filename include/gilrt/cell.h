/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Cells: objects that hold one other object, or nothing, and let it be exchanged. Who shares a variable shares its cell.
 */
#ifndef GILRT_CELL_H
#define GILRT_CELL_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

GIL_API extern GilTypeObject GilCell_Type;
#define GilCell_Check(op) Gil_IS_TYPE((op), &GilCell_Type)

/** A cell that holds @p ob; an empty one where that is NULL.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilCell_New(GilObject *ob);
/** What the cell holds; NULL without an error where it is empty.
 *  @newref
 *  @lock_held
 *  @return NULL with TypeError when @p cell is no cell */
GIL_API GilObject *GilCell_Get(GilObject *cell);
/** Let the cell hold @p value (NULL: nothing) in place of what it holds.
 *  @lock_held
 *  @reenters the old content's finalizer
 *  @return 0, or -1 with TypeError when @p cell is no cell */
GIL_API int GilCell_Set(GilObject *cell, GilObject *value);

GIL_END_DECLS

#endif
