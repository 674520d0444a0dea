// The loss at the end of the network and what else the scores yield for nothing.
#pragma once

#include "core/rules/LearningRule.h"

namespace lab {

// Loss of the scores that stand in value(scoresArray()) (rows x size): cross-entropy against the labels for
// Task::Classify, half squared error against the input for Task::Reconstruct, mean over rows. Where `error` is not
// null (same shape) it receives d(loss)/d(scores), the 1/rows included. The accuracy is -1 for Task::Reconstruct.
StepReport readoutLoss(const Network& network, const Workspace& work, const Batch& batch, Real* error);

// Share of rows whose first largest score stands at the label.
double hitRate(const Real* scores, Index rows, Index classes, const int* labels);

// Euclidean norm, summed in double in order.
double norm(const Real* values, Index count);

// Angle between two arrays in degrees, 0 to 180, from sums in double; 90 where one of them is zero.
double angleDegrees(const Real* a, const Real* b, Index count);

}  // namespace lab
