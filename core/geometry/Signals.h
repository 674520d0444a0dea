// Scalar comparisons: two distributions (goodness of positives and negatives), two vectors (an update and the gradient),
// predictions and labels.
#pragma once

#include "core/geometry/ActivityView.h"
#include "core/geometry/Measured.h"

#include <string>
#include <vector>

namespace lab {

// d' = (mean_pos - mean_neg) / sqrt((var_pos + var_neg) / 2), variances with n-1. Needs two values on each side.
Measured dPrime(std::span<const Real> positive, std::span<const Real> negative);

// Area under the ROC curve: P(pos > neg) + P(pos = neg) / 2, exact.
Measured auc(std::span<const Real> positive, std::span<const Real> negative);

// Share of values on the right side of `threshold` (positives above, negatives not above), both sides weighing equally.
Measured thresholdAccuracy(std::span<const Real> positive, std::span<const Real> negative, double threshold);

// How an update u points relative to a gradient direction g. Random directions of dimension dim have a cosine of
// about 0 with standard deviation 1/sqrt(dim): `nullDeviation`.
struct Alignment {
    Measured cosine;
    double degrees = 0;
    Measured normRatio;        // |u| / |g|
    double signAgreement = 0;  // share of entries with the same sign, zeros of either left out
    double nullDeviation = 0;
};
Alignment alignment(std::span<const Real> update, std::span<const Real> gradient);

// Row = true class, column = predicted class.
struct Confusion {
    std::vector<std::vector<Index>> counts;
    Index total = 0;
    Measured accuracy;
    Measured balancedAccuracy;      // mean recall of the classes that occur
    std::vector<double> recall;     // per class; NaN where the class does not occur
    std::vector<double> precision;  // per class; NaN where it is never predicted
};
// `labels` and `predictions` in [0, classes); other values are a programmer's error.
Confusion confusion(Labels labels, Labels predictions, Index classes);

}  // namespace lab
