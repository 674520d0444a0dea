// Every operation kind: values worked out by hand, gradients against central differences (double build), and parameters
// that survive being written by name and read into a fresh network.
#include "suite/operations/OperationCases.h"

#include "core/circuit/Operations.h"
#include "core/circuit/Templates.h"
#include "core/network/Kernel.h"
#include "core/network/Network.h"

#include <QtTest>

#include <cmath>
#include <set>

using namespace lab;
using namespace lab::test;

Q_DECLARE_METATYPE(const OperationCase*)

namespace {

const std::vector<OperationCase>& cases() {
    static const std::vector<OperationCase> all = operationCases();
    return all;
}

std::unique_ptr<Network> compiled(const OperationCase& c) {
    CompileOptions options;
    options.inputShape.assign(c.inputShape.begin(), c.inputShape.end());
    Result<std::unique_ptr<Network>> network = Network::compile(c.circuit, options);
    if (!network) {
        qWarning("%s: %s", c.title.c_str(), network.error().text().c_str());
        return nullptr;
    }
    return std::move(*network);
}

// sum(r * output) of a network at (parameters, x), the scalar whose gradient is checked.
struct Probe {
    Network& network;
    Pool& pool;
    Workspace& work;
    Index rows;
    ForwardMode mode;
    std::vector<double> r;

    double operator()(const std::vector<Real>& x) {
        network.setInput(work, ConstMatrixMap(x.data(), rows, network.inputSize()));
        network.forward(pool, work, rows, 0, static_cast<int>(network.stages().size()), mode);
        const Real* y = work.value(network.scoresArray());
        double total = 0;
        for (std::size_t i = 0; i < r.size(); ++i) total += r[i] * static_cast<double>(y[i]);
        return total;
    }
};

}  // namespace

class OperationSuite : public QObject {
    Q_OBJECT

    static void addRows() {
        QTest::addColumn<const OperationCase*>("c");
        for (const OperationCase& c : cases()) QTest::newRow((c.kind + ": " + c.title).c_str()) << &c;
    }

private slots:
    void everyKindHasAKernelAndACase() {
        std::set<std::string> covered;
        for (const OperationCase& c : cases()) covered.insert(c.kind);
        for (const OperationDescription& d : operationRegistry()) {
            QVERIFY2(findKernel(d.kind) != nullptr, d.kind.c_str());
            QVERIFY2(covered.count(d.kind) == 1, d.kind.c_str());
        }
        for (const std::string& kind : kernelKinds()) QVERIFY2(findOperation(kind) != nullptr, kind.c_str());
    }

    void everyChoiceHasACase() {
        // All pointwise functions, norms and poolings by name.
        for (const OperationDescription& d : operationRegistry())
            for (const ParamSpec& spec : d.params) {
                if (spec.name != "fn" && spec.name != "type") continue;
                for (const ParamChoice& choice : spec.choices) {
                    bool found = false;
                    for (const OperationCase& c : cases())
                        for (const Operation& op : c.circuit.operations)
                            found = found || (op.kind == d.kind && operationParams(op).text(spec.name) == choice.id);
                    QVERIFY2(found, (d.kind + " " + choice.id).c_str());
                }
            }
    }

    void everyInitialisation() {
        for (const ParamSpec& spec : findOperation("linear")->params) {
            if (spec.name != "init") continue;
            for (const ParamChoice& choice : spec.choices) {
                Circuit circuit = makeMlp({300, 200, 10});
                for (Operation& op : circuit.operations)
                    if (op.kind == "linear") op.args["init"] = ParamValue(choice.id);
                Result<std::unique_ptr<Network>> network = Network::compile(circuit, {});
                QVERIFY(network.ok());
                std::fill_n((*network)->parameters().data(), (*network)->parameters().size(), Real(77));
                (*network)->initialise(1);
                const ParamStore& p = (*network)->parameters();
                double square = 0;
                for (const Real v : p.view(0)) square += static_cast<double>(v) * static_cast<double>(v);
                square /= 60000;
                const double wanted = choice.id == "fan_in_uniform"  ? 1 / 900.0
                                      : choice.id == "fan_in_normal" ? 1 / 300.0
                                      : choice.id == "he_normal"     ? 2 / 300.0
                                      : choice.id == "he_uniform"    ? 2 / 300.0
                                      : choice.id == "zeros"         ? 0
                                      : choice.id == "orthogonal"    ? 1 / 300.0
                                                                     : 2 / 500.0;
                QVERIFY2(std::abs(square - wanted) <= 0.02 * wanted,
                         (choice.id + " " + std::to_string(square / wanted)).c_str());
                for (const Real v : p.view(1)) QVERIFY(std::abs(v) <= 1 / std::sqrt(300.0));
            }
        }
    }

