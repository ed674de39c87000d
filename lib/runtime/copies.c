/* SPDX-License-Identifier: MIT */
/*
 * Other copies of the library in the process.
 *
 * A program may hold two: one linked into it and one that a plugin brought in, or two of different versions. Each would
 * have types, thread states and a lock of its own, and objects that pass between them would be torn: so only one may
 * run at a time.
 *
 * How copies find each other. Each carries an ELF note, which the linker keeps in a segment of the program or shared
 * object that the copy is part of, stripped and with all symbols hidden too. The note says where, relative to
 * itself, the copy's flag lies, so it needs no relocation. dl_iterate_phdr() shows all segments of the process, but of the namespace
 * alone that the caller is in. The others (dlmopen()) hang on a list that the dynamic linker keeps for debuggers: the program says where,
 * by DT_DEBUG in its dynamic section, and the kernel says where the program is. Where the list does not lead from one
 * namespace to the next (glibc before 2.35, musl, which has one), the others are not seen.
 *
 * Two copies that start at the same time: each first sets its flag and then looks at the others', all in one order
 * (seq_cst), so at least one sees the other. Both may, and both give up: the error says what is wrong in any case.
 *
 * What was rejected. A symbol that is looked up by name: a copy inside of a program exports none. An environment
 * variable, a socket, a file: they belong to the host, or outlive the process, or pass through fork and exec.
 */
#include "runtime/copies.h"

#include "base/atomic.h"

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#define NOTE_OWNER "gilrt"
#define NOTE_TYPE 1u

/* [atomic] 1 while this copy runs. Other copies read it. */
uint32_t gil_copies_flag __attribute__((used, visibility("hidden")));

/* The layout is for ever: owner, type, and 8 bytes that say how far from their own place the flag lies. */
__asm__(".pushsection .note.gilrt, \"a\", %note\n\t"
        ".balign 4\n\t"
        ".long 2f - 1f\n\t"
        ".long 4f - 3f\n\t"
        ".long 1\n"
        "1:\t.asciz \"" NOTE_OWNER "\"\n"
        "2:\t.balign 4\n"
        "3:\t.quad gil_copies_flag - 3b\n"
        "4:\t.balign 4\n\t"
        ".popsection");

/* The flag that a note points to, or NULL: it is not one of ours. */
static const uint32_t *
flag_of(const ElfW(Nhdr) *note, const char *owner, const char *content)
{
    int64_t distance;
    if (note->n_type != NOTE_TYPE || note->n_namesz != sizeof(NOTE_OWNER) || note->n_descsz != sizeof(distance) ||
        memcmp(owner, NOTE_OWNER, sizeof(NOTE_OWNER)) != 0)
        return NULL;
    memcpy(&distance, content, sizeof(distance));
    return (const uint32_t *)(uintptr_t)((uintptr_t)content + (uintptr_t)distance);
}

static size_t
padded(size_t size, size_t align)
{
    return (size + align - 1) & ~(align - 1);
}

/* Whether a note in the segment belongs to another copy that runs. */
static int
segment_has_other(const char *at, size_t size, size_t align)
{
    const char *end = at + size;
    while ((size_t)(end - at) >= sizeof(ElfW(Nhdr))) {
        const ElfW(Nhdr) *note = (const void *)at;
        const char *owner = at + sizeof(*note);
        const char *content = owner + padded(note->n_namesz, align);
        if ((size_t)(end - owner) < padded(note->n_namesz, align) || (size_t)(end - content) < note->n_descsz)
            return 0;
        const uint32_t *flag = flag_of(note, owner, content);
        if (flag != NULL && flag != &gil_copies_flag && gil_load_seq_cst(flag) != 0)
            return 1;
        at = content + padded(note->n_descsz, align);
        if (at > end)
            return 0;
    }
    return 0;
}

static int
segments_have_other(uintptr_t base, const ElfW(Phdr) *segments, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (segments[i].p_type != PT_NOTE)
            continue;
        const char *notes = (const char *)(base + segments[i].p_vaddr);
        if (segment_has_other(notes, segments[i].p_memsz, segments[i].p_align == 8 ? 8 : 4))
            return 1;
    }
    return 0;
}

/* --- other namespaces --- */

/* The start of the list, with what follows it where r_version is 2 or more. */
struct namespace {
    struct r_debug debug;
    struct namespace *next;
};

static const ElfW(Phdr) *
find_segment(const ElfW(Phdr) *segments, size_t count, uint32_t type)
{
    for (size_t i = 0; i < count; i++)
        if (segments[i].p_type == type)
            return &segments[i];
    return NULL;
}

/* What the program's dynamic section says of the list; NULL: nothing, as in a program that is linked statically. */
static const struct namespace *
first_namespace(const ElfW(Phdr) *segments, size_t count)
{
    const ElfW(Phdr) *self = find_segment(segments, count, PT_PHDR), *dynamic = find_segment(segments, count, PT_DYNAMIC);

    if (self == NULL || dynamic == NULL)
        return NULL;
    uintptr_t base = (uintptr_t)segments - self->p_vaddr;
    const ElfW(Dyn) *entry = (const void *)(base + dynamic->p_vaddr);
    while (entry->d_tag != DT_NULL && entry->d_tag != DT_DEBUG)
        entry++;
    return entry->d_tag == DT_DEBUG ? (const void *)entry->d_un.d_ptr : NULL;
}

/* The program itself is found by the kernel's word, and shared objects by their first page, which is where they begin. */
static int
map_has_other(const struct link_map *map)
{
    const ElfW(Ehdr) *head = (const void *)map->l_addr;
    unsigned char resident;

    if (head == NULL || mincore((void *)map->l_addr, (size_t)sysconf(_SC_PAGESIZE), &resident) != 0 ||
        memcmp(head->e_ident, ELFMAG, SELFMAG) != 0)
        return 0;
    return segments_have_other(map->l_addr, (const void *)(map->l_addr + head->e_phoff), head->e_phnum);
}

static int
namespaces_have_other(void)
{
    const ElfW(Phdr) *segments = (const void *)getauxval(AT_PHDR);
    size_t count = getauxval(AT_PHNUM);
    const struct namespace *each = segments != NULL ? first_namespace(segments, count) : NULL;

    /* The caller may be in another namespace than the program. */
    if (each != NULL && each->debug.r_version >= 2 &&
        segments_have_other((uintptr_t)segments - find_segment(segments, count, PT_PHDR)->p_vaddr, segments, count))
        return 1;
    for (; each != NULL && each->debug.r_version >= 2; each = each->next)
        for (const struct link_map *map = each->debug.r_map; map != NULL; map = map->l_next)
            if (map_has_other(map))
                return 1;
    return 0;
}

/* The lists stand still while this is called, and it looks at those that dl_iterate_phdr() does not once. */
static int
object_has_other(struct dl_phdr_info *info, size_t size, void *looked)
{
    (void)size;
    if (!*(int *)looked && namespaces_have_other())
        return 1;
    *(int *)looked = 1;
    return segments_have_other(info->dlpi_addr, info->dlpi_phdr, info->dlpi_phnum);
}

int
gil_copies_claim(void)
{
    int looked = 0;

    gil_store_seq_cst(&gil_copies_flag, 1u);
    if (dl_iterate_phdr(object_has_other, &looked) == 0)
        return 0;
    gil_copies_unclaim();
    return -1;
}

void
gil_copies_unclaim(void)
{
    gil_store_seq_cst(&gil_copies_flag, 0u);
}
