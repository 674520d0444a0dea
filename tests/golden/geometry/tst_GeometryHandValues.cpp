// Values worked out by hand or recomputed twice independently, on inputs of four to eight probes. The same file is built
// against the engine in single and in double precision; banks are built in double in both.
#include "core/geometry/AlignedPca.h"
#include "core/geometry/LinearProbe.h"
#include "core/geometry/RankStatistics.h"
#include "core/geometry/Rdm.h"
#include "core/geometry/Signals.h"
#include "core/geometry/Similarity.h"
#include "core/geometry/Spectrum.h"

#include <QtTest>

#include <cmath>

using namespace lab;

namespace {

Matrix make(Index rows, std::initializer_list<double> values) {
    Matrix m(rows, static_cast<Index>(values.size()) / rows);
    Index i = 0;
    for (const double v : values) m.data()[i++] = static_cast<Real>(v);
    return m;
}

const Matrix kX = make(4, {1, 0, 2, 0, 1, 1, 2, 1, 0, 3, 2, 1});
const Matrix kY = make(4, {1, 0, 0, 2, 1, 1, 3, 1});
const Matrix kX6 = make(6, {0, 0, 1, 0, 0, 1, 2, 1, 1, 3, 2, 2});
const Matrix kY6 = make(6, {0, 1, 1, 1, 0, 0, 2, 3, 2, 1, 1, 2});
const Matrix kP6 = make(6, {0, 0, 2, 0, 5, 1, 5, 3, 0, 6, 2, 8});
const Matrix kQ6 = make(6, {0, 0, 1, 0, 0, 2, 4, 0, 4, 3, 9, 9});
const std::vector<std::int32_t> kClasses = {0, 0, 1, 1, 2, 2};

Pool& pool() {
    static Pool one(1);
    return one;
}

GramBank bank(const Matrix& m) {
    return GramBank(m, pool(), GramBank::Precision::Double);
}

constexpr double kTolerance = 1e-8;

void near(double found, double wanted, double tolerance = kTolerance) {
    if (std::fabs(found - wanted) <= tolerance) return;
    QFAIL(qPrintable(QString("found %1, wanted %2").arg(found, 0, 'g', 17).arg(wanted, 0, 'g', 17)));
}

void near(const Measured& found, double wanted, double tolerance = kTolerance) {
    QVERIFY2(found.ok(), found.why.c_str());
    near(found.value, wanted, tolerance);
}

}  // namespace

// QFAIL in a helper returns from the helper only; this carries the failure to the test function.
#define NEAR(...)                               \
    do {                                        \
        near(__VA_ARGS__);                      \
        if (QTest::currentTestFailed()) return; \
    } while (false)

class GeometryHandValues : public QObject {
    Q_OBJECT
private slots:
    void gram();
    void alignmentOfKernels();
    void minibatches();
    void gaussianKernels();
    void shape();
    void dissimilarities();
    void dissimilarityRanks();
    void dimension();
    void twoNearest();
    void scatter();
    void collapse();
    void silhouettes();
    void means();
    void probe();
    void frames();
    void signalsAndVectors();
    void confusions();
};

void GeometryHandValues::gram() {
    const double wanted[4][4] = {
        {2.25, .75, -1.25, -1.75}, {.75, 2.25, -.75, -2.25}, {-1.25, -.75, 1.25, .75}, {-1.75, -2.25, .75, 3.25}};
    const GramBank x = bank(kX), y = bank(kY);
    const GramBank single(kX, pool(), GramBank::Precision::Single);
    for (Index i = 0; i < 4; ++i)
        for (Index j = 0; j < 4; ++j) {
            NEAR(x.gram()(i, j), wanted[i][j]);
            NEAR(single.gram()(i, j), wanted[i][j], 1e-6);
            double raw = 0;
            for (Index u = 0; u < 3; ++u) raw += static_cast<double>(kX(i, u)) * static_cast<double>(kX(j, u));
            NEAR(x.rawGram(i, j), raw);
        }
    NEAR(symmetricDot(x.gram(), y.gram()), 27.25);
    NEAR(x.squaredNorm(), 45.0);
    NEAR(y.squaredNorm(), 28.5625);
    NEAR(x.trace(), 9.0);
    NEAR(y.trace(), 6.75);
}

