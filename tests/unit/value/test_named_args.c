/* SPDX-License-Identifier: MIT */
/* What the methods and constructors of built-in types take by name: against CPython's results. */
#include "method_table.h"

#include "gilrt/dictproxy.h"
#include "gilrt/function.h"
#include "gilrt/iter.h"
#include "gilrt/list.h"
#include "gilrt/memoryview.h"

static const struct method_case str_cases[] = {
    {"a,b,c", "split", "=sep=s,", "['a', 'b', 'c']"},
    {"a,b,c", "split", "=maxsplit=i1|=sep=s,", "['a', 'b,c']"},
    {"a,b,c", "split", "s,|=maxsplit=i1", "['a', 'b,c']"},
    {"a b c", "split", "=maxsplit=i1", "['a', 'b c']"},
    {"a b", "split", "=sep=N|=maxsplit=i-1", "['a', 'b']"},
    {"a", "split", "s,|=sep=s,", "TypeError: argument for split() given by name ('sep') and position (1)"},
    {"a", "split", "=max=i1", "TypeError: 'max' is an invalid keyword argument for split()"},
    {"a", "split", "=sep=i1", "TypeError: must be str or None, not int"},
    {"a", "split", "=maxsplit=sx", "TypeError: 'str' object cannot be interpreted as an integer"},
    {"a", "split", "i1|sx", "TypeError: 'str' object cannot be interpreted as an integer"},
    {"a", "split", "s,|i1|i1", "TypeError: split() takes at most 2 arguments (3 given)"},
    {"a", "split", "s,|i1|=sep=s,", "TypeError: split() takes at most 2 arguments (3 given)"},
    {"a", "split", "=a=i1|=b=i1|=c=i1", "TypeError: split() takes at most 2 keyword arguments (3 given)"},
    {"a,b,c", "rsplit", "=maxsplit=i1|=sep=s,", "['a,b', 'c']"},
    {"a b c", "rsplit", "=maxsplit=i1", "['a b', 'c']"},
    {"a", "rsplit", "i1|i2|i3", "TypeError: rsplit() takes at most 2 arguments (3 given)"},
    {"a", "rsplit", "=x=i2", "TypeError: 'x' is an invalid keyword argument for rsplit()"},
    {"a\012b\012", "splitlines", "=keepends=i1", "['a\\n', 'b\\n']"},
    {"a\012b\012", "splitlines", "=keepends=i0", "['a', 'b']"},
    {"a\012b\012", "splitlines", "i1|=keepends=i1", "TypeError: splitlines() takes at most 1 argument (2 given)"},
    {"a", "splitlines", "=keep=i1", "TypeError: 'keep' is an invalid keyword argument for splitlines()"},
    {"a", "splitlines", "i1|i1", "TypeError: splitlines() takes at most 1 argument (2 given)"},
    {"a\011b", "expandtabs", "=tabsize=i3", "'a  b'"},
    {"a\011b", "expandtabs", "=size=i3", "TypeError: 'size' is an invalid keyword argument for expandtabs()"},
    {"a\011b", "expandtabs", "i3|=tabsize=i3", "TypeError: expandtabs() takes at most 1 argument (2 given)"},
    {"a\011b", "expandtabs", "=tabsize=sx", "TypeError: 'str' object cannot be interpreted as an integer"},
    {"\303\251", "encode", "=encoding=slatin-1", "b'\\xe9'"},
    {"\303\251", "encode", "=encoding=sascii|=errors=sreplace", "b'?'"},
    {"\303\251", "encode", "sascii|=errors=signore", "b''"},
    {"\303\251", "encode", "=errors=sstrict", "b'\\xc3\\xa9'"},
    {"\303\251", "encode", "=encoding=i1", "TypeError: encode() argument 'encoding' must be str, not int"},
    {"\303\251", "encode", "=errors=i1", "TypeError: encode() argument 'errors' must be str, not int"},
    {"\303\251", "encode", "i1|i1", "TypeError: encode() argument 'encoding' must be str, not int"},
    {"\303\251", "encode", "N", "TypeError: encode() argument 'encoding' must be str, not None"},
    {"\303\251", "encode", "sutf-8|=encoding=sutf-8",
     "TypeError: argument for encode() given by name ('encoding') and position (1)"},
    {"\303\251", "encode", "=codec=s", "TypeError: 'codec' is an invalid keyword argument for encode()"},
    {"\303\251", "encode", "s1|s2|s3", "TypeError: encode() takes at most 2 arguments (3 given)"},
    /* CPython 3.13 */
    {"aa", "replace", "sa|sb|=count=i1", "'ba'"},
    {"aa", "replace", "sa|=count=i1", "TypeError: replace() takes at least 2 positional arguments (1 given)"},
    {"aa", "replace", "sa|=new=sb", "TypeError: replace() takes at least 2 positional arguments (1 given)"},
};

