// What one can do to a circuit: pure functions from a circuit to a circuit. The document layer turns before and after
// into one named undo step. Every result keeps the invariants; what would break them is an error that says why.
#pragma once

#include "core/circuit/Circuit.h"

namespace lab {

// A change together with what the editor should select afterwards and the name of the undo step.
struct CircuitChange {
    Circuit circuit;
    std::string title;                   // "Insert ReLU", "Delete L2"
    std::vector<std::string> selection;  // operation ids
};

// Appends one operation per "|"-separated part after `after` (an operation id; "" = at the end of the main line):
// "linear 256 | relu | x3", "conv 64 k3 s2 | bn | relu", "res( linear 256 | relu )". Errors name the part: LAB-CIRCUIT-3xx.
Result<CircuitChange> quickAdd(const Circuit& circuit, const std::string& line, const std::string& after);
// What quickAdd would do, in words, for the preview under the line ("linear 512 -> 256, then ReLU").
Result<std::string> describeQuickAdd(const Circuit& circuit, const std::string& line, const std::string& after);
// Words that may stand where the cursor is, best first.
std::vector<std::string> completeQuickAdd(const std::string& line);

Result<CircuitChange> insertOnWire(const Circuit& circuit, const std::string& wire, const std::string& presetWord);
Result<CircuitChange> replaceOperation(const Circuit& circuit, const std::string& operation, const std::string& presetWord);
// heal: the wire is closed over the gap where shapes allow.
Result<CircuitChange> deleteItems(const Circuit& circuit, const std::vector<std::string>& ids, bool heal);
Result<CircuitChange> setArgument(const Circuit& circuit, const std::string& operation, const std::string& name,
                                  const ParamValue& value);
Result<CircuitChange> renameOperation(const Circuit& circuit, const std::string& operation, const std::string& name);
Result<CircuitChange> setAxisSize(const Circuit& circuit, const std::string& axis, const std::string& size);
Result<CircuitChange> renameAxis(const Circuit& circuit, const std::string& axis, const std::string& name);
Result<CircuitChange> moveOperation(const Circuit& circuit, const std::string& operation, int columns);
// Lets `operation` read `wire`: a free end, or an array that others read too (a copy is then put in or extended).
Result<CircuitChange> connectWire(const Circuit& circuit, const std::string& wire, const std::string& operation);
// A residual connection around consecutive operations: copy before, add after.
Result<CircuitChange> addResidual(const Circuit& circuit, const std::vector<std::string>& operations);
Result<CircuitChange> groupItems(const Circuit& circuit, const std::vector<std::string>& ids, const std::string& title);
Result<CircuitChange> ungroup(const Circuit& circuit, const std::string& group);
// The sub-circuit of these operations with inner wires, for the clipboard; pasting gives new ids and appends or inserts.
Circuit extract(const Circuit& circuit, const std::vector<std::string>& operations);
Result<CircuitChange> paste(const Circuit& circuit, const Circuit& fragment, const std::string& after);
Result<CircuitChange> duplicate(const Circuit& circuit, const std::vector<std::string>& operations);

}  // namespace lab
