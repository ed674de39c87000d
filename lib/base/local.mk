# One line a topic: libcore_la_SOURCES += lib/base/STEM.c lib/base/STEM.h
libcore_la_SOURCES += lib/base/atomic.h
libcore_la_SOURCES += lib/base/panic.c lib/base/panic.h
libcore_la_SOURCES += lib/base/print.c lib/base/print.h
libcore_la_SOURCES += lib/base/clock.c lib/base/clock.h
libcore_la_SOURCES += lib/base/hash.c lib/base/hash.h
libcore_la_SOURCES += lib/base/backend.c lib/base/backend.h
libcore_la_SOURCES += lib/base/mem.c lib/base/mem.h
