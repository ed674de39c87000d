/* SPDX-License-Identifier: MIT */
/* undefined: needs a symbol that nobody has, so that the system's loader refuses it. */
#include <gilrt.h>

extern GilSlot *gil_test_symbol_that_nobody_has(void);

GilMODEXPORT_FUNC
GilModExport_undefined(void)
{
    return gil_test_symbol_that_nobody_has();
}
