// What each measure must not see (rotations, shifts, scale, order of probes) and what it must see.
#include "core/geometry/ClassGeometry.h"
#include "core/geometry/LinearProbe.h"
#include "core/geometry/Rdm.h"
#include "core/geometry/Similarity.h"
#include "core/geometry/Spectrum.h"
#include "tests/property/geometry/Clouds.h"

#include <QtTest>

#include <numeric>

using namespace lab;
using namespace lab::clouds;

namespace {

constexpr Index kN = 200, kP = 64, kQ = 48;

Pool& pool() {
    static Pool one(1);
    return one;
}

GramBank bank(const MatrixD& m, GramBank::Precision precision = GramBank::Precision::Single) {
    const Matrix values = real(m);
    return GramBank(values, pool(), precision);
}

double relative(double a, double b) {
    return std::fabs(a - b) / std::max(std::fabs(a), std::fabs(b));
}

}  // namespace

#define CLOSE(a, b, limit) \
    QVERIFY2(relative(a, b) <= (limit), qPrintable(QString("%1 and %2").arg(a, 0, 'g', 12).arg(b, 0, 'g', 12)))

class GeometryInvariance : public QObject {
    Q_OBJECT
private slots:
    void rotationShiftScale_data();
    void rotationShiftScale();
    void invertibleMapsChangeAlignment();
    void orderOfProbes();
    void shuffledPartner();
    void selfAndSymmetry();
    void threeFormulasOfUnbiasedHsic();
    void triangleInequality();
    void chanceLevels();
    void participationOfNoise();
    void intrinsicDimension();
    void largeMeans();
    void leaveOneOutIsExact();
    void leaveOneOutNeverBeatsTheFit();
    void correlationDistance();
    void collapseOfASimplex();
};

void GeometryInvariance::rotationShiftScale_data() {
    QTest::addColumn<double>("scale");
    QTest::addColumn<double>("shift");
    QTest::newRow("rotation") << 1.0 << 0.0;
    QTest::newRow("rotation and shift") << 1.0 << 5.0;
    QTest::newRow("rotation, shift and scale") << 7.5 << 3.0;
    QTest::newRow("small scale") << 1e-3 << 0.0;
}

void GeometryInvariance::rotationShiftScale() {
    QFETCH(double, scale);
    QFETCH(double, shift);
    const Pair pair = related(kN, kP, kQ, 11);
    const MatrixD clustered = clusters(kN, kP, 5, 0.4, 12);
    const std::vector<std::int32_t> labels = cyclicLabels(kN, 5);
    const MatrixD q = orthogonal(kP, 5);
    const GramBank x = bank(pair.x), y = bank(pair.y), c = bank(clustered);
    const GramBank xm = bank(moved(pair.x, q, scale, shift)), cm = bank(moved(clustered, q, scale, shift));

    CLOSE(cka(xm, y).value, cka(x, y).value, 1e-5);
    CLOSE(cka(xm, y, HsicKind::Biased).value, cka(x, y, HsicKind::Biased).value, 1e-5);
    CLOSE(ckaGaussian(xm, y, 0.5).value, ckaGaussian(x, y, 0.5).value, 1e-4);
    CLOSE(cka(x, xm, HsicKind::Biased).value, 1.0, 1e-5);
    CLOSE(procrustes(xm, y).similarity.value, procrustes(x, y).similarity.value, 1e-5);
    CLOSE(participationRatio(xm).value, participationRatio(x).value, 1e-5);
    CLOSE(participationRatio(cm, true).value, participationRatio(c, true).value, 1e-4);
    CLOSE(spectrum(cm).effectiveRankSigma, spectrum(c).effectiveRankSigma, 1e-4);
    CLOSE(twoNearestDimension(cm).fit.value, twoNearestDimension(c).fit.value, 1e-3);
    const ClassSums s = classSums(c, labels), sm = classSums(cm, labels);
    CLOSE(neuralCollapse(cm, sm).nc1.value, neuralCollapse(c, s).nc1.value, 1e-4);
    CLOSE(neuralCollapse(cm, sm).cdnv.value, neuralCollapse(c, s).cdnv.value, 1e-4);
    CLOSE(neuralCollapse(cm, sm).equiangular.value, neuralCollapse(c, s).equiangular.value, 1e-4);
    CLOSE(silhouette(cm, sm).mean.value, silhouette(c, s).mean.value, 1e-4);
    CLOSE(fisherTraceRatio(sm).value, fisherTraceRatio(s).value, 1e-4);
    QCOMPARE(linearProbe(cm, labels).accuracy.value, linearProbe(c, labels).accuracy.value);
    QVERIFY(linearProbe(c, labels).accuracy.value > 0.3);
    QCOMPARE(nearestClassMean(cm, sm).leaveOneOut.value, nearestClassMean(c, s).leaveOneOut.value);
    const RdmAgreement agreement =
        compareRdms(rdm(xm, RdmKind::Euclidean, pool()), rdm(y, RdmKind::Euclidean, pool()), RdmComparison::Spearman);
    CLOSE(agreement.value.value,
          compareRdms(rdm(x, RdmKind::Euclidean, pool()), rdm(y, RdmKind::Euclidean, pool()), RdmComparison::Spearman)
              .value.value,
          1e-4);
}

