#include "core/rules/Standardiser.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr double kEpsilon = 1e-4;
constexpr Index kRowGrain = 16;
constexpr Index kChannelGrain = 64;

}  // namespace

Standardiser::Standardiser(const Shape& shape)
    : m_channels(shape.size() >= 2 ? shape.front() : elements(shape)),
      m_positions(m_channels > 0 ? elements(shape) / m_channels : 0),
      m_sum(static_cast<std::size_t>(m_channels), 0.0),
      m_squares(m_sum),
      m_count(1, 0.0),
      m_mean(static_cast<std::size_t>(m_channels), Real(0)),
      m_scale(static_cast<std::size_t>(m_channels), Real(1)) {}

void Standardiser::add(Pool& pool, const Real* h, Index rows) {
    const Index size = m_channels * m_positions;
    pool.ranges(m_channels, m_positions == 1 ? kChannelGrain : 1, [&](Index begin, Index end) {
        for (Index i = 0; i < rows; ++i) {
            const Real* row = h + i * size;
            for (Index c = begin; c < end; ++c) {
                double sum = 0, squares = 0;
                for (Index p = 0; p < m_positions; ++p) {
                    const double v = static_cast<double>(row[c * m_positions + p]);
                    sum += v;
                    squares += v * v;
                }
                m_sum[static_cast<std::size_t>(c)] += sum;
                m_squares[static_cast<std::size_t>(c)] += squares;
            }
        }
    });
    m_count.front() += static_cast<double>(rows * m_positions);
}

void Standardiser::finish() {
    const double n = std::max(m_count.front(), 1.0);
    for (std::size_t c = 0; c < m_sum.size(); ++c) {
        const double mean = m_sum[c] / n;
        const double variance = std::max(m_squares[c] / n - mean * mean, 0.0);
        m_mean[c] = static_cast<Real>(mean);
        m_scale[c] = static_cast<Real>(1.0 / std::sqrt(variance + kEpsilon));
    }
    std::fill(m_sum.begin(), m_sum.end(), 0.0);
    std::fill(m_squares.begin(), m_squares.end(), 0.0);
    m_count.front() = 0;
    m_fitted = true;
}

void Standardiser::apply(Pool& pool, const Real* h, Index rows, Real* out) const {
    const Index size = m_channels * m_positions;
    pool.ranges(rows, kRowGrain, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i)
            for (Index c = 0; c < m_channels; ++c) {
                const Real mean = m_mean[static_cast<std::size_t>(c)], scale = m_scale[static_cast<std::size_t>(c)];
                const Real* from = h + i * size + c * m_positions;
                Real* to = out + i * size + c * m_positions;
                for (Index p = 0; p < m_positions; ++p) to[p] = (from[p] - mean) * scale;
            }
    });
}

void Standardiser::save(std::vector<double>& state) const {
    state.push_back(m_fitted ? 1 : 0);
    state.insert(state.end(), m_mean.begin(), m_mean.end());
    state.insert(state.end(), m_scale.begin(), m_scale.end());
}

bool Standardiser::load(const std::vector<double>& state, std::size_t& at) {
    if (state.size() < at + 1 + m_mean.size() + m_scale.size()) return false;
    m_fitted = state[at++] != 0;
    for (std::vector<Real>* list : {&m_mean, &m_scale})
        for (Real& v : *list) v = static_cast<Real>(state[at++]);
    return true;
}

}  // namespace lab
