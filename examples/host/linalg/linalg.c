/* SPDX-License-Identifier: MIT */
/*
 * linalg: products, solutions and norms of dense matrices by OpenBLAS, from Matrix Market files or Matrix objects.
 *
 * It shows an extension of several files, per-interpreter state that owns a type, arguments of more than one kind,
 * and a library below that would like threads of its own: it is told to use one, for the host's threads fill the
 * cores already.
 */
#include <cblas.h>
#include <gilrt.h>
#include <stdio.h>
#include <string.h>

#include "../raw.h"
#include "matrix.h"

/* One call: what it was asked, and what became of it. Only the call's own thread sees it. */
struct job {
    const char *path;                      /* of the file that holds A, or NULL where A is a Matrix */
    dense file;                            /* A, where it comes from the file */
    const dense *a;                        /* A: in `file`, or in a Matrix that the caller keeps alive */
    const dense *b;                        /* the second operand in a Matrix, or NULL */
    dense out;                             /* the result where it is a matrix */
    double norm;                           /* its norm, or the result where it is a norm */
    double backward_error;
    int error;                             /* 0, or a value of dense.h or matrix_market.h */
    char reason[MATRIX_MARKET_REASON];
};

typedef void (*work_function)(struct job *);

/* Make A present. */
static int
load(struct job *job)
{
    if (job->path != NULL) {
        job->error = matrix_market_read(job->path, &job->file, job->reason);
        job->a = &job->file;
    }
    return job->error;
}

static void
work_product(struct job *job)
{
    if (load(job) != 0)
        return;
    job->error = dense_product(job->a, job->b != NULL ? job->b : job->a, &job->out);
    if (job->error == 0)
        job->norm = dense_norm(&job->out);
}

static void
work_solve(struct job *job)
{
    dense sums = {0, 0, NULL, NULL};

    if (load(job) != 0)
        return;
    if (job->b == NULL)
        job->error = dense_row_sums(job->a, &sums);
    if (job->error == 0)
        job->error = dense_solve(job->a, job->b != NULL ? job->b : &sums, &job->out, &job->backward_error);
    if (job->error == 0)
        job->norm = dense_norm(&job->out);
    dense_free(&sums);
}

static void
work_norm(struct job *job)
{
    if (load(job) == 0)
        job->norm = dense_norm(job->a);
}

static void
finish(struct job *job)
{
    dense_free(&job->file);
    dense_free(&job->out);
}

/* A file's name or a Matrix into `job`. 0, or -1 with TypeError or ValueError set. */
static int
get_operand(linalg_state *state, GilObject *object, struct job *job)
{
    Gil_ssize_t size;

    if (GilObject_TypeCheck(object, state->Matrix_type)) {
        job->a = &((Matrix *)object)->content;
        return 0;
    }
    if (!GilUnicode_Check(object)) {
        GilErr_SetString(GilExc_TypeError, "arg must be a Matrix or the name of a file");
        return -1;
    }
    job->path = GilUnicode_AsUTF8AndSize(object, &size);
    if (job->path == NULL)
        return -1;
    if (strlen(job->path) != (size_t)size) {
        GilErr_SetString(GilExc_ValueError, "the name of a file cannot hold a null character");
        return -1;
    }
    return 0;
}

/* Work without the lock unless told otherwise, and raise what went wrong. 0, or -1 with the exception set. */
static int
perform(linalg_state *state, struct job *job, GilObject *arg, int hold, work_function work)
{
    if (get_operand(state, arg, job) < 0)
        return -1;

    if (hold)
        work(job);
    else {
        Gil_BEGIN_ALLOW_THREADS
        work(job);
        Gil_END_ALLOW_THREADS
    }

    if (job->error == 0)
        return 0;
    linalg_raise(job->error, job->path, job->reason);
    return -1;
}

/* The same for functions of two operands, with their arguments parsed. */
static int
perform_two(linalg_state *state, struct job *job, GilObject *args, GilObject *kwargs, const char *format,
            work_function work)
{
    static char *keywords[] = {"arg", "hold", "b", NULL};
    GilObject *arg, *b = NULL;    /* borrowed from args and kwargs */
    int hold = 0;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, format, keywords, &arg, &hold, state->Matrix_type, &b))
        return -1;
    if (b != NULL)
        job->b = &((Matrix *)b)->content;
    return perform(state, job, arg, hold, work);
}

static GilObject *
linalg_product(GilObject *module, GilObject *args, GilObject *kwargs)
{
    linalg_state *state = GilModule_GetState(module);
    struct job job = {0};
    GilObject *result = NULL;

    if (perform_two(state, &job, args, kwargs, "O|pO!:product", work_product) == 0)
        result = Matrix_from_dense(state->Matrix_type, &job.out, job.norm);
    finish(&job);
    return result;
}

/* {'x': the solution, 'backward_error': its error} */
static GilObject *
solution(linalg_state *state, struct job *job)
{
    GilObject *result = GilDict_New();
    GilObject *x = Matrix_from_dense(state->Matrix_type, &job->out, job->norm);
    GilObject *error = GilFloat_FromDouble(job->backward_error);

    if (result == NULL || x == NULL || error == NULL || GilDict_SetItemString(result, "x", x) < 0
        || GilDict_SetItemString(result, "backward_error", error) < 0)
        Gil_CLEAR(result);
    Gil_XDECREF(error);
    Gil_XDECREF(x);
    return result;
}

