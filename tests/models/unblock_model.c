/* SPDX-License-Identifier: MIT */
/* Regions with an unblock function, and the cancel descriptor, under the explorer: lib/state/unblock.c and the parking lot as they
 * ship. */
#include "models/runner.h"

#include "models/machine_model.h"

#include "state/tstate.h"
#include "state/unblock.h"
#include "sync/machine.h"
#include "sync/parking.h"
#include "sync/rank.h"

#include <string.h>

/*
 * Thread 0 has the state, and is in native code; the others ask. What it sleeps on there is a word of its own: its trace stays, as
 * that of an eventfd, or is lost unless it sleeps, as a signal.
 */
#define BIT(thread) (_Gil_BRK_SIGNAL << ((thread) - 1)) /* what each that asks asks for */
#define PAUSE 10 /* between two calls, where time passes */

static GilThreadState cell __attribute__((aligned(64)));
__thread struct _GilThreadBlock *_Gil_thread;

static struct place {
    uint32_t trace;  /* [atomic] the function was called */
    uint32_t asleep; /* [atomic] its thread sleeps, or is about to */
    int open;        /* between entering and having left: the function may be called */
} outer, inner;
static uint32_t file;   /* what a descriptor reads as */
static int has_file;    /* it is open */
static int calls;       /* of a function */
static int resumed;     /* thread 0, or 1, has come to that */
static uint32_t told;   /* bits that were set */
static uint32_t asked;  /* bits that were met */

static void
setup(void)
{
    gil_parking_forget_all();
    memset(&cell, 0, sizeof cell);
    memset(&outer, 0, sizeof outer);
    memset(&inner, 0, sizeof inner);
    cell.block.brk = _Gil_BRK_FENCED;
    _Gil_thread = &cell.block;
    file = 0;
    has_file = calls = resumed = 0;
    told = asked = 0;
}

static int
of_interest(const void *address)
{
    (void)address;
    return 1;
}

#ifdef GIL_DEBUG
void
gil_rank_parking(const char *func)
{
    (void)func;
}
#endif

/* --- the descriptor as the system has it --- */

int
gil_cancel_open(void)
{
    has_file = 1;
    return 7;
}

void
gil_cancel_close(int fd)
{
    EXPLORE_CHECK(fd == 7 && has_file);
    has_file = 0;
}

void
gil_cancel_write(int fd)
{
    EXPLORE_CHECK(fd == 7 && has_file);
    gil_exchange_seq_cst(&file, 1);
    EXPLORE_CHECK(has_file);
    gil_machine_unpark(&file);
}

void
gil_cancel_read(int fd)
{
    EXPLORE_CHECK(fd == 7 && has_file);
    gil_exchange_seq_cst(&file, 0);
}

int
gil_cancel_renew(int fd)
{
    return fd == 7 ? 0 : -1;
}

int
gil_machine_is_stranded(void)
{
    return 0;
}

/* --- functions, and what they end --- */

/* Never outside, and never for nothing. */
static struct place *
called(void *arg)
{
    struct place *place = arg;

    EXPLORE_CHECK(place->open);
    EXPLORE_CHECK((cell.block.brk & _Gil_BRK_ASKED) != 0);
    calls++;
    explore_point("called");
    EXPLORE_CHECK(place->open);
    return place;
}

static void
leave_a_trace(void *arg)
{
    struct place *place = called(arg);

    gil_exchange_seq_cst(&place->trace, 1);
    gil_machine_unpark(&place->trace);
}

static void
only_by_oneself(void *arg)
{
    (void)called(arg);
    EXPLORE_CHECK(explore_self() == 0);
}

/* Lost on who does not sleep. */
static void
wake_a_sleeper(void *arg)
{
    struct place *place = called(arg);

    if (gil_load_seq_cst(&place->asleep)) {
        gil_exchange_seq_cst(&place->trace, 1);
        gil_machine_unpark(&place->trace);
    }
}

static void
sleep_in(struct place *place)
{
    while (!gil_load_seq_cst(&place->trace))
        gil_machine_park(&place->trace, 0, GIL_MACHINE_NEVER);
}

