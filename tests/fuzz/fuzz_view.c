/* SPDX-License-Identifier: MIT */
/* Views of one memory in many formats and up to three dimensions, against octets and sums: casts, slices, elements, copies. */
#include "fuzz/fuzz.h"

#include <math.h>
#include <string.h>

const char fuzz_name[] = "view";

#define OCTETS 48
#define DIMS 3

static const struct format {
    char name[2];
    int size;
    enum { SIGNED, UNSIGNED, TRUTH, OCTET, REAL } kind;
} formats[] = {{"B", 1, UNSIGNED}, {"b", 1, SIGNED},   {"c", 1, OCTET},  {"h", 2, SIGNED}, {"H", 2, UNSIGNED}, {"i", 4, SIGNED},
               {"I", 4, UNSIGNED}, {"q", 8, SIGNED},   {"Q", 8, UNSIGNED}, {"?", 1, TRUTH},  {"f", 4, REAL},     {"d", 8, REAL}};

struct model {
    const struct format *format;
    int ndim, shape[DIMS], offset;
    int64_t stride[DIMS]; /* wraps where no two elements are so far apart */
};

static GilObject *memory, *view;
static uint8_t octets[OCTETS];
static struct model model;

void
fuzz_setup(void)
{
}

static int
elements(const struct model *m)
{
    int n = 1;
    for (int i = 0; i < m->ndim; i++)
        n *= m->shape[i];
    return n;
}

/* Elements lie one behind the other, the last index the fastest; or the first. Where there are none they do so
 * however far apart they would be (CPython's memoryview denies that in one dimension, its PyBuffer_IsContiguous() does not). */
static int
dense(const struct model *m, int first_fastest)
{
    int64_t step = m->format->size;

    if (elements(m) == 0)
        return 1;
    for (int k = 0; k < m->ndim; k++) {
        int i = first_fastest ? k : m->ndim - 1 - k;
        if (m->shape[i] > 1 && m->stride[i] != step)
            return 0;
        step *= m->shape[i];
    }
    return 1;
}

/* Where the nth element lies, the last index the fastest. */
static int
place(const struct model *m, int nth)
{
    int at = m->offset;
    for (int i = m->ndim - 1; i >= 0; i--) {
        at += (int)(nth % m->shape[i] * m->stride[i]);
        nth /= m->shape[i];
    }
    return at;
}

static int64_t
signed_at(int at, int size)
{
    int64_t all = 0;
    memcpy(&all, octets + at, (size_t)size); /* the lowest octet is the first */
    return size == 8 ? all : (int64_t)((uint64_t)all << (64 - 8 * size)) >> (64 - 8 * size);
}

static double
real_at(int at, int size)
{
    float small;
    double large;
    memcpy(&small, octets + at, sizeof small);
    if (size == 4)
        return (double)small;
    memcpy(&large, octets + at, sizeof large);
    return large;
}

static void
check_element(GilObject *op, const struct format *format, int at)
{
    FUZZ_CHECK(op != NULL && at >= 0 && at + format->size <= OCTETS);
    if (format->kind == SIGNED)
        FUZZ_CHECK(GilLong_AsLongLong(op) == signed_at(at, format->size));
    else if (format->kind == UNSIGNED) {
        uint64_t want = (uint64_t)signed_at(at, format->size), mask = ~UINT64_C(0) >> (64 - 8 * format->size);
        FUZZ_CHECK(GilLong_AsUnsignedLongLong(op) == (want & mask));
    }
    else if (format->kind == TRUTH)
        FUZZ_CHECK(op == (octets[at] != 0 ? Gil_True : Gil_False));
    else if (format->kind == OCTET)
        FUZZ_CHECK(GilBytes_Check(op) && GilBytes_Size(op) == 1 && (uint8_t)GilBytes_AsString(op)[0] == octets[at]);
    else {
        double want = real_at(at, format->size), got = GilFloat_AsDouble(op);
        FUZZ_CHECK((isnan(want) && isnan(got)) || memcmp(&want, &got, sizeof want) == 0);
    }
}

