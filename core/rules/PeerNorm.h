// Peer normalisation: keeps units of a layer from dying or dominating.
//   m_j <- 0.9 m_j + 0.1 mean_i h+_ij   over the positive rows, from 0.5;   mbar = mean_j m_j
//   hinton:    descent signal of every positive row   c_j = -(lambda/B) (mbar - m_j)
//   variance:  L_peer = lambda mean_j (m_j - mbar)^2, differentiated through this batch's share of m:
//              c_j = lambda (2/d) (m_j - mbar) 0.1/B
// c_j is the same for every positive row. The two forms differ by d/0.2 in strength under the same lambda.
// Sources: Hinton's program in the rebuild by J. Olsen (hinton), the PyTorch rebuild by S. Loewe (variance).
#pragma once

#include "core/math/Pool.h"
#include "core/math/Types.h"

#include <span>
#include <string>
#include <vector>

namespace lab {

enum class PeerNorm { None, Hinton, Variance };

PeerNorm peerNormFromId(const std::string& id);

constexpr double kPeerStart = 0.5;

// m <- 0.9 m + 0.1 * column means of h (rows x width).
void updatePeerMeans(Pool& pool, const Real* h, Index rows, std::vector<double>& means);

// Writes c (width) from the updated means; returns L_peer (0 in the form that is no loss).
double peerSignal(PeerNorm form, double lambda, Index rows, const std::vector<double>& means, std::vector<double>& signal);

// Adds the signal behind the nonlinearity's derivative, straight at a linear map (out x in) with input x (rows x in): every
// positive row carries the same c, so dW += c (sum_i x_i), db += rows * c. bias may be null.
void addPeerGradient(Pool& pool, const std::vector<double>& signal, const Real* x, Index rows, Index in, Real* weight,
                     Real* bias, std::vector<double>& scratch);

// Adds c to the first `rows` rows of dL/dh (gated by whatever derivative follows).
void addPeerAdjoint(Pool& pool, const std::vector<double>& signal, Index rows, Real* adjoint);

}  // namespace lab
