// Where everything of a figure goes, and over which ranges. Screen and files share it.
#pragma once

#include "widgets/plot/FigureStyle.h"

#include <QRectF>
#include <QString>

#include <vector>

namespace lab {

// An axis ready to draw. Values run linearly from `from` to `to`; on logarithmic axes these are decimal logarithms.
struct AxisScale {
    double from = 0, to = 1;
    bool logarithmic = false;
    struct Tick { double at; QString label; };
    std::vector<Tick> ticks;

    // A data value in the units of from and to; NaN where a logarithm does not exist.
    double value(double data) const;
    double fraction(double data) const { return (value(data) - from) / (to - from); }
};

// Ticks at 1, 2 or 5 times a power of ten (or at decades), at most `most` of them, with labels of equal precision.
std::vector<AxisScale::Tick> niceTicks(double from, double to, bool logarithmic, bool integers, int most);
// Distance of such ticks.
double niceStep(double span, bool integers, int most);

struct LegendEntry {
    enum class Kind { Line, Fill, Marker, Frame };
    Kind kind = Kind::Line;
    QString title;
    SeriesStyle style;
    bool markers = false;    // Line: with a mark
    bool operator==(const LegendEntry&) const = default;
    QRectF box;              // where it is drawn
};

struct PanelLayout {
    QRectF box;
    QRectF title, note;      // empty where there is none
    QRectF plot;             // of the data
    QRectF xTitle, yTitle;
    QRectF colourBar;        // heat maps; empty where there is no room
    bool barTitle = true;
    AxisScale x, y;
    bool slantedLabels = false;
    QSizeF cell;             // heat: of a cell; tiles: of an image
    int columns = 1;         // tiles
    double caption = 0;      // tiles: height below each image
    int shown = 0;           // tiles or table rows that fit
    std::vector<double> columnEnds;  // table
    std::vector<double> rowEnds;     // table: lower edges of the header and of the rows that fit
    std::vector<LegendEntry> legend;
};

struct FigureLayout {
    QRectF title, caption;
    std::vector<PanelLayout> panels;
    std::vector<LegendEntry> legend;  // shared
    double height = 0;                // needed: more than was given where panels would be too small
};

// Ranges that were last drawn, per panel, so that axes stay put while the data tremble.
struct RangeMemory {
    struct Ranges { double xFrom = 0, xTo = 0, yFrom = 0, yTo = 0; };
    std::vector<Ranges> panels;
};

struct LayoutOptions {
    bool title = true;             // the figure's own title on top (files); docks have one already
    double smallestPanel = 0;      // height; the layout grows beyond the rectangle rather than going below
    RangeMemory* memory = nullptr;
};

FigureLayout layoutFigure(const Figure& figure, const QRectF& rect, const FigureStyle& style, const LayoutOptions& options = {});

// Point of the data in the plot area.
QPointF mapped(const PanelLayout& panel, double x, double y);

}  // namespace lab
