// The diagram as a file: every glyph and every template against a golden SVG, and what any figure must hold.
// Goldens are the pictures that were looked at when they were made; LAB_WRITE_GOLDEN=1 writes them anew.
#include "core/circuit/Templates.h"
#include "widgets/circuit/CircuitSvg.h"
#include "widgets/circuit/GlyphKit.h"

#include <QFile>
#include <QRegularExpression>
#include <QtTest>

using namespace lab;

namespace {

// Widths of letters differ a little between versions of the font package; half a unit is not a difference to the eye.
constexpr double kTolerance = 0.5;

QString golden(const QString& name) { return QStringLiteral(LAB_SOURCE_DIR "/tests/gui/circuit/golden/") + name + QStringLiteral(".svg"); }

// Text and numbers apart: the text must be the same, the numbers close. Empty when equal.
QString difference(const QString& a, const QString& b) {
    static const QRegularExpression number(QStringLiteral("-?\\d+(\\.\\d+)?"));
    if (QString(a).replace(number, QStringLiteral("#")) != QString(b).replace(number, QStringLiteral("#")))
        return QStringLiteral("the structure differs");
    auto i = number.globalMatch(a), j = number.globalMatch(b);
    while (i.hasNext() && j.hasNext()) {
        const QString x = i.next().captured(), y = j.next().captured();
        if (std::abs(x.toDouble() - y.toDouble()) > kTolerance) return QStringLiteral("%1 became %2").arg(y, x);
    }
    return {};
}

void compare(const QString& name, const QByteArray& svg) {
    if (qEnvironmentVariableIsSet("LAB_WRITE_GOLDEN")) {
        QFile out(golden(name));
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(svg);
        return;
    }
    QFile file(golden(name));
    QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.fileName()));
    const QString wrong = difference(QString::fromUtf8(svg), QString::fromUtf8(file.readAll()));
    QVERIFY2(wrong.isEmpty(), qPrintable(name + ": " + wrong));
}

Circuit templateOf(const CircuitTemplate& t) {
    return *makeTemplate(t.id, t.needsImage ? std::vector<long>{1, 28, 28} : std::vector<long>{64}, 10);
}

}  // namespace

class CircuitFigureTest : public QObject {
    Q_OBJECT
private slots:
    void glyphs_data() {
        QTest::addColumn<QString>("word");
        for (const OperationPreset& p : operationPresets()) QTest::newRow(p.word.c_str()) << QString::fromStdString(p.word);
    }
    void glyphs() {
        QFETCH(QString, word);
        const OperationPreset* preset = findPreset(word.toStdString());
        QVERIFY(preset != nullptr);
        Operation op;
        op.id = "tile";
        op.kind = preset->kind;
        op.args = preset->args;
        SvgSink sink(QRectF(0, 0, 56, 46), word, {}, QColor());
        drawTile(sink, glyphFace(op), QRectF(0, 0, 56, 46), Theme::light());
        const QByteArray svg = sink.finish();
        QVERIFY(svg.contains("<path") || svg.contains("<text"));
        compare(QStringLiteral("glyph-") + word, svg);
    }

    void templates_data() {
        QTest::addColumn<int>("index");
        for (int i = 0; i < int(circuitTemplates().size()); ++i) QTest::newRow(circuitTemplates()[std::size_t(i)].id.c_str()) << i;
    }
    void templates() {
        QFETCH(int, index);
        const CircuitTemplate& t = circuitTemplates()[std::size_t(index)];
        const Circuit c = templateOf(t);
        const SizeSolution sizes = solveSizes(c);
        const QByteArray svg = circuitToSvg(c, sizes);
        QCOMPARE(circuitToSvg(c, sizes), svg);
        compare(QStringLiteral("template-") + QString::fromStdString(t.id), svg);
    }

    void aMismatchIsMarkedOnce() {
        Circuit c = makeMlp({784, 512, 512, 10});
        Axis own = *c.axis("n1");
        own.id = "m1";
        own.size = "256";
        c.axes.push_back(own);
        c.operation("L2")->targetIn = {"m1"};
        const QByteArray svg = circuitToSvg(c, solveSizes(c));
        QCOMPARE(svg.count("class=\"error\""), 1);
        QVERIFY(svg.contains(">512<"));
        QVERIFY(svg.contains(">256<"));
        compare(QStringLiteral("mismatch"), svg);
    }

