#include "core/rules/ReadoutLoss.h"

#include <algorithm>
#include <cmath>

namespace lab {

double hitRate(const Real* scores, Index rows, Index classes, const int* labels) {
    Index hits = 0;
    for (Index i = 0; i < rows; ++i) {
        const Real* row = scores + i * classes;
        hits += std::max_element(row, row + classes) - row == labels[i];
    }
    return rows > 0 ? static_cast<double>(hits) / static_cast<double>(rows) : 0.0;
}

StepReport readoutLoss(const Network& network, const Workspace& work, const Batch& batch, Real* error) {
    const int array = network.scoresArray();
    const Index size = network.arrays()[static_cast<std::size_t>(array)].size;
    const Real* scores = work.value(array);
    StepReport report;
    if (network.task() == Task::Reconstruct) {
        report.loss = rebuildingError(network, scores, batch.x, error);
        return report;
    }
    report.loss = crossEntropy(scores, batch.rows(), size, batch.labels, error);
    report.accuracy = hitRate(scores, batch.rows(), size, batch.labels);
    return report;
}

double norm(const Real* values, Index count) {
    double sum = 0;
    for (Index i = 0; i < count; ++i) sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    return std::sqrt(sum);
}

double angleDegrees(const Real* a, const Real* b, Index count) {
    double aa = 0, bb = 0, ab = 0;
    for (Index i = 0; i < count; ++i) {
        const double x = a[i], y = b[i];
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    if (aa <= 0 || bb <= 0) return 90.0;
    return std::acos(std::clamp(ab / std::sqrt(aa * bb), -1.0, 1.0)) * (180.0 / 3.14159265358979323846);
}

}  // namespace lab
