// Blocks on the canvas: stepping inside, reuse, repetition by hand; and operations that are passed by.
#include "core/circuit/Blocks.h"
#include "core/circuit/EditTools.h"
#include "widgets/circuit/Breadcrumb.h"
#include "widgets/circuit/Bypass.h"
#include "widgets/circuit/CircuitView.h"
#include "widgets/circuit/GlyphKit.h"
#include "widgets/circuit/RewireEdits.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr double kHandleReach = 9.0;     // pixels beside the right parenthesis that take it
constexpr double kHandleInset = 12.0;    // of the parenthesis from the block's right edge
constexpr double kPixelsPerPass = 24.0;

QString qs(const std::string& s) { return QString::fromStdString(s); }
std::string titleOf(const Group& g) { return g.title.empty() ? g.id : g.title; }

// How often a block runs where that is a number; 0 where it runs along an axis.
int passesOf(const Group& g) {
    if (!g.repeat) return 1;
    if (g.repeat.alongAxis()) return 0;
    return std::clamp(qs(g.repeat.count).toInt(), 1, kMaxPasses);
}

}  // namespace

// ---- stepping inside --------------------------------------------------------------------------------------------------

// The block that the selection means: a block itself, or the one that the operation lies in.
std::string CircuitView::selectedBlock() const {
    std::string group;
    for (const std::string& id : m_selection) {
        if (m_circuit.group(id) != nullptr) group = id;
        else if (const Group* g = parentOf(m_circuit, id); g != nullptr && group.empty()) group = g->id;
    }
    return group;
}

void CircuitView::stepInto(const std::string& group) {
    if (!group.empty() && m_circuit.group(group) == nullptr) return;
    m_inside = group;
    cancelGesture();
    closePopups();
    changeSelection({}, {});
    relayout();
    showBreadcrumb();
    fit();
    const Group* g = m_circuit.group(group);
    emit messageShown(g == nullptr ? QStringLiteral("The whole circuit.") : QStringLiteral("Inside %1. Alt+Up or the line above the picture leads out.").arg(qs(titleOf(*g))));
}

void CircuitView::stepOut() {
    const Group* outer = m_inside.empty() ? nullptr : parentOf(m_circuit, m_inside);
    const std::string left = m_inside;
    if (left.empty()) return;
    stepInto(outer == nullptr ? std::string() : outer->id);
    changeSelection({left}, {});
}

void CircuitView::showBreadcrumb() {
    std::vector<std::pair<std::string, std::string>> path;
    for (const Group* g = m_circuit.group(m_inside); g != nullptr; g = parentOf(m_circuit, g->id)) path.insert(path.begin(), {g->id, titleOf(*g)});
    m_breadcrumb->setPath(path);
    m_breadcrumb->move(12, 12);
}

QString CircuitView::place() const { return m_breadcrumb->text(); }

// The circuit with the blocks open that one has stepped into: looking changes no document.
Circuit CircuitView::seenFromInside() const {
    Circuit seen = m_circuit;
    for (Group* g = seen.group(m_inside); g != nullptr;) {
        g->open = true;
        const Group* outer = parentOf(seen, g->id);
        g = outer == nullptr ? nullptr : seen.group(outer->id);
    }
    return seen;
}

void CircuitView::paintInside(QPainter& painter) const {
    const QRectF r = m_scene.rectOf(m_inside);
    if (r.isEmpty()) return;
    const QRectF inside(toWidget(r.topLeft()), toWidget(r.bottomRight()));
    QPainterPath outside;
    outside.addRect(QRectF(rect()));
    QPainterPath hole;
    hole.addRect(inside.adjusted(-3, -3, 3, 3));
    QColor veil = Theme::current().background;
    veil.setAlphaF(0.72F);
    painter.fillPath(outside.subtracted(hole), veil);
}

// ---- reuse ------------------------------------------------------------------------------------------------------------

