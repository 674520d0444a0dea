// Compiled networks: stages, errors, shared weights, determinism over threads, no allocation in a step.
#include "core/base/Fingerprint.h"
#include "core/circuit/Templates.h"
#include "core/network/Network.h"
#include "core/optimize/Updater.h"
#include "suite/operations/CircuitMaker.h"
#include "support/CountedAllocations.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace lab;
using namespace lab::test;

namespace {

// conv(6) relu maxpool | conv(8) bn tanh, added to its input where shapes allow | flatten linear: three stages.
Circuit smallCnn(int side) {
    CircuitMaker m;
    m.axis("c", AxisRole::Feature, 2);
    m.axis("s", AxisRole::Space, side, 2);
    m.axis("d", AxisRole::Feature, 6);
    m.axis("t", AxisRole::Space, 0, 2);
    m.axis("f", AxisRole::Feature, 0);
    m.axis("k", AxisRole::Class, 4);
    m.source({"c", "s"});
    m.map("conv", {"s", "c"}, {"s", "d"});
    m.keep("pointwise");
    m.map("pool", {"s"}, {"t"});
    const std::string before = m.at, body = m.wire({"d", "t"}), skip = m.wire({"d", "t"}), after = m.wire({"d", "t"});
    m.operation("copy", {before}, {body, skip});
    m.at = body;
    m.map("conv", {"t", "d"}, {"t", "d"});
    m.keep("norm", {{"type", word("batch")}, {"gain", ParamValue(true)}}, {"d"});
    m.keep("pointwise", {{"fn", word("tanh")}});
    m.keep("dropout", {{"rate", ParamValue(0.2)}});
    m.operation("add", {m.at, skip}, {after});
    m.at = after;
    m.map("merge", {"d", "t"}, {"f"});
    m.map("linear", {"f"}, {"k"});
    m.keep("softmax", {}, {"k"});
    return m.finish();
}

std::unique_ptr<Network> compiled(const Circuit& circuit, Shape shape, int classes) {
    Result<std::unique_ptr<Network>> network = Network::compile(circuit, {std::move(shape), classes});
    if (!network) qFatal("%s", network.error().text().c_str());
    return std::move(*network);
}

struct Run {
    std::unique_ptr<Network> network;
    Pool pool;
    Workspace work;
    Updater updater;
    std::vector<Real> gradient;
    Buffer x;
    std::vector<int> labels;
    Index rows;

    Run(const Circuit& circuit, Shape shape, int classes, Index count, int threads)
        : network(compiled(circuit, std::move(shape), classes)),
          pool(threads),
          work(network->makeWorkspace(count, true)),
          updater(UpdaterConfig{}),
          gradient(static_cast<std::size_t>(network->parameters().size())),
          rows(count) {
        network->initialise(2);
        for (const Stage& stage : network->stages())
            updater.addGroup(stage.title, -1, network->parameters(), stage.firstBlock, stage.lastBlock);
        const Stream stream(6, Purpose::Analysis);
        x.resize(static_cast<std::size_t>(count * network->inputSize()));
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<Real>(stream.normalAt(i));
        for (Index r = 0; r < count; ++r) labels.push_back(static_cast<int>(r % classes));
    }

    double step(int number, bool measure = false) {
        const int stages = static_cast<int>(network->stages().size());
        network->setInput(work, ConstMatrixMap(x.data(), rows, network->inputSize()));
        ForwardMode mode;
        mode.training = mode.updateStatistics = true;
        mode.seed = 4;
        mode.step = static_cast<std::uint64_t>(number);
        network->forward(pool, work, rows, 0, stages, mode);
        const int scores = network->scoresArray();
        const double loss = crossEntropy(work.value(scores), rows, network->classes(), labels.data(), work.adjoint(scores));
        updater.beginStep(number, 0, measure);
        BackwardOptions options;
        options.gradient = gradient.data();
        for (int s = stages; s-- > 0;) {
            options.inputAdjoint = s > 0;
            network->backward(pool, work, rows, s, options);
            updater.apply(pool, s, gradient.data());
        }
        return loss;
    }