void GeometryInvariance::invertibleMapsChangeAlignment() {
    // Whitening by accident would make the alignment blind to invertible maps; it must not be.
    const Pair pair = related(kN, kP, kQ, 21);
    MatrixD a = orthogonal(kP, 22);
    for (Index j = 0; j < kP; ++j) a.col(j) *= std::pow(10.0, 2.0 * static_cast<double>(j) / (kP - 1));
    a = a * orthogonal(kP, 23);
    const double before = cka(bank(pair.x), bank(pair.y)).value;
    const double after = cka(bank(pair.x * a), bank(pair.y)).value;
    QVERIFY2(std::fabs(before - after) > 0.01, qPrintable(QString("%1 and %2").arg(before).arg(after)));
}

void GeometryInvariance::orderOfProbes() {
    const Pair pair = related(kN, kP, kQ, 31);
    const Stream random(7, Purpose::Analysis);
    std::vector<Index> order(kN);
    std::iota(order.begin(), order.end(), Index{0});
    for (Index i = kN - 1; i > 0; --i)
        std::swap(order[static_cast<std::size_t>(i)],
                  order[random.belowAt(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(i) + 1)]);
    MatrixD x(kN, kP), y(kN, kQ);
    std::vector<std::int32_t> labels = cyclicLabels(kN, 4), turned;
    for (Index i = 0; i < kN; ++i) {
        x.row(i) = pair.x.row(order[static_cast<std::size_t>(i)]);
        y.row(i) = pair.y.row(order[static_cast<std::size_t>(i)]);
        turned.push_back(labels[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]);
    }
    CLOSE(cka(bank(x), bank(y)).value, cka(bank(pair.x), bank(pair.y)).value, 1e-5);
    QCOMPARE(linearProbe(bank(x), turned).accuracy.value, linearProbe(bank(pair.x), labels).accuracy.value);
    const Rdm a = rdm(bank(x), RdmKind::Cosine, pool()), b = rdm(bank(y), RdmKind::Cosine, pool());
    const Rdm c = rdm(bank(pair.x), RdmKind::Cosine, pool()), d = rdm(bank(pair.y), RdmKind::Cosine, pool());
    CLOSE(compareRdms(a, b, RdmComparison::KendallA).value.value, compareRdms(c, d, RdmComparison::KendallA).value.value,
          1e-4);
}

void GeometryInvariance::shuffledPartner() {
    constexpr Index n = 512;
    const Pair pair = related(n, 20, 16, 41);
    const GramBank x = bank(pair.x);
    double sum = 0;
    for (std::uint64_t round = 0; round < 50; ++round) {
        const Stream random(round, Purpose::Analysis, 3);
        MatrixD y = pair.y;
        for (Index i = n - 1; i > 0; --i)
            y.row(i).swap(y.row(
                static_cast<Index>(random.belowAt(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(i) + 1))));
        sum += cka(x, bank(y)).value;
    }
    QVERIFY2(std::fabs(sum / 50) < 0.02, qPrintable(QString::number(sum / 50)));
}

void GeometryInvariance::selfAndSymmetry() {
    const Pair pair = related(kN, kP, kQ, 51);
    const GramBank x = bank(pair.x), y = bank(pair.y);
    QCOMPARE(cka(x, x).value, 1.0);
    QCOMPARE(cka(x, x, HsicKind::Biased).value, 1.0);
    QCOMPARE(cka(x, y).value, cka(y, x).value);
    const double biased = cka(x, y, HsicKind::Biased).value;
    QVERIFY(biased > 0 && biased < 1);
    // The feature form |Yc^T Xc|^2 / (|Xc^T Xc| |Yc^T Yc|).
    const MatrixD xc = pair.x.rowwise() - pair.x.colwise().mean(), yc = pair.y.rowwise() - pair.y.colwise().mean();
    const MatrixD xy = yc.transpose() * xc, xx = xc.transpose() * xc, yy = yc.transpose() * yc;
    CLOSE(biased, xy.squaredNorm() / (xx.norm() * yy.norm()), 1e-5);
    std::vector<const GramBank*> taps = {&x, &y};
    const MatrixD matrix = ckaMatrix(taps, pool());
    QCOMPARE(matrix(0, 1), cka(x, y).value);
    QCOMPARE(matrix(1, 0), matrix(0, 1));
    QCOMPARE(matrix(1, 1), 1.0);
}

