// Live size inference on a circuit that may be unfinished or wrong, with blame: exactly one wire is marked for one
// mistake, together with fixes to choose from. Never runs the network.
#pragma once

#include "core/circuit/Circuit.h"
#include "core/data/Dataset.h"

namespace lab {

// One way out, as an edit that the editor can apply as one undo step.
struct Fix {
    std::string title;   // "Make L2 read 512"
    Circuit result;      // the circuit after the fix
};

struct Problem {
    enum class Severity { Error, Warning };
    Severity severity = Severity::Error;
    std::string code;       // stable: "LAB-SIZE-101"
    std::string message;    // "axis n is 512 on the left and 256 on the right"
    std::string hint;
    std::string wire;       // the one offending wire; may be empty
    std::string operation;  // the operation that refuses; may be empty
    std::string axis;
    long found = 0;         // sizes at the two ends of the wire, 0 = not a size conflict
    long wanted = 0;
    std::vector<Fix> fixes;
};

struct SizeSolution {
    std::map<std::string, long> size;         // axis id -> solved size (per dimension where dims >= 2)
    std::map<std::string, std::string> text;  // axis id -> what to print: the size, an open expression, or ""
    std::vector<Problem> problems;            // errors first; empty = may be trained

    bool ok() const;  // no problem of severity Error
    // Elements of one sample on this wire (batch axis left out); 0 if a size is unknown.
    long elements(const Circuit& circuit, const std::string& wire) const;
};

// `inputShape` and `classes` describe the data set: they give the sizes of the input's axes and of the class axis
// where the circuit leaves them open, and a problem where it does not agree. Pass empty shape / 0 to solve alone.
// `parts`: the arrays of a sample that consists of several; a problem names the input that none of them feeds.
SizeSolution solveSizes(const Circuit& circuit, const std::vector<long>& inputShape = {}, int classes = 0,
                        const std::vector<DataPart>& parts = {});

// Which array of the sample enters at which input, in the order of the circuit's operations.
struct InputFeed {
    std::string operation;
    int part = kWhole;
    static constexpr int kWhole = -1;    // the sample as it is
    static constexpr int kNothing = -2;  // no array is left for it
};
// An input takes the array of its name; inputs without one take the arrays that are left, in order. A single input that has no
// array's name reads the whole sample.
std::vector<InputFeed> feedInputs(const Circuit& circuit, const std::vector<DataPart>& parts);

// Shape of one sample on this wire in memory order: {features}, or {channels, height, width} where there are position
// axes. Channels come first whatever the drawing order; an image without a channel axis has one channel, a sequence
// height 1. Empty while a size is unknown.
std::vector<long> wireShape(const Circuit& circuit, const SizeSolution& sizes, const std::string& wire);

// Learned numbers of one operation / of the whole circuit (weights shared by `tie` count once); -1 while a size that
// it needs is unknown. Kinds without a known formula have none.
long parameterCount(const Circuit& circuit, const SizeSolution& sizes, const Operation& operation);
long parameterCount(const Circuit& circuit, const SizeSolution& sizes);

}  // namespace lab
