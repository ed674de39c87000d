/* SPDX-License-Identifier: MIT */
/*
 * The allocator below the memory front: jemalloc, or the system's. The only file of the library that names jemalloc.
 *
 * jemalloc. A heap is an arena: closing it discards all that is left in one call. Arenas are kept for the next heaps, all of
 * them: making one takes 100 us, and destroying one loses, by jemalloc's design, 2 MiB of addresses and a page for what it notes
 * about them, each time. Thread caches are bypassed for chunks, because the front is one; raw memory uses them. All calls are of
 * the mallocx() family: the program's own malloc() stays whose it is.
 *
 * An arena that nobody uses gives nothing back by itself, because time passes in an arena with the calls to it. So one that was
 * large is purged when it is closed; of a small one the pages stay warm for the next heap, which halves the price of that.
 *
 * What is given back becomes the system's after some seconds, but from 8 MiB on (jemalloc's oversize_threshold) at once. For
 * a container that grows, that is a page fault for every 4 KiB, each time; faults took three quarters of the time in which a
 * dict got a million keys. So the limit is higher while a heap is open, and jemalloc's own when all of a heap is given back.
 *
 * Threads. jemalloc keeps something for each thread, which it takes at the thread's first call, whichever that is, and does without
 * asking whether it got it: where memory has come to its end that is a null pointer read (jemalloc 5.3.0, issues 2247 and 2289,
 * both open). So a thread comes in by come_in(), which asks the system for what that may take, an arena among it, gives it back,
 * and lets jemalloc take it, one thread at a time; who comes where it is not to be had is refused as any request is. The awkward moment: a thread that is in may take the room in between, which needs
 * megabytes between two calls of the system. A reserve would have to be let go of as well, and is the same. Giving back is no first
 * call (jemalloc makes a smaller beginning for it); asking for a size is.
 *
 * The system's. There are no arenas, and the front gives back chunk by chunk. Its realloc() keeps no alignment, so growing
 * copies.
 */
#include "base/backend.h"

#include "base/atomic.h"
#include "base/mem.h"

#if GIL_WITH_JEMALLOC

#include <jemalloc/jemalloc.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>

/* Free memory in one piece that is given back at once: while a heap is open, and when it closes. */
#define OVERSIZE_OPEN ((size_t)256 << 20)
#define OVERSIZE_CLOSING ((size_t)8 << 20)

/* What an arena ever had that may stay with it when it is closed. */
#define KEEP_WARM ((size_t)1 << 20)

#define TEXT(x) TEXT_OF(x)
#define TEXT_OF(x) #x

#define CHUNK_FLAGS(arena) (MALLOCX_ARENA(arena) | MALLOCX_TCACHE_NONE | MALLOCX_ALIGN(GIL_CHUNK))

/* [atomic] Arenas ready for the next heap, by number, one bit each: jemalloc has 4 095 at most. What one thread did to the
 * arena that it puts in is over for the thread that takes it out. */
#define ARENAS 4096
static uint64_t arena_pool[ARENAS / 64];

/* What jemalloc may map at the first call of a thread: 2 MiB into which arena 0 grows for the thread's cache, and 2 MiB for an arena
 * of its own, which begin at a multiple of that and may be cut out of 4. */
#define FOR_A_THREAD ((size_t)13 << 19)

/* One comes in at a time, so that what was asked for is still there. */
static pthread_mutex_t door = PTHREAD_MUTEX_INITIALIZER;
/* [door] Under this key a thread that has come in finds something. A variable of the thread would be static thread-local storage, of
 * which a library has to take little. Where there is no key, or no room for its value, a thread comes in each time, which costs two
 * calls of the system and no more. */
static pthread_key_t in_key;
/* [atomic] acq_rel: of who uses the key with who made it. Written with the door shut. */
static int in_key_made;

static void
note_in(void)
{
    if (!in_key_made)
        gil_store_release(&in_key_made, pthread_key_create(&in_key, NULL) == 0);
    if (in_key_made)
        (void)pthread_setspecific(in_key, &in_key);
}

