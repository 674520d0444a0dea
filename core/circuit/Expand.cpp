#include "core/circuit/Expand.h"

#include "core/circuit/CircuitIndex.h"
#include "core/circuit/EditTools.h"
#include "core/circuit/Operations.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace lab {

namespace {

using Ids = std::vector<std::string>;
constexpr std::size_t kMaxOperations = 16'384;

Error expandError(int number, std::string message, std::string where, std::string hint = {}) {
    return {"LAB-CIRCUIT-" + std::to_string(number), std::move(message), std::move(where), std::move(hint)};
}

std::string titleOf(const Group& group) { return group.title.empty() ? group.id : plainLabel(group.title); }

const OperationDescription* slotKind(const Operation& op) {
    const OperationDescription* d = findOperation(op.kind);
    return d != nullptr && !d->slot.empty() ? d : nullptr;
}
bool grabs(const Operation& op) { return slotKind(op) != nullptr && slotKind(op)->inputs == 0; }
bool drops(const Operation& op) { return slotKind(op) != nullptr && slotKind(op)->outputs == 0; }
std::string slotOf(const Operation& op) { return operationParams(op).text(slotKind(op)->slot); }

bool picksPass(const Operation& op, const std::string& variable) {
    const OperationDescription* d = findOperation(op.kind);
    return d != nullptr && d->glyph == Glyph::Index && !variable.empty() && operationParams(op).text("at") == variable;
}

// Could this operation have parameters that passes share?
bool holdsParameters(const Operation& op) {
    const OperationDescription* d = findOperation(op.kind);
    if (d == nullptr) return false;
    const ParamSet params = operationParams(op);
    return d->learned || d->learnedNumbers != nullptr || (params.find("gain") != nullptr && params.flag("gain")) ||
           (params.find("type") != nullptr && params.text("type") == "batch");
}

class Expander {
public:
    Expander(const Circuit& circuit, const SizeSolution& sizes) : m_sizes(sizes) { m_out.circuit = circuit; }

    Result<ExpandedCircuit> run() {
        // Inner groups first: then the body of every repetition is plain.
        while (const Group* group = innermost())
            if (Result<void> done = unroll(Group(*group)); !done) return done.error();
        if (Result<void> done = joinSlots(); !done) return done.error();
        prune();
        return std::move(m_out);
    }

private:
    const Group* innermost() const {
        const Circuit& c = m_out.circuit;
        for (const Group& g : c.groups) {
            if (!g.repeat) continue;
            bool inner = false;
            Ids stack = g.members;
            while (!stack.empty() && !inner) {
                const Group* member = c.group(stack.back());
                stack.pop_back();
                if (member == nullptr) continue;
                inner = static_cast<bool>(member->repeat);
                stack.insert(stack.end(), member->members.begin(), member->members.end());
            }
            if (!inner) return &g;
        }
        return nullptr;
    }

    Result<long> passesOf(const Group& group) const {
        if (group.repeat.alongAxis()) {
            const auto it = m_sizes.size.find(group.repeat.count);
            if (it == m_sizes.size.end())
                return expandError(604, "the number of passes of '" + titleOf(group) + "' is open.", group.id,
                                   "Give the axis that it runs along a size.");
            return it->second;
        }
        long count = 0;
        const char* end = group.repeat.count.data() + group.repeat.count.size();
        const auto parsed = std::from_chars(group.repeat.count.data(), end, count);
        if (parsed.ec != std::errc() || parsed.ptr != end || count < 1 || count > kMaxPasses)
            return expandError(601, "'" + titleOf(group) + "' cannot be repeated '" + group.repeat.count.substr(0, 40) + "' times.",
                               group.id, "Repeat it 1 to " + std::to_string(kMaxPasses) + " times.");
        return count;
    }

    std::string passId(const std::string& id, long pass, std::map<std::string, std::string>& sources) {
        if (pass == 0) return id;
        std::string copy = id + "@" + std::to_string(pass + 1);
        const auto known = sources.find(id);
        sources[copy] = known == sources.end() ? id : known->second;
        return copy;
    }

