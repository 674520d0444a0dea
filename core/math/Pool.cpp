#include "core/math/Pool.h"

#include "core/base/Assert.h"

#include <utility>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace lab {

namespace {

// oneDNN brings OpenMP of its own. One OpenMP thread per pool thread: the tiles are the only parallelism, so neither
// the split of a sum nor a spinning barrier of another runtime can come in between.
void quietenOpenMp() {
#ifdef _OPENMP
    omp_set_num_threads(1);
#endif
}

// The pool whose tile this thread is working on.
thread_local const Pool* t_inside = nullptr;

}  // namespace

Pool::Pool(int threads) {
    LAB_ASSERT(threads >= 0);
    if (threads == 0) threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    quietenOpenMp();
    for (int i = 1; i < threads; ++i)
        m_workers.emplace_back([this](std::stop_token stop) { work(stop); });
}

Pool::~Pool() {
    for (std::jthread& worker : m_workers) worker.request_stop();
    m_wake.notify_all();
}

void Pool::runErased(Index tiles, Call call, void* context) {
    if (tiles <= 0) return;
    quietenOpenMp();
    if (m_workers.empty() || tiles == 1 || t_inside == this) {
        for (Index tile = 0; tile < tiles; ++tile) call(context, tile);
        return;
    }
    {
        std::unique_lock lock(m_mutex);
        m_done.wait(lock, [this] { return m_busy == 0; });  // late sleepers of the last job have let go
        m_call = call;
        m_context = context;
        m_tiles = tiles;
        m_next.store(0, std::memory_order_relaxed);
        m_failure = nullptr;
        ++m_generation;
        m_busy = static_cast<int>(m_workers.size());
    }
    m_wake.notify_all();
    drain();
    std::unique_lock lock(m_mutex);
    m_done.wait(lock, [this] { return m_busy == 0; });
    if (m_failure) {
        std::exception_ptr failure = m_failure;
        m_failure = nullptr;
        std::rethrow_exception(failure);
    }
}

void Pool::drain() {
    const Pool* const outer = std::exchange(t_inside, this);
    for (Index tile = m_next.fetch_add(1, std::memory_order_relaxed); tile < m_tiles;
         tile = m_next.fetch_add(1, std::memory_order_relaxed)) {
        try {
            m_call(m_context, tile);
        } catch (...) {
            std::lock_guard lock(m_mutex);
            if (!m_failure) m_failure = std::current_exception();
        }
    }
    t_inside = outer;
}

void Pool::work(std::stop_token stop) {
    quietenOpenMp();
    std::uint64_t seen = 0;
    for (;;) {
        {
            std::unique_lock lock(m_mutex);
            if (!m_wake.wait(lock, stop, [&] { return m_generation != seen; })) return;
            seen = m_generation;
        }
        drain();
        {
            std::lock_guard lock(m_mutex);
            if (--m_busy == 0) m_done.notify_all();
        }
    }
}

}  // namespace lab
