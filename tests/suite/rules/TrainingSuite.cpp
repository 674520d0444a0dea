// What training by any rule of the registry must and must not do, on every template that the rule says it suits.
// A new rule needs no line here.
#include "suite/rules/RuleBench.h"
#include "support/CountedAllocations.h"

#include <QTest>

#include <cmath>

using namespace lab;
using namespace lab::test;

class TrainingSuite : public QObject {
    Q_OBJECT

private slots:
    void lossFallsOnAFixedBatch_data() { cases(); }
    void lossFallsOnAFixedBatch();
    void stepAllocatesNothing_data() { cases(); }
    void stepAllocatesNothing();
    void sameBitsForAnyNumberOfThreads_data() { cases(); }
    void sameBitsForAnyNumberOfThreads();
    void sideBySideIsTheSame_data() { cases(sideBySide); }
    void sideBySideIsTheSame();
    void sideBySideDivergesAlike_data() { perRule(sideBySide); }
    void sideBySideDivergesAlike();
    void continuesFromACheckpoint_data() { cases(); }
    void continuesFromACheckpoint();
    void watchingChangesNothing_data() { cases(); }
    void watchingChangesNothing();
    void publishesWhatItDeclares_data() { perRule(); }
    void publishesWhatItDeclares();
    void layersAndWaysAreConsistent_data() { cases(); }
    void layersAndWaysAreConsistent();
    void localRulesReadNothingFromAbove_data() { cases(); }
    void localRulesReadNothingFromAbove();
    void liveParametersAreTaken_data() { perRule(); }
    void liveParametersAreTaken();

private:
    static Circuit circuitOf(const std::string& id) {
        const DataSchema& schema = smallSeg7()->schema;
        // Small enough that the whole suite takes seconds; the templates' own sizes where there is no shorthand.
        const Result<Circuit> circuit = id == "mlp" ? parseShorthand("mlp:144-24-20-10", shapeOf(schema), schema.classes)
                                                    : makeTemplate(id, shapeOf(schema), schema.classes);
        if (!circuit) qFatal("%s", circuit.error().text().c_str());
        return *circuit;
    }
    static std::unique_ptr<RuleBench> benchOf(const RuleDescription& rule, const std::string& circuit,
                                              const BenchOptions& options = {}) {
        Result<std::unique_ptr<RuleBench>> bench = RuleBench::make(rule, circuitOf(circuit), smallSeg7(), options);
        return bench ? std::move(bench).value() : nullptr;
    }
    // One row per rule and template that suit each other.
    static bool every(const RuleDescription&) { return true; }
    static bool sideBySide(const RuleDescription& rule) { return rule.sideBySide; }
    static void cases(bool (*wanted)(const RuleDescription&) = every) {
        QTest::addColumn<int>("index");
        QTest::addColumn<QString>("circuit");
        for (std::size_t i = 0; i < ruleRegistry().size(); ++i)
            for (const CircuitTemplate& entry : circuitTemplates())
                if (wanted(ruleRegistry()[i]) && benchOf(ruleRegistry()[i], entry.id))
                    QTest::newRow((ruleRegistry()[i].id + " on " + entry.id).c_str())
                        << static_cast<int>(i) << QString::fromStdString(entry.id);
    }
    static void perRule(bool (*wanted)(const RuleDescription&) = every) {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < ruleRegistry().size(); ++i)
            if (wanted(ruleRegistry()[i])) QTest::newRow(ruleRegistry()[i].id.c_str()) << static_cast<int>(i);
    }
};

#define CASE()                                                                     \
    QFETCH(int, index);                                                            \
    QFETCH(QString, circuit);                                                      \
    const RuleDescription& rule = ruleRegistry()[static_cast<std::size_t>(index)]; \
    const std::string shape = circuit.toStdString()

