#!/bin/sh
# SPDX-License-Identifier: MIT
# The scripts of this folder object to what they should: each is shown a small tree with a breach in it.
. "$(dirname "$0")/../support/tap.sh"

scripts=$top_srcdir/tests/meta
tree=$(mktemp -d) || exit 1
trap 'rm -rf "$tree"' EXIT

# fresh_tree: two layers, a header, and nothing to object to.
fresh_tree()
{
    rm -rf "$tree"
    mkdir -p "$tree/lib/base" "$tree/lib/value" "$tree/include/gilrt" "$tree/tests/unit/base" "$tree/tests/unit/value" \
        "$tree/tests/api" "$tree/tests/meta" "$tree/.libs"
    printf 'base   below.\nvalue  above.\n' > "$tree/lib/LAYERS"
    : > "$tree/lib/base/low.h"
    echo '#include "base/low.h"' > "$tree/lib/value/high.h"
    cp -r "$top_srcdir/tools" "$top_srcdir/build-aux" "$tree"
}

# objects WANTED SCRIPT: content when the script, run over the tree, fails and says WANTED.
objects()
{
    said=$(top_srcdir=$tree top_builddir=$tree sh "$scripts/$2.sh" 2>&1) && echo "$2 was content"
    case $said in
        *"$1"*) ;;
        *) printf 'wanted: %s\nsaid:\n%s\n' "$1" "$said" ;;
    esac
}

accepts()
{
    said=$(top_srcdir=$tree top_builddir=$tree sh "$scripts/$1.sh" 2>&1) || printf '%s\n' "$said"
}

fresh_tree
tap_check "layers: a tree in order is accepted" accepts layers
echo '#include "value/high.h"' > "$tree/lib/base/low.h"
tap_check "layers: an include that points up" objects "base is below value" layers
echo '#include <gilrt/high.h>' > "$tree/lib/base/low.h"
tap_check "layers: a public header of a higher layer" objects "base is below value" layers
echo '#include "low.h"' > "$tree/lib/value/high.h"
tap_check "layers: an include that names no layer" objects "names no file of a layer" layers
fresh_tree
echo '#include "value/other.h"' > "$tree/lib/value/high.h"
echo '#include "value/high.h"' > "$tree/lib/value/other.h"
tap_check "layers: a ring" objects "ring: " layers
fresh_tree
mkdir "$tree/lib/misc"
tap_check "layers: a room without a line" objects "lib/misc is not in lib/LAYERS" layers
echo 'ghost  nothing.' >> "$tree/lib/LAYERS"
tap_check "layers: a line without a room" objects "ghost has no files" layers

# contract COMMENT DECLARATION: the header that the next check looks at.
contract()
{
    printf '/** @file\n *  A header. */\n%s\n%s\n' "$1" "$2" > "$tree/include/gilrt/high.h"
    : > "$tree/include/gilrt.h"
}

fresh_tree
contract '/** Makes. @lock_held @newref */' 'GIL_API GilObject *GilHigh_New(void);'
tap_check "contracts: a full contract is accepted" accepts contracts
contract '' 'GIL_API int GilHigh_Do(void);'
tap_check "contracts: no comment" objects "GilHigh_Do has no doc comment" contracts
contract '/** Does. */' 'GIL_API GIL_MUST_USE int GilHigh_Do(void);'
tap_check "contracts: no lock word" objects "GilHigh_Do says 0 of @lock_held" contracts
contract '/** Does. @lock_any @lock_held */' 'GIL_API int GilHigh_Do(void);'
tap_check "contracts: two lock words" objects "GilHigh_Do says 2 of @lock_held" contracts
contract '/** Makes. @lock_held */' 'GIL_API GilObject *GilHigh_New(void);'
tap_check "contracts: whose is the result" objects "GilHigh_New says 0 of @newref" contracts
contract '/** Takes. @lock_held @steals{it} */' 'GIL_API int GilHigh_Take(GilObject *item);'
tap_check "contracts: steals what is no parameter" objects "GilHigh_Take steals it" contracts

fresh_tree
: > "$tree/lib/value/high.c"
tap_check "mirror: a source without a unit test" objects "lib/value/high.c has no tests/unit/value/test_high.c" mirror
: > "$tree/include/gilrt/high.h"
tap_check "mirror: a header without an API test" objects "include/gilrt/high.h has no tests/api/test_high.c" mirror
: > "$tree/lib/value/local.mk"
tap_check "mirror: a source that is not listed" objects "lib/value/local.mk does not list lib/value/high.c" mirror

