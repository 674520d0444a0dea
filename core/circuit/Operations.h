// The registry of operation kinds: what the palette offers, the form shows, the quick-add line understands, the file
// holds and the engine compiles. A kind is described here once and implemented by a kernel in core/network.
#pragma once

#include "core/circuit/Circuit.h"

namespace lab {

// How a kind is drawn: the glyph vocabulary of the diagram grammar. The drawing code knows glyphs, not kinds.
enum class Glyph {
    Source, Sink, Chip, Conv, Window, Triangle, Circle, Pointwise, Copy, Add, Bar, Box, Unknown
};

struct OperationDescription {
    std::string kind;      // "linear"
    std::string title;     // "Linear map"
    std::string category;  // palette group: Learned, Pointwise and norm, Wiring, Windows, Ends
    std::string doc;       // what it computes, in one or two sentences
    std::string formula;   // index form in label markup
    std::string letter;    // default label inside the glyph
    Glyph glyph = Glyph::Box;
    std::vector<ParamSpec> params;
    int inputs = 1;        // -1 = any number >= 2
    int outputs = 1;
    bool learned = false;
    std::vector<std::string> aliases;  // other words for the quick-add line: "relu" for pointwise fn=relu is a preset
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

}  // namespace lab
