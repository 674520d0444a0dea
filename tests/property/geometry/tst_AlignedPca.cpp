// Frames of a slowly changing representation must not flip, swap or spin.
#include "core/geometry/AlignedPca.h"
#include "core/geometry/Spectrum.h"
#include "tests/property/geometry/Clouds.h"

#include <Eigen/LU>
#include <QtTest>

using namespace lab;
using namespace lab::clouds;

namespace {

// A cloud with two nearly equal leading variances, whose principal axes therefore turn at the least disturbance.
MatrixD frameAt(Index n, Index p, int step) {
    const MatrixD latent = gaussian(n, 3, 1);
    const MatrixD basis = gaussian(3, p, 2);
    MatrixD z = latent;
    z.col(0) *= 3.0 + 0.2 * std::sin(0.7 * step);
    z.col(1) *= 3.0 + 0.2 * std::cos(0.9 * step);
    z.col(2) *= 0.8;
    const double turn = 0.02 * step;
    MatrixD r = MatrixD::Identity(3, 3);
    r(0, 0) = r(2, 2) = std::cos(turn);
    r(0, 2) = std::sin(turn);
    r(2, 0) = -std::sin(turn);
    return z * r * basis + 0.05 * gaussian(n, p, 100 + static_cast<std::uint64_t>(step));
}

GramBank bank(const MatrixD& m, Pool& pool) {
    const Matrix values = real(m);
    return GramBank(values, pool);
}

// Sign of the determinant of the best linear map from one frame to the next: negative when the picture was mirrored.
double orientation(const MatrixD& from, const MatrixD& to) {
    const MatrixD cross = from.transpose() * to;
    return cross.determinant();
}

}  // namespace

class AlignedPcaTest : public QObject {
    Q_OBJECT
private slots:
    void noFlips_data();
    void noFlips();
    void unalignedFramesDoFlip();
    void injectedReflections();
    void agreesWithTheExactSolution();
    void axesModeKeepsComponents();
    void historyIsDroppedForOtherProbes();
    void deadTapKeepsTheHistory();
    void threads();
    void fewProbes();
};

void AlignedPcaTest::noFlips_data() {
    QTest::addColumn<int>("components");
    QTest::newRow("plane") << 2;
    QTest::newRow("space") << 3;
}

void AlignedPcaTest::noFlips() {
    QFETCH(int, components);
    Pool pool(1);
    AlignedPca pca(components);
    MatrixD before;
    for (int step = 0; step < 60; ++step) {
        const AlignedPca::Frame& frame = pca.update(bank(frameAt(150, 40, step), pool), pool);
        QCOMPARE(frame.status, Status::Ok);
        QCOMPARE(frame.restarted, step == 0);
        if (step > 0) {
            QVERIFY2(orientation(before, frame.coordinates) > 0, qPrintable(QString("mirrored at step %1").arg(step)));
            QVERIFY2(frame.jump < 0.2, qPrintable(QString("step %1 jumps by %2").arg(step).arg(frame.jump)));
            QVERIFY(frame.planeCosine > 0.8);
        }
        before = frame.coordinates;
    }
}

void AlignedPcaTest::unalignedFramesDoFlip() {
    // The sequence is a fair test only if frames without alignment do jump.
    Pool pool(1);
    double largest = 0;
    MatrixD before;
    for (int step = 0; step < 60; ++step) {
        const Scores scores = principalScores(bank(frameAt(150, 40, step), pool), 2);
        if (step > 0) largest = std::max(largest, (scores.scores - before).norm() / scores.scores.norm());
        before = scores.scores;
    }
    QVERIFY2(largest > 0.8, qPrintable(QString::number(largest)));
}

void AlignedPcaTest::injectedReflections() {
    // Reflecting and rotating the units changes nothing about the representation: nothing may move.
    Pool pool(1);
    AlignedPca pca(2);
    const MatrixD x = frameAt(120, 30, 3);
    MatrixD first;
    for (std::uint64_t step = 0; step < 20; ++step) {
        MatrixD turned = x * orthogonal(30, 500 + step);
        if (step % 2 == 1) turned.col(0) = -turned.col(0);
        const Matrix values = real(turned);
        const GramBank b(values, pool, GramBank::Precision::Double);
        const AlignedPca::Frame& frame = pca.update(b, pool);
        if (step == 0)
            first = frame.coordinates;
        else
            QVERIFY2(frame.jump < 2e-3, qPrintable(QString::number(frame.jump)));
        QVERIFY((frame.coordinates - first).norm() < 5e-3 * first.norm());
    }
}