fresh_tree
printf 'START_TEST(test_low__x)\n{\n' > "$tree/tests/unit/base/test_low.c"
tap_check "testnames: a name that hides its path" objects "test_low__x should begin with test_base_low__" testnames
tap_check "testnames: a test that is not run" objects "test_low__x is in no test case" testnames

fresh_tree
: > "$tree/include/gilrt.h"
echo 'int GilHigh_Size(size_t n);' > "$tree/include/gilrt/high.h"
echo 'gilrtinclude_HEADERS += include/gilrt/high.h' > "$tree/include/local.mk"
tap_check "headers: one that does not stand alone" objects "not ok 1 - each header alone, as c11" headers
tap_check "headers: one that the umbrella lacks" objects "gilrt.h lacks gilrt/high.h" headers

# build SOURCE: the fixture's library.
build()
{
    printf '%s\n' "$1" > "$tree/library.c"
    ${CC:-cc} -fPIC -fvisibility=hidden -c "$tree/library.c" -o "$tree/library.o" &&
        ${CC:-cc} -shared "$tree/library.o" -o "$tree/.libs/libgilrt.so" &&
        rm -f "$tree/.libs/libcore.a" && ar rcs "$tree/.libs/libcore.a" "$tree/library.o"
}

# catalogue TEXT: the only entry, with \t for the tabs.
catalogue()
{
    printf "$1\\n" > "$tree/tests/catalogue.tsv"
}

fresh_tree
mkdir "$tree/tests/models"
echo '    {{"ring", 2, 0, setup, body}, {3, 1, 1}},' > "$tree/tests/models/high_model.c"
echo '/* test_B1_what */' > "$tree/tests/unit/base/test_low.c"
echo '# test_B2_what is a name' > "$tree/tests/meta/names.sh"
catalogue 'B1\ta\n''A1\tb\tmodel:ring\n''A2\tc\tsame:B1 as that\n''A3\td\tno such thing here'
tap_check "catalogue: each kind of evidence is accepted" accepts catalogue
catalogue 'B2\tit breaks'
tap_check "catalogue: an entry that a comment alone names" objects "not ok 1 - B2: it breaks has no test and no reason" catalogue
catalogue 'A1\tit breaks\tmodel:rang'
tap_check "catalogue: a scenario that does not exist" objects "not ok 1 - A1: model:rang is no scenario" catalogue
catalogue 'A1\tit breaks\ttest_low__it'
tap_check "catalogue: a test that does not exist" objects "not ok 1 - A1: test_low__it is no test" catalogue
catalogue 'A1\tit breaks\tsame:C1 as that'
tap_check "catalogue: the tests of an entry that has none" objects "not ok 1 - A1: same:C1 has no test" catalogue
catalogue 'B1\ta\n''B1\tb'
tap_check "catalogue: an entry that stands there twice" objects "not ok 2 - B1 stands here twice" catalogue

API='__attribute__((visibility("default")))'
fresh_tree
: > "$tree/tests/meta/globals.allowed"
printf 'global:\n    GilHigh_Do;\nlocal:\n    *;\n' > "$tree/lib/libgilrt.map"
echo '{ };' > "$tree/lib/libgilrt.slots"
echo "$API int GilHigh_Do(int (*callback)(void)); $API extern __thread int *Gil_data __attribute__((aligned(8)));" \
    > "$tree/include/gilrt/high.h"
build "static int count; int stray(void) { return ++count; } $API int GilHigh_More(void) { return 0; }"
tap_check "names: a global without a prefix" objects "T stray" names
GILRT_SANITIZER=no
export GILRT_SANITIZER
tap_check "globals: a variable without a reason" objects "library:count is writable" globals
echo 'library:gone it was needed' > "$tree/tests/meta/globals.allowed"
tap_check "globals: a reason without a variable" objects "library:gone is allowed and does not exist" globals
build 'static const char *const names[] = {"a", "b"}; const char *gil_name(int i) { return names[i]; }'
: > "$tree/tests/meta/globals.allowed"
tap_check "globals: constants with addresses are accepted" accepts globals
build '__thread char gil_much[17];'
tap_check "globals: too much static TLS" objects "static TLS: " globals
build "$API int GilHigh_More(void) { return 0; }"
tap_check "symbols: a library without the lock" objects "the objects of the lock are not in the library" symbols
build "extern int gettimeofday(void *, void *); extern int pthread_cond_signal(void *);
    int clock_it(void *p) { return gettimeofday(p, p) + pthread_cond_signal(p); }"
