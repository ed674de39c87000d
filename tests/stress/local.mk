# One line a test: CORE_TESTS += tests/stress/test_NAME   (its source is the .c of that name)
CORE_TESTS += tests/stress/test_lock
CORE_TESTS += tests/stress/test_sync
CORE_TESTS += tests/stress/test_lives
CORE_TESTS += tests/stress/test_fork

# The lock as it ships, over a machine that pauses at random; the rest of it is the library's.
CORE_TESTS += tests/stress/test_lock_chaos
tests_stress_test_lock_chaos_SOURCES = tests/stress/test_lock_chaos.c tests/models/crew.h tests/models/machine_chaos.h \
    $(LOCK_FILES)
tests_stress_test_lock_chaos_CPPFLAGS = $(AM_CPPFLAGS) -DGIL_DEBUG=1 \
    '-DGIL_MACHINE_BACKEND="models/machine_chaos.h"'
