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
QPainterPath polygonPath(const QList<QPointF>& points);
QPainterPath indexPath(const QRectF& r, double tip = 11.0);
QPainterPath hexagonPath(const QRectF& r, double tip = 12.0);
// Half-circle that bulges to the right between two open ends.
QPainterPath cupPath(double x, double top, double bottom);
QPainterPath parenthesisPath(double x, double top, double bottom, bool right);
Stroke inkStroke(const Theme& theme, double width = 1.25, bool round = false);
// Label centred on a point: its baseline lies a third of the size below.
void drawCentered(DrawSink& sink, QPointF at, const std::string& markup, double pixels, const QColor& color);
// Name between two heads; `scale` < 1 in tiles that are too narrow for it.
void drawPointwise(DrawSink& sink, QPointF center, const std::string& label, const Theme& theme, double scale = 1.0);

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
