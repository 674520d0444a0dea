// An immutable picture of a moment of training, published overwrite-latest. Views draw from it and from nothing else.
#pragma once

#include "core/math/Types.h"
#include "core/record/History.h"
#include "core/rules/LearningRule.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace lab {

enum class RunState { Empty, Ready, Running, Paused, Finished, Failed };

// What visible views ask the engine to record. Nothing else is computed. Watching changes nothing: probes read copies
// and have random streams of their own.
struct ProbeRequest {
    bool channels = true;         // distributions and values of the rule's channels
    bool images = false;          // what the rule sees: a few rows of the last batch
    bool representations = false; // activity of every layer on the fixed probe set
    bool weights = false;         // a copy of all parameters
    bool activity = false;        // mean |a| per wire on the probe set
    bool alignment = false;       // update against the true gradient, per layer
    bool confusion = false;       // confusion matrix and worst samples on (part of) the test set
    bool reads = false;           // what each update read

    ProbeRequest operator|(const ProbeRequest& o) const;
    bool operator==(const ProbeRequest&) const = default;
};

// One channel at one layer, as last published.
struct ChannelValue {
    std::vector<float> positive;  // Distributions
    std::vector<float> negative;
    double threshold = 0;
    std::vector<float> values;    // Values
    std::int64_t step = -1;
};

struct ImageStrip {
    Matrix rows;                       // n x input size, as the rule saw them
    std::vector<std::string> captions;
    std::vector<std::uint8_t> flags;   // collisions: a negative that carries the true label
    std::int64_t flagged = 0;          // since the start of the run
    std::int64_t seen = 0;
};

struct LayerAlignment {
    std::string title;   // of the update group: "W_1"
    int layer = -1;
    UpdateFigures figures;
};

struct ConfusionFigure {
    std::vector<std::string> classNames;
    MatrixD counts;              // true class x predicted class
    struct Worst {
        Index sample = 0;        // index in the test part
        int truth = 0;
        int predicted = 0;
        double margin = 0;       // score of the truth minus the best other score
    };
    std::vector<Worst> worst;    // most confident mistakes first
    Matrix worstInputs;          // rows in input space, prepared data
    std::int64_t step = -1;
};

// One evaluation on the test part (and the running averages of training since the last one).
struct Evaluation {
    std::int64_t step = 0;
    double epoch = 0;
    double trainLoss = 0;        // mean of the rule's objective since the last evaluation
    double testLoss = 0;
    double testAccuracy = -1;    // of the primary way, 0..1; -1 where the task has none
    double trainAccuracy = -1;
    std::vector<double> wayAccuracy;  // of every prediction way, in the order of ways
    double samplesPerSecond = 0;
    double seconds = 0;          // training time since the start
    std::string fingerprint;     // of all parameters
    std::map<std::string, std::vector<double>> layerScalars;  // scalar channels by id: mean since the last evaluation, per layer
};

// A step that stands still in its middle: which line of the rule's equations has just been computed, and its numbers.
struct StepPosition {
    int line = 0;                 // of the rule's equations
    int layer = -1;               // of the rule's layers; -1 = the whole network
    Index row = -1;               // of the batch; -1 = the batch as a whole
    Index rows = 0;               // how many rows have numbers of their own
    std::string operation;        // of the circuit: the furthest that this step has come; may be empty
    std::string phase;            // id of the rule's phase; may be empty
    std::vector<std::pair<std::string, double>> numbers;  // symbol in label markup, value
};

struct Snapshot {
    std::uint64_t run = 0;       // changes with reset and new configuration
    std::uint64_t serial = 0;    // grows with every publication
    RunState state = RunState::Empty;
    std::string message;         // why it stopped, in one sentence
    std::optional<Error> failure;

    std::int64_t step = 0;
    std::int64_t plannedSteps = 0;
    std::int64_t stepsPerEpoch = 1;
    double epoch = 0;
    double plannedEpochs = 0;
    double seconds = 0;          // training time so far
    double secondsLeft = -1;     // -1 = not known yet
    double samplesPerSecond = 0;
    double rate = 0;             // current learning rate
    std::string fingerprint;     // of the last evaluation or stop, with kernel class
    std::size_t creditBytes = 0;
    std::string schedule;        // how the threads share a step, in words

    std::shared_ptr<const HistoryView> history;          // curves up to now
    std::shared_ptr<const std::vector<Evaluation>> evaluations;

    // Description of what runs, so that views need no engine object.
    const RuleDescription* rule = nullptr;
    std::shared_ptr<const std::vector<RuleLayer>> layers;
    std::shared_ptr<const std::vector<PredictionWay>> ways;
    struct UpdateGroup { std::string title; int layer = -1; };  // what has an optimiser: "W_1" of layer 0
    std::shared_ptr<const std::vector<UpdateGroup>> groups;
    std::shared_ptr<const DataSchema> schema;
    Task task = Task::Classify;

    // channel index -> layer (0 for network scope) -> value
    std::map<int, std::vector<ChannelValue>> channels;
    std::map<int, ImageStrip> images;

    struct Representations {
        std::vector<Matrix> layers;   // probe samples x width
        std::vector<int> labels;
        Matrix inputs;                // probe samples x input size
        std::int64_t step = -1;
    };
    std::shared_ptr<const Representations> representations;

    struct WeightsCopy {
        struct Tile { std::string title; Shape inputShape; Matrix rows; };  // per layer: units x fan-in, first units
        std::vector<Tile> layers;
        std::int64_t step = -1;
    };
    std::shared_ptr<const WeightsCopy> weights;

    std::map<std::string, double> wireActivity;  // circuit wire id -> mean |a| on the probe set
    std::vector<LayerAlignment> alignment;
    std::shared_ptr<const ConfusionFigure> confusion;
    std::vector<UpdateReads> reads;
    std::shared_ptr<const StepPosition> position;  // null between steps
};

// Holds the latest snapshot. A mutex around the pointer: nanoseconds either way, and provably free of races.
class SnapshotSlot {
public:
    void publish(std::shared_ptr<const Snapshot> snapshot);
    std::shared_ptr<const Snapshot> latest() const;

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<const Snapshot> m_snapshot;
};

}  // namespace lab
