// Keys that are no commands, and what else reaches the canvas as an event.
#include "widgets/circuit/CircuitView.h"
#include "widgets/circuit/EditorPopups.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLineEdit>
#include <QNativeGestureEvent>
#include <QToolTip>

namespace lab {

namespace {

QString qs(const std::string& s) { return QString::fromStdString(s); }

}  // namespace

bool CircuitView::focusNextPrevChild(bool next) {
    // Tab walks the operations; past the last one the focus leaves.
    const std::vector<std::string> order = m_scene.walkOrder();
    if (order.empty()) return QWidget::focusNextPrevChild(next);
    if (!m_selection.empty() && m_selection.back() == (next ? order.back() : order.front())) {
        changeSelection({}, {});
        return QWidget::focusNextPrevChild(next);
    }
    walk(next ? 1 : -1);
    return true;
}

void CircuitView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) {
        m_space = true;
        setCursor(Qt::OpenHandCursor);
        return;
    }
    if (event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) {
        QWidget::keyPressEvent(event);
        return;
    }
    if (!m_targets.empty()) {
        if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && m_lead == Lead::Branch) {
            // To none of them: something new at the end of a branch.
            const std::string wire = m_leadWire;
            cancelGesture();
            openFitting(wire, toWidget(m_scene.rectOfWire(wire).center() + QPointF(0, 40)));
            return;
        }
        const QString letter = event->text().toUpper();
        if (letter.isEmpty()) return;
        if (!chooseTarget(letter)) cancelGesture();
        return;
    }
    if (m_fixes->isVisible() && event->key() >= Qt::Key_1 && event->key() <= Qt::Key_9 && m_fixes->choose(event->key() - Qt::Key_0)) return;
    switch (event->key()) {
        case Qt::Key_Right: walkAlong(1); return;
        case Qt::Key_Left: walkAlong(-1); return;
        case Qt::Key_Up: walkLane(-1); return;
        case Qt::Key_Down: walkLane(1); return;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (m_toggles.activity && m_beads.count(m_selectedWire) != 0) emit activityRequested(qs(m_selectedWire));
            if (m_selection.size() != 1) return;
            if (m_circuit.group(m_selection.front()) != nullptr && m_selection.front() != m_inside) stepInto(m_selection.front());
            else emit editRequested(qs(m_selection.front()));
            return;
        case Qt::Key_Period: {
            const QRectF r = m_selection.empty() ? m_scene.bounds() : m_scene.rectOf(m_selection.back());
            m_offset += QRectF(rect()).center() - toWidget(r.center());
            m_userMoved = true;
            emit viewportMoved();
            update();
            return;
        }
        default: break;
    }
    // Any other letter starts the quick-add line.
    const QString text = event->text();
    if (!text.isEmpty() && text.front().isLetter()) {
        openQuickAdd(text);
        return;
    }
    QWidget::keyPressEvent(event);
}

void CircuitView::keyReleaseEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) {
        m_space = false;
        setCursor(Qt::ArrowCursor);
        return;
    }
    QWidget::keyReleaseEvent(event);
}

bool CircuitView::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride && !m_targets.empty()) {
        // While targets wear letters, letters choose.
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() != Qt::Key_Escape) {
            event->accept();
            return true;
        }
    }
    if (event->type() == QEvent::NativeGesture) {
        const auto* gesture = static_cast<QNativeGestureEvent*>(event);
        if (gesture->gestureType() == Qt::ZoomNativeGesture) {
            zoomAbout(gesture->position(), 1.0 + gesture->value());
            return true;
        }
    }
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const QString tip = toolTipAt(toScene(help->pos()));
        if (tip.isEmpty()) QToolTip::hideText();
        else QToolTip::showText(help->globalPos(), tip, this);
        return true;
    }
    return QWidget::event(event);
}

}  // namespace lab
