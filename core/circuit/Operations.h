// The registry of operation kinds: what the palette offers, the form shows, the quick-add line understands, the file
// holds and the engine compiles. A kind is described here once and implemented by a kernel in core/network.
#pragma once

#include "core/circuit/Circuit.h"

#include <functional>

namespace lab {

// How a kind is drawn: the glyph vocabulary of the diagram grammar. The drawing code knows glyphs, not kinds.
enum class Glyph {
    Source, Sink, Chip, Conv, Window, Triangle, Circle, Pointwise, Copy, Add, Bar, Box, Unknown,
    Einsum,          // linear wiring without a box: cups, dots, crossings, read off the axes of the wires on both sides
    Mask,            // square over two axes; parameter "shape": lower, band, block
    Index,           // pentagon that points right and swallows the axis that it reads
    TransposedConv,  // as Conv, with a T
    Rename,          // no glyph: only the label of the axis changes
    Slot,            // state: the wire that it reads drops out below, the wire that it writes is grabbed from above; a
                     // kind that only reads is the dropping half, one that only writes the grabbing half
    Discard,         // the array ends in open rings
    Hexagon,         // an index map: gather, scatter
    Diamond,         // a choice among values: top k
    Composite        // a closed block: a solid with its title
};

// How the axes of the wires on both sides belong together: what size inference and editing need to know of a kind.
enum class AxisRule {
    Source,  // axes begin here
    Sink,    // axes end here
    Keep,    // the same axes leave, in the same order (pointwise, norm, softmax)
    Map,     // target axes are replaced by new ones of free size (linear)
    Window,  // position axes change by the window formula; a last target axis, if learned, is replaced (conv, pool)
    Merge,   // target axes become one whose size is their product
    Copy,    // every output has the input's axes
    Agree,   // all inputs and the output have the same axes (add)
    Own      // wiring of its own: the description says how (sizes, thread)
};

class SizeContext;    // SizeRules.h
class ThreadContext;  // Rethread.h

// Elements along these axes, 0 where a size is unknown.
using SizeCount = std::function<long(const std::vector<std::string>& axes)>;

struct OperationDescription {
    std::string kind;      // "linear"
    std::string title;     // "Linear map"
    std::string category;  // palette group: Learned, Pointwise and norm, Wiring, Windows, Ends
    std::string doc;       // what it computes, in one or two sentences
    std::string formula;   // index form in label markup
    std::string letter;    // default label inside the glyph
    Glyph glyph = Glyph::Box;
    AxisRule rule = AxisRule::Keep;
    bool acts = false;     // Keep: acts on target axes (norm, softmax) rather than on every number alone
    std::vector<ParamSpec> params;
    int inputs = 1;        // -1 = any number, at least leastInputs
    int outputs = 1;       // -1 = any number >= 2
    int leastInputs = 2;
    bool learned = false;
    std::vector<std::string> aliases;  // other words for the quick-add line: "relu" for pointwise fn=relu is a preset
    std::string idPrefix;  // ids of new operations: "L" gives L1, L2, ...
    std::map<std::string, std::string> letters;  // choice of "fn" -> letter in the glyph, where it is not the choice's name
    bool upsamples = false;  // Window: the sizes of the two sides change places (transposed convolution)
    bool normalises = false; // brings values to a common scale: rules that do so between layers leave it to the circuit then
    std::string slot;        // name of the parameter that holds a state slot; "" = the kind has none

    // AxisRule::Own. What inference learns from an operation, and the axes that it reads and writes after an edit.
    void (*sizes)(SizeContext&) = nullptr;
    void (*thread)(ThreadContext&) = nullptr;
    // Learned numbers beyond those of Map and Window; null = none but a gain. -1 while a size is unknown.
    long (*learnedNumbers)(const Circuit&, const Operation&, const SizeCount& elements) = nullptr;
};

// A palette tile or quick-add word: a kind with some parameters set ("relu" = pointwise fn=relu).
struct OperationPreset {
    std::string word;   // "relu", "conv", "maxpool", "bn"
    std::string title;  // "ReLU"
    std::string kind;
    std::map<std::string, ParamValue> args;
    std::string positional;  // parameter that a bare number after the word sets: "units" of linear, "channels" of conv
};

const std::vector<OperationDescription>& operationRegistry();
const std::vector<OperationPreset>& operationPresets();
// nullptr for unknown kinds.
const OperationDescription* findOperation(const std::string& kind);
// The operation's parameters with its args applied; bad args are left at their default (validation reports them).
ParamSet operationParams(const Operation& operation);

// The preset with this word, or the one whose kind has it as an alias; nullptr if there is none.
const OperationPreset* findPreset(const std::string& word);

// Window of conv and pool with defaults resolved: the same padding on both sides of every spatial dimension,
// size' = floor((size + 2 pad - dilation (kernel - 1) - 1) / stride) + 1; transposed the other way round:
// size' = (size - 1) stride - 2 pad + dilation (kernel - 1) + 1.
struct WindowGeometry {
    long kernel = 1;
    long stride = 1;
    long pad = 0;
    bool global = false;  // pool over all positions; the three numbers above have no meaning then
    long dilation = 1;    // distance between neighbouring taps
    bool transposed = false;

    long reach() const { return dilation * (kernel - 1) + 1; }  // positions from the first tap to the last
    long outputSize(long size) const;  // 0 or less: the window does not fit
    // The only size that gives `size`; 0 where there is none, or more than one.
    long inputSize(long size) const;
    bool keepsSize() const { return !global && stride == 1 && 2 * pad == reach() - 1; }
};
WindowGeometry windowGeometry(const Operation& operation);

// Plain text for messages and lists: the name without label markup, else the id. "*L*_{1}" -> "L1".
std::string plainLabel(const std::string& markup);
std::string displayName(const Operation& operation);
// What the glyph shows: the name, else the letter of the kind for these args ("*L*_+" with bias, "R" for relu).
std::string glyphLabel(const Operation& operation);

}  // namespace lab
