#include "app/window/CompareRun.h"

#include <QThread>
#include <QtConcurrent>

#include <algorithm>
#include <utility>

namespace lab {

namespace {

constexpr int kFrameMilliseconds = 50;
constexpr int kIdleMilliseconds = 200;

}  // namespace

CompareRun::CompareRun(DataService& data, QObject* parent) : QObject(parent), m_data(data) {
    m_snapshots.fill(std::make_shared<Snapshot>());
    m_threads = std::max(1, QThread::idealThreadCount() / 2);
    m_clock.setInterval(kIdleMilliseconds);
    connect(&m_clock, &QTimer::timeout, this, &CompareRun::frame);
}

CompareRun::~CompareRun() { m_clock.stop(); }

void CompareRun::load(const Experiment& experiment, const std::array<std::string, 2>& rules) {
    bool began = false;
    for (std::size_t side = 0; side < 2; ++side) {
        const Experiment wanted = comparedExperiment(experiment, rules[side]);
        if (m_runners[side] != nullptr && wanted == m_experiments[side]) continue;
        began = true;
    }
    if (!began) return;
    // A side that stays begins anew with the other: the two are only worth comparing from the same start.
    for (std::size_t side = 0; side < 2; ++side) {
        m_experiments[side] = comparedExperiment(experiment, rules[side]);
        if (m_runners[side] == nullptr) m_runners[side] = std::make_unique<Runner>();
        TrainerOptions options;
        options.threads = m_threads;
        DataService* service = &m_data;
        m_runners[side]->load(m_experiments[side],
                              [service](const DataChoice& choice, std::uint64_t seed) { return service->prepare(choice, seed); }, options);
        m_wanted[side] = false;
    }
    m_caption = tr("Same circuit, data, seed %1 and batches of %2 for both; optimiser and parameters from each rule's recipe.")
                    .arg(experiment.seed)
                    .arg(experiment.batch);
    observe();
}

void CompareRun::train() {
    for (std::size_t side = 0; side < 2; ++side) {
        if (m_runners[side] == nullptr) continue;
        m_runners[side]->run();
        const RunState s = m_snapshots[side]->state;
        m_wanted[side] = s == RunState::Ready || s == RunState::Paused;  // one that has finished stays so
    }
    frame();
}

void CompareRun::pause() {
    for (std::size_t side = 0; side < 2; ++side) {
        if (m_runners[side] != nullptr) m_runners[side]->pause();
        m_wanted[side] = false;
    }
}

void CompareRun::reset() {
    for (std::size_t side = 0; side < 2; ++side) {
        if (m_runners[side] != nullptr) m_runners[side]->reset();
        m_wanted[side] = false;
    }
}

void CompareRun::setWatched(bool watched) {
    if (watched) {
        m_clock.start();
        frame();
        return;
    }
    m_clock.stop();
    pause();
}

void CompareRun::setActivity(bool wanted) {
    if (wanted == m_activity) return;
    m_activity = wanted;
    observe();
}

void CompareRun::observe() {
    ProbeRequest needs;
    needs.activity = m_activity;
    for (const std::unique_ptr<Runner>& runner : m_runners)
        if (runner != nullptr) runner->observe(needs);
}

RunState CompareRun::state() const { return m_state; }

QString CompareRun::status() const {
    for (const auto& s : m_snapshots)
        if (s->state == RunState::Failed) return QString::fromStdString(s->message);
    if (m_state == RunState::Empty) return tr("Getting ready …");
    const QString threads = m_threads == 1 ? tr("one thread each") : tr("%1 threads each").arg(m_threads);
    switch (m_state) {
        case RunState::Running: return tr("Both train in the background, %1.").arg(threads);
        case RunState::Finished: return tr("Both have come to the end of their plan.");
        case RunState::Ready: return tr("Train runs both from the same start, %1; the experiment itself stays as it is.").arg(threads);
        default: return tr("Paused.");
    }
}

void CompareRun::frame() {
    bool any = false;
    for (std::size_t side = 0; side < 2; ++side) {
        if (m_runners[side] == nullptr) continue;
        std::shared_ptr<const Snapshot> latest = m_runners[side]->latest();
        if (latest == m_snapshots[side]) continue;
        m_snapshots[side] = std::move(latest);
        const RunState s = m_snapshots[side]->state;
        if (s == RunState::Running || s == RunState::Finished || s == RunState::Failed) m_wanted[side] = false;
        any = true;
        emit changed(static_cast<int>(side));
    }
    const auto in = [this](RunState wanted) {
        return std::any_of(m_snapshots.begin(), m_snapshots.end(), [wanted](const auto& s) { return s->state == wanted; });
    };
    const RunState now = in(RunState::Failed)                                    ? RunState::Failed
                         : in(RunState::Empty)                                   ? RunState::Empty
                         : in(RunState::Running) || m_wanted[0] || m_wanted[1]   ? RunState::Running
                         : in(RunState::Paused)                                  ? RunState::Paused
                         : in(RunState::Ready)                                   ? RunState::Ready
                                                                                 : RunState::Finished;
    const int interval = now == RunState::Running || now == RunState::Empty ? kFrameMilliseconds : kIdleMilliseconds;
    if (m_clock.isActive() && m_clock.interval() != interval) m_clock.setInterval(interval);
    if (any) requestFigure();
    if (std::exchange(m_state, now) != now || any) emit stateChanged();
}

// One at a time, on a thread of the pool; what arrives meanwhile is shown by the next.
void CompareRun::requestFigure() {
    if (m_building) {
        m_buildAgain = true;
        return;
    }
    m_building = true;
    std::vector<ComparedRun> runs;
    for (std::size_t side = 0; side < 2; ++side) {
        const RuleDescription* rule = findRule(m_experiments[side].rule);
        runs.push_back({rule != nullptr ? rule->title : m_experiments[side].rule, m_snapshots[side]});
    }
    if (runs[0].title == runs[1].title) {
        runs[0].title += " (left)";
        runs[1].title += " (right)";
    }
    QtConcurrent::run([runs, caption = m_caption.toStdString()] { return std::make_shared<const Figure>(comparisonFigure(runs, caption)); })
        .then(this, [this](const std::shared_ptr<const Figure>& figure) {
            m_building = false;
            emit figureChanged(figure);
            if (std::exchange(m_buildAgain, false)) requestFigure();
        });
}

}  // namespace lab
