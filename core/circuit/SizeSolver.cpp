#include "core/circuit/SizeSolver.h"

#include "core/circuit/CircuitIndex.h"
#include "core/circuit/Operations.h"
#include "core/circuit/SizeExpression.h"
#include "core/circuit/SizeFixes.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_set>

namespace lab {

bool SizeSolution::ok() const {
    return std::none_of(problems.begin(), problems.end(),
                        [](const Problem& p) { return p.severity == Problem::Severity::Error; });
}

namespace {

constexpr std::size_t kEagerRelations = 2000;

// Two axes that are the same thing seen from two sides of a wire or an operation.
struct Union {
    int left = -1;   // axis of the wire as its writer made it
    int right = -1;  // axis as the reader wants it
    int operation = -1;
    std::string wire;
    const char* code = "";
};

// A size that follows from others. Exactly one of the three forms is used.
struct Relation {
    enum class Form { Expression, Window, Product } form = Form::Expression;
    int operation = -1;
    std::vector<int> in;
    int out = -1;
    int expression = -1;  // position in m_expressions
    WindowGeometry window;
    bool dead = false;  // its contradiction has been reported
};

class Solver {
public:
    Solver(const Circuit& circuit, const std::vector<long>& shape, int classes)
        : m_circuit(circuit), m_index(circuit), m_shape(shape), m_classes(classes) {}

    SizeSolution run() {
        m_order = m_circuit.ordered();
        m_parent.resize(m_circuit.axes.size());
        for (std::size_t i = 0; i < m_parent.size(); ++i) m_parent[i] = static_cast<int>(i);
        m_size.assign(m_circuit.axes.size(), 0);
        computeRanks();
        readGiven();
        for (const Operation* op : m_order) readOperation(*op);
        reportCycle();
        takeData();
        settle();
        for (const Union& u : m_unions) join(u);
        settle();
        checkEnds();
        return finish();
    }

private:
    using Severity = Problem::Severity;

    int find(int axis) {
        while (m_parent[static_cast<std::size_t>(axis)] != axis) {
            int& up = m_parent[static_cast<std::size_t>(axis)];
            up = m_parent[static_cast<std::size_t>(up)];
            axis = up;
        }
        return axis;
    }
    long size(int axis) { return m_size[static_cast<std::size_t>(find(axis))]; }
    void setSize(int axis, long value) { m_size[static_cast<std::size_t>(find(axis))] = value; }
    long total(int axis) {  // over all dimensions of a bundle
        long n = 1;
        const long s = size(axis);
        for (int d = 0; d < std::min(axisAt(axis).dims, 16); ++d)
            if (__builtin_mul_overflow(n, s, &n)) return -1;
        return n;
    }
    const Axis& axisAt(int i) const { return m_circuit.axes[static_cast<std::size_t>(i)]; }
    const Operation& opAt(int i) const { return m_circuit.operations[static_cast<std::size_t>(i)]; }
    const Wire& wireOf(const std::string& id) const { return m_circuit.wires[static_cast<std::size_t>(m_index.wire(id))]; }
    std::string axisName(int i) const {
        const std::string name = plainLabel(axisAt(i).name);
        return name.empty() ? axisAt(i).id : name;
    }
    int rankOfWriter(const std::string& wire) const {
        const int p = m_index.producerOf(wire);
        return p < 0 ? -1 : m_rank[static_cast<std::size_t>(p)];
    }

    Problem& report(const char* code, std::string message, const Operation* op, std::string wire, std::string hint = {}) {
        Problem p;
        p.code = code;
        p.message = std::move(message);
        p.hint = std::move(hint);
        p.wire = std::move(wire);
        if (op != nullptr) p.operation = op->id;
        m_problems.push_back(std::move(p));
        return m_problems.back();
    }

    void computeRanks() {
        m_rank.assign(m_circuit.operations.size(), 0);
        for (const Operation* op : m_order) {
            int rank = 0;
            for (const std::string& w : op->in) rank = std::max(rank, rankOfWriter(w) + 1);
            m_rank[static_cast<std::size_t>(op - m_circuit.operations.data())] = rank;
        }
    }

