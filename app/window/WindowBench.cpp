#include "app/window/WindowBench.h"

#include "app/cli/BenchSupport.h"
#include "app/cli/Command.h"
#include "app/window/EventPump.h"
#include "app/window/MainWindow.h"
#include "core/document/Views.h"
#include "core/geometry/Signals.h"
#include "core/io/Json.h"
#include "core/math/Gemm.h"
#include "core/rules/RuleDescription.h"
#include "widgets/views/LiveView.h"

#include <QDockWidget>
#include <QElapsedTimer>
#include <QEvent>
#include <QMetaEnum>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>

namespace lab {

namespace {

constexpr double kHandlerLimit = 16;  // milliseconds: a frame at 60 Hz
constexpr int kTurns = 9;              // the first one warms: what was just opened fills, which is not how it goes on
constexpr std::int64_t kFirst = 60;    // steps of an epoch before the timed ones
constexpr std::int64_t kSteps = 400;   // timed: with the first less than an epoch, so that no evaluation falls among them

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

struct Timed {
    double rate = 0;     // samples per second; 0 when the steps did not come
    double seconds = 0;
};

// `kSteps` steps in the epoch number `turn` (from 0) of a run that goes on from turn to turn. `begun` is called when their time starts.
Timed timedTurn(Runner& runner, int turn, std::int64_t batch, const std::function<void()>& begun = {}) {
    const std::int64_t from = turn * runner.latest()->stepsPerEpoch + kFirst;
    runner.run({RunUntil::Kind::Step, from + kSteps});
    if (!pumpUntil([&] { return runner.latest()->step >= from; }, 120000)) return {};
    const std::int64_t first = runner.latest()->step;
    const double start = seconds();
    if (begun) begun();
    if (!pumpUntil([&] { return runner.latest()->step >= from + kSteps; }, 120000)) return {};
    const double spent = seconds() - start;
    return {static_cast<double>((from + kSteps - first) * batch) / spent, spent};
}

// d' of the first channel that compares two groups, the mean over its layers.
std::optional<double> parting(const Snapshot& s) {
    for (const auto& [channel, layers] : s.channels) {
        double sum = 0;
        int count = 0;
        for (const ChannelValue& v : layers)
            if (const Measured apart = dPrime(v.positive, v.negative); apart.defined()) sum += apart.value, ++count;
        if (count > 0) return sum / count;
    }
    return std::nullopt;
}

}  // namespace

bool TimedApplication::notify(QObject* receiver, QEvent* event) {
    // An event that is sent from within a handler belongs to that handler.
    const QEvent::Type type = event->type();
    const QByteArray name = receiver->metaObject()->className();
    QElapsedTimer timer;
    timer.start();
    ++m_depth;
    const bool handled = QApplication::notify(receiver, event);
    --m_depth;
    if (m_depth > 0) return handled;
    ++m_handled;
    const double spent = static_cast<double>(timer.nsecsElapsed()) * 1e-6;
    if (spent > kHandlerLimit) ++m_slow;
    if (spent > m_longest) {
        m_longest = spent;
        const char* key = QMetaEnum::fromType<QEvent::Type>().valueToKey(type);
        m_what = QString::fromLatin1(name) + QLatin1Char(' ') + QLatin1String(key != nullptr ? key : "event");
    }
    return handled;
}

void TimedApplication::restart() {
    m_longest = 0;
    m_what.clear();
    m_slow = m_handled = 0;
}

int benchWindow(TimedApplication& application, qint64 startedNanoseconds, bool json) {
    WindowOptions options;
    options.safe = true;
    options.recover = false;
    MainWindow window(options);
    window.show();
    window.startWith(firstExperiment(haveFashionMnist()));
    RunController& run = window.run();
    if (!pumpUntil([&] { return run.snapshot().state == RunState::Ready; }, 60000))
        return fail({"LAB-CLI-112", "the first experiment did not get ready: " + run.snapshot().message, "", "Run `forward-lab first` to see why."});
    const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
    const double usable = static_cast<double>(now - startedNanoseconds) * 1e-6;

    // As it greets a newcomer: the default layout, Train, ten seconds.
    window.train();
    pumpUntil([&] { return run.snapshot().history && run.snapshot().step > 0; }, 5000);
    double firstLoss = 0;
    const auto lastOf = [&](const char* id) {
        const Snapshot& s = run.snapshot();
        if (s.history)
            for (std::size_t i = 0; i < s.history->series().size(); ++i)
                if (s.history->series()[i].id == id && s.history->count(i) > 0) return s.history->thin(i, 0, 1e18, 1 << 20).back().y;
        return 0.0;
    };
    pumpUntil([&] { return (firstLoss = lastOf("train_loss")) != 0; }, 3000);
    const double trainStart = seconds();
    pumpUntil([&] { return seconds() - trainStart >= 10; }, 11000);
    const double loss = lastOf("train_loss");
    const double accuracy = lastOf("test_accuracy");
    const std::optional<double> apart = parting(run.snapshot());
    window.pause();
    pumpUntil([&] { return run.snapshot().state == RunState::Paused; }, 5000);

    // Every view live, each in a window of its own: tabs would hide them.
    for (const ViewDescription& view : viewRegistry()) {
        window.openView(view.id);
        QDockWidget* dock = window.dock(QStringLiteral("view-") + QString::fromStdString(view.id));
        if (dock == nullptr) continue;
        dock->setFloating(true);
        dock->resize(460, 340);
    }
    pumpFor(1000);

    const Experiment experiment = window.document().experiment();
    Runner headless;
    DataService* data = &run.data();
    headless.load(experiment, [data](const DataChoice& choice, std::uint64_t seed) { return data->prepare(choice, seed); }, {});
    pumpUntil([&] { return headless.latest()->state == RunState::Ready; }, 60000);
    std::vector<double> with, without, shares;
    double frames = 0, framesTime = 0;
    double longest = 0;
    QString what;
    long slow = 0, handled = 0;
    run.runner().reset();
    if (!pumpUntil([&] { return run.runner().latest()->state == RunState::Ready && run.runner().latest()->step == 0; }, 20000))
        return fail({"LAB-CLI-112", "the first experiment did not start again.", "", ""});
    for (int turn = 0; turn < kTurns; ++turn) {
        std::int64_t before = 0;
        application.restart();
        const Timed seen = timedTurn(run.runner(), turn, experiment.batch, [&] { before = run.frames(); });
        const std::int64_t after = run.frames();
        const Timed alone = timedTurn(headless, turn, experiment.batch);
        if (turn == 0) continue;
        with.push_back(seen.rate);
        without.push_back(alone.rate);
        shares.push_back(100 * seen.rate / std::max(1.0, alone.rate));
        frames += static_cast<double>(after - before);
        framesTime += seen.seconds;
        slow += application.slow();
        handled += application.handled();
        if (application.longest() > longest) {
            longest = application.longest();
            what = application.longestWhat();
        }
    }
    const Spread share = spreadOf(shares);  // of neighbours in time: a shared machine changes its mind

    if (json) {
        const auto number = [](double v) { return JsonValue::number(v); };
        out(QString::fromStdString(
            writeJson(JsonValue::object({{"kernels", JsonValue::text(kernelClass())},
                                         {"usable_ms", number(usable)},
                                         {"after_10_s", JsonValue::object({{"test_accuracy", number(accuracy)},
                                                                           {"train_loss_first", number(firstLoss)},
                                                                           {"train_loss", number(loss)},
                                                                           {"parting", number(apart.value_or(0))}})},
                                         {"samples_per_second_window", number(spreadOf(with).median)},
                                         {"samples_per_second_headless", number(spreadOf(without).median)},
                                         {"share_percent", toJson(share)},
                                         {"frames_per_second", number(frames / std::max(1e-9, framesTime))},
                                         {"longest_handler_ms", number(longest)},
                                         {"longest_handler", JsonValue::text(what.toStdString())},
                                         {"handlers_above_16_ms", number(static_cast<double>(slow))},
                                         {"handlers", number(static_cast<double>(handled))}}),
                      64) + "\n"));
    } else {
        out(QStringLiteral("kernels                                  %1\n").arg(QString::fromStdString(kernelClass())));
        out(QStringLiteral("usable after                             %1 ms\n").arg(usable, 0, 'f', 0));
        out(QStringLiteral("10 s after Train: test accuracy          %1 %\n").arg(accuracy, 0, 'f', 1));
        out(QStringLiteral("                  training objective     %1 -> %2\n").arg(firstLoss, 0, 'g', 4).arg(loss, 0, 'g', 4));
        if (apart) out(QStringLiteral("                  two groups apart by    %1 standard deviations\n").arg(*apart, 0, 'f', 2));
        out(QStringLiteral("every view live: samples/s               %1, headless %2: %3 % (%4 to %5)\n")
                .arg(spreadOf(with).median, 0, 'f', 0).arg(spreadOf(without).median, 0, 'f', 0).arg(share.median, 0, 'f', 1).arg(share.low, 0, 'f', 1)
                .arg(share.high, 0, 'f', 1));
        out(QStringLiteral("                 frames/s                %1\n").arg(frames / std::max(1e-9, framesTime), 0, 'f', 1));
        out(QStringLiteral("                 longest event handler   %1 ms (%2), %3 of %4 above 16 ms\n")
                .arg(longest, 0, 'f', 1).arg(what).arg(slow).arg(handled));
    }
    return 0;
}

}  // namespace lab
