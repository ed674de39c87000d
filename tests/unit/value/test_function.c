/* SPDX-License-Identifier: MIT */
/* Built-in functions and methods. */
#include "object/recursion.h"
#include "object/type.h"
#include "support/probe.h"
#include "support/support.h"
#include "value/function.h"

static GilObject *
give_self(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return Gil_NewRef(self == NULL ? Gil_None : self);
}

static GilObject *
count_arguments(GilObject *Gil_UNUSED(self), GilObject *const *Gil_UNUSED(args), Gil_ssize_t nargs, GilObject *kwnames)
{
    Gil_ssize_t n = kwnames == NULL ? 0 : GilTuple_GET_SIZE(kwnames);
    GilObject *a = GilLong_FromSsize_t(nargs), *b = GilLong_FromSsize_t(n), *pair = GilTuple_Pack(2, a, b);
    Gil_DECREF(a);
    Gil_DECREF(b);
    return pair;
}

static GilObject *
give_class(GilObject *Gil_UNUSED(self), GilTypeObject *cls, GilObject *const *Gil_UNUSED(args), size_t Gil_UNUSED(nargs),
           GilObject *Gil_UNUSED(kwnames))
{
    return Gil_NewRef(cls);
}

static GilMethodDef self_def = {"me", give_self, GIL_METH_NOARGS, "me($self)\n--\n\nGives itself."};
static GilMethodDef count_def = {"count", _GilCFunction_CAST(count_arguments), GIL_METH_FASTCALL | GIL_METH_KEYWORDS, NULL};
static GilMethodDef class_def = {"cls", _GilCFunction_CAST(give_class),
                                 GIL_METH_METHOD | GIL_METH_FASTCALL | GIL_METH_KEYWORDS, NULL};
static GilMethodDef bad_def = {"bad", give_self, GIL_METH_NOARGS | GIL_METH_O, NULL};

/* Gives its last argument, unless the first says otherwise. */
static GilObject *
take_array(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    if (nargs == 0)
        return GilLong_FromLong(self == NULL ? -1 : 0);
    if (args[0] == Gil_None)
        return NULL;
    if (args[0] == Gil_False)
        GilErr_SetString(GilExc_ValueError, "left behind");
    return args[0] == Gil_True ? GilObject_Vectorcall(self, args, 1, NULL) : Gil_NewRef(args[nargs - 1]);
}

static GilMethodDef array_def = {"array", _GilCFunction_CAST(take_array), GIL_METH_FASTCALL, NULL};
static GilMethodDef one_def = {"one", give_self, GIL_METH_O, NULL};

/* By GilObject_Vectorcall(), which calls functions inline, by what stands in the function's slot, which anybody may call, and by the
 * library's own. */
static GilObject *
call_array(int way, GilObject *f, GilObject *const *args, size_t nargsf, GilObject *names)
{
    GilObject *(*library)(GilObject *, GilObject *const *, size_t, GilObject *) = GilObject_Vectorcall;

    if (way == 0)
        return GilObject_Vectorcall(f, args, nargsf, names);
    return way == 1 ? GilVectorcall_Function(f)(f, args, nargsf, names) : library(f, args, nargsf, names);
}

