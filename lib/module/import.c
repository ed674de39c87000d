/* SPDX-License-Identifier: MIT */
/*
 * Importing, once an interpreter.
 *
 * State: the pocket (import.h), changed only under the interpreter's lock. The lock is left at two places, while a
 * shared object is loaded and while a thread waits for another's import, and the module's own code may leave it
 * anywhere. So an import under way is entered in a list first; whoever wants the same module finds the entry and
 * waits for its end.
 *
 * A module is registered when it is complete, not before its code runs: nobody sees half a module, but its own code, which has
 * it as an argument and may ask for it by GilImport_AddModuleRef(), from the export hook on: CPython has it make one there, which
 * the import replaces. The price is that imports in a circle cannot be served; they
 * are refused by a message that names the circle.
 *
 * Waiting. A waiter sleeps, without the lock, until the word `ends` of the entry is another than it was under the lock.
 * The importing thread counts it up at the end, whether the import worked or not; then the waiter looks again, and
 * imports the module itself if it still is not there. Nothing times a waiter, so it must be sure that the end comes:
 * before a thread waits it follows the chain "owner of the entry, entry that this owner waits for, its owner, ..." If
 * that leads back to itself, waiting would last for ever. All of it is read under the lock; a chain that is open then
 * cannot close later without its last thread seeing it closed. A wait leaves the chain when the import ends, not when
 * the waiter has the lock again: in between it waits for nobody.
 *
 * The end of the interpreter. Threads without a guard are shut out in the middle of an import or of a wait for one.
 * gil_import_clear() ends what they have begun, so that waiters come back, find the lock closed, and are told of. A
 * late one may still look at its entry when there is no interpreter any more: entries are type-stable, and `ends` goes on
 * counting from one import to the next.
 *
 * Failure. Whatever fails, the module that was begun is cleared and dropped, the entry removed, waiters woken; the
 * registry is as before. The error stays set throughout.
 */
#include "module/import.h"

#include "base/atomic.h"
#include "gilrt/capsule.h"
#include "gilrt/dict.h"
#include "gilrt/error.h"
#include "gilrt/lock.h"
#include "gilrt/state.h"
#include "gilrt/unicode.h"
#include "module/importerror.h"
#include "module/loader.h"
#include "module/module.h"
#include "object/error.h"
#include "object/format.h"
#include "object/type.h"
#include "state/fork.h"
#include "state/stable.h"
#include "sync/machine.h"

#include <string.h>

/* One import under way. Type-stable. */
struct gil_importing {
    struct gil_importing *next; /* [gil] */
    GilThreadState *owner;      /* [const] during one import, as the name */
    GilObject *module;          /* [gil] borrowed; the module while its code runs, its hook included, else NULL */
    uint32_t ends;              /* [atomic] imports that this block has seen end; waiters sleep on it */
    char name[GIL_MODULE_NAME_MAX + 1]; /* [const] */
};

static struct gil_stable entries = GIL_STABLE_INIT(sizeof(struct gil_importing), "the pool of imports");

/* One thread that waits. Lives on that thread's stack. */
struct gil_import_wait {
    struct gil_import_wait *next;
    GilThreadState *thread;
    struct gil_importing *entry;
};

/* The table of built-in modules. Entries are only added, before the runtime starts, and never removed. */
struct builtin {
    struct builtin *next; /* [const] */
    GilSlot *(*hook)(void); /* [const] */
    char name[GIL_MODULE_NAME_MAX + 1]; /* [const] */
};
static struct builtin *builtins; /* [atomic] newest first; entries are published by the exchange in AppendInittab */

int
GilImport_AppendInittab(const char *name, GilSlot *(*initfunc)(void))
{
    if (name == NULL || initfunc == NULL || !gil_module_name_valid(name) || GilInterpreterState_Main() != NULL)
        return -1;
    struct builtin *entry = gil_raw_calloc(1, sizeof(*entry));
    if (entry == NULL)
        return -1;
    entry->hook = initfunc;
    memcpy(entry->name, name, strlen(name));
    entry->next = gil_load_acquire(&builtins);
    /* Release: who finds the entry (find_builtin) sees it filled. */
    while (!gil_cas_acq_rel(&builtins, &entry->next, entry))
        ;
    return 0;
}