tap_check "symbols: the wall clock" objects "library.c uses gettimeofday" symbols
tap_check "symbols: a condition variable" objects "library.c uses pthread_cond_signal" symbols
build "$API int GilHigh_More(void) { return 0; }"
tap_check "exports: declared and not in the map" objects "Gil_data" exports
tap_check "exports: declared and not defined" objects "GilHigh_Do" exports
tap_check "exports: defined and not declared" objects "GilHigh_More" exports
build "$API int GilHigh_More(void); int (*gil_slot)(void) = GilHigh_More; $API int GilHigh_More(void) { return 0; }"
tap_check "exports: in a slot and not in the list" objects "not ok 6" exports

# names LINE...: the table of names, over a header that exports one function; \t for the tabs.
names()
{
    mkdir -p "$tree/doc/porting"
    printf '%b\n' "$1" > "$tree/doc/porting/names.tsv"
    echo "$API int GilHigh_Do(void);" > "$tree/include/gilrt/high.h"
}

fresh_tree
names '-\tfunction\t-\tGilHigh_More\tours\tmore'
tap_check "porting: an export without a line" objects "GilHigh_Do has no line of its own" porting
tap_check "porting: a line without a name" objects "GilHigh_More is in doc/porting/names.tsv (-, ours) and in no header" porting
names 'PyHigh_Do\tfunction\t3.12\tGilHigh_Doo\tsame\t'
tap_check "porting: the same under another name" objects "by the mirror rule it would be GilHigh_Do" porting
names 'PyHigh_Do\tfunction\t3.12\tGilHigh_Do\tdifferent\t'
tap_check "porting: different without a word how" objects "a reason belongs to what is not the same" porting

# manifest LINE: for a library that exports one function.
manifest()
{
    mkdir -p "$tree/tests/api/misuse"
    printf '%b\n' "$1" > "$tree/tests/api/misuse/manifest.tsv"
    printf 'global:\n    GilHigh_Do;\nlocal:\n    *;\n' > "$tree/lib/libgilrt.map"
}

fresh_tree
manifest 'GilHigh_Do\t-\t'
tap_check "misuse: a line an export is accepted" accepts misuse
manifest 'GilHigh_More\t-\t'
tap_check "misuse: an export without a line" objects "GilHigh_Do has no line in tests/api/misuse/manifest.tsv" misuse
manifest 'GilHigh_Do\t-\t\nGilHigh_Do\t-\talso'
tap_check "misuse: one more call is accepted" accepts misuse
manifest 'GilHigh_Do\t-\t\nGilHigh_More\t-\talso'
tap_check "misuse: one more call of something else" objects 'GilHigh_More: its "also" follows another function' misuse
manifest 'GilHigh_Do\t-\telsewhere:tests/api/test_high'
tap_check "misuse: a test that does not exist" objects "GilHigh_Do: tests/api/test_high.c does not exist" misuse
: > "$tree/tests/api/test_high.c"
tap_check "misuse: a test of something else" objects "GilHigh_Do: tests/api/test_high.c does not call it" misuse

# high_header TEXT: what compiled programs count on is in the text; recorded was TEXT of before.
high_header()
{
    printf '#include <stddef.h>\n%s\n' "$1" > "$tree/include/gilrt/high.h"
}
DO="$API int GilHigh_Do(int *value);"
INFO='typedef struct { size_t size; int first; } GilHighInfo;'
PAIR='struct _GilPair { char a; struct { short b[2]; } c; };'

fresh_tree
printf 'GILRT_0.1 {\nglobal:\n    GilHigh_Do;\nlocal:\n    *;\n' > "$tree/lib/libgilrt.map"
high_header "$DO"
echo 'function GilHigh_Do: int (int *), GILRT_0.1' > "$tree/lib/libgilrt.abi"
# made_for CC: what the record's test says where that is the compiler.
made_for()
{
    CC=$1 top_srcdir=$tree top_builddir=$tree sh "$scripts/abi.sh" 2>&1
}
# skips CC: content when both tests are left out, with the reason.
skips()
{
    said=$(made_for "$1") && [ "$(printf '%s\n' "$said" | grep -c '^ok.* # SKIP .*x86-64')" -eq 2 ] || printf '%s\n' "$said"
}
# no_compiler CC: content when that fails, and nothing is left out.
no_compiler()
{
    said=$(made_for "$1") && echo "abi was content"
    case $said in *SKIP* | ok*) printf '%s\n' "$said" ;; esac
}
tap_check "abi: a compiler for another machine is not asked" skips "${CC:-cc} -U__x86_64__"
tap_check "abi: nor one for other pointers" skips "${CC:-cc} -U__LP64__ -U_LP64"
tap_check "abi: a compiler that does not run" no_compiler false
tap_check "abi: one that says nothing" no_compiler true

