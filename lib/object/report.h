/* SPDX-License-Identifier: MIT */
/* Text on its way to people. */
#ifndef GIL_OBJECT_REPORT_H
#define GIL_OBJECT_REPORT_H

#include "object/format.h"

/* Print what there is, in one piece, and give the memory back. Cannot fail; errno stays as it was. */
void gil_report_flush(struct gil_text *text);

#endif
