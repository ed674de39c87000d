# One line a test: CORE_TESTS += tests/faults/test_NAME   (its source is the .c of that name)
CORE_TESTS += tests/faults/test_scenes
API_TESTS += tests/faults/test_system

# Each call of the table of exports without memory; see tests/api/misuse/.
CORE_TESTS += tests/faults/test_exports
tests_faults_test_exports_SOURCES = tests/faults/exports.c tests/api/misuse/fixture.c tests/api/misuse/elsewhere.c tests/api/misuse/misuse.h
nodist_tests_faults_test_exports_SOURCES = tests/faults/test_exports.c
CLEANFILES += tests/faults/test_exports.c
tests/faults/test_exports.c: $(MISUSE_GENERATE) $(MISUSE_INPUTS)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	    $(AWK) -v prefix=test_faults_exports__ -v data=0 -f $(MISUSE_GENERATE) $(MISUSE_INPUTS) > $@.tmp && mv $@.tmp $@
