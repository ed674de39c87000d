#!/bin/sh
# SPDX-License-Identifier: MIT
# The tarball holds what the repository holds: a file that was added and not listed would be missing in the release only.
. "$(dirname "$0")/../support/tap.sh"
cd "$top_srcdir" || exit 1

NAME="every tracked file is in the tarball"

# A folder that is listed is shipped whole. What stays behind is what only a checkout needs.
unshipped_files()
{
    {
        MAKEFLAGS='' ${MAKE:-make} -s -C "$top_builddir" list-dist | sed 's/^/shipped /'
        git ls-files | grep -v '\.gitignore$'
    } | "$AWK" '
        $1 == "shipped" { shipped[$2]; next }
        {
            for (path = $0; path != ""; path = path ~ /\// ? substr(path, 1, match(path, /\/[^\/]*$/) - 1) : "")
                if (path in shipped)
                    next
            print
        }'
}

if git -C "$top_srcdir" rev-parse --is-inside-work-tree > /dev/null 2>&1; then
    tap_check "$NAME" unshipped_files
else
    tap_skip "$NAME" "this is no checkout"
fi
tap_done
