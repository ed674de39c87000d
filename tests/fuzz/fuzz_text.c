/* SPDX-License-Identifier: MIT */
/* str against an array of code points, and its codecs against the tables of the Unicode standard. */
#include "fuzz/fuzz.h"

#include <string.h>

const char fuzz_name[] = "text";

#define TEXTS 3
#define LENGTH_MAX 60 /* of what goes on; results may be longer for a moment */
#define ROOM 4000

struct text {
    int n;
    Gil_UCS4 at[ROOM];
};

static GilObject *str[TEXTS];
static struct text model[TEXTS];

void
fuzz_setup(void)
{
}

static void
check_text(GilObject *op, const struct text *want)
{
    static Gil_UCS4 got[ROOM + 1];
    Gil_UCS4 largest = 0;

    FUZZ_CHECK(op != NULL && GilUnicode_CheckExact(op) && GilUnicode_GetLength(op) == want->n);
    FUZZ_CHECK(GilUnicode_AsUCS4(op, got, ROOM + 1, 1) == got && got[want->n] == 0);
    FUZZ_CHECK(memcmp(got, want->at, (size_t)want->n * sizeof got[0]) == 0);
    for (int i = 0; i < want->n; i++)
        largest = want->at[i] > largest ? want->at[i] : largest;
    /* The narrowest form, with a zero behind it. */
    FUZZ_CHECK(GilUnicode_KIND(op) == (largest > 0xffff ? 4 : largest > 0xff ? 2 : 1));
    FUZZ_CHECK(GilUnicode_IS_ASCII(op) == (largest < 0x80));
    FUZZ_CHECK(GilUnicode_READ(GilUnicode_KIND(op), GilUnicode_DATA(op), want->n) == 0);
}

static void
keep(int r, GilObject *fresh, const struct text *want)
{
    check_text(fresh, want);
    model[r] = *want;
    Gil_SETREF(str[r], fresh);
    if (want->n > LENGTH_MAX) {
        model[r].n = LENGTH_MAX / 4;
        Gil_SETREF(str[r], GilUnicode_Substring(str[r], 0, LENGTH_MAX / 4));
    }
}

static void
join(struct text *r, const Gil_UCS4 *more, int n)
{
    memcpy(r->at + r->n, more, (size_t)n * sizeof *more);
    r->n += n;
}

/* Few different characters, so that things are found: letters, spaces and ends of lines of every width. */
static Gil_UCS4
character(struct fuzz_input *in)
{
    static const Gil_UCS4 some[] = {'a', 'b', 'c', ' ', '\n', '\r', 'A', 0, 0x1c, 0x7f, 0x80, 0x85, 0xa0, 0xe9, 0xff,
                                    0x100, 0x3b1, 0x2028, 0x2003, 0xd800, 0xdfff, 0xffff, 0x10000, 0x1f600, 0x10ffff};
    unsigned choice = fuzz_byte(in);

    return choice < 128 ? some[choice % 3] : some[choice % Gil_ARRAY_LENGTH(some)];
}

static void
load(struct fuzz_input *in, int r)
{
    static struct text want;
    GilObject *made;

    want.n = (int)fuzz_range(in, 0, 20);
    for (int i = 0; i < want.n; i++)
        want.at[i] = character(in);
    fuzz_tell("load %d: %d characters", r, want.n);
    if (fuzz_byte(in) % 2)
        made = GilUnicode_FromKindAndData(4, want.at, want.n);
    else {
        Gil_UCS4 largest = 0;
        for (int i = 0; i < want.n; i++)
            largest = want.at[i] > largest ? want.at[i] : largest;
        made = GilUnicode_New(want.n, largest);
        for (int i = 0; i < want.n; i++)
            FUZZ_CHECK(GilUnicode_WriteChar(made, i, want.at[i]) == 0);
    }
    keep(r, made, &want);
}

