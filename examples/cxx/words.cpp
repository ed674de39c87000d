// SPDX-License-Identifier: MIT
/*
 * words: an extension in C++17. words.count(text, hold=False) returns a dict that says how often each word occurs
 * in a str.
 *
 * It shows where C++ meets a C interface: objects are held by a class that gives them back, so no path leaks; what
 * runs with the lock dropped uses C++ containers and strings of its own, and never an object; and no exception
 * crosses the border, neither out of a function that C calls, nor out of the block that the lock's macros open, for
 * it would skip their end.
 */
#include <gilrt.h>

#include <cctype>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

/* Owns one reference; gives it back at the end of its scope. The lock must be held there. */
struct Decref {
    void
    operator()(GilObject *object) const
    {
        Gil_DECREF(object);
    }
};
using Ref = std::unique_ptr<GilObject, Decref>;

/* Words point into the text they were counted in. */
using Counts = std::unordered_map<std::string_view, long>;

Counts
count_words(std::string_view text)
{
    Counts counts;
    std::size_t begin = 0;

    while (begin < text.size()) {
        std::size_t end = begin;
        while (end < text.size() && !std::isspace(static_cast<unsigned char>(text[end])))
            end++;
        if (end > begin)
            counts[text.substr(begin, end - begin)]++;
        begin = end + 1;
    }
    return counts;
}

/* The exception that flew while the lock was dropped, as one of this interpreter's. */
GilObject *
raise(const std::exception_ptr &error)
{
    try {
        std::rethrow_exception(error);
    }
    catch (const std::bad_alloc &) {
        return GilErr_NoMemory();
    }
    catch (const std::exception &e) {
        return GilErr_Format(GilExc_RuntimeError, "count(): %s", e.what());
    }
}

GilObject *
to_dict(const Counts &counts)
{
    Ref dict(GilDict_New());

    if (!dict)
        return nullptr;
    for (const auto &[word, number] : counts) {
        Ref key(GilUnicode_FromStringAndSize(word.data(), static_cast<Gil_ssize_t>(word.size())));
        Ref value(key ? GilLong_FromLong(number) : nullptr);
        if (!value || GilDict_SetItem(dict.get(), key.get(), value.get()) < 0)
            return nullptr;
    }
    return dict.release();
}

GilObject *
words_count(GilObject *, GilObject *args, GilObject *kwargs)
{
    static const char *const keywords[] = {"text", "hold", nullptr};
    GilObject *text;    // borrowed from args; a str never changes, so its bytes may be read without the lock
    int hold = 0;
    Gil_ssize_t size;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, "U|p:count", const_cast<char **>(keywords), &text, &hold))
        return nullptr;
    const char *utf8 = GilUnicode_AsUTF8AndSize(text, &size);
    if (utf8 == nullptr)
        return nullptr;

    Counts counts;
    std::exception_ptr error;
    auto work = [&]() noexcept {
        try {
            counts = count_words(std::string_view(utf8, static_cast<std::size_t>(size)));
        }
        catch (...) {
            error = std::current_exception();
        }
    };
    if (hold)
        work();
    else {
        Gil_BEGIN_ALLOW_THREADS
        work();
        Gil_END_ALLOW_THREADS
    }
    return error ? raise(error) : to_dict(counts);
}

GilMethodDef words_methods[] = {
    {"count", reinterpret_cast<GilCFunction>(reinterpret_cast<void (*)()>(words_count)),
     GIL_METH_VARARGS | GIL_METH_KEYWORDS,
     "count(text, hold=False) -> dict\n\nHow often each word occurs. Drops the lock unless hold."},
    {nullptr, nullptr, 0, nullptr}
};

GilABIInfo_VAR(words_abi);

GilSlot words_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &words_abi),
    GilSlot_DATA(Gil_mod_name, "words"),
    GilSlot_DATA(Gil_mod_doc, "words, counted outside the lock"),
    GilSlot_DATA(Gil_mod_methods, words_methods),
    GilSlot_DATA(Gil_mod_multiple_interpreters, Gil_MOD_PER_INTERPRETER_GIL_SUPPORTED),
    GilSlot_END
};

}

GilMODEXPORT_FUNC
GilModExport_words()
{
    return words_slots;
}
