// What Cascaded-Forward says about itself: parameters, equations, channels, marks and the circuits that it can train.
#include "core/rules/CascadedForward.h"

namespace lab {

namespace {

std::vector<ParamSpec> params() {
    return {
        ParamSpec::choice("blocks", "Blocks", "dfa",
                          {{"dfa", "Trained by feedback alignment",
                            "For some epochs the error of a classifier on the last block is sent to every block by a fixed random "
                            "matrix; then the blocks are frozen and the predictors are trained."},
                           {"random", "Random and fixed", "Only the predictors are ever trained."}},
                          "Where the features come from."),
        ParamSpec::integer("block_epochs", "Epochs for the blocks", 5, 1, 100000,
                           "Epochs of feedback alignment before the blocks are frozen. Where the plan is not longer than this, its "
                           "first half.")
            .withUnit("epochs")
            .when("blocks", {"dfa"}),
        ParamSpec::choice("predictor", "Predictors", "cross_entropy",
                          {{"cross_entropy", "Cross-entropy", "Softmax regression by the optimiser."},
                           {"ridge", "Least squares, closed form", "Solved once, after the first epoch with fixed blocks; no rate."},
                           {"sparsemax", "Sparsemax loss", "As cross-entropy, but unlikely classes get exactly no weight."}},
                          "What each block's predictor is fitted to."),
        ParamSpec::number("ridge", "Ridge", 10.0, 1e-9, 1e9,
                          "Penalty on the squared predictor, against sums over all samples; must be positive.", ParamScale::Log)
            .withSymbol("λ")
            .when("predictor", {"ridge"}),
        ParamSpec::choice("sum", "Summed quantity", "scores",
                          {{"scores", "Scores", "Raw outputs of the predictors."},
                           {"probabilities", "Probabilities", "Softmax of the outputs (sparsemax with that loss): one vote a block."}},
                          "What is added up over the blocks to answer."),
        ParamSpec::integer("fit_samples", "Samples for standardisation", 10000, 0, 1000000000,
                           "Training samples from which mean and variance of the features are taken when the blocks are frozen; "
                           "0 = all.")
            .isAdvanced(),
    };
}

ChannelSpec scalar(std::string id, std::string title, std::string symbol, std::string doc, ChannelScope scope) {
    ChannelSpec c;
    c.id = std::move(id);
    c.title = std::move(title);
    c.symbol = std::move(symbol);
    c.doc = std::move(doc);
    c.scope = scope;
    return c;
}

std::vector<ChannelSpec> channels() {
    // In the order of CascadedForward::Channel.
    std::vector<ChannelSpec> list = {
        scalar("loss", "Loss of the predictor", "L_k", "Loss of this block's predictor on the training batch, once the blocks are frozen.",
               ChannelScope::Layer),
        scalar("layer_accuracy", "Accuracy of the predictor", "", "Share of the training batch that this block's predictor gets right (0 to 1).",
               ChannelScope::Layer),
        scalar("ensemble_accuracy", "Accuracy of all predictors", "", "Share of the training batch that the sum of the predictors gets right (0 to 1).",
               ChannelScope::Network),
        scalar("auxiliary_loss", "Loss of the auxiliary classifier", "L_O", "Cross-entropy of the classifier on the last block, while the blocks are trained.",
               ChannelScope::Network),
        scalar("auxiliary_accuracy", "Accuracy of the auxiliary classifier", "", "Share of the training batch that it gets right (0 to 1).",
               ChannelScope::Network)};
    list[CascadedForward::kLoss].logarithmic = true;
    list[CascadedForward::kAuxiliaryLoss].logarithmic = true;
    return list;
}

Suitability suits(const Circuit&, const Network& network, const DataSchema& data, const ParamSet& params) {
    Suitability result = suitsLocalRule(network, data, "Cascaded-Forward");
    if (!result.ok) return result;
    if (params.text("predictor") == "ridge")
        for (const LocalStage& stage : localStages(network))
            if (stage.width > kRidgeMostFeatures) {
                result.ok = false;
                result.reason = "The closed-form predictor solves a system as large as the features, and '" + stage.title + "' has " +
                                std::to_string(stage.width) + " of them; the limit is " + std::to_string(kRidgeMostFeatures) + ".";
                result.hint = "Choose predictor = cross_entropy, or make the layer smaller, for example by pooling.";
                return result;
            }
    result.notes.push_back("The circuit's own read-out is not trained: every block answers through a predictor of its own.");
    return result;
}

std::vector<Mark> marks(const Circuit& circuit, const Network& network, const ParamSet& params) {
    const bool trained = params.text("blocks") == "dfa";
    const std::string& predictor = params.text("predictor");
    LocalMarks style;
    style.tap = "*F*_#";
    style.formula = predictor == "ridge"       ? "‖*F*_# *P*_# − *Y*‖^2 + λ‖*P*_#‖^2"
                    : predictor == "sparsemax" ? "|sparsemax| loss of *F*_# *P*_#"
                                               : "−|log| |softmax|(*F*_# *P*_#)_y";
    style.channel = "loss";
    std::vector<Mark> list;
    std::string top;  // last learned operation: where the error of the auxiliary classifier starts
    for (const Mark& mark : localMarks(circuit, network, style))
        if (mark.kind == Mark::Kind::Writer) top = mark.operation;
    const int last = static_cast<int>(localStages(network).size()) - 1;
    for (Mark& mark : localMarks(circuit, network, style)) {
        if (mark.kind == Mark::Kind::Writer && !trained) mark.kind = Mark::Kind::Frozen;
        const bool fed = mark.kind == Mark::Kind::Writer && mark.layer < last;
        if (fed) {
            Mark feedback;
            feedback.kind = Mark::Kind::Feedback;
            feedback.operation = top;
            feedback.to = mark.operation;
            feedback.label = "*B*_" + std::to_string(mark.layer + 1);
            feedback.layer = mark.layer;
            list.push_back(feedback);
            Mark map = feedback;
            map.kind = Mark::Kind::FixedMap;
            map.operation = mark.operation;
            map.to.clear();
            list.push_back(map);
        }
        list.push_back(std::move(mark));
    }
    list.push_back(readoutMark(network, "largest sum of the predictors' outputs"));
    return list;
}

}  // namespace

RuleDescription describeCascadedForward() {
    RuleDescription d;
    d.id = "cascaded-forward";
    d.aliases = {"cafo", "cascadedforward"};
    d.title = "Cascaded-Forward";
    d.family = "Forward-only";
    d.summary = "A stack of feature blocks, each with a linear predictor of its own; the predictors' outputs are added up. The blocks "
                "stay random, or are trained for a few epochs by direct feedback alignment and then frozen. The predictors are "
                "independent of each other and need no negative data.";
    d.source = "G. Zhao, T. Wang, Y. Li, Y. Jin, C. Lang, H. Ling: The Cascaded Forward Algorithm for Neural Network Training, "
               "arXiv 2303.09728 (2023)";
    d.equations = {
        {"*F*_k = |block|_k(*F*_{k−1})", "Features of block k.", "blocks"},
        {"*E* = (|softmax|(*F*_K *O*^T) − *Y*)/B", "Error of a classifier on the last block, while blocks are trained.", "blocks"},
        {"∂*F*_k = *E* *B*_k,   ∂*F*_K = *E* *O*", "Sent to every block by a fixed random matrix, then through that block only.", "blocks"},
        {"*S*_k = *F*_k *P*_k", "Scores of block k from its standardised features.", "predictors"},
        {"∂*P*_k = *F*_k^T (|softmax|(*S*_k) − *Y*)/B", "Cross-entropy; the sparsemax loss has sparsemax in its place.", "predictors"},
        {"*P*_k = (*F*_k^T *F*_k + λ*I*)^{−1} *F*_k^T *Y*", "Least squares: solved at once.", "predictors"},
        {"ŷ = |argmax| Σ_k *S*_k", "The answer.", "predictors"},
    };
    d.params = params();
    d.channels = channels();
    d.phases = {{"blocks", "Block training", "Feedback alignment trains the blocks; predictors wait."},
                {"predictors", "Predictor training", "Blocks are frozen; each predictor learns alone."}};
    d.optimizer = {"adam", {{"rate", 1e-3}}};
    d.batch = 128;
    d.epochs = 10;
    d.local = false;
    d.sideBySide = true;
    d.sideBySideUpTo = 5e7;
    d.costNote = "Predictor epochs cost one forward pass and two thin products per block. Block epochs cost backpropagation minus the "
                 "products that carry the error down. One forward pass at inference.";
    d.suits = suits;
    d.marks = marks;
    d.make = [](RuleInit init) -> std::unique_ptr<LearningRule> { return std::make_unique<CascadedForward>(init); };
    return d;
}

}  // namespace lab
