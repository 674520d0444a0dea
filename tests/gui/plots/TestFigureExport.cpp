// Every view as SVG, PDF, PNG and CSV: well-formed, readable, the same bytes for the same figure.
#include "core/document/Views.h"
#include "support/CannedSnapshot.h"
#include "widgets/image/FigureImages.h"
#include "widgets/plot/FigureExport.h"
#include "widgets/plot/FigureLayout.h"

#include <QFile>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>

using namespace lab;
using namespace lab::test;

namespace {

Figure figureOf(const QString& id) {
    static const auto snapshot = cannedSnapshot();
    const auto figure = renderView(id.toStdString(), *snapshot);
    if (!figure) throw std::runtime_error(figure.error().text());
    return *figure;
}

QByteArray bytesOf(const Figure& figure, FigureFormat format, const FigureExportOptions& options = {}) {
    const auto bytes = figureBytes(figure, format, options);
    if (!bytes) throw std::runtime_error(bytes.error().text());
    return *bytes;
}

// All text of an SVG; empty where it is not well-formed.
QString textOf(const QByteArray& svg, int* images = nullptr) {
    QXmlStreamReader reader(svg);
    QString all;
    while (!reader.atEnd()) {
        const auto token = reader.readNext();
        if (token != QXmlStreamReader::StartElement) continue;
        if (reader.name() == QLatin1String("text")) all += reader.readElementText() + QLatin1Char('\n');
        else if (reader.name() == QLatin1String("image") && images) ++*images;
    }
    return reader.hasError() ? QString() : all;
}

}  // namespace

class TestFigureExport : public QObject {
    Q_OBJECT
private slots:
    void everyView_data() {
        QTest::addColumn<QString>("id");
        for (const ViewDescription& v : viewRegistry()) QTest::newRow(v.id.c_str()) << QString::fromStdString(v.id);
    }
    void everyView() {
        QFETCH(QString, id);
        const Figure figure = figureOf(id);
        FigureExportOptions options;
        options.width = 600;
        options.height = 400;
        for (const bool dark : {false, true}) {
            options.dark = dark;
            const QByteArray svg = bytesOf(figure, FigureFormat::Svg, options);
            QVERIFY2(textOf(svg).contains(QString::fromStdString(figure.title)), "text must stay text");
            QCOMPARE(bytesOf(figure, FigureFormat::Svg, options), svg);
            const QImage image = QImage::fromData(bytesOf(figure, FigureFormat::Png, options), "PNG");
            QCOMPARE(image.size(), QSize(600, 400));
            QCOMPARE(image.pixelColor(1, 1).lightness() > 128, !dark);
        }
        const QByteArray pdf = bytesOf(figure, FigureFormat::Pdf);
        QVERIFY(pdf.startsWith("%PDF-1."));
        QVERIFY(pdf.contains("%%EOF"));
        QCOMPARE(QString::fromUtf8(bytesOf(figure, FigureFormat::Csv)), QString::fromStdString(figureCsv(figure)));
    }

    void pdfHoldsNoDate() {
        const Figure figure = figureOf("probe");
        const QByteArray first = bytesOf(figure, FigureFormat::Pdf);
        QTest::qWait(1100);
        QCOMPARE(bytesOf(figure, FigureFormat::Pdf), first);
        QVERIFY(first.contains("D:20000101000000"));
    }

    void onlyHeatMapsAndTilesAreBitmaps() {
        for (const char* id : {"curves", "ledger", "pca", "probe", "alignment", "dimension", "values", "reads"}) {
            int images = 0;
            QVERIFY(!textOf(bytesOf(figureOf(id), FigureFormat::Svg), &images).isEmpty());
            QCOMPARE(images, 0);
        }
        int images = 0;
        textOf(bytesOf(figureOf("cka"), FigureFormat::Svg), &images);
        QCOMPARE(images, 2);  // the map and its colour bar
    }

    void axesAndLegendsAreInTheText() {
        const QString text = textOf(bytesOf(figureOf("ledger"), FigureFormat::Svg));
        for (const char* wanted : {"positive", "negative", "threshold", "samples (%)", "L1"}) QVERIFY2(text.contains(QLatin1String(wanted)), wanted);
        QVERIFY(text.contains(QStringLiteral("Goodness Gₖ")));
    }

    void messagesAreDrawn() {
        const Figure figure = Figure::message("x", "Curves", "Training has not started.", "Press Train.");
        const QString text = textOf(bytesOf(figure, FigureFormat::Svg));
        QVERIFY(text.contains(QLatin1String("Training has not started.")));
        QVERIFY(text.contains(QLatin1String("Press Train.")));
    }

    void theEndingChoosesTheFormat() {
        for (const auto& [ending, format] : {std::pair{"svg", FigureFormat::Svg}, {"pdf", FigureFormat::Pdf}, {"png", FigureFormat::Png},
                                             {"csv", FigureFormat::Csv}, {"PNG", FigureFormat::Png}})
            QCOMPARE(*figureFormat(QStringLiteral("a/figure.") + QLatin1String(ending)), format);
        QCOMPARE(figureFormat("figure.doc").error().code, std::string("LAB-FIG-101"));
        QCOMPARE(figureFormat("figure").error().code, std::string("LAB-FIG-101"));
        FigureExportOptions huge;
        huge.width = 1000000;
        QCOMPARE(figureBytes(figureOf("cka"), FigureFormat::Png, huge).error().code, std::string("LAB-FIG-102"));
    }

