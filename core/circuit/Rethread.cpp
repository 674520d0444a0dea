#include "core/circuit/Rethread.h"
#include "core/circuit/AxisChoice.h"

#include "core/circuit/CircuitIndex.h"
#include "core/circuit/Operations.h"
#include "core/circuit/SizeExpression.h"

#include <algorithm>
#include <unordered_set>

namespace lab {

namespace {

using Ids = std::vector<std::string>;

AxisRole roleOf(const Circuit& circuit, const std::string& axis) {
    const Axis* a = circuit.axis(axis);
    return a == nullptr ? AxisRole::Feature : a->role;
}

bool isSample(AxisRole role) { return role != AxisRole::Batch && role != AxisRole::Stream && role != AxisRole::Phase; }

template <class Test>
Ids axesWhere(const Circuit& circuit, const Ids& axes, Test test) {
    Ids out;
    for (const std::string& a : axes)
        if (test(roleOf(circuit, a))) out.push_back(a);
    return out;
}

// Axes of `before` that are gone, seen in `after`: same place among those that changed; the last one takes all that is
// left (one flat axis for rows, columns and channels), surplus ones become nothing.
Ids translate(const Circuit& circuit, const Ids& targets, const Ids& before, const Ids& after) {
    Ids gone;
    Ids arrived;
    for (const std::string& a : before)
        if (!has(after, a)) gone.push_back(a);
    for (const std::string& a : after)
        if (!has(before, a) && isSample(roleOf(circuit, a))) arrived.push_back(a);
    Ids out;
    for (const std::string& t : targets) {
        if (has(after, t)) {
            if (!has(out, t)) out.push_back(t);
            continue;
        }
        const auto at = static_cast<std::size_t>(std::find(gone.begin(), gone.end(), t) - gone.begin());
        if (at >= gone.size()) continue;
        const std::size_t end = at + 1 == gone.size() ? arrived.size() : std::min(at + 1, arrived.size());
        for (std::size_t i = at; i < end; ++i)
            if (!has(out, arrived[i])) out.push_back(arrived[i]);
    }
    return out;
}

class Rethreader {
    // Inputs beside the first count for kinds with wiring of their own.
    bool sameInputs(const Operation& op, const Operation* was) const {
        if (was == nullptr || was->in.size() != op.in.size() || was->out.size() != op.out.size()) return false;
        for (std::size_t i = 0; i < op.in.size(); ++i)
            if (m_before.wire(was->in[i])->axes != m_circuit.wire(op.in[i])->axes) return false;
        return true;
    }

public:
    Rethreader(Circuit& after, const Circuit& before, const std::set<std::string>& dirty)
        : m_circuit(after), m_before(before), m_dirty(dirty) {}

    void run() {
        Ids order;
        for (const Operation* op : m_circuit.ordered()) order.push_back(op->id);
        for (const std::string& id : order) visit(*m_circuit.operation(id));
    }

private:
    void visit(Operation& op) {
        const OperationDescription* d = findOperation(op.kind);
        const Operation* was = m_before.operation(op.id);
        if (op.in.empty() && (d == nullptr || d->thread == nullptr || d->inputs != 0)) return;
        if (op.in.empty()) {
            if (was != nullptr && m_dirty.count(op.id) == 0) return;
            ThreadContext context{m_circuit, op, was == nullptr, {}, {}};
            d->thread(context);
            return;
        }
        m_fresh = was == nullptr || was->in.empty();
        m_oldIn = m_fresh ? Ids() : m_before.wire(was->in.front())->axes;
        m_newIn = m_circuit.wire(op.in.front())->axes;
        if (d != nullptr && d->rule == AxisRule::Agree) {
            agree(op, was);
            return;
        }
        const bool several = d != nullptr && d->rule == AxisRule::Own;
        if (!m_fresh && m_oldIn == m_newIn && m_dirty.count(op.id) == 0 && (!several || sameInputs(op, was))) return;
        if (d == nullptr) {
            // Unknown kinds keep their own axes; one that has nothing written yet passes on what it gets.
            for (const std::string& w : op.out)
                if (m_circuit.wire(w)->axes.empty()) m_circuit.wire(w)->axes = m_newIn;
            return;
        }
        m_mapped = translate(m_circuit, op.targetIn, m_oldIn, m_newIn);
        const Ids oldSample = m_fresh ? Ids() : sampleAxes(m_before, m_oldIn);
        m_all = m_fresh || m_mapped.empty() ||
                std::all_of(oldSample.begin(), oldSample.end(), [&](const std::string& a) { return has(op.targetIn, a); });
        if (d->thread != nullptr) {
            ThreadContext context{m_circuit, op, m_fresh, m_newIn, m_mapped};
            d->thread(context);
            return;
        }
        switch (d->rule) {
            case AxisRule::Source:
            case AxisRule::Sink:
            case AxisRule::Own:
            case AxisRule::Agree: return;
            case AxisRule::Copy: passOn(op); return;
            case AxisRule::Keep:
                if (d->acts) keepTargets(op);
                passOn(op);
                return;
            case AxisRule::Map:
            case AxisRule::Merge: replaceTargets(op, *d); return;
            case AxisRule::Window: slide(op, *d); return;
        }
    }

