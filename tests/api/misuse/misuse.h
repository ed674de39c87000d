/* SPDX-License-Identifier: MIT */
/* The table that generate.awk makes of the exported symbols: what calls are made with, and what happens then. */
#ifndef TESTS_MISUSE_H
#define TESTS_MISUSE_H

#include "support/support.h"

#include <gilrt.h>
#include <gilrt/typeobject.h>
#include <stdarg.h>

/* The words of manifest.tsv. All are made anew for each call, so a call may change or steal what it likes. */
struct fixture {
    GilObject *bag, *fresh_bag; /* instances with a dict; the first has an attr */
    /* Of a type with members; 7; 2.5; an instance of object, which can do nothing. */
    GilObject *any, *number, *float_number, *plain;
    GilObject *text, *digits, *key, *new_key, *attr, *module_name, *bytes, *bytearray;
    /* (7,), [7, 7], [(7, 7)], ["a", "b"], [b"a", b"b"], and an iterator over the list. */
    GilObject *tuple, *empty, *list, *pairs, *texts, *chunks, *iter;
    GilObject *dict, *dict_empty, *slice, *capsule, *none;
    /* f() and f(x), both give None; f(x) bound to 7; names of methods of lists, without arguments and with one. */
    GilObject *func, *func_o, *method, *reverse, *append, *cell, *weakref, *set, *memoryview;
    GilObject *type, *gc_type, *var_type, *base, *exc_class, *exc, *decode_error, *encode_error;
    /* A module from slots, with state, token and file name; what it was made from; a type of that module. */
    GilObject *module, *module_spec, *module_type;
    GilObject *names;
    /* What ordinary values never need memory for: ints of 131 bits and of 161, below 0, digits of such, "\u20ac\u20ac" and its iterator. */
    GilObject *huge, *odd, *long_digits, *wide, *wide_iter;
    GilObject *copy, *template, *more; /* the name of a method that makes something; "%s"; {"key": 7, "more": 7} */
    GilObject *maker;                  /* a function that calls misuse_meet() and gives a list */
    GilObject *class_info, *items;     /* a type and [7], of which the matrix makes imps whatever else is one */

    Gil_buffer view, other_view, lent_view;
    GilMemberDef member;
    GilABIInfo abi;
    GilConfig config;
    GilFinalizeReport report;
    GilLockInfo lock_info;
    GilLockStats lock_stats;
    GilGCStats gc_stats;
    GilInterpreterState *interp;
    GilThreadState *state;

    GilObject *object, *borrowed, *fresh_tuple, *fresh_bytes, *fresh_bytearray, *fresh_text, *array[2];
    Gil_ssize_t size, sizes[3];
    long memory, large;
    int32_t int32;
    uint32_t uint32;
    int64_t int64;
    uint64_t uint64;
    int number_int;
    char *c_buffer;
    void *pointer;
    GilTypeObject *type_pointer;
    char room[64];
    Gil_UCS4 characters[64];
    /* Open ones, and such as somebody has. */
    GilMutex mutex, locked_mutex;
    GilRecursiveMutex recursive_mutex;
    GilRWMutex rw_mutex, read_mutex, written_mutex;
    GilForeignLock foreign_lock;
    pthread_mutex_t pthread_mutex;
    GilCondition condition;
    GilEvent event;
    GilSemaphore semaphore;
    GilBarrier barrier;
    GilOnce once;
    Gil_tss_t tss;

    int null, wrong; /* number of the argument that is NULL, or of a wrong type; 0: none */
    int failed;      /* the call returned what stands for failure */
    GilObject *result;
};

enum outcome {
    NOT_TRIED = 1,
    RAISES,        /* the class given, SystemError or TypeError if none is; a NULL is answered by naming the function */
    ACCEPTED,      /* no error */
    FAILS_QUIETLY, /* the value for failure, and no error */
    STOPS          /* the process, naming the function */
};

/* What NULL and a wrong type in one place do. */
struct expectation {
    enum outcome on_null;
    GilObject **null_class;
    enum outcome on_wrong;
    GilObject **wrong_class;
};

enum lock_class {
    LOCK_HELD,
    LOCK_FREE,
    LOCK_ANY
};

enum call_kind {
    CALL_WORKS,    /* with right arguments no error is set */
    CALL_LEAVES,   /* the same, and memory is left: it makes a cycle */
    CALL_RAISES,   /* its business is to raise */
    CALL_ELSEWHERE /* only the lock is tried here; the manifest says which test does the rest */
};

