// The shapes of the diagram grammar as paths, and lanes as lines.
#include "widgets/circuit/GlyphKit.h"

#include <QTransform>

#include <algorithm>
#include <cmath>

namespace lab {

QPainterPath polygonPath(const QList<QPointF>& points) {
    QPainterPath p;
    p.addPolygon(QPolygonF(points));
    p.closeSubpath();
    return p;
}

QPainterPath lanePath(const std::vector<DiagramPoint>& points) {
    if (points.empty()) return {};
    QPainterPath p(toPoint(points.front()));
    for (std::size_t i = 1; i < points.size(); ++i) {
        const DiagramPoint &a = points[i - 1], &b = points[i];
        const double c = (b.x - a.x) * 0.5;
        if (std::abs(a.y - b.y) < 0.6) p.lineTo(toPoint(b));
        else p.cubicTo(a.x + c, a.y, b.x - c, b.y, b.x, b.y);
    }
    return p;
}

QPainterPath offsetPath(const std::vector<DiagramPoint>& points, double distance) {
    QPainterPath out;
    if (points.empty()) return out;
    out.moveTo(points.front().x, points.front().y + distance);
    for (std::size_t i = 1; i < points.size(); ++i) {
        const DiagramPoint &a = points[i - 1], &b = points[i];
        if (std::abs(a.y - b.y) < 0.6) {
            out.lineTo(b.x, b.y + distance);
            continue;
        }
        const double c = (b.x - a.x) * 0.5;
        constexpr int kSteps = 24;
        for (int k = 1; k <= kSteps; ++k) {
            const double t = double(k) / kSteps, u = 1.0 - t;
            const double x = u * u * u * a.x + 3 * u * u * t * (a.x + c) + 3 * u * t * t * (b.x - c) + t * t * t * b.x;
            const double y = (u * u * u + 3 * u * u * t) * a.y + (3 * u * t * t + t * t * t) * b.y;
            const double dx = 3 * u * u * c + 6 * u * t * (b.x - a.x - 2 * c) + 3 * t * t * c;
            const double dy = 6 * u * t * (b.y - a.y);
            const double n = std::max(1e-9, std::hypot(dx, dy));
            out.lineTo(x - distance * dy / n, y + distance * dx / n);
        }
    }
    return out;
}

QPainterPath arrowHead(QPointF tip, double degrees, double length) {
    QTransform t;
    t.translate(tip.x(), tip.y());
    t.rotate(degrees);
    return t.map(polygonPath({{0, 0}, {-length, -0.48 * length}, {-0.72 * length, 0}, {-length, 0.48 * length}}));
}

QPainterPath chipPath(const QRectF& r, double bite, bool mirrored) {
    if (mirrored)
        return polygonPath({r.topLeft(), {r.right() - bite, r.top()}, {r.right(), r.top() + bite}, r.bottomRight(), r.bottomLeft()});
    return polygonPath({r.topLeft(), r.topRight(), r.bottomRight(), {r.left() + bite, r.bottom()}, {r.left(), r.bottom() - bite}});
}

QPainterPath sourcePath(const QRectF& r, double tip) {
    return polygonPath({{r.left(), r.center().y()}, {r.left() + tip, r.top()}, r.topRight(), r.bottomRight(), {r.left() + tip, r.bottom()}});
}

QPainterPath windowPath(QPointF entry) {
    return polygonPath({entry + QPointF(0, -24), entry + QPointF(36, -24), entry + QPointF(36, 24), entry + QPointF(0, 12)});
}

QPainterPath dotPath(QPointF center, double radius) {
    QPainterPath p;
    p.addEllipse(center, radius, radius);
    return p;
}

QPainterPath starPath(QPointF center, double radius) {
    QList<QPointF> points;
    for (int i = 0; i < 10; ++i) {
        const double r = i % 2 == 0 ? radius : radius * 0.42;
        const double a = -3.14159265358979323846 / 2 + i * 3.14159265358979323846 / 5;
        points << center + QPointF(r * std::cos(a), r * std::sin(a));
    }
    return polygonPath(points);
}

void drawLane(DrawSink& sink, const std::vector<DiagramPoint>& points, bool bundle, const Stroke& stroke) {
    if (points.size() < 2) return;
    if (!bundle) {
        sink.path(lanePath(points), QColor(), stroke);
        return;
    }
    for (const double d : {-2.0, 2.0}) sink.path(offsetPath(points, d), QColor(), stroke);
}

void drawTwin(DrawSink& sink, const std::vector<DiagramPoint>& points, const QColor& upper, const QColor& lower) {
    sink.path(offsetPath(points, -1.6), QColor(), {upper, 2.0, {}, false});
    sink.path(offsetPath(points, 1.6), QColor(), {lower, 2.0, {}, false});
}

void softShadow(DrawSink& sink, const QPainterPath& outline, const Theme& theme) {
    if (theme.dark || theme.flat) return;
    for (int k = 4; k > 0; --k) sink.path(outline, QColor(), {QColor(0, 0, 0, 13), 2.2 * k, {}, true});
}

QPainterPath indexPath(const QRectF& r, double tip) {
    return polygonPath({r.topLeft(), {r.right() - tip, r.top()}, {r.right(), r.center().y()}, {r.right() - tip, r.bottom()}, r.bottomLeft()});
}

QPainterPath hexagonPath(const QRectF& r, double tip) {
    const double m = r.center().y();
    return polygonPath({{r.left(), m}, {r.left() + tip, r.top()}, {r.right() - tip, r.top()}, {r.right(), m},
                        {r.right() - tip, r.bottom()}, {r.left() + tip, r.bottom()}});
}

QPainterPath cupPath(double x, double top, double bottom) {
    const double d = bottom - top;
    QPainterPath p(QPointF(x, top));
    p.arcTo(QRectF(x - d / 2, top, d, d), 90, -180);
    return p;
}

QPainterPath parenthesisPath(double x, double top, double bottom, bool right) {
    const double bulge = std::min(16.0, 0.12 * (bottom - top) + 6.0), way = right ? 1.0 : -1.0;
    QPainterPath p(QPointF(x, top));
    p.cubicTo(x + way * bulge, top + 0.3 * (bottom - top), x + way * bulge, bottom - 0.3 * (bottom - top), x, bottom);
    return p;
}

}  // namespace lab
