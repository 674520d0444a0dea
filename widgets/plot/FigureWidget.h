// Draws a Figure live. Curves, histograms, bars and clouds are Qt Charts series (replaced, never appended; no animation, no
// OpenGL); frames, axes, heat maps and tiles are painted by the same FigurePainter that writes files, so that the export
// looks like the screen.
#pragma once

#include "core/document/Figure.h"

#include <QGraphicsView>

#include <memory>

namespace lab {

class FigureWidget : public QGraphicsView {
    Q_OBJECT
public:
    explicit FigureWidget(QWidget* parent = nullptr);
    ~FigureWidget() override;

    // Shows `figure`; cheap where it is the one already shown. Null clears.
    void setFigure(std::shared_ptr<const Figure> figure);
    const std::shared_ptr<const Figure>& figure() const;
    // What lies under a point of the widget, in words: "L1, epoch 3: 0.42"; empty outside the data.
    QString readOut(const QPointF& at) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    // Changes with the pointer; empty when it leaves the data.
    void readOutChanged(const QString& text);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    void drawBackground(QPainter* painter, const QRectF& rect) override;
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    void refresh();
    void updateHover();

    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace lab
