# The library. Each layer's local.mk says: libcore_la_SOURCES += lib/LAYER/STEM.c lib/LAYER/STEM.h
#
# libcore.la holds all objects and is never installed: unit tests link it, because they look at hidden symbols.
# libgilrt.la is the same objects behind the version map.
noinst_LTLIBRARIES = libcore.la
lib_LTLIBRARIES = libgilrt.la

libcore_la_SOURCES =
libcore_la_LIBADD = $(JEMALLOC_LIBS) $(GMP_LIBS) -lpthread -ldl -lm

include lib/base/local.mk
include lib/sync/local.mk
include lib/state/local.mk
include lib/object/local.mk
include lib/gc/local.mk
include lib/protocol/local.mk
include lib/value/local.mk
include lib/module/local.mk
include lib/runtime/local.mk

# libtool makes two objects of each source, and the archives of the same one as the shared library (pic-only, see configure.ac):
# where there is a shared library, the other is not made.
if BUILD_SHARED
$(libcore_la_OBJECTS): private AM_CFLAGS += -shared
endif

# -release puts the minor version into the soname (libgilrt-0.1.so.0): until 1.0 each minor version is an ABI of its own,
# and a program must not start with another than it was linked with. -z nodelete: threads carry the library's state until
# they exit, perhaps after a dlclose. -z defs: a symbol that nobody defines is found here and not by the user.
# BIND_LDFLAGS: the library calls its own functions, and not by way of a table; the functions in libgilrt.slots are excepted.
libgilrt_la_SOURCES =
libgilrt_la_LIBADD = libcore.la
libgilrt_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined -release $(GILRT_SERIES) -version-info 0:0:0 \
    -Wl,-z,nodelete $(DEFS_LDFLAGS) $(PACK_LDFLAGS) $(BIND_LDFLAGS) -Wl,--version-script=$(top_srcdir)/lib/libgilrt.map
EXTRA_libgilrt_la_DEPENDENCIES = lib/libgilrt.map lib/libgilrt.slots
EXTRA_DIST += lib/libgilrt.map lib/libgilrt.abi lib/libgilrt.slots

# Functions begin where the one before ends, but for those that say that they are hot (GIL_HOT), which begin at a line: the padding
# between the others is 5 KB. The lock's layers, whose functions say nothing, are left as they are.
PACKED = lib/object/%.lo lib/gc/%.lo lib/protocol/%.lo lib/value/%.lo lib/module/%.lo
$(filter $(PACKED),$(libcore_la_OBJECTS)): private CFLAGS := $(CFLAGS) -fno-align-functions

# What no loop of a host runs through is compiled for size, where the rest is optimized: types are made, modules loaded,
# exceptions printed and numbers formatted now and then. The whole is to stay below 800 KiB, stripped.
COLD = base/panic base/print state/dump state/pending state/serving module/module module/import module/path module/slots module/loader module/importerror \
    module/args_keywords module/args_unit module/build \
    object/async object/later object/descr object/format object/inherit object/member object/metatype object/newtype object/report \
    object/slotdef object/slotfill object/slots object/statictype object/type object/typespec object/error protocol/buffer protocol/class protocol/slotattr runtime/atexit \
    runtime/busy runtime/config runtime/copies runtime/ending runtime/inside runtime/event runtime/finalize runtime/interp runtime/signal state/interrupt state/unblock state/cancel runtime/layers runtime/life \
    value/bytearray value/capsule value/dict_view value/dict_view_set value/enumerate value/exception \
    value/exception_fields value/exception_os value/exception_types value/exception_unicode value/float_method \
    value/float_text value/float_convert value/list_slice value/format_number value/format_object value/format_spec value/long_method value/long_text \
    value/memoryview value/memoryview_index value/memoryview_item value/memoryview_type \
    value/bytes value/bytes_writer value/octets value/octets_case value/octets_method value/octets_percent value/text_args value/unicode_case value/unicode_encoding value/unicode_host value/unicode_pad value/unicode_write \
    value/property value/range value/reversed value/set_algebra value/set_type value/slice \
    value/staticmethod value/unicode_format value/unicode_method value/weakproxy \
    value/named_args value/number_convert value/float_pack value/dict_type value/dir value/traceback \
    value/unicode_percent value/unicode_ctype value/dictproxy protocol/call_iter \
    value/cell value/long_convert value/long_native value/long_pow object/finalize object/names object/warnings object/weakref gc/inspect \
    sync/thread sync/event sync/condition sync/barrier sync/once state/wait state/meeting state/closing state/interp state/may state/foreign state/lock_info state/fork state/lock_fork runtime/fork \
    state/locking value/collect value/method base/backend \
    object/start gc/start gc/callback gc/generation protocol/start module/start value/none value/list_method value/bool object/baseobject object/method_wrapper runtime/version
$(COLD:%=lib/%.lo): private CFLAGS := $(COLD_CFLAGS) $(patsubst -O2,-Oz,$(patsubst -O3,-Oz,$(CFLAGS)))
