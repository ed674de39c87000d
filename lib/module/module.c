/* SPDX-License-Identifier: MIT */
/*
 * Module objects: a name, a dict of attributes, and a state for the extension's own use.
 *
 * A module that slots describe is made in three steps, so that a failure half-way leaves nothing: GilModule_NewObject()
 * makes the object, which the hook that gives the slots may have already; gil_module_fill() gives it its state, zeroed,
 * and its functions; GilModule_Exec() runs the extension's own code. The state lives as long as the object: it is there
 * before exec, and after gil_module_clear(), when finalizers may still reach it through types that were made with the module.
 * What gives the state back in the end may take references to the module, and keep one (object/finalize.c says how).
 */
#include "module/module.h"

#include "gilrt/args.h"
#include "gilrt/dict.h"
#include "gilrt/error.h"
#include "gilrt/function.h"
#include "gilrt/gc.h"
#include "gilrt/long.h"
#include "gilrt/unicode.h"
#include "gilrt/weakref.h"
#include "object/alloc.h"
#include "object/dealloc.h"
#include "object/error.h"
#include "object/format.h"
#include "object/type.h"
#include "object/weakref.h"

#include <stddef.h>
#include <string.h>

/* The module, or NULL with SystemError for NULL, TypeError for anything else. */
static GilModuleObject *
need_module(const char *func, GilObject *op)
{
    if (op == NULL)
        return gil_err_null(func);
    if (!GilModule_Check(op))
        return gil_err_type(func, "module", op);
    return gil_module(op);
}

/* The module's dict, borrowed, made where there is none yet: what another tp_alloc or tp_new gave. NULL with MemoryError. */
static GilObject *
dict_of(GilModuleObject *module)
{
    if (module->dict == NULL)
        module->dict = GilDict_New();
    return module->dict;
}

/* 1 with a new reference, 0 there is no such item, -1 with the error set. */
static int
get_item(GilModuleObject *module, const char *name, GilObject **value)
{
    *value = NULL;
    return module->dict != NULL ? GilDict_GetItemStringRef(module->dict, name, value) : 0;
}

static int
set_item(GilModuleObject *module, const char *name, GilObject *value)
{
    GilObject *dict = dict_of(module);
    return dict != NULL ? GilDict_SetItemString(dict, name, value) : -1;
}

/* A str attribute from the module's dict: new reference, or NULL with SystemError. */
static GilObject *
str_attribute(GilModuleObject *module, const char *name)
{
    GilObject *value;
    if (get_item(module, name, &value) < 0)
        return NULL;
    if (value == NULL || !gil_is_str(value)) {
        Gil_XDECREF(value);
        GilErr_Format(GilExc_SystemError, "the module has no %s, or it is no str", name);
        return NULL;
    }
    return value;
}

/* Slots of the type. */

static int
module_traverse(GilObject *self, visitproc visit, void *arg)
{
    GilModuleObject *module = gil_module(self);
    if (module->slots.traverse != NULL && (module->state != NULL || module->slots.state_size == 0)) {
        int stop = module->slots.traverse(self, visit, arg);
        if (stop != 0)
            return stop;
    }
    Gil_VISIT(module->dict);
    return 0;
}

static int
module_clear(GilObject *self)
{
    GilModuleObject *module = gil_module(self);
    /* May run anything; the module stays whole: its dict is emptied and not taken away, its state is kept. */
    if (module->slots.clear != NULL) {
        module->slots.clear(self);
        if (gil_err_pending(gil_tstate_need(__func__)))
            GilErr_FormatUnraisable("Exception ignored in Gil_mod_state_clear of '%s'", Gil_TYPE(self)->tp_name);
    }
    if (module->dict != NULL)
        GilDict_Clear(module->dict);
    return 0;
}

/*
 * Let the extension's own code give back what the state holds: by its free, once and for ever, or else by its clear: again, as
 * a rule; CPython does not, and loses the state of a module whose exec fails. 0, or -1: it kept the module, which lives on. May
 * run anything.
 */
static int
give_back_state(GilThreadState *ts, GilObject *self)
{
    struct gil_module_slots *slots = &gil_module(self)->slots;
    freefunc release = slots->free;
    struct gil_indicator saved = gil_dying_lend(ts, self);

    if (release != NULL) {
        slots->traverse = NULL;
        slots->clear = NULL;
        slots->free = NULL;
        release(self);
    }
    else
        slots->clear(self);
    return gil_dying_take_back(ts, self, saved, release != NULL ? "Gil_mod_state_free" : "Gil_mod_state_clear");
}

