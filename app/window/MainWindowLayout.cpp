// Actions, menus, bars and docks of the window, and its four layouts.
#include "app/window/MainWindow.h"

#include "app/window/CompareRun.h"
#include "app/window/RulePanel.h"
#include "app/window/SettingsPanel.h"
#include "app/window/StepPanel.h"
#include "app/window/TransportBar.h"
#include "core/document/Views.h"
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
#include "widgets/views/LiveView.h"

#include <QAction>
#include <QApplication>
#include <QActionGroup>
#include <QDockWidget>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QStackedWidget>
#include <QToolBar>
#include <QToolButton>
#include <QUndoView>
#include <QVBoxLayout>

namespace lab {

namespace {

// Grows when docks are added or renamed: an older stored layout is then ignored.
constexpr int kLayoutVersion = 4;

const char* const kModeNames[] = {"build", "rule", "run", "compare"};


QAction* makeAction(QObject* parent, const QString& text, const QString& toolTip, const QList<QKeySequence>& keys) {
    auto* action = new QAction(text, parent);
    action->setShortcuts(keys);
    action->setToolTip(keys.isEmpty() ? toolTip : toolTip + QStringLiteral("  (") + keys.first().toString(QKeySequence::NativeText) + QLatin1Char(')'));
    return action;
}

}  // namespace

void MainWindow::makeActions() {
    m_newAction = makeAction(this, tr("&New from gallery…"), tr("Templates, and experiments with a known outcome"), QKeySequence::keyBindings(QKeySequence::New));
    m_openAction = makeAction(this, tr("&Open…"), tr("A project, a circuit or a data file"), QKeySequence::keyBindings(QKeySequence::Open));
    m_saveAction = makeAction(this, tr("&Save"), tr("Experiment, weights and history in one file"), QKeySequence::keyBindings(QKeySequence::Save));
    m_saveAsAction = makeAction(this, tr("Save &as…"), tr("Save under another name"), QKeySequence::keyBindings(QKeySequence::SaveAs));
    m_exportAllAction = makeAction(this, tr("Export &all figures…"), tr("Every open view and the circuit, into one folder"), {QKeySequence(tr("Ctrl+Shift+E"))});
    m_exportCircuitAction = makeAction(this, tr("Export &circuit…"), tr("The diagram as SVG, PDF, PNG, TikZ or .ncd.json"), {QKeySequence(tr("Ctrl+E"))});
    m_exportWeightsAction = makeAction(this, tr("Export &weights…"), tr("All parameters as .npz, named as a PyTorch state_dict"), {});
    m_quitAction = makeAction(this, tr("&Quit"), tr("Leave Forward Lab"), QKeySequence::keyBindings(QKeySequence::Quit));
    m_undoAction = m_document.undoStack().createUndoAction(this, tr("Undo"));
    m_undoAction->setShortcuts(QKeySequence::keyBindings(QKeySequence::Undo));
    m_redoAction = m_document.undoStack().createRedoAction(this, tr("Redo"));
    m_redoAction->setShortcuts(QKeySequence::keyBindings(QKeySequence::Redo));

    m_trainAction = makeAction(this, tr("Train"), tr("Train, or pause"), {QKeySequence(Qt::Key_F5), QKeySequence(tr("Ctrl+Space"))});
    m_stepAction = makeAction(this, tr("Step"), tr("One batch"), {QKeySequence(Qt::Key_F6)});
    m_epochAction = makeAction(this, tr("Epoch"), tr("To the end of this epoch"), {QKeySequence(Qt::Key_F7)});
    m_sampleAction = makeAction(this, tr("Sample"), tr("To the next sample of the line of the equations that runs now"), {QKeySequence(tr("Ctrl+Alt+F6"))});
    m_lineAction = makeAction(this, tr("Line"), tr("To the next line of the equations, layer by layer"), {QKeySequence(tr("Ctrl+F6"))});
    m_phaseAction = makeAction(this, tr("Phase"), tr("To the next phase of the rule"), {QKeySequence(tr("Shift+F6"))});
    m_runToAction = makeAction(this, tr("Run to…"), tr("To a step that you choose"), {QKeySequence(tr("Ctrl+F7"))});
    m_resetAction = makeAction(this, tr("Reset"), tr("Back to the same start: same seed, same weights, same order"), {QKeySequence(Qt::SHIFT | Qt::Key_F5)});
    m_seedAction = makeAction(this, tr("New seed"), tr("Another start: other weights, another order"), {QKeySequence(tr("Ctrl+Shift+R"))});
    auto* themes = new QActionGroup(this);
    themes->setExclusionPolicy(QActionGroup::ExclusionPolicy::ExclusiveOptional);  // the dark one goes off by its key, too
    const struct { ThemeKind kind; QString text, tip; QList<QKeySequence> keys; } themeRows[] = {
        {ThemeKind::Light, tr("&Light theme"), tr("Dark on light"), {}},
        {ThemeKind::Dark, tr("&Dark theme"), tr("Light on dark"), {QKeySequence(tr("Ctrl+Shift+D"))}},
        {ThemeKind::HighContrast, tr("&High contrast"), tr("White and strong colours on black, every border drawn"), {}},
        {ThemeKind::Print, tr("&Print theme"), tr("Black on white without fills, as a paper's printer shows it"), {}}};
    for (const auto& row : themeRows) {
        QAction* action = makeAction(this, row.text, row.tip, row.keys);
        action->setCheckable(true);
        action->setChecked(row.kind == Theme::current().kind);
        themes->addAction(action);
        m_themeActions[row.kind] = action;
        connect(action, &QAction::triggered, this, [this, kind = row.kind](bool on) { setTheme(on ? kind : ThemeKind::Light); });
    }
    m_layoutAction = makeAction(this, tr("&Reset layout"), tr("Docks where they were at first"), {});
    m_keysAction = makeAction(this, tr("&Keys…"), tr("All keyboard shortcuts"), {QKeySequence(Qt::Key_F1)});
    m_aboutAction = makeAction(this, tr("&About Forward Lab"), tr("Version and licence"), {});

    auto* modes = new QActionGroup(this);
    const QString modeTexts[] = {tr("Build"), tr("Rule"), tr("Run"), tr("Compare")};
    const QString modeTips[] = {tr("Draw the circuit"), tr("Choose how it learns"), tr("Train and watch"), tr("Two rules side by side")};
    for (int i = 0; i < 4; ++i) {
        m_modeActions[static_cast<std::size_t>(i)] = makeAction(this, modeTexts[i], modeTips[i], {QKeySequence(QStringLiteral("Ctrl+%1").arg(i + 1))});
        QAction* action = m_modeActions[static_cast<std::size_t>(i)];
        action->setCheckable(true);
        modes->addAction(action);
        connect(action, &QAction::triggered, this, [this, i] { setMode(static_cast<Mode>(i)); });
        addAction(action);
    }
    connect(m_trainAction, &QAction::triggered, this, &MainWindow::train);
    connect(m_stepAction, &QAction::triggered, this, [this] { advance({RunUntil::Kind::Steps, 1}); });
    connect(m_epochAction, &QAction::triggered, this, [this] { advance({RunUntil::Kind::EpochEnd, 0}); });
    const std::pair<QAction*, RunUntil::Kind> inside[] = {
        {m_sampleAction, RunUntil::Kind::Sample}, {m_lineAction, RunUntil::Kind::Layer}, {m_phaseAction, RunUntil::Kind::Phase}};
    for (const auto& [action, kind] : inside)
        connect(action, &QAction::triggered, this, [this, kind = kind] {
            if (QDockWidget* steps = dock("steps")) {
                steps->show();
                steps->raise();
            }
            advance({kind, 0});
        });
    connect(m_runToAction, &QAction::triggered, this, [this] {
        const Snapshot& s = m_run.snapshot();
        bool ok = false;
        const int step = QInputDialog::getInt(this, tr("Run to a step"), tr("Step (there are %1 in an epoch):").arg(s.stepsPerEpoch),
                                              static_cast<int>(std::min<std::int64_t>(s.step + s.stepsPerEpoch, s.plannedSteps)), 1,
                                              static_cast<int>(std::min<std::int64_t>(s.plannedSteps, 2000000000)), 1, &ok);
        if (ok) advance({RunUntil::Kind::Step, step});
    });
    connect(m_resetAction, &QAction::triggered, this, &MainWindow::reset);
    connect(m_seedAction, &QAction::triggered, this, [this] {
        change(tr("New seed"), [](Experiment& e) { e.seed = e.seed % 2147483647u + 1; });
    });
    connect(m_layoutAction, &QAction::triggered, this, &MainWindow::resetLayout);
    connect(m_keysAction, &QAction::triggered, this, [this] {
        QString rows;
        for (const QAction* action : findChildren<QAction*>()) {
            if (action->shortcuts().isEmpty() || action->text().isEmpty()) continue;
            rows += QStringLiteral("<tr><td>%1&nbsp;&nbsp;&nbsp;</td><td>%2</td></tr>")
                        .arg(QString(action->text()).remove(QLatin1Char('&')).toHtmlEscaped(), action->shortcut().toString(QKeySequence::NativeText));
        }
        QMessageBox box(QMessageBox::NoIcon, tr("Keys"), QStringLiteral("<table>%1</table>").arg(rows), QMessageBox::Close, this);
        box.exec();
    });
    connect(m_aboutAction, &QAction::triggered, this, [this] {
        QMessageBox::about(this, tr("About Forward Lab"),
                           tr("<b>Forward Lab %1</b><p>A laboratory for learning without backpropagation.</p>"
                              "<p>Free software under the GNU General Public License, version 3 or later. No network access, ever.</p>")
                               .arg(QCoreApplication::applicationVersion()));
    });
    addActions({m_trainAction, m_sampleAction, m_lineAction, m_phaseAction, m_stepAction, m_epochAction, m_runToAction, m_resetAction, m_seedAction});
}

void MainWindow::makeTopBar() {
    auto* bar = new QToolBar(tr("Top bar"), this);
    bar->setObjectName(QStringLiteral("top"));
    bar->setMovable(false);
    bar->setFloatable(false);
    bar->toggleViewAction()->setEnabled(false);
    auto* host = new QWidget(bar);
    auto* row = new QHBoxLayout(host);
    row->setContentsMargins(14, 4, 14, 4);
    row->setSpacing(6);
    m_title = new QLabel(host);
    m_title->setMinimumWidth(170);
    row->addWidget(m_title);
    row->addStretch(1);
    m_modeSwitch = new QWidget(host);
    m_modeSwitch->setObjectName(QStringLiteral("modes"));
    m_modeSwitch->setAttribute(Qt::WA_StyledBackground);
    m_modeSwitch->setAccessibleName(tr("Mode"));
    auto* modes = new QHBoxLayout(m_modeSwitch);
    modes->setContentsMargins(2, 2, 2, 2);
    modes->setSpacing(2);
    for (QAction* action : m_modeActions) {
        auto* button = new QToolButton(m_modeSwitch);
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        // Wide enough for the semi-bold of the chosen one, so that nothing moves.
        button->setMinimumSize(84, 26);
        modes->addWidget(button);
    }
    row->addWidget(m_modeSwitch);
    row->addStretch(1);
    using Command = CircuitView::Command;
    for (const Command command : {Command::ToggleColumns, Command::ToggleSizes, Command::ToggleActivity, Command::ToggleRule, Command::ToggleCosts}) {
        auto* button = new QToolButton(host);
        button->setDefaultAction(m_canvas->action(command));
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setProperty("pill", true);
        row->addWidget(button);
    }
    row->addStretch(1);
    m_zoom = new QLabel(QStringLiteral("100 %"), host);
    m_zoom->setMinimumWidth(48);
    m_zoom->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    row->addWidget(m_zoom);
    auto* fit = new QToolButton(host);
    fit->setDefaultAction(m_canvas->action(Command::Fit));
    fit->setToolButtonStyle(Qt::ToolButtonTextOnly);
    fit->setText(tr("Fit"));
    fit->setProperty("flatBorder", true);
    row->addWidget(fit);
    m_trainButton = new QToolButton(host);
    m_trainButton->setDefaultAction(m_trainAction);
    m_trainButton->setToolButtonStyle(Qt::ToolButtonTextOnly);
    m_trainButton->setProperty("primary", true);
    m_trainButton->setMinimumSize(104, 30);
    row->addWidget(m_trainButton);
    bar->addWidget(host);
    host->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    addToolBar(Qt::TopToolBarArea, bar);

    m_transport = new TransportBar(m_stepAction, m_epochAction, m_runToAction, m_resetAction, m_seedAction, this);
    connect(m_transport, &TransportBar::speedChanged, this, [this](double speed) { m_run.runner().setSpeed(speed); });
    m_transportBar = new QToolBar(tr("Run"), this);
    m_transportBar->setObjectName(QStringLiteral("transport"));
    m_transportBar->setMovable(false);
    m_transportBar->setFloatable(false);
    m_transportBar->toggleViewAction()->setEnabled(false);  // every mode shows or hides it by itself
    m_transportBar->addWidget(m_transport);
    m_transport->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    addToolBar(Qt::BottomToolBarArea, m_transportBar);
    m_compare->setActions({m_trainAction, m_resetAction});

    // The middle: canvas and problem line, or the page of Compare.
    auto* work = new QWidget(this);
    auto* column = new QVBoxLayout(work);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_canvas, 1);
    column->addWidget(m_problems);
    m_center = new QStackedWidget(this);
    m_center->addWidget(work);
    m_center->addWidget(m_compare);
    setCentralWidget(m_center);
}

