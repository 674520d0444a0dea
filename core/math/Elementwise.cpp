#include "core/math/Elementwise.h"

#include "core/math/Simd.h"

#include <algorithm>
#include <type_traits>

namespace lab {

LAB_CLONES void addTo(const Real* x, Real* y, Index n) {
    for (Index i = 0; i < n; ++i) y[i] += x[i];
}

LAB_CLONES void scaleAdd(Real a, const Real* x, Real b, Real* y, Index n) {
    for (Index i = 0; i < n; ++i) y[i] = a * x[i] + b * y[i];
}

LAB_CLONES void scaled(Real a, const Real* x, Real* y, Index n) {
    for (Index i = 0; i < n; ++i) y[i] = a * x[i];
}

LAB_CLONES void scaledSum(Real a, const Real* x, const Real* y, const Real* b, Real* z, Index n) {
    if (b == nullptr)
        for (Index i = 0; i < n; ++i) z[i] = a * (x[i] + y[i]);
    else
        for (Index i = 0; i < n; ++i) z[i] = a * (x[i] + y[i]) + b[i];
}

void addRow(const Real* b, Real* y, Index rows, Index cols, Index ld) {
    for (Index row = 0; row < rows; ++row) addTo(b, y + row * ld, cols);
}

void columnSums(const Real* y, Index rows, Index cols, Index ld, Real beta, Real* sums) {
    if (beta == Real(0))
        std::fill(sums, sums + cols, Real(0));
    else if (beta != Real(1))
        for (Index j = 0; j < cols; ++j) sums[j] *= beta;
    for (Index row = 0; row < rows; ++row) addTo(y + row * ld, sums, cols);
}

namespace {
constexpr Index kLanes = 8;

double foldLanes(const double* lanes) {
    double total = 0;
    for (Index l = 0; l < kLanes; ++l) total += lanes[l];
    return total;
}
}  // namespace

LAB_CLONES double sum(const Real* x, Index n) {
    double lanes[kLanes] = {};
    const Index whole = n / kLanes * kLanes;
    for (Index i = 0; i < whole; i += kLanes)
        for (Index l = 0; l < kLanes; ++l) lanes[l] += static_cast<double>(x[i + l]);
    for (Index i = whole; i < n; ++i) lanes[i - whole] += static_cast<double>(x[i]);
    return foldLanes(lanes);
}

LAB_CLONES double dot(const Real* x, const Real* y, Index n) {
    double lanes[kLanes] = {};
    const Index whole = n / kLanes * kLanes;
    for (Index i = 0; i < whole; i += kLanes)
        for (Index l = 0; l < kLanes; ++l) lanes[l] += static_cast<double>(x[i + l]) * static_cast<double>(y[i + l]);
    for (Index i = whole; i < n; ++i) lanes[i - whole] += static_cast<double>(x[i]) * static_cast<double>(y[i]);
    return foldLanes(lanes);
}

LAB_CLONES double squaredDistance(const Real* x, const Real* y, Index n) {
    double lanes[kLanes] = {};
    const Index whole = n / kLanes * kLanes;
    for (Index i = 0; i < whole; i += kLanes)
        for (Index l = 0; l < kLanes; ++l) {
            const double d = static_cast<double>(x[i + l]) - static_cast<double>(y[i + l]);
            lanes[l] += d * d;
        }
    for (Index i = whole; i < n; ++i) {
        const double d = static_cast<double>(x[i]) - static_cast<double>(y[i]);
        lanes[i - whole] += d * d;
    }
    return foldLanes(lanes);
}

LAB_CLONES Real largestMagnitude(const Real* x, Index n) {
    std::conditional_t<std::is_same_v<Real, float>, std::uint32_t, std::uint64_t> top = 0;
    for (Index i = 0; i < n; ++i) {
        const auto bits = magnitudeBits(x[i]);
        top = bits > top ? bits : top;
    }
    return fromMagnitude(top);
}

}  // namespace lab
