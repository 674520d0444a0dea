// The layout of diagrams: nothing overlaps, foreign lanes keep away from glyphs, time runs from left to right, and the
// same circuit gives the same picture. On every template and on random circuits made by random edits.
#include "core/circuit/CircuitEdits.h"
#include "core/circuit/Templates.h"
#include "core/circuit/layout/DiagramLayout.h"

#include <QElapsedTimer>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <random>

using namespace lab;

namespace {

double measure(const std::string& markup, double pixels) { return 0.5 * pixels * double(plainLabel(markup).size()); }

DiagramLayout layoutOf(const Circuit& circuit, const LayoutOptions& options = {}) {
    return layoutDiagram(circuit, solveSizes(circuit), options, measure);
}

double heightAt(const PlacedSpan& span, double x) {
    for (std::size_t i = 1; i < span.points.size(); ++i) {
        const DiagramPoint &a = span.points[i - 1], &b = span.points[i];
        if (x > b.x) continue;
        const double t = b.x > a.x ? std::clamp((x - a.x) / (b.x - a.x), 0.0, 1.0) : 1.0;
        return a.y + (b.y - a.y) * t * t * (3 - 2 * t);
    }
    return span.points.back().y;
}

bool holds(const std::vector<std::string>& list, const std::string& id) {
    return std::find(list.begin(), list.end(), id) != list.end();
}

// Empty if the layout is sound, else what is wrong.
QString fault(const Circuit& circuit, const DiagramLayout& layout) {
    if (layout.glyphs.size() != circuit.operations.size()) return QStringLiteral("an operation is not drawn");
    for (std::size_t i = 0; i < layout.glyphs.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const PlacedGlyph &a = layout.glyphs[i], &b = layout.glyphs[j];
            if (a.box.intersects(b.box))
                return QStringLiteral("%1 overlaps %2").arg(QString::fromStdString(a.operation), QString::fromStdString(b.operation));
        }
    for (const PlacedGlyph& g : layout.glyphs) {
        const Operation* op = circuit.operation(g.operation);
        const bool dots = g.face.glyph == Glyph::Copy || g.face.glyph == Glyph::Add || g.face.glyph == Glyph::Einsum ||
                          g.face.glyph == Glyph::Bar;
        // Axes that are acted on may lie apart in the array; what runs past between them crosses the glyph.
        double first = 1e9, last = -1e9;
        for (const auto* side : {&g.in, &g.out})
            for (const DiagramPoint& p : *side) {
                first = std::min(first, p.y);
                last = std::max(last, p.y);
            }
        for (const PlacedSpan& s : layout.spans) {
            const bool own = holds(op->in, s.wire) || holds(op->out, s.wire);
            if (own && dots) continue;
            const double x0 = std::max(g.box.x, s.points.front().x), x1 = std::min(g.box.right(), s.points.back().x);
            if (x0 > x1) continue;
            for (int k = 0; k <= 8; ++k) {
                const double y = heightAt(s, x0 + (x1 - x0) * k / 8.0);
                if (y <= g.box.y - metrics::kForeign + 0.01 || y >= g.box.bottom() + metrics::kForeign - 0.01) continue;
                bool target = own && y > first && y < last;
                if (own)
                    for (const auto* side : {&g.in, &g.out})
                        for (const DiagramPoint& p : *side) target = target || std::abs(p.y - y) < 0.5;
                if (!target)
                    return QStringLiteral("wire %1 (%2) runs into %3")
                        .arg(QString::fromStdString(s.wire), QString::fromStdString(s.axis), QString::fromStdString(g.operation));
            }
        }
    }
    for (const Wire& w : circuit.wires) {
        const Operation *from = circuit.producer(w.id), *to = circuit.consumer(w.id);
        if (from == nullptr || to == nullptr) continue;
        if (layout.glyph(from->id)->column >= layout.glyph(to->id)->column) return QStringLiteral("time runs backwards");
    }
    for (const PlacedLane& lane : layout.lanes)
        for (std::size_t i = 1; i < lane.points.size(); ++i)
            if (lane.points[i].x < lane.points[i - 1].x - 0.01) return QStringLiteral("a lane runs backwards");
    return {};
}

void axis(Circuit& c, const char* id, AxisRole role, const char* size = "") {
    Axis a;
    a.id = a.name = id;
    a.role = role;
    a.size = size;
    c.axes.push_back(a);
}
void wire(Circuit& c, const char* id, std::vector<std::string> axes) {
    Wire w;
    w.id = id;
    w.axes = std::move(axes);
    c.wires.push_back(w);
}
void op(Circuit& c, const char* id, const char* kind, std::vector<std::string> in, std::vector<std::string> out,
        std::vector<std::string> targetIn = {}, std::vector<std::string> targetOut = {}, std::map<std::string, ParamValue> args = {}) {
    Operation o;
    o.id = id;
    o.kind = kind;
    o.in = std::move(in);
    o.out = std::move(out);
    o.targetIn = std::move(targetIn);
    o.targetOut = std::move(targetOut);
    o.args = std::move(args);
    c.operations.push_back(o);
}

Circuit attention() {
    Circuit c;
    for (const char* id : {"y", "x"}) axis(c, id, AxisRole::Seq);
    axis(c, "m", AxisRole::Feature, "512");
    axis(c, "h", AxisRole::Head, "8");
    axis(c, "d", AxisRole::Feature, "m/h");
    wire(c, "wy", {"y", "m"});
    for (const char* id : {"wx", "xk", "xv"}) wire(c, id, {"x", "m"});
    wire(c, "q", {"y", "h", "d"});
    for (const char* id : {"k", "v"}) wire(c, id, {"x", "h", "d"});
    for (const char* id : {"s", "t", "a"}) wire(c, id, {"h", "y", "x"});
    wire(c, "o", {"y", "h", "d"});
    wire(c, "z", {"y", "m"});
    op(c, "iy", "input", {}, {"wy"});
    op(c, "ix", "input", {}, {"wx"});
    op(c, "cp", "copy", {"wx"}, {"xk", "xv"});
    op(c, "Lq", "linear", {"wy"}, {"q"}, {"m"}, {"h", "d"});
    op(c, "Lk", "linear", {"xk"}, {"k"}, {"m"}, {"h", "d"});
    op(c, "Lv", "linear", {"xv"}, {"v"}, {"m"}, {"h", "d"});
    op(c, "qk", "einsum", {"q", "k"}, {"s"}, {}, {}, {{"sig", std::string("y h d, x h d -> h y x")}, {"scale", std::string("d^{-1/2}")}});
    op(c, "mk", "mask", {"s"}, {"t"}, {"y", "x"}, {"y", "x"});
    op(c, "sm", "softmax", {"t"}, {"a"}, {"x"}, {"x"});
    op(c, "av", "einsum", {"a", "v"}, {"o"}, {}, {}, {{"sig", std::string("h y x, x h d -> y h d")}});
    op(c, "Lo", "linear", {"o"}, {"z"}, {"h", "d"}, {"m"});
    op(c, "out", "output", {"z"}, {});
    Group core, all;
    core.id = "g1";
    core.title = "core";
    core.members = {"qk", "mk", "sm", "av"};
    all.id = "g0";
    all.members = {"cp", "Lq", "Lk", "Lv", "g1", "Lo"};
    c.groups = {all, core};
    return c;
}

Circuit joined() {
    Circuit c;
    axis(c, "b", AxisRole::Batch);
    axis(c, "p", AxisRole::Feature, "784");
    axis(c, "k", AxisRole::Class, "10");
    axis(c, "x", AxisRole::Feature, "p+k");
    wire(c, "w0", {"b", "p"});
    wire(c, "w1", {"b", "k"});
    wire(c, "w2", {"b", "x"});
    op(c, "X", "input", {}, {"w0"});
    op(c, "y", "input", {}, {"w1"});
    c.operations[0].name = "X";
    c.operations[1].name = "y";
    op(c, "cc", "concat", {"w0", "w1"}, {"w2"}, {"p", "k"}, {"x"});
    op(c, "out", "output", {"w2"}, {});
    return c;
}

std::vector<Circuit> templates() {
    std::vector<Circuit> out;
    for (const CircuitTemplate& t : circuitTemplates()) {
        Result<Circuit> c = makeTemplate(t.id, t.needsImage ? std::vector<long>{1, 28, 28} : std::vector<long>{64}, 10);
        if (c) out.push_back(*c);
    }
    out.push_back(makeMlp({784, 512, 512, 10}));
    return out;
}

Circuit randomCircuit(unsigned seed, int edits) {
    std::mt19937 random(seed);
    const std::vector<Circuit> starts = templates();
    Circuit c = starts[random() % starts.size()];
    const auto& presets = operationPresets();
    for (int i = 0; i < edits; ++i) {
        const std::string word = presets[random() % presets.size()].word;
        const auto pickOperation = [&] { return c.operations.empty() ? std::string() : c.operations[random() % c.operations.size()].id; };
        Result<CircuitChange> change = Error{};
        switch (random() % 6) {
            case 0: change = quickAdd(c, word, pickOperation()); break;
            case 1: if (!c.wires.empty()) change = insertOnWire(c, c.wires[random() % c.wires.size()].id, word); break;
            case 2: change = replaceOperation(c, pickOperation(), word); break;
            case 3: change = addResidual(c, {pickOperation()}); break;
            case 4: change = groupItems(c, {pickOperation(), pickOperation()}, "block"); break;
            default: if (random() % 3 == 0) change = deleteItems(c, {pickOperation()}, true); break;
        }
        if (change) c = change->circuit;
    }
    return c;
}

}  // namespace

