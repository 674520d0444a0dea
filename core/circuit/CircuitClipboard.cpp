// Copying parts of circuits: fragments with inner wires, and pasting them with new ids.
#include "core/circuit/EditTools.h"
#include "core/circuit/AxisChoice.h"
#include "core/circuit/Einsum.h"
#include "core/circuit/SizeExpression.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace lab {

namespace {

using Ids = std::vector<std::string>;
using Renaming = std::unordered_map<std::string, std::string>;

bool isEnd(const Operation& op) {
    const OperationDescription* d = findOperation(op.kind);
    return d != nullptr && (d->rule == AxisRule::Source || d->rule == AxisRule::Sink);
}

std::string letters(const std::string& id) {
    const std::size_t end = id.find_last_not_of("0123456789");
    return end == std::string::npos ? "i" : id.substr(0, end + 1);
}

void rename(Ids& ids, const Renaming& names) {
    for (std::string& id : ids)
        if (const auto it = names.find(id); it != names.end()) id = it->second;
}

// "n_{1}" takes the number of the new id; other names stay.
std::string renumbered(const std::string& name, const std::string& oldId, const std::string& newId) {
    const std::string digits = "0123456789";
    const std::size_t brace = name.find("_{");
    const std::size_t open = brace != std::string::npos ? brace + 2 : name.find('_') == std::string::npos ? std::string::npos : name.find('_') + 1;
    if (open == std::string::npos || open >= name.size()) return name;
    const std::size_t close = name.find_first_not_of(digits, open);
    const std::string number = name.substr(open, close == std::string::npos ? std::string::npos : close - open);
    const std::size_t oldNumber = oldId.find_first_of(digits);
    const std::size_t newNumber = newId.find_first_of(digits);
    if (number.empty() || oldNumber == std::string::npos || newNumber == std::string::npos || oldId.substr(oldNumber) != number)
        return name;
    const bool braces = brace != std::string::npos;
    return name.substr(0, open - (braces ? 1 : 0)) + "{" + newId.substr(newNumber) + "}" +
           (close == std::string::npos ? "" : name.substr(close + (braces ? 1 : 0)));
}

// Puts the items of `fragment` into `circuit` under fresh ids; no wire joins the two yet.
class Joiner {
public:
    Joiner(Circuit& circuit, const Circuit& fragment) : m_circuit(circuit) {
        for (const Axis& a : circuit.axes) m_used.insert(a.id);
        for (const Wire& w : circuit.wires) m_used.insert(w.id);
        for (const Operation& o : circuit.operations) m_used.insert(o.id);
        for (const Group& g : circuit.groups) m_used.insert(g.id);
        for (const Operation& o : circuit.operations)
            if (const OperationDescription* d = findOperation(o.kind); d != nullptr && !d->slot.empty())
                m_slotsThere.insert(operationParams(o).text(d->slot));
        addAxes(fragment);
        addOperations(fragment);
        addGroups(fragment);
    }

    Ids operations;

private:
    std::string fresh(const std::string& id) {
        if (m_used.insert(id).second) return id;
        const std::string prefix = letters(id);
        for (std::size_t n = 1;; ++n)
            if (std::string made = prefix + std::to_string(n); m_used.insert(made).second) return made;
    }

    void addAxes(const Circuit& fragment) {
        for (Axis axis : fragment.axes) {
            // There is one batch; any other axis of the fragment is its own.
            const auto batch = std::find_if(m_circuit.axes.begin(), m_circuit.axes.end(), [](const Axis& a) { return a.role == AxisRole::Batch; });
            if (axis.role == AxisRole::Batch && batch != m_circuit.axes.end()) {
                m_axes[axis.id] = batch->id;
                continue;
            }
            const std::string id = fresh(axis.id);
            m_axes[axis.id] = id;
            axis.name = renumbered(axis.name, axis.id, id);
            axis.id = id;
            m_circuit.axes.push_back(std::move(axis));
            m_added.push_back(id);
        }
        for (const std::string& id : m_added) {
            Axis& axis = *m_circuit.axis(id);
            if (axis.size.empty()) continue;
            if (const Result<SizeExpression> e = SizeExpression::parse(axis.size); e && !e->names().empty())
                axis.size = e->write([this](const std::string& name) {
                    const auto it = m_axes.find(name);
                    return it == m_axes.end() ? name : it->second;
                });
        }
    }

