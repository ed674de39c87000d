/* SPDX-License-Identifier: MIT */
/*
 * Where a hash leads in a table of 2^n slots: the probe sequence of dicts and sets.
 *
 * It begins at the low bits of the hash, which for ints are those of the number: consecutive ints stand side by side and
 * never collide. Who chooses keys can make them all begin at one slot. So the way on from there must not be known:
 * i = 5i + 1 + perturb, where perturb begins as the hash mixed with the key of this process (base/hash.h) and loses 5
 * bits a step. After 13 steps it is 0, and the sequence goes through all slots. Keys that share the first slot then part at
 * the second, wherever their authors wanted them. The mixing is put off to the first step, because most sequences have none.
 */
#ifndef GIL_VALUE_PROBE_H
#define GIL_VALUE_PROBE_H

#include "base/hash.h"

#define GIL_PERTURB_SHIFT 5

struct gil_probe {
    size_t slot, mask;
    uint64_t perturb;
    int mixed;
};

static inline struct gil_probe
gil_probe_begin(uint64_t hash, size_t mask)
{
    return (struct gil_probe){.slot = (size_t)hash & mask, .mask = mask, .perturb = hash};
}

static inline void
gil_probe_next(struct gil_probe *p)
{
    if (!p->mixed) {
        p->perturb = gil_hash_spread(p->perturb);
        p->mixed = 1;
    }
    p->perturb >>= GIL_PERTURB_SHIFT;
    p->slot = (p->slot * 5 + (size_t)p->perturb + 1) & p->mask;
}

#endif
