/* SPDX-License-Identifier: MIT */
/*
 * What an object is an instance of, with a say for metatypes, and for the object itself: what stands for another, as a
 * weak proxy does, gives that one's class as its __class__.
 *
 * A class is asked through its type: a metatype with a method __instancecheck__ or __subclasscheck__ decides. That of
 * type itself, which is there for hooks to ask on, is passed by: it would say what is said here without a call.
 */
#include "protocol/kind.h"

#include "gilrt/call.h"
#include "object/attr.h"
#include "object/error.h"
#include "object/metatype.h"
#include "object/ops.h"
#include "object/recursion.h"

#include <string.h>

int
gil_find_hook(GilThreadState *ts, GilObject *o, const char *name, int builtin, GilObject **method)
{
    struct gil_found found;

    *method = NULL;
    if (!gil_type_find(Gil_TYPE(o), name, strlen(name), &found) || (!builtin && !gil_type_is_heap(found.owner)))
        return 0;
    *method = gil_attr_bind(ts, &found, o); /* may run anything */
    return *method != NULL ? 1 : -1;
}

/* What cls's metatype says of op: 1, 0, -1; 2 when it has nothing to say. */
static int
ask_hook(GilThreadState *ts, GilObject *cls, const char *name, GilObject *op)
{
    GilObject *method;
    int rc = gil_find_hook(ts, cls, name, 0, &method);

    if (rc <= 0)
        return rc < 0 ? -1 : 2;
    GilObject *answer = NULL;
    if (gil_recursion_enter(ts, " in a check of types") == 0) {
        answer = GilObject_CallOneArg(method, op); /* may run anything */
        gil_recursion_leave(ts);
    }
    Gil_DECREF(method);
    if (answer == NULL)
        return -1;
    rc = GilObject_IsTrue(answer);
    Gil_DECREF(answer);
    return rc;
}

struct check {
    const char *func, *hook;
    GilObject *op;       /* what is asked about */
    GilTypeObject *type; /* its type, or op itself; NULL: that is none */
    int instance;        /* the former */
};

/* Whether it is of class cls, a type or a tuple of such, nested as deep as the stack allows. */
static int
is_of(GilThreadState *ts, const struct check *check, GilObject *cls)
{
    if (!Gil_IS_TYPE(cls, &GilType_Type) && !gil_is_tuple(cls)) {
        int rc = ask_hook(ts, cls, check->hook, check->op);
        if (rc != 2)
            return rc;
    }
    if (check->type == NULL && !gil_is_tuple(cls)) {
        GilErr_SetString(GilExc_TypeError, "issubclass() arg 1 must be a class");
        return -1;
    }
    if (gil_is_type(cls)) {
        GilTypeObject *type = (GilTypeObject *)(void *)cls;
        if (GilType_IsSubtype(check->type, type))
            return 1;
        return check->instance ? gil_type_claimed_by(type, check->op) : 0;
    }
    if (!gil_is_tuple(cls)) {
        GilErr_Format(GilExc_TypeError, "%s() arg 2 must be a type or a tuple of types", check->func);
        return -1;
    }
    GilObject **items;
    Gil_ssize_t n = gil_ops.tuple_items(cls, &items);
    if (gil_recursion_enter(ts, " in a check of types") < 0)
        return -1;
    int answer = 0;
    for (Gil_ssize_t i = 0; i < n && answer == 0; i++)
        answer = is_of(ts, check, items[i]);
    gil_recursion_leave(ts);
    return answer;
}

int
GilObject_IsInstance(GilObject *o, GilObject *cls)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL && cls != NULL);

    if (o == NULL || cls == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (Gil_TYPE(o) == (GilTypeObject *)(void *)cls)
        return 1;
    struct check check = {.func = "isinstance", .hook = "__instancecheck__", .op = o, .type = Gil_TYPE(o), .instance = 1};
    return is_of(ts, &check, cls);
}

int
GilObject_IsSubclass(GilObject *derived, GilObject *cls)
{
    GilThreadState *ts = gil_err_begin(__func__, derived != NULL && cls != NULL);

    if (derived == NULL || cls == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    GilTypeObject *type = gil_is_type(derived) ? (GilTypeObject *)(void *)derived : NULL;
    struct check check = {.func = "issubclass", .hook = "__subclasscheck__", .op = derived, .type = type};
    return is_of(ts, &check, cls);
}