START_TEST(test_value_function__arrays_from_all_sides)
{
    GilObject *list = GilList_New(0), *f = GilCFunction_New(&array_def, NULL), *ring = GilCFunction_New(&array_def, f), *r;
    GilObject *names = Gil_BuildValue("(s)", "k"), *none = GilTuple_New(0), *args[] = {NULL, list, Gil_False, names};
    gil_test_repr(r = call_array(_i, f, NULL, 0, NULL), "-1");
    Gil_DECREF(r);
    gil_test_repr(r = call_array(_i, ring, NULL, 0, none), "0");
    Gil_DECREF(r);
    r = call_array(_i, f, args + 1, 3 | GIL_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    ck_assert_ptr_eq(r, names);
    Gil_DECREF(r);
    ck_assert_ptr_null(call_array(_i, f, args + 1, 1, names));
    gil_test_error(GilExc_TypeError, "array() takes no keyword arguments");
    GilObject *null = Gil_None, *error = Gil_False, *again = Gil_True;
    ck_assert_ptr_null(call_array(_i, f, &null, 1, NULL));
    gil_test_error(GilExc_SystemError, "array() returned NULL without setting an exception");
    ck_assert_ptr_null(call_array(_i, f, &error, 1, NULL));
    gil_test_error(GilExc_SystemError, "array() returned a result with an exception set");

    /* Levels are counted on the way in and out: three calls deep, and never at the end. */
    GilThreadState *ts = GilThreadState_Get();
    int level = ts->recursion;
    ts->recursion = GIL_RECURSION_LIMIT - 1;
    ck_assert_ptr_null(call_array(_i, ring, &again, 1, NULL));
    gil_test_error(GilExc_RecursionError, "maximum recursion depth exceeded while calling an object");
    ck_assert_int_eq(ts->recursion, GIL_RECURSION_LIMIT - 1);
    ts->recursion = GIL_RECURSION_LIMIT;
    ck_assert_ptr_null(call_array(_i, f, args + 1, 1, NULL));
    ts->recursion = level;
    gil_test_error(GilExc_RecursionError, "maximum recursion depth exceeded while calling an object");
    Gil_DECREF(none);
    Gil_DECREF(names);
    Gil_DECREF(ring);
    Gil_DECREF(f);
    Gil_DECREF(list);
}
END_TEST

/* The native stack, which an inline call measures too, and a collection that is due when it comes back. */
START_TEST(test_value_function__calls_from_all_sides_watch_the_stack_and_collect)
{
    GilObject *f = GilCFunction_New(&array_def, NULL), *r;
    GilThreadState *ts = GilThreadState_Get();
    gil_test_repr(r = call_array(_i, f, &f, 0, NULL), "-1"); /* now it is known how far the stack reaches */
    Gil_DECREF(r);
    char *limit = ts->stack_limit;
    ck_assert_ptr_nonnull(limit);
    ts->stack_limit = (char *)__builtin_frame_address(0);
    ck_assert_ptr_null(call_array(_i, f, &f, 1, NULL));
    ts->stack_limit = NULL; /* then it is measured */
    gil_test_error(GilExc_RecursionError, "maximum recursion depth exceeded while calling an object");
    ts->stack_limit = NULL;
    r = call_array(_i, f, &f, 1, NULL);
    ck_assert_ptr_eq(r, f);
    Gil_DECREF(r);
    ck_assert_ptr_eq(ts->stack_limit, limit);

    gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_COLLECT);
    r = call_array(_i, f, &f, 1, NULL);
    ck_assert_ptr_eq(r, f);
    ck_assert(!(gil_load_relaxed(&ts->block.brk) & _Gil_BRK_COLLECT));
    Gil_DECREF(r);
    ck_assert_int_eq(ts->recursion, 0);
    Gil_DECREF(f);
}
END_TEST

static GilObject *last_reference;

static GilObject *
let_go_of_it(GilObject *Gil_UNUSED(self), GilObject *const *Gil_UNUSED(args), Gil_ssize_t Gil_UNUSED(nargs))
{
    Gil_CLEAR(last_reference);
    for (int i = 0; i < 100; i++) /* its memory is another's */
        Gil_DECREF(GilCFunction_New(&self_def, NULL));
    GilErr_SetString(GilExc_ValueError, "gone");
    return NULL;
}

/* Who calls a function holds it; who only borrows it from where the function itself takes it gets the error all the same. */
START_TEST(test_G6_a_function_that_lets_go_of_itself)
{
    static GilMethodDef def = {"fleeting", _GilCFunction_CAST(let_go_of_it), GIL_METH_FASTCALL, NULL};
    last_reference = GilCFunction_New(&def, NULL);
    ck_assert_ptr_null(call_array(_i, last_reference, &last_reference, 0, NULL));
    gil_test_error(GilExc_ValueError, "gone");
}
END_TEST

/* It is a macro, and commas in a compound literal part no arguments. */
START_TEST(test_value_function__arrays_written_in_the_call)
{
    GilObject *f = GilCFunction_New(&array_def, NULL);
    GilObject *r = GilObject_Vectorcall(f, (GilObject *[]){f, Gil_None, Gil_True}, 3, NULL);
    ck_assert_ptr_eq(r, Gil_True);
    Gil_DECREF(f);
}
END_TEST

