/* SPDX-License-Identifier: MIT */
/* Slots of a program's own types under an optimizer that takes pointers of two types for two places. C and C++. */
#include <gilrt.h>

#include <stdio.h>

typedef struct {
    GilObject_HEAD
    int number;
} Node;

struct holder {
    Node *node;
};

/* Empties the slot twice; in between it is filled if it is empty, which it is. */
static __attribute__((noinline)) void
clear_twice(struct holder *h, GilObject *filling)
{
    Gil_CLEAR(h->node);
    if (h->node == NULL)
        h->node = (Node *)(void *)Gil_NewRef(filling);
    Gil_CLEAR(h->node);
}

static __attribute__((noinline)) Node *
set_twice(struct holder *h, GilObject *first, GilObject *second)
{
    h->node = NULL;
    Gil_XSETREF(h->node, Gil_NewRef(first));
    if (h->node == NULL)
        return NULL;
    Gil_SETREF(h->node, Gil_NewRef(second));
    return h->node;
}

int
main(void)
{
    if (Gil_Initialize() < 0)
        return 1;
    struct holder h = {NULL};
    GilObject *a = GilList_New(0), *b = GilList_New(0);

    clear_twice(&h, a);
    int cleared = h.node == NULL && Gil_REFCNT(a) == 1;
    int set = set_twice(&h, a, b) == (Node *)(void *)b && Gil_REFCNT(a) == 1 && Gil_REFCNT(b) == 2;
    Gil_CLEAR(h.node);
    Gil_DECREF(a);
    Gil_DECREF(b);
    if (Gil_FinalizeEx() < 0 || !cleared || !set)
        return 1;
    puts("ok");
    return 0;
}
