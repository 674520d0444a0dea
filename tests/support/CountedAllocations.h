// Every `new` of the program counted. Include it in exactly one file of a test program: it replaces the global operators.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace lab::test {

inline std::atomic<long> g_allocations{0};
inline std::atomic<std::size_t> g_largestAllocation{0};

// Number of allocations of the whole program so far, and the largest since it was last set to 0.
inline long allocationCount() { return g_allocations.load(); }
inline std::atomic<std::size_t>& largestAllocation() { return g_largestAllocation; }

inline void* countedAllocation(std::size_t bytes, std::size_t alignment) {
    g_allocations.fetch_add(1, std::memory_order_relaxed);
    if (bytes > g_largestAllocation) g_largestAllocation = bytes;
    const std::size_t rounded = (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment;
    void* p = alignment > alignof(std::max_align_t) ? std::aligned_alloc(alignment, rounded) : std::malloc(rounded);
    if (p == nullptr) throw std::bad_alloc();
    return p;
}

}  // namespace lab::test

void* operator new(std::size_t bytes) { return lab::test::countedAllocation(bytes, 1); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return lab::test::countedAllocation(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
