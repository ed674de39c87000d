# One line a test: UNIT_TESTS += tests/unit/gc/test_STEM   (its source is the .c of that name)
UNIT_TESTS += tests/unit/gc/test_start
UNIT_TESTS += tests/unit/gc/test_track
