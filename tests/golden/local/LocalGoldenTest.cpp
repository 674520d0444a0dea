// Backpropagation, the feedback rules, equilibrium propagation and the NoProp schedule against PyTorch and NumPy.
// Goldens.h is written by make_local_goldens.py from the same formulas for weights and data as below.
#include "golden/local/Goldens.h"
#include "suite/rules/RuleBench.h"

#include "core/rules/NoProp.h"

#include <QTest>

#include <cmath>

using namespace lab;
using namespace lab::test;

namespace {

constexpr Index kBatch = 9;

Real number(Index i, int tag, double scale) {
    return static_cast<Real>(scale * std::sin(1.0 + 0.7 * static_cast<double>(i) + 13.0 * tag));
}

std::shared_ptr<const PreparedData> data() {
    auto made = std::make_shared<PreparedData>();
    made->schema.id = "formula";
    made->schema.shape = {7};
    made->schema.classes = 4;
    made->train.x.resize(kBatch, 7);
    for (Index i = 0; i < kBatch * 7; ++i) made->train.x.data()[i] = number(i, 50, 1.0);
    for (Index i = 0; i < kBatch; ++i) made->train.y.push_back(static_cast<int>(i % 4));
    made->test = made->train;
    made->minimum = made->train.x.minCoeff();
    made->maximum = made->train.x.maxCoeff();
    return made;
}

std::unique_ptr<RuleBench> benchOf(const std::string& rule, const OptimizerChoice& optimizer, double scale = 1,
                                   const std::map<std::string, ParamValue>& params = {}) {
    BenchOptions options;
    options.batch = kBatch;
    options.optimizer = optimizer;
    options.params = params;
    auto bench = RuleBench::make(*findRule(rule), makeMlp({7, 6, 5, 4}, "tanh"), data(), options);
    if (!bench) qFatal("%s", bench.error().text().c_str());
    ParamStore& store = (*bench)->network->parameters();
    for (int b = 0; b < static_cast<int>(store.blocks().size()); ++b)
        for (Index i = 0; i < store.block(b).count; ++i)
            store.data(b)[i] = static_cast<Real>(scale) * number(i, b, store.block(b).weight ? 0.5 : 0.1);
    (*bench)->fixedBatch = true;
    return std::move(bench).value();
}

const OptimizerChoice kDescent{"sgd", {{"rate", 1.0}}};

std::vector<double> parametersOf(const RuleBench& bench) {
    const ParamStore& store = bench.network->parameters();
    return {store.data(), store.data() + store.size()};
}

std::vector<double> gradientOf(RuleBench& bench) {
    std::vector<double> before = parametersOf(bench);
    bench.step();
    const std::vector<double> after = parametersOf(bench);
    for (std::size_t i = 0; i < before.size(); ++i) before[i] -= after[i];
    return before;
}

void compare(const std::vector<double>& found, const std::vector<double>& wanted, double tolerance) {
    QCOMPARE(found.size(), wanted.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        QVERIFY2(
            std::abs(found[i] - wanted[i]) <= tolerance,
            qPrintable(QString("[%1] found %2, wanted %3").arg(i).arg(found[i], 0, 'g', 12).arg(wanted[i], 0, 'g', 12)));
}

}  // namespace

class LocalGoldenTest : public QObject {
    Q_OBJECT

private slots:
    void backprop() {
        const auto bench = benchOf("backprop", {"adam", {{"rate", 1e-2}}});
        std::vector<double> losses;
        for (int s = 0; s < 3; ++s) losses.push_back(bench->step().loss);
        compare(losses, golden::kBackpropLosses, 1e-10);
        compare(parametersOf(*bench), golden::kBackpropAfterThreeAdamSteps, 1e-9);
    }

    void feedbackAlignment() {
        const auto bench = benchOf("feedback-alignment", kDescent);
        fill(*bench, 20);
        compare(gradientOf(*bench), golden::kFeedbackAlignmentGradient, 1e-12);
    }

    void directFeedbackAlignment() {
        const auto bench = benchOf("direct-feedback-alignment", kDescent);
        fill(*bench, 30);
        compare(gradientOf(*bench), golden::kDirectFeedbackAlignmentGradient, 1e-12);
    }

    void equilibriumPropagation() {
        const auto bench = benchOf("equilibrium-propagation", kDescent, 0.6,
                                   {{"beta", 0.01},
                                    {"free_steps", std::int64_t{500}},
                                    {"nudged_steps", std::int64_t{200}},
                                    {"init", std::string("circuit")},
                                    {"input", std::string("prepared")}});
        const std::vector<Buffer> scores = bench->predict(kBatch);
        compare({scores.front().begin(), scores.front().end()}, golden::kEquilibriumOutput, 1e-10);
        const std::vector<double> before = parametersOf(*bench);
        const double loss = bench->step().loss;
        compare({loss}, golden::kEquilibriumLoss, 1e-10);
        std::vector<double> gradient = parametersOf(*bench);
        for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] = before[i] - gradient[i];
        double gap = 0, size = 0;
        QCOMPARE(gradient.size(), golden::kEquilibriumGradient.size());
        for (std::size_t i = 0; i < gradient.size(); ++i) {
            gap += std::pow(gradient[i] - golden::kEquilibriumGradient[i], 2);
            size += std::pow(golden::kEquilibriumGradient[i], 2);
        }
        QVERIFY2(std::sqrt(gap / size) < 1e-3, qPrintable(QString::number(std::sqrt(gap / size))));
    }

    void noPropSchedule() {
        const DenoisingSchedule schedule(10, 0.01, 0.1);
        compare(schedule.alphaBar, golden::kScheduleAlphaBar, 1e-15);
        compare(schedule.a, golden::kScheduleA, 1e-14);
        compare(schedule.b, golden::kScheduleB, 1e-14);
        compare(schedule.c, golden::kScheduleC, 1e-14);
        compare(schedule.weight, golden::kScheduleWeight, 1e-10);
    }

private:
    static void fill(RuleBench& bench, int tag) {
        ParamStore& feedback = *bench.rule->ownParameters();
        QCOMPARE(feedback.blocks().size(), std::size_t(2));
        for (int b = 0; b < 2; ++b)
            for (Index i = 0; i < feedback.block(b).count; ++i) feedback.data(b)[i] = number(i, tag + b, 0.7);
    }
};

QTEST_APPLESS_MAIN(LocalGoldenTest)
#include "LocalGoldenTest.moc"
