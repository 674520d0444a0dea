// Random streams: the reference sequence, golden values (make_goldens.py), random access, independence, distributions.
#include "core/base/Rng.h"

#include <QtTest>

#include <cmath>
#include <set>
#include <vector>

using namespace lab;

namespace {

// Correlation of two streams of uniforms.
double correlation(const Stream& a, const Stream& b, std::uint64_t count, std::uint64_t shift = 0) {
    double sumA = 0, sumB = 0, sumAA = 0, sumBB = 0, sumAB = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const double x = a.uniformAt(i), y = b.uniformAt(i + shift);
        sumA += x;
        sumB += y;
        sumAA += x * x;
        sumBB += y * y;
        sumAB += x * y;
    }
    const double n = static_cast<double>(count);
    return (sumAB / n - sumA / n * sumB / n) /
           std::sqrt((sumAA / n - sumA / n * sumA / n) * (sumBB / n - sumB / n * sumB / n));
}

}  // namespace

class RngTest : public QObject {
    Q_OBJECT
private slots:
    // The published sequence of SplitMix64 for seed 1234567.
    void referenceSequence() {
        const std::vector<std::uint64_t> wanted = {6457827717110365317ull, 3203168211198807973ull, 9817491932198370423ull,
                                                   4593380528125082431ull, 16408922859458223821ull};
        for (std::size_t i = 0; i < wanted.size(); ++i)
            QCOMPARE(mix64(1234567ull + (i + 1) * 0x9E3779B97F4A7C15ull), wanted[i]);
    }

    void goldenValues() {
        struct Golden {
            Stream stream;
            std::uint64_t first, second, millionth;
            double uniform5, normal3;
            std::uint64_t below4;
        };
        const std::uint64_t most = ~std::uint64_t(0);
        const std::vector<Golden> goldens = {
            {Stream(1, Purpose::Init), 0xcd4b0e5e59456a58, 0x9ae1a29ef7e41750, 0xb91806cda5b015cb, 0.8102739873497713,
             0.2117836301408243, 694},
            {Stream(1, Purpose::Order, 3), 0x5c28a9994bf71e0c, 0xb38505d3aec2c39e, 0x818b28734ac2f93d, 0.8900369849213119,
             1.3206534945320827, 448},
            {Stream(42, Purpose::Dropout, 7, 9), 0x351f30f9458014, 0x5e31aa09e3656520, 0xa66f36b638648d4e,
             0.295721817601892, -0.6320148648716171, 352},
            {Stream(most, Purpose::Phase, most, 1), 0x75dceb09a34a3244, 0x8f7cb6f0ec8fbb44, 0x8d7a9aeb0d3e9e8f,
             0.12627128844315405, -0.6610721721625812, 57},
        };
        for (const Golden& g : goldens) {
            QCOMPARE(g.stream.bitsAt(0), g.first);
            QCOMPARE(g.stream.bitsAt(1), g.second);
            QCOMPARE(g.stream.bitsAt(1000000), g.millionth);
            QVERIFY(g.stream.uniformAt(5) == g.uniform5);
            QVERIFY(std::abs(g.stream.normalAt(3) - g.normal3) < 1e-14);
            QCOMPARE(g.stream.belowAt(4, 1000), g.below4);
        }
    }

    void randomAccessEqualsSequence() {
        const Stream fixed(7, Purpose::Noise, 11, 13);
        Stream bits = fixed, uniform = fixed, normal = fixed, below = fixed;
        for (std::uint64_t i = 0; i < 1000; ++i) {
            QCOMPARE(bits.bits(), fixed.bitsAt(i));
            QVERIFY(uniform.uniform() == fixed.uniformAt(i));
            QVERIFY(normal.normal() == fixed.normalAt(i));
            QCOMPARE(below.below(17), fixed.belowAt(i, 17));
        }
    }

    // Every argument matters, also a and b against each other, and no draw is shared.
    void streamsAreIndependent() {
        std::vector<Stream> streams;
        for (const std::uint64_t seed : {1, 2})
            for (int purpose = 1; purpose <= 12; ++purpose)
                for (const std::uint64_t a : {0, 1, 2})
                    for (const std::uint64_t b : {0, 1, 2}) streams.emplace_back(seed, static_cast<Purpose>(purpose), a, b);
        std::set<std::uint64_t> draws;
        for (const Stream& stream : streams)
            for (std::uint64_t i = 0; i < 100; ++i) draws.insert(stream.bitsAt(i));
        QCOMPARE(draws.size(), streams.size() * 100);

        // |r| of independent pairs has standard deviation 1/sqrt(n) = 0.01.
        const std::uint64_t n = 10000;
        const Stream one(1, Purpose::Init, 0, 0);
        for (const Stream& other : {Stream(2, Purpose::Init, 0, 0), Stream(1, Purpose::Order, 0, 0),
                                    Stream(1, Purpose::Init, 1, 0), Stream(1, Purpose::Init, 0, 1)})
            QVERIFY(std::abs(correlation(one, other, n)) < 0.05);
        for (const std::uint64_t shift : {1, 2, 64}) QVERIFY(std::abs(correlation(one, one, n, shift)) < 0.05);
        QVERIFY(correlation(one, one, n) > 0.999);
    }

    void distributions() {
        const Stream stream(3, Purpose::Analysis);
        const std::uint64_t n = 200000;
        double sum = 0, squares = 0, cubes = 0, fourths = 0, uniforms = 0;
        std::vector<int> bins(10, 0);
        for (std::uint64_t i = 0; i < n; ++i) {
            const double u = stream.uniformAt(i);
            QVERIFY(u >= 0 && u < 1);
            uniforms += u;
            const std::uint64_t b = stream.belowAt(i, 10);
            QVERIFY(b < 10);
            ++bins[b];
            const double z = stream.normalAt(i);
            QVERIFY(std::isfinite(z));
            sum += z;
            squares += z * z;
            cubes += z * z * z;
            fourths += z * z * z * z;
        }
        const double count = static_cast<double>(n);
        QVERIFY(std::abs(uniforms / count - 0.5) < 4 * 0.2887 / std::sqrt(count));
        QVERIFY(std::abs(sum / count) < 4 / std::sqrt(count));
        QVERIFY(std::abs(squares / count - 1) < 4 * std::sqrt(2.0 / count));
        QVERIFY(std::abs(cubes / count) < 4 * std::sqrt(15.0 / count));
        QVERIFY(std::abs(fourths / count - 3) < 4 * std::sqrt(96.0 / count));
        // Each bin: binomial with standard deviation sqrt(n * 0.09).
        for (const int bin : bins) QVERIFY(std::abs(bin - count / 10) < 5 * std::sqrt(count * 0.09));
        QCOMPARE(stream.belowAt(0, 1), std::uint64_t(0));
    }
};

QTEST_APPLESS_MAIN(RngTest)
#include "RngTest.moc"
