#!/bin/sh
# SPDX-License-Identifier: MIT
# Includes point down: reads lib/LAYERS and every #include in lib/, and refuses what goes up, names no layer, or is round.
. "$(dirname "$0")/../support/tap.sh"
cd "$top_srcdir" || exit 1

# "FILE INCLUDED" for each include of lib/, in either spelling of a public header; system headers are left out.
includes()
{
    find lib -name '*.[ch]' | LC_ALL=C sort | xargs "$AWK" '
        match($0, /^[ \t]*#[ \t]*include[ \t]*["<][^">]*[">]/) {
            spelt = $0
            sub(/^[ \t]*#[ \t]*include[ \t]*/, "", spelt)
            quoted = spelt ~ /^"/
            name = substr(spelt, 2)
            sub(/[">].*/, "", name)
            if (quoted || name ~ /^gilrt(\.h$|\/)/)
                print FILENAME, name
        }'
}

# One line a layer, in order, each with a folder and a sentence; each folder has its line.
layers_are_rooms()
{
    "$AWK" '
        !/^[a-z]+ +[^ ].*\.$/ { print "lib/LAYERS:" NR ": not \"LAYER sentence.\": " $0 }
        seen[$1]++ { print "lib/LAYERS:" NR ": " $1 " stands twice" }' lib/LAYERS
    while read -r layer _; do
        [ -n "$(find "lib/$layer" -name '*.[ch]' 2>/dev/null | head -n 1)" ] || echo "lib/LAYERS: $layer has no files"
    done < lib/LAYERS
    for room in lib/*/; do
        room=$(basename "$room")
        grep -q "^$room " lib/LAYERS || echo "lib/$room is not in lib/LAYERS"
    done
}

# An include names a layer (or is a public header), and never one above its file's own. A public header belongs to the
# layer that has a file of its stem; one that no layer claims (base.h) is below all.
includes_point_down()
{
    {
        sed 's/^/LAYER /' lib/LAYERS
        find lib -name '*.[ch]' | sed 's/^/FILE /'
        includes | sed 's/^/INCLUDE /'
    } | "$AWK" '
        function stem(path) { sub(/.*\//, "", path); sub(/\.[ch]$/, "", path); return path }
        $1 == "LAYER" { rank[$2] = ++layers; next }
        $1 == "FILE" { split($2, part, "/"); exists[$2]; claimed[stem($2)] = part[2]; next }
        {
            split($2, part, "/")
            from = part[2]
            if ($3 == "gilrt.h" && rank[from] == layers)
                next
            if ($3 == "gilrt.h") {
                print $2 ": <gilrt.h> includes every layer; name the header that is needed"
                next
            }
            split($3, target, "/")
            to = target[1]
            if (to == "gilrt")
                to = stem($3) in claimed ? claimed[stem($3)] : ""
            else if (!(to in rank) || !("lib/" $3 in exists)) {
                print $2 ": \"" $3 "\" names no file of a layer"
                next
            }
            if (to != "" && rank[to] > rank[from])
                print $2 ": " from " is below " to ", so it must not include " $3
        }'
}

# Within a layer, the headers that include each other form no ring. (The files of a layer may call each other both ways: that
# is what makes them one layer.)
no_rings()
{
    includes | "$AWK" '
        $1 ~ /\.h$/ && $2 !~ /^gilrt/ { from = $1; sub(/^lib\//, "", from); edge[from, ++count[from]] = $2; node[from] }
        function visit(n, path,    i) {
            if (state[n] == 2)
                return
            if (state[n] == 1) {
                print "ring: " path n
                return
            }
            state[n] = 1
            for (i = 1; i <= count[n]; i++)
                visit(edge[n, i], path n " -> ")
            state[n] = 2
        }
        END { for (n in node) visit(n, "") }'
}

tap_check "lib/LAYERS lists the rooms of lib/" layers_are_rooms
tap_check "includes point down" includes_point_down
tap_check "no layer includes itself in a ring" no_rings
tap_done
