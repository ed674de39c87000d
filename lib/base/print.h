/* SPDX-License-Identifier: MIT */
/* What the library has to say to people: to a hook of the host, or to standard error. */
#ifndef GIL_BASE_PRINT_H
#define GIL_BASE_PRINT_H

#include <stddef.h>

/* Whole lines, to the host's hook or to file descriptor 2. Cannot fail, allocates nothing, keeps errno, raises no SIGPIPE. */
void gil_print(const char *text, size_t size);
/* The same for a line that is put together, of at most 512 bytes; the newline is added. */
void gil_print_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* To a file descriptor, whatever that is, without SIGPIPE; errno is not kept. Called where the thread is not to be cancelled; also
 * from a signal handler. */
void gil_print_to(int fd, const char *text, size_t size);

/* A last sentence, in line, with room for one byte more: told to the fatal hook, or printed. Returns when that is done; the caller
 * aborts. */
void gil_print_fatal(char *line, size_t size);
/* In the child of a fork: whoever was setting a hook is not there. */
void gil_print_fork_child(void);

#endif
