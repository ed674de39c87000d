#!/bin/sh
# SPDX-License-Identifier: MIT
# plot.sh LINES DIR: one chart a scenario, DIR/S1.svg to DIR/S8.svg, from the lines that bench_lock printed; what each was
# drawn from lies beside it as S1.dat. A scenario of which LINES has nothing is left out.
set -eu
lines=$1
dir=$2

# chart SCENARIO TITLE FIGURE...: a panel a figure, each with a scale of its own: they have different units.
chart()
{
    scenario=$1
    title=$2
    shift 2
    # shellcheck disable=SC2016
    awk -v wanted="$*" '
        function number(text) { return text == "none" ? "NaN" : text + 0 }
        BEGIN { count = split(wanted, names) }
        $1 == "bench" {
            delete value
            for (i = 3; i <= NF; i++) {
                split($i, pair, "=")
                value[pair[1]] = pair[2]
            }
            unit = value["ours"]
            sub(/^[0-9.]+/, "", unit)
            line[$2] = sprintf("%s\t%s\t%s\t%s\t%s\t%s", $2, unit == "" ? "share" : unit, number(value["ours"]),
                number(value["cpython"]), number(value["floor"]), value["mode"])
        }
        END {
            print "# figure\tunit\tours\tcpython\tfloor\tmode"
            for (i = 1; i <= count; i++)
                if (("lock." names[i]) in line)
                    print line["lock." names[i]]
        }' "$lines" > "$dir/$scenario.dat"
    panels=$(grep -vc '^#' "$dir/$scenario.dat") || {
        rm -f "$dir/$scenario.dat" "$dir/$scenario.svg"
        return 0
    }
    {
        cat << END
set terminal svg size $((250 * panels)),320 font "sans-serif,11" background "white"
set output "$dir/$scenario.svg"
set multiplot layout 1,$panels title "$scenario: $title ($(awk 'END { print $6 }' "$dir/$scenario.dat"))"
set style fill solid 0.9 noborder
set boxwidth 0.7
set xrange [0.4:3.6]
set xtics ("ours" 1, "CPython" 2, "floor" 3) scale 0 font ",10"
set lmargin 9
set rmargin 1
set grid ytics back linecolor "gray80"
set border 3
set ytics nomirror
unset key
END
        # Shares are compared by their distance from 1, all else by factors.
        # shellcheck disable=SC2016
        awk -F '\t' '!/^#/ {
            logarithmic = $2 != "share" && $3 > 0 && !($4 <= 0) && $5 > 0
            least = greatest = ""
            for (i = 3; i <= 5; i++)
                if ($i != "NaN") {
                    least = least == "" || $i < least ? $i : least
                    greatest = greatest == "" || $i > greatest ? $i : greatest
                }
            sub(/^lock\./, "", $1)
            printf "set title \"%s, %s\" noenhanced\n", $1, $2
            if (logarithmic)
                printf "set logscale y; set yrange [%g:%g]\n", least / 3, greatest * 3
            else
                printf "unset logscale y; set yrange [0:%g]\n", (greatest > 0 ? greatest * 1.15 : 1)
            printf "$data << END\n1 %s 0x2c7fb8\n2 %s 0xd95f0e\n3 %s 0x969696\nEND\n", $3, $4, $5
            print "plot $data using 1:2:3 with boxes linecolor rgb variable, \\"
            print "    $data using 1:2:2 with labels font \",10\" offset 0,0.7"
        }' "$dir/$scenario.dat"
        echo "unset multiplot"
    } | gnuplot
    echo "$dir/$scenario.svg"
}

mkdir -p "$dir"
chart S1 "leaving the lock when nobody wants it" pair pair_sleeper
chart S2 "one to eight threads that compute" fair2_jain fair4_jain fair8_jain fair2_maxwait fair4_maxwait fair8_maxwait \
    cpu1_total cpu2_total cpu4_total cpu8_total
chart S3 "ping-pong alone, beside one hog, and beside four" \
    convoy0_rate convoy0_p50 convoy0_p99 convoy1_rate convoy1_p50 convoy1_p99 convoy1_hog convoy1_hog_1k \
    convoy4_rate convoy4_p50 convoy4_p99
chart S4 "tiny releases beside a hog" tinyrelease_rate tinyrelease_p50 tinyrelease_hog
chart S5 "native calls on two threads, by threads without a lock" native_0.3us native_1us native_10us native_100us native_1000us
chart S6 "a hundred sleepers: how late they are" sleepers100_p50 sleepers100_p99
chart S7 "entering from a foreign thread" attach_kept attach_new
chart S8 "a thread due every 2.67 ms beside hogs" audio1_p99 audio1_miss audio4_p99 audio4_miss
