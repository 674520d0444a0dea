// What a network answers, and what its stages and parameters are called.
#include "core/network/NetworkCompiler.h"

#include <algorithm>

namespace lab {

// Of several inputs the one whose array has the shape of the result: that is what is rebuilt. With the same axes if there is
// one, else with the same number of values.
const ExecutionPlan::Input* NetworkCompiler::rebuiltInput() const {
    if (!m_state.several) return nullptr;
    const ArrayLayout& scores = m_state.layouts[static_cast<std::size_t>(m_state.stages.back().output)];
    const ExecutionPlan::Input* found = nullptr;
    for (const ExecutionPlan::Input& input : m_inputs) {
        const ArrayLayout layout = layoutOf(m_circuit, m_sizes, *m_circuit.wire(input.wire));
        if (layout.size() != scores.size()) continue;
        const bool same = std::equal(layout.dimensions.begin(), layout.dimensions.end(), scores.dimensions.begin(), scores.dimensions.end(),
                                     [](const ArrayLayout::Dimension& a, const ArrayLayout::Dimension& b) { return a.axis == b.axis; });
        if (same) return &input;
        if (found == nullptr) found = &input;
    }
    return found;
}

void NetworkCompiler::findOutput() {
    const int last = m_state.stages.back().output;
    m_state.scores = last;
    const Index size = m_state.arrays[static_cast<std::size_t>(last)].size;
    const Index inputs = m_state.arrays[static_cast<std::size_t>(m_state.input)].size;
    const ExecutionPlan::Input* rebuilt = rebuiltInput();
    bool classAxis = false;
    for (const ArrayLayout::Dimension& d : m_state.layouts[static_cast<std::size_t>(last)].dimensions)
        classAxis = classAxis || m_circuit.axis(d.axis)->role == AxisRole::Class;
    m_state.classes = m_options.classes > 0 ? m_options.classes : classAxis ? static_cast<int>(size) : 0;
    if (classAxis || (size == m_state.classes && size != inputs)) {
        m_state.task = Task::Classify;
        m_state.readout = size == m_state.classes;
    } else if (size == inputs || rebuilt != nullptr) {
        m_state.task = Task::Reconstruct;
        m_state.readout = true;
        if (size != inputs) m_state.target = rebuilt->offset;
    }
    m_state.stages.back().readout = m_state.readout;
}

void NetworkCompiler::nameStages() {
    for (std::size_t s = 0; s < m_state.stages.size(); ++s) {
        Stage& stage = m_state.stages[s];
        std::vector<std::string> learned;
        for (int i = stage.firstNode; i < stage.lastNode; ++i)
            if (findOperation(m_state.infos[static_cast<std::size_t>(i)].kind)->learned) learned.push_back(operation(i).id);
        const std::string number = std::to_string(s + 1);
        for (int b = stage.firstBlock; b < stage.lastBlock; ++b) {
            // Single maps are numbered by stage, as papers do; several in one stage go by their operation.
            const ParamBlock& block = m_state.store.block(b);
            const std::string suffix = block.name.substr(block.name.rfind('.') + 1);
            const bool ofMap = std::find(learned.begin(), learned.end(), block.operation) != learned.end();
            const std::string index =
                learned.size() == 1 && ofMap ? number : displayName(*m_circuit.operation(block.operation));
            std::string letter = block.weight ? "*W*" : "*b*";
            if (!block.title.empty())
                letter = block.title;
            else if (!ofMap)
                letter = suffix == "weight" ? "*g*" : suffix == "bias" ? "*b*" : suffix == "running_mean" ? "μ" : "σ^2";
            m_state.store.setTitle(b, letter + "_{" + index + "}");
        }
        if (learned.size() == 1) {
            stage.title = displayName(*m_circuit.operation(learned.front()));
            continue;
        }
        // A group that holds all of them, the smallest if several do.
        const Group* best = nullptr;
        for (const Group& group : m_circuit.groups) {
            const bool holds = std::all_of(learned.begin(), learned.end(), [&](const std::string& id) {
                return std::find(group.members.begin(), group.members.end(), id) != group.members.end();
            });
            if (holds && (best == nullptr || group.members.size() < best->members.size())) best = &group;
        }
        stage.title = best != nullptr && !best->title.empty()
                          ? plainLabel(best->title)
                          : displayName(*m_circuit.operation(learned.front())) + " to " +
                                displayName(*m_circuit.operation(learned.back()));
    }
}

}  // namespace lab
