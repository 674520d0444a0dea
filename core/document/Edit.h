// A change of the experiment as a value with an inverse. Undoing all edits gives back the same document, bit for bit.
#pragma once

#include "core/circuit/CircuitPatch.h"
#include "core/document/Experiment.h"

#include <memory>

namespace lab {

class Edit {
public:
    // The change that leads from `before` to `after`. Only what differs is held.
    static Edit between(const Experiment& before, const Experiment& after, std::string title);

    const std::string& title() const { return m_title; }
    bool empty() const;
    bool touchesCircuit() const { return !m_circuit.empty(); }
    // Asserts that `experiment` is in the state in which the edit was made (or, for the inverse, left it).
    void apply(Experiment& experiment) const;
    Edit inverse() const;
    // Merges a later edit of the same kind (typing into one field) into this one.
    Edit followedBy(const Edit& later) const;

private:
    struct Settings;  // everything of an experiment except the circuit
    std::string m_title;
    CircuitPatch m_circuit;
    std::shared_ptr<const Settings> m_before;  // null where the settings do not change
    std::shared_ptr<const Settings> m_after;
};

}  // namespace lab
