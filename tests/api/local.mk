# One line a test: API_TESTS += tests/api/test_HEADER   (its source is the .c of that name)
API_TESTS += tests/api/test_error
API_TESTS += tests/api/test_gc
API_TESTS += tests/api/test_object
API_TESTS += tests/api/test_type
API_TESTS += tests/api/test_lock
API_TESTS += tests/api/test_state
API_TESTS += tests/api/test_guard
API_TESTS += tests/api/test_version
API_TESTS += tests/api/test_config
API_TESTS += tests/api/test_mem
API_TESTS += tests/api/test_module
API_TESTS += tests/api/test_import
API_TESTS += tests/api/test_function
API_TESTS += tests/api/test_exception
API_TESTS += tests/api/test_capsule
API_TESTS += tests/api/test_dict
API_TESTS += tests/api/test_list
API_TESTS += tests/api/test_tuple

# test_import loads these; the constructor of one calls back into the program.
API_MODULES = tests/api/modules/constructor.la tests/api/modules/good.la tests/api/modules/halfway.la \
    tests/api/modules/newer.la tests/api/modules/nohook.la tests/api/modules/undefined.la
check_LTLIBRARIES += $(API_MODULES)
API_MODULE_LDFLAGS = -module -avoid-version -shared -rpath /nowhere $(SANITIZER_CFLAGS)
tests_api_modules_constructor_la_LDFLAGS = $(API_MODULE_LDFLAGS)
tests_api_modules_good_la_LDFLAGS = $(API_MODULE_LDFLAGS)
tests_api_modules_halfway_la_LDFLAGS = $(API_MODULE_LDFLAGS)
tests_api_modules_newer_la_LDFLAGS = $(API_MODULE_LDFLAGS)
tests_api_modules_nohook_la_LDFLAGS = $(API_MODULE_LDFLAGS)
tests_api_modules_undefined_la_LDFLAGS = $(API_MODULE_LDFLAGS)
$(addsuffix .lo,$(basename $(API_MODULES))): private AM_CPPFLAGS = $(PUBLIC_CPPFLAGS)
$(addsuffix .lo,$(basename $(API_MODULES))): private AM_CFLAGS += -Wno-missing-prototypes
tests_api_test_import_LDFLAGS = $(AM_LDFLAGS) -export-dynamic
