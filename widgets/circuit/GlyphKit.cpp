#include "widgets/circuit/GlyphKit.h"

#include "widgets/circuit/MathText.h"

#include <QTransform>

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

QPainterPath polygon(const QList<QPointF>& points) {
    QPainterPath p;
    p.addPolygon(QPolygonF(points));
    p.closeSubpath();
    return p;
}

QPainterPath rectangle(const QRectF& r, double radius = 0.0) {
    QPainterPath p;
    if (radius > 0.0) p.addRoundedRect(r, radius, radius);
    else p.addRect(r);
    return p;
}

Stroke ink(const Theme& theme, double width = 1.25, bool round = false) { return {theme.ink, width, {}, round}; }

// Label centred on x, its baseline a third of the size below y.
void centered(DrawSink& sink, QPointF at, const std::string& markup, double pixels, const QColor& color) {
    sink.mathAt(at + QPointF(0, 0.32 * pixels), markup, pixels, color, 0.5);
}

// "★ 3" as a drawn star and text: fonts rarely hold the star.
void starLabel(DrawSink& sink, QPointF at, const std::string& rest, double pixels, const QColor& color) {
    const double width = 14.0 + mathWidth(rest, pixels);
    const double left = at.x() - width / 2;
    sink.path(starPath({left + 5.0, at.y()}, 5.6), color, {});
    sink.math({left + 14.0, at.y() + 0.34 * pixels}, rest, pixels, color);
}

std::string afterStar(const std::string& label) {
    static const std::string kStar = "★";
    if (label.rfind(kStar, 0) != 0) return label;
    std::string rest = label.substr(kStar.size());
    while (!rest.empty() && rest.front() == ' ') rest.erase(0, 1);
    return rest;
}

// `scale` < 1 in tiles that are too narrow for the name.
void drawPointwise(DrawSink& sink, QPointF center, const std::string& label, const Theme& theme, double scale = 1.0) {
    const double w = mathWidth(label, 15.0 * scale);
    const double left = center.x() - w / 2, head = 10.0 * scale;
    sink.path(arrowHead({left - 3.0 * scale, center.y()}, 0.0, head), theme.ink, {});
    sink.math({left, center.y() + 5.0 * scale}, label, 15.0 * scale, theme.ink);
    sink.path(arrowHead({left + w + 13.0 * scale, center.y()}, 0.0, head), theme.ink, {});
}

void drawCircle(DrawSink& sink, const PlacedGlyph& g, const Theme& theme) {
    const QPointF c = toPoint(g.anchor);
    if (g.hasBatchLane) {
        // The batch wire bends to the rim and back: the operation reads it.
        const double side = g.batchLane >= c.y() ? 1.0 : -1.0;
        const double reach = g.box.h / 2 - 13.0;
        for (const double s : {-1.0, 1.0}) {
            QPainterPath bend(QPointF(c.x() + s * 36.0, g.batchLane));
            bend.cubicTo(QPointF(c.x() + s * 18.0, g.batchLane), QPointF(c.x() + s * 15.0, g.batchLane - side * 8.0),
                         QPointF(c.x() + s * 9.5, c.y() + side * (10.5 + reach)));
            sink.path(bend, QColor(), ink(theme));
        }
    }
    const QRectF box = toRect(g.box);
    const QPainterPath rim = rectangle(box, 13.0);
    softShadow(sink, rim, theme);
    sink.path(rim, theme.norm, ink(theme, g.face.thick ? 2.6 : 1.3));
    if (g.face.inside == GlyphInside::Root) {
        QPainterPath tick(c + QPointF(-7.4, -6.4));
        tick.lineTo(c + QPointF(0, 8.6));
        tick.lineTo(c + QPointF(7.4, -6.4));
        sink.path(tick, QColor(), ink(theme, 1.1));
    } else if (g.face.inside == GlyphInside::Dash) {
        sink.line(c + QPointF(-7, 0), c + QPointF(7, 0), ink(theme, 1.6));
    }
}

