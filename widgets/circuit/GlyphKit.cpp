#include "widgets/circuit/GlyphKit.h"

#include "widgets/circuit/MathText.h"

#include <QTransform>

#include <algorithm>
#include <cmath>

namespace lab {

Stroke inkStroke(const Theme& theme, double width, bool round) { return {theme.ink, width, {}, round}; }

void drawCentered(DrawSink& sink, QPointF at, const std::string& markup, double pixels, const QColor& color) {
    sink.mathAt(at + QPointF(0, 0.32 * pixels), markup, pixels, color, 0.5);
}

void drawPointwise(DrawSink& sink, QPointF center, const std::string& label, const Theme& theme, double scale) {
    const double w = mathWidth(label, 15.0 * scale);
    const double left = center.x() - w / 2, head = 10.0 * scale;
    sink.path(arrowHead({left - 3.0 * scale, center.y()}, 0.0, head), theme.ink, {});
    sink.math({left, center.y() + 5.0 * scale}, label, 15.0 * scale, theme.ink);
    sink.path(arrowHead({left + w + 13.0 * scale, center.y()}, 0.0, head), theme.ink, {});
}

namespace {

QPainterPath rectangle(const QRectF& r, double radius = 0.0) {
    QPainterPath p;
    if (radius > 0.0) p.addRoundedRect(r, radius, radius);
    else p.addRect(r);
    return p;
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
            sink.path(bend, QColor(), inkStroke(theme));
        }
    }
    const QRectF box = toRect(g.box);
    const QPainterPath rim = rectangle(box, 13.0);
    softShadow(sink, rim, theme);
    sink.path(rim, theme.norm, inkStroke(theme, g.face.thick ? 2.6 : 1.3));
    if (g.face.inside == GlyphInside::Root) {
        QPainterPath tick(c + QPointF(-7.4, -6.4));
        tick.lineTo(c + QPointF(0, 8.6));
        tick.lineTo(c + QPointF(7.4, -6.4));
        sink.path(tick, QColor(), inkStroke(theme, 1.1));
    } else if (g.face.inside == GlyphInside::Dash) {
        sink.line(c + QPointF(-7, 0), c + QPointF(7, 0), inkStroke(theme, 1.6));
    }
}

void drawConv(DrawSink& sink, const PlacedGlyph& g, const Theme& theme) {
    const QPainterPath box = rectangle(toRect(g.box));
    softShadow(sink, box, theme);
    sink.path(box, theme.convShort, inkStroke(theme, 2.6));
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
    if (g.face.reduces) {
        // The kernel axis leaves at the lower right and ends in the reduce head.
        const double ky = y + 20.0, stub = left + 36.0 + 22.0;
        for (const double d : {-2.0, 2.0}) sink.line({left + 36.0, ky + d}, {stub, ky + d}, inkStroke(theme));
        const double w = mathWidth(g.face.label, 15.0);
        sink.math({stub + 3.0, ky + 5.0}, g.face.label, 15.0, theme.ink);
        sink.path(arrowHead({stub + 3.0 + w + 13.0, ky}), theme.ink, {});
    }
    const QPainterPath shape = windowPath(entry);
    softShadow(sink, shape, theme);
    sink.path(shape, theme.conv, inkStroke(theme));
    const bool strided = g.face.stride != 1;
    sink.line(entry + QPointF(0, 12), entry + QPointF(strided ? 23 : 30, strided ? -1 : -5), inkStroke(theme, 1.1));
    if (strided) sink.math(entry + QPointF(25, 2), std::to_string(g.face.stride), 11.0, theme.ink);
    sink.path(starPath(entry + QPointF(11, -9), 5.6), theme.ink, {});
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
    sink.line(plus + QPointF(-6, 0), plus + QPointF(6, 0), inkStroke(theme, 1.6));
    sink.line(plus + QPointF(0, -6), plus + QPointF(0, 6), inkStroke(theme, 1.6));
}

// Dots where lanes meet, end or begin; half-circles where they are summed over, with the arrow of the scalar that stays.
void drawWiring(DrawSink& sink, const PlacedGlyph& g, const Theme& theme) {
    const PlacedCup* widest = nullptr;
    for (const PlacedCup& c : g.cups) {
        if (widest == nullptr || c.apex() > widest->apex()) widest = &c;
        if (c.bundle)
            for (const double d : {-2.0, 2.0}) sink.path(cupPath(c.x, c.top - d, c.bottom + d), QColor(), inkStroke(theme));
        else sink.path(cupPath(c.x, c.top, c.bottom), QColor(), inkStroke(theme));
    }
    if (widest != nullptr) {
        const double y = (widest->top + widest->bottom) / 2, x = widest->apex();
        sink.line({x, y}, {x + 12.0, y}, inkStroke(theme));
        sink.path(arrowHead({x + 21.0, y}, 0.0, 9.0), theme.ink, {});
        if (!g.face.label.empty()) sink.math({x + 5.0, y - 8.0}, g.face.label, 13.0, theme.ink);
    }
    for (std::size_t k = 0; k < g.dots.size(); ++k)
        sink.path(dotPath(toPoint(g.dots[k]), g.bundleDots[k] ? 4.4 : 3.2), theme.ink, {});
}