/* --- what a view says of itself --- */

static long
number_of(const char *name)
{
    GilObject *op = GilObject_GetAttrString(view, name);
    FUZZ_CHECK(op != NULL);
    long value = GilLong_AsLong(op);
    Gil_DECREF(op);
    return value;
}

static void
check_tuples(void)
{
    GilObject *shape = GilObject_GetAttrString(view, "shape"), *strides = GilObject_GetAttrString(view, "strides");
    FUZZ_CHECK(shape != NULL && GilTuple_Size(shape) == model.ndim && strides != NULL && GilTuple_Size(strides) == model.ndim);
    for (int i = 0; i < model.ndim; i++) {
        FUZZ_CHECK(GilLong_AsLong(GilTuple_GET_ITEM(shape, i)) == model.shape[i]);
        FUZZ_CHECK(GilLong_AsLongLong(GilTuple_GET_ITEM(strides, i)) == model.stride[i]);
    }
    Gil_DECREF(strides);
    Gil_DECREF(shape);
}

static void
check_view(void)
{
    const struct model *m = &model;
    int n = elements(m), c = dense(m, 0), f = dense(m, 1);

    FUZZ_CHECK(view != NULL);
    FUZZ_CHECK(number_of("ndim") == m->ndim && number_of("itemsize") == m->format->size);
    FUZZ_CHECK(number_of("nbytes") == n * m->format->size);
    FUZZ_CHECK(number_of("c_contiguous") == c && number_of("f_contiguous") == f);
    FUZZ_CHECK(number_of("contiguous") == (c || f));
    check_tuples();
    if (m->ndim > 0)
        FUZZ_CHECK(GilObject_Size(view) == m->shape[0]);
    else {
        FUZZ_CHECK(GilObject_Size(view) == -1);
        FUZZ_ERROR(GilExc_TypeError);
    }
    GilObject *name = GilObject_GetAttrString(view, "format");
    FUZZ_CHECK(GilUnicode_EqualToUTF8(name, m->format->name));
    Gil_DECREF(name);
}

/* list: the elements of that dimension, from the nth on; returns the first after them. */
static int
check_lists(GilObject *list, int dim, int nth)
{
    if (dim == model.ndim) {
        check_element(list, model.format, place(&model, nth));
        return nth + 1;
    }
    FUZZ_CHECK(list != NULL && GilList_Check(list) && GilList_Size(list) == model.shape[dim]);
    for (int i = 0; i < model.shape[dim]; i++) {
        GilObject *inner = GilList_GetItemRef(list, i);
        nth = check_lists(inner, dim + 1, nth);
        Gil_DECREF(inner);
    }
    return nth;
}

/* The octets of the elements, the last index the fastest. */
static int
copy_out(uint8_t *to)
{
    int n = elements(&model), size = model.format->size;
    for (int i = 0; i < n; i++)
        memcpy(to + i * size, octets + place(&model, i), (size_t)size);
    return n * size;
}

static void
read_all(struct fuzz_input *in)
{
    uint8_t want[OCTETS];
    int n = copy_out(want);
    GilObject *list = GilObject_CallMethod(view, "tolist", NULL), *bytes = GilObject_CallMethod(view, "tobytes", NULL);
    GilObject *copy = GilBytes_FromObject(view);

    (void)in;
    fuzz_tell("read %d octets", n);
    check_lists(list, 0, 0);
    FUZZ_CHECK(bytes != NULL && GilBytes_Size(bytes) == n && memcmp(GilBytes_AsString(bytes), want, (size_t)n) == 0);
    FUZZ_CHECK(copy != NULL && GilObject_RichCompareBool(bytes, copy, Gil_EQ) == 1);
    GilObject *walked = GilSequence_List(view); /* last: it may fail, and no object is asked while an error is pending */
    if (model.ndim == 1)
        check_lists(walked, 0, 0);
    else
        FUZZ_ERROR(model.ndim == 0 ? GilExc_TypeError : GilExc_NotImplementedError);
    Gil_XDECREF(walked);
    Gil_DECREF(copy);
    Gil_DECREF(bytes);
    Gil_DECREF(list);
}