    Result<void> unroll(const Group& group) {
        const Result<long> counted = passesOf(group);
        if (!counted) return counted.error();
        const long passes = *counted;
        const bool chain = !group.repeat.alongAxis();
        const GroupBorder border = groupBorder(m_out.circuit, group);
        if (m_out.circuit.operations.size() + border.members.size() * static_cast<std::size_t>(passes) > kMaxOperations)
            return expandError(602, "'" + titleOf(group) + "' written out would have more than " + std::to_string(kMaxOperations) +
                                        " operations.",
                               group.id, "Repeat it less often, or shorten the sequence.");
        if (chain && passes > 1 && (border.chained.size() != 1 || border.leaving.size() != 1))
            return expandError(601, "'" + titleOf(group) + "' is repeated, so that one array must enter and one must leave.", group.id,
                               "Pass other arrays through slots, or index them by the pass.");
        const Circuit before = m_out.circuit;
        const CircuitIndex index(before);
        const std::set<std::string> inside(border.members.begin(), border.members.end());
        const bool shared = !chain || group.repeat.shared;

        // Slots of this group: in each pass, what the pass before put into them.
        std::map<std::string, std::string> dropped;  // slot -> wire
        std::set<std::string> grabbedOutside, droppedOutside, grabbedInside;
        for (const Operation& op : before.operations) {
            const bool member = inside.count(op.id) != 0;
            if (grabs(op) && !member) grabbedOutside.insert(slotOf(op));
            if (drops(op) && !member) droppedOutside.insert(slotOf(op));
            if (grabs(op) && member && !grabbedInside.insert(slotOf(op)).second)
                return expandError(603, "slot " + plainLabel(slotOf(op)) + " is taken from twice in '" + titleOf(group) + "'.", op.id,
                                   "Take once and copy.");
            if (drops(op) && member && !op.in.empty() && !dropped.emplace(slotOf(op), op.in.front()).second)
                return expandError(603, "two arrays are put into slot " + plainLabel(slotOf(op)) + ".", op.id, "Use two slots.");
        }

        Circuit& c = m_out.circuit;
        std::vector<Operation> made;
        // Arrays that every pass reads.
        std::map<std::string, Ids> spread;
        for (const std::string& w : border.entering) {
            const bool chained = chain && std::find(border.chained.begin(), border.chained.end(), w) != border.chained.end();
            if (chained || passes == 1) continue;
            Operation copy;
            copy.id = "copy@" + w;
            copy.kind = "copy";
            copy.in = {w};
            for (long i = 0; i < passes; ++i) {
                Wire branch = *before.wire(w);
                branch.id = w + "@in" + std::to_string(i + 1);
                m_out.wireOf[branch.id] = m_out.wire(w);
                copy.out.push_back(branch.id);
                c.wires.push_back(std::move(branch));
            }
            spread[w] = copy.out;
            m_out.operationOf[copy.id] = m_out.operation(before.operations[static_cast<std::size_t>(index.consumerOf(w))].id);
            made.push_back(std::move(copy));
        }

        std::string handed;  // what the last pass gave to this one
        for (long pass = 0; pass < passes; ++pass) {
            if (pass > 0)
                for (const Wire& w : before.wires) {
                    const int writer = index.producerOf(w.id);
                    if (writer < 0 || inside.count(before.operations[static_cast<std::size_t>(writer)].id) == 0) continue;
                    Wire copy = w;
                    copy.id = passId(w.id, pass, m_out.wireOf);
                    c.wires.push_back(std::move(copy));
                }
            // Under which name a wire of the drawing is read in this pass.
            std::map<std::string, std::string> renamed;
            for (const Operation& op : before.operations) {
                if (inside.count(op.id) == 0 || !grabs(op) || op.out.empty()) continue;
                const auto from = dropped.find(slotOf(op));
                if (pass > 0 && from != dropped.end()) renamed[op.out.front()] = passId(from->second, pass - 1, m_out.wireOf);
            }
            for (const Operation& op : before.operations) {
                if (inside.count(op.id) == 0) continue;
                if (drops(op) && (pass + 1 < passes || grabbedOutside.count(slotOf(op)) == 0)) continue;
                if (grabs(op) && !op.out.empty() && renamed.count(op.out.front()) != 0) continue;
                Operation copy = op;
                copy.id = passId(op.id, pass, m_out.operationOf);
                for (std::string& w : copy.in) {
                    const auto now = renamed.find(w);
                    const auto branches = spread.find(w);
                    const int writer = index.producerOf(w);
                    const bool inner = writer >= 0 && inside.count(before.operations[static_cast<std::size_t>(writer)].id) != 0;
                    if (now != renamed.end())
                        w = now->second;
                    else if (branches != spread.end())
                        w = branches->second[static_cast<std::size_t>(pass)];
                    else if (inner)
                        w = passId(w, pass, m_out.wireOf);
                    else if (pass > 0)
                        w = handOver(handed, w, before, made);
                }
                for (std::string& w : copy.out) w = passId(w, pass, m_out.wireOf);
                if (picksPass(op, group.repeat.variable)) copy.args["at"] = std::to_string(pass);
                // Zeros before the first pass, unless the slot is filled from outside.
                if (grabs(op) && droppedOutside.count(slotOf(op)) == 0) copy.args[slotKind(op)->slot] = std::string();
                if (pass > 0 && shared && holdsParameters(op))
                    copy.tie = op.tie.empty() ? op.id : op.tie;
                else if (!op.tie.empty() && inside.count(op.tie) != 0)
                    copy.tie = passId(op.tie, pass, m_out.operationOf);
                made.push_back(std::move(copy));
            }
            if (!border.leaving.empty()) handed = passId(border.leaving.front(), pass, m_out.wireOf);
        }
        // Readers outside see the last pass.
        for (Operation& op : c.operations) {
            if (inside.count(op.id) != 0) continue;
            for (std::string& w : op.in)
                if (std::find(border.leaving.begin(), border.leaving.end(), w) != border.leaving.end()) w = passId(w, passes - 1, m_out.wireOf);
        }
        std::vector<Operation> operations;
        bool placed = false;
        for (Operation& op : c.operations) {
            if (inside.count(op.id) == 0) {
                operations.push_back(std::move(op));
                continue;
            }
            if (!placed) operations.insert(operations.end(), made.begin(), made.end());
            placed = true;
        }
        c.operations = std::move(operations);
        copyGroups(group, passes);
        dropLooseWires();
        return {};
    }

