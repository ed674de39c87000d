/* SPDX-License-Identifier: MIT */
/*
 * Templates against CPython: str % args, bytes % args, str.format() and format(), with templates that are right for the most
 * part and arguments that suit for the most part.
 *
 * The question is the operation and the repr of template and arguments in ASCII, which is Python source. The answer is the
 * repr of the result, or the name of the exception and, from a CPython 3.11, whose words ours are, its text, but for the word
 * "Python" in front of numbers that are too large. Bytearrays are shown as bytes, for CPython 3.11 quotes them otherwise. Where
 * python3 is missing, the target shows that nothing crashes or leaks.
 */
#include "fuzz/fuzz.h"
#include "fuzz/python.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char fuzz_name[] = "format";

#define ROOM 65536
#define ARGS_MAX 5

static const char script[] =
    "import sys\n"
    "env = {'nan': float('nan'), 'inf': float('inf')}\n"
    "words = sys.version_info < (3, 12)\n"
    "ops = {'%': lambda t, a: t % a, 'one': lambda t, a: format(a[0], t),\n"
    "       'format': lambda t, a: t.format(*a, a=a[0], b=a[-1])}\n"
    "for line in sys.stdin:\n"
    "    if line == '\\n':\n"
    "        print('words' if words else 'names', flush=True)\n"
    "        continue\n"
    "    op, template, args = [s.rstrip('\\n') for s in line.split('\\t')]\n"
    "    template, args = eval(template, env), eval(args, env)\n"
    "    try:\n"
    "        out = ops[op](template, args)\n"
    "        out = ascii(bytes(out) if isinstance(out, bytearray) else out)\n"
    "    except Exception as e:\n"
    "        out = '!' + type(e).__name__ + (' ' + ascii(str(e).removeprefix('Python ')) if words else '')\n"
    "    print(out, flush=True)\n";

static int compare_words;

void
fuzz_setup(void)
{
    char answer[16];

    fuzz_python_start(script);
    if (fuzz_python() != NULL) {
        fuzz_python_answer(answer, sizeof answer); /* to the empty question: what is compared */
        compare_words = strcmp(answer, "words") == 0;
    }
}

/* --- values --- */

static GilObject *
text_value(struct fuzz_input *in)
{
    static const char *const some[] = {"", "a", "abc", "\xc3\xa9", "\xe2\x82\xacuro", "\xf0\x9f\x98\x80", "a'\"\n", "\x7f"};
    return GilUnicode_FromString(some[fuzz_byte(in) % Gil_ARRAY_LENGTH(some)]);
}

static GilObject *
octets_value(struct fuzz_input *in)
{
    static const char *const some[] = {"", "a", "abc", "\xff", "\\\n\x80", "%d"};
    const char *octets = some[fuzz_byte(in) % Gil_ARRAY_LENGTH(some)];
    return fuzz_byte(in) % 4 == 0 ? GilByteArray_FromStringAndSize(octets, (Gil_ssize_t)strlen(octets))
                                  : GilBytes_FromString(octets);
}

static GilObject *
int_value(struct fuzz_input *in)
{
    GilObject *one = GilLong_FromInt64((int8_t)fuzz_byte(in)), *by, *result;

    if (fuzz_byte(in) % 3 == 0)
        Gil_SETREF(one, GilLong_FromInt64((int64_t)fuzz_word(in, 8)));
    if (fuzz_byte(in) % 6 != 0)
        return one;
    by = GilLong_FromLong(fuzz_range(in, 0, 250));
    result = GilNumber_Lshift(one, by);
    Gil_DECREF(one);
    Gil_DECREF(by);
    return result;
}

static GilObject *
float_value(struct fuzz_input *in)
{
    static const double some[] = {0.0, -0.0, 1.0, 0.5, 2.5, 1.25, 0.1, 1e16, 123456789.0, 1e22, 1e-5, 0.00012345, 9.9999995,
                                  99999.95, 1e100, 5e-324, 1.7976931348623157e308, HUGE_VAL, NAN, -1.005};
    uint64_t bits;
    double value;

    switch (fuzz_byte(in) % 4) {
    case 0:
        bits = fuzz_word(in, 8);
        memcpy(&value, &bits, sizeof value);
        break;
    case 1:
        value = (double)(int16_t)fuzz_word(in, 2) / 100;
        break;
    default:
        value = some[fuzz_byte(in) % Gil_ARRAY_LENGTH(some)];
        value = fuzz_byte(in) % 4 == 0 ? -value : value;
    }
    return GilFloat_FromDouble(isnan(value) ? NAN : value);
}

