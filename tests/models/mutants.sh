#!/bin/sh
# SPDX-License-Identifier: MIT
# How strong is the explorer? Breaks what has a model in each of the ways of tests/models/mutants/ and expects it to notice.
# Usage: mutants.sh [--keep] [NAME...]; prints TAP, one line a mutant, and killed/total. A mutant is a patch to a shipped source;
# its first line says what is wrong, and a second one may name a scenario in which that is seen soon. As many are tried
# at once as there are processors, or MUTANTS_JOBS. "model: NAME" in a patch, before the first file, names the model that
# has to notice; lock_model otherwise.
# For some mutants the schedule that broke them is kept (see schedules.sh): it is tried first and has to break them at once. One
# that does not, because the source has changed, gives way to a search; more have to do it than not. --keep searches for the
# mutants named, or those that have a schedule, and writes down what it finds.
set -u
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
models=$top/tests/models

# model_of PATCH
model_of() {
    sed -n '/^--- /q; s/^model: //p' "$1" | grep . || echo lock_model
}

# compile SOURCE OBJECT DIRECTORY: what is in DIRECTORY/src stands for the file of that name in the tree. Warnings are off: some
# mutants leave a variable unused.
compile() {
    case $2 in *_seen.o | *_snapshot.o) level=-O2 ;; *) level=-Og ;; esac
    ${CC:-cc} -std=gnu11 $level -w -MMD -D_GNU_SOURCE -DGIL_DEBUG=1 -fno-strict-aliasing \
        '-DGIL_MACHINE_BACKEND="models/machine_model.h"' \
        -I"$3/src/include" -I"$3/src/lib" -I"$top/include" -I"$top/lib" -I"$top/tests" -c "$1" -o "$2"
}

# parts MODEL: what the model is made of, "OBJECT SOURCE" a line, SOURCE from the top of the tree. Two layers may have files of
# one name.
# shellcheck disable=SC2016
parts() {
    sed -n "/^\(tests_models_$1_SOURCES\|$1_PARTS\) =/,/[^\\\\]\$/p" "$models/local.mk" | tr ' ' '\n' |
        sed -n 's|^\$(EXPLORER)$|tests/models/explore.c\ntests/models/seen.c\ntests/models/snapshot.c|; /\.c/p' |
        awk '{ object = $0; gsub("/", "_", object); sub(/\.c$/, ".o", object); print object, $0 }'
}

