/* SPDX-License-Identifier: MIT */
/* Hashes of files, in plain C: no runtime, no lock, any number of threads. */
#ifndef DIGEST_HASH_FILE_H
#define DIGEST_HASH_FILE_H

/* Room for the longest digest in hexadecimal and its NUL. */
#define HASH_TEXT 65

/* Each writes the digest as lower-case hexadecimal. 0, or the errno value of what went wrong. */
int hash_file_sha256(const char *path, char hex[HASH_TEXT]);
int hash_file_crc32(const char *path, char hex[HASH_TEXT]);

#endif
