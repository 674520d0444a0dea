// Every view of the registry, from a full snapshot, an empty one, and what lies between.
#include "core/document/Comparison.h"
#include "core/document/Views.h"
#include "core/geometry/Signals.h"
#include "support/CannedSnapshot.h"

#include <QtTest>

#include <numeric>
#include <set>

using namespace lab;
using namespace lab::test;

namespace {

const ViewDescription& view(const QString& id) { return *findView(id.toStdString()); }

template <class Content>
const Content& content(const Figure& figure, std::size_t panel) {
    return std::get<Content>(figure.panels.at(panel).content);
}

Figure drawn(const std::string& id, const Snapshot& snapshot, const std::map<std::string, std::string>& values = {}) {
    const Result<Figure> figure = renderView(id, snapshot, values);
    if (!figure) throw std::runtime_error(figure.error().text());
    return *figure;
}

}  // namespace

class TestViews : public QObject {
    Q_OBJECT

    void eachView() {
        QTest::addColumn<QString>("id");
        for (const ViewDescription& v : viewRegistry()) QTest::newRow(v.id.c_str()) << QString::fromStdString(v.id);
    }

private slots:
    void idsAreUniqueAndDescribed() {
        std::set<std::string> ids;
        for (const ViewDescription& v : viewRegistry()) {
            QVERIFY(ids.insert(v.id).second);
            QVERIFY(!v.title.empty() && !v.summary.empty() && !v.group.empty());
            QVERIFY(v.needs == (v.needs | v.needs));
            ProbeRequest none;
            none.channels = false;
            QVERIFY(!(v.needs == none));
        }
    }

    void buildsFromCanned_data() { eachView(); }
    void buildsFromCanned() {
        QFETCH(QString, id);
        const auto snapshot = cannedSnapshot();
        const Figure figure = drawn(id.toStdString(), *snapshot);
        QVERIFY(!figure.empty());
        QCOMPARE(figure.view, id.toStdString());
        QCOMPARE(figure.title, view(id).title);
        QVERIFY(figureCsv(figure).size() > 40);
        QVERIFY(figure.summary().size() > figure.title.size());
        // The same snapshot gives the same figure.
        QVERIFY(figure == drawn(id.toStdString(), *snapshot));
        // Axes say what they show.
        for (const FigurePanel& panel : figure.panels)
            if (std::holds_alternative<CurvesPanel>(panel.content) || std::holds_alternative<BarsPanel>(panel.content)
                || std::holds_alternative<HistogramPanel>(panel.content) || std::holds_alternative<ScatterPanel>(panel.content)) {
                QVERIFY(!panel.x.title.empty());
                QVERIFY(!panel.y.title.empty());
            }
    }

    void buildsFromEmpty_data() { eachView(); }
    void buildsFromEmpty() {
        QFETCH(QString, id);
        for (const RunState state : {RunState::Empty, RunState::Ready, RunState::Running, RunState::Paused, RunState::Finished}) {
            Snapshot snapshot;
            snapshot.state = state;
            const Figure figure = drawn(id.toStdString(), snapshot);
            QVERIFY(figure.empty());
            const auto& message = content<MessagePanel>(figure, 0);
            QVERIFY(!message.why.empty());
            QVERIFY(!message.whatToDo.empty());
        }
    }

    void failedRunSaysWhy() {
        Snapshot snapshot;
        snapshot.state = RunState::Failed;
        snapshot.failure = Error{"LAB-RUN-201", "Layer 2 diverged.", "L2", "Lower the rate."};
        const Figure figure = drawn("pca", snapshot);
        QCOMPARE(content<MessagePanel>(figure, 0).why, std::string("Layer 2 diverged."));
        QCOMPARE(content<MessagePanel>(figure, 0).whatToDo, std::string("Lower the rate."));
    }

    void ruleWithoutChannelsIsExplained() {
        static const RuleDescription plain = [] { RuleDescription r; r.title = "Plain"; return r; }();
        Snapshot snapshot;
        snapshot.state = RunState::Running;
        snapshot.rule = &plain;
        for (const char* id : {"ledger", "values", "inputs"})
            QVERIFY(content<MessagePanel>(drawn(id, snapshot), 0).why.find("Plain") == 0);
    }

    void everyChoiceOfEveryViewBuilds_data() { eachView(); }
    void everyChoiceOfEveryViewBuilds() {
        QFETCH(QString, id);
        const auto snapshot = cannedSnapshot({.step = 500});
        for (const ParamSpec& spec : view(id).params(*snapshot))
            for (const ParamChoice& choice : spec.choices)
                QVERIFY2(!drawn(id.toStdString(), *snapshot, {{spec.name, choice.id}}).empty(), choice.id.c_str());
    }

