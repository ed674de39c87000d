/* SPDX-License-Identifier: MIT */
/* Start and stop of the value layer, and the calls that the layers below make into it. */
#include "value/start.h"

#include "gilrt/float.h"
#include "gilrt/long.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/type.h"
#include "value/bool.h"
#include "value/bytearray.h"
#include "value/bytes.h"
#include "value/capsule.h"
#include "value/cell.h"
#include "value/dict.h"
#include "value/dictproxy.h"
#include "value/enumerate.h"
#include "value/exception.h"
#include "value/float.h"
#include "value/function.h"
#include "value/list.h"
#include "value/long.h"
#include "value/memoryview.h"
#include "value/none.h"
#include "value/range.h"
#include "value/row_iter.h"
#include "value/set.h"
#include "value/slice.h"
#include "value/traceback.h"
#include "value/tuple.h"
#include "value/unicode.h"
#include "value/unicode_codec.h"
#include "value/unicode_method.h"
#include "value/weakproxy.h"

/* gil_ops.str_name: a str in ASCII is its own UTF-8 and hash. */
static int
name_of_str(GilObject *op, struct gil_name *name)
{
    name->str = op;
    if (GIL_LIKELY(GilUnicode_IS_ASCII(op))) {
        Gil_hash_t hash = ((GilASCIIObject *)(void *)op)->hash;
        name->text = _GilUnicode_DATA(op);
        name->len = (size_t)GilUnicode_GET_LENGTH(op);
        name->hash = (uint32_t)(GIL_LIKELY(hash != -1) ? hash : gil_unicode_hash(op));
        return 0;
    }
    name->text = gil_unicode_text(op, &name->len);
    if (name->text == NULL)
        return -1;
    name->hash = gil_names_hash(name->text, name->len);
    return 0;
}

/* gil_type_hooks.dict_set */
static int
set_or_delete(GilObject *dict, GilObject *key, GilObject *value)
{
    if (value != NULL)
        return GilDict_SetItem(dict, key, value);
    int rc = GilDict_Pop(dict, key, NULL);
    return rc < 0 ? -1 : !rc;
}

static void
fill_ops(void)
{
    gil_ops = (struct gil_object_ops){
        .str_from_utf8 = gil_unicode_ops_from_utf8,
        .str_utf8 = gil_unicode_ops_utf8,
        .str_name = name_of_str,
        .tuple_from_array = gil_tuple_ops_from_array,
        .tuple_items = gil_tuple_ops_items,
        .dict_from_kwnames = gil_dict_ops_from_kwnames,
        .dict_next = gil_dict_ops_next,
        .dict_size = gil_dict_ops_size,
        .list_of_names = gil_list_ops_of_names,
        .int_from_int64 = GilLong_FromInt64,
        .int_from_uint64 = GilLong_FromUInt64,
        .int_as_int64 = GilLong_AsInt64,
        .int_as_uint64 = GilLong_AsUInt64,
        .float_from_double = GilFloat_FromDouble,
        .float_as_double = GilFloat_AsDouble,
        .bind_method = gil_function_ops_bind,
        .make_exception = gil_exception_ops_make,
        .memory_error = gil_exception_ops_memory_error,
        .set_part = gil_exception_ops_set_part,
        .exception_parts = gil_traceback_ops_parts,
    };
}

int
gil_value_start(void)
{
    /* Bases first: bool derives from int, GilCMethod_Type from GilCFunction_Type. Otherwise any order does. */
    static int (*const starts[])(void) = {
        gil_exception_start, gil_none_start,  gil_long_start,     gil_bool_start,  gil_float_start,
        gil_unicode_start,   gil_bytes_start, gil_bytearray_start, gil_tuple_start, gil_list_start,
        gil_row_iter_start,  gil_dict_start,  gil_dict_view_start, gil_slice_start, gil_capsule_start,
        gil_function_start,  gil_method_start, gil_property_start, gil_staticmethod_start, gil_weakproxy_start,
        gil_set_start,       gil_memoryview_start, gil_traceback_start, gil_range_start, gil_range_iter_start, gil_enumerate_start,
        gil_reversed_start,  gil_cell_start,  gil_dictproxy_start,
    };
    fill_ops();
    gil_type_hooks.dict_new = GilDict_New;
    gil_type_hooks.type_dict = gil_type_dict;
    gil_type_hooks.dict_peek = gil_dict_peek;
    gil_type_hooks.dict_get = GilDict_GetItemRef;
    gil_type_hooks.dict_set = set_or_delete;
    gil_type_hooks.str_size = gil_unicode_size;
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(starts); i++)
        if (starts[i]() < 0)
            return -1;
    return 0;
}

int
gil_value_interp_start(GilThreadState *ts)
{
    struct gil_value_pocket *pocket = gil_heap_calloc(ts->heap, 1, sizeof *pocket);
    if (pocket == NULL)
        return -1;
    ts->interp->pocket[GIL_POCKET_VALUE] = pocket;
    pocket->max_str_digits = GIL_INT_MAX_STR_DIGITS_DEFAULT;
    if (gil_exception_interp_start(ts) == 0) {
        if (gil_unicode_interp_start(ts) == 0)
            return 0;
        gil_exception_interp_stop(ts);
    }
    gil_err_clear(ts);
    ts->interp->pocket[GIL_POCKET_VALUE] = NULL;
    gil_heap_free(pocket);
    return -1;
}

void
gil_value_interp_stop(GilThreadState *ts)
{
    struct gil_value_pocket *pocket = gil_value_pocket(ts);
    gil_unicode_interp_stop(ts);
    gil_exception_interp_stop(ts);
    ts->interp->pocket[GIL_POCKET_VALUE] = NULL;
    gil_heap_free(pocket);
}
