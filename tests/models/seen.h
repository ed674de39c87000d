/* SPDX-License-Identifier: MIT */
/* States that an exploration has been in, and what it found from there on. */
#ifndef TESTS_MODELS_SEEN_H
#define TESTS_MODELS_SEEN_H

#include <stddef.h>
#include <stdint.h>

/* 128 bits that stand for a state: among 10^7 states two that differ are taken for one with a probability of 10^-25. */
struct seen_digest {
    uint64_t a, b;
};

struct seen_state {
    struct seen_digest digest;
    double schedules; /* that lead from here to an end; 0: not known yet. There may be more than a long counts */
    double contended; /* of these, in which threads met from here on */
};

/* In words of eight bytes; what is left of the last one counts as well. */
void seen_mix(struct seen_digest *digest, const void *memory, size_t size);
/* What the program has in static and thread-local memory, but for variables marked EXPLORER_OWN: part by part, from 0 on.
 * NULL: there are no more. */
void *seen_program_part(int number, size_t *size);
void seen_mix_program(struct seen_digest *digest);
/* The thread-local part of that, which begins as zeros (checked); NULL: there is none. */
void *seen_thread_part(size_t *size);
#define EXPLORER_OWN __attribute__((section("explorer")))

void seen_forget_all(void);
/*
 * The number of a state, which is new if it is not known how many schedules lead from it; -1: new, and there is no
 * room.
 */
long seen_find(const struct seen_digest *digest, int *is_new);
/* Until the next seen_find(). */
struct seen_state *seen_state(long number);
long seen_count(void);

#endif