void AlignedPcaTest::agreesWithTheExactSolution() {
    Pool pool(1);
    const GramBank b = bank(frameAt(150, 40, 0), pool);
    AlignedPca pca(3);
    const AlignedPca::Frame& frame = pca.update(b, pool);
    const Scores exact = principalScores(b, 3);
    for (Index c = 0; c < 3; ++c)
        QVERIFY2(std::fabs(frame.explained[c] - exact.eigenvalues[c] / b.trace()) < 1e-3, qPrintable(QString::number(c)));
    // The subspace is the same; the two leading axes are nearly equal in variance and may be turned within it.
    const MatrixD r = procrustesRotation(exact.scores, frame.coordinates);
    QVERIFY((exact.scores * r - frame.coordinates).norm() < 1e-2 * frame.coordinates.norm());
    QVERIFY(frame.explainedTotal > 0.9 && frame.explainedTotal <= 1 + 1e-9);
}

void AlignedPcaTest::axesModeKeepsComponents() {
    Pool pool(1);
    AlignedPca pca(3, AlignedPca::Mode::Axes);
    for (int step = 0; step < 20; ++step) {
        const AlignedPca::Frame& frame = pca.update(bank(frameAt(150, 40, step), pool), pool);
        const MatrixD squares = frame.compass.cwiseAbs();
        for (Index i = 0; i < 3; ++i) {
            QCOMPARE(squares.row(i).sum(), 1.0);
            QCOMPARE(squares.col(i).sum(), 1.0);
            QCOMPARE(squares.row(i).maxCoeff(), 1.0);
        }
    }
}

void AlignedPcaTest::historyIsDroppedForOtherProbes() {
    Pool pool(1);
    AlignedPca pca(2);
    pca.update(bank(frameAt(100, 20, 0), pool), pool, 1);
    QVERIFY(!pca.update(bank(frameAt(100, 20, 1), pool), pool, 1).restarted);
    QVERIFY(pca.update(bank(frameAt(100, 20, 2), pool), pool, 2).restarted);
    QVERIFY(pca.update(bank(frameAt(90, 20, 3), pool), pool, 2).restarted);
    pca.reset();
    QVERIFY(pca.update(bank(frameAt(90, 20, 4), pool), pool, 2).restarted);
}

void AlignedPcaTest::deadTapKeepsTheHistory() {
    Pool pool(1);
    AlignedPca pca(2);
    pca.update(bank(frameAt(100, 20, 0), pool), pool);
    const AlignedPca::Frame& dead = pca.update(bank(MatrixD::Constant(100, 20, 2.0), pool), pool);
    QCOMPARE(dead.status, Status::Degenerate);
    QVERIFY(!dead.drawable());
    QVERIFY(!dead.why.empty());
    const AlignedPca::Frame& back = pca.update(bank(frameAt(100, 20, 1), pool), pool);
    QVERIFY(!back.restarted);
    QVERIFY(back.jump < 0.2);
}

void AlignedPcaTest::threads() {
    MatrixD results[3];
    const int counts[3] = {1, 2, 7};
    for (int t = 0; t < 3; ++t) {
        Pool pool(counts[t]);
        AlignedPca pca(2);
        for (int step = 0; step < 5; ++step) pca.update(bank(frameAt(150, 40, step), pool), pool);
        results[t] = pca.frame().coordinates;
    }
    QVERIFY(results[0] == results[1]);
    QVERIFY(results[0] == results[2]);
}

void AlignedPcaTest::fewProbes() {
    Pool pool(1);
    AlignedPca pca(3);
    for (const Index n : {2, 3, 4, 5}) {
        const AlignedPca::Frame& frame = pca.update(bank(gaussian(n, 6, 9), pool), pool);
        QVERIFY(frame.drawable());
        QCOMPARE(frame.coordinates.cols(), std::min<Index>(3, n - 1));
        QVERIFY(frame.coordinates.allFinite());
    }
    QCOMPARE(pca.update(bank(gaussian(1, 6, 9), pool), pool).status, Status::TooFewSamples);
}

QTEST_APPLESS_MAIN(AlignedPcaTest)
#include "tst_AlignedPca.moc"
