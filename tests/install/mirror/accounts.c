/* SPDX-License-Identifier: MIT */
/* accounts: a host in C11 that tries ledger, and starts and stops the runtime as often as it likes. */
#include <gilrt.h>
#include <stdio.h>
#include <string.h>

static int failures;

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);    \
            failures++;                                                        \
            if (GilThreadState_IsAttached())                                   \
                GilErr_Clear();                                                \
        }                                                                      \
    } while (0)

/* Whether text is how op shows itself; takes the reference. */
static int
shows(GilObject *op, const char *text)
{
    GilObject *repr = op != NULL ? GilObject_Repr(op) : NULL;
    int same = repr != NULL && GilUnicode_EqualToUTF8(repr, text);

    Gil_XDECREF(repr);
    Gil_XDECREF(op);
    return same;
}

/* Whether type is what was raised, with that text; nothing is pending afterwards. */
static int
raised(GilObject *type, const char *text)
{
    GilObject *exception = GilErr_GetRaisedException();
    GilObject *str = exception != NULL ? GilObject_Str(exception) : NULL;
    int same = str != NULL && GilErr_GivenExceptionMatches(exception, type) && GilUnicode_EqualToUTF8(str, text);

    Gil_XDECREF(str);
    Gil_XDECREF(exception);
    return same;
}

static void
try_accounts(GilObject *ledger)
{
    GilObject *Account = GilObject_GetAttrString(ledger, "Account"), *error = GilObject_GetAttrString(ledger, "Error");
    GilObject *args = Gil_BuildValue("(s)", "Ada"), *kwargs = Gil_BuildValue("{s:l}", "balance", 10L);
    GilObject *ada = GilObject_Call(Account, args, kwargs), *eve = GilObject_CallMethod(Account, "open", "s", "Eve");
    GilObject *five = GilLong_FromLong(5);

    CHECK(shows(Gil_NewRef(ada), "<ledger.Account of 'Ada': 10>"));
    CHECK(shows(GilObject_CallMethod(ada, "pay", "i", 3), "{'owner': 'Ada', 'balance': 7}"));
    CHECK(GilObject_CallMethod(ada, "pay", "i", 8) == NULL && raised(error, "Ada has 7, not 8"));
    CHECK(GilObject_CallMethod(ada, "pay", "s", "x") == NULL && GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    CHECK(shows(GilNumber_InPlaceAdd(eve, five), "<ledger.Account of 'Eve': 5>"));
    CHECK(GilNumber_Add(five, eve) == NULL
          && raised(GilExc_TypeError, "unsupported operand type(s) for +: 'int' and 'ledger.Account'"));
    CHECK(GilObject_RichCompareBool(eve, ada, Gil_LT) == 1);
    CHECK(GilObject_Hash(ada) == -1 && raised(GilExc_TypeError, "unhashable type: 'ledger.Account'"));
    CHECK(GilObject_SetAttrString(ada, "owner", Gil_None) == -1 && raised(GilExc_TypeError, "the owner must be a str"));
    CHECK(GilObject_SetAttrString(ada, "balance", five) == -1 && raised(GilExc_AttributeError, "readonly attribute"));
    CHECK(GilObject_CallNoArgs(Account) == NULL
          && raised(GilExc_TypeError, "Account() missing required argument 'owner' (pos 1)"));
    Gil_XDECREF(five);
    Gil_XDECREF(eve);
    Gil_XDECREF(ada);
    Gil_XDECREF(kwargs);
    Gil_XDECREF(args);
    Gil_XDECREF(error);
    Gil_XDECREF(Account);
}

/* A type of the host's, derived from an extension's: the defining class of pay() stays ledger's. */
static void
try_subtype(GilObject *ledger)
{
    GilType_Slot slots[] = {{Gil_tp_doc, "an account that the host made"}, {0, NULL}};
    GilType_Spec spec = {.name = "host.Savings", .flags = Gil_TPFLAGS_DEFAULT, .slots = slots};
    GilObject *Account = GilObject_GetAttrString(ledger, "Account");
    GilObject *Savings = GilType_FromSpecWithBases(&spec, Account);
    GilObject *savings = GilObject_CallMethod(Savings, "open", "s", "Bob");

    CHECK(GilObject_IsInstance(savings, Account) == 1 && Gil_IS_TYPE(savings, (GilTypeObject *)Savings));
    CHECK(GilObject_CallMethod(savings, "pay", "i", 1) == NULL && raised(GilExc_ValueError, "Bob has 0, not 1"));
    Gil_XDECREF(savings);
    Gil_XDECREF(Savings);
    Gil_XDECREF(Account);
}

int
main(int argc, char **argv)
{
    for (int round = 0; round < 3; round++) {
        GilConfig config;
        GilConfig_Init(&config);
        config.module_search_path = argc > 1 ? argv[1] : ".";
        config.report_leaks = 1;
        GilStatus status = Gil_InitializeFromConfig(&config);
        if (GilStatus_Exception(status)) {
            fprintf(stderr, "%s: %s\n", status.func, status.err_msg);
            return 1;
        }
        GilObject *ledger = GilImport_ImportModule("ledger");
        if (ledger == NULL) {
            GilErr_Print();
            return 1;
        }
        try_accounts(ledger);
        try_subtype(ledger);
        Gil_DECREF(ledger);

        GilFinalizeReport report;
        GilFinalizeReport_Init(&report);
        CHECK(Gil_FinalizeEx() == 0 && Gil_GetFinalizeReport(&report) == 0 && report.blocks == 0);
    }
    puts(failures == 0 ? "ok" : "wrong");
    return failures != 0;
}
