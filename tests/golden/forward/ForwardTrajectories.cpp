// Ten steps on the same batch: optimisers and the order of updates inside a step. Authority as in ForwardLosses.cpp.
#include "GoldenCheck.h"
#include "support/RuleHarness.h"

#include "core/rules/ForwardForward.h"

using namespace lab;
using namespace lab::test;

namespace {

const OptimizerChoice kAdam{"adam", {{"rate", 0.01}}};

MatrixD rmsRows(MatrixD x) {
    for (Index i = 0; i < x.rows(); ++i)
        x.row(i) /= std::sqrt(x.row(i).squaredNorm() / static_cast<double>(x.cols())) + 1e-8;
    return x;
}

// Local losses of the last step, by layer.
class LossSink final : public ChannelSink {
public:
    bool wants(int) const override { return false; }
    void scalar(int channel, int layer, double value) override {
        if (channel == 0) losses[layer] = value;
    }
    void distributions(int, int, std::span<const double>, std::span<const double>, double) override {}
    void values(int, int, std::span<const double>) override {}
    void images(int, const ConstMatrixMap&, std::span<const std::string>, std::span<const std::uint8_t>) override {}
    std::map<int, double> losses;
};

// Loss, W(0,0) and |W| as they stand before step k + 1.
struct Row {
    double loss, first, norm = NAN;
};

class ForwardTrajectories : public QObject {
    Q_OBJECT

private slots:
    void forwardForwardAdam() {
        RuleSetup setup;
        setup.rule = "forward-forward";
        setup.params = {{"head", false}};
        setup.optimizer = kAdam;
        setup.batch = 3;
        RuleHarness harness(makeMlp({4, 6, 3}), smallData({4}, 3), setup);
        harness.setLinear(0, fill(4, 6, 3), 0.1 * fill(1, 6, 4));
        check(harness, {{0, {2.3833545991, .4130434783, 1.4314850116}},
                        {1, {2.3165381565, .4230434771, 1.4650364983}},
                        {10, {1.6273323202, .5129137757, 1.7987901474}}});
    }

    // Hinton's program: v <- 0.9 v + 0.1 dW/B, W <- W - 0.01 (v + 0.002 W), b without decay. In the usual form of momentum
    // the same step has the rate 0.001, and the decay is applied beside it.
    void forwardForwardHinton() {
        RuleSetup setup;
        setup.rule = "forward-forward";
        setup.params = {{"head", false}, {"peer", std::string("hinton")}, {"peer_strength", 0.03}};
        setup.optimizer = {"momentum", {{"rate", 0.001}, {"momentum", 0.9}, {"decay", 0.0}}};
        setup.batch = 3;
        RuleHarness harness(makeMlp({4, 6, 3}), smallData({4}, 3), setup);
        harness.setLinear(0, fill(4, 6, 3), 0.1 * fill(1, 6, 4));
        const std::map<int, Row> rows = {{0, {2.3833545991, .4130434783, 1.4314850116}},
                                         {1, {2.3813459804, .4131214752, 1.4323058138}},
                                         {10, {2.2956754289, .4165685409, 1.4671468452}}};
        const std::map<int, std::array<double, 3>> biases = {{0, {-.0282608696, .0779583525, .5}},
                                                             {1, {-.0279464587, .0780859784, .48226823}},
                                                             {10, {-.0150796680, .0902814836, .39039366}}};
        for (int k = 0; k <= 10; ++k) {
            const MatrixD before = harness.weight(0), bias = harness.bias(0);
            const double mean = harness.rule().saveState().front();
            const double loss = learn(harness);
            if (const auto row = rows.find(k); row != rows.end()) {
                QVERIFY(nearGolden(loss, row->second.loss));
                QVERIFY(nearGolden(before(0, 0), row->second.first));
                QVERIFY(nearGolden(before.norm(), row->second.norm));
                const auto& wanted = biases.at(k);
                QVERIFY(nearGolden(bias(0, 0), wanted[0]));
                QVERIFY(nearGolden(bias.norm(), wanted[1]));
                QVERIFY(nearGolden(mean, wanted[2], 1e-8));
            }
            harness.setLinear(0, harness.weight(0) - 0.01 * 0.002 * before, harness.bias(0));
        }
    }

