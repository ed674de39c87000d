/* SPDX-License-Identifier: MIT */
/*
 * skeleton: an extension to copy. Replace "skeleton" by a name of your own, here and in the name of the file, and
 * build it by
 *
 *     cc -O2 -fPIC -fvisibility=hidden -shared $(pkg-config --cflags gilrt) skeleton.c -o skeleton.so
 *
 * A host finds skeleton.so in a folder of its search path, or of GILRT_PATH, when it imports "skeleton". The object
 * is not linked to libgilrt: the process that loads it has it.
 */
#include <gilrt.h>
#include <stdio.h>

/* What each interpreter's copy of the module owns. Keep objects here and not in static variables: there may be more
 * than one interpreter, and no object may be seen by two of them. */
typedef struct {
    GilObject *error;    /* skeleton.error, the exception that this module raises */
} skeleton_state;

/* The work, with no lock held: nothing in here may touch an object. The number of lines, or -1. */
static long long
count_lines(const char *path)
{
    FILE *file = fopen(path, "r");
    long long lines = 0;
    int c;

    if (file == NULL)
        return -1;
    while ((c = getc(file)) != EOF)
        lines += c == '\n';
    if (ferror(file))
        lines = -1;
    fclose(file);
    return lines;
}

/* A function: parse the arguments, drop the lock, work, take the lock, build the result or raise. */
static GilObject *
skeleton_lines(GilObject *module, GilObject *args, GilObject *kwargs)
{
    static char *keywords[] = {"path", "hold", NULL};
    skeleton_state *state = GilModule_GetState(module);
    const char *path;    /* inside the argument's str, which the caller keeps alive */
    long long lines;
    int hold = 0;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, "s|p:lines", keywords, &path, &hold))
        return NULL;

    if (hold)
        lines = count_lines(path);
    else {
        Gil_BEGIN_ALLOW_THREADS
        lines = count_lines(path);
        Gil_END_ALLOW_THREADS
    }

    if (lines < 0)
        return GilErr_Format(state->error, "cannot read %s", path);
    return GilLong_FromLongLong(lines);
}

static GilMethodDef skeleton_methods[] = {
    {"lines", (GilCFunction)(void (*)(void))skeleton_lines, GIL_METH_VARARGS | GIL_METH_KEYWORDS,
     "lines(path, hold=False) -> int\n\nHow many lines the file has. Drops the lock unless hold."},
    {NULL, NULL, 0, NULL}
};

/* Fills each new copy of the module. 0, or -1 with an exception set: then the import fails, and the state is
 * freed. */
static int
skeleton_exec(GilObject *module)
{
    skeleton_state *state = GilModule_GetState(module);

    state->error = GilErr_NewException("skeleton.error", NULL, NULL);
    if (state->error == NULL)
        return -1;
    return GilModule_AddObjectRef(module, "error", state->error);
}

/* Shows the collector what the state refers to. */
static int
skeleton_traverse(GilObject *module, visitproc visit, void *arg)
{
    skeleton_state *state = GilModule_GetState(module);

    Gil_VISIT(state->error);
    return 0;
}

/* Gives it back. */
static int
skeleton_clear(GilObject *module)
{
    skeleton_state *state = GilModule_GetState(module);

    Gil_CLEAR(state->error);
    return 0;
}

static void
skeleton_free(void *module)
{
    skeleton_clear(module);
}

/* What the library compares before it runs any of this code: a module built for another one is refused. */
GilABIInfo_VAR(skeleton_abi);

static GilSlot skeleton_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &skeleton_abi),
    GilSlot_DATA(Gil_mod_name, "skeleton"),
    GilSlot_DATA(Gil_mod_doc, "an extension to copy"),
    GilSlot_DATA(Gil_mod_methods, skeleton_methods),
    GilSlot_SIZE(Gil_mod_state_size, sizeof(skeleton_state)),
    GilSlot_FUNC(Gil_mod_state_traverse, skeleton_traverse),
    GilSlot_FUNC(Gil_mod_state_clear, skeleton_clear),
    GilSlot_FUNC(Gil_mod_state_free, skeleton_free),
    GilSlot_FUNC(Gil_mod_exec, skeleton_exec),
    /* Nothing static is written, so every interpreter may have its copy, also one with a lock of its own. */
    GilSlot_DATA(Gil_mod_multiple_interpreters, Gil_MOD_PER_INTERPRETER_GIL_SUPPORTED),
    GilSlot_END
};

/* The one symbol that the library looks for. */
GilMODEXPORT_FUNC
GilModExport_skeleton(void)
{
    return skeleton_slots;
}
