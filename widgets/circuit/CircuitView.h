// The canvas: a circuit drawn as a neural circuit diagram, and everything one can do to it by mouse and keyboard.
// It owns no document: it shows what setCircuit hands in and asks for changes through changeRequested.
#pragma once

#include "core/circuit/CircuitEdits.h"
#include "core/rules/RuleDescription.h"
#include "widgets/circuit/CircuitSvg.h"
#include "widgets/circuit/CreditView.h"

#include <QImage>
#include <QStringList>
#include <QWidget>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

class QAction;
class QLineEdit;
class QMenu;
class QVariantAnimation;

namespace lab {

class Breadcrumb;
class FixPopup;
class QuickAddLine;

// The clipboard's text form; the widgets do not know files, so the window hands both directions in.
struct CircuitTextForm {
    std::function<std::string(const Circuit&)> write;
    std::function<Result<Circuit>(const std::string&)> read;
};

class CircuitView : public QWidget {
    Q_OBJECT
public:
    // One entry per command of the editor; the window places them into menus and bars. Shortcuts are set.
    enum class Command {
        Cut, Copy, Paste, Duplicate, Delete, DeleteWithoutHealing, SelectAll, SelectNone, Group, Ungroup, Residual,
        MoveLeft, MoveRight, LaneUp, LaneDown, MoveIntoBlock, MoveOutOfBlock, ToggleBlock, StepIn, StepOut, MakeBlock, MorePasses, FewerPasses,
        Bypass, CopyBranch, ShowArithmetic, PinBead, Tidy, Replace, Connect, MoveEnd, Join,
        SelectWire, EditSize, Find, Rename, QuickAdd, NextProblem, PreviousProblem, Fit, FitSelection, ZoomIn, ZoomOut, ActualSize,
        ToggleColumns, ToggleSizes, ToggleActivity, ToggleRule, ToggleCosts, ToggleBatch, ToggleMinimap
    };

    explicit CircuitView(QWidget* parent = nullptr);
    ~CircuitView() override;

    // Shows this circuit with these sizes. The selection keeps what still exists.
    void setCircuit(const Circuit& circuit, const SizeSolution& sizes);
    const Circuit& circuit() const { return m_circuit; }
    const SizeSolution& sizes() const { return m_sizes; }
    void setTextForm(CircuitTextForm form) { m_textForm = std::move(form); }

    // Marks of the rule, drawn while the Rule toggle is on. Proposals belong to the marks that they answer: other marks end them.
    void setRuleMarks(const std::vector<Mark>& marks);
    // Marks that somebody wants to try: drawn outlined beside the rule's own, and counted by credit().
    void propose(const CreditProposal& proposal);
    void withdraw(int proposal);
    const std::vector<CreditProposal>& proposals() const { return m_proposals; }
    // Everything of a run that the diagram can show, from LiveFeed. Repaints only what is visible and switched on.
    void setLive(const LiveValues& live);
    const LiveValues& live() const { return m_live; }
    // Histograms on the wires, drawn with the glow; a click pins one, a second click lets it go.
    void setBeads(std::map<std::string, Bead> beads);
    std::string pinnedBead() const { return m_pinned; }
    // Room for the marks of another rule, so that both pictures lie alike; marks that it does not have are outlined.
    void setCompared(const std::vector<Mark>& other);
    // What the marks mean for credit; the loss whose plate was clicked is chosen (-1: none).
    const CreditReport& credit() const { return m_credit; }
    int chosenLoss() const { return m_loss; }
    // Stepping: everything behind this operation has not happened yet and is veiled; "" = no line.
    void setNow(const std::string& operation);
    std::string now() const { return m_now; }
    void chooseLoss(int mark);
    // While false (a run in progress) the view selects, zooms and shows but asks for no change.
    void setEditable(bool editable);
    bool editable() const { return m_editable; }

    const DiagramToggles& toggles() const { return m_toggles; }
    void setToggles(const DiagramToggles& toggles);

    std::vector<std::string> selection() const { return m_selection; }  // operations and groups
    std::string selectedWire() const { return m_selectedWire; }
    void setSelection(const std::vector<std::string>& ids);
    void selectWire(const std::string& wire);
    // Selects an operation or block, or else a wire, and moves it into the view.
    void showPlace(const std::string& item, const std::string& wire);
    // Closes or opens a block in place: one named change.
    void setBlockOpen(const std::string& group, bool open);
    // Shows the inside of a block, the rest veiled, under a line that leads back; "" = the whole circuit. Changes no document.
    void stepInto(const std::string& group);
    void stepOut();
    std::string inside() const { return m_inside; }
    QString place() const;  // "Circuit › encoder › layer"; empty at the top

