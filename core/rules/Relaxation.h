// A chain of layers with symmetric couplings that relaxes to a fixed point, as equilibrium propagation needs it.
//
// Letters: u_l (B x n_l) potential of layer l = 1..L, r_l = rho(u_l), W_l (n_l x n_{l-1}) used in both directions, x the
// clamped input, b_l bias, beta the strength of the push on the output layer towards the target y (B x n_L).
//
//   v_l = r_{l-1} W_l^T + r_{l+1} W_{l+1} + b_l   (l = 1: x W_1^T; l = L: nothing from above, minus beta (r_L - y))
//   u_l <- u_l + kappa (v_l - u_l)                 all layers at the same time
//
// The fixed points are stationary points of  F = sum_l (u_l . r_l - G(u_l)) - sum_l (r_l W_l r_{l-1} + b_l . r_l) + beta C
// with G' = rho and C = |r_L - y|^2 / 2 per sample.
#pragma once

#include "core/math/Pool.h"
#include "core/math/Types.h"

#include <string>
#include <vector>

namespace lab {

enum class Rho {
    ShiftedLogistic,  // 1 / (1 + exp(-4 u + 2)): slope 1 at u = 1/2
    HardSigmoid,      // u clipped to [0, 1]
};
Real rhoValue(Rho rho, Real u);
// Integral of rho from minus infinity (logistic) or 0 (hard sigmoid).
double rhoIntegral(Rho rho, double u);

struct CoupledLayer {
    Index width = 0;               // n_l
    const Real* weight = nullptr;  // W_l, n_l x n_{l-1}
    const Real* bias = nullptr;    // n_l; null = no bias
};

// Potentials and activities of all layers for up to `capacity` samples.
struct RelaxationState {
    std::vector<Buffer> u;
    std::vector<Buffer> r;
};

class Relaxation {
public:
    Relaxation(Index inputSize, const std::vector<Index>& widths, Rho rho, Index capacity);

    RelaxationState makeState() const;
    int layers() const { return static_cast<int>(m_widths.size()); }
    Index width(int l) const { return m_widths[static_cast<std::size_t>(l)]; }

    // The part of v that the input and the biases give; computed once for a batch, before any relax().
    void setInput(Pool& pool, const std::vector<CoupledLayer>& chain, const Real* x, Index rows);
    // u = 0 everywhere.
    void clear(RelaxationState& state, Index rows) const;
    void copy(const RelaxationState& from, RelaxationState& to, Index rows) const;
    // r = rho(u): after the potentials have been written from outside.
    void refresh(RelaxationState& state, Index rows) const;

    // `steps` steps of the dynamics above. `target` may be null where beta = 0. Where they are given, residual and energy
    // receive one entry per step: max |v - u|, and F per sample (mean over the first sixteen rows), before the step.
    void relax(Pool& pool, const std::vector<CoupledLayer>& chain, RelaxationState& state, Index rows, int steps, Real beta,
               const Real* target, Real kappa, std::vector<double>* residual = nullptr,
               std::vector<double>* energy = nullptr);

    // Gradient of layer l from two equilibria: -(1 / (span B)) (r_l^T r_{l-1} at `plus` minus the same at `minus`), with
    // x in place of r_0, and -(1 / (span B)) column sums of (r_l at plus - at minus). Written as products of differences
    // and means, which keeps the digits that the difference of two products would lose. biasGradient may be null.
    void contrast(Pool& pool, int l, const RelaxationState& plus, const RelaxationState& minus, const Real* x, Index rows,
                  Real span, Real* weightGradient, Real* biasGradient);

    std::size_t bytes() const;

private:
    double energy(const std::vector<CoupledLayer>& chain, const RelaxationState& state, Index rows, Real beta,
                  const Real* target) const;

    Index m_inputSize;
    std::vector<Index> m_widths;
    Rho m_rho;
    Index m_capacity;
    Buffer m_drive;           // x W_1^T + b_1, B x n_1
    std::vector<Buffer> m_v;  // B x n_l
    Buffer m_difference;      // B x widest
    Buffer m_mean;
};

}  // namespace lab
