#include "widgets/plot/FigurePainter.h"

#include "widgets/image/FigureImages.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lab {

namespace {

QString words(const std::string& text) { return QString::fromStdString(figureText(text)); }

// Keeps a height inside the plot: QSvgGenerator cannot clip.
double held(double y, const QRectF& plot) { return std::clamp(y, plot.top() - 1, plot.bottom() + 1); }

double luminance(const QColor& c) { return 0.299 * c.redF() + 0.587 * c.greenF() + 0.114 * c.blueF(); }

}  // namespace

void FigurePainter::text(QPainter& painter, const QRectF& box, int flags, const QString& words, const QFont& font, const QColor& colour) const {
    if (words.isEmpty() || box.width() < 4) return;
    painter.setFont(font);
    painter.setPen(colour);
    const QString shown = (flags & Qt::TextWordWrap) ? words : QFontMetricsF(font).elidedText(words, Qt::ElideRight, box.width() + 0.5);
    painter.drawText(box, flags, shown);
}

void FigurePainter::image(QPainter& painter, const QRectF& box, const QImage& image) const {
    if (image.isNull()) return;
    painter.setRenderHint(QPainter::SmoothPixmapTransform, box.width() < image.width());
    painter.drawImage(box, m_vector ? enlarged(image, box.width(), box.height()) : image);
}

void FigurePainter::paint(QPainter& painter, const Figure& figure, const FigureLayout& layout) const {
    frame(painter, figure, layout);
    for (std::size_t i = 0; i < figure.panels.size(); ++i) {
        data(painter, figure.panels[i], layout.panels[i]);
        overlay(painter, figure.panels[i], layout.panels[i]);
    }
}

void FigurePainter::frame(QPainter& painter, const Figure& figure, const FigureLayout& layout) const {
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    const Theme& theme = *m_style.theme;
    text(painter, layout.title, Qt::AlignLeft | Qt::AlignTop, words(figure.title), m_style.headFont(), theme.ink);
    text(painter, layout.caption, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, words(figure.caption), m_style.tickFont(), theme.mute);
    legend(painter, layout.legend);
    for (std::size_t i = 0; i < figure.panels.size(); ++i) {
        const FigurePanel& panel = figure.panels[i];
        const PanelLayout& at = layout.panels[i];
        text(painter, at.title, Qt::AlignLeft | Qt::AlignVCenter, words(panel.title), m_style.titleFont(), theme.ink);
        const int wrap = at.note.height() > 2 * m_style.text ? Qt::TextWordWrap : 0;
        text(painter, at.note, Qt::AlignLeft | Qt::AlignVCenter | wrap, words(panel.note), m_style.tickFont(), theme.mute);
        legend(painter, at.legend);
        if (const auto* m = std::get_if<MessagePanel>(&panel.content)) message(painter, *m, at);
        else if (const auto* t = std::get_if<TilesPanel>(&panel.content)) tiles(painter, *t, at);
        else if (const auto* b = std::get_if<TablePanel>(&panel.content)) table(painter, *b, at);
        else if (const auto* h = std::get_if<HeatPanel>(&panel.content)) heat(painter, panel, *h, at);
        else axes(painter, panel, at);
    }
}

