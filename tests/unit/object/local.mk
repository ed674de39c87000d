# One line a test: UNIT_TESTS += tests/unit/object/test_STEM   (its source is the .c of that name)
UNIT_TESTS += tests/unit/object/test_mem
