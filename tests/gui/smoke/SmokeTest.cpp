// One walk through the whole lab in a real window: draw by mouse and keyboard, choose a rule, train, export, save, reopen.
#include "gui/window/WindowBench.h"

#include "app/window/RulePanel.h"
#include "widgets/circuit/EditorPopups.h"
#include "widgets/circuit/InspectorView.h"
#include "widgets/circuit/PaletteView.h"
#include "widgets/views/LiveView.h"

#include <QFileDialog>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QScrollArea>
#include <QSpinBox>
#include <QTableWidget>
#include <QToolButton>
#include <QUndoStack>

#include <algorithm>

using namespace lab;
using namespace lab::test;

namespace {

QPoint centerOf(const CircuitView& canvas, const std::string& operation) {
    const PlacedGlyph* glyph = canvas.diagramLayout().glyph(operation);
    return glyph == nullptr ? QPoint() : canvas.toWidget({glyph->box.centerX(), glyph->box.centerY()}).toPoint();
}

QPoint onWire(const CircuitView& canvas, const std::string& wire) {
    for (const PlacedSpan& span : canvas.diagramLayout().spans)
        if (span.wire == wire)
            return canvas.toWidget({(span.points.front().x + span.points.back().x) / 2, span.points.front().y}).toPoint();
    return {};
}

std::vector<std::string> kinds(const Circuit& circuit) {
    std::vector<std::string> out;
    for (const Operation* operation : circuit.ordered()) out.push_back(operation->kind);
    return out;
}

// Types a path into the file dialog that is open and takes it; every other dialog is taken as it stands.
void enterPath(QWidget* dialog, const QString& path) {
    auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
    if (name == nullptr) {
        QTest::keyClick(dialog, Qt::Key_Return);
        return;
    }
    name->setText(path);
    QTest::keyClick(name, Qt::Key_Return);
}

}  // namespace

class SmokeTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { Warnings::watch(); }
    void cleanup() { QCOMPARE(Warnings::take(), QStringList()); }

    void drawTrainExportSaveReopen() {
        QTemporaryDir folder;
        Bench b(tinyExperiment("backprop", {144, 64, 10}));
        MainWindow& window = b.window;
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QVERIFY(b.ready());
        QTest::keyClick(&window, Qt::Key_1, Qt::ControlModifier);
        QCOMPARE(window.mode(), Mode::Build);
        QTest::qWait(200);
        CircuitView* canvas = window.canvas();
        const auto circuit = [&]() -> const Circuit& { return b.experiment().circuit; };
        QCOMPARE(kinds(circuit()), (std::vector<std::string>{"input", "linear", "pointwise", "linear", "output"}));

        // A tile is dragged onto the wire behind the first layer.
        QWidget* tile = nullptr;
        for (QWidget* widget : window.findChild<PaletteView*>()->findChildren<QWidget*>())
            if (widget->accessibleName() == "Tanh" || widget->accessibleName() == "tanh") tile = widget;
        QVERIFY(tile != nullptr);
        window.findChild<PaletteView*>()->findChild<QScrollArea*>()->ensureWidgetVisible(tile);
        QTest::qWait(50);
        QWindow* surface = window.windowHandle();
        const QPoint from = tile->mapTo(&window, tile->rect().center());
        const QPoint to = canvas->mapTo(&window, onWire(*canvas, circuit().operation("L1")->in.front()));
        QTimer::singleShot(150, &window, [&] { QTest::mouseMove(surface, (from + to) / 2); });
        QTimer::singleShot(300, &window, [&] { QTest::mouseMove(surface, to - QPoint(2, 0)); });
        QTimer::singleShot(450, &window, [&] { QTest::mouseMove(surface, to); });
        QTimer::singleShot(700, &window, [&] { QTest::mouseRelease(surface, Qt::LeftButton, {}, to); });
        QTest::mousePress(surface, Qt::LeftButton, {}, from);
        QTest::mouseMove(surface, from + QPoint(8, 8));
        QTest::mouseMove(surface, from + QPoint(24, 16));
        QVERIFY(until([&] { return circuit().operations.size() == 6; }, 5000));
        QCOMPARE(kinds(circuit()), (std::vector<std::string>{"input", "pointwise", "linear", "pointwise", "linear", "output"}));

        // It is selected, and a key takes it out again; the wire closes.
        canvas->setFocus();
        QCOMPARE(canvas->selection().size(), std::size_t(1));
        QTest::keyClick(canvas, Qt::Key_Delete);
        QCOMPARE(kinds(circuit()), (std::vector<std::string>{"input", "linear", "pointwise", "linear", "output"}));

        // A line is typed after the nonlinearity.
        std::string relu;
        for (const Operation& operation : circuit().operations)
            if (operation.kind == "pointwise") relu = operation.id;
        QTest::mouseClick(canvas, Qt::LeftButton, {}, centerOf(*canvas, relu));
        QCOMPARE(canvas->selection(), std::vector<std::string>{relu});
        QTest::keyClick(canvas, Qt::Key_Slash);
        QLineEdit* line = canvas->findChild<QuickAddLine*>()->line();
        QVERIFY(line->isVisible());
        QTest::keyClicks(line, "linear 48 | relu");
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(kinds(circuit()), (std::vector<std::string>{"input", "linear", "pointwise", "linear", "pointwise", "linear", "output"}));

        // A width is typed into the inspector's table.
        QTableWidget* axes = window.findChild<InspectorView*>()->axesTable();
        int row = -1;
        for (int i = 0; i < axes->rowCount(); ++i)
            if (axes->item(i, 2)->text() == "64") row = i;
        QVERIFY(row >= 0);
        const std::string axis = axes->item(row, 2)->data(Qt::UserRole).toString().toStdString();
        axes->editItem(axes->item(row, 2));
        auto* editor = axes->viewport()->findChild<QLineEdit*>();
        QVERIFY(editor != nullptr);
        editor->selectAll();
        QTest::keyClicks(editor, "56");
        QTest::keyClick(editor, Qt::Key_Return);
        QVERIFY(until([&] { return circuit().axis(axis)->size == "56"; }, 2000));
        QVERIFY(canvas->sizes().ok());

        // The rule, by a click into the list; the length of the run, by typing.
        QTest::keyClick(&window, Qt::Key_2, Qt::ControlModifier);
        QCOMPARE(window.mode(), Mode::Rule);
        QTest::qWait(100);
        QListWidget* rules = window.findChild<RulePanel*>()->list();
        QListWidgetItem* wanted = nullptr;
        for (int i = 0; i < rules->count(); ++i)
            if (rules->item(i)->data(Qt::UserRole).toString() == "mono-forward") wanted = rules->item(i);
        QVERIFY(wanted != nullptr);
        rules->scrollToItem(wanted);
        QTest::mouseClick(rules->viewport(), Qt::LeftButton, {}, rules->visualItemRect(wanted).center());
        QCOMPARE(b.experiment().rule, std::string("mono-forward"));
        const auto type = [&](const char* field, const char* value) {
            auto* box = window.findChild<QSpinBox*>(QString::fromLatin1(field));
            QVERIFY(box != nullptr && box->isEnabled());
            box->setFocus();
            box->selectAll();
            QTest::keyClicks(box, value);
            QTest::keyClick(box, Qt::Key_Return);
        };
        type("param_epochs", "6");
        type("param_batch", "25");
        QCOMPARE(b.experiment().epochs, std::int64_t(6));
        QCOMPARE(b.experiment().batch, std::int64_t(25));

        QTest::keyClick(&window, Qt::Key_F5);
        QCOMPARE(window.mode(), Mode::Run);
        QVERIFY(b.reaches(RunState::Finished, 60000));
        QCOMPARE(b.now().step, std::int64_t(240));
        const double accuracy = b.now().evaluations->back().testAccuracy;
        QVERIFY2(accuracy > 0.5, qPrintable(QString::number(accuracy)));

        // A figure through the view's own menu and the file dialog, then everything, then the project.
        LiveView* curves = window.openView("curves");
        QVERIFY(until([&] { return curves->figure() && !curves->figure()->empty(); }, 10000));
        const QString figure = folder.filePath("curves.svg");
        {
            ModalAnswer answer([&](QWidget* dialog) { enterPath(dialog, figure); });
            QAction* save = nullptr;
            for (const QToolButton* button : curves->header()->findChildren<QToolButton*>())
                if (button->menu() != nullptr)
                    for (QAction* action : button->menu()->actions())
                        if (action->text().contains("SVG")) save = action;
            QVERIFY(save != nullptr);
            save->trigger();
            QVERIFY(answer.count() >= 1);
        }
        QFile svg(figure);
        QVERIFY(svg.open(QIODevice::ReadOnly) && svg.readAll().contains("<svg"));
        QVERIFY(window.exportAll(folder.filePath("all"), "svg").size() >= 3);
        const QString project = folder.filePath("smoke.flab");
        // Without a window manager nobody gives the focus back when a dialog goes.
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        {
            ModalAnswer answer([&](QWidget* dialog) { enterPath(dialog, project); });
            QTest::keyClick(&window, Qt::Key_S, Qt::ControlModifier);
            QCOMPARE(answer.count(), 1);
        }
        QVERIFY(QFile::exists(project));
        QVERIFY(!window.isWindowModified());

        Bench second;
        QVERIFY(second.window.openFile(project));
        QVERIFY(second.reaches(RunState::Finished));
        QVERIFY(second.experiment() == b.experiment());
        QCOMPARE(second.window.canvas()->circuit(), circuit());
        QCOMPARE(second.experiment().rule, std::string("mono-forward"));
        QCOMPARE(second.fingerprint(), b.fingerprint());
        QCOMPARE(second.now().evaluations->size(), b.now().evaluations->size());
        for (std::size_t i = 0; i < b.now().evaluations->size(); ++i)
            QCOMPARE(second.now().evaluations->at(i).fingerprint, b.now().evaluations->at(i).fingerprint);
        const HistoryView &one = *b.now().history, &two = *second.now().history;
        QCOMPARE(two.series().size(), one.series().size());
        for (std::size_t i = 0; i < one.series().size(); ++i) {
            QVERIFY(one.series()[i] == two.series()[i]);
            QCOMPARE(two.count(i), one.count(i));
            if (one.count(i) > 0) QVERIFY(two.last(i).x == one.last(i).x);
        }
        LiveView* reopened = second.window.openView("curves");
        QVERIFY(until([&] { return reopened->figure() && !reopened->figure()->empty(); }, 10000));
        QTest::qWait(300);
        QVERIFY(second.window.grab().save(QStringLiteral(LAB_BINARY_DIR "/smoke-window.png")));
    }
};

int main(int argc, char* argv[]) {
    Sandbox sandbox;
    // Dialogs of the desktop cannot be filled in by a test; the program's own can.
    QCoreApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
    QApplication application(argc, argv);
    Theme::apply(application);
    SmokeTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "SmokeTest.moc"
