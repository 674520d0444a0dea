#include "core/run/Trainer.h"

#include "core/base/Assert.h"
#include "core/math/Gemm.h"
#include "core/run/ChannelRecorder.h"
#include "core/run/Probes.h"

#include <chrono>
#include <cmath>
#include <numeric>

namespace lab {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// A last batch of a single sample has no batch statistics; it is left out.
std::int64_t batchesPerEpoch(Index samples, Index batch) {
    const std::int64_t whole = samples / batch;
    const std::int64_t rest = samples % batch;
    return std::max<std::int64_t>(1, whole + (rest >= 2 ? 1 : 0));
}

double forwardMacs(const Network& network) {
    double macs = 0;
    for (const Stage& stage : network.stages()) macs += stage.macs;
    return macs;
}

// The true gradient costs a backward pass: while somebody watches the alignment it is taken every this many steps (about 1 % of the time).
constexpr std::int64_t kAlignmentEvery = 100;

}  // namespace

std::optional<LayerOrder> layerOrderFromId(const std::string& id) {
    if (id == "auto") return LayerOrder::Automatic;
    if (id == "in-turn") return LayerOrder::InTurn;
    if (id == "side-by-side") return LayerOrder::SideBySide;
    return std::nullopt;
}

struct Trainer::State {
    Experiment experiment;
    const RuleDescription* description = nullptr;
    std::shared_ptr<const PreparedData> data;
    TrainerOptions options;
    std::unique_ptr<Pool> pool;
    std::unique_ptr<Network> network;
    std::unique_ptr<Updater> updater;
    std::unique_ptr<LearningRule> rule;
    std::unique_ptr<ChannelRecorder> recorder;
    std::unique_ptr<ProbeTaker> probes;

    bool sideBySide = false;
    std::string schedule;
    Index batch = 0;
    std::int64_t stepsPerEpoch = 1;
    std::int64_t plannedSteps = 0;
    std::int64_t step = 0;
    std::int64_t orderEpoch = -1;
    std::vector<Index> order;
    Buffer batchRows;
    std::vector<int> batchLabels;

    ProbeRequest request;
    StepTracer* tracer = nullptr;
    std::int64_t nextAlignment = 0;
    Workspace gradientWork;
    Buffer gradient;
    std::vector<LayerAlignment> alignment;
    std::vector<UpdateReads> reads;

    History history;
    int trainLossSeries = -1, trainAccuracySeries = -1, testLossSeries = -1, testAccuracySeries = -1;
    std::vector<int> waySeries;
    std::shared_ptr<const std::vector<Evaluation>> evaluations = std::make_shared<std::vector<Evaluation>>();
    bool evaluationDue = false;
    double lossSum = 0, accuracySum = 0;
    std::int64_t lossCount = 0, accuracyCount = 0;
    double trainingSeconds = 0;       // spent in steps
    double windowSeconds = 0;         // since the last evaluation
    std::int64_t windowSamples = 0;
    double recentRate = 0;            // samples per second, smoothed
    std::optional<Error> failure;
    std::vector<Buffer> scoreBuffers;
    TestProgress testProgress;        // of an evaluation that was cut short

    std::shared_ptr<const std::vector<RuleLayer>> layers;
    std::shared_ptr<const std::vector<PredictionWay>> ways;
    std::shared_ptr<const std::vector<Snapshot::UpdateGroup>> groups;
    std::shared_ptr<const DataSchema> schema;

    void chooseSchedule();
    void shuffle(std::int64_t epoch);
    void addSeries();
    void record(const Evaluation& evaluation);
    bool evaluates(std::int64_t afterStep) const;
    Batch gather();
};

Trainer::Trainer() : m_state(std::make_unique<State>()) {}
Trainer::~Trainer() = default;

