# The same library where there is less of something. One line a test: CORE_TESTS += tests/env/test_NAME
CORE_TESTS += tests/env/test_sandbox
EXTRA_DIST += tests/env/work.h
CORE_TESTS += tests/env/test_nesting
CORE_TESTS += tests/env/test_stop
CORE_TESTS += tests/env/test_throttle
CORE_TESTS += tests/env/test_crowd
CORE_TESTS += tests/env/test_signals
CORE_TESTS += tests/env/test_late
CORE_TESTS += tests/env/test_host
CORE_TESTS += tests/env/test_exit
CORE_TESTS += tests/env/test_unwind
CORE_TESTS += tests/env/test_cancelled

# Each call of the table of exports on a small stack; see tests/api/misuse/.
CORE_TESTS += tests/env/test_exports_stack
tests_env_test_exports_stack_SOURCES = tests/env/exports_stack.c tests/api/misuse/fixture.c tests/api/misuse/elsewhere.c tests/api/misuse/misuse.h
nodist_tests_env_test_exports_stack_SOURCES = tests/env/test_exports_stack.c
CLEANFILES += tests/env/test_exports_stack.c
tests/env/test_exports_stack.c: $(MISUSE_GENERATE) $(MISUSE_INPUTS)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	    $(AWK) -v prefix=test_env_exports_stack__ -v data=0 -f $(MISUSE_GENERATE) $(MISUSE_INPUTS) > $@.tmp && mv $@.tmp $@

# What is promised before the start, after the end, in TLS destructors and in signal handlers.
CORE_TESTS += tests/env/test_when
tests_env_test_when_SOURCES = tests/env/when.c tests/env/when.h
nodist_tests_env_test_when_SOURCES = tests/env/test_when.c
EXTRA_DIST += tests/env/when.awk tests/env/when.tsv
CLEANFILES += tests/env/test_when.c
tests/env/test_when.c: $(top_srcdir)/tests/env/when.awk $(top_srcdir)/tests/env/when.tsv
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(AWK) -f $(top_srcdir)/tests/env/when.awk $(top_srcdir)/tests/env/when.tsv > $@.tmp && mv $@.tmp $@

# The suite of the lock once more, where membarrier is refused; and, of the target below only, on one processor.
LOCK_SUITE = tests/unit/state/test_lock tests/unit/state/test_lock_info tests/unit/state/test_eval tests/unit/state/test_tstate \
    tests/unit/state/test_interp tests/unit/state/test_lock_fork tests/api/test_lock
TESTS += tests/env/refused.sh
EXTRA_DIST += tests/env/refused.sh tests/env/processor.sh
tests/env/refused.log tests/env/processor.log: $(LOCK_SUITE)

# A debugger.
TESTS += tests/env/debugger.sh
EXTRA_DIST += tests/env/debugger.sh tests/env/debugger.c
tests/env/debugger.log: libgilrt.la

# Another C library: of this target only, because it compiles all sources once more.
EXTRA_DIST += tests/env/musl.sh tests/env/musl.c tests/env/musl_context.c

.PHONY: check-env
check-env:
	$(MAKE) $(AM_MAKEFLAGS) check check_PROGRAMS='$(filter tests/env/%,$(CORE_TESTS)) $(LOCK_SUITE)' \
	    TESTS='$(filter tests/env/%,$(CORE_TESTS)) tests/env/refused.sh tests/env/processor.sh tests/env/debugger.sh tests/env/musl.sh'
