/* SPDX-License-Identifier: MIT */
/*
 * int against school.c, and against CPython where python3 can be run.
 *
 * CPython reads one operation a line and answers with one line; what both say must be the same text, exceptions by their
 * names. Without python3 the school alone judges.
 */
#include "fuzz/fuzz.h"
#include "fuzz/python.h"
#include "fuzz/school.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char fuzz_name[] = "int";

#define REGISTERS 4
#define BITS_MAX 12000 /* results above are made smaller before they go on */
#define ROOM (17 * SCHOOL_DIGITS)

static GilObject *reg[REGISTERS];
static struct school model[REGISTERS];

static const char script[] =
    "import sys, operator as o\n"
    "sys.set_int_max_str_digits(4300) if hasattr(sys, 'set_int_max_str_digits') else None\n"
    "ops = {'+': o.add, '-': o.sub, '*': o.mul, '//': o.floordiv, '%': o.mod, '/': o.truediv, '<<': o.lshift,\n"
    "       '>>': o.rshift, '&': o.and_, '|': o.or_, '^': o.xor, 'divmod': divmod, 'float': lambda a, b: float(a),\n"
    "       'pow': lambda a, b: pow(a, b), 'str': lambda a, b: str(a),\n"
    "       'count': lambda a, b: a.bit_count()}\n"
    "for line in sys.stdin:\n"
    "    op, *numbers = line.split()\n"
    "    numbers = [int(n, 16) for n in numbers]\n"
    "    try:\n"
    "        r = pow(*numbers) if len(numbers) == 3 else ops[op](*numbers)\n"
    "        out = hex(r) if isinstance(r, int) else ' '.join(map(hex, r)) if isinstance(r, tuple) else str(r)\n"
    "    except Exception as e:\n"
    "        out = '!' + type(e).__name__\n"
    "    print(out, flush=True)\n";

void
fuzz_setup(void)
{
    fuzz_python_start(script);
}

static void
model_of(GilObject *op, struct school *m)
{
    static uint8_t bytes[2 * SCHOOL_DIGITS];
    Gil_ssize_t n = GilLong_AsNativeBytes(op, bytes, sizeof bytes, Gil_ASNATIVEBYTES_LITTLE_ENDIAN);

    FUZZ_CHECK(n > 0 && n <= (Gil_ssize_t)sizeof bytes);
    school_from_bytes(m, bytes, (int)n);
}

static void
check_is(GilObject *op, const struct school *want)
{
    static struct school got;

    FUZZ_CHECK(op != NULL && GilLong_CheckExact(op));
    model_of(op, &got);
    FUZZ_CHECK(school_compare(&got, want) == 0);
}

static void
hex(GilObject *op, FILE *to)
{
    GilObject *text = GilNumber_ToBase(op, 16);

    FUZZ_CHECK(text != NULL);
    fputs(GilUnicode_AsUTF8(text), to);
    Gil_DECREF(text);
}

/* What came of an operation, as the script writes it: result or, where that is NULL, the error. */
static void
describe(GilObject *result, GilObject *error, char *text)
{
    FILE *to = fmemopen(text, ROOM, "w");

    if (result == NULL)
        fprintf(to, "!%s", GilExceptionClass_Name((GilObject *)(void *)Gil_TYPE(error)));
    else if (GilLong_Check(result))
        hex(result, to);
    else if (GilTuple_Check(result)) {
        hex(GilTuple_GetItem(result, 0), to);
        fputc(' ', to);
        hex(GilTuple_GetItem(result, 1), to);
    }
    else {
        GilObject *str = GilObject_Str(result);
        fputs(GilUnicode_AsUTF8(str), to);
        Gil_DECREF(str);
    }
    fclose(to);
}

