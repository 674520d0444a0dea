// Every gradient of the rules that train whole networks against central differences of the rule's own loss, in double;
// and the identities that tie the rules to backpropagation.
#include "suite/rules/RuleBench.h"

#include "core/rules/FeedbackMap.h"
#include "core/rules/NoProp.h"
#include "core/rules/Relaxation.h"

#include <QTest>

#include <cmath>

using namespace lab;
using namespace lab::test;

namespace {

// Nine samples of seven features in four classes, as numbers that repeat everywhere; or an image of 1 x 6 x 6.
std::shared_ptr<const PreparedData> tiny(const Shape& shape = {7}, int classes = 4, Index count = 9) {
    auto data = std::make_shared<PreparedData>();
    data->schema.id = "tiny";
    data->schema.shape = shape;
    data->schema.classes = classes;
    const Index n = elements(shape);
    const Stream draw(11, Purpose::Generator);
    data->train.x.resize(count, n);
    for (Index i = 0; i < count * n; ++i)
        data->train.x.data()[i] = static_cast<Real>(draw.uniformAt(static_cast<std::uint64_t>(i)));
    for (Index i = 0; i < count; ++i) data->train.y.push_back(static_cast<int>(i % classes));
    data->test = data->train;
    data->minimum = 0;
    data->maximum = 1;
    return data;
}

// Plain descent with rate 1 and no memory: what a step subtracts is the gradient.
BenchOptions descent(Index batch = 9) {
    BenchOptions options;
    options.batch = batch;
    options.optimizer.id = "sgd";
    options.optimizer.held = {{"rate", 1.0}};
    return options;
}

std::unique_ptr<RuleBench> benchOf(const std::string& rule, const Circuit& circuit,
                                   std::shared_ptr<const PreparedData> data, BenchOptions options) {
    auto bench = RuleBench::make(*findRule(rule), circuit, std::move(data), options);
    if (!bench) qFatal("%s", bench.error().text().c_str());
    return std::move(bench).value();
}

// One step from step number 0, undone afterwards: the loss, and the gradient as the difference of the parameters.
struct Probe {
    double loss = 0;
    std::vector<double> network, own;
};
Probe probe(RuleBench& bench) {
    const RuleBench::Saved before = bench.save();
    bench.counter = 0;
    bench.fixedBatch = true;
    Probe result;
    result.loss = bench.step().loss;
    const auto difference = [](const Buffer& old, const Real* now) {
        std::vector<double> g;
        for (std::size_t i = 0; i < old.size(); ++i) g.push_back(static_cast<double>(old[i]) - static_cast<double>(now[i]));
        return g;
    };
    result.network = difference(before.network, bench.network->parameters().data());
    if (bench.rule->ownParameters() != nullptr) result.own = difference(before.own, bench.rule->ownParameters()->data());
    const Result<void> restored = bench.load(before);
    if (!restored) qFatal("%s", restored.error().text().c_str());
    return result;
}

// Largest deviation of central differences from `gradient`, relative to the largest difference. Takes every `stride`-th
// parameter of the trained blocks; the step is small against all kinks met by smooth circuits.
double worstAgainstDifferences(RuleBench& bench, ParamStore& store, const std::vector<double>& gradient, Index stride = 1,
                               double h = 1e-5) {
    double worst = 0, largest = 0;
    for (const ParamBlock& block : store.blocks()) {
        if (!block.trained) continue;
        for (Index i = 0; i < block.count; i += stride) {
            Real& p = store.data()[block.offset + i];
            const Real kept = p;
            p = kept + static_cast<Real>(h);
            const double up = probe(bench).loss;
            p = kept - static_cast<Real>(h);
            const double down = probe(bench).loss;
            p = kept;
            const double fd = (up - down) / (2 * h);
            largest = std::max(largest, std::abs(fd));
            worst = std::max(worst, std::abs(fd - gradient[static_cast<std::size_t>(block.offset + i)]));
        }
    }
    return largest > 0 ? worst / largest : 1e9;
}

void copyWeightsToFeedback(RuleBench& bench) {
    const ParamStore& own = bench.network->parameters();
    ParamStore& feedback = *bench.rule->ownParameters();
    for (int b = 0; b < static_cast<int>(feedback.blocks().size()); ++b) {
        const int source = own.find(feedback.block(b).name.substr(std::string("feedback.").size()));
        QVERIFY(source >= 0);
        std::copy_n(own.data(source), own.block(source).count, feedback.data(b));
    }
}

double cosine(const std::vector<double>& a, const std::vector<double>& b) {
    double aa = 0, bb = 0, ab = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        aa += a[i] * a[i];
        bb += b[i] * b[i];
        ab += a[i] * b[i];
    }
    return ab / std::sqrt(aa * bb);
}

