#include "core/document/Edit.h"

#include "core/base/Assert.h"

namespace lab {

// Everything of an experiment except the circuit. The circuit inside stays empty.
struct Edit::Settings {
    Experiment values;
};

namespace {

Experiment withoutCircuit(const Experiment& experiment) {
    Experiment out = experiment;
    out.circuit = Circuit();
    return out;
}

}  // namespace

Edit Edit::between(const Experiment& before, const Experiment& after, std::string title) {
    Edit edit;
    edit.m_title = std::move(title);
    edit.m_circuit = diff(before.circuit, after.circuit);
    Experiment first = withoutCircuit(before);
    Experiment second = withoutCircuit(after);
    if (!(first == second)) {
        edit.m_before = std::make_shared<Settings>(Settings{std::move(first)});
        edit.m_after = std::make_shared<Settings>(Settings{std::move(second)});
    }
    return edit;
}

bool Edit::empty() const { return m_circuit.empty() && m_after == nullptr; }

void Edit::apply(Experiment& experiment) const {
    Circuit circuit = std::move(experiment.circuit);
    experiment.circuit = Circuit();
    if (m_after != nullptr) {
        LAB_ASSERT(experiment == m_before->values);
        experiment = m_after->values;
    }
    const Result<void> patched = lab::apply(circuit, m_circuit);
    experiment.circuit = std::move(circuit);
    LAB_ASSERT(patched.ok());
}

Edit Edit::inverse() const {
    Edit edit;
    edit.m_title = m_title;
    edit.m_circuit = lab::inverse(m_circuit);
    edit.m_before = m_after;
    edit.m_after = m_before;
    return edit;
}

Edit Edit::followedBy(const Edit& later) const {
    // Only changes of settings are merged: typing into a field. Circuit edits are whole gestures.
    LAB_ASSERT(m_circuit.empty() && later.m_circuit.empty());
    Edit edit;
    edit.m_title = later.m_title;
    edit.m_before = m_before != nullptr ? m_before : later.m_before;
    edit.m_after = later.m_after != nullptr ? later.m_after : m_after;
    if (edit.m_before != nullptr && edit.m_before->values == edit.m_after->values) edit.m_before = edit.m_after = nullptr;
    return edit;
}

}  // namespace lab