/* An error that is pending is put aside meanwhile: it is not that of the operands, which are asked how they are written. */
static void
check_python(const char *op, GilObject *a, GilObject *b, GilObject *c, GilObject *result)
{
    static char ours[ROOM], theirs[ROOM];
    FILE *to_python = fuzz_python();

    if (to_python == NULL)
        return;
    GilObject *error = GilErr_GetRaisedException();
    fprintf(to_python, "%s ", op);
    hex(a, to_python);
    fputc(' ', to_python);
    hex(b, to_python);
    fputc(' ', to_python);
    if (c != NULL)
        hex(c, to_python);
    fuzz_python_answer(theirs, sizeof theirs);
    describe(result, error, ours);
    GilErr_SetRaisedException(error);
    fuzz_tell("%s: ours %s, CPython's %s", op, ours, theirs);
    FUZZ_CHECK(strcmp(ours, theirs) == 0);
}

static void
put(int r, GilObject *fresh, const struct school *want)
{
    check_is(fresh, want);
    if (school_bits(want) > BITS_MAX) {
        GilObject *by = GilLong_FromLong(school_bits(want) - BITS_MAX / 2), *less = GilNumber_Rshift(fresh, by);
        FUZZ_CHECK(less != NULL);
        Gil_DECREF(by);
        Gil_SETREF(fresh, less);
    }
    model_of(fresh, &model[r]);
    Gil_SETREF(reg[r], fresh);
}

/* Small ones, ones around powers of 2, and large ones of a pattern. */
static void
load(struct fuzz_input *in, int r)
{
    static uint8_t bytes[1200];
    static struct school want;
    int form = (int)fuzz_range(in, 0, 4), n;
    GilObject *made;

    if (form == 0)
        n = (int)fuzz_range(in, 1, 2);
    else if (form == 1)
        n = (int)fuzz_range(in, 1, 24);
    else
        n = (int)fuzz_range(in, 1, 75) * (form == 4 ? 16 : 8);
    for (int i = 0; i < n; i++)
        bytes[i] = form < 2 || i < 6 ? (uint8_t)fuzz_byte(in) : form == 2 ? bytes[i % 6] : 0;
    if (form >= 3)
        bytes[n - 1] = (uint8_t)fuzz_byte(in);
    school_from_bytes(&want, bytes, n);
    made = GilLong_FromNativeBytes(bytes, (size_t)n, Gil_ASNATIVEBYTES_LITTLE_ENDIAN);
    fuzz_tell("load %d: %d bytes", r, n);
    put(r, made, &want);
}

static void
divide(int r, GilObject *a, GilObject *b, const struct school *x, const struct school *y)
{
    static struct school quotient, remainder, product, sum, zero;
    GilObject *pair = GilNumber_Divmod(a, b);

    if (y->n == 0) {
        FUZZ_CHECK(pair == NULL);
        FUZZ_ERROR(GilExc_ZeroDivisionError);
        FUZZ_CHECK(GilNumber_FloorDivide(a, b) == NULL);
        FUZZ_ERROR(GilExc_ZeroDivisionError);
        return;
    }
    GilObject *q = GilNumber_FloorDivide(a, b), *m = GilNumber_Remainder(a, b);
    FUZZ_CHECK(pair != NULL && q != NULL && m != NULL);
    model_of(GilTuple_GetItem(pair, 0), &quotient);
    model_of(GilTuple_GetItem(pair, 1), &remainder);
    /* The one pair with a = q * b + r where r is 0 or lies from b's side between 0 and b. */
    school_multiply(&product, &quotient, y);
    school_add(&sum, &product, &remainder);
    FUZZ_CHECK(school_compare(&sum, x) == 0);
    school_set(&zero, 0);
    FUZZ_CHECK(remainder.n == 0 || remainder.negative == y->negative);
    FUZZ_CHECK(y->negative ? school_compare(&remainder, y) > 0 : school_compare(&remainder, y) < 0);
    check_is(m, &remainder);
    check_python("divmod", a, b, NULL, pair);
    put(r, q, &quotient);
    Gil_DECREF(m);
    Gil_DECREF(pair);
}

