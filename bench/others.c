/* SPDX-License-Identifier: MIT */
/* What other programs did to a measurement. */
#include "others.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static clockid_t also = CLOCK_PROCESS_CPUTIME_ID;

void
others_except(pid_t pid)
{
    clock_getcpuclockid(pid, &also);
}

static double
cpu_ns(clockid_t clock)
{
    struct timespec t = {0, 0};
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

double
others_cpu_ns(void)
{
    double user, nice, system, irq, softirq, steal;
    FILE *file = fopen("/proc/stat", "re");
    int found = 0;

    if (file != NULL) {
        found = fscanf(file, "cpu %lf %lf %lf %*f %*f %lf %lf %lf", &user, &nice, &system, &irq, &softirq, &steal);
        fclose(file);
    }
    if (found != 6)
        return -1.0;
    double busy = (user + nice + system + irq + softirq + steal) * 1e9 / (double)sysconf(_SC_CLK_TCK);
    double own = cpu_ns(CLOCK_PROCESS_CPUTIME_ID);
    return busy - own - (also != CLOCK_PROCESS_CPUTIME_ID ? cpu_ns(also) : 0);
}
