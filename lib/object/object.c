/* SPDX-License-Identifier: MIT */
/*
 * What any object can be asked: repr, str, hash, comparison, truth, kind, names.
 *
 * Each asks the slot of the object's type and checks the answer: a repr that is no str, or NULL without an error,
 * becomes an error that names the type. Slots of nested containers call back in here, so repr and comparison count as
 * levels of recursion.
 */
#include "object/object.h"

#include "object/attr.h"
#include "object/error.h"
#include "object/format.h"
#include "object/ops.h"
#include "object/recursion.h"
#include "object/type.h"

GilObject *
gil_object_default_repr(GilObject *self)
{
    struct gil_text text;
    char buffer[256];

    gil_text_init_fixed(&text, buffer, sizeof buffer);
    if (gil_text_append_format(&text, "<%.200s object at %p>", Gil_TYPE(self)->tp_name, (void *)self) < 0)
        return NULL;
    return gil_ops.str_from_utf8(text.data, text.len);
}

Gil_hash_t
gil_object_hash_identity(GilObject *self)
{
    Gil_uhash_t x = (Gil_uhash_t)(uintptr_t)self;
    Gil_hash_t hash = (Gil_hash_t)(x >> 4 | x << (8 * sizeof x - 4));

    return hash != -1 ? hash : -2;
}

/* Ask repr or str of o's type, one level deeper; the answer must be a str. */
static GilObject *
ask_text(GilThreadState *ts, GilObject *o, reprfunc ask, const char *name, const char *where)
{
    if (gil_recursion_enter(ts, where) < 0)
        return NULL;
    GilObject *result = ask(o); /* may run anything */
    gil_recursion_leave(ts);
    if (result == NULL) {
        if (!gil_err_pending(ts))
            GilErr_Format(GilExc_SystemError, "%s of '%s' returned NULL without setting an exception", name,
                          Gil_TYPE(o)->tp_name);
        return NULL;
    }
    if (!gil_is_str(result)) {
        GilErr_Format(GilExc_TypeError, "%s returned non-string (type %s)", name, Gil_TYPE(result)->tp_name);
        Gil_DECREF(result);
        return NULL;
    }
    return result;
}

static GilObject *
text_of_null(void)
{
    return gil_ops.str_from_utf8("<NULL>", 6);
}

GilObject *
GilObject_Repr(GilObject *o)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (o == NULL)
        return text_of_null();
    reprfunc ask = Gil_TYPE(o)->tp_repr;
    return ask_text(ts, o, ask != NULL ? ask : gil_object_default_repr, "__repr__",
                    " while getting the repr of an object");
}

GilObject *
GilObject_Str(GilObject *o)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (o == NULL)
        return text_of_null();
    if (gil_is_str(o) && Gil_TYPE(o)->tp_base == &GilBaseObject_Type)
        return Gil_NewRef(o); /* str itself; a subclass may have its own idea */
    reprfunc ask = Gil_TYPE(o)->tp_str;
    if (ask == NULL)
        return GilObject_Repr(o);
    return ask_text(ts, o, ask, "__str__", " while getting the str of an object");
}

/* Well-formed UTF-8 with all beyond ASCII as \xNN, \uNNNN or \UNNNNNNNN. */
static int
append_escaped(struct gil_text *text, const unsigned char *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        unsigned c = s[i++];
        int more = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
        if (more > 0)
            c &= 0x3Fu >> more;
        for (; more > 0; more--)
            c = c << 6 | (s[i++] & 0x3F);
        int rc = c < 0x80      ? gil_text_append(text, (const char *)&s[i - 1], 1)
                 : c < 0x100   ? gil_text_append_format(text, "\\x%02x", c)
                 : c < 0x10000 ? gil_text_append_format(text, "\\u%04x", c)
                               : gil_text_append_format(text, "\\U%08x", c);
        if (rc < 0)
            return -1;
    }
    return 0;
}

GilObject *
GilObject_ASCII(GilObject *o)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *repr = GilObject_Repr(o), *result = NULL;
    struct gil_text text;
    size_t len, plain = 0;

    if (repr == NULL)
        return NULL;
    const char *s = gil_ops.str_utf8(repr, &len);
    while (s != NULL && plain < len && (unsigned char)s[plain] < 0x80)
        plain++;
    if (s != NULL && plain == len)
        return repr;
    gil_text_init(&text, ts->heap);
    if (s != NULL && append_escaped(&text, (const unsigned char *)s, len) == 0)
        result = gil_ops.str_from_utf8(text.data, text.len);
    gil_text_free(&text);
    Gil_DECREF(repr);
    return result;
}

