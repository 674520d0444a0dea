// Mouse, wheel, keyboard and drag-and-drop of the canvas.
#include "core/circuit/EditTools.h"
#include "core/circuit/Operations.h"
#include "widgets/circuit/CircuitView.h"
#include "widgets/circuit/EditorPopups.h"
#include "widgets/circuit/GlyphKit.h"
#include "widgets/circuit/PaletteView.h"
#include "widgets/circuit/RewireEdits.h"

#include <QAction>
#include <QContextMenuEvent>
#include <QDragEnterEvent>
#include <QHelpEvent>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QNativeGestureEvent>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

namespace lab {

namespace {

constexpr double kReach = 7.0;      // pixels around a wire that still hit it
constexpr double kDropReach = 22.0; // a tile is bigger than a pointer

QString qs(const std::string& s) { return QString::fromStdString(s); }

bool contains(const std::vector<std::string>& list, const std::string& id) {
    return std::find(list.begin(), list.end(), id) != list.end();
}

}  // namespace

DiagramHit CircuitView::hitAt(QPointF widget) const { return m_scene.hit(toScene(widget), kReach / m_scale); }

void CircuitView::wheelEvent(QWheelEvent* event) {
    if (minimapRect().contains(event->position())) {
        zoomAbout(QRectF(rect()).center(), std::pow(1.0015, event->angleDelta().y()));
        event->accept();
        return;
    }
    const QPoint pixels = event->pixelDelta();
    // A touch pad scrolls in pixels and pans; a wheel zooms at the cursor.
    if (!pixels.isNull() && !(event->modifiers() & Qt::ControlModifier)) {
        m_offset += pixels;
        m_userMoved = true;
        emit viewportMoved();
        update();
    } else {
        zoomAbout(event->position(), std::pow(1.0015, event->angleDelta().y()));
    }
    event->accept();
}

void CircuitView::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::RightButton && (m_gesture != Gesture::None || m_leading) && cancelGesture()) {
        m_swallowMenu = true;  // the click that cancels opens nothing
        return;
    }
    setFocus(Qt::MouseFocusReason);
    m_fixes->hide();
    if (m_sizeEditor->isVisible()) commitSize();
    cancelGesture();
    m_pressed = m_last = event->position();
    if (event->button() == Qt::MiddleButton || (event->button() == Qt::LeftButton && m_space)) {
        m_gesture = Gesture::Pan;
        setCursor(Qt::ClosedHandCursor);
        return;
    }
    if (event->button() != Qt::LeftButton) return;
    if (!minimapRect().isEmpty() && minimapRect().contains(event->position())) {
        m_gesture = Gesture::Minimap;
        moveByMinimap(event->position());
        return;
    }
    // The red mark of a problem opens its fixes.
    const QPointF scene = toScene(event->position());
    for (const PlacedError& e : diagramLayout().errors)
        if (scene.x() >= e.left - 2.0 && scene.x() <= e.right + 2.0 && std::abs(scene.y() - e.y) < 14.0) {
            showProblem(e.problem);
            return;
        }
    // The plate of a loss shows what it reaches.
    if (m_toggles.rule) {
        const int loss = lossAt(diagramLayout(), m_marks, scene);
        if (loss >= 0) {
            chooseLoss(loss == m_loss ? -1 : loss);
            return;
        }
    }
    const DiagramHit hit = hitAt(event->position());
    const bool extend = event->modifiers() & (Qt::ShiftModifier | Qt::ControlModifier);
    switch (hit.kind) {
        case DiagramHit::Kind::Operation:
        case DiagramHit::Kind::Group: {
            std::vector<std::string> ids = m_selection;
            if (extend) {
                if (contains(ids, hit.id)) ids.erase(std::find(ids.begin(), ids.end(), hit.id));
                else ids.push_back(hit.id);
            } else if (!contains(ids, hit.id)) {
                ids = {hit.id};
            }
            // A drag that starts in a block's empty area pans; the click itself selects the block on release.
            if (hit.kind == DiagramHit::Kind::Group && !extend) {
                m_gesture = Gesture::Pan;
                return;
            }
            changeSelection(ids, {});
            m_gesture = Gesture::PressOnItem;
            return;
        }
        case DiagramHit::Kind::Wire:
        case DiagramHit::Kind::Label:
            changeSelection({}, hit.id);
            m_selectedAxis = hit.axis;
            pressWire(hit, scene, event->modifiers());
            return;
        case DiagramHit::Kind::None: break;
    }
    if ((event->modifiers() & Qt::AltModifier) && m_editable) {
        // A gap between columns is pulled wider.
        for (const PlacedColumn& c : diagramLayout().columns)
            if (c.data && scene.x() >= c.x - 3.0 && scene.x() <= c.x + c.w + 3.0) {
                m_gesture = Gesture::Stretch;
                m_stretchRank = c.rank;
                setCursor(Qt::SplitHCursor);
                return;
            }
    }
    if (extend) {
        m_gesture = Gesture::RubberBand;
        m_band = QRectF();
    } else {
        m_gesture = Gesture::Pan;
        setCursor(Qt::ClosedHandCursor);
    }
}