QDockWidget* MainWindow::addDock(const QString& name, const QString& title, QWidget* content, QWidget* header) {
    auto* d = new QDockWidget(title, this);
    d->setObjectName(name);
    d->setWidget(content);
    if (header != nullptr) {
        // The view's own row is the title bar: one line instead of two. It drags the dock; a double click floats it.
        auto* bar = new QWidget(d);
        auto* row = new QHBoxLayout(bar);
        row->setContentsMargins(0, 0, 6, 0);
        row->setSpacing(0);
        row->addWidget(header, 1);
        auto* close = new QToolButton(bar);
        close->setText(QStringLiteral("×"));
        close->setAutoRaise(true);
        close->setToolTip(tr("Close this view; the View menu brings it back"));
        close->setAccessibleName(tr("Close %1").arg(title));
        connect(close, &QToolButton::clicked, d, &QWidget::hide);
        row->addWidget(close);
        d->setTitleBarWidget(bar);
    }
    m_docks[name] = d;
    addDockWidget(Qt::RightDockWidgetArea, d);
    d->hide();
    return d;
}

void MainWindow::makeDocks() {
    addDock("palette", tr("Operations"), m_palette);
    addDock("outline", tr("Outline"), m_outline);
    connect(dock("outline"), &QDockWidget::visibilityChanged, this, &MainWindow::showOutline);
    addDock("inspector", tr("Inspector"), m_inspector);
    addDock("rule", tr("Learning rule"), m_rules);
    addDock("credit", tr("Credit"), m_credit);
    addDock("data", tr("Data"), m_data);
    addDock("training", tr("Training"), m_training);
    addDock("costs", tr("Costs"), m_costs);
    m_steps = new StepPanel({m_sampleAction, m_lineAction, m_phaseAction, m_stepAction, m_epochAction}, this);
    addDock("steps", tr("Slow motion"), m_steps);
    auto* history = new QUndoView(&m_document.undoStack(), this);
    history->setEmptyLabel(tr("As opened"));
    addDock("history", tr("History"), history);
    for (const ViewDescription& view : viewRegistry()) {
        auto* live = new LiveView(view.id, m_nextKey++, this);
        m_liveViews[view.id] = live;
        QDockWidget* d = addDock(QStringLiteral("view-") + QString::fromStdString(view.id), QString::fromStdString(view.title), live, live->header());
        // Behind another tab a dock counts as visible; its view must not, or it would have probes taken that nobody sees.
        connect(d, &QDockWidget::visibilityChanged, live, [live](bool seen) { live->setCovered(!seen); });
        m_run.add(live);
        connect(live, &LiveView::exportRequested, this, &MainWindow::exportFigure);
        connect(live, &LiveView::copyRequested, this, &MainWindow::copyFigure);
    }
}

