/* SPDX-License-Identifier: MIT */
/* Object scenarios of one side: create and destroy the common kinds, and count references. */
#include "object_side.h"
#include "side.h"

typedef N(Object) Object;

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
