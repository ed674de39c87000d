/* SPDX-License-Identifier: MIT */
/* Magnitudes against a slow model, and the proof that GMP neither allocates nor needs much stack in what is used of it.
 */
#include "support/support.h"

#include "base/mem.h"
#include "value/limbs.h"

#include <gmp.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

static struct gil_heap *heap;

static void
start(void)
{
    heap = gil_heap_new();
    ck_assert_ptr_nonnull(heap);
}

static void
stop(void)
{
    ck_assert_uint_eq(gil_heap_destroy(heap), 0);
}

/* A fixed sequence of numbers, often with runs of zeros or ones: where carries are. */
static uint64_t random_state = 88172645463325252u;

static uint64_t
random_limb(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    switch (random_state % 5) {
    case 0:
        return 0;
    case 1:
        return UINT64_MAX;
    default:
        return random_state;
    }
}

static void
fill(uint64_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = random_limb();
    p[n - 1] |= (uint64_t)1 << random_limb() % 64; /* no zero at the top */
}

/* The textbook's product. */
static void
slow_mul(uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b, size_t bn)
{
    memset(r, 0, (an + bn) * sizeof *r);
    for (size_t i = 0; i < an; i++) {
        uint64_t carry = 0;
        for (size_t k = 0; k < bn; k++) {
            unsigned __int128 sum = (unsigned __int128)a[i] * b[k] + r[i + k] + carry;
            r[i + k] = (uint64_t)sum;
            carry = (uint64_t)(sum >> 64);
        }
        r[i + bn] = carry;
    }
}

#define MOST 700

static uint64_t a[2 * MOST], b[2 * MOST], r[2 * MOST + 2], model[2 * MOST + 2], q[2 * MOST + 2], rest[MOST + 2];

static void
check_mul(size_t an, size_t bn)
{
    fill(a, an);
    fill(b, bn);
    slow_mul(model, a, an, b, bn);
    ck_assert_int_eq(gil_limbs_mul(heap, r, a, an, b, bn), 0);
    ck_assert_msg(memcmp(r, model, (an + bn) * sizeof *r) == 0, "%zu x %zu limbs", an, bn);
}

START_TEST(test_value_limbs__products_equal_the_textbooks)
{
    static const size_t sizes[] = {1, 2, 3, 63, 64, 65, 66, 127, 128, 129, 130, 200, 257, 300, 513, MOST};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
            check_mul(sizes[i], sizes[k]);
    for (int i = 0; i < 300; i++)
        check_mul(1 + random_limb() % MOST, 1 + random_limb() % MOST);
}
END_TEST

/* q * b + rest must be a, and rest less than b. */
static void
check_divrem(size_t an, size_t bn)
{
    fill(a, an);
    fill(b, bn);
    ck_assert_int_eq(gil_limbs_divrem(heap, q, rest, a, an, b, bn), 0);
    slow_mul(model, q, an - bn + 1, b, bn);
    ck_assert_uint_eq(model[an], 0);
    ck_assert_uint_eq(gil_limbs_add(model, model, an, rest, bn), 0);
    ck_assert_msg(memcmp(model, a, an * sizeof *a) == 0, "%zu / %zu limbs", an, bn);
    ck_assert_int_lt(gil_limbs_cmp(rest, gil_limbs_size(rest, bn), b, bn), 0);
}

START_TEST(test_value_limbs__quotient_and_rest_make_the_dividend)
{
    for (int i = 0; i < 4000; i++) {
        size_t bn = 1 + random_limb() % 12;
        check_divrem(bn + random_limb() % 12, bn);
    }
    check_divrem(MOST, 1);
    check_divrem(MOST, MOST);
    check_divrem(MOST, MOST / 2);
}
END_TEST

START_TEST(test_value_limbs__estimate_too_large_is_put_right)
{
    /* From Algorithm D's rare branch: the estimate of the quotient's limb passes both checks and is one too large. */
    uint64_t above[] = {0, 0, 0x8000000000000000u, 0x7fffffffffffffffu}, below[] = {1, 0, 0x8000000000000000u};
    ck_assert_int_eq(gil_limbs_divrem(heap, q, rest, above, 4, below, 3), 0);
    ck_assert_uint_eq(q[0], 0xfffffffffffffffeu);
    slow_mul(model, q, 2, below, 3);
    gil_limbs_add(model, model, 5, rest, 3);
    ck_assert_mem_eq(model, above, sizeof above);
}
END_TEST

START_TEST(test_value_limbs__one_limb_at_a_time)
{
    uint64_t v[3] = {UINT64_MAX, UINT64_MAX, 5};
    ck_assert_uint_eq(gil_limbs_add_1(v, 3, 1), 0);
    ck_assert(v[0] == 0 && v[1] == 0 && v[2] == 6);
    ck_assert_uint_eq(gil_limbs_muladd_1(v, 3, 10, 7), 0);
    ck_assert(v[0] == 7 && v[2] == 60);
    ck_assert_uint_eq(gil_limbs_divrem_1(v, v, 3, 10), 7);
    ck_assert(v[0] == 0 && v[2] == 6);
    ck_assert_uint_eq(gil_limbs_lshift(v, v, 3, 63), 3);
    ck_assert_uint_eq(gil_limbs_rshift(v, v, 3, 1), 0);
    ck_assert_uint_eq(gil_limbs_muladd_1(v, 0, 10, 7), 7);
    ck_assert_uint_eq(gil_limbs_size(v, 0), 0);
    ck_assert_uint_eq(gil_limbs_bits((uint64_t[]){0, 1}, 2), 65);
    ck_assert_uint_eq(gil_limbs_bits(NULL, 0), 0);
}
END_TEST

