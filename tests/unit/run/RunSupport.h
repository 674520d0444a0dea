// Small data, small experiments, and a rule whose behaviour a test decides: what the tests of the trainer and the runner share.
#pragma once

#include "core/circuit/Templates.h"
#include "core/data/DataRegistry.h"
#include "core/data/Seg7.h"
#include "core/document/Experiment.h"
#include "core/rules/LearningRule.h"
#include "core/run/Trainer.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace lab::test {

inline std::map<std::string, ParamValue> seg7Options(std::int64_t train, std::int64_t test) {
    return {{"train_limit", train}, {"test_limit", test}};
}

// SEG7 as the program itself prepares it with these limits.
inline std::shared_ptr<const PreparedData> seg7Data(std::int64_t train = 256, std::int64_t test = 100) {
    static std::map<std::pair<std::int64_t, std::int64_t>, std::shared_ptr<const PreparedData>> made;
    std::shared_ptr<const PreparedData>& entry = made[{train, test}];
    if (!entry) {
        static const Dataset raw = seg7();
        ParamSet options(dataOptions());
        if (!options.assign(seg7Options(train, test))) throw std::runtime_error("data options");
        Result<PreparedData> prepared = prepareData(raw, options, 3);
        if (!prepared) throw std::runtime_error(prepared.error().text());
        entry = std::make_shared<const PreparedData>(std::move(*prepared));
    }
    return entry;
}

// 256 samples in batches of 32: eight steps an epoch, two epochs.
inline Experiment smallExperiment(const std::string& rule, const std::string& circuit = "mlp:144-24-20-10") {
    Experiment experiment;
    Result<Circuit> parsed = parseShorthand(circuit, {1, 12, 12}, 10);
    if (!parsed) throw std::runtime_error(parsed.error().text());
    experiment.circuit = *parsed;
    experiment = withRule(experiment, rule);
    experiment.title = "small";
    experiment.data.source = "seg7";
    experiment.data.options = seg7Options(256, 100);
    experiment.batch = 32;
    experiment.epochs = 2;
    experiment.seed = 3;
    return experiment;
}

inline std::unique_ptr<Trainer> makeTrainer(const Experiment& experiment, int threads = 1, std::int64_t steps = 0,
                                            std::shared_ptr<const PreparedData> data = seg7Data(), std::int64_t evaluateEvery = 0) {
    TrainerOptions options;
    options.threads = threads;
    options.steps = steps;
    options.evaluateEvery = evaluateEvery;
    options.probeSamples = 60;
    Result<std::unique_ptr<Trainer>> made = Trainer::create(experiment, std::move(data), options);
    if (!made) throw std::runtime_error(made.error().text());
    return std::move(*made);
}

// The first of some small circuits that the rule can train; an empty text where there is none.
inline std::string suitableCircuit(const std::string& rule) {
    for (const char* text : {"mlp:144-24-20-10", "mlp:144-24-20-10:tanh", "cnn", "residual", "autoencoder"})
        if (Trainer::create(smallExperiment(rule, text), seg7Data(), TrainerOptions{1, 0, 0, 60})) return text;
    return "";
}

inline ProbeRequest everyProbe() {
    ProbeRequest all;
    all.images = all.representations = all.weights = all.activity = all.alignment = all.confusion = all.reads = true;
    return all;
}

// What the puppet does; set before it is made, read from any thread.
struct Puppeteer {
    std::function<double(std::int64_t)> loss, gradient;  // by step; the gradient is that of every parameter
    std::function<void(std::int64_t)> duringStep;
    std::function<double()> evaluationLoss;
    std::atomic<int> predictMilliseconds{0};  // for every sample of an evaluation
    std::atomic<int> predictions{0};
    std::vector<std::vector<Index>> batches;  // samples of every step
    bool batchesMatchData = true;

