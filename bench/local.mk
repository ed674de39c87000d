# The benchmarks are built against the installed library by ./dev bench: this file only puts them into the tarball.
EXTRA_DIST += \
	bench/Makefile bench/plot.sh \
	bench/measure.c bench/measure.h bench/others.c bench/others.h bench/latency.h bench/side.h bench/spin.c bench/spin.h bench/stint.h \
	bench/bench_lock.c bench/floor.c bench/lock_side.c bench/lock_side.h \
	bench/echo.c bench/echo.h bench/hogs.h bench/hogs_side.c bench/pace.h \
	bench/fair_side.c bench/fair_side.h bench/convoy_side.c bench/convoy_side.h bench/pace_side.c bench/pace_side.h \
	bench/bench_object.c bench/object_side.c bench/object_side.h \
	bench/bench_gc.c bench/gc_side.c bench/gc_side.h \
	bench/bench_runtime.c bench/runtime_side.c bench/runtime_side.h \
	bench/bench_text.c bench/text_side.c bench/text_side.h \
	bench/bench_sync.c bench/sync_side.c bench/sync_side.h bench/results
