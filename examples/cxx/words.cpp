// SPDX-License-Identifier: MIT
/*
 * words: an extension in C++17. words.count(text, hold=False) returns a dict that says how often each word occurs
 * in a str.
 *
 * It shows where C++ meets a C interface: objects are held by a class that gives them back, so no path leaks; what
 * runs with the lock dropped uses C++ containers and strings of its own, and never an object; an exception that flies
 * there takes the lock again on its way (GIL_ALLOW_THREADS), and none gets out of a function that C calls (gil::no_throw).
 */
#include <gilrt.hpp>

#include <cctype>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

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

gil::ref
to_dict(const Counts &counts)
{
    gil::ref dict = gil::check(GilDict_New());

    for (const auto &[word, number] : counts) {
        gil::ref key = gil::check(GilUnicode_FromStringAndSize(word.data(), static_cast<Gil_ssize_t>(word.size())));
        gil::ref value = gil::check(GilLong_FromLong(number));
        gil::check(GilDict_SetItem(dict.get(), key.get(), value.get()));
    }
    return dict;
}

GilObject *
words_count(GilObject *, GilObject *args, GilObject *kwargs)
{
    static const char *const keywords[] = {"text", "hold", nullptr};
    GilObject *text;    // borrowed from args; a str never changes, so its bytes may be read without the lock
    int hold = 0;
    Gil_ssize_t size;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, "U|p:count", keywords, &text, &hold))
        return nullptr;
    const char *utf8 = GilUnicode_AsUTF8AndSize(text, &size);
    if (utf8 == nullptr)
        return nullptr;

    return gil::no_throw([&] {
        std::string_view words(utf8, static_cast<std::size_t>(size));
        Counts counts;
        if (hold)
            counts = count_words(words);
        else {
            GIL_ALLOW_THREADS(outside);
            counts = count_words(words);
        }
        return to_dict(counts);
    });
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
