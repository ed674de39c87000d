/* SPDX-License-Identifier: MIT */
/*
 * The search path: what the host configured, then the environment, then the directory of the installation.
 *
 * Every entry is absolute, so that no later chdir() and nothing in the current directory decides which code is loaded
 * (CWE-427). The host's own relative entries mean its current directory at the start. The environment is not the host's
 * word: a relative entry there is ignored, and remembered for the message about a module that was not found. Under
 * secure_getenv() rules (set-user-id programs and their like) the variable is not read at all.
 */
#include "module/path.h"

#include "base/mem.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENVIRONMENT_VARIABLE "GILRT_PATH"

/* Text in raw memory that grows; after a failure it stays as it is, and failed is set. */
struct text {
    char *data;
    size_t used, room;
    int failed;
};

static void
append(struct text *text, const char *bytes, size_t size)
{
    if (text->failed || size == 0)
        return;
    if (text->room - text->used < size) {
        size_t room = (text->used + size) * 2;
        char *data = gil_raw_realloc(text->data, room);
        if (data == NULL) {
            text->failed = 1;
            return;
        }
        text->data = data;
        text->room = room;
    }
    memcpy(text->data + text->used, bytes, size);
    text->used += size;
}

/* The entry at *rest, its length in *len; NULL at the end. */
static const char *
next_entry(const char **rest, size_t *len)
{
    const char *entry = *rest;
    if (entry == NULL || *entry == '\0')
        return NULL;
    *len = strcspn(entry, ":");
    *rest = entry[*len] == ':' ? entry + *len + 1 : entry + *len;
    return entry;
}

static enum gil_path_result
append_configured(struct text *dirs, const char *configured)
{
    char *cwd = NULL;
    size_t len;
    enum gil_path_result result = GIL_PATH_OK;

    for (const char *entry; (entry = next_entry(&configured, &len)) != NULL;) {
        if (len == 0)
            continue;
        if (*entry != '/') {
            if (cwd == NULL && (cwd = gil_raw_malloc(PATH_MAX)) == NULL)
                return GIL_PATH_NO_MEMORY;
            /* The kernel's answer begins with "(unreachable)" where the directory lies outside of the root. */
            if (getcwd(cwd, PATH_MAX) == NULL || *cwd != '/') {
                result = GIL_PATH_NO_DIRECTORY;
                break;
            }
            append(dirs, cwd, strlen(cwd));
            append(dirs, "/", 1);
        }
        append(dirs, entry, len);
        append(dirs, "", 1);
    }
    gil_raw_free(cwd);
    return result;
}

static void
append_environment(struct text *dirs, struct text *ignored)
{
    const char *entries = secure_getenv(ENVIRONMENT_VARIABLE);
    size_t len;

    for (const char *entry; (entry = next_entry(&entries, &len)) != NULL;) {
        if (len == 0)
            continue;
        struct text *to = *entry == '/' ? dirs : ignored;
        if (to == ignored && ignored->used != 0)
            append(ignored, ":", 1);
        append(to, entry, len);
        if (to == dirs)
            append(dirs, "", 1);
    }
}

enum gil_path_result
gil_search_path_make(struct gil_search_path *path, const char *configured, int ignore_environment)
{
    struct text dirs = {0}, ignored = {0};

    enum gil_path_result result = append_configured(&dirs, configured);
    if (!ignore_environment)
        append_environment(&dirs, &ignored);
    append(&dirs, GILRT_MODULEDIR, sizeof(GILRT_MODULEDIR));
    append(&dirs, "", 1);
    append(&ignored, "", 1);
    *path = (struct gil_search_path){dirs.data, ignored.data};
    if (result == GIL_PATH_OK && (dirs.failed || ignored.failed))
        result = GIL_PATH_NO_MEMORY;
    if (result != GIL_PATH_OK)
        gil_search_path_free(path);
    return result;
}

int
gil_search_path_copy(struct gil_search_path *path, const struct gil_search_path *from)
{
    const char *end = from->dirs;
    while (*end != '\0')
        end = gil_search_path_next(end);
    size_t size = (size_t)(end - from->dirs) + 1;

    *path = (struct gil_search_path){gil_raw_malloc(size), NULL};
    if (path->dirs == NULL)
        return -1;
    memcpy(path->dirs, from->dirs, size);
    return 0;
}

void
gil_search_path_free(struct gil_search_path *path)
{
    gil_raw_free(path->dirs);
    gil_raw_free(path->ignored);
    *path = (struct gil_search_path){0};
}

const char *
gil_search_path_next(const char *dir)
{
    return dir + strlen(dir) + 1;
}
