/* SPDX-License-Identifier: MIT */
/* Dense matrices of doubles and what is computed with them, in plain C: no runtime, no lock, any number of
 * threads. */
#ifndef LINALG_DENSE_H
#define LINALG_DENSE_H

#include <stddef.h>

/* No matrix may have more elements (1 GiB of them): a short file can promise any size. */
#define DENSE_MAX ((size_t)1 << 27)

/* What the functions return besides 0 and errno values. */
#define DENSE_SHAPE (-1)       /* the shapes do not fit the operation */
#define DENSE_SINGULAR (-2)    /* no unique solution */

typedef struct {
    int rows, columns;
    double *values;            /* row by row; NULL before dense_alloc and after dense_free */
    void *block;               /* the memory that holds them */
} dense;

/* Zeroes in that shape. 0, ENOMEM, or EFBIG above DENSE_MAX. */
int dense_alloc(dense *m, int rows, int columns);
void dense_free(dense *m);

/* out = A B. */
int dense_product(const dense *a, const dense *b, dense *out);
/* out = A times a vector of ones, a column: the right-hand side whose solution is known beforehand. */
int dense_row_sums(const dense *a, dense *out);
/* Solve A x = b by LU with partial pivoting; *error gets the normwise backward error |Ax-b| / (|A| |x|), infinity
 * norms. */
int dense_solve(const dense *a, const dense *b, dense *x, double *error);
/* The infinity norm: the largest sum of magnitudes of a row. */
double dense_norm(const dense *a);
int dense_equal(const dense *a, const dense *b);

/* A sentence for any value that these return. */
const char *dense_error(int error);

#endif
