// How a figure looks: theme, type and pens. One object for the screen and for files.
#pragma once

#include "core/document/Figure.h"
#include "widgets/common/Theme.h"

#include <QPainterPath>
#include <QPen>

namespace lab {

struct FigureStyle {
    const Theme* theme = nullptr;
    QColor background;
    double text = 11.5;     // pixels of ordinary figure text

    static FigureStyle screen(const Theme& theme);
    static FigureStyle print();   // the light theme on white

    QFont tickFont() const { return uiFont(text); }
    QFont axisFont() const { return uiFont(text); }
    QFont titleFont() const { return uiFont(text * 1.12, QFont::DemiBold); }
    QFont headFont() const { return uiFont(text * 1.4, QFont::DemiBold); }

    QColor colour(const SeriesStyle& style) const;
    QPen pen(const SeriesStyle& style, double width) const;
    // Filling of bars: plain for even slots, hatched for odd ones, so that neighbours differ without hue.
    QBrush fill(const SeriesStyle& style) const;
};

// A marker about the origin, `size` wide; rings and crosses are outlines (see markerFilled).
QPainterPath markerPath(MarkerKind kind, double size);
bool markerFilled(MarkerKind kind);

}  // namespace lab
