// Two rules on one circuit, side by side: the same layout, the same zoom; marks that the other rule does not have are
// outlined; below, how both train. The pane only shows: which rules may be chosen, what they draw and how they fare comes
// from outside.
#pragma once

#include "core/document/Figure.h"
#include "widgets/circuit/CircuitView.h"

#include <QWidget>

#include <array>
#include <utility>
#include <vector>

class QAction;
class QComboBox;
class QHBoxLayout;
class QLabel;

namespace lab {

class FigureWidget;

class ComparePane : public QWidget {
    Q_OBJECT
public:
    explicit ComparePane(QWidget* parent = nullptr);

    // Buttons over the chart: train or pause, reset. They belong to the window.
    void setActions(const std::vector<QAction*>& actions);
    void setCircuit(const Circuit& circuit, const SizeSolution& sizes);
    // Rules to choose from: id and title. The two choices keep their places where they still exist.
    void setRules(const std::vector<std::pair<QString, QString>>& rules);
    // What to compare until somebody chooses: these two, first and second.
    void suggest(const QString& first, const QString& second);
    // What the rule of this side (0, 1) draws; `note` says why it cannot train the circuit, if so.
    void setMarks(int side, const std::vector<Mark>& marks, const QString& note = QString());
    // Bytes that the rule of this side keeps for credit; 0 = not known.
    void setCreditBytes(int side, std::size_t bytes);
    void setLive(int side, const LiveValues& live) { m_views[std::size_t(side)]->setLive(live); }
    // The chart and the table below the pictures.
    void setFigure(std::shared_ptr<const Figure> figure);
    std::shared_ptr<const Figure> figure() const;
    // One line beside the buttons.
    void setStatus(const QString& text, bool error = false);

    QString rule(int side) const;
    QString ruleTitle(int side) const;
    void chooseRule(int side, const QString& id);
    bool suits(int side) const { return m_reasons[std::size_t(side)].isEmpty(); }
    CircuitView* view(int side) const { return m_views[std::size_t(side)]; }
    QComboBox* chooser(int side) const { return m_rules[std::size_t(side)]; }
    // "12 marks here, 3 of them only here".
    QString summary(int side) const;

signals:
    void ruleChosen(int side, const QString& id);
    void exportRequested(std::shared_ptr<const lab::Figure> figure, const QString& extension);
    void copyRequested(std::shared_ptr<const lab::Figure> figure);

private:
    QWidget* makeHalf(int side, QWidget* parent);
    QWidget* makeResults(QWidget* parent);
    void showSummary();
    void follow(int from);

    std::array<CircuitView*, 2> m_views{};
    std::array<QComboBox*, 2> m_rules{};
    std::array<QLabel*, 2> m_notes{};
    std::array<std::vector<Mark>, 2> m_marks;
    std::array<QString, 2> m_reasons;
    std::array<std::size_t, 2> m_bytes{};
    std::array<bool, 2> m_chosen{};
    QHBoxLayout* m_buttons = nullptr;
    QLabel* m_status = nullptr;
    QLabel* m_memory = nullptr;
    FigureWidget* m_results = nullptr;
    bool m_following = false;
};

}  // namespace lab