if [ "$("$top_srcdir/tools/list-abi.sh" --machine)" = x86-64 ]; then
high_header "$DO $INFO $PAIR
#define GIL_HIGH ((size_t)1 << 3)"
"$tree/tools/list-abi.sh" > "$tree/lib/libgilrt.abi"
ALL='# gilrt/high.h
function GilHigh_Do: int (int *), GILRT_0.1
struct GilHighInfo: 16 bytes, may grow
field GilHighInfo.size: at 0, size_t size
field GilHighInfo.first: at 8, int first
struct _GilPair: 6 bytes
field _GilPair.a: at 0, char a
field _GilPair.c: at 2, struct c
field _GilPair.c.b: at 2, short b[2]
constant GIL_HIGH: 8'
listed()
{
    [ "$(cat "$tree/lib/libgilrt.abi")" = "$ALL" ] || cat "$tree/lib/libgilrt.abi"
}
# objects_to_what_is_new WANTED: and to nothing else.
objects_to_what_is_new()
{
    objects "$1" abi
    case $said in "not ok 1"*) printf '%s\n' "$said" ;; esac
}
tap_check "abi: what is listed" listed
high_header "$API int GilHigh_Do(int *renamed); $INFO $PAIR
#define GIL_HIGH 8"
tap_check "abi: another name of a parameter is accepted" accepts abi
high_header "$INFO $PAIR
#define GIL_HIGH 8"
tap_check "abi: a function that is gone" objects "function GilHigh_Do is gone (int (int *), GILRT_0.1)" abi
high_header "$API int GilHigh_Do(const int *value); $INFO $PAIR
#define GIL_HIGH 8"
tap_check "abi: another signature" objects "function GilHigh_Do is now int (const int *), GILRT_0.1" abi
high_header "$DO $INFO struct _GilPair { char a; struct { short b[2]; } c; short more; };
#define GIL_HIGH 8"
tap_check "abi: a struct that may not grow" objects "not ok 1" abi
high_header "$DO typedef struct { size_t size; int first; long second; } GilHighInfo; $PAIR
#define GIL_HIGH 8"
tap_check "abi: a struct that may grow, not recorded" objects_to_what_is_new "field GilHighInfo.second: at 16, long second"
high_header "$DO typedef struct { size_t size; int first; int second; } GilHighInfo; $PAIR
#define GIL_HIGH 8"
tap_check "abi: a field where there was padding" objects "in what older programs have as padding of struct GilHighInfo" abi
high_header "$DO typedef struct { size_t size; short first; } GilHighInfo; $PAIR
#define GIL_HIGH 8"
tap_check "abi: another type of a field" objects "field GilHighInfo.first is now at 8, short first" abi
high_header "$DO $INFO $PAIR
#define GIL_HIGH 9"
tap_check "abi: another number" objects "constant GIL_HIGH is now 9" abi
high_header "$DO $INFO $PAIR $API int GilHigh_More(void);
#define GIL_HIGH 8"
tap_check "abi: a function that is new" objects_to_what_is_new "function GilHigh_More: int (void)"
fi

fresh_tree
mkdir -p "$tree/lib/runtime"
echo '    gil_low_mutexes, /* LOW */' > "$tree/lib/runtime/fork.c"
printf 'static struct gil_mutex mu = GIL_MUTEX_INIT(LOW, "low");\nvoid\ngil_low_mutexes(void (*each)(struct gil_mutex *mutex))\n' \
    > "$tree/lib/base/low.c"
tap_check "forklocks: a tree in order is accepted" accepts forklocks
echo 'static struct gil_stable pool = GIL_STABLE_INIT(1, "pool");' > "$tree/lib/value/high.c"
tap_check "forklocks: a file with a mutex that it does not name" objects "lib/value/high.c has a mutex and no function" forklocks
printf 'void\ngil_high_mutexes(void (*each)(struct gil_mutex *mutex))\n' >> "$tree/lib/value/high.c"
tap_check "forklocks: a function that no fork calls" objects "gil_high_mutexes of lib/value/high.c is not in the table" forklocks

tap_done
