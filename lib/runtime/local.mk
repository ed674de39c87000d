# One line a topic: libcore_la_SOURCES += lib/runtime/STEM.c lib/runtime/STEM.h
libcore_la_SOURCES += lib/runtime/version.c
libcore_la_SOURCES += lib/runtime/config.c lib/runtime/config.h
libcore_la_SOURCES += lib/runtime/copies.c lib/runtime/copies.h
libcore_la_SOURCES += lib/runtime/life.c