void TrainingSuite::lossFallsOnAFixedBatch() {
    CASE();
    const std::unique_ptr<RuleBench> bench = benchOf(rule, shape);
    bench->fixedBatch = true;
    // Thirty steps do for most; feedback matrices need time to align in a deep network of convolutions.
    constexpr int kFewest = 30, kMost = 150, kWindow = 5;
    std::vector<double> losses;
    const auto mean = [&](std::size_t first) {
        double sum = 0;
        for (std::size_t s = first; s < first + kWindow; ++s) sum += losses[s] / kWindow;
        return sum;
    };
    for (int s = 0; s < kMost; ++s) {
        const StepReport report = bench->step();
        QVERIFY2(std::isfinite(report.loss), qPrintable(QString("step %1").arg(s)));
        QVERIFY(report.accuracy == -1 || (report.accuracy >= 0 && report.accuracy <= 1));
        QVERIFY2(!bench->updater->failure(), bench->updater->failure() ? bench->updater->failure()->text().c_str() : "");
        losses.push_back(report.loss);
        if (s + 1 >= kFewest && mean(losses.size() - kWindow) < 0.99 * mean(0)) break;
    }
    const double early = mean(0), late = mean(losses.size() - kWindow);
    QVERIFY2(late < 0.99 * early, qPrintable(QString("%1 at first, %2 at last").arg(early).arg(late)));
    for (const Buffer& scores : bench->predict(50))
        for (const Real v : scores) QVERIFY(std::isfinite(v));
}

void TrainingSuite::stepAllocatesNothing() {
    CASE();
    for (const bool sideBySide : {false, true})
        for (const int threads : {1, 3}) {
            if (sideBySide && !rule.sideBySide) continue;
            BenchOptions options;
            options.threads = threads;
            options.sideBySide = sideBySide;
            const std::unique_ptr<RuleBench> bench = benchOf(rule, shape, options);
            bench->fixedBatch = true;
            for (int s = 0; s < 3; ++s) bench->step();
            // Which thread takes which tile or task is chance: one that was late meets its working memory now, and only once.
            long count = 1;
            for (int late = 0; count > 0 && late < (threads == 1 ? 1 : 20); ++late) {
                const long before = allocationCount();
                for (int s = 0; s < 3; ++s) bench->step();
                count = allocationCount() - before;
            }
            QCOMPARE(count, 0L);
        }
}

void TrainingSuite::sameBitsForAnyNumberOfThreads() {
    CASE();
    std::string expected;
    for (const int threads : {1, 2, 7, 16}) {
        BenchOptions options;
        options.threads = threads;
        const std::unique_ptr<RuleBench> bench = benchOf(rule, shape, options);
        for (int s = 0; s < 5; ++s) bench->step();
        bench->endEpoch();
        const std::string state = bench->state();
        if (threads == 1) expected = state;
        QCOMPARE(state, expected);
    }
}

namespace {

// What was published, by channel and layer: tasks of different layers may publish in any order.
std::map<std::pair<int, int>, std::vector<std::vector<double>>> byLayer(const CollectingSink& sink) {
    std::map<std::pair<int, int>, std::vector<std::vector<double>>> out;
    for (const CollectingSink::Entry& entry : sink.entries) {
        std::vector<double> values = entry.values;
        values.push_back(entry.threshold);
        out[{entry.channel, entry.layer}].push_back(values);
    }
    return out;
}

std::string textOf(const std::vector<UpdateReads>& reads) {
    std::string text;
    for (const UpdateReads& entry : reads) {
        text += entry.writes + " " + std::to_string(entry.layer) + ":";
        for (const std::string& what : entry.reads) text += " " + what + ",";
    }
    return text;
}

// Notes where a step has been, and how often its numbers were asked for.
class Notes final : public StepTracer {
public:
    void reached(const TracePoint& point, Index, const Numbers& numbers) override {
        std::vector<TraceNumber> found;
        numbers(-1, found);
        for (const TraceNumber& number : found)
            text += std::to_string(point.line) + "/" + std::to_string(point.layer) + " " + number.symbol + "=" + std::to_string(number.value) + "\n";
    }
    std::string text;
};

}  // namespace

