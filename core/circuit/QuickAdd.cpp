// Adds what a line of operations says: each part behind the one before, blocks with their groups.
#include "core/circuit/AxisChoice.h"
#include "core/circuit/QuickLine.h"
#include "core/circuit/SizeSolver.h"

#include <algorithm>
#include <cctype>

namespace lab {

namespace {

OperationRequest plainRequest(AxisRule rule) {
    for (const OperationPreset& p : operationPresets())
        if (findOperation(p.kind)->rule == rule && p.args.empty()) return {&p, {}, ""};
    return {};
}

class Adder {
public:
    Circuit circuit;
    std::vector<std::string> made;                           // operations in reading order
    std::vector<std::pair<std::string, std::string>> named;  // operation -> what it is called: a block's first one its title, the others ""

    explicit Adder(Circuit from) : circuit(std::move(from)), m_start(circuit) {}

    // An empty circuit gets an input and an output first.
    Result<std::string> findPlace(const std::string& after);

    // Returns the wire behind what was added.
    Result<std::string> add(const std::vector<QuickPart>& parts, std::string wire) {
        for (const QuickPart& part : parts) {
            Result<std::string> next = Error{};
            switch (part.kind) {
                case QuickPart::Kind::Operation: next = add(part.request, wire); break;
                case QuickPart::Kind::Residual: next = residual(part, wire); break;
                case QuickPart::Kind::Chain: next = chain(part, wire); break;
                case QuickPart::Kind::Block: next = block(part, wire); break;
            }
            if (!next) return next;
            wire = *std::move(next);
        }
        return wire;
    }

    Result<CircuitChange> finish(const std::string& title) {
        return finishEdit(std::move(circuit), m_start, title, made, {}, m_amounts);
    }

private:
    std::string add(const OperationRequest& request, const std::string& wire) {
        const std::string id = createOperation(circuit, request);
        const std::string next = spliceOperation(circuit, id, wire);
        if (const OperationDescription& d = *findOperation(request.preset->kind); d.outputs < 0 && d.rule != AxisRule::Copy)
            addOutput(circuit, id);
        made.push_back(id);
        m_amounts[id] = request.amount;
        return next;
    }

    Result<std::string> residual(const QuickPart& part, const std::string& wire) {
        const std::string body = add(plainRequest(AxisRule::Copy), wire);
        const std::string copy = made.back();
        const std::string end = add(plainRequest(AxisRule::Agree), body);
        const std::string sum = made.back();
        const std::string skip = addOutput(circuit, copy);
        circuit.operation(sum)->in.push_back(skip);
        const std::size_t first = made.size() - 2;
        if (const Result<std::string> inside = add(part.body, body); !inside) return inside;
        // Reading order: copy, body, sum.
        std::rotate(made.begin() + static_cast<std::ptrdiff_t>(first) + 1, made.begin() + static_cast<std::ptrdiff_t>(first) + 2, made.end());
        group(first, "residual", "res");
        return end;
    }

    Result<std::string> chain(const QuickPart& part, const std::string& wire) {
        const std::size_t first = made.size();
        Result<std::string> end = add(part.body, wire);
        if (!end) return end;
        group(first, part.block->title, part.block->fill);
        name(first, part.block->title);
        return end;
    }

    Result<std::string> block(const QuickPart& part, const std::string& wire) {
        if (const Result<void> done = settle(); !done) return done.error();
        const Operation* writer = circuit.producer(wire);
        const Operation* reader = circuit.consumer(wire);
        const std::string left = writer == nullptr ? std::string() : writer->id, right = reader == nullptr ? std::string() : reader->id;
        const std::vector<std::string> arrived = circuit.wire(wire)->axes;
        const Result<BuiltBlock> built = part.block->build({circuit, wire, part.params});
        if (!built) return built.error();
        if (!right.empty()) std::replace(circuit.operation(right)->in.begin(), circuit.operation(right)->in.end(), wire, built->out);
        order(built->operations, left);
        if (!built->groups.empty()) joinGroupBetween(circuit, built->groups.front(), left, right);
        const std::size_t first = made.size();
        made.insert(made.end(), built->operations.begin(), built->operations.end());
        name(first, part.block->title);
        // The block has made its axes itself: to what follows it was there before, but for the array that now arrives behind it.
        m_start = circuit;
        if (!right.empty() && circuit.wire(built->out)->axes != arrived) {
            Wire old;
            old.id = m_start.freshId("w");
            old.axes = arrived;
            m_start.wires.push_back(old);
            std::replace(m_start.operation(right)->in.begin(), m_start.operation(right)->in.end(), built->out, old.id);
        }
        return built->out;
    }

