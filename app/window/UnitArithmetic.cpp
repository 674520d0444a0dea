#include "app/window/UnitArithmetic.h"

#include "core/circuit/Operations.h"
#include "core/network/Network.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr std::size_t kTerms = 8;

}  // namespace

Result<UnitSum> unitSum(const Experiment& experiment, const PreparedData& data, const Trainer::Checkpoint& weights,
                        const std::string& operation, Index unit, Index sample) {
    const Operation* op = experiment.circuit.operation(operation);
    const std::string title = op == nullptr ? operation : displayName(*op);
    CompileOptions compile;
    compile.inputShape = data.schema.shape;
    compile.classes = data.schema.classes;
    compile.parts = data.schema.parts;
    Result<std::unique_ptr<Network>> compiled = Network::compile(experiment.circuit, compile);
    if (!compiled) return compiled.error();
    Network& network = **compiled;
    ParamStore& parameters = network.parameters();
    if (weights.network.size() != static_cast<std::size_t>(parameters.size()))
        return Error{"LAB-UNIT-102", "the weights belong to another circuit.", title, "Wait until the run has begun anew."};
    std::copy(weights.network.begin(), weights.network.end(), parameters.data());

    // A weight for every pair of an input and an output, whatever the kind is called.
    int matrix = -1, bias = -1, from = -1, to = -1;
    for (const NodeInfo& node : network.nodes()) {
        if (node.operation != operation || node.in.size() != 1 || node.out.size() != 1) continue;
        const Index in = network.arrays()[static_cast<std::size_t>(node.in[0])].size;
        const Index out = network.arrays()[static_cast<std::size_t>(node.out[0])].size;
        for (const int b : node.blocks) {
            const ParamBlock& block = parameters.block(b);
            if (block.weight && block.shape.size() == 2 && block.shape[0] == out && block.shape[1] == in) matrix = b;
            if (!block.weight && block.trained && block.shape.size() == 1 && block.shape[0] == out) bias = b;
        }
        from = node.in[0];
        to = node.out[0];
        break;
    }
    if (matrix < 0)
        return Error{"LAB-UNIT-101", title + " has no weight for every pair of an input and an output.", title,
                     "Ask a linear map: its units are sums over all that it reads."};
    const Samples& samples = data.test.count() > 0 ? data.test : data.train;
    if (samples.count() < 1) return Error{"LAB-UNIT-103", "the data have no samples.", data.schema.id, "Widen the subset."};

    UnitSum out;
    out.title = title;
    out.units = parameters.block(matrix).shape[0];
    out.inputs = parameters.block(matrix).shape[1];
    out.samples = samples.count();
    out.unit = std::clamp<Index>(unit, 0, out.units - 1);
    out.sample = std::clamp<Index>(sample, 0, out.samples - 1);
    out.step = weights.step;
    if (!samples.y.empty()) {
        const int label = samples.y[static_cast<std::size_t>(out.sample)];
        const auto& names = data.schema.classNames;
        out.className = label >= 0 && static_cast<std::size_t>(label) < names.size() ? names[static_cast<std::size_t>(label)] : std::to_string(label);
    }

    Pool pool(1);
    Workspace work = network.makeWorkspace(1, false);
    Buffer scratch;
    network.setInput(work, ConstMatrixMap(samples.block(out.sample, 1, scratch), 1, samples.width()));
    if (const std::optional<Error> unread = samples.failure()) return *unread;
    network.evaluate(pool, work, 1, 0, static_cast<int>(network.stages().size()));
    const Real* x = work.value(from);
    const Real* w = parameters.data(matrix) + out.unit * out.inputs;
    std::vector<UnitTerm> terms(static_cast<std::size_t>(out.inputs));
    for (Index i = 0; i < out.inputs; ++i) {
        UnitTerm& t = terms[static_cast<std::size_t>(i)];
        t = {i, static_cast<double>(w[i]), static_cast<double>(x[i])};
        out.sum += t.product();
    }
    out.hasBias = bias >= 0;
    if (out.hasBias) out.bias = static_cast<double>(parameters.data(bias)[out.unit]);
    out.sum += out.bias;
    out.computed = static_cast<double>(work.value(to)[out.unit]);
    std::stable_sort(terms.begin(), terms.end(), [](const UnitTerm& a, const UnitTerm& b) { return std::abs(a.product()) > std::abs(b.product()); });
    for (std::size_t i = kTerms; i < terms.size(); ++i) out.rest += terms[i].product();
    out.restCount = static_cast<Index>(terms.size() > kTerms ? terms.size() - kTerms : 0);
    terms.resize(std::min(terms.size(), kTerms));
    out.terms = std::move(terms);
    return out;
}

}  // namespace lab
