// Direct feedback alignment. A. Nokland: Direct feedback alignment provides learning in deep neural networks, NIPS (2016).
//
//   Z_l = H_{l-1} W_l^T + b_l,  H_l = s(Z_l)          H_l: B x d_l, W_l: d_l x d_{l-1}
//   e = (P - Y) / B                                    B x K
//   delta_l = (e B_l) (.) s'(Z_l)                      B_l: K x d_l fixed, uniform in +-sqrt(6 / d_l), l below the read-out
//   gW_l = delta_l^T H_{l-1};  the read-out has its own error e
//   sDFA: sign(P - Y) / B in place of e in the hidden layers
//
// e B_l stands for the error of the stage's output; inside the stage the vector-Jacobian product is exact, so a
// convolution with pooling or a residual block is one layer. In a linear network B_l := W_out ... W_{l+1} makes it
// backpropagation.
#include "core/rules/TorchSteps.h"
#include "core/rules/DirectFeedbackAlignment.h"

#include "core/math/Gemm.h"
#include "core/rules/FeedbackMap.h"
#include "core/rules/FeedForward.h"
#include "core/rules/ReadoutLoss.h"

#include <algorithm>

namespace lab {

namespace {

class DirectFeedbackAlignment final : public FeedForwardRule {
public:
    static constexpr int kWeightAngle = 2;
    static constexpr int kDeltaAngle = 3;
    using FeedForwardRule::commonChannels;

    explicit DirectFeedbackAlignment(const RuleInit& init)
        : FeedForwardRule(init, {0, -1, 1, 2, 3}),
          m_feedback(init.network, init.params.number("scale"), init.seed),
          m_signs(init.params.text("error") == "sign"),
          m_outputs(init.network.arrays()[static_cast<std::size_t>(init.network.scoresArray())].size),
          m_error(static_cast<std::size_t>(init.batch * m_outputs)) {
        m_dense = true;
        Index widest = 0;
        for (int l = 1; l < stageCount(); ++l) {
            m_dense = m_dense && stage(l).linearNode >= 0;
            widest = std::max(widest, layers()[static_cast<std::size_t>(l) - 1].width);
        }
        if (m_dense) {
            m_chain.resize(static_cast<std::size_t>(m_outputs * widest));
            m_chainNext.resize(m_chain.size());
        }
    }

    StepReport step(const Batch& batch, StepContext& context) override {
        const Index rows = batch.rows();
        const StepReport report = forwardPass(batch, context);
        const bool measured = context.step % kAngleEvery == 0;
        const bool deltas = measured && context.channels.wants(kDeltaAngle);
        if (deltas) keepTrueDeltas(rows, context);
        if (measured && m_dense && context.channels.wants(kWeightAngle)) publishWeightAngles(context);

        const Real* e = m_work.adjoint(m_network.scoresArray());
        const Index count = rows * m_outputs;
        const Real unit = Real(1) / static_cast<Real>(rows);
        for (Index i = 0; i < count; ++i)
            m_error[static_cast<std::size_t>(i)] = !m_signs ? e[i] : e[i] > 0 ? unit : e[i] < 0 ? -unit : Real(0);

        for (int l = stageCount() - 1; l >= 0; --l) {
            if (l + 1 < stageCount())
                m_feedback.project(context.pool, l, m_error.data(), rows, m_work.adjoint(stage(l).output));
            BackwardOptions options;
            options.gradient = m_gradient.of(stage(l));
            backwardStage(l, rows, options, context, deltas && l + 1 < stageCount() ? kDeltaAngle : -1);
            applyStage(l, context);
        }
        if (context.reads != nullptr) reportReads(*context.reads);
        return report;
    }

    ParamStore* ownParameters() override { return m_feedback.store().blocks().empty() ? nullptr : &m_feedback.store(); }
    std::size_t creditBytes() const override {
        return FeedForwardRule::creditBytes() + m_feedback.bytes() + m_error.size() * sizeof(Real);
    }

private:
    // Angle of B_l and the product W_out ... W_{l+1}, the map that carries the error in a linear network.
    void publishWeightAngles(StepContext& context) {
        const ParamStore& own = m_network.parameters();
        for (int l = stageCount() - 2; l >= 0; --l) {
            const ParamStore* store = nullptr;
            const int block = weightBlock(l + 1, &store);
            const Index out = own.block(block).shape[0], in = own.block(block).shape[1];
            if (l + 2 == stageCount()) {
                std::copy_n(own.data(block), out * in, m_chain.data());
            } else {
                gemm(context.pool, Transpose::No, Transpose::No, m_outputs, in, out, 1, m_chain.data(), out,
                     own.data(block), in, 0, m_chainNext.data(), in);
                m_chain.swap(m_chainNext);
            }
            context.channels.scalar(kWeightAngle, l,
                                    angleDegrees(m_chain.data(), m_feedback.store().data(l), m_outputs * in));
        }
    }

    void reportReads(std::vector<UpdateReads>& reads) const {
        for (int l = 0; l < stageCount(); ++l) {
            UpdateReads entry;
            entry.writes = stage(l).title;
            entry.layer = l;
            entry.reads = {"input of this layer", "activity of this layer, kept until the error arrives"};
            if (l + 1 == stageCount()) {
                entry.reads.push_back(m_network.task() == Task::Classify ? "label" : "input of the network");
            } else {
                entry.reads.push_back("error of the output");
                entry.reads.push_back("fixed feedback matrix of this layer");
                entry.localInSpace = false;
                entry.localInTime = false;
            }
            reads.push_back(std::move(entry));
        }
    }

