/* SPDX-License-Identifier: MIT */
/*
 * Argument formats: what each unit makes of each kind of object, by every way of parsing; and formats that are none.
 *
 * A format of known units has one right outcome: the first argument that its unit refuses decides the error, and all
 * that was acquired before is released. All ways of parsing must come to it, and store the same. A format of any
 * characters must do no harm, whichever way it ends.
 */
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

const char fuzz_name[] = "args";

#define UNITS 8
#define CELL 96 /* bytes; a Gil_buffer is the largest thing stored */
#define CELLS 36

/* clang-format off */
enum unit {
    u_b, u_B, u_h, u_H, u_i, u_I, u_l, u_k, u_L, u_K, u_n, u_f, u_d, u_p, u_c, u_C, u_s, u_z, u_y, u_ss, u_zs, u_ys,
    u_sv, u_zv, u_yv, u_wv, u_O, u_S, u_Y, u_U, u_OT, u_OC, u_es, u_et, u_esn, N_UNITS
};
/* clang-format on */
static const char *const texts[N_UNITS] = {"b",  "B",  "h", "H", "i", "I", "l",  "k",  "L",  "K",  "n",  "f",
                                           "d",  "p",  "c", "C", "s", "z", "y",  "s#", "z#", "y#", "s*", "z*",
                                           "y*", "w*", "O", "S", "Y", "U", "O!", "O&", "es", "et", "es#"};

/* What arguments are: kinds of objects that units tell apart. */
enum kind { SMALL, NEGATIVE, BYTE, LONG, HUGE, REAL, YES, NONE, TEXT, LETTER, WIDE, NUL_TEXT, SURROGATE, OCTETS, OCTET,
            NUL_OCTETS, ARRAY, ROW, N_KINDS };

static GilObject *
object_of(enum kind kind)
{
    switch (kind) {
    case SMALL: return GilLong_FromLong(7);
    case NEGATIVE: return GilLong_FromLong(-3000);
    case BYTE: return GilLong_FromLong(256);
    case LONG: return GilLong_FromLongLong(1LL << 40);
    case HUGE: return GilLong_FromString("123456789012345678901234567890", NULL, 10);
    case REAL: return GilFloat_FromDouble(2.5);
    case YES: return GilBool_FromLong(1);
    case NONE: return Gil_NewRef(Gil_None);
    case TEXT: return GilUnicode_FromString("text");
    case LETTER: return GilUnicode_FromString("t");
    case WIDE: return GilUnicode_FromString("\xc3\xa9t\xc3\xa9");
    case NUL_TEXT: return GilUnicode_FromStringAndSize("a\0b", 3);
    case SURROGATE: return GilUnicode_FromOrdinal(0xd800);
    case OCTETS: return GilBytes_FromString("octets");
    case OCTET: return GilBytes_FromString("o");
    case NUL_OCTETS: return GilBytes_FromStringAndSize("a\0b", 3);
    case ARRAY: return GilByteArray_FromStringAndSize("array", 5);
    default: return GilTuple_Pack(1, Gil_None);
    }
}

/* How a unit ends for a kind. */
enum end { GOOD, TYPE, OVERFLOW, VALUE };

static enum end
integer_end(enum unit u, enum kind k)
{
    if (k == REAL || k > YES)
        return TYPE;
    switch (u) {
    case u_b: return k == SMALL || k == YES ? GOOD : OVERFLOW;
    case u_h: return k == LONG || k == HUGE ? OVERFLOW : GOOD;
    case u_i: return k == LONG || k == HUGE ? OVERFLOW : GOOD;
    case u_l:
    case u_L:
    case u_n: return k == HUGE ? OVERFLOW : GOOD;
    default: return GOOD;
    }
}

