#!/bin/sh
# SPDX-License-Identifier: MIT
# Case is rank: what the objects of the library define for other files is Gil... (promised), _Gil... (for inline code) or
# gil_... (hidden); everything else must be static.
. "$(dirname "$0")/../support/tap.sh"
tap_need "$top_builddir/.libs/libcore.a"

nameless_globals()
{
    "${NM:-nm}" -g --defined-only "$top_builddir/.libs/libcore.a" | "$AWK" '
        NF == 3 && $3 !~ /^(Gil|_Gil|gil_)/ && $3 !~ /^(__odr_asan|__asan|__gcov|__llvm|__prof)/ { print $2, $3 }'
}

tap_check "every global symbol of the library bears its prefix" nameless_globals
tap_done