void CircuitView::mouseMoveEvent(QMouseEvent* event) {
    const QPointF at = event->position();
    switch (m_gesture) {
        case Gesture::Pan:
            m_offset += at - m_last;
            if ((at - m_pressed).manhattanLength() > 3) m_userMoved = true;
            emit viewportMoved();
            update();
            break;
        case Gesture::RubberBand:
            m_band = QRectF(m_pressed, at).normalized();
            update();
            break;
        case Gesture::Minimap: moveByMinimap(at); break;
        case Gesture::Wire: leadWire(at); break;
        case Gesture::Lane:
        case Gesture::Stretch: break;
        case Gesture::PressOnItem:
            // Dragging a glyph sideways moves it by columns when it is let go.
            break;
        case Gesture::None: {
            const DiagramHit hit = hitAt(at);
            setCursor(m_space ? Qt::OpenHandCursor : hit.kind == DiagramHit::Kind::None || hit.kind == DiagramHit::Kind::Group
                                                         ? Qt::ArrowCursor : Qt::PointingHandCursor);
            break;
        }
    }
    m_last = at;
}

void CircuitView::mouseReleaseEvent(QMouseEvent* event) {
    const Gesture was = m_gesture;
    m_gesture = Gesture::None;
    setCursor(Qt::ArrowCursor);
    const bool click = (event->position() - m_pressed).manhattanLength() <= 3;
    if (was == Gesture::RubberBand) {
        std::vector<std::string> ids = m_selection;
        const QRectF area(toScene(m_band.topLeft()), toScene(m_band.bottomRight()));
        for (const PlacedGlyph& g : diagramLayout().glyphs)
            if (area.contains(toRect(g.box)) && !contains(ids, g.operation)) ids.push_back(g.operation);
        m_band = QRectF();
        changeSelection(ids, {});
        update();
    } else if (was == Gesture::Pan && click && event->button() == Qt::LeftButton) {
        const DiagramHit hit = hitAt(event->position());
        if (hit.kind == DiagramHit::Kind::Group) changeSelection({hit.id}, {});
        else changeSelection({}, {});
    } else if (was == Gesture::Wire) {
        dropWire(event->position());
    } else if (was == Gesture::Lane && !click && m_editable) {
        const int steps = int(std::lround((event->position().y() - m_pressed.y()) / m_scale / metrics::kPitch));
        const std::string wire = m_selectedWire, axis = m_selectedAxis;
        if (steps != 0) {
            request(moveLane(m_circuit, wire, axis, steps));
            changeSelection({}, wire);
            m_selectedAxis = axis;
        }
    } else if (was == Gesture::Stretch && !click && m_editable) {
        request(stretchColumn(m_circuit, m_stretchRank, int(std::lround((event->position().x() - m_pressed.x()) / m_scale))));
    } else if (was == Gesture::PressOnItem && !click && m_editable && !m_selection.empty() && m_selectedWire.empty()) {
        if (event->modifiers() & Qt::AltModifier) request(duplicate(m_circuit, m_selection));
        else moveSelection(event->position());
    }
}

