/* SPDX-License-Identifier: MIT */
/*
 * The memory front.
 *
 * Chunks. A heap takes memory in chunks that begin at a multiple of 64 KiB, with a header in their first 64 bytes, so
 * that masking a block's address finds it. A slab is one chunk cut into blocks of one size; a large block has a
 * chunk of its own, as long as it must be. Blocks of a slab are cut a page at a time: a page that no block was taken
 * from is never touched, so a slab costs 64 KiB of addresses and as much memory as it uses. The addresses left free
 * between large chunks cost nothing either.
 *
 * Where a slab is. Each size class has one current slab, which serves all requests; when it has no room left it is
 * parked, and the next one comes from the list of partial slabs, from the heap's few spare ones, or from below. A
 * block that comes back to a parked slab makes it partial; the last block that comes back to a partial slab makes it
 * spare, or returns it.
 *
 * The count. The path of gil_heap_free() must find out about both events, and about large blocks, with one test. So
 * `frees_left` counts the frees until something must be done.
 *
 *     current    any number          0 means only that it is to be set again: a slab stays current though it be empty,
 *                                    so that a program which makes and drops one object does not take and return a
 *                                    slab each time
 *     partial    blocks in use       0 means empty
 *     parked     1                   0 means that the first block came back
 *     large      1                   0 means that the block itself came back
 *
 * So the path of gil_heap_malloc() counts nothing: a current slab that is left is full. A count that both paths change
 * would be the longest chain of dependent stores and loads in making and dropping an object. Statistics add up slabs,
 * and walk the free blocks of current ones.
 *
 * Each class begins with a shared slab that has no room and is never written, so that the path of gil_heap_malloc()
 * needs no test for a missing one.
 *
 * The limit. A heap with a limit may come to it by garbage that only the collector finds, so it says when it fills up:
 * at a mark, which is half of the room above what was left by the last full collection, but a sixteenth of that at
 * least. The mark goes down where chunks are given back below what was left, for then that much less lives. So between
 * two collections that the heap asks for it takes half of its room, or a sixteenth of what it has, from the system: a
 * heap that only grows is collected five times until it is full, and one that lives near its limit has seventeen bytes
 * looked at for each that it takes, and not all of them for each chunk. The price is the last part: where fifteen
 * sixteenths live the mark lies beyond the limit. What is refused therefore asks as well. What is
 * refused is refused: no object may be finalized in an allocation (gc/generation.c). The marks are of chunks, not of
 * blocks, whose sum nobody keeps: garbage in the gaps of slabs may be met by the refusal first, and then it is for the
 * collector to say whether there is something new to look at.
 *
 * What was rejected. A size before each block: 16 bytes an object, to keep the alignment. A reserved range of
 * addresses for slabs, to tell them from other blocks by comparison: a heap must live in an arena of its own. Calling
 * the allocator below for every object: with an arena named and thread caches bypassed it takes many times as long as a
 * list in hand.
 *
 * Where chunks come from: backend.c.
 *
 * In a debug build fresh blocks are filled with 0xCD and free ones with 0xDD; a block freed twice, written after it was
 * freed or beyond its end (zone.h), or never handed out stops the process. Under AddressSanitizer free blocks are poisoned.
 */
#include "base/mem.h"

#include "base/backend.h"
#include "base/fence.h"
#include "base/panic.h"
#include "base/zone.h"

#include <pthread.h>
#include <string.h>

#ifdef GIL_HEAP_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

/* Blocks are cut by this much at a time; where pages are larger, more of one is touched, which does no harm. */
#define CUT 4096
/* Enough that a class which grows and shrinks by a slab does not go below each time. */
#define MAX_SPARES 2

#define FILL_FRESH 0xCD
#define FILL_FREE 0xDD

/* Not small numbers: what masking a foreign address finds should not pass for one. */
enum chunk_kind {
    CURRENT = 0x51a1,
    PARTIAL = 0x51a2,
    PARKED = 0x51a3,
    SPARE = 0x51a4,
    LARGE = 0x1a46,
};

