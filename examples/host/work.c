/* SPDX-License-Identifier: MIT */
/* Imports the functions and pairs them with the arguments; turns exceptions and results into text. */
#include "work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "N bytes" for bytes, str() for others. From malloc, or NULL without memory. */
static char *
result_text(GilObject *result)
{
    char size[40];
    GilObject *text;
    const char *utf8;
    char *copy;

    if (GilBytes_Check(result)) {
        snprintf(size, sizeof size, "%zd bytes", GilBytes_Size(result));
        return strdup(size);
    }
    text = GilObject_Str(result);
    utf8 = text != NULL ? GilUnicode_AsUTF8AndSize(text, NULL) : NULL;
    if (utf8 == NULL)
        GilErr_Clear();
    copy = strdup(utf8 != NULL ? utf8 : "(a result without text)");
    Gil_XDECREF(text);
    return copy;
}

void
work_show_results(struct work *work)
{
    for (size_t i = 0; i < work->call_count; i++) {
        struct call *call = &work->calls[i];
        GilObject *result = NULL;
        if (call->error != NULL)
            continue;
        if (GilDict_GetItemRef(work->results, call->key, &result) < 0)
            work_note_exception(call);
        else if (result != NULL)
            call->shown = result_text(result);
        Gil_XDECREF(result);
        if (call->shown == NULL)
            work_note(call, "the result cannot be shown");
    }
}

struct call **
work_good_calls(const struct work *work, size_t *count)
{
    /* One more than needed, so that no call is no failure. */
    struct call **calls = malloc((work->call_count + 1) * sizeof(struct call *));

    *count = 0;
    for (size_t i = 0; calls != NULL && i < work->call_count; i++)
        if (work->calls[i].error == NULL)
            calls[(*count)++] = &work->calls[i];
    return calls;
}

char *
work_exception_text(void)
{
    GilObject *exception = GilErr_GetRaisedException();
    GilObject *name = exception != NULL ? GilType_GetName(Gil_TYPE(exception)) : NULL;
    GilObject *text = name != NULL ? GilUnicode_FromFormat("%U: %S", name, exception) : NULL;
    const char *utf8 = text != NULL ? GilUnicode_AsUTF8AndSize(text, NULL) : NULL;
    char *copy;

    if (utf8 == NULL)
        GilErr_Clear();
    copy = strdup(utf8 != NULL ? utf8 : "an exception without text");
    Gil_XDECREF(text);
    Gil_XDECREF(name);
    Gil_XDECREF(exception);
    return copy;
}

void
work_note(struct call *call, const char *reason)
{
    if (call->error == NULL)
        call->error = strdup(reason);
}

void
work_note_exception(struct call *call)
{
    char *text = work_exception_text();

    if (call->error == NULL)
        call->error = text;
    else
        free(text);
}

static int
complain(const char *name)
{
    char *text = work_exception_text();

    fprintf(stderr, "gilhost: %s: %s\n", name, text != NULL ? text : "out of memory");
    free(text);
    return -1;
}

/* The raw work beside a function; most functions of the world have none, which is no error. 0, or -1 with an
 * exception set. */
static int
find_raw(struct function *function, GilObject *module, const char *attribute)
{
    char name[256], full[256];
    int length = snprintf(name, sizeof name, "%s_raw", attribute);
    int full_length = snprintf(full, sizeof full, "%s_raw", function->name);

    if (length >= (int)sizeof name || full_length >= (int)sizeof full)
        return 0;
    if (GilObject_GetOptionalAttrString(module, name, &function->capsule) < 0)
        return -1;
    if (function->capsule == NULL)
        return 0;
    function->raw = GilCapsule_GetPointer(function->capsule, full);
    return function->raw != NULL ? 0 : -1;
}

/* MODULE.FUNCTION, whose name `function` takes over. */
static int
open_function(struct function *function, char *name)
{
    char *dot = strrchr(name, '.');
    GilObject *module;

    function->name = name;
    if (dot == NULL || dot == name || dot[1] == '\0') {
        fprintf(stderr, "gilhost: '%s' is not MODULE.FUNCTION\n", name);
        return -1;
    }
    *dot = '\0';
    module = GilImport_ImportModule(name);
    if (module == NULL)
        return complain(name);
    *dot = '.';
    function->callable = GilObject_GetAttrString(module, dot + 1);
    if (function->callable == NULL || find_raw(function, module, dot + 1) < 0) {
        Gil_DECREF(module);
        return complain(name);
    }
    Gil_DECREF(module);
    return 0;
}

static size_t
count_names(const char *list)
{
    size_t count = 1;

    for (; *list != '\0'; list++)
        count += *list == ',';
    return count;
}

/* All of them, from a list with commas between the names. */
static int
open_functions(struct work *work, const char *list)
{
    work->functions = calloc(count_names(list), sizeof *work->functions);
    while (work->functions != NULL) {
        size_t length = strcspn(list, ",");
        char *name = strndup(list, length);
        if (name == NULL)
            break;
        if (open_function(&work->functions[work->function_count++], name) < 0)
            return -1;
        if (list[length] == '\0')
            return 0;
        list += length + 1;
    }
    fputs("gilhost: out of memory\n", stderr);
    return -1;
}

/* One call; an argument that makes no object is noted as the call's failure and stops no other call. */
static void
open_call(struct call *call, const struct function *function, const char *text)
{
    call->function = function;
    call->text = text;
    if (function->raw != NULL && function->raw->takes_number)
        call->argument = GilLong_FromString(text, NULL, 10);
    else
        call->argument = GilUnicode_FromString(text);
    if (call->argument != NULL)
        call->key = GilUnicode_FromFormat("%s %s", function->name, text);
    if (call->key == NULL)
        work_note_exception(call);
}

int
work_open(struct work *work, const struct options *options)
{
    *work = (struct work){0};
    if (open_functions(work, options->functions) < 0)
        return -1;
    work->results = GilDict_New();
    if (work->results == NULL)
        return complain("results");
    work->calls = calloc(work->function_count * (size_t)options->argument_count, sizeof *work->calls);
    if (work->calls == NULL) {
        fputs("gilhost: out of memory\n", stderr);
        return -1;
    }
    for (size_t f = 0; f < work->function_count; f++)
        for (int a = 0; a < options->argument_count; a++)
            open_call(&work->calls[work->call_count++], &work->functions[f], options->arguments[a]);
    return 0;
}

void
work_close(struct work *work)
{
    for (size_t i = 0; i < work->call_count; i++) {
        Gil_XDECREF(work->calls[i].argument);
        Gil_XDECREF(work->calls[i].key);
        free(work->calls[i].shown);
        free(work->calls[i].error);
    }
    for (size_t i = 0; i < work->function_count; i++) {
        Gil_XDECREF(work->functions[i].callable);
        Gil_XDECREF(work->functions[i].capsule);
        free(work->functions[i].name);
    }
    Gil_XDECREF(work->results);
    free(work->calls);
    free(work->functions);
    *work = (struct work){0};
}
