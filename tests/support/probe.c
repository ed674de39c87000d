/* SPDX-License-Identifier: MIT */
/* Probes, by the public interface alone: a heap type as any extension would make it. */
#include "support/probe.h"

#include <check.h>
#include <stdarg.h>
#include <string.h>

struct probe {
    GilObject_HEAD
    long value;
    Gil_hash_t hash;
    const struct gil_test_probe_hooks *hooks;
};

static long alive;

/* What is being asked, the latest first: whoever asks holds it until it has answered. */
struct question {
    GilObject *v, *w;
    const struct question *before;
};
static const struct question *asked;

static void
must_not_be_asked(GilObject *op)
{
    for (const struct question *q = asked; q != NULL; q = q->before)
        ck_assert_msg(op != q->v && op != q->w,
                      "a probe of %ld dies while it is asked something", ((struct probe *)(void *)op)->value);
}

static struct probe *
probe_of(GilObject *op)
{
    return (struct probe *)(void *)op;
}

static Gil_hash_t
probe_hash(GilObject *op)
{
    const struct gil_test_probe_hooks *hooks = probe_of(op)->hooks;
    struct question question = {op, op, asked};
    asked = &question;
    if (hooks != NULL && hooks->on_hash != NULL)
        hooks->on_hash(hooks->arg);
    asked = question.before;
    return GilErr_Occurred() ? -1 : probe_of(op)->hash;
}

static GilObject *
probe_richcompare(GilObject *v, GilObject *w, int op)
{
    const struct gil_test_probe_hooks *hooks = probe_of(v)->hooks;
    if (Gil_TYPE(v) != Gil_TYPE(w))
        Gil_RETURN_NOTIMPLEMENTED;
    long a = probe_of(v)->value, b = probe_of(w)->value;
    struct question question = {v, w, asked};
    asked = &question;
    int rc = hooks != NULL && hooks->on_compare != NULL ? hooks->on_compare(hooks->arg) : 0;
    asked = question.before;
    if (rc < 0)
        return NULL;
    Gil_RETURN_RICHCOMPARE(a, b, op);
}

static GilObject *
probe_repr(GilObject *op)
{
    const struct gil_test_probe_hooks *hooks = probe_of(op)->hooks;
    long value = probe_of(op)->value;
    struct question question = {op, op, asked};
    asked = &question;
    if (hooks != NULL && hooks->on_repr != NULL)
        hooks->on_repr(hooks->arg);
    asked = question.before;
    return GilErr_Occurred() ? NULL : GilUnicode_FromFormat("<%ld>", value);
}

static void
probe_dealloc(GilObject *op)
{
    GilTypeObject *type = Gil_TYPE(op);
    const struct gil_test_probe_hooks *hooks = probe_of(op)->hooks;
    must_not_be_asked(op);
    alive--;
    GilObject_Free(op);
    Gil_DECREF(type);
    if (hooks != NULL && hooks->on_free != NULL)
        hooks->on_free(hooks->arg);
}

static GilType_Slot probe_slots[] = {
    {Gil_tp_hash, (void *)probe_hash},
    {Gil_tp_richcompare, (void *)probe_richcompare},
    {Gil_tp_repr, (void *)probe_repr},
    {Gil_tp_dealloc, (void *)probe_dealloc},
    {0, NULL},
};

static GilType_Spec probe_spec = {
    .name = "test.Probe",
    .basicsize = sizeof(struct probe),
    .flags = Gil_TPFLAGS_DEFAULT,
    .slots = probe_slots,
};

/* The type lives while a probe of it does: probes compare only with those of the same type. */
static GilTypeObject *type;

GilObject *
gil_test_probe(long value, Gil_hash_t hash, const struct gil_test_probe_hooks *hooks)
{
    if (alive == 0)
        type = (GilTypeObject *)(void *)GilType_FromSpec(&probe_spec);
    if (type == NULL)
        return NULL;
    struct probe *probe = GilObject_New(struct probe, type);
    if (alive == 0)
        Gil_DECREF(type); /* the probe holds it */
    if (probe == NULL)
        return NULL;
    alive++;
    probe->value = value;
    probe->hash = hash;
    probe->hooks = hooks;
    return (GilObject *)(void *)probe;
}

long
gil_test_probe_value(GilObject *probe)
{
    return probe_of(probe)->value;
}

long
gil_test_probes(void)
{
    return alive;
}

static void
text_is(GilObject *str, const char *text)
{
    ck_assert_msg(str != NULL, "no text, expected \"%s\"", text);
    const char *found = GilUnicode_AsUTF8(str);
    ck_assert_ptr_nonnull(found);
    ck_assert_str_eq(found, text);
    Gil_DECREF(str);
}

void
gil_test_repr(GilObject *obj, const char *text)
{
    text_is(GilObject_Repr(obj), text);
}

void
gil_test_str(GilObject *obj, const char *text)
{
    text_is(GilObject_Str(obj), text);
}

void
gil_test_raised(GilObject *exc_class)
{
    ck_assert_msg(GilErr_Occurred() != NULL, "no error, expected %s", GilExceptionClass_Name(exc_class));
    ck_assert_msg(GilErr_ExceptionMatches(exc_class), "%s, expected %s", GilExceptionClass_Name(GilErr_Occurred()),
                  GilExceptionClass_Name(exc_class));
    GilErr_Clear();
}

void
gil_test_error(GilObject *exc_class, const char *text)
{
    ck_assert_msg(GilErr_Occurred() != NULL, "no error, expected %s", GilExceptionClass_Name(exc_class));
    GilObject *exc = GilErr_GetRaisedException();
    ck_assert_msg((GilObject *)(void *)Gil_TYPE(exc) == exc_class, "%s, expected %s",
                  GilExceptionClass_Name((GilObject *)(void *)Gil_TYPE(exc)), GilExceptionClass_Name(exc_class));
    gil_test_str(exc, text);
    Gil_DECREF(exc);
}

GilObject *
gil_test_ints(Gil_ssize_t n, ...)
{
    va_list values;
    GilObject *list = GilList_New(n);
    ck_assert_ptr_nonnull(list);
    va_start(values, n);
    for (Gil_ssize_t i = 0; i < n; i++)
        GilList_SET_ITEM(list, i, GilLong_FromLong(va_arg(values, int)));
    va_end(values);
    return list;
}
