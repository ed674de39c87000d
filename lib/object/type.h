/* SPDX-License-Identifier: MIT */
/* Types from inside: readying built-in ones, the layout of made ones, looking attributes up. */
#ifndef GIL_OBJECT_TYPE_H
#define GIL_OBJECT_TYPE_H

#include "gilrt/typeobject.h"
#include "object/names.h"

#include <string.h>

/*
 * Complete a static type: base, method resolution order, inherited slots, name table. Once a process, in the start
 * function of the type's layer, bases first; nothing of it is undone. 0, or -1 when memory is lacking. A malformed
 * type is a broken invariant and stops the process.
 */
int gil_type_ready(GilTypeObject *type);

/* A type made at run time: belongs to one interpreter, dies with its last reference. Every instance holds one. */
typedef struct gil_heap_type GilHeapTypeObject;
struct gil_heap_type {
    GilTypeObject type; /* first, its layout is ABI */
    GilNumberMethods as_number;
    GilSequenceMethods as_sequence;
    GilMappingMethods as_mapping;
    GilBufferProcs as_buffer;
    GilInterpreterState *interp; /* [const] the only one that may use the type */
    GilObject *module;           /* [gil] strong or NULL; see GilType_FromModuleAndSpec() */
    GilObject *qualname;         /* [gil] strong: __qualname__, where it was given; or NULL */
    char *name;                  /* [const] tp_name's memory: "module.Name" */
    char *doc;                   /* [const] tp_doc's memory, or NULL */
    GilMemberDef *members;       /* [const] tp_members' memory, offsets made absolute; or NULL */
    GilTypeObject **bases;       /* [const] strong; at least one */
    Gil_ssize_t nbases;
    GilTypeObject *newer, *older; /* [gil] the interpreter's list of types, see struct gil_object_pocket */
    uint64_t own_slots[2];       /* [const] ids of the slots that the spec gave; see slotfill.c */
    void **covered;              /* [gil] slots by id as they were before attributes covered what the spec gave; or NULL */
};

/*
 * A flag of built-in types: an instance is one block without a prefix and holds nothing, so its end is that of the block.
 * For exactly this type; subclasses have a destructor. See _Gil_Dealloc().
 */
#define GIL_TPFLAGS_PLAIN (1UL << 2)

/* A flag of two built-in types: an instance is a struct gil_function, see protocol/method_call.h, and programs may call it. */
#define GIL_TPFLAGS_FUNCTION _Gil_TYPE_FUNCTION

/* See GIL_TPFLAGS_BARE in object/alloc.h: the last step of completing a type. */
static inline void
gil_type_find_bare(GilTypeObject *type)
{
    if ((type->tp_weaklistoffset | type->tp_dictoffset) == 0 && type->tp_is_gc == NULL)
        type->tp_flags |= GIL_TPFLAGS_BARE;
}

static inline int
gil_type_is_heap(const GilTypeObject *type)
{
    return (type->tp_flags & Gil_TPFLAGS_HEAPTYPE) != 0;
}

static inline GilHeapTypeObject *
gil_heap_type(GilTypeObject *type)
{
    return (GilHeapTypeObject *)(void *)type;
}

static inline int
gil_is_str(GilObject *op)
{
    return (Gil_TYPE(op)->tp_flags & Gil_TPFLAGS_UNICODE_SUBCLASS) != 0;
}

static inline int
gil_is_tuple(GilObject *op)
{
    return (Gil_TYPE(op)->tp_flags & Gil_TPFLAGS_TUPLE_SUBCLASS) != 0;
}

static inline int
gil_is_type(GilObject *op)
{
    return (Gil_TYPE(op)->tp_flags & Gil_TPFLAGS_TYPE_SUBCLASS) != 0;
}

/* Whether op is a class that may be raised, or an instance of one. */
static inline int
gil_is_exception_class(GilObject *op)
{
    return gil_is_type(op) && (((GilTypeObject *)(void *)op)->tp_flags & Gil_TPFLAGS_BASE_EXC_SUBCLASS) != 0;
}

static inline int
gil_is_exception(GilObject *op)
{
    return (Gil_TYPE(op)->tp_flags & Gil_TPFLAGS_BASE_EXC_SUBCLASS) != 0;
}

/* The last part of tp_name. */
static inline const char *
gil_type_short_name(const GilTypeObject *type)
{
    const char *dot = strrchr(type->tp_name, '.');
    return dot != NULL ? dot + 1 : type->tp_name;
}

/*
 * "module.Type", where the module's name is a str and not hidden, nor "builtins"; else "Type". hidden is a text, or NULL. New
 * reference, or NULL with MemoryError.
 */
GilObject *gil_type_full_name(GilTypeObject *type, const char *hidden);
/* tp_doc without the "name(signature)\n--\n\n" that may stand in front; NULL when there is none. */
const char *gil_doc_text(const char *name, const char *doc);
/* That of a type, as str, or None. New reference, or NULL with the error set. */
GilObject *gil_type_doc(const GilTypeObject *type);
/* And that signature: "(...)" as str, or None (immortal); NULL with the error set. */
GilObject *gil_doc_signature(const char *name, const char *doc);
/* Whether ml_flags are a combination that can be called. */
int gil_method_flags_valid(int flags);

