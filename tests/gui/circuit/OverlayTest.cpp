// The rule as a layer: what the marks of a description mean for credit, live values on them, two rules side by side, the
// outline and what screen readers are told.
#include "Sketches.h"
#include "core/circuit/EditTools.h"
#include "core/network/Network.h"
#include "widgets/circuit/CircuitSvg.h"
#include "widgets/circuit/ComparePane.h"
#include "widgets/circuit/CreditCheck.h"
#include "widgets/circuit/OutlineView.h"
#include "widgets/circuit/RewireEdits.h"

#include <QAccessible>
#include <QAction>
#include <QComboBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTreeWidget>
#include <QTreeWidgetItemIterator>
#include <QtTest>

#include <optional>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace lab;

namespace {

Mark mark(Mark::Kind kind, const std::string& wire, const std::string& operation, int layer, const std::string& label = {}) {
    Mark m;
    m.kind = kind;
    m.wire = wire;
    m.operation = operation;
    m.layer = layer;
    m.label = label;
    return m;
}

std::string behind(const Circuit& c, const std::string& op) { return c.operation(op)->out.front(); }
std::string relu(const Circuit& c, int which) {
    for (const Operation& o : c.operations)
        if (o.kind == "pointwise" && which-- == 0) return o.id;
    return {};
}

Circuit perceptron() { return makeMlp({64, 32, 16, 10}); }

// Two local layers with a cut behind each; L3 is the read-out of a third loss.
std::vector<Mark> localRule(const Circuit& c, bool cut = true) {
    std::vector<Mark> out;
    for (int layer = 0; layer < 2; ++layer) {
        const std::string wire = behind(c, relu(c, layer)), op = "L" + std::to_string(layer + 1);
        out.push_back(mark(Mark::Kind::Tap, wire, {}, layer, "G_" + std::to_string(layer + 1)));
        Mark loss = mark(Mark::Kind::LocalLoss, wire, op, layer, "L_" + std::to_string(layer + 1));
        loss.formula = "ζ(θ − G)";
        loss.channel = "goodness";
        out.push_back(loss);
        out.push_back(mark(Mark::Kind::Writer, {}, op, layer, "Δ*W*_" + std::to_string(layer + 1)));
        if (cut) out.push_back(mark(Mark::Kind::Cut, wire, {}, layer));
    }
    return out;
}

int count(const CreditReport& r, CreditFinding::Kind kind) {
    return int(std::count_if(r.findings.begin(), r.findings.end(), [&](const CreditFinding& f) { return f.kind == kind; }));
}

std::vector<std::string> reachedBy(const CreditReport& r, const std::vector<Mark>& marks, int layer) {
    for (const auto& [index, ops] : r.operations)
        if (marks[std::size_t(index)].layer == layer) return ops;
    return {};
}

}  // namespace

class OverlayTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { Theme::apply(*qApp); }

    // ---- credit ---------------------------------------------------------------------------------------------------
    void cutsKeepLossesApart() {
        const Circuit c = perceptron();
        const auto marks = localRule(c);
        const CreditReport r = checkCredit(c, marks);
        QCOMPARE(reachedBy(r, marks, 0), std::vector<std::string>{"L1"});
        QCOMPARE(reachedBy(r, marks, 1), std::vector<std::string>{"L2"});
        QCOMPARE(count(r, CreditFinding::Kind::Leak), 0);
        QCOMPARE(count(r, CreditFinding::Kind::Frozen), 1);  // L3
        QCOMPARE(r.findings.front().operation, std::string("L3"));
    }
    void aForgottenCutLeaks() {
        const Circuit c = perceptron();
        auto marks = localRule(c);
        marks.erase(std::find_if(marks.begin(), marks.end(), [](const Mark& m) { return m.kind == Mark::Kind::Cut; }));
        const CreditReport r = checkCredit(c, marks);
        QCOMPARE(count(r, CreditFinding::Kind::Leak), 1);
        const auto leak = std::find_if(r.findings.begin(), r.findings.end(), [](const CreditFinding& f) { return f.kind == CreditFinding::Kind::Leak; });
        QCOMPARE(leak->operation, std::string("L1"));
        QVERIFY(!leak->path.empty() && !leak->fixMarks.empty());
        // The proposed cut mends it.
        marks.insert(marks.end(), leak->fixMarks.begin(), leak->fixMarks.end());
        QCOMPARE(count(checkCredit(c, marks), CreditFinding::Kind::Leak), 0);
    }
    void aResidualConnectionLeaksBesideItsCut() {
        Circuit c = perceptron();
        const Result<CircuitChange> residual = addResidual(c, {relu(c, 0)});
        QVERIFY(residual.ok());
        c = residual->circuit;
        std::string skip, body, sum;
        for (const Operation& o : c.operations) {
            if (o.kind == "copy") body = o.out[0], skip = o.out[1];
            if (o.kind == "add") sum = o.id;
        }
        // Layer 2's loss is cut from layer 1 on the body only.
        std::vector<Mark> marks{mark(Mark::Kind::Tap, behind(c, "L1"), {}, 0), mark(Mark::Kind::LocalLoss, behind(c, "L1"), "L1", 0),
                                mark(Mark::Kind::Writer, {}, "L1", 0), mark(Mark::Kind::Tap, behind(c, "L2"), {}, 1),
                                mark(Mark::Kind::LocalLoss, behind(c, "L2"), "L2", 1), mark(Mark::Kind::Writer, {}, "L2", 1),
                                mark(Mark::Kind::Cut, body, {}, 1)};
        const CreditReport r = checkCredit(c, marks);
        QCOMPARE(count(r, CreditFinding::Kind::Leak), 1);
        for (const CreditFinding& f : r.findings)
            if (f.kind == CreditFinding::Kind::Leak) QCOMPARE(f.wire, skip);
    }
    void oddRulesAreFound() {
        const Circuit c = perceptron();
        auto marks = localRule(c);
        marks.push_back(mark(Mark::Kind::Writer, {}, "L1", 1));
        QCOMPARE(count(checkCredit(c, marks), CreditFinding::Kind::Shared), 1);
        // A loss on the input teaches nobody.
        std::vector<Mark> dead{mark(Mark::Kind::Tap, behind(c, "in1"), {}, 0), mark(Mark::Kind::LocalLoss, behind(c, "in1"), {}, 0)};
        QCOMPARE(count(checkCredit(c, dead), CreditFinding::Kind::Dead), 1);
        // Two streams compared where there is one.
        auto shape = localRule(c);
        shape[1].formula = "ζ(θ − G^+) + ζ(G^− − θ)";
        const CreditReport r = checkCredit(c, shape);
        QCOMPARE(count(r, CreditFinding::Kind::Shape), 1);
        shape.push_back(mark(Mark::Kind::Stream, {}, {}, -1, "σ = 2"));
        QCOMPARE(count(checkCredit(c, shape), CreditFinding::Kind::Shape), 0);
    }
    void aLabelThatEntersLateIsALeak() {
        QCOMPARE(count(checkCredit(labelledSketch(), {}), CreditFinding::Kind::LabelLeak), 0);  // beside the data: as it should be
        SketchPad s;
        s.axis("b", "b", AxisRole::Batch).axis("p", "p", AxisRole::Feature, "8").axis("n", "n", AxisRole::Feature, "4");
        s.axis("k", "k", AxisRole::Class, "3").axis("x", "x", AxisRole::Feature, "n+k");
        s.wire({"w0"}, {"b", "p"}).wire({"w1"}, {"b", "n"}).wire({"w2"}, {"b", "k"}).wire({"w3"}, {"b", "x"});
        s.op("X", "input", {}, {"w0"}).op("y", "input", {}, {"w2"}).op("L1", "linear", {"w0"}, {"w1"}, {"p"}, {"n"});
        s.op("cc", "concat", {"w1", "w2"}, {"w3"}, {"n", "k"}, {"x"}).op("out", "output", {"w3"}, {});
        const CreditReport r = checkCredit(s.c, {});
        QCOMPARE(count(r, CreditFinding::Kind::LabelLeak), 1);
        QCOMPARE(r.findings.front().wire, std::string("w2"));
    }
    void everyFindingHasACode() {
        std::set<std::string> codes;
        for (int k = 0; k <= int(CreditFinding::Kind::LabelLeak); ++k) codes.insert(creditCode(CreditFinding::Kind(k)));
        QCOMPARE(codes.size(), std::size_t(6));
    }
    // Every rule on every template that it can train: marks that name what is there, credit without leaks.
