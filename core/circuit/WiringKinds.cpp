// Kinds by which axes meet, part and change places. Nothing is learned here.
#include "core/circuit/AxisChoice.h"
#include "core/circuit/Einsum.h"
#include "core/circuit/OperationKinds.h"
#include "core/circuit/SizeRules.h"

#include <algorithm>

namespace lab {

namespace {

using Ids = std::vector<std::string>;

const Axis& axisOf(const Circuit& circuit, const std::string& id) { return *circuit.axis(id); }

// ---- einsum

void einsumSizes(SizeContext& s) {
    const Operation& op = s.operation;
    if (op.out.size() != 1) return;
    const Result<EinsumWiring> wiring = einsumWiring(s.circuit, op);
    if (!wiring) {
        s.wrong("LAB-SIZE-123", displayName(op) + ": " + wiring.error().message, op.in.front(), wiring.error().hint);
        return;
    }
    // Of operands that disagree the deepest is marked; the result's axes follow the first operand that has them.
    std::map<int, std::pair<std::string, std::string>> first;  // index -> axis, wire
    for (std::size_t k = 0; k < op.in.size(); ++k) {
        const Ids axes = s.axes(op.in[k]);
        for (std::size_t i = 0; i < axes.size(); ++i) {
            const auto [it, fresh] = first.emplace(wiring->in[k][i], std::make_pair(axes[i], op.in[k]));
            if (fresh || it->second.first == axes[i]) continue;
            const bool later = s.depth(op.in[k]) > s.depth(it->second.second);
            if (later)
                s.same(axes[i], it->second.first, op.in[k], "LAB-SIZE-102");
            else
                s.same(it->second.first, axes[i], it->second.second, "LAB-SIZE-102");
        }
    }
    const Ids out = s.axes(op.out.front());
    for (std::size_t i = 0; i < out.size(); ++i)
        if (const auto it = first.find(wiring->out[i]); it != first.end() && it->second.first != out[i])
            s.same(it->second.first, out[i], op.out.front(), "LAB-SIZE-102");
}

void threadEinsum(ThreadContext& t) {
    std::vector<Ids> in;
    for (const std::string& w : t.op.in) in.push_back(axesWithoutBatch(t.circuit, t.circuit.wire(w)->axes));
    const ParamSet params = operationParams(t.op);
    const Result<EinsumOperands> operands = wireOperands(params.text("sig"), in);
    if (!operands) return;  // inference says what does not fit
    Ids axes;
    for (const std::string& a : t.arriving)
        if (axisOf(t.circuit, a).role == AxisRole::Batch) axes.push_back(a);
    const Ids old = t.op.out.empty() ? Ids() : axesWithoutBatch(t.circuit, t.circuit.wire(t.op.out.front())->axes);
    const auto place = [&](const std::string& name) {
        std::string axis;
        for (std::size_t k = 0; k < in.size() && axis.empty(); ++k)
            for (std::size_t i = 0; i < in[k].size() && axis.empty(); ++i)
                if (operands->names[k][i] == name) axis = in[k][i];
        if (!axis.empty() && !has(axes, axis)) {
            axes.push_back(axis);
            return;
        }
        // A place of its own: what it was before, else a new axis of the same size, or of an open one.
        const Axis* kept = t.circuit.axis(name);
        const bool wasOut = has(old, name) && !has(axes, name);
        if (wasOut && axis.empty() && kept != nullptr) {
            axes.push_back(name);
            return;
        }
        const std::size_t at = axes.size() - (axes.empty() || axisOf(t.circuit, axes.front()).role != AxisRole::Batch ? 0 : 1);
        if (at < old.size() && !has(axes, old[at]) && std::none_of(in.begin(), in.end(), [&](const Ids& a) { return has(a, old[at]); })) {
            axes.push_back(old[at]);
            return;
        }
        axes.push_back(axis.empty() ? newAxis(t.circuit, "n", AxisRole::Feature, "")
                                    : newAxis(t.circuit, "y", axisOf(t.circuit, axis).role, axis, axisOf(t.circuit, axis).dims));
    };
    for (const std::string& name : operands->spread) place(name);
    for (const std::string& name : operands->result) place(name);
    t.leave(axes);
}

// ---- split, concatenate, parts, rename, index, window

void splitSizes(SizeContext& s) {
    const Operation& op = s.operation;
    if (op.targetIn.size() != 1 || op.targetOut.size() < 2) {
        s.wrong("LAB-SIZE-120", displayName(op) + " must turn one axis into two or more.", op.in.front(), "");
        return;
    }
    if (!s.bindTargets(op.targetOut)) return;
    if (const std::int64_t parts = s.params.integer("parts"); parts > 0) s.fixed(op.targetOut.front(), static_cast<long>(parts));
    s.product(op.targetOut, op.targetIn.front());
}

void threadSplit(ThreadContext& t) {
    const std::string target = oneTarget(t, lastFeature);
    if (target.empty()) return;
    t.op.targetIn = {target};
    if (t.op.targetOut.size() < 2)
        t.op.targetOut = {newAxis(t.circuit, "h", AxisRole::Feature, ""), newAxis(t.circuit, "d", AxisRole::Feature, "")};
    separate(t, t.op.targetOut);
    t.leave(replaced(t.arriving, target, t.op.targetOut));
}

// One axis of each operand, under the names that the operands have for it.
Ids operandTargets(const Circuit& circuit, const Operation& op) {
    Ids out;
    const Ids leaving = op.out.empty() ? Ids() : circuit.wire(op.out.front())->axes;
    for (std::size_t k = 0; k < op.in.size(); ++k)
        out.push_back(boundAxis(k < op.targetIn.size() ? op.targetIn[k] : std::string(), circuit.wire(op.in[k])->axes, leaving));
    return out;
}

void concatSizes(SizeContext& s) {
    const Operation& op = s.operation;
    const Ids targets = operandTargets(s.circuit, op);
    if (op.targetOut.size() != 1 || has(targets, "") || op.out.size() != 1) {
        s.wrong("LAB-SIZE-120", displayName(op) + " must join one axis of every operand into one.", op.in.front(),
                "Say in target.in which axis of each operand is joined.");
        return;
    }
    const Ids out = s.axes(op.out.front());
    for (std::size_t k = 0; k < op.in.size(); ++k) {
        const Ids in = s.axes(op.in[k]);
        if (in.size() != out.size()) {
            s.wrong("LAB-SIZE-122", displayName(op) + " joins arrays of " + std::to_string(in.size()) + " and " +
                                        std::to_string(out.size()) + " axes.",
                    op.in[k], "All operands need the same axes but for the one that is joined.");
            return;
        }
        Ids mine;
        Ids theirs;
        for (const std::string& a : in)
            if (a != targets[k] && !has(out, a)) mine.push_back(a);
        for (const std::string& a : out)
            if (a != op.targetOut.front() && !has(in, a)) theirs.push_back(a);
        for (std::size_t i = 0; i < mine.size() && i < theirs.size(); ++i) s.same(mine[i], theirs[i], op.in[k], "LAB-SIZE-102");
        if (k < op.targetIn.size() && op.targetIn[k] != targets[k]) s.same(targets[k], op.targetIn[k], op.in[k], "LAB-SIZE-101");
    }
    s.sum(targets, op.targetOut.front());
}

void threadConcat(ThreadContext& t) {
    const std::string first = oneTarget(t, lastFeature);
    if (first.empty()) return;
    Ids targets = {first};
    for (std::size_t k = 1; k < t.op.in.size(); ++k) {
        const Ids axes = t.circuit.wire(t.op.in[k])->axes;
        std::string target = k < t.op.targetIn.size() && has(axes, t.op.targetIn[k]) ? t.op.targetIn[k] : std::string();
        if (target.empty()) target = boundAxis(first, axes, replaced(t.arriving, first, {}));
        targets.push_back(target.empty() ? lastFeature(t.circuit, axes) : target);
    }
    t.op.targetIn = targets;
    if (t.op.targetOut.size() != 1) t.op.targetOut = {newAxis(t.circuit, "c", axisOf(t.circuit, first).role, "")};
    separate(t, t.op.targetOut);
    t.leave(replaced(t.arriving, first, t.op.targetOut));
}

void partsSizes(SizeContext& s) {
    const Operation& op = s.operation;
    if (op.targetIn.size() != 1 || op.targetOut.size() != op.out.size() || op.out.size() < 2) {
        s.wrong("LAB-SIZE-120", displayName(op) + " must take one axis apart, one piece per output.", op.in.front(), "");
        return;
    }
    const Ids arriving = s.axes(op.in.front());
    const std::string whole = boundAxis(op.targetIn.front(), arriving, s.axes(op.out.front()));
    if (whole.empty()) {
        s.wrong("LAB-SIZE-120", displayName(op) + " takes an axis apart that does not arrive.", op.in.front(), "");
        return;
    }
    if (whole != op.targetIn.front()) s.same(whole, op.targetIn.front(), op.in.front(), "LAB-SIZE-101");
    for (std::size_t k = 0; k < op.out.size(); ++k) {
        const Ids out = s.axes(op.out[k]);
        if (out.size() != arriving.size()) {
            s.wrong("LAB-SIZE-121", displayName(op) + " gets an array of " + std::to_string(arriving.size()) +
                                        " axes and passes on one of " + std::to_string(out.size()) + ".",
                    op.out[k], "Every piece has the axes that arrive.");
            return;
        }
        Ids mine;
        Ids theirs;
        for (const std::string& a : arriving)
            if (a != whole && !has(out, a)) mine.push_back(a);
        for (const std::string& a : out)
            if (a != op.targetOut[k] && !has(arriving, a)) theirs.push_back(a);
        for (std::size_t i = 0; i < mine.size() && i < theirs.size(); ++i) s.same(mine[i], theirs[i], op.out[k], "LAB-SIZE-101");
    }
    s.sum(op.targetOut, whole);
}

void threadParts(ThreadContext& t) {
    const std::string target = oneTarget(t, lastFeature);
    if (target.empty()) return;
    t.op.targetIn = {target};
    t.op.targetOut.resize(std::min(t.op.targetOut.size(), t.op.out.size()));
    while (t.op.targetOut.size() < t.op.out.size()) t.op.targetOut.push_back(newAxis(t.circuit, "n", axisOf(t.circuit, target).role, ""));
    separate(t, t.op.targetOut);
    for (std::size_t k = 0; k < t.op.out.size(); ++k) t.leave(k, replaced(t.arriving, target, {t.op.targetOut[k]}));
}

void renameSizes(SizeContext& s) {
    const Operation& op = s.operation;
    if (op.targetIn.size() != 1 || op.targetOut.size() != 1) {
        s.wrong("LAB-SIZE-120", displayName(op) + " must give one axis another name.", op.in.front(), "");
        return;
    }
    if (s.bindTargets(op.targetOut)) s.same(op.targetIn.front(), op.targetOut.front(), op.in.front(), "LAB-SIZE-101");
}

void threadRename(ThreadContext& t) {
    const std::string target = oneTarget(t, naturalAxis);
    if (target.empty()) return;
    t.op.targetIn = {target};
    if (t.op.targetOut.size() != 1)
        t.op.targetOut = {newAxis(t.circuit, "y", axisOf(t.circuit, target).role, target, axisOf(t.circuit, target).dims)};
    separate(t, t.op.targetOut);
    t.leave(replaced(t.arriving, target, t.op.targetOut));
}

void indexSizes(SizeContext& s) {
    const Operation& op = s.operation;
    if (op.targetIn.size() != 1 || !op.targetOut.empty()) {
        s.wrong("LAB-SIZE-120", displayName(op) + " must swallow exactly one axis.", op.in.front(), "");
        return;
    }
    s.bindTargets({});
}

void threadIndex(ThreadContext& t) {
    const std::string target = oneTarget(t, naturalAxis);
    if (target.empty()) return;
    t.op.targetIn = {target};
    t.leave(replaced(t.arriving, target, {}));
}

void windowSizes(SizeContext& s) {
    const Operation& op = s.operation;
    if (op.targetIn.size() != 1 || op.targetOut.size() != 2) {
        s.wrong("LAB-SIZE-120", displayName(op) + " must turn one position axis into positions and taps.", op.in.front(), "");
        return;
    }
    if (!s.bindTargets(op.targetOut)) return;
    const WindowGeometry g = windowGeometry(op);
    s.window(op.targetIn.front(), op.targetOut.front(), g);
    s.fixed(op.targetOut.back(), g.kernel);
}

void threadWindow(ThreadContext& t) {
    const std::string target = oneTarget(t, naturalAxis);
    if (target.empty()) return;
    t.op.targetIn = {target};
    const Axis in = axisOf(t.circuit, target);
    if (t.op.targetOut.size() != 2)
        t.op.targetOut = {newAxis(t.circuit, "x", in.role, "", in.dims), newAxis(t.circuit, "k", AxisRole::Kernel, "", in.dims)};
    for (const std::string& made : t.op.targetOut) t.circuit.axis(made)->dims = in.dims;
    separate(t, t.op.targetOut);
    t.leave(replaced(t.arriving, target, t.op.targetOut));
}

}  // namespace

OperationDescription einsumKind() {
    OperationDescription d;
    d.kind = "einsum";
    d.rule = AxisRule::Own;
    d.title = "Einsum wiring";
    d.category = "Wiring";
    d.doc = "Products and sums along axes: dot product, lock-step, outer product, sum, transpose and repeat. An index that "
            "does not come out is summed over; one that several operands have runs in lock-step.";
    d.formula = "y_{hij} = Σ_{d} q_{ihd} k_{jhd}";
    d.letter = "Σ";
    d.glyph = Glyph::Einsum;
    d.params = {ParamSpec::text("sig", "Signature", "",
                                "Axes of the operands and of the result, 'y h d, x h d -> h y x'. Empty: the product of all "
                                "operands, axes of the same name in lock-step."),
                ParamSpec::text("scale", "Factor", "", "A number, or a power of an axis' size: d^{-1/2}.")};
    d.inputs = -1;
    d.leastInputs = 1;
    d.sizes = einsumSizes;
    d.thread = threadEinsum;
    d.idPrefix = "es";
    return d;
}

OperationDescription splitKind() {
    OperationDescription d;
    d.kind = "split";
    d.rule = AxisRule::Own;
    d.title = "Split an axis";
    d.category = "Wiring";
    d.doc = "One axis becomes two or more whose product it is: features become heads and features. The last one varies fastest.";
    d.formula = "y_{hd} = x_{(hd)}";
    d.glyph = Glyph::Bar;
    d.params = {ParamSpec::integer("parts", "Parts", 0, 0, 1'000'000, "Size of the first new axis; 0 leaves it to the axis.")};
    d.sizes = splitSizes;
    d.thread = threadSplit;
    d.idPrefix = "sp";
    return d;
}

OperationDescription concatKind() {
    OperationDescription d;
    d.kind = "concat";
    d.rule = AxisRule::Own;
    d.title = "Concatenate";
    d.category = "Wiring";
    d.doc = "Several arrays become one by joining one axis of each, end to end.";
    d.formula = "y_{(i+j)} = (x_{i}, z_{j})";
    d.glyph = Glyph::Bar;
    d.inputs = -1;
    d.sizes = concatSizes;
    d.thread = threadConcat;
    d.idPrefix = "ct";
    return d;
}

OperationDescription partsKind() {
    OperationDescription d;
    d.kind = "parts";
    d.rule = AxisRule::Own;
    d.title = "Take apart";
    d.category = "Wiring";
    d.doc = "One array becomes several by cutting one axis into pieces, the reverse of a concatenation.";
    d.formula = "(y_{i}, z_{j}) = x_{(i+j)}";
    d.glyph = Glyph::Bar;
    d.outputs = -1;
    d.sizes = partsSizes;
    d.thread = threadParts;
    d.aliases = {"chunk"};
    d.idPrefix = "pt";
    return d;
}

OperationDescription renameKind() {
    OperationDescription d;
    d.kind = "rename";
    d.rule = AxisRule::Own;
    d.title = "Rename an axis";
    d.category = "Wiring";
    d.doc = "The same axis under another name, so that it can meet itself: positions that ask and positions that answer.";
    d.formula = "y_{j} = x_{i}";
    d.glyph = Glyph::Rename;
    d.sizes = renameSizes;
    d.thread = threadRename;
    d.idPrefix = "rn";
    return d;
}

OperationDescription indexKind() {
    OperationDescription d;
    d.kind = "index";
    d.rule = AxisRule::Own;
    d.title = "Index";
    d.category = "Wiring";
    d.doc = "One place of an axis; the axis ends here. Inside of a repeated group the place may be the letter of the pass.";
    d.formula = "y = x_{a}";
    d.letter = "a";
    d.glyph = Glyph::Index;
    d.params = {ParamSpec::text("at", "Place", "0", "Counted from 0; negative from the end: -1 is the last. Or the letter of a repetition.")};
    d.sizes = indexSizes;
    d.thread = threadIndex;
    d.aliases = {"pick"};
    d.idPrefix = "ix";
    return d;
}

OperationDescription windowKind() {
    OperationDescription d;
    d.kind = "window";
    d.rule = AxisRule::Own;
    d.title = "Window";
    d.category = "Windows";
    d.doc = "At every position the values around it, on an axis of their own: the first half of a convolution.";
    d.formula = "y_{iu} = x_{si+du-p}";
    d.letter = "";
    d.glyph = Glyph::Window;
    d.params = {kernelSpec(3),
                ParamSpec::integer("s", "Stride", 1, 1, 255, "Distance between neighbouring windows, in positions.").withSymbol("s"),
                ParamSpec::integer("p", "Padding", -1, -1, 127, "Zeros added on each side. -1 means same: d (k - 1)/2.").withSymbol("p"),
                dilationSpec()};
    d.sizes = windowSizes;
    d.thread = threadWindow;
    d.aliases = {"unfold"};
    d.idPrefix = "wn";
    return d;
}

OperationDescription discardKind() {
    OperationDescription d;
    d.kind = "discard";
    d.rule = AxisRule::Own;
    d.title = "Discard";
    d.category = "Wiring";
    d.doc = "An array that nobody needs ends here.";
    d.formula = "·";
    d.glyph = Glyph::Discard;
    d.outputs = 0;
    d.sizes = [](SizeContext&) {};
    d.idPrefix = "di";
    return d;
}

}  // namespace lab
