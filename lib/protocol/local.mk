# One line a topic: libcore_la_SOURCES += lib/protocol/STEM.c lib/protocol/STEM.h