void MainWindow::makeMenus() {
    using Command = CircuitView::Command;
    QMenu* file = menuBar()->addMenu(tr("&File"));
    file->addAction(m_newAction);
    file->addAction(m_openAction);
    m_recent = file->addMenu(tr("Open &recent"));
    connect(m_recent, &QMenu::aboutToShow, this, &MainWindow::fillRecent);
    file->addSeparator();
    file->addActions({m_saveAction, m_saveAsAction});
    file->addSeparator();
    file->addActions({m_exportCircuitAction, m_exportAllAction, m_exportWeightsAction});
    file->addSeparator();
    file->addAction(m_quitAction);

    QMenu* edit = menuBar()->addMenu(tr("&Edit"));
    edit->addActions({m_undoAction, m_redoAction});
    edit->addSeparator();
    for (const Command c : {Command::Cut, Command::Copy, Command::Paste, Command::Duplicate, Command::Delete, Command::DeleteWithoutHealing})
        edit->addAction(m_canvas->action(c));
    edit->addSeparator();
    for (const Command c : {Command::SelectAll, Command::SelectNone, Command::Find}) edit->addAction(m_canvas->action(c));

    QMenu* circuit = menuBar()->addMenu(tr("&Circuit"));
    for (const Command c : {Command::QuickAdd, Command::Replace, Command::Rename, Command::EditSize, Command::SelectWire, Command::Connect,
                            Command::MoveEnd, Command::Join, Command::CopyBranch, Command::Bypass, Command::ShowArithmetic, Command::PinBead})
        circuit->addAction(m_canvas->action(c));
    QMenu* blocks = circuit->addMenu(tr("&Blocks"));
    for (const Command c : {Command::Group, Command::Ungroup, Command::ToggleBlock, Command::StepIn, Command::StepOut, Command::MakeBlock,
                            Command::MorePasses, Command::FewerPasses, Command::MoveIntoBlock, Command::MoveOutOfBlock})
        blocks->addAction(m_canvas->action(c));
    for (const Command c : {Command::Residual, Command::MoveLeft, Command::MoveRight, Command::LaneUp,
                            Command::LaneDown, Command::Tidy, Command::NextProblem, Command::PreviousProblem})
        circuit->addAction(m_canvas->action(c));
    circuit->addSeparator();
    for (const Command c : {Command::ToggleColumns, Command::ToggleSizes, Command::ToggleActivity, Command::ToggleRule, Command::ToggleCosts,
                            Command::ToggleBatch, Command::ToggleMinimap})
        circuit->addAction(m_canvas->action(c));

    QMenu* run = menuBar()->addMenu(tr("&Run"));
    run->addActions({m_trainAction, m_stepAction, m_epochAction, m_runToAction});
    QMenu* slow = run->addMenu(tr("Slow &motion"));
    slow->addActions({m_sampleAction, m_lineAction, m_phaseAction});
    run->addSeparator();
    run->addActions({m_resetAction, m_seedAction});

    m_viewMenu = menuBar()->addMenu(tr("&View"));
    for (QAction* action : m_modeActions) m_viewMenu->addAction(action);
    m_viewMenu->addSeparator();
    std::map<std::string, QMenu*> groups;
    for (const ViewDescription& view : viewRegistry()) {
        QMenu*& group = groups[view.group];
        if (group == nullptr) group = m_viewMenu->addMenu(QString::fromStdString(view.group));
        QAction* toggle = dock(QStringLiteral("view-") + QString::fromStdString(view.id))->toggleViewAction();
        toggle->setToolTip(QString::fromStdString(view.summary));
        group->addAction(toggle);
    }
    QAction* fluent = m_viewMenu->addAction(tr("&Fluent views while training"));
    fluent->setCheckable(true);
    fluent->setToolTip(tr("Every open view moves at every frame, whatever that costs the training. Otherwise views take turns, "
                          "so that they use at most a few per cent of this machine."));
    fluent->setStatusTip(fluent->toolTip());
    fluent->setChecked(!m_options.safe && QSettings().value("views/fluent", false).toBool());
    m_run.setLimited(!fluent->isChecked());
    connect(fluent, &QAction::toggled, this, [this](bool on) {
        m_run.setLimited(!on);
        if (!m_options.safe) QSettings().setValue("views/fluent", on);
    });
    QMenu* panels = m_viewMenu->addMenu(tr("Panels"));
    for (const char* name : {"palette", "outline", "inspector", "rule", "credit", "data", "training", "steps", "costs", "history"}) panels->addAction(dock(name)->toggleViewAction());
    m_viewMenu->addSeparator();
    for (const Command c : {Command::Fit, Command::FitSelection, Command::ZoomIn, Command::ZoomOut, Command::ActualSize}) m_viewMenu->addAction(m_canvas->action(c));
    m_viewMenu->addSeparator();
    QMenu* theme = m_viewMenu->addMenu(tr("&Theme"));
    for (const auto& [kind, action] : m_themeActions) theme->addAction(action);
    m_viewMenu->addAction(m_layoutAction);

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    help->addActions({m_keysAction, m_aboutAction});
}