void GeometryHandValues::alignmentOfKernels() {
    const GramBank x = bank(kX), y = bank(kY), x6 = bank(kX6), y6 = bank(kY6);
    NEAR(hsic(x, y, HsicKind::Biased), 27.25 / 9);
    NEAR(cka(x, y, HsicKind::Biased), 27.25 / std::sqrt(45 * 28.5625));
    NEAR(hsic(x, y, HsicKind::Debiased), 0.25);
    NEAR(hsic(x, x, HsicKind::Debiased), 3.5);
    NEAR(hsic(y, y, HsicKind::Debiased), 0.5);
    NEAR(cka(x, y), 0.25 / std::sqrt(1.75));
    NEAR(cka(x6, y6, HsicKind::Biased), .5184174821, 1e-10);
    NEAR(hsic(x6, y6, HsicKind::Debiased), 1.0277777778, 1e-10);
    NEAR(hsic(x6, x6, HsicKind::Debiased), 2.2777777778, 1e-10);
    NEAR(hsic(y6, y6, HsicKind::Debiased), 1.6555555556, 1e-10);
    NEAR(cka(x6, y6), .5292631631, 1e-10);
    // Input and label alignment of the four means of the separable exclusive-or: delta^2 / sqrt(2 + delta^4).
    for (const double delta : {.25, .5, 1.0}) {
        Matrix means(4, 3), labels(4, 1);
        for (int c = 0; c < 4; ++c) {
            const double a = c & 1 ? 1 : -1, b = c & 2 ? 1 : -1;
            means.row(c) << static_cast<Real>(a), static_cast<Real>(b), static_cast<Real>(-delta * a * b);
            labels(c, 0) = static_cast<Real>(-a * b);
        }
        NEAR(cka(bank(means), bank(labels), HsicKind::Biased), delta * delta / std::sqrt(2 + std::pow(delta, 4)));
    }
}

void GeometryHandValues::minibatches() {
    Matrix x8(8, 2), y8(8, 2);
    x8 << kX6, make(2, {3, 1, 0, 3});
    y8 << kY6, make(2, {3, 3, 1, 0});
    MinibatchCka batches;
    for (Index b = 0; b < 2; ++b) {
        const Matrix x = x8.middleRows(4 * b, 4), y = y8.middleRows(4 * b, 4);
        QVERIFY(batches.add(bank(x), bank(y)));
    }
    QCOMPARE(batches.batches(), 2);
    NEAR(batches.value(), .6516946235, 1e-10);
    NEAR(cka(bank(x8), bank(y8)), .5859894066, 1e-10);
    MinibatchCka none;
    const Matrix three = kX.topRows(3);
    QVERIFY(!none.add(bank(three), bank(three)));
    QVERIFY(!none.value().defined());
}

void GeometryHandValues::gaussianKernels() {
    NEAR(ckaGaussian(bank(kX), bank(kY), 0.5, HsicKind::Biased), .8399341166, 1e-10);
    NEAR(ckaGaussian(bank(kX), bank(kY), 1.0, HsicKind::Biased), .7628966799, 1e-10);
}

void GeometryHandValues::shape() {
    const Procrustes p = procrustes(bank(kX), bank(kY));
    NEAR(p.similarity, .8467755974);
    NEAR(p.angle, .5609020733);
    NEAR(p.chordal, .5535781834);
    NEAR(p.disparity, .2829710876);
    NEAR(p.distance, 1.5968953577);
    const Procrustes q = procrustes(bank(kX6), bank(kY6));
    NEAR(q.similarity, .7337993857);
    NEAR(q.angle, .7468985931);
}

void GeometryHandValues::dissimilarities() {
    const auto check = [&](const Matrix& m, RdmKind kind, std::vector<double> wanted) {
        const std::vector<double> found = upperTriangle(rdm(bank(m), kind, pool()).distances);
        QCOMPARE(found.size(), wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) NEAR(found[i], wanted[i]);
    };
    check(kX, RdmKind::SquaredEuclidean, {3, 6, 9, 5, 10, 3});
    check(kY, RdmKind::SquaredEuclidean, {5, 1, 5, 2, 10, 4});
    check(kX, RdmKind::Cosine, {.3675444680, .6, .4023856953, .6837722340, .4330532900, .0438171089});
    check(kY, RdmKind::Cosine, {1, .2928932188, .0513167019, .2928932188, .6837722340, .1055728090});
    check(kX, RdmKind::Correlation, {1, 1.5, 1.5, 1.8660254038, 1.8660254038, 0});
}

