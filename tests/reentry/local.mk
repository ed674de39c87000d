# The re-entrancy matrix. One line a test: CORE_TESTS += tests/reentry/test_NAME   (its source is the .c of that name)
REENTRY_SOURCES = tests/reentry/matrix.c tests/reentry/matrix.h tests/reentry/imp.c tests/reentry/imp.h \
    tests/api/misuse/fixture.c tests/api/misuse/elsewhere.c tests/api/misuse/misuse.h

CORE_TESTS += tests/reentry/test_methods
tests_reentry_test_methods_SOURCES = tests/reentry/test_methods.c $(REENTRY_SOURCES)

# Each call of the table of exports; see tests/api/misuse/.
CORE_TESTS += tests/reentry/test_exports
tests_reentry_test_exports_SOURCES = tests/reentry/exports.c $(REENTRY_SOURCES)
nodist_tests_reentry_test_exports_SOURCES = tests/reentry/test_exports.c
CLEANFILES += tests/reentry/test_exports.c
tests/reentry/test_exports.c: $(MISUSE_GENERATE) $(MISUSE_INPUTS)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	    $(AWK) -v prefix=test_reentry_exports__ -v data=0 -f $(MISUSE_GENERATE) $(MISUSE_INPUTS) > $@.tmp && mv $@.tmp $@
