/* SPDX-License-Identifier: MIT */
/* Objects whose hash, comparison, repr and death call the test back, to do there what containers must survive.
 * The test fails where one dies while it is asked. */
#ifndef TESTS_PROBE_H
#define TESTS_PROBE_H

#include <gilrt.h>

/* What a probe does when it is asked; any hook may be NULL. Must outlive the probes that refer to it. */
struct gil_test_probe_hooks {
    void (*on_hash)(void *arg);
    /* Before the answer; -1 with an error set lets the comparison fail. */
    int (*on_compare)(void *arg);
    void (*on_repr)(void *arg);
    /* When the probe dies. */
    void (*on_free)(void *arg);
    void *arg;
};

/* A new probe: equal to probes of the same value, less than those of a larger one; hashed to hash. */
GilObject *gil_test_probe(long value, Gil_hash_t hash, const struct gil_test_probe_hooks *hooks);
long gil_test_probe_value(GilObject *probe);
/* Probes now alive in the process. */
long gil_test_probes(void);

/* Check that obj's repr and str are that text; the error set is of that class with that str, and is cleared. */
void gil_test_repr(GilObject *obj, const char *text);
void gil_test_str(GilObject *obj, const char *text);
void gil_test_error(GilObject *exc_class, const char *text);
/* Check the class only. */
void gil_test_raised(GilObject *exc_class);

/* A list of the n ints given. */
GilObject *gil_test_ints(Gil_ssize_t n, ...);

#endif
