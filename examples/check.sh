#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs every example, as `make check` built it, and prints TAP: `ok N - name` or `not ok N - name`, then the plan.
# BUILD is the name of the build folder in each example (default: build). Exit status 1 where a test failed.
set -u
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")" || exit 1
build=${BUILD:-build}
gilhost=host/$build/gilhost
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
number=0
bad=0

# t NAME COMMAND...: a test passes where the command exits with 0; what it printed is shown where it does not.
t() {
    name=$1
    shift
    number=$((number + 1))
    if "$@" >"$tmp/out" 2>&1; then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        sed 's/^/# /' "$tmp/out"
        bad=1
    fi
}

# exits STATUS COMMAND...: it must exit so; its output goes on.
exits() {
    wanted=$1
    shift
    "$@"
    got=$?
    [ $got -eq "$wanted" ] || { echo "exit status $got, not $wanted"; return 1; }
}

# says TEXT COMMAND...: the text must be in what it prints, whatever it returns.
says() {
    text=$1
    shift
    "$@" >"$tmp/said" 2>&1
    grep -qF -- "$text" "$tmp/said" || { cat "$tmp/said"; echo "does not say: $text"; return 1; }
}

# one FUNCTION ARG...: gilhost without measurement.
one() {
    "$gilhost" --repeat 0 "$@"
}

# result FUNCTION ARG: what one call returns, as text.
result() {
    rm -rf "$tmp/result" && mkdir "$tmp/result" && one --save "$tmp/result" "$@" >&2 && cat "$tmp/result/1"
}

# is TEXT FUNCTION ARG: it must return that.
is() {
    wanted=$1
    shift
    got=$(result "$@")
    [ -n "$got" ] && [ "$got" = "$wanted" ] || { echo "$*: '$got' is not '$wanted'"; return 1; }
}

# A Matrix Market file from a printf format.
matrix() {
    printf "$2" >"$tmp/$1.mtx"
}

hello_prints_ok() {
    [ "$(contract/"$build"/hello contract/"$build")" = ok ]
}

cxx_host_counts_words() {
    printf 'one two  two\nthree three three\n' >"$tmp/words"
    says "$tmp/words: 6 words, 3 different" cxx/"$build"/host cxx/"$build" "$tmp/words" README.md &&
        says "cannot read $tmp/nothing" cxx/"$build"/host cxx/"$build" "$tmp/nothing" &&
        exits 1 cxx/"$build"/host cxx/"$build" "$tmp/nothing"
}

skeleton_counts_lines() {
    printf '1\n2\n3\n' >"$tmp/three"
    is 3 --path skeleton/"$build" skeleton.lines "$tmp/three" &&
        says "error: cannot read $tmp/nothing" one --path skeleton/"$build" skeleton.lines "$tmp/nothing"
}

skeleton_by_cmake() {
    cmake -S skeleton -B "$tmp/cmake" && cmake --build "$tmp/cmake" &&
        says "skeleton.lines" one --path "$tmp/cmake" skeleton.lines README.md
}

sha256_is_that_of_sha256sum() {
    is "$(sha256sum <"$gilhost" | cut -d ' ' -f 1)" digest.sha256 "$gilhost"
}

compressed_files_are_gzip() {
    mkdir "$tmp/z" && one --save "$tmp/z" deflate.compress "$gilhost" README.md /dev/null &&
        gzip -dc <"$tmp/z/1" | cmp - "$gilhost" && gzip -dc <"$tmp/z/2" | cmp - README.md &&
        gzip -dc <"$tmp/z/3" | cmp - /dev/null && mkdir "$tmp/back" &&
        one --save "$tmp/back" deflate.decompress "$tmp/z/1" && cmp "$tmp/back/1" "$gilhost"
}

members_of_a_gzip_file_are_joined() {
    { printf 'one ' | gzip -c; printf 'two' | gzip -c; } >"$tmp/joined.gz"
    mkdir "$tmp/joined" && one --save "$tmp/joined" deflate.decompress "$tmp/joined.gz" &&
        [ "$(cat "$tmp/joined/1")" = 'one two' ]
}

broken_gzip_is_an_error() {
    gzip -c README.md | head -c 100 >"$tmp/cut.gz"
    says "ValueError: $tmp/cut.gz: not a complete file" one deflate.decompress "$tmp/cut.gz" &&
        says "ValueError: README.md: not a complete file" one deflate.decompress README.md
}

numbers_are_exact() {
    is 333333283333335000000 numbers.sum_squares 10000000 && is 0 numbers.sum_squares 0 &&
        is 78498 numbers.primes 1000000 && is 0 numbers.primes 2 && is 1 numbers.primes 3
}

bad_numbers_are_errors() {
    says "numbers.primes 1x: ValueError" one numbers.primes 1x &&
        says "OverflowError" one numbers.primes 99999999999999999999 && says "OverflowError" one numbers.primes -5 &&
        says "ValueError: 4000000001 is above" one numbers.primes 4000000001
}

matrices_are_read() {
    matrix coordinate '%%%%MatrixMarket matrix coordinate real general\n%% a\n\n2 2 3\n1 1 2.5\n2 1 -1e0\n2 2 3\n' &&
        is 4.0 linalg.norm "$tmp/coordinate.mtx" &&
        matrix array '%%%%MatrixMarket matrix array integer symmetric\n3 3\n1\n2\n3\n4\n5\n6\n' &&
        is "<Matrix 3 x 3, norm 14.0>" linalg.Matrix "$tmp/array.mtx" &&
        is "<Matrix 3 x 3, norm 157.0>" linalg.product "$tmp/array.mtx" &&
        says "'backward_error': " one linalg.solve "$tmp/array.mtx" &&
        matrix pattern '%%%%MatrixMarket matrix coordinate pattern symmetric\n3 3 4\n1 1\n2 2\n3 3\n3 1\n' &&
        is 2.0 linalg.norm "$tmp/pattern.mtx"
}

