// Draws a laid-out figure with QPainter alone. Three layers, so that the live widget can put chart series between them:
// the frame (titles, axes, images, tables), the data (curves, bars, points), and the overlay (reference lines, numbers).
#pragma once

#include "widgets/plot/FigureLayout.h"

class QPainter;

namespace lab {

class FigurePainter {
public:
    // `vector`: for SVG and PDF; images are then enlarged so that no viewer blurs their cells.
    explicit FigurePainter(const FigureStyle& style, bool vector = false) : m_style(style), m_vector(vector) {}

    void paint(QPainter& painter, const Figure& figure, const FigureLayout& layout) const;

    void frame(QPainter& painter, const Figure& figure, const FigureLayout& layout) const;
    void data(QPainter& painter, const FigurePanel& panel, const PanelLayout& layout) const;
    void overlay(QPainter& painter, const FigurePanel& panel, const PanelLayout& layout) const;

    // A curve as the polylines between its gaps, in the plot area.
    static std::vector<QPolygonF> polylines(const std::vector<FigurePoint>& points, const PanelLayout& layout);
    // Outline of a histogram's steps.
    static QPolygonF steps(const std::vector<double>& edges, const HistogramSeries& series, const PanelLayout& layout);
    // Rectangle of bar `i` of series `s`.
    static QRectF bar(const BarsPanel& bars, std::size_t s, std::size_t i, const PanelLayout& layout);
    static double markerSize(std::size_t points, const PanelLayout& layout, double text);

private:
    void axes(QPainter& painter, const FigurePanel& panel, const PanelLayout& layout) const;
    void legend(QPainter& painter, const std::vector<LegendEntry>& legend) const;
    void heat(QPainter& painter, const FigurePanel& panel, const HeatPanel& heat, const PanelLayout& layout) const;
    void tiles(QPainter& painter, const TilesPanel& tiles, const PanelLayout& layout) const;
    void table(QPainter& painter, const TablePanel& table, const PanelLayout& layout) const;
    void message(QPainter& painter, const MessagePanel& message, const PanelLayout& layout) const;
    void text(QPainter& painter, const QRectF& box, int flags, const QString& words, const QFont& font, const QColor& colour) const;
    void image(QPainter& painter, const QRectF& box, const QImage& image) const;

    FigureStyle m_style;
    bool m_vector;
};

}  // namespace lab
