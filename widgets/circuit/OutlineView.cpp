#include "widgets/circuit/OutlineView.h"

#include "core/circuit/EditTools.h"
#include "core/circuit/Operations.h"
#include "widgets/circuit/Describe.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QTreeWidget>
#include <QTreeWidgetItemIterator>
#include <QVBoxLayout>

#include <algorithm>
#include <functional>
#include <map>

namespace lab {

namespace {

constexpr int kId = Qt::UserRole, kSort = Qt::UserRole + 1;
enum class Row { Operation, Group, Wire };

QString qs(const std::string& s) { return QString::fromStdString(s); }

}  // namespace

OutlineView::OutlineView(QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->setSpacing(6);
    m_search = new QLineEdit(this);
    m_search->setPlaceholderText(QStringLiteral("Filter"));
    m_search->setClearButtonEnabled(true);
    m_search->setAccessibleName(QStringLiteral("Filter the outline"));
    m_tree = new QTreeWidget(this);
    m_tree->setHeaderHidden(true);
    m_tree->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_tree->setAccessibleName(QStringLiteral("Outline of the circuit"));
    m_tree->setUniformRowHeights(true);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->installEventFilter(this);
    layout->addWidget(m_search);
    layout->addWidget(m_tree);
    connect(m_search, &QLineEdit::textChanged, this, &OutlineView::filter);
    connect(m_tree, &QTreeWidget::itemSelectionChanged, this, &OutlineView::announce);
    connect(m_tree, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) {
        if (Row(item->type() - QTreeWidgetItem::UserType) == Row::Operation) emit editRequested(item->data(0, kId).toString());
    });
    const auto toggled = [this](QTreeWidgetItem* item, bool open) {
        if (!m_quiet && Row(item->type() - QTreeWidgetItem::UserType) == Row::Group) emit blockToggled(item->data(0, kId).toString(), open);
    };
    connect(m_tree, &QTreeWidget::itemExpanded, this, [toggled](QTreeWidgetItem* item) { toggled(item, true); });
    connect(m_tree, &QTreeWidget::itemCollapsed, this, [toggled](QTreeWidgetItem* item) { toggled(item, false); });
}

void OutlineView::setCircuit(const Circuit& circuit, const SizeSolution& sizes, const DiagramLayout& layout) {
    m_quiet = true;
    // What was unfolded stays so.
    std::map<QString, bool> open;
    for (QTreeWidgetItemIterator it(m_tree); *it != nullptr; ++it) open[(*it)->data(0, kId).toString()] = (*it)->isExpanded();
    m_tree->clear();

    std::map<std::string, double> place;
    for (const PlacedGlyph& g : layout.glyphs) place.emplace(g.operation, g.column * 1e5 + g.box.y);
    std::map<std::string, QTreeWidgetItem*> groups;
    const auto make = [&](Row row, const QString& id, const QString& text, double sort) {
        auto* item = new QTreeWidgetItem(QTreeWidgetItem::UserType + int(row));
        item->setText(0, text);
        item->setData(0, kId, id);
        item->setData(0, kSort, sort);
        return item;
    };
    for (const Group& g : circuit.groups) groups[g.id] = make(Row::Group, qs(g.id), g.title.empty() ? qs(g.id) : qs(g.title), 1e18);
    std::vector<std::pair<QTreeWidgetItem*, std::string>> all;  // item, parent group
    double last = 0.0;
    for (const Operation* op : circuit.ordered()) {
        // Inside of a closed block there is no place; the order of computation is one.
        const auto at = place.find(op->id);
        last = at != place.end() ? at->second : last + 1e-3;
        const OperationDescription* d = findOperation(op->kind);
        auto* item = make(Row::Operation, qs(op->id), QStringLiteral("%1  %2").arg(qs(displayName(*op)), qs(d != nullptr ? d->title : op->kind)), last);
        const QString words = describeOperation(circuit, sizes, *op);
        item->setToolTip(0, words);
        item->setData(0, Qt::AccessibleTextRole, words);
        for (const std::string& w : op->out) {
            auto* wire = make(Row::Wire, qs(w), QStringLiteral("→ %1").arg(describeWire(circuit, sizes, w)), 0.0);
            wire->setData(0, Qt::AccessibleTextRole, QStringLiteral("Wire: %1").arg(describeWire(circuit, sizes, w)));
            item->addChild(wire);
        }
        const Group* parent = parentOf(circuit, op->id);
        for (const Group* g = parent; g != nullptr; g = parentOf(circuit, g->id)) {
            QTreeWidgetItem* group = groups[g->id];
            group->setData(0, kSort, std::min(group->data(0, kSort).toDouble(), last));
        }
        all.emplace_back(item, parent == nullptr ? std::string() : parent->id);
    }
    for (const Group& g : circuit.groups) {
        const Group* parent = parentOf(circuit, g.id);
        groups[g.id]->setText(0, groups[g.id]->text(0) + (g.open ? QString() : QStringLiteral("  (closed)")));
        all.emplace_back(groups[g.id], parent == nullptr ? std::string() : parent->id);
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first->data(0, kSort).toDouble() < b.first->data(0, kSort).toDouble(); });
    for (const auto& [item, parent] : all) {
        if (parent.empty()) m_tree->addTopLevelItem(item);
        else groups[parent]->addChild(item);
    }
    for (const Group& g : circuit.groups) groups[g.id]->setExpanded(g.open);
    for (QTreeWidgetItemIterator it(m_tree); *it != nullptr; ++it)
        if (Row((*it)->type() - QTreeWidgetItem::UserType) == Row::Operation) {
            const auto was = open.find((*it)->data(0, kId).toString());
            (*it)->setExpanded(was != open.end() && was->second);
        }
    m_quiet = false;
    filter(m_search->text());
}

