/* SPDX-License-Identifier: MIT */
/* Start and stop of the value layer, and the calls that the layers below make into it. */
#include "value/start.h"

#include "gilrt/float.h"
#include "gilrt/long.h"
#include "object/error.h"
#include "object/ops.h"
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
#include "value/weakproxy.h"

static void
fill_ops(void)
{
    gil_ops = (struct gil_object_ops){
        .str_from_utf8 = gil_unicode_ops_from_utf8,
        .str_utf8 = gil_unicode_ops_utf8,
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
        .set_context = gil_exception_ops_set_context,
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
        gil_function_start,  gil_method_start, gil_weakproxy_start,
        gil_set_start,       gil_memoryview_start, gil_traceback_start, gil_range_start, gil_range_iter_start, gil_enumerate_start,
        gil_reversed_start,  gil_cell_start,  gil_dictproxy_start,
    };
    fill_ops();
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
