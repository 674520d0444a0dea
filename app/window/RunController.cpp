#include "app/window/RunController.h"

#include "widgets/views/LiveView.h"

#include <algorithm>
#include <ctime>
#include <thread>

namespace lab {

namespace {

constexpr int kFrameMilliseconds = 33;
constexpr int kIdleMilliseconds = 120;
// Of all cores, for the window's thread and the figures. The display server pays about the same again for what is drawn.
constexpr double kViewShare = 0.02;
// Views that a frame refreshes at most: what one handler paints must not hold up the next key press.
constexpr std::size_t kMostAtOnce = 2;
// However poor the balance, one view is refreshed after this many frames: a picture that stands still would lie.
constexpr std::int64_t kAtLeastEvery = 6;

// Processor time that this thread has used, in milliseconds.
double threadTime() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) * 1e-6;
}

}  // namespace

RunController::RunController(QObject* parent)
    : QObject(parent), m_snapshot(std::make_shared<Snapshot>()),
      m_budget(kViewShare, static_cast<int>(std::max(1U, std::thread::hardware_concurrency()))) {
    m_ownNeeds.channels = false;  // nothing is recorded for nobody
    m_clock.setTimerType(Qt::PreciseTimer);  // a coarse one comes late: 29 frames a second
    m_clock.setInterval(kFrameMilliseconds);
    connect(&m_clock, &QTimer::timeout, this, &RunController::frame);
    m_clock.start();
    m_sinceFrame.start();
    m_threadTime = threadTime();
}

RunController::~RunController() { m_clock.stop(); }

void RunController::load(const Experiment& experiment, std::shared_ptr<const Trainer::Checkpoint> from) {
    TrainerOptions options;
    DataService* service = &m_data;
    m_runner.load(experiment, [service](const DataChoice& choice, std::uint64_t seed) { return service->prepare(choice, seed); }, options,
                  std::move(from));
    m_wantsChanged = true;
}

void RunController::add(LiveView* view) {
    Turn turn;
    turn.view = view;
    turn.live = [view] { return view->live(); };
    m_turns.push_back(std::move(turn));
    connect(view, &LiveView::wantsChanged, this, [this, view] {
        m_wantsChanged = true;
        for (Turn& turn : m_turns)
            if (turn.view == view) turn.last = -1;  // who opens a view or makes a choice in it is served first
    });
    connect(view, &QObject::destroyed, this, [this](QObject* gone) {
        m_turns.erase(std::remove_if(m_turns.begin(), m_turns.end(), [gone](const Turn& t) { return static_cast<QObject*>(t.view) == gone; }),
                      m_turns.end());
        m_wantsChanged = true;
    });
    m_wantsChanged = true;
    emit viewAdded(view);
}

void RunController::add(std::function<bool()> live, std::function<void()> show) {
    Turn turn;
    turn.live = std::move(live);
    turn.show = std::move(show);
    m_turns.push_back(std::move(turn));
}

std::vector<LiveView*> RunController::views() const {
    std::vector<LiveView*> out;
    for (const Turn& turn : m_turns)
        if (turn.view != nullptr) out.push_back(turn.view);
    return out;
}

void RunController::setOwnNeeds(const ProbeRequest& needs) {
    m_ownNeeds = needs;
    m_wantsChanged = true;
}

void RunController::updateNeeds() {
    ProbeRequest needs = m_ownNeeds;
    for (const Turn& turn : m_turns)
        if (turn.view != nullptr && turn.view->live()) needs = needs | turn.view->needs();
    if (needs == m_asked) return;
    m_asked = needs;
    m_runner.observe(needs);
}

void RunController::takeTurns(bool fresh) {
    const double now = threadTime();
    m_budget.frame(static_cast<double>(m_sinceFrame.nsecsElapsed()) * 1e-6, now - m_threadTime + m_figureTime);
    m_sinceFrame.start();
    m_threadTime = now;
    m_figureTime = 0;

    const bool idle = m_figures.idle();
    std::vector<Turn*> waiting;
    for (Turn& turn : m_turns) {
        turn.stale = turn.stale || fresh;
        // What is asked of the worker now would replace what it has not begun.
        if (turn.stale && turn.live() && (turn.view == nullptr || idle)) waiting.push_back(&turn);
    }
    // Nothing is taken from an engine that stands still.
    const bool free = !m_limited || !running();
    const std::size_t most = m_limited ? std::min(waiting.size(), kMostAtOnce) : waiting.size();
    std::size_t granted = free ? most : static_cast<std::size_t>(m_budget.grant(static_cast<int>(most)));
    if (granted == 0 && most > 0 && (m_wantsChanged || m_frames - m_lastGrant >= kAtLeastEvery)) granted = 1;
    if (granted > 0) m_lastGrant = m_frames;
    m_waiting = waiting.size() > granted;
    std::stable_sort(waiting.begin(), waiting.end(), [](const Turn* a, const Turn* b) { return a->last < b->last; });
    std::vector<FigureWorker::Request> requests;
    for (std::size_t i = 0; i < granted; ++i) {
        waiting[i]->last = m_frames;
        waiting[i]->stale = false;
        if (waiting[i]->view != nullptr)
            waiting[i]->view->addRequest(requests);
        else
            waiting[i]->show();
    }
    if (!requests.empty()) m_figures.submit(m_snapshot, std::move(requests));
}

void RunController::frame() {
    QElapsedTimer timer;
    timer.start();
    const std::shared_ptr<const Snapshot> latest = m_runner.latest();
    const bool fresh = latest != m_snapshot;
    if (m_wantsChanged) updateNeeds();
    if (fresh) {
        const bool state = latest->state != m_snapshot->state || latest->run != m_snapshot->run ||
                           (latest->step > 0) != (m_snapshot->step > 0);
        m_snapshot = latest;
        emit snapshotChanged();
        if (state) emit stateChanged();
    }
    takeTurns(fresh || m_wantsChanged);
    m_wantsChanged = false;
    for (const FigureWorker::Built& built : m_figures.take()) {
        m_figureTime += built.milliseconds;
        for (const Turn& turn : m_turns)
            if (turn.view != nullptr) turn.view->accept(built);
    }
    // An idle lab need not wake thirty times a second.
    const int wanted = running() || m_waiting ? kFrameMilliseconds : kIdleMilliseconds;
    if (m_clock.interval() != wanted) m_clock.setInterval(wanted);
    ++m_frames;
    m_longestFrame = std::max(m_longestFrame, static_cast<double>(timer.nsecsElapsed()) * 1e-6);
}

}  // namespace lab
