/* SPDX-License-Identifier: MIT */
/*
 * int: its digits for code that computes with them, and ints made of digits (PEP 757).
 *
 * An int never changes, so what is exported are its own limbs, held by a reference; no copy is made. A writer is the int
 * itself before anybody has seen it: its size says how many limbs are to come, and which sign.
 */
#include "gilrt/error.h"
#include "object/error.h"
#include "value/long.h"

#include <string.h>

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ENDIANNESS -1
#else
#define ENDIANNESS 1
#endif

const GilLongLayout *
GilLong_GetNativeLayout(void)
{
    static const GilLongLayout layout = {GIL_LIMB_BITS, sizeof(uint64_t), -1, ENDIANNESS};
    return &layout;
}

int
GilLong_Export(GilObject *obj, GilLongExport *export_long)
{
    gil_tstate_need(__func__);
    if (export_long == NULL || obj == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    *export_long = (GilLongExport){0};
    if (!gil_is_int(obj)) {
        gil_err_type(__func__, "int", obj);
        return -1;
    }
    const struct gil_long *v = gil_long(obj);
    uint64_t most = (uint64_t)INT64_MAX + (v->size < 0);
    if (gil_long_is_short(v) && v->digit[0] <= most) {
        export_long->value = (int64_t)gil_long_short_value(v);
        return 0;
    }
    export_long->negative = v->size < 0;
    export_long->ndigits = (Gil_ssize_t)gil_long_limbs(v);
    export_long->digits = v->digit;
    export_long->_reserved = (uintptr_t)Gil_NewRef(obj);
    return 0;
}

void
GilLong_FreeExport(GilLongExport *export_long)
{
    gil_tstate_need(__func__);
    if (export_long == NULL || export_long->_reserved == 0)
        return;
    GilObject *obj = (GilObject *)export_long->_reserved;
    export_long->_reserved = 0;
    export_long->digits = NULL;
    Gil_DECREF(obj); /* may run anything, where it is of a subclass */
}

GilLongWriter *
GilLongWriter_Create(int negative, Gil_ssize_t ndigits, void **digits)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (digits == NULL)
        return gil_err_null(__func__);
    *digits = NULL;
    if (ndigits <= 0)
        return (void *)GilErr_Format(GilExc_ValueError, "ndigits must be positive");
    struct gil_long *v = gil_long_new(ts, (size_t)ndigits);
    if (v == NULL)
        return NULL;
    v->size = negative ? -ndigits : ndigits;
    memset(v->digit, 0, (size_t)ndigits * sizeof *v->digit); /* a digit that nobody sets is 0 */
    *digits = v->digit;
    return (GilLongWriter *)(void *)v;
}

GilObject *
GilLongWriter_Finish(GilLongWriter *writer)
{
    struct gil_long *v = (struct gil_long *)(void *)writer;

    gil_tstate_need(__func__);
    return v == NULL ? gil_err_null(__func__) : gil_long_finish(v, gil_long_limbs(v), v->size < 0);
}

void
GilLongWriter_Discard(GilLongWriter *writer)
{
    gil_tstate_need(__func__);
    Gil_XDECREF((GilObject *)(void *)writer);
}