void GeometryHandValues::dissimilarityRanks() {
    const Rdm x = rdm(bank(kX), RdmKind::SquaredEuclidean, pool()), y = rdm(bank(kY), RdmKind::SquaredEuclidean, pool());
    const std::vector<double> ranks = midRanks(upperTriangle(x.distances), x.tieTolerance);
    const std::vector<double> wanted = {1.5, 4, 5, 3, 6, 1.5};
    for (std::size_t i = 0; i < 6; ++i) NEAR(ranks[i], wanted[i]);
    NEAR(compareRdms(x, y, RdmComparison::Spearman).value, .3676470588, 1e-10);
    NEAR(compareRdms(x, y, RdmComparison::KendallA).value, .2);
    NEAR(compareRdms(x, y, RdmComparison::KendallB).value, .2142857143, 1e-10);
    NEAR(compareRdms(x, y, RdmComparison::Pearson).value, .5571144337, 1e-10);
    // The two cosine distances 1 - 1/sqrt(2) of Y are a tie that rounding breaks.
    const Rdm cx = rdm(bank(kX), RdmKind::Cosine, pool()), cy = rdm(bank(kY), RdmKind::Cosine, pool());
    NEAR(compareRdms(cx, cy, RdmComparison::Spearman).value, .1159542071, 1e-10);
    NEAR(compareRdms(cx, cy, RdmComparison::KendallA).value, 0.0);
}

void GeometryHandValues::dimension() {
    const GramBank x = bank(kX), y = bank(kY);
    NEAR(participationRatio(x), 1.8);
    NEAR(participationRatio(y), 1.5951859956, 1e-10);
    const Spectrum sx = spectrum(x), sy = spectrum(y);
    QCOMPARE(sx.eigenvalues.size(), std::size_t{3});
    NEAR(sx.eigenvalues[0], 2.13715804);
    NEAR(sx.eigenvalues[1], .60506916);
    NEAR(sx.eigenvalues[2], .25777280);
    QCOMPARE(sy.eigenvalues.size(), std::size_t{2});
    NEAR(sy.eigenvalues[0], 1.69172794);
    NEAR(sy.eigenvalues[1], .55827206);
    NEAR(sx.effectiveRankSigma, 2.7319323966);
    NEAR(sx.effectiveRankLambda, 2.1714355937);
    NEAR(sx.stableRank, 1.4037333413);
    NEAR(sy.effectiveRankSigma, 1.9273838630);
    const Spectrum given = spectrumOf({4, 2, 1, 1});
    NEAR(given.effectiveRankLambda, 3.3635856610);
    QCOMPARE(given.componentsFor(0.5), Index(1));
    QCOMPARE(given.componentsFor(0.75), Index(2));
    QCOMPARE(given.componentsFor(0.9), Index(4));
    // X whose covariance has the spectrum (4, 2, 1, 1): PR = 64 / 22.
    Matrix z = Matrix::Zero(8, 4);
    const double size[4] = {2, std::sqrt(2.0), 1, 1};
    for (Index c = 0; c < 4; ++c) {
        z(2 * c, c) = static_cast<Real>(size[c]);
        z(2 * c + 1, c) = static_cast<Real>(-size[c]);
    }
    NEAR(participationRatio(bank(z)), 64.0 / 22, 1e-6);  // sqrt(2) in single precision
}

void GeometryHandValues::twoNearest() {
    const TwoNearest t = twoNearestDimension(bank(kQ6));
    QCOMPARE(t.used, Index(6));
    std::vector<double> wanted = {2, std::sqrt(5.0), std::sqrt(5.0) / 2, 1, 1.37436854, 1.31822036};
    std::sort(wanted.begin(), wanted.end());
    for (std::size_t i = 0; i < 6; ++i) NEAR(t.ratios[i], wanted[i]);
    NEAR(t.fit, 2.7269906979);
    NEAR(t.likelihood, 2.2688960244);
}

void GeometryHandValues::scatter() {
    const GramBank p = bank(kP6);
    const ClassSums sums = classSums(p, kClasses);
    NEAR(sums.withinTrace, 4.0 / 3);
    NEAR(sums.betweenTrace, 3.5555555556 + 8.6666666667, 1e-9);
    NEAR(fisherTraceRatio(sums), 9.1666666667, 1e-9);
    NEAR(fisherDiscriminant(p, sums, 0), 27.1111111111, 1e-9);
}

void GeometryHandValues::collapse() {
    const GramBank p = bank(kP6);
    const NeuralCollapse c = neuralCollapse(p, classSums(p, kClasses));
    NEAR(c.nc1, .1037414966, 1e-10);
    NEAR(c.pairs(0, 1), .05);
    NEAR(c.pairs(0, 2), .0306122449, 1e-10);
    NEAR(c.pairs(1, 2), .0365853659, 1e-10);
    NEAR(c.cdnv, .0390658703, 1e-10);
    NEAR(c.equinorm, .1655081741, 1e-10);
    NEAR(c.cosines(0, 1), -.05941864);
    NEAR(c.cosines(0, 2), -.73848549);
    NEAR(c.cosines(1, 2), -.62919823);
    NEAR(c.equiangular, .2694216942, 1e-10);
    NEAR(c.simplex, .4371752368, 1e-10);
}

