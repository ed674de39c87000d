#!/bin/sh
# SPDX-License-Identifier: MIT
# How strong is the explorer? Breaks the lock in each of the ways of tests/models/mutants/ and expects it to notice.
# Usage: mutants.sh [NAME...]; prints TAP, one line a mutant, and killed/total. A mutant is a patch to a shipped source.
set -u
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

build() {
    # Warnings are off: some mutants leave a variable unused.
    ${CC:-cc} -std=gnu11 -O2 -w -D_GNU_SOURCE -DGIL_DEBUG=1 -fno-strict-aliasing \
        '-DGIL_MACHINE_BACKEND="models/machine_model.h"' \
        -I"$work/src/include" -I"$work/src/lib" -I"$top/include" -I"$top/lib" -I"$top/tests" \
        "$top/tests/models/explore.c" "$top/tests/models/lock_model.c" \
        "$work/src/lib/state/lock.c" "$work/src/lib/sync/mutex.c" -o "$work/lock_model" 2>"$work/cc.log"
}

fresh() {
    rm -rf "$work/src"
    mkdir -p "$work/src/lib/state" "$work/src/lib/sync" "$work/src/include/gilrt"
    cp "$top/lib/state/lock.c" "$top/lib/state/lock.h" "$work/src/lib/state/"
    cp "$top/lib/sync/mutex.c" "$work/src/lib/sync/"
    cp "$top/include/gilrt/lock.h" "$work/src/include/gilrt/"
    chmod -R u+w "$work/src"
}

if [ $# -eq 0 ]; then
    set -- "$top"/tests/models/mutants/*.patch
else
    for name do
        set -- "$@" "$top/tests/models/mutants/$name.patch"
        shift
    done
fi
echo "1..$#"
number=0 killed=0
for patch do
    number=$((number + 1))
    name=$(basename "$patch" .patch)
    fresh
    if ! patch -s -p1 -d "$work/src" <"$patch" >"$work/patch.log" 2>&1; then
        echo "not ok $number - $name: the patch does not apply any more"
        sed 's/^/# /' "$work/patch.log"
        continue
    fi
    if ! build; then
        echo "not ok $number - $name: does not compile"
        sed 's/^/# /' "$work/cc.log"
        continue
    fi
    # Quick scenarios first: the first failure settles it.
    timeout 120 "$work/lock_model" --first-failure >"$work/out" 2>&1
    if [ $? -eq 1 ]; then
        killed=$((killed + 1))
        echo "ok $number - $name: killed by $(sed -n 's/^not ok [0-9]* - //p' "$work/out" | head -n 1)"
        sed -n '/^# /p' "$work/out" | head -n 1
    else
        echo "not ok $number - $name: survives"
    fi
done
echo "# mutants: $killed/$number"
[ $killed -eq $number ]
