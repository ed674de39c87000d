# One line a test: CORE_TESTS += tests/stress/test_NAME   (its source is the .c of that name)
CORE_TESTS += tests/stress/test_lock
