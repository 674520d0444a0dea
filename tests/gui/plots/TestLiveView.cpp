// Live views: choices made from descriptions, pause, nothing while hidden, read-out, keyboard, and what a refresh costs.
#include "support/CannedSnapshot.h"
#include "widgets/common/Theme.h"
#include "widgets/plot/FigureWidget.h"
#include "widgets/views/LiveView.h"

#include <QChart>
#include <QComboBox>
#include <QLineSeries>
#include <QMenu>
#include <QSignalSpy>
#include <QToolButton>
#include <QtTest>

#include <ctime>

using namespace lab;
using namespace lab::test;

namespace {

// Processor time of this thread in milliseconds: what a refresh costs, whatever else the machine is doing.
double threadMilliseconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

// What the application does at every tick.
void feed(FigureWorker& worker, std::shared_ptr<const Snapshot> snapshot, const std::vector<LiveView*>& views) {
    std::vector<FigureWorker::Request> requests;
    for (const LiveView* view : views) view->addRequest(requests);
    worker.submit(std::move(snapshot), std::move(requests));
    worker.drain();
    for (const FigureWorker::Built& built : worker.take())
        for (LiveView* view : views) view->accept(built);
}

QList<QLineSeries*> linesOf(FigureWidget* widget) {
    QList<QLineSeries*> lines;
    for (QGraphicsItem* item : widget->scene()->items())
        if (auto* chart = dynamic_cast<QChart*>(item); chart && chart->isVisible())
            for (QAbstractSeries* series : chart->series())
                if (auto* line = qobject_cast<QLineSeries*>(series); line && line->isVisible()) lines << line;
    return lines;
}

}  // namespace

class TestLiveView : public QObject {
    Q_OBJECT
private slots:
    void everyViewShows_data() {
        QTest::addColumn<QString>("id");
        for (const ViewDescription& v : viewRegistry()) QTest::newRow(v.id.c_str()) << QString::fromStdString(v.id);
    }
    void everyViewShows() {
        QFETCH(QString, id);
        FigureWorker worker;
        LiveView view(id.toStdString(), 7);
        view.resize(420, 320);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QVERIFY(view.figure()->empty());
        feed(worker, cannedSnapshot(), {&view});
        QVERIFY(!view.figure()->empty());
        QCOMPARE(view.figureWidget()->accessibleName().isEmpty(), false);
        const QImage light = view.grab().toImage();
        if (qEnvironmentVariableIsSet("LAB_LOOK")) light.save(qEnvironmentVariable("LAB_LOOK") + QLatin1Char('/') + id + QStringLiteral("_live.png"));
        Theme::setDark(true);
        const QImage dark = view.figureWidget()->grab().toImage();
        Theme::setDark(false);
        QVERIFY(dark.pixelColor(2, 2).lightness() < 80);
        // More than a blank page: several colours.
        QSet<QRgb> colours;
        for (int y = 0; y < light.height(); y += 3)
            for (int x = 0; x < light.width(); x += 3) colours.insert(light.pixel(x, y));
        QVERIFY(colours.size() > 8);
    }

    void chartsHoldTheFigure() {
        FigureWorker worker;
        LiveView view("curves", 1);
        view.setParams({{"panel", std::string("all")}});
        view.resize(600, 400);
        view.show();
        feed(worker, cannedSnapshot(), {&view});
        const auto& panel = std::get<CurvesPanel>(view.figure()->panels[2].content);
        QList<QLineSeries*> lines = linesOf(view.figureWidget());
        QCOMPARE(lines.size(), 7);  // 2 + 2 + 3
        bool found = false;
        for (const QLineSeries* line : lines)
            if (static_cast<std::size_t>(line->count()) == panel.series[0].points.size()
                && std::abs(line->at(5).y() - panel.series[0].points[5].y) < 1e-12)
                found = true;
        QVERIFY(found);
        for (const QLineSeries* line : lines) QVERIFY(!line->useOpenGL());
    }

    void hiddenCostsNothing() {
        FigureWorker worker;
        LiveView view("pca", 1);
        ProbeRequest none;
        none.channels = false;
        QVERIFY(view.needs() == none);
        std::vector<FigureWorker::Request> requests;
        QVERIFY(!view.addRequest(requests));
        feed(worker, cannedSnapshot({.step = 10}), {&view});
        QCOMPARE(worker.builds(), std::uint64_t{0});
        QSignalSpy wants(&view, &LiveView::wantsChanged);
        view.show();
        QVERIFY(wants.count() >= 1);
        QVERIFY(view.needs().representations);
        view.hide();
        QVERIFY(view.needs() == none);
    }

    void pauseHolds() {
        FigureWorker worker;
        LiveView view("cka", 1);
        view.show();
        feed(worker, cannedSnapshot({.step = 10}), {&view});
        const auto before = view.figure();
        view.setPaused(true);
        QVERIFY(!view.live());
        feed(worker, cannedSnapshot({.step = 400}), {&view});
        QCOMPARE(view.figure(), before);
        QTest::keyClick(&view, Qt::Key_P);
        QVERIFY(view.live());
        feed(worker, cannedSnapshot({.step = 400}), {&view});
        QVERIFY(view.figure() != before);
    }

