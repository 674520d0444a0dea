// Optimisers and learning-rate schedules, described for windows, files, command line and documentation.
#pragma once

#include "core/math/Pool.h"
#include "core/math/Types.h"
#include "core/params/ParamSpec.h"

#include <functional>
#include <memory>

namespace lab {

// State for one parameter range (one layer). Never shared between layers.
class Optimizer {
public:
    virtual ~Optimizer() = default;
    // One update of p[0..n) along g with learning rate `rate` (schedule included). `decays` tells whether weight decay
    // applies to this range. One fused pass; no allocation after the first call.
    virtual void step(Pool& pool, Real* p, const Real* g, Index n, double rate, bool decays) = 0;
    // Moments and counters, for checkpoints: named arrays in a fixed order; load expects what save gave.
    virtual std::vector<double> save() const = 0;
    virtual Result<void> load(const std::vector<double>& state) = 0;
    // Largest |p| that the last step wrote; infinite or NaN if something is not finite.
    virtual double largest() const = 0;
    virtual std::size_t bytes() const = 0;  // moments
};

struct OptimizerDescription {
    std::string id;     // sgd, momentum, nesterov, adam, adamw
    std::string title;
    std::string summary;
    std::string source;
    std::vector<std::string> equations;  // label markup
    std::vector<ParamSpec> params;       // always contains "rate"; weight decay where it exists is "decay"
    std::function<std::unique_ptr<Optimizer>(const ParamSet&, Index count)> make;
    // The same in PyTorch, for the code export: parameters in braces, {groups} for the parameter groups, whose decay is
    // named "weight_decay". Empty = not exported.
    std::string torch;
};

const std::vector<OptimizerDescription>& optimizerRegistry();
const OptimizerDescription* findOptimizer(const std::string& id);

// Schedule of the learning rate, common to all optimisers: parameters kind (constant|step|cosine|second_half),
// warmup (epochs), step_epochs, step_factor, floor.
const std::vector<ParamSpec>& scheduleParams();
// Factor on the rate at `epoch` (fractional, from 0) of `plannedEpochs`.
double scheduleFactor(const ParamSet& schedule, double epoch, double plannedEpochs);

// Which optimiser with which settings; `held` are values that differ from the defaults.
struct OptimizerChoice {
    std::string id = "adam";
    std::map<std::string, ParamValue> held;
    bool operator==(const OptimizerChoice&) const = default;
};

}  // namespace lab
