/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Importing: by name, once an interpreter, from the table of built-in modules or a shared object on the search path.
 *
 * A name is a letter or underscore followed by letters, digits and underscores, all ASCII, at most 200; there are no packages.
 * Module `vector` is the function GilModExport_vector in the first `vector.so` on the search path, which see in
 * GilConfig. A file that was found and cannot be loaded is an error; the search does not go on. A directory that cannot be
 * searched is passed over (with GilConfig.strict_paths it is an error), and told of where no other has the file.
 *
 * A module enters the interpreter's registry when it is complete. If a step fails, nothing is left of the attempt
 * but the shared object, and importing again tries again. Threads that import what another one is importing wait for
 * it, without the lock. A circle of imports raises ImportError, which names it, be it within a thread or across
 * threads. The lock is dropped while a shared object is loaded: its constructors run then, without an interpreter,
 * and no check can come before them. Shared objects are loaded with their symbols local, and stay until the process
 * ends: a file that is replaced meanwhile is not read again, by no interpreter.
 */
#ifndef GILRT_IMPORT_H
#define GILRT_IMPORT_H

#include <gilrt/slot.h>

GIL_BEGIN_DECLS

/**
 * The module of that name, imported if it is not there yet.
 * @return the module, or NULL: ModuleNotFoundError when nothing of that name is found, which is so of all text
 *         that is no name ("a.b", "../a"); UnicodeDecodeError for what is no text, UnicodeEncodeError for a str with
 *         surrogates, ValueError for an empty one; ImportError for a file that cannot be loaded, has no export hook or
 *         does not fit, and for circles (it has its attributes name and path, and ModuleNotFoundError its name);
 *         SystemError for malformed slots; or what the module itself raised
 * @newref
 * @lock_held
 * @blocks
 * @reenters  the module's own code
 */
GIL_API GilObject *GilImport_ImportModule(const char *name);
/** As GilImport_ImportModule(); TypeError when @p name is no str.
 *  @newref
 *  @lock_held
 *  @blocks
 *  @reenters  the module's own code */
GIL_API GilObject *GilImport_Import(GilObject *name);
/** An attribute of a module that is imported for it (CPython 3.14); also AttributeError, TypeError for what is no str.
 *  @newref
 *  @lock_held
 *  @blocks
 *  @reenters  the module's own code, its attributes */
GIL_API GilObject *GilImport_ImportModuleAttr(GilObject *mod_name, GilObject *attr_name);
/** The same with names in UTF-8.
 *  @newref
 *  @lock_held
 *  @blocks
 *  @reenters  the module's own code, its attributes */
GIL_API GilObject *GilImport_ImportModuleAttrString(const char *mod_name, const char *attr_name);
/** The registered module of that name; NULL without an error when there is none.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilImport_GetModule(GilObject *name);
/** The registered module of that name, or a new empty one, registered by this call (CPython 3.13). While one of that name is
 *  imported, its own code, from its export hook on, is given that one, before it is registered; others wait for it, and
 *  ImportError tells of a circle.
 *  Any text is a name here.
 *  @newref
 *  @lock_held
 *  @blocks */
GIL_API GilObject *GilImport_AddModuleRef(const char *name);
/**
 * Enter a module that is linked into the program into the table of built-in modules, which is looked at before the
 * search path. To be called before the runtime is started; the entry stays for the life of the process.
 * @param name      copied
 * @param initfunc  the module's export hook
 * @return 0; -1 when the runtime is started, an argument is NULL or no name (one of 201 letters neither), or memory lacks
 * @lock_any @before_init @after_finalize
 */
GIL_API int GilImport_AppendInittab(const char *name, GilSlot *(*initfunc)(void));

GIL_END_DECLS

#endif
