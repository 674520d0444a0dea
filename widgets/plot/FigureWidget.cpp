#include "widgets/plot/FigureWidget.h"

#include "widgets/plot/ChartPanel.h"
#include "widgets/plot/FigurePainter.h"
#include "widgets/plot/ReadOut.h"

#include <QElapsedTimer>
#include <QGraphicsScene>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>

namespace lab {

struct FigureWidget::State {
    QGraphicsScene scene;
    std::shared_ptr<const Figure> figure;
    std::vector<std::unique_ptr<ChartPanel>> charts;
    FigureStyle style = FigureStyle::screen(Theme::current());
    FigureLayout layout;
    RangeMemory memory;
    bool dirty = false;          // a figure came while nobody could see it
    QElapsedTimer named;         // since the accessible name was last written
    int hoverPanel = -1;
    QPointF hover;               // in scene coordinates
    QPointF snap;
    QString words;
};

FigureWidget::FigureWidget(QWidget* parent) : QGraphicsView(parent), m_state(std::make_unique<State>()) {
    setScene(&m_state->scene);
    setFrameShape(QFrame::NoFrame);
    setRenderHint(QPainter::Antialiasing);
    setViewportUpdateMode(QGraphicsView::FullViewportUpdate);
    setCacheMode(QGraphicsView::CacheBackground);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAlignment(Qt::AlignLeft | Qt::AlignTop);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    m_state->scene.setItemIndexMethod(QGraphicsScene::NoIndex);
    setAccessibleName(tr("Empty figure"));
    connect(ThemeSignal::instance(), &ThemeSignal::themeChanged, this, [this] {
        m_state->style = FigureStyle::screen(Theme::current());
        m_state->dirty = true;
        if (isVisible()) refresh();
    });
}

FigureWidget::~FigureWidget() = default;

const std::shared_ptr<const Figure>& FigureWidget::figure() const { return m_state->figure; }
QSize FigureWidget::sizeHint() const { return {420, 300}; }
QSize FigureWidget::minimumSizeHint() const { return {180, 120}; }

void FigureWidget::setFigure(std::shared_ptr<const Figure> figure) {
    if (figure == m_state->figure) return;
    m_state->figure = std::move(figure);
    m_state->dirty = true;
    if (isVisible()) refresh();
}

void FigureWidget::refresh() {
    State& s = *m_state;
    s.dirty = false;
    const QSizeF room = maximumViewportSize();
    s.layout = {};
    if (s.figure) {
        LayoutOptions options;
        options.title = false;
        options.smallestPanel = 132;
        options.memory = &s.memory;
        s.layout = layoutFigure(*s.figure, QRectF(QPointF(0, 0), room), s.style, options);
        if (s.layout.height > room.height() + 0.5) {
            // It will scroll: give the bar its place.
            const double bar = verticalScrollBar()->sizeHint().width();
            s.layout = layoutFigure(*s.figure, QRectF(0, 0, room.width() - bar, room.height()), s.style, options);
        }
    }
    const double height = std::max(room.height(), s.layout.height);
    const QRectF wanted(0, 0, s.layout.height > room.height() + 0.5 ? room.width() - verticalScrollBar()->sizeHint().width() : room.width(),
                        s.layout.height > room.height() + 0.5 ? height : room.height());
    if (s.scene.sceneRect() != wanted) s.scene.setSceneRect(wanted);

    std::size_t used = 0;
    for (std::size_t i = 0; s.figure && i < s.figure->panels.size(); ++i) {
        if (!ChartPanel::draws(s.figure->panels[i])) continue;
        if (used == s.charts.size()) s.charts.push_back(std::make_unique<ChartPanel>(s.scene));
        s.charts[used++]->show(s.figure->panels[i], s.layout.panels[i], s.style);
    }
    for (; used < s.charts.size(); ++used) s.charts[used]->hide();

    if (s.figure && (!s.named.isValid() || s.named.elapsed() > 1000)) {
        // Screen readers announce a changed name; once a second is often enough.
        setAccessibleName(QString::fromStdString(s.figure->summary()));
        s.named.start();
    }
    updateHover();
    resetCachedContent();
    viewport()->update();
}

void FigureWidget::drawBackground(QPainter* painter, const QRectF& rect) {
    painter->fillRect(rect, m_state->style.background);
    if (m_state->figure) FigurePainter(m_state->style).frame(*painter, *m_state->figure, m_state->layout);
}

void FigureWidget::drawForeground(QPainter* painter, const QRectF&) {
    const State& s = *m_state;
    if (!s.figure) return;
    const FigurePainter figurePainter(s.style);
    for (std::size_t i = 0; i < s.figure->panels.size(); ++i) figurePainter.overlay(*painter, s.figure->panels[i], s.layout.panels[i]);
    if (s.words.isEmpty() || s.hoverPanel < 0) return;

    const PanelLayout& panel = s.layout.panels[static_cast<std::size_t>(s.hoverPanel)];
    const FigurePanel& content = s.figure->panels[static_cast<std::size_t>(s.hoverPanel)];
    painter->setPen(QPen(s.style.theme->mute, 1));
    painter->setBrush(Qt::NoBrush);
    if (std::holds_alternative<CurvesPanel>(content.content) || std::holds_alternative<HistogramPanel>(content.content))
        painter->drawLine(QPointF(s.snap.x(), panel.plot.top()), QPointF(s.snap.x(), panel.plot.bottom()));
    else if (std::holds_alternative<ScatterPanel>(content.content))
        painter->drawEllipse(s.snap, 5, 5);
    // The words, beside the pointer and inside the view.
    const QFont font = s.style.tickFont();
    const QFontMetricsF metrics(font);
    const QRectF view = mapToScene(viewport()->rect()).boundingRect();
    const double width = std::min(view.width() - 8, 260.0);
    QRectF box = metrics.boundingRect(QRectF(0, 0, width, 1000), Qt::TextWordWrap, s.words).adjusted(-7, -4, 7, 4);
    box.moveTopLeft(s.hover + QPointF(14, 14));
    if (box.right() > view.right() - 2) box.moveRight(std::max(view.left() + box.width() + 2, s.hover.x() - 10));
    if (box.bottom() > view.bottom() - 2) box.moveBottom(s.hover.y() - 8);
    if (box.top() < view.top() + 2) box.moveTop(view.top() + 2);
    painter->setPen(QPen(s.style.theme->hairline, 1));
    painter->setBrush(s.style.theme->raised);
    painter->drawRoundedRect(box, 5, 5);
    painter->setFont(font);
    painter->setPen(s.style.theme->ink);
    painter->drawText(box.adjusted(7, 4, -7, -4), Qt::TextWordWrap, s.words);
}

QString FigureWidget::readOut(const QPointF& at) const {
    const State& s = *m_state;
    if (!s.figure) return {};
    const QPointF place = mapToScene(at.toPoint());
    const int panel = panelAt(s.layout, place);
    if (panel < 0) return {};
    QPointF snap;
    return readOutAt(s.figure->panels[static_cast<std::size_t>(panel)], s.layout.panels[static_cast<std::size_t>(panel)], place, snap);
}

void FigureWidget::updateHover() {
    State& s = *m_state;
    QString words;
    if (s.figure && s.hoverPanel >= 0 && static_cast<std::size_t>(s.hoverPanel) < s.layout.panels.size()) {
        const auto i = static_cast<std::size_t>(s.hoverPanel);
        s.snap = s.hover;
        words = readOutAt(s.figure->panels[i], s.layout.panels[i], s.hover, s.snap);
    }
    if (words == s.words) return;
    s.words = words;
    emit readOutChanged(words);
}

void FigureWidget::mouseMoveEvent(QMouseEvent* event) {
    State& s = *m_state;
    s.hover = mapToScene(event->position().toPoint());
    s.hoverPanel = panelAt(s.layout, s.hover);
    updateHover();
    viewport()->update();
    event->accept();
}

void FigureWidget::leaveEvent(QEvent* event) {
    m_state->hoverPanel = -1;
    updateHover();
    viewport()->update();
    QGraphicsView::leaveEvent(event);
}

void FigureWidget::keyPressEvent(QKeyEvent* event) {
    State& s = *m_state;
    const int panels = static_cast<int>(s.layout.panels.size());
    const auto enter = [&](int panel) {
        s.hoverPanel = panel;
        s.hover = s.layout.panels[static_cast<std::size_t>(panel)].plot.center();
        ensureVisible(s.layout.panels[static_cast<std::size_t>(panel)].box, 4, 4);
    };
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down: {
        if (panels == 0) return QGraphicsView::keyPressEvent(event);
        if (s.hoverPanel < 0) {
            enter(0);
        } else {
            const QRectF plot = s.layout.panels[static_cast<std::size_t>(s.hoverPanel)].plot;
            const double dx = plot.width() / 40, dy = plot.height() / 40;
            s.hover += QPointF(event->key() == Qt::Key_Left ? -dx : event->key() == Qt::Key_Right ? dx : 0,
                               event->key() == Qt::Key_Up ? -dy : event->key() == Qt::Key_Down ? dy : 0);
            s.hover.setX(std::clamp(s.hover.x(), plot.left(), plot.right()));
            s.hover.setY(std::clamp(s.hover.y(), plot.top(), plot.bottom()));
        }
        break;
    }
    case Qt::Key_PageDown:
    case Qt::Key_PageUp:
        if (panels == 0) return QGraphicsView::keyPressEvent(event);
        enter((std::max(0, s.hoverPanel) + (s.hoverPanel < 0 ? 0 : event->key() == Qt::Key_PageDown ? 1 : panels - 1)) % panels);
        break;
    case Qt::Key_Escape:
        if (s.hoverPanel < 0) return QGraphicsView::keyPressEvent(event);
        s.hoverPanel = -1;
        break;
    default: QGraphicsView::keyPressEvent(event); return;
    }
    updateHover();
    viewport()->update();
    event->accept();
}

void FigureWidget::wheelEvent(QWheelEvent* event) {
    if (verticalScrollBar()->maximum() > verticalScrollBar()->minimum()) QGraphicsView::wheelEvent(event);
    else event->ignore();
}

void FigureWidget::resizeEvent(QResizeEvent* event) {
    QGraphicsView::resizeEvent(event);
    if (isVisible()) refresh();
    else m_state->dirty = true;
}

void FigureWidget::showEvent(QShowEvent* event) {
    QGraphicsView::showEvent(event);
    if (m_state->dirty) refresh();
}

void FigureWidget::changeEvent(QEvent* event) {
    QGraphicsView::changeEvent(event);
    if (event->type() == QEvent::FontChange && isVisible()) refresh();
}

}  // namespace lab
