/* SPDX-License-Identifier: MIT */
/* Reading slots: all of them, and in which interpreters a module may be. Malformed ones: tests/api/test_module.c. */
#include "support/support.h"

#include "gilrt/error.h"
#include "module/module.h"
#include "state/interp.h"

#include <stddef.h>

GilABIInfo_VAR(abi);

static int
exec(GilObject *Gil_UNUSED(module))
{
    return 0;
}

static int
traverse(GilObject *Gil_UNUSED(module), visitproc Gil_UNUSED(visit), void *Gil_UNUSED(arg))
{
    return 0;
}

static int
clear(GilObject *Gil_UNUSED(module))
{
    return 0;
}

static void
free_state(void *Gil_UNUSED(module))
{
}

static GilMethodDef methods[] = {{NULL, NULL, 0, NULL}};
static int token;

START_TEST(test_module_slots__all_are_read)
{
    static GilSlot slots[] = {
        GilSlot_DATA(Gil_mod_name, "name"),
        GilSlot_DATA(Gil_mod_doc, "doc"),
        GilSlot_DATA(Gil_mod_methods, methods),
        GilSlot_FUNC(Gil_mod_exec, exec),
        GilSlot_SIZE(Gil_mod_state_size, 24),
        GilSlot_FUNC(Gil_mod_state_traverse, traverse),
        GilSlot_FUNC(Gil_mod_state_clear, clear),
        GilSlot_FUNC(Gil_mod_state_free, free_state),
        GilSlot_DATA(Gil_mod_token, &token),
        GilSlot_DATA(Gil_mod_gil, Gil_MOD_GIL_NOT_USED),
        GilSlot_DATA(Gil_mod_multiple_interpreters, Gil_MOD_MULTIPLE_INTERPRETERS_SUPPORTED),
        {.sl_id = 500, .sl_flags = GilSlot_OPTIONAL},
        GilSlot_DATA(Gil_mod_abi, &abi),
        GilSlot_END
    };
    struct gil_module_slots read;

    ck_assert_int_eq(gil_module_slots_read(gil_tstate_attached(), slots, "m", &read), 0);
    ck_assert_str_eq(read.name, "name");
    ck_assert_str_eq(read.doc, "doc");
    ck_assert_ptr_eq(read.methods, methods);
    ck_assert_int_eq(read.state_size, 24);
    ck_assert(read.exec == exec && read.traverse == traverse && read.clear == clear && read.free == free_state);
    ck_assert_ptr_eq(read.token, &token);
}
END_TEST

static int
read_slots_in_interpreter(int64_t id, const GilSlot *slots)
{
    GilThreadState *ts = gil_tstate_attached();
    struct gil_module_slots read;
    int64_t saved = ts->interp->id;

    ts->interp->id = id;
    int rc = gil_module_slots_read(ts, slots, "m", &read);
    ts->interp->id = saved;
    if (rc < 0) {
        ck_assert(GilErr_ExceptionMatches(GilExc_ImportError));
        GilErr_Clear();
    }
    return rc;
}

static int
read_in_interpreter(int64_t id, void *support)
{
    GilSlot slots[] = {
        GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_DATA(Gil_mod_multiple_interpreters, support), GilSlot_END
    };
    return read_slots_in_interpreter(id, slots);
}

START_TEST(test_module_slots__interpreters_that_a_module_does_not_support)
{
    ck_assert_int_eq(read_in_interpreter(0, Gil_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED), 0);
    ck_assert_int_eq(read_in_interpreter(0, Gil_MOD_PER_INTERPRETER_GIL_SUPPORTED), 0);
    ck_assert_int_eq(read_in_interpreter(1, Gil_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED), -1);
    ck_assert_int_eq(read_in_interpreter(1, Gil_MOD_MULTIPLE_INTERPRETERS_SUPPORTED), -1);
    ck_assert_int_eq(read_in_interpreter(1, Gil_MOD_PER_INTERPRETER_GIL_SUPPORTED), 0);
}
END_TEST

START_TEST(test_module_slots__a_module_that_says_nothing_supports_those_that_share_the_lock)
{
    GilSlot slots[] = {GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_END};
    GilInterpreterState *interp = gil_tstate_attached()->interp;

    ck_assert_int_eq(read_slots_in_interpreter(0, slots), 0);
    ck_assert_int_eq(read_slots_in_interpreter(1, slots), -1);
    interp->shares_lock = 1;
    ck_assert_int_eq(read_slots_in_interpreter(1, slots), 0);
    interp->shares_lock = 0;
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("module/slots");
    TCase *tc = tcase_create("slots");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_module_slots__all_are_read);
    tcase_add_test(tc, test_module_slots__interpreters_that_a_module_does_not_support);
    tcase_add_test(tc, test_module_slots__a_module_that_says_nothing_supports_those_that_share_the_lock);
    suite_add_tcase(s, tc);
    return s;
}
