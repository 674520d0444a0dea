// Groups that run several times, and groups as reusable blocks: instances of a block have the same inside but for the sizes
// that their parameters set. An edit of one instance is made in all of them.
#pragma once

#include "core/circuit/CircuitEdits.h"

namespace lab {

// Repeats a group a number of times or along an axis; an empty `repeat` ends it. Errors: LAB-CIRCUIT-304, -305.
Result<CircuitChange> repeatGroup(const Circuit& circuit, const std::string& group, const Repeat& repeat);

// Names a group as a block. Errors: LAB-CIRCUIT-304 no such group, -309 a name that is empty, too long or taken.
Result<CircuitChange> makeBlock(const Circuit& circuit, const std::string& group, const std::string& name);
// Another instance behind `after` (as paste). `params`: name of a size of the block -> size or expression.
// Errors: those of paste; LAB-CIRCUIT-310 no such block, -311 no such parameter.
Result<CircuitChange> insertBlock(const Circuit& circuit, const std::string& name, const std::string& after,
                                  const std::map<std::string, std::string>& params);
Result<CircuitChange> setBlockParam(const Circuit& circuit, const std::string& group, const std::string& param, const std::string& size);
// A group of its own again.
Result<CircuitChange> detachBlock(const Circuit& circuit, const std::string& group);

// Names of blocks, in order of their first instance.
std::vector<std::string> blockNames(const Circuit& circuit);
struct BlockParam {
    std::string name;  // of the axis in the first instance: "n_1"
    std::string axis;  // in this instance
};
// Sizes that a block can take as parameters: axes that it makes and whose size is not written as an expression.
std::vector<BlockParam> blockParams(const Circuit& circuit, const std::string& group);

// Makes what changed inside of one instance (between `before` and `after`) in the others. Instances whose outside would no
// longer fit are an error: LAB-CIRCUIT-312.
Result<void> syncBlocks(Circuit& after, const Circuit& before);

}  // namespace lab
