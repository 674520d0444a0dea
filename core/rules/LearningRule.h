// How weights change. A rule is built for one network and one data set, performs one step on one batch, predicts in its
// own way, and reports what each update read. It never touches a thread, a clock, a file or a view.
#pragma once

#include "core/optimize/Updater.h"
#include "core/rules/RuleDescription.h"

#include <functional>

namespace lab {

// Receives what a rule publishes. Channel numbers are positions in RuleDescription::channels. Publishing a scalar is
// always cheap; ask wants() before preparing anything larger.
class ChannelSink {
public:
    virtual ~ChannelSink() = default;
    virtual bool wants(int channel) const = 0;
    virtual void scalar(int channel, int layer, double value) = 0;
    virtual void distributions(int channel, int layer, std::span<const double> positive, std::span<const double> negative,
                               double threshold) = 0;
    virtual void values(int channel, int layer, std::span<const double> values) = 0;
    // `rows` (n x input size) with one caption and one flag ("this negative carries the true label") per row.
    virtual void images(int channel, const ConstMatrixMap& rows, std::span<const std::string> captions,
                        std::span<const std::uint8_t> flags) = 0;
};

// A sink that wants nothing.
ChannelSink& nullSink();

// Where a step stands: a line of the rule's equations that has just been computed for a layer. Announced by every rule as it
// goes, so that one step can be watched in slow motion; nobody listens as a rule, and then an announcement costs nothing.
struct TracePoint {
    int line = 0;    // of RuleDescription::equations
    int layer = -1;  // of layers(); -1 = the whole network
};
struct TraceNumber {
    std::string symbol;  // label markup: "g_1^+"
    double value = 0;
};
class StepTracer {
public:
    virtual ~StepTracer() = default;
    // The numbers of one row of the batch, as the line has them; row -1: of the batch as a whole.
    using Numbers = std::function<void(Index row, std::vector<TraceNumber>& out)>;
    // May hold the step up for as long as it likes; changes nothing. `rows`: how many rows have numbers of their own.
    virtual void reached(const TracePoint& point, Index rows, const Numbers& numbers) = 0;
    // Seconds that steps were held up since the last call: no time of training.
    virtual double takeHeldSeconds() { return 0; }
};

// The rule may keep references to network and data: both outlive it.
struct RuleInit {
    Network& network;
    const PreparedData& data;
    ParamSet params;            // of the rule
    std::uint64_t seed = 1;
    Index batch = 128;          // largest number of rows in a step
    double plannedEpochs = 1;
    Updater& updater;           // the rule registers its groups in the constructor
    // Layers of one step run side by side, each with memory of its own, where the rule's description says that they can. The
    // bits are those of one layer after the other.
    bool sideBySide = false;
};

struct Batch {
    ConstMatrixMap x;           // rows x input size, prepared data
    const int* labels;          // rows
    const Index* samples;       // rows: index of each row in the training set
    Index rows() const { return x.rows(); }
};

struct StepContext {
    Pool& pool;
    Updater& updater;           // beginStep has been called
    ChannelSink& channels;
    std::vector<UpdateReads>* reads = nullptr;  // filled when not null
    std::uint64_t seed = 1;
    std::int64_t step = 0;      // from 0
    double epoch = 0;           // fractional, from 0
    double plannedEpochs = 1;
    StepTracer* tracer = nullptr;               // told how the step proceeds, when not null

    // `numbers(row, out)` fills in what StepTracer::Numbers says; only called while somebody watches.
    template <class Numbers>
    void at(int line, int layer, Index rows, Numbers&& numbers) const {
        if (tracer != nullptr) tracer->reached({line, layer}, rows, numbers);
    }
};

struct StepReport {
    double loss = 0;            // the rule's own objective, mean over samples (summed over layers where it has several)
    double accuracy = -1;       // of the training batch, where the step yields it for nothing; -1 = not known
};

class LearningRule {
public:
    virtual ~LearningRule() = default;

    // Units of credit assignment, bottom to top, fixed for the life of the rule.
    virtual const std::vector<RuleLayer>& layers() const = 0;
    virtual const std::vector<PredictionWay>& ways() const = 0;

    // One update on one batch. Reads nothing but its arguments and its own state; allocates nothing after warm-up.
    virtual StepReport step(const Batch& batch, StepContext& context) = 0;

    // Called by the trainer at the end of every epoch, before evaluation (closed-form fits, greedy phases).
    virtual void endEpoch(StepContext& context) { static_cast<void>(context); }

    // Scores (rows x classes) for every way of ways(), larger is better; for Task::Reconstruct the single way holds the
    // reconstruction (rows x input size). `rows` <= predictionCapacity(). Changes nothing that training reads.
    virtual void predict(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> scores) = 0;
    virtual Index predictionCapacity() const = 0;
    // Loss of the primary way on labelled samples, comparable between train and test (cross-entropy of its scores
    // unless the rule has a better measure). The default applies crossEntropy to the primary scores.
    virtual double evaluationLoss(const MatrixMap& primaryScores, const ConstMatrixMap& x, const int* labels) const;

    // Representation of each layer on its own forward path (evaluation mode, no label information):
    // out[l] is rows x layers()[l].width. rows <= predictionCapacity().
    virtual void represent(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> out) = 0;
    // The weights into layer l as rows in input-image or feature space, to draw as tiles; {store, block}; -1 if none.
    virtual int weightBlock(int layer, const ParamStore** store) const = 0;

    // Parameters that the rule owns beside the network's (heads, projections, feedback matrices); nullptr if none.
    virtual ParamStore* ownParameters() { return nullptr; }
    // State that is neither parameters nor optimiser moments (running means, particles, counters), for checkpoints.
    virtual std::vector<double> saveState() const { return {}; }
    virtual Result<void> loadState(const std::vector<double>& state);

    // Change of a parameter that is marked live, between steps.
    virtual Result<void> setParam(const std::string& name, const ParamValue& value);
    // Bytes that the rule holds for credit assignment: activity kept, gradients, traces, and its own parameters (heads,
    // feedback); not the network's weights, the optimisers, or memory that only predictions need.
    virtual std::size_t creditBytes() const = 0;
};

}  // namespace lab
