/* SPDX-License-Identifier: MIT */
/* CPython as a judge. */
#include "fuzz/python.h"

#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *to_python, *from_python;

void
fuzz_python_start(const char *program)
{
    int in[2], out[2];

    if (system("python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null") != 0) {
        printf("# without CPython: there is no python3, or an older one than 3.11\n");
        return;
    }
    if (pipe(in) != 0 || pipe(out) != 0)
        abort();
    if (fork() == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[0]);
        close(in[1]);
        close(out[0]);
        close(out[1]);
        execlp("python3", "python3", "-I", "-c", program, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    to_python = fdopen(in[1], "w");
    from_python = fdopen(out[0], "r");
}

FILE *
fuzz_python(void)
{
    return to_python;
}

void
fuzz_python_answer(char *answer, int room)
{
    fputc('\n', to_python);
    fflush(to_python);
    FUZZ_CHECK(fgets(answer, room, from_python) != NULL);
    size_t length = strcspn(answer, "\n");
    FUZZ_CHECK(answer[length] == '\n');
    answer[length] = '\0';
}
