# The tests. Each folder's local.mk names its programs in the variable of its kind, one line a program; the source of
# tests/a/test_b is tests/a/test_b.c unless tests_a_test_b_SOURCES says otherwise.
#
#   UNIT_TESTS   see the library's hidden symbols (libcore.la)         tests/unit/LAYER/
#   API_TESTS    see <gilrt.h> and the shared library, nothing else    tests/api/
#   CORE_TESTS   like UNIT_TESTS; slower, about many layers at once    tests/env/ tests/faults/ tests/models/ tests/reentry/ tests/stress/
#   MODEL_TESTS  scripts that run the models                           tests/models/
#   META_TESTS   scripts about the sources and the build               tests/meta/
#
# All print TAP; a program that prints none has failed.
UNIT_TESTS =
API_TESTS =
CORE_TESTS =
MODEL_TESTS =
META_TESTS =
INSTALL_TESTS =

# The models first: the longest of them takes minutes, and nothing else is left to run beside it at the end.
include tests/models/local.mk
include tests/unit/base/local.mk
include tests/unit/sync/local.mk
include tests/unit/state/local.mk
include tests/unit/object/local.mk
include tests/unit/gc/local.mk
include tests/unit/protocol/local.mk
include tests/unit/value/local.mk
include tests/unit/module/local.mk
include tests/unit/runtime/local.mk
include tests/api/local.mk
include tests/api/misuse/local.mk
include tests/env/local.mk
include tests/faults/local.mk
include tests/fuzz/local.mk
include tests/reentry/local.mk
include tests/stress/local.mk
include tests/meta/local.mk
include tests/install/local.mk

TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(SHELL)
# What the scripts need to know of the build.
AM_TESTS_ENVIRONMENT = \
    top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
    CC='$(CC)' CXX='$(CXX)' AWK='$(AWK)' NM='$(NM)' OBJDUMP='$(OBJDUMP)' READELF='$(READELF)' \
    GILRT_SANITIZER='$(enable_sanitizer)'; \
    export top_srcdir top_builddir CC CXX AWK NM OBJDUMP READELF GILRT_SANITIZER;

if HAVE_CHECK
check_PROGRAMS += $(CORE_TESTS) $(UNIT_TESTS) $(API_TESTS)
TESTS += $(check_PROGRAMS) $(MODEL_TESTS)
else
check-local:
	@echo 'Check is missing, and without it there are no unit tests; on Debian and Ubuntu: apt-get install check' >&2
	@exit 1
endif
TESTS += $(META_TESTS)

# main() and the helpers. It is an archive, so that a program which asks for no hidden helper links none.
check_LIBRARIES = tests/support/libsupport.a
tests_support_libsupport_a_SOURCES = tests/support/main.c tests/support/abort.c tests/support/emulator.c tests/support/oom.c tests/support/plenty.c tests/support/probe.c \
    tests/support/refuse.c tests/support/runtime.c tests/support/valgrind.c \
    tests/support/support.h tests/support/probe.h tests/support/child.h
tests_support_libsupport_a_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)

# How they are compiled and linked; the gate sets the first two otherwise. What does little but call the library is compiled in
# half the time at -O1, and runs as fast. The linker is called without libtool, which takes longer than the linker.
TEST_CFLAGS = $(patsubst -O2,-O1,$(CFLAGS))
TEST_LINKFLAGS =
TEST_LINK = $(CCLD) $(AM_CFLAGS) $(CFLAGS) $(AM_LDFLAGS) $(LDFLAGS) $(QUICK_LDFLAGS) $(TEST_LINKFLAGS) -o $@
$(addsuffix .$(OBJEXT),$(UNIT_TESTS) $(API_TESTS) $(filter tests/env/% tests/faults/% tests/reentry/%,$(CORE_TESTS))): \
    private CFLAGS := $(TEST_CFLAGS)

LDADD = tests/support/libsupport.a libcore.la $(CHECK_LIBS)
$(UNIT_TESTS) $(CORE_TESTS): private LINK = $(TEST_LINK)
$(UNIT_TESTS) $(CORE_TESTS): private LDADD = tests/support/libsupport.a .libs/libcore.a $(libcore_la_LIBADD) $(CHECK_LIBS)
# An API test is compiled and linked as a stranger's program is. (Variables of a target and not of each program: one line
# a test must do.)
if BUILD_SHARED
API_LINK = $(TEST_LINK)
API_LIBS = tests/support/libsupport.a .libs/libgilrt.so -Wl,-rpath,$(abs_builddir)/.libs $(CHECK_LIBS)
else
API_LINK = $(LIBTOOL) --tag=CC --mode=link $(TEST_LINK)
API_LIBS = tests/support/libsupport.a libgilrt.la $(CHECK_LIBS)
endif
$(API_TESTS): private LINK = $(API_LINK)
$(API_TESTS): private LDADD = $(API_LIBS)
$(API_TESTS): libgilrt.la
$(addsuffix .$(OBJEXT),$(API_TESTS)): private AM_CPPFLAGS = $(PUBLIC_CPPFLAGS) -I$(top_srcdir)/tests

# Some of them alone, as in `make check-unit`.
.PHONY: check-unit check-api check-calls check-models check-stress check-meta check-programs check-linked
check-unit:
	$(MAKE) $(AM_MAKEFLAGS) check check_PROGRAMS='$(UNIT_TESTS)' TESTS='$(UNIT_TESTS)'
check-api:
	$(MAKE) $(AM_MAKEFLAGS) check check_PROGRAMS='$(API_TESTS)' TESTS='$(API_TESTS)'
# Units, and every exported function, under all that the tables of tests/api/misuse/ have: what assertions see.
CALLING_TESTS = $(UNIT_TESTS) $(API_TESTS) $(filter tests/faults/% tests/reentry/%,$(CORE_TESTS))
check-calls:
	$(MAKE) $(AM_MAKEFLAGS) check check_PROGRAMS='$(CALLING_TESTS)' TESTS='$(CALLING_TESTS)'
check-models:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(filter tests/models/%,$(CORE_TESTS)) $(MODEL_TESTS)'
check-stress:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(filter tests/stress/%,$(CORE_TESTS))'
check-programs:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(check_PROGRAMS)'
# Those that link the library: the models have its sources only.
check-linked:
	$(MAKE) $(AM_MAKEFLAGS) check check_PROGRAMS='$(filter-out tests/models/%,$(check_PROGRAMS))' \
	    TESTS='$(filter-out tests/models/%,$(check_PROGRAMS))'
check-meta:
	$(MAKE) $(AM_MAKEFLAGS) check check_PROGRAMS= TESTS='$(META_TESTS)'
