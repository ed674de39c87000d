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
    long functions, called_back, troubles, ends, stops, marked, calm;
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
               "%ld stop the process; of %ld marked @reenters %ld have a reason why they do not call back\n",
               total->functions, total->called_back, total->troubles, total->ends, total->stops, total->marked, total->calm);
}

/* A function that is marked as calling back must have done so, or the manifest says why it cannot be seen here. */
static void
judge_calls(const struct misuse_entry *e, long made)
{
    total->marked += e->reenters;
    total->calm += e->reenters && e->calm != NULL;
    if (e->calm != NULL)
        ck_assert_msg(made == 0, "%s calls back: calm:%s in the manifest is untrue", e->name, e->calm);
    else
        ck_assert_msg(made > 0 || !e->reenters,
                      "%s is marked @reenters and never calls back: the manifest needs arguments with which it does, or calm:WHY",
                      e->name);
}

void
misuse_test(const struct misuse_entry *e)
{
    long made = 0;

    if (e->kind == CALL_ELSEWHERE) {
        const struct misuse_scene *scene = misuse_scene_of(e->name);
        total->ends += scene->kind == SCENE_ENDS;
        total->stops += scene->kind == SCENE_STOPS;
        if (scene->kind == SCENE_ENDS || scene->kind == SCENE_STOPS)
            return;
        made = matrix_run(e->name, scene->call, scene->kind == SCENE_LEAVES ? CALL_LEAVES : CALL_WORKS, e->clears);
    }
    else
        for (int i = 0; e->calls[i] != NULL; i++)
            made += matrix_run(e->name, e->calls[i], e->kind, e->clears);
    judge_calls(e, made);
    total->functions++;
    total->called_back += made > 0;
    total->troubles += made;
}