    DirectFeedback m_feedback;
    bool m_signs;
    Index m_outputs;
    Buffer m_error;
    bool m_dense = false;
    Buffer m_chain, m_chainNext;
};

std::vector<Mark> marks(const Circuit&, const Network& network, const ParamSet&) {
    std::vector<Mark> list = endToEndMarks(network);
    const int last = static_cast<int>(network.stages().size()) - 1;
    const std::vector<std::string> top = learnedOperations(network, last);
    for (int l = last - 1; l >= 0; --l) {
        const std::vector<std::string> to = learnedOperations(network, l);
        if (top.empty() || to.empty()) continue;
        const std::string letter = "B_{" + std::to_string(l + 1) + "}";
        Mark feedback;
        feedback.kind = Mark::Kind::Feedback;
        feedback.operation = top.back();
        feedback.to = to.back();
        feedback.label = letter;
        feedback.layer = l;
        feedback.channel = "delta_angle";
        list.push_back(feedback);
        Mark fixed;
        fixed.kind = Mark::Kind::FixedMap;
        fixed.operation = to.back();
        fixed.label = letter;
        fixed.layer = l;
        fixed.channel = "weight_angle";
        list.push_back(fixed);
        Mark cut;
        cut.kind = Mark::Kind::Cut;
        cut.wire = network.arrays()[static_cast<std::size_t>(network.stages()[static_cast<std::size_t>(l)].output)].wire;
        cut.layer = l;
        list.push_back(cut);
    }
    return list;
}

std::vector<ChannelSpec> channels() {
    std::vector<ChannelSpec> list = DirectFeedbackAlignment::commonChannels();
    ChannelSpec weights;
    weights.id = "weight_angle";
    weights.title = "Angle of B and the way up";
    weights.symbol = "∠(*B*_l, *W*_L⋯*W*_{l+1})";
    weights.unit = "°";
    weights.doc =
        "Angle between the feedback matrix of a hidden layer and the product of the weights above it, as flat vectors "
        "(chains of dense layers only). Random matrices start at 90°. Every fiftieth step.";
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

RuleDescription describeDirectFeedbackAlignment() {
    RuleDescription d;
    d.id = "direct-feedback-alignment";
    d.aliases = {"dfa"};
    d.title = "Direct feedback alignment";
    d.family = "Feedback alignment";
    d.summary =
        "Every hidden layer receives the error of the output directly, through its own fixed random matrix. No error "
        "passes from layer to layer, so all layers can be updated at once as soon as the output is known.";
    d.source =
        "A. Nøkland: Direct feedback alignment provides learning in deep neural networks, NIPS (2016), arXiv:1609.01596";
    d.equations = {
        {"*Z*_l = *H*_{l−1} *W*_l^T + *b*_l,   *H*_l = s(*Z*_l)", "Forward through every layer.", "forward"},
        {"*e* = (*P* − *Y*)/B", "Error of the scores.", "feedback"},
        {"*δ*_l = (*e* *B*_l) ⊙ s'(*Z*_l)", "The same error, projected to every hidden layer at random.", "feedback"},
        {"Δ*W*_l ∝ −*δ*_l^T *H*_{l−1}", "Every weight: error of its unit times its input.", "feedback"},
    };
    d.params = {
        ParamSpec::choice("error", "Error sent back", "linear",
                          {{"linear", "Error", "The error of the scores as it is."},
                           {"sign", "Sign of the error", "Only its sign, one bit per class (sDFA)."}},
                          "What the hidden layers are told about the output.")
            .withSymbol("*e*"),
        ParamSpec::number("scale", "Feedback scale", 1.0, 0.01, 10.0,
                          "Factor on B, which is uniform in ±√(6/d). It matters for SGD; Adam divides it out.",
                          ParamScale::Log)
            .isAdvanced(),
    };
    d.channels = channels();
    d.phases = {{"forward", "Forward pass", "Activity from the input to the scores; all of it is kept."},
                {"feedback", "Direct feedback", "The error of the scores goes to every hidden layer at the same time."}};
    d.optimizer = {"adam", {{"rate", 1e-3}}};
    d.batch = 128;
    d.epochs = 10;
    d.local = false;
    d.objectiveIsLoss = true;
    d.costNote =
        "One forward pass, then two products per layer: a projection of the error (classes by width) and the weight "
        "gradient. One forward pass at inference.";
    d.suits = [](const Circuit&, const Network& network, const DataSchema&, const ParamSet&) {
        Suitability suits = needsReadout(network);
        if (suits.ok && network.stages().size() < 2)
            suits.notes.push_back("With a single layer no error is handed down: this is plain gradient descent.");
        return suits;
    };
    d.marks = marks;
    d.torch = torchDirectFeedbackAlignment;
    d.make = [](RuleInit init) -> std::unique_ptr<LearningRule> { return std::make_unique<DirectFeedbackAlignment>(init); };
    return d;
}

}  // namespace lab
