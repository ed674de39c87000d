# The manual: guide and internals as they stand, the reference and the man pages by Doxygen from the headers.
EXTRA_DIST += doc/Doxyfile.in doc/mainpage.dox doc/porting/names.tsv tools/list-python-names.sh
EXTRA_DIST += \
    doc/guide/calls.md \
    doc/guide/cpp.md \
    doc/guide/diagnosis.md \
    doc/guide/embedding.md \
    doc/guide/extending.md \
    doc/guide/interrupting.md \
    doc/guide/lifecycle.md \
    doc/guide/ownership.md \
    doc/guide/pending.md \
    doc/guide/porting.md \
    doc/guide/sync.md \
    doc/guide/threads.md
EXTRA_DIST += \
    doc/internals/collector.md \
    doc/internals/containers.md \
    doc/internals/dependencies.md \
    doc/internals/forking.md \
    doc/internals/interrupting.md \
    doc/internals/objects.md \
    doc/internals/locking.md \
    doc/internals/memory.md \
    doc/internals/models.md \
    doc/internals/modules.md \
    doc/internals/numbers.md \
    doc/internals/pending.md \
    doc/internals/states.md \
    doc/internals/strings.md \
    doc/internals/waiting.md

# doc/html and doc/man/man3, by one run of doxygen.
doc/reference.stamp: doc/Doxyfile doc/mainpage.dox $(include_HEADERS) $(gilrtinclude_HEADERS)
	$(AM_V_GEN)rm -rf doc/html doc/man && $(DOXYGEN) doc/Doxyfile && touch $@

html-local: doc/reference.stamp

clean-local:
	rm -rf doc/html doc/man doc/reference.stamp

# A page a header, with what to include; for each function, type and macro one line that includes its header's page, or a page of its
# own; and gilrt(3). A header's page is installed as gilrt_list.h.3, because list.h.3 might be anyone's.
man3dir = $(mandir)/man3
MAN_HEADER = \
    FNR == 1 { close(out); name = FILENAME; sub(/.*\//, "", name); out = to "/gilrt_" name } \
    { print > out } \
    /^\.SH SYNOPSIS/ { print ".PP\n\\fB\#include <gilrt" (name ~ /hpp/ ? ".hpp" : ".h") ">\\fP" > out } \
    /^\.SH SYNOPSIS/ && name ~ /^typeobject/ { print ".br\n\\fB\#include <gilrt/typeobject.h>\\fP" > out }
MAN_CALL = \
    FNR == 1 { close(out); name = FILENAME; sub(/.*\//, "", name); out = to "/" name } \
    { sub(/^\.so man3\//, "&gilrt_"); print > out }

if BUILD_DOC
all-local: doc/reference.stamp

install-data-local: doc/reference.stamp
	@echo " installing man pages in '$(DESTDIR)$(man3dir)'"; \
	$(MKDIR_P) '$(DESTDIR)$(man3dir)' && \
	$(AWK) -v to='$(DESTDIR)$(man3dir)' '$(MAN_HEADER)' doc/man/man3/*.h.3 doc/man/man3/*.hpp.3 && \
	$(AWK) -v to='$(DESTDIR)$(man3dir)' '$(MAN_CALL)' doc/man/man3/G*.3 && \
	echo '.so man3/gilrt_gilrt.h.3' > '$(DESTDIR)$(man3dir)'/gilrt.3

uninstall-local: doc/reference.stamp
	@echo " removing man pages from '$(DESTDIR)$(man3dir)'"; \
	for page in doc/man/man3/*.h.3 doc/man/man3/*.hpp.3; do rm -f '$(DESTDIR)$(man3dir)'/gilrt_$${page##*/}; done; \
	for page in doc/man/man3/G*.3; do rm -f '$(DESTDIR)$(man3dir)'/$${page##*/}; done; \
	rm -f '$(DESTDIR)$(man3dir)'/gilrt.3
endif
