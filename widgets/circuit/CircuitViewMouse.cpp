// Mouse, wheel and context menu of the canvas.
#include "core/circuit/EditTools.h"
#include "core/circuit/Operations.h"
#include "widgets/circuit/CircuitView.h"
#include "widgets/circuit/EditorPopups.h"
#include "widgets/circuit/GlyphKit.h"
#include "widgets/circuit/RewireEdits.h"

#include <QAction>
#include <QContextMenuEvent>
#include <QLineEdit>
#include <QMenu>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>
#include <utility>

namespace lab {

namespace {

constexpr double kReach = 7.0;      // pixels around a wire that still hit it

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
    if (const std::string block = m_editable ? repeatHandleAt(scene) : std::string(); !block.empty()) {
        m_gesture = Gesture::Repeat;
        m_repeatGroup = block;
        setCursor(Qt::SizeHorCursor);
        update();
        return;
    }
    if (const std::string wire = beadAt(scene); !wire.empty()) {
        pinBead(wire);
        return;
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
        case Gesture::Repeat: update(); break;
        case Gesture::PressOnItem:
            // Dragging a glyph sideways moves it by columns when it is let go.
            break;
        case Gesture::None: {
            const DiagramHit hit = hitAt(at);
            if (m_editable && !repeatHandleAt(toScene(at)).empty()) setCursor(Qt::SizeHorCursor);
            else setCursor(m_space ? Qt::OpenHandCursor : hit.kind == DiagramHit::Kind::None || hit.kind == DiagramHit::Kind::Group
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
    } else if (was == Gesture::Repeat) {
        m_last = event->position();
        dropRepeat();
    } else if (was == Gesture::Stretch && !click && m_editable) {
        request(stretchColumn(m_circuit, m_stretchRank, int(std::lround((event->position().x() - m_pressed.x()) / m_scale))));
    } else if (was == Gesture::PressOnItem && !click && m_editable && !m_selection.empty() && m_selectedWire.empty()) {
        if (event->modifiers() & Qt::AltModifier) request(duplicate(m_circuit, m_selection));
        else moveSelection(event->position());
    } else if (was == Gesture::PressOnItem && click && m_toggles.activity && !m_live.empty() && event->modifiers() == Qt::NoModifier) {
        // While values are shown, a click on a learned map asks for the numbers behind one of its units.
        const Operation* op = m_selection.size() == 1 ? m_circuit.operation(m_selection.front()) : nullptr;
        const OperationDescription* d = op == nullptr ? nullptr : findOperation(op->kind);
        if (d != nullptr && d->learned) showArithmetic();
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
    if (const std::string wire = beadAt(toScene(event->position())); !wire.empty()) {
        emit activityRequested(qs(wire));
        return;
    }
    const DiagramHit hit = hitAt(event->position());
    if (hit.kind == DiagramHit::Kind::Operation) {
        changeSelection({hit.id}, {});
        emit editRequested(qs(hit.id));
    } else if (hit.kind == DiagramHit::Kind::Label) {
        openSizeEditor(hit.id, hit.axis);
    } else if (hit.kind == DiagramHit::Kind::Group) {
        // Inside by default; with Ctrl the block closes or opens where it is.
        const Group* g = m_circuit.group(hit.id);
        if (g != nullptr && (event->modifiers() & Qt::ControlModifier)) request(setGroupOpen(m_circuit, hit.id, !g->open));
        else if (g != nullptr && hit.id != m_inside) stepInto(hit.id);
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
                            Command::Bypass, Command::CopyBranch, Command::ShowArithmetic, Command::Residual, Command::Group, Command::Ungroup,
                            Command::ToggleBlock, Command::StepIn, Command::StepOut, Command::MakeBlock, Command::Connect, Command::MoveEnd,
                            Command::Join, Command::EditSize, Command::Rename, Command::Tidy, Command::Fit})
        menu->addAction(m_actions[c]);
    QMenu* shown = menu->addMenu(QStringLiteral("Show"));
    for (const Command c : {Command::ToggleColumns, Command::ToggleSizes, Command::ToggleActivity, Command::ToggleRule, Command::ToggleCosts,
                            Command::ToggleBatch, Command::ToggleMinimap})
        shown->addAction(m_actions[c]);
    return menu;
}

}  // namespace lab