    // Signatures name axes, and slots are memories of their own: what came along must not fill those that were there.
    void renameInArgs(Operation& op) {
        if (const auto sig = op.args.find("sig"); sig != op.args.end() && std::holds_alternative<std::string>(sig->second))
            if (Result<EinsumSignature> parsed = parseEinsum(std::get<std::string>(sig->second)); parsed) {
                for (Ids& operand : parsed->in) rename(operand, m_axes);
                rename(parsed->out, m_axes);
                sig->second = writeEinsum(*parsed);
            }
        const OperationDescription* d = findOperation(op.kind);
        if (d == nullptr || d->slot.empty()) return;
        const std::string slot = operationParams(op).text(d->slot);
        auto [it, first] = m_slots.emplace(slot, slot);
        for (int n = 2; first && m_slotsThere.count(it->second) != 0; ++n) it->second = slot + std::to_string(n);
        if (it->second != slot) op.args[d->slot] = it->second;
    }

    void addOperations(const Circuit& fragment) {
        for (Wire wire : fragment.wires) {
            const std::string id = fresh(wire.id);
            m_wires[wire.id] = id;
            wire.id = id;
            rename(wire.axes, m_axes);
            if (wire.dtype.rfind("int:", 0) == 0)
                if (const auto it = m_axes.find(wire.dtype.substr(4)); it != m_axes.end()) wire.dtype = "int:" + it->second;
            m_circuit.wires.push_back(std::move(wire));
        }
        for (const Operation& op : fragment.operations) m_items[op.id] = fresh(op.id);
        for (Operation op : fragment.operations) {
            const std::string id = m_items[op.id];
            op.name = renumbered(op.name, op.id, id);
            op.id = id;
            rename(op.in, m_wires);
            rename(op.out, m_wires);
            rename(op.targetIn, m_axes);
            rename(op.targetOut, m_axes);
            if (const auto tie = m_items.find(op.tie); tie != m_items.end()) op.tie = tie->second;
            renameInArgs(op);
            operations.push_back(op.id);
            m_circuit.operations.push_back(std::move(op));
        }
    }

    void addGroups(const Circuit& fragment) {
        for (const Group& g : fragment.groups) m_items[g.id] = fresh(g.id);
        for (Group group : fragment.groups) {
            group.id = m_items[group.id];
            rename(group.members, m_items);
            if (const auto along = m_axes.find(group.repeat.count); along != m_axes.end()) group.repeat.count = along->second;
            m_circuit.groups.push_back(std::move(group));
        }
    }

    Circuit& m_circuit;
    std::unordered_set<std::string> m_used;
    Renaming m_axes, m_wires, m_items, m_slots;
    std::unordered_set<std::string> m_slotsThere;
    Ids m_added;
};

// Ends of the fragment give way where the circuit has its own.
Circuit withoutEnds(const Circuit& fragment, const Circuit& circuit) {
    Ids kept;
    for (const Operation& op : fragment.operations) {
        const bool doubled = isEnd(op) && std::any_of(circuit.operations.begin(), circuit.operations.end(),
                                                      [&](const Operation& o) { return o.kind == op.kind; });
        if (!doubled) kept.push_back(op.id);
    }
    return kept.size() == fragment.operations.size() ? fragment : extract(fragment, kept);
}

}  // namespace

Circuit extract(const Circuit& circuit, const std::vector<std::string>& operations) {
    Circuit out;
    std::unordered_set<std::string> chosen;
    for (const std::string& id : operations)
        for (const std::string& op : operationsIn(circuit, id)) chosen.insert(op);
    std::unordered_set<std::string> written;
    for (const Operation& op : circuit.operations)
        if (chosen.count(op.id) != 0) written.insert(op.out.begin(), op.out.end());
    for (Operation op : circuit.operations) {
        if (chosen.count(op.id) == 0) continue;
        op.in.erase(std::remove_if(op.in.begin(), op.in.end(), [&](const std::string& w) { return written.count(w) == 0; }), op.in.end());
        if (chosen.count(op.tie) == 0) op.tie.clear();
        out.operations.push_back(std::move(op));
    }
    for (const Wire& w : circuit.wires)
        if (written.count(w.id) != 0) out.wires.push_back(w);
    // Groups come along when all that they hold does.
    for (const Group& g : circuit.groups) {
        const Ids inside = operationsIn(circuit, g.id);
        if (!inside.empty() && std::all_of(inside.begin(), inside.end(), [&](const std::string& o) { return chosen.count(o) != 0; }))
            out.groups.push_back(g);
    }
    out.axes = circuit.axes;
    tidyReferences(out, circuit);
    return out;
}