void drawConv(DrawSink& sink, const PlacedGlyph& g, const Theme& theme) {
    const QPainterPath box = rectangle(toRect(g.box));
    softShadow(sink, box, theme);
    QColor fill = theme.conv;
    if (!theme.dark) fill = QColor(0xF2, 0xF9, 0xFD);
    sink.path(box, fill, ink(theme, 2.6));
    starLabel(sink, toPoint(g.anchor), afterStar(g.face.label), 16.0, theme.ink);
    if (!g.face.caption.empty())
        sink.text({g.anchor.x, g.box.y - 7.0}, QString::fromStdString(g.face.caption), 9.5, 400, theme.mute, 0.5);
}

void drawWindow(DrawSink& sink, const PlacedGlyph& g, const Theme& theme) {
    const double left = g.box.x, y = g.anchor.y;
    if (g.face.global) {
        // Reduce over all positions: the wire ends in a named head.
        const double w = mathWidth(g.face.label, 15.0);
        sink.math({left, y + 5.0}, g.face.label, 15.0, theme.ink);
        sink.path(arrowHead({left + w + 13.0, y}), theme.ink, {});
        return;
    }
    const QPointF entry(left, y);
    // The kernel axis leaves at the lower right and ends in the reduce head.
    const double ky = y + 20.0, stub = left + 36.0 + 22.0;
    for (const double d : {-2.0, 2.0}) sink.line({left + 36.0, ky + d}, {stub, ky + d}, ink(theme));
    const double w = mathWidth(g.face.label, 15.0);
    sink.math({stub + 3.0, ky + 5.0}, g.face.label, 15.0, theme.ink);
    sink.path(arrowHead({stub + 3.0 + w + 13.0, ky}), theme.ink, {});
    const QPainterPath shape = windowPath(entry);
    softShadow(sink, shape, theme);
    sink.path(shape, theme.conv, ink(theme));
    sink.line(entry + QPointF(4, 9), entry + QPointF(30, -3), ink(theme, 1.1));
    sink.path(starPath(entry + QPointF(12, -9), 5.6), theme.ink, {});
    if (!g.face.caption.empty())
        sink.text({left + 18.0, y - 30.0}, QString::fromStdString(g.face.caption), 9.5, 400, theme.mute, 0.5);
}

void drawDots(DrawSink& sink, const PlacedGlyph& g, const Theme& theme) {
    const bool add = g.face.glyph == Glyph::Add;
    // Several operands meet in one dot per lane: draw each place once.
    std::vector<double> seen;
    const auto& lanes = add ? g.out : g.in;
    for (std::size_t k = 0; k < lanes.size(); ++k) {
        const QPointF at = toPoint(lanes[k]);
        if (std::find(seen.begin(), seen.end(), at.y()) != seen.end()) continue;
        seen.push_back(at.y());
        const bool bundle = add ? g.bundleOut[k] : g.bundleIn[k];
        sink.path(dotPath(at, bundle ? 4.4 : 3.2), theme.ink, {});
    }
    if (!add || lanes.empty()) return;
    const QPointF plus(g.anchor.x, g.anchor.y);
    sink.line(plus + QPointF(-6, 0), plus + QPointF(6, 0), ink(theme, 1.6));
    sink.line(plus + QPointF(0, -6), plus + QPointF(0, 6), ink(theme, 1.6));
}

}  // namespace

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
    return t.map(polygon({{0, 0}, {-length, -0.48 * length}, {-0.72 * length, 0}, {-length, 0.48 * length}}));
}

QPainterPath chipPath(const QRectF& r, double bite, bool mirrored) {
    if (mirrored)
        return polygon({r.topLeft(), {r.right() - bite, r.top()}, {r.right(), r.top() + bite}, r.bottomRight(), r.bottomLeft()});
    return polygon({r.topLeft(), r.topRight(), r.bottomRight(), {r.left() + bite, r.bottom()}, {r.left(), r.bottom() - bite}});
}

QPainterPath sourcePath(const QRectF& r, double tip) {
    return polygon({{r.left(), r.center().y()}, {r.left() + tip, r.top()}, r.topRight(), r.bottomRight(), {r.left() + tip, r.bottom()}});
}

QPainterPath windowPath(QPointF entry) {
    return polygon({entry + QPointF(0, -24), entry + QPointF(36, -24), entry + QPointF(36, 24), entry + QPointF(0, 12)});
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
    return polygon(points);
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
    if (theme.dark) return;
    for (int k = 4; k > 0; --k) sink.path(outline, QColor(), {QColor(0, 0, 0, 13), 2.2 * k, {}, true});
}

