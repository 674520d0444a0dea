// Backpropagation. D. E. Rumelhart, G. E. Hinton, R. J. Williams: Learning representations by back-propagating errors,
// Nature 323 (1986).
//
//   Z_l = H_{l-1} W_l^T + b_l,  H_l = s(Z_l)                  forward, l = 1..L     H_l: B x d_l, W_l: d_l x d_{l-1}
//   delta_L = (P - Y) / B                                      P = softmax(Z_L), Y one-hot, both B x K
//   delta_l = (delta_{l+1} W_{l+1}) (.) s'(Z_l)                backward, l = L-1..1  B x d_l
//   dL/dW_l = delta_l^T H_{l-1},  dL/db_l = column sums of delta_l
//
// For a reconstruction the loss is half the squared error, summed over features: delta_L = (output - X) / B.
// The error of stage l is formed by the exact vector-Jacobian product of stage l + 1, so any circuit can be trained.
#include "core/rules/TorchSteps.h"
#include "core/rules/Backprop.h"

#include "core/rules/FeedForward.h"

namespace lab {

namespace {

class Backprop final : public FeedForwardRule {
public:
    using FeedForwardRule::commonChannels;
    explicit Backprop(const RuleInit& init) : FeedForwardRule(init, {0, 1, 2, 3, 4}) {}

    StepReport step(const Batch& batch, StepContext& context) override {
        const StepReport report = forwardPass(batch, context);
        for (int l = stageCount() - 1; l >= 0; --l) {
            BackwardOptions options;
            options.gradient = m_gradient.of(stage(l));
            options.inputAdjoint = l > 0;  // nobody reads the error of the data
            backwardStage(l, batch.rows(), options, context);
            // Once its error has been handed down a stage is not read again in this step: updating it at once, while its
            // gradient is in the cache, gives the same bits as updating all stages at the end.
            applyStage(l, context);
        }
        if (context.reads != nullptr) reportReads(*context.reads);
        return report;
    }

private:
    void reportReads(std::vector<UpdateReads>& reads) const {
        for (int l = 0; l < stageCount(); ++l) {
            UpdateReads entry;
            entry.writes = stage(l).title;
            entry.layer = l;
            entry.reads = {"input of this layer", "activity of this layer, kept until the error arrives"};
            if (l + 1 == stageCount()) {
                entry.reads.push_back(m_network.task() == Task::Classify ? "label" : "input of the network");
            } else {
                entry.reads.push_back("error of " + stage(l + 1).title);
                for (int above = l + 1; above < stageCount(); ++above)
                    entry.reads.push_back("weights of " + stage(above).title);
                entry.localInSpace = false;
                entry.localInTime = false;
            }
            reads.push_back(std::move(entry));
        }
    }
};

std::vector<Mark> marks(const Circuit&, const Network& network, const ParamSet&) {
    std::vector<Mark> list = endToEndMarks(network);
    for (int l = static_cast<int>(network.stages().size()) - 1; l > 0; --l) {
        const std::vector<std::string> from = learnedOperations(network, l);
        const std::vector<std::string> to = learnedOperations(network, l - 1);
        if (from.empty() || to.empty()) continue;
        Mark feedback;
        feedback.kind = Mark::Kind::Feedback;
        feedback.operation = from.front();
        feedback.to = to.back();
        feedback.label = "*W*_{" + std::to_string(l + 1) + "}^T";
        feedback.layer = l - 1;
        list.push_back(feedback);
    }
    return list;
}

}  // namespace

RuleDescription describeBackprop() {
    RuleDescription d;
    d.id = "backprop";
    d.aliases = {"bp", "backpropagation"};
    d.title = "Backpropagation";
    d.family = "Backpropagation";
    d.summary =
        "The exact gradient of one loss at the output, carried down through the transposed weights of every layer. "
        "The reference for accuracy and speed. It needs symmetric feedback weights, a separate backward pass and the "
        "activity of all layers kept until the error arrives.";
    d.source =
        "D. E. Rumelhart, G. E. Hinton, R. J. Williams: Learning representations by back-propagating errors, "
        "Nature 323, 533-536 (1986), doi:10.1038/323533a0";
    d.equations = {
        {"*Z*_l = *H*_{l−1} *W*_l^T + *b*_l,   *H*_l = s(*Z*_l)", "Forward through every layer; B samples are the rows.",
         "forward"},
        {"L = −1/B Σ |log| p_y", "Cross-entropy of the softmax of the scores; half the squared error for a reconstruction.",
         "forward"},
        {"*δ*_L = (*P* − *Y*)/B", "Error of the scores: probabilities minus the one-hot label.", "backward"},
        {"*δ*_l = (*δ*_{l+1} *W*_{l+1}) ⊙ s'(*Z*_l)", "The error goes down through the transposed weights.", "backward"},
        {"∂L/∂*W*_l = *δ*_l^T *H*_{l−1}", "Every weight: error of its unit times its input.", "backward"},
    };
    d.channels = Backprop::commonChannels();
    d.phases = {{"forward", "Forward pass", "Activity from the input to the scores; all of it is kept."},
                {"backward", "Backward pass", "The error from the scores to the first layer, one layer after the other."}};
    d.optimizer = {"adam", {{"rate", 1e-3}}};
    d.batch = 128;
    d.epochs = 10;
    d.local = false;
    d.objectiveIsLoss = true;
    d.costNote =
        "One forward and one backward pass per step (three products per layer, two for the first); one forward pass "
        "at inference. Keeps the activity of all layers.";
    d.suits = [](const Circuit&, const Network& network, const DataSchema&, const ParamSet&) {
        return needsReadout(network);
    };
    d.marks = marks;
    d.torch = torchBackprop;
    d.make = [](RuleInit init) -> std::unique_ptr<LearningRule> { return std::make_unique<Backprop>(init); };
    return d;
}

}  // namespace lab
