/* SPDX-License-Identifier: MIT */
/* The calling thread: its numbers, its name, thread-specific storage, and what is called at its end. */
#include "sync/thread.h"

#include "base/atomic.h"
#include "base/mem.h"
#include "base/panic.h"
#include "gilrt/thread.h"
#include "sync/mutex.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * STATE. One key of the system serves all of it: its value is the thread's record, which holds the list of exit
 * callbacks and an array of values, by the number of their key. A key is a place in the table `keys`: a generation,
 * odd while it is in use, and a destructor. A value counts only while its generation is its key's, so that deleting a
 * key is one step, whoever has values under it, and a new key in the same place finds none.
 *
 * The table is written under its mutex; reading a generation needs none. A record is its own thread's alone.
 *
 * THE END OF A THREAD. Callbacks, newest first, then destructors in rounds, until nothing is left or after ROUNDS. What
 * callbacks register is called before the destructors, in rounds as well, since one may register itself. They may enter
 * an interpreter, so they have to run before the thread's states are reclaimed. Which of two destructors of the system
 * comes first nobody promises: so the one that reclaims states calls gil_thread_exit() before it does, and the one of
 * the record finds what finalizers of the states have left, which has the rest of the rounds, or was first. Who comes
 * after both, from a destructor of somebody else, is refused: in place of the record stands GONE, since a new record
 * might come after the system's last round of destructors, and nobody would free it.
 *
 * THE CHILD OF A FORK keeps the stacks of threads that are gone, for new ones. glibc clears the system's values on
 * them, but of those threads only that say they have any, and the first step of each round of destructors is to say
 * no. If the fork came within one, a new thread finds what was a dead one's, and would use it, or be taken for one
 * that has ended. A key that was made in the child has no values but those set there; so each of the library's is made
 * anew: that of the records by a function that is registered before the key is made, since it may be wanted before the first
 * start of the runtime, and that of the thread states with what else a child needs (runtime/fork.c).
 *
 * Why not a key of the system for each key: there are 1 024 for all libraries of a process, their destructors run in
 * an order of their own, after our states are gone, and creating one twice cannot be made the same as once.
 *
 * What a value costs is therefore pthread_getspecific() (2.8 ns of about 4 on a machine of 2021), and four comparisons. Both ways
 * round the call were weighed. A thread-local word of our own for the record would be the third, and static TLS is what all
 * libraries that a process loads late share: two words is what this one promises. The record's address in the
 * attached thread state would be as near as that; but states pass from thread to thread, so attaching would have to void it
 * each time, a store that everybody pays, and threads without a state would go the long way still.
 */
#define KEYS_MAX 1024
#define ROUNDS 4       /* as often as the system would, PTHREAD_DESTRUCTOR_ITERATIONS */
#define SLOTS_STEP 16

struct exit_call {
    void (*func)(void *data);
    void *data;
    struct exit_call *next;
};

struct slot {
    void *value;
    uint32_t generation;
};

struct record {
    struct exit_call *calls; /* newest first */
    struct exit_call *due;   /* the same, of the round that is under way */
    struct slot *slots;
    uint32_t count; /* of slots */
    int rounds;     /* at the end of the thread: so many there were */
};

static struct gil_mutex mu = GIL_MUTEX_INIT(GIL_RANK_KEYS, "the keys of thread-specific storage");
static struct {
    uint32_t generation;             /* [atomic] odd: in use; written under mu */
    void (*destructor)(void *value); /* [mu] */
} keys[KEYS_MAX];
static pthread_key_t record_key; /* [const] once record_key_made, but for the child of a fork */
static uint32_t record_key_made; /* [atomic] written under mu */
static uint32_t forks_told;      /* [atomic] in_child() is registered */
static const struct record gone; /* the record of a thread that has no more use for one: without slots */
#define GONE ((struct record *)(uintptr_t)&gone)

static void at_thread_exit(void *record);

void
gil_thread_mutexes(void (*each)(struct gil_mutex *mutex))
{
    each(&mu);
}

static void
in_child(void)
{
    if (gil_load_relaxed(&record_key_made))
        gil_thread_renew_key(&record_key, at_thread_exit);
}

/* See to it that in_child() is called. Not under mu: the system keeps other threads' forks out meanwhile, and a function of the
 * host that runs within a fork may want mu. To register it twice does no harm. */
static int
need_forks_told(void)
{
    if (gil_load_relaxed(&forks_told))
        return 0;
    if (pthread_atfork(NULL, NULL, in_child) != 0)
        return -1;
    gil_store_relaxed(&forks_told, 1);
    return 0;
}

/* The key of the records, made when it is first wanted. -1: the system has none left, or no memory. */
static int
need_record_key(void)
{
    /* Acquire: pairs with the store below. */
    if (gil_load_acquire(&record_key_made))
        return 0;
    if (need_forks_told() < 0)
        return -1;
    gil_mutex_lock(&mu);
    int rc = record_key_made || pthread_key_create(&record_key, at_thread_exit) == 0 ? 0 : -1;
    if (rc == 0)
        gil_store_release(&record_key_made, 1);
    gil_mutex_unlock(&mu);
    return rc;
}

