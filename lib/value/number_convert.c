/* SPDX-License-Identifier: MIT */
/* Any object as an int or a float: the conversions of the number protocol, which need the kinds they make. */
#include "gilrt/buffer.h"
#include "gilrt/call.h"
#include "gilrt/error.h"
#include "object/error.h"
#include "object/type.h"
#include "protocol/number.h"
#include "value/float.h"
#include "value/long.h"

/* An int of exactly that type for one that may be of a subclass; steals number, which may be NULL. */
static GilObject *
exactly_int(GilThreadState *ts, GilObject *number)
{
    if (number == NULL || GilLong_CheckExact(number))
        return number;
    GilObject *exact = gil_long_exact(ts, gil_long(number));
    Gil_DECREF(number);
    return exact;
}

GilObject *
GilNumber_Index(GilObject *o)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL);
    return o == NULL ? gil_err_null(__func__) : exactly_int(ts, gil_number_index(o));
}

int
GilObject_AsFileDescriptor(GilObject *o)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL);
    GilObject *method = NULL;

    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    GilObject *number = gil_is_int(o) ? Gil_NewRef(o) : NULL;
    if (number == NULL) {
        int rc = GilObject_GetOptionalAttrString(o, "fileno", &method); /* may run anything */
        if (rc == 0)
            GilErr_SetString(GilExc_TypeError, "argument must be an int, or have a fileno() method.");
        if (rc <= 0)
            return -1;
        number = GilObject_CallNoArgs(method); /* may run anything */
        Gil_DECREF(method);
        if (number == NULL)
            return -1;
    }
    int fd = -1;
    if (gil_is_int(number))
        fd = GilLong_AsInt(number);
    else
        GilErr_SetString(GilExc_TypeError, "fileno() returned a non-integer");
    Gil_DECREF(number);
    if (fd < 0 && !gil_err_pending(ts))
        GilErr_Format(GilExc_ValueError, "file descriptor cannot be a negative integer (%i)", fd);
    return fd < 0 ? -1 : fd;
}

/* int() of a str, bytes, bytearray or other buffer; TypeError for the rest. */
static GilObject *
int_from_text(GilThreadState *ts, GilObject *o)
{
    Gil_buffer view;

    if (gil_is_str(o))
        return GilLong_FromUnicodeObject(o, 10);
    if (!GilObject_CheckBuffer(o))
        return GilErr_Format(GilExc_TypeError,
                             "int() argument must be a string, a bytes-like object or a real number, not '%.200s'",
                             Gil_TYPE(o)->tp_name);
    if (GilObject_GetBuffer(o, &view, GilBUF_SIMPLE) < 0)
        return NULL;
    GilObject *result = gil_long_from_text(ts, view.buf, (size_t)view.len, 10, o);
    GilBuffer_Release(&view);
    return result;
}

GilObject *
GilNumber_Long(GilObject *o)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL);

    if (o == NULL)
        return gil_err_null(__func__);
    if (GilLong_CheckExact(o))
        return Gil_NewRef(o);
    const GilNumberMethods *nb = Gil_TYPE(o)->tp_as_number;
    if (nb != NULL && nb->nb_int != NULL) {
        GilObject *result = nb->nb_int(o);
        if (result != NULL && !gil_is_int(result)) {
            GilErr_Format(GilExc_TypeError, "%.200s.__int__() must return an int, not %.200s", Gil_TYPE(o)->tp_name,
                          Gil_TYPE(result)->tp_name);
            Gil_CLEAR(result);
        }
        return exactly_int(ts, result);
    }
    return gil_has_index(o) ? exactly_int(ts, gil_number_index(o)) : int_from_text(ts, o);
}

GilObject *
GilNumber_Float(GilObject *o)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL)
        return gil_err_null(__func__);
    if (GilFloat_CheckExact(o))
        return Gil_NewRef(o);
    const GilNumberMethods *nb = Gil_TYPE(o)->tp_as_number;
    double v;
    if (nb != NULL && nb->nb_float != NULL)
        return gil_float_ask(o, &v) < 0 ? NULL : GilFloat_FromDouble(v);
    if (!gil_has_index(o))
        return GilFloat_FromString(o);
    v = GilFloat_AsDouble(o);
    return v == -1.0 && GilErr_Occurred() != NULL ? NULL : GilFloat_FromDouble(v);
}

GilObject *
GilNumber_ToBase(GilObject *n, int base)
{
    GilThreadState *ts = gil_err_begin(__func__, n != NULL);

    if (n == NULL)
        return gil_err_null(__func__);
    if (base != 2 && base != 8 && base != 10 && base != 16) {
        GilErr_SetString(GilExc_SystemError, "GilNumber_ToBase: base must be 2, 8, 10 or 16");
        return NULL;
    }
    GilObject *number = gil_number_index(n);
    if (number == NULL)
        return NULL;
    GilObject *text = gil_long_to_text(ts, gil_long(number), base, 1);
    Gil_DECREF(number);
    return text;
}
