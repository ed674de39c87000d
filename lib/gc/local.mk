# One line a topic: libcore_la_SOURCES += lib/gc/STEM.c lib/gc/STEM.h
libcore_la_SOURCES += lib/gc/track.c lib/gc/track.h
libcore_la_SOURCES += lib/gc/start.c lib/gc/start.h