static void
call_detached(void *Gil_UNUSED(arg))
{
    gil_test_start();
    GilObject *f = GilCFunction_New(&array_def, NULL);
    Gil_BEGIN_ALLOW_THREADS
    GilObject_Vectorcall(f, &f, 1, NULL);
    Gil_END_ALLOW_THREADS
}

START_TEST(test_L1_calling_a_function_while_detached_stops_the_process)
{
    gil_test_expect_abort(call_detached, NULL, "GilObject_Vectorcall:");
}
END_TEST

/* GilObject_Vectorcall() of functions that take no array. */
START_TEST(test_value_function__other_conventions_by_array)
{
    GilObject *f = GilCFunction_New(&self_def, Gil_True), *g = GilCFunction_New(&one_def, Gil_False), *args[] = {f, g};
    GilObject *h = GilCMethod_New(&class_def, NULL, NULL, &GilLong_Type);
    ck_assert_ptr_eq(GilObject_Vectorcall(f, args, 0, NULL), Gil_True);
    ck_assert_ptr_null(GilObject_Vectorcall(f, args, 2, NULL));
    gil_test_error(GilExc_TypeError, "bool.me() takes no arguments (2 given)");
    ck_assert_ptr_eq(GilObject_Vectorcall(g, args, 1, NULL), Gil_False);
    ck_assert_ptr_null(GilObject_Vectorcall(g, args, 2, NULL));
    gil_test_error(GilExc_TypeError, "bool.one() takes exactly one argument (2 given)");
    GilObject *cls = GilObject_Vectorcall(h, args, 2, NULL);
    ck_assert_ptr_eq(cls, (GilObject *)&GilLong_Type);
    Gil_DECREF(cls);
    ck_assert_ptr_null(GilObject_Vectorcall(Gil_True, args, 2, NULL));
    gil_test_error(GilExc_TypeError, "'bool' object is not callable");
    Gil_DECREF(h);
    Gil_DECREF(g);
    Gil_DECREF(f);
}
END_TEST

/* The flag by which functions are known is the library's own. */
START_TEST(test_value_function__flag_cannot_be_asked_for)
{
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.False", .slots = none, .flags = GIL_TPFLAGS_FUNCTION};
    ck_assert_ptr_null(GilType_FromSpec(&spec));
    gil_test_error(GilExc_SystemError, "type 'test.False' has flags that cannot be asked for: 8000");
#ifdef GIL_DEBUG /* where programs call by the library, which asserts more */
    ck_assert(!((GilCFunction_Type.tp_flags | GilCMethod_Type.tp_flags) & GIL_TPFLAGS_FUNCTION));
#else
    ck_assert(GilCFunction_Type.tp_flags & GilCMethod_Type.tp_flags & GIL_TPFLAGS_FUNCTION);
#endif
    ck_assert(!(GilMethod_Type.tp_flags & GIL_TPFLAGS_FUNCTION));
}
END_TEST

static GilObject *
forget_the_lock(GilObject *Gil_UNUSED(self), GilObject *const *Gil_UNUSED(args), Gil_ssize_t Gil_UNUSED(nargs))
{
    GilEval_SaveThread();
    return Gil_None;
}

static void
call_forgetful(void *Gil_UNUSED(arg))
{
    static GilMethodDef def = {"forgetful", _GilCFunction_CAST(forget_the_lock), GIL_METH_FASTCALL, NULL};
    gil_test_start();
    GilObject *f = GilCFunction_New(&def, NULL);
    GilObject_Vectorcall(f, &f, 1, NULL);
}

START_TEST(test_L2_function_of_an_array_that_returns_without_the_lock)
{
    gil_test_expect_abort(call_forgetful, NULL, "forgetful");
}
END_TEST

START_TEST(test_value_function__calls_with_self)
{
    GilObject *list = GilList_New(0), *f = GilCFunction_New(&self_def, list), *r = GilObject_CallNoArgs(f);
    ck_assert_ptr_eq(r, list);
    Gil_DECREF(r);
    ck_assert_ptr_null(GilObject_CallOneArg(f, list));
    gil_test_error(GilExc_TypeError, "list.me() takes no arguments (1 given)");
    Gil_DECREF(f);
    ck_assert_int_eq(Gil_REFCNT(list), 1);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_function__keywords_arrive)
{
    GilObject *f = GilCFunction_New(&count_def, NULL), *args = GilTuple_Pack(2, Gil_None, Gil_None), *kwargs = GilDict_New();
    GilDict_SetItemString(kwargs, "k", Gil_None);
    GilObject *r = GilObject_Call(f, args, kwargs);
    gil_test_repr(r, "(2, 1)");
    Gil_DECREF(r);
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
    Gil_DECREF(f);
}
END_TEST

