// Inputs at the edge, memorising a hundred samples, and SEG7 accuracies that take seconds.
#include "support/RuleHarness.h"

#include "core/data/Seg7.h"

#include <QTest>

using namespace lab;
using namespace lab::test;

namespace {

PreparedData seg7Data(Index train, Index test) {
    const Dataset raw = seg7();
    PreparedData data;
    data.schema = raw.schema;
    data.train.x = raw.train.x.topRows(train);
    data.train.y.assign(raw.train.y.begin(), raw.train.y.begin() + train);
    data.test.x = raw.test.x.topRows(test);
    data.test.y.assign(raw.test.y.begin(), raw.test.y.begin() + test);
    data.minimum = 0;
    data.maximum = 1;
    return data;
}

class FlagSink final : public ChannelSink {
public:
    bool wants(int) const override { return true; }
    void scalar(int, int, double) override {}
    void distributions(int, int, std::span<const double>, std::span<const double>, double) override {}
    void values(int, int, std::span<const double>) override {}
    void images(int, const ConstMatrixMap&, std::span<const std::string>, std::span<const std::uint8_t> flags) override {
        for (const std::uint8_t f : flags) flagged += f;
        seen += flags.size() / 2;
    }
    std::size_t flagged = 0, seen = 0;
};

}  // namespace

