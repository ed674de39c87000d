/* SPDX-License-Identifier: MIT */
/* What the object and protocol layers need from the kinds of values above them: the one table of calls upwards. */
#ifndef GIL_OBJECT_OPS_H
#define GIL_OBJECT_OPS_H

#include "gilrt/typeobject.h"
#include "object/names.h"

/* Of an exception. */
enum gil_exception_part {
    GIL_EXCEPTION_CONTEXT, /* the exception that was handled when it was raised; not where that would close a circle */
    GIL_EXCEPTION_SUBJECT, /* (name, obj) of a failed lookup; for an AttributeError that has neither */
};

/*
 * At most 20 functions, filled by lib/value/start.c before the first interpreter runs and never changed after. Each has
 * its reason: the layer below must hand a value to, or read one from, code that only knows objects.
 */
struct gil_object_ops {
    /* reprs, type names, messages: text as an object; bytes must be UTF-8, in which surrogates may stand as code points
       of three bytes. New reference or NULL, error set. */
    GilObject *(*str_from_utf8)(const char *text, size_t len);
    /* the UTF-8 form of a str, cached in it. NULL with TypeError when op is no str, UnicodeError for surrogates. */
    const char *(*str_utf8)(GilObject *op, size_t *len);
    /* attribute names: the same with its hash, which a str keeps as well; surrogates stand in it as above. 0, or -1 with
       MemoryError. op is a str. */
    int (*str_name)(GilObject *op, struct gil_name *name);
    /* vectorcall to tp_call, tp_call to a FASTCALL method, IsInstance: tuples made from arrays and read. */
    GilObject *(*tuple_from_array)(GilObject *const *items, Gil_ssize_t n);
    Gil_ssize_t (*tuple_items)(GilObject *tuple, GilObject ***items); /* exact count; the tuple keeps ownership */
    /* keyword calls: kwnames tuple and values to a dict, and a dict walked (borrowed, *pos begins at 0). */
    GilObject *(*dict_from_kwnames)(GilObject *const *values, GilObject *kwnames);
    int (*dict_next)(GilObject *dict, Gil_ssize_t *pos, GilObject **key, GilObject **value);
    Gil_ssize_t (*dict_size)(GilObject *dict);
    /* dir(): a list of names. */
    GilObject *(*list_of_names)(GilObject *const *names, Gil_ssize_t n);
    /* indices, lengths and members: int from C and back. */
    GilObject *(*int_from_int64)(int64_t value);
    GilObject *(*int_from_uint64)(uint64_t value);
    int (*int_as_int64)(GilObject *op, int64_t *value); /* 0, or -1 with TypeError/OverflowError; accepts __index__ */
    int (*int_as_uint64)(GilObject *op, uint64_t *value); /* the same; ValueError for a negative number */
    /* members of type double and float. */
    GilObject *(*float_from_double)(double value);
    double (*float_as_double)(GilObject *op); /* -1.0 with the error set */
    /* attribute access found a method: an object that binds it to self. cls is the defining class (METH_METHOD). */
    GilObject *(*bind_method)(GilMethodDef *def, GilObject *self, GilTypeObject *cls);
    /* the error indicator becomes an object: a new instance of the class. arg NULL: without arguments; a tuple: its items
       are the arguments; else: the one argument. May run the class's constructor. NULL with another error set. */
    GilObject *(*make_exception)(GilTypeObject *type, GilObject *arg);
    /* out of memory: the preallocated instance, new reference; cannot fail. Gives back what its last holder left on it: may
       run anything. */
    GilObject *(*memory_error)(void);
    /* raising while handling, and a failed lookup: what an exception is told beside its arguments. */
    void (*set_part)(GilObject *exc, enum gil_exception_part part, GilObject *value);
    /* printing errors: the traceback and the notes of an exception as str, new references; NULL: there are none, or no
       memory, and no error is set. */
    void (*exception_parts)(GilObject *exc, GilObject **traceback, GilObject **notes);
};

extern struct gil_object_ops gil_ops;

#endif
