/* SPDX-License-Identifier: MIT */
/* Start of the protocol layer; it keeps nothing for an interpreter, so there is nothing else to start or stop. */
#ifndef GIL_PROTOCOL_START_H
#define GIL_PROTOCOL_START_H

/* Ready the layer's types, once a process. 0, or -1: no memory. */
int gil_protocol_start(void);

#endif
