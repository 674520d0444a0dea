#include "app/window/WindowBench.h"

#include "app/cli/Command.h"
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
#include <numeric>

namespace lab {

namespace {

constexpr double kHandlerLimit = 16;  // milliseconds: a frame at 60 Hz
constexpr int kTurns = 3;
constexpr std::int64_t kSteps = 400;  // of a turn: less than an epoch, so that no evaluation falls into it

bool until(const std::function<bool()>& done, int milliseconds) {
    QElapsedTimer timer;
    timer.start();
    while (!done()) {
        if (timer.elapsed() > milliseconds) return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
    }
    return true;
}

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

// Samples per second of `kSteps` steps from the start; 0 when they did not come.
double timedRun(Runner& runner, std::int64_t batch) {
    runner.reset();
    if (!until([&] { return runner.latest()->state == RunState::Ready && runner.latest()->step == 0; }, 20000)) return 0;
    const double start = seconds();
    runner.run({RunUntil::Kind::Step, kSteps});
    if (!until([&] { return runner.latest()->step >= kSteps; }, 120000)) return 0;
    return static_cast<double>(kSteps * batch) / (seconds() - start);
}

// Distance of the means in pooled standard deviations, the mean over the layers of the first channel that compares two groups.
std::optional<double> parting(const Snapshot& s) {
    for (const auto& [channel, layers] : s.channels) {
        double sum = 0;
        int count = 0;
        for (const ChannelValue& v : layers) {
            if (v.positive.size() < 2 || v.negative.size() < 2) continue;
            const auto moments = [](const std::vector<float>& x) {
                const double mean = std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
                double squares = 0;
                for (const float f : x) squares += (f - mean) * (f - mean);
                return std::pair{mean, squares / static_cast<double>(x.size() - 1)};
            };
            const auto [mp, vp] = moments(v.positive);
            const auto [mn, vn] = moments(v.negative);
            if (vp + vn > 0) sum += (mp - mn) / std::sqrt(0.5 * (vp + vn)), ++count;
        }
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
    if (!until([&] { return run.snapshot().state == RunState::Ready; }, 60000))
        return fail({"LAB-CLI-112", "the first experiment did not get ready: " + run.snapshot().message, "", "Run `forward-lab first` to see why."});
    const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
    const double usable = static_cast<double>(now - startedNanoseconds) * 1e-6;

    // As it greets a newcomer: the default layout, Train, ten seconds.
    window.train();
    until([&] { return run.snapshot().history && run.snapshot().step > 0; }, 5000);
    double firstLoss = 0;
    const auto lastOf = [&](const char* id) {
        const Snapshot& s = run.snapshot();
        if (s.history)
            for (std::size_t i = 0; i < s.history->series().size(); ++i)
                if (s.history->series()[i].id == id && s.history->count(i) > 0) return s.history->thin(i, 0, 1e18, 1 << 20).back().y;
        return 0.0;
    };
    until([&] { return (firstLoss = lastOf("train_loss")) != 0; }, 3000);
    const double trainStart = seconds();
    until([&] { return seconds() - trainStart >= 10; }, 11000);
    const double loss = lastOf("train_loss");
    const double accuracy = lastOf("test_accuracy");
    const std::optional<double> apart = parting(run.snapshot());
    window.pause();
    until([&] { return run.snapshot().state == RunState::Paused; }, 5000);

    // Every view live, each in a window of its own: tabs would hide them.
    for (const ViewDescription& view : viewRegistry()) {
        window.openView(view.id);
        QDockWidget* dock = window.dock(QStringLiteral("view-") + QString::fromStdString(view.id));
        if (dock == nullptr) continue;
        dock->setFloating(true);
        dock->resize(460, 340);
    }
    until([] { return false; }, 1000);

    const Experiment experiment = window.document().experiment();
    Runner headless;
    DataService* data = &run.data();
    headless.load(experiment, [data](const DataChoice& choice, std::uint64_t seed) { return data->prepare(choice, seed); }, {});
    until([&] { return headless.latest()->state == RunState::Ready; }, 60000);
    std::vector<double> with, without;
    double frames = 0, framesTime = 0;
    timedRun(headless, experiment.batch);  // warm
    application.restart();
    double longest = 0;
    QString what;
    long slow = 0, handled = 0;
    for (int turn = 0; turn < kTurns; ++turn) {
        const std::int64_t before = run.frames();
        const double start = seconds();
        application.restart();
        with.push_back(timedRun(run.runner(), experiment.batch));
        frames += static_cast<double>(run.frames() - before);
        framesTime += seconds() - start;
        slow += application.slow();
        handled += application.handled();
        if (application.longest() > longest) {
            longest = application.longest();
            what = application.longestWhat();
        }
        without.push_back(timedRun(headless, experiment.batch));
    }
    const double share = 100 * median(with) / std::max(1.0, median(without));

    if (json) {
        const auto number = [](double v) { return JsonValue::number(v); };
        out(QString::fromStdString(
            writeJson(JsonValue::object({{"kernels", JsonValue::text(kernelClass())},
                                         {"usable_ms", number(usable)},
                                         {"after_10_s", JsonValue::object({{"test_accuracy", number(accuracy)},
                                                                           {"train_loss_first", number(firstLoss)},
                                                                           {"train_loss", number(loss)},
                                                                           {"parting", number(apart.value_or(0))}})},
                                         {"samples_per_second_window", number(median(with))},
                                         {"samples_per_second_headless", number(median(without))},
                                         {"share_percent", number(share)},
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
        out(QStringLiteral("every view live: samples/s               %1, headless %2: %3 %\n")
                .arg(median(with), 0, 'f', 0).arg(median(without), 0, 'f', 0).arg(share, 0, 'f', 1));
        out(QStringLiteral("                 frames/s                %1\n").arg(frames / std::max(1e-9, framesTime), 0, 'f', 1));
        out(QStringLiteral("                 longest event handler   %1 ms (%2), %3 of %4 above 16 ms\n")
                .arg(longest, 0, 'f', 1).arg(what).arg(slow).arg(handled));
    }
    return 0;
}

}  // namespace lab
