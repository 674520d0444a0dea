#include "core/optimize/Optimizer.h"

#include <algorithm>
#include <cmath>

namespace lab {

const std::vector<ParamSpec>& scheduleParams() {
    static const std::vector<ParamSpec> specs = {
        ParamSpec::choice(
            "kind", "Schedule", "constant",
            {{"constant", "Constant", "The rate stays as it is."},
             {"step", "Steps", "The rate is multiplied by a factor every few epochs."},
             {"cosine", "Cosine", "The rate falls along half a cosine to the floor (Loshchilov & Hutter, 2017)."},
             {"second_half", "Second half",
              "Constant for half of the epochs, then a straight line to zero (Hinton, 2022)."}},
            "How the learning rate changes over the planned epochs."),
        ParamSpec::number("warmup", "Warm-up", 0, 0, 1e6, "Epochs over which the rate rises from zero.")
            .withUnit("epochs")
            .isAdvanced(),
        ParamSpec::number("step_epochs", "Every", 10, 1e-3, 1e6, "Epochs between two steps of the rate.")
            .withUnit("epochs")
            .when("kind", {"step"}),
        ParamSpec::number("step_factor", "Factor", 0.1, 0, 1, "What the rate is multiplied by.").when("kind", {"step"}),
        ParamSpec::number("floor", "Floor", 0, 0, 1, "Share of the rate that is left at the end.")
            .when("kind", {"cosine", "second_half"})
            .isAdvanced()};
    return specs;
}

double scheduleFactor(const ParamSet& schedule, double epoch, double plannedEpochs) {
    const double warmup = schedule.number("warmup");
    const double planned = std::max(plannedEpochs, 1e-9);
    double factor = 1;
    const std::string& kind = schedule.text("kind");
    if (kind == "step") {
        factor =
            std::pow(schedule.number("step_factor"), std::floor(std::max(0.0, epoch) / schedule.number("step_epochs")));
    } else if (kind == "cosine") {
        // Half a cosine over the epochs after the warm-up.
        const double length = std::max(planned - warmup, 1e-9);
        const double share = std::clamp((epoch - warmup) / length, 0.0, 1.0);
        const double floor = schedule.number("floor");
        factor = floor + (1 - floor) * 0.5 * (1 + std::cos(3.14159265358979323846 * share));
    } else if (kind == "second_half") {
        factor = std::clamp(2 * (1 - epoch / planned), schedule.number("floor"), 1.0);
    }
    if (warmup > 0 && epoch < warmup) factor *= std::max(0.0, epoch) / warmup;
    return factor;
}

}  // namespace lab
