// Blocks and single operations on the canvas, each by mouse and by keyboard: passing by, branching, stepping inside, reuse,
// repetition by hand, the question for a unit's arithmetic. One gesture is one named step, and undo gives the circuit back.
#pragma once

#include "EditorBench.h"
#include "core/circuit/Blocks.h"
#include "widgets/circuit/BlockTiles.h"
#include "widgets/circuit/Breadcrumb.h"
#include "widgets/circuit/Bypass.h"

#include <QSignalSpy>
#include <QToolButton>

namespace lab::test {

class BlockInteractions : public QObject {
    Q_OBJECT

    // L2 stands as the identity between what it stood between; its width is that of what runs past.
    static void passedBy(const Bench& b, const std::string& before, const std::string& behind) {
        QVERIFY(isBypassed(b.op("L2")));
        QCOMPARE(b.op("L2").kind, std::string("pointwise"));
        QCOMPARE(operationParams(b.op("L2")).text("fn"), std::string("identity"));
        QCOMPARE(b.readsFrom("L2"), before);
        QCOMPARE(b.readsFrom(behind), std::string("L2"));
        QCOMPARE(b.now().wire(b.op("L2").out.front())->axes, b.now().wire(b.op("L2").in.front())->axes);
        QVERIFY(b.view.sizes().ok());
        QVERIFY(checkInvariants(b.now()).ok());
        QCOMPARE(b.steps, QStringList{"Pass L2 by"});
        QVERIFY(b.view.toSvg().contains("passed by"));
    }
    static void worksAgain(const Bench& b) {
        const Operation& was = *b.history.front().operation("L2");
        QVERIFY(!isBypassed(b.op("L2")));
        QCOMPARE(b.op("L2").kind, was.kind);
        QCOMPARE(b.op("L2").args, was.args);
        QCOMPARE(b.op("L2").name, was.name);
        QCOMPARE(b.op("L2").extra, was.extra);
        QCOMPARE(b.op("L2").in, was.in);
        QCOMPARE(b.op("L2").out, was.out);
        QCOMPARE(b.now().axis(b.op("L2").targetOut.back())->size, b.history.front().axis(was.targetOut.back())->size);
        QCOMPARE(b.now().axis(b.op("L2").targetOut.back())->name, b.history.front().axis(was.targetOut.back())->name);
        QVERIFY(b.view.sizes().ok());
        QCOMPARE(b.steps.last(), QString("Let L2 work again"));
        QCOMPARE(b.steps.size(), 2);
    }
    static Circuit even() { return makeMlp({64, 32, 32, 10}); }  // the second map writes what it reads

private slots:
    void passByMouse() {
        Bench b(perceptron());
        const QByteArray json = b.json();
        const std::string before = b.relu(0), behind = b.relu(1);
        b.pick(b.centerOf("L2"), Command::Bypass);
        passedBy(b, before, behind);
        b.pick(b.centerOf("L2"), Command::Bypass);
        worksAgain(b);
        b.go(-2);
        QCOMPARE(b.json(), json);
    }
    void passByKeyboard() {
        Bench b(perceptron());
        const QByteArray json = b.json();
        const std::string before = b.relu(0), behind = b.relu(1);
        b.view.setSelection({"L2"});
        b.key(Qt::Key_M);
        passedBy(b, before, behind);
        // Through a file and back it still knows what it was.
        const Result<Circuit> reread = circuitFromJson(std::string_view(b.json().constData(), std::size_t(b.json().size())), "test");
        QVERIFY(reread.ok() && isBypassed(*reread->operation("L2")));
        b.view.setSelection({"L2"});
        b.key(Qt::Key_M);
        worksAgain(b);
        b.go(-2);
        QCOMPARE(b.json(), json);
    }
    void endsAndSharedWeightsAreNotPassedBy() {
        Circuit c = even();
        c.operation("L2")->tie.clear();
        Bench b(c);
        const QByteArray json = b.json();
        b.view.setSelection({b.only("output")});
        b.key(Qt::Key_M);
        QCOMPARE(b.json(), json);
        QVERIFY(b.messages.last().contains("cannot be passed by"));
        // What a damaged file remembers is refused in words.
        Circuit odd = perceptron();
        odd.operation("L2")->kind = "pointwise";
        odd.operation("L2")->extra = R"({"bypassed":{"kind":"nothing of ours"}})";
        const Result<CircuitChange> back = toggleBypass(odd, "L2");
        QVERIFY(!back.ok());
        QCOMPARE(back.error().code, std::string("LAB-CIRCUIT-305"));
    }

private:
    static void branched(const Bench& b, const std::string& from, const std::string& reader) {
        const std::string copy = b.only("copy");
        QVERIFY(!copy.empty());
        QCOMPARE(b.readsFrom(copy), from);
        QCOMPARE(b.readsFrom(reader), copy);
        QCOMPARE(b.op(copy).out.size(), std::size_t(2));
        const std::string free = b.now().consumer(b.op(copy).out[0]) == nullptr ? b.op(copy).out[0] : b.op(copy).out[1];
        QVERIFY(b.now().consumer(free) == nullptr);
        QCOMPARE(b.view.selectedWire(), free);
        QCOMPARE(b.steps, QStringList{"Branch " + QString::fromStdString(displayName(b.op(from)))});
        QVERIFY(checkInvariants(b.now()).ok());
    }
private slots:
    void branchByMouse() {
        Bench b(perceptron());
        const QByteArray json = b.json();
        b.pick(b.onWire(b.op(b.relu()).out.front(), 0.4), Command::CopyBranch);
        branched(b, b.relu(), "L2");
        b.go(-1);
        QCOMPARE(b.json(), json);
    }
    void branchByKeyboard() {
        Bench b(perceptron());
        b.view.setSelection({b.relu()});
        b.key(Qt::Key_Y);
        branched(b, b.relu(), "L2");
        b.key(Qt::Key_Y);  // the free end is one already
        QCOMPARE(b.steps.size(), 1);
        QVERIFY(b.messages.last().contains("free end"));
    }