static enum end
text_end(enum unit u, enum kind k)
{
    int sized = u == u_ss || u == u_zs || u == u_ys, viewed = u == u_sv || u == u_zv || u == u_yv || u == u_wv;
    int none = u == u_z || u == u_zs || u == u_zv, str = u != u_y && u != u_ys && u != u_yv && u != u_wv;
    int bytes = sized || viewed || u == u_y;

    if (k == NONE)
        return none ? GOOD : TYPE;
    if (k >= TEXT && k <= SURROGATE)
        return !str ? TYPE : k == SURROGATE ? VALUE : k == NUL_TEXT && !sized && !viewed ? VALUE : GOOD;
    if (k == ARRAY)
        return viewed ? GOOD : TYPE;
    if (k >= OCTETS && k < ARRAY)
        return !bytes || u == u_wv ? TYPE : k == NUL_OCTETS && u == u_y ? VALUE : GOOD;
    return TYPE;
}

static enum end
encoded_end(enum unit u, enum kind k)
{
    if (u == u_et && k >= OCTETS && k <= ARRAY)
        return k == NUL_OCTETS ? TYPE : GOOD;
    if (k < TEXT || k > SURROGATE)
        return TYPE;
    return k == SURROGATE ? VALUE : k == NUL_TEXT && u != u_esn ? TYPE : GOOD;
}

static enum end
end_of(enum unit u, enum kind k)
{
    if (u <= u_n)
        return integer_end(u, k);
    switch (u) {
    case u_f:
    case u_d: return k <= YES ? GOOD : TYPE;
    case u_c: return k == OCTET ? GOOD : TYPE;
    case u_C: return k == LETTER || k == SURROGATE ? GOOD : TYPE;
    case u_S: return k >= OCTETS && k <= NUL_OCTETS ? GOOD : TYPE;
    case u_Y: return k == ARRAY ? GOOD : TYPE;
    case u_U: return k >= TEXT && k <= SURROGATE ? GOOD : TYPE;
    case u_OT: return k <= HUGE || k == YES ? GOOD : TYPE;
    case u_OC: return k == NONE ? VALUE : GOOD;
    case u_p:
    case u_O: return GOOD;
    case u_es:
    case u_et:
    case u_esn: return encoded_end(u, k);
    default: return text_end(u, k);
    }
}

/* Stores a reference of its own; asked again when a later argument failed, gives it back. Refuses None. */
static int
convert(GilObject *op, void *to)
{
    if (op == NULL) {
        Gil_CLEAR(*(GilObject **)to);
        return 1;
    }
    if (op == Gil_None) {
        GilErr_SetString(GilExc_ValueError, "none at all");
        return 0;
    }
    *(GilObject **)to = Gil_NewRef(op);
    return Gil_CLEANUP_SUPPORTED;
}

void
fuzz_setup(void)
{
}

/* One call: the units, where they store, and what they are given. */
struct call {
    int n, first_optional; /* units; from which on, UNITS: none */
    enum unit unit[UNITS];
    char format[80];
    _Alignas(16) char cell[CELLS][CELL];
    void *variable[CELLS];
    int at[UNITS]; /* the first variable of each unit */
    int given;
    enum kind kind[UNITS];
    GilObject *argument[UNITS];
};

static char *const keywords[UNITS + 1] = {(char *)"a", (char *)"b", (char *)"c", (char *)"d", (char *)"e", (char *)"f",
                                          (char *)"g", (char *)"h", NULL};

static void
choose(struct fuzz_input *in, struct call *c)
{
    int variables = 0, how = (int)fuzz_range(in, 0, 3);

    c->n = (int)fuzz_range(in, 0, UNITS);
    c->first_optional = how == 0 ? UNITS : (int)fuzz_range(in, 0, UNITS);
    c->format[0] = '\0';
    for (int i = 0; i < c->n; i++) {
        c->unit[i] = (enum unit)fuzz_range(in, 0, N_UNITS - 1);
        c->at[i] = variables;
        if (i == c->first_optional)
            strcat(c->format, "|");
        strcat(c->format, texts[c->unit[i]]);
        if (c->unit[i] == u_OT)
            c->variable[variables++] = &GilLong_Type;
        if (c->unit[i] == u_OC)
            c->variable[variables++] = (void *)convert;
        if (c->unit[i] == u_es || c->unit[i] == u_et || c->unit[i] == u_esn)
            c->variable[variables++] = (void *)(how & 1 ? "utf-8" : NULL);
        c->variable[variables] = c->cell[variables];
        variables++;
        if (strchr(texts[c->unit[i]], '#') != NULL) {
            c->variable[variables] = c->cell[variables];
            variables++;
        }
    }
    strcat(c->format, how == 1 ? ":name" : how == 2 ? ";message" : "");
    while (variables < CELLS)
        c->variable[variables++] = NULL;
    c->given = how == 3 ? (int)fuzz_range(in, 0, UNITS) : c->n;
    for (int i = 0; i < c->given; i++) {
        /* Mostly what the unit wants, so that later ones are reached. */
        c->kind[i] = (enum kind)fuzz_range(in, 0, N_KINDS - 1);
        for (int tries = 0;
             i < c->n && tries < N_KINDS && end_of(c->unit[i], c->kind[i]) != GOOD && fuzz_byte(in) < 200; tries++)
            c->kind[i] = (enum kind)(((int)c->kind[i] + 1) % N_KINDS);
        c->argument[i] = object_of(c->kind[i]);
        FUZZ_CHECK(c->argument[i] != NULL);
    }
}

