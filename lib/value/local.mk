# One line a topic: libcore_la_SOURCES += lib/value/STEM.c lib/value/STEM.h
