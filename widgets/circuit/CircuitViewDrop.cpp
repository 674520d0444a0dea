// Tiles dragged from the palette: the diagram as the drop would leave it, and the drop.
#include "widgets/circuit/CircuitView.h"
#include "widgets/circuit/PaletteView.h"

#include <QDragEnterEvent>
#include <QMimeData>

namespace lab {

namespace {

constexpr double kDropReach = 22.0; // a tile is bigger than a pointer

QString qs(const std::string& s) { return QString::fromStdString(s); }

}  // namespace

Result<CircuitChange> CircuitView::dropResult(const QString& word, const DiagramHit& hit) const {
    if (word.startsWith(QLatin1Char(kBlockSign))) return blockAt(word.mid(1).toStdString(), hit);
    const std::string preset = word.toStdString();
    switch (hit.kind) {
        case DiagramHit::Kind::Operation: return replaceOperation(m_circuit, hit.id, preset);
        case DiagramHit::Kind::Wire:
        case DiagramHit::Kind::Label: return insertOnWire(m_circuit, hit.id, preset);
        default: return quickAdd(m_circuit, preset, anchorForAdding());
    }
}

void CircuitView::dropPreset(const QString& word, QPointF widget) {
    const QPointF scene = toScene(widget);
    DiagramHit hit = m_scene.hit(scene, kDropReach / m_scale);
    clearGhost();
    request(dropResult(word, hit));
}

void CircuitView::updateGhost(QPointF widget, const QString& word) {
    const DiagramHit hit = m_scene.hit(toScene(widget), kDropReach / m_scale);
    if (m_ghost && hit.kind == m_ghostHit.kind && hit.id == m_ghostHit.id) return;
    clearGhost();
    m_ghost = true;
    m_ghostHit = hit;
    const Result<CircuitChange> change = dropResult(word, hit);
    if (!change) {
        m_ghostText = qs(change.error().message);
        m_ghostNew.clear();
        m_ghostScene.setContent(m_circuit, m_sizes, m_toggles, {});
    } else {
        m_ghostText = QStringLiteral("drop: %1").arg(qs(change->title));
        m_ghostNew = change->selection;
        m_ghostScene.setContent(change->circuit, solveSizes(change->circuit), m_toggles, m_marks);
    }
    update();
}

void CircuitView::clearGhost() {
    if (!m_ghost) return;
    m_ghost = false;
    m_ghostNew.clear();
    update();
}

void CircuitView::dragEnterEvent(QDragEnterEvent* event) {
    if (m_editable && event->mimeData()->hasFormat(QLatin1String(kPresetMimeType))) event->acceptProposedAction();
}

void CircuitView::dragMoveEvent(QDragMoveEvent* event) {
    updateGhost(event->position(), QString::fromUtf8(event->mimeData()->data(QLatin1String(kPresetMimeType))));
    event->acceptProposedAction();
}

void CircuitView::dragLeaveEvent(QDragLeaveEvent*) { clearGhost(); }

void CircuitView::dropEvent(QDropEvent* event) {
    const QString word = QString::fromUtf8(event->mimeData()->data(QLatin1String(kPresetMimeType)));
    event->acceptProposedAction();
    setFocus(Qt::OtherFocusReason);
    dropPreset(word, event->position());
}

}  // namespace lab
