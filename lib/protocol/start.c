/* SPDX-License-Identifier: MIT */
/* Starts the protocol layer. */
#include "protocol/start.h"

#include "protocol/iter.h"

int
gil_protocol_start(void)
{
    return gil_iter_start() < 0 ? -1 : gil_call_iter_start();
}
