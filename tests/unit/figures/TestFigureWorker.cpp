// The thread that builds figures: latest wins, what has not changed is not built, what is hidden costs nothing.
#include "core/document/FigureWorker.h"
#include "support/CannedSnapshot.h"

#include <QtTest>

#include <atomic>

using namespace lab;
using namespace lab::test;

class TestFigureWorker : public QObject {
    Q_OBJECT
private slots:
    void buildsWhatIsWanted() {
        std::atomic<int> wakes{0};
        FigureWorker worker([&] { ++wakes; });
        const auto snapshot = cannedSnapshot();
        worker.submit(snapshot, {{1, "curves", {}}, {2, "ledger", {{"bins", std::int64_t{8}}}}});
        worker.drain();
        QCOMPARE(wakes.load(), 1);
        const auto built = worker.take();
        QCOMPARE(built.size(), std::size_t{2});
        QCOMPARE(built[0].figure->view, std::string("curves"));
        QCOMPARE(built[0].serial, snapshot->serial);
        QVERIFY(built[0].milliseconds > 0);
        QCOMPARE(std::get<HistogramPanel>(built[1].figure->panels[0].content).edges.size(), std::size_t{9});
        QVERIFY(!built[1].params.empty());
        QVERIFY(worker.take().empty());
    }

    void unchangedIsNotBuiltAgain() {
        FigureWorker worker;
        const auto snapshot = cannedSnapshot();
        worker.submit(snapshot, {{1, "pca", {}}});
        worker.drain();
        QCOMPARE(worker.take().size(), std::size_t{1});
        // A later snapshot with the same probe.
        auto later = std::make_shared<Snapshot>(*snapshot);
        later->serial += 5;
        later->step += 5;
        worker.submit(later, {{1, "pca", {}}});
        worker.drain();
        QVERIFY(worker.take().empty());
        QCOMPARE(worker.builds(), std::uint64_t{1});
        // Another choice needs another figure.
        worker.submit(later, {{1, "pca", {{"layer", std::string("2")}}}});
        worker.drain();
        QCOMPARE(worker.take().at(0).figure->panels.size(), std::size_t{1});
        // And so does another run.
        auto other = std::make_shared<Snapshot>(*later);
        other->run += 1;
        worker.submit(other, {{1, "pca", {{"layer", std::string("2")}}}});
        worker.drain();
        QCOMPARE(worker.builds(), std::uint64_t{3});
    }

    void hiddenCostsNothing() {
        FigureWorker worker;
        worker.submit(cannedSnapshot({.step = 10}), {{1, "curves", {}}, {2, "rdm", {}}});
        worker.drain();
        QCOMPARE(worker.builds(), std::uint64_t{2});
        for (std::int64_t step = 11; step < 15; ++step) {
            worker.submit(cannedSnapshot({.step = step}), {});
            worker.drain();
        }
        QCOMPARE(worker.builds(), std::uint64_t{2});
        worker.take();
        // Shown again, it is delivered even where nothing has changed.
        const auto snapshot = cannedSnapshot({.step = 10});
        worker.submit(snapshot, {{2, "rdm", {}}});
        worker.drain();
        QCOMPARE(worker.take().size(), std::size_t{1});
    }

    void latestWins() {
        FigureWorker worker;
        std::vector<std::shared_ptr<Snapshot>> snapshots;
        for (std::int64_t step = 1; step <= 40; ++step) snapshots.push_back(cannedSnapshot({.step = step, .probes = 60}));
        for (const auto& s : snapshots) worker.submit(s, {{1, "rdm", {}}});
        worker.drain();
        const auto built = worker.take();
        QCOMPARE(built.size(), std::size_t{1});
        QCOMPARE(built[0].serial, snapshots.back()->serial);
        QVERIFY2(worker.builds() < 40, "requests that never began must be dropped");
    }

    void unknownViewIsIgnored() {
        FigureWorker worker;
        worker.submit(cannedSnapshot({.step = 1}), {{1, "no such view", {}}, {2, "reads", {}}});
        worker.drain();
        QCOMPARE(worker.take().size(), std::size_t{1});
    }

    void stopsWhileBusy() {
        QElapsedTimer timer;
        timer.start();
        {
            FigureWorker worker;
            worker.submit(cannedSnapshot(), {{1, "rdm", {}}, {2, "pca", {}}, {3, "probe", {}}, {4, "cka", {}}});
        }
        QVERIFY(timer.elapsed() < 2000);
    }
};

QTEST_APPLESS_MAIN(TestFigureWorker)
#include "TestFigureWorker.moc"