void FigurePainter::axes(QPainter& painter, const FigurePanel& panel, const PanelLayout& at) const {
    const Theme& theme = *m_style.theme;
    const QFont font = m_style.tickFont();
    const QFontMetricsF metrics(font);
    const bool heatMap = std::holds_alternative<HeatPanel>(panel.content);
    const bool bars = std::holds_alternative<BarsPanel>(panel.content);
    const double gap = 0.4 * m_style.text;

    for (const AxisScale::Tick& tick : at.y.ticks) {
        const double f = (tick.at - at.y.from) / (at.y.to - at.y.from);
        // Rows of a heat map run downwards.
        const double y = heatMap ? at.plot.top() + f * at.plot.height() : at.plot.bottom() - f * at.plot.height();
        if (!heatMap) {
            painter.setPen(QPen(theme.grid, 1));
            painter.drawLine(QPointF(at.plot.left(), y), QPointF(at.plot.right(), y));
        }
        const double width = metrics.horizontalAdvance(tick.label) + 2;
        painter.setFont(font);
        painter.setPen(theme.mute);
        painter.drawText(QRectF(at.plot.left() - gap - width, y - m_style.text, width, 2 * m_style.text), Qt::AlignRight | Qt::AlignVCenter, tick.label);
    }
    for (const AxisScale::Tick& tick : at.x.ticks) {
        const double x = at.plot.left() + (tick.at - at.x.from) / (at.x.to - at.x.from) * at.plot.width();
        if (!heatMap && !bars) {
            painter.setPen(QPen(theme.hairline, 1));
            painter.drawLine(QPointF(x, at.plot.bottom()), QPointF(x, at.plot.bottom() + 0.3 * m_style.text));
        }
        painter.setFont(font);
        painter.setPen(theme.mute);
        const double width = metrics.horizontalAdvance(tick.label) + 2;
        if (at.slantedLabels) {
            painter.save();
            painter.translate(x + 0.3 * m_style.text, at.plot.bottom() + 0.5 * m_style.text);
            painter.rotate(-40);
            painter.drawText(QRectF(-width, -0.2 * m_style.text, width, 1.3 * m_style.text), Qt::AlignRight | Qt::AlignVCenter, tick.label);
            painter.restore();
        } else {
            painter.drawText(QRectF(x - width / 2, at.plot.bottom() + gap, width, 1.3 * m_style.text), Qt::AlignHCenter | Qt::AlignTop, tick.label);
        }
    }
    if (!heatMap) {
        painter.setPen(QPen(theme.hairline, 1));
        painter.drawLine(at.plot.bottomLeft(), at.plot.bottomRight());
        painter.drawLine(at.plot.topLeft(), at.plot.bottomLeft());
    }
    text(painter, at.xTitle, Qt::AlignHCenter | Qt::AlignVCenter, QString::fromStdString(panel.x.text()), m_style.axisFont(), theme.ink);
    if (!at.yTitle.isEmpty()) {
        painter.save();
        painter.translate(at.yTitle.left(), at.yTitle.bottom());
        painter.rotate(-90);
        // Where the whole does not fit, the unit alone says more than the beginning of the title.
        QString words = QString::fromStdString(panel.y.text());
        if (!panel.y.unit.empty() && QFontMetricsF(m_style.axisFont()).horizontalAdvance(words) > at.yTitle.height())
            words = QString::fromStdString(panel.y.unit);
        text(painter, QRectF(0, 0, at.yTitle.height(), at.yTitle.width()), Qt::AlignHCenter | Qt::AlignVCenter, words, m_style.axisFont(), theme.ink);
        painter.restore();
    }
}

void FigurePainter::legend(QPainter& painter, const std::vector<LegendEntry>& legend) const {
    const double size = m_style.text;
    for (const LegendEntry& entry : legend) {
        const double middle = entry.box.center().y();
        const bool line = entry.kind == LegendEntry::Kind::Line;
        const double width = (line ? 2.2 : 1.1) * size;
        const QRectF sample(entry.box.left(), middle - 0.4 * size, width - 0.2 * size, 0.8 * size);
        const QColor colour = m_style.colour(entry.style);
        painter.setBrush(Qt::NoBrush);
        if (line || entry.kind == LegendEntry::Kind::Marker) {
            if (line) {
                painter.setPen(m_style.pen(entry.style, 0.15 * size));
                painter.drawLine(QPointF(sample.left(), middle), QPointF(sample.right(), middle));
            }
            if (!line || entry.markers) {
                const MarkerKind kind = entry.style.marker;
                painter.setPen(markerFilled(kind) ? QPen(Qt::NoPen) : QPen(colour, 0.13 * size));
                painter.setBrush(markerFilled(kind) ? QBrush(colour) : QBrush(Qt::NoBrush));
                painter.drawPath(markerPath(kind, 0.6 * size).translated(sample.center()));
            }
        } else if (entry.kind == LegendEntry::Kind::Frame) {
            painter.setPen(QPen(colour, 0.16 * size));
            painter.drawRect(sample.adjusted(1, 0, -1, 0));
        } else {
            QBrush brush = m_style.fill(entry.style);
            if (entry.style.role != ColourRole::Series) {
                QColor tint = colour;
                tint.setAlphaF(0.28F);
                brush = tint;
            }
            painter.setPen(m_style.pen(entry.style, 0.11 * size));
            painter.setBrush(brush);
            painter.drawRect(sample);
        }
        painter.setBrush(Qt::NoBrush);
        text(painter, QRectF(entry.box.left() + width + 0.3 * size, entry.box.top(), entry.box.width() - width - 0.3 * size, entry.box.height()),
             Qt::AlignLeft | Qt::AlignVCenter, entry.title, m_style.tickFont(), m_style.theme->ink);
    }
}

