/* SPDX-License-Identifier: MIT */
/* bytes % args and bytearray % args: what octets have of their own there; the rest is in unicode_percent.c. */
#include "value/octets_percent.h"

#include "gilrt/bytearray.h"
#include "gilrt/error.h"
#include "gilrt/long.h"
#include "object/error.h"
#include "protocol/kind.h"
#include "value/bytes.h"
#include "value/octets_method.h"
#include "value/unicode_percent.h"

static int
is_octets(GilObject *arg)
{
    return gil_bytes_check(arg) || GilByteArray_Check(arg);
}

/* The argument of %b: octets, or what exports or makes some. */
static GilObject *
octets_of(GilObject *arg)
{
    GilObject *bytes, *hook = NULL;
    int rc = is_octets(arg) ? 0 : gil_find_hook(gil_tstate_attached(), arg, "__bytes__", 1, &hook);

    if (rc < 0)
        return NULL;
    Gil_XDECREF(hook);
    if (rc == 0 && !GilObject_CheckBuffer(arg))
        return GilErr_Format(GilExc_TypeError,
                             "%%b requires a bytes-like object, or an object that implements __bytes__, not '%.100s'",
                             Gil_TYPE(arg)->tp_name);
    if ((bytes = rc > 0 ? GilObject_Bytes(arg) : GilBytes_FromObject(arg)) == NULL) /* may run anything */
        return NULL;
    GilObject *str = GilUnicode_DecodeLatin1(GilBytes_AS_STRING(bytes), GilBytes_GET_SIZE(bytes), NULL);
    Gil_DECREF(bytes);
    return str;
}

/* The argument of %c: a number, or one octet. */
static GilObject *
octet_of(GilObject *arg)
{
    int overflow = 0;
    long value = -1;

    if (is_octets(arg)) {
        if (Gil_SIZE(arg) == 1)
            return GilUnicode_DecodeLatin1(gil_bytes_check(arg) ? GilBytes_AS_STRING(arg) : GilByteArray_AS_STRING(arg),
                                           1, NULL);
    }
    else if ((value = GilLong_AsLongAndOverflow(arg, &overflow)) >= 0 && value <= 255) /* may run anything */
        return GilUnicode_FromOrdinal((int)value);
    else if (!GilErr_Occurred())
        return GilErr_Format(GilExc_OverflowError, "%%c arg not in range(256)");
    else if (!GilErr_ExceptionMatches(GilExc_TypeError))
        return NULL;
    return GilErr_Format(GilExc_TypeError, "%%c requires an integer in range(256) or a single byte");
}

static GilObject *
octets_remainder(GilObject *left, GilObject *right)
{
    struct gil_percent of = {.is_octets = is_octets, .octets_of = octets_of, .octet_of = octet_of};
    struct gil_writer writer;
    struct gil_octets octets;
    GilObject *result = NULL;

    if (!is_octets(left))
        Gil_RETURN_NOTIMPLEMENTED;
    if (gil_octets_open(left, &octets) < 0) /* what an argument runs cannot resize it */
        return NULL;
    of.octets = octets.data;
    of.size = octets.size;
    gil_writer_init(&writer, gil_tstate_attached());
    if (gil_percent_write(&writer, &of, right) == 0)
        result = gil_octets_make(gil_bytes_check(left) ? &GilBytes_Type : &GilByteArray_Type,
                                 writer.length == 0 ? "" : _GilUnicode_DATA(writer.str), writer.length, NULL);
    gil_writer_drop(&writer);
    gil_octets_close(&octets);
    return result;
}

GilNumberMethods gil_octets_as_number = {.nb_remainder = octets_remainder};