#ifdef GIL_DEBUG
#define GUARD ((uint64_t)0x91e5c27ab03d684f)
_Static_assert(sizeof(struct gil_chunk) % 16 == 0, "blocks begin at a multiple of 16");
#else
_Static_assert(sizeof(struct gil_chunk) == 64, "blocks begin at a multiple of 16");
#endif
_Static_assert(GIL_HEAP_FINE / 16 + 16 == GIL_HEAP_CLASSES, "four classes for each of four doublings");

/* Never written; see the essay. */
static const struct gil_chunk no_slab = {.kind = CURRENT};

size_t gil_mem_inline = GIL_HEAP_FINE;

struct _GilFreeList *const *
gil_heap_lists(const struct gil_heap *heap)
{
#define EIGHT &no_slab, &no_slab, &no_slab, &no_slab, &no_slab, &no_slab, &no_slab, &no_slab
    static const struct gil_chunk *const none[GIL_HEAP_FINE / 16] = {EIGHT, EIGHT, EIGHT, EIGHT};
#undef EIGHT
#ifdef GIL_HEAP_CHECKED
    int looked_at = 1;
#else
    int looked_at = gil_load_relaxed(&gil_mem_inline) == 0;
#endif

    return (struct _GilFreeList *const *)(looked_at ? (const void *)none : (const void *)heap->current);
}

static struct {
    pthread_t thread; /* [atomic] whose requests count; relaxed: only that thread acts on what follows */
    long left;        /* [own] requests until one fails */
    int again;        /* [own] and after so many more, again and again; 0: not */
    long delivered;   /* [own] */
} fault;

void
gil_mem_fail_nth(long nth, int again)
{
    gil_store_relaxed(&fault.thread, pthread_self());
    fault.left = nth;
    fault.again = again;
    fault.delivered = 0;
    gil_store_relaxed(&gil_mem_inline, nth > 0 ? (size_t)0 : (size_t)GIL_HEAP_FINE);
}

long
gil_mem_fail_count(void)
{
    return fault.delivered;
}

/* Whether this request is to fail. */
static int
fails(void)
{
    if (__builtin_expect(gil_load_relaxed(&gil_mem_inline) != 0, 1))
        return 0;
    if (gil_load_relaxed(&fault.thread) != pthread_self() || fault.left == 0)
        return 0;
    if (--fault.left > 0)
        return 0;
    if (fault.again)
        fault.left = fault.again;
    fault.delivered++;
    return 1;
}

/* [atomic] Relaxed: sums that nobody acts on while others still change them. */
static size_t raw_blocks, raw_bytes;

/* [atomic] acq_rel: of one who takes them with those who left them. What was freed by threads that memory did not suffice for to
 * come in: each block has the next. */
static void *left_behind;

static void
leave_behind(void *block)
{
    void *next = gil_load_relaxed(&left_behind);

    do
        gil_fence_leave(block, next);
    while (!gil_cas_acq_rel(&left_behind, &next, block));
}

/* By a thread that has come in. */
static void
free_left_behind(void)
{
    void *block = gil_load_relaxed(&left_behind) == NULL ? NULL : gil_exchange_acq_rel(&left_behind, NULL);

    while (block != NULL) {
        void *next = gil_fence_return(block);
        gil_raw_free(block);
        block = next;
    }
}

/* Enter what the backend gave for so many bytes, or NULL. */
static void *
raw_enter(void *room, size_t size)
{
    if (room == NULL)
        return NULL;
    gil_fence_look();
    free_left_behind();
    gil_fetch_add_relaxed(&raw_blocks, 1);
    gil_fetch_add_relaxed(&raw_bytes, gil_backend_raw_size(room));
    return gil_fence_put(room, size);
}

static size_t
raw_request(size_t size)
{
    size += GIL_FENCE;
    return size < 16 ? 16 : size;
}

void *
gil_raw_malloc(size_t size)
{
    if (fails() || size > PTRDIFF_MAX)
        return NULL;
    void *block = raw_enter(gil_backend_raw_take(raw_request(size), 0), size);
#ifdef GIL_DEBUG
    if (block != NULL)
        memset(block, FILL_FRESH, size);
#endif
    return block;
}

void *
gil_raw_calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX || fails())
        return NULL;
    return raw_enter(gil_backend_raw_take(raw_request(bytes), 1), bytes);
}

