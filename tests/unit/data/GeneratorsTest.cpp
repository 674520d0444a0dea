// Point sets: geometry without noise, balance, and draws that depend on seed and place alone.
#include "core/data/DataRegistry.h"
#include "core/data/Generators.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace lab;

namespace {

PointOptions clean(Index samples, int classes = 2) {
    PointOptions o;
    o.samples = samples;
    o.noise = 0;
    o.classes = classes;
    o.seed = 7;
    return o;
}

double radius(const Dataset& set, Index i) {
    return std::hypot(set.train.x(i, 0), set.train.x(i, 1));
}

}  // namespace

class GeneratorsTest : public QObject {
    Q_OBJECT

private slots:
    void moonsLieOnTheirArcs() {
        const Dataset set = moons(clean(200));
        for (Index i = 0; i < 200; ++i) {
            const double x = set.train.x(i, 0), y = set.train.x(i, 1);
            if (set.train.y[static_cast<std::size_t>(i)] == 0) {
                QVERIFY(std::abs(x * x + y * y - 1) < 1e-5 && y >= -1e-6);
            } else {
                QVERIFY(std::abs((x - 1) * (x - 1) + (y - 0.5) * (y - 0.5) - 1) < 1e-5 && y <= 0.5 + 1e-6);
            }
        }
    }

    void circlesHaveTheirRadii() {
        PointOptions o = clean(100);
        o.factor = 0.3;
        const Dataset set = circles(o);
        for (Index i = 0; i < 100; ++i)
            QVERIFY(std::abs(radius(set, i) - (set.train.y[static_cast<std::size_t>(i)] == 0 ? 1.0 : 0.3)) < 1e-5);
    }

    void spiralArmsAreRotatedCopies() {
        const int classes = 3;
        const Dataset set = spirals(clean(300, classes));
        for (Index i = 0; i < 300; ++i) {
            const double r = radius(set, i);
            QVERIFY(r > 0.1 - 1e-6 && r < 1 + 1e-6);
            // One turn: the angle follows from the radius and the class.
            const double expected =
                2 * 3.14159265358979 * ((r - 0.1) / 0.9 + set.train.y[static_cast<std::size_t>(i)] / 3.0);
            QVERIFY(std::abs(r * std::cos(expected) - set.train.x(i, 0)) < 1e-4);
            QVERIFY(std::abs(r * std::sin(expected) - set.train.x(i, 1)) < 1e-4);
        }
    }

    void xorFollowsTheSigns() {
        const Dataset set = xorPoints(clean(400));
        int quadrants[4] = {0, 0, 0, 0};
        for (Index i = 0; i < 400; ++i) {
            const double x = set.train.x(i, 0), y = set.train.x(i, 1);
            QVERIFY(std::abs(x) <= 1 && std::abs(y) <= 1);
            QCOMPARE(set.train.y[static_cast<std::size_t>(i)], x * y < 0 ? 1 : 0);
            ++quadrants[(x > 0 ? 1 : 0) + (y > 0 ? 2 : 0)];
        }
        for (const int q : quadrants) QVERIFY(q > 60 && q < 140);
    }

    void blobsSitOnTheUnitCircle() {
        const Dataset set = blobs(clean(50, 5));
        for (Index i = 0; i < 50; ++i) QVERIFY(std::abs(radius(set, i) - 1) < 1e-6);
        PointOptions noisy = clean(20000, 2);
        noisy.noise = 0.25;
        const Dataset wide = blobs(noisy);
        double squares = 0;
        for (Index i = 0; i < 20000; ++i) {
            const double dx = wide.train.x(i, 0) - (wide.train.y[static_cast<std::size_t>(i)] == 0 ? 1 : -1);
            squares += dx * dx;
        }
        // The estimate of a deviation from n normal draws has the relative error 1 / sqrt(2 n) = 0.005.
        QVERIFY(std::abs(std::sqrt(squares / 20000) - 0.25) < 0.005);
    }

