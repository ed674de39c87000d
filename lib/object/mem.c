/* SPDX-License-Identifier: MIT */
/* The memory functions of the public interface: the front, with the lock looked at. */
#include "gilrt/mem.h"

#include "base/mem.h"
#include "state/tstate.h"

/* The interpreter whose heap a block came from, and no other, may free it: its lock protects the heap. */
static void
free_in(const GilThreadState *ts, void *ptr)
{
    GIL_ASSERT(ptr == NULL || gil_heap_of(ptr) == ts->heap);
    (void)ts;
    gil_heap_free(ptr);
}

static void *
resize_in(const GilThreadState *ts, void *ptr, size_t size)
{
    GIL_ASSERT(ptr == NULL || gil_heap_of(ptr) == ts->heap);
    return gil_heap_realloc(ts->heap, ptr, size);
}

void *
GilMem_RawMalloc(size_t size)
{
    return gil_raw_malloc(size);
}

void *
GilMem_RawCalloc(size_t nelem, size_t elsize)
{
    return gil_raw_calloc(nelem, elsize);
}

void *
GilMem_RawRealloc(void *ptr, size_t new_size)
{
    return gil_raw_realloc(ptr, new_size);
}

void
GilMem_RawFree(void *ptr)
{
    gil_raw_free(ptr);
}

void *
GilMem_Malloc(size_t size)
{
    return gil_heap_malloc(gil_tstate_need(__func__)->heap, size);
}

void *
GilMem_Calloc(size_t nelem, size_t elsize)
{
    return gil_heap_calloc(gil_tstate_need(__func__)->heap, nelem, elsize);
}

void *
GilMem_Realloc(void *ptr, size_t new_size)
{
    return resize_in(gil_tstate_need(__func__), ptr, new_size);
}

void
GilMem_Free(void *ptr)
{
    free_in(gil_tstate_need(__func__), ptr);
}

void *
GilObject_Malloc(size_t size)
{
    return gil_heap_malloc(gil_tstate_need(__func__)->heap, size);
}

void *
GilObject_Calloc(size_t nelem, size_t elsize)
{
    return gil_heap_calloc(gil_tstate_need(__func__)->heap, nelem, elsize);
}

void *
GilObject_Realloc(void *ptr, size_t new_size)
{
    return resize_in(gil_tstate_need(__func__), ptr, new_size);
}

void
GilObject_Free(void *ptr)
{
    free_in(gil_tstate_need(__func__), ptr);
}
