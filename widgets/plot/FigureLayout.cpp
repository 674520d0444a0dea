#include "widgets/plot/FigureLayout.h"

#include "widgets/image/FigureImages.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <utility>
#include <limits>

namespace lab {

namespace {

QString words(const std::string& text) { return QString::fromStdString(figureText(text)); }

// ------------------------------------------------------------------------------------------------------------- ranges

struct Bounds {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    bool logarithmic = false;
    void add(double v) {
        if (logarithmic) v = v > 0 ? std::log10(v) : std::numeric_limits<double>::quiet_NaN();
        if (!std::isfinite(v)) return;
        low = std::min(low, v);
        high = std::max(high, v);
    }
    bool any() const { return low <= high; }
};

struct BoundsOf {
    Bounds& x;
    Bounds& y;
    void lines(const std::vector<ReferenceLine>& lines) const {
        for (const ReferenceLine& line : lines) (line.vertical ? x : y).add(line.at);
    }
    void points(const std::vector<FigurePoint>& points) const {
        for (const FigurePoint& p : points) {
            if (!std::isfinite(p.y)) continue;
            x.add(p.x);
            y.add(p.y);
        }
    }
    void operator()(const MessagePanel&) const {}
    void operator()(const TablePanel&) const {}
    void operator()(const TilesPanel&) const {}
    void operator()(const CurvesPanel& c) const {
        for (const CurveSeries& s : c.series) points(s.points);
        lines(c.lines);
    }
    void operator()(const ScatterPanel& s) const {
        for (const ScatterGroup& g : s.groups) points(g.points);
        lines(s.lines);
    }
    void operator()(const HistogramPanel& h) const {
        for (const double e : h.edges) x.add(e);
        y.add(0);
        for (const HistogramSeries& s : h.series) for (const double v : s.heights) y.add(v);
        lines(h.lines);
    }
    void operator()(const BarsPanel& b) const {
        std::size_t n = b.categories.size();
        for (const BarSeries& s : b.series) {
            n = std::max(n, s.values.size());
            for (const double v : s.values) y.add(v);
        }
        x.add(-0.5);
        x.add(static_cast<double>(std::max<std::size_t>(1, n)) - 0.5);
        y.add(0);
        lines(b.lines);
    }
    void operator()(const HeatPanel& h) const {
        x.add(-0.5);
        x.add(static_cast<double>(h.values.cols()) - 0.5);
        y.add(-0.5);
        y.add(static_cast<double>(h.values.rows()) - 0.5);
    }
};

bool exactX(const FigurePanel& panel) {
    return std::holds_alternative<HistogramPanel>(panel.content) || std::holds_alternative<BarsPanel>(panel.content)
           || std::holds_alternative<HeatPanel>(panel.content);
}

// The range drawn for these bounds: rounded to ticks, and the remembered one while the data fill enough of it.
void settle(const FigureAxis& axis, Bounds bounds, bool exact, int most, double& from, double& to) {
    if (axis.from < axis.to) {
        from = bounds.logarithmic ? std::log10(std::max(axis.from, 1e-300)) : axis.from;
        to = bounds.logarithmic ? std::log10(std::max(axis.to, 1e-300)) : axis.to;
        return;
    }
    if (!bounds.any()) {
        from = 0;
        to = 1;
        return;
    }
    if (axis.includeZero && !bounds.logarithmic) bounds.add(0);
    if (exact && bounds.high > bounds.low) {
        from = bounds.low;
        to = bounds.high;
        return;
    }
    if (bounds.high - bounds.low < 1e-12 * std::max(1.0, std::abs(bounds.high))) {
        const double half = bounds.high == 0 || bounds.logarithmic ? 0.5 : 0.05 * std::abs(bounds.high);
        bounds.low -= bounds.low == 0 && !bounds.logarithmic ? 0 : half;
        bounds.high += half;
    }
    if (from < to && bounds.low >= from && bounds.high <= to && bounds.high - bounds.low > 0.45 * (to - from)) return;
    const double step = niceStep(bounds.high - bounds.low, axis.integers && !bounds.logarithmic, 2 * most);
    from = std::floor(bounds.low / step + 1e-9) * step;
    to = std::ceil(bounds.high / step - 1e-9) * step;
    // Losses, shares, counts: zero belongs to them where it is near.
    if (!bounds.logarithmic && from > 0 && from < 0.25 * to) from = 0;
}

// ------------------------------------------------------------------------------------------------------------- legend

struct LegendOf {
    std::vector<LegendEntry>& out;
    void add(LegendEntry::Kind kind, const std::string& title, const SeriesStyle& style, bool markers = false) const {
        if (title.empty()) return;
        LegendEntry entry;
        entry.kind = kind;
        entry.title = words(title);
        entry.style = style;
        entry.markers = markers;
        out.push_back(std::move(entry));
    }
    void operator()(const MessagePanel&) const {}
    void operator()(const TablePanel&) const {}
    void operator()(const HeatPanel&) const {}
    void operator()(const TilesPanel& t) const {
        const bool any = std::any_of(t.tiles.begin(), t.tiles.end(), [](const FigureTile& f) { return f.flagged; });
        SeriesStyle style;
        style.role = ColourRole::Warning;
        if (any) add(LegendEntry::Kind::Frame, t.flagMeaning, style);
    }
    void operator()(const CurvesPanel& c) const {
        for (const CurveSeries& s : c.series) add(LegendEntry::Kind::Line, s.title, s.style, s.markers);
    }
    void operator()(const ScatterPanel& s) const {
        for (const ScatterGroup& g : s.groups) add(LegendEntry::Kind::Marker, g.title, g.style);
    }
    void operator()(const HistogramPanel& h) const {
        for (const HistogramSeries& s : h.series) add(LegendEntry::Kind::Fill, s.title, s.style);
    }
    void operator()(const BarsPanel& b) const {
        for (const BarSeries& s : b.series) add(LegendEntry::Kind::Fill, s.title, s.style);
    }
};

std::vector<LegendEntry> legendOf(const FigurePanel& panel) {
    std::vector<LegendEntry> legend;
    std::visit(LegendOf{legend}, panel.content);
    // One series that says what the axis says needs no key.
    if (legend.size() == 1 && legend[0].kind != LegendEntry::Kind::Frame
        && (legend[0].title == words(panel.title) || legend[0].title == words(panel.y.title)
            || std::holds_alternative<BarsPanel>(panel.content)))
        legend.clear();
    return legend;
}

bool sameEntries(const std::vector<LegendEntry>& a, const std::vector<LegendEntry>& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](LegendEntry x, LegendEntry y) {
               x.box = y.box = QRectF();
               return x == y;
           });
}

