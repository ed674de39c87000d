/* SPDX-License-Identifier: MIT */
/* main() of every test program written with Check: runs suite() and prints TAP. */
#include "support/support.h"

#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#undef _mark_point

/* Places share a slot now and then, and then leave more marks than they need. */
void
gil_test_mark(const char *file, int line)
{
    enum { ALL = 1000, PLACES = 1 << 10 };
    static int marks, lines[PLACES];
    int *place = &lines[((uintptr_t)file / 16 + (unsigned)line) % PLACES];

    if (__atomic_load_n(place, __ATOMIC_RELAXED) == line && __atomic_load_n(&marks, __ATOMIC_RELAXED) >= ALL)
        return;
    __atomic_store_n(place, line, __ATOMIC_RELAXED);
    __atomic_fetch_add(&marks, 1, __ATOMIC_RELAXED);
    _mark_point(file, line);
}

int
main(void)
{
    /* The builder's locale, so that a run under one with a decimal comma shows who depends on it. */
    setlocale(LC_ALL, "");
    if (gil_test_refuse_as_asked() != 0) {
        puts("Bail out! membarrier is not refused as GIL_TEST_REFUSE_MEMBARRIER asks");
        return EXIT_FAILURE;
    }

    /* Ends a test that hangs, and no other: Check's four seconds pass on a busy machine. */
    setenv("CK_DEFAULT_TIMEOUT", "60", 0);
    SRunner *runner = srunner_create(suite());
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
