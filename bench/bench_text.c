/* SPDX-License-Identifier: MIT */
/* bench_text [FIGURE]: text in scripts of each width decoded and encoded, split, joined and formatted. */
#include "measure.h"
#include "text_side.h"

#include <stdio.h>

#ifdef WITH_CPYTHON
#define CPYTHON(function) cpython_##function
#else
#define CPYTHON(function) NULL
#endif
#define FIGURE(function, turns) \
    {{{"text." #function, "ns", 0}}, .ours = ours_##function, .cpython = CPYTHON(function), .n = turns}
#define KINDS(what, turns)                                                                   \
    FIGURE(what##_french, turns), FIGURE(what##_russian, turns), FIGURE(what##_chinese, turns), \
        FIGURE(what##_emoji, turns)

static const struct bench_scenario scenarios[] = {
    KINDS(decode, 10000),        KINDS(decode_short, 600000), KINDS(encode, 10000), KINDS(encode_short, 600000),
    FIGURE(split_words, 3000),   FIGURE(split_comma, 10000),  FIGURE(split_russian, 5000),
    FIGURE(percent, 200000),     FIGURE(join, 10000),
};

int
main(int argc, char **argv)
{
    if (ours_text_start() < 0) {
        fprintf(stderr, "bench_text: the runtime did not start\n");
        return 1;
    }
#ifdef WITH_CPYTHON
    if (cpython_text_start() < 0)
        return 1;
#endif
    struct bench_wish wish = {.filter = argc > 1 ? argv[1] : NULL};
    int rc = bench_main(scenarios, sizeof scenarios / sizeof *scenarios, &wish);
#ifdef WITH_CPYTHON
    cpython_text_stop();
#endif
    return ours_text_stop() < 0 ? 1 : rc;
}
