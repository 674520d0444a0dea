// Tuned products and convolutions against plain loops, over sizes that do not fit the vectors.
#include "core/base/Rng.h"
#include "core/math/Conv.h"
#include "core/math/Elementwise.h"
#include "core/math/Gemm.h"
#include "core/math/Pooling.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace lab;

namespace {

std::vector<Real> draw(Index n, std::uint64_t seed) {
    const Stream stream(seed, Purpose::Analysis);
    std::vector<Real> v(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<Real>(stream.normalAt(i));
    return v;
}

// |found - wanted| <= rounding of a sum of `terms` products whose magnitudes add up to `size`.
bool near(Real found, double wanted, double size, Index terms) {
    const double unit = sizeof(Real) == 4 ? 6e-8 : 1.2e-16;
    return std::abs(static_cast<double>(found) - wanted) <=
           unit * (4 + std::sqrt(static_cast<double>(terms)) * 4) * (size + 1);
}

}  // namespace

class KernelsTest : public QObject {
    Q_OBJECT

private slots:
    void products_data() {
        QTest::addColumn<int>("m");
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("k");
        for (const auto& s : std::vector<std::array<int, 3>>{{0, 3, 2},
                                                             {3, 0, 2},
                                                             {3, 2, 0},
                                                             {1, 1, 1},
                                                             {1, 17, 5},
                                                             {7, 1, 13},
                                                             {13, 11, 7},
                                                             {16, 16, 16},
                                                             {17, 33, 65},
                                                             {31, 257, 3},
                                                             {257, 31, 19},
                                                             {300, 259, 8},
                                                             {0, 0, 0},
                                                             {2, 3, 5},
                                                             {97, 101, 103},
                                                             {127, 61, 1},
                                                             {1, 1, 997},
                                                             {257, 263, 64}})
            QTest::newRow(qPrintable(QString("%1x%2x%3").arg(s[0]).arg(s[1]).arg(s[2]))) << s[0] << s[1] << s[2];
    }
    void products() {
        QFETCH(int, m);
        QFETCH(int, n);
        QFETCH(int, k);
        for (const bool transA : {false, true})
            for (const bool transB : {false, true})
                for (const auto& [alpha, beta] : std::vector<std::pair<Real, Real>>{{1, 0}, {1, 1}, {Real(-0.5), 2}}) {
                    const Index lda = (transA ? m : k) + 3, ldb = (transB ? k : n) + 1, ldc = n + 2;
                    const std::vector<Real> a = draw((transA ? k : m) * lda, 1), b = draw((transB ? n : k) * ldb, 2);
                    const std::vector<Real> before = draw(m * ldc, 3);
                    std::vector<Real> c = before;
                    if (beta == 0)
                        for (Index i = 0; i < m; ++i)
                            for (Index j = 0; j < n; ++j)
                                c[static_cast<std::size_t>(i * ldc + j)] = std::numeric_limits<Real>::quiet_NaN();
                    Pool pool(2);
                    gemm(pool, transA ? Transpose::Yes : Transpose::No, transB ? Transpose::Yes : Transpose::No, m, n, k,
                         alpha, a.data(), lda, b.data(), ldb, beta, c.data(), ldc);
                    for (Index i = 0; i < m; ++i)
                        for (Index j = 0; j < ldc; ++j) {
                            const std::size_t at = static_cast<std::size_t>(i * ldc + j);
                            if (j >= n) {
                                QCOMPARE(c[at], before[at]);  // nothing beside C is written
                                continue;
                            }
                            double sum = 0, size = 0;
                            for (Index q = 0; q < k; ++q) {
                                const double term =
                                    static_cast<double>(a[static_cast<std::size_t>(transA ? q * lda + i : i * lda + q)]) *
                                    static_cast<double>(b[static_cast<std::size_t>(transB ? j * ldb + q : q * ldb + j)]);
                                sum += term;
                                size += std::abs(term);
                            }
                            const double wanted =
                                static_cast<double>(alpha) * sum +
                                (beta == 0 ? 0.0 : static_cast<double>(beta) * static_cast<double>(before[at]));
                            QVERIFY2(near(c[at], wanted, size + 2, k), qPrintable(QString("(%1, %2): %3, wanted %4")
                                                                                      .arg(i)
                                                                                      .arg(j)
                                                                                      .arg(static_cast<double>(c[at]))
                                                                                      .arg(wanted)));
                        }
                }
    }

