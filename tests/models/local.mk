# One line a test: CORE_TESTS += tests/models/test_NAME   (its source is the .c of that name)
