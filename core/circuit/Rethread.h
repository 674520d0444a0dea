// Keeps axes in step with wiring: after an edit that changed who reads what, every operation downstream gets the axes
// that now arrive, and makes its own anew only where it must. Shared by all edits.
#pragma once

#include "core/circuit/Circuit.h"

#include <set>

namespace lab {

// Axes of a sample: all but batch, stream and phase.
std::vector<std::string> sampleAxes(const Circuit& circuit, const std::vector<std::string>& axes);
// Those that windows slide over, and the rest.
std::vector<std::string> positionAxes(const Circuit& circuit, const std::vector<std::string>& axes);
std::vector<std::string> channelAxes(const Circuit& circuit, const std::vector<std::string>& axes);

// Adds an axis with a fresh id and a name made of `letter` and the id's number; returns the id.
std::string newAxis(Circuit& circuit, const std::string& letter, AxisRole role, const std::string& size, int dims = 1);

// The circuit's batch axis; added where there is none.
std::string newBatchAxis(Circuit& circuit);

// What a description's own rule sees of an operation whose wires or arguments changed: it sets target.in and target.out
// and says what leaves. Invariants hold afterwards: what is in target.out leaves on some wire.
class ThreadContext {
public:
    Circuit& circuit;
    Operation& op;
    bool fresh = false;                 // new in this edit: no targets yet
    std::vector<std::string> arriving;  // axes of its first wire, the batch included
    std::vector<std::string> mapped;    // its target.in under the names that arrive now

    // The axes of all outputs, or of one.
    void leave(const std::vector<std::string>& axes);
    void leave(std::size_t output, const std::vector<std::string>& axes);
};

// `after` is `before` with operations added, removed or rewired. New operations have no target.in; those that make axes
// hold them in target.out (a convolution: the channel axis alone). Operations that did not change and whose input did
// not change are left alone, mistakes included. `dirty` names operations whose arguments or outputs changed.
void rethread(Circuit& after, const Circuit& before, const std::set<std::string>& dirty = {});

// Drops what nothing refers to any more: axes that were used before, members of groups, empty groups, ties and hints.
void tidyReferences(Circuit& after, const Circuit& before);

}  // namespace lab