/* --- other views --- */

static void
start_again(void)
{
    Gil_XSETREF(view, GilMemoryView_FromObject(memory));
    model = (struct model){&formats[0], 1, {OCTETS}, 0, {1}};
}

static void
adopt(GilObject *fresh, const struct model *m)
{
    FUZZ_CHECK(fresh != NULL);
    Gil_SETREF(view, fresh);
    model = *m;
}

/* The class of the error that a cast to this is, or NULL; m's strides are set. */
static GilObject *
refused(struct model *m, int with_shape)
{
    int size = elements(&model) * model.format->size, bytes = model.format->size == 1 && model.format->kind != TRUTH;

    if (!dense(&model, 0) || ((with_shape || model.ndim != 1) && elements(&model) == 0))
        return GilExc_TypeError;
    if (with_shape && model.ndim != 1 && m->ndim != 1)
        return GilExc_TypeError;
    if ((!bytes && (m->format->size != 1 || m->format->kind == TRUTH)) || size % m->format->size != 0)
        return GilExc_TypeError;
    if (!with_shape)
        m->shape[0] = size / m->format->size;
    for (int i = 0; with_shape && i < m->ndim; i++)
        if (m->shape[i] == 0)
            return GilExc_ValueError;
    if (elements(m) * m->format->size != size)
        return GilExc_TypeError;
    for (int i = m->ndim - 1, step = m->format->size; i >= 0; step *= m->shape[i--])
        m->stride[i] = step;
    return NULL;
}

static void
cast(struct fuzz_input *in)
{
    int choice = (int)fuzz_range(in, -1, DIMS), with_shape = choice >= 0;
    struct model m = {&formats[fuzz_range(in, 0, Gil_ARRAY_LENGTH(formats) - 1)], with_shape ? choice : 1, {0}, model.offset, {0}};
    GilObject *shape = GilList_New(0), *fresh;
    int size = elements(&model) * model.format->size / m.format->size;

    /* Mostly what fits: divisors of what is left. */
    for (int i = 0; with_shape && i < m.ndim; i++) {
        int part = (int)fuzz_range(in, 0, 255), fit = i == m.ndim - 1 ? size : part % 6 + 1;
        m.shape[i] = part >= 240 ? part - 240 : fit > 0 && size % fit == 0 ? fit : 1;
        size = m.shape[i] > 0 ? size / m.shape[i] : 0;
        GilObject *number = GilLong_FromLong(m.shape[i]);
        FUZZ_CHECK(GilList_Append(shape, number) == 0);
        Gil_DECREF(number);
    }
    GilObject *error = refused(&m, with_shape);
    fuzz_tell("cast %s of %d to %s, %d dimensions: %s", model.format->name, elements(&model), m.format->name, choice,
              error == NULL ? "works" : "is refused");
    fresh = with_shape ? GilObject_CallMethod(view, "cast", "(sO)", m.format->name, shape)
                       : GilObject_CallMethod(view, "cast", "(s)", m.format->name);
    Gil_DECREF(shape);
    FUZZ_CHECK((fresh == NULL) == (error != NULL));
    if (error == NULL)
        adopt(fresh, &m);
    else
        FUZZ_ERROR(error);
}

static struct model
part_of(int64_t start, int64_t stop, long step)
{
    struct model m = model;
    int indices[OCTETS];

    m.shape[0] = fuzz_slice(start, stop, step, model.shape[0], indices);
    (void)__builtin_mul_overflow(model.stride[0], step, &m.stride[0]);
    m.offset += m.shape[0] > 0 ? (int)(indices[0] * model.stride[0]) : 0;
    return m;
}

