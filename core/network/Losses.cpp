#include "core/base/Assert.h"
#include "core/math/ScalarFunctions.h"
#include "core/network/Network.h"

#include <algorithm>
#include <cmath>

namespace lab {

double crossEntropy(const Real* scores, Index rows, Index classes, const int* labels, Real* error) {
    LAB_ASSERT(classes > 0);
    const double share = rows > 0 ? 1.0 / static_cast<double>(rows) : 0;
    double loss = 0;
    for (Index r = 0; r < rows; ++r) {
        const Real* s = scores + r * classes;
        LAB_ASSERT(labels[r] >= 0 && labels[r] < classes);
        double top = static_cast<double>(s[0]);
        for (Index k = 1; k < classes; ++k) top = std::max(top, static_cast<double>(s[k]));
        double total = 0;
        for (Index k = 0; k < classes; ++k) total += std::exp(static_cast<double>(s[k]) - top);
        loss += top + std::log(total) - static_cast<double>(s[labels[r]]);
        if (error == nullptr) continue;
        for (Index k = 0; k < classes; ++k) {
            const double p = std::exp(static_cast<double>(s[k]) - top) / total;
            error[r * classes + k] = static_cast<Real>((p - (k == labels[r] ? 1.0 : 0.0)) * share);
        }
    }
    return loss * share;
}

double halfSquaredError(const Real* output, const Real* target, Index rows, Index size, Real* error, Index stride) {
    const double share = rows > 0 ? 1.0 / static_cast<double>(rows) : 0;
    const Real scale = static_cast<Real>(share);
    const Index step = stride > 0 ? stride : size;
    double loss = 0;
    for (Index r = 0; r < rows; ++r)
        for (Index i = 0; i < size; ++i) {
            const Real o = output[r * size + i], t = target[r * step + i];
            const double d = static_cast<double>(o) - static_cast<double>(t);
            loss += d * d;
            if (error != nullptr) error[r * size + i] = (o - t) * scale;
        }
    return 0.5 * loss * share;
}

double rebuildingError(const Network& network, const Real* output, const ConstMatrixMap& x, Real* error) {
    const Index size = network.arrays()[static_cast<std::size_t>(network.scoresArray())].size;
    return halfSquaredError(output, x.data() + network.targetOffset(), x.rows(), size, error, x.cols());
}

void argmaxRows(const Real* scores, Index rows, Index classes, int* labels) {
    for (Index r = 0; r < rows; ++r) {
        const Real* s = scores + r * classes;
        Index best = 0;
        for (Index k = 1; k < classes; ++k)
            if (s[k] > s[best]) best = k;
        labels[r] = static_cast<int>(best);
    }
}

double trueGradient(Pool& pool, Network& network, Workspace& work, const ConstMatrixMap& x, const int* labels,
                    Real* gradient) {
    LAB_ASSERT(network.hasReadout());
    const Index rows = x.rows();
    const int stages = static_cast<int>(network.stages().size());
    network.setInput(work, x);
    ForwardMode mode;
    mode.training = true;
    network.forward(pool, work, rows, 0, stages, mode);
    const int scores = network.scoresArray();
    const Index size = network.arrays()[static_cast<std::size_t>(scores)].size;
    const double loss = network.task() == Task::Classify
                            ? crossEntropy(work.value(scores), rows, size, labels, work.adjoint(scores))
                            : rebuildingError(network, work.value(scores), x, work.adjoint(scores));
    BackwardOptions options;
    options.gradient = gradient;
    for (int stage = stages; stage-- > 0;) {
        options.inputAdjoint = stage > 0;
        network.backward(pool, work, rows, stage, options);
    }
    return loss;
}

}  // namespace lab
