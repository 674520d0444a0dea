#include "core/geometry/ClassGeometry.h"

#include "core/base/Assert.h"
#include "core/geometry/Spectrum.h"
#include "core/math/Decompositions.h"

#include <algorithm>
#include <cmath>

namespace lab {

Classes::Classes(Labels labels) : values(labels.begin(), labels.end()) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    sizes.assign(values.size(), 0);
    for (const std::int32_t label : labels) {
        const auto at = std::lower_bound(values.begin(), values.end(), label);
        of.push_back(at - values.begin());
        ++sizes[static_cast<std::size_t>(of.back())];
    }
}

ClassSums classSums(const GramBank& bank, Labels labels) {
    LAB_ASSERT(static_cast<Index>(labels.size()) == bank.probes());
    ClassSums out;
    out.classes = Classes(labels);
    if (!bank.ok()) {
        out.status = bank.status();
        out.why = bank.why();
        return out;
    }
    const Index n = bank.probes();
    const Index count = out.classes.count();
    if (count < 2) {
        out.why = "at least two classes are needed";
        return out;
    }
    out.status = Status::Ok;
    const std::vector<Index>& of = out.classes.of;
    const std::vector<Index>& sizes = out.classes.sizes;
    out.m = MatrixD::Zero(n, count);
    for (Index i = 0; i < n; ++i) {
        const double* row = bank.gram().data() + i * n;
        double* target = out.m.data() + i * count;
        for (Index j = 0; j < n; ++j) target[of[static_cast<std::size_t>(j)]] += row[j];
        for (Index c = 0; c < count; ++c) target[c] /= static_cast<double>(sizes[static_cast<std::size_t>(c)]);
    }
    out.a = MatrixD::Zero(count, count);
    for (Index i = 0; i < n; ++i) out.a.row(of[static_cast<std::size_t>(i)]) += out.m.row(i);
    double explained = 0;
    for (Index c = 0; c < count; ++c) {
        const double size = static_cast<double>(sizes[static_cast<std::size_t>(c)]);
        out.a.row(c) /= size;
        explained += size * out.a(c, c);
    }
    out.withinTrace = std::max(0.0, (bank.trace() - explained) / static_cast<double>(n));
    out.betweenTrace = out.a.trace() / static_cast<double>(count) - out.a.mean();
    return out;
}

NearestMean nearestClassMean(const GramBank& bank, const ClassSums& sums) {
    NearestMean out;
    if (!sums.ok()) {
        out.accuracy = out.leaveOneOut = sums.unusable();
        return out;
    }
    const Index n = bank.probes();
    const Index count = sums.classes.count();
    Index hits = 0, held = 0;
    bool singletons = false;
    for (Index i = 0; i < n; ++i) {
        const Index own = sums.classes.of[static_cast<std::size_t>(i)];
        const double size = static_cast<double>(sums.classes.sizes[static_cast<std::size_t>(own)]);
        singletons = singletons || size < 2;
        Index best = 0, bestHeld = 0;
        double least = 0, leastHeld = 0;
        for (Index c = 0; c < count; ++c) {
            const double d = bank.gram()(i, i) - 2 * sums.m(i, c) + sums.a(c, c);
            const double dHeld = c == own && size > 1 ? d * (size / (size - 1)) * (size / (size - 1)) : d;
            if (c == 0 || d < least) {
                least = d;
                best = c;
            }
            if (c == 0 || dHeld < leastHeld) {
                leastHeld = dHeld;
                bestHeld = c;
            }
        }
        out.predictions.push_back(best);
        hits += best == own;
        held += bestHeld == own;
    }
    out.accuracy = Measured::of(static_cast<double>(hits) / static_cast<double>(n));
    out.leaveOneOut = singletons ? Measured::none(Status::TooFewSamples, "a class has a single probe")
                                 : Measured::of(static_cast<double>(held) / static_cast<double>(n));
    return out;
}

Measured fisherTraceRatio(const ClassSums& sums) {
    if (!sums.ok()) return sums.unusable();
    if (!(sums.withinTrace > 1e-12 * sums.betweenTrace) || sums.withinTrace == 0)
        return Measured::none(Status::Degenerate, "no variance within classes");
    return Measured::of(sums.betweenTrace / sums.withinTrace);
}

Measured fisherDiscriminant(const GramBank& bank, const ClassSums& sums, double ridge) {
    if (!sums.ok()) return sums.unusable();
    const Scores parts = principalScores(bank);
    const Index n = bank.probes();
    const Index r = parts.scores.cols();
    const Index count = sums.classes.count();
    MatrixD means = MatrixD::Zero(count, r);
    for (Index i = 0; i < n; ++i) means.row(sums.classes.of[static_cast<std::size_t>(i)]) += parts.scores.row(i);
    for (Index c = 0; c < count; ++c) means.row(c) /= static_cast<double>(sums.classes.sizes[static_cast<std::size_t>(c)]);
    MatrixD deviations = parts.scores;
    for (Index i = 0; i < n; ++i) deviations.row(i) -= means.row(sums.classes.of[static_cast<std::size_t>(i)]);
    Eigen::MatrixXd within = deviations.transpose() * deviations / static_cast<double>(n);
    within.diagonal().array() += ridge * within.trace() / static_cast<double>(r);
    const Eigen::RowVectorXd centre = means.colwise().mean();
    const Eigen::MatrixXd spread = (means.rowwise() - centre).transpose();
    Eigen::MatrixXd solved;
    if (!solveDefinite(within, spread, 1e-13, solved))
        return Measured::none(Status::Degenerate, "the variance within classes is singular; raise the ridge");
    return Measured::of(solved.cwiseProduct(spread).sum() / static_cast<double>(count));
}

