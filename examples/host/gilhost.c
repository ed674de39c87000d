/* SPDX-License-Identifier: MIT */
/*
 * gilhost: a host whose work is all done by extension modules, on all cores.
 *
 * It shows what an application does with libgilrt: start it with a configuration, import modules from a folder of
 * its own, let threads of its own enter by a guard (crew.c), share objects among them, and finish. The rest is
 * bookkeeping: options.c reads the command line, work.c makes the list of calls, crew.c makes them, measure.c
 * compares ways of making them, and report.c prints. Run it with --help.
 */
#include <gilrt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crew.h"
#include "measure.h"
#include "options.h"
#include "report.h"
#include "work.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOTHING = 3 };

/* The folder of this program, where its modules are: "." where the system does not tell. */
static const char *
own_folder(char path[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
    char *slash;

    if (length <= 0)
        return ".";
    path[length] = '\0';
    slash = strrchr(path, '/');
    if (slash == NULL)
        return ".";
    *(slash == path ? slash + 1 : slash) = '\0';
    return path;
}

/* Start the runtime with a main interpreter, to which this thread is attached. 0, or -1 after saying why not. */
static int
start(const struct options *options)
{
    char folder[PATH_MAX];
    GilConfig config;
    GilStatus status;

    GilConfig_Init(&config);
    config.module_search_path = options->path != NULL ? options->path : own_folder(folder);
    status = Gil_InitializeFromConfig(&config);
    if (GilStatus_Exception(status)) {
        fprintf(stderr, "gilhost: %s: %s\n", status.func, status.err_msg);
        return -1;
    }
    return 0;
}

/* Make every call once, from all threads, results into the shared dict; then their texts. 0, or -1 without a
 * crew. */
static int
fill_table(struct work *work, GilInterpreterGuard *guard, int threads)
{
    struct pass pass = {.work = work, .guard = guard, .loops = 1, .threads = threads, .side = SIDE_DROP,
                        .purpose = PURPOSE_COLLECT, .title = "calls"};
    double seconds;
    int rc;

    pass.calls = work_good_calls(work, &pass.call_count);
    if (pass.calls == NULL) {
        fputs("gilhost: out of memory\n", stderr);
        return -1;
    }
    rc = crew_run(&pass, &seconds);
    free(pass.calls);
    if (rc == 0)
        work_show_results(work);
    return rc;
}

/* All that happens with the list of calls made. Returns the exit status. */
static int
run(struct work *work, GilInterpreterGuard *guard, const struct options *options)
{
    struct measurement measured;
    size_t failed, mismatches;
    int saved = 0;

    if (fill_table(work, guard, options->threads) < 0)
        return EXIT_NOTHING;
    report_table(work);
    fflush(stdout);
    if (options->save != NULL)
        saved = report_save(work, options->save);
    if (measure(work, guard, options->threads, options->repeat, &measured) < 0)
        return EXIT_NOTHING;
    report_summary(&measured);
    fflush(stdout);
    failed = report_failures(work, &mismatches);
    if (options->line)
        report_line(work, &measured, failed, mismatches);
    return failed + mismatches > 0 || saved < 0 ? EXIT_FAILED : EXIT_OK;
}

int
main(int argc, char **argv)
{
    struct options options;
    struct work work;
    GilInterpreterGuard *guard;
    int status = EXIT_NOTHING;

    switch (options_read(&options, argc, argv)) {
    case OPTIONS_HELP:
        return EXIT_OK;
    case OPTIONS_WRONG:
        return EXIT_USAGE;
    case OPTIONS_RUN:
        break;
    }
    if (start(&options) < 0)
        return EXIT_NOTHING;

    if (work_open(&work, &options) == 0) {
        /* As long as it is open the interpreter stays, so threads that come through it find one. */
        guard = GilInterpreterGuard_FromCurrent();
        if (guard == NULL)
            GilErr_Print();
        else {
            status = run(&work, guard, &options);
            GilInterpreterGuard_Close(guard);
        }
    }
    work_close(&work);
    if (Gil_FinalizeEx() < 0) {
        fputs("gilhost: the runtime did not end cleanly\n", stderr);
        status = status == EXIT_OK ? EXIT_FAILED : status;
    }
    if (fclose(stdout) != 0) {
        perror("gilhost: stdout");
        status = status == EXIT_OK ? EXIT_FAILED : status;
    }
    return status;
}
