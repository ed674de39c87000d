/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The singletons: None, NotImplemented, Ellipsis; their objects are declared with GilObject itself.
 */
#ifndef GILRT_NONE_H
#define GILRT_NONE_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

GIL_API extern GilTypeObject _GilNone_Type;
GIL_API extern GilTypeObject _GilNotImplemented_Type;
GIL_API extern GilTypeObject GilEllipsis_Type;

GIL_API extern GilObject _Gil_EllipsisObject;
/** The singleton Ellipsis. */
#define Gil_Ellipsis (&_Gil_EllipsisObject)

GIL_END_DECLS

#endif