Silhouette silhouette(const GramBank& bank, const ClassSums& sums) {
    Silhouette out;
    if (!sums.ok()) {
        out.mean = sums.unusable();
        return out;
    }
    const Index n = bank.probes();
    const Index count = sums.classes.count();
    double total = 0;
    VectorD distance(count);
    for (Index i = 0; i < n; ++i) {
        distance.setZero();
        for (Index j = 0; j < n; ++j)
            distance[sums.classes.of[static_cast<std::size_t>(j)]] += std::sqrt(bank.squaredDistance(i, j));
        const Index own = sums.classes.of[static_cast<std::size_t>(i)];
        const Index size = sums.classes.sizes[static_cast<std::size_t>(own)];
        double point = 0;
        if (size > 1) {
            const double a = distance[own] / static_cast<double>(size - 1);
            double b = std::numeric_limits<double>::infinity();
            for (Index c = 0; c < count; ++c)
                if (c != own)
                    b = std::min(b, distance[c] / static_cast<double>(sums.classes.sizes[static_cast<std::size_t>(c)]));
            point = std::max(a, b) > 0 ? (b - a) / std::max(a, b) : 0.0;
        }
        out.points.push_back(point);
        total += point;
    }
    out.mean = Measured::of(total / static_cast<double>(n));
    return out;
}

NeuralCollapse neuralCollapse(const GramBank& bank, const ClassSums& sums) {
    NeuralCollapse out;
    const auto fill = [&](const Measured& m) { out.nc1 = out.cdnv = out.equinorm = out.equiangular = out.simplex = m; };
    if (!sums.ok()) {
        fill(sums.unusable());
        return out;
    }
    const Index n = bank.probes();
    const Index count = sums.classes.count();
    const double classes = static_cast<double>(count);
    // Gram of the class means around their own mean: P A P.
    const VectorD rows = sums.a.rowwise().mean();
    const double all = rows.mean();
    MatrixD centred(count, count);
    for (Index a = 0; a < count; ++a)
        for (Index b = 0; b < count; ++b) centred(a, b) = sums.a(a, b) - rows[a] - rows[b] + all;
    const double scale = std::max(centred.trace() / classes, sums.withinTrace);
    const auto gap = [&](Index a, Index b) { return sums.a(a, a) + sums.a(b, b) - 2 * sums.a(a, b); };
    for (Index a = 0; a < count; ++a)
        for (Index b = 0; b < a; ++b)
            if (!(gap(a, b) > 1e-10 * scale)) {
                fill(Measured::none(Status::Degenerate,
                                    "classes " + std::to_string(sums.classes.values[static_cast<std::size_t>(b)]) +
                                        " and " + std::to_string(sums.classes.values[static_cast<std::size_t>(a)]) +
                                        " have the same mean"));
                return out;
            }

    // NC1 through the eigenvectors of Sigma_B = P A P / C: sum_k |R u_k|^2 / (n C s_k^4), divided by C.
    const SymmetricEigen eigen = symmetricEigen(centred / classes);
    MatrixD residual(n, count);
    for (Index i = 0; i < n; ++i) {
        residual.row(i) = sums.m.row(i) - sums.a.row(sums.classes.of[static_cast<std::size_t>(i)]);
        residual.row(i).array() -= residual.row(i).mean();
    }
    double nc1 = 0;
    for (Index k = 0; k < count; ++k) {
        const double s2 = eigen.values[k];
        if (!(s2 > 1e-10 * eigen.values[count - 1])) continue;
        const VectorD along = residual * eigen.vectors.col(k);
        nc1 += along.squaredNorm() / (static_cast<double>(n) * classes * s2 * s2);
    }
    out.nc1 = Measured::of(nc1 / classes);

    VectorD variance = VectorD::Zero(count);
    for (Index i = 0; i < n; ++i) {
        const Index c = sums.classes.of[static_cast<std::size_t>(i)];
        variance[c] += std::max(0.0, bank.gram()(i, i) - 2 * sums.m(i, c) + sums.a(c, c));
    }
    for (Index c = 0; c < count; ++c) variance[c] /= static_cast<double>(sums.classes.sizes[static_cast<std::size_t>(c)]);
    out.pairs = MatrixD::Zero(count, count);
    double cdnv = 0, deviation = 0;
    out.cosines = MatrixD::Identity(count, count);
    for (Index a = 0; a < count; ++a)
        for (Index b = 0; b < a; ++b) {
            out.pairs(a, b) = out.pairs(b, a) = (variance[a] + variance[b]) / (2 * gap(a, b));
            cdnv += out.pairs(a, b);
            const double cosine = centred(a, b) / std::sqrt(centred(a, a) * centred(b, b));
            out.cosines(a, b) = out.cosines(b, a) = cosine;
            deviation += std::fabs(cosine + 1 / (classes - 1));
        }
    const double pairs = classes * (classes - 1) / 2;
    out.cdnv = Measured::of(cdnv / pairs);
    out.equiangular = std::isfinite(deviation)
                          ? Measured::of(deviation / pairs)
                          : Measured::none(Status::Degenerate, "a class mean lies at the centre of the class means");

    VectorD norms(count);
    for (Index c = 0; c < count; ++c) norms[c] = std::sqrt(std::max(0.0, centred(c, c)));
    const double mean = norms.mean();
    out.equinorm = Measured::of(std::sqrt((norms.array() - mean).square().mean()) / mean);
    MatrixD target = MatrixD::Constant(count, count, -1 / classes);
    target.diagonal().array() += 1;
    out.simplex = Measured::of((centred / centred.norm() - target / std::sqrt(classes - 1)).norm());
    return out;
}

}  // namespace lab
