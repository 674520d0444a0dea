// Decompositions of dense matrices in double precision, by Eigen, compiled once: the templates behind them cost half a minute in
// every file that names them. Both builds of the engine share them.
#pragma once

#include "core/math/Types.h"

namespace lab {

struct SymmetricEigen {
    VectorD values;           // ascending
    Eigen::MatrixXd vectors;  // n x n, one per column; empty when only values were wanted
    bool converged = false;
};
// Of a symmetric n x n matrix; only its lower triangle is read.
SymmetricEigen symmetricEigen(const Eigen::MatrixXd& a, bool vectors = true);

// a = u diag(values) v^T by Jacobi rotations: exact for small matrices, slow for large ones. Values descend.
struct SingularDecomposition {
    Eigen::MatrixXd u;  // m x m
    VectorD values;     // min(m, n)
    Eigen::MatrixXd v;  // n x n
};
SingularDecomposition singularDecomposition(const Eigen::MatrixXd& a);
VectorD singularValues(const Eigen::MatrixXd& a);

// Sum of the singular values, by division and conquest: for large matrices.
double nuclearNorm(const Eigen::MatrixXd& a);

// x = a^-1 b for a symmetric positive definite `a`. False where it is not, or where its reciprocal condition is not above `least`.
bool solveDefinite(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, double least, Eigen::MatrixXd& x);      // L L^T
bool solveSemidefinite(const MatrixD& a, const MatrixD& b, double least, MatrixD& x);                          // L D L^T with pivots

}  // namespace lab
