# One line a test: UNIT_TESTS += tests/unit/base/test_STEM   (its source is the .c of that name)
UNIT_TESTS += tests/unit/base/test_panic
UNIT_TESTS += tests/unit/base/test_print
UNIT_TESTS += tests/unit/base/test_clock
UNIT_TESTS += tests/unit/base/test_hash
UNIT_TESTS += tests/unit/base/test_backend
UNIT_TESTS += tests/unit/base/test_mem
UNIT_TESTS += tests/unit/base/test_bury
