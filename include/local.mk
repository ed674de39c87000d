# The public headers, one line a header: nobase_include_HEADERS += include/gilrt/TOPIC.h
# They are installed below $(includedir)/gilrt, the umbrella beside that folder.
include_HEADERS = include/gilrt.h
gilrtincludedir = $(includedir)/gilrt
gilrtinclude_HEADERS =
gilrtinclude_HEADERS += include/gilrt/base.h
gilrtinclude_HEADERS += include/gilrt/version.h
gilrtinclude_HEADERS += include/gilrt/tuple.h
gilrtinclude_HEADERS += include/gilrt/list.h
gilrtinclude_HEADERS += include/gilrt/dict.h
gilrtinclude_HEADERS += include/gilrt/capsule.h
gilrtinclude_HEADERS += include/gilrt/function.h
gilrtinclude_HEADERS += include/gilrt/exception.h
gilrtinclude_HEADERS += include/gilrt/unicode.h
gilrtinclude_HEADERS += include/gilrt/bytes.h
gilrtinclude_HEADERS += include/gilrt/bytearray.h
gilrtinclude_HEADERS += include/gilrt/args.h
