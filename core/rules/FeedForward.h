// What backpropagation and the feedback-alignment rules have in common: one forward pass through all stages, the loss
// of the read-out, a backward pass of some kind, and prediction by the read-out.
//
// Letters: X = H_0 (B x d_0), H_l (B x d_l) output of stage l, e = dL/dH_out (B x K), the mean over the batch included.
#pragma once

#include "core/network/StageGradient.h"
#include "core/rules/LearningRule.h"

#include <vector>

namespace lab {

class FeedForwardRule : public LearningRule {
public:
    // Places of the common lines among the rule's equations; -1 where a rule has no such line.
    struct Lines {
        int forward = -1;    // activity of a layer
        int loss = -1;
        int scoresError = -1;
        int error = -1;      // of a hidden layer
        int update = -1;
    };
    FeedForwardRule(const RuleInit& init, const Lines& lines);

    const std::vector<RuleLayer>& layers() const override { return m_layers; }
    const std::vector<PredictionWay>& ways() const override { return m_ways; }
    void predict(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> scores) override;
    Index predictionCapacity() const override;
    double evaluationLoss(const MatrixMap& primaryScores, const ConstMatrixMap& x, const int* labels) const override;
    void represent(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> out) override;
    int weightBlock(int layer, const ParamStore** store) const override;
    std::size_t creditBytes() const override;

protected:
    // Channels that every rule of this kind publishes, at these positions of its list.
    static constexpr int kLoss = 0;
    static constexpr int kGradientNorm = 1;
    static std::vector<ChannelSpec> commonChannels();
    // Steps between publications of figures that cost a pass over the weights, or a second backward pass.
    static constexpr int kNormEvery = 10;
    static constexpr int kAngleEvery = 50;

    int stageCount() const { return static_cast<int>(m_network.stages().size()); }
    const Stage& stage(int l) const { return m_network.stages()[static_cast<std::size_t>(l)]; }

    // Forward pass in training mode and loss; leaves e in adjoint(scoresArray()).
    StepReport forwardPass(const Batch& batch, StepContext& context);
    // Gives the gradient of stage l, which stands in m_gradient.of(stage(l)), to the updater, and publishes its norm.
    void applyStage(int l, StepContext& context);
    // Runs the exact backward pass on the same activity and keeps its delta of every stage: dL/dZ_l, or dL/dH_l where the
    // stage is not one dense map. Call after forwardPass() and before the rule's own backward pass; e stays as it is.
    void keepTrueDeltas(Index rows, StepContext& context);
    // Backward pass of one stage. angleChannel >= 0: publishes there the angle in degrees between the rule's delta and the
    // one kept by keepTrueDeltas(), over the batch.
    void backwardStage(int l, Index rows, const BackwardOptions& options, StepContext& context, int angleChannel = -1);

    Network& m_network;
    const PreparedData& m_data;
    ParamSet m_params;
    Workspace m_work;
    StageGradient m_gradient;

private:
    int deltaArray(int l) const;
    // What a watcher of the step is told.
    void announceActivity(int l, Index rows, const StepContext& context) const;
    void announceLoss(const Batch& batch, double loss, const StepContext& context) const;
    void announceError(int l, Index rows, const StepContext& context) const;

    void makePredictionWork();

    Lines m_lines;
    Workspace m_predictionWork;  // made when it is first needed: it is no memory of training
    std::vector<RuleLayer> m_layers;
    std::vector<PredictionWay> m_ways;
    std::vector<int> m_groups;
    std::vector<Buffer> m_trueDeltas;
};

// Circuit ids of the operations of a stage that hold trained weights, in order.
std::vector<std::string> learnedOperations(const Network& network, int stage);
// Suitability of a rule that needs nothing but a read-out.
Suitability needsReadout(const Network& network);
// Marks of a loss at the end: tap, loss, and one writer per learned operation.
std::vector<Mark> endToEndMarks(const Network& network);
// Sentence for the reading of an answer from the read-out.
std::string readoutWords(Task task);

}  // namespace lab