static GilObject *
linalg_solve(GilObject *module, GilObject *args, GilObject *kwargs)
{
    linalg_state *state = GilModule_GetState(module);
    struct job job = {0};
    GilObject *result = NULL;

    if (perform_two(state, &job, args, kwargs, "O|pO!:solve", work_solve) == 0)
        result = solution(state, &job);
    finish(&job);
    return result;
}

static GilObject *
linalg_norm(GilObject *module, GilObject *args, GilObject *kwargs)
{
    static char *keywords[] = {"arg", "hold", NULL};
    struct job job = {0};
    GilObject *arg, *result = NULL;
    int hold = 0;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, "O|p:norm", keywords, &arg, &hold))
        return NULL;
    if (perform(GilModule_GetState(module), &job, arg, hold, work_norm) == 0)
        result = GilFloat_FromDouble(job.norm);
    finish(&job);
    return result;
}

static GilMethodDef linalg_methods[] = {
    {"product", (GilCFunction)(void (*)(void))linalg_product, GIL_METH_VARARGS | GIL_METH_KEYWORDS,
     "product(arg, hold=False, b=arg) -> Matrix\n\n"
     "arg times b; arg is a Matrix or the name of a file, b a Matrix. Drops the lock unless hold."},
    {"solve", (GilCFunction)(void (*)(void))linalg_solve, GIL_METH_VARARGS | GIL_METH_KEYWORDS,
     "solve(arg, hold=False, b=row sums of arg) -> dict\n\n"
     "'x' such that arg times x is b, and its normwise 'backward_error'. Drops the lock unless hold."},
    {"norm", (GilCFunction)(void (*)(void))linalg_norm, GIL_METH_VARARGS | GIL_METH_KEYWORDS,
     "norm(arg, hold=False) -> float\n\nThe infinity norm. Drops the lock unless hold."},
    {NULL, NULL, 0, NULL}
};

/* The same work without the runtime, for gilhost's raw threads: see raw.h. The results have no short form. */
static int
raw_perform(const char *path, char text[RAW_TEXT], work_function work)
{
    struct job job = {.path = path};
    int error;

    work(&job);
    error = job.error;
    text[0] = '\0';
    if (error != 0)
        snprintf(text, RAW_TEXT, "%s", error == MATRIX_MARKET_MALFORMED ? job.reason : dense_error(error));
    finish(&job);
    return error != 0 ? -1 : 0;
}

static int
raw_product(const char *path, char text[RAW_TEXT])
{
    return raw_perform(path, text, work_product);
}

static int
raw_solve(const char *path, char text[RAW_TEXT])
{
    return raw_perform(path, text, work_solve);
}

static int
raw_norm(const char *path, char text[RAW_TEXT])
{
    return raw_perform(path, text, work_norm);
}

static const raw_work product_work = {.run = raw_product};
static const raw_work solve_work = {.run = raw_solve};
static const raw_work norm_work = {.run = raw_norm};

static int
linalg_exec(GilObject *module)
{
    linalg_state *state = GilModule_GetState(module);

    /* For the whole process: who calls BLAS from as many threads as there are cores wants one thread a call. */
    openblas_set_num_threads(1);

    state->Matrix_type = (GilTypeObject *)GilType_FromModuleAndSpec(module, &Matrix_spec, NULL);
    if (state->Matrix_type == NULL || GilModule_AddType(module, state->Matrix_type) < 0)
        return -1;
    if (raw_add(module, "linalg.product_raw", &product_work) < 0)
        return -1;
    if (raw_add(module, "linalg.solve_raw", &solve_work) < 0)
        return -1;
    return raw_add(module, "linalg.norm_raw", &norm_work);
}

/* The state's references, for the collector to see and to cut; a module whose exec failed comes here with a NULL in
 * it. */
static int
linalg_traverse(GilObject *module, visitproc visit, void *arg)
{
    linalg_state *state = GilModule_GetState(module);

    Gil_VISIT(state->Matrix_type);
    return 0;
}

static int
linalg_clear(GilObject *module)
{
    linalg_state *state = GilModule_GetState(module);

    Gil_CLEAR(state->Matrix_type);
    return 0;
}

static void
linalg_free(void *module)
{
    linalg_clear(module);
}

GilABIInfo_VAR(linalg_abi);

static GilSlot linalg_slots[] = {
    GilSlot_DATA(Gil_mod_abi, &linalg_abi),
    GilSlot_DATA(Gil_mod_name, "linalg"),
    GilSlot_DATA(Gil_mod_doc, "dense linear algebra, computed outside the lock"),
    GilSlot_DATA(Gil_mod_methods, linalg_methods),
    GilSlot_SIZE(Gil_mod_state_size, sizeof(linalg_state)),
    GilSlot_FUNC(Gil_mod_state_traverse, linalg_traverse),
    GilSlot_FUNC(Gil_mod_state_clear, linalg_clear),
    GilSlot_FUNC(Gil_mod_state_free, linalg_free),
    GilSlot_FUNC(Gil_mod_exec, linalg_exec),
    GilSlot_DATA(Gil_mod_multiple_interpreters, Gil_MOD_PER_INTERPRETER_GIL_SUPPORTED),
    GilSlot_END
};

GilMODEXPORT_FUNC
GilModExport_linalg(void)
{
    return linalg_slots;
}
