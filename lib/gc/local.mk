# One line a topic: libcore_la_SOURCES += lib/gc/STEM.c lib/gc/STEM.h
