/* SPDX-License-Identifier: MIT */
/* A process that sends back every byte it gets. */
#include "echo.h"
#include "measure.h"
#include "others.h"

#include <sys/socket.h>
#include <unistd.h>

static int end = -1;

void
echo_start(void)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        bench_die("no socketpair");
    pid_t child = fork();
    if (child < 0)
        bench_die("no echo process");
    if (child == 0) {
        char byte;
        close(ends[0]);
        while (read(ends[1], &byte, 1) == 1 && write(ends[1], &byte, 1) == 1)
            ;
        _exit(0);
    }
    others_except(child);
    close(ends[1]);
    end = ends[0];
}

int
echo_fd(void)
{
    return end;
}
