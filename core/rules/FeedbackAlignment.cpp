// Feedback alignment. T. P. Lillicrap, D. Cownden, D. B. Tweed, C. J. Akerman: Random synaptic feedback weights support
// error backpropagation for deep learning, Nature Communications 7 (2016). Sign-symmetric feedback: Q. Liao, J. Z. Leibo,
// T. Poggio: How important is weight symmetry in backpropagation? AAAI (2016).
//
//   Z_l = H_{l-1} W_l^T + b_l,  H_l = s(Z_l)                     H_l: B x d_l, W_l: d_l x d_{l-1}
//   delta_L = (P - Y) / B                                         B x K
//   delta_l = (delta_{l+1} B_{l+1}) (.) s'(Z_l)                   B_{l+1}: d_{l+1} x d_l, the shape of W_{l+1}
//   gW_l = delta_l^T H_{l-1},  gb_l = column sums of delta_l
//
//   random  B fixed, uniform in +-sqrt(6 / (fan in + fan out))
//   uSF     B = c sign(W), c = sqrt(2 / (fan in + fan out))       standard deviation of such a draw
//   brSF    B = |M| (.) sign(W), M drawn anew every step          frSF: M drawn once
//
// A convolution is fed back by the transposed convolution with B's kernel. B := W makes it backpropagation.
#include "core/rules/TorchSteps.h"
#include "core/rules/FeedbackAlignment.h"

#include "core/rules/FeedbackMap.h"
#include "core/rules/FeedForward.h"

namespace lab {

namespace {

FeedbackKind kindOf(const std::string& name) {
    if (name == "usf") return FeedbackKind::UniformSign;
    if (name == "brsf") return FeedbackKind::FreshMagnitude;
    if (name == "frsf") return FeedbackKind::FixedMagnitude;
    return FeedbackKind::Random;
}

class FeedbackAlignment final : public FeedForwardRule {
public:
    static constexpr int kWeightAngle = 2;
    static constexpr int kDeltaAngle = 3;
    using FeedForwardRule::commonChannels;

    explicit FeedbackAlignment(const RuleInit& init)
        : FeedForwardRule(init, {0, -1, 1, 2, 3}),
          m_feedback(init.network, kindOf(init.params.text("feedback")), init.params.number("scale"), init.seed) {}

    StepReport step(const Batch& batch, StepContext& context) override {
        const StepReport report = forwardPass(batch, context);
        const bool measured = context.step % kAngleEvery == 0;
        const bool deltas = measured && context.channels.wants(kDeltaAngle);
        if (deltas) keepTrueDeltas(batch.rows(), context);

        const ParamStore& own = m_network.parameters();
        const Real* transport = m_feedback.transport(context.pool, own, context.step);
        for (int l = stageCount() - 1; l >= 0; --l) {
            if (measured && m_feedback.carries(l) && context.channels.wants(kWeightAngle))
                context.channels.scalar(kWeightAngle, l, m_feedback.angle(own, l));
            BackwardOptions options;
            options.gradient = m_gradient.of(stage(l));
            options.inputAdjoint = l > 0;
            options.transport = transport;
            backwardStage(l, batch.rows(), options, context, deltas && l + 1 < stageCount() ? kDeltaAngle : -1);
            applyStage(l, context);
        }
        if (context.reads != nullptr) reportReads(*context.reads);
        return report;
    }

    ParamStore* ownParameters() override { return m_feedback.store().blocks().empty() ? nullptr : &m_feedback.store(); }
    std::size_t creditBytes() const override { return FeedForwardRule::creditBytes() + m_feedback.bytes(); }

private:
    void reportReads(std::vector<UpdateReads>& reads) const {
        const bool signs = m_params.text("feedback") != "random";
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
                    entry.reads.push_back((signs ? "signs of the weights of " : "fixed feedback matrix of ") +
                                          stage(above).title);
                entry.localInSpace = false;
                entry.localInTime = false;
            }
            reads.push_back(std::move(entry));
        }
    }

    FeedbackWeights m_feedback;
};

std::vector<Mark> marks(const Circuit&, const Network& network, const ParamSet&) {
    std::vector<Mark> list = endToEndMarks(network);
    for (int l = static_cast<int>(network.stages().size()) - 1; l > 0; --l) {
        const std::vector<std::string> from = learnedOperations(network, l);
        const std::vector<std::string> to = learnedOperations(network, l - 1);
        if (from.empty() || to.empty()) continue;
        const std::string letter = "B_{" + std::to_string(l + 1) + "}";
        Mark feedback;
        feedback.kind = Mark::Kind::Feedback;
        feedback.operation = from.front();
        feedback.to = to.back();
        feedback.label = letter;
        feedback.layer = l - 1;
        feedback.channel = "delta_angle";
        list.push_back(feedback);
        Mark fixed;
        fixed.kind = Mark::Kind::FixedMap;
        fixed.operation = from.front();
        fixed.label = letter;
        fixed.layer = l;
        fixed.channel = "weight_angle";
        list.push_back(fixed);
    }
    return list;
}

