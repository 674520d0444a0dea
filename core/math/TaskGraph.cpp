#include "core/math/TaskGraph.h"

#include "core/base/Assert.h"

#include <algorithm>

namespace lab {

int TaskGraph::add(std::initializer_list<int> after) {
    m_tasks.emplace_back();
    const int task = size() - 1;
    for (const int other : after) wait(task, other);
    return task;
}

void TaskGraph::wait(int task, int after) {
    LAB_ASSERT(task >= 0 && task < size() && after >= 0 && after < task);
    m_tasks[static_cast<std::size_t>(after)].then.push_back(task);
    ++m_tasks[static_cast<std::size_t>(task)].needs;
}

void TaskGraph::runErased(Pool& pool, Call call, void* context) {
    if (m_tasks.empty()) return;
    for (Task& task : m_tasks) task.missing = task.needs;
    m_open = size();
    m_sleepers = 0;
    pool.run(std::min<Index>(pool.threads(), size()), [&](Index) { strand(call, context); });
}

int TaskGraph::takeReady() {
    for (int task = 0; task < size(); ++task) {
        Task& t = m_tasks[static_cast<std::size_t>(task)];
        if (t.missing != 0) continue;
        t.missing = -1;
        return task;
    }
    return -1;
}

void TaskGraph::strand(Call call, void* context) {
    std::unique_lock lock(m_mutex);
    while (m_open > 0) {
        const int task = takeReady();
        if (task < 0) {
            // Another strand is at work on what everything here waits for.
            ++m_sleepers;
            m_ready.wait(lock);
            --m_sleepers;
            continue;
        }
        lock.unlock();
        try {
            call(context, task);
        } catch (...) {
            lock.lock();
            m_open = 0;
            m_ready.notify_all();
            throw;
        }
        lock.lock();
        if (m_open == 0) return;  // another task has failed
        --m_open;
        int freed = 0;
        for (const int next : m_tasks[static_cast<std::size_t>(task)].then)
            freed += --m_tasks[static_cast<std::size_t>(next)].missing == 0 ? 1 : 0;
        if (m_open == 0)
            m_ready.notify_all();
        else
            for (int i = 1; i < freed && i <= m_sleepers; ++i)
                m_ready.notify_one();  // the first of them is for this thread
    }
}

}  // namespace lab