static const struct builtin *
find_builtin(const char *name)
{
    const struct builtin *entry = gil_load_acquire(&builtins);
    while (entry != NULL && strcmp(entry->name, name) != 0)
        entry = entry->next;
    return entry;
}

/* Imports under way. */

static struct gil_importing *
find_importing(const struct gil_module_pocket *pocket, const char *name)
{
    struct gil_importing *entry = pocket->importing;
    while (entry != NULL && strcmp(entry->name, name) != 0)
        entry = entry->next;
    return entry;
}

/* The entry that thread waits for, or NULL: it runs. */
static struct gil_importing *
waits_for(const struct gil_module_pocket *pocket, const GilThreadState *thread)
{
    struct gil_import_wait *wait = pocket->waits;
    while (wait != NULL && wait->thread != thread)
        wait = wait->next;
    return wait != NULL ? wait->entry : NULL;
}

/* Whether the end of entry depends on ts. */
static int
is_circle(const struct gil_module_pocket *pocket, const GilThreadState *ts, const struct gil_importing *entry)
{
    while (entry != NULL && entry->owner != ts)
        entry = waits_for(pocket, entry->owner);
    return entry != NULL;
}

/* ImportError "circular import: a -> b -> a": from entry through what its owner began after it, to what that one waits
 * for, and so on, back to where ts wanted entry. */
static void
raise_circle(const struct gil_module_pocket *pocket, const GilThreadState *ts, const struct gil_importing *entry)
{
    char buffer[512];
    struct gil_text text;
    const char *wanted = entry->name;

    gil_text_init_fixed(&text, buffer, sizeof(buffer));
    for (; entry != NULL; entry = waits_for(pocket, entry->owner)) {
        for (const struct gil_importing *step = entry; step != NULL; step = step->next) {
            if (step->owner != entry->owner)
                continue;
            gil_text_append(&text, step->name, strlen(step->name));
            gil_text_append(&text, " -> ", 4);
        }
        if (entry->owner == ts)
            break;
    }
    gil_text_append(&text, wanted, strlen(wanted));
    gil_import_error(wanted, NULL, "circular import: %s", text.data);
}

/* Wait, detached, until the import is over. */
static void
wait_for(GilThreadState *ts, struct gil_module_pocket *pocket, struct gil_importing *entry)
{
    struct gil_import_wait wait = {pocket->waits, ts, entry};
    uint32_t ends = gil_load_relaxed(&entry->ends);

    pocket->waits = &wait;
    GilEval_SaveThread();
    /* The lock orders what the import did; the word only says that it is time to look. */
    while (gil_load_relaxed(&entry->ends) == ends)
        gil_machine_park(&entry->ends, ends, GIL_MACHINE_NEVER);
    GilEval_RestoreThread(ts);
}

static struct gil_importing *
begin(GilThreadState *ts, struct gil_module_pocket *pocket, const char *name)
{
    struct gil_importing *entry = gil_stable_get(&entries);
    if (entry == NULL)
        return gil_err_no_memory(ts);
    entry->next = NULL;
    entry->owner = ts;
    entry->module = NULL;
    memcpy(entry->name, name, strlen(name) + 1);
    struct gil_importing **at = &pocket->importing;
    while (*at != NULL)
        at = &(*at)->next;
    *at = entry;
    return entry;
}

/* Take the waits for entry out of the list; how many there were. */
static uint32_t
drop_waits(struct gil_module_pocket *pocket, const struct gil_importing *entry)
{
    struct gil_import_wait **at = &pocket->waits;
    uint32_t count = 0;

    while (*at != NULL) {
        if ((*at)->entry == entry) {
            *at = (*at)->next;
            count++;
        }
        else
            at = &(*at)->next;
    }
    return count;
}

static void
end(struct gil_module_pocket *pocket, struct gil_importing *entry)
{
    struct gil_importing **at = &pocket->importing;

    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    gil_fetch_add_relaxed(&entry->ends, 1u);
    /* They are all asleep or about to look at the word: nobody can join, the entry is out of the list. */
    for (uint32_t waiters = drop_waits(pocket, entry); waiters > 0; waiters--)
        gil_machine_unpark(&entry->ends);
    gil_stable_put(&entries, entry);
}

void
gil_import_mutexes(void (*each)(struct gil_mutex *mutex))
{
    each(&entries.mu);
}

