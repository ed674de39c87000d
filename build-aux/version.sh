#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints the version that include/gilrt/version.h states, its only place: "0.1.0", or "0.1" when called with --series.
set -eu
header=$(dirname "$0")/../include/gilrt/version.h
number() { sed -n "s/^#define GILRT_VERSION_$1 *\([0-9][0-9]*\)\$/\1/p" "$header"; }
version=$(number MAJOR).$(number MINOR)
[ "${1-}" = --series ] || version=$version.$(number MICRO)
printf '%s\n' "$version"
