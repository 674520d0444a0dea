// A learning rule that exists in this file alone trains through the ordinary trainer and appears in everything that is
// generated: curves, evaluations, parameter names, views. Nothing else in the program can know it, so nothing else has to.
#include "suite/rules/RuleBench.h"

#include "core/document/Experiment.h"
#include "core/document/Views.h"
#include "core/run/Trainer.h"

#include <QTest>

#include <algorithm>

using namespace lab;
using namespace lab::test;

namespace {

// Class centroids by gradient descent: every sample pulls the centroid c_y of its class; the nearest centroid answers.
class Centroids final : public LearningRule {
public:
    explicit Centroids(const RuleInit& init)
        : m_network(init.network), m_pull(init.params.number("pull")), m_gradient(), m_classes(init.network.classes()) {
        ParamBlock block;
        block.name = "centroid.weight";
        block.title = "*C*";
        block.shape = {m_classes, init.network.inputSize()};
        block.layer = 0;
        block.weight = true;
        m_store.add(block);
        m_gradient.resize(static_cast<std::size_t>(m_store.size()));
        m_group = init.updater.addGroup("Centroids", 0, m_store, 0, 1);
        m_layers = {{"Centroids", -1, m_classes, {m_classes}}};
        m_ways = {{"nearest", "Nearest centroid", -1}};
    }

    const std::vector<RuleLayer>& layers() const override { return m_layers; }
    const std::vector<PredictionWay>& ways() const override { return m_ways; }

    StepReport step(const Batch& batch, StepContext& context) override {
        std::fill(m_gradient.begin(), m_gradient.end(), Real(0));
        const Index n = m_network.inputSize();
        std::vector<double> own, other, sizes(static_cast<std::size_t>(m_classes), 0.0);
        StepReport report;
        for (Index i = 0; i < batch.rows(); ++i) {
            const int y = batch.labels[i];
            Real* g = m_gradient.data() + y * n;
            for (Index j = 0; j < n; ++j)
                g[j] += static_cast<Real>(m_pull) * (m_store.data()[y * n + j] - batch.x(i, j)) /
                        static_cast<Real>(batch.rows());
            own.push_back(distance(batch.x, i, y));
            other.push_back(distance(batch.x, i, (y + 1) % m_classes));
            sizes[static_cast<std::size_t>(y)] += 1;
            report.loss += 0.5 * own.back() / static_cast<double>(batch.rows());
        }
        context.channels.scalar(0, 0, report.loss);
        if (context.channels.wants(1)) context.channels.distributions(1, 0, other, own, 0.0);
        if (context.channels.wants(2)) context.channels.values(2, 0, sizes);
        if (context.channels.wants(3)) {
            const std::vector<std::string> captions(2, "a sample");
            const std::vector<std::uint8_t> flags(2, 0);
            context.channels.images(3, ConstMatrixMap(batch.x.data(), 2, n), captions, flags);
        }
        context.updater.apply(context.pool, m_group, m_gradient.data());
        if (context.reads != nullptr)
            context.reads->push_back({"Centroids", 0, {"input of the network", "label"}, true, true});
        return report;
    }

    void predict(Pool&, const ConstMatrixMap& x, std::span<const MatrixMap> scores) override {
        MatrixMap out = scores.front();
        for (Index i = 0; i < x.rows(); ++i)
            for (int k = 0; k < m_classes; ++k) out(i, k) = static_cast<Real>(-0.1 * distance(x, i, k));
    }
    Index predictionCapacity() const override { return 64; }
    void represent(Pool& pool, const ConstMatrixMap& x, std::span<const MatrixMap> out) override { predict(pool, x, out); }
    int weightBlock(int, const ParamStore** store) const override {
        *store = &m_store;
        return 0;
    }
    ParamStore* ownParameters() override { return &m_store; }
    std::size_t creditBytes() const override { return m_gradient.size() * sizeof(Real); }

private:
    double distance(const ConstMatrixMap& x, Index row, int k) const {
        double sum = 0;
        for (Index j = 0; j < x.cols(); ++j) {
            const double gap = static_cast<double>(x(row, j)) - static_cast<double>(m_store.data()[k * x.cols() + j]);
            sum += gap * gap;
        }
        return sum;
    }

