#include "app/window/MainWindow.h"

#include "app/window/CompareRun.h"
#include "app/window/RulePanel.h"
#include "app/window/SettingsPanel.h"
#include "app/window/StepPanel.h"
#include "app/window/TransportBar.h"
#include "app/window/UnitPopover.h"
#include "core/circuit/CircuitEdits.h"
#include "core/data/DataRegistry.h"
#include "core/io/CircuitJson.h"
#include "core/math/Gemm.h"
#include "core/rules/RuleDescription.h"
#include "widgets/circuit/CircuitView.h"
#include "widgets/circuit/ComparePane.h"
#include "widgets/circuit/CostStrip.h"
#include "widgets/circuit/CreditView.h"
#include "widgets/circuit/InspectorView.h"
#include "widgets/circuit/OutlineView.h"
#include "widgets/circuit/PaletteView.h"
#include "widgets/circuit/ProblemBar.h"
#include "widgets/common/Theme.h"
#include "widgets/params/ParamForm.h"
#include "widgets/views/LiveView.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QLabel>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QThreadPool>
#include <QToolButton>
#include <QtConcurrent>

#include <algorithm>
#include <utility>

namespace lab {

namespace {

constexpr int kReloadDelay = 250;       // milliseconds: a burst of edits loads once
constexpr int kAutosaveEvery = 20000;

// Out of the settings: whatever else stands there is the light one.
ThemeKind themeNamed(const QString& name) {
    for (const ThemeKind kind : {ThemeKind::Dark, ThemeKind::HighContrast, ThemeKind::Print})
        if (name == QLatin1String(themeName(kind))) return kind;
    return ThemeKind::Light;
}

}  // namespace

MainWindow::MainWindow(const WindowOptions& options, QWidget* parent) : QMainWindow(parent), m_options(options) {
    setObjectName(QStringLiteral("main"));
    setDockNestingEnabled(true);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setAnimated(false);  // layouts change as a whole
    setAcceptDrops(true);
    resize(1366, 768);

    m_canvas = new CircuitView(this);
    m_canvas->setTextForm({[](const Circuit& circuit) { return circuitToJson(circuit).toStdString(); },
                           [](const std::string& text) { return circuitFromJson(QByteArray::fromStdString(text), "clipboard"); }});
    m_palette = new PaletteView(this);
    m_inspector = new InspectorView(this);
    m_rules = new RulePanel(this);
    m_data = new DataPanel(this);
    m_training = new TrainingPanel(this);
    m_costs = new CostStrip(this);
    m_costs->setView(m_canvas);
    m_problems = new ProblemBar(this);
    m_unit = new UnitPopover(m_canvas);
    m_outline = new OutlineView(this);
    m_credit = new CreditView(this);
    m_compare = new ComparePane(this);
    m_compare->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);  // what it needs is no matter while another page is shown
    std::vector<std::pair<QString, QString>> rules;
    for (const RuleDescription& rule : ruleRegistry()) rules.emplace_back(QString::fromStdString(rule.id), QString::fromStdString(rule.title));
    m_compare->setRules(rules);
    m_duel = new CompareRun(m_run.data(), this);

    makeActions();
    makeTopBar();
    makeDocks();
    makeMenus();
    connectAll();
    connectFileActions();

    m_message = new QLabel(this);
    m_summary = new QLabel(this);
    m_fingerprint = new QLabel(this);
    m_fingerprint->setFont(codeFont(11.5));
    m_fingerprint->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_fingerprint->setToolTip(tr("Fingerprint of all parameters, and the kernels that computed them. The same seed gives the same fingerprint "
                                 "for any number of threads, here and on the command line."));
    m_schedule = new QLabel(this);
    m_schedule->setToolTip(tr("How the threads share a step. In turn: one layer after the other, every product shared out among the threads. Side by "
                              "side: layers on different cores, where the rule has no backward lock and that was measured to be faster. "
                              "The result is the same, bit for bit."));
    statusBar()->addWidget(m_summary);
    statusBar()->addWidget(m_message, 1);
    statusBar()->addPermanentWidget(m_schedule);
    statusBar()->addPermanentWidget(m_fingerprint);
    statusBar()->setSizeGripEnabled(false);
    statusBar()->setContentsMargins(12, 0, 12, 0);

