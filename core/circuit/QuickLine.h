// The text of the quick-add line as parts: operations, residual connections around a list, blocks. Inside of core/circuit.
#pragma once

#include "core/circuit/BlockLibrary.h"
#include "core/circuit/EditTools.h"

namespace lab {

struct QuickPart {
    enum class Kind { Operation, Residual, Chain, Block };
    Kind kind = Kind::Operation;
    OperationRequest request;                 // Operation
    std::vector<QuickPart> body;              // Residual, Chain: what stands inside
    const BlockDescription* block = nullptr;  // Chain, Block
    ParamSet params;                          // Block
};

// Errors: LAB-CIRCUIT-301 an unknown word or an empty part, -302 a setting, -305 what cannot stand in a line, -306 too much,
// -307 brackets. `where` says at which character of the line, and the hint names words that are near.
Result<std::vector<QuickPart>> parseQuickLine(const std::string& line);

// Operations that the parts make; a block that builds itself counts as one.
std::size_t countParts(const std::vector<QuickPart>& parts);

// The words of `known` that a misspelled one may stand for, nearest first: at most three.
std::vector<std::string> nearWords(const std::string& word, const std::vector<std::string>& known);

std::string loweredText(std::string text);

}  // namespace lab
