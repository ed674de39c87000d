/* SPDX-License-Identifier: MIT */
/*
 * Order, equality and hash of strings: by code points.
 *
 * The hash is SipHash over the code points as they are stored, so that texts chosen by a stranger do not collide by
 * design. Equal strings have the same form (see unicode.c) and therefore the same hash.
 */
#include "value/unicode_codec.h"

#include "base/hash.h"

#include <string.h>

int
gil_unicode_equal(const GilObject *a, const GilObject *b)
{
    if (a == b)
        return 1;
    Gil_ssize_t length = GilUnicode_GET_LENGTH(a);
    int kind = GilUnicode_KIND(a);
    return length == GilUnicode_GET_LENGTH(b) && kind == GilUnicode_KIND(b)
           && memcmp(_GilUnicode_DATA(a), _GilUnicode_DATA(b), (size_t)length * (size_t)kind) == 0;
}

/* Below zero, zero or above: by code points, the shorter first where one begins with the other. */
static int
compare(const GilObject *a, const GilObject *b)
{
    int kind_a = GilUnicode_KIND(a), kind_b = GilUnicode_KIND(b);
    const void *data_a = _GilUnicode_DATA(a), *data_b = _GilUnicode_DATA(b);
    Gil_ssize_t length_a = GilUnicode_GET_LENGTH(a), length_b = GilUnicode_GET_LENGTH(b);
    Gil_ssize_t common = Gil_MIN(length_a, length_b);

    if (kind_a == 1 && kind_b == 1) {
        int order = memcmp(data_a, data_b, (size_t)common);
        if (order != 0)
            return order < 0 ? -1 : 1;
    }
    else {
        for (Gil_ssize_t i = 0; i < common; i++) {
            Gil_UCS4 x = _GilUnicode_READ(kind_a, data_a, i), y = _GilUnicode_READ(kind_b, data_b, i);
            if (x != y)
                return x < y ? -1 : 1;
        }
    }
    return (length_a > length_b) - (length_a < length_b);
}

Gil_hash_t
gil_unicode_hash(GilObject *op)
{
    GilASCIIObject *str = (GilASCIIObject *)(void *)op;

    if (str->hash == -1) {
        Gil_hash_t hash = (Gil_hash_t)gil_hash_bytes(_GilUnicode_DATA(op),
                                                     (size_t)str->length * (size_t)GilUnicode_KIND(op));
        str->hash = hash == -1 ? -2 : hash;
    }
    return str->hash;
}

int
GilUnicode_Compare(GilObject *left, GilObject *right)
{
    gil_tstate_need(__func__);
    if (left == NULL || right == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (!gil_unicode_check(left) || !gil_unicode_check(right)) {
        GilErr_Format(GilExc_TypeError, "Can't compare %.100s and %.100s", Gil_TYPE(left)->tp_name,
                      Gil_TYPE(right)->tp_name);
        return -1;
    }
    return left == right ? 0 : compare(left, right);
}

int
GilUnicode_CompareWithASCIIString(GilObject *unicode, const char *string)
{
    gil_tstate_need(__func__);
    if (string == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (gil_unicode_need(__func__, unicode) < 0)
        return -1;
    int kind = GilUnicode_KIND(unicode);
    const void *data = _GilUnicode_DATA(unicode);
    Gil_ssize_t length = GilUnicode_GET_LENGTH(unicode), size = (Gil_ssize_t)strlen(string);
    for (Gil_ssize_t i = 0; i < length && i < size; i++) {
        Gil_UCS4 x = _GilUnicode_READ(kind, data, i), y = (unsigned char)string[i];
        if (x != y)
            return x < y ? -1 : 1;
    }
    return (length > size) - (length < size);
}

int
GilUnicode_EqualToUTF8(GilObject *unicode, const char *string)
{
    gil_tstate_need(__func__);
    return string != NULL && GilUnicode_EqualToUTF8AndSize(unicode, string, (Gil_ssize_t)strlen(string));
}

int
GilUnicode_EqualToUTF8AndSize(GilObject *unicode, const char *string, Gil_ssize_t size)
{
    gil_tstate_need(__func__);
    if (unicode == NULL || string == NULL || size < 0 || !gil_unicode_check(unicode))
        return 0;
    return gil_unicode_equal_utf8(unicode, string, (size_t)size);
}

int
GilUnicode_Equal(GilObject *str1, GilObject *str2)
{
    gil_tstate_need(__func__);
    if (str1 == NULL || str2 == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (!gil_unicode_check(str1) || !gil_unicode_check(str2)) {
        GilObject *other = gil_unicode_check(str1) ? str2 : str1;
        GilErr_Format(GilExc_TypeError, "%s argument must be str, not %.100s", other == str1 ? "first" : "second",
                      Gil_TYPE(other)->tp_name);
        return -1;
    }
    return gil_unicode_equal(str1, str2);
}

/* The tp_richcompare of str. */
GilObject *
gil_unicode_richcompare(GilObject *left, GilObject *right, int op)
{
    if (!gil_unicode_check(left) || !gil_unicode_check(right))
        Gil_RETURN_NOTIMPLEMENTED;
    if (op == Gil_EQ || op == Gil_NE)
        return _Gil_RichResult(gil_unicode_equal(left, right) == (op == Gil_EQ));
    int order = left == right ? 0 : compare(left, right);
    Gil_RETURN_RICHCOMPARE(order, 0, op);
}

GilObject *
GilUnicode_RichCompare(GilObject *left, GilObject *right, int op)
{
    gil_tstate_need(__func__);
    if (left == NULL || right == NULL)
        return gil_err_null(__func__);
    if (op < Gil_LT || op > Gil_GE)
        return gil_err_bad_number(__func__, "a comparison operator", op);
    return gil_unicode_richcompare(left, right, op);
}
