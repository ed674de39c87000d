/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic on any two objects: which type is asked, and in which order.
 *
 * The operations differ only in a slot and in what the error message calls them, so each is a line in a table, and the
 * slot is found by its offset in GilNumberMethods. The rule of asking is CPython's: left, then right; right first where
 * its type is a subclass of the left one's with another slot; NotImplemented means "ask the next". Sequences come last,
 * for + and *, so that a type with both kinds of slots is a number first.
 */
#include "protocol/number.h"

#include "object/alloc.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/type.h"

/* --- asking --- */

static inline binaryfunc
slot_at(GilObject *o, size_t offset)
{
    const GilNumberMethods *nb = Gil_TYPE(o)->tp_as_number;
    return nb == NULL ? NULL : *(const binaryfunc *)(const void *)((const char *)nb + offset);
}

/* v op w by the slots at offset: a result, NotImplemented (no count) where nobody knows, NULL with the error set. */
static GilObject *
ask_both(GilObject *v, GilObject *w, size_t offset)
{
    binaryfunc left = slot_at(v, offset), right = Gil_IS_TYPE(w, Gil_TYPE(v)) ? NULL : slot_at(w, offset);
    GilObject *result;

    if (right == left)
        right = NULL;
    if (left != NULL) {
        if (right != NULL && GilType_IsSubtype(Gil_TYPE(w), Gil_TYPE(v))) {
            result = right(v, w);
            if (result != Gil_NotImplemented)
                return result;
            right = NULL;
        }
        result = left(v, w);
        if (result != Gil_NotImplemented)
            return result;
    }
    return right != NULL ? right(v, w) : Gil_NotImplemented;
}

/* The same with the slot for changing v itself tried first; offset2 is that of the ordinary operation. */
static GilObject *
ask_in_place(GilObject *v, GilObject *w, size_t offset, size_t offset2)
{
    binaryfunc in_place = slot_at(v, offset);

    if (in_place != NULL) {
        GilObject *result = in_place(v, w);
        if (result != Gil_NotImplemented)
            return result;
    }
    return ask_both(v, w, offset2);
}

static GIL_COLD GilObject *
refuse_binary(GilObject *v, GilObject *w, const char *name)
{
    return GilErr_Format(GilExc_TypeError, "unsupported operand type(s) for %.100s: '%.100s' and '%.100s'", name,
                         Gil_TYPE(v)->tp_name, Gil_TYPE(w)->tp_name);
}

/* Not in line: the public functions are two dozen, and this is what they do. Operands first, where they already are. */
static __attribute__((noinline)) GilObject *
binary(GilObject *v, GilObject *w, size_t offset, const char *func, const char *name)
{
    gil_err_begin(func, v != NULL && w != NULL);
    if (v == NULL || w == NULL)
        return gil_err_null(func);
    GilObject *result = ask_both(v, w, offset);
    return GIL_LIKELY(result != Gil_NotImplemented) ? result : refuse_binary(v, w, name);
}

static __attribute__((noinline)) GilObject *
in_place(GilObject *v, GilObject *w, size_t offset, size_t offset2, const char *func, const char *name)
{
    gil_err_begin(func, v != NULL && w != NULL);
    if (v == NULL || w == NULL)
        return gil_err_null(func);
    GilObject *result = ask_in_place(v, w, offset, offset2);
    return GIL_LIKELY(result != Gil_NotImplemented) ? result : refuse_binary(v, w, name);
}

#define SLOT(name) offsetof(GilNumberMethods, name)

/* --- binary operations --- */

/* One public function each: a macro, because the twenty bodies differ in three words. */
#define BINARY(Name, slot, sign)                              \
    GilObject *GilNumber_##Name(GilObject *o1, GilObject *o2) \
    {                                                         \
        return binary(o1, o2, SLOT(slot), __func__, sign);    \
    }