double relativeError(const std::vector<double>& a, const std::vector<double>& truth) {
    double gap = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        gap += (a[i] - truth[i]) * (a[i] - truth[i]);
        size += truth[i] * truth[i];
    }
    return std::sqrt(gap / size);
}

}  // namespace

class GradientTest : public QObject {
    Q_OBJECT

private slots:
    void backpropOnAChain();
    void backpropOnImages();
    void backpropReconstructs();
    void feedbackEqualToWeightsIsBackprop_data();
    void feedbackEqualToWeightsIsBackprop();
    void directFeedbackEqualToTheProductIsBackprop();
    void signDirectFeedbackSendsSigns();
    void signSymmetricFeedback();
    void feedbackSurvivesACheckpoint();
    void equilibriumMatchesDifferences_data();
    void equilibriumMatchesDifferences();
    void equilibriumErrorOrder();
    void equilibriumEnergyFalls();
    void equilibriumKeepsParticles();
    void noPropMatchesDifferences();
    void noPropBlocksNeverSeeEachOther();
    void noPropScheduleIdentities();
    void noPropNoiseStatistics();
    void noPropPredictsFromTheSampleAlone();
};

void GradientTest::backpropOnAChain() {
    const auto bench = benchOf("backprop", makeMlp({7, 6, 5, 4}, "tanh"), tiny(), descent());
    const Probe result = probe(*bench);
    QVERIFY(worstAgainstDifferences(*bench, bench->network->parameters(), result.network) < 1e-6);
}

void GradientTest::backpropOnImages() {
    // ReLU and pooling have kinks: every few hundredth parameter, and a generous bound for a kink that is met.
    const std::vector<long> shape = {1, 12, 12};
    const auto bench = benchOf("backprop", makeTemplate("cnn", shape, 4).value(), tiny({1, 12, 12}), descent());
    const Probe result = probe(*bench);
    QVERIFY(worstAgainstDifferences(*bench, bench->network->parameters(), result.network, 97, 1e-6) < 1e-4);
}

void GradientTest::backpropReconstructs() {
    const auto bench = benchOf("backprop", makeTemplate("autoencoder", {7}, 4).value(), tiny(), descent());
    QCOMPARE(static_cast<int>(bench->network->task()), static_cast<int>(Task::Reconstruct));
    const Probe result = probe(*bench);
    QVERIFY(worstAgainstDifferences(*bench, bench->network->parameters(), result.network, 31, 1e-6) < 1e-5);
}

void GradientTest::feedbackEqualToWeightsIsBackprop_data() {
    QTest::addColumn<QString>("circuit");
    for (const char* id : {"mlp", "cnn", "residual", "residual-cnn", "autoencoder"}) QTest::newRow(id) << id;
}

void GradientTest::feedbackEqualToWeightsIsBackprop() {
    QFETCH(QString, circuit);
    const Circuit made = makeTemplate(circuit.toStdString(), {1, 12, 12}, 4).value();
    const auto truth = benchOf("backprop", made, tiny({1, 12, 12}), descent());
    const auto other = benchOf("feedback-alignment", made, tiny({1, 12, 12}), descent());
    const auto bits = [](const RuleBench& bench) {
        const ParamStore& store = bench.network->parameters();
        return std::vector<Real>(store.data(), store.data() + store.size());
    };
    QVERIFY(bits(*truth) == bits(*other));
    truth->step();
    const RuleBench::Saved start = other->save();
    other->step();
    QVERIFY2(bits(*truth) != bits(*other), "random feedback must differ from backpropagation");
    QVERIFY(other->load(start).ok());
    copyWeightsToFeedback(*other);
    other->step();
    QVERIFY(bits(*truth) == bits(*other));
}