#ifdef GIL_FENCED
/* Always to another place: who goes on with the old one is found. */
static void *
raw_move(void *block, size_t size)
{
    size_t before = gil_fence_check("gil_raw_realloc", block);
    void *moved = gil_raw_malloc(size);
    if (moved != NULL) {
        memcpy(moved, block, size < before ? size : before);
        gil_raw_free(block);
    }
    return moved;
}
#else
static void *
raw_move(void *block, size_t size)
{
    if (fails() || size > PTRDIFF_MAX)
        return NULL;
    size_t before = gil_backend_raw_size(block);
    void *moved = gil_backend_raw_resize(block, raw_request(size));
    if (moved != NULL)
        gil_fetch_add_relaxed(&raw_bytes, gil_backend_raw_size(moved) - before);
    return moved;
}
#endif

void *
gil_raw_realloc(void *block, size_t size)
{
    if (block == NULL)
        return gil_raw_malloc(size);
    return gil_backend_come_in() ? raw_move(block, size) : NULL;
}

void
gil_raw_free(void *block)
{
    if (block == NULL)
        return;
    if (!gil_backend_come_in()) {
        leave_behind(block);
        return;
    }
    free_left_behind();
    gil_fence_check("gil_raw_free", block);
    size_t size = gil_backend_raw_size(gil_fence_room(block));
    gil_fetch_sub_relaxed(&raw_blocks, 1);
    gil_fetch_sub_relaxed(&raw_bytes, size);
#ifdef GIL_FENCED
    gil_fence_free(block);
#else
#ifdef GIL_DEBUG
    memset(block, FILL_FREE, size);
#endif
    gil_backend_raw_give(block);
#endif
}

void
gil_raw_stats(struct gil_mem_stats *stats)
{
    stats->blocks = gil_load_relaxed(&raw_blocks);
    stats->bytes = stats->mapped = gil_load_relaxed(&raw_bytes);
}

int
gil_mem_come_in(void)
{
    return gil_backend_come_in();
}

void
gil_mem_in_child(void)
{
    gil_backend_in_child();
}

static unsigned
class_of(size_t size)
{
    size_t last = size - 1;
    if (last < GIL_HEAP_FINE)
        return (unsigned)(last / 16);
    unsigned log = 63u - (unsigned)__builtin_clzl(last);
    return GIL_HEAP_FINE / 16 + (log - 9) * 4 + (unsigned)(last >> (log - 2) & 3);
}

static size_t
class_size(unsigned size_class)
{
    if (size_class < GIL_HEAP_FINE / 16)
        return (size_class + 1) * (size_t)16;
    unsigned step = size_class - GIL_HEAP_FINE / 16;
    return (size_t)(4 + step % 4 + 1) << (step / 4 + 7);
}

static char *
first_block(struct gil_chunk *chunk)
{
    return (char *)(chunk + 1);
}

static size_t
slab_capacity(const struct gil_chunk *slab)
{
    return (GIL_CHUNK - sizeof(*slab)) / slab->size;
}

static void
set_guard(struct gil_chunk *chunk)
{
#ifdef GIL_DEBUG
    chunk->guard[0] = chunk->guard[1] = GUARD;
#else
    (void)chunk;
#endif
}

static void
push(struct gil_chunk **list, struct gil_chunk *chunk)
{
    chunk->prev = NULL;
    chunk->next = *list;
    if (*list != NULL)
        (*list)->prev = chunk;
    *list = chunk;
}

static void
unlink_from(struct gil_chunk **list, struct gil_chunk *chunk)
{
    if (chunk->prev != NULL)
        chunk->prev->next = chunk->next;
    else
        *list = chunk->next;
    if (chunk->next != NULL)
        chunk->next->prev = chunk->prev;
}

#ifdef GIL_DEBUG

/*
 * The link of a free block is where a block in use has its zone, with the complement behind it: not where its owner had any
 * business, so that who writes to his block when it is his no more does not lead the heap astray.
 */
static uintptr_t *
link_in(const struct gil_chunk *slab, const void *block)
{
    return (uintptr_t *)((uintptr_t)block + slab->size - GIL_ZONE);
}