static void
arithmetic(struct fuzz_input *in, int r)
{
    static struct school want, x, y;
    static const char *const names[] = {"+", "-", "*", "&", "|", "^", "//"};
    static GilObject *(*const ops[])(GilObject *, GilObject *) = {GilNumber_Add, GilNumber_Subtract, GilNumber_Multiply,
                                                                  GilNumber_And, GilNumber_Or, GilNumber_Xor};
    int op = (int)fuzz_range(in, 0, 6), from = (int)fuzz_range(in, 0, REGISTERS * REGISTERS - 1);
    GilObject *a = reg[from % REGISTERS], *b = reg[from / REGISTERS];

    fuzz_tell("%d = %d %s %d", r, from % REGISTERS, names[op], from / REGISTERS);
    x = model[from % REGISTERS];
    y = model[from / REGISTERS];
    Gil_INCREF(a);
    Gil_INCREF(b);
    if (op == 6)
        divide(r, a, b, &x, &y);
    else {
        if (op == 0)
            school_add(&want, &x, &y);
        else if (op == 1)
            school_subtract(&want, &x, &y);
        else if (op == 2)
            school_multiply(&want, &x, &y);
        else
            school_bitwise(&want, "&|^"[op - 3], &x, &y);
        GilObject *result = ops[op](a, b);
        check_python(names[op], a, b, NULL, result);
        put(r, result, &want);
    }
    Gil_DECREF(a);
    Gil_DECREF(b);
}

static void
shift(struct fuzz_input *in, int r)
{
    static struct school want;
    int left = (int)fuzz_range(in, 0, 1), by = (int)fuzz_word(in, 2) % 3000 - 20;
    GilObject *count = GilLong_FromLong(by), *a = Gil_NewRef(reg[r]);
    GilObject *result = left ? GilNumber_Lshift(a, count) : GilNumber_Rshift(a, count);

    fuzz_tell("%d %s= %d", r, left ? "<<" : ">>", by);
    check_python(left ? "<<" : ">>", a, count, NULL, result);
    if (by < 0)
        FUZZ_ERROR(GilExc_ValueError);
    else {
        school_shift(&want, &model[r], left ? by : -by);
        put(r, result, &want);
    }
    Gil_DECREF(a);
    Gil_DECREF(count);
}

static void
unary(struct fuzz_input *in, int r)
{
    static struct school want, zero, one;
    int op = (int)fuzz_range(in, 0, 3);

    school_set(&zero, 0);
    school_set(&one, 1);
    if (op == 0)
        school_subtract(&want, &zero, &model[r]);
    else if (op == 1) {
        want = model[r];
        want.negative = 0;
    }
    else if (op == 2) {
        static struct school opposite;
        school_subtract(&opposite, &zero, &model[r]);
        school_subtract(&want, &opposite, &one);
    }
    else
        want = model[r];
    fuzz_tell("unary %d of %d", op, r);
    put(r, op == 0   ? GilNumber_Negative(reg[r])
           : op == 1 ? GilNumber_Absolute(reg[r])
           : op == 2 ? GilNumber_Invert(reg[r])
                     : GilNumber_Positive(reg[r]), &want);
}

static void
power(struct fuzz_input *in, int r)
{
    static struct school want, next;
    int exponent = (int)fuzz_range(in, 0, 20) - 2;
    GilObject *b = GilLong_FromLong(exponent), *a = Gil_NewRef(reg[r]);

    if (school_bits(&model[r]) * (exponent > 0 ? exponent : 1) <= BITS_MAX * 2) {
        GilObject *result = GilNumber_Power(a, b, Gil_None);
        fuzz_tell("%d **= %d", r, exponent);
        check_python("pow", a, b, NULL, result);
        if (exponent >= 0) {
            school_set(&want, 1);
            for (int i = 0; i < exponent; i++) {
                school_multiply(&next, &want, &model[r]);
                want = next;
            }
            put(r, result, &want);
        }
        else {
            GilErr_Clear();
            Gil_XDECREF(result);
        }
    }
    Gil_DECREF(a);
    Gil_DECREF(b);
}

