/* SPDX-License-Identifier: MIT */
/* Object scenarios of one side: create and destroy the common kinds, and count references. */
#include "object_side.h"
#include "side.h"

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
