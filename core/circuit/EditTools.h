// The steps that edits are made of. They change wiring only; `finishEdit` brings axes, hints and groups back in step.
#pragma once

#include "core/circuit/CircuitEdits.h"
#include "core/circuit/Operations.h"

#include <set>

namespace lab {

// One operation to be made: a preset with settings, and the size that it writes where the kind has one to choose.
struct OperationRequest {
    const OperationPreset* preset = nullptr;
    std::map<std::string, ParamValue> args;  // the preset's and those typed, without defaults
    std::string amount;                      // "" = open, "256", or "4x" = four times what it reads
};

Error editError(int number, std::string message, std::string where, std::string hint = {});
Error unknownItem(const std::string& what, const std::string& id);

// Adds the operation, with the axes that it makes but without wires; returns its id.
std::string createOperation(Circuit& circuit, const OperationRequest& request);
// Cuts `wire` and puts the operation between: it reads `wire`; what read it reads a new wire, whose id is returned.
std::string spliceOperation(Circuit& circuit, const std::string& operation, const std::string& wire);
// A new wire without axes, written by `operation`.
std::string addOutput(Circuit& circuit, const std::string& operation);
// Takes a wire away from its writer, its reader and the list.
void removeWire(Circuit& circuit, const std::string& wire);
// What read `from` now reads `to` (which nobody else reads); `from` is then unread.
void moveReader(Circuit& circuit, const std::string& from, const std::string& to);

// The group of an item, nullptr at the top.
const Group* parentOf(const Circuit& circuit, const std::string& item);
// Puts an item into the innermost group that holds both neighbours.
void joinGroupBetween(Circuit& circuit, const std::string& item, const std::string& left, const std::string& right);
// The items (operations or whole groups) that stand for these operations one level below their innermost common group.
// Errors: LAB-CIRCUIT-308 where that would cut another group in two.
struct GroupLevel {
    std::string parent;  // "" = top
    std::vector<std::string> items;
};
Result<GroupLevel> commonLevel(const Circuit& circuit, const std::vector<std::string>& ids);
// Makes a group of these items; returns its id.
Result<std::string> makeGroup(Circuit& circuit, const std::vector<std::string>& ids, const std::string& title);
// All operations in an item: itself, or those of a group and its groups.
std::vector<std::string> operationsIn(const Circuit& circuit, const std::string& item);

// The wires that cross the border of a group.
struct GroupBorder {
    std::vector<std::string> members;   // operations, also those of inner groups
    std::vector<std::string> entering;  // written outside, read inside
    std::vector<std::string> chained;   // of these, what a pass hands to the next: not read by an index at the variable
    std::vector<std::string> leaving;   // written inside, read outside
};
GroupBorder groupBorder(const Circuit& circuit, const Group& group);
constexpr int kMaxPasses = 1000;

// Rethreads, tidies and checks. Errors: LAB-CIRCUIT-305 where a new operation cannot act on what arrives.
Result<CircuitChange> finishEdit(Circuit after, const Circuit& before, std::string title, std::vector<std::string> selection,
                                 const std::set<std::string>& dirty = {},
                                 const std::map<std::string, std::string>& amounts = {});

}  // namespace lab
