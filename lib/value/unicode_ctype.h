/* SPDX-License-Identifier: MIT */
/* What the Unicode Character Database says of a code point. */
#ifndef GIL_VALUE_UNICODE_CTYPE_H
#define GIL_VALUE_UNICODE_CTYPE_H

#include "gilrt/unicodectype.h"

#include <stddef.h>
#include <stdint.h>

/* Not seen when printed: controls, format characters, surrogates, unassigned ones, and separators but the space. */
#define GIL_CTYPE_HIDDEN _Gil_CTYPE_HIDDEN
#define GIL_CTYPE_XID_START 0x100u /* an identifier may begin with it (UAX 31) */
#define GIL_CTYPE_XID_GO_ON 0x200u /* or have it further on */

/* --- the tables, unicode_data.c --- */

/* The flags of each code point below 256. */
extern const uint16_t gil_ctype_latin1[256];
/* Runs of code points that have the same flags, from all up: the first code point, shifted left by 11, and the flags. */
extern const uint32_t gil_ctype_runs[];
extern const size_t gil_ctype_runs_count;

/* Code points from first to last, or with step 2 every other, whose simple mapping is delta away. In ascending order. */
struct gil_case_run {
    uint32_t first, last;
    int32_t step, delta;
};
extern const struct gil_case_run gil_case_upper[], gil_case_lower[], gil_case_title[];
extern const size_t gil_case_upper_count, gil_case_lower_count, gil_case_title_count;

/* --- asked --- */

/* _Gil_CTYPE_… and GIL_CTYPE_… of a code point up to 0x10ffff; 0 beyond. */
unsigned gil_ctype_find(Gil_UCS4 ch);

static inline unsigned
gil_ctype(Gil_UCS4 ch)
{
    return ch < 0x100 ? gil_ctype_latin1[ch] : gil_ctype_find(ch);
}

/* Simple mappings: one code point to one. */
Gil_UCS4 gil_to_upper(Gil_UCS4 ch);
Gil_UCS4 gil_to_lower(Gil_UCS4 ch);
Gil_UCS4 gil_to_title(Gil_UCS4 ch);

#endif
