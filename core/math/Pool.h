// Threads for fixed tiles of work. The tiling never depends on the number of threads, every tile writes its own part
// of the result and reductions run over tiles in a fixed order, so the same bits come out for any number of threads.
// Waiting threads sleep on a condition variable: the window is a busy neighbour and a spinning wait would cost most of
// the speed (measured; see ARCHITECTURE.md).
#pragma once

#include "core/math/Types.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>

namespace lab {

// How the matrix products of a run round their operands (Bf16.h). A matter of the run, as its threads are.
enum class Products { Single, Bf16 };

class Pool {
public:
    // `threads` >= 1 counts the caller: Pool(1) starts no thread. 0 means one per core.
    explicit Pool(int threads = 1);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    int threads() const { return static_cast<int>(m_workers.size()) + 1; }

    // Asked by every gemm on this pool; kernels that multiply inside tiles of their own stay in single precision.
    Products products() const { return m_products; }
    void setProducts(Products products) { m_products = products; }

    // Calls work(tile) once for every tile in [0, tiles), on any thread, in any order; returns when all are done.
    // Allocates nothing. An exception of a tile is carried to the caller. Called inside a tile, it stays on that tile's thread.
    template <class Work>
    void run(Index tiles, Work&& work) {
        using Plain = std::remove_reference_t<Work>;
        runErased(tiles, [](void* context, Index tile) { (*static_cast<Plain*>(context))(tile); },
                  const_cast<std::remove_const_t<Plain>*>(&work));
    }

    // Calls work(begin, end) over [0, count) in fixed pieces of `grain`.
    template <class Work>
    void ranges(Index count, Index grain, Work&& work) {
        const Index tiles = (count + grain - 1) / grain;
        run(tiles, [&](Index tile) {
            const Index begin = tile * grain;
            work(begin, begin + grain < count ? begin + grain : count);
        });
    }

private:
    using Call = void (*)(void*, Index);
    void runErased(Index tiles, Call call, void* context);
    void drain();
    void work(std::stop_token stop);

    std::vector<std::jthread> m_workers;
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::condition_variable_any m_done;
    std::uint64_t m_generation = 0;  // guarded by m_mutex
    int m_busy = 0;                  // guarded by m_mutex: workers that still hold the current job
    Call m_call = nullptr;
    void* m_context = nullptr;
    Index m_tiles = 0;
    std::atomic<Index> m_next{0};
    std::exception_ptr m_failure;  // guarded by m_mutex
    Products m_products = Products::Single;
};

}  // namespace lab
