# One line a test: UNIT_TESTS += tests/unit/module/test_STEM   (its source is the .c of that name)
UNIT_TESTS += tests/unit/module/test_start
UNIT_TESTS += tests/unit/module/test_importerror
UNIT_TESTS += tests/unit/module/test_slots
UNIT_TESTS += tests/unit/module/test_module
UNIT_TESTS += tests/unit/module/test_path
UNIT_TESTS += tests/unit/module/test_loader
UNIT_TESTS += tests/unit/module/test_import