class DiagramLayoutTest : public QObject {
    Q_OBJECT
private slots:
    void templatesAreSound() {
        for (const Circuit& c : templates())
            for (const bool columns : {false, true})
                for (const bool fold : {false, true}) {
                    LayoutOptions options;
                    options.columns = columns;
                    options.foldBatch = fold;
                    const QString wrong = fault(c, layoutOf(c, options));
                    QVERIFY2(wrong.isEmpty(), qPrintable(QString::fromStdString(c.title) + ": " + wrong));
                }
    }

    void randomCircuitsAreSound() {
        for (unsigned seed = 1; seed <= 150; ++seed) {
            const Circuit c = randomCircuit(seed, 12);
            QVERIFY(checkInvariants(c).ok());
            const QString wrong = fault(c, layoutOf(c));
            QVERIFY2(wrong.isEmpty(), qPrintable(QStringLiteral("seed %1: %2").arg(seed).arg(wrong)));
        }
    }

    void samePictureTwice() {
        const Circuit c = randomCircuit(7, 30);
        const DiagramLayout a = layoutOf(c), b = layoutOf(c);
        QCOMPARE(a.glyphs.size(), b.glyphs.size());
        for (std::size_t i = 0; i < a.glyphs.size(); ++i) {
            QVERIFY(a.glyphs[i].operation == b.glyphs[i].operation);
            QVERIFY(a.glyphs[i].box == b.glyphs[i].box);
        }
        QCOMPARE(a.lanes.size(), b.lanes.size());
        for (std::size_t i = 0; i < a.lanes.size(); ++i) QVERIFY(a.lanes[i].points == b.lanes[i].points);
    }

