#include "widgets/plot/FigureStyle.h"

namespace lab {

FigureStyle FigureStyle::screen(const Theme& theme) {
    FigureStyle style;
    style.theme = &theme;
    style.background = theme.panel;
    return style;
}

FigureStyle FigureStyle::print() {
    FigureStyle style;
    style.theme = &Theme::light();
    style.background = Qt::white;
    return style;
}

QColor FigureStyle::colour(const SeriesStyle& style) const {
    switch (style.role) {
    case ColourRole::Ink: return theme->ink;
    case ColourRole::Mute: return theme->mute;
    case ColourRole::Positive: return theme->positive;
    case ColourRole::Negative: return theme->negative;
    case ColourRole::Accent: return theme->selection;
    case ColourRole::Warning: return theme->error;
    case ColourRole::Series: break;
    }
    return theme->seriesColor(style.slot);
}

QPen FigureStyle::pen(const SeriesStyle& style, double width) const {
    QPen pen(colour(style), width);
    pen.setCapStyle(Qt::FlatCap);
    pen.setJoinStyle(Qt::RoundJoin);
    switch (style.dash) {
    case DashKind::Solid: break;
    case DashKind::Dashed: pen.setDashPattern({5, 2.5}); break;
    case DashKind::Dotted: pen.setDashPattern({1.4, 2}); break;
    case DashKind::DashDot: pen.setDashPattern({6, 2, 1.4, 2}); break;
    }
    return pen;
}

QBrush FigureStyle::fill(const SeriesStyle& style) const {
    QColor base = colour(style);
    if (style.slot % 2 == 0 || style.role != ColourRole::Series) {
        base.setAlphaF(0.85F);
        return base;
    }
    return QBrush(base, Qt::BDiagPattern);
}

QPainterPath markerPath(MarkerKind kind, double size) {
    const double r = size / 2;
    QPainterPath path;
    switch (kind) {
    case MarkerKind::Circle:
    case MarkerKind::Ring: path.addEllipse(QPointF(0, 0), r, r); break;
    case MarkerKind::Square: path.addRect(-0.86 * r, -0.86 * r, 1.72 * r, 1.72 * r); break;
    case MarkerKind::Triangle: path.addPolygon(QPolygonF({{0, -1.1 * r}, {1.05 * r, 0.8 * r}, {-1.05 * r, 0.8 * r}, {0, -1.1 * r}})); break;
    case MarkerKind::TriangleDown: path.addPolygon(QPolygonF({{0, 1.1 * r}, {1.05 * r, -0.8 * r}, {-1.05 * r, -0.8 * r}, {0, 1.1 * r}})); break;
    case MarkerKind::Diamond: path.addPolygon(QPolygonF({{0, -1.2 * r}, {1.2 * r, 0}, {0, 1.2 * r}, {-1.2 * r, 0}, {0, -1.2 * r}})); break;
    case MarkerKind::Cross:
        path.moveTo(-0.85 * r, -0.85 * r);
        path.lineTo(0.85 * r, 0.85 * r);
        path.moveTo(-0.85 * r, 0.85 * r);
        path.lineTo(0.85 * r, -0.85 * r);
        break;
    case MarkerKind::Plus:
        path.moveTo(-1.05 * r, 0);
        path.lineTo(1.05 * r, 0);
        path.moveTo(0, -1.05 * r);
        path.lineTo(0, 1.05 * r);
        break;
    }
    return path;
}

bool markerFilled(MarkerKind kind) { return kind != MarkerKind::Cross && kind != MarkerKind::Plus && kind != MarkerKind::Ring; }

}  // namespace lab
