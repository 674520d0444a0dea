// Mono-Forward: one forward pass, no negatives; every layer is trained on its own class scores.
//
//   a_l = stage l of a_{l-1},  a_0 = X (B x d_0),  a_l (B x d_l)
//   G_l = a_l M_l^T            goodness of the classes, M_l (C x d_l), no bias
//   L_l = -(1/B) sum_i log softmax(G_l)_{i, y_i}
//   Q_l = (softmax(G_l) - Y)/B                       (B x C)
//   dM_l = Q_l^T a_l                                 (C x d_l)
//   dL/da_l = Q_l M_l with M_l before its update;    the stage's exact derivative gives dW_l, db_l
// The next layer receives a_l computed with the weights before their update, and nothing comes back from it.
// Source: J. Gong, B. Li, W. Abdulla, Mono-Forward, arXiv 2501.09238 (2025).
#pragma once

#include "core/network/StageGradient.h"
#include "core/rules/LayerTasks.h"
#include "core/rules/LocalHead.h"
#include "core/rules/LocalStages.h"

#include <optional>

namespace lab {

RuleDescription describeMonoForward();

class MonoForward final : public LearningRule {
public:
    explicit MonoForward(const RuleInit& init);

    const std::vector<RuleLayer>& layers() const override { return m_layers; }
    const std::vector<PredictionWay>& ways() const override { return m_ways; }
    StepReport step(const Batch& batch, StepContext& context) override;
    void predict(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> scores) override;
    Index predictionCapacity() const override;
    double evaluationLoss(const MatrixMap& primaryScores, const ConstMatrixMap& x, const int* labels) const override;
    void represent(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> out) override;
    int weightBlock(int layer, const ParamStore** store) const override;
    ParamStore* ownParameters() override { return &m_own; }
    std::size_t creditBytes() const override;

private:
    struct Layer {
        LocalStage stage;
        LocalHead projection;
        int weights = 0;      // update groups
        int projections = 0;
        double loss = 0, accuracy = -1;  // of the last step
    };
    // What one layer needs while it is trained. Layers in turn share one lane; side by side each has its own.
    struct Lane {
        Workspace work;
        StageGradient gradient;
        Buffer scores;  // batch x C
        Buffer error;   // batch x C
        std::vector<int> answers;
        Lane(Workspace&& memory, StageGradient&& stageGradient, Index batch, Index classes);
        std::size_t bytes() const;
    };

    Lane& lane(std::size_t l) { return m_lanes[m_tasks ? l : 0]; }
    const Lane& lane(std::size_t l) const { return m_lanes[m_tasks ? l : 0]; }
    void makePredictionWork();
    void trainLayer(std::size_t l, const Batch& batch, StepContext& context);
    // Adds the layer's scores, or their probabilities, to the sum over the layers.
    void vote(std::size_t l, Index rows);
    // What a watcher of the step is told.
    void announceScores(std::size_t l, const Batch& batch, double loss, const StepContext& context) const;
    void announceErrors(std::size_t l, Index rows, const StepContext& context) const;
    void announceWeights(std::size_t l, const StepContext& context);
    void reportReads(const Layer& layer, std::vector<UpdateReads>& reads) const;

    Network& m_network;
    bool m_inTurn = false;
    bool m_sumProbabilities = false;
    bool m_primarySum = false;
    std::vector<Layer> m_stack;
    std::vector<RuleLayer> m_layers;
    std::vector<PredictionWay> m_ways;
    ParamStore m_own;
    std::optional<LayerTasks> m_tasks;  // layers side by side
    std::vector<Lane> m_lanes;
    Workspace m_predictionWork;  // made when it is first needed: it is no memory of training
    Buffer m_ownGradient;   // layout of m_own
    Buffer m_scores;        // capacity x C: of predictions
    Buffer m_total;         // capacity x C: sum over the layers
};

}  // namespace lab
