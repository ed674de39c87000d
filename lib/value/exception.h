/* SPDX-License-Identifier: MIT */
/* Exceptions from inside: layout, and what the files of the topic share. */
#ifndef GIL_VALUE_EXCEPTION_H
#define GIL_VALUE_EXCEPTION_H

#include "gilrt/exception.h"
#include "gilrt/typeobject.h"
#include "object/alloc.h"
#include "object/ops.h"

/* What every exception has. */
struct gil_exception {
    GilObject_HEAD
    GilObject *args;       /* [gil] a tuple; strong */
    GilObject *dict;       /* [gil] instance attributes, made when the first is set; strong or NULL */
    GilObject *context;    /* [gil] an exception; strong or NULL */
    GilObject *cause;      /* [gil] an exception; strong or NULL */
    GilObject *traceback;  /* [gil] the outermost entry; strong or NULL. In no cycle: see value/traceback.c */
    char suppress_context; /* [gil] the context is not shown: a cause was given */
};

/*
 * What an exception has whose class carries more than arguments: one layout for all of them, so that one set of slots
 * takes them apart. What a field means is the class's; see the member tables.
 */
#define GIL_EXCEPTION_FIELDS 4
struct gil_exception_wide {
    struct gil_exception base;
    GilObject *field[GIL_EXCEPTION_FIELDS]; /* [gil] strong or NULL */
    Gil_ssize_t start, end;                 /* [gil] positions, for UnicodeError */
};

static inline struct gil_exception *
gil_exception(GilObject *op)
{
    return (struct gil_exception *)(void *)op;
}

static inline struct gil_exception_wide *
gil_exception_wide(GilObject *op)
{
    return (struct gil_exception_wide *)(void *)op;
}

/* The slots of BaseException; those of the classes with more call them. */
GilObject *gil_exception_new(GilTypeObject *type, GilObject *args, GilObject *kwargs);
int gil_exception_init(GilObject *op, GilObject *args, GilObject *kwargs);
GilObject *gil_exception_str(GilObject *op);
int gil_exception_traverse(GilObject *op, visitproc visit, void *arg);
int gil_exception_clear(GilObject *op);
void gil_exception_dealloc(GilObject *op);
extern GilTypeObject gil_exception_base_type;

/* The GilMemberDef of a field. */
#define GIL_EXCEPTION_FIELD(name, number, doc) \
    {(name), _Gil_T_OBJECT, offsetof(struct gil_exception_wide, field) + (number) * sizeof(GilObject *), 0, (doc)}

/* The slots of one class that carries more; those left NULL are inherited. */
struct gil_exception_class {
    newfunc tp_new;
    initproc tp_init;
    reprfunc tp_str;
    GilMemberDef *members;
    GilGetSetDef *getset;
};
extern const struct gil_exception_class gil_exception_key, gil_exception_stop, gil_exception_exit, gil_exception_import,
    gil_exception_attribute, gil_exception_name, gil_exception_os, gil_exception_decode, gil_exception_encode;

/* The slots of the wide layout. */
int gil_exception_wide_traverse(GilObject *op, visitproc visit, void *arg);
int gil_exception_wide_clear(GilObject *op);
void gil_exception_wide_dealloc(GilObject *op);
/* Put a new reference to value (may be NULL) into a field. May run anything. */
void gil_exception_set_field(GilObject *op, int field, GilObject *value);
/* The subclass of OSError for an error number; OSError itself for most. */
GilTypeObject *gil_exception_for_errno(int number);

/* gil_ops.make_exception, memory_error, set_part. */
GilObject *gil_exception_ops_make(GilTypeObject *type, GilObject *arg);
GilObject *gil_exception_ops_memory_error(void);
void gil_exception_ops_set_part(GilObject *exc, enum gil_exception_part part, GilObject *value);
/* Its part for an AttributeError: about is (name, obj). Nothing happens to another error, or to one that knows already. */
void gil_exception_set_subject(GilObject *exc, GilObject *about);

/* Readies all classes; needs object to be ready, nothing else. 0, or -1: no memory. */
int gil_exception_start(void);
/* Makes the interpreter's MemoryError, and gives it back. */
int gil_exception_interp_start(GilThreadState *ts);
void gil_exception_interp_stop(GilThreadState *ts);

#endif
