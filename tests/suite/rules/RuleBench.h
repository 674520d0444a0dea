// A rule on a small circuit and a small data set, stepped by hand: what the suite over the registry works with.
#pragma once

#include "core/circuit/Templates.h"
#include "core/data/Seg7.h"
#include "core/rules/LearningRule.h"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace lab::test {

// The first samples of SEG7, standardised as a whole: small, an image, ten classes.
inline std::shared_ptr<const PreparedData> smallSeg7(Index count = 320) {
    static std::map<Index, std::shared_ptr<const PreparedData>> made;
    std::shared_ptr<const PreparedData>& entry = made[count];
    if (entry) return entry;
    const Dataset raw = seg7();
    auto data = std::make_shared<PreparedData>();
    data->schema = raw.schema;
    data->train.x = raw.train.x.topRows(count);
    data->train.y.assign(raw.train.y.begin(), raw.train.y.begin() + count);
    data->test.x = raw.test.x.topRows(100);
    data->test.y.assign(raw.test.y.begin(), raw.test.y.begin() + 100);
    const Real mean = data->train.x.mean();
    const Real deviation = std::sqrt((data->train.x.array() - mean).square().mean());
    for (Matrix* x : {&data->train.x, &data->test.x}) x->array() = (x->array() - mean) / deviation;
    data->mean = {static_cast<double>(mean)};
    data->deviation = {static_cast<double>(deviation)};
    data->minimum = data->train.x.minCoeff();
    data->maximum = data->train.x.maxCoeff();
    entry = data;
    return entry;
}

inline std::vector<long> shapeOf(const DataSchema& schema) {
    return {schema.shape.begin(), schema.shape.end()};
}

// Collects everything that is published.
class CollectingSink final : public ChannelSink {
public:
    struct Entry {
        int channel;
        int layer;
        ChannelKind kind;
        std::vector<double> values;
        double threshold = 0;
    };
    bool wants(int) const override { return true; }
    void scalar(int channel, int layer, double value) override { add({channel, layer, ChannelKind::Scalar, {value}}); }
    void distributions(int channel, int layer, std::span<const double> positive, std::span<const double> negative,
                       double threshold) override {
        Entry entry{channel, layer, ChannelKind::Distributions, {positive.begin(), positive.end()}, threshold};
        entry.values.insert(entry.values.end(), negative.begin(), negative.end());
        add(std::move(entry));
    }
    void values(int channel, int layer, std::span<const double> values) override {
        add({channel, layer, ChannelKind::Values, {values.begin(), values.end()}});
    }
    void images(int channel, const ConstMatrixMap& rows, std::span<const std::string> captions,
                std::span<const std::uint8_t> flags) override {
        Entry entry{channel, 0, ChannelKind::Images, {rows.data(), rows.data() + rows.size()}};
        imagesConsistent = imagesConsistent && captions.size() == static_cast<std::size_t>(rows.rows()) &&
                           flags.size() == captions.size() && rows.rows() > 0;
        imageColumns.insert(rows.cols());
        add(std::move(entry));
    }

    std::vector<Entry> entries;
    bool imagesConsistent = true;
    std::set<Index> imageColumns;

private:
    void add(Entry entry) { entries.push_back(std::move(entry)); }
};

struct BenchOptions {
    int threads = 1;
    std::uint64_t seed = 3;
    Index batch = 32;
    OptimizerChoice optimizer;  // id "" = the rule's recipe
    std::map<std::string, ParamValue> params;
    double plannedEpochs = 4;
    bool sideBySide = false;
    BenchOptions() { optimizer.id.clear(); }
};

class RuleBench {
public:
    static Result<std::unique_ptr<RuleBench>> make(const RuleDescription& description, const Circuit& circuit,
                                                   std::shared_ptr<const PreparedData> data,
                                                   const BenchOptions& options = {}) {
        CompileOptions compile;
        compile.inputShape = data->schema.shape;
        compile.classes = data->schema.classes;
        compile.parts = data->schema.parts;
        Result<std::unique_ptr<Network>> network = Network::compile(circuit, compile);
        if (!network) return network.error();
        auto bench = std::unique_ptr<RuleBench>(new RuleBench(options));
        bench->description = &description;
        bench->circuit = circuit;
        bench->data = std::move(data);
        bench->network = std::move(network).value();
        bench->network->initialise(options.seed);
        ParamSet params(description.params);
        const Result<void> assigned = params.assign(options.params);
        if (!assigned) return assigned.error();
        bench->suitability = description.suits(circuit, *bench->network, bench->data->schema, params);
        if (!bench->suitability.ok) return Error{"TEST-UNSUITABLE", bench->suitability.reason, "", bench->suitability.hint};
        UpdaterConfig config;
        config.choice = options.optimizer.id.empty() ? description.optimizer : options.optimizer;
        if (options.optimizer.id.empty()) config.schedule = description.schedule;
        config.plannedEpochs = options.plannedEpochs;
        bench->updater = std::make_unique<Updater>(config);
        bench->rule = description.make(RuleInit{*bench->network, *bench->data, params, options.seed, options.batch,
                                                options.plannedEpochs, *bench->updater, options.sideBySide});
        return bench;
    }

