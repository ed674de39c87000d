/* SPDX-License-Identifier: MIT */
/*
 * Matrix: a heap type with native memory, made from a file, that other extensions read through the buffer protocol.
 *
 * It shows a spec made of slots, a constructor that reads a file with the lock dropped before there is an object,
 * members, comparison, and an exporter that honours what a consumer asks for: format, shape and strides, or none of
 * them.
 */
#include "matrix.h"

#include <errno.h>
#include <stddef.h>

GilObject *
linalg_raise(int error, const char *path, const char *reason)
{
    if (error == ENOMEM)
        return GilErr_NoMemory();
    if (error > 0 && error != EFBIG) {
        errno = error;
        return GilErr_SetFromErrnoWithFilename(GilExc_OSError, path);
    }
    if (error != MATRIX_MARKET_MALFORMED)
        reason = dense_error(error);
    return path != NULL ? GilErr_Format(GilExc_ValueError, "%s: %s", path, reason)
                        : GilErr_Format(GilExc_ValueError, "%s", reason);
}

GilObject *
Matrix_from_dense(GilTypeObject *type, dense *content, double norm)
{
    Matrix *self = (Matrix *)GilType_GenericAlloc(type, 0);

    if (self == NULL) {
        dense_free(content);
        return NULL;
    }
    self->content = *content;
    *content = (dense){0, 0, NULL, NULL};
    self->norm = norm;
    self->shape[0] = self->content.rows;
    self->shape[1] = self->content.columns;
    self->strides[0] = self->shape[1] * (Gil_ssize_t)sizeof(double);
    self->strides[1] = sizeof(double);
    return (GilObject *)self;
}

static GilObject *
Matrix_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    static char *keywords[] = {"arg", "hold", NULL};
    char reason[MATRIX_MARKET_REASON];
    const char *path;
    double norm = 0.0;
    dense content;
    int hold = 0;
    int error;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, "s|p:Matrix", keywords, &path, &hold))
        return NULL;

    /* Without a block of its own, as the macros open one: a state that stays NULL says that the lock was never
     * dropped. */
    GilThreadState *saved = hold ? NULL : GilEval_SaveThread();
    error = matrix_market_read(path, &content, reason);
    if (error == 0)
        norm = dense_norm(&content);
    if (saved != NULL)
        GilEval_RestoreThread(saved);

    if (error != 0)
        return linalg_raise(error, path, reason);
    return Matrix_from_dense(type, &content, norm);
}

/* The end of every heap type's instance: its own memory, the object's memory, and the reference that it held to its
 * type. */
static void
Matrix_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);

    dense_free(&((Matrix *)self)->content);
    GilObject_Free(self);
    Gil_DECREF(type);
}

static GilObject *
Matrix_repr(GilObject *self)
{
    Matrix *m = (Matrix *)self;
    GilObject *norm = GilFloat_FromDouble(m->norm);
    GilObject *text;

    if (norm == NULL)
        return NULL;
    text = GilUnicode_FromFormat("<Matrix %d x %d, norm %R>", m->content.rows, m->content.columns, norm);
    Gil_DECREF(norm);
    return text;
}

static GilObject *
Matrix_richcompare(GilObject *self, GilObject *other, int op)
{
    int equal;

    if ((op != Gil_EQ && op != Gil_NE) || !GilObject_TypeCheck(other, Gil_TYPE(self)))
        Gil_RETURN_NOTIMPLEMENTED;
    equal = dense_equal(&((Matrix *)self)->content, &((Matrix *)other)->content);
    return GilBool_FromLong(equal == (op == Gil_EQ));
}

/* Whether a consumer asked for all of a compound flag. */
static int
asked(int flags, int flag)
{
    return (flags & flag) == flag;
}

/* A consumer gets only what it asked for; one that knows no shapes sees the elements row by row, which is how they
 * lie. */
static int
Matrix_getbuffer(GilObject *self, Gil_buffer *view, int flags)
{
    Matrix *m = (Matrix *)self;

    view->obj = NULL;
    if (asked(flags, GilBUF_WRITABLE)) {
        GilErr_SetString(GilExc_BufferError, "a Matrix is read-only");
        return -1;
    }
    if (asked(flags, GilBUF_F_CONTIGUOUS) && m->shape[0] > 1 && m->shape[1] > 1) {
        GilErr_SetString(GilExc_BufferError, "a Matrix lies row by row");
        return -1;
    }
    view->buf = m->content.values;
    view->len = m->shape[0] * m->strides[0];
    view->itemsize = sizeof(double);
    view->readonly = 1;
    view->format = asked(flags, GilBUF_FORMAT) ? "d" : NULL;
    view->ndim = asked(flags, GilBUF_ND) ? 2 : 1;
    view->shape = asked(flags, GilBUF_ND) ? m->shape : NULL;
    view->strides = asked(flags, GilBUF_STRIDES) ? m->strides : NULL;
    view->suboffsets = NULL;
    view->internal = NULL;
    view->obj = Gil_NewRef(self);
    return 0;
}

static GilMemberDef Matrix_members[] = {
    {"rows", Gil_T_INT, offsetof(Matrix, content.rows), Gil_READONLY, "number of rows"},
    {"columns", Gil_T_INT, offsetof(Matrix, content.columns), Gil_READONLY, "number of columns"},
    {"norm", Gil_T_DOUBLE, offsetof(Matrix, norm), Gil_READONLY, "infinity norm: largest sum of magnitudes of a row"},
    {NULL, 0, 0, 0, NULL}
};

static GilType_Slot Matrix_slots[] = {
    {Gil_tp_doc, "Matrix(arg, hold=False)\n\nThe dense matrix in the Matrix Market file named arg; never changes."},
    {Gil_tp_new, Matrix_new},
    {Gil_tp_dealloc, Matrix_dealloc},
    {Gil_tp_repr, Matrix_repr},
    {Gil_tp_richcompare, Matrix_richcompare},
    {Gil_tp_members, Matrix_members},
    {Gil_bf_getbuffer, Matrix_getbuffer},
    {0, NULL}
};

GilType_Spec Matrix_spec = {
    .name = "linalg.Matrix",
    .basicsize = sizeof(Matrix),
    .flags = Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_IMMUTABLETYPE,
    .slots = Matrix_slots,
};
