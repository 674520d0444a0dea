// Choosing the learning rule: the list with what fits the circuit and why the rest does not, the rule's parameters, and its
// equations. Generated from the descriptions.
#pragma once

#include "app/window/MathColumn.h"
#include "core/document/Experiment.h"
#include "core/rules/RuleDescription.h"

#include <QWidget>

class QLabel;
class QListWidget;
class QVBoxLayout;

namespace lab {

class MathColumn;
class ParamForm;

class RulePanel : public QWidget {
    Q_OBJECT

public:
    explicit RulePanel(QWidget* parent = nullptr);
    // `suits` has one entry per rule of the registry, in its order.
    void show(const Experiment& experiment, const std::vector<Suitability>& suits, bool running);
    ParamForm* form() const { return m_form; }
    QListWidget* list() const { return m_list; }
    QSize sizeHint() const override { return {300, 600}; }

signals:
    void ruleChosen(const QString& id);
    void paramChanged(const std::string& name, const lab::ParamValue& value);
    void fixChosen(const lab::Fix& fix);

private:
    void choose(int row);

    QListWidget* m_list = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_summary = nullptr;
    QLabel* m_fit = nullptr;
    QVBoxLayout* m_fixes = nullptr;
    ParamForm* m_form = nullptr;
    MathColumn* m_equations = nullptr;
    QLabel* m_source = nullptr;
    std::vector<Suitability> m_suits;
    bool m_filling = false;
};

}  // namespace lab
