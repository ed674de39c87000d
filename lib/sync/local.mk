# One line a topic: libcore_la_SOURCES += lib/sync/STEM.c lib/sync/STEM.h