void
gil_thread_renew_key(pthread_key_t *key, void (*destructor)(void *value))
{
    void *mine = pthread_getspecific(*key);

    /* Given back first, so that there is one to be had. It is seldom another number, so there is room for the value;
     * without memory for it the thread has to do with what can be found without the key. */
    (void)pthread_key_delete(*key);
    if (pthread_key_create(key, destructor) == 0 && mine != NULL)
        (void)pthread_setspecific(*key, mine);
}

static struct record *
find_record(void)
{
    struct record *record = gil_load_acquire(&record_key_made) ? pthread_getspecific(record_key) : NULL;

    return record != GONE ? record : NULL;
}

static struct record *
need_record(void)
{
    if (need_record_key() < 0)
        return NULL;
    struct record *record = pthread_getspecific(record_key);
    if (record != NULL)
        return record != GONE ? record : NULL;
    record = gil_raw_calloc(1, sizeof *record);
    if (record != NULL && pthread_setspecific(record_key, record) != 0) {
        gil_raw_free(record);
        record = NULL;
    }
    return record;
}

/* --- the end of the thread --- */

/* What is left of a round goes first: a call may have ended it by pthread_exit(). */
static struct exit_call *
next_round(struct record *record)
{
    if (record->due == NULL) {
        record->due = record->calls;
        record->calls = NULL;
    }
    return record->due;
}

static int
run_calls(struct record *record)
{
    int ran = 0;

    for (int round = 0; round < ROUNDS && next_round(record) != NULL; round++)
        for (struct exit_call *call; (call = record->due) != NULL; ran = 1) {
            struct exit_call mine = *call;
            record->due = call->next;
            gil_raw_free(call);
            mine.func(mine.data);
        }
    return ran;
}

/* The destructor of a slot that has a value, which is taken out; NULL: none. */
static void (*take_destructor(struct record *record, uint32_t i, void **value))(void *)
{
    struct slot *slot = &record->slots[i];
    void (*destructor)(void *) = NULL;

    if (slot->value == NULL)
        return NULL;
    *value = slot->value;
    slot->value = NULL;
    gil_mutex_lock(&mu);
    if (keys[i].generation == slot->generation)
        destructor = keys[i].destructor;
    gil_mutex_unlock(&mu);
    return destructor;
}

static int
run_destructors(struct record *record)
{
    int ran = 0;

    /* Not a pointer into the array: a destructor may make it larger. */
    for (uint32_t i = 0; i < record->count; i++) {
        void *value;
        void (*destructor)(void *) = take_destructor(record, i, &value);
        if (destructor != NULL) {
            destructor(value);
            ran = 1;
        }
    }
    return ran;
}

static void
drop_calls(struct record *record)
{
    for (struct exit_call *call; (call = next_round(record)) != NULL;) {
        record->due = call->next;
        gil_raw_free(call);
    }
}

static void
free_record(struct record *record)
{
    drop_calls(record);
    gil_raw_free(record->slots);
    gil_raw_free(record);
}

/* What was asked for in the last round is forgotten. */
static void
end(struct record *record)
{
    while (record->rounds < ROUNDS && (run_calls(record) | run_destructors(record)))
        record->rounds++;
    drop_calls(record);
}

void
gil_thread_exit(void)
{
    struct record *record = find_record();

    if (record != NULL)
        end(record);
}

/* The system has taken the record out of its place: it is put back for what runs now. GONE brings this back in each
 * round that is left: harmless. */
static void
at_thread_exit(void *record)
{
    int cancel;

    /* For good: what is called at its end is not left in the middle. */
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    if (record != GONE && pthread_setspecific(record_key, record) == 0)
        end(record);
    (void)pthread_setspecific(record_key, GONE);
    if (record != GONE)
        free_record(record);
}

int
GilThread_AtExit(void (*func)(void *data), void *data)
{
    int saved = errno;
    struct record *record = func != NULL ? need_record() : NULL;
    struct exit_call *call = record != NULL ? gil_raw_malloc(sizeof *call) : NULL;

    errno = saved;
    if (call == NULL)
        return -1;
    *call = (struct exit_call){func, data, record->calls};
    record->calls = call;
    return 0;
}

/* Take the first of that function and data out of a list: 1, or 0. */
static int
cancel(struct exit_call **at, void (*func)(void *data), void *data)
{
    for (; *at != NULL; at = &(*at)->next) {
        struct exit_call *call = *at;
        if (call->func == func && call->data == data) {
            *at = call->next;
            gil_raw_free(call);
            return 1;
        }
    }
    return 0;
}

int
GilThread_CancelAtExit(void (*func)(void *data), void *data)
{
    struct record *record = find_record();

    return record != NULL && (cancel(&record->calls, func, data) || cancel(&record->due, func, data));
}

/* --- thread-specific storage --- */

Gil_tss_t *
GilThread_tss_alloc(void)
{
    int saved = errno;
    Gil_tss_t *key = gil_raw_calloc(1, sizeof *key);

    errno = saved;
    return key;
}