    // Axes of what has been added so far.
    Result<void> settle() {
        Result<CircuitChange> change = finishEdit(std::move(circuit), m_start, "", {}, {}, m_amounts);
        if (!change) return change.error();
        circuit = std::move(change->circuit);
        m_start = circuit;
        m_amounts.clear();
        return {};
    }

    // Behind what they read, so that the list stays in reading order.
    void order(const std::vector<std::string>& operations, const std::string& left) {
        if (left.empty()) return;
        const auto isMoved = [&](const Operation& op) { return has(operations, op.id); };
        std::vector<Operation> moved;
        for (const std::string& id : operations) moved.push_back(*circuit.operation(id));
        auto& all = circuit.operations;
        all.erase(std::remove_if(all.begin(), all.end(), isMoved), all.end());
        const auto at = std::find_if(all.begin(), all.end(), [&](const Operation& op) { return op.id == left; });
        all.insert(at + 1, moved.begin(), moved.end());
    }

    void group(std::size_t first, const std::string& title, const std::string& fill) {
        const std::vector<std::string> operations(made.begin() + static_cast<std::ptrdiff_t>(first), made.end());
        if (const Result<std::string> backdrop = makeGroup(circuit, operations, title); backdrop) circuit.group(*backdrop)->fill = fill;
    }

    void name(std::size_t first, const std::string& title) {
        for (std::size_t i = first; i < made.size(); ++i) named.emplace_back(made[i], i == first ? title : "");
    }

