// Every local gradient against central differences of the layer's own loss, in dense and convolutional layers. The
// gradient is what a step of plain descent at rate 1 takes off the weights; the loss is what the layer publishes.
#include "support/RuleHarness.h"

#include "core/rules/ForwardForward.h"

#include <QTest>

using namespace lab;
using namespace lab::test;

namespace {

class LossSink final : public ChannelSink {
public:
    bool wants(int) const override { return false; }
    void scalar(int channel, int layer, double value) override {
        if (channel == 0) losses[layer] = value;
        all.push_back(value);
    }
    void distributions(int, int, std::span<const double>, std::span<const double>, double) override {}
    void values(int, int, std::span<const double>) override {}
    void images(int, const ConstMatrixMap&, std::span<const std::string>, std::span<const std::uint8_t>) override {}
    std::map<int, double> losses;
    std::vector<double> all;
};

struct Case {
    std::string rule, circuit;
    std::map<std::string, ParamValue> params;
};

// Parameters of `from` with the change `delta` at place k; one step; the local losses that it saw.
struct Probe {
    std::vector<Real> before, after;
    std::map<int, double> losses;
};

constexpr Index kRows = 5;

Probe probe(const Case& which, Index place, double delta) {
    const Shape shape = which.circuit == "cnn" ? Shape{1, 8, 8} : Shape{12};
    PreparedData data = smallData(shape, 3, kRows);
    for (Index i = 0; i < data.train.x.size(); ++i)
        data.train.x.data()[i] = static_cast<Real>(Stream(5, Purpose::Analysis).normalAt(static_cast<std::uint64_t>(i)));
    RuleSetup setup;
    setup.rule = which.rule;
    setup.params = which.params;
    setup.optimizer = {"sgd", {{"rate", 1.0}}};
    setup.batch = kRows;
    const std::vector<long> sizes(shape.begin(), shape.end());
    const Result<Circuit> circuit = parseShorthand(which.circuit, sizes, 3);
    if (!circuit) throw std::runtime_error(circuit.error().text());
    RuleHarness harness(circuit.value(), data, setup);
    ParamStore& store = harness.network().parameters();
    const Index size = store.size();
    Real* p = place < size ? store.data() + place : harness.rule().ownParameters()->data() + (place - size);
    *p += static_cast<Real>(delta);
    Probe result;
    result.before = harness.parameters();
    LossSink sink;
    harness.step(data.train.x, data.train.y, 0, sink);
    result.after = harness.parameters();
    result.losses = sink.losses;
    return result;
}

}  // namespace

class ForwardGradientsTest : public QObject {
    Q_OBJECT

private slots:
    void differences_data() {
        QTest::addColumn<int>("which");
        for (std::size_t c = 0; c < cases().size(); ++c)
            QTest::newRow(qPrintable(QString("%1 on %2 #%3")
                                         .arg(cases()[c].rule.c_str(), cases()[c].circuit.c_str())
                                         .arg(c)))
                << static_cast<int>(c);
    }
    void differences() {
        QFETCH(int, which);
        const Case& c = cases()[static_cast<std::size_t>(which)];
        const Probe base = probe(c, 0, 0);
        constexpr double h = 1e-6;
        const Index size = static_cast<Index>(base.before.size());
        int checked = 0, moved = 0;
        for (Index k = 0; k < size; k += std::max<Index>(1, size / 60)) {
            const double analytic = static_cast<double>(base.before[static_cast<std::size_t>(k)] - base.after[static_cast<std::size_t>(k)]);
            if (analytic == 0) continue;  // a dead unit, the read-out, a running statistic
            const Probe up = probe(c, k, h), down = probe(c, k, -h);
            // The parameter belongs to one layer: the lowest whose loss moves. Layers above read what it passes on.
            for (const auto& [layer, loss] : up.losses) {
                const double difference = (loss - down.losses.at(layer)) / (2 * h);
                if (difference == 0) continue;
                const double error = std::abs(difference - analytic) / std::max(1e-3, std::abs(difference) + std::abs(analytic));
                QVERIFY2(error < 1e-6, qPrintable(QString("parameter %1: %2 by differences, %3 by the rule")
                                                      .arg(k).arg(difference, 0, 'g', 12).arg(analytic, 0, 'g', 12)));
                ++moved;
                break;
            }
            ++checked;
        }
        QVERIFY(checked >= 10 && moved == checked);
    }

private:
    static const std::vector<Case>& cases() {
        static const std::vector<Case> list = {
            {"forward-forward", "mlp:12-9-7-3:tanh", {{"head", false}}},
            {"forward-forward", "mlp:12-9-7-3:tanh", {{"head", false}, {"goodness", std::string("mean")}, {"temperature", 0.5}}},
            {"forward-forward", "cnn", {{"head", false}}},
            {"mono-forward", "mlp:12-9-7-3:tanh", {}},
            {"mono-forward", "cnn", {}},
            {"cascaded-forward", "mlp:12-9-7-3", {{"blocks", std::string("random")}, {"predictor", std::string("sparsemax")}}},
            {"cascaded-forward", "mlp:12-9-7-3", {{"blocks", std::string("random")}}},
        };
        return list;
    }
};

QTEST_APPLESS_MAIN(ForwardGradientsTest)
#include "ForwardGradientsTest.moc"
