/* SPDX-License-Identifier: MIT */
/* The table of calls upwards; lib/value/start.c fills it before the first interpreter runs. */
#include "object/ops.h"

struct gil_object_ops gil_ops;
