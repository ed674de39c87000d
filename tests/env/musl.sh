#!/bin/sh
# SPDX-License-Identifier: MIT
# The sources on another C library: compiled and linked with musl, without jemalloc, beside the system's static GMP; then a host
# runs, and the explorer with the shorter scenarios of the lock.
. "$(dirname "$0")/../support/tap.sh"
cd "$top_srcdir" || exit 1
name=test_R10_the_library_lives_on_musl models=test_R10_the_models_run_on_musl
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}
arch=$($cc -print-multiarch 2>/dev/null)
gmp=$($cc -print-file-name=libgmp.a)

# Headers of the kernel and of GMP, which musl-gcc does not look for: behind its own.
headers()
{
    mkdir "$work/include"
    for item in linux asm asm-generic gmp.h; do
        for from in "/usr/include/$item" "/usr/include/$arch/$item"; do
            if [ -e "$from" ] && [ ! -e "$work/include/$item" ]; then
                ln -s "$from" "$work/include/$item"
            fi
        done
    done
}

lives_on_musl()
{
    headers
    for file in lib/*/*.c tests/env/musl.c; do
        musl-gcc -std=gnu11 -O0 -w -D_GNU_SOURCE -DGIL_BUILDING -DGILRT_MODULEDIR='"/nowhere"' -Ilib -Iinclude \
            -idirafter "$work/include" -Werror=implicit-function-declaration -c "$file" \
            -o "$work/$(echo "$file" | tr / .).o" || return
    done
    musl-gcc -static -o "$work/host" "$work"/*.o "$gmp" -lpthread -lm || return
    "$work/host" >"$work/out" || echo "the host ends with $?"
    printf '%s\n' 0.1 6366805760909027985741435139224001 8000 | diff - "$work/out"
}

# A failure of a scenario is in its line; musl's own libc lacks what begins a thread of the explorer. Not static: all memory of the program
# is the scenario's, which the explorer puts back as it was, and malloc()'s own would be among it.
models_run_on_musl()
{
    [ -d "$work/include" ] || headers
    musl-gcc -std=gnu11 -Og -w -D_GNU_SOURCE -DGIL_BUILDING -DGIL_DEBUG=1 \
        '-DGIL_MACHINE_BACKEND="models/machine_model.h"' -Ilib -Iinclude -Itests -idirafter "$work/include" \
        -Werror=implicit-function-declaration -o "$work/model" tests/models/lock_model.c tests/models/runner.c \
        tests/models/explore.c tests/models/seen.c tests/models/snapshot.c tests/env/musl_context.c lib/state/transition.c lib/state/lock.c lib/state/lean.c lib/state/lock_info.c \
        lib/state/turn.c lib/state/habit.c lib/sync/mutex.c || return
    "$work/model" mutex end >"$work/out" || cat "$work/out"
    [ "$(grep -c '^ok' "$work/out")" -eq 4 ] || cat "$work/out"
}

if ! command -v musl-gcc >/dev/null; then
    tap_skip "$name" "musl-gcc is not installed"
    tap_skip "$models" "musl-gcc is not installed"
elif [ ! -f "$gmp" ]; then
    tap_skip "$name" "there is no static GMP"
else
    tap_check "$name" lives_on_musl
fi
if command -v musl-gcc >/dev/null; then
    tap_check "$models" models_run_on_musl
fi
tap_done
