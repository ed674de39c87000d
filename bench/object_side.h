/* SPDX-License-Identifier: MIT */
/* The object scenarios, once a side. n is the number of turns; the value ns a turn. */
#ifndef BENCH_OBJECT_SIDE_H
#define BENCH_OBJECT_SIDE_H

#define OBJECT_SIDE(side)                                \
    int side##_object_start(void);                       \
    int side##_object_stop(void);                        \
    void side##_incref(long n, double *values);          \
    void side##_make_float(long n, double *values);      \
    void side##_make_int(long n, double *values);        \
    void side##_make_tuple3(long n, double *values);     \
    void side##_make_list(long n, double *values);       \
    void side##_make_dict(long n, double *values);       \
    void side##_make_instance(long n, double *values);   \
    void side##_make_instance_gc(long n, double *values); \
    void side##_call_instance(long n, double *values);   \
    void side##_vectorcall(long n, double *values);      \
    void side##_make_str8(long n, double *values);       \
    void side##_list_append(long n, double *values);     \
    void side##_dict_insert_int(long n, double *values); \
    void side##_dict_lookup_int(long n, double *values); \
    void side##_dict_insert_str(long n, double *values); \
    void side##_dict_lookup_str(long n, double *values); \
    void side##_parse_tuple(long n, double *values);     \
    void side##_memory_plain(long n, double *values);    \
    void side##_memory_gc(long n, double *values);

OBJECT_SIDE(ours)
OBJECT_SIDE(cpython)

#endif
