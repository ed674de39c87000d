/* SPDX-License-Identifier: MIT */
/*
 * What containers do by operators and methods, which the table of exports does not name, in the re-entrancy matrix. An
 * expression stands for an operation; its operands are those of the fixture, so they are imps or full of them.
 */
#include "reentry/matrix.h"

#include <string.h>

#define CALL(op, name) GilObject_CallMethod((op), (name), NULL)
#define CALL1(op, name, a) GilObject_CallMethod((op), (name), "(O)", (a))
#define CALL2(op, name, a, b) GilObject_CallMethod((op), (name), "(OO)", (a), (b))
#define MAKE(type, a) GilObject_CallOneArg((GilObject *)(void *)&(type), (a))
#define MAKE2(type, a, b) GilObject_CallFunction((GilObject *)(void *)&(type), "(OO)", (a), (b))

/* None for success, NULL for an error: an operation that returns a number. */
static GilObject *
none(Gil_ssize_t rc)
{
    return rc < 0 && GilErr_Occurred() != NULL ? NULL : Gil_None;
}

/* Walk a new iterator to its end, or far enough; gives it back. */
static GilObject *
walk(GilObject *it)
{
    GilObject *item;
    int rc = it == NULL ? -1 : 1;
    for (int i = 0; i < 30 && rc == 1 && (rc = GilIter_NextItem(it, &item)) == 1; i++)
        Gil_DECREF(item);
    Gil_XDECREF(it);
    return none(rc);
}

static GilObject *
walk_over(GilObject *iterable)
{
    return walk(GilObject_GetIter(iterable));
}

/* Passes an intermediate result on, and gives it back. */
static GilObject *
with(GilObject *made, GilObject *(*operate)(GilObject *made, struct fixture *f), struct fixture *f)
{
    GilObject *result = made == NULL ? NULL : operate(made, f);
    Gil_XDECREF(made);
    return result;
}

static GilObject *
sort_by(GilObject *list, GilObject *key)
{
    GilObject *method = GilObject_GetAttrString(list, "sort"), *kwargs = GilDict_New(), *args = GilTuple_New(0), *result = NULL;
    if (method != NULL && kwargs != NULL && args != NULL && GilDict_SetItemString(kwargs, "key", key) == 0)
        result = GilObject_Call(method, args, kwargs);
    Gil_XDECREF(args);
    Gil_XDECREF(kwargs);
    Gil_XDECREF(method);
    return result;
}

/* Every other item; its indices are asked, because they are the fixture's numbers. */
static GilObject *
stepped(struct fixture *f)
{
    return GilSlice_New(NULL, f->number, f->number);
}

static GilObject *
set_stepped(GilObject *slice, struct fixture *f)
{
    return none(GilObject_SetItem(f->list, slice, f->pairs));
}

static GilObject *
delete_stepped(GilObject *slice, struct fixture *f)
{
    return none(GilObject_DelItem(f->list, slice));
}

static GilObject *
get_stepped(GilObject *slice, struct fixture *f)
{
    return GilObject_GetItem(f->list, slice);
}

static GilObject *
view_and_set(GilObject *view, struct fixture *f)
{
    return GilNumber_And(view, f->set);
}

static GilObject *
view_or_list(GilObject *view, struct fixture *f)
{
    return GilNumber_Or(view, f->list);
}

static GilObject *
view_xor_view(GilObject *view, struct fixture *f)
{
    (void)f;
    return GilNumber_Xor(view, view);
}

static GilObject *
view_minus_list(GilObject *view, struct fixture *f)
{
    return GilNumber_Subtract(view, f->list);
}

static GilObject *
view_below_set(GilObject *view, struct fixture *f)
{
    return GilObject_RichCompare(view, f->set, Gil_LE);
}

static GilObject *
set_xor(GilObject *frozen, struct fixture *f)
{
    return GilNumber_Xor(frozen, f->set);
}

static GilObject *
view_isdisjoint(GilObject *view, struct fixture *f)
{
    return CALL1(view, "isdisjoint", f->list);
}

static GilObject *
view_contains(GilObject *view, struct fixture *f)
{
    return none(GilSequence_Contains(view, f->any));
}

