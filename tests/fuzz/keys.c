/* SPDX-License-Identifier: MIT */
/* Keys that are equal though they differ, and keys that collide though they do not. */
#include "fuzz/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAMILY (KEYS / 3)
#define FIRST 100000

struct collider {
    GilObject_HEAD
    int key;
};

static GilTypeObject *collider_type;

static Gil_hash_t
collider_hash(GilObject *self)
{
    /* The smallest and the largest are where sums overflow. */
    static const Gil_hash_t hashes[] = {0, GIL_SSIZE_T_MAX, GIL_SSIZE_T_MIN};
    return hashes[((struct collider *)self)->key / 2 % 3];
}

static GilObject *
collider_compare(GilObject *a, GilObject *b, int op)
{
    if (Gil_TYPE(b) != collider_type || op != Gil_EQ)
        Gil_RETURN_NOTIMPLEMENTED;
    return _Gil_RichResult(SAME_KEY(((struct collider *)a)->key, ((struct collider *)b)->key));
}

static GilType_Slot slots[] = {
    {Gil_tp_hash, (void *)collider_hash}, {Gil_tp_richcompare, (void *)collider_compare}, {0, NULL}};
static GilType_Spec spec = {"fuzz.Collider", sizeof(struct collider), 0, Gil_TPFLAGS_DEFAULT, slots};

void
keys_setup(void)
{
    collider_type = (GilTypeObject *)(void *)GilType_FromSpec(&spec);
    FUZZ_CHECK(collider_type != NULL);
}

const char *
key_text(int key)
{
    static char text[16];

    if (key / FAMILY != 1)
        return NULL;
    snprintf(text, sizeof text, "key %d", key / 2);
    return text;
}

GilObject *
key_object(int key)
{
    GilObject *op;

    if (key / FAMILY == 0)
        op = key % 2 ? GilFloat_FromDouble(FIRST + key / 2) : GilLong_FromLong(FIRST + key / 2);
    else if (key / FAMILY == 1) {
        op = GilUnicode_FromString(key_text(key));
        if (key % 2)
            GilObject_Hash(op);
    }
    else {
        op = GilObject_CallNoArgs((GilObject *)(void *)collider_type);
        if (op != NULL)
            ((struct collider *)op)->key = key;
    }
    FUZZ_CHECK(op != NULL);
    return op;
}

int
key_number(GilObject *op)
{
    if (GilFloat_Check(op))
        return 2 * ((int)GilFloat_AsDouble(op) - FIRST) + 1;
    if (GilLong_Check(op))
        return 2 * ((int)GilLong_AsLong(op) - FIRST);
    if (GilUnicode_Check(op))
        return 2 * atoi(strchr(GilUnicode_AsUTF8(op), ' '));
    return ((struct collider *)op)->key;
}