    void monoForwardAdam() {
        RuleSetup setup;
        setup.rule = "mono-forward";
        setup.optimizer = kAdam;
        setup.batch = 3;
        RuleHarness harness(makeMlp({4, 6, 3}), smallData({4}, 3), setup);
        harness.setLinear(0, fill(4, 6, 3), 0.1 * fill(1, 6, 4));
        setProjection(harness, 0, fill(3, 6, 5));
        const Matrix x = real(rmsRows(fill(3, 4, 1)));
        const std::map<int, Row> rows = {{0, {.9103914796, .4130434783}}, {1, {.8701894167, .4230434763}},
                                         {10, {.5563474360, .5117776612}}};
        const std::map<int, double> projections = {{0, .0217391304}, {1, .0317391021}, {10, -.0037347656}};
        for (int k = 0; k <= 10; ++k) {
            const double first = harness.weight(0)(0, 0);
            const double projection = static_cast<double>(harness.rule().ownParameters()->data(0)[0]);
            const double loss = harness.step(x, {0, 1, 2}).loss;
            if (const auto row = rows.find(k); row != rows.end()) {
                QVERIFY(nearGolden(loss, row->second.loss));
                QVERIFY(nearGolden(first, row->second.first));
                QVERIFY(nearGolden(projection, projections.at(k)));
            }
        }
    }

    // Layer 2 reads what layer 1 computed before its update.
    void twoLayers_data() {
        QTest::addColumn<QString>("rule");
        QTest::newRow("forward-forward") << "forward-forward";
        QTest::newRow("mono-forward") << "mono-forward";
    }
    void twoLayers() {
        QFETCH(QString, rule);
        const bool contrastive = rule == "forward-forward";
        RuleSetup setup;
        setup.rule = rule.toStdString();
        if (contrastive) setup.params = {{"head", false}};
        setup.optimizer = kAdam;
        setup.batch = 3;
        RuleHarness harness(makeMlp({4, 6, 5, 3}), smallData({4}, 3), setup);
        harness.setLinear(0, fill(4, 6, 3), 0.1 * fill(1, 6, 4));
        harness.setLinear(1, fill(6, 5, 13), 0.1 * fill(1, 5, 15));
        if (!contrastive) {
            setProjection(harness, 0, fill(3, 6, 5));
            setProjection(harness, 1, fill(3, 5, 22));
        }
        const std::map<int, Row> contrastiveRows = {{0, {2.1581851966, .4565217391}}, {1, {2.0972894408, .4665217385}},
                                                    {10, {1.2315025783, .5580642204}}};
        const std::map<int, Row> scoreRows = {{0, {1.1639292727, .4565217391}}, {1, {1.1342160020, .4465217402}},
                                              {10, {1.0279469742, .3629809576}}};
        const std::map<int, double> projections = {{0, .1956521739}, {1, .1856521779}, {10, .1152427283}};
        const std::map<int, double> firstLayer = contrastive
                                                     ? std::map<int, double>{{0, 2.3833545991}, {1, 2.3165381565}, {10, 1.6273323202}}
                                                     : std::map<int, double>{{0, .9103914796}, {1, .8701894167}, {10, .5563474360}};
        const std::map<int, Row>& rows = contrastive ? contrastiveRows : scoreRows;
        for (int k = 0; k <= 10; ++k) {
            const double first = harness.weight(1)(0, 0);
            double projection = 0;
            if (!contrastive) {
                const ParamStore& own = *harness.rule().ownParameters();
                projection = static_cast<double>(own.data(own.find("projection2.weight"))[0]);
            }
            LossSink sink;
            if (contrastive) learn(harness, sink);
            else harness.step(real(rmsRows(fill(3, 4, 1))), {0, 1, 2}, 0, sink);
            const auto row = rows.find(k);
            if (row == rows.end()) continue;
            QVERIFY(nearGolden(sink.losses.at(0), firstLayer.at(k)));
            QVERIFY(nearGolden(sink.losses.at(1), row->second.loss));
            QVERIFY(nearGolden(first, row->second.first));
            if (!contrastive) QVERIFY(nearGolden(projection, projections.at(k)));
        }
    }

private:
    static double learn(RuleHarness& harness, ChannelSink& sink = nullSink()) {
        const Matrix positive = real(fill(3, 4, 1)), negative = real(fill(3, 4, 2));
        StepContext context = harness.context(0, sink);
        return dynamic_cast<ForwardForward&>(harness.rule()).learnStreams(map(positive), map(negative), context);
    }

    static void setProjection(RuleHarness& harness, int layer, const MatrixD& values) {
        ParamStore& own = *harness.rule().ownParameters();
        const Matrix m = real(values);
        const int block = own.find("projection" + std::to_string(layer + 1) + ".weight");
        QVERIFY(block >= 0);
        std::copy_n(m.data(), m.size(), own.data(block));
    }

    static void check(RuleHarness& harness, const std::map<int, Row>& rows) {
        for (int k = 0; k <= 10; ++k) {
            const MatrixD before = harness.weight(0);
            const double loss = learn(harness);
            const auto row = rows.find(k);
            if (row == rows.end()) continue;
            QVERIFY(nearGolden(loss, row->second.loss));
            QVERIFY(nearGolden(before(0, 0), row->second.first));
            QVERIFY(nearGolden(before.norm(), row->second.norm));
        }
    }
};

}  // namespace

QTEST_APPLESS_MAIN(ForwardTrajectories)
#include "ForwardTrajectories.moc"
