// Networks and optimisers against PyTorch: goldens.json, written by make_goldens.py, which states the version.
#include "core/network/Network.h"
#include "core/optimize/Updater.h"
#include "suite/operations/CircuitMaker.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <cmath>
#include <set>

using namespace lab;
using namespace lab::test;

namespace {

constexpr bool kDouble = sizeof(Real) == 8;

// The numbers that the script draws.
std::vector<Real> draw(std::uint64_t key, Index count, double scale, double shift = 0) {
    std::vector<Real> values;
    for (Index i = 0; i < count; ++i) {
        const std::uint64_t top = mix64(key + (static_cast<std::uint64_t>(i) + 1) * 0x9E3779B97F4A7C15ull) >> 48;
        values.push_back(static_cast<Real>((static_cast<double>(top) / 32768.0 - 1.0) * scale + shift));
    }
    return values;
}

Circuit mlp() {
    CircuitMaker m;
    const std::vector<long> widths = {5, 7, 6, 6, 7, 5, 3};
    const std::vector<const char*> functions = {"tanh", "gelu", "softplus", "selu", "sigmoid"};
    std::string axis = m.axis("a0", AxisRole::Feature, widths[0]);
    m.source({axis});
    for (std::size_t i = 1; i < widths.size(); ++i) {
        const std::string next =
            m.axis("a" + std::to_string(i), i + 1 == widths.size() ? AxisRole::Class : AxisRole::Feature, widths[i]);
        m.map("linear", {axis}, {next}).id = "L" + std::to_string(i);
        if (i <= functions.size()) m.keep("pointwise", {{"fn", word(functions[i - 1])}});
        axis = next;
    }
    return m.finish();
}

Circuit cnn() {
    CircuitMaker m;
    m.axis("c", AxisRole::Feature, 2);
    m.axis("s", AxisRole::Space, 8, 2);
    m.axis("d", AxisRole::Feature, 4);
    m.axis("t", AxisRole::Space, 0, 2);
    m.axis("u", AxisRole::Space, 0, 2);
    m.axis("e", AxisRole::Feature, 3);
    m.axis("v", AxisRole::Space, 0, 2);
    m.axis("f", AxisRole::Feature, 0);
    m.axis("k", AxisRole::Class, 4);
    m.source({"c", "s"});
    m.map("conv", {"s", "c"}, {"t", "d"}, {{"s", whole(2)}, {"p", whole(1)}}).id = "C1";
    m.keep("norm", {{"type", word("batch")}, {"gain", ParamValue(true)}}, {"d"});
    m.circuit().operations.back().id = "N1";
    m.keep("pointwise");
    m.map("pool", {"t"}, {"u"}, {{"k", whole(3)}, {"s", whole(2)}, {"p", whole(1)}});
    m.map("conv", {"u", "d"}, {"u", "e"}).id = "C2";
    m.keep("pointwise");
    m.map("pool", {"u"}, {"v"}, {{"fn", word("average")}});
    m.map("merge", {"e", "v"}, {"f"});
    m.map("linear", {"f"}, {"k"}).id = "L1";
    return m.finish();
}

Circuit residual() {
    CircuitMaker m;
    m.axis("a", AxisRole::Feature, 5);
    m.axis("h", AxisRole::Feature, 6);
    m.axis("k", AxisRole::Class, 3);
    m.source({"a"});
    m.map("linear", {"a"}, {"h"}).id = "L1";
    const std::string before = m.at, body = m.wire({"h"}), skip = m.wire({"h"}), after = m.wire({"h"});
    m.operation("copy", {before}, {body, skip});
    m.at = body;
    m.keep("norm", {{"type", word("layer")}, {"gain", ParamValue(true)}}, {"h"});
    m.circuit().operations.back().id = "N1";
    const std::string inner = m.wire({"h"});
    m.operation("linear", {m.at}, {inner}, {}, {"h"}, {"h"}).id = "L2";
    m.at = inner;
    m.keep("pointwise", {{"fn", word("tanh")}});
    m.operation("add", {m.at, skip}, {after});
    m.at = after;
    m.map("linear", {"h"}, {"k"}).id = "L3";
    return m.finish();
}

QJsonObject goldens() {
    QFile file(QString(LAB_SOURCE_DIR) + "/tests/golden/network/goldens.json");
    if (!file.open(QIODevice::ReadOnly)) qFatal("goldens.json is missing");
    return QJsonDocument::fromJson(file.readAll()).object();
}

}  // namespace

class NetworkGoldenTest : public QObject {
    Q_OBJECT