static const struct method_case octets_cases[] = {
    {"a,b,c", "split", "=sep=y,", "[b'a', b'b', b'c']"},
    {"a,b,c", "split", "=maxsplit=i1|=sep=y,", "[b'a', b'b,c']"},
    {"a,b,c", "split", "y,|=maxsplit=i1", "[b'a', b'b,c']"},
    {"a b c", "split", "=maxsplit=i1", "[b'a', b'b c']"},
    {"a", "split", "y,|=sep=y,", "TypeError: argument for split() given by name ('sep') and position (1)"},
    {"a", "split", "=max=i1", "TypeError: 'max' is an invalid keyword argument for split()"},
    {"a", "split", "=sep=i1", "TypeError: a bytes-like object is required, not 'int'"},
    {"a", "split", "=maxsplit=sx", "TypeError: 'str' object cannot be interpreted as an integer"},
    {"a", "split", "y,|i1|i1", "TypeError: split() takes at most 2 arguments (3 given)"},
    {"a,b,c", "rsplit", "=maxsplit=i1|=sep=y,", "[b'a,b', b'c']"},
    {"a", "rsplit", "=x=i1", "TypeError: 'x' is an invalid keyword argument for rsplit()"},
    {"a", "rsplit", "i1|i2|i3", "TypeError: rsplit() takes at most 2 arguments (3 given)"},
    {"a\012b\012", "splitlines", "=keepends=i1", "[b'a\\n', b'b\\n']"},
    {"a", "splitlines", "=keep=i1", "TypeError: 'keep' is an invalid keyword argument for splitlines()"},
    {"a", "splitlines", "i1|i1", "TypeError: splitlines() takes at most 1 argument (2 given)"},
    {"a\011b", "expandtabs", "=tabsize=i3", "b'a  b'"},
    {"a\011b", "expandtabs", "=size=i3", "TypeError: 'size' is an invalid keyword argument for expandtabs()"},
    {"a\303\251", "decode", "=encoding=slatin-1", "'a\303\203\302\251'"},
    {"a\303\251", "decode", "=encoding=sascii|=errors=sreplace", "'a\357\277\275\357\277\275'"},
    {"a\303\251", "decode", "sascii|=errors=signore", "'a'"},
    {"a", "decode", "=errors=sstrict", "'a'"},
    {"a", "decode", "=encoding=i1", "TypeError: decode() argument 'encoding' must be str, not int"},
    {"a", "decode", "=errors=N", "TypeError: decode() argument 'errors' must be str, not None"},
    {"a", "decode", "sutf-8|=encoding=sutf-8",
     "TypeError: argument for decode() given by name ('encoding') and position (1)"},
    {"a", "decode", "=codec=s", "TypeError: 'codec' is an invalid keyword argument for decode()"},
    {"a", "decode", "s1|s2|s3", "TypeError: decode() takes at most 2 arguments (3 given)"},
    {"abc", "hex", "=sep=s:", "'61:62:63'"},
    {"abc", "hex", "=sep=s:|=bytes_per_sep=i2", "'61:6263'"},
    {"abc", "hex", "s:|=bytes_per_sep=i-2", "'6162:63'"},
    {"abc", "hex", "=bytes_per_sep=i2", "'616263'"},
    {"abc", "hex", "=gap=s:", "TypeError: 'gap' is an invalid keyword argument for hex()"},
    {"abc", "hex", "s:|=sep=s:", "TypeError: argument for hex() given by name ('sep') and position (1)"},
    {"abc", "hex", "s:|i1|i1", "TypeError: hex() takes at most 2 arguments (3 given)"},
    {"abc", "translate", "N|=delete=yb", "b'ac'"},
    {"abc", "translate", "N|yb|=delete=yb", "TypeError: translate() takes at most 2 arguments (3 given)"},
    {"abc", "translate", "=delete=yb", "TypeError: translate() takes at least 1 positional argument (0 given)"},
    {"abc", "translate", "=table=N", "TypeError: translate() takes at least 1 positional argument (0 given)"},
    {"abc", "translate", "N|=drop=yb", "TypeError: 'drop' is an invalid keyword argument for translate()"},
    {"abc", "translate", NULL, "TypeError: translate() takes at least 1 positional argument (0 given)"},
    {"abc", "translate", "N|y|y", "TypeError: translate() takes at most 2 arguments (3 given)"},
};

