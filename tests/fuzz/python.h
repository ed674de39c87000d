/* SPDX-License-Identifier: MIT */
/* CPython as a judge: a child process that reads a question a line and answers with one line. */
#ifndef TESTS_FUZZ_PYTHON_H
#define TESTS_FUZZ_PYTHON_H

#include <stdio.h>

/* Start it with that program, which reads sys.stdin and flushes each answer. Without python3, or with one older than 3.11, a
 * line of TAP says so, and nobody can be asked. */
void fuzz_python_start(const char *program);
/* Where the next question is to be written, without its end; NULL: there is nobody to be asked. */
FILE *fuzz_python(void);
/* End the question; the answer without its newline. It must fit into room. */
void fuzz_python_answer(char *answer, int room);

#endif
