// Split, filters, limits, standardisation and label noise: what they promise, and that the test part is never looked at.
#include "core/data/DataRegistry.h"
#include "core/data/Generators.h"
#include "core/data/Selection.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace lab;

namespace {

// Feature 0 numbers the samples, so that they can be followed; feature 1 is constant; feature 2 varies.
Dataset numbered(Index train, Index test, std::vector<int> pattern) {
    Dataset set;
    set.schema.id = set.schema.title = "numbered";
    set.schema.shape = {3};
    set.schema.classes = 1 + *std::max_element(pattern.begin(), pattern.end());
    set.schema.classNames = numberedClasses(set.schema.classes);
    const auto fill = [&](Samples& part, Index count, Index offset) {
        part.x.resize(count, 3);
        for (Index i = 0; i < count; ++i) {
            part.x(i, 0) = static_cast<Real>(i + offset);
            part.x(i, 1) = Real(5);
            part.x(i, 2) = static_cast<Real>((i * 37) % 11) - Real(3);
            part.y.push_back(pattern[static_cast<std::size_t>(i) % pattern.size()]);
        }
    };
    fill(set.train, train, 0);
    fill(set.test, test, 100000);
    return set;
}

ParamSet with(std::initializer_list<std::pair<const char*, const char*>> values) {
    ParamSet set(dataOptions());
    for (const auto& [name, text] : values)
        if (!set.setText(name, text).ok()) qFatal("bad option in a test");
    return set;
}

std::vector<int> histogram(const Samples& samples, int classes) {
    std::vector<int> out(static_cast<std::size_t>(classes), 0);
    for (const int y : samples.y) ++out[static_cast<std::size_t>(y)];
    return out;
}

}  // namespace

class PrepareTest : public QObject {
    Q_OBJECT

private slots:
    void splitIsStratifiedDisjointAndComplete() {
        const Dataset raw = numbered(100, 0, {0, 0, 0, 1, 2});
        const Result<PreparedData> data = prepareData(raw, with({{"standardise", "none"}}), 1);
        QVERIFY(data.ok());
        QVERIFY(histogram(data->train, 3) == std::vector<int>({48, 16, 16}));
        QVERIFY(histogram(data->test, 3) == std::vector<int>({12, 4, 4}));
        std::set<Real> seen;
        for (const Samples* part : {&data->train, &data->test})
            for (Index i = 0; i < part->count(); ++i) {
                QVERIFY(seen.insert(part->x(i, 0)).second);
                const auto original = static_cast<std::size_t>(part->x(i, 0));
                QCOMPARE(part->y[static_cast<std::size_t>(i)], raw.train.y[original]);
            }
        QCOMPARE(seen.size(), std::size_t(100));
    }

    void splitFollowsItsSeedOnly() {
        const Dataset raw = numbered(100, 0, {0, 1});
        const ParamSet options = with({{"standardise", "none"}});
        const Matrix first = prepareData(raw, options, 1)->test.x;
        QVERIFY(first == prepareData(raw, options, 2)->test.x);
        QVERIFY(first != prepareData(raw, with({{"standardise", "none"}, {"split_seed", "1"}}), 1)->test.x);
    }

    void givenTestPartIsKept() {
        const Result<PreparedData> data = prepareData(numbered(30, 20, {0, 1}), with({{"standardise", "none"}}), 1);
        QCOMPARE(data->train.count(), Index(30));
        QCOMPARE(data->test.count(), Index(20));
        QCOMPARE(data->test.x(0, 0), Real(100000));
    }