    void passOn(const Operation& op) {
        for (const std::string& w : op.out) m_circuit.wire(w)->axes = m_newIn;
    }

    // A sum passes on the axes of its last operand, the skip: what happens inside the body stays inside.
    void agree(const Operation& op, const Operation* was) {
        bool same = was != nullptr && was->in.size() == op.in.size() && m_dirty.count(op.id) == 0;
        for (std::size_t i = 0; same && i < op.in.size(); ++i)
            same = m_before.wire(was->in[i])->axes == m_circuit.wire(op.in[i])->axes;
        if (same) return;
        const Ids skip = m_circuit.wire(op.in.back())->axes;
        for (std::size_t i = 0; i + 1 < op.in.size(); ++i) {
            const Ids body = m_circuit.wire(op.in[i])->axes;
            if (body.size() != skip.size()) continue;
            for (std::size_t k = 0; k < body.size(); ++k)
                if (body[k] != skip[k] && !has(skip, body[k]) && !has(body, skip[k]) && belongTogether(op, was, i, body[k], skip[k]))
                    follow(op.in[i], body[k], skip[k]);
        }
        m_newIn = skip;
        passOn(op);
    }

    // Both sides were one axis before the edit, or the body's axis is new and asks for the same size or for none.
    bool belongTogether(const Operation& op, const Operation* was, std::size_t operand, const std::string& body,
                        const std::string& skip) const {
        if (was != nullptr && was->in.size() == op.in.size())
            return has(m_before.wire(was->in[operand])->axes, body) && has(m_before.wire(was->in.back())->axes, body);
        if (m_before.axis(body) != nullptr) return false;
        const Axis& a = *m_circuit.axis(body);
        const Axis& b = *m_circuit.axis(skip);
        return a.role == b.role && a.dims == b.dims && (a.size.empty() || a.size == b.size);
    }

    // Renames an axis from a wire back to the map that makes it. Only straight runs: elsewhere the two sides stay two
    // axes, and inference says whether their sizes agree.
    void follow(const std::string& wire, const std::string& from, const std::string& to) {
        Ids wires;
        std::vector<Operation*> passed;
        Operation* maker = nullptr;
        for (std::string at = wire; maker == nullptr;) {
            const Wire* w = m_circuit.wire(at);
            if (!has(w->axes, from) || has(w->axes, to)) return;
            wires.push_back(at);
            const Operation* writer = m_circuit.producer(at);
            const OperationDescription* d = writer == nullptr ? nullptr : findOperation(writer->kind);
            if (d == nullptr || writer->in.size() != 1 || writer->out.size() != 1) return;
            Operation* op = m_circuit.operation(writer->id);
            if (d->rule != AxisRule::Keep && has(op->targetOut, from) && (d->rule == AxisRule::Map || op->targetOut.back() == from)) {
                maker = op;
            } else {
                passed.push_back(op);
                at = op->in.front();
            }
        }
        for (const std::string& w : wires) std::replace(m_circuit.wire(w)->axes.begin(), m_circuit.wire(w)->axes.end(), from, to);
        for (Operation* op : passed) {
            std::replace(op->targetIn.begin(), op->targetIn.end(), from, to);
            std::replace(op->targetOut.begin(), op->targetOut.end(), from, to);
        }
        std::replace(maker->targetOut.begin(), maker->targetOut.end(), from, to);
    }

    void keepTargets(Operation& op) {
        const ParamSet params = operationParams(op);
        const Ids channels = channelAxes(m_circuit, m_newIn);
        const bool perChannel = params.find("type") != nullptr && params.text("type") == "batch";
        Ids targets = m_mapped;
        if (perChannel) {
            // Batch norm acts on one axis: the channels.
            if (m_fresh || targets.size() != 1 || !has(channels, targets.front()))
                targets = channels.empty() ? Ids() : Ids{channels.back()};
        } else if (m_all || m_dirty.count(op.id) != 0) {
            targets = sampleAxes(m_circuit, m_newIn);
        }
        if (targets.empty()) targets = sampleAxes(m_circuit, m_newIn);
        op.targetIn = targets;
        op.targetOut = targets;
    }

