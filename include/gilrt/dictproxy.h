/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Mapping proxies: a mapping as others may see it, but not change it.
 */
#ifndef GILRT_DICTPROXY_H
#define GILRT_DICTPROXY_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** The type, called mappingproxy. It passes every question on to the mapping, which it holds, as it is at that time. */
GIL_API extern GilTypeObject GilDictProxy_Type;
#define GilDictProxy_Check(op) Gil_IS_TYPE((op), &GilDictProxy_Type)

/** A proxy for @p mapping.
 *  @newref
 *  @lock_held
 *  @return NULL with TypeError for what is no mapping, and for lists and tuples */
GIL_API GilObject *GilDictProxy_New(GilObject *mapping);

GIL_END_DECLS

#endif
