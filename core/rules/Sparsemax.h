// Sparsemax: the projection of scores onto the probability simplex, and its loss.
//   sort s descending, k = max{ j : 1 + j s_(j) > sum_{m<=j} s_(m) },  tau = (sum_{m<=k} s_(m) - 1)/k,  p = max(s - tau, 0)
//   L_i = -s_y + 1/2 sum_{j: p_j > 0} (s_j^2 - tau^2) + 1/2 >= 0;   dL/dS = (p - Y)/n
// Source: A. Martins, R. Astudillo, From Softmax to Sparsemax, ICML 2016, arXiv 1602.02068.
#pragma once

#include "core/math/Types.h"

#include <span>
#include <vector>

namespace lab {

// Writes p (classes) for one row of scores; returns tau. `sorted` is scratch.
double sparsemax(const Real* scores, Index classes, Real* probabilities, std::vector<double>& sorted);

// Mean loss over the rows; writes (p - onehot)/rows to `error` where it is not null. `sorted` is scratch.
double sparsemaxLoss(const Real* scores, Index rows, Index classes, const int* labels, Real* error,
                     std::vector<double>& sorted);

}  // namespace lab
