/* SPDX-License-Identifier: MIT */
/*
 * Finding, counting, splitting, joining and replacing.
 *
 * The one search all of it rests on allocates nothing and cannot fail. Forwards, text of one byte a code point is looked
 * through for the first character of what is sought, which is quickest where matches are near or that character is rare;
 * after some false starts memmem() takes over, whose worst case is linear. Wider text, and all text backwards, is looked
 * through by its first two characters and its last; when too much was compared in vain a rolling hash goes on, which is
 * slower where text is ordinary and linear where it was chosen to be none.
 */
#include "value/unicode_search.h"

#include "base/hash.h"
#include "gilrt/list.h"
#include "gilrt/sequence.h"
#include "gilrt/tuple.h"
#include "value/list.h"
#include "value/unicode_method.h"

#include <string.h>

int
gil_unicode_match(GilObject *str, Gil_ssize_t at, GilObject *substr)
{
    int kind = GilUnicode_KIND(str), sub_kind = GilUnicode_KIND(substr);
    const char *data = (const char *)_GilUnicode_DATA(str) + at * kind;
    const void *sub = _GilUnicode_DATA(substr);
    Gil_ssize_t length = GilUnicode_GET_LENGTH(substr);

    GIL_ASSERT(at >= 0 && at + length <= GilUnicode_GET_LENGTH(str));
    if (kind == sub_kind)
        return memcmp(data, sub, (size_t)length * (size_t)kind) == 0;
    for (Gil_ssize_t i = 0; i < length; i++)
        if (_GilUnicode_READ(kind, data, i) != _GilUnicode_READ(sub_kind, sub, i))
            return 0;
    return 1;
}

/* First characters met in vain before memmem() is asked, which has to prepare itself. */
#define FALSE_STARTS 8
/* Characters that may be compared in vain, besides four for each that was passed, before find_by_hash() goes on. */
#define IN_VAIN 256

/* str[start:end] and substr have one byte a code point; substr is not empty and not longer. */
static Gil_ssize_t
find_narrow(GilObject *str, GilObject *substr, Gil_ssize_t start, Gil_ssize_t end)
{
    const char *data = _GilUnicode_DATA(str), *sub = _GilUnicode_DATA(substr);
    size_t length = (size_t)GilUnicode_GET_LENGTH(substr);
    const char *at = data + start, *last = data + end - length; /* where a match may begin at the latest */

    for (int i = 0; i < FALSE_STARTS; i++) {
        at = memchr(at, sub[0], (size_t)(last - at) + 1);
        if (at == NULL)
            return -1;
        if (at[length - 1] == sub[length - 1] && memcmp(at, sub, length) == 0)
            return at - data;
        if (at++ == last)
            return -1;
    }
    at = memmem(at, (size_t)(data + end - at), sub, length);
    return at == NULL ? -1 : at - data;
}

/* Whether one of the 16-bit lanes of a word is zero. */
static inline int
has_zero_lane(uint64_t word)
{
    return ((word - UINT64_C(0x0001000100010001)) & ~word & UINT64_C(0x8000800080008000)) != 0;
}

/* The first ch in text of two bytes a code point, or -1. */
static Gil_ssize_t
find_char2(const Gil_UCS2 *text, Gil_UCS4 ch, Gil_ssize_t start, Gil_ssize_t end)
{
    uint64_t word, wanted = ch * UINT64_C(0x0001000100010001);

    if (ch > 0xffff)
        return -1;
    for (; start + 4 <= end; start += 4) {
        memcpy(&word, text + start, 8);
        if (has_zero_lane(word ^ wanted))
            break;
    }
    for (; start < end; start++)
        if (text[start] == ch)
            return start;
    return -1;
}

