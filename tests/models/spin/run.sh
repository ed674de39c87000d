#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks tests/models/spin/lock.pml, and that Spin finds who waits for ever where a rule is broken. Prints TAP.
set -u
model=$(cd "$(dirname "$0")" && pwd)/lock.pml
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99

all="-DLOANS=1 -DPASSES=1 -DYIELDS=1 -DTIMED=1 -DBARS=1"

# verifier NAME DEFINITION...: of the model with these. Warnings are off: its text is Spin's.
verifier() {
    name=$1
    shift
    mkdir "$name" && cd "$name" || exit 99
    if ! { spin "$@" -a "$model" && ${CC:-cc} -w -O2 -DNFAIR=3 -DCOLLAPSE -o pan pan.c; } >log 2>&1; then
        sed 's/^/# /' log
        echo "Bail out! no verifier $name"
        exit 99
    fi
    cd ..
}

# run NAME [FAULT]: says how it ended.
run() {
    # -a: cycles that never serve somebody; -f: of weakly fair runs only.
    (cd "$1" && FAULT=${2-} ./pan -a -f -m1000000) >log 2>&1
    if grep -q 'max search depth too small\|invalid array' log; then
        echo broken
    elif grep -q 'assertion violated' log; then
        echo astray
    elif grep -q 'errors: 0$' log; then
        echo served
    elif grep -q 'acceptance cycle' log; then
        echo waits
    else
        echo broken
    fi
}

number=0 failed=0

# expect RESULT WHAT NAME [FAULT]
expect() {
    number=$((number + 1))
    result=$(run "$3" "${4-}")
    if [ "$result" = "$1" ]; then
        echo "ok $number - $2 ($(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' log) states)"
    else
        echo "not ok $number - $2: $result"
        sed 's/^/# /' log
        failed=1
    fi
}

# shellcheck disable=SC2086
{
    verifier three -DN=3 $all
    verifier deaf -DN=3 $all -DNUMB=1
}
verifier four -DN=4 -DLOANS=1
faults=$(sed -n 's/.*breaks("\([a-z_]*\)").*/\1/p' "$model" | sort -u)
# shellcheck disable=SC2086
set -- $faults
echo "1..$(($# + 3))"
expect served "whoever asks is served, among three threads" three
expect served "whoever asks is served beside a deaf waiter" deaf
expect served "whoever asks is served, among four threads" four
for fault do
    case $fault in
        second_sleeps) expect waits "somebody waits for ever with $fault" deaf "$fault" ;;
        # A thread that has left the queue stands in it again, and holds the lock.
        lender_stays) expect astray "the lock goes astray with $fault" three "$fault" ;;
        *) expect waits "somebody waits for ever with $fault" three "$fault" ;;
    esac
done
exit $failed