static GilObject *
other_value(struct fuzz_input *in)
{
    switch (fuzz_byte(in) % 6) {
    case 0:
        return Gil_NewRef(Gil_None);
    case 1:
        return Gil_BuildValue("[is]", 1, "b");
    case 2:
        return Gil_BuildValue("(id)", 1, 2.5);
    case 3:
        return Gil_BuildValue("{s:i,s:s}", "a", 7, "b", "x");
    case 4:
        return Gil_BuildValue("{y:i}", "a", 7);
    default:
        return GilBool_FromLong(fuzz_byte(in) % 2);
    }
}

/* One that suits the type of a conversion, mostly. */
static GilObject *
value_for(struct fuzz_input *in, char type)
{
    unsigned choice = fuzz_byte(in);
    if (type == '*') /* of a width or precision, for which memory is to be had */
        return choice % 8 == 7 ? text_value(in) : GilLong_FromLong((int8_t)fuzz_byte(in));
    if (choice >= 224)
        type = "dfsbO"[choice % 5];
    if (type != '\0' && strchr("diouxX", type) != NULL)
        return choice % 8 == 7 ? float_value(in) : int_value(in);
    if (type != '\0' && strchr("eEfFgG%", type) != NULL)
        return choice % 4 == 3 ? int_value(in) : float_value(in);
    if (type == 'c')
        return choice % 4 == 3 ? text_value(in) : choice % 4 == 2 ? octets_value(in) : GilLong_FromLong((long)fuzz_word(in, 2));
    if (type == 'b')
        return octets_value(in);
    if (type == 's' || type == 'r' || type == 'a')
        return choice % 4 == 3 ? int_value(in) : choice % 4 == 2 ? float_value(in) : text_value(in);
    return other_value(in);
}

/* --- templates --- */

struct story {
    char template[512];
    GilObject *args[ARGS_MAX];
    int n;
};

static void
add(struct story *s, const char *piece)
{
    if (strlen(s->template) + strlen(piece) < sizeof s->template)
        strcat(s->template, piece);
}

static void
add_char(struct story *s, char c)
{
    add(s, (char[]){c, '\0'});
}

static void
add_number(struct fuzz_input *in, struct story *s)
{
    static const char *const some[] = {"0", "1", "2", "3", "5", "8", "10", "17", "33", "60", "007", "99999999999999999999"};
    add(s, some[fuzz_byte(in) % Gil_ARRAY_LENGTH(some)]);
}

static void
take(struct fuzz_input *in, struct story *s, char type)
{
    if (s->n < ARGS_MAX)
        s->args[s->n++] = value_for(in, type);
}

static void
add_flags(struct fuzz_input *in, struct story *s, const char *flags)
{
    for (unsigned choice = fuzz_byte(in); *flags != '\0'; flags++, choice >>= 1)
        if (choice & 1)
            add_char(s, *flags);
}

static char
add_percent(struct fuzz_input *in, struct story *s, int octets)
{
    static const char types[] = "ddiuxXoeEfFgGcrsab%zq";
    char type = types[fuzz_byte(in) % (sizeof types - 1)];
    unsigned choice = fuzz_byte(in);

    add_char(s, '%');
    if (choice % 8 == 7)
        add(s, octets || choice % 16 == 7 ? "(a)" : "(b)");
    add_flags(in, s, choice & 16 ? "-+ #0" : "");
    if (choice & 32 && (choice >> 6) % 4 == 3) {
        add_char(s, '*');
        take(in, s, '*');
    }
    else if (choice & 32)
        add_number(in, s);
    choice = fuzz_byte(in);
    if (choice % 3 == 1) {
        add_char(s, '.');
        if (choice % 5 == 4) {
            add_char(s, '*');
            take(in, s, '*');
        }
        else if (choice % 5 != 3)
            add_number(in, s);
    }
    if (choice % 16 == 15)
        add_char(s, "hlL"[choice % 3]);
    add_char(s, type);
    return type;
}

