# The manual: guide and internals as they stand, the reference and the man pages by Doxygen from the headers.
EXTRA_DIST += doc/Doxyfile.in doc/porting/names.tsv tools/list-python-names.sh
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
doc/reference.stamp: doc/Doxyfile $(include_HEADERS) $(gilrtinclude_HEADERS)
	$(AM_V_GEN)rm -rf doc/html doc/man && $(DOXYGEN) doc/Doxyfile && touch $@

html-local: doc/reference.stamp

clean-local:
	rm -rf doc/html doc/man doc/reference.stamp

# A page a header, and for each call one line that includes its header's page. A header's page is installed as
# gilrt_list.h.3, because list.h.3 might be anyone's.
man3dir = $(mandir)/man3
MAN_MACROS = Gil_BEGIN_ALLOW_THREADS Gil_END_ALLOW_THREADS Gil_BLOCK_THREADS Gil_UNBLOCK_THREADS Gil_Poll \
    Gil_INCREF Gil_XINCREF Gil_DECREF Gil_XDECREF Gil_NewRef Gil_XNewRef Gil_CLEAR Gil_SETREF Gil_XSETREF
MAN_CALLS = $$(sed -n 's/^ *\(Gil[A-Za-z_0-9]*\);$$/\1/p' $(srcdir)/lib/libgilrt.map) $(MAN_MACROS)

if BUILD_DOC
all-local: doc/reference.stamp

install-data-local: doc/reference.stamp
	@echo " installing man pages in '$(DESTDIR)$(man3dir)'"; \
	$(MKDIR_P) '$(DESTDIR)$(man3dir)' || exit; \
	for page in doc/man/man3/*.h.3; do \
	    $(INSTALL_DATA) $$page '$(DESTDIR)$(man3dir)'/gilrt_$${page##*/} || exit; \
	done; \
	for call in $(MAN_CALLS); do \
	    test -e doc/man/man3/$$call.3 || continue; \
	    sed 's|^\.so man3/|&gilrt_|' doc/man/man3/$$call.3 > '$(DESTDIR)$(man3dir)'/$$call.3 || exit; \
	done

uninstall-local:
	@echo " removing man pages from '$(DESTDIR)$(man3dir)'"; \
	for page in doc/man/man3/*.h.3; do rm -f '$(DESTDIR)$(man3dir)'/gilrt_$${page##*/}; done; \
	for call in $(MAN_CALLS); do rm -f '$(DESTDIR)$(man3dir)'/$$call.3; done
endif