Result<std::unique_ptr<Trainer>> Trainer::create(const Experiment& experiment, std::shared_ptr<const PreparedData> data,
                                                 const TrainerOptions& options) {
    LAB_ASSERT(data != nullptr);
    std::unique_ptr<Trainer> trainer(new Trainer());
    State& s = *trainer->m_state;
    s.experiment = experiment;
    s.data = std::move(data);
    s.options = options;
    s.description = findRule(experiment.rule);
    if (s.description == nullptr)
        return Error{"LAB-RULE-100", "there is no learning rule '" + experiment.rule + "'.", experiment.rule,
                     "`forward-lab rules` lists them."};
    if (s.data->train.count() < 2)
        return Error{"LAB-RUN-101", "the training part has " + std::to_string(s.data->train.count()) + " samples; at least 2 are needed.",
                     s.data->schema.id, "Widen the class filter or the subset."};
    if (experiment.batch < 1 || experiment.epochs < 1)
        return Error{"LAB-RUN-102", "batch size and number of epochs must be at least 1.", "", "Set both to positive numbers."};

    ParamSet params(s.description->params);
    if (const Result<void> assigned = params.assign(experiment.ruleParams); !assigned) return assigned.error();

    CompileOptions compile;
    compile.inputShape = s.data->schema.shape;
    compile.classes = s.data->schema.classes;
    compile.parts = s.data->schema.parts;
    Result<std::unique_ptr<Network>> network = Network::compile(experiment.circuit, compile);
    if (!network) return network.error();
    s.network = std::move(*network);

    const Suitability suits = s.description->suits(experiment.circuit, *s.network, s.data->schema, params);
    if (!suits.ok)
        return Error{"LAB-RULE-101", s.description->title + " cannot train this circuit: " + suits.reason, experiment.circuit.title,
                     suits.hint};

    ParamSet arithmetic(arithmeticParams());
    if (const Result<void> assigned = arithmetic.assign(experiment.arithmetic); !assigned) return assigned.error();
    s.pool = std::make_unique<Pool>(options.threads);
    s.pool->setProducts(arithmetic.text("products") == "bf16" ? Products::Bf16 : Products::Single);
    s.network->initialise(experiment.seed);

    UpdaterConfig config;
    config.choice = experiment.optimizer;
    config.perLayer = experiment.layerOptimizers;
    config.schedule = experiment.schedule;
    config.plannedEpochs = static_cast<double>(experiment.epochs);
    if (findOptimizer(config.choice.id) == nullptr)
        return Error{"LAB-RUN-103", "there is no optimiser '" + config.choice.id + "'.", config.choice.id,
                     "`forward-lab optimizers` lists them."};
    {
        // Bad values are reported before any state is built from them.
        ParamSet check(findOptimizer(config.choice.id)->params);
        if (const Result<void> r = check.assign(config.choice.held); !r) return r.error();
        ParamSet schedule(scheduleParams());
        if (const Result<void> r = schedule.assign(config.schedule); !r) return r.error();
        for (const auto& [layer, choice] : config.perLayer) {
            const OptimizerDescription* own = findOptimizer(choice.id);
            if (own == nullptr)
                return Error{"LAB-RUN-103", "there is no optimiser '" + choice.id + "' (layer " + std::to_string(layer + 1) + ").",
                             choice.id, "`forward-lab optimizers` lists them."};
            ParamSet layerCheck(own->params);
            if (const Result<void> r = layerCheck.assign(choice.held); !r) return r.error();
        }
    }
    s.updater = std::make_unique<Updater>(config);

    s.batch = std::min<Index>(experiment.batch, s.data->train.count());
    s.chooseSchedule();
    s.rule = s.description->make(RuleInit{*s.network, *s.data, params, experiment.seed, s.batch,
                                          static_cast<double>(experiment.epochs), *s.updater, s.sideBySide});
    s.stepsPerEpoch = batchesPerEpoch(s.data->train.count(), s.batch);
    s.plannedSteps = options.steps > 0 ? options.steps : experiment.epochs * s.stepsPerEpoch;

    const Index features = s.data->train.width();
    s.batchRows.resize(static_cast<std::size_t>(s.batch * features));
    s.batchLabels.resize(static_cast<std::size_t>(s.batch));
    s.order.resize(static_cast<std::size_t>(s.data->train.count()));
    s.layers = std::make_shared<std::vector<RuleLayer>>(s.rule->layers());
    s.ways = std::make_shared<std::vector<PredictionWay>>(s.rule->ways());
    s.schema = std::make_shared<DataSchema>(s.data->schema);
    auto groups = std::make_shared<std::vector<Snapshot::UpdateGroup>>();
    for (int g = 0; g < s.updater->groups(); ++g) groups->push_back({s.updater->title(g), s.updater->layer(g)});
    s.groups = groups;
    s.recorder = std::make_unique<ChannelRecorder>(s.description->channels, static_cast<int>(s.layers->size()), *s.layers, s.history);
    s.probes = std::make_unique<ProbeTaker>(*s.network, *s.rule, *s.data, options.probeSamples, experiment.seed);
    s.addSeries();
    return trainer;
}