    void convolutions_data() {
        QTest::addColumn<QList<int>>("s");  // rows, channels, height, width, out, kh, kw, sh, sw, ph, pw
        const QList<QList<int>> sizes = {
            {0, 1, 3, 3, 1, 3, 3, 1, 1, 1, 1},  {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0},    {3, 2, 5, 7, 3, 3, 3, 1, 1, 1, 1},
            {5, 3, 8, 8, 5, 1, 1, 1, 1, 0, 0},  {2, 1, 7, 7, 2, 7, 7, 1, 1, 0, 0},    {4, 3, 9, 6, 4, 3, 2, 2, 3, 1, 0},
            {37, 2, 6, 6, 3, 5, 5, 1, 1, 2, 2}, {2, 4, 1, 19, 3, 1, 4, 1, 2, 0, 1},   {3, 5, 11, 13, 7, 2, 5, 3, 1, 1, 4},
            {2, 1, 2, 2, 3, 5, 5, 1, 1, 2, 2},  {2, 16, 40, 40, 8, 5, 5, 1, 1, 2, 2}, {33, 1, 28, 28, 4, 3, 3, 2, 2, 1, 1},
            {2, 2, 5, 1, 3, 3, 3, 1, 1, 1, 1},   {3, 3, 13, 17, 5, 5, 5, 1, 1, 2, 2},   {2, 7, 1, 1, 3, 3, 3, 1, 1, 1, 1},
            {1, 31, 61, 67, 3, 3, 3, 1, 1, 1, 1}, {3, 2, 7, 11, 5, 5, 3, 1, 1, 2, 1},    {2, 3, 6, 5, 2, 2, 3, 1, 1, 0, 1}};
        for (const QList<int>& s : sizes) {
            QString name;
            for (const int v : s) name += QString::number(v) + " ";
            QTest::newRow(qPrintable(name.trimmed())) << s;
        }
    }
    void convolutions() {
        QFETCH(QList<int>, s);
        const Index rows = s[0];
        ConvGeometry g;
        g.channels = s[1], g.height = s[2], g.width = s[3], g.outChannels = s[4], g.kernelHeight = s[5],
        g.kernelWidth = s[6];
        g.strideHeight = s[7], g.strideWidth = s[8], g.padHeight = s[9], g.padWidth = s[10];
        const Index oh = g.outHeight(), ow = g.outWidth();
        const std::vector<Real> x = draw(rows * g.inSize(), 1), w = draw(g.outChannels * g.patch(), 2),
                                b = draw(g.outChannels, 3);
        const std::vector<Real> dy = draw(rows * g.outSize(), 4);
        // Plain loops, in double.
        std::vector<double> y(dy.size(), 0.0), dx(x.size(), 0.0), dw(w.size(), 0.0), db(b.size(), 0.0);
        for (Index r = 0; r < rows; ++r)
            for (Index o = 0; o < g.outChannels; ++o)
                for (Index i = 0; i < oh; ++i)
                    for (Index j = 0; j < ow; ++j) {
                        const std::size_t at = static_cast<std::size_t>(((r * g.outChannels + o) * oh + i) * ow + j);
                        y[at] += static_cast<double>(b[static_cast<std::size_t>(o)]);
                        db[static_cast<std::size_t>(o)] += static_cast<double>(dy[at]);
                        for (Index c = 0; c < g.channels; ++c)
                            for (Index u = 0; u < g.kernelHeight; ++u)
                                for (Index v = 0; v < g.kernelWidth; ++v) {
                                    const Index p = i * g.strideHeight + u - g.padHeight,
                                                q = j * g.strideWidth + v - g.padWidth;
                                    if (p < 0 || q < 0 || p >= g.height || q >= g.width) continue;
                                    const std::size_t xi =
                                        static_cast<std::size_t>(((r * g.channels + c) * g.height + p) * g.width + q);
                                    const std::size_t wi = static_cast<std::size_t>(
                                        ((o * g.channels + c) * g.kernelHeight + u) * g.kernelWidth + v);
                                    y[at] += static_cast<double>(x[xi]) * static_cast<double>(w[wi]);
                                    dx[xi] += static_cast<double>(dy[at]) * static_cast<double>(w[wi]);
                                    dw[wi] += static_cast<double>(dy[at]) * static_cast<double>(x[xi]);
                                }
                    }
        Pool pool(3);
        std::vector<Real> fy(y.size(), Real(9)), fx(x.size(), Real(9)), fw(w.size(), Real(1)), fb(b.size(), Real(1)),
            h(y.size());
        std::vector<Real> scratch(static_cast<std::size_t>(convScratch(g)));
        convForward(pool, g, rows, x.data(), w.data(), b.data(), fy.data(), Activation::Relu, 0, h.data());
        convBackward(pool, g, rows, dy.data(), w.data(), fx.data());
        convGradient(pool, g, rows, dy.data(), x.data(), 2, fw.data(), 1, fb.data(), scratch.data());
        for (std::size_t i = 0; i < y.size(); ++i) {
            QVERIFY2(near(fy[i], y[i], static_cast<double>(g.patch()), g.patch()), qPrintable(QString("y[%1]").arg(i)));
            QCOMPARE(h[i], fy[i] > 0 ? fy[i] : Real(0));
        }
        for (std::size_t i = 0; i < dx.size(); ++i)
            QVERIFY2(near(fx[i], dx[i], static_cast<double>(g.patch() * g.outChannels), g.outChannels),
                     qPrintable(QString("dx[%1]").arg(i)));
        const Index terms = rows * oh * ow;
        for (std::size_t i = 0; i < dw.size(); ++i)
            QVERIFY2(near(fw[i], 2 + dw[i], static_cast<double>(terms), terms), qPrintable(QString("dw[%1]").arg(i)));
        for (std::size_t i = 0; i < db.size(); ++i)
            QVERIFY2(near(fb[i], 1 + db[i], static_cast<double>(terms), terms), qPrintable(QString("db[%1]").arg(i)));
    }

