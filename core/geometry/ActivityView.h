// The input of every measure: activity of p units (columns) on n probes (rows), seen but not owned.
#pragma once

#include "core/math/Types.h"

#include <cstdint>
#include <span>

namespace lab {

struct ActivityView {
    const Real* data = nullptr;
    Index rows = 0;    // probes, n
    Index cols = 0;    // units, p
    Index stride = 0;  // elements from one row to the next

    ActivityView() = default;
    ActivityView(const Real* values, Index n, Index p) : data(values), rows(n), cols(p), stride(p) {}
    ActivityView(const Real* values, Index n, Index p, Index rowStride)
        : data(values), rows(n), cols(p), stride(rowStride) {}
    ActivityView(const Matrix& m) : ActivityView(m.data(), m.rows(), m.cols()) {}

    const Real* row(Index i) const { return data + i * stride; }
    Index size() const { return rows * cols; }
};

// One class number per probe. Any values; classes are the distinct values in ascending order.
using Labels = std::span<const std::int32_t>;

// First row with a value that is not finite, or -1.
Index firstNonFiniteRow(const ActivityView& x);

}  // namespace lab
