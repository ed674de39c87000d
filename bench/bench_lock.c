/* SPDX-License-Identifier: MIT */
/* bench_lock [-x] [--fenced] [FIGURE]: what the lock costs, beside CPython and beside threads that have no lock. */
#include "convoy_side.h"
#include "echo.h"
#include "fair_side.h"
#include "lock_side.h"
#include "measure.h"
#include "pace_side.h"
#include "spin.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef WITH_CPYTHON
#define CPYTHON(function) cpython_##function
#else
#define CPYTHON(function) NULL
#endif

#define SIDES(function) .ours = ours_##function, .cpython = CPYTHON(function)
#define THREE_SIDES(function) SIDES(function), .floor = floor_##function

/* Not const: --fenced changes floors. */
static struct bench_scenario scenarios[] = {
    /* S1 */
    {{{"lock.pair", "ns", 0}}, SIDES(pair), .floor = floor_pair, .n = 2000000},
    {{{"lock.pair_sleeper", "ns", 0}}, SIDES(pair_sleeper), .floor = floor_pair, .n = 2000000},
    /* S7 */
    {{{"lock.attach_kept", "ns", 0}}, SIDES(attach_kept), .floor = floor_pair, .n = 1000000},
    {{{"lock.attach_new", "ns", 0}}, SIDES(attach_new), .floor = floor_attach_new, .n = 200000},
    {{{"lock.attach_thread", "us", 0}}, THREE_SIDES(attach_thread), .n = 1000, .extra = 1},
    /* S3 */
    {{{"lock.convoy0_rate", "/s", 1}, {"lock.convoy0_p50", "us", 0}, {"lock.convoy0_p99", "us", 0}},
     THREE_SIDES(convoy), .n = 0},
    {{{"lock.convoy1_rate", "/s", 1}, {"lock.convoy1_p50", "us", 0}, {"lock.convoy1_p99", "us", 0},
      {"lock.convoy1_hog", "", 1}},
     THREE_SIDES(convoy), .n = 1},
    {{{"lock.convoy4_rate", "/s", 1}, {"lock.convoy4_p50", "us", 0}, {"lock.convoy4_p99", "us", 0},
      {"lock.convoy4_hog", "", 1}},
     THREE_SIDES(convoy), .n = 4},
    {{{"lock.convoy1_rate_1k", "/s", 1}, {"lock.convoy1_p50_1k", "us", 0}, {"lock.convoy1_p99_1k", "us", 0},
      {"lock.convoy1_hog_1k", "", 1}},
     THREE_SIDES(convoy_1k), .n = 1},
    /* S2 */
    {{{"lock.fair1_jain", "", 1}, {"lock.fair1_maxwait", "ms", 0}, {"lock.cpu1_total", "", 1}}, THREE_SIDES(fair), .n = 1},
    {{{"lock.fair2_jain", "", 1}, {"lock.fair2_maxwait", "ms", 0}, {"lock.cpu2_total", "", 1}}, THREE_SIDES(fair), .n = 2},
    {{{"lock.fair4_jain", "", 1}, {"lock.fair4_maxwait", "ms", 0}, {"lock.cpu4_total", "", 1}}, THREE_SIDES(fair), .n = 4},
    {{{"lock.fair8_jain", "", 1}, {"lock.fair8_maxwait", "ms", 0}, {"lock.cpu8_total", "", 1}}, THREE_SIDES(fair), .n = 8},
    /* S5 */
    {{{"lock.native_0.3us", "", 1}}, THREE_SIDES(native_03), .n = 1},
    {{{"lock.native_1us", "", 1}}, THREE_SIDES(native_1), .n = 1},
    {{{"lock.native_10us", "", 1}}, THREE_SIDES(native_10), .n = 1},
    {{{"lock.native_100us", "", 1}}, THREE_SIDES(native_100), .n = 1},
    {{{"lock.native_1000us", "", 1}}, THREE_SIDES(native_1000), .n = 1},
    /* S4 */
    {{{"lock.tinyrelease_rate", "/s", 1}, {"lock.tinyrelease_p50", "us", 0}, {"lock.tinyrelease_p99", "us", 0},
      {"lock.tinyrelease_hog", "", 1}},
     THREE_SIDES(tinyrelease), .n = 1},
    /* S6 */
    {{{"lock.sleepers100_p50", "us", 0}, {"lock.sleepers100_p99", "us", 0}}, THREE_SIDES(sleepers), .n = 100},
    /* S8 */
    {{{"lock.audio1_p99", "us", 0}, {"lock.audio1_miss", "", 0}}, THREE_SIDES(audio), .n = 1},
    {{{"lock.audio4_p99", "us", 0}, {"lock.audio4_miss", "", 0}}, THREE_SIDES(audio), .n = 4},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

static int
usage(void)
{
    fprintf(stderr, "usage: bench_lock [-x] [--fenced] [FIGURE]\n"
                    "  -x        figures beyond those that other programs read\n"
                    "  --fenced  the lock as it is where membarrier(2) is refused\n"
                    "  FIGURE    only figures whose name contains this\n");
    return 2;
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {{"fenced", no_argument, NULL, 'f'}, {0}};
    struct bench_wish wish = {0};
    char remark[32];
    int fenced = 0, option;

    while ((option = getopt_long(argc, argv, "x", options, NULL)) != -1) {
        if (option == 'x')
            wish.extra = 1;
        else if (option == 'f')
            fenced = 1;
        else
            return usage();
    }
    if (argc - optind > 1)
        return usage();
    wish.filter = argv[optind];

    echo_start();
    bench_spin_calibrate();
    ours_lock_start(fenced);
#ifdef WITH_CPYTHON
    cpython_lock_start();
#endif
    for (int i = 0; fenced && i < SCENARIOS; i++)
        if (scenarios[i].floor == floor_pair)
            scenarios[i].floor = floor_pair_fenced;
    snprintf(remark, sizeof remark, "mode=%s", ours_lock_mode());
    wish.remark = remark;
    int rc = bench_main(scenarios, SCENARIOS, &wish);
#ifdef WITH_CPYTHON
    cpython_lock_stop();
#endif
    return ours_lock_stop() < 0 ? 1 : rc;
}
