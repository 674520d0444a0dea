#include "core/rules/Relaxation.h"

#include "core/base/Assert.h"
#include "core/math/Gemm.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr Index kGrain = 8192;  // units per tile of an elementwise pass
constexpr Index kEnergyRows = 16;

}  // namespace

Real rhoValue(Rho rho, Real u) {
    if (rho == Rho::HardSigmoid) return std::clamp(u, Real(0), Real(1));
    return Real(1) / (Real(1) + std::exp(Real(2) - Real(4) * u));
}

double rhoIntegral(Rho rho, double u) {
    if (rho == Rho::HardSigmoid) return u <= 0 ? 0.0 : u >= 1 ? u - 0.5 : 0.5 * u * u;
    const double z = 4 * u - 2;
    return (z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z))) / 4;
}

Relaxation::Relaxation(Index inputSize, const std::vector<Index>& widths, Rho rho, Index capacity)
    : m_inputSize(inputSize), m_widths(widths), m_rho(rho), m_capacity(capacity) {
    LAB_ASSERT(!widths.empty());
    Index widest = 0;
    for (const Index width : widths) {
        widest = std::max(widest, width);
        m_v.emplace_back(static_cast<std::size_t>(capacity * width));
    }
    m_drive.resize(static_cast<std::size_t>(capacity * widths.front()));
    m_difference.resize(static_cast<std::size_t>(capacity * widest));
    m_mean.resize(static_cast<std::size_t>(capacity * widest));
}

RelaxationState Relaxation::makeState() const {
    RelaxationState state;
    for (const Index width : m_widths) {
        state.u.emplace_back(static_cast<std::size_t>(m_capacity * width));
        state.r.emplace_back(static_cast<std::size_t>(m_capacity * width));
    }
    return state;
}

void Relaxation::setInput(Pool& pool, const std::vector<CoupledLayer>& chain, const Real* x, Index rows) {
    LAB_ASSERT(rows <= m_capacity);
    productForward(pool, rows, m_inputSize, m_widths.front(), x, chain.front().weight, m_drive.data());
    if (chain.front().bias != nullptr)
        MatrixMap(m_drive.data(), rows, m_widths.front()).rowwise() +=
            ConstRowVectorMap(chain.front().bias, m_widths.front());
}

void Relaxation::clear(RelaxationState& state, Index rows) const {
    for (std::size_t l = 0; l < m_widths.size(); ++l) std::fill_n(state.u[l].begin(), rows * m_widths[l], Real(0));
    refresh(state, rows);
}

void Relaxation::copy(const RelaxationState& from, RelaxationState& to, Index rows) const {
    for (std::size_t l = 0; l < m_widths.size(); ++l) {
        std::copy_n(from.u[l].begin(), rows * m_widths[l], to.u[l].begin());
        std::copy_n(from.r[l].begin(), rows * m_widths[l], to.r[l].begin());
    }
}

void Relaxation::refresh(RelaxationState& state, Index rows) const {
    for (std::size_t l = 0; l < m_widths.size(); ++l)
        for (Index i = 0; i < rows * m_widths[l]; ++i)
            state.r[l][static_cast<std::size_t>(i)] = rhoValue(m_rho, state.u[l][static_cast<std::size_t>(i)]);
}

void Relaxation::relax(Pool& pool, const std::vector<CoupledLayer>& chain, RelaxationState& state, Index rows, int steps,
                       Real beta, const Real* target, Real kappa, std::vector<double>* residual,
                       std::vector<double>* energies) {
    const std::size_t count = m_widths.size();
    for (int step = 0; step < steps; ++step) {
        if (energies != nullptr) energies->push_back(energy(chain, state, rows, beta, target));
        for (std::size_t l = 0; l < count; ++l) {
            const Index n = m_widths[l];
            Real* v = m_v[l].data();
            if (l == 0) {
                std::copy_n(m_drive.data(), rows * n, v);
            } else {
                productForward(pool, rows, m_widths[l - 1], n, state.r[l - 1].data(), chain[l].weight, v);
                if (chain[l].bias != nullptr) MatrixMap(v, rows, n).rowwise() += ConstRowVectorMap(chain[l].bias, n);
            }
            if (l + 1 < count)
                productBackward(pool, rows, n, m_widths[l + 1], state.r[l + 1].data(), chain[l + 1].weight, 1, v);
            if (l + 1 == count && beta != Real(0)) {
                const Real* r = state.r[l].data();
                for (Index i = 0; i < rows * n; ++i) v[i] -= beta * (r[i] - target[i]);
            }
        }
        if (residual != nullptr) {
            double worst = 0;
            for (std::size_t l = 0; l < count; ++l)
                for (Index i = 0; i < rows * m_widths[l]; ++i)
                    worst = std::max(worst, std::abs(static_cast<double>(m_v[l][static_cast<std::size_t>(i)]) -
                                                     static_cast<double>(state.u[l][static_cast<std::size_t>(i)])));
            residual->push_back(worst);
        }
        for (std::size_t l = 0; l < count; ++l) {
            const Real* v = m_v[l].data();
            Real* u = state.u[l].data();
            Real* r = state.r[l].data();
            pool.ranges(rows * m_widths[l], kGrain, [&](Index begin, Index end) {
                for (Index i = begin; i < end; ++i) {
                    u[i] += kappa * (v[i] - u[i]);
                    r[i] = rhoValue(m_rho, u[i]);
                }
            });
        }
    }
}

