/* SPDX-License-Identifier: MIT */
/* Tables and summaries on stdout, failures on stderr, results into files. */
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The widest name that the table makes room for; the end of a longer one is shown, for it tells files apart. */
#define NAME_WIDTH 48
/* Below this a call is short: its own time in the table says little, and it is measured in many loops. */
#define SHORT_SECONDS 1e-3

static int
name_width(const struct work *work)
{
    size_t width = 8;

    for (size_t i = 0; i < work->call_count; i++) {
        size_t length = strlen(work->calls[i].text);
        width = length > width ? length : width;
    }
    return width > NAME_WIDTH ? NAME_WIDTH : (int)width;
}

static int
function_width(const struct work *work)
{
    size_t width = 8;

    for (size_t i = 0; i < work->function_count; i++) {
        size_t length = strlen(work->functions[i].name);
        width = length > width ? length : width;
    }
    return (int)width;
}

void
report_table(const struct work *work)
{
    int names = name_width(work), functions = function_width(work);

    printf("%5s  %-*s  %-*s  %10s  %s\n", "", functions, "function", names, "argument", "time", "result");
    for (size_t i = 0; i < work->call_count; i++) {
        const struct call *call = &work->calls[i];
        size_t length = strlen(call->text);
        const char *name = call->text + (length > NAME_WIDTH ? length - NAME_WIDTH : 0);
        if (call->shown != NULL)
            printf("%5zu  %-*s  %-*s  %7.3f ms  %s\n", i + 1, functions, call->function->name, names, name,
                   call->seconds * 1e3, call->shown);
    }
}

size_t
report_failures(const struct work *work, size_t *mismatches)
{
    size_t failed = 0;

    *mismatches = 0;
    for (size_t i = 0; i < work->call_count; i++) {
        const struct call *call = &work->calls[i];
        if (call->error != NULL)
            fprintf(stderr, "gilhost: %s %s: %s\n", call->function->name, call->text, call->error);
        if (call->differs)
            fprintf(stderr, "gilhost: %s %s: another way of calling gave another result\n", call->function->name,
                    call->text);
        failed += call->error != NULL;
        *mismatches += call->differs != 0;
    }
    return failed;
}

static double
ratio(double over, double under)
{
    return under > 0.0 ? over / under : 0.0;
}

static void
report_way(const struct measurement *m, enum way way, const char *name, const char *short_name)
{
    printf("  %-28s %9.2f ms  (%.2f to %.2f)", name, m->median[way] * 1e3, m->low[way] * 1e3, m->high[way] * 1e3);
    if (short_name != NULL)
        printf("  %s %.2fx", short_name, ratio(m->median[WAY_ONE], m->median[way]));
    putchar('\n');
}

static void
report_lock(const char *name, const struct lock_use *use)
{
    printf("  lock in timing mode, %-7s  held %.1f %% of the time, %" PRIu64 " switches, %" PRIu64 " of them forced\n",
           name, use->share * 100, use->voluntary + use->forced, use->forced);
}

void
report_summary(const struct measurement *m)
{
    char name[64];
    size_t calls = m->call_count * m->loops;

    if (m->rounds == 0)
        return;
    printf("\n%zu calls", calls);
    if (m->loops > 1)
        printf(" (%zu, %zu times over)", m->call_count, m->loops);
    printf(" a way, %d rounds, medians (and extremes):\n", m->rounds);
    if (m->median[WAY_ONE] / (double)calls < SHORT_SECONDS)
        printf("  calls are short, %.1f us on average: what the threads themselves cost shows\n",
               m->median[WAY_ONE] / (double)calls * 1e6);
    report_way(m, WAY_ONE, "1 thread", NULL);
    snprintf(name, sizeof name, "%d threads, lock held", m->threads);
    report_way(m, WAY_HOLD, name, "hold");
    snprintf(name, sizeof name, "%d threads, lock dropped", m->threads);
    report_way(m, WAY_DROP, name, "drop");
    snprintf(name, sizeof name, "%d raw threads", m->threads);
    if (m->has_raw) {
        report_way(m, WAY_RAW, name, "raw");
        printf("  dropping the lock reaches %.3f of raw threads\n", ratio(m->median[WAY_RAW], m->median[WAY_DROP]));
    }
    else
        printf("  %-28s not offered by every function\n", name);
    report_lock("dropped", &m->drop);
    report_lock("held", &m->hold);
}

void
report_line(const struct work *work, const struct measurement *m, size_t failed, size_t mismatches)
{
    printf("gilhost: %s calls=%zu failed=%zu mismatches=%zu", failed + mismatches == 0 ? "ok" : "failed",
           work->call_count, failed, mismatches);
    printf(" threads=%d rounds=%d one=%.9f hold=%.9f drop=%.9f raw=%.9f\n", m->threads, m->rounds, m->median[WAY_ONE],
           m->median[WAY_HOLD], m->median[WAY_DROP], m->median[WAY_RAW]);
}

/* One result into the file `path`. 0, or -1 with errno set. */
static int
save_result(const struct work *work, const struct call *call, const char *path)
{
    GilObject *result;
    FILE *file;
    int bad = 0;

    if (GilDict_GetItemRef(work->results, call->key, &result) <= 0) {
        GilErr_Clear();
        errno = ENOMEM;
        return -1;
    }
    file = fopen(path, "we");
    if (file == NULL)
        bad = 1;
    else {
        if (GilBytes_Check(result))
            fwrite(GilBytes_AsString(result), 1, (size_t)GilBytes_Size(result), file);
        else
            fprintf(file, "%s\n", call->shown);
        bad = ferror(file);
        bad |= fclose(file) != 0;
    }
    Gil_DECREF(result);
    return bad ? -1 : 0;
}

int
report_save(const struct work *work, const char *folder)
{
    char path[4096];

    for (size_t i = 0; i < work->call_count; i++) {
        int length = snprintf(path, sizeof path, "%s/%zu", folder, i + 1);
        if (work->calls[i].shown == NULL)
            continue;
        if (length >= (int)sizeof path)
            errno = ENAMETOOLONG;
        if (length >= (int)sizeof path || save_result(work, &work->calls[i], path) < 0) {
            fprintf(stderr, "gilhost: %s: %s\n", path, strerror(errno));
            return -1;
        }
    }
    return 0;
}