    m_reloadTimer.setSingleShot(true);
    m_reloadTimer.setInterval(kReloadDelay);
    connect(&m_reloadTimer, &QTimer::timeout, this, &MainWindow::reload);
    m_autosaveTimer.setInterval(kAutosaveEvery);
    connect(&m_autosaveTimer, &QTimer::timeout, this, &MainWindow::autosave);
    m_recovery = std::make_unique<Recovery>();
    m_autosaveTimer.start();

    if (!m_options.safe) {
        QSettings settings;
        if (settings.contains("window/geometry")) restoreGeometry(settings.value("window/geometry").toByteArray());
        setTheme(themeNamed(settings.value("window/theme").toString()));
    }
    themeChanged();
    setMode(Mode::Run);
}

MainWindow::~MainWindow() {
    // Children (views) refer to the run controller: they go first.
    for (const auto& [id, view] : m_liveViews) delete view;
    QThreadPool::globalInstance()->waitForDone();  // an autosave under way
}

void MainWindow::startWith(const Experiment& experiment) { m_document.start(experiment); }

void MainWindow::connectAll() {
    connect(&m_document, &Document::changed, this, &MainWindow::documentChanged);
    connect(&m_document, &Document::replaced, this, [this] {
        m_schema = {};
        m_replacedAt = m_run.runner().latest()->run;
        m_loaded = m_runsWith = m_document.experiment();
        documentChanged(true);
        m_reloadTimer.stop();
        m_run.load(m_document.experiment(), m_document.checkpoint());
        QTimer::singleShot(0, m_canvas, [this] { m_canvas->fit(); });
    });
    connect(&m_document, &Document::stateChanged, this, &MainWindow::updateTitle);
    connect(ThemeSignal::instance(), &ThemeSignal::themeChanged, this, &MainWindow::themeChanged);
    connect(&m_run, &RunController::snapshotChanged, this, &MainWindow::snapshotChanged);
    connect(&m_run, &RunController::stateChanged, this, &MainWindow::runStateChanged);

    m_run.add([this] { return m_canvas->isVisible() && (m_canvas->toggles().activity || m_canvas->toggles().rule); },
              [this] {
                  const Circuit& circuit = m_document.experiment().circuit;
                  m_canvas->setLive(m_feed.take(m_run.snapshot(), circuit, m_appraisal.marks));
                  if (m_canvas->toggles().activity) m_canvas->setBeads(makeBeads(m_run.snapshot(), circuit, m_appraisal.marks));
              });
    const auto edited = [this](const CircuitChange& c) {
        change(QString::fromStdString(c.title), [&c](Experiment& e) { e.circuit = c.circuit; });
        m_canvas->setSelection(c.selection);
    };
    connect(m_canvas, &CircuitView::changeRequested, this, edited);
    connect(m_inspector, &InspectorView::changeRequested, this, edited);
    const auto selected = [this] {
        m_inspector->setSelection(m_canvas->selection(), m_canvas->selectedWire());
        m_outline->setSelection(m_canvas->selection(), m_canvas->selectedWire());
    };
    connect(m_outline, &OutlineView::selectionChosen, this, [this](const QStringList& ids) {
        std::vector<std::string> chosen;
        for (const QString& id : ids) chosen.push_back(id.toStdString());
        m_canvas->setSelection(chosen);
    });
    connect(m_outline, &OutlineView::wireChosen, this, [this](const QString& wire) { m_canvas->selectWire(wire.toStdString()); });
    // Later: the tree is made anew by what this asks for, and is still in its own event now.
    connect(m_outline, &OutlineView::blockToggled, this, [this](const QString& group, bool open) {
        m_canvas->setBlockOpen(group.toStdString(), open);
        showOutline();  // a block that may not change now goes back to what it is
    }, Qt::QueuedConnection);
    connect(m_outline, &OutlineView::editRequested, m_canvas, &CircuitView::editRequested);
    connect(m_outline, &OutlineView::deleteRequested, this, [this] { m_canvas->action(CircuitView::Command::Delete)->trigger(); });
    connect(m_compare, &ComparePane::ruleChosen, this, [this](int, const QString&) { compareRules(); });
    connect(m_compare, &ComparePane::exportRequested, this, &MainWindow::exportFigure);
    connect(m_compare, &ComparePane::copyRequested, this, &MainWindow::copyFigure);
    connect(m_compare->view(0), &CircuitView::togglesChanged, this, [this] { m_duel->setActivity(m_compare->view(0)->toggles().activity); });
    // The buttons of the bar above act on what is seen.
    connect(m_canvas, &CircuitView::togglesChanged, this, [this] {
        if (m_mode == Mode::Compare) m_compare->view(0)->setToggles(m_canvas->toggles());
    });
    connect(m_canvas->action(CircuitView::Command::Fit), &QAction::triggered, this, [this] {
        if (m_mode == Mode::Compare) m_compare->view(0)->fit();
    });
    connect(m_compare->view(0), &CircuitView::zoomChanged, this, [this](double z) { m_zoom->setText(tr("%1 %").arg(qRound(100 * z))); });
    connect(m_duel, &CompareRun::figureChanged, m_compare, &ComparePane::setFigure);
    connect(m_duel, &CompareRun::changed, this, [this](int side) {
        const auto at = static_cast<std::size_t>(side);
        const Snapshot& s = m_duel->snapshot(side);
        m_compare->setCreditBytes(side, s.creditBytes);
        m_compare->setLive(side, m_duelFeeds[at].take(s, m_document.experiment().circuit, m_duelMarks[at]));
    });
    connect(m_duel, &CompareRun::stateChanged, this, &MainWindow::showRunActions);
    connect(m_canvas, &CircuitView::selectionChanged, this, selected);
    connect(m_canvas, &CircuitView::arithmeticRequested, m_unit, &UnitPopover::ask);
    connect(m_canvas, &CircuitView::activityRequested, this, [this] { openView("dimension"); });
    connect(m_unit, &UnitPopover::wanted, this, &MainWindow::askUnit);
    connect(m_unit, &UnitPopover::closed, this, [this] { m_canvas->setFocus(); });
    connect(m_canvas, &CircuitView::creditChanged, this, [this] { m_credit->show(m_canvas->credit(), m_canvas->proposals(), m_canvas->toggles().rule); });
    connect(m_credit, &CreditView::placeChosen, this, [this](const QString& item, const QString& wire) {
        m_canvas->showPlace(item.toStdString(), wire.toStdString());
    });
    connect(m_credit, &CreditView::proposed, m_canvas, &CircuitView::propose);
    connect(m_credit, &CreditView::withdrawn, m_canvas, &CircuitView::withdraw);
    connect(m_canvas, &CircuitView::messageShown, this, [this](const QString& text) { say(text); });
    connect(m_inspector, &InspectorView::messageShown, this, [this](const QString& text) { say(text); });
    connect(m_canvas, &CircuitView::editRequested, this, [this](const QString&) {
        if (QDockWidget* inspector = dock("inspector")) {
            inspector->show();
            inspector->raise();
        }
        m_inspector->focusFirstField();
    });
    connect(m_canvas, &CircuitView::zoomChanged, this, [this](double z) { m_zoom->setText(tr("%1 %").arg(qRound(100 * z))); });
    connect(m_canvas, &CircuitView::togglesChanged, this, [this] {
        ProbeRequest needs;
        needs.activity = m_canvas->toggles().activity;
        needs.channels = needs.alignment = needs.reads = m_canvas->toggles().rule;  // gauges, update flow, what updates read
        m_run.setOwnNeeds(needs);
        if (QDockWidget* costs = dock("costs")) costs->setVisible(m_canvas->toggles().costs);
    });
    connect(m_palette, &PaletteView::addRequested, m_canvas, &CircuitView::addPreset);
    connect(m_palette, &PaletteView::lineEntered, m_canvas, [this](const QString& line) { m_canvas->openQuickAdd(line); });
    connect(m_problems, &ProblemBar::problemChosen, m_canvas, &CircuitView::showProblem);
    connect(m_costs, &CostStrip::operationClicked, this, [this](const QString& id) { m_canvas->setSelection({id.toStdString()}); });

    connect(m_rules, &RulePanel::ruleChosen, this, [this](const QString& id) {
        const RuleDescription* rule = findRule(id.toStdString());
        if (rule == nullptr) return;
        change(tr("Choose %1").arg(QString::fromStdString(rule->title)), [&](Experiment& e) { e = withRule(e, rule->id); });
    });
    connect(m_rules, &RulePanel::paramChanged, this, [this](const std::string& name, const ParamValue& value) {
        change(tr("Set %1").arg(QString::fromStdString(name)), [&](Experiment& e) { e.ruleParams[name] = value; }, 101);
    });
    connect(m_rules, &RulePanel::fixChosen, this, [this](const Fix& fix) {
        change(QString::fromStdString(fix.title), [&](Experiment& e) { e.circuit = fix.result; });
    });

    connect(m_data, &DataPanel::sourceChosen, this, [this](const QString& source) {
        change(tr("Choose data %1").arg(source), [&](Experiment& e) {
            e.data.source = source.toStdString();
            e.data.params.clear();
            e.data.checksum = 0;
        });
    });
    connect(m_data, &DataPanel::sourceParamChanged, this, [this](const std::string& name, const ParamValue& value) {
        change(tr("Set %1").arg(QString::fromStdString(name)), [&](Experiment& e) { e.data.params[name] = toText(value); }, 102);
    });
    connect(m_data, &DataPanel::optionChanged, this, [this](const std::string& name, const ParamValue& value) {
        change(tr("Set %1").arg(QString::fromStdString(name)), [&](Experiment& e) { e.data.options[name] = value; }, 103);
    });
    connect(m_data, &DataPanel::fileWanted, m_openAction, &QAction::trigger);

    connect(m_training, &TrainingPanel::optimizerChosen, this, [this](const QString& id, int layer) {
        change(id.isEmpty() ? tr("Same optimiser for all") : tr("Choose optimiser %1").arg(id), [&](Experiment& e) {
            if (layer < 0)
                e.optimizer = {id.toStdString(), {}};
            else if (id.isEmpty())
                e.layerOptimizers.erase(layer);
            else
                e.layerOptimizers[layer] = {id.toStdString(), {}};
        });
    });
    connect(m_training, &TrainingPanel::optimizerParamChanged, this, [this](const std::string& name, const ParamValue& value, int layer) {
        change(tr("Set %1").arg(QString::fromStdString(name)), [&](Experiment& e) {
            (layer < 0 ? e.optimizer : e.layerOptimizers[layer]).held[name] = value;
        }, layer < 0 ? 104 : 200 + layer);
    });
    connect(m_training, &TrainingPanel::scheduleChanged, this, [this](const std::string& name, const ParamValue& value) {
        change(tr("Set schedule %1").arg(QString::fromStdString(name)), [&](Experiment& e) { e.schedule[name] = value; }, 105);
    });
    connect(m_training, &TrainingPanel::arithmeticChanged, this, [this](const std::string& name, const ParamValue& value) {
        change(tr("Set %1").arg(QString::fromStdString(name)), [&](Experiment& e) { e.arithmetic[name] = value; });
    });
    connect(m_training, &TrainingPanel::planChanged, this, [this](const std::string& name, const ParamValue& value) {
        change(tr("Set %1").arg(QString::fromStdString(name)), [&](Experiment& e) {
            if (name == "shuffled") {
                e.shuffled = std::get<bool>(value);
                return;
            }
            const std::int64_t number = std::get<std::int64_t>(value);
            if (name == "epochs") e.epochs = number;
            if (name == "batch") e.batch = number;
            if (name == "seed") e.seed = static_cast<std::uint64_t>(number);
        }, 106);
    });
}

