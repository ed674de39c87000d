# What a stranger does with the installed library; run by make installcheck. One line a script:
# INSTALL_TESTS += tests/install/NAME.sh