/* What may be free is looked at through the poison. */
__attribute__((no_sanitize("address"))) static int
has_link(const struct gil_chunk *slab, const void *block)
{
    const uintptr_t *link = link_in(slab, block);
    return link[1] == ~link[0];
}

static void
set_next(const struct gil_chunk *slab, void *block, void *next)
{
    uintptr_t *link = link_in(slab, block);
    link[0] = (uintptr_t)next;
    link[1] = ~link[0];
}

/* The free block after that one. */
__attribute__((no_sanitize("address"))) static void *
next_of(const char *func, const struct gil_chunk *slab, const void *block)
{
    if (!has_link(slab, block))
        gil_panic(func, "the block at %p was written to after it was freed", block);
    return (void *)link_in(slab, block)[0];
}

#else

static inline void
set_next(const struct gil_chunk *slab, void *block, void *next)
{
    (void)slab;
    *(void **)block = next;
}

static inline void *
next_of(const char *func, const struct gil_chunk *slab, const void *block)
{
    (void)func;
    (void)slab;
    UNPOISON(block, sizeof(void *));
    void *next = *(void *const *)block;
    POISON(block, sizeof(void *));
    return next;
}

#endif

static void
make_free(const struct gil_chunk *slab, void *block, void *next)
{
#ifdef GIL_DEBUG
    memset(block, FILL_FREE, slab->size - GIL_ZONE);
#endif
    set_next(slab, block, next);
    POISON(block, slab->size);
}

/* Cut fresh room into free blocks, at most to the end of a page. 0 when there is none. */
static int
cut(struct gil_chunk *slab)
{
    if (slab->fresh == slab->end)
        return 0;
    uintptr_t page_end = ((uintptr_t)slab->fresh + slab->size + CUT - 1) & ~(uintptr_t)(CUT - 1);
    char *block = slab->fresh;

    slab->free = block;
    for (;;) {
        char *next = block + slab->size;
        int last = next == slab->end || (uintptr_t)next + slab->size > page_end;
        make_free(slab, block, last ? NULL : next);
        block = next;
        if (last)
            break;
    }
    slab->fresh = block;
    return 1;
}

/* What a sixteenth is worth is told above. */
void
gil_heap_collected(struct gil_heap *heap)
{
    size_t had = heap->mapped, room = had < heap->limit ? heap->limit - had : 0;

    if (heap->crowded == NULL)
        return;
    heap->low = had;
    heap->mark = had + (room / 2 > had / 16 ? room / 2 : had / 16);
}

void
gil_heap_watch(struct gil_heap *heap, void (*crowded)(void))
{
    heap->crowded = heap->limit != 0 ? crowded : NULL;
    heap->low = 0;
    heap->mark = SIZE_MAX;
    gil_heap_collected(heap);
}

/* Whether so many bytes more are more than the heap may have. */
static int
is_beyond_limit(struct gil_heap *heap, size_t bytes)
{
    if (heap->limit == 0 || (heap->mapped <= heap->limit && bytes <= heap->limit - heap->mapped))
        return 0;
    if (heap->crowded != NULL) {
        heap->mark = heap->low; /* also when what a failure gives back is less than it was: until garbage has been looked for */
        heap->crowded();
    }
    return 1;
}

static void
add_mapped(struct gil_heap *heap, size_t bytes)
{
    heap->mapped += bytes;
    if (heap->mapped > heap->most)
        heap->most = heap->mapped;
    if (gil_heap_is_crowded(heap))
        heap->crowded();
}

/* Chunks have been given back for good: not where one takes the place of another. */
static void
note_low(struct gil_heap *heap)
{
    if (heap->mapped < heap->low)
        gil_heap_collected(heap);
}

/* A slab of that class without a block in use, in no list; NULL when memory is lacking. */
static struct gil_chunk *
empty_slab(struct gil_heap *heap, unsigned size_class)
{
    struct gil_chunk *slab = heap->spare;
    if (slab != NULL) {
        unlink_from(&heap->spare, slab);
        heap->spares--;
        UNPOISON(slab, GIL_CHUNK);
    }
    else {
        slab = is_beyond_limit(heap, GIL_CHUNK) ? NULL : gil_backend_take(heap->arena, GIL_CHUNK);
        if (slab == NULL)
            return NULL;
        add_mapped(heap, GIL_CHUNK);
    }
    set_guard(slab);
    slab->heap = heap;
    slab->free = NULL;
    slab->size_class = (uint16_t)size_class;
    slab->size = class_size(size_class);
    slab->fresh = first_block(slab);
    slab->end = slab->fresh + slab_capacity(slab) * slab->size;
    return slab;
}