// A glyph that was dragged: into another block, or by as many columns as it crossed.
void CircuitView::moveSelection(QPointF widget) {
    if (m_selection.size() != 1 || m_circuit.operation(m_selection.front()) == nullptr) return;
    const std::string id = m_selection.front();
    const QPointF scene = toScene(widget);
    std::string block;
    for (const PlacedBlock& b : diagramLayout().blocks)
        if (b.rect.contains(scene.x(), scene.y())) block = b.group;  // the innermost comes last
    const Group* now = parentOf(m_circuit, id);
    if (block != (now == nullptr ? std::string() : now->id)) {
        const Result<CircuitChange> moved = moveIntoGroup(m_circuit, id, block);
        if (moved) {
            request(moved);
            return;
        }
    }
    const double from = toScene(m_pressed).x(), to = scene.x();
    int columns = 0;
    for (const PlacedColumn& c : diagramLayout().columns) {
        if (c.data) continue;
        const double middle = c.x + c.w / 2;
        if (to > from && middle > from + 20.0 && middle < to) ++columns;
        if (to < from && middle < from - 20.0 && middle > to) --columns;
    }
    if (columns != 0) request(moveOperation(m_circuit, id, columns));
}

void CircuitView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    const DiagramHit hit = hitAt(event->position());
    if (hit.kind == DiagramHit::Kind::Operation) {
        changeSelection({hit.id}, {});
        emit editRequested(qs(hit.id));
    } else if (hit.kind == DiagramHit::Kind::Label) {
        openSizeEditor(hit.id, hit.axis);
    } else if (hit.kind == DiagramHit::Kind::Group) {
        const Group* g = m_circuit.group(hit.id);
        if (g != nullptr && m_editable) request(setGroupOpen(m_circuit, hit.id, !g->open));
    } else if (hit.kind == DiagramHit::Kind::None) {
        ask(Asking::Add, {}, event->position());
    }
}

void CircuitView::contextMenuEvent(QContextMenuEvent* event) {
    if (std::exchange(m_swallowMenu, false)) return;
    QMenu* menu = contextMenu(hitAt(event->pos()));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->popup(event->globalPos());
}

QMenu* CircuitView::contextMenu(const DiagramHit& hit) {
    if (hit.kind == DiagramHit::Kind::Operation || hit.kind == DiagramHit::Kind::Group) {
        if (!contains(m_selection, hit.id)) changeSelection({hit.id}, {});
    } else if (hit.kind == DiagramHit::Kind::Wire) {
        changeSelection({}, hit.id);
    }
    auto* menu = new QMenu(this);
    if (hit.kind != DiagramHit::Kind::None && m_editable) {
        const bool replace = hit.kind == DiagramHit::Kind::Operation;
        QMenu* add = menu->addMenu(replace ? QStringLiteral("Replace by") : QStringLiteral("Insert"));
        for (const OperationPreset& preset : operationPresets()) {
            const OperationDescription* d = findOperation(preset.kind);
            if (d == nullptr || d->inputs == 0 || d->outputs == 0) continue;
            const QString word = qs(preset.word);
            const DiagramHit place = hit;
            connect(add->addAction(qs(preset.title)), &QAction::triggered, this, [this, word, place] { request(dropResult(word, place)); });
        }
        menu->addSeparator();
    }
    for (const Command c : {Command::QuickAdd, Command::Cut, Command::Copy, Command::Paste, Command::Duplicate, Command::Delete,
                            Command::Residual, Command::Group, Command::Ungroup, Command::ToggleBlock, Command::Connect, Command::MoveEnd,
                            Command::Join, Command::EditSize, Command::Rename, Command::Tidy, Command::Fit})
        menu->addAction(m_actions[c]);
    return menu;
}

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
            if (m_selection.size() == 1) emit editRequested(qs(m_selection.front()));
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

// ---- tiles dropped on the canvas ------------------------------------------------------------------------------------