void MainWindow::defaultLayout(Mode mode) {
    // Every dock is taken out first: what a user (or another mode) has tabbed and split leaves no trace.
    for (const auto& [name, d] : m_docks) {
        d->setFloating(false);
        removeDockWidget(d);
    }
    const auto place = [&](const char* name, Qt::DockWidgetArea area) {
        QDockWidget* d = dock(QString::fromUtf8(name));
        if (d == nullptr) return d;
        addDockWidget(area, d);
        d->show();
        return d;
    };
    const auto tab = [&](QDockWidget* first, const char* name) {
        QDockWidget* d = dock(QString::fromUtf8(name));
        if (first == nullptr || d == nullptr) return;
        addDockWidget(dockWidgetArea(first), d);
        tabifyDockWidget(first, d);
        d->show();
    };
    switch (mode) {
        case Mode::Build: {
            QDockWidget* palette = place("palette", Qt::LeftDockWidgetArea);
            QDockWidget* inspector = place("inspector", Qt::RightDockWidgetArea);
            tab(palette, "outline");
            palette->raise();
            QDockWidget* costs = place("costs", Qt::BottomDockWidgetArea);
            resizeDocks({palette, inspector}, {228, 292}, Qt::Horizontal);
            resizeDocks({costs}, {140}, Qt::Vertical);
            break;
        }
        case Mode::Rule: {
            QDockWidget* rule = place("rule", Qt::LeftDockWidgetArea);
            QDockWidget* data = place("data", Qt::RightDockWidgetArea);
            tab(data, "training");
            tab(data, "steps");
            tab(data, "credit");
            if (QDockWidget* training = dock("training")) training->raise();
            resizeDocks({rule, data}, {384, 310}, Qt::Horizontal);
            break;
        }
        case Mode::Run: {
            // Two rows of views around a flat canvas: what every rule has comes first, the rest is one tab away.
            QDockWidget* curves = place("view-curves", Qt::BottomDockWidgetArea);
            QDockWidget* ledger = place("view-ledger", Qt::BottomDockWidgetArea);
            splitDockWidget(curves, ledger, Qt::Horizontal);
            QDockWidget* right = place("view-inputs", Qt::RightDockWidgetArea);
            QDockWidget* pca = place("view-pca", Qt::RightDockWidgetArea);
            splitDockWidget(right, pca, Qt::Vertical);
            tab(curves, "view-alignment");
            tab(curves, "view-reads");
            tab(ledger, "view-values");
            tab(ledger, "view-probe");
            tab(ledger, "view-dimension");
            tab(right, "view-confusion");
            tab(right, "view-weights");
            tab(right, "steps");
            tab(pca, "view-cka");
            tab(pca, "view-rdm");
            curves->raise();
            ledger->raise();
            right->raise();
            pca->raise();
            // Sizes are given once the window has laid the docks out; given now, they would be overruled by size hints.
            QTimer::singleShot(0, this, [this, curves, ledger, right, pca] {
                if (m_mode != Mode::Run) return;
                const int width = std::max(this->width(), 1000);
                const int height = std::max(this->height(), 600);
                resizeDocks({right}, {width * 34 / 100}, Qt::Horizontal);
                resizeDocks({curves}, {height * 47 / 100}, Qt::Vertical);
                resizeDocks({curves, ledger}, {width * 33 / 100, width * 33 / 100}, Qt::Horizontal);
                resizeDocks({right, pca}, {height * 48 / 100, height * 36 / 100}, Qt::Vertical);
                m_canvas->fit();
            });
            break;
        }
        case Mode::Compare: break;
    }
    // The others have a place too, for when the menu shows them.
    for (const auto& [name, d] : m_docks) {
        if (dockWidgetArea(d) != Qt::NoDockWidgetArea) continue;
        addDockWidget(Qt::RightDockWidgetArea, d);
        d->hide();
    }
}

