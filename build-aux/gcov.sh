#!/bin/sh
# SPDX-License-Identifier: MIT
# gcov as gcovr is to run it: the branches of a line are numbered among themselves. gcov counts the calls of a line too, and
# what is one instruction in the library is a call in a model: the same branch would have two numbers, and be two in the sum.
told=$(gcov "$@") || exit
printf '%s\n' "$told"
printf '%s\n' "$told" | sed -n "s/^Creating '\(.*\)'\$/\1/p" | xargs -r -d '\n' perl -i -ne '
    next if /^call /;
    if (/^branch /) { s/\d+/$branch++/e } else { $branch = 0 }
    print;'