void Trainer::State::chooseSchedule() {
    const bool several = pool->threads() > 1;
    const bool wins = several && forwardMacs(*network) * static_cast<double>(batch) <= description->sideBySideUpTo;
    sideBySide = description->sideBySide && options.layers != LayerOrder::InTurn && (options.layers == LayerOrder::SideBySide || wins);
    const std::string threads = pool->threads() == 1 ? "one thread" : std::to_string(pool->threads()) + " threads";
    schedule = (sideBySide ? "layers side by side on " : "layers in turn on ") + threads;
}

void Trainer::State::addSeries() {
    const bool classify = network->task() == Task::Classify;
    const std::string lossUnit = classify ? "nats" : "";
    trainLossSeries = history.add({"train_loss", "training objective", "", "", "loss", -1, "", true});
    testLossSeries = history.add({"test_loss", "test loss", "", lossUnit, description->objectiveIsLoss ? "loss" : "test_loss", -1, "", true});
    if (!classify) return;
    trainAccuracySeries = history.add({"train_accuracy", "training batch", "", "%", "accuracy", -1, "", false});
    testAccuracySeries = history.add({"test_accuracy", "test: " + ways->front().title, "", "%", "accuracy", -1, "", false});
    waySeries.push_back(testAccuracySeries);
    for (std::size_t w = 1; w < ways->size(); ++w) {
        const PredictionWay& way = (*ways)[w];
        waySeries.push_back(history.add({"test_accuracy_" + way.id + (way.layer >= 0 ? "_" + std::to_string(way.layer + 1) : ""),
                                         "test: " + way.title, "", "%", "accuracy", way.layer,
                                         "", false}));
    }
}

void Trainer::State::shuffle(std::int64_t epoch) {
    std::iota(order.begin(), order.end(), Index(0));
    orderEpoch = epoch;
    if (!experiment.shuffled) return;
    // Fisher and Yates, from a stream that belongs to this epoch alone.
    Stream stream(experiment.seed, Purpose::Order, static_cast<std::uint64_t>(epoch));
    for (std::size_t i = order.size() - 1; i > 0; --i) std::swap(order[i], order[static_cast<std::size_t>(stream.below(i + 1))]);
}

bool Trainer::State::evaluates(std::int64_t afterStep) const {
    const std::int64_t every = options.evaluateEvery > 0 ? options.evaluateEvery : stepsPerEpoch;
    return afterStep > 0 && (afterStep % every == 0 || afterStep == plannedSteps);
}

Batch Trainer::State::gather() {
    const std::int64_t epoch = step / stepsPerEpoch;
    if (epoch != orderEpoch) shuffle(epoch);
    const Index begin = static_cast<Index>(step % stepsPerEpoch) * batch;
    const Index rows = std::min(batch, static_cast<Index>(order.size()) - begin);
    const Index features = data->train.width();
    const Index* samples = order.data() + begin;
    pool->ranges(rows, 16, [&](Index from, Index to) {
        data->train.copy(samples + from, to - from, batchRows.data() + from * features);
        for (Index r = from; r < to; ++r)
            batchLabels[static_cast<std::size_t>(r)] = data->train.y.empty() ? 0 : data->train.y[static_cast<std::size_t>(samples[r])];
    });
    return Batch{ConstMatrixMap(batchRows.data(), rows, features), batchLabels.data(), samples};
}

