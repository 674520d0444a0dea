// Glyphs with short wires in the tiles of the palette.
#include "widgets/circuit/GlyphKit.h"
#include "widgets/circuit/MathText.h"

#include <QTransform>

#include <algorithm>

namespace lab {

void drawTile(DrawSink& sink, const GlyphFace& face, const QRectF& area, const Theme& theme) {
    const QPointF c = area.center();
    const double left = area.left() + 4.0, right = area.right() - 4.0;
    const auto wire = [&](double y, double x0, double x1, bool bundle = false) {
        drawLane(sink, {{x0, y}, {x1, y}}, bundle, inkStroke(theme, 1.1));
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
        case Glyph::TransposedConv:
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
                sink.path(t.map(windowPath({0, 0})), theme.conv, inkStroke(theme, 1.1));
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
                drawLane(sink, {{c.x() - 10.0, c.y()}, {c.x() + 12.0, c.y() + d}, {right, c.y() + d}}, false, inkStroke(theme, 1.1));
            break;
        case Glyph::Add:
            g.out = {{c.x() + 10.0, c.y() + 4.0}};
            g.bundleOut = {false};
            g.anchor = {c.x() + 10.0, c.y() - 12.0};
            wire(c.y() + 4.0, c.x() + 10.0, right);
            for (const double d : {-8.0, 8.0})
                drawLane(sink, {{left, c.y() + 4.0 + d}, {c.x() - 12.0, c.y() + 4.0 + d}, {c.x() + 10.0, c.y() + 4.0}}, false,
                         inkStroke(theme, 1.1));
            break;
        case Glyph::Bar:
            g.box = {c.x() - 2.1, c.y() - 16.0, 4.2, 32.0};
            for (const double d : {-8.0, 8.0}) wire(c.y() + d, left, c.x());
            wire(c.y(), c.x(), right);
            break;
        case Glyph::Box:
        case Glyph::Unknown: {
            const double half = std::clamp(mathWidth(face.label, 17.0) / 2 + 5.0, 16.0, area.width() / 2 - 6.0);
            g.box = {c.x() - half, c.y() - 14.0, 2 * half, 28.0};
            wire(c.y(), left, right);
            break;
        }
        case Glyph::Einsum:
            // Two wires of one axis end in a half-circle; the fence between them ends inside it.
            for (const double d : {-9.0, 9.0}) wire(c.y() + d, left, c.x() + 2.0);
            sink.path(lanePath({{left, c.y()}, {c.x() + 6.0, c.y()}}), QColor(), {theme.ink, 1.3, {5, 3.5}, false});
            sink.path(cupPath(c.x() + 2.0, c.y() - 9.0, c.y() + 9.0), QColor(), inkStroke(theme, 1.1));
            sink.path(arrowHead({right, c.y()}, 0.0, 8.0), theme.ink, {});
            sink.line({c.x() + 11.0, c.y()}, {right - 6.0, c.y()}, inkStroke(theme, 1.1));
            return;
        case Glyph::Mask:
            g.face.named = false;
            g.box = {c.x() - 14.0, c.y() - 14.0, 28.0, 28.0};
            for (const double d : {-10.0, 10.0}) wire(c.y() + d, left, right);
            break;
        case Glyph::Index:
            g.box = {c.x() - 12.0, c.y() - 11.0, 32.0, 22.0};
            g.anchor = {c.x() + 4.0, c.y()};
            wire(c.y(), left, c.x() - 12.0);
            break;
        case Glyph::Rename:
            wire(c.y() + 4.0, left, right);
            sink.mathAt({c.x() - 12.0, c.y() - 2.0}, "~x", 13.0, theme.ink, 0.5);
            sink.mathAt({c.x() + 12.0, c.y() - 2.0}, "~y", 13.0, theme.ink, 0.5);
            return;
        case Glyph::Slot: {
            // Room for the tape alone; the name would not fit.
            g.face.label.clear();
            g.anchor = face.drops ? DiagramPoint{c.x() - 4.0, c.y() - 16.0} : DiagramPoint{c.x() + 4.0, c.y() + 16.0};
            if (face.drops) wire(g.anchor.y, left, g.anchor.x);
            else wire(g.anchor.y, g.anchor.x, right);
            break;
        }
        case Glyph::Discard:
            g.in = {{c.x() + 6.0, c.y() - 7.0}, {c.x() + 6.0, c.y() + 7.0}};
            for (const DiagramPoint& p : g.in) wire(p.y, left, p.x);
            break;
        case Glyph::Hexagon:
            g.box = {c.x() - 18.0, c.y() - 12.0, 36.0, 24.0};
            wire(c.y(), left, c.x() - 18.0);
            for (const double d : {-9.0, 9.0}) drawLane(sink, {{c.x() + 14.0, c.y()}, {right, c.y() + d}}, false, inkStroke(theme, 1.1));
            break;
        case Glyph::Diamond:
            g.box = {c.x() - 20.0, c.y() - 16.0, 40.0, 32.0};
            wire(c.y(), left, right);
            break;
        case Glyph::Composite:
            g.box = {c.x() - 19.0, c.y() - 8.0, 32.0, 22.0};
            g.anchor = {c.x() - 3.0, c.y() + 3.0};
            g.face.label.clear();
            wire(c.y() + 3.0, left, right);
            break;
    }
    if (face.glyph == Glyph::Circle && face.bendsBatch) {
        // Wire through the raised circle, batch wire below it.
        g.hasBatchLane = false;
        const double y = c.y() + 14.0;
        for (const double s : {-1.0, 1.0}) {
            QPainterPath bend(QPointF(c.x() + s * 26.0, y));
            bend.cubicTo(QPointF(c.x() + s * 14.0, y), QPointF(c.x() + s * 12.0, y - 4.0), QPointF(c.x() + s * 8.0, c.y() + 3.0));
            sink.path(bend, QColor(), inkStroke(theme, 1.1));
        }
    }
    if (face.glyph == Glyph::Chip) {
        const QPainterPath shape = chipPath(toRect(g.box), 8.0, face.mirrored);
        sink.path(shape, theme.chip, {theme.chipRim, 1.0, {}, false});
        drawCentered(sink, c, face.label, 15.0, theme.ink);
        return;
    }
    drawGlyph(sink, g, theme);
}

}  // namespace lab
