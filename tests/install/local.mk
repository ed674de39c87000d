# What a stranger does with the installed library; run by make installcheck. One line a script:
# INSTALL_TESTS += tests/install/NAME.sh
INSTALL_TESTS += tests/install/layout.sh
INSTALL_TESTS += tests/install/consumers.sh
INSTALL_TESTS += tests/install/cxx.sh
INSTALL_TESTS += tests/install/readme.sh
INSTALL_TESTS += tests/install/guide.sh
INSTALL_TESTS += tests/install/porting.sh
INSTALL_TESTS += tests/install/dlopen.sh
INSTALL_TESTS += tests/install/contract.sh
INSTALL_TESTS += tests/install/macro.sh
INSTALL_TESTS += tests/install/examples.sh
EXTRA_DIST += $(INSTALL_TESTS) tests/install/install.sh
EXTRA_DIST += tests/install/consumer.c tests/install/guest.c tests/install/local.c tests/install/before.c tests/install/after.c tests/install/raii.cpp tests/install/once.cpp tests/install/slots.c

# Folders of programs that must compile and run as they stand.
GILRT_CONTRACT_DIRS = $(abs_top_srcdir)/examples/contract $(abs_top_srcdir)/tests/install/mirror
EXTRA_DIST += tests/install/mirror/accounts.c tests/install/mirror/client.cpp tests/install/mirror/crowd.cpp
EXTRA_DIST += tests/install/mirror/ledger.c tests/install/mirror/ledger.h

# Its results are read like those of the other tests. (PKG_CONFIG_PATH is a variable of this Makefile, so the environment
# cannot carry it through make.)
installcheck-local:
	GILRT_PKGCONFIGDIR='$(DESTDIR)$(pkgconfigdir)' PKG_CONFIG='$(PKG_CONFIG)' PKG_CONFIG_SYSROOT_DIR='$(DESTDIR)' \
	DESTDIR='$(DESTDIR)' LIBDIR='$(libdir)' INCLUDEDIR='$(includedir)' DATADIR='$(datadir)' \
	GIL_WITH_JEMALLOC='$(GIL_WITH_JEMALLOC)' GILRT_CONTRACT_DIRS='$(GILRT_CONTRACT_DIRS)' \
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS check_PROGRAMS= TESTS='$(INSTALL_TESTS)' \
	    TEST_SUITE_LOG=tests/install/suite.log
CLEANFILES += $(INSTALL_TESTS:.sh=.log) $(INSTALL_TESTS:.sh=.trs) tests/install/suite.log
