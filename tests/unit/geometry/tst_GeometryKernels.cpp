// Kernels against naive loops, over sizes that are empty, one, prime and no multiple of a register or a block.
#include "core/base/Rng.h"
#include "core/geometry/DoubleProducts.h"
#include "core/geometry/GramBank.h"
#include "core/geometry/RankStatistics.h"

#include <QtTest>

#include <array>
#include <cmath>

using namespace lab;

namespace {

MatrixD gaussian(Index n, Index p, std::uint64_t seed) {
    const Stream random(seed, Purpose::Analysis);
    MatrixD m(n, p);
    for (Index i = 0; i < m.size(); ++i) m.data()[i] = random.normalAt(static_cast<std::uint64_t>(i));
    return m;
}

MatrixD naiveProduct(const MatrixD& a, const MatrixD& b) {
    MatrixD c = MatrixD::Zero(a.rows(), b.cols());
    for (Index i = 0; i < a.rows(); ++i)
        for (Index j = 0; j < b.cols(); ++j)
            for (Index t = 0; t < a.cols(); ++t) c(i, j) += a(i, t) * b(t, j);
    return c;
}

}  // namespace

class GeometryKernels : public QObject {
    Q_OBJECT
private slots:
    void products();
    void productsStayInside();
    void cholesky();
    void choleskyRefuses();
    void orthonormal();
    void gram_data();
    void gram();
    void gramReusesItsMemory();
    void gramStrided();
    void gramThreads();
    void midRanksAgainstCounting();
    void kendallAgainstPairs();
    void ties();
};

void GeometryKernels::products() {
    const std::array<Index, 7> sizes = {0, 1, 3, 4, 12, 29, 67};
    for (const Index m : sizes)
        for (const Index n : sizes)
            for (const Index k : {Index(0), Index(1), Index(5), Index(64), Index(257), Index(300)}) {
                const MatrixD a = gaussian(m, k, 1), b = gaussian(k, n, 2), start = gaussian(m, n, 3);
                const MatrixD bt = b.transpose();
                const MatrixD wanted = start + 0.5 * naiveProduct(a, b);
                MatrixD c = start, d = start;
                multiplyAdd(m, n, k, 0.5, a.data(), std::max<Index>(k, 1), b.data(), std::max<Index>(n, 1), c.data(),
                            std::max<Index>(n, 1));
                multiplyAddTransposed(m, n, k, 0.5, a.data(), std::max<Index>(k, 1), bt.data(), std::max<Index>(k, 1),
                                      d.data(), std::max<Index>(n, 1));
                if (wanted.size() == 0) continue;
                const QByteArray place = QString("%1 x %2 x %3").arg(m).arg(n).arg(k).toUtf8();
                QVERIFY2((c - wanted).cwiseAbs().maxCoeff() < 1e-11, place);
                QVERIFY2((d - wanted).cwiseAbs().maxCoeff() < 1e-11, place);
            }
}

void GeometryKernels::productsStayInside() {
    // A window of a larger matrix: nothing around it is written.
    MatrixD whole = MatrixD::Constant(12, 20, 7.0);
    const MatrixD a = gaussian(5, 6, 4), b = gaussian(6, 7, 5);
    multiplyAdd(5, 7, 6, 1.0, a.data(), 6, b.data(), 7, whole.data() + 3 * 20 + 4, 20);
    const MatrixD product = naiveProduct(a, b);
    for (Index i = 0; i < 12; ++i)
        for (Index j = 0; j < 20; ++j) {
            const bool inside = i >= 3 && i < 8 && j >= 4 && j < 11;
            const double wanted = inside ? 7 + product(i - 3, j - 4) : 7.0;
            QVERIFY(std::fabs(whole(i, j) - wanted) < 1e-12);
        }
}

