/* SPDX-License-Identifier: MIT */
/* A call of the argument parser from inside: its state, and the steps that positional and keyword parsing share. */
#ifndef GIL_MODULE_ARGS_H
#define GIL_MODULE_ARGS_H

#include "gilrt/args.h"
#include "object/error.h"

#include <stdarg.h>

#define GIL_ARGS_NESTING 32 /* levels of (items) */

/* What to undo when a later argument fails. */
struct gil_args_undo {
    enum { GIL_ARGS_BUFFER, GIL_ARGS_MEMORY, GIL_ARGS_CONVERTER } kind;
    void *target; /* Gil_buffer *, char ** of GilMem_Malloc(), or what the converter stored to */
    int (*converter)(GilObject *, void *);
};

/* [own] all of it: lives on the stack of the call. */
struct gil_args {
    GilThreadState *ts;
    va_list va;          /* where the next variable's address comes from */
    const char *format;  /* the next unit */
    const char *name;    /* after ':', or NULL */
    const char *message; /* after ';', or NULL */
    int path[GIL_ARGS_NESTING]; /* in (items): position in each level, from 0 */
    int depth;
    char why[160]; /* what is wrong with the argument, when no error is set: "must be int, not str" */
    struct gil_args_undo *undo;
    size_t undos, undo_room;
    struct gil_args_undo undo_first[4]; /* enough for most calls */
};

/* "f" or "function", and "()" or "": the two pieces that begin messages. */
#define GIL_ARGS_WHO(args) \
    ((args)->name == NULL ? "function" : (args)->name), ((args)->name == NULL ? "" : "()")

/* Ready to convert; finds name and message. gil_args_close() must follow. */
void gil_args_open(struct gil_args *args, GilThreadState *ts, const char *format, va_list va);
/* Ends the call: undoes what was done unless ok. Gives ok. */
int gil_args_close(struct gil_args *args, int ok);
/* Whether nothing is left of the format but name or message. */
static inline int
gil_args_at_end(const struct gil_args *args)
{
    return *args->format == '\0' || *args->format == ':' || *args->format == ';';
}
/* Raise what gil_args_convert() found wrong with argument number position (from 1; 0: the only one). Always 0. */
int gil_args_fail(const struct gil_args *args, int position);

/* Convert one argument by the next unit; NULL is one that was never set. 0, or -1: with an error set, or the reason in why. */
int gil_args_convert(struct gil_args *args, GilObject *arg);
/* Pass over the next unit and its variables. 0, or -1 with the reason in why. */
int gil_args_skip(struct gil_args *args);

/* Parse positional arguments; public functions have checked what they were given. 1 or 0. */
int gil_args_positional(struct gil_args *args, GilObject *const *items, Gil_ssize_t n);

/* Where the arguments of a call with keywords stand: values of kwnames follow the positional ones, or kwargs has
 * them. */
struct gil_args_source {
    GilObject *const *items;
    Gil_ssize_t n;
    GilObject *kwargs;  /* dict or NULL */
    GilObject *kwnames; /* tuple or NULL */
};

#endif
