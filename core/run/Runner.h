// A trainer on its own thread. Commands are values put into a mailbox; results are snapshots in a slot that the window
// reads at its own rate. The engine never waits for the window and posts nothing per step.
#pragma once

#include "core/run/Trainer.h"

namespace lab {

// Where to stop.
struct RunUntil {
    // Sample, Layer and Phase stand still inside a step: at every row of every line of the rule's equations, at every line,
    // or where the next phase begins; and at the end of the step. Whatever else is asked of the engine ends the step first.
    enum class Kind { Forever, Steps, EpochEnd, Step, Sample, Layer, Phase };
    Kind kind = Kind::Forever;   // Forever = to the end of the plan
    std::int64_t value = 0;      // Steps: that many more (the one that stands still counts); Step: absolute step number
};

class Runner {
public:
    // `wake` is called (from the worker) when the slot turns from taken to new, never more often; may be empty.
    explicit Runner(std::function<void()> wake = {});
    ~Runner();  // stops within 200 ms

    // Prepares a run in the background: loads data through `data` (on the worker thread), compiles, initialises.
    // Progress and failure appear in the snapshot (state Empty -> Ready or Failed).
    using DataLoader = std::function<Result<std::shared_ptr<const PreparedData>>(const DataChoice&, std::uint64_t seed)>;
    void load(const Experiment& experiment, DataLoader loader, const TrainerOptions& options,
              std::shared_ptr<const Trainer::Checkpoint> from = nullptr);

    void run(RunUntil until = {});
    void pause();
    void reset();                            // the same start again
    void setSpeed(double stepsPerSecond);    // 0 = as fast as the machine
    void setLive(const std::string& scope, const std::string& name, const ParamValue& value);
    void setPlannedEpochs(double epochs);
    void observe(const ProbeRequest& request);
    void evaluateNow();

    // Latest picture; never null (state Empty before the first load).
    std::shared_ptr<const Snapshot> latest();
    // Asks for a checkpoint and waits for it (the engine finishes its step first); null if nothing is loaded.
    std::shared_ptr<const Trainer::Checkpoint> checkpoint();
    // Parameters by name, copied (for saving weights); empty if nothing is loaded.
    struct NamedCopy { std::string name; std::vector<Index> shape; std::vector<float> values; };
    std::vector<NamedCopy> parameters();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace lab
