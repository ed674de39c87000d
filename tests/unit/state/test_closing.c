/* SPDX-License-Identifier: MIT */
/* Who ends an interpreter and who has asked for it, step by step; tests/models/end_model.c has every schedule. */
#include "state/closing.h"

#include "sync/machine.h"
#include "world.h"

static struct gil_gate *gate;

static void
start(void)
{
    world_start();
    gate = world_ts->interp->gate;
}

static int
request(void)
{
    return (gil_load_relaxed(&world_ts->block.brk) & _Gil_BRK_ENDING) != 0;
}

START_TEST(test_state_closing__one_takes_it)
{
    int asked = 7;

    ck_assert_int_eq(gil_closing_take_if_asked(gate), GIL_CLOSING_OPEN);
    ck_assert_int_eq(gil_closing_take(gate, &asked), GIL_CLOSING_MINE);
    ck_assert_int_eq(asked, 0);
    ck_assert_int_eq(gil_closing_take(gate, NULL), GIL_CLOSING_TAKEN);
    ck_assert_int_eq(gil_closing_take_if_asked(gate), GIL_CLOSING_TAKEN);
    ck_assert_int_eq(gil_closing_unask(gate, NULL), GIL_CLOSING_TAKEN);
    ck_assert_int_eq(gil_gate_is_closing(gate), 1);
    gil_closing_give_up(gate, NULL);
    ck_assert_int_eq(gil_gate_is_closing(gate), 0);
}
END_TEST

START_TEST(test_state_closing__what_is_asked_stays_until_it_is_taken_back)
{
    int asked;

    ck_assert_int_eq(gil_closing_ask(gate, NULL, NULL), 1);
    ck_assert_int_eq(gil_closing_ask(gate, NULL, NULL), 0);
    ck_assert(request());
    ck_assert_int_eq(gil_closing_take(gate, &asked), GIL_CLOSING_MINE);
    ck_assert_int_eq(asked, 1);
    gil_closing_give_up(gate, NULL);
    ck_assert_int_eq(gil_gate_is_closing(gate), 1);
    ck_assert_int_eq(gil_closing_unask(gate, NULL), GIL_CLOSING_OPEN);
    ck_assert_int_eq(gil_closing_unask(gate, NULL), GIL_CLOSING_OPEN);
    ck_assert_int_eq(gil_gate_is_closing(gate), 0);
    ck_assert(!request());
    /* Who asks is not asked. */
    ck_assert_int_eq(gil_closing_ask(gate, world_ts, NULL), 1);
    ck_assert(!request());
    /* Who has to tell of it is inside, once. */
    ck_assert_int_eq(gil_closing_unask(gate, NULL), GIL_CLOSING_OPEN);
    struct gil_pass pass;
    gil_pass_init(&pass, "who asks");
    uint32_t inside = gil_gate_inside(gate);
    ck_assert_int_eq(gil_closing_ask(gate, NULL, &pass), 1);
    ck_assert_int_eq(gil_closing_ask(gate, NULL, &pass), 0);
    ck_assert_uint_eq(gil_gate_inside(gate), inside + 1);
    ck_assert_ptr_eq(gate->passes, &pass);
    gil_gate_unlist(gate, &pass);
    gil_gate_leave(gate);
    /* Asked while it is taken: then, too, it stays, and the taker is told, if that is news. */
    ck_assert_int_eq(gil_closing_unask(gate, NULL), GIL_CLOSING_OPEN);
    for (int news = 0; news < 2; news++) {
        ck_assert_int_eq(gil_closing_take(gate, NULL), GIL_CLOSING_MINE);
        ck_assert_int_eq(gil_closing_ask(gate, NULL, NULL), 0);
        gil_closing_give_up(gate, news ? world_ts : NULL);
        ck_assert_int_eq(gil_gate_is_closing(gate), 1);
        ck_assert_int_eq(request(), news);
    }
    ck_assert_int_eq(gil_closing_unask(gate, NULL), GIL_CLOSING_OPEN);
    ck_assert(!request());
    ck_assert_int_eq(gil_closing_take(gate, NULL), GIL_CLOSING_MINE);
    gil_closing_give_up(gate, world_ts);
    ck_assert(!request());
    ck_assert_int_eq(gil_closing_unask(gate, NULL), GIL_CLOSING_OPEN);
}
END_TEST

