#include "core/geometry/Similarity.h"

#include "core/base/Assert.h"
#include "core/geometry/Spectrum.h"
#include "core/math/Decompositions.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace lab {

namespace {

// Unbiased HSIC of two kernels whose rows need not sum to zero (Song et al. 2012, eq. 5), diagonals left out.
double unbiasedHsic(const MatrixD& k, const MatrixD& l) {
    const Index n = k.rows();
    const double count = static_cast<double>(n);
    double product = 0, cross = 0, totalK = 0, totalL = 0;
    for (Index i = 0; i < n; ++i) {
        const double rowK = k.row(i).sum() - k(i, i);
        const double rowL = l.row(i).sum() - l(i, i);
        product += k.row(i).dot(l.row(i)) - k(i, i) * l(i, i);
        cross += rowK * rowL;
        totalK += rowK;
        totalL += rowL;
    }
    return (product + totalK * totalL / ((count - 1) * (count - 2)) - 2 * cross / (count - 2)) / (count * (count - 3));
}

// The same for centred Grams, whose row sums without the diagonal are minus the diagonal.
double unbiasedHsicCentred(const GramBank& x, const GramBank& y, double dot) {
    const double n = static_cast<double>(x.probes());
    const double diagonals = x.gram().diagonal().dot(y.gram().diagonal());
    return (dot - n / (n - 2) * diagonals + x.trace() * y.trace() / ((n - 1) * (n - 2))) / (n * (n - 3));
}

Measured comparable(const GramBank& x, const GramBank& y, HsicKind kind) {
    LAB_ASSERT(x.probes() == y.probes());
    if (!x.ok()) return x.unusable();
    if (!y.ok()) return y.unusable();
    if (kind == HsicKind::Debiased && x.probes() < 4)
        return Measured::none(Status::TooFewSamples, "the unbiased estimate needs at least 4 probes");
    return Measured::of(0);
}

Measured ratio(double xy, double xx, double yy) {
    // Squares of an unbiased estimate can come out below zero when a tap is all noise.
    if (!(xx > 0) || !(yy > 0)) return Measured::none(Status::Degenerate, "the estimated self-similarity is not positive");
    return Measured::of(xy / std::sqrt(xx * yy));
}

MatrixD gaussianKernel(const GramBank& bank, double sigma, double& median) {
    const Index n = bank.probes();
    std::vector<double> distances;
    distances.reserve(static_cast<std::size_t>(n * (n - 1) / 2));
    for (Index i = 0; i < n; ++i)
        for (Index j = i + 1; j < n; ++j) distances.push_back(bank.squaredDistance(i, j));
    const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
    std::nth_element(distances.begin(), middle, distances.end());
    median = *middle;
    MatrixD k(n, n);
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < n; ++j) k(i, j) = std::exp(-bank.squaredDistance(i, j) / (2 * sigma * sigma * median));
    return k;
}

void doubleCentre(MatrixD& k) {
    const Index n = k.rows();
    const VectorD rows = k.rowwise().mean();
    const double all = rows.mean();
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < n; ++j) k(i, j) += all - rows[i] - rows[j];
}

}  // namespace

Measured hsic(const GramBank& x, const GramBank& y, HsicKind kind) {
    const Measured ready = comparable(x, y, kind);
    if (!ready.ok()) return ready;
    const double dot = symmetricDot(x.gram(), y.gram());
    const double n = static_cast<double>(x.probes());
    return Measured::of(kind == HsicKind::Biased ? dot / ((n - 1) * (n - 1)) : unbiasedHsicCentred(x, y, dot));
}

Measured cka(const GramBank& x, const GramBank& y, HsicKind kind) {
    const Measured ready = comparable(x, y, kind);
    if (!ready.ok()) return ready;
    const double dot = symmetricDot(x.gram(), y.gram());
    if (kind == HsicKind::Biased) return ratio(dot, x.squaredNorm(), y.squaredNorm());
    return ratio(unbiasedHsicCentred(x, y, dot), unbiasedHsicCentred(x, x, x.squaredNorm()),
                 unbiasedHsicCentred(y, y, y.squaredNorm()));
}

MatrixD ckaMatrix(std::span<const GramBank* const> taps, Pool& pool, HsicKind kind) {
    const Index count = static_cast<Index>(taps.size());
    MatrixD out(count, count);
    pool.run(count * count, [&](Index cell) {
        const Index i = cell / count;
        const Index j = cell % count;
        if (j > i) return;
        const double value = cka(*taps[static_cast<std::size_t>(i)], *taps[static_cast<std::size_t>(j)], kind).value;
        out(i, j) = value;
        out(j, i) = value;
    });
    return out;
}

double ckaChance(Index probes, Index unitsX, Index unitsY) {
    const double n = static_cast<double>(probes), p = static_cast<double>(unitsX), q = static_cast<double>(unitsY);
    return std::sqrt(p * q / ((n + p) * (n + q)));
}

Measured ckaGaussian(const GramBank& x, const GramBank& y, double sigma, HsicKind kind) {
    LAB_ASSERT(sigma > 0);
    const Measured ready = comparable(x, y, kind);
    if (!ready.ok()) return ready;
    double medianX = 0, medianY = 0;
    MatrixD k = gaussianKernel(x, sigma, medianX);
    MatrixD l = gaussianKernel(y, sigma, medianY);
    if (!(medianX > 0) || !(medianY > 0))
        return Measured::none(Status::Degenerate, "half of the probe pairs coincide: the kernel has no width");
    if (kind == HsicKind::Debiased) return ratio(unbiasedHsic(k, l), unbiasedHsic(k, k), unbiasedHsic(l, l));
    doubleCentre(k);
    doubleCentre(l);
    return ratio(symmetricDot(k, l), symmetricDot(k, k), symmetricDot(l, l));
}

bool MinibatchCka::add(const GramBank& x, const GramBank& y) {
    const Measured xy = hsic(x, y, HsicKind::Debiased);
    if (!xy.ok()) return false;
    m_xy += xy.value;
    m_xx += hsic(x, x, HsicKind::Debiased).value;
    m_yy += hsic(y, y, HsicKind::Debiased).value;
    ++m_batches;
    return true;
}

Measured MinibatchCka::value() const {
    if (m_batches == 0) return Measured::none(Status::TooFewSamples, "no usable batch");
    return ratio(m_xy, m_xx, m_yy);
}

Procrustes procrustes(const GramBank& x, const GramBank& y) {
    Procrustes out;
    out.similarity = comparable(x, y, HsicKind::Biased);
    if (!out.similarity.ok()) {
        out.angle = out.chordal = out.disparity = out.distance = out.similarity.value;
        return out;
    }
    // |Xc^T Yc|_* through principal-component scores: S_x S_x^T = K_x, so the singular values are those of S_x^T S_y.
    const Scores sx = principalScores(x);
    const Scores sy = principalScores(y);
    const double nuclear = nuclearNorm(sx.scores.transpose() * sy.scores);
    const double s = std::min(1.0, nuclear / std::sqrt(x.trace() * y.trace()));
    out.similarity = Measured::of(s);
    out.angle = std::acos(s);
    out.chordal = std::sqrt(2 - 2 * s);
    out.disparity = 1 - s * s;
    out.distance = std::sqrt(std::max(0.0, x.trace() + y.trace() - 2 * nuclear));
    return out;
}

}  // namespace lab
