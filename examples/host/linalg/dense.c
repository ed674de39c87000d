/* SPDX-License-Identifier: MIT */
/*
 * Products, solutions and norms through BLAS and LAPACK.
 *
 * LAPACK is Fortran and reads memory column by column. A matrix stored row by row is, to it, the transpose; so it
 * is given the transpose, told so, and nothing is copied to turn it: LU factorises A', the solve asks for (A')' x =
 * b, and the infinity norm (rows) of A is the one norm (columns) of A'.
 */
#include "dense.h"

#include <cblas.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* LAPACK's own names and types; the trailing sizes are the lengths of the character arguments, in Fortran's way. */
void dgetrf_(const int *m, const int *n, double *a, const int *lda, int *pivots, int *info);
void dgetrs_(const char *trans, const int *n, const int *nrhs, const double *a, const int *lda, const int *pivots,
             double *b, const int *ldb, int *info, size_t trans_length);
double dlange_(const char *norm, const int *m, const int *n, const double *a, const int *lda, double *work,
               size_t norm_length);

/* A line of the cache, so that BLAS computes in the same order, and so to the same bits, wherever a matrix lies. */
#define ALIGNMENT 64

static size_t
count_of(const dense *m)
{
    return (size_t)m->rows * (size_t)m->columns;
}

/* How far apart rows are; LAPACK wants at least 1 even where there is nothing. */
static int
stride_of(const dense *m)
{
    return m->columns > 0 ? m->columns : 1;
}

int
dense_alloc(dense *m, int rows, int columns)
{
    size_t count;

    *m = (dense){0, 0, NULL, NULL};
    if (rows < 0 || columns < 0)
        return DENSE_SHAPE;
    if (columns > 0 && (size_t)rows > DENSE_MAX / (size_t)columns)
        return EFBIG;
    count = (size_t)rows * (size_t)columns;
    /* calloc, so that a large matrix of zeroes costs no memory until it is written: a short file can promise
     * one. */
    m->block = calloc(1, count * sizeof(double) + ALIGNMENT);
    if (m->block == NULL)
        return ENOMEM;
    m->values = (double *)(((uintptr_t)m->block + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    m->rows = rows;
    m->columns = columns;
    return 0;
}

void
dense_free(dense *m)
{
    free(m->block);
    *m = (dense){0, 0, NULL, NULL};
}

int
dense_product(const dense *a, const dense *b, dense *out)
{
    int error;

    if (a->columns != b->rows)
        return DENSE_SHAPE;
    error = dense_alloc(out, a->rows, b->columns);
    if (error == 0 && count_of(out) > 0)
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, a->rows, b->columns, a->columns, 1.0, a->values,
                    stride_of(a), b->values, stride_of(b), 0.0, out->values, stride_of(out));
    return error;
}

int
dense_row_sums(const dense *a, dense *out)
{
    int error = dense_alloc(out, a->rows, 1);

    for (size_t i = 0; error == 0 && i < count_of(a); i++)
        out->values[i / (size_t)a->columns] += a->values[i];
    return error;
}

double
dense_norm(const dense *a)
{
    int stride = stride_of(a);

    return dlange_("1", &a->columns, &a->rows, a->values, &stride, NULL, 1);
}

/* |Ax-b| / (|A| |x|); an exact solution has none, whatever the norms are. */
static int
backward_error(const dense *a, const dense *b, const dense *x, double *result)
{
    dense residual;
    double size;
    int error = dense_alloc(&residual, b->rows, 1);

    if (error != 0)
        return error;
    memcpy(residual.values, b->values, count_of(b) * sizeof(double));
    cblas_dgemv(CblasRowMajor, CblasNoTrans, a->rows, a->columns, 1.0, a->values, stride_of(a), x->values, 1, -1.0,
                residual.values, 1);
    size = dense_norm(&residual);
    *result = size == 0.0 ? 0.0 : size / (dense_norm(a) * dense_norm(x));
    dense_free(&residual);
    return 0;
}

int
dense_solve(const dense *a, const dense *b, dense *x, double *error)
{
    const int one = 1;
    int n = a->rows, stride = stride_of(a), info, rc;
    dense lu = {0, 0, NULL, NULL};
    int *pivots = NULL;

    *x = (dense){0, 0, NULL, NULL};
    if (a->columns != n || b->rows != n || b->columns != 1)
        return DENSE_SHAPE;

    pivots = malloc((size_t)n * sizeof *pivots + 1);
    rc = pivots == NULL ? ENOMEM : dense_alloc(&lu, n, n);
    if (rc == 0)
        rc = dense_alloc(x, n, 1);
    if (rc != 0)
        goto out;
    memcpy(lu.values, a->values, count_of(a) * sizeof(double));
    memcpy(x->values, b->values, count_of(b) * sizeof(double));

    dgetrf_(&n, &n, lu.values, &stride, pivots, &info);
    if (info != 0) {
        rc = DENSE_SINGULAR;
        goto out;
    }
    dgetrs_("T", &n, &one, lu.values, &stride, pivots, x->values, &stride, &info, 1);
    rc = info != 0 ? DENSE_SINGULAR : backward_error(a, b, x, error);

out:
    dense_free(&lu);
    free(pivots);
    if (rc != 0)
        dense_free(x);
    return rc;
}

int
dense_equal(const dense *a, const dense *b)
{
    if (a->rows != b->rows || a->columns != b->columns)
        return 0;
    for (size_t i = 0; i < count_of(a); i++)
        if (a->values[i] != b->values[i])
            return 0;
    return 1;
}

const char *
dense_error(int error)
{
    switch (error) {
    case DENSE_SHAPE:
        return "the shapes of the matrices do not fit";
    case DENSE_SINGULAR:
        return "the matrix is singular";
    case EFBIG:
        return "the matrix would be larger than 1 GiB";
    default:
        return strerror(error);
    }
}
