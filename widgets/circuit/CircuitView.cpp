#include "widgets/circuit/CircuitView.h"

#include "widgets/circuit/CircuitSvg.h"
#include "widgets/circuit/EditorPopups.h"
#include "widgets/circuit/GlyphKit.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QInputDialog>
#include <QLineEdit>
#include <QMimeData>
#include <QPainter>
#include <QResizeEvent>

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr double kSmallest = 0.1, kLargest = 8.0;
constexpr double kFitLargest = 1.25;  // a tiny circuit is not blown up to fill the window
const char* const kCircuitMimeType = "application/x-ncd+json";

QString qs(const std::string& s) { return QString::fromStdString(s); }

}  // namespace

CircuitView::CircuitView(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAcceptDrops(true);
    setAccessibleName(QStringLiteral("Circuit"));
    setAutoFillBackground(false);
    setAttribute(Qt::WA_OpaquePaintEvent);
    m_quickAdd = new QuickAddLine(this);
    m_fixes = new FixPopup(this);
    connect(m_quickAdd, &QuickAddLine::accepted, this, [this](const QString& line) {
        const Result<CircuitChange> change = quickAdd(m_circuit, line.toStdString(), anchorForAdding());
        if (change) {
            m_quickAdd->hide();
            setFocus();
        }
        request(change);
    });
    connect(m_quickAdd, &QuickAddLine::closed, this, [this] { setFocus(); });
    connect(m_fixes, &FixPopup::chosen, this, [this](const Fix& fix) {
        setFocus();
        if (!m_editable) return;
        emit changeRequested({fix.result, fix.title, m_selection});
    });
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
    relayout();
    if (kept != m_selection || wire != m_selectedWire) changeSelection(kept, wire);
    // A circuit that was never touched stays fitted; whoever zoomed or panned keeps the place.
    if (first || !m_userMoved) fit();
    updateAccessible();
}

void CircuitView::setRuleMarks(const std::vector<Mark>& marks) {
    m_marks = marks;
    if (!m_toggles.rule) return;
    relayout();
    if (!m_userMoved) fit();
}

void CircuitView::setActivity(const std::map<std::string, double>& activity) {
    m_activity = activity;
    if (m_toggles.activity && isVisible()) update();
}

