// A circuit with its learning rule as one PyTorch file: module, training step and optimisers, readable, without any
// dependency beyond torch. Weights come from the .npz that the lab writes.
#pragma once

#include "core/rules/LearningRule.h"

namespace lab {

struct PyTorchExport {
    const Circuit& circuit;
    const Network& network;      // the circuit, compiled for the data
    Shape inputShape;            // of the data set
    int classes = 0;
    const RuleDescription* rule = nullptr;  // null, or one that is not exported: the file holds the forward pass alone
    ParamSet ruleParams;
    const ParamStore* own = nullptr;        // the rule's own parameters, where it has any
    OptimizerChoice optimizer;
    std::vector<DataPart> parts = {};       // of the data set, where a sample consists of several arrays
};

// Errors: LAB-EXPORT-101 an operation that has no PyTorch text, -102 settings of the rule that the text does not cover,
// -103 an optimiser without one; those of the compiler.
Result<std::string> pytorchCode(const PyTorchExport& request);

}  // namespace lab