/* a^b modulo c by the school where they are short, by CPython always. */
static void
power_modulo(struct fuzz_input *in, int r)
{
    static struct school want, next, base;
    int from = (int)fuzz_range(in, 0, REGISTERS * REGISTERS - 1);
    GilObject *a = Gil_NewRef(reg[r]), *b = Gil_NewRef(reg[from % REGISTERS]), *c = Gil_NewRef(reg[from / REGISTERS]);
    static struct school y, m;

    y = model[from % REGISTERS];
    m = model[from / REGISTERS];
    if (y.n <= 16 && m.n <= 64) {
        GilObject *result = GilNumber_Power(a, b, c);
        fuzz_tell("%d = pow(%d, %d, %d)", r, r, from % REGISTERS, from / REGISTERS);
        check_python("pow", a, b, c, result);
        if (m.n == 0)
            FUZZ_ERROR(GilExc_ValueError);
        else if (y.negative) {
            GilErr_Clear();
            Gil_XDECREF(result);
        }
        else if (y.n <= 1 && m.n <= 12) {
            school_modulo(&base, &model[r], &m);
            school_set(&next, 1);
            school_modulo(&want, &next, &m);
            for (int bit = school_bits(&y) - 1; bit >= 0; bit--) {
                school_multiply(&next, &want, &want);
                school_modulo(&want, &next, &m);
                if (y.digit[0] >> bit & 1) {
                    school_multiply(&next, &want, &base);
                    school_modulo(&want, &next, &m);
                }
            }
            put(r, result, &want);
        }
        else
            Gil_XDECREF(result);
    }
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(c);
}

static void
text(struct fuzz_input *in, int r)
{
    static char digits[ROOM];
    static const int bases[] = {2, 8, 10, 16};
    int base = (int)fuzz_range(in, 2, 36), length;
    char *end;

    school_text(&model[r], base, digits);
    length = (int)strlen(digits) - model[r].negative;
    fuzz_tell("text of %d in base %d: %d digits", r, base, length);
    GilObject *back = GilLong_FromString(digits, &end, base);
    if (length > 4300 && (base & (base - 1)) != 0)
        FUZZ_ERROR(GilExc_ValueError);
    else {
        check_is(back, &model[r]);
        FUZZ_CHECK(*end == '\0');
    }
    Gil_XDECREF(back);
    base = bases[fuzz_range(in, 0, 3)];
    school_text(&model[r], base, digits);
    length = (int)strlen(digits) - model[r].negative;
    GilObject *made = GilNumber_ToBase(reg[r], base);
    if (base == 10 && length > 4300)
        FUZZ_ERROR(GilExc_ValueError);
    else {
        const char *got = GilUnicode_AsUTF8(made);
        FUZZ_CHECK(got != NULL && (got[0] == '-') == model[r].negative);
        FUZZ_CHECK(strcmp(got + model[r].negative + (base == 10 ? 0 : 2), digits + model[r].negative) == 0);
    }
    Gil_XDECREF(made);
    GilObject *str = GilObject_Str(reg[r]);
    check_python("str", reg[r], reg[r], NULL, str);
    GilErr_Clear();
    Gil_XDECREF(str);
}

