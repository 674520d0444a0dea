// Memory for credit as every rule of the registry counts it, beside what the allocator says.
#include "suite/rules/RuleBench.h"

#include <QtTest>

#include <set>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

using namespace lab;
using namespace lab::test;

class CreditMemoryTest : public QObject {
    Q_OBJECT

private:
    static void everyRule(const char* dense) {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("circuit");
        const std::shared_ptr<const PreparedData> data = smallSeg7();
        std::set<std::string> seen;
        for (const char* circuit : {dense, "cnn"}) {
            const Result<Circuit> made = parseShorthand(circuit, shapeOf(data->schema), data->schema.classes);
            if (!made) qFatal("%s", made.error().text().c_str());
            const Result<std::unique_ptr<Network>> network = Network::compile(*made, {data->schema.shape, data->schema.classes});
            if (!network) qFatal("%s", network.error().text().c_str());
            // Only what a rule can train: what it refuses is another test's.
            for (const RuleDescription& rule : ruleRegistry())
                if (rule.suits(*made, **network, data->schema, ParamSet(rule.params)).ok) {
                    seen.insert(rule.id);
                    QTest::newRow(qPrintable(QString::fromStdString(rule.id) + " on " + circuit)) << QString::fromStdString(rule.id) << circuit;
                }
        }
        if (seen.size() != ruleRegistry().size()) qFatal("a rule trains neither of the two circuits");
    }

private slots:
    // Wide enough that the pages of the system do not count.
    void creditIsCounted_data() { everyRule("mlp:144-400-300-10"); }
    void creditIsCounted() {
#if defined(__GLIBC__) && !defined(LAB_SANITIZED)
        QFETCH(QString, rule);
        QFETCH(QString, circuit);
        const auto allocated = [] {
            const struct mallinfo2 info = mallinfo2();
            return static_cast<double>(info.uordblks + info.hblkhd);
        };
        const std::shared_ptr<const PreparedData> data = smallSeg7();
        const Result<Circuit> made = parseShorthand(circuit.toStdString(), shapeOf(data->schema), data->schema.classes);
        QVERIFY(made.ok());
        const RuleDescription& description = *findRule(rule.toStdString());
        CompileOptions compile;
        compile.inputShape = data->schema.shape;
        compile.classes = data->schema.classes;
        Result<std::unique_ptr<Network>> network = Network::compile(*made, compile);
        QVERIFY(network.ok());
        const ParamSet params(description.params);
        UpdaterConfig config;
        config.choice = description.optimizer;
        Pool pool(1);
        std::vector<Index> samples(256);
        for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<Index>(i);
        // Twice: the first time the library of products makes and keeps its code.
        double seen = 0, counted = 0;
        for (int time = 0; time < 2; ++time) {
            Updater updater(config);
            const double before = allocated();
            const std::unique_ptr<LearningRule> trained = description.make(RuleInit{**network, *data, params, 3, 256, 4, updater});
            for (std::int64_t step = 0; step < 2; ++step) {
                StepContext context{pool, updater, nullSink()};
                context.step = step;
                context.plannedEpochs = 4;
                updater.beginStep(step, 0, false);
                trained->step({ConstMatrixMap(data->train.x.data(), 256, data->train.x.cols()), data->train.y.data(), samples.data()},
                              context);
            }
            seen = allocated() - before - static_cast<double>(updater.bytes());
            counted = static_cast<double>(trained->creditBytes());
        }
        QVERIFY2(std::abs(counted / seen - 1) <= 0.05,
                 qPrintable(QString("counted %1 bytes, the allocator has %2").arg(counted, 0, 'f', 0).arg(seen, 0, 'f', 0)));
#else
        QSKIP("the allocator does not say what is in use");
#endif
    }
};

QTEST_APPLESS_MAIN(CreditMemoryTest)
#include "CreditMemoryTest.moc"