    void choicesComeFromTheRun() {
        FigureWorker worker;
        LiveView view("pca", 1);
        view.show();
        QCOMPARE(view.findChild<QComboBox*>("param.layer"), nullptr);  // one choice is no choice
        feed(worker, cannedSnapshot({.step = 10}), {&view});
        auto* layer = view.findChild<QComboBox*>("param.layer");
        QVERIFY(layer);
        QCOMPARE(layer->count(), 4);
        QSignalSpy wants(&view, &LiveView::wantsChanged);
        layer->setCurrentIndex(2);
        emit layer->activated(2);
        QCOMPARE(wants.count(), 1);
        QCOMPARE(std::get<std::string>(view.params().at("layer")), std::string("2"));
        feed(worker, cannedSnapshot({.step = 10}), {&view});
        QCOMPARE(view.figure()->panels.size(), std::size_t{1});
        view.setParams({});
        QVERIFY(view.params().empty());
    }

    void exportAsksAndNeverWrites() {
        LiveView view("reads", 1);
        view.show();
        QSignalSpy exports(&view, &LiveView::exportRequested);
        QSignalSpy copies(&view, &LiveView::copyRequested);
        int actions = 0;
        for (QToolButton* button : view.findChildren<QToolButton*>())
            if (button->menu() && button->accessibleName() == QLatin1String("Export this view"))
                for (QAction* action : button->menu()->actions())
                    if (!action->isSeparator()) {
                        action->trigger();
                        ++actions;
                    }
        QCOMPARE(actions, 5);
        QCOMPARE(exports.count(), 4);
        QCOMPARE(copies.count(), 1);
        QCOMPARE(exports[0][1].toString(), QStringLiteral("svg"));
    }

    void readOutSaysTheValue() {
        Figure figure;
        FigurePanel panel;
        panel.x.title = "epoch";
        panel.y.unit = "nat";
        CurvesPanel content;
        content.series.push_back({"loss", seriesStyle(0), {{0, 4}, {5, 2}, {10, 1}}, false});
        panel.content = content;
        figure.panels.push_back(panel);
        FigureWidget widget;
        widget.resize(400, 300);
        widget.show();
        QVERIFY(QTest::qWaitForWindowExposed(&widget));
        widget.setFigure(std::make_shared<const Figure>(figure));
        QSet<QString> found;
        for (int x = 0; x < 400; x += 4) found.insert(widget.readOut(QPointF(x, 120)));
        QVERIFY(found.contains(QStringLiteral("epoch 0: loss 4 nat")));
        QVERIFY(found.contains(QStringLiteral("epoch 5: loss 2 nat")));
        QVERIFY(found.contains(QStringLiteral("epoch 10: loss 1 nat")));
        // The keyboard reaches the same words.
        QSignalSpy spy(&widget, &FigureWidget::readOutChanged);
        QTest::keyClick(&widget, Qt::Key_Right);
        QCOMPARE(spy.count(), 1);
        QVERIFY(spy[0][0].toString().startsWith(QStringLiteral("epoch 5")));
        QTest::keyClick(&widget, Qt::Key_Escape);
        QVERIFY(spy.last()[0].toString().isEmpty());
    }

    // Six views, a new figure for each at every tick: a loose bound that a regression to appending or to an item per cell
    // would break many times over. Prints the mean, for the record.
    void refreshIsCheap() {
        std::vector<std::unique_ptr<LiveView>> views;
        std::vector<LiveView*> all;
        int key = 0;
        for (const char* id : {"curves", "ledger", "pca", "rdm", "weights", "confusion"}) {
            views.push_back(std::make_unique<LiveView>(id, ++key));
            views.back()->resize(420, 300);
            views.back()->show();
            all.push_back(views.back().get());
        }
        FigureWorker worker;
        feed(worker, cannedSnapshot({.step = 4000}), all);
        QCoreApplication::processEvents();
        std::vector<std::vector<FigureWorker::Built>> frames;
        for (int frame = 0; frame < 8; ++frame) {
            std::vector<FigureWorker::Request> requests;
            for (const LiveView* view : all) view->addRequest(requests);
            worker.submit(cannedSnapshot({.step = 4000 + 60 * frame}), requests);
            worker.drain();
            frames.push_back(worker.take());
        }
        std::map<int, double> cost;
        double total = 0;
        for (const auto& frame : frames)
            for (const FigureWorker::Built& built : frame) {
                const double begin = threadMilliseconds();
                LiveView* view = all[static_cast<std::size_t>(built.key - 1)];
                view->accept(built);
                view->figureWidget()->viewport()->repaint();
                const double ms = threadMilliseconds() - begin;
                cost[built.key] += ms / static_cast<double>(frames.size());
                total += ms / static_cast<double>(frames.size());
            }
        for (const auto& [k, ms] : cost) qInfo("%s: %.2f ms", all[static_cast<std::size_t>(k - 1)]->viewId().c_str(), ms);
        qInfo("six views: %.1f ms", total);
        QVERIFY2(total < 200, qPrintable(QString::number(total)));
    }
};

QTEST_MAIN(TestLiveView)
#include "TestLiveView.moc"