void MainWindow::change(const QString& title, const std::function<void(Experiment&)>& edit, int mergeKey) {
    Experiment after = m_document.experiment();
    edit(after);
    m_document.change(after, title, mergeKey);
}

void MainWindow::documentChanged(bool circuit) {
    if (circuit) refreshCircuit();
    requestAppraisal();
    refreshPanels();
    updateTitle();
    if (adoptLive()) {
        m_reloadTimer.stop();
        return;
    }
    const Snapshot& s = m_run.snapshot();
    if (s.state != RunState::Empty && s.step > 0 && m_loadedOnce)
        say(tr("The experiment has changed: training begins again with it. Undo brings back the settings, not the weights."));
    m_reloadTimer.start();
}

void MainWindow::refreshCircuit() {
    const Circuit& circuit = m_document.experiment().circuit;
    m_sizes = solveSizes(circuit, {m_schema.shape.begin(), m_schema.shape.end()}, m_schema.classes, m_schema.parts);
    m_canvas->setCircuit(circuit, m_sizes);
    m_inspector->setCircuit(circuit, m_sizes);
    m_palette->setCircuit(circuit);
    m_inspector->setSelection(m_canvas->selection(), m_canvas->selectedWire());
    m_costs->setCircuit(circuit, m_sizes);
    m_problems->setProblems(m_sizes.problems);
    showOutline();
    if (m_mode == Mode::Compare) m_compare->setCircuit(circuit, m_sizes);
    m_feed.clear();
    m_canvas->setBeads({});
    m_unit->hide();
    m_trainAction->setEnabled(m_sizes.ok() && m_mode != Mode::Compare);
}

