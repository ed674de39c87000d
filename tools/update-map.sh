#!/bin/sh
# SPDX-License-Identifier: MIT
# Rewrites lib/libgilrt.map after a public header gained or lost a declaration. While the series 0.1 is unreleased it has
# one node, which holds everything; after a release nodes are only appended, by hand.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
series=$("$top/build-aux/version.sh" --series)
{
    cat <<EOF
# SPDX-License-Identifier: MIT
# What libgilrt.so exports, by version node. tools/update-map.sh rewrites it from the public headers.
GILRT_$series {
global:
EOF
    "$top/tools/list-exports.sh" | sed 's/.*/    &;/'
    cat <<EOF
local:
    *;
};
EOF
} > "$top/lib/libgilrt.map.new"
mv "$top/lib/libgilrt.map.new" "$top/lib/libgilrt.map"