static void
combine(struct fuzz_input *in, int r)
{
    static struct text want;
    int op = (int)fuzz_range(in, 0, 3), other = (int)fuzz_range(in, 0, TEXTS - 1);

    fuzz_tell("combine %d: %d and %d", op, r, other);
    want = model[r];
    if (op == 0) {
        join(&want, model[other].at, model[other].n);
        keep(r, GilUnicode_Concat(str[r], str[other]), &want);
    }
    else if (op == 1) {
        /* The register holds the only reference, so the string may grow in its place. */
        GilObject *more = Gil_NewRef(str[other]);
        join(&want, model[other].at, model[other].n);
        GilUnicode_Append(&str[r], more);
        Gil_DECREF(more);
        keep(r, Gil_NewRef(str[r]), &want);
    }
    else if (op == 2) {
        int times = (int)fuzz_range(in, 0, 6) - 1;
        want.n = 0;
        for (int i = 0; i < times; i++)
            join(&want, model[r].at, model[r].n);
        keep(r, GilSequence_Repeat(str[r], times), &want);
    }
    else {
        int count = (int)fuzz_range(in, 0, 4);
        GilObject *list = GilList_New(0);
        want.n = 0;
        for (int i = 0; i < count; i++) {
            int part = (int)fuzz_range(in, 0, TEXTS - 1);
            FUZZ_CHECK(GilList_Append(list, str[part]) == 0);
            if (i > 0)
                join(&want, model[other].at, model[other].n);
            join(&want, model[part].at, model[part].n);
        }
        keep(r, GilUnicode_Join(str[other], list), &want);
        Gil_DECREF(list);
    }
}

static void
cut(struct fuzz_input *in, int r)
{
    static struct text want;
    int indices[LENGTH_MAX], n = model[r].n;
    int64_t start = fuzz_position(in, n), stop = fuzz_position(in, n);
    long step = fuzz_range(in, -3, 3);

    fuzz_tell("cut %d: %td:%td:%ld of %d", r, (ptrdiff_t)start, (ptrdiff_t)stop, step, n);
    if (step == 0) {
        GilObject *part = GilUnicode_Substring(str[r], start, stop);
        if (start < 0 || stop < 0) {
            FUZZ_CHECK(part == NULL);
            FUZZ_ERROR(GilExc_IndexError);
            return;
        }
        want.n = 0;
        stop = stop > n ? n : stop;
        if (start < stop)
            join(&want, model[r].at + start, (int)(stop - start));
        keep(r, part, &want);
        return;
    }
    GilObject *key = fuzz_slice_object(start, stop, step);
    want.n = fuzz_slice(start, stop, step, n, indices);
    for (int i = 0; i < want.n; i++)
        want.at[i] = model[r].at[indices[i]];
    keep(r, GilObject_GetItem(str[r], key), &want);
    Gil_DECREF(key);
}

static int
is_at(const struct text *t, int at, const struct text *sub)
{
    return at + sub->n <= t->n && memcmp(t->at + at, sub->at, (size_t)sub->n * sizeof sub->at[0]) == 0;
}

static Gil_ssize_t
bound(Gil_ssize_t position, int n)
{
    position = position < -(Gil_ssize_t)n ? 0 : position < 0 ? position + n : position;
    return position;
}

/* t as often as there is room for. */
static void
repeat(struct text *to, const struct text *t, int room)
{
    to->n = 0;
    while (t->n > 0 && to->n + t->n <= room)
        join(to, t->at, t->n);
}

/* r many times, then sub many times, then r, searched for that sub, and for it and one character more: much is compared
 * in vain, and more where a text is of one letter. */
