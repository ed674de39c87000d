// SPDX-License-Identifier: MIT
/*
 * A host in C++17: `host DIR FILE...` counts the words of files on threads that share one interpreter, by the
 * extension words.cpp, into one shared dict, and prints how many words each file has and how many of them differ;
 * then ok.
 *
 * It shows the three things that must be given back, each as an object with a destructor: a reference (Ref), a
 * guard that keeps the interpreter (Guard), and a thread's stay in it (Attached). Their order in a scope is what
 * makes it right: a Ref is destroyed while its thread is still attached.
 */
#include <gilrt.h>

#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Decref {
    void
    operator()(GilObject *object) const
    {
        Gil_DECREF(object);
    }
};
using Ref = std::unique_ptr<GilObject, Decref>;

/* Keeps the interpreter that the thread is attached to when it is made. */
class Guard {
public:
    Guard() : guard_(GilInterpreterGuard_FromCurrent()) {}
    ~Guard()
    {
        if (guard_ != nullptr)
            GilInterpreterGuard_Close(guard_);
    }
    Guard(const Guard &) = delete;
    Guard &operator=(const Guard &) = delete;

    GilInterpreterGuard *
    get() const
    {
        return guard_;
    }

private:
    GilInterpreterGuard *guard_;
};

/* The stay of a thread in the interpreter of a guard; false where there was no way in. */
class Attached {
public:
    explicit Attached(const Guard &guard) : token_(GilThreadState_Ensure(guard.get())) {}
    ~Attached()
    {
        if (token_ != nullptr)
            GilThreadState_Release(token_);
    }
    Attached(const Attached &) = delete;
    Attached &operator=(const Attached &) = delete;

    explicit operator bool() const
    {
        return token_ != nullptr;
    }

private:
    GilThreadStateToken *token_;
};

/* One file's work; each thread writes its own. */
struct Job {
    std::string path;
    bool failed = true;
};

/* results[path] = count(text of the file). With an exception set where it returns false. */
bool
count_file(GilObject *count, GilObject *results, const std::string &path, const std::string &text)
{
    Ref argument(GilUnicode_FromStringAndSize(text.data(), static_cast<Gil_ssize_t>(text.size())));
    if (!argument)
        return false;
    Ref counts(GilObject_CallFunctionObjArgs(count, argument.get(), nullptr));
    return counts && GilDict_SetItemString(results, path.c_str(), counts.get()) == 0;
}

void
work(const Guard &guard, GilObject *count, GilObject *results, Job &job)
{
    /* Reading a file needs no interpreter, so it is done before there is one to hold up. */
    std::ifstream file(job.path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) {
        std::cerr << "host: cannot read " + job.path + "\n";
        return;
    }
    Attached attached(guard);
    if (!attached)
        return;
    job.failed = !count_file(count, results, job.path, text);
    if (job.failed)
        GilErr_Print();
}

/* The sum of the values of a dict of ints, or -1 with an exception set. */
long
sum_of_values(GilObject *counts)
{
    long sum = 0;
    Ref values(GilDict_Values(counts));

    for (Gil_ssize_t i = 0; values && i < GilList_Size(values.get()); i++) {
        Ref value(GilList_GetItemRef(values.get(), i));
        long number = value ? GilLong_AsLong(value.get()) : -1;
        if (number < 0)
            return -1;
        sum += number;
    }
    return values ? sum : -1;
}

bool
report(GilObject *results, const Job &job)
{
    GilObject *found = nullptr;
    if (job.failed || GilDict_GetItemStringRef(results, job.path.c_str(), &found) <= 0)
        return false;
    Ref counts(found);
    long words = sum_of_values(counts.get());
    std::cout << job.path << ": " << words << " words, " << GilDict_Size(counts.get()) << " different\n";
    return words >= 0;
}

/* Everything between start and end of the runtime; with an exception printed where it returns false. */
bool
run(std::vector<Job> &jobs)
{
    Ref module(GilImport_ImportModule("words"));
    Ref count(module ? GilObject_GetAttrString(module.get(), "count") : nullptr);
    Ref results(count ? GilDict_New() : nullptr);
    Guard guard;
    if (!results || guard.get() == nullptr) {
        GilErr_Print();
        return false;
    }

    std::vector<std::thread> threads;
    threads.reserve(jobs.size());
    for (Job &job : jobs)
        threads.emplace_back(work, std::cref(guard), count.get(), results.get(), std::ref(job));
    Gil_BEGIN_ALLOW_THREADS
    for (std::thread &thread : threads)
        thread.join();
    Gil_END_ALLOW_THREADS

    bool right = true;
    for (const Job &job : jobs)
        right = report(results.get(), job) && right;
    if (GilErr_Occurred())
        GilErr_Print();
    return right;
}

}

int
main(int argc, char **argv)
{
    if (argc < 3) {
        std::cerr << "usage: host DIR FILE...\n";
        return 2;
    }
    GilConfig config;
    GilConfig_Init(&config);
    config.module_search_path = argv[1];
    GilStatus status = Gil_InitializeFromConfig(&config);
    if (GilStatus_Exception(status)) {
        std::cerr << status.func << ": " << status.err_msg << "\n";
        return 1;
    }
    std::vector<Job> jobs;
    for (int i = 2; i < argc; i++)
        jobs.push_back({argv[i], true});
    bool right = run(jobs);
    if (Gil_FinalizeEx() < 0)
        right = false;
    std::cout << (right ? "ok" : "wrong") << "\n";
    return right ? 0 : 1;
}
