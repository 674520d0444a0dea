// Between the engine and the window: one runner, one clock for frames, one worker for figures. The window pulls; nothing
// here waits for the engine, and a view that is hidden asks for nothing. While training runs, what the views cost is held to a
// share of the machine (FrameBudget): they take turns.
#pragma once

#include "app/DataService.h"
#include "app/window/FrameBudget.h"
#include "core/document/FigureWorker.h"
#include "core/run/Runner.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <functional>
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
    std::vector<LiveView*> views() const;
    // A drawing of the window's own (the diagram) that takes its turn among the views: `show` is called when it is its turn, while
    // `live` says that it is seen.
    void add(std::function<bool()> live, std::function<void()> show);
    // Without limit every view moves at every frame, whatever that costs the training.
    void setLimited(bool limited) { m_limited = limited; }
    bool limited() const { return m_limited; }
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
    // One that takes turns: a view, or a drawing of the window's own.
    struct Turn {
        LiveView* view = nullptr;
        std::function<bool()> live;
        std::function<void()> show;
        std::int64_t last = -1;  // frame of its last turn
        bool stale = true;       // something came since
    };

    void frame();
    void updateNeeds();
    void takeTurns(bool fresh);

    DataService m_data;
    Runner m_runner;
    FigureWorker m_figures;
    QTimer m_clock;
    std::shared_ptr<const Snapshot> m_snapshot;
    std::vector<Turn> m_turns;
    FrameBudget m_budget;
    QElapsedTimer m_sinceFrame;
    double m_threadTime = 0;   // processor time of the window's thread at the last frame, ms
    double m_figureTime = 0;   // of the figures that came since, ms
    std::int64_t m_lastGrant = 0;  // frame
    bool m_limited = true;
    bool m_waiting = false;    // some views are stale still
    ProbeRequest m_ownNeeds;
    ProbeRequest m_asked;
    bool m_wantsChanged = true;
    std::int64_t m_frames = 0;
    double m_longestFrame = 0;
};

}  // namespace lab