    void insideByMouse() {
        Bench b(perceptron());
        const std::string block = "g2";  // the second map and its function
        b.view.setSelection({block});
        b.key(Qt::Key_E);  // closed: its inside is not in the picture
        b.steps.clear();
        const QByteArray json = b.json();
        QVERIFY(b.view.diagramLayout().glyph("L2") == nullptr);
        QTest::mouseDClick(&b.view, Qt::LeftButton, {}, b.centerOf(block));
        QCOMPARE(b.view.inside(), block);
        QVERIFY(b.view.diagramLayout().glyph("L2") != nullptr);
        QCOMPARE(b.view.place(), QStringLiteral("Circuit › ") + QString::fromStdString(b.now().group(block)->title));
        QVERIFY(b.view.rect().contains(b.centerOf("L2")));
        // The line above the picture leads back; looking has changed nothing.
        auto* line = b.view.findChild<Breadcrumb*>();
        QVERIFY(line->isVisible());
        QTest::mouseClick(line->findChildren<QToolButton*>().front(), Qt::LeftButton);
        QVERIFY(b.view.inside().empty() && !line->isVisible());
        QVERIFY(b.view.diagramLayout().glyph("L2") == nullptr);
        QCOMPARE(b.json(), json);
        QVERIFY(b.steps.isEmpty());
    }
    void insideByKeyboard() {
        Bench b(perceptron());
        const std::string inner = "g2";
        b.view.setSelection({inner, "L3"});
        b.key(Qt::Key_G, Qt::ControlModifier);
        const std::string outer = parentOf(b.now(), inner)->id;
        b.steps.clear();
        b.view.setSelection({outer});
        b.key(Qt::Key_Return);
        QCOMPARE(b.view.inside(), outer);
        b.view.setSelection({inner});
        b.key(Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(b.view.inside(), inner);
        QCOMPARE(b.view.place().count(QStringLiteral("›")), 2);
        // An edit in there is an edit of the circuit, and one stays inside.
        b.view.setSelection({"L2"});
        b.key(Qt::Key_Slash);
        QTest::keyClicks(b.line()->line(), "rms");
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QCOMPARE(b.steps.size(), 1);
        QCOMPARE(parentOf(b.now(), b.only("norm"))->id, inner);
        QCOMPARE(b.view.inside(), inner);
        b.key(Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(b.view.inside(), outer);
        b.key(Qt::Key_Escape);  // the selection first, then the block
        QCOMPARE(b.view.inside(), outer);
        b.key(Qt::Key_Escape);
        QVERIFY(b.view.inside().empty());
    }

private:
    // Two instances of "layer" in a row; an edit in one is made in the other.
    static void reused(Bench& b) {
        std::vector<std::string> blocks;
        for (const Group& g : b.now().groups)
            if (g.block == "layer") blocks.push_back(g.id);
        QCOMPARE(blocks.size(), std::size_t(2));
        for (const std::string& g : blocks) QCOMPARE(operationsIn(b.now(), g).size(), std::size_t(2));
        QVERIFY(b.view.sizes().ok());
        const std::string first = parentOf(b.now(), "L2")->id, second = blocks[0] == first ? blocks[1] : blocks[0];
        const auto function = [&] {
            for (const std::string& id : operationsIn(b.now(), second))
                if (b.op(id).kind == "pointwise") return operationParams(b.op(id)).text("fn");
            return std::string("none");
        };
        QCOMPARE(function(), std::string("relu"));
        b.steps.clear();
        b.dropTile("tanh", b.centerOf(b.relu(1)));
        QCOMPARE(b.steps.size(), 1);
        QCOMPARE(operationsIn(b.now(), second).size(), std::size_t(2));
        QCOMPARE(function(), std::string("tanh"));
    }
private slots:
    void reuseByMouse() {
        Bench b(even());
        PaletteView palette;
        connect(&b.view, &CircuitView::changeRequested, &palette, [&] { palette.setCircuit(b.now()); });
        palette.show();
        palette.setCircuit(b.now());
        QVERIFY(palette.blocks()->tiles().empty());
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, b.centerOf("L2"));
        QTest::mouseClick(&b.view, Qt::LeftButton, Qt::ShiftModifier, b.centerOf(b.relu(1)));
        b.pick(b.centerOf("L2"), Command::MakeBlock);
        QVERIFY(b.line()->isVisible());
        QTest::keyClicks(b.line()->line(), "layer");
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        QCOMPARE(b.steps, QStringList{"Make block layer"});
        QCOMPARE(blockNames(b.now()), std::vector<std::string>{"layer"});
        palette.setCircuit(b.now());
        QCOMPARE(palette.blocks()->tiles().size(), std::size_t(1));
        const BlockTile* tile = palette.blocks()->tiles().front();
        QVERIFY(tile->isVisible());
        // Dropped on the wire that leads into L3, as its tile carries it.
        const std::string wire = b.op("L3").in.front();
        b.dropTile(tile->word().toUtf8().constData(), b.onWire(wire));
        QCOMPARE(b.steps.last(), QString("Insert layer"));
        QVERIFY(b.readsFrom("L3") != b.relu(1));
        QCOMPARE(parentOf(b.now(), b.readsFrom("L3"))->block, std::string("layer"));
        QCOMPARE(parentOf(b.now(), b.now().consumer(wire)->id)->block, std::string("layer"));
        reused(b);
    }
    void reuseByKeyboard() {
        Bench b(even());
        const QByteArray json = b.json();
        PaletteView palette;
        connect(&palette, &PaletteView::addRequested, &b.view, &CircuitView::addPreset);
        palette.show();
        b.view.setSelection({"L2", b.relu(1)});
        b.key(Qt::Key_B, Qt::ControlModifier | Qt::ShiftModifier);
        QTest::keyClicks(b.line()->line(), "layer");
        QTest::keyClick(b.line()->line(), Qt::Key_Return);
        palette.setCircuit(b.now());
        QCOMPARE(palette.blocks()->tiles().size(), std::size_t(1));
        b.view.setSelection({b.relu(1)});
        QTest::keyClick(palette.blocks()->tiles().front(), Qt::Key_Return);
        QCOMPARE(b.steps, (QStringList{"Make block layer", "Insert layer"}));
        reused(b);
        b.go(-3);
        QCOMPARE(b.json(), json);
        // A name that is taken is refused while it is typed.
        b.go(1);
        b.view.setSelection({"L1"});
        b.key(Qt::Key_B, Qt::ControlModifier | Qt::ShiftModifier);
        QTest::keyClicks(b.line()->line(), "layer");
        QVERIFY(b.line()->preview().contains("taken"));
    }

    void repeatByMouse() {
        Bench b(even());
        const std::string block = "g2";
        const QByteArray json = b.json();
        b.view.setSelection({block});
        const auto handle = [&] {
            const DiagramRect r = b.view.diagramLayout().block(block)->rect;
            return b.view.toWidget({r.right() - 12.0, r.centerY()}).toPoint();
        };
        b.drag(handle(), handle() + QPoint(48, 0));
        QCOMPARE(b.now().group(block)->repeat.count, std::string("3"));
        QCOMPARE(b.view.diagramLayout().block(block)->repeat, std::string("3"));
        QCOMPARE(b.steps, QStringList{"Repeat layer 2"});
        QVERIFY(b.view.sizes().ok());
        b.drag(handle(), handle() - QPoint(24, 0));
        QCOMPARE(b.now().group(block)->repeat.count, std::string("2"));
        // A click alone asks for nothing; Escape in the middle leaves it as it is.
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, handle());
        QTest::mousePress(&b.view, Qt::LeftButton, {}, handle());
        QTest::mouseMove(&b.view, handle() + QPoint(96, 0));
        b.key(Qt::Key_Escape);
        QTest::mouseRelease(&b.view, Qt::LeftButton, {}, handle() + QPoint(96, 0));
        QCOMPARE(b.now().group(block)->repeat.count, std::string("2"));
        b.drag(handle(), handle() - QPoint(300, 0));
        QVERIFY(!b.now().group(block)->repeat);
        QCOMPARE(b.steps.size(), 3);
        b.go(-3);
        QCOMPARE(b.json(), json);
    }
    void repeatByKeyboard() {
        Bench b(even());
        const std::string block = "g2";
        b.view.setSelection({"L2"});  // an operation stands for its block
        b.key(Qt::Key_Right, Qt::ControlModifier | Qt::ShiftModifier);
        b.key(Qt::Key_Right, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(b.now().group(block)->repeat.count, std::string("3"));
        b.key(Qt::Key_Left, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(b.now().group(block)->repeat.count, std::string("2"));
        b.key(Qt::Key_Left, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(!b.now().group(block)->repeat);
        b.key(Qt::Key_Left, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(b.steps.size(), 4);
        QCOMPARE(b.messages.last(), QString("A block runs at least once."));
    }

    void arithmeticByMouse() {
        Bench b(perceptron());
        QSignalSpy asked(&b.view, &CircuitView::arithmeticRequested);
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, b.centerOf("L2"));
        QCOMPARE(asked.count(), 0);  // no values are shown
        LiveValues live;
        live.step = 1;
        live.glow = {{b.op("L2").in.front(), 0.5}};
        b.view.setLive(live);
        b.key(Qt::Key_A);
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, b.centerOf(b.relu(1)));  // it has no weights
        QCOMPARE(asked.count(), 0);
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, b.centerOf("L2"));
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked.front().front().toString(), QString("L2"));
        b.pick(b.centerOf("L3"), Command::ShowArithmetic);
        QCOMPARE(asked.last().front().toString(), QString("L3"));
        QVERIFY(b.steps.isEmpty());
    }
private:
    // A run of two layers that publishes goodness of positive and negative samples for the first.
    static void giveBeads(Bench& b, const std::string& wire) {
        static RuleDescription rule;
        ChannelSpec goodness;
        goodness.id = "goodness";
        goodness.title = "Goodness";
        goodness.kind = ChannelKind::Distributions;
        goodness.scope = ChannelScope::Layer;
        rule.channels = {goodness};
        Snapshot s;
        s.rule = &rule;
        s.step = 12;
        s.layers = std::make_shared<std::vector<RuleLayer>>(2);
        ChannelValue v;
        v.positive = {0.0F, 1.0F, 7.9F, 8.0F, 8.0F};
        v.negative = {0.0F, 0.5F, std::numeric_limits<float>::quiet_NaN()};
        v.threshold = 4.0;
        v.step = 12;
        s.channels[0] = {v, {}};
        Mark tap;
        tap.kind = Mark::Kind::Tap;
        tap.wire = wire;
        tap.layer = 0;
        const std::map<std::string, Bead> beads = makeBeads(s, b.now(), {tap});
        QCOMPARE(beads.size(), std::size_t(1));
        const Bead& bead = beads.at(wire);
        QVERIFY(bead.two && bead.low == 0.0 && bead.high == 8.0 && bead.count == 8 && bead.threshold == 4.0);
        QCOMPARE(bead.positive, (std::array<double, kBeadBars>{1.0 / 3, 1.0 / 3, 0, 0, 0, 0, 0, 1.0}));
        QCOMPARE(bead.negative, (std::array<double, kBeadBars>{2.0 / 3, 0, 0, 0, 0, 0, 0, 0}));
        LiveValues live;
        live.step = 12;
        live.glow = {{wire, 0.5}};
        b.view.setLive(live);
        b.view.setBeads(beads);
    }
    static QPoint beadOn(const Bench& b, const std::string& wire) {
        double x0 = 1e9, x1 = -1e9, y = 0;
        for (const PlacedSpan& s : b.view.diagramLayout().spans)
            if (s.wire == wire) {
                x0 = std::min(x0, s.points.front().x);
                x1 = std::max(x1, s.points.back().x);
                y = std::max(y, s.points.back().y);
            }
        return b.view.toWidget({(x0 + x1) / 2, y + 14.0}).toPoint();
    }
private slots:
    void beadsByMouse() {
        Bench b(perceptron());
        const std::string wire = b.op(b.relu()).out.front();
        QSignalSpy asked(&b.view, &CircuitView::activityRequested);
        giveBeads(b, wire);
        QVERIFY(!b.view.toSvg().contains("class=\"bead\""));
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, beadOn(b, wire));
        QVERIFY(b.view.pinnedBead().empty());  // nothing of it is shown yet
        b.key(Qt::Key_A);
        QCOMPARE(b.view.toSvg().count("class=\"bead\""), 1);
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, beadOn(b, wire));
        QCOMPARE(b.view.pinnedBead(), wire);
        QVERIFY(b.view.toSvg().contains(">Goodness<"));
        QTest::mouseClick(&b.view, Qt::LeftButton, {}, beadOn(b, wire));
        QVERIFY(b.view.pinnedBead().empty());
        QTest::mouseDClick(&b.view, Qt::LeftButton, {}, beadOn(b, wire));
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked.front().front().toString().toStdString(), wire);
        QVERIFY(b.steps.isEmpty());
    }
    void beadsByKeyboard() {
        Bench b(perceptron());
        const std::string wire = b.op(b.relu()).out.front();
        QSignalSpy asked(&b.view, &CircuitView::activityRequested);
        giveBeads(b, wire);
        b.key(Qt::Key_A);
        b.view.selectWire(wire);
        b.key(Qt::Key_H);
        QCOMPARE(b.view.pinnedBead(), wire);
        b.key(Qt::Key_Return);
        QCOMPARE(asked.count(), 1);
        b.key(Qt::Key_H);
        QVERIFY(b.view.pinnedBead().empty());
        b.view.selectWire(b.op("L3").in.front());
        b.key(Qt::Key_H);
        QVERIFY(b.messages.last().contains("no histogram"));
    }

    void arithmeticByKeyboard() {
        Bench b(perceptron());
        QSignalSpy asked(&b.view, &CircuitView::arithmeticRequested);
        b.view.setSelection({"L2"});
        b.key(Qt::Key_U);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked.front().front().toString(), QString("L2"));
        b.view.setSelection({});
        b.key(Qt::Key_U);
        QCOMPARE(asked.count(), 1);
        QVERIFY(b.messages.last().contains("Select one operation"));
    }
};

}  // namespace lab::test
