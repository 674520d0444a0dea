// A linear classifier by regularised least squares, from sums over the data that are collected batch by batch:
//   P = (F^T F + lambda I)^-1 F^T Y,   F (N x D) with a column of ones behind it, which is not penalised; Y one-hot (N x C)
// The sums are not averaged. Everything in double. Features are rank-deficient as a rule, so lambda > 0 is required.
#pragma once

#include "core/math/Pool.h"
#include "core/math/Types.h"

#include <vector>

namespace lab {

constexpr Index kRidgeMostFeatures = 2048;  // F^T F takes D^2 doubles and N D^2 operations

class RidgeFit {
public:
    // `bias`: with the column of ones.
    RidgeFit(Index features, Index classes, bool bias);

    void clear();
    // Adds rows of features (n x D) with their labels.
    void add(Pool& pool, const Real* features, const int* labels, Index n);
    Index count() const { return m_count; }

    // weight (C x D) and bias (C; null without the column of ones).
    void solve(double lambda, Real* weight, Real* bias) const;

    std::vector<double> save() const;
    bool load(const std::vector<double>& state, std::size_t& at);
    std::size_t bytes() const { return static_cast<std::size_t>(m_gram.size() + m_cross.size() + m_rows.size()) * sizeof(double); }

private:
    Index m_features, m_size, m_classes;
    MatrixD m_gram;   // F^T F: the lower triangle is kept
    MatrixD m_cross;  // F^T Y
    MatrixD m_rows;   // the batch in double, with its ones
    Index m_count = 0;
};

}  // namespace lab
