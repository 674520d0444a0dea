#include "core/geometry/GramBank.h"

#include "core/base/Assert.h"
#include "core/geometry/DoubleProducts.h"
#include "core/math/Gemm.h"

#include <cmath>

namespace lab {

namespace {

constexpr Index kTile = 128;     // of K; a function of the sizes only
constexpr Index kRowGrain = 32;  // rows of X in one piece

// Tile number t of the lower triangle, row by row.
struct Tile {
    Index i, j;
};
Tile lowerTile(Index t) {
    Index i = 0;
    while ((i + 1) * (i + 2) / 2 <= t) ++i;
    return {i, t - i * (i + 1) / 2};
}

template <class Number>
void storeTile(const Number* source, Index ld, Index i, Index j, Index height, Index width, MatrixD& gram) {
    for (Index r = 0; r < height; ++r)
        for (Index q = 0; q < width; ++q) {
            if (i == j && q > r) break;
            const double value = static_cast<double>(source[r * ld + q]);
            gram(i + r, j + q) = value;
            gram(j + q, i + r) = value;
        }
}

}  // namespace

void GramBank::rebuild(const ActivityView& x, Pool& pool, Precision precision) {
    m_n = x.rows;
    m_p = x.cols;
    m_precision = precision;
    m_trace = m_squaredNorm = m_beta = m_largest = 0;
    m_constant = false;
    if (m_n < 2 || m_p < 1) {
        m_status = Status::TooFewSamples;
        m_why = "at least two probes and one unit are needed";
        return;
    }
    const Index bad = firstNonFiniteRow(x);
    if (bad >= 0) {
        m_status = Status::Degenerate;
        m_why = "probe " + std::to_string(bad) + " holds a value that is not finite";
        return;
    }
    m_status = Status::Ok;
    m_why.clear();
    centre(x, pool);
    m_gram.resize(m_n, m_n);
    if (precision == Precision::Single)
        productSingle(pool);
    else
        productDouble(pool);
    reduce();
    if (!std::isfinite(m_trace) || !std::isfinite(m_squaredNorm)) {
        m_status = Status::Degenerate;
        m_why = "the activity is too large for its products to be finite";
    } else if (!(m_trace >= 1e-12 * static_cast<double>(m_n) * m_largest * m_largest) || m_trace == 0) {
        m_status = Status::Degenerate;
        m_constant = true;
        m_why = "no variance: every probe gives the same activity";
    }
}

void GramBank::centre(const ActivityView& x, Pool& pool) {
    // Sums of fixed groups of rows, added in order.
    const Index groups = (m_n + kRowGrain - 1) / kRowGrain;
    MatrixD sums = MatrixD::Zero(groups, m_p);
    VectorD largest = VectorD::Zero(groups);
    m_rowMean.resize(m_n);
    pool.run(groups, [&](Index g) {
        double* sum = sums.row(g).data();
        double high = 0;
        for (Index i = g * kRowGrain; i < std::min(m_n, (g + 1) * kRowGrain); ++i) {
            const Real* row = x.row(i);
            double total = 0;
            for (Index j = 0; j < m_p; ++j) {
                const double value = static_cast<double>(row[j]);
                sum[j] += value;
                total += value;
                high = std::max(high, std::fabs(value));
            }
            m_rowMean[i] = total / static_cast<double>(m_p);
        }
        largest[g] = high;
    });
    VectorD mu = VectorD::Zero(m_p);
    for (Index g = 0; g < groups; ++g) {
        for (Index j = 0; j < m_p; ++j) mu[j] += sums(g, j);
        m_largest = std::max(m_largest, largest[g]);
    }
    mu /= static_cast<double>(m_n);
    m_beta = mu.squaredNorm();
    m_mean.resize(m_n);
    const bool wide = m_precision == Precision::Double;
    if (wide)
        m_centredDouble.resize(m_n, m_p);
    else
        m_centred.resize(m_n, m_p);
    pool.ranges(m_n, kRowGrain, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            const Real* row = x.row(i);
            double along = 0;
            for (Index j = 0; j < m_p; ++j) {
                const double value = static_cast<double>(row[j]) - mu[j];
                along += value * mu[j];
                if (wide)
                    m_centredDouble(i, j) = value;
                else
                    m_centred(i, j) = static_cast<Real>(value);
            }
            m_mean[i] = along;
        }
    });
}

void GramBank::productSingle(Pool& pool) {
    const Index side = (m_n + kTile - 1) / kTile;
    pool.run(side * (side + 1) / 2, [&](Index t) {
        const Tile tile = lowerTile(t);
        const Index i = tile.i * kTile;
        const Index j = tile.j * kTile;
        const Index height = std::min(kTile, m_n - i);
        const Index width = std::min(kTile, m_n - j);
        Real block[kTile * kTile];
        gemmSerial(Transpose::No, Transpose::Yes, height, width, m_p, 1, m_centred.data() + i * m_p, m_p,
                   m_centred.data() + j * m_p, m_p, 0, block, width);
        storeTile(block, width, i, j, height, width, m_gram);
    });
}

void GramBank::productDouble(Pool& pool) {
    const Index side = (m_n + kTile - 1) / kTile;
    pool.run(side * (side + 1) / 2, [&](Index t) {
        const Tile tile = lowerTile(t);
        const Index i = tile.i * kTile;
        const Index j = tile.j * kTile;
        const Index height = std::min(kTile, m_n - i);
        const Index width = std::min(kTile, m_n - j);
        MatrixD block = MatrixD::Zero(height, width);
        multiplyAddTransposed(height, width, m_p, 1.0, m_centredDouble.data() + i * m_p, m_p,
                              m_centredDouble.data() + j * m_p, m_p, block.data(), width);
        storeTile(block.data(), width, i, j, height, width, m_gram);
    });
}

void GramBank::reduce() {
    for (Index i = 0; i < m_n; ++i) m_trace += m_gram(i, i);
    m_squaredNorm = symmetricDot(m_gram, m_gram);
}

double symmetricDot(const MatrixD& k, const MatrixD& l) {
    LAB_ASSERT(k.rows() == l.rows() && k.cols() == l.cols() && k.rows() == k.cols());
    double below = 0;
    double diagonal = 0;
    for (Index i = 0; i < k.rows(); ++i) {
        below += k.row(i).head(i).dot(l.row(i).head(i));
        diagonal += k(i, i) * l(i, i);
    }
    return 2 * below + diagonal;
}

}  // namespace lab