double entryWidth(const LegendEntry& entry, const QFontMetricsF& metrics, double text) {
    return (entry.kind == LegendEntry::Kind::Line ? 2.2 : 1.1) * text + 0.5 * text + metrics.horizontalAdvance(entry.title) + 1.4 * text;
}

// Sets entries in rows from the left edge of `width`; returns the height that they take.
double flow(std::vector<LegendEntry>& legend, double width, const QFontMetricsF& metrics, double text) {
    double x = 0, y = 0;
    const double row = 1.55 * text;
    for (LegendEntry& entry : legend) {
        const double w = std::min(width, entryWidth(entry, metrics, text));
        if (x > 0 && x + w - 1.4 * text > width) {
            x = 0;
            y += row;
        }
        entry.box = QRectF(x, y, w, row);
        x += w;
    }
    return legend.empty() ? 0 : y + row;
}

void place(std::vector<LegendEntry>& legend, QPointF corner) {
    for (LegendEntry& entry : legend) entry.box.translate(corner);
}

// -------------------------------------------------------------------------------------------------------------- panel

class PanelMaker {
public:
    PanelMaker(const FigurePanel& panel, PanelLayout& layout, const FigureStyle& style)
        : m_panel(panel), m_out(layout), m_text(style.text), m_tick(style.tickFont()), m_title(style.titleFont()) {}