Gil_ssize_t
gil_find_char(int kind, const void *data, Gil_UCS4 ch, Gil_ssize_t start, Gil_ssize_t end, int direction)
{
    if (kind == GilUnicode_1BYTE_KIND) {
        const char *text = data, *found = NULL;
        if (ch <= 0xff && start < end)
            found = direction >= 0 ? memchr(text + start, (int)ch, (size_t)(end - start))
                                   : memrchr(text + start, (int)ch, (size_t)(end - start));
        return found == NULL ? -1 : found - text;
    }
    if (direction >= 0 && kind == GilUnicode_2BYTE_KIND)
        return find_char2(data, ch, start, end);
    if (direction >= 0) {
        for (Gil_ssize_t i = start; i < end; i++)
            if (((const Gil_UCS4 *)data)[i] == ch)
                return i;
    }
    else {
        for (Gil_ssize_t i = end; i > start; i--)
            if (_GilUnicode_READ(kind, data, i - 1) == ch)
                return i - 1;
    }
    return -1;
}

/* A prime, 2^61 - 1: remainders are the sum of a number's digits in base 2^61. */
#define PRIME ((UINT64_C(1) << 61) - 1)

/* The remainder of v, which is below PRIME^2. */
static inline uint64_t
reduce(unsigned __int128 v)
{
    uint64_t sum = (uint64_t)(v & PRIME) + (uint64_t)(v >> 61);
    return sum >= PRIME ? sum - PRIME : sum;
}

/*
 * gil_unicode_find() for matches that begin in low..high-1, by the algorithm of Karp and Rabin: the code points of what
 * would match are the digits of a number, whose remainder is known again after each step. The base is secret, so
 * nobody can choose text that shares remainders with what it is not.
 */
static __attribute__((cold, noinline)) Gil_ssize_t
find_by_hash(GilObject *str, GilObject *substr, Gil_ssize_t low, Gil_ssize_t high, int direction)
{
    int kind = GilUnicode_KIND(str), sub_kind = GilUnicode_KIND(substr);
    const void *data = _GilUnicode_DATA(str), *sub = _GilUnicode_DATA(substr);
    Gil_ssize_t length = GilUnicode_GET_LENGTH(substr), step = direction >= 0 ? 1 : -1;
    Gil_ssize_t at = direction >= 0 ? low : high - 1, first = direction >= 0 ? 0 : length - 1;
    uint64_t base = gil_hash_salt.factor % PRIME, power = 1, wanted = 0, hash = 0;

    for (Gil_ssize_t i = 0, from = first; i < length; i++, from += step) {
        wanted = reduce((unsigned __int128)wanted * base + _GilUnicode_READ(sub_kind, sub, from));
        hash = reduce((unsigned __int128)hash * base + _GilUnicode_READ(kind, data, at + from));
        power = reduce((unsigned __int128)power * base);
    }
    for (Gil_ssize_t left = high - low; hash != wanted || !gil_unicode_match(str, at, substr); at += step) {
        if (--left == 0)
            return -1;
        Gil_ssize_t leaves = at + first;
        uint64_t change = reduce((unsigned __int128)(PRIME - power) * _GilUnicode_READ(kind, data, leaves)
                                 + _GilUnicode_READ(kind, data, leaves + step * length));
        hash = reduce((unsigned __int128)hash * base + change);
    }
    return at;
}

Gil_ssize_t
gil_unicode_find(GilObject *str, GilObject *substr, Gil_ssize_t start, Gil_ssize_t end, int direction)
{
    Gil_ssize_t length = GilUnicode_GET_LENGTH(substr);

    if (end - start < length)
        return -1;
    if (length == 0)
        return direction >= 0 ? start : end;
    if (GilUnicode_KIND(substr) > GilUnicode_KIND(str))
        return -1; /* it has a character that str has not */
    if (direction >= 0 && GilUnicode_KIND(str) == 1)
        return find_narrow(str, substr, start, end);
    Gil_UCS4 first = GilUnicode_READ_CHAR(substr, 0), second = length > 1 ? GilUnicode_READ_CHAR(substr, 1) : 0;
    Gil_UCS4 last = GilUnicode_READ_CHAR(substr, length - 1);
    Gil_ssize_t low = start, high = end - length + 1; /* first characters of matches are in low..high-1 */
    Gil_ssize_t in_vain = 0;                          /* characters that were equal in matches that were none */
    while (low < high) {
        if (GIL_UNLIKELY(in_vain > IN_VAIN + 4 * (direction >= 0 ? low - start : end - high)))
            return find_by_hash(str, substr, low, high, direction);
        Gil_ssize_t at = gil_find_char(GilUnicode_KIND(str), _GilUnicode_DATA(str), first, low, high, direction);
        if (at < 0)
            return at;
        if (length == 1)
            return at;
        if (GilUnicode_READ_CHAR(str, at + 1) == second && GilUnicode_READ_CHAR(str, at + length - 1) == last) {
            if (gil_unicode_match(str, at, substr))
                return at;
            for (Gil_ssize_t i = 2; GilUnicode_READ_CHAR(str, at + i) == GilUnicode_READ_CHAR(substr, i); i++)
                in_vain++;
        }
        if (direction >= 0)
            low = at + 1;
        else
            high = at;
    }
    return -1;
}

