// Correlation of two lists of numbers: linear, by ranks, by concordant pairs.
#pragma once

#include "core/geometry/Measured.h"

#include <span>
#include <vector>

namespace lab {

// Numbers the values by size, 0, 1, 2, ...; values within `tolerance` of the smallest of their run are one tie. Distances
// that are equal in exact arithmetic differ in the last bit and would otherwise flip ranks.
std::vector<int> tieGroups(std::span<const double> values, double tolerance);

// Ranks from 1; ties share the mean of their ranks.
std::vector<double> midRanks(std::span<const double> values, double tolerance = 0);

// All three need at least two values; a list without variation is Degenerate.
Measured pearson(std::span<const double> x, std::span<const double> y);
Measured spearman(std::span<const double> x, std::span<const double> y, double toleranceX = 0, double toleranceY = 0);

// Kendall's tau. a: (concordant - discordant) / all pairs, right when a model predicts ties; b: ties corrected.
// Knight 1966: O(m log m).
struct Kendall {
    Measured a;
    Measured b;
};
Kendall kendall(std::span<const double> x, std::span<const double> y, double toleranceX = 0, double toleranceY = 0);

}  // namespace lab
