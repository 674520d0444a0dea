// Leading wires by pointer or letters, asking for operations in a line, and sizes typed on their labels.
#include "core/circuit/EditTools.h"
#include "core/circuit/Operations.h"
#include "widgets/circuit/CircuitView.h"
#include "widgets/circuit/EditorPopups.h"
#include "widgets/circuit/GlyphKit.h"
#include "widgets/circuit/RewireEdits.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QPainter>
#include <QVariantAnimation>

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

constexpr double kEndReach = 24.0;       // scene units before the reader in which a wire's end is taken
constexpr int kTryAll = 120;             // operations up to which all targets are tried when a gesture begins
constexpr double kDragStarts = 5.0;      // pixels

QString qs(const std::string& s) { return QString::fromStdString(s); }

}  // namespace

// ---- leading a wire ---------------------------------------------------------------------------------------------------

void CircuitView::pressWire(const DiagramHit& hit, QPointF scene, Qt::KeyboardModifiers modifiers) {
    if (hit.kind == DiagramHit::Kind::Label) {
        m_gesture = Gesture::Lane;
        return;
    }
    m_gesture = Gesture::Wire;
    m_leadWire = hit.id;
    m_leadFrom = scene;
    m_lead = Lead::Branch;
    if (m_circuit.consumer(hit.id) == nullptr || (modifiers & Qt::AltModifier)) return;
    double end = -1e9, start = 1e9;
    for (const PlacedSpan& s : diagramLayout().spans)
        if (s.wire == hit.id && !s.points.empty()) {
            end = std::max(end, s.points.back().x);
            start = std::min(start, s.points.front().x);
        }
    if (end - scene.x() > std::min(kEndReach, (end - start) / 3)) return;
    m_lead = (modifiers & Qt::ShiftModifier) ? Lead::All : Lead::Move;
}

Result<CircuitChange> CircuitView::leadTo(const std::string& operation) const {
    switch (m_lead) {
        case Lead::Move: return moveWireEnd(m_circuit, m_leadWire, operation);
        case Lead::All: {
            const Operation* reader = m_circuit.consumer(m_leadWire);
            if (reader == nullptr) return moveWireEnd(m_circuit, m_leadWire, operation);
            return moveAllEnds(m_circuit, reader->id, operation);
        }
        default: return branchTo(m_circuit, m_leadWire, operation);
    }
}

// Legal targets glow; in large circuits only what the pointer is over is tried.
void CircuitView::markLegalTargets() {
    m_legal.clear();
    if (int(m_circuit.operations.size()) > kTryAll) return;
    for (const Operation& op : m_circuit.operations) m_legal[op.id] = leadTo(op.id).ok();
}

void CircuitView::leadWire(QPointF widget) {
    if (!m_editable) return;
    if (!m_leading) {
        if ((widget - m_pressed).manhattanLength() < kDragStarts) return;
        m_leading = true;
        markLegalTargets();
        setCursor(Qt::CrossCursor);
    }
    m_leadAt = widget;
    update();
}

void CircuitView::dropWire(QPointF widget) {
    if (!m_leading) return;
    const DiagramHit hit = m_scene.hit(toScene(widget), 12.0 / m_scale);
    const std::string wire = m_leadWire;
    const Lead lead = m_lead;
    const Result<CircuitChange> change = hit.kind == DiagramHit::Kind::Operation ? leadTo(hit.id) : Result<CircuitChange>(Error{});
    cancelGesture();
    switch (hit.kind) {
        case DiagramHit::Kind::Operation: request(change); return;
        case DiagramHit::Kind::Wire:
        case DiagramHit::Kind::Label:
            if (hit.id != wire) askForMerge(hit.id, wire, widget);
            return;
        default: break;
    }
    // Let go over nothing: what could be put there? The end of a wire that was taken by mistake stays where it is.
    if (lead == Lead::Branch) openFitting(wire, widget);
}

