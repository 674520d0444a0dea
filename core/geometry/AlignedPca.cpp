#include "core/geometry/AlignedPca.h"

#include "core/base/Assert.h"
#include "core/base/Rng.h"
#include "core/geometry/DoubleProducts.h"
#include "core/math/Decompositions.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace lab {

namespace {

constexpr Index kExtra = 9;          // block columns beyond the wanted ones: convergence goes with the gap behind them
constexpr double kTolerance = 1e-3;  // residual relative to the largest eigenvalue
constexpr int kWarmSweeps = 20;
constexpr int kColdSweeps = 60;
constexpr Index kRowGrain = 64;
constexpr double kSmoothing = 0.1;  // of the radius

}  // namespace

MatrixD procrustesRotation(const MatrixD& scores, const MatrixD& target) {
    LAB_ASSERT(scores.rows() == target.rows() && scores.cols() == target.cols());
    const SingularDecomposition cross = singularDecomposition(scores.transpose() * target);
    return cross.u * cross.v.transpose();
}

MatrixD signedPermutation(const MatrixD& scores, const MatrixD& target) {
    LAB_ASSERT(scores.rows() == target.rows() && scores.cols() == target.cols() && scores.cols() <= 6);
    const Index k = scores.cols();
    const MatrixD cross = scores.transpose() * target;
    std::vector<Index> order(static_cast<std::size_t>(k));
    std::iota(order.begin(), order.end(), Index{0});
    std::vector<Index> best = order;
    double most = -1;
    do {
        double sum = 0;
        for (Index i = 0; i < k; ++i) sum += std::fabs(cross(i, order[static_cast<std::size_t>(i)]));
        if (sum > most) {
            most = sum;
            best = order;
        }
    } while (std::next_permutation(order.begin(), order.end()));
    MatrixD r = MatrixD::Zero(k, k);
    for (Index i = 0; i < k; ++i) {
        const Index j = best[static_cast<std::size_t>(i)];
        r(i, j) = cross(i, j) < 0 ? -1 : 1;
    }
    return r;
}

AlignedPca::AlignedPca(int components, Mode mode, std::uint64_t seed)
    : m_components(components), m_mode(mode), m_seed(seed) {
    LAB_ASSERT(components >= 1 && components <= 6);
}

void AlignedPca::reset() {
    m_basis.resize(0, 0);
    m_previous.resize(0, 0);
    m_plane.resize(0, 0);
    m_frame = Frame();
}

bool AlignedPca::subspaceIteration(const MatrixD& gram, Pool& pool, bool warm) {
    const Index n = gram.rows();
    const Index block = std::min<Index>(n, m_components + kExtra);
    if (!warm) {
        const Stream random(m_seed, Purpose::Analysis, 1);
        m_basis.resize(n, block);
        for (Index i = 0; i < m_basis.size(); ++i) m_basis.data()[i] = random.normalAt(static_cast<std::uint64_t>(i));
    }
    const Index wanted = std::min<Index>(m_components, block);
    m_frame.sweeps = 0;
    const int limit = warm ? kWarmSweeps : kColdSweeps;
    for (;;) {
        orthonormalise(m_basis);
        m_product = MatrixD::Zero(n, block);
        pool.ranges(n, kRowGrain, [&](Index begin, Index end) {
            multiplyAdd(end - begin, block, n, 1.0, gram.data() + begin * n, n, m_basis.data(), block,
                        m_product.data() + begin * block, block);
        });
        ++m_frame.sweeps;
        const Eigen::MatrixXd small = m_basis.transpose() * m_product;
        const SymmetricEigen eigen = symmetricEigen((small + small.transpose()) / 2);
        const MatrixD turn = eigen.vectors.rowwise().reverse();
        m_values = eigen.values.reverse();
        const MatrixD ritz = m_basis * turn;
        const MatrixD image = m_product * turn;
        double residual = 0;
        for (Index c = 0; c < wanted; ++c) residual = std::max(residual, (image.col(c) - m_values[c] * ritz.col(c)).norm());
        m_basis = ritz;
        if (residual <= kTolerance * m_values[0]) return true;
        if (m_frame.sweeps >= limit) return false;
        m_basis = image;  // the power step
    }
}

const AlignedPca::Frame& AlignedPca::update(const GramBank& bank, Pool& pool, std::uint64_t probes) {
    if (!bank.ok()) {
        const double radius = m_frame.radius;
        m_frame = Frame();
        m_frame.status = bank.status();
        m_frame.why = bank.why();
        m_frame.radius = radius;
        return m_frame;
    }
    const Index n = bank.probes();
    const Index k = std::min<Index>(m_components, n - 1);
    const bool same = probes == m_probes && m_previous.rows() == n && m_previous.cols() == k;
    if (!same) reset();
    m_probes = probes;
    const bool converged = subspaceIteration(bank.gram(), pool, same && m_basis.rows() == n);
    m_frame.status = converged ? Status::Ok : Status::NotConverged;
    m_frame.why = converged ? "" : "the spectrum falls too slowly for the components to settle; their order is uncertain";

    MatrixD scores(n, k);
    MatrixD plane = m_basis.leftCols(k);
    m_frame.explained.resize(k);
    for (Index c = 0; c < k; ++c) {
        const double value = std::max(0.0, m_values[c]);
        m_frame.explained[c] = value / bank.trace();
        scores.col(c) = std::sqrt(value) * plane.col(c);
        if (same) continue;
        // Nothing to align with: the largest entry of each component is made positive.
        Index peak = 0;
        scores.col(c).cwiseAbs().maxCoeff(&peak);
        if (scores(peak, c) < 0) scores.col(c) = -scores.col(c);
    }
    m_frame.explainedTotal = m_frame.explained.sum();
    m_frame.restarted = !same;
    if (same && m_mode == Mode::Rotation)
        m_frame.compass = procrustesRotation(scores, m_previous);
    else if (same && m_mode == Mode::Axes)
        m_frame.compass = signedPermutation(scores, m_previous);
    else
        m_frame.compass = MatrixD::Identity(k, k);
    m_frame.coordinates = scores * m_frame.compass;

    const double norm = m_frame.coordinates.norm();
    m_frame.jump = same && norm > 0 ? (m_frame.coordinates - m_previous).norm() / norm : 0.0;
    m_frame.planeCosine = 1;
    if (same) {
        m_frame.planeCosine = std::min(1.0, singularValues(plane.transpose() * m_plane).minCoeff());
    }
    const double radius = norm / std::sqrt(static_cast<double>(n));
    m_frame.radius = same && m_frame.radius > 0 ? m_frame.radius + kSmoothing * (radius - m_frame.radius) : radius;
    m_previous = m_frame.coordinates;
    m_plane = plane;
    return m_frame;
}

}  // namespace lab
