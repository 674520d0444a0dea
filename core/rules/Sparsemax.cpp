#include "core/rules/Sparsemax.h"

#include <algorithm>
#include <functional>

namespace lab {

namespace {

double threshold(const Real* scores, Index classes, std::vector<double>& sorted) {
    sorted.assign(scores, scores + classes);
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    double sum = 0, tau = 0;
    for (std::size_t j = 0; j < sorted.size(); ++j) {
        sum += sorted[j];
        const double count = static_cast<double>(j + 1);
        if (1 + count * sorted[j] <= sum) break;
        tau = (sum - 1) / count;
    }
    return tau;
}

}  // namespace

double sparsemax(const Real* scores, Index classes, Real* probabilities, std::vector<double>& sorted) {
    const double tau = threshold(scores, classes, sorted);
    for (Index c = 0; c < classes; ++c)
        probabilities[c] = static_cast<Real>(std::max(static_cast<double>(scores[c]) - tau, 0.0));
    return tau;
}

double sparsemaxLoss(const Real* scores, Index rows, Index classes, const int* labels, Real* error,
                     std::vector<double>& sorted) {
    if (rows == 0) return 0;
    const double share = 1.0 / static_cast<double>(rows);
    double total = 0;
    for (Index i = 0; i < rows; ++i) {
        const Real* s = scores + i * classes;
        const double tau = threshold(s, classes, sorted);
        double loss = 0.5 - static_cast<double>(s[labels[i]]);
        for (Index c = 0; c < classes; ++c) {
            const double value = static_cast<double>(s[c]);
            const double p = std::max(value - tau, 0.0);
            if (p > 0) loss += 0.5 * (value * value - tau * tau);
            if (error != nullptr) error[i * classes + c] = static_cast<Real>((p - (c == labels[i] ? 1 : 0)) * share);
        }
        total += loss;
    }
    return total * share;
}

}  // namespace lab
