// The fifteen things that people expect of a diagram editor, each by mouse and by keyboard. One gesture asks for one named
// change; what it gives is checked on the circuit, never on pixels.
#include "Sketches.h"
#include "core/circuit/EditTools.h"
#include "core/io/CircuitJson.h"
#include "widgets/circuit/CircuitView.h"
#include "widgets/circuit/EditorPopups.h"
#include "widgets/circuit/PaletteView.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDragMoveEvent>
#include <QDropEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMimeData>
#include <QtTest>

#include <algorithm>

namespace lab {

class CircuitViewProbe {
public:
    static QMenu* menu(CircuitView& view, const DiagramHit& hit) { return view.contextMenu(hit); }
};

}  // namespace lab

using namespace lab;
using Command = CircuitView::Command;

namespace {

// Stands for the document: applies every change, keeps what came before, undoes and redoes.
class Bench : public QObject {
public:
    CircuitView view;
    std::vector<Circuit> history;
    std::size_t at = 0;
    QStringList steps, messages;

    explicit Bench(const Circuit& start) {
        history.push_back(start);
        view.resize(1200, 560);
        view.setAnimated(false);
        view.setTextForm({[](const Circuit& c) { return circuitToJson(c).toStdString(); },
                          [](const std::string& text) { return circuitFromJson(std::string_view(text), "clipboard"); }});
        connect(&view, &CircuitView::changeRequested, this, [this](const CircuitChange& change) {
            history.resize(at + 1);
            history.push_back(change.circuit);
            ++at;
            steps << QString::fromStdString(change.title);
            show();
        });
        connect(&view, &CircuitView::messageShown, this, [this](const QString& text) { messages << text; });
        show();
        view.show();
        view.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&view));
        view.setFocus();
    }
    void show() { view.setCircuit(now(), solveSizes(now())); }
    void go(int step) {
        at = std::size_t(int(at) + step);
        show();
    }
    const Circuit& now() const { return history[at]; }
    QByteArray json() const { return circuitToJson(now()); }
    const Operation& op(const std::string& id) const { return *now().operation(id); }
    std::string relu(int which = 0) const {
        for (const Operation& o : now().operations)
            if (o.kind == "pointwise" && which-- == 0) return o.id;
        return {};
    }
    QPoint centerOf(const std::string& id) const {
        const PlacedGlyph* g = view.diagramLayout().glyph(id);
        return view.toWidget({g->box.centerX(), g->box.centerY()}).toPoint();
    }
    // share 0 = where the wire begins, 1 = where it ends.
    QPoint onWire(const std::string& wire, double share = 0.5) const {
        for (const PlacedSpan& s : view.diagramLayout().spans)
            if (s.wire == wire) {
                const double x0 = s.points.front().x, x1 = s.points.back().x;
                return view.toWidget({x0 + (x1 - x0) * share, share < 0.5 ? s.points.front().y : s.points.back().y}).toPoint();
            }
        return {};
    }
    QPoint reading(const std::string& wire) const {  // just before the glyph that reads it
        for (const PlacedSpan& s : view.diagramLayout().spans) {
            if (s.wire != wire) continue;
            const Operation* reader = now().consumer(wire);
            const PlacedGlyph* g = view.diagramLayout().glyph(reader->id);
            return view.toWidget({std::min(s.points.back().x, g->box.x) - 5.0, s.points.back().y}).toPoint();
        }
        return {};
    }
    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers m = {}) {
        QTest::mousePress(&view, Qt::LeftButton, m, from);
        QTest::mouseMove(&view, (from + to) / 2);
        QTest::mouseMove(&view, to);
        QTest::mouseRelease(&view, Qt::LeftButton, m, to);
    }
    void dropTile(const char* word, QPoint where) {
        QMimeData mime;
        mime.setData(QLatin1String(kPresetMimeType), word);
        QDragEnterEvent enter(where, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&view, &enter);
        QDragMoveEvent move(where, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&view, &move);
        QDropEvent drop(where, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&view, &drop);
    }
    QuickAddLine* line() const { return view.findChild<QuickAddLine*>(); }
    FixPopup* popup() const { return view.findChild<FixPopup*>(); }
    void key(int k, Qt::KeyboardModifiers m = {}) { QTest::keyClick(&view, Qt::Key(k), m); }
    void chooseTarget(const std::string& id) {
        for (const auto& [letters, target] : view.targets())
            if (target == id) {
                for (const QChar c : QString(letters)) QTest::keyClick(&view, c.toLatin1());
                return;
            }
        QFAIL(("no letter leads to " + id).c_str());
    }
    std::string readsFrom(const std::string& id, std::size_t k = 0) const {
        const Operation* p = k < op(id).in.size() ? now().producer(op(id).in[k]) : nullptr;
        return p == nullptr ? std::string() : p->id;
    }
};

