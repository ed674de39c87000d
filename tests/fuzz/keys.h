/* SPDX-License-Identifier: MIT */
/* Keys for the targets of dict and set: numbers that stand for objects, some of them equal and some colliding. */
#ifndef TESTS_FUZZ_KEYS_H
#define TESTS_FUZZ_KEYS_H

#include "fuzz/fuzz.h"

/*
 * A key is a number from 0 to KEYS - 1. 2n and 2n + 1 are equal keys that can be told apart: an int and a float of that
 * value, a str with its hash known and one without, or two objects whose hash is one of three.
 */
#define KEYS 96
#define SAME_KEY(a, b) ((a) / 2 == (b) / 2)

void keys_setup(void);
GilObject *key_object(int key);
/* What key_object() made it of; a str gives the even one. */
int key_number(GilObject *op);
/* The text of a key that is a str, else NULL. */
const char *key_text(int key);

#endif