/* The self is written as an argument. */
static const struct method_case int_cases[] = {
    {"i1", "to_bytes", "i1|=base=i1|=length=i2",
     "TypeError: argument for to_bytes() given by name ('length') and position (1)"},
    {"i258", "to_bytes", "=length=i2", "b'\\x01\\x02'"},
    {"i258", "to_bytes", "=length=i2|=byteorder=slittle", "b'\\x02\\x01'"},
    {"i-2", "to_bytes", "i2|slittle|=signed=i1", "b'\\xfe\\xff'"},
    {"i-2", "to_bytes", "i2|slittle", "OverflowError: can't convert negative int to unsigned"},
    {"i1", "to_bytes", "i2|sbig|i1", "TypeError: to_bytes() takes at most 2 positional arguments (3 given)"},
    {"i1", "to_bytes", "=size=i2", "TypeError: 'size' is an invalid keyword argument for to_bytes()"},
    {"i1", "to_bytes", "i1|=length=i1", "TypeError: argument for to_bytes() given by name ('length') and position (1)"},
    {"i1", "to_bytes", "i1|i1", "TypeError: to_bytes() argument 'byteorder' must be str, not int"},
    {"i1", "to_bytes", "i1|N", "TypeError: to_bytes() argument 'byteorder' must be str, not None"},
    {"i1", "to_bytes", "i1|sodd", "ValueError: byteorder must be either 'little' or 'big'"},
    {"i1", "to_bytes", "i-1|sodd", "ValueError: byteorder must be either 'little' or 'big'"},
    {"i1", "to_bytes", "sx|i1", "TypeError: 'str' object cannot be interpreted as an integer"},
    {"i1", "to_bytes", "i-1|i1", "TypeError: to_bytes() argument 'byteorder' must be str, not int"},
    {"i1", "to_bytes", "=signed=i1|=length=i2", "b'\\x00\\x01'"},
    {"i1", "to_bytes", NULL, "b'\\x01'"},
    {"i1", "to_bytes", "i1|sbig|=a=i1|=b=i1", "TypeError: to_bytes() takes at most 3 arguments (4 given)"},
    {"i0", "from_bytes", "=bytes=yab", "24930"},
    {"i0", "from_bytes", "yab|=byteorder=slittle", "25185"},
    {"i0", "from_bytes", "=byteorder=slittle|=bytes=yab|=signed=i1", "25185"},
    {"i0", "from_bytes", "=byteorder=sbig", "TypeError: from_bytes() missing required argument 'bytes' (pos 1)"},
    {"i0", "from_bytes", "yab|=bytes=yab", "TypeError: argument for from_bytes() given by name ('bytes') and position (1)"},
    {"i0", "from_bytes", "yab|sbig|=unsigned=i1", "TypeError: 'unsigned' is an invalid keyword argument for from_bytes()"},
    {"i0", "from_bytes", NULL, "TypeError: from_bytes() missing required argument 'bytes' (pos 1)"},
    {"i0", "from_bytes", "ya|sbig|i1", "TypeError: from_bytes() takes at most 2 positional arguments (3 given)"},
    {"i0", "from_bytes", "i5", "TypeError: cannot convert 'int' object to bytes"},
    {"i0", "from_bytes", "ya|i5", "TypeError: from_bytes() argument 'byteorder' must be str, not int"},
};

