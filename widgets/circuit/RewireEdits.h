// What gestures on wires and blocks ask for, as pure functions from a circuit to a circuit: moving ends, branching,
// joining two wires, closing blocks, lane order. Built from the steps that all edits share.
#pragma once

#include "core/circuit/CircuitEdits.h"
#include "core/circuit/SizeSolver.h"

#include <string>
#include <vector>

namespace lab {

// A branch of this wire whose end is free: a copy is put in, or one that is there is extended. A wire that nobody reads
// is its own branch.
struct WireBranch {
    Circuit circuit;
    std::string wire;
};
Result<WireBranch> branchWire(const Circuit& circuit, const std::string& wire);

// Lets `operation` read `wire` in place of who reads it now. Where it has no free input, its last wire gives way and is
// left with a free end: no wire is ever lost. Errors: LAB-CIRCUIT-305.
Result<CircuitChange> moveWireEnd(const Circuit& circuit, const std::string& wire, const std::string& operation);
// A branch of the wire leads to `operation`; who reads it now goes on reading it.
Result<CircuitChange> branchTo(const Circuit& circuit, const std::string& wire, const std::string& operation);
// A line of the quick-add language on a branch of this wire.
Result<CircuitChange> quickAddOnBranch(const Circuit& circuit, const std::string& wire, const std::string& line);
// The same for everything that `from` reads.
Result<CircuitChange> moveAllEnds(const Circuit& circuit, const std::string& from, const std::string& operation);
// An operation on a branch of this wire.
Result<CircuitChange> addOnBranch(const Circuit& circuit, const std::string& wire, const std::string& presetWord);
// Words of the presets that fit there: sizes raise no new problem.
std::vector<std::string> fittingPresets(const Circuit& circuit, const SizeSolution& sizes, const std::string& wire);

// One operation that reads both wires (the second by a branch if others read it too); what read the first reads the
// result. One entry per preset that takes any number of arrays and fits.
struct WireMerge {
    std::string title;
    CircuitChange change;
};
std::vector<WireMerge> wireMerges(const Circuit& circuit, const std::string& first, const std::string& second);

Result<CircuitChange> setGroupOpen(const Circuit& circuit, const std::string& group, bool open);
// "" = out of all blocks.
Result<CircuitChange> moveIntoGroup(const Circuit& circuit, const std::string& operation, const std::string& group);
// Moves an axis among the lanes of its wire: a hint for the picture, nothing else.
Result<CircuitChange> moveLane(const Circuit& circuit, const std::string& wire, const std::string& axis, int steps);
Result<CircuitChange> stretchColumn(const Circuit& circuit, int rank, int extra);
// Forgets all hints: the picture that the layout makes by itself.
Result<CircuitChange> resetLayout(const Circuit& circuit);
// What a text typed on a size label means: a number, an expression, "?" for open, or a name: the name of another axis
// links to it, a new one renames this axis.
Result<CircuitChange> sizeOrName(const Circuit& circuit, const std::string& axis, const std::string& text);

}  // namespace lab