typedef void (*misuse_call)(struct fixture *f);
/* Lines of the manifest for one function. */
#define MISUSE_CALLS_MAX 6

/* How a function is called that one line cannot call (CALL_ELSEWHERE): elsewhere.c. */
enum scene_kind {
    SCENE_WORKS,
    SCENE_MAIN,   /* the same, in the main thread alone */
    SCENE_LEAVES, /* memory is left, for the end */
    SCENE_ENDS,   /* the runtime has ended: no fixture */
    SCENE_STOPS   /* there is no scene: whoever calls it is stopped */
};
struct misuse_scene {
    const char *name;
    misuse_call call;
    enum scene_kind kind;
};
extern const struct misuse_scene misuse_scenes[];
/* The scene of that function; without one the test fails. */
const struct misuse_scene *misuse_scene_of(const char *name);

/* A function of the table: how it is called, and what its header and the manifest say. The reasons are the manifest's, NULL
 * where it gives none. */
struct misuse_entry {
    const char *name;
    misuse_call calls[MISUSE_CALLS_MAX + 1]; /* by the first line of the manifest, then by those that are "also"; NULL ends */
    enum lock_class lock;
    enum call_kind kind;
    int n_arguments;
    const struct expectation *expected; /* of the arguments of the first line */
    int reenters;                       /* marked @reenters */
    int allocates;                      /* marked @newref, or its comment speaks of MemoryError */
    const char *calm;                   /* why no callback can be met here, although it is marked */
    const char *spare;                  /* why no allocation is made here, although it is marked */
    const char *pending;                /* why it may be called with an error set, although it is marked @reenters */
    const char *clears;                 /* why it is no error that an error of a callback, or one that was set, is gone */
    int mute;                           /* a lack of memory is told by the result alone */
};

/* What a program does with each function of the table: misuse.c, faults/exports.c and reentry/exports.c differ here. */
void misuse_test(const struct misuse_entry *entry);
/* Exported data: types, exception classes and singletons are complete before start and never written by counting. */
void misuse_data_type(GilTypeObject *type);
void misuse_data_class(GilObject **exc_class);
void misuse_data_singleton(GilObject *singleton);
void misuse_data_block(struct _GilThreadBlock **block);

/* A runtime that can import "slotted". A fixture is made, and what is left of it given back, between start and stop. */
void misuse_start(void);
void misuse_fill(struct fixture *f);
void misuse_empty(struct fixture *f);

/* What the manifest names as values. */
extern GilType_Spec misuse_spec;
extern GilSlot misuse_slots[];
extern GilMethodDef misuse_methods[];
extern GilMethodDef misuse_class_method;
extern GilMethodDef misuse_method_of_types;
extern GilMemberDef misuse_member_of_any;
extern GilGetSetDef misuse_getset;
extern GilSlot misuse_type_slots[];
extern char *misuse_keywords[], *misuse_two_keywords[];
extern const GilArg_Parser misuse_parser;
extern int misuse_module_token;
extern va_list misuse_no_arguments;
extern const char misuse_many_digits[];
/* What functions of the fixture ask before they answer, and what it returns where nobody set it: 0. Or -1 with an error. */
extern int (*misuse_asks)(void);
int misuse_meet(void *arg);
/* Gives the reference in field away. */
GilObject *misuse_give(GilObject **field);
GilObject *misuse_convert(void *op);
/* What goes before a call ("first="): an error is set, or handled, with the exception that the fixture has; garbage is made
 * of any, misuse_meet() is posted to this thread. */
void misuse_raise(struct fixture *f);
void misuse_handle(struct fixture *f);
void misuse_litter(struct fixture *f);
void misuse_pend(struct fixture *f);
void misuse_weakref_callback(GilObject *ref, void *arg);
void misuse_gc_callback(const GilGCInfo *info, void *arg);
int misuse_gc_visit(GilObject *op, void *arg);
GilSlot *misuse_export(void);

/* Functions that take a va_list. */
int via_GilArg_VaParse(GilObject *args, const char *format, ...);
int via_GilArg_VaParseTupleAndKeywords(GilObject *args, GilObject *kwargs, const char *format, char *const *keywords,
                                       ...);
GilObject *via_Gil_VaBuildValue(const char *format, ...);
GilObject *via_GilErr_FormatV(GilObject *exception, const char *format, ...);
GilObject *via_GilBytes_FromFormatV(const char *format, ...);
GilObject *via_GilUnicode_FromFormatV(const char *format, ...);

#endif