/* As native code does it: nothing asked, then to sleep. */
static void
look_and_sleep_in(struct place *place)
{
    if (GilErr_AreSignalsPending(&cell))
        return;
    gil_exchange_seq_cst(&place->asleep, 1);
    sleep_in(place);
}

static void
enter(struct place *place, struct _GilRegion *saved, GilUnblock_Func func, unsigned flags)
{
    place->open = 1;
    gil_unblock_enter(&cell, saved, func, place, flags);
}

static void
leave(struct place *place, const struct _GilRegion *saved)
{
    gil_unblock_leave(&cell, saved);
    place->open = 0;
}

/* A poll: the bits that it has met. */
static uint32_t
poll(void)
{
    uint32_t met = gil_fetch_and_seq_cst(&cell.block.brk, ~_Gil_BRK_ASKED) & _Gil_BRK_ASKED;

    gil_unblock_drain(&cell);
    return met;
}

/* --- who asks --- */

static void
ask(int self)
{
    gil_fetch_or_seq_cst(&cell.block.brk, BIT(self));
    told |= BIT(self);
    gil_unblock_rouse(&cell);
}

static int
first_has_told(void)
{
    return (told & BIT(1)) != 0;
}

static int
is_resumed(void)
{
    return resumed;
}

static int
both_have_told(void)
{
    return told == (BIT(1) | BIT(2));
}

/* As GilThreadState_Interrupt() waits; pause 0: without a clock. */
static void
insist(uint64_t pause)
{
    for (;;) {
        gil_unblock_send(&cell);
        if (gil_unblock_is_met(&cell))
            return;
        gil_unblock_watch(&cell, pause != 0 ? gil_machine_now() + pause : GIL_MACHINE_NEVER);
    }
}

/* By thread 0: whatever was not met is. */
static void
poll_last(int (*all_told)(void))
{
    explore_until(all_told);
    asked |= poll();
    EXPLORE_CHECK(asked == told);
}

static void
finish(void)
{
    EXPLORE_CHECK(cell.unblock.word == 0);
    EXPLORE_CHECK((cell.block.brk & _Gil_BRK_ASKED) == 0);
}

/* --- scenarios --- */

/* Whoever asks before, while, or not at all: it comes out, and nobody is left waiting. */
static void
body_region(int self)
{
    struct _GilRegion saved;

    if (self != 0) {
        ask(self);
        insist(0);
        return;
    }
    enter(&outer, &saved, leave_a_trace, 0);
    sleep_in(&outer);
    leave(&outer, &saved);
    poll_last(first_has_told);
}

/* The function is one for anywhere: who asks does so once, and goes. */
static void
body_safe(int self)
{
    struct _GilRegion saved;

    if (self != 0) {
        ask(self);
        return;
    }
    enter(&outer, &saved, leave_a_trace, GIL_UNBLOCK_SIGNAL_SAFE);
    sleep_in(&outer);
    leave(&outer, &saved);
    EXPLORE_CHECK(calls > 0);
    asked |= poll();
}

static void
finish_safe(void)
{
    EXPLORE_CHECK(cell.unblock.word == 0);
}

/* A function without a trace reaches only who sleeps: it is called again. */
static void
body_again(int self)
{
    struct _GilRegion saved;

    if (self != 0) {
        ask(self);
        insist(PAUSE);
        return;
    }
    enter(&outer, &saved, wake_a_sleeper, 0);
    look_and_sleep_in(&outer);
    leave(&outer, &saved);
    poll_last(first_has_told);
}

/* A region that ends by itself, twice, and a poll between: who asks is never left waiting, and no function is called late. */
static void
body_brief(int self)
{
    struct _GilRegion saved;

    if (self != 0) {
        ask(self);
        insist(0);
        return;
    }
    enter(&outer, &saved, leave_a_trace, 0);
    leave(&outer, &saved);
    asked |= poll();
    enter(&inner, &saved, leave_a_trace, GIL_UNBLOCK_SIGNAL_SAFE);
    leave(&inner, &saved);
    poll_last(first_has_told);
}

