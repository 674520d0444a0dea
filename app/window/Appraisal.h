// What the rules make of a circuit: which can train it, what the chosen one would do to it, how many weights it has.
// Compiling a network takes a while for large circuits, so the window has this done in the background.
#pragma once

#include "core/document/Experiment.h"
#include "core/rules/RuleDescription.h"

#include <vector>

namespace lab {

struct Appraisal {
    std::vector<Suitability> suits;  // one per rule of the registry, in its order; empty: the circuit does not compile
    std::vector<Mark> marks;         // of the chosen rule; empty where it cannot train the circuit
    long weights = 0;                // that are trained by a gradient
};

// For data of the given shape (rows, columns, channels or features) with that many classes. Thread-safe.
Appraisal appraise(const Experiment& experiment, const DataSchema& data);

}  // namespace lab