void MainWindow::requestAppraisal() {
    if (!m_sizes.ok() || m_schema.shape.empty()) {
        // Nothing can be said of a circuit whose sizes do not fit; one under way speaks of an older state.
        m_appraiseAgain = m_appraising;
        m_appraisal = {};
        m_canvas->setRuleMarks({});
        return;
    }
    // A fix holds a whole circuit: one for the circuit of a moment ago would take back the last edit.
    for (Suitability& s : m_appraisal.suits) s.fixes.clear();
    if (m_appraising) {
        m_appraiseAgain = true;  // one at a time; what changes meanwhile is looked at once, afterwards
        return;
    }
    m_appraising = true;
    QtConcurrent::run([e = m_document.experiment(), schema = m_schema] { return appraise(e, schema); })
        .then(this, [this](Appraisal appraisal) {
            m_appraising = false;
            if (std::exchange(m_appraiseAgain, false)) return requestAppraisal();  // this one speaks of an older state
            m_appraisal = std::move(appraisal);
            m_canvas->setRuleMarks(m_appraisal.marks);
            m_rules->show(m_document.experiment(), m_appraisal.suits, m_run.running());
            showSummary();
            if (m_mode == Mode::Compare) compareRules();
        })
        .onFailed(this, [this] { m_appraising = false; });  // out of memory: the next edit tries again
}