# build DIRECTORY PATCH MODEL: the model with what PATCH changed in DIRECTORY/src. Only what is made of that is compiled; the rest is
# in base/ beside DIRECTORY, with a list of what each was made of.
build() {
    base=$(dirname "$1")/base
    changed=$(sed -n 's|^+++ b/|/|p' "$2")
    stale=$([ -z "$changed" ] || { cd "$base" && grep -l -F "$changed" ./*.d; })
    objects=
    while read -r object source; do
        case $stale in
            *"/${object%.o}.d"*)
                from=$1/src/$source
                [ -f "$from" ] || from=$top/$source
                compile "$from" "$1/$object" "$1" >>"$1/log" 2>&1 </dev/null || return 1
                objects="$objects $1/$object"
                ;;
            *) objects="$objects $base/$object" ;;
        esac
    done <"$base/$3.parts"
    # shellcheck disable=SC2086
    ${CC:-cc} $objects -o "$1/$3" >>"$1/log" 2>&1
}

# fresh DIRECTORY PATCH: what the patch changes.
fresh() {
    sed -n 's|^+++ b/||p' "$2" | while read -r file; do
        mkdir -p "$1/src/${file%/*}"
        cp "$top/$file" "$1/src/$file"
        chmod u+w "$1/src/$file"
    done
}

# broken_by STRING DIRECTORY MODEL: whether the model there fails in this one schedule.
broken_by() {
    timeout 120 "$2/$3" --rerun "$1" >"$2/out" 2>&1
    [ $? -eq 1 ]
}

# comment FILE: as TAP has it.
comment() {
    sed 's/^/# /' "$1"
}

# try NUMBER PATCH DIRECTORY: one mutant.
try() {
    name=$(basename "$2" .patch)
    model=$(model_of "$2")
    fresh "$3" "$2"
    if ! patch -s -p1 -d "$3/src" <"$2" >"$3/log" 2>&1; then
        echo "not ok $1 - $name: the patch does not apply any more"
        comment "$3/log"
        return
    fi
    if ! build "$3" "$2" "$model"; then
        echo "not ok $1 - $name: does not compile"
        comment "$3/log"
        return
    fi
    kept=$models/schedules/$name.schedule
    if [ -f "$kept" ] && [ -z "${MUTANTS_KEEP-}" ]; then
        string=$(sed -n 's/^replay: //p' "$kept")
        if broken_by "$string" "$3" "$model"; then
            echo "ok $1 - $name: killed at once by the schedule that was kept, of ${string%%@*}"
            comment "$3/out"
            return
        fi
        echo "# $name: the schedule that was kept does not show it any more"
    fi
    # Narrow searches first: the first failure settles it. What the order of x86 hides may show in a weaker one.
    seen=$(sed -n 's/^seen in: /--first-failure /p' "$2" | sed 's/^\(.*\) --pso/--pso \1/')
    for search in ${seen:+"$seen"} --glance '--pso --glance' --first-failure '--pso --first-failure'; do
        # shellcheck disable=SC2086
        timeout 120 "$3/$model" $search >"$3/out" 2>&1
        if [ $? -eq 1 ]; then
            echo "ok $1 - $name: killed by $(sed -n 's/^not ok [0-9]* - //p' "$3/out" | head -n 1)"
            sed -n '/^# /p' "$3/out" | head -n 2
            string=$(sed -n 's/^# --replay //p' "$3/out")
            if [ -n "${MUTANTS_KEEP-}" ] && broken_by "$string" "$3" "$model"; then
                { sed 1q "$2" && echo "model: $model" && echo "replay: $string"; } >"$kept"
                echo "# kept: $kept"
            fi
            return
        fi
    done
    echo "not ok $1 - $name: survives"
}

if [ "${1-}" = --compile ]; then
    compile "$top/$4" "$2/$3" "$2"
    exit
fi
if [ "${1-}" = --try ]; then
    mkdir "$4" && try "$2" "$3" "$4" >"$4.tap"
    rm -rf "$4"
    exit 0
fi

jobs=${MUTANTS_JOBS:-$(getconf _NPROCESSORS_ONLN)}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
if [ "${1-}" = --keep ]; then
    MUTANTS_KEEP=1
    export MUTANTS_KEEP
    shift
    if [ $# -eq 0 ]; then
        for name in "$models"/schedules/*.schedule; do
            name=$(basename "$name" .schedule)
            [ ! -f "$models/mutants/$name.patch" ] || set -- "$@" "$name"
        done
    fi
fi
if [ $# -eq 0 ]; then
    set -- "$models"/mutants/*.patch
else
    for name do
        set -- "$@" "$models/mutants/$name.patch"
        shift
    done
fi
# The models of the sources as they are have to pass, or else whatever is tried is killed.
base=$work/base
whole=$(for patch do model_of "$patch"; done | sort -u)
mkdir "$base"
for model in $whole; do
    parts "$model" >"$base/$model.parts"
done
sort -u "$base"/*.parts | xargs -n 2 -P "$jobs" sh "$0" --compile "$base" >"$base/log" 2>&1
for model in $whole; do
    mkdir "$work/whole"
    if ! build "$work/whole" /dev/null "$model" || ! "$work/whole/$model" --glance >"$work/whole/out" 2>&1; then
        echo "Bail out! $model finds a fault before anybody breaks anything"
        cat "$base/log" "$work/whole/log" "$work/whole/out" 2>/dev/null | sed 's/^/# /'
        exit 1
    fi
    rm -rf "$work/whole"
done
# Those of them with a schedule.
schedules=0
for patch do
    [ -n "${MUTANTS_KEEP-}" ] || [ ! -f "$models/schedules/$(basename "$patch" .patch).schedule" ] || schedules=$((schedules + 1))
done
echo "1..$(($# + (schedules > 0)))"
number=0
for patch do
    number=$((number + 1))
    printf '%s\n' "$number" "$patch" "$work/$number"
done | xargs -n 3 -P "$jobs" sh "$0" --try

killed=0
at_once=0
for number in $(seq $#); do
    if [ -s "$work/$number.tap" ]; then
        cat "$work/$number.tap"
    else
        echo "not ok $number - nothing was reported"
    fi
    ! grep -q '^ok' "$work/$number.tap" || killed=$((killed + 1))
    ! grep -q '^ok.*: killed at once' "$work/$number.tap" || at_once=$((at_once + 1))
done
failed=$(($# - killed))
if [ "$schedules" -gt 0 ]; then
    result=ok
    [ $((2 * at_once)) -gt "$schedules" ] || { result='not ok' && failed=$((failed + 1)); }
    echo "$result $(($# + 1)) - $at_once of $schedules schedules that were kept break their mutants at once"
fi
echo "# mutants: $killed/$#"
[ "$failed" -eq 0 ]
