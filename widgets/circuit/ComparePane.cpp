#include "widgets/circuit/ComparePane.h"

#include "widgets/circuit/RuleOverlay.h"
#include "widgets/plot/FigureWidget.h"
#include "widgets/views/FigureMenu.h"
#include "widgets/views/ViewIcons.h"

#include <QAction>
#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSignalBlocker>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

namespace lab {

ComparePane::ComparePane(QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* rows = new QSplitter(Qt::Vertical, this);
    rows->setChildrenCollapsible(false);
    auto* pictures = new QSplitter(Qt::Horizontal, rows);
    pictures->setChildrenCollapsible(false);
    for (int side = 0; side < 2; ++side) pictures->addWidget(makeHalf(side, pictures));
    pictures->setSizes({1000, 1000});
    rows->addWidget(pictures);
    rows->addWidget(makeResults(rows));
    rows->setSizes({560, 440});
    rows->setStretchFactor(0, 1);
    rows->setStretchFactor(1, 1);
    layout->addWidget(rows, 1);
    connect(ThemeSignal::instance(), &ThemeSignal::themeChanged, this, &ComparePane::showSummary);
    showSummary();
}

QWidget* ComparePane::makeHalf(int side, QWidget* parent) {
    auto* half = new QWidget(parent);
    auto* column = new QVBoxLayout(half);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(12, 8, 12, 8);
    bar->setSpacing(10);
    auto* rule = new QComboBox(half);
    rule->setAccessibleName(side == 0 ? tr("First rule") : tr("Second rule"));
    rule->setToolTip(tr("The rule on this side. The experiment itself keeps its own."));
    rule->setMinimumWidth(220);
    auto* note = new QLabel(half);
    note->setForegroundRole(QPalette::PlaceholderText);
    note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    bar->addWidget(rule);
    bar->addWidget(note, 1);
    column->addLayout(bar);
    auto* view = new CircuitView(half);
    view->setEditable(false);
    view->setAccessibleName(side == 0 ? tr("Circuit with the first rule") : tr("Circuit with the second rule"));
    DiagramToggles toggles;
    toggles.rule = true;
    view->setToggles(toggles);
    column->addWidget(view, 1);
    m_views[std::size_t(side)] = view;
    m_rules[std::size_t(side)] = rule;
    m_notes[std::size_t(side)] = note;
    connect(rule, &QComboBox::activated, this, [this, side] {
        m_chosen[std::size_t(side)] = true;
        emit ruleChosen(side, this->rule(side));
    });
    connect(view, &CircuitView::viewportMoved, this, [this, side] { follow(side); });
    // What is chosen in one picture is chosen in the other.
    connect(view, &CircuitView::selectionChanged, this, [this, side] {
        CircuitView* other = m_views[std::size_t(1 - side)];
        const CircuitView* here = m_views[std::size_t(side)];
        if (other != nullptr && other->selection() != here->selection()) other->setSelection(here->selection());
    });
    connect(view, &CircuitView::togglesChanged, this, [this, side] {
        if (CircuitView* other = m_views[std::size_t(1 - side)]) other->setToggles(m_views[std::size_t(side)]->toggles());
    });
    return half;
}

QWidget* ComparePane::makeResults(QWidget* parent) {
    auto* lower = new QWidget(parent);
    auto* column = new QVBoxLayout(lower);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(12, 6, 8, 2);
    row->setSpacing(8);
    m_buttons = new QHBoxLayout;
    m_buttons->setSpacing(6);
    row->addLayout(m_buttons);
    m_status = new QLabel(lower);
    m_status->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    row->addWidget(m_status, 1);
    m_memory = new QLabel(lower);
    m_memory->setForegroundRole(QPalette::PlaceholderText);
    row->addWidget(m_memory);
    auto* save = new QToolButton(lower);
    save->setObjectName(QStringLiteral("exportComparison"));
    save->setAutoRaise(true);
    save->setPopupMode(QToolButton::InstantPopup);
    save->setAccessibleName(tr("Export the comparison"));
    save->setToolTip(tr("Take this figure away"));
    save->setIcon(viewIcon(ViewIcon::Save));
    save->setStyleSheet(QStringLiteral("QToolButton::menu-indicator { image: none; }"));
    connect(ThemeSignal::instance(), &ThemeSignal::themeChanged, save, [save] { save->setIcon(viewIcon(ViewIcon::Save)); });
    auto* menu = new QMenu(save);
    fillFigureMenu(*menu, *this);
    save->setMenu(menu);
    row->addWidget(save);
    column->addLayout(row);
    m_results = new FigureWidget(lower);
    m_results->setAccessibleName(tr("How both rules train"));
    column->addWidget(m_results, 1);
    return lower;
}

void ComparePane::setActions(const std::vector<QAction*>& actions) {
    for (QAction* action : actions) {
        auto* button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setFocusPolicy(Qt::TabFocus);
        button->setMinimumWidth(84);
        button->setProperty("flatBorder", true);
        m_buttons->addWidget(button);
    }
}

void ComparePane::setCircuit(const Circuit& circuit, const SizeSolution& sizes) {
    for (CircuitView* view : m_views) view->setCircuit(circuit, sizes);
}

void ComparePane::setRules(const std::vector<std::pair<QString, QString>>& rules) {
    for (int side = 0; side < 2; ++side) {
        QComboBox* box = m_rules[std::size_t(side)];
        const QString before = rule(side);
        const QSignalBlocker quiet(box);
        box->clear();
        for (const auto& [id, title] : rules) box->addItem(title, id);
        const int kept = box->findData(before);
        if (box->count() > 0) box->setCurrentIndex(kept >= 0 ? kept : std::min(side, box->count() - 1));
    }
}

void ComparePane::suggest(const QString& first, const QString& second) {
    const QString ids[] = {first, second};
    for (int side = 0; side < 2; ++side) {
        if (m_chosen[std::size_t(side)]) continue;
        const QSignalBlocker quiet(m_rules[std::size_t(side)]);
        const int index = m_rules[std::size_t(side)]->findData(ids[side]);
        if (index >= 0) m_rules[std::size_t(side)]->setCurrentIndex(index);
    }
}

QString ComparePane::rule(int side) const { return m_rules[std::size_t(side)]->currentData().toString(); }

QString ComparePane::ruleTitle(int side) const { return m_rules[std::size_t(side)]->currentText(); }

void ComparePane::chooseRule(int side, const QString& id) {
    const int index = m_rules[std::size_t(side)]->findData(id);
    if (index < 0) return;
    m_chosen[std::size_t(side)] = true;
    const QSignalBlocker quiet(m_rules[std::size_t(side)]);
    m_rules[std::size_t(side)]->setCurrentIndex(index);
}

void ComparePane::setMarks(int side, const std::vector<Mark>& marks, const QString& note) {
    m_marks[std::size_t(side)] = marks;
    m_reasons[std::size_t(side)] = note;
    for (std::size_t s = 0; s < 2; ++s) {
        m_views[s]->setRuleMarks(m_marks[s]);
        m_views[s]->setCompared(m_marks[1 - s]);
    }
    showSummary();
}

void ComparePane::setCreditBytes(int side, std::size_t bytes) {
    if (m_bytes[std::size_t(side)] == bytes) return;
    m_bytes[std::size_t(side)] = bytes;
    showSummary();
}

void ComparePane::setFigure(std::shared_ptr<const Figure> figure) { m_results->setFigure(std::move(figure)); }

std::shared_ptr<const Figure> ComparePane::figure() const { return m_results->figure(); }

void ComparePane::setStatus(const QString& text, bool error) {
    m_status->setForegroundRole(error ? QPalette::BrightText : QPalette::WindowText);
    m_status->setText(text);
    m_status->setToolTip(text);
}

QString ComparePane::summary(int side) const {
    const auto here = std::size_t(side);
    const auto only = differingMarks(m_marks[here], m_marks[1 - here]).size();
    return tr("%1 marks, %2 of them only here").arg(m_marks[here].size()).arg(only);
}

void ComparePane::showSummary() {
    for (int side = 0; side < 2; ++side) {
        QLabel* note = m_notes[std::size_t(side)];
        const QString& reason = m_reasons[std::size_t(side)];
        note->setForegroundRole(reason.isEmpty() ? QPalette::PlaceholderText : QPalette::BrightText);
        note->setText(reason.isEmpty() ? summary(side) : reason);
        note->setToolTip(reason.isEmpty() ? tr("Dashed outlines: marks that the other rule does not have.") : reason);
    }
    if (m_bytes[0] > 0 && m_bytes[1] > 0)
        m_memory->setText(tr("Memory held for credit: left to right as %1 to 1").arg(double(m_bytes[0]) / double(m_bytes[1]), 0, 'f', 2));
    else m_memory->setText(tr("Dashed outlines: marks that the other rule does not have."));
}

void ComparePane::follow(int from) {
    if (m_following || m_views[0] == nullptr || m_views[1] == nullptr) return;
    m_following = true;
    m_views[std::size_t(1 - from)]->showAs(*m_views[std::size_t(from)]);
    m_following = false;
}

}  // namespace lab