void MainWindow::compareRules() {
    const Experiment& own = m_document.experiment();
    const std::vector<RuleDescription>& rules = ruleRegistry();
    // Until somebody chooses: the experiment's rule against the first other one that can train the circuit.
    std::string other = own.rule;
    for (std::size_t i = 0; i < rules.size() && other == own.rule; ++i)
        if (i >= m_appraisal.suits.size() || m_appraisal.suits[i].ok) other = rules[i].id;
    m_compare->suggest(QString::fromStdString(own.rule), QString::fromStdString(other));
    for (int side = 0; side < 2; ++side) {
        const std::string id = m_compare->rule(side).toStdString();
        const Experiment e = comparedExperiment(own, id);
        const std::uint64_t request = ++m_compareRequest[static_cast<std::size_t>(side)];
        if (!m_sizes.ok() || m_schema.shape.empty()) {
            m_compare->setMarks(side, {}, m_sizes.ok() ? tr("Waiting for the data.") : tr("Mend the circuit in Build first."));
            continue;
        }
        QtConcurrent::run([e, schema = m_schema] { return appraise(e, schema); })
            .then(this, [this, side, request, id](const Appraisal& appraisal) {
                if (request != m_compareRequest[static_cast<std::size_t>(side)]) return;
                QString note;
                const std::vector<RuleDescription>& all = ruleRegistry();
                for (std::size_t i = 0; i < all.size() && i < appraisal.suits.size(); ++i)
                    if (all[i].id == id && !appraisal.suits[i].ok) note = QString::fromStdString(appraisal.suits[i].reason);
                m_duelMarks[static_cast<std::size_t>(side)] = appraisal.marks;
                m_compare->setMarks(side, appraisal.marks, note);
                loadDuel();
            });
    }
    showRunActions();
}