static GilObject *
shown(GilObject *op, struct fixture *f)
{
    (void)f;
    return GilObject_Repr(op);
}

static GilObject *
walked(GilObject *op, struct fixture *f)
{
    (void)f;
    return walk_over(op);
}

static GilObject *
compared(GilObject *copy, struct fixture *f)
{
    return GilObject_RichCompare(copy, GilList_Check(copy) ? f->list : GilDict_Check(copy) ? f->dict : f->tuple, Gil_EQ);
}

static GilObject *
above_list(GilObject *others, struct fixture *f)
{
    return GilObject_RichCompare(f->list, others, Gil_LT);
}

static GilObject *
proxy_get(GilObject *proxy, struct fixture *f)
{
    return CALL2(proxy, "get", f->any, f->number);
}

static GilObject *
proxy_or(GilObject *proxy, struct fixture *f)
{
    return GilNumber_Or(proxy, f->dict);
}

static GilObject *
proxy_equal(GilObject *proxy, struct fixture *f)
{
    return GilObject_RichCompare(proxy, f->dict, Gil_EQ);
}

static GilObject *
proxy_contains(GilObject *proxy, struct fixture *f)
{
    return none(GilSequence_Contains(proxy, f->any));
}

static GilObject *
cells_compared(GilObject *cell, struct fixture *f)
{
    return GilObject_RichCompare(cell, f->cell, Gil_LT);
}

static GilObject *
range_index(GilObject *range, struct fixture *f)
{
    return CALL1(range, "index", f->any);
}

static GilObject *
range_contains(GilObject *range, struct fixture *f)
{
    return none(GilSequence_Contains(range, f->any));
}

static GilObject *
range_part(GilObject *range, struct fixture *f)
{
    return GilObject_GetItem(range, f->slice);
}

static GilObject *
set_by_view(GilObject *view, struct fixture *f)
{
    return none(GilObject_SetItem(view, f->number, f->number));
}

static GilObject *
get_by_view(GilObject *view, struct fixture *f)
{
    return GilObject_GetItem(view, f->number);
}

static GilObject *
fresh_octets(struct fixture *f)
{
    (void)f;
    return GilByteArray_FromStringAndSize("some octets", 11);
}

static GilObject *
fresh_template(struct fixture *f)
{
    (void)f;
    return GilByteArray_FromStringAndSize("%a %d %c %b", 11);
}

static GilObject *
octets_formatted(GilObject *octets, struct fixture *f)
{
    GilObject *args = GilTuple_Pack(4, f->list, f->number, f->number, f->any);
    GilObject *result = args == NULL ? NULL : GilNumber_Remainder(octets, args);
    Gil_XDECREF(args);
    return result;
}

static GilObject *
octets_extended(GilObject *octets, struct fixture *f)
{
    return CALL1(octets, "extend", f->list);
}

static GilObject *
octets_assigned(GilObject *octets, struct fixture *f)
{
    return none(GilObject_SetItem(octets, f->number, f->number));
}

static GilObject *
octets_joined(GilObject *octets, struct fixture *f)
{
    return CALL1(octets, "join", f->list);
}

static GilObject *
octets_added(GilObject *octets, struct fixture *f)
{
    return GilNumber_InPlaceAdd(octets, f->bytes);
}

static GilObject *
octets_again(GilObject *octets, struct fixture *f)
{
    return CALL1(octets, "__init__", f->list);
}

/* A class over a built-in type. */
static GilObject *
over(GilTypeObject *base)
{
    return GilObject_CallFunction((GilObject *)(void *)&GilType_Type, "s(O){}", "Sub", base);
}

static GilObject *
made_of_imp(GilObject *type, struct fixture *f)
{
    return GilObject_CallOneArg(type, f->any);
}

static GilObject *
made_of_list(GilObject *type, struct fixture *f)
{
    return GilObject_CallOneArg(type, f->list);
}

static GilObject *
is_abstract(GilObject *property, struct fixture *f)
{
    (void)f;
    return GilObject_GetAttrString(property, "__isabstractmethod__");
}