void GradientTest::directFeedbackEqualToTheProductIsBackprop() {
    const Circuit chain = makeMlp({7, 6, 5, 4}, "identity");
    const auto truth = benchOf("backprop", chain, tiny(), descent());
    const auto other = benchOf("direct-feedback-alignment", chain, tiny(), descent());
    const ParamStore& own = other->network->parameters();
    ParamStore& feedback = *other->rule->ownParameters();
    const auto weight = [&](int stage) {
        const ParamStore* store = nullptr;
        const int block = other->rule->weightBlock(stage, &store);
        return Matrix(ConstMatrixMap(own.data(block), own.block(block).shape[0], own.block(block).shape[1]));
    };
    const Matrix top = weight(2);            // 4 x 5
    const Matrix product = top * weight(1);  // 4 x 6
    std::copy_n(product.data(), product.size(), feedback.data(0));
    std::copy_n(top.data(), top.size(), feedback.data(1));
    const std::vector<double> expected = probe(*truth).network, found = probe(*other).network;
    for (std::size_t i = 0; i < expected.size(); ++i) QVERIFY(std::abs(expected[i] - found[i]) < 1e-13);
}

void GradientTest::signDirectFeedbackSendsSigns() {
    BenchOptions options = descent(1);
    options.params = {{"error", std::string("sign")}};
    const auto bench = benchOf("direct-feedback-alignment", makeMlp({7, 6, 4}, "identity"), tiny(), options);
    const Probe result = probe(*bench);
    // One sample of class 0: sign(P - Y) is -1 for class 0 and +1 for the others, so db_1 = sign(P - Y) B_1.
    const ParamStore& feedback = *bench->rule->ownParameters();
    const ParamStore& own = bench->network->parameters();
    const ParamBlock& bias = own.block(own.find("l1.bias"));
    for (Index j = 0; j < 6; ++j) {
        double sum = 0;
        for (Index k = 0; k < 4; ++k) sum += (k == 0 ? -1.0 : 1.0) * static_cast<double>(feedback.data(0)[k * 6 + j]);
        QVERIFY(std::abs(result.network[static_cast<std::size_t>(bias.offset + j)] - sum) < 1e-12);
    }
}

void GradientTest::signSymmetricFeedback() {
    CompileOptions compile;
    compile.inputShape = {7};
    compile.classes = 4;
    const auto network = Network::compile(makeMlp({7, 6, 5, 4}, "tanh"), compile).value().release();
    const std::unique_ptr<Network> owner(network);
    network->initialise(1);
    ParamStore& own = network->parameters();
    own.view(own.find("l2.weight"))[3] = 0;
    Pool pool(1);
    const auto copyOf = [&](const Real* t) { return std::vector<Real>(t, t + own.size()); };
    for (const FeedbackKind kind :
         {FeedbackKind::UniformSign, FeedbackKind::FreshMagnitude, FeedbackKind::FixedMagnitude}) {
        FeedbackWeights feedback(*network, kind, 1.0, 5);
        const std::vector<Real> first = copyOf(feedback.transport(pool, own, 0)),
                                second = copyOf(feedback.transport(pool, own, 1));
        QCOMPARE(first == second, kind != FeedbackKind::FreshMagnitude);
        QCOMPARE(feedback.store().blocks().empty(), kind != FeedbackKind::FixedMagnitude);
        QVERIFY(!feedback.carries(0) && feedback.carries(1) && feedback.carries(2));
        const ParamBlock& block = own.block(own.find("l2.weight"));
        for (Index i = 0; i < block.count; ++i) {
            const double w = own.data()[block.offset + i], b = first[static_cast<std::size_t>(block.offset + i)];
            QVERIFY(w == 0 ? b == 0 : w * b > 0);
            QVERIFY(std::abs(b) <= std::sqrt(6.0 / 11));
            if (kind == FeedbackKind::UniformSign && w != 0) QVERIFY(std::abs(std::abs(b) - std::sqrt(2.0 / 11)) < 1e-12);
        }
        QVERIFY(feedback.angle(own, 1) < 90);
    }
    FeedbackWeights random(*network, FeedbackKind::Random, 2.0, 5);
    random.transport(pool, own, 0);
    QCOMPARE(static_cast<int>(random.store().blocks().size()), 2);
    double sum = 0, squares = 0;
    for (Index i = 0; i < random.store().size(); ++i) {
        const double b = random.store().data()[i];
        QVERIFY(std::abs(b) <= 2 * std::sqrt(6.0 / 9));
        sum += b;
        squares += b * b;
    }
    QVERIFY(squares > 0 && std::abs(sum) < 0.5 * std::sqrt(squares * static_cast<double>(random.store().size())));
}

