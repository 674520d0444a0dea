// Commands of the canvas and their keys.
#include "core/circuit/EditTools.h"
#include "widgets/circuit/CircuitView.h"
#include "widgets/circuit/EditorPopups.h"
#include "widgets/circuit/RewireEdits.h"

#include <QAction>
#include <QInputDialog>
#include <QLineEdit>

#include <algorithm>

namespace lab {

namespace {

QString qs(const std::string& s) { return QString::fromStdString(s); }

}  // namespace

void CircuitView::setBlockOpen(const std::string& group, bool open) { request(setGroupOpen(m_circuit, group, open)); }

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
        {Command::LaneUp, "Move the lane up", {QKeySequence(Qt::CTRL | Qt::Key_Up)}, false},
        {Command::LaneDown, "Move the lane down", {QKeySequence(Qt::CTRL | Qt::Key_Down)}, false},
        {Command::MoveIntoBlock, "Move into the neighbour's block", {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Down)}, false},
        {Command::MoveOutOfBlock, "Move out of the block", {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Up)}, false},
        {Command::ToggleBlock, "Close or open the block", {QKeySequence(Qt::Key_E)}, false},
        {Command::StepIn, "Step inside the block", {QKeySequence(Qt::ALT | Qt::Key_Down)}, false},
        {Command::StepOut, "Step out of the block", {QKeySequence(Qt::ALT | Qt::Key_Up), QKeySequence(Qt::Key_Backspace)}, false},
        {Command::MakeBlock, "Make a reusable block", {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_B)}, false},
        {Command::MorePasses, "Repeat the block once more", {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Right)}, false},
        {Command::FewerPasses, "Repeat the block once less", {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Left)}, false},
        {Command::Bypass, "Pass the operation by, or let it work again", {QKeySequence(Qt::Key_M)}, false},
        {Command::CopyBranch, "Branch of the wire with a free end", {QKeySequence(Qt::Key_Y)}, false},
        {Command::ShowArithmetic, "Arithmetic of a unit, with its numbers", {QKeySequence(Qt::Key_U)}, false},
        {Command::PinBead, "Pin the histogram of the wire", {QKeySequence(Qt::Key_H)}, false},
        {Command::Tidy, "Tidy: forget changes of the layout by hand", {QKeySequence(Qt::CTRL | Qt::Key_T)}, false},
        {Command::Replace, "Replace", {QKeySequence(Qt::SHIFT | Qt::Key_Return), QKeySequence(Qt::CTRL | Qt::Key_H)}, false},
        {Command::Connect, "Connect a branch of the wire", {QKeySequence(Qt::Key_C)}, false},
        {Command::MoveEnd, "Move the end of the wire", {QKeySequence(Qt::SHIFT | Qt::Key_C)}, false},
        {Command::Join, "Join with another wire", {QKeySequence(Qt::Key_J)}, false},
        {Command::SelectWire, "Select the wire behind the operation", {QKeySequence(Qt::Key_W)}, false},
        {Command::EditSize, "Change the size or name of the axis", {QKeySequence(Qt::Key_N)}, false},
        {Command::Find, "Find", {QKeySequence::Find}, false},
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
            if (cancelGesture()) break;
            std::vector<std::string> ids = m_selection;
            if (ids.empty() && !m_selectedWire.empty()) ids = {m_selectedWire};
            if (ids.empty()) emit messageShown(QStringLiteral("Nothing is selected."));
            else request(deleteItems(m_circuit, ids, command == Command::Delete));
            break;
        }
        case Command::SelectAll: changeSelection(all(), {}); break;
        case Command::SelectNone:
            if (cancelGesture()) break;
            closePopups();
            // Escape leads out step by step: first nothing is selected, then the block is left.
            if (m_selection.empty() && m_selectedWire.empty()) stepOut();
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
        case Command::LaneUp:
        case Command::LaneDown: {
            const std::string wire = wireForKeyboard();
            const Wire* w = m_circuit.wire(wire);
            if (w == nullptr || w->axes.empty()) {
                emit messageShown(QStringLiteral("Select a wire first: W selects the one behind the operation."));
                break;
            }
            const std::string axis = m_selectedAxis.empty() ? w->axes.back() : m_selectedAxis;
            request(moveLane(m_circuit, wire, axis, command == Command::LaneUp ? -1 : 1));
            changeSelection({}, wire);
            m_selectedAxis = axis;
            break;
        }
        case Command::MoveIntoBlock:
        case Command::MoveOutOfBlock: {
            if (m_selection.size() != 1 || m_circuit.operation(m_selection.front()) == nullptr) break;
            const std::string id = m_selection.front();
            const Group* now = parentOf(m_circuit, id);
            if (command == Command::MoveOutOfBlock) {
                const Group* outer = now == nullptr ? nullptr : parentOf(m_circuit, now->id);
                request(moveIntoGroup(m_circuit, id, outer == nullptr ? std::string() : outer->id));
                break;
            }
            std::string block;
            const Operation& op = *m_circuit.operation(id);
            for (const auto* wires : {&op.out, &op.in})
                for (const std::string& w : *wires) {
                    const Operation* next = wires == &op.out ? m_circuit.consumer(w) : m_circuit.producer(w);
                    const Group* g = next == nullptr ? nullptr : parentOf(m_circuit, next->id);
                    if (block.empty() && g != nullptr && g != now) block = g->id;
                }
            if (block.empty()) emit messageShown(QStringLiteral("No neighbour is in another block."));
            else request(moveIntoGroup(m_circuit, id, block));
            break;
        }
        case Command::ToggleBlock: {
            const Group* g = m_circuit.group(selectedBlock());
            if (g == nullptr) emit messageShown(QStringLiteral("The selection is in no block."));
            else request(setGroupOpen(m_circuit, g->id, !g->open));
            break;
        }
        case Command::StepIn: {
            const std::string block = selectedBlock();
            if (block.empty() || block == m_inside) emit messageShown(QStringLiteral("Select a block, or an operation in one."));
            else stepInto(block);
            break;
        }
        case Command::StepOut: stepOut(); break;
        case Command::MakeBlock:
            if (m_selection.empty()) emit messageShown(QStringLiteral("Select operations or a block first."));
            else ask(Asking::BlockName, {}, std::nullopt);
            break;
        case Command::MorePasses: changePasses(1); break;
        case Command::FewerPasses: changePasses(-1); break;
        case Command::Bypass: bypassSelection(); break;
        case Command::CopyBranch: copyBranch(); break;
        case Command::ShowArithmetic: showArithmetic(); break;
        case Command::PinBead: pinBead(wireForKeyboard()); break;
        case Command::Tidy: request(resetLayout(m_circuit)); break;
        case Command::Replace:
            if (m_selection.size() == 1 && m_circuit.operation(m_selection.front()) != nullptr) ask(Asking::Replace, {}, std::nullopt);
            else emit messageShown(QStringLiteral("Select the operation to replace."));
            break;
        case Command::Connect: startLeading(Lead::Branch); break;
        case Command::MoveEnd: startLeading(Lead::Move); break;
        case Command::Join: startLeading(Lead::Join); break;
        case Command::SelectWire: {
            const std::string wire = wireForKeyboard();
            if (!wire.empty()) changeSelection({}, wire);
            break;
        }
        case Command::EditSize: {
            const std::string wire = wireForKeyboard();
            const Wire* w = m_circuit.wire(wire);
            if (w != nullptr && !w->axes.empty()) openSizeEditor(wire, m_selectedAxis.empty() ? w->axes.back() : m_selectedAxis);
            break;
        }
        case Command::Find: ask(Asking::Find, {}, std::nullopt); break;
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
