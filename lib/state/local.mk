# One line a topic: libcore_la_SOURCES += lib/state/STEM.c lib/state/STEM.h