void MainWindow::loadDuel() {
    if (m_mode != Mode::Compare) return;
    if (m_sizes.ok() && !m_schema.shape.empty() && m_compare->suits(0) && m_compare->suits(1))
        m_duel->load(m_document.experiment(), {m_compare->rule(0).toStdString(), m_compare->rule(1).toStdString()});
    showRunActions();
}

void MainWindow::showRunActions() {
    const bool duel = m_mode == Mode::Compare;
    const Snapshot& s = m_run.snapshot();
    const RunState state = duel ? m_duel->state() : s.state;
    const bool begun = duel ? m_duel->snapshot(0).step > 0 || m_duel->snapshot(1).step > 0 : s.step > 0;
    const bool fits = m_sizes.ok() && (!duel || (m_compare->suits(0) && m_compare->suits(1) && m_duel->loaded()));
    m_trainAction->setText(state == RunState::Running ? tr("Pause") : begun && state != RunState::Finished ? tr("Go on") : tr("Train"));
    // What is about to be loaded anew is not judged by how the last run ended.
    const bool able = state != RunState::Failed && state != RunState::Finished && state != RunState::Empty;
    m_trainAction->setEnabled(fits && (able || (!duel && m_reloadTimer.isActive())));
    m_resetAction->setEnabled(!duel || m_duel->loaded());
    for (QAction* action : {m_sampleAction, m_lineAction, m_phaseAction, m_stepAction, m_epochAction, m_runToAction})
        action->setEnabled(!duel && (state == RunState::Ready || state == RunState::Paused));
    if (duel) m_compare->setStatus(fits || !m_sizes.ok() ? m_duel->status() : tr("Choose two rules that can train this circuit."), state == RunState::Failed);
}

void MainWindow::askUnit(const QString& operation, int unit, int sample) {
    const std::uint64_t request = ++m_unitRequest;
    if (m_run.snapshot().position) {
        m_unit->fail(tr("The step stands still in its middle. Go on to its end: the weights are whole there."));
        return;
    }
    Runner* runner = &m_run.runner();
    DataService* service = &m_run.data();
    QtConcurrent::run([runner, service, e = m_runsWith, id = operation.toStdString(), unit, sample]() -> Result<UnitSum> {
        const std::shared_ptr<const Trainer::Checkpoint> weights = runner->checkpoint();  // waits for the engine's step to end
        if (!weights) return Error{"LAB-UNIT-104", "there are no weights yet.", {}, "Wait until the run has been set up."};
        const Result<std::shared_ptr<const PreparedData>> data = service->prepare(e.data, e.seed);
        if (!data) return data.error();
        return unitSum(e, **data, *weights, id, unit, sample);
    }).then(this, [this, request](const Result<UnitSum>& sum) {
        if (request != m_unitRequest) return;  // somebody has asked for another since
        if (sum) m_unit->show(*sum);
        else m_unit->fail(QString::fromStdString(sum.error().text()));
    });
}

void MainWindow::showOutline() {
    if (!m_outline->isVisible()) return;  // shown anew when its dock is
    m_outline->setCircuit(m_document.experiment().circuit, m_sizes, m_canvas->diagramLayout());
}

void MainWindow::refreshPanels() {
    const Experiment& e = m_document.experiment();
    const bool running = m_run.running();
    m_rules->show(e, m_appraisal.suits, running);
    m_data->show(e, running);
    m_training->show(e, running);
    m_canvas->setEditable(!running);
    m_inspector->setEditable(!running);
}

void MainWindow::requestData(bool failed) {
    const std::uint64_t request = ++m_dataRequest;
    DataService* service = &m_run.data();
    if (!failed) {
        QtConcurrent::run([service, choice = m_loaded.data, seed = m_loaded.seed] { return service->prepare(choice, seed); })
            .then(this, [this, request](const Result<std::shared_ptr<const PreparedData>>& data) {
                if (request == m_dataRequest && data) m_data->showData(*data, QString());
            });
        return;
    }
    // A circuit that does not fit new data still has to be shown with the new sizes, so that it can be mended.
    QtConcurrent::run([service, choice = m_loaded.data] { return service->open(choice); })
        .then(this, [this, request](const Result<std::shared_ptr<const Dataset>>& raw) {
            if (request != m_dataRequest || !raw) return;
            adoptSchema((*raw)->schema);
            requestAppraisal();
        });
}

