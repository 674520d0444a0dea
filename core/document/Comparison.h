// Two rules on one circuit: what each side runs, and the figure that shows both.
#pragma once

#include "core/document/Experiment.h"
#include "core/document/Figure.h"
#include "core/record/Snapshot.h"

#include <memory>
#include <string>
#include <vector>

namespace lab {

// The experiment with another rule under the same conditions: circuit, data, seed, size and order of the batches and number
// of epochs stay; optimiser, schedule and the rule's own parameters are those of its recipe. Its own rule: as it is.
Experiment comparedExperiment(const Experiment& experiment, const std::string& rule);

struct ComparedRun {
    std::string title;                         // of the rule, for the legend
    std::shared_ptr<const Snapshot> snapshot;  // never null
};

// Test accuracy and training objective by epoch, one curve per run, and a table of where each stands: epoch, accuracy,
// objective, samples per second, bytes held for credit. `caption` tells what was trained on what.
Figure comparisonFigure(const std::vector<ComparedRun>& runs, const std::string& caption, std::size_t pointsPerCurve = 400);

}  // namespace lab