void drawMask(DrawSink& sink, const PlacedGlyph& g, const Theme& theme) {
    const QRectF box = toRect(g.box);
    const QPainterPath square = rectangle(box);
    const QColor live = theme.maskLive, dead = theme.maskDead;
    softShadow(sink, square, theme);
    switch (g.face.mask) {
        case MaskShape::Lower:
            sink.path(square, live, {});
            sink.path(polygonPath({box.topLeft(), box.topRight(), box.bottomRight()}), dead, {});
            break;
        case MaskShape::Band: {
            sink.path(square, dead, {});
            const double w = 0.3 * box.width(), h = 0.3 * box.height();
            sink.path(polygonPath({box.topLeft(), {box.left() + w, box.top()}, {box.right(), box.bottom() - h}, box.bottomRight(),
                                   {box.right() - w, box.bottom()}, {box.left(), box.top() + h}}), live, {});
            break;
        }
        case MaskShape::Block:
            sink.path(square, dead, {});
            for (int k = 0; k < 3; ++k)
                sink.path(rectangle({box.left() + k * box.width() / 3, box.top() + k * box.height() / 3, box.width() / 3, box.height() / 3}), live, {});
            break;
    }
    sink.path(square, QColor(), inkStroke(theme));
    if (g.face.named) sink.text({box.center().x(), box.top() - 7.0}, QString::fromStdString(g.face.label), 10.5, 400, theme.mute, 0.5);
}

// Both halves of a slot have its colour; no line joins them.
QColor slotColor(const std::string& name, const Theme& theme) {
    unsigned h = 2166136261U;
    for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 16777619U;
    return theme.seriesColor(int(h % 6U));
}

void drawSlot(DrawSink& sink, const PlacedGlyph& g, const Theme& theme) {
    const QColor color = slotColor(g.face.label, theme);
    const Stroke tape{color, 1.8, {}, false};
    const double x = g.anchor.x, y = g.anchor.y;
    if (g.face.drops) {
        QPainterPath line(QPointF(x, y));
        line.quadTo(QPointF(x + 8.0, y), QPointF(x + 8.0, y + 8.0));
        line.lineTo(x + 8.0, y + 28.0);
        sink.path(line, QColor(), tape);
        sink.path(arrowHead({x + 8.0, y + 36.0}, 90.0, 9.0), color, {});
        sink.math({x + 16.0, y + 32.0}, g.face.label, 15.0, color);
    } else {
        QPainterPath line(QPointF(x - 8.0, y - 36.0));
        line.lineTo(x - 8.0, y - 8.0);
        line.quadTo(QPointF(x - 8.0, y), QPointF(x, y));
        sink.path(line, QColor(), tape);
        sink.path(arrowHead({x - 8.0, y - 14.0}, 90.0, 9.0), color, {});
        sink.mathAt({x - 15.0, y - 22.0}, g.face.label, 15.0, color, 1.0);
    }
}

// A closed block: the front with two faces behind it.
void drawSolid(DrawSink& sink, const PlacedGlyph& g, const Theme& theme) {
    const QRectF r = toRect(g.box);
    constexpr double kDepth = 12.0;
    const QColor front = theme.groupFill(g.face.fill);
    const QPointF back(kDepth, -kDepth);
    softShadow(sink, polygonPath({r.topLeft(), r.topLeft() + back, r.topRight() + back, r.bottomRight() + back, r.bottomRight(), r.bottomLeft()}), theme);
    sink.path(polygonPath({r.topLeft(), r.topLeft() + back, r.topRight() + back, r.topRight()}), front.lighter(theme.dark ? 125 : 104), inkStroke(theme));
    sink.path(polygonPath({r.topRight(), r.topRight() + back, r.bottomRight() + back, r.bottomRight()}), front.darker(theme.dark ? 115 : 108), inkStroke(theme));
    sink.path(rectangle(r), front, inkStroke(theme));
    const bool counted = !g.face.count.empty();
    sink.text({r.center().x(), r.center().y() + (counted ? -2.0 : 4.5)}, QString::fromStdString(g.face.label), 13.0, 500, theme.ink, 0.5);
    if (counted) sink.mathAt({r.center().x(), r.center().y() + 15.0}, "(" + g.face.count + ")", 14.0, theme.ink, 0.5);
}

}  // namespace

