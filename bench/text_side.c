/* SPDX-License-Identifier: MIT */
/* Text scenarios of one side: UTF-8 both ways, in scripts of each width, and the methods that take text apart. */
#include "text_side.h"
#include "side.h"

#include <stdlib.h>
#include <string.h>

typedef N(Object) Object;

/* What a paragraph repeats, and the short text. Letters of two, three and four bytes, with what stands between words. */
#define FRENCH "L'été dernier, nous étions à la campagne; les élèves y ont passé près d'un mois, voilà tout. "
#define FRENCH_SHORT "déjà vu à Paris"
#define RUSSIAN "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. "
#define RUSSIAN_SHORT "Иван Сергеевич"
#define CHINESE "學而時習之，不亦說乎？有朋自遠方來，不亦樂乎？人不知而不慍，不亦君子乎？"
#define CHINESE_SHORT "不亦說乎"
#define EMOJI "Happy \U0001F600 birthday \U0001F382 to you, see you at 8 \U0001F44D "
#define EMOJI_SHORT "ok \U0001F44D"
#define ENGLISH "It was the best of times, it was the worst of times, it was the age of wisdom, "
#define REPEATS 40

struct text {
    char *utf8;
    size_t size;
    Object *str;
};

static struct text
make_text(const char *part, int repeats)
{
    size_t size = strlen(part);
    struct text text = {malloc(size * (size_t)repeats + 1), size * (size_t)repeats, NULL};

    if (text.utf8 == NULL)
        bench_die("no memory for a text");
    for (int i = 0; i < repeats; i++)
        memcpy(text.utf8 + (size_t)i * size, part, size + 1);
    text.str = N(Unicode_DecodeUTF8)(text.utf8, text.size, NULL);
    if (text.str == NULL)
        bench_die("a text is not UTF-8");
    return text;
}

static void
drop_text(struct text *text)
{
    U(DECREF)(text->str);
    free(text->utf8);
}

/* Runs body n times on such a text and yields ns a turn. */
#define SCENARIO(name, part, repeats, body)                   \
    void SIDE(name)(long n, double *values)                   \
    {                                                         \
        struct text text = make_text(part, repeats);          \
        double start = bench_cpu_ns();                        \
        for (long i = 0; i < n; i++) {                        \
            Object *op = (body);                              \
            if (op == NULL)                                   \
                bench_die("a text cannot be worked on");      \
            BENCH_KEEP(op);                                   \
            U(DECREF)(op);                                    \
        }                                                     \
        values[0] = (bench_cpu_ns() - start) / (double)n;     \
        drop_text(&text);                                     \
    }

#define BOTH_WAYS(name, part, short)                                                                       \
    SCENARIO(decode_##name, part, REPEATS, N(Unicode_DecodeUTF8)(text.utf8, text.size, NULL))               \
    SCENARIO(decode_short_##name, short, 1, N(Unicode_DecodeUTF8)(text.utf8, text.size, NULL))              \
    SCENARIO(encode_##name, part, REPEATS, N(Unicode_AsUTF8String)(text.str))                               \
    SCENARIO(encode_short_##name, short, 1, N(Unicode_AsUTF8String)(text.str))

BOTH_WAYS(french, FRENCH, FRENCH_SHORT)
BOTH_WAYS(russian, RUSSIAN, RUSSIAN_SHORT)
BOTH_WAYS(chinese, CHINESE, CHINESE_SHORT)
BOTH_WAYS(emoji, EMOJI, EMOJI_SHORT)

static Object *comma, *template, *arguments;

SCENARIO(split_words, ENGLISH, REPEATS, N(Unicode_Split)(text.str, NULL, -1))
SCENARIO(split_comma, ENGLISH, REPEATS, N(Unicode_Split)(text.str, comma, -1))
SCENARIO(split_russian, RUSSIAN, REPEATS, N(Unicode_Split)(text.str, NULL, -1))
SCENARIO(percent, ENGLISH, 1, N(Unicode_Format)(template, arguments))

void
SIDE(join)(long n, double *values)
{
    struct text text = make_text(ENGLISH, REPEATS);
    Object *words = N(Unicode_Split)(text.str, NULL, -1);

    if (words == NULL)
        bench_die("a text cannot be split");
    double start = bench_cpu_ns();
    for (long i = 0; i < n; i++) {
        Object *op = N(Unicode_Join)(comma, words);
        if (op == NULL)
            bench_die("words cannot be joined");
        BENCH_KEEP(op);
        U(DECREF)(op);
    }
    values[0] = (bench_cpu_ns() - start) / (double)n;
    U(DECREF)(words);
    drop_text(&text);
}

int
SIDE(text_start)(void)
{
#ifdef SIDE_CPYTHON
    Py_InitializeEx(0);
#else
    GilConfig config;
    GilConfig_Init(&config);
    if (GilStatus_Exception(Gil_InitializeFromConfig(&config)))
        return -1;
#endif
    comma = N(Unicode_FromString)(", ");
    template = N(Unicode_FromString)("%s has %d items in '%-10s': %r");
    arguments = U(BuildValue)("(sisi)", "the list", 42, "name", 7);
    return comma == NULL || template == NULL || arguments == NULL ? -1 : 0;
}

int
SIDE(text_stop)(void)
{
    U(DECREF)(arguments);
    U(DECREF)(template);
    U(DECREF)(comma);
    return U(FinalizeEx)();
}
