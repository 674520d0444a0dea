// Tuned products and convolutions against plain loops, over sizes that do not fit the vectors.
#include "core/base/Rng.h"
#include "core/math/Bf16.h"
#include "core/math/Conv.h"
#include "core/math/ConvDirect.h"
#include "core/math/Elementwise.h"
#include "core/math/Gemm.h"
#include "core/math/Pooling.h"
#include "core/math/TaskGraph.h"

#include <QtTest>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <thread>
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

    // Operands rounded to bf16 by the definition (nearest, ties to even), sums in double: the witness of both ways.
    void roundedProducts_data() { products_data(); }
    void roundedProducts() {
        QFETCH(int, m);
        QFETCH(int, n);
        QFETCH(int, k);
        const auto rounded = [](Real value) {
            int exponent = 0;
            const double fraction = std::frexp(static_cast<double>(static_cast<float>(value)), &exponent);  // 0.5 <= |fraction| < 1
            return std::ldexp(std::nearbyint(std::ldexp(fraction, 8)), exponent - 8);
        };
        for (const bool transA : {false, true})
            for (const bool transB : {false, true})
                for (const auto& [alpha, beta] : std::vector<std::pair<Real, Real>>{{1, 0}, {Real(-0.5), 2}}) {
                    const Index lda = (transA ? m : k) + 3, ldb = (transB ? k : n) + 1, ldc = n + 2;
                    const std::vector<Real> a = draw((transA ? k : m) * lda, 1), b = draw((transB ? n : k) * ldb, 2);
                    std::vector<Real> before = draw(m * ldc, 3), first;
                    std::vector<double> ra, rb;
                    for (const Real v : a) ra.push_back(rounded(v));
                    for (const Real v : b) rb.push_back(rounded(v));
                    if (beta == 0)
                        for (Index i = 0; i < m; ++i)
                            for (Index j = 0; j < n; ++j) before[static_cast<std::size_t>(i * ldc + j)] = std::numeric_limits<Real>::quiet_NaN();
                    std::vector<double> wanted(before.size()), sizes(before.size());
                    for (Index i = 0; i < m; ++i)
                        for (Index j = 0; j < n; ++j) {
                            double sum = 0, size = 2;
                            for (Index q = 0; q < k; ++q) {
                                const double term = ra[static_cast<std::size_t>(transA ? q * lda + i : i * lda + q)] *
                                                    rb[static_cast<std::size_t>(transB ? j * ldb + q : q * ldb + j)];
                                sum += term;
                                size += std::abs(term);
                            }
                            const std::size_t at = static_cast<std::size_t>(i * ldc + j);
                            wanted[at] = static_cast<double>(alpha) * sum + (beta == 0 ? 0.0 : static_cast<double>(beta) * static_cast<double>(before[at]));
                            sizes[at] = size;
                        }
                    const auto check = [&](const std::vector<Real>& c) {
                        for (Index i = 0; i < m; ++i)
                            for (Index j = 0; j < ldc; ++j) {
                                const std::size_t at = static_cast<std::size_t>(i * ldc + j);
                                if (j < n ? !near(c[at], wanted[at], sizes[at], k) : c[at] != before[at]) return QString("(%1, %2): %3, wanted %4")
                                    .arg(i).arg(j).arg(static_cast<double>(c[at])).arg(wanted[at]);
                            }
                        return QString();
                    };
                    const Transpose ta = transA ? Transpose::Yes : Transpose::No, tb = transB ? Transpose::Yes : Transpose::No;
                    for (const int threads : {1, 2, 7, 16}) {
                        if (threads > 2 && m * n > 70000 && beta == 0) continue;
                        Pool pool(threads);
                        pool.setProducts(Products::Bf16);
                        std::vector<Real> c = before;
                        gemm(pool, ta, tb, m, n, k, alpha, a.data(), lda, b.data(), ldb, beta, c.data(), ldc);
                        if (first.empty()) {
                            QCOMPARE(check(c), QString());
                            first = c;
                        }
                        QVERIFY(c.empty() || std::memcmp(c.data(), first.data(), c.size() * sizeof(Real)) == 0);
                    }
                    // Without the processor's instructions, where there are any.
                    if (m == 0 || n == 0) continue;
                    Pool pool(1);
                    std::vector<Real> c = before;
                    const RoundedOperands operands = roundOperands(pool, ta, tb, m, n, k, a.data(), lda, b.data(), ldb, false);
                    QVERIFY(!operands.native);
                    roundedTile(operands, 0, m, 0, n, alpha, beta, c.data(), ldc);
                    QCOMPARE(check(c), QString());
                }
        QCOMPARE(QString::fromStdString(kernelClass(Products::Bf16)),
                 QString::fromStdString(kernelClass()) + (nativeBf16() ? "/bf16" : "/bf16-rounded"));
        QCOMPARE(kernelClass(Products::Single), kernelClass());
    }

    void roundingToBf16() {
        const float infinity = std::numeric_limits<float>::infinity();
        for (const auto& [value, wanted] : std::vector<std::pair<float, float>>{{0.0f, 0.0f}, {1.0f, 1.0f}, {-2.5f, -2.5f},
                                                                               {1.00390625f, 1.0f},       // a tie: down to even
                                                                               {1.01171875f, 1.015625f},  // a tie: up to even
                                                                               {1.00390637f, 1.0078125f}, {infinity, infinity}, {-infinity, -infinity},
                                                                               {3.4e38f, infinity}})
            QCOMPARE(roundedToBf16(static_cast<Real>(value)), static_cast<Real>(wanted));
        QVERIFY(std::isnan(roundedToBf16(std::numeric_limits<Real>::quiet_NaN())));
        Pool pool(1);
        pool.setProducts(Products::Bf16);
        const Real bad = std::numeric_limits<Real>::quiet_NaN(), one = 1;
        Real c = 0;
        gemm(pool, Transpose::No, Transpose::No, 1, 1, 1, 1, &bad, 1, &one, 1, 0, &c, 1);
        QVERIFY(std::isnan(c));
    }

    void convolutions_data() {
        QTest::addColumn<QList<int>>("s");  // rows, channels, height, width, out, kh, kw, sh, sw, ph, pw
        const QList<QList<int>> sizes = {
            {0, 1, 3, 3, 1, 3, 3, 1, 1, 1, 1},  {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0},    {3, 2, 5, 7, 3, 3, 3, 1, 1, 1, 1},
            {5, 3, 8, 8, 5, 1, 1, 1, 1, 0, 0},  {2, 1, 7, 7, 2, 7, 7, 1, 1, 0, 0},    {4, 3, 9, 6, 4, 3, 2, 2, 3, 1, 0},
            {37, 2, 6, 6, 3, 5, 5, 1, 1, 2, 2}, {2, 4, 1, 19, 3, 1, 4, 1, 2, 0, 1},   {3, 5, 11, 13, 7, 2, 5, 3, 1, 1, 4},
            {2, 1, 2, 2, 3, 5, 5, 1, 1, 2, 2},  {2, 16, 40, 40, 8, 5, 5, 1, 1, 2, 2}, {33, 1, 28, 28, 4, 3, 3, 2, 2, 1, 1},
            {2, 2, 5, 1, 3, 3, 3, 1, 1, 1, 1},   {3, 3, 13, 17, 5, 5, 5, 1, 1, 2, 2},   {2, 7, 1, 1, 3, 3, 3, 1, 1, 1, 1},
            {1, 31, 61, 67, 3, 3, 3, 1, 1, 1, 1}, {19, 8, 14, 14, 16, 3, 3, 1, 1, 1, 1}, {17, 1, 28, 28, 8, 3, 3, 1, 1, 1, 1},
            {5, 3, 13, 5, 11, 4, 2, 1, 1, 3, 1}, {2, 9, 17, 33, 23, 2, 2, 1, 1, 0, 0}, {7, 5, 1, 31, 10, 1, 5, 1, 1, 0, 4},
            {1, 1, 3, 2100, 1, 3, 3, 1, 1, 1, 1}, {3, 2, 7, 11, 5, 5, 3, 1, 1, 2, 1},    {2, 3, 6, 5, 2, 2, 3, 1, 1, 0, 1}};
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

    void convolutionsHaveTheSameBitsOnAnyNumberOfThreads() {
        ConvGeometry g;
        g.channels = 5, g.height = 11, g.width = 13, g.outChannels = 7, g.kernelHeight = g.kernelWidth = 3, g.padHeight = g.padWidth = 1;
        const Index rows = 53;
        const std::vector<Real> x = draw(rows * g.inSize(), 1), w = draw(g.outChannels * g.patch(), 2), b = draw(g.outChannels, 3),
                                dy = draw(rows * g.outSize(), 4);
        std::vector<Real> first;
        for (const int threads : {1, 2, 7, 16}) {
            Pool pool(threads);
            std::vector<Real> y(dy.size()), dx(x.size()), dw(w.size()), db(b.size()), scratch(static_cast<std::size_t>(convScratch(g)));
            convForward(pool, g, rows, x.data(), w.data(), b.data(), y.data());
            convBackward(pool, g, rows, dy.data(), w.data(), dx.data());
            convGradient(pool, g, rows, dy.data(), x.data(), 0, dw.data(), 0, db.data(), scratch.data());
            std::vector<Real> all = y;
            for (const std::vector<Real>* part : {&dx, &dw, &db}) all.insert(all.end(), part->begin(), part->end());
            if (first.empty()) first = all;
            QCOMPARE(all, first);
        }
    }

    // The inner loops of every processor that this one can play, against plain loops; with fused sums they agree to the bit.
    void kernelsReadInPlace_data() {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("taps");
        QTest::addColumn<int>("group");
        for (const auto& s : std::vector<std::array<int, 3>>{
                 {0, 3, 2}, {1, 1, 1}, {1, 0, 3}, {16, 9, 8}, {17, 7, 7}, {31, 13, 5}, {33, 6, 4}, {64, 5, 3}, {127, 11, 8}, {224, 72, 8}})
            QTest::newRow(qPrintable(QString("%1 places, %2 taps, %3 channels").arg(s[0]).arg(s[1]).arg(s[2]))) << s[0] << s[1] << s[2];
    }
    void kernelsReadInPlace() {
        QFETCH(int, count);
        QFETCH(int, taps);
        QFETCH(int, group);
        const Index whole = (count + kDirectLanes - 1) / kDirectLanes * kDirectLanes, samples = 3;
        std::vector<Index> offsets;
        for (Index k = 0; k < taps; ++k) offsets.push_back(k * 3 % 41);
        const Index size = whole + 41 + kDirectSlack, plane = whole + kDirectSlack;
        const std::vector<Real> in = draw(samples * size, 1), w = draw(taps * group, 2), bias = draw(group, 3);
        std::vector<Real> a = draw(samples * group * whole, 4), fusedOut, fusedSums;
        for (Index row = 0; row < samples * group; ++row)
            for (Index t = count; t < whole; ++t) a[static_cast<std::size_t>(row * whole + t)] = 0;
        for (const DirectKernels* kernels : allDirectKernels()) {
            std::vector<Real> out(static_cast<std::size_t>(group * plane), Real(9)), sums(static_cast<std::size_t>(group * taps), Real(2));
            kernels->correlate(in.data(), offsets.data(), taps, w.data(), group, bias.data(), count, out.data(), plane);
            kernels->gather(a.data(), group * whole, whole, in.data(), size, offsets.data(), taps, group, whole, samples, sums.data());
            std::vector<Real> places;
            for (Index o = 0; o < group; ++o)
                for (Index t = 0; t < count; ++t) {
                    double wanted = static_cast<double>(bias[static_cast<std::size_t>(o)]), magnitude = std::abs(wanted);
                    for (Index k = 0; k < taps; ++k) {
                        const double term = static_cast<double>(w[static_cast<std::size_t>(k * group + o)]) *
                                            static_cast<double>(in[static_cast<std::size_t>(offsets[static_cast<std::size_t>(k)] + t)]);
                        wanted += term;
                        magnitude += std::abs(term);
                    }
                    places.push_back(out[static_cast<std::size_t>(o * plane + t)]);
                    QVERIFY2(near(places.back(), wanted, magnitude, taps), kernels->processor);
                }
            for (Index o = 0; o < group; ++o)
                for (Index k = 0; k < taps; ++k) {
                    double wanted = 2, magnitude = 2;
                    for (Index s = 0; s < samples; ++s)
                        for (Index t = 0; t < count; ++t) {
                            const double term =
                                static_cast<double>(a[static_cast<std::size_t>((s * group + o) * whole + t)]) *
                                static_cast<double>(in[static_cast<std::size_t>(s * size + offsets[static_cast<std::size_t>(k)] + t)]);
                            wanted += term;
                            magnitude += std::abs(term);
                        }
                    QVERIFY2(near(sums[static_cast<std::size_t>(o * taps + k)], wanted, magnitude, samples * count), kernels->processor);
                }
            if (!kernels->fused) continue;
            if (fusedOut.empty()) fusedOut = places;
            if (fusedSums.empty()) fusedSums = sums;
            QVERIFY2(places == fusedOut && sums == fusedSums, kernels->processor);
        }
    }

    void framesAndRows() {
        for (const DirectKernels* kernels : allDirectKernels())
            for (const auto& [height, width, top, left, behind] :
                 std::vector<std::array<Index, 5>>{{1, 1, 0, 0, 0}, {1, 1, 2, 1, 3}, {3, 2, 1, 1, 1}, {7, 13, 0, 2, 0}, {5, 16, 2, 0, 1}, {4, 33, 1, 1, 1}}) {
                const Index planes = 3, pitch = left + width + behind, plane = (top + height + 1) * pitch;
                const std::vector<Real> in = draw(planes * height * width, 1);
                std::vector<Real> framed(static_cast<std::size_t>(planes * plane), Real(9)), back(in.size(), Real(9));
                kernels->frame(in.data(), planes, height, width, top, left, pitch, plane, framed.data());
                std::size_t at = 0;
                for (Index c = 0; c < planes; ++c)
                    for (Index i = 0; i < top + height + 1; ++i)
                        for (Index j = 0; j < pitch; ++j) {
                            const bool inside = i >= top && i < top + height && j >= left && j < left + width;
                            const std::size_t from = static_cast<std::size_t>((c * height + i - top) * width + j - left);
                            QCOMPARE(framed[at++], inside ? in[from] : Real(0));
                        }
                for (Index c = 0; c < planes; ++c)
                    kernels->rows(framed.data() + c * plane + top * pitch + left, pitch, height, width, back.data() + c * height * width, width);
                QCOMPARE(back, in);
            }
    }

    void poolingOfWholePlanes() {
        for (const auto& [pairs, width] : std::vector<std::array<Index, 2>>{{0, 2}, {1, 2}, {7, 2}, {293, 14}, {37, 28}, {3, 514}, {2, 4098}}) {
            std::vector<Real> x = draw(2 * pairs * width, 1);
            for (std::size_t i = 0; i + 4 < x.size(); i += 5) x[i] = x[i + 1] = Real(1.5);
            const Index across = width / 2;
            const std::vector<Real> dy = draw(pairs * across, 2);
            std::vector<Real> y(dy.size(), Real(9)), dx(x.size(), Real(9)), wantedY(dy.size()), wantedDx(x.size());
            largestOfRowPairs(x.data(), pairs, width, y.data());
            largestOfRowPairsBackward(x.data(), y.data(), dy.data(), pairs, width, dx.data());
            for (Index i = 0; i < pairs; ++i) {
                const Real *top = x.data() + 2 * i * width, *bottom = top + width;
                Real* d = wantedDx.data() + 2 * i * width;
                largestOfPairs(top, bottom, wantedY.data() + i * across, across);
                largestOfPairsBackward(top, bottom, wantedY.data() + i * across, dy.data() + i * across, d, d + width, across);
            }
            QCOMPARE(y, wantedY);
            QCOMPARE(dx, wantedDx);
        }
    }

    // Every task once, after those that it waits for; what it shares out stays with it; the same bits in any order.
    void taskGraphs() {
        // A comb as the layers of a step: a chain 0, 2, 4, ... and a tooth after each of its links.
        TaskGraph graph;
        constexpr int kLinks = 12;
        std::vector<std::vector<int>> waits;
        for (int i = 0; i < kLinks; ++i) {
            if (i == 0)
                graph.add();
            else
                graph.add({2 * i - 2});
            waits.push_back(i == 0 ? std::vector<int>{} : std::vector<int>{2 * i - 2});
            graph.add({2 * i});
            waits.push_back({2 * i});
        }
        const int last = graph.add({2 * kLinks - 1});
        waits.push_back({2 * kLinks - 1});
        for (int i = 0; i < kLinks; ++i) {
            graph.wait(last, 2 * i + 1);
            waits.back().push_back(2 * i + 1);
        }
        QCOMPARE(graph.size(), 2 * kLinks + 1);
        for (const int threads : {1, 2, 7, 16}) {
            Pool pool(threads);
            for (int turn = 0; turn < 50; ++turn) {
                std::vector<std::atomic<int>> done(static_cast<std::size_t>(graph.size()));
                std::atomic<bool> early{false}, wandered{false};
                std::vector<double> sums(static_cast<std::size_t>(graph.size()), 0.0);
                graph.run(pool, [&](int task) {
                    for (const int other : waits[static_cast<std::size_t>(task)]) {
                        early = early || done[static_cast<std::size_t>(other)] != 1;
                        sums[static_cast<std::size_t>(task)] += 0.1 * sums[static_cast<std::size_t>(other)];
                    }
                    const std::thread::id self = std::this_thread::get_id();
                    pool.run(5, [&](Index tile) {
                        wandered = wandered || (threads > 1 && std::this_thread::get_id() != self);
                        sums[static_cast<std::size_t>(task)] += 1.0 / static_cast<double>(tile + task + 1);
                    });
                    ++done[static_cast<std::size_t>(task)];
                });
                QVERIFY2(!early, "a task began before one that it waits for was done");
                QVERIFY2(!wandered, "tiles of a task ran on another thread");
                for (const std::atomic<int>& times : done) QCOMPARE(times.load(), 1);
                std::vector<double> inOrder(sums.size(), 0.0);
                graph.runInOrder([&](int task) {
                    for (const int other : waits[static_cast<std::size_t>(task)])
                        inOrder[static_cast<std::size_t>(task)] += 0.1 * inOrder[static_cast<std::size_t>(other)];
                    for (Index tile = 0; tile < 5; ++tile)
                        inOrder[static_cast<std::size_t>(task)] += 1.0 / static_cast<double>(tile + task + 1);
                });
                QVERIFY(sums == inOrder);
            }
            // A task that throws ends the run, and the next one is whole again.
            for (const int bad : {0, 3, last}) {
                bool caught = false;
                try {
                    graph.run(pool, [&](int task) {
                        if (task == bad) throw std::runtime_error("bad");
                    });
                } catch (const std::runtime_error&) {
                    caught = true;
                }
                QVERIFY(caught);
                std::atomic<int> count{0};
                graph.run(pool, [&](int) { ++count; });
                QCOMPARE(count.load(), graph.size());
            }
        }
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