/* Makes another slab current; the present one has no room. 0, or -1 when memory is lacking. */
static int
next_slab(struct gil_heap *heap, unsigned size_class)
{
    struct gil_chunk *slab = heap->partial[size_class];
    if (slab != NULL)
        unlink_from(&heap->partial[size_class], slab);
    else if ((slab = empty_slab(heap, size_class)) == NULL)
        return -1;

    struct gil_chunk *full = heap->current[size_class];
    if (full != &no_slab) {
        full->kind = PARKED;
        full->frees_left = 1;
        push(&heap->parked[size_class], full);
    }
    slab->kind = CURRENT;
    slab->frees_left = UINT32_MAX;
    slab->next = slab->prev = NULL;
    heap->current[size_class] = slab;
    return 0;
}

static void
drop_slab(struct gil_heap *heap, struct gil_chunk *slab)
{
    if (heap->spares < MAX_SPARES) {
        slab->kind = SPARE;
        push(&heap->spare, slab);
        heap->spares++;
        return;
    }
    UNPOISON(slab, GIL_CHUNK);
    heap->mapped -= GIL_CHUNK;
    note_low(heap);
    gil_backend_give(heap->arena, slab, GIL_CHUNK);
}

/* Bytes to ask for below, header included; 0 when no machine has them. */
static size_t
large_bytes(size_t size)
{
    return size > PTRDIFF_MAX - GIL_CHUNK ? 0 : gil_backend_size(size + sizeof(struct gil_chunk));
}

/* Enter a chunk of that many bytes among the heap's large blocks. */
static void *
enter_large(struct gil_heap *heap, struct gil_chunk *chunk, size_t bytes)
{
    set_guard(chunk);
    chunk->free = NULL;
    chunk->frees_left = 1;
    chunk->kind = LARGE;
    chunk->heap = heap;
    chunk->size = bytes - sizeof(*chunk);
    push(&heap->large, chunk);
    add_mapped(heap, bytes);
    return first_block(chunk);
}

static void
leave_large(struct gil_heap *heap, struct gil_chunk *chunk)
{
    unlink_from(&heap->large, chunk);
    heap->mapped -= chunk->size + sizeof(*chunk);
}

static void *
large_malloc(struct gil_heap *heap, size_t size)
{
    size_t bytes = large_bytes(size);
    struct gil_chunk *chunk = bytes == 0 || is_beyond_limit(heap, bytes) ? NULL : gil_backend_take(heap->arena, bytes);
    return chunk == NULL ? NULL : enter_large(heap, chunk, bytes);
}

/* From large to large. */
static void *
large_realloc(struct gil_heap *heap, struct gil_chunk *chunk, size_t size)
{
    size_t old_bytes = chunk->size + sizeof(*chunk);
    size_t bytes = large_bytes(size);
    if (bytes == 0)
        return NULL;
    if (bytes == old_bytes)
        return first_block(chunk);
    if (bytes > old_bytes && is_beyond_limit(heap, bytes - old_bytes))
        return NULL;
    leave_large(heap, chunk);
    struct gil_chunk *moved = gil_backend_resize(heap->arena, chunk, old_bytes, bytes);
    if (moved == NULL) {
        enter_large(heap, chunk, old_bytes);
        return NULL;
    }
    return enter_large(heap, moved, bytes);
}

#ifdef GIL_DEBUG
static int
filled(const void *block, size_t size, int byte)
{
    const unsigned char *p = block;
    for (size_t i = 0; i < size; i++)
        if (p[i] != byte)
            return 0;
    return 1;
}

/* A block that is handed out again: nobody may have written to it since it was freed. */
static void
check_reused(const struct gil_chunk *slab, const void *block)
{
    if (!filled(block, slab->size - GIL_ZONE, FILL_FREE))
        gil_panic("gil_heap_malloc", "the block at %p was written to after it was freed", block);
}

