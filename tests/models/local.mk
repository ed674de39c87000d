# The models: shipped sources under the schedule explorer. They print TAP themselves and link nothing of the library; no
# sanitizer, because the explorer changes stacks under its feet. `make check-mutants` measures the explorer.
# -Og, because optimized further they leave more rubbish on the stacks, and states that differ in it are not known again; but
# for what has no frame on a stack while a choice is made, and takes most of the time.
EXPLORER = tests/models/explore.c tests/models/seen.c tests/models/snapshot.c

# What models are made of beside their own source (MODEL_PARTS), compiled once for all of them. Nobody needs the archive: a model
# links the objects that it names.
EXTRA_LIBRARIES = tests/models/libparts.a
tests_models_libparts_a_SOURCES = tests/models/explore.h tests/models/seen.h tests/models/snapshot.h \
    tests/models/machine_model.h tests/models/runner.h tests/models/end_world.h tests/models/threads_world.h $(EXPLORER) \
    tests/models/end_threads.c tests/models/end_world.c tests/models/runner.c tests/models/threads_world.c \
    lib/runtime/atexit.c lib/runtime/config.c lib/runtime/ending.c lib/runtime/finalize.c lib/runtime/fork.c \
    lib/runtime/interp.c lib/runtime/signal.c lib/state/closing.c lib/state/eval.c lib/state/foreign.c lib/state/fork.c \
    lib/state/gate.c lib/state/guard.c lib/state/habit.c lib/state/interp.c lib/state/lean.c lib/state/lock.c \
    lib/state/lock_fork.c lib/state/lock_info.c lib/state/locking.c lib/state/meeting.c lib/state/pending.c \
    lib/state/serving.c lib/state/shelf.c lib/state/transition.c lib/state/tstate.c lib/state/turn.c lib/state/unblock.c \
    lib/state/wait.c lib/sync/barrier.c lib/sync/bytelock.c lib/sync/condition.c lib/sync/event.c lib/sync/mutex.c \
    lib/sync/once.c lib/sync/parking.c lib/sync/rwlock.c lib/sync/semaphore.c
tests_models_libparts_a_CPPFLAGS = $(tests_models_lock_model_CPPFLAGS)
tests_models_libparts_a_CFLAGS = $(tests_models_lock_model_CFLAGS)
model_objects = $(foreach source,$(1),$(filter $(dir $(source))%-$(basename $(notdir $(source))).$(OBJEXT),\
    $(tests_models_libparts_a_OBJECTS)))

CORE_TESTS += tests/models/lock_model
tests_models_lock_model_SOURCES = tests/models/lock_model.c
lock_model_PARTS = tests/models/runner.c $(EXPLORER) lib/state/transition.c lib/state/lock.c lib/state/lean.c \
    lib/state/lock_info.c lib/state/turn.c lib/state/habit.c lib/sync/mutex.c
tests_models_lock_model_CPPFLAGS = $(AM_CPPFLAGS) -DGIL_DEBUG=1 '-DGIL_MACHINE_BACKEND="models/machine_model.h"'
tests_models_lock_model_CFLAGS = -std=gnu11 $(CODE_CFLAGS) $(WARN_CFLAGS)
tests_models_lock_model_LDFLAGS =
tests_models_lock_model_LDADD = $(call model_objects,$(lock_model_PARTS))

CORE_TESTS += tests/models/lives_model
tests_models_lives_model_SOURCES = tests/models/lives_model.c
lives_model_PARTS = tests/models/runner.c $(EXPLORER) lib/state/gate.c lib/sync/mutex.c
tests_models_lives_model_CPPFLAGS = $(tests_models_lock_model_CPPFLAGS)
tests_models_lives_model_CFLAGS = $(tests_models_lock_model_CFLAGS)
tests_models_lives_model_LDFLAGS =
tests_models_lives_model_LDADD = $(call model_objects,$(lives_model_PARTS))

CORE_TESTS += tests/models/end_model
tests_models_end_model_SOURCES = tests/models/end_model.c
end_model_PARTS = tests/models/end_world.c tests/models/end_threads.c tests/models/runner.c $(EXPLORER) \
    lib/runtime/finalize.c lib/runtime/ending.c lib/runtime/interp.c lib/runtime/config.c lib/runtime/atexit.c \
    lib/state/interp.c lib/state/closing.c lib/state/gate.c lib/state/pending.c lib/state/serving.c lib/state/transition.c \
    lib/state/lock.c lib/state/lean.c lib/state/lock_info.c lib/state/turn.c lib/state/habit.c lib/sync/mutex.c
