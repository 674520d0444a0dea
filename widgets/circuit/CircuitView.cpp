#include "widgets/circuit/CircuitView.h"

#include "widgets/circuit/Breadcrumb.h"
#include "widgets/circuit/CircuitAccessible.h"
#include "widgets/circuit/Describe.h"
#include "widgets/circuit/EditorPopups.h"
#include "widgets/circuit/GlyphKit.h"
#include "widgets/circuit/PaletteView.h"

#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QLineEdit>
#include <QPainter>
#include <QResizeEvent>
#include <QStyle>
#include <QVariantAnimation>

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr double kSmallest = 0.1, kLargest = 8.0;
constexpr double kFitLargest = 1.25;  // a tiny circuit is not blown up to fill the window

QString qs(const std::string& s) { return QString::fromStdString(s); }

}  // namespace

CircuitView::CircuitView(QWidget* parent) : QWidget(parent) {
    installCircuitAccessibility();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAcceptDrops(true);
    setAccessibleName(QStringLiteral("Circuit"));
    setAutoFillBackground(false);
    setAttribute(Qt::WA_OpaquePaintEvent);
    m_quickAdd = new QuickAddLine(this);
    m_fixes = new FixPopup(this);
    connect(m_quickAdd, &QuickAddLine::accepted, this, &CircuitView::answer);
    connect(m_quickAdd, &QuickAddLine::closed, this, [this] { setFocus(); });
    connect(m_fixes, &FixPopup::chosen, this, [this](const Fix& fix) {
        setFocus();
        if (!m_editable) return;
        emit changeRequested({fix.result, fix.title, m_selection});
    });
    m_sizeEditor = new QLineEdit(this);
    m_sizeEditor->setObjectName(QStringLiteral("sizeEditor"));
    m_sizeEditor->setAccessibleName(QStringLiteral("Size or name of the axis"));
    m_sizeEditor->setFixedWidth(110);
    m_sizeEditor->installEventFilter(this);
    m_sizeEditor->hide();
    m_breadcrumb = new Breadcrumb(this);
    connect(m_breadcrumb, &Breadcrumb::chosen, this, [this](const QString& group) {
        stepInto(group.toStdString());
        setFocus();
    });
    m_motion = new QVariantAnimation(this);
    m_motion->setDuration(160);
    m_motion->setStartValue(0.0);
    m_motion->setEndValue(1.0);
    m_motion->setEasingCurve(QEasingCurve::OutCubic);
    connect(m_motion, &QVariantAnimation::valueChanged, this, [this](const QVariant& t) {
        m_scene.setMotion(t.toDouble());
        update();
    });
    m_animated = style()->styleHint(QStyle::SH_Widget_Animation_Duration, nullptr, this) > 0;
    connect(ThemeSignal::instance(), &ThemeSignal::themeChanged, this, qOverload<>(&QWidget::update));
    makeActions();
}

CircuitView::~CircuitView() = default;

void CircuitView::setCircuit(const Circuit& circuit, const SizeSolution& sizes) {
    const bool first = m_circuit.operations.empty();
    m_circuit = circuit;
    m_sizes = sizes;
    m_ghost = false;
    std::vector<std::string> kept;
    for (const std::string& id : m_selection)
        if (m_circuit.operation(id) != nullptr || m_circuit.group(id) != nullptr) kept.push_back(id);
    const std::string wire = m_circuit.wire(m_selectedWire) != nullptr ? m_selectedWire : std::string();
    if (m_problem >= int(m_sizes.problems.size())) m_problem = -1;
    if (m_fixes->isVisible()) m_fixes->hide();
    m_sizeEditor->hide();
    cancelGesture();
    if (!m_inside.empty()) {
        if (m_circuit.group(m_inside) == nullptr) m_inside.clear();
        showBreadcrumb();
    }
    const bool moves = !first && m_animated && isVisible() && m_userMoved;
    if (moves) m_scene.keepForMotion();
    relayout();
    if (moves) {
        m_motion->stop();
        m_motion->start();
    }
    if (kept != m_selection || wire != m_selectedWire) changeSelection(kept, wire);
    // A circuit that was never touched stays fitted; whoever zoomed or panned keeps the place.
    if (first || !m_userMoved) fit();
    updateAccessible();
}

