#include "app/window/Appraisal.h"

#include "core/network/Network.h"

namespace lab {

Appraisal appraise(const Experiment& experiment, const DataSchema& data) {
    Appraisal out;
    const Result<std::unique_ptr<Network>> network = Network::compile(experiment.circuit, {data.shape, data.classes, data.parts});
    if (!network) return out;
    out.weights = static_cast<long>((*network)->parameters().trainedCount());
    for (const RuleDescription& rule : ruleRegistry()) {
        const bool chosen = rule.id == experiment.rule;
        ParamSet params(rule.params);
        if (chosen) static_cast<void>(params.assign(experiment.ruleParams).ok());  // what does not fit keeps its default
        out.suits.push_back(rule.suits(experiment.circuit, **network, data, params));
        if (chosen && out.suits.back().ok) out.marks = rule.marks(experiment.circuit, **network, params);
    }
    return out;
}

}  // namespace lab
