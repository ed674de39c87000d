/* SPDX-License-Identifier: MIT */
/* A table of scenarios as a program of its own. */
#ifndef TESTS_MODELS_RUNNER_H
#define TESTS_MODELS_RUNNER_H

#include "models/explore.h"

struct model_run {
    struct scenario scenario;
    struct explore_bounds quick, deep; /* for every check; for a night */
};

/* main() of a model: searches the scenarios, in the way that the arguments say, and prints TAP. */
int model_main(int argc, char **argv, const struct model_run *runs, int count);

#endif