std::vector<ChannelSpec> channels() {
    std::vector<ChannelSpec> list = FeedbackAlignment::commonChannels();
    ChannelSpec weights;
    weights.id = "weight_angle";
    weights.title = "Angle of W and B";
    weights.symbol = "∠(*W*_l, *B*_l)";
    weights.unit = "°";
    weights.doc =
        "Angle between the forward weights and the feedback weights of a layer, as flat vectors. Random matrices "
        "start at 90°; alignment means that it falls. Every fiftieth step.";
    list.push_back(weights);
    ChannelSpec deltas;
    deltas.id = "delta_angle";
    deltas.title = "Angle to the true error";
    deltas.symbol = "∠(*δ*_l, *δ*_l^{BP})";
    deltas.unit = "°";
    deltas.doc =
        "Angle between the error that arrives at a hidden layer and the one that backpropagation would bring, over the "
        "training batch. Below 90° the update goes downhill. Every fiftieth step.";
    list.push_back(deltas);
    return list;
}

}  // namespace

RuleDescription describeFeedbackAlignment() {
    RuleDescription d;
    d.id = "feedback-alignment";
    d.aliases = {"fa"};
    d.title = "Feedback alignment";
    d.family = "Feedback alignment";
    d.summary =
        "Backpropagation with the transposed weights of the way down replaced by fixed random matrices. The forward "
        "weights come to agree with the feedback, so the error becomes useful. Variants use the signs of the forward "
        "weights.";
    d.source =
        "T. P. Lillicrap, D. Cownden, D. B. Tweed, C. J. Akerman: Random synaptic feedback weights support error "
        "backpropagation for deep learning, Nature Communications 7, 13276 (2016), doi:10.1038/ncomms13276; sign symmetry: "
        "Q. Liao, J. Z. Leibo, T. Poggio: How important is weight symmetry in backpropagation? AAAI (2016), "
        "arXiv:1510.05067";
    d.equations = {
        {"*Z*_l = *H*_{l−1} *W*_l^T + *b*_l,   *H*_l = s(*Z*_l)", "Forward through every layer.", "forward"},
        {"*δ*_L = (*P* − *Y*)/B", "Error of the scores.", "backward"},
        {"*δ*_l = (*δ*_{l+1} *B*_{l+1}) ⊙ s'(*Z*_l)", "The error goes down through B, not through the transposed weights.",
         "backward"},
        {"Δ*W*_l ∝ −*δ*_l^T *H*_{l−1}", "Every weight: error of its unit times its input.", "backward"},
    };
    d.params = {
        ParamSpec::choice("feedback", "Feedback", "random",
                          {{"random", "Random", "B is drawn once and never changes (feedback alignment)."},
                           {"usf", "Sign, one magnitude", "B = c sign(W) with one magnitude c per layer (uSF)."},
                           {"brsf", "Sign, fresh magnitudes", "B = |M| sign(W) with M drawn anew every step (brSF)."},
                           {"frsf", "Sign, fixed magnitudes", "B = |M| sign(W) with M drawn once (frSF)."}},
                          "Where the weights of the way down come from.")
            .withSymbol("*B*"),
        ParamSpec::number("scale", "Feedback scale", 1.0, 0.01, 10.0,
                          "Factor on B. It matters for SGD; Adam divides it out.", ParamScale::Log)
            .isAdvanced(),
    };
    d.channels = channels();
    d.phases = {{"forward", "Forward pass", "Activity from the input to the scores; all of it is kept."},
                {"backward", "Backward pass", "The error goes down through B, one layer after the other."}};
    d.optimizer = {"adam", {{"rate", 1e-3}}};
    d.batch = 128;
    d.epochs = 10;
    d.local = false;
    d.objectiveIsLoss = true;
    d.costNote =
        "As backpropagation: one forward and one backward pass per step, plus one matrix B for every layer above the "
        "first; one forward pass at inference.";
    d.suits = [](const Circuit&, const Network& network, const DataSchema&, const ParamSet&) {
        Suitability suits = needsReadout(network);
        if (suits.ok && network.stages().size() < 2)
            suits.notes.push_back("With a single layer no error is handed down: this is plain gradient descent.");
        return suits;
    };
    d.marks = marks;
    d.torch = torchFeedbackAlignment;
    d.make = [](RuleInit init) -> std::unique_ptr<LearningRule> { return std::make_unique<FeedbackAlignment>(init); };
    return d;
}

}  // namespace lab
