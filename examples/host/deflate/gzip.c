/* SPDX-License-Identifier: MIT */
/* Whole files through zlib, in memory; every size is checked against GZIP_MAX, so zlib's 32-bit counters
 * suffice. */
#include "gzip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* zlib's way to ask for the gzip format: 15 bits of window, plus 16. */
#define GZIP_WINDOW (15 + 16)
/* zlib's default for the memory of a compressor. */
#define GZIP_MEMORY 8
/* The first size of a buffer whose final size is unknown. */
#define FIRST_SIZE ((size_t)64 * 1024)

void
gzip_free(struct gzip_bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct gzip_bytes){NULL, 0};
}

const char *
gzip_error(int error)
{
    return error == GZIP_MALFORMED ? "not a complete file in gzip format" : strerror(error);
}

/* Twice the room, from `*room` bytes of which all are in use; 0, ENOMEM, or EFBIG at GZIP_MAX. */
static int
grow(struct gzip_bytes *bytes, size_t *room)
{
    size_t larger = *room == 0 ? FIRST_SIZE : *room * 2;
    unsigned char *data;

    if (*room >= GZIP_MAX)
        return EFBIG;
    data = realloc(bytes->data, larger);
    if (data == NULL)
        return ENOMEM;
    bytes->data = data;
    *room = larger;
    return 0;
}

int
gzip_read_file(const char *path, struct gzip_bytes *out)
{
    size_t room = 0;
    int error = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    *out = (struct gzip_bytes){NULL, 0};
    if (fd < 0)
        return errno;
    for (;;) {
        ssize_t size;
        if (out->size == room)
            error = grow(out, &room);
        if (error != 0)
            break;
        size = read(fd, out->data + out->size, room - out->size);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            error = errno;
        if (size <= 0)
            break;
        out->size += (size_t)size;
    }
    close(fd);
    if (error != 0)
        gzip_free(out);
    return error;
}

int
gzip_compress(const struct gzip_bytes *in, struct gzip_bytes *out)
{
    z_stream stream = {0};
    size_t room;
    int error = 0;

    *out = (struct gzip_bytes){NULL, 0};
    if (in->size > GZIP_MAX)
        return EFBIG;
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return ENOMEM;
    room = deflateBound(&stream, in->size);
    out->data = malloc(room);
    if (out->data == NULL)
        error = ENOMEM;
    else {
        stream.next_in = in->data;
        stream.avail_in = (uInt)in->size;
        stream.next_out = out->data;
        stream.avail_out = (uInt)room;
        /* The room is what zlib itself named as enough, so one call ends the stream. */
        error = deflate(&stream, Z_FINISH) == Z_STREAM_END ? 0 : EIO;
        out->size = room - stream.avail_out;
    }
    deflateEnd(&stream);
    if (error != 0)
        gzip_free(out);
    return error;
}

int
gzip_decompress(const struct gzip_bytes *in, struct gzip_bytes *out)
{
    z_stream stream = {0};
    size_t room = 0;
    int error = 0;

    *out = (struct gzip_bytes){NULL, 0};
    if (in->size > GZIP_MAX)
        return EFBIG;
    if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
        return ENOMEM;
    stream.next_in = in->data;
    stream.avail_in = (uInt)in->size;
    for (;;) {
        int status;
        if (out->size == room)
            error = grow(out, &room);
        if (error != 0)
            break;
        stream.next_out = out->data + out->size;
        stream.avail_out = (uInt)(room - out->size);
        status = inflate(&stream, Z_NO_FLUSH);
        out->size = room - stream.avail_out;
        if (status == Z_STREAM_END && stream.avail_in == 0)
            break;
        /* Another member follows: gzip files may be joined by cat. */
        if (status == Z_STREAM_END)
            status = inflateReset(&stream);
        /* Z_BUF_ERROR with room left: the input ended in the middle. */
        if (status == Z_MEM_ERROR)
            error = ENOMEM;
        else if (status != Z_OK)
            error = GZIP_MALFORMED;
        else if (stream.avail_in == 0 && stream.avail_out > 0)
            error = GZIP_MALFORMED;
        if (error != 0)
            break;
    }
    inflateEnd(&stream);
    if (error != 0)
        gzip_free(out);
    return error;
}