Circuit perceptron() { return makeMlp({64, 32, 16, 10}); }
Circuit residual() { return *makeTemplate("residual", {64}, 10); }

}  // namespace

class InteractionsTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { Theme::apply(*qApp); }

    // 1. Undo and redo of everything, one gesture one named step.
    void undoByMouse() {
        Bench b(perceptron());
        const QByteArray before = b.json();
        b.dropTile("rms", b.onWire(b.op("L2").in.front()));
        QCOMPARE(b.steps.size(), 1);
        QVERIFY(b.steps.front().contains("RMS", Qt::CaseInsensitive));
        const QByteArray after = b.json();
        b.go(-1);
        QCOMPARE(b.json(), before);
        b.go(1);
        QCOMPARE(b.json(), after);
    }
    void undoByKeyboard() {
        Bench b(perceptron());
        const QByteArray before = b.json();
        b.view.setSelection({"L2"});
        b.key(Qt::Key_Slash);
        QTest::keyClicks(b.line()->line(), "linear 24 | relu");
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QCOMPARE(b.steps.size(), 1);
        b.go(-1);
        QCOMPARE(b.json(), before);
    }

    // 2. Copy, paste, duplicate with inner wires.
    void copyByMouse() {
        Bench b(perceptron());
        const auto n = b.now().operations.size();
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, b.centerOf("L2"));
        QTest::mouseClick(&b.view, Qt::LeftButton, Qt::ShiftModifier, b.centerOf(b.relu(1)));
        b.drag(b.centerOf("L2"), b.centerOf("L2") + QPoint(0, 60), Qt::AltModifier);
        QCOMPARE(b.now().operations.size(), n + 2);
        QCOMPARE(b.steps.size(), 1);
        QVERIFY(checkInvariants(b.now()).ok());
    }
    void copyByKeyboard() {
        Bench b(perceptron());
        const auto n = b.now().operations.size();
        b.view.setSelection({"L2", b.relu(1)});
        b.key(Qt::Key_C, Qt::ControlModifier);
        const QMimeData* mime = QApplication::clipboard()->mimeData();
        QVERIFY(mime->hasFormat("application/x-ncd+json") && mime->hasImage() && mime->data("image/svg+xml").contains("<svg"));
        b.key(Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(b.now().operations.size(), n + 2);
        Bench other(makeMlp({64, 10}));  // another window
        other.view.setSelection({"L1"});
        other.key(Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(other.steps.size(), 1);
        QVERIFY(checkInvariants(other.now()).ok());
    }

    // 3. Type to search: fuzzy, recent first, arrows and Enter, at the cursor.
    void searchByMouse() {
        Bench b(perceptron());
        const QPoint place(900, 500);
        QTest::mouseDClick(&b.view, Qt::LeftButton, {}, place);
        QVERIFY(b.line()->isVisible());
        QVERIFY((b.line()->pos() - place).manhattanLength() < 420);
        QVERIFY(b.line()->completions()->count() > 5);
        QTest::keyClicks(b.line()->line(), "dropo");
        QTest::mouseClick(b.line()->completions()->viewport(), Qt::LeftButton, {},
                          b.line()->completions()->visualItemRect(b.line()->completions()->item(0)).center());
        QCOMPARE(b.line()->line()->text().trimmed(), QString("dropout"));
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QCOMPARE(b.steps.size(), 1);
    }
    void searchByKeyboard() {
        Bench b(perceptron());
        b.view.setSelection({"L1"});
        b.key(Qt::Key_Slash);
        QTest::keyClicks(b.line()->line(), "tnh");  // letters in order are enough
        QCOMPARE(b.line()->completions()->item(0)->text(), QString("tanh"));
        QTest::keyClick(b.line()->line(), Qt::Key_Down);
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QCOMPARE(b.now().consumer(b.op("L1").out.front())->kind, std::string("pointwise"));
        b.view.setSelection({"L2"});
        b.key(Qt::Key_Slash);
        QCOMPARE(b.line()->completions()->item(0)->text(), QString("tanh"));  // used last
    }

    // 4. A wire let go over nothing offers what fits; one key cancels.
    void releaseOnEmptyByMouse() {
        Bench b(perceptron());
        const std::string wire = b.op("L2").in.front();
        const QPoint from = b.onWire(wire, 0.3);
        b.drag(from, from + QPoint(10, 160));
        QVERIFY(b.line()->isVisible());
        QStringList offered;
        for (int i = 0; i < b.line()->completions()->count(); ++i) offered << b.line()->completions()->item(i)->text();
        QVERIFY(offered.contains("linear") && !offered.contains("input"));
        QVERIFY(!offered.contains("conv"));  // there are no positions here
        QTest::keyClick(b.line()->line(), Qt::Key_Escape);
        QVERIFY(b.steps.isEmpty());
        b.drag(from, from + QPoint(10, 160));
        QTest::keyClicks(b.line()->line(), "linear 7");
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QCOMPARE(b.steps.size(), 1);
        QVERIFY(checkInvariants(b.now()).ok());
        QVERIFY(std::any_of(b.now().operations.begin(), b.now().operations.end(), [](const Operation& o) { return o.kind == "copy"; }));
        // A right click cancels without a menu.
        QTest::mousePress(&b.view, Qt::LeftButton, {}, b.onWire(b.op("L1").in.front(), 0.3));
        QTest::mouseMove(&b.view, {300, 400});
        QTest::mousePress(&b.view, Qt::RightButton, {}, {300, 400});
        QTest::mouseRelease(&b.view, Qt::LeftButton, {}, {300, 400});
        QCOMPARE(b.steps.size(), 1);
        QVERIFY(!b.line()->isVisible());
    }
    void releaseOnEmptyByKeyboard() {
        Bench b(perceptron());
        b.view.setSelection({"L1"});
        b.key(Qt::Key_W);
        QCOMPARE(b.view.selectedWire(), b.op("L1").out.front());
        b.key(Qt::Key_Slash);
        QTest::keyClicks(b.line()->line(), "rms");
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QCOMPARE(b.now().consumer(b.op("L1").out.front())->kind, std::string("norm"));
    }

    // 5. Dropping on a wire inserts, neighbours make room.
    void insertByMouse() {
        Bench b(perceptron());
        const std::string wire = b.op("L2").in.front();
        const double before = b.view.diagramLayout().glyph("L3")->box.x - b.view.diagramLayout().glyph("L1")->box.x;
        b.dropTile("ln", b.onWire(wire));
        QCOMPARE(b.now().consumer(wire)->kind, std::string("norm"));
        QVERIFY(b.view.diagramLayout().glyph("L3")->box.x - b.view.diagramLayout().glyph("L1")->box.x > before + 20);
        QVERIFY(b.view.sizes().ok());
    }
    void insertByKeyboard() {
        Bench b(perceptron());
        b.view.setSelection({b.relu()});
        QTest::keyClick(&b.view, 'l');  // a letter starts the line
        QVERIFY(b.line()->isVisible());
        QTest::keyClicks(b.line()->line(), "n");
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QCOMPARE(b.readsFrom("L2") == b.relu(), false);
        QVERIFY(b.view.sizes().ok());
    }

    // 6. Replace, keeping every wire and setting that fits.
    void replaceByMouse() {
        Bench b(perceptron());
        const std::string r = b.relu();
        const auto in = b.op(r).in, out = b.op(r).out;
        b.dropTile("tanh", b.centerOf(r));
        QCOMPARE(b.now().consumer(in.front())->out, out);
        QCOMPARE(operationParams(*b.now().consumer(in.front())).text("fn"), std::string("tanh"));
    }
    void replaceByKeyboard() {
        Bench b(perceptron());
        const std::string r = b.relu();
        const auto in = b.op(r).in;
        b.view.setSelection({r});
        b.key(Qt::Key_H, Qt::ControlModifier);
        QTest::keyClicks(b.line()->line(), "sigmoid");
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QCOMPARE(operationParams(*b.now().consumer(in.front())).text("fn"), std::string("sigmoid"));
    }

    // 7. Deleting heals; wires can be selected and deleted themselves.
    void deleteByMouse() {
        Bench b(perceptron());
        const std::string r = b.relu();
        std::unique_ptr<QMenu> menu(CircuitViewProbe::menu(b.view, b.view.hitAt(b.centerOf(r))));
        for (QAction* a : menu->actions())
            if (a == b.view.action(Command::Delete)) a->trigger();
        QVERIFY(b.now().operation(r) == nullptr);
        QCOMPARE(b.readsFrom("L2"), std::string("L1"));
        const std::string wire = b.op("L2").in.front();
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, b.onWire(wire, 0.4));
        QCOMPARE(b.view.selectedWire(), wire);
    }
    void deleteByKeyboard() {
        Bench b(perceptron());
        const std::string r = b.relu();
        b.view.setSelection({r});
        b.key(Qt::Key_X);
        QCOMPARE(b.readsFrom("L2"), std::string("L1"));
        b.view.setSelection({"L1"});
        b.key(Qt::Key_W);
        b.key(Qt::Key_Delete);
        QVERIFY(b.readsFrom("L2").empty() || b.readsFrom("L2") != "L1");
        QVERIFY(checkInvariants(b.now()).ok());
        QCOMPARE(b.steps.size(), 2);
    }

    // 8. One end moves, or all ends; no wire is lost, also not while panning.
    void moveEndsByMouse() {
        Bench b(residual());
        std::string sum;
        for (const Operation& o : b.now().operations)
            if (o.kind == "add" && sum.empty()) sum = o.id;
        const std::string wire = b.op("L1").out.front();
        const std::size_t wires = b.now().wires.size();
        const std::string reader = b.now().consumer(wire)->id;
        b.drag(b.reading(wire), b.centerOf(sum) + QPoint(0, 8));
        QCOMPARE(b.steps.size(), 1);
        QCOMPARE(b.now().consumer(wire)->id, sum);
        QVERIFY(std::find(b.op(reader).in.begin(), b.op(reader).in.end(), wire) == b.op(reader).in.end());
        QCOMPARE(b.now().wires.size(), wires);
        QVERIFY(checkInvariants(b.now()).ok());
        b.go(-1);
        // Panning across a port takes nothing along.
        const QByteArray before = b.json();
        QTest::mousePress(&b.view, Qt::MiddleButton, {}, b.reading(wire));
        QTest::mouseMove(&b.view, b.reading(wire) + QPoint(80, 40));
        QTest::mouseRelease(&b.view, Qt::MiddleButton, {}, b.reading(wire) + QPoint(80, 40));
        QCOMPARE(b.json(), before);
        // All wires of an end at once.
        std::string other;
        for (const Operation& o : b.now().operations)
            if (o.kind == "add" && o.id != sum) other = o.id;
        if (other.empty()) return;
        const std::string last = b.op(sum).in.front();
        b.view.fit();
        b.drag(b.reading(last), b.centerOf(other) + QPoint(0, 8), Qt::ShiftModifier);
        QVERIFY(b.op(other).in.size() >= 3 || b.steps.size() == 1);
    }
    void moveEndsByKeyboard() {
        Bench b(residual());
        std::string sum;
        for (const Operation& o : b.now().operations)
            if (o.kind == "add") sum = o.id;
        const auto n = b.op(sum).in.size();
        b.view.setSelection({"L1"});
        b.key(Qt::Key_C, Qt::ShiftModifier);
        QVERIFY(!b.view.targets().empty());
        b.chooseTarget(sum);
        QCOMPARE(b.op(sum).in.size(), n + 1);
        QCOMPARE(b.now().consumer(b.op("L1").out.front())->id, sum);
        // Escape leaves everything as it is.
        b.view.setSelection({"L1"});
        b.key(Qt::Key_C, Qt::ShiftModifier);
        b.key(Qt::Key_Escape);
        QVERIFY(b.view.targets().empty());
        QCOMPARE(b.steps.size(), 1);
    }

    // 9. Group, close and open in place, ungroup, drag in and out.
    void groupsByMouse() {
        Bench b(perceptron());
        b.view.setSelection({"L2", b.relu(1)});
        std::unique_ptr<QMenu> menu(CircuitViewProbe::menu(b.view, b.view.hitAt(b.centerOf("L2"))));
        for (QAction* a : menu->actions())
            if (a == b.view.action(Command::Group)) a->trigger();
        const std::string block = parentOf(b.now(), "L2")->id;
        const PlacedBlock* placed = b.view.diagramLayout().block(block);
        QVERIFY(placed != nullptr);
        // A double click on its ground closes it, another opens it again.
        QTest::mouseDClick(&b.view, Qt::LeftButton, {}, b.view.toWidget({placed->rect.x + 6, placed->rect.bottom() - 6}).toPoint());
        QVERIFY(!b.now().group(block)->open);
        QVERIFY(b.view.diagramLayout().glyph(block) != nullptr);
        QTest::mouseDClick(&b.view, Qt::LeftButton, {}, b.centerOf(block));
        QVERIFY(b.now().group(block)->open);
        // Out of the block by its glyph.
        const PlacedBlock* again = b.view.diagramLayout().block(block);
        b.drag(b.centerOf("L2"), b.view.toWidget({again->rect.centerX(), again->rect.bottom() + 60}).toPoint());
        const Group* now = parentOf(b.now(), "L2");
        QVERIFY(now == nullptr || now->id != block);
    }
    void groupsByKeyboard() {
        Bench b(perceptron());
        b.view.setSelection({"L2", b.relu(1)});
        b.key(Qt::Key_G, Qt::ControlModifier);
        const std::string block = parentOf(b.now(), "L2")->id;
        const auto n = b.view.diagramLayout().glyphs.size();
        b.view.setSelection({block});
        b.key(Qt::Key_E);
        QVERIFY(b.view.diagramLayout().glyphs.size() < n);
        QCOMPARE(b.view.selection(), std::vector<std::string>{block});
        b.key(Qt::Key_E);
        QCOMPARE(b.view.diagramLayout().glyphs.size(), n);
        b.view.setSelection({"L2"});
        b.key(Qt::Key_Up, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(parentOf(b.now(), "L2") == nullptr || parentOf(b.now(), "L2")->id != block);
        b.key(Qt::Key_Down, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(parentOf(b.now(), "L2")->id, block);
        b.view.setSelection({block});
        b.key(Qt::Key_G, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(b.now().group(block) == nullptr);
    }

    // 10. Sizes on every wire, also of unfinished diagrams; typed where they stand.
    void sizesByMouse() {
        Bench b(perceptron());
        const PlacedLabel* label = nullptr;
        for (const PlacedLabel& l : b.view.diagramLayout().labels)
            if (l.markup == "32") label = &l;
        QVERIFY(label != nullptr);
        QTest::mouseDClick(&b.view, Qt::LeftButton, {}, b.view.toWidget({label->baseline.x + 4, label->baseline.y - 5}).toPoint());
        QVERIFY(b.view.sizeEditor()->isVisible());
        QTest::keyClicks(b.view.sizeEditor(), "48");
        QTest::keyClick(b.view.sizeEditor(), Qt::Key_Return);
        QCOMPARE(b.steps.size(), 1);
        QVERIFY(std::any_of(b.view.diagramLayout().labels.begin(), b.view.diagramLayout().labels.end(), [](const PlacedLabel& l) { return l.markup == "48"; }));
    }
    void sizesByKeyboard() {
        Bench b(perceptron());
        b.view.setSelection({"L1"});
        b.key(Qt::Key_N);
        QVERIFY(b.view.sizeEditor()->isVisible());
        b.view.sizeEditor()->setText("?");
        QTest::keyClick(b.view.sizeEditor(), Qt::Key_Return);
        const std::string axis = b.op("L1").targetOut.front();
        QVERIFY(b.now().axis(axis)->size.empty());
        QVERIFY(std::any_of(b.view.diagramLayout().labels.begin(), b.view.diagramLayout().labels.end(), [&](const PlacedLabel& l) { return l.axis == axis; }));
        b.key(Qt::Key_N);
        b.view.sizeEditor()->setText("n_2");  // the name of another axis links the two
        QTest::keyClick(b.view.sizeEditor(), Qt::Key_Return);
        QCOMPARE(b.steps.size(), 2);
    }

    // 11. One mark at the place of the mistake, with fixes to pick.
private:
    static Circuit mistaken() {
        Circuit c = perceptron();
        Axis own = *c.axis("n1");
        own.id = "m1";
        own.size = "24";
        c.axes.push_back(own);
        c.operation("L2")->targetIn = {"m1"};
        return c;
    }
private slots:
    void fixesByMouse() {
        Bench b(mistaken());
        QCOMPARE(b.view.diagramLayout().errors.size(), std::size_t(1));
        const PlacedError& e = b.view.diagramLayout().errors.front();
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, b.view.toWidget({(e.left + e.right) / 2, e.y}).toPoint());
        QTest::mouseClick(b.popup()->findChild<QWidget*>("fix1"), Qt::LeftButton);
        QVERIFY(b.view.sizes().ok());
    }
    void fixesByKeyboard() {
        Bench b(mistaken());
        b.key(Qt::Key_F8);
        QVERIFY(b.popup()->isVisible());
        QTest::keyClick(b.popup(), Qt::Key_2);
        QVERIFY(b.view.sizes().ok());
    }

    // 12. Zoom at the cursor, fit, minimap; any device.
    void zoomByMouse() {
        Bench b(makeMlp({64, 32, 32, 32, 32, 32, 32, 10}));
        const QPointF cursor(300, 200), scene = b.view.toScene(cursor);
        QWheelEvent wheel(cursor, b.view.mapToGlobal(cursor.toPoint()), {}, {0, 600}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(&b.view, &wheel);
        QVERIFY((b.view.toScene(cursor) - scene).manhattanLength() < 0.01);
        const QPointF before = b.view.toScene({600, 280});
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, {b.view.width() - 60, b.view.height() - 60});  // the overview
        QVERIFY((b.view.toScene({600, 280}) - before).manhattanLength() > 20);
        QVERIFY(b.steps.isEmpty());
    }
    void zoomByKeyboard() {
        Bench b(perceptron());
        const double z = b.view.zoom();
        b.key(Qt::Key_Plus);
        QVERIFY(b.view.zoom() > z);
        b.view.setSelection({"L2"});
        b.key(Qt::Key_Home, Qt::ControlModifier);
        QVERIFY(QRectF(b.view.rect()).contains(b.centerOf("L2")));
        b.key(Qt::Key_Home);
        QVERIFY(std::abs(b.view.zoom() - z) < 1e-9);
        for (int i = 0; i < 40; ++i) b.key(Qt::Key_Minus);
        QVERIFY(!b.view.grab().isNull());  // from afar: blocks only
    }

    // 13. Order by hand is kept, and given up only when asked.
    void tidyByMouse() {
        Bench b(attentionSketch());
        b.view.setToggles([] { DiagramToggles t; t.sizes = false; return t; }());
        const PlacedLabel* label = nullptr;
        for (const PlacedLabel& l : b.view.diagramLayout().labels)
            if (l.wire == "q" && l.axis == "h") label = &l;
        QVERIFY(label != nullptr);
        const QPoint from = b.view.toWidget({label->baseline.x + 3, label->baseline.y - 4}).toPoint();
        b.drag(from, from + QPoint(0, int(30 * b.view.zoom())));
        QCOMPARE(b.now().layout.order.at("q"), (std::vector<std::string>{"y", "d", "h"}));
        // A gap pulled wider stays so through other edits.
        for (const PlacedColumn& c : b.view.diagramLayout().columns)
            if (c.data && c.rank == 2) {
                const QPoint gap = b.view.toWidget({c.x + c.w / 2, b.view.diagramLayout().bounds.y - 6}).toPoint();
                b.drag(gap, gap + QPoint(60, 0), Qt::AltModifier);
                break;
            }
        QVERIFY(b.now().layout.stretch.count(2) != 0 && b.now().layout.stretch.at(2) > 30);
        std::unique_ptr<QMenu> menu(CircuitViewProbe::menu(b.view, {}));
        for (QAction* a : menu->actions())
            if (a == b.view.action(Command::Tidy)) a->trigger();
        QVERIFY(b.now().layout == LayoutHints{});
    }
    void tidyByKeyboard() {
        Bench b(attentionSketch());
        b.view.selectWire("q");
        b.key(Qt::Key_Up, Qt::ControlModifier);
        QCOMPARE(b.now().layout.order.at("q"), (std::vector<std::string>{"y", "d", "h"}));
        b.view.setSelection({"Lv"});
        b.key(Qt::Key_Right, Qt::ControlModifier);
        const auto order = b.now().layout.order;
        QVERIFY(!order.empty());
        b.key(Qt::Key_T, Qt::ControlModifier);
        QVERIFY(b.now().layout == LayoutHints{});
    }

    // 14. One more input, and the others stay connected.
    void moreInputsByMouse() {
        Bench b(residual());
        std::string sum;
        for (const Operation& o : b.now().operations)
            if (o.kind == "add") sum = o.id;
        const auto in = b.op(sum).in;
        const QPoint from = b.onWire(b.op("L1").out.front(), 0.4);
        b.drag(from, b.centerOf(sum) + QPoint(0, 8), Qt::AltModifier);
        QCOMPARE(b.op(sum).in.size(), in.size() + 1);
        for (const std::string& w : in) QVERIFY(std::find(b.op(sum).in.begin(), b.op(sum).in.end(), w) != b.op(sum).in.end());
    }
    void moreInputsByKeyboard() {
        Bench b(residual());
        std::string sum;
        for (const Operation& o : b.now().operations)
            if (o.kind == "add") sum = o.id;
        const auto in = b.op(sum).in;
        b.view.setSelection({"L1"});
        b.key(Qt::Key_C);
        b.chooseTarget(sum);
        QCOMPARE(b.op(sum).in.size(), in.size() + 1);
        for (const std::string& w : in) QVERIFY(std::find(b.op(sum).in.begin(), b.op(sum).in.end(), w) != b.op(sum).in.end());
        // Two wires joined by a kind that is chosen from a list.
        b.view.setSelection({"L1"});
        b.key(Qt::Key_W);
        b.key(Qt::Key_J);
        b.chooseTarget(b.op("L2").out.front());
        if (b.popup()->isVisible()) {
            QVERIFY(b.popup()->fixCount() >= 1);
            QTest::keyClick(b.popup(), Qt::Key_1);
            QVERIFY(checkInvariants(b.now()).ok());
        } else {
            QVERIFY(!b.messages.isEmpty());
        }
    }

    // 15. Layers toggle in one key, and the export is what is on screen.
    void layersByKeyboard() {
        Bench b(perceptron());
        const std::string wire = b.op("L2").in.front();
        LiveValues live;
        live.step = 3;
        live.glow = {{wire, 0.8}};
        b.view.setLive(live);
        b.key(Qt::Key_A);
        QVERIFY(b.view.toSvg().contains("id=\"activity\""));
        b.key(Qt::Key_A);
        QVERIFY(!b.view.toSvg().contains("id=\"activity\""));
        b.key(Qt::Key_K);
        QVERIFY(b.view.toSvg().contains("id=\"columns\""));
    }
    void layersByMouse() {
        Bench b(perceptron());
        b.view.action(Command::ToggleColumns)->trigger();
        QVERIFY(b.view.toSvg().contains("id=\"columns\""));
        QVERIFY(!b.view.toSvg().contains("<image"));
        QCOMPARE(b.view.toImage(2.0).width(), b.view.toImage(2.0).width());
    }

    // Drag one wire onto another: what the two may become, by number.
    void joiningTwoWires() {
        Bench b(perceptron());
        const std::string first = b.op("L1").in.front(), second = b.op("L3").in.front();
        b.drag(b.onWire(first, 0.3), b.onWire(second, 0.3));
        QVERIFY(b.popup()->isVisible() || !b.messages.isEmpty());
        if (b.popup()->isVisible()) {
            QTest::keyClick(b.popup(), Qt::Key_1);
            QCOMPARE(b.steps.size(), 1);
            QVERIFY(checkInvariants(b.now()).ok());
        }
    }

    void findShowsNamesKindsAndSizes() {
        Bench b(perceptron());
        b.key(Qt::Key_F, Qt::ControlModifier);
        QTest::keyClicks(b.line()->line(), "=16");
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QVERIFY(std::find(b.view.selection().begin(), b.view.selection().end(), "L2") != b.view.selection().end());
        b.key(Qt::Key_F, Qt::ControlModifier);
        QTest::keyClicks(b.line()->line(), "relu");
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QVERIFY(b.steps.isEmpty());
    }

    void itemsMoveToTheirNewPlaces() {
        Bench b(perceptron());
        b.view.setAnimated(true);
        b.view.setZoom(1.0);  // the view is now where the user put it
        b.dropTile("rms", b.onWire(b.op("L2").in.front()));
        QVERIFY(b.view.animating());
        QTRY_VERIFY_WITH_TIMEOUT(!b.view.animating(), 2000);
        b.view.setAnimated(false);
        b.dropTile("rms", b.onWire(b.op("L2").in.front()));
        QVERIFY(!b.view.animating());
    }
};

QTEST_MAIN(InteractionsTest)
#include "InteractionsTest.moc"
