// The glyphs of the diagram grammar as paths, and how each is drawn. Knows glyphs, never operation kinds.
#pragma once

#include "core/circuit/layout/DiagramLayout.h"
#include "widgets/circuit/DrawSink.h"
#include "widgets/common/Theme.h"

#include <QPainterPath>

namespace lab {

// A line through lane points: straight where the height stays, else a cubic with flat ends.
QPainterPath lanePath(const std::vector<DiagramPoint>& points);
// One line of a bundle: the same line moved along its normal.
QPainterPath offsetPath(const std::vector<DiagramPoint>& points, double distance);
QPainterPath arrowHead(QPointF tip, double degrees = 0.0, double length = 10.0);
QPainterPath chipPath(const QRectF& r, double bite = 11.0, bool mirrored = false);
QPainterPath sourcePath(const QRectF& r, double tip = 11.0);
QPainterPath windowPath(QPointF entry);
QPainterPath dotPath(QPointF center, double radius = 3.2);
QPainterPath starPath(QPointF center, double radius);

void drawLane(DrawSink& sink, const std::vector<DiagramPoint>& points, bool bundle, const Stroke& stroke);
// Two coloured lines side by side: the stream axis.
void drawTwin(DrawSink& sink, const std::vector<DiagramPoint>& points, const QColor& upper, const QColor& lower);
// Four stacked outlines: vector in every back end, and cheap. Nothing in the dark theme.
void softShadow(DrawSink& sink, const QPainterPath& outline, const Theme& theme);
void drawGlyph(DrawSink& sink, const PlacedGlyph& glyph, const Theme& theme);
// A glyph with short wires in a tile of the palette, centred in `area`.
void drawTile(DrawSink& sink, const GlyphFace& face, const QRectF& area, const Theme& theme);

inline QRectF toRect(const DiagramRect& r) { return {r.x, r.y, r.w, r.h}; }
inline QPointF toPoint(const DiagramPoint& p) { return {p.x, p.y}; }

}  // namespace lab
