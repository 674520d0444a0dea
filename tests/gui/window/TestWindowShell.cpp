// The window itself: actions and keys, four modes as layouts of the same docks, both themes, panels.
#include "WindowBench.h"

#include "app/window/RulePanel.h"
#include "app/window/SettingsPanel.h"
#include "core/document/Views.h"
#include "widgets/circuit/CreditView.h"
#include "widgets/circuit/OutlineView.h"
#include "widgets/views/LiveView.h"

#include <QComboBox>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QStackedWidget>
#include <QToolButton>
#include <QTreeWidget>
#include <QUndoStack>

#include <map>
#include <set>

using namespace lab;
using namespace lab::test;

namespace {

std::set<QString> visibleDocks(const MainWindow& window) {
    std::set<QString> names;
    for (const QDockWidget* dock : window.findChildren<QDockWidget*>())
        if (!dock->isHidden()) names.insert(dock->objectName());
    return names;
}

// Share of pixels of the picture that are darker than half.
double darkness(const QWidget& widget) {
    const QImage image = const_cast<QWidget&>(widget).grab().toImage();
    int dark = 0, all = 0;
    for (int y = 0; y < image.height(); y += 5)
        for (int x = 0; x < image.width(); x += 5, ++all) dark += image.pixelColor(x, y).lightness() < 128 ? 1 : 0;
    return static_cast<double>(dark) / std::max(all, 1);
}

}  // namespace

