#include "core/document/Figure.h"

#include "core/document/LabelText.h"

#include <algorithm>
#include <cmath>

namespace lab {

SeriesStyle seriesStyle(int n) {
    const int i = std::max(0, n);
    SeriesStyle style;
    style.slot = i;
    style.dash = static_cast<DashKind>(i % 4);
    style.marker = static_cast<MarkerKind>(i % 8);
    return style;
}

std::string FigureAxis::text() const {
    const std::string name = figureText(title);
    return unit.empty() ? name : name + " (" + unit + ")";
}

namespace {

// Two undefined numbers are the same picture.
bool same(const double* a, const double* b, std::size_t n) {
    return std::equal(a, a + n, b, [](double x, double y) { return x == y || (x != x && y != y); });
}

}  // namespace

bool BarSeries::operator==(const BarSeries& o) const {
    return title == o.title && style == o.style && values.size() == o.values.size() && same(values.data(), o.values.data(), values.size());
}

bool HeatPanel::operator==(const HeatPanel& o) const {
    if (values.rows() != o.values.rows() || values.cols() != o.values.cols()) return false;
    if (!same(values.data(), o.values.data(), static_cast<std::size_t>(values.size()))) return false;
    return scale == o.scale && low == o.low && high == o.high && valueTitle == o.valueTitle && printValues == o.printValues
           && square == o.square && rowLabels == o.rowLabels && columnLabels == o.columnLabels;
}

Figure Figure::message(std::string view, std::string title, std::string why, std::string whatToDo) {
    Figure figure;
    figure.view = std::move(view);
    figure.title = std::move(title);
    FigurePanel panel;
    panel.content = MessagePanel{std::move(why), std::move(whatToDo)};
    figure.panels.push_back(std::move(panel));
    return figure;
}

bool Figure::empty() const {
    return std::all_of(panels.begin(), panels.end(),
                       [](const FigurePanel& p) { return std::holds_alternative<MessagePanel>(p.content); });
}

namespace {

std::string seriesWords(const std::string& title, const std::string& value) {
    if (value.empty()) return figureText(title);
    return title.empty() ? value : figureText(title) + " " + value;
}

void join(std::string& line, const std::string& piece) {
    if (piece.empty()) return;
    if (!line.empty()) line += ", ";
    line += piece;
}

struct Words {
    std::string operator()(const MessagePanel& m) const { return m.why + (m.whatToDo.empty() ? "" : " " + m.whatToDo); }
    std::string operator()(const CurvesPanel& c) const {
        std::string line;
        for (const CurveSeries& s : c.series) {
            double last = std::nan("");
            for (const FigurePoint& p : s.points) if (std::isfinite(p.y)) last = p.y;
            join(line, seriesWords(s.title, std::isfinite(last) ? figureNumber(last) : "no value"));
        }
        return line;
    }
    std::string operator()(const HistogramPanel& h) const {
        std::string line;
        for (const HistogramSeries& s : h.series) join(line, seriesWords(s.title, std::to_string(s.count) + " samples"));
        for (const ReferenceLine& r : h.lines) join(line, seriesWords(r.label, figureNumber(r.at)));
        return line;
    }
    std::string operator()(const BarsPanel& b) const {
        std::string line;
        for (const BarSeries& s : b.series) {
            std::string values;
            const std::size_t most = std::min<std::size_t>(s.values.size(), 8);
            for (std::size_t i = 0; i < most; ++i) {
                const std::string name = i < b.categories.size() ? figureText(b.categories[i]) + " " : std::string();
                join(values, name + figureNumber(s.values[i]));
            }
            join(line, seriesWords(s.title, values));
        }
        return line;
    }
    std::string operator()(const HeatPanel& h) const {
        return std::to_string(h.values.rows()) + " by " + std::to_string(h.values.cols()) + " cells"
               + (h.valueTitle.empty() ? "" : " of " + figureText(h.valueTitle));
    }
    std::string operator()(const ScatterPanel& s) const {
        std::size_t points = 0;
        for (const ScatterGroup& g : s.groups) points += g.points.size();
        return std::to_string(points) + " points in " + std::to_string(s.groups.size()) + " groups";
    }
    std::string operator()(const TilesPanel& t) const {
        const auto flagged = std::count_if(t.tiles.begin(), t.tiles.end(), [](const FigureTile& f) { return f.flagged; });
        std::string line = std::to_string(t.tiles.size()) + " images";
        if (flagged > 0 && !t.flagMeaning.empty()) line += ", " + std::to_string(flagged) + " " + t.flagMeaning;
        return line;
    }
    std::string operator()(const TablePanel& t) const {
        return std::to_string(t.rows.size()) + " rows, " + std::to_string(t.header.size()) + " columns";
    }
};

}  // namespace

std::string Figure::summary() const {
    std::string line = figureText(title);
    for (const FigurePanel& panel : panels) {
        std::string words;
        if (!panel.title.empty() && panel.title != title) words = figureText(panel.title) + ": ";
        words += std::visit(Words{}, panel.content);
        if (!panel.note.empty()) words += " (" + panel.note + ")";
        line += (line.empty() ? "" : ". ") + words;
    }
    return line;
}

}  // namespace lab
