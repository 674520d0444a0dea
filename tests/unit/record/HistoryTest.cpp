// Curves: thinning keeps extremes, bounds, gaps and order; a view taken earlier does not change while appending goes on.
#include "core/record/History.h"

#include "core/base/Assert.h"
#include "core/base/Rng.h"
#include "core/record/Snapshot.h"

#include <QtTest>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

using namespace lab;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool same(const CurvePoint& a, const CurvePoint& b) {
    return a.x == b.x && (a.y == b.y || (std::isnan(a.y) && std::isnan(b.y)));
}

Series noisy(std::size_t count, std::uint64_t seed) {
    Series series;
    const Stream random(seed, Purpose::Analysis);
    for (std::size_t i = 0; i < count; ++i) series.append(static_cast<double>(i), random.normalAt(i));
    return series;
}

// The smallest and largest finite values among points.
std::pair<double, double> bounds(const std::vector<CurvePoint>& points) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const CurvePoint& p : points) {
        if (!std::isfinite(p.y)) continue;
        low = std::min(low, p.y);
        high = std::max(high, p.y);
    }
    return {low, high};
}

}  // namespace

class HistoryTest : public QObject {
    Q_OBJECT
private slots:
    void thinKeepsOrderBoundsAndExtremes() {
        for (const std::size_t count : {1u, 5u, 63u, 64u, 65u, 4095u, 4096u, 4097u, 40000u}) {
            const Series series = noisy(count, count);
            const std::vector<CurvePoint> all = series.all();
            QCOMPARE(all.size(), count);
            for (const std::size_t most : {4u, 5u, 100u, 1000u})
                for (const auto& [from, to] : std::vector<std::pair<double, double>>{
                         {-1, 1e9}, {0, double(count) - 1}, {10, 30.5}, {double(count) / 3, double(count) / 2}, {50, 20}}) {
                    const std::vector<CurvePoint> thin = series.thin(from, to, most);
                    std::vector<CurvePoint> inside;
                    for (const CurvePoint& p : all)
                        if (p.x >= from && p.x <= to) inside.push_back(p);
                    QVERIFY(thin.size() <= most);
                    QCOMPARE(thin.empty(), inside.empty());
                    if (inside.size() <= most) QCOMPARE(thin.size(), inside.size());
                    for (std::size_t i = 0; i < thin.size(); ++i) {
                        if (i > 0) QVERIFY(thin[i - 1].x < thin[i].x);
                        QVERIFY(thin[i].x >= from && thin[i].x <= to);
                        // Every point is one of the series, none is made up.
                        QVERIFY(same(thin[i], all[static_cast<std::size_t>(thin[i].x)]));
                    }
                    if (!inside.empty()) QCOMPARE(bounds(thin), bounds(inside));
                }
        }
    }

    // A single peak anywhere survives any thinning.
    void peaksSurvive() {
        for (const std::size_t at : {0u, 1u, 511u, 512u, 4095u, 4096u, 9998u, 9999u}) {
            Series series;
            for (std::size_t i = 0; i < 10000; ++i) series.append(static_cast<double>(i), i == at ? 100.0 : i == 9999 - at ? -50.0 : 0.0);
            const std::vector<CurvePoint> thin = series.thin(0, 1e9, 8);
            QCOMPARE(bounds(thin), std::make_pair(-50.0, 100.0));
        }
    }

    // The pyramid gives what looking at every point gives, piece by piece.
    void piecesHoldTheirOwnExtremes() {
        const std::size_t count = 12345, most = 200;
        const Series series = noisy(count, 9);
        const std::vector<CurvePoint> all = series.all(), thin = series.thin(-1, 1e9, most);
        std::vector<CurvePoint> wanted;
        for (std::size_t p = 0; p < most / 2; ++p) {
            std::size_t low = count * p / (most / 2), high = low;
            for (std::size_t i = low; i < count * (p + 1) / (most / 2); ++i) {
                if (all[i].y < all[low].y) low = i;
                if (all[i].y > all[high].y) high = i;
            }
            wanted.push_back(all[std::min(low, high)]);
            if (low != high) wanted.push_back(all[std::max(low, high)]);
        }
        QCOMPARE(thin.size(), wanted.size());
        for (std::size_t i = 0; i < thin.size(); ++i) QVERIFY(same(thin[i], wanted[i]));
    }

