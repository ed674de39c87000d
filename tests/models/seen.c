/* SPDX-License-Identifier: MIT */
/* A hash table of states that grows up to a limit. */
#include "models/seen.h"

#include <link.h>
#include <stdlib.h>
#include <string.h>

#define STATES_MAX (1L << 23) /* a third of a gigabyte; states beyond that are not remembered */
#define STATES_FIRST (1L << 12)

static EXPLORER_OWN struct seen_state *states;
static EXPLORER_OWN uint32_t *slots; /* number of a state plus one, twice as many as there is room for; 0: empty */
static EXPLORER_OWN long count, room;

/* Memory of the program that may change. */
static EXPLORER_OWN struct {
    char *from, *to;
} parts[8];
static EXPLORER_OWN int parts_count;
static EXPLORER_OWN char *thread_part;
static EXPLORER_OWN size_t thread_size;
/* The ends of the section EXPLORER_OWN; the linker makes them. */
extern char __start_explorer[], __stop_explorer[];

/* Two different bijections of the state so far, for each word: multipliers from the golden ratio and from pi. */
static inline void
mix_word(struct seen_digest *digest, uint64_t word)
{
    digest->a = (digest->a ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    digest->a ^= digest->a >> 32;
    digest->b = (digest->b + word) * UINT64_C(0x243F6A8885A308D3);
    digest->b ^= digest->b >> 29;
}

/* A search spends most of its time here. What is long goes into four digests word by word in turn, because the processor
 * multiplies for four at once in the time of one; then they go into the first. */
void
seen_mix(struct seen_digest *digest, const void *memory, size_t size)
{
    const char *from = memory;
    uint64_t words[4];

    if (size >= 4 * sizeof words) {
        struct seen_digest lanes[4] = {*digest, {3, 4}, {5, 6}, {7, 8}};
        for (; size >= sizeof words; size -= sizeof words, from += sizeof words) {
            memcpy(words, from, sizeof words);
            mix_word(&lanes[0], words[0]);
            mix_word(&lanes[1], words[1]);
            mix_word(&lanes[2], words[2]);
            mix_word(&lanes[3], words[3]);
        }
        *digest = lanes[0];
        for (int i = 1; i < 4; i++) {
            mix_word(digest, lanes[i].a);
            mix_word(digest, lanes[i].b);
        }
    }
    for (; size >= sizeof words[0]; size -= sizeof words[0], from += sizeof words[0]) {
        memcpy(words, from, sizeof words[0]);
        mix_word(digest, words[0]);
    }
    if (size > 0) {
        words[0] = 0;
        memcpy(words, from, size);
        mix_word(digest, words[0]);
    }
}

/* Without what lies between two others, which is explorer's own or not written any more. */
static void
add_part(char *from, char *to, char *but_from, char *but_to)
{
    if (but_from < to && from < but_to) {
        add_part(from, but_from, NULL, NULL);
        add_part(but_to, to, NULL, NULL);
    }
    else if (from < to) {
        if (parts_count == sizeof parts / sizeof parts[0])
            abort();
        parts[parts_count].from = from;
        parts[parts_count++].to = to;
    }
}

/* The first object that is told of is the program itself. */
static int
find_parts(struct dl_phdr_info *info, size_t size, void *arg)
{
    char *constant = NULL, *constant_end = NULL;

    (void)size;
    (void)arg;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_GNU_RELRO) {
            constant = (char *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
            constant_end = constant + info->dlpi_phdr[i].p_memsz;
        }
    for (int i = 0; i < info->dlpi_phnum; i++) {
        char *from = (char *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
        char *to = from + info->dlpi_phdr[i].p_memsz;
        if (info->dlpi_phdr[i].p_type == PT_TLS && info->dlpi_tls_data != NULL) {
            thread_part = info->dlpi_tls_data;
            thread_size = info->dlpi_phdr[i].p_memsz;
            add_part(thread_part, thread_part + thread_size, NULL, NULL);
            if (info->dlpi_phdr[i].p_filesz != 0)
                abort();
        }
        if (info->dlpi_phdr[i].p_type != PT_LOAD || !(info->dlpi_phdr[i].p_flags & PF_W))
            continue;
        if (constant != NULL && constant <= from && constant_end > from)
            from = constant_end;
        add_part(from, to, __start_explorer, __stop_explorer);
    }
    return 1;
}

void *
seen_program_part(int number, size_t *size)
{
    if (parts_count == 0)
        dl_iterate_phdr(find_parts, NULL);
    if (number >= parts_count)
        return NULL;
    *size = (size_t)(parts[number].to - parts[number].from);
    return parts[number].from;
}

void *
seen_thread_part(size_t *size)
{
    (void)seen_program_part(0, size);
    *size = thread_size;
    return thread_part;
}

void
seen_mix_program(struct seen_digest *digest)
{
    size_t size;
    const void *part;

    for (int i = 0; (part = seen_program_part(i, &size)) != NULL; i++)
        seen_mix(digest, part, size);
}

void
seen_forget_all(void)
{
    count = 0;
    if (slots != NULL)
        memset(slots, 0, (size_t)(2 * room) * sizeof *slots);
}

static uint32_t *
slot_of(const struct seen_digest *digest)
{
    uint64_t mask = (uint64_t)(2 * room) - 1;

    for (uint64_t at = digest->a & mask;; at = (at + 1) & mask)
        if (slots[at] == 0 || memcmp(&states[slots[at] - 1].digest, digest, sizeof *digest) == 0)
            return &slots[at];
}

static void
grow(void)
{
    room = room == 0 ? STATES_FIRST : 2 * room;
    states = realloc(states, (size_t)room * sizeof *states);
    free(slots);
    slots = calloc((size_t)(2 * room), sizeof *slots);
    if (states == NULL || slots == NULL)
        abort();
    for (long i = 0; i < count; i++)
        *slot_of(&states[i].digest) = (uint32_t)i + 1;
}

long
seen_find(const struct seen_digest *digest, int *is_new)
{
    *is_new = 0;
    if (count == room && room < STATES_MAX)
        grow();
    uint32_t *slot = slot_of(digest);
    if (*slot != 0)
        return (long)*slot - 1;
    *is_new = 1;
    if (count == room)
        return -1;
    states[count] = (struct seen_state){*digest, 0, 0};
    *slot = (uint32_t)++count;
    return count - 1;
}

struct seen_state *
seen_state(long number)
{
    return &states[number];
}

long
seen_count(void)
{
    return count;
}