static void
slice(struct fuzz_input *in)
{
    int n = model.ndim > 0 ? model.shape[0] : 1;
    int64_t start = fuzz_position(in, n), stop = fuzz_position(in, n);
    long step = fuzz_range(in, -3, 3);

    step += step >= 0;
    GilObject *key = fuzz_slice_object(start, stop, step), *fresh = GilObject_GetItem(view, key);
    fuzz_tell("slice %td:%td:%ld of %d", (ptrdiff_t)start, (ptrdiff_t)stop, step, n);
    if (model.ndim == 0)
        FUZZ_ERROR(GilExc_TypeError);
    else {
        struct model m = part_of(start, stop, step);
        adopt(fresh, &m);
    }
    Gil_DECREF(key);
}

/* A part is copied onto another of the same view, which may overlap. */
static void
copy_part(struct fuzz_input *in)
{
    int n = model.ndim > 0 ? model.shape[0] : 1, size = model.format->size;
    int64_t from = fuzz_position(in, n), to = fuzz_position(in, n);
    long length = fuzz_range(in, 0, 6);
    GilObject *source_key = fuzz_slice_object(from, INT64_MIN, 2), *key = fuzz_slice_object(to, INT64_MIN, length > 4 ? -1 : 2);
    GilObject *source = GilObject_GetItem(view, source_key);

    if (source == NULL) {
        FUZZ_ERROR(GilExc_TypeError);
        FUZZ_CHECK(model.ndim == 0 && GilObject_SetItem(view, key, view) == -1);
        FUZZ_ERROR(GilExc_TypeError);
    }
    else if (model.ndim > 1) {
        FUZZ_CHECK(GilObject_SetItem(view, key, source) == -1);
        FUZZ_ERROR(GilExc_NotImplementedError);
    }
    else {
        struct model a = part_of(from, INT64_MIN, 2), b = part_of(to, INT64_MIN, length > 4 ? -1 : 2);
        int ok = GilObject_SetItem(view, key, source) == 0;
        uint8_t old[OCTETS];
        fuzz_tell("copy %d elements onto %d", a.shape[0], b.shape[0]);
        FUZZ_CHECK(ok == (a.shape[0] == b.shape[0]));
        if (!ok)
            FUZZ_ERROR(GilExc_ValueError);
        memcpy(old, octets, sizeof old);
        for (int i = 0; ok && i < a.shape[0]; i++)
            memcpy(octets + place(&b, i), old + place(&a, i), (size_t)size);
    }
    Gil_XDECREF(source);
    Gil_DECREF(key);
    Gil_DECREF(source_key);
}

/* --- elements --- */

/* A value for an element of the view, and whether it is one; then it is put there in the model. */
static GilObject *
some_value(struct fuzz_input *in, int at, int *good)
{
    const struct format *format = model.format;
    uint64_t word = fuzz_word(in, (int)fuzz_range(in, 1, 8));
    int64_t number = (int64_t)word;
    GilObject *value;

    *good = 1;
    if (format->kind == OCTET)
        value = GilBytes_FromStringAndSize((const char *)&word, 1);
    else if (format->kind == TRUTH) {
        value = GilLong_FromLong((long)(word & 1));
        word &= 1;
    }
    else if (format->kind == REAL) {
        double large = (double)number / 16;
        float small = (float)large;
        value = GilFloat_FromDouble(large);
        memcpy(&word, format->size == 4 ? (void *)&small : (void *)&large, (size_t)format->size);
    }
    else if (format->kind == SIGNED) {
        value = GilLong_FromInt64(number);
        *good = format->size == 8 || (number >= -(INT64_C(1) << (8 * format->size - 1)) && number < INT64_C(1) << (8 * format->size - 1));
    }
    else {
        value = GilLong_FromUInt64(word);
        *good = format->size == 8 || word < UINT64_C(1) << (8 * format->size);
    }
    if (*good && at >= 0)
        memcpy(octets + at, &word, (size_t)format->size);
    return value;
}

