/* SPDX-License-Identifier: MIT */
/* A cancel descriptor, as the system has it: an eventfd that is written to and emptied, and never waited for here. */
#include "state/unblock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Not by write(), read() and close(): these end a thread that somebody has cancelled (pthread_cancel()), and here it holds mutexes of the
 * library, or is counted as one that uses the descriptor.
 */

int
gil_cancel_open(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void
gil_cancel_close(int fd)
{
    int saved = errno;

    (void)syscall(SYS_close, fd);
    errno = saved;
}

/* Neither can fail in a way that matters: a full one is readable, an empty one is what was wanted. */
void
gil_cancel_write(int fd)
{
    int saved = errno;

    (void)syscall(SYS_write, fd, &(uint64_t){1}, sizeof(uint64_t));
    errno = saved;
}

void
gil_cancel_read(int fd)
{
    int saved = errno;
    uint64_t count;

    (void)syscall(SYS_read, fd, &count, sizeof count);
    errno = saved;
}

int
gil_cancel_renew(int fd)
{
    int own = gil_cancel_open();

    /* None is left: the parent's has to go first, and nobody else in the child takes its place. */
    if (own < 0) {
        gil_cancel_close(fd);
        own = gil_cancel_open();
    }
    if (own == fd)
        return 0;
    /* Whoever has the number in his hands is to wait for what is the child's. */
    int rc = own >= 0 && dup3(own, fd, O_CLOEXEC) >= 0 ? 0 : -1;
    if (own >= 0)
        gil_cancel_close(own);
    if (rc < 0)
        gil_cancel_close(fd);
    return rc;
}
