/* SPDX-License-Identifier: MIT */
/*
 * Methods called from a table: self, method, arguments, and the repr of the result or "Class: words" of the error. The
 * tables were filled in by CPython 3.11.
 */
#ifndef TESTS_METHOD_TABLE_H
#define TESTS_METHOD_TABLE_H

#include "support/expect.h"
#include "support/support.h"

#include "gilrt/bytearray.h"
#include "gilrt/call.h"
#include "gilrt/dict.h"
#include "gilrt/long.h"
#include "gilrt/tuple.h"
#include "gilrt/typeobject.h"

#include <stdio.h>
#include <stdlib.h>

/* Arguments are between bars: y and octets, s and UTF-8, i and a number, N for None, ( and a tuple of y and s; =name= before
 * one that is given by name. */
struct method_case {
    const char *self, *method, *arguments, *result;
};

static GilObject *
make_argument(const char *text, size_t size)
{
    char *end;

    switch (*text) {
    case 'y':
        return GilBytes_FromStringAndSize(text + 1, (Gil_ssize_t)size - 1);
    case 's':
        return GilUnicode_FromStringAndSize(text + 1, (Gil_ssize_t)size - 1);
    case 'i':
        return GilLong_FromLong(strtol(text + 1, &end, 10));
    case 'N':
        return Gil_NewRef(Gil_None);
    default:
        return NULL;
    }
}

/* "=name=argument" into *named, a dict, which is made where there is none. */
static void
make_named_argument(const char *text, size_t size, GilObject **named)
{
    const char *value = (const char *)memchr(text + 1, '=', size - 1) + 1;
    char *name = strndup(text + 1, (size_t)(value - text - 2));
    GilObject *arg = make_argument(value, size - (size_t)(value - text));

    if (*named == NULL)
        *named = GilDict_New();
    ck_assert_int_eq(GilDict_SetItemString(*named, name, arg), 0);
    Gil_DECREF(arg);
    free(name);
}

/* The arguments between separators; text may be NULL. */
static GilObject *
make_arguments(const char *text, size_t size, char separator, GilObject **named)
{
    GilObject *items[8] = {NULL};
    Gil_ssize_t n = 0;

    while (size > 0) {
        const char *next = memchr(text, separator, size);
        size_t length = next == NULL ? size : (size_t)(next - text);
        if (*text == '=')
            make_named_argument(text, length, named);
        else {
            items[n] = *text == '(' ? make_arguments(text + 1, length - 1, ',', NULL) : make_argument(text, length);
            ck_assert_ptr_nonnull(items[n++]);
        }
        text += next == NULL ? length : length + 1;
        size -= next == NULL ? length : length + 1;
    }
    GilObject *tuple = GilTuple_FromArray(items, n);
    while (n > 0)
        Gil_DECREF(items[--n]);
    return tuple;
}

/* The repr of a result, or what the error says, as a new block. */
static char *
said_of(GilObject *result)
{
    char *said;

    if (result != NULL) {
        GilObject *repr = GilObject_Repr(result);
        said = strdup(GilUnicode_AsUTF8(repr));
        Gil_DECREF(repr);
        Gil_DECREF(result);
        return said;
    }
    GilObject *error = GilErr_GetRaisedException();
    ck_assert_ptr_nonnull(error);
    GilObject *words = GilObject_Str(error);
    ck_assert_int_gt(asprintf(&said, "%s: %s", Gil_TYPE(error)->tp_name, GilUnicode_AsUTF8(words)), 0);
    Gil_DECREF(words);
    Gil_DECREF(error);
    return said;
}

static inline GilObject *
arguments_of(const struct method_case *c, GilObject **named)
{
    return make_arguments(c->arguments, c->arguments == NULL ? 0 : strlen(c->arguments), '|', named);
}

/* self.method(*arguments), or with the method NULL self(*arguments), whose result is a new block. */
static inline char *
call_method(GilObject *self, const struct method_case *c)
{
    GilObject *named = NULL, *args = arguments_of(c, &named);
    GilObject *method = c->method == NULL ? Gil_NewRef(self) : GilObject_GetAttrString(self, c->method);

    ck_assert_msg(method != NULL, "there is no method %s", c->method);
    char *said = said_of(GilObject_Call(method, args, named));
    Gil_DECREF(method);
    Gil_DECREF(args);
    Gil_XDECREF(named);
    return said;
}

/* The case holds for self. */
static inline void
expect_method(GilObject *self, const struct method_case *c, const char *result)
{
    char *said = call_method(self, c);

    ck_assert_msg(strcmp(said, result) == 0, "%s.%s(%s) is %s instead of %s", c->self,
                  c->method == NULL ? "" : c->method, c->arguments == NULL ? "" : c->arguments, said, result);
    free(said);
}

/* A call for gil_test_oom_loop(). */
struct method_call {
    GilObject *self, *args;
    const char *method;
};

static inline int
call_once(void *arg)
{
    const struct method_call *call = arg;
    GilObject *method = GilObject_GetAttrString(call->self, call->method);
    GilObject *result = method == NULL ? NULL : GilObject_Call(method, call->args, NULL);
    int rc = result == NULL ? -1 : 0;

    Gil_XDECREF(result);
    Gil_XDECREF(method);
    return rc;
}

/* The method of self, with each allocation failing in turn. */
static inline void
expect_no_leak(GilObject *self, const struct method_case *c)
{
    struct method_call call = {self, arguments_of(c, NULL), c->method};

    gil_test_oom_loop(call_once, &call);
    Gil_DECREF(call.args);
}

/* text with each b'...' as bytearray(b'...'); a new block. */
static inline char *
as_bytearrays(const char *text)
{
    char *copy = malloc(strlen(text) * 8 + 1), *to = copy;

    while (*text != '\0') {
        if (text[0] != 'b' || text[1] != '\'') {
            *to++ = *text++;
            continue;
        }
        const char *end = strchr(text + 2, '\'') + 1;
        to += sprintf(to, "bytearray(%.*s)", (int)(end - text), text);
        text = end;
    }
    *to = '\0';
    return copy;
}

/* The cases hold for bytes, and for bytearrays of the same octets. */
static inline void
expect_octets_methods(const struct method_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        GilObject *bytes = GilBytes_FromString(cases[i].self), *array = GilByteArray_FromObject(bytes);
        char *result = as_bytearrays(cases[i].result);
        expect_method(bytes, &cases[i], cases[i].result);
        expect_method(array, &cases[i], result);
        free(result);
        Gil_DECREF(array);
        Gil_DECREF(bytes);
    }
}

/* The cases hold for str. */
static inline void
expect_str_methods(const struct method_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        GilObject *str = GilUnicode_FromString(cases[i].self);
        expect_method(str, &cases[i], cases[i].result);
        Gil_DECREF(str);
    }
}

#endif
