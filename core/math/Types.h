// The only file that names Eigen's scalar and layout. Arrays are batch-first and row-major: X (batch x in),
// W (out x in), Y = X W^T + b, as in PyTorch. The double build (LAB_DOUBLE) serves the gradient tests.
#pragma once

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

namespace lab {

#ifdef LAB_DOUBLE
using Real = double;
#else
using Real = float;
#endif

using Index = std::ptrdiff_t;

using Matrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::Matrix<Real, Eigen::Dynamic, 1>;
using RowVector = Eigen::Matrix<Real, 1, Eigen::Dynamic>;
using MatrixD = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using VectorD = Eigen::Matrix<double, Eigen::Dynamic, 1>;

using MatrixMap = Eigen::Map<Matrix>;
using ConstMatrixMap = Eigen::Map<const Matrix>;
using RowVectorMap = Eigen::Map<RowVector>;
using ConstRowVectorMap = Eigen::Map<const RowVector>;

// Allocator for arrays that vector code reads: 64-byte aligned, one cache line.
template <class T>
struct AlignedAllocator {
    using value_type = T;
    AlignedAllocator() = default;
    template <class U>
    AlignedAllocator(const AlignedAllocator<U>&) {}
    T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t{64})); }
    void deallocate(T* p, std::size_t) { ::operator delete(p, std::align_val_t{64}); }
    template <class U>
    bool operator==(const AlignedAllocator<U>&) const { return true; }
};

using Buffer = std::vector<Real, AlignedAllocator<Real>>;

// Shape of one sample, without the batch: {features}, or {channels, height, width} for images.
using Shape = std::vector<Index>;

inline Index elements(const Shape& shape) {
    Index n = 1;
    for (const Index d : shape) n *= d;
    return n;
}

}  // namespace lab
