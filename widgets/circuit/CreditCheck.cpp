#include "widgets/circuit/CreditCheck.h"

#include "core/circuit/Operations.h"

#include <algorithm>
#include <set>

namespace lab {

namespace {

bool learned(const Operation& op) {
    const OperationDescription* d = findOperation(op.kind);
    if (d == nullptr) return false;
    if (d->learned) return true;
    const ParamSet params = operationParams(op);
    const ParamSpec* gain = params.find("gain");
    return gain != nullptr && gain->kind == ParamKind::Bool && params.flag("gain");
}

class Walk {
public:
    Walk(const Circuit& circuit, const std::vector<Mark>& marks) : m_circuit(circuit), m_marks(marks) {
        for (const Mark& m : marks)
            if (m.kind == Mark::Kind::Cut) m_cuts.insert(m.wire);
        for (std::size_t i = 0; i < circuit.operations.size(); ++i)
            for (const std::string& w : circuit.operations[i].out) m_producer[w] = &circuit.operations[i];
    }

    CreditReport run() {
        for (std::size_t i = 0; i < m_marks.size(); ++i)
            if (m_marks[i].kind == Mark::Kind::LocalLoss) follow(int(i));
        writers();
        leaks();
        shapes();
        labels();
        return std::move(m_report);
    }

private:
    std::vector<std::string> tapsOf(const Mark& loss) const {
        std::vector<std::string> wires;
        for (const Mark& m : m_marks)
            if (m.kind == Mark::Kind::Tap && !m.wire.empty() && (m.layer == loss.layer || (!loss.wire.empty() && m.wire == loss.wire)))
                wires.push_back(m.wire);
        if (wires.empty() && !loss.wire.empty()) wires.push_back(loss.wire);
        // A loss that names an operation alone watches what it writes.
        if (wires.empty())
            if (const Operation* op = m_circuit.operation(loss.operation)) wires = op->out.empty() ? op->in : op->out;
        return wires;
    }

    // The tap sits on the producer's side of a cut on its own wire.
    void follow(int index) {
        const std::vector<std::string> taps = tapsOf(m_marks[std::size_t(index)]);
        std::set<std::string> seen;
        std::vector<std::string> stack = taps;
        auto& reached = m_report.operations[index];
        auto& from = m_from[index];
        while (!stack.empty()) {
            const std::string wire = stack.back();
            stack.pop_back();
            if (!seen.insert(wire).second) continue;
            const Wire* w = m_circuit.wire(wire);
            if (w == nullptr || w->dtype.rfind("int", 0) == 0) continue;
            const bool tapped = std::find(taps.begin(), taps.end(), wire) != taps.end();
            if (!tapped && m_cuts.count(wire) != 0) {
                m_report.frontier[index].push_back(wire);
                continue;
            }
            m_report.wires[index].push_back(wire);
            const auto producer = m_producer.find(wire);
            if (producer == m_producer.end()) continue;
            const Operation& op = *producer->second;
            if (learned(op) && std::find(reached.begin(), reached.end(), op.id) == reached.end()) {
                reached.push_back(op.id);
                m_at[index][op.id] = wire;
            }
            for (const std::string& in : op.in)
                if (seen.count(in) == 0) {
                    from.emplace(in, wire);
                    stack.push_back(in);
                }
        }
        if (reached.empty() && !hasWriters(index)) {
            CreditFinding f;
            f.kind = CreditFinding::Kind::Dead;
            f.message = name(index) + " reaches no learned operation.";
            f.wire = taps.empty() ? std::string() : taps.front();
            m_report.findings.push_back(std::move(f));
        }
    }