bool Trainer::step(const std::function<bool()>& cancelled) {
    State& s = *m_state;
    if (s.failure) return false;
    if (s.evaluationDue) {
        if (!evaluate(cancelled)) return !s.failure.has_value();
        return !finished();
    }
    if (s.step >= s.plannedSteps) return false;

    s.testProgress = {};
    const Clock::time_point start = Clock::now();
    const Batch batch = s.gather();
    if ((s.failure = s.data->train.failure())) return false;  // nothing is learned from samples that could not be read
    const double epoch = static_cast<double>(s.step) / static_cast<double>(s.stepsPerEpoch);
    const bool align = s.request.alignment && s.network->hasReadout() && s.step >= s.nextAlignment;
    s.updater->beginStep(s.step, epoch, align);
    if (align) {
        if (s.gradient.empty()) {
            s.gradient.resize(static_cast<std::size_t>(s.network->parameters().size()));
            s.gradientWork = s.network->makeWorkspace(s.batch, true);
        }
        trueGradient(*s.pool, *s.network, s.gradientWork, batch.x, batch.labels, s.gradient.data());
        s.updater->setTrueGradient(&s.network->parameters(), s.gradient.data());
        s.nextAlignment = s.step + kAlignmentEvery;
    } else {
        s.updater->setTrueGradient(nullptr, nullptr);
    }
    s.recorder->beginStep(s.step, s.request);
    s.reads.clear();
    StepContext context{*s.pool,
                        *s.updater,
                        *s.recorder,
                        s.request.reads ? &s.reads : nullptr,
                        s.experiment.seed,
                        s.step,
                        epoch,
                        static_cast<double>(s.experiment.epochs),
                        s.tracer};
    const StepReport report = s.rule->step(batch, context);
    ++s.step;

    if (s.updater->failure()) {
        s.failure = s.updater->failure();
    } else if (!std::isfinite(report.loss)) {
        s.failure = Error{"LAB-RUN-202", "the training objective is no longer a finite number at step " + std::to_string(s.step) + ".",
                          s.description->title, "Lower the learning rate and reset the run."};
    } else {
        s.lossSum += report.loss;
        ++s.lossCount;
        s.history.append(s.trainLossSeries, static_cast<double>(s.step), report.loss);
        if (report.accuracy >= 0 && s.trainAccuracySeries >= 0) {
            s.accuracySum += report.accuracy;
            ++s.accuracyCount;
            s.history.append(s.trainAccuracySeries, static_cast<double>(s.step), 100 * report.accuracy);
        }
    }
    if (align) {
        s.alignment.clear();
        for (int g = 0; g < s.updater->groups(); ++g)
            s.alignment.push_back({s.updater->title(g), s.updater->layer(g), s.updater->figures(g)});
    }

    const bool epochEnd = s.step % s.stepsPerEpoch == 0;
    if (!s.failure && (epochEnd || s.step == s.plannedSteps)) {
        s.rule->endEpoch(context);
        if (s.updater->failure()) s.failure = s.updater->failure();
    }
    const double held = s.tracer != nullptr ? s.tracer->takeHeldSeconds() : 0;
    const double spent = std::max(1e-9, secondsSince(start) - held);
    s.trainingSeconds += spent;
    s.windowSeconds += spent;
    s.windowSamples += batch.rows();
    const double now = static_cast<double>(batch.rows()) / std::max(spent, 1e-9);
    s.recentRate = s.recentRate == 0 ? now : 0.95 * s.recentRate + 0.05 * now;

    if (s.failure) return false;
    if (s.evaluates(s.step)) {
        s.evaluationDue = true;
        evaluate(cancelled);
    }
    return s.evaluationDue || s.step < s.plannedSteps;
}

