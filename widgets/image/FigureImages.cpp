#include "widgets/image/FigureImages.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace lab {

namespace {

// 256 colours of a scale, so that a pixel costs a look-up.
using Table = std::array<QRgb, 256>;

Table tableOf(HeatScale scale, const Theme& theme) {
    Table table{};
    for (int i = 0; i < 256; ++i) {
        const double t = i / 255.0;
        table[static_cast<std::size_t>(i)] = (scale == HeatScale::Diverging ? theme.diverging(2 * t - 1) : theme.sequential(t)).rgb();
    }
    return table;
}

std::size_t place(double value, double low, double high) {
    const double t = high > low ? (value - low) / (high - low) : 0.5;
    return static_cast<std::size_t>(std::lround(std::clamp(t, 0.0, 1.0) * 255));
}

}  // namespace

std::pair<double, double> heatLimits(const HeatPanel& heat) {
    if (heat.low < heat.high) return {heat.low, heat.high};
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (Index i = 0; i < heat.values.size(); ++i) {
        const double v = heat.values.data()[i];
        if (!std::isfinite(v)) continue;
        low = std::min(low, v);
        high = std::max(high, v);
    }
    if (!(low <= high)) return {0, 1};
    if (heat.scale == HeatScale::Diverging) {
        const double reach = std::max(std::abs(low), std::abs(high));
        return {-reach, reach};
    }
    if (low >= 0 && low < 0.3 * high) low = 0;
    return {low, high > low ? high : low + 1};
}

QColor heatColour(double value, double low, double high, HeatScale scale, const Theme& theme) {
    if (scale == HeatScale::Categorical) return theme.seriesColor(static_cast<int>(std::lround(value)));
    const double t = high > low ? (value - low) / (high - low) : 0.5;
    return scale == HeatScale::Diverging ? theme.diverging(2 * t - 1) : theme.sequential(t);
}

QImage heatImage(const HeatPanel& heat, const Theme& theme) {
    const auto [low, high] = heatLimits(heat);
    QImage image(static_cast<int>(heat.values.cols()), static_cast<int>(heat.values.rows()), QImage::Format_ARGB32);
    const Table table = tableOf(heat.scale, theme);
    for (int y = 0; y < image.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < image.width(); ++x) {
            const double v = heat.values(y, x);
            if (!std::isfinite(v))
                line[x] = qRgba(0, 0, 0, 0);
            else if (heat.scale == HeatScale::Categorical)
                line[x] = heatColour(v, low, high, heat.scale, theme).rgb();
            else
                line[x] = table[place(v, low, high)];
        }
    }
    return image;
}

QImage tileImage(const FigureTile& tile, const TilesPanel& tiles, const Theme& theme) {
    QImage image(tile.width, tile.height, QImage::Format_RGB32);
    const auto plane = static_cast<std::size_t>(tile.width) * static_cast<std::size_t>(tile.height);
    if (tile.values.size() < plane * static_cast<std::size_t>(tile.channels)) {
        image.fill(theme.neutral);
        return image;
    }
    double low = tiles.low, high = tiles.high;
    if (!(low < high)) {
        const auto [a, b] = std::minmax_element(tile.values.begin(), tile.values.end());
        low = static_cast<double>(*a);
        high = static_cast<double>(*b);
        if (tiles.scale == HeatScale::Diverging) {
            high = std::max(std::abs(low), std::abs(high));
            low = -high;
        }
    }
    const Table table = tableOf(tiles.scale, theme);
    for (int y = 0; y < tile.height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < tile.width; ++x) {
            const auto i = static_cast<std::size_t>(y) * static_cast<std::size_t>(tile.width) + static_cast<std::size_t>(x);
            const auto grey = [&](std::size_t k) { return static_cast<int>(place(static_cast<double>(tile.values[k * plane + i]), low, high)); };
            if (tile.channels >= 3)
                line[x] = qRgb(grey(0), grey(1), grey(2));
            else if (tiles.scale == HeatScale::Diverging)
                line[x] = table[static_cast<std::size_t>(grey(0))];
            else
                line[x] = qRgb(grey(0), grey(0), grey(0));
        }
    }
    return image;
}

QImage enlarged(const QImage& image, double width, double height) {
    if (image.isNull()) return image;
    const int wanted = static_cast<int>(std::ceil(std::max(width / image.width(), height / image.height())));
    const int most = 4096 / std::max(image.width(), image.height());
    const int factor = std::clamp(wanted, 1, std::max(1, most));
    if (factor == 1) return image;
    return image.scaled(image.width() * factor, image.height() * factor, Qt::IgnoreAspectRatio, Qt::FastTransformation);
}

}  // namespace lab