    std::string fingerprint() const {
        Fingerprint f;
        network->parameters().addTo(f);
        return f.hex();
    }
};

}  // namespace

class NetworkTest : public QObject {
    Q_OBJECT

private slots:
    void stagesOfACnn() {
        const auto network = compiled(smallCnn(8), {2, 8, 8}, 4);
        const std::vector<Stage>& stages = network->stages();
        QCOMPARE(static_cast<int>(stages.size()), 3);
        const auto kinds = [&](const Stage& s) {
            std::string list;
            for (int i = s.firstNode; i < s.lastNode; ++i) list += network->nodes()[static_cast<std::size_t>(i)].kind + " ";
            return list;
        };
        QCOMPARE(kinds(stages[0]), std::string("conv pointwise pool "));
        QCOMPARE(kinds(stages[1]), std::string("copy conv norm pointwise dropout add "));
        QCOMPARE(kinds(stages[2]), std::string("merge linear "));
        QVERIFY(network->hasReadout() && stages[2].readout);
        QCOMPARE(network->scoresArray(), stages[2].output);
        QVERIFY(stages[2].linearNode >= 0 && stages[2].pointwiseNode < 0);
        QVERIFY(stages[0].linearNode < 0 && stages[1].linearNode < 0);
        for (const NodeInfo& node : network->nodes())
            if (node.kind == "softmax" || node.kind == "output" || node.kind == "input") QCOMPARE(node.stage, -1);
        QVERIFY((network->arrays()[static_cast<std::size_t>(stages[0].output)].shape == Shape{6, 4, 4}));
        // Blocks of a stage are a range, statistics included, and hold everything.
        Index total = 0;
        for (const Stage& s : stages) {
            QCOMPARE(s.paramOffset, total);
            total += s.paramCount;
        }
        QCOMPARE(total, network->parameters().size());
        QCOMPARE(network->parameters().trainedCount(), total - 12);
        QVERIFY(network->parameters().find("norm6.running_mean") >= 0);
        QVERIFY(!network->parameters().block(network->parameters().find("norm6.running_var")).trained);
        QCOMPARE(stages[0].macs, 6.0 * 64 * 18);
    }

    // A normaliser or change of shape goes with the map behind it, all else with the map in front.
    void stageBorders() {
        CircuitMaker m;
        m.axis("a", AxisRole::Feature, 6);
        m.axis("e", AxisRole::Feature, 5);
        m.axis("f", AxisRole::Feature, 4);
        m.axis("k", AxisRole::Class, 3);
        m.source({"a"});
        m.keep("norm", {{"type", word("layer")}}, {"a"});
        m.map("linear", {"a"}, {"e"});
        m.keep("norm", {}, {"e"});  // in front of a pointwise function: with the map in front
        m.keep("pointwise");
        m.keep("dropout");
        m.keep("norm", {{"type", word("l2")}}, {"e"});
        m.map("linear", {"e"}, {"f"});
        m.keep("norm", {{"type", word("batch")}}, {"f"});
        m.keep("pointwise");
        m.keep("norm", {}, {"f"});
        m.keep("dropout");
        m.map("linear", {"f"}, {"k"});
        const auto network = compiled(m.finish(), {6}, 3);
        const std::vector<Stage>& stages = network->stages();
        QCOMPARE(static_cast<int>(stages.size()), 3);
        QCOMPARE(stages[0].firstNode, 1);
        QCOMPARE(stages[1].firstNode, 6);
        QCOMPARE(stages[2].firstNode, 10);
        QVERIFY(stages[1].linearNode < 0);  // batch norm is more than a map and a function
        for (std::size_t s = 1; s < stages.size(); ++s) QCOMPARE(stages[s].input, stages[s - 1].output);
    }