    double zoom() const { return m_scale; }
    void setZoom(double factor);  // about the centre of the view
    void fit();
    // The same part of the scene at the same zoom as another canvas.
    void showAs(const CircuitView& other);
    // Selects and shows the wire or operation of this problem, with its fixes; index into sizes().problems.
    void showProblem(int index);
    void openQuickAdd(const QString& text = QString());
    // Only what fits on a branch of this wire.
    void openFitting(const std::string& wire, QPointF at);
    // A field on the label: a number, an expression, a name or "?".
    void openSizeEditor(const std::string& wire, const std::string& axis);
    QLineEdit* sizeEditor() const { return m_sizeEditor; }
    // Items move to their new places in 160 ms; off where the desktop asks for less motion.
    void setAnimated(bool on) { m_animated = on; }
    bool animating() const;
    // Letters that stand on the targets while a wire is led by keyboard; empty otherwise.
    std::vector<std::pair<QString, std::string>> targets() const { return m_targets; }
    // Adds a preset after the selection, or on the selected wire.
    void addPreset(const QString& word);

    QAction* action(Command command) const;

    // What lies at this point of the widget; what dropping a preset there asks for.
    DiagramHit hitAt(QPointF widget) const;
    void dropPreset(const QString& word, QPointF widget);

    // The diagram as it is on screen (toggles included), for export and clipboard.
    CircuitFigureOptions figureOptions() const;  // `live` points into this view: good until the next setLive
    QByteArray toSvg() const;
    QImage toImage(double scale) const;
    const DiagramLayout& diagramLayout() const { return m_scene.layout(); }
    QPointF toWidget(QPointF scene) const;
    QPointF toScene(QPointF widget) const;

    QSize sizeHint() const override { return {900, 560}; }
    QSize minimumSizeHint() const override { return {320, 220}; }

signals:
    void changeRequested(const lab::CircuitChange& change);
    void selectionChanged(const QStringList& ids);
    void messageShown(const QString& text);
    void togglesChanged();
    void zoomChanged(double factor);
    void editRequested(const QString& operation);  // double click or Enter: the inspector takes the focus
    void viewportMoved();                          // pan or zoom: strips below the canvas follow
    void creditChanged();                          // marks or circuit changed: credit() is new
    void activityRequested(const QString& wire);   // double click on a bead, or Enter on the wire: how its layer is active
    void arithmeticRequested(const QString& operation, QPoint at);  // what one of its units computes, in numbers; `at` in the widget

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    bool focusNextPrevChild(bool next) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    bool event(QEvent* event) override;

private:
    enum class Gesture { None, Pan, RubberBand, PressOnItem, Minimap, Wire, Lane, Stretch, Repeat };
    // What leading a wire somewhere means.
    enum class Lead { Branch, Move, All, Join };
    enum class Asking { Add, Fitting, Replace, Find, BlockName };

    void pressWire(const DiagramHit& hit, QPointF scene, Qt::KeyboardModifiers modifiers);
    void leadWire(QPointF widget);
    void dropWire(QPointF widget);
    bool cancelGesture();
    Result<CircuitChange> leadTo(const std::string& operation) const;
    void markLegalTargets();
    void startLeading(Lead lead);
    bool chooseTarget(const QString& letter);
    void askForMerge(const std::string& first, const std::string& second, QPointF at);
    void paintLead(QPainter& painter) const;
    void paintTargets(QPainter& painter) const;
    void ask(Asking what, const QString& text, std::optional<QPointF> at);
    void answer(const QString& line);
    std::vector<std::string> offer(const std::string& line) const;
    std::vector<std::string> matches(const std::string& text) const;
    void commitSize();
    void placeSizeEditor();
    void moveSelection(QPointF widget);
    std::string selectedBlock() const;
    void showBreadcrumb();
    Circuit seenFromInside() const;
    void paintInside(QPainter& painter) const;
    Result<CircuitChange> blockNamed(const std::string& name) const;
    Result<CircuitChange> blockAt(const std::string& name, const DiagramHit& hit) const;
    Result<CircuitChange> passes(const std::string& group, int count) const;
    void changePasses(int by);
    std::string repeatHandleAt(QPointF scene) const;
    int passesWanted() const;
    void dropRepeat();
    void paintRepeatHandle(QPainter& painter) const;
    void bypassSelection();
    void copyBranch();
    void showArithmetic();
    std::string beadAt(QPointF scene) const;
    void pinBead(const std::string& wire);
    std::string wireForKeyboard() const;
    QMenu* contextMenu(const DiagramHit& hit);