Gil_hash_t
GilObject_HashNotImplemented(GilObject *o)
{
    gil_tstate_need(__func__);
    if (o == NULL)
        gil_err_null(__func__);
    else
        GilErr_Format(GilExc_TypeError, "unhashable type: '%s'", Gil_TYPE(o)->tp_name);
    return -1;
}

Gil_hash_t
GilObject_Hash(GilObject *o)
{
    gil_tstate_need(__func__);
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    hashfunc ask = Gil_TYPE(o)->tp_hash;
    return ask != NULL ? ask(o) : GilObject_HashNotImplemented(o);
}

/* The operator with its operands changed over. */
static const int swapped[] = {Gil_GT, Gil_GE, Gil_EQ, Gil_NE, Gil_LT, Gil_LE};
static const char *const operators[] = {"<", "<=", "==", "!=", ">", ">="};

/* One side's answer; 1 when it is one, 0 when the side does not know the other. */
static int
ask_compare(GilObject *v, GilObject *w, int op, GilObject **result)
{
    richcmpfunc ask = Gil_TYPE(v)->tp_richcompare;

    if (ask == NULL)
        return 0;
    *result = ask(v, w, op); /* may run anything */
    return *result != Gil_NotImplemented; /* which is immortal */
}

static GilObject *
compare(GilObject *v, GilObject *w, int op)
{
    GilObject *result;
    int asked_w = 0;

    /* A subclass may know better than the class it comes from. */
    if (!Gil_IS_TYPE(v, Gil_TYPE(w)) && GilType_IsSubtype(Gil_TYPE(w), Gil_TYPE(v))) {
        asked_w = 1;
        if (ask_compare(w, v, swapped[op], &result))
            return result;
    }
    if (ask_compare(v, w, op, &result))
        return result;
    if (!asked_w && ask_compare(w, v, swapped[op], &result))
        return result;
    if (op == Gil_EQ || op == Gil_NE)
        return _Gil_RichResult((v == w) == (op == Gil_EQ));
    GilErr_Format(GilExc_TypeError, "'%s' not supported between instances of '%s' and '%s'", operators[op],
                  Gil_TYPE(v)->tp_name, Gil_TYPE(w)->tp_name);
    return NULL;
}

GilObject *
GilObject_RichCompare(GilObject *v, GilObject *w, int op)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (v == NULL || w == NULL)
        return gil_err_null(__func__);
    if (op < Gil_LT || op > Gil_GE) {
        GilErr_Format(GilExc_SystemError, "%s: there is no operator %d", __func__, op);
        return NULL;
    }
    if (gil_recursion_enter(ts, " in comparison") < 0)
        return NULL;
    GilObject *result = compare(v, w, op);
    gil_recursion_leave(ts);
    if (result == NULL && !gil_err_pending(ts))
        GilErr_Format(GilExc_SystemError, "comparison of '%s' returned NULL without setting an exception",
                      Gil_TYPE(v)->tp_name);
    return result;
}