void CircuitView::setRuleMarks(const std::vector<Mark>& marks) {
    if (marks.size() != m_ruleMarks.size() || !differingMarks(marks, m_ruleMarks).empty()) m_proposals.clear();
    m_ruleMarks = marks;
    m_loss = -1;
    gatherMarks();
}

void CircuitView::propose(const CreditProposal& proposal) {
    m_proposals.push_back(proposal);
    gatherMarks();
}

void CircuitView::withdraw(int proposal) {
    if (proposal < 0 || proposal >= int(m_proposals.size())) return;
    m_proposals.erase(m_proposals.begin() + proposal);
    gatherMarks();
}

void CircuitView::gatherMarks() {
    m_marks = m_ruleMarks;
    for (const CreditProposal& p : m_proposals) m_marks.insert(m_marks.end(), p.marks.begin(), p.marks.end());
    m_outlined = m_compared ? differingMarks(m_marks, m_otherMarks) : std::set<int>();
    for (std::size_t i = m_ruleMarks.size(); i < m_marks.size(); ++i) m_outlined.insert(int(i));
    if (!m_toggles.rule) return;
    relayout();
    if (!m_userMoved) fit();
}

void CircuitView::setLive(const LiveValues& live) {
    m_live = live;
    if (isVisible() && (m_toggles.activity || m_toggles.rule)) update();
}

void CircuitView::setBeads(std::map<std::string, Bead> beads) {
    m_beads = std::move(beads);
    if (isVisible() && m_toggles.activity) update();
}

void CircuitView::setNow(const std::string& operation) {
    if (m_now == operation) return;
    m_now = operation;
    if (!m_now.empty()) ensureVisible(m_scene.rectOf(m_now));
    update();
}

void CircuitView::setCompared(const std::vector<Mark>& other) {
    m_otherMarks = other;
    m_compared = true;
    gatherMarks();
}

void CircuitView::chooseLoss(int mark) {
    m_loss = mark >= 0 && mark < int(m_marks.size()) && m_marks[std::size_t(mark)].kind == Mark::Kind::LocalLoss ? mark : -1;
    update();
}

void CircuitView::setEditable(bool editable) {
    m_editable = editable;
    for (const Command c : {Command::Cut, Command::Paste, Command::Duplicate, Command::Delete, Command::DeleteWithoutHealing,
                            Command::Group, Command::Ungroup, Command::Residual, Command::MoveLeft, Command::MoveRight,
                            Command::LaneUp, Command::LaneDown, Command::MoveIntoBlock, Command::MoveOutOfBlock, Command::ToggleBlock,
                            Command::MakeBlock, Command::MorePasses, Command::FewerPasses, Command::Bypass, Command::CopyBranch, Command::Tidy,
                            Command::Replace, Command::Connect, Command::MoveEnd, Command::Join, Command::EditSize,
                            Command::Rename, Command::QuickAdd})
        m_actions[c]->setEnabled(editable);
    if (!editable) closePopups();
    setAcceptDrops(editable);
}

void CircuitView::setToggles(const DiagramToggles& toggles) {
    if (toggles == m_toggles) return;
    m_toggles = toggles;
    const std::pair<Command, bool> states[] = {
        {Command::ToggleColumns, toggles.columns}, {Command::ToggleSizes, toggles.sizes}, {Command::ToggleActivity, toggles.activity},
        {Command::ToggleRule, toggles.rule}, {Command::ToggleCosts, toggles.costs}, {Command::ToggleBatch, toggles.batch}};
    for (const auto& [command, on] : states) m_actions[command]->setChecked(on);
    relayout();
    if (!m_userMoved) fit();
    emit togglesChanged();
}