    // The main line of a perceptron is one straight wire through everything.
    // Multi-head attention: lanes, cups, dots and fences as the grammar wants them.
    void attentionReadsAsInTheGrammar() {
        const Circuit c = attention();
        const DiagramLayout layout = layoutOf(c);
        QVERIFY2(fault(c, layout).isEmpty(), qPrintable(fault(c, layout)));
        const PlacedGlyph &qk = *layout.glyph("qk"), &av = *layout.glyph("av");
        QCOMPARE(qk.cups.size(), std::size_t(1));  // over d
        QCOMPARE(av.cups.size(), std::size_t(1));  // over x
        QCOMPARE(qk.dots.size(), std::size_t(1));  // h runs in lock-step
        QCOMPARE(av.dots.size(), std::size_t(1));
        QCOMPARE(qk.face.label, std::string("· d^{-1/2}"));
        // The lower operand is the mirror of the upper one: its summed axis lies on top, so that the cup is small.
        const auto heightOf = [&](const char* wire, const char* axis) {
            for (const PlacedSpan& s : layout.spans)
                if (s.wire == wire && s.axis == axis) return s.points.front().y;
            return -1.0;
        };
        QVERIFY(heightOf("q", "y") < heightOf("q", "h") && heightOf("q", "h") < heightOf("q", "d"));
        QVERIFY(heightOf("k", "d") < heightOf("k", "h") && heightOf("k", "h") < heightOf("k", "x"));
        QVERIFY(std::abs(qk.cups[0].bottom - qk.cups[0].top) <= 60.0);
        // The values go straight into the second product.
        QCOMPARE(heightOf("v", "d"), heightOf("o", "d"));
        QCOMPARE(int(layout.fences.size()), 2);
        for (const PlacedFence& f : layout.fences) {
            const PlacedGlyph& end = &f == &layout.fences[0] ? qk : av;
            QVERIFY(std::abs(f.points.back().x - end.cups[0].apex()) < 0.5);
            QVERIFY(std::abs(f.points.back().y - (end.cups[0].top + end.cups[0].bottom) / 2) < 0.5);
        }
        // Two axes of a mask lie 36 apart, side by side.
        QCOMPARE(heightOf("s", "x") - heightOf("s", "y"), 36.0);
    }