/* The name, which the error shows, is an imp. */
static GilObject *
without_getter(GilObject *property, struct fixture *f)
{
    GilObject *none_yet = CALL2(property, "__set_name__", f->any, f->any);
    return none_yet == NULL ? NULL : CALL1(property, "__get__", f->list);
}

/* X(name, what it does) */
#define OPERATIONS(X)                                                                            \
    X(list_append, CALL1(f->list, "append", f->any))                                             \
    X(list_extend, CALL1(f->list, "extend", f->set))                                             \
    X(list_extend_itself, CALL1(f->list, "extend", f->list))                                     \
    X(list_insert, CALL2(f->list, "insert", f->number, f->any))                                  \
    X(list_pop, CALL1(f->list, "pop", f->number))                                                \
    X(list_remove, CALL1(f->list, "remove", f->any))                                             \
    X(list_clear, CALL(f->list, "clear"))                                                        \
    X(list_copy, CALL(f->list, "copy"))                                                          \
    X(list_reverse, CALL(f->list, "reverse"))                                                    \
    X(list_sort, CALL(f->list, "sort"))                                                          \
    X(list_sort_by_key, sort_by(f->list, f->any))                                                \
    X(list_index, GilObject_CallMethod(f->list, "index", "(OOO)", f->any, f->number, f->float_number)) \
    X(list_count, CALL1(f->list, "count", f->any))                                               \
    X(list_walked, walk_over(f->list))                                                           \
    X(list_backward, walk(CALL(f->list, "__reversed__")))                                        \
    X(list_contains, none(GilSequence_Contains(f->list, f->any)))                                \
    X(list_compared, with(GilObject_CallMethod(f->list, "copy", NULL), compared, f))             \
    X(list_below_others, with(GilSequence_List(f->tuple), above_list, f))                        \
    X(list_below, GilObject_RichCompare(f->list, f->pairs, Gil_LT))                              \
    X(list_shown, GilObject_Repr(f->list))                                                       \
    X(list_plus, GilNumber_Add(f->list, f->pairs))                                               \
    X(list_plus_in_place, GilNumber_InPlaceAdd(f->list, f->set))                                 \
    X(list_times, GilNumber_Multiply(f->list, f->number))                                        \
    X(list_times_in_place, GilNumber_InPlaceMultiply(f->list, f->number))                        \
    X(list_item, GilObject_GetItem(f->list, f->number))                                          \
    X(list_part, GilObject_GetItem(f->list, f->slice))                                           \
    X(list_item_set, none(GilObject_SetItem(f->list, f->number, f->any)))                        \
    X(list_item_deleted, none(GilObject_DelItem(f->list, f->number)))                            \
    X(list_part_set, none(GilObject_SetItem(f->list, f->slice, f->set)))                         \
    X(list_part_set_to_itself, none(GilObject_SetItem(f->list, f->slice, f->list)))              \
    X(list_part_deleted, none(GilObject_DelItem(f->list, f->slice)))                             \
    X(list_stepped, with(stepped(f), get_stepped, f))                                            \
    X(list_stepped_set, with(stepped(f), set_stepped, f))                                        \
    X(list_stepped_deleted, with(stepped(f), delete_stepped, f))                                 \
    X(list_made, MAKE(GilList_Type, f->any))                                                     \
    X(list_made_again, CALL1(f->list, "__init__", f->any))                                       \
    X(tuple_made, MAKE(GilTuple_Type, f->any))                                                   \
    X(tuple_hashed, none(GilObject_Hash(f->tuple)))                                              \
    X(tuple_index, CALL1(f->tuple, "index", f->any))                                             \
    X(tuple_count, CALL1(f->tuple, "count", f->any))                                             \
    X(tuple_contains, none(GilSequence_Contains(f->tuple, f->any)))                              \
    X(tuple_compared, with(GilTuple_Pack(1, f->any), compared, f))                               \
    X(tuple_shown, GilObject_Repr(f->tuple))                                                     \
    X(tuple_part, GilObject_GetItem(f->tuple, f->slice))                                         \
    X(tuple_times, GilNumber_Multiply(f->tuple, f->number))                                      \
    X(dict_get, CALL2(f->dict, "get", f->any, f->number))                                        \
    X(dict_setdefault, CALL2(f->dict, "setdefault", f->any, f->number))                          \
    X(dict_pop, CALL1(f->dict, "pop", f->any))                                                   \
    X(dict_popitem, CALL(f->dict, "popitem"))                                                    \
    X(dict_update, CALL1(f->dict, "update", f->pairs))                                           \
    X(dict_update_by_imp, CALL1(f->dict, "update", f->any))                                      \
    X(dict_update_empty, CALL1(f->dict_empty, "update", f->dict))                                \
    X(dict_clear, CALL(f->dict, "clear"))                                                        \
    X(dict_copy, CALL(f->dict, "copy"))                                                          \
    X(dict_made, MAKE(GilDict_Type, f->pairs))                                                   \
    X(dict_item, GilObject_GetItem(f->dict, f->any))                                             \
    X(dict_item_set, none(GilObject_SetItem(f->dict, f->any, f->number)))                        \
    X(dict_item_deleted, none(GilObject_DelItem(f->dict, f->any)))                               \
    X(dict_contains, none(GilSequence_Contains(f->dict, f->any)))                                \
    X(dict_compared, with(CALL(f->dict, "copy"), compared, f))                                   \
    X(dict_shown, GilObject_Repr(f->dict))                                                       \
    X(dict_or, GilNumber_Or(f->dict, f->dict_empty))                                             \
    X(dict_or_in_place, GilNumber_InPlaceOr(f->dict, f->pairs))                                  \
    X(dict_walked, walk_over(f->dict))                                                           \
    X(dict_backward, walk(CALL(f->dict, "__reversed__")))                                        \
    X(keys_and, with(CALL(f->dict, "keys"), view_and_set, f))                                    \
    X(keys_or, with(CALL(f->dict, "keys"), view_or_list, f))                                     \
    X(keys_xor, with(CALL(f->dict, "keys"), view_xor_view, f))                                   \
    X(keys_minus, with(CALL(f->dict, "keys"), view_minus_list, f))                               \
    X(keys_below, with(CALL(f->dict, "keys"), view_below_set, f))                                \
    X(keys_isdisjoint, with(CALL(f->dict, "keys"), view_isdisjoint, f))                          \
    X(keys_contains, with(CALL(f->dict, "keys"), view_contains, f))                              \
    X(keys_shown, with(CALL(f->dict, "keys"), shown, f))                                         \
    X(items_and, with(CALL(f->dict, "items"), view_and_set, f))                                  \
    X(items_walked, with(CALL(f->dict, "items"), walked, f))                                     \
    X(items_below, with(CALL(f->dict, "items"), view_below_set, f))                              \
    X(values_contains, with(CALL(f->dict, "values"), view_contains, f))                          \
    X(values_walked, with(CALL(f->dict, "values"), walked, f))                                   \
    X(set_add, CALL1(f->set, "add", f->any))                                                     \
    X(set_remove, CALL1(f->set, "remove", f->any))                                               \
    X(set_discard, CALL1(f->set, "discard", f->any))                                             \
    X(set_pop, CALL(f->set, "pop"))                                                              \
    X(set_clear, CALL(f->set, "clear"))                                                          \
    X(set_copy, CALL(f->set, "copy"))                                                            \
    X(set_update, CALL1(f->set, "update", f->list))                                              \
    X(set_union, CALL1(f->set, "union", f->list))                                                \
    X(set_intersection, CALL1(f->set, "intersection", f->list))                                  \
    X(set_intersection_update, CALL1(f->set, "intersection_update", f->dict))                    \
    X(set_difference, CALL1(f->set, "difference", f->list))                                      \
    X(set_difference_update, CALL1(f->set, "difference_update", f->list))                        \
    X(set_symmetric_difference, CALL1(f->set, "symmetric_difference", f->list))                  \
    X(set_symmetric_difference_update, CALL1(f->set, "symmetric_difference_update", f->dict))    \
    X(set_issubset, CALL1(f->set, "issubset", f->list))                                          \
    X(set_issuperset, CALL1(f->set, "issuperset", f->list))                                      \
    X(set_isdisjoint, CALL1(f->set, "isdisjoint", f->list))                                      \
    X(set_and, GilNumber_And(f->set, f->set))                                                    \
    X(set_compared, with(GilSet_New(f->list), view_below_set, f))                                \
    X(frozen_made, MAKE(GilFrozenSet_Type, f->list))                                             \
    X(frozen_contains, with(GilFrozenSet_New(f->list), view_contains, f))                        \
    X(frozen_and, with(GilFrozenSet_New(f->list), view_and_set, f))                              \
    X(frozen_xor, with(GilFrozenSet_New(f->list), set_xor, f))                                   \
    X(frozen_below, with(GilFrozenSet_New(f->list), view_below_set, f))                          \
    X(frozen_isdisjoint, with(GilFrozenSet_New(f->list), view_isdisjoint, f))                    \
    X(set_contains, none(GilSequence_Contains(f->set, f->any)))                                  \
    X(set_shown, GilObject_Repr(f->set))                                                         \
    X(set_walked, walk_over(f->set))                                                             \
    X(range_made, MAKE2(GilRange_Type, f->any, f->number))                                       \
    X(range_index, with(MAKE(GilRange_Type, f->any), range_index, f))                            \
    X(range_contains, with(MAKE(GilRange_Type, f->any), range_contains, f))                      \
    X(range_part, with(MAKE(GilRange_Type, f->any), range_part, f))                              \
    X(slice_indices, CALL1(f->slice, "indices", f->any))                                         \
    X(enumerated, walk(MAKE2(GilEnum_Type, f->list, f->any)))                                    \
    X(enumerated_imp, walk(MAKE(GilEnum_Type, f->any)))                                          \
    X(called, walk(GilCallIter_New(f->any, f->number)))                                          \
    X(reversed, walk(MAKE(GilReversed_Type, f->tuple)))                                          \
    X(reversed_imp, walk(MAKE(GilReversed_Type, f->any)))                                        \
    X(cell_compared, with(GilCell_New(f->any), cells_compared, f))                               \
    X(cell_shown, GilObject_Repr(f->cell))                                                       \
    X(cell_set, none(GilObject_SetAttrString(f->cell, "cell_contents", f->any)))                 \
    X(proxy_get, with(GilDictProxy_New(f->dict), proxy_get, f))                                  \
    X(proxy_or, with(GilDictProxy_New(f->dict), proxy_or, f))                                    \
    X(proxy_equal, with(GilDictProxy_New(f->dict), proxy_equal, f))                              \
    X(proxy_contains, with(GilDictProxy_New(f->dict), proxy_contains, f))                        \
    X(proxy_shown, with(GilDictProxy_New(f->dict), shown, f))                                    \
    X(proxy_walked, with(GilDictProxy_New(f->any), walked, f))                                   \
    X(view_tolist, CALL(f->memoryview, "tolist"))                                                \
    X(view_tobytes, CALL(f->memoryview, "tobytes"))                                              \
    X(view_hex, CALL(f->memoryview, "hex"))                                                      \
    X(view_compared, GilObject_RichCompare(f->memoryview, f->any, Gil_EQ))                       \
    X(view_count, CALL1(f->memoryview, "count", f->any))                                         \
    X(view_index, GilObject_CallMethod(f->memoryview, "index", "(OOO)", f->any, f->number, f->float_number)) \
    X(view_item, GilObject_GetItem(f->memoryview, f->any))                                       \
    X(view_item_set, with(MAKE(GilMemoryView_Type, f->any), set_by_view, f))                     \
    X(view_item_of_imp, with(MAKE(GilMemoryView_Type, f->any), get_by_view, f))                  \
    X(view_part, GilObject_GetItem(f->memoryview, f->slice))                                     \
    X(view_part_set, none(GilObject_SetItem(f->memoryview, f->slice, f->any)))                   \
    X(view_released, CALL(f->memoryview, "release"))                                             \
    X(octets_extended, with(fresh_octets(f), octets_extended, f))                                \
    X(octets_assigned, with(fresh_octets(f), octets_assigned, f))                                \
    X(octets_joined, with(fresh_octets(f), octets_joined, f))                                    \
    X(octets_added, with(fresh_octets(f), octets_added, f))                                      \
    X(octets_again, with(fresh_octets(f), octets_again, f))                                      \
    X(text_of_subtype, with(over(&GilUnicode_Type), made_of_imp, f))                             \
    X(bytes_of_subtype, with(over(&GilBytes_Type), made_of_list, f))                             \
    X(octets_of_subtype, with(over(&GilByteArray_Type), made_of_list, f))                        \
    X(property_abstract, with(MAKE(GilProperty_Type, f->any), is_abstract, f))                   \
    X(property_without, with(GilObject_CallNoArgs((GilObject *)(void *)&GilProperty_Type), without_getter, f)) \
    X(octets_formatted, with(fresh_template(f), octets_formatted, f))                            \
    X(octets_found, CALL1(f->bytearray, "find", f->any))                                         \
    X(octets_counted, GilObject_CallMethod(f->bytearray, "count", "(OOO)", f->bytes, f->any, f->any))\
    X(octets_replaced, GilObject_CallMethod(f->bytearray, "replace", "(OOO)", f->bytes, f->any, f->any))\
    X(octets_split, CALL2(f->bytearray, "split", f->any, f->any))                                \
    X(octets_translated, CALL2(f->bytearray, "translate", f->none, f->any))                      \
    X(octets_starting, CALL1(f->bytearray, "startswith", f->tuple))                              \
    X(octets_inserted, CALL2(f->bytearray, "insert", f->any, f->any))                            \
    X(octets_popped, CALL1(f->bytearray, "pop", f->any))                                         \
    X(octets_removed, CALL1(f->bytearray, "remove", f->any))                                     \
    X(octets_padded, CALL2(f->bytearray, "center", f->any, f->bytes))                            \
    X(octets_between, CALL1(f->bytearray, "join", f->list))                                      \
    X(text_translated, CALL1(f->text, "translate", f->any))                                      \
    X(text_translated_by, CALL1(f->text, "translate", f->dict))                                  \
    X(text_padded, CALL1(f->text, "center", f->any))                                             \
    X(octets_made, MAKE(GilByteArray_Type, f->list))                                             \
    X(bytes_made, MAKE(GilBytes_Type, f->any))                                                   \
    X(int_made, MAKE(GilLong_Type, f->any))                                                      \
    X(int_from_bytes, GilObject_CallMethod((GilObject *)(void *)&GilLong_Type, "from_bytes", "(Os)", f->any, "big")) \
    X(float_made, MAKE(GilFloat_Type, f->any))

