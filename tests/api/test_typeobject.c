/* SPDX-License-Identifier: MIT */
/* <gilrt/typeobject.h> as a port uses it: the order of the fields, and types read through them. */
#include "support/support.h"

#include <gilrt.h>
#include <gilrt/typeobject.h>
#include <string.h>

#define BEFORE(first, second) ck_assert_uint_lt(offsetof(GilTypeObject, first), offsetof(GilTypeObject, second))

/* The order of CPython's documented slot table, as far as static initialisers without field names rely on it. */
START_TEST(test_api_typeobject__fields_stand_in_the_documented_order)
{
    ck_assert_uint_eq(offsetof(GilTypeObject, tp_name), sizeof(GilVarObject));
    BEFORE(tp_name, tp_basicsize);
    BEFORE(tp_basicsize, tp_itemsize);
    BEFORE(tp_itemsize, tp_dealloc);
    BEFORE(tp_dealloc, tp_vectorcall_offset);
    BEFORE(tp_vectorcall_offset, tp_getattr);
    BEFORE(tp_setattr, tp_as_async);
    BEFORE(tp_as_async, tp_repr);
    BEFORE(tp_repr, tp_as_number);
    BEFORE(tp_as_mapping, tp_hash);
    BEFORE(tp_hash, tp_call);
    BEFORE(tp_call, tp_str);
    BEFORE(tp_str, tp_getattro);
    BEFORE(tp_setattro, tp_as_buffer);
    BEFORE(tp_as_buffer, tp_flags);
    BEFORE(tp_flags, tp_doc);
    BEFORE(tp_doc, tp_traverse);
    BEFORE(tp_clear, tp_richcompare);
    BEFORE(tp_richcompare, tp_weaklistoffset);
    BEFORE(tp_weaklistoffset, tp_iter);
    BEFORE(tp_iternext, tp_methods);
    BEFORE(tp_methods, tp_members);
    BEFORE(tp_members, tp_getset);
    BEFORE(tp_getset, tp_base);
    BEFORE(tp_base, tp_dict);
    BEFORE(tp_dictoffset, tp_init);
    BEFORE(tp_init, tp_alloc);
    BEFORE(tp_alloc, tp_new);
    BEFORE(tp_new, tp_free);
    BEFORE(tp_free, tp_is_gc);
    BEFORE(tp_finalize, tp_vectorcall);
    BEFORE(tp_vectorcall, tp_names);
}
END_TEST

START_TEST(test_api_typeobject__built_in_types_can_be_read)
{
    ck_assert_str_eq(GilFloat_Type.tp_name, "float");
    ck_assert_ptr_nonnull(GilFloat_Type.tp_as_number->nb_add);
    ck_assert_ptr_eq(GilBool_Type.tp_base, &GilLong_Type);
    ck_assert(GilFloat_Type.tp_flags & Gil_TPFLAGS_STATIC_BUILTIN);
    ck_assert_ptr_eq((void *)GilFloat_Type.tp_dealloc, GilType_GetSlot(&GilFloat_Type, Gil_tp_dealloc));
    ck_assert(GilUnstable_IsImmortal(&GilFloat_Type));
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/typeobject");
    TCase *tc = tcase_create("typeobject");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_typeobject__fields_stand_in_the_documented_order);
    tcase_add_test(tc, test_api_typeobject__built_in_types_can_be_read);
    suite_add_tcase(s, tc);
    return s;
}
