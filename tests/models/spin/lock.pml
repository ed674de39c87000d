/* SPDX-License-Identifier: MIT */
/* The lock's rules of who is next, for Spin: whoever asks for the lock gets it. */

/*
 * The rules are those of lib/state/turn.c, and of lock.c as far as it carries them out; functions here bear the names
 * of those there. What one thread does between taking the mutex and dropping it is one step, written in C, which Spin
 * compiles into its verifier. All choices are in the Promela part.
 *
 * WHAT IS SHOWN. In every run in which each process that can go on for ever does go on some day (weak fairness), thread 0
 * holds the lock some time after it asked for it. The other threads are like it, and no rule names a thread, so that
 * holds for each. Threads come as often as they like or come no more; want a turn or a moment, as they like each time;
 * take a free lock past the queue; hold the lock for one poll or for ever so many; leave it free, leave it in order
 * to sleep, yield it. Nothing is assumed about which of several threads wins a race, so barging goes on for ever
 * as far as the rules let it. Threads may go before others in the order of turns as far as the rules let them. One
 * thread, if TIMED, waits with a limit when it likes, and gives up when it likes. A thread may, if BARS, be barred at any moment.
 * One thread, NUMB, may be deaf: it looks neither at its timer nor when it is told to, and goes on only when the lock is
 * handed to it. So no wait depends on one particular waiter.
 *
 * WHAT IT ABSTRACTS FROM
 * - Time. There are four moments that come some day, each as late as it likes, in any order: the turn is over (turn_end),
 *   the loan's term is (lent_at + term), the lender had its rest (lend_from and asked_from), the second of the queue has
 *   lost patience (after_turn()). How long turns are, what accounts and habits say, is replaced by free choice: which lane a
 *   thread takes, how many others it goes before. Of PASSES_MAX, 8 there, remains that it is a bound: 1.
 * - Timers. Who has one looks at any moment, and again and again; a timer that was set too late is not told from a right
 *   one, one that was not set at all is. Those set with foresight are left out: they only make a thread look once more.
 * - The mutex, and what goes on outside it: spinning, sleep and wake. Who is told something hears it some day. That no wake
 *   is lost between look and sleep, and that nothing goes wrong between a look at the word and a decision under the
 *   mutex, is for the explorer to show on the shipped source. So is a waiter that took the free lock and has not left
 *   the queue yet: here that is one step.
 * - Leaning: nobody waits while the lock leans, and after a revocation it is held or stolen, by the word.
 * - Hooks, counters, blocks given back. A fifth thread: N is 3, and 4 in one run.
 * A thread that holds the lock and neither polls nor releases is not in the model: then nobody else gets it.
 *
 * FAULTS. The verifier breaks the rule that the environment variable FAULT names, one of those in the list below, and then
 * finds who waits for ever; see run.sh.
 */
#ifndef N
#define N 3
#endif
#define NOBODY N
#ifndef NUMB
#define NUMB NOBODY
#endif

/* The word. QUEUED is queue[0] != NOBODY. */
byte owner = NOBODY;
bool waking, handoff;

/* The queue: threads, then NOBODY. What is said of a thread holds while it is queued. The last of each array is NOBODY's. */
byte queue[N + 1] = NOBODY;
byte lane[N + 1];   /* 0: not queued */
byte passed[N + 1];
bool old[N + 1];    /* would borrow, and did when the present turn began */
byte timer[N + 1];  /* none, set, or set in vain */
bool told[N + 1];   /* to look about, or that the wait is over */
byte next = NOBODY, lender = NOBODY, claimant = NOBODY;

/* What time has brought. */
bool turn_over;     /* of the turn that `next` waits for */
bool term_over;     /* of the loan */
bool rested;        /* the lender; and the first that would borrow has waited as long as it has to */
bool patience_over; /* of the second in the queue */

bool barred[N + 1], somebody_barred;
bool asks;          /* thread 0 wants the lock and does not hold it */

c_decl {
    enum { LENDER = 1, EXPRESS, TURN };
    enum { NO_TIMER, RINGS, DEAD };
    enum { PASSES_MAX = 1 };
}