    // The first wire that carries an axis: where a wrong size expression is shown.
    std::string firstWireOf(const std::string& axis) const {
        for (const Wire& w : m_circuit.wires)
            if (std::find(w.axes.begin(), w.axes.end(), axis) != w.axes.end()) return w.id;
        return {};
    }

    void readGiven() {
        for (std::size_t i = 0; i < m_circuit.axes.size(); ++i) {
            const Axis& axis = m_circuit.axes[i];
            if (axis.size.empty()) continue;
            Result<SizeExpression> parsed = SizeExpression::parse(axis.size);
            bool bad = !parsed;
            std::string why = bad ? parsed.error().message : std::string();
            if (!bad)
                for (const std::string& name : parsed->names())
                    if (m_index.axis(name) < 0) {
                        bad = true;
                        why = "the size of axis " + axisName(static_cast<int>(i)) + " names '" + name + "', which is no axis.";
                    }
            if (bad) {
                report("LAB-SIZE-106", why, nullptr, firstWireOf(axis.id), "Write a whole number, or names of axes.").axis = axis.id;
                continue;
            }
            if (parsed->names().empty()) {
                const SizeExpression::Value v = parsed->evaluate([](const std::string&) { return std::nullopt; });
                if (v.value) {
                    setSize(static_cast<int>(i), *v.value);
                    continue;
                }
                report("LAB-SIZE-106", "axis " + axisName(static_cast<int>(i)) + " has the size " + axis.size +
                                           ", which is not a whole number from 1 to " + std::to_string(kMaxAxisSize) + ".",
                       nullptr, firstWireOf(axis.id))
                    .axis = axis.id;
                continue;
            }
            Relation r;
            r.form = Relation::Form::Expression;
            r.out = static_cast<int>(i);
            r.expression = static_cast<int>(m_expressions.size());
            m_expressions.push_back(*std::move(parsed));
            m_relations.push_back(std::move(r));
        }
    }

    std::vector<int> indices(const std::vector<std::string>& ids) const {
        std::vector<int> out;
        out.reserve(ids.size());
        for (const std::string& id : ids) out.push_back(m_index.axis(id));
        return out;
    }
    static bool has(const std::vector<std::string>& list, const std::string& id) {
        return std::find(list.begin(), list.end(), id) != list.end();
    }