    void tableDataBuild() {
        const auto snapshot = cannedSnapshot({.step = 500, .images = false});
        for (const ViewDescription& v : viewRegistry()) QVERIFY2(!drawn(v.id, *snapshot).empty(), v.id.c_str());
        QVERIFY(std::holds_alternative<HeatPanel>(drawn("weights", *snapshot).panels[0].content));
        QVERIFY(std::holds_alternative<HeatPanel>(drawn("inputs", *snapshot).panels[0].content));
        QVERIFY(std::holds_alternative<TablePanel>(drawn("confusion", *snapshot).panels[1].content));
    }

    void curvesHaveOnePanelPerGroup() {
        const auto snapshot = cannedSnapshot();
        const Figure figure = drawn("curves", *snapshot, {{"panel", "all"}});
        QCOMPARE(figure.panels.size(), std::size_t{3});
        QCOMPARE(drawn("curves", *snapshot).panels.size(), std::size_t{2});  // loss and accuracy
        QCOMPARE(content<CurvesPanel>(figure, 0).series.size(), std::size_t{2});
        QCOMPARE(content<CurvesPanel>(figure, 2).series.size(), std::size_t{3});
        QCOMPARE(figure.panels[2].title, std::string("Local loss"));
        QCOMPARE(content<CurvesPanel>(figure, 2).series[1].title, std::string("L2"));
        QCOMPARE(figure.panels[0].y.unit, std::string("nat"));
        for (const CurveSeries& s : content<CurvesPanel>(figure, 0).series) QVERIFY(s.points.size() <= 2000);
        // Layer 2 alone leaves the network's curves and one of the local ones.
        const Figure one = drawn("curves", *snapshot, {{"panel", "all"}, {"layer", "2"}});
        QCOMPARE(content<CurvesPanel>(one, 2).series.size(), std::size_t{1});
        QCOMPARE(content<CurvesPanel>(one, 0).series.size(), std::size_t{2});
        // Steps and epochs differ by the number of steps in an epoch.
        const Figure steps = drawn("curves", *snapshot, {{"axis", "step"}});
        QCOMPARE(content<CurvesPanel>(steps, 0).series[1].points[0].x, 469.0);
        QCOMPARE(content<CurvesPanel>(figure, 0).series[1].points[0].x, 1.0);
    }

    void ledgerNotesAreTheMeasures() {
        const auto snapshot = cannedSnapshot();
        const Figure figure = drawn("ledger", *snapshot);
        QCOMPARE(figure.panels.size(), std::size_t{3});
        const ChannelValue& value = snapshot->channels.at(1)[0];
        const std::vector<Real> positive(value.positive.begin(), value.positive.end());
        const std::vector<Real> negative(value.negative.begin(), value.negative.end());
        const std::string note = figure.panels[0].note;
        QVERIFY(note.find("d′ " + figureNumber(dPrime(positive, negative).value)) != std::string::npos);
        QVERIFY(note.find("AUC " + figureNumber(auc(positive, negative).value)) != std::string::npos);
        QVERIFY(note.find("alone " + figureNumber(100 * snapshot->evaluations->back().wayAccuracy[1])) != std::string::npos);
        const auto& histogram = content<HistogramPanel>(figure, 0);
        QCOMPARE(histogram.lines.at(0).at, value.threshold);
        for (const HistogramSeries& s : histogram.series) {
            const double sum = std::accumulate(s.heights.begin(), s.heights.end(), 0.0);
            QVERIFY(sum <= 100 + 1e-9 && sum > 97);
        }
        QVERIFY(histogram.series[0].style.dash != histogram.series[1].style.dash);
    }

    void ledgerCountsByHand() {
        auto snapshot = cannedSnapshot({.step = 1, .layers = 1});
        ChannelValue& value = snapshot->channels[1][0];
        value.positive = {0.0f, 1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f, 8.0f};
        value.negative = {0.0f, 0.0f, 0.0f, std::nanf("")};
        value.threshold = 4;
        const Figure figure = drawn("ledger", *snapshot, {{"bins", "8"}});
        const auto& histogram = content<HistogramPanel>(figure, 0);
        // The range is 0 to 8 with an eighth of room: bins of 1.12.
        QCOMPARE(histogram.edges.front(), 0.0);
        QVERIFY(std::abs(histogram.edges.back() - 8.96) < 1e-12);
        QCOMPARE(histogram.series[0].heights[0], 25.0);
        QCOMPARE(histogram.series[1].heights[0], 100.0);
        QCOMPARE(histogram.series[0].heights[7], 12.5);
    }

