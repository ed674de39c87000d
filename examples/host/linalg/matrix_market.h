/* SPDX-License-Identifier: MIT */
/* Reads Matrix Market files (https://math.nist.gov/MatrixMarket/formats.html), in plain C. */
#ifndef LINALG_MATRIX_MARKET_H
#define LINALG_MATRIX_MARKET_H

#include "dense.h"

#define MATRIX_MARKET_REASON 128

/* What matrix_market_read returns besides 0 and errno values. */
#define MATRIX_MARKET_MALFORMED (-3)

/*
 * Read the file `path`: coordinate or array; real, integer or pattern; general, symmetric or skew-symmetric.
 * Entries that a file does not list are zero; one that it lists twice counts twice, as assembled matrices have it;
 * those of a pattern are one. A file that is anything else, or that does not keep what it promises, is malformed,
 * and `reason` says why, beginning with "line N: ". The caller frees `out` by dense_free; it is empty after a
 * failure.
 */
int matrix_market_read(const char *path, dense *out, char reason[MATRIX_MARKET_REASON]);

#endif