/* --- finding --- */

Gil_ssize_t
GilUnicode_Find(GilObject *str, GilObject *substr, Gil_ssize_t start, Gil_ssize_t end, int direction)
{
    gil_tstate_need(__func__);
    if (gil_unicode_need(__func__, str) < 0 || gil_unicode_need(__func__, substr) < 0)
        return -2;
    gil_unicode_clip(GilUnicode_GET_LENGTH(str), &start, &end);
    return gil_unicode_find(str, substr, start, end, direction);
}

Gil_ssize_t
GilUnicode_FindChar(GilObject *unicode, Gil_UCS4 ch, Gil_ssize_t start, Gil_ssize_t end, int direction)
{
    gil_tstate_need(__func__);
    if (gil_unicode_need(__func__, unicode) < 0)
        return -2;
    gil_unicode_clip(GilUnicode_GET_LENGTH(unicode), &start, &end);
    if (start >= end)
        return -1;
    return gil_find_char(GilUnicode_KIND(unicode), _GilUnicode_DATA(unicode), ch, start, end, direction);
}

int
GilUnicode_Contains(GilObject *str, GilObject *substr)
{
    gil_tstate_need(__func__);
    if (gil_unicode_need(__func__, str) < 0 || gil_unicode_need(__func__, substr) < 0)
        return -1;
    return gil_unicode_find(str, substr, 0, GilUnicode_GET_LENGTH(str), 1) >= 0;
}

/* How often ch stands in str[start:end], which has one byte a code point. */
static Gil_ssize_t
count_byte(GilObject *str, Gil_UCS4 ch, Gil_ssize_t start, Gil_ssize_t end)
{
    const Gil_UCS1 *data = _GilUnicode_DATA(str);
    Gil_ssize_t n = 0;

    for (; start < end; start++)
        n += data[start] == ch;
    return n;
}

/* Occurrences that do not overlap, at most limit. */
static Gil_ssize_t
count(GilObject *str, GilObject *substr, Gil_ssize_t start, Gil_ssize_t end, Gil_ssize_t limit)
{
    Gil_ssize_t length = GilUnicode_GET_LENGTH(substr), n = 0;

    if (start > end)
        return 0;
    if (length == 0)
        return Gil_MIN(end - start + 1, limit);
    if (length == 1 && GilUnicode_KIND(str) == 1 && limit == GIL_SSIZE_T_MAX)
        return count_byte(str, GilUnicode_READ_CHAR(substr, 0), start, end);
    while (n < limit && (start = gil_unicode_find(str, substr, start, end, 1)) >= 0) {
        n++;
        start += length;
    }
    return n;
}

__attribute__((cold)) Gil_ssize_t
GilUnicode_Count(GilObject *str, GilObject *substr, Gil_ssize_t start, Gil_ssize_t end)
{
    gil_tstate_need(__func__);
    if (gil_unicode_need(__func__, str) < 0 || gil_unicode_need(__func__, substr) < 0)
        return -1;
    gil_unicode_clip(GilUnicode_GET_LENGTH(str), &start, &end);
    return count(str, substr, start, end, GIL_SSIZE_T_MAX);
}