    static void compare(const Real* found, const QJsonArray& wanted, const QString& what) {
        double size = 0;
        for (const QJsonValue& v : wanted) size = std::max(size, std::abs(v.toDouble()));
        for (int i = 0; i < wanted.size(); ++i) {
            const double f = static_cast<double>(found[i]), w = wanted[i].toDouble();
            QVERIFY2(std::abs(f - w) <= (kDouble ? 1e-10 : 5e-6) * std::max(1e-2, size),
                     qPrintable(QString("%1[%2]: %3, PyTorch %4").arg(what).arg(i).arg(f, 0, 'g', 12).arg(w, 0, 'g', 12)));
        }
    }

private slots:
    void networks_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"mlp", "cnn", "residual"}) QTest::newRow(name) << QString(name);
    }
    void networks() {
        QFETCH(QString, name);
        const QJsonObject golden = goldens()["networks"].toObject()[name].toObject();
        const bool images = name == "cnn";
        const int classes = images ? 4 : 3;
        const Index rows = 4;
        Result<std::unique_ptr<Network>> compiled = Network::compile(name == "mlp" ? mlp()
                                                                     : images      ? cnn()
                                                                                   : residual(),
                                                                     {images ? Shape{2, 8, 8} : Shape{5}, classes});
        QVERIFY2(compiled.ok(), compiled.ok() ? "" : compiled.error().text().c_str());
        Network& network = **compiled;
        ParamStore& p = network.parameters();
        const QJsonArray blocks = golden["blocks"].toArray();
        QCOMPARE(static_cast<int>(p.blocks().size()), static_cast<int>(blocks.size()));
        for (int i = 0; i < blocks.size(); ++i) {
            const ParamBlock& block = p.block(i);
            QCOMPARE(QString::fromStdString(block.name), blocks[i].toObject()["name"].toString());
            const QJsonArray shape = blocks[i].toObject()["shape"].toArray();
            QCOMPARE(static_cast<int>(block.shape.size()), static_cast<int>(shape.size()));
            for (int d = 0; d < shape.size(); ++d)
                QCOMPARE(static_cast<int>(block.shape[static_cast<std::size_t>(d)]), shape[d].toInt());
            const bool one = block.name == "n1.weight" || block.name == "n1.running_var";
            const std::vector<Real> values = draw(100 + static_cast<std::uint64_t>(i), block.count, 0.5, one ? 1 : 0);
            std::copy(values.begin(), values.end(), p.data(i));
        }
        Pool pool(2);
        Workspace work = network.makeWorkspace(rows, true);
        const std::vector<Real> x = draw(7, rows * network.inputSize(), 1.0);
        std::vector<int> labels;
        for (Index r = 0; r < rows; ++r) labels.push_back(static_cast<int>(r) % classes);
        std::vector<Real> gradient(static_cast<std::size_t>(p.size()));
        const ConstMatrixMap input(x.data(), rows, network.inputSize());
        const double loss = trueGradient(pool, network, work, input, labels.data(), gradient.data());
        QVERIFY2(std::abs(loss - golden["loss"].toDouble()) < (kDouble ? 1e-12 : 2e-6),
                 qPrintable(QString::number(loss, 'g', 15)));
        compare(work.value(network.scoresArray()), golden["scores"].toArray(), "scores");
        const QJsonObject gradients = golden["gradients"].toObject();
        for (const ParamBlock& block : p.blocks())
            if (block.trained)
                compare(gradient.data() + block.offset, gradients[QString::fromStdString(block.name)].toArray(),
                        QString::fromStdString(block.name));
        BackwardOptions options;
        options.inputAdjoint = true;
        network.backward(pool, work, rows, 0, options);
        compare(work.adjoint(network.inputArray()), golden["input_gradient"].toArray(), "input");
        network.evaluate(pool, work, rows, 0, static_cast<int>(network.stages().size()));
        compare(work.value(network.scoresArray()), golden["evaluated"].toArray(), "evaluation");
    }

    void optimisers_data() {
        QTest::addColumn<QString>("name");
        const QJsonObject all = goldens()["optimisers"].toObject();
        std::set<std::string> seen;
        for (const QString& name : all.keys()) {
            QTest::newRow(qPrintable(name)) << name;
            seen.insert(all[name].toObject()["id"].toString().toStdString());
        }
        for (const OptimizerDescription& d : optimizerRegistry()) QVERIFY2(seen.count(d.id) == 1, d.id.c_str());
    }
    void optimisers() {
        QFETCH(QString, name);
        const QJsonObject golden = goldens()["optimisers"].toObject()[name].toObject();
        ParamStore store;
        ParamBlock block;
        block.name = "w";
        block.shape = {9};
        block.weight = true;
        store.add(block);
        const std::vector<Real> start = draw(50, 9, 1.0);
        std::copy(start.begin(), start.end(), store.data());
        UpdaterConfig config;
        config.choice.id = golden["id"].toString().toStdString();
        const QJsonObject held = golden["held"].toObject();
        for (const QString& key : held.keys()) config.choice.held[key.toStdString()] = held[key].toDouble();
        Updater updater(config);
        updater.addGroup("w", 0, store, 0, 1);
        Pool pool(1);
        const QJsonArray points = golden["points"].toArray();
        QCOMPARE(static_cast<int>(points.size()), 10);
        for (int step = 0; step < points.size(); ++step) {
            const std::vector<Real> g = draw(60 + static_cast<std::uint64_t>(step), 9, 1.0);
            updater.beginStep(step, 0, false);
            updater.apply(pool, 0, g.data());
            compare(store.data(), points[step].toArray(), QString("step %1").arg(step));
        }
    }
};

QTEST_APPLESS_MAIN(NetworkGoldenTest)
#include "NetworkGoldenTest.moc"
