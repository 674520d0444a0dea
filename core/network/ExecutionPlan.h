// What a compiled circuit does, as text can say it: operations in order with repetitions written out, which stage each
// belongs to, and what its parameters are called. For the code export; running a network needs none of it.
#pragma once

#include "core/network/Kernel.h"

namespace lab {

struct ExecutionPlan {
    struct Step {
        std::string operation;                      // in `circuit`
        std::string drawn;                          // the operation of the drawing that it is, or is a copy of
        int stage = -1;
        std::map<std::string, std::string> blocks;  // "weight" -> name of the parameter block
    };
    Circuit circuit;  // repetitions written out
    SizeSolution sizes;
    std::vector<Step> steps;
    std::vector<ParamBlock> blocks;
    int stages = 0;
    std::vector<std::string> stageTitles;
    std::vector<std::string> stageOutputs;  // wires
    struct Input {
        std::string wire;
        Index offset = 0;  // its first column in the sample
    };
    std::vector<Input> inputs;
    Index inputSize = 0;
    Index target = 0;  // Task::Reconstruct: first column of what is rebuilt
    Task task = Task::Classify;
};

// Errors: those of Network::compile.
Result<ExecutionPlan> executionPlan(const Circuit& circuit, const CompileOptions& options);

// Memory order of one sample on a wire.
ArrayLayout layoutOf(const Circuit& circuit, const SizeSolution& sizes, const Wire& wire);
// The axes that an operation reads as they are called on its first input wire, and those that it writes on its first output.
struct OperationTargets {
    std::vector<std::string> in, out;
};
OperationTargets targetsOf(const Circuit& circuit, const Operation& operation);

}  // namespace lab
