// A frozen standardiser: f = (h - mean)/sqrt(variance + 1e-4), statistics of one array over a data set, fitted once.
// One pair of numbers per unit, or per channel where the array is an image. Until it is fitted it changes nothing.
#pragma once

#include "core/math/Pool.h"
#include "core/math/Types.h"

#include <vector>

namespace lab {

class Standardiser {
public:
    // `shape` of one sample: {features} or {channels, height, width}.
    explicit Standardiser(const Shape& shape);

    // Fitting: any number of add(), then finish(). Sums in double, in order of the rows.
    void add(Pool& pool, const Real* h, Index rows);
    void finish();
    bool fitted() const { return m_fitted; }

    // out = f(h), rows x size; out may be h.
    void apply(Pool& pool, const Real* h, Index rows, Real* out) const;

    void save(std::vector<double>& state) const;
    bool load(const std::vector<double>& state, std::size_t& at);

private:
    Index m_channels, m_positions;
    std::vector<double> m_sum, m_squares, m_count;  // while fitting
    std::vector<Real> m_mean, m_scale;
    bool m_fitted = false;
};

}  // namespace lab
