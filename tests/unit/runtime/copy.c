/* SPDX-License-Identifier: MIT */
/* copy: what a copy of another version is to this one: its note, its flag, and its look for others. */
#include "runtime/copies.c"

int copy_claim(void) __attribute__((visibility("default")));
void copy_unclaim(void) __attribute__((visibility("default")));

int
copy_claim(void)
{
    return gil_copies_claim();
}

void
copy_unclaim(void)
{
    gil_copies_unclaim();
}