class TestWindowShell : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { Warnings::watch(); }
    void init() { QSettings().clear(); }
    void cleanup() {
        Theme::setDark(false);
        QCOMPARE(Warnings::take(), QStringList());
    }

    void everyActionHasWordsAndKeysOfItsOwn() {
        Bench b(tinyExperiment("backprop"));
        std::map<QKeySequence, const QAction*> keys;
        int seen = 0;
        for (const QAction* action : b.window.findChildren<QAction*>()) {
            // Editors of text bring actions of their own; the window's belong to it, its docks and its canvas.
            const bool ours = action->parent() == &b.window || action->parent() == b.window.canvas() || qobject_cast<QMenu*>(action->parent()) != nullptr ||
                              qobject_cast<QDockWidget*>(action->parent()) != nullptr;
            // A menu behind a button needs no title.
            const auto* menu = qobject_cast<QMenu*>(action->parent());
            if (!ours || action->isSeparator() || (menu != nullptr && menu->menuAction() == action && menu->title().isEmpty())) continue;
            ++seen;
            QVERIFY2(!action->text().isEmpty(), qPrintable(action->shortcut().toString()));
            QVERIFY2(!action->toolTip().isEmpty(), qPrintable(action->text()));
            for (const QKeySequence& key : action->shortcuts()) {
                const auto [at, free] = keys.emplace(key, action);
                QVERIFY2(free, qPrintable(key.toString() + ": " + action->text() + " and " + at->second->text()));
            }
        }
        QVERIFY2(seen > 50, qPrintable(QString::number(seen)));
        // All of them can be found in a menu.
        std::set<const QAction*> inMenus;
        for (const QMenu* menu : b.window.findChildren<QMenu*>())
            for (const QAction* action : menu->actions()) inMenus.insert(action);
        for (const auto& [key, action] : keys) QVERIFY2(inMenus.count(action) == 1, qPrintable(action->text()));
    }

    void everyButtonSaysWhatItDoes() {
        Bench b(tinyExperiment("backprop"));
        QVERIFY(b.ready());
        for (const QToolButton* button : b.window.findChildren<QToolButton*>()) {
            if (!button->isVisible()) continue;
            QVERIFY2(!button->toolTip().isEmpty() || !button->text().isEmpty(), qPrintable(button->parentWidget()->objectName()));
            QVERIFY2(!button->text().isEmpty() || !button->accessibleName().isEmpty(), qPrintable(button->toolTip()));
        }
    }

    void modesAreLayoutsThatAreKept() {
        Bench b(tinyExperiment("backprop"));
        QVERIFY(b.ready());
        QVERIFY(QTest::qWaitForWindowActive(&b.window));
        const std::pair<Qt::Key, Mode> keys[] = {{Qt::Key_1, Mode::Build}, {Qt::Key_2, Mode::Rule}, {Qt::Key_3, Mode::Run}, {Qt::Key_4, Mode::Compare}};
        std::map<Mode, std::set<QString>> docks;
        for (const auto& [key, mode] : keys) {
            QTest::keyClick(&b.window, key, Qt::ControlModifier);
            QCOMPARE(b.window.mode(), mode);
            docks[mode] = visibleDocks(b.window);
        }
        QCOMPARE(docks[Mode::Build], (std::set<QString>{"palette", "outline", "inspector", "costs"}));
        QCOMPARE(docks[Mode::Rule], (std::set<QString>{"rule", "credit", "data", "training", "steps"}));
        QVERIFY(docks[Mode::Run].count("view-curves") == 1 && docks[Mode::Run].count("palette") == 0);
        QVERIFY(docks[Mode::Compare].empty());
        QVERIFY(!b.window.canvas()->isVisible());
        // A dock closed in one mode is closed there and nowhere else, and Reset layout brings it back.
        b.window.setMode(Mode::Build);
        QVERIFY(b.window.canvas()->isVisible());
        b.window.dock("inspector")->hide();
        b.window.setMode(Mode::Run);
        QCOMPARE(visibleDocks(b.window), docks[Mode::Run]);
        b.window.setMode(Mode::Build);
        QVERIFY(b.window.dock("inspector")->isHidden());
        QVERIFY(!b.window.dock("palette")->isHidden());
        QVERIFY(b.trigger("Reset layout"));
        QCOMPARE(visibleDocks(b.window), docks[Mode::Build]);
        // Over the end of the program too.
        b.window.dock("palette")->hide();
        QVERIFY(b.window.close());
        Bench next(tinyExperiment("backprop"));
        next.window.setMode(Mode::Build);
        QVERIFY(next.window.dock("palette")->isHidden());
        // Safe mode neither uses nor loses them.
        WindowOptions safe;
        safe.safe = true;
        {
            Bench plain(tinyExperiment("backprop"), safe);
            plain.window.setMode(Mode::Build);
            QVERIFY(!plain.window.dock("palette")->isHidden());
            plain.window.resetLayout();
            QVERIFY(plain.window.close());
        }
        Bench again(tinyExperiment("backprop"));
        again.window.setMode(Mode::Build);
        QVERIFY(again.window.dock("palette")->isHidden());
    }

    void closedViewsComeBackThroughTheMenu() {
        Bench b(tinyExperiment("backprop"));
        QVERIFY(b.ready());
        for (const ViewDescription& view : viewRegistry()) {
            QDockWidget* dock = b.window.dock("view-" + QString::fromStdString(view.id));
            QVERIFY2(dock != nullptr, view.id.c_str());
            if (!dock->isHidden()) dock->hide();
            dock->toggleViewAction()->trigger();
            QVERIFY2(!dock->isHidden(), view.id.c_str());
            QVERIFY2(b.window.openView(view.id)->isVisible(), view.id.c_str());
            QCOMPARE(dock->toggleViewAction()->toolTip(), QString::fromStdString(view.summary));
        }
    }

    void theThemeChangesLive() {
        Bench b(tinyExperiment("backprop", {144, 32, 32, 10}, 1000000));
        QVERIFY(b.ready());
        QVERIFY(b.trigger("Train"));
        QVERIFY(until([&] { return b.now().step > 5; }));
        for (const Mode mode : {Mode::Build, Mode::Rule, Mode::Run, Mode::Compare}) {
            b.window.setMode(mode);
            QTest::qWait(50);
            QVERIFY2(darkness(b.window) < 0.2, qPrintable(QString::number(static_cast<int>(mode))));
        }
        QVERIFY(b.trigger("Dark theme"));
        QVERIFY(Theme::current().dark);
        for (const Mode mode : {Mode::Build, Mode::Rule, Mode::Run, Mode::Compare}) {
            b.window.setMode(mode);
            QTest::qWait(50);
            QVERIFY2(darkness(b.window) > 0.8, qPrintable(QString::number(static_cast<int>(mode))));
        }
        // Muted text is of this theme, wherever it was made.
        b.window.setMode(Mode::Rule);
        for (const QLabel* label : b.window.findChildren<QLabel*>()) {
            const QColor ink = label->palette().color(label->foregroundRole());
            // A style sheet of its own says its colours itself.
            if (label->isVisible() && !label->text().isEmpty() && label->styleSheet().isEmpty())
                QVERIFY2(ink.lightness() > 110, qPrintable(label->text()));
        }
        QVERIFY(b.now().state == RunState::Running);
        b.window.setDark(false);
        QVERIFY(darkness(b.window) < 0.2);
        QVERIFY(!b.action("Dark theme")->isChecked());
        // Kept for the next time.
        b.window.setDark(true);
        b.window.pause();
        QVERIFY(b.window.close());
        Theme::setDark(false);
        Bench next(tinyExperiment("backprop"));
        QVERIFY(Theme::current().dark);
    }

    void allFourThemesCanBeChosenAndAreKept() {
        const std::pair<const char*, ThemeKind> rows[] = {
            {"Dark theme", ThemeKind::Dark}, {"High contrast", ThemeKind::HighContrast}, {"Print theme", ThemeKind::Print}, {"Light theme", ThemeKind::Light}};
        for (const auto& [text, kind] : rows) {
            {
                Bench b(tinyExperiment("backprop"));
                QVERIFY(b.trigger(text));
                QCOMPARE(Theme::current().kind, kind);
                for (const auto& [other, otherKind] : rows) QCOMPARE(b.action(other)->isChecked(), otherKind == kind);
                b.window.document().undoStack().setClean();
                ModalAnswer discard([](QWidget* box) { clickButton(box, "Discard"); });
                QVERIFY(b.window.close());
            }
            Theme::set(ThemeKind::Light);
            Bench next(tinyExperiment("backprop"));
            QCOMPARE(Theme::current().kind, kind);
            QVERIFY(next.action(text)->isChecked());
        }
        // The key of the dark one is a switch.
        Bench b(tinyExperiment("backprop"));
        QVERIFY(QTest::qWaitForWindowActive(&b.window));
        QTest::keyClick(&b.window, Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(Theme::current().kind, ThemeKind::Dark);
        QTest::keyClick(&b.window, Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(Theme::current().kind, ThemeKind::Light);
        QVERIFY(b.action("Light theme")->isChecked());
    }

    void theOutlineOpensAndClosesBlocks() {
        Bench b(tinyExperiment("backprop"));
        QVERIFY(b.ready());
        b.window.setMode(Mode::Build);
        b.window.canvas()->setSelection({"L2"});
        b.window.canvas()->action(CircuitView::Command::Group)->trigger();
        const std::string block = b.experiment().circuit.groups.back().id;
        QVERIFY(b.experiment().circuit.group(block)->open);
        auto* tree = b.window.findChild<OutlineView*>()->tree();
        const auto row = [&] {
            for (QTreeWidgetItemIterator it(tree); *it != nullptr; ++it)
                if ((*it)->data(0, Qt::UserRole).toString().toStdString() == block) return *it;
            return static_cast<QTreeWidgetItem*>(nullptr);
        };
        b.window.dock("outline")->raise();
        QVERIFY(row() != nullptr && row()->isExpanded());
        const int before = b.window.document().undoStack().count();
        // By keyboard, in the tree itself.
        tree->setCurrentItem(row());
        QTest::keyClick(tree, Qt::Key_Left);
        QVERIFY(until([&] { return !b.experiment().circuit.group(block)->open; }, 2000));
        QCOMPARE(b.window.document().undoStack().count(), before + 1);
        QVERIFY2(b.window.document().undoStack().undoText().startsWith("Close"), qPrintable(b.window.document().undoStack().undoText()));
        QVERIFY(!row()->isExpanded());
        tree->expandItem(row());
        QVERIFY(until([&] { return b.experiment().circuit.group(block)->open; }, 2000));
        // Undo on the canvas folds the tree as well.
        b.window.document().undoStack().undo();
        QVERIFY(!b.experiment().circuit.group(block)->open);
        QVERIFY(!row()->isExpanded());
    }

    void creditIsListedWithItsPlaces() {
        Bench b(tinyExperiment("mono-forward"));
        QVERIFY(b.ready());
        b.window.setMode(Mode::Rule);
        b.window.dock("credit")->raise();
        auto* credit = b.window.findChild<CreditView*>();
        CircuitView* canvas = b.window.canvas();
        // Marks as a rule without its cut would have them: one finding, at its place, with a way out.
        Mark tap, loss, writer;
        tap.kind = Mark::Kind::Tap;
        loss.kind = Mark::Kind::LocalLoss;
        writer.kind = Mark::Kind::Writer;
        std::vector<Mark> marks;
        for (const char* id : {"L1", "L2", "L3"}) {
            const int layer = id[1] - '1';
            const std::string wire = b.experiment().circuit.operation(id)->out.front();
            for (Mark* m : {&tap, &loss, &writer}) {
                m->layer = layer;
                m->operation = id;
                m->wire = wire;
                marks.push_back(*m);
            }
        }
        Mark cut;
        cut.kind = Mark::Kind::Cut;
        cut.wire = b.experiment().circuit.operation("L3")->in.front();
        cut.layer = 1;
        marks.push_back(cut);
        QVERIFY(until([&] { return !canvas->credit().operations.empty(); }, 5000));
        canvas->setRuleMarks(marks);
        QCOMPARE(canvas->credit().findings.size(), std::size_t(1));
        QCOMPARE(credit->findings(), 1);
        QPushButton* fix = nullptr;
        QAbstractButton* sentence = nullptr;
        for (QAbstractButton* button : credit->findChildren<QAbstractButton*>()) {
            if (!button->isVisibleTo(credit)) continue;
            if (auto* push = qobject_cast<QPushButton*>(button)) fix = push;
            else sentence = button;
        }
        QVERIFY(fix != nullptr && sentence != nullptr);
        QTest::mouseClick(sentence, Qt::LeftButton);
        QCOMPARE(canvas->selection(), std::vector<std::string>{canvas->credit().findings.front().operation});
        const int edits = b.window.document().undoStack().count();
        fix->setFocus();
        QTest::keyClick(fix, Qt::Key_Space);
        QCOMPARE(canvas->proposals().size(), std::size_t(1));
        QVERIFY(canvas->credit().findings.empty());
        QCOMPARE(b.window.document().undoStack().count(), edits);  // a picture to think with, no edit
        fix = nullptr;
        for (QPushButton* push : credit->findChildren<QPushButton*>())
            if (push->text() == "Take it back") fix = push;
        QVERIFY(fix != nullptr);
        QTest::mouseClick(fix, Qt::LeftButton);
        QVERIFY(canvas->proposals().empty());
        QCOMPARE(credit->findings(), 1);
    }

    void panelsShowWhatIsLoaded() {
        Bench b(tinyExperiment("backprop"));
        QVERIFY(b.ready());
        b.window.setMode(Mode::Rule);
        b.window.dock("data")->raise();
        auto* data = b.window.findChild<DataPanel*>();
        QVERIFY(until([&] { return data->isVisible(); }, 2000));
        const auto texts = [&] {
            QString all;
            for (const QLabel* label : data->findChildren<QLabel*>()) all += label->text() + '\n';
            return all;
        };
        QVERIFY2(until([&] { return texts().contains("1000") || texts().contains("1 000"); }, 5000), qPrintable(texts()));
        // Another source by the list; its circuit does not fit, and the list goes back with undo.
        auto* box = data->findChild<QComboBox*>();
        QCOMPARE(box->currentData().toString(), QString("seg7"));
        const int other = box->findData("moons");
        QVERIFY(other >= 0);
        box->setCurrentIndex(other);
        emit box->activated(other);
        QCOMPARE(b.experiment().data.source, std::string("moons"));
        QVERIFY(b.reaches(RunState::Failed));
        QVERIFY(until([&] { return !b.window.canvas()->sizes().ok(); }, 3000));
        b.window.document().undoStack().undo();
        QVERIFY(b.ready());
        QCOMPARE(box->currentData().toString(), QString("seg7"));
        QVERIFY(b.window.canvas()->sizes().ok());
    }

    void windowsCanBeSmallAndLarge() {
        Bench b(tinyExperiment("forward-forward"));
        QVERIFY(b.ready());
        for (const QSize size : {QSize(1024, 700), QSize(1366, 768), QSize(2560, 1440)})
            for (const Mode mode : {Mode::Build, Mode::Rule, Mode::Run, Mode::Compare}) {
                b.window.resize(size);
                b.window.setMode(mode);
                b.window.resetLayout();
                QTest::qWait(20);
                QVERIFY2(b.window.width() <= std::max(size.width(), 1366),
                         qPrintable(QString("mode %1 needs %2 x %3").arg(static_cast<int>(mode)).arg(b.window.width()).arg(b.window.height())));
                QVERIFY2(b.window.height() <= std::max(size.height(), 768),
                         qPrintable(QString("mode %1 needs %2 x %3").arg(static_cast<int>(mode)).arg(b.window.width()).arg(b.window.height())));
            }
    }
};

LAB_WINDOW_TEST_MAIN(TestWindowShell)
#include "TestWindowShell.moc"
