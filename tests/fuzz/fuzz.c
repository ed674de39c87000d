/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over bytes, with a runtime around it and an eye on what each input leaves behind. */
#include "fuzz/fuzz.h"

#include "base/mem.h"
#include "state/tstate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int telling;

void
fuzz_start(void)
{
    GilConfig config;

    GilConfig_Init(&config);
    GilStatus status = Gil_InitializeFromConfig(&config);
    if (GilStatus_Exception(status)) {
        fprintf(stderr, "%s: %s\n", fuzz_name, status.err_msg);
        exit(EXIT_FAILURE);
    }
    telling = getenv("GIL_FUZZ_TELL") != NULL;
    fuzz_setup();
}

static size_t
blocks_alive(void)
{
    struct gil_mem_stats raw, heap;

    gil_raw_stats(&raw);
    gil_heap_stats(gil_tstate_need(__func__)->heap, &heap);
    return raw.blocks + heap.blocks;
}

static int
leaves_blocks(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, data + size};
    size_t before = blocks_alive();

    fuzz_target(&in);
    FUZZ_CHECK(GilErr_Occurred() == NULL);
    return blocks_alive() != before;
}

void
fuzz_run(const uint8_t *data, size_t size)
{
    /* The first time caches may fill; a leak leaks each time. */
    if (leaves_blocks(data, size) && leaves_blocks(data, size) && leaves_blocks(data, size))
        fuzz_fail(__FILE__, __LINE__, "memory is given back");
}

int
fuzz_more(const struct fuzz_input *in)
{
    return in->at < in->end;
}

unsigned
fuzz_byte(struct fuzz_input *in)
{
    return fuzz_more(in) ? *in->at++ : 0;
}

uint64_t
fuzz_word(struct fuzz_input *in, int bytes)
{
    uint64_t word = 0;

    for (int i = 0; i < bytes; i++)
        word |= (uint64_t)fuzz_byte(in) << (8 * i);
    return word;
}

long
fuzz_range(struct fuzz_input *in, long low, long high)
{
    return low + (long)(fuzz_byte(in) % (unsigned)(high - low + 1));
}

Gil_ssize_t
fuzz_position(struct fuzz_input *in, Gil_ssize_t n)
{
    static const Gil_ssize_t far[] = {GIL_SSIZE_T_MIN, GIL_SSIZE_T_MIN + 1, GIL_SSIZE_T_MAX, GIL_SSIZE_T_MAX - 1};
    unsigned choice = fuzz_byte(in);

    if (choice >= 250)
        return far[choice % 4];
    /* From -(n + 2) to n + 2. */
    return (Gil_ssize_t)choice % (2 * n + 5) - (n + 2);
}

void
fuzz_tell(const char *format, ...)
{
    va_list args;

    if (!telling)
        return;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void
fuzz_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s: %s:%d: not so: %s\n", fuzz_name, file, line, what);
    if (GilErr_Occurred() != NULL)
        GilErr_Print();
    abort();
}

int
fuzz_error(GilObject *exception)
{
    int matches = GilErr_Occurred() != NULL && GilErr_ExceptionMatches(exception);

    if (matches)
        GilErr_Clear();
    return matches;
}

int
fuzz_slice(int64_t start, int64_t stop, int64_t step, int n, int *indices)
{
    int64_t low = step > 0 ? 0 : -1, high = step > 0 ? n : n - 1;
    int64_t bounds[2] = {start, stop};
    int count = 0;

    for (int i = 0; i < 2; i++) {
        if (bounds[i] == INT64_MIN)
            bounds[i] = (i == 0) == (step > 0) ? low : high;
        else {
            bounds[i] += bounds[i] < 0 ? n : 0;
            bounds[i] = bounds[i] < low ? low : bounds[i] > high ? high : bounds[i];
        }
    }
    for (int64_t at = bounds[0]; step > 0 ? at < bounds[1] : at > bounds[1]; at += step)
        indices[count++] = (int)at;
    return count;
}

static GilObject *
bound(int64_t value)
{
    return value == INT64_MIN ? NULL : GilLong_FromInt64(value);
}

GilObject *
fuzz_slice_object(int64_t start, int64_t stop, int64_t step)
{
    GilObject *parts[3] = {bound(start), bound(stop), GilLong_FromInt64(step)};
    GilObject *slice = GilSlice_New(parts[0], parts[1], parts[2]);

    for (int i = 0; i < 3; i++)
        Gil_XDECREF(parts[i]);
    FUZZ_CHECK(slice != NULL);
    return slice;
}