/* What a name stands for in a type: the entry as it was (the table may change while it is used), and its owner. */
struct gil_found {
    struct gil_name_entry entry; /* a value is not counted for the finder */
    GilTypeObject *owner;
};
/* Look name up along the method resolution order: 1 found, 0 not. Runs nothing, raises nothing. See object/lookup.h. */
int gil_type_find(GilTypeObject *type, const char *name, size_t len, struct gil_found *found);
/*
 * A class attribute of a heap type; takes a reference. One of a slot's name fills the slot, also of what derives. 0, or
 * -1 with MemoryError. May run anything (the old value's finalizer).
 */
int gil_type_set_value(GilThreadState *ts, GilTypeObject *type, const char *name, size_t len, GilObject *value);
/* Take it away: 1, or 0 when there is none. May run anything. */
int gil_type_remove_value(GilTypeObject *type, const char *name, size_t len);

/* Where the part begins that type adds to its base's layout when it asks for it by negative basicsize (PEP 697). */
static inline Gil_ssize_t
gil_type_data_offset(const GilTypeObject *type)
{
    return (type->tp_base->tp_basicsize + 15) & ~(Gil_ssize_t)15;
}

/*
 * Whether what a derived type adds can stand before the items: there are none, they are looked for at the end, or each instance
 * knows where its own are, as those of str do.
 */
static inline int
gil_type_can_grow(const GilTypeObject *type)
{
    return type->tp_itemsize == 0 || (type->tp_flags & (Gil_TPFLAGS_ITEMS_AT_END | Gil_TPFLAGS_UNICODE_SUBCLASS)) != 0;
}

/* The same for the room that the library finds for dicts and lists of weak references. */
static inline int
gil_type_can_be_managed(const GilTypeObject *type)
{
    return type->tp_itemsize == 0 ||
           (type->tp_flags & (Gil_TPFLAGS_UNICODE_SUBCLASS | Gil_TPFLAGS_ITEMS_AT_END)) == Gil_TPFLAGS_UNICODE_SUBCLASS;
}

#define GIL_TPFLAGS_MANAGED (Gil_TPFLAGS_MANAGED_DICT | Gil_TPFLAGS_MANAGED_WEAKREF)

/* Bytes of an instance of a type with one of these flags: its struct, and behind that the room for the dict and the list. */
static inline size_t
gil_type_managed_end(const GilTypeObject *type)
{
    Gil_ssize_t dict = type->tp_flags & Gil_TPFLAGS_MANAGED_DICT ? type->tp_dictoffset : 0;
    Gil_ssize_t weak = type->tp_flags & Gil_TPFLAGS_MANAGED_WEAKREF ? type->tp_weaklistoffset : 0;

    return (size_t)(dict > weak ? dict : weak) + sizeof(GilObject *);
}

/* Put the entries of methods, members and getset into type's table; what it has already stays. 0, or -1: no memory. */
int gil_type_add_tables(GilTypeObject *type);

/* tp_dealloc of heap types that give none, see object/finalize.c. */
void gil_heap_type_instance_dealloc(GilObject *self);

/*
 * Give back what the types of ts's interpreter hold in their tables, newest type first, and let go of their modules:
 * the second step of ending an interpreter. May run anything.
 */
void gil_types_clear(GilThreadState *ts);

/* What types ask of the layers above, which fill this before the first interpreter runs. */
struct gil_type_hooks {
    /* dicts of instances: a new one; gets name as gil_instance_dict_peek() and _get(), sets or deletes it as the _set(). */
    GilObject *(*dict_new)(void);
    int (*dict_peek)(GilObject *dict, GilObject *name, GilObject **value);
    int (*dict_get)(GilObject *dict, GilObject *name, GilObject **value);
    int (*dict_set)(GilObject *dict, GilObject *name, GilObject *value);
    /* type(name, bases, dict): a class is made by a call, and what its attributes and bases say is called. */
    GilObject *(*class_new)(GilTypeObject *metatype, GilObject *args, GilObject *kwargs);
    /* __dict__ of a type: what stands in its own table and slots, to be read. */
    GilObject *(*type_dict)(GilTypeObject *type);
    /* attributes that fill slots: for each id of a slot the function that asks them, or NULL. */
    void *const *attribute_slots;
    /* a method asks for its module's state. */
    void *(*module_state)(GilObject *module);
    const void *(*module_token)(GilObject *module);
    /* an error names the function, or says what a module lacks: its name, surrogates in it like other characters, until
       anything runs; "" where there is none; NULL when op is no module. */
    const char *(*module_name)(GilObject *op);
    /* the leak report: the bytes of a str, whose items are of no one size. Runs nothing. */
    size_t (*str_size)(const GilObject *op);
};
extern struct gil_type_hooks gil_type_hooks;

#endif
