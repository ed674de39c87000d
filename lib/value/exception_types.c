/* SPDX-License-Identifier: MIT */
/*
 * The built-in exception classes, in one table.
 *
 * A row is a class: its name, its base, what makes it special, its documentation. Bases stand before what derives from
 * them. From the table come the static types, the GilExc_ variables that name them, and the order in which they are
 * readied.
 */
#include "gilrt/gc.h"
#include "object/type.h"
#include "value/exception.h"

/* What a class without anything special has. */
static const struct gil_exception_class plain;

/* CLASS(name, base, layout, special, doc); layout: narrow or wide. */
#define CLASSES(CLASS)                                                                                                \
    CLASS(Exception, BaseException, narrow, plain, "Base class for all exceptions that do not end the program.")       \
    CLASS(GeneratorExit, BaseException, narrow, plain, "Request that a generator exit.")                              \
    CLASS(KeyboardInterrupt, BaseException, narrow, plain, "Program interrupted by user.")                            \
    CLASS(SystemExit, BaseException, wide, gil_exception_exit, "Request to exit from the program.")                   \
    CLASS(ArithmeticError, Exception, narrow, plain, "Base class for arithmetic errors.")                             \
    CLASS(FloatingPointError, ArithmeticError, narrow, plain, "Floating point operation failed.")                     \
    CLASS(OverflowError, ArithmeticError, narrow, plain, "Result too large to be represented.")                       \
    CLASS(ZeroDivisionError, ArithmeticError, narrow, plain, "Second argument to a division or modulo was zero.")     \
    CLASS(AssertionError, Exception, narrow, plain, "Assertion failed.")                                              \
    CLASS(AttributeError, Exception, wide, gil_exception_attribute, "Attribute not found.")                           \
    CLASS(BufferError, Exception, narrow, plain, "Buffer error.")                                                     \
    CLASS(EOFError, Exception, narrow, plain, "Read beyond end of file.")                                             \
    CLASS(ImportError, Exception, wide, gil_exception_import, "Module, or name from a module, cannot be found.")      \
    CLASS(ModuleNotFoundError, ImportError, wide, plain, "Module not found.")                                         \
    CLASS(LookupError, Exception, narrow, plain, "Base class for lookup errors.")                                     \
    CLASS(IndexError, LookupError, narrow, plain, "Sequence index out of range.")                                     \
    CLASS(KeyError, LookupError, narrow, gil_exception_key, "Mapping key not found.")                                 \
    CLASS(MemoryError, Exception, narrow, plain, "Out of memory.")                                                    \
    CLASS(NameError, Exception, wide, gil_exception_name, "Name not found.")                                          \
    CLASS(UnboundLocalError, NameError, wide, plain, "Local name referenced before it is bound.")                     \
    CLASS(OSError, Exception, wide, gil_exception_os, "Base class for errors of the operating system.")               \
    CLASS(BlockingIOError, OSError, wide, plain, "The call would block.")                                             \
    CLASS(ChildProcessError, OSError, wide, plain, "Child process error.")                                            \
    CLASS(ConnectionError, OSError, wide, plain, "Base class for errors of connections.")                             \
    CLASS(BrokenPipeError, ConnectionError, wide, plain, "Broken pipe.")                                              \
    CLASS(ConnectionAbortedError, ConnectionError, wide, plain, "Connection aborted.")                                \
    CLASS(ConnectionRefusedError, ConnectionError, wide, plain, "Connection refused.")                                \
    CLASS(ConnectionResetError, ConnectionError, wide, plain, "Connection reset.")                                    \
    CLASS(FileExistsError, OSError, wide, plain, "File already exists.")                                              \
    CLASS(FileNotFoundError, OSError, wide, plain, "File not found.")                                                 \
    CLASS(InterruptedError, OSError, wide, plain, "Interrupted by signal.")                                           \
    CLASS(IsADirectoryError, OSError, wide, plain, "Operation does not work on directories.")                         \
    CLASS(NotADirectoryError, OSError, wide, plain, "Operation only works on directories.")                           \
    CLASS(PermissionError, OSError, wide, plain, "Not enough permissions.")                                           \
    CLASS(ProcessLookupError, OSError, wide, plain, "Process not found.")                                             \
    CLASS(TimeoutError, OSError, wide, plain, "Timeout expired.")                                                     \
    CLASS(ReferenceError, Exception, narrow, plain, "Weak reference used after its object is gone.")                  \
    CLASS(RuntimeError, Exception, narrow, plain, "Unspecified run-time error.")                                      \
    CLASS(NotImplementedError, RuntimeError, narrow, plain, "Method or function has not been implemented yet.")       \
    CLASS(RecursionError, RuntimeError, narrow, plain, "Recursion limit exceeded.")                                   \
    CLASS(StopAsyncIteration, Exception, narrow, plain, "The asynchronous iterator has no more items.")               \
    CLASS(StopIteration, Exception, wide, gil_exception_stop, "The iterator has no more items.")                      \
    CLASS(SystemError, Exception, narrow, plain, "Internal error of the runtime, or misuse of its interface.")        \
    CLASS(TypeError, Exception, narrow, plain, "Inappropriate type of an argument.")                                  \
    CLASS(ValueError, Exception, narrow, plain, "Inappropriate value of an argument of the right type.")              \
    CLASS(UnicodeError, ValueError, narrow, plain, "Unicode related error.")                                          \
    CLASS(UnicodeDecodeError, UnicodeError, wide, gil_exception_decode, "Bytes that are no text in an encoding.")     \
    CLASS(UnicodeEncodeError, UnicodeError, wide, gil_exception_encode, "Text that an encoding cannot express.")      \
    CLASS(Warning, Exception, narrow, plain, "Base class for warning categories.")                                    \
    CLASS(BytesWarning, Warning, narrow, plain, "Warnings about bytes.")                                              \
    CLASS(DeprecationWarning, Warning, narrow, plain, "Warnings about deprecated features.")                          \
    CLASS(EncodingWarning, Warning, narrow, plain, "Warnings about encodings.")                                       \
    CLASS(FutureWarning, Warning, narrow, plain, "Warnings about what will change its meaning.")                      \
    CLASS(ImportWarning, Warning, narrow, plain, "Warnings about probable mistakes in imports.")                      \
    CLASS(PendingDeprecationWarning, Warning, narrow, plain, "Warnings about features to be deprecated.")             \
    CLASS(ResourceWarning, Warning, narrow, plain, "Warnings about the use of resources.")                            \
    CLASS(RuntimeWarning, Warning, narrow, plain, "Warnings about dubious runtime behaviour.")                        \
    CLASS(SyntaxWarning, Warning, narrow, plain, "Warnings about dubious syntax.")                                    \
    CLASS(UnicodeWarning, Warning, narrow, plain, "Warnings about Unicode.")                                          \
    CLASS(UserWarning, Warning, narrow, plain, "Warnings made by user code.")