    void makeActions();
    void run(Command command);
    void relayout();
    void gatherMarks();
    void request(const Result<CircuitChange>& change);
    void changeSelection(std::vector<std::string> ids, const std::string& wire);
    void walk(int step);
    void walkAlong(int direction);
    void walkLane(int direction);
    void ensureVisible(const QRectF& sceneRect);
    void zoomAbout(QPointF widget, double factor);
    void fitRect(const QRectF& scene);
    void copySelection();
    void pasteClipboard();
    // What a drop of this preset at this hit would make.
    Result<CircuitChange> dropResult(const QString& word, const DiagramHit& hit) const;
    void updateGhost(QPointF widget, const QString& word);
    void clearGhost();
    std::string mainWireEnd() const;
    void paintMinimap(QPainter& painter) const;
    void paintBackdrop(QPainter& painter) const;
    void paintGhost(QPainter& painter) const;
    void paintNow(QPainter& painter) const;
    QRectF minimapRect() const;
    void moveByMinimap(QPointF widget);
    DiagramPaint paintState() const;
    QString toolTipAt(QPointF scene) const;
    QString creditTip(const Operation& op) const;
    std::string anchorForAdding() const;
    void updateAccessible();
    void placeQuickAdd();
    void closePopups();

    Circuit m_circuit;
    SizeSolution m_sizes;
    DiagramScene m_scene;
    DiagramToggles m_toggles;
    CircuitTextForm m_textForm;
    bool m_editable = true;
    bool m_everFitted = false;
    bool m_minimap = true;

    std::vector<std::string> m_selection;
    std::string m_selectedWire;
    std::map<Command, QAction*> m_actions;

    double m_scale = 1.0;
    QPointF m_offset;  // widget position of the scene's origin
    Gesture m_gesture = Gesture::None;
    QPointF m_pressed, m_last;
    QRectF m_band;
    bool m_space = false;
    bool m_userMoved = false;

    // While a tile is dragged: the diagram as the drop would leave it.
    bool m_ghost = false;
    DiagramHit m_ghostHit;
    DiagramScene m_ghostScene;
    std::vector<std::string> m_ghostNew;
    QString m_ghostText;
    int m_problem = -1;
    std::vector<Mark> m_marks;       // the rule's, then those proposed
    std::vector<Mark> m_ruleMarks;
    std::vector<CreditProposal> m_proposals;
    LiveValues m_live;
    std::map<std::string, Bead> m_beads;
    std::string m_pinned;
    std::string m_now;
    CreditReport m_credit;
    std::vector<Mark> m_otherMarks;
    bool m_compared = false;
    std::set<int> m_outlined;
    int m_loss = -1;

    QuickAddLine* m_quickAdd = nullptr;
    FixPopup* m_fixes = nullptr;
    QLineEdit* m_sizeEditor = nullptr;
    std::string m_editedWire, m_editedAxis;

    // A wire being led by pointer or keyboard.
    std::string m_leadWire, m_selectedAxis;
    Lead m_lead = Lead::Branch;
    bool m_leading = false;
    QPointF m_leadFrom, m_leadAt;  // scene, widget
    std::map<std::string, bool> m_legal;
    std::vector<std::pair<QString, std::string>> m_targets;
    QString m_typed;
    bool m_swallowMenu = false;
    int m_stretchRank = -1;
    std::string m_repeatGroup;  // whose passes are being dragged
    std::string m_inside;
    Breadcrumb* m_breadcrumb = nullptr;

    Asking m_asking = Asking::Add;
    std::string m_askWire;
    std::vector<std::string> m_fitting, m_recent;
    std::optional<QPointF> m_askAt;
    bool m_animated = true;
    QVariantAnimation* m_motion = nullptr;
};

}  // namespace lab