    void make(bool ownLegend, RangeMemory::Ranges* memory) {
        QRectF inner = m_out.box;
        head(inner);
        if (ownLegend) {
            m_out.legend = legendOf(m_panel);
            const double height = flow(m_out.legend, inner.width(), m_tick, m_text);
            if (height > 0) {
                place(m_out.legend, {inner.left(), inner.bottom() - height});
                inner.setBottom(inner.bottom() - height - 0.3 * m_text);
            }
        }
        if (std::holds_alternative<MessagePanel>(m_panel.content)) {
            m_out.plot = inner;
            return;
        }
        if (const auto* tiles = std::get_if<TilesPanel>(&m_panel.content)) return layTiles(*tiles, inner);
        if (const auto* table = std::get_if<TablePanel>(&m_panel.content)) return layTable(*table, inner);
        if (const auto* heat = std::get_if<HeatPanel>(&m_panel.content)) return layHeat(*heat, inner);
        layAxes(inner, memory);
    }

private:
    void head(QRectF& inner) {
        const QString title = words(m_panel.title), note = words(m_panel.note);
        if (title.isEmpty() && note.isEmpty()) return;
        const double row = 1.55 * m_text;
        double used = 0;
        if (!title.isEmpty()) {
            m_out.title = QRectF(inner.left(), inner.top(), inner.width(), row);
            used = row;
        }
        if (!note.isEmpty()) {
            const double width = m_title.horizontalAdvance(title) + (title.isEmpty() ? 0 : 1.0 * m_text);
            if (used > 0 && width + m_tick.horizontalAdvance(note) <= inner.width()) {
                m_out.title.setWidth(width);
                m_out.note = QRectF(inner.left() + width, inner.top(), inner.width() - width, row);
            } else {
                // A second line rather than an end cut off.
                const double height = (m_tick.horizontalAdvance(note) > inner.width() ? 2.6 : 1.35) * m_text;
                m_out.note = QRectF(inner.left(), inner.top() + used, inner.width(), height);
                used += height;
            }
        }
        inner.setTop(inner.top() + used + 0.35 * m_text);
    }

    double widest(const std::vector<AxisScale::Tick>& ticks) const {
        double width = 0;
        for (const auto& tick : ticks) width = std::max(width, m_tick.horizontalAdvance(tick.label));
        return width;
    }

    static std::vector<AxisScale::Tick> named(const std::vector<std::string>& names) {
        std::vector<AxisScale::Tick> ticks;
        for (std::size_t i = 0; i < names.size(); ++i)
            if (!names[i].empty()) ticks.push_back({static_cast<double>(i), words(names[i])});
        return ticks;
    }

    void shorten(std::vector<AxisScale::Tick>& ticks, double width) const {
        for (auto& tick : ticks) tick.label = m_tick.elidedText(tick.label, Qt::ElideRight, width);
    }

