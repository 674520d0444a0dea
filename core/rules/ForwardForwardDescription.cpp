// What Forward-Forward says about itself: parameters, equations, channels, marks and the circuits that it can train.
#include "core/rules/TorchSteps.h"
#include "core/rules/ForwardForward.h"

#include <algorithm>

namespace lab {

namespace {

std::vector<ParamSpec> params() {
    return {
        ParamSpec::choice("goodness", "Goodness", "sum",
                          {{"sum", "Sum of squares", "Threshold near the width of the layer; ignores pairs that are solved."},
                           {"mean", "Mean of squares", "The sum with a temperature of the width: flatter, slower, keeps pulling."}},
                          "What is raised on real and lowered on contrastive samples.")
            .withSymbol("g"),
        ParamSpec::number("threshold_per_unit", "Threshold per unit", 1.0, 0.0, 100.0,
                          "Threshold of the summed goodness divided by the number of units: 1 means θ = width.")
            .withSymbol("θ/d")
            .withStep(0.1)
            .when("goodness", {"sum"})
            .isLive(),
        ParamSpec::number("threshold", "Threshold", 2.0, 0.0, 1000.0, "Threshold of the mean goodness.")
            .withSymbol("θ")
            .withStep(0.1)
            .when("goodness", {"mean"})
            .isLive(),
        ParamSpec::number("temperature", "Temperature", 1.0, 1e-3, 1e4,
                          "Divides the distance from the threshold: larger values make the sigmoid flatter.", ParamScale::Log)
            .withSymbol("T")
            .isLive(),
        ParamSpec::choice("negatives", "Negatives", "random",
                          {{"random", "Random wrong label", "Any label but the true one, all with the same probability."},
                           {"hard", "Hard", "Wrong labels that the softmax head finds likely (Hinton). Slower start, better end."},
                           {"shuffled", "Shuffled labels (flawed)",
                            "Labels permuted within the batch, as in a published program: about one negative in C carries the "
                            "true label and undoes what its positive taught. Watch the collision counter."}},
                          "Which label the contrastive copy of a sample carries."),
        ParamSpec::number("label_height", "Label height", 0.0, 0.0, 1000.0,
                          "Value that marks the label among the first C inputs, written after standardisation. 0 = the largest "
                          "value of the training data.")
            .withSymbol("v"),
        ParamSpec::choice("normaliser", "Between layers", "rms",
                          {{"rms", "Root mean square 1", "Rows of length √d: activity starts at the scale of the threshold."},
                           {"unit", "Length 1", "Rows of length 1: needs a learning rate some 30 times larger."},
                           {"none", "Nothing", "Upper layers can then read off the length and learn nothing new."}},
                          "How the length, which is the goodness that a layer has already used, is removed from what it passes "
                          "on. Layers with a length norm of their own in the circuit keep that one.")
            .withSymbol("N"),
        ParamSpec::choice("peer", "Peer normalisation", "none",
                          {{"none", "None", "Units are left alone."},
                           {"hinton", "Towards the mean", "Adds λ(m̄ − m_j) to the signal of every positive row."},
                           {"variance", "Variance loss", "Adds λ mean (m_j − m̄)^2 to the loss; d/0.2 times weaker for the same λ."}},
                          "Keeps units from falling silent or dominating, by their running mean activity m_j."),
        ParamSpec::number("peer_strength", "Peer strength", 0.03, 0.0, 1e4, "Weight of the peer term.", ParamScale::Log)
            .withSymbol("λ")
            .when("peer", {"hinton", "variance"})
            .isLive(),
        ParamSpec::boolean("peer_gated", "Gate the peer term", false,
                           "Sends the peer term through the derivative of the nonlinearity, so that silent units get none of it. "
                           "Always so in layers that are more than one linear map and a pointwise function.")
            .when("peer", {"hinton", "variance"})
            .isAdvanced(),
        ParamSpec::choice("skip_first", "Leave layer 1 out of the answer", "automatic",
                          {{"automatic", "With three layers or more", "Two-layer networks add up both layers."},
                           {"yes", "Yes", "As in Hinton's program."},
                           {"no", "No", "All layers are added up."}},
                          "Which layers' goodness is added up to answer.")
            .isAdvanced(),
        ParamSpec::choice("schedule", "Schedule", "joint",
                          {{"joint", "All layers together", "Every batch updates every layer."},
                           {"greedy", "One layer after the other", "Every layer gets the same share of the planned epochs."}},
                          "Whether all layers learn on every batch or one layer at a time.")
            .isAdvanced(),
        ParamSpec::boolean("head", "Softmax head", true,
                           "Trains a linear classifier on the normalised activity of the layers from the second on, with a neutral "
                           "label in the input. It never influences the layers, except by choosing hard negatives."),
        ParamSpec::number("head_rate", "Head learning rate", 0.01, 1e-6, 10.0,
                          "Learning rate of the head (momentum 0.9).", ParamScale::Log)
            .when("head", {"true"})
            .isAdvanced(),
        ParamSpec::integer("tried", "Labels tried", 0, 0, 1000,
                           "How many labels are tried on a sample to answer by goodness: those that the softmax head finds likeliest. "
                           "0 = all. Two cost at most three passes of the net instead of up to one pass per class, but the answer "
                           "differs where the head leaves out the label that would have won.")
            .when("head", {"true"})
            .isLive()
            .isAdvanced(),
        ParamSpec::number("head_decay", "Head weight decay", 0.003, 0.0, 1.0, "Weight decay of the head.")
            .when("head", {"true"})
            .isAdvanced(),
    };
}

ChannelSpec scalar(std::string id, std::string title, std::string symbol, std::string doc) {
    ChannelSpec c;
    c.id = std::move(id);
    c.title = std::move(title);
    c.symbol = std::move(symbol);
    c.doc = std::move(doc);
    return c;
}

std::vector<ChannelSpec> channels() {
    ChannelSpec loss = scalar("loss", "Local loss", "L_l", "Contrastive loss of this layer on the batch (with the peer term, where it is a loss).");
    loss.logarithmic = true;
    ChannelSpec goodness = scalar("goodness", "Goodness", "g_l", "Goodness of every positive and negative sample of the batch, with the threshold.");
    goodness.kind = ChannelKind::Distributions;
    goodness.positiveTitle = "positive";
    goodness.negativeTitle = "negative";
    ChannelSpec silent = scalar("silent_units", "Silent units", "", "Units whose activity is zero on every row of the batch.");
    silent.unit = "units";
    ChannelSpec peers = scalar("peer_means", "Mean activity of units", "m_j", "Running mean activity of the units, sorted (with peer normalisation).");
    peers.kind = ChannelKind::Values;
    peers.indexTitle = "unit, by activity";
    ChannelSpec headLoss = scalar("head_loss", "Loss of the head", "L_{|head|}", "Cross-entropy of the softmax head on the training batch.");
    headLoss.scope = ChannelScope::Network;
    headLoss.logarithmic = true;
    ChannelSpec headAccuracy = scalar("head_accuracy", "Accuracy of the head", "", "Share of the training batch that the softmax head gets right (0 to 1).");
    headAccuracy.scope = ChannelScope::Network;
    ChannelSpec streams = scalar("streams", "Positives and negatives", "", "Positives and negatives of the batch side by side; a negative that carries the true label is flagged.");
    streams.kind = ChannelKind::Images;
    streams.scope = ChannelScope::Network;
    // In the order of ForwardForward::Channel.
    return {loss, goodness,
            scalar("goodness_positive", "Goodness of positives", "g^+", "Mean goodness of the positive samples of the batch."),
            scalar("goodness_negative", "Goodness of negatives", "g^−", "Mean goodness of the negative samples of the batch."),
            scalar("pair_errors", "Pair errors", "", "Share of pairs in which the negative has at least the goodness of its positive."),
            scalar("separated", "Right side of the threshold", "", "Share of samples on their side of the threshold: accuracy of this layer at telling the streams apart."),
            scalar("saturated", "Saturated", "", "Share of samples that hardly move the weights any more, |p − t| < 0.001."),
            silent, peers, headLoss, headAccuracy, streams};
}

Suitability suits(const Circuit&, const Network& network, const DataSchema& data, const ParamSet& params) {
    Suitability result = suitsLocalRule(network, data, "Forward-Forward");
    if (!result.ok) return result;
    const Index inputs = network.inputSize();
    const Index classes = network.classes();
    if (classes >= inputs) {
        result.ok = false;
        result.reason = "Forward-Forward writes the label over the first " + std::to_string(classes) +
                        " inputs, but the data has only " + std::to_string(inputs) + ": nothing would be left to learn from.";
        result.hint = "Choose data with more inputs than classes, or a rule that does not paint labels, such as Mono-Forward.";
        return result;
    }
    if (4 * classes > inputs)
        result.notes.push_back("The label takes the place of " + std::to_string(classes) + " of the " + std::to_string(inputs) +
                               " inputs.");
    const std::vector<LocalStage> stages = localStages(network);
    const std::size_t layers = stages.size();
    if (std::all_of(stages.begin(), stages.end(), [](const LocalStage& s) { return s.shape.size() == 3; }))
        result.notes.push_back("The label stands at the edge of the image and convolutions see only what is near: the goodness of "
                               "most positions cannot depend on it. Put a hidden linear layer behind the convolutions, or read "
                               "the answer from the softmax head.");
    const bool head = params.flag("head") || params.text("negatives") == "hard";
    if (!head)
        result.notes.push_back("The circuit's read-out is not trained: the answer is the label with the largest goodness.");
    else if (layers <= 2)
        result.notes.push_back("The circuit's read-out is trained as the softmax head; the answer of the run is by goodness.");
    else
        result.notes.push_back("The circuit's read-out is not used: the softmax head reads all layers from the second on.");
    if (layers == 1) result.notes.push_back("With one layer, layer 1 alone gives the answer.");
    return result;
}

std::vector<Mark> marks(const Circuit& circuit, const Network& network, const ParamSet& params) {
    std::vector<Mark> list;
    Mark stream;
    stream.kind = Mark::Kind::Stream;
    stream.wire = network.arrays()[static_cast<std::size_t>(network.inputArray())].wire;
    stream.label = "σ = 2";
    stream.channel = "streams";
    list.push_back(stream);
    LocalMarks style;
    style.tap = params.text("goodness") == "mean" ? "G_# = |mean| *a*^2" : "G_# = Σ *a*^2";
    style.formula = "ζ(θ − G^+) + ζ(G^− − θ)";
    style.channel = "goodness";
    for (Mark& mark : localMarks(circuit, network, style)) list.push_back(std::move(mark));
    list.push_back(readoutMark(network, "the label with the largest goodness, summed over the layers"));
    return list;
}

}  // namespace

RuleDescription describeForwardForward() {
    RuleDescription d;
    d.id = "forward-forward";
    d.aliases = {"ff"};
    d.title = "Forward-Forward";
    d.family = "Forward-only";
    d.summary = "Two forward passes instead of a forward and a backward one: real samples carry their true label, contrastive "
                "samples a wrong one. Every layer raises its goodness, the sum of its squared activities, on the first and lowers it "
                "on the second. Nothing is sent back between layers.";
    d.source = "G. Hinton: The Forward-Forward Algorithm: Some Preliminary Investigations, arXiv 2212.13345 (2022)";
    d.equations = {
        {"*x*^+ = |paint|(*x*, y),  *x*^− = |paint|(*x*, c), c ≠ y", "The label is written over the first C inputs.", "positive"},
        {"*h*_l = φ(*W*_l N(*h*_{l−1}) + *b*_l)", "Each layer reads the direction of the activity below, not its length.", "positive"},
        {"g_l = Σ_j h_{lj}^2", "Goodness of the layer.", "positive"},
        {"p = σ((g_l − θ)/T)", "Probability that the sample is real.", "positive"},
        {"L_l = −1/2B (Σ_+ |log| p + Σ_− |log|(1 − p))", "Positives above the threshold, negatives below.", "negative"},
        {"*δ*_l = (p − t) *h*_l/(B T)", "Local error: no error of another layer enters. t = 1 for positives, 0 for negatives.", "negative"},
        {"Δ*W*_l ∝ −*δ*_l^T N(*h*_{l−1})", "Error of the unit times its input, both streams together.", "negative"},
    };
    d.params = params();
    d.channels = channels();
    d.phases = {{"positive", "Positive pass", "Samples with their true label: goodness shall rise."},
                {"negative", "Negative pass", "The same samples with a wrong label: goodness shall fall."}};
    d.optimizer = {"adam", {{"rate", 1e-3}}};
    d.schedule = {{"kind", std::string("second_half")}};
    d.batch = 128;
    d.epochs = 20;
    d.local = true;
    d.writesInput = true;
    d.sideBySide = true;
    d.sideBySideUpTo = 5e7;
    d.costNote = "Four products per layer and step (two streams forward, two in the gradient) and one more forward pass for the head; "
                 "backpropagation needs three. At inference one forward pass per class, or one in all through the head.";
    d.suits = suits;
    d.marks = marks;
    d.torch = torchForwardForward;
    d.make = [](RuleInit init) -> std::unique_ptr<LearningRule> { return std::make_unique<ForwardForward>(init); };
    return d;
}

}  // namespace lab