    Network& m_network;
    double m_pull;
    ParamStore m_store;
    Buffer m_gradient;
    int m_classes;
    int m_group = -1;
    std::vector<RuleLayer> m_layers;
    std::vector<PredictionWay> m_ways;
};

RuleDescription describeCentroids() {
    RuleDescription d;
    d.id = "made-up-centroids";
    d.aliases = {"mu"};
    d.title = "Made-up centroids";
    d.family = "Made up";
    d.summary = "Every sample pulls the centroid of its class.";
    d.source = "This test, 2026";
    d.equations = {{"Δ*c*_y = η(*x* − *c*_y)", "Pull.", "pull"}};
    d.params = {ParamSpec::number("pull", "Pull", 1.0, 0.1, 10.0, "Factor on the pull of every sample.")};
    d.channels.resize(4);
    d.channels[0] = {"centroid_loss",
                     "Distance to the own centroid",
                     "D",
                     "",
                     ChannelKind::Scalar,
                     ChannelScope::Layer,
                     "Half the squared distance.",
                     "",
                     "",
                     "",
                     false};
    d.channels[1] = {"separation",
                     "Separation",
                     "S",
                     "",
                     ChannelKind::Distributions,
                     ChannelScope::Layer,
                     "Distances to the own and to another centroid.",
                     "another",
                     "own",
                     "",
                     false};
    d.channels[2] = {"class_count",
                     "Samples of each class",
                     "",
                     "",
                     ChannelKind::Values,
                     ChannelScope::Network,
                     "How many samples the batch has of each class.",
                     "",
                     "",
                     "class",
                     false};
    d.channels[3] = {
        "seen", "Samples seen", "", "", ChannelKind::Images, ChannelScope::Network, "What the rule saw.", "", "",
        "",     false};
    d.phases = {{"pull", "Pull", "Every sample pulls."}};
    d.optimizer = {"sgd", {{"rate", 2.0}}};
    d.batch = 20;
    d.epochs = 2;
    d.local = true;
    d.costNote = "One pass over the data.";
    d.suits = [](const Circuit&, const Network& network, const DataSchema&, const ParamSet&) {
        Suitability suits;
        suits.ok = network.task() == Task::Classify;
        if (!suits.ok) {
            suits.reason = "Centroids answer with a class.";
            suits.hint = "Use a circuit that ends in class scores.";
        }
        return suits;
    };
    d.marks = [](const Circuit&, const Network&, const ParamSet&) { return std::vector<Mark>(); };
    d.make = [](RuleInit init) -> std::unique_ptr<LearningRule> { return std::make_unique<Centroids>(init); };
    return d;
}

Experiment experimentOf(const std::string& circuit) {
    Experiment experiment;
    const DataSchema& schema = smallSeg7()->schema;
    experiment.circuit = makeTemplate(circuit, shapeOf(schema), schema.classes).value();
    return withRule(experiment, "made-up-centroids");
}

}  // namespace

class MadeUpRuleTest : public QObject {
    Q_OBJECT

private slots:
    void trainsAndAppears();
    void parametersReachIt();
    void refusalReachesTheUser();
    void isGoneAfterwards();
};