void
gil_import_fork_child(GilInterpreterState *interp)
{
    struct gil_module_pocket *pocket = interp->pocket[GIL_POCKET_MODULE];
    struct gil_importing *next;

    pocket->waits = NULL;
    for (struct gil_importing *entry = pocket->importing; entry != NULL; entry = next) {
        next = entry->next;
        if (!gil_fork_is_mine(entry->owner))
            end(pocket, entry);
    }
}

/* Making the module. */

static int
add_to_registry(struct gil_module_pocket *pocket, GilObject *name, GilObject *module)
{
    if (GilDict_SetItem(pocket->modules, name, module) < 0)
        return -1;
    gil_module(module)->older = pocket->newest;
    pocket->newest = Gil_NewRef(module);
    return 0;
}

/* From the hook to a module that is whole. 0, or -1 with the error set. */
static int
fill_by_hook(GilThreadState *ts, GilObject *module, const char *text, const char *file, GilSlot *(*hook)(void))
{
    struct gil_module_slots read;
    GilObject *file_str = NULL;

    /* The extension's code: may run anything. */
    GilSlot *slots = hook();
    if (slots == NULL || gil_err_pending(ts)) {
        if (!gil_err_pending(ts))
            GilErr_Format(GilExc_SystemError, "the export hook of module %s failed without an error", text);
        return -1;
    }
    if (gil_module_slots_read(ts, slots, text, &read) < 0)
        return -1;
    if (read.token == NULL)
        read.token = slots; /* the array is the module's own */
    if (file != NULL) {
        file_str = GilUnicode_DecodeUTF8(file, (Gil_ssize_t)strlen(file), "replace");
        if (file_str == NULL)
            return -1;
    }
    int rc = gil_module_fill(ts, module, &read, file_str);
    Gil_XDECREF(file_str);
    return rc < 0 ? -1 : GilModule_Exec(module);
}

/* The same to one that is registered. The module is there before the hook is called, which may ask for it. */
static int
make_module(GilThreadState *ts, struct gil_module_pocket *pocket, GilObject *name, struct gil_importing *entry, const char *file,
            GilSlot *(*hook)(void))
{
    GilObject *module = GilModule_NewObject(name);
    if (module == NULL)
        return -1;
    entry->module = module;
    int rc = fill_by_hook(ts, module, entry->name, file, hook);
    entry->module = NULL;
    if (rc < 0 || add_to_registry(pocket, name, module) < 0) {
        gil_module_discard(ts, module);
        return -1;
    }
    Gil_DECREF(module);
    return 0;
}

static void
raise_load_error(GilThreadState *ts, const struct gil_module_pocket *pocket, GilObject *name, const char *text,
                 const struct gil_load *load, enum gil_load_result result)
{
    const char *ignored = pocket->path.ignored, *reason = load->reason;
    int some = ignored != NULL && *ignored != '\0';

    if (result == GIL_LOAD_NO_MEMORY)
        gil_err_no_memory(ts);
    else if (result == GIL_LOAD_FAILED)
        gil_import_error(text, load->file, "%s: %s", text, reason);
    else
        gil_module_not_found(name, "No module named '%s'%s%s%s%s%s", text,
                             some ? " (relative entries of GILRT_PATH are ignored: " : "", some ? ignored : "", some ? ")" : "",
                             reason != NULL ? "; " : "", reason != NULL ? reason : "");
}

static int
import_file(GilThreadState *ts, struct gil_module_pocket *pocket, GilObject *name, struct gil_importing *entry)
{
    struct gil_load load;
    struct gil_search_path path;
    char own_text[GIL_MODULE_NAME_MAX + 1];
    int strict = pocket->strict, rc = -1;

    /* Without a guard the interpreter may end while this thread loads: it looks at copies. If it does end, the thread
     * never comes back, and the copy of the path stays. */
    if (gil_search_path_copy(&path, &pocket->path) < 0) {
        gil_err_no_memory(ts);
        return -1;
    }
    memcpy(own_text, entry->name, sizeof(own_text));
    GilEval_SaveThread();
    enum gil_load_result result = gil_load_begin(&load, &path, strict, own_text);
    GilEval_RestoreThread(ts);
    gil_search_path_free(&path);

    if (result == GIL_LOAD_OK)
        rc = make_module(ts, pocket, name, entry, load.file, load.hook);
    else
        raise_load_error(ts, pocket, name, entry->name, &load, result);

    gil_load_end(&load);
    return rc;
}