static const struct method_case list_cases[] = {
    {"list", "sort", "=reverse=i1", "None"},
    {"list", "sort", "=key=N|=reverse=i0", "None"},
    {"list", "sort", "i1", "TypeError: sort() takes no positional arguments"},
    {"list", "sort", "=cmp=N", "TypeError: 'cmp' is an invalid keyword argument for sort()"},
    {"list", "sort", "=a=i1|=b=i1|=c=i1", "TypeError: sort() takes at most 2 keyword arguments (3 given)"},
};

/* The type named is called. */
static const struct method_case type_cases[] = {
    {"str", NULL, "=object=i5", "'5'"},
    {"str", NULL, "=object=ya|=encoding=sascii", "'a'"},
    {"str", NULL, "ya|=encoding=sascii|=errors=sstrict", "'a'"},
    {"str", NULL, "=encoding=sascii", "''"},
    {"str", NULL, "=encoding=i5", "TypeError: str() argument 'encoding' must be str, not int"},
    {"str", NULL, "=object=ya|=errors=sstrict", "'a'"},
    {"str", NULL, "ya|=errors=i1", "TypeError: str() argument 'errors' must be str, not int"},
    {"str", NULL, "=object=sa|=encoding=sascii", "TypeError: decoding str is not supported"},
    {"str", NULL, "sa|=object=sa", "TypeError: argument for str() given by name ('object') and position (1)"},
    {"str", NULL, "=source=ya", "TypeError: 'source' is an invalid keyword argument for str()"},
    {"str", NULL, "i1|i2|i3|i4", "TypeError: str() takes at most 3 arguments (4 given)"},
    {"str", NULL, "=a=i1|=b=i1|=c=i1|=d=i1", "TypeError: str() takes at most 3 keyword arguments (4 given)"},
    {"str", NULL, "i5|=encoding=sascii", "TypeError: decoding to str: need a bytes-like object, int found"},
    {"str", NULL, "ya|sascii|=encoding=sascii", "TypeError: argument for str() given by name ('encoding') and position (2)"},
    {"bytes", NULL, "=source=i2", "b'\\x00\\x00'"},
    {"bytes", NULL, "=source=ya", "b'a'"},
    {"bytes", NULL, "=source=sa|=encoding=sascii", "b'a'"},
    {"bytes", NULL, "s\303\251|=encoding=sascii|=errors=sreplace", "b'?'"},
    {"bytes", NULL, "sa|sascii|=encoding=sascii",
     "TypeError: argument for bytes() given by name ('encoding') and position (2)"},
    {"bytes", NULL, "=encoding=sascii", "TypeError: encoding without a string argument"},
    {"bytes", NULL, "=errors=sstrict", "TypeError: errors without a string argument"},
    {"bytes", NULL, "=encoding=i5", "TypeError: bytes() argument 'encoding' must be str, not int"},
    {"bytes", NULL, "sa|=errors=sstrict", "TypeError: string argument without an encoding"},
    {"bytes", NULL, "ya|=errors=sstrict", "TypeError: errors without a string argument"},
    {"bytes", NULL, "ya|=encoding=sascii", "TypeError: encoding without a string argument"},
    {"bytes", NULL, "i2|=errors=sstrict", "TypeError: errors without a string argument"},
    {"bytes", NULL, "sa", "TypeError: string argument without an encoding"},
    {"bytes", NULL, "=source=sa", "TypeError: string argument without an encoding"},
    {"bytes", NULL, "=object=ya", "TypeError: 'object' is an invalid keyword argument for bytes()"},
    {"bytes", NULL, "i1|i2|i3|i4", "TypeError: bytes() takes at most 3 arguments (4 given)"},
    {"bytes", NULL, "=a=i1|=b=i1|=c=i1|=d=i1", "TypeError: bytes() takes at most 3 keyword arguments (4 given)"},
    {"bytes", NULL, "=source=i-1", "ValueError: negative count"},
    {"bytes", NULL, "N|sascii", "TypeError: encoding without a string argument"},
    {"bytes", NULL, "=source=N", "TypeError: cannot convert 'NoneType' object to bytes"},
    {"int", NULL, "s12|=base=i16", "18"},
    {"int", NULL, "y12|=base=i3", "5"},
    {"int", NULL, "=base=i5", "TypeError: int() missing string argument"},
    {"int", NULL, "s12|i5|=base=i5", "TypeError: int() takes at most 2 arguments (3 given)"},
    {"int", NULL, "i5|=base=i5", "TypeError: int() can't convert non-string with explicit base"},
    {"int", NULL, "=x=i5", "TypeError: 'x' is an invalid keyword argument for int()"},
    {"int", NULL, "s1|i2|i3", "TypeError: int() takes at most 2 arguments (3 given)"},
    {"int", NULL, "s1|=base=i1", "ValueError: int() base must be >= 2 and <= 36, or 0"},
    {"int", NULL, "s1|=radix=i5", "TypeError: 'radix' is an invalid keyword argument for int()"},
    {"int", NULL, "s1|=base=sx", "TypeError: 'str' object cannot be interpreted as an integer"},
    {"int", NULL, "=a=i1|=b=i2|=c=i3", "TypeError: int() takes at most 2 keyword arguments (3 given)"},
    {"memoryview", NULL, "=object=i1", "TypeError: memoryview: a bytes-like object is required, not 'int'"},
    {"memoryview", NULL, "=x=ya", "TypeError: memoryview() missing required argument 'object' (pos 1)"},
    {"memoryview", NULL, NULL, "TypeError: memoryview() missing required argument 'object' (pos 1)"},
    {"memoryview", NULL, "ya|yb", "TypeError: memoryview() takes at most 1 argument (2 given)"},
    {"memoryview", NULL, "ya|=object=yb", "TypeError: memoryview() takes at most 1 argument (2 given)"},
    {"memoryview", NULL, "=a=i1|=b=i2", "TypeError: memoryview() takes at most 1 keyword argument (2 given)"},
    {"enumerate", NULL, "s|=x=i1", "TypeError: 'x' is an invalid keyword argument for enumerate()"},
    {"enumerate", NULL, "s|=start=sx", "TypeError: 'str' object cannot be interpreted as an integer"},
    {"enumerate", NULL, "s|s|s", "TypeError: enumerate() takes at most 2 arguments (3 given)"},
    {"enumerate", NULL, "s|i1|=start=i1", "TypeError: enumerate() takes at most 2 arguments (3 given)"},
    {"enumerate", NULL, "i1", "TypeError: 'int' object is not iterable"},
    {"property", NULL, "i1|i2|i3|i4|i5", "TypeError: property() takes at most 4 arguments (5 given)"},
    {"property", NULL, "=x=i1", "TypeError: 'x' is an invalid keyword argument for property()"},
    {"property", NULL, "i1|=fget=i1", "TypeError: argument for property() given by name ('fget') and position (1)"},
    {"bytearray", NULL, "=source=i2", "bytearray(b'\\x00\\x00')"},
    {"bytearray", NULL, "=source=ya", "bytearray(b'a')"},
    {"bytearray", NULL, "=source=sa|=encoding=sascii", "bytearray(b'a')"},
    {"bytearray", NULL, "s\303\251|=encoding=sascii|=errors=sreplace", "bytearray(b'?')"},
    {"bytearray", NULL, "sa|sascii|=encoding=sascii",
     "TypeError: argument for bytearray() given by name ('encoding') and position (2)"},
    {"bytearray", NULL, "=encoding=sascii", "TypeError: encoding without a string argument"},
    {"bytearray", NULL, "=errors=sstrict", "TypeError: errors without a string argument"},
    {"bytearray", NULL, "=encoding=i5", "TypeError: bytearray() argument 'encoding' must be str, not int"},
    {"bytearray", NULL, "sa|=errors=sstrict", "TypeError: string argument without an encoding"},
    {"bytearray", NULL, "ya|=errors=sstrict", "TypeError: errors without a string argument"},
    {"bytearray", NULL, "ya|=encoding=sascii", "TypeError: encoding without a string argument"},
    {"bytearray", NULL, "i2|=errors=sstrict", "TypeError: errors without a string argument"},
    {"bytearray", NULL, "sa", "TypeError: string argument without an encoding"},
    {"bytearray", NULL, "=source=sa", "TypeError: string argument without an encoding"},
    {"bytearray", NULL, "=object=ya", "TypeError: 'object' is an invalid keyword argument for bytearray()"},
    {"bytearray", NULL, "i1|i2|i3|i4", "TypeError: bytearray() takes at most 3 arguments (4 given)"},
    {"bytearray", NULL, "=a=i1|=b=i1|=c=i1|=d=i1", "TypeError: bytearray() takes at most 3 keyword arguments (4 given)"},
    {"bytearray", NULL, "=source=i-1", "ValueError: negative count"},
    {"bytearray", NULL, "N|sascii", "TypeError: encoding without a string argument"},
    {"bytearray", NULL, "=source=N", "TypeError: cannot convert 'NoneType' object to bytearray"},
    {"mappingproxy", NULL, NULL, "TypeError: mappingproxy() missing required argument 'mapping' (pos 1)"},
    {"mappingproxy", NULL, "=x=i1", "TypeError: mappingproxy() missing required argument 'mapping' (pos 1)"},
    {"mappingproxy", NULL, "=mapping=i1", "TypeError: mappingproxy() argument must be a mapping, not int"},
    {"mappingproxy", NULL, "i1|=mapping=i1", "TypeError: mappingproxy() takes at most 1 argument (2 given)"},
};

