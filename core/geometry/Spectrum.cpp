#include "core/geometry/Spectrum.h"

#include "core/geometry/Similarity.h"
#include "core/math/Decompositions.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

// Below this fraction of the largest eigenvalue there is only rounding.
double noiseFloor(GramBank::Precision precision) {
    return precision == GramBank::Precision::Double || sizeof(Real) == sizeof(double) ? 1e-10 : 1e-6;
}

double entropyRank(const std::vector<double>& weights) {
    double total = 0;
    for (const double w : weights) total += w;
    double entropy = 0;
    for (const double w : weights)
        if (w > 0) entropy -= w / total * std::log(w / total);
    return std::exp(entropy);
}

}  // namespace

Measured participationRatio(const GramBank& bank, bool debiased) {
    if (!bank.ok()) return bank.unusable();
    if (!debiased) return Measured::of(bank.trace() * bank.trace() / bank.squaredNorm());
    const Measured square = hsic(bank, bank, HsicKind::Debiased);
    if (!square.ok()) return square;
    const double n1 = static_cast<double>(bank.probes()) - 1;
    const double p = static_cast<double>(bank.units());
    if (!(square.value > 0)) return Measured::approximate(p, "the estimated sum of squares is not positive: clamped to p");
    const double ratio = bank.trace() / n1 * (bank.trace() / n1) / square.value;
    if (ratio > p) return Measured::approximate(p, "clamped to the number of units");
    if (ratio < 1) return Measured::approximate(1, "clamped to 1");
    return Measured::of(ratio);
}

Index Spectrum::componentsFor(double fraction) const {
    double total = 0;
    for (const double v : eigenvalues) total += v;
    double sum = 0;
    for (std::size_t i = 0; i < eigenvalues.size(); ++i) {
        sum += eigenvalues[i];
        if (sum >= fraction * total * (1 - 1e-12)) return static_cast<Index>(i) + 1;
    }
    return static_cast<Index>(eigenvalues.size());
}

Spectrum spectrumOf(std::vector<double> eigenvalues) {
    Spectrum out;
    out.eigenvalues = std::move(eigenvalues);
    if (out.eigenvalues.empty() || !(out.eigenvalues.front() > 0)) {
        out.why = "no variance";
        return out;
    }
    out.status = Status::Ok;
    std::vector<double> sigma;
    double total = 0;
    for (const double v : out.eigenvalues) {
        sigma.push_back(std::sqrt(std::max(0.0, v)));
        total += v;
    }
    out.effectiveRankSigma = entropyRank(sigma);
    out.effectiveRankLambda = entropyRank(out.eigenvalues);
    out.stableRank = total / out.eigenvalues.front();
    return out;
}

Spectrum spectrum(const GramBank& bank) {
    if (!bank.ok()) {
        Spectrum out;
        out.status = bank.status();
        out.why = bank.why();
        return out;
    }
    const SymmetricEigen eigen = symmetricEigen(bank.gram(), false);
    const VectorD& values = eigen.values;  // ascending
    const double floor = noiseFloor(bank.precision()) * values[values.size() - 1];
    std::vector<double> kept;
    for (Index i = values.size() - 1; i >= 0 && values[i] > floor; --i)
        kept.push_back(values[i] / (static_cast<double>(bank.probes()) - 1));
    Spectrum out = spectrumOf(std::move(kept));
    if (!eigen.converged) {
        out.status = Status::NotConverged;
        out.why = "the eigenvalue iteration did not converge";
    }
    return out;
}

Scores principalScores(const GramBank& bank, Index components) {
    Scores out;
    if (!bank.ok()) return out;
    const SymmetricEigen eigen = symmetricEigen(bank.gram());
    const VectorD& values = eigen.values;
    const Index n = values.size();
    const double floor = noiseFloor(bank.precision()) * values[n - 1];
    Index kept = 0;
    while (kept < n && values[n - 1 - kept] > floor) ++kept;
    if (components > 0) kept = std::min(kept, components);
    out.scores.resize(n, kept);
    out.eigenvalues.resize(kept);
    for (Index c = 0; c < kept; ++c) {
        const double value = values[n - 1 - c];
        out.eigenvalues[c] = value;
        VectorD column = eigen.vectors.col(n - 1 - c);
        Index peak = 0;
        column.cwiseAbs().maxCoeff(&peak);
        if (column[peak] < 0) column = -column;
        out.scores.col(c) = std::sqrt(value) * column;
    }
    return out;
}

TwoNearest twoNearestDimension(const GramBank& bank) {
    TwoNearest out;
    if (!bank.ok()) {
        out.fit = out.likelihood = bank.unusable();
        return out;
    }
    const Index n = bank.probes();
    // Coincident probes have no ratio. Their distance is rounding, which depends on the arithmetic of the product.
    const double coincident = noiseFloor(bank.precision()) * 1e-1 * 2 * bank.trace() / static_cast<double>(n);
    for (Index i = 0; i < n; ++i) {
        double first = std::numeric_limits<double>::infinity(), second = first;
        for (Index j = 0; j < n; ++j) {
            if (j == i) continue;
            const double d = bank.squaredDistance(i, j);
            if (d < first) {
                second = first;
                first = d;
            } else if (d < second) {
                second = d;
            }
        }
        if (first > coincident && std::isfinite(second)) out.ratios.push_back(std::sqrt(second / first));
    }
    std::sort(out.ratios.begin(), out.ratios.end());
    out.used = static_cast<Index>(out.ratios.size());
    if (out.used < 3) {
        out.fit = out.likelihood =
            Measured::none(Status::TooFewSamples, "fewer than three probes have distinct neighbours");
        return out;
    }
    double xy = 0, xx = 0, sum = 0;
    const double count = static_cast<double>(out.used);
    for (Index i = 0; i < out.used; ++i) {
        const double x = std::log(out.ratios[static_cast<std::size_t>(i)]);
        sum += x;
        if (i >= 9 * out.used / 10) continue;
        const double y = -std::log(1 - static_cast<double>(i + 1) / count);
        xy += x * y;
        xx += x * x;
    }
    if (!(sum > 0)) {
        out.fit = out.likelihood =
            Measured::none(Status::Degenerate, "first and second neighbours are equally far everywhere");
        return out;
    }
    out.likelihood = Measured::of((count - 1) / sum);
    out.low = out.likelihood.value * (1 - 1.96 / std::sqrt(count));
    out.high = out.likelihood.value * (1 + 1.96 / std::sqrt(count));
    out.fit = xx > 0 ? Measured::of(xy / xx)
                     : Measured::none(Status::Degenerate, "the lower nine tenths of the ratios are all 1");
    return out;
}

}  // namespace lab
