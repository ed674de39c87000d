/* SPDX-License-Identifier: MIT */
/*
 * What the fuzz targets share: bytes read as choices, and checks that tell what went wrong.
 *
 * A target is one function, fuzz_target(), which makes of its bytes a story of calls and compares each result with what
 * a slow and obvious model says. fuzz.c calls it, under libFuzzer or from replay.c; bytes that are used up read as
 * zeros, so every input is a story. What an input leaves in memory is a failure too.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <gilrt.h>
#include <stddef.h>
#include <stdint.h>

struct fuzz_input {
    const uint8_t *at, *end;
};

/* Defined by the target. Objects that live longer than one input are made by fuzz_setup(). */
extern const char fuzz_name[];
void fuzz_setup(void);
void fuzz_target(struct fuzz_input *in);

/* Starts the runtime; once a process. */
void fuzz_start(void);
void fuzz_run(const uint8_t *data, size_t size);

int fuzz_more(const struct fuzz_input *in);
unsigned fuzz_byte(struct fuzz_input *in);
/* Of that many bytes, at most 8; the first is the lowest. */
uint64_t fuzz_word(struct fuzz_input *in, int bytes);
/* From low to high, both among them; at most 256 values. */
long fuzz_range(struct fuzz_input *in, long low, long high);
/* A position around 0 to n: mostly in it, sometimes outside, seldom far away. */
Gil_ssize_t fuzz_position(struct fuzz_input *in, Gil_ssize_t n);

/* One line about the next step; shown when GIL_FUZZ_TELL is set. */
void fuzz_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void fuzz_fail(const char *file, int line, const char *what);
#define FUZZ_CHECK(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))
/* The pending error, which must be of that class; it is cleared. */
#define FUZZ_ERROR(exception) (fuzz_error((exception)) ? (void)0 : fuzz_fail(__FILE__, __LINE__, "raises " #exception))
int fuzz_error(GilObject *exception);

/* A reference model of slices: the indices that start:stop:step takes out of n items, in order. INT64_MIN in start and
 * stop stands for None. Returns how many. */
int fuzz_slice(int64_t start, int64_t stop, int64_t step, int n, int *indices);
GilObject *fuzz_slice_object(int64_t start, int64_t stop, int64_t step);

#endif
