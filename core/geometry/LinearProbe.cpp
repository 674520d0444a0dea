#include "core/geometry/LinearProbe.h"

#include "core/base/Assert.h"
#include "core/geometry/DoubleProducts.h"

#include <cmath>

namespace lab {

namespace {

Index argmax(const MatrixD& m, Index row) {
    Index best = 0;
    for (Index c = 1; c < m.cols(); ++c)
        if (m(row, c) > m(row, best)) best = c;
    return best;
}

}  // namespace

void wilsonInterval(double proportion, double count, double& low, double& high) {
    const double z2 = 1.959963984540054 * 1.959963984540054;
    const double centre = (proportion + z2 / (2 * count)) / (1 + z2 / count);
    const double half =
        std::sqrt(z2 * (proportion * (1 - proportion) / count + z2 / (4 * count * count))) / (1 + z2 / count);
    low = std::max(0.0, centre - half);
    high = std::min(1.0, centre + half);
}

LinearProbe linearProbe(const GramBank& bank, Labels labels, double rho) {
    LAB_ASSERT(rho > 0);
    return linearProbeAbsolute(bank, labels, bank.ok() ? rho * bank.trace() / static_cast<double>(bank.probes()) : 1.0);
}

LinearProbe linearProbeAbsolute(const GramBank& bank, Labels labels, double lambda) {
    LAB_ASSERT(lambda > 0);
    LAB_ASSERT(static_cast<Index>(labels.size()) == bank.probes());
    LinearProbe out;
    out.lambda = lambda;
    out.classes = Classes(labels);
    const Index n = bank.probes();
    const Index count = out.classes.count();
    if (!bank.ok()) {
        out.accuracy = out.inSample = bank.unusable();
        return out;
    }
    if (count < 2) {
        out.accuracy = out.inSample = Measured::none(Status::Degenerate, "at least two classes are needed");
        return out;
    }
    MatrixD factor = bank.gram();
    factor.diagonal().array() += lambda;
    if (!choleskyInPlace(factor)) {
        out.accuracy = out.inSample =
            Measured::none(Status::Degenerate, "the regularised Gram matrix is not positive definite; raise the ridge");
        return out;
    }
    const MatrixD inverse = invertLower(factor);  // W, B = W^T W
    MatrixD centred(n, count);
    for (Index i = 0; i < n; ++i)
        for (Index c = 0; c < count; ++c)
            centred(i, c) = (out.classes.of[static_cast<std::size_t>(i)] == c ? 1.0 : 0.0) -
                            static_cast<double>(out.classes.sizes[static_cast<std::size_t>(c)]) / static_cast<double>(n);
    MatrixD half = MatrixD::Zero(n, count);  // W Tc
    multiplyAdd(n, count, n, 1.0, inverse.data(), n, centred.data(), count, half.data(), count);
    MatrixD solved = MatrixD::Zero(n, count);  // B Tc = W^T (W Tc), row by row of W
    VectorD diagonal = VectorD::Zero(n);
    for (Index i = 0; i < n; ++i) {
        const double* row = inverse.data() + i * n;
        const double* source = half.data() + i * count;
        for (Index j = 0; j <= i; ++j) {
            const double w = row[j];
            diagonal[j] += w * w;
            double* target = solved.data() + j * count;
            for (Index c = 0; c < count; ++c) target[c] += w * source[c];
        }
    }
    out.predictions.resize(n, count);
    out.leverage.resize(n);
    Index hits = 0, inside = 0;
    MatrixD fitted(1, count);
    for (Index i = 0; i < n; ++i) {
        const Index own = out.classes.of[static_cast<std::size_t>(i)];
        out.leverage[i] = 1 - lambda * diagonal[i] + 1 / static_cast<double>(n);
        const double remaining = lambda * diagonal[i] - 1 / static_cast<double>(n);  // 1 - h_ii > 0
        for (Index c = 0; c < count; ++c) {
            const double target = own == c ? 1.0 : 0.0;
            fitted(0, c) = target - lambda * solved(i, c);
            out.predictions(i, c) = target - lambda * solved(i, c) / remaining;
        }
        out.predicted.push_back(argmax(out.predictions, i));
        hits += out.predicted.back() == own;
        inside += argmax(fitted, 0) == own;
    }
    const double size = static_cast<double>(n);
    out.accuracy = Measured::of(static_cast<double>(hits) / size);
    out.inSample = bank.units() >= n - 1
                       ? Measured::approximate(static_cast<double>(inside) / size,
                                               "units outnumber probes: the fit is nearly exact whatever the labels")
                       : Measured::of(static_cast<double>(inside) / size);
    wilsonInterval(out.accuracy.value, size, out.low, out.high);
    return out;
}

}  // namespace lab
