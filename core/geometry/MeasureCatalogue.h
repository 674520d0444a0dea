// The groups that make up the list of measures, in the order in which they are shown.
#pragma once

#include "core/geometry/GramBank.h"
#include "core/geometry/Measures.h"

namespace lab {

void addSimilarityMeasures(std::vector<MeasureDescription>& list);
void addDimensionMeasures(std::vector<MeasureDescription>& list);
void addClassMeasures(std::vector<MeasureDescription>& list);
void addSignalMeasures(std::vector<MeasureDescription>& list);

// The bank of an input, in double: files are small enough, and their reader wants all digits.
inline GramBank preciseBank(const ActivityView& x, const MeasureInputs& inputs) {
    return GramBank(x, *inputs.pool, GramBank::Precision::Double);
}

// One column of numbers.
inline MatrixD column(const std::vector<double>& values) {
    MatrixD out(static_cast<Index>(values.size()), 1);
    for (std::size_t i = 0; i < values.size(); ++i) out(static_cast<Index>(i), 0) = values[i];
    return out;
}

// A plain number that shares the fate of `of`: NaN with the same reason where that one is undefined.
inline Measured following(const Measured& of, double value) {
    return of.defined() ? Measured{value, of.status, of.why} : of;
}

}  // namespace lab