void
GilThread_tss_free(Gil_tss_t *key)
{
    if (key == NULL)
        return;
    GilThread_tss_delete(key);
    gil_raw_free(key);
}

int
GilThread_tss_is_created(Gil_tss_t *key)
{
    GIL_REQUIRE(key != NULL, "the key is NULL");
    return gil_load_acquire(&key->_is_initialized);
}

/* Under mu. */
static int
take_place(Gil_tss_t *key, void (*destructor)(void *))
{
    for (uint32_t i = 0; i < KEYS_MAX; i++) {
        uint32_t generation = keys[i].generation;
        if (generation & 1)
            continue;
        keys[i].destructor = destructor;
        gil_store_relaxed(&keys[i].generation, generation + 1);
        key->_key = i;
        key->_generation = generation + 1;
        /* Release: who finds the key created finds its number too. */
        gil_store_release(&key->_is_initialized, 1);
        return 0;
    }
    return -1;
}

static int
create(Gil_tss_t *key, void (*destructor)(void *), const char *func)
{
    if (key == NULL)
        gil_panic(func, "the key is NULL");
    if (need_record_key() < 0)
        return -1;
    gil_mutex_lock(&mu);
    int rc = key->_is_initialized ? 0 : take_place(key, destructor);
    gil_mutex_unlock(&mu);
    return rc;
}

int
GilThread_tss_create(Gil_tss_t *key)
{
    return create(key, NULL, __func__);
}

int
GilThread_tss_create_with_destructor(Gil_tss_t *key, void (*destructor)(void *value))
{
    return create(key, destructor, __func__);
}

void
GilThread_tss_delete(Gil_tss_t *key)
{
    GIL_REQUIRE(key != NULL, "the key is NULL");
    gil_mutex_lock(&mu);
    if (key->_is_initialized) {
        gil_store_relaxed(&keys[key->_key].generation, key->_generation + 1);
        gil_store_relaxed(&key->_is_initialized, 0);
    }
    gil_mutex_unlock(&mu);
}

/* Room for the slot of that number: 0; -1: no memory. */
static int
grow(struct record *record, uint32_t number)
{
    uint32_t count = (number / SLOTS_STEP + 1) * SLOTS_STEP;
    struct slot *slots = gil_raw_realloc(record->slots, count * sizeof *slots);

    if (slots == NULL)
        return -1;
    memset(&slots[record->count], 0, (count - record->count) * sizeof *slots);
    record->slots = slots;
    record->count = count;
    return 0;
}

int
GilThread_tss_set(Gil_tss_t *key, void *value)
{
    GIL_REQUIRE(key != NULL, "the key is NULL");
    if (!gil_load_acquire(&key->_is_initialized))
        return -1;
    int saved = errno;
    struct record *record = need_record();
    int rc = record == NULL || (key->_key >= record->count && grow(record, key->_key) < 0) ? -1 : 0;
    errno = saved;
    if (rc == 0)
        record->slots[key->_key] = (struct slot){value, key->_generation};
    return rc;
}

void *
GilThread_tss_get(Gil_tss_t *key)
{
    GIL_REQUIRE(key != NULL, "the key is NULL");
    if (!gil_load_acquire(&key->_is_initialized))
        return NULL;
    const struct record *record = pthread_getspecific(record_key); /* it was made before the key */
    if (record == NULL || key->_key >= record->count)
        return NULL;
    const struct slot *slot = &record->slots[key->_key];
    return slot->generation == key->_generation ? slot->value : NULL;
}

/* --- numbers and names --- */

unsigned long
GilThread_get_thread_ident(void)
{
    return (unsigned long)pthread_self();
}

unsigned long
GilThread_get_thread_native_id(void)
{
    return (unsigned long)syscall(SYS_gettid);
}

/* How much of the text fits, without the NUL and without the beginning of a character whose end does not. */
static size_t
fitting(const char *name)
{
    size_t length = strnlen(name, GIL_THREAD_NAME_MAX);

    if (length < GIL_THREAD_NAME_MAX)
        return length;
    for (length = GIL_THREAD_NAME_MAX - 1; length > 0 && (name[length] & 0xc0) == 0x80; length--)
        continue;
    return length;
}

int
GilThread_SetName(const char *name)
{
    char cut[GIL_THREAD_NAME_MAX] = {0};

    if (name == NULL)
        return -1;
    memcpy(cut, name, fitting(name));
    int saved = errno;
    int rc = prctl(PR_SET_NAME, cut, 0, 0, 0);
    errno = saved;
    return rc;
}

int
GilThread_GetName(char *name, size_t size)
{
    char whole[GIL_THREAD_NAME_MAX] = {0};
    int saved = errno;

    if (name == NULL || size == 0)
        return -1;
    int rc = prctl(PR_GET_NAME, whole, 0, 0, 0);
    errno = saved;
    if (rc != 0)
        return -1;
    size_t length = strnlen(whole, size - 1);
    memcpy(name, whole, length);
    name[length] = '\0';
    return 0;
}