    void tinyAndOddFiguresDoNotFail() {
        FigureExportOptions options;
        options.width = options.height = 64;
        for (const ViewDescription& v : viewRegistry()) QVERIFY(!bytesOf(figureOf(QString::fromStdString(v.id)), FigureFormat::Png, options).isEmpty());
        Figure odd;
        QVERIFY(!bytesOf(odd, FigureFormat::Svg).isEmpty());
        for (int i = 0; i < 8; ++i) {
            FigurePanel panel;
            if (i == 0) panel.content = CurvesPanel{};
            if (i == 1) panel.content = HistogramPanel{};
            if (i == 2) panel.content = BarsPanel{};
            if (i == 3) panel.content = HeatPanel{};
            if (i == 4) panel.content = ScatterPanel{};
            if (i == 5) panel.content = TilesPanel{};
            if (i == 6) panel.content = TablePanel{};
            odd.panels.push_back(panel);
        }
        CurvesPanel nan;
        nan.series.push_back({"nan", {}, {{0, std::nan("")}, {1, std::numeric_limits<double>::infinity()}}, true});
        odd.panels[7].content = nan;
        odd.panels[7].y.logarithmic = true;
        QVERIFY(!bytesOf(odd, FigureFormat::Svg).isEmpty());
        QVERIFY(!bytesOf(odd, FigureFormat::Png).isEmpty());
    }

    void ticks_data() {
        QTest::addColumn<double>("from");
        QTest::addColumn<double>("to");
        QTest::addColumn<bool>("logarithmic");
        QTest::addColumn<QStringList>("labels");
        QTest::newRow("unit") << 0.0 << 1.0 << false << QStringList{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"};
        QTest::newRow("minus") << -1.0 << 1.0 << false << QStringList{"−1.0", "−0.5", "0.0", "0.5", "1.0"};
        QTest::newRow("thousands") << 0.0 << 40000.0 << false << QStringList{"0", "10\u202F000", "20\u202F000", "30\u202F000", "40\u202F000"};
        QTest::newRow("decades") << -3.0 << 0.0 << true << QStringList{"0.001", "0.01", "0.1", "1"};
    }
    void ticks() {
        QFETCH(double, from);
        QFETCH(double, to);
        QFETCH(bool, logarithmic);
        QFETCH(QStringList, labels);
        QStringList found;
        for (const auto& tick : niceTicks(from, to, logarithmic, false, 5)) found << tick.label;
        QCOMPARE(found, labels);
    }

    void layoutKeepsPanelsInside_data() { everyView_data(); }
    void layoutKeepsPanelsInside() {
        QFETCH(QString, id);
        const Figure figure = figureOf(id);
        for (const QSizeF size : {QSizeF(420, 300), QSizeF(760, 500), QSizeF(260, 700)}) {
            const QRectF rect(QPointF(0, 0), size);
            const FigureLayout layout = layoutFigure(figure, rect, FigureStyle::print());
            for (const PanelLayout& panel : layout.panels) {
                const QRectF box = panel.box.adjusted(-0.5, -0.5, 0.5, 0.5);
                QVERIFY(box.contains(panel.plot) || panel.plot.height() <= 10.5);
                for (const LegendEntry& entry : panel.legend) QVERIFY2(!entry.box.intersects(panel.plot), "the legend lies outside the data");
                for (const PanelLayout& other : layout.panels)
                    QVERIFY(&other == &panel || !other.box.intersects(panel.box.adjusted(1, 1, -1, -1)));
            }
        }
    }

    void rangesDoNotTremble() {
        Figure figure;
        FigurePanel panel;
        const auto layoutWith = [&](double high, RangeMemory& memory) {
            CurvesPanel content;
            content.series.push_back({"s", {}, {{0, 0.1}, {10, high}}, false});
            panel.content = content;
            figure.panels = {panel};
            LayoutOptions options;
            options.memory = &memory;
            return layoutFigure(figure, QRectF(0, 0, 400, 300), FigureStyle::print(), options).panels[0].y.to;
        };
        RangeMemory memory;
        const double first = layoutWith(0.97, memory);
        QVERIFY(first >= 0.97);
        QCOMPARE(layoutWith(0.80, memory), first);
        QCOMPARE(layoutWith(0.60, memory), first);
        QVERIFY(layoutWith(0.25, memory) < 0.5);
        QVERIFY(layoutWith(3.0, memory) >= 3.0);
    }

    void heatImageColours() {
        HeatPanel heat;
        heat.values.resize(1, 3);
        heat.values << 0, 1, std::nan("");
        const QImage image = heatImage(heat, Theme::light());
        QCOMPARE(image.size(), QSize(3, 1));
        QCOMPARE(QColor(image.pixel(0, 0)), Theme::light().sequential(0));
        QCOMPARE(QColor(image.pixel(1, 0)), Theme::light().sequential(1));
        QCOMPARE(qAlpha(image.pixel(2, 0)), 0);
        heat.scale = HeatScale::Diverging;
        heat.values << -2, 0, 1;
        const QImage diverging = heatImage(heat, Theme::light());
        QCOMPARE(QColor(diverging.pixel(0, 0)), Theme::light().diverging(-1));
        QCOMPARE(heatLimits(heat).second, 2.0);
    }
};

QTEST_MAIN(TestFigureExport)
#include "TestFigureExport.moc"
