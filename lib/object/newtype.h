/* SPDX-License-Identifier: MIT */
/* Building a heap type from a plan that says all there is to know. */
#ifndef GIL_OBJECT_NEWTYPE_H
#define GIL_OBJECT_NEWTYPE_H

#include "object/type.h"

/* Flags that follow from the bases or that the library keeps for itself. */
#define GIL_TPFLAGS_NOT_ASKED                                                                                    \
    (Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_READY | Gil_TPFLAGS_READYING | Gil_TPFLAGS_LONG_SUBCLASS |         \
     Gil_TPFLAGS_LIST_SUBCLASS | Gil_TPFLAGS_TUPLE_SUBCLASS | Gil_TPFLAGS_BYTES_SUBCLASS |                       \
     Gil_TPFLAGS_UNICODE_SUBCLASS | Gil_TPFLAGS_DICT_SUBCLASS | Gil_TPFLAGS_BASE_EXC_SUBCLASS |                  \
     Gil_TPFLAGS_TYPE_SUBCLASS | GIL_TPFLAGS_PLAIN | GIL_TPFLAGS_BARE | GIL_TPFLAGS_FUNCTION |                   \
     ~(unsigned long)UINT32_MAX)

/* Bytes of an instance without items that are surely too many, and room is left for what is added. */
#define GIL_BASICSIZE_MAX (GIL_SSIZE_T_MAX / 4)

/* Each part is checked already but for what depends on the base; see typespec.c. */
struct gil_type_plan {
    const char *name;
    const char *doc;             /* or NULL */
    const void *token;           /* or NULL */
    Gil_ssize_t basicsize;       /* 0 inherits, negative adds so much to the base's */
    Gil_ssize_t itemsize;        /* 0 inherits */
    unsigned long flags;
    const GilType_Slot *slots;   /* those that are copied as they stand; or NULL */
    GilMemberDef *members;       /* or NULL */
    GilMethodDef *methods;       /* or NULL */
    GilGetSetDef *getset;        /* or NULL */
    GilObject *module;           /* or NULL */
    GilObject *bases;            /* a type, a tuple of types, or NULL for object */
    GilTypeObject *metatype;     /* derived from type; NULL: what follows from the bases */
    GilObject *dict;             /* attributes, or NULL */
    int called;                  /* by a call of metatype: instances have a dict, weak references and GC */
    GilTypeObject *asks;         /* result of a failure without an error: this metatype, with a tp_new, is to be called */
};

/*
 * New reference, or NULL: TypeError for bases that cannot be, SystemError for parts that do not fit, MemoryError; or no
 * error, see asks.
 */
GilTypeObject *gil_type_build(GilThreadState *ts, struct gil_type_plan *plan);
/* Whether a slot has a field of the plan and is not copied. */
int gil_slot_is_planned(int id);
/* A table of methods: each has a function, and flags that can be called. 0, or -1 with SystemError naming the type. */
int gil_check_methods(const char *name, const GilMethodDef *methods);
/* A member with an absolute offset, of a type whose instances without items have so many bytes. 0, or -1 with error. */
int gil_check_member(const char *name, const GilMemberDef *m, Gil_ssize_t basicsize);
/*
 * The same of one that says where an instance has its dict, weak references or vectorcallfunc: its name has "dict" or
 * "weak" in it, flags are the type's.
 */
int gil_check_offset(const char *name, unsigned long flags, const GilMemberDef *m, Gil_ssize_t basicsize);
/* What is wrong with type as to GC, before it inherits from base or after; NULL: nothing. */
const char *gil_gc_fault(const GilTypeObject *type, const GilTypeObject *base);

#endif
