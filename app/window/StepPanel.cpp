#include "app/window/StepPanel.h"

#include "widgets/common/Theme.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

namespace lab {

StepPanel::StepPanel(const std::vector<QAction*>& actions, QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(10, 8, 10, 8);
    column->setSpacing(6);
    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    for (QAction* action : actions) {
        auto* button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setFocusPolicy(Qt::TabFocus);
        button->setProperty("flatBorder", true);
        row->addWidget(button);
    }
    row->addStretch(1);
    column->addLayout(row);
    m_where = new QLabel(this);
    m_where->setWordWrap(true);
    m_where->setFont(uiFont(12, QFont::Medium));
    column->addWidget(m_where);
    m_scroll = new QScrollArea(this);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_equations = new MathColumn(m_scroll);
    m_scroll->setWidget(m_equations);
    column->addWidget(m_scroll, 1);
}

void StepPanel::show(const Snapshot& s, const RuleDescription* rule) {
    if (rule != m_rule) {
        m_rule = rule;
        m_equations->setLines(rule != nullptr ? rule->equations : std::vector<EquationLine>());
    }
    if (!s.position || rule == nullptr) {
        m_equations->setCurrent(-1);
        m_where->setText(s.state == RunState::Running ? tr("Pause to look at a step line by line.")
                                                      : tr("Go through the next step: by sample, by line, or by phase."));
        return;
    }
    const StepPosition& at = *s.position;
    QStringList where{tr("Step %1").arg(s.step + 1)};
    for (const PhaseSpec& phase : rule->phases)
        if (phase.id == at.phase) where << QString::fromStdString(phase.title).toLower();
    if (at.layer >= 0 && s.layers && static_cast<std::size_t>(at.layer) < s.layers->size())
        where << tr("layer %1").arg(QString::fromStdString((*s.layers)[static_cast<std::size_t>(at.layer)].title));
    where << (at.row >= 0 ? tr("sample %1 of %2").arg(at.row + 1).arg(at.rows) : at.rows > 0 ? tr("mean of %1 samples").arg(at.rows) : tr("the whole batch"));
    m_where->setText(where.join(QStringLiteral("  ·  ")));
    m_equations->setCurrent(at.line, at.numbers);
    const QRect lit = m_equations->currentRect();
    m_scroll->ensureVisible(lit.center().x(), lit.center().y(), 0, lit.height() / 2 + 10);
}

}  // namespace lab