std::optional<Evaluation> Trainer::evaluate(const std::function<bool()>& cancelled) {
    State& s = *m_state;
    Evaluation e;
    e.step = s.step;
    e.epoch = epoch();
    e.trainLoss = s.lossCount > 0 ? s.lossSum / static_cast<double>(s.lossCount) : std::nan("");
    e.trainAccuracy = s.accuracyCount > 0 ? s.accuracySum / static_cast<double>(s.accuracyCount) : -1;
    e.samplesPerSecond = s.windowSeconds > 0 ? static_cast<double>(s.windowSamples) / s.windowSeconds : 0;
    e.seconds = s.trainingSeconds;

    const Samples& test = s.data->test.count() > 0 ? s.data->test : s.data->train;
    const std::optional<TestFigures> figures = evaluateOn(*s.pool, *s.network, *s.rule, test, s.scoreBuffers, s.testProgress, cancelled);
    if (!figures) return std::nullopt;
    s.testProgress = {};
    if (const std::optional<Error> unread = test.failure()) {
        s.failure = unread;
        s.evaluationDue = false;
        return std::nullopt;
    }
    e.testLoss = figures->loss;
    e.wayAccuracy = figures->wayAccuracy;
    e.testAccuracy = figures->wayAccuracy.empty() ? -1 : figures->wayAccuracy.front();
    e.fingerprint = fingerprint();
    e.layerScalars = s.recorder->takeMeans();
    s.record(e);
    return e;
}

void Trainer::State::record(const Evaluation& e) {
    evaluationDue = false;
    lossSum = accuracySum = 0;
    lossCount = accuracyCount = 0;
    windowSeconds = 0;
    windowSamples = 0;
    const double x = static_cast<double>(e.step);
    history.append(testLossSeries, x, e.testLoss);
    for (std::size_t w = 0; w < waySeries.size() && w < e.wayAccuracy.size(); ++w)
        history.append(waySeries[w], x, 100 * e.wayAccuracy[w]);
    auto grown = std::make_shared<std::vector<Evaluation>>(*evaluations);
    // A second evaluation at the same step replaces the first.
    if (!grown->empty() && grown->back().step == e.step) grown->pop_back();
    grown->push_back(e);
    evaluations = grown;
    if (!std::isfinite(e.testLoss) && !failure)
        failure = Error{"LAB-RUN-203", "the test loss is no longer a finite number at step " + std::to_string(e.step) + ".",
                        description->title, "Lower the learning rate and reset the run."};
}

void Trainer::watchSteps(StepTracer* tracer) { m_state->tracer = tracer; }

void Trainer::observe(const ProbeRequest& request) {
    m_state->request = request;
    m_state->recorder->observe(request);
}

std::shared_ptr<Snapshot> Trainer::snapshot(bool atRest) {
    State& s = *m_state;
    auto out = std::make_shared<Snapshot>();
    out->state = s.failure ? RunState::Failed : finished() ? RunState::Finished : s.step > 0 ? RunState::Paused : RunState::Ready;
    out->failure = s.failure;
    if (s.failure) out->message = s.failure->text();
    out->step = s.step;
    out->plannedSteps = s.plannedSteps;
    out->stepsPerEpoch = s.stepsPerEpoch;
    out->epoch = epoch();
    out->plannedEpochs = static_cast<double>(s.plannedSteps) / static_cast<double>(s.stepsPerEpoch);
    out->seconds = s.trainingSeconds;
    out->samplesPerSecond = s.recentRate;
    if (s.recentRate > 0 && s.step > 0)
        out->secondsLeft = static_cast<double>(s.plannedSteps - s.step) * (s.trainingSeconds / static_cast<double>(s.step));
    out->rate = s.updater->rate();
    out->creditBytes = s.rule->creditBytes();
    out->schedule = s.schedule;
    out->history = s.history.view();
    out->evaluations = s.evaluations;
    if (!s.evaluations->empty() && (!atRest || s.evaluations->back().step == s.step))
        out->fingerprint = s.evaluations->back().fingerprint + " " + kernelClass(s.pool->products());
    else if (atRest && s.step > 0)
        out->fingerprint = fingerprintWithClass();
    out->rule = s.description;
    out->layers = s.layers;
    out->ways = s.ways;
    out->groups = s.groups;
    out->schema = s.schema;
    out->task = s.network->task();
    s.recorder->copyTo(*out);
    out->alignment = s.alignment;
    out->reads = s.reads;
    s.probes->take(*s.pool, s.request, s.step, atRest, *out);
    return out;
}

