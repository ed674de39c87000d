/* SPDX-License-Identifier: MIT */
/* Deep nesting, and heavy calls, on a thread with a stack of 64 KiB. Public interface only. */
#include "support/support.h"

#include <gilrt.h>
#include <pthread.h>

#define STACK_SIZE ((size_t)64 << 10)

/* Ten million where memory is plain; under a sanitizer each block costs many times its size. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { DEEP = 100000, DEEP_MIXED = 100000, SANITIZED = 1 };
#else
enum { DEEP = 10000000, DEEP_MIXED = 1000000, SANITIZED = 0 };
#endif

/* As ck_assert(), which writes to a pipe each time that it is passed: too much for millions. */
#define must(condition) ((condition) ? (void)0 : ck_abort_msg("%s", #condition))

struct task {
    void (*run)(void);
    GilInterpreterGuard *guard;
};

static void *
run_attached(void *arg)
{
    struct task *task = (struct task *)arg;
    GilThreadStateToken *token = GilThreadState_Ensure(task->guard);

    ck_assert_ptr_nonnull(token);
    task->run();
    GilThreadState_Release(token);
    return NULL;
}

/* Runs it attached, on a thread with a small stack. */
static void
on_small_stack(void (*run)(void))
{
    struct task task = {run, GilInterpreterGuard_FromCurrent()};
    pthread_attr_t attr;
    pthread_t thread;

    ck_assert_ptr_nonnull(task.guard);
    pthread_attr_init(&attr);
    ck_assert_int_eq(pthread_attr_setstacksize(&attr, gil_test_small_stack(SANITIZED ? 4 * STACK_SIZE : STACK_SIZE)), 0);
    ck_assert_int_eq(pthread_create(&thread, &attr, run_attached, &task), 0);
    pthread_attr_destroy(&attr);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(task.guard);
}

/* --- wrapping an object in another, which takes the reference --- */

static GilObject *
in_tuple(GilObject *inner)
{
    GilObject *outer = GilTuple_New(1);
    must(outer != NULL);
    GilTuple_SET_ITEM(outer, 0, inner);
    return outer;
}

static GilObject *
in_list(GilObject *inner)
{
    GilObject *outer = GilList_New(1);
    must(outer != NULL);
    GilList_SET_ITEM(outer, 0, inner);
    return outer;
}

static GilObject *
in_dict(GilObject *inner)
{
    GilObject *outer = GilDict_New();
    must(outer != NULL);
    must(GilDict_SetItemString(outer, "in", inner) == 0);
    Gil_DECREF(inner);
    return outer;
}

static GilObject *
in_slice(GilObject *inner)
{
    GilObject *outer = GilSlice_New(inner, NULL, NULL);
    must(outer != NULL);
    Gil_DECREF(inner);
    return outer;
}

static GilObject *
in_iterator(GilObject *inner)
{
    GilObject *list = in_list(inner), *outer = GilObject_GetIter(list);
    must(outer != NULL);
    Gil_DECREF(list);
    return outer;
}

static GilObject *
identity(GilObject *Gil_UNUSED(self), GilObject *arg)
{
    return Gil_NewRef(arg);
}

static GilMethodDef identity_def = {"identity", identity, GIL_METH_O, NULL};

static GilObject *
in_function(GilObject *inner)
{
    GilObject *outer = GilCFunction_New(&identity_def, inner);
    must(outer != NULL);
    Gil_DECREF(inner);
    return outer;
}

static GilObject *
in_method(GilObject *inner)
{
    GilObject *function = in_function(inner), *outer = GilMethod_New(function, inner);
    must(outer != NULL);
    Gil_DECREF(function);
    return outer;
}

static GilObject *
in_exception(GilObject *inner)
{
    GilObject *outer = GilObject_CallOneArg(GilExc_ValueError, inner);
    must(outer != NULL);
    Gil_DECREF(inner);
    return outer;
}

struct box {
    GilObject_HEAD
    GilObject *content;
};

static void
box_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);
    GilObject *content = ((struct box *)(void *)self)->content;
    GilObject_Free(self);
    Gil_XDECREF(content);
    Gil_DECREF(type);
}

static GilType_Slot box_slots[] = {{Gil_tp_dealloc, (void *)box_dealloc}, {0, NULL}};
static GilType_Spec box_spec = {"nesting.Box", sizeof(struct box), 0, Gil_TPFLAGS_DEFAULT, box_slots};
static GilTypeObject *box_type; /* [gil] */

static GilObject *
in_box(GilObject *inner)
{
    struct box *box = GilObject_New(struct box, box_type);
    must(box != NULL);
    box->content = inner;
    return (GilObject *)(void *)box;
}

typedef GilObject *(*wrapper)(GilObject *inner);

static void
nest_and_drop(const wrapper *wrappers, int kinds, int levels)
{
    GilObject *op = GilLong_FromLong(123456);
    for (int i = 0; i < levels; i++)
        op = wrappers[i % kinds](op);
    Gil_DECREF(op);
}