bool CircuitView::cancelGesture() {
    const bool active = m_leading || !m_targets.empty() || m_gesture == Gesture::RubberBand || !m_repeatGroup.empty();
    m_repeatGroup.clear();
    m_leading = false;
    m_legal.clear();
    m_targets.clear();
    m_typed.clear();
    m_gesture = Gesture::None;
    m_band = QRectF();
    if (active) {
        setCursor(Qt::ArrowCursor);
        update();
    }
    return active;
}

std::string CircuitView::wireForKeyboard() const {
    if (!m_selectedWire.empty()) return m_selectedWire;
    if (m_selection.empty()) return {};
    const Operation* op = m_circuit.operation(m_selection.back());
    if (op == nullptr) return {};
    return !op->out.empty() ? op->out.front() : !op->in.empty() ? op->in.front() : std::string();
}

void CircuitView::startLeading(Lead lead) {
    const std::string wire = wireForKeyboard();
    if (wire.empty()) {
        emit messageShown(QStringLiteral("Select a wire or an operation first."));
        return;
    }
    m_leadWire = wire;
    m_lead = lead;
    std::vector<std::string> ids;
    if (lead == Lead::Join) {
        for (const Wire& w : m_circuit.wires)
            if (w.id != wire) ids.push_back(w.id);
    } else {
        for (const std::string& id : m_scene.walkOrder())
            if (m_circuit.operation(id) != nullptr && leadTo(id).ok()) ids.push_back(id);
    }
    if (ids.empty()) {
        emit messageShown(QStringLiteral("This wire can go nowhere else."));
        return;
    }
    m_targets.clear();
    m_typed.clear();
    const bool two = ids.size() > 26;
    for (std::size_t i = 0; i < ids.size() && i < 26 * 26; ++i) {
        QString letters(QChar(ushort(u'A' + (two ? i / 26 : i))));
        if (two) letters += QChar(ushort(u'A' + i % 26));
        m_targets.emplace_back(letters, ids[i]);
    }
    emit messageShown(lead == Lead::Join ? QStringLiteral("Type the letter of the wire to join with.")
                                         : QStringLiteral("Type the letter of the operation that shall read the wire."));
    update();
}

// False: no target begins with what was typed.
bool CircuitView::chooseTarget(const QString& letter) {
    m_typed += letter;
    bool prefix = false;
    for (const auto& [letters, id] : m_targets) {
        if (letters == m_typed) {
            const std::string target = id, wire = m_leadWire;
            if (m_lead == Lead::Join) {
                cancelGesture();
                askForMerge(wire, target, toWidget(m_scene.rectOfWire(target).center()));
            } else {
                const Result<CircuitChange> change = leadTo(target);
                cancelGesture();
                request(change);
            }
            return true;
        }
        prefix = prefix || letters.startsWith(m_typed);
    }
    return prefix;
}

void CircuitView::askForMerge(const std::string& first, const std::string& second, QPointF at) {
    std::vector<Fix> choices;
    // What lies further on takes the sum: the other way round it would read itself.
    std::vector<WireMerge> merges = wireMerges(m_circuit, first, second);
    if (merges.empty()) merges = wireMerges(m_circuit, second, first);
    for (WireMerge& merge : merges)
        if (choices.size() < 9) choices.push_back({merge.title, std::move(merge.change.circuit)});
    if (choices.empty()) {
        emit messageShown(QStringLiteral("These two wires cannot be joined: their axes do not fit."));
        return;
    }
    m_fixes->open(QStringLiteral("Join the two wires"), choices);
    m_fixes->move(int(std::clamp(at.x() - m_fixes->width() / 2.0, 8.0, std::max(8.0, double(width() - m_fixes->width() - 8)))),
                  int(std::clamp(at.y() + 14.0, 8.0, std::max(8.0, double(height() - m_fixes->height() - 8)))));
}