void GradientTest::feedbackSurvivesACheckpoint() {
    // B is saved with the run: a run with another seed's B that loads the checkpoint goes on as the first one.
    const auto first = benchOf("feedback-alignment", makeMlp({7, 6, 5, 4}, "tanh"), tiny(), descent());
    BenchOptions options = descent();
    options.seed = 99;
    const auto second = benchOf("feedback-alignment", makeMlp({7, 6, 5, 4}, "tanh"), tiny(), options);
    const RuleBench::Saved saved = first->save();
    QVERIFY(saved.own != second->save().own);
    QVERIFY(second->load(saved).ok());
    first->step();
    second->step();
    QVERIFY(first->save().network == second->save().network);
}

namespace {

BenchOptions equilibrium(double beta, const std::string& nudging, const std::string& rho = "logistic") {
    BenchOptions options = descent();
    options.params = {{"beta", beta},
                      {"nudging", nudging},
                      {"free_steps", std::int64_t{500}},
                      {"nudged_steps", std::int64_t{200}},
                      {"rho", rho}};
    return options;
}

// Gradient of the loss at the free equilibrium by central differences: what equilibrium propagation estimates.
std::vector<double> differences(RuleBench& bench) {
    ParamStore& store = bench.network->parameters();
    std::vector<double> g;
    for (Index i = 0; i < store.size(); ++i) {
        const double h = 1e-5;
        const Real kept = store.data()[i];
        store.data()[i] = kept + static_cast<Real>(h);
        const double up = probe(bench).loss;
        store.data()[i] = kept - static_cast<Real>(h);
        const double down = probe(bench).loss;
        store.data()[i] = kept;
        g.push_back((up - down) / (2 * h));
    }
    return g;
}

}  // namespace

void GradientTest::equilibriumMatchesDifferences_data() {
    QTest::addColumn<int>("depth");
    QTest::newRow("one hidden layer") << 1;
    QTest::newRow("two hidden layers") << 2;
}

void GradientTest::equilibriumMatchesDifferences() {
    QFETCH(int, depth);
    const Circuit circuit = depth == 1 ? makeMlp({7, 6, 4}) : makeMlp({7, 6, 5, 4});
    const auto symmetric = benchOf("equilibrium-propagation", circuit, tiny(), equilibrium(0.01, "symmetric"));
    const std::vector<double> truth = differences(*symmetric);
    const std::vector<double> estimate = probe(*symmetric).network;
    QVERIFY2(cosine(estimate, truth) > 0.999999, qPrintable(QString::number(cosine(estimate, truth), 'g', 12)));
    QVERIFY2(relativeError(estimate, truth) < 1e-3, qPrintable(QString::number(relativeError(estimate, truth))));
    const auto oneSided = benchOf("equilibrium-propagation", circuit, tiny(), equilibrium(0.01, "positive"));
    QVERIFY(cosine(probe(*oneSided).network, truth) > 0.998);
    QVERIFY(relativeError(probe(*oneSided).network, truth) < 6e-2);
}

void GradientTest::equilibriumErrorOrder() {
    // Halving beta divides the error by 4 with symmetric nudging and by 2 with one-sided nudging.
    const Circuit circuit = makeMlp({7, 6, 5, 4});
    const std::vector<double> truth =
        differences(*benchOf("equilibrium-propagation", circuit, tiny(), equilibrium(0.01, "symmetric")));
    const auto error = [&](double beta, const std::string& nudging) {
        return relativeError(
            probe(*benchOf("equilibrium-propagation", circuit, tiny(), equilibrium(beta, nudging))).network, truth);
    };
    const double two = std::log2(error(0.1, "symmetric") / error(0.05, "symmetric"));
    const double one = std::log2(error(0.02, "positive") / error(0.01, "positive"));
    QVERIFY2(std::abs(two - 2) < 0.1, qPrintable(QString::number(two)));
    QVERIFY2(std::abs(one - 1) < 0.1, qPrintable(QString::number(one)));
}

