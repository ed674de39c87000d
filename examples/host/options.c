/* SPDX-License-Identifier: MIT */
/* Reads gilhost's command line by getopt_long. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* More threads than anyone's cores, fewer than a typing error asks for. */
#define THREADS_MAX 1024
#define REPEAT_MAX 1000
#define REPEAT_DEFAULT 5

static const char help[] =
    "usage: gilhost [--threads N] [--repeat N] MODULE.FUNCTION[,MODULE.FUNCTION]... ARG...\n"
    "\n"
    "Call each function with each argument, from N threads that share one interpreter. Arguments are\n"
    "files, or numbers for functions that take numbers. Prints a table of the results, and how long the\n"
    "same calls took on one thread, on N threads with the lock held, on N threads with the lock dropped,\n"
    "and on N threads without the runtime.\n"
    "\n"
    "  --threads N   as many threads (default: the number of processors)\n"
    "  --repeat N    measure in N rounds and take medians (default: 5; 0: only the table)\n"
    "  --path DIR    look for modules in DIR (default: the program's own folder)\n"
    "  --save DIR    write each result to the file DIR/n, n its number in the table; bytes as they are,\n"
    "                others as text\n"
    "  --line        end with a line for programs\n"
    "  --help        print this\n"
    "\n"
    "Exit status: 0 every call succeeded and gave the same result on each side; 1 a call failed or a\n"
    "result differed; 2 wrong usage; 3 a module or function could not be had, or the runtime refused to\n"
    "start.\n";

static int
processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count < 1 ? 1 : count > THREADS_MAX ? THREADS_MAX : (int)count;
}

/* The number after an option. 0, or -1 after saying what is wrong. */
static int
read_count(const char *option, const char *text, int low, int high, int *value)
{
    char *end;
    long number;

    errno = 0;
    number = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || number < low || number > high) {
        fprintf(stderr, "gilhost: %s wants a number from %d to %d, not '%s'\n", option, low, high, text);
        return -1;
    }
    *value = (int)number;
    return 0;
}

enum options_outcome
options_read(struct options *options, int argc, char **argv)
{
    static const struct option known[] = {
        {"threads", required_argument, NULL, 't'}, {"repeat", required_argument, NULL, 'r'},
        {"path", required_argument, NULL, 'p'},    {"save", required_argument, NULL, 's'},
        {"line", no_argument, NULL, 'l'},          {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    *options = (struct options){.threads = processors(), .repeat = REPEAT_DEFAULT};
    /* '+': options end at the first word that is none, for arguments may begin with a dash. */
    while ((option = getopt_long(argc, argv, "+", known, NULL)) != -1) {
        switch (option) {
        case 't':
            if (read_count("--threads", optarg, 1, THREADS_MAX, &options->threads) < 0)
                return OPTIONS_WRONG;
            break;
        case 'r':
            if (read_count("--repeat", optarg, 0, REPEAT_MAX, &options->repeat) < 0)
                return OPTIONS_WRONG;
            break;
        case 'p':
            options->path = optarg;
            break;
        case 's':
            options->save = optarg;
            break;
        case 'l':
            options->line = 1;
            break;
        case 'h':
            fputs(help, stdout);
            return OPTIONS_HELP;
        default:
            fputs("gilhost: try --help\n", stderr);
            return OPTIONS_WRONG;
        }
    }
    if (argc - optind < 2) {
        fputs("gilhost: a function and an argument are wanted; try --help\n", stderr);
        return OPTIONS_WRONG;
    }
    options->functions = argv[optind];
    options->arguments = argv + optind + 1;
    options->argument_count = argc - optind - 1;
    return OPTIONS_RUN;
}
