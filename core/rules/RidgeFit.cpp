#include "core/rules/RidgeFit.h"

#include "core/base/Assert.h"
#include "core/math/Decompositions.h"

#include <algorithm>

namespace lab {

namespace {

constexpr Index kTile = 128;

}  // namespace

RidgeFit::RidgeFit(Index features, Index classes, bool bias)
    : m_features(features), m_size(features + (bias ? 1 : 0)), m_classes(classes) {
    LAB_ASSERT(features > 0 && features <= kRidgeMostFeatures);
    clear();
}

void RidgeFit::clear() {
    m_gram = MatrixD::Zero(m_size, m_size);
    m_cross = MatrixD::Zero(m_size, m_classes);
    m_count = 0;
}

void RidgeFit::add(Pool& pool, const Real* features, const int* labels, Index n) {
    if (m_rows.rows() < n) m_rows.resize(n, m_size);
    m_rows.block(0, 0, n, m_features) = ConstMatrixMap(features, n, m_features).cast<double>();
    if (m_size > m_features) m_rows.col(m_features).head(n).setOnes();
    // Tiles of rows of the lower triangle: fixed by the sizes, each summed by one thread.
    pool.ranges(m_size, kTile, [&](Index begin, Index end) {
        const Index count = end - begin;
        m_gram.block(begin, 0, count, end).noalias() +=
            m_rows.block(0, begin, n, count).transpose() * m_rows.block(0, 0, n, end);
        for (Index i = 0; i < n; ++i)
            for (Index j = begin; j < end; ++j) m_cross(j, labels[i]) += m_rows(i, j);
    });
    m_count += n;
}

void RidgeFit::solve(double lambda, Real* weight, Real* bias) const {
    LAB_ASSERT(lambda > 0);
    MatrixD system = m_gram.selfadjointView<Eigen::Lower>();
    for (Index j = 0; j < m_features; ++j) system(j, j) += lambda;
    MatrixD solution;
    if (!solveSemidefinite(system, m_cross, 1e-14, solution)) {
        // Directions that the data does not fill are left out.
        const SymmetricEigen eigen = symmetricEigen(system);
        const double most = std::max(eigen.values.maxCoeff(), 0.0);
        VectorD inverse = eigen.values;
        for (Index j = 0; j < m_size; ++j) inverse[j] = inverse[j] > 1e-12 * most ? 1.0 / inverse[j] : 0.0;
        const MatrixD projected = eigen.vectors.transpose() * m_cross;
        solution = eigen.vectors * (inverse.asDiagonal() * projected);
    }
    MatrixMap(weight, m_classes, m_features) = solution.topRows(m_features).transpose().cast<Real>();
    if (bias != nullptr) {
        LAB_ASSERT(m_size > m_features);
        RowVectorMap(bias, m_classes) = solution.row(m_features).cast<Real>();
    }
}

std::vector<double> RidgeFit::save() const {
    std::vector<double> state{static_cast<double>(m_count)};
    if (m_count == 0) return state;
    state.insert(state.end(), m_gram.data(), m_gram.data() + m_gram.size());
    state.insert(state.end(), m_cross.data(), m_cross.data() + m_cross.size());
    return state;
}

bool RidgeFit::load(const std::vector<double>& state, std::size_t& at) {
    if (at >= state.size()) return false;
    clear();
    const double count = state[at++];
    if (!(count >= 0) || count > 1e12) return false;
    m_count = static_cast<Index>(count);
    if (m_count == 0) return true;
    const std::size_t wanted = static_cast<std::size_t>(m_gram.size() + m_cross.size());
    if (state.size() - at < wanted) return false;
    std::copy_n(state.begin() + static_cast<std::ptrdiff_t>(at), m_gram.size(), m_gram.data());
    std::copy_n(state.begin() + static_cast<std::ptrdiff_t>(at) + m_gram.size(), m_cross.size(), m_cross.data());
    at += wanted;
    return true;
}

}  // namespace lab