#define IN_PLACE(Name, slot, sign)                                                         \
    GilObject *GilNumber_InPlace##Name(GilObject *o1, GilObject *o2)                       \
    {                                                                                      \
        return in_place(o1, o2, SLOT(nb_inplace_##slot), SLOT(nb_##slot), __func__, sign); \
    }

BINARY(Subtract, nb_subtract, "-")
BINARY(MatrixMultiply, nb_matrix_multiply, "@")
BINARY(FloorDivide, nb_floor_divide, "//")
BINARY(TrueDivide, nb_true_divide, "/")
BINARY(Remainder, nb_remainder, "%")
BINARY(Divmod, nb_divmod, "divmod()")
BINARY(Lshift, nb_lshift, "<<")
BINARY(Rshift, nb_rshift, ">>")
BINARY(And, nb_and, "&")
BINARY(Xor, nb_xor, "^")
BINARY(Or, nb_or, "|")

IN_PLACE(Subtract, subtract, "-=")
IN_PLACE(MatrixMultiply, matrix_multiply, "@=")
IN_PLACE(FloorDivide, floor_divide, "//=")
IN_PLACE(TrueDivide, true_divide, "/=")
IN_PLACE(Remainder, remainder, "%=")
IN_PLACE(Lshift, lshift, "<<=")
IN_PLACE(Rshift, rshift, ">>=")
IN_PLACE(And, and, "&=")
IN_PLACE(Xor, xor, "^=")
IN_PLACE(Or, or, "|=")

/* --- + and *, which sequences know too --- */

GilObject *
GilNumber_Add(GilObject *o1, GilObject *o2)
{
    gil_err_begin(__func__, o1 != NULL && o2 != NULL);
    if (o1 == NULL || o2 == NULL)
        return gil_err_null(__func__);
    GilObject *result = ask_both(o1, o2, SLOT(nb_add));
    if (GIL_LIKELY(result != Gil_NotImplemented))
        return result;
    const GilSequenceMethods *sq = Gil_TYPE(o1)->tp_as_sequence;
    return sq != NULL && sq->sq_concat != NULL ? sq->sq_concat(o1, o2) : refuse_binary(o1, o2, "+");
}

GilObject *
GilNumber_InPlaceAdd(GilObject *o1, GilObject *o2)
{
    gil_err_begin(__func__, o1 != NULL && o2 != NULL);
    if (o1 == NULL || o2 == NULL)
        return gil_err_null(__func__);
    GilObject *result = ask_in_place(o1, o2, SLOT(nb_inplace_add), SLOT(nb_add));
    if (GIL_LIKELY(result != Gil_NotImplemented))
        return result;
    const GilSequenceMethods *sq = Gil_TYPE(o1)->tp_as_sequence;
    binaryfunc concat = sq == NULL ? NULL : sq->sq_inplace_concat != NULL ? sq->sq_inplace_concat : sq->sq_concat;
    return concat != NULL ? concat(o1, o2) : refuse_binary(o1, o2, "+=");
}

static GIL_COLD GilObject *
repeat(ssizeargfunc slot, GilObject *sequence, GilObject *n)
{
    if (!gil_has_index(n))
        return GilErr_Format(GilExc_TypeError, "can't multiply sequence by non-int of type '%.200s'",
                             Gil_TYPE(n)->tp_name);
    Gil_ssize_t count = GilNumber_AsSsize_t(n, GilExc_OverflowError);
    if (count == -1 && GilErr_Occurred() != NULL)
        return NULL;
    return slot(sequence, count);
}

static ssizeargfunc
repeat_slot(GilObject *o)
{
    const GilSequenceMethods *sq = Gil_TYPE(o)->tp_as_sequence;
    return sq == NULL ? NULL : sq->sq_repeat;
}

GilObject *
GilNumber_Multiply(GilObject *o1, GilObject *o2)
{
    gil_err_begin(__func__, o1 != NULL && o2 != NULL);
    if (o1 == NULL || o2 == NULL)
        return gil_err_null(__func__);
    GilObject *result = ask_both(o1, o2, SLOT(nb_multiply));
    if (GIL_LIKELY(result != Gil_NotImplemented))
        return result;
    if (repeat_slot(o1) != NULL)
        return repeat(repeat_slot(o1), o1, o2);
    return repeat_slot(o2) != NULL ? repeat(repeat_slot(o2), o2, o1) : refuse_binary(o1, o2, "*");
}

GilObject *
GilNumber_InPlaceMultiply(GilObject *o1, GilObject *o2)
{
    gil_err_begin(__func__, o1 != NULL && o2 != NULL);
    if (o1 == NULL || o2 == NULL)
        return gil_err_null(__func__);
    GilObject *result = ask_in_place(o1, o2, SLOT(nb_inplace_multiply), SLOT(nb_multiply));
    if (GIL_LIKELY(result != Gil_NotImplemented))
        return result;
    const GilSequenceMethods *sq = Gil_TYPE(o1)->tp_as_sequence;
    if (sq != NULL && sq->sq_inplace_repeat != NULL)
        return repeat(sq->sq_inplace_repeat, o1, o2);
    if (repeat_slot(o1) != NULL)
        return repeat(repeat_slot(o1), o1, o2);
    return repeat_slot(o2) != NULL ? repeat(repeat_slot(o2), o2, o1) : refuse_binary(o1, o2, "*=");
}

/* --- powers, which have three operands --- */

static ternaryfunc
power_slot(GilObject *o)
{
    const GilNumberMethods *nb = Gil_TYPE(o)->tp_as_number;
    return nb == NULL ? NULL : nb->nb_power;
}

static GIL_COLD GilObject *
ask_power(GilObject *v, GilObject *w, GilObject *z)
{
    ternaryfunc left = power_slot(v), right = Gil_IS_TYPE(w, Gil_TYPE(v)) ? NULL : power_slot(w), third;
    GilObject *result;

    if (right == left)
        right = NULL;
    if (left != NULL) {
        if (right != NULL && GilType_IsSubtype(Gil_TYPE(w), Gil_TYPE(v))) {
            result = right(v, w, z);
            if (result != Gil_NotImplemented)
                return result;
            right = NULL;
        }
        result = left(v, w, z);
        if (result != Gil_NotImplemented)
            return result;
    }
    if (right != NULL) {
        result = right(v, w, z);
        if (result != Gil_NotImplemented)
            return result;
    }
    third = power_slot(z);
    return third != NULL && third != left && third != right ? third(v, w, z) : Gil_NotImplemented;
}

static GIL_COLD GilObject *
refuse_power(GilObject *v, GilObject *w, GilObject *z, const char *name)
{
    if (z == Gil_None)
        return refuse_binary(v, w, name);
    return GilErr_Format(GilExc_TypeError, "unsupported operand type(s) for %.100s: '%.100s', '%.100s', '%.100s'", name,
                         Gil_TYPE(v)->tp_name, Gil_TYPE(w)->tp_name, Gil_TYPE(z)->tp_name);
}

GIL_COLD GilObject *
GilNumber_Power(GilObject *o1, GilObject *o2, GilObject *o3)
{
    gil_err_begin(__func__, o1 != NULL && o2 != NULL && o3 != NULL);
    if (o1 == NULL || o2 == NULL || o3 == NULL)
        return gil_err_null(__func__);
    GilObject *result = ask_power(o1, o2, o3);
    return result != Gil_NotImplemented ? result : refuse_power(o1, o2, o3, "** or pow()");
}

GIL_COLD GilObject *
GilNumber_InPlacePower(GilObject *o1, GilObject *o2, GilObject *o3)
{
    gil_err_begin(__func__, o1 != NULL && o2 != NULL && o3 != NULL);
    if (o1 == NULL || o2 == NULL || o3 == NULL)
        return gil_err_null(__func__);
    const GilNumberMethods *nb = Gil_TYPE(o1)->tp_as_number;
    if (nb != NULL && nb->nb_inplace_power != NULL) {
        GilObject *result = nb->nb_inplace_power(o1, o2, o3);
        if (result != Gil_NotImplemented)
            return result;
    }
    GilObject *result = ask_power(o1, o2, o3);
    return result != Gil_NotImplemented ? result : refuse_power(o1, o2, o3, "**=");
}

/* --- unary operations --- */

static __attribute__((noinline)) GilObject *
unary(GilObject *o, size_t offset, const char *func, const char *name)
{
    gil_err_begin(func, o != NULL);
    if (o == NULL)
        return gil_err_null(func);
    const GilNumberMethods *nb = Gil_TYPE(o)->tp_as_number;
    unaryfunc slot = nb == NULL ? NULL : *(const unaryfunc *)(const void *)((const char *)nb + offset);
    if (slot == NULL)
        return GilErr_Format(GilExc_TypeError, "bad operand type for %s: '%.200s'", name, Gil_TYPE(o)->tp_name);
    return slot(o);
}

GilObject *
GilNumber_Negative(GilObject *o)
{
    return unary(o, SLOT(nb_negative), __func__, "unary -");
}

GilObject *
GilNumber_Positive(GilObject *o)
{
    return unary(o, SLOT(nb_positive), __func__, "unary +");
}

GilObject *
GilNumber_Absolute(GilObject *o)
{
    return unary(o, SLOT(nb_absolute), __func__, "abs()");
}

GilObject *
GilNumber_Invert(GilObject *o)
{
    return unary(o, SLOT(nb_invert), __func__, "unary ~");
}

/* --- indices --- */

int
GilNumber_Check(GilObject *o)
{
    gil_tstate_need(__func__);
    if (o == NULL || Gil_TYPE(o)->tp_as_number == NULL)
        return 0;
    const GilNumberMethods *nb = Gil_TYPE(o)->tp_as_number;
    return nb->nb_index != NULL || nb->nb_int != NULL || nb->nb_float != NULL;
}

int
GilIndex_Check(GilObject *o)
{
    gil_tstate_need(__func__);
    return o != NULL && gil_has_index(o);
}

static int
is_int(GilObject *o)
{
    return (Gil_TYPE(o)->tp_flags & Gil_TPFLAGS_LONG_SUBCLASS) != 0;
}

GilObject *
gil_number_index(GilObject *o)
{
    if (is_int(o))
        return Gil_NewRef(o);
    if (!gil_has_index(o))
        return GilErr_Format(GilExc_TypeError, "'%.200s' object cannot be interpreted as an integer",
                             Gil_TYPE(o)->tp_name);
    GilObject *result = Gil_TYPE(o)->tp_as_number->nb_index(o);
    if (result != NULL && !is_int(result)) {
        GilErr_Format(GilExc_TypeError, "%.200s.__index__() must return an int, not %.200s", Gil_TYPE(o)->tp_name,
                      Gil_TYPE(result)->tp_name);
        Gil_CLEAR(result);
    }
    return result;
}

/*
 * The end of the range of Gil_ssize_t on the side of an int that does not fit; -1 with the error set when memory lacks.
 * The sign is told by the error of a conversion that refuses what is negative in another way than what is too large: how
 * the int compares itself with others is its class's business.
 */
static GIL_COLD Gil_ssize_t
clip(GilObject *number)
{
    uint64_t unused;
    int rc = gil_ops.int_as_uint64(number, &unused), below = rc < 0 && GilErr_ExceptionMatches(GilExc_ValueError);

    if (rc < 0 && !below && !GilErr_ExceptionMatches(GilExc_OverflowError))
        return -1;
    GilErr_Clear();
    return below ? GIL_SSIZE_T_MIN : GIL_SSIZE_T_MAX;
}

Gil_ssize_t
GilNumber_AsSsize_t(GilObject *o, GilObject *exc)
{
    int64_t result;

    gil_err_begin(__func__, o != NULL);
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    GilObject *number = gil_number_index(o);
    if (number == NULL)
        return -1;
    if (gil_ops.int_as_int64(number, &result) < 0) {
        result = -1;
        if (GilErr_ExceptionMatches(GilExc_OverflowError)) {
            GilErr_Clear();
            if (exc == NULL)
                result = clip(number);
            else
                GilErr_Format(exc, "cannot fit '%.200s' into an index-sized integer", Gil_TYPE(o)->tp_name);
        }
    }
    Gil_DECREF(number);
    return result;
}
