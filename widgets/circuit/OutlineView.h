// The circuit as a tree: blocks, operations in the order of their columns, wires. Everything can be reached, chosen and
// deleted from here by keyboard; always in step with the canvas.
#pragma once

#include "core/circuit/layout/DiagramLayout.h"

#include <QStringList>
#include <QWidget>

class QLineEdit;
class QTreeWidget;
class QTreeWidgetItem;

namespace lab {

class OutlineView : public QWidget {
    Q_OBJECT
public:
    explicit OutlineView(QWidget* parent = nullptr);

    // `order`: the operations as they stand in the picture (DiagramScene::walkOrder, CircuitView::diagramLayout).
    void setCircuit(const Circuit& circuit, const SizeSolution& sizes, const DiagramLayout& layout);
    void setSelection(const std::vector<std::string>& ids, const std::string& wire);
    QTreeWidget* tree() const { return m_tree; }
    QLineEdit* searchBox() const { return m_search; }

signals:
    void selectionChosen(const QStringList& ids);     // operations and groups
    void wireChosen(const QString& wire);
    void editRequested(const QString& operation);     // Enter
    void deleteRequested();                           // Delete: the canvas deletes its selection
    void blockToggled(const QString& group, bool open);  // a block is opened or closed in place

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void announce();
    void filter(const QString& text);
    QTreeWidgetItem* itemOf(const QString& id) const;

    QLineEdit* m_search = nullptr;
    QTreeWidget* m_tree = nullptr;
    bool m_quiet = false;
};

}  // namespace lab
