# One line a topic: libcore_la_SOURCES += lib/module/STEM.c lib/module/STEM.h
libcore_la_SOURCES += lib/module/start.c lib/module/start.h
libcore_la_SOURCES += lib/module/importerror.c lib/module/importerror.h
libcore_la_SOURCES += lib/module/slots.c
libcore_la_SOURCES += lib/module/module.c lib/module/module.h
libcore_la_SOURCES += lib/module/path.c lib/module/path.h
libcore_la_SOURCES += lib/module/loader.c lib/module/loader.h
libcore_la_SOURCES += lib/module/import.c lib/module/import.h