    void layAxes(QRectF inner, RangeMemory::Ranges* memory) {
        Bounds bx, by;
        bx.logarithmic = m_panel.x.logarithmic;
        by.logarithmic = m_panel.y.logarithmic;
        std::visit(BoundsOf{bx, by}, m_panel.content);
        RangeMemory::Ranges ranges = memory ? *memory : RangeMemory::Ranges{};
        const int yTicks = std::clamp(static_cast<int>(inner.height() / (3.0 * m_text)), 2, 6);
        const int xTicks = std::clamp(static_cast<int>(inner.width() / (5.0 * m_text)), 2, 8);
        settle(m_panel.x, bx, exactX(m_panel), xTicks, ranges.xFrom, ranges.xTo);
        settle(m_panel.y, by, false, yTicks, ranges.yFrom, ranges.yTo);
        const auto* bars = std::get_if<BarsPanel>(&m_panel.content);
        if (bars && !(m_panel.y.from < m_panel.y.to) && bars->printValues) {
            // Room for the numbers at the ends of the bars.
            const double room = 1.6 * m_text / std::max(40.0, inner.height() - 4 * m_text) * (ranges.yTo - ranges.yFrom);
            if (by.high + room > ranges.yTo) ranges.yTo = by.high + room;
        }
        if (memory) *memory = ranges;
        m_out.x.from = ranges.xFrom;
        m_out.x.to = ranges.xTo;
        m_out.x.logarithmic = bx.logarithmic;
        m_out.y.from = ranges.yFrom;
        m_out.y.to = ranges.yTo;
        m_out.y.logarithmic = by.logarithmic;
        m_out.y.ticks = niceTicks(ranges.yFrom, ranges.yTo, by.logarithmic, m_panel.y.integers, yTicks);

        const double yTitle = m_panel.y.title.empty() ? 0 : 1.45 * m_text;
        const double left = yTitle + widest(m_out.y.ticks) + 0.6 * m_text;
        const double width = inner.width() - left - 0.6 * m_text;
        double below = 1.5 * m_text + (m_panel.x.title.empty() ? 0 : 1.4 * m_text);
        const std::vector<std::string>& names = !m_panel.x.labels.empty() ? m_panel.x.labels : bars ? bars->categories : m_panel.x.labels;
        if (!names.empty()) {
            m_out.x.ticks = named(names);
            const double slot = width / std::max(1.0, m_out.x.to - m_out.x.from);
            if (widest(m_out.x.ticks) > slot - 0.3 * m_text) below += slant(m_out.x.ticks, inner.height() * 0.3);
        } else if (bars) {
            m_out.x.ticks = niceTicks(ranges.xFrom, ranges.xTo, false, true, xTicks);
        } else {
            m_out.x.ticks = niceTicks(ranges.xFrom, ranges.xTo, bx.logarithmic, m_panel.x.integers, xTicks);
        }
        m_out.plot = QRectF(inner.left() + left, inner.top() + 0.5 * m_text, std::max(10.0, width), std::max(10.0, inner.height() - below - 0.5 * m_text));
        if (const auto* scatter = std::get_if<ScatterPanel>(&m_panel.content); scatter && scatter->equalAspect) keepAspect(xTicks, yTicks);
        titles(below);
    }

    // Widens the shorter range until a unit is equally long both ways.
    void keepAspect(int xTicks, int yTicks) {
        const double perX = (m_out.x.to - m_out.x.from) / m_out.plot.width(), perY = (m_out.y.to - m_out.y.from) / m_out.plot.height();
        const auto widen = [](AxisScale& axis, double factor) {
            const double middle = (axis.from + axis.to) / 2, half = (axis.to - axis.from) / 2 * factor;
            axis.from = middle - half;
            axis.to = middle + half;
        };
        if (perX < perY) widen(m_out.x, perY / perX);
        else widen(m_out.y, perX / perY);
        m_out.x.ticks = niceTicks(m_out.x.from, m_out.x.to, false, false, xTicks);
        m_out.y.ticks = niceTicks(m_out.y.from, m_out.y.to, false, false, yTicks);
    }

    // Labels at 40 degrees, cut to a height; returns what they need beyond a plain row.
    double slant(std::vector<AxisScale::Tick>& ticks, double most) {
        m_out.slantedLabels = true;
        shorten(ticks, std::max(4 * m_text, most / 0.643));
        return widest(ticks) * 0.643 - 0.2 * m_text;
    }

    void titles(double below) {
        if (!m_panel.x.title.empty())
            m_out.xTitle = QRectF(m_out.plot.left(), m_out.plot.bottom() + below - 1.4 * m_text, m_out.plot.width(), 1.4 * m_text);
        if (!m_panel.y.title.empty()) m_out.yTitle = QRectF(m_out.box.left(), m_out.plot.top(), 1.4 * m_text, m_out.plot.height());
    }

