// Between the engine and the window: one runner, one clock for frames, one worker for figures. The window pulls; nothing
// here waits for the engine, and a view that is hidden asks for nothing.
#pragma once

#include "app/DataService.h"
#include "core/document/FigureWorker.h"
#include "core/run/Runner.h"

#include <QObject>
#include <QTimer>

#include <vector>

namespace lab {

class LiveView;

class RunController : public QObject {
    Q_OBJECT

public:
    explicit RunController(QObject* parent = nullptr);
    ~RunController() override;

    DataService& data() { return m_data; }
    Runner& runner() { return m_runner; }
    const Snapshot& snapshot() const { return *m_snapshot; }
    std::shared_ptr<const Snapshot> shared() const { return m_snapshot; }

    // Loads the experiment in the background; a run that stands there goes.
    void load(const Experiment& experiment, std::shared_ptr<const Trainer::Checkpoint> from = nullptr);
    bool running() const { return m_snapshot->state == RunState::Running; }

    // The view takes part in the frames from now on until it is destroyed.
    void add(LiveView* view);
    const std::vector<LiveView*>& views() const { return m_views; }
    // What the window itself wants recorded (activity on the wires).
    void setOwnNeeds(const ProbeRequest& needs);
    // What the engine is asked to record just now.
    const ProbeRequest& asked() const { return m_asked; }

    // Frames since the start and the longest handling of one, for the benchmark of the window.
    std::int64_t frames() const { return m_frames; }
    double longestFrame() const { return m_longestFrame; }

signals:
    void snapshotChanged();           // at most once a frame
    void stateChanged();              // running, paused, failed, another run
    void viewAdded(lab::LiveView* view);

private:
    void frame();
    void updateNeeds();

    DataService m_data;
    Runner m_runner;
    FigureWorker m_figures;
    QTimer m_clock;
    std::shared_ptr<const Snapshot> m_snapshot;
    std::vector<LiveView*> m_views;
    ProbeRequest m_ownNeeds;
    ProbeRequest m_asked;
    bool m_wantsChanged = true;
    std::int64_t m_frames = 0;
    double m_longestFrame = 0;
};

}  // namespace lab
