#include "widgets/circuit/RewireEdits.h"

#include "core/circuit/EditTools.h"
#include "core/circuit/Operations.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace lab {

namespace {

bool has(const std::vector<std::string>& list, const std::string& id) { return std::find(list.begin(), list.end(), id) != list.end(); }

bool copies(const Operation& op) {
    const OperationDescription* d = findOperation(op.kind);
    return d != nullptr && d->rule == AxisRule::Copy;
}

const OperationPreset* copyPreset() {
    for (const OperationPreset& p : operationPresets()) {
        const OperationDescription* d = findOperation(p.kind);
        if (d != nullptr && d->rule == AxisRule::Copy) return &p;
    }
    return nullptr;
}

std::string wireName(const Circuit& circuit, const std::string& wire) {
    const Operation* writer = circuit.producer(wire);
    return writer == nullptr ? "the wire" : displayName(*writer);
}

// Branches in place; the free wire's id. The copy that changed is added to `dirty`.
Result<std::string> branchIn(Circuit& circuit, const std::string& wire, std::set<std::string>& dirty) {
    if (circuit.wire(wire) == nullptr) return unknownItem("wire", wire);
    if (circuit.consumer(wire) == nullptr) return wire;
    std::string copy;
    if (const Operation* writer = circuit.producer(wire); writer != nullptr && copies(*writer)) {
        copy = writer->id;
    } else if (const Operation* reader = circuit.consumer(wire); copies(*reader)) {
        copy = reader->id;
    } else {
        const OperationPreset* preset = copyPreset();
        if (preset == nullptr) return editError(305, "nothing copies arrays here.", wire);
        copy = createOperation(circuit, {preset, preset->args, ""});
        spliceOperation(circuit, copy, wire);
    }
    dirty.insert(copy);
    return addOutput(circuit, copy);
}

bool loops(const Circuit& circuit, const Circuit& before) {
    return circuit.ordered().size() != circuit.operations.size() && before.ordered().size() == before.operations.size();
}

Error loopError(const std::string& operation) {
    return editError(305, "this would close a loop.", operation, "Signals run from inputs to outputs; a state slot carries them back.");
}

// Gives `operation` the wire; a full one lets go of its last.
Result<void> attach(Circuit& circuit, const std::string& wire, const std::string& operation) {
    Operation* target = circuit.operation(operation);
    if (target == nullptr) return unknownItem("operation", operation);
    const OperationDescription* d = findOperation(target->kind);
    if (d != nullptr && d->inputs == 0) return editError(305, displayName(*target) + " reads nothing.", operation, "It only writes.");
    if (has(target->in, wire)) return editError(305, displayName(*target) + " reads this wire already.", operation);
    if (d != nullptr && d->inputs > 0 && target->in.size() >= std::size_t(d->inputs)) target->in.pop_back();
    target->in.push_back(wire);
    return {};
}

}  // namespace

Result<WireBranch> branchWire(const Circuit& circuit, const std::string& wire) {
    Circuit after = circuit;
    std::set<std::string> dirty;
    const Result<std::string> free = branchIn(after, wire, dirty);
    if (!free) return free.error();
    if (dirty.empty()) return WireBranch{std::move(after), *free};
    Result<CircuitChange> done = finishEdit(std::move(after), circuit, "Branch", {}, dirty);
    if (!done) return done.error();
    return WireBranch{std::move(done->circuit), *free};
}

Result<CircuitChange> moveWireEnd(const Circuit& circuit, const std::string& wire, const std::string& operation) {
    if (circuit.wire(wire) == nullptr) return unknownItem("wire", wire);
    const Operation* target = circuit.operation(operation);
    if (target == nullptr) return unknownItem("operation", operation);
    Circuit after = circuit;
    std::set<std::string> dirty{operation};
    if (const Operation* reader = circuit.consumer(wire)) {
        if (reader->id == operation) return editError(305, displayName(*target) + " reads this wire already.", operation);
        auto& in = after.operation(reader->id)->in;
        in.erase(std::find(in.begin(), in.end(), wire));
        dirty.insert(reader->id);
    }
    if (const Result<void> done = attach(after, wire, operation); !done) return done.error();
    if (loops(after, circuit)) return loopError(operation);
    return finishEdit(std::move(after), circuit, "Move a wire to " + displayName(*target), {operation}, dirty);
}

Result<CircuitChange> branchTo(const Circuit& circuit, const std::string& wire, const std::string& operation) {
    const Result<WireBranch> branch = branchWire(circuit, wire);
    if (!branch) return branch.error();
    Result<CircuitChange> change = moveWireEnd(branch->circuit, branch->wire, operation);
    if (change) change->title = "Connect to " + displayName(*change->circuit.operation(operation));
    return change;
}

