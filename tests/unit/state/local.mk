# One line a test: UNIT_TESTS += tests/unit/state/test_STEM   (its source is the .c of that name)
EXTRA_DIST += tests/unit/state/world.h
UNIT_TESTS += tests/unit/state/test_stable
UNIT_TESTS += tests/unit/state/test_lock
UNIT_TESTS += tests/unit/state/test_eval
UNIT_TESTS += tests/unit/state/test_tstate
UNIT_TESTS += tests/unit/state/test_interp
UNIT_TESTS += tests/unit/state/test_guard
