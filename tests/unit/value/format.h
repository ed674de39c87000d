/* SPDX-License-Identifier: MIT */
/* What tests of formats share: a value, a format, and the text or the error that comes of them. */
#ifndef TESTS_FORMAT_H
#define TESTS_FORMAT_H

#include "support/expect.h"
#include "support/support.h"

#include "gilrt/args.h"
#include "gilrt/call.h"
#include "gilrt/float.h"
#include "gilrt/long.h"
#include "gilrt/tuple.h"

/* One case. text: what comes of it, or, with error set, what that says. */
struct format_case {
    const char *format, *text;
    GilObject **error;
};

/* result is what the case expects. */
static inline void
expect_case(GilObject *result, const struct format_case *c)
{
    if (c->error == NULL) {
        if (result == NULL)
            GilErr_Print();
        ck_assert_msg(result != NULL, "\"%s\" failed", c->format);
        ck_assert_msg(GilUnicode_EqualToUTF8(result, c->text), "\"%s\": \"%s\" instead of \"%s\"", c->format,
                      GilUnicode_AsUTF8(result), c->text);
        Gil_DECREF(result);
    }
    else {
        ck_assert_msg(result == NULL, "\"%s\" did not fail", c->format);
        gil_expect_error(*c->error, c->text);
    }
}

/* format(value, …) for each case. */
static inline void
expect_formats(GilObject *value, const struct format_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        GilObject *spec = GilUnicode_FromString(cases[i].format);
        expect_case(GilObject_Format(value, spec), &cases[i]);
        Gil_DECREF(spec);
    }
}
#define EXPECT_FORMATS(value, cases) expect_formats((value), (cases), Gil_ARRAY_LENGTH(cases))

#endif