    void pcaDoesNotFlip() {
        const ViewDescription& pca = *findView("pca");
        const auto builder = pca.make();
        ViewWorkspace workspace;
        auto a = cannedSnapshot({.step = 2000});
        auto b = cannedSnapshot({.step = 2001});
        const Figure first = builder->build(*a, viewParams(pca, *a, {}), workspace);
        const Figure second = builder->build(*b, viewParams(pca, *b, {}), workspace);
        double moved = 0, size = 0;
        for (std::size_t g = 0; g < 10; ++g) {
            const auto& p = content<ScatterPanel>(first, 1).groups[g].points;
            const auto& q = content<ScatterPanel>(second, 1).groups[g].points;
            for (std::size_t i = 0; i < p.size(); ++i) {
                moved += (p[i].x - q[i].x) * (p[i].x - q[i].x) + (p[i].y - q[i].y) * (p[i].y - q[i].y);
                size += p[i].x * p[i].x + p[i].y * p[i].y;
            }
        }
        QVERIFY2(moved < 0.1 * size, qPrintable(QString::number(moved / size)));
        QCOMPARE(content<ScatterPanel>(first, 0).groups[9].title, std::string("Ankle boot"));
    }

    void rdmIsOrderedByClass() {
        const auto snapshot = cannedSnapshot();
        const Figure figure = drawn("rdm", *snapshot, {{"metric", "euclidean"}});
        const auto& heat = content<HeatPanel>(figure, 2);
        QCOMPARE(heat.values.rows(), Index{80});
        double within = 0, between = 0;
        for (Index i = 0; i < 80; ++i)
            for (Index j = 0; j < 80; ++j) (i / 8 == j / 8 ? within : between) += heat.values(i, j) / (i / 8 == j / 8 ? 640 : 5760);
        QVERIFY(between > 1.5 * within);
        QCOMPARE(heat.rowLabels[3], std::string("T-shirt/top"));
        QCOMPARE(figure.panels.size(), std::size_t{3});
        QCOMPARE(drawn("rdm", *snapshot, {{"input", "true"}}).panels.size(), std::size_t{4});
    }

    void ckaHasInputAndLayers() {
        const Figure figure = drawn("cka", *cannedSnapshot());
        const auto& heat = content<HeatPanel>(figure, 0);
        QCOMPARE(heat.values.rows(), Index{4});
        QVERIFY(std::abs(heat.values(2, 2) - 1) < 1e-9);
        QCOMPARE(heat.rowLabels[0], std::string("input"));
    }

    void deadLayerIsNamedNotDrawn() {
        auto snapshot = cannedSnapshot({.step = 1});
        auto probe = std::make_shared<Snapshot::Representations>(*snapshot->representations);
        probe->layers[1].setConstant(1);
        snapshot->representations = probe;
        QVERIFY(std::holds_alternative<MessagePanel>(drawn("pca", *snapshot).panels[1].content));
        const Figure cka = drawn("cka", *snapshot);
        QVERIFY(std::isnan(content<HeatPanel>(cka, 0).values(2, 2)));
        const Figure dimension = drawn("dimension", *snapshot);
        QVERIFY(std::isnan(content<BarsPanel>(dimension, 0).series[0].values[2]));
    }

    void dimensionAndAlignmentRememberTheirCourse() {
        for (const char* id : {"dimension", "alignment"}) {
            const ViewDescription& v = *findView(id);
            const auto builder = v.make();
            ViewWorkspace workspace;
            std::size_t before = 0;
            for (const std::int64_t step : {100, 200, 300}) {
                const auto s = cannedSnapshot({.step = step});
                const Figure figure = builder->build(*s, viewParams(v, *s, {}), workspace);
                if (step == 100) before = figure.panels.size();
                if (step == 300) {
                    QCOMPARE(figure.panels.size(), before + 1);
                    QCOMPARE(content<CurvesPanel>(figure, before).series[0].points.size(), std::size_t{3});
                }
            }
        }
    }

    void probeHasControls() {
        const Figure figure = drawn("probe", *cannedSnapshot());
        const auto& bars = content<BarsPanel>(figure, 0);
        QCOMPARE(bars.categories.size(), std::size_t{4});
        QCOMPARE(bars.lines.at(0).at, 10.0);
        QCOMPARE(bars.series.size(), std::size_t{2});
        QVERIFY(std::isnan(bars.series[1].values[0]));
        QVERIFY(bars.series[0].values[3] > 90);
    }

    void inputsCountCollisions() {
        const Figure figure = drawn("inputs", *cannedSnapshot());
        QCOMPARE(figure.panels.size(), std::size_t{2});
        QCOMPARE(figure.columns, 2);
        QVERIFY(figure.caption.find("12 of 60\u202F032") != std::string::npos);
        QVERIFY(content<TilesPanel>(figure, 1).tiles[6].flagged);
        QVERIFY(!content<TilesPanel>(figure, 0).tiles[6].flagged);
    }

