// Repetition written out: a circuit whose groups run several times becomes one in which every pass stands by itself and
// state slots are wires. What the engine compiles and the code export writes; the drawing keeps its groups.
#pragma once

#include "core/circuit/SizeSolver.h"

namespace lab {

struct ExpandedCircuit {
    Circuit circuit;
    // Ids of what was copied -> ids in the drawing. What stands under its own id is not listed.
    std::map<std::string, std::string> operationOf;
    std::map<std::string, std::string> wireOf;

    const std::string& operation(const std::string& id) const;
    const std::string& wire(const std::string& id) const;
};

// Is there any group that is repeated, or any slot?
bool needsExpansion(const Circuit& circuit);

// The first pass keeps the ids, pass n adds "@n". Groups along an axis run once per place of it and share all weights;
// those with a number have weights of their own in each pass unless the group says otherwise. A slot holds zeros before
// the first pass, or what is put into it outside of the group. What no output depends on is left out.
// Errors: LAB-CIRCUIT-601 a group that cannot be repeated as drawn, 602 more than 16384 operations, 603 slots that do not
// fit, 604 an open number of passes.
Result<ExpandedCircuit> expandCircuit(const Circuit& circuit, const SizeSolution& sizes);

}  // namespace lab