bool Trainer::finished() const { return m_state->step >= m_state->plannedSteps && !m_state->evaluationDue; }
bool Trainer::evaluationDue() const { return m_state->evaluationDue; }
const std::optional<Error>& Trainer::failure() const { return m_state->failure; }
std::int64_t Trainer::stepsDone() const { return m_state->step; }
std::int64_t Trainer::plannedSteps() const { return m_state->plannedSteps; }
std::int64_t Trainer::stepsPerEpoch() const { return m_state->stepsPerEpoch; }
double Trainer::epoch() const { return static_cast<double>(m_state->step) / static_cast<double>(m_state->stepsPerEpoch); }
bool Trainer::sideBySide() const { return m_state->sideBySide; }
const std::string& Trainer::schedule() const { return m_state->schedule; }
const RuleDescription& Trainer::ruleDescription() const { return *m_state->description; }
Network& Trainer::network() { return *m_state->network; }
LearningRule& Trainer::rule() { return *m_state->rule; }
Pool& Trainer::pool() { return *m_state->pool; }
const PreparedData& Trainer::data() const { return *m_state->data; }
const std::vector<Evaluation>& Trainer::evaluations() const { return *m_state->evaluations; }

std::string Trainer::fingerprint() const {
    Fingerprint hash;
    m_state->network->parameters().addTo(hash);
    if (const ParamStore* own = m_state->rule->ownParameters()) own->addTo(hash);
    return hash.hex();
}

std::string Trainer::fingerprintWithClass() const { return fingerprint() + " " + kernelClass(m_state->pool->products()); }

std::vector<Trainer::NamedBlock> Trainer::namedParameters() {
    State& s = *m_state;
    std::vector<NamedBlock> out;
    ParamStore& network = s.network->parameters();
    for (std::size_t i = 0; i < network.blocks().size(); ++i)
        out.push_back({network.blocks()[i].name, network.blocks()[i].shape, network.view(static_cast<int>(i))});
    if (ParamStore* own = s.rule->ownParameters()) {
        // The rule's id in front keeps its blocks apart from the network's; a state_dict key holds no hyphen.
        std::string prefix = s.description->id;
        std::replace(prefix.begin(), prefix.end(), '-', '_');
        for (std::size_t i = 0; i < own->blocks().size(); ++i)
            out.push_back({prefix + "." + own->blocks()[i].name, own->blocks()[i].shape, own->view(static_cast<int>(i))});
    }
    return out;
}

Result<void> Trainer::setLive(const std::string& scope, const std::string& name, const ParamValue& value) {
    State& s = *m_state;
    if (scope == "optimizer") return s.updater->setParam(name, value);
    const ParamSet params(s.description->params);
    const ParamSpec* spec = params.find(name);
    if (spec == nullptr || !spec->live)
        return Error{"LAB-RULE-103", "parameter '" + name + "' cannot be changed while training runs.", name,
                     "Reset the run to apply it."};
    const Result<ParamValue> checked = checkParam(*spec, value);
    if (!checked) return checked.error();
    return s.rule->setParam(name, *checked);
}

void Trainer::setPlannedEpochs(double epochs) {
    State& s = *m_state;
    s.plannedSteps = std::max<std::int64_t>(s.step, std::llround(epochs * static_cast<double>(s.stepsPerEpoch)));
}

