/* SPDX-License-Identifier: MIT */
/* Object scenarios of one side: create and destroy the common kinds, count references, call, fill, look up; memory. */
#include "object_side.h"
#include "side.h"

#include <stdio.h>
#include <stdlib.h>

typedef N(Object) Object;

#ifdef SIDE_CPYTHON
#define SIDE_SIZE Py_ssize_t
#define SIDE_FASTCALL METH_FASTCALL
#else
#define SIDE_SIZE Gil_ssize_t
#define SIDE_FASTCALL GIL_METH_FASTCALL
#endif

/* Runs body n times and yields ns a turn. */
#define SCENARIO(name, setup, body, teardown)          \
    void SIDE(name)(long n, double *values)            \
    {                                                  \
        setup;                                         \
        double start = bench_cpu_ns();                 \
        for (long i = 0; i < n; i++) {                 \
            body;                                      \
        }                                              \
        double spent = bench_cpu_ns() - start;         \
        teardown;                                      \
        values[0] = spent / (double)n;                 \
    }

#define CREATE_AND_DESTROY(expression)                 \
    Object *op = (expression);                         \
    if (op == NULL)                                    \
        bench_die("an object cannot be made");         \
    BENCH_KEEP(op);                                    \
    U(DECREF)(op)

SCENARIO(incref, Object *op = N(List_New)(0), BENCH_KEEP(op); U(INCREF)(op); BENCH_KEEP(op); U(DECREF)(op), U(DECREF)(op))
SCENARIO(make_float, (void)0, CREATE_AND_DESTROY(N(Float_FromDouble)((double)i + 0.5)), (void)0)
SCENARIO(make_int, (void)0, CREATE_AND_DESTROY(N(Long_FromLong)(100000 + i)), (void)0)
SCENARIO(make_tuple3, Object *item = N(List_New)(0), CREATE_AND_DESTROY(N(Tuple_Pack)(3, item, item, item)), U(DECREF)(item))
SCENARIO(make_list, (void)0, CREATE_AND_DESTROY(N(List_New)(0)), (void)0)
SCENARIO(make_dict, (void)0, CREATE_AND_DESTROY(N(Dict_New)()), (void)0)

/* --- instances of a type made from a spec, as an extension makes them, and calls --- */

typedef struct {
    N(Object_HEAD)
    long field;
} Instance;

static void
instance_dealloc(Object *self)
{
    N(TypeObject) *type = U(TYPE)(self);
    N(Object_Free)(self);
    U(DECREF)(type);
}

static int
instance_gc_traverse(Object *self, visitproc visit, void *arg)
{
    U(VISIT)(U(TYPE)(self));
    return 0;
}

static void
instance_gc_dealloc(Object *self)
{
    N(TypeObject) *type = U(TYPE)(self);
    N(Object_GC_UnTrack)(self);
    N(Object_GC_Del)(self);
    U(DECREF)(type);
}

static N(TypeObject) *
instance_type(int gc)
{
    N(Type_Slot) slots[] = {{U(tp_dealloc), gc ? (void *)instance_gc_dealloc : (void *)instance_dealloc},
                            {U(tp_new), (void *)N(Type_GenericNew)},
                            {gc ? U(tp_traverse) : 0, (void *)instance_gc_traverse},
                            {0, NULL}};
    N(Type_Spec) spec = {.name = "bench.Instance", .basicsize = sizeof(Instance),
                         .flags = U(TPFLAGS_DEFAULT) | (gc ? U(TPFLAGS_HAVE_GC) : 0), .slots = slots};
    N(TypeObject) *type = (N(TypeObject) *)N(Type_FromSpec)(&spec);
    if (type == NULL)
        bench_die("a type cannot be made");
    return type;
}

static inline Object *
instance_gc_new(N(TypeObject) *type)
{
    Instance *instance = N(Object_GC_New)(Instance, type);
    if (instance != NULL)
        N(Object_GC_Track)(instance);
    return (Object *)instance;
}

static Object *
take_two(Object *self, Object *const *args, SIDE_SIZE n)
{
    (void)self;
    (void)args;
    (void)n;
    return U(NewRef)(U(None));
}

static N(MethodDef) take_two_def = {"take_two", (N(CFunction))(void (*)(void))take_two, SIDE_FASTCALL, NULL};