    void confusionSharesSumToHundred() {
        const Figure figure = drawn("confusion", *cannedSnapshot());
        const auto& heat = content<HeatPanel>(figure, 0);
        for (Index r = 0; r < 10; ++r) QVERIFY(std::abs(heat.values.row(r).sum() - 100) < 1e-9);
        QCOMPARE(content<TilesPanel>(figure, 1).tiles[0].caption, std::string("T-shirt/top → Pullover"));
    }

    // Two runs in one figure: a curve each, and what the table says of them by hand.
    void comparedRunsStandBesideEachOther() {
        const auto one = cannedSnapshot();
        CannedOptions later;
        later.seed = 2;
        const auto other = cannedSnapshot(later);
        one->creditBytes = 2'500'000;
        other->creditBytes = 512;
        one->samplesPerSecond = 12345.4;
        other->samplesPerSecond = 0;
        other->state = RunState::Paused;
        const Figure figure = comparisonFigure({{"First", one}, {"Second", other}}, "the same data");
        QCOMPARE(figure.panels.size(), std::size_t(3));
        QCOMPARE(figure.caption, std::string("the same data"));
        const auto& accuracy = content<CurvesPanel>(figure, 0);
        QCOMPARE(accuracy.series.size(), std::size_t(2));
        QVERIFY(accuracy.series[0].title == "First" && accuracy.series[1].title == "Second");
        QVERIFY(!(accuracy.series[0].style == accuracy.series[1].style));
        const int at = one->history->find("test_accuracy");
        QVERIFY(at >= 0);
        QCOMPARE(accuracy.series[0].points.back().y, one->history->last(static_cast<std::size_t>(at)).y);
        QCOMPARE(accuracy.series[0].points.back().x, one->history->last(static_cast<std::size_t>(at)).x / static_cast<double>(one->stepsPerEpoch));
        QVERIFY(figure.panels[1].y.logarithmic);
        const auto& table = content<TablePanel>(figure, 2);
        const auto cell = [&](const std::string& row, std::size_t column) {
            for (const auto& r : table.rows)
                if (r.front() == row) return r[column];
            return std::string("no such row");
        };
        QCOMPARE(cell("held for credit", 1), std::string("2.5 MB"));
        QCOMPARE(cell("held for credit", 2), std::string("512 B"));
        QCOMPARE(cell("samples / s", 1), std::string("12\u202F345"));
        QCOMPARE(cell("samples / s", 2), std::string("–"));
        QCOMPARE(cell("state", 2), std::string("paused"));
        QVERIFY(figureCsv(figure).find("Second") != std::string::npos);
        // Nothing measured: words instead of empty axes.
        const auto empty = std::make_shared<Snapshot>();
        QVERIFY(std::holds_alternative<MessagePanel>(comparisonFigure({{"A", empty}, {"B", empty}}, "").panels[0].content));

        // The same conditions for the other rule: only what its recipe says of it changes.
        Experiment e;
        e.rule = ruleRegistry().front().id;
        e.batch = 17;
        e.epochs = 3;
        e.seed = 5;
        const Experiment compared = comparedExperiment(e, ruleRegistry().back().id);
        QVERIFY(compared.batch == 17 && compared.epochs == 3 && compared.seed == 5 && compared.rule == ruleRegistry().back().id);
        QVERIFY(compared.optimizer == ruleRegistry().back().optimizer);
        QVERIFY(comparedExperiment(e, e.rule) == e);
    }

    void errorsNameWhatIsKnown() {
        const auto unknown = renderView("nothing", Snapshot{});
        QVERIFY(!unknown);
        QCOMPARE(unknown.error().code, std::string("LAB-VIEW-101"));
        QVERIFY(unknown.error().hint.find("ledger") != std::string::npos);
        QVERIFY(!renderView("pca", Snapshot{}, {{"layer", "99"}}));
        QVERIFY(!renderView("pca", Snapshot{}, {{"no_such", "1"}}));
    }

    void heldValuesThatNoLongerFitFallBack() {
        const ViewDescription& pca = *findView("pca");
        const auto small = cannedSnapshot({.step = 1, .layers = 1});
        const ParamSet params = viewParams(pca, *small, {{"layer", std::string("3")}, {"mode", std::string("components")}});
        QCOMPARE(params.text("layer"), std::string("all"));
        QCOMPARE(params.text("mode"), std::string("components"));
    }
};

QTEST_APPLESS_MAIN(TestViews)
#include "TestViews.moc"
