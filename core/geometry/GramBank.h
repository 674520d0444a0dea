// One tap's activity on the probe set, reduced once to its centred Gram matrix; some twenty measures then need no other
// pass over the units.
//
// X (n probes x p units), mu = column mean, Xc = X - 1 mu^T, K = Xc Xc^T. Centring comes before the product: centring a
// raw single-precision Gram loses every digit when means are large. From K, a = Xc mu, beta = |mu|^2 and the row means m:
//   raw Gram       K0_ij = K_ij + a_i + a_j + beta
//   row-centred    G_ij  = K0_ij - p m_i m_j
//   distance       d2_ij = K_ii + K_jj - 2 K_ij
#pragma once

#include "core/geometry/ActivityView.h"
#include "core/geometry/Measured.h"
#include "core/math/Pool.h"

#include <algorithm>

namespace lab {

class GramBank {
public:
    // Single: the product in Real through core/math/Gemm.h (live views). Double: the product in double (command line,
    // files), three to ten times slower. Sums that end in a number are double in both.
    enum class Precision { Single, Double };

    GramBank() = default;
    GramBank(const ActivityView& x, Pool& pool, Precision precision = Precision::Single) { rebuild(x, pool, precision); }

    // Takes new activity and reuses the memory. The same bits for any number of threads.
    void rebuild(const ActivityView& x, Pool& pool, Precision precision = Precision::Single);

    // Ok, or why nothing can be measured: fewer than two probes, no variance, a value that is not finite (names the probe).
    Status status() const { return m_status; }
    const std::string& why() const { return m_why; }
    bool ok() const { return m_status == Status::Ok; }
    // Degenerate because every probe gives the same activity (the Gram matrix is there, and zero up to rounding).
    bool constant() const { return m_constant; }
    Measured unusable() const { return Measured::none(m_status, m_why); }

    Index probes() const { return m_n; }
    Index units() const { return m_p; }
    Precision precision() const { return m_precision; }

    const MatrixD& gram() const { return m_gram; }            // K, n x n, symmetric
    double trace() const { return m_trace; }                  // tr K, the total squared deviation
    double squaredNorm() const { return m_squaredNorm; }      // |K|^2
    const VectorD& meanProjection() const { return m_mean; }  // a
    const VectorD& rowMeans() const { return m_rowMean; }     // m, of the raw rows
    double meanSquare() const { return m_beta; }              // beta

    double rawGram(Index i, Index j) const { return m_gram(i, j) + m_mean[i] + m_mean[j] + m_beta; }
    double rowCentredGram(Index i, Index j) const {
        return rawGram(i, j) - static_cast<double>(m_p) * m_rowMean[i] * m_rowMean[j];
    }
    double squaredDistance(Index i, Index j) const {
        return i == j ? 0.0 : std::max(0.0, m_gram(i, i) + m_gram(j, j) - 2 * m_gram(i, j));
    }

private:
    void centre(const ActivityView& x, Pool& pool);
    void productSingle(Pool& pool);
    void productDouble(Pool& pool);
    void reduce();

    Index m_n = 0;
    Index m_p = 0;
    Precision m_precision = Precision::Single;
    Status m_status = Status::TooFewSamples;
    std::string m_why = "no activity was given";
    MatrixD m_gram;
    VectorD m_mean;
    VectorD m_rowMean;
    double m_beta = 0;
    double m_trace = 0;
    double m_squaredNorm = 0;
    double m_largest = 0;  // max |x|
    bool m_constant = false;
    Matrix m_centred;  // Xc in Real, kept for its memory
    MatrixD m_centredDouble;
};

// <K, L> = sum of K_ij L_ij for two symmetric n x n matrices.
double symmetricDot(const MatrixD& k, const MatrixD& l);

}  // namespace lab