__attribute__((cold)) Gil_ssize_t
GilUnicode_Tailmatch(GilObject *str, GilObject *substr, Gil_ssize_t start, Gil_ssize_t end, int direction)
{
    gil_tstate_need(__func__);
    if (gil_unicode_need(__func__, str) < 0 || gil_unicode_need(__func__, substr) < 0)
        return -1;
    Gil_ssize_t length = GilUnicode_GET_LENGTH(substr);
    gil_unicode_clip(GilUnicode_GET_LENGTH(str), &start, &end);
    return end - start >= length && gil_unicode_match(str, direction < 0 ? start : end - length, substr);
}

/* --- joining --- */

/* Length and widest character of n strings with separators between them. 0, or -1 with the error set. */
static int
measure(GilObject **items, Gil_ssize_t n, GilObject *separator, Gil_ssize_t *length, Gil_UCS4 *maxchar)
{
    Gil_ssize_t gap = n > 1 ? GilUnicode_GET_LENGTH(separator) : 0;

    *length = 0;
    *maxchar = gap > 0 ? GilUnicode_MAX_CHAR_VALUE(separator) : 0;
    for (Gil_ssize_t i = 0; i < n; i++) {
        if (items[i] == NULL) {
            GilErr_Format(GilExc_SystemError, "sequence item %zd was never set", i);
            return -1;
        }
        if (!gil_unicode_check(items[i])) {
            GilErr_Format(GilExc_TypeError, "sequence item %zd: expected str instance, %.80s found", i,
                          Gil_TYPE(items[i])->tp_name);
            return -1;
        }
        Gil_ssize_t more = GilUnicode_GET_LENGTH(items[i]);
        if (more > GIL_SSIZE_T_MAX - *length - gap) {
            GilErr_SetString(GilExc_OverflowError, "join() result is too long for a string");
            return -1;
        }
        *length += more + (i > 0 ? gap : 0);
        *maxchar = Gil_MAX(*maxchar, GilUnicode_MAX_CHAR_VALUE(items[i]));
    }
    return 0;
}

static GilObject *
join_items(GilThreadState *ts, GilObject *separator, GilObject **items, Gil_ssize_t n)
{
    Gil_ssize_t length, at = 0, gap = GilUnicode_GET_LENGTH(separator);
    Gil_UCS4 maxchar;

    if (measure(items, n, separator, &length, &maxchar) < 0)
        return NULL;
    if (n == 1 && GilUnicode_CheckExact(items[0]))
        return Gil_NewRef(items[0]);
    if (length == 0)
        return gil_unicode_empty();
    GilObject *op = gil_unicode_alloc(ts, length, maxchar);
    if (op == NULL)
        return NULL;
    if (maxchar < 0x100) { /* then all have one byte a code point */
        char *to = _GilUnicode_DATA(op);
        for (Gil_ssize_t i = 0; i < n; i++) {
            if (i > 0)
                to = mempcpy(to, _GilUnicode_DATA(separator), (size_t)gap);
            to = mempcpy(to, _GilUnicode_DATA(items[i]), (size_t)GilUnicode_GET_LENGTH(items[i]));
        }
        return op;
    }
    for (Gil_ssize_t i = 0; i < n; i++) {
        if (i > 0) {
            gil_unicode_copy(op, at, separator, 0, gap);
            at += gap;
        }
        gil_unicode_copy(op, at, items[i], 0, GilUnicode_GET_LENGTH(items[i]));
        at += GilUnicode_GET_LENGTH(items[i]);
    }
    return op;
}

GilObject *
GilUnicode_Join(GilObject *separator, GilObject *seq)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (seq == NULL)
        return gil_err_null(__func__);
    if (separator == NULL)
        separator = gil_unicode_latin1(' ');
    if (!gil_unicode_check(separator)) {
        GilErr_Format(GilExc_TypeError, "separator: expected str instance, %.80s found", Gil_TYPE(separator)->tp_name);
        return NULL;
    }
    GilObject *fast = GilSequence_Fast(seq, "can only join an iterable");
    if (fast == NULL)
        return NULL;
    /* Nothing from here on runs code of users: the items stay what they are. */
    GilObject *op = join_items(ts, separator, GilSequence_Fast_ITEMS(fast), GilSequence_Fast_GET_SIZE(fast));
    Gil_DECREF(fast);
    return op;
}