    void layHeat(const HeatPanel& heat, const QRectF& inner) {
        const Index rows = std::max<Index>(1, heat.values.rows()), columns = std::max<Index>(1, heat.values.cols());
        const auto [low, high] = heatLimits(heat);
        AxisScale& x = m_out.x;
        AxisScale& y = m_out.y;
        x.from = y.from = -0.5;
        x.to = static_cast<double>(columns) - 0.5;
        y.to = static_cast<double>(rows) - 0.5;
        y.ticks = heat.rowLabels.empty() ? niceTicks(0, static_cast<double>(rows - 1), false, true, 5) : named(heat.rowLabels);
        x.ticks = heat.columnLabels.empty() ? niceTicks(0, static_cast<double>(columns - 1), false, true, 6) : named(heat.columnLabels);
        shorten(y.ticks, std::max(4 * m_text, inner.width() * 0.25));
        // Names that would leave no room for the picture are left to the read-out.
        if (heat.square && !heat.rowLabels.empty() && std::min(inner.width(), inner.height()) < 15 * m_text && widest(y.ticks) > 3 * m_text) {
            x.ticks.clear();
            y.ticks.clear();
        }
        // The names along the rows stand for those along the columns where both are the same and there is little room.
        if (heat.square && std::min(inner.width(), inner.height()) < 20 * m_text && heat.rowLabels == heat.columnLabels && widest(x.ticks) > 3 * m_text)
            x.ticks.clear();
        const bool noBar = inner.width() < 13 * m_text, noBarTitle = inner.width() < 22 * m_text;

        const double yTitle = m_panel.y.title.empty() ? 0 : 1.45 * m_text;
        const double left = yTitle + widest(y.ticks) + 0.6 * m_text;
        double barWidth = 0.9 * m_text + 0.5 * m_text;
        for (const auto& tick : niceTicks(low, high, false, false, 4)) barWidth = std::max(barWidth, 1.6 * m_text + m_tick.horizontalAdvance(tick.label));
        const double right = noBar ? 0.5 * m_text : 1.0 * m_text + barWidth + (heat.valueTitle.empty() || noBarTitle ? 0 : 1.4 * m_text);
        double below = (x.ticks.empty() ? 0.3 : 1.5) * m_text + (m_panel.x.title.empty() ? 0 : 1.4 * m_text);
        const double width = std::max(10.0, inner.width() - left - right);
        const double top = 0.3 * m_text;
        const auto slotOf = [&](double below) {
            double w = width, h = std::max(10.0, inner.height() - below - top);
            if (heat.square) {
                const double cell = std::min(w / static_cast<double>(columns), h / static_cast<double>(rows));
                w = cell * static_cast<double>(columns);
                h = cell * static_cast<double>(rows);
            }
            return QSizeF(w, h);
        };
        QSizeF size = slotOf(below);
        const double spacing = x.ticks.size() > 1 ? (x.ticks[1].at - x.ticks[0].at) * size.width() / static_cast<double>(columns) : size.width();
        if (!x.ticks.empty() && widest(x.ticks) > spacing - 0.3 * m_text) {
            below += slant(x.ticks, inner.height() * 0.22);
            size = slotOf(below);
        }
        thin(x.ticks, size.width() / static_cast<double>(columns));
        thin(y.ticks, size.height() / static_cast<double>(rows));
        m_out.plot = QRectF(QPointF(inner.left() + left, inner.top() + top), size);
        m_out.cell = QSizeF(size.width() / static_cast<double>(columns), size.height() / static_cast<double>(rows));
        m_out.barTitle = !noBarTitle;
        if (!noBar) m_out.colourBar = QRectF(m_out.plot.right() + 1.0 * m_text, m_out.plot.top(), 0.9 * m_text, m_out.plot.height());
        titles(below);
        if (!m_out.yTitle.isEmpty()) m_out.yTitle.moveLeft(inner.left());
    }

    // Leaves out labels that would lie on each other.
    void thin(std::vector<AxisScale::Tick>& ticks, double cell) const {
        std::vector<AxisScale::Tick> kept;
        for (auto& tick : ticks)
            if (kept.empty() || (tick.at - kept.back().at) * cell >= 1.15 * m_text) kept.push_back(std::move(tick));
        ticks = std::move(kept);
    }

