#!/bin/sh
# SPDX-License-Identifier: MIT
# Writes configure and Makefile.in from configure.ac and Makefile.am; run it once in a fresh checkout.
set -eu
cd "$(dirname "$0")"
exec autoreconf --install --force --warnings=all,no-portability "$@"