static void
reset(struct call *c)
{
    memset(c->cell, 0xa5, sizeof c->cell);
    for (int i = 0; i < c->n; i++)
        if (c->unit[i] >= u_es) {
            char *none = NULL;
            memcpy(c->cell[c->at[i] + 1], &none, sizeof none);
        }
}

/* Parsing with keywords meets a missing argument when it comes to it; without them the number is looked at first. */
static enum end
expected(const struct call *c, int with_keywords)
{
    int missing = c->given < c->n && c->given < c->first_optional;

    if (c->given > c->n || (missing && !with_keywords))
        return TYPE;
    for (int i = 0; i < c->given; i++)
        if (end_of(c->unit[i], c->kind[i]) != GOOD)
            return end_of(c->unit[i], c->kind[i]);
    return missing ? TYPE : GOOD;
}

static long long
value_of(enum kind k)
{
    return k == SMALL ? 7 : k == NEGATIVE ? -3000 : k == BYTE ? 256 : k == LONG ? 1LL << 40 : k == YES;
}

static int
holds(const char *cell, const void *value, size_t size)
{
    return memcmp(cell, value, size) == 0 && (unsigned char)cell[size] == 0xa5;
}

#define HOLDS(type, value) holds(cell, &(type){(type)(value)}, sizeof(type))

static void
check_octets(const char *got, Gil_ssize_t size, GilObject *argument)
{
    Gil_ssize_t length = 0;
    const char *want = NULL;

    if (GilUnicode_Check(argument))
        want = GilUnicode_AsUTF8AndSize(argument, &length);
    else if (GilBytes_Check(argument)) {
        want = GilBytes_AsString(argument);
        length = GilBytes_Size(argument);
    }
    else if (GilByteArray_Check(argument)) {
        want = GilByteArray_AsString(argument);
        length = GilByteArray_Size(argument);
    }
    FUZZ_CHECK((got == NULL) == (want == NULL));
    FUZZ_CHECK(got == NULL || (size == length && memcmp(got, want, (size_t)length) == 0));
}

