// The five verbs, always in the same place and in words: Train/Pause, Step, Epoch, Reset (same start), New seed; progress
// with time left, speed, samples per second.
#pragma once

#include "core/record/Snapshot.h"

#include <QElapsedTimer>
#include <QWidget>

class QAction;
class QComboBox;
class QLabel;
class QProgressBar;
class QToolButton;

namespace lab {

class TransportBar : public QWidget {
    Q_OBJECT

public:
    // The actions are the window's; the bar shows them as buttons.
    TransportBar(QAction* step, QAction* epoch, QAction* runTo, QAction* reset, QAction* newSeed, QWidget* parent = nullptr);
    void show(const Snapshot& snapshot);

signals:
    void speedChanged(double stepsPerSecond);  // 0 = as fast as the machine

private:
    QProgressBar* m_progress = nullptr;
    QLabel* m_where = nullptr;
    QLabel* m_left = nullptr;
    QLabel* m_score = nullptr;
    QComboBox* m_speed = nullptr;
    QElapsedTimer m_sinceText;
    RunState m_shown = RunState::Empty;
    std::uint64_t m_run = 0;
};

// "1:05" for 65 s, "2:03:10" for hours.
QString durationText(double seconds);
// "12 400", with narrow spaces.
QString groupedNumber(double value);

}  // namespace lab