    // A closed block is one solid with the wires on both faces; opening it again gives the old picture back.
    void aClosedBlockIsASolid() {
        Circuit c = attention();
        const DiagramLayout open = layoutOf(c);
        c.group("g1")->open = false;
        const DiagramLayout closed = layoutOf(c);
        QCOMPARE(closed.glyphs.size(), c.operations.size() - 3);
        const PlacedGlyph* solid = closed.glyph("g1");
        QVERIFY(solid != nullptr);
        QVERIFY(solid->face.glyph == Glyph::Composite);
        QCOMPARE(solid->face.label, std::string("core"));
        QVERIFY(closed.glyph("mk") == nullptr);
        QVERIFY(closed.block("g0") != nullptr && closed.block("g1") == nullptr);
        QVERIFY(closed.block("g0")->rect.w < open.block("g0")->rect.w);
        c.group("g1")->open = true;
        QVERIFY(layoutOf(c).glyphs.front().box == open.glyphs.front().box);
    }

    // The second array of a joint meets the bar below the first; what all samples share is tucked away.
    void aJointTakesArraysSideBySide() {
        const Circuit c = joined();
        const DiagramLayout layout = layoutOf(c);
        QVERIFY2(fault(c, layout).isEmpty(), qPrintable(fault(c, layout)));
        const PlacedGlyph& bar = *layout.glyph("cc");
        QCOMPARE(bar.box.w, 4.2);
        double first = 0, second = 0;
        for (const PlacedSpan& s : layout.spans) {
            if (s.wire == "w0" && s.axis == "p") first = s.points.back().y;
            if (s.wire == "w1" && s.axis == "k") second = s.points.back().y;
        }
        QCOMPARE(second - first, 22.0);
        QCOMPARE(layout.tabs.size(), std::size_t(2));
    }

    void aPerceptronIsStraight() {
        const DiagramLayout layout = layoutOf(makeMlp({784, 512, 512, 10}));
        const double y = layout.spans.front().points.front().y;
        for (const PlacedSpan& s : layout.spans)
            for (const DiagramPoint& p : s.points) QCOMPARE(p.y, y);
        // A pointwise function stands on its own lane, 36 above the array.
        for (const PlacedGlyph& g : layout.glyphs)
            if (g.face.glyph == Glyph::Pointwise) QCOMPARE(g.anchor.y, y - metrics::kPointwiseLift);
    }

    // The skip runs below the body, and a fence between them.
    void theSkipOfAResidualRunsBelow() {
        Result<Circuit> c = makeTemplate("residual", {64}, 10);
        QVERIFY(c.ok());
        const DiagramLayout layout = layoutOf(*c);
        int copies = 0;
        for (const Operation& op : c->operations) {
            const OperationDescription* d = findOperation(op.kind);
            if (d->glyph != Glyph::Copy) continue;
            ++copies;
            QCOMPARE(layout.anchors.at(op.out[0]).top, layout.anchors.at(op.in[0]).top);
            QVERIFY(layout.anchors.at(op.out[1]).top >= layout.anchors.at(op.out[0]).bottom + metrics::kFenceGap);
        }
        QVERIFY(copies > 0);
        QCOMPARE(int(layout.fences.size()), copies);
    }

    void sizesStandWhereTheyAreNew() {
        const DiagramLayout layout = layoutOf(makeMlp({784, 512, 256, 10}));
        std::vector<std::string> texts;
        for (const PlacedLabel& l : layout.labels) texts.push_back(l.markup);
        QCOMPARE(texts, (std::vector<std::string>{"784", "512", "256", "10"}));
        LayoutOptions options;
        options.sizes = false;
        const DiagramLayout names = layoutOf(makeMlp({784, 512, 256, 10}), options);
        QCOMPARE(names.labels.front().markup, std::string("p"));
    }

