// An editor at work in a test: the canvas, what stands for the document (applies every change, undoes and redoes), and
// gestures by mouse and keyboard.
#pragma once

#include "Sketches.h"
#include "core/circuit/EditTools.h"
#include "core/io/CircuitJson.h"
#include "widgets/circuit/CircuitView.h"
#include "widgets/circuit/EditorPopups.h"
#include "widgets/circuit/PaletteView.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QContextMenuEvent>
#include <QDragMoveEvent>
#include <QDropEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMimeData>
#include <QtTest>

#include <algorithm>

namespace lab::test {

using Command = CircuitView::Command;

// Stands for the document: applies every change, keeps what came before, undoes and redoes.
class Bench : public QObject {
public:
    CircuitView view;
    std::vector<Circuit> history;
    std::size_t at = 0;
    QStringList steps, messages;

    explicit Bench(const Circuit& start) {
        history.push_back(start);
        view.resize(1200, 560);
        view.setAnimated(false);
        view.setTextForm({[](const Circuit& c) { return circuitToJson(c).toStdString(); },
                          [](const std::string& text) { return circuitFromJson(std::string_view(text), "clipboard"); }});
        connect(&view, &CircuitView::changeRequested, this, [this](const CircuitChange& change) {
            history.resize(at + 1);
            history.push_back(change.circuit);
            ++at;
            steps << QString::fromStdString(change.title);
            show();
        });
        connect(&view, &CircuitView::messageShown, this, [this](const QString& text) { messages << text; });
        show();
        view.show();
        view.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&view));
        view.setFocus();
    }
    void show() { view.setCircuit(now(), solveSizes(now())); }
    void go(int step) {
        at = std::size_t(int(at) + step);
        show();
    }
    const Circuit& now() const { return history[at]; }
    QByteArray json() const { return circuitToJson(now()); }
    const Operation& op(const std::string& id) const { return *now().operation(id); }
    std::string relu(int which = 0) const {
        for (const Operation& o : now().operations)
            if (o.kind == "pointwise" && which-- == 0) return o.id;
        return {};
    }
    QPoint centerOf(const std::string& id) const {
        const PlacedGlyph* g = view.diagramLayout().glyph(id);
        return view.toWidget({g->box.centerX(), g->box.centerY()}).toPoint();
    }
    // share 0 = where the wire begins, 1 = where it ends.
    QPoint onWire(const std::string& wire, double share = 0.5) const {
        for (const PlacedSpan& s : view.diagramLayout().spans)
            if (s.wire == wire) {
                const double x0 = s.points.front().x, x1 = s.points.back().x;
                return view.toWidget({x0 + (x1 - x0) * share, share < 0.5 ? s.points.front().y : s.points.back().y}).toPoint();
            }
        return {};
    }
    QPoint reading(const std::string& wire) const {  // just before the glyph that reads it
        for (const PlacedSpan& s : view.diagramLayout().spans) {
            if (s.wire != wire) continue;
            const Operation* reader = now().consumer(wire);
            const PlacedGlyph* g = view.diagramLayout().glyph(reader->id);
            return view.toWidget({std::min(s.points.back().x, g->box.x) - 5.0, s.points.back().y}).toPoint();
        }
        return {};
    }
    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers m = {}) {
        QTest::mousePress(&view, Qt::LeftButton, m, from);
        QTest::mouseMove(&view, (from + to) / 2);
        QTest::mouseMove(&view, to);
        QTest::mouseRelease(&view, Qt::LeftButton, m, to);
    }
    void dropTile(const char* word, QPoint where) {
        QMimeData mime;
        mime.setData(QLatin1String(kPresetMimeType), word);
        QDragEnterEvent enter(where, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&view, &enter);
        QDragMoveEvent move(where, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&view, &move);
        QDropEvent drop(where, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&view, &drop);
    }
    QuickAddLine* line() const { return view.findChild<QuickAddLine*>(); }
    FixPopup* popup() const { return view.findChild<FixPopup*>(); }
    void key(int k, Qt::KeyboardModifiers m = {}) { QTest::keyClick(&view, Qt::Key(k), m); }
    void chooseTarget(const std::string& id) {
        for (const auto& [letters, target] : view.targets())
            if (target == id) {
                for (const QChar c : QString(letters)) QTest::keyClick(&view, c.toLatin1());
                return;
            }
        QFAIL(("no letter leads to " + id).c_str());
    }
    // A right click there, then a click on this entry of the menu that comes up (and of the sub-menu that holds it).
    void pick(QPoint where, Command command) {
        QContextMenuEvent event(QContextMenuEvent::Mouse, where, view.mapToGlobal(where));
        QApplication::sendEvent(&view, &event);
        QMenu* menu = nullptr;
        for (QMenu* m : view.findChildren<QMenu*>())
            if (m->isVisible()) menu = m;
        QVERIFY(menu != nullptr);
        QAction* wanted = view.action(command);
        for (QAction* entry : menu->actions())
            if (entry->menu() != nullptr && entry->menu()->actions().contains(wanted)) {
                QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(entry).center());
                QVERIFY(QTest::qWaitFor([&] { return entry->menu()->isVisible(); }));
                menu = entry->menu();
                break;
            }
        QVERIFY2(menu->actions().contains(wanted), qPrintable(wanted->text()));
        QVERIFY2(wanted->isEnabled(), qPrintable(wanted->text()));
        QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(wanted).center());
        for (QMenu* m : view.findChildren<QMenu*>()) m->close();
    }
    // The number of the choice in the open popup whose text begins so; 0 if there is none.
    int choice(const QString& begins) const {
        for (int i = 1; i <= popup()->fixCount(); ++i)
            if (const auto* button = popup()->findChild<QAbstractButton*>(QStringLiteral("fix%1").arg(i)))
                if (QString(button->text()).remove(QLatin1Char('&')).contains(begins)) return i;
        return 0;
    }
    // The only operation of this kind; empty unless there is exactly one.
    std::string only(const std::string& kind) const {
        std::string found;
        for (const Operation& o : now().operations)
            if (o.kind == kind) {
                if (!found.empty()) return {};
                found = o.id;
            }
        return found;
    }
    std::string readsFrom(const std::string& id, std::size_t k = 0) const {
        const Operation* p = k < op(id).in.size() ? now().producer(op(id).in[k]) : nullptr;
        return p == nullptr ? std::string() : p->id;
    }
};

inline Circuit perceptron() { return makeMlp({64, 32, 16, 10}); }
inline Circuit residual() { return *makeTemplate("residual", {64}, 10); }

}  // namespace lab::test