static void
search_long(int r, const struct text *sub)
{
    static struct text t, wanted;

    repeat(&t, &model[r], ROOM / 2);
    repeat(&wanted, sub, ROOM / 8);
    join(&t, wanted.at, wanted.n);
    join(&t, model[r].at, model[r].n);
    GilObject *text = GilUnicode_FromKindAndData(4, t.at, t.n);
    for (int more = 0; more < 2; more++, join(&wanted, model[r].at, 1)) {
        Gil_ssize_t first = -1, last = -1, before = -1;
        for (int i = 0; i + wanted.n <= t.n; i++)
            if (is_at(&t, i, &wanted)) {
                first = first < 0 ? i : first;
                before = last;
                last = i;
            }
        GilObject *needle = GilUnicode_FromKindAndData(4, wanted.at, wanted.n);
        FUZZ_CHECK(GilUnicode_Find(text, needle, 0, GIL_SSIZE_T_MAX, 1) == first);
        FUZZ_CHECK(GilUnicode_Find(text, needle, 0, GIL_SSIZE_T_MAX, -1) == last);
        FUZZ_CHECK(GilUnicode_Find(text, needle, 0, last + wanted.n - 1, -1) == before);
        Gil_DECREF(needle);
    }
    Gil_DECREF(text);
}

static void
search(struct fuzz_input *in, int r)
{
    const struct text *t = &model[r];
    int other = (int)fuzz_range(in, 0, TEXTS - 1), count = 0;
    static struct text sub;
    int length = (int)fuzz_range(in, 0, 4);
    Gil_ssize_t start = fuzz_position(in, t->n), end = fuzz_position(in, t->n), first = -1, last = -1, next = 0;

    /* A whole text, or the beginning of one. */
    sub = model[other];
    sub.n = length < sub.n ? length : sub.n;
    GilObject *needle = GilUnicode_Substring(str[other], 0, sub.n);
    Gil_ssize_t from = bound(start, t->n), to = end > t->n ? t->n : bound(end, t->n);
    fuzz_tell("search %d for %d of %d in %td to %td", r, sub.n, other, start, end);
    for (Gil_ssize_t i = from; i <= to - sub.n; i++)
        if (is_at(t, (int)i, &sub)) {
            first = first < 0 ? i : first;
            last = i;
            if (i >= next) {
                count++;
                next = i + (sub.n > 0 ? sub.n : 1);
            }
        }
    FUZZ_CHECK(GilUnicode_Find(str[r], needle, start, end, 1) == first);
    FUZZ_CHECK(GilUnicode_Find(str[r], needle, start, end, -1) == last);
    FUZZ_CHECK(GilUnicode_Count(str[r], needle, start, end) == count);
    int fits = from <= to - sub.n;
    FUZZ_CHECK(GilUnicode_Tailmatch(str[r], needle, start, end, -1) == (fits && is_at(t, (int)from, &sub)));
    FUZZ_CHECK(GilUnicode_Tailmatch(str[r], needle, start, end, 1) == (fits && is_at(t, (int)(to - sub.n), &sub)));
    if (sub.n == 1) {
        FUZZ_CHECK(GilUnicode_FindChar(str[r], sub.at[0], start, end, 1) == first);
        FUZZ_CHECK(GilUnicode_FindChar(str[r], sub.at[0], start, end, -1) == last);
    }
    first = -1;
    for (int i = 0; i + sub.n <= t->n && first < 0; i++)
        first = is_at(t, i, &sub) ? i : -1;
    FUZZ_CHECK(GilUnicode_Contains(str[r], needle) == (first >= 0));
    if (sub.n > 1 && t->n > 0)
        search_long(r, &sub);
    Gil_DECREF(needle);
}

static void
replace(struct fuzz_input *in, int r)
{
    static struct text want, t, sub, with;
    int from = (int)fuzz_range(in, 0, TEXTS * TEXTS - 1), length = (int)fuzz_range(in, 0, 3);
    Gil_ssize_t left = fuzz_range(in, -1, 4);

    sub = model[from % TEXTS];
    sub.n = length < sub.n ? length : sub.n;
    with = model[from / TEXTS];
    t = model[r];
    GilObject *needle = GilUnicode_Substring(str[from % TEXTS], 0, sub.n);
    GilObject *result = GilUnicode_Replace(str[r], needle, str[from / TEXTS], left);
    fuzz_tell("replace %td times %d by %d in %d", left, sub.n, with.n, t.n);
    left = left < 0 ? ROOM : left;
    want.n = 0;
    for (int i = 0; i <= t.n;) {
        if (left > 0 && is_at(&t, i, &sub)) {
            join(&want, with.at, with.n);
            left--;
            i += sub.n;
            if (sub.n > 0)
                continue;
        }
        if (i < t.n)
            join(&want, &t.at[i], 1);
        i++;
    }
    keep(r, result, &want);
    Gil_DECREF(needle);
}

