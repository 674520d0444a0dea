// Training on the command line: a bar with time left on a terminal, one line per evaluation, an optional log with one
// JSON object per evaluation. The numbers are those of the window: same code, same bits.
#pragma once

#include "core/run/Trainer.h"

#include <QString>

namespace lab {

struct TrainingOutput {
    QString log;         // path of a JSON Lines file; empty = none
    bool quiet = false;  // no table, no bar
};

// Trains to the end of the plan. Ctrl+C stops after the step in hand; what has been reached can still be saved.
Result<void> runTraining(Trainer& trainer, const TrainingOutput& output);

// One evaluation as a JSON object on one line, as --log writes it; non-finite numbers are null.
QByteArray evaluationJson(const Evaluation& evaluation, const Trainer& trainer);

// Writes all parameters as .npz with the names and shapes of a PyTorch state_dict.
Result<void> saveWeights(Trainer& trainer, const std::string& path);
// Reads parameters by name from .npz; every name in the file must exist with its shape.
Result<void> loadWeights(Trainer& trainer, const std::string& path);

}  // namespace lab