std::shared_ptr<const Trainer::Checkpoint> Trainer::checkpoint() {
    State& s = *m_state;
    auto out = std::make_shared<Checkpoint>();
    const std::vector<NamedBlock> blocks = namedParameters();
    for (std::size_t i = 0; i < blocks.size(); ++i)
        (i < s.network->parameters().blocks().size() ? out->networkBlocks : out->ruleBlocks).push_back({blocks[i].name, blocks[i].shape});
    out->fingerprint = fingerprintWithClass();
    out->step = s.step;
    out->seconds = s.trainingSeconds;
    const ParamStore& network = s.network->parameters();
    out->network.assign(network.data(), network.data() + network.size());
    if (const ParamStore* own = s.rule->ownParameters()) out->rule.assign(own->data(), own->data() + own->size());
    out->updater = s.updater->save();
    out->ruleState = s.rule->saveState();
    out->evaluations = *s.evaluations;
    for (std::size_t i = 0; i < s.history.size(); ++i)
        out->curves.push_back({s.history.info(static_cast<int>(i)), s.history.series(static_cast<int>(i)).all()});
    return out;
}

Result<void> Trainer::restore(const Checkpoint& checkpoint) {
    State& s = *m_state;
    ParamStore& network = s.network->parameters();
    ParamStore* own = s.rule->ownParameters();
    const std::size_t ownSize = own == nullptr ? 0 : static_cast<std::size_t>(own->size());
    if (checkpoint.network.size() != static_cast<std::size_t>(network.size()) || checkpoint.rule.size() != ownSize)
        return Error{"LAB-RUN-104",
                     "the saved weights have " + std::to_string(checkpoint.network.size()) + " and " + std::to_string(checkpoint.rule.size()) +
                         " values, but this experiment needs " + std::to_string(network.size()) + " and " + std::to_string(ownSize) + ".",
                     s.experiment.circuit.title, "The circuit or the rule was changed after the weights were saved; reset the run."};
    // The same number of values in other shapes belongs to another circuit.
    const std::vector<NamedBlock> blocks = namedParameters();
    std::vector<Checkpoint::Block> saved = checkpoint.networkBlocks;
    saved.insert(saved.end(), checkpoint.ruleBlocks.begin(), checkpoint.ruleBlocks.end());
    const bool fits = std::equal(saved.begin(), saved.end(), blocks.begin(), blocks.end(),
                                 [](const Checkpoint::Block& a, const NamedBlock& b) { return a.shape == b.shape; });
    if (!fits)
        return Error{"LAB-RUN-104", "the shapes of the saved weights differ from those of this experiment.", s.experiment.circuit.title,
                     "The circuit or the rule was changed after the weights were saved; reset the run."};
    if (const Result<void> loaded = s.updater->load(checkpoint.updater); !loaded) return loaded;
    if (const Result<void> loaded = s.rule->loadState(checkpoint.ruleState); !loaded) return loaded;
    std::copy(checkpoint.network.begin(), checkpoint.network.end(), network.data());
    if (own != nullptr) std::copy(checkpoint.rule.begin(), checkpoint.rule.end(), own->data());
    s.step = checkpoint.step;
    s.plannedSteps = std::max(s.plannedSteps, s.step);
    s.trainingSeconds = checkpoint.seconds;
    s.orderEpoch = -1;
    s.testProgress = {};
    s.evaluations = std::make_shared<std::vector<Evaluation>>(checkpoint.evaluations);
    for (const Checkpoint::Curve& curve : checkpoint.curves) {
        const int series = s.history.find(curve.info.id, curve.info.layer);
        if (series < 0 || s.history.series(series).size() > 0) continue;
        for (const CurvePoint& p : curve.points) s.history.append(series, p.x, p.y);
    }
    // Where the state was taken while an evaluation was cut short, it is made up for.
    s.evaluationDue = s.evaluates(s.step) && (s.evaluations->empty() || s.evaluations->back().step != s.step);
    s.failure.reset();
    return {};
}

}  // namespace lab