tests_models_end_model_CPPFLAGS = $(tests_models_lock_model_CPPFLAGS)
tests_models_end_model_CFLAGS = $(tests_models_lock_model_CFLAGS)
tests_models_end_model_LDFLAGS =
tests_models_end_model_LDADD = $(call model_objects,$(end_model_PARTS))

CORE_TESTS += tests/models/threads_model
tests_models_threads_model_SOURCES = tests/models/threads_model.c
threads_model_PARTS = tests/models/threads_world.c tests/models/end_world.c tests/models/runner.c $(EXPLORER) \
    lib/state/tstate.c lib/state/shelf.c lib/state/guard.c lib/state/eval.c lib/state/interp.c lib/state/closing.c \
    lib/state/gate.c lib/state/unblock.c lib/state/pending.c lib/state/serving.c lib/state/wait.c lib/state/transition.c \
    lib/state/lock.c lib/state/lean.c lib/state/lock_info.c lib/state/turn.c lib/state/habit.c lib/sync/parking.c \
    lib/sync/mutex.c lib/runtime/finalize.c
tests_models_threads_model_CPPFLAGS = $(tests_models_lock_model_CPPFLAGS)
tests_models_threads_model_CFLAGS = $(tests_models_lock_model_CFLAGS)
tests_models_threads_model_LDFLAGS =
tests_models_threads_model_LDADD = $(call model_objects,$(threads_model_PARTS))

CORE_TESTS += tests/models/inside_model
tests_models_inside_model_SOURCES = tests/models/inside_model.c
inside_model_PARTS = tests/models/threads_world.c tests/models/end_world.c tests/models/runner.c $(EXPLORER) \
    lib/state/tstate.c lib/state/shelf.c lib/state/guard.c lib/state/eval.c lib/state/interp.c lib/state/closing.c \
    lib/state/gate.c lib/state/unblock.c lib/state/pending.c lib/state/serving.c lib/state/wait.c lib/state/transition.c \
    lib/state/lock.c lib/state/lean.c lib/state/lock_info.c lib/state/turn.c lib/state/habit.c lib/sync/parking.c \
    lib/sync/mutex.c lib/runtime/finalize.c
tests_models_inside_model_CPPFLAGS = $(tests_models_lock_model_CPPFLAGS)
tests_models_inside_model_CFLAGS = $(tests_models_lock_model_CFLAGS)
tests_models_inside_model_LDFLAGS =
tests_models_inside_model_LDADD = $(call model_objects,$(inside_model_PARTS))

CORE_TESTS += tests/models/sync_model
tests_models_sync_model_SOURCES = tests/models/sync_model.c
sync_model_PARTS = tests/models/runner.c $(EXPLORER) lib/sync/parking.c lib/sync/bytelock.c lib/sync/rwlock.c \
    lib/sync/condition.c lib/sync/event.c lib/sync/semaphore.c lib/sync/barrier.c lib/sync/once.c lib/sync/mutex.c \
    lib/state/wait.c lib/state/locking.c lib/state/meeting.c lib/state/foreign.c
tests_models_sync_model_CPPFLAGS = $(tests_models_lock_model_CPPFLAGS)
tests_models_sync_model_CFLAGS = $(tests_models_lock_model_CFLAGS)
tests_models_sync_model_LDFLAGS =
tests_models_sync_model_LDADD = $(call model_objects,$(sync_model_PARTS))

CORE_TESTS += tests/models/unblock_model
tests_models_unblock_model_SOURCES = tests/models/unblock_model.c
unblock_model_PARTS = tests/models/runner.c $(EXPLORER) lib/state/unblock.c lib/sync/parking.c lib/sync/mutex.c
tests_models_unblock_model_CPPFLAGS = $(tests_models_lock_model_CPPFLAGS)
tests_models_unblock_model_CFLAGS = $(tests_models_lock_model_CFLAGS)
tests_models_unblock_model_LDFLAGS =
tests_models_unblock_model_LDADD = $(call model_objects,$(unblock_model_PARTS))

CORE_TESTS += tests/models/calls_model
tests_models_calls_model_SOURCES = tests/models/calls_model.c
calls_model_PARTS = tests/models/runner.c $(EXPLORER) lib/state/pending.c lib/state/serving.c lib/state/gate.c \
    lib/state/wait.c lib/sync/parking.c lib/sync/mutex.c