static int
is_space(Gil_UCS4 ch)
{
    return (ch >= 9 && ch <= 13) || (ch >= 0x1c && ch <= 0x20) || ch == 0x85 || ch == 0xa0 || ch == 0x2028 ||
           ch == 0x2003;
}

static int
is_line_end(Gil_UCS4 ch)
{
    return (ch >= 10 && ch <= 13) || (ch >= 0x1c && ch <= 0x1e) || ch == 0x85 || ch == 0x2028;
}

static void
check_part(GilObject *list, Gil_ssize_t i, const Gil_UCS4 *at, int n)
{
    static struct text want;
    GilObject *part = GilList_GetItemRef(list, i);

    want.n = 0;
    join(&want, at, n);
    check_text(part, &want);
    Gil_DECREF(part);
}

static void
split(struct fuzz_input *in, int r)
{
    const struct text *t = &model[r];
    static struct text sep;
    int other = (int)fuzz_range(in, 0, TEXTS), length = (int)fuzz_range(in, 0, 3), start = 0, parts = 0, at = 0;
    Gil_ssize_t left = fuzz_range(in, -1, 4), limit = left;

    left = left < 0 ? ROOM : left;
    if (other == TEXTS) {
        GilObject *list = GilUnicode_Split(str[r], NULL, limit);
        FUZZ_CHECK(list != NULL);
        for (;;) {
            while (at < t->n && is_space(t->at[at]))
                at++;
            if (at == t->n)
                break;
            start = at;
            while (at < t->n && (left == 0 || !is_space(t->at[at])))
                at++;
            left -= left > 0;
            /* What is left when the cuts are used up ends as the text does. */
            check_part(list, parts++, t->at + start, at - start);
        }
        FUZZ_CHECK(GilList_GET_SIZE(list) == parts);
        Gil_DECREF(list);
        return;
    }
    sep = model[other];
    sep.n = length < sep.n ? length : sep.n;
    GilObject *by = GilUnicode_Substring(str[other], 0, sep.n), *list = GilUnicode_Split(str[r], by, limit);
    fuzz_tell("split %d by %d characters, %td times", r, sep.n, limit);
    if (sep.n == 0)
        FUZZ_ERROR(GilExc_ValueError);
    else {
        FUZZ_CHECK(list != NULL);
        while (at < t->n) {
            if (left > 0 && is_at(t, at, &sep)) {
                check_part(list, parts++, t->at + start, at - start);
                start = at += sep.n;
                left--;
            }
            else
                at++;
        }
        check_part(list, parts++, t->at + start, t->n - start);
        FUZZ_CHECK(GilList_GET_SIZE(list) == parts);
        /* Joined again it is the same text. */
        GilObject *joined = GilUnicode_Join(by, list);
        check_text(joined, t);
        Gil_DECREF(joined);
    }
    Gil_XDECREF(list);
    Gil_DECREF(by);
}

static void
lines(struct fuzz_input *in, int r)
{
    const struct text *t = &model[r];
    int keep_ends = (int)fuzz_range(in, 0, 1), at = 0, n = 0;
    GilObject *list = GilUnicode_Splitlines(str[r], keep_ends);

    FUZZ_CHECK(list != NULL);
    while (at < t->n) {
        int start = at, end;
        while (at < t->n && !is_line_end(t->at[at]))
            at++;
        end = at;
        if (at < t->n)
            at += t->at[at] == '\r' && at + 1 < t->n && t->at[at + 1] == '\n' ? 2 : 1;
        check_part(list, n++, t->at + start, (keep_ends ? at : end) - start);
    }
    FUZZ_CHECK(GilList_GET_SIZE(list) == n);
    Gil_DECREF(list);
}

