#include "core/rules/Goodness.h"

#include "core/base/Assert.h"
#include "core/math/Elementwise.h"
#include "core/math/Simd.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr Index kRowGrain = 16;
constexpr Index kColumnGrain = 256;
constexpr double kSaturated = 1e-3;

// silent[j] stays 1 only where x[j] is zero.
LAB_CLONES void markActive(const Real* x, std::uint8_t* silent, Index n) {
    for (Index j = 0; j < n; ++j) silent[j] = static_cast<std::uint8_t>(silent[j] & static_cast<std::uint8_t>(x[j] == Real(0)));
}

}  // namespace

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

double logistic(double x) {
    if (x >= 0) return 1.0 / (1.0 + std::exp(-x));
    const double e = std::exp(x);
    return e / (1.0 + e);
}

void goodnessRows(Pool& pool, GoodnessKind kind, const Real* h, Index rows, Index width, double* g) {
    const double share = kind == GoodnessKind::Mean ? 1.0 / static_cast<double>(width) : 1.0;
    pool.ranges(rows, kRowGrain, [=](Index begin, Index end) {
        for (Index i = begin; i < end; ++i)
            g[i] = sumSquares(h + i * width, width) * share;
    });
}

double contrastiveLoss(const GoodnessLoss& loss, std::span<const double> positive, std::span<const double> negative) {
    LAB_ASSERT(positive.size() == negative.size());
    if (positive.empty()) return 0;
    double sum = 0;
    for (const double g : positive) sum += softplus(-(g - loss.threshold) / loss.temperature);
    for (const double g : negative) sum += softplus((g - loss.threshold) / loss.temperature);
    return sum / (2.0 * static_cast<double>(positive.size()));
}

void contrastiveAdjoint(Pool& pool, const GoodnessLoss& loss, const Real* h, const double* g, Index pairs, Index width,
                        Real* adjoint) {
    double scale = 1.0 / (static_cast<double>(pairs) * loss.temperature);
    if (loss.kind == GoodnessKind::Mean) scale /= static_cast<double>(width);
    pool.ranges(2 * pairs, kRowGrain, [=](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            const double u = (g[i] - loss.threshold) / loss.temperature;
            // p - 1 = -sigma(-u): the subtraction would lose it.
            const double error = i < pairs ? -logistic(-u) : logistic(u);
            scaled(static_cast<Real>(error * scale), h + i * width, adjoint + i * width, width);
        }
    });
}

GoodnessFigures goodnessFigures(const GoodnessLoss& loss, std::span<const double> positive, std::span<const double> negative) {
    GoodnessFigures figures;
    if (positive.empty()) return figures;
    const double pairs = static_cast<double>(positive.size());
    for (std::size_t i = 0; i < positive.size(); ++i) {
        figures.meanPositive += positive[i];
        figures.meanNegative += negative[i];
        figures.pairErrors += negative[i] >= positive[i] ? 1 : 0;
        figures.separated += (positive[i] > loss.threshold ? 1 : 0) + (negative[i] < loss.threshold ? 1 : 0);
        figures.saturated += (logistic(-(positive[i] - loss.threshold) / loss.temperature) < kSaturated ? 1 : 0) +
                             (logistic((negative[i] - loss.threshold) / loss.temperature) < kSaturated ? 1 : 0);
    }
    figures.meanPositive /= pairs;
    figures.meanNegative /= pairs;
    figures.pairErrors /= pairs;
    figures.separated /= 2 * pairs;
    figures.saturated /= 2 * pairs;
    return figures;
}

Index silentUnits(Pool& pool, const Real* h, Index rows, Index width, std::vector<std::uint8_t>& scratch) {
    scratch.resize(static_cast<std::size_t>(width));
    std::uint8_t* silent = scratch.data();
    pool.ranges(width, kColumnGrain, [=](Index begin, Index end) {
        for (Index j = begin; j < end; ++j) silent[j] = 1;
        for (Index i = 0; i < rows; ++i) {
            markActive(h + i * width + begin, silent + begin, end - begin);
        }
    });
    Index count = 0;
    for (const std::uint8_t s : scratch) count += s;
    return count;
}

}  // namespace lab
