// The fifteen things that people expect of a diagram editor, each by mouse and by keyboard. One gesture asks for one named
// change; what it gives is checked on the circuit, never on pixels.
#include "BlockInteractions.h"
#include "EditorBench.h"

#include <QClipboard>

using namespace lab;
using namespace lab::test;

class InteractionsTest : public QObject {
    Q_OBJECT
private slots:
    // 1. Undo and redo of everything, one gesture one named step.
    void undoByMouse() {
        Bench b(perceptron());
        const QByteArray before = b.json();
        b.dropTile("rms", b.onWire(b.op("L2").in.front()));
        QCOMPARE(b.steps.size(), 1);
        QVERIFY(b.steps.front().contains("RMS", Qt::CaseInsensitive));
        QCOMPARE(b.readsFrom("L2"), b.only("norm"));
        QCOMPARE(b.readsFrom(b.only("norm")), b.relu());
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
        QVERIFY(!b.steps.front().isEmpty());
        const Operation* added = b.now().consumer(b.op("L2").out.front());
        QCOMPARE(added->kind, std::string("linear"));
        QCOMPARE(b.now().axis(added->targetOut.back())->size, std::string("24"));
        QCOMPARE(b.now().consumer(added->out.front())->kind, std::string("pointwise"));
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
        copiedInOneLine(b);
    }
private:
    // A linear map and its function that were not there before, joined with each other as the originals are.
    static void copiedInOneLine(const Bench& b) {
        QVERIFY(checkInvariants(b.now()).ok());
        std::vector<const Operation*> fresh;
        for (const Operation& o : b.now().operations)
            if (b.history[b.at - 1].operation(o.id) == nullptr) fresh.push_back(&o);
        QCOMPARE(fresh.size(), std::size_t(2));
        const Operation* map = fresh[0]->kind == "linear" ? fresh[0] : fresh[1];
        const Operation* function = fresh[0]->kind == "linear" ? fresh[1] : fresh[0];
        QCOMPARE(map->kind, std::string("linear"));
        QCOMPARE(function->in, map->out);
        QVERIFY(b.view.sizes().ok());
    }
private slots:
    void copyByKeyboard() {
        Bench b(perceptron());
        const auto n = b.now().operations.size();
        b.view.setSelection({"L2", b.relu(1)});
        b.key(Qt::Key_C, Qt::ControlModifier);
        const QMimeData* mime = QApplication::clipboard()->mimeData();
        QVERIFY(mime->hasFormat("application/x-ncd+json") && mime->hasImage() && mime->data("image/svg+xml").contains("<svg"));
        b.key(Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(b.now().operations.size(), n + 2);
        copiedInOneLine(b);
        Bench other(makeMlp({64, 10}));  // another window
        other.view.setSelection({"L1"});
        other.key(Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(other.steps.size(), 1);
        copiedInOneLine(other);
        QCOMPARE(other.now().producer(other.now().operation("L1")->out.front())->id, std::string("L1"));
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
        QCOMPARE(b.readsFrom(b.only("dropout")), std::string("L3"));  // at the end of the line
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
        branchedToSeven(b);
        // A right click cancels without a menu.
        QTest::mousePress(&b.view, Qt::LeftButton, {}, b.onWire(b.op("L1").in.front(), 0.3));
        QTest::mouseMove(&b.view, {300, 400});
        QTest::mousePress(&b.view, Qt::RightButton, {}, {300, 400});
        QTest::mouseRelease(&b.view, Qt::LeftButton, {}, {300, 400});
        QCOMPARE(b.steps.size(), 1);
        QVERIFY(!b.line()->isVisible());
    }
private:
    // A copy behind the first function: one branch to L2 as before, the other to a map that writes seven numbers.
    static void branchedToSeven(const Bench& b) {
        QVERIFY(checkInvariants(b.now()).ok());
        const std::string copy = b.only("copy");
        QVERIFY(!copy.empty());
        QCOMPARE(b.op(copy).out.size(), std::size_t(2));
        QCOMPARE(b.readsFrom(copy), b.relu());
        QCOMPARE(b.readsFrom("L2"), copy);
        const Operation* added = nullptr;
        for (const std::string& w : b.op(copy).out)
            if (b.now().consumer(w) != nullptr && b.now().consumer(w)->id != "L2") added = b.now().consumer(w);
        QVERIFY(added != nullptr);
        QCOMPARE(added->kind, std::string("linear"));
        QCOMPARE(b.now().axis(added->targetOut.back())->size, std::string("7"));
    }
private slots:
    void releaseOnEmptyByKeyboard() {
        Bench b(perceptron());
        b.view.setSelection({b.relu()});
        b.key(Qt::Key_W);
        QCOMPARE(b.view.selectedWire(), b.op(b.relu()).out.front());
        b.key(Qt::Key_C);
        QVERIFY(!b.view.targets().empty());
        b.key(Qt::Key_Return);  // to none of them
        QVERIFY(b.line()->isVisible() && b.view.targets().empty());
        QStringList offered;
        for (int i = 0; i < b.line()->completions()->count(); ++i) offered << b.line()->completions()->item(i)->text();
        QVERIFY(offered.contains("linear") && !offered.contains("conv") && !offered.contains("input"));
        QTest::keyClicks(b.line()->line(), "linear 7");
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QCOMPARE(b.steps.size(), 1);
        branchedToSeven(b);
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
        QCOMPARE(b.readsFrom("L2"), b.only("norm"));
        QCOMPARE(b.readsFrom(b.only("norm")), b.relu());
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
        b.pick(b.centerOf(r), Command::Delete);
        QVERIFY(b.now().operation(r) == nullptr);
        QCOMPARE(b.readsFrom("L2"), std::string("L1"));
        const std::string wire = b.op("L2").in.front();
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, b.onWire(wire, 0.4));
        QCOMPARE(b.view.selectedWire(), wire);
        b.pick(b.onWire(wire, 0.4), Command::Delete);
        apart(b);
    }
private:
    // L1 and L2 were joined by one wire, which is gone from L2; L1 keeps its end of it, and both keep their axes.
    static void apart(const Bench& b) {
        QVERIFY(b.op("L2").in.empty());
        QCOMPARE(b.op("L1").out.size(), std::size_t(1));
        QVERIFY(b.now().consumer(b.op("L1").out.front()) == nullptr);
        QCOMPARE(b.op("L2").targetOut, b.history.front().operation("L2")->targetOut);
        QVERIFY(checkInvariants(b.now()).ok());
        QCOMPARE(b.steps.size(), 2);
    }
private slots:
    void deleteByKeyboard() {
        Bench b(perceptron());
        const std::string r = b.relu();
        b.view.setSelection({r});
        b.key(Qt::Key_X);
        QCOMPARE(b.readsFrom("L2"), std::string("L1"));
        b.view.setSelection({"L1"});
        b.key(Qt::Key_W);
        b.key(Qt::Key_Delete);
        apart(b);
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
        QVERIFY(!other.empty());
        const std::vector<std::string> taken = b.op(sum).in;
        std::vector<std::string> expected = b.op(other).in;
        expected.insert(expected.end(), taken.begin(), taken.end());
        b.view.fit();
        b.drag(b.reading(taken.front()), b.centerOf(other) + QPoint(0, 8), Qt::ShiftModifier);
        QCOMPARE(b.op(other).in, expected);
        QVERIFY(b.op(sum).in.empty());
        QVERIFY(checkInvariants(b.now()).ok());
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
        b.pick(b.centerOf("L2"), Command::Group);
        const std::string block = parentOf(b.now(), "L2")->id;
        QCOMPARE(b.now().group(block)->members.size(), std::size_t(2));
        const PlacedBlock* placed = b.view.diagramLayout().block(block);
        QVERIFY(placed != nullptr);
        // A double click with Ctrl on its ground closes it in place, another opens it again.
        QTest::mouseDClick(&b.view, Qt::LeftButton, Qt::ControlModifier, b.view.toWidget({placed->rect.x + 6, placed->rect.bottom() - 6}).toPoint());
        QVERIFY(!b.now().group(block)->open);
        QVERIFY(b.view.diagramLayout().glyph(block) != nullptr);
        QTest::mouseDClick(&b.view, Qt::LeftButton, Qt::ControlModifier, b.centerOf(block));
        QVERIFY(b.now().group(block)->open);
        // Out of the block by its glyph.
        const PlacedBlock* again = b.view.diagramLayout().block(block);
        b.drag(b.centerOf("L2"), b.view.toWidget({again->rect.centerX(), again->rect.bottom() + 60}).toPoint());
        QVERIFY(parentOf(b.now(), "L2") == nullptr || parentOf(b.now(), "L2")->id != block);
        QCOMPARE(b.now().group(block)->members, std::vector<std::string>{b.relu(1)});
        QCOMPARE(b.readsFrom(b.relu(1)), std::string("L2"));
        b.pick(b.centerOf(b.relu(1)), Command::Ungroup);
        QVERIFY(b.now().group(block) == nullptr);
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
        QCOMPARE(b.now().group(block)->members, std::vector<std::string>{b.relu(1)});
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
        QCOMPARE(b.now().axis(axis)->size, std::string("n2"));
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
        const int number = b.choice("L2 read 32");
        QVERIFY(number > 0);
        QTest::mouseClick(b.popup()->findChild<QWidget*>(QStringLiteral("fix%1").arg(number)), Qt::LeftButton);
        QVERIFY(b.view.sizes().ok());
        QCOMPARE(b.op("L2").targetIn, b.now().wire(b.op("L2").in.front())->axes.size() > 1 ? std::vector<std::string>{"n1"} : std::vector<std::string>());
        QCOMPARE(b.now().axis("n1")->size, std::string("32"));
    }
    void fixesByKeyboard() {
        Bench b(mistaken());
        b.key(Qt::Key_F8);
        QVERIFY(b.popup()->isVisible());
        const int number = b.choice("L1 write 24");
        QVERIFY(number > 0);
        QTest::keyClick(b.popup(), Qt::Key(Qt::Key_0 + number));
        QVERIFY(b.view.sizes().ok());
        QCOMPARE(b.view.sizes().size.at("n1"), 24L);
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
        QCOMPARE(b.view.zoom(), 0.1);  // no further
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
        b.pick({b.view.width() / 2, b.view.height() - 20}, Command::Tidy);
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
    }

    // Two wires of the same axes joined: what they may become, by number. The sum reads the later wire and a branch of the
    // earlier one; what read the later wire reads the sum.
private:
    static void summed(const Bench& b, const std::string& before, const std::string& behind) {
        const std::string copy = b.only("copy"), sum = b.only("add");
        QVERIFY(!copy.empty() && !sum.empty());
        QCOMPARE(b.op(copy).in, std::vector<std::string>{before});
        QCOMPARE(b.op(copy).out.size(), std::size_t(2));
        QCOMPARE(b.readsFrom(b.relu()), copy);
        QCOMPARE(b.op(sum).in.size(), std::size_t(2));
        QCOMPARE(b.op(sum).in.front(), behind);
        QCOMPARE(b.readsFrom(sum, 1), copy);
        QCOMPARE(b.readsFrom("L2"), sum);
        QVERIFY(b.view.sizes().ok());
        QVERIFY(checkInvariants(b.now()).ok());
        QCOMPARE(b.steps.size(), 1);
    }
private slots:
    void joinWiresByMouse() {
        Bench b(perceptron());
        const std::string before = b.op("L1").out.front(), behind = b.op("L2").in.front();
        b.drag(b.onWire(before, 0.3), b.onWire(behind, 0.3));
        QVERIFY(b.popup()->isVisible());
        QVERIFY(b.choice("Add") > 0);
        QTest::mouseClick(b.popup()->findChild<QWidget*>(QStringLiteral("fix%1").arg(b.choice("Add"))), Qt::LeftButton);
        summed(b, before, behind);
    }
    void joinWiresByKeyboard() {
        Bench b(perceptron());
        const std::string before = b.op("L1").out.front(), behind = b.op("L2").in.front();
        b.view.setSelection({"L1"});
        b.key(Qt::Key_W);
        b.key(Qt::Key_J);
        b.chooseTarget(behind);
        QVERIFY(b.popup()->isVisible());
        QVERIFY(b.choice("Add") > 0);
        QTest::keyClick(b.popup(), Qt::Key(Qt::Key_0 + b.choice("Add")));
        summed(b, before, behind);
    }
    void wiresThatDoNotFitAreNotJoinedBySum() {
        Bench b(perceptron());
        const QByteArray json = b.json();
        b.drag(b.onWire(b.op("L1").in.front(), 0.3), b.onWire(b.op("L3").in.front(), 0.3));
        QCOMPARE(b.popup()->isVisible() ? b.choice("Add") : 0, 0);
        b.key(Qt::Key_Escape);
        QCOMPARE(b.json(), json);
        QVERIFY(b.steps.isEmpty());
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
        const QPoint ground(b.view.width() / 2, b.view.height() - 20);
        b.pick(ground, Command::ToggleColumns);
        QVERIFY(b.view.toggles().columns);
        QVERIFY(b.view.toSvg().contains("id=\"columns\""));
        QVERIFY(!b.view.toSvg().contains("<image"));
        b.pick(ground, Command::ToggleColumns);
        QVERIFY(!b.view.toSvg().contains("id=\"columns\""));
        // Twice the scale is twice the picture.
        QVERIFY(std::abs(b.view.toImage(2.0).width() - 2 * b.view.toImage(1.0).width()) <= 2);
    }

    void findShowsNamesKindsAndSizes() {
        Bench b(perceptron());
        b.key(Qt::Key_F, Qt::ControlModifier);
        QTest::keyClicks(b.line()->line(), "=16");
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QVERIFY(std::find(b.view.selection().begin(), b.view.selection().end(), "L2") != b.view.selection().end());
        b.key(Qt::Key_F, Qt::ControlModifier);
        QTest::keyClicks(b.line()->line(), "norm");
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QVERIFY(b.messages.last().contains("norm"));
        b.key(Qt::Key_F, Qt::ControlModifier);
        b.line()->line()->clear();
        QTest::keyClicks(b.line()->line(), "pointwise");
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QCOMPARE(b.view.selection(), (std::vector<std::string>{b.relu(0), b.relu(1)}));
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

int main(int argc, char* argv[]) {
    QApplication application(argc, argv);
    Theme::apply(application);
    InteractionsTest interactions;
    BlockInteractions blocks;
    return QTest::qExec(&interactions, argc, argv) + QTest::qExec(&blocks, argc, argv);
}

#include "InteractionsTest.moc"