    Puppeteer() { reset(); }
    void reset() {
        loss = [](std::int64_t) { return 1.0; };
        gradient = [](std::int64_t) { return 0.01; };
        duringStep = [](std::int64_t) {};
        evaluationLoss = [] { return 1.0; };
    }
};

// A rule that gives all parameters of a stage the same gradient and answers with class 0.
class Puppet final : public LearningRule {
public:
    Puppet(const RuleInit& init, Puppeteer& by) : m_network(init.network), m_data(init.data), m_by(by) {
        m_gradient.resize(static_cast<std::size_t>(init.network.parameters().size()));
        for (std::size_t s = 0; s < init.network.stages().size(); ++s) {
            const Stage& stage = init.network.stages()[s];
            m_groups.push_back(init.updater.addGroup(stage.title, static_cast<int>(s), init.network.parameters(), stage.firstBlock, stage.lastBlock));
            m_layers.push_back({stage.title, static_cast<int>(s), 1, {1}});
        }
        m_ways = {{"first", "Always the first class", -1}};
    }
    const std::vector<RuleLayer>& layers() const override { return m_layers; }
    const std::vector<PredictionWay>& ways() const override { return m_ways; }
    StepReport step(const Batch& batch, StepContext& context) override {
        m_by.batches.emplace_back(batch.samples, batch.samples + batch.rows());
        for (Index r = 0; r < batch.rows(); ++r) {
            const Index sample = batch.samples[r];
            if (batch.labels[r] != m_data.train.y[static_cast<std::size_t>(sample)] || !(batch.x.row(r) == m_data.train.x.row(sample)))
                m_by.batchesMatchData = false;
        }
        m_by.duringStep(context.step);
        std::fill(m_gradient.begin(), m_gradient.end(), static_cast<Real>(m_by.gradient(context.step)));
        for (const int group : m_groups) context.updater.apply(context.pool, group, m_gradient.data());
        return {m_by.loss(context.step), -1};
    }
    void predict(Pool&, const ConstMatrixMap& x, std::span<const MatrixMap> scores) override {
        ++m_by.predictions;
        if (const int wait = m_by.predictMilliseconds.load(); wait > 0) std::this_thread::sleep_for(std::chrono::milliseconds(wait));
        MatrixMap out = scores.front();
        out.setZero();
        for (Index i = 0; i < x.rows(); ++i) out(i, 0) = 1;
    }
    Index predictionCapacity() const override { return 1; }
    double evaluationLoss(const MatrixMap&, const ConstMatrixMap&, const int*) const override { return m_by.evaluationLoss(); }
    void represent(Pool&, const ConstMatrixMap&, std::span<const MatrixMap> out) override {
        for (MatrixMap m : out) m.setZero();
    }
    int weightBlock(int, const ParamStore** store) const override {
        *store = &m_network.parameters();
        return -1;
    }
    std::size_t creditBytes() const override { return m_gradient.size() * sizeof(Real); }

private:
    Network& m_network;
    const PreparedData& m_data;
    Puppeteer& m_by;
    Buffer m_gradient;
    std::vector<int> m_groups;
    std::vector<RuleLayer> m_layers;
    std::vector<PredictionWay> m_ways;
};

inline RuleDescription describePuppet(Puppeteer& by) {
    RuleDescription d;
    d.id = "test-puppet";
    d.title = "Puppet";
    d.family = "Tests";
    d.summary = "Does what a test says.";
    d.source = "This test.";
    d.params = {ParamSpec::number("fixed", "Fixed", 1, 0, 2, "Cannot change while training runs.")};
    d.optimizer = {"sgd", {{"rate", 0.1}}};
    d.suits = [](const Circuit&, const Network&, const DataSchema&, const ParamSet&) { return Suitability(); };
    d.marks = [](const Circuit&, const Network&, const ParamSet&) { return std::vector<Mark>(); };
    d.make = [&by](RuleInit init) -> std::unique_ptr<LearningRule> { return std::make_unique<Puppet>(init, by); };
    return d;
}

}  // namespace lab::test
