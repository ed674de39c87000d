/* SPDX-License-Identifier: MIT */
/* Each call of the table of exports in the re-entrancy matrix; see tests/api/misuse/. */
#include "reentry/matrix.h"

void
misuse_test(const char *name, misuse_call call, enum lock_class lock, enum call_kind kind, int n_arguments,
            const struct expectation *expected)
{
    (void)lock;
    (void)n_arguments;
    (void)expected;
    if (kind != CALL_ELSEWHERE)
        matrix_run(name, call, kind);
}
