# One line a topic: libcore_la_SOURCES += lib/module/STEM.c lib/module/STEM.h
