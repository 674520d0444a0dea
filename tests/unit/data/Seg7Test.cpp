// SEG7 against the published checksums of the reference recipe (computed by two independent programs).
#include "core/base/Rng.h"
#include "core/data/Seg7.h"

#include <QTest>

#include <cmath>
#include <numeric>

using namespace lab;

namespace {

double sum(const std::vector<double>& v, std::size_t from, std::size_t count) {
    return std::accumulate(v.begin() + static_cast<std::ptrdiff_t>(from),
                           v.begin() + static_cast<std::ptrdiff_t>(from + count), 0.0);
}

bool near(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

}  // namespace

class Seg7Test : public QObject {
    Q_OBJECT

private slots:
    void firstWordsOfTheSequence() {
        QCOMPARE(mix64(1001 + 0x9E3779B97F4A7C15ull), 0x533E00F7F3C606D4ull);
        QCOMPARE(mix64(1001 + 2 * 0x9E3779B97F4A7C15ull), 0x3AC55A494710CE58ull);
    }

    void trainingChecksums() {
        const std::vector<double> x = seg7Pixels(1001, 8000);
        const std::size_t p = kSeg7Pixels;
        QVERIFY(near(sum(x, 0, 100 * p), 2250.345320, 5e-7));
        QVERIFY(near(sum(x, 0, x.size()), 178821.8974, 5e-5));
        QVERIFY(near(sum(x, 0, p), 24.398152, 5e-7));
        QVERIFY(near(x[3 * p + 65], 0.017937069, 5e-10));
        QCOMPARE(x[7 * p + 100], 0.0);
        QVERIFY(near(x[28], 0.176387110, 5e-10));
        const double n = static_cast<double>(x.size());
        const double mean = sum(x, 0, x.size()) / n;
        double squares = 0;
        for (const double v : x) squares += (v - mean) * (v - mean);
        QVERIFY(near(mean, 0.155227, 5e-7));
        QVERIFY(near(std::sqrt(squares / n), 0.269793, 5e-7));
    }

    void testChecksums() {
        const std::vector<double> x = seg7Pixels(2002, 2000);
        const std::size_t p = kSeg7Pixels;
        QVERIFY(near(sum(x, 0, x.size()), 44707.2168, 5e-5));
        QVERIFY(near(sum(x, 0, p), 24.032449, 5e-7));
        QVERIFY(near(x[1999 * p + 143], 0.331900085, 5e-10));
    }

    void sampleBeginsAtItsOwnDraw() {
        // Every sample takes exactly 288 draws: image 5 alone equals image 5 of the sequence.
        const std::vector<double> all = seg7Pixels(1001, 16);
        const std::uint64_t ahead = 1001 + 10ull * kSeg7DrawsPerSample * 0x9E3779B97F4A7C15ull;
        const std::vector<double> later = seg7Pixels(ahead, 6);
        for (std::size_t i = 0; i < 6 * static_cast<std::size_t>(kSeg7Pixels); ++i)
            QCOMPARE(later[i], all[10 * kSeg7Pixels + i]);
    }

    void dataSet() {
        const Dataset set = seg7();
        QCOMPARE(set.train.count(), Index(8000));
        QCOMPARE(set.test.count(), Index(2000));
        QCOMPARE(set.schema.shape, (Shape{1, 12, 12}));
        QCOMPARE(set.schema.classes, 10);
        QCOMPARE(set.schema.classNames.size(), std::size_t(10));
        QCOMPARE(set.train.y[7999], 9);
        for (Index n = 0; n < 100; ++n)
            for (Index c = 0; c < kSeg7Side; ++c) QCOMPARE(set.train.x(n, c), Real(0));  // row 0 stays blank
        QVERIFY(set.train.x.minCoeff() >= 0 && set.train.x.maxCoeff() <= 1);
        QCOMPARE(seg7().checksum, set.checksum);
    }
};

QTEST_APPLESS_MAIN(Seg7Test)
#include "Seg7Test.moc"
