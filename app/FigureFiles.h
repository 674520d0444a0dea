// A figure into the file that a path names, the one way in which window, commands and benchmarks do it.
#pragma once

#include "core/base/Result.h"
#include "core/document/Figure.h"
#include "core/document/FigureOptions.h"

#include <QString>

namespace lab {

// Writes `figure` atomically in the format that the ending of `path` names: .svg, .pdf, .png or .csv. Errors: LAB-FIG-101 for another
// ending, LAB-FIG-102 for a size that cannot be drawn, LAB-CLI-106 for a picture in a build without drawing code, and those of
// writing a file.
Result<void> writeFigure(const Figure& figure, const QString& path, const FigureExportOptions& options = {});

// The ending for figures of a command that is not asked for one: a picture where this build can draw, else the numbers.
QString figureEnding();

}  // namespace lab
