/* SPDX-License-Identifier: MIT */
/* Readers and writers with real threads; their schedules are explored in tests/models/. */
#include "support/support.h"

#include "sync/machine.h"
#include "sync/rwlock.h"

#include <pthread.h>
#include <sched.h>

#define THREADS 4
#define ROUNDS 20000

static uint32_t word;
static long first, second; /* [word] always equal to a reader */

static void
read_lock(uint32_t *lock)
{
    struct gil_wait wait;

    gil_wait_init(&wait, GIL_MACHINE_NEVER);
    while (!gil_rwlock_try_read(lock) && gil_rwlock_sleep_read(lock, &wait) != GIL_WAITED_GOT)
        continue;
}

static void
write_lock(uint32_t *lock)
{
    struct gil_wait wait;

    gil_wait_init(&wait, GIL_MACHINE_NEVER);
    while (!gil_rwlock_try_write(lock) && gil_rwlock_sleep_write(lock, &wait) != GIL_WAITED_GOT)
        continue;
}

static void *
read_and_write(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++)
        if (i % 4 == 0) {
            write_lock(&word);
            first++;
            second++;
            ck_assert_int_eq(gil_rwlock_unlock_write(&word), 0);
        }
        else {
            read_lock(&word);
            ck_assert_int_eq(first, second);
            ck_assert_int_eq(gil_rwlock_unlock_read(&word), 0);
        }
    return NULL;
}

START_TEST(test_sync_rwlock__readers_see_nothing_half_written)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_and_write, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_int_eq(first, (long)THREADS * ROUNDS / 4);
    ck_assert_uint_eq(word, 0);
}
END_TEST

START_TEST(test_sync_rwlock__many_read_and_one_writes)
{
    uint32_t lock = 0;

    ck_assert(gil_rwlock_try_read(&lock) && gil_rwlock_try_read(&lock));
    ck_assert(!gil_rwlock_try_write(&lock));
    ck_assert_int_eq(gil_rwlock_unlock_write(&lock), -1);
    ck_assert_int_eq(gil_rwlock_unlock_read(&lock), 0);
    ck_assert_int_eq(gil_rwlock_unlock_read(&lock), 0);
    ck_assert_int_eq(gil_rwlock_unlock_read(&lock), -1);
    ck_assert(gil_rwlock_try_write(&lock));
    ck_assert(!gil_rwlock_try_write(&lock) && !gil_rwlock_try_read(&lock));
    ck_assert_int_eq(gil_rwlock_unlock_read(&lock), -1);
    ck_assert_int_eq(gil_rwlock_unlock_write(&lock), 0);
    ck_assert_uint_eq(lock, 0);
}
END_TEST

static void *
write_once(void *unused)
{
    (void)unused;
    write_lock(&word);
    first++;
    ck_assert_int_eq(gil_rwlock_unlock_write(&word), 0);
    return NULL;
}

START_TEST(test_sync_rwlock__no_reader_passes_a_writer_that_waits)
{
    pthread_t writer;
    struct gil_wait wait;

    ck_assert(gil_rwlock_try_read(&word));
    ck_assert_int_eq(pthread_create(&writer, NULL, write_once, NULL), 0);
    while (!(gil_load_acquire(&word) & GIL_RWLOCK_PARKED))
        sched_yield();
    ck_assert(!gil_rwlock_try_read(&word));
    gil_wait_init(&wait, 1); /* long past */
    ck_assert_int_eq(gil_rwlock_sleep_read(&word, &wait), GIL_WAITED_LATE);
    ck_assert_int_eq(first, 0);
    ck_assert_int_eq(gil_rwlock_unlock_read(&word), 0);
    ck_assert_int_eq(pthread_join(writer, NULL), 0);
    ck_assert_int_eq(first, 1);
}
END_TEST

static long read_first;

/* Leaves once a writer waits; another reader is left then, which hands the lock on. */
static void *
read_and_leave_first(void *unused)
{
    (void)unused;
    read_lock(&word);
    read_first = first;
    while (!(gil_load_relaxed(&word) & GIL_RWLOCK_PARKED))
        sched_yield();
    ck_assert_int_eq(gil_rwlock_unlock_read(&word), 0);
    return NULL;
}

/* What says that it does is ThreadSanitizer: nothing but the lock is between that reader and the writer. */
START_TEST(test_sync_rwlock__a_writer_comes_after_the_readers_that_left_before_the_last)
{
    pthread_t reader, writer;

    ck_assert(gil_rwlock_try_read(&word));
    ck_assert_int_eq(pthread_create(&reader, NULL, read_and_leave_first, NULL), 0);
    while (gil_load_relaxed(&word) != 2 * GIL_RWLOCK_READER)
        sched_yield();
    ck_assert_int_eq(pthread_create(&writer, NULL, write_once, NULL), 0);
    while (gil_load_relaxed(&word) != (GIL_RWLOCK_READER | GIL_RWLOCK_PARKED))
        sched_yield();
    ck_assert_int_eq(gil_rwlock_unlock_read(&word), 0);
    ck_assert_int_eq(pthread_join(writer, NULL), 0);
    ck_assert_int_eq(pthread_join(reader, NULL), 0);
    ck_assert_int_eq(read_first, 0);
    ck_assert_int_eq(first, 1);
}
END_TEST

START_TEST(test_sync_rwlock__a_writer_that_gives_up_leaves_nothing)
{
    struct gil_wait wait;

    ck_assert(gil_rwlock_try_read(&word));
    gil_wait_init(&wait, 1);
    ck_assert_int_eq(gil_rwlock_sleep_write(&word, &wait), GIL_WAITED_LATE);
    ck_assert_uint_eq(word, GIL_RWLOCK_READER);
    ck_assert(gil_rwlock_try_read(&word));
}
END_TEST

/* A writer waited behind this reader when it forked: in the child nobody does. */
START_TEST(test_D4_who_waited_in_the_parent_keeps_nobody_out_in_the_child)
{
    struct gil_wait wait;

    word = GIL_RWLOCK_READER | GIL_RWLOCK_PARKED;
    gil_parking_forget_all();
    ck_assert(!gil_rwlock_try_write(&word));
    ck_assert(gil_rwlock_try_read(&word));
    ck_assert_uint_eq(word, 2 * GIL_RWLOCK_READER);
    ck_assert_int_eq(gil_rwlock_unlock_read(&word), 0);
    gil_wait_init(&wait, 1);
    ck_assert_int_eq(gil_rwlock_sleep_write(&word, &wait), GIL_WAITED_LATE);
    ck_assert_int_eq(gil_rwlock_unlock_read(&word), 0);
    ck_assert_uint_eq(word, 0);
    /* Of a writer that is not there any more nobody can know. */
    word = GIL_RWLOCK_WRITER | GIL_RWLOCK_PARKED;
    ck_assert(!gil_rwlock_try_read(&word));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sync/rwlock");
    TCase *tcase = tcase_create("rwlock");

    tcase_add_test(tcase, test_sync_rwlock__readers_see_nothing_half_written);
    tcase_add_test(tcase, test_sync_rwlock__many_read_and_one_writes);
    tcase_add_test(tcase, test_sync_rwlock__no_reader_passes_a_writer_that_waits);
    tcase_add_test(tcase, test_sync_rwlock__a_writer_comes_after_the_readers_that_left_before_the_last);
    tcase_add_test(tcase, test_sync_rwlock__a_writer_that_gives_up_leaves_nothing);
    tcase_add_test(tcase, test_D4_who_waited_in_the_parent_keeps_nobody_out_in_the_child);
    suite_add_tcase(suite, tcase);
    return suite;
}
