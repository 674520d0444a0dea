// A figure as plain data: what a view shows, before anybody has drawn it. The window, the SVG and PDF writers and the
// CSV all take it from here, so that what is exported is exactly what was seen. No pixels, no Qt, no widget.
#pragma once

#include "core/document/LabelText.h"
#include "core/math/Types.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace lab {

// Colours are named by role; the theme (screen light, screen dark, print) decides what they look like. Whatever a
// colour tells is told again by a dash, a marker or a label.
enum class ColourRole { Series, Ink, Mute, Positive, Negative, Accent, Warning };
enum class DashKind { Solid, Dashed, Dotted, DashDot };
enum class MarkerKind { Circle, Square, Triangle, Diamond, Cross, Plus, TriangleDown, Ring };

struct SeriesStyle {
    ColourRole role = ColourRole::Series;
    int slot = 0;                       // ColourRole::Series: place in the categorical palette, any number >= 0
    DashKind dash = DashKind::Solid;
    MarkerKind marker = MarkerKind::Circle;
    bool operator==(const SeriesStyle&) const = default;
};
// The style of the n-th of several equals: colour, dash and marker all differ.
SeriesStyle seriesStyle(int n);

struct FigureAxis {
    std::string title;                  // label markup ("goodness G_1")
    std::string unit;                   // "" = none
    bool logarithmic = false;
    bool integers = false;              // ticks at whole numbers only
    double from = 0, to = 0;            // fixed range where from < to; else the data decide
    bool includeZero = false;           // the range found from the data contains 0
    std::vector<std::string> labels;    // categories at 0, 1, 2, ...; replaces the numbers
    bool operator==(const FigureAxis&) const = default;

    // "goodness (bit)"; the title alone without a unit.
    std::string text() const;
};

// A line across the data: chance level, threshold.
struct ReferenceLine {
    bool vertical = false;
    double at = 0;
    std::string label;
    SeriesStyle style{ColourRole::Mute, 0, DashKind::Dashed};
    bool operator==(const ReferenceLine&) const = default;
};

struct FigurePoint {
    double x = 0, y = 0;
    bool operator==(const FigurePoint& o) const { return x == o.x && (y == o.y || (y != y && o.y != o.y)); }
};

struct CurveSeries {
    std::string title;
    SeriesStyle style;
    std::vector<FigurePoint> points;    // in order of x; y = NaN breaks the line
    bool markers = false;               // a mark at every point (few points)
    bool operator==(const CurveSeries&) const = default;
};
struct CurvesPanel {
    std::vector<CurveSeries> series;
    std::vector<ReferenceLine> lines;
    bool operator==(const CurvesPanel&) const = default;
};

// Overlaid distributions over common bins, drawn as filled steps.
struct HistogramSeries {
    std::string title;
    SeriesStyle style;
    std::vector<double> heights;        // one per bin
    std::int64_t count = 0;             // samples behind it
    bool operator==(const HistogramSeries&) const = default;
};
struct HistogramPanel {
    std::vector<double> edges;          // bins + 1, ascending
    std::vector<HistogramSeries> series;
    std::vector<ReferenceLine> lines;
    bool operator==(const HistogramPanel&) const = default;
};

struct BarSeries {
    std::string title;
    SeriesStyle style;
    std::vector<double> values;         // one per category; NaN = not defined (drawn as a gap with a mark)
    bool operator==(const BarSeries& o) const;
};
struct BarsPanel {
    std::vector<std::string> categories;  // empty = 0, 1, 2, ... of the longest series
    std::vector<BarSeries> series;
    std::vector<ReferenceLine> lines;
    bool printValues = false;
    bool operator==(const BarsPanel&) const = default;
};

enum class HeatScale { Sequential, Diverging, Categorical };
struct HeatPanel {
    MatrixD values;                     // row 0 on top; NaN = not defined, hatched
    HeatScale scale = HeatScale::Sequential;
    double low = 0, high = 0;           // limits of the colour scale where low < high; else of the data
    std::string valueTitle;             // beside the colour bar
    bool printValues = false;           // numbers in the cells where they fit
    bool square = true;                 // cells keep their aspect ratio
    std::vector<std::string> rowLabels; // empty = none
    std::vector<std::string> columnLabels;
    bool operator==(const HeatPanel& o) const;
};

struct ScatterGroup {
    std::string title;
    SeriesStyle style;
    std::vector<FigurePoint> points;
    bool operator==(const ScatterGroup&) const = default;
};
struct ScatterPanel {
    std::vector<ScatterGroup> groups;
    std::vector<ReferenceLine> lines;
    bool equalAspect = true;            // one unit is equally long along x and y
    bool operator==(const ScatterPanel&) const = default;
};

// Small images in a grid: weights, inputs.
struct FigureTile {
    std::string caption;
    int width = 1, height = 1, channels = 1;
    std::vector<float> values;          // channels x height x width
    bool flagged = false;               // framed and marked (a collision, a mistake)
    bool operator==(const FigureTile&) const = default;
};
struct TilesPanel {
    std::vector<FigureTile> tiles;
    int columns = 0;                    // 0 = as many as fit
    HeatScale scale = HeatScale::Sequential;  // one channel: grey or diverging about 0; three channels: RGB
    double low = 0, high = 0;           // common limits where low < high; else each tile has its own
    std::string flagMeaning;            // what a frame means, for the legend
    bool operator==(const TilesPanel&) const = default;
};

struct TablePanel {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
    std::vector<bool> numeric;          // per column: set flush right
    bool operator==(const TablePanel&) const = default;
};

// Nothing to show: why, and what to do about it.
struct MessagePanel {
    std::string why;
    std::string whatToDo;
    bool operator==(const MessagePanel&) const = default;
};

struct FigurePanel {
    std::string title;                  // may be empty
    std::string note;                   // one short line under the title: "d' 1.82   AUC 0.902"
    FigureAxis x, y;
    std::variant<MessagePanel, CurvesPanel, HistogramPanel, BarsPanel, HeatPanel, ScatterPanel, TilesPanel, TablePanel> content;
    bool operator==(const FigurePanel&) const = default;
};

struct Figure {
    std::string view;                   // id of the view that made it
    std::string title;
    std::string caption;                // one line below: what was measured on what
    std::vector<FigurePanel> panels;    // row by row
    int columns = 0;                    // of the grid of panels; 0 = chosen from the room there is
    bool sharedLegend = true;           // one legend below all panels where their series agree; else one per panel
    bool operator==(const Figure&) const = default;

    static Figure message(std::string view, std::string title, std::string why, std::string whatToDo);
    // True where there is nothing but messages.
    bool empty() const;
    // One sentence for screen readers: title, panels, series, last values.
    std::string summary() const;
};

// Exactly what is drawn, C locale, LF, RFC 4180 quoting. A single table panel is written as it is. Otherwise one row per
// number with those of the columns panel, series, label, x, x_to, y, channel, value that some row uses:
//   curves, scatter  series, x, y (empty at a gap)          histogram  series, x, x_to (the bin), value
//   bars             series, label (category), value         heat       y (row from the top), x (column), label, value
//   tiles            label (caption), channel, y, x, value    table      series (row), label (column), value
//   reference line   series = its label, x or y
std::string figureCsv(const Figure& figure);

}  // namespace lab