void GradientTest::equilibriumEnergyFalls() {
    // With small steps the dynamics go down the energy, for both activations, free and nudged.
    for (const Rho rho : {Rho::ShiftedLogistic, Rho::HardSigmoid}) {
        Relaxation relaxation(3, {5, 4, 2}, rho, 4);
        const Stream draw(3, Purpose::Init);
        std::vector<Real> numbers;
        for (std::uint64_t i = 0; i < 200; ++i) numbers.push_back(static_cast<Real>(0.8 * draw.normalAt(i)));
        const std::vector<CoupledLayer> chain = {{5, numbers.data(), numbers.data() + 20},
                                                 {4, numbers.data() + 30, nullptr},
                                                 {2, numbers.data() + 60, numbers.data() + 70}};
        Pool pool(1);
        RelaxationState state = relaxation.makeState();
        relaxation.setInput(pool, chain, numbers.data() + 80, 4);
        relaxation.clear(state, 4);
        const std::vector<Real> target = {1, 0, 0, 1, 1, 0, 0, 1};
        for (const Real beta : {Real(0), Real(0.5)}) {
            std::vector<double> residual, energy;
            relaxation.relax(pool, chain, state, 4, 300, beta, target.data(), Real(0.1), &residual, &energy);
            QCOMPARE(energy.size(), std::size_t(300));
            for (std::size_t s = 1; s < energy.size(); ++s)
                QVERIFY2(energy[s] <= energy[s - 1] + 1e-12, qPrintable(QString::number(s)));
            QVERIFY(residual.back() < 1e-6 && residual.front() > 1e-3);
        }
    }
}

void GradientTest::equilibriumKeepsParticles() {
    BenchOptions options = equilibrium(0.1, "symmetric");
    options.params["persistent"] = true;
    options.optimizer.held = {{"rate", 0.0}};
    const auto bench = benchOf("equilibrium-propagation", makeMlp({7, 6, 4}), tiny(), options);
    bench->fixedBatch = true;
    QCOMPARE(bench->rule->saveState().size(), std::size_t(9 * 10));
    bench->step();
    const std::vector<double> kept = bench->rule->saveState();
    for (const double u : kept) QVERIFY(u != 0);
    // The weights stand still, so from where it settled nothing moves any more.
    bench->step();
    const std::vector<double> again = bench->rule->saveState();
    for (std::size_t i = 0; i < kept.size(); ++i) QVERIFY(std::abs(kept[i] - again[i]) < 1e-12);
    const auto zero = benchOf("equilibrium-propagation", makeMlp({7, 6, 4}), tiny(), equilibrium(0.1, "symmetric"));
    QVERIFY(zero->rule->saveState().empty());
    QVERIFY(!zero->rule->loadState(kept).ok());
    BenchOptions off = equilibrium(0.1, "random_sign");
    const auto sign = benchOf("equilibrium-propagation", makeMlp({7, 6, 4}), tiny(), off);
    sign->step();
    QVERIFY(!sign->updater->failure());
}

void GradientTest::noPropMatchesDifferences() {
    BenchOptions options = descent();
    options.params = {{"blocks", std::int64_t{3}}, {"label_units", std::int64_t{5}}, {"joint_units", std::int64_t{6}}};
    const auto bench = benchOf("noprop-dt", makeMlp({7, 6, 5, 4}, "tanh"), tiny(), options);
    const Probe result = probe(*bench);
    // The weights of the blocks differ by orders of magnitude, so every block is measured against itself.
    ParamStore& store = *bench->rule->ownParameters();
    for (int b = 0; b < static_cast<int>(store.blocks().size()); ++b) {
        const ParamBlock& block = store.block(b);
        double worst = 0, largest = 0;
        for (Index i = 0; i < block.count; ++i) {
            Real& p = store.data()[block.offset + i];
            const Real kept = p;
            const double h = 1e-6;
            p = kept + static_cast<Real>(h);
            const double up = probe(*bench).loss;
            p = kept - static_cast<Real>(h);
            const double down = probe(*bench).loss;
            p = kept;
            const double fd = (up - down) / (2 * h);
            largest = std::max(largest, std::abs(fd));
            worst = std::max(worst, std::abs(fd - result.own[static_cast<std::size_t>(block.offset + i)]));
        }
        QVERIFY2(largest > 0, block.name.c_str());
        QVERIFY2(worst < 1e-5 * largest + 1e-8,
                 qPrintable(QString("%1: %2 of %3").arg(block.name.c_str()).arg(worst).arg(largest)));
    }
    // The drawn circuit's own weights are never written.
    for (const double g : result.network) QVERIFY(g == 0);
}

