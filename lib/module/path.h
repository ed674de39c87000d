/* SPDX-License-Identifier: MIT */
/* The search path: where shared objects are looked for. */
#ifndef GIL_MODULE_PATH_H
#define GIL_MODULE_PATH_H

/* Absolute directories, in order. Made before there is an interpreter, so raw memory and codes. */
struct gil_search_path {
    char *dirs;    /* [const] each ended by NUL, an empty one at the end */
    char *ignored; /* [const] relative entries of GILRT_PATH, separated by colons; empty when there were none */
};

enum gil_path_result {
    GIL_PATH_OK,
    GIL_PATH_NO_MEMORY,
    GIL_PATH_NO_DIRECTORY /* an entry is relative, and the current directory cannot be told */
};

/* From configured (may be NULL), the environment unless that is to be ignored, and the built-in directory. */
enum gil_path_result gil_search_path_make(struct gil_search_path *path, const char *configured, int ignore_environment);
/* Directories of from, for a thread that will look at them without the lock. 0, or -1 when memory is lacking. */
int gil_search_path_copy(struct gil_search_path *path, const struct gil_search_path *from);
void gil_search_path_free(struct gil_search_path *path);

/* for (const char *dir = path->dirs; *dir != '\0'; dir = gil_search_path_next(dir)) */
const char *gil_search_path_next(const char *dir);

#endif