void MadeUpRuleTest::trainsAndAppears() {
    const ScopedRule scope(describeCentroids());
    const Experiment experiment = experimentOf("mlp");
    QCOMPARE(experiment.rule, std::string("made-up-centroids"));
    QCOMPARE(experiment.batch, std::int64_t(20));
    QCOMPARE(experiment.epochs, std::int64_t(2));
    QCOMPARE(experiment.optimizer.id, std::string("sgd"));

    TrainerOptions options;
    options.threads = 1;
    options.probeSamples = 50;
    Result<std::unique_ptr<Trainer>> made = Trainer::create(experiment, smallSeg7(2000), options);
    QVERIFY2(made.ok(), made.ok() ? "" : made.error().text().c_str());
    Trainer& trainer = **made;
    ProbeRequest all;
    all.images = all.representations = all.weights = all.activity = all.alignment = all.confusion = all.reads = true;
    trainer.observe(all);
    while (trainer.step()) {
    }
    QVERIFY(!trainer.failure());
    QCOMPARE(trainer.stepsDone(), std::int64_t(2 * 100));

    QVERIFY(!trainer.evaluations().empty());
    const Evaluation& last = trainer.evaluations().back();
    // Ten classes, one hundred samples: chance is 0.10 +- 0.03.
    QVERIFY2(last.testAccuracy > 0.2, qPrintable(QString::number(last.testAccuracy)));
    QCOMPARE(last.wayAccuracy.size(), std::size_t(1));
    QVERIFY(last.layerScalars.count("centroid_loss") == 1);

    const std::vector<Trainer::NamedBlock> blocks = trainer.namedParameters();
    QVERIFY(std::any_of(blocks.begin(), blocks.end(), [](const Trainer::NamedBlock& b) {
        return b.name.find("centroid.weight") != std::string::npos && b.name != "centroid.weight";
    }));

    const std::shared_ptr<Snapshot> snapshot = trainer.snapshot();
    QCOMPARE(snapshot->rule->title, std::string("Made-up centroids"));
    const std::vector<SeriesInfo>& series = snapshot->history->series();
    QVERIFY(std::any_of(series.begin(), series.end(), [](const SeriesInfo& s) { return s.id == "centroid_loss"; }));
    QVERIFY(snapshot->channels.count(1) == 1 && snapshot->channels.count(2) == 1 && snapshot->images.count(3) == 1);
    QVERIFY(!snapshot->reads.empty());

    // Some view draws each of its channels; no view stumbles over it.
    std::string drawn;
    for (const ViewDescription& view : viewRegistry()) {
        const Result<Figure> figure = renderView(view.id, *snapshot);
        QVERIFY2(figure.ok(), view.id.c_str());
        drawn += figure->title + figure->caption + figure->summary() + figureCsv(*figure);
    }
    const Result<Figure> everyCurve = renderView("curves", *snapshot, {{"panel", "all"}});
    QVERIFY(everyCurve.ok());
    drawn += everyCurve->summary() + figureCsv(*everyCurve);
    for (const char* word : {"Distance to the own centroid", "Nearest centroid", "Centroids"})
        QVERIFY2(drawn.find(word) != std::string::npos, word);

    // A checkpoint of it goes on with the same bits.
    const std::shared_ptr<const Trainer::Checkpoint> checkpoint = trainer.checkpoint();
    Result<std::unique_ptr<Trainer>> again = Trainer::create(experiment, smallSeg7(2000), options);
    QVERIFY(again.ok());
    QVERIFY((*again)->restore(*checkpoint).ok());
    QCOMPARE((*again)->fingerprint(), trainer.fingerprint());
}

void MadeUpRuleTest::parametersReachIt() {
    const ScopedRule scope(describeCentroids());
    Experiment weak = experimentOf("mlp"), strong = weak, wrong = weak;
    strong.ruleParams = {{"pull", 5.0}};
    wrong.ruleParams = {{"no_such", 5.0}};
    TrainerOptions options;
    options.threads = 1;
    options.steps = 3;
    std::vector<std::string> fingerprints;
    for (const Experiment& experiment : {weak, strong}) {
        Result<std::unique_ptr<Trainer>> trainer = Trainer::create(experiment, smallSeg7(), options);
        QVERIFY(trainer.ok());
        while ((*trainer)->step()) {
        }
        fingerprints.push_back((*trainer)->fingerprint());
    }
    QVERIFY(fingerprints[0] != fingerprints[1]);
    const Result<std::unique_ptr<Trainer>> refused = Trainer::create(wrong, smallSeg7(), options);
    QVERIFY(!refused.ok());
    QVERIFY(refused.error().code.rfind("LAB-PARAM", 0) == 0);
}

void MadeUpRuleTest::refusalReachesTheUser() {
    const ScopedRule scope(describeCentroids());
    const Result<std::unique_ptr<Trainer>> refused = Trainer::create(experimentOf("autoencoder"), smallSeg7(), {});
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().code, std::string("LAB-RULE-101"));
    QVERIFY(refused.error().text().find("Centroids answer with a class") != std::string::npos);
    QVERIFY(!refused.error().hint.empty());
}

void MadeUpRuleTest::isGoneAfterwards() {
    QVERIFY(findRule("made-up-centroids") == nullptr);
    QVERIFY(findRule("mu") == nullptr);
}

QTEST_APPLESS_MAIN(MadeUpRuleTest)
#include "MadeUpRuleTest.moc"
