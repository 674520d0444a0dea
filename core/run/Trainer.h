// Training as a pure object: no threads of its own besides the pool, no views. The same object serves the window (inside
// Runner), the command line and the tests. The clock is read for figures only (speed, time left): it never decides what
// is computed, except how often probes that watch are refreshed, and those change nothing.
#pragma once

#include "core/document/Experiment.h"
#include "core/record/Snapshot.h"
#include "core/rules/LearningRule.h"

namespace lab {

// How the threads share a step. No choice changes a bit of the result.
enum class LayerOrder {
    Automatic,   // side by side where the rule can and its benchmark says that it is faster (RuleDescription::sideBySideUpTo)
    InTurn,      // one layer after the other, every product shared out among the threads
    SideBySide,  // layers on different cores, where the rule can; needs memory for all layers at once
};
// "auto", "in-turn" or "side-by-side".
std::optional<LayerOrder> layerOrderFromId(const std::string& id);

struct TrainerOptions {
    int threads = 0;                 // 0 = one per core
    std::int64_t steps = 0;          // > 0: stop after this many steps instead of the experiment's epochs
    std::int64_t evaluateEvery = 0;  // steps between evaluations; 0 = at the end of every epoch
    Index probeSamples = 512;        // size of the fixed, stratified probe set of the views
    LayerOrder layers = LayerOrder::Automatic;
};

class Trainer {
public:
    // Compiles, checks suitability, initialises. Data is prepared by the caller (shared between runs).
    // Errors: of the compiler, the rule's suitability (LAB-RULE-101) or parameters.
    static Result<std::unique_ptr<Trainer>> create(const Experiment& experiment, std::shared_ptr<const PreparedData> data,
                                                   const TrainerOptions& options);
    ~Trainer();

    // One batch, and the evaluation when one is due after it. Returns false when the plan is finished or the run has
    // failed. `cancelled` is asked during an evaluation; an evaluation cut short is made up for by the next call.
    bool step(const std::function<bool()>& cancelled = {});
    // Evaluates on the test part now and records it; nullopt when cancelled.
    std::optional<Evaluation> evaluate(const std::function<bool()>& cancelled = {});

    // Tells `tracer` (null: nobody) how every step from now on proceeds. It may hold a step up; it changes nothing.
    void watchSteps(StepTracer* tracer);
    // Asks for probes; they are recorded at the next snapshot() or, for what only a step can show (distributions, images,
    // alignment, reads), during the next step. Never changes the course of training.
    void observe(const ProbeRequest& request);
    // A picture of this moment with the probes asked for. `atRest`: nothing is running, so that the fingerprint is taken of
    // this very step; otherwise it is that of the last evaluation.
    std::shared_ptr<Snapshot> snapshot(bool atRest = true);

    bool finished() const;
    bool evaluationDue() const;  // one was cut short; the next step() makes up for it before it trains
    const std::optional<Error>& failure() const;
    std::int64_t stepsDone() const;
    std::int64_t plannedSteps() const;
    std::int64_t stepsPerEpoch() const;
    double epoch() const;

    bool sideBySide() const;               // steps run layers on different cores
    // How the threads share a step, in words: "layers side by side on 2 threads".
    const std::string& schedule() const;
    const RuleDescription& ruleDescription() const;
    Network& network();
    LearningRule& rule();
    Pool& pool();
    const PreparedData& data() const;
    const std::vector<Evaluation>& evaluations() const;
    // Fingerprint of all parameters (network, then rule): sixteen hexadecimal digits.
    std::string fingerprint() const;
    // The same with the kernel class: "3f2a... onednn-2.6.3/avx512".
    std::string fingerprintWithClass() const;

    // Named parameters as files hold them: the network's blocks, then the rule's own with its id in front.
    struct NamedBlock { std::string name; std::vector<Index> shape; std::span<Real> values; };
    std::vector<NamedBlock> namedParameters();

    // Changes a live parameter of the rule or (scope "optimizer") of the default optimiser.
    Result<void> setLive(const std::string& scope, const std::string& name, const ParamValue& value);
    // Extends or shortens the plan while running.
    void setPlannedEpochs(double epochs);

    // Complete state: parameters, optimisers, rule, counters. Continuing from it gives the same bits.
    struct Checkpoint;
    std::shared_ptr<const Checkpoint> checkpoint();
    Result<void> restore(const Checkpoint& checkpoint);

private:
    Trainer();
    struct State;
    std::unique_ptr<State> m_state;
};

struct Trainer::Checkpoint {
    std::int64_t step = 0;
    double seconds = 0;
    struct Block { std::string name; std::vector<Index> shape; };
    std::vector<Block> networkBlocks; // names and shapes of what `network` holds, in order, as files name them
    std::vector<Block> ruleBlocks;
    std::vector<float> network;       // values of the stores (double build: rounded; checkpoints are for the float build)
    std::vector<float> rule;
    std::string fingerprint;          // of both, with the kernel class
    std::vector<double> updater;
    std::vector<double> ruleState;
    std::vector<Evaluation> evaluations;
    struct Curve { SeriesInfo info; std::vector<CurvePoint> points; };
    std::vector<Curve> curves;
};

}  // namespace lab