/* An element by as many indices as there are dimensions, or one more, or less. */
static void
element(struct fuzz_input *in)
{
    int n = (int)fuzz_range(in, 0, DIMS + 1), indices[DIMS + 1], at = model.offset, write = (int)fuzz_range(in, 0, 1), good;
    GilObject *error = NULL, *key;

    n = fuzz_range(in, 0, 3) > 0 ? model.ndim : n;
    key = GilTuple_New(n);
    for (int i = 0; i < n; i++) {
        indices[i] = (int)fuzz_range(in, -8, 8);
        GilTuple_SET_ITEM(key, i, GilLong_FromLong(indices[i]));
    }
    if (n != model.ndim)
        error = model.ndim == 0 || n > model.ndim ? GilExc_TypeError : GilExc_NotImplementedError;
    for (int i = 0; i < n && error == NULL; i++) {
        int index = indices[i] + (indices[i] < 0 ? model.shape[i] : 0);
        if (index < 0 || index >= model.shape[i])
            error = GilExc_IndexError;
        at += (int)(index * model.stride[i]);
    }
    fuzz_tell("%s by %d indices of %d dimensions", write ? "write" : "read", n, model.ndim);
    if (write) {
        GilObject *value = some_value(in, error == NULL ? at : -1, &good);
        int status = GilObject_SetItem(view, key, value);
        FUZZ_CHECK((status == 0) == (error == NULL && good));
        if (status < 0)
            FUZZ_ERROR(error != NULL ? error : GilExc_ValueError);
        Gil_DECREF(value);
    }
    else {
        GilObject *got = GilObject_GetItem(view, key);
        if (error != NULL)
            FUZZ_ERROR(error);
        else
            check_element(got, model.format, at);
        FUZZ_CHECK((got == NULL) == (error != NULL));
        Gil_XDECREF(got);
    }
    Gil_DECREF(key);
}

/* A view of a copy is equal, unless there is a NaN; it differs when one octet of a number does. */
static void
compare(struct fuzz_input *in)
{
    uint8_t room[OCTETS];
    int n = copy_out(room), nan = 0, equal;
    struct model whole = model;

    for (int i = 0; model.format->kind == REAL && i < elements(&model); i++)
        nan |= isnan(real_at(place(&model, i), model.format->size));
    if (n == 0 || whole.ndim > 1)
        return;
    GilObject *copy = GilByteArray_FromStringAndSize((const char *)room, n), *bytes = GilMemoryView_FromObject(copy);
    GilObject *other = model.ndim == 1 ? GilObject_CallMethod(bytes, "cast", "(s)", model.format->name)
                                       : GilObject_CallMethod(bytes, "cast", "(s())", model.format->name);
    fuzz_tell("compare %d octets", n);
    FUZZ_CHECK(other != NULL);
    FUZZ_CHECK(GilObject_RichCompareBool(other, view, Gil_EQ) == !nan);
    if (model.format->kind == SIGNED || model.format->kind == UNSIGNED || model.format->kind == OCTET) {
        int at = (int)fuzz_range(in, 0, n - 1);
        GilByteArray_AsString(copy)[at] ^= 1;
        equal = GilObject_RichCompareBool(view, other, Gil_EQ);
        FUZZ_CHECK(equal == 0);
    }
    Gil_DECREF(other);
    Gil_DECREF(bytes);
    Gil_DECREF(copy);
}

void
fuzz_target(struct fuzz_input *in)
{
    static void (*const steps[])(struct fuzz_input *) = {cast, cast, slice, element, element, read_all, copy_part, compare};

    for (int i = 0; i < OCTETS; i++)
        octets[i] = (uint8_t)(i * 37);
    memory = GilByteArray_FromStringAndSize((const char *)octets, OCTETS);
    start_again();
    while (fuzz_more(in)) {
        unsigned choice = fuzz_byte(in);
        if (choice >= 224)
            start_again();
        else
            steps[choice % Gil_ARRAY_LENGTH(steps)](in);
        check_view();
        FUZZ_CHECK(memcmp(GilByteArray_AsString(memory), octets, OCTETS) == 0);
    }
    Gil_CLEAR(view);
    Gil_CLEAR(memory);
}