void GeometryKernels::cholesky() {
    for (const Index n : {1, 2, 3, 31, 63, 64, 65, 127, 128, 131, 200}) {
        const MatrixD half = gaussian(n, n + 3, 6);
        MatrixD a = naiveProduct(half, half.transpose());
        a.diagonal().array() += 0.1;
        MatrixD l = a;
        QVERIFY(choleskyInPlace(l));
        const MatrixD w = invertLower(l);
        l.triangularView<Eigen::StrictlyUpper>().setZero();
        QVERIFY2((naiveProduct(l, l.transpose()) - a).cwiseAbs().maxCoeff() < 1e-11 * a.diagonal().maxCoeff(),
                 qPrintable(QString::number(n)));
        QVERIFY2((naiveProduct(w, l) - MatrixD::Identity(n, n)).cwiseAbs().maxCoeff() < 1e-8,
                 qPrintable(QString::number(n)));
        for (Index i = 0; i < n; ++i)
            for (Index j = i + 1; j < n; ++j) QCOMPARE(w(i, j), 0.0);
    }
}

void GeometryKernels::choleskyRefuses() {
    for (const Index n : {1, 5, 70, 130}) {
        MatrixD a = MatrixD::Identity(n, n);
        a(n - 1, n - 1) = -1;
        QVERIFY(!choleskyInPlace(a));
        MatrixD b = MatrixD::Identity(n, n);
        b(n / 2, n / 2) = std::numeric_limits<double>::quiet_NaN();
        QVERIFY(!choleskyInPlace(b));
    }
}

void GeometryKernels::orthonormal() {
    MatrixD v = gaussian(20, 6, 7);
    v.col(3) = 2 * v.col(1) - v.col(0);  // nothing new
    v.col(5).setZero();
    orthonormalise(v);
    QVERIFY((naiveProduct(v.transpose(), v) - MatrixD::Identity(6, 6)).cwiseAbs().maxCoeff() < 1e-12);
    MatrixD square = MatrixD::Ones(4, 4);
    orthonormalise(square);
    QVERIFY((naiveProduct(square.transpose(), square) - MatrixD::Identity(4, 4)).cwiseAbs().maxCoeff() < 1e-12);
}

void GeometryKernels::gram_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("p");
    for (const int n : {2, 3, 31, 127, 128, 129, 260})
        for (const int p : {1, 7, 64, 300}) QTest::addRow("%d x %d", n, p) << n << p;
}

void GeometryKernels::gram() {
    QFETCH(int, n);
    QFETCH(int, p);
    const Matrix x = (gaussian(n, p, 8).array() + 3.0).matrix().cast<Real>();
    const MatrixD wide = x.cast<double>();
    const Eigen::RowVectorXd mu = wide.colwise().mean();
    const MatrixD centred = wide.rowwise() - mu;
    const MatrixD wanted = naiveProduct(centred, centred.transpose());
    const MatrixD raw = naiveProduct(wide, wide.transpose());
    Pool pool(1);
    for (const GramBank::Precision precision : {GramBank::Precision::Single, GramBank::Precision::Double}) {
        const GramBank bank(x, pool, precision);
        QVERIFY(bank.ok());
        const double limit = precision == GramBank::Precision::Double ? 1e-12 : 2e-6;
        QVERIFY((bank.gram() - wanted).cwiseAbs().maxCoeff() < limit * wanted.diagonal().maxCoeff());
        QVERIFY(bank.gram() == MatrixD(bank.gram().transpose()));
        for (Index i = 0; i < n; i += 3)
            for (Index j = 0; j < n; j += 5) {
                QVERIFY(std::fabs(bank.rawGram(i, j) - raw(i, j)) < limit * raw.diagonal().maxCoeff());
                const double rows = raw(i, j) - wide.row(i).mean() * wide.row(j).mean() * p;
                QVERIFY(std::fabs(bank.rowCentredGram(i, j) - rows) < limit * raw.diagonal().maxCoeff());
                const double distance = (wide.row(i) - wide.row(j)).squaredNorm();
                QVERIFY(std::fabs(bank.squaredDistance(i, j) - distance) < 4 * limit * wanted.diagonal().maxCoeff());
            }
        QVERIFY(std::fabs(bank.trace() - wanted.trace()) < 10 * limit * wanted.trace());
        QVERIFY(std::fabs(bank.squaredNorm() - wanted.squaredNorm()) < 10 * limit * wanted.squaredNorm());
    }
}

