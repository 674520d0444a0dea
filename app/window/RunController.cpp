#include "app/window/RunController.h"

#include "widgets/views/LiveView.h"

#include <QElapsedTimer>

#include <algorithm>

namespace lab {

namespace {

constexpr int kFrameMilliseconds = 33;
constexpr int kIdleMilliseconds = 120;

}  // namespace

RunController::RunController(QObject* parent) : QObject(parent), m_snapshot(std::make_shared<Snapshot>()) {
    m_ownNeeds.channels = false;  // nothing is recorded for nobody
    m_clock.setTimerType(Qt::PreciseTimer);  // a coarse one comes late: 29 frames a second
    m_clock.setInterval(kFrameMilliseconds);
    connect(&m_clock, &QTimer::timeout, this, &RunController::frame);
    m_clock.start();
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
    m_views.push_back(view);
    connect(view, &LiveView::wantsChanged, this, [this] { m_wantsChanged = true; });
    connect(view, &QObject::destroyed, this, [this](QObject* gone) {
        m_views.erase(std::remove_if(m_views.begin(), m_views.end(), [gone](LiveView* v) { return static_cast<QObject*>(v) == gone; }), m_views.end());
        m_wantsChanged = true;
    });
    m_wantsChanged = true;
    emit viewAdded(view);
}

void RunController::setOwnNeeds(const ProbeRequest& needs) {
    m_ownNeeds = needs;
    m_wantsChanged = true;
}

void RunController::updateNeeds() {
    ProbeRequest needs = m_ownNeeds;
    for (const LiveView* view : m_views)
        if (view->live()) needs = needs | view->needs();
    if (needs == m_asked) return;
    m_asked = needs;
    m_runner.observe(needs);
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
    if (fresh || m_wantsChanged) {
        std::vector<FigureWorker::Request> requests;
        for (const LiveView* view : m_views) view->addRequest(requests);
        m_figures.submit(m_snapshot, std::move(requests));
    }
    m_wantsChanged = false;
    for (const FigureWorker::Built& built : m_figures.take())
        for (LiveView* view : m_views) view->accept(built);
    // An idle lab need not wake thirty times a second.
    const int wanted = running() ? kFrameMilliseconds : kIdleMilliseconds;
    if (m_clock.interval() != wanted) m_clock.setInterval(wanted);
    ++m_frames;
    m_longestFrame = std::max(m_longestFrame, static_cast<double>(timer.nsecsElapsed()) * 1e-6);
}

}  // namespace lab
