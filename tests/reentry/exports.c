/* SPDX-License-Identifier: MIT */
/* Each call of the table of exports in the re-entrancy matrix; see tests/api/misuse/. */
#include "reentry/matrix.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* What all tests did, each of which is a process of its own. */
static struct {
    pid_t owner;
    long functions, called_back, troubles, ends, stops;
} *total;

__attribute__((constructor)) static void
share_total(void)
{
    total = mmap(NULL, sizeof *total, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (total == MAP_FAILED)
        abort();
    total->owner = getpid();
}

__attribute__((destructor)) static void
print_total(void)
{
    if (total->owner == getpid())
        printf("# functions: %ld called with imps, %ld of them call back; trouble made %ld times; %ld end the runtime and "
               "%ld stop the process\n",
               total->functions, total->called_back, total->troubles, total->ends, total->stops);
}

void
misuse_test(const char *name, misuse_call call, enum lock_class lock, enum call_kind kind, int n_arguments,
            const struct expectation *expected)
{
    (void)lock;
    (void)n_arguments;
    (void)expected;
    if (kind == CALL_ELSEWHERE) {
        const struct misuse_scene *scene = misuse_scene_of(name);
        total->ends += scene->kind == SCENE_ENDS;
        total->stops += scene->kind == SCENE_STOPS;
        if (scene->kind == SCENE_ENDS || scene->kind == SCENE_STOPS)
            return;
        call = scene->call;
        kind = scene->kind == SCENE_LEAVES ? CALL_LEAVES : CALL_WORKS;
    }
    long made = matrix_run(name, call, kind);
    total->functions++;
    total->called_back += made > 0;
    total->troubles += made;
}