# refused NAME FORMAT TEXT: the file must be refused with that text, and the exit status say so.
refused() {
    matrix "$1" "%%%%MatrixMarket matrix $2" && says "ValueError: $tmp/$1.mtx: $3" one linalg.norm "$tmp/$1.mtx" &&
        exits 1 one linalg.norm "$tmp/$1.mtx"
}

dishonest_matrices_name_the_line() {
    general='coordinate real general\n'
    refused few "${general}2 2 3\n1 1 2.5\n" "line 4: the file ends after 1 of 3 entries" &&
        refused many "${general}2 2 1\n1 1 2.5\n1 2 2\n" "line 4: more than the 1 entries" &&
        refused row "${general}2 2 1\n3 1 2.5\n" "line 3: the row 3 is not in 1..2" &&
        refused word "${general}2 2 1\n1 1 two\n" "line 3: the value 'two' is no number" &&
        refused nan "${general}2 2 1\n1 1 nan\n" "line 3: the value 'nan' is no number" &&
        refused huge "${general}2000000000 2000000000 1\n" "line 2: 2000000000 x 2000000000 elements are more" &&
        refused larger "${general}99999999999999999999 2 1\n1 1 3\n" "line 2: the number of rows" &&
        refused promise "${general}2 2 5\n1 1 3\n" "line 2: the number of entries 5 is not in 0..4" &&
        refused field 'coordinate complex general\n2 2 1\n1 1 3 3\n' "line 1: the field 'complex' is not known" &&
        refused upper 'coordinate real symmetric\n2 2 1\n1 2 3\n' "line 3: entry 1, 2 is above the diagonal"
}

singular_matrices_have_no_solution() {
    matrix singular '%%%%MatrixMarket matrix coordinate real general\n2 2 1\n1 1 3\n'
    says "ValueError: $tmp/singular.mtx: the matrix is singular" one linalg.solve "$tmp/singular.mtx"
}

unknown_modules_are_named() {
    says "gilhost: nosuch: ModuleNotFoundError" one nosuch.function README.md &&
        exits 3 one nosuch.function README.md &&
        says "gilhost: digest.nosuch: AttributeError" one digest.nosuch README.md &&
        exits 3 one digest.nosuch README.md
}

wrong_usage_is_told() {
    exits 2 "$gilhost" && exits 2 "$gilhost" --threads 0 digest.sha256 README.md && exits 2 "$gilhost" --nosuch &&
        exits 0 "$gilhost" --help
}

other_files_finish() {
    one digest.sha256 README.md "$tmp/nothing" Makefile >"$tmp/table" 2>"$tmp/errors"
    [ $? -eq 1 ] && grep -qF "$(sha256sum <README.md | cut -d ' ' -f 1)" "$tmp/table" &&
        grep -qF "$(sha256sum <Makefile | cut -d ' ' -f 1)" "$tmp/table" &&
        grep -qF "gilhost: digest.sha256 $tmp/nothing: FileNotFoundError" "$tmp/errors"
}

every_way_gives_the_same() {
    says "gilhost: ok calls=6 failed=0 mismatches=0 threads=3 rounds=2" \
        "$gilhost" --threads 3 --repeat 2 --line digest.sha256,digest.crc32,deflate.compress "$gilhost" README.md
}

matrices_are_worked_on_every_way() {
    matrix square '%%%%MatrixMarket matrix array real general\n2 2\n1\n2\n3\n4\n'
    says "gilhost: ok calls=4 failed=0 mismatches=0 threads=2 rounds=1" \
        "$gilhost" --threads 2 --repeat 1 --line linalg.product,linalg.solve "$tmp/square.mtx" "$tmp/square.mtx"
}

echo "TAP version 13"
t "contract: hello prints ok" hello_prints_ok
t "cxx: the host counts words, and names a file that it cannot read" cxx_host_counts_words
t "skeleton: works as it stands" skeleton_counts_lines
if command -v cmake >/dev/null; then
    t "skeleton: builds by cmake" skeleton_by_cmake
else
    number=$((number + 1))
    echo "ok $number - skeleton: builds by cmake # SKIP no cmake on this machine"
fi
t "host: SHA-256 is that of sha256sum" sha256_is_that_of_sha256sum
t "host: compressed files are gzip's" compressed_files_are_gzip
t "host: members of a gzip file are joined" members_of_a_gzip_file_are_joined
t "host: a broken gzip file is an error" broken_gzip_is_an_error
t "host: numbers are exact" numbers_are_exact
t "host: bad numbers are errors" bad_numbers_are_errors
t "host: matrices are read" matrices_are_read
t "host: dishonest matrices are refused by line" dishonest_matrices_name_the_line
t "host: a singular matrix has no solution" singular_matrices_have_no_solution
t "host: unknown modules and functions are named" unknown_modules_are_named
t "host: wrong usage is told" wrong_usage_is_told
t "host: the other files finish" other_files_finish
t "host: every way of calling gives the same" every_way_gives_the_same
t "host: matrices are worked on every way" matrices_are_worked_on_every_way
echo "1..$number"
exit $bad
