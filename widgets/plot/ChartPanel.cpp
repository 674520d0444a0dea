#include "widgets/plot/ChartPanel.h"

#include "widgets/plot/FigurePainter.h"

#include <QAreaSeries>
#include <QBarSeries>
#include <QBarSet>
#include <QChart>
#include <QGraphicsLayout>
#include <QGraphicsScene>
#include <QImage>
#include <QLegend>
#include <QLineSeries>
#include <QPainter>
#include <QValueAxis>

#include <algorithm>
#include <cmath>
#include <map>

namespace lab {

struct ChartPanel::State {
    QChart* chart = nullptr;
    QValueAxis* x = nullptr;
    QValueAxis* y = nullptr;

    // A line (or cloud) with, for histograms, the area below it.
    struct Line {
        QLineSeries* series = nullptr;
        QAreaSeries* area = nullptr;
        QLineSeries* upper = nullptr;
        QLineSeries* lower = nullptr;
        QPen pen;
        QImage marker;
        QColor fill;
    };
    std::vector<Line> lines;
    QBarSeries* bars = nullptr;
    std::vector<QBarSet*> sets;
    std::map<std::pair<int, QRgb>, QImage> markers;   // by kind and tenths of a pixel, and colour
    QRectF box, plot;

    void attach(QAbstractSeries* series) {
        chart->addSeries(series);
        series->attachAxis(x);
        series->attachAxis(y);
    }

    Line& line(std::size_t i, bool area) {
        while (lines.size() <= i) {
            Line next;
            if (area) {
                next.upper = new QLineSeries;
                next.lower = new QLineSeries;
                next.area = new QAreaSeries(next.upper, next.lower);
                next.upper->setParent(next.area);
                next.lower->setParent(next.area);
                next.area->setPen(Qt::NoPen);
                attach(next.area);
            }
            next.series = new QLineSeries;
            attach(next.series);
            lines.push_back(next);
        }
        return lines[i];
    }

    void clear() {
        chart->removeAllSeries();   // deletes them
        lines.clear();
        sets.clear();
        bars = nullptr;
    }

    // Leaves out what is no longer there without destroying it: layers come and go with a selector.
    void trim(std::size_t used) {
        for (std::size_t i = used; i < lines.size(); ++i) {
            if (lines[i].series->isVisible()) lines[i].series->setVisible(false);
            if (lines[i].area && lines[i].area->isVisible()) lines[i].area->setVisible(false);
        }
    }

    void put(Line& line, const QList<QPointF>& points, const QPen& pen, const QImage& marker) {
        if (line.pen != pen) line.series->setPen(line.pen = pen);
        if (line.marker != marker) {
            line.series->setLightMarker(line.marker = marker);
            if (!marker.isNull()) line.series->setMarkerSize(marker.width());  // else it is scaled to the width of the pen
        }
        line.series->replace(points);
        if (!line.series->isVisible()) line.series->setVisible(true);
    }

    const QImage& marker(const SeriesStyle& style, double size, const QColor& colour) {
        QImage& image = markers[{static_cast<int>(style.marker) * 1000 + static_cast<int>(size * 10), colour.rgb()}];
        if (!image.isNull()) return image;
        const int side = static_cast<int>(std::ceil(size * 1.3)) + 2;
        image = QImage(side, side, QImage::Format_ARGB32_Premultiplied);
        image.fill(Qt::transparent);
        QPainter painter(&image);
        painter.setRenderHint(QPainter::Antialiasing);
        const bool filled = markerFilled(style.marker);
        painter.setPen(filled ? QPen(Qt::NoPen) : QPen(colour, 1.3));
        painter.setBrush(filled ? QBrush(colour) : QBrush(Qt::NoBrush));
        painter.translate(side / 2.0, side / 2.0);
        painter.drawPath(markerPath(style.marker, size));
        return image;
    }

    // Points in the units of the axes, split at gaps.
    static std::vector<QList<QPointF>> pieces(const std::vector<FigurePoint>& points, const PanelLayout& at) {
        std::vector<QList<QPointF>> out(1);
        out.back().reserve(static_cast<qsizetype>(points.size()));
        for (const FigurePoint& p : points) {
            const double px = at.x.value(p.x), py = at.y.value(p.y);
            if (std::isfinite(px) && std::isfinite(py)) out.back().append({px, py});
            else if (!out.back().isEmpty()) out.emplace_back();
        }
        if (out.back().isEmpty() && out.size() > 1) out.pop_back();
        return out;
    }

    void curves(const CurvesPanel& panel, const PanelLayout& at, const FigureStyle& style) {
        std::size_t used = 0;
        for (const CurveSeries& s : panel.series) {
            const QImage mark = s.markers ? marker(s.style, 0.42 * style.text, style.colour(s.style)) : QImage();
            for (const QList<QPointF>& piece : pieces(s.points, at)) put(line(used++, false), piece, style.pen(s.style, 0.13 * style.text), mark);
        }
        trim(used);
    }

    void scatter(const ScatterPanel& panel, const PanelLayout& at, const FigureStyle& style) {
        std::size_t count = 0, used = 0;
        for (const ScatterGroup& g : panel.groups) count += g.points.size();
        const double size = FigurePainter::markerSize(count, at, style.text);
        for (const ScatterGroup& g : panel.groups) {
            QList<QPointF> points;
            points.reserve(static_cast<qsizetype>(g.points.size()));
            for (const FigurePoint& p : g.points)
                if (std::isfinite(p.x) && std::isfinite(p.y)) points.append({p.x, p.y});
            put(line(used++, false), points, Qt::NoPen, marker(g.style, size, style.colour(g.style)));
        }
        trim(used);
    }

