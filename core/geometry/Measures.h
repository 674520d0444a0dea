// The one list of measures. The command line, the documentation and the views are generated from these descriptions;
// nothing else names a measure.
#pragma once

#include "core/base/Result.h"
#include "core/geometry/ActivityView.h"
#include "core/geometry/Measured.h"
#include "core/math/Pool.h"
#include "core/params/ParamSpec.h"

#include <functional>
#include <string>
#include <vector>

namespace lab {

struct MeasureInputs {
    ActivityView x;
    ActivityView y;  // empty for measures of one array
    Labels labels;   // empty where none are given
    Pool* pool = nullptr;
};

// A further number beside the headline.
struct NamedMeasure {
    std::string id;     // key in machine-readable output
    std::string title;  // for people
    Measured value;
};

// A matrix, or a list of numbers as one column, with what a plot needs to label it. NaN cells are undefined.
struct MeasureTable {
    MatrixD values;
    std::string title;
    std::string rowTitle;
    std::string columnTitle;
    std::string valueTitle;
    std::vector<std::string> rowNames;     // empty: rows are numbered
    std::vector<std::string> columnNames;  // empty: columns are numbered
    bool empty() const { return values.size() == 0; }
};

struct MeasureOutcome {
    Measured value;  // the headline number
    std::vector<NamedMeasure> details;
    MeasureTable table;
};

// How the shapes of two arrays must fit.
enum class ArrayMatch { SameProbes, SameSize, Free };

struct MeasureDescription {
    std::string id;  // on the command line: lower case, words joined by '_'
    std::string title;
    std::string symbol;   // in label markup; may be empty
    std::string unit;     // may be empty
    std::string summary;  // one or two sentences: what it tells, what it is blind to
    std::string source;   // the paper
    std::vector<ParamSpec> params;
    int arrays = 1;  // 1 or 2
    ArrayMatch match = ArrayMatch::SameProbes;
    bool needsLabels = false;
    std::string rows = "probe";    // what a row of the first array is
    std::string columns = "unit";  // what a column is
    // Called with inputs that checkMeasureInputs accepted; use evaluateMeasure.
    std::function<Result<MeasureOutcome>(const MeasureInputs&, const ParamSet&)> evaluate;
};

const std::vector<MeasureDescription>& measures();

// The description with this id; an error names the known ones (LAB-GEOM-101).
Result<const MeasureDescription*> findMeasure(const std::string& id);

// Checks number, shapes and labels of the inputs (LAB-GEOM-102 to 107).
Result<void> checkMeasureInputs(const MeasureDescription& measure, const MeasureInputs& inputs);

// Checks the inputs, then evaluates. A value that does not exist is no error: the outcome's status says why.
Result<MeasureOutcome> evaluateMeasure(const MeasureDescription& measure, const MeasureInputs& inputs,
                                       const ParamSet& params);

}  // namespace lab