static void
body_brief_two(int self)
{
    struct _GilRegion saved;

    if (self != 0) {
        ask(self);
        insist(0);
        return;
    }
    enter(&outer, &saved, leave_a_trace, GIL_UNBLOCK_SIGNAL_SAFE);
    leave(&outer, &saved);
    poll_last(both_have_told);
}

/* A region within a region: each sleeps until its own function is called. */
static void
body_nested(int self)
{
    struct _GilRegion saved, saved_inner;

    if (self != 0) {
        ask(self);
        insist(0);
        return;
    }
    enter(&outer, &saved, leave_a_trace, 0);
    enter(&inner, &saved_inner, leave_a_trace, 0);
    sleep_in(&inner);
    leave(&inner, &saved_inner);
    sleep_in(&outer);
    leave(&outer, &saved);
    poll_last(first_has_told);
}

/* Suspended, a region is not in force: its thread is attached, and does other things. */
static void
body_suspended(int self)
{
    struct _GilRegion saved, mine;

    if (self != 0) {
        ask(self);
        insist(0);
        return;
    }
    enter(&outer, &saved, leave_a_trace, GIL_UNBLOCK_SIGNAL_SAFE);
    gil_unblock_suspend(&cell, &mine);
    outer.open = 0;
    asked |= poll();
    outer.open = 1;
    gil_unblock_resume(&cell, &mine);
    if (asked == 0)
        sleep_in(&outer);
    leave(&outer, &saved);
    poll_last(first_has_told);
}

/* Who asks from a handler leaves a function alone that is not safe there. */
static void
body_unsafe(int self)
{
    struct _GilRegion saved;

    if (self != 0) {
        ask(self);
        gil_unblock_watch(&cell, GIL_MACHINE_NEVER);
        return;
    }
    enter(&outer, &saved, only_by_oneself, 0);
    explore_until(first_has_told);
    leave(&outer, &saved);
    asked |= poll();
}

/* A region that was suspended and resumed is as safe as before; nothing is asked by itself. */
static void
body_suspended_safe(int self)
{
    struct _GilRegion saved, mine;

    if (self != 0) {
        explore_until(is_resumed);
        ask(self);
        return;
    }
    enter(&outer, &saved, leave_a_trace, GIL_UNBLOCK_SIGNAL_SAFE);
    gil_unblock_suspend(&cell, &mine);
    gil_unblock_resume(&cell, &mine);
    resumed = 1;
    sleep_in(&outer);
    leave(&outer, &saved);
    poll_last(first_has_told);
}

/* Asked, met, and in a region again, that nobody wants it to leave: who waited for it waits no longer than a pause. */
static void
body_met(int self)
{
    struct _GilRegion saved;

    if (self != 0) {
        ask(self);
        insist(PAUSE);
        resumed = 1;
        return;
    }
    enter(&outer, &saved, leave_a_trace, 0);
    sleep_in(&outer);
    leave(&outer, &saved);
    poll_last(first_has_told);
    enter(&inner, &saved, leave_a_trace, 0);
    explore_until(is_resumed);
    leave(&inner, &saved);
}

/* The state ends in the middle of it all. */
static void
body_end(int self)
{
    struct _GilRegion saved;

    if (self != 0) {
        ask(self);
        return;
    }
    gil_unblock_give_fd(&cell, gil_cancel_open());
    enter(&outer, &saved, leave_a_trace, GIL_UNBLOCK_SIGNAL_SAFE);
    gil_unblock_end(&cell);
    outer.open = 0;
    EXPLORE_CHECK(!has_file);
    file = 0;
    /* Another life of the block, in which somebody is late. */
    (void)poll();
}

static void
finish_end(void)
{
    EXPLORE_CHECK(cell.unblock.word == 0 && cell.unblock.cancel == 0 && file == 0 && !has_file);
}

/* --- the descriptor --- */

static void
wait_for_file(void)
{
    while (!gil_load_seq_cst(&file))
        gil_machine_park(&file, 0, GIL_MACHINE_NEVER);
}