Result<CircuitChange> quickAddOnBranch(const Circuit& circuit, const std::string& wire, const std::string& line) {
    const Result<WireBranch> branch = branchWire(circuit, wire);
    if (!branch) return branch.error();
    // Something that fits anywhere marks the place, and leaves again.
    for (const OperationPreset& p : operationPresets()) {
        const OperationDescription* d = findOperation(p.kind);
        if (d == nullptr || d->rule != AxisRule::Keep || d->acts || d->learned) continue;
        const Result<CircuitChange> mark = insertOnWire(branch->circuit, branch->wire, p.word);
        if (!mark || mark->selection.empty()) continue;
        const Result<CircuitChange> added = quickAdd(mark->circuit, line, mark->selection.front());
        if (!added) return added.error();
        Result<CircuitChange> clean = deleteItems(added->circuit, {mark->selection.front()}, true);
        if (!clean) return clean.error();
        clean->title = added->title;
        clean->selection = added->selection;
        return clean;
    }
    return addOnBranch(circuit, wire, line);
}

Result<CircuitChange> moveAllEnds(const Circuit& circuit, const std::string& from, const std::string& operation) {
    const Operation* source = circuit.operation(from);
    const Operation* target = circuit.operation(operation);
    if (source == nullptr || target == nullptr) return unknownItem("operation", source == nullptr ? from : operation);
    if (from == operation) return editError(305, "these wires end here already.", operation);
    const std::vector<std::string> wires = source->in;
    Circuit after = circuit;
    after.operation(from)->in.clear();
    for (const std::string& w : wires)
        if (const Result<void> done = attach(after, w, operation); !done) return done.error();
    if (loops(after, circuit)) return loopError(operation);
    return finishEdit(std::move(after), circuit, "Move all wires to " + displayName(*target), {operation}, {from, operation});
}

Result<CircuitChange> addOnBranch(const Circuit& circuit, const std::string& wire, const std::string& presetWord) {
    Result<WireBranch> branch = branchWire(circuit, wire);
    if (!branch) return branch.error();
    return insertOnWire(branch->circuit, branch->wire, presetWord);
}

namespace {

std::ptrdiff_t errorsOf(const SizeSolution& s) {
    return std::count_if(s.problems.begin(), s.problems.end(), [](const Problem& p) { return p.severity == Problem::Severity::Error; });
}

}  // namespace

std::vector<std::string> fittingPresets(const Circuit& circuit, const SizeSolution& sizes, const std::string& wire) {
    std::vector<std::string> out;
    const auto before = errorsOf(sizes);
    for (const OperationPreset& p : operationPresets()) {
        const OperationDescription* d = findOperation(p.kind);
        if (d == nullptr || d->inputs == 0) continue;
        const Result<CircuitChange> change = addOnBranch(circuit, wire, p.word);
        if (change && errorsOf(solveSizes(change->circuit)) <= before) out.push_back(p.word);
    }
    return out;
}

std::vector<WireMerge> wireMerges(const Circuit& circuit, const std::string& first, const std::string& second) {
    std::vector<WireMerge> out;
    if (first == second || circuit.wire(first) == nullptr || circuit.wire(second) == nullptr) return out;
    const auto before = errorsOf(solveSizes(circuit));
    for (const OperationPreset& preset : operationPresets()) {
        const OperationDescription* d = findOperation(preset.kind);
        if (d == nullptr || d->inputs >= 0 || d->outputs != 1) continue;
        Circuit after = circuit;
        std::set<std::string> dirty;
        const Result<std::string> other = branchIn(after, second, dirty);
        if (!other) continue;
        const std::string op = createOperation(after, {&preset, preset.args, ""});
        spliceOperation(after, op, first);
        after.operation(op)->in.push_back(*other);
        dirty.insert(op);
        if (loops(after, circuit)) continue;
        Result<CircuitChange> change = finishEdit(std::move(after), circuit, preset.title + " of " + wireName(circuit, first) + " and " + wireName(circuit, second), {op}, dirty);
        if (!change) continue;
        // What it would make of the two, for the list.
        std::string sizes;
        const SizeSolution solved = solveSizes(change->circuit);
        if (errorsOf(solved) > before) continue;  // it would only bring two sizes together that differ
        if (const Operation* made = change->circuit.operation(op); made != nullptr && !made->out.empty())
            if (const Wire* w = change->circuit.wire(made->out.front()))
                for (const std::string& a : w->axes)
                    if (const Axis* axis = change->circuit.axis(a); axis != nullptr && axis->role != AxisRole::Batch) {
                        const auto size = solved.size.find(a);
                        sizes += (sizes.empty() ? "" : " × ") + (size != solved.size.end() ? std::to_string(size->second) : plainLabel(axis->name));
                    }
        out.push_back({preset.title + (sizes.empty() ? "" : "  → " + sizes), *std::move(change)});
    }
    return out;
}