    void gapsStayGaps() {
        Series series;
        const double infinite = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < 3000; ++i)
            series.append(static_cast<double>(i), i >= 1000 && i < 2000 ? (i % 2 ? kNan : infinite) : static_cast<double>(i % 7));
        const std::vector<CurvePoint> thin = series.thin(0, 1e9, 60);
        int gaps = 0;
        for (const CurvePoint& p : thin) {
            // Infinity is never drawn as an extreme.
            QVERIFY(!std::isinf(p.y));
            const bool inGap = p.x >= 1000 && p.x < 2000;
            QCOMPARE(std::isnan(p.y), inGap);
            gaps += inGap ? 1 : 0;
        }
        QVERIFY(gaps >= 8);
        QCOMPARE(bounds(thin), std::make_pair(0.0, 6.0));
        // Few points: as they are.
        QCOMPARE(series.thin(998, 1003, 10).size(), std::size_t(6));
        Series nothing;
        nothing.append(0, kNan);
        QVERIFY(std::isnan(nothing.thin(-1, 1, 4).front().y));
        QVERIFY(Series().thin(0, 1, 4).empty());
    }

    // Several values at one x (an evaluation at the step where one was) are all kept, and the range is inclusive.
    void equalAbscissae() {
        Series series;
        for (int i = 0; i < 10; ++i) series.append(i / 2, i);
        QCOMPARE(series.thin(1, 2, 100).size(), std::size_t(4));
        QVERIFY_EXCEPTION_THROWN(static_cast<void>(series.thin(0, 1, 3)), AssertionFailure);
    }

    void viewsAreFrozen() {
        History history;
        const int loss = history.add({"loss", "Loss", "", "nats", "loss", -1, "", false});
        const int layer = history.add({"goodness", "Goodness", "G", "", "goodness", 1, "L2", true});
        QCOMPARE(history.find("goodness", 1), layer);
        QCOMPARE(history.find("goodness"), -1);
        QCOMPARE(history.find("loss"), loss);
        history.append(loss, 1, 0.5);
        const std::shared_ptr<const HistoryView> early = history.view();
        history.append(loss, 2, 0.25);
        history.add({"late", "", "", "", "", -1, "", false});
        QCOMPARE(early->count(0), std::size_t(1));
        QCOMPARE(early->count(1), std::size_t(0));
        QCOMPARE(early->series().size(), std::size_t(2));
        QCOMPARE(early->find("late"), -1);
        QCOMPARE(early->find("goodness", 1), 1);
        QVERIFY(early->last(0).y == 0.5);
        const std::shared_ptr<const HistoryView> late = history.view();
        QCOMPARE(late->count(0), std::size_t(2));
        QVERIFY(late->last(0).y == 0.25);
        QCOMPARE(late->find("late"), 2);
    }

    // One thread appends, others read views taken at any moment: contents are those of the moment, whatever is appended.
    void viewsAreFrozenWhileAppending() {
        constexpr std::size_t kCount = 60000;
        History history;
        const int series = history.add({"s", "", "", "", "", -1, "", false});
        std::mutex mutex;
        std::shared_ptr<const HistoryView> shared = history.view();
        std::atomic<bool> done{false};
        std::atomic<int> wrong{0};
        std::atomic<int> looks{0};
        const auto value = [](std::size_t i) { return static_cast<double>((i * 2654435761u) % 100003u); };
        const auto reader = [&] {
            bool last = false;
            while (!last) {
                last = done.load();
                std::shared_ptr<const HistoryView> view;
                {
                    std::lock_guard lock(mutex);
                    view = shared;
                }
                const std::size_t count = view->count(0);
                if (count == 0) continue;
                const std::vector<CurvePoint> thin = view->thin(0, 0, 1e9, 64);
                for (const CurvePoint& p : thin)
                    if (p.x >= static_cast<double>(count) || p.y != value(static_cast<std::size_t>(p.x))) ++wrong;
                if (view->last(0).x != static_cast<double>(count - 1) || view->count(0) != count) ++wrong;
                ++looks;
            }
        };
        std::thread first(reader), second(reader);
        for (std::size_t i = 0; i < kCount; ++i) {
            history.append(series, static_cast<double>(i), value(i));
            if (i % 97 == 0) {
                std::shared_ptr<const HistoryView> view = history.view();
                std::lock_guard lock(mutex);
                shared = view;
            }
        }
        {
            std::lock_guard lock(mutex);
            shared = history.view();
        }
        done.store(true);
        first.join();
        second.join();
        QCOMPARE(wrong.load(), 0);
        QVERIFY(looks.load() >= 2);
        QCOMPARE(shared->count(0), kCount);
    }

    void requestsAreJoined() {
        ProbeRequest images, weights;
        images.channels = false;
        images.images = true;
        weights.channels = false;
        weights.weights = weights.reads = true;
        const ProbeRequest both = images | weights;
        QVERIFY(both.images && both.weights && both.reads);
        QVERIFY(!both.channels && !both.representations && !both.activity && !both.alignment && !both.confusion);
        QVERIFY((both | images) == both);
    }

    void slotHoldsTheLatest() {
        SnapshotSlot slot;
        QVERIFY(slot.latest() == nullptr);
        const auto first = std::make_shared<Snapshot>(), second = std::make_shared<Snapshot>();
        slot.publish(first);
        slot.publish(second);
        QVERIFY(slot.latest() == second);
        QVERIFY(slot.latest() == second);
        QCOMPARE(first.use_count(), 1L);  // what nobody holds any more is gone
    }
};

QTEST_APPLESS_MAIN(HistoryTest)
#include "HistoryTest.moc"
