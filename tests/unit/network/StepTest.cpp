// What a training step promises, for every rule of the registry: the same bits for any number of threads, no allocation
// after warm-up, and memory for credit as the rule counts it.
#include "suite/rules/RuleBench.h"

#include <QtTest>

#include <atomic>
#include <cstdlib>
#include <new>
#include <set>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

using namespace lab;
using namespace lab::test;

namespace {

std::atomic<long> allocations{0};

void* counted(std::size_t bytes, std::size_t alignment) {
    ++allocations;
    void* p = alignment <= alignof(std::max_align_t)
                  ? std::malloc(bytes)
                  : std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (p == nullptr) throw std::bad_alloc();
    return p;
}

}  // namespace

void* operator new(std::size_t bytes) {
    return counted(bytes, 1);
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return counted(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* p) noexcept {
    std::free(p);
}
void operator delete(void* p, std::size_t) noexcept {
    std::free(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
    std::free(p);
}
void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
    std::free(p);
}

class StepTest : public QObject {
    Q_OBJECT

private:
    static void everyRule(const char* dense = "mlp:144-64-48-10") {
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

    static std::unique_ptr<RuleBench> bench(const QString& rule, const QString& circuit, const BenchOptions& options) {
        const std::shared_ptr<const PreparedData> data = smallSeg7();
        const Result<Circuit> made = parseShorthand(circuit.toStdString(), shapeOf(data->schema), data->schema.classes);
        if (!made) qFatal("%s", made.error().text().c_str());
        Result<std::unique_ptr<RuleBench>> bench = RuleBench::make(*findRule(rule.toStdString()), *made, data, options);
        if (!bench) qFatal("%s", bench.error().text().c_str());
        return std::move(*bench);
    }

private slots:
    void sameBitsForAnyThreads_data() { everyRule(); }
    void sameBitsForAnyThreads() {
        QFETCH(QString, rule);
        QFETCH(QString, circuit);
        std::string wanted;
        for (const int threads : {1, 2, 7, 16}) {
            BenchOptions options;
            options.threads = threads;
            const std::unique_ptr<RuleBench> b = bench(rule, circuit, options);
            for (int i = 0; i < 3; ++i) b->step();
            if (wanted.empty()) wanted = b->state();
            QCOMPARE(b->state(), wanted);
        }
    }

    void allocatesNothing_data() { everyRule(); }
    void allocatesNothing() {
        QFETCH(QString, rule);
        QFETCH(QString, circuit);
        for (const int threads : {1, 3}) {
            BenchOptions options;
            options.threads = threads;
            const std::unique_ptr<RuleBench> b = bench(rule, circuit, options);
            b->fixedBatch = true;
            for (int i = 0; i < 12; ++i) b->step();  // every thread has met its working memory by then
            const long before = allocations;
            for (int i = 0; i < 5; ++i) b->step();
            QCOMPARE(allocations - before, 0L);
        }
    }

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

QTEST_APPLESS_MAIN(StepTest)
#include "StepTest.moc"