/* Whether a block of a slab is free now. */
static int
is_free(const struct gil_chunk *slab, const void *block)
{
#ifdef GIL_HEAP_ASAN
    (void)slab;
    return __asan_address_is_poisoned(block);
#else
    /* The walk is only for blocks that look free. */
    if (!has_link(slab, block))
        return 0;
    for (const void *free = slab->free; free != NULL; free = next_of("gil_heap_free", slab, free))
        if (free == block)
            return 1;
    return 0;
#endif
}

static void
check_freed(const struct gil_chunk *chunk, const void *block)
{
    size_t offset = (size_t)((const char *)block - (const char *)chunk) - sizeof(*chunk);

    if (chunk->kind == LARGE) {
        if (offset != 0)
            gil_panic("gil_heap_free", "%p is not the start of a block", block);
        return;
    }
    if (chunk->kind != CURRENT && chunk->kind != PARTIAL && chunk->kind != PARKED)
        gil_panic("gil_heap_free", "%p is no block of a heap, or was freed before", block);
    if (offset % chunk->size != 0 || (const char *)block >= chunk->fresh)
        gil_panic("gil_heap_free", "%p is not the start of a block", block);
    if (is_free(chunk, block))
        gil_panic("gil_heap_free", "the block at %p was freed before", block);
}
#endif

/* In front of a block stands what guards the end of the one before it, or the head of the chunk. */
static void
check_before(const char *func, const struct gil_chunk *chunk, const void *block)
{
#ifdef GIL_DEBUG
    const char *before = (const char *)block - chunk->size;

    if (block == (const void *)(chunk + 1)) {
        if (chunk->guard[0] != GUARD || chunk->guard[1] != GUARD)
            gil_panic(func, "something was written before the beginning of the block at %p", block);
    }
    else if (!has_link(chunk, before) && !gil_zone_is_whole(before, chunk->size))
        gil_panic(func, "something was written before the beginning of the block at %p, or beyond the end of the one at %p",
                  block, (const void *)before);
#else
    (void)func;
    (void)chunk;
    (void)block;
#endif
}

static size_t
count_free(const struct gil_chunk *slab)
{
    size_t count = 0;
    for (char *block = slab->free; block != NULL; count++) {
        size_t offset = (size_t)(block - first_block((struct gil_chunk *)(uintptr_t)slab));
        GIL_REQUIRE(offset < GIL_CHUNK && offset % slab->size == 0, "a free block lies outside its slab");
        GIL_REQUIRE(count < slab_capacity(slab), "a slab has more free blocks than blocks");
        block = next_of("gil_heap_check", slab, block);
    }
    return count + (size_t)(slab->end - slab->fresh) / slab->size;
}

static size_t
blocks_in_use(const struct gil_chunk *chunk)
{
    switch (chunk->kind) {
    case CURRENT:
        return slab_capacity(chunk) - count_free(chunk);
    case PARKED:
        return slab_capacity(chunk);
    default:
        return chunk->frees_left;
    }
}

static void
check_slab(const struct gil_heap *heap, const struct gil_chunk *slab, enum chunk_kind kind, unsigned size_class)
{
    GIL_REQUIRE(slab->heap == heap, "a slab is in another heap's list");
    GIL_REQUIRE(slab->kind == kind, "a slab of kind %x is in the list of kind %x", slab->kind, (unsigned)kind);
    GIL_REQUIRE(slab->size_class == size_class, "a slab of class %u is in the list of class %u", slab->size_class,
                size_class);
    GIL_REQUIRE(count_free(slab) + blocks_in_use(slab) == slab_capacity(slab), "a slab has lost count");
    GIL_REQUIRE(kind != PARTIAL || slab->frees_left > 0, "a partial slab is empty");
}

