/* SPDX-License-Identifier: MIT */
/*
 * A reader that believes nothing: a file is input from anywhere, and its first lines promise sizes and counts.
 *
 * Lines are read one at a time into a buffer of fixed size, since the format limits them. Numbers are read in the
 * "C" locale whatever the host's is, for in many places 1.5 is not a number. The matrix is allocated once the
 * promised shape is found possible; an index is checked before it is used; promises are compared with what came, in
 * both directions.
 */
#include "matrix_market.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The format's own limit of a line. */
#define LINE_MAX_LENGTH 1024
/* The text of a token that is shown to the user, as arguments for %.*s, cut off at a length that fits a reason. */
#define SHOWN(token, length) (int)((length) < 20 ? (length) : 20), (token)
/* Integers beyond it have no exact double. */
#define EXACT_MAX (1LL << 53)

enum layout { COORDINATE, ARRAY };
enum field { REAL, INTEGER, PATTERN };
enum symmetry { GENERAL, SYMMETRIC, SKEW };

struct reader {
    FILE *file;
    locale_t numbers;          /* the "C" locale */
    unsigned long line;        /* number of the line in `text`, from 1 */
    char text[LINE_MAX_LENGTH + 1];
    char *next;                /* what of it is still to be read */
    char *reason;              /* where the caller wants to read why */
    enum layout layout;
    enum field field;
    enum symmetry symmetry;
    dense *out;
};

__attribute__((format(printf, 2, 3))) static int
malformed(struct reader *r, const char *format, ...)
{
    va_list args;
    int used = snprintf(r->reason, MATRIX_MARKET_REASON, "line %lu: ", r->line);

    va_start(args, format);
    vsnprintf(r->reason + used, MATRIX_MARKET_REASON - (size_t)used, format, args);
    va_end(args);
    return MATRIX_MARKET_MALFORMED;
}

/* The next line into r->text, without its end; *got tells whether there was one. */
static int
next_line(struct reader *r, bool *got)
{
    size_t size = 0;
    int c;

    r->line++;
    r->next = r->text;
    errno = 0;
    while ((c = getc_unlocked(r->file)) != EOF && c != '\n') {
        if (c == '\0')
            return malformed(r, "holds a byte that is not text");
        if (size == LINE_MAX_LENGTH)
            return malformed(r, "longer than %d characters", LINE_MAX_LENGTH);
        r->text[size++] = (char)c;
    }
    r->text[size] = '\0';
    *got = c == '\n' || size > 0;
    if (c == EOF && ferror(r->file))
        return errno != 0 ? errno : EIO;
    return 0;
}

/* The next line that is not blank, nor (before the sizes) a comment. */
static int
next_content(struct reader *r, bool comments, bool *got)
{
    int rc;

    do
        rc = next_line(r, got);
    while (rc == 0 && *got && (r->text[strspn(r->text, " \t\r")] == '\0' || (comments && r->text[0] == '%')));
    return rc;
}

/* The next token of the line: its start; *length is 0 at the end of the line. */
static char *
next_token(struct reader *r, size_t *length)
{
    char *token = r->next + strspn(r->next, " \t\r");

    *length = strcspn(token, " \t\r");
    r->next = token + *length;
    return token;
}

/* An integer between `low` and `high`, which `what` names. */
static int
read_integer(struct reader *r, const char *what, long long low, long long high, long long *value)
{
    size_t length;
    char *token = next_token(r, &length), *end;

    if (length == 0)
        return malformed(r, "the %s is missing", what);
    errno = 0;
    *value = strtoll(token, &end, 10);
    if (end != token + length)
        return malformed(r, "the %s '%.*s' is no integer", what, SHOWN(token, length));
    if (errno != 0 || *value < low || *value > high)
        return malformed(r, "the %s %.*s is not in %lld..%lld", what, SHOWN(token, length), low, high);
    return 0;
}

static int
read_value(struct reader *r, double *value)
{
    size_t length;
    char *token, *end;
    long long whole;
    int rc;

    if (r->field == PATTERN) {
        *value = 1.0;
        return 0;
    }
    if (r->field == INTEGER) {
        rc = read_integer(r, "value", -EXACT_MAX, EXACT_MAX, &whole);
        *value = (double)whole;
        return rc;
    }
    token = next_token(r, &length);
    if (length == 0)
        return malformed(r, "the value is missing");
    *value = strtod_l(token, &end, r->numbers);
    /* strtod would also take names of infinities and hexadecimal digits, which the format does not know. */
    if (end != token + length || strspn(token, "+-.0123456789eE") < length)
        return malformed(r, "the value '%.*s' is no number", SHOWN(token, length));
    if (!isfinite(*value))
        return malformed(r, "the value %.*s is too large", SHOWN(token, length));
    return 0;
}

static int
end_of_line(struct reader *r)
{
    size_t length;
    char *token = next_token(r, &length);

    if (length > 0)
        return malformed(r, "'%.*s' is too much", SHOWN(token, length));
    return 0;
}

/* The next word of the banner as its place in `words`, a list ended by NULL. */
static int
read_word(struct reader *r, const char *what, const char *const *words, int *place)
{
    size_t length;
    char *token = next_token(r, &length);

    for (int i = 0; words[i] != NULL; i++)
        if (strlen(words[i]) == length && strncasecmp(words[i], token, length) == 0) {
            *place = i;
            return 0;
        }
    return malformed(r, "the %s '%.*s' is not known here", what, SHOWN(token, length));
}

