# The manual: guide and internals as they stand, the reference and the man pages by Doxygen from the headers.
EXTRA_DIST += doc/Doxyfile.in

# doc/html and doc/man/man3, by one run of doxygen.
doc/reference.stamp: doc/Doxyfile $(include_HEADERS) $(gilrtinclude_HEADERS)
	$(AM_V_GEN)rm -rf doc/html doc/man && $(DOXYGEN) doc/Doxyfile && touch $@

html-local: doc/reference.stamp

clean-local:
	rm -rf doc/html doc/man doc/reference.stamp

man3dir = $(mandir)/man3

# A page a header and a page a name, which is one line that includes its header's page. A header's page is installed as
# gilrt_list.h.3, because list.h.3 might be anyone's.
if BUILD_DOC
all-local: doc/reference.stamp

install-data-local: doc/reference.stamp
	$(MKDIR_P) '$(DESTDIR)$(man3dir)'
	for page in doc/man/man3/*.h.3; do \
	    $(INSTALL_DATA) $$page '$(DESTDIR)$(man3dir)'/gilrt_$${page##*/} || exit; \
	done
	for page in doc/man/man3/Gil*.3; do \
	    sed 's|^\.so man3/|&gilrt_|' $$page > '$(DESTDIR)$(man3dir)'/$${page##*/} || exit; \
	done

uninstall-local:
	for page in doc/man/man3/*.h.3; do rm -f '$(DESTDIR)$(man3dir)'/gilrt_$${page##*/}; done
	for page in doc/man/man3/Gil*.3; do rm -f '$(DESTDIR)$(man3dir)'/$${page##*/}; done
endif