    void everyGeneratorIsBalancedAndRepeatable_data() {
        QTest::addColumn<int>("which");
        for (int k = 0; k < static_cast<int>(generatedDatasets().size()); ++k)
            QTest::newRow(generatedDatasets()[static_cast<std::size_t>(k)].id.c_str()) << k;
    }
    void everyGeneratorIsBalancedAndRepeatable() {
        QFETCH(int, which);
        const DatasetDescription& d = generatedDatasets()[static_cast<std::size_t>(which)];
        QVERIFY(d.generated && !d.title.empty() && !d.summary.empty() && !d.origin.empty() && !d.licence.empty());
        ParamSet params(d.params);
        const Result<Dataset> first = d.load(params), again = d.load(params);
        QVERIFY(first.ok() && again.ok());
        QCOMPARE(first->schema.id, d.id);
        QCOMPARE(first->checksum, again->checksum);
        QVERIFY(first->train.x.allFinite());
        QCOMPARE(static_cast<int>(first->schema.classNames.size()), first->schema.classes);
        std::vector<int> counts(static_cast<std::size_t>(first->schema.classes), 0);
        for (const int y : first->train.y) ++counts[static_cast<std::size_t>(y)];
        const auto [low, high] = std::minmax_element(counts.begin(), counts.end());
        QVERIFY(*high - *low <= 1);
        if (params.find("seed") == nullptr) return;
        QVERIFY(params.set("seed", std::int64_t(2)).ok());
        QVERIFY(d.load(params)->checksum != first->checksum);
        // A shorter set is the beginning of the longer one.
        QVERIFY(params.set("seed", std::int64_t(1)).ok() && params.set("samples", std::int64_t(100)).ok());
        const Result<Dataset> brief = d.load(params);
        QVERIFY(brief->train.x == first->train.x.topRows(100));
    }

    void sequencesAndGraphsAreWhatTheySay() {
        SequenceOptions options;
        options.samples = 60;
        const Dataset asked = pointer(options), order = temporalOrder(options), graphs = colouredGraphs(options);
        QVERIFY(asked.schema.tokens == 8 && order.schema.tokens == 2 && graphs.schema.tokens == 2);
        QVERIFY(asked.schema.shape == Shape({9}) && order.schema.shape == Shape({4, 1, 8}) && graphs.schema.shape == Shape({11, 1, 8}));
        const Index n = options.length;
        for (Index i = 0; i < options.samples; ++i) {
            const auto place = static_cast<Index>(asked.train.x(i, 0));
            QCOMPARE(static_cast<int>(asked.train.x(i, place + 1)), asked.train.y[static_cast<std::size_t>(i)]);
            std::vector<int> letters;
            for (Index t = 0; t < n; ++t) {
                Real total = 0;
                for (Index s = 0; s < 4; ++s) total += order.train.x(i, s * n + t);
                QCOMPARE(total, Real(1));
                for (Index s = 0; s < 2; ++s)
                    if (order.train.x(i, s * n + t) == 1) letters.push_back(static_cast<int>(s));
            }
            QCOMPARE(letters.size(), std::size_t(2));
            QCOMPARE(2 * letters[0] + letters[1], order.train.y[static_cast<std::size_t>(i)]);
            int between = 0, red = 0;
            for (Index v = 0; v < n; ++v) {
                red += graphs.train.x(i, v) == 1;
                for (Index u = 0; u < n; ++u) {
                    QCOMPARE(graphs.train.x(i, (3 + u) * n + v), graphs.train.x(i, (3 + v) * n + u));
                    between += graphs.train.x(i, (3 + u) * n + v) == 1 && graphs.train.x(i, v) == 1 && graphs.train.x(i, u) == 1;
                }
                QCOMPARE(graphs.train.x(i, (3 + v) * n + v), Real(0));
            }
            QVERIFY(red >= 2);
            QCOMPARE(between > 0 ? 1 : 0, graphs.train.y[static_cast<std::size_t>(i)]);
        }
        // A longer set begins with the shorter one; the seed changes it.
        options.samples = 80;
        QVERIFY(pointer(options).train.x.topRows(60) == asked.train.x);
        options.seed = 2;
        QVERIFY(pointer(options).train.x.topRows(60) != asked.train.x);
    }

    void namesAreUnique() {
        std::set<std::string> names;
        for (const DatasetDescription& d : generatedDatasets()) QVERIFY(names.insert(d.id).second);
        QVERIFY(names == std::set<std::string>({"seg7", "moons", "circles", "spirals", "xor", "blobs", "pointer", "order", "graphs", "recall"}));
    }
};

QTEST_APPLESS_MAIN(GeneratorsTest)
#include "GeneratorsTest.moc"
