// Threads: every tile once, exceptions carried, many small jobs, and waiting that costs no processor time.
#include "core/math/Pool.h"

#include <QtTest>

#include <chrono>
#include <ctime>
#include <numeric>
#include <vector>

using namespace lab;

namespace {

double processorSeconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

constexpr auto kIdle = std::chrono::milliseconds(300);
// A single spinning thread would cost 0.3 s.
constexpr double kAllowed = 0.05;

}  // namespace

class PoolTest : public QObject {
    Q_OBJECT
private slots:
    void threads_data() {
        QTest::addColumn<int>("threads");
        for (const int threads : {1, 2, 7}) QTest::addRow("%d", threads) << threads;
    }
    void threads() {
        QFETCH(int, threads);
        Pool pool(threads);
        QCOMPARE(pool.threads(), threads);
        for (const Index tiles : {0, 1, 2, 3, 8, 1000}) {
            std::vector<std::atomic<int>> calls(static_cast<std::size_t>(tiles));
            pool.run(tiles, [&](Index tile) { calls[static_cast<std::size_t>(tile)].fetch_add(1); });
            for (const std::atomic<int>& count : calls) QCOMPARE(count.load(), 1);
        }
    }

    void rangesCoverOnce_data() { threads_data(); }
    void rangesCoverOnce() {
        QFETCH(int, threads);
        Pool pool(threads);
        for (const Index count : {0, 1, 15, 16, 17, 1000})
            for (const Index grain : {1, 16, 2000}) {
                std::vector<int> calls(static_cast<std::size_t>(count), 0);
                std::atomic<int> pieces{0};
                pool.ranges(count, grain, [&](Index begin, Index end) {
                    if (begin % grain == 0 && end - begin <= grain && begin < end) pieces.fetch_add(1);
                    for (Index i = begin; i < end; ++i) ++calls[static_cast<std::size_t>(i)];
                });
                QCOMPARE(static_cast<Index>(pieces.load()), (count + grain - 1) / grain);
                for (const int c : calls) QCOMPARE(c, 1);
            }
    }

    void exceptionsAreCarried_data() { threads_data(); }
    void exceptionsAreCarried() {
        QFETCH(int, threads);
        Pool pool(threads);
        for (int round = 0; round < 20; ++round) {
            bool caught = false;
            try {
                pool.run(50, [&](Index tile) {
                    if (tile == 10 + round) throw std::runtime_error("tile");
                });
            } catch (const std::runtime_error& problem) {
                caught = std::string(problem.what()) == "tile";
            }
            QVERIFY(caught);
            // The pool is as good as before.
            std::atomic<Index> sum{0};
            pool.run(100, [&](Index tile) { sum.fetch_add(tile); });
            QCOMPARE(sum.load(), Index(4950));
        }
    }

    // Loops inside loops of the caller, jobs shorter than waking a thread: the case in which generations may be mixed up.
    void manySmallJobs_data() { threads_data(); }
    void manySmallJobs() {
        QFETCH(int, threads);
        Pool pool(threads);
        std::vector<std::int64_t> sums(8, 0);
        std::int64_t wanted = 0;
        for (int outer = 0; outer < 100; ++outer)
            for (int inner = 0; inner < 20; ++inner) {
                const Index tiles = 1 + (outer + inner) % 8;
                const std::int64_t add = outer * 20 + inner;
                pool.run(tiles, [&sums, add](Index tile) { sums[static_cast<std::size_t>(tile)] += add; });
                wanted += tiles * add;
            }
        QCOMPARE(std::accumulate(sums.begin(), sums.end(), std::int64_t(0)), wanted);
    }

    // Two pools at work at the same time do not disturb each other.
    void poolsAreIndependent() {
        std::int64_t sums[2] = {0, 0};
        const auto work = [&](int which) {
            Pool pool(3);
            for (int round = 0; round < 300; ++round) {
                std::vector<int> parts(16, 0);
                pool.run(16, [&](Index tile) { parts[static_cast<std::size_t>(tile)] = static_cast<int>(tile) + which; });
                sums[which] += std::accumulate(parts.begin(), parts.end(), 0);
            }
        };
        std::thread other(work, 1);
        work(0);
        other.join();
        QCOMPARE(sums[0], std::int64_t(300 * 120));
        QCOMPARE(sums[1], std::int64_t(300 * 136));
    }

    void idleWorkersSleep() {
        Pool pool(7);
        pool.run(100, [](Index) {});
        const double before = processorSeconds();
        std::this_thread::sleep_for(kIdle);
        QVERIFY2(processorSeconds() - before < kAllowed, "idle threads burn processor time");
    }

    // One long tile: those that have nothing left to do sleep until it is finished.
    void waitingForAnotherTileSleeps() {
        Pool pool(4);
        const double before = processorSeconds();
        pool.run(4, [](Index tile) {
            if (tile == 3) std::this_thread::sleep_for(kIdle);
        });
        QVERIFY2(processorSeconds() - before < kAllowed, "waiting threads burn processor time");
    }

    void startsAndEndsQuickly() {
        QElapsedTimer timer;
        timer.start();
        for (int round = 0; round < 50; ++round) {
            Pool pool(4);
            if (round % 2 == 0) pool.run(4, [](Index) {});
        }
        QVERIFY(timer.elapsed() < 5000);
        QVERIFY(Pool(0).threads() >= 1);
    }
};

QTEST_APPLESS_MAIN(PoolTest)
#include "PoolTest.moc"
