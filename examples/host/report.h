/* SPDX-License-Identifier: MIT */
/* What gilhost prints and writes. */
#ifndef GILHOST_REPORT_H
#define GILHOST_REPORT_H

#include "measure.h"
#include "work.h"

/* The table of the calls that succeeded. */
void report_table(const struct work *work);
/* The calls that failed or whose results differed, on stderr. Returns how many failed; *mismatches: how many
 * differed. */
size_t report_failures(const struct work *work, size_t *mismatches);
/* The ways and what they took. */
void report_summary(const struct measurement *m);
/* One line for programs: seconds and counts, key=value. */
void report_line(const struct work *work, const struct measurement *m, size_t failed, size_t mismatches);
/* Write the results into files of `folder`, named by their numbers in the table. 0, or -1 after saying why not. */
int report_save(const struct work *work, const char *folder);

#endif
