/* SPDX-License-Identifier: MIT */
/* Arguments of the methods of text and octets: how many, which part and which codec is meant. */
#ifndef GIL_VALUE_TEXT_ARGS_H
#define GIL_VALUE_TEXT_ARGS_H

#include "gilrt/object.h"
#include "value/named_args.h"

/* 0 when nargs is between min and max, else -1 with TypeError. */
int gil_need_args(const char *name, Gil_ssize_t nargs, Gil_ssize_t min, Gil_ssize_t max);

/* The names that the arguments encoding and errors of func are; NULL stays NULL. 0, or -1 with the error set. */
int gil_get_codec(const char *func, GilObject *const given[2], const char *names[2]);

/* An index, cut to what Gil_ssize_t holds when class is NULL, else an error of that class where it does not fit. 0, or -1
 * with the error set; may run __index__. */
int gil_get_index(GilObject *arg, GilObject *class, Gil_ssize_t *value);

/*
 * Arguments (sub[, start[, end]]) of a method of length items: None or an index each, negative ones from the end, cut
 * to 0..length; start may remain above end. 0, or -1 with the error set; may run __index__.
 */
int gil_get_range(const char *name, Gil_ssize_t length, GilObject *const *args, Gil_ssize_t nargs, Gil_ssize_t *start,
                  Gil_ssize_t *end);

#endif
