// The window: wiring only. Canvas in the middle, docks around it, four modes that are four layouts of the same docks.
#pragma once

#include "app/window/Appraisal.h"
#include "app/window/Document.h"
#include "app/window/Recovery.h"
#include "app/window/RunController.h"
#include "core/circuit/SizeSolver.h"
#include "core/data/Dataset.h"
#include "widgets/circuit/LiveValues.h"
#include "widgets/common/Theme.h"

#include <QMainWindow>
#include <QTimer>

#include <array>
#include <map>

class QDockWidget;
class QLabel;
class QMenu;
class QStackedWidget;
class QToolBar;
class QToolButton;

namespace lab {

class CircuitView;
class ComparePane;
class CompareRun;
class OutlineView;
class CostStrip;
class CreditView;
class DataPanel;
class InspectorView;
class LiveView;
class PaletteView;
class ProblemBar;
class RulePanel;
class TrainingPanel;
class StepPanel;
class TransportBar;
class UnitPopover;

enum class Mode { Build, Rule, Run, Compare };

struct WindowOptions {
    bool safe = false;      // default layout, no stored settings
    bool recover = true;    // offer what a crash left behind
};

class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(const WindowOptions& options = {}, QWidget* parent = nullptr);
    ~MainWindow() override;

    void startWith(const Experiment& experiment);
    bool openFile(const QString& path);          // project, circuit or data, by what it is
    bool saveTo(const QString& path);
    void setMode(Mode mode);
    Mode mode() const { return m_mode; }
    void setDark(bool dark);
    void setTheme(ThemeKind kind);
    void train();
    void pause();
    void stepLine();                             // to the next line of the rule's equations

    Document& document() { return m_document; }
    RunController& run() { return m_run; }
    CircuitView* canvas() const { return m_canvas; }
    LiveView* openView(const std::string& id, bool raise = true);
    // Writes every open view that has a figure, and the circuit, into `folder`; returns the files.
    QStringList exportAll(const QString& folder, const QString& extension);
    QDockWidget* dock(const QString& name) const;
    void resetLayout();
    void offerRecovery();

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void makeActions();
    void makeTopBar();
    void makeDocks();
    void makeMenus();
    void connectAll();
    void connectFileActions();
    QDockWidget* addDock(const QString& name, const QString& title, QWidget* content, QWidget* header = nullptr);
    void defaultLayout(Mode mode);
    void storeLayout();
    void restoreStoredLayout(Mode mode);

    void documentChanged(bool circuit);
    void refreshCircuit();
    void refreshPanels();
    void reload();                               // the run that belongs to the document
    void reloadIfDue();
    bool adoptLive();                            // hands live changes to the run; false: it has to begin anew
    void advance(RunUntil until);
    void reset();
    void themeChanged();
    void snapshotChanged();
    void runStateChanged();
    void updateTitle();
    void requestAppraisal();                     // of the circuit as it is now, in the background
    void requestData(bool failed);               // what the data panel shows of them, in the background
    void showSummary();
    void compareRules();                         // appraises the two rules of the Compare page, in the background
    void loadDuel();                             // the two runs of that page, once both rules are known to fit
    void showRunActions();                       // words and keys of Train and its kin, for what they act on now
    void showOutline();
    void askUnit(const QString& operation, int unit, int sample);  // its arithmetic, from a copy of the weights, in the background
    void adoptSchema(const DataSchema& schema);
    void change(const QString& title, const std::function<void(Experiment&)>& edit, int mergeKey = 0);
    void exportFigure(std::shared_ptr<const Figure> figure, const QString& extension);
    void copyFigure(std::shared_ptr<const Figure> figure);
    void say(const QString& message, bool error = false);
    bool confirmDiscard();
    void rememberRecent(const QString& path);
    void fillRecent();
    void autosave();
    QByteArray layoutState() const;              // with the mode that it belongs to
    void restoreLayout(const QByteArray& state);
    bool save();
    bool saveAs();

