/* SPDX-License-Identifier: MIT */
/* The memory functions of the public interface: the front, with the lock looked at. */
#include "gilrt/mem.h"

#include "base/fence.h"
#include "base/mem.h"
#include "base/panic.h"
#include "object/alloc.h"
#include "state/tstate.h"

/* The interpreter whose heap a block came from, and no other, may free it: its lock protects the heap. */
static inline void
check_owner(const char *func, const GilThreadState *ts, const void *ptr)
{
#ifdef GIL_DEBUG
    if (ptr != NULL && (gil_fence_is_raw(ptr) || gil_heap_of(ptr) != ts->heap))
        gil_panic(func, "the block at %p is none of this interpreter's: it was taken as raw memory or in another one", ptr);
#else
    (void)func;
    (void)ts;
    (void)ptr;
#endif
}

/* Raw memory is the process's. */
static inline void
check_raw(const char *func, const void *ptr)
{
    if (ptr != NULL)
        gil_fence_check(func, ptr);
}

static void
free_in(const char *func, const GilThreadState *ts, void *ptr)
{
    check_owner(func, ts, ptr);
    gil_heap_free(ptr);
}

static void *
resize_in(const char *func, const GilThreadState *ts, void *ptr, size_t size)
{
    check_owner(func, ts, ptr);
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
    check_raw(__func__, ptr);
    return gil_raw_realloc(ptr, new_size);
}

void
GilMem_RawFree(void *ptr)
{
    check_raw(__func__, ptr);
    gil_raw_free(ptr);
}

void
GilMem_Trim(void)
{
    gil_mem_trim();
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
    return resize_in(__func__, gil_tstate_need(__func__), ptr, new_size);
}

void
GilMem_Free(void *ptr)
{
    free_in(__func__, gil_tstate_need(__func__), ptr);
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
    return resize_in(__func__, gil_tstate_need(__func__), ptr, new_size);
}

GIL_HOT void
GilObject_Free(void *ptr)
{
    free_in(__func__, gil_tstate_need(__func__), ptr);
}