void
gil_heap_check(const struct gil_heap *heap)
{
    const struct gil_chunk *chunk;
    size_t mapped = 0;
    uint32_t spares = 0;

    for (unsigned i = 0; i < GIL_HEAP_CLASSES; i++) {
        if (heap->current[i] != &no_slab) {
            check_slab(heap, heap->current[i], CURRENT, i);
            mapped += GIL_CHUNK;
        }
        for (chunk = heap->partial[i]; chunk != NULL; chunk = chunk->next, mapped += GIL_CHUNK)
            check_slab(heap, chunk, PARTIAL, i);
        for (chunk = heap->parked[i]; chunk != NULL; chunk = chunk->next, mapped += GIL_CHUNK)
            check_slab(heap, chunk, PARKED, i);
    }
    for (chunk = heap->spare; chunk != NULL; chunk = chunk->next, mapped += GIL_CHUNK)
        spares++;
    for (chunk = heap->large; chunk != NULL; chunk = chunk->next)
        mapped += chunk->size + sizeof(*chunk);
    GIL_REQUIRE(spares == heap->spares && spares <= MAX_SPARES, "spare slabs have lost count");
    GIL_REQUIRE(mapped == heap->mapped, "the heap counts %zu bytes and has %zu", heap->mapped, mapped);
}

struct gil_heap *
gil_heap_new(void)
{
    struct gil_heap *heap = gil_raw_calloc(1, sizeof(*heap));
    if (heap == NULL)
        return NULL;
    if (gil_backend_open(&heap->arena) < 0) {
        gil_raw_free(heap);
        return NULL;
    }
    for (int i = 0; i < GIL_HEAP_CLASSES; i++)
        heap->current[i] = (struct gil_chunk *)(uintptr_t)&no_slab;
    heap->mark = SIZE_MAX;
    return heap;
}

/* Give back what backend.c does not discard by itself. */
static void
give_list(struct gil_heap *heap, struct gil_chunk *chunk)
{
    while (chunk != NULL) {
        struct gil_chunk *next = chunk->next;
        if (chunk->kind != LARGE)
            UNPOISON(chunk, GIL_CHUNK);
        if (!gil_backend_close_discards())
            gil_backend_give(heap->arena, chunk, chunk->kind == LARGE ? chunk->size + sizeof(*chunk) : GIL_CHUNK);
        chunk = next;
    }
}

size_t
gil_heap_destroy(struct gil_heap *heap)
{
    struct gil_mem_stats stats;

    gil_fence_look_at_all();
    gil_heap_stats(heap, &stats);
    for (int i = 0; i < GIL_HEAP_CLASSES; i++) {
        if (heap->current[i] != &no_slab)
            give_list(heap, heap->current[i]);
        give_list(heap, heap->partial[i]);
        give_list(heap, heap->parked[i]);
    }
    give_list(heap, heap->spare);
    give_list(heap, heap->large);
    gil_backend_close(heap->arena, heap->most);
    gil_raw_free(heap);
    return stats.blocks;
}

void *
gil_heap_malloc_slow(struct gil_heap *heap, size_t size)
{
#ifdef GIL_DEBUG
    heap->requests++;
#endif
    if (fails())
        return NULL;
    if (size == 0)
        size = 1;
    if (size > PTRDIFF_MAX)
        return NULL;
    if (size + GIL_ZONE > GIL_HEAP_SMALL) {
        void *large = large_malloc(heap, size + GIL_ZONE);
        if (large != NULL)
            gil_zone_write(large, size, gil_chunk_of(large)->size);
        return large;
    }

    unsigned size_class = class_of(size + GIL_ZONE);
    struct gil_chunk *slab = heap->current[size_class];
    while (slab->free == NULL && !cut(slab)) {
        if (next_slab(heap, size_class) < 0)
            return NULL;
        slab = heap->current[size_class];
    }
    void *block = slab->free;
    slab->free = next_of("gil_heap_malloc", slab, block);
    UNPOISON(block, slab->size);
#ifdef GIL_DEBUG
    check_reused(slab, block);
    memset(block, FILL_FRESH, slab->size);
#endif
    gil_zone_write(block, size, slab->size);
    return block;
}

void *
gil_heap_calloc(struct gil_heap *heap, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    void *block = gil_heap_malloc(heap, bytes);
    if (block != NULL)
        memset(block, 0, bytes);
    return block;
}

