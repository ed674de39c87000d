/* SPDX-License-Identifier: MIT */
/* Reads a file piece by piece and feeds it to libcrypto's SHA-256 or to zlib's CRC-32. */
#include "hash_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

/* Large enough that the cost of read() vanishes, small enough for any thread's stack. */
#define PIECE (32 * 1024)

/* Takes the next piece of a file into `state`; 0 or an errno value. */
typedef int (*update_function)(void *state, const unsigned char *piece, size_t size);

static int
feed_file(const char *path, update_function update, void *state)
{
    unsigned char piece[PIECE];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error = 0;

    if (fd < 0)
        return errno;
    for (;;) {
        ssize_t size = read(fd, piece, sizeof piece);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            error = errno;
        if (size <= 0)
            break;
        error = update(state, piece, (size_t)size);
        if (error != 0)
            break;
    }
    close(fd);
    return error;
}

static int
update_sha256(void *state, const unsigned char *piece, size_t size)
{
    return EVP_DigestUpdate(state, piece, size) == 1 ? 0 : EIO;
}

int
hash_file_sha256(const char *path, char hex[HASH_TEXT])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int error;

    if (context == NULL)
        return ENOMEM;
    /* libcrypto refuses where a policy of the machine forbids an algorithm. */
    error = EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 ? 0 : ENOTSUP;
    if (error == 0)
        error = feed_file(path, update_sha256, context);
    if (error == 0 && (EVP_DigestFinal_ex(context, digest, &size) != 1 || 2 * size >= HASH_TEXT))
        error = EIO;
    EVP_MD_CTX_free(context);
    for (unsigned int i = 0; error == 0 && i < size; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return error;
}

static int
update_crc32(void *state, const unsigned char *piece, size_t size)
{
    uLong *sum = state;
    *sum = crc32(*sum, piece, (uInt)size);
    return 0;
}

int
hash_file_crc32(const char *path, char hex[HASH_TEXT])
{
    uLong sum = crc32(0, NULL, 0);
    int error = feed_file(path, update_crc32, &sum);

    if (error == 0)
        snprintf(hex, HASH_TEXT, "%08lx", sum);
    return error;
}
