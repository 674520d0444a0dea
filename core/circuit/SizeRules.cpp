// What the operations and repeated groups of a circuit say about the sizes of axes.
#include "core/circuit/EditTools.h"
#include "core/circuit/AxisChoice.h"
#include "core/circuit/SizeRules.h"
#include "core/circuit/SizeSolverState.h"

#include <algorithm>
#include <charconv>

namespace lab {

namespace {

}  // namespace

// What a description's own rule sees of the solver.
class SizeRuleReader final : public SizeContext {
public:
    SizeRuleReader(SizeSolver& solver, const Operation& op, int self)
        : SizeContext(solver.m_circuit, op), m_solver(solver), m_self(self) {}

    std::vector<std::string> axes(const std::string& wire) const override {
        std::vector<std::string> out;
        for (const std::string& a : m_solver.wireOf(wire).axes)
            if (m_solver.axisAt(m_solver.m_index.axis(a)).role != AxisRole::Batch) out.push_back(a);
        return out;
    }
    int depth(const std::string& wire) const override { return m_solver.rankOfWriter(wire); }

    void same(const std::string& left, const std::string& right, const std::string& wire, const char* code) override {
        m_solver.m_unions.push_back({m_solver.m_index.axis(left), m_solver.m_index.axis(right), m_self, wire, code});
    }
    void product(const std::vector<std::string>& factors, const std::string& whole) override {
        relate(SizeSolver::Relation::Form::Product, factors, whole);
    }
    void sum(const std::vector<std::string>& parts, const std::string& whole) override {
        relate(SizeSolver::Relation::Form::Sum, parts, whole);
    }
    void window(const std::string& in, const std::string& out, const WindowGeometry& window) override {
        relate(SizeSolver::Relation::Form::Window, {in}, out).window = window;
    }
    void fixed(const std::string& axis, long size) override {
        const int at = m_solver.m_index.axis(axis);
        const long now = m_solver.size(at);
        if (now == 0) m_solver.setSize(at, size);
        if (now != 0 && now != size)
            m_solver.report("LAB-SIZE-103", displayName(operation) + " makes an axis of " + std::to_string(size) + ", but axis " +
                                                m_solver.axisName(at) + " has " + std::to_string(now) + ".",
                            &operation, operation.out.empty() ? operation.in.front() : operation.out.front());
    }
    void wrong(const char* code, const std::string& message, const std::string& wire, const std::string& hint) override {
        m_solver.report(code, message, &operation, wire, hint);
    }
    bool bindTargets(const std::vector<std::string>& made) override {
        if (!m_solver.bindTargets(operation, m_self, made)) return false;
        // An operation that only swallows axes makes none: what leaves must have arrived.
        if (!made.empty() || operation.out.empty()) return true;
        const std::vector<std::string>& in = m_solver.wireOf(operation.in.front()).axes;
        for (const std::string& w : operation.out)
            for (const std::string& a : m_solver.wireOf(w).axes)
                if (!has(in, a)) {
                    wrong("LAB-SIZE-121", "an axis leaves " + displayName(operation) + " that does not arrive.", w, "");
                    return false;
                }
        return true;
    }

private:
    SizeSolver::Relation& relate(SizeSolver::Relation::Form form, const std::vector<std::string>& in, const std::string& out) {
        SizeSolver::Relation r;
        r.form = form;
        r.operation = m_self;
        r.in = m_solver.indices(in);
        r.out = m_solver.m_index.axis(out);
        m_solver.m_relations.push_back(std::move(r));
        return m_solver.m_relations.back();
    }