/* --- splitting --- */

/* Append str[start:end] to list. 0, or -1 with the error set. */
static int
add_part(GilThreadState *ts, GilObject *list, GilObject *str, Gil_ssize_t start, Gil_ssize_t end)
{
    GilObject *part = gil_unicode_slice(ts, str, start, end);

    if (part == NULL)
        return -1;
    int rc = gil_list_append(ts, (GilListObject *)(void *)list, part);
    Gil_DECREF(part);
    return rc;
}

/* The end of the run of whitespace, or of what is none, that begins at i. */
static inline Gil_ssize_t
run_end(int kind, const void *data, Gil_ssize_t i, Gil_ssize_t length, int space)
{
    if (kind == GilUnicode_1BYTE_KIND)
        while (i < length && gil_is_space(((const Gil_UCS1 *)data)[i]) == space)
            i++;
    else
        while (i < length && gil_is_space(_GilUnicode_READ(kind, data, i)) == space)
            i++;
    return i;
}

static int
split_at_space(GilThreadState *ts, GilObject *list, GilObject *str, Gil_ssize_t maxsplit)
{
    Gil_ssize_t length = GilUnicode_GET_LENGTH(str), i = 0;
    int kind = GilUnicode_KIND(str);
    const void *data = _GilUnicode_DATA(str);

    for (;;) {
        Gil_ssize_t start = run_end(kind, data, i, length, 1);
        if (start == length)
            return 0;
        if (maxsplit-- == 0) /* the rest, with the space that ends it */
            return add_part(ts, list, str, start, length);
        i = run_end(kind, data, start, length, 0);
        if (add_part(ts, list, str, start, i) < 0)
            return -1;
    }
}

static int
split_at(GilThreadState *ts, GilObject *list, GilObject *str, GilObject *sep, Gil_ssize_t maxsplit)
{
    Gil_ssize_t length = GilUnicode_GET_LENGTH(str), start = 0;

    while (maxsplit-- > 0) {
        Gil_ssize_t at = gil_unicode_find(str, sep, start, length, 1);
        if (at < 0)
            break;
        if (add_part(ts, list, str, start, at) < 0)
            return -1;
        start = at + GilUnicode_GET_LENGTH(sep);
    }
    return add_part(ts, list, str, start, length);
}

/* 0 when str is a str, and sep is one that is not empty; sep may be NULL where it is optional. */
static int
need_separator(const char *func, GilObject *str, GilObject *sep, int optional)
{
    if (gil_unicode_need(func, str) < 0)
        return -1;
    if (sep == NULL && optional)
        return 0;
    if (gil_unicode_need(func, sep) < 0)
        return -1;
    GIL_ASSERT(sep != NULL);
    if (GilUnicode_GET_LENGTH(sep) > 0)
        return 0;
    GilErr_SetString(GilExc_ValueError, "empty separator");
    return -1;
}

GilObject *
GilUnicode_Split(GilObject *str, GilObject *sep, Gil_ssize_t maxsplit)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (need_separator(__func__, str, sep, 1) < 0)
        return NULL;
    if (maxsplit < 0)
        maxsplit = GIL_SSIZE_T_MAX;
    GilObject *list = GilList_New(0);
    if (list == NULL)
        return NULL;
    int rc = sep == NULL ? split_at_space(ts, list, str, maxsplit) : split_at(ts, list, str, sep, maxsplit);
    if (rc < 0)
        Gil_CLEAR(list);
    return list;
}

static __attribute__((cold)) int
rsplit_at_space(GilThreadState *ts, GilObject *list, GilObject *str, Gil_ssize_t maxsplit)
{
    Gil_ssize_t i = GilUnicode_GET_LENGTH(str);
    int kind = GilUnicode_KIND(str);
    const void *data = _GilUnicode_DATA(str);

    for (;;) {
        while (i > 0 && gil_is_space(_GilUnicode_READ(kind, data, i - 1)))
            i--;
        if (i == 0)
            return 0;
        Gil_ssize_t end = i;
        if (maxsplit-- == 0) /* the rest, with the space that begins it */
            return add_part(ts, list, str, 0, end);
        while (i > 0 && !gil_is_space(_GilUnicode_READ(kind, data, i - 1)))
            i--;
        if (add_part(ts, list, str, i, end) < 0)
            return -1;
    }
}

