#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks tests/models/spin/lock.pml, and that Spin finds who waits for ever where a rule is broken. Prints TAP.
set -u
model=$(cd "$(dirname "$0")" && pwd)/lock.pml
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99

# check DEFINITION: of the model with that. Says how it ended.
check() {
    # Warnings are off: the verifier is Spin's text.
    if ! spin "-D$1" -a "$model" >log 2>&1 || ! ${CC:-cc} -w -O2 -DNFAIR=3 -o pan pan.c >>log 2>&1; then
        echo broken
        return
    fi
    # -a: cycles that never serve somebody; -f: of weakly fair runs only.
    ./pan -a -f -m1000000 >log 2>&1
    if grep -q 'max search depth too small\|assertion violated' log; then
        echo broken
    elif grep -q 'errors: 0$' log; then
        echo served
    elif grep -q 'acceptance cycle' log; then
        echo waits
    else
        echo broken
    fi
}

number=0 failed=0

# expect RESULT DEFINITION WHAT
expect() {
    number=$((number + 1))
    result=$(check "$2")
    if [ "$result" = "$1" ]; then
        echo "ok $number - $3 ($(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' log) states)"
    else
        echo "not ok $number - $3: $result"
        sed 's/^/# /' log
        failed=1
    fi
}

broken=$(sed -n 's/^#ifn\{0,1\}def \([A-Z_]\{2,\}\)$/\1/p' "$model" | sort -u)
# shellcheck disable=SC2086
set -- $broken
echo "1..$(($# + 2))"
expect served N=3 "whoever asks is served, among three threads"
expect served N=4 "whoever asks is served, among four threads"
for rule do
    expect waits "$rule" "somebody waits for ever with $rule defined"
done
exit $failed