// Layers on different cores: the same weights, moments, losses, published figures and lines of a watched step.
void TrainingSuite::sideBySideIsTheSame() {
    CASE();
    struct Run {
        std::string state;
        std::vector<double> reports;
        CollectingSink sink;
        std::string reads;
        Notes notes;
        std::vector<Buffer> scores;
    };
    const auto run = [&](int threads, bool sideBySide, Run& out) {
        BenchOptions options;
        options.threads = threads;
        options.sideBySide = sideBySide;
        const std::unique_ptr<RuleBench> bench = benchOf(rule, shape, options);
        for (int s = 0; s < 6; ++s) {
            // The third step is watched line by line.
            bench->tracer = s == 2 ? &out.notes : nullptr;
            std::vector<UpdateReads> reads;
            const StepReport report = bench->step(out.sink, s % 2 == 0 ? &reads : nullptr);
            out.reports.push_back(report.loss);
            out.reports.push_back(report.accuracy);
            out.reads += textOf(reads) + "\n";
            if (s == 3) out.scores = bench->predict(40);  // between two steps
        }
        bench->endEpoch();
        out.state = bench->state();
    };
    Run wanted;
    run(1, false, wanted);
    QVERIFY(!wanted.notes.text.empty());
    for (const int threads : {1, 2, 7, 16}) {
        Run found;
        run(threads, true, found);
        QCOMPARE(found.state, wanted.state);
        QCOMPARE(found.reports, wanted.reports);
        QVERIFY2(byLayer(found.sink) == byLayer(wanted.sink), "other figures were published");
        QCOMPARE(found.reads, wanted.reads);
        QCOMPARE(found.notes.text, wanted.notes.text);
        QVERIFY2(found.scores == wanted.scores, "other answers between two steps");
    }
}

// A run that diverges does so at the same step, blames the same layer and leaves the same weights.
void TrainingSuite::sideBySideDivergesAlike() {
    QFETCH(int, index);
    const RuleDescription& rule = ruleRegistry()[static_cast<std::size_t>(index)];
    const auto run = [&](int threads, bool sideBySide) -> std::string {
        BenchOptions options;
        options.threads = threads;
        options.sideBySide = sideBySide;
        options.optimizer = {"momentum", {{"rate", 1e3}}};
        const std::unique_ptr<RuleBench> bench = benchOf(rule, "mlp", options);
        int step = 0;
        for (; step < 40 && !bench->updater->failure(); ++step) bench->step();
        const std::string why = bench->updater->failure() ? bench->updater->failure()->text() : "no failure";
        return why + " " + std::to_string(step) + " " + bench->state();
    };
    const std::string wanted = run(1, false);
    for (const int threads : {1, 2, 7}) QCOMPARE(run(threads, true), wanted);
}

void TrainingSuite::continuesFromACheckpoint() {
    CASE();
    const std::unique_ptr<RuleBench> straight = benchOf(rule, shape);
    for (int s = 0; s < 4; ++s) straight->step();
    const RuleBench::Saved saved = straight->save();
    const std::string middle = straight->state();
    for (int s = 0; s < 4; ++s) straight->step();
    const std::unique_ptr<RuleBench> resumed = benchOf(rule, shape);
    const Result<void> loaded = resumed->load(saved);
    QVERIFY2(loaded.ok(), loaded.ok() ? "" : loaded.error().text().c_str());
    QCOMPARE(resumed->state(), middle);
    for (int s = 0; s < 4; ++s) resumed->step();
    QCOMPARE(resumed->state(), straight->state());

    std::vector<double> wrong = saved.rule;
    wrong.push_back(1);
    QVERIFY(!resumed->rule->loadState(wrong).ok());
}

void TrainingSuite::watchingChangesNothing() {
    CASE();
    const std::unique_ptr<RuleBench> alone = benchOf(rule, shape);
    const std::unique_ptr<RuleBench> watched = benchOf(rule, shape);
    CollectingSink sink;
    for (int s = 0; s < 4; ++s) {
        alone->step();
        std::vector<UpdateReads> reads;
        watched->step(sink, &reads);
        const std::string before = watched->state();
        const std::vector<Buffer> first = watched->predict(40);
        watched->represent(40);
        const std::vector<Buffer> second = watched->predict(40);
        QVERIFY2(first == second, "predicting twice gives two answers");
        QCOMPARE(watched->state(), before);
        QVERIFY(!reads.empty());
        // What is predicted beside a sample does not matter: the first rows alone give the same answers, to rounding.
        const std::vector<Buffer> part = watched->predict(15);
        for (std::size_t w = 0; w < part.size(); ++w)
            for (std::size_t i = 0; i < part[w].size(); ++i)
                QVERIFY(std::abs(part[w][i] - first[w][i]) <= Real(1e-3) * (1 + std::abs(first[w][i])));
    }
    QCOMPARE(watched->state(), alone->state());
}

