// Kinds that pick places and put numbers into places, arrays that begin by themselves, and axes that change places or begin.
#include "core/circuit/AxisChoice.h"
#include "core/circuit/Einsum.h"
#include "core/circuit/OperationKinds.h"
#include "core/circuit/SizeRules.h"

namespace lab {

namespace {

using Ids = std::vector<std::string>;

const char* const kWhole = "int:";

// The axis whose places the numbers of a wire are: "int:V" -> V; empty for other numbers.
std::string placesAxis(const Circuit& circuit, const std::string& wire) {
    const std::string& type = circuit.wire(wire)->dtype;
    return type.rfind(kWhole, 0) == 0 ? type.substr(4) : std::string();
}

// ---- gather, scatter

// The numbers of the index wire are places of `axis`.
void samePlaces(SizeContext& s, const std::string& axis) {
    const std::string& index = s.operation.in[1];
    if (const std::string places = placesAxis(s.circuit, index); !places.empty() && places != axis)
        s.same(places, axis, index, "LAB-SIZE-102");
}

void gatherSizes(SizeContext& s) {
    const Operation& op = s.operation;
    if (op.in.size() != 2 || op.out.size() != 1) return;
    const Ids values = s.axes(op.in[0]), places = s.axes(op.in[1]), out = s.axes(op.out[0]);
    const std::string from = op.targetIn.size() == 1 ? boundAxis(op.targetIn[0], values, out) : std::string();
    if (from.empty() || has(out, from)) {
        s.wrong("LAB-SIZE-120", displayName(op) + " must replace one axis of the array in front by those of its places.", op.in[0],
                "Say in target.in from which axis it takes.");
        return;
    }
    if (from != op.targetIn[0]) s.same(from, op.targetIn[0], op.in[0], "LAB-SIZE-101");
    for (const Ids* side : {&values, &places})
        for (const std::string& a : *side)
            if (a != from && !has(out, a)) {
                s.wrong("LAB-SIZE-121", "axis " + plainLabel(s.circuit.axis(a)->name) + " arrives at " + displayName(op) + " but does not leave.",
                        side == &values ? op.in[0] : op.in[1], "What is taken has the axes of both arrays but for the one that is taken from.");
                return;
            }
    for (const std::string& a : out)
        if (!has(values, a) && !has(places, a)) {
            s.wrong("LAB-SIZE-121", "an axis leaves " + displayName(op) + " that does not arrive.", op.out[0], "");
            return;
        }
    samePlaces(s, from);
}

void threadGather(ThreadContext& t) {
    const std::string from = oneTarget(t, naturalAxis);
    if (from.empty()) return;
    t.op.targetIn = {from};
    Ids own;
    if (t.op.in.size() > 1)
        for (const std::string& a : sampleAxes(t.circuit, t.circuit.wire(t.op.in[1])->axes))
            if (!has(t.arriving, a)) own.push_back(a);
    t.op.targetOut = own;
    t.leave(replaced(t.arriving, from, own));
}

void scatterSizes(SizeContext& s) {
    const Operation& op = s.operation;
    if (op.in.size() != 2 || op.out.size() != 1) return;
    const Ids values = s.axes(op.in[0]), places = s.axes(op.in[1]), out = s.axes(op.out[0]);
    if (op.targetOut.size() != 1 || !has(out, op.targetOut[0])) {
        s.wrong("LAB-SIZE-120", displayName(op) + " must write exactly one axis.", op.out[0], "Say in target.out into which axis it puts.");
        return;
    }
    const std::string& to = op.targetOut[0];
    for (const std::string& a : out)
        if (a != to && !has(values, a)) {
            s.wrong("LAB-SIZE-121", "an axis leaves " + displayName(op) + " that does not arrive.", op.out[0], "");
            return;
        }
    for (const std::string& a : places)
        if (!has(values, a)) {
            s.wrong("LAB-SIZE-121", "the places of " + displayName(op) + " have axis " + plainLabel(s.circuit.axis(a)->name) +
                                        ", which the array that is put there has not.",
                    op.in[1], "Every number needs a place: both arrays share these axes.");
            return;
        }
    for (const std::string& a : values)
        if (has(out, a) == has(op.targetIn, a)) {
            s.wrong("LAB-SIZE-121", "axis " + plainLabel(s.circuit.axis(a)->name) + " must either run past " + displayName(op) + " or be put.",
                    op.in[0], "Its target.in are the axes that do not leave.");
            return;
        }
    samePlaces(s, to);
}

void threadScatter(ThreadContext& t) {
    Ids put;
    if (t.op.in.size() > 1)
        for (const std::string& a : sampleAxes(t.circuit, t.circuit.wire(t.op.in[1])->axes))
            if (has(t.arriving, a)) put.push_back(a);
    // Places along axes that both sides share without meaning them run past: only the last one is put.
    if (!t.fresh && !t.mapped.empty()) put = t.mapped;
    if (put.empty()) put = {naturalAxis(t.circuit, t.arriving)};
    if (put.front().empty()) return;
    t.op.targetIn = t.fresh ? Ids{put.back()} : put;
    const std::string places = t.op.in.size() > 1 ? placesAxis(t.circuit, t.op.in[1]) : std::string();
    if (t.op.targetOut.size() != 1) {
        const bool runs = has(t.arriving, places) && !has(t.op.targetIn, places);
        t.op.targetOut = {!places.empty() && !runs ? places : newAxis(t.circuit, "x", t.circuit.axis(put.back())->role, places)};
    }
    separate(t, t.op.targetOut);
    Ids axes;
    bool placed = false;
    for (const std::string& a : t.arriving) {
        if (!has(t.op.targetIn, a)) {
            axes.push_back(a);
        } else if (!placed) {
            axes.push_back(t.op.targetOut.front());
            placed = true;
        }
    }
    t.leave(axes);
}

// ---- the largest values of an axis

void topSizes(SizeContext& s) {
    const Operation& op = s.operation;
    if (op.targetIn.size() != 1 || op.targetOut.size() != 1) {
        s.wrong("LAB-SIZE-120", displayName(op) + " must turn one axis into one of its largest values.", op.in.front(), "");
        return;
    }
    if (!s.bindTargets(op.targetOut)) return;
    s.fixed(op.targetOut.front(), static_cast<long>(s.params.integer("k")));
}

void threadTop(ThreadContext& t) {
    const std::string target = oneTarget(t, lastFeature);
    if (target.empty()) return;
    t.op.targetIn = {target};
    if (t.op.targetOut.size() != 1) t.op.targetOut = {newAxis(t.circuit, "k", t.circuit.axis(target)->role, "")};
    separate(t, t.op.targetOut);
    t.leave(replaced(t.arriving, target, t.op.targetOut));
    const bool places = operationParams(t.op).text("gives") == "places";
    for (const std::string& w : t.op.out) t.circuit.wire(w)->dtype = places ? std::string(kWhole).append(target) : std::string("real");
}

// ---- swap, repeat, constant

void swapSizes(SizeContext& s) {
    const Operation& op = s.operation;
    if (op.out.size() != 1) return;
    const Ids in = s.axes(op.in.front()), out = s.axes(op.out.front());
    if (in.size() != out.size() || !std::is_permutation(in.begin(), in.end(), out.begin()))
        s.wrong("LAB-SIZE-121", displayName(op) + " must pass on the axes that it gets, in another order.", op.in.front(), "");
}

void threadSwap(ThreadContext& t) {
    Ids targets = t.mapped;
    if (t.fresh || targets.size() != 2) {
        targets = sampleAxes(t.circuit, t.arriving);
        if (targets.size() > 2) targets.erase(targets.begin(), targets.end() - 2);
    }
    t.op.targetIn = t.op.targetOut = targets;
    Ids axes = t.arriving;
    if (targets.size() == 2)
        std::iter_swap(std::find(axes.begin(), axes.end(), targets[0]), std::find(axes.begin(), axes.end(), targets[1]));
    t.leave(axes);
}

void repeatSizes(SizeContext& s) {
    const Operation& op = s.operation;
    if (!op.targetIn.empty() || op.targetOut.size() != 1) {
        s.wrong("LAB-SIZE-120", displayName(op) + " must read no axis and write exactly one.", op.in.front(), "");
        return;
    }
    if (!s.bindTargets(op.targetOut)) return;
    if (const std::int64_t times = s.params.integer("times"); times > 0) s.fixed(op.targetOut.front(), static_cast<long>(times));
}

void threadRepeat(ThreadContext& t) {
    t.op.targetIn.clear();
    if (t.op.targetOut.size() != 1) t.op.targetOut = {newAxis(t.circuit, "r", AxisRole::Feature, "")};
    separate(t, t.op.targetOut);
    Ids axes = t.arriving;
    axes.push_back(t.op.targetOut.front());
    t.leave(axes);
}

void constantSizes(SizeContext& s) {
    const Operation& op = s.operation;
    if (op.out.size() != 1) return;
    for (const std::string& a : s.axes(op.out.front()))
        if (!has(op.targetOut, a)) {
            s.wrong("LAB-SIZE-121", "an axis leaves " + displayName(op) + " that it does not make.", op.out.front(),
                    "Its target.out are the axes of the array.");
            return;
        }
}

void threadConstant(ThreadContext& t) {
    if (t.op.targetOut.empty()) t.op.targetOut = {newAxis(t.circuit, "n", AxisRole::Feature, "")};
    Ids axes = t.op.targetOut;
    for (const Axis& a : t.circuit.axes)
        if (a.role == AxisRole::Batch) axes.insert(axes.begin(), a.id);
    t.leave(axes);
}

// Learned or not, so many numbers are kept.
long constantNumbers(const Circuit& circuit, const Operation& op, const SizeCount& elements) {
    if (!operationParams(op).flag("learned") || op.out.empty()) return 0;
    const long n = elements(axesWithoutBatch(circuit, circuit.wire(op.out.front())->axes));
    return n > 0 ? n : -1;
}

}  // namespace

OperationDescription gatherKind() {
    OperationDescription d;
    d.kind = "gather";
    d.rule = AxisRule::Own;
    d.title = "Take from places";
    d.category = "Wiring";
    d.doc = "Reads an array at the places that a second array of whole numbers names. Axes that both have run in lock-step. What "
            "stands at a place learns; the places do not. Numbers that are no place take the nearest one.";
    d.formula = "y_{kf} = x_{p_k,f}";
    d.letter = "x_p";
    d.glyph = Glyph::Hexagon;
    d.inputs = 2;
    d.sizes = gatherSizes;
    d.thread = threadGather;
    d.aliases = {"take"};
    d.idPrefix = "ga";
    return d;
}

OperationDescription scatterKind() {
    OperationDescription d;
    d.kind = "scatter";
    d.rule = AxisRule::Own;
    d.title = "Put into places";
    d.category = "Wiring";
    d.doc = "Adds every number of an array to the place that a second array of whole numbers names for it; places that nobody "
            "names hold zero. The reverse of taking: messages along edges arrive at nodes.";
    d.formula = "y_{p_k,f} += x_{kf}";
    d.letter = "Σ_p";
    d.glyph = Glyph::Hexagon;
    d.inputs = 2;
    d.sizes = scatterSizes;
    d.thread = threadScatter;
    d.aliases = {"put"};
    d.idPrefix = "st";
    return d;
}

OperationDescription topKind() {
    OperationDescription d;
    d.kind = "topk";
    d.rule = AxisRule::Own;
    d.title = "Largest values";
    d.category = "Wiring";
    d.doc = "The largest values of an axis, or their places, the largest first; of equal ones the first. Values pass errors to where "
            "they came from, places pass none. For both, copy the array and take one of each.";
    d.formula = "y_{j} = |top|_{j} x";
    d.letter = "|top|";
    d.glyph = Glyph::Diamond;
    d.params = {ParamSpec::integer("k", "How many", 1, 1, 1'000'000, "Number of values that are kept.").withSymbol("k"),
                ParamSpec::choice("gives", "Gives", "values",
                                  {{"values", "Values", "The values themselves, from large to small."},
                                   {"places", "Places", "Where they stand, counted from 0: what taking and putting read."}},
                                  "What leaves.")};
    d.sizes = topSizes;
    d.thread = threadTop;
    d.aliases = {"largest"};
    d.idPrefix = "tk";
    return d;
}

OperationDescription swapKind() {
    OperationDescription d;
    d.kind = "swap";
    d.rule = AxisRule::Own;
    d.title = "Transpose";
    d.category = "Wiring";
    d.doc = "Two axes change places; their wires cross.";
    d.formula = "y_{ji} = x_{ij}";
    d.glyph = Glyph::Einsum;
    d.sizes = swapSizes;
    d.thread = threadSwap;
    d.aliases = {"transpose", "permute"};
    d.idPrefix = "sw";
    return d;
}

OperationDescription repeatKind() {
    OperationDescription d;
    d.kind = "repeat";
    d.rule = AxisRule::Own;
    d.title = "Repeat along a new axis";
    d.category = "Wiring";
    d.doc = "The same array at every place of a new axis, which begins in a dot.";
    d.formula = "y_{ir} = x_{i}";
    d.glyph = Glyph::Einsum;
    d.params = {ParamSpec::integer("times", "Times", 0, 0, 1'000'000, "Size of the new axis; 0 leaves it to the axis.")};
    d.sizes = repeatSizes;
    d.thread = threadRepeat;
    d.aliases = {"expand"};
    d.idPrefix = "re";
    return d;
}

OperationDescription constantKind() {
    OperationDescription d;
    d.kind = "const";
    d.rule = AxisRule::Own;
    d.title = "Array";
    d.category = "Ends";
    d.doc = "An array that is the same for all samples: learned, or as it was drawn before training.";
    d.formula = "x_{i} = *A*_{i}";
    d.letter = "*A*";
    d.glyph = Glyph::Source;
    d.inputs = 0;
    d.params = {ParamSpec::boolean("learned", "Learned", true, "Training changes its numbers."),
                ParamSpec::number("mean", "Initial mean", 0.0, -1e6, 1e6, "Mean of the numbers before training."),
                ParamSpec::number("std", "Initial deviation", 1.0, 0.0, 1e6, "Standard deviation of the numbers before training; 0 makes all equal.")};
    d.sizes = constantSizes;
    d.thread = threadConstant;
    d.learnedNumbers = constantNumbers;
    d.aliases = {"constant", "array"};
    d.idPrefix = "A";
    return d;
}

}  // namespace lab