static __attribute__((cold)) int
rsplit_at(GilThreadState *ts, GilObject *list, GilObject *str, GilObject *sep, Gil_ssize_t maxsplit)
{
    Gil_ssize_t end = GilUnicode_GET_LENGTH(str);

    while (maxsplit-- > 0) {
        Gil_ssize_t at = gil_unicode_find(str, sep, 0, end, -1);
        if (at < 0)
            break;
        if (add_part(ts, list, str, at + GilUnicode_GET_LENGTH(sep), end) < 0)
            return -1;
        end = at;
    }
    return add_part(ts, list, str, 0, end);
}

__attribute__((cold)) GilObject *
GilUnicode_RSplit(GilObject *str, GilObject *sep, Gil_ssize_t maxsplit)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (need_separator(__func__, str, sep, 1) < 0)
        return NULL;
    if (maxsplit < 0)
        maxsplit = GIL_SSIZE_T_MAX;
    GilObject *list = GilList_New(0);
    if (list == NULL)
        return NULL;
    int rc = sep == NULL ? rsplit_at_space(ts, list, str, maxsplit) : rsplit_at(ts, list, str, sep, maxsplit);
    if (rc == 0)
        rc = GilList_Reverse(list);
    if (rc < 0)
        Gil_CLEAR(list);
    return list;
}

/* (str[:at], sep, str[at + length of sep:]), or for -1 whole and two empty strings, whole last when that is wanted. */
static __attribute__((cold)) GilObject *
partition(GilThreadState *ts, GilObject *str, GilObject *sep, Gil_ssize_t at, int whole_last)
{
    Gil_ssize_t length = GilUnicode_GET_LENGTH(str);
    GilObject *parts[3] = {gil_unicode_empty(), gil_unicode_empty(), gil_unicode_empty()};

    if (at < 0)
        parts[whole_last ? 2 : 0] = gil_unicode_slice(ts, str, 0, length);
    else {
        parts[0] = gil_unicode_slice(ts, str, 0, at);
        parts[1] = Gil_NewRef(sep);
        parts[2] = gil_unicode_slice(ts, str, at + GilUnicode_GET_LENGTH(sep), length);
    }
    GilObject *tuple = NULL;
    if (parts[0] != NULL && parts[2] != NULL)
        tuple = GilTuple_FromArray(parts, 3);
    for (int i = 0; i < 3; i++)
        Gil_XDECREF(parts[i]);
    return tuple;
}

__attribute__((cold)) GilObject *
GilUnicode_Partition(GilObject *str, GilObject *sep)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (need_separator(__func__, str, sep, 0) < 0)
        return NULL;
    return partition(ts, str, sep, gil_unicode_find(str, sep, 0, GilUnicode_GET_LENGTH(str), 1), 0);
}

__attribute__((cold)) GilObject *
GilUnicode_RPartition(GilObject *str, GilObject *sep)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (need_separator(__func__, str, sep, 0) < 0)
        return NULL;
    return partition(ts, str, sep, gil_unicode_find(str, sep, 0, GilUnicode_GET_LENGTH(str), -1), 1);
}

__attribute__((cold)) GilObject *
GilUnicode_Splitlines(GilObject *str, int keepends)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (gil_unicode_need(__func__, str) < 0)
        return NULL;
    GilObject *list = GilList_New(0);
    Gil_ssize_t length = GilUnicode_GET_LENGTH(str), i = 0;
    while (list != NULL && i < length) {
        Gil_ssize_t start = i;
        while (i < length && !gil_is_linebreak(GilUnicode_READ_CHAR(str, i)))
            i++;
        Gil_ssize_t end = i;
        if (i < length) {
            int crlf = GilUnicode_READ_CHAR(str, i) == '\r' && i + 1 < length
                       && GilUnicode_READ_CHAR(str, i + 1) == '\n';
            i += crlf ? 2 : 1;
        }
        if (add_part(ts, list, str, start, keepends ? i : end) < 0)
            Gil_CLEAR(list);
    }
    return list;
}