/* It is readable as long as something is asked. */
static void
body_cancel(int self)
{
    if (self != 0) {
        ask(self);
        return;
    }
    gil_unblock_give_fd(&cell, gil_cancel_open());
    while (asked != BIT(1)) {
        wait_for_file();
        asked |= poll();
    }
}

static void
body_cancel_two(int self)
{
    if (self != 0) {
        ask(self);
        return;
    }
    gil_unblock_give_fd(&cell, gil_cancel_open());
    while (asked != (BIT(1) | BIT(2))) {
        wait_for_file();
        asked |= poll();
    }
}

/* The thread empties it just as somebody writes. */
static void
body_cancel_meanwhile(int self)
{
    if (self != 0) {
        ask(self);
        return;
    }
    gil_unblock_give_fd(&cell, gil_cancel_open());
    ask(2);
    asked |= poll();
    while (asked != (BIT(1) | BIT(2))) {
        wait_for_file();
        asked |= poll();
    }
}

/* What is readable yet will be found by the next drain: nobody spins on it. */
static void
finish_cancel(void)
{
    uint32_t cancel = cell.unblock.cancel;

    EXPLORE_CHECK(file == 0 || (cancel & 0x40000000u) != 0);
    EXPLORE_CHECK((cancel & 0x3fffffffu) == 0);
    EXPLORE_CHECK((cell.block.brk & _Gil_BRK_ASKED) == 0);
}

static const struct model_run runs[] = {
    {{"region", 2, 0, setup, body_region, of_interest, NULL, finish}, {4, 0, 1}, {6, 0, 2}},
    {{"region_safe", 2, 0, setup, body_safe, of_interest, NULL, finish_safe}, {4, 0, 1}, {6, 0, 2}},
    {{"region_safe", 3, 0, setup, body_safe, of_interest, NULL, finish_safe}, {2, 0, 1}, {3, 0, 1}},
    {{"region_again", 2, 1u << 1, setup, body_again, of_interest, NULL, finish}, {3, 1, 0}, {4, 2, 1}},
    {{"region_brief", 2, 0, setup, body_brief, of_interest, NULL, finish}, {3, 0, 1}, {5, 0, 2}},
    {{"region_brief", 3, 0, setup, body_brief_two, of_interest, NULL, finish}, {2, 0, 0}, {3, 0, 1}},
    {{"region_nested", 2, 0, setup, body_nested, of_interest, NULL, finish}, {3, 0, 1}, {4, 0, 1}},
    {{"region_suspended", 2, 0, setup, body_suspended, of_interest, NULL, finish}, {3, 0, 1}, {5, 0, 1}},
    {{"region_unsafe", 2, 0, setup, body_unsafe, of_interest, NULL, finish}, {3, 0, 1}, {5, 0, 1}},
    {{"region_suspended_safe", 2, 0, setup, body_suspended_safe, of_interest, NULL, finish}, {3, 0, 1}, {5, 0, 1}},
    {{"region_met", 2, 1u << 1, setup, body_met, of_interest, NULL, finish}, {3, 1, 0}, {4, 2, 1}},
    {{"region_end", 2, 0, setup, body_end, of_interest, NULL, finish_end}, {4, 0, 1}, {6, 0, 2}},
    {{"region_end", 3, 0, setup, body_end, of_interest, NULL, finish_end}, {2, 0, 1}, {3, 0, 1}},
    {{"cancel", 2, 0, setup, body_cancel, of_interest, NULL, finish_cancel}, {4, 0, 1}, {6, 0, 2}},
    {{"cancel_meanwhile", 2, 0, setup, body_cancel_meanwhile, of_interest, NULL, finish_cancel}, {3, 0, 1}, {5, 0, 1}},
    {{"cancel", 3, 0, setup, body_cancel_two, of_interest, NULL, finish_cancel}, {2, 0, 1}, {4, 0, 1}},
};

int
main(int argc, char **argv)
{
    return model_main(argc, argv, runs, (int)(sizeof runs / sizeof runs[0]));
}
