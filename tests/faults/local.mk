# One line a test: CORE_TESTS += tests/faults/test_NAME   (its source is the .c of that name)