void drawGlyph(DrawSink& sink, const PlacedGlyph& g, const Theme& theme) {
    const QRectF box = toRect(g.box);
    const QPointF center = toPoint(g.anchor);
    switch (g.face.glyph) {
        case Glyph::Source: {
            if (g.face.label.empty()) return;  // bare wires from nowhere
            const QPainterPath shape = sourcePath(box);
            softShadow(sink, shape, theme);
            sink.path(shape, theme.chip, {theme.chipRim, 1.0, {}, false});
            drawCentered(sink, center + QPointF(3, 0), g.face.label, 18.0, theme.ink);
            return;
        }
        case Glyph::Sink: sink.math({center.x(), center.y() + 6.5}, g.face.label, 19.0, theme.ink); return;
        case Glyph::Chip: {
            const QPainterPath shape = chipPath(box, 11.0, g.face.mirrored);
            softShadow(sink, shape, theme);
            sink.path(shape, theme.chip, {theme.chipRim, 1.0, {}, false});
            drawCentered(sink, center + QPointF(1, 0), g.face.label, 21.0, theme.ink);
            return;
        }
        case Glyph::Conv:
        case Glyph::TransposedConv: drawConv(sink, g, theme); return;
        case Glyph::Window: drawWindow(sink, g, theme); return;
        case Glyph::Triangle: {
            const QPainterPath shape = polygonPath({{box.left(), center.y()}, box.topRight(), box.bottomRight()});
            softShadow(sink, shape, theme);
            sink.path(shape, theme.paper, inkStroke(theme));
            if (g.face.named && !g.face.label.empty())
                sink.text({center.x(), box.bottom() + 9.0}, QString::fromStdString(plainLabel(g.face.label)), 9.5, 400, theme.mute, 0.5);
            return;
        }
        case Glyph::Circle: drawCircle(sink, g, theme); return;
        case Glyph::Pointwise: drawPointwise(sink, center, g.face.label, theme); return;
        case Glyph::Copy:
        case Glyph::Add: drawDots(sink, g, theme); return;
        case Glyph::Bar:
            sink.path(rectangle(box), theme.ink, {});
            drawWiring(sink, g, theme);
            return;
        case Glyph::Einsum: drawWiring(sink, g, theme); return;
        case Glyph::Mask: drawMask(sink, g, theme); return;
        case Glyph::Slot: drawSlot(sink, g, theme); return;
        case Glyph::Composite: drawSolid(sink, g, theme); return;
        case Glyph::Rename: return;  // only the label changes
        case Glyph::Discard:
            for (const DiagramPoint& p : g.in) sink.path(dotPath(toPoint(p), 4.0), theme.background, inkStroke(theme, 1.3));
            return;
        case Glyph::Index: {
            const QPainterPath shape = indexPath(box);
            softShadow(sink, shape, theme);
            sink.path(shape, theme.index, inkStroke(theme));
            drawCentered(sink, center - QPointF(3, 0), g.face.label, 15.0, theme.onIndex);
            return;
        }
        case Glyph::Hexagon: {
            const QPainterPath shape = hexagonPath(box);
            softShadow(sink, shape, theme);
            sink.path(shape, theme.paper, inkStroke(theme));
            drawCentered(sink, center, g.face.label, 17.0, theme.ink);
            return;
        }
        case Glyph::Diamond: {
            const QPainterPath shape = polygonPath({{box.left(), center.y()}, {center.x(), box.top()}, {box.right(), center.y()}, {center.x(), box.bottom()}});
            softShadow(sink, shape, theme);
            sink.path(shape, theme.paper, inkStroke(theme));
            drawCentered(sink, center, g.face.label, 15.0, theme.ink);
            return;
        }
        case Glyph::Box: {
            softShadow(sink, rectangle(box), theme);
            sink.path(rectangle(box), theme.paper, inkStroke(theme));
            drawCentered(sink, center, g.face.label, 17.0, theme.ink);
            return;
        }
        case Glyph::Unknown: {
            // Kept and shown, not understood: a dashed frame says so.
            sink.path(rectangle(box), theme.background, {theme.error, 1.4, {5, 3}, false});
            drawCentered(sink, center, g.face.label, 15.0, theme.error);
            return;
        }
    }
}

}  // namespace lab
