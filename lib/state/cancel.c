/* SPDX-License-Identifier: MIT */
/* A cancel descriptor, as the system has it: an eventfd that is written to and emptied, and never waited for here. */
#include "state/unblock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

int
gil_cancel_open(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void
gil_cancel_close(int fd)
{
    int saved = errno;

    (void)close(fd);
    errno = saved;
}

/* Neither can fail in a way that matters: a full one is readable, an empty one is what was wanted. */
void
gil_cancel_write(int fd)
{
    int saved = errno;
    ssize_t done = write(fd, &(uint64_t){1}, sizeof(uint64_t));

    (void)done;
    errno = saved;
}

void
gil_cancel_read(int fd)
{
    int saved = errno;
    uint64_t count;
    ssize_t done = read(fd, &count, sizeof count);

    (void)done;
    errno = saved;
}

int
gil_cancel_renew(int fd)
{
    int own = gil_cancel_open();

    /* Whoever has the number in his hands is to wait for what is the child's. */
    int rc = own >= 0 && dup3(own, fd, O_CLOEXEC) >= 0 ? 0 : -1;
    if (own >= 0)
        gil_cancel_close(own);
    if (rc < 0)
        gil_cancel_close(fd);
    return rc;
}
