// Cascaded-Forward: a stack of feature blocks, each with a linear class predictor of its own; the predictors' outputs are
// added. Blocks are random and fixed, or trained for some epochs by direct feedback alignment and then frozen.
//
//   F_k = block k of F_{k-1},  F_0 = X;   S_k = F^_k P_k + 1 b_k  (n x C),  F^ the standardised features
//   cross-entropy:  dP = F^^T (softmax(S) - Y)/n
//   least squares:  P = (F^^T F^ + lambda I)^-1 F^^T Y      once per block, at the end of an epoch        (RidgeFit.h)
//   sparsemax loss: dP = F^^T (sparsemax(S) - Y)/n                                                       (Sparsemax.h)
//   feedback alignment, while blocks are trained: O (C x D_K) reads the last block,
//     E = (softmax(F_K O^T) - Y)/n,  dO = E^T F_K,  dF_K = E O,  dF_k = E B_k for k < K, B_k (C x D_k) fixed, rows of length 1
//     then back through that block only
//   answer: argmax_c sum_k S_k   or the sum of their probabilities
// Random blocks hand their standardised output on; trained blocks hand on their raw output, standardised for P_k only.
// Sources: G. Zhao, T. Wang, Y. Li, Y. Jin, C. Lang, H. Ling, The Cascaded Forward Algorithm for Neural Network Training,
// arXiv 2303.09728 (2023); A. Nokland, Direct Feedback Alignment, NeurIPS 2016.
#pragma once

#include "core/network/StageGradient.h"
#include "core/rules/LayerTasks.h"
#include "core/rules/LocalHead.h"
#include "core/rules/LocalStages.h"
#include "core/rules/RidgeFit.h"
#include "core/rules/Standardiser.h"

#include <optional>

namespace lab {

RuleDescription describeCascadedForward();

class CascadedForward final : public LearningRule {
public:
    // Positions in RuleDescription::channels.
    enum Channel { kLoss, kAccuracy, kEnsembleAccuracy, kAuxiliaryLoss, kAuxiliaryAccuracy };

    explicit CascadedForward(const RuleInit& init);

    const std::vector<RuleLayer>& layers() const override { return m_layers; }
    const std::vector<PredictionWay>& ways() const override { return m_ways; }
    StepReport step(const Batch& batch, StepContext& context) override;
    void endEpoch(StepContext& context) override;
    void predict(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> scores) override;
    Index predictionCapacity() const override { return m_work.capacity(); }
    double evaluationLoss(const MatrixMap& primaryScores, const ConstMatrixMap& x, const int* labels) const override;
    void represent(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> out) override;
    int weightBlock(int layer, const ParamStore** store) const override;
    ParamStore* ownParameters() override { return &m_own; }
    std::vector<double> saveState() const override;
    Result<void> loadState(const std::vector<double>& state) override;
    std::size_t creditBytes() const override;

    bool blocksFrozen() const { return m_frozen; }

private:
    enum class Objective { CrossEntropy, LeastSquares, Sparsemax };
    struct Block {
        LocalStage stage;
        Standardiser standardiser;
        LocalHead predictor;
        int predictorGroup = -1;
        int weightGroup = -1;    // blocks trained by feedback alignment
        int feedback = -1;       // own block: B_k; -1 for the last block
        std::optional<RidgeFit> fit;
    };

    void freeze(Pool& pool);
    StepReport trainBlocks(const Batch& batch, StepContext& context);
    // From the auxiliary classifier's error, which stands in m_error.
    void updateBlock(std::size_t k, Index rows, StageGradient& gradient, StepContext& context);
    StepReport trainPredictors(const Batch& batch, StepContext& context);
    // Runs all blocks in evaluation mode on what stands in the input array; visit(k, raw output, features of P_k).
    template <class Visit>
    void chain(Pool& pool, Index rows, std::size_t blocks, Visit&& visit);
    double predictorLoss(Index rows, const int* labels);
    void asVotes(Index rows);  // m_scores: scores -> what is added up
    void reportBlockReads(std::size_t k, std::vector<UpdateReads>& reads) const;

    Network& m_network;
    const PreparedData& m_data;
    bool m_trainsBlocks = true;
    bool m_sumProbabilities = false;
    Objective m_objective = Objective::CrossEntropy;
    double m_ridge = 10;
    double m_blockEpochs = 5;
    Index m_fitSamples = 0;

    bool m_frozen = false;   // blocks are fixed and standardised: predictors are trained
    bool m_solved = false;   // least squares: P is final
    std::vector<Block> m_blocks;
    std::vector<RuleLayer> m_layers;
    std::vector<PredictionWay> m_ways;
    ParamStore m_own;
    std::optional<LocalHead> m_auxiliary;  // O
    int m_auxiliaryGroup = -1;

    Workspace m_work;
    StageGradient m_gradient;
    // Blocks side by side: every block's update waits for the error alone. (Predictors are thin; they take their turn.)
    std::optional<LayerTasks> m_tasks;
    std::vector<StageGradient> m_gradients;
    Buffer m_ownGradient;
    Buffer m_features;                   // capacity x widest block
    Buffer m_scores, m_error, m_total;   // capacity x C
    std::vector<double> m_sorted;
    std::vector<int> m_answers;
};

}  // namespace lab
