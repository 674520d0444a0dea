#include "core/rules/LocalStages.h"

#include "core/base/Assert.h"
#include "core/circuit/Operations.h"
#include "core/circuit/Templates.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

std::string numbered(const std::string& pattern, int layer) {
    std::string text;
    for (const char c : pattern) {
        if (c == '#')
            text += std::to_string(layer + 1);
        else
            text += c;
    }
    return text;
}

std::vector<std::string> trainedOperations(const Network& network, const Stage& stage) {
    std::vector<std::string> operations;
    for (int n = stage.firstNode; n < stage.lastNode; ++n) {
        const NodeInfo& node = network.nodes()[static_cast<std::size_t>(n)];
        if (std::any_of(node.blocks.begin(), node.blocks.end(),
                        [&](int b) { return network.parameters().block(b).trained; }))
            operations.push_back(node.operation);
    }
    return operations;
}

// A small perceptron for the same data, as a way out.
std::vector<Fix> offerPerceptron(const DataSchema& data) {
    std::vector<long> shape;
    for (const Index d : data.shape) shape.push_back(static_cast<long>(d));
    Result<Circuit> circuit = makeTemplate("mlp", shape, data.classes);
    if (!circuit) return {};
    return {Fix{"Use a multi-layer perceptron", std::move(circuit).value()}};
}

}  // namespace

std::vector<LocalStage> localStages(const Network& network) {
    std::vector<LocalStage> list;
    const std::vector<Stage>& stages = network.stages();
    const std::size_t count = stages.size() - (network.hasReadout() ? 1 : 0);
    for (std::size_t l = 0; l < count; ++l) {
        const Stage& stage = stages[l];
        LocalStage local;
        local.stage = static_cast<int>(l);
        local.title = stage.title;
        local.input = stage.input;
        local.output = stage.output;
        const ArrayInfo& out = network.arrays()[static_cast<std::size_t>(stage.output)];
        local.inputSize = network.arrays()[static_cast<std::size_t>(stage.input)].size;
        local.width = out.size;
        local.shape = out.shape;
        // Batch and layer norms belong to the map before them: a norm at the head of a stage is a length normaliser.
        for (int n = stage.firstNode; n < stage.lastNode; ++n) {
            const NodeInfo& node = network.nodes()[static_cast<std::size_t>(n)];
            if (findOperation(node.kind)->normalises) local.normalises = true;
            if (!node.blocks.empty() || local.normalises) break;
        }
        if (stage.linearNode >= 0) {
            const NodeInfo& node = network.nodes()[static_cast<std::size_t>(stage.linearNode)];
            LAB_ASSERT(!node.in.empty() && !node.blocks.empty());
            local.linearInput = node.in.front();
            local.weight = node.blocks.front();
            local.bias = node.blocks.size() > 1 ? node.blocks[1] : -1;
        }
        list.push_back(std::move(local));
    }
    return list;
}

bool beginsNormalised(const Network& network, const Stage& stage) {
    return stage.firstNode < stage.lastNode && findOperation(network.nodes()[static_cast<std::size_t>(stage.firstNode)].kind)->normalises;
}

std::vector<RuleLayer> ruleLayers(const std::vector<LocalStage>& stages) {
    std::vector<RuleLayer> layers;
    for (const LocalStage& s : stages) layers.push_back({s.title, s.stage, s.width, s.shape});
    return layers;
}

int firstWeight(const Network& network, int stage) {
    const Stage& s = network.stages()[static_cast<std::size_t>(stage)];
    for (int b = s.firstBlock; b < s.lastBlock; ++b)
        if (network.parameters().block(b).weight) return b;
    return -1;
}

Suitability suitsLocalRule(const Network& network, const DataSchema& data, const std::string& ruleTitle) {
    Suitability suits;
    if (network.task() != Task::Classify || network.classes() < 2) {
        suits.ok = false;
        suits.reason = ruleTitle + " learns from class labels, but this circuit ends in a reconstruction of its input.";
        suits.hint = "End the circuit with one score per class, or choose a rule that can learn to reconstruct.";
        suits.fixes = offerPerceptron(data);
        return suits;
    }
    const std::vector<LocalStage> stages = localStages(network);
    if (stages.empty()) {
        suits.ok = false;
        suits.reason = ruleTitle + " trains the layers below the read-out, but this circuit has none.";
        suits.hint = "Add a hidden layer, for example: linear 256 | relu.";
        suits.fixes = offerPerceptron(data);
        return suits;
    }
    if (stages.front().input != network.inputArray()) {
        suits.ok = false;
        suits.reason = ruleTitle + " feeds the first layer itself, but other operations stand between the input and '" +
                       stages.front().title + "'.";
        suits.hint = "Connect the input to the first learned operation, with nothing but a flatten or a norm between.";
        suits.fixes = offerPerceptron(data);
        return suits;
    }
    return suits;
}

int layerInTurn(double epoch, double plannedEpochs, int layers) {
    if (!(plannedEpochs > 0)) return layers - 1;
    const double share = std::floor(epoch * static_cast<double>(layers) / plannedEpochs);
    return std::clamp(static_cast<int>(share), 0, layers - 1);
}

std::vector<Mark> localMarks(const Circuit& circuit, const Network& network, const LocalMarks& style) {
    std::vector<Mark> marks;
    for (const LocalStage& local : localStages(network)) {
        const Stage& stage = network.stages()[static_cast<std::size_t>(local.stage)];
        const std::string wire = network.arrays()[static_cast<std::size_t>(local.output)].wire;
        const std::vector<std::string> operations = trainedOperations(network, stage);
        const std::string home = operations.empty() ? std::string() : operations.back();
        const Operation* reader = circuit.consumer(wire);

        Mark tap;
        tap.kind = Mark::Kind::Tap;
        tap.wire = wire;
        tap.label = numbered(style.tap, local.stage);
        tap.layer = local.stage;
        marks.push_back(tap);

        Mark loss;
        loss.kind = Mark::Kind::LocalLoss;
        loss.wire = wire;
        loss.operation = home;
        loss.label = "L_" + std::to_string(local.stage + 1);
        loss.formula = numbered(style.formula, local.stage);
        loss.layer = local.stage;
        loss.channel = style.channel;
        marks.push_back(loss);

        for (const std::string& operation : operations) {
            Mark writer;
            writer.kind = Mark::Kind::Writer;
            writer.operation = operation;
            writer.to = home;
            writer.label = "Δ*W*_" + std::to_string(local.stage + 1);
            writer.layer = local.stage;
            marks.push_back(writer);
        }

        Mark cut;
        cut.kind = Mark::Kind::Cut;
        cut.wire = wire;
        cut.to = reader != nullptr ? reader->id : std::string();
        cut.layer = local.stage;
        marks.push_back(cut);
    }
    return marks;
}

Mark readoutMark(const Network& network, const std::string& words) {
    Mark mark;
    mark.kind = Mark::Kind::Readout;
    mark.wire = network.arrays()[static_cast<std::size_t>(network.scoresArray())].wire;
    mark.label = words;
    return mark;
}

}  // namespace lab
