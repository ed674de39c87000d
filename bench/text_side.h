/* SPDX-License-Identifier: MIT */
/* The text scenarios, once a side. n is the number of turns; the value ns a turn. */
#ifndef BENCH_TEXT_SIDE_H
#define BENCH_TEXT_SIDE_H

/* Each kind of text has a decode and an encode, of a paragraph and of one word or two. */
#define TEXT_KINDS(side, what)                       \
    void side##_##what##_french(long n, double *values);  \
    void side##_##what##_russian(long n, double *values); \
    void side##_##what##_chinese(long n, double *values); \
    void side##_##what##_emoji(long n, double *values);

#define TEXT_SIDE(side)                              \
    int side##_text_start(void);                     \
    int side##_text_stop(void);                      \
    TEXT_KINDS(side, decode)                         \
    TEXT_KINDS(side, decode_short)                   \
    TEXT_KINDS(side, encode)                         \
    TEXT_KINDS(side, encode_short)                   \
    void side##_split_words(long n, double *values); \
    void side##_split_comma(long n, double *values); \
    void side##_split_russian(long n, double *values); \
    void side##_percent(long n, double *values);     \
    void side##_join(long n, double *values);

TEXT_SIDE(ours)
TEXT_SIDE(cpython)

#endif