void MainWindow::adoptSchema(const DataSchema& schema) {
    if (schema == m_schema) return;
    m_schema = schema;
    refreshCircuit();
    refreshPanels();
}

void MainWindow::showSummary() {
    const Snapshot& s = m_run.snapshot();
    const std::size_t trained = s.layers ? s.layers->size() : 0;
    m_summary->setText((trained == 1 ? tr("1 layer") : tr("%1 layers").arg(trained)) + QStringLiteral("  ·  ") +
                       tr("%1 weights").arg(groupedNumber(static_cast<double>(m_appraisal.weights))) + QStringLiteral("  ·  ") +
                       tr("seed %1").arg(m_document.experiment().seed));
}

bool MainWindow::adoptLive() {
    const Experiment& now = m_document.experiment();
    const Snapshot& s = m_run.snapshot();
    // Before the first step every parameter belongs to the start.
    const bool begun = (s.step > 0 || s.state == RunState::Running) && s.state != RunState::Failed;
    Experiment reached = m_runsWith;
    reached.title = now.title;
    reached.notes = now.notes;
    struct Change {
        std::string scope, name;
        ParamValue value;
    };
    std::vector<Change> changes;
    const auto take = [&](const char* scope, const std::vector<ParamSpec>& specs, std::map<std::string, ParamValue>& from,
                          const std::map<std::string, ParamValue>& to) {
        for (const ParamSpec& spec : specs) {
            if (!spec.live) continue;
            const auto before = from.find(spec.name);
            const auto after = to.find(spec.name);
            const ParamValue value = after == to.end() ? spec.standard : after->second;
            if ((before == from.end() ? spec.standard : before->second) != value) changes.push_back({scope, spec.name, value});
            from.erase(spec.name);
            if (after != to.end()) from[spec.name] = value;
        }
    };
    const RuleDescription* rule = findRule(now.rule);
    if (begun && rule != nullptr && reached.rule == now.rule) take("rule", rule->params, reached.ruleParams, now.ruleParams);
    const OptimizerDescription* optimizer = findOptimizer(now.optimizer.id);
    if (begun && optimizer != nullptr && reached.optimizer.id == now.optimizer.id)
        take("optimizer", optimizer->params, reached.optimizer.held, now.optimizer.held);
    if (!(reached == now)) return false;
    for (const Change& c : changes) m_run.runner().setLive(c.scope, c.name, c.value);
    m_runsWith = now;
    return true;
}

void MainWindow::reload() {
    m_seenRun = 0;
    m_loaded = m_runsWith = m_document.experiment();
    m_run.load(m_document.experiment());
}

void MainWindow::reloadIfDue() {
    if (!m_reloadTimer.isActive()) return;
    m_reloadTimer.stop();
    reload();
}

void MainWindow::advance(RunUntil until) {
    reloadIfDue();
    m_run.runner().run(until);
}

void MainWindow::reset() {
    if (m_mode == Mode::Compare) {
        m_duel->reset();
        return;
    }
    reloadIfDue();
    // What was changed live belongs to the new start.
    if (m_loaded == m_runsWith)
        m_run.runner().reset();
    else
        reload();
}

void MainWindow::snapshotChanged() {
    const Snapshot& s = m_run.snapshot();
    m_transport->show(s);
    m_steps->show(s, s.layers ? s.rule : nullptr);
    m_schedule->setText(QString::fromStdString(s.schedule));
    m_fingerprint->setText(s.fingerprint.empty() ? QString::fromStdString(kernelClass()) : QString::fromStdString(s.fingerprint));
    const std::int64_t saved = m_document.checkpoint() ? m_document.checkpoint()->step : 0;
    if (s.layers && s.run > m_replacedAt && s.step != saved) m_document.markRunChanged();
    if (m_canvas->isVisible()) m_canvas->setNow(s.position ? s.position->operation : std::string());
    if (s.schema && s.run != m_seenRun) {
        m_seenRun = s.run;
        m_loadedOnce = true;
        adoptSchema(*s.schema);
        requestAppraisal();
        requestData(false);
        showSummary();
        std::vector<std::pair<int, std::string>> layers;
        if (s.groups)
            for (const Snapshot::UpdateGroup& group : *s.groups)
                if (group.layer >= 0 && (layers.empty() || layers.back().first != group.layer)) layers.emplace_back(group.layer, group.title);
        m_training->setLayers(layers);
    }
}

