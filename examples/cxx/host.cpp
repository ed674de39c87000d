// SPDX-License-Identifier: MIT
/*
 * A host in C++17: `host DIR FILE...` counts the words of files on threads that share one interpreter, by the
 * extension words.cpp, into one shared dict, and prints how many words each file has and how many of them differ;
 * then ok.
 *
 * It shows the things that must be given back, each as an object with a destructor: a reference (gil::ref), a guard
 * that keeps the interpreter (gil::guard), a thread's stay in it (gil::ensure), and its stay outside (gil::allow_threads, behind
 * GIL_BLOCKING_CALL). Their order in a scope is what makes it right: a ref is destroyed while its thread is still attached.
 */
#include <gilrt.hpp>

#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace {

/* One file's work; each thread writes its own. */
struct Job {
    std::string path;
    bool failed = true;
};

/* results[path] = count(text of the file). With an exception set where it returns false. */
bool
count_file(GilObject *count, GilObject *results, const std::string &path, const std::string &text)
{
    gil::ref argument = gil::ref::steal(GilUnicode_FromStringAndSize(text.data(), static_cast<Gil_ssize_t>(text.size())));
    if (!argument)
        return false;
    gil::ref counts = gil::ref::steal(GilObject_CallFunctionObjArgs(count, argument.get(), nullptr));
    return counts && GilDict_SetItemString(results, path.c_str(), counts.get()) == 0;
}

void
work(const gil::guard &guard, GilObject *count, GilObject *results, Job &job)
{
    /* Reading a file needs no interpreter, so it is done before there is one to hold up. */
    std::ifstream file(job.path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) {
        std::cerr << "host: cannot read " + job.path + "\n";
        return;
    }
    gil::ensure attached(guard);
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
    gil::ref values = gil::ref::steal(GilDict_Values(counts));

    for (Gil_ssize_t i = 0; values && i < GilList_Size(values.get()); i++) {
        gil::ref value = gil::ref::steal(GilList_GetItemRef(values.get(), i));
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
    gil::ref counts;
    if (job.failed || GilDict_GetItemStringRef(results, job.path.c_str(), counts.out()) <= 0)
        return false;
    long words = sum_of_values(counts.get());
    std::cout << job.path << ": " << words << " words, " << GilDict_Size(counts.get()) << " different\n";
    return words >= 0;
}

/* Everything between start and end of the runtime; with an exception printed where it returns false. */
bool
run(std::vector<Job> &jobs)
{
    gil::ref module = gil::ref::steal(GilImport_ImportModule("words"));
    gil::ref count = gil::ref::steal(module ? GilObject_GetAttrString(module.get(), "count") : nullptr);
    gil::ref results = gil::ref::steal(count ? GilDict_New() : nullptr);
    gil::guard guard = gil::guard::from_current();
    if (!results || !guard) {
        GilErr_Print();
        return false;
    }

    std::vector<std::thread> threads;
    threads.reserve(jobs.size());
    for (Job &job : jobs)
        threads.emplace_back(work, std::cref(guard), count.get(), results.get(), std::ref(job));
    {
        GIL_BLOCKING_CALL(joining);
        for (std::thread &thread : threads)
            thread.join();
    }

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
