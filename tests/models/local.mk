# The models: shipped sources under the schedule explorer. They print TAP themselves and link nothing of the library; no
# sanitizer, because the explorer changes stacks under its feet. `make check-mutants` measures the explorer.
CORE_TESTS += tests/models/lock_model
tests_models_lock_model_SOURCES = tests/models/lock_model.c tests/models/explore.c tests/models/explore.h \
    tests/models/machine_model.h lib/state/lock.c lib/state/lock_info.c lib/state/turn.c lib/state/habit.c \
    lib/sync/mutex.c
tests_models_lock_model_CPPFLAGS = $(AM_CPPFLAGS) -DGIL_DEBUG=1 '-DGIL_MACHINE_BACKEND="models/machine_model.h"'
tests_models_lock_model_CFLAGS = -std=gnu11 $(CODE_CFLAGS) $(WARN_CFLAGS)
tests_models_lock_model_LDFLAGS =
tests_models_lock_model_LDADD =

EXTRA_DIST += tests/models/mutants.sh tests/models/mutants
.PHONY: check-mutants
check-mutants:
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/models/mutants.sh