void MainWindow::runStateChanged() {
    const Snapshot& s = m_run.snapshot();
    const bool running = s.state == RunState::Running;
    showRunActions();
    refreshPanels();
    if (s.state == RunState::Failed) {
        say(QString::fromStdString(s.message), true);
        if (s.layers == nullptr) m_data->showData(nullptr, QString::fromStdString(s.message));
        requestData(true);
    } else if (running || s.state == RunState::Ready) {
        m_message->clear();
    }
}

void MainWindow::train() {
    if (m_mode == Mode::Compare) {
        if (m_duel->state() == RunState::Running) m_duel->pause();
        else m_duel->train();
        return;
    }
    if (m_run.snapshot().state == RunState::Running) {
        pause();
        return;
    }
    if (m_mode != Mode::Run) setMode(Mode::Run);
    advance({});
}

void MainWindow::pause() { m_run.runner().pause(); }

void MainWindow::stepLine() { m_lineAction->trigger(); }

void MainWindow::say(const QString& message, bool error) {
    m_message->setForegroundRole(error ? QPalette::BrightText : QPalette::PlaceholderText);  // roles follow the theme
    m_message->setText(message);
    m_message->setToolTip(message);
}

void MainWindow::updateTitle() {
    setWindowFilePath(m_document.path());
    setWindowTitle(m_document.title() + QStringLiteral("[*] - Forward Lab"));
    setWindowModified(m_document.isModified());
    m_title->setText(QStringLiteral("<b>%1</b>%2").arg(m_document.title().toHtmlEscaped(),
                                                      m_document.isModified() ? QStringLiteral("&nbsp;&nbsp;<span style='color:%1'>%2</span>")
                                                                                    .arg(Theme::current().mute.name(), tr("edited"))
                                                                              : QString()));
}

void MainWindow::setDark(bool dark) { setTheme(dark ? ThemeKind::Dark : ThemeKind::Light); }

void MainWindow::setTheme(ThemeKind kind) {
    Theme::set(kind);
    m_themeActions.at(kind)->setChecked(true);
}

void MainWindow::themeChanged() {
    m_themeActions.at(Theme::current().kind)->setChecked(true);
    const Theme& t = Theme::current();
    // One control of four parts: a frame around, the chosen part raised and coloured.
    m_modeSwitch->setStyleSheet(QStringLiteral("QWidget#modes { background: %1; border: 1px solid %2; border-radius: 8px; }"
                                               "QToolButton { border: 1px solid transparent; border-radius: 6px; padding: 3px 14px; color: %3; }"
                                               "QToolButton:hover { color: %4; background: transparent; }"
                                               "QToolButton:checked { background: %5; border-color: %6; color: %4; font-weight: 600; }"
                                               "QToolButton:focus { border-color: %6; }")
                                    .arg(t.background.name(), t.hairline.name(), t.mute.name(), t.ink.name(), t.tint.name(), t.selection.name()));
    // Tabs of docks: words on the panel, the open one underlined.
    setStyleSheet(QStringLiteral("QTabBar::tab { background: %1; color: %2; border: none; border-bottom: 2px solid transparent; padding: 5px 10px; }"
                                 "QTabBar::tab:hover { color: %3; }"
                                 "QTabBar::tab:selected { color: %3; border-bottom-color: %4; }")
                      .arg(t.panel.name(), t.mute.name(), t.ink.name(), t.selection.name()));
    refreshPanels();
    updateTitle();
}

LiveView* MainWindow::openView(const std::string& id, bool raise) {
    QDockWidget* d = dock(QStringLiteral("view-") + QString::fromStdString(id));
    if (d == nullptr) return nullptr;
    if (raise) {
        d->show();
        d->raise();
    }
    return m_liveViews.at(id);
}

QDockWidget* MainWindow::dock(const QString& name) const {
    const auto it = m_docks.find(name);
    return it == m_docks.end() ? nullptr : it->second;
}

}  // namespace lab
