// Tasks that wait for one another, on the threads of a pool. Which thread runs a task and when is left to the moment; what
// a task reads must be written by tasks that it waits for, so that the result is that of running them in order.
#pragma once

#include "core/math/Pool.h"

#include <initializer_list>

namespace lab {

class TaskGraph {
public:
    // Adds a task that begins when all of `after` (earlier tasks) are done, and returns its number, counted from 0. Of tasks
    // that could begin at the same time the one with the smallest number does.
    int add(std::initializer_list<int> after = {});
    // Lets `task` wait for one more.
    void wait(int task, int after);
    int size() const { return static_cast<int>(m_tasks.size()); }

    // Calls work(task) once for every task and returns when all are done. What the tasks do with the pool stays on their
    // thread. Threads without a task sleep. Allocates nothing. The first exception is carried to the caller; tasks that had
    // not begun then are left out.
    template <class Work>
    void run(Pool& pool, Work&& work) {
        using Plain = std::remove_reference_t<Work>;
        runErased(pool, [](void* context, int task) { (*static_cast<Plain*>(context))(task); },
                  const_cast<std::remove_const_t<Plain>*>(&work));
    }
    // The same in order of the numbers, on the caller's thread, every product shared out among the threads of the pool.
    template <class Work>
    void runInOrder(Work&& work) const {
        for (int task = 0; task < size(); ++task) work(task);
    }

private:
    using Call = void (*)(void*, int);
    struct Task {
        std::vector<int> then;  // tasks that wait for this one
        int needs = 0;          // how many tasks it waits for
        int missing = 0;        // how many of them are not done; -1 = begun
    };
    void runErased(Pool& pool, Call call, void* context);
    void strand(Call call, void* context);
    int takeReady();

    std::vector<Task> m_tasks;
    std::mutex m_mutex;  // guards everything below and Task::missing
    std::condition_variable m_ready;
    int m_open = 0;      // tasks that are not done
    int m_sleepers = 0;
};

}  // namespace lab
