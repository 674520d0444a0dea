#include "core/geometry/Measures.h"

#include "core/base/Assert.h"
#include "core/geometry/MeasureCatalogue.h"

namespace lab {

namespace {

// The Gram matrix of this many probes takes half a gigabyte.
constexpr Index kMostProbes = 8192;

std::string shapeText(const ActivityView& x) {
    return std::to_string(x.rows) + " x " + std::to_string(x.cols);
}

}  // namespace

const std::vector<MeasureDescription>& measures() {
    static const std::vector<MeasureDescription> list = [] {
        std::vector<MeasureDescription> out;
        addSimilarityMeasures(out);
        addDimensionMeasures(out);
        addClassMeasures(out);
        addSignalMeasures(out);
        return out;
    }();
    return list;
}

Result<const MeasureDescription*> findMeasure(const std::string& id) {
    std::string known;
    for (const MeasureDescription& m : measures()) {
        if (m.id == id) return &m;
        known += (known.empty() ? "" : ", ") + m.id;
    }
    return Error{"LAB-GEOM-101", "there is no measure '" + id + "'.", id, "Known measures: " + known + "."};
}

Result<void> checkMeasureInputs(const MeasureDescription& measure, const MeasureInputs& inputs) {
    LAB_ASSERT(inputs.pool != nullptr);
    if (inputs.x.size() == 0)
        return Error{"LAB-GEOM-102", "the first array is empty (" + shapeText(inputs.x) + ").", measure.id,
                     "It needs one row per " + measure.rows + " and one column per " + measure.columns + "."};
    if (measure.arrays == 2 && inputs.y.size() == 0)
        return Error{"LAB-GEOM-103", "'" + measure.id + "' compares two arrays and was given one.", measure.id,
                     "Name a second file."};
    if (measure.arrays == 1 && inputs.y.size() != 0)
        return Error{"LAB-GEOM-103", "'" + measure.id + "' takes one array and was given two.", measure.id,
                     "Leave the second file out."};
    if (measure.arrays == 2 && measure.match == ArrayMatch::SameProbes && inputs.x.rows != inputs.y.rows)
        return Error{"LAB-GEOM-104",
                     "the arrays have " + shapeText(inputs.x) + " and " + shapeText(inputs.y) +
                         " values, but one row of each belongs to one probe.",
                     measure.id, "Record both from the same probes."};
    if (measure.arrays == 2 && measure.match == ArrayMatch::SameSize && inputs.x.size() != inputs.y.size())
        return Error{"LAB-GEOM-104",
                     "the arrays have " + shapeText(inputs.x) + " and " + shapeText(inputs.y) +
                         " values, but are compared entry by entry.",
                     measure.id, "Give two arrays of one size."};
    if (measure.needsLabels && inputs.labels.empty())
        return Error{"LAB-GEOM-105", "'" + measure.id + "' needs a class label for every row.", measure.id,
                     "Give them with --labels FILE."};
    if (!inputs.labels.empty() && measure.needsLabels && static_cast<Index>(inputs.labels.size()) != inputs.x.rows)
        return Error{
            "LAB-GEOM-106",
            std::to_string(inputs.labels.size()) + " labels were given for " + std::to_string(inputs.x.rows) + " rows.",
            measure.id, "Give one label per row."};
    if (measure.match == ArrayMatch::SameProbes && inputs.x.rows > kMostProbes)
        return Error{"LAB-GEOM-107",
                     std::to_string(inputs.x.rows) + " rows were given; at most " + std::to_string(kMostProbes) +
                         " are compared pair by pair.",
                     measure.id, "Take a random subset of the rows: a thousand is usually enough."};
    return {};
}

Result<MeasureOutcome> evaluateMeasure(const MeasureDescription& measure, const MeasureInputs& inputs,
                                       const ParamSet& params) {
    const Result<void> fit = checkMeasureInputs(measure, inputs);
    if (!fit) return fit.error();
    return measure.evaluate(inputs, params);
}

}  // namespace lab
