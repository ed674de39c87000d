# One line a topic: libcore_la_SOURCES += lib/object/STEM.c lib/object/STEM.h
libcore_la_SOURCES += lib/object/mem.c
