#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs gilhost on real files and checks its results against the system's own tools.
#
#     demo.sh [FILE...]
#
# The files are shared libraries that the programs here use, documentation and this source tree, and those that are
# given; one that ends in .mtx is a matrix. In the environment: BUILD, the folder of gilhost (default: build, beside
# this script); REPEAT, rounds of measurement (default: 9); THREADS (default: as many as processors, and at least
# 2).
#
# Ends with `demo: ok files=N mismatches=0 hold=H.HHx drop=D.DDx raw=R.RRx`: N files were worked on, every call
# succeeded and every result is right. The speed-ups over one thread, of several threads holding the lock, dropping
# it, and without the runtime, are over all calls measured. Where anything went wrong it ends with `demo: failed
# ...` and exit status 1.
set -u
LC_ALL=C
export LC_ALL

here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/build}
repeat=${REPEAT:-9}
threads=${THREADS:-$(getconf _NPROCESSORS_ONLN)}
[ "$threads" -ge 2 ] || threads=2
gilhost=$build/gilhost
[ -x "$gilhost" ] || { echo "demo.sh: no $gilhost: build it by make" >&2; exit 1; }

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
files=0
failed=0
mismatches=0
: >"$tmp/lines"

# host NAME OPTION... FUNCTIONS ARG...: run gilhost; results go to $tmp/NAME/, its line for programs to $tmp/lines.
host() {
    name=$1
    shift
    mkdir "$tmp/$name"
    echo
    echo "== gilhost $(echo "$*" | cut -c 1-100)"
    "$gilhost" --save "$tmp/$name" --line "$@" >"$tmp/$name.out" || failed=$((failed + 1))
    grep -v '^gilhost: ' "$tmp/$name.out"
    grep '^gilhost: ' "$tmp/$name.out" >>"$tmp/lines" || failed=$((failed + 1))
}

# wrong SENTENCE: say what is wrong and count it.
wrong() {
    echo "demo.sh: $1" >&2
    mismatches=$((mismatches + 1))
}

# candidates COUNT FIND-ARGUMENTS: so many files of a size that is worth a call, the largest first, one of a name;
# names that a shell would split are left out.
candidates() {
    most=$1
    shift
    find -L "$@" -type f -readable -size +15k -size -3000k 2>/dev/null | grep -v '[[:space:]]' | xargs -r ls -S |
        awk -F/ -v most="$most" '!seen[$NF]++ && ++count <= most'
}

libraries() {
    # shellcheck disable=SC2046
    candidates 5 $(ldd "$gilhost" "$build"/*.so | awk '$2 == "=>" && $3 ~ /^\// {print $3}' | sort -u)
}

source_tree() {
    root=$(cd "$here/../.." && pwd)
    candidates 4 "$root/lib" "$root/include" "$root/doc" "$here" -name '*.[ch]' -o -name '*.md'
}

documentation() {
    candidates 3 /usr/share/doc /usr/share/common-licenses
}

# inflate COUNT: decompress what compress made of so many files.
inflate() {
    count=$1
    set --
    while [ $# -lt "$count" ]; do
        set -- "$@" "$tmp/deflate/$(($# + 1))"
    done
    host inflate --threads "$threads" --repeat 0 deflate.decompress "$@"
}

# A matrix when none is given: symmetric, with a dominant diagonal, 500 x 500.
generate_matrix() {
    awk 'BEGIN {
        n = 500
        print "%%MatrixMarket matrix coordinate real symmetric"
        print n, n, n + (n - 1) + (n - 17)
        for (i = 1; i <= n; i++) {
            print i, i, 8 + i / n
            if (i > 1) print i, i - 1, -2.5
            if (i > 17) print i, i - 17, 1 / i
        }
    }'
}

# check_file NUMBER COUNT FILE: the results of call NUMBER of each function, of COUNT calls each, against the
# system's tools.
check_file() {
    [ "$(cat "$tmp/digest/$1")" = "$(sha256sum <"$3" | cut -d ' ' -f 1)" ] || wrong "$3: sha256sum says otherwise"
    crc=$(gzip -1c <"$3" | tail -c 8 | od -A n -t u1 -N 4 | awk '{printf "%02x%02x%02x%02x", $4, $3, $2, $1}')
    [ "$(cat "$tmp/digest/$(($1 + $2))")" = "$crc" ] || wrong "$3: gzip stores another CRC-32"
    gzip -dc <"$tmp/deflate/$1" | cmp -s - "$3" || wrong "$3: gzip does not give the file back"
    cmp -s "$tmp/inflate/$1" "$3" || wrong "$3: decompress does not give the file back"
}

# check_matrix NAME FILE: what product and solve say, and that the solution is one.
check_matrix() {
    product=$(cat "$tmp/$1/1")
    error=$(sed -n "s/.*'backward_error': \([0-9.e+-]*\).*/\1/p" "$tmp/$1/2")
    echo
    echo "$(basename "$2"): A*A is $product"
    echo "$(basename "$2"): A*x = b is solved with normwise backward error ${error:-unknown}"
    [ -n "$product" ] || wrong "$2: no product"
    awk -v e="$error" 'BEGIN {exit !(e != "" && e + 0 < 1e-12)}' || wrong "$2: the error of the solution is too large"
}

# matrix NAME THREADS FILE
matrix() {
    host "$1" --threads "$2" --repeat "$repeat" linalg.product,linalg.solve "$3"
    files=$((files + 1))
    check_matrix "$1" "$3"
}

matrices=0
for file in "$@"; do
    case $file in
    *.mtx)
        matrices=$((matrices + 1))
        matrix "matrix$matrices" 2 "$file"
        ;;
    *) set -- "$@" "$file" ;;
    esac
    shift
done
if [ "$matrices" -eq 0 ]; then
    generate_matrix >"$tmp/generated.mtx"
    matrix matrix0 "$threads" "$tmp/generated.mtx"
fi

# Now "$@" has the given files that are no matrices, in their order; none of the found ones has blanks in its name.
# shellcheck disable=SC2046
set -- "$@" $(libraries) $(source_tree) $(documentation)
files=$((files + $#))
host digest --threads "$threads" --repeat "$repeat" digest.sha256,digest.crc32 "$@"
host deflate --threads "$threads" --repeat "$repeat" deflate.compress,deflate.roundtrip "$@"
inflate $#

number=0
for file in "$@"; do
    number=$((number + 1))
    check_file $number $# "$file"
done

host numbers --threads "$threads" --repeat "$repeat" numbers.sum_squares,numbers.primes 10000000 1000000
[ "$(cat "$tmp/numbers/1")" = 333333283333335000000 ] || wrong "the sum of the squares below 10000000 is wrong"
[ "$(cat "$tmp/numbers/4")" = 78498 ] || wrong "the count of the primes below 1000000 is wrong"

# The speed-ups are of the sums over all runs; a mismatch that gilhost found itself counts too.
echo
awk -v files="$files" -v failed="$failed" -v wrong="$mismatches" '
    {
        for (i = 1; i <= NF; i++)
            if (split($i, pair, "=") == 2)
                sum[pair[1]] += pair[2]
    }
    function speedup(name) {
        return sum[name] > 0 ? sum["one"] / sum[name] : 0
    }
    END {
        wrong += sum["mismatches"]
        bad = failed + wrong + sum["failed"] > 0
        printf "demo: %s files=%d mismatches=%d ", bad ? "failed" : "ok", files, wrong
        printf "hold=%.2fx drop=%.2fx raw=%.2fx\n", speedup("hold"), speedup("drop"), speedup("raw")
        exit bad
    }' "$tmp/lines"
