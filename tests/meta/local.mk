# Scripts about the sources and the build, one line a script: META_TESTS += tests/meta/NAME.sh
META_TESTS += tests/meta/layers.sh
META_TESTS += tests/meta/contracts.sh
META_TESTS += tests/meta/names.sh
META_TESTS += tests/meta/exports.sh
META_TESTS += tests/meta/abi.sh
META_TESTS += tests/meta/headers.sh
META_TESTS += tests/meta/globals.sh
META_TESTS += tests/meta/mirror.sh
META_TESTS += tests/meta/testnames.sh
META_TESTS += tests/meta/symbols.sh
META_TESTS += tests/meta/catalogue.sh
META_TESTS += tests/meta/manual.sh
META_TESTS += tests/meta/porting.sh
META_TESTS += tests/meta/misuse.sh
META_TESTS += tests/meta/forklocks.sh
META_TESTS += tests/meta/when.sh
META_TESTS += tests/meta/dist.sh
META_TESTS += tests/meta/selftest.sh
EXTRA_DIST += $(META_TESTS) tests/support/tap.sh tests/meta/globals.allowed tests/catalogue.tsv tools/list-exports.sh tools/list-abi.sh tools/list-calls.sh \
    tools/update-calls.sh
# They look at the finished library.
$(META_TESTS:.sh=.log): libcore.la libgilrt.la