    void exactlyOneWireIsMarked() {
        Circuit c = makeMlp({784, 512, 512, 10});
        Axis own = *c.axis("n1");
        own.id = "m1";
        own.size = "256";
        c.axes.push_back(own);
        c.operation("L2")->targetIn = {"m1"};
        const DiagramLayout layout = layoutOf(c);
        QCOMPARE(int(layout.errors.size()), 1);
        QCOMPARE(layout.errors[0].leftText, std::string("512"));
        QCOMPARE(layout.errors[0].rightText, std::string("256"));
        QVERIFY(layout.errors[0].right - layout.errors[0].left > 100.0);
        QVERIFY(layout.errors[0].right <= layout.glyph("L2")->box.x);
    }

    void blocksHoldTheirMembers() {
        for (const Circuit& c : templates()) {
            const DiagramLayout layout = layoutOf(c);
            for (const Group& g : c.groups) {
                const PlacedBlock* block = layout.block(g.id);
                QVERIFY(block != nullptr);
                for (const std::string& member : g.members) {
                    const PlacedGlyph* glyph = layout.glyph(member);
                    if (glyph == nullptr) continue;
                    QVERIFY(block->rect.x <= glyph->box.x && block->rect.right() >= glyph->box.right());
                    QVERIFY(block->rect.y <= glyph->box.y && block->rect.bottom() >= glyph->box.bottom());
                }
            }
        }
    }

    void taps_data() {
        QTest::addColumn<bool>("cut");
        QTest::newRow("tap") << false;
        QTest::newRow("cut") << true;
    }
    void taps() {
        QFETCH(bool, cut);
        const Circuit c = makeMlp({784, 512, 512, 10});
        LayoutOptions options;
        (cut ? options.cutWires : options.tapWires).insert("w2");
        const DiagramLayout plain = layoutOf(c), wide = layoutOf(c, options);
        QVERIFY(wide.bounds.w >= plain.bounds.w + (cut ? 30.0 : 10.0));
    }

