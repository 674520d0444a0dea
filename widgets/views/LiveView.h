// One open view, ready for a dock: selectors made from the view's parameters, pause, export, and the figure itself. It
// shows what it is given and says what it wants; it computes nothing and opens no file.
#pragma once

#include "core/document/FigureWorker.h"

#include <QWidget>

#include <memory>

class QToolButton;

namespace lab {

class FigureWidget;

class LiveView : public QWidget {
    Q_OBJECT
public:
    // `view` is an id of viewRegistry(); `key` identifies this view towards the FigureWorker.
    LiveView(const std::string& view, int key, QWidget* parent = nullptr);
    ~LiveView() override;

    const std::string& viewId() const;
    int key() const;
    QString title() const;

    // What the engine must record for this view: nothing while it is hidden or paused.
    ProbeRequest needs() const;
    // True while the view wants new figures.
    bool live() const;
    // Appends this view's request to `requests` while it is live; returns whether it did.
    bool addRequest(std::vector<FigureWorker::Request>& requests) const;
    // A figure from the worker; ignored unless it carries this view's key. Shown at once, unless the view is paused.
    void accept(const FigureWorker::Built& built);

    // Held values of the parameters (for layouts in project files).
    const std::map<std::string, ParamValue>& params() const;
    void setParams(const std::map<std::string, ParamValue>& held);

    bool paused() const;
    void setPaused(bool paused);

    std::shared_ptr<const Figure> figure() const;
    FigureWidget* figureWidget() const;
    // Behind another tab a dock's content counts as visible; the window says when it is not seen.
    void setCovered(bool covered);
    // The row with title, choices, pause and export: a dock may take it as its title bar.
    QWidget* header() const;

signals:
    // needs() or the request changed: shown, hidden, paused, another choice.
    void wantsChanged();
    void paramsChanged();
    // The user asks for a file; extension is "svg", "pdf", "png" or "csv".
    void exportRequested(std::shared_ptr<const Figure> figure, const QString& extension);
    void copyRequested(std::shared_ptr<const Figure> figure);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace lab
