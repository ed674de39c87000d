/* SPDX-License-Identifier: MIT */
/*
 * numbers: the two examples by which textbooks show what a lock around an interpreter costs.
 *
 * It shows how a number of any size comes in (checked, never cut off) and goes out (a result of more than 64 bits
 * becomes an int through its decimal text), and what `hold` is about: the same loop once in the form that drops the
 * lock, which runs on all cores, and once in the form that holds it, which does not, however many threads call it.
 */
#include <errno.h>
#include <gilrt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../raw.h"
#include "count.h"

typedef void (*count_function)(uint32_t n, char text[COUNT_TEXT]);

/* The number behind an int object. 0, or -1 with TypeError, OverflowError or ValueError set. */
static int
get_limit(GilObject *object, uint32_t *n)
{
    unsigned long long value = GilLong_AsUnsignedLongLong(object);

    if (value == (unsigned long long)-1 && GilErr_Occurred())
        return -1;
    if (value > COUNT_MAX) {
        GilErr_Format(GilExc_ValueError, "%llu is above %llu, the largest number allowed", value,
                      (unsigned long long)COUNT_MAX);
        return -1;
    }
    *n = (uint32_t)value;
    return 0;
}

static GilObject *
count_below(GilObject *args, GilObject *kwargs, const char *format, count_function count)
{
    static char *keywords[] = {"arg", "hold", NULL};
    GilObject *limit;    /* borrowed from args */
    char text[COUNT_TEXT];
    uint32_t n;
    int hold = 0;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, format, keywords, &limit, &hold))
        return NULL;
    if (get_limit(limit, &n) < 0)
        return NULL;

    if (hold)
        count(n, text);
    else {
        Gil_BEGIN_ALLOW_THREADS
        count(n, text);
        Gil_END_ALLOW_THREADS
    }

    return GilLong_FromString(text, NULL, 10);
}

static GilObject *
numbers_sum_squares(GilObject *Gil_UNUSED(module), GilObject *args, GilObject *kwargs)
{
    return count_below(args, kwargs, "O|p:sum_squares", sum_of_squares);
}

static GilObject *
numbers_primes(GilObject *Gil_UNUSED(module), GilObject *args, GilObject *kwargs)
{
    return count_below(args, kwargs, "O|p:primes", count_primes);
}

static GilMethodDef numbers_methods[] = {
    {"sum_squares", (GilCFunction)(void (*)(void))numbers_sum_squares, GIL_METH_VARARGS | GIL_METH_KEYWORDS,
     "sum_squares(arg, hold=False) -> int\n\nThe sum of the squares below arg, exactly. Drops the lock unless hold."},
    {"primes", (GilCFunction)(void (*)(void))numbers_primes, GIL_METH_VARARGS | GIL_METH_KEYWORDS,
     "primes(arg, hold=False) -> int\n\nHow many primes are below arg. Drops the lock unless hold."},
    {NULL, NULL, 0, NULL}
};

/* The same work without the runtime, for gilhost's raw threads: see raw.h. */
static int
raw_count(const char *argument, char text[RAW_TEXT], count_function count)
{
    char *end;
    unsigned long long n;

    errno = 0;
    n = strtoull(argument, &end, 10);
    if (end == argument || *end != '\0' || errno != 0 || n > COUNT_MAX) {
        snprintf(text, RAW_TEXT, "not a number up to %" PRIu32, COUNT_MAX);
        return -1;
    }
    count((uint32_t)n, text);
    return 0;
}

static int
raw_sum_squares(const char *argument, char text[RAW_TEXT])
{
    return raw_count(argument, text, sum_of_squares);
}

static int
raw_primes(const char *argument, char text[RAW_TEXT])
{
    return raw_count(argument, text, count_primes);
}

static const raw_work sum_squares_work = {.takes_number = 1, .run = raw_sum_squares};
static const raw_work primes_work = {.takes_number = 1, .run = raw_primes};

static int
numbers_exec(GilObject *module)
{
    if (raw_add(module, "numbers.sum_squares_raw", &sum_squares_work) < 0)
        return -1;
    return raw_add(module, "numbers.primes_raw", &primes_work);
}

GilABIInfo_VAR(numbers_abi);

static GilSlot numbers_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &numbers_abi),
    GilSlot_DATA(Gil_mod_name, "numbers"),
    GilSlot_DATA(Gil_mod_doc, "the textbook loops, inside and outside the lock"),
    GilSlot_DATA(Gil_mod_methods, numbers_methods),
    GilSlot_FUNC(Gil_mod_exec, numbers_exec),
    GilSlot_DATA(Gil_mod_multiple_interpreters, Gil_MOD_PER_INTERPRETER_GIL_SUPPORTED),
    GilSlot_END
};

GilMODEXPORT_FUNC
GilModExport_numbers(void)
{
    return numbers_slots;
}