    WindowOptions m_options;
    Document m_document;
    RunController m_run;
    std::unique_ptr<Recovery> m_recovery;
    SizeSolution m_sizes;
    Appraisal m_appraisal;            // of an earlier state of the document while the next one is under way
    bool m_appraising = false;
    bool m_appraiseAgain = false;
    std::uint64_t m_dataRequest = 0;  // the newest one: answers to older ones are dropped
    DataSchema m_schema;              // of the data that the engine has loaded; no shape = none yet
    bool m_loadedOnce = false;
    std::uint64_t m_seenRun = 0;
    std::uint64_t m_replacedAt = 0;   // the engine's run when another document came: its pictures are of the old one
    Experiment m_loaded;              // what the engine was given at the start of the run
    Experiment m_runsWith;            // the same with the live changes since
    QTimer m_reloadTimer;
    QTimer m_autosaveTimer;
    Mode m_mode = Mode::Run;
    std::map<Mode, QByteArray> m_layouts;

    CircuitView* m_canvas = nullptr;
    QStackedWidget* m_center = nullptr;
    PaletteView* m_palette = nullptr;
    InspectorView* m_inspector = nullptr;
    RulePanel* m_rules = nullptr;
    DataPanel* m_data = nullptr;
    TrainingPanel* m_training = nullptr;
    CostStrip* m_costs = nullptr;
    ComparePane* m_compare = nullptr;
    OutlineView* m_outline = nullptr;
    CreditView* m_credit = nullptr;
    LiveFeed m_feed;
    CompareRun* m_duel = nullptr;
    std::array<LiveFeed, 2> m_duelFeeds;
    std::array<std::vector<Mark>, 2> m_duelMarks;
    std::array<std::uint64_t, 2> m_compareRequest{};
    ProblemBar* m_problems = nullptr;
    TransportBar* m_transport = nullptr;
    QToolBar* m_transportBar = nullptr;
    StepPanel* m_steps = nullptr;
    UnitPopover* m_unit = nullptr;
    std::uint64_t m_unitRequest = 0;
    QLabel* m_title = nullptr;
    QLabel* m_message = nullptr;
    QLabel* m_summary = nullptr;
    QLabel* m_schedule = nullptr;
    QLabel* m_fingerprint = nullptr;
    QLabel* m_zoom = nullptr;
    QToolButton* m_trainButton = nullptr;
    QWidget* m_modeSwitch = nullptr;
    QMenu* m_recent = nullptr;
    QMenu* m_viewMenu = nullptr;
    std::map<QString, QDockWidget*> m_docks;
    std::map<std::string, LiveView*> m_liveViews;
    int m_nextKey = 1;

    QAction* m_newAction = nullptr;
    QAction* m_openAction = nullptr;
    QAction* m_saveAction = nullptr;
    QAction* m_saveAsAction = nullptr;
    QAction* m_exportAllAction = nullptr;
    QAction* m_exportCircuitAction = nullptr;
    QAction* m_exportWeightsAction = nullptr;
    QAction* m_quitAction = nullptr;
    QAction* m_undoAction = nullptr;
    QAction* m_redoAction = nullptr;
    QAction* m_trainAction = nullptr;
    QAction* m_stepAction = nullptr;
    QAction* m_epochAction = nullptr;
    QAction* m_sampleAction = nullptr;   // these three stand still inside a step
    QAction* m_lineAction = nullptr;
    QAction* m_phaseAction = nullptr;
    QAction* m_runToAction = nullptr;
    QAction* m_resetAction = nullptr;
    QAction* m_seedAction = nullptr;
    std::map<ThemeKind, QAction*> m_themeActions;
    QAction* m_layoutAction = nullptr;
    QAction* m_keysAction = nullptr;
    QAction* m_aboutAction = nullptr;
    std::array<QAction*, 4> m_modeActions{};
};

}  // namespace lab