class ForwardGuardsTest : public QObject {
    Q_OBJECT

private slots:
    void edges_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("circuit");
        for (const char* rule : {"forward-forward", "mono-forward", "cascaded-forward"})
            for (const char* circuit : {"mlp:144-32-24-10", "cnn"})
                QTest::newRow(qPrintable(QString("%1 on %2").arg(rule, circuit))) << rule << circuit;
    }
    // A black image, a constant one, a batch of one, a class that is absent: nothing may become non-finite.
    void edges() {
        QFETCH(QString, rule);
        QFETCH(QString, circuit);
        const PreparedData data = seg7Data(100, 10);
        const Result<Circuit> parsed = parseShorthand(circuit.toStdString(), {1, 12, 12}, 10);
        QVERIFY(parsed.ok());
        RuleSetup setup;
        setup.rule = rule.toStdString();
        setup.batch = 8;
        RuleHarness harness(parsed.value(), data, setup);
        const Matrix zero = Matrix::Zero(4, 144), constant = Matrix::Constant(4, 144, Real(1));
        for (int s = 0; s < 4; ++s) {
            QVERIFY(std::isfinite(harness.step(zero, {0, 1, 1, 0}).loss));
            QVERIFY(std::isfinite(harness.step(constant, {3, 3, 3, 3}, 9).loss));
            QVERIFY(std::isfinite(harness.step(Matrix(data.train.x.topRows(1)), {data.train.y[0]}, 9).loss));
        }
        QVERIFY(harness.finite());
        for (const Matrix& scores : harness.predict(zero)) QVERIFY(scores.allFinite());
    }

    // Answers by goodness against their definition: one candidate at a time, painted, through the layers one sample after
    // another. Blocks of samples must fit together at any size.
    void answersAreThoseOfOneLabelAfterAnother_data() {
        QTest::addColumn<QString>("circuit");
        QTest::addColumn<bool>("head");
        QTest::addColumn<QString>("normaliser");
        QTest::newRow("two layers") << "mlp:144-32-24-10" << true << "rms";
        QTest::newRow("three layers") << "mlp:144-32-24-20-10" << true << "unit";
        QTest::newRow("no head") << "mlp:144-32-24-20-10" << false << "rms";
        QTest::newRow("no norm") << "mlp:144-32-10" << true << "none";
        QTest::newRow("images") << "cnn" << true << "rms";
    }
    void answersAreThoseOfOneLabelAfterAnother() {
        QFETCH(QString, circuit);
        QFETCH(bool, head);
        QFETCH(QString, normaliser);
        RuleSetup setup;
        setup.rule = "forward-forward";
        setup.params = {{"head", head}, {"label_height", 2.5}, {"normaliser", normaliser.toStdString()}};
        setup.batch = 32;
        setup.threads = 3;
        const Result<Circuit> parsed = parseShorthand(circuit.toStdString(), {1, 12, 12}, 10);
        QVERIFY(parsed.ok());
        RuleHarness harness(*parsed, seg7Data(96, 64), setup);
        harness.epoch(0);
        const Matrix& pool = harness.data().train.x;
        const Network& network = harness.network();
        const std::size_t layers = harness.rule().layers().size();
        const std::size_t firstLayerWay = head ? 2 : 1;
        const bool skipsFirst = layers >= 3;
        const auto normalise = [&](Real* x, Index size) {
            double squares = 0;
            for (Index j = 0; j < size; ++j) squares += static_cast<double>(x[j]) * static_cast<double>(x[j]);
            const double length = std::sqrt(normaliser == "rms" ? squares / static_cast<double>(size) : squares) + 1e-8;
            if (normaliser != "none")
                for (Index j = 0; j < size; ++j) x[j] = static_cast<Real>(static_cast<double>(x[j]) / length);
        };
        Workspace work = network.makeWorkspace(1, false);
        for (const Index rows : {1, 7, 23, 24, 25, 64, 90}) {
            const Matrix x = pool.topRows(rows);
            const std::vector<Matrix> found = harness.predict(x);
            for (Index i = 0; i < rows; i += rows > 24 ? 11 : 1)
                for (Index c = 0; c < 10; ++c) {
                    Real* input = work.value(network.inputArray());
                    std::copy_n(x.data() + i * 144, 144, input);
                    std::fill_n(input, 10, Real(0));
                    input[c] = Real(2.5);
                    normalise(input, 144);
                    double total = 0;
                    for (std::size_t l = 0; l < layers; ++l) {
                        network.evaluate(harness.pool(), work, 1, static_cast<int>(l), static_cast<int>(l) + 1);
                        const Stage& stage = network.stages()[l];
                        const Index width = network.arrays()[static_cast<std::size_t>(stage.output)].size;
                        Real* h = work.value(stage.output);
                        double g = 0;
                        for (Index j = 0; j < width; ++j) g += static_cast<double>(h[j]) * static_cast<double>(h[j]);
                        const double tolerance = 2e-4 * (1 + std::abs(g));
                        QVERIFY2(std::abs(static_cast<double>(found[firstLayerWay + l](i, c)) - g) <= tolerance,
                                 qPrintable(QString("%1 rows, sample %2, label %3, layer %4").arg(rows).arg(i).arg(c).arg(l)));
                        if (l > 0 || !skipsFirst) total += g;
                        normalise(h, width);
                    }
                    QVERIFY(std::abs(static_cast<double>(found[0](i, c)) - total) <= 2e-4 * (1 + std::abs(total)));
                }
        }
    }

    // With k labels tried the answer is the best of the k that the head ranks first, and the head itself is left alone.
    void triedLabelsAreTheHeadsFavourites() {
        RuleSetup setup;
        setup.rule = "forward-forward";
        setup.batch = 32;
        setup.threads = 2;
        RuleHarness harness(*parseShorthand("mlp:144-48-32-24-10", {1, 12, 12}, 10), seg7Data(320, 64), setup);
        for (int e = 0; e < 3; ++e) harness.epoch(e);
        const Matrix x = harness.data().test.x;
        const std::vector<Matrix> all = harness.predict(x);
        for (const Index tried : {1, 2, 3, 9, 10, 500}) {
            QVERIFY(harness.rule().setParam("tried", static_cast<std::int64_t>(tried)).ok());
            const std::vector<Matrix> some = harness.predict(x);
            for (std::size_t way = 0; way < all.size(); ++way)
                for (Index i = 0; i < x.rows(); ++i) {
                    std::vector<Index> favourites(10);
                    std::iota(favourites.begin(), favourites.end(), Index(0));
                    std::stable_sort(favourites.begin(), favourites.end(), [&](Index a, Index b) { return all[1](i, a) > all[1](i, b); });
                    favourites.resize(static_cast<std::size_t>(std::min<Index>(tried, 10)));
                    Index best = favourites.front();
                    for (const Index c : favourites) {
                        QVERIFY(std::abs(some[way](i, c) - all[way](i, c)) <= Real(1e-4) * (1 + std::abs(all[way](i, c))));
                        if (all[way](i, c) > all[way](i, best)) best = c;
                    }
                    Index top = 0;
                    some[way].row(i).maxCoeff(&top);
                    QCOMPARE(top, best);
                    QVERIFY(some[way].row(i).allFinite());
                }
        }
        QVERIFY(harness.rule().setParam("tried", std::int64_t(0)).ok());
        QVERIFY(harness.predict(x) == all);
    }

    void collisions() {
        for (const bool flawed : {false, true}) {
            RuleSetup setup;
            setup.rule = "ff";
            setup.batch = 100;
            setup.params["negatives"] = std::string(flawed ? "shuffled" : "hard");
            RuleHarness harness(makeMlp({144, 32, 24, 10}), seg7Data(1000, 10), setup);
            FlagSink sink;
            for (int e = 0; e < 5; ++e) harness.epoch(e, sink);
            QVERIFY(sink.seen == 400);
            if (flawed) QVERIFY(sink.flagged > 10 && sink.flagged < 90);  // about one in ten
            else QCOMPARE(sink.flagged, std::size_t{0});
        }
    }

    // 200 steps on the first hundred samples.
    void memorises_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<double>("least");
        QTest::newRow("forward-forward") << "forward-forward" << 60.0;
        QTest::newRow("mono-forward") << "mono-forward" << 95.0;
    }
    void memorises() {
        QFETCH(QString, rule);
        QFETCH(double, least);
        RuleSetup setup;
        setup.rule = rule.toStdString();
        setup.batch = 100;
        setup.seed = 11;
        RuleHarness harness(makeMlp({144, 256, 256, 10}), seg7Data(100, 10), setup);
        for (int s = 0; s < 200; ++s) harness.step(harness.data().train.x, harness.data().train.y);
        const double accuracy = harness.accuracy(harness.data().train).front();
        QVERIFY2(accuracy >= least, qPrintable(QString::number(accuracy)));
    }

    void cascadedBlocksLoseSeparability() {
        RuleSetup setup;
        setup.rule = "cafo";
        setup.params = {{"blocks", std::string("random")}, {"predictor", std::string("ridge")}};
        setup.batch = 100;
        setup.seed = 11;
        RuleHarness harness(makeMlp({144, 384, 384, 384, 10}), seg7Data(8000, 2000), setup);
        const MatrixD before = harness.weight(1);
        harness.epoch(0);
        QVERIFY(harness.weight(1) == before);  // really frozen
        const std::vector<double> accuracy = harness.accuracy(harness.data().test);
        QVERIFY2(accuracy[0] >= 82, qPrintable(QString::number(accuracy[0])));
        QVERIFY(accuracy[1] > accuracy[3]);
    }

    void tooFewInputsAreRefused() {
        PreparedData data = smallData({2}, 2);
        RuleSetup setup;
        setup.rule = "ff";
        QVERIFY_EXCEPTION_THROWN(RuleHarness(makeMlp({2, 8, 2}), data, setup), std::runtime_error);
        setup.rule = "mf";
        RuleHarness works(makeMlp({2, 8, 2}), data, setup);
        QVERIFY(std::isfinite(works.step(data.train.x, data.train.y).loss));
    }
};

QTEST_APPLESS_MAIN(ForwardGuardsTest)
#include "ForwardGuardsTest.moc"
