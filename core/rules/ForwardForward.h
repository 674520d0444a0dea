// Forward-Forward, supervised: real samples carry their true label, contrastive ones a wrong label; every layer learns to
// be active for the first and quiet for the second.
//
//   X+ = paint(x, y),  X- = paint(x, c-)                        (B x d_0 each, stacked to 2B rows)
//   x^_1 = N(X),  h_l = stage l of x^_l (2B x d_l),  x^_{l+1} = N(h_l)     N deletes the length (LengthNorm.h)
//   g_i = sum_j h_ij^2   or the mean over j;   p_i = sigma((g_i - theta)/T)      (Goodness.h)
//   L_l = (1/2B) [ sum_pos softplus(-(g - theta)/T) + sum_neg softplus((g - theta)/T) ]
//   dL/dh_ij = (p_i - t_i) h_ij / (B T)     (mean: divided by d);  the stage's exact derivative gives dW_l, db_l
//   peer term on positive rows: PeerNorm.h
//   answer: argmax_c sum_{l >= l0} g_l(paint(x, c));  or a softmax head on [N(h_l), l >= 2] of the neutral input
// Layer l+1 receives h_l computed with the weights before their update, and nothing comes back from it.
// Source: G. Hinton, The Forward-Forward Algorithm: Some Preliminary Investigations, arXiv 2212.13345 (2022).
#pragma once

#include "core/network/StageGradient.h"
#include "core/rules/Goodness.h"
#include "core/rules/LengthNorm.h"
#include "core/rules/LocalHead.h"
#include "core/rules/LocalStages.h"
#include "core/rules/PeerNorm.h"

#include <optional>

namespace lab {

RuleDescription describeForwardForward();

class ForwardForward final : public LearningRule {
public:
    // Positions in RuleDescription::channels.
    enum Channel {
        kLoss, kGoodness, kPositive, kNegative, kPairErrors, kSeparated, kSaturated, kSilent, kPeerMeans,
        kHeadLoss, kHeadAccuracy, kStreams,
    };

    explicit ForwardForward(const RuleInit& init);

    const std::vector<RuleLayer>& layers() const override { return m_layers; }
    const std::vector<PredictionWay>& ways() const override { return m_ways; }
    StepReport step(const Batch& batch, StepContext& context) override;
    // One update of the layers from given streams (pairs x input size each), row i of both from the same sample. Returns
    // the sum of the local losses. step() is painting, this, and the head.
    double learnStreams(const ConstMatrixMap& positive, const ConstMatrixMap& negative, StepContext& context);
    void predict(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> scores) override;
    Index predictionCapacity() const override { return m_work.capacity(); }
    void represent(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> out) override;
    int weightBlock(int layer, const ParamStore** store) const override;
    ParamStore* ownParameters() override { return m_own.blocks().empty() ? nullptr : &m_own; }
    std::vector<double> saveState() const override;
    Result<void> loadState(const std::vector<double>& state) override;
    Result<void> setParam(const std::string& name, const ParamValue& value) override;
    std::size_t creditBytes() const override;

    double labelHeight() const { return m_height; }

private:
    enum class Negatives { Random, Hard, Shuffled };
    struct Layer {
        LocalStage stage;
        LengthNorm normAfter = LengthNorm::None;  // applied by the rule to what this layer passes on
        Index headColumn = -1;                    // where N(h_l) stands among the features of an own head; -1 = nowhere
        int group = 0;
        std::vector<double> peers;  // m
    };

    void readParams();
    void readLive();
    GoodnessLoss lossOf(const Layer& layer) const;
    bool scored(std::size_t layer) const;
    double learn(Index pairs, StepContext& context, const int* truth = nullptr);
    double learnLayer(std::size_t l, Index pairs, StepContext& context, const int* truth);
    // Layer 1 of both streams from one product of the images: they differ in the label alone. Values and gradient.
    void firstLayerOfStreams(Pool& pool, Index pairs, const int* truth);
    void firstGradientOfStreams(Pool& pool, Index pairs, const int* truth, Real* gradient);
    void trainHead(const Batch& batch, StepContext& context, bool shared);
    // Neutral input through all layers in evaluation mode, features of an own head on the way; visit(l, h_l).
    // `shared`: shareFirstProduct() has been called for these rows.
    template <class Visit>
    void neutralPass(Pool& pool, const ConstMatrixMap& x, bool shared, Visit&& visit);
    // Layer 1 of all candidates shares one product: they differ in the label alone. True where the layer allows it.
    bool sharesFirstProduct() const;
    void shareFirstProduct(Pool& pool, const ConstMatrixMap& x);
    // Writes layer 1 before its function for rows whose label columns hold `height` in column labelOf(row), from the shared
    // product: z = factor (x W^T + height column) + b.
    template <class LabelOf>
    void firstLayerFrom(Pool& pool, Index rows, const double* factor, LabelOf&& labelOf, Real* z);
    void takeLabelColumns();
    Real* firstSums() { return m_work.value(m_firstSums); }
    void showStreams(const Batch& batch, StepContext& context) const;
    void announceGoodness(std::size_t l, Index pairs, double loss, const StepContext& context) const;
    void reportReads(const Layer& layer, std::vector<UpdateReads>& reads) const;

    Network& m_network;
    ParamSet m_params;
    double m_height = 1;
    double m_thresholdPerUnit = 1, m_threshold = 2, m_temperature = 1, m_peerStrength = 0.03;
    GoodnessKind m_kind = GoodnessKind::Sum;
    Negatives m_negatives = Negatives::Random;
    PeerNorm m_peer = PeerNorm::None;
    LengthNorm m_norm = LengthNorm::Rms;
    LengthNorm m_normBefore = LengthNorm::None;  // of the input
    bool m_peerGated = false;
    bool m_inTurn = false;
    bool m_skipFirst = false;
    bool m_hasHead = true;

    std::vector<Layer> m_stack;
    std::vector<RuleLayer> m_layers;
    std::vector<PredictionWay> m_ways;
    ParamStore m_own;
    std::optional<LocalHead> m_head;  // own head; empty: the circuit's read-out is the head
    int m_headGroup = -1;

    Workspace m_work;
    StageGradient m_gradient;
    Buffer m_ownGradient;     // layout of m_own
    Buffer m_features;        // capacity x features of the own head
    Buffer m_scores;          // capacity x C
    Buffer m_error;           // capacity x C
    Buffer m_shared;          // capacity x d_1: layer 1 before its bias, without a label
    Buffer m_columns;         // (C + 1) x d_1: label columns of layer 1 times the height; then those of the neutral label
    Buffer m_pairError;       // batch x d_1: errors of both streams together, times the length of the row
    Buffer m_labelGradient;   // C x d_1
    int m_firstSums = -1;     // array of layer 1 before its function
    bool m_sharesStreams = false;
    std::vector<double> m_factor;    // capacity: length norm of the input with any label
    std::vector<double> m_neutral;   // capacity: length norm of the input with the neutral label
    std::vector<double> m_goodness;  // 2B
    std::vector<double> m_signal, m_scratch;
    std::vector<std::uint8_t> m_silent;
    std::vector<int> m_wrong, m_answers;
};

}  // namespace lab
