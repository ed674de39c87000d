# One line a test: UNIT_TESTS += tests/unit/sync/test_STEM   (its source is the .c of that name)
UNIT_TESTS += tests/unit/sync/test_machine_linux
UNIT_TESTS += tests/unit/sync/test_mutex
UNIT_TESTS += tests/unit/sync/test_rank