START_TEST(test_state_closing__a_shut_gate_comes_back_to_what_it_was)
{
    GilInterpreterGuard_Close(world_guard);
    ck_assert_int_eq(gil_closing_take(gate, NULL), GIL_CLOSING_MINE);
    ck_assert_int_eq(gil_gate_shut(gate, 0), 0);
    gil_closing_give_up(gate, NULL);
    ck_assert_int_eq(gil_gate_enter(gate), 0);
    gil_gate_leave(gate);
    ck_assert_int_eq(gil_closing_ask(gate, NULL, NULL), 1);
    ck_assert_int_eq(gil_closing_take(gate, NULL), GIL_CLOSING_MINE);
    ck_assert_int_eq(gil_gate_shut(gate, 0), 0);
    gil_closing_give_up(gate, NULL);
    ck_assert_int_eq(gil_gate_enter(gate), -1);
    ck_assert_int_eq(gil_gate_enter_late(gate), 0);
    gil_gate_leave(gate);
    ck_assert_int_eq(gil_gate_shut(gate, 0), 0);
    ck_assert_int_eq(gil_closing_unask(gate, NULL), GIL_CLOSING_OPEN);
    world_guard = GilInterpreterGuard_FromCurrent();
    ck_assert_ptr_nonnull(world_guard);
}
END_TEST

START_TEST(test_state_closing__each_step_is_a_turn)
{
    uint32_t turn = gil_closing_turn(gate);

    ck_assert_int_eq(gil_closing_wait(gate, turn, gil_machine_now()), 0);
    ck_assert_int_eq(gil_closing_wait(gate, turn - 1, GIL_MACHINE_NEVER), 1);
    gil_closing_ask(gate, NULL, NULL);
    ck_assert_int_eq(gil_closing_wait(gate, turn, GIL_MACHINE_NEVER), 1);
    turn = gil_closing_turn(gate);
    gil_closing_unask(gate, NULL);
    ck_assert_int_eq(gil_closing_wait(gate, turn, 1), 1);
    turn = gil_closing_turn(gate);
    gil_interp_stir();
    ck_assert_int_eq(gil_closing_wait(gate, turn, 1), 1);
    ck_assert_uint_eq(gate->waiters, 0);
}
END_TEST

START_TEST(test_state_closing__gone_is_for_ever)
{
    gil_gate_hold(gate);
    world_stop();
    ck_assert(gil_closing_is_gone(gate));
    ck_assert_int_eq(gil_closing_take(gate, NULL), GIL_CLOSING_GONE);
    ck_assert_int_eq(gil_closing_take_if_asked(gate), GIL_CLOSING_GONE);
    ck_assert_int_eq(gil_closing_ask(gate, NULL, NULL), -1);
    ck_assert_int_eq(gil_closing_unask(gate, NULL), GIL_CLOSING_GONE);
    gil_interp_put_gate(gate);
    /* The next in its place is not. */
    world_start();
    ck_assert(!gil_closing_is_gone(world_ts->interp->gate));
    world_stop();
}
END_TEST

START_TEST(test_state_closing__a_fork_leaves_nobody_at_it)
{
    ck_assert_int_eq(gil_closing_ask(gate, NULL, NULL), 1);
    ck_assert_int_eq(gil_closing_take(gate, NULL), GIL_CLOSING_MINE);
    gate->waiters = 3;
    gil_closing_fork_child(gate, 1);
    ck_assert(!gil_closing_is_gone(gate));
    ck_assert_uint_eq(gate->waiters, 0);
    ck_assert_int_eq(gil_closing_take(gate, NULL), GIL_CLOSING_MINE);
    gil_closing_fork_child(gate, 0);
    ck_assert(gil_closing_is_gone(gate));
    gil_closing_fork_child(gate, 1);
    gil_gate_reopen(gate);
}
END_TEST