Result<CircuitChange> CircuitView::blockNamed(const std::string& name) const {
    if (m_selection.empty()) return editError(304, "nothing is selected.", {}, "Select operations or a block first.");
    Circuit with = m_circuit;
    std::string group = m_selection.size() == 1 && m_circuit.group(m_selection.front()) != nullptr ? m_selection.front() : std::string();
    if (group.empty()) {
        const Result<CircuitChange> grouped = groupItems(m_circuit, m_selection, name);
        if (!grouped) return grouped.error();
        with = grouped->circuit;
        for (const Group& g : with.groups)
            if (m_circuit.group(g.id) == nullptr) group = g.id;
    }
    Result<CircuitChange> made = makeBlock(with, group, name);
    if (!made) return made.error();
    made->title = "Make block " + name;
    made->selection = {group};
    return made;
}

Result<CircuitChange> CircuitView::blockAt(const std::string& name, const DiagramHit& hit) const {
    std::string after = anchorForAdding();
    if (hit.kind == DiagramHit::Kind::Operation) after = hit.id;
    if (hit.kind == DiagramHit::Kind::Wire || hit.kind == DiagramHit::Kind::Label)
        if (const Operation* writer = m_circuit.producer(hit.id)) after = writer->id;
    return insertBlock(m_circuit, name, after, {});
}

// ---- repetition by hand -------------------------------------------------------------------------------------------------

Result<CircuitChange> CircuitView::passes(const std::string& group, int count) const {
    const Group* g = m_circuit.group(group);
    if (g == nullptr) return editError(304, "the selection is in no block.", {}, "Ctrl+G makes one of it.");
    if (passesOf(*g) == 0) return editError(305, "this block runs along an axis, once for each of its places.", group, "End that first.");
    Repeat repeat = g->repeat;
    repeat.count = count > 1 ? std::to_string(count) : std::string();
    return repeatGroup(m_circuit, group, repeat);
}

void CircuitView::changePasses(int by) {
    const std::string group = selectedBlock();
    const Group* g = m_circuit.group(group);
    const int now = g == nullptr ? 1 : passesOf(*g);
    if (g != nullptr && now > 0 && (now + by < 1 || now + by > kMaxPasses)) {
        emit messageShown(now + by < 1 ? QStringLiteral("A block runs at least once.") : QStringLiteral("A block runs at most %1 times.").arg(kMaxPasses));
        return;
    }
    request(passes(group, now + by));
    if (m_circuit.group(group) != nullptr) changeSelection({group}, {});
}

// The block whose right parenthesis lies there: of repeated blocks, and of the one that is selected.
std::string CircuitView::repeatHandleAt(QPointF scene) const {
    for (auto b = diagramLayout().blocks.rbegin(); b != diagramLayout().blocks.rend(); ++b) {
        const Group* g = m_circuit.group(b->group);
        if (g == nullptr || passesOf(*g) == 0) continue;
        const bool selected = std::find(m_selection.begin(), m_selection.end(), b->group) != m_selection.end();
        if (b->repeat.empty() && !selected) continue;
        if (std::abs(scene.x() - (b->rect.right() - kHandleInset)) <= kHandleReach / m_scale && scene.y() >= b->rect.y && scene.y() <= b->rect.bottom())
            return b->group;
    }
    return {};
}

int CircuitView::passesWanted() const {
    const Group* g = m_circuit.group(m_repeatGroup);
    if (g == nullptr) return 1;
    return std::clamp(passesOf(*g) + int(std::lround((m_last.x() - m_pressed.x()) / kPixelsPerPass)), 1, kMaxPasses);
}

void CircuitView::dropRepeat() {
    const std::string group = m_repeatGroup;
    const Group* g = m_circuit.group(group);
    const int wanted = passesWanted();
    m_repeatGroup.clear();
    update();
    if (g == nullptr || wanted == passesOf(*g)) return;
    request(passes(group, wanted));
    if (m_circuit.group(group) != nullptr) changeSelection({group}, {});
}

