/* SPDX-License-Identifier: MIT */
/* main() of every test program written with Check: runs suite() and prints TAP. */
#include "support/support.h"

#include <locale.h>
#include <stdlib.h>

int
main(void)
{
    /* The builder's locale, so that a run under one with a decimal comma shows who depends on it. */
    setlocale(LC_ALL, "");

    SRunner *runner = srunner_create(suite());
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
