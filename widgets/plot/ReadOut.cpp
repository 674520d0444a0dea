#include "widgets/plot/ReadOut.h"

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

QString words(const std::string& text) { return QString::fromStdString(figureText(text)); }
QString number(double v, int digits = 4) { return QString::fromStdString(figureNumber(v, digits)); }

double dataX(const PanelLayout& at, double px) {
    const double v = at.x.from + (px - at.plot.left()) / at.plot.width() * (at.x.to - at.x.from);
    return at.x.logarithmic ? std::pow(10.0, v) : v;
}

void join(QString& line, const QString& piece) {
    if (!line.isEmpty()) line += QStringLiteral(", ");
    line += piece;
}

QString value(const QString& title, const QString& number, const std::string& unit) {
    QString out = title.isEmpty() ? number : title + QLatin1Char(' ') + number;
    if (!unit.empty()) out += QLatin1Char(' ') + QString::fromStdString(unit);
    return out;
}

struct Reader {
    const FigurePanel& panel;
    const PanelLayout& at;
    QPointF pointer;
    QPointF& snap;

    QString operator()(const MessagePanel&) const { return {}; }
    QString operator()(const TablePanel& t) const {
        const int row = static_cast<int>(std::upper_bound(at.rowEnds.begin(), at.rowEnds.end(), pointer.y()) - at.rowEnds.begin()) - 1;
        if (row < 0 || row >= at.shown) return {};
        snap = pointer;
        QString line;
        const std::vector<std::string>& cells = t.rows[static_cast<std::size_t>(row)];
        for (std::size_t c = 0; c < cells.size() && c < t.header.size(); ++c) join(line, words(t.header[c]) + QStringLiteral(": ") + words(cells[c]));
        return line;
    }

    QString operator()(const CurvesPanel& c) const {
        const double x = dataX(at, pointer.x());
        QString line;
        double best = std::numeric_limits<double>::infinity(), shown = x;
        for (const CurveSeries& s : c.series) {
            const auto after = std::lower_bound(s.points.begin(), s.points.end(), x, [](const FigurePoint& p, double v) { return p.x < v; });
            const FigurePoint* nearest = nullptr;
            for (auto p = after == s.points.begin() ? after : after - 1; p != s.points.end() && p <= after; ++p)
                if (std::isfinite(p->y) && (!nearest || std::abs(p->x - x) < std::abs(nearest->x - x))) nearest = &*p;
            if (!nearest) continue;
            join(line, value(words(s.title), number(nearest->y), panel.y.unit));
            if (std::abs(nearest->x - x) < best) {
                best = std::abs(nearest->x - x);
                shown = nearest->x;
                snap = mapped(at, nearest->x, nearest->y);
            }
        }
        return line.isEmpty() ? line : words(panel.x.title) + QLatin1Char(' ') + number(shown) + QStringLiteral(": ") + line;
    }

    QString operator()(const HistogramPanel& h) const {
        const double x = dataX(at, pointer.x());
        for (std::size_t i = 0; i + 1 < h.edges.size(); ++i) {
            if (x < h.edges[i] || x >= h.edges[i + 1]) continue;
            QString line;
            for (const HistogramSeries& s : h.series)
                if (i < s.heights.size()) join(line, value(words(s.title), number(s.heights[i], 3), panel.y.unit));
            snap = {mapped(at, (h.edges[i] + h.edges[i + 1]) / 2, 0).x(), pointer.y()};
            return number(h.edges[i], 3) + QStringLiteral(" to ") + number(h.edges[i + 1], 3) + QStringLiteral(": ") + line;
        }
        return {};
    }

    QString operator()(const BarsPanel& b) const {
        const auto i = static_cast<std::size_t>(std::max(0.0, std::round(dataX(at, pointer.x()))));
        QString line;
        for (const BarSeries& s : b.series)
            if (i < s.values.size()) join(line, value(words(s.title), number(s.values[i]), panel.y.unit));
        if (line.isEmpty()) return line;
        snap = {mapped(at, static_cast<double>(i), 0).x(), pointer.y()};
        const QString name = i < b.categories.size() ? words(b.categories[i]) : words(panel.x.title) + QLatin1Char(' ') + QString::number(i);
        return name + QStringLiteral(": ") + line;
    }