static void
module_dealloc(GilObject *self)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilModuleObject *module = gil_module(self);

    GilObject_GC_UnTrack(self);
    GilObject_ClearWeakRefs(self); /* may run anything */
    if ((module->slots.free != NULL || module->slots.clear != NULL) && give_back_state(ts, self) < 0) {
        if (gil_type_is_heap(Gil_TYPE(self)))
            Gil_INCREF(Gil_TYPE(self)); /* the destructor of the subtype, which called this one, drops the instance's */
        if (!gil_gc_is_tracked(self))
            gil_object_track(ts, self);
        return;
    }
    gil_weakref_clear_silently(self);
    Gil_XDECREF(module->dict);
    gil_heap_free(module->state);
    Gil_TYPE(self)->tp_free(self);
}

static GilObject *
module_repr(GilObject *self)
{
    GilModuleObject *module = gil_module(self);
    GilObject *name, *file = NULL, *text = NULL;

    if (get_item(module, "__name__", &name) < 0)
        return NULL;
    if (get_item(module, "__file__", &file) == 0)
        text = name != NULL ? GilUnicode_FromFormat("<module %R>", name) : GilUnicode_FromString("<module '?'>");
    else if (file != NULL)
        text = name != NULL ? GilUnicode_FromFormat("<module %R from %R>", name, file)
                            : GilUnicode_FromFormat("<module '?' from %R>", file);
    Gil_XDECREF(file);
    Gil_XDECREF(name);
    return text;
}

/* module(name, doc=None): it is tp_init that names it, so that a subtype's constructor may take other arguments. */
static int
set_names(GilModuleObject *module, GilObject *name, GilObject *doc)
{
    return set_item(module, "__name__", name) < 0 ? -1 : set_item(module, "__doc__", doc);
}

static int
module_init(GilObject *self, GilObject *args, GilObject *kwargs)
{
    static char *const names[] = {"name", "doc", NULL};
    GilObject *name, *doc = Gil_None;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, "U|O:module", names, &name, &doc))
        return -1;
    return set_names(gil_module(self), name, doc);
}

/* dir(): what the module has, and not what its type has. */
static GilObject *
module_dir(GilObject *self, GilObject *Gil_UNUSED(unused))
{
    GilObject *dict = dict_of(gil_module(self));
    return dict != NULL ? GilDict_Keys(dict) : NULL;
}

static int
refuse_dict(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(value), void *Gil_UNUSED(closure))
{
    GilErr_SetString(GilExc_AttributeError, "readonly attribute");
    return -1;
}

