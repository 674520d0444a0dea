#include "core/geometry/Rdm.h"

#include "core/base/Assert.h"
#include "core/geometry/RankStatistics.h"

#include <cmath>

namespace lab {

namespace {

constexpr Index kRowGrain = 64;

double tolerance(const GramBank& bank, const MatrixD& distances) {
    double largest = 0;
    for (Index i = 0; i < distances.rows(); ++i)
        for (Index j = 0; j < i; ++j)
            if (distances(i, j) > largest) largest = distances(i, j);
    const bool wide = bank.precision() == GramBank::Precision::Double || sizeof(Real) == sizeof(double);
    return wide ? 1e-12 * std::max(1.0, largest) : 5e-7 * largest;
}

}  // namespace

Rdm rdm(const GramBank& bank, RdmKind kind, Pool& pool) {
    Rdm out;
    out.kind = kind;
    const Index n = bank.probes();
    if (!bank.ok() && !bank.constant()) {
        out.status = bank.status();
        out.why = bank.why();
        out.distances = MatrixD::Constant(n, n, std::numeric_limits<double>::quiet_NaN());
        out.undefined = n;
        return out;
    }
    out.distances.resize(n, n);
    // Self-products of the raw (cosine) or row-centred (correlation) patterns. Zero up to rounding: no direction.
    VectorD self = VectorD::Zero(n);
    if (kind == RdmKind::Cosine || kind == RdmKind::Correlation) {
        for (Index i = 0; i < n; ++i) {
            const double raw = bank.rawGram(i, i);
            const double value = kind == RdmKind::Cosine ? raw : bank.rowCentredGram(i, i);
            const double scale = std::max(raw, bank.meanSquare());
            self[i] = value > 1e-6 * scale && value > 0 ? value : 0.0;
            if (bank.precision() == GramBank::Precision::Double && value > 1e-13 * scale) self[i] = value;
            if (self[i] == 0) ++out.undefined;
        }
    }
    pool.ranges(n, kRowGrain, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            for (Index j = 0; j < n; ++j) {
                double value = 0;
                switch (kind) {
                    case RdmKind::SquaredEuclidean:
                        value = bank.squaredDistance(i, j);
                        break;
                    case RdmKind::Euclidean:
                        value = std::sqrt(bank.squaredDistance(i, j));
                        break;
                    case RdmKind::Cosine:
                        value = 1 - bank.rawGram(i, j) / std::sqrt(self[i] * self[j]);
                        break;
                    case RdmKind::Correlation:
                        value = 1 - bank.rowCentredGram(i, j) / std::sqrt(self[i] * self[j]);
                        break;
                }
                if ((kind == RdmKind::Cosine || kind == RdmKind::Correlation)) {
                    if (self[i] == 0 || self[j] == 0)
                        value = std::numeric_limits<double>::quiet_NaN();
                    else
                        value = i == j ? 0.0 : std::clamp(value, 0.0, 2.0);
                }
                out.distances(i, j) = value;
            }
        }
    });
    out.tieTolerance = tolerance(bank, out.distances);
    return out;
}

Rdm labelRdm(Labels labels) {
    Rdm out;
    const Index n = static_cast<Index>(labels.size());
    out.distances.resize(n, n);
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < n; ++j)
            out.distances(i, j) = labels[static_cast<std::size_t>(i)] == labels[static_cast<std::size_t>(j)] ? 0.0 : 1.0;
    return out;
}

std::vector<double> upperTriangle(const MatrixD& m) {
    std::vector<double> out;
    out.reserve(static_cast<std::size_t>(m.rows() * (m.rows() - 1) / 2));
    for (Index i = 0; i < m.rows(); ++i)
        for (Index j = i + 1; j < m.cols(); ++j) out.push_back(m(i, j));
    return out;
}

RdmAgreement compareRdms(const Rdm& x, const Rdm& y, RdmComparison comparison) {
    LAB_ASSERT(x.distances.rows() == y.distances.rows());
    RdmAgreement out;
    std::vector<double> v, w;
    for (Index i = 0; i < x.distances.rows(); ++i)
        for (Index j = i + 1; j < x.distances.cols(); ++j) {
            const double a = x.distances(i, j), b = y.distances(i, j);
            if (std::isnan(a) || std::isnan(b)) {
                ++out.excluded;
                continue;
            }
            v.push_back(a);
            w.push_back(b);
        }
    out.pairs = static_cast<Index>(v.size());
    switch (comparison) {
        case RdmComparison::Pearson:
            out.value = pearson(v, w);
            break;
        case RdmComparison::Spearman:
            out.value = spearman(v, w, x.tieTolerance, y.tieTolerance);
            break;
        case RdmComparison::KendallA:
            out.value = kendall(v, w, x.tieTolerance, y.tieTolerance).a;
            break;
        case RdmComparison::KendallB:
            out.value = kendall(v, w, x.tieTolerance, y.tieTolerance).b;
            break;
    }
    if (out.value.ok() && out.excluded > 0)
        out.value = Measured::approximate(out.value.value,
                                          std::to_string(out.excluded) + " pairs with undefined patterns left out");
    return out;
}

MatrixD blockMeans(const MatrixD& m, Index side) {
    LAB_ASSERT(side >= 1);
    const Index rows = std::min(side, m.rows());
    const Index cols = std::min(side, m.cols());
    MatrixD sums = MatrixD::Zero(rows, cols);
    MatrixD counts = MatrixD::Zero(rows, cols);
    for (Index i = 0; i < m.rows(); ++i)
        for (Index j = 0; j < m.cols(); ++j) {
            if (std::isnan(m(i, j))) continue;
            sums(i * rows / m.rows(), j * cols / m.cols()) += m(i, j);
            counts(i * rows / m.rows(), j * cols / m.cols()) += 1;
        }
    return sums.cwiseQuotient(counts);
}

}  // namespace lab