static void
strip(struct fuzz_input *in, int r)
{
    static struct text want;
    int sides = (int)fuzz_range(in, 1, 3), from = 0, to = model[r].n;
    static const char *const names[] = {"", "lstrip", "rstrip", "strip"};

    if (sides & 1)
        while (from < to && is_space(model[r].at[from]))
            from++;
    if (sides & 2)
        while (from < to && is_space(model[r].at[to - 1]))
            to--;
    want.n = 0;
    join(&want, model[r].at + from, to - from);
    keep(r, GilObject_CallMethod(str[r], names[sides], NULL), &want);
}

static void
compare(struct fuzz_input *in, int r)
{
    int other = (int)fuzz_range(in, 0, TEXTS - 1), sign = 0;
    const struct text *a = &model[r], *b = &model[other];

    for (int i = 0; i < a->n && i < b->n && sign == 0; i++)
        sign = (a->at[i] > b->at[i]) - (a->at[i] < b->at[i]);
    sign = sign != 0 ? sign : (a->n > b->n) - (a->n < b->n);
    const int truth[6] = {[Gil_LT] = sign < 0, [Gil_LE] = sign <= 0, [Gil_EQ] = sign == 0,
                          [Gil_NE] = sign != 0, [Gil_GT] = sign > 0, [Gil_GE] = sign >= 0};
    for (int op = Gil_LT; op <= Gil_GE; op++)
        FUZZ_CHECK(GilObject_RichCompareBool(str[r], str[other], op) == truth[op]);
    FUZZ_CHECK(GilUnicode_Compare(str[r], str[other]) == sign);
    FUZZ_CHECK(GilUnicode_Equal(str[r], str[other]) == (sign == 0));
    GilObject *twin = GilUnicode_FromKindAndData(4, a->at, a->n);
    FUZZ_CHECK(GilObject_Hash(twin) == GilObject_Hash(str[r]));
    GilUnicode_InternInPlace(&twin);
    check_text(twin, a);
    Gil_DECREF(twin);
}

static int
encode_one(Gil_UCS4 ch, uint8_t *out)
{
    if (ch < 0x80) {
        out[0] = (uint8_t)ch;
        return 1;
    }
    int n = ch < 0x800 ? 2 : ch < 0x10000 ? 3 : 4;
    for (int i = n - 1; i > 0; i--, ch >>= 6)
        out[i] = (uint8_t)(0x80 | (ch & 0x3f));
    out[0] = (uint8_t)((0xf00 >> n & 0xff) | ch);
    return n;
}

static void
encode(struct fuzz_input *in, int r)
{
    static const char *const encodings[] = {"utf-8", "latin-1", "ascii"};
    static const char *const handlers[] = {NULL, "replace", "ignore"};
    static uint8_t want[4 * ROOM];
    int encoding = (int)fuzz_range(in, 0, 2), errors = (int)fuzz_range(in, 0, 2), n = 0, failed = 0;

    for (int i = 0; i < model[r].n; i++) {
        Gil_UCS4 ch = model[r].at[i];
        if (encoding == 0 ? ch < 0xd800 || ch > 0xdfff : ch < (encoding == 1 ? 0x100u : 0x80u)) {
            if (encoding == 0)
                n += encode_one(ch, want + n);
            else
                want[n++] = (uint8_t)ch;
        }
        else {
            failed = 1;
            if (errors == 1)
                want[n++] = '?';
        }
    }
    fuzz_tell("encode %d as %s, way %d", r, encodings[encoding], errors);
    GilObject *bytes = GilUnicode_AsEncodedString(str[r], encodings[encoding], handlers[errors]);
    if (failed && errors == 0) {
        FUZZ_CHECK(bytes == NULL);
        FUZZ_ERROR(GilExc_UnicodeEncodeError);
        return;
    }
    FUZZ_CHECK(bytes != NULL && GilBytes_GET_SIZE(bytes) == n &&
               memcmp(GilBytes_AS_STRING(bytes), want, (size_t)n) == 0);
    Gil_DECREF(bytes);
    if (encoding == 0 && !failed) {
        Gil_ssize_t size;
        const char *utf8 = GilUnicode_AsUTF8AndSize(str[r], &size);
        FUZZ_CHECK(utf8 != NULL && size == n && memcmp(utf8, want, (size_t)n) == 0 && utf8[n] == '\0');
        GilObject *back = GilUnicode_DecodeUTF8(utf8, size, NULL);
        check_text(back, &model[r]);
        Gil_DECREF(back);
    }
}

