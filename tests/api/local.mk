# One line a test: API_TESTS += tests/api/test_HEADER   (its source is the .c of that name)
API_TESTS += tests/api/test_version
