#!/bin/sh
# SPDX-License-Identifier: MIT
# Schedules that once broke something, run again one by one: tests/models/schedules/NAME.schedule has in its first line what it
# guards against, and then the model, and what --replay takes. Each has to pass. A string that does not fit the source any more,
# because a choice in it is not offered or was not made, is followed as far as it goes and reported as stale; of each model more
# have to fit than not. What a schedule is worth is shown by mutants.sh: the mutant of its name has to fail in it at once.
. "$(dirname "$0")/../support/tap.sh"
: "${top_builddir:=$top_srcdir/build/release}"
schedules=$top_srcdir/tests/models/schedules
reached=$(mktemp) || exit 99
trap 'rm -f "$reached"' EXIT

# field FILE NAME: "NAME: what is printed"
field()
{
    sed -n "s/^$2: //p" "$1"
}

# passes FILE: and is noted as one that fits, or does not.
passes()
{
    model=$(field "$1" model)
    said=$("$top_builddir/tests/models/$model" --rerun "$(field "$1" replay)" 2>&1)
    case $? in
        0) echo "$model fits" >>"$reached" ;;
        3) echo "$model stale $(basename "$1")" >>"$reached" ;;
        *) echo "${said:-ended at once}" ;;
    esac
}

# most_fit MODEL
most_fit()
{
    fit=$(grep -c "^$1 fits" "$reached")
    [ "$fit" -gt "$(grep -c "^$1 stale" "$reached")" ] || sed -n "s/^$1 stale /stale: /p" "$reached"
}

# A string names its scenario, and --replay looks for the model that has it.
named_twice()
{
    for model in "$top_srcdir"/tests/models/*_model.c; do
        sed -n 's/^ *{{"\([a-z_]*\)".*/\1/p' "$model" | sort -u
    done | sort | uniq -d
}

for file in "$schedules"/*.schedule; do
    tap_need "$file" "$top_builddir/tests/models/$(field "$file" model)"
    tap_check "$(basename "$file" .schedule): $(field "$file" replay | cut -d@ -f1)" passes "$file"
done
sed -n 's/^\(.*\) stale \(.*\)/# stale: \2 (\1)/p' "$reached"
for model in $(for file in "$schedules"/*.schedule; do field "$file" model; done | sort -u); do
    tap_check "$model: $(grep -c "^$model fits" "$reached") schedules fit, $(grep -c "^$model stale" "$reached") are stale" most_fit "$model"
done
tap_check "no two models have a scenario of one name" named_twice
tap_done
