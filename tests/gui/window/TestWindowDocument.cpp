// The document in the window: rules and their fixes, edits of the circuit, undo, files in every form, and recovery.
#include "WindowBench.h"

#include "app/window/Recovery.h"
#include "app/window/RulePanel.h"
#include "core/io/CircuitJson.h"
#include "core/io/Project.h"
#include "widgets/circuit/EditorPopups.h"
#include "widgets/circuit/InspectorView.h"
#include "widgets/views/LiveView.h"

#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QTableWidget>
#include <QUndoStack>

using namespace lab;
using namespace lab::test;

namespace {

// A table of `features` columns and two classes that a line parts.
QByteArray table(int features, int rows = 80) {
    QByteArray text;
    for (int c = 0; c < features; ++c) text += "f" + QByteArray::number(c) + ",";
    text += "label\n";
    for (int r = 0; r < rows; ++r) {
        for (int c = 0; c < features; ++c) text += QByteArray::number((r * 7 + c * 5) % 13 + (r % 2) * 10) + ",";
        text += r % 2 == 0 ? "no\n" : "yes\n";
    }
    return text;
}

QString write(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) return {};
    return path;
}

QByteArray read(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void drop(QWidget& target, const QString& path) {
    QMimeData mime;
    mime.setUrls({QUrl::fromLocalFile(path)});
    QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&target, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event(QPointF(200, 200), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&target, &event);
    QVERIFY(event.isAccepted());
}

int rowOf(const RulePanel& panel, const std::string& rule) {
    for (int i = 0; i < panel.list()->count(); ++i)
        if (panel.list()->item(i)->data(Qt::UserRole).toString().toStdString() == rule) return i;
    return -1;
}

bool shows(const QWidget& panel, const QString& text) {
    for (const QLabel* label : panel.findChildren<QLabel*>())
        if (label->isVisible() && label->text().contains(text)) return true;
    return false;
}

}  // namespace

