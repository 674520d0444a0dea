// Dense double-precision kernels for the places where single precision is not enough: exact leave-one-out needs the
// inverse of a Gram matrix, small inputs want all their digits. One thread; the order of every sum depends on the sizes
// only.
#pragma once

#include "core/math/Types.h"

namespace lab {

// C (m x n) += alpha * A (m x k) * B (k x n), row-major with row strides.
void multiplyAdd(Index m, Index n, Index k, double alpha, const double* a, Index lda, const double* b, Index ldb, double* c,
                 Index ldc);

// C (m x n) += alpha * A (m x k) * B^T, B (n x k) row-major.
void multiplyAddTransposed(Index m, Index n, Index k, double alpha, const double* a, Index lda, const double* b, Index ldb,
                           double* c, Index ldc);

// Lower triangle of `a` (n x n, symmetric positive definite) is replaced by its Cholesky factor L, a = L L^T. The part
// above the diagonal is neither read nor written. False when a pivot is not positive.
bool choleskyInPlace(MatrixD& a);

// Inverse of the lower-triangular factor (lower part of `l`); the part above the diagonal of the result is zero.
MatrixD invertLower(const MatrixD& l);

// Orthonormalises the columns of `v` (n x k, k small) by modified Gram-Schmidt, twice. A column that vanishes is
// replaced by the unit vector that is least covered, so that the result always has k orthonormal columns (k <= n).
void orthonormalise(MatrixD& v);

}  // namespace lab