void GeometryKernels::gramReusesItsMemory() {
    // A bank that held something larger gives the same bits as a fresh one.
    Pool pool(1);
    const Matrix large = gaussian(200, 90, 9).cast<Real>(), small = gaussian(50, 30, 10).cast<Real>();
    GramBank reused(large, pool);
    reused.rebuild(small, pool);
    const GramBank fresh(small, pool);
    QVERIFY(reused.gram() == fresh.gram());
    QCOMPARE(reused.squaredNorm(), fresh.squaredNorm());
    QCOMPARE(reused.meanSquare(), fresh.meanSquare());
}

void GeometryKernels::gramStrided() {
    Pool pool(1);
    const Matrix whole = gaussian(40, 50, 11).cast<Real>();
    const Matrix part = whole.middleCols(10, 20);
    const GramBank a(ActivityView(whole.data() + 10, 40, 20, 50), pool), b(part, pool);
    QVERIFY(a.gram() == b.gram());
}

void GeometryKernels::gramThreads() {
    const Matrix x = gaussian(300, 120, 12).cast<Real>();
    Pool one(1), two(2), seven(7);
    for (const GramBank::Precision precision : {GramBank::Precision::Single, GramBank::Precision::Double}) {
        const GramBank a(x, one, precision), b(x, two, precision), c(x, seven, precision);
        QVERIFY(a.gram() == b.gram() && a.gram() == c.gram());
        QVERIFY(a.meanProjection() == b.meanProjection() && a.rowMeans() == c.rowMeans());
        QCOMPARE(a.squaredNorm(), c.squaredNorm());
    }
}

void GeometryKernels::midRanksAgainstCounting() {
    const Stream random(13, Purpose::Analysis);
    std::vector<double> v;
    for (std::uint64_t i = 0; i < 200; ++i) v.push_back(static_cast<double>(random.belowAt(i, 40)));
    const std::vector<double> ranks = midRanks(v);
    for (std::size_t i = 0; i < v.size(); ++i) {
        double below = 0, same = 0;
        for (const double w : v) {
            below += w < v[i];
            same += w == v[i];
        }
        QCOMPARE(ranks[i], below + (same + 1) / 2);
    }
}

void GeometryKernels::kendallAgainstPairs() {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        const Stream random(seed, Purpose::Analysis, 5);
        std::vector<double> x, y;
        for (std::uint64_t i = 0; i < 61; ++i) {
            x.push_back(static_cast<double>(random.belowAt(2 * i, 15)));
            y.push_back(static_cast<double>(random.belowAt(2 * i + 1, 15)) + 0.3 * x.back());
        }
        double score = 0, notX = 0, notY = 0, pairs = 0;
        for (std::size_t i = 0; i < x.size(); ++i)
            for (std::size_t j = i + 1; j < x.size(); ++j) {
                const double a = x[i] - x[j], b = y[i] - y[j];
                score += (a > 0 ? 1 : a < 0 ? -1 : 0) * (b > 0 ? 1 : b < 0 ? -1 : 0);
                notX += a != 0;
                notY += b != 0;
                pairs += 1;
            }
        const Kendall k = kendall(x, y);
        QVERIFY(std::fabs(k.a.value - score / pairs) < 1e-14);
        QVERIFY(std::fabs(k.b.value - score / std::sqrt(notX * notY)) < 1e-14);
    }
}

void GeometryKernels::ties() {
    const std::vector<double> v = {0.3, 0.1 + 0.2, 0.5};  // 0.1 + 0.2 is not 0.3 in binary
    QVERIFY(tieGroups(v, 0)[0] != tieGroups(v, 0)[1]);
    QCOMPARE(tieGroups(v, 1e-12)[0], tieGroups(v, 1e-12)[1]);
    QCOMPARE(midRanks(v, 1e-12)[2], 3.0);
    // A chain of small steps is not one tie.
    const std::vector<double> chain = {0, 0.9, 1.8, 2.7};
    QCOMPARE(tieGroups(chain, 1.0), (std::vector<int>{0, 0, 1, 1}));
}

QTEST_APPLESS_MAIN(GeometryKernels)
#include "tst_GeometryKernels.moc"
