// Two runs beside the experiment: the same circuit, data, seed and batches under two rules, each with half of the threads
// and on a thread of its own. Nothing of it exists before the page of Compare asks for it; the experiment never learns of it.
#pragma once

#include "app/DataService.h"
#include "core/document/Comparison.h"
#include "core/run/Runner.h"

#include <QObject>
#include <QTimer>

#include <array>

namespace lab {

class CompareRun : public QObject {
    Q_OBJECT

public:
    explicit CompareRun(DataService& data, QObject* parent = nullptr);
    ~CompareRun() override;

    // What both sides train. The same again keeps the runs; anything else begins anew, in the background.
    void load(const Experiment& experiment, const std::array<std::string, 2>& rules);
    bool loaded() const { return m_runners[0] != nullptr; }
    void train();
    void pause();
    void reset();
    // Nobody looks any more: both pause and nothing is fetched.
    void setWatched(bool watched);
    // What the two pictures show (glow on the wires costs probes).
    void setActivity(bool wanted);

    RunState state() const;              // of both together: running while one runs, failed when one has failed
    QString status() const;              // in words, for the page
    const Snapshot& snapshot(int side) const { return *m_snapshots[static_cast<std::size_t>(side)]; }
    int threadsEach() const { return m_threads; }

signals:
    void changed(int side);              // a new snapshot of this side
    void figureChanged(std::shared_ptr<const lab::Figure> figure);
    void stateChanged();

private:
    void frame();
    void requestFigure();
    void observe();

    DataService& m_data;
    std::array<std::unique_ptr<Runner>, 2> m_runners;
    std::array<std::shared_ptr<const Snapshot>, 2> m_snapshots;
    std::array<Experiment, 2> m_experiments;
    std::array<bool, 2> m_wanted{};      // told to run and not heard of since
    QString m_caption;
    QTimer m_clock;
    int m_threads = 1;
    bool m_activity = false;
    bool m_building = false;
    bool m_buildAgain = false;
    RunState m_state = RunState::Empty;
};

}  // namespace lab
