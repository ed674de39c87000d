/* SPDX-License-Identifier: MIT */
/* What tests of values say often: this is the text, that is the error. Public interface only. */
#ifndef TESTS_EXPECT_H
#define TESTS_EXPECT_H

#include <check.h>
#include <string.h>

#include <gilrt/bytes.h>
#include <gilrt/error.h>
#include <gilrt/unicode.h>

/* The pending error is of that class and says that; takes it. */
static inline void
gil_expect_error(GilObject *type, const char *text)
{
    ck_assert_msg(GilErr_Occurred() != NULL, "no error where \"%s\" was expected", text);
    ck_assert_msg(GilErr_ExceptionMatches(type), "an error of another class where \"%s\" was expected", text);
    GilObject *error = GilErr_GetRaisedException();
    GilObject *said = GilObject_Str(error);
    ck_assert_ptr_nonnull(said);
    ck_assert_str_eq(GilUnicode_AsUTF8(said), text);
    Gil_DECREF(said);
    Gil_DECREF(error);
}

/* The pending error is of that class; takes it. */
static inline void
gil_expect_raised(GilObject *type)
{
    ck_assert_msg(GilErr_Occurred() != NULL, "no error where one was expected");
    ck_assert_msg(GilErr_ExceptionMatches(type), "an error of another class than expected");
    GilErr_Clear();
}

/* op is a str, of this UTF-8; gives the reference back. */
static inline void
gil_expect_text(GilObject *op, const char *text)
{
    Gil_ssize_t size;

    ck_assert_msg(op != NULL, "NULL where \"%s\" was expected", text);
    ck_assert(GilUnicode_CheckExact(op));
    const char *utf8 = GilUnicode_AsUTF8AndSize(op, &size);
    ck_assert_ptr_nonnull(utf8);
    ck_assert_str_eq(utf8, text);
    ck_assert_int_eq(size, (Gil_ssize_t)strlen(text));
    Gil_DECREF(op);
}

/* op's repr is that text; gives the reference back. */
static inline void
gil_expect_repr(GilObject *op, const char *text)
{
    if (op == NULL && GilErr_Occurred() != NULL)
        GilErr_Print();
    ck_assert_msg(op != NULL, "NULL where \"%s\" was expected", text);
    gil_expect_text(GilObject_Repr(op), text);
    Gil_DECREF(op);
}

/* A function that returns an object has failed with that error. */
static inline void
gil_expect_failure(GilObject *result, GilObject *type, const char *text)
{
    ck_assert_msg(result == NULL, "a result where \"%s\" was expected", text);
    gil_expect_error(type, text);
}

/* op is bytes, of these size octets; gives the reference back. */
static inline void
gil_expect_octets(GilObject *op, const char *octets, Gil_ssize_t size)
{
    ck_assert_ptr_nonnull(op);
    ck_assert(GilBytes_CheckExact(op));
    ck_assert_int_eq(GilBytes_GET_SIZE(op), size);
    ck_assert_mem_eq(GilBytes_AS_STRING(op), octets, (size_t)size + 1);
    Gil_DECREF(op);
}

#endif
