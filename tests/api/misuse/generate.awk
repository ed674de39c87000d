# SPDX-License-Identifier: MIT
# Writes a program with a test for each exported symbol, PREFIX before its name; with data=0 for functions only:
#   awk -v prefix=PREFIX -v data=1 -f generate.awk lib/libgilrt.map manifest.tsv HEADER...
#
# What a function promises about the lock and about its result is read from its doc comment, its types from its
# declaration; the manifest adds what it is called with. A symbol without a line, and a line without a symbol, become
# tests that fail.

# Header by header: where a character may have several bytes, what is left of a long text is long to cut off.
FNR == 1 {
    file++
    read_declarations()
}

file == 1 {
    if (match($0, /^ *[A-Za-z_][A-Za-z_0-9]*;$/)) {
        gsub(/[ ;]/, "")
        symbols[++n_symbols] = $0
        exported[$0] = 1
    }
    next
}

file == 2 {
    if ($0 ~ /^#/ || $0 == "")
        next
    split($0, column, "\t")
    if (column[3] ~ /^also/) {
        also[column[1], ++n_also[column[1]]] = column[2]
        first[column[1], n_also[column[1]]] = value_of_note(" " column[3], "first")
        next
    }
    listed[column[1]] = 1
    arguments[column[1]] = column[2]
    notes[column[1]] = " " column[3] " "
    next
}

# Headers. A preprocessor line, with its continuations, is no declaration.
in_macro || /^[ \t]*#/ { in_macro = /\\$/; next }
{ text = text $0 "\n" }

END {
    read_declarations()
    print "/* Made by generate.awk from the headers and manifest.tsv. */"
    print "#include \"api/misuse/misuse.h\"\n"
    for (i = 1; i <= n_symbols; i++)
        if (data || !(symbols[i] in data_type))
            write_symbol(symbols[i])
    for (name in listed)
        if (!exported[name])
            write_complaint(name, "is in the manifest and not exported")
    print "Suite *\nsuite(void)\n{\n    Suite *s = suite_create(\"exports\");"
    print "    TCase *tc = tcase_create(\"exports\");\n"
    print cases
    print "    suite_add_tcase(s, tc);\n    return s;\n}"
}

function read_declarations(    statement, mark, comment, doc, depth, end) {
    while (match(text, /\/\*|[;{}]/)) {
        statement = statement substr(text, 1, RSTART - 1)
        mark = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
        if (mark == "/*") {
            end = index(text, "*/")
            comment = substr(text, 1, end - 1)
            text = substr(text, end + 2)
            if (comment ~ /@lock_/ && comment !~ /@file/)
                doc = comment
            continue
        }
        depth += (mark == "{") - (mark == "}")
        if (depth == 0 && mark != "{") {
            note_declaration(statement, doc)
            statement = doc = ""
        }
    }
    text = ""
}

function note_declaration(s, doc,    name, open) {
    gsub(/[ \t\n]+/, " ", s)
    if (!sub(/.*(^| )GIL_API (GIL_NOPLT )?/, "", s))
        return
    if (s ~ /^extern /) {
        sub(/ __attribute__.*/, "", s)
        match(s, /[A-Za-z_0-9]+ *$/)
        name = substr(s, RSTART, RLENGTH)
        data_type[name] = substr(s, 8, RSTART - 8)
        return
    }
    gsub(/ __attribute__ ?\(\(.*\)\)/, "", s)
    gsub(/ GIL_MUST_USE/, "", s)
    gsub(/GIL_CXX_CONST ?/, "", s)
    gsub(/GIL_PRINTF\([^)]*\) /, "", s)
    open = index(s, "(")
    name = substr(s, 1, open - 1)
    match(name, /[A-Za-z_0-9]+$/)
    result[substr(name, RSTART)] = substr(name, 1, RSTART - 1)
    name = substr(name, RSTART)
    parameters[name] = substr(s, open + 1, length(s) - open - 1)
    lock[name] = doc ~ /@lock_held/ ? "HELD" : doc ~ /@lock_free/ ? "FREE" : "ANY"
    newref[name] = doc ~ /@newref/
    reenters[name] = doc ~ /@reenters/
    allocates[name] = doc ~ /@newref|MemoryError/
}

