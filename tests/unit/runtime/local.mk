# One line a test: UNIT_TESTS += tests/unit/runtime/test_STEM   (its source is the .c of that name)
UNIT_TESTS += tests/unit/runtime/test_version
UNIT_TESTS += tests/unit/runtime/test_config
UNIT_TESTS += tests/unit/runtime/test_copies
UNIT_TESTS += tests/unit/runtime/test_life
UNIT_TESTS += tests/unit/runtime/test_layers
UNIT_TESTS += tests/unit/runtime/test_interp
UNIT_TESTS += tests/unit/runtime/test_ending
UNIT_TESTS += tests/unit/runtime/test_inside
UNIT_TESTS += tests/unit/runtime/test_busy
UNIT_TESTS += tests/unit/runtime/test_finalize
UNIT_TESTS += tests/unit/runtime/test_finalize_lock
UNIT_TESTS += tests/unit/runtime/test_atexit
UNIT_TESTS += tests/unit/runtime/test_event
UNIT_TESTS += tests/unit/runtime/test_fork
UNIT_TESTS += tests/unit/runtime/test_signal
UNIT_TESTS += tests/unit/runtime/test_signal_first

# Shared objects that test_copies loads.
check_LTLIBRARIES += tests/unit/runtime/hog.la tests/unit/runtime/copy.la
tests_unit_runtime_hog_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere $(SANITIZER_CFLAGS)
tests_unit_runtime_copy_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere $(SANITIZER_CFLAGS)
