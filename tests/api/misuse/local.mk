# One line a test: API_TESTS += tests/api/misuse/test_NAME   (its source is the .c of that name)
API_TESTS += tests/api/misuse/test_state