Result<CircuitChange> paste(const Circuit& circuit, const Circuit& fragment, const std::string& after) {
    if (const Result<void> sound = checkInvariants(fragment); !sound) return sound.error();
    const Circuit inner = withoutEnds(fragment, circuit);
    if (inner.operations.empty()) return editError(304, "there is nothing to paste.", "", "Copy operations first.");
    if (inner.operations.size() + circuit.operations.size() > 16'384)
        return editError(306, "the circuit would have more than 16384 operations.", "");
    Circuit joined = circuit;
    const Ids added = Joiner(joined, inner).operations;
    Circuit result = joined;
    // Where it goes: behind `after`, else before the output, else behind the last free end.
    std::string place;
    if (!after.empty()) {
        const Operation* op = circuit.operation(after);
        if (op == nullptr) return unknownItem("operation", after);
        if (!op->out.empty()) place = op->out.front();
        else if (!op->in.empty()) place = op->in.front();
    } else {
        for (const Operation& op : circuit.operations) {
            const OperationDescription* d = findOperation(op.kind);
            if (place.empty() && d != nullptr && d->rule == AxisRule::Sink && !op.in.empty()) place = op.in.front();
        }
        const auto order = circuit.ordered();
        for (auto it = order.rbegin(); it != order.rend() && place.empty(); ++it)
            for (const std::string& w : (*it)->out)
                if (circuit.consumer(w) == nullptr) place = w;
    }
    // The first operation with a free input takes what arrives, the last free output goes on.
    std::string first;
    std::string end;
    for (const Operation* op : inner.ordered()) {
        const std::size_t at = static_cast<std::size_t>(op - inner.operations.data());
        const OperationDescription* d = findOperation(op->kind);
        const std::size_t wanted = d == nullptr ? 1 : d->inputs < 0 ? 2 : static_cast<std::size_t>(d->inputs);
        if (first.empty() && op->in.size() < wanted) first = added[at];
        for (std::size_t i = 0; i < op->out.size(); ++i)
            if (inner.consumer(op->out[i]) == nullptr) end = result.operation(added[at])->out[i];
    }
    std::set<std::string> dirty;
    if (!place.empty() && !first.empty()) {
        const Operation* reader = circuit.consumer(place);
        const std::string left = circuit.producer(place) == nullptr ? "" : circuit.producer(place)->id;
        const std::string right = reader == nullptr ? "" : reader->id;
        if (reader != nullptr && end.empty())
            return editError(305, "what is pasted has no free output to go on from.", "", "Paste it at a free end.");
        if (reader != nullptr) moveReader(result, place, end);
        std::vector<std::string>& in = result.operation(first)->in;
        in.insert(in.begin(), place);
        dirty.insert(first);
        Ids tops;
        for (const std::string& op : added) {
            std::string top = op;
            while (const Group* g = parentOf(result, top)) top = g->id;
            if (!has(tops, top)) tops.push_back(top);
        }
        // Each goes right behind the left neighbour, so the last one is put there first.
        for (auto top = tops.rbegin(); top != tops.rend(); ++top) joinGroupBetween(result, *top, left, right);
    }
    const std::string title = added.size() == 1 ? "Paste " + displayName(*result.operation(added.front()))
                                                : "Paste " + std::to_string(added.size()) + " operations";
    // Instances that come along are whole only once they are connected: until then they are groups like others.
    std::map<std::string, std::string> blocks;
    for (Group& g : result.groups)
        if (circuit.group(g.id) == nullptr && !g.block.empty()) {
            blocks[g.id] = g.block;
            g.block.clear();
            if (Group* was = joined.group(g.id)) was->block.clear();
        }
    Result<CircuitChange> change = finishEdit(std::move(result), joined, title, added, dirty);
    if (change)
        for (const auto& [id, block] : blocks)
            if (Group* g = change->circuit.group(id)) g->block = block;
    // Axes that came along and are not needed in their new place.
    if (change) tidyReferences(change->circuit, circuit);
    return change;
}

Result<CircuitChange> duplicate(const Circuit& circuit, const std::vector<std::string>& operations) {
    std::unordered_set<std::string> chosen;
    for (const std::string& id : operations) {
        if (circuit.operation(id) == nullptr && circuit.group(id) == nullptr) return unknownItem("operation or group", id);
        for (const std::string& op : operationsIn(circuit, id)) chosen.insert(op);
    }
    std::string last;
    for (const Operation* op : circuit.ordered())
        if (chosen.count(op->id) != 0 && !isEnd(*op)) last = op->id;
    if (last.empty()) return editError(304, "there is nothing to duplicate.", "", "Select operations other than the ends.");
    Result<CircuitChange> change = paste(circuit, extract(circuit, Ids(chosen.begin(), chosen.end())), last);
    if (change) change->title = "Duplicate" + change->title.substr(5);
    return change;
}

}  // namespace lab
