# One line a test: UNIT_TESTS += tests/unit/protocol/test_STEM   (its source is the .c of that name)