static __attribute__((cold)) int
come_in(void)
{
    void *first = NULL;

    pthread_mutex_lock(&door);
    void *room = mmap(NULL, FOR_A_THREAD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room != MAP_FAILED) {
        munmap(room, FOR_A_THREAD);
        first = mallocx(1, MALLOCX_ARENA(0) | MALLOCX_TCACHE_NONE);
    }
    if (first != NULL) {
        dallocx(first, MALLOCX_TCACHE_NONE);
        note_in();
    }
    pthread_mutex_unlock(&door);
    return first != NULL;
}

int
gil_backend_come_in(void)
{
    return (gil_load_acquire(&in_key_made) && pthread_getspecific(in_key) != NULL) || come_in();
}

void
gil_backend_in_child(void)
{
    /* glibc may let a new thread find what one that the fork cut off had under a key. So it is another key, under which nobody has
     * anything, and the one thread of the child comes in anew. */
    if (in_key_made)
        (void)pthread_key_delete(in_key);
    in_key_made = 0;
    door = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER; /* a thread that is gone may have shut it */
}

static int
arena_command(uint32_t arena, const char *command)
{
    char name[48];
    snprintf(name, sizeof(name), "arena.%u.%s", arena, command);
    return mallctl(name, NULL, NULL, NULL, 0);
}

/* An allocator without that setting keeps what it has: nothing depends on it but time. */
static void
set_oversize(uint32_t arena, size_t bytes)
{
    char name[48];
    snprintf(name, sizeof(name), "arena.%u.oversize_threshold", arena);
    (void)mallctl(name, NULL, NULL, &bytes, sizeof(bytes));
}

/* The number, or -1. */
static int
arena_from_pool(void)
{
    for (int i = 0; i < ARENAS / 64; i++)
        for (uint64_t word; (word = gil_load_relaxed(&arena_pool[i])) != 0;) {
            uint64_t lowest = word & -word;
            if (gil_fetch_and_seq_cst(&arena_pool[i], ~lowest) & lowest)
                return i * 64 + __builtin_ctzll(lowest);
        }
    return -1;
}

static void
arena_to_pool(uint32_t arena)
{
    gil_fetch_or_seq_cst(&arena_pool[arena / 64], UINT64_C(1) << arena % 64);
}

int
gil_backend_open(uint32_t *arena)
{
    int pooled = arena_from_pool();
    unsigned made = (unsigned)pooled;
    size_t size = sizeof(made);

    if (!gil_backend_come_in()) {
        if (pooled >= 0)
            arena_to_pool(made);
        return -1;
    }
    if (pooled < 0 && mallctl("arenas.create", &made, &size, NULL, 0) != 0)
        return -1;
    *arena = made;
    set_oversize(made, OVERSIZE_OPEN);
    return 0;
}

int
gil_backend_close_discards(void)
{
    return gil_backend_come_in();
}

void
gil_backend_close(uint32_t arena, size_t most)
{
    if (gil_backend_come_in()) {
        set_oversize(arena, OVERSIZE_CLOSING);
        arena_command(arena, "reset");
        if (most > KEEP_WARM)
            arena_command(arena, "purge");
    }
    arena_to_pool(arena);
}

void
gil_mem_trim(void)
{
    uint64_t purged[ARENAS / 64] = {0};
    int arena;

    if (!gil_backend_come_in())
        return;
    while ((arena = arena_from_pool()) >= 0) {
        arena_command((unsigned)arena, "purge");
        purged[arena / 64] |= UINT64_C(1) << arena % 64;
    }
    for (int i = 0; i < ARENAS / 64; i++)
        if (purged[i] != 0)
            gil_fetch_or_seq_cst(&arena_pool[i], purged[i]);
}

/*
 * What was given back lately lies in pieces, which the allocator joins only when it lets go of them. Where no more can be
 * mapped, that must not wait: else a program that met a limit could use a fraction of its memory from then on.
 */
