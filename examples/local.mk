# The examples are built against the installed library, never from here: this file only puts them into the tarball,
# one line an example: EXTRA_DIST += examples/NAME/FILE ...
EXTRA_DIST += examples/README.md examples/Makefile examples/check.sh
EXTRA_DIST += examples/contract/Makefile examples/contract/hello.c examples/contract/counter.c
EXTRA_DIST += examples/skeleton/Makefile examples/skeleton/CMakeLists.txt examples/skeleton/skeleton.c
EXTRA_DIST += examples/cxx/Makefile examples/cxx/host.cpp examples/cxx/words.cpp
EXTRA_DIST += examples/host/Makefile examples/host/demo.sh examples/host/raw.h examples/host/gilhost.c \
    examples/host/options.c examples/host/options.h examples/host/work.c examples/host/work.h examples/host/crew.c \
    examples/host/crew.h examples/host/measure.c examples/host/measure.h examples/host/report.c examples/host/report.h
EXTRA_DIST += examples/host/digest/digest.c examples/host/digest/hash_file.c examples/host/digest/hash_file.h
EXTRA_DIST += examples/host/deflate/deflate.c examples/host/deflate/gzip.c examples/host/deflate/gzip.h
EXTRA_DIST += examples/host/linalg/linalg.c examples/host/linalg/matrix.c examples/host/linalg/matrix.h \
    examples/host/linalg/matrix_market.c examples/host/linalg/matrix_market.h examples/host/linalg/dense.c \
    examples/host/linalg/dense.h
EXTRA_DIST += examples/host/numbers/numbers.c examples/host/numbers/count.c examples/host/numbers/count.h