/* How many of the n bytes at s begin a well-formed sequence (Unicode standard, table 3-7); *whole: they are one. */
static int
well_formed(const uint8_t *s, int n, int *whole)
{
    int length = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0, i = 1;
    /* The second byte of some has narrower bounds. */
    uint8_t low = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : 0x80;
    uint8_t high = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : 0xbf;

    *whole = 0;
    if (length == 0)
        return 1;
    for (; i < length && i < n; i++, low = 0x80, high = 0xbf)
        if (s[i] < low || s[i] > high)
            return i;
    *whole = i == length;
    return i;
}

static void
decode(struct fuzz_input *in, int r)
{
    static const char *const encodings[] = {"utf-8", "latin-1", "ascii"};
    static const char *const handlers[] = {"strict", "replace", "ignore"};
    static const uint8_t some[] = {0x80, 0xbf, 0x9f, 0xa0, 0x8f, 0x90, 0xc1, 0xc2,
                                   0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5};
    static struct text want;
    uint8_t bytes[40];
    int encoding = (int)fuzz_range(in, 0, 2), errors = (int)fuzz_range(in, 0, 2), n = (int)fuzz_range(in, 0, 40),
        failed = 0;

    for (int i = 0; i < n; i++) {
        unsigned choice = fuzz_byte(in);
        bytes[i] = (uint8_t)(choice < 128 ? choice : encoding == 0 ? some[choice % sizeof some] : choice);
    }
    want.n = 0;
    for (int i = 0; i < n;) {
        int whole = encoding == 1 || bytes[i] < 0x80, length = 1;
        Gil_UCS4 ch = bytes[i];
        if (encoding == 0) {
            length = well_formed(bytes + i, n - i, &whole);
            if (length > 1)
                ch &= 0xffu >> (length + 1);
            for (int k = 1; k < length; k++)
                ch = ch << 6 | (bytes[i + k] & 0x3f);
        }
        failed |= !whole;
        if (!whole)
            ch = 0xfffd;
        if (whole || errors == 1)
            join(&want, &ch, 1);
        i += length;
    }
    fuzz_tell("decode %d: %d bytes of %s, way %d", r, n, encodings[encoding], errors);
    GilObject *made = GilUnicode_Decode((const char *)bytes, n, encodings[encoding], handlers[errors]);
    if (failed && errors == 0) {
        FUZZ_CHECK(made == NULL);
        FUZZ_ERROR(GilExc_UnicodeDecodeError);
        return;
    }
    keep(r, made, &want);
}

void
fuzz_target(struct fuzz_input *in)
{
    static void (*const steps[])(struct fuzz_input *, int) = {load,  combine, cut,     search, replace, split,
                                                              lines, strip,   compare, encode, decode,  load};

    for (int i = 0; i < TEXTS; i++) {
        str[i] = GilUnicode_New(0, 0);
        model[i].n = 0;
    }
    while (fuzz_more(in)) {
        unsigned choice = fuzz_byte(in);
        steps[choice % Gil_ARRAY_LENGTH(steps)](in, (int)(choice / Gil_ARRAY_LENGTH(steps)) % TEXTS);
    }
    for (int i = 0; i < TEXTS; i++)
        Gil_CLEAR(str[i]);
}
