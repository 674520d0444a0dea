// What one unit of a learned map computes for one sample, term by term, from a copy of the weights.
#pragma once

#include "core/document/Experiment.h"
#include "core/run/Trainer.h"

namespace lab {

struct UnitTerm {
    Index input = 0;      // position among what the map reads
    double weight = 0;
    double value = 0;
    double product() const { return weight * value; }
};

struct UnitSum {
    std::string title;                // of the operation
    Index unit = 0, units = 0;
    Index inputs = 0;
    Index sample = 0, samples = 0;    // of the test part, or of the training part where there is none
    std::string className;            // of the sample; empty where it has none
    std::vector<UnitTerm> terms;      // the largest products first
    double rest = 0;                  // sum of all others
    Index restCount = 0;
    bool hasBias = false;
    double bias = 0;
    double sum = 0;                   // of all products and the bias, in the order of the inputs, in double precision
    double computed = 0;              // what the forward pass of the network gives
    std::int64_t step = 0;            // of the weights
};

// Unit and sample are taken into range. The sample runs through the network as it is (evaluation mode, no label painted on).
// Errors: those of the compiler; LAB-UNIT-101 the operation is no map from all its inputs to all its outputs, -102 the weights
// belong to another circuit, -103 there are no samples. Takes as long as one forward pass of one sample; thread-safe.
Result<UnitSum> unitSum(const Experiment& experiment, const PreparedData& data, const Trainer::Checkpoint& weights,
                        const std::string& operation, Index unit, Index sample);

}  // namespace lab
