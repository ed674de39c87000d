/* SPDX-License-Identifier: MIT */
/* The Matrix type, and what linalg.c and matrix.c share. */
#ifndef LINALG_MATRIX_H
#define LINALG_MATRIX_H

#include <gilrt.h>

#include "dense.h"
#include "matrix_market.h"

/*
 * A dense matrix of doubles. It never changes after it was made: so any thread may read it with the lock dropped,
 * as long as it keeps a reference, and buffers of it can be given out without counting them.
 */
typedef struct {
    GilObject_HEAD
    dense content;
    double norm;                /* infinity norm */
    Gil_ssize_t shape[2];       /* for the buffer protocol, where both have to be in memory */
    Gil_ssize_t strides[2];
} Matrix;

extern GilType_Spec Matrix_spec;

/* What each interpreter's copy of the module owns: there are no static objects, for no object is shared by
 * interpreters. */
typedef struct {
    GilTypeObject *Matrix_type;
} linalg_state;

/* A new Matrix that takes over the memory of `content`, also when it fails; NULL with MemoryError set. */
GilObject *Matrix_from_dense(GilTypeObject *type, dense *content, double norm);

/*
 * Raise what `error`, from any function of dense.h or matrix_market.h, stands for; `path` is the file that is to
 * blame, or NULL where there is none, and `reason` is used for malformed files only. Returns NULL, for a caller to
 * return.
 */
GilObject *linalg_raise(int error, const char *path, const char *reason);

#endif
