#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Writes lib/value/unicode_data.c from the copy of the Unicode Character Database that comes with Perl:
#   tools/unicode-tables.pl > lib/value/unicode_data.c
# Needed only to go to another version of Unicode; the file is part of the sources.
use strict;
use warnings;
use Unicode::UCD qw(prop_invlist prop_invmap);

# The bits of GIL_CTYPE_... in lib/value/unicode_ctype.h, in their order.
my @flags = (
    ['ALPHA',     sub { has('gc=L') }],
    ['DECIMAL',   sub { has('nt=De') }],
    ['DIGIT',     sub { has('nt=De', 'nt=Di') }],
    ['NUMERIC',   sub { has('nt=De', 'nt=Di', 'nt=Nu') }],
    ['UPPER',     sub { has('Uppercase') }],
    ['LOWER',     sub { has('Lowercase') }],
    ['TITLE',     sub { has('gc=Lt') }],
    ['HIDDEN',    sub { has('gc=C', 'gc=Z') }],
    ['XID_START', sub { has('XIDS') }],
    ['XID_GO_ON', sub { has('XIDC') }],
);

# Code points with any of these properties, as a hash of inversion points: code point => 1 in, 0 out.
sub has {
    my @in;
    for my $property (@_) {
        my @list = prop_invlist($property) or die "$property is unknown";
        while (@list) {
            my $from = shift @list;
            my $to = @list ? shift @list : 0x110000;
            push @in, [$from, $to];
        }
    }
    return \@in;
}

my @bits = (0) x 0x110000;
for my $number (0 .. $#flags) {
    for my $range (@{$flags[$number][1]->()}) {
        my $to = $range->[1] < 0x110000 ? $range->[1] : 0x110000;
        $bits[$_] |= 1 << $number for $range->[0] .. $to - 1;
    }
}
$bits[0x20] &= ~(1 << 7);    # a space is seen

sub table {
    my ($declaration, @rows) = @_;
    print "$declaration = {\n";
    my $line = '   ';
    for my $row (@rows) {
        if (length("$line $row,") > 118) {
            print "$line\n";
            $line = '   ';
        }
        $line .= " $row,";
    }
    print "$line\n};\n";
}

# Runs of one delta: every code point from first to last, or, with step 2, every other.
sub case_runs {
    my ($property) = @_;
    my ($list, $map, $format, $default) = prop_invmap($property);
    die "$property has form $format" unless $format =~ /^a/;
    my (@runs, %delta);
    for my $i (0 .. $#$list) {
        next if ref $map->[$i] || $map->[$i] eq $default;
        my $end = $i < $#$list ? $list->[$i + 1] : 0x110000;
        $delta{$_} = $map->[$i] - $list->[$i] for $list->[$i] .. $end - 1;
    }
    for my $ch (sort { $a <=> $b } keys %delta) {
        my $run = @runs ? $runs[-1] : undef;
        if ($run && $run->{delta} == $delta{$ch}) {
            my $step = $ch - $run->{last};
            if ($step <= 2 && ($run->{first} == $run->{last} || $step == $run->{step})) {
                $run->{last} = $ch;
                $run->{step} = $step;
                next;
            }
        }
        push @runs, {first => $ch, last => $ch, step => 1, delta => $delta{$ch}};
    }
    return map { sprintf '{0x%x, 0x%x, %d, %d}', $_->{first}, $_->{last}, $_->{step}, $_->{delta} } @runs;
}

my @runs;
for my $ch (0 .. 0x10ffff) {
    push @runs, sprintf('0x%xu', $ch << 11 | $bits[$ch]) if $ch == 0 || $bits[$ch] != $bits[$ch - 1];
}

my $version = Unicode::UCD::UnicodeVersion();
print <<"END";
/* SPDX-License-Identifier: MIT */
/* Made by tools/unicode-tables.pl from the Unicode Character Database, version $version: see value/unicode_ctype.h. */
#include "value/unicode_ctype.h"

END
table('const uint16_t gil_ctype_latin1[256]', map { sprintf '0x%x', $bits[$_] } 0 .. 255);
table('const uint32_t gil_ctype_runs[]', @runs);
print 'const size_t gil_ctype_runs_count = sizeof gil_ctype_runs / sizeof gil_ctype_runs[0];', "\n";
for my $case (['upper', 'Simple_Uppercase_Mapping'], ['lower', 'Simple_Lowercase_Mapping'],
    ['title', 'Simple_Titlecase_Mapping']) {
    table("const struct gil_case_run gil_case_$case->[0]\[]", case_runs($case->[1]));
    print "const size_t gil_case_$case->[0]_count = sizeof gil_case_$case->[0] / sizeof gil_case_$case->[0]\[0];\n";
}