void
gil_heap_free_slow(struct gil_chunk *chunk)
{
    struct gil_heap *heap = chunk->heap;

    switch (chunk->kind) {
    case PARKED:
        unlink_from(&heap->parked[chunk->size_class], chunk);
        chunk->kind = PARTIAL;
        chunk->frees_left = (uint32_t)slab_capacity(chunk) - 1;
        push(&heap->partial[chunk->size_class], chunk);
        break;
    case PARTIAL:
        unlink_from(&heap->partial[chunk->size_class], chunk);
        drop_slab(heap, chunk);
        break;
    case CURRENT:
        chunk->frees_left = UINT32_MAX;
        break;
    case LARGE:
        leave_large(heap, chunk);
        note_low(heap);
        gil_backend_give(heap->arena, chunk, chunk->size + sizeof(*chunk));
        break;
    default:
        gil_panic("gil_heap_free", "%p is no block of a heap, or was freed before", (void *)chunk);
    }
}

void
gil_heap_free_checked(void *block)
{
    if (block == NULL)
        return;
    struct gil_chunk *chunk = gil_chunk_of(block);
#ifdef GIL_DEBUG
    check_freed(chunk, block);
    check_before("gil_heap_free", chunk, block);
    gil_zone_check("gil_heap_free", block, chunk->size);
    chunk->heap->requests++;
#endif
    if (chunk->kind != LARGE) {
        make_free(chunk, block, chunk->free);
        chunk->free = block;
    }
    if (--chunk->frees_left == 0)
        gil_heap_free_slow(chunk);
}

void *
gil_heap_realloc(struct gil_heap *heap, void *block, size_t size)
{
    if (block == NULL)
        return gil_heap_malloc(heap, size);

    struct gil_chunk *chunk = gil_chunk_of(block);
    check_before("gil_heap_realloc", chunk, block);
    size_t room = gil_zone_check("gil_heap_realloc", block, chunk->size);
    unsigned tag = gil_zone_tag(block, chunk->size);
    /* Shrinking to no less than half is not worth a move. */
    if (size <= room && size >= room / 2) {
        gil_zone_write(block, size, chunk->size);
        gil_zone_set_tag(block, chunk->size, tag);
        return block;
    }
    void *moved;
    if (chunk->kind == LARGE && size > GIL_HEAP_SMALL && size <= PTRDIFF_MAX) {
        moved = size > room && fails() ? NULL : large_realloc(heap, chunk, size + GIL_ZONE);
        if (moved != NULL)
            gil_zone_write(moved, size, gil_chunk_of(moved)->size);
    }
    else {
        moved = gil_heap_malloc(heap, size);
        if (moved != NULL) {
            memcpy(moved, block, size < room ? size : room);
            gil_heap_free(block);
        }
    }
    if (moved != NULL)
        gil_zone_set_tag(moved, gil_chunk_of(moved)->size, tag);
    return moved == NULL && size <= room ? block : moved;
}

struct gil_heap *
gil_heap_of(const void *block)
{
    return gil_chunk_of(block)->heap;
}

static void
add_slab(struct gil_mem_stats *stats, const struct gil_chunk *slab)
{
    size_t used = blocks_in_use(slab);
    stats->blocks += used;
    stats->bytes += used * slab->size;
}

void
gil_heap_stats(const struct gil_heap *heap, struct gil_mem_stats *stats)
{
    const struct gil_chunk *chunk;

    *stats = (struct gil_mem_stats){.mapped = heap->mapped};
    for (int i = 0; i < GIL_HEAP_CLASSES; i++) {
        if (heap->current[i] != &no_slab)
            add_slab(stats, heap->current[i]);
        for (chunk = heap->partial[i]; chunk != NULL; chunk = chunk->next)
            add_slab(stats, chunk);
        for (chunk = heap->parked[i]; chunk != NULL; chunk = chunk->next)
            add_slab(stats, chunk);
    }
    for (chunk = heap->large; chunk != NULL; chunk = chunk->next)
        add_slab(stats, chunk);
#ifdef GIL_DEBUG
    /* What is buried is free in all but use. */
    for (int i = 0; i < GIL_GRAVES; i++)
        if (heap->graves[i].block != NULL) {
            stats->blocks--;
            stats->bytes -= gil_chunk_of(heap->graves[i].block)->size;
        }
#endif
}