START_TEST(test_value_named_args__methods_of_str)
{
    expect_str_methods(str_cases, Gil_ARRAY_LENGTH(str_cases));
}
END_TEST

START_TEST(test_value_named_args__methods_of_bytes_and_bytearray)
{
    expect_octets_methods(octets_cases, Gil_ARRAY_LENGTH(octets_cases));
}
END_TEST

START_TEST(test_value_named_args__methods_of_int)
{
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(int_cases); i++) {
        GilObject *self = make_argument(int_cases[i].self, strlen(int_cases[i].self));
        expect_method(self, &int_cases[i], int_cases[i].result);
        Gil_DECREF(self);
    }
}
END_TEST

START_TEST(test_value_named_args__sort)
{
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(list_cases); i++) {
        GilObject *self = GilList_New(0);
        expect_method(self, &list_cases[i], list_cases[i].result);
        Gil_DECREF(self);
    }
}
END_TEST

static GilObject *
type_called(const char *name)
{
    GilTypeObject *const types[] = {&GilUnicode_Type, &GilBytes_Type, &GilByteArray_Type, &GilLong_Type, &GilMemoryView_Type,
                                    &GilEnum_Type, &GilProperty_Type, &GilDictProxy_Type};
    size_t i = 0;

    while (i < Gil_ARRAY_LENGTH(types) - 1 && strcmp(types[i]->tp_name, name) != 0)
        i++;
    ck_assert_str_eq(types[i]->tp_name, name);
    return (GilObject *)types[i];
}

