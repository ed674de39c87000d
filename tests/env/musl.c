/* SPDX-License-Identifier: MIT */
/* A host on another C library: threads, numbers and text; prints what musl.sh looks for. */
#include <fcntl.h>
#include <gilrt.h>
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 8, ROUNDS = 1000 };

static GilInterpreterGuard *guard;
static long entries; /* [gil] */

static void *
enter(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        GilThreadStateToken *token = GilThreadState_Ensure(guard);
        if (token == NULL)
            return NULL;
        entries++;
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
        if (Gil_Poll() != 0)
            return NULL;
        GilThreadState_Release(token);
    }
    return arg;
}

/* Steals what it prints. */
static void
print(GilObject *object)
{
    GilObject *text = object != NULL ? GilObject_Repr(object) : NULL;

    puts(text != NULL ? GilUnicode_AsUTF8(text) : "no memory");
    Gil_XDECREF(text);
    Gil_XDECREF(object);
}

int
main(void)
{
    pthread_t threads[THREADS];

    if (Gil_Initialize() != 0)
        return 1;
    guard = GilInterpreterGuard_FromCurrent();
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, enter, NULL) != 0)
            return 1;
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(guard);
    GilThreadState_DumpAll(open("/dev/null", O_WRONLY));
    GilObject *text = GilUnicode_FromString("1e-1"), *seven = GilLong_FromLong(7), *forty = GilLong_FromLong(40);
    print(GilFloat_FromString(text));
    print(GilNumber_Power(seven, forty, Gil_None));
    print(GilLong_FromLong(entries));
    Gil_DECREF(forty);
    Gil_DECREF(seven);
    Gil_DECREF(text);
    return Gil_FinalizeEx() != 0;
}