/* What closes and opens again is told by turns, and by one at a time. */
START_TEST(test_state_closing__one_tells_at_a_time)
{
    struct gil_pass pass;
    uint32_t inside = gil_gate_inside(gate);

    ck_assert_int_eq(gil_closing_news(gate, 0), GIL_CLOSING_KNOWN);
    gil_pass_init(&pass, __func__);
    ck_assert_int_eq(gil_closing_ask(gate, NULL, &pass), 1);
    ck_assert_int_eq(gil_closing_news(gate, 0), GIL_CLOSING_CLOSES);
    /* Another, meanwhile. */
    ck_assert_int_eq(gil_closing_unask(gate, NULL), GIL_CLOSING_OPEN);
    ck_assert_int_eq(gil_closing_news(gate, 0), GIL_CLOSING_KNOWN);
    ck_assert_int_eq(gil_closing_news(gate, 1), GIL_CLOSING_OPENS);
    ck_assert_int_eq(gil_closing_take(gate, NULL), GIL_CLOSING_MINE);
    gil_closing_give_up(gate, NULL);
    ck_assert_int_eq(gil_closing_news(gate, 0), GIL_CLOSING_KNOWN);
    ck_assert_int_eq(gil_closing_news(gate, 1), GIL_CLOSING_KNOWN);
    gil_gate_unlist(gate, &pass);
    gil_gate_leave(gate);
    /* Who takes it back is inside, too. */
    ck_assert_int_eq(gil_closing_ask(gate, NULL, NULL), 1);
    ck_assert_int_eq(gil_closing_news(gate, 0), GIL_CLOSING_CLOSES);
    ck_assert_int_eq(gil_closing_news(gate, 1), GIL_CLOSING_KNOWN);
    ck_assert_int_eq(gil_closing_unask(gate, &pass), GIL_CLOSING_MINE);
    ck_assert_uint_eq(gil_gate_inside(gate), inside + 1);
    ck_assert_ptr_eq(gate->passes, &pass);
    ck_assert_int_eq(gil_closing_news(gate, 0), GIL_CLOSING_OPENS);
    /* In the child of a fork whoever was telling is gone. */
    gil_closing_fork_child(gate, 1);
    ck_assert_int_eq(gil_closing_news(gate, 0), GIL_CLOSING_KNOWN);
    /* There a gate that was told to be closing is told to be open, and anew when it closes again. */
    ck_assert_int_eq(gil_closing_ask(gate, NULL, NULL), 1);
    ck_assert_int_eq(gil_closing_news(gate, 0), GIL_CLOSING_CLOSES);
    gil_closing_fork_child(gate, 1);
    gil_gate_reopen(gate);
    ck_assert_int_eq(gil_closing_news(gate, 0), GIL_CLOSING_OPENS);
    ck_assert_int_eq(gil_closing_news(gate, 1), GIL_CLOSING_KNOWN);
    ck_assert_int_eq(gil_closing_ask(gate, NULL, NULL), 1);
    ck_assert_int_eq(gil_closing_news(gate, 0), GIL_CLOSING_CLOSES);
    ck_assert_int_eq(gil_closing_news(gate, 1), GIL_CLOSING_KNOWN);
    ck_assert_int_eq(gil_closing_unask(gate, NULL), GIL_CLOSING_OPEN);
    ck_assert_int_eq(gil_closing_news(gate, 0), GIL_CLOSING_OPENS);
    ck_assert_int_eq(gil_closing_news(gate, 1), GIL_CLOSING_KNOWN);
    ck_assert_int_eq(gil_closing_unask(gate, &pass), GIL_CLOSING_OPEN);
    gil_gate_unlist(gate, &pass);
    gil_gate_leave(gate);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("state/closing");
    TCase *tc = tcase_create("closing"), *alone = tcase_create("alone");

    tcase_add_checked_fixture(tc, start, world_stop);
    tcase_add_test(tc, test_state_closing__one_takes_it);
    tcase_add_test(tc, test_state_closing__what_is_asked_stays_until_it_is_taken_back);
    tcase_add_test(tc, test_state_closing__a_shut_gate_comes_back_to_what_it_was);
    tcase_add_test(tc, test_state_closing__each_step_is_a_turn);
    tcase_add_test(tc, test_state_closing__a_fork_leaves_nobody_at_it);
    tcase_add_test(tc, test_state_closing__one_tells_at_a_time);
    tcase_add_checked_fixture(alone, start, NULL);
    tcase_add_test(alone, test_state_closing__gone_is_for_ever);
    suite_add_tcase(s, tc);
    suite_add_tcase(s, alone);
    return s;
}
