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