    // One step on the batch that step number `counter` would see: samples in order, wrapping round.
    StepReport step(ChannelSink& sink = nullSink(), std::vector<UpdateReads>* reads = nullptr) {
        const Index perEpoch = data->train.count() / options.batch;
        const Index first = fixedBatch ? 0 : counter % perEpoch * options.batch;
        for (Index i = 0; i < options.batch; ++i) samples[static_cast<std::size_t>(i)] = first + i;
        const Batch batch{
            ConstMatrixMap(data->train.x.data() + first * data->train.x.cols(), options.batch, data->train.x.cols()),
            data->train.y.data() + first, samples.data()};
        StepContext context{pool, *updater, sink};
        context.reads = reads;
        context.seed = options.seed;
        context.step = counter;
        context.epoch = fixedBatch ? 0.0 : static_cast<double>(counter) / static_cast<double>(perEpoch);
        context.plannedEpochs = options.plannedEpochs;
        context.tracer = tracer;
        updater->beginStep(counter, context.epoch, false);
        const StepReport report = rule->step(batch, context);
        ++counter;
        if (!fixedBatch && counter % perEpoch == 0) rule->endEpoch(context);
        return report;
    }

    void endEpoch(ChannelSink& sink = nullSink()) {
        StepContext context{pool, *updater, sink};
        context.seed = options.seed;
        context.step = counter;
        context.epoch = 1;
        context.plannedEpochs = options.plannedEpochs;
        updater->beginStep(counter, context.epoch, false);
        rule->endEpoch(context);
    }

    // Bits of all parameters, optimiser moments and rule state.
    std::string state() const {
        Fingerprint hash;
        network->parameters().addTo(hash);
        if (rule->ownParameters() != nullptr) rule->ownParameters()->addTo(hash);
        for (const std::vector<double>& part : {updater->save(), rule->saveState()})
            hash.add(part.data(), part.size() * sizeof(double));
        return hash.hex();
    }

    struct Saved {
        Buffer network, own;
        std::vector<double> updater, rule;
        std::int64_t counter = 0;
    };
    Saved save() const {
        Saved saved;
        const ParamStore& store = network->parameters();
        saved.network.assign(store.data(), store.data() + store.size());
        if (const ParamStore* own = rule->ownParameters()) saved.own.assign(own->data(), own->data() + own->size());
        saved.updater = updater->save();
        saved.rule = rule->saveState();
        saved.counter = counter;
        return saved;
    }
    Result<void> load(const Saved& saved) {
        std::copy(saved.network.begin(), saved.network.end(), network->parameters().data());
        if (ParamStore* own = rule->ownParameters()) std::copy(saved.own.begin(), saved.own.end(), own->data());
        counter = saved.counter;
        const Result<void> loaded = updater->load(saved.updater);
        if (!loaded) return loaded;
        return rule->loadState(saved.rule);
    }

    // Scores of every way on the first `rows` test samples.
    std::vector<Buffer> predict(Index rows) {
        const Index width = network->task() == Task::Classify ? network->classes() : network->inputSize();
        std::vector<Buffer> scores;
        std::vector<MatrixMap> maps;
        for (std::size_t w = 0; w < rule->ways().size(); ++w) scores.emplace_back(static_cast<std::size_t>(rows * width));
        for (Buffer& buffer : scores) maps.emplace_back(buffer.data(), rows, width);
        rule->predict(pool, ConstMatrixMap(data->test.x.data(), rows, data->test.x.cols()), maps);
        return scores;
    }

    std::vector<Buffer> represent(Index rows) {
        std::vector<Buffer> out;
        std::vector<MatrixMap> maps;
        for (const RuleLayer& layer : rule->layers()) out.emplace_back(static_cast<std::size_t>(rows * layer.width));
        for (std::size_t l = 0; l < out.size(); ++l) maps.emplace_back(out[l].data(), rows, rule->layers()[l].width);
        rule->represent(pool, ConstMatrixMap(data->test.x.data(), rows, data->test.x.cols()), maps);
        return out;
    }

    const RuleDescription* description = nullptr;
    Circuit circuit;
    std::shared_ptr<const PreparedData> data;
    std::unique_ptr<Network> network;
    Suitability suitability;
    std::unique_ptr<Updater> updater;
    std::unique_ptr<LearningRule> rule;
    BenchOptions options;
    Pool pool;
    std::vector<Index> samples;
    std::int64_t counter = 0;
    StepTracer* tracer = nullptr;
    bool fixedBatch =
        false;  // step() always takes the first samples and time stands still: no epoch ends, no phase changes

private:
    explicit RuleBench(const BenchOptions& o) : options(o), pool(o.threads), samples(static_cast<std::size_t>(o.batch)) {}
};

}  // namespace lab::test
