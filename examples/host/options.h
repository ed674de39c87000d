/* SPDX-License-Identifier: MIT */
/* What the command line says. */
#ifndef GILHOST_OPTIONS_H
#define GILHOST_OPTIONS_H

struct options {
    int threads;               /* 1 or more */
    int repeat;                /* rounds of measurement; 0: none */
    const char *path;          /* folder of the modules, or NULL: beside the program */
    const char *save;          /* folder for the results, or NULL */
    int line;                  /* end with a line for programs */
    const char *functions;     /* MODULE.FUNCTION, more of them with commas between */
    char **arguments;
    int argument_count;        /* 1 or more */
};

enum options_outcome { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_WRONG };

/* Read the command line. Writes the help to stdout, or what is wrong to stderr. */
enum options_outcome options_read(struct options *options, int argc, char **argv);

#endif