static void
convert(struct fuzz_input *in, int r)
{
    static struct school low, high;
    const struct school *m = &model[r];
    int overflow, fits, number;

    (void)in;
    fuzz_tell("convert %d", r);
    school_set(&low, INT64_MIN);
    school_set(&high, INT64_MAX);
    fits = school_compare(m, &low) >= 0 && school_compare(m, &high) <= 0;
    long long value = GilLong_AsLongLongAndOverflow(reg[r], &overflow);
    FUZZ_CHECK(overflow == (fits ? 0 : m->negative ? -1 : 1));
    FUZZ_CHECK(GilLong_AsLong(reg[r]) == (fits ? value : -1));
    FUZZ_CHECK((GilErr_Occurred() != NULL) == !fits);
    GilErr_Clear();
    if (fits) {
        school_set(&low, value);
        FUZZ_CHECK(school_compare(m, &low) == 0);
    }
    unsigned long long low_bits = 0;
    for (int i = 0; i < 4 && i < m->n; i++)
        low_bits |= (unsigned long long)m->digit[i] << (16 * i);
    low_bits = m->negative ? 0 - low_bits : low_bits;
    FUZZ_CHECK(GilLong_AsUnsignedLongLongMask(reg[r]) == low_bits);
    unsigned long long word = GilLong_AsUnsignedLongLong(reg[r]);
    if (!m->negative && m->n <= 4)
        FUZZ_CHECK(GilErr_Occurred() == NULL && word == low_bits);
    else
        FUZZ_ERROR(GilExc_OverflowError);
    fits = fits && value >= INT32_MIN && value <= INT32_MAX;
    number = GilLong_AsInt(reg[r]);
    if (fits)
        FUZZ_CHECK(number == value);
    else
        FUZZ_ERROR(GilExc_OverflowError);
    FUZZ_CHECK(GilLong_IsNegative(reg[r]) == m->negative && GilLong_IsZero(reg[r]) == (m->n == 0));
    GilObject *real = GilNumber_Float(reg[r]);
    check_python("float", reg[r], reg[r], NULL, real);
    GilErr_Clear();
    Gil_XDECREF(real);
}

static void
compare(struct fuzz_input *in, int r)
{
    int other = (int)fuzz_range(in, 0, REGISTERS - 1), sign = school_compare(&model[r], &model[other]);
    const int truth[6] = {[Gil_LT] = sign < 0, [Gil_LE] = sign <= 0, [Gil_EQ] = sign == 0,
                          [Gil_NE] = sign != 0, [Gil_GT] = sign > 0, [Gil_GE] = sign >= 0};

    fuzz_tell("compare %d with %d", r, other);
    for (int op = Gil_LT; op <= Gil_GE; op++)
        FUZZ_CHECK(GilObject_RichCompareBool(reg[r], reg[other], op) == truth[op]);
    if (sign == 0)
        FUZZ_CHECK(GilObject_Hash(reg[r]) == GilObject_Hash(reg[other]));
    GilObject *ratio = GilNumber_TrueDivide(reg[r], reg[other]);
    check_python("/", reg[r], reg[other], NULL, ratio);
    GilErr_Clear();
    Gil_XDECREF(ratio);
    GilObject *length = GilObject_CallMethod(reg[r], "bit_length", NULL);
    FUZZ_CHECK(GilLong_AsLong(length) == school_bits(&model[r]));
    Gil_DECREF(length);
    length = GilObject_CallMethod(reg[r], "bit_count", NULL);
    check_python("count", reg[r], reg[r], NULL, length);
    Gil_XDECREF(length);
}

void
fuzz_target(struct fuzz_input *in)
{
    static void (*const steps[])(struct fuzz_input *, int) = {load, arithmetic, shift, unary, power, power_modulo,
                                                              text, convert, compare, arithmetic};

    for (int i = 0; i < REGISTERS; i++) {
        reg[i] = GilLong_FromLong(i - 1);
        school_set(&model[i], i - 1);
    }
    /* Numbers are slow; a long story tells nothing that a short one does not. */
    for (int step = 0; step < 40 && fuzz_more(in); step++) {
        unsigned choice = fuzz_byte(in);
        steps[choice % Gil_ARRAY_LENGTH(steps)](in, (int)(choice / Gil_ARRAY_LENGTH(steps)) % REGISTERS);
    }
    for (int i = 0; i < REGISTERS; i++)
        Gil_CLEAR(reg[i]);
}
