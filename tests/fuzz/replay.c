/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target over files: those named, or all of tests/fuzz/corpus/NAME/. Prints TAP, one test an input of a
 * name that says what it shows ("dict-order-after-pop"), and one for all those that the fuzzer found and numbered by a
 * hash.
 *
 * The inputs run in one process and in the order of their names, so what one breaks for the next shows here too; a
 * crash costs all that follow, and the last line tells where it was.
 */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX 65536

static void
replay_file(const char *path)
{
    static uint8_t data[INPUT_MAX];
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    /* A copy of its own size, so that reading beyond it is seen. */
    uint8_t *exact = malloc(size + (size == 0));
    memcpy(exact, data, size);
    fuzz_run(exact, size);
    free(exact);
}

static int
is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int
is_hash(const char *name)
{
    return strlen(name) == 40 && strspn(name, "0123456789abcdef") == 40;
}

static void
replay_corpus(const char *folder)
{
    struct dirent **entries;
    int tests = 0, found = 0, n = scandir(folder, &entries, is_input, alphasort);

    if (n <= 0) {
        fprintf(stderr, "%s: no inputs\n", folder);
        exit(EXIT_FAILURE);
    }
    for (int i = 0; i < n; i++) {
        char path[PATH_MAX + 256];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        printf("# %s\n", entries[i]->d_name);
        fflush(stdout);
        replay_file(path);
        if (is_hash(entries[i]->d_name))
            found++;
        else
            printf("ok %d - %s: %s\n", ++tests, fuzz_name, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (found > 0)
        printf("ok %d - %s: %d inputs that the fuzzer found\n", ++tests, fuzz_name, found);
    printf("1..%d\n", tests);
}

int
main(int argc, char **argv)
{
    const char *top = getenv("top_srcdir");
    char folder[PATH_MAX];

    fuzz_start();
    if (argc > 1) {
        for (int i = 1; i < argc; i++)
            replay_file(argv[i]);
        printf("1..%d\n", argc - 1);
    }
    else {
        snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/%s", top != NULL ? top : ".", fuzz_name);
        replay_corpus(folder);
    }
    if (Gil_FinalizeEx() != 0)
        return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