void FigurePainter::message(QPainter& painter, const MessagePanel& message, const PanelLayout& at) const {
    const double width = std::min(at.plot.width(), 32 * m_style.text);
    const QFontMetricsF head(m_style.titleFont()), body(m_style.tickFont());
    const QString why = words(message.why), todo = words(message.whatToDo);
    const double h1 = head.boundingRect(QRectF(0, 0, width, 1e5), Qt::TextWordWrap | Qt::AlignHCenter, why).height();
    const double h2 = todo.isEmpty() ? 0 : body.boundingRect(QRectF(0, 0, width, 1e5), Qt::TextWordWrap | Qt::AlignHCenter, todo).height();
    const double gap = 0.5 * m_style.text, left = at.plot.center().x() - width / 2;
    const double top = at.plot.center().y() - (h1 + gap + h2) / 2;
    text(painter, QRectF(left, top, width, h1 + 2), Qt::TextWordWrap | Qt::AlignHCenter, why, m_style.titleFont(), m_style.theme->ink);
    text(painter, QRectF(left, top + h1 + gap, width, h2 + 2), Qt::TextWordWrap | Qt::AlignHCenter, todo, m_style.tickFont(), m_style.theme->mute);
}

void FigurePainter::heat(QPainter& painter, const FigurePanel& panel, const HeatPanel& heat, const PanelLayout& at) const {
    const Theme& theme = *m_style.theme;
    const auto [low, high] = heatLimits(heat);
    painter.fillRect(at.plot, QBrush(theme.hairline, Qt::BDiagPattern));
    image(painter, at.plot, heatImage(heat, theme));
    painter.setPen(QPen(theme.hairline, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(at.plot);
    axes(painter, panel, at);

    // Numbers, where the cells have room for them.
    const double size = std::min(m_style.text, at.cell.height() * 0.6);
    if (heat.printValues && size >= 0.62 * m_style.text) {
        const QFont font = uiFont(size);
        const QFontMetricsF metrics(font);
        for (Index r = 0; r < heat.values.rows(); ++r)
            for (Index c = 0; c < heat.values.cols(); ++c) {
                const double v = heat.values(r, c);
                const QString words = QString::fromStdString(figureNumber(v, 2));
                if (metrics.horizontalAdvance(words) > at.cell.width() - 2 || (v == 0 && heat.values.cols() > 6)) continue;
                const QColor back = v == v ? heatColour(v, low, high, heat.scale, theme) : theme.panel;
                const QRectF cell(at.plot.left() + static_cast<double>(c) * at.cell.width(), at.plot.top() + static_cast<double>(r) * at.cell.height(),
                                  at.cell.width(), at.cell.height());
                painter.setFont(font);
                painter.setPen(luminance(back) > 0.52 ? QColor(0x1C, 0x1E, 0x24) : QColor(0xFF, 0xFF, 0xFF));
                painter.drawText(cell, Qt::AlignCenter, words);
            }
    }
    if (heat.scale == HeatScale::Categorical || at.colourBar.isEmpty()) return;
    // Colour bar.
    HeatPanel bar;
    bar.scale = heat.scale;
    bar.low = low;
    bar.high = high;
    bar.values.resize(64, 1);
    for (Index i = 0; i < 64; ++i) bar.values(i, 0) = high - (high - low) * (static_cast<double>(i) + 0.5) / 64;
    image(painter, at.colourBar, heatImage(bar, theme));
    painter.setPen(QPen(theme.hairline, 1));
    painter.drawRect(at.colourBar);
    double widest = 0;
    const QFontMetricsF metrics(m_style.tickFont());
    painter.setFont(m_style.tickFont());
    const int most = std::clamp(static_cast<int>(at.colourBar.height() / (2.5 * m_style.text)), 1, 4);
    for (const auto& tick : niceTicks(low, high, false, false, most)) {
        const double y = at.colourBar.bottom() - (tick.at - low) / (high - low) * at.colourBar.height();
        const double width = metrics.horizontalAdvance(tick.label) + 2;
        widest = std::max(widest, width);
        painter.setPen(theme.mute);
        painter.drawText(QRectF(at.colourBar.right() + 0.4 * m_style.text, y - m_style.text, width, 2 * m_style.text), Qt::AlignLeft | Qt::AlignVCenter, tick.label);
    }
    if (!at.barTitle) return;
    painter.save();
    painter.translate(at.colourBar.right() + 0.4 * m_style.text + widest, at.colourBar.bottom());
    painter.rotate(-90);
    text(painter, QRectF(0, 0, at.colourBar.height(), 1.4 * m_style.text), Qt::AlignHCenter | Qt::AlignVCenter, words(heat.valueTitle),
         m_style.tickFont(), theme.mute);
    painter.restore();
}

void FigurePainter::tiles(QPainter& painter, const TilesPanel& panel, const PanelLayout& at) const {
    const Theme& theme = *m_style.theme;
    const double gap = at.x.from;
    for (int i = 0; i < at.shown; ++i) {
        const FigureTile& tile = panel.tiles[static_cast<std::size_t>(i)];
        const QRectF box(at.plot.left() + (i % at.columns) * (at.cell.width() + gap),
                         at.plot.top() + (i / at.columns) * (at.cell.height() + at.caption + gap), at.cell.width(), at.cell.height());
        image(painter, box, tileImage(tile, panel, theme));
        painter.setBrush(Qt::NoBrush);
        painter.setPen(tile.flagged ? QPen(theme.error, 0.18 * m_style.text) : QPen(theme.hairline, 0.6));
        painter.drawRect(box);
        if (at.caption > 0)
            text(painter, QRectF(box.left() - gap * 0.4, box.bottom() + 1, box.width() + gap * 0.8, at.caption), Qt::AlignHCenter | Qt::AlignVCenter,
                 words(tile.caption), m_style.tickFont(), tile.flagged ? theme.error : theme.mute);
    }
}

void FigurePainter::table(QPainter& painter, const TablePanel& table, const PanelLayout& at) const {
    const Theme& theme = *m_style.theme;
    const auto line = [&](double top, double bottom, const std::vector<std::string>& cells, const QColor& colour) {
        double left = at.plot.left();
        for (std::size_t c = 0; c < at.columnEnds.size(); ++c) {
            const bool numeric = c < table.numeric.size() && table.numeric[c];
            const QRectF box(left, top, at.columnEnds[c] - left - 1.2 * m_style.text, bottom - top);
            const int flags = (numeric ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter;
            if (c < cells.size() && bottom - top > 1.01 * at.cell.height()) {
                painter.setFont(m_style.tickFont());
                painter.setPen(colour);
                painter.drawText(box, flags | Qt::TextWordWrap, words(cells[c]));
            } else if (c < cells.size()) {
                text(painter, box, flags, words(cells[c]), m_style.tickFont(), colour);
            }
            left = at.columnEnds[c];
        }
    };
    if (at.rowEnds.empty()) return;
    line(at.plot.top(), at.rowEnds.front(), table.header, theme.mute);
    const double right = at.columnEnds.empty() ? at.plot.right() : std::min(at.plot.right(), at.columnEnds.back());
    for (int r = 0; r < at.shown; ++r) {
        const double top = at.rowEnds[static_cast<std::size_t>(r)];
        painter.setPen(QPen(r == 0 ? theme.hairline : theme.grid, 1));
        painter.drawLine(QPointF(at.plot.left(), top), QPointF(right, top));
        const bool cut = r + 1 == at.shown && static_cast<std::size_t>(at.shown) < table.rows.size();
        line(top, at.rowEnds[static_cast<std::size_t>(r) + 1],
             cut ? std::vector<std::string>{"… " + std::to_string(table.rows.size() - static_cast<std::size_t>(r)) + " more"}
                 : table.rows[static_cast<std::size_t>(r)], theme.ink);
    }
}

// ----------------------------------------------------------------------------------------------------------------- data

std::vector<QPolygonF> FigurePainter::polylines(const std::vector<FigurePoint>& points, const PanelLayout& at) {
    std::vector<QPolygonF> lines;
    QPolygonF line;
    for (const FigurePoint& p : points) {
        const QPointF q = mapped(at, p.x, p.y);
        if (!std::isfinite(q.x()) || !std::isfinite(q.y()) || q.x() < at.plot.left() - 1 || q.x() > at.plot.right() + 1) {
            if (!line.isEmpty()) lines.push_back(std::exchange(line, {}));
            continue;
        }
        line.append({q.x(), held(q.y(), at.plot)});
    }
    if (!line.isEmpty()) lines.push_back(std::move(line));
    return lines;
}

QPolygonF FigurePainter::steps(const std::vector<double>& edges, const HistogramSeries& series, const PanelLayout& at) {
    QPolygonF line;
    for (std::size_t i = 0; i < series.heights.size() && i + 1 < edges.size(); ++i) {
        const double y = held(mapped(at, edges[i], series.heights[i]).y(), at.plot);
        line.append({mapped(at, edges[i], 0).x(), y});
        line.append({mapped(at, edges[i + 1], 0).x(), y});
    }
    return line;
}

QRectF FigurePainter::bar(const BarsPanel& bars, std::size_t s, std::size_t i, const PanelLayout& at) {
    const double n = static_cast<double>(std::max<std::size_t>(1, bars.series.size())), slot = 0.7;
    const double from = static_cast<double>(i) - slot / 2 + slot * static_cast<double>(s) / n;
    const double base = std::clamp(0.0, at.y.from, at.y.to);
    const double v = bars.series[s].values[i];
    const QPointF a = mapped(at, from, base), b = mapped(at, from + slot / n * 0.92, v == v ? v : base);
    return QRectF(QPointF(a.x(), held(a.y(), at.plot)), QPointF(b.x(), held(b.y(), at.plot))).normalized();
}

double FigurePainter::markerSize(std::size_t points, const PanelLayout& at, double text) {
    const double area = std::sqrt(at.plot.width() * at.plot.height() / std::max<double>(1, static_cast<double>(points)));
    return std::clamp(0.28 * area, 0.3 * text, 0.62 * text);
}

void FigurePainter::data(QPainter& painter, const FigurePanel& panel, const PanelLayout& at) const {
    painter.setRenderHint(QPainter::Antialiasing);
    const double unit = m_style.text;
    const auto markers = [&](const std::vector<FigurePoint>& points, const SeriesStyle& style, double size) {
        const QColor colour = m_style.colour(style);
        const bool filled = markerFilled(style.marker);
        painter.setPen(filled ? QPen(Qt::NoPen) : QPen(colour, 0.1 * unit));
        painter.setBrush(filled ? QBrush(colour) : QBrush(Qt::NoBrush));
        const QPainterPath path = markerPath(style.marker, size);
        for (const FigurePoint& p : points) {
            const QPointF q = mapped(at, p.x, p.y);
            if (at.plot.adjusted(-1, -1, 1, 1).contains(q)) painter.drawPath(path.translated(q));
        }
    };
    if (const auto* curves = std::get_if<CurvesPanel>(&panel.content)) {
        for (const CurveSeries& s : curves->series) {
            painter.setPen(m_style.pen(s.style, 0.13 * unit));
            painter.setBrush(Qt::NoBrush);
            for (const QPolygonF& line : polylines(s.points, at)) painter.drawPolyline(line);
            if (s.markers) markers(s.points, s.style, 0.42 * unit);
        }
    } else if (const auto* histogram = std::get_if<HistogramPanel>(&panel.content)) {
        for (const HistogramSeries& s : histogram->series) {
            const QPolygonF line = steps(histogram->edges, s, at);
            if (line.isEmpty()) continue;
            QPolygonF area = line;
            area.prepend({line.first().x(), at.plot.bottom()});
            area.append({line.last().x(), at.plot.bottom()});
            QColor tint = m_style.colour(s.style);
            tint.setAlphaF(0.28F);
            painter.setPen(Qt::NoPen);
            painter.setBrush(tint);
            painter.drawPolygon(area);
            painter.setPen(m_style.pen(s.style, 0.13 * unit));
            painter.setBrush(Qt::NoBrush);
            painter.drawPolyline(line);
        }
    } else if (const auto* bars = std::get_if<BarsPanel>(&panel.content)) {
        for (std::size_t s = 0; s < bars->series.size(); ++s) {
            painter.setPen(QPen(m_style.colour(bars->series[s].style), 0.08 * unit));
            painter.setBrush(m_style.fill(bars->series[s].style));
            for (std::size_t i = 0; i < bars->series[s].values.size(); ++i)
                if (std::isfinite(bars->series[s].values[i])) painter.drawRect(bar(*bars, s, i, at));
        }
    } else if (const auto* scatter = std::get_if<ScatterPanel>(&panel.content)) {
        std::size_t points = 0;
        for (const ScatterGroup& g : scatter->groups) points += g.points.size();
        for (const ScatterGroup& g : scatter->groups) markers(g.points, g.style, markerSize(points, at, unit));
    }
    painter.setBrush(Qt::NoBrush);
}

void FigurePainter::overlay(QPainter& painter, const FigurePanel& panel, const PanelLayout& at) const {
    const std::vector<ReferenceLine>* lines = nullptr;
    if (const auto* c = std::get_if<CurvesPanel>(&panel.content)) lines = &c->lines;
    if (const auto* h = std::get_if<HistogramPanel>(&panel.content)) lines = &h->lines;
    if (const auto* s = std::get_if<ScatterPanel>(&panel.content)) lines = &s->lines;
    const auto* bars = std::get_if<BarsPanel>(&panel.content);
    if (bars) lines = &bars->lines;
    const double unit = m_style.text;
    const QFontMetricsF metrics(m_style.tickFont());
    painter.setRenderHint(QPainter::Antialiasing);
    const auto labelled = [&](QRectF box, const QString& words, const QColor& colour) {
        // A veil of the background keeps the word readable on whatever lies below.
        QColor veil = m_style.background;
        veil.setAlphaF(0.72F);
        painter.fillRect(box.adjusted(-2, 1, 2, -1), veil);
        text(painter, box, Qt::AlignCenter, words, m_style.tickFont(), colour);
    };
    if (lines)
        for (const ReferenceLine& line : *lines) {
            const double f = line.vertical ? at.x.fraction(line.at) : at.y.fraction(line.at);
            if (!(f >= 0 && f <= 1)) continue;
            const QColor colour = m_style.colour(line.style);
            painter.setPen(m_style.pen(line.style, 0.1 * unit));
            const QString words = QString::fromStdString(figureText(line.label));
            const double width = metrics.horizontalAdvance(words) + 2;
            if (line.vertical) {
                const double x = at.plot.left() + f * at.plot.width();
                painter.drawLine(QPointF(x, at.plot.top()), QPointF(x, at.plot.bottom()));
                const bool right = x + width + 0.6 * unit < at.plot.right();
                if (!words.isEmpty()) labelled(QRectF(right ? x + 0.3 * unit : x - width - 0.3 * unit, at.plot.top(), width, 1.3 * unit), words, colour);
            } else {
                const double y = at.plot.bottom() - f * at.plot.height();
                painter.drawLine(QPointF(at.plot.left(), y), QPointF(at.plot.right(), y));
                const bool above = y - 1.4 * unit > at.plot.top();
                if (!words.isEmpty()) labelled(QRectF(bars ? at.plot.left() + 2 : at.plot.right() - width, above ? y - 1.4 * unit : y + 0.1 * unit, width, 1.3 * unit), words, colour);
            }
        }
    if (!bars) return;
    for (std::size_t s = 0; s < bars->series.size(); ++s)
        for (std::size_t i = 0; i < bars->series[s].values.size(); ++i) {
            const double v = bars->series[s].values[i];
            if (!bars->printValues && v == v) continue;
            const QRectF box = bar(*bars, s, i, at);
            const QString words = QString::fromStdString(figureNumber(v, 3));
            const double room = 0.7 / static_cast<double>(bars->series.size()) * at.plot.width() / (at.x.to - at.x.from) + 0.4 * unit;
            if (metrics.horizontalAdvance(words) > room) continue;
            const bool down = v < 0;
            QRectF place(box.center().x() - 3 * unit, down ? box.bottom() + 0.1 * unit : box.top() - 1.35 * unit, 6 * unit, 1.3 * unit);
            if (place.top() < at.plot.top() - 0.2 * unit) place.moveTop(box.top() + 0.15 * unit);
            const bool inside = place.top() >= box.top();
            text(painter, place, Qt::AlignCenter, words, m_style.tickFont(), inside && v == v ? m_style.background : m_style.theme->ink);
        }
}

}  // namespace lab