QTreeWidgetItem* OutlineView::itemOf(const QString& id) const {
    for (QTreeWidgetItemIterator it(m_tree); *it != nullptr; ++it)
        if ((*it)->data(0, kId).toString() == id) return *it;
    return nullptr;
}

void OutlineView::setSelection(const std::vector<std::string>& ids, const std::string& wire) {
    m_quiet = true;
    m_tree->clearSelection();
    QTreeWidgetItem* current = nullptr;
    for (const std::string& id : ids)
        if (QTreeWidgetItem* item = itemOf(qs(id))) {
            item->setSelected(true);
            current = item;
        }
    if (!wire.empty())
        if (QTreeWidgetItem* item = itemOf(qs(wire))) {
            item->setSelected(true);
            current = item;
        }
    if (current != nullptr) {
        m_tree->setCurrentItem(current, 0, QItemSelectionModel::NoUpdate);
        m_tree->scrollToItem(current);
    }
    m_quiet = false;
}

void OutlineView::announce() {
    if (m_quiet) return;
    QStringList ids;
    QString wire;
    for (const QTreeWidgetItem* item : m_tree->selectedItems()) {
        if (Row(item->type() - QTreeWidgetItem::UserType) == Row::Wire) wire = item->data(0, kId).toString();
        else ids << item->data(0, kId).toString();
    }
    if (!ids.isEmpty()) emit selectionChosen(ids);
    else if (!wire.isEmpty()) emit wireChosen(wire);
}

void OutlineView::filter(const QString& text) {
    const QString wanted = text.trimmed();
    std::function<bool(QTreeWidgetItem*)> keep = [&](QTreeWidgetItem* item) {
        bool any = wanted.isEmpty() || item->text(0).contains(wanted, Qt::CaseInsensitive) ||
                   item->data(0, Qt::AccessibleTextRole).toString().contains(wanted, Qt::CaseInsensitive);
        for (int i = 0; i < item->childCount(); ++i) any = keep(item->child(i)) || any;
        item->setHidden(!any);
        return any;
    };
    for (int i = 0; i < m_tree->topLevelItemCount(); ++i) keep(m_tree->topLevelItem(i));
}

bool OutlineView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_tree && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Delete || key == Qt::Key_Backspace) {
            emit deleteRequested();
            return true;
        }
        if (key == Qt::Key_Slash) {
            m_search->setFocus();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace lab
