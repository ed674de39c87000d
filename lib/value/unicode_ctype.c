/* SPDX-License-Identifier: MIT */
/*
 * Properties and case of characters.
 *
 * Both are kept as sorted runs and looked up by halving: 3700 runs of properties and 150 of each mapping are 22 KB, a
 * fifth of what tables of two stages take, and what is asked for most, Latin-1, has a table of its own.
 */
#include "value/unicode_ctype.h"

#include "value/unicode_method.h"

unsigned
gil_ctype_find(Gil_UCS4 ch)
{
    size_t low = 0, high = gil_ctype_runs_count;

    if (ch > GIL_MAX_CODE_POINT)
        return 0;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (gil_ctype_runs[middle] >> 11 <= ch)
            low = middle;
        else
            high = middle;
    }
    return gil_ctype_runs[low] & 0x7ff;
}

/* The simple mapping of ch, which is ch itself in no run. */
static Gil_UCS4
map(const struct gil_case_run *runs, size_t count, Gil_UCS4 ch)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct gil_case_run *run = &runs[middle];
        if (ch > run->last)
            low = middle + 1;
        else if (ch < run->first)
            high = middle;
        else if ((ch - run->first) % (uint32_t)run->step == 0)
            return (Gil_UCS4)((int32_t)ch + run->delta);
        else
            return ch;
    }
    return ch;
}

Gil_UCS4
gil_to_upper(Gil_UCS4 ch)
{
    if (ch < 0x80)
        return ch >= 'a' && ch <= 'z' ? ch - 0x20 : ch;
    return map(gil_case_upper, gil_case_upper_count, ch);
}

Gil_UCS4
gil_to_lower(Gil_UCS4 ch)
{
    if (ch < 0x80)
        return ch >= 'A' && ch <= 'Z' ? ch + 0x20 : ch;
    return map(gil_case_lower, gil_case_lower_count, ch);
}

Gil_UCS4
gil_to_title(Gil_UCS4 ch)
{
    if (ch < 0x80)
        return ch >= 'a' && ch <= 'z' ? ch - 0x20 : ch;
    return map(gil_case_title, gil_case_title_count, ch);
}

/* --- public --- */

unsigned
_GilUnicode_Ctype(Gil_UCS4 ch)
{
    return gil_ctype(ch);
}

int
_GilUnicode_IsWhitespace(Gil_UCS4 ch)
{
    return gil_is_space(ch);
}

int
_GilUnicode_IsLinebreak(Gil_UCS4 ch)
{
    return gil_is_linebreak(ch);
}

Gil_UCS4
_GilUnicode_ToUppercase(Gil_UCS4 ch)
{
    return gil_to_upper(ch);
}

Gil_UCS4
_GilUnicode_ToLowercase(Gil_UCS4 ch)
{
    return gil_to_lower(ch);
}

Gil_UCS4
_GilUnicode_ToTitlecase(Gil_UCS4 ch)
{
    return gil_to_title(ch);
}