    // The array that the last pass left, under the axes that this one expects.
    std::string handOver(const std::string& handed, const std::string& expected, const Circuit& before, std::vector<Operation>& made) {
        Circuit& c = m_out.circuit;
        std::string at = handed;
        const Ids wanted = before.wire(expected)->axes;
        Ids axes = c.wire(handed)->axes;
        for (std::size_t i = 0; i < wanted.size() && i < axes.size(); ++i) {
            if (axes[i] == wanted[i]) continue;
            Operation rename;
            rename.id = "rename@" + at;
            rename.kind = "rename";
            rename.in = {at};
            rename.targetIn = {axes[i]};
            rename.targetOut = {wanted[i]};
            axes[i] = wanted[i];
            Wire wire;
            wire.id = at + "@as";
            wire.axes = axes;
            rename.out = {wire.id};
            m_out.wireOf[wire.id] = m_out.wire(at);
            m_out.operationOf[rename.id] = m_out.operation(made.back().id);
            at = wire.id;
            c.wires.push_back(std::move(wire));
            made.push_back(std::move(rename));
        }
        return at;
    }

    void copyGroups(const Group& group, long passes) {
        Circuit& c = m_out.circuit;
        Ids nested = {group.id};
        for (std::size_t i = 0; i < nested.size(); ++i)
            for (const std::string& m : Ids(c.group(nested[i])->members))
                if (c.group(m) != nullptr) nested.push_back(m);
        std::vector<Group> copies;
        Ids top;
        std::map<std::string, std::string> unused;
        for (long pass = 1; pass < passes; ++pass)
            for (const std::string& id : nested) {
                Group copy = *c.group(id);
                copy.id = passId(id, pass, unused);
                for (std::string& m : copy.members) m = passId(m, pass, unused);
                copy.repeat = {};
                if (id == group.id) {
                    copy.title = titleOf(group) + " " + std::to_string(pass + 1);
                    top.push_back(copy.id);
                }
                copies.push_back(std::move(copy));
            }
        Group* first = c.group(group.id);
        first->repeat = {};
        if (passes > 1) first->title = titleOf(group) + " 1";
        for (Group& g : c.groups)
            if (std::find(g.members.begin(), g.members.end(), group.id) != g.members.end())
                g.members.insert(g.members.end(), top.begin(), top.end());
        c.groups.insert(c.groups.end(), copies.begin(), copies.end());
    }

    void dropLooseWires() {
        Circuit& c = m_out.circuit;
        std::unordered_set<std::string> written;
        for (const Operation& op : c.operations) written.insert(op.out.begin(), op.out.end());
        c.wires.erase(std::remove_if(c.wires.begin(), c.wires.end(), [&](const Wire& w) { return written.count(w.id) == 0; }),
                      c.wires.end());
    }