    void pooling_data() {
        QTest::addColumn<int>("n");
        for (const int n : {0, 1, 2, 3, 5, 7, 8, 13, 16, 17, 31, 33, 64, 127}) QTest::newRow(qPrintable(QString::number(n))) << n;
    }
    void pooling() {
        QFETCH(int, n);
        std::vector<Real> top = draw(2 * n, 1), bottom = draw(2 * n, 2);
        // Ties: the first of equals takes the adjoint.
        for (std::size_t i = 0; i + 4 < top.size(); i += 5) top[i] = bottom[i] = top[i + 1] = bottom[i + 1] = Real(1.5);
        const std::vector<Real> dy = draw(n, 3);
        std::vector<Real> y(static_cast<std::size_t>(n)), dTop(top.size(), Real(9)), dBottom(top.size(), Real(9));
        largestOfPairs(top.data(), bottom.data(), y.data(), n);
        largestOfPairsBackward(top.data(), bottom.data(), y.data(), dy.data(), dTop.data(), dBottom.data(), n);
        for (std::size_t j = 0; j < y.size(); ++j) {
            const Real four[4] = {top[2 * j], top[2 * j + 1], bottom[2 * j], bottom[2 * j + 1]};
            const Real found[4] = {dTop[2 * j], dTop[2 * j + 1], dBottom[2 * j], dBottom[2 * j + 1]};
            const std::ptrdiff_t first = std::max_element(four, four + 4) - four;
            QCOMPARE(y[j], four[first]);
            for (std::ptrdiff_t k = 0; k < 4; ++k) QCOMPARE(found[k], k == first ? dy[j] : Real(0));
        }
        if (n < 3) return;
        bottom[3] = std::numeric_limits<Real>::quiet_NaN();
        largestOfPairs(top.data(), bottom.data(), y.data(), n);
        QVERIFY(std::isnan(y[1]));
    }

