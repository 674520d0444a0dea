// The only place where trained parameters change. A rule registers groups of parameter blocks (usually one per layer)
// and applies gradients to them; the updater owns the optimisers, watches for non-finite numbers, and measures what
// the views show: update sizes and the alignment with the true gradient.
#pragma once

#include "core/network/ParamStore.h"
#include "core/optimize/Optimizer.h"

#include <optional>
#include <string>

namespace lab {

// What one update read, in the rule's own words, for the locality badge and the overlay.
struct UpdateReads {
    std::string writes;              // group title: "W_1"
    int layer = -1;
    std::vector<std::string> reads;  // "input of this layer", "label", "error of the output", "weights of layer 2", ...
    bool localInSpace = true;        // reads nothing of other layers except what its own input carried
    bool localInTime = true;         // needs no activity stored beyond this layer's own step
};

struct UpdateFigures {
    double gradientNorm = 0;
    double updateNorm = 0;    // |p after - p before|
    double parameterNorm = 0;
    double cosine = 0;        // with the true gradient, where one was given
    double normRatio = 0;     // |gradient| / |true gradient|
    bool aligned = false;     // cosine and normRatio are valid
};

struct UpdaterConfig {
    OptimizerChoice choice;
    std::map<int, OptimizerChoice> perLayer;  // layer -> its own optimiser
    std::map<std::string, ParamValue> schedule;
    double plannedEpochs = 1;
};

class Updater {
public:
    explicit Updater(const UpdaterConfig& config);
    ~Updater();

    // Registers the trained blocks [first, last) of `store` as one group. `rateScale` multiplies the rate (a read-out
    // that wants its own); `own` overrides the optimiser of the experiment (a rule's head with its own recipe).
    int addGroup(std::string title, int layer, ParamStore& store, int firstBlock, int lastBlock, double rateScale = 1,
                 const std::optional<OptimizerChoice>& own = std::nullopt);

    // Begins step number `step` at `epoch` (fractional): fixes the scheduled rate; `measure` asks for UpdateFigures.
    void beginStep(std::int64_t step, double epoch, bool measure);
    // True gradient of `store` (same layout) to compare this step's gradients with; nullptr = none.
    void setTrueGradient(const ParamStore* store, const Real* gradient);

    // p <- optimiser(p, g). `gradient` has the layout of the whole store. A non-finite gradient or parameter makes
    // failure() non-empty and leaves the parameters of the group as they were before this step.
    void apply(Pool& pool, int group, const Real* gradient);

    // Between these two calls different groups may be applied on different threads at the same time. endSideBySide() wants
    // the groups in the order in which they would have been applied one after the other: the first of them that failed is
    // the failure, whichever was the first in time.
    void beginSideBySide();
    void endSideBySide(std::span<const int> inOrder);

    // First failure of the run: names layer, parameter and step (LAB-RUN-201).
    const std::optional<Error>& failure() const;

    int groups() const;
    const std::string& title(int group) const;
    int layer(int group) const;
    const UpdateFigures& figures(int group) const;  // of the last measured step
    double rate() const;                            // scheduled rate factor times the default optimiser's rate

    // Live change of the default optimiser's parameter (rate, decay, ...); state is kept.
    Result<void> setParam(const std::string& name, const ParamValue& value);

    std::vector<double> save() const;
    Result<void> load(const std::vector<double>& state);
    std::size_t bytes() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace lab