/* Import a module that nobody else imports. 0, or -1 with the error set. */
static int
import_now(GilThreadState *ts, struct gil_module_pocket *pocket, GilObject *name, const char *text)
{
    struct gil_importing *entry = begin(ts, pocket, text);
    if (entry == NULL)
        return -1;
    const struct builtin *builtin = find_builtin(text);
    ts->within++;
    int rc = builtin != NULL ? make_module(ts, pocket, name, entry, NULL, builtin->hook)
                             : import_file(ts, pocket, name, entry);
    ts->within--;
    end(pocket, entry);
    return rc;
}

static GilObject *
raise_bad_name(GilObject *name, const char *text)
{
    if (*text == '\0')
        return GilErr_Format(GilExc_ValueError, "empty module name");
    gil_module_not_found(name, "No module named %R: a name is made of ASCII letters, digits and underscores, at most %d", name,
                         GIL_MODULE_NAME_MAX);
    return NULL;
}

/* The pocket, or NULL with ImportError: the interpreter is ending. */
static struct gil_module_pocket *
open_pocket(const GilThreadState *ts)
{
    struct gil_module_pocket *pocket = gil_module_pocket(ts);
    if (pocket == NULL || pocket->closing) {
        gil_import_error(NULL, NULL, "the interpreter is ending");
        return NULL;
    }
    return pocket;
}

/* The import that ts began last and has not ended, or NULL. */
static struct gil_importing *
innermost(const struct gil_module_pocket *pocket, const GilThreadState *ts)
{
    struct gil_importing *found = NULL;

    for (struct gil_importing *entry = pocket->importing; entry != NULL; entry = entry->next)
        if (entry->owner == ts)
            found = entry;
    return found;
}

/* Wait until the import of entry is over: 0; or -1 with ImportError where that would be for ever. */
static int
await_end(GilThreadState *ts, struct gil_module_pocket *pocket, struct gil_importing *entry)
{
    if (is_circle(pocket, ts, entry)) {
        raise_circle(pocket, ts, entry);
        return -1;
    }
    wait_for(ts, pocket, entry);
    return 0;
}

static GilObject *
import_str(GilThreadState *ts, GilObject *name)
{
    GilObject *module;
    Gil_ssize_t len;

    const char *text = GilUnicode_AsUTF8AndSize(name, &len);
    if (text == NULL)
        return NULL;
    if (strlen(text) != (size_t)len || !gil_module_name_valid(text))
        return raise_bad_name(name, text);
    for (;;) {
        struct gil_module_pocket *pocket = open_pocket(ts);
        if (pocket == NULL)
            return NULL;
        int found = GilDict_GetItemRef(pocket->modules, name, &module);
        if (found != 0)
            return found > 0 ? module : NULL;
        struct gil_importing *entry = find_importing(pocket, text);
        if ((entry == NULL ? import_now(ts, pocket, name, text) : await_end(ts, pocket, entry)) < 0)
            return NULL;
    }
}

GilObject *
GilImport_Import(GilObject *name)
{
    GilThreadState *ts = gil_err_begin(__func__, name != NULL);
    if (name == NULL)
        return gil_err_null(__func__);
    if (!gil_is_str(name))
        return gil_err_type(__func__, "str", name);
    return import_str(ts, name);
}

GilObject *
GilImport_ImportModule(const char *name)
{
    GilThreadState *ts = gil_err_begin(__func__, name != NULL);
    if (name == NULL)
        return gil_err_null(__func__);
    GilObject *str = GilUnicode_FromString(name);
    if (str == NULL)
        return NULL;
    GilObject *module = import_str(ts, str);
    Gil_DECREF(str);
    return module;
}

GilObject *
GilImport_ImportModuleAttr(GilObject *mod_name, GilObject *attr_name)
{
    gil_err_begin(__func__, mod_name != NULL && attr_name != NULL);
    if (mod_name == NULL || attr_name == NULL)
        return gil_err_null(__func__);
    GilObject *module = GilImport_Import(mod_name);
    GilObject *value = module != NULL ? GilObject_GetAttr(module, attr_name) : NULL;
    Gil_XDECREF(module);
    return value;
}

GilObject *
GilImport_ImportModuleAttrString(const char *mod_name, const char *attr_name)
{
    gil_err_begin(__func__, mod_name != NULL && attr_name != NULL);
    if (mod_name == NULL || attr_name == NULL)
        return gil_err_null(__func__);
    GilObject *module = GilImport_ImportModule(mod_name);
    GilObject *value = module != NULL ? GilObject_GetAttrString(module, attr_name) : NULL;
    Gil_XDECREF(module);
    return value;
}

