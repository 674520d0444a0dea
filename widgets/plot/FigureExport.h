// The same figure as the bytes of a file: SVG and PDF with text as text, PNG at a chosen size, CSV of exactly what is drawn. Needs a
// QGuiApplication (the offscreen platform will do), no window. The same figure gives the same bytes.
#pragma once

#include "core/base/Result.h"
#include "core/document/Figure.h"
#include "core/document/FigureOptions.h"

#include <QByteArray>
#include <QImage>
#include <QString>

namespace lab {

enum class FigureFormat { Svg, Pdf, Png, Csv };

// By the extension of `path`. Errors: LAB-FIG-101 with the known ones in the hint.
Result<FigureFormat> figureFormat(const QString& path);

// The file as bytes. Errors: LAB-FIG-102 for a size outside 64 to 16384 pixels a side.
Result<QByteArray> figureBytes(const Figure& figure, FigureFormat format, const FigureExportOptions& options = {});

// The figure as a picture (clipboard, PNG). The size must be valid.
QImage figureImage(const Figure& figure, const FigureExportOptions& options = {});

}  // namespace lab