    void readOperation(const Operation& op) {
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
        switch (d->rule) {
            case AxisRule::Source:
            case AxisRule::Sink: return;
            case AxisRule::Keep:
            case AxisRule::Copy:
                for (const std::string& w : op.out) pairWires(op, self, op.in.front(), w, "LAB-SIZE-101");
                if (d->acts) bindTargets(op, self, {});
                return;
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

    void checkWiring(const Operation& op, const OperationDescription* d) {
        for (const std::string& w : op.out)
            if (m_index.consumerOf(w) < 0) {
                Problem& p = report("LAB-SIZE-141", "nothing reads what " + displayName(op) + " writes.", &op, w,
                                    "Connect it, or delete the operation.");
                p.severity = Severity::Warning;
            }
        if (d == nullptr) return;
        const std::size_t in = op.in.size();
        const std::size_t out = op.out.size();
        const std::size_t wantIn = d->inputs < 0 ? 2 : static_cast<std::size_t>(d->inputs);
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
    void pairWires(const Operation& op, int self, const std::string& from, const std::string& to, const char* code) {
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
    bool bindTargets(const Operation& op, int self, const std::vector<std::string>& made) {
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

    void readAgreement(const Operation& op, int self) {
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

    void readMerge(const Operation& op, int self) {
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

    void readWindow(const Operation& op, int self, const OperationDescription& d) {
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

    void reportCycle() {
        if (m_order.size() == m_circuit.operations.size()) return;
        const std::unordered_set<const Operation*> placed(m_order.begin(), m_order.end());
        for (const Operation& op : m_circuit.operations)
            if (placed.find(&op) == placed.end()) {
                report("LAB-SIZE-144", displayName(op) + " is part of, or behind, a cycle.", &op,
                       op.in.empty() ? "" : op.in.front(), "Cut the loop: signals run from inputs to outputs.");
                return;
            }
    }

    // The data set gives the sizes that the circuit leaves open at its ends.
    void takeData() {
        if (!m_shape.empty()) takeShape();
        if (m_classes <= 0) return;
        for (const Operation& op : m_circuit.operations) {
            const OperationDescription* d = findOperation(op.kind);
            if (d == nullptr || (d->rule != AxisRule::Sink && d->rule != AxisRule::Source)) continue;
            for (const std::string& w : d->rule == AxisRule::Sink ? op.in : op.out)
                for (const std::string& a : wireOf(w).axes) {
                    const int axis = m_index.axis(a);
                    if (axisAt(axis).role != AxisRole::Class) continue;
                    if (axisAt(axis).size.empty() && size(axis) == 0) setSize(axis, m_classes);
                    if (size(axis) != 0 && size(axis) != m_classes)
                        reportData("LAB-SIZE-111", op, w, axis, m_classes,
                                   "the data set has " + std::to_string(m_classes) + " classes, but axis " + axisName(axis) +
                                       " has " + std::to_string(size(axis)) + ".");
                }
        }
    }

    void reportData(const char* code, const Operation& op, const std::string& wire, int axis, long wanted, std::string message) {
        Problem& p = report(code, std::move(message), &op, wire);
        p.axis = axisAt(axis).id;
        p.found = size(axis);
        p.wanted = wanted;
        p.fixes.push_back(setSizeFix(m_circuit, p.axis, wanted, "Make axis " + axisName(axis) + " " + std::to_string(wanted)));
    }

    const Operation* firstInput() const {
        for (const Operation& op : m_circuit.operations) {
            const OperationDescription* d = findOperation(op.kind);
            if (d != nullptr && d->rule == AxisRule::Source && op.out.size() == 1) return &op;
        }
        return nullptr;
    }

    void takeShape() {
        const Operation* input = firstInput();
        if (input == nullptr) return;
        std::vector<int> positions;
        std::vector<int> features;
        for (const std::string& a : wireOf(input->out.front()).axes) {
            const AxisRole role = axisAt(m_index.axis(a)).role;
            if (role == AxisRole::Space) positions.push_back(m_index.axis(a));
            if (role == AxisRole::Feature || role == AxisRole::Class) features.push_back(m_index.axis(a));
        }
        long all = 1;
        for (const long s : m_shape)
            if (s < 1 || __builtin_mul_overflow(all, s, &all)) return;
        if (positions.empty() && features.size() == 1) {
            offer(*input, features.front(), all, "values per sample");
            return;
        }
        long dims = 0;
        for (const int p : positions) dims += axisAt(p).dims;
        if (m_shape.size() != 3 || dims != 2 || features.size() > 1) {
            report("LAB-SIZE-112", m_shape.size() == 3 ? "the data set holds images, but the input is not drawn as one."
                                                       : "the data set holds tables, but the input is drawn as an image.",
                   input, input->out.front(),
                   m_shape.size() == 3 ? "An image input has an axis for channels and two for positions, or one flat axis."
                                       : "Start from a template without convolutions, or choose an image data set.");
            return;
        }
        if (positions.size() == 1) {
            if (m_shape[1] != m_shape[2]) {
                report("LAB-SIZE-112", "the images are " + std::to_string(m_shape[1]) + " x " + std::to_string(m_shape[2]) +
                                           ", but axis " + axisName(positions.front()) + " stands for two equal sides.",
                       input, input->out.front(), "Draw height and width as two axes.");
                return;
            }
            offer(*input, positions.front(), m_shape[1], "pixels a side");
        } else {
            offer(*input, positions[0], m_shape[1], "pixel rows");
            offer(*input, positions[1], m_shape[2], "pixel columns");
        }
        if (features.size() == 1)
            offer(*input, features.front(), m_shape[0], "channels");
        else if (m_shape[0] != 1)
            report("LAB-SIZE-112", "the images have " + std::to_string(m_shape[0]) + " channels, but the input has no channel axis.",
                   input, input->out.front(), "Add a feature axis to the input.");
    }

    void offer(const Operation& input, int axis, long wanted, const std::string& unit) {
        if (axisAt(axis).size.empty() && size(axis) == 0) setSize(axis, wanted);
        m_offers.push_back({&input, axis, wanted, unit});
    }

    std::optional<long> known(const std::string& axis) {
        const long s = size(m_index.axis(axis));
        return s > 0 ? std::optional<long>(s) : std::nullopt;
    }

    // Applies the relations forward and backward until nothing changes. Alternating the direction settles chains in
    // either order in a few rounds.
    void settle() {
        const auto lookup = [this](const std::string& a) { return known(a); };
        bool changed = true;
        for (std::size_t round = 0; changed && round < m_circuit.axes.size() + 2; ++round) {
            changed = false;
            for (std::size_t i = 0; i < m_relations.size(); ++i) {
                Relation& r = m_relations[round % 2 == 0 ? i : m_relations.size() - 1 - i];
                if (r.dead) continue;
                switch (r.form) {
                    case Relation::Form::Expression: changed |= applyExpression(r, lookup); break;
                    case Relation::Form::Window: changed |= applyWindow(r); break;
                    case Relation::Form::Product: changed |= applyProduct(r); break;
                }
            }
        }
    }

    template <class Lookup>
    bool applyExpression(Relation& r, const Lookup& lookup) {
        const SizeExpression& e = m_expressions[static_cast<std::size_t>(r.expression)];
        const SizeExpression::Value v = e.evaluate(lookup);
        const long out = size(r.out);
        if (v.value) {
            if (out == 0) {
                setSize(r.out, *v.value);
                return true;
            }
            if (out == *v.value) return false;
        } else if (!v.impossible) {
            if (out == 0) return false;
            const auto inverse = e.invert(out, lookup);
            if (!inverse) return false;
            setSize(m_index.axis(inverse->name), inverse->value);
            return true;
        }
        r.dead = true;
        const std::string written = axisAt(r.out).size;
        Problem& p = v.value ? report("LAB-SIZE-107", "axis " + axisName(r.out) + " is " + std::to_string(out) +
                                                          ", but its size " + written + " gives " + std::to_string(*v.value) + ".",
                                      nullptr, firstWireOf(axisAt(r.out).id))
                             : report("LAB-SIZE-106", "the size " + written + " of axis " + axisName(r.out) +
                                                          " is not a whole positive number for the sizes that it names.",
                                      nullptr, firstWireOf(axisAt(r.out).id), "Change one of the sizes so that it divides.");
        p.axis = axisAt(r.out).id;
        p.found = out;
        p.wanted = v.value.value_or(0);
        return false;
    }

    bool applyWindow(Relation& r) {
        const int in = r.in.front();
        const long a = size(in);
        const long b = size(r.out);
        const Operation& op = opAt(r.operation);
        if (a == 0) {
            // Only a stride of one has a unique answer.
            if (b == 0 || r.window.stride != 1 || in == r.out) return false;
            const long back = b + r.window.kernel - 1 - 2 * r.window.pad;
            if (back < 1) return false;
            setSize(in, back);
            return true;
        }
        const long result = r.window.outputSize(a);
        if (result < 1) {
            r.dead = true;
            Problem& p = report("LAB-SIZE-104", "the window of " + displayName(op) + " is " + std::to_string(r.window.kernel) +
                                                    " wide, but axis " + axisName(in) + " has only " + std::to_string(a) + ".",
                                &op, op.in.front(), "Use a smaller kernel, more padding, or fewer windows before it.");
            p.axis = axisAt(in).id;
            p.found = a;
            p.wanted = r.window.kernel - 2 * r.window.pad;
            return false;
        }
        if (b == 0) {
            setSize(r.out, result);
            return true;
        }
        if (b == result) return false;
        r.dead = true;
        Problem& p = report(in == r.out ? "LAB-SIZE-105" : "LAB-SIZE-103",
                            displayName(op) + " turns " + std::to_string(a) + " positions of axis " + axisName(in) + " into " +
                                std::to_string(result) + ", but " + std::to_string(b) + " are wanted.",
                            &op, op.out.empty() ? op.in.front() : op.out.front());
        p.axis = axisAt(r.out).id;
        p.found = result;
        p.wanted = b;
        return false;
    }

    bool applyProduct(Relation& r) {
        const Operation& op = opAt(r.operation);
        long n = 1;
        int unknown = -1;
        int unknowns = 0;
        for (const int a : r.in) {
            if (size(a) == 0) {
                unknown = a;
                ++unknowns;
                continue;
            }
            const long t = total(a);
            if (t < 0 || __builtin_mul_overflow(n, t, &n) || n > kMaxAxisSize) n = kMaxAxisSize + 1;
        }
        const long out = size(r.out);
        if (unknowns > 1 || (unknowns == 1 && out == 0)) return false;
        if (n > kMaxAxisSize) {
            r.dead = true;
            report("LAB-SIZE-108", displayName(op) + " would make an axis of more than " + std::to_string(kMaxAxisSize) + ".", &op,
                   op.in.front());
            return false;
        }
        if (unknowns == 0) {
            if (out == 0) {
                setSize(r.out, n);
                return true;
            }
            if (out == n) return false;
        } else if (out % n == 0) {
            const long rest = out / n;
            long root = rest;
            if (axisAt(unknown).dims >= 2) {
                root = 1;
                while (root * root < rest && root < 40'000) ++root;
            }
            if (axisAt(unknown).dims <= 2 && (axisAt(unknown).dims < 2 || root * root == rest)) {
                setSize(unknown, root);
                return true;
            }
            return false;
        }
        r.dead = true;
        Problem& p = report("LAB-SIZE-103", displayName(op) + " joins axes of " + std::to_string(n) +
                                                (unknowns > 0 ? " and one more" : "") + " elements into axis " + axisName(r.out) +
                                                ", which has " + std::to_string(out) + ".",
                            &op, op.out.empty() ? op.in.front() : op.out.front());
        p.axis = axisAt(r.out).id;
        p.found = n;
        p.wanted = out;
        return false;
    }

    void join(const Union& u) {
        const int a = find(u.left);
        const int b = find(u.right);
        if (a == b) return;
        const long left = m_size[static_cast<std::size_t>(a)];
        const long right = m_size[static_cast<std::size_t>(b)];
        if (left != 0 && right != 0 && left != right) {
            if (!m_reported.insert({u.operation, b}).second) return;
            const Operation& op = opAt(u.operation);
            Problem& p = report(u.code, "axis " + axisName(u.left) + " is " + std::to_string(left) + ", but " + displayName(op) +
                                            " wants " + std::to_string(right) + ".",
                                &op, u.wire);
            p.axis = axisAt(u.left).id;
            p.found = left;
            p.wanted = right;
            m_conflicts.emplace_back(m_problems.size() - 1, axisAt(u.right).id);
            return;
        }
        m_parent[static_cast<std::size_t>(b)] = a;
        m_size[static_cast<std::size_t>(a)] = left != 0 ? left : right;
        // A size that has just become known may decide what follows. Beyond the size of any drawing (hostile files) the
        // final round does it alone.
        if ((left != 0) != (right != 0) && m_relations.size() < kEagerRelations) settle();
    }

    void checkEnds() {
        for (const auto& o : m_offers)
            if (size(o.axis) != 0 && size(o.axis) != o.wanted)
                reportData("LAB-SIZE-110", *o.input, o.input->out.front(), o.axis, o.wanted,
                           "the data set has " + std::to_string(o.wanted) + " " + o.unit + ", but the input has " +
                               std::to_string(size(o.axis)) + ".");
        bool input = false;
        bool output = false;
        for (const Operation& op : m_circuit.operations) {
            const OperationDescription* d = findOperation(op.kind);
            input |= d != nullptr && d->rule == AxisRule::Source;
            output |= d != nullptr && d->rule == AxisRule::Sink;
        }
        if (!input) report("LAB-SIZE-142", "the circuit has no input.", nullptr, "", "Start from a template, or add an input.");
        if (!output) report("LAB-SIZE-143", "the circuit has no output.", nullptr, "", "Add an output at the end.");
    }

    SizeSolution finish();
    void checkScores(SizeSolution& solution);
    void checkOpen(const SizeSolution& solution);

    struct Offer {
        const Operation* input;
        int axis;
        long wanted;
        std::string unit;
    };

    const Circuit& m_circuit;
    CircuitIndex m_index;
    const std::vector<long>& m_shape;
    int m_classes;
    std::vector<const Operation*> m_order;
    std::vector<int> m_rank;
    std::vector<int> m_parent;
    std::vector<long> m_size;  // at the root of each set; 0 = unknown
    std::vector<SizeExpression> m_expressions;
    std::vector<Relation> m_relations;
    std::vector<Union> m_unions;
    std::vector<Offer> m_offers;
    std::set<std::pair<int, int>> m_reported;
    std::vector<std::pair<std::size_t, std::string>> m_conflicts;  // problem, the reader's axis
    std::vector<Problem> m_problems;
};

SizeSolution Solver::finish() {
    SizeSolution solution;
    for (std::size_t i = 0; i < m_circuit.axes.size(); ++i) {
        const Axis& axis = m_circuit.axes[i];
        const long s = size(static_cast<int>(i));
        if (s > 0) {
            solution.size[axis.id] = s;
            solution.text[axis.id] = std::to_string(s);
            continue;
        }
        const Result<SizeExpression> e =
            axis.size.empty() ? Result<SizeExpression>(Error{}) : SizeExpression::parse(axis.size);
        solution.text[axis.id] = e ? e->write([this](const std::string& id) {
            const int a = m_index.axis(id);
            return a < 0 ? id : axisName(a);
        })
                                   : std::string();
    }
    for (const auto& [problem, reader] : m_conflicts) addMismatchFixes(m_circuit, m_problems[problem], reader);
    for (Problem& p : m_problems)
        if (p.fixes.empty()) addFixes(m_circuit, p);
    checkScores(solution);
    checkOpen(solution);
    std::stable_partition(m_problems.begin(), m_problems.end(),
                          [](const Problem& p) { return p.severity == Severity::Error; });
    solution.problems = std::move(m_problems);
    return solution;
}

// A read-out without a class axis must still fit what it is compared with: the classes, or the sample itself.
void Solver::checkScores(SizeSolution& solution) {
    if (m_classes <= 0 || m_shape.empty()) return;
    long sample = 1;
    for (const long s : m_shape) sample *= s;
    for (const Operation& op : m_circuit.operations) {
        const OperationDescription* d = findOperation(op.kind);
        if (d == nullptr || d->rule != AxisRule::Sink || op.in.empty()) continue;
        const std::string& w = op.in.front();
        const auto& axes = wireOf(w).axes;
        if (std::any_of(axes.begin(), axes.end(),
                        [&](const std::string& a) { return axisAt(m_index.axis(a)).role == AxisRole::Class; }))
            continue;
        const long n = solution.elements(m_circuit, w);
        if (n == 0 || n == m_classes || n == sample) continue;
        Problem& p = report("LAB-SIZE-113", "the output has " + std::to_string(n) + " values, but the data set has " +
                                                std::to_string(m_classes) + " classes.",
                            &op, w, "End with a linear map to one value per class.");
        p.found = n;
        p.wanted = m_classes;
        addFixes(m_circuit, p);
    }
}

// With a data set at hand, a size that is still open stands in the way of training.
void Solver::checkOpen(const SizeSolution& solution) {
    if (m_shape.empty() || std::any_of(m_problems.begin(), m_problems.end(),
                                       [](const Problem& p) { return p.severity == Severity::Error; }))
        return;
    std::set<int> seen;
    for (const Operation* op : m_order)
        for (const std::string& w : op->out)
            for (const std::string& a : wireOf(w).axes) {
                const int axis = m_index.axis(a);
                if (axisAt(axis).role == AxisRole::Batch || solution.size.count(a) != 0 || !seen.insert(find(axis)).second)
                    continue;
                report("LAB-SIZE-145", "the size of axis " + axisName(axis) + " is open.", op, w, "Type a number on the axis.").axis = a;
            }
}

}  // namespace

SizeSolution solveSizes(const Circuit& circuit, const std::vector<long>& inputShape, int classes) {
    return Solver(circuit, inputShape, classes).run();
}

}  // namespace lab
