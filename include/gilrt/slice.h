/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Slices: start, stop and step, as o[start:stop:step] hands them to a subscript.
 */
#ifndef GILRT_SLICE_H
#define GILRT_SLICE_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

GIL_API extern GilTypeObject GilSlice_Type;
#define GilSlice_Check(op) Gil_IS_TYPE((op), &GilSlice_Type)

/** A slice; NULL stands for None in each place.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilSlice_New(GilObject *start, GilObject *stop, GilObject *step);
/** The three numbers as given, missing ones replaced by the ends of the range of Gil_ssize_t, too large ones clipped.
 *  To be followed by GilSlice_AdjustIndices() with a length read after this call, which may run anything.
 *  @lock_held
 *  @reenters the indices' __index__
 *  @return 0, or -1 with TypeError (no index) or ValueError (step 0) */
GIL_API int GilSlice_Unpack(GilObject *slice, Gil_ssize_t *start, Gil_ssize_t *stop, Gil_ssize_t *step);
/** Fit unpacked indices to a sequence of @p length items.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe
 *  @return how many items the slice holds */
GIL_API Gil_ssize_t GilSlice_AdjustIndices(Gil_ssize_t length, Gil_ssize_t *start, Gil_ssize_t *stop, Gil_ssize_t step);
/** Both at once, for lengths that no __index__ can change.
 *  @lock_held
 *  @reenters the indices' __index__
 *  @return 0, or -1 with the error set */
GIL_API int GilSlice_GetIndicesEx(GilObject *slice, Gil_ssize_t length, Gil_ssize_t *start, Gil_ssize_t *stop,
                                  Gil_ssize_t *step, Gil_ssize_t *slicelength);

GIL_END_DECLS

#endif
