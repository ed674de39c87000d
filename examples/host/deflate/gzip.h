/* SPDX-License-Identifier: MIT */
/* Files into and out of the gzip format (RFC 1952), in plain C: no runtime, no lock, any number of threads. */
#ifndef DEFLATE_GZIP_H
#define DEFLATE_GZIP_H

#include <stddef.h>

/* Files and results must stay below this: a few bytes of gzip can promise any amount of output. */
#define GZIP_MAX ((size_t)1 << 30)

/* What the functions return besides 0 and errno values (EFBIG: not below GZIP_MAX). */
#define GZIP_MALFORMED (-1)

struct gzip_bytes {
    unsigned char *data;    /* from malloc, for free(); NULL when size is 0 or the call failed */
    size_t size;
};

/* The content of the file `path`. */
int gzip_read_file(const char *path, struct gzip_bytes *out);
/* `in` as one gzip member: the same bytes whenever it is called, for no time and no name are written. */
int gzip_compress(const struct gzip_bytes *in, struct gzip_bytes *out);
/* All members of `in`, one after the other; GZIP_MALFORMED where it is not gzip, is cut short or fails its
 * checksum. */
int gzip_decompress(const struct gzip_bytes *in, struct gzip_bytes *out);
/* Free what `bytes` holds and make it empty. */
void gzip_free(struct gzip_bytes *bytes);
/* A sentence for any value that these return. */
const char *gzip_error(int error);

#endif