START_TEST(test_value_limbs__lack_of_memory_is_told)
{
    fill(a, 200);
    fill(b, 100);
    gil_mem_fail_nth(1, 1);
    ck_assert_int_eq(gil_limbs_mul(heap, r, a, 200, b, 100), -1);
    ck_assert_int_eq(gil_limbs_divrem(heap, q, rest, a, 200, b, 100), -1);
    ck_assert_int_eq(gil_limbs_mul(heap, r, a, 200, b, GIL_LIMBS_DIRECT), 0);
    gil_mem_fail_nth(0, 0);
}
END_TEST

/* --- what GMP asks for --- */

static int gmp_allocations;

static void *
count_allocate(size_t n)
{
    gmp_allocations++;
    return gil_raw_malloc(n);
}

static void *
count_reallocate(void *p, size_t old, size_t n)
{
    (void)old;
    gmp_allocations++;
    return gil_raw_realloc(p, n);
}

static void
count_free(void *p, size_t n)
{
    (void)n;
    gil_raw_free(p);
}

START_TEST(test_value_limbs__gmp_allocates_nothing)
{
    void *(*allocate)(size_t), *(*reallocate)(void *, size_t, size_t);
    void (*release)(void *, size_t);

    mp_get_memory_functions(&allocate, &reallocate, &release);
    mp_set_memory_functions(count_allocate, count_reallocate, count_free);
    for (size_t n = 1; n <= 200; n++)
        for (size_t m = 1; m <= 200; m += n % 7 + 1) {
            check_mul(n, m);
            if (n >= m)
                check_divrem(n, m);
        }
    check_mul(MOST, MOST);
    check_divrem(MOST, MOST / 2);
    gil_limbs_divrem_1(q, a, MOST, 10);
    gil_limbs_lshift(q, a, MOST, 3);
    gil_limbs_rshift(q, a, MOST, 3);
    ck_assert_int_eq(gmp_allocations, 0);
    mp_set_memory_functions(allocate, reallocate, release);
}
END_TEST

#define STACK (2048 * 1024) /* a sanitizer wants 900 KiB for itself */
#define PAINT 0xA5

static void *
nothing(void *arg)
{
    return arg;
}

/* All products without scratch of our own. */
static void *
largest_direct(void *arg)
{
    for (size_t n = 1; n <= GIL_LIMBS_DIRECT; n++)
        gil_limbs_mul(heap, r, a, GIL_LIMBS_DIRECT, b, n);
    return arg;
}

/* Bytes of its stack that a thread running fn has touched. */
static size_t
stack_used(void *(*fn)(void *))
{
    pthread_attr_t attr;
    pthread_t thread;
    unsigned char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    ck_assert(stack != MAP_FAILED);
    memset(stack, PAINT, STACK);
    pthread_attr_init(&attr);
    ck_assert_int_eq(pthread_attr_setstack(&attr, stack, STACK), 0);
    ck_assert_int_eq(pthread_create(&thread, &attr, fn, NULL), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attr);
    size_t untouched = 0;
    while (untouched < STACK && stack[untouched] == PAINT)
        untouched++;
    munmap(stack, STACK);
    return STACK - untouched;
}

START_TEST(test_value_limbs__gmp_stays_below_4_kib_of_stack)
{
    fill(a, GIL_LIMBS_DIRECT);
    fill(b, GIL_LIMBS_DIRECT);
    largest_direct(NULL); /* symbols are bound now and not on the painted stack */
    size_t base = stack_used(nothing), used = stack_used(largest_direct);
    ck_assert_uint_gt(base, 0);
    ck_assert_msg(used < base + 4096, "%zu bytes beyond an idle thread's %zu", used - base, base);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/limbs");
    TCase *tc = tcase_create("limbs");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_value_limbs__products_equal_the_textbooks);
    tcase_add_test(tc, test_value_limbs__quotient_and_rest_make_the_dividend);
    tcase_add_test(tc, test_value_limbs__estimate_too_large_is_put_right);
    tcase_add_test(tc, test_value_limbs__one_limb_at_a_time);
    tcase_add_test(tc, test_value_limbs__lack_of_memory_is_told);
    tcase_add_test(tc, test_value_limbs__gmp_allocates_nothing);
    if (!gil_test_left_out_under_valgrind("test_value_limbs__gmp_stays_below_4_kib_of_stack",
                                          "the test looks at the stack of a thread that has ended"))
        tcase_add_test(tc, test_value_limbs__gmp_stays_below_4_kib_of_stack);
    suite_add_tcase(s, tc);
    return s;
}
