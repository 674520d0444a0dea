#include "core/circuit/SizeSolver.h"

#include "core/circuit/SizeFixes.h"
#include "core/circuit/SizeSolverState.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

namespace lab {

namespace {

constexpr std::size_t kEagerRelations = 2000;

}  // namespace

bool SizeSolution::ok() const {
    return std::none_of(problems.begin(), problems.end(),
                        [](const Problem& p) { return p.severity == Problem::Severity::Error; });
}

SizeSolution SizeSolver::run() {
    m_order = m_circuit.ordered();
    m_parent.resize(m_circuit.axes.size());
    for (std::size_t i = 0; i < m_parent.size(); ++i) m_parent[i] = static_cast<int>(i);
    m_size.assign(m_circuit.axes.size(), 0);
    computeRanks();
    readGiven();
    for (const Operation* op : m_order) readOperation(*op);
    readRepeats();
    reportCycle();
    takeData();
    settle();
    for (const Union& u : m_unions) join(u);
    settle();
    checkEnds();
    return finish();
}

int SizeSolver::find(int axis) {
    while (m_parent[static_cast<std::size_t>(axis)] != axis) {
        int& up = m_parent[static_cast<std::size_t>(axis)];
        up = m_parent[static_cast<std::size_t>(up)];
        axis = up;
    }
    return axis;
}

long SizeSolver::total(int axis) {
    long n = 1;
    const long s = size(axis);
    for (int d = 0; d < std::min(axisAt(axis).dims, 16); ++d)
        if (__builtin_mul_overflow(n, s, &n)) return -1;
    return n;
}

std::string SizeSolver::axisName(int i) const {
    const std::string name = plainLabel(axisAt(i).name);
    return name.empty() ? axisAt(i).id : name;
}

int SizeSolver::rankOfWriter(const std::string& wire) const {
    const int p = m_index.producerOf(wire);
    return p < 0 ? -1 : m_rank[static_cast<std::size_t>(p)];
}

Problem& SizeSolver::report(const char* code, std::string message, const Operation* op, std::string wire, std::string hint) {
    Problem p;
    p.code = code;
    p.message = std::move(message);
    p.hint = std::move(hint);
    p.wire = std::move(wire);
    if (op != nullptr) p.operation = op->id;
    m_problems.push_back(std::move(p));
    return m_problems.back();
}

void SizeSolver::computeRanks() {
    m_rank.assign(m_circuit.operations.size(), 0);
    for (const Operation* op : m_order) {
        int rank = 0;
        for (const std::string& w : op->in) rank = std::max(rank, rankOfWriter(w) + 1);
        m_rank[static_cast<std::size_t>(op - m_circuit.operations.data())] = rank;
    }
}

// The first wire that carries an axis: where a wrong size expression is shown.
std::string SizeSolver::firstWireOf(const std::string& axis) const {
    for (const Wire& w : m_circuit.wires)
        if (std::find(w.axes.begin(), w.axes.end(), axis) != w.axes.end()) return w.id;
    return {};
}

void SizeSolver::readGiven() {
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

void SizeSolver::reportCycle() {
    if (m_order.size() == m_circuit.operations.size()) return;
    const std::unordered_set<const Operation*> placed(m_order.begin(), m_order.end());
    for (const Operation& op : m_circuit.operations)
        if (placed.find(&op) == placed.end()) {
            report("LAB-SIZE-144", displayName(op) + " is part of, or behind, a cycle.", &op,
                   op.in.empty() ? "" : op.in.front(), "Cut the loop: signals run from inputs to outputs.");
            return;
        }
}

// Applies the relations forward and backward until nothing changes. Alternating the direction settles chains in
// either order in a few rounds.
void SizeSolver::settle() {
    bool changed = true;
    for (std::size_t round = 0; changed && round < m_circuit.axes.size() + 2; ++round) {
        changed = false;
        for (std::size_t i = 0; i < m_relations.size(); ++i) {
            Relation& r = m_relations[round % 2 == 0 ? i : m_relations.size() - 1 - i];
            if (r.dead) continue;
            switch (r.form) {
                case Relation::Form::Expression: changed |= applyExpression(r); break;
                case Relation::Form::Window: changed |= applyWindow(r); break;
                case Relation::Form::Product: changed |= applyProduct(r); break;
                case Relation::Form::Sum: changed |= applySum(r); break;
            }
        }
    }
}

bool SizeSolver::applyExpression(Relation& r) {
    const auto lookup = [this](const std::string& axis) {
        const int at = m_index.axis(axis);
        const long s = at < 0 ? 0 : size(at);
        return s > 0 ? std::optional<long>(s) : std::nullopt;
    };
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
    Problem& p = v.value ? report("LAB-SIZE-107", "axis " + axisName(r.out) + " is " + std::to_string(out) + ", but its size " +
                                                      written + " gives " + std::to_string(*v.value) + ".",
                                  nullptr, firstWireOf(axisAt(r.out).id))
                         : report("LAB-SIZE-106", "the size " + written + " of axis " + axisName(r.out) +
                                                      " is not a whole positive number for the sizes that it names.",
                                  nullptr, firstWireOf(axisAt(r.out).id), "Change one of the sizes so that it divides.");
    p.axis = axisAt(r.out).id;
    p.found = out;
    p.wanted = v.value.value_or(0);
    return false;
}

void SizeSolver::contradict(Relation& r, const char* code, std::string message, long found, long wanted) {
    r.dead = true;
    const Operation& op = opAt(r.operation);
    Problem& p = report(code, std::move(message), &op, op.out.empty() ? op.in.front() : op.out.front());
    p.axis = axisAt(r.out).id;
    p.found = found;
    p.wanted = wanted;
}

bool SizeSolver::applyWindow(Relation& r) {
    const int in = r.in.front();
    const long a = size(in);
    const long b = size(r.out);
    const Operation& op = opAt(r.operation);
    if (a == 0) {
        if (b == 0 || in == r.out) return false;
        const long back = r.window.inputSize(b);
        if (back < 1 || back > kMaxAxisSize) return false;
        setSize(in, back);
        return true;
    }
    const long result = r.window.outputSize(a);
    if (result < 1 || result > kMaxAxisSize) {
        r.dead = true;
        Problem& p = report("LAB-SIZE-104", "the window of " + displayName(op) + " is " + std::to_string(r.window.reach()) +
                                                " wide, but axis " + axisName(in) + " has only " + std::to_string(a) + ".",
                            &op, op.in.front(), "Use a smaller kernel, more padding, or fewer windows before it.");
        p.axis = axisAt(in).id;
        p.found = a;
        p.wanted = r.window.reach() - 2 * r.window.pad;
        return false;
    }
    if (b == 0) {
        setSize(r.out, result);
        return true;
    }
    if (b == result) return false;
    contradict(r, in == r.out ? "LAB-SIZE-105" : "LAB-SIZE-103",
               displayName(op) + " turns " + std::to_string(a) + " positions of axis " + axisName(in) + " into " +
                   std::to_string(result) + ", but " + std::to_string(b) + " are wanted.",
               result, b);
    return false;
}

bool SizeSolver::applyProduct(Relation& r) {
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
    // The whole of a split may be a bundle: both of its sides count.
    const long out = size(r.out) == 0 ? 0 : total(r.out);
    if (unknowns > 1 || (unknowns == 1 && out == 0)) return false;
    if (n > kMaxAxisSize || out < 0) {
        r.dead = true;
        report("LAB-SIZE-108", displayName(op) + " would make an axis of more than " + std::to_string(kMaxAxisSize) + ".", &op,
               op.in.front());
        return false;
    }
    // The side of a square of `elements`; 0 where there is none.
    const auto side = [this](int axis, long elements) -> long {
        const int dims = axisAt(axis).dims;
        if (dims < 2) return elements;
        if (dims > 2) return 0;
        long root = 1;
        while (root * root < elements && root < 40'000) ++root;
        return root * root == elements ? root : 0;
    };
    if (unknowns == 0) {
        if (out == 0) {
            const long s = side(r.out, n);
            if (s == 0) return false;
            setSize(r.out, s);
            return true;
        }
        if (out == n) return false;
    } else if (out % n == 0) {
        const long s = side(unknown, out / n);
        if (s == 0) return false;
        setSize(unknown, s);
        return true;
    }
    contradict(r, "LAB-SIZE-103",
               displayName(op) + " joins axes of " + std::to_string(n) + (unknowns > 0 ? " and one more" : "") +
                   " elements into axis " + axisName(r.out) + ", which has " + std::to_string(out) + ".",
               n, out);
    return false;
}

bool SizeSolver::applySum(Relation& r) {
    const Operation& op = opAt(r.operation);
    long n = 0;
    int unknown = -1;
    int unknowns = 0;
    for (const int a : r.in) {
        n += size(a);
        if (size(a) != 0) continue;
        unknown = a;
        ++unknowns;
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
        if (out == n) return false;
        if (out == 0) {
            setSize(r.out, n);
            return true;
        }
    } else if (out > n) {
        setSize(unknown, out - n);
        return true;
    }
    contradict(r, "LAB-SIZE-103",
               displayName(op) + " joins pieces of " + std::to_string(n) + (unknowns > 0 ? " and one more" : "") + " into axis " +
                   axisName(r.out) + ", which has " + std::to_string(out) + ".",
               n, out);
    return false;
}

void SizeSolver::join(const Union& u) {
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

SizeSolution SizeSolver::finish() {
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

SizeSolution solveSizes(const Circuit& circuit, const std::vector<long>& inputShape, int classes, const std::vector<DataPart>& parts) {
    return SizeSolver(circuit, inputShape, classes, parts).run();
}

}  // namespace lab