#define DEFINE(name, expression)                     \
    static void call_##name(struct fixture *f)       \
    {                                                \
        f->result = (expression);                    \
        f->failed = f->result == NULL;               \
    }
OPERATIONS(DEFINE)

#define LIST(name, expression) {#name, call_##name},
static const struct {
    const char *name;
    misuse_call call;
} operations[] = {OPERATIONS(LIST)};

/* Operations that call nobody: they show no more of what they hold than its type, or octets. */
static const char *const calm[] = {"cell_shown", "view_hex", "view_tobytes", "view_tolist"};

static int
is_calm(const char *name)
{
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(calm); i++)
        if (strcmp(name, calm[i]) == 0)
            return 1;
    return 0;
}

START_TEST(test_reentry_methods__operations_under_trouble)
{
    const char *name = operations[_i].name;
    /* A comparison of views that fails says that they differ. */
    long made = matrix_run(name, operations[_i].call, CALL_WORKS,
                           strcmp(name, "view_compared") == 0 ? "answers that they differ" : NULL);
    ck_assert_msg((made == 0) == is_calm(name), "%s: trouble made in %ld calls", name, made);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("reentry/methods");
    TCase *tc = tcase_create("methods");
    tcase_add_loop_test(tc, test_reentry_methods__operations_under_trouble, 0, (int)Gil_ARRAY_LENGTH(operations));
    suite_add_tcase(s, tc);
    return s;
}
