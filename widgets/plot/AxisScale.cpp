#include "widgets/plot/FigureLayout.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lab {

double AxisScale::value(double data) const {
    if (!logarithmic) return data;
    return data > 0 ? std::log10(data) : std::numeric_limits<double>::quiet_NaN();
}

double niceStep(double span, bool integers, int most) {
    if (!(span > 0)) return 1;
    const double raw = span / std::max(1, most);
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    double step = 10 * power;
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= raw * (1 - 1e-9)) {
            step = factor * power;
            break;
        }
    return integers ? std::max(1.0, std::round(step)) : step;
}

namespace {

// Decimal places that tell neighbouring ticks apart.
int placesOf(double step) { return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 12); }

QString tickLabel(double value, int places, double step) {
    if (std::abs(value) < step * 1e-6) value = 0;
    const double size = std::abs(value);
    if (size >= 1e6 || (size > 0 && step < 1e-4)) return QString::fromStdString(figureNumber(value, 4));
    QString text = QString::number(value, 'f', places);
    if (text.startsWith(u'-')) text.replace(0, 1, QChar(0x2212));
    // Groups of three from 10 000 on.
    if (places == 0 && size >= 10000)
        for (qsizetype i = text.size() - 3; i > (value < 0 ? 1 : 0); i -= 3) text.insert(i, QChar(0x202F));
    return text;
}

}  // namespace

std::vector<AxisScale::Tick> niceTicks(double from, double to, bool logarithmic, bool integers, int most) {
    std::vector<AxisScale::Tick> ticks;
    if (!(to > from) || !std::isfinite(from) || !std::isfinite(to)) return ticks;
    if (logarithmic) {
        if (to - from < 1) {
            // Less than a decade: the values 1, 2, 5 of the decades that it touches.
            for (int decade = static_cast<int>(std::floor(from)); decade <= static_cast<int>(std::ceil(to)); ++decade)
                for (const double factor : {1.0, 2.0, 5.0}) {
                    const double value = factor * std::pow(10.0, decade);
                    const double at = std::log10(value);
                    if (at >= from - 1e-9 && at <= to + 1e-9) ticks.push_back({at, QString::fromStdString(figureNumber(value))});
                }
            return ticks;
        }
        const double step = std::max(1.0, niceStep(to - from, true, most));
        for (double at = std::ceil(from / step - 1e-9) * step; at <= to + 1e-9; at += step)
            ticks.push_back({at, QString::fromStdString(figureNumber(std::pow(10.0, at)))});
        return ticks;
    }
    const double step = niceStep(to - from, integers, most);
    const int places = placesOf(step);
    const double first = std::ceil(from / step - 1e-9);
    for (int i = 0; i <= 64; ++i) {
        const double at = (first + i) * step;
        if (at > to + step * 1e-9) break;
        ticks.push_back({at, tickLabel(at, places, step)});
    }
    return ticks;
}

QPointF mapped(const PanelLayout& panel, double x, double y) {
    return {panel.plot.left() + panel.x.fraction(x) * panel.plot.width(), panel.plot.bottom() - panel.y.fraction(y) * panel.plot.height()};
}

}  // namespace lab
