// The canvas by mouse and keyboard: every gesture asks for one change, and the change is what the user meant.
#include "core/circuit/Templates.h"
#include "widgets/circuit/CircuitView.h"
#include "widgets/circuit/CostStrip.h"
#include "widgets/circuit/EditorPopups.h"
#include "widgets/circuit/InspectorView.h"
#include "widgets/circuit/PaletteView.h"
#include "widgets/circuit/ProblemBar.h"
#include "widgets/params/ParamForm.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QMimeData>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableWidget>
#include <QtTest>

#include <algorithm>
#include <set>

using namespace lab;
using Command = CircuitView::Command;

namespace {

// Stands for the document: applies every change, keeps what came before.
class Bench : public QObject {
public:
    CircuitView view;
    std::vector<Circuit> history;
    QStringList steps, messages;

    explicit Bench(const Circuit& start) {
        history.push_back(start);
        view.resize(1000, 500);
        connect(&view, &CircuitView::changeRequested, this, [this](const CircuitChange& change) {
            history.push_back(change.circuit);
            steps << QString::fromStdString(change.title);
            view.setCircuit(change.circuit, solveSizes(change.circuit));
        });
        connect(&view, &CircuitView::messageShown, this, [this](const QString& text) { messages << text; });
        view.setCircuit(start, solveSizes(start));
        view.show();
        view.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&view));
        view.setFocus();
    }
    const Circuit& now() const { return history.back(); }
    QPoint centerOf(const std::string& operation) const {
        const PlacedGlyph* g = view.diagramLayout().glyph(operation);
        return view.toWidget({g->box.centerX(), g->box.centerY()}).toPoint();
    }
    QPoint onWire(const std::string& wire) const {
        for (const PlacedSpan& s : view.diagramLayout().spans)
            if (s.wire == wire) {
                const double x = (s.points.front().x + s.points.back().x) / 2;
                return view.toWidget({x, s.points.front().y}).toPoint();
            }
        return {};
    }
    std::vector<std::string> mainLine() const {
        std::vector<std::string> out;
        for (const Operation* op : now().ordered()) out.push_back(op->kind);
        return out;
    }
};

Circuit mismatch() {
    Circuit c = makeMlp({784, 512, 512, 10});
    Axis own = *c.axis("n1");
    own.id = "m1";
    own.size = "256";
    c.axes.push_back(own);
    c.operation("L2")->targetIn = {"m1"};
    return c;
}

}  // namespace

class CircuitEditorTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { Theme::apply(*qApp); }

    void aTileDroppedOnAWireIsInserted() {
        Bench b(makeMlp({64, 32, 10}));
        const std::string wire = b.now().operation("L1")->in.front();
        const auto before = b.now().operations.size();
        b.view.dropPreset("rms", b.onWire(wire));
        QCOMPARE(b.history.size(), std::size_t(2));
        QCOMPARE(b.now().operations.size(), before + 1);
        const Operation* reader = b.now().consumer(b.now().operation("in1")->out.front());
        QVERIFY(reader != nullptr);
        QCOMPARE(reader->kind, std::string("norm"));
        QVERIFY(checkInvariants(b.now()).ok());
        QCOMPARE(b.view.selection(), std::vector<std::string>{reader->id});
    }

    void aTileDroppedOnAGlyphReplacesIt() {
        Bench b(makeMlp({64, 32, 10}));
        std::string relu;
        for (const Operation& op : b.now().operations)
            if (op.kind == "pointwise") relu = op.id;
        const auto before = b.now().operations.size();
        b.view.dropPreset("tanh", b.centerOf(relu));
        QCOMPARE(b.now().operations.size(), before);
        QVERIFY(std::any_of(b.now().operations.begin(), b.now().operations.end(), [](const Operation& op) {
            return op.kind == "pointwise" && operationParams(op).text("fn") == "tanh";
        }));
    }

    void typingAddsAfterTheSelection() {
        Bench b(makeMlp({64, 32, 10}));
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, b.centerOf("L1"));
        QCOMPARE(b.view.selection(), std::vector<std::string>{"L1"});
        QTest::keyClick(&b.view, Qt::Key_Slash);
        auto* popup = b.view.findChild<QuickAddLine*>();
        QVERIFY(popup->isVisible());
        QTest::keyClicks(popup->line(), "linear 16 | relu");
        QVERIFY(!popup->preview().isEmpty());
        const auto before = b.now().operations.size();
        QTest::keyClick(popup->line(), Qt::Key_Return);
        QCOMPARE(b.now().operations.size(), before + 2);
        QCOMPARE(b.steps.size(), 1);
        QVERIFY(!popup->isVisible());
        const Operation* next = b.now().consumer(b.now().operation("L1")->out.front());
        QCOMPARE(next->kind, std::string("linear"));
        QVERIFY2(b.view.sizes().ok(), "the sizes follow");
    }

    void aWrongLineSaysWhyAndStaysOpen() {
        Bench b(makeMlp({64, 32, 10}));
        b.view.openQuickAdd("lineer 16");
        auto* popup = b.view.findChild<QuickAddLine*>();
        QTest::keyClick(popup->line(), Qt::Key_Return);
        QVERIFY(popup->isVisible());
        QCOMPARE(b.history.size(), std::size_t(1));
        QCOMPARE(b.messages.size(), 1);
        QTest::keyClick(popup->line(), Qt::Key_Escape);
        QVERIFY(!popup->isVisible());
    }

    void tabCompletesAWord() {
        Bench b(makeMlp({64, 32, 10}));
        b.view.openQuickAdd("lin");
        auto* popup = b.view.findChild<QuickAddLine*>();
        QTest::keyClick(popup->line(), Qt::Key_Tab);
        QCOMPARE(popup->line()->text(), QString("linear "));
    }

    void deletingHealsTheWire() {
        Bench b(makeMlp({64, 32, 10}));
        std::string relu;
        for (const Operation& op : b.now().operations)
            if (op.kind == "pointwise") relu = op.id;
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, b.centerOf(relu));
        QTest::keyClick(&b.view, Qt::Key_X);
        QVERIFY(b.now().operation(relu) == nullptr);
        QVERIFY(checkInvariants(b.now()).ok());
        // L1 now feeds L2 directly.
        QCOMPARE(b.now().consumer(b.now().operation("L1")->out.front())->id, std::string("L2"));
        QVERIFY(b.view.sizes().ok());
    }

    void aFixIsChosenByNumber() {
        Bench b(mismatch());
        QVERIFY(!b.view.sizes().ok());
        QTest::keyClick(&b.view, Qt::Key_F8);
        auto* fixes = b.view.findChild<FixPopup*>();
        QVERIFY(fixes->isVisible());
        QVERIFY(fixes->fixCount() >= 2);
        QTest::keyClick(fixes, Qt::Key_1);
        QCOMPARE(b.history.size(), std::size_t(2));
        QVERIFY(b.view.sizes().ok());
        QVERIFY(!fixes->isVisible());
    }

    void everyFixMakesTheCircuitTrainable() {
        const Circuit c = mismatch();
        const SizeSolution sizes = solveSizes(c);
        QVERIFY(!sizes.problems.front().fixes.empty());
        for (const Fix& fix : sizes.problems.front().fixes) QVERIFY2(solveSizes(fix.result).ok(), fix.title.c_str());
    }

    void aClickOnTheRedMarkOpensItsFixes() {
        Bench b(mismatch());
        const PlacedError& e = b.view.diagramLayout().errors.front();
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, b.view.toWidget({(e.left + e.right) / 2, e.y}).toPoint());
        QVERIFY(b.view.findChild<FixPopup*>()->isVisible());
    }

    void tabAndArrowsWalk() {
        Bench b(makeMlp({64, 32, 10}));
        QTest::keyClick(&b.view, Qt::Key_Tab);
        QCOMPARE(b.view.selection(), std::vector<std::string>{"in1"});
        QTest::keyClick(&b.view, Qt::Key_Tab);
        QCOMPARE(b.view.selection(), std::vector<std::string>{"L1"});
        QTest::keyClick(&b.view, Qt::Key_Right);
        QCOMPARE(b.now().operation(b.view.selection().front())->kind, std::string("pointwise"));
        QTest::keyClick(&b.view, Qt::Key_Left);
        QCOMPARE(b.view.selection(), std::vector<std::string>{"L1"});
        QTest::keyClick(&b.view, Qt::Key_Backtab, Qt::ShiftModifier);
        QCOMPARE(b.view.selection(), std::vector<std::string>{"in1"});
        QVERIFY(b.view.accessibleDescription().contains("Input"));
        // Every operation can be reached.
        std::set<std::string> seen;
        for (std::size_t i = 0; i < b.now().operations.size(); ++i) {
            seen.insert(b.view.selection().front());
            QTest::keyClick(&b.view, Qt::Key_Tab);
        }
        QCOMPARE(seen.size(), b.now().operations.size());
    }

    void copyAndPasteCarryTheInnerWires() {
        Bench b(makeMlp({64, 32, 10}));
        std::map<std::string, Circuit> texts;
        b.view.setTextForm({[&](const Circuit& c) {
                                const std::string key = "circuit " + std::to_string(texts.size());
                                texts[key] = c;
                                return key;
                            },
                            [&](const std::string& text) -> Result<Circuit> {
                                const auto it = texts.find(text);
                                if (it == texts.end()) return Error{"LAB-TEST-1", "no circuit", {}, {}};
                                return it->second;
                            }});
        std::string relu;
        for (const Operation& op : b.now().operations)
            if (op.kind == "pointwise") relu = op.id;
        b.view.setSelection({"L1", relu});
        b.view.action(Command::Copy)->trigger();
        const QMimeData* mime = QApplication::clipboard()->mimeData();
        QVERIFY(mime->hasFormat("application/x-ncd+json"));
        QVERIFY(mime->data("image/svg+xml").contains("<svg"));
        QVERIFY(mime->hasImage());
        const auto before = b.now().operations.size();
        b.view.action(Command::Paste)->trigger();
        QCOMPARE(b.now().operations.size(), before + 2);
        QVERIFY(checkInvariants(b.now()).ok());
        QCOMPARE(b.view.selection().size(), std::size_t(2));

        QApplication::clipboard()->setText("a shopping list");
        b.view.action(Command::Paste)->trigger();
        QCOMPARE(b.now().operations.size(), before + 2);
        QVERIFY(b.messages.last().contains("no circuit"));
    }

    void duplicateGroupAndUngroup() {
        Bench b(makeMlp({64, 32, 32, 10}));
        const auto before = b.now().operations.size();
        b.view.setSelection({"L2"});
        b.view.action(Command::Duplicate)->trigger();
        QCOMPARE(b.now().operations.size(), before + 1);
        const auto groups = b.now().groups.size();
        b.view.setSelection({"L3"});
        b.view.action(Command::Group)->trigger();
        QCOMPARE(b.now().groups.size(), groups + 1);
        b.view.setSelection({b.now().groups.back().id});
        b.view.action(Command::Ungroup)->trigger();
        QCOMPARE(b.now().groups.size(), groups);
        QVERIFY(checkInvariants(b.now()).ok());
    }

    void shiftExtendsAndTheRubberBandContains() {
        Bench b(makeMlp({64, 32, 10}));
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, b.centerOf("L1"));
        QTest::mouseClick(&b.view, Qt::LeftButton, Qt::ShiftModifier, b.centerOf("L2"));
        QCOMPARE(b.view.selection(), (std::vector<std::string>{"L1", "L2"}));
        QTest::keyClick(&b.view, Qt::Key_Escape);
        QVERIFY(b.view.selection().empty());
        QTest::mousePress(&b.view, Qt::LeftButton, Qt::ShiftModifier, {2, 2});
        QTest::mouseMove(&b.view, {b.view.width() / 2, b.view.height() / 2});
        QTest::mouseMove(&b.view, {b.view.width() - 3, b.view.height() - 3});
        QTest::mouseRelease(&b.view, Qt::LeftButton, Qt::ShiftModifier, {b.view.width() - 3, b.view.height() - 3});
        QCOMPARE(b.view.selection().size(), b.now().operations.size());
    }

    void zoomKeepsThePlaceUnderTheCursorAndHomeFits() {
        Bench b(makeMlp({64, 32, 10}));
        const QPointF cursor(300, 200);
        const QPointF scene = b.view.toScene(cursor);
        const double before = b.view.zoom();
        QWheelEvent wheel(cursor, b.view.mapToGlobal(cursor.toPoint()), {}, {0, 240}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(&b.view, &wheel);
        QVERIFY(b.view.zoom() > before * 1.2);
        QVERIFY((b.view.toScene(cursor) - scene).manhattanLength() < 0.01);
        for (int i = 0; i < 60; ++i) QTest::keyClick(&b.view, Qt::Key_Plus);
        QVERIFY(b.view.zoom() <= 8.0);
        QTest::keyClick(&b.view, Qt::Key_Home);
        const DiagramRect all = b.view.diagramLayout().bounds;
        const QRectF shown(b.view.toWidget({all.x, all.y}), b.view.toWidget({all.right(), all.bottom()}));
        QVERIFY(QRectF(b.view.rect()).contains(shown));
        // Panning by an empty place moves the picture and selects nothing.
        const QPointF origin = b.view.toWidget({0, 0});
        QTest::mousePress(&b.view, Qt::LeftButton, {}, {20, 20});
        QTest::mouseMove(&b.view, {60, 50});
        QTest::mouseRelease(&b.view, Qt::LeftButton, {}, {60, 50});
        QCOMPARE((b.view.toWidget({0, 0}) - origin).toPoint(), QPoint(40, 30));
        QVERIFY(b.view.selection().empty());
    }

    void letterKeysToggleTheLayers() {
        Bench b(makeMlp({64, 32, 10}));
        const std::pair<Qt::Key, bool DiagramToggles::*> keys[] = {{Qt::Key_K, &DiagramToggles::columns}, {Qt::Key_S, &DiagramToggles::sizes},
            {Qt::Key_A, &DiagramToggles::activity}, {Qt::Key_R, &DiagramToggles::rule}, {Qt::Key_O, &DiagramToggles::costs}, {Qt::Key_B, &DiagramToggles::batch}};
        for (const auto& [key, field] : keys) {
            const bool before = b.view.toggles().*field;
            QTest::keyClick(&b.view, key);
            QCOMPARE(b.view.toggles().*field, !before);
            QTest::keyClick(&b.view, key);
            QCOMPARE(b.view.toggles().*field, before);
        }
    }

    void nothingIsAskedForWhileItTrains() {
        Bench b(makeMlp({64, 32, 10}));
        b.view.setEditable(false);
        b.view.setSelection({"L1"});
        QTest::keyClick(&b.view, Qt::Key_X);
        QTest::keyClick(&b.view, Qt::Key_Slash);
        b.view.addPreset("relu");
        QCOMPARE(b.history.size(), std::size_t(1));
        QVERIFY(!b.view.findChild<QuickAddLine*>()->isVisible());
    }

    void theWheelOfCommandsHasShortcutsAndNames() {
        CircuitView view;
        for (int c = 0; c <= int(Command::ToggleMinimap); ++c) {
            const QAction* a = view.action(Command(c));
            QVERIFY(!a->text().isEmpty());
            QVERIFY2(!a->shortcuts().isEmpty(), qPrintable(a->text()));
        }
    }

    void thePaletteFindsByWordTitleAndAlias() {
        PaletteView palette;
        QCOMPARE(palette.shownWords().size(), int(operationPresets().size()));
        palette.searchBox()->setText("relu");
        QVERIFY(palette.shownWords().contains("relu"));
        QVERIFY(!palette.shownWords().contains("conv"));
        palette.searchBox()->setText("dense");
        QCOMPARE(palette.shownWords(), QStringList{"linear"});
        QSignalSpy added(&palette, &PaletteView::addRequested), line(&palette, &PaletteView::lineEntered);
        QTest::keyClick(palette.searchBox(), Qt::Key_Return);
        QCOMPARE(added.count(), 1);
        QCOMPARE(added.front().front().toString(), QString("linear"));
        QTest::keyClicks(palette.searchBox(), "linear 256 | relu");
        QTest::keyClick(palette.searchBox(), Qt::Key_Return);
        QCOMPARE(line.count(), 1);
        QCOMPARE(line.front().front().toString(), QString("linear 256 | relu"));
    }

    void theInspectorShowsAndChanges() {
        Bench b(makeMlp({64, 32, 10}));
        InspectorView inspector;
        inspector.resize(300, 700);
        inspector.setCircuit(b.now(), b.view.sizes());
        QCOMPARE(inspector.axesTable()->rowCount(), int(b.now().axes.size()));
        QSignalSpy spy(&inspector, &InspectorView::changeRequested);
        inspector.setSelection({"L1"});
        QVERIFY(inspector.form()->editor("bias") != nullptr);
        qobject_cast<QAbstractButton*>(inspector.form()->editor("bias"))->click();
        QCOMPARE(spy.count(), 1);
        const auto change = spy.takeFirst().front().value<CircuitChange>();
        QVERIFY(change.circuit.operation("L1")->args.at("bias") == ParamValue(false));
        // A size typed into the table.
        int row = -1;
        for (int i = 0; i < inspector.axesTable()->rowCount(); ++i)
            if (inspector.axesTable()->item(i, 2)->data(Qt::UserRole).toString() == "n1") row = i;
        QVERIFY(row >= 0);
        inspector.axesTable()->item(row, 2)->setText("48");
        QCOMPARE(spy.count(), 1);
        QCOMPARE(spy.takeFirst().front().value<CircuitChange>().circuit.axis("n1")->size, std::string("48"));
        QSignalSpy said(&inspector, &InspectorView::messageShown);
        inspector.axesTable()->item(row, 2)->setText("4 8 +");
        QCOMPARE(spy.count(), 0);
        QCOMPARE(said.count(), 1);
    }

    void theProblemBarCountsAndSteps() {
        ProblemBar bar;
        const SizeSolution sizes = solveSizes(mismatch());
        bar.setProblems(sizes.problems);
        QCOMPARE(bar.current(), 0);
        QVERIFY(bar.accessibleName().contains("512") && bar.accessibleName().contains("256"));
        bar.setProblems({});
        QCOMPARE(bar.current(), -1);
    }

    void everyViewPaintsInBothThemes() {
        for (const bool dark : {false, true}) {
            Theme::setDark(dark);
            for (const CircuitTemplate& t : circuitTemplates()) {
                const Circuit c = *makeTemplate(t.id, t.needsImage ? std::vector<long>{1, 28, 28} : std::vector<long>{64}, 10);
                Bench b(c);
                CostStrip strip;
                strip.setView(&b.view);
                strip.setCircuit(c, b.view.sizes());
                strip.resize(1000, 128);
                const QImage canvas = b.view.grab().toImage(), costs = strip.grab().toImage();
                std::set<QRgb> colours;
                for (int x = 0; x < canvas.width(); x += 2)
                    for (int y = 0; y < canvas.height(); y += 2) colours.insert(canvas.pixel(x, y));
                QVERIFY(colours.size() > 20);
                QCOMPARE(costs.pixelColor(2, 2), Theme::current().panel);
            }
        }
        Theme::setDark(false);
    }
};

QTEST_MAIN(CircuitEditorTest)
#include "CircuitEditorTest.moc"
