# The manual: guide and internals as they stand, the reference and the man pages by Doxygen from the headers.
EXTRA_DIST += doc/Doxyfile.in