void GeometryInvariance::threeFormulasOfUnbiasedHsic() {
    const Pair pair = related(40, 12, 9, 61);
    const GramBank x = bank(pair.x, GramBank::Precision::Double), y = bank(pair.y, GramBank::Precision::Double);
    const Index n = 40;
    const double c = static_cast<double>(n);
    MatrixD k = x.gram(), l = y.gram();
    k.diagonal().setZero();
    l.diagonal().setZero();
    const MatrixD kl = k * l;
    const double tilde = (kl.trace() + k.sum() * l.sum() / ((c - 1) * (c - 2)) - 2 * kl.sum() / (c - 2)) / (c * (c - 3));
    const auto centre = [&](MatrixD m) {
        const VectorD rows = m.rowwise().sum() / (c - 2);
        const double all = m.sum() / ((c - 1) * (c - 2));
        for (Index i = 0; i < n; ++i)
            for (Index j = 0; j < n; ++j) m(i, j) = i == j ? 0.0 : m(i, j) - rows[i] - rows[j] + all;
        return m;
    };
    const double centred = centre(k).cwiseProduct(centre(l)).sum() / (c * (c - 3));
    CLOSE(hsic(x, y, HsicKind::Debiased).value, tilde, 1e-9);
    CLOSE(tilde, centred, 1e-9);
}

void GeometryInvariance::triangleInequality() {
    for (std::uint64_t t = 0; t < 100; ++t) {
        const MatrixD shared = gaussian(12, 3, 1000 + t);
        GramBank banks[3];
        for (std::uint64_t i = 0; i < 3; ++i)
            banks[i] = bank(shared * gaussian(3, 5, 3 * t + i) + 0.5 * gaussian(12, 5, 9000 + 3 * t + i),
                            GramBank::Precision::Double);
        const auto angle = [&](int a, int b) {
            return std::acos(std::min(1.0, cka(banks[a], banks[b], HsicKind::Biased).value));
        };
        QVERIFY(angle(0, 2) <= angle(0, 1) + angle(1, 2) + 1e-9);
        const Procrustes ab = procrustes(banks[0], banks[1]), bc = procrustes(banks[1], banks[2]),
                         ac = procrustes(banks[0], banks[2]);
        QVERIFY(ac.angle <= ab.angle + bc.angle + 1e-9);
        QVERIFY(ac.chordal <= ab.chordal + bc.chordal + 1e-9);
        QVERIFY(ac.distance <= ab.distance + bc.distance + 1e-9);
    }
}

void GeometryInvariance::chanceLevels() {
    double biased = 0, debiased = 0;
    for (std::uint64_t i = 0; i < 50; ++i) {
        const GramBank x = bank(gaussian(kN, kP, 300 + 2 * i)), y = bank(gaussian(kN, kQ, 301 + 2 * i + 5000));
        biased += cka(x, y, HsicKind::Biased).value / 50;
        debiased += cka(x, y).value / 50;
    }
    CLOSE(biased, ckaChance(kN, kP, kQ), 0.02);
    QVERIFY2(std::fabs(debiased) < 0.005, qPrintable(QString::number(debiased)));
}

void GeometryInvariance::participationOfNoise() {
    double plain = 0, corrected = 0;
    for (std::uint64_t i = 0; i < 10; ++i) {
        const GramBank x = bank(gaussian(kN, kP, 700 + i));
        plain += participationRatio(x).value / 10;
        corrected += participationRatio(x, true).value / 10;
        QVERIFY(participationRatio(x).value >= 1 && participationRatio(x).value <= kP);
    }
    CLOSE(plain, static_cast<double>(kP) * (kN - 1) / static_cast<double>(kP + kN - 1), 0.02);
    CLOSE(corrected, static_cast<double>(kP), 0.05);
}

void GeometryInvariance::intrinsicDimension() {
    double square = 0, roll = 0;
    constexpr Index n = 1000;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        const Stream random(seed, Purpose::Generator);
        MatrixD flat(n, 2), rolled(n, 3);
        for (Index i = 0; i < n; ++i) {
            const double u = random.uniformAt(static_cast<std::uint64_t>(2 * i)),
                         v = random.uniformAt(static_cast<std::uint64_t>(2 * i + 1));
            flat.row(i) << u, v;
            const double t = 1.5 * 3.14159265358979 * (1 + 2 * v);
            rolled.row(i) << t * std::cos(t), 21 * u, t * std::sin(t);
        }
        square += twoNearestDimension(bank(flat, GramBank::Precision::Double)).fit.value / 10;
        roll += twoNearestDimension(bank(rolled, GramBank::Precision::Double)).fit.value / 10;
    }
    QVERIFY2(std::fabs(square - 1.97) < 0.08, qPrintable(QString::number(square)));
    QVERIFY2(std::fabs(roll - 1.97) < 0.1, qPrintable(QString::number(roll)));
}