void TrainingSuite::publishesWhatItDeclares() {
    QFETCH(int, index);
    const RuleDescription& rule = ruleRegistry()[static_cast<std::size_t>(index)];
    // Some channels belong to one setting of a parameter: every choice and switch is tried once.
    std::vector<std::map<std::string, ParamValue>> variants = {{}};
    for (const ParamSpec& spec : rule.params) {
        for (const ParamChoice& choice : spec.choices) variants.push_back({{spec.name, choice.id}});
        if (spec.kind == ParamKind::Bool) variants.push_back({{spec.name, !std::get<bool>(spec.standard)}});
    }
    std::set<int> seen;
    for (const CircuitTemplate& entry : circuitTemplates()) {
        for (const std::map<std::string, ParamValue>& variant : variants) {
            BenchOptions options;
            options.params = variant;
            options.plannedEpochs = 1;
            const std::unique_ptr<RuleBench> bench = benchOf(rule, entry.id, options);
            if (!bench) continue;
            CollectingSink sink;
            for (int s = 0; s < 11; ++s) {
                bench->step(sink);
                QVERIFY2(!bench->updater->failure(),
                         bench->updater->failure() ? bench->updater->failure()->text().c_str() : "");
            }
            bench->endEpoch(sink);
            for (const CollectingSink::Entry& published : sink.entries) {
                QVERIFY(published.channel >= 0 && published.channel < static_cast<int>(rule.channels.size()));
                const ChannelSpec& channel = rule.channels[static_cast<std::size_t>(published.channel)];
                QVERIFY2(published.kind == channel.kind, channel.id.c_str());
                const int layers =
                    channel.scope == ChannelScope::Network ? 1 : static_cast<int>(bench->rule->layers().size());
                QVERIFY2(published.layer >= 0 && published.layer < layers, channel.id.c_str());
                for (const double v : published.values) QVERIFY2(std::isfinite(v), channel.id.c_str());
                seen.insert(published.channel);
            }
            QVERIFY(sink.imagesConsistent);
            for (const Index columns : sink.imageColumns) QCOMPARE(columns, bench->network->inputSize());
        }
    }
    for (std::size_t c = 0; c < rule.channels.size(); ++c)
        QVERIFY2(seen.count(static_cast<int>(c)) == 1, (rule.channels[c].id + " is declared but never published").c_str());
}

void TrainingSuite::layersAndWaysAreConsistent() {
    CASE();
    const std::unique_ptr<RuleBench> bench = benchOf(rule, shape);
    const std::vector<RuleLayer>& layers = bench->rule->layers();
    QVERIFY(!layers.empty() && !bench->rule->ways().empty());
    QVERIFY(bench->rule->predictionCapacity() >= 40);
    QVERIFY(bench->rule->creditBytes() > 0);
    std::vector<UpdateReads> reads;
    for (int s = 0; s < 3; ++s) {
        reads.clear();
        bench->step(nullSink(), &reads);
    }
    for (std::size_t l = 0; l < layers.size(); ++l) {
        QVERIFY(!layers[l].title.empty());
        QCOMPARE(elements(layers[l].shape), layers[l].width);
        QVERIFY(layers[l].stage < static_cast<int>(bench->network->stages().size()));
        const ParamStore* store = nullptr;
        const int block = bench->rule->weightBlock(static_cast<int>(l), &store);
        if (block >= 0) {
            QVERIFY(store != nullptr && block < static_cast<int>(store->blocks().size()));
            QVERIFY(store->block(block).weight);
        }
    }
    std::set<std::string> ways;
    for (const PredictionWay& way : bench->rule->ways()) {
        QVERIFY2(ways.insert(way.id).second && !way.title.empty(), way.id.c_str());
        QVERIFY(way.layer < static_cast<int>(layers.size()));
    }
    const std::vector<Buffer> activity = bench->represent(40);
    for (std::size_t l = 0; l < activity.size(); ++l) {
        double sum = 0;
        for (const Real v : activity[l]) {
            QVERIFY(std::isfinite(v));
            sum += std::abs(static_cast<double>(v));
        }
        QVERIFY2(sum > 0, layers[l].title.c_str());
    }
    for (const UpdateReads& entry : reads) {
        QVERIFY(!entry.writes.empty() && !entry.reads.empty());
        QVERIFY(entry.layer < static_cast<int>(layers.size()));
        if (rule.local) QVERIFY2(entry.localInSpace, entry.writes.c_str());
    }
    // The primary way's scores give a finite loss on the test part.
    const std::vector<Buffer> scores = bench->predict(40);
    Buffer primary = scores.front();
    const MatrixMap map(primary.data(), 40, static_cast<Index>(primary.size()) / 40);
    const ConstMatrixMap x(bench->data->test.x.data(), 40, bench->data->test.x.cols());
    QVERIFY(std::isfinite(bench->rule->evaluationLoss(map, x, bench->data->test.y.data())));
}

