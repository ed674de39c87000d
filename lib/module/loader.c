/* SPDX-License-Identifier: MIT */
/*
 * Finding and loading shared objects.
 *
 * Which file. The first directory of the search path that has NAME.so decides, be it a link that leads in a circle or to where
 * nobody may look. One that cannot be searched at all is passed over, and told of when nothing is found elsewhere; in strict
 * mode it is an error, since what decides might be in there. A name is made of letters, digits and
 * underscores, so it cannot lead out of the directory, and the path handed to dlopen() begins with a slash, so neither
 * LD_LIBRARY_PATH nor the current directory is looked at.
 *
 * Strict mode. Symbolic links are resolved first, and then every component of the result, from the root down, must
 * belong to root or to the effective user and be writable by nobody else; a directory that is sticky passes, since
 * there others cannot rename what is not theirs. Checked from the top, each component is safe because those above it
 * are: after the check nobody who is not trusted can put another file in its place, so it does no harm that dlopen()
 * opens the path anew. Why not check an open descriptor and load /proc/self/fd/N: it needs /proc; the system's
 * loader takes equal names for equal files, and descriptor numbers return, so the second module loaded that way may
 * turn out to be the first; and libraries that a module finds beside itself by $ORIGIN would not be found. Without
 * strict mode nothing is checked.
 *
 * Symbols. Modules resolve the library's symbols against the global scope, where the library is not when the host
 * brought it in with dlopen(RTLD_LOCAL), or through a plugin of its own. So it is put there before the first module.
 * When the library is linked into the program itself there is nothing to do: the program must export its symbols
 * (-rdynamic).
 *
 * Unloading. What was loaded stays for ever, be it refused or without a hook: its constructors have run, and may have
 * started threads and left pointers to its functions anywhere.
 */
#include "module/loader.h"

#include "base/atomic.h"
#include "base/mem.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOOK_PREFIX "GilModExport_"
#define SUFFIX ".so"

/* [atomic] 1 when the library is in the global scope. Relaxed: doing it twice does no harm. */
static uint32_t promoted;

