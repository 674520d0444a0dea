#include "core/document/Experiment.h"

#include "core/circuit/Templates.h"
#include "core/rules/RuleDescription.h"

namespace lab {

const std::vector<ParamSpec>& arithmeticParams() {
    static const std::vector<ParamSpec> specs = {ParamSpec::choice(
        "products", "Products", "single",
        {{"single", "Single precision", "Operands and sums in single precision."},
         {"bf16", "bf16, sums in single",
          "Operands are rounded to bf16 (8 bits of mantissa), sums and weights stay in single precision. About twice as many products a "
          "second on processors with the instructions (AVX512-BF16); on others the same rounding, without the speed."}},
        "How the matrix products of dense layers read their operands. Convolutions and attention stay in single precision.")};
    return specs;
}

Experiment withRule(const Experiment& experiment, const std::string& ruleId) {
    Experiment out = experiment;
    const RuleDescription* rule = findRule(ruleId);
    if (rule == nullptr) return out;
    out.rule = rule->id;
    out.ruleParams.clear();
    out.optimizer = rule->optimizer;
    out.layerOptimizers.clear();
    out.schedule = rule->schedule;
    out.batch = rule->batch;
    out.epochs = rule->epochs;
    return out;
}

std::string suitableRule(const Experiment& experiment, const DataSchema& data) {
    const Result<std::unique_ptr<Network>> network = Network::compile(experiment.circuit, {data.shape, data.classes, data.parts});
    if (!network) return experiment.rule;
    const auto suits = [&](const RuleDescription& rule) {
        return rule.suits(experiment.circuit, **network, data, ParamSet(rule.params)).ok;
    };
    if (const RuleDescription* own = findRule(experiment.rule); own != nullptr && suits(*own)) return own->id;
    for (const RuleDescription& rule : ruleRegistry())
        if (suits(rule)) return rule.id;
    return experiment.rule;
}

namespace {

struct Recipe {
    const char* id;
    const char* title;
    const char* summary;
    const char* outcome;
    const char* rule;
    const char* circuit;
    bool image;           // Fashion-MNIST where it is installed, SEG7 otherwise
    const char* dataset;  // used where `image` is false
    std::vector<long> shape;
    int classes;
    int epochs;           // 0 = the rule's own recipe
};

// Outcomes are measured with this program (see the benchmark diary); they are what the gallery promises.
const std::vector<Recipe>& recipes() {
    static const std::vector<Recipe> list = {
        {"first", "Forward-Forward on clothes", "Two layers learn to give high goodness to pictures with their true label.",
         "Goodness of positives and negatives parts within seconds; test accuracy passes 80 % in the first epochs.",
         "forward-forward", "mlp:%in-500-500-%out", true, "", {}, 0, 0},
        {"duel-backprop", "The same circuit with backpropagation", "The yardstick: exact gradients through the whole network.",
         "About 87 to 88 % on Fashion-MNIST after a few epochs; the alignment view reads 1 in every layer.",
         "backprop", "mlp:%in-500-500-%out", true, "", {}, 0, 0},
        {"spirals", "Two spirals without a backward pass", "Every layer has a classifier of its own and hears nothing from above.",
         "The spirals come apart layer by layer: the second hidden layer classifies better than the first.",
         "mono-forward", "mlp:2-64-64-2", false, "spirals", {2}, 2, 60},
    };
    return list;
}

std::string filled(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at != std::string::npos) text.replace(at, from.size(), to);
    return text;
}

Experiment build(const Recipe& recipe, bool haveFashionMnist) {
    Experiment experiment;
    experiment.title = recipe.title;
    std::vector<long> shape = recipe.shape;
    int classes = recipe.classes;
    experiment.data.source = recipe.dataset;
    if (recipe.image) {
        if (!haveFashionMnist) experiment.title = filled(experiment.title, "clothes", "digits");
        experiment.data.source = haveFashionMnist ? "fashion-mnist" : "seg7";
        shape = haveFashionMnist ? std::vector<long>{1, 28, 28} : std::vector<long>{1, 12, 12};
        classes = 10;
    }
    long inputs = 1;
    for (const long d : shape) inputs *= d;
    const std::string text = filled(filled(recipe.circuit, "%in", std::to_string(inputs)), "%out", std::to_string(classes));
    if (Result<Circuit> circuit = parseShorthand(text, shape, classes)) experiment.circuit = *circuit;
    experiment = withRule(experiment, recipe.rule);
    if (recipe.epochs > 0) experiment.epochs = recipe.epochs;
    return experiment;
}

}  // namespace

Experiment firstExperiment(bool haveFashionMnist) { return build(recipes().front(), haveFashionMnist); }

std::vector<ExampleExperiment> exampleExperiments(bool haveFashionMnist) {
    std::vector<ExampleExperiment> out;
    for (const Recipe& recipe : recipes())
        out.push_back({recipe.id, recipe.title, recipe.summary, recipe.outcome, build(recipe, haveFashionMnist)});
    return out;
}

}  // namespace lab