    void byHand_data() { addRows(); }
    void byHand() {
        QFETCH(const OperationCase*, c);
        const auto network = compiled(*c);
        QVERIFY(network);
        if (c->expected.empty()) return;
        ParamStore& p = network->parameters();
        QCOMPARE(p.size(), static_cast<Index>(c->parameters.size()));
        std::copy(c->parameters.begin(), c->parameters.end(), p.data());
        const Index rows = static_cast<Index>(c->x.size()) / network->inputSize();
        QCOMPARE(rows * network->inputSize(), static_cast<Index>(c->x.size()));
        for (const int threads : {1, 3}) {
            Pool pool(threads);
            Workspace work = network->makeWorkspace(rows + 2, false);
            const std::vector<Real> x(c->x.begin(), c->x.end());
            network->setInput(work, ConstMatrixMap(x.data(), rows, network->inputSize()));
            ForwardMode mode;
            mode.training = c->training;
            network->forward(pool, work, rows, 0, static_cast<int>(network->stages().size()), mode);
            const int out = network->scoresArray();
            QCOMPARE(rows * network->arrays()[static_cast<std::size_t>(out)].size, static_cast<Index>(c->expected.size()));
            for (std::size_t i = 0; i < c->expected.size(); ++i) {
                const double found = static_cast<double>(work.value(out)[i]);
                QVERIFY2(std::abs(found - c->expected[i]) <= 1e-9 * (1 + std::abs(c->expected[i])),
                         qPrintable(
                             QString("[%1] %2, wanted %3").arg(i).arg(found, 0, 'g', 12).arg(c->expected[i], 0, 'g', 12)));
            }
        }
    }