void CircuitView::setEditable(bool editable) {
    m_editable = editable;
    for (const Command c : {Command::Cut, Command::Paste, Command::Duplicate, Command::Delete, Command::DeleteWithoutHealing,
                            Command::Group, Command::Ungroup, Command::Residual, Command::MoveLeft, Command::MoveRight,
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
    m_scene.setContent(m_circuit, m_sizes, m_toggles, m_marks);
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

void CircuitView::changeSelection(std::vector<std::string> ids, const std::string& wire) {
    if (ids == m_selection && wire == m_selectedWire) return;
    m_selection = std::move(ids);
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
        if (const Operation* op = m_circuit.operation(m_selection.front())) {
            const OperationDescription* d = findOperation(op->kind);
            text = QStringLiteral("%1 %2").arg(qs(d != nullptr ? d->title : op->kind), qs(displayName(*op)));
            const auto describe = [&](const std::vector<std::string>& wires) {
                QStringList parts;
                for (const std::string& w : wires)
                    if (const Wire* wire = m_circuit.wire(w))
                        for (const std::string& a : wire->axes)
                            if (const Axis* axis = m_circuit.axis(a))
                                parts << qs(plainLabel(axis->name) + " " + plainLabel(axisLabel(*axis, m_sizes, true)));
                return parts.join(QStringLiteral(", "));
            };
            text += QStringLiteral(", reads %1, writes %2").arg(describe(op->in), describe(op->out));
        }
    } else if (m_selection.size() > 1) {
        text += QStringLiteral(", %1 selected").arg(m_selection.size());
    }
    const auto problems = m_sizes.problems.size();
    if (problems > 0) text += QStringLiteral("; %1 problems").arg(problems);
    setAccessibleDescription(text);
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

void CircuitView::fit() {
    fitRect(m_scene.bounds());
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

void CircuitView::openQuickAdd(const QString& text) {
    if (!m_editable) return;
    m_fixes->hide();
    m_quickAdd->open(text, [this](const std::string& line) { return describeQuickAdd(m_circuit, line, anchorForAdding()); });
    m_quickAdd->line()->end(false);
    placeQuickAdd();
}

void CircuitView::placeQuickAdd() {
    const std::string anchor = anchorForAdding();
    QPointF at(24.0, height() - m_quickAdd->height() - 24.0);
    const QRectF r = anchor.empty() ? QRectF() : m_scene.rectOf(anchor);
    if (!r.isEmpty()) at = toWidget({r.left(), r.bottom() + 26.0});
    at.setX(std::clamp(at.x(), 8.0, std::max(8.0, double(width() - m_quickAdd->width() - 8))));
    at.setY(std::clamp(at.y(), 8.0, std::max(8.0, double(height() - m_quickAdd->height() - 8))));
    m_quickAdd->move(at.toPoint());
}

void CircuitView::closePopups() {
    m_quickAdd->hide();
    m_fixes->hide();
    clearGhost();
}

void CircuitView::addPreset(const QString& word) {
    if (!m_selectedWire.empty()) request(insertOnWire(m_circuit, m_selectedWire, word.toStdString()));
    else request(quickAdd(m_circuit, word.toStdString(), anchorForAdding()));
}

// ---- clipboard ------------------------------------------------------------------------------------------------------

void CircuitView::copySelection() {
    std::vector<std::string> ids;
    for (const std::string& id : m_selection) {
        if (m_circuit.operation(id) != nullptr) ids.push_back(id);
        else if (const Group* g = m_circuit.group(id))
            for (const std::string& m : g->members)
                if (m_circuit.operation(m) != nullptr) ids.push_back(m);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (ids.empty()) {
        emit messageShown(QStringLiteral("Nothing is selected."));
        return;
    }
    const Circuit part = extract(m_circuit, ids);
    auto* mime = new QMimeData;
    if (m_textForm.write) {
        const QByteArray json = QByteArray::fromStdString(m_textForm.write(part));
        mime->setData(QLatin1String(kCircuitMimeType), json);
        mime->setText(QString::fromUtf8(json));
    }
    CircuitFigureOptions options;
    options.toggles = m_toggles;
    options.toggles.rule = options.toggles.activity = false;
    const SizeSolution sizes = solveSizes(part);
    mime->setData(QStringLiteral("image/svg+xml"), circuitToSvg(part, sizes, options));
    mime->setImageData(circuitToImage(part, sizes, 2.0, options));
    QApplication::clipboard()->setMimeData(mime);
}

void CircuitView::pasteClipboard() {
    const QMimeData* mime = QApplication::clipboard()->mimeData();
    if (mime == nullptr || !m_textForm.read) return;
    QByteArray json = mime->data(QLatin1String(kCircuitMimeType));
    if (json.isEmpty()) json = mime->text().toUtf8();
    if (json.trimmed().isEmpty()) {
        emit messageShown(QStringLiteral("The clipboard holds no circuit."));
        return;
    }
    Result<Circuit> part = m_textForm.read(json.toStdString());
    if (!part) {
        emit messageShown(QStringLiteral("The clipboard holds no circuit: %1").arg(qs(part.error().message)));
        return;
    }
    request(paste(m_circuit, *part, anchorForAdding()));
}

QByteArray CircuitView::toSvg() const {
    CircuitFigureOptions options;
    options.toggles = m_toggles;
    options.dark = Theme::current().dark;
    options.marks = m_marks;
    options.activity = m_activity;
    return circuitToSvg(m_circuit, m_sizes, options);
}

QImage CircuitView::toImage(double scale) const {
    CircuitFigureOptions options;
    options.toggles = m_toggles;
    options.dark = Theme::current().dark;
    options.marks = m_marks;
    options.activity = m_activity;
    return circuitToImage(m_circuit, m_sizes, scale, options);
}

// ---- commands -------------------------------------------------------------------------------------------------------

QAction* CircuitView::action(Command command) const { return m_actions.at(command); }

void CircuitView::makeActions() {
    struct Row {
        Command command;
        const char* text;
        QList<QKeySequence> keys;
        bool checkable;
    };
    const QList<Row> rows = {
        {Command::Cut, "Cut", {QKeySequence::Cut}, false},
        {Command::Copy, "Copy", {QKeySequence::Copy}, false},
        {Command::Paste, "Paste", {QKeySequence::Paste}, false},
        {Command::Duplicate, "Duplicate", {QKeySequence(Qt::CTRL | Qt::Key_D)}, false},
        {Command::Delete, "Delete and heal the wire", {QKeySequence(Qt::Key_Delete), QKeySequence(Qt::Key_X)}, false},
        {Command::DeleteWithoutHealing, "Delete without healing", {QKeySequence(Qt::SHIFT | Qt::Key_X), QKeySequence(Qt::SHIFT | Qt::Key_Delete)}, false},
        {Command::SelectAll, "Select all", {QKeySequence::SelectAll}, false},
        {Command::SelectNone, "Select nothing", {QKeySequence(Qt::Key_Escape)}, false},
        {Command::Group, "Group", {QKeySequence(Qt::CTRL | Qt::Key_G), QKeySequence(Qt::Key_G)}, false},
        {Command::Ungroup, "Ungroup", {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_G)}, false},
        {Command::Residual, "Residual connection around the selection", {QKeySequence(Qt::CTRL | Qt::Key_R)}, false},
        {Command::MoveLeft, "Move one column left", {QKeySequence(Qt::CTRL | Qt::Key_Left)}, false},
        {Command::MoveRight, "Move one column right", {QKeySequence(Qt::CTRL | Qt::Key_Right)}, false},
        {Command::Rename, "Rename", {QKeySequence(Qt::Key_F2)}, false},
        {Command::QuickAdd, "Add operations", {QKeySequence(Qt::Key_Slash)}, false},
        {Command::NextProblem, "Next problem", {QKeySequence(Qt::Key_F8)}, false},
        {Command::PreviousProblem, "Previous problem", {QKeySequence(Qt::SHIFT | Qt::Key_F8)}, false},
        {Command::Fit, "Fit the circuit", {QKeySequence(Qt::Key_Home)}, false},
        {Command::FitSelection, "Fit the selection", {QKeySequence(Qt::CTRL | Qt::Key_Home)}, false},
        {Command::ZoomIn, "Zoom in", {QKeySequence(Qt::Key_Plus), QKeySequence(Qt::CTRL | Qt::Key_Plus), QKeySequence(Qt::CTRL | Qt::Key_Equal)}, false},
        {Command::ZoomOut, "Zoom out", {QKeySequence(Qt::Key_Minus), QKeySequence(Qt::CTRL | Qt::Key_Minus)}, false},
        {Command::ActualSize, "Actual size", {QKeySequence(Qt::CTRL | Qt::Key_0)}, false},
        {Command::ToggleColumns, "Columns", {QKeySequence(Qt::Key_K)}, true},
        {Command::ToggleSizes, "Sizes", {QKeySequence(Qt::Key_S)}, true},
        {Command::ToggleActivity, "Activity", {QKeySequence(Qt::Key_A)}, true},
        {Command::ToggleRule, "Rule", {QKeySequence(Qt::Key_R)}, true},
        {Command::ToggleCosts, "Costs", {QKeySequence(Qt::Key_O)}, true},
        {Command::ToggleBatch, "Batch axis", {QKeySequence(Qt::Key_B)}, true},
        {Command::ToggleMinimap, "Overview", {QKeySequence(Qt::ALT | Qt::Key_M)}, true},
    };
    for (const Row& row : rows) {
        auto* a = new QAction(QLatin1String(row.text), this);
        a->setShortcuts(row.keys);
        // Single letters must not be taken from text fields elsewhere in the window.
        a->setShortcutContext(Qt::WidgetShortcut);
        a->setCheckable(row.checkable);
        const Command command = row.command;
        connect(a, &QAction::triggered, this, [this, command] { run(command); });
        addAction(a);
        m_actions[command] = a;
    }
    m_actions[Command::ToggleSizes]->setChecked(true);
    m_actions[Command::ToggleMinimap]->setChecked(true);
}

void CircuitView::run(Command command) {
    const auto all = [&] {
        std::vector<std::string> ids;
        for (const Operation& op : m_circuit.operations) ids.push_back(op.id);
        return ids;
    };
    const auto toggle = [&](bool DiagramToggles::*field, Command c) {
        DiagramToggles t = m_toggles;
        t.*field = m_actions[c]->isChecked();
        setToggles(t);
    };
    switch (command) {
        case Command::Cut:
            copySelection();
            if (!m_selection.empty()) request(deleteItems(m_circuit, m_selection, true));
            break;
        case Command::Copy: copySelection(); break;
        case Command::Paste: pasteClipboard(); break;
        case Command::Duplicate: request(duplicate(m_circuit, m_selection)); break;
        case Command::Delete:
        case Command::DeleteWithoutHealing: {
            std::vector<std::string> ids = m_selection;
            if (ids.empty() && !m_selectedWire.empty()) ids = {m_selectedWire};
            if (ids.empty()) emit messageShown(QStringLiteral("Nothing is selected."));
            else request(deleteItems(m_circuit, ids, command == Command::Delete));
            break;
        }
        case Command::SelectAll: changeSelection(all(), {}); break;
        case Command::SelectNone:
            closePopups();
            changeSelection({}, {});
            break;
        case Command::Group: request(groupItems(m_circuit, m_selection, "block")); break;
        case Command::Ungroup:
            for (const std::string& id : m_selection) {
                std::string group = m_circuit.group(id) != nullptr ? id : std::string();
                for (const Group& g : m_circuit.groups)
                    if (group.empty() && std::find(g.members.begin(), g.members.end(), id) != g.members.end()) group = g.id;
                if (group.empty()) continue;
                request(ungroup(m_circuit, group));
                return;
            }
            emit messageShown(QStringLiteral("The selection is in no group."));
            break;
        case Command::Residual: request(addResidual(m_circuit, m_selection)); break;
        case Command::MoveLeft:
        case Command::MoveRight:
            if (m_selection.size() == 1) request(moveOperation(m_circuit, m_selection.front(), command == Command::MoveLeft ? -1 : 1));
            break;
        case Command::Rename: {
            if (m_selection.size() != 1 || !m_editable) break;
            const Operation* op = m_circuit.operation(m_selection.front());
            if (op == nullptr) break;
            bool ok = false;
            const std::string id = op->id;
            const QString name = QInputDialog::getText(this, QStringLiteral("Rename"), QStringLiteral("Name, for example *L*_1:"),
                                                       QLineEdit::Normal, qs(op->name), &ok);
            if (ok) request(renameOperation(m_circuit, id, name.toStdString()));
            break;
        }
        case Command::QuickAdd: openQuickAdd(); break;
        case Command::NextProblem:
        case Command::PreviousProblem: {
            const int n = int(m_sizes.problems.size());
            if (n == 0) emit messageShown(QStringLiteral("No problems."));
            else showProblem(m_problem < 0 ? 0 : (m_problem + (command == Command::NextProblem ? 1 : n - 1)) % n);
            break;
        }
        case Command::Fit: fit(); break;
        case Command::FitSelection: {
            QRectF r;
            for (const std::string& id : m_selection) r = r.united(m_scene.rectOf(id));
            if (!m_selectedWire.empty()) r = r.united(m_scene.rectOfWire(m_selectedWire));
            if (r.isEmpty()) {
                fit();
            } else {
                fitRect(r.adjusted(-40, -40, 40, 40));
                m_userMoved = true;
            }
            break;
        }
        case Command::ZoomIn: zoomAbout(QRectF(rect()).center(), 1.25); break;
        case Command::ZoomOut: zoomAbout(QRectF(rect()).center(), 0.8); break;
        case Command::ActualSize: setZoom(1.0); break;
        case Command::ToggleColumns: toggle(&DiagramToggles::columns, command); break;
        case Command::ToggleSizes: toggle(&DiagramToggles::sizes, command); break;
        case Command::ToggleActivity: toggle(&DiagramToggles::activity, command); break;
        case Command::ToggleRule: toggle(&DiagramToggles::rule, command); break;
        case Command::ToggleCosts: toggle(&DiagramToggles::costs, command); break;
        case Command::ToggleBatch: toggle(&DiagramToggles::batch, command); break;
        case Command::ToggleMinimap:
            m_minimap = m_actions[command]->isChecked();
            update();
            break;
    }
}

}  // namespace lab
