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
 * itself, the copy's flag lies, so it needs no relocation. dl_iterate_phdr() shows all segments of the process.
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
object_has_other(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size, (void)unused;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_NOTE)
            continue;
        const char *notes = (const char *)(uintptr_t)(info->dlpi_addr + segment->p_vaddr);
        if (segment_has_other(notes, segment->p_memsz, segment->p_align == 8 ? 8 : 4))
            return 1;
    }
    return 0;
}

int
gil_copies_claim(void)
{
    gil_store_seq_cst(&gil_copies_flag, 1u);
    if (dl_iterate_phdr(object_has_other, NULL) == 0)
        return 0;
    gil_copies_unclaim();
    return -1;
}

void
gil_copies_unclaim(void)
{
    gil_store_seq_cst(&gil_copies_flag, 0u);
}
