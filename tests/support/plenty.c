/* SPDX-License-Identifier: MIT */
/* How great the great numbers of a test are. */
#include "support.h"

#include <stdlib.h>

long
gil_test_plenty(long most)
{
    long part = getenv("GIL_GC_STRESS") != NULL ? 1000 : getenv("GIL_TEST_BRIEF") != NULL ? 100 : 1;

    return most > part ? most / part : 1;
}