SCENARIO(make_instance, N(TypeObject) *type = instance_type(0), CREATE_AND_DESTROY((Object *)N(Object_New)(Instance, type)),
         U(DECREF)(type))
SCENARIO(make_instance_gc, N(TypeObject) *type = instance_type(1), CREATE_AND_DESTROY(instance_gc_new(type)), U(DECREF)(type))
SCENARIO(call_instance, N(TypeObject) *type = instance_type(0), CREATE_AND_DESTROY(N(Object_CallNoArgs)((Object *)type)),
         U(DECREF)(type))
SCENARIO(vectorcall, Object *func = N(CFunction_New)(&take_two_def, NULL); Object *args[2]; args[0] = args[1] = func,
         CREATE_AND_DESTROY(N(Object_Vectorcall)(func, args, 2, NULL)), U(DECREF)(func))

/* --- containers at work: KEYS at a time, so that what grows and what is thrown away has its part --- */

#define KEYS 1024

static Object *
key_of(long i, int text)
{
    char name[32];
    Object *key;

    if (!text)
        key = N(Long_FromLong)(100000 + i);
    else {
        int length = snprintf(name, sizeof name, "name_%ld", i);
        key = N(Unicode_FromStringAndSize)(name, length);
    }
    if (key == NULL || N(Object_Hash)(key) == -1)
        bench_die("a key cannot be made");
    return key;
}

static void
make_keys(Object **keys, int text)
{
    for (long i = 0; i < KEYS; i++)
        keys[i] = key_of(i, text);
}

static void
drop_keys(Object **keys)
{
    for (long i = 0; i < KEYS; i++)
        U(DECREF)(keys[i]);
}

static Object *
dict_of(Object **keys)
{
    Object *dict = N(Dict_New)();
    for (long i = 0; i < KEYS; i++)
        if (dict == NULL || N(Dict_SetItem)(dict, keys[i], keys[i]) < 0)
            bench_die("a dict cannot be filled");
    return dict;
}

static void
insert(long n, double *values, int text)
{
    Object *keys[KEYS];
    make_keys(keys, text);
    double start = bench_cpu_ns();
    for (long i = 0; i < n; i += KEYS)
        U(DECREF)(dict_of(keys));
    values[0] = (bench_cpu_ns() - start) / (double)((n + KEYS - 1) / KEYS * KEYS);
    drop_keys(keys);
}

/* A reference of one's own, which 3.11 has no function for. */
static inline Object *
side_dict_get(Object *dict, Object *key)
{
#ifdef SIDE_CPYTHON
    return Py_XNewRef(PyDict_GetItemWithError(dict, key));
#else
    GilObject *value;
    return GilDict_GetItemRef(dict, key, &value) < 0 ? NULL : value;
#endif
}

/* Asked by keys that equal those in the dict and are other objects. */
static void
lookup(long n, double *values, int text)
{
    Object *keys[KEYS], *others[KEYS];
    make_keys(keys, text);
    make_keys(others, text);
    Object *dict = dict_of(keys);
    double start = bench_cpu_ns();
    for (long i = 0; i < n; i++) {
        Object *value = side_dict_get(dict, others[i % KEYS]);
        if (value == NULL)
            bench_die("a key is not found");
        BENCH_KEEP(value);
        U(DECREF)(value);
    }
    values[0] = (bench_cpu_ns() - start) / (double)n;
    U(DECREF)(dict);
    drop_keys(keys);
    drop_keys(others);
}

void
SIDE(dict_insert_int)(long n, double *values)
{
    insert(n, values, 0);
}

void
SIDE(dict_insert_str)(long n, double *values)
{
    insert(n, values, 1);
}

void
SIDE(dict_lookup_int)(long n, double *values)
{
    lookup(n, values, 0);
}

void
SIDE(dict_lookup_str)(long n, double *values)
{
    lookup(n, values, 1);
}

void
SIDE(list_append)(long n, double *values)
{
    double start = bench_cpu_ns();
    for (long i = 0; i < n; i += KEYS) {
        Object *list = N(List_New)(0);
        for (int k = 0; k < KEYS; k++)
            if (list == NULL || N(List_Append)(list, U(None)) < 0)
                bench_die("a list cannot be filled");
        U(DECREF)(list);
    }
    values[0] = (bench_cpu_ns() - start) / (double)((n + KEYS - 1) / KEYS * KEYS);
}

