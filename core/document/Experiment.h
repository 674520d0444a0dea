// The document: everything that defines a run, and nothing that a run produces. Two equal experiments give the same
// bits. Weights and history live beside it in the project file.
#pragma once

#include "core/circuit/Circuit.h"
#include "core/data/Dataset.h"
#include "core/optimize/Optimizer.h"

namespace lab {

struct DataChoice {
    std::string source = "fashion-mnist";  // registry id or path
    std::map<std::string, std::string> params;      // of the source (generators)
    std::map<std::string, ParamValue> options;      // of dataOptions(), values that differ from the default
    std::uint64_t checksum = 0;                     // of the content when it was last trained on; 0 = not yet
    bool operator==(const DataChoice&) const = default;
};

struct Experiment {
    std::string title;
    std::string notes;
    Circuit circuit;
    std::string rule = "backprop";
    std::map<std::string, ParamValue> ruleParams;
    DataChoice data;
    OptimizerChoice optimizer;
    std::map<int, OptimizerChoice> layerOptimizers;  // layer -> its own
    std::map<std::string, ParamValue> schedule;
    std::map<std::string, ParamValue> arithmetic;  // of arithmeticParams(), values that differ from the default
    std::int64_t epochs = 10;
    std::int64_t batch = 128;
    std::uint64_t seed = 1;
    bool shuffled = true;

    bool operator==(const Experiment&) const = default;
};

// How a run rounds. Part of the experiment, because other roundings are other bits; the fingerprint's class names it.
const std::vector<ParamSpec>& arithmeticParams();

// Fills in a RuleDescription's recipe. Unknown rule: the experiment as it was.
// The experiment with `rule` chosen: optimiser, schedule, batch and epochs are set to the rule's recipe, its parameters
// to their defaults. Circuit, data and seed stay.
Experiment withRule(const Experiment& experiment, const std::string& ruleId);

// The experiment's rule if it can train the circuit on samples of this shape, else the first of the registry that can,
// else its own again.
std::string suitableRule(const Experiment& experiment, const DataSchema& data);

// The first experiment of the lab: Forward-Forward on `dataset` (fashion-mnist, or seg7 where the package is missing).
Experiment firstExperiment(bool haveFashionMnist);

// Experiments with a known outcome, for the gallery: title, one sentence, and what to expect.
struct ExampleExperiment {
    std::string id;
    std::string title;
    std::string summary;
    std::string outcome;  // what one will see, with numbers
    Experiment experiment;
};
std::vector<ExampleExperiment> exampleExperiments(bool haveFashionMnist);

}  // namespace lab