void GradientTest::noPropBlocksNeverSeeEachOther() {
    BenchOptions options;
    options.batch = 9;
    options.params = {{"blocks", std::int64_t{4}}};
    for (int kept = 0; kept < 4; ++kept) {
        const auto plain = benchOf("noprop-dt", makeMlp({7, 6, 4}), tiny(), options);
        const auto changed = benchOf("noprop-dt", makeMlp({7, 6, 4}), tiny(), options);
        ParamStore& store = *changed->rule->ownParameters();
        const Stream noise(1, Purpose::Analysis);
        std::uint64_t draw = 0;
        for (int b = 0; b < static_cast<int>(store.blocks().size()); ++b)
            if (store.block(b).layer != kept)
                for (Real& v : store.view(b)) v = static_cast<Real>(noise.normalAt(draw++));
        QVERIFY(draw > 0);
        for (int s = 0; s < 5; ++s) {
            plain->step();
            changed->step();
        }
        const ParamStore& other = *plain->rule->ownParameters();
        int compared = 0;
        for (int b = 0; b < static_cast<int>(store.blocks().size()); ++b) {
            if (store.block(b).layer != kept) continue;
            QVERIFY(std::equal(store.data(b), store.data(b) + store.block(b).count, other.data(b)));
            ++compared;
        }
        QVERIFY(compared >= 4);
    }
}

void GradientTest::noPropScheduleIdentities() {
    const DenoisingSchedule s(10, 0.01, 0.1);
    for (int t = 1; t <= 10; ++t) {
        const std::size_t at = static_cast<std::size_t>(t);
        const double a = s.a[at - 1], b = s.b[at - 1], c = s.c[at - 1], now = s.alphaBar[at], before = s.alphaBar[at - 1];
        QVERIFY(now > before);
        QVERIFY(std::abs(a * a / c - (s.snr(t) - s.snr(t - 1))) < 1e-12 * s.snr(t));
        QVERIFY(std::abs(a + b * std::sqrt(before) - std::sqrt(now)) < 1e-14);
        QVERIFY(std::abs(b * b * (1 - before) + c - (1 - now)) < 1e-14);
    }
    QVERIFY(std::abs(s.a[9] - 0.7093) < 5e-5 && std::abs(s.b[9] - 0.2907) < 5e-5 && std::abs(s.c[9] - 0.00713) < 5e-6);
    const double expected[] = {.0125, .0402, .0767, .133, .232, .434, .924, 2.47, 9.89, 35.3};
    for (std::size_t t = 0; t < 10; ++t) QVERIFY(std::abs(s.weight[t] / expected[t] - 1) < 6e-3);
}

void GradientTest::noPropNoiseStatistics() {
    // The chain of conditional distributions has the marginals N(sqrt(~alpha_t) u, 1 - ~alpha_t), at u = 1.
    const DenoisingSchedule s(10, 0.01, 0.1);
    const Stream noise(5, Purpose::Noise);
    constexpr int kRuns = 20000;
    std::vector<double> z(kRuns);
    std::uint64_t draw = 0;
    for (double& v : z) v = std::sqrt(s.alphaBar[0]) + std::sqrt(1 - s.alphaBar[0]) * noise.normalAt(draw++);
    for (std::size_t t = 1; t <= 10; ++t) {
        double sum = 0, squares = 0;
        for (double& v : z) {
            v = s.a[t - 1] + s.b[t - 1] * v + std::sqrt(s.c[t - 1]) * noise.normalAt(draw++);
            sum += v;
            squares += v * v;
        }
        const double mean = sum / kRuns, variance = squares / kRuns - mean * mean;
        QVERIFY(std::abs(mean - std::sqrt(s.alphaBar[t])) < 4 * std::sqrt((1 - s.alphaBar[t]) / kRuns));
        QVERIFY(std::abs(variance / (1 - s.alphaBar[t]) - 1) < 0.05);
    }
}

void GradientTest::noPropPredictsFromTheSampleAlone() {
    for (const bool noisy : {false, true}) {
        BenchOptions options = descent();
        options.params = {{"blocks", std::int64_t{3}}, {"inference_noise", noisy}};
        const auto bench = benchOf("noprop-dt", makeMlp({7, 6, 4}), tiny(), options);
        const auto scores = [&](Index first, Index rows) {
            std::vector<Buffer> out(bench->rule->ways().size(), Buffer(static_cast<std::size_t>(rows * 4)));
            std::vector<MatrixMap> maps;
            for (Buffer& buffer : out) maps.emplace_back(buffer.data(), rows, 4);
            bench->rule->predict(bench->pool, ConstMatrixMap(bench->data->test.x.data() + first * 7, rows, 7), maps);
            return out;
        };
        const std::vector<Buffer> all = scores(0, 9), one = scores(5, 1);
        for (std::size_t w = 0; w < all.size(); ++w)
            for (std::size_t k = 0; k < 4; ++k) QVERIFY(std::abs(all[w][20 + k] - one[w][k]) < 1e-12);
    }
}

QTEST_APPLESS_MAIN(GradientTest)
#include "GradientTest.moc"
