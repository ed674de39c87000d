/* SPDX-License-Identifier: MIT */
/* An extension's functions and types as they are written for CPython, with the private names that such code uses: porting.sh
   turns it into ours by the command of the guide. */
#include <Python.h>
#include "structmember.h"

typedef struct {
    PyObject_HEAD
    PyObject *shown; /* None while there is none */
    PyObject *strict;
    int fixed;
} Holder;

static PyObject *
first_half(PyObject *self, PyObject *const *args, Py_ssize_t nargs)
{
    char *from;
    Py_ssize_t size;

    if (!_PyArg_CheckPositional("first_half", nargs, 1, 1) || PyBytes_AsStringAndSize(args[0], &from, &size) < 0)
        return NULL;
    PyObject *half = PyBytes_FromStringAndSize(from, size);
    if (half == NULL || _PyBytes_Resize(&half, size / 2) < 0)
        return NULL;
    return half;
}

static PyObject *
pair(PyObject *self, PyObject *arg)
{
    PyObject *tuple = PyTuple_New(PY_SSIZE_T_MAX > 3 ? 3 : 0);

    if (tuple == NULL)
        return NULL;
    Py_INCREF(arg);
    PyTuple_SET_ITEM(tuple, 0, arg);
    Py_INCREF(Py_None);
    PyTuple_SET_ITEM(tuple, 1, Py_None);
    return _PyTuple_Resize(&tuple, 2) < 0 ? NULL : tuple;
}

static PyMethodDef methods[] = {
    {"first_half", _PyCFunction_CAST(first_half), METH_FASTCALL, NULL},
    {"pair", pair, METH_O, NULL},
    {NULL, NULL, 0, NULL}
};

static PyMemberDef Holder_members[] = {
    {"shown", T_OBJECT, offsetof(Holder, shown), 0, NULL},
    {"strict", T_OBJECT_EX, offsetof(Holder, strict), 0, NULL},
    {"fixed", T_INT, offsetof(Holder, fixed), READONLY, NULL},
    {NULL, 0, 0, 0, NULL}
};

static int
Holder_traverse(Holder *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->shown);
    Py_VISIT(self->strict);
    return 0;
}

static int
Holder_clear(Holder *self)
{
    Py_CLEAR(self->shown);
    Py_CLEAR(self->strict);
    return 0;
}

static void
Holder_dealloc(Holder *self)
{
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    Holder_clear(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyType_Slot Holder_slots[] = {
    {Py_tp_members, Holder_members}, {Py_tp_traverse, Holder_traverse}, {Py_tp_clear, Holder_clear},
    {Py_tp_dealloc, Holder_dealloc}, {0, NULL}
};
static PyType_Spec Holder_spec = {"before.Holder", sizeof(Holder), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, Holder_slots};

static PyObject *
new_holder(PyTypeObject *type)
{
    PyObject *made = _PyObject_GC_New(type);

    if (made == NULL)
        return NULL;
    Holder *holder = (Holder *)made;
    holder->shown = holder->strict = NULL;
    holder->fixed = 7;
    PyObject_GC_Track(made);
    return made;
}