START_TEST(test_value_named_args__constructors)
{
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(type_cases); i++)
        expect_method(type_called(type_cases[i].self), &type_cases[i], type_cases[i].result);
}
END_TEST

/* An argument that clears the dict it came in as soon as it is asked for anything. */
static GilObject *callers_dict;
static int asked, alive;

static void
vandalize(void)
{
    asked++;
    GilDict_Clear(callers_dict);
    ck_assert_int_eq(alive, 1);
}

static GilObject *
vandal_index(GilObject *Gil_UNUSED(self))
{
    vandalize();
    return GilLong_FromLong(10);
}

static GilObject *
vandal_str(GilObject *Gil_UNUSED(self))
{
    vandalize();
    return GilUnicode_FromString("text");
}

static GilObject *
vandal_iter(GilObject *Gil_UNUSED(self))
{
    GilObject *list = GilList_New(0), *it = GilObject_GetIter(list);
    vandalize();
    Gil_DECREF(list);
    return it;
}

static GilObject *
vandal_bytes(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    vandalize();
    return GilBytes_FromString("octets");
}

static int
vandal_buffer(GilObject *self, Gil_buffer *view, int flags)
{
    vandalize();
    return GilBuffer_FillInfo(view, self, &asked, sizeof asked, 1, flags);
}