void GeometryHandValues::silhouettes() {
    const GramBank p = bank(kP6);
    const Silhouette s = silhouette(p, classSums(p, kClasses));
    const double wanted[6] = {.63403381, .45981849, .51581454, .6029222, .54100946, .57931361};
    for (std::size_t i = 0; i < 6; ++i) NEAR(s.points[i], wanted[i], 1e-7);
    NEAR(s.mean, .5554853502, 1e-10);
}

void GeometryHandValues::means() {
    const GramBank p = bank(kP6);
    const NearestMean n = nearestClassMean(p, classSums(p, kClasses));
    NEAR(n.accuracy, 1.0);
    NEAR(n.leaveOneOut, 1.0);
}

void GeometryHandValues::probe() {
    const LinearProbe l = linearProbeAbsolute(bank(kP6), kClasses, 1.0);
    const double leverage[6] = {.59761092, .34095563, .47155859, .44334471, .48293515, .60671217};
    for (Index i = 0; i < 6; ++i) NEAR(l.leverage[i], leverage[i]);
    const double first[3] = {.97285835, -.22222222, .24936387}, fifth[3] = {.53465347, -.33663366, .80198020};
    for (Index c = 0; c < 3; ++c) {
        NEAR(l.predictions(0, c), first[c]);
        NEAR(l.predictions(4, c), fifth[c]);
    }
    NEAR(l.accuracy, 1.0);
}

void GeometryHandValues::frames() {
    MatrixD z0(4, 2), turn(2, 2), flip = MatrixD::Identity(2, 2);
    z0 << 1, 0, 0, 1, -1, 0, 0, -1;
    const double c = std::sqrt(3.0) / 2, s = 0.5;
    turn << c, -s, s, c;
    flip(1, 1) = -1;
    const MatrixD z1 = z0 * turn * flip;
    const MatrixD r = procrustesRotation(z1, z0);
    NEAR(r(0, 0), c);
    NEAR(r(0, 1), s);
    NEAR(r(1, 0), s);
    NEAR(r(1, 1), -c);
    NEAR((z1 * r - z0).norm(), 0.0, 1e-12);
    const MatrixD axes = signedPermutation(z1, z0);
    NEAR(axes(0, 0), 1.0);
    NEAR(axes(1, 1), -1.0);
    NEAR(axes(0, 1), 0.0);
}

void GeometryHandValues::signalsAndVectors() {
    const std::vector<Real> positive = {2, 3, 5, 6}, negative = {1, 2, 4};
    NEAR(dPrime(positive, negative), .9901475430, 1e-10);
    NEAR(auc(positive, negative), 9.5 / 12);
    NEAR(thresholdAccuracy(positive, negative, 2.5), (0.75 + 2.0 / 3) / 2);
    const std::vector<Real> g = {1, 2, 2}, u = {2, 1, 2};
    const Alignment a = alignment(u, g);
    NEAR(a.cosine, 8.0 / 9);
    NEAR(a.degrees, 27.266044, 1e-6);
    NEAR(a.normRatio, 1.0);
    NEAR(a.signAgreement, 1.0);
    NEAR(a.nullDeviation, 1 / std::sqrt(3.0));
}

void GeometryHandValues::confusions() {
    // Logits W h + b of P6 with W = [[-1,-1],[2,-1],[-1,2]], b = (2,-2,-3) choose 0, 1, 1, 1, 2, 2.
    const std::vector<std::int32_t> predicted = {0, 1, 1, 1, 2, 2};
    const Confusion c = confusion(kClasses, predicted, 3);
    QCOMPARE(c.counts[0][0], Index(1));
    QCOMPARE(c.counts[0][1], Index(1));
    QCOMPARE(c.counts[1][1], Index(2));
    QCOMPARE(c.counts[2][2], Index(2));
    NEAR(c.accuracy, 5.0 / 6);
    NEAR(c.balancedAccuracy, (0.5 + 1 + 1) / 3);
    NEAR(c.recall[0], 0.5);
    NEAR(c.precision[1], 2.0 / 3);
}

QTEST_APPLESS_MAIN(GeometryHandValues)
#include "tst_GeometryHandValues.moc"