Result<CircuitChange> CircuitView::dropResult(const QString& word, const DiagramHit& hit) const {
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

// ---- tooltips -------------------------------------------------------------------------------------------------------

// Who writes this weight, what the last updates read, and what is odd about it.
QString CircuitView::creditTip(const Operation& op) const {
    QString tip;
    for (const Mark& m : m_marks) {
        if (m.kind != Mark::Kind::Writer || m.operation != op.id) continue;
        const auto reads = m_live.reads.find(m.layer);
        if (reads != m_live.reads.end()) {
            QStringList list;
            for (const std::string& r : reads->second) list << qs(r).toHtmlEscaped();
            tip += QStringLiteral("<br>its update reads: %1").arg(list.join(QStringLiteral(", ")));
        }
        const auto ratio = m_live.ratio.find(m.layer);
        if (ratio != m_live.ratio.end()) tip += QStringLiteral("<br>last update: %1 of the weights").arg(ratio->second, 0, 'g', 3);
        break;
    }
    for (const CreditFinding& f : m_credit.findings)
        if (f.operation == op.id) tip += QStringLiteral("<br><i>%1</i>").arg(qs(f.message).toHtmlEscaped());
    return tip;
}

QString CircuitView::toolTipAt(QPointF scene) const {
    for (const PlacedError& e : diagramLayout().errors)
        if (scene.x() >= e.left && scene.x() <= e.right && std::abs(scene.y() - e.y) < 14.0) {
            const Problem& p = m_sizes.problems[std::size_t(e.problem)];
            return qs(p.message).toHtmlEscaped() + QStringLiteral("<br><i>Click or press F8 for ways out.</i>");
        }
    const DiagramHit hit = m_scene.hit(scene, kReach / m_scale);
    if (hit.kind == DiagramHit::Kind::Operation) {
        const Operation* op = m_circuit.operation(hit.id);
        if (op == nullptr) return {};
        const OperationDescription* d = findOperation(op->kind);
        if (d == nullptr) return QStringLiteral("<b>%1</b><br>This kind of operation is not known here; it is kept as it is.").arg(qs(op->kind).toHtmlEscaped());
        QString tip = QStringLiteral("<b>%1 %2</b><br>%3<br><i>%4</i>")
                          .arg(qs(d->title).toHtmlEscaped(), qs(displayName(*op)).toHtmlEscaped(), qs(d->doc).toHtmlEscaped(),
                               qs(plainLabel(d->formula)).toHtmlEscaped());
        const long weights = parameterCount(m_circuit, m_sizes, *op);
        if (weights > 0) tip += QStringLiteral("<br>%L1 weights").arg(qlonglong(weights));
        if (m_toggles.rule) tip += creditTip(*op);
        if (!op->note.empty()) tip += QStringLiteral("<br>%1").arg(qs(op->note).toHtmlEscaped());
        return tip;
    }
    if (hit.kind == DiagramHit::Kind::Wire || hit.kind == DiagramHit::Kind::Label) {
        const Wire* wire = m_circuit.wire(hit.id);
        if (wire == nullptr) return {};
        QStringList axes;
        for (const std::string& id : wire->axes)
            if (const Axis* axis = m_circuit.axis(id)) {
                const auto size = m_sizes.size.find(id);
                QString text = qs(plainLabel(axis->name));
                if (size != m_sizes.size.end())
                    text += QStringLiteral(" = %1%2").arg(size->second).arg(axis->dims > 1 ? QStringLiteral(" × %1").arg(size->second) : QString());
                else if (axis->role != AxisRole::Batch) text += QStringLiteral(" (open)");
                axes << text.toHtmlEscaped();
            }
        QString tip = QStringLiteral("<b>Wire</b> %1").arg(axes.join(QStringLiteral(", ")));
        const long n = m_sizes.elements(m_circuit, hit.id);
        if (n > 0) tip += QStringLiteral("<br>%L1 numbers per sample").arg(qlonglong(n));
        const auto mean = m_live.mean.find(hit.id);
        if (mean != m_live.mean.end()) {
            tip += std::isfinite(mean->second) ? QStringLiteral("<br>mean |a| = %1 at step %L2").arg(mean->second, 0, 'g', 4).arg(qlonglong(m_live.step))
                                               : QStringLiteral("<br><b>holds values that are no numbers</b>");
            if (hit.id == m_live.broken) tip += QStringLiteral("<br>the first wire where it happened");
        }
        return tip;
    }
    if (hit.kind == DiagramHit::Kind::Group)
        if (const Group* g = m_circuit.group(hit.id)) return QStringLiteral("<b>%1</b>").arg(qs(g->title).toHtmlEscaped());
    return {};
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
