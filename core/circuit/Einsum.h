// The wiring of an einsum: which axes of its operands are multiplied in lock-step, summed, spread or carried through.
//
// The signature names axes ("y h d, x h d -> h y x"). A name that is an axis of the operand stands for it; the others stand,
// from the bottom, for axes that are left, so that letters of one's own may be used. Axes of an operand that it does not
// mention run past: they come out, in lock-step with axes of the same id of other operands.
#pragma once

#include "core/circuit/Circuit.h"

namespace lab {

struct EinsumSignature {
    std::vector<std::vector<std::string>> in;
    std::vector<std::string> out;
};

// Errors: LAB-CIRCUIT-202 with what is wrong.
Result<EinsumSignature> parseEinsum(const std::string& text);
std::string writeEinsum(const EinsumSignature& signature);

struct EinsumWiring {
    std::vector<std::string> indices;     // one name per distinct index
    std::vector<std::vector<int>> in;     // per operand and axis of its wire: position in `indices`
    std::vector<int> out;                 // per axis of the result
    double scale = 1;                     // constant factor
    int scaleIndex = -1;                  // and the size of this index ...
    double scalePower = 0;                // ... to this power
};

// The operands' side alone, for editing: what the axes of every operand are called, and which names come out.
struct EinsumOperands {
    std::vector<std::vector<std::string>> names;  // per operand and axis
    std::vector<std::string> spread;              // run past, in order of appearance
    std::vector<std::string> result;              // the signature's right side
};
Result<EinsumOperands> wireOperands(const std::string& signature, const std::vector<std::vector<std::string>>& in);

// `in` and `out`: axes of the wires without the batch. Errors: LAB-CIRCUIT-202.
Result<EinsumWiring> wireEinsum(const std::string& signature, const std::string& scale,
                                const std::vector<std::vector<std::string>>& in, const std::vector<std::string>& out);

// Of an operation whose kind has a signature ("sig") and a factor ("scale"); wires as they are.
Result<EinsumWiring> einsumWiring(const Circuit& circuit, const Operation& operation);

// Axes of a wire without the batch axis.
std::vector<std::string> axesWithoutBatch(const Circuit& circuit, const std::vector<std::string>& axes);

}  // namespace lab