Result<CircuitChange> setGroupOpen(const Circuit& circuit, const std::string& group, bool open) {
    Circuit after = circuit;
    Group* g = after.group(group);
    if (g == nullptr) return unknownItem("block", group);
    if (g->open == open) return editError(305, std::string("the block is ") + (open ? "open" : "closed") + " already.", group);
    g->open = open;
    const std::string title = g->title.empty() ? group : g->title;
    return CircuitChange{std::move(after), (open ? "Open " : "Close ") + title, {group}};
}

Result<CircuitChange> moveIntoGroup(const Circuit& circuit, const std::string& operation, const std::string& group) {
    if (circuit.operation(operation) == nullptr) return unknownItem("operation", operation);
    if (!group.empty() && circuit.group(group) == nullptr) return unknownItem("block", group);
    const Group* now = parentOf(circuit, operation);
    if ((now == nullptr ? std::string() : now->id) == group) return editError(305, "it is in this block already.", operation);
    Circuit after = circuit;
    for (Group& g : after.groups) g.members.erase(std::remove(g.members.begin(), g.members.end(), operation), g.members.end());
    if (!group.empty()) after.group(group)->members.push_back(operation);
    const std::string name = displayName(*circuit.operation(operation));
    const std::string title = group.empty() ? "Move " + name + " out of its block" : "Move " + name + " into " + circuit.group(group)->title;
    return finishEdit(std::move(after), circuit, title, {operation});
}

Result<CircuitChange> moveLane(const Circuit& circuit, const std::string& wire, const std::string& axis, int steps) {
    const Wire* w = circuit.wire(wire);
    if (w == nullptr) return unknownItem("wire", wire);
    std::vector<std::string> order = w->axes;
    if (const auto hint = circuit.layout.order.find(wire); hint != circuit.layout.order.end() && hint->second.size() == order.size()) order = hint->second;
    const auto at = std::find(order.begin(), order.end(), axis);
    if (at == order.end()) return unknownItem("axis", axis);
    const auto from = int(at - order.begin()), to = std::clamp(from + steps, 0, int(order.size()) - 1);
    if (from == to) return editError(305, "the lane is at the edge of its array.", wire);
    order.erase(at);
    order.insert(order.begin() + to, axis);
    Circuit after = circuit;
    if (order == w->axes) after.layout.order.erase(wire);
    else after.layout.order[wire] = order;
    return CircuitChange{std::move(after), "Move a lane", {}};
}

Result<CircuitChange> stretchColumn(const Circuit& circuit, int rank, int extra) {
    Circuit after = circuit;
    const auto now = circuit.layout.stretch.find(rank);
    const int value = std::clamp((now == circuit.layout.stretch.end() ? 0 : now->second) + extra, 0, 400);
    if (value == 0) after.layout.stretch.erase(rank);
    else after.layout.stretch[rank] = value;
    if (after.layout == circuit.layout) return editError(305, "the gap cannot be narrower.", {});
    return CircuitChange{std::move(after), "Change a gap", {}};
}

Result<CircuitChange> resetLayout(const Circuit& circuit) {
    if (circuit.layout == LayoutHints{}) return editError(305, "the layout holds no changes by hand.", {});
    Circuit after = circuit;
    after.layout = {};
    return CircuitChange{std::move(after), "Tidy", {}};
}

Result<CircuitChange> sizeOrName(const Circuit& circuit, const std::string& axis, const std::string& text) {
    if (circuit.axis(axis) == nullptr) return unknownItem("axis", axis);
    const auto first = text.find_first_not_of(' ');
    if (first == std::string::npos) return editError(305, "nothing was typed.", axis, "A number, an expression, a name, or ? for open.");
    const std::string word = text.substr(first, text.find_last_not_of(' ') - first + 1);
    if (word == "?") return setAxisSize(circuit, axis, "");
    const bool name = std::isalpha(static_cast<unsigned char>(word[0])) != 0 &&
                      std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
    if (!name) return setAxisSize(circuit, axis, word);
    for (const Axis& other : circuit.axes)
        if (other.id != axis && (other.id == word || plainLabel(other.name) == plainLabel(word))) return setAxisSize(circuit, axis, other.id);
    return renameAxis(circuit, axis, word);
}

}  // namespace lab
