# One line a test: API_TESTS += tests/api/misuse/test_NAME   (its source is the .c of that name)
API_TESTS += tests/api/misuse/test_state

# One test an exported symbol, made from the headers and the manifest.
API_TESTS += tests/api/misuse/test_exports
tests_api_misuse_test_exports_SOURCES = tests/api/misuse/misuse.c tests/api/misuse/fixture.c tests/api/misuse/misuse.h
nodist_tests_api_misuse_test_exports_SOURCES = tests/api/misuse/test_exports.c
EXTRA_DIST += tests/api/misuse/generate.awk tests/api/misuse/manifest.tsv
CLEANFILES += tests/api/misuse/test_exports.c

MISUSE_GENERATE = $(top_srcdir)/tests/api/misuse/generate.awk
MISUSE_INPUTS = $(top_srcdir)/lib/libgilrt.map $(top_srcdir)/tests/api/misuse/manifest.tsv \
    $(wildcard $(top_srcdir)/include/gilrt/*.h)
tests/api/misuse/test_exports.c: $(MISUSE_GENERATE) $(MISUSE_INPUTS)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	    $(AWK) -v prefix=test_api_misuse_exports__ -v data=1 -f $(MISUSE_GENERATE) $(MISUSE_INPUTS) > $@.tmp && mv $@.tmp $@
