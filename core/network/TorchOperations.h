// One operation as PyTorch text. Arrays are tensors of batch x dimensions in the lab's memory order (channels first), so that
// weights and values need no rearranging. One writer per kind, in the one list of TorchOperations.cpp.
#pragma once

#include "core/network/ExecutionPlan.h"

#include <set>

namespace lab {

struct TorchOperation {
    const ExecutionPlan& plan;
    const ExecutionPlan::Step& step;
    const Operation& op;
    ParamSet params;
    std::vector<ArrayLayout> in, out;
    OperationTargets targets;
    std::vector<std::string> x;  // variables that it reads
    std::string self;            // "self", through which its parameters are reached
    // Name of a tensor that carries errors down in place of a block, as an expression; "" = the block itself.
    std::function<std::string(const std::string& block)> carrier;
    std::set<std::string>& helpers;  // names of helper functions that the file must hold

    bool has(const std::string& suffix) const { return step.blocks.count(suffix) != 0; }
    std::string parameter(const std::string& suffix) const { return self + "." + step.blocks.at(suffix); }
    // `form` with {x} and {w} filled in; with a carrier, values come from the weight and slopes from the carrier.
    std::string weighted(const std::string& form, const std::string& x, const std::string& suffix = "weight") const;
    ArraySplit split(const ArrayLayout& layout, const std::vector<std::string>& axes) const;
};

// One expression per output. Errors: LAB-EXPORT-101 for a kind or setting that has no writer.
Result<std::vector<std::string>> writeTorch(const TorchOperation& operation);
// Text of a helper that writeTorch() asked for.
std::string torchHelper(const std::string& name);

}  // namespace lab
