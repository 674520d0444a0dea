// Two rules on one circuit, side by side: the same layout, the same zoom; marks that the other rule does not have are
// outlined. The pane only shows: which rules may be chosen, and what they draw, comes from outside.
#pragma once

#include "widgets/circuit/CircuitView.h"

#include <QWidget>

#include <array>
#include <utility>
#include <vector>

class QComboBox;
class QLabel;

namespace lab {

class ComparePane : public QWidget {
    Q_OBJECT
public:
    explicit ComparePane(QWidget* parent = nullptr);

    void setCircuit(const Circuit& circuit, const SizeSolution& sizes);
    // Rules to choose from: id and title. The two choices keep their places where they still exist.
    void setRules(const std::vector<std::pair<QString, QString>>& rules);
    // What the rule of this side (0, 1) draws; `note` says why it cannot train the circuit, if so.
    void setMarks(int side, const std::vector<Mark>& marks, const QString& note = QString());
    // Bytes that the rule of this side keeps for credit; 0 = not known.
    void setCreditBytes(int side, std::size_t bytes);
    void setLive(int side, const LiveValues& live) { m_views[std::size_t(side)]->setLive(live); }

    QString rule(int side) const;
    void chooseRule(int side, const QString& id);
    CircuitView* view(int side) const { return m_views[std::size_t(side)]; }
    // "12 marks here, 3 of them only here".
    QString summary(int side) const;

signals:
    void ruleChosen(int side, const QString& id);

private:
    void showSummary();
    void follow(int from);

    std::array<CircuitView*, 2> m_views{};
    std::array<QComboBox*, 2> m_rules{};
    std::array<QLabel*, 2> m_notes{};
    std::array<std::vector<Mark>, 2> m_marks;
    std::array<QString, 2> m_reasons;
    std::array<std::size_t, 2> m_bytes{};
    QLabel* m_memory = nullptr;
    bool m_following = false;
};

}  // namespace lab
