/* SPDX-License-Identifier: MIT */
/*
 * deflate: files into and out of the gzip format.
 *
 * It shows a result that is built from native memory, how three functions share one path through parse, work and
 * result, and how C memory is given back on every path while exceptions are raised only with the lock held. What
 * the lock does not guard is all in a struct job that belongs to one call: nothing there is shared, so nothing
 * needs a lock.
 */
#include <errno.h>
#include <gilrt.h>
#include <stdio.h>
#include <string.h>

#include "../raw.h"
#include "gzip.h"

/* One call: what it was asked, and what became of it. */
struct job {
    const char *path;
    struct gzip_bytes in;    /* the file */
    struct gzip_bytes out;   /* the result */
    int error;               /* 0, an errno value, or GZIP_MALFORMED */
};

typedef void (*work_function)(struct job *);

static void
work_compress(struct job *job)
{
    job->error = gzip_read_file(job->path, &job->in);
    if (job->error == 0)
        job->error = gzip_compress(&job->in, &job->out);
}

static void
work_decompress(struct job *job)
{
    job->error = gzip_read_file(job->path, &job->in);
    if (job->error == 0)
        job->error = gzip_decompress(&job->in, &job->out);
}

static int
same_bytes(const struct gzip_bytes *a, const struct gzip_bytes *b)
{
    return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

/* There and back again: `out` is the compressed form, and the error is EIO unless it gives the file back. */
static void
work_roundtrip(struct job *job)
{
    struct gzip_bytes back = {NULL, 0};

    work_compress(job);
    if (job->error == 0)
        job->error = gzip_decompress(&job->out, &back);
    if (job->error == 0 && !same_bytes(&back, &job->in))
        job->error = EIO;
    gzip_free(&back);
}

static void
finish(struct job *job)
{
    gzip_free(&job->in);
    gzip_free(&job->out);
}

/* Parse, work without the lock unless told otherwise, and raise what went wrong. 0, or -1 with the exception
 * set. */
static int
perform(struct job *job, GilObject *args, GilObject *kwargs, const char *format, work_function work)
{
    static char *keywords[] = {"arg", "hold", NULL};
    int hold = 0;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, format, keywords, &job->path, &hold))
        return -1;

    if (hold)
        work(job);
    else {
        Gil_BEGIN_ALLOW_THREADS
        work(job);
        Gil_END_ALLOW_THREADS
    }

    if (job->error == 0)
        return 0;
    if (job->error == GZIP_MALFORMED)
        GilErr_Format(GilExc_ValueError, "%s: %s", job->path, gzip_error(job->error));
    else {
        errno = job->error;
        GilErr_SetFromErrnoWithFilename(GilExc_OSError, job->path);
    }
    return -1;
}

static GilObject *
bytes_result(GilObject *args, GilObject *kwargs, const char *format, work_function work)
{
    struct job job = {0};
    GilObject *result = NULL;

    if (perform(&job, args, kwargs, format, work) == 0)
        result = GilBytes_FromStringAndSize((const char *)job.out.data, (Gil_ssize_t)job.out.size);
    finish(&job);
    return result;
}

static GilObject *
deflate_compress(GilObject *Gil_UNUSED(module), GilObject *args, GilObject *kwargs)
{
    return bytes_result(args, kwargs, "s|p:compress", work_compress);
}

static GilObject *
deflate_decompress(GilObject *Gil_UNUSED(module), GilObject *args, GilObject *kwargs)
{
    return bytes_result(args, kwargs, "s|p:decompress", work_decompress);
}

static void
roundtrip_text(const struct job *job, char text[RAW_TEXT])
{
    snprintf(text, RAW_TEXT, "%zu -> %zu bytes", job->in.size, job->out.size);
}

static GilObject *
deflate_roundtrip(GilObject *Gil_UNUSED(module), GilObject *args, GilObject *kwargs)
{
    struct job job = {0};
    char text[RAW_TEXT];
    GilObject *result = NULL;

    if (perform(&job, args, kwargs, "s|p:roundtrip", work_roundtrip) == 0) {
        roundtrip_text(&job, text);
        result = GilUnicode_FromString(text);
    }
    finish(&job);
    return result;
}

static GilMethodDef deflate_methods[] = {
    {"compress", (GilCFunction)(void (*)(void))deflate_compress, GIL_METH_VARARGS | GIL_METH_KEYWORDS,
     "compress(arg, hold=False) -> bytes\n\nThe file named arg in gzip format. Drops the lock unless hold."},
    {"decompress", (GilCFunction)(void (*)(void))deflate_decompress, GIL_METH_VARARGS | GIL_METH_KEYWORDS,
     "decompress(arg, hold=False) -> bytes\n\nThe content of the gzip file named arg. Drops the lock unless hold."},
    {"roundtrip", (GilCFunction)(void (*)(void))deflate_roundtrip, GIL_METH_VARARGS | GIL_METH_KEYWORDS,
     "roundtrip(arg, hold=False) -> str\n\n"
     "Compress the file named arg, decompress that, compare, and tell both sizes. Drops the lock unless hold."},
    {NULL, NULL, 0, NULL}
};

/* The same work without the runtime, for gilhost's raw threads: see raw.h. */
static int
raw_perform(const char *path, char text[RAW_TEXT], work_function work)
{
    struct job job = {.path = path};
    int error;

    work(&job);
    error = job.error;
    if (error != 0)
        snprintf(text, RAW_TEXT, "%s", gzip_error(error));
    else if (work == work_roundtrip)
        roundtrip_text(&job, text);
    else
        snprintf(text, RAW_TEXT, "%zu bytes", job.out.size);
    finish(&job);
    return error != 0 ? -1 : 0;
}

static int
raw_compress(const char *path, char text[RAW_TEXT])
{
    return raw_perform(path, text, work_compress);
}

static int
raw_decompress(const char *path, char text[RAW_TEXT])
{
    return raw_perform(path, text, work_decompress);
}

static int
raw_roundtrip(const char *path, char text[RAW_TEXT])
{
    return raw_perform(path, text, work_roundtrip);
}

static const raw_work compress_work = {.run = raw_compress};
static const raw_work decompress_work = {.run = raw_decompress};
static const raw_work roundtrip_work = {.run = raw_roundtrip};

static int
deflate_exec(GilObject *module)
{
    if (raw_add(module, "deflate.compress_raw", &compress_work) < 0)
        return -1;
    if (raw_add(module, "deflate.decompress_raw", &decompress_work) < 0)
        return -1;
    return raw_add(module, "deflate.roundtrip_raw", &roundtrip_work);
}

GilABIInfo_VAR(deflate_abi);

static GilSlot deflate_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &deflate_abi),
    GilSlot_DATA(Gil_mod_name, "deflate"),
    GilSlot_DATA(Gil_mod_doc, "gzip files, worked on outside the lock"),
    GilSlot_DATA(Gil_mod_methods, deflate_methods),
    GilSlot_FUNC(Gil_mod_exec, deflate_exec),
    GilSlot_DATA(Gil_mod_multiple_interpreters, Gil_MOD_PER_INTERPRETER_GIL_SUPPORTED),
    GilSlot_END
};

GilMODEXPORT_FUNC
GilModExport_deflate(void)
{
    return deflate_slots;
}
