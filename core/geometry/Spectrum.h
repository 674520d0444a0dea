// Dimensionality of a representation: how many directions carry its variance, linearly and along its own surface.
#pragma once

#include "core/geometry/GramBank.h"

#include <cstdint>
#include <vector>

namespace lab {

// PR = (sum lambda)^2 / sum lambda^2 of the covariance eigenvalues; 1 <= PR <= min(p, n-1). Rises with n for noise;
// the debiased form replaces numerator and denominator by unbiased estimates (n >= 4), clamped to [1, p].
Measured participationRatio(const GramBank& bank, bool debiased = false);

struct Spectrum {
    Status status = Status::Degenerate;
    std::string why;
    std::vector<double>
        eigenvalues;                 // of the covariance (divisor n-1), descending, those above the noise of the arithmetic
    double effectiveRankSigma = 0;   // exp(entropy of sigma / sum sigma); Roy & Vetterli 2007
    double effectiveRankLambda = 0;  // the same of the eigenvalues; a different number
    double stableRank = 0;           // |Xc|^2 / sigma_1^2
    // Least number of components that hold this fraction of the variance.
    Index componentsFor(double fraction) const;
};
Spectrum spectrum(const GramBank& bank);
// From eigenvalues that are already known (descending, non-negative).
Spectrum spectrumOf(std::vector<double> eigenvalues);

// Principal-component scores S = U sqrt(Lambda), n x r, S S^T = K; components in descending order, signs fixed so that
// the entry of largest magnitude of each column is positive.
struct Scores {
    MatrixD scores;
    VectorD eigenvalues;  // of K
};
// `components` <= 0: every component above the noise of the arithmetic.
Scores principalScores(const GramBank& bank, Index components = 0);

// Intrinsic dimension from the ratio of second to first neighbour distance (Facco et al. 2017).
struct TwoNearest {
    Measured fit;                // slope through the origin of -log(1-F) on log mu over the lower nine tenths
    Measured likelihood;         // (N-1) / sum log mu
    double low = 0, high = 0;    // 95 % interval of `likelihood`
    Index used = 0;              // probes with a distinct nearest neighbour
    std::vector<double> ratios;  // mu, ascending
};
TwoNearest twoNearestDimension(const GramBank& bank);

}  // namespace lab