void CircuitView::relayout() {
    if (m_inside.empty()) m_scene.setContent(m_circuit, m_sizes, m_toggles, m_marks, m_otherMarks);
    else m_scene.setContent(seenFromInside(), m_sizes, m_toggles, m_marks, m_otherMarks);
    m_credit = m_toggles.rule ? checkCredit(m_circuit, m_marks) : CreditReport();
    if (m_loss >= int(m_marks.size())) m_loss = -1;
    emit creditChanged();
    emit viewportMoved();
    update();
}

void CircuitView::request(const Result<CircuitChange>& change) {
    if (!change) {
        QString text = qs(change.error().message);
        if (!change.error().hint.empty()) text += QStringLiteral(" · ") + qs(change.error().hint);
        emit messageShown(text);
        return;
    }
    if (!m_editable) {
        emit messageShown(QStringLiteral("The circuit cannot be changed while it is training."));
        return;
    }
    const std::vector<std::string> select = change->selection;
    emit changeRequested(*change);
    // Whoever owns the document has handed the new circuit in by now; select what the edit made.
    std::vector<std::string> present;
    for (const std::string& id : select)
        if (m_circuit.operation(id) != nullptr || m_circuit.group(id) != nullptr) present.push_back(id);
    if (!present.empty()) {
        changeSelection(present, {});
        QRectF r;
        for (const std::string& id : present) r = r.united(m_scene.rectOf(id));
        ensureVisible(r);
    }
}

// ---- selection ------------------------------------------------------------------------------------------------------

void CircuitView::setSelection(const std::vector<std::string>& ids) { changeSelection(ids, {}); }

void CircuitView::selectWire(const std::string& wire) { changeSelection({}, wire); }

void CircuitView::showPlace(const std::string& item, const std::string& wire) {
    if (m_circuit.operation(item) != nullptr || m_circuit.group(item) != nullptr) {
        changeSelection({item}, {});
        ensureVisible(m_scene.rectOf(item));
    } else if (m_circuit.wire(wire) != nullptr) {
        changeSelection({}, wire);
        ensureVisible(m_scene.rectOfWire(wire));
    }
}

void CircuitView::changeSelection(std::vector<std::string> ids, const std::string& wire) {
    if (ids == m_selection && wire == m_selectedWire) return;
    m_selection = std::move(ids);
    if (wire != m_selectedWire) m_selectedAxis.clear();
    m_selectedWire = wire;
    updateAccessible();
    update();
    QStringList list;
    for (const std::string& id : m_selection) list << qs(id);
    emit selectionChanged(list);
}

void CircuitView::updateAccessible() {
    QString text = QStringLiteral("Circuit with %1 operations").arg(m_circuit.operations.size());
    if (m_selection.size() == 1) {
        if (const Operation* op = m_circuit.operation(m_selection.front())) text = describeOperation(m_circuit, m_sizes, *op);
        else if (const Group* g = m_circuit.group(m_selection.front())) text = QStringLiteral("Block %1").arg(qs(g->title));
    } else if (m_selection.size() > 1) {
        text += QStringLiteral(", %1 selected").arg(m_selection.size());
    } else if (!m_selectedWire.empty()) {
        text = QStringLiteral("Wire: %1").arg(describeWire(m_circuit, m_sizes, m_selectedWire));
    }
    const auto problems = m_sizes.problems.size();
    if (problems > 0) text += QStringLiteral("; %1 problems in the circuit").arg(problems);
    setAccessibleDescription(text);
    if (!QAccessible::isActive() || m_selection.empty()) return;
    const auto& glyphs = diagramLayout().glyphs;
    for (std::size_t i = 0; i < glyphs.size(); ++i)
        if (glyphs[i].operation == m_selection.back()) {
            QAccessibleEvent focus(this, QAccessible::Focus);
            focus.setChild(int(i));
            QAccessible::updateAccessibility(&focus);
            return;
        }
}