GilObject *
GilImport_GetModule(GilObject *name)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_module_pocket *pocket = gil_module_pocket(ts);
    GilObject *module = NULL;

    if (name == NULL)
        return gil_err_null(__func__);
    if (!gil_is_str(name))
        return gil_err_type(__func__, "str", name);
    if (pocket != NULL)
        GilDict_GetItemRef(pocket->modules, name, &module);
    return module;
}

/* The module of that name: registered, or under way and asked for by its own code, or new. New reference, or NULL with the error
 * set. */
static GilObject *
added(GilThreadState *ts, GilObject *name, const char *text)
{
    GilObject *module;

    for (;;) {
        struct gil_module_pocket *pocket = open_pocket(ts);
        if (pocket == NULL)
            return NULL;
        int found = GilDict_GetItemRef(pocket->modules, name, &module);
        if (found != 0)
            return found > 0 ? module : NULL;
        struct gil_importing *entry = find_importing(pocket, text);
        if (entry == NULL) {
            module = GilModule_NewObject(name);
            if (module != NULL && add_to_registry(pocket, name, module) < 0)
                Gil_CLEAR(module);
            return module;
        }
        if (entry->module != NULL && entry == innermost(pocket, ts))
            return Gil_NewRef(entry->module);
        if (await_end(ts, pocket, entry) < 0)
            return NULL;
    }
}

GilObject *
GilImport_AddModuleRef(const char *name)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (name == NULL)
        return gil_err_null(__func__);
    GilObject *str = GilUnicode_FromString(name);
    GilObject *module = str != NULL ? added(ts, str, name) : NULL;
    Gil_XDECREF(str);
    return module;
}

/* The module that the text before the first dot names, or with holder the attribute of it that the text before the
 * next dot names. *name moves behind that. Takes over holder; new reference, or NULL with the error set. */
static GilObject *
step_into(GilThreadState *ts, GilObject *holder, const char **name)
{
    size_t len = strcspn(*name, ".");
    GilObject *found = NULL, *part = GilUnicode_FromStringAndSize(*name, (Gil_ssize_t)len);

    if (part != NULL)
        found = holder == NULL ? import_str(ts, part) : GilObject_GetAttr(holder, part);
    Gil_XDECREF(part);
    Gil_XDECREF(holder);
    *name += (*name)[len] == '.' ? len + 1 : len;
    return found;
}

void *
GilCapsule_Import(const char *name, int no_block)
{
    GilThreadState *ts = gil_err_begin(__func__, name != NULL);
    const char *rest = name;
    void *pointer = NULL;

    (void)no_block;
    if (name == NULL)
        return gil_err_null(__func__);
    GilObject *found = step_into(ts, NULL, &rest);
    while (found != NULL && *rest != '\0')
        found = step_into(ts, found, &rest);
    if (found == NULL)
        return NULL;
    if (GilCapsule_IsValid(found, name))
        pointer = GilCapsule_GetPointer(found, name);
    else
        GilErr_Format(GilExc_AttributeError, "%s \"%.200s\" is not valid", __func__, name);
    Gil_DECREF(found);
    return pointer;
}

void
gil_import_set_path(GilThreadState *ts, struct gil_search_path *path, int strict)
{
    struct gil_module_pocket *pocket = gil_module_pocket(ts);

    gil_search_path_free(&pocket->path);
    pocket->path = *path;
    pocket->strict = strict;
    *path = (struct gil_search_path){0};
}

void
gil_import_clear(GilThreadState *ts)
{
    struct gil_module_pocket *pocket = gil_module_pocket(ts);

    pocket->closing = 1;
    /* Their threads are shut out for ever. */
    while (pocket->importing != NULL)
        end(pocket, pocket->importing);
    /* May run anything, but the chain does not change any more. */
    for (GilObject *module = pocket->newest; module != NULL; module = gil_module(module)->older)
        gil_module_clear(module);
    GilDict_Clear(pocket->modules);
    while (pocket->newest != NULL) {
        GilObject *module = pocket->newest;
        pocket->newest = gil_module(module)->older;
        gil_module(module)->older = NULL;
        Gil_DECREF(module);
    }
}
