#include "widgets/circuit/ComparePane.h"

#include "widgets/circuit/RuleOverlay.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QSignalBlocker>
#include <QSplitter>
#include <QVBoxLayout>

namespace lab {

ComparePane::ComparePane(QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->setChildrenCollapsible(false);
    for (int side = 0; side < 2; ++side) {
        auto* half = new QWidget(splitter);
        auto* column = new QVBoxLayout(half);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(0);
        auto* bar = new QHBoxLayout;
        bar->setContentsMargins(10, 6, 10, 6);
        auto* rule = new QComboBox(half);
        rule->setAccessibleName(side == 0 ? tr("First rule") : tr("Second rule"));
        auto* note = new QLabel(half);
        note->setWordWrap(true);
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
        splitter->addWidget(half);
        m_views[std::size_t(side)] = view;
        m_rules[std::size_t(side)] = rule;
        m_notes[std::size_t(side)] = note;
        connect(rule, &QComboBox::activated, this, [this, side] { emit ruleChosen(side, this->rule(side)); });
        connect(view, &CircuitView::viewportMoved, this, [this, side] { follow(side); });
        // What is chosen in one picture is chosen in the other.
        connect(view, &CircuitView::selectionChanged, this, [this, side] {
            CircuitView* other = m_views[std::size_t(1 - side)];
            const CircuitView* here = m_views[std::size_t(side)];
            if (other->selection() != here->selection()) other->setSelection(here->selection());
        });
        connect(view, &CircuitView::togglesChanged, this, [this, side] {
            m_views[std::size_t(1 - side)]->setToggles(m_views[std::size_t(side)]->toggles());
        });
    }
    layout->addWidget(splitter, 1);
    m_memory = new QLabel(this);
    m_memory->setContentsMargins(10, 6, 10, 6);
    layout->addWidget(m_memory);
    showSummary();
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

QString ComparePane::rule(int side) const { return m_rules[std::size_t(side)]->currentData().toString(); }

void ComparePane::chooseRule(int side, const QString& id) {
    const int index = m_rules[std::size_t(side)]->findData(id);
    if (index < 0 || rule(side) == id) return;
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
    m_bytes[std::size_t(side)] = bytes;
    showSummary();
}

QString ComparePane::summary(int side) const {
    const auto here = std::size_t(side);
    const auto only = differingMarks(m_marks[here], m_marks[1 - here]).size();
    return tr("%1 marks, %2 of them only here").arg(m_marks[here].size()).arg(only);
}

void ComparePane::showSummary() {
    for (int side = 0; side < 2; ++side) {
        const QString& reason = m_reasons[std::size_t(side)];
        m_notes[std::size_t(side)]->setText(reason.isEmpty() ? summary(side) : reason);
    }
    const QLocale locale;
    if (m_bytes[0] > 0 && m_bytes[1] > 0)
        m_memory->setText(tr("Kept for credit: %1 and %2, a ratio of %3")
                              .arg(locale.formattedDataSize(qint64(m_bytes[0])), locale.formattedDataSize(qint64(m_bytes[1])))
                              .arg(double(m_bytes[0]) / double(m_bytes[1]), 0, 'g', 3));
    else m_memory->setText(tr("Dashed outlines: marks that the other rule does not have."));
}

void ComparePane::follow(int from) {
    if (m_following) return;
    m_following = true;
    m_views[std::size_t(1 - from)]->showAs(*m_views[std::size_t(from)]);
    m_following = false;
}

}  // namespace lab
