# SPDX-License-Identifier: MIT
# Writes a program with a test for each line of when.tsv: awk -f when.awk when.tsv
BEGIN {
    FS = "\t"
    print "/* Made by when.awk from when.tsv. */"
    print "#include \"env/when.h\"\n"
    split("before after exit handler", states, " ")
}

/^#/ || NF == 0 { next }

NF != 5 { print "#error " $1 " has " NF " columns and not 5" }

{
    promised = ""
    for (i = 2; i <= 5; i++) {
        if ($i == "-")
            continue
        if ($i != "=")
            expression = $i
        print "static int\n" $1 "_" states[i - 1] "(void)\n{\n    return " expression ";\n}\n"
        promised = promised " ." states[i - 1] " = " $1 "_" states[i - 1] ","
    }
    print "START_TEST(test_env_when__" $1 ")\n{\n    when_run(&(struct when){" promised " });\n}\nEND_TEST\n"
    cases = cases "    tcase_add_test(tc, test_env_when__" $1 ");\n"
}

END {
    print "Suite *\nsuite(void)\n{\n    Suite *s = suite_create(\"when\");\n    TCase *tc = tcase_create(\"when\");\n"
    print cases "    suite_add_tcase(s, tc);\n    return s;\n}"
}