    void sharedWeightsJoinStages() {
        CircuitMaker m;
        m.axis("a", AxisRole::Feature, 4);
        m.axis("e", AxisRole::Feature, 4);
        m.axis("f", AxisRole::Feature, 4);
        m.axis("k", AxisRole::Class, 3);
        m.source({"a"});
        const std::string first = m.map("linear", {"a"}, {"e"}).id;
        m.keep("pointwise");
        m.map("linear", {"e"}, {"f"}).tie = first;
        m.keep("pointwise");
        m.map("linear", {"f"}, {"k"});
        const Circuit circuit = m.finish();
        const auto network = compiled(circuit, {4}, 3);
        QCOMPARE(static_cast<int>(network->stages().size()), 2);
        QCOMPARE(network->parameters().size(), Index(4 * 4 + 4 + 4 * 3 + 3));
        CircuitMaker other;
        other.axis("a", AxisRole::Feature, 4);
        other.axis("e", AxisRole::Feature, 5);
        other.axis("k", AxisRole::Class, 3);
        other.source({"a"});
        const std::string map = other.map("linear", {"a"}, {"e"}).id;
        other.map("linear", {"e"}, {"k"}).tie = map;
        const auto wrong = Network::compile(other.finish(), {});
        QVERIFY(!wrong.ok());
        QCOMPARE(wrong.error().code, std::string("LAB-NET-107"));
    }

    void tasks() {
        CircuitMaker m;
        m.axis("a", AxisRole::Feature, 6);
        m.axis("e", AxisRole::Feature, 2);
        m.axis("f", AxisRole::Feature, 6);
        m.source({"a"});
        m.map("linear", {"a"}, {"e"});
        m.map("linear", {"e"}, {"f"});
        const auto autoencoder = compiled(m.finish(), {6}, 3);
        QVERIFY(autoencoder->task() == Task::Reconstruct && autoencoder->hasReadout());
        CircuitMaker h;
        h.axis("a", AxisRole::Feature, 6);
        h.axis("e", AxisRole::Feature, 8);
        h.source({"a"});
        h.map("linear", {"a"}, {"e"});
        const auto headless = compiled(h.finish(), {6}, 0);
        QVERIFY(!headless->hasReadout() && !headless->stages().back().readout);
    }

