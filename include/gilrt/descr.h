/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Descriptors made from definitions that stand in no type's table: to give a type, or a class made by a call, attributes
 * that behave like those of a table.
 *
 * What they make is set on a type by GilObject_SetAttrString() or stands in the dict of a call of `type`. A method so set
 * is bound to the object on which it is looked up; under a slot's name, as `__add__`, it fills the slot. Definitions and
 * their names are not copied: they must stay in place as long as the descriptor lives.
 */
#ifndef GILRT_DESCR_H
#define GILRT_DESCR_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** A method of instances of @p type.
 *  @newref
 *  @lock_held
 *  @return the descriptor, or NULL: SystemError for a definition without a name or function or with flags of a class or
 *          static method, TypeError when @p type is none, MemoryError */
GIL_API GilObject *GilDescr_NewMethod(GilTypeObject *type, GilMethodDef *meth);
/** A method whose first argument is @p type or one that derives from it; with GIL_METH_CLASS among its flags.
 *  @newref
 *  @lock_held
 *  @return as GilDescr_NewMethod() */
GIL_API GilObject *GilDescr_NewClassMethod(GilTypeObject *type, GilMethodDef *meth);
/** A member: the offset counts from the start of the instance. SystemError when it reaches outside of it.
 *  @newref
 *  @lock_held
 *  @return as GilDescr_NewMethod() */
GIL_API GilObject *GilDescr_NewMember(GilTypeObject *type, GilMemberDef *member);
/** A computed attribute.
 *  @newref
 *  @lock_held
 *  @return as GilDescr_NewMethod() */
GIL_API GilObject *GilDescr_NewGetSet(GilTypeObject *type, GilGetSetDef *getset);
/** Whether the descriptor wins over what the object's dict has under its name: 1 or 0. 0 with SystemError for NULL.
 *  @lock_held */
GIL_API int GilDescr_IsData(GilObject *descr);

GIL_END_DECLS

#endif
