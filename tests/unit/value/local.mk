# One line a test: UNIT_TESTS += tests/unit/value/test_STEM   (its source is the .c of that name)