/* --- replacing --- */

/* Length of str after n replacements, or -1 with OverflowError. */
static __attribute__((cold)) Gil_ssize_t
replaced_length(Gil_ssize_t length, Gil_ssize_t from, Gil_ssize_t to, Gil_ssize_t n)
{
    if (to > from && to - from > (GIL_SSIZE_T_MAX - length) / n) {
        GilErr_SetString(GilExc_OverflowError, "replace string is too long");
        return -1;
    }
    return length + (to - from) * n;
}

/* Fill op with str, its first n occurrences of substr replaced; all have one byte a code point, and substr is not empty. */
static void
write_replaced_narrow(GilObject *op, GilObject *str, GilObject *substr, GilObject *replstr, Gil_ssize_t n)
{
    const char *data = _GilUnicode_DATA(str), *repl = _GilUnicode_DATA(replstr);
    size_t sub = (size_t)GilUnicode_GET_LENGTH(substr), repl_size = (size_t)GilUnicode_GET_LENGTH(replstr);
    Gil_ssize_t length = GilUnicode_GET_LENGTH(str), from = 0;
    char *to = _GilUnicode_DATA(op);

    for (; n > 0; n--) {
        Gil_ssize_t at = find_narrow(str, substr, from, length);
        to = mempcpy(to, data + from, (size_t)(at - from));
        to = mempcpy(to, repl, repl_size);
        from = at + (Gil_ssize_t)sub;
    }
    memcpy(to, data + from, (size_t)(length - from));
}

/* Fill op with str, its first n occurrences of substr replaced. An empty substr occurs before each character and at
 * the end. */
static __attribute__((cold)) void
write_replaced(GilObject *op, GilObject *str, GilObject *substr, GilObject *replstr, Gil_ssize_t n)
{
    Gil_ssize_t length = GilUnicode_GET_LENGTH(str), sub = GilUnicode_GET_LENGTH(substr);
    Gil_ssize_t repl = GilUnicode_GET_LENGTH(replstr), from = 0, to = 0;

    while (n-- > 0) {
        Gil_ssize_t at = gil_unicode_find(str, substr, from, length, 1);
        gil_unicode_copy(op, to, str, from, at - from);
        to += at - from;
        gil_unicode_copy(op, to, replstr, 0, repl);
        to += repl;
        from = at + sub;
        if (sub == 0 && from < length)
            gil_unicode_copy(op, to++, str, from++, 1);
    }
    gil_unicode_copy(op, to, str, from, length - from);
}

GilObject *
GilUnicode_Replace(GilObject *str, GilObject *substr, GilObject *replstr, Gil_ssize_t maxcount)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (gil_unicode_need(__func__, str) < 0 || gil_unicode_need(__func__, substr) < 0
        || gil_unicode_need(__func__, replstr) < 0)
        return NULL;
    Gil_ssize_t length = GilUnicode_GET_LENGTH(str);
    Gil_ssize_t n = count(str, substr, 0, length, maxcount < 0 ? GIL_SSIZE_T_MAX : maxcount);
    if (n == 0)
        return gil_unicode_slice(ts, str, 0, length);
    Gil_ssize_t size = replaced_length(length, GilUnicode_GET_LENGTH(substr), GilUnicode_GET_LENGTH(replstr), n);
    if (size <= 0)
        return size < 0 ? NULL : gil_unicode_empty();
    Gil_UCS4 max_str = GilUnicode_MAX_CHAR_VALUE(str), max_repl = GilUnicode_MAX_CHAR_VALUE(replstr);
    GilObject *op = gil_unicode_alloc(ts, size, Gil_MAX(max_str, max_repl));
    if (op == NULL)
        return NULL;
    if (GilUnicode_KIND(op) == GilUnicode_1BYTE_KIND && GilUnicode_GET_LENGTH(substr) > 0)
        write_replaced_narrow(op, str, substr, replstr, n);
    else
        write_replaced(op, str, substr, replstr, n);
    return gil_unicode_narrow(ts, op);
}
