// Numbers that the lines of a rule's equations show while a step is watched: lengths and means of rows of a matrix.
#pragma once

#include "core/rules/LearningRule.h"

namespace lab {

// Euclidean length of a row of `values` (rows x width); row -1: the mean length of all rows.
double rowLength(const Real* values, Index rows, Index width, Index row);
// Share of the entries of a row that are not zero; row -1: of all rows.
double activeShare(const Real* values, Index rows, Index width, Index row);
// `values[row]`, or the mean for row -1.
double rowValue(std::span<const double> values, Index row);

// Label markup with the number of a layer, counted from 1, as index: ("*h*", 0, "+") gives "*h*_1^+".
std::string indexed(const std::string& letter, int layer, const std::string& superscript = {});

}  // namespace lab
