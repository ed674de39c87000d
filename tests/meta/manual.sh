#!/bin/sh
# SPDX-License-Identifier: MIT
# The manual speaks of what is there: each name of the library that it uses, each scenario of a model, and each file that it
# points to.
. "$(dirname "$0")/../support/tap.sh"
cd "$top_srcdir" || exit 1

pages()
{
    ls README.md CONTRIBUTING.md ChangeLog doc/guide/*.md doc/internals/*.md examples/README.md
}

# The start of a name will do: GilMem_ and "GilCapsule" stand for a family. What a module exports is named by its author.
unknown_names()
{
    names=$(mktemp) || return
    cat include/gilrt.h include/gilrt.hpp include/gilrt/*.h lib/*/*.[ch] tests/support/*.[ch] tests/models/*.[ch] > "$names"
    for page in $(pages); do
        grep -oE '\b(Gil|gil)_?[A-Za-z]+_?[A-Za-z0-9_]*' "$page" | grep -vE '^(gilrt|gilhost|GilModExport_)' | sort -u |
            while read -r name; do
                grep -qF "$name" "$names" || echo "$page: $name does not exist"
            done
    done
    rm -f "$names"
}

# A scenario of the lock's model is named as in tests/catalogue.tsv.
unknown_scenarios()
{
    scenarios=$(sed -n 's/^ *{{"\([a-z_]*\)".*/ \1 /p' tests/models/*_model.c)
    for page in $(pages); do
        grep -oE '`model:[a-z_]+`' "$page" | tr -d '`' | sort -u | while read -r name; do
            case $scenarios in
                *" ${name#model:} "*) ;;
                *) echo "$page: $name does not exist" ;;
            esac
        done
    done
}

dead_links()
{
    for page in $(pages); do
        grep -oE '\]\([^)#]*' "$page" | sed 's/^](//' | grep -v '^https*:' | while read -r target; do
            [ -e "$(dirname "$page")/$target" ] || echo "$page: $target does not exist"
        done
    done
}

tap_check "the manual uses names that exist" unknown_names
tap_check "the manual names scenarios that exist" unknown_scenarios
tap_check "the manual points to files that exist" dead_links
tap_done