static void
ten_million_tuples(void)
{
    static const wrapper wrappers[] = {in_tuple};
    nest_and_drop(wrappers, 1, (int)gil_test_plenty(DEEP));
}

static void
ten_million_boxes(void)
{
    static const wrapper wrappers[] = {in_box};
    box_type = (GilTypeObject *)(void *)GilType_FromSpec(&box_spec);
    ck_assert_ptr_nonnull(box_type);
    nest_and_drop(wrappers, 1, (int)gil_test_plenty(DEEP));
    Gil_DECREF(box_type);
}

static void
all_kinds_in_turn(void)
{
    static const wrapper wrappers[] = {in_tuple,    in_list,   in_dict,      in_slice, in_iterator,
                                       in_function, in_method, in_exception, in_box};
    box_type = (GilTypeObject *)(void *)GilType_FromSpec(&box_spec);
    ck_assert_ptr_nonnull(box_type);
    nest_and_drop(wrappers, Gil_ARRAY_LENGTH(wrappers), (int)gil_test_plenty(DEEP_MIXED));
    Gil_DECREF(box_type);
}

/* An exception whose context has a context, and so on: the chain that raising in handlers makes. */
static void
contexts(void)
{
    GilObject *op = GilObject_CallNoArgs(GilExc_ValueError);
    for (long i = gil_test_plenty(DEEP_MIXED); i > 0; i--) {
        GilObject *next = GilObject_CallNoArgs(GilExc_ValueError);
        must(next != NULL);
        GilException_SetContext(next, op);
        op = next;
    }
    Gil_DECREF(op);
}

/* What walks down a nested object must stop in time, with an error, however small the stack. */
static void
walks_stop_in_time(void)
{
    GilObject *op = GilLong_FromLong(1), *same = GilLong_FromLong(1);
    for (int i = 0; i < 100000; i++) {
        op = in_tuple(op);
        same = in_tuple(same);
    }
    ck_assert_ptr_null(GilObject_Repr(op));
    ck_assert(GilErr_ExceptionMatches(GilExc_RecursionError));
    GilErr_Clear();
    ck_assert_int_eq(GilObject_Hash(op), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_RecursionError));
    GilErr_Clear();
    ck_assert_int_eq(GilObject_RichCompareBool(op, same, Gil_EQ), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_RecursionError));
    GilErr_Clear();
    Gil_DECREF(same);
    Gil_DECREF(op);
}

/* Calls whose work grows with their argument have no stack that does. */
static void
heavy_calls(void)
{
    GilObject *list = GilList_New(0), *big = GilLong_FromLong(3), *exponent = GilLong_FromLong(20000);
    for (long i = 0; i < 20000; i++) {
        GilObject *item = GilLong_FromLong(i * 7919 % 20011);
        must(GilList_Append(list, item) == 0);
        Gil_DECREF(item);
    }
    ck_assert_int_eq(GilList_Sort(list), 0);
    GilObject *text = GilObject_Repr(list), *power = GilNumber_Power(big, exponent, Gil_None);
    ck_assert(text != NULL && power != NULL);
    GilObject *square = GilNumber_Multiply(power, power), *quotient = GilNumber_FloorDivide(square, big);
    GilObject *hex = GilNumber_ToBase(square, 16), *back = GilLong_FromUnicodeObject(hex, 0);
    ck_assert(quotient != NULL && back != NULL);
    ck_assert_int_eq(GilObject_RichCompareBool(back, square, Gil_EQ), 1);
    GilObject *comma = GilUnicode_FromString(","), *parts = GilUnicode_Split(text, comma, -1);
    GilObject *joined = GilUnicode_Join(comma, parts), *changed = GilUnicode_Replace(joined, comma, text, 50);
    ck_assert(parts != NULL && joined != NULL && changed != NULL);
    GilErr_Format(GilExc_ValueError, "%R and %S", list, square);
    GilErr_Clear();
    GilObject *all[] = {list, big, exponent, text, power, square, quotient, hex, back, comma, parts, joined, changed};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}

static void (*const tasks[])(void) = {ten_million_tuples, ten_million_boxes, all_kinds_in_turn, contexts};

START_TEST(test_G4_nested_objects_end_in_64_kib_of_stack)
{
    on_small_stack(tasks[_i]);
}
END_TEST

START_TEST(test_env_nesting__walks_stop_in_time)
{
    on_small_stack(walks_stop_in_time);
}
END_TEST

START_TEST(test_env_nesting__heavy_calls_need_little_stack)
{
    on_small_stack(heavy_calls);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("nesting");
    TCase *tc = tcase_create("small stack");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, test_G4_nested_objects_end_in_64_kib_of_stack, 0, (int)Gil_ARRAY_LENGTH(tasks));
    tcase_add_test(tc, test_env_nesting__walks_stop_in_time);
    tcase_add_test(tc, test_env_nesting__heavy_calls_need_little_stack);
    suite_add_tcase(s, tc);
    return s;
}