    std::string name(int index) const {
        const std::string label = plainLabel(m_marks[std::size_t(index)].label);
        return label.empty() ? "Loss " + std::to_string(m_marks[std::size_t(index)].layer + 1) : "Loss " + label;
    }
    bool hasWriters(int index) const {
        const int layer = m_marks[std::size_t(index)].layer;
        return layer < 0 && std::any_of(m_marks.begin(), m_marks.end(), [](const Mark& m) { return m.kind == Mark::Kind::Writer; });
    }
    std::string title(const std::string& operation) const {
        const Operation* op = m_circuit.operation(operation);
        return op == nullptr ? operation : displayName(*op);
    }

    void writers() {
        std::map<std::string, std::set<int>> by;
        std::set<std::string> declared;
        for (const Mark& m : m_marks) {
            if (m.kind == Mark::Kind::Writer) by[m.operation].insert(m.layer);
            if (m.kind == Mark::Kind::Frozen) declared.insert(m.operation);
        }
        if (by.empty()) return;  // a rule that says nothing of its writers
        for (const Operation& op : m_circuit.operations) {
            if (!learned(op)) continue;
            const auto writer = by.find(op.id);
            CreditFinding f;
            f.operation = op.id;
            if (writer == by.end()) {
                f.kind = CreditFinding::Kind::Frozen;
                f.message = displayName(op) + (declared.count(op.id) != 0 ? " is left as it was drawn at the start, as the rule says."
                                                                           : " is learned, but nothing writes it.");
                m_report.findings.push_back(std::move(f));
            } else if (writer->second.size() > 1) {
                f.kind = CreditFinding::Kind::Shared;
                f.message = displayName(op) + " is written by " + std::to_string(writer->second.size()) + " losses.";
                m_report.findings.push_back(std::move(f));
            }
        }
    }

    // Where blocks are kept apart by cuts, a loss must not reach what another one trains.
    void leaks() {
        if (m_cuts.empty()) return;
        std::map<std::string, int> owner;
        for (const Mark& m : m_marks)
            if (m.kind == Mark::Kind::Writer && m.layer >= 0) owner.emplace(m.operation, m.layer);
        for (const auto& [index, reached] : m_report.operations) {
            const int layer = m_marks[std::size_t(index)].layer;
            if (layer < 0) continue;
            for (const std::string& op : reached) {
                const auto own = owner.find(op);
                if (own == owner.end() || own->second == layer) continue;
                CreditFinding f;
                f.kind = CreditFinding::Kind::Leak;
                f.operation = op;
                f.message = name(index) + " reaches " + title(op) + ", which another loss trains: a path has no cut.";
                // From the foreign weights up to the first wire that leads out of what they share.
                std::string wire = m_at[index][op];
                for (std::size_t guard = 0; !wire.empty() && guard <= m_circuit.wires.size(); ++guard) {
                    f.path.push_back(wire);
                    const auto next = m_from[index].find(wire);
                    wire = next == m_from[index].end() ? std::string() : next->second;
                }
                std::reverse(f.path.begin(), f.path.end());
                f.wire = place(f.path);
                f.fixTitle = "Cut this wire too";
                Mark cut;
                cut.kind = Mark::Kind::Cut;
                cut.wire = f.wire;
                f.fixMarks = {cut};
                m_report.findings.push_back(std::move(f));
                break;  // one path is enough to mend it
            }
        }
    }

    // The wire of the path that runs beside a cut one: another output of the same operation, else where the path begins.
    std::string place(const std::vector<std::string>& path) const {
        for (const std::string& w : path) {
            const auto producer = m_producer.find(w);
            if (producer == m_producer.end()) continue;
            for (const std::string& other : producer->second->out)
                if (other != w && m_cuts.count(other) != 0) return w;
        }
        return path.empty() ? std::string() : path.back();
    }