std::string CircuitView::anchorForAdding() const {
    if (!m_selectedWire.empty())
        if (const Operation* p = m_circuit.producer(m_selectedWire)) return p->id;
    // The selected operation that stands furthest right.
    std::string best;
    for (const std::string& id : m_scene.walkOrder())
        if (std::find(m_selection.begin(), m_selection.end(), id) != m_selection.end()) best = id;
    return best;
}

void CircuitView::walk(int step) {
    const std::vector<std::string> order = m_scene.walkOrder();
    if (order.empty()) return;
    int at = -1;
    for (int i = 0; i < int(order.size()); ++i)
        if (!m_selection.empty() && order[std::size_t(i)] == m_selection.back()) at = i;
    const int n = int(order.size());
    at = at < 0 ? (step > 0 ? 0 : n - 1) : (at + step + n) % n;
    changeSelection({order[std::size_t(at)]}, {});
    ensureVisible(m_scene.rectOf(order[std::size_t(at)]));
}

void CircuitView::walkAlong(int direction) {
    if (m_selection.empty()) {
        walk(direction);
        return;
    }
    const Operation* op = m_circuit.operation(m_selection.back());
    if (op == nullptr) return;
    const auto& wires = direction > 0 ? op->out : op->in;
    for (const std::string& w : wires) {
        const Operation* next = direction > 0 ? m_circuit.consumer(w) : m_circuit.producer(w);
        if (next == nullptr) continue;
        changeSelection({next->id}, {});
        ensureVisible(m_scene.rectOf(next->id));
        return;
    }
}

// The nearest operation above or below: in the same column first, else the nearest column that has one.
void CircuitView::walkLane(int direction) {
    if (m_selection.empty()) {
        walk(direction);
        return;
    }
    const PlacedGlyph* here = diagramLayout().glyph(m_selection.back());
    if (here == nullptr) return;
    const PlacedGlyph* best = nullptr;
    double least = 1e18;
    for (const PlacedGlyph& g : diagramLayout().glyphs) {
        const double dy = (g.box.centerY() - here->box.centerY()) * direction;
        if (&g == here || dy < 12.0) continue;
        const double cost = dy + 3.0 * std::abs(g.box.centerX() - here->box.centerX());
        if (cost < least) {
            least = cost;
            best = &g;
        }
    }
    if (best == nullptr) return;
    const std::string id = best->operation;
    changeSelection({id}, {});
    ensureVisible(m_scene.rectOf(id));
}

// ---- view -----------------------------------------------------------------------------------------------------------

QPointF CircuitView::toWidget(QPointF scene) const { return scene * m_scale + m_offset; }
QPointF CircuitView::toScene(QPointF widget) const { return (widget - m_offset) / m_scale; }

void CircuitView::zoomAbout(QPointF widget, double factor) {
    const QPointF keep = toScene(widget);
    m_scale = std::clamp(m_scale * factor, kSmallest, kLargest);
    m_offset = widget - keep * m_scale;
    m_userMoved = true;
    emit zoomChanged(m_scale);
    emit viewportMoved();
    update();
}

void CircuitView::setZoom(double factor) { zoomAbout(QRectF(rect()).center(), factor / m_scale); }

void CircuitView::fitRect(const QRectF& scene) {
    if (scene.isEmpty() || width() < 20 || height() < 20) return;
    const double margin = 36.0;
    const double s = std::min((width() - 2 * margin) / scene.width(), (height() - 2 * margin) / scene.height());
    m_scale = std::clamp(s, kSmallest, kFitLargest);
    m_offset = QRectF(rect()).center() - scene.center() * m_scale;
    emit zoomChanged(m_scale);
    emit viewportMoved();
    update();
}

