/* SPDX-License-Identifier: MIT */
/* What ledger offers to other extensions: a table of functions in the capsule ledger.api. */
#ifndef LEDGER_H
#define LEDGER_H

#include <gilrt.h>

#define LEDGER_API "ledger.api"

struct ledger_api {
    GilObject *(*open)(const char *owner, long balance);
    long (*balance)(GilObject *account); /* -1 with TypeError */
};

#endif