// One step from the same state, once with everything above layer l replaced by other numbers: a rule that says it is
// local must write the same bits to layer l and below; one that does not say so must differ somewhere.
void TrainingSuite::localRulesReadNothingFromAbove() {
    CASE();
    bool differs = false;
    const int layers = static_cast<int>(benchOf(rule, shape)->rule->layers().size());
    for (int l = 0; l + 1 < layers; ++l) {
        const std::unique_ptr<RuleBench> plain = benchOf(rule, shape);
        const std::unique_ptr<RuleBench> changed = benchOf(rule, shape);
        const int stage = plain->rule->layers()[static_cast<std::size_t>(l)].stage;
        for (int s = 0; s < 2; ++s) {
            plain->step();
            changed->step();
        }
        const auto above = [&](const ParamBlock& block, bool own) {
            if (!block.trained) return false;
            return own ? block.layer > l : stage >= 0 && block.layer > stage;
        };
        std::uint64_t draw = 0;
        const Stream noise(7, Purpose::Analysis, static_cast<std::uint64_t>(l));
        const auto disturb = [&](ParamStore* store, bool own) {
            if (store == nullptr) return;
            for (int b = 0; b < static_cast<int>(store->blocks().size()); ++b)
                if (above(store->block(b), own))
                    for (Real& v : store->view(b)) v += static_cast<Real>(0.1 * (noise.uniformAt(draw++) - 0.5));
        };
        disturb(&changed->network->parameters(), false);
        disturb(changed->rule->ownParameters(), true);
        QVERIFY2(draw > 0, "nothing stands above");
        plain->step();
        changed->step();
        const auto same = [&](const ParamStore* one, const ParamStore* other, bool own) {
            if (one == nullptr) return true;
            for (int b = 0; b < static_cast<int>(one->blocks().size()); ++b) {
                const ParamBlock& block = one->block(b);
                const bool below =
                    own ? block.layer >= 0 && block.layer <= l : stage >= 0 && block.layer >= 0 && block.layer <= stage;
                if (below && !std::equal(one->data(b), one->data(b) + block.count, other->data(b))) {
                    if (rule.local) qWarning("%s differs", block.name.c_str());
                    return false;
                }
            }
            return true;
        };
        const bool equal = same(&plain->network->parameters(), &changed->network->parameters(), false) &&
                           same(plain->rule->ownParameters(), changed->rule->ownParameters(), true);
        if (rule.local) QVERIFY(equal);
        differs = differs || !equal;
    }
    if (!rule.local && layers > 1) QVERIFY2(differs, "the rule is local and does not say so");
}

void TrainingSuite::liveParametersAreTaken() {
    QFETCH(int, index);
    const RuleDescription& rule = ruleRegistry()[static_cast<std::size_t>(index)];
    for (const CircuitTemplate& entry : circuitTemplates()) {
        const std::unique_ptr<RuleBench> bench = benchOf(rule, entry.id);
        if (!bench) continue;
        bench->step();
        for (const ParamSpec& spec : rule.params) {
            const Result<void> taken = bench->rule->setParam(spec.name, spec.standard);
            QVERIFY2(taken.ok() == spec.live, spec.name.c_str());
        }
        QVERIFY(!bench->rule->setParam("no_such_parameter", 1.0).ok());
        bench->step();
        return;
    }
}

QTEST_APPLESS_MAIN(TrainingSuite)
#include "TrainingSuite.moc"
