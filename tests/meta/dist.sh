#!/bin/sh
# SPDX-License-Identifier: MIT
# The tarball holds what the repository holds: a file that was added and not listed would be missing in the release only.
. "$(dirname "$0")/../support/tap.sh"
cd "$top_srcdir" || exit 1

NAME="every tracked file is in the tarball"

# What only a checkout needs.
unshipped_files()
{
    work=$(mktemp -d)
    MAKEFLAGS='' ${MAKE:-make} -s -C "$top_builddir" list-dist | LC_ALL=C sort -u > "$work/shipped"
    git ls-files | grep -v '\.gitignore$' | LC_ALL=C sort > "$work/tracked"
    LC_ALL=C comm -23 "$work/tracked" "$work/shipped"
    rm -rf "$work"
}

if git -C "$top_srcdir" rev-parse --is-inside-work-tree > /dev/null 2>&1; then
    tap_check "$NAME" unshipped_files
else
    tap_skip "$NAME" "this is no checkout"
fi
tap_done