    void layTiles(const TilesPanel& tiles, const QRectF& inner) {
        const int count = static_cast<int>(tiles.tiles.size());
        if (count == 0) {
            m_out.plot = inner;
            return;
        }
        const bool captions = std::any_of(tiles.tiles.begin(), tiles.tiles.end(), [](const FigureTile& t) { return !t.caption.empty(); });
        m_out.caption = captions ? 1.35 * m_text : 0;
        const double aspect = static_cast<double>(tiles.tiles[0].width) / std::max(1, tiles.tiles[0].height);
        const double gap = captions ? 0.7 * m_text : 0.25 * m_text;
        double best = 0;
        const int firstColumns = tiles.columns > 0 ? tiles.columns : 1, lastColumns = tiles.columns > 0 ? tiles.columns : count;
        for (int columns = firstColumns; columns <= lastColumns; ++columns) {
            const int rows = (count + columns - 1) / columns;
            const double w = (inner.width() - gap * (columns - 1)) / columns;
            const double h = (inner.height() - gap * (rows - 1)) / rows - m_out.caption;
            const double size = std::min(w, h * aspect);
            if (size > best) {
                best = size;
                m_out.columns = columns;
            }
        }
        m_out.shown = count;
        // Images too small to see: fewer of them.
        const double least = captions ? 4.2 * m_text : 0.9 * m_text;
        if (best < least && tiles.columns <= 0) {
            m_out.columns = std::max(1, static_cast<int>((inner.width() + gap) / (least + gap)));
            const int rows = std::max(1, static_cast<int>((inner.height() + gap) / (least / aspect + m_out.caption + gap)));
            m_out.shown = std::min(count, m_out.columns * rows);
            best = std::min((inner.width() - gap * (m_out.columns - 1)) / m_out.columns, std::max(least, best));
        }
        m_out.cell = QSizeF(best, best / aspect);
        const int rows = (m_out.shown + m_out.columns - 1) / m_out.columns;
        m_out.plot = QRectF(inner.left(), inner.top(), m_out.columns * (best + gap) - gap, rows * (best / aspect + m_out.caption + gap) - gap);
        m_out.x.from = gap;   // distance of the images
    }

    void layTable(const TablePanel& table, const QRectF& inner) {
        m_out.plot = inner;
        const std::size_t columns = table.header.size();
        std::vector<double> widths(columns, 0.0);
        for (std::size_t c = 0; c < columns; ++c) {
            widths[c] = m_tick.horizontalAdvance(words(table.header[c]));
            for (const auto& row : table.rows)
                if (c < row.size()) widths[c] = std::max(widths[c], m_tick.horizontalAdvance(words(row[c])));
            widths[c] += 1.6 * m_text;
        }
        double total = 0;
        for (const double w : widths) total += w;
        // The widest column gives way first.
        while (total > inner.width() + 0.5 && !widths.empty()) {
            const auto widest = std::max_element(widths.begin(), widths.end());
            const double cut = std::min(total - inner.width(), *widest - 4 * m_text);
            if (cut < 1) break;
            *widest -= cut;
            total -= cut;
        }
        double x = inner.left();
        for (const double w : widths) m_out.columnEnds.push_back(x += w);
        m_out.cell = QSizeF(0, 1.9 * m_text);
        double y = inner.top() + m_out.cell.height();
        m_out.rowEnds.push_back(y);
        for (const auto& row : table.rows) {
            // A text that is wider than its column goes on in the next line.
            double needed = m_out.cell.height();
            for (std::size_t c = 0; c < std::min(columns, row.size()); ++c) {
                const QRectF room(0, 0, widths[c] - 1.2 * m_text, 1e6);
                needed = std::max(needed, m_tick.boundingRect(room, Qt::TextWordWrap, words(row[c])).height() + 0.7 * m_text);
            }
            if (y + needed > inner.bottom() && m_out.rowEnds.size() > 1) break;
            m_out.rowEnds.push_back(y += needed);
        }
        m_out.shown = static_cast<int>(m_out.rowEnds.size()) - 1;
    }

    const FigurePanel& m_panel;
    PanelLayout& m_out;
    double m_text;
    QFontMetricsF m_tick;
    QFontMetricsF m_title;
};