/* Looks at what one unit stored, and releases what it acquired. */
static void
check_stored(struct call *c, int i)
{
    enum unit u = c->unit[i];
    enum kind k = c->kind[i];
    char *cell = c->cell[c->at[i] + (u == u_OT || u == u_OC || u >= u_es)], *next = cell + CELL;
    long long v = value_of(k);
    unsigned long long bits = k == HUGE ? 0xc373e0ee4e3f0ad2ull : (unsigned long long)v;
    double real = k == REAL ? 2.5 : k == HUGE ? 123456789012345678901234567890. : (double)v;
    const char *text;
    Gil_ssize_t size;
    GilObject *op;

    memcpy(&text, cell, sizeof text);
    memcpy(&op, cell, sizeof op);
    memcpy(&size, next, sizeof size);
    switch (u) {
    case u_b: FUZZ_CHECK(HOLDS(unsigned char, v)); break;
    case u_B: FUZZ_CHECK(HOLDS(unsigned char, bits)); break;
    case u_h: FUZZ_CHECK(HOLDS(short, v)); break;
    case u_H: FUZZ_CHECK(HOLDS(unsigned short, bits)); break;
    case u_i: FUZZ_CHECK(HOLDS(int, v)); break;
    case u_I: FUZZ_CHECK(HOLDS(unsigned, bits)); break;
    case u_l:
    case u_L:
    case u_n: FUZZ_CHECK(HOLDS(long, v)); break;
    case u_k:
    case u_K: FUZZ_CHECK(HOLDS(unsigned long, bits)); break;
    case u_f: FUZZ_CHECK(HOLDS(float, real)); break;
    case u_d: FUZZ_CHECK(HOLDS(double, real)); break;
    case u_p: FUZZ_CHECK(HOLDS(int, k != NONE)); break;
    case u_c: FUZZ_CHECK(HOLDS(char, 'o')); break;
    case u_C: FUZZ_CHECK(HOLDS(int, k == LETTER ? 't' : 0xd800)); break;
    case u_s:
    case u_z:
    case u_y: check_octets(text, text != NULL ? (Gil_ssize_t)strlen(text) : 0, c->argument[i]); break;
    case u_ss:
    case u_zs:
    case u_ys: check_octets(text, size, c->argument[i]); break;
    case u_sv:
    case u_zv:
    case u_yv:
    case u_wv: {
        Gil_buffer *view = (Gil_buffer *)(void *)cell;
        check_octets(view->buf, view->len, c->argument[i]);
        GilBuffer_Release(view);
        break;
    }
    case u_es:
    case u_et:
    case u_esn:
        check_octets(text, u == u_esn ? size : (Gil_ssize_t)strlen(text), c->argument[i]);
        GilMem_Free((void *)text);
        break;
    default:
        FUZZ_CHECK(op == c->argument[i]);
        if (u == u_OC)
            Gil_DECREF(op);
    }
}

#define V(n) \
    v[n], v[n + 1], v[n + 2], v[n + 3], v[n + 4], v[n + 5], v[n + 6], v[n + 7], v[n + 8], v[n + 9], v[n + 10], v[n + 11]
#define VARIABLES V(0), V(12), V(24)

enum { WAYS = 5 };

/* Parses; names is how many arguments go by keyword, where the way has them. */
static int
parse(struct call *c, int way, int names)
{
    void *const *v = c->variable;
    int ok, positional = c->given - names;
    GilObject *tuple = GilTuple_New(positional), *kwargs = NULL, *kwnames = NULL;

    for (int i = 0; i < positional; i++)
        GilTuple_SetItem(tuple, i, Gil_NewRef(c->argument[i]));
    if (names > 0) {
        kwargs = GilDict_New();
        kwnames = GilTuple_New(names);
        for (int i = positional; i < c->given; i++) {
            GilDict_SetItemString(kwargs, keywords[i], c->argument[i]);
            GilTuple_SetItem(kwnames, i - positional, GilUnicode_InternFromString(keywords[i]));
        }
    }
    reset(c);
    if (way == 0)
        ok = GilArg_ParseTuple(tuple, c->format, VARIABLES);
    else if (way == 1)
        ok = GilArg_ParseArray(c->argument, c->given, c->format, VARIABLES);
    else {
        /* As many names as units. */
        char *own[UNITS + 1] = {NULL};
        memcpy(own, keywords, (size_t)c->n * sizeof *own);
        if (way == 2)
            ok = GilArg_ParseTupleAndKeywords(tuple, kwargs, c->format, own, VARIABLES);
        else
            ok = GilArg_ParseArrayAndKeywords(c->argument, positional, kwnames, c->format, own, VARIABLES);
    }
    Gil_DECREF(tuple);
    Gil_XDECREF(kwargs);
    Gil_XDECREF(kwnames);
    return ok;
}

