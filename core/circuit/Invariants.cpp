// The invariants of the document model. Sizes are not among them: a circuit may be wrong there and still be drawn.
#include "core/circuit/Circuit.h"
#include "core/circuit/CircuitIndex.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace lab {

namespace {

Error broken(int number, std::string message, std::string where, std::string hint = {}) {
    return {"LAB-CIRCUIT-" + std::to_string(number), std::move(message), std::move(where), std::move(hint)};
}

template <class List>
Result<void> uniqueIds(const List& list, const char* what, std::unordered_set<std::string>& seen) {
    for (const auto& item : list) {
        if (item.id.empty())
            return broken(101, std::string("an item in the list of ") + what + " has no id.", "", "Give it an id.");
        if (!seen.insert(item.id).second)
            return broken(102, std::string("two ") + what + " have the id '" + item.id + "'.", item.id,
                          "Ids are unique per list; operations and groups share one space.");
    }
    return {};
}

Result<void> checkIds(const Circuit& circuit) {
    std::unordered_set<std::string> axes;
    std::unordered_set<std::string> wires;
    std::unordered_set<std::string> shared;
    if (auto r = uniqueIds(circuit.axes, "axes", axes); !r) return r;
    if (auto r = uniqueIds(circuit.wires, "wires", wires); !r) return r;
    if (auto r = uniqueIds(circuit.operations, "operations", shared); !r) return r;
    return uniqueIds(circuit.groups, "groups", shared);
}

Result<void> checkWires(const Circuit& circuit, const CircuitIndex& index) {
    for (const Axis& axis : circuit.axes)
        if (axis.dims < 1)
            return broken(117, "axis '" + axis.id + "' has " + std::to_string(axis.dims) + " dimensions.", axis.id,
                          "An axis stands for one or more dimensions.");
    for (const Wire& wire : circuit.wires) {
        std::unordered_set<std::string> seen;
        for (const std::string& axis : wire.axes) {
            if (index.axis(axis) < 0)
                return broken(103, "wire '" + wire.id + "' has an axis '" + axis + "' that does not exist.", wire.id);
            if (!seen.insert(axis).second)
                return broken(104, "wire '" + wire.id + "' has the axis '" + axis + "' twice.", wire.id,
                              "Give the second one an axis of its own, with the first as its size.");
        }
    }
    return {};
}

Result<void> checkPorts(const Circuit& circuit, const CircuitIndex& index) {
    std::unordered_set<std::string> written;
    std::unordered_set<std::string> read;
    for (const Operation& op : circuit.operations) {
        for (const std::string& w : op.in) {
            if (index.wire(w) < 0)
                return broken(105, "operation '" + op.id + "' reads a wire '" + w + "' that does not exist.", op.id);
            if (!read.insert(w).second)
                return broken(106, "wire '" + w + "' is read more than once.", w, "Branch with an explicit copy.");
        }
        for (const std::string& w : op.out) {
            if (index.wire(w) < 0)
                return broken(107, "operation '" + op.id + "' writes a wire '" + w + "' that does not exist.", op.id);
            if (!written.insert(w).second)
                return broken(108, "wire '" + w + "' is written more than once.", w, "Join with an explicit add.");
        }
    }
    for (const Wire& wire : circuit.wires)
        if (written.find(wire.id) == written.end())
            return broken(109, "no operation writes the wire '" + wire.id + "'.", wire.id);
    return {};
}

Result<void> checkTargets(const Circuit& circuit, const CircuitIndex& index) {
    for (const Operation& op : circuit.operations) {
        for (const std::string& axis : op.targetIn)
            if (index.axis(axis) < 0)
                return broken(110, "operation '" + op.id + "' acts on an axis '" + axis + "' that does not exist.", op.id);
        for (const std::string& axis : op.targetOut) {
            if (index.axis(axis) < 0)
                return broken(110, "operation '" + op.id + "' acts on an axis '" + axis + "' that does not exist.", op.id);
            const bool carried = op.out.empty() || std::any_of(op.out.begin(), op.out.end(), [&](const std::string& w) {
                const Wire& wire = circuit.wires[static_cast<std::size_t>(index.wire(w))];
                return std::find(wire.axes.begin(), wire.axes.end(), axis) != wire.axes.end();
            });
            if (!carried)
                return broken(111, "operation '" + op.id + "' writes the axis '" + axis + "', but no wire of it carries that axis.",
                              op.id);
        }
        if (!op.tie.empty() && (index.operation(op.tie) < 0 || op.tie == op.id))
            return broken(112, "operation '" + op.id + "' shares weights with '" + op.tie + "', which is not another operation.",
                          op.id);
    }
    return {};
}

Result<void> checkGroups(const Circuit& circuit, const CircuitIndex& index) {
    std::unordered_map<std::string, int> parent;  // member -> position of its group
    for (std::size_t g = 0; g < circuit.groups.size(); ++g) {
        const Group& group = circuit.groups[g];
        for (const std::string& member : group.members) {
            if (index.operation(member) < 0 && index.group(member) < 0)
                return broken(113, "group '" + group.id + "' has a member '" + member + "' that does not exist.", group.id);
            if (!parent.emplace(member, static_cast<int>(g)).second)
                return broken(114, "'" + member + "' is a member of more than one group, or twice of one.", member,
                              "Groups nest; they do not overlap.");
        }
    }
    // A chain of parents longer than the number of groups runs in a circle. States: 0 new, 1 on the way, 2 done.
    std::vector<int> state(circuit.groups.size(), 0);
    for (std::size_t start = 0; start < circuit.groups.size(); ++start) {
        std::vector<std::size_t> way;
        std::size_t at = start;
        while (state[at] == 0) {
            state[at] = 1;
            way.push_back(at);
            const auto up = parent.find(circuit.groups[at].id);
            if (up == parent.end()) break;
            at = static_cast<std::size_t>(up->second);
            if (state[at] == 1)
                return broken(115, "group '" + circuit.groups[at].id + "' contains itself.", circuit.groups[at].id);
        }
        for (const std::size_t g : way) state[g] = 2;
    }
    return {};
}

}  // namespace

Result<void> checkInvariants(const Circuit& circuit) {
    if (auto r = checkIds(circuit); !r) return r;
    const CircuitIndex index(circuit);
    if (auto r = checkWires(circuit, index); !r) return r;
    if (auto r = checkPorts(circuit, index); !r) return r;
    if (auto r = checkTargets(circuit, index); !r) return r;
    if (auto r = checkGroups(circuit, index); !r) return r;
    const std::vector<const Operation*> order = circuit.ordered();
    if (order.size() != circuit.operations.size()) {
        const std::unordered_set<const Operation*> placed(order.begin(), order.end());
        for (const Operation& op : circuit.operations)
            if (placed.find(&op) == placed.end())
                return broken(116, "operation '" + op.id + "' is part of, or behind, a cycle.", op.id,
                              "Cut the loop: signals run from inputs to outputs.");
    }
    return {};
}

}  // namespace lab
