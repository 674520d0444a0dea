// One step in slow motion: the equations of the rule, the line that has just been computed with its numbers, and buttons
// that go on by a sample, a line, a phase, a batch or an epoch. The result is the same as that of running.
#pragma once

#include "app/window/MathColumn.h"
#include "core/record/Snapshot.h"

#include <QWidget>

class QAction;
class QLabel;
class QScrollArea;

namespace lab {

class StepPanel : public QWidget {
    Q_OBJECT

public:
    StepPanel(const std::vector<QAction*>& actions, QWidget* parent = nullptr);
    // `rule` may be null: nothing to show yet.
    void show(const Snapshot& snapshot, const RuleDescription* rule);

private:
    const RuleDescription* m_rule = nullptr;
    QLabel* m_where = nullptr;
    QScrollArea* m_scroll = nullptr;
    MathColumn* m_equations = nullptr;
};

}  // namespace lab
