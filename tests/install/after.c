/* SPDX-License-Identifier: MIT */
/* A host for what the command of the guide made of before.c: it calls all of that and says what comes out. */
#include "ported.c"

#include <stdio.h>

static int
say(const char *what, GilObject *value)
{
    GilObject *text = value != NULL ? GilObject_Repr(value) : NULL;

    if (text != NULL)
        printf("%s %s\n", what, GilUnicode_AsUTF8(text));
    else
        GilErr_Print();
    Gil_XDECREF(text);
    Gil_XDECREF(value);
    return text != NULL;
}

static int
functions(GilObject *module)
{
    return GilModule_AddFunctions(module, methods) == 0 &&
           say("first_half", GilObject_CallMethod(module, "first_half", "y", "abcd")) &&
           say("pair", GilObject_CallMethod(module, "pair", "i", 1));
}

static int
members(GilObject *type)
{
    GilObject *holder = new_holder((GilTypeObject *)type);
    int ok = holder != NULL && say("shown", GilObject_GetAttrString(holder, "shown")) &&
             say("fixed", GilObject_GetAttrString(holder, "fixed"));
    GilObject *strict = ok ? GilObject_GetAttrString(holder, "strict") : Gil_None;

    ok = strict == NULL && GilErr_ExceptionMatches(GilExc_AttributeError);
    GilErr_Clear();
    Gil_XDECREF(holder);
    return ok;
}

int
main(void)
{
    if (Gil_Initialize() < 0)
        return 1;
    GilObject *module = GilModule_New("before"), *type = GilType_FromSpec(&Holder_spec);
    int ok = module != NULL && type != NULL && functions(module) && members(type);

    Gil_XDECREF(type);
    Gil_XDECREF(module);
    return Gil_FinalizeEx() != 0 || !ok;
}