/* A format specification, or most of one. */
static char
add_spec(struct fuzz_input *in, struct story *s)
{
    static const char types[] = "ddxXobcneEfFgG%s";
    unsigned choice = fuzz_byte(in);
    char type = choice % 4 == 3 ? '\0' : types[fuzz_byte(in) % (sizeof types - 1)];

    if (choice & 4)
        add(s, &"<\0>\0^\0=\0*<\0_^"[2 * (fuzz_byte(in) % 5)]);
    add_flags(in, s, choice & 8 ? "+z#0" : "");
    if (choice & 16)
        add_number(in, s);
    if (choice & 32)
        add_char(s, ",_"[choice >> 6 & 1]);
    if (choice & 128) {
        add_char(s, '.');
        add_number(in, s);
    }
    if (type != '\0')
        add_char(s, type);
    return type;
}

static void
add_field(struct fuzz_input *in, struct story *s)
{
    static const char *const names[] = {"", "", "", "0", "1", "a", "b", "0[0]", "a[b]", "0.real", "5", "b[1", "0.", "0[]"};
    unsigned choice = fuzz_byte(in);
    char type = '\0';

    add_char(s, '{');
    add(s, names[choice % Gil_ARRAY_LENGTH(names)]);
    choice = fuzz_byte(in);
    if (choice % 4 == 1) {
        add_char(s, '!');
        add_char(s, "rsaz"[choice >> 6]);
    }
    if (choice % 3 == 1) {
        add_char(s, ':');
        if (choice % 7 == 6) {
            add(s, "{}");
            take(in, s, '*');
        }
        else
            type = add_spec(in, s);
    }
    add_char(s, '}');
    take(in, s, type);
}

static void
add_text(struct fuzz_input *in, struct story *s, int octets)
{
    static const char *const some[] = {"", "a", "|", " ", "%%", "{{", "}}", "\xc3\xa9", "\xe2\x82\xac", "{", "}", "%"};
    unsigned choice = fuzz_byte(in);
    const char *text = choice < 200 ? some[choice % 7] : some[choice % Gil_ARRAY_LENGTH(some)];

    if (!octets || (unsigned char)*text < 0x80)
        add(s, text);
}

/* --- one question --- */

static void
describe(GilObject *result, char *text)
{
    GilObject *plain = result != NULL && GilByteArray_Check(result) ? GilBytes_FromObject(result) : Gil_XNewRef(result);
    GilObject *shown = plain != NULL ? GilObject_ASCII(plain) : NULL;

    if (shown != NULL)
        snprintf(text, ROOM, "%s", GilUnicode_AsUTF8(shown));
    else {
        GilObject *error = GilErr_GetRaisedException(), *words = GilObject_Str(error), *ascii = GilObject_ASCII(words);
        FUZZ_CHECK(ascii != NULL);
        snprintf(text, ROOM, "!%s%s%s", GilExceptionClass_Name((GilObject *)(void *)Gil_TYPE(error)), compare_words ? " " : "",
                 compare_words ? GilUnicode_AsUTF8(ascii) : "");
        Gil_DECREF(ascii);
        Gil_DECREF(words);
        Gil_DECREF(error);
    }
    Gil_XDECREF(shown);
    Gil_XDECREF(plain);
}

static void
ask(const char *op, GilObject *template, GilObject *args, GilObject *result)
{
    static char ours[ROOM], theirs[ROOM];
    FILE *to = fuzz_python();

    describe(result, ours);
    if (to == NULL)
        return;
    GilObject *t = GilObject_ASCII(template), *a = GilObject_ASCII(args);
    FUZZ_CHECK(t != NULL && a != NULL);
    fprintf(to, "%s\t%s\t%s", op, GilUnicode_AsUTF8(t), GilUnicode_AsUTF8(a));
    fuzz_python_answer(theirs, sizeof theirs);
    fuzz_tell("%s %s %s: ours %s, CPython's %s", op, GilUnicode_AsUTF8(t), GilUnicode_AsUTF8(a), ours, theirs);
    Gil_DECREF(t);
    Gil_DECREF(a);
    FUZZ_CHECK(strcmp(ours, theirs) == 0);
}