    void errors() {
        const auto code = [](const Circuit& circuit, Shape shape = {}) {
            const auto result = Network::compile(circuit, {std::move(shape), 0});
            return result.ok() ? std::string("ok") : result.error().code;
        };
        QCOMPARE(code(makeMlp({4, 3, 2}), {4}), std::string("ok"));
        Circuit unknown = makeMlp({4, 3, 2});
        unknown.operations[2].kind = "astrology";
        QCOMPARE(code(unknown), std::string("LAB-NET-101"));
        CircuitMaker none;
        none.axis("a", AxisRole::Feature, 6);
        none.source({"a"});
        none.keep("pointwise");
        QCOMPARE(code(none.finish()), std::string("LAB-NET-103"));
        CircuitMaker two;
        two.axis("a", AxisRole::Feature, 6);
        two.axis("e", AxisRole::Feature, 6);
        two.source({"a"});
        two.map("linear", {"a"}, {"e"});
        two.finish();
        two.source({"a"});
        two.map("linear", {"a"}, {"e"});
        QCOMPARE(code(two.finish()), std::string("LAB-NET-102"));
        QVERIFY(code(makeMlp({4, 3, 2}), {5}) != "ok");
        // Nothing is allocated on the word of a file: products that overflow, or that no machine holds, are refused.
        QCOMPARE(code(makeMlp({4, 1'000'000'000, 2})), std::string("LAB-NET-118"));
        QCOMPARE(code(makeMlp({4, 60'000'000, 60'000'000, 2})), std::string("LAB-NET-118"));
        QCOMPARE(code(makeMlp({4, 20'000, 20'000, 2})), std::string("LAB-NET-119"));
        {
            CircuitMaker m;  // a product beyond 64 bits
            m.axis("a", AxisRole::Feature, 1'000'000'000);
            m.axis("c", AxisRole::Head, 1'000'000'000);
            m.axis("d", AxisRole::Head, 1'000'000'000);
            m.axis("e", AxisRole::Feature, 2);
            m.source({"a", "c", "d"});
            m.map("linear", {"a", "c", "d"}, {"e"});
            const std::string found = code(m.finish());
            QVERIFY2(found == "LAB-NET-118" || found == "LAB-SIZE-108", found.c_str());
            CircuitMaker open;
            open.axis("a", AxisRole::Feature, 0);
            open.axis("e", AxisRole::Feature, 2);
            open.source({"a"});
            open.map("linear", {"a"}, {"e"});
            QCOMPARE(code(open.finish()), std::string("LAB-NET-120"));
        }
        Circuit swapped;  // the wires of a pointwise function in two orders
        {
            CircuitMaker m;
            m.axis("h", AxisRole::Head, 2);
            m.axis("x", AxisRole::Feature, 3);
            m.axis("y", AxisRole::Feature, 3);
            m.source({"h", "x"});
            m.map("linear", {"x"}, {"y"});
            const std::string next = m.wire({"y", "h"});
            m.operation("pointwise", {m.at}, {next});
            m.at = next;
            swapped = m.finish();
        }
        QCOMPARE(code(swapped), std::string("LAB-NET-106"));
        QVERIFY_EXCEPTION_THROWN(compiled(makeMlp({4, 3, 2}), {4}, 2)->makeWorkspace(4, false).adjoint(0), std::exception);
    }

    void sameBitsForAnyNumberOfThreads_data() {
        QTest::addColumn<bool>("images");
        QTest::newRow("mlp") << false;
        QTest::newRow("cnn") << true;
    }
    void sameBitsForAnyNumberOfThreads() {
        QFETCH(bool, images);
        std::string first;
        double loss = 0, start = 0;
        for (const int threads : {1, 2, 7}) {
            Run run(images ? smallCnn(8) : makeMlp({100, 300, 270, 4}, "tanh"), images ? Shape{2, 8, 8} : Shape{100}, 4,
                    images ? 37 : 130, threads);
            start = run.step(0);
            for (int i = 1; i < 20; ++i) loss = run.step(i);
            QVERIFY(!run.updater.failure());
            if (first.empty()) first = run.fingerprint();
            QCOMPARE(run.fingerprint(), first);
        }
        QVERIFY2(loss < start, qPrintable(QString("%1 -> %2").arg(start).arg(loss)));
    }

    void aStepAllocatesNothing_data() { sameBitsForAnyNumberOfThreads_data(); }
    void aStepAllocatesNothing() {
        QFETCH(bool, images);
        Run run(images ? smallCnn(8) : makeMlp({100, 300, 270, 4}, "gelu"), images ? Shape{2, 8, 8} : Shape{100}, 4, 64, 2);
        for (int i = 0; i < 4; ++i) run.step(i, i % 2 == 1);
        // A thread that has got no tile yet grows its column buffer when it gets its first: one more round may allocate.
        long count = 1;
        for (int round = 0; round < 5 && count != 0; ++round) {
            const long before = allocationCount();
            for (int i = 0; i < 10; ++i) run.step(4 + i, i % 2 == 1);
            count = allocationCount() - before;
        }
        QCOMPARE(count, 0L);
        std::vector<int>* one = new std::vector<int>(3);  // the counter counts
        QVERIFY(allocationCount() > 0);
        delete one;
    }

    // Local training: without the input's adjoint the same gradient, and nothing in front of the stage is touched.
    void stagesAlone() {
        Run run(smallCnn(8), {2, 8, 8}, 4, 16, 1);
        run.step(0);
        const int out = run.network->stages()[1].output, in = run.network->stages()[1].input;
        MatrixMap adjoint = run.work.adjointMap(out, 16);
        const Stream stream(3, Purpose::Analysis);
        for (Index i = 0; i < adjoint.size(); ++i)
            adjoint.data()[i] = static_cast<Real>(stream.normalAt(static_cast<std::uint64_t>(i)));
        const Matrix kept = adjoint;
        const Stage& stage = run.network->stages()[1];
        std::vector<Real> with(run.gradient.size(), Real(5)), without(run.gradient.size(), Real(5));
        BackwardOptions options;
        options.gradient = with.data();
        options.inputAdjoint = true;
        run.network->backward(run.pool, run.work, 16, 1, options);
        QVERIFY(run.work.adjointMap(out, 16) == kept);
        run.work.adjointMap(in, 16).setConstant(Real(7));
        options.gradient = without.data();
        options.inputAdjoint = false;
        run.network->backward(run.pool, run.work, 16, 1, options);
        QVERIFY(with == without);
        QVERIFY(run.work.adjointMap(in, 16) == Matrix::Constant(16, run.work.adjointMap(in, 16).cols(), Real(7)));
        for (Index i = 0; i < static_cast<Index>(with.size()); ++i)
            if (i < stage.paramOffset || i >= stage.paramOffset + stage.paramCount)
                QCOMPARE(with[static_cast<std::size_t>(i)], Real(5));
    }

    void transportCarriesTheErrorDown() {
        const auto network = compiled(makeMlp({3, 2, 2}, "identity"), {3}, 2);
        network->initialise(1);
        std::vector<Real> other(static_cast<std::size_t>(network->parameters().size()));
        for (std::size_t i = 0; i < other.size(); ++i) other[i] = static_cast<Real>(i) + 1;
        Pool pool(1);
        Workspace work = network->makeWorkspace(1, true);
        const std::vector<Real> x = {1, 2, 3};
        network->setInput(work, ConstMatrixMap(x.data(), 1, 3));
        network->forward(pool, work, 1, 0, 2, {});
        const Stage& top = network->stages()[1];
        work.adjoint(top.output)[0] = 1;
        work.adjoint(top.output)[1] = -2;
        BackwardOptions options;
        options.inputAdjoint = true;
        options.transport = other.data();
        network->backward(pool, work, 1, 1, options);
        const Real* b = other.data() + network->parameters().block(top.firstBlock).offset;
        QCOMPARE(work.adjoint(top.input)[0], b[0] - 2 * b[2]);
        QCOMPARE(work.adjoint(top.input)[1], b[1] - 2 * b[3]);
    }

    void runningStatistics() {
        CircuitMaker m;
        m.axis("a", AxisRole::Feature, 1);
        m.axis("k", AxisRole::Class, 2);
        m.source({"a"});
        m.keep("norm", {{"type", word("batch")}}, {"a"});
        m.map("linear", {"a"}, {"k"});
        const auto network = compiled(m.finish(), {1}, 2);
        network->initialise(1);
        Pool pool(1);
        Workspace work = network->makeWorkspace(4, true);
        const std::vector<Real> x = {1, 2, 3, 6};
        const std::vector<int> labels = {0, 1, 0, 1};
        std::vector<Real> gradient(static_cast<std::size_t>(network->parameters().size()));
        const auto value = [&](const char* name) {
            return *network->parameters().data(network->parameters().find("norm1." + std::string(name)));
        };
        trueGradient(pool, *network, work, ConstMatrixMap(x.data(), 4, 1), labels.data(), gradient.data());
        QCOMPARE(value("running_mean"), Real(0));
        QCOMPARE(value("running_var"), Real(1));
        ForwardMode mode;
        mode.training = mode.updateStatistics = true;
        network->setInput(work, ConstMatrixMap(x.data(), 4, 1));
        network->forward(pool, work, 4, 0, 1, mode);
        QVERIFY(std::abs(value("running_mean") - Real(0.3)) < 1e-6);
        QVERIFY(std::abs(value("running_var") - Real(0.9 + 0.1 * 14 / 3)) < 1e-6);
        // A rule's own copy of the parameters is read and moved instead.
        std::vector<Real> own(network->parameters().data(), network->parameters().data() + network->parameters().size());
        mode.parameters = own.data();
        network->forward(pool, work, 4, 0, 1, mode);
        QVERIFY(std::abs(value("running_mean") - Real(0.3)) < 1e-6);
        QVERIFY(std::abs(own[0] - Real(0.57)) < 1e-6);
        network->evaluate(pool, work, 4, 0, 1, own.data());
        const int normed = network->nodes()[1].out[0];
        QVERIFY(std::abs(work.value(normed)[0] - (1 - own[0]) / std::sqrt(own[1] + Real(1e-5))) < 1e-6);
    }

    void dropoutMasks() {
        CircuitMaker m;
        m.axis("a", AxisRole::Feature, 1000);
        m.axis("k", AxisRole::Class, 2);
        m.source({"a"});
        m.keep("dropout", {{"rate", ParamValue(0.25)}});
        m.map("linear", {"a"}, {"k"});
        const auto network = compiled(m.finish(), {1000}, 2);
        Pool pool(2);
        Workspace work = network->makeWorkspace(8, false);
        const std::vector<Real> x(8000, Real(3));
        network->setInput(work, ConstMatrixMap(x.data(), 8, 1000));
        const int dropped = network->nodes()[1].out[0];
        const auto mask = [&](std::uint64_t seed, std::uint64_t step) {
            ForwardMode mode;
            mode.training = true;
            mode.seed = seed;
            mode.step = step;
            network->forward(pool, work, 8, 0, 1, mode);
            return Matrix(work.valueMap(dropped, 8));
        };
        const Matrix first = mask(1, 1);
        QVERIFY(first == mask(1, 1));
        QVERIFY(first != mask(1, 2));
        QVERIFY(first != mask(2, 1));
        const Index zeros = (first.array() == Real(0)).count();
        QVERIFY2(zeros > 1850 && zeros < 2150, qPrintable(QString::number(zeros)));
        QCOMPARE((first.array() == Real(4)).count() + zeros, Index(8000));
    }

    void losses() {
        const std::vector<Real> scores = {1000, 1001, 998, 0, 0, 0};
        const std::vector<int> labels = {1, 2};
        std::vector<Real> error(6);
        const double s = std::exp(-1.0) + 1 + std::exp(-3.0);
        const double loss = crossEntropy(scores.data(), 2, 3, labels.data(), error.data());
        QVERIFY(std::abs(loss - (std::log(s) + std::log(3.0)) / 2) < 1e-12);
        QVERIFY(std::abs(static_cast<double>(error[1]) - (1 / s - 1) / 2) < 1e-7);
        QVERIFY(std::abs(static_cast<double>(error[5]) + 1.0 / 3) < 1e-7);
        QCOMPARE(crossEntropy(scores.data(), 2, 3, labels.data(), nullptr), loss);
        const std::vector<Real> target = {999, 1001, 1000, 0, 1, 0};
        QCOMPARE(halfSquaredError(scores.data(), target.data(), 2, 3, error.data()), 0.25 * (1 + 4 + 1));
        QCOMPARE(error[2], Real(-1));
        std::vector<int> best(2);
        argmaxRows(scores.data(), 2, 3, best.data());
        QVERIFY((best == std::vector<int>{1, 0}));
        QCOMPARE(crossEntropy(nullptr, 0, 3, nullptr, nullptr), 0.0);
    }
};

QTEST_APPLESS_MAIN(NetworkTest)
#include "NetworkTest.moc"