# Commas of function pointers stand in parentheses.
function split_parameters(list, into,    n, depth, k, c) {
    n = 1
    into[1] = ""
    for (k = 1; k <= length(list); k++) {
        c = substr(list, k, 1)
        depth += (c == "(") - (c == ")")
        if (c == "," && depth == 0)
            into[++n] = ""
        else
            into[n] = into[n] c
    }
    return n
}

# "const char *name" -> "const char *"; a function pointer casts by void *.
function type_of(parameter) {
    gsub(/^ | $/, "", parameter)
    if (parameter ~ /\(\*/)
        return "void *"
    if (parameter !~ /[*]/ || parameter ~ /[^* ]$/)
        sub(/[A-Za-z_0-9]+$/, "", parameter)
    return parameter
}

function write_test(name, body) {
    print "START_TEST(" prefix name ")\n{\n    " body "\n}\nEND_TEST\n"
    cases = cases "    tcase_add_test(tc, " prefix name ");\n"
}

function write_complaint(name, complaint) {
    write_test(name, "ck_abort_msg(\"" name " " complaint "\");")
}

function write_symbol(name) {
    if (!listed[name])
        write_complaint(name, "has no line in tests/api/misuse/manifest.tsv")
    else if (name in data_type)
        write_data(name)
    else if (name in parameters)
        write_function(name)
    else
        write_complaint(name, "is declared in no header")
}

function write_data(name,    check) {
    check = data_type[name] ~ /GilTypeObject/ ? "type" : data_type[name] ~ /GilObject \*/ ? "class" : \
        data_type[name] ~ /Block/ ? "block" : "singleton"
    write_test(name, "misuse_data_" check "((void *)&" name ");")
}

function write_function(name,    n_types, types, n, n_first, words, k, calls, expectations, elsewhere, kind) {
    elsewhere = notes[name] ~ / (elsewhere|inline):/
    if (notes[name] ~ / inline:/)
        lock[name] = "ANY"
    n_types = split_parameters(parameters[name] == "void" ? "" : parameters[name], types)
    if (parameters[name] == "void")
        n_types = 0
    if (elsewhere) {
        n = types[n_types] ~ /\.\.\./ ? n_types - 1 : n_types
        for (k = 1; k <= n; k++)
            words[k] = types[k] ~ /va_list/ ? "=misuse_no_arguments" : "=(" type_of(types[k]) ")0"
    }
    else
        n = split(arguments[name] == "-" ? "" : arguments[name], words, " ")
    if (n < n_types - (types[n_types] ~ /\.\.\.|va_list/)) {
        write_complaint(name, "has fewer arguments in the manifest than in its header")
        return
    }
    for (k = 1; k <= n; k++)
        expectations = expectations expectation(words[k], parameter_type(types, n_types, k))
    write_call(name, "call_" name, "", n, words, types, n_types)
    calls = "call_" name
    n_first = n
    for (k = 1; k <= n_also[name]; k++) {
        calls = calls ", call_" name "_" k
        n = also[name, k] == "-" ? 0 : split(also[name, k], words, " ")
        write_call(name, "call_" name "_" k, first[name, k], n, words, types, n_types)
    }
    kind = elsewhere ? "ELSEWHERE" : notes[name] ~ / leaves:/ ? "LEAVES" : notes[name] ~ / raises / ? "RAISES" : "WORKS"
    write_test(name, "static const struct expectation expected[] = {" expectations "{0, NULL, 0, NULL}};\n" \
        "    static const struct misuse_entry entry = {\n        .name = \"" name "\", .calls = {" calls "}, .lock = LOCK_" \
        lock[name] ", .kind = CALL_" kind ",\n        .n_arguments = " n_first ", .expected = expected, .reenters = " \
        (reenters[name] + 0) ", .allocates = " (allocates[name] + 0) ",\n        .calm = " text_of_note(name, "calm") \
        ", .pending = " text_of_note(name, "pending") ", .spare = " text_of_note(name, "spare") ", .mute = " (notes[name] ~ / mute /) ", .clears = " \
        text_of_note(name, "clears") "};\n\n    misuse_test(&entry);")
}

# Of the k-th argument; nothing behind the named ones.
function parameter_type(types, n_types, k) {
    return k <= n_types && types[k] !~ /\.\.\.|va_list/ ? type_of(types[k]) : ""
}

function write_call(name, called, prepare, n, words, types, n_types,    k, call, failure) {
    for (k = 1; k <= n; k++)
        call = call (k > 1 ? ", " : "") argument(name, k, words[k], parameter_type(types, n_types, k))
    failure = value_of_note(notes[name], "fails")
    call = (notes[name] ~ / via / ? "via_" : "") name "(" call ")"
    print "static void\n" called "(struct fixture *f)\n{\n    (void)f;"
    if (prepare != "")
        print "    " prepare "(f);"
    if (result[name] ~ /^void $/)
        print "    " call ";"
    else {
        if (failure == "")
            failure = result[name] ~ /[*]|func|GilCFunction |Destructor/ ? "NULL" : \
                result[name] ~ /GilStatus/ ? "" : "(" result[name] ")-1"
        print "    " result[name] "result = " call ";"
        if (failure != "")
            print "    f->failed = result == " failure ";"
        else
            print "    (void)result;"
        if (newref[name])
            print "    f->result = (GilObject *)(void *)result;"
        if (notes[name] ~ / free=/)
            print "    " value_of_note(notes[name], "free") "(result);"
    }
    print "}\n"
}

# What stands behind KEY:, as a string of C, or NULL.
function text_of_note(name, key,    note) {
    note = notes[name]
    if (!match(note, " " key ":[^ ]*"))
        return "NULL"
    return "\"" substr(note, RSTART + length(key) + 2, RLENGTH - length(key) - 2) "\""
}

function value_of_note(note, key) {
    if (!match(note, " " key "=[^ ]*"))
        return ""
    return substr(note, RSTART + length(key) + 2, RLENGTH - length(key) - 2)
}

# A word of the manifest without what follows about NULL and wrong types.
function bare(word) {
    if (word !~ /^[="]/)
        sub(/[?!^~-].*/, "", word)
    else if (word ~ /^"/)
        sub(/"[?!^-][^"]*$/, "\"", word)
    return word
}

function argument(name, k, word, type,    value, wrong) {
    word = bare(word)
    if (word ~ /^=/)
        return substr(word, 2)
    if (type == "")
        type = "void *"
    wrong = "NULL"
    if (word ~ /^"/)
        value = word
    else if (word ~ /^&/)
        value = "&f->" substr(word, 2)
    else {
        value = "f->" substr(word, word ~ /^[+]/ ? 2 : 1)
        wrong = "f->" wrong_for(word)
        if (word ~ /^[+]/) {
            value = "Gil_XNewRef(" value ")"
            wrong = "Gil_XNewRef(" wrong ")"
        }
    }
    return "(" type ")(f->null == " k " ? NULL : f->wrong == " k " ? (void *)" wrong " : (void *)" value ")"
}

function wrong_for(word) {
    sub(/^[+]/, "", word)
    return word ~ /^(number|float_number|none)$/ ? "plain" : word ~ /^(key|new_key)$/ ? "list" : "number"
}

# What a NULL and a wrong type in this place do: a class, or one of the words of enum outcome. Where C itself tells the
# type, as with GilTypeObject *, only a cast passes another.
function expectation(word, type,    after, on_null, on_wrong) {
    if (word ~ /^=/)
        return "{NOT_TRIED, NULL, NOT_TRIED, NULL}, "
    after = substr(word, length(bare(word)) + 1)
    on_null = after ~ /^\?/ ? "ACCEPTED, NULL" : after ~ /^!/ ? "STOPS, NULL" : after ~ /^-/ ? "FAILS_QUIETLY, NULL" : \
        after ~ /^\^/ ? "RAISES, &GilExc_" word_after(after, "^") : "RAISES, NULL"
    if (word ~ /^[&"]/ || bare(word) ~ /^[+]?any$/ || type !~ /^GilObject [*]$/)
        on_wrong = "NOT_TRIED, NULL"
    else if (after ~ /~ok/)
        on_wrong = "ACCEPTED, NULL"
    else if (after ~ /~/)
        on_wrong = "RAISES, &GilExc_" word_after(after, "~")
    else
        on_wrong = "RAISES, NULL"
    return "{" on_null ", " on_wrong "}, "
}

function word_after(s, mark) {
    s = substr(s, index(s, mark) + 1)
    match(s, /^[A-Za-z]+/)
    return substr(s, 1, RLENGTH)
}