    void everyOperationIsAGroupWithItsIdAndText() {
        const Circuit c = makeMlp({784, 512, 10});
        const QByteArray svg = circuitToSvg(c, solveSizes(c));
        for (const Operation& op : c.operations) QVERIFY(svg.contains(("id=\"op-" + op.id + "\"").c_str()));
        QVERIFY(svg.contains("<title>"));
        QVERIFY(svg.contains("<desc>"));
        QVERIFY(!svg.contains("<image"));
        QVERIFY(svg.contains(">784</text>"));
    }

    void geometryNeverChangesWithTheTheme() {
        const Circuit c = templateOf(circuitTemplates().front());
        CircuitFigureOptions dark;
        dark.dark = true;
        const SizeSolution sizes = solveSizes(c);
        const auto box = [](const QByteArray& svg) { return svg.mid(svg.indexOf("viewBox"), 60).split('"').value(1); };
        QCOMPARE(box(circuitToSvg(c, sizes, dark)), box(circuitToSvg(c, sizes)));
    }

    void theRuleLayerAddsMarksAndTakesNothing() {
        const Circuit c = makeMlp({784, 512, 512, 10});
        CircuitFigureOptions options;
        options.toggles.rule = true;
        const auto mark = [&](Mark::Kind kind, const std::string& wire, const std::string& operation, const std::string& label, int layer) {
            Mark m;
            m.kind = kind;
            m.wire = wire;
            m.operation = operation;
            m.label = label;
            m.layer = layer;
            if (kind == Mark::Kind::LocalLoss) m.formula = "ζ(θ-G^+) + ζ(G^--θ)";
            if (kind == Mark::Kind::Feedback) m.to = "L1";
            options.marks.push_back(m);
        };
        mark(Mark::Kind::Stream, "", "in1", "σ = 2", -1);
        mark(Mark::Kind::Tap, "w2", "", "G_1", 0);
        mark(Mark::Kind::LocalLoss, "", "L1", "|layer| 1", 0);
        mark(Mark::Kind::Writer, "", "L1", "Δ*W*_1", 0);
        mark(Mark::Kind::Cut, "w2", "", "", -1);
        mark(Mark::Kind::Feedback, "", "L3", "B_1", -1);
        mark(Mark::Kind::Frozen, "", "L2", "", -1);
        const QByteArray svg = circuitToSvg(c, solveSizes(c), options);
        for (const char* kind : {"tap", "loss", "writer", "cut", "feedback", "frozen"})
            QCOMPARE(svg.count(QByteArray("class=\"") + kind + "\""), 1);
        for (const Operation& op : c.operations) QVERIFY(svg.contains(("id=\"op-" + op.id + "\"").c_str()));
        compare(QStringLiteral("rule"), svg);
        options.toggles.rule = false;
        QVERIFY(!circuitToSvg(c, solveSizes(c), options).contains("class=\"tap\""));
    }

    void activityGlowsOnItsWires() {
        const Circuit c = makeMlp({784, 512, 10});
        CircuitFigureOptions options;
        options.toggles.activity = true;
        options.activity = {{"w1", 1.0}, {"w0", 0.25}};
        const QByteArray svg = circuitToSvg(c, solveSizes(c), options);
        const qsizetype from = svg.indexOf("id=\"activity\"");
        QVERIFY(from > 0);
        const QByteArray glow = svg.mid(from, svg.indexOf("</g>", from) - from);
        QCOMPARE(glow.count("<path"), 2);
        QVERIFY(glow.contains("stroke-width=\"11\""));
        QVERIFY(glow.contains("stroke-width=\"4.25\""));
    }

    void imagesHaveTheSizeAskedFor() {
        const Circuit c = makeMlp({784, 512, 10});
        const SizeSolution sizes = solveSizes(c);
        const QImage one = circuitToImage(c, sizes, 1.0), three = circuitToImage(c, sizes, 3.0);
        QVERIFY(std::abs(three.width() - 3 * one.width()) <= 3);
        QVERIFY(one.pixelColor(1, 1) == Theme::light().background);
    }
};

QTEST_MAIN(CircuitFigureTest)
#include "CircuitFigureTest.moc"