    SizeSolver& m_solver;
    int m_self;
};

std::string boundAxis(const std::string& target, const std::vector<std::string>& arriving, const std::vector<std::string>& leaving) {
    if (has(arriving, target)) return target;
    std::string found;
    for (const std::string& a : arriving)
        if (!has(leaving, a)) {
            if (!found.empty()) return {};
            found = a;
        }
    return found;
}

std::vector<int> SizeSolver::indices(const std::vector<std::string>& ids) const {
    std::vector<int> out;
    out.reserve(ids.size());
    for (const std::string& id : ids) out.push_back(m_index.axis(id));
    return out;
}

void SizeSolver::readOperation(const Operation& op) {
    const OperationDescription* d = findOperation(op.kind);
    const int self = static_cast<int>(&op - m_circuit.operations.data());
    checkWiring(op, d);
    if (d == nullptr) {
        report("LAB-SIZE-130", "the kind '" + op.kind + "' of " + displayName(op) + " is not known here.", &op, "",
               "It is kept in the file; this version cannot train through it.");
        return;
    }
    ParamSet params(d->params);
    for (const auto& [name, value] : op.args)
        if (const Result<void> done = params.set(name, value); !done)
            report("LAB-SIZE-131", displayName(op) + ": " + done.error().message, &op, "", done.error().hint);
    if (op.in.empty() && d->inputs != 0) return;
    if (d->rule == AxisRule::Keep || d->rule == AxisRule::Copy) {
        for (const std::string& w : op.out) pairWires(op, self, op.in.front(), w, "LAB-SIZE-101");
        if (d->acts) bindTargets(op, self, {});
    }
    if (d->sizes != nullptr) {
        SizeRuleReader context(*this, op, self);
        d->sizes(context);
        return;
    }
    switch (d->rule) {
        case AxisRule::Source:
        case AxisRule::Sink:
        case AxisRule::Own:
        case AxisRule::Keep:
        case AxisRule::Copy: return;
        case AxisRule::Agree: readAgreement(op, self); return;
        case AxisRule::Map:
            if (op.targetIn.empty() || op.targetOut.empty())
                report("LAB-SIZE-120", displayName(op) + " does not say which axes it reads and writes.", &op, op.in.front());
            else
                bindTargets(op, self, op.targetOut);
            return;
        case AxisRule::Merge: readMerge(op, self); return;
        case AxisRule::Window: readWindow(op, self, *d); return;
    }
}

void SizeSolver::checkWiring(const Operation& op, const OperationDescription* d) {
    for (const std::string& w : op.out)
        if (m_index.consumerOf(w) < 0) {
            Problem& p = report("LAB-SIZE-141", "nothing reads what " + displayName(op) + " writes.", &op, w,
                                "Connect it, or delete the operation.");
            p.severity = Severity::Warning;
        }
    if (d == nullptr) return;
    const std::size_t in = op.in.size();
    const std::size_t out = op.out.size();
    const std::size_t wantIn = d->inputs < 0 ? static_cast<std::size_t>(d->leastInputs) : static_cast<std::size_t>(d->inputs);
    const std::size_t wantOut = d->outputs < 0 ? 2 : static_cast<std::size_t>(d->outputs);
    if (in < wantIn)
        report("LAB-SIZE-140", displayName(op) + " has " + std::to_string(in) + " of " + std::to_string(wantIn) +
                                   (d->inputs < 0 ? " or more" : "") + " inputs.",
               &op, "", "Connect a wire to it, or delete it.");
    else if (d->inputs >= 0 && in > wantIn)
        report("LAB-SIZE-132", displayName(op) + " has " + std::to_string(in) + " inputs but takes " +
                                   std::to_string(wantIn) + ".",
               &op, op.in.back());
    if (out < wantOut || (d->outputs >= 0 && out > wantOut))
        report("LAB-SIZE-132", displayName(op) + " has " + std::to_string(out) + " outputs but gives " +
                                   std::to_string(wantOut) + (d->outputs < 0 ? " or more." : "."),
               &op, out > 0 ? op.out.back() : "");
}

// Same axes on both wires, in the same order from the bottom.
void SizeSolver::pairWires(const Operation& op, int self, const std::string& from, const std::string& to, const char* code) {
    const Wire& a = wireOf(from);
    const Wire& b = wireOf(to);
    if (a.axes.size() != b.axes.size()) {
        report("LAB-SIZE-121", displayName(op) + " gets an array of " + std::to_string(a.axes.size()) +
                                   " axes and passes on one of " + std::to_string(b.axes.size()) + ".",
               &op, from, "It keeps the axes that it gets.");
        return;
    }
    for (std::size_t i = 0; i < a.axes.size(); ++i)
        if (a.axes[i] != b.axes[i] && !has(b.axes, a.axes[i]))
            m_unions.push_back({m_index.axis(a.axes[i]), m_index.axis(b.axes[i]), self, from, code});
}

// Entries of target.in that are not on the wire are the operation's own axes: bound, from the bottom, to those axes
// of the wire that end here. False (and a problem) where the numbers differ.
bool SizeSolver::bindTargets(const Operation& op, int self, const std::vector<std::string>& made) {
    const Wire& in = wireOf(op.in.front());
    static const std::vector<std::string> none;
    const std::vector<std::string>& outAxes = op.out.empty() ? none : wireOf(op.out.front()).axes;
    std::vector<std::string> own;
    for (const std::string& t : op.targetIn)
        if (!has(in.axes, t)) own.push_back(t);
    std::vector<std::string> ending;
    for (const std::string& a : in.axes)
        if (!has(op.targetIn, a) && !has(outAxes, a)) ending.push_back(a);
    if (own.size() != ending.size()) {
        report("LAB-SIZE-120", displayName(op) + " reads " + std::to_string(op.targetIn.size()) + " axes, but " +
                                   std::to_string(op.targetIn.size() - own.size() + ending.size()) + " arrive.",
               &op, op.in.front(), "Flatten or replace the operation.");
        return false;
    }
    for (std::size_t i = 0; i < own.size(); ++i) {
        const int wire = m_index.axis(ending[ending.size() - 1 - i]);
        m_unions.push_back({wire, m_index.axis(own[own.size() - 1 - i]), self, op.in.front(), "LAB-SIZE-101"});
    }
    for (const std::string& a : outAxes)
        if (!has(made, a) && !has(in.axes, a)) {
            if (made.empty()) continue;  // Keep: paired by position already
            report("LAB-SIZE-121", "axis " + axisName(m_index.axis(a)) + " leaves " + displayName(op) +
                                       ", which neither makes it nor gets it.",
                   &op, op.out.front());
            return false;
        }
    return true;
}

void SizeSolver::readAgreement(const Operation& op, int self) {
    const Wire& first = wireOf(op.in.front());
    for (std::size_t i = 1; i < op.in.size(); ++i) {
        const Wire& other = wireOf(op.in[i]);
        const bool bodyFirst = rankOfWriter(first.id) >= rankOfWriter(other.id);
        const std::string blamed = bodyFirst ? first.id : other.id;
        if (first.axes.size() != other.axes.size()) {
            report("LAB-SIZE-122", displayName(op) + " adds an array of " + std::to_string(first.axes.size()) +
                                       " axes to one of " + std::to_string(other.axes.size()) + ".",
                   &op, blamed, "Both need the same axes: flatten, or pool, on one side.");
            return;
        }
        std::vector<int> left;
        std::vector<int> right;
        for (const std::string& a : first.axes)
            if (!has(other.axes, a)) left.push_back(m_index.axis(a));
        for (const std::string& a : other.axes)
            if (!has(first.axes, a)) right.push_back(m_index.axis(a));
        for (std::size_t k = 0; k < left.size(); ++k) {
            Union u{left[k], right[k], self, blamed, "LAB-SIZE-102"};
            if (!bodyFirst) std::swap(u.left, u.right);
            m_unions.push_back(u);
        }
    }
    for (const std::string& w : op.out) pairWires(op, self, op.in.front(), w, "LAB-SIZE-102");
}

void SizeSolver::readMerge(const Operation& op, int self) {
    if (op.targetIn.empty() || op.targetOut.size() != 1) {
        report("LAB-SIZE-120", displayName(op) + " must turn one or more axes into exactly one.", &op, op.in.front());
        return;
    }
    if (!bindTargets(op, self, op.targetOut)) return;
    Relation r;
    r.form = Relation::Form::Product;
    r.operation = self;
    r.in = indices(op.targetIn);
    r.out = m_index.axis(op.targetOut.front());
    m_relations.push_back(std::move(r));
}

void SizeSolver::readWindow(const Operation& op, int self, const OperationDescription& d) {
    const WindowGeometry window = windowGeometry(op);
    const std::size_t channels = d.learned ? 1 : 0;
    const std::size_t wanted = window.global ? 0 : op.targetIn.size();
    if (op.targetIn.size() < channels + 1 || op.targetOut.size() != wanted) {
        report("LAB-SIZE-120", displayName(op) + " needs position axes to slide over" +
                                   (channels > 0 ? ", and a channel axis." : "."),
               &op, op.in.front(), "Give it an image: an input with space axes.");
        return;
    }
    if (!bindTargets(op, self, op.targetOut)) return;
    for (std::size_t i = 0; !window.global && i + channels < op.targetIn.size(); ++i) {
        Relation r;
        r.form = Relation::Form::Window;
        r.operation = self;
        r.in = {m_index.axis(op.targetIn[i])};
        r.out = m_index.axis(op.targetOut[i]);
        r.window = window;
        // A window that keeps every size makes the two sides one axis, known or not.
        if (window.keepsSize() && r.in.front() != r.out) {
            m_unions.push_back({r.in.front(), r.out, self, op.out.empty() ? "" : op.out.front(), "LAB-SIZE-103"});
            continue;
        }
        m_relations.push_back(std::move(r));
    }
}

// Passes of a group follow each other: what leaves one enters the next.
void SizeSolver::readRepeats() {
    for (const Group& group : m_circuit.groups) {
        if (!group.repeat) continue;
        const std::string title = group.title.empty() ? group.id : plainLabel(group.title);
        if (group.repeat.alongAxis()) {
            if (m_index.axis(group.repeat.count) < 0)
                report("LAB-SIZE-147", "the group '" + title + "' is repeated along an axis '" + group.repeat.count +
                                           "', which does not exist.",
                       nullptr, "", "Repeat it a number of times, or along an axis of the circuit.");
            continue;
        }
        int count = 0;
        const char* end = group.repeat.count.data() + group.repeat.count.size();
        const auto parsed = std::from_chars(group.repeat.count.data(), end, count);
        if (parsed.ec != std::errc() || parsed.ptr != end || count < 1 || count > kMaxPasses) {
            report("LAB-SIZE-147", "the group '" + title + "' cannot be repeated '" + group.repeat.count.substr(0, 40) + "' times.", nullptr,
                   "", "Repeat it 1 to " + std::to_string(kMaxPasses) + " times.");
            continue;
        }
        const GroupBorder border = groupBorder(m_circuit, group);
        if (count == 1) continue;
        if (border.chained.size() != 1 || border.leaving.size() != 1) {
            report("LAB-SIZE-148", "the group '" + title + "' is repeated, so that one array must enter and one must leave; here " +
                                       std::to_string(border.chained.size()) + " enter and " + std::to_string(border.leaving.size()) + " leave.",
                   nullptr, border.leaving.empty() ? "" : border.leaving.back(), "Pass other arrays through slots, or index them by the pass.");
            continue;
        }
        const Wire& in = wireOf(border.chained.front());
        const Wire& out = wireOf(border.leaving.front());
        const int writer = m_index.producerOf(out.id);
        if (in.axes.size() != out.axes.size()) {
            report("LAB-SIZE-148", "what leaves the repeated group '" + title + "' has " + std::to_string(out.axes.size()) +
                                       " axes, but what enters has " + std::to_string(in.axes.size()) + ".",
                   &opAt(writer), out.id, "Each pass must give what the next one takes.");
            continue;
        }
        for (std::size_t i = 0; i < in.axes.size(); ++i)
            if (in.axes[i] != out.axes[i])
                m_unions.push_back({m_index.axis(out.axes[i]), m_index.axis(in.axes[i]), writer, out.id, "LAB-SIZE-148"});
    }
}

}  // namespace lab
