/* SPDX-License-Identifier: MIT */
/*
 * digest: SHA-256 and CRC-32 of a file. The smallest useful extension, and the one to read first.
 *
 * It shows the four parts that every extension has: functions that take objects and return objects (parse, drop the
 * lock, work, take the lock, build the result); the table that lists them; an exec function that fills each new
 * module; and the export hook by which the library finds all that. The work itself is in hash_file.c, which knows
 * nothing of libgilrt.
 */
#include <errno.h>
#include <gilrt.h>
#include <stdio.h>
#include <string.h>

#include "../raw.h"
#include "hash_file.h"

typedef int (*hash_function)(const char *path, char hex[HASH_TEXT]);

/*
 * What both functions do; they differ in their name and in the hash. `path` points into the argument's str, which
 * the caller keeps alive and nobody can change: so it may be read while the lock is dropped.
 */
static GilObject *
digest_file(GilObject *args, GilObject *kwargs, const char *format, hash_function hash)
{
    static char *keywords[] = {"arg", "hold", NULL};
    const char *path;
    char hex[HASH_TEXT];
    int hold = 0;
    int error;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, format, keywords, &path, &hold))
        return NULL;

    if (hold)
        error = hash(path, hex);
    else {
        Gil_BEGIN_ALLOW_THREADS
        error = hash(path, hex);
        Gil_END_ALLOW_THREADS
    }

    if (error != 0) {
        errno = error;
        return GilErr_SetFromErrnoWithFilename(GilExc_OSError, path);
    }
    return GilUnicode_FromString(hex);
}

static GilObject *
digest_sha256(GilObject *Gil_UNUSED(module), GilObject *args, GilObject *kwargs)
{
    return digest_file(args, kwargs, "s|p:sha256", hash_file_sha256);
}

static GilObject *
digest_crc32(GilObject *Gil_UNUSED(module), GilObject *args, GilObject *kwargs)
{
    return digest_file(args, kwargs, "s|p:crc32", hash_file_crc32);
}

static GilMethodDef digest_methods[] = {
    {"sha256", (GilCFunction)(void (*)(void))digest_sha256, GIL_METH_VARARGS | GIL_METH_KEYWORDS,
     "sha256(arg, hold=False) -> str\n\n"
     "SHA-256 of the file named arg, as sha256sum prints it. Drops the lock unless hold."},
    {"crc32", (GilCFunction)(void (*)(void))digest_crc32, GIL_METH_VARARGS | GIL_METH_KEYWORDS,
     "crc32(arg, hold=False) -> str\n\n"
     "CRC-32 of the file named arg, as gzip stores it. Drops the lock unless hold."},
    {NULL, NULL, 0, NULL}
};

/* The same work without the runtime, for gilhost's raw threads: see raw.h. */
static int
raw_hash(const char *path, char text[RAW_TEXT], hash_function hash)
{
    int error = hash(path, text);
    if (error != 0)
        snprintf(text, RAW_TEXT, "%s", strerror(error));
    return error != 0 ? -1 : 0;
}

static int
raw_sha256(const char *path, char text[RAW_TEXT])
{
    return raw_hash(path, text, hash_file_sha256);
}

static int
raw_crc32(const char *path, char text[RAW_TEXT])
{
    return raw_hash(path, text, hash_file_crc32);
}

static const raw_work sha256_work = {.run = raw_sha256};
static const raw_work crc32_work = {.run = raw_crc32};

static int
digest_exec(GilObject *module)
{
    if (raw_add(module, "digest.sha256_raw", &sha256_work) < 0)
        return -1;
    return raw_add(module, "digest.crc32_raw", &crc32_work);
}

GilABIInfo_VAR(digest_abi);

static GilSlot digest_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &digest_abi),
    GilSlot_DATA(Gil_mod_name, "digest"),
    GilSlot_DATA(Gil_mod_doc, "checksums of files, computed outside the lock"),
    GilSlot_DATA(Gil_mod_methods, digest_methods),
    GilSlot_FUNC(Gil_mod_exec, digest_exec),
    GilSlot_DATA(Gil_mod_multiple_interpreters, Gil_MOD_PER_INTERPRETER_GIL_SUPPORTED),
    GilSlot_END
};

GilMODEXPORT_FUNC
GilModExport_digest(void)
{
    return digest_slots;
}