// Columns that make panels as large as may be, near the shape that suits their content.
int chooseColumns(const Figure& figure, double width, double height, double text) {
    const int n = static_cast<int>(figure.panels.size());
    if (figure.columns > 0) return std::min(figure.columns, n);
    double aspect = 0;
    for (const FigurePanel& panel : figure.panels) {
        const auto* heat = std::get_if<HeatPanel>(&panel.content);
        const bool square = (heat && heat->square) || std::holds_alternative<ScatterPanel>(panel.content);
        aspect += (square ? 1.1 : 1.55) / n;
    }
    int best = 1;
    double size = -1;
    for (int columns = 1; columns <= n; ++columns) {
        const int rows = (n + columns - 1) / columns;
        // What titles and axes leave of a panel.
        const double w = std::max(1.0, width / columns - 4.5 * text), h = std::max(1.0, height / rows - 6.5 * text);
        const double used = std::min(w, h * aspect) - 1e-3 * (columns * rows - n) * w;
        if (used > size + 1e-6) {
            size = used;
            best = columns;
        }
    }
    return best;
}

}  // namespace

FigureLayout layoutFigure(const Figure& figure, const QRectF& rect, const FigureStyle& style, const LayoutOptions& options) {
    FigureLayout layout;
    const double text = style.text, margin = 1.0 * text;
    QRectF inner = rect.adjusted(margin, 0.8 * text, -margin, -0.8 * text);
    if (options.title && !figure.title.empty()) {
        layout.title = QRectF(inner.left(), inner.top(), inner.width(), 2.0 * text);
        inner.setTop(inner.top() + 2.5 * text);
    }
    const int n = static_cast<int>(figure.panels.size());
    if (n == 0) {
        layout.height = rect.height();
        return layout;
    }

    bool shared = figure.sharedLegend && n > 1;
    if (shared) {
        // Tables and messages have no say in it.
        bool first = true;
        for (const FigurePanel& panel : figure.panels) {
            if (std::holds_alternative<TablePanel>(panel.content) || std::holds_alternative<MessagePanel>(panel.content)) continue;
            if (std::exchange(first, false)) layout.legend = legendOf(panel);
            else if (!sameEntries(layout.legend, legendOf(panel))) shared = false;
        }
        if (!shared) layout.legend.clear();
    }
    // From below: caption, shared legend.
    double below = 0;
    const QFontMetricsF metrics(style.tickFont());
    double captionHeight = 0;
    if (!figure.caption.empty() && rect.height() > 21 * text) {
        const QRectF needed = metrics.boundingRect(QRectF(0, 0, inner.width(), 1e5), Qt::TextWordWrap, words(figure.caption));
        captionHeight = needed.height();
        below += captionHeight + 0.4 * text;
    }
    const double legendHeight = flow(layout.legend, inner.width(), metrics, text);
    if (legendHeight > 0) below += legendHeight + 0.5 * text;

    const double gap = 1.2 * text;
    const int columns = chooseColumns(figure, inner.width(), std::max(10.0, inner.height() - below), text);
    const int rows = (n + columns - 1) / columns;
    double rowHeight = (inner.height() - below - gap * (rows - 1)) / rows;
    rowHeight = std::max(rowHeight, std::max(20.0, options.smallestPanel));
    const double width = (inner.width() - gap * (columns - 1)) / columns;
    const double bottom = inner.top() + rows * rowHeight + (rows - 1) * gap;
    layout.height = bottom + below + 0.8 * text - rect.top();
    if (legendHeight > 0) place(layout.legend, {inner.left(), bottom + 0.5 * text});
    if (captionHeight > 0)
        layout.caption = QRectF(inner.left(), bottom + (legendHeight > 0 ? legendHeight + 0.5 * text : 0) + 0.4 * text, inner.width(), captionHeight);

    if (options.memory && options.memory->panels.size() != figure.panels.size()) options.memory->panels.assign(figure.panels.size(), {});
    layout.panels.resize(figure.panels.size());
    for (int i = 0; i < n; ++i) {
        const auto at = static_cast<std::size_t>(i);
        PanelLayout& panel = layout.panels[at];
        panel.box = QRectF(inner.left() + (i % columns) * (width + gap), inner.top() + (i / columns) * (rowHeight + gap), width, rowHeight);
        PanelMaker(figure.panels[at], panel, style).make(!shared, options.memory ? &options.memory->panels[at] : nullptr);
    }
    return layout;
}

}  // namespace lab