static void
known_units(struct fuzz_input *in)
{
    static struct call c;

    choose(in, &c);
    int names = c.given > 0 && c.given <= c.n ? (int)fuzz_range(in, 0, c.given) : 0;
    fuzz_tell("\"%s\" of %d arguments", c.format, c.given);
    for (int way = 0; way < WAYS; way++) {
        enum end end = expected(&c, way >= 2);
        int by_name = way >= 3 ? names : way == 2 ? names / 2 : 0;
        int ok = parse(&c, way == 4 ? 2 : way, by_name);
        fuzz_tell("way %d, %d by name: %d, wanted end %d", way, by_name, ok, (int)end);
        FUZZ_CHECK(ok == (end == GOOD));
        if (ok)
            for (int i = 0; i < c.given; i++)
                check_stored(&c, i);
        else if (end == VALUE)
            FUZZ_ERROR(GilExc_ValueError);
        else
            FUZZ_ERROR(end == TYPE ? GilExc_TypeError : GilExc_OverflowError);
    }
    /* Nothing holds on to a bytearray. */
    for (int i = 0; i < c.given; i++) {
        if (c.kind[i] == ARRAY)
            FUZZ_CHECK(GilByteArray_Resize(c.argument[i], 50) == 0);
        Gil_DECREF(c.argument[i]);
    }
}

static int
random_format(struct fuzz_input *in, char *format, const char *characters)
{
    int n = (int)fuzz_range(in, 0, 16);

    for (int i = 0; i < n; i++)
        format[i] = characters[fuzz_byte(in) % strlen(characters)];
    format[n] = '\0';
    return n;
}

/* Any characters, but none that wants more than a place to store to. */
static void
any_format(struct fuzz_input *in)
{
    static _Alignas(16) char cell[CELLS][CELL];
    void *v[CELLS];
    char format[20];
    int n = (int)fuzz_range(in, 0, 5), way = (int)fuzz_range(in, 0, 3), names = (int)fuzz_range(in, 0, UNITS);
    char *own[UNITS + 1] = {NULL};

    random_format(in, format, "bBhHiIlkLKnfdpcCszySYUO|$():;#(i)i|ix");
    for (int i = 0; i < CELLS; i++)
        v[i] = cell[i];
    memcpy(own, keywords, (size_t)names * sizeof *own);
    GilObject *tuple = GilTuple_New(n), *array[UNITS];
    for (int i = 0; i < n; i++) {
        array[i] = object_of((enum kind)fuzz_range(in, 0, N_KINDS - 1));
        GilTuple_SetItem(tuple, i, array[i]);
    }
    fuzz_tell("format \"%s\" with %d arguments, way %d, %d names", format, n, way, names);
    int ok = way == 0   ? GilArg_ParseTuple(tuple, format, VARIABLES)
             : way == 1 ? GilArg_ParseArray(array, n, format, VARIABLES)
             : way == 2 ? GilArg_ParseTupleAndKeywords(tuple, NULL, format, own, VARIABLES)
                        : GilArg_Parse(tuple, format, VARIABLES);
    FUZZ_CHECK(ok == (GilErr_Occurred() == NULL));
    GilErr_Clear();
    Gil_DECREF(tuple);
}

/* Values from a format of one kind of variable: numbers, texts, or objects. */
static void
build(struct fuzz_input *in)
{
    static const char *const characters[] = {"iIbBhHlkLKnpcC()[]{},: i(i)", "szyU()[]{},: s(s)", "OSN()[]{},: (O)"};
    int kind = (int)fuzz_range(in, 0, 2);
    const void *one = kind == 0   ? (const void *)(uintptr_t)65
                      : kind == 1 ? (const void *)"text"
                                  : (const void *)Gil_None;
    const void *v[CELLS];
    char format[20];

    random_format(in, format, characters[kind]);
    for (int i = 0; i < CELLS; i++)
        v[i] = one;
    fuzz_tell("build \"%s\"", format);
    GilObject *made = Gil_BuildValue(format, VARIABLES);
    FUZZ_CHECK((made != NULL) == (GilErr_Occurred() == NULL));
    GilErr_Clear();
    Gil_XDECREF(made);
}

void
fuzz_target(struct fuzz_input *in)
{
    static void (*const steps[])(struct fuzz_input *) = {known_units, any_format, build};

    for (int step = 0; step < 30 && fuzz_more(in); step++)
        steps[fuzz_byte(in) % Gil_ARRAY_LENGTH(steps)](in);
}
