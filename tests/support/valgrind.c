/* SPDX-License-Identifier: MIT */
/* Tests that valgrind makes impossible. */
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
gil_test_left_out_under_valgrind(const char *test, const char *why)
{
    /* What it puts before all other libraries. */
    const char *preload = getenv("LD_PRELOAD");

    if (preload == NULL || strstr(preload, "vgpreload") == NULL)
        return 0;
    printf("# %s is left out under valgrind: %s\n", test, why);
    return 1;
}