void drawGlyph(DrawSink& sink, const PlacedGlyph& g, const Theme& theme) {
    const QRectF box = toRect(g.box);
    const QPointF center = toPoint(g.anchor);
    switch (g.face.glyph) {
        case Glyph::Source: {
            if (g.face.label.empty()) return;  // bare wires from nowhere
            const QPainterPath shape = sourcePath(box);
            softShadow(sink, shape, theme);
            sink.path(shape, theme.chip, {theme.chipRim, 1.0, {}, false});
            centered(sink, center + QPointF(3, 0), g.face.label, 18.0, theme.ink);
            return;
        }
        case Glyph::Sink: sink.math({center.x(), center.y() + 6.5}, g.face.label, 19.0, theme.ink); return;
        case Glyph::Chip: {
            const QPainterPath shape = chipPath(box, 11.0, g.face.mirrored);
            softShadow(sink, shape, theme);
            sink.path(shape, theme.chip, {theme.chipRim, 1.0, {}, false});
            centered(sink, center + QPointF(1, 0), g.face.label, 21.0, theme.ink);
            return;
        }
        case Glyph::Conv: drawConv(sink, g, theme); return;
        case Glyph::Window: drawWindow(sink, g, theme); return;
        case Glyph::Triangle: {
            const QPainterPath shape = polygon({{box.left(), center.y()}, box.topRight(), box.bottomRight()});
            softShadow(sink, shape, theme);
            sink.path(shape, theme.dark ? theme.softmax : QColor(Qt::white), ink(theme));
            return;
        }
        case Glyph::Circle: drawCircle(sink, g, theme); return;
        case Glyph::Pointwise: drawPointwise(sink, center, g.face.label, theme); return;
        case Glyph::Copy:
        case Glyph::Add: drawDots(sink, g, theme); return;
        case Glyph::Bar: sink.path(rectangle(box), theme.ink, {}); return;
        case Glyph::Box: {
            softShadow(sink, rectangle(box), theme);
            sink.path(rectangle(box), theme.dark ? theme.raised : QColor(Qt::white), ink(theme));
            centered(sink, center, g.face.label, 17.0, theme.ink);
            return;
        }
        case Glyph::Unknown: {
            // Kept and shown, not understood: a dashed frame says so.
            sink.path(rectangle(box), theme.background, {theme.error, 1.4, {5, 3}, false});
            centered(sink, center, g.face.label, 15.0, theme.error);
            return;
        }
    }
}