#define NUMBER(name, base, layout, special, doc) number_##name,
enum { CLASSES(NUMBER) CLASS_COUNT };

static GilTypeObject types[CLASS_COUNT];

GilObject *GilExc_BaseException = (GilObject *)&gil_exception_base_type;
#define VARIABLE(name, base, layout, special, doc) GilObject *GilExc_##name = (GilObject *)&types[number_##name];
CLASSES(VARIABLE)

struct row {
    const char *name, *doc;
    GilObject **base;
    const struct gil_exception_class *special;
    int wide;
};
enum { layout_narrow = 0, layout_wide = 1 };
#define ROW(name, base, layout, special, doc) {#name, doc, &GilExc_##base, &special, layout_##layout},
static const struct row rows[CLASS_COUNT] = {CLASSES(ROW)};

static void
fill(GilTypeObject *type, const struct row *row)
{
    *type = (GilTypeObject){
        .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
        .tp_name = row->name,
        .tp_doc = row->doc,
        .tp_basicsize = row->wide ? sizeof(struct gil_exception_wide) : sizeof(struct gil_exception),
        .tp_base = (GilTypeObject *)(void *)*row->base,
        .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE |
                    Gil_TPFLAGS_BASE_EXC_SUBCLASS,
        .tp_traverse = row->wide ? gil_exception_wide_traverse : gil_exception_traverse,
        .tp_clear = row->wide ? gil_exception_wide_clear : gil_exception_clear,
        .tp_dealloc = row->wide ? gil_exception_wide_dealloc : gil_exception_dealloc,
        .tp_new = row->special->tp_new,
        .tp_init = row->special->tp_init,
        .tp_str = row->special->tp_str,
        .tp_members = row->special->members,
        .tp_getset = row->special->getset,
    };
}

int
gil_exception_start(void)
{
    if (gil_type_ready(&gil_exception_base_type) < 0)
        return -1;
    for (int i = 0; i < CLASS_COUNT; i++) {
        if (types[i].tp_flags & Gil_TPFLAGS_READY)
            continue; /* by an earlier start, which then ran out of memory: it has its tables */
        fill(&types[i], &rows[i]);
        if (gil_type_ready(&types[i]) < 0)
            return -1;
    }
    return 0;
}