// The handle of a selected block, and the number while it is dragged.
void CircuitView::paintRepeatHandle(QPainter& painter) const {
    const Theme& theme = Theme::current();
    for (const PlacedBlock& b : diagramLayout().blocks) {
        const Group* g = m_circuit.group(b.group);
        const bool dragged = b.group == m_repeatGroup;
        const bool selected = std::find(m_selection.begin(), m_selection.end(), b.group) != m_selection.end();
        if (g == nullptr || passesOf(*g) == 0 || (!selected && !dragged) || !m_editable) continue;
        const QPointF c = toWidget({b.rect.right() - kHandleInset, b.rect.centerY()});
        painter.setPen(QPen(theme.selection, 1.5));
        painter.setBrush(theme.background);
        painter.drawRoundedRect(QRectF(c.x() - 4, c.y() - 11, 8, 22), 4, 4);
        painter.drawLine(c + QPointF(0, -4), c + QPointF(0, 4));
        if (!dragged) continue;
        const QString text = QStringLiteral("× %1").arg(passesWanted());
        painter.setFont(uiFont(12, QFont::DemiBold));
        const QRectF tag(m_last.x() + 10, c.y() - 13, painter.fontMetrics().horizontalAdvance(text) + 16.0, 26);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.selection);
        painter.drawRoundedRect(tag, 6, 6);
        painter.setPen(theme.onSelection);
        painter.drawText(tag, Qt::AlignCenter, text);
    }
}

// ---- single operations --------------------------------------------------------------------------------------------------

void CircuitView::bypassSelection() {
    if (m_selection.size() != 1 || m_circuit.operation(m_selection.front()) == nullptr) {
        emit messageShown(QStringLiteral("Select one operation to pass by, or to let work again."));
        return;
    }
    request(toggleBypass(m_circuit, m_selection.front()));
}

void CircuitView::copyBranch() {
    const std::string wire = wireForKeyboard();
    if (wire.empty()) {
        emit messageShown(QStringLiteral("Select a wire or an operation first."));
        return;
    }
    if (m_circuit.consumer(wire) == nullptr) {
        emit messageShown(QStringLiteral("This wire has a free end already."));
        return;
    }
    const Result<WireBranch> branch = branchWire(m_circuit, wire);
    if (!branch) {
        request(branch.error());
        return;
    }
    const Operation* from = m_circuit.producer(wire);
    request(CircuitChange{branch->circuit, "Branch " + (from == nullptr ? std::string("a wire") : displayName(*from)), {}});
    if (m_circuit.wire(branch->wire) != nullptr) changeSelection({}, branch->wire);
}

void CircuitView::showArithmetic() {
    const Operation* op = m_selection.size() == 1 ? m_circuit.operation(m_selection.front()) : nullptr;
    if (op == nullptr) {
        emit messageShown(QStringLiteral("Select one operation to see what its units compute."));
        return;
    }
    const QRectF r = m_scene.rectOf(op->id);
    emit arithmeticRequested(qs(op->id), toWidget({r.center().x(), r.bottom() + 10.0}).toPoint());
}

// ---- beads ---------------------------------------------------------------------------------------------------------------

std::string CircuitView::beadAt(QPointF scene) const {
    if (!m_toggles.activity) return {};
    for (const auto& [wire, bead] : m_beads)
        if (m_scene.beadRect(wire).contains(scene)) return wire;
    return {};
}

void CircuitView::pinBead(const std::string& wire) {
    if (m_beads.count(wire) == 0 || !m_toggles.activity) {
        emit messageShown(m_toggles.activity ? QStringLiteral("This wire has no histogram: the run publishes no distribution there.")
                                             : QStringLiteral("Histograms are shown with the activity: press A."));
        return;
    }
    m_pinned = m_pinned == wire ? std::string() : wire;
    update();
}

}  // namespace lab
