# One line a topic: libcore_la_SOURCES += lib/state/STEM.c lib/state/STEM.h
libcore_la_SOURCES += lib/state/stable.c lib/state/stable.h
libcore_la_SOURCES += lib/state/lock.c lib/state/lock.h
libcore_la_SOURCES += lib/state/eval.c
libcore_la_SOURCES += lib/state/tstate.c lib/state/tstate.h
libcore_la_SOURCES += lib/state/interp.c lib/state/interp.h
libcore_la_SOURCES += lib/state/guard.c lib/state/guard.h