int
gil_module_name_valid(const char *name)
{
    size_t len = 0;
    for (const char *p = name; *p != '\0'; p++, len++) {
        int letter = (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') || *p == '_';
        int digit = *p >= '0' && *p <= '9';
        if ((!letter && !digit) || (digit && len == 0) || len >= GIL_MODULE_NAME_MAX)
            return 0;
    }
    return len > 0;
}

static enum gil_load_result
failed(struct gil_load *load, const char *format, ...) __attribute__((format(printf, 2, 3)));

static enum gil_load_result
failed(struct gil_load *load, const char *format, ...)
{
    enum { ROOM = 1024 };
    int error = errno; /* for %m */
    va_list args;

    if (load->reason == NULL)
        load->reason = gil_raw_malloc(ROOM);
    if (load->reason == NULL)
        return GIL_LOAD_NO_MEMORY;
    va_start(args, format);
    errno = error;
    vsnprintf(load->reason, ROOM, format, args);
    va_end(args);
    return GIL_LOAD_FAILED;
}

/* What dlerror() says belongs to the calling thread and to the next call of the dl functions: copied at once. */
static enum gil_load_result
failed_in_system(struct gil_load *load)
{
    const char *text = dlerror();
    return failed(load, "%s", text != NULL ? text : "the system's loader gives no reason");
}

/* The first NAME.so on the path, into load->file. Where there is none, the first directory that was passed over is the reason. */
static enum gil_load_result
find(struct gil_load *load, const struct gil_search_path *path, int strict, const char *name)
{
    struct stat info;

    for (const char *dir = path->dirs; *dir != '\0'; dir = gil_search_path_next(dir)) {
        size_t room = strlen(dir) + 1 + strlen(name) + sizeof(SUFFIX);
        char *file = gil_raw_malloc(room);
        if (file == NULL)
            return GIL_LOAD_NO_MEMORY;
        snprintf(file, room, "%s/%s" SUFFIX, dir, name);
        int absent = stat(file, &info) != 0 && (errno == ENOENT || errno == ENOTDIR);
        if (!absent && (strict || lstat(file, &info) == 0)) {
            load->file = file;
            return GIL_LOAD_OK;
        }
        int passed_over = !absent && load->reason == NULL; /* errno is that of lstat() */
        if (passed_over && failed(load, "%s was not searched: %m", dir) == GIL_LOAD_NO_MEMORY) {
            gil_raw_free(file);
            return GIL_LOAD_NO_MEMORY;
        }
        gil_raw_free(file);
    }
    return GIL_LOAD_NOT_FOUND;
}

/* Whether only root and the effective user can change what the component is. */
static int
trusted(const struct stat *info)
{
    int owner = info->st_uid == 0 || info->st_uid == geteuid();
    int open_to_others = (info->st_mode & (S_IWGRP | S_IWOTH)) != 0;
    int sticky = S_ISDIR(info->st_mode) && (info->st_mode & S_ISVTX) != 0;
    return owner && (!open_to_others || sticky);
}

/* Check load->file for strict mode, and replace it by what it resolves to. */
static enum gil_load_result
check_strictly(struct gil_load *load)
{
    struct stat info;

    char *real = gil_raw_malloc(PATH_MAX);
    if (real == NULL)
        return GIL_LOAD_NO_MEMORY;
    if (realpath(load->file, real) == NULL) {
        enum gil_load_result result = failed(load, "%s cannot be resolved (errno %d)", load->file, errno);
        gil_raw_free(real);
        return result;
    }
    gil_raw_free(load->file);
    load->file = real;

    /* The root, then each path that ends before a slash, then the whole. */
    for (size_t cut = 1;;) {
        char saved = real[cut];
        real[cut] = '\0';
        if (lstat(real, &info) != 0 || !trusted(&info))
            return failed(load, "%s can be changed by others than root and the user: refused in strict mode", real);
        real[cut] = saved;
        if (saved == '\0')
            return GIL_LOAD_OK;
        size_t begin = saved == '/' ? cut + 1 : cut;
        cut = begin + strcspn(real + begin, "/");
    }
}

static void
promote_library(void)
{
    Dl_info self;

    if (gil_load_relaxed(&promoted))
        return;
    if (dladdr((void *)(uintptr_t)&gil_load_begin, &self) != 0 && self.dli_fname != NULL) {
        void *handle = dlopen(self.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD);
        if (handle != NULL)
            dlclose(handle);
        else
            dlerror(); /* the library is part of the program; its text is not for the next failure */
    }
    gil_store_relaxed(&promoted, 1u);
}

static enum gil_load_result
open_file(struct gil_load *load, const char *name)
{
    char symbol[sizeof(HOOK_PREFIX) + GIL_MODULE_NAME_MAX];
    struct stat info;

    if (stat(load->file, &info) == 0 && !S_ISREG(info.st_mode))
        return failed(load, "%s is not a file", load->file);
    promote_library();
    /* Runs the constructors of the shared object: any code at all. */
    void *handle = dlopen(load->file, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        return failed_in_system(load);
    snprintf(symbol, sizeof(symbol), HOOK_PREFIX "%s", name);
    void *hook = dlsym(handle, symbol);
    if (hook == NULL)
        return failed(load, "the export hook %s is not defined by %s", symbol, load->file);
    load->hook = (GilSlot * (*)(void))(uintptr_t)hook;
    return GIL_LOAD_OK;
}

enum gil_load_result
gil_load_begin(struct gil_load *load, const struct gil_search_path *path, int strict, const char *name)
{
    *load = (struct gil_load){0};
    enum gil_load_result result = find(load, path, strict, name);
    if (result == GIL_LOAD_OK && strict)
        result = check_strictly(load);
    if (result == GIL_LOAD_OK)
        result = open_file(load, name);
    return result;
}

void
gil_load_end(struct gil_load *load)
{
    gil_raw_free(load->file);
    gil_raw_free(load->reason);
    *load = (struct gil_load){0};
}
