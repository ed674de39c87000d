# One line a test: UNIT_TESTS += tests/unit/state/test_STEM   (its source is the .c of that name)
EXTRA_DIST += tests/unit/state/world.h
UNIT_TESTS += tests/unit/state/test_stable
UNIT_TESTS += tests/unit/state/test_serving
UNIT_TESTS += tests/unit/state/test_lock
UNIT_TESTS += tests/unit/state/test_transition
UNIT_TESTS += tests/unit/state/test_eval
UNIT_TESTS += tests/unit/state/test_tstate
UNIT_TESTS += tests/unit/state/test_shelf
UNIT_TESTS += tests/unit/state/test_interp
UNIT_TESTS += tests/unit/state/test_gate
UNIT_TESTS += tests/unit/state/test_closing
UNIT_TESTS += tests/unit/state/test_may
UNIT_TESTS += tests/unit/state/test_guard
UNIT_TESTS += tests/unit/state/test_pending
UNIT_TESTS += tests/unit/state/test_foreign
UNIT_TESTS += tests/unit/state/test_meeting
UNIT_TESTS += tests/unit/state/test_locking
UNIT_TESTS += tests/unit/state/test_wait
UNIT_TESTS += tests/unit/state/test_unblock
UNIT_TESTS += tests/unit/state/test_cancel
UNIT_TESTS += tests/unit/state/test_interrupt
UNIT_TESTS += tests/unit/state/test_dump
UNIT_TESTS += tests/unit/state/test_turn
UNIT_TESTS += tests/unit/state/test_habit
UNIT_TESTS += tests/unit/state/test_lean
UNIT_TESTS += tests/unit/state/test_lock_info
UNIT_TESTS += tests/unit/state/test_lock_fork
UNIT_TESTS += tests/unit/state/test_fork

# The lock as it ships, over other machines; the rest of them is the library's.
LOCK_FILES = lib/state/lock.c lib/state/lean.c lib/state/lock_info.c lib/state/turn.c lib/state/habit.c lib/sync/mutex.c lib/sync/rank.c \
    lib/sync/order.c
UNIT_TESTS += tests/unit/state/test_lock_fault
tests_unit_state_test_lock_fault_SOURCES = tests/unit/state/test_lock_fault.c tests/models/crew.h \
    tests/models/machine_fault.c tests/models/machine_fault.h $(LOCK_FILES)
tests_unit_state_test_lock_fault_CPPFLAGS = $(AM_CPPFLAGS) -DGIL_DEBUG=1 \
    '-DGIL_MACHINE_BACKEND="models/machine_fault.h"'
CLOCK_FILES = tests/models/clock_crew.h tests/models/crew.h tests/models/machine_clock.c tests/models/machine_clock.h \
    $(LOCK_FILES)
UNIT_TESTS += tests/unit/state/test_lock_clock
tests_unit_state_test_lock_clock_SOURCES = tests/unit/state/test_lock_clock.c $(CLOCK_FILES)
tests_unit_state_test_lock_clock_CPPFLAGS = $(AM_CPPFLAGS) -DGIL_DEBUG=1 \
    '-DGIL_MACHINE_BACKEND="models/machine_clock.h"'
UNIT_TESTS += tests/unit/state/test_lock_share
tests_unit_state_test_lock_share_SOURCES = tests/unit/state/test_lock_share.c $(CLOCK_FILES)
tests_unit_state_test_lock_share_CPPFLAGS = $(tests_unit_state_test_lock_clock_CPPFLAGS)
