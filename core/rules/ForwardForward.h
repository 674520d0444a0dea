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
#include "core/rules/LayerTasks.h"
#include "core/rules/LengthNorm.h"
#include "core/rules/LocalHead.h"
#include "core/rules/LocalStages.h"
#include "core/rules/PeerNorm.h"

#include <mutex>
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
        double loss = 0;            // of the last step
    };
    // What one layer needs while it is trained. Layers in turn share one lane, and the workspace of the rule; side by side
    // each has its own.
    struct Lane {
        explicit Lane(StageGradient&& memory) : gradient(std::move(memory)) {}
        Workspace work;
        StageGradient gradient;
        std::vector<double> goodness;  // 2B
        std::vector<double> signal, scratch;
        std::vector<std::uint8_t> silent;
    };
    // What a block of samples needs while candidate labels are tried on it. A thread takes any that is free.
    struct Trial {
        Workspace work;
        std::vector<double> goodness;  // rows
        std::vector<int> labels;       // samples
        Buffer features;               // samples x features of the own head
        bool busy = false;
    };

    void readParams();
    void readLive();
    GoodnessLoss lossOf(const Layer& layer) const;
    bool scored(std::size_t layer) const;
    void makeTasks(const RuleInit& init);
    Lane& lane(std::size_t l) { return m_lanes[m_tasks ? l : 0]; }
    const Lane& lane(std::size_t l) const { return m_lanes[m_tasks ? l : 0]; }
    Workspace& work(std::size_t l) { return m_tasks ? m_lanes[l].work : m_work; }
    const Workspace& work(std::size_t l) const { return m_tasks ? m_lanes[l].work : m_work; }
    StepReport stepSideBySide(const Batch& batch, StepContext& context);
    void drawNegatives(const Batch& batch, const StepContext& context);
    // Writes both streams where layer 1 reads them, unless it works from the images alone (`shared`); shows them.
    void prepareStreams(const Batch& batch, StepContext& context, bool shared);
    double learn(Index pairs, StepContext& context, const int* truth = nullptr);
    void forwardLayer(std::size_t l, Index pairs, StepContext& context, const int* truth);
    // Makes a layer's activity the input of the next one.
    void passOn(std::size_t l, Index rows, Pool& pool);
    void learnLayer(std::size_t l, Index pairs, StepContext& context, const int* truth);
    // Layer 1 of both streams from one product of the images: they differ in the label alone. Values and gradient.
    void firstLayerOfStreams(Pool& pool, Index pairs, const int* truth);
    void firstGradientOfStreams(Pool& pool, Index pairs, const int* truth, Real* gradient);
    void trainHead(const Batch& batch, StepContext& context);
    StageGradient& readoutGradient() { return m_readoutGradient ? *m_readoutGradient : m_lanes.front().gradient; }
    // One layer of the neutral input, in evaluation mode; returns its activity. `shared`: shareFirstProduct() has been
    // called for these rows. Then what the head and the next layer read of it.
    Real* neutralLayer(Pool& pool, const ConstMatrixMap& x, bool shared, std::size_t l);
    void passNeutralOn(Pool& pool, Index rows, std::size_t l);
    // Tries labels on samples [begin, begin + count) of x in one pass: the neutral one first where `neutral`, then
    // chosen[i * tried ..] of sample i (null: all, in order). Writes the goodness of every layer, and the head's scores
    // where neutral was asked for.
    void tryLabels(Pool& pool, Trial& trial, const ConstMatrixMap& x, Index begin, Index count, bool neutral, Index tried,
                   const int* chosen, std::span<const MatrixMap> scores);
    // The same on all samples, block by block.
    void tryOnBlocks(Pool& pool, const ConstMatrixMap& x, bool neutral, Index tried, const int* chosen,
                     std::span<const MatrixMap> scores);
    // Labels that were not tried stand below those that were, in the head's order.
    void fillUntried(Index rows, Index tried, std::span<const MatrixMap> scores) const;
    // Layer 1 of all candidates shares one product: they differ in the label alone. True where the layer allows it.
    bool sharesFirstProduct() const;
    // Takes the images (without a label) to `target`, where layer 1 reads its input.
    void shareFirstProduct(Pool& pool, const ConstMatrixMap& x, Workspace& target);
    // Writes layer 1 before its function, from the shared product, for `rows` samples from number `sample` on; row i
    // carries label labels[i], or the neutral label where that is C: z = factor (x W^T + height column) + b.
    void firstLayerFrom(Pool& pool, Index sample, Index rows, const int* labels, Real* z);
    void takeLabelColumns();
    void showStreams(const Batch& batch, StepContext& context) const;
    void announceGoodness(std::size_t l, Index pairs, double loss, const StepContext& context) const;
    void reportHeadReads(const StepContext& context) const;
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
    Index m_tried = 0;  // labels tried at prediction; 0 = all

    std::vector<Layer> m_stack;
    std::vector<RuleLayer> m_layers;
    std::vector<PredictionWay> m_ways;
    ParamStore m_own;
    std::optional<LocalHead> m_head;  // own head; empty: the circuit's read-out is the head
    int m_headGroup = -1;

    std::optional<LayerTasks> m_tasks;  // layers side by side
    int m_shareTask = -1, m_neutralTask = -1, m_headTask = -1, m_streamsTask = -1;
    Workspace m_work;             // of the neutral input; layers in turn: of the streams too
    std::vector<Lane> m_lanes;
    std::vector<Trial> m_trials;  // as many as threads, made when they are first needed
    std::mutex m_trialMutex;
    std::vector<int> m_chosen;    // labels tried, by sample
    std::vector<int> m_neutralLabels;  // capacity: C
    std::optional<StageGradient> m_readoutGradient;
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
    std::vector<int> m_wrong, m_answers;
};

}  // namespace lab