    QString operator()(const HeatPanel& h) const {
        const auto column = static_cast<Index>((pointer.x() - at.plot.left()) / at.cell.width());
        const auto row = static_cast<Index>((pointer.y() - at.plot.top()) / at.cell.height());
        if (row < 0 || column < 0 || row >= h.values.rows() || column >= h.values.cols()) return {};
        snap = {at.plot.left() + (static_cast<double>(column) + 0.5) * at.cell.width(), at.plot.top() + (static_cast<double>(row) + 0.5) * at.cell.height()};
        const auto name = [](const std::vector<std::string>& names, Index i) {
            const auto k = static_cast<std::size_t>(i);
            return k < names.size() && !names[k].empty() ? words(names[k]) : QString::number(i);
        };
        const double v = h.values(row, column);
        return name(h.rowLabels, row) + QStringLiteral(" / ") + name(h.columnLabels, column) + QStringLiteral(": ")
               + (v == v ? value(words(h.valueTitle), number(v), {}) : QStringLiteral("not defined"));
    }

    QString operator()(const ScatterPanel& s) const {
        double best = 14;
        QString line;
        for (const ScatterGroup& g : s.groups)
            for (const FigurePoint& p : g.points) {
                const QPointF q = mapped(at, p.x, p.y);
                const double distance = std::hypot(q.x() - pointer.x(), q.y() - pointer.y());
                if (distance >= best) continue;
                best = distance;
                snap = q;
                line = words(g.title) + QStringLiteral(" (") + number(p.x, 3) + QStringLiteral(", ") + number(p.y, 3) + QLatin1Char(')');
            }
        return line;
    }

    QString operator()(const TilesPanel& t) const {
        const double gap = at.x.from;
        const int column = static_cast<int>((pointer.x() - at.plot.left()) / (at.cell.width() + gap));
        const int row = static_cast<int>((pointer.y() - at.plot.top()) / (at.cell.height() + at.caption + gap));
        const int i = row * at.columns + column;
        if (column < 0 || row < 0 || column >= at.columns || i >= at.shown) return {};
        const FigureTile& tile = t.tiles[static_cast<std::size_t>(i)];
        const QPointF corner(at.plot.left() + column * (at.cell.width() + gap), at.plot.top() + row * (at.cell.height() + at.caption + gap));
        const int x = static_cast<int>((pointer.x() - corner.x()) / at.cell.width() * tile.width);
        const int y = static_cast<int>((pointer.y() - corner.y()) / at.cell.height() * tile.height);
        QString line = tile.caption.empty() ? QStringLiteral("number %1").arg(i) : words(tile.caption);
        if (tile.flagged && !t.flagMeaning.empty()) line += QStringLiteral(", ") + words(t.flagMeaning);
        if (x < 0 || y < 0 || x >= tile.width || y >= tile.height) return line;
        const auto place = static_cast<std::size_t>(y) * static_cast<std::size_t>(tile.width) + static_cast<std::size_t>(x);
        snap = pointer;
        if (place < tile.values.size())
            line += QStringLiteral(": row %1, column %2, ").arg(y).arg(x) + number(static_cast<double>(tile.values[place]), 3);
        return line;
    }
};

}  // namespace

int panelAt(const FigureLayout& layout, const QPointF& at) {
    for (std::size_t i = 0; i < layout.panels.size(); ++i)
        if (layout.panels[i].plot.contains(at)) return static_cast<int>(i);
    return -1;
}

QString readOutAt(const FigurePanel& panel, const PanelLayout& layout, const QPointF& at, QPointF& snap) {
    if (layout.plot.width() <= 0 || layout.plot.height() <= 0) return {};
    return std::visit(Reader{panel, layout, at, snap}, panel.content);
}

}  // namespace lab