static GilMethodDef module_methods[] = {
    {"__dir__", module_dir, GIL_METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static GilGetSetDef module_getset[] = {
    {"__dict__", GilObject_GenericGetDict, refuse_dict, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

GilTypeObject GilModule_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "module",
    .tp_basicsize = sizeof(GilModuleObject),
    .tp_dealloc = module_dealloc,
    .tp_repr = module_repr,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE,
    .tp_doc = "module(name, doc=None)\n--\n\nWhat an extension gives: named objects.",
    .tp_traverse = module_traverse,
    .tp_clear = module_clear,
    .tp_methods = module_methods,
    .tp_getset = module_getset,
    .tp_weaklistoffset = offsetof(GilModuleObject, weaklist),
    .tp_dictoffset = offsetof(GilModuleObject, dict),
    .tp_init = module_init,
    .tp_new = GilType_GenericNew,
};

static void *
state_of(GilObject *module)
{
    return gil_module(module)->state;
}

static const void *
token_of(GilObject *module)
{
    return gil_module(module)->slots.token;
}

static const char *
name_of(GilObject *op)
{
    GilObject *name = NULL;
    const char *text = NULL;
    size_t len;

    if (!GilModule_Check(op))
        return NULL;
    int rc = get_item(gil_module(op), "__name__", &name);
    if (rc > 0 && gil_is_str(name))
        text = gil_text_of_str(name, &len);
    Gil_XDECREF(name); /* its dict holds it */
    if (text != NULL)
        return text;
    GilErr_Clear(); /* no memory: there is another error to raise */
    return "";
}

int
gil_module_type_start(void)
{
    gil_type_hooks.module_name = name_of;
    gil_type_hooks.module_state = state_of;
    gil_type_hooks.module_token = token_of;
    return gil_type_ready(&GilModule_Type);
}

void
gil_module_clear(GilObject *module)
{
    module_clear(module);
}

void
gil_module_discard(GilThreadState *ts, GilObject *module)
{
    struct gil_indicator saved = gil_err_save(ts);
    module_clear(module);
    Gil_DECREF(module);
    gil_err_restore(ts, saved);
}

/* Making modules. */

GilObject *
GilModule_NewObject(GilObject *name)
{
    gil_tstate_need(__func__);
    if (name == NULL)
        return gil_err_null(__func__);
    GilObject *op = GilType_GenericAlloc(&GilModule_Type, 0);
    if (op != NULL && set_names(gil_module(op), name, Gil_None) < 0)
        Gil_CLEAR(op);
    return op;
}

GilObject *
GilModule_New(const char *name)
{
    gil_tstate_need(__func__);
    if (name == NULL)
        return gil_err_null(__func__);
    GilObject *str = GilUnicode_FromString(name);
    if (str == NULL)
        return NULL;
    GilObject *module = GilModule_NewObject(str);
    Gil_DECREF(str);
    return module;
}

int
gil_module_fill(GilThreadState *ts, GilObject *op, const struct gil_module_slots *slots, GilObject *file)
{
    GilModuleObject *module = gil_module(op);

    if (slots->state_size > 0) {
        module->state = gil_heap_calloc(ts->heap, 1, (size_t)slots->state_size);
        if (module->state == NULL) {
            gil_err_no_memory(ts);
            return -1;
        }
    }
    module->slots = *slots;
    if ((file == NULL || set_item(module, "__file__", file) == 0) &&
        (slots->doc == NULL || GilModule_SetDocString(op, slots->doc) == 0) &&
        (slots->methods == NULL || GilModule_AddFunctions(op, slots->methods) == 0))
        return 0;
    /* The functions that were added hold the module. No code of the extension is to see one that is half made. */
    module->slots = (struct gil_module_slots){0};
    return -1;
}

GilObject *
GilModule_FromSlotsAndSpec(const GilSlot *slots, GilObject *spec)
{
    GilThreadState *ts = gil_err_begin(__func__, slots != NULL && spec != NULL);
    struct gil_module_slots read;
    GilObject *name = NULL, *file = NULL, *module = NULL;
    const char *text;

    if (slots == NULL || spec == NULL)
        return gil_err_null(__func__);
    name = GilObject_GetAttrString(spec, "name");
    if (name == NULL)
        return NULL;
    text = GilUnicode_AsUTF8(name);
    if (text == NULL || GilObject_GetOptionalAttrString(spec, "origin", &file) < 0)
        goto done;
    if (file != NULL && !gil_is_str(file))
        Gil_CLEAR(file);
    if (gil_module_slots_read(ts, slots, text, &read) < 0 || (module = GilModule_NewObject(name)) == NULL)
        goto done;
    if (gil_module_fill(ts, module, &read, file) < 0) {
        gil_module_discard(ts, module);
        module = NULL;
    }
done:
    Gil_XDECREF(file);
    Gil_DECREF(name);
    return module;
}

/* What an exec that failed without saying why, or worked and yet left an error, is reported as. */
static int
exec_result(GilThreadState *ts, GilObject *op, int result)
{
    int pending = gil_err_pending(ts);
    if ((result != 0) == pending)
        return result == 0 ? 0 : -1;
    GilObject *cause = GilErr_GetRaisedException();
    const char *name = name_of(op);
    gil_err_system_from(ts, cause, "execution of module %s %s", *name != '\0' ? name : "?",
                        pending ? "left an error set" : "failed without an error");
    return -1;
}

int
GilModule_Exec(GilObject *op)
{
    GilThreadState *ts = gil_err_begin(__func__, op != NULL);
    GilModuleObject *module = need_module(__func__, op);
    if (module == NULL)
        return -1;
    if (module->slots.exec == NULL || module->executed)
        return 0;
    module->executed = 1;
    int rc = exec_result(ts, op, module->slots.exec(op));
    if (rc < 0)
        module->executed = 0; /* it is not complete: who asks again is not told that it is */
    return rc;
}

/* Filling modules. */

/* The common end of the adders: takes the reference. */
static int
add(GilModuleObject *module, const char *name, GilObject *value)
{
    if (value == NULL)
        return -1;
    int rc = set_item(module, name, value);
    Gil_DECREF(value);
    return rc;
}

/* GilModule_AddObjectRef(), in the name of func. */
static int
add_object_ref(GilObject *op, const char *name, GilObject *value, const char *func)
{
    GilThreadState *ts = gil_tstate_need(func);
    GilModuleObject *module = need_module(func, op);
    if (module == NULL)
        return -1;
    if (name == NULL || value == NULL) {
        if (!gil_err_pending(ts))
            gil_err_null(func);
        return -1;
    }
    return add(module, name, Gil_NewRef(value));
}

int
GilModule_AddObjectRef(GilObject *op, const char *name, GilObject *value)
{
    return add_object_ref(op, name, value, __func__);
}

int
GilModule_Add(GilObject *op, const char *name, GilObject *value)
{
    int rc = add_object_ref(op, name, value, __func__);
    Gil_XDECREF(value);
    return rc;
}

int
GilModule_AddIntConstant(GilObject *op, const char *name, long value)
{
    gil_tstate_need(__func__);
    GilModuleObject *module = need_module(__func__, op);
    if (module == NULL)
        return -1;
    if (name == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return add(module, name, GilLong_FromLong(value));
}

int
GilModule_AddStringConstant(GilObject *op, const char *name, const char *value)
{
    gil_tstate_need(__func__);
    GilModuleObject *module = need_module(__func__, op);
    if (module == NULL)
        return -1;
    if (name == NULL || value == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return add(module, name, GilUnicode_FromString(value));
}

int
GilModule_AddType(GilObject *op, GilTypeObject *type)
{
    gil_tstate_need(__func__);
    GilModuleObject *module = need_module(__func__, op);
    if (module == NULL)
        return -1;
    if (type == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return add(module, gil_type_short_name(type), Gil_NewRef(type));
}

int
GilModule_AddFunctions(GilObject *op, GilMethodDef *functions)
{
    gil_tstate_need(__func__);
    GilModuleObject *module = need_module(__func__, op);
    if (module == NULL)
        return -1;
    if (functions == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    for (GilMethodDef *def = functions; def->ml_name != NULL; def++) {
        if ((def->ml_flags & (GIL_METH_CLASS | GIL_METH_STATIC)) != 0) {
            GilErr_Format(GilExc_ValueError, "%s: functions of a module have no GIL_METH_CLASS or GIL_METH_STATIC",
                          def->ml_name);
            return -1;
        }
        if (add(module, def->ml_name, GilCFunction_NewEx(def, op, op)) < 0)
            return -1;
    }
    return 0;
}

int
GilModule_SetDocString(GilObject *op, const char *docstring)
{
    gil_tstate_need(__func__);
    GilModuleObject *module = need_module(__func__, op);
    if (module == NULL)
        return -1;
    if (docstring == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return add(module, "__doc__", GilUnicode_FromString(docstring));
}

/* Asking modules. */

GilObject *
GilModule_GetDict(GilObject *op)
{
    gil_tstate_need(__func__);
    if (op != NULL && !GilModule_Check(op))
        return gil_err_bad_argument(__func__, "a module", op); /* SystemError, as in CPython */
    GilModuleObject *module = need_module(__func__, op);
    return module == NULL ? NULL : dict_of(module);
}

GilObject *
GilModule_GetNameObject(GilObject *op)
{
    gil_tstate_need(__func__);
    GilModuleObject *module = need_module(__func__, op);
    return module == NULL ? NULL : str_attribute(module, "__name__");
}

const char *
GilModule_GetName(GilObject *op)
{
    gil_tstate_need(__func__);
    GilModuleObject *module = need_module(__func__, op);
    GilObject *name = module == NULL ? NULL : str_attribute(module, "__name__");
    if (name == NULL)
        return NULL;
    const char *text = GilUnicode_AsUTF8(name);
    Gil_DECREF(name); /* the module's dict holds it */
    return text;
}

GilObject *
GilModule_GetFilenameObject(GilObject *op)
{
    gil_tstate_need(__func__);
    GilModuleObject *module = need_module(__func__, op);
    return module == NULL ? NULL : str_attribute(module, "__file__");
}

void *
GilModule_GetState(GilObject *op)
{
    gil_tstate_need(__func__);
    GilModuleObject *module = need_module(__func__, op);
    return module == NULL ? NULL : module->state;
}

int
GilModule_GetStateSize(GilObject *op, Gil_ssize_t *result)
{
    gil_tstate_need(__func__);
    GilModuleObject *module = need_module(__func__, op);
    if (module == NULL || result == NULL) {
        if (module != NULL)
            gil_err_null(__func__);
        return -1;
    }
    *result = module->slots.state_size;
    return 0;
}

int
GilModule_GetToken(GilObject *op, void **result)
{
    gil_tstate_need(__func__);
    GilModuleObject *module = need_module(__func__, op);
    if (module == NULL || result == NULL) {
        if (module != NULL)
            gil_err_null(__func__);
        return -1;
    }
    *result = module->slots.token;
    return 0;
}
