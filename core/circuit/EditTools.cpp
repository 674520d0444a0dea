#include "core/circuit/EditTools.h"
#include "core/circuit/AxisChoice.h"

#include "core/circuit/Blocks.h"
#include "core/circuit/CircuitIndex.h"

#include <algorithm>

namespace lab {

namespace {

using Ids = std::vector<std::string>;

std::size_t positionOf(const Circuit& circuit, const std::string& operation) {
    const auto it = std::find_if(circuit.operations.begin(), circuit.operations.end(),
                                 [&](const Operation& o) { return o.id == operation; });
    return static_cast<std::size_t>(it - circuit.operations.begin());
}

// An item's groups, innermost first.
Ids ancestors(const Circuit& circuit, const std::string& item) {
    Ids out;
    for (const Group* g = parentOf(circuit, item); g != nullptr && out.size() <= circuit.groups.size(); g = parentOf(circuit, g->id))
        out.push_back(g->id);
    return out;
}

// New operations that could not take what arrives; sizes are left to inference.
Result<void> checkFits(const Circuit& after, const Circuit& before) {
    for (const Operation& op : after.operations) {
        const OperationDescription* d = findOperation(op.kind);
        if (d == nullptr || before.operation(op.id) != nullptr || op.in.empty() || d->rule != AxisRule::Window) continue;
        if (positionAxes(after, after.wire(op.in.front())->axes).empty())
            return editError(305, "'" + d->title + "' slides over the positions of an image, but none arrive at this place.", op.id,
                             "Put it before the flatten, or start from an image input.");
        if (d->learned && channelAxes(after, after.wire(op.in.front())->axes).empty())
            return editError(305, "'" + d->title + "' needs a channel axis, but only positions arrive at this place.", op.id,
                             "Add a feature axis to the input.");
    }
    return {};
}

// "4x" becomes an expression of the axes that the operation reads.
void resolveAmount(Circuit& circuit, const Circuit& before, const std::string& operation, const std::string& amount) {
    const Operation* op = circuit.operation(operation);
    if (op == nullptr || op->targetOut.empty() || amount.empty()) return;
    const OperationDescription* d = findOperation(op->kind);
    // Kinds with wiring of their own have made their axes only just now.
    if (amount.back() != 'x') {
        if (d != nullptr && d->rule == AxisRule::Own) circuit.axis(op->targetOut.back())->size = amount;
        return;
    }
    // What leaves along an axis that was there before (the body of a residual connection) has its size from there.
    if (before.axis(op->targetOut.back()) != nullptr) return;
    std::string size = amount.substr(0, amount.size() - 1);
    if (size.empty()) return;
    const bool window = d != nullptr && d->rule == AxisRule::Window;
    for (std::size_t i = window && !op->targetIn.empty() ? op->targetIn.size() - 1 : 0; i < op->targetIn.size(); ++i)
        for (int dim = 0; dim < circuit.axis(op->targetIn[i])->dims; ++dim) size += "*" + op->targetIn[i];
    if (!op->targetIn.empty()) circuit.axis(op->targetOut.back())->size = size;
}

}  // namespace

Error editError(int number, std::string message, std::string where, std::string hint) {
    return {"LAB-CIRCUIT-" + std::to_string(number), std::move(message), std::move(where), std::move(hint)};
}

Error unknownItem(const std::string& what, const std::string& id) {
    return editError(304, "there is no " + what + " '" + id + "' in the circuit.", id, "It may have been deleted meanwhile.");
}

std::string createOperation(Circuit& circuit, const OperationRequest& request) {
    const OperationDescription* d = findOperation(request.preset->kind);
    Operation op;
    op.id = circuit.freshId(d->idPrefix);
    op.kind = d->kind;
    op.args = request.args;
    const bool number = !request.amount.empty() && request.amount.back() != 'x';
    const std::string size = number ? request.amount : std::string();
    if (d->rule == AxisRule::Map) op.targetOut = {newAxis(circuit, "n", AxisRole::Feature, size)};
    if (d->rule == AxisRule::Merge) op.targetOut = {newAxis(circuit, "p", AxisRole::Feature, "")};
    if (d->rule == AxisRule::Window && d->learned) op.targetOut = {newAxis(circuit, "c", AxisRole::Feature, size)};
    circuit.operations.push_back(op);
    return op.id;
}

std::string addOutput(Circuit& circuit, const std::string& operation) {
    Wire wire;
    wire.id = circuit.freshId("w");
    circuit.wires.push_back(wire);
    circuit.operation(operation)->out.push_back(wire.id);
    return wire.id;
}

void moveReader(Circuit& circuit, const std::string& from, const std::string& to) {
    for (Operation& op : circuit.operations) std::replace(op.in.begin(), op.in.end(), from, to);
}

std::string spliceOperation(Circuit& circuit, const std::string& operation, const std::string& wire) {
    const Operation* writer = circuit.producer(wire);
    const Operation* reader = circuit.consumer(wire);
    const std::string left = writer == nullptr ? std::string() : writer->id;
    const std::string right = reader == nullptr ? std::string() : reader->id;
    const std::string made = addOutput(circuit, operation);
    moveReader(circuit, wire, made);
    circuit.operation(operation)->in.push_back(wire);
    // It stands right behind what it reads, so that the list stays in reading order.
    if (!left.empty()) {
        const std::size_t from = positionOf(circuit, operation);
        Operation moved = circuit.operations[from];
        circuit.operations.erase(circuit.operations.begin() + static_cast<std::ptrdiff_t>(from));
        const std::size_t to = positionOf(circuit, left) + 1;
        circuit.operations.insert(circuit.operations.begin() + static_cast<std::ptrdiff_t>(to), std::move(moved));
    }
    joinGroupBetween(circuit, operation, left, right);
    return made;
}

void removeWire(Circuit& circuit, const std::string& wire) {
    for (Operation& op : circuit.operations) {
        op.in.erase(std::remove(op.in.begin(), op.in.end(), wire), op.in.end());
        op.out.erase(std::remove(op.out.begin(), op.out.end(), wire), op.out.end());
    }
    circuit.wires.erase(std::remove_if(circuit.wires.begin(), circuit.wires.end(), [&](const Wire& w) { return w.id == wire; }),
                        circuit.wires.end());
}

const Group* parentOf(const Circuit& circuit, const std::string& item) {
    for (const Group& g : circuit.groups)
        if (has(g.members, item)) return &g;
    return nullptr;
}

void joinGroupBetween(Circuit& circuit, const std::string& item, const std::string& left, const std::string& right) {
    if (left.empty() || right.empty() || parentOf(circuit, item) != nullptr) return;
    const Ids other = ancestors(circuit, right);
    for (const std::string& g : ancestors(circuit, left)) {
        if (!has(other, g)) continue;
        // Behind the left neighbour, or behind the group that holds it.
        Group* group = circuit.group(g);
        auto at = std::find_if(group->members.begin(), group->members.end(), [&](const std::string& m) {
            return m == left || has(ancestors(circuit, left), m);
        });
        group->members.insert(at == group->members.end() ? at : at + 1, item);
        return;
    }
}

std::vector<std::string> operationsIn(const Circuit& circuit, const std::string& item) {
    const Group* group = circuit.group(item);
    if (group == nullptr) return {item};
    Ids out;
    for (const std::string& m : group->members) {
        const Ids inner = operationsIn(circuit, m);
        out.insert(out.end(), inner.begin(), inner.end());
    }
    return out;
}

GroupBorder groupBorder(const Circuit& circuit, const Group& group) {
    GroupBorder border;
    const CircuitIndex index(circuit);
    for (const std::string& id : operationsIn(circuit, group.id))
        if (index.operation(id) >= 0) border.members.push_back(id);
    const std::set<std::string> inside(border.members.begin(), border.members.end());
    const auto outside = [&](int operation) {
        return operation < 0 || inside.count(circuit.operations[static_cast<std::size_t>(operation)].id) == 0;
    };
    for (const std::string& id : border.members) {
        const Operation& op = circuit.operations[static_cast<std::size_t>(index.operation(id))];
        const OperationDescription* d = findOperation(op.kind);
        const bool picks = d != nullptr && d->glyph == Glyph::Index && !group.repeat.variable.empty() &&
                           operationParams(op).text("at") == group.repeat.variable;
        for (const std::string& w : op.in)
            if (outside(index.producerOf(w))) {
                border.entering.push_back(w);
                if (!picks) border.chained.push_back(w);
            }
        for (const std::string& w : op.out)
            if (const int reader = index.consumerOf(w); reader >= 0 && outside(reader)) border.leaving.push_back(w);
    }
    return border;
}

Result<GroupLevel> commonLevel(const Circuit& circuit, const std::vector<std::string>& ids) {
    GroupLevel level;
    if (ids.empty()) return editError(308, "nothing is selected.", "", "Select operations first.");
    Ids common = ancestors(circuit, ids.front());
    for (const std::string& id : ids) {
        const Ids own = ancestors(circuit, id);
        common.erase(std::remove_if(common.begin(), common.end(), [&](const std::string& g) { return !has(own, g); }), common.end());
    }
    if (!common.empty()) level.parent = common.front();
    for (const std::string& id : ids) {
        const Ids own = ancestors(circuit, id);
        const auto at = std::find(own.begin(), own.end(), level.parent);
        const std::string item = at == own.begin() ? id : *(at - 1);
        if (has(level.items, item)) continue;
        for (const std::string& op : operationsIn(circuit, item))
            if (item != id && std::none_of(ids.begin(), ids.end(), [&](const std::string& i) { return has(operationsIn(circuit, i), op); }))
                return editError(308, "this would cut the group '" + plainLabel(circuit.group(item)->title) + "' in two.", item,
                                 "Select the whole group, or ungroup it first.");
        level.items.push_back(item);
    }
    return level;
}

Result<std::string> makeGroup(Circuit& circuit, const std::vector<std::string>& ids, const std::string& title) {
    const Result<GroupLevel> level = commonLevel(circuit, ids);
    if (!level) return level.error();
    Group group;
    group.id = circuit.freshId("g");
    group.title = title;
    group.members = level->items;
    if (Group* parent = level->parent.empty() ? nullptr : circuit.group(level->parent)) {
        const auto inside = [&](const std::string& m) { return has(level->items, m); };
        *std::find_if(parent->members.begin(), parent->members.end(), inside) = group.id;
        parent->members.erase(std::remove_if(parent->members.begin(), parent->members.end(), inside), parent->members.end());
    }
    circuit.groups.push_back(group);
    return group.id;
}

Result<CircuitChange> finishEdit(Circuit after, const Circuit& before, std::string title, std::vector<std::string> selection,
                                 const std::set<std::string>& dirty, const std::map<std::string, std::string>& amounts) {
    if (std::any_of(after.groups.begin(), after.groups.end(), [](const Group& g) { return !g.block.empty(); })) {
        rethread(after, before, dirty);
        tidyReferences(after, before);
        const Circuit edited = after;
        if (const Result<void> synced = syncBlocks(after, before); !synced) return synced.error();
        rethread(after, edited);
    } else {
        rethread(after, before, dirty);
    }
    if (const Result<void> fits = checkFits(after, before); !fits) return fits.error();
    for (const auto& [operation, amount] : amounts) resolveAmount(after, before, operation, amount);
    tidyReferences(after, before);
    if (const Result<void> sound = checkInvariants(after); !sound) return sound.error();
    return CircuitChange{std::move(after), std::move(title), std::move(selection)};
}

}  // namespace lab