    void scaledLoops() {
        for (const Index n : {0, 1, 2, 3, 7, 8, 13, 16, 17, 31, 61, 64, 127}) {
            const std::vector<Real> x = draw(n, 1), y = draw(n, 2), b = draw(n, 3);
            std::vector<Real> z(x.size()), plain(x.size()), times(x.size()), mixed = y;
            scaledSum(Real(0.75), x.data(), y.data(), b.data(), z.data(), n);
            scaledSum(Real(0.75), x.data(), y.data(), nullptr, plain.data(), n);
            scaled(Real(-3), x.data(), times.data(), n);
            scaleAdd(Real(0.5), x.data(), Real(2), mixed.data(), n);
            for (std::size_t i = 0; i < x.size(); ++i) {
                const Real sum = x[i] + y[i], product = Real(0.75) * sum;
                QCOMPARE(z[i], product + b[i]);
                QCOMPARE(plain[i], product);
                QCOMPARE(times[i], Real(-3) * x[i]);
                const Real left = Real(0.5) * x[i], right = 2 * y[i];
                QCOMPARE(mixed[i], left + right);
            }
        }
    }

    void sums() {
        for (const Index n : {0, 1, 7, 8, 9, 31, 1000}) {
            const std::vector<Real> x = draw(n, 1), y = draw(n, 2);
            double s = 0, d = 0, q = 0;
            Real top = 0;
            for (Index i = 0; i < n; ++i) {
                const double a = static_cast<double>(x[static_cast<std::size_t>(i)]),
                             b = static_cast<double>(y[static_cast<std::size_t>(i)]);
                s += a;
                d += a * b;
                q += (a - b) * (a - b);
                top = std::max(top, std::abs(x[static_cast<std::size_t>(i)]));
            }
            QVERIFY(std::abs(sum(x.data(), n) - s) <= 1e-12 * static_cast<double>(n));
            QVERIFY(std::abs(dot(x.data(), y.data(), n) - d) <= 1e-12 * static_cast<double>(n));
            QVERIFY(std::abs(squaredDistance(x.data(), y.data(), n) - q) <= 1e-11 * static_cast<double>(n));
            QCOMPARE(largestMagnitude(x.data(), n), top);
        }
        std::vector<Real> x = draw(37, 3);
        x[21] = -std::numeric_limits<Real>::infinity();
        QVERIFY(std::isinf(largestMagnitude(x.data(), 37)));
        x[5] = std::numeric_limits<Real>::quiet_NaN();
        QVERIFY(std::isnan(largestMagnitude(x.data(), 37)));
    }

    void rows() {
        const Index r = 5, c = 13, ld = 17;
        std::vector<Real> y = draw(r * ld, 1);
        const std::vector<Real> before = y, b = draw(c, 2);
        addRow(b.data(), y.data(), r, c, ld);
        std::vector<Real> sums(static_cast<std::size_t>(c), Real(1));
        columnSums(y.data(), r, c, ld, 2, sums.data());
        for (Index j = 0; j < c; ++j) {
            double wanted = 2;
            for (Index i = 0; i < r; ++i) {
                const std::size_t at = static_cast<std::size_t>(i * ld + j);
                QCOMPARE(y[at], before[at] + b[static_cast<std::size_t>(j)]);
                wanted += static_cast<double>(y[at]);
            }
            QVERIFY(near(sums[static_cast<std::size_t>(j)], wanted, 10, r));
        }
        for (Index i = 0; i < r; ++i)
            for (Index j = c; j < ld; ++j)
                QCOMPARE(y[static_cast<std::size_t>(i * ld + j)], before[static_cast<std::size_t>(i * ld + j)]);
    }
};

QTEST_APPLESS_MAIN(KernelsTest)
#include "KernelsTest.moc"
