// A multi-layer perceptron from circuit to trained parameters.
#include "core/circuit/Templates.h"
#include "core/network/Network.h"
#include "core/optimize/Updater.h"

#include <QtTest>

#include <cmath>

using namespace lab;

namespace {

std::unique_ptr<Network> mlp(const std::vector<long>& widths, const std::string& activation, int classes) {
    CompileOptions options;
    options.inputShape = {widths.front()};
    options.classes = classes;
    Result<std::unique_ptr<Network>> network = Network::compile(makeMlp(widths, activation), options);
    if (!network) qFatal("%s", network.error().text().c_str());
    return std::move(*network);
}

struct ToySamples {
    Buffer x;
    std::vector<int> labels;
};

// Labels that a fixed random linear map gives: a task that an MLP can learn.
ToySamples samples(Index rows, Index in, int classes, std::uint64_t seed) {
    ToySamples s;
    const Stream stream(seed, Purpose::Generator);
    const Stream map(7, Purpose::Generator, 1);
    s.x.resize(static_cast<std::size_t>(rows * in));
    for (std::size_t i = 0; i < s.x.size(); ++i) s.x[i] = static_cast<Real>(stream.normalAt(i));
    for (Index r = 0; r < rows; ++r) {
        int best = 0;
        double top = -1e300;
        for (int k = 0; k < classes; ++k) {
            double score = 0;
            for (Index j = 0; j < in; ++j)
                score += static_cast<double>(s.x[static_cast<std::size_t>(r * in + j)]) *
                         map.normalAt(static_cast<std::uint64_t>(k * in + j));
            if (score > top) {
                top = score;
                best = k;
            }
        }
        s.labels.push_back(best);
    }
    return s;
}

}  // namespace

class MlpTest : public QObject {
    Q_OBJECT

private slots:
    void structure() {
        const auto network = mlp({5, 7, 6, 3}, "relu", 3);
        QCOMPARE(static_cast<int>(network->stages().size()), 3);
        QVERIFY(network->hasReadout());
        QVERIFY(network->task() == Task::Classify);
        QCOMPARE(network->classes(), 3);
        QCOMPARE(network->inputSize(), Index(5));
        QCOMPARE(network->parameters().size(), Index(5 * 7 + 7 + 7 * 6 + 6 + 6 * 3 + 3));
        const ParamStore& p = network->parameters();
        QCOMPARE(p.block(0).name, std::string("l1.weight"));
        QCOMPARE(p.block(1).name, std::string("l1.bias"));
        QCOMPARE(p.block(4).name, std::string("l3.weight"));
        QVERIFY((p.block(0).shape == std::vector<Index>{7, 5}));
        QVERIFY((p.block(1).shape == std::vector<Index>{7}));
        QVERIFY(p.block(0).weight && !p.block(1).weight);
        QCOMPARE(p.block(2).layer, 1);
        QCOMPARE(p.block(0).title, std::string("*W*_{1}"));
        const std::vector<Stage>& stages = network->stages();
        QVERIFY(!stages[0].readout && !stages[1].readout && stages[2].readout);
        for (const Stage& stage : stages) QVERIFY(stage.linearNode >= 0);
        QVERIFY(stages[0].pointwiseNode >= 0);
        QCOMPARE(stages[2].pointwiseNode, -1);
        QCOMPARE(stages[0].input, network->inputArray());
        QCOMPARE(stages[1].input, stages[0].output);
        QCOMPARE(stages[2].output, network->scoresArray());
        QCOMPARE(stages[1].paramOffset, Index(42));
        QCOMPARE(stages[1].paramCount, Index(48));
        QCOMPARE(stages[0].macs, 35.0);
    }

    void forwardByHand() {
        const auto network = mlp({2, 2, 2}, "relu", 2);
        const std::vector<Real> values = {1, 2, -3, 1, /*b*/ 0.5, 0.25, 1, -1, 2, 0.5, /*b*/ 0, 1};
        std::copy(values.begin(), values.end(), network->parameters().data());
        Pool pool(1);
        Workspace work = network->makeWorkspace(4, true);
        const std::vector<Real> x = {1, 1};
        network->setInput(work, ConstMatrixMap(x.data(), 1, 2));
        network->forward(pool, work, 1, 0, 2, {});
        // z1 = (3.5, -1.75), h1 = (3.5, 0), scores = (3.5, 8)
        const Real* z = work.value(network->nodes()[static_cast<std::size_t>(network->stages()[0].linearNode)].out[0]);
        QCOMPARE(z[0], Real(3.5));
        QCOMPARE(z[1], Real(-1.75));
        const Real* scores = work.value(network->scoresArray());
        QCOMPARE(scores[0], Real(3.5));
        QCOMPARE(scores[1], Real(8));
        int best = -1;
        argmaxRows(scores, 1, 2, &best);
        QCOMPARE(best, 1);
    }

    void learns() {
        const auto network = mlp({12, 64, 64, 4}, "relu", 4);
        network->initialise(3);
        const Index rows = 256;
        const ToySamples s = samples(rows, 12, 4, 11);
        Pool pool(2);
        Workspace work = network->makeWorkspace(rows, true);
        Updater updater({OptimizerChoice{}, {}, {}, 1});
        for (const Stage& stage : network->stages())
            updater.addGroup(stage.title, -1, network->parameters(), stage.firstBlock, stage.lastBlock);
        std::vector<Real> gradient(static_cast<std::size_t>(network->parameters().size()));
        const ConstMatrixMap x(s.x.data(), rows, 12);
        double first = 0, loss = 0;
        for (int step = 0; step < 200; ++step) {
            loss = trueGradient(pool, *network, work, x, s.labels.data(), gradient.data());
            if (step == 0) first = loss;
            updater.beginStep(step, 0, step == 199);
            for (int g = 0; g < updater.groups(); ++g) updater.apply(pool, g, gradient.data());
        }
        QVERIFY2(!updater.failure(), updater.failure() ? updater.failure()->text().c_str() : "");
        QVERIFY2(first > 1.2 && loss < 0.1, qPrintable(QString("loss %1 -> %2").arg(first).arg(loss)));
        QVERIFY(updater.figures(0).updateNorm > 0 && updater.figures(0).gradientNorm > 0);
    }
};

QTEST_APPLESS_MAIN(MlpTest)
#include "MlpTest.moc"