static void
tidy_up(uint32_t arena)
{
    arena_command(arena, "purge");
}

void *
gil_backend_take(uint32_t arena, size_t bytes)
{
    if (!gil_backend_come_in())
        return NULL;
    void *chunk = mallocx(bytes, CHUNK_FLAGS(arena));
    if (chunk == NULL) {
        tidy_up(arena);
        chunk = mallocx(bytes, CHUNK_FLAGS(arena));
    }
    return chunk;
}

void *
gil_backend_resize(uint32_t arena, void *chunk, size_t old_bytes, size_t bytes)
{
    (void)old_bytes;
    if (!gil_backend_come_in())
        return NULL;
    void *moved = rallocx(chunk, bytes, CHUNK_FLAGS(arena));
    if (moved == NULL) {
        tidy_up(arena);
        moved = rallocx(chunk, bytes, CHUNK_FLAGS(arena));
    }
    return moved;
}

void
gil_backend_give(uint32_t arena, void *chunk, size_t bytes)
{
    sdallocx(chunk, bytes, CHUNK_FLAGS(arena));
}

size_t
gil_backend_size(size_t bytes)
{
    return gil_backend_come_in() ? nallocx(bytes, MALLOCX_ALIGN(GIL_CHUNK)) : 0;
}

void *
gil_backend_raw_take(size_t size, int zero)
{
    return gil_backend_come_in() ? mallocx(size, zero ? MALLOCX_ZERO : 0) : NULL;
}

void *
gil_backend_raw_resize(void *block, size_t size)
{
    return rallocx(block, size, 0);
}

void
gil_backend_raw_give(void *block)
{
    dallocx(block, 0);
}

size_t
gil_backend_raw_size(void *block)
{
    return sallocx(block, 0);
}

const char *
gil_mem_backend(void)
{
    return "jemalloc " TEXT(JEMALLOC_VERSION_MAJOR) "." TEXT(JEMALLOC_VERSION_MINOR) "." TEXT(JEMALLOC_VERSION_BUGFIX);
}

#else

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Large blocks grow by whole pages. */
#define WHOLE 4096

int
gil_backend_come_in(void)
{
    return 1;
}

void
gil_backend_in_child(void)
{
}

int
gil_backend_open(uint32_t *arena)
{
    *arena = 0;
    return 0;
}

void *
gil_backend_take(uint32_t arena, size_t bytes)
{
    void *chunk;
    (void)arena;
    return posix_memalign(&chunk, GIL_CHUNK, bytes) == 0 ? chunk : NULL;
}

void
gil_backend_give(uint32_t arena, void *chunk, size_t bytes)
{
    (void)arena, (void)bytes;
    free(chunk);
}

void *
gil_backend_resize(uint32_t arena, void *chunk, size_t old_bytes, size_t bytes)
{
    void *moved = gil_backend_take(arena, bytes);
    if (moved == NULL)
        return NULL;
    memcpy(moved, chunk, old_bytes < bytes ? old_bytes : bytes);
    gil_backend_give(arena, chunk, old_bytes);
    return moved;
}

size_t
gil_backend_size(size_t bytes)
{
    return (bytes + WHOLE - 1) & ~(size_t)(WHOLE - 1);
}

int
gil_backend_close_discards(void)
{
    return 0;
}

void
gil_backend_close(uint32_t arena, size_t most)
{
    (void)arena, (void)most;
}

void
gil_mem_trim(void)
{
}

void *
gil_backend_raw_take(size_t size, int zero)
{
    return zero ? calloc(1, size) : malloc(size);
}

void *
gil_backend_raw_resize(void *block, size_t size)
{
    return realloc(block, size);
}

void
gil_backend_raw_give(void *block)
{
    free(block);
}

size_t
gil_backend_raw_size(void *block)
{
    return malloc_usable_size(block);
}

const char *
gil_mem_backend(void)
{
    return "system malloc";
}

#endif