void MainWindow::setMode(Mode mode) {
    if (m_mode != mode && isVisible()) storeLayout();
    m_mode = mode;
    m_modeActions[static_cast<std::size_t>(mode)]->setChecked(true);
    m_center->setCurrentIndex(mode == Mode::Compare ? 1 : 0);
    if (mode == Mode::Compare) {
        m_compare->setCircuit(m_document.experiment().circuit, m_sizes);
        compareRules();
    }
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    setCorner(Qt::BottomLeftCorner, mode == Mode::Run ? Qt::BottomDockWidgetArea : Qt::LeftDockWidgetArea);
    restoreStoredLayout(mode);
    m_transportBar->setVisible(mode != Mode::Compare);  // its buttons are the experiment's
    m_duel->setWatched(mode == Mode::Compare);
    showRunActions();
    DiagramToggles toggles = m_canvas->toggles();
    toggles.rule = mode == Mode::Rule || mode == Mode::Compare;
    toggles.activity = mode == Mode::Run;
    toggles.costs = mode == Mode::Build;
    m_canvas->setToggles(toggles);
    QTimer::singleShot(0, m_canvas, [this] { m_canvas->fit(); });
}

void MainWindow::storeLayout() { m_layouts[m_mode] = saveState(kLayoutVersion); }

void MainWindow::restoreStoredLayout(Mode mode) {
    const QByteArray known = m_layouts.count(mode) > 0 ? m_layouts[mode]
                             : m_options.safe          ? QByteArray()
                                                       : QSettings().value(QStringLiteral("layout/") + QString::fromUtf8(kModeNames[static_cast<int>(mode)])).toByteArray();
    if (!known.isEmpty() && restoreState(known, kLayoutVersion)) return;
    defaultLayout(mode);
}

void MainWindow::resetLayout() {
    m_layouts.clear();
    if (!m_options.safe) QSettings().remove("layout");
    defaultLayout(m_mode);
    m_canvas->fit();
}

QByteArray MainWindow::layoutState() const {
    return QByteArray(1, static_cast<char>('0' + static_cast<int>(m_mode))) + saveState(kLayoutVersion);
}

void MainWindow::restoreLayout(const QByteArray& state) {
    // Out of a file: a layout of another version or none at all leaves the present one.
    const int mode = state.isEmpty() ? -1 : state.front() - '0';
    if (mode < 0 || mode > static_cast<int>(Mode::Compare)) return;
    setMode(static_cast<Mode>(mode));
    static_cast<void>(restoreState(state.mid(1), kLayoutVersion));
}

}  // namespace lab
