/* SPDX-License-Identifier: MIT */
/* Other copies of the library in the process. */
#ifndef GIL_RUNTIME_COPIES_H
#define GIL_RUNTIME_COPIES_H

/* Claim the process for this copy: 0, or -1 when another copy has claimed it. */
int gil_copies_claim(void);
void gil_copies_unclaim(void);

#endif
