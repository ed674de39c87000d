# One line a topic: libcore_la_SOURCES += lib/sync/STEM.c lib/sync/STEM.h
libcore_la_SOURCES += lib/sync/machine.h
libcore_la_SOURCES += lib/sync/machine_linux.c lib/sync/machine_linux.h
libcore_la_SOURCES += lib/sync/rank.c lib/sync/rank.h
libcore_la_SOURCES += lib/sync/mutex.c lib/sync/mutex.h
