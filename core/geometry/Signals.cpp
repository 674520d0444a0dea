#include "core/geometry/Signals.h"

#include "core/base/Assert.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lab {

namespace {

struct Moments {
    double mean = 0, variance = 0;
    bool finite = true;
};

Moments moments(std::span<const Real> values) {
    Moments out;
    for (const Real v : values) out.mean += static_cast<double>(v);
    out.mean /= static_cast<double>(values.size());
    for (const Real v : values) out.variance += (static_cast<double>(v) - out.mean) * (static_cast<double>(v) - out.mean);
    if (values.size() > 1) out.variance /= static_cast<double>(values.size() - 1);
    out.finite = std::isfinite(out.mean) && std::isfinite(out.variance);
    return out;
}

Measured notFinite() {
    return Measured::none(Status::Degenerate, "a value is not finite");
}

bool allFinite(std::span<const Real> values) {
    return std::all_of(values.begin(), values.end(), [](Real v) { return std::isfinite(v); });
}

}  // namespace

Measured dPrime(std::span<const Real> positive, std::span<const Real> negative) {
    if (positive.size() < 2 || negative.size() < 2)
        return Measured::none(Status::TooFewSamples, "two values are needed on each side");
    const Moments p = moments(positive);
    const Moments q = moments(negative);
    if (!p.finite || !q.finite) return notFinite();
    const double pooled = (p.variance + q.variance) / 2;
    if (!(pooled > 0)) return Measured::none(Status::Degenerate, "neither side varies");
    return Measured::of((p.mean - q.mean) / std::sqrt(pooled));
}

Measured auc(std::span<const Real> positive, std::span<const Real> negative) {
    if (positive.empty() || negative.empty())
        return Measured::none(Status::TooFewSamples, "one value is needed on each side");
    if (!allFinite(positive) || !allFinite(negative)) return notFinite();
    std::vector<Real> sorted(negative.begin(), negative.end());
    std::sort(sorted.begin(), sorted.end());
    // Twice the number of wins, so that ties stay whole numbers.
    std::uint64_t twice = 0;
    for (const Real v : positive) {
        const auto low = std::lower_bound(sorted.begin(), sorted.end(), v);
        const auto high = std::upper_bound(low, sorted.end(), v);
        twice += static_cast<std::uint64_t>(low - sorted.begin()) + static_cast<std::uint64_t>(high - sorted.begin());
    }
    return Measured::of(static_cast<double>(twice) / 2 / static_cast<double>(positive.size()) /
                        static_cast<double>(negative.size()));
}

Measured thresholdAccuracy(std::span<const Real> positive, std::span<const Real> negative, double threshold) {
    if (positive.empty() || negative.empty())
        return Measured::none(Status::TooFewSamples, "one value is needed on each side");
    if (!allFinite(positive) || !allFinite(negative)) return notFinite();
    const auto above = [threshold](Real v) { return static_cast<double>(v) > threshold; };
    const double hits = static_cast<double>(std::count_if(positive.begin(), positive.end(), above));
    const double alarms = static_cast<double>(std::count_if(negative.begin(), negative.end(), above));
    return Measured::of((hits / static_cast<double>(positive.size()) + 1 - alarms / static_cast<double>(negative.size())) /
                        2);
}

Alignment alignment(std::span<const Real> update, std::span<const Real> gradient) {
    LAB_ASSERT(update.size() == gradient.size());
    Alignment out;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    out.degrees = out.signAgreement = out.nullDeviation = nan;
    if (update.empty()) {
        out.cosine = out.normRatio = Measured::none(Status::TooFewSamples, "the vectors are empty");
        return out;
    }
    out.nullDeviation = 1 / std::sqrt(static_cast<double>(update.size()));
    double uu = 0, gg = 0, ug = 0, agree = 0, signedPairs = 0;
    for (std::size_t i = 0; i < update.size(); ++i) {
        const double u = static_cast<double>(update[i]), g = static_cast<double>(gradient[i]);
        uu += u * u;
        gg += g * g;
        ug += u * g;
        if (u == 0 || g == 0) continue;
        signedPairs += 1;
        agree += (u > 0) == (g > 0) ? 1 : 0;
    }
    if (!std::isfinite(uu) || !std::isfinite(gg)) {
        out.cosine = out.normRatio = notFinite();
        return out;
    }
    if (signedPairs > 0) out.signAgreement = agree / signedPairs;
    if (gg == 0) {
        out.cosine = out.normRatio = Measured::none(Status::Degenerate, "the gradient is zero");
        return out;
    }
    out.normRatio = Measured::of(std::sqrt(uu) / std::sqrt(gg));
    if (uu == 0) {
        out.cosine = Measured::none(Status::Degenerate, "the update is zero");
        return out;
    }
    out.cosine = Measured::of(std::clamp(ug / (std::sqrt(uu) * std::sqrt(gg)), -1.0, 1.0));
    out.degrees = std::acos(out.cosine.value) * 180 / std::numbers::pi;
    return out;
}

Confusion confusion(Labels labels, Labels predictions, Index classes) {
    LAB_ASSERT(labels.size() == predictions.size());
    const std::size_t size = static_cast<std::size_t>(classes);
    Confusion out;
    out.counts.assign(size, std::vector<Index>(size, 0));
    for (std::size_t i = 0; i < labels.size(); ++i) {
        LAB_ASSERT(labels[i] >= 0 && labels[i] < classes && predictions[i] >= 0 && predictions[i] < classes);
        ++out.counts[static_cast<std::size_t>(labels[i])][static_cast<std::size_t>(predictions[i])];
        ++out.total;
    }
    double hits = 0, recallSum = 0, present = 0;
    for (std::size_t c = 0; c < size; ++c) {
        double row = 0, column = 0;
        for (std::size_t d = 0; d < size; ++d) {
            row += static_cast<double>(out.counts[c][d]);
            column += static_cast<double>(out.counts[d][c]);
        }
        const double hit = static_cast<double>(out.counts[c][c]);
        hits += hit;
        const double nan = std::numeric_limits<double>::quiet_NaN();
        out.recall.push_back(row > 0 ? hit / row : nan);
        out.precision.push_back(column > 0 ? hit / column : nan);
        if (row > 0) {
            recallSum += hit / row;
            present += 1;
        }
    }
    if (out.total == 0) {
        out.accuracy = out.balancedAccuracy = Measured::none(Status::TooFewSamples, "there is nothing to count");
        return out;
    }
    out.accuracy = Measured::of(hits / static_cast<double>(out.total));
    out.balancedAccuracy = Measured::of(recallSum / present);
    return out;
}

}  // namespace lab