double Relaxation::energy(const std::vector<CoupledLayer>& chain, const RelaxationState& state, Index rows, Real beta,
                          const Real* target) const {
    rows = std::min(rows, kEnergyRows);
    double sum = 0;
    for (std::size_t l = 0; l < m_widths.size(); ++l) {
        const Index n = m_widths[l];
        const Real* u = state.u[l].data();
        const Real* r = state.r[l].data();
        for (Index i = 0; i < rows * n; ++i) sum += static_cast<double>(u[i]) * r[i] - rhoIntegral(m_rho, u[i]);
        if (l == 0)
            for (Index i = 0; i < rows * n; ++i) sum -= static_cast<double>(m_drive[static_cast<std::size_t>(i)]) * r[i];
        else
            for (Index i = 0; i < rows; ++i)
                for (Index j = 0; j < n; ++j) {
                    const Real* below = state.r[l - 1].data() + i * m_widths[l - 1];
                    const Real* w = chain[l].weight + j * m_widths[l - 1];
                    double drive = chain[l].bias != nullptr ? chain[l].bias[j] : Real(0);
                    for (Index k = 0; k < m_widths[l - 1]; ++k) drive += static_cast<double>(w[k]) * below[k];
                    sum -= drive * r[i * n + j];
                }
        if (l + 1 == m_widths.size() && beta != Real(0))
            for (Index i = 0; i < rows * n; ++i) {
                const double gap = static_cast<double>(r[i]) - static_cast<double>(target[i]);
                sum += 0.5 * static_cast<double>(beta) * gap * gap;
            }
    }
    return rows > 0 ? sum / static_cast<double>(rows) : 0.0;
}

void Relaxation::contrast(Pool& pool, int l, const RelaxationState& plus, const RelaxationState& minus, const Real* x,
                          Index rows, Real span, Real* weightGradient, Real* biasGradient) {
    const std::size_t at = static_cast<std::size_t>(l);
    const Index n = m_widths[at];
    const Index below = l == 0 ? m_inputSize : m_widths[at - 1];
    const Real factor = Real(-1) / (span * static_cast<Real>(rows));
    for (Index i = 0; i < rows * n; ++i)
        m_difference[static_cast<std::size_t>(i)] =
            plus.r[at][static_cast<std::size_t>(i)] - minus.r[at][static_cast<std::size_t>(i)];
    if (l == 0) {
        gemm(pool, Transpose::Yes, Transpose::No, n, below, rows, factor, m_difference.data(), n, x, below, 0,
             weightGradient, below);
    } else {
        // r+^T p+ - r-^T p-  =  (r+ - r-)^T (p+ + p-)/2  +  ((r+ + r-)/2)^T (p+ - p-)
        for (Index i = 0; i < rows * below; ++i)
            m_mean[static_cast<std::size_t>(i)] =
                Real(0.5) * (plus.r[at - 1][static_cast<std::size_t>(i)] + minus.r[at - 1][static_cast<std::size_t>(i)]);
        gemm(pool, Transpose::Yes, Transpose::No, n, below, rows, factor, m_difference.data(), n, m_mean.data(), below, 0,
             weightGradient, below);
    }
    if (biasGradient != nullptr)
        for (Index j = 0; j < n; ++j) {
            double sum = 0;
            for (Index i = 0; i < rows; ++i) sum += m_difference[static_cast<std::size_t>(i * n + j)];
            biasGradient[j] = static_cast<Real>(sum) * factor;
        }
    if (l == 0) return;
    for (Index i = 0; i < rows * below; ++i)
        m_difference[static_cast<std::size_t>(i)] =
            plus.r[at - 1][static_cast<std::size_t>(i)] - minus.r[at - 1][static_cast<std::size_t>(i)];
    for (Index i = 0; i < rows * n; ++i)
        m_mean[static_cast<std::size_t>(i)] =
            Real(0.5) * (plus.r[at][static_cast<std::size_t>(i)] + minus.r[at][static_cast<std::size_t>(i)]);
    gemm(pool, Transpose::Yes, Transpose::No, n, below, rows, factor, m_mean.data(), n, m_difference.data(), below, 1,
         weightGradient, below);
}

std::size_t Relaxation::bytes() const {
    std::size_t count = m_drive.size() + m_difference.size() + m_mean.size();
    for (const Buffer& v : m_v) count += v.size();
    return count * sizeof(Real);
}

}  // namespace lab