START_TEST(test_value_function__defining_class_arrives)
{
    GilObject *f = GilCMethod_New(&class_def, Gil_None, NULL, &GilList_Type), *r = GilObject_CallNoArgs(f);
    ck_assert_ptr_eq(r, (GilObject *)&GilList_Type);
    ck_assert(GilCMethod_Check(f) && GilCFunction_Check(f) && !GilCFunction_CheckExact(f));
    Gil_DECREF(f);
    ck_assert_ptr_null(GilCFunction_New(&class_def, NULL));
    gil_test_error(GilExc_SystemError, "cls() method: GIL_METH_METHOD without a class");
    ck_assert_ptr_null(GilCMethod_New(&self_def, NULL, NULL, &GilList_Type));
    gil_test_error(GilExc_SystemError, "me() method: a class without GIL_METH_METHOD");
    ck_assert_ptr_null(GilCFunction_New(&bad_def, NULL));
    gil_test_error(GilExc_SystemError, "bad() method: bad call flags");
}
END_TEST

static void
attribute_is(GilObject *op, const char *name, const char *repr)
{
    GilObject *value = GilObject_GetAttrString(op, name);
    gil_test_repr(value, repr);
    Gil_XDECREF(value);
}

START_TEST(test_value_function__attributes_and_repr)
{
    GilObject *list = GilList_New(0), *name = GilUnicode_FromString("mod"), *f = GilCFunction_NewEx(&self_def, list, name);
    gil_test_repr(f, "<built-in function me>");
    attribute_is(f, "__name__", "'me'");
    attribute_is(f, "__qualname__", "'me'");
    attribute_is(f, "__doc__", "'Gives itself.'");
    attribute_is(f, "__text_signature__", "'($self)'");
    attribute_is(f, "__module__", "'mod'");
    attribute_is(f, "__self__", "[]");
    Gil_DECREF(f);
    GilObject *method = GilObject_GetAttrString(list, "append"), *text = GilObject_Repr(method);
    GilObject *want = GilUnicode_FromFormat("<built-in method append of list object at %p>", (void *)list);
    ck_assert_int_eq(GilUnicode_Equal(text, want), 1);
    attribute_is(method, "__qualname__", "'list.append'");
    attribute_is(method, "__text_signature__", "'($self, object, /)'");
    attribute_is(method, "__module__", "None");
    Gil_DECREF(want);
    Gil_DECREF(text);
    Gil_DECREF(method);
    Gil_DECREF(name);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_function__methods_of_one_object_are_equal)
{
    GilObject *a = GilList_New(0), *b = GilList_New(0);
    GilObject *m = GilObject_GetAttrString(a, "append"), *same = GilObject_GetAttrString(a, "append");
    GilObject *other = GilObject_GetAttrString(b, "append"), *pop = GilObject_GetAttrString(a, "pop");
    ck_assert_int_eq(GilObject_RichCompareBool(m, same, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_Hash(m), GilObject_Hash(same));
    ck_assert_int_eq(GilObject_RichCompareBool(m, other, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(m, pop, Gil_NE), 1);
    Gil_DECREF(m);
    Gil_DECREF(same);
    Gil_DECREF(other);
    Gil_DECREF(pop);
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

static int
make_and_call(void *arg)
{
    GilObject *f = GilCFunction_New(&self_def, arg), *r = f == NULL ? NULL : GilObject_CallNoArgs(f);
    Gil_XDECREF(r);
    Gil_XDECREF(f);
    return r == NULL ? -1 : 0;
}

START_TEST(test_J1_function)
{
    gil_test_oom_loop(make_and_call, Gil_None);
}
END_TEST

/* Calls say when it dies. */
struct told {
    GilObject_HEAD
    GilObject *say, *next;
};

static int said;

static struct told *
told(GilObject *op)
{
    return (struct told *)(void *)op;
}

static GilObject *
be_told(GilObject *self, GilObject *Gil_UNUSED(arg))
{
    said += self != NULL && told(self)->say == NULL;
    Gil_RETURN_NONE;
}

static GilMethodDef told_def = {"told", be_told, GIL_METH_NOARGS, NULL};

static void
told_dealloc(GilObject *op)
{
    GilTypeObject *type = Gil_TYPE(op);
    GilObject_GC_UnTrack(op);
    if (told(op)->say != NULL)
        Gil_XDECREF(GilObject_CallNoArgs(told(op)->say));
    Gil_XDECREF(told(op)->say);
    Gil_XDECREF(told(op)->next);
    GilObject_GC_Del(op);
    Gil_DECREF(type);
}

static int
told_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(Gil_TYPE(op));
    Gil_VISIT(told(op)->say);
    Gil_VISIT(told(op)->next);
    return 0;
}

static int
told_clear(GilObject *op)
{
    Gil_CLEAR(told(op)->next);
    return 0;
}

/* A method that is part of garbage is whole until it dies: what dies before it may call it. */
START_TEST(test_value_function__called_while_it_is_collected)
{
    GilType_Slot slots[] = {{Gil_tp_dealloc, (void *)told_dealloc}, {Gil_tp_traverse, (void *)told_traverse},
                            {Gil_tp_clear, (void *)told_clear}, {0, NULL}};
    GilType_Spec spec = {"test.Told", sizeof(struct told), 0, Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_HAVE_GC, slots};
    GilObject *type = GilType_FromSpec(&spec);
    for (int late = 0; late < 2; late++) { /* the function is the first or the last that the collector comes to */
        struct told *self = GilObject_GC_New(struct told, (GilTypeObject *)(void *)type);
        struct told *dies = GilObject_GC_New(struct told, (GilTypeObject *)(void *)type);
        self->say = dies->next = NULL;
        self->next = (GilObject *)(void *)dies;
        if (late)
            GilObject_GC_Track(self);
        dies->say = GilCFunction_New(&told_def, (GilObject *)(void *)self);
        if (!late)
            GilObject_GC_Track(self);
        GilObject_GC_Track(dies);
        Gil_DECREF(self);
        ck_assert_int_eq(GilGC_Collect(), 3);
        ck_assert_int_eq(said, late + 1);
    }
    Gil_DECREF(type);
}
END_TEST

/* What a function holds by its module, which can be set, does not keep it alive. */
START_TEST(test_value_function__a_cycle_over_the_module_is_collected)
{
    GilObject *f = GilCFunction_New(&self_def, Gil_True), *ref = GilWeakref_NewRef(f, NULL), *alive = NULL;
    ck_assert_int_eq(GilObject_SetAttrString(f, "__module__", f), 0);
    Gil_DECREF(f);
    ck_assert_int_ge(GilGC_Collect(), 1);
    ck_assert_int_eq(GilWeakref_GetRef(ref, &alive), 0);
    Gil_DECREF(ref);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/function");
    TCase *tc = tcase_create("function");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_function__calls_with_self);
    tcase_add_loop_test(tc, test_value_function__arrays_from_all_sides, 0, 3);
    tcase_add_loop_test(tc, test_value_function__calls_from_all_sides_watch_the_stack_and_collect, 0, 3);
    tcase_add_test(tc, test_value_function__arrays_written_in_the_call);
    tcase_add_loop_test(tc, test_G6_a_function_that_lets_go_of_itself, 0, 2);
    tcase_add_test(tc, test_value_function__other_conventions_by_array);
    tcase_add_test(tc, test_value_function__flag_cannot_be_asked_for);
    tcase_add_test(tc, test_value_function__keywords_arrive);
    tcase_add_test(tc, test_value_function__defining_class_arrives);
    tcase_add_test(tc, test_value_function__attributes_and_repr);
    tcase_add_test(tc, test_value_function__methods_of_one_object_are_equal);
    tcase_add_test(tc, test_J1_function);
    tcase_add_test(tc, test_value_function__called_while_it_is_collected);
    tcase_add_test(tc, test_value_function__a_cycle_over_the_module_is_collected);
    suite_add_tcase(s, tc);
    TCase *death = tcase_create("stops");
    tcase_add_test(death, test_L2_function_of_an_array_that_returns_without_the_lock);
    tcase_add_test(death, test_L1_calling_a_function_while_detached_stops_the_process);
    suite_add_tcase(s, death);
    return s;
}
