# One line a topic: libcore_la_SOURCES += lib/runtime/STEM.c lib/runtime/STEM.h
libcore_la_SOURCES += lib/runtime/version.c