    // Slots outside of repetitions: the array itself.
    Result<void> joinSlots() {
        Circuit& c = m_out.circuit;
        for (bool again = true; again;) {
            again = false;
            for (const Operation& op : c.operations) {
                if (!grabs(op) || op.out.empty() || slotOf(op).empty()) continue;
                const std::string slot = slotOf(op), id = op.id, out = op.out.front();
                const auto drop = std::find_if(c.operations.begin(), c.operations.end(),
                                               [&](const Operation& o) { return drops(o) && !o.in.empty() && slotOf(o) == slot; });
                if (drop == c.operations.end())
                    return expandError(603, "nothing is put into slot " + plainLabel(slot) + ", from which is taken.", id,
                                       "Add a drop with the same slot.");
                const std::string dropId = drop->id, in = drop->in.front();
                for (Operation& reader : c.operations) std::replace(reader.in.begin(), reader.in.end(), out, in);
                c.operations.erase(std::remove_if(c.operations.begin(), c.operations.end(),
                                                  [&](const Operation& o) { return o.id == id || o.id == dropId; }),
                                   c.operations.end());
                again = true;
                break;
            }
        }
        // What nobody takes ends.
        c.operations.erase(std::remove_if(c.operations.begin(), c.operations.end(), drops), c.operations.end());
        dropLooseWires();
        return {};
    }

    // Leaves out what no end of the circuit depends on, branches of copies included.
    void prune() {
        Circuit& c = m_out.circuit;
        const CircuitIndex index(c);
        std::vector<char> live(c.operations.size(), 0);
        std::vector<int> next;
        for (std::size_t i = 0; i < c.operations.size(); ++i) {
            const OperationDescription* d = findOperation(c.operations[i].kind);
            if (d == nullptr || d->rule == AxisRule::Source || d->outputs == 0) next.push_back(static_cast<int>(i));
        }
        for (const int i : next) live[static_cast<std::size_t>(i)] = 1;
        while (!next.empty()) {
            const Operation& op = c.operations[static_cast<std::size_t>(next.back())];
            next.pop_back();
            for (const std::string& w : op.in)
                if (const int p = index.producerOf(w); p >= 0 && live[static_cast<std::size_t>(p)] == 0) {
                    live[static_cast<std::size_t>(p)] = 1;
                    next.push_back(p);
                }
        }
        std::unordered_map<std::string, std::string> instead;  // a copy's only branch -> what it copies
        std::vector<Operation> kept;
        for (std::size_t i = 0; i < c.operations.size(); ++i) {
            if (live[i] == 0) continue;
            Operation op = c.operations[i];
            const OperationDescription* d = findOperation(op.kind);
            if (d != nullptr && d->rule == AxisRule::Copy && op.in.size() == 1) {
                op.out.erase(std::remove_if(op.out.begin(), op.out.end(),
                                            [&](const std::string& w) {
                                                const int reader = index.consumerOf(w);
                                                return reader < 0 || live[static_cast<std::size_t>(reader)] == 0;
                                            }),
                             op.out.end());
                if (op.out.size() == 1) {
                    instead[op.out.front()] = op.in.front();
                    continue;
                }
            }
            kept.push_back(std::move(op));
        }
        for (Operation& op : kept)
            for (std::string& w : op.in)
                for (auto it = instead.find(w); it != instead.end(); it = instead.find(w)) w = it->second;
        c.operations = std::move(kept);
        dropLooseWires();
        std::unordered_set<std::string> items;
        for (const Operation& op : c.operations) items.insert(op.id);
        for (const Group& g : c.groups) items.insert(g.id);
        for (Group& g : c.groups)
            g.members.erase(std::remove_if(g.members.begin(), g.members.end(), [&](const std::string& m) { return items.count(m) == 0; }),
                            g.members.end());
        for (Operation& op : c.operations)
            if (!op.tie.empty() && items.count(op.tie) == 0) op.tie.clear();
    }

    const SizeSolution& m_sizes;
    ExpandedCircuit m_out;
};

}  // namespace

const std::string& ExpandedCircuit::operation(const std::string& id) const {
    const auto it = operationOf.find(id);
    return it == operationOf.end() ? id : it->second;
}

const std::string& ExpandedCircuit::wire(const std::string& id) const {
    const auto it = wireOf.find(id);
    return it == wireOf.end() ? id : it->second;
}

bool needsExpansion(const Circuit& circuit) {
    return std::any_of(circuit.groups.begin(), circuit.groups.end(), [](const Group& g) { return static_cast<bool>(g.repeat); }) ||
           std::any_of(circuit.operations.begin(), circuit.operations.end(), [](const Operation& op) { return slotKind(op) != nullptr; });
}

Result<ExpandedCircuit> expandCircuit(const Circuit& circuit, const SizeSolution& sizes) {
    return Expander(circuit, sizes).run();
}

}  // namespace lab