static void
vandal_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);
    alive--;
    type->tp_free(self);
    Gil_DECREF((GilObject *)(void *)type);
}

static GilMethodDef vandal_methods[] = {{"__bytes__", vandal_bytes, GIL_METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};

static GilObject *
make_vandal(const char *how)
{
    const struct {
        const char *how;
        GilType_Slot slot;
    } ways[] = {{"index", {Gil_nb_index, (void *)(uintptr_t)vandal_index}},
                {"str", {Gil_tp_str, (void *)(uintptr_t)vandal_str}},
                {"iter", {Gil_tp_iter, (void *)(uintptr_t)vandal_iter}},
                {"bytes", {Gil_tp_methods, vandal_methods}},
                {"buffer", {Gil_bf_getbuffer, (void *)(uintptr_t)vandal_buffer}}};
    size_t i = 0;
    while (strcmp(ways[i].how, how) != 0)
        i++;
    GilType_Slot slots[] = {ways[i].slot, {Gil_tp_dealloc, (void *)(uintptr_t)vandal_dealloc}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Vandal", .basicsize = sizeof(GilObject), .slots = slots};
    GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type);
    ck_assert_ptr_nonnull(op);
    asked = 0;
    alive = 1;
    Gil_DECREF(type);
    return op;
}

static const struct {
    const char *type, *name, *how;       /* what takes it, as what, and asks it for what */
    const char *other_name, *other_text; /* another argument, or NULL */
} vandals[] = {
    {"enumerate", "start", "index", "iterable", "text"},
    {"enumerate", "iterable", "iter", NULL, NULL},
    {"int", "base", "index", NULL, "12"},
    {"str", "object", "str", NULL, NULL},
    {"str", "object", "buffer", "errors", "strict"},
    {"bytes", "source", "bytes", NULL, NULL},
    {"bytes", "source", "index", NULL, NULL},
    {"bytes", "source", "iter", NULL, NULL},
    {"bytes", "source", "buffer", NULL, NULL},
    {"bytearray", "source", "index", NULL, NULL},
    {"bytearray", "source", "iter", NULL, NULL},
    {"bytearray", "source", "buffer", NULL, NULL},
    {"memoryview", "object", "buffer", NULL, NULL},
};

START_TEST(test_G9_an_argument_clears_the_dict_it_came_in)
{
    const char *name = vandals[_i].other_name, *text = vandals[_i].other_text;
    GilObject *vandal = make_vandal(vandals[_i].how), *args = GilTuple_New(0), *other = NULL;
    callers_dict = GilDict_New();
    ck_assert_int_eq(GilDict_SetItemString(callers_dict, vandals[_i].name, vandal), 0);
    Gil_DECREF(vandal);
    if (text != NULL)
        other = GilUnicode_FromString(text);
    if (name != NULL && other != NULL)
        ck_assert_int_eq(GilDict_SetItemString(callers_dict, name, other), 0);
    else if (other != NULL)
        Gil_SETREF(args, GilTuple_Pack(1, other));
    Gil_XDECREF(other);
    GilObject *result = GilObject_Call(type_called(vandals[_i].type), args, callers_dict);
    ck_assert_ptr_nonnull(result);
    ck_assert_int_gt(asked, 0);
    Gil_DECREF(result);
    ck_assert_int_eq(alive, 0);
    Gil_DECREF(args);
    Gil_DECREF(callers_dict);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/named_args");
    TCase *tc = tcase_create("named_args");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_named_args__methods_of_str);
    tcase_add_test(tc, test_value_named_args__methods_of_bytes_and_bytearray);
    tcase_add_test(tc, test_value_named_args__methods_of_int);
    tcase_add_test(tc, test_value_named_args__sort);
    tcase_add_test(tc, test_value_named_args__constructors);
    tcase_add_loop_test(tc, test_G9_an_argument_clears_the_dict_it_came_in, 0, (int)Gil_ARRAY_LENGTH(vandals));
    suite_add_tcase(s, tc);
    return s;
}
