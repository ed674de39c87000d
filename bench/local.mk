# The benchmarks are built against the installed library by ./dev bench: this file only puts them into the tarball.
EXTRA_DIST += \
	bench/Makefile \
	bench/bench_lock.c bench/lock_side.c bench/lock_side.h \
	bench/bench_object.c bench/object_side.c bench/object_side.h \
	bench/measure.c bench/measure.h bench/side.h bench/spin.h