    void replaceTargets(Operation& op, const OperationDescription& d) {
        op.targetIn = m_all ? sampleAxes(m_circuit, m_newIn) : m_mapped;
        // A product that was written out names axes that may be gone; the rule finds it again.
        if (d.rule == AxisRule::Merge)
            for (const std::string& t : op.targetOut)
                if (Axis* axis = m_circuit.axis(t); axis != nullptr && axis->size.find_first_not_of("0123456789") != std::string::npos)
                    axis->size.clear();
        separate(op);
        Ids axes;
        bool placed = false;
        for (const std::string& a : m_newIn) {
            if (!has(op.targetIn, a)) {
                axes.push_back(a);
                continue;
            }
            if (!placed) axes.insert(axes.end(), op.targetOut.begin(), op.targetOut.end());
            placed = true;
        }
        if (!placed) axes.insert(axes.end(), op.targetOut.begin(), op.targetOut.end());
        for (const std::string& w : op.out) m_circuit.wire(w)->axes = axes;
    }

    // An axis that is written must not run past the operation as well.
    void separate(Operation& op) {
        for (std::string& t : op.targetOut)
            if (has(m_newIn, t) && !has(op.targetIn, t)) {
                const Axis copy = *m_circuit.axis(t);
                t = newAxis(m_circuit, "n", copy.role, copy.size, copy.dims);
            }
    }

    void slide(Operation& op, const OperationDescription& d) {
        const WindowGeometry window = windowGeometry(op);
        const Ids channels = channelAxes(m_circuit, m_newIn);
        const Ids positions = positionAxes(m_circuit, m_newIn);
        // Nothing to slide over: the operation keeps its own axes, and inference says what is missing.
        if (positions.empty() || (d.learned && channels.empty())) {
            if (!m_fresh) return;
            for (const std::string& t : op.targetOut)
                if (!has(m_newIn, t)) m_newIn.push_back(t);
            passOn(op);
            return;
        }
        const Ids oldIn = op.targetIn;
        const Ids oldOut = op.targetOut;
        const std::size_t learned = d.learned ? 1 : 0;
        op.targetIn = positions;
        op.targetOut.clear();
        for (std::size_t i = 0; i < positions.size() && !window.global; ++i) {
            const Axis in = *m_circuit.axis(positions[i]);
            const bool known = !m_fresh && oldIn.size() == positions.size() + learned && i + learned < oldOut.size();
            const bool shared = !known || oldIn[i] == oldOut[i];
            const Axis* out = known && !shared ? m_circuit.axis(oldOut[i]) : nullptr;
            if (out != nullptr && out->role == in.role && out->dims == in.dims && !has(m_newIn, out->id))
                op.targetOut.push_back(out->id);
            else if (window.keepsSize())
                op.targetOut.push_back(in.id);
            else
                op.targetOut.push_back(newAxis(m_circuit, in.name.rfind("~h", 0) == 0   ? "h"
                                                          : in.name.rfind("~w", 0) == 0 ? "w"
                                                                                        : "x",
                                               in.role, "", in.dims));
        }
        if (d.learned) {
            op.targetIn.push_back(channels.back());
            op.targetOut.push_back(oldOut.empty() ? newAxis(m_circuit, "c", AxisRole::Feature, "") : oldOut.back());
            if (has(m_newIn, op.targetOut.back()) && !has(op.targetIn, op.targetOut.back())) separate(op);
        }
        Ids axes;
        for (const std::string& a : m_newIn) {
            const auto at = static_cast<std::size_t>(std::find(op.targetIn.begin(), op.targetIn.end(), a) - op.targetIn.begin());
            if (at >= op.targetIn.size())
                axes.push_back(a);
            else if (at < op.targetOut.size() && (!window.global))
                axes.push_back(op.targetOut[at]);
        }
        for (const std::string& w : op.out) m_circuit.wire(w)->axes = axes;
    }