    void shapes() {
        const bool streams = std::any_of(m_marks.begin(), m_marks.end(), [](const Mark& m) { return m.kind == Mark::Kind::Stream; }) ||
                             std::any_of(m_circuit.axes.begin(), m_circuit.axes.end(), [](const Axis& a) { return a.role == AxisRole::Stream; });
        if (streams) return;
        for (std::size_t i = 0; i < m_marks.size(); ++i) {
            const Mark& m = m_marks[i];
            if (m.kind != Mark::Kind::LocalLoss) continue;
            const bool both = m.formula.find("^+") != std::string::npos &&
                              (m.formula.find("^−") != std::string::npos || m.formula.find("^-") != std::string::npos);
            if (!both) continue;
            CreditFinding f;
            f.kind = CreditFinding::Kind::Shape;
            f.message = name(int(i)) + " compares a positive with a negative pass, but the input has no stream axis.";
            f.operation = m.operation;
            f.wire = m.wire;
            f.fixTitle = "Make streams";
            Mark stream;
            stream.kind = Mark::Kind::Stream;
            stream.label = "σ = 2";
            f.fixMarks = {stream};
            m_report.findings.push_back(std::move(f));
            return;
        }
    }

    // The label may be part of the data; joined to what a layer computed, it tells later layers the answer.
    void labels() {
        std::set<std::string> computed;  // wires behind something learned
        for (const Operation* op : m_circuit.ordered()) {
            bool behind = learned(*op);
            for (const std::string& w : op->in) behind = behind || computed.count(w) != 0;
            if (behind) computed.insert(op->out.begin(), op->out.end());
        }
        std::set<std::string> labels;
        for (const Operation* op : m_circuit.ordered()) {
            bool label = false;
            for (const std::string& w : op->in) label = label || labels.count(w) != 0;
            if (op->in.empty())
                for (const std::string& w : op->out)
                    if (const Wire* wire = m_circuit.wire(w))
                        for (const std::string& a : wire->axes)
                            if (const Axis* axis = m_circuit.axis(a); axis != nullptr && axis->role == AxisRole::Class) label = true;
            if (label && op->in.size() > 1) {
                const bool late = std::any_of(op->in.begin(), op->in.end(), [&](const std::string& w) { return computed.count(w) != 0 && labels.count(w) == 0; });
                if (late) {
                    CreditFinding f;
                    f.kind = CreditFinding::Kind::LabelLeak;
                    f.operation = op->id;
                    f.message = "the label enters at " + displayName(*op) + ", behind the first layer.";
                    for (const std::string& w : op->in)
                        if (labels.count(w) != 0) f.wire = w;
                    m_report.findings.push_back(std::move(f));
                }
            }
            // Once it has gone through weights with the data, it is part of what is computed.
            if (label && !learned(*op) && (op->in.size() <= 1 || !std::any_of(op->in.begin(), op->in.end(), [&](const std::string& w) { return labels.count(w) == 0; })))
                labels.insert(op->out.begin(), op->out.end());
        }
    }

    const Circuit& m_circuit;
    const std::vector<Mark>& m_marks;
    std::set<std::string> m_cuts;
    std::map<std::string, const Operation*> m_producer;
    std::map<int, std::map<std::string, std::string>> m_from;  // loss -> wire -> the wire nearer to the tap
    std::map<int, std::map<std::string, std::string>> m_at;    // loss -> operation -> the wire by which it was reached
    CreditReport m_report;
};

}  // namespace

const char* creditCode(CreditFinding::Kind kind) {
    switch (kind) {
        case CreditFinding::Kind::Frozen: return "LAB-CREDIT-101";
        case CreditFinding::Kind::Shared: return "LAB-CREDIT-102";
        case CreditFinding::Kind::Leak: return "LAB-CREDIT-103";
        case CreditFinding::Kind::Dead: return "LAB-CREDIT-104";
        case CreditFinding::Kind::Shape: return "LAB-CREDIT-105";
        case CreditFinding::Kind::LabelLeak: break;
    }
    return "LAB-CREDIT-106";
}

CreditReport checkCredit(const Circuit& circuit, const std::vector<Mark>& marks) { return Walk(circuit, marks).run(); }

}  // namespace lab