private:
    struct Drawn {
        Circuit circuit;
        std::unique_ptr<Network> network;
        std::vector<long> shape;
        DataSchema schema;
    };
    static std::optional<Drawn> drawnTemplate(const CircuitTemplate& t) {
        Drawn d;
        d.shape = t.needsImage ? std::vector<long>{1, 12, 12} : std::vector<long>{16};
        Result<Circuit> c = makeTemplate(t.id, d.shape, 4);
        if (!c) return std::nullopt;  // made for data of another form
        d.circuit = std::move(*c);
        d.schema.shape = Shape(d.shape.begin(), d.shape.end());
        d.schema.classes = 4;
        Result<std::unique_ptr<Network>> network = Network::compile(d.circuit, CompileOptions{d.schema.shape, 4});
        if (!network) return std::nullopt;
        d.network = std::move(*network);
        return d;
    }
private slots:
    void everyRuleDrawsOnEveryTemplateThatItCanTrain_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("circuit");
        std::set<std::string> rules;
        int rows = 0;
        for (const CircuitTemplate& t : circuitTemplates()) {
            const std::optional<Drawn> d = drawnTemplate(t);
            if (!d) continue;
            for (const RuleDescription& rule : ruleRegistry())
                if (rule.suits(d->circuit, *d->network, d->schema, ParamSet(rule.params)).ok) {
                    QTest::newRow((rule.id + " on " + t.id).c_str()) << QString::fromStdString(rule.id) << QString::fromStdString(t.id);
                    rules.insert(rule.id);
                    ++rows;
                }
        }
        QCOMPARE(rules.size(), ruleRegistry().size());
        QVERIFY(rows >= 12);
    }
    void everyRuleDrawsOnEveryTemplateThatItCanTrain() {
        QFETCH(QString, rule);
        QFETCH(QString, circuit);
        const RuleDescription& description = *findRule(rule.toStdString());
        const auto& all = circuitTemplates();
        const auto t = std::find_if(all.begin(), all.end(), [&](const CircuitTemplate& o) { return o.id == circuit.toStdString(); });
        const std::optional<Drawn> d = drawnTemplate(*t);
        QVERIFY(d.has_value());
        const std::vector<Mark> marks = description.marks(d->circuit, *d->network, ParamSet(description.params));
        QVERIFY(!marks.empty());
        for (const Mark& m : marks) {
            QVERIFY2(m.wire.empty() || d->circuit.wire(m.wire) != nullptr, m.wire.c_str());
            QVERIFY2(m.operation.empty() || d->circuit.operation(m.operation) != nullptr, m.operation.c_str());
        }
        const CreditReport credit = checkCredit(d->circuit, marks);
        if (description.local) QCOMPARE(count(credit, CreditFinding::Kind::Leak), 0);
        QCOMPARE(count(credit, CreditFinding::Kind::Dead), 0);
        CircuitFigureOptions options;
        options.toggles.rule = true;
        options.marks = marks;
        const SizeSolution sizes = solveSizes(d->circuit, d->shape, 4);
        const QByteArray svg = circuitToSvg(d->circuit, sizes, options);
        for (const Mark& m : marks)
            if (m.kind == Mark::Kind::Tap) QVERIFY(svg.contains("class=\"tap\""));
        const QString pictures = qEnvironmentVariable("LAB_PICTURES");
        if (!pictures.isEmpty())
            for (const bool dark : {false, true}) {
                options.dark = dark;
                circuitToImage(d->circuit, sizes, 0.7, options).save(QStringLiteral("%1/rule-%2-%3%4.png").arg(pictures, circuit, rule, dark ? "-dark" : ""));
            }
    }

    // ---- live -----------------------------------------------------------------------------------------------------
    void snapshotsBecomeGlowGaugesAndFlow() {
        const Circuit c = perceptron();
        RuleDescription rule;
        ChannelSpec goodness;
        goodness.id = "goodness";
        goodness.kind = ChannelKind::Distributions;
        rule.channels = {goodness};
        auto marks = localRule(c);
        Snapshot s;
        s.run = 1;
        s.step = 40;
        s.rule = &rule;
        s.wireActivity = {{behind(c, "L1"), 3.0}, {behind(c, "L2"), 1.0}, {behind(c, "L3"), 2.0}};
        ChannelValue v;
        v.positive = {4, 6};
        v.negative = {1, 3};
        v.threshold = 3.5;
        s.channels[0] = {v, v};
        s.alignment = {{"W_1", 0, {}}};
        s.alignment[0].figures.updateNorm = 1e-3;
        s.alignment[0].figures.parameterNorm = 1;
        s.reads = {{"W_1", 0, {"input of this layer"}, true, true}};
        LiveFeed feed;
        LiveValues live = feed.take(s, c, marks);
        QCOMPARE(live.glow.at(behind(c, "L1")), 1.0);  // the strongest
        QCOMPARE(live.glow.at(behind(c, "L2")), 0.0);
        QCOMPARE(live.mean.at(behind(c, "L3")), 2.0);
        QVERIFY(live.broken.empty());
        const GaugeValue gauge = live.gauges.at({"goodness", 0});
        QVERIFY(gauge.two);
        QCOMPARE(gauge.positive, 5.0);
        QCOMPARE(gauge.negative, 2.0);
        QCOMPARE(gauge.threshold, 3.5);
        QVERIFY(live.flow.at(0) > 0.4 && live.flow.at(0) < 0.8);
        QCOMPARE(live.reads.at(0).front(), std::string("input of this layer"));
        // Ranks move slowly, so that the glow does not flicker.
        s.wireActivity[behind(c, "L2")] = 9.0;
        live = feed.take(s, c, marks);
        QVERIFY(std::abs(live.glow.at(behind(c, "L2")) - 0.1) < 1e-9);
        // The first wire that broke, in the order of computation.
        s.wireActivity[behind(c, "L2")] = std::numeric_limits<double>::quiet_NaN();
        s.wireActivity[behind(c, "L3")] = std::numeric_limits<double>::quiet_NaN();
        live = feed.take(s, c, marks);
        QCOMPARE(live.broken, behind(c, "L2"));
        QVERIFY(!std::isfinite(live.glow.at(behind(c, "L2"))));
        QVERIFY(live.glow.count(behind(c, "L3")) == 0);
        s.run = 2;
        s.wireActivity = {};
        QVERIFY(feed.take(s, c, marks).glow.empty());
    }
    void gaugesStandInThePlates() {
        const Circuit c = perceptron();
        CircuitFigureOptions options;
        options.toggles.rule = true;
        options.marks = localRule(c);
        LiveValues live;
        live.step = 1;
        GaugeValue g;
        g.two = true;
        g.positive = 2;
        g.negative = 1;
        g.threshold = 1.5;
        g.full = 4;
        live.gauges[{"goodness", 0}] = g;
        options.live = &live;
        const QByteArray svg = circuitToSvg(c, solveSizes(c), options);
        QVERIFY(svg.contains("margin +0.5 / +0.5"));
        QCOMPARE(svg.count("class=\"loss\""), 2);
        // Who reads it sees the same place without values: geometry does not move with the numbers.
        options.live = nullptr;
        QCOMPARE(circuitToImage(c, solveSizes(c), 1.0, options).size(), circuitToImage(c, solveSizes(c), 1.0, [&] { auto o = options; o.live = &live; return o; }()).size());
    }
    void aFrameOfTwoHundredOperationsIsQuick() {
        const Circuit c = makeMlp(std::vector<long>(100, 16));
        CircuitView view;
        view.resize(1200, 600);
        view.setCircuit(c, solveSizes(c));
        DiagramToggles t;
        t.activity = true;
        view.setToggles(t);
        LiveValues live;
        live.step = 1;
        for (const Wire& w : c.wires) live.glow[w.id] = 0.5;
        view.setLive(live);
        view.setZoom(1.0);
        view.grab();
        qint64 best = std::numeric_limits<qint64>::max();
        for (int i = 0; i < 5; ++i) {
            QElapsedTimer timer;
            timer.start();
            view.setLive(live);
            view.grab();
            best = std::min(best, timer.nsecsElapsed());
        }
        qInfo("a frame of %d operations with glow: %.2f ms", int(c.operations.size()), double(best) * 1e-6);
        QVERIFY(best < 200'000'000);
    }

    // ---- a loss chosen on the canvas --------------------------------------------------------------------------------
    void aClickOnAPlateShowsWhatItTeaches() {
        const Circuit c = perceptron();
        CircuitView view;
        view.resize(1200, 700);
        view.setCircuit(c, solveSizes(c));
        view.setRuleMarks(localRule(c));
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QSignalSpy changed(&view, &CircuitView::creditChanged);
        view.action(CircuitView::Command::ToggleRule)->trigger();
        QVERIFY(changed.count() > 0);
        QVERIFY(!view.credit().operations.empty());
        // Somewhere below the first block lies its plate.
        for (int y = 0; y < view.height() && view.chosenLoss() < 0; y += 12)
            for (int x = 0; x < view.width() && view.chosenLoss() < 0; x += 40)
                if (lossAt(view.diagramLayout(), localRule(c), view.toScene(QPointF(x, y))) >= 0) QTest::mouseClick(&view, Qt::LeftButton, {}, {x, y});
        QVERIFY(view.chosenLoss() >= 0);
        QVERIFY(!view.grab().isNull());
    }

    void whatHasNotHappenedIsVeiled() {
        const Circuit c = perceptron();
        CircuitView view;
        view.resize(1000, 400);
        view.setCircuit(c, solveSizes(c));
        const auto inkAt = [&](const std::string& id) {
            const PlacedGlyph* g = view.diagramLayout().glyph(id);
            const QImage image = view.grab().toImage();
            const QRect r(view.toWidget({g->box.x, g->box.y}).toPoint(), view.toWidget({g->box.right(), g->box.bottom()}).toPoint());
            int dark = 0;
            for (int x = r.left(); x < r.right(); ++x)
                for (int y = r.top(); y < r.bottom(); ++y)
                    if (image.rect().contains(x, y) && image.pixelColor(x, y).lightness() < 90) ++dark;
            return dark;
        };
        const int first = inkAt("L1"), last = inkAt("L3");
        QVERIFY(first > 0 && last > 0);
        view.setNow("L2");
        QCOMPARE(inkAt("L1"), first);
        QCOMPARE(inkAt("L3"), 0);
        view.setNow({});
        QCOMPARE(inkAt("L3"), last);
    }

    // ---- two rules side by side -------------------------------------------------------------------------------------
    void twoRulesLieAlikeAndDiffer() {
        const Circuit c = perceptron();
        ComparePane pane;
        pane.resize(1100, 900);
        pane.show();
        pane.setRules({{"a", "Rule A"}, {"b", "Rule B"}});
        QCOMPARE(pane.rule(0), QString("a"));
        QCOMPARE(pane.rule(1), QString("b"));
        pane.setCircuit(c, solveSizes(c));
        pane.setMarks(0, localRule(c));
        pane.setMarks(1, localRule(c, false));
        QVERIFY(pane.view(0)->diagramLayout().glyphs.size() == pane.view(1)->diagramLayout().glyphs.size());
        for (std::size_t i = 0; i < pane.view(0)->diagramLayout().glyphs.size(); ++i)
            QVERIFY(pane.view(0)->diagramLayout().glyphs[i].box == pane.view(1)->diagramLayout().glyphs[i].box);
        QCOMPARE(pane.summary(0), QString("8 marks, 2 of them only here"));
        QCOMPARE(pane.summary(1), QString("6 marks, 0 of them only here"));
        const QByteArray svg = pane.view(0)->toSvg();
        QVERIFY(svg.contains("stroke-dasharray=\"4 3\""));
        QVERIFY(!pane.view(1)->toSvg().contains("stroke-dasharray=\"4 3\""));
        // One zoom for both.
        pane.view(0)->setZoom(1.7);
        QCOMPARE(pane.view(1)->zoom(), 1.7);
        QVERIFY((pane.view(1)->toScene(QRectF(pane.view(1)->rect()).center()) - pane.view(0)->toScene(QRectF(pane.view(0)->rect()).center())).manhattanLength() < 0.01);
        pane.view(1)->setSelection({"L2"});
        QCOMPARE(pane.view(0)->selection(), std::vector<std::string>{"L2"});
        QSignalSpy chosen(&pane, &ComparePane::ruleChosen);
        auto* box = pane.findChild<QComboBox*>();
        box->setCurrentIndex(1);
        emit box->activated(1);
        QCOMPARE(chosen.count(), 1);
        QVERIFY(!pane.grab().isNull());
        if (const QString pictures = qEnvironmentVariable("LAB_PICTURES"); !pictures.isEmpty()) pane.grab().save(pictures + "/compare.png");
    }

    // ---- outline and screen readers ---------------------------------------------------------------------------------
    void theOutlineHoldsEverythingAndFollows() {
        const Circuit c = attentionSketch();
        CircuitView view;
        view.setCircuit(c, solveSizes(c));
        OutlineView outline;
        outline.setCircuit(c, view.sizes(), view.diagramLayout());
        std::set<QString> seen;
        for (QTreeWidgetItemIterator it(outline.tree()); *it != nullptr; ++it) {
            seen.insert((*it)->data(0, Qt::UserRole).toString());
            if ((*it)->type() == QTreeWidgetItem::UserType) QVERIFY(!(*it)->data(0, Qt::AccessibleTextRole).toString().isEmpty());
        }
        QCOMPARE(seen.size(), c.operations.size() + c.groups.size() + c.wires.size());
        outline.setSelection({"Lk"}, {});
        QCOMPARE(outline.tree()->selectedItems().size(), 1);
        QSignalSpy chosen(&outline, &OutlineView::selectionChosen), wires(&outline, &OutlineView::wireChosen), removed(&outline, &OutlineView::deleteRequested),
            edited(&outline, &OutlineView::editRequested), toggled(&outline, &OutlineView::blockToggled);
        outline.show();
        outline.tree()->setFocus();
        QTest::keyClick(outline.tree(), Qt::Key_Down);
        QCOMPARE(chosen.count() + wires.count(), 1);
        outline.setSelection({"Lk"}, {});
        QTest::keyClick(outline.tree(), Qt::Key_Delete);
        QCOMPARE(removed.count(), 1);
        QTest::keyClick(outline.tree(), Qt::Key_Return);
        QCOMPARE(edited.count(), 1);
        outline.tree()->topLevelItem(2)->setExpanded(!outline.tree()->topLevelItem(2)->isExpanded());
        outline.searchBox()->setText("einsum");
        int shown = 0;
        for (QTreeWidgetItemIterator it(outline.tree(), QTreeWidgetItemIterator::NotHidden); *it != nullptr; ++it)
            if ((*it)->type() == QTreeWidgetItem::UserType) ++shown;
        QVERIFY(shown >= 2 && shown < int(c.operations.size()));
    }
    void screenReadersFindEveryOperation() {
        const Circuit c = perceptron();
        CircuitView view;
        view.resize(1000, 500);
        view.setCircuit(c, solveSizes(c));
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QAccessibleInterface* canvas = QAccessible::queryAccessibleInterface(&view);
        QVERIFY(canvas != nullptr);
        QVERIFY(canvas->childCount() >= int(c.operations.size()));
        bool found = false;
        for (int i = 0; i < int(c.operations.size()); ++i) {
            QAccessibleInterface* item = canvas->child(i);
            QVERIFY(item != nullptr && item->isValid());
            QCOMPARE(item->role(), QAccessible::Button);
            QVERIFY(!item->rect().isEmpty());
            QCOMPARE(canvas->indexOfChild(item), i);
            if (!item->text(QAccessible::Name).contains("L2")) continue;
            if (!item->text(QAccessible::Name).startsWith("Linear map L2")) continue;
            found = true;
            QVERIFY2(item->text(QAccessible::Name).contains("reads") && item->text(QAccessible::Name).contains("woven over b"), qPrintable(item->text(QAccessible::Name)));
            QCOMPARE(canvas->childAt(item->rect().center().x(), item->rect().center().y()), item);
            view.setSelection({"L2"});
            QVERIFY(item->state().selected);
        }
        QVERIFY(found);
    }
    // Geometry is the same in all themes; print has no colour but greys.
    void themesChangeColoursOnly() {
        const Circuit c = attentionSketch();
        const SizeSolution sizes = solveSizes(c);
        QSize size;
        for (const ThemeKind kind : {ThemeKind::Light, ThemeKind::Dark, ThemeKind::HighContrast, ThemeKind::Print}) {
            CircuitFigureOptions options;
            options.theme = kind;
            const QImage image = circuitToImage(c, sizes, 1.0, options);
            if (size.isValid()) QCOMPARE(image.size(), size);
            size = image.size();
            if (kind == ThemeKind::Print)
                for (int x = 0; x < image.width(); x += 3)
                    for (int y = 0; y < image.height(); y += 3) {
                        const QColor p = image.pixelColor(x, y);
                        QVERIFY(std::abs(p.red() - p.green()) < 4 && std::abs(p.green() - p.blue()) < 4);
                    }
            if (const QString pictures = qEnvironmentVariable("LAB_PICTURES"); !pictures.isEmpty()) image.save(QStringLiteral("%1/theme-%2.png").arg(pictures).arg(int(kind)));
        }
    }
};

QTEST_MAIN(OverlayTest)
#include "OverlayTest.moc"