    void histogram(const HistogramPanel& panel, const FigureStyle& style) {
        std::size_t used = 0;
        for (const HistogramSeries& s : panel.series) {
            QList<QPointF> top;
            for (std::size_t i = 0; i < s.heights.size() && i + 1 < panel.edges.size(); ++i) {
                top.append({panel.edges[i], s.heights[i]});
                top.append({panel.edges[i + 1], s.heights[i]});
            }
            if (top.isEmpty()) continue;
            Line& target = line(used++, true);
            QColor tint = style.colour(s.style);
            tint.setAlphaF(0.28F);
            if (target.fill != tint) target.area->setBrush(target.fill = tint);
            target.lower->replace(QList<QPointF>{{top.first().x(), 0}, {top.last().x(), 0}});
            target.upper->replace(top);
            if (!target.area->isVisible()) target.area->setVisible(true);
            put(target, top, style.pen(s.style, 0.13 * style.text), QImage());
        }
        trim(used);
    }

    void barChart(const BarsPanel& panel, const FigureStyle& style) {
        bool same = bars && sets.size() == panel.series.size();
        for (std::size_t s = 0; same && s < sets.size(); ++s) same = static_cast<std::size_t>(sets[s]->count()) == panel.series[s].values.size();
        if (!same) {
            clear();
            bars = new QBarSeries;
            bars->setBarWidth(0.7);
            for (const BarSeries& s : panel.series) {
                auto* set = new QBarSet(QString());
                for (std::size_t i = 0; i < s.values.size(); ++i) set->append(0.0);
                bars->append(set);
                sets.push_back(set);
            }
            attach(bars);
        }
        for (std::size_t s = 0; s < sets.size(); ++s) {
            const BarSeries& source = panel.series[s];
            const QBrush brush = style.fill(source.style);
            if (sets[s]->brush() != brush) {
                sets[s]->setBrush(brush);
                sets[s]->setPen(QPen(style.colour(source.style), 1));
            }
            for (std::size_t i = 0; i < source.values.size(); ++i) {
                const double v = std::isfinite(source.values[i]) ? source.values[i] : 0.0;
                if (sets[s]->at(static_cast<int>(i)) != v) sets[s]->replace(static_cast<int>(i), v);
            }
        }
    }
};

ChartPanel::ChartPanel(QGraphicsScene& scene) : m_state(std::make_unique<State>()) {
    State& s = *m_state;
    s.chart = new QChart;
    s.chart->setBackgroundVisible(false);
    s.chart->setPlotAreaBackgroundVisible(false);
    s.chart->legend()->hide();
    s.chart->setMargins(QMargins(0, 0, 0, 0));
    s.chart->layout()->setContentsMargins(0, 0, 0, 0);
    s.chart->setAcceptHoverEvents(false);
    s.chart->setAcceptedMouseButtons(Qt::NoButton);
    s.x = new QValueAxis;
    s.y = new QValueAxis;
    s.x->setVisible(false);
    s.y->setVisible(false);
    s.chart->addAxis(s.x, Qt::AlignBottom);
    s.chart->addAxis(s.y, Qt::AlignLeft);
    scene.addItem(s.chart);
}

// The chart belongs to the scene, which may already be gone; the widget hides panels rather than dropping them.
ChartPanel::~ChartPanel() = default;

bool ChartPanel::draws(const FigurePanel& panel) {
    return std::holds_alternative<CurvesPanel>(panel.content) || std::holds_alternative<HistogramPanel>(panel.content)
           || std::holds_alternative<BarsPanel>(panel.content) || std::holds_alternative<ScatterPanel>(panel.content);
}

void ChartPanel::show(const FigurePanel& panel, const PanelLayout& at, const FigureStyle& style) {
    State& s = *m_state;
    const bool histogram = std::holds_alternative<HistogramPanel>(panel.content);
    const bool bars = std::holds_alternative<BarsPanel>(panel.content);
    // Lines with and without areas, and bars, are kept apart; changing the kind starts afresh.
    if ((s.bars && !bars) || (!s.lines.empty() && (bars || (s.lines[0].area != nullptr) != histogram))) s.clear();
    if (s.box != at.box || s.plot != at.plot) {
        s.box = at.box;
        s.plot = at.plot;
        s.chart->setGeometry(at.box);
        s.chart->setPlotArea(at.plot.translated(-at.box.topLeft()));
    }
    if (s.x->min() != at.x.from || s.x->max() != at.x.to) s.x->setRange(at.x.from, at.x.to);
    if (s.y->min() != at.y.from || s.y->max() != at.y.to) s.y->setRange(at.y.from, at.y.to);
    if (const auto* c = std::get_if<CurvesPanel>(&panel.content)) s.curves(*c, at, style);
    else if (const auto* p = std::get_if<ScatterPanel>(&panel.content)) s.scatter(*p, at, style);
    else if (const auto* h = std::get_if<HistogramPanel>(&panel.content)) s.histogram(*h, style);
    else if (const auto* b = std::get_if<BarsPanel>(&panel.content)) s.barChart(*b, style);
    if (!s.chart->isVisible()) s.chart->setVisible(true);
}

void ChartPanel::hide() {
    if (m_state->chart->isVisible()) m_state->chart->setVisible(false);
}

}  // namespace lab
