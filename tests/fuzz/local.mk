# A target is tests/fuzz/fuzz_NAME.c with inputs in tests/fuzz/corpus/NAME/. tests/fuzz/replay_NAME runs these in every
# `make check`; tests/fuzz/fuzz_NAME, which libFuzzer drives, is made by `./dev check fuzz` with clang.
FUZZ_REPLAY = tests/fuzz/fuzz.c tests/fuzz/fuzz.h tests/fuzz/replay.c
FUZZ_DRIVE = tests/fuzz/fuzz.c tests/fuzz/fuzz.h tests/fuzz/libfuzzer.c
EXTRA_DIST += tests/fuzz/corpus

CORE_TESTS += tests/fuzz/replay_list
CORE_TESTS += tests/fuzz/replay_tuple
CORE_TESTS += tests/fuzz/replay_dict
CORE_TESTS += tests/fuzz/replay_set
CORE_TESTS += tests/fuzz/replay_text
CORE_TESTS += tests/fuzz/replay_octets
CORE_TESTS += tests/fuzz/replay_view
CORE_TESTS += tests/fuzz/replay_int
CORE_TESTS += tests/fuzz/replay_format
CORE_TESTS += tests/fuzz/replay_args
CORE_TESTS += tests/fuzz/replay_module
CORE_TESTS += tests/fuzz/replay_class

tests_fuzz_replay_list_SOURCES = tests/fuzz/fuzz_list.c $(FUZZ_REPLAY)
tests_fuzz_replay_tuple_SOURCES = tests/fuzz/fuzz_tuple.c $(FUZZ_REPLAY)
tests_fuzz_replay_dict_SOURCES = tests/fuzz/fuzz_dict.c tests/fuzz/keys.c tests/fuzz/keys.h $(FUZZ_REPLAY)
tests_fuzz_replay_set_SOURCES = tests/fuzz/fuzz_set.c tests/fuzz/keys.c tests/fuzz/keys.h $(FUZZ_REPLAY)
tests_fuzz_replay_text_SOURCES = tests/fuzz/fuzz_text.c $(FUZZ_REPLAY)
tests_fuzz_replay_octets_SOURCES = tests/fuzz/fuzz_octets.c $(FUZZ_REPLAY)
tests_fuzz_replay_view_SOURCES = tests/fuzz/fuzz_view.c $(FUZZ_REPLAY)
tests_fuzz_replay_int_SOURCES = tests/fuzz/fuzz_int.c tests/fuzz/python.c tests/fuzz/python.h tests/fuzz/school.c tests/fuzz/school.h $(FUZZ_REPLAY)
tests_fuzz_replay_format_SOURCES = tests/fuzz/fuzz_format.c tests/fuzz/python.c tests/fuzz/python.h $(FUZZ_REPLAY)
tests_fuzz_replay_args_SOURCES = tests/fuzz/fuzz_args.c $(FUZZ_REPLAY)
tests_fuzz_replay_module_SOURCES = tests/fuzz/fuzz_module.c $(FUZZ_REPLAY)
tests_fuzz_replay_class_SOURCES = tests/fuzz/fuzz_class.c $(FUZZ_REPLAY)

# Not built by anything else: other compilers know no -fsanitize=fuzzer, which brings main().
EXTRA_PROGRAMS =
EXTRA_PROGRAMS += tests/fuzz/fuzz_list
EXTRA_PROGRAMS += tests/fuzz/fuzz_tuple
EXTRA_PROGRAMS += tests/fuzz/fuzz_dict
EXTRA_PROGRAMS += tests/fuzz/fuzz_set
EXTRA_PROGRAMS += tests/fuzz/fuzz_text
EXTRA_PROGRAMS += tests/fuzz/fuzz_octets
EXTRA_PROGRAMS += tests/fuzz/fuzz_view
EXTRA_PROGRAMS += tests/fuzz/fuzz_int
EXTRA_PROGRAMS += tests/fuzz/fuzz_format
EXTRA_PROGRAMS += tests/fuzz/fuzz_args
EXTRA_PROGRAMS += tests/fuzz/fuzz_module
EXTRA_PROGRAMS += tests/fuzz/fuzz_class

tests_fuzz_fuzz_list_SOURCES = tests/fuzz/fuzz_list.c $(FUZZ_DRIVE)
tests_fuzz_fuzz_tuple_SOURCES = tests/fuzz/fuzz_tuple.c $(FUZZ_DRIVE)
tests_fuzz_fuzz_dict_SOURCES = tests/fuzz/fuzz_dict.c tests/fuzz/keys.c tests/fuzz/keys.h $(FUZZ_DRIVE)
tests_fuzz_fuzz_set_SOURCES = tests/fuzz/fuzz_set.c tests/fuzz/keys.c tests/fuzz/keys.h $(FUZZ_DRIVE)
tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz_text.c $(FUZZ_DRIVE)
tests_fuzz_fuzz_octets_SOURCES = tests/fuzz/fuzz_octets.c $(FUZZ_DRIVE)
tests_fuzz_fuzz_view_SOURCES = tests/fuzz/fuzz_view.c $(FUZZ_DRIVE)
tests_fuzz_fuzz_int_SOURCES = tests/fuzz/fuzz_int.c tests/fuzz/python.c tests/fuzz/python.h tests/fuzz/school.c tests/fuzz/school.h $(FUZZ_DRIVE)
tests_fuzz_fuzz_format_SOURCES = tests/fuzz/fuzz_format.c tests/fuzz/python.c tests/fuzz/python.h $(FUZZ_DRIVE)
tests_fuzz_fuzz_args_SOURCES = tests/fuzz/fuzz_args.c $(FUZZ_DRIVE)
tests_fuzz_fuzz_module_SOURCES = tests/fuzz/fuzz_module.c $(FUZZ_DRIVE)
tests_fuzz_fuzz_class_SOURCES = tests/fuzz/fuzz_class.c $(FUZZ_DRIVE)

tests_fuzz_fuzz_list_LDADD = libcore.la
tests_fuzz_fuzz_tuple_LDADD = libcore.la
tests_fuzz_fuzz_dict_LDADD = libcore.la
tests_fuzz_fuzz_set_LDADD = libcore.la
tests_fuzz_fuzz_text_LDADD = libcore.la
tests_fuzz_fuzz_octets_LDADD = libcore.la
tests_fuzz_fuzz_view_LDADD = libcore.la
tests_fuzz_fuzz_int_LDADD = libcore.la
tests_fuzz_fuzz_format_LDADD = libcore.la
tests_fuzz_fuzz_args_LDADD = libcore.la
tests_fuzz_fuzz_module_LDADD = libcore.la
tests_fuzz_fuzz_class_LDADD = libcore.la
tests_fuzz_fuzz_list_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_tuple_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_dict_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_set_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_text_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_octets_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_view_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_int_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_format_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_args_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_module_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_class_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