void CircuitView::paintLead(QPainter& painter) const {
    const Theme& theme = Theme::current();
    const DiagramHit over = m_scene.hit(toScene(m_leadAt), 12.0 / m_scale);
    for (const auto& [id, legal] : m_legal) {
        const QRectF r = m_scene.rectOf(id);
        if (r.isEmpty()) continue;
        const QRectF box = QRectF(toWidget(r.topLeft()), toWidget(r.bottomRight())).adjusted(-4, -4, 4, 4);
        QColor tone = legal ? theme.selection : theme.background;
        tone.setAlphaF(legal ? (over.id == id ? 0.35F : 0.15F) : 0.55F);
        painter.setPen(legal ? QPen(theme.selection, 1.5) : Qt::NoPen);
        painter.setBrush(tone);
        painter.drawRoundedRect(box, 5, 5);
    }
    const QPointF from = toWidget(m_leadFrom);
    QPainterPath rubber(from);
    const double run = std::max(20.0, std::abs(m_leadAt.x() - from.x()) / 2);
    rubber.cubicTo(from + QPointF(run, 0), m_leadAt - QPointF(run, 0), m_leadAt);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.selection, 2, m_lead == Lead::Branch ? Qt::DashLine : Qt::SolidLine));
    painter.drawPath(rubber);
    painter.setBrush(theme.selection);
    painter.setPen(Qt::NoPen);
    painter.drawEllipse(m_leadAt, 4, 4);
}

void CircuitView::paintTargets(QPainter& painter) const {
    const Theme& theme = Theme::current();
    painter.setFont(uiFont(12, QFont::DemiBold));
    for (const auto& [letters, id] : m_targets) {
        const bool wire = m_lead == Lead::Join;
        const QRectF r = wire ? m_scene.rectOfWire(id) : m_scene.rectOf(id);
        if (r.isEmpty() || !letters.startsWith(m_typed)) continue;
        const QPointF c = toWidget(wire ? r.center() : QPointF(r.center().x(), r.top() - 4.0 / m_scale));
        const QRectF badge(c.x() - 12.0, c.y() - 10.0, 24.0, 20.0);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.selection);
        painter.drawRoundedRect(badge, 5, 5);
        painter.setPen(theme.onSelection);
        painter.drawText(badge, Qt::AlignCenter, letters);
    }
}

bool CircuitView::animating() const { return m_motion->state() == QAbstractAnimation::Running; }

// ---- asking in a line -------------------------------------------------------------------------------------------------

// Under what it adds to; a double click opens it at the pointer.
void CircuitView::openQuickAdd(const QString& text) { ask(Asking::Add, text, std::nullopt); }

void CircuitView::openFitting(const std::string& wire, QPointF at) {
    m_askWire = wire;
    m_fitting = fittingPresets(m_circuit, m_sizes, wire);
    ask(Asking::Fitting, {}, at);
}

void CircuitView::ask(Asking what, const QString& text, std::optional<QPointF> at) {
    if (!m_editable && what != Asking::Find) return;
    m_fixes->hide();
    m_asking = what;
    m_askAt = at;
    QString hint;
    if (what == Asking::Fitting) hint = QStringLiteral("what fits on this wire · Enter adds · Esc cancels");
    if (what == Asking::Replace) hint = QStringLiteral("replaces the selection · wires and settings that fit stay");
    if (what == Asking::BlockName) hint = QStringLiteral("name of the block · Enter makes it reusable");
    if (what == Asking::Find) hint = QStringLiteral("names, kinds, axes, sizes as =512 · Enter shows");
    m_quickAdd->open(
        text,
        [this](const std::string& line) -> Result<std::string> {
            switch (m_asking) {
                case Asking::Add: return describeQuickAdd(m_circuit, line, anchorForAdding());
                case Asking::Fitting: {
                    const Result<CircuitChange> change = quickAddOnBranch(m_circuit, m_askWire, line);
                    if (!change) return change.error();
                    return change->title;
                }
                case Asking::Replace: {
                    if (m_selection.empty()) return Error{"LAB-CIRCUIT-305", "nothing is selected.", {}, {}};
                    const Result<CircuitChange> change = replaceOperation(m_circuit, m_selection.front(), line);
                    if (!change) return change.error();
                    return change->title;
                }
                case Asking::BlockName: {
                    const Result<CircuitChange> change = blockNamed(line);
                    if (!change) return change.error();
                    return change->title;
                }
                case Asking::Find: break;
            }
            const std::size_t n = matches(line).size();
            return n == 0 ? std::string("nothing is called that") : std::to_string(n) + (n == 1 ? " place" : " places");
        },
        [this](const std::string& line) { return offer(line); }, hint);
    m_quickAdd->line()->end(false);
    placeQuickAdd();
}

