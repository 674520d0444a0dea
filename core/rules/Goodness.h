// Goodness of a layer and the contrastive loss on it.
//   g_i = sum_j h_ij^2  ("sum")   or   (1/d) sum_j h_ij^2  ("mean")
//   p_i = sigma((g_i - theta) / T)
//   L   = (1/2B) [ sum_pos softplus(-(g - theta)/T) + sum_neg softplus((g - theta)/T) ]
//   dL/dh_ij = (p_i - t_i) h_ij / (B T)   (sum; divided by d for the mean), t = 1 on positive rows, 0 on negative ones
// Rows 0 .. B-1 are positives, rows B .. 2B-1 the negatives of the same samples.
// Source: Hinton, The Forward-Forward Algorithm (2022), equations 1 and 3.
#pragma once

#include "core/math/Pool.h"
#include "core/math/Types.h"

#include <cstdint>
#include <span>
#include <vector>

namespace lab {

// log(1 + exp(x)) and 1/(1 + exp(-x)) without overflow for any x.
double softplus(double x);
double logistic(double x);

enum class GoodnessKind { Sum, Mean };

struct GoodnessLoss {
    GoodnessKind kind = GoodnessKind::Sum;
    double threshold = 1;    // theta, in units of g
    double temperature = 1;  // T
};

// g (rows) of h (rows x width), accumulated in double.
void goodnessRows(Pool& pool, GoodnessKind kind, const Real* h, Index rows, Index width, double* g);

// The loss over the two streams, which have the same number of rows.
double contrastiveLoss(const GoodnessLoss& loss, std::span<const double> positive, std::span<const double> negative);

// Writes dL/dh (2B x width) for h (2B x width) with goodness g (2B).
void contrastiveAdjoint(Pool& pool, const GoodnessLoss& loss, const Real* h, const double* g, Index pairs, Index width,
                        Real* adjoint);

// What the ledger of a layer shows beside the two distributions.
struct GoodnessFigures {
    double meanPositive = 0;
    double meanNegative = 0;
    double pairErrors = 0;  // share of pairs whose negative has at least the goodness of its positive
    double separated = 0;   // share of rows on the right side of the threshold
    double saturated = 0;   // share of rows with |p - t| < 0.001: they hardly move the weights any more
};
GoodnessFigures goodnessFigures(const GoodnessLoss& loss, std::span<const double> positive, std::span<const double> negative);

// Number of columns of h (rows x width) that are zero in every row: units that were silent for the whole batch.
Index silentUnits(Pool& pool, const Real* h, Index rows, Index width, std::vector<std::uint8_t>& scratch);

}  // namespace lab
