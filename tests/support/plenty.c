/* SPDX-License-Identifier: MIT */
/* How great the great numbers of a test are. */
#include "support.h"

#include <stdlib.h>

long
gil_test_plenty(long most)
{
    return getenv("GIL_TEST_BRIEF") != NULL ? most / 100 : most;
}