void GeometryInvariance::largeMeans() {
    // Centring after a single-precision product loses everything here; centring before it does not.
    const MatrixD x = gaussian(kN, kP, 81);
    const Matrix far = (x.array() + 1000.0).matrix().cast<Real>();
    const Matrix kept = (far.cast<double>().array() - 1000.0).matrix().cast<Real>();  // the same rounding, no mean
    const GramBank a(far, pool()), b(kept, pool());
    CLOSE(a.trace(), b.trace(), 1e-5);
    CLOSE(cka(a, b).value, 1.0, 1e-6);
}

void GeometryInvariance::leaveOneOutIsExact() {
    // Against forty refits with the mean of the targets and of the units estimated again each time.
    constexpr Index n = 40, p = 15;
    constexpr double lambda = 3.0;
    const MatrixD x = real(clusters(n, p, 3, 0.5, 91)).cast<double>();
    const std::vector<std::int32_t> labels = cyclicLabels(n, 3);
    const LinearProbe probe = linearProbeAbsolute(bank(x, GramBank::Precision::Double), labels, lambda);
    for (Index out = 0; out < n; ++out) {
        MatrixD rest(n - 1, p), targets = MatrixD::Zero(n - 1, 3);
        for (Index i = 0, r = 0; i < n; ++i) {
            if (i == out) continue;
            rest.row(r) = x.row(i);
            targets(r++, labels[static_cast<std::size_t>(i)]) = 1;
        }
        const Eigen::RowVectorXd mu = rest.colwise().mean(), tau = targets.colwise().mean();
        rest.rowwise() -= mu;
        targets.rowwise() -= tau;
        MatrixD normal = rest.transpose() * rest;
        normal.diagonal().array() += lambda;
        QVERIFY(choleskyInPlace(normal));
        const MatrixD w = invertLower(normal);
        const MatrixD solution = w.transpose() * (w * (rest.transpose() * targets));
        const Eigen::RowVectorXd prediction = (x.row(out) - mu) * solution + tau;
        for (Index c = 0; c < 3; ++c)
            QVERIFY2(std::fabs(prediction[c] - probe.predictions(out, c)) < 1e-8, qPrintable(QString::number(out)));
    }
}

void GeometryInvariance::leaveOneOutNeverBeatsTheFit() {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const GramBank x = bank(clusters(60, 10, 4, 0.3, 100 + seed));
        const LinearProbe probe = linearProbe(x, cyclicLabels(60, 4), seed % 2 == 0 ? 1e-2 : 10);
        QVERIFY(probe.accuracy.value <= probe.inSample.value);
        QVERIFY(probe.low <= probe.accuracy.value && probe.accuracy.value <= probe.high);
    }
}

void GeometryInvariance::correlationDistance() {
    // Blind to the length and mean of each pattern, not to the scale of single units.
    const MatrixD x = gaussian(30, 12, 111);
    MatrixD patterns = x, units = x;
    for (Index i = 0; i < 30; ++i)
        patterns.row(i) = (x.row(i).array() * (0.5 + static_cast<double>(i)) + 3.0 * static_cast<double>(i % 5)).matrix();
    for (Index j = 0; j < 12; ++j) units.col(j) *= 1.0 + static_cast<double>(j);
    const MatrixD a = rdm(bank(x, GramBank::Precision::Double), RdmKind::Correlation, pool()).distances;
    const MatrixD b = rdm(bank(patterns, GramBank::Precision::Double), RdmKind::Correlation, pool()).distances;
    const MatrixD c = rdm(bank(units, GramBank::Precision::Double), RdmKind::Correlation, pool()).distances;
    QVERIFY((a - b).cwiseAbs().maxCoeff() < 1e-4);
    QVERIFY((a - c).cwiseAbs().maxCoeff() > 0.05);
}

void GeometryInvariance::collapseOfASimplex() {
    // Class means on a regular simplex, no spread within classes.
    MatrixD x = MatrixD::Zero(20, 4);
    for (Index i = 0; i < 20; ++i) x(i, i % 4) = 1;
    const GramBank b = bank(x, GramBank::Precision::Double);
    const NeuralCollapse c = neuralCollapse(b, classSums(b, cyclicLabels(20, 4)));
    for (const Measured& m : {c.nc1, c.cdnv, c.equinorm, c.equiangular, c.simplex}) {
        QVERIFY2(m.ok(), m.why.c_str());
        QVERIFY(m.value < 1e-9);
    }
}

QTEST_APPLESS_MAIN(GeometryInvariance)
#include "tst_GeometryInvariance.moc"
