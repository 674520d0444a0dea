// Figures as data: the CSV is what is drawn, labels and numbers print as they should.
#include "core/document/Figure.h"

#include <QtTest>

using namespace lab;

namespace {

FigurePanel holding(decltype(FigurePanel::content) content, const std::string& title = {}) {
    FigurePanel panel;
    panel.title = title;
    panel.content = std::move(content);
    return panel;
}

FigurePanel curves() {
    FigurePanel panel;
    panel.title = "Loss";
    CurvesPanel content;
    content.series.push_back({"train, \"raw\"", seriesStyle(0), {{1, 0.5}, {2, std::nan("")}, {3, 0.1}}, false});
    content.lines.push_back({false, 0.25, "chance", {}});
    panel.content = std::move(content);
    return panel;
}

}  // namespace

class TestFigure : public QObject {
    Q_OBJECT
private slots:
    void csvOfCurves() {
        Figure figure;
        figure.panels.push_back(curves());
        QCOMPARE(figureCsv(figure), std::string("panel,series,x,y\n"
                                                "Loss,\"train, \"\"raw\"\"\",1,0.5\n"
                                                "Loss,\"train, \"\"raw\"\"\",2,\n"
                                                "Loss,\"train, \"\"raw\"\"\",3,0.1\n"
                                                "Loss,chance,,0.25\n"));
    }
    void csvOfHistogram() {
        HistogramPanel content;
        content.edges = {0, 0.5, 1};
        content.series.push_back({"positive", {}, {25, 75}, 8});
        content.lines.push_back({true, 0.7, "threshold", {}});
        Figure figure;
        figure.panels.push_back(holding(content, "L1"));
        QCOMPARE(figureCsv(figure), std::string("panel,series,x,x_to,value\n"
                                                "L1,positive,0,0.5,25\n"
                                                "L1,positive,0.5,1,75\n"
                                                "L1,threshold,0.7,,\n"));
    }
    void csvOfBars() {
        BarsPanel content;
        content.categories = {"W_1", "W_2"};
        content.series.push_back({"cosine", {}, {0.25, std::nan("")}});
        Figure figure;
        figure.panels.push_back(holding(content));
        QCOMPARE(figureCsv(figure), std::string("series,label,value\ncosine,W₁,0.25\ncosine,W₂,nan\n"));
    }
    void csvOfHeatMapHoldsEveryCellOnce() {
        HeatPanel content;
        content.values.resize(2, 3);
        content.values << 1, 2, 3, 4, 5, 6.5;
        content.rowLabels = {"a", "b"};
        content.columnLabels = {"u", "v", "w"};
        Figure figure;
        figure.panels.push_back(holding(content));
        QCOMPARE(figureCsv(figure), std::string("label,x,y,value\na / u,0,0,1\na / v,1,0,2\na / w,2,0,3\n"
                                                "b / u,0,1,4\nb / v,1,1,5\nb / w,2,1,6.5\n"));
    }
    void csvOfTilesKeepsSinglePrecision() {
        TilesPanel content;
        content.tiles.push_back({"unit 0", 2, 1, 1, {0.1f, -2.0f}, false});
        Figure figure;
        figure.panels.push_back(holding(content));
        QCOMPARE(figureCsv(figure), std::string("label,x,y,value\nunit 0,0,0,0.1\nunit 0,1,0,-2\n"));
    }
    void csvOfTableIsTheTable() {
        TablePanel content;
        content.header = {"writes", "reads"};
        content.rows = {{"W_1", "input, label"}};
        Figure figure;
        figure.panels.push_back(holding(content));
        QCOMPARE(figureCsv(figure), std::string("writes,reads\nW₁,\"input, label\"\n"));
    }
    void csvOfMessageHasNoRows() {
        const Figure figure = Figure::message("x", "X", "Nothing.", "Press Train.");
        QVERIFY(figure.empty());
        QCOMPARE(figureCsv(figure), std::string("panel,value\n"));
    }

    void labels_data() {
        QTest::addColumn<QString>("markup");
        QTest::addColumn<QString>("plain");
        QTest::newRow("subscript") << "W_1" << "W₁";
        QTest::newRow("group") << "x_{12}^2" << "x₁₂²";
        QTest::newRow("bold") << "*L*_q" << "L_q";
        QTest::newRow("roman") << "|max|" << "max";
        QTest::newRow("overline") << "~x" << "x\u0304";
        QTest::newRow("words") << "train loss" << "train loss";
        QTest::newRow("open group") << "a_{1" << "a_{1";
        QTest::newRow("end") << "a_" << "a_";
        QTest::newRow("two bytes") << "θ_k" << "θₖ";
        QTest::newRow("foreign subscript") << "W_θ" << "W_θ";
    }
    void labels() {
        QFETCH(QString, markup);
        QFETCH(QString, plain);
        QCOMPARE(QString::fromStdString(figureText(markup.toStdString())), plain);
    }

    void numbers_data() {
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("text");
        QTest::newRow("zero") << 0.0 << "0";
        QTest::newRow("minus") << -0.5 << "−0.5";
        QTest::newRow("three digits") << 0.87654 << "0.877";
        QTest::newRow("whole") << 12345.6 << "12346";
        QTest::newRow("trailing") << 2.5001 << "2.5";
        QTest::newRow("round up") << 9.9999 << "10";
        QTest::newRow("small") << 1.25e-5 << "1.25·10⁻⁵";
        QTest::newRow("power") << 1e7 << "10⁷";
        QTest::newRow("undefined") << std::nan("") << "–";
        QTest::newRow("infinite") << -std::numeric_limits<double>::infinity() << "−∞";
    }
    void numbers() {
        QFETCH(double, value);
        QFETCH(QString, text);
        QCOMPARE(QString::fromStdString(figureNumber(value)), text);
    }
    void counts() {
        QCOMPARE(QString::fromStdString(figureCount(60032)), QStringLiteral("60\u202F032"));
        QCOMPARE(QString::fromStdString(figureCount(-999)), QStringLiteral("−999"));
    }
    void stylesDifferInMoreThanColour() {
        for (int i = 0; i < 8; ++i)
            for (int j = 0; j < i; ++j) {
                const SeriesStyle a = seriesStyle(i), b = seriesStyle(j);
                QVERIFY(a.dash != b.dash || a.marker != b.marker);
                QVERIFY(a.slot != b.slot);
            }
    }
    void summaryNamesLastValues() {
        Figure figure;
        figure.title = "Curves";
        figure.panels.push_back(curves());
        QCOMPARE(QString::fromStdString(figure.summary()), QStringLiteral("Curves. Loss: train, \"raw\" 0.1"));
    }
    void equalityTreatsNaNAsEqual() {
        HeatPanel a;
        a.values = MatrixD::Constant(1, 1, std::nan(""));
        HeatPanel b = a;
        QVERIFY(a == b);
        b.values(0, 0) = 1;
        QVERIFY(!(a == b));
    }
};

QTEST_APPLESS_MAIN(TestFigure)
#include "TestFigure.moc"
