// What is selected, in words and numbers, with its parameters to change; the axes of the circuit with their sizes; a
// summary of the circuit when nothing is selected.
#pragma once

#include "core/circuit/CircuitEdits.h"
#include "core/circuit/SizeSolver.h"

#include <QWidget>

class QLabel;
class QTableWidget;
class QVBoxLayout;

namespace lab {

class MathLabel;
class ParamForm;

class InspectorView : public QWidget {
    Q_OBJECT
public:
    explicit InspectorView(QWidget* parent = nullptr);

    void setCircuit(const Circuit& circuit, const SizeSolution& sizes);
    // Operation and group ids, or empty; a wire when only that is selected.
    void setSelection(const std::vector<std::string>& ids, const std::string& wire = {});
    void setEditable(bool editable);
    void focusFirstField();

    ParamForm* form() const { return m_form; }
    QTableWidget* axesTable() const { return m_axes; }
    QSize sizeHint() const override { return {292, 600}; }

signals:
    void changeRequested(const lab::CircuitChange& change);
    void messageShown(const QString& text);

private:
    void refresh();
    void refreshOperation(const Operation& operation);
    void refreshSummary();
    void refreshAxes();
    void request(const Result<CircuitChange>& change);
    void addRow(const QString& name, const QString& value, bool error = false, const QString& toolTip = QString());
    void clearRows();

    Circuit m_circuit;
    SizeSolution m_sizes;
    std::vector<std::string> m_selection;
    std::string m_wire;
    bool m_editable = true;
    bool m_filling = false;

    QLabel* m_title = nullptr;
    MathLabel* m_letter = nullptr;
    QLabel* m_doc = nullptr;
    MathLabel* m_formula = nullptr;
    QWidget* m_rows = nullptr;
    QVBoxLayout* m_rowsLayout = nullptr;
    ParamForm* m_form = nullptr;
    QLabel* m_costs = nullptr;
    QTableWidget* m_axes = nullptr;
};

}  // namespace lab