    void statisticsComeFromTheTrainingPart_data() {
        QTest::addColumn<QString>("mode");
        QTest::newRow("as a whole") << "global";
        QTest::newRow("each feature") << "feature";
        QTest::newRow("by kind") << "auto";
    }
    void statisticsComeFromTheTrainingPart() {
        QFETCH(QString, mode);
        Dataset raw = numbered(50, 10, {0, 1});
        const ParamSet options = with({{"standardise", qPrintable(mode)}});
        const Result<PreparedData> data = prepareData(raw, options, 1);
        raw.test.x *= Real(-3);  // other test data: the same training data and the same statistics
        const Result<PreparedData> other = prepareData(raw, options, 1);
        QVERIFY(data.ok() && other.ok());
        QVERIFY(data->mean == other->mean && data->deviation == other->deviation && data->train.x == other->train.x);
        QVERIFY(data->test.x != other->test.x);
        QVERIFY(data->train.x.allFinite() && data->test.x.allFinite());
        if (mode == "global") {
            QCOMPARE(data->mean.size(), std::size_t(1));
            const MatrixD x = data->train.x.cast<double>();
            QVERIFY(std::abs(x.mean()) < 1e-6);
            QVERIFY(std::abs((x.array() - x.mean()).square().mean() - 1) < 1e-5);
        } else {
            QCOMPARE(data->mean.size(), std::size_t(3));
            for (Index j : {Index(0), Index(2)}) {
                const VectorD c = data->train.x.col(j).cast<double>();
                QVERIFY(std::abs(c.mean()) < 1e-6);
                QVERIFY(std::abs((c.array() - c.mean()).square().mean() - 1) < 1e-5);
            }
            // A constant column becomes zero, and its deviation 1.
            QVERIFY(data->train.x.col(1).isZero());
            QCOMPARE(data->deviation[1], 1.0);
        }
        QCOMPARE(data->minimum, data->train.x.minCoeff());
        QCOMPARE(data->maximum, data->train.x.maxCoeff());
    }

    void kindChoosesTheStandard() {
        Dataset raw = numbered(50, 10, {0, 1});
        QCOMPARE(prepareData(raw, with({}), 1)->mean.size(), std::size_t(3));
        raw.schema.shape = {3, 1, 1};
        QCOMPARE(prepareData(raw, with({}), 1)->mean.size(), std::size_t(1));
    }