SCENARIO(make_str8, (void)0, CREATE_AND_DESTROY(N(Unicode_FromStringAndSize)("eight ch", 8)), (void)0)

static Object *
three_arguments(void)
{
    Object *number = key_of(0, 0), *text = key_of(0, 1), *args = N(Tuple_Pack)(3, number, text, U(None));
    if (args == NULL)
        bench_die("a tuple cannot be made");
    U(DECREF)(number);
    U(DECREF)(text);
    return args;
}

static inline void
parse_three(Object *args)
{
    long number;
    Object *text, *any;
    if (!N(Arg_ParseTuple)(args, "lUO:bench", &number, &text, &any))
        bench_die("arguments are refused");
    BENCH_KEEP(number);
    BENCH_KEEP(text);
    BENCH_KEEP(any);
}

SCENARIO(parse_tuple, Object *args = three_arguments(), parse_three(args), U(DECREF)(args))

/* --- memory: bytes an object takes, as the allocator deals them out, and with what the collector keeps in front --- */

static N(TypeObject) *memory_type;

static Object *
sample(int kind, long i)
{
    switch (kind) {
    case 0:
        return N(Float_FromDouble)((double)i + 0.5);
    case 1:
        return N(Long_FromLong)(100000 + i);
    case 2:
        return N(Unicode_FromStringAndSize)("eight ch", 8);
    case 3:
        return (Object *)N(Object_New)(Instance, memory_type);
    case 4:
        return N(Tuple_Pack)(3, U(None), U(None), U(None));
    case 5:
        return N(List_New)(0);
    case 6:
        return N(Dict_New)();
    default:
        return instance_gc_new(memory_type);
    }
}

#ifdef SIDE_CPYTHON
/* Its allocator deals out multiples of 16 bytes, and says nothing about one interpreter. */
static double
bytes_of(Object **all, long n, int kind)
{
    for (long i = 0; i < n; i++)
        if ((all[i] = sample(kind, i)) == NULL)
            bench_die("an object cannot be made");
    PyObject *size = PyObject_CallOneArg(PySys_GetObject("getsizeof"), all[0]);
    long bytes = size == NULL ? -1 : PyLong_AsLong(size);
    if (bytes < 0)
        bench_die("a size is not told");
    Py_DECREF(size);
    return (double)((bytes + 15) / 16 * 16);
}
#else
static double
bytes_in_use(void)
{
    GilMemoryStats stats;
    GilMemoryStats_Init(&stats);
    if (GilInterpreterState_GetMemoryStats(GilInterpreterState_Get(), &stats) < 0)
        bench_die("a size is not told");
    return (double)stats.bytes;
}

static double
bytes_of(Object **all, long n, int kind)
{
    double before = bytes_in_use();
    for (long i = 0; i < n; i++)
        if ((all[i] = sample(kind, i)) == NULL)
            bench_die("an object cannot be made");
    return (bytes_in_use() - before) / (double)n;
}
#endif

static void
memory(long n, double *values, int gc)
{
    Object **all = malloc((size_t)n * sizeof(Object *));
    if (all == NULL)
        bench_die("no memory");
    memory_type = instance_type(gc);
    for (int k = 0; k < 4; k++) {
        values[k] = bytes_of(all, n, 4 * gc + k);
        for (long i = 0; i < n; i++)
            U(DECREF)(all[i]);
    }
    U(DECREF)(memory_type);
    free(all);
}

void
SIDE(memory_plain)(long n, double *values)
{
    memory(n, values, 0);
}

void
SIDE(memory_gc)(long n, double *values)
{
    memory(n, values, 1);
}

int
SIDE(object_start)(void)
{
#ifdef SIDE_CPYTHON
    Py_InitializeEx(0);
    return 0;
#else
    GilConfig config;
    GilConfig_Init(&config);
    return GilStatus_Exception(Gil_InitializeFromConfig(&config)) ? -1 : 0;
#endif
}

int
SIDE(object_stop)(void)
{
    return U(FinalizeEx)();
}