int
GilObject_RichCompareBool(GilObject *v, GilObject *w, int op)
{
    gil_tstate_need(__func__);
    if (v == NULL || w == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (v == w && (op == Gil_EQ || op == Gil_NE))
        return op == Gil_EQ;
    GilObject *result = GilObject_RichCompare(v, w, op);
    if (result == NULL)
        return -1;
    int truth = GilObject_IsTrue(result);
    Gil_DECREF(result);
    return truth;
}

int
GilObject_IsTrue(GilObject *o)
{
    gil_tstate_need(__func__);
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    const GilTypeObject *type = Gil_TYPE(o);
    Gil_ssize_t answer = 1;
    if (o == Gil_None)
        answer = 0;
    else if (type->tp_as_number != NULL && type->tp_as_number->nb_bool != NULL)
        answer = type->tp_as_number->nb_bool(o);
    else if (type->tp_as_mapping != NULL && type->tp_as_mapping->mp_length != NULL)
        answer = type->tp_as_mapping->mp_length(o);
    else if (type->tp_as_sequence != NULL && type->tp_as_sequence->sq_length != NULL)
        answer = type->tp_as_sequence->sq_length(o);
    return answer < 0 ? -1 : answer > 0;
}

int
GilObject_Not(GilObject *o)
{
    gil_tstate_need(__func__);
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    int truth = GilObject_IsTrue(o);
    return truth < 0 ? -1 : !truth;
}

GilObject *
GilObject_Type(GilObject *o)
{
    gil_tstate_need(__func__);
    return o != NULL ? Gil_NewRef(Gil_TYPE(o)) : gil_err_null(__func__);
}

/* Whether type derives from cls, a type or a tuple of such, nested as deep as the stack allows. */
static int
derives_from(GilThreadState *ts, GilTypeObject *type, GilObject *cls, const char *func)
{
    if (gil_is_type(cls))
        return GilType_IsSubtype(type, (GilTypeObject *)(void *)cls);
    if (!gil_is_tuple(cls)) {
        GilErr_Format(GilExc_TypeError, "%s() arg 2 must be a type or a tuple of types", func);
        return -1;
    }
    GilObject **items;
    Gil_ssize_t n = gil_ops.tuple_items(cls, &items);
    if (gil_recursion_enter(ts, " in a check of types") < 0)
        return -1;
    int answer = 0;
    for (Gil_ssize_t i = 0; i < n && answer == 0; i++)
        answer = derives_from(ts, type, items[i], func);
    gil_recursion_leave(ts);
    return answer;
}

int
GilObject_IsInstance(GilObject *o, GilObject *cls)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (o == NULL || cls == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return derives_from(ts, Gil_TYPE(o), cls, "isinstance");
}

int
GilObject_IsSubclass(GilObject *derived, GilObject *cls)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (derived == NULL || cls == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (!gil_is_type(derived)) {
        GilErr_SetString(GilExc_TypeError, "issubclass() arg 1 must be a class");
        return -1;
    }
    return derives_from(ts, (GilTypeObject *)(void *)derived, cls, "issubclass");
}

/* By insertion: a few dozen names, and the C library's qsort() may call the host's malloc(). */
static void
sort_names(const struct gil_name_entry **names, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct gil_name_entry *entry = names[i];
        size_t at = i;
        for (; at > 0 && strcmp(names[at - 1]->name, entry->name) > 0; at--)
            names[at] = names[at - 1];
        names[at] = entry;
    }
}

/* Names of all attributes of type and its bases, each once, sorted. */
static GilObject *
list_names(GilThreadState *ts, const GilTypeObject *type)
{
    const struct gil_name_entry **found = NULL, *entry;
    GilObject **names = NULL, *list = NULL;
    size_t n = 0, made = 0, unique = 0, room = 0;

    for (Gil_ssize_t i = 0; i < type->tp_mro_count; i++)
        room += gil_names_count(type->tp_mro_items[i]->tp_names);
    found = gil_heap_calloc(ts->heap, room + 1, sizeof *found);
    names = gil_heap_calloc(ts->heap, room + 1, sizeof *names);
    if (found == NULL || names == NULL) {
        gil_err_no_memory(ts);
        goto done;
    }
    for (Gil_ssize_t i = 0; i < type->tp_mro_count; i++)
        for (size_t pos = 0; (entry = gil_names_next(type->tp_mro_items[i]->tp_names, &pos)) != NULL;)
            found[n++] = entry;
    sort_names(found, n);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(found[i]->name, found[i - 1]->name) != 0)
            found[unique++] = found[i];
    /* Making a str runs nothing, so the tables stay as they are. */
    for (; made < unique; made++)
        if ((names[made] = gil_ops.str_from_utf8(found[made]->name, found[made]->len)) == NULL)
            goto done;
    list = gil_ops.list_of_names(names, (Gil_ssize_t)unique);
done:
    while (made > 0)
        Gil_DECREF(names[--made]);
    gil_heap_free(names);
    gil_heap_free(found);
    return list;
}

GilObject *
GilObject_Dir(GilObject *o)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_found found;

    if (o == NULL)
        return gil_err_null(__func__);
    if (gil_type_find(Gil_TYPE(o), "__dir__", 7, &found) && found.entry.kind == GIL_NAME_METHOD &&
        found.entry.u.method->ml_flags == GIL_METH_NOARGS)
        return found.entry.u.method->ml_meth(o, NULL); /* may run anything */
    return list_names(ts, gil_is_type(o) ? (const GilTypeObject *)(void *)o : Gil_TYPE(o));
}

int
GilCallable_Check(GilObject *o)
{
    return o != NULL && Gil_TYPE(o)->tp_call != NULL;
}
