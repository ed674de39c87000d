/* SPDX-License-Identifier: MIT */
/* What the explorer wants of <ucontext.h>, which musl declares and does not have: to begin a function on another stack. */
#include <ucontext.h>

#include <stdint.h>

int
getcontext(ucontext_t *context)
{
    (void)context;
    return 0;
}

void
makecontext(ucontext_t *context, void (*func)(void), int count, ...)
{
    (void)count;
    context->uc_link = (ucontext_t *)(uintptr_t)func;
}

/* func never returns. */
int
setcontext(const ucontext_t *context)
{
    uintptr_t top = ((uintptr_t)context->uc_stack.ss_sp + context->uc_stack.ss_size) & ~(uintptr_t)15;
#if defined(__x86_64__)
    __asm__ volatile("movq %0, %%rsp\n\txorl %%ebp, %%ebp\n\tcall *%1" : : "r"(top), "r"(context->uc_link) : "memory");
#elif defined(__aarch64__)
    __asm__ volatile("mov sp, %0\n\tmov x29, #0\n\tblr %1" : : "r"(top), "r"(context->uc_link) : "memory");
#else
#error "no way to another stack is known here"
#endif
    __builtin_unreachable();
}
