// What the engine records for views, and the evaluation on the test part. Everything here reads and changes nothing.
#pragma once

#include "core/record/Snapshot.h"

#include <array>
#include <functional>

namespace lab {

struct TestFigures {
    double loss = 0;                  // mean of the rule's evaluation loss
    std::vector<double> wayAccuracy;  // 0..1 per prediction way; empty for Task::Reconstruct
};

// How far an evaluation has come.
struct TestProgress {
    Index next = 0;
    double loss = 0;                  // sum over samples
    std::vector<std::int64_t> right;  // per prediction way
};

// Runs the rule's prediction over all samples in pieces of its capacity. `buffers` is working memory that is kept between
// calls. nullopt when `cancelled` returns true between two pieces; calling again with the same `progress` goes on there.
std::optional<TestFigures> evaluateOn(Pool& pool, Network& network, LearningRule& rule, const Samples& samples,
                                      std::vector<Buffer>& buffers, TestProgress& progress, const std::function<bool()>& cancelled);

// A stratified choice of `count` samples, the same for the same seed: the fixed probe set of the views.
std::vector<Index> stratifiedProbe(const std::vector<int>& labels, Index available, int classes, Index count, std::uint64_t seed);

// Takes the probes that a request names. While training runs they are refreshed so rarely, one kind after the other, that all of
// them together cost at most a small share of the time, however often snapshots are wanted and however many views want them.
class ProbeTaker {
public:
    ProbeTaker(Network& network, LearningRule& rule, const PreparedData& data, Index samples, std::uint64_t seed);
    // Puts what there is into `out`. `atRest`: nothing trains, so everything that is wanted is taken of this step.
    void take(Pool& pool, const ProbeRequest& request, std::int64_t step, bool atRest, Snapshot& out);

private:
    enum Kind : std::size_t { Representations, Weights, Activity, Confusions, kKinds };
    void takeKind(Kind kind, Pool& pool, std::int64_t step);

    void takeRepresentations(Pool& pool, std::int64_t step);
    void takeWeights(std::int64_t step);
    void takeActivity(Pool& pool);
    void takeConfusion(Pool& pool, std::int64_t step);

    Network& m_network;
    LearningRule& m_rule;
    const PreparedData& m_data;
    std::vector<Index> m_probe;
    Matrix m_probeRows;
    std::vector<int> m_probeLabels;
    std::vector<Buffer> m_buffers;
    Workspace m_work;
    bool m_haveWork = false;

    std::array<std::int64_t, kKinds> m_taken{-1, -1, -1, -1};  // the step of the last time
    double m_notBefore = 0;                                    // on the steady clock, seconds
    std::shared_ptr<const Snapshot::Representations> m_representations;
    std::shared_ptr<const Snapshot::WeightsCopy> m_weights;
    std::map<std::string, double> m_activity;
    std::shared_ptr<const ConfusionFigure> m_confusion;
};

}  // namespace lab
