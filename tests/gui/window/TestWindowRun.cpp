// The run in the window: train, pause, step, reset, seed, live changes; what is watched, and that watching changes nothing.
#include "WindowBench.h"

#include "app/window/CompareRun.h"
#include "app/window/MathColumn.h"
#include "app/window/RulePanel.h"
#include "app/window/UnitPopover.h"
#include "core/document/Views.h"
#include "widgets/circuit/ComparePane.h"
#include "widgets/params/ParamForm.h"
#include "widgets/plot/FigureExport.h"
#include "widgets/views/LiveView.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QInputDialog>
#include <QSpinBox>
#include <QUndoStack>

using namespace lab;
using namespace lab::test;

class TestWindowRun : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { Warnings::watch(); }
    void cleanup() { QCOMPARE(Warnings::take(), QStringList()); }

    void theFirstExperimentStandsReady() {
        Bench b(firstExperiment(false));
        QVERIFY(b.ready());
        QCOMPARE(b.window.mode(), Mode::Run);
        QVERIFY(b.window.windowTitle().startsWith(QString::fromStdString(b.experiment().title)));
        QVERIFY(!b.window.isWindowModified());
        QCOMPARE(b.window.canvas()->circuit(), b.experiment().circuit);
        QVERIFY(b.window.canvas()->sizes().ok());
        QVERIFY(b.window.dock("view-curves")->isVisible());
        QVERIFY(b.trigger("Step"));
        QVERIFY(b.restsAt(1));
        QVERIFY(b.window.isWindowModified());
    }

    void trainingMovesTheCurvesUntilPaused() {
        Bench b(tinyExperiment("forward-forward"));
        QVERIFY(b.ready());
        QVERIFY(QTest::qWaitForWindowActive(&b.window));
        QCOMPARE(b.action("Train")->shortcut(), QKeySequence(Qt::Key_F5));
        QTest::keyClick(&b.window, Qt::Key_F5);
        QVERIFY(b.reaches(RunState::Running));
        QVERIFY(b.action("Pause") != nullptr);
        QVERIFY(!b.window.canvas()->editable());
        // Every scalar of the rule gets a curve per layer, and the losses move.
        QVERIFY(until([&] { return b.now().step > 60 && b.now().evaluations && !b.now().evaluations->empty(); }));
        const HistoryView& history = *b.now().history;
        const int loss = history.find("train_loss");
        QVERIFY(loss >= 0 && history.count(static_cast<std::size_t>(loss)) > 1);
        int channels = 0, moving = 0;
        for (std::size_t i = 0; i < history.series().size(); ++i) {
            if (history.series()[i].layer < 0) continue;
            ++channels;
            const std::vector<CurvePoint> points = history.all(i);
            moving += points.size() > 1 && points.front().y != points.back().y ? 1 : 0;
        }
        QVERIFY(channels > 0);
        QVERIFY(moving > 0);

        QTest::keyClick(&b.window, Qt::Key_F5);
        QVERIFY(b.reaches(RunState::Paused));
        const std::int64_t step = b.now().step;
        QTest::qWait(200);
        QCOMPARE(b.now().step, step);
        QVERIFY(b.window.canvas()->editable());
        QVERIFY(b.trigger("Go on"));
        QVERIFY(until([&] { return b.now().step > step; }));
    }

    // The sum behind one unit, with the numbers of a copy of the weights.
    void aUnitShowsItsArithmetic() {
        Bench b(tinyExperiment("backprop"));
        QVERIFY(b.ready());
        QVERIFY(b.trigger("Epoch"));
        QVERIFY(b.restsAt(20));
        auto* popover = b.window.canvas()->findChild<UnitPopover*>();
        QVERIFY(popover != nullptr && !popover->isVisible());
        // What it shows is what the network computes: checked term by term against the parameters as saved.
        DataService data;
        const auto prepared = data.prepare(b.experiment().data, b.experiment().seed);
        QVERIFY(prepared.ok());
        const auto weights = b.window.run().runner().checkpoint();
        QVERIFY(weights != nullptr);
        for (const char* id : {"L1", "L2", "L3"})
            for (const Index unit : {Index(0), Index(9)}) {
                const Result<UnitSum> sum = unitSum(b.experiment(), **prepared, *weights, id, unit, 3);
                QVERIFY2(sum.ok(), id);
                QCOMPARE(sum->unit, unit);
                QVERIFY(sum->hasBias);
                double all = sum->rest + sum->bias;
                for (const UnitTerm& t : sum->terms) all += t.product();
                QVERIFY(std::abs(all - sum->sum) < 1e-9);
                QVERIFY2(std::abs(sum->sum - sum->computed) < 1e-4 * (1 + std::abs(sum->sum)), id);
                for (std::size_t i = 1; i < sum->terms.size(); ++i) QVERIFY(std::abs(sum->terms[i - 1].product()) >= std::abs(sum->terms[i].product()));
                QCOMPARE(sum->restCount + static_cast<Index>(sum->terms.size()), sum->inputs);
            }
        const Result<UnitSum> none = unitSum(b.experiment(), **prepared, *weights, b.experiment().circuit.operations.front().id, 0, 0);
        QVERIFY(!none.ok());
        QCOMPARE(none.error().code, std::string("LAB-UNIT-101"));

        // By keyboard on the canvas, and on to another unit.
        b.window.canvas()->setFocus();
        b.window.canvas()->setSelection({"L2"});
        QTest::keyClick(b.window.canvas(), Qt::Key_U);
        QVERIFY(until([&] { return popover->isVisible(); }, 5000));
        const Result<UnitSum> first = unitSum(b.experiment(), **prepared, *weights, "L2", 0, 0);
        QVERIFY2(popover->text().contains(QString::number(std::abs(first->sum), 'f', 4)), qPrintable(popover->text()));
        QCOMPARE(popover->operation(), QString("L2"));
        QSpinBox* unit = popover->findChildren<QSpinBox*>().front();
        QCOMPARE(unit->maximum(), 32);
        QTest::keyClick(unit, Qt::Key_Up);
        const Result<UnitSum> second = unitSum(b.experiment(), **prepared, *weights, "L2", 1, 0);
        QVERIFY(until([&] { return popover->text().contains(QString::number(std::abs(second->sum), 'f', 4)); }, 5000));
        QTest::keyClick(unit, Qt::Key_Escape);
        QVERIFY(!popover->isVisible());
        // By mouse while values are shown; watching has changed nothing.
        const PlacedGlyph* glyph = b.window.canvas()->diagramLayout().glyph("L3");
        QVERIFY(until([&] { return !b.window.canvas()->live().empty(); }, 5000));
        QTest::mouseClick(b.window.canvas(), Qt::LeftButton, {}, b.window.canvas()->toWidget({glyph->box.centerX(), glyph->box.centerY()}).toPoint());
        QVERIFY(until([&] { return popover->isVisible() && popover->text().contains("L3"); }, 5000));
        QCOMPARE(b.fingerprint(), weights->fingerprint);
    }

    // Two rules on one circuit: both train in the background, from one start; the experiment never learns of it.
    void twoRulesTrainSideBySide() {
        Bench b(tinyExperiment("forward-forward"));
        QVERIFY(b.ready());
        QVERIFY(QTest::qWaitForWindowActive(&b.window));
        const Experiment before = b.experiment();
        auto* pane = b.window.findChild<ComparePane*>();
        auto* duel = b.window.findChild<CompareRun*>();
        QVERIFY(pane != nullptr && duel != nullptr && !duel->loaded());
        QTest::keyClick(&b.window, Qt::Key_4, Qt::ControlModifier);
        QVERIFY(until([&] { return duel->state() == RunState::Ready; }));
        QCOMPARE(pane->rule(0).toStdString(), before.rule);
        QCOMPARE(pane->rule(1).toStdString(), ruleRegistry().front().id == before.rule ? ruleRegistry()[1].id : ruleRegistry().front().id);
        QVERIFY(pane->view(0)->credit().operations != pane->view(1)->credit().operations);
        QCOMPARE(duel->snapshot(0).plannedSteps, duel->snapshot(1).plannedSteps);

        const auto epochs = [&](int side) { return duel->snapshot(side).evaluations ? duel->snapshot(side).evaluations->size() : 0; };
        QTest::keyClick(&b.window, Qt::Key_F5);
        QVERIFY(until([&] { return epochs(0) >= 2 && epochs(1) >= 2; }));
        QCOMPARE(b.action("Pause")->isEnabled(), true);
        QVERIFY(until([&] { return pane->figure() && pane->figure()->panels.size() == 3 && !pane->figure()->empty(); }, 5000));
        QVERIFY(until([&] {
            const auto* curves = std::get_if<CurvesPanel>(&pane->figure()->panels[0].content);
            return curves != nullptr && curves->series.size() == 2 && curves->series[0].points.size() >= 2 && curves->series[1].points.size() >= 2;
        }, 5000));
        const Figure figure = *pane->figure();
        const auto& accuracy = std::get<CurvesPanel>(figure.panels[0].content);
        QCOMPARE(accuracy.series[0].title, findRule(before.rule)->title);
        QCOMPARE(accuracy.series[0].points[0].y, 100 * (*duel->snapshot(0).evaluations)[0].testAccuracy);
        const auto& table = std::get<TablePanel>(figure.panels[2].content);
        QCOMPARE(table.header.size(), std::size_t(3));
        for (const char* row : {"test accuracy", "objective", "samples / s", "held for credit"}) {
            const auto found = std::find_if(table.rows.begin(), table.rows.end(), [&](const auto& r) { return r.front() == row; });
            QVERIFY2(found != table.rows.end() && (*found)[1] != "–" && (*found)[2] != "–", row);
        }
        // Taken away like every other figure.
        QTemporaryDir folder;
        const QStringList files = b.window.exportAll(folder.path(), "svg");
        for (const char* name : {"/comparison.svg", "/comparison.csv"}) QVERIFY2(files.contains(folder.path() + name), name);
        for (const FigureFormat format : {FigureFormat::Svg, FigureFormat::Pdf, FigureFormat::Png, FigureFormat::Csv})
            QVERIFY(figureBytes(figure, format).ok());

        // The same button pauses both, and the key of Reset brings both back to one start.
        QTest::keyClick(&b.window, Qt::Key_F5);
        QVERIFY(until([&] { return duel->state() == RunState::Paused; }));
        const std::string first = (*duel->snapshot(0).evaluations)[0].fingerprint;
        QTest::keyClick(&b.window, Qt::Key_F5, Qt::ShiftModifier);
        QVERIFY(until([&] { return duel->state() == RunState::Ready && duel->snapshot(0).step == 0 && duel->snapshot(1).step == 0; }));

        // Another rule by keyboard: both begin anew.
        QTest::keyClick(&b.window, Qt::Key_F5);
        QVERIFY(until([&] { return duel->snapshot(0).step > 0 && duel->snapshot(1).step > 0; }));
        const QString was = pane->rule(1);
        pane->chooser(1)->setFocus();
        for (int i = 0; i < 3 && (pane->rule(1) == was || pane->rule(1) == pane->rule(0)); ++i) QTest::keyClick(pane->chooser(1), Qt::Key_Down);
        QVERIFY(pane->rule(1) != was);
        QVERIFY(until([&] { return duel->state() == RunState::Ready && duel->snapshot(1).rule != nullptr && duel->snapshot(1).rule->id == pane->rule(1).toStdString(); }));
        QCOMPARE(duel->snapshot(0).step, std::int64_t(0));

        // Nobody looks: both pause. The experiment is where it was, and its own run gives the bits that its side gave.
        QTest::keyClick(&b.window, Qt::Key_F5);
        QVERIFY(until([&] { return duel->state() == RunState::Running; }));
        b.window.setMode(Mode::Run);
        b.window.setMode(Mode::Compare);
        QVERIFY(until([&] { return duel->state() == RunState::Paused; }));
        b.window.setMode(Mode::Run);
        QVERIFY(b.experiment() == before);
        QCOMPARE(b.window.document().undoStack().count(), 0);
        QCOMPARE(b.now().step, std::int64_t(0));
        QCOMPARE(b.now().state, RunState::Ready);
        QVERIFY(b.trigger("Epoch"));
        QVERIFY(until([&] { return b.now().evaluations && !b.now().evaluations->empty(); }));
        QCOMPARE(b.now().evaluations->front().fingerprint, first);
    }

    void oneStepInSlowMotion() {
        Bench b(tinyExperiment("forward-forward"));
        QVERIFY(b.ready());
        auto* column = b.window.dock("steps")->findChild<MathColumn*>();
        QVERIFY(column != nullptr);
        QCOMPARE(column->current(), -1);
        QVERIFY(b.trigger("Line"));
        QVERIFY(until([&] { return b.now().position != nullptr && column->current() >= 0; }, 5000));
        QVERIFY(b.window.dock("steps")->isVisible());
        QVERIFY(column->currentRect().isValid());
        QCOMPARE(column->current(), b.now().position->line);
        // Line by line to the end of the step: the light moves through the equations in their order for every layer.
        std::vector<std::pair<int, int>> seen{{b.now().position->layer, b.now().position->line}};
        for (int i = 0; i < 100 && b.now().step == 0; ++i) {
            const std::uint64_t serial = b.now().serial;
            QVERIFY(b.trigger("Line"));
            QVERIFY(until([&] { return b.now().serial > serial && b.now().state == RunState::Paused; }, 5000));
            if (b.now().position) seen.emplace_back(b.now().position->layer, b.now().position->line);
        }
        QCOMPARE(b.now().step, std::int64_t(1));
        QVERIFY(seen.size() >= 6);
        QVERIFY(std::is_sorted(seen.begin(), seen.end()));
        QVERIFY(until([&] { return column->current() == -1; }, 3000));
        // Amid the next one, Step ends it, and Train goes on from there.
        QVERIFY(b.trigger("Sample"));
        QVERIFY(until([&] { return b.now().position != nullptr && b.now().position->row == 0; }, 5000));
        QVERIFY(b.trigger("Step"));
        QVERIFY(b.restsAt(2));
        QVERIFY(b.trigger("Phase"));
        QVERIFY(until([&] { return b.now().position != nullptr; }, 5000));
        QVERIFY(b.trigger("Go on"));
        QVERIFY(until([&] { return b.now().step > 4; }));
        b.window.pause();
        QVERIFY(b.reaches(RunState::Paused));
        QVERIFY(b.now().position == nullptr);
    }

    void slowIsSlow() {
        Bench b(tinyExperiment("backprop"));
        QVERIFY(b.ready());
        QComboBox* speed = nullptr;
        for (QComboBox* box : b.window.findChildren<QComboBox*>())
            if (box->accessibleName() == "Speed") speed = box;
        QVERIFY(speed != nullptr);
        speed->setCurrentIndex(speed->findData(5.0));
        QVERIFY(b.trigger("Train"));
        QTest::qWait(900);
        QVERIFY(b.now().step >= 1);
        QVERIFY2(b.now().step <= 6, qPrintable(QString::number(b.now().step)));
    }

    void theSameStartGivesTheSameWeights() {
        Bench b(tinyExperiment("forward-forward"));
        QVERIFY(b.ready());
        QVERIFY(b.trigger("Step"));
        QVERIFY(b.restsAt(1));
        QVERIFY(b.trigger("Epoch"));
        QVERIFY(b.restsAt(20));
        const std::string first = b.fingerprint();
        {
            ModalAnswer answer([](QWidget* box) {
                auto* dialog = qobject_cast<QInputDialog*>(box);
                if (dialog == nullptr) return box->close(), void();
                dialog->setIntValue(33);
                dialog->accept();
            });
            QVERIFY(b.trigger("Run to"));
            QCOMPARE(answer.count(), 1);
        }
        QVERIFY(b.restsAt(33));
        QVERIFY(b.fingerprint() != first);

        std::uint64_t run = b.now().run;
        QVERIFY(b.trigger("Reset"));
        QVERIFY(b.readyAfter(run));
        QCOMPARE(b.now().step, std::int64_t(0));
        QVERIFY(b.trigger("Epoch"));
        QVERIFY(b.restsAt(20));
        QCOMPARE(b.fingerprint(), first);

        // Another seed is an edit; it counts at once even where the next command comes before the reload.
        run = b.now().run;
        QVERIFY(b.trigger("New seed"));
        QVERIFY(b.trigger("Epoch"));
        QVERIFY(until([&] { return b.now().run > run; }) && b.restsAt(20));
        QVERIFY(b.fingerprint() != first);
        run = b.now().run;
        b.window.document().undoStack().undo();
        QVERIFY(b.readyAfter(run));
        QVERIFY(b.trigger("Epoch"));
        QVERIFY(b.restsAt(20));
        QCOMPARE(b.fingerprint(), first);
    }

    void aLiveChangeGoesIntoTheRun() {
        Bench b(tinyExperiment("forward-forward", {144, 32, 32, 10}, 100000));
        QVERIFY(b.ready());
        const RuleDescription* rule = findRule(b.experiment().rule);
        const auto pick = [&](bool live) -> std::string {
            const ParamSet set(rule->params);
            for (const ParamSpec& spec : rule->params)
                if (spec.live == live && spec.kind == ParamKind::Number && set.visible(spec) && !spec.advanced) return spec.name;
            return {};
        };
        const std::string live = pick(true), fixed = pick(false);
        QVERIFY(!live.empty() && !fixed.empty());
        ParamForm* form = b.window.findChild<RulePanel*>()->form();
        QVERIFY(b.trigger("Train"));
        QVERIFY(until([&] { return b.now().step > 20; }));
        QVERIFY(until([&] { return !form->editor(fixed)->isEnabled(); }, 2000));
        QVERIFY(form->editor(live)->isEnabled());
        const std::uint64_t run = b.now().run;
        const std::int64_t step = b.now().step;
        auto* box = qobject_cast<QDoubleSpinBox*>(form->editor(live));
        QVERIFY(box != nullptr);
        const double before = box->value();
        box->setValue(2.0 * before);
        QVERIFY(b.experiment().ruleParams.at(live) == ParamValue(2.0 * before));
        QTest::qWait(500);  // longer than the delay of a reload
        QCOMPARE(b.now().run, run);
        QVERIFY(until([&] { return b.now().step > step + 20; }));
        // Nor does taking it back.
        b.window.document().undoStack().undo();
        QVERIFY(b.experiment() == tinyExperiment("forward-forward", {144, 32, 32, 10}, 100000));
        QTest::qWait(500);
        QCOMPARE(b.now().run, run);
        b.window.document().undoStack().redo();
        b.window.pause();
        QVERIFY(b.reaches(RunState::Paused));

        // The next start has the changed value from its first step: as a fresh window would have it.
        QVERIFY(b.trigger("Reset"));
        QVERIFY(b.readyAfter(run));
        QVERIFY(b.trigger("Epoch"));
        QVERIFY(b.restsAt(20));
        const std::string afterReset = b.fingerprint();
        Bench fresh(b.experiment());
        QVERIFY(fresh.ready());
        QVERIFY(fresh.trigger("Epoch"));
        QVERIFY(fresh.restsAt(20));
        QCOMPARE(afterReset, fresh.fingerprint());

        // What is not live begins anew.
        const std::uint64_t second = b.now().run;
        auto* other = qobject_cast<QDoubleSpinBox*>(form->editor(fixed));
        QVERIFY(other != nullptr && other->isEnabled());
        other->setValue(other->value() + other->singleStep());
        QVERIFY(b.readyAfter(second));
        QCOMPARE(b.now().step, std::int64_t(0));
    }

    void hiddenViewsAskForNothing() {
        Bench b(tinyExperiment("forward-forward"));
        QVERIFY(b.ready());
        ProbeRequest nothing;
        nothing.channels = false;
        QVERIFY(until([&] { return !(b.window.run().asked() == nothing); }, 3000));
        for (const Mode mode : {Mode::Build, Mode::Rule, Mode::Compare}) {
            b.window.setMode(mode);
            QVERIFY(until([&] { return b.window.run().asked() == nothing; }, 3000));
        }
        // A view behind another tab asks for nothing either.
        b.window.setMode(Mode::Run);
        QVERIFY(until([&] { return b.window.openView("curves", false)->isVisible(); }, 3000));
        QVERIFY(until([&] { return !b.window.openView("alignment", false)->live(); }, 3000));
        QVERIFY(until([&] { return !b.window.run().asked().alignment; }, 3000));
        b.window.openView("alignment");
        QVERIFY(until([&] { return b.window.run().asked().alignment; }, 3000));
    }

    void watchingChangesNothing() {
        const Experiment experiment = tinyExperiment("forward-forward", {144, 32, 32, 10}, 4);
        DataService data;
        const auto prepared = data.prepare(experiment.data, experiment.seed);
        QVERIFY(prepared.ok());
        TrainerOptions options;
        options.threads = 1;
        Result<std::unique_ptr<Trainer>> trainer = Trainer::create(experiment, *prepared, options);
        QVERIFY(trainer.ok());
        while ((*trainer)->step()) {}

        Bench b(experiment);
        QVERIFY(b.ready());
        ProbeRequest all;
        for (const ViewDescription& view : viewRegistry()) {
            LiveView* live = b.window.openView(view.id);
            QDockWidget* dock = b.window.dock("view-" + QString::fromStdString(view.id));
            dock->setFloating(true);
            dock->show();
            QVERIFY2(live->isVisible(), view.id.c_str());
            all = all | view.needs;
        }
        QVERIFY(until([&] { return (b.window.run().asked() | all) == b.window.run().asked(); }, 3000));
        QVERIFY(b.trigger("Train"));
        QVERIFY(b.reaches(RunState::Finished));
        QCOMPARE(b.now().step, (*trainer)->stepsDone());
        QCOMPARE(b.fingerprint(), (*trainer)->fingerprintWithClass());
        const std::vector<Evaluation>& seen = *b.now().evaluations;
        QCOMPARE(seen.size(), (*trainer)->evaluations().size());
        for (std::size_t i = 0; i < seen.size(); ++i) {
            QCOMPARE(seen[i].fingerprint, (*trainer)->evaluations()[i].fingerprint);
            QVERIFY(seen[i].testAccuracy == (*trainer)->evaluations()[i].testAccuracy);
        }
        // The figures follow, on a thread of their own.
        for (const char* id : {"curves", "ledger", "pca", "confusion"}) {
            const LiveView* view = b.window.openView(id, false);
            QVERIFY2(until([&] { return view->figure() && !view->figure()->empty(); }, 10000), id);
        }
        QVERIFY(!b.action("Step")->isEnabled());
    }

    // How long the window's thread is kept from the user by one frame, with the views of the Run layout at work.
    void framesAreShort() {
        Experiment experiment = tinyExperiment("backprop", {144, 256, 256, 10}, 100000);
        experiment.data.options.clear();
        experiment.batch = 128;
        Bench b(experiment);
        QVERIFY(b.ready());
        QVERIFY(b.trigger("Train"));
        QVERIFY(until([&] { return b.now().step > 20; }));
        const std::int64_t frames = b.window.run().frames();
        QTest::qWait(3000);
        QVERIFY(b.now().state == RunState::Running);
        qInfo("%lld frames in 3 s, the longest since the start %.1f ms", static_cast<long long>(b.window.run().frames() - frames),
              b.window.run().longestFrame());
        QVERIFY(b.window.run().frames() - frames > 3);
        QVERIFY2(b.window.run().longestFrame() < 500.0, qPrintable(QString::number(b.window.run().longestFrame())));
    }
};

LAB_WINDOW_TEST_MAIN(TestWindowRun)
#include "TestWindowRun.moc"