tests_models_calls_model_CPPFLAGS = $(tests_models_lock_model_CPPFLAGS)
tests_models_calls_model_CFLAGS = $(tests_models_lock_model_CFLAGS)
tests_models_calls_model_LDFLAGS =
tests_models_calls_model_LDADD = $(call model_objects,$(calls_model_PARTS))

CORE_TESTS += tests/models/fork_model
tests_models_fork_model_SOURCES = tests/models/fork_model.c
fork_model_PARTS = tests/models/runner.c $(EXPLORER) lib/state/fork.c lib/state/lock_fork.c lib/state/gate.c \
    lib/state/lock.c lib/state/lean.c lib/state/lock_info.c lib/state/turn.c lib/state/habit.c lib/sync/parking.c \
    lib/sync/bytelock.c lib/sync/mutex.c
tests_models_fork_model_CPPFLAGS = $(tests_models_lock_model_CPPFLAGS)
tests_models_fork_model_CFLAGS = $(tests_models_lock_model_CFLAGS)
tests_models_fork_model_LDFLAGS =
tests_models_fork_model_LDADD = $(call model_objects,$(fork_model_PARTS))

CORE_TESTS += tests/models/forking_model
tests_models_forking_model_SOURCES = tests/models/forking_model.c
forking_model_PARTS = tests/models/runner.c $(EXPLORER) lib/runtime/fork.c lib/state/gate.c lib/state/lock.c \
    lib/state/lean.c lib/state/lock_info.c lib/state/turn.c lib/state/habit.c lib/sync/mutex.c
tests_models_forking_model_CPPFLAGS = $(tests_models_lock_model_CPPFLAGS)
tests_models_forking_model_CFLAGS = $(tests_models_lock_model_CFLAGS)
tests_models_forking_model_LDFLAGS =
tests_models_forking_model_LDADD = $(call model_objects,$(forking_model_PARTS))

CORE_TESTS += tests/models/signal_model
tests_models_signal_model_SOURCES = tests/models/signal_model.c
signal_model_PARTS = tests/models/runner.c $(EXPLORER) lib/runtime/signal.c lib/state/pending.c lib/state/serving.c \
    lib/state/wait.c lib/sync/parking.c lib/sync/mutex.c
tests_models_signal_model_CPPFLAGS = $(tests_models_lock_model_CPPFLAGS)
tests_models_signal_model_CFLAGS = $(tests_models_lock_model_CFLAGS)
tests_models_signal_model_LDFLAGS =
tests_models_signal_model_LDADD = $(call model_objects,$(signal_model_PARTS))

CORE_TESTS += tests/models/explore_test
tests_models_explore_test_SOURCES = tests/models/explore_test.c
explore_test_PARTS = $(EXPLORER)
tests_models_explore_test_CPPFLAGS = $(tests_models_lock_model_CPPFLAGS)
tests_models_explore_test_CFLAGS = $(tests_models_lock_model_CFLAGS)
tests_models_explore_test_LDFLAGS =
tests_models_explore_test_LDADD = $(call model_objects,$(explore_test_PARTS))

MODEL_OBJECTS = $(tests_models_libparts_a_OBJECTS) $(tests_models_lock_model_OBJECTS) $(tests_models_lives_model_OBJECTS) \
    $(tests_models_end_model_OBJECTS) $(tests_models_threads_model_OBJECTS) $(tests_models_inside_model_OBJECTS) \
    $(tests_models_sync_model_OBJECTS) $(tests_models_unblock_model_OBJECTS) $(tests_models_calls_model_OBJECTS) \
    $(tests_models_fork_model_OBJECTS) $(tests_models_forking_model_OBJECTS) $(tests_models_signal_model_OBJECTS) \
    $(tests_models_explore_test_OBJECTS)
$(filter-out %-seen.$(OBJEXT) %-snapshot.$(OBJEXT),$(MODEL_OBJECTS)): private CFLAGS += -Og

MODEL_TESTS += tests/models/schedules.sh
EXTRA_DIST += $(MODEL_TESTS) tests/models/schedules tests/models/mutants.sh tests/models/mutants tests/models/spin \
    tests/models/coverage.ld
.PHONY: check-mutants
check-mutants:
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/models/mutants.sh