void drawTile(DrawSink& sink, const GlyphFace& face, const QRectF& area, const Theme& theme) {
    const QPointF c = area.center();
    const double left = area.left() + 4.0, right = area.right() - 4.0;
    const auto wire = [&](double y, double x0, double x1, bool bundle = false) {
        drawLane(sink, {{x0, y}, {x1, y}}, bundle, ink(theme, 1.1));
    };
    PlacedGlyph g;
    g.face = face;
    g.face.caption.clear();
    g.anchor = {c.x(), c.y()};
    switch (face.glyph) {
        case Glyph::Source:
            g.box = {c.x() - 24.0, c.y() - 14.0, 34.0, 28.0};
            g.anchor = {c.x() - 7.0, c.y()};
            if (face.label.empty()) g.face.label = "*X*";
            wire(c.y(), c.x() + 10.0, right);
            break;
        case Glyph::Sink:
            g.anchor = {c.x() + 2.0, c.y()};
            if (face.label.empty()) g.face.label = "`*Y*";
            wire(c.y(), left, c.x() - 5.0);
            break;
        case Glyph::Chip:
            g.box = {c.x() - 14.0, c.y() - 14.0, 28.0, 28.0};
            wire(c.y(), left, right);
            break;
        case Glyph::Conv:
            g.box = {c.x() - 17.0, c.y() - 12.0, 34.0, 24.0};
            wire(c.y() - 12.0, left, c.x() - 17.0, true);
            wire(c.y() - 12.0, c.x() + 17.0, right, true);
            wire(c.y() + 12.0, left, right);
            break;
        case Glyph::Window:
            if (face.global) {
                const double w = mathWidth(face.label, 15.0);
                g.box = {c.x() - w / 2 + 2.0, c.y() - 8.0, w + 13.0, 16.0};
                wire(c.y(), left, g.box.x - 3.0, true);
            } else {
                // The window alone is wide; the reduce head says what differs between tiles.
                const double w = mathWidth(face.label, 10.5);
                const QPointF entry(area.left() + 5.0, c.y() - 1.0);
                QTransform t;
                t.translate(entry.x(), entry.y());
                t.scale(0.53, 0.62);
                sink.path(t.map(windowPath({0, 0})), theme.conv, ink(theme, 1.1));
                sink.path(starPath(entry + QPointF(8, -5), 4.0), theme.ink, {});
                sink.math({entry.x() + 21.0, c.y() + 14.0}, face.label, 10.5, theme.ink);
                sink.path(arrowHead({entry.x() + 21.0 + w + 8.0, c.y() + 10.5}, 0.0, 6.5), theme.ink, {});
                wire(c.y() - 3.0, area.left() + 1.0, entry.x(), true);
                wire(c.y() - 3.0, entry.x() + 19.1, right, true);
                return;
            }
            break;
        case Glyph::Triangle:
            g.box = {c.x() - 11.0, c.y() - 14.0, 22.0, 28.0};
            wire(c.y(), left, c.x() - 11.0);
            wire(c.y(), c.x() + 11.0, right);
            break;
        case Glyph::Circle:
            g.box = {c.x() - 13.0, c.y() - 13.0, 26.0, 26.0};
            if (face.bendsBatch) {
                g.box.y -= 5.0;
                g.anchor.y -= 5.0;
            }
            wire(g.anchor.y, left, right);
            break;
        case Glyph::Pointwise:
            drawPointwise(sink, c, face.label, theme, std::min(1.0, (area.width() - 10.0) / (mathWidth(face.label, 15.0) + 26.0)));
            return;
        case Glyph::Copy:
            g.in = {{c.x() - 10.0, c.y()}};
            g.bundleIn = {false};
            wire(c.y(), left, c.x() - 10.0);
            for (const double d : {-10.0, 10.0})
                drawLane(sink, {{c.x() - 10.0, c.y()}, {c.x() + 12.0, c.y() + d}, {right, c.y() + d}}, false, ink(theme, 1.1));
            break;
        case Glyph::Add:
            g.out = {{c.x() + 10.0, c.y() + 4.0}};
            g.bundleOut = {false};
            g.anchor = {c.x() + 10.0, c.y() - 12.0};
            wire(c.y() + 4.0, c.x() + 10.0, right);
            for (const double d : {-8.0, 8.0})
                drawLane(sink, {{left, c.y() + 4.0 + d}, {c.x() - 12.0, c.y() + 4.0 + d}, {c.x() + 10.0, c.y() + 4.0}}, false,
                         ink(theme, 1.1));
            break;
        case Glyph::Bar:
            g.box = {c.x() - 2.1, c.y() - 16.0, 4.2, 32.0};
            for (const double d : {-8.0, 8.0}) wire(c.y() + d, left, c.x());
            wire(c.y(), c.x(), right);
            break;
        case Glyph::Box:
        case Glyph::Unknown:
            g.box = {c.x() - 16.0, c.y() - 14.0, 32.0, 28.0};
            wire(c.y(), left, right);
            break;
    }
    if (face.glyph == Glyph::Circle && face.bendsBatch) {
        // Wire through the raised circle, batch wire below it.
        g.hasBatchLane = false;
        const double y = c.y() + 14.0;
        for (const double s : {-1.0, 1.0}) {
            QPainterPath bend(QPointF(c.x() + s * 26.0, y));
            bend.cubicTo(QPointF(c.x() + s * 14.0, y), QPointF(c.x() + s * 12.0, y - 4.0), QPointF(c.x() + s * 8.0, c.y() + 3.0));
            sink.path(bend, QColor(), ink(theme, 1.1));
        }
    }
    if (face.glyph == Glyph::Chip) {
        const QPainterPath shape = chipPath(toRect(g.box), 8.0, face.mirrored);
        sink.path(shape, theme.chip, {theme.chipRim, 1.0, {}, false});
        centered(sink, c, face.label, 15.0, theme.ink);
        return;
    }
    drawGlyph(sink, g, theme);
}

}  // namespace lab
