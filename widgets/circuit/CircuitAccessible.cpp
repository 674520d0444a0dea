#include "widgets/circuit/CircuitAccessible.h"

#include "widgets/circuit/CircuitView.h"
#include "widgets/circuit/Describe.h"
#include "widgets/circuit/GlyphKit.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QPointer>

#include <algorithm>
#include <vector>

namespace lab {

namespace {

class Item final : public QAccessibleInterface {
public:
    Item(CircuitView* view, int index) : m_view(view), m_index(index) {}

    const PlacedGlyph* glyph() const {
        if (m_view == nullptr) return nullptr;
        const auto& glyphs = m_view->diagramLayout().glyphs;
        return m_index < int(glyphs.size()) ? &glyphs[std::size_t(m_index)] : nullptr;
    }

    bool isValid() const override { return glyph() != nullptr; }
    QObject* object() const override { return nullptr; }
    QAccessibleInterface* parent() const override { return m_view == nullptr ? nullptr : QAccessible::queryAccessibleInterface(m_view); }
    QAccessibleInterface* child(int) const override { return nullptr; }
    QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    int childCount() const override { return 0; }
    int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    void setText(QAccessible::Text, const QString&) override {}
    QAccessible::Role role() const override { return QAccessible::Button; }

    QString text(QAccessible::Text what) const override {
        const PlacedGlyph* g = glyph();
        if (g == nullptr || (what != QAccessible::Name && what != QAccessible::Description)) return {};
        if (const Operation* op = m_view->circuit().operation(g->operation))
            return what == QAccessible::Name ? describeOperation(m_view->circuit(), m_view->sizes(), *op) : QString::fromStdString(op->note);
        if (const Group* group = m_view->circuit().group(g->operation))
            return what == QAccessible::Name ? QStringLiteral("Closed block %1").arg(QString::fromStdString(group->title)) : QString();
        return {};
    }
    QRect rect() const override {
        const PlacedGlyph* g = glyph();
        if (g == nullptr) return {};
        const QRectF box = toRect(g->box);
        const QRectF widget(m_view->toWidget(box.topLeft()), m_view->toWidget(box.bottomRight()));
        return {m_view->mapToGlobal(widget.topLeft().toPoint()), widget.size().toSize()};
    }
    QAccessible::State state() const override {
        QAccessible::State s;
        const PlacedGlyph* g = glyph();
        s.focusable = s.selectable = true;
        if (g == nullptr) {
            s.invalid = true;
            return s;
        }
        const auto selection = m_view->selection();
        s.selected = std::find(selection.begin(), selection.end(), g->operation) != selection.end();
        s.focused = s.selected && m_view->hasFocus() && selection.back() == g->operation;
        s.offscreen = !m_view->rect().intersects(QRect(m_view->mapFromGlobal(rect().topLeft()), rect().size()));
        return s;
    }

private:
    QPointer<CircuitView> m_view;
    int m_index;
};

class Canvas final : public QAccessibleWidget {
public:
    explicit Canvas(CircuitView* view) : QAccessibleWidget(view, QAccessible::Canvas), m_view(view) {}
    ~Canvas() override {
        for (const QAccessible::Id id : m_items) QAccessible::deleteAccessibleInterface(id);
    }

    // Popups of the canvas come after its operations.
    int childCount() const override { return items() + QAccessibleWidget::childCount(); }
    QAccessibleInterface* child(int index) const override {
        if (index < 0) return nullptr;
        if (index >= items()) return QAccessibleWidget::child(index - items());
        while (int(m_items.size()) <= index) m_items.push_back(QAccessible::registerAccessibleInterface(new Item(m_view, int(m_items.size()))));
        return QAccessible::accessibleInterface(m_items[std::size_t(index)]);
    }
    int indexOfChild(const QAccessibleInterface* child) const override {
        for (std::size_t i = 0; i < m_items.size(); ++i)
            if (QAccessible::accessibleInterface(m_items[i]) == child) return int(i);
        const int other = QAccessibleWidget::indexOfChild(child);
        return other < 0 ? -1 : other + items();
    }
    QAccessibleInterface* childAt(int x, int y) const override {
        for (int i = 0; i < items(); ++i)
            if (child(i)->rect().contains(x, y)) return child(i);
        return QAccessibleWidget::childAt(x, y);
    }
    QAccessibleInterface* focusChild() const override {
        for (int i = 0; i < items(); ++i)
            if (child(i)->state().focused) return child(i);
        return QAccessibleWidget::focusChild();
    }

private:
    int items() const { return m_view == nullptr ? 0 : int(m_view->diagramLayout().glyphs.size()); }

    QPointer<CircuitView> m_view;
    mutable std::vector<QAccessible::Id> m_items;
};

QAccessibleInterface* make(const QString& className, QObject* object) {
    if (className != QLatin1String("lab::CircuitView")) return nullptr;
    auto* view = qobject_cast<CircuitView*>(object);
    return view == nullptr ? nullptr : new Canvas(view);
}

}  // namespace

void installCircuitAccessibility() {
    static const bool installed = [] {
        QAccessible::installFactory(make);
        return true;
    }();
    static_cast<void>(installed);
}

}  // namespace lab