    // A long diagram in rows: nothing is wider than the page, nothing is lost, and what goes on goes on at the same height.
    void longDiagramsWrapIntoRows() {
        std::vector<Circuit> circuits = {makeMlp(std::vector<long>(60, 64)), *parseShorthand("transformer:16-2-2", {1, 12, 12}, 10),
                                         *parseShorthand("residual-cnn", {1, 28, 28}, 10), *parseShorthand("spiking:8", {1, 12, 12}, 10)};
        for (unsigned seed = 1; seed <= 25; ++seed) circuits.push_back(randomCircuit(seed, 14));
        int wrapped = 0;
        for (const Circuit& c : circuits)
            for (const bool columns : {false, true}) {
                LayoutOptions options;
                options.columns = columns;
                const DiagramLayout line = layoutOf(c, options);
                QCOMPARE(line.rows.size(), std::size_t(1));
                options.pageWidth = 900.0;
                const DiagramLayout page = layoutOf(c, options);
                const std::string what = c.title + ", " + std::to_string(c.operations.size()) + " operations";
                if (line.bounds.w <= options.pageWidth) {
                    QCOMPARE(page.rows.size(), std::size_t(1));
                    QVERIFY(page.bounds == line.bounds);
                    continue;
                }
                wrapped += page.rows.size() > 1;
                QCOMPARE(page.glyphs.size(), line.glyphs.size());
                // The same circuit gives the same picture.
                const DiagramLayout again = layoutOf(c, options);
                QCOMPARE(again.lanes.size(), page.lanes.size());
                for (std::size_t i = 0; i < page.lanes.size(); ++i) QVERIFY(again.lanes[i].points == page.lanes[i].points);
                const auto rowAt = [&](double y) {
                    for (std::size_t r = 0; r < page.rows.size(); ++r)
                        if (y >= page.rows[r].top - 0.01 && y <= page.rows[r].bottom + 0.01) return int(r);
                    return -1;
                };
                for (std::size_t r = 0; r < page.rows.size(); ++r) {
                    const PlacedRow& row = page.rows[r];
                    if (r > 0) QVERIFY(row.top > page.rows[r - 1].bottom + 30.0);
                    // As wide as the page, but for columns that are wider by themselves.
                    double widest = 0.0;
                    for (const PlacedColumn& column : page.columns) widest = std::max(widest, column.w);
                    QVERIFY2(row.right - row.left <= options.pageWidth + std::max(0.0, widest), what.c_str());
                    if (r + 1 < page.rows.size()) {
                        QVERIFY2(row.leaves.size() == page.rows[r + 1].enters.size() && !row.leaves.empty(), what.c_str());
                        for (std::size_t k = 0; k < row.leaves.size(); ++k)
                            QVERIFY(std::abs((row.leaves[k] - row.leaves[0]) - (page.rows[r + 1].enters[k] - page.rows[r + 1].enters[0])) < 0.01);
                    }
                }
                QVERIFY(page.rows.front().enters.empty() && page.rows.back().leaves.empty());
                for (const PlacedLane& lane : page.lanes) {
                    const int row = rowAt(lane.points.front().y);
                    QVERIFY2(row >= 0, what.c_str());
                    for (const DiagramPoint& p : lane.points) {
                        QVERIFY2(rowAt(p.y) == row, what.c_str());
                        QVERIFY(p.x <= page.rows[std::size_t(row)].right + 0.5 && p.x >= page.rows[std::size_t(row)].left - 0.5);
                    }
                }
                // Every piece of a wire is there: as much length as before.
                const auto length = [](const DiagramLayout& layout) {
                    double sum = 0.0;
                    for (const PlacedLane& lane : layout.lanes)
                        for (std::size_t i = 1; i < lane.points.size(); ++i) sum += lane.points[i].x - lane.points[i - 1].x;
                    return sum;
                };
                QVERIFY2(std::abs(length(page) - length(line)) < 0.01 * length(line) + 1.0, what.c_str());
                for (const PlacedGlyph& g : page.glyphs) {
                    const PlacedGlyph& was = *line.glyph(g.operation);
                    QCOMPARE(g.box.w, was.box.w);
                    QCOMPARE(g.box.h, was.box.h);
                    QVERIFY2(rowAt(g.box.centerY()) >= 0, what.c_str());
                }
                for (std::size_t i = 0; i < page.glyphs.size(); ++i)
                    for (std::size_t j = 0; j < i; ++j) QVERIFY2(!page.glyphs[i].box.intersects(page.glyphs[j].box), what.c_str());
                for (const Group& g : c.groups) {
                    int begins = 0, ends = 0;
                    for (const PlacedBlock& b : page.blocks)
                        if (b.group == g.id) begins += b.begins, ends += b.ends;
                    QCOMPARE(begins, ends);
                    QVERIFY(begins <= 1);
                }
            }
        QVERIFY(wrapped >= 8);
    }

    void anEmptyCircuitHasALayout() {
        const DiagramLayout layout = layoutOf(Circuit{});
        QVERIFY(layout.glyphs.empty());
        QVERIFY(layout.bounds.w > 0.0);
    }

    void fiveHundredOperationsInOneFrame() {
        const Circuit c = makeMlp(std::vector<long>(250, 64));
        QVERIFY(c.operations.size() >= 490);
        const SizeSolution sizes = solveSizes(c);
        qint64 best = std::numeric_limits<qint64>::max(), wrapped = best;
        for (int i = 0; i < 7; ++i) {
            QElapsedTimer timer;
            timer.start();
            LayoutOptions options;
            options.pageWidth = i % 2 == 0 ? 0.0 : 1200.0;
            const DiagramLayout layout = layoutDiagram(c, sizes, options, measure);
            (options.pageWidth > 0.0 ? wrapped : best) = std::min(options.pageWidth > 0.0 ? wrapped : best, timer.nsecsElapsed());
            QVERIFY(!layout.glyphs.empty());
        }
        qInfo("layout of %d operations: %.2f ms, wrapped into rows %.2f ms", int(c.operations.size()), double(best) * 1e-6, double(wrapped) * 1e-6);
        best = std::max(best, wrapped);
#if defined(LAB_SANITIZED) || !defined(NDEBUG)
        QVERIFY(best < 400'000'000);
#else
        QVERIFY(best < 16'000'000);
#endif
    }
};

QTEST_APPLESS_MAIN(DiagramLayoutTest)
#include "DiagramLayoutTest.moc"
