/* SPDX-License-Identifier: MIT */
/* Module objects from inside: their layout, and what slots say once they are read. */
#ifndef GIL_MODULE_MODULE_H
#define GIL_MODULE_MODULE_H

#include "gilrt/module.h"
#include "state/tstate.h"

/* A slot array that was found to be well-formed. Pointers are the extension's own, and live as long as the process. */
struct gil_module_slots {
    const char *name;
    const char *doc;
    GilMethodDef *methods;
    int (*exec)(GilObject *module);
    Gil_ssize_t state_size;
    traverseproc traverse;
    inquiry clear;
    freefunc free;
    void *token;
};

/*
 * Read slots for module name, and judge them: 0; or -1 with SystemError for an array that is malformed, ImportError for
 * one that this interpreter cannot serve. Calls no function of the extension.
 */
int gil_module_slots_read(GilThreadState *ts, const GilSlot *slots, const char *name, struct gil_module_slots *read);

typedef struct {
    GilObject_HEAD
    GilObject *dict;               /* [gil] strong; once it is there it stays; NULL in what a subtype's allocator gave */
    void *state;                   /* [const] heap block of slots.state_size bytes, or NULL */
    int executed;                  /* [gil] GilModule_Exec() has begun, and has not failed */
    struct gil_module_slots slots; /* [gil] all zero for a module that was made without, or is not filled yet */
    GilObject *older;              /* [gil] strong; the module registered before, see import.c */
    GilObject *weaklist;           /* [gil] its weak references, see object/weakref.h */
} GilModuleObject;

static inline GilModuleObject *
gil_module(GilObject *op)
{
    return (GilModuleObject *)(void *)op;
}

/* Readies GilModule_Type and fills gil_type_hooks. Once a process. 0, or -1: no memory. */
int gil_module_type_start(void);

/* Makes of a new module what slots say; file (str or NULL) becomes __file__. 0; or -1 with the error set, and the module is to be
 * discarded. Calls no function of the extension. */
int gil_module_fill(GilThreadState *ts, GilObject *module, const struct gil_module_slots *slots, GilObject *file);
/* Lets go of what the module's dict and state hold. May run anything. */
void gil_module_clear(GilObject *module);
/* The end of a module that did not come to be; it may hold itself through its functions and types. Takes the reference,
 * keeps the pending error. May run anything. */
void gil_module_discard(GilThreadState *ts, GilObject *module);

#endif