class TestWindowDocument : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { Warnings::watch(); }
    void init() { QSettings().clear(); }
    void cleanup() { QCOMPARE(Warnings::take(), QStringList()); }

    void everyRuleCanBeChosenAndTakenBack() {
        Bench b(tinyExperiment("backprop"));
        QVERIFY(b.ready());
        b.window.setMode(Mode::Rule);
        auto* panel = b.window.findChild<RulePanel*>();
        QVERIFY(panel->isVisible());
        QCOMPARE(panel->list()->count(), static_cast<int>(ruleRegistry().size()));
        const Experiment start = b.experiment();
        for (const RuleDescription& rule : ruleRegistry()) {
            panel->list()->setCurrentRow(rowOf(*panel, rule.id));
            QCOMPARE(b.experiment().rule, rule.id);
            QCOMPARE(b.experiment().optimizer.id, rule.optimizer.id);
            QVERIFY2(shows(*panel, QString::fromStdString(rule.summary)), rule.id.c_str());
            QVERIFY(b.experiment().circuit == start.circuit);
            if (rule.id == start.rule) continue;
            QVERIFY(b.window.document().undoStack().undoText().contains(QString::fromStdString(rule.title)));
            b.window.document().undoStack().undo();
            QVERIFY(b.experiment() == start);
            QCOMPARE(panel->list()->currentRow(), rowOf(*panel, start.rule));
        }
        QVERIFY(!b.window.isWindowModified());
    }

    void aRuleThatDoesNotFitSaysWhyAndOffersCircuits() {
        // A single layer: whoever trains hidden layers has nothing to do.
        Bench b(tinyExperiment("backprop", {144, 10}));
        QVERIFY(b.ready());
        b.window.setMode(Mode::Rule);
        auto* panel = b.window.findChild<RulePanel*>();
        const std::shared_ptr<const PreparedData> held = *b.window.run().data().prepare(b.experiment().data, b.experiment().seed);
        const PreparedData& data = *held;
        const auto network = Network::compile(b.experiment().circuit, {data.schema.shape, data.schema.classes});
        QVERIFY(network.ok());
        int refused = 0;
        for (const RuleDescription& rule : ruleRegistry()) {
            const Suitability suits = rule.suits(b.experiment().circuit, **network, data.schema, ParamSet(rule.params));
            if (suits.ok || suits.fixes.empty()) continue;
            ++refused;
            const int row = rowOf(*panel, rule.id);
            // Rules are appraised in the background.
            QVERIFY(until([&] { return panel->list()->item(row)->toolTip().contains(QString::fromStdString(suits.reason)); }, 5000));
            panel->list()->setCurrentRow(row);
            QVERIFY2(until([&] { return shows(*panel, QString::fromStdString(suits.reason)); }, 5000), rule.id.c_str());
            QVERIFY(b.reaches(RunState::Failed));
            QVERIFY(!b.action("Train")->isEnabled());
            QPushButton* fix = nullptr;
            const auto offered = [&] {
                for (QPushButton* button : panel->findChildren<QPushButton*>())
                    if (button->text() == QString::fromStdString(suits.fixes.front().title)) fix = button;
                return fix != nullptr;
            };
            QVERIFY2(until(offered, 5000), rule.id.c_str());
            fix->click();
            QVERIFY(b.experiment().circuit == suits.fixes.front().result);
            QVERIFY2(b.ready(), rule.id.c_str());
            QVERIFY(b.action("Train")->isEnabled());
            b.window.document().undoStack().undo();
            b.window.document().undoStack().undo();
            QVERIFY(b.ready());
        }
        QVERIFY(refused > 0);
    }

    void editingTheCircuitBeginsAnew() {
        Bench b(tinyExperiment("backprop"));
        QVERIFY(b.ready());
        QVERIFY(b.trigger("Step"));
        QVERIFY(b.restsAt(1));
        b.window.setMode(Mode::Build);
        CircuitView* canvas = b.window.canvas();
        const Experiment start = b.experiment();
        std::uint64_t run = b.now().run;

        canvas->setSelection({"L1"});
        canvas->openQuickAdd("linear 24 | tanh");
        QTest::keyClick(canvas->findChild<QuickAddLine*>()->line(), Qt::Key_Return);
        QCOMPARE(b.experiment().circuit.operations.size(), start.circuit.operations.size() + 2);
        QVERIFY(b.readyAfter(run));
        QCOMPARE(b.now().step, std::int64_t(0));
        QCOMPARE(b.window.document().undoStack().count(), 1);
        QVERIFY(!b.window.document().undoStack().undoText().isEmpty());
        QVERIFY(b.action("Undo " + b.window.document().undoStack().undoText()) != nullptr);

        // A size typed into the inspector.
        run = b.now().run;
        auto* inspector = b.window.findChild<InspectorView*>();
        QTableWidget* axes = inspector->axesTable();
        int row = -1;
        for (int i = 0; i < axes->rowCount(); ++i)
            if (axes->item(i, 2)->data(Qt::UserRole).toString() == "n1") row = i;
        QVERIFY(row >= 0);
        axes->item(row, 2)->setText("20");
        QCOMPARE(b.experiment().circuit.axis("n1")->size, std::string("20"));
        QVERIFY(b.readyAfter(run));
        QCOMPARE(b.window.document().undoStack().count(), 2);

        b.window.document().undoStack().undo();
        b.window.document().undoStack().undo();
        QVERIFY(b.experiment() == start);
        QVERIFY(canvas->circuit() == start.circuit);
        b.window.document().undoStack().redo();
        b.window.document().undoStack().redo();
        QCOMPARE(b.experiment().circuit.axis("n1")->size, std::string("20"));
        QVERIFY(b.ready());
    }

    void aProjectComesBackWhole() {
        QTemporaryDir folder;
        const QString path = folder.filePath("a project.flab");
        Bench b(tinyExperiment("forward-forward"));
        QVERIFY(b.ready());
        QVERIFY(b.trigger("Epoch"));
        QVERIFY(b.restsAt(20));
        b.window.setMode(Mode::Build);
        QVERIFY(b.window.isWindowModified());
        QVERIFY(b.window.saveTo(path));
        QVERIFY(!b.window.isWindowModified());
        QCOMPARE(b.window.document().path(), path);
        QVERIFY(b.window.windowTitle().startsWith("a project.flab"));
        QTest::qWait(300);
        QVERIFY(!b.window.isWindowModified());
        const std::string fingerprint = b.fingerprint();
        const Evaluation last = b.now().evaluations->back();

        Bench other;
        QVERIFY(other.window.openFile(path));
        QVERIFY(other.restsAt(20) || other.reaches(RunState::Ready, 10));
        QVERIFY(other.experiment() == b.experiment());
        QCOMPARE(other.fingerprint(), fingerprint);
        QCOMPARE(other.now().evaluations->size(), std::size_t(1));
        QVERIFY(other.now().evaluations->back().testAccuracy == last.testAccuracy);
        QCOMPARE(other.now().history->series().size(), b.now().history->series().size());
        QCOMPARE(other.window.mode(), Mode::Build);
        QVERIFY(!other.window.document().layout().isEmpty());
        QVERIFY(!other.window.isWindowModified());
        // Both go on with the same bits.
        for (Bench* bench : {&b, &other}) {
            QVERIFY(bench->trigger("Epoch"));
            QVERIFY(bench->restsAt(40));
            QVERIFY(bench->window.isWindowModified());
        }
        QCOMPARE(other.fingerprint(), b.fingerprint());
        // An edit and its way back leave the mark of the run alone; Reset makes what is on disk another state.
        QVERIFY(b.window.saveTo(path));
        QVERIFY(!b.window.isWindowModified());
        QVERIFY(b.trigger("New seed"));
        QVERIFY(b.window.isWindowModified());
        b.window.document().undoStack().undo();
        QVERIFY(!b.window.isWindowModified());
        QVERIFY(b.trigger("Reset"));
        QVERIFY(until([&] { return b.window.isWindowModified(); }, 5000));
    }

    void recentFilesAreRemembered() {
        QTemporaryDir folder;
        Bench b(tinyExperiment("backprop"));
        QVERIFY(b.ready());
        for (const char* name : {"one.flab", "two.flab", "one.flab"}) QVERIFY(b.window.saveTo(folder.filePath(QString::fromLatin1(name))));
        QMenu* recent = nullptr;
        for (QMenu* menu : b.window.findChildren<QMenu*>())
            if (menu->title().contains("recent")) recent = menu;
        QVERIFY(recent != nullptr);
        emit recent->aboutToShow();
        QStringList names;
        for (const QAction* action : recent->actions())
            if (action->text().endsWith(".flab")) names << action->text();
        QCOMPARE(names, (QStringList{"one.flab", "two.flab"}));
        QFile::remove(folder.filePath("two.flab"));
        emit recent->aboutToShow();
        QVERIFY(recent->actions().at(0)->isEnabled());
        QVERIFY(!recent->actions().at(1)->isEnabled());
        recent->actions().at(0)->trigger();
        QCOMPARE(b.window.document().path(), folder.filePath("one.flab"));
    }

    void dataIsOpenedByPathAndByDrop() {
        QTemporaryDir folder;
        const QString two = write(folder.filePath("two.csv"), table(2));
        const QString three = write(folder.filePath("three.csv"), table(3));
        Experiment e = tinyExperiment("backprop", {2, 8, 2});
        e.data = DataChoice();
        e.data.source = "moons";
        Bench b(e);
        QVERIFY(b.ready());
        std::uint64_t run = b.now().run;
        QVERIFY(b.window.openFile(two));
        QCOMPARE(b.experiment().data.source, two.toStdString());
        QVERIFY(b.experiment().data.checksum != 0);
        QVERIFY(b.readyAfter(run));
        QVERIFY(b.trigger("Step"));
        QVERIFY(b.restsAt(1));

        // Three features into a circuit for two: the window says so, keeps working, and a size makes it fit again.
        run = b.now().run;
        drop(b.window, three);
        QVERIFY(until([&] { return b.experiment().data.source == three.toStdString(); }, 5000));
        QVERIFY(until([&] { return b.now().run > run && b.now().state == RunState::Failed; }));
        QVERIFY(until([&] { return !b.window.canvas()->sizes().ok(); }, 3000));
        QVERIFY(!b.window.canvas()->sizes().problems.front().message.empty());
        QVERIFY(!b.action("Train")->isEnabled());
        run = b.now().run;
        const std::vector<Fix> fixes = b.window.canvas()->sizes().problems.front().fixes;
        QVERIFY(!fixes.empty());
        emit b.window.canvas()->changeRequested({fixes.front().result, fixes.front().title, {}});
        QVERIFY(b.readyAfter(run));
        QVERIFY(b.action("Train")->isEnabled());

        for (int i = 0; i < 3; ++i) b.window.document().undoStack().undo();
        QVERIFY(b.experiment() == e);
        QVERIFY(b.ready());
        // Dropped on the window itself, and on the canvas, which takes drops of its own.
        drop(b.window, two);
        QVERIFY(until([&] { return b.experiment().data.source == two.toStdString(); }, 5000));
        b.window.document().undoStack().undo();
        QVERIFY(b.experiment() == e);
        drop(*b.window.canvas(), two);
        QVERIFY(until([&] { return b.experiment().data.source == two.toStdString(); }, 5000));
    }

    void aCircuitFileReplacesTheCircuit() {
        QTemporaryDir folder;
        Bench b(tinyExperiment("backprop"));
        QVERIFY(b.ready());
        const Circuit other = makeMlp({144, 12, 10}, "tanh");
        const std::uint64_t run = b.now().run;
        QVERIFY(b.window.openFile(write(folder.filePath("other.ncd.json"), circuitToJson(other))));
        QVERIFY(b.experiment().circuit == other);
        QVERIFY(b.readyAfter(run));
        b.window.document().undoStack().undo();
        QVERIFY(b.experiment() == tinyExperiment("backprop"));
    }

    void damagedFilesAreRefusedInWords() {
        QTemporaryDir folder;
        Bench b(tinyExperiment("backprop"));
        QVERIFY(b.ready());
        const Experiment before = b.experiment();
        QVERIFY(b.window.saveTo(folder.filePath("good.flab")));
        const QByteArray good = read(folder.filePath("good.flab"));
        QVERIFY(good.size() > 1000);
        QByteArray flipped = good;
        for (qsizetype i = good.size() / 3; i < good.size() / 3 + 40; ++i) flipped[i] = static_cast<char>(~flipped[i]);
        const std::pair<const char*, QByteArray> files[] = {{"empty.flab", {}}, {"cut.flab", good.left(good.size() / 2)}, {"flipped.flab", flipped},
            {"text.flab", "no zip"}, {"broken.json", "{\"circuit\": ["}, {"ragged.csv", "a,b,label\n1,2\n3,4,5,6\n"}, {"empty.npy", {}},
            {"noise.npz", "PK\x03\x04 and then nothing"}, {"nonsense", "???"}};
        for (const auto& [name, bytes] : files) {
            ModalAnswer answer;
            QVERIFY2(!b.window.openFile(write(folder.filePath(QString::fromLatin1(name)), bytes)), name);
            QCOMPARE(answer.count(), 1);
            QVERIFY2(answer.lastText().size() > 20, name);
        }
        ModalAnswer answer;
        QVERIFY(!b.window.openFile(folder.filePath("missing.flab")));
        QCOMPARE(answer.count(), 1);
        QVERIFY(b.experiment() == before);
        QCOMPARE(b.window.document().path(), folder.filePath("good.flab"));
        // A place that cannot be written to.
        QVERIFY(!b.window.saveTo(folder.filePath("no such folder/x.flab")));
        QCOMPARE(answer.count(), 2);
        QCOMPARE(b.window.document().path(), folder.filePath("good.flab"));
        QVERIFY(b.trigger("Step"));
        QVERIFY(b.restsAt(1));
    }

    void changesAreAskedAboutBeforeTheyGo() {
        QTemporaryDir folder;
        Bench b(tinyExperiment("backprop"));
        QVERIFY(b.ready());
        QVERIFY(b.window.saveTo(folder.filePath("kept.flab")));
        QVERIFY(b.trigger("New seed"));
        {
            ModalAnswer cancel([](QWidget* box) { clickButton(box, "Cancel"); });
            QVERIFY(!b.window.close());
            QCOMPARE(cancel.count(), 1);
            QVERIFY(!b.window.openFile(folder.filePath("kept.flab")));
            QCOMPARE(cancel.count(), 2);
        }
        QVERIFY(b.window.isVisible());
        {
            ModalAnswer keep([](QWidget* box) { clickButton(box, "Save"); });
            QVERIFY(b.window.close());
            QCOMPARE(keep.count(), 1);
        }
        const Result<Project> saved = openProject(folder.filePath("kept.flab").toStdString());
        QVERIFY(saved.ok());
        QCOMPARE(saved->experiment.seed, b.experiment().seed);
        ModalAnswer none;
        QVERIFY(b.window.close());
        QCOMPARE(none.count(), 0);
    }

    void whatACrashLeavesIsOffered() {
        Experiment lost = tinyExperiment("backprop");
        lost.title = "Lost";
        lost.seed = 77;
        const Result<std::string> bytes = projectBytes({lost, nullptr, {}, {}});
        QVERIFY(bytes.ok());
        const auto leave = [&](const QString& name) {
            const QString path = write(stateFolder() + '/' + name, QByteArray::fromStdString(*bytes));
            write(path + ".path", "/tmp/my work.flab");
            return path;
        };
        const QString shadow = leave("1-abc.flab");
        {
            Bench b(tinyExperiment("backprop"));
            ModalAnswer later([](QWidget* box) { clickButton(box, "Decide later"); });
            b.window.offerRecovery();
            QCOMPARE(later.count(), 1);
            QVERIFY(later.lastText().contains("my work.flab"));
            QVERIFY(QFile::exists(shadow));
        }
        {
            Bench b(tinyExperiment("backprop"));
            ModalAnswer open([](QWidget* box) { clickButton(box, "Open the copy"); });
            b.window.offerRecovery();
            QCOMPARE(open.count(), 1);
            QVERIFY(b.experiment() == lost);
            QCOMPARE(b.window.document().path(), QString("/tmp/my work.flab"));
            QVERIFY(b.window.isWindowModified());
            QVERIFY(!QFile::exists(shadow));
            QVERIFY(b.ready());
        }
        const QString damaged = leave("2-abc.flab");
        write(damaged, "no project");
        {
            Bench b(tinyExperiment("backprop"));
            ModalAnswer open([](QWidget* box) { clickButton(box, "Open the copy"); });
            b.window.offerRecovery();
            QCOMPARE(open.count(), 2);  // the offer, and that it cannot be read
            QVERIFY(b.experiment() == tinyExperiment("backprop"));
        }
        {
            Bench b(tinyExperiment("backprop"));
            ModalAnswer discard([](QWidget* box) { clickButton(box, "Discard it"); });
            b.window.offerRecovery();
            QCOMPARE(discard.count(), 1);
            QVERIFY(!QFile::exists(damaged));
            b.window.offerRecovery();
            QCOMPARE(discard.count(), 1);
        }
        // An orderly end leaves nothing.
        QCOMPARE(QDir(stateFolder()).entryList(QDir::Files), QStringList());
    }

    void allFiguresAreWritten() {
        QTemporaryDir folder;
        Bench b(tinyExperiment("forward-forward"));
        QVERIFY(b.ready());
        QVERIFY(b.trigger("Epoch"));
        QVERIFY(b.restsAt(20));
        LiveView* curves = b.window.openView("curves", false);
        QVERIFY(until([&] { return curves->figure() && !curves->figure()->empty(); }, 10000));
        const QStringList files = b.window.exportAll(folder.filePath("figures"), "svg");
        QVERIFY(files.contains(folder.filePath("figures/curves.svg")));
        QVERIFY(files.contains(folder.filePath("figures/curves.csv")));
        QVERIFY(files.contains(folder.filePath("figures/circuit.svg")));
        for (const QString& file : files) {
            const QByteArray bytes = read(file);
            if (file.endsWith(".svg")) {
                QVERIFY2(bytes.contains("<svg") && bytes.trimmed().endsWith("</svg>"), qPrintable(file));
            } else {
                QVERIFY2(bytes.contains(',') && bytes.count('\n') > 1, qPrintable(file));
            }
        }
        QCOMPARE(QDir(folder.filePath("figures")).entryList(QDir::Files).size(), files.size());
    }
};

LAB_WINDOW_TEST_MAIN(TestWindowDocument)
#include "TestWindowDocument.moc"