void CircuitView::showAs(const CircuitView& other) {
    const QPointF center = other.toScene(QRectF(other.rect()).center());
    const bool zoomed = std::abs(m_scale - other.m_scale) > 1e-9;
    m_scale = other.m_scale;
    m_offset = QRectF(rect()).center() - center * m_scale;
    m_userMoved = other.m_userMoved;
    if (zoomed) emit zoomChanged(m_scale);
    emit viewportMoved();
    update();
}

void CircuitView::fit() {
    const QRectF inner = m_inside.empty() ? QRectF() : m_scene.rectOf(m_inside);
    fitRect(inner.isEmpty() ? m_scene.bounds() : inner.adjusted(-24, -24, 24, 24));
    m_userMoved = false;
}

void CircuitView::ensureVisible(const QRectF& r) {
    if (r.isEmpty()) return;
    const QRectF seen(toWidget(r.topLeft()), toWidget(r.bottomRight()));
    const QRectF room = QRectF(rect()).adjusted(40, 40, -40, -40);
    if (room.contains(seen)) return;
    QPointF shift;
    if (seen.left() < room.left()) shift.setX(room.left() - seen.left());
    else if (seen.right() > room.right()) shift.setX(std::max(room.right() - seen.right(), room.left() - seen.left()));
    if (seen.top() < room.top()) shift.setY(room.top() - seen.top());
    else if (seen.bottom() > room.bottom()) shift.setY(std::max(room.bottom() - seen.bottom(), room.top() - seen.top()));
    m_offset += shift;
    emit viewportMoved();
    update();
}

void CircuitView::resizeEvent(QResizeEvent* event) {
    if (!m_userMoved) fit();
    else m_offset += QPointF(event->size().width() - event->oldSize().width(), event->size().height() - event->oldSize().height()) / 2;
    placeQuickAdd();
    placeSizeEditor();
    emit viewportMoved();
}

void CircuitView::showProblem(int index) {
    if (index < 0 || index >= int(m_sizes.problems.size())) return;
    m_problem = index;
    const Problem problem = m_sizes.problems[std::size_t(index)];
    if (!problem.operation.empty() && m_circuit.operation(problem.operation) != nullptr) changeSelection({problem.operation}, {});
    else if (!problem.wire.empty()) changeSelection({}, problem.wire);
    QPointF below(width() / 2.0, height() / 2.0);
    QRectF target;
    for (const PlacedError& e : diagramLayout().errors)
        if (e.problem == index) target = QRectF(e.left, e.y - 12.0, std::max(20.0, e.right - e.left), 24.0);
    if (target.isEmpty() && !problem.operation.empty()) target = m_scene.rectOf(problem.operation);
    if (!target.isEmpty()) {
        ensureVisible(target);
        below = toWidget({target.center().x(), target.bottom() + 14.0});
    }
    emit messageShown(qs(problem.message));
    if (!m_editable) return;
    m_fixes->open(problem);
    const double x = std::clamp(below.x() - m_fixes->width() / 2.0, 8.0, std::max(8.0, double(width() - m_fixes->width() - 8)));
    double y = below.y();
    if (y + m_fixes->height() > height() - 8) y = std::max(8.0, std::min(double(height() - m_fixes->height() - 8), y));
    m_fixes->move(int(x), int(y));
}

void CircuitView::closePopups() {
    m_quickAdd->hide();
    m_fixes->hide();
    m_sizeEditor->hide();
    clearGhost();
}

void CircuitView::addPreset(const QString& word) {
    if (word.startsWith(QLatin1Char(kBlockSign))) request(blockAt(word.mid(1).toStdString(), {}));
    else if (!m_selectedWire.empty()) request(insertOnWire(m_circuit, m_selectedWire, word.toStdString()));
    else request(quickAdd(m_circuit, word.toStdString(), anchorForAdding()));
}

}  // namespace lab
