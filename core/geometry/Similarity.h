// How alike two representations of the same probes are, up to rotation, shift and scale of the units.
// Kornblith et al. 2019 (linear CKA); Song et al. 2012 (unbiased HSIC); Williams et al. 2021 (shape distances).
#pragma once

#include "core/geometry/GramBank.h"

#include <span>

namespace lab {

// Biased: <K,L> / (|K||L|); two independent clouds of n probes and p units score about p / (n + p), not 0.
// Debiased: the same ratio of unbiased HSIC estimates; 0 on average for independent clouds, may be slightly negative.
enum class HsicKind { Biased, Debiased };

// Hilbert-Schmidt independence criterion of two taps: biased <K,L>/(n-1)^2, or the unbiased estimate (n >= 4).
Measured hsic(const GramBank& x, const GramBank& y, HsicKind kind);

// Linear centred kernel alignment. Degenerate where a tap has no variance; TooFewSamples below 4 probes (debiased).
Measured cka(const GramBank& x, const GramBank& y, HsicKind kind = HsicKind::Debiased);

// All pairs of taps, R x R, symmetric; NaN where a tap is degenerate. The diagonal of a live tap is 1.
MatrixD ckaMatrix(std::span<const GramBank* const> taps, Pool& pool, HsicKind kind = HsicKind::Debiased);

// What two independent Gaussian clouds of these sizes score on average under the biased form.
double ckaChance(Index probes, Index unitsX, Index unitsY);

// CKA with Gaussian kernels exp(-d2 / (2 sigma^2 m)), m = the median squared distance of that tap.
Measured ckaGaussian(const GramBank& x, const GramBank& y, double sigma, HsicKind kind = HsicKind::Debiased);

// Debiased CKA over disjoint batches: HSIC estimates are averaged first, the ratio is taken once.
class MinibatchCka {
public:
    // False (and nothing is added) when a bank is unusable or has fewer than 4 probes.
    bool add(const GramBank& x, const GramBank& y);
    Measured value() const;
    int batches() const { return m_batches; }

private:
    double m_xy = 0, m_xx = 0, m_yy = 0;
    int m_batches = 0;
};

// Procrustes comparison. similarity s = |Xc^T Yc|_* / (|Xc||Yc|) in [0, 1]; angle = arccos s and chordal = sqrt(2 - 2s)
// are metrics; disparity = 1 - s^2; distance is the one without normalisation.
struct Procrustes {
    Measured similarity;
    double angle = 0, chordal = 0, disparity = 0, distance = 0;
};
Procrustes procrustes(const GramBank& x, const GramBank& y);

}  // namespace lab