/* %%MatrixMarket matrix LAYOUT FIELD SYMMETRY */
static int
read_banner(struct reader *r)
{
    static const char *const marks[] = {"%%MatrixMarket", NULL};
    static const char *const objects[] = {"matrix", NULL};
    static const char *const layouts[] = {"coordinate", "array", NULL};
    static const char *const fields[] = {"real", "integer", "pattern", NULL};
    static const char *const symmetries[] = {"general", "symmetric", "skew-symmetric", NULL};
    int unused, layout, field, symmetry, rc;
    bool got;

    if ((rc = next_line(r, &got)) != 0
        || (rc = read_word(r, "mark", marks, &unused)) != 0
        || (rc = read_word(r, "object", objects, &unused)) != 0
        || (rc = read_word(r, "layout", layouts, &layout)) != 0
        || (rc = read_word(r, "field", fields, &field)) != 0
        || (rc = read_word(r, "symmetry", symmetries, &symmetry)) != 0
        || (rc = end_of_line(r)) != 0)
        return rc;
    r->layout = (enum layout)layout;
    r->field = (enum field)field;
    r->symmetry = (enum symmetry)symmetry;
    if (r->field == PATTERN && (r->layout == ARRAY || r->symmetry == SKEW))
        return malformed(r, "a pattern can be neither an array nor skew-symmetric");
    return 0;
}

/* The shape and, in a coordinate file, how many entries follow; allocates the matrix. */
static int
read_sizes(struct reader *r, long long *entries)
{
    long long rows, columns;
    bool got;
    int rc = next_content(r, true, &got);

    if (rc == 0 && !got)
        rc = malformed(r, "the file ends before the sizes");
    if (rc != 0 || (rc = read_integer(r, "number of rows", 1, INT_MAX, &rows)) != 0
        || (rc = read_integer(r, "number of columns", 1, INT_MAX, &columns)) != 0)
        return rc;
    if (r->symmetry != GENERAL && rows != columns)
        return malformed(r, "a symmetric matrix of %lld x %lld cannot be", rows, columns);
    if (r->layout == COORDINATE)
        rc = read_integer(r, "number of entries", 0, rows * columns, entries);
    else if (r->symmetry == GENERAL)
        *entries = rows * columns;
    else
        *entries = r->symmetry == SYMMETRIC ? rows * (rows + 1) / 2 : rows * (rows - 1) / 2;
    if (rc != 0 || (rc = end_of_line(r)) != 0)
        return rc;
    rc = dense_alloc(r->out, (int)rows, (int)columns);
    if (rc == EFBIG)
        return malformed(r, "%lld x %lld elements are more than the %zu that fit here", rows, columns, DENSE_MAX);
    return rc;
}

/* Add an entry, and its mirror image where the file leaves that out. */
static void
add_entry(struct reader *r, long long row, long long column, double value)
{
    size_t columns = (size_t)r->out->columns;
    double *values = r->out->values;

    values[(size_t)row * columns + (size_t)column] += value;
    if (r->symmetry != GENERAL && row != column)
        values[(size_t)column * columns + (size_t)row] += r->symmetry == SKEW ? -value : value;
}

/* The entries of a coordinate file name their places, counted from 1; of a symmetric matrix only one half may stand
 * there. */
static int
read_place(struct reader *r, long long *row, long long *column)
{
    int rc;

    if ((rc = read_integer(r, "row", 1, r->out->rows, row)) != 0
        || (rc = read_integer(r, "column", 1, r->out->columns, column)) != 0)
        return rc;
    if (r->symmetry != GENERAL && *column > *row)
        return malformed(r, "entry %lld, %lld is above the diagonal of a symmetric matrix", *row, *column);
    if (r->symmetry == SKEW && *column == *row)
        return malformed(r, "entry %lld, %lld is on the diagonal of a skew-symmetric matrix", *row, *column);
    --*row;
    --*column;
    return 0;
}

/* Those of an array come column by column; of a symmetric matrix from the diagonal down, or from below it. */
static void
advance_place(const struct reader *r, long long *row, long long *column)
{
    if (++*row == r->out->rows) {
        ++*column;
        *row = r->symmetry == GENERAL ? 0 : *column + (r->symmetry == SKEW);
    }
}

static int
read_entries(struct reader *r, long long entries)
{
    long long row = r->layout == ARRAY && r->symmetry == SKEW, column = 0;
    double value = 0.0;
    bool got;
    int rc;

    for (long long i = 0; i < entries; i++) {
        rc = next_content(r, false, &got);
        if (rc == 0 && !got)
            rc = malformed(r, "the file ends after %lld of %lld entries", i, entries);
        if (rc == 0 && r->layout == COORDINATE)
            rc = read_place(r, &row, &column);
        if (rc != 0 || (rc = read_value(r, &value)) != 0 || (rc = end_of_line(r)) != 0)
            return rc;
        add_entry(r, row, column, value);
        if (r->layout == ARRAY)
            advance_place(r, &row, &column);
    }
    rc = next_content(r, false, &got);
    if (rc == 0 && got)
        rc = malformed(r, "more than the %lld entries that belong there", entries);
    return rc;
}

int
matrix_market_read(const char *path, dense *out, char reason[MATRIX_MARKET_REASON])
{
    struct reader r = {.reason = reason, .out = out};
    long long entries;
    int rc;

    *out = (dense){0, 0, NULL, NULL};
    r.numbers = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (r.numbers == (locale_t)0)
        return ENOMEM;
    r.file = fopen(path, "re");
    if (r.file == NULL)
        rc = errno;
    else {
        if ((rc = read_banner(&r)) == 0 && (rc = read_sizes(&r, &entries)) == 0)
            rc = read_entries(&r, entries);
        fclose(r.file);
    }
    freelocale(r.numbers);
    if (rc != 0)
        dense_free(out);
    return rc;
}