c_code {
    static const char *fault;

    static int breaks(const char *rule)
    {
        if (fault == NULL && (fault = getenv("FAULT")) == NULL)
            fault = "";
        return strcmp(fault, rule) == 0;
    }

    static int whose_turn(void)
    {
        return now.next != NOBODY ? now.next : now.queue[0];
    }

    /* gil_turns_when(): whether there is a time at which t has to look about by itself. */
    static int has_when(int t)
    {
        if (t == now.claimant)
            return 0;
        if (now.claimant != NOBODY && (now.lane[now.claimant] != EXPRESS || breaks("loans_before_turns")))
            return 0;
        if (now.next == t)
            return 1;
        if (now.claimant != NOBODY)
            return 0;
        if (now.lender == t)
            return !breaks("loans_for_ever");
        return now.queue[0] == t || (now.queue[1] == t && !breaks("second_sleeps"));
    }

    /* Whether that time has come. */
    static int is_due(int t)
    {
        if (!has_when(t))
            return 0;
        if (now.next == t)
            return now.turn_over;
        if (now.lender == t)
            return now.term_over;
        if (now.queue[0] == t)
            return now.rested || (now.patience_over && now.next != NOBODY);
        return now.patience_over;
    }

    static void find_next(void)
    {
        int i = 0;

        while (now.queue[i] != NOBODY && now.lane[now.queue[i]] != TURN)
            i++;
        now.next = now.queue[i];
    }

    /* ahead: so many others it wants to go before, of those who wait for turns. */
    static void insert(int t, int in_lane, int ahead)
    {
        int at = 0;

        now.lane[t] = in_lane;
        if (in_lane == EXPRESS)
            while (now.queue[at] != NOBODY && now.lane[now.queue[at]] != TURN)
                at++;
        if (in_lane == TURN) {
            while (now.queue[at] != NOBODY)
                at++;
            if (breaks("last_come_first_served"))
                ahead = N;
            for (; at > 0 && ahead > 0 && now.lane[now.queue[at - 1]] == TURN; at--, ahead--) {
                int other = now.queue[at - 1];
                if (breaks("last_come_first_served") || breaks("passes_without_bound"))
                    continue;
                if (now.passed[other] == PASSES_MAX)
                    break;
                now.passed[other]++;
            }
        }
        for (int i = N - 1; i > at; i--)
            now.queue[i] = now.queue[i - 1];
        now.queue[at] = t;
        find_next();
    }

    static void take_out(int t)
    {
        int i = 0;

        while (i < N && now.queue[i] != t)
            i++;
        for (; i < N; i++)
            now.queue[i] = now.queue[i + 1];
        now.lane[t] = 0;
        now.passed[t] = 0;
        now.old[t] = 0;
        now.timer[t] = NO_TIMER;
        find_next();
    }

    static void begin_turn(void)
    {
        now.turn_over = 0;
        now.patience_over = 0;
    }

    static void end_loan(void)
    {
        now.lender = NOBODY;
        now.term_over = 0;
        now.rested = 0;
        if (now.next == NOBODY)
            now.patience_over = 0;
    }

    static void join(int t, int in_lane, int ahead)
    {
        int had = now.next;

        insert(t, in_lane, ahead);
        if ((had == NOBODY && now.next != NOBODY) || (in_lane == TURN && breaks("who_comes_begins_a_turn")))
            begin_turn();
        if (in_lane == EXPRESS && now.queue[0] == t)
            now.rested = 0;
    }

    static void admit_the_late(int ahead)
    {
        int i = 0;

        while (now.queue[i] != NOBODY && now.lane[now.queue[i]] == EXPRESS) {
            int t = now.queue[i];
            if (!now.old[t]) {
                now.old[t] = 1;
                i++;
                continue;
            }
            take_out(t);
            insert(t, TURN, ahead);
        }
    }

    static void got(int t, int ahead)
    {
        int was = now.lane[t], from = now.lender;
        int is_turn = (now.claimant == t && was != EXPRESS) || whose_turn() == t;

        take_out(t);
        now.told[t] = 0;
        now.owner = t;
        if (t == 0)
            now.asks = 0;
        if (now.claimant == t)
            now.claimant = NOBODY;
        if (was == EXPRESS && breaks("loan_begins_a_turn"))
            begin_turn();
        if (from == t) {
            end_loan();
            return;
        }
        if (!is_turn || (from != NOBODY && was == EXPRESS))
            return;
        if (from != NOBODY) {
            end_loan();
            take_out(from);
            if (!breaks("lender_is_forgotten"))
                insert(from, TURN, ahead);
        }
        if (was == TURN && !breaks("late_not_admitted"))
            admit_the_late(ahead);
        begin_turn();
    }

    static void nudge_if_overslept(int t)
    {
        if (t != NOBODY && now.timer[t] == NO_TIMER && has_when(t))
            now.told[t] = 1;
    }

    /* The end of each step; and what time brings in vain is forgotten, to have fewer states. */
    static void leave_mu(void)
    {
        if (!breaks("timers_not_inherited")) {
            nudge_if_overslept(now.queue[0]);
            nudge_if_overslept(now.queue[1]);
            nudge_if_overslept(now.next);
        }
        if (now.next == NOBODY)
            now.turn_over = 0;
        if (now.queue[1] == NOBODY)
            now.patience_over = 0;
    }

    static void hand_over(int from, int to, int ahead)
    {
        now.handoff = 0;
        got(to, ahead);
        now.waking = now.queue[0] == from;
        now.told[to] = 1;
    }

    /* take_or_rest(), settle(), claim(): t looks about. */
    static void look(int t, int ahead)
    {
        now.told[t] = 0;
        if (now.queue[0] == t)
            now.waking = 0;
        if (now.owner == NOBODY) {
            got(t, ahead);
            if (now.queue[0] == NOBODY)
                now.waking = 0;
            return;
        }
        if (is_due(t)) {
            if (now.claimant != NOBODY)
                now.told[now.claimant] = 1;
            now.handoff = 1;
            if (now.next != NOBODY && now.turn_over && !breaks("loans_before_turns"))
                now.claimant = now.next;
            else
                now.claimant = now.queue[0] == t ? t : whose_turn();
        }
        if (has_when(t))
            now.timer[t] = t == NUMB || breaks("timers_do_not_ring") ? DEAD : RINGS;
        else
            now.timer[t] = NO_TIMER;
    }

    static void come(int t, int in_lane, int ahead)
    {
        join(t, in_lane, ahead);
        look(t, ahead);
        leave_mu();
    }

    static void look_again(int t, int ahead)
    {
        look(t, ahead);
        leave_mu();
    }

    static void give_up(int t)
    {
        int was_first = now.queue[0] == t, in_lane = now.lane[t];

        take_out(t);
        if (now.claimant == t && !breaks("claim_stays")) {
            now.claimant = in_lane == TURN && !breaks("claim_is_not_left") ? whose_turn() : NOBODY;
            now.handoff = now.claimant != NOBODY;
        }
        now.told[t] = 0;
        if (now.lender == t && !breaks("lender_stays")) {
            now.lender = NOBODY;
            now.term_over = 0;
        }
        if (was_first)
            now.waking = 0;
        leave_mu();
    }

    static void bar(int t)
    {
        now.barred[t] = 1;
        now.somebody_barred = 1;
        if (now.lane[t] != 0) {
            give_up(t);
            now.told[t] = !breaks("barred_not_told");
        }
    }

    /* sleeps: so it says, or its call site has shown it. */
    static void release(int t, int sleeps, int ahead)
    {
        int first = now.queue[0];

        if (now.handoff && !breaks("claim_is_freed"))
            hand_over(t, breaks("claim_goes_to_first") ? first : now.claimant, ahead);
        else if (first != NOBODY && !now.waking && sleeps)
            hand_over(t, first, ahead);
        else {
            if (first != NOBODY && !now.waking)
                now.told[first] = 1;
            now.waking = first != NOBODY;
            now.owner = NOBODY;
            now.handoff = 0;
            now.claimant = NOBODY;
        }
        if (breaks("claim_goes_to_first"))
            now.claimant = NOBODY;
        leave_mu();
    }

    static void step_aside(int t, int to, int ahead)
    {
        int loan = now.claimant != NOBODY && now.lane[now.claimant] == EXPRESS && now.lender == NOBODY &&
                   (!now.turn_over || now.next == NOBODY);

        if (t == 0)
            now.asks = 1;
        if (loan) {
            now.lender = t;
            insert(t, LENDER, 0);
            now.timer[t] = t == NUMB ? DEAD : RINGS;
            now.term_over = 0;
            if (now.next == NOBODY)
                now.patience_over = 0;
        }
        hand_over(t, to, ahead);
        if (!loan) {
            join(t, TURN, ahead);
            look(t, ahead);
        }
        leave_mu();
    }

    static void answer_poll(int t, int ahead)
    {
        if (!breaks("poll_is_deaf"))
            step_aside(t, now.claimant, ahead);
    }
}

