// Heat maps and tiles as one QImage each: a pixel per value, enlarged without smoothing by whoever draws it.
#pragma once

#include "core/document/Figure.h"
#include "widgets/common/Theme.h"

#include <QImage>

namespace lab {

// Limits of the colour scale: those given, else of the finite values (diverging: symmetric about 0).
std::pair<double, double> heatLimits(const HeatPanel& heat);
// Colour of one value on a scale; categorical values are rounded to a place in the palette.
QColor heatColour(double value, double low, double high, HeatScale scale, const Theme& theme);
// One pixel per cell; cells without a value are transparent (hatched by the painter).
QImage heatImage(const HeatPanel& heat, const Theme& theme);

// One pixel per value. One channel: grey (bright = large, in both themes) or diverging; three channels: RGB.
QImage tileImage(const FigureTile& tile, const TilesPanel& tiles, const Theme& theme);

// `image` enlarged by a whole number so that it has at least `width` x `height` pixels where that takes no more than 4096 a
// side: viewers that smooth small images then leave edges alone.
QImage enlarged(const QImage& image, double width, double height);

}  // namespace lab