    Circuit m_start;  // what counts as having been there before
    std::map<std::string, std::string> m_amounts;
};

bool isRule(const Operation& op, AxisRule rule) {
    const OperationDescription* d = findOperation(op.kind);
    return d != nullptr && d->rule == rule;
}

// The wire that the line is put on.
Result<std::string> Adder::findPlace(const std::string& after) {
    if (!after.empty()) {
        const Operation* op = circuit.operation(after);
        if (op == nullptr) return unknownItem("operation", after);
        if (!op->out.empty()) return op->out.front();
        if (!op->in.empty()) return op->in.front();
        return editError(303, displayName(*op) + " has no wire to add to.", after, "Select an operation that is connected.");
    }
    for (const Operation& op : circuit.operations)
        if (isRule(op, AxisRule::Sink) && !op.in.empty()) return op.in.front();
    const auto order = circuit.ordered();
    for (auto it = order.rbegin(); it != order.rend(); ++it)
        for (const std::string& w : (*it)->out)
            if (circuit.consumer(w) == nullptr) return w;
    if (!circuit.operations.empty())
        return editError(303, "there is no free end to add to.", "", "Select the operation after which it should stand.");
    const std::string input = createOperation(circuit, plainRequest(AxisRule::Source));
    const std::string wire = addOutput(circuit, input);
    const std::string batch = newBatchAxis(circuit);
    Axis feature;
    feature.id = circuit.freshId("p");
    feature.name = "p";
    circuit.axes.push_back(feature);
    circuit.wire(wire)->axes = {batch, feature.id};
    circuit.operation(input)->name = findOperation(circuit.operation(input)->kind)->letter;
    const std::string output = createOperation(circuit, plainRequest(AxisRule::Sink));
    circuit.operation(output)->in = {wire};
    circuit.operation(output)->name = findOperation(circuit.operation(output)->kind)->letter;
    m_start = circuit;
    return wire;
}

std::string titleOf(const std::vector<QuickPart>& parts) {
    if (parts.size() != 1) return "Add " + std::to_string(countParts(parts)) + " operations";
    const QuickPart& part = parts.front();
    if (part.kind == QuickPart::Kind::Operation) return "Add " + part.request.preset->title;
    return part.kind == QuickPart::Kind::Residual ? "Add a residual connection" : "Add " + part.block->title;
}

struct Added {
    CircuitChange change;
    std::map<std::string, std::string> named;
};

Result<Added> addLine(const Circuit& circuit, const std::string& line, const std::string& after) {
    const Result<std::vector<QuickPart>> parts = parseQuickLine(line);
    if (!parts) return parts.error();
    Adder adder(circuit);
    const Result<std::string> place = adder.findPlace(after);
    if (!place) return place.error();
    if (const Result<std::string> end = adder.add(*parts, *place); !end) return end.error();
    Added added;
    added.named.insert(adder.named.rbegin(), adder.named.rend());  // the outermost block of an operation
    Result<CircuitChange> change = adder.finish(titleOf(*parts));
    if (!change) return change.error();
    tidyReferences(change->circuit, circuit);
    added.change = *std::move(change);
    return added;
}

std::string sizeText(const Circuit& c, const SizeSolution& sizes, const std::string& wire) {
    std::string out;
    for (const long s : wireShape(c, sizes, wire)) out += (out.empty() ? "" : " x ") + std::to_string(s);
    return out.empty() ? "?" : out;
}

}  // namespace

Result<CircuitChange> quickAdd(const Circuit& circuit, const std::string& line, const std::string& after) {
    Result<Added> added = addLine(circuit, line, after);
    if (!added) return added.error();
    return std::move(added->change);
}

Result<std::string> describeQuickAdd(const Circuit& circuit, const std::string& line, const std::string& after) {
    const Result<Added> added = addLine(circuit, line, after);
    if (!added) return added.error();
    const CircuitChange* change = &added->change;
    const Circuit& c = change->circuit;
    const SizeSolution sizes = solveSizes(c);
    std::string out;
    for (const std::string& id : change->selection) {
        const Operation& op = *c.operation(id);
        const OperationDescription& d = *findOperation(op.kind);
        if (const auto block = added->named.find(id); block != added->named.end()) {
            if (!block->second.empty()) out += (out.empty() ? "" : ", then ") + block->second;
            continue;
        }
        std::string text = d.title;
        std::size_t best = 0;
        for (const OperationPreset& p : operationPresets()) {
            const bool fits = p.kind == op.kind && std::all_of(p.args.begin(), p.args.end(), [&](const auto& a) {
                const auto held = op.args.find(a.first);
                return held != op.args.end() && held->second == a.second;
            });
            if (fits && (p.args.size() > best || (best == 0 && p.args.empty()))) {
                text = p.title;
                best = p.args.size();
            }
        }
        if (d.rule == AxisRule::Copy && c.operation(id)->out.size() == 2) {
            text = "residual connection around";
        } else if (d.rule == AxisRule::Agree) {
            text = "sum";
        } else {
            // Words stand in the middle of a sentence, but names keep their capitals ("ReLU", "L2 norm").
            const std::string first = text.substr(0, text.find(' '));
            if (std::none_of(first.begin() + 1, first.end(), [](unsigned char u) { return std::isupper(u) != 0 || std::isdigit(u) != 0; }))
                text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
            if (d.rule == AxisRule::Map || d.rule == AxisRule::Window || d.rule == AxisRule::Merge)
                text += " " + sizeText(c, sizes, op.in.front()) + " -> " + sizeText(c, sizes, op.out.front());
        }
        const bool around = out.size() >= 6 && out.compare(out.size() - 6, 6, "around") == 0;
        out += (out.empty() ? "" : around ? " " : ", then ") + text;
    }
    if (!out.empty()) out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
    return out;
}

std::vector<std::string> completeQuickAdd(const std::string& line) {
    const std::size_t start = line.find_last_of("|(");
    const std::string part = loweredText(start == std::string::npos ? line : line.substr(start + 1));
    const std::size_t from = part.find_first_not_of(" \t");
    const std::string typed = from == std::string::npos ? std::string() : part.substr(from);
    const std::size_t space = typed.find_last_of(" \t");
    std::vector<std::string> out;
    const auto offer = [&out](const std::string& word) {
        if (std::find(out.begin(), out.end(), word) == out.end()) out.push_back(word);
    };
    if (space == std::string::npos) {
        std::vector<std::string> words;
        for (const OperationPreset& p : operationPresets()) {
            const OperationDescription& d = *findOperation(p.kind);
            if (d.inputs != 0 && d.outputs != 0) words.push_back(p.word);
        }
        for (const BlockDescription& b : blockLibrary()) words.push_back(b.word);
        words.emplace_back("res(");
        for (const std::string& w : words)
            if (w.rfind(typed, 0) == 0) offer(w);
        for (const std::string& w : words)
            if (!typed.empty() && w.find(typed) != std::string::npos) offer(w);
        return out;
    }
    const std::string word = typed.substr(0, typed.find_first_of(" \t"));
    const OperationPreset* preset = findPreset(word);
    const BlockDescription* block = preset == nullptr ? findBlock(word) : nullptr;
    if (preset == nullptr && block == nullptr) return out;
    const std::string last = typed.substr(space + 1);
    const std::vector<ParamSpec>& params = preset != nullptr ? findOperation(preset->kind)->params : block->params;
    for (const ParamSpec& p : params) {
        if (preset != nullptr && preset->args.count(p.name) != 0) continue;
        std::vector<std::string> words;
        if (p.kind == ParamKind::Bool) {
            words = {std::get<bool>(p.standard) ? "no" + p.name : p.name};
        } else if (p.kind == ParamKind::Choice) {
            for (const ParamChoice& c : p.choices) words.push_back(c.id);
        } else {
            words = {p.name + "=" + toText(p.standard)};
        }
        for (const std::string& w : words)
            if (w.rfind(last, 0) == 0) offer(w);
    }
    return out;
}

}  // namespace lab
