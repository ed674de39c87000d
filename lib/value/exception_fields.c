/* SPDX-License-Identifier: MIT */
/* Exceptions that carry more than their arguments: the wide layout, and the small classes that have it. */
#include "gilrt/dict.h"
#include "gilrt/gc.h"
#include "gilrt/unicode.h"
#include "object/error.h"
#include "value/exception.h"
#include "value/tuple.h"

int
gil_exception_wide_traverse(GilObject *op, visitproc visit, void *arg)
{
    for (int i = 0; i < GIL_EXCEPTION_FIELDS; i++)
        Gil_VISIT(gil_exception_wide(op)->field[i]);
    return gil_exception_traverse(op, visit, arg);
}

int
gil_exception_wide_clear(GilObject *op)
{
    for (int i = 0; i < GIL_EXCEPTION_FIELDS; i++)
        Gil_CLEAR(gil_exception_wide(op)->field[i]);
    return gil_exception_clear(op);
}

void
gil_exception_wide_dealloc(GilObject *op)
{
    gil_object_untrack(op);
    for (int i = 0; i < GIL_EXCEPTION_FIELDS; i++)
        Gil_XDECREF(gil_exception_wide(op)->field[i]); /* may run anything; nobody can reach the exception */
    gil_exception_dealloc(op);
}

void
gil_exception_set_field(GilObject *op, int field, GilObject *value)
{
    Gil_XSETREF(gil_exception_wide(op)->field[field], Gil_XNewRef(value));
}

#define FIELDS_END {NULL, 0, 0, 0, NULL}

/*
 * Arguments to args, keywords to fields: keyword number i goes to field i, NULL entries are not to be set so, a
 * second NULL or the end of the row ends it. 0, or -1 with TypeError. May run anything.
 */
static int
init_with_keywords(GilObject *op, GilObject *args, GilObject *kwargs, const char *what,
                   const char *const keywords[GIL_EXCEPTION_FIELDS])
{
    if (gil_exception_init(op, args, NULL) < 0)
        return -1;
    for (int i = 0; i < GIL_EXCEPTION_FIELDS; i++)
        gil_exception_set_field(op, i, NULL);
    Gil_ssize_t pos = 0;
    for (GilObject *key, *value; kwargs != NULL && GilDict_Next(kwargs, &pos, &key, &value);) {
        int field = 0;
        while (field < GIL_EXCEPTION_FIELDS &&
               (keywords[field] == NULL || !GilUnicode_EqualToUTF8(key, keywords[field])))
            field++;
        if (field == GIL_EXCEPTION_FIELDS) {
            GilErr_Format(GilExc_TypeError, "'%S' is an invalid keyword argument for %s", key, what);
            return -1;
        }
        gil_exception_set_field(op, field, value); /* runs nothing: the field was empty */
    }
    return 0;
}

/* --- KeyError: shows its key as it would be written, because a key may well be empty text --- */

static GilObject *
key_str(GilObject *op)
{
    GilObject *args = Gil_NewRef(gil_exception(op)->args), *result;
    if (GilTuple_GET_SIZE(args) == 1)
        result = GilObject_Repr(GilTuple_GET_ITEM(args, 0)); /* may run anything */
    else
        result = gil_exception_str(op);
    Gil_DECREF(args);
    return result;
}

const struct gil_exception_class gil_exception_key = {.tp_str = key_str};

/* --- StopIteration and SystemExit: a value, the first argument --- */

static int
stop_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    if (gil_exception_init(op, args, kwargs) < 0)
        return -1;
    gil_exception_set_field(op, 0, GilTuple_GET_SIZE(args) > 0 ? GilTuple_GET_ITEM(args, 0) : Gil_None);
    return 0;
}

static int
exit_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    if (gil_exception_init(op, args, kwargs) < 0)
        return -1;
    Gil_ssize_t n = GilTuple_GET_SIZE(args);
    gil_exception_set_field(op, 0, n == 0 ? Gil_None : n == 1 ? GilTuple_GET_ITEM(args, 0) : args);
    return 0;
}

static GilMemberDef stop_members[] = {GIL_EXCEPTION_FIELD("value", 0, "what the generator returned"), FIELDS_END};
static GilMemberDef exit_members[] = {GIL_EXCEPTION_FIELD("code", 0, "the exit status, or a message"), FIELDS_END};

const struct gil_exception_class gil_exception_stop = {.tp_init = stop_init, .members = stop_members};
const struct gil_exception_class gil_exception_exit = {.tp_init = exit_init, .members = exit_members};

/* --- ImportError, AttributeError, NameError: what it was about, by keyword --- */

enum { IMPORT_MSG, IMPORT_NAME, IMPORT_PATH };

static int
import_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    static const char *const keywords[GIL_EXCEPTION_FIELDS] = {[IMPORT_NAME] = "name", [IMPORT_PATH] = "path"};
    if (init_with_keywords(op, args, kwargs, "ImportError", keywords) < 0)
        return -1;
    if (GilTuple_GET_SIZE(args) == 1)
        gil_exception_set_field(op, IMPORT_MSG, GilTuple_GET_ITEM(args, 0));
    return 0;
}

static GilObject *
import_str(GilObject *op)
{
    GilObject *msg = gil_exception_wide(op)->field[IMPORT_MSG];
    return msg != NULL && GilUnicode_CheckExact(msg) ? Gil_NewRef(msg) : gil_exception_str(op);
}

static int
attribute_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    static const char *const keywords[GIL_EXCEPTION_FIELDS] = {"name", "obj"};
    return init_with_keywords(op, args, kwargs, "AttributeError", keywords);
}

void
gil_exception_set_subject(GilObject *exc, GilObject *about)
{
    GilObject **field = gil_exception_wide(exc)->field;

    if (!GilObject_TypeCheck(exc, (GilTypeObject *)(void *)GilExc_AttributeError) || field[0] != NULL || field[1] != NULL)
        return;
    field[0] = Gil_NewRef(GilTuple_GET_ITEM(about, 0));
    field[1] = Gil_NewRef(GilTuple_GET_ITEM(about, 1));
}

static int
name_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    static const char *const keywords[GIL_EXCEPTION_FIELDS] = {"name"};
    return init_with_keywords(op, args, kwargs, "NameError", keywords);
}

static GilMemberDef import_members[] = {
    GIL_EXCEPTION_FIELD("msg", IMPORT_MSG, "the message"),
    GIL_EXCEPTION_FIELD("name", IMPORT_NAME, "name of the module"),
    GIL_EXCEPTION_FIELD("path", IMPORT_PATH, "where it was found"),
    FIELDS_END,
};
static GilMemberDef attribute_members[] = {
    GIL_EXCEPTION_FIELD("name", 0, "name of the attribute"),
    GIL_EXCEPTION_FIELD("obj", 1, "the object that was asked"),
    FIELDS_END,
};
static GilMemberDef name_members[] = {GIL_EXCEPTION_FIELD("name", 0, "the name"), FIELDS_END};

const struct gil_exception_class gil_exception_import = {
    .tp_init = import_init,
    .tp_str = import_str,
    .members = import_members,
};
const struct gil_exception_class gil_exception_attribute = {.tp_init = attribute_init, .members = attribute_members};
const struct gil_exception_class gil_exception_name = {.tp_init = name_init, .members = name_members};