    void gradients_data() { addRows(); }
    void gradients() {
        QFETCH(const OperationCase*, c);
        if (!c->slopes) return;
        for (const bool training : {true, false}) {
            const auto network = compiled(*c);
            QVERIFY(network);
            network->initialise(5);
            ParamStore& p = network->parameters();
            const Stream stream(17, Purpose::Analysis);
            for (Index i = 0; i < p.size(); ++i)  // gains and statistics away from 1 and 0
                p.data()[i] += 0.3 * std::abs(stream.normalAt(static_cast<std::uint64_t>(i)));
            const Index rows = 5;
            std::vector<Real> x(static_cast<std::size_t>(rows * network->inputSize()));
            for (std::size_t i = 0; i < x.size(); ++i) x[i] = stream.normalAt(100000 + i);
            Pool pool(2);
            Workspace work = network->makeWorkspace(rows, true);
            Probe probe{*network, pool, work, rows, {}, {}};
            probe.mode.training = training;
            probe.mode.seed = 3;
            probe.mode.step = 9;
            const int out = network->scoresArray();
            probe.r.resize(static_cast<std::size_t>(rows * network->arrays()[static_cast<std::size_t>(out)].size));
            for (std::size_t i = 0; i < probe.r.size(); ++i) probe.r[i] = stream.normalAt(200000 + i);

            probe(x);
            const int stages = static_cast<int>(network->stages().size());
            const double mark = 12345;
            std::vector<Real> gradient(static_cast<std::size_t>(p.size()), mark);
            std::copy(probe.r.begin(), probe.r.end(), work.adjoint(out));
            BackwardOptions options;
            options.gradient = gradient.data();
            options.inputAdjoint = true;
            for (int s = stages; s-- > 0;) network->backward(pool, work, rows, s, options);
            const std::vector<Real> dx(work.adjoint(network->inputArray()), work.adjoint(network->inputArray()) + x.size());

            // Adding once more gives twice the gradient; without the input's adjoint it is the same gradient.
            std::vector<Real> twice = gradient;
            options.gradient = twice.data();
            options.accumulate = true;
            for (int s = stages; s-- > 0;) {
                options.inputAdjoint = s > 0;
                if (s == stages - 1) std::copy(probe.r.begin(), probe.r.end(), work.adjoint(out));
                network->backward(pool, work, rows, s, options);
            }
            for (std::size_t i = 0; i < twice.size(); ++i)
                QVERIFY2(std::abs(twice[i] - 2 * gradient[i]) <= 1e-12 * (1 + std::abs(gradient[i])),
                         qPrintable(QString::number(i)));

            int skipped = 0, checked = 0;
            double worst = 0, scale = 0;
            QString where;
            const auto compare = [&](Real& variable, double found, const QString& name) {
                const Real kept = variable;
                const auto slope = [&](double h) {
                    variable = kept + h;
                    const double up = probe(x);
                    variable = kept - h;
                    const double down = probe(x);
                    variable = kept;
                    return (up - down) / (2 * h);
                };
                const double full = slope(1e-5), half = slope(2.5e-6);
                // At a kink of the function the two disagree: no derivative to compare with.
                if (std::abs(full - half) > 1e-5 * (1 + std::abs(full))) {
                    ++skipped;
                    return;
                }
                ++checked;
                scale = std::max(scale, std::abs(full));
                if (std::abs(full - found) > worst) {
                    worst = std::abs(full - found);
                    where = name + QString(": %1, difference quotient %2").arg(found, 0, 'g', 12).arg(full, 0, 'g', 12);
                }
            };
            for (const ParamBlock& block : p.blocks())
                for (Index i = block.offset; i < block.offset + block.count; ++i) {
                    if (block.trained)
                        compare(p.data()[i], gradient[static_cast<std::size_t>(i)], QString::fromStdString(block.name));
                    else
                        QCOMPARE(gradient[static_cast<std::size_t>(i)], Real(0));
                }
            for (std::size_t i = 0; i < x.size(); ++i) compare(x[i], dx[i], "input");
            QVERIFY2(worst <= 1e-6 * std::max(1.0, scale), qPrintable(where));
            QVERIFY2(skipped * 20 <= checked, qPrintable(QString("%1 of %2 at kinks").arg(skipped).arg(checked)));
        }
    }

    void roundTrip_data() { addRows(); }
    void roundTrip() {
        QFETCH(const OperationCase*, c);
        const auto network = compiled(*c);
        QVERIFY(network);
        network->initialise(8);
        std::map<std::string, std::vector<Real>> saved;
        for (const ParamBlock& block : network->parameters().blocks()) {
            const Real* from = network->parameters().data() + block.offset;
            QVERIFY(saved.emplace(block.name, std::vector<Real>(from, from + block.count)).second);
        }
        const Circuit clone = c->circuit;
        const auto fresh = Network::compile(clone, {Shape(c->inputShape.begin(), c->inputShape.end()), 0});
        QVERIFY(fresh.ok());
        ParamStore& p = (*fresh)->parameters();
        QCOMPARE(p.blocks().size(), saved.size());
        for (const auto& [name, values] : saved) {
            const int block = p.find(name);
            QVERIFY(block >= 0);
            QCOMPARE(p.block(block).count, static_cast<Index>(values.size()));
            std::copy(values.begin(), values.end(), p.data(block));
        }
        const Index rows = 3;
        std::vector<Real> x(static_cast<std::size_t>(rows * network->inputSize()));
        const Stream stream(4, Purpose::Analysis);
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = stream.normalAt(i);
        Pool pool(1);
        std::vector<Real> outputs[2];
        int which = 0;
        for (Network* n : {network.get(), fresh->get()}) {
            Workspace work = n->makeWorkspace(rows, false);
            n->setInput(work, ConstMatrixMap(x.data(), rows, n->inputSize()));
            n->evaluate(pool, work, rows, 0, static_cast<int>(n->stages().size()));
            const Real* y = work.value(n->scoresArray());
            outputs[which++].assign(y, y + rows * n->arrays()[static_cast<std::size_t>(n->scoresArray())].size);
        }
        QVERIFY(outputs[0] == outputs[1]);
        QVERIFY(!outputs[0].empty());
    }
};

QTEST_APPLESS_MAIN(OperationSuite)
#include "OperationSuite.moc"