/* How many of those who wait for a turn somebody goes before. */
inline choose_ahead()
{
    if
    :: ahead = 0
#if PASSES
    :: next != NOBODY -> ahead = 1
    :: N > 3 && next != NOBODY -> ahead = N - 1
#endif
    fi
}

active [N] proctype thread()
{
    byte ahead;
    bool limited;

outside:
    do
    :: owner <= NOBODY /* stays away */
    :: atomic { owner == NOBODY -> owner = _pid; goto came }
    :: atomic { !barred[_pid] ->
        if
        :: _pid == 0 -> asks = true
        :: else
        fi;
#if TIMED
        if
        :: _pid == 1 -> limited = true
        :: skip
        fi;
#endif
        choose_ahead();
        if
        :: c_code { come(Pthread->_pid, TURN, Pthread->ahead); }
#if LOANS
        :: c_code { come(Pthread->_pid, EXPRESS, 0); }
#endif
        fi;
        goto looked }
    od;

waits:
    if
    :: atomic { (told[_pid] && (_pid != NUMB || lane[_pid] == 0)) || timer[_pid] == c_expr { RINGS } ->
        if
        :: lane[_pid] != 0 -> choose_ahead(); c_code { look_again(Pthread->_pid, Pthread->ahead); }
        :: else -> told[_pid] = false
        fi;
looked:
        ahead = 0;
        if
        :: lane[_pid] != 0 -> goto waits
        :: lane[_pid] == 0 && owner == _pid -> goto came
        :: lane[_pid] == 0 && owner != _pid -> limited = false; goto shut
        fi }
#if TIMED
    :: atomic { limited && lane[_pid] != 0 ->
        limited = false;
        c_code { give_up(Pthread->_pid); };
        goto outside }
#endif
    fi;

came:
    atomic {
        assert(owner == _pid && lane[_pid] == 0);
        limited = false;
        told[_pid] = false;
        if
        :: _pid == 0 -> asks = false
        :: else
        fi;
        if
        :: barred[_pid] -> goto leaves
        :: else
        fi
    };
    do
    /* A poll. */
    :: !handoff
    :: atomic { handoff ->
        choose_ahead();
        c_code { answer_poll(Pthread->_pid, Pthread->ahead); };
        ahead = 0;
        if
        :: lane[_pid] != 0 -> goto waits
        :: lane[_pid] == 0 && owner == _pid
        fi }
#if YIELDS
    :: atomic { queue[0] != NOBODY && !handoff ->
        choose_ahead();
        c_code { step_aside(Pthread->_pid, now.queue[0], Pthread->ahead); };
        ahead = 0;
        goto waits }
#endif
#if BARS
    :: atomic { !somebody_barred && _pid != 0 -> c_code { bar(0); } }
    :: atomic { !somebody_barred && _pid != 1 -> c_code { bar(1); } }
#endif
    :: atomic { owner == _pid ->
leaves:
        choose_ahead();
        if
        :: c_code { release(Pthread->_pid, 0, Pthread->ahead); }
        :: c_code { release(Pthread->_pid, 1, Pthread->ahead); }
        fi;
        ahead = 0;
        goto outside }
    od;

shut:
    atomic {
        if
        :: _pid == 0 -> asks = false
        :: else
        fi
    };
    goto outside
}

/* Each moment comes, for as long as it is waited for. */

active proctype turns()
{
    do
    :: atomic { next != NOBODY && !turn_over -> turn_over = true }
    od
}

active proctype terms()
{
    do
    :: atomic { lender != NOBODY && !term_over -> term_over = true }
    od
}

active proctype rests()
{
    do
    :: atomic { lender == NOBODY && !rested -> rested = true }
    od
}

active proctype patience()
{
    do
    :: atomic { queue[1] != NOBODY && !patience_over &&
                (next != NOBODY -> turn_over : (lender != NOBODY -> term_over : rested)) -> patience_over = true }
    od
}

ltl served { [] (asks -> <> !asks) }
