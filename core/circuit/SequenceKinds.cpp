// Kinds that sequences, images of other resolutions and time need.
#include "core/circuit/OperationKinds.h"
#include "core/circuit/Rethread.h"
#include "core/circuit/SizeRules.h"

#include <algorithm>

namespace lab {

namespace {

using Ids = std::vector<std::string>;

void threadMask(ThreadContext& t) {
    Ids targets = t.mapped;
    if (t.fresh || targets.size() != 2) {
        targets = positionAxes(t.circuit, t.arriving);
        if (targets.size() < 2) targets = sampleAxes(t.circuit, t.arriving);
        if (targets.size() > 2) targets.erase(targets.begin(), targets.end() - 2);
    }
    t.op.targetIn = t.op.targetOut = targets;
    t.leave(t.arriving);
}

void maskSizes(SizeContext& s) {
    if (s.operation.targetIn.size() != 2)
        s.wrong("LAB-SIZE-120", displayName(s.operation) + " must stand on exactly two axes.", s.operation.in.front(),
                "The rows ask, the columns answer.");
}

void threadOffset(ThreadContext& t) {
    Ids targets = t.mapped;
    if (t.fresh || targets.empty()) targets = sampleAxes(t.circuit, t.arriving);
    t.op.targetIn = t.op.targetOut = targets;
    t.leave(t.arriving);
}

// The axis of the numbers that arrive: "int:V" -> V.
std::string vocabulary(const Circuit& circuit, const Operation& op) {
    if (op.in.empty()) return {};
    const std::string& type = circuit.wire(op.in.front())->dtype;
    return type.rfind("int:", 0) == 0 ? type.substr(4) : std::string();
}

void embeddingSizes(SizeContext& s) {
    const Operation& op = s.operation;
    if (op.targetOut.empty() || !op.targetIn.empty()) {
        s.wrong("LAB-SIZE-120", displayName(op) + " must write an axis and read none.", op.in.front(), "");
        return;
    }
    s.bindTargets(op.targetOut);
    if (vocabulary(s.circuit, op).empty() && s.params.integer("tokens") == 0)
        s.wrong("LAB-SIZE-133", displayName(op) + " reads numbers that are no tokens.", op.in.front(),
                "Set its number of tokens, or give the wire the type of whole numbers below an axis.");
}

void threadEmbedding(ThreadContext& t) {
    t.op.targetIn.clear();
    if (t.op.targetOut.empty()) t.op.targetOut = {newAxis(t.circuit, "m", AxisRole::Feature, "")};
    Ids axes = t.arriving;
    for (std::string& made : t.op.targetOut) {
        if (std::find(axes.begin(), axes.end(), made) != axes.end()) {
            const Axis copy = *t.circuit.axis(made);
            made = newAxis(t.circuit, "m", copy.role, copy.size, copy.dims);
        }
        axes.push_back(made);
    }
    t.leave(axes);
}

long embeddingNumbers(const Circuit& circuit, const Operation& op, const SizeCount& elements) {
    const ParamSet params = operationParams(op);
    const long width = elements(op.targetOut);
    const std::string axis = vocabulary(circuit, op);
    const long tokens = params.integer("tokens") > 0 ? static_cast<long>(params.integer("tokens")) : axis.empty() ? 0 : elements({axis});
    long n = 0;
    if (width <= 0 || tokens <= 0 || __builtin_mul_overflow(width, tokens, &n)) return -1;
    return n;
}

// What is dropped into a slot in one pass is grabbed in the next.
void grabSizes(SizeContext& s) {
    const std::string slot = s.params.text("slot");
    if (s.operation.out.size() != 1 || slot.empty()) return;  // a nameless slot holds zeros
    const Ids mine = s.axes(s.operation.out.front());
    bool found = false;
    for (const Operation& other : s.circuit.operations) {
        const OperationDescription* d = findOperation(other.kind);
        if (d == nullptr || d->slot.empty() || d->outputs != 0 || other.in.size() != 1) continue;
        if (operationParams(other).text(d->slot) != slot) continue;
        found = true;
        const Ids theirs = s.axes(other.in.front());
        if (theirs.size() != mine.size()) {
            s.wrong("LAB-SIZE-121", "slot " + plainLabel(slot) + " is given an array of " + std::to_string(theirs.size()) +
                                        " axes, but one of " + std::to_string(mine.size()) + " is taken from it.",
                    s.operation.out.front(), "Both sides of a slot have the same axes.");
            continue;
        }
        for (std::size_t i = 0; i < mine.size(); ++i)
            if (mine[i] != theirs[i]) s.same(mine[i], theirs[i], other.in.front(), "LAB-SIZE-102");
    }
    if (!found)
        s.wrong("LAB-SIZE-146", "nothing is put into slot " + plainLabel(slot) + ", from which " + displayName(s.operation) + " takes.",
                s.operation.out.front(), "Add a drop with the same slot.");
}

void threadGrab(ThreadContext& t) {
    const std::string slot = operationParams(t.op).text("slot");
    for (const Operation& other : t.circuit.operations) {
        const OperationDescription* d = findOperation(other.kind);
        if (d == nullptr || d->slot.empty() || d->outputs != 0 || other.in.size() != 1) continue;
        const Ids axes = t.circuit.wire(other.in.front())->axes;
        if (operationParams(other).text(d->slot) == slot && !axes.empty()) t.leave(axes);
    }
}

ParamSpec slotSpec() {
    return ParamSpec::text("slot", "Slot", "h", "Name of the memory: what is put into a slot is what is taken from it.");
}

}  // namespace

// Softmax stands on one axis: the one it had, else the last feature axis, else the last position.
void threadSoftmax(ThreadContext& t) {
    Ids targets = t.mapped;
    if (t.fresh || targets.empty()) {
        const Ids channels = channelAxes(t.circuit, t.arriving);
        const Ids all = channels.empty() ? sampleAxes(t.circuit, t.arriving) : channels;
        targets = all.empty() ? Ids() : Ids{all.back()};
    }
    t.op.targetIn = t.op.targetOut = targets;
    t.leave(t.arriving);
}

OperationDescription transposedConvKind() {
    OperationDescription d;
    d.kind = "convT";
    d.rule = AxisRule::Window;
    d.title = "Transposed convolution";
    d.category = "Learned";
    d.doc = "The reverse wiring of a convolution: every position writes a window of the result, and windows that overlap add "
            "up. With a stride it makes images larger.";
    d.formula = "y_{o,si+du-p,sj+dv-p} += Σ_{c} *W*_{couv} x_{cij} + *b*_{o}";
    d.letter = "★^T";
    d.glyph = Glyph::TransposedConv;
    d.upsamples = true;
    d.params = {kernelSpec(2),
                ParamSpec::integer("s", "Stride", 2, 1, 255, "Distance between the windows of neighbouring positions.").withSymbol("s"),
                ParamSpec::integer("p", "Padding", 0, -1, 127, "Positions cut off on each side. -1 means same: d (k - 1)/2.").withSymbol("p"),
                dilationSpec(), biasSpec(), initSpec()};
    d.learned = true;
    d.aliases = {"upconv", "deconv"};
    d.idPrefix = "U";
    return d;
}

OperationDescription transposedLinearKind() {
    OperationDescription d;
    d.kind = "linearT";
    d.rule = AxisRule::Map;
    d.title = "Transposed linear map";
    d.category = "Learned";
    d.doc = "The weights of a linear map used the other way round: it reads what that map writes and writes what it reads. "
            "Shared with that map, or its own.";
    d.formula = "y_{i} = Σ_{j} *W*_{ji} x_{j} + *b*_{i}";
    d.letter = "*L*^T";
    d.glyph = Glyph::Chip;
    d.params = {biasSpec(), initSpec()};
    d.learned = true;
    d.learnedNumbers = [](const Circuit&, const Operation& op, const SizeCount& elements) -> long {
        const long in = elements(op.targetIn);
        const long out = elements(op.targetOut);
        if (in <= 0 || out <= 0) return -1;
        return (op.tie.empty() ? in * out : 0) + (operationParams(op).flag("bias") ? out : 0);
    };
    d.idPrefix = "LT";
    return d;
}

OperationDescription embeddingKind() {
    OperationDescription d;
    d.kind = "embed";
    d.rule = AxisRule::Own;
    d.title = "Embedding";
    d.category = "Learned";
    d.doc = "Looks up a learned row of numbers for every token. Numbers that are no tokens take the nearest one.";
    d.formula = "y_{xm} = *E*_{t_x,m}";
    d.letter = "*E*";
    d.glyph = Glyph::Chip;
    d.params = {ParamSpec::integer("tokens", "Tokens", 0, 0, 1'000'000,
                                   "How many different tokens there are; 0 takes the number from the type of the wire."),
                ParamSpec::choice("init", "Initial weights", "normal",
                                  {{"normal", "Normal, 1", "Standard normal: the default of PyTorch's embedding."},
                                   {"small_normal", "Normal, 0.02", "Normal with deviation 0.02, as language models use."}},
                                  "Distribution from which the rows are drawn before training.")
                    .isAdvanced()};
    d.learned = true;
    d.sizes = embeddingSizes;
    d.thread = threadEmbedding;
    d.learnedNumbers = embeddingNumbers;
    d.aliases = {"embedding"};
    d.idPrefix = "E";
    return d;
}

OperationDescription offsetKind() {
    OperationDescription d;
    d.kind = "offset";
    d.acts = true;
    d.title = "Learned offset";
    d.category = "Learned";
    d.doc = "Adds a learned number for each place of the axes that it reads: the position code of a sequence, or a bias.";
    d.formula = "y_{xm} = x_{xm} + *P*_{xm}";
    d.letter = "+*P*";
    d.glyph = Glyph::Box;
    d.params = {ParamSpec::number("std", "Initial deviation", 0.02, 0.0, 10.0, "Standard deviation of the numbers before training.").isAdvanced()};
    d.thread = threadOffset;
    d.learnedNumbers = [](const Circuit&, const Operation& op, const SizeCount& elements) {
        const long n = elements(op.targetIn);
        return n > 0 ? n : -1L;
    };
    d.aliases = {"positions"};
    d.idPrefix = "of";
    return d;
}

OperationDescription maskKind() {
    OperationDescription d;
    d.kind = "mask";
    d.acts = true;
    d.title = "Mask";
    d.category = "Pointwise and norm";
    d.doc = "Forbids pairs of places before a softmax: their value becomes so low that their share is zero. Lower: nothing sees "
            "what comes later (causal).";
    d.formula = "y_{ij} = x_{ij} |if| j ≤ i, |else| −∞";
    d.glyph = Glyph::Mask;
    d.params = {ParamSpec::choice("shape", "Shape", "lower",
                                  {{"lower", "Causal", "A place sees itself and what came before."},
                                   {"upper", "Reverse", "A place sees itself and what comes after."},
                                   {"band", "Band", "A place sees its neighbours up to the width."},
                                   {"block", "Blocks", "A place sees its own block of the width."}},
                                  "Which pairs are allowed."),
                ParamSpec::integer("width", "Width", 1, 0, 1'000'000, "Of the band to each side, or of a block.")
                    .when("shape", {"band", "block"})};
    d.sizes = maskSizes;
    d.thread = threadMask;
    d.idPrefix = "mk";
    return d;
}

OperationDescription scaleKind() {
    OperationDescription d;
    d.kind = "scale";
    d.title = "Scale";
    d.category = "Pointwise and norm";
    d.doc = "Every number times one that is not learned: a leak, a temperature.";
    d.formula = "y_{i} = β x_{i}";
    d.letter = "∗β";
    d.glyph = Glyph::Pointwise;
    d.params = {ParamSpec::number("factor", "Factor", 0.9, -1e6, 1e6, "What every number is multiplied by.").withSymbol("β")};
    d.aliases = {"leak"};
    d.idPrefix = "sc";
    return d;
}

OperationDescription spikeKind() {
    OperationDescription d;
    d.kind = "spike";
    d.title = "Spike";
    d.category = "Pointwise and norm";
    d.doc = "1 where the potential is above the threshold, else 0. Its derivative is zero or infinite, so errors pass through "
            "a smooth stand-in, 1/(1 + a|u - θ|)^2 (Zenke & Ganguli, 2018).";
    d.formula = "s_{i} = Θ(u_{i} − θ)";
    d.letter = "Θ";
    d.glyph = Glyph::Pointwise;
    d.params = {ParamSpec::number("threshold", "Threshold", 1.0, -1e6, 1e6, "Potential from which a unit spikes.").withSymbol("θ"),
                ParamSpec::number("slope", "Surrogate slope", 5.0, 0.01, 1000.0,
                                  "How narrow the stand-in for the derivative is; only training sees it.", ParamScale::Log)
                    .withSymbol("a")};
    d.idPrefix = "th";
    return d;
}

OperationDescription grabKind() {
    OperationDescription d;
    d.kind = "grab";
    d.rule = AxisRule::Own;
    d.title = "Take from a slot";
    d.category = "Repetition";
    d.doc = "Inside of a repeated group: what the last pass put into the slot, zeros in the first pass. Elsewhere: what is put "
            "into the slot anywhere.";
    d.formula = "x_{t} = h_{t−1}";
    d.letter = "h";
    d.glyph = Glyph::Slot;
    d.params = {slotSpec()};
    d.inputs = 0;
    d.slot = "slot";
    d.sizes = grabSizes;
    d.thread = threadGrab;
    d.idPrefix = "gr";
    return d;
}

OperationDescription dropKind() {
    OperationDescription d;
    d.kind = "drop";
    d.rule = AxisRule::Own;
    d.title = "Put into a slot";
    d.category = "Repetition";
    d.doc = "Keeps an array under the slot's name for whoever takes it.";
    d.formula = "h_{t} = x_{t}";
    d.letter = "h";
    d.glyph = Glyph::Slot;
    d.params = {slotSpec()};
    d.outputs = 0;
    d.slot = "slot";
    d.sizes = [](SizeContext&) {};
    d.idPrefix = "dr";
    return d;
}

}  // namespace lab