    void classFilterRenumbers_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("numbers") << "3,1";
        QTest::newRow("names") << " Coat ; dress";
        QTest::newRow("plus") << "1+Coat";
    }
    void classFilterRenumbers() {
        QFETCH(QString, text);
        Dataset raw = numbered(40, 20, {0, 1, 2, 3});
        raw.schema.classNames = {"Bag", "Dress", "Shirt", "Coat"};
        const Result<PreparedData> data =
            prepareData(raw, with({{"standardise", "none"}, {"classes", qPrintable(text)}}), 1);
        QVERIFY(data.ok());
        QCOMPARE(data->schema.classes, 2);
        QVERIFY(data->schema.classNames == std::vector<std::string>({"Dress", "Coat"}));
        QVERIFY(histogram(data->train, 2) == std::vector<int>({10, 10}));
        QVERIFY(histogram(data->test, 2) == std::vector<int>({5, 5}));
        for (Index i = 0; i < data->train.count(); ++i) {
            const int old = raw.train.y[static_cast<std::size_t>(data->train.x(i, 0))];
            QCOMPARE(data->train.y[static_cast<std::size_t>(i)], old == 1 ? 0 : 1);
        }
    }

    void limitsKeepTheShares() {
        const Dataset raw = numbered(100, 50, {0, 0, 0, 1, 2});
        const ParamSet options = with({{"standardise", "none"}, {"train_limit", "10"}, {"test_limit", "5"}});
        const Result<PreparedData> data = prepareData(raw, options, 1);
        QVERIFY(histogram(data->train, 3) == std::vector<int>({6, 2, 2}));
        QVERIFY(histogram(data->test, 3) == std::vector<int>({3, 1, 1}));
        QVERIFY(data->train.x == prepareData(raw, options, 99)->train.x);
        // A larger subset contains the smaller one where the quotas grow.
        const Result<PreparedData> more = prepareData(raw, with({{"standardise", "none"}, {"train_limit", "20"}}), 1);
        std::set<Real> large;
        for (Index i = 0; i < more->train.count(); ++i) large.insert(more->train.x(i, 0));
        for (Index i = 0; i < data->train.count(); ++i) QVERIFY(large.count(data->train.x(i, 0)) == 1);
        // Limits beyond what is there take all.
        QCOMPARE(prepareData(raw, with({{"train_limit", "1000"}}), 1)->train.count(), Index(100));
    }

    void labelNoiseTouchesTrainingLabelsOnly() {
        const Dataset raw = numbered(2000, 400, {0, 1, 2, 3});
        const ParamSet clean = with({}), some = with({{"label_noise", "0.3"}}), more = with({{"label_noise", "0.5"}});
        const Result<PreparedData> truth = prepareData(raw, clean, 1), data = prepareData(raw, some, 1);
        QVERIFY(truth->noisy.empty());
        QVERIFY(data->test.y == truth->test.y);
        QVERIFY(data->train.x == truth->train.x);
        int replaced = 0;
        std::vector<int> shift(4, 0);
        for (std::size_t i = 0; i < 2000; ++i) {
            QCOMPARE(data->noisy[i] != 0, data->train.y[i] != truth->train.y[i]);
            replaced += data->noisy[i];
            ++shift[static_cast<std::size_t>((data->train.y[i] - truth->train.y[i] + 4) % 4)];
        }
        QVERIFY(std::abs(replaced - 600) < 62);  // three standard deviations of a binomial count
        for (int s = 1; s < 4; ++s) QVERIFY(std::abs(shift[static_cast<std::size_t>(s)] - 200) < 45);
        // More noise keeps the labels that were replaced; another seed replaces others.
        const Result<PreparedData> heavy = prepareData(raw, more, 1);
        for (std::size_t i = 0; i < 2000; ++i)
            if (data->noisy[i] != 0) QVERIFY(heavy->noisy[i] != 0 && heavy->train.y[i] == data->train.y[i]);
        QVERIFY(prepareData(raw, some, 2)->noisy != data->noisy);
        // The same sample has the same fate in a subset.
        const Result<PreparedData> subset =
            prepareData(raw, with({{"standardise", "none"}, {"label_noise", "0.3"}, {"train_limit", "200"}}), 1);
        for (std::size_t i = 0; i < 200; ++i) {
            const auto original = static_cast<std::size_t>(subset->train.x(static_cast<Index>(i), 0));
            QCOMPARE(subset->train.y[i], data->train.y[original]);
        }
    }

    void summaryIsOneLineWithCounts() {
        const std::string text = prepareData(numbered(50, 10, {0, 1}), with({{"label_noise", "1"}}), 1)->summary;
        for (const char* part : {"50 training", "10 test", "2 classes", "3 features", "50 training labels replaced"})
            QVERIFY2(text.find(part) != std::string::npos, text.c_str());
        QVERIFY(text.find('\n') == std::string::npos);
    }

    void quotasAddUpForEveryCount() {
        std::vector<int> labels;
        std::vector<Index> pool;
        for (Index i = 0; i < 97; ++i) {
            labels.push_back(static_cast<int>(i % 7 == 0 ? 2 : i % 3 == 0 ? 1 : 0));
            pool.push_back(i);
        }
        for (Index count = 0; count <= 97; ++count) {
            const std::vector<Index> picked = stratifiedPick(labels, pool, 3, count, 5, 1);
            QCOMPARE(static_cast<Index>(picked.size()), count);
            QVERIFY(std::is_sorted(picked.begin(), picked.end()));
            QVERIFY(std::adjacent_find(picked.begin(), picked.end()) == picked.end());
        }
    }

    void errors_data() {
        QTest::addColumn<QString>("option");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("code");
        QTest::newRow("unknown class") << "classes"
                                       << "0,9"
                                       << "LAB-DATA-201";
        QTest::newRow("empty name") << "classes"
                                    << "0,,1"
                                    << "LAB-DATA-201";
        QTest::newRow("negative number") << "classes"
                                         << "-1,0"
                                         << "LAB-DATA-201";
        QTest::newRow("twice") << "classes"
                               << "0,1,0"
                               << "LAB-DATA-202";
        QTest::newRow("one class") << "classes"
                                   << "1"
                                   << "LAB-DATA-203";
        QTest::newRow("nothing to test on") << "test_fraction"
                                            << "0.01"
                                            << "LAB-DATA-205";
    }
    void errors() {
        QFETCH(QString, option);
        QFETCH(QString, value);
        QFETCH(QString, code);
        const Result<PreparedData> data =
            prepareData(numbered(20, 0, {0, 1, 2}), with({{qPrintable(option), qPrintable(value)}}), 1);
        QVERIFY(!data.ok());
        QCOMPARE(QString::fromStdString(data.error().code), code);
        QVERIFY(!data.error().message.empty() && !data.error().where.empty() && !data.error().hint.empty());
    }

    void errorsOfTheDataThemselves() {
        Dataset none = numbered(20, 0, {0, 1});
        none.train = {};
        QCOMPARE(prepareData(none, with({}), 1).error().code, std::string("LAB-DATA-204"));
        Dataset single = numbered(20, 5, {0});
        QVERIFY(prepareData(single, with({}), 1).ok());
        QCOMPARE(prepareData(single, with({{"label_noise", "0.1"}}), 1).error().code, std::string("LAB-DATA-206"));
    }
};

QTEST_APPLESS_MAIN(PrepareTest)
#include "PrepareTest.moc"