    Circuit& m_circuit;
    const Circuit& m_before;
    const std::set<std::string>& m_dirty;
    bool m_fresh = false;
    bool m_all = false;
    Ids m_oldIn, m_newIn, m_mapped;
};

// Every axis that matters: those on wires, of operations and groups, and those that sizes of these name. Axes that only
// name each other do not.
std::unordered_set<std::string> liveAxes(const Circuit& circuit) {
    std::unordered_set<std::string> live;
    std::vector<std::string> next;
    const auto reach = [&](const std::string& id) {
        if (live.insert(id).second) next.push_back(id);
    };
    const auto reachAll = [&](const Ids& ids) {
        for (const std::string& id : ids) reach(id);
    };
    for (const Wire& w : circuit.wires) {
        reachAll(w.axes);
        if (w.dtype.rfind("int:", 0) == 0) reach(w.dtype.substr(4));
    }
    for (const Operation& op : circuit.operations) {
        reachAll(op.targetIn);
        reachAll(op.targetOut);
    }
    for (const Group& g : circuit.groups)
        if (g.repeat.alongAxis()) reach(g.repeat.count);
    const CircuitIndex index(circuit);
    while (!next.empty()) {
        const int at = index.axis(next.back());
        next.pop_back();
        if (at < 0 || circuit.axes[static_cast<std::size_t>(at)].size.empty()) continue;
        if (const Result<SizeExpression> e = SizeExpression::parse(circuit.axes[static_cast<std::size_t>(at)].size); e) reachAll(e->names());
    }
    return live;
}

template <class Map, class Test>
void eraseWhere(Map& map, Test test) {
    for (auto it = map.begin(); it != map.end();) it = test(*it) ? map.erase(it) : std::next(it);
}

}  // namespace

std::vector<std::string> sampleAxes(const Circuit& circuit, const std::vector<std::string>& axes) {
    return axesWhere(circuit, axes, isSample);
}
std::vector<std::string> positionAxes(const Circuit& circuit, const std::vector<std::string>& axes) {
    return axesWhere(circuit, axes, isPosition);
}
std::vector<std::string> channelAxes(const Circuit& circuit, const std::vector<std::string>& axes) {
    return axesWhere(circuit, axes, [](AxisRole role) { return isSample(role) && !isPosition(role); });
}

std::string newAxis(Circuit& circuit, const std::string& letter, AxisRole role, const std::string& size, int dims) {
    Axis axis;
    axis.id = circuit.freshId(letter);
    const std::string bar = isPosition(role) ? "~" : "";
    axis.name = bar + letter + "_{" + axis.id.substr(letter.size()) + "}";
    axis.role = role;
    axis.size = size;
    axis.dims = dims;
    circuit.axes.push_back(axis);
    return axis.id;
}

std::string newBatchAxis(Circuit& circuit) {
    for (const Axis& axis : circuit.axes)
        if (axis.role == AxisRole::Batch) return axis.id;
    Axis axis;
    axis.id = circuit.freshId("b");
    axis.name = "b";
    axis.role = AxisRole::Batch;
    circuit.axes.push_back(axis);
    return axis.id;
}

void ThreadContext::leave(const std::vector<std::string>& axes) {
    for (std::size_t i = 0; i < op.out.size(); ++i) leave(i, axes);
}

void ThreadContext::leave(std::size_t output, const std::vector<std::string>& axes) {
    circuit.wire(op.out[output])->axes = axes;
}

void rethread(Circuit& after, const Circuit& before, const std::set<std::string>& dirty) {
    Rethreader(after, before, dirty).run();
}

void tidyReferences(Circuit& after, const Circuit& before) {
    // What the file held without any use stays; what this edit left behind goes.
    const std::unordered_set<std::string> wasLive = liveAxes(before);
    const std::unordered_set<std::string> live = liveAxes(after);
    after.axes.erase(std::remove_if(after.axes.begin(), after.axes.end(),
                                    [&](const Axis& a) {
                                        return live.count(a.id) == 0 && (wasLive.count(a.id) != 0 || before.axis(a.id) == nullptr);
                                    }),
                     after.axes.end());
    std::unordered_set<std::string> items;
    for (const Operation& op : after.operations) items.insert(op.id);
    for (const Group& g : after.groups) items.insert(g.id);
    for (bool again = true; again;) {
        again = false;
        for (Group& g : after.groups) {
            const std::size_t held = g.members.size();
            g.members.erase(std::remove_if(g.members.begin(), g.members.end(), [&](const std::string& m) { return items.count(m) == 0; }),
                            g.members.end());
            if (held > 0 && g.members.empty()) {
                again = true;
                items.erase(g.id);
            }
        }
        after.groups.erase(std::remove_if(after.groups.begin(), after.groups.end(), [&](const Group& g) { return items.count(g.id) == 0; }),
                           after.groups.end());
    }
    std::unordered_set<std::string> wires;
    for (const Wire& w : after.wires) wires.insert(w.id);
    for (Operation& op : after.operations)
        if (!op.tie.empty() && items.count(op.tie) == 0) op.tie.clear();
    eraseWhere(after.layout.rank, [&](const auto& r) { return items.count(r.first) == 0; });
    eraseWhere(after.layout.order, [&](const auto& o) {
        const Wire* w = after.wire(o.first);
        return w == nullptr || !std::is_permutation(w->axes.begin(), w->axes.end(), o.second.begin(), o.second.end());
    });
    // An order of lanes holds only while it names exactly the wires of its column.
    eraseWhere(after.layout.lanes, [&](const auto& l) {
        return std::any_of(l.second.begin(), l.second.end(), [&](const std::string& w) { return wires.count(w) == 0; });
    });
}

}  // namespace lab