// Words in the order of use: what was taken last comes first among equals.
std::vector<std::string> CircuitView::offer(const std::string& line) const {
    if (m_asking == Asking::Find || m_asking == Asking::BlockName) return {};
    std::vector<std::string> words = m_asking == Asking::Add ? completeQuickAdd(line) : std::vector<std::string>();
    const std::size_t cut = line.find_last_of("|(");
    std::string typed = cut == std::string::npos ? line : line.substr(cut + 1);
    typed.erase(0, std::min(typed.find_first_not_of(' '), typed.size()));
    if (typed.find(' ') != std::string::npos) return words;  // settings of a word: only the language knows them
    std::transform(typed.begin(), typed.end(), typed.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    std::vector<std::string> pool;
    for (const OperationPreset& p : operationPresets()) {
        const OperationDescription* d = findOperation(p.kind);
        if (m_asking == Asking::Fitting ? std::find(m_fitting.begin(), m_fitting.end(), p.word) != m_fitting.end()
                                        : d != nullptr && d->inputs != 0 && d->outputs != 0)
            pool.push_back(p.word);
    }
    for (const std::string& w : pool)
        if (fuzzyScore(typed, w) > 0 && std::find(words.begin(), words.end(), w) == words.end()) words.push_back(w);
    const auto recent = [&](const std::string& w) { return std::find(m_recent.begin(), m_recent.end(), w) - m_recent.begin(); };
    std::stable_sort(words.begin(), words.end(), [&](const std::string& a, const std::string& b) {
        const int fa = fuzzyScore(typed, a), fb = fuzzyScore(typed, b);
        return fa != fb ? fa > fb : recent(a) < recent(b);
    });
    return words;
}

void CircuitView::answer(const QString& text) {
    const std::string line = text.toStdString();
    if (m_asking == Asking::Find) {
        const std::vector<std::string> found = matches(line);
        if (found.empty()) {
            emit messageShown(QStringLiteral("Nothing is called “%1”.").arg(text));
            return;
        }
        m_quickAdd->hide();
        setFocus();
        changeSelection(found, {});
        ensureVisible(m_scene.rectOf(found.front()));
        return;
    }
    Result<CircuitChange> change = m_asking == Asking::BlockName  ? blockNamed(line)
                                   : m_asking == Asking::Add      ? quickAdd(m_circuit, line, anchorForAdding())
                                   : m_asking == Asking::Fitting  ? quickAddOnBranch(m_circuit, m_askWire, line)
                                   : m_selection.empty()          ? Result<CircuitChange>(Error{"LAB-CIRCUIT-305", "nothing is selected.", {}, {}})
                                                                  : replaceOperation(m_circuit, m_selection.front(), line);
    if (change) {
        std::string word;
        for (const char c : m_asking == Asking::BlockName ? std::string() : line + "|") {
            if (c != '|' && c != '(' && c != ')' && c != ' ') {
                word += c;
                continue;
            }
            if (findPreset(word) != nullptr) {
                m_recent.erase(std::remove(m_recent.begin(), m_recent.end(), word), m_recent.end());
                m_recent.insert(m_recent.begin(), word);
            }
            word.clear();
        }
        m_quickAdd->hide();
        setFocus();
    }
    request(change);
}

// Operations whose name, kind or id holds the text, or that read or write an axis of this name or size ("=512").
std::vector<std::string> CircuitView::matches(const std::string& text) const {
    const QString wanted = qs(text).trimmed();
    std::vector<std::string> out;
    if (wanted.isEmpty()) return out;
    const bool bySize = wanted.startsWith(u'=');
    const long size = bySize ? wanted.mid(1).toLong() : 0;
    for (const std::string& id : m_scene.walkOrder()) {
        const Operation* op = m_circuit.operation(id);
        if (op == nullptr) continue;
        const OperationDescription* d = findOperation(op->kind);
        bool found = !bySize && (qs(displayName(*op)).contains(wanted, Qt::CaseInsensitive) || qs(op->id).compare(wanted, Qt::CaseInsensitive) == 0 ||
                                 qs(d != nullptr ? d->title : op->kind).contains(wanted, Qt::CaseInsensitive));
        for (const auto* wires : {&op->in, &op->out})
            for (const std::string& w : *wires)
                if (const Wire* wire = m_circuit.wire(w))
                    for (const std::string& a : wire->axes) {
                        const auto solved = m_sizes.size.find(a);
                        const Axis* axis = m_circuit.axis(a);
                        if (bySize) found = found || (solved != m_sizes.size.end() && solved->second == size);
                        else found = found || (axis != nullptr && qs(plainLabel(axis->name)) == wanted);
                    }
        if (found) out.push_back(id);
    }
    return out;
}

void CircuitView::placeQuickAdd() {
    const std::string anchor = anchorForAdding();
    QPointF at(24.0, height() - m_quickAdd->height() - 24.0);
    const QRectF r = anchor.empty() ? QRectF() : m_scene.rectOf(anchor);
    if (m_askAt) at = *m_askAt;
    else if (!r.isEmpty()) at = toWidget({r.left(), r.bottom() + 26.0});
    at.setX(std::clamp(at.x(), 8.0, std::max(8.0, double(width() - m_quickAdd->width() - 8))));
    at.setY(std::clamp(at.y(), 8.0, std::max(8.0, double(height() - m_quickAdd->height() - 8))));
    m_quickAdd->move(at.toPoint());
}

// ---- sizes on their labels --------------------------------------------------------------------------------------------

void CircuitView::openSizeEditor(const std::string& wire, const std::string& axis) {
    if (!m_editable) return;
    const Axis* a = m_circuit.axis(axis);
    if (a == nullptr) return;
    changeSelection({}, wire);
    m_selectedAxis = axis;
    m_editedWire = wire;
    m_editedAxis = axis;
    const auto solved = m_sizes.size.find(axis);
    m_sizeEditor->setText(!a->size.empty() ? qs(a->size) : solved != m_sizes.size.end() ? QString::number(solved->second) : QStringLiteral("?"));
    m_sizeEditor->selectAll();
    placeSizeEditor();
    m_sizeEditor->show();
    m_sizeEditor->raise();
    m_sizeEditor->setFocus(Qt::PopupFocusReason);
}

void CircuitView::placeSizeEditor() {
    QPointF at(20, 20);
    bool found = false;
    for (const PlacedLabel& l : diagramLayout().labels)
        if (l.axis == m_editedAxis && (!found || l.wire == m_editedWire)) {
            at = toWidget(toPoint(l.baseline)) - QPointF(6, 20);
            found = true;
        }
    if (!found)
        if (const QRectF r = m_scene.rectOfWire(m_editedWire); !r.isEmpty()) at = toWidget({r.center().x(), r.top() - 16.0});
    m_sizeEditor->move(int(std::clamp(at.x(), 4.0, std::max(4.0, width() - 120.0))), int(std::clamp(at.y(), 4.0, std::max(4.0, height() - 34.0))));
}

void CircuitView::commitSize() {
    if (!m_sizeEditor->isVisible()) return;
    m_sizeEditor->hide();
    const std::string text = m_sizeEditor->text().toStdString(), axis = m_editedAxis, wire = m_editedWire;
    setFocus();
    const Axis* a = m_circuit.axis(axis);
    if (a == nullptr || text == a->size || (a->size.empty() && text == "?")) return;
    request(sizeOrName(m_circuit, axis, text));
    changeSelection({}, wire);
    m_selectedAxis = axis;
}

bool CircuitView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_sizeEditor && event->type() == QEvent::KeyPress) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
            case Qt::Key_Return:
            case Qt::Key_Enter: commitSize(); return true;
            case Qt::Key_Escape:
                m_sizeEditor->hide();
                setFocus();
                return true;
            default: break;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace lab