/* The arguments as a tuple; or as the only one, which must be no tuple. */
static GilObject *
pack(const struct story *s)
{
    GilObject *args = GilTuple_New(s->n);

    for (int i = 0; i < s->n; i++)
        GilTuple_SET_ITEM(args, i, s->args[i]);
    return args;
}

/* What was made for one conversion may be met by the width of another, where one before takes more or less than was meant: for
 * that, too, memory is to be had, here and in CPython. What no machine has can stay. */
static void
keep_widths_small(struct story *s)
{
    for (int i = 0; i < s->n; i++) {
        int overflow;
        long long value = GilLong_Check(s->args[i]) ? GilLong_AsLongLongAndOverflow(s->args[i], &overflow) : 0;
        unsigned long long width = value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value;

        if (width > 0xffff && width < 1ULL << 40)
            Gil_SETREF(s->args[i], GilLong_FromLong((int8_t)value));
    }
}

static void
percent(struct fuzz_input *in)
{
    struct story s = {.n = 0};
    int octets = fuzz_byte(in) % 3 == 0, pieces = (int)fuzz_range(in, 1, 4), mapped = 0;

    for (int i = 0; i < pieces; i++) {
        add_text(in, &s, octets);
        size_t at = strlen(s.template);
        char type = add_percent(in, &s, octets);
        mapped |= strchr(s.template + at, '(') != NULL;
        take(in, &s, type);
    }
    add_text(in, &s, octets);
    if (strchr(s.template, '*') != NULL)
        keep_widths_small(&s);
    GilObject *template = octets ? GilBytes_FromString(s.template) : GilUnicode_FromString(s.template), *args = pack(&s);
    if (mapped && fuzz_byte(in) % 4 != 0)
        Gil_SETREF(args, octets ? Gil_BuildValue("{y:O,s:i}", "a", GilTuple_GET_ITEM(args, 0), "b", 1)
                                : Gil_BuildValue("{s:O,s:i}", "a", GilTuple_GET_ITEM(args, 0), "b", 1));
    if (octets && fuzz_byte(in) % 4 == 0)
        Gil_SETREF(template, GilByteArray_FromObject(template));
    GilObject *result = GilNumber_Remainder(template, args);
    ask("%", template, args, result);
    Gil_XDECREF(result);
    Gil_DECREF(template);
    Gil_DECREF(args);
}

static void
format(struct fuzz_input *in)
{
    struct story s = {.n = 0};
    int pieces = (int)fuzz_range(in, 1, 3);

    for (int i = 0; i < pieces; i++) {
        add_text(in, &s, 0);
        add_field(in, &s);
    }
    add_text(in, &s, 0);
    if (strstr(s.template, ":{}") != NULL)
        keep_widths_small(&s);
    GilObject *template = GilUnicode_FromString(s.template), *args = pack(&s);
    GilObject *kwargs = Gil_BuildValue("{s:O,s:O}", "a", GilTuple_GET_ITEM(args, 0), "b", GilTuple_GET_ITEM(args, s.n - 1));
    GilObject *method = GilObject_GetAttrString(template, "format"), *result = GilObject_Call(method, args, kwargs);
    ask("format", template, args, result);
    Gil_XDECREF(result);
    Gil_DECREF(method);
    Gil_DECREF(kwargs);
    Gil_DECREF(template);
    Gil_DECREF(args);
}

static void
one(struct fuzz_input *in)
{
    struct story s = {.n = 0};
    char type = add_spec(in, &s);

    take(in, &s, type);
    GilObject *template = GilUnicode_FromString(s.template), *args = pack(&s);
    GilObject *result = GilObject_Format(GilTuple_GET_ITEM(args, 0), template);
    ask("one", template, args, result);
    Gil_XDECREF(result);
    Gil_DECREF(template);
    Gil_DECREF(args);
}

void
fuzz_target(struct fuzz_input *in)
{
    static void (*const questions[])(struct fuzz_input *) = {percent, format, one, percent};

    for (int i = 0; i < 20 && fuzz_more(in); i++)
        questions[fuzz_byte(in) % Gil_ARRAY_LENGTH(questions)](in);
}
