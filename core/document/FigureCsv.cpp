#include "core/document/Figure.h"

#include <array>
#include <charconv>

namespace lab {

namespace {

enum Column { kPanel, kSeries, kLabel, kX, kXTo, kY, kChannel, kValue, kColumns };
constexpr std::array<const char*, kColumns> kNames{"panel", "series", "label", "x", "x_to", "y", "channel", "value"};
using Row = std::array<std::string, kColumns>;

std::string number(double value) {
    if (value != value) return "nan";
    std::array<char, 40> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end.ptr};
}
// Values that were single precision print in single precision: what was drawn, not its binary expansion.
std::string number(float value) {
    if (value != value) return "nan";
    std::array<char, 40> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end.ptr};
}
std::string number(Index value) { return std::to_string(value); }

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) out.append(c == '"' ? 2 : 1, c);
    return out + "\"";
}

class Rows {
public:
    explicit Rows(std::string panel) : m_panel(std::move(panel)) {}
    std::vector<Row> rows;

    Row& add(const std::string& series) {
        Row row;
        row[kPanel] = m_panel;
        row[kSeries] = figureText(series);
        rows.push_back(std::move(row));
        return rows.back();
    }
    void lines(const std::vector<ReferenceLine>& lines) {
        for (const ReferenceLine& line : lines) add(line.label.empty() ? "reference" : line.label)[line.vertical ? kX : kY] = number(line.at);
    }

    void operator()(const MessagePanel&) {}
    void operator()(const CurvesPanel& c) {
        for (const CurveSeries& s : c.series) points(s.title, s.points);
        lines(c.lines);
    }
    void operator()(const ScatterPanel& s) {
        for (const ScatterGroup& g : s.groups) points(g.title, g.points);
        lines(s.lines);
    }
    void operator()(const HistogramPanel& h) {
        for (const HistogramSeries& s : h.series)
            for (std::size_t i = 0; i < s.heights.size() && i + 1 < h.edges.size(); ++i) {
                Row& row = add(s.title);
                row[kX] = number(h.edges[i]);
                row[kXTo] = number(h.edges[i + 1]);
                row[kValue] = number(s.heights[i]);
            }
        lines(h.lines);
    }
    void operator()(const BarsPanel& b) {
        for (const BarSeries& s : b.series)
            for (std::size_t i = 0; i < s.values.size(); ++i) {
                Row& row = add(s.title);
                row[kLabel] = i < b.categories.size() ? figureText(b.categories[i]) : std::to_string(i);
                row[kValue] = number(s.values[i]);
            }
        lines(b.lines);
    }
    void operator()(const HeatPanel& h) {
        for (Index r = 0; r < h.values.rows(); ++r)
            for (Index c = 0; c < h.values.cols(); ++c) {
                Row& row = add("");
                row[kY] = number(r);
                row[kX] = number(c);
                const auto name = [](const std::vector<std::string>& names, Index i) {
                    return static_cast<std::size_t>(i) < names.size() ? figureText(names[static_cast<std::size_t>(i)]) : std::string();
                };
                const std::string left = name(h.rowLabels, r), top = name(h.columnLabels, c);
                if (!left.empty() && !top.empty()) row[kLabel] = left + " / " + top;
                row[kValue] = number(h.values(r, c));
            }
    }
    void operator()(const TilesPanel& t) {
        for (const FigureTile& tile : t.tiles) {
            std::size_t i = 0;
            for (int k = 0; k < tile.channels; ++k)
                for (int y = 0; y < tile.height; ++y)
                    for (int x = 0; x < tile.width && i < tile.values.size(); ++x, ++i) {
                        Row& row = add("");
                        row[kLabel] = figureText(tile.caption);
                        if (tile.channels > 1) row[kChannel] = std::to_string(k);
                        row[kY] = std::to_string(y);
                        row[kX] = std::to_string(x);
                        row[kValue] = number(tile.values[i]);
                    }
        }
    }
    void operator()(const TablePanel& t) {
        for (const std::vector<std::string>& cells : t.rows)
            for (std::size_t i = 1; i < cells.size(); ++i) {
                Row& row = add(cells[0]);
                row[kLabel] = i < t.header.size() ? figureText(t.header[i]) : std::to_string(i);
                row[kValue] = figureText(cells[i]);
            }
    }

private:
    void points(const std::string& title, const std::vector<FigurePoint>& points) {
        for (const FigurePoint& p : points) {
            Row& row = add(title);
            row[kX] = number(p.x);
            row[kY] = p.y == p.y ? number(p.y) : std::string();
        }
    }
    std::string m_panel;
};

void line(std::string& out, const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) out.append(i ? "," : "").append(quoted(cells[i]));
    out += '\n';
}

}  // namespace

std::string figureCsv(const Figure& figure) {
    std::string out;
    if (figure.panels.size() == 1)
        if (const auto* table = std::get_if<TablePanel>(&figure.panels[0].content)) {
            std::vector<std::string> cells;
            for (const std::string& name : table->header) cells.push_back(figureText(name));
            line(out, cells);
            for (const auto& row : table->rows) {
                cells.clear();
                for (const std::string& cell : row) cells.push_back(figureText(cell));
                line(out, cells);
            }
            return out;
        }

    std::vector<Row> rows;
    for (const FigurePanel& panel : figure.panels) {
        Rows maker(figureText(panel.title));
        std::visit(maker, panel.content);
        rows.insert(rows.end(), std::make_move_iterator(maker.rows.begin()), std::make_move_iterator(maker.rows.end()));
    }
    std::array<bool, kColumns> used{};
    for (const Row& row : rows)
        for (std::size_t i = 0; i < kColumns; ++i) used[i] = used[i] || !row[i].empty();
    if (rows.empty()) used[kPanel] = used[kValue] = true;
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < kColumns; ++i) if (used[i]) cells.emplace_back(kNames[i]);
    line(out, cells);
    for (const Row& row : rows) {
        cells.clear();
        for (std::size_t i = 0; i < kColumns; ++i) if (used[i]) cells.push_back(row[i]);
        line(out, cells);
    }
    return out;
}

}  // namespace lab
