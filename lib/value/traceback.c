/* SPDX-License-Identifier: MIT */
/*
 * Entries of tracebacks.
 *
 * An entry is one block: both texts stand behind its fields, so that adding one is one allocation on the way out of a
 * function. It refers only to the entry that was there before it and never changes: no cycle can be made of entries, and
 * the collector need not know them.
 */
#include "value/traceback.h"

#include "gilrt/iter.h"
#include "gilrt/unicode.h"
#include "object/error.h"
#include "object/format.h"
#include "object/ops.h"
#include "object/type.h"
#include "value/exception.h"
#include "value/start.h"

#include <string.h>

/* Entries and notes that are printed of one exception. */
#define LINES_MAX 1000

struct traceback {
    GilObject_HEAD
    GilObject *next; /* [const] towards the cause; strong or NULL */
    int lineno;      /* [const] */
    size_t name;     /* [const] where in text the function's name begins */
    char text[];     /* [const] file name, NUL, function's name, NUL; UTF-8 */
};

static struct traceback *
cast(GilObject *op)
{
    return (struct traceback *)(void *)op;
}

/* A new entry before next, which it takes a reference to; NULL with MemoryError. */
static GilObject *
make(GilThreadState *ts, const char *funcname, const char *filename, int lineno, GilObject *next)
{
    struct gil_text text;
    GilObject *op = NULL;

    gil_text_init(&text, ts->heap);
    if (gil_text_append_repaired(&text, filename, strlen(filename)) == 0) {
        size_t name = text.len + 1;
        if (gil_text_append(&text, "", 1) == 0 && gil_text_append_repaired(&text, funcname, strlen(funcname)) == 0)
            op = gil_object_alloc_plain(ts, &GilTraceBack_Type, sizeof(struct traceback) + text.len + 1);
        if (op != NULL) {
            cast(op)->next = Gil_XNewRef(next);
            cast(op)->lineno = lineno;
            cast(op)->name = name;
            memcpy(cast(op)->text, text.data, text.len + 1);
        }
    }
    gil_text_free(&text);
    return op;
}

int
GilTraceBack_Add(const char *funcname, const char *filename, int lineno)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (funcname == NULL || filename == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (!gil_err_pending(ts)) {
        GilErr_Format(GilExc_SystemError, "%s: no error is pending", __func__);
        return -1;
    }
    GilObject *exc = GilErr_GetRaisedException(), *entry = NULL;
    if (exc != gil_value_pocket(ts)->memory_error) {
        entry = make(ts, funcname, filename, lineno, gil_exception(exc)->traceback);
        if (entry != NULL)
            Gil_XSETREF(gil_exception(exc)->traceback, entry); /* the old one lives on in the new one */
    }
    GilErr_SetRaisedException(exc);
    return entry == NULL ? -1 : 0;
}

/* --- printed --- */

static GilObject *
traceback_text(GilThreadState *ts, GilObject *tb)
{
    struct gil_text text;
    GilObject *op = NULL;

    gil_text_init(&text, ts->heap);
    int rc = gil_text_append_format(&text, "Traceback (most recent call last):\n"), more = -LINES_MAX;
    for (GilObject *entry = tb; entry != NULL; entry = cast(entry)->next)
        more++;
    if (rc == 0 && more > 0)
        rc = gil_text_append_format(&text, "  [%d outer entries left out]\n", more);
    for (; more > 0; more--)
        tb = cast(tb)->next; /* where it was raised matters more than from where all began */
    for (; rc == 0 && tb != NULL; tb = cast(tb)->next)
        rc = gil_text_append_format(&text, "  File \"%s\", line %d, in %s\n", cast(tb)->text, cast(tb)->lineno,
                                    cast(tb)->text + cast(tb)->name);
    if (rc == 0)
        op = GilUnicode_FromStringAndSize(text.data, (Gil_ssize_t)text.len);
    gil_text_free(&text);
    return op;
}

/* One line for each item of what should be an iterable of str. */
static GilObject *
notes_text(GilThreadState *ts, GilObject *notes)
{
    GilObject *it = GilObject_GetIter(notes), *note, *op = NULL;
    struct gil_text text;
    int rc = it == NULL ? -1 : 0;

    gil_text_init(&text, ts->heap);
    for (int i = 0; rc == 0 && i <= LINES_MAX && (rc = GilIter_NextItem(it, &note)) == 1; i++) {
        rc = gil_text_append_format(&text, i < LINES_MAX ? "%S\n" : "[further notes left out]\n", note);
        Gil_DECREF(note);
    }
    if (rc == 0 && text.len > 0)
        op = gil_ops.str_from_utf8(text.data, text.len);
    gil_text_free(&text);
    Gil_XDECREF(it);
    return op;
}

void
gil_traceback_ops_parts(GilObject *exc, GilObject **traceback, GilObject **notes)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *list = NULL, *tb = Gil_XNewRef(gil_exception(exc)->traceback);

    *traceback = tb == NULL ? NULL : traceback_text(ts, tb);
    Gil_XDECREF(tb);
    gil_err_clear(ts);
    *notes = NULL;
    if (GilObject_GetOptionalAttrString(exc, "__notes__", &list) == 1) { /* may run anything */
        *notes = notes_text(ts, list);
        Gil_DECREF(list);
    }
    gil_err_clear(ts);
}

/* --- the type --- */

static void
traceback_dealloc(GilObject *op)
{
    Gil_XDECREF(cast(op)->next);
    gil_object_free_plain(op);
}

static GilObject *
get_next(GilObject *op, void *Gil_UNUSED(closure))
{
    return Gil_NewRef(cast(op)->next == NULL ? Gil_None : cast(op)->next);
}

static GilObject *
get_filename(GilObject *op, void *Gil_UNUSED(closure))
{
    return GilUnicode_FromString(cast(op)->text);
}

static GilObject *
get_name(GilObject *op, void *Gil_UNUSED(closure))
{
    return GilUnicode_FromString(cast(op)->text + cast(op)->name);
}

static GilGetSetDef traceback_getset[] = {
    {"tb_next", get_next, NULL, "the entry of the function that was called from here, or None", NULL},
    {"tb_filename", get_filename, NULL, "the file", NULL},
    {"tb_name", get_name, NULL, "the function", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static GilMemberDef traceback_members[] = {
    {"tb_lineno", Gil_T_INT, offsetof(struct traceback, lineno), Gil_READONLY, "the line in that file"},
    {NULL, 0, 0, 0, NULL},
};

GilTypeObject GilTraceBack_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "traceback",
    .tp_basicsize = sizeof(struct traceback),
    .tp_dealloc = traceback_dealloc,
    .tp_flags = Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE
                | Gil_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = GilDoc_STR("An entry of a traceback: a place that an error passed."),
    .tp_members = traceback_members,
    .tp_getset = traceback_getset,
};

int
gil_traceback_start(void)
{
    return gil_type_ready(&GilTraceBack_Type);
}
